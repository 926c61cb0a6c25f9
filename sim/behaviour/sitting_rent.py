"""The rent of a sitting tenant, from one month to the next: what each year and each step of an agreed path do to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour.fit import fit_of
from sim.kernel_cache import njit
from sim.world.codes import PRESENT
from sim.world.columns import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

PATH_STEPS = 3


def step_rents(w: World) -> NDArray:
    """Rent paths rise in three equal steps; returns the rows whose rent may have changed."""
    h = w.h
    rows = np.flatnonzero((h.rent_path_end != ABSENT) & (h.state == PRESENT))
    end, since = h.rent_path_end[rows].astype(np.int32), w.month - h.moved_in[rows].astype(np.int32)
    third = np.maximum(1, (end - h.moved_in[rows]) // PATH_STEPS)
    step = since // third
    due = (since > 0) & (since % third == 0) & (step < PATH_STEPS) & (w.month < end)
    rise = (h.rent_full[rows] - h.rent[rows]) / np.maximum(1, PATH_STEPS + 1 - step)
    h.rent[rows] = np.where(w.month >= end, h.rent_full[rows], h.rent[rows] + np.where(due, rise, 0))
    done = rows[w.month >= end]
    h.rent_path_end[done] = ABSENT
    return rows


@njit(cache=True, error_model="numpy")
def pass_year(h, rows, sitting, at):
    """A year of the household ``rows`` in their homes: rent times ``sitting`` where it follows no agreed path, and fit anew."""
    for i in rows:
        if h.home[i] < 0:
            continue
        if h.rent[i] > 0 and h.rent_path_end[i] == ABSENT:
            h.rent[i] *= sitting
            h.rent_full[i] = h.rent[i]
        h.fit_here[i] = fit_of(h, i, h.home[i], at)
