"""Who has no home of its own moves too: from room to room or from host to host, or back to the parents.

No home comes free by it and none is filled, so no market knows of it: it is there to be counted, in persons. Whoever came from
elsewhere and has found nothing yet lives elsewhere still.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.demography.border import room_moves, sizes
from sim.world.chance import Purpose, uniform
from sim.world.codes import PRESENT, PersonMove
from sim.world.columns import NEVER, age_years

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.columns import Households
    from sim.world.world import World


def lives_here(h: Households, rows: NDArray | slice = slice(None)) -> NDArray:
    """Whether households live in the area: all that are there, but for arrivals that have not found a home yet; bool [rows]."""
    return (h.state[rows] == PRESENT) & ((h.home[rows] >= 0) | (h.patience[rows] == NEVER))


def move_between_rooms(w: World) -> tuple[NDArray, NDArray]:
    """Household rows (int64) without a home of their own that move this month, and how (PersonMove: ROOM or BACK)."""
    h = w.h
    rows = np.flatnonzero(lives_here(h) & (h.home < 0))
    u = uniform(w.draws.base(Purpose.LODGING, w.month), h.id[rows])
    back, either = room_moves(age_years(h.adult_birth[rows], w.month).max(axis=1), sizes(h, rows), w.params)
    moves = u < either
    return rows[moves], np.where(u < back, PersonMove.BACK, PersonMove.ROOM)[moves]
