"""What may be claimed of a table of effects: headline figures that are named beforehand, and of all others those that survive how many
there are.

An effect is claimed when its interval for chance leaves out 0 and it is larger than the placebo's half-width. Of a figure that is no
headline more is asked: of all others that are claimed of a scenario at most RATE may be chance (Benjamini and Hochberg 1995, as SciPy has
it; nested periods and overlapping groups move together, for which it holds, too: Benjamini and Yekutieli 2001). A mean over whoever moved
is a mean over other people in each world: it describes, and is never claimed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtr
from scipy.stats import false_discovery_control

from analysis.estimates.statistics import claimed, t_value
from sim.counts.indicators import HEADLINE, REGISTRY
from sim.world.names import ALL, PLACEBO

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

NOTICED = 0.01  # of basis; assumption: who counts in a municipality does not see less than one in a hundred
RATE = 0.05  # of what is claimed beside the headlines may be chance
HEADLINES, OTHERS, DESCRIPTION = FAMILIES = ("headline", "others", "description")
ROLE = "role"  # senior or follower: by what households did, so that other people are in it in each world


def p_chance(difference: ArrayLike, lower: ArrayLike, upper: ArrayLike, seeds: ArrayLike) -> NDArray:
    """How likely chance alone makes a difference as large, two-sided, by the interval that Student's t gave: float64 [rows].

    0 where all seeds differ by one and the same, 1 where none does, NaN without an interval.
    """
    d, n = np.abs(np.asarray(difference, float)), np.asarray(seeds, float)
    half = (np.asarray(upper, float) - np.asarray(lower, float)) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(half == 0, np.where(d == 0, 0.0, np.inf), d / half * t_value(n))
    return np.where(np.isnan(half), np.nan, 2 * stdtr(np.maximum(n - 1, 1), -t))


def q_values(p: ArrayLike) -> NDArray:
    """The rate of false discoveries at which each of some tests is one: float64 [rows]; NaN where p is, which is no test."""
    p = np.asarray(p, float)
    found, known = np.full(p.shape, np.nan), ~np.isnan(p)
    if known.any():
        found[known] = false_discovery_control(p[known])
    return found


def families(table: pd.DataFrame, headline: Collection[str] = HEADLINE) -> NDArray:
    """Of each row of a table of effects to which of FAMILIES it belongs: texts [rows]."""
    means = {key for key, one in REGISTRY.items() if one.over_movers}
    describes = table["indicator"].isin(means) | (table["group_by"] == ROLE)
    named = table["indicator"].isin(list(headline)) & (table["group_by"] == ALL) & (table["estimand"] == "net")
    named &= (table["months_from"] == 0) & (table["months_to"] == table["months_to"].max())
    return np.select([describes, named], [DESCRIPTION, HEADLINES], OTHERS)


def with_claims(table: pd.DataFrame, headline: Collection[str] = HEADLINE) -> pd.DataFrame:
    """A table of effects with ``family`` (see ``families``), ``q`` (of others, by scenario; see ``q_values``) and ``claimed``."""
    family = families(table, headline)
    p = p_chance(table["difference"], table["lower"], table["upper"], table["seeds"])
    return table.assign(family=family, **told(table, np.where(family == OTHERS, p, np.nan), family == DESCRIPTION))


def told(table: pd.DataFrame, p: NDArray, never: ArrayLike = False) -> dict[str, NDArray]:
    """Columns ``q`` and ``claimed`` of rows with scenario, difference, lower, upper and placebo.

    Args:
        p: of those that answer for how many there are; NaN for the others, of which the interval alone decides.
        never: rows that are not claimed, whatever their interval.
    """
    q = np.full(len(table), np.nan)
    scenario = table["scenario"].to_numpy(object)
    for name in dict.fromkeys(scenario):
        mine = scenario == name
        q[mine] = np.nan if name == PLACEBO else q_values(p[mine])  # which is held against no claim
    clear = claimed(table["difference"], table["lower"], table["upper"], table["placebo"])
    return {"q": q, "claimed": clear & ~(q > RATE) & ~np.asarray(never)}
