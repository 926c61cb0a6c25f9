"""Intervals over paired seeds: differences, ratios, how many seeds are enough, and what may be claimed.

All intervals are 95 % and of chance only: the seeds are independent worlds, the pairing is within a seed, and the
difference of a seed is one observation. Student's t, because seeds are few.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

from sim.world.errors import Refusal
from sim.world.names import BASIS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
MOST_SEEDS = 10**15  # seeds_needed is cut off here


class Interval(NamedTuple):
    """Mean of paired differences with its interval: float64 arrays [rows]; NaN where nothing can be said."""

    difference: NDArray
    lower: NDArray
    upper: NDArray
    deviation: NDArray  # standard deviation of one seed's difference
    seeds: NDArray  # int64, seeds with a value in both worlds


class Estimate(NamedTuple):
    """A figure of all seeds with its interval: float64 arrays of one shape; NaN where nothing can be said."""

    value: NDArray
    lower: NDArray
    upper: NDArray


class Ratio(NamedTuple):
    """A ratio of means with its interval; NaN where nothing can be said, and ``note`` says why."""

    value: float
    lower: float
    upper: float
    note: str


def t_value(n_seeds: ArrayLike) -> NDArray:
    """Two-sided 95 % quantile of Student's t with n − 1 degrees of freedom; NaN below two seeds."""
    n = np.asarray(n_seeds, float)
    return np.where(n >= 2, stdtrit(np.maximum(n - 1, 1), (1 + LEVEL) / 2), np.nan)


def wilson(share: ArrayLike, n: int) -> tuple[NDArray, NDArray]:
    """The 95 % interval of a share of n (Wilson 1927): lower and upper, float64; NaN where the share is, or n is 0.

    The share need not be a whole number of the n: a tie, or a part that chance decides, counts for less than one.
    """
    p, z = np.asarray(share, float), ndtri((1 + LEVEL) / 2)
    if n == 0:
        return np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = ((middle + side * half) / (1 + z**2 / n) for side in (-1, 1))
    return np.where(p == 0, 0.0, low), np.where(p == 1, 1.0, high)  # what rounding would leave there reads as a number


def paired(values: ArrayLike, base: ArrayLike) -> Interval:
    """Mean difference of paired seeds, with a t-interval.

    Args:
        values, base: float64 [rows, seeds], the same seed in the same column; NaN where nothing was counted.

    Returns:
        Per row. A row in which some seed lacks a value has no difference (a mean over the seeds that happen to have
        one is a mean over selected worlds); with one seed there is a difference and no interval.
    """
    d = np.asarray(values, float) - np.asarray(base, float)
    n = d.shape[1]
    known = (~np.isnan(d)).sum(axis=1)
    mean = d.mean(axis=1) if n else np.full(len(d), np.nan)
    same = (d == d[:, :1]).all(axis=1) if n else np.zeros(len(d), bool)
    mean = np.where(same, d[:, 0] if n else np.nan, mean)  # equal differences have exactly their mean and no spread
    deviation = np.where(same, 0.0, np.sqrt(((d - mean[:, None]) ** 2).sum(axis=1) / max(n - 1, 1)))
    deviation = np.where((known == n) & (n >= 2), deviation, np.nan)
    half = t_value(n) * deviation / math.sqrt(max(n, 1))
    return Interval(mean, mean - half, mean + half, deviation, known.astype(np.int64))


def half_width(interval: Interval) -> NDArray:
    """Half of each interval's width, float64 [rows]."""
    return (interval.upper - interval.lower) / 2


def seeds_needed(difference: ArrayLike, deviation: ArrayLike) -> NDArray:
    """Seeds at which the interval's half-width is at most half of the difference; see ``seeds_for``."""
    return seeds_for(np.abs(np.asarray(difference, float)) / 2, deviation)


def seeds_for(half: ArrayLike, deviation: ArrayLike) -> NDArray:
    """Seeds at which the interval is at most ``half`` wide to each side.

    The rule: the smallest n ≥ 2 with t(n − 1) × deviation ÷ √n ≤ half, as if the deviation stays what it is. NaN where half is 0 or
    unknown.

    Returns:
        float64 [rows], whole numbers, at most MOST_SEEDS.
    """
    size, spread = np.broadcast_arrays(np.asarray(half, float), np.asarray(deviation, float))
    known = (size > 0) & ~np.isnan(spread)
    size, spread = np.where(known, size, 1.0), np.where(known, spread, 0.0)
    z = ndtri((1 + LEVEL) / 2)
    with np.errstate(over="ignore"):
        n = np.clip(np.ceil((z * spread / size) ** 2), 2, MOST_SEEDS)  # the normal quantile: never too many
    for _ in range(100):  # t is wider for few seeds: a handful of steps
        short = (t_value(n) * spread / np.sqrt(n) > size) & (n < MOST_SEEDS)
        if not short.any():
            break
        n = np.where(short, n + 1, n)
    return np.where(known, n, np.nan)


