"""Where a sitting tenant's rent rises: the rule of each year, and the steps of an agreed path. Nothing else changes it.

Amounts are in euro of the start year, in which the rent that a next tenant is asked stays level. A sitting tenant's rises less than
that from year to year, so here it falls, by ``yearly_fall`` of the tenure (D17: what new lettings add to the mean rise of rents), in the
month in which the first adult was born. A tenant who agreed on a path at the move pays more in three equal steps
instead (``sim.behaviour.money.rent_paths``). ``sim.month.step`` asks for both every month, in ``look_again``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.population.tenancy import yearly_fall
from sim.world.codes import PRESENT
from sim.world.columns import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

PATH_STEPS = 3


def pass_year(w: World, rows: NDArray) -> None:
    """A year of the household ``rows`` in their homes: the rent of tenants who follow no path falls behind the asking rent."""
    h = w.h
    sitting = rows[(h.home[rows] >= 0) & (h.rent[rows] > 0) & (h.rent_path_end[rows] == ABSENT)]
    h.rent[sitting] *= (1 - yearly_fall(w.params)).astype(np.float32)[w.d.tenure[h.home[sitting]]]
    h.rent_full[sitting] = h.rent[sitting]


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
