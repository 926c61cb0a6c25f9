"""Uses of instruments by verdict: what became of those whom an instrument worked on, beside what would have without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.estimates.product_limit import tally
from analysis.estimates.statistics import paired
from analysis.tables.for_page import DEADWEIGHT, USERS
from sim.counts.schema import ATTRIBUTION
from sim.without.verdicts import FINAL, MOVED, settled, verdicts
from sim.world.codes import Verdict, names

USED = ATTRIBUTION.some(
    "seed",
    "instrument",
    "month",
    "month_moved",
    "month_ghost",
    "months_followed",
    "decisive",
    "ghost_final",
)
if TYPE_CHECKING:
    from numpy.typing import NDArray

SHOWN = (*MOVED, Verdict.NIET_VERHUISD)  # in the order of columns
WINDOWS = (12, 24, 36)


def users(scenario: str, parts: Iterable[pd.DataFrame], seeds: Sequence[int], months: int, windows: Sequence[int]) -> pd.DataFrame:
    """The table of users.csv, of one scenario: households whose first use lies in the run, by verdict.

    Args:
        parts: its rows of attribution.parquet, columns ``USED``, some at a time: of a province there are tens of millions.
        seeds: that are counted. months: length of the run.
        windows: months within which a household must move without, for a *zetje*.

    Returns:
        Columns of ``USERS``: mean over the seeds with its interval. ``deadweight``, without one, is the share of those who moved and are
        known that would have moved just as soon without.
    """
    counted: dict[str, NDArray] = {}
    for part in parts:
        for key, n in _counted(part, seeds, months, windows).items():
            counted[key] = counted.get(key, 0) + n
    if not counted:
        return pd.DataFrame(columns=list(USERS.names))
    every = pd.MultiIndex.from_product([sorted(counted), [one.key for one in SHOWN]], names=["instrument", "verdict"])
    found = []
    for k, window in enumerate(windows):
        n = np.concatenate([counted[key][k, list(SHOWN)] for key in sorted(counted)])
        found += _of_window(every, n, window)
    return pd.concat(found, ignore_index=True).assign(scenario=scenario, seeds=len(seeds)).reindex(columns=list(USERS.names))


def _counted(part: pd.DataFrame, seeds: Sequence[int], months: int, windows: Sequence[int]) -> dict[str, NDArray]:
    """By instrument: uses in the run [windows, verdicts, seeds]. Most have one verdict whatever the window, which is looked up once."""
    known = part["instrument"].astype("category").cat
    keys, codes = list(known.categories), known.codes.to_numpy()
    at_seed, shape = pd.Index(list(seeds)).get_indexer(part["seed"]), (len(keys), len(Verdict), len(seeds))
    in_run, verdict = (part["month"] < months).to_numpy() & (at_seed >= 0), settled(*_decided(part))
    n = np.zeros((len(windows), *shape))
    at = (codes.astype(np.int64) * len(Verdict) + verdict) * len(seeds) + at_seed  # as ``tally`` has it, which takes longer
    n += np.bincount(at[in_run & (verdict >= 0)], minlength=int(np.prod(shape))).reshape(shape)
    rest = np.flatnonzero(in_run & (verdict < 0))
    those, rows, one_each = part.iloc[rest], (codes[rest], at_seed[rest]), np.ones(len(rest))
    for k, window in enumerate(windows):
        n[k] += tally(shape, rows[0], with_window(those, window).cat.codes.to_numpy(), rows[1], n=one_each)
    return {key: n[:, k] for k, key in enumerate(keys) if n[:, k].any()}


def _of_window(every: pd.MultiIndex, n: NDArray, window: int) -> list[pd.DataFrame]:
    """Mean and interval of each instrument and verdict, and the share that moved just as soon without. n: [rows of every, seeds]."""
    found = paired(n, np.zeros_like(n))
    level = every.to_frame(index=False).assign(window=window, mean=found.difference, lower=found.lower, upper=found.upper)
    by = level.pivot(index="instrument", columns="verdict", values="mean")
    known = by[[one.key for one in MOVED if one != Verdict.ONBEKEND]].sum(axis=1)
    share = (by[Verdict.OOK_ZONDER.key] / known.where(known > 0)).rename("mean").reset_index()
    return [level, share.assign(window=window, verdict=DEADWEIGHT)]


def by_verdict(table: pd.DataFrame, window: int) -> pd.DataFrame:
    """The means of users.csv under one window: scenario, instrument, and a column for each verdict and ``deadweight``."""
    mine = table[table["window"] == window]
    wide = mine.pivot(index=["scenario", "instrument"], columns="verdict", values="mean")
    return wide.reindex(columns=[*(one.key for one in SHOWN), DEADWEIGHT]).rename_axis(columns=None).reset_index()


def with_window(table: pd.DataFrame, window: int) -> pd.Series:
    """The verdicts (a category) of attribution.parquet under another ``ghost_window``, in months, from its own columns."""
    watched = np.where(table["ghost_final"], FINAL, table["month"] + table["months_followed"])
    moved, ghost, differed = _decided(table)
    found = verdicts(moved, ghost, watched, differed, window)
    return pd.Series(pd.Categorical.from_codes(found, names(Verdict)), table.index)


def _decided(table: pd.DataFrame) -> tuple[NDArray, NDArray, NDArray]:
    """When the household moved, when its ghost did, and whether a decision differed."""
    return table["month_moved"].to_numpy(), table["month_ghost"].to_numpy(), table["decisive"].to_numpy(bool)
