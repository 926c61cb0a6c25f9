"""Who gets a home: who may live there, in what order candidates are ranked, which rules do not hold for it, and what is given up.

The clearing itself stands beside it (``sim.market.matching``): it needs no more than these ranks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.kernel_cache import njit
from sim.world.codes import CORPORATIE, KOOP, ON_OFFER, VRIJE_HUUR
from sim.world.law import AOW_AGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

OUTSIDE_PASSEND, FREE_SPACE = 1, 2  # bits of a vacancy's quota
MOST_POINTS = 63
LONGEST_WAIT = 65535  # months of registration that fit in a rank
U8, U24, U40, U56, U62 = (np.uint64(n) for n in (8, 24, 40, 56, 62))


@njit(cache=True)
def eligible(offer, age, size, gross, wealth, rules):
    """May live here, by the rules of the segment (no preference in it).

    ``age`` in years, ``size`` persons, ``gross`` euro per year, ``wealth`` euro; ``offer`` is an OFFER record, ``rules`` are RULES
    (``sim.market.choice``).
    """
    if offer.age_label > 0 and offer.relaxed == 0 and age < offer.age_label:
        return False
    if offer.tenure != CORPORATIE:
        return True
    more = 1 if size > 1 else 0
    if offer.relaxed == 0 and offer.rooms >= rules.family_rooms and size < 3:
        return False
    if offer.relaxed < 2 and not offer.quota & FREE_SPACE and gross > rules.incomes[more]:
        return False
    aow = age >= AOW_AGE
    dear = offer.rent > rules.rents[1 if size >= 3 else 0]
    if gross <= rules.incomes[(4 if aow else 2) + more] and not offer.quota & OUTSIDE_PASSEND and dear:
        return aow and wealth > rules.incomes[6 + more]  # art. 54a BTIV
    return True


@njit(cache=True)
def rank_of(tenure, urgent, points, waited, budget, bits):
    """How the home ranks the household: urgency, points and registration (corporatie); points, then lottery or bid (market)."""
    place = np.uint64(min(MOST_POINTS, points)) << U56
    if tenure == KOOP:
        return place | (np.uint64(min(4.0e9, max(0.0, budget))) << U24) | (bits >> U40)
    if tenure == VRIJE_HUUR:
        return place | (bits >> U8)
    return (urgent << U62) | place | (min(np.uint64(LONGEST_WAIT), waited) << U40) | (bits >> U24)


@njit(cache=True)
def quota_of(u, p_outside, p_free):
    """Rules that do not hold for a corporatie home, by one number in [0, 1) drawn at publication: bits of its quota."""
    return (OUTSIDE_PASSEND if u < p_outside else 0) + (FREE_SPACE if u > 1 - p_free else 0)


def relax(w: World, rows: NDArray) -> None:
    """Of the vacancies ``rows``: a home that stays without a taker loses its labels, then its income group, or its price falls."""
    v = w.v
    left = rows[v.state[rows] == ON_OFFER]
    dur = int(w.params.dur_no_response)
    waited = w.month - v.offered[left] + 1
    due = left[(waited > 0) & (waited % dur == 0)]
    social = w.d.tenure[v.dwelling[due]] == CORPORATIE
    v.relaxed[due] = np.minimum(v.relaxed[due] + 1, 2)
    v.price[due[~social]] *= np.float32(1 - w.params.rel_price_step)
