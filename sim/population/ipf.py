"""Fitting tables to margins: iterative proportional fitting, shifting odds, and whole numbers out of fractions.

Own routines of a few lines, because a table is fitted for all areas at once (axis 0) and the whole numbers must differ
by seed: humanleague fits one area per call, and its integerisation is the same for every seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Margin = tuple[tuple[int, ...], "NDArray"]


def fit(seed: NDArray, margins: list[Margin], rounds: int = 200, tolerance: float = 1e-7) -> NDArray:
    """Iterative proportional fitting (Deming and Stephan 1940).

    Args:
        seed: non-negative table of any number of dimensions.
        margins: (axes kept, their wanted totals), with equal grand totals.
        rounds, tolerance: stop when no margin is off by more than this share of its total.
    """
    table = np.array(seed, np.float64)
    for _ in range(rounds):
        worst = 0.0
        for axes, wanted in margins:
            gone = tuple(k for k in range(table.ndim) if k not in axes)
            now = table.sum(axis=gone)
            factor = np.divide(wanted, now, out=np.zeros_like(now), where=now > 0)
            worst = max(worst, float(np.abs(now - wanted).sum() / max(1.0, wanted.sum())))
            table *= np.expand_dims(factor, gone)
        if worst < tolerance:
            break
    return table


def shift_odds(share: NDArray, weight: NDArray, wanted: NDArray) -> NDArray:
    """Shares [a, c] whose odds are multiplied, per row, so that sum(share * weight) is ``wanted`` [a]."""
    odds = share / (1 - share)
    low, high = np.full(len(wanted), -30.0), np.full(len(wanted), 30.0)
    for _ in range(60):
        middle = (low + high) / 2
        moved = odds * np.exp(middle)[:, None]
        short = (moved / (1 + moved) * weight).sum(axis=1) < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    moved = odds * np.exp((low + high) / 2)[:, None]
    return moved / (1 + moved)


def whole(totals: NDArray, wanted: int) -> NDArray:
    """Whole numbers that add up to ``wanted``, each less than one away from its share of it (largest remainders)."""
    exact = totals * (wanted / max(totals.sum(), 1e-12))
    low = np.floor(exact + 1e-9).astype(np.int64)
    short = wanted - int(low.sum())
    order = np.argsort(-(exact - low), kind="stable")
    low[order[:short]] += 1
    return low


def within_runs(counts: NDArray) -> NDArray:
    """0, 1, 2, … within each of the runs whose lengths are ``counts``, one after the other."""
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))
    return np.arange(int(counts.sum())) - np.repeat(first, counts)
