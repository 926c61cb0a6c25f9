"""Who is in a target group: one pass over the households."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sim.codes import HouseholdState, Tenure
from sim.fit import oldest_age
from sim.world import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.base import Who
    from sim.world import Dwellings, Households

PRESENT = int(HouseholdState.PRESENT)
ANY = 9


def target_rows(h: Households, d: Dwellings, month: int, who: Who, stages: tuple[int, int], mask: np.uint64) -> NDArray:
    """Rows (int32) with a home, in ``stages``, that meet ``who`` and do not carry ``mask`` yet."""
    tenure = ANY if who.tenure == "any" else int(Tenure[who.tenure.upper()])
    return _target(h, d, month, who.age, who.size, who.rooms, who.rooms_most, who.floor_area, tenure, stages[0], stages[1], mask)


@njit(cache=True)
def _target(h, d, month, age, size, rooms, rooms_most, floor_area, tenure, first, last, mask):
    out = np.empty(len(h.state), np.int32)
    n = 0
    for i in range(len(h.state)):
        if h.stage[i] < first or h.stage[i] > last:  # first: few households search, and a stage is one byte
            continue
        if h.state[i] != PRESENT or h.home[i] < 0 or h.touched[i] & mask or h.reserved[i] != NOWHERE:
            continue
        j = h.home[i]
        if d.rooms[j] < rooms or d.rooms[j] > rooms_most or h.size[i] > size or d.floor_area[j] < floor_area:
            continue
        if tenure != ANY and d.tenure[j] != tenure:
            continue
        if oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month) >= age:
            out[n] = i
            n += 1
    return out[:n].copy()
