"""Who searches this month, and everything about them that does not depend on the home they look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sim.codes import HouseholdState, Stage, Tenure
from sim.fit import CLASS_SENIOR, CLASS_STARTER, ages_and_classes, components_at
from sim.klantreis import NOOD_TRIGGERS, ROOTED_MONTHS
from sim.market.respond import AOW_AGE, SEEKER
from sim.randomness import Purpose, draw_bits, to_unit, uniform
from sim.world import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.state import World

PRESENT, ZOEKEN = int(HouseholdState.PRESENT), int(Stage.WONINGZOEKEN)
LONGEST_WAIT = 4095  # months of registration that fit in a rank


@njit(cache=True)
def searching_rows(state, stage, reserved, home, ids, base, p_look, p_look_starter):
    """Household rows that search, have accepted nothing and look this month, int32, in row order."""
    rows = np.empty(len(state), np.int32)
    n = 0
    for i in range(len(state)):
        if state[i] != PRESENT or stage[i] != ZOEKEN or reserved[i] != NOWHERE:
            continue
        if to_unit(draw_bits(base, ids[i])) < (p_look_starter if home[i] < 0 else p_look):
            rows[n] = i
            n += 1
    return rows[:n].copy()


def describe(w: World, rows: NDArray) -> NDArray:
    """One SEEKER record per searcher."""
    h, d, p = w.h, w.d, w.params
    senior_age = int(p.senior_age)
    home = h.home[rows]
    housed, at = home >= 0, np.maximum(home, 0)
    age, cls = ages_and_classes(h.adult_birth, h.child_birth, rows, home, w.month, senior_age)
    aow = age >= AOW_AGE
    income, wealth = h.income[rows].astype(np.float64), h.wealth[rows].astype(np.float64)
    owner = housed & (d.tenure[at] == Tenure.KOOP)
    equity = np.where(owner, np.clip(d.woz[at].astype(np.float64) - h.debt[rows], 0, None), 0)
    own_money = equity + p.rel_wealth_in_home * wealth
    loan = np.where(aow, p.rel_loan_income_aow, p.rel_loan_income) * income
    nood = np.isin(h.trigger[rows], NOOD_TRIGGERS)
    area = np.where(housed, d.area[at], np.maximum(h.origin_area[rows], 0))
    here = components_at(h, rows, home, w.month, d, w.map.urban, senior_age, w.tables)
    columns = {
        "row": rows, "cls": cls, "age": age, "limit": h.adult_limit[rows].max(axis=1), "rooms_needed": h.rooms_needed[rows],
        "size": h.size[rows], "first": h.profile[rows, 0], "second": h.profile[rows, 1], "scope": h.scope[rows],
        "area": area, "x_km": w.map.x_km[area], "y_km": w.map.y_km[area], "nood": nood,
        "rooms_left": np.where(housed, d.rooms[at], 0), "tenant": housed & (d.tenure[at] == Tenure.CORPORATIE), "id": h.id[rows],
        "urgent": _urgent(w, rows, nood, housed), "touched": h.touched[rows],
        "waited": np.clip(w.month - h.registered[rows].astype(np.int64), 0, LONGEST_WAIT), "income": income,
        "gross": income * np.where(aow, p.rel_gross_aow, p.rel_gross), "wealth": wealth, "own_money": own_money,
        "budget": (own_money + loan) / (1 + p.rel_buying_cost), "attachment": _attachment(w, rows), "old_rent": h.rent[rows],
        "here_size": here[:, 0], "here_reach": here[:, 1], "here_afford": here[:, 2], "here_place": here[:, 3],
        "here_profile": here[:, 4], "taste_here": h.taste_here[rows], "trouble": _trouble(w, cls, age, nood, owner),
    }
    seekers = np.zeros(len(rows), SEEKER)
    for name, values in columns.items():
        seekers[name] = values
    return seekers


def _attachment(w: World, rows: NDArray) -> NDArray:
    months = np.clip(w.month - w.h.moved_in[rows].astype(np.int64), 0, ROOTED_MONTHS - 1)
    return np.clip(w.h.attachment[rows] + w.journey.rooted[months], 0.0, 1.0)


def _urgent(w: World, rows: NDArray, nood: NDArray, housed: NDArray) -> NDArray:
    """Urgency: a keyed share of those in nood and of those without a home, fixed for the household."""
    with w.draws.replay():
        u = uniform(w.draws.base(Purpose.NOOD), w.h.id[rows])
    chance = np.where(nood, w.params.p_urgent, np.where(housed, 0.0, w.params.p_urgent_starter))
    return (u < chance).astype(np.uint64)


def _trouble(w: World, cls: NDArray, age: NDArray, nood: NDArray, owner: NDArray) -> NDArray:
    """Trouble of moving in fit points, before levers and money; starters have none."""
    p = w.params
    senior = p.rel_trouble_senior + p.rel_trouble_age * (age - p.senior_age)
    trouble = np.where(cls == CLASS_SENIOR, senior, p.rel_trouble) + p.rel_trouble_double + p.rel_trouble_koop * owner
    return np.where(cls == CLASS_STARTER, 0.0, trouble * np.where(nood, p.rel_trouble_nood, 1.0))