def leaving_one_out(whole: ArrayLike, without: ArrayLike) -> Estimate:
    """Interval of a figure that is a ratio, a share or a length, made of sums over the seeds: Student's t, jackknife.

    Leaving one world out says how much each seed pulls at the figure, so that a ratio is linearised without a formula. Of a
    plain mean this is exactly the interval of ``paired``. Efron and Stein (1981); its coverage is a long test.

    Args:
        whole: the figure over all seeds, any shape.
        without: [seeds, shape of ``whole``], the figure over all seeds but one; fewer than two give no interval.

    Returns:
        No interval where the figure is unknown or endless without some seed.
    """
    value, rest = np.asarray(whole, float), np.asarray(without, float)
    n = len(rest)
    if n < 2:
        nothing = np.full(value.shape, np.nan)
        return Estimate(value, nothing, nothing)
    with np.errstate(invalid="ignore"):  # endless less endless is unknown, as it should be
        half = t_value(n) * np.sqrt((n - 1) / n * ((rest - rest.mean(axis=0)) ** 2).sum(axis=0))
        return Estimate(value, value - half, value + half)


def ratio(a: ArrayLike, b: ArrayLike) -> Ratio:
    """Mean(a) ÷ mean(b) over paired seeds, with the interval of ``leaving_one_out``.

    Args:
        a: numerator per seed, such as extra moves. b: denominator per seed, such as euro; same length.

    Returns:
        Without a value where the mean of ``b`` is not above 0; without an interval where one seed has all of ``b``, or is all there is.
    """
    x, y = np.asarray(a, float), np.asarray(b, float)
    n = len(x)
    if n == 0 or np.isnan(x).any() or np.isnan(y).any():
        return Ratio(math.nan, math.nan, math.nan, "no value in some seed")
    if y.sum() <= 0:
        return Ratio(math.nan, math.nan, math.nan, "nothing to divide by")
    value = x.sum() / y.sum()
    if n < 2:
        return Ratio(value, math.nan, math.nan, "one seed: no interval")
    rest = np.divide(x.sum() - x, y.sum() - y, out=np.full(n, np.nan), where=y.sum() - y > 0)
    found = leaving_one_out(value, rest)
    return Ratio(value, float(found.lower), float(found.upper), "" if np.isfinite(found.lower) else "all in one seed: no interval")


def turned_over(found: Ratio) -> Ratio:
    """One over a ratio: what one more costs, where the ratio is how many more come of one.

    Without a value where the ratio is not above 0. Where its interval holds 0 there is a lower end and no upper one: one
    more may cost any amount.
    """
    if not found.value > 0:
        return Ratio(math.nan, math.nan, math.nan, found.note or "no extra: the number is not above 0")
    if found.note:
        return Ratio(1 / found.value, math.nan, math.nan, found.note)
    if found.lower <= 0:
        return Ratio(1 / found.value, 1 / found.upper, math.nan, "the number of extra may be zero: no upper end")
    return Ratio(1 / found.value, 1 / found.upper, 1 / found.lower, "")


def claimed(difference: ArrayLike, lower: ArrayLike, upper: ArrayLike, placebo: ArrayLike) -> NDArray:
    """Whether an effect may be claimed: its interval leaves out 0, and it is larger than the placebo's half-width.

    Boolean [rows]; False where interval or placebo are unknown.
    """
    low, high = np.asarray(lower, float), np.asarray(upper, float)
    return ((low > 0) | (high < 0)) & (np.abs(np.asarray(difference, float)) > np.asarray(placebo, float))


def by_chance(n_tested: int) -> float:
    """At most how many of ``n_tested`` comparisons in which nothing happened have an interval without 0, on average."""
    return (1 - LEVEL) * n_tested


def same_seeds(seeds: Mapping[str, Iterable[int]]) -> list[int]:
    """The seeds that all scenarios share, sorted.

    Args:
        seeds: scenario to its seeds; ``basis`` among them.

    Raises:
        Refusal: there is no basis, or a scenario lacks seeds that basis has, or has others.
    """
    if BASIS not in seeds:
        raise Refusal(f"no scenario {BASIS} among {', '.join(sorted(seeds))}: nothing to compare with")
    want = set(seeds[BASIS])
    for name in sorted(seeds):
        have = set(seeds[name])
        if have != want:
            raise Refusal(
                f"scenario {name} {_lacks(want - have, have - want)}; no paired figure is reported over unequal "
                "sets of seeds: the same experiments.compare runs what is missing"
            )
    return sorted(want)


def _lacks(missing: set[int], extra: set[int]) -> str:
    parts = [("lacks seeds ", missing), (f"has seeds that {BASIS} lacks: ", extra)]
    return " and ".join(text + ", ".join(map(str, sorted(some))) for text, some in parts if some)


def refuse_twins(fingerprints: Mapping[str, str]) -> None:
    """Refuse intervals when two seeds are the same world: they are one observation, not two.

    Args:
        fingerprints: seed to the fingerprint of its burnt-in world.

    Raises:
        Refusal: names the two seeds.
    """
    first: dict[str, str] = {}
    for seed, mark in sorted(fingerprints.items(), key=lambda item: int(item[0])):
        if mark in first:
            raise Refusal(
                f"seeds {first[mark]} and {seed} have the same world (fingerprint {mark[:12]}): they are no "
                "independent observations, so no interval is given; check how the world of a seed is drawn"
            )
        first[mark] = seed
