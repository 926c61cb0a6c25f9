"""What the instruments that work on a searcher change of its look at a home: rent, money, trouble, priority, access, and the rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.behaviour.money import rent_felt
from sim.kernel_cache import njit
from sim.levers import NO_BITS, ONE_BIT, RENT_NONE, RENT_STEPS
from sim.market.allocation import Applicant, eligible
from sim.world.codes import AANPASBAAR, CORPORATIE, GESCHIKT, KOOP

DIRECT_POINTS = 32  # above any label


class Pulled(NamedTuple):
    """One look with the levers of a searcher's instruments."""

    bits: np.uint64  # instruments with a lever in it
    felt: float  # rent as it is felt, euro per month
    money: float  # cost of moving that is left, euro
    eased: float  # trouble taken away, fit points
    points: int  # of priority
    months: int  # of registration on top
    budget: float  # highest price, euro
    access: int  # Access that the home will have


@njit(cache=True)
def pull(seeker, offer, touched, bits, rules, levers):
    """Add up the levers of the instruments ``touched`` on this pair; ``bits`` are those that made the home or opened it."""
    felt, money, eased, points, months, budget = offer.rent, rules.eur_moving, 0.0, 0, 0, seeker.budget
    access, by_cost = offer.access, False
    social = offer.tenure == CORPORATIE
    rise = social and seeker.tenant == 1 and offer.rent > seeker.old_rent
    for k in range(len(levers)):
        bit = ONE_BIT << np.uint64(k)
        if not touched & bit:
            continue
        works = levers[k].trouble != 0.0 or levers[k].responses != 0 or levers[k].sight != 0.0
        eased += levers[k].trouble
        if social and levers[k].p_direct > 0.0:
            works = True
            if offer.direct & bit:
                points += DIRECT_POINTS
        if social and levers[k].n_months != 0:
            works = True
            months += levers[k].n_months
        if offer.tenure == KOOP and levers[k].loan != 0.0:
            works = True
            budget += levers[k].loan * seeker.income / (1.0 + rules.buying_cost)
        if offer.tenure == KOOP and levers[k].actual_cost != 0 and seeker.senior_loan > 0.0:
            works, by_cost = True, True
        if levers[k].adapts != 0 and offer.access == AANPASBAAR:
            works = True
            access = np.int32(GESCHIKT)
        if seeker.rooms_left >= levers[k].n_rooms_left and may_be_taken(offer, levers[k], bit):
            if levers[k].eur_once != 0.0:
                works = True
                money -= levers[k].eur_once
            rank = levers[k].rank if social else levers[k].rank_market
            if rank != 0:
                works = True
                points += rank
            if rise and levers[k].rent_path != RENT_NONE:
                works = True
                low = rent_felt(offer.rent, seeker.old_rent, levers[k].rent_path, levers[k].rent_discount, levers[k].eur_rent_cap)
                felt = min(felt, low)
        if works:
            bits |= bit
    if by_cost:
        budget = max(budget, budget_by_cost(seeker, offer.price, rules))
    return Pulled(bits, felt, money, eased, points, months, budget, access)


@njit(cache=True)
def budget_by_cost(seeker, price, rules):
    """Highest price under the Senioren Verhuisregeling, of a home asked at ``price``, euro (see ``sim.market.searchers.senior_loan``).

    With NHG the loan may be the whole price, without it a share of it.
    """
    most = price if price <= rules.nhg else rules.senior_of_value * price
    return (seeker.own_money + min(seeker.senior_loan, most)) / (1.0 + rules.buying_cost)


@njit(cache=True)
def rent_tested(seeker, offer, touched, levers):
    """The rent of a home by which passend toewijzen tests a searcher, euro per month: lower under a huurbehoud that holds for it.

    A rent in steps ends at the regular rent, which is tested then.
    """
    rent = offer.rent
    if offer.tenure != CORPORATIE or seeker.tenant != 1 or offer.rent <= seeker.old_rent:
        return rent
    for k in range(len(levers)):
        bit, path = ONE_BIT << np.uint64(k), levers[k].rent_path
        if not touched & bit or path in (RENT_NONE, RENT_STEPS):
            continue
        if seeker.rooms_left >= levers[k].n_rooms_left and may_be_taken(offer, levers[k], bit):
            rent = min(rent, rent_felt(offer.rent, seeker.old_rent, path, 0.0, levers[k].eur_rent_cap))
    return rent


@njit(cache=True)
def may_be_taken(offer, lever, bit):
    """Whether money, rent path and rank of an instrument hold for this home."""
    if lever.n_rooms_taken != 0 and offer.rooms > lever.n_rooms_taken:
        return False
    if lever.tenures_taken != 0 and not (lever.tenures_taken >> offer.tenure) & 1:
        return False
    if lever.step_free_taken != 0 and offer.access != GESCHIKT:
        return False
    return lever.needs_label == 0 or (offer.labels & bit) != NO_BITS


@njit(cache=True)
def market_levers(seeker, touched, levers):
    """Bits of the instruments ``touched`` with a lever that can work on a home of the market: on any, and with their label only."""
    free, labelled = NO_BITS, NO_BITS
    for k in range(len(levers)):
        bit = ONE_BIT << np.uint64(k)
        if not touched & bit:
            continue
        one = levers[k]
        if one.trouble != 0.0 or one.responses != 0 or one.sight != 0.0 or one.loan != 0.0 or one.actual_cost != 0 or one.adapts != 0:
            free |= bit
        elif seeker.rooms_left >= one.n_rooms_left and (one.eur_once != 0.0 or one.rank_market != 0):
            if one.eur_once != 0.0 or one.needs_label == 0:
                free |= bit
            else:
                labelled |= bit
    return free, labelled


@njit(cache=True)
def size_norms(levers):
    """Bits of the instruments whose label keeps a home for three or more persons."""
    bits = NO_BITS
    for k in range(len(levers)):
        if levers[k].size_norm != 0:
            bits |= ONE_BIT << np.uint64(k)
    return bits


@njit(cache=True)
def waived(seeker, offer, rent, touched, rules, levers):
    """Bits of those instruments each of which alone lets a searcher in whom the rules keep out at this ``rent``."""
    bits = NO_BITS
    limit = rules.incomes[1 if seeker.size > 1 else 0]
    for k in range(len(levers)):
        bit = ONE_BIT << np.uint64(k)
        if not touched & bit or (levers[k].needs_label != 0 and not offer.labels & bit):
            continue
        if levers[k].age_eased == 0 and levers[k].income_free == 0:
            continue
        gross = min(seeker.gross, limit) if levers[k].income_free != 0 else seeker.gross
        if eligible(offer, rent, Applicant(seeker.age, levers[k].age_eased, seeker.size, gross, seeker.wealth), rules):
            bits |= bit
    return bits
