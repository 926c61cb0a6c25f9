"""Readable twins of the kernels of the start population."""

from __future__ import annotations

import numpy as np

from sim.population.integerise import CELL_WEIGHT, GROUPS, WEIGHTS


def best_swap(n: np.ndarray, want: np.ndarray, extra: np.ndarray) -> tuple[float, int, int, int]:
    """All gains [6, 35, 35] side by side, impossible ones infinite; the first of the lowest."""
    error = n - want
    row = error.sum(axis=1) + extra
    total = 2 - 2 * row[:, None] + 2 * row[None, :]
    for group, weight in zip(GROUPS, WEIGHTS, strict=True):
        summed = np.bincount(group, row)[group]
        same = group[:, None] == group[None, :]
        total = total + weight * np.where(same, 0.0, 2 - 2 * summed[:, None] + 2 * summed[None, :])
    gain = total[None, :, :] + CELL_WEIGHT * (2 - 2 * error.T[:, :, None] + 2 * error.T[:, None, :])
    gain[:, np.arange(35), np.arange(35)] = np.inf
    gain = np.where((n.T > 0)[:, :, None] & (want.T > 1e-9)[:, None, :], gain, np.inf)
    c, i, j = np.unravel_index(int(np.argmin(gain)), gain.shape)
    return float(gain[c, i, j]), int(c), int(i), int(j)
