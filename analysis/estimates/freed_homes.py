"""Who came to live in the homes that seniors left empty: from the ledger, home by home."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimates.statistics import claimed, half_width, paired
from analysis.tables.for_page import FREED, FREED_HOMES, NEXT, NEXT_BY
from sim.counts.schema import CHAINS, MOVES
from sim.world.codes import DwellingType, EndReason, HouseholdClass
from sim.world.names import BASIS, PLACEBO

LEFT = MOVES.some(
    "scenario",
    "seed",
    "month",
    "fills_vacancy",
    "move_id",
    "parent_move_id",
    "chain_id",
    "household_class",
    "household_size",
    "from_tenure",
    "from_type",
    "from_rooms",
    "left_vacancy",
)
ENDS = CHAINS.some("scenario", "seed", "chain_id", "end_reason")
FAMILY_ROOMS = 4  # as in the indicator freed_family_homes
GONE = (EndReason.DEMOLISHED.key, EndReason.WITHDRAWN.key)
Read = Callable[[str], tuple[pd.DataFrame, pd.DataFrame]]


def freed_homes(read: Read, scenarios: Sequence[str], months: int) -> pd.DataFrame:
    """The table of freed_homes.csv.

    Args:
        read: of a scenario its moves (columns ``LEFT``) and chains (columns ``ENDS``), for the seeds whose ledger was kept.
        scenarios: basis first, then the placebo where it was kept. months: length of the run; homes left after it are not counted.

    Returns:
        Columns of ``FREED_HOMES``, without the placebo; differences of seeds that basis has, too.
    """
    rows, base = [], pd.DataFrame()
    floor: NDArray | float = np.nan
    for name in scenarios:
        counted = by_seed(*read(name), months)
        base = counted if name == BASIS else base
        seeds = sorted(set(counted.columns) & set(base.columns))
        mine, without = counted[seeds].to_numpy(float), base[seeds].to_numpy(float)
        level, more = paired(mine, np.zeros_like(mine)), paired(mine, without)
        if name == PLACEBO:
            floor = half_width(more)
            continue
        table = counted.index.to_frame(index=False).assign(scenario=name, mean=level.difference, lower=level.lower, upper=level.upper)
        told = (more.difference, more.lower, more.upper) if name != BASIS else (np.nan,) * 3
        table = table.assign(**dict(zip(("difference", "difference_lower", "difference_upper"), told, strict=True)), seeds=len(seeds))
        table = table.assign(placebo=floor if name != BASIS else np.nan)
        table["claimed"] = claimed(table["difference"], table["difference_lower"], table["difference_upper"], table["placebo"])
        rows.append(table)
    if not rows:
        return pd.DataFrame(columns=list(FREED_HOMES.names))
    return pd.concat(rows, ignore_index=True)[list(FREED_HOMES.names)]


def by_seed(moves: pd.DataFrame, chains: pd.DataFrame, months: int) -> pd.DataFrame:
    """Homes that seniors left, by (homes, by, next): one column for each seed of the ledger, 0 where there were none."""
    seeds = sorted(moves["seed"].unique())
    follows = moves.loc[moves["parent_move_id"] >= 0, ["seed", "parent_move_id", "household_size", "from_tenure"]]
    left = moves[(moves["household_class"] == HouseholdClass.SENIOR.key) & moves["fills_vacancy"] & moves["left_vacancy"]]
    left = left[left["month"] < months]
    found = left[["seed", "move_id", "chain_id", "from_type", "from_rooms"]].merge(
        follows, "left", left_on=["seed", "move_id"], right_on=["seed", "parent_move_id"]
    )
    found = found.merge(chains[["seed", "chain_id", "end_reason"]], "left", on=["seed", "chain_id"])
    taken, size = found["household_size"].notna().to_numpy(), found["household_size"].fillna(0).to_numpy()
    gone = np.where(found["end_reason"].isin(GONE), "demolished", "empty")
    had_home = (found["from_tenure"].astype(object).fillna("") != "").to_numpy()
    kinds = {
        "persons": np.where(taken, np.select([size == 1, size == 2], ["1", "2"], "3+"), gone),
        "home": np.where(taken, np.where(had_home, "with a home", "starter"), gone),
    }
    family = (found["from_type"] == DwellingType.EENGEZINS.key) & (found["from_rooms"] >= FAMILY_ROOMS)
    parts = {}
    for homes, inside in zip(FREED, (np.ones(len(found), bool), family.to_numpy(bool)), strict=True):
        for by in NEXT_BY:
            counts = pd.crosstab(kinds[by][inside], found["seed"].to_numpy()[inside]) if inside.any() else pd.DataFrame()
            kind = [one for one in NEXT if one in (("1", "2", "3+") if by == "persons" else ("starter", "with a home")) + NEXT[-2:]]
            parts[homes, by] = counts.reindex(index=kind, columns=seeds, fill_value=0).fillna(0)
    return pd.concat(parts, names=["homes", "by", "next"])
