"""Which homes on offer a household sees: a stretch of a circle, so that nobody has to ask home by home.

Each vacancy has a fixed place on one of CHANNELS circles, each household a fixed start on each of them; both are keyed draws
for the whole run. It sees the vacancies from its start on, over a stretch as long as its chance to see a home. So that chance
is exact, what is seen stays seen, who sees more sees all that it saw before, and one vacancy more hides or shows no other.

A searcher keeps an overview of ``n_overview`` homes: in a gemeente with more, its chance falls in proportion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sim.randomness import draw_bits, second_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANNELS = 8  # more of them make what two households see less alike, and a look longer
CIRCLE = 2.0**32
U29, U32, U61 = (np.uint64(n) for n in (29, 32, 61))
ROUND = np.uint64(0xFFFFFFFF)


class Offers(NamedTuple):
    """This month's homes in order of gemeente, channel and place, with an index by area."""

    at: NDArray  # OFFER records
    place: NDArray  # uint32 [offers], place on the circle
    channel: NDArray  # uint8 [offers]
    first: NDArray  # int32 [CHANNELS × gemeenten + 1], first offer of channel ``CHANNELS × gemeente + channel``
    of_area: NDArray  # int32 [offers], offers in order of area
    area_first: NDArray  # int32 [areas + 1], range in of_area


def arrange(at: NDArray, base: np.uint64, gemeente: NDArray) -> Offers:
    """Lay out OFFER records, in any order, so that what is seen is found; ``gemeente`` int32 [areas] as in ``Map``."""
    ring, key = _rings(at, base, gemeente)
    order = np.argsort(key, kind="stable")
    n_rings = CHANNELS * (int(gemeente.max()) + 1)
    return Offers(*_lay_out(at, order, ring, key, n_rings, len(gemeente)))


@njit(cache=True)
def _rings(at, base, gemeente):
    """Circle of each home on offer (int64, ``CHANNELS × gemeente + channel``), and its place by circle as one number."""
    ring, key = np.empty(len(at), np.int64), np.empty(len(at), np.uint64)
    for o in range(len(at)):
        bits = draw_bits(base, at[o].id)
        ring[o] = CHANNELS * gemeente[at[o].area] + np.int64(bits >> U61)
        key[o] = np.uint64(ring[o]) << U32 | ((bits >> U29) & ROUND)
    return ring, key


@njit(cache=True)
def _lay_out(at, order, ring, key, n_rings, n_areas):
    """The columns of ``Offers``."""
    n = len(at)
    out, place, channel, of_area = np.empty_like(at), np.empty(n, np.uint32), np.empty(n, np.uint8), np.empty(n, np.int32)
    first, area_first = np.zeros(n_rings + 1, np.int32), np.zeros(n_areas + 1, np.int32)
    for r in range(n):
        o = order[r]
        out[r] = at[o]
        place[r], channel[r] = key[o] & ROUND, ring[o] % CHANNELS
        first[ring[o] + 1] += 1
        area_first[at[o].area + 1] += 1
    first, area_first = np.cumsum(first), np.cumsum(area_first)
    at_area = area_first.copy()
    for r in range(n):
        of_area[at_area[out[r].area]] = r
        at_area[out[r].area] += 1
    return out, place, channel, first.astype(np.int32), of_area, area_first.astype(np.int32)


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
    low, high = offers.first[CHANNELS * g], offers.first[CHANNELS * (g + 1)]
    n = 0
    if area >= 0 and 2 * (offers.area_first[area + 1] - offers.area_first[area]) < high - low:
        for r in range(offers.area_first[area], offers.area_first[area + 1]):  # few homes: ask for each of them
            o = offers.of_area[r]
            if (np.uint64(offers.place[o]) - starts[offers.channel[o]]) & ROUND < width:
                seen[n] = o
                n += 1
        return n
    for c in range(CHANNELS):
        low, high = offers.first[CHANNELS * g + c], offers.first[CHANNELS * g + c + 1]
        o = _at_or_after(offers.place, low, high, starts[c])
        for _ in range(high - low):
            if o == high:
                o = low  # once round the circle
            if (np.uint64(offers.place[o]) - starts[c]) & ROUND >= width:
                break
            if area < 0 or offers.at[o].area == area:
                seen[n] = o
                n += 1
            o += 1
    return n


@njit(cache=True)
def _at_or_after(place, low, high, start):
    """First row from ``low`` to ``high`` whose place is not before ``start``; ``high`` if there is none."""
    while low < high:
        middle = (low + high) // 2
        if place[middle] < start:
            low = middle + 1
        else:
            high = middle
    return low
