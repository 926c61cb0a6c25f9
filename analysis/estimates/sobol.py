"""Sobol indices of a model that throws dice: how much of what an output varies with each input, chance taken out.

A mean over seeds still holds chance, which would look like interaction of all inputs. So every product of two outputs is taken over
*different* seeds: what chance adds to a world is then in no product. The design is that of Saltelli (2010): two independent tables of
points A and B, and for each input A with that input from B.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import qmc

from analysis.estimates.statistics import LEVEL

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

RESAMPLED = 500  # bootstraps over the points


class Indices(NamedTuple):
    """Of each input, float64 [inputs]: the share of the variance that goes when it is known (first), and that stays when all others are
    (total), each with its 95 % interval over the points; NaN where the output does not vary beyond chance.

    ``variance`` is that of the output over the points without chance, ``chance`` how much of the variance of a mean over the seeds was.
    """

    first: NDArray
    first_lower: NDArray
    first_upper: NDArray
    total: NDArray
    total_lower: NDArray
    total_upper: NDArray
    variance: float
    chance: float


def design(points: int, inputs: int, seed: int) -> NDArray:
    """Where the model is asked, from 0 to 1: float64 [2 + inputs, points, inputs]: A, B, and A with each input from B.

    Args:
        points: a power of two, as Sobol's sequence needs.
    """
    both = qmc.Sobol(2 * inputs, rng=np.random.default_rng(seed)).random(points)
    a, b = both[:, :inputs], both[:, inputs:]
    mixed = np.repeat(a[None], inputs, axis=0)
    for k in range(inputs):
        mixed[k, :, k] = b[:, k]
    return np.concatenate([a[None], b[None], mixed])


def indices(outputs: ArrayLike, seed: int = 0) -> Indices:
    """Indices of one output.

    Args:
        outputs: float64 [2 + inputs, points, seeds], in the order of ``design``; two seeds at least, which differ by chance alone.

    Raises:
        ValueError: fewer than two seeds.
    """
    y = np.asarray(outputs, float)
    if y.shape[2] < 2:
        raise ValueError("indices need two seeds at least: with one, chance cannot be told from what the inputs do")
    y = y - y[:2].mean(axis=(0, 1))  # one seed may lie higher than another at every point
    value = _shares(y)
    draws = np.random.default_rng(seed)
    drawn = np.array([_shares(y[:, draws.integers(0, y.shape[1], y.shape[1])])[:2] for _ in range(RESAMPLED)])
    low, high = np.nanquantile(drawn, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0) if value[2] > 0 else np.full((2, 2, len(y) - 2), np.nan)
    return Indices(value[0], low[0], high[0], value[1], low[1], high[1], value[2], value[3])


def _shares(y: NDArray) -> tuple[NDArray, NDArray, float, float]:
    """First and total indices, the variance without chance, and the share of chance in that of a mean over the seeds."""
    a, b, mixed = y[0], y[1], y[2:]
    variance = (_across(a, a) + _across(b, b)) / 2
    means = y[:2].mean(axis=2)
    whole = float(means.var())
    chance = 1 - variance / whole if whole > 0 else 0.0
    if variance <= 0 or np.isclose(variance, 0, atol=1e-12 * max(whole, 1e-300)):
        nothing = np.full(len(mixed), np.nan)
        return nothing, nothing, 0.0, min(chance, 1.0)
    first = np.array([_across(b, one) for one in mixed]) / variance
    total = 1 - np.array([_across(a, one) for one in mixed]) / variance
    return first, total, variance, chance


def _across(u: NDArray, v: NDArray) -> float:
    """Covariance over the points of two outputs [points, seeds], products of different seeds only."""
    n, mean_u, mean_v = u.shape[1], u.mean(axis=0), v.mean(axis=0)
    products = (u.sum(axis=1) * v.sum(axis=1) - (u * v).sum(axis=1)).mean()
    return float(products - mean_u.sum() * mean_v.sum() + (mean_u * mean_v).sum()) / (n * (n - 1))
