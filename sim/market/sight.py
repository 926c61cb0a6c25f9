"""Which homes on offer a household sees: a stretch of a circle, so that nobody has to ask home by home.

Each vacancy has a fixed place on one of CHANNELS circles, each household a fixed start on each of them; both are keyed draws
for the whole run. It sees the vacancies from its start on, over a stretch as long as its chance to see a home. So that chance
is exact, what is seen stays seen, who sees more sees all that it saw before, and one vacancy more hides or shows no other.

A searcher keeps an overview of ``n_overview`` homes: in a gemeente with more, its chance falls in proportion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.world.chance import draw_bits, second_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANNELS = 8  # more of them make what two households see less alike, and a look longer
CIRCLE = 2.0**32
ARCS = 128  # equal parts of a circle, a power of two: a look begins at the first home of an arc
U25, U29, U32, U61 = (np.uint64(n) for n in (25, 29, 32, 61))
ROUND = np.uint64(0xFFFFFFFF)


class Offers(NamedTuple):
    """This month's homes in order of gemeente, channel and place, with an index by area."""

    at: NDArray  # OFFER records
    place: NDArray  # uint32 [offers], place on the circle
    first: NDArray  # int32 [ARCS × CHANNELS × gemeenten + 1], first offer of each arc, circles in order of gemeente and channel
    of_area: NDArray  # int32 [offers], offers in order of area
    area_place: NDArray  # uint32 [offers], place on the circle, in that order
    area_channel: NDArray  # uint8 [offers], channel, in that order
    area_first: NDArray  # int32 [areas + 1], range in of_area


def arrange(at: NDArray, base: np.uint64, gemeente: NDArray) -> Offers:
    """Lay out OFFER records, in any order, so that what is seen is found; ``gemeente`` int32 [areas] as in ``Map``."""
    key = _keys(at, base, gemeente)
    order = np.argsort(key, kind="stable")
    n_rings = CHANNELS * (int(gemeente.max()) + 1)
    return Offers(*_lay_out(at, order, key, n_rings, len(gemeente)))


@njit(cache=True)
def _keys(at, base, gemeente):
    """Where each home on offer lies, as one number: circle (``CHANNELS × gemeente + channel``), then the 32 bits of its place."""
    key = np.empty(len(at), np.uint64)
    for o in range(len(at)):
        bits = draw_bits(base, at[o].id)
        ring = CHANNELS * gemeente[at[o].area] + np.int64(bits >> U61)
        key[o] = np.uint64(ring) << U32 | ((bits >> U29) & ROUND)
    return key


@njit(cache=True)
def _lay_out(at, order, key, n_rings, n_areas):
    """The columns of ``Offers``."""
    n = len(at)
    out, place, of_area = np.empty_like(at), np.empty(n, np.uint32), np.empty(n, np.int32)
    area_place, area_channel = np.empty(n, np.uint32), np.empty(n, np.uint8)
    first, area_first = np.zeros(ARCS * n_rings + 1, np.int32), np.zeros(n_areas + 1, np.int32)
    for r in range(n):
        o = order[r]
        out[r] = at[o]
        place[r] = key[o] & ROUND
        first[np.int64(key[o] >> U25) + 1] += 1
        area_first[at[o].area + 1] += 1
    first, area_first = np.cumsum(first), np.cumsum(area_first)
    at_area = area_first.copy()
    for r in range(n):
        k = at_area[out[r].area]
        of_area[k], area_place[k], area_channel[k] = r, place[r], (key[order[r]] >> U32) % CHANNELS
        at_area[out[r].area] += 1
    return out, place, first.astype(np.int32), of_area, area_place, area_channel, area_first.astype(np.int32)


@njit(cache=True)
def find_starts(base, ident, starts):
    """Fill ``starts`` (uint64 [CHANNELS]) with where a household's stretch begins on each circle."""
    bits = draw_bits(base, ident)
    for c in range(CHANNELS):
        starts[c] = second_bits(bits, np.uint64(c)) >> U32


@njit(cache=True)
def see(starts, chance, g, area, offers, seen):
    """Fill ``seen`` (int32 [offers]) with the homes on offer in gemeente ``g`` that are seen; returns how many.

    Only those in ``area`` are meant unless it is −1.
    """
    width = np.uint64(chance * CIRCLE)
    n, rings = 0, CHANNELS * ARCS
    if area >= 0 and 2 * (offers.area_first[area + 1] - offers.area_first[area]) < offers.first[(g + 1) * rings] - offers.first[g * rings]:
        for r in range(offers.area_first[area], offers.area_first[area + 1]):  # few homes: ask for each of them
            seen[n] = offers.of_area[r]
            n += (np.uint64(offers.area_place[r]) - starts[offers.area_channel[r]]) & ROUND < width
        return n
    for c in range(CHANNELS):
        low = g * rings + c * ARCS
        end, start, high = starts[c] + width, offers.first[low + np.int64(starts[c] >> U25)], offers.first[low + ARCS]
        while start < high and offers.place[start] < starts[c]:
            start += 1
        n = _take(start, high, end, area, offers, seen, n)
        if end > ROUND:  # once round the circle
            n = _take(offers.first[low], high, end & ROUND, area, offers, seen, n)
    return n


@njit(cache=True)
def _take(o, high, end, area, offers, seen, n):
    """Add to ``seen`` the offers from ``o`` on whose place is before ``end``, up to ``high``; returns how many there are then."""
    while o < high and offers.place[o] < end:
        if area < 0 or offers.at[o].area == area:
            seen[n] = o
            n += 1
        o += 1
    return n
