"""What is out of reach of a searcher: a sieve for homes that need no second look, and who turns a home down after the viewing.

Most homes that are seen are too dear. They are sifted out by one number each, before anything else about them is read; what
they leave behind is the gate at which they stopped.
"""

from __future__ import annotations

import numpy as np

from sim.kernel_cache import njit
from sim.market.allocation import FREE_SPACE
from sim.world.chance import pair_bits, to_unit
from sim.world.codes import CORPORATIE, KOOP, NOT_ELIGIBLE, NOTHING_SEEN, TOO_EXPENSIVE, VRIJE_HUUR


@njit(cache=True)
def hurdles(at, rules):
    """What each home on offer asks of a searcher before anything else is looked at: float64 [offers], by tenure.

    The price (koop), the income that its landlord asks (vrije huur), or 1 where there is a limit to income (corporatie); below
    any ``reach`` where something else must be looked at first.
    """
    hurdle = np.full(len(at), -np.inf)
    for o in range(len(at)):
        if at[o].made_by != 0:
            continue
        if at[o].tenure == CORPORATIE:
            if at[o].relaxed < 2 and not at[o].quota & FREE_SPACE:
                hurdle[o] = 1.0
        elif at[o].age_label == 0:
            hurdle[o] = at[o].price if at[o].tenure == KOOP else rules.income_per_rent * 12.0 * at[o].rent
    return hurdle


@njit(cache=True)
def find_reach(seeker, rules, reach):
    """Fill ``reach`` (float64 [Tenure]) with the highest hurdle that a searcher without levers takes."""
    reach[KOOP] = seeker.budget
    reach[CORPORATIE] = 0.0 if seeker.gross > rules.incomes[1 if seeker.size > 1 else 0] else 1.0
    reach[VRIJE_HUUR] = np.inf if seeker.wealth > rules.incomes[6] else seeker.gross


@njit(cache=True)
def stretch(seeker, touched, rules, levers, reach):
    """Stretch the ``reach`` of a searcher by the levers of the instruments ``touched``: a larger loan, no limit to income."""
    for k in range(len(levers)):
        if touched >> np.uint64(k) & np.uint64(1) == 0:
            continue
        if levers[k].loan != 0.0:
            reach[KOOP] += levers[k].loan * seeker.income / (1.0 + rules.buying_cost)
        if levers[k].income_free != 0:
            reach[CORPORATIE] = 1.0


@njit(cache=True)
def set_apart(seen, n, hurdle, tenure, reach, beyond):
    """Fill ``beyond`` with those of the first ``n`` homes in ``seen`` that are too dear; returns how many."""
    n_beyond = np.int64(0)
    for k in range(n):
        o = seen[k]
        beyond[n_beyond] = o
        n_beyond += np.int64(hurdle[o] > reach[tenure[o]]) & np.int64(tenure[o] != CORPORATIE)
    return n_beyond


@njit(cache=True)
def sift(seen, n, hurdle, tenure, reach):
    """Keep of the first ``n`` homes in ``seen`` those within reach; returns how many, and the last gate that the others passed."""
    left, out_of_reach = 0, np.int64(0)
    for k in range(n):
        o = seen[k]
        seen[left] = o  # no branch: the processor could not foresee it
        fails = hurdle[o] > reach[tenure[o]]
        left += not fails
        out_of_reach |= np.int64(fails) << np.int64(tenure[o])
    if out_of_reach == 0:
        return left, NOTHING_SEEN
    return left, NOT_ELIGIBLE if out_of_reach == 1 << CORPORATIE else TOO_EXPENSIVE


@njit(inline="always")
def turns_down(viewing, household, vacancy, p_refusal):
    """Whether a household turns a home down after the viewing: one keyed outcome for each pair of ids."""
    return to_unit(pair_bits(viewing, household, vacancy)) < p_refusal
