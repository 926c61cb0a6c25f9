"""Who gets a home: who may live there, in what order candidates are ranked, which rules do not hold for it, and what is given up.

The clearing itself stands beside it (``sim.market.matching``): it needs no more than these ranks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.world.codes import CORPORATIE, IN_STOCK, KOOP, ON_OFFER, VRIJE_HUUR
from sim.world.law import AOW_AGE, LARGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

OUTSIDE_PASSEND, FREE_SPACE = 1, 2  # bits of a vacancy's quota
MOST_POINTS = 63
LONGEST_WAIT = 65535  # months of registration that fit in a rank
U8, U24, U40, U56, U62 = (np.uint64(n) for n in (8, 24, 40, 56, 62))


class Applicant(NamedTuple):
    """What decides who may live in a home."""

    age: int  # years, oldest adult
    eased: int  # years by which an age label is lowered for it
    size: int  # persons
    gross: float  # euro per year
    wealth: float  # euro


@njit(cache=True)
def too_poor(age, size, gross, wealth, rules):
    """Whether passend toewijzen holds for a household: its income is low, and art. 54a BTIV makes no exception for its wealth."""
    more = 1 if size > 1 else 0
    aow = age >= AOW_AGE
    return gross <= rules.incomes[(4 if aow else 2) + more] and not (aow and wealth > rules.incomes[6 + more])


@njit(cache=True)
def eligible(offer, rent, who, rules):
    """May live here, by the rules of the segment (no preference in it).

    ``offer`` is an OFFER record, ``rent`` what the ``Applicant`` would pay for it in the end, euro per month; ``rules`` are RULES
    (``sim.market.choice``).
    """
    if offer.age_label > 0 and offer.relaxed == 0 and who.age + who.eased < offer.age_label:
        return False
    if offer.tenure != CORPORATIE:
        return True
    if offer.relaxed == 0 and offer.rooms >= rules.family_rooms and who.size < 3:
        return False
    if offer.relaxed < 2 and not offer.quota & FREE_SPACE and who.gross > rules.incomes[1 if who.size > 1 else 0]:
        return False
    if offer.quota & OUTSIDE_PASSEND or rent <= rules.rents[1 if who.size >= LARGE else 0]:
        return True
    return not too_poor(who.age, who.size, who.gross, who.wealth, rules)


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
    left = rows[(v.state[rows] == ON_OFFER) & (w.d.state[v.dwelling[rows]] == IN_STOCK)]  # who sells ahead has time
    dur = int(w.params.dur_no_response)
    waited = w.month - v.offered[left] + 1
    due = left[(waited > 0) & (waited % dur == 0)]
    social = w.d.tenure[v.dwelling[due]] == CORPORATIE
    v.relaxed[due] = np.minimum(v.relaxed[due] + 1, 2)
    v.price[due[~social]] *= np.float32(1 - w.params.rel_price_step)
