"""Homes that change hands without standing empty: who wants whose home, and top trading cycles.

A tenant sees the homes of other tenants as it sees homes on offer, by the same circles, and weighs them as it weighs those: it
wants what beats staying put by more than the trouble of moving. Then everybody points at the best home that is left, the own
one where nothing better is; whoever points round in a circle swaps. Nobody loses, and no group could do better by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.levers import NO_BITS
from sim.market.choice import sight_and_room, weigh
from sim.market.records import OFFER
from sim.market.sieve import turns_down
from sim.market.sight import CHANNELS, find_starts, see
from sim.world.chance import pair_bits, to_unit
from sim.world.codes import OUTRANKED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.market.choice import Market, Terms
    from sim.world.world import World


class Veto(NamedTuple):
    """What may stand between a household and a home that it wants: keyed on the two, so a no stays a no."""

    viewing: np.uint64  # base key of what the household finds when it goes and looks
    p_viewing: float  # chance that it says no
    consent: np.uint64  # base key of what the landlord says
    p_consent: float  # chance that the landlord says no


def homes_to_swap(w: World, rows: NDArray) -> NDArray:
    """The homes of the household ``rows`` as OFFER records; ``vacancy`` is the place in ``rows``, ``id`` that of the dwelling."""
    at, j, d = np.zeros(len(rows), OFFER), w.h.home[rows], w.d
    at["vacancy"], at["dwelling"], at["area"] = np.arange(len(rows)), j, d.area[j]
    at["id"] = at["dwelling_id"] = d.id[j]
    at["urban"], at["x_km"], at["y_km"] = w.map.urban[d.area[j]], w.map.x_km[d.area[j]], w.map.y_km[d.area[j]]
    for name in ("rent", "woz", "tenure", "kind", "rooms", "access", "age_label"):
        at[name] = getattr(d, name)[j]
    return at


def wanted_homes(market: Market, terms: Terms, veto: Veto) -> tuple[NDArray, NDArray]:
    """Whose home each seeker wants more than its own, best first: (first, wanted), as ``top_trading_cycles`` reads them.

    The offers are those of ``homes_to_swap``, laid out by ``sim.market.sight.arrange``; ``terms.rules.sight`` is the chance to see one.
    No instrument's lever has a part in it. Ties of worth go by a keyed number of the pair.
    """
    who, home, worth, rank = _wishes(market, terms, veto)
    order = np.lexsort((~rank, -worth, who))
    first = np.searchsorted(who[order], np.arange(len(market.seekers) + 1)).astype(np.int32)
    return first, home[order]


@njit(cache=True)
def _wishes(market, terms, veto):
    """Pairs of a seeker and a home that it sees, may have and wants: who, whose home, worth and rank, in order of seekers."""
    seekers, offers, area_map = market.seekers, market.offers, market.map
    room = 4 * len(seekers) + 16
    who, home = np.empty(room, np.int32), np.empty(room, np.int32)
    worths, ranks = np.empty(room, np.float64), np.empty(room, np.uint64)
    starts, seen = np.empty(CHANNELS, np.uint64), np.empty(len(offers.at), np.int32)
    around_first, found = area_map.around_first, 0
    for s in range(len(seekers)):
        seeker = seekers[s]
        find_starts(terms.bases.sight, seeker.id, starts)
        sight, _ = sight_and_room(seeker, NO_BITS, terms)
        here = area_map.gemeente[seeker.area]
        for part in range(1 + (around_first[here + 1] - around_first[here] if seeker.scope == 2 else 0)):
            g = here if part == 0 else area_map.around[around_first[here] + part - 1]
            n = see(starts, sight * area_map.overview[g], g, seeker.area if seeker.scope == 0 else -1, offers, seen)
            for k in range(n):
                offer = offers.at[seen[k]]
                if offer.vacancy == s or to_unit(pair_bits(veto.consent, seeker.id, offer.id)) < veto.p_consent:
                    continue
                look = weigh(seeker, offer, NO_BITS, NO_BITS, terms)
                if look.gate != OUTRANKED or turns_down(veto.viewing, seeker.id, offer.id, veto.p_viewing):
                    continue
                if found == len(who):
                    who, home = np.concatenate((who, who)), np.concatenate((home, home))
                    worths, ranks = np.concatenate((worths, worths)), np.concatenate((ranks, ranks))
                who[found], home[found], worths[found], ranks[found] = s, offer.vacancy, look.worth, look.rank
                found += 1
    return who[:found].copy(), home[:found].copy(), worths[:found].copy(), ranks[:found].copy()


@njit(cache=True)
def top_trading_cycles(first, wanted):
    """Whose home each of ``len(first) − 1`` owners gets, int32; the own one for who does not swap.

    ``wanted[first[i]:first[i + 1]]`` (int32) are the owners whose homes ``i`` likes better than its own, best first. The
    answer does not depend on the order in which owners are looked at.
    """
    n = len(first) - 1
    got, place, path = np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.empty(n, np.int32)
    at = first[:-1].copy()  # how far down its list each owner is
    for start in range(n):
        top = -1
        if got[start] < 0:
            top, path[0], place[start] = 0, start, 0
        while top >= 0:
            i = path[top]
            while at[i] < first[i + 1] and got[wanted[at[i]]] >= 0:  # that home is gone
                at[i] += 1
            j = wanted[at[i]] if at[i] < first[i + 1] else i
            if place[j] < 0:
                top += 1
                path[top], place[j] = j, top
                continue
            end = place[j]
            for p in range(end, top + 1):  # the path has come back to itself: from j on they trade
                got[path[p]] = path[p + 1] if p < top else j
            top = end - 1
    return got
