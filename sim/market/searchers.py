"""Who looks this month, because it searches or is awake on the list, and all about them that does not depend on the home looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.fit import ages_and_classes, components_at, moment, net_rent, toeslag_limit
from sim.behaviour.klantreis import attached, is_nood, looks_elsewhere, make_journey
from sim.behaviour.money import equity
from sim.kernel_cache import njit
from sim.levers import NO_BITS
from sim.market.records import SEEKER
from sim.world import law
from sim.world.chance import Purpose, draw_bits, to_unit
from sim.world.codes import CLASS_SENIOR, CLASS_STARTER, CORPORATIE, KOOP, PRESENT, ZOEKEN
from sim.world.columns import ABSENT, NOWHERE
from sim.world.law import AOW_AGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.world import World


def looks_of(p: Params) -> tuple[float, float, int]:
    """``looks`` of ``looking_rows``."""
    return p.p_look, p.p_look_starter, int(p.dur_look_elsewhere)


@njit(cache=True)
def looking_rows(h, base, looks, month):
    """Household rows that look here this month and have accepted nothing, int32: who searches by chance, and who is awake on the list.

    ``looks``: chance to look with a home and without one, and months before leaving in which a household looks elsewhere.
    """
    p_look, p_look_starter, elsewhere = looks
    rows = np.empty(len(h.state), np.int32)
    n = 0
    for i in range(len(h.state)):
        stage = h.stage[i]
        if stage > ZOEKEN or (stage != ZOEKEN and h.awake[i] != month) or h.state[i] != PRESENT or h.reserved[i] != NOWHERE:
            continue
        if looks_elsewhere(h.departs[i], month, elsewhere):
            continue
        if stage != ZOEKEN or to_unit(draw_bits(base, h.id[i])) < (p_look_starter if h.home[i] < 0 else p_look):
            rows[n] = i
            n += 1
    return rows[:n].copy()


class Reckoning(NamedTuple):
    """What the numbers of a searcher are worked out with."""

    month: int
    urgency: np.uint64  # base key of who is urgent
    in_home: float  # share of savings that goes into a home
    loan: tuple[float, float]  # largest loan, times income: below AOW age, from it
    by_cost: tuple[float, float]  # Senioren Verhuisregeling: from which age, and the largest loan over that of the annuity norm
    gross: tuple[float, float]  # gross over disposable income
    buying_cost: float  # share of the price
    p_urgent: tuple[float, float]  # in nood; without a home
    trouble: tuple[float, float, float, float, float]  # below senior age, at it, per year above it, of paying for two homes, of selling
    trouble_nood: float  # factor
    waits: tuple[int, int]  # longest wait for a home that does not stand yet, months: without nood, in nood
    senior_age: float  # years
    tables: np.void  # FIT_TABLES (sim.behaviour.fit)


class People(NamedTuple):
    """Households to describe."""

    rows: NDArray  # int32
    ages: NDArray  # int64, years of the oldest adult
    classes: NDArray  # int64, HouseholdClass
    here: NDArray  # float64 [households, 5], components of the fit of the present home


def describe(w: World, rows: NDArray) -> NDArray:
    """One SEEKER record per household row."""
    h, p = w.h, w.params
    home, now = h.home[rows], moment(w)
    ages, kinds = ages_and_classes(h.adult_birth, h.child_birth, rows, home, now.month, now.senior_age)
    here = components_at(h, rows, home, now)
    with w.draws.replay():  # urgency is a fixed number of a household
        urgency = w.draws.base(Purpose.NOOD)
    reckoning = Reckoning(
        w.month,
        urgency,
        p.rel_wealth_in_home,
        (p.rel_loan_income, p.rel_loan_income_aow),
        (law.amount("senior_mortgage_age", w.setting.start), interest_only(p.rel_mortgage_rate)),
        (p.rel_gross, p.rel_gross_aow),
        p.rel_buying_cost,
        (p.p_urgent, p.p_urgent_starter),
        (p.rel_trouble, p.rel_trouble_senior, p.rel_trouble_age, p.rel_trouble_double, p.rel_trouble_koop),
        p.rel_trouble_nood,
        (int(p.dur_wait), int(p.dur_wait_nood)),
        p.senior_age,
        w.tables,
    )
    seekers = np.empty(len(rows), SEEKER)
    _describe(seekers, People(rows, ages, kinds, here), h, w.d, w.map, make_journey(p).rooted, reckoning)
    return seekers


@njit(cache=True)
def _describe(seekers, people, h, d, area_map, rooted, by):
    """Fill the SEEKER records of ``people``; ``rooted`` float64 is the attachment that months of living there have added."""
    rows, ages, classes, here = people.rows, people.ages, people.classes, people.here
    for r in range(len(rows)):
        i, s = rows[r], seekers[r]
        j = h.home[i]
        s.row, s.age, s.cls, s.id, s.touched, s.without = i, ages[r], classes[r], h.id[i], h.touched[i], NO_BITS
        s.limit = max(h.adult_limit[i, 0], h.adult_limit[i, 1])
        s.rooms_needed, s.size, s.scope, s.first, s.second = h.rooms_needed[i], h.size[i], h.scope[i], h.profile[i, 0], h.profile[i, 1]
        s.area = d.area[j] if j >= 0 else max(0, h.origin_area[i])
        s.x_km, s.y_km = area_map.x_km[s.area], area_map.y_km[s.area]
        s.nood = 1 if is_nood(h.trigger[i]) else 0
        s.patience = min(by.waits[s.nood], h.patience[i] - by.month if j < 0 else by.waits[0])
        s.rooms_left = d.rooms[j] if j >= 0 else 0
        s.tenant = 1 if j >= 0 and d.tenure[j] == CORPORATIE else 0
        s.alert = 1 if h.stage[i] != ZOEKEN else 0
        chance = by.p_urgent[0] if s.nood else (by.p_urgent[1] if j < 0 else 0.0)
        s.urgent = np.uint64(1 if to_unit(draw_bits(by.urgency, h.id[i])) < chance else 0)
        s.waited = np.uint64(max(0, by.month - h.registered[i]))
        _describe_money(s, i, j, h, d, by)
        s.attachment = attached(h.attachment[i], by.month - h.moved_in[i], rooted)
        s.taste_here = h.taste_here[i]
        s.here_size, s.here_reach, s.here_afford = here[r, 0], here[r, 1], here[r, 2]
        s.here_place, s.here_profile = here[r, 3], here[r, 4]
        sells = 1.0 if j >= 0 and d.tenure[j] == KOOP else 0.0
        s.trouble = _trouble(s.cls, s.age, s.nood, sells, by)


@njit(cache=True)
def _describe_money(s, i, j, h, d, by):
    aow = 1 if s.age >= AOW_AGE else 0
    s.income, s.wealth = h.income[i], h.wealth[i]
    above_debt = equity(d.woz[j], h.debt[i]) if j >= 0 and d.tenure[j] == KOOP else 0.0
    s.own_money = above_debt + by.in_home * s.wealth
    adults = (h.adult_birth[i, 0] != ABSENT) + (h.adult_birth[i, 1] != ABSENT)
    s.toeslag_limit = toeslag_limit(s.age, adults, s.size, s.wealth + above_debt, by.tables)  # who sells has the equity
    s.gross = s.income * by.gross[aow]
    s.budget = (s.own_money + by.loan[aow] * s.income) / (1 + by.buying_cost)
    s.old_rent = h.rent[i]
    pays = j >= 0 and s.old_rent > 0.0
    s.here_cost = net_rent(s.old_rent, s.gross, s.size, aow, s.toeslag_limit, by.tables) if pays else np.inf
    owns = j >= 0 and d.tenure[j] == KOOP
    s.senior_loan = senior_loan(s.age, owns, np.float64(h.debt[i]), by.loan[aow] * s.income, by.by_cost)


def interest_only(rate: float) -> float:
    """How much larger a loan is of which only the interest is paid, at the monthly cost of an annuity over the longest term."""
    return float(1 / (1 - (1 + rate) ** -law.MORTGAGE_YEARS))


@njit(cache=True)
def senior_loan(age, owns, debt, norm, by_cost):
    """Largest loan under the Senioren Verhuisregeling, euro; 0 where it is not open to a household.

    It is for who has the age, and leaves an owned home. What is really paid, here the interest, may be no more than now, at one rate
    for both: the loan no larger than the present ``debt``. And it must be within the cost that the annuity ``norm`` (a loan, euro)
    allows. What share of the home's worth it may be stands in ``sim.market.help.budget_by_cost``.
    """
    return min(debt, norm * by_cost[1]) if owns and age >= by_cost[0] else 0.0


@njit(cache=True)
def _trouble(cls, age, nood, sells, by):
    """Trouble of moving in fit points, before levers and money; starters have none."""
    if cls == CLASS_STARTER:
        return 0.0
    young, senior, per_year, double, selling = by.trouble
    trouble = (senior + per_year * (age - by.senior_age) if cls == CLASS_SENIOR else young) + double + selling * sells
    return trouble * (by.trouble_nood if nood else 1.0)
