"""Whole households out of a fitted table, anew for each seed, with margins that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.population.fitting import AGE_GROUP
from sim.population.ipf import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_SWAPS = 400
CELL_WEIGHT = 0.05
WEIGHTS = (0.2, 0.4, 0.4)  # of ages, broad ages and types against age × type


def homes_of(dwellings: NDArray, occupied: NDArray, u: NDArray) -> tuple[NDArray, NDArray]:
    """Whole homes and occupied homes of the areas of one gemeente, [a, 6]; the totals of area and gemeente hold.

    Args:
        u: uniform numbers [a], one per area.
    """
    total = whole(dwellings.sum(axis=1), round(float(dwellings.sum())))
    lived = np.minimum(whole(occupied.sum(axis=1), round(float(occupied.sum()))), total)
    n, m = np.zeros(dwellings.shape, np.int64), np.zeros(dwellings.shape, np.int64)
    for a in range(len(total)):
        n[a] = whole(dwellings[a], int(total[a]))
        m[a] = np.minimum(whole(occupied[a], int(lived[a])), n[a])
        spare = int(lived[a] - m[a].sum())
        if spare:
            room = n[a] - m[a]
            m[a] += np.minimum(room, whole(room + 1e-9, spare))
    return n, m


def systematic(expected: NDArray, n: int, u: float) -> NDArray:
    """Whole numbers that add up to ``n``, in proportion to ``expected``; any run of cells is off by less than one."""
    edges = np.cumsum(expected) * (n / max(float(expected.sum()), 1e-12))
    edges[-1] = n
    return np.diff(np.floor(edges + u).clip(0, None), prepend=np.floor(u)).astype(np.int64)


def households(joint: NDArray, lived: NDArray, u: NDArray, extra: NDArray) -> NDArray:
    """Whole households [35, 6] of one area: columns add up to ``lived`` [6]; the other margins are then mended.

    Args:
        joint: fractions [35, 6].
        u: uniform numbers [6].
        extra: [35] what rows are already over their fractions (households without a home, made whole before).
    """
    want = joint * (lived / np.maximum(joint.sum(axis=0), 1e-12))
    n = np.stack([_column(want[:, c], int(lived[c]), float(u[c])) for c in range(6)], axis=1)
    for _ in range(MAX_SWAPS):
        gain = _gains(n, want, extra)
        best = int(np.argmin(gain))
        if gain.flat[best] >= -1e-9:
            break
        c, rest = divmod(best, 35 * 35)
        out, into = divmod(rest, 35)
        n[out, c] -= 1
        n[into, c] += 1
    return n


def _column(want: NDArray, n: int, u: float) -> NDArray:
    return systematic(want, n, u) if n else np.zeros(len(want), np.int64)


_AGE = np.repeat(np.arange(7), 5)
_BROAD = AGE_GROUP[_AGE]
_TYPE = np.tile(np.arange(5), 7)
_SAME = [group[:, None] == group[None, :] for group in (_AGE, _BROAD, _TYPE)]


def _gains(n: NDArray, want: NDArray, extra: NDArray) -> NDArray:
    """Change of the sum of squared errors (rows, ages, broad ages, types, and slightly cells) when one household of
    column c goes from cell i to cell j: [6, 35, 35]; impossible ones are infinite."""
    error = n - want
    row = error.sum(axis=1) + extra
    total = 2 - 2 * row[:, None] + 2 * row[None, :]
    for group, same, weight in zip((_AGE, _BROAD, _TYPE), _SAME, WEIGHTS, strict=True):
        summed = np.bincount(group, row)[group]
        total = total + weight * np.where(same, 0.0, 2 - 2 * summed[:, None] + 2 * summed[None, :])
    cell = CELL_WEIGHT * (2 - 2 * error.T[:, :, None] + 2 * error.T[:, None, :])
    gain = total[None, :, :] + cell
    gain[:, np.arange(35), np.arange(35)] = np.inf
    return np.where((n.T > 0)[:, :, None] & (want.T > 1e-9)[:, None, :], gain, np.inf)
