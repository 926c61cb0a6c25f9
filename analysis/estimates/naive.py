"""What a monitor without a model would have concluded, beside what the instrument did.

Two such monitors: one counts the moves of users of the instrument as its doing; one compares the run with the year before it.
Both are what municipalities can count; neither knows what would have happened anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates.effects import BySeed, by_seed
from analysis.estimates.statistics import paired
from analysis.tables.files import need
from analysis.tables.schema import NAIVE, SPENDING
from sim.counts.indicators import REGISTRY
from sim.world.names import ALL, ALLE, BASIS, PLACEBO, THERE

INDICATORS = ("senior_moves", "senior_moves_suitable", "freed_family_homes", "starters_housed", "suitable_seniors")
COUNTED = ("senior_moves",)  # what the users' own moves are held for
Held = Mapping[str, Mapping[str, Any]]


def naive(
    summary: pd.DataFrame,
    ledger: pd.DataFrame,
    held: Mapping[str, Held],
    months: int,
    helped: Callable[[str], pd.Series] = lambda _: pd.Series(dtype=float),
    made: BySeed | None = None,
) -> pd.DataFrame:
    """The table of naive.csv: means over the seeds, over the whole run.

    Args:
        summary: the table summary, with the year before month 0 where the burn-in had one.
        ledger: the table instruments.
        made: what ``by_seed`` made of it, where that is known already.
        held: scenario to its instruments with their settings: an instrument's own effect in a bundle is the scenario minus the
            same without it, and is known only where that scenario was run too. One with rules is not there: what it holds changes
            as it runs, so that it is known only as a whole, and is never the rest of another.
        months: length of the run.
        helped: of a scenario the moves on which any instrument worked that is added, by seed; of one with several
            instruments nothing else tells how many moves there were. By default no ledger was kept.

    Returns:
        Columns of ``NAIVE``. ``users``: moves on which the instrument worked, each once; ``before_after``: the run less the year before,
        for as many years; ``effect`` with its 95 % interval: net, by paired worlds; ``…_too_many``: what that monitor credits the
        instrument with beyond its effect, with an interval over the paired seeds. Empty where it is not known.
    """
    need(list(ledger.columns), SPENDING, "instruments.parquet")
    rows, values, seeds = made or by_seed(summary)
    whole = (rows["group_by"] == ALL) & (rows["months_to"] == rows["months_to"].max())
    at = {str(rows["indicator"][k]): k for k in np.flatnonzero(whole)}
    before = year_before(summary, seeds)
    moved = ledger[ledger["month"] < months].groupby(["scenario", "instrument", "seed"], observed=True)["uses"].sum()
    parts = []
    for name in (one for one in values if one not in (BASIS, PLACEBO)):
        known = moved.index[moved.index.get_level_values("scenario") == name].get_level_values("instrument")
        for instrument in (*sorted({*held.get(name, {}), *known}), ALLE):
            without = beside(name, instrument, held, values)
            uses = _uses(moved, name, instrument, seeds, helped)
            for key in (one for one in INDICATORS if one in at):
                mine = values[name][at[key]]
                base = None if without is None else values[without][at[key]]
                change = mine - (before[key] * months / 12 if REGISTRY[key].source == "moves" else before[key]) if key in before else None
                counted = uses if key in COUNTED else None
                parts.append(
                    {
                        "scenario": name,
                        "instrument": instrument,
                        "indicator": key,
                        "months_from": 0,
                        "months_to": months,
                        **_of(mine, base, counted, change),
                        "seeds": len(seeds),
                    }
                )
    return pd.DataFrame(parts, columns=list(NAIVE.names))


def _of(mine: np.ndarray, base: np.ndarray | None, users: np.ndarray | None, change: np.ndarray | None) -> dict[str, float]:
    """The numbers of one row."""
    effect, lower, upper = _interval(mine, base)
    found = {"effect": effect, "lower": lower, "upper": upper}
    found["users_seeds"] = 0 if users is None else int((~np.isnan(users)).sum())
    for key, counted in (("users", users), ("before_after", change)):
        there = slice(None) if counted is None or np.isnan(counted).all() else ~np.isnan(counted)
        found[key] = float(counted[there].mean()) if counted is not None else float("nan")
        too_many = None if counted is None or base is None else (counted - (mine - base))[there]
        high = _interval(too_many, None if too_many is None else np.zeros(len(too_many)))
        found |= dict(zip((f"{key}_too_many", f"{key}_lower", f"{key}_upper"), high, strict=True))
    return found


def _interval(values: np.ndarray | None, base: np.ndarray | None) -> tuple[float, float, float]:
    if values is None or base is None:
        return (float("nan"),) * 3
    found = paired(values[None], base[None])
    return float(found.difference[0]), float(found.lower[0]), float(found.upper[0])


def year_before(summary: pd.DataFrame, seeds: list[int]) -> dict[str, np.ndarray]:
    """What was counted in the twelve months before month 0, by seed."""
    rows = summary[(summary["scenario"] == BASIS) & (summary["months_from"] == -12)]
    by_key = rows.groupby("indicator", observed=True)
    return {str(key): one.set_index("seed")["value"].reindex(seeds).to_numpy(float) for key, one in by_key}


def beside(name: str, instrument: str, held: Mapping[str, Held], values: Mapping[str, object]) -> str | None:
    """The scenario that is this one without the instrument (all of them for ``alle``); None where it was not run."""
    mine = held.get(name, {})
    if instrument == ALLE:
        return BASIS
    if instrument not in mine:
        return None
    if set(mine) == {instrument}:
        return BASIS
    rest = {key: one for key, one in mine.items() if key != instrument}
    return next((other for other in sorted(held) if other in values and other != PLACEBO and held[other] == rest), None)


def _uses(moved: pd.Series, name: str, instrument: str, seeds: list[int], helped: Callable[[str], pd.Series]) -> np.ndarray:
    """Moves on which the instrument (or any that is added) worked, by seed; NaN where a move with several may count for each."""
    known = moved[moved.index.get_level_values("scenario") == name]
    of = known.index.get_level_values("instrument").astype(str)
    known = known[~of.str.startswith(THERE) if instrument == ALLE else of == instrument]
    if instrument == ALLE and known.index.get_level_values("instrument").nunique() > 1:
        return helped(name).reindex(seeds).to_numpy(float)
    return known.groupby("seed").sum().reindex(seeds, fill_value=0).to_numpy(float)
