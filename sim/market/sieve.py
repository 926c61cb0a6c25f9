"""What is out of reach of a searcher: a sieve for homes that need no second look, and who turns a home down after the viewing.

Most homes that are seen are too dear. They are sifted out by one number each, before anything else about them is read; what
they leave behind is the gate at which they stopped.
"""

from __future__ import annotations

import numpy as np

from sim.kernel_cache import njit
from sim.levers import RENT_NONE, RENT_STEPS
from sim.market.allocation import FREE_SPACE, OUTSIDE_PASSEND, too_poor
from sim.world.chance import pair_bits, to_unit
from sim.world.codes import CORPORATIE, KOOP, NOT_ELIGIBLE, NOTHING_SEEN, TOO_EXPENSIVE, VRIJE_HUUR, Tenure
from sim.world.law import LARGE

# What a corporatie home asks of a searcher, as bits; each combination is a group of homes beside those of the other tenures.
INCOME_LIMIT, DEAR_FOR_TWO, DEAR_FOR_THREE = 1, 1 << 1, 1 << 2  # rent above the aftoppingsgrens: one or two persons, three or more
SOCIAL = len(Tenure)  # group of a corporatie home that asks nothing; below it groups are tenures
N_GROUPS = SOCIAL + 8


@njit(cache=True)
def hurdles(at, rules):
    """What each home on offer asks of a searcher before anything else is looked at: float64 and uint8 [offers], hurdle and group.

    Its hurdle is the price (koop) or the income that its landlord asks (vrije huur); of a corporatie home its group says what it asks.
    Below any ``reach`` where something else must be looked at first.
    """
    hurdle, group = np.full(len(at), -np.inf), np.empty(len(at), np.uint8)
    for o in range(len(at)):
        home = at[o]
        group[o] = home.tenure
        if home.tenure == CORPORATIE:
            asks = INCOME_LIMIT if home.relaxed < 2 and not home.quota & FREE_SPACE else 0
            if not home.quota & OUTSIDE_PASSEND:
                asks |= DEAR_FOR_TWO if home.rent > rules.rents[0] else 0
                asks |= DEAR_FOR_THREE if home.rent > rules.rents[1] else 0
            group[o] = SOCIAL + asks
        if home.made_by != 0:
            continue
        if home.tenure == CORPORATIE:
            hurdle[o] = 0.0
        elif home.age_label == 0:
            hurdle[o] = home.price if home.tenure == KOOP else rules.income_per_rent * 12.0 * home.rent
    return hurdle, group


@njit(cache=True)
def cannot_meet(seeker, rules):
    """What of a corporatie home a searcher without levers does not meet: bits of INCOME_LIMIT, DEAR_FOR_TWO and DEAR_FOR_THREE."""
    barred = INCOME_LIMIT if seeker.gross > rules.incomes[1 if seeker.size > 1 else 0] else 0
    if too_poor(seeker.age, seeker.size, seeker.gross, seeker.wealth, rules):
        barred |= DEAR_FOR_THREE if seeker.size >= LARGE else DEAR_FOR_TWO
    return barred


@njit(cache=True)
def reach_social(barred, reach):
    """Fill ``reach`` for the groups of corporatie homes: none where a home asks something that is ``barred``."""
    for asks in range(N_GROUPS - SOCIAL):
        reach[SOCIAL + asks] = -np.inf if asks & barred else 0.0


@njit(cache=True)
def find_reach(seeker, rules, reach):
    """Fill ``reach`` (float64 [N_GROUPS]) with the highest hurdle that a searcher without levers takes."""
    reach[KOOP] = seeker.budget
    reach[CORPORATIE] = 0.0  # no group of homes
    reach[VRIJE_HUUR] = np.inf if seeker.wealth > rules.incomes[6] else seeker.gross
    reach_social(cannot_meet(seeker, rules), reach)


@njit(cache=True)
def stretch(seeker, touched, rules, levers, reach):
    """Stretch the ``reach`` of a searcher by the levers of the instruments ``touched``.

    A larger loan, no limit to income, or the old rent, which a dear home may be tested by (``sim.market.help.rent_tested``).
    """
    barred, by_cost = cannot_meet(seeker, rules), False
    for k in range(len(levers)):
        if touched >> np.uint64(k) & np.uint64(1) == 0:
            continue
        if levers[k].loan != 0.0:
            reach[KOOP] += levers[k].loan * seeker.income / (1.0 + rules.buying_cost)
        if levers[k].actual_cost != 0:
            by_cost = True
        if levers[k].income_free != 0:
            barred &= ~INCOME_LIMIT
        if seeker.tenant == 1 and levers[k].rent_path != RENT_NONE and levers[k].rent_path != RENT_STEPS:
            barred &= ~(DEAR_FOR_TWO | DEAR_FOR_THREE)
    if by_cost:
        reach[KOOP] = max(reach[KOOP], (seeker.own_money + seeker.senior_loan) / (1.0 + rules.buying_cost))
    reach_social(barred, reach)


@njit(cache=True)
def keep_social(seen, n, group):
    """Keep of the first ``n`` homes in ``seen`` those of corporaties; returns how many."""
    left = 0
    for k in range(n):
        seen[left] = seen[k]
        left += group[seen[k]] >= SOCIAL
    return left


@njit(cache=True)
def set_apart(seen, n, hurdle, group, reach, beyond):
    """Fill ``beyond`` with those of the first ``n`` homes in ``seen`` that are too dear; returns how many."""
    n_beyond = np.int64(0)
    for k in range(n):
        o = seen[k]
        beyond[n_beyond] = o
        n_beyond += np.int64(hurdle[o] > reach[group[o]]) & np.int64(group[o] < SOCIAL)
    return n_beyond


@njit(cache=True)
def sift(seen, n, hurdle, group, reach):
    """Keep of the first ``n`` homes in ``seen`` those within reach; returns how many, and the last gate that the others passed."""
    left, out_of_reach = 0, np.int64(0)
    for k in range(n):
        o = seen[k]
        seen[left] = o  # no branch: the processor could not foresee it
        fails = hurdle[o] > reach[group[o]]
        left += not fails
        out_of_reach |= np.int64(fails) << np.int64(group[o])
    if out_of_reach == 0:
        return left, NOTHING_SEEN
    return left, NOT_ELIGIBLE if out_of_reach >> SOCIAL << SOCIAL == out_of_reach else TOO_EXPENSIVE


@njit(inline="always")
def turns_down(viewing, household, vacancy, p_refusal):
    """Whether a household turns a home down after the viewing: one keyed outcome for each pair of ids."""
    return to_unit(pair_bits(viewing, household, vacancy)) < p_refusal
