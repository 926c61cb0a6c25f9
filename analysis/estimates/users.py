"""Uses of instruments by verdict: what became of those whom an instrument worked on, beside what would have without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.counts.schema import ATTRIBUTION
from sim.without.verdicts import FINAL, MOVED, verdicts
from sim.world.codes import Verdict, names

USED = ATTRIBUTION.some(
    "scenario",
    "seed",
    "instrument",
    "month",
    "verdict",
    "month_moved",
    "month_ghost",
    "months_followed",
    "decisive",
    "ghost_final",
)
SHOWN = (*MOVED, Verdict.NIET_VERHUISD)  # in the order of columns
WINDOWS = (12, 24, 36)


def by_verdict(table: pd.DataFrame, seeds: Sequence[int], months: int) -> pd.DataFrame:
    """Mean number of households per seed: scenario, instrument, one column per verdict, and ``deadweight``.

    Users are counted whose first use lies in the run (``months``); ``deadweight`` is the share of those who moved and are known
    that would have moved just as soon without.
    """
    mine = table[(table["month"] < months) & table["seed"].isin(list(seeds))]
    counted = mine.groupby(["scenario", "instrument", "verdict"], observed=True).size().reset_index(name="n")
    counted = counted.astype(dict.fromkeys(("scenario", "instrument", "verdict"), object))  # few rows: texts from here on
    found = counted.pivot(index=["scenario", "instrument"], columns="verdict", values="n").fillna(0) / max(1, len(seeds))
    found = found.rename_axis(columns=None).reindex(columns=[one.key for one in SHOWN], fill_value=0.0)
    known = found[[one.key for one in MOVED if one != Verdict.ONBEKEND]].sum(axis=1)
    found["deadweight"] = found[Verdict.OOK_ZONDER.key] / known.where(known > 0)
    return found.reset_index()


def with_window(table: pd.DataFrame, window: int) -> pd.Series:
    """The verdicts (a category) of attribution.parquet under another ``ghost_window``, in months, from its own columns."""
    watched = np.where(table["ghost_final"], FINAL, table["month"] + table["months_followed"])
    moved, ghost, differed = (table[name].to_numpy() for name in ("month_moved", "month_ghost", "decisive"))
    found = verdicts(moved, ghost, watched, differed.astype(bool), window)
    return pd.Series(pd.Categorical.from_codes(found, names(Verdict)), table.index)
