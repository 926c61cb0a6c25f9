"""Extra moves by seniors by the area where they lived at the start: wijken, or gemeenten where a place has several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.estimates.effects import effects
from analysis.tables.for_page import AREAS
from sim.world.names import BASIS

COUNTED, BY = "senior_moves", "wijk"
WIJK, GEMEENTE, DIGITS = "WK", "GM", 4  # codes of CBS: WK019310 lies in GM0193


def areas(summary: pd.DataFrame, known: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The table of areas.csv, in the order of the codes.

    Args:
        summary: the table summary. known: code to name, gemeente, x_km and y_km, as in the manifest; codes alone where it is empty.

    Returns:
        Columns of ``AREAS``; empty where nothing was counted by area.
    """
    mine = summary[(summary["group_by"] == BY) & (summary["indicator"] == COUNTED) & (summary["months_from"] == 0)]
    mine = mine[mine["months_to"] == mine["months_to"].max()]
    if mine.empty or BASIS not in set(mine["scenario"]):
        return pd.DataFrame(columns=list(AREAS.names))
    of = {code: town_of(str(code), known) for code in mine["group"].unique()}
    if len(set(of.values())) > 1:
        mine = mine.assign(group=mine["group"].map(of))
    keys = ["scenario", "seed", "indicator", "group_by", "group", "months_from", "months_to"]
    summed = mine.astype({"scenario": object, "group": object}).groupby(keys, as_index=False, observed=True)["value"].sum()
    found = effects(summed).rename(columns={"group": "area"})
    for key in ("name", "x_km", "y_km"):
        found[key] = found["area"].map(lambda code, key=key: known.get(str(code), {}).get(key))
    found = found.astype({"x_km": float, "y_km": float})
    return found.sort_values(["scenario", "area"], kind="stable")[list(AREAS.names)].reset_index(drop=True)


def town_of(code: str, known: Mapping[str, Mapping[str, Any]]) -> str:
    """The gemeente of an area, by the manifest or by its code."""
    told = known.get(code, {}).get("gemeente")
    return str(told) if told else GEMEENTE + code[len(WIJK) : len(WIJK) + DIGITS] if code.startswith(WIJK) else code
