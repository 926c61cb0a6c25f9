"""Who is in a target group: one pass over the households that may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sim.codes import HouseholdState, Tenure
from sim.columns import NOWHERE
from sim.fit import oldest_age
from sim.randomness import draw_bits, to_unit, uniform
from sim.register import everybody

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.columns import Dwellings, Households
    from sim.interventions.base import Who
    from sim.register import Among

PRESENT = int(HouseholdState.PRESENT)
ANY = 9


class Lot(NamedTuple):
    """A keyed draw of each household: those below ``chance`` are meant. It asks less than to draw for all, and look then."""

    base: np.uint64
    chance: float

    def draws(self, ident: NDArray) -> NDArray:
        """Which of the ids (uint64) are drawn, bool."""
        return uniform(self.base, ident) < self.chance


ALL_DRAWN = Lot(np.uint64(0), 1.0)


def target_rows(
    h: Households,
    d: Dwellings,
    month: int,
    who: Who,
    stages: tuple[int, int],
    mask: np.uint64,
    lot: Lot = ALL_DRAWN,
    among: Among | None = None,
) -> NDArray:
    """Rows (int32) with a home, in ``stages``, that meet ``who``, do not carry ``mask`` yet and are drawn in ``lot``.

    ``among``: those who are asked, in order of their rows; by default everybody.
    """
    tenure = ANY if who.tenure == "any" else int(Tenure[who.tenure.upper()])
    of = (h.state, h.stage, h.touched, h.home, h.reserved, h.size, h.adult_birth, d.rooms, d.floor_area, d.tenure)
    asked = (who.age, who.size, who.rooms, who.rooms_most, float(who.floor_area), tenure, *stages)
    return _target(everybody(h) if among is None else among, of, month, asked, mask, lot.base, float(lot.chance))


@njit(cache=True)
def _target(among, of, month, asked, mask, base, chance):
    state, stage, touched, home, reserved, size, birth, rooms, floor_area, tenure = of
    age, size_most, rooms_least, rooms_most, floor_area_least, tenure_asked, first, last = asked
    out = np.empty(len(among.rows), np.int32)
    n = 0
    for k in range(len(among.rows)):
        if chance < 1.0 and to_unit(draw_bits(base, among.ident[k])) >= chance:
            continue
        i = among.rows[k]
        if stage[i] < first or stage[i] > last or touched[i] & mask:
            continue
        j = home[i]
        if state[i] != PRESENT or j < 0 or reserved[i] != NOWHERE or size[i] > size_most:
            continue
        if rooms[j] < rooms_least or rooms[j] > rooms_most or floor_area[j] < floor_area_least:
            continue
        if tenure_asked != ANY and tenure[j] != tenure_asked:
            continue
        if oldest_age(np.int64(birth[i, 0]), np.int64(birth[i, 1]), month) >= age:
            out[n] = i
            n += 1
    return out[:n].copy()


@njit(cache=True)
def carriers(touched, mask):
    """Rows (int64) that carry ``mask``: on which an instrument works."""
    n = 0
    for i in range(len(touched)):
        n += (touched[i] & mask) != 0
    out = np.empty(n, np.int64)
    n = 0
    for i in range(len(touched)):
        if touched[i] & mask:
            out[n] = i
            n += 1
    return out
