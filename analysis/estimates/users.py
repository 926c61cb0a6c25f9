"""Uses of instruments by verdict: what became of those whom an instrument worked on, beside what would have without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.estimates.product_limit import tally
from analysis.estimates.statistics import paired
from analysis.tables.for_page import DEADWEIGHT, USERS
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


def users(table: pd.DataFrame, seeds: Sequence[int], months: int, windows: Sequence[int]) -> pd.DataFrame:
    """The table of users.csv, of one scenario: households whose first use lies in the run, by verdict.

    Args:
        table: its rows of attribution.parquet, columns ``USED``. seeds: that are counted. months: length of the run.
        windows: months within which a household must move without, for a *zetje*.

    Returns:
        Columns of ``USERS``: mean over the seeds with its interval. ``deadweight``, without one, is the share of those who moved and are
        known that would have moved just as soon without.
    """
    mine = table[(table["month"] < months) & table["seed"].isin(list(seeds))]
    known = mine["instrument"].astype("category").cat.remove_unused_categories().cat
    keys = sorted(known.categories)
    if not keys:
        return pd.DataFrame(columns=list(USERS.names))
    every = pd.MultiIndex.from_product([keys, [one.key for one in SHOWN]], names=["instrument", "verdict"])
    codes = pd.Index(keys).get_indexer(known.categories)[known.codes]
    at_seed, parts = pd.Index(list(seeds)).get_indexer(mine["seed"]), []
    for window in windows:
        verdict = pd.Categorical(with_window(mine, window), names(Verdict)).codes
        counted = tally((len(keys), len(Verdict), len(seeds)), codes, verdict, at_seed, n=np.ones(len(mine)))
        counted = counted[:, list(SHOWN)].reshape(len(every), len(seeds))
        found = paired(counted, np.zeros_like(counted))
        level = every.to_frame(index=False).assign(window=window, mean=found.difference, lower=found.lower, upper=found.upper)
        by = level.pivot(index="instrument", columns="verdict", values="mean")
        known = by[[one.key for one in MOVED if one != Verdict.ONBEKEND]].sum(axis=1)
        share = (by[Verdict.OOK_ZONDER.key] / known.where(known > 0)).rename("mean").reset_index()
        parts += [level, share.assign(window=window, verdict=DEADWEIGHT)]
    scenarios = table["scenario"].unique()
    return (
        pd.concat(parts, ignore_index=True).assign(scenario=next(iter(scenarios), ""), seeds=len(seeds)).reindex(columns=list(USERS.names))
    )


def by_verdict(table: pd.DataFrame, window: int) -> pd.DataFrame:
    """The means of users.csv under one window: scenario, instrument, and a column for each verdict and ``deadweight``."""
    mine = table[table["window"] == window]
    wide = mine.pivot(index=["scenario", "instrument"], columns="verdict", values="mean")
    return wide.reindex(columns=[*(one.key for one in SHOWN), DEADWEIGHT]).rename_axis(columns=None).reset_index()


def with_window(table: pd.DataFrame, window: int) -> pd.Series:
    """The verdicts (a category) of attribution.parquet under another ``ghost_window``, in months, from its own columns."""
    watched = np.where(table["ghost_final"], FINAL, table["month"] + table["months_followed"])
    moved, ghost, differed = (table[name].to_numpy() for name in ("month_moved", "month_ghost", "decisive"))
    found = verdicts(moved, ghost, watched, differed.astype(bool), window)
    return pd.Series(pd.Categorical.from_codes(found, names(Verdict)), table.index)
