"""What public figures leave of the assumptions: implausible points, weights of the others, regions, and what no figure sees.

History matching rules out what cannot be (Craig et al. 1997; Vernon, Goldstein and Bower 2010): the distance of a target is that between
emulated and observed over the root of all that parts them: emulator, chance and discrepancy. Inside what is left a draw weighs as the
chance of what was observed, given that error: with it, approximate Bayesian computation is exact (Wilkinson 2013). All on logarithms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CUT = 3.0  # of the implausibility: what a distribution with one top holds in 95 % (Pukelsheim 1994)
REGION = 0.9


class Errors(NamedTuple):
    """What parts a run from a public figure, as variances of logarithms, [targets] each.

    Attributes:
        chance: of one world, between seeds.
        discrepancy: of source, sampling, area and year, and model together.
    """

    chance: NDArray
    discrepancy: NDArray


def distances(mean: NDArray, sd: NDArray, observed: NDArray, errors: Errors) -> NDArray:
    """How far each target is off at each point, in standard deviations: [points, targets].

    Args:
        mean, sd: [points, targets], as emulators foresee.
        observed: [targets], logarithms.
    """
    return np.abs(mean - observed) / np.sqrt(sd**2 + errors.chance + errors.discrepancy)


def implausibility(distance: NDArray) -> NDArray:
    """The second-largest distance of each point [points]: one target may miss, for one emulator or one source may be wrong."""
    return np.partition(distance, -2, axis=1)[:, -2] if distance.shape[1] > 1 else distance[:, 0]


def log_likelihood(mean: NDArray, variance: NDArray, observed: NDArray) -> NDArray:
    """Of what was observed at each point, up to a constant: [points]; the targets apart by chance alone.

    Args:
        mean: [points, targets]; variance: the same, or [targets].
    """
    return -0.5 * np.sum((mean - observed) ** 2 / variance + np.log(variance * np.ones_like(mean)), axis=1)


def weights(log: NDArray, kept: NDArray | None = None) -> NDArray:
    """Weights that add up to 1, of logarithms [points]; 0 where not kept."""
    log = np.where(np.isnan(log) | (False if kept is None else ~kept), -np.inf, log)
    if not np.isfinite(log).any():
        return np.zeros(len(log))
    found = np.exp(log - log.max())
    return found / found.sum()


def effective(weight: NDArray) -> float:
    """How many draws of equal weight say as much (Kish)."""
    return float(weight.sum() ** 2 / (weight**2).sum()) if weight.any() else 0.0


def quantiles(values: NDArray, weight: NDArray, shares: Sequence[float]) -> NDArray:
    """Weighted quantiles of each column: [shares, columns]."""
    found = np.empty((len(shares), values.shape[1]))
    for n, column in enumerate(values.T):
        order = np.argsort(column, kind="stable")
        below = np.cumsum(weight[order]) - weight[order] / 2
        found[:, n] = np.interp(shares, below / weight.sum(), column[order])
    return found


def region(values: NDArray, weight: NDArray, held: float = REGION) -> tuple[NDArray, NDArray]:
    """The two ends of the region in the middle that holds a share of the weight, by column."""
    low, high = quantiles(values, weight, ((1 - held) / 2, (1 + held) / 2))
    return low, high


def together(log: NDArray, weight: NDArray, of_truth: float, held: float = REGION) -> bool:
    """Whether a truth lies in the joint region of highest density: likelier points hold less than this share of the weight.

    Args:
        log: [points], of each point what is proportional to its density; ``of_truth`` the same of the truth.
    """
    return bool(weight[log > of_truth].sum() < held)


def narrowed(values: NDArray, weight: NDArray) -> NDArray:
    """What is left of each parameter: its deviation over that of the points without weights, [parameters]; 1: nothing was learnt."""
    mean = weight @ values / weight.sum()
    return np.sqrt(weight @ (values - mean) ** 2 / weight.sum()) / values.std(axis=0)


def moved(values: NDArray, weight: NDArray) -> NDArray:
    """How much the figures tell of each column: the largest gap between its distribution with and without weights, [columns], 0 to 1."""
    found = np.empty(values.shape[1])
    for n, column in enumerate(values.T):
        order = np.argsort(column, kind="stable")
        found[n] = np.abs(np.cumsum(weight[order]) / weight.sum() - np.arange(1, len(order) + 1) / len(order)).max()
    return found


def unseen(values: NDArray, weight: NDArray, dummies: int) -> NDArray:
    """Which parameters no target sees: no further moved than the furthest of the last columns, which the model does not read. bool.

    The dummies go through emulators and weights as every parameter does, so what chance makes of one is in them.
    """
    found = moved(values, weight)
    return found[: values.shape[1] - dummies] <= found[values.shape[1] - dummies :].max()


def resampled(weight: NDArray, n: int, rng: np.random.Generator) -> NDArray:
    """``n`` different points, each as likely as it weighs: their numbers, in order (all of them where fewer weigh anything)."""
    there = np.flatnonzero(weight)
    if len(there) <= n:
        return there
    return np.sort(rng.choice(len(weight), n, replace=False, p=weight / weight.sum()))


def held(figures: NDArray, weight: NDArray, observed: NDArray, of: float = REGION) -> tuple[NDArray, NDArray, NDArray]:
    """By figure the two ends of the interval of weighted runs [runs, figures], and whether what was observed lies within."""
    low, high = region(figures, weight, of)
    return low, high, (low <= observed) & (observed <= high)
