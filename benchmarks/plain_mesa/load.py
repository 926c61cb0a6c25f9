"""From the engine's columns at one moment to plain objects: both models then go on from the same people and homes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.plain_mesa.agents import Dwelling, Person, State, Vacancy
from benchmarks.plain_mesa.events import Event
from sim.behaviour.fit import FIT_TABLES
from sim.behaviour.klantreis import make_journey
from sim.behaviour.notes import LOGIT_LIMIT, LOGIT_SCALE
from sim.population.base_year import AGES
from sim.population.income import income_table
from sim.world import law
from sim.world.codes import HouseholdState, HouseholdType, VacancyState
from sim.world.columns import ABSENT, NEVER, NOWHERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.demography.plan import Events
    from sim.state import Run
    from sim.world.world import World


@dataclass
class Start:
    """What a plain model begins with. Rows are the engine's household rows (the event list names them)."""

    month: int
    tables: SimpleNamespace
    events: dict[int, list[Event]]
    planned: dict[int, list[Dwelling]]
    to_demolish: dict[int, int]
    dwellings: list[Dwelling]
    vacancies: list[Vacancy]
    households: dict[int, tuple[State, int | None]]  # with the month at which patience ends
    later: dict[int, tuple[State, int | None]]
    reserved: list[tuple[int, Vacancy, int]]  # household row, vacancy, month of the keys


def start_from(run: Run) -> Start:
    """Copy the world as it is now."""
    w, first = run.world, run.world.setting.first_month
    dwellings, planned = _dwellings(w)
    vacancies, reserved = _vacancies(w, dwellings)
    people = _people(w)
    home, state = w.h.home.tolist(), w.h.state.tolist()
    for row, (one, _) in people.items():
        one.home = dwellings[home[row]] if home[row] != NOWHERE else None
    present = {row: some for row, some in people.items() if state[row] == HouseholdState.PRESENT}
    later = {row: some for row, some in people.items() if state[row] == HouseholdState.NOT_YET}
    due = {first + k: int(n) for k, n in enumerate(run.to_demolish) if first + k >= w.month}
    return Start(w.month, _tables(w), _events(run.events, w.month), planned, due, dwellings, vacancies, present, later, reserved)


def _events(e: Events, now: int) -> dict[int, list[Event]]:
    columns = (e.month, e.kind, e.row, e.other, e.person, e.new_row)
    out: dict[int, list[Event]] = {}
    for month, *rest in zip(*(column.tolist() for column in columns), strict=True):
        if month >= now:
            out.setdefault(month, []).append(Event(*rest))
    return out


def _dwellings(w: World) -> tuple[list[Dwelling], dict[int, list[Dwelling]]]:
    d = w.d
    columns = (d.id, d.area, d.tenure, d.rooms, d.woz, d.rent, d.access, d.age_label)
    dwellings = [Dwelling(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    planned: dict[int, list[Dwelling]] = {}
    for home, state, delivery in zip(dwellings, d.state.tolist(), d.delivery.tolist(), strict=True):
        home.in_stock = state == 1
        if state == 0 and delivery >= w.month:
            planned.setdefault(delivery, []).append(home)
    return dwellings, planned


def _vacancies(w: World, dwellings: list[Dwelling]) -> tuple[list[Vacancy], list[tuple[int, Vacancy, int]]]:
    v, n = w.v, int(w.counts[0])
    waiting, on_offer, taken = int(VacancyState.WAITING), int(VacancyState.ON_OFFER), int(VacancyState.RESERVED)
    vacancies, reserved = [], []
    for k in np.flatnonzero(np.isin(v.state[:n], (waiting, on_offer, taken))).tolist():
        chain = int(v.id[v.chain[k]])
        one = Vacancy(int(v.id[k]), dwellings[int(v.dwelling[k])], int(v.offered[k]), chain, int(v.link[k]))
        one.relaxed, one.price_factor, one.on_offer = int(v.relaxed[k]), float(v.price[k]), v.state[k] != waiting
        vacancies.append(one)
        if v.state[k] == taken:
            row = int(v.taker[k])
            reserved.append((row, one, int(w.h.keys_month[row])))
    return vacancies, reserved


def _people(w: World) -> dict[int, tuple[State, int | None]]:
    h = w.h
    scalar = {
        "id": h.id,
        "income_z": h.income_z,
        "wealth": h.wealth,
        "kind": h.kind,
        "size": h.size,
        "rooms_needed": h.rooms_needed,
        "income": h.income,
        "rent": h.rent,
        "debt": h.debt,
        "taste": h.taste_here,
        "fit": h.fit_here,
        "stage": h.stage,
        "stage_month": h.stage_month,
        "scope": h.scope,
    }
    columns = {name: column.tolist() for name, column in scalar.items()}
    registered, area, patience = h.registered.tolist(), h.origin_area.tolist(), h.patience.tolist()
    adults = list(zip(*(c.tolist() for c in (h.adult_id, h.adult_birth, h.adult_sex, h.adult_limit)), strict=True))
    children = list(zip(h.child_id.tolist(), h.child_birth.tolist(), strict=True))
    out = {}
    for row in np.flatnonzero(h.state != HouseholdState.ENDED).tolist():
        one = State(**{name: values[row] for name, values in columns.items()})
        one.registered = None if registered[row] == NEVER else registered[row]
        one.area = None if area[row] == NOWHERE else area[row]
        slots = zip(*adults[row], strict=True)
        one.adults = [None if birth == ABSENT else Person(i, birth, sex, limit) for i, birth, sex, limit in slots]
        young = enumerate(zip(*children[row], strict=True))
        one.children = {k: Person(i, birth) for k, (i, birth) in young if birth != ABSENT}
        out[row] = (one, None if patience[row] == NEVER else patience[row])
    return out


def _tables(w: World) -> SimpleNamespace:
    """Everything that is looked up, as lists and numbers."""
    j, t = make_journey(w.params), w.tables
    names = ("weights", "size", "access", "future", "cost_norm", "cost_slope", "interest", "upkeep", "gross")
    tables = SimpleNamespace(
        **{name: t[name].tolist() for name in (*names, *(one for one in FIT_TABLES.names or () if one.startswith("toeslag_")))}
    )
    incomes, rents = law.limits(w.setting.start)
    edges = w.map.stock.tolist()
    search = [float(j.chance[int((x + LOGIT_LIMIT) * LOGIT_SCALE)]) for x in j.search]
    return SimpleNamespace(
        p=w.params,
        t=tables,
        senior_age=int(w.params.senior_age),
        incomes=np.asarray(incomes).tolist(),
        rents=np.asarray(rents).tolist(),
        p_sight=w.params.p_sight * float(w.map.overview[0]),
        wish=j.wish.tolist(),
        search=search,
        fade=j.fade.tolist(),
        give_up=j.give_up[:, 0].tolist(),
        chance_at=j.chance.tolist(),
        weight_gap=float(j.gap),
        p_adapt=float(j.p_adapt),
        dur_settle=float(j.dur_settle),
        taste_at=t["taste"].tolist(),
        income_of=_incomes(),
        area_at=lambda u: min(bisect_right(edges, u), len(edges) - 1),
    )


def _incomes() -> Callable[[int, int, float], float]:
    t = income_table()
    median, spread, ages, kinds = t.log_median.tolist(), t.sd_log.tolist(), list(AGES), len(HouseholdType)

    def income_of(age: int, kind: int, place: float) -> float:
        cell = max(0, bisect_right(ages, age) - 1) * kinds + kind
        return exp(median[cell] + spread[cell] * place)

    return income_of
