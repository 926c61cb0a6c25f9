"""Whole households out of a fitted table, anew for each seed, with margins that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.kernel_cache import njit
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
        error = n - want
        row = error.sum(axis=1) + extra
        gain, c, out, into = best_swap(n, want, error, row, *(np.bincount(group, row)[group] for group in GROUPS))
        if gain >= -1e-9:
            break
        n[out, c] -= 1
        n[into, c] += 1
    return n


def _column(want: NDArray, n: int, u: float) -> NDArray:
    return systematic(want, n, u) if n else np.zeros(len(want), np.int64)


_AGE, _TYPE = np.repeat(np.arange(7), 5), np.tile(np.arange(5), 7)
GROUPS = (_AGE, AGE_GROUP[_AGE], _TYPE)  # of cells: ages, broad ages, types
_SAME = np.stack([group[:, None] == group[None, :] for group in GROUPS])


@njit(cache=True)
def best_swap(n, want, error, row, by_age, by_broad, by_type):
    """The one household of column c that is best moved from cell i to cell j: (gain, c, i, j), the first of equal ones.

    The gain is the change of the sum of squared errors (rows, ages, broad ages, types, and slightly cells): ``error``
    [35, 6], ``row`` [35] and its sums by group, per cell. Cells that have or want no household are left out.
    """
    cells, columns = n.shape
    change = np.empty((cells, cells))
    for i in range(cells):
        for j in range(cells):
            change[i, j] = 2.0 - 2.0 * row[i] + 2.0 * row[j]
            if not _SAME[0, i, j]:
                change[i, j] += WEIGHTS[0] * (2.0 - 2.0 * by_age[i] + 2.0 * by_age[j])
            if not _SAME[1, i, j]:
                change[i, j] += WEIGHTS[1] * (2.0 - 2.0 * by_broad[i] + 2.0 * by_broad[j])
            if not _SAME[2, i, j]:
                change[i, j] += WEIGHTS[2] * (2.0 - 2.0 * by_type[i] + 2.0 * by_type[j])
    best, at = np.inf, (0, 0, 0)
    for c in range(columns):
        for i in range(cells):
            if n[i, c] <= 0:
                continue
            for j in range(cells):
                if j == i or want[j, c] <= 1e-9:
                    continue
                gain = change[i, j] + CELL_WEIGHT * (2.0 - 2.0 * error[i, c] + 2.0 * error[j, c])
                if gain < best:
                    best, at = gain, (c, i, j)
    return best, at[0], at[1], at[2]
