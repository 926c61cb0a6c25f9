"""Who is in a target group: one pass over the households that may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.codes import HouseholdState, Tenure
from sim.fit import oldest_age
from sim.randomness import draw_bits, to_unit
from sim.world import NOWHERE

if TYPE_CHECKING:
    from sim.interventions.base import Who
    from sim.world import Dwellings, Households

PRESENT = int(HouseholdState.PRESENT)
ANY = 9
SENIOR = 55  # years: the lowest age of most target groups


class Lot(NamedTuple):
    """A keyed draw of each household: those below ``chance`` are meant. It asks less than to draw for all, and look then."""

    base: np.uint64
    chance: float


EVERYBODY = Lot(np.uint64(0), 1.0)


class Register:
    """Where the instruments of one month look for their target groups: who is there, old enough and on its way, found once.

    It stands while instruments act: nobody is born, grows older, comes or goes then. Steps of the klantreis it sees.
    """

    def __init__(self, h: Households, month: int) -> None:
        self._by_age = [_present(h.state, h.adult_birth, month, age) for age in (0, SENIOR)]
        self._stage, self._found = h.stage.copy(), dict[tuple[bool, tuple[int, int]], NDArray]()

    def rows(self, h: Households, age: int, stages: tuple[int, int]) -> NDArray:
        """Rows (int32) among which all of this age, or more, in these stages (first, last) are."""
        if not np.array_equal(self._stage, h.stage):
            self._stage = h.stage.copy()
            self._found.clear()
        asked = age >= SENIOR, stages
        if asked not in self._found:
            self._found[asked] = _between(self._by_age[asked[0]], h.stage, *stages)
        return self._found[asked]


def target_rows(
    h: Households, d: Dwellings, month: int, who: Who, stages: tuple[int, int], mask: np.uint64, lot: Lot = EVERYBODY,
    register: Register | None = None,
) -> NDArray:
    """Rows (int32) with a home, in ``stages``, that meet ``who``, do not carry ``mask`` yet and are drawn in ``lot``.

    A ``register`` of this month's households saves time, and changes nothing.
    """
    tenure = ANY if who.tenure == "any" else int(Tenure[who.tenure.upper()])
    among = np.arange(len(h.state), dtype=np.int32) if register is None else register.rows(h, who.age, stages)
    of = (h.id, h.state, h.stage, h.touched, h.home, h.reserved, h.size, h.adult_birth, d.rooms, d.floor_area, d.tenure)
    asked = (who.age, who.size, who.rooms, who.rooms_most, float(who.floor_area), tenure, *stages)
    return _target(among, of, month, asked, mask, lot.base, float(lot.chance))


@njit(cache=True)
def _target(among, of, month, asked, mask, base, chance):
    ident, state, stage, touched, home, reserved, size, birth, rooms, floor_area, tenure = of
    age, size_most, rooms_least, rooms_most, floor_area_least, tenure_asked, first, last = asked
    out = np.empty(len(among), np.int32)
    n = 0
    for i in among:
        if stage[i] < first or stage[i] > last or touched[i] & mask:  # first: it needs one byte, and most fall out
            continue
        if chance < 1.0 and to_unit(draw_bits(base, ident[i])) >= chance:
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
def _present(state, adult_birth, month, age):
    """Rows (int32) of those present whose oldest adult has this age, years, or more."""
    out = np.empty(len(state), np.int32)
    n = 0
    for i in range(len(state)):
        if state[i] == PRESENT and oldest_age(np.int64(adult_birth[i, 0]), np.int64(adult_birth[i, 1]), month) >= age:
            out[n] = i
            n += 1
    return out[:n].copy()


@njit(cache=True)
def _between(rows, stage, first, last):
    """Those of the ``rows`` (int32) in the stages from ``first`` to ``last``."""
    out = np.empty(len(rows), np.int32)
    n = 0
    for i in rows:
        if first <= stage[i] <= last:
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
