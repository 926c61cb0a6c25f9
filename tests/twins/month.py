"""Readable twins of the kernels of the first part of a month: whole columns at once, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.behaviour.fit import Moment, ages_and_classes, components_at
from sim.behaviour.reactions import EVENT_DRAWS, event_chances
from sim.behaviour.woonprofielen import N_PROFIELEN, profielen
from sim.parameters import resolve
from sim.population.base_year import AGES
from sim.population.income import income_of
from sim.world.chance import Purpose, bits_array, normal_table, uniform
from sim.world.codes import ENTERED, LEFT, Access, EventKind, HouseholdState, HouseholdType, Stage, Trigger
from sim.world.columns import ABSENT, NEVER, NOWHERE, age_years

PRESENT = HouseholdState.PRESENT


# persons


def rooms_needed(h: Any, rows, month: int) -> np.ndarray:
    """Rooms by the EU norm: one for the household, one per couple or single adult, and those of the children."""
    births, people = h.child_birth[rows].astype(np.int32), h.child_id[rows]
    age = np.where(births == ABSENT, -1, (month - births) // 12)
    girl = (people & np.uint64(1)).astype(bool)
    middle = (age >= 12) & (age < 18)
    need = 1 + (age >= 18).sum(axis=1)
    for group in ((age >= 0) & (age < 12), middle & girl, middle & ~girl):
        need = need + (group.sum(axis=1) + 1) // 2  # two to a room
    adults = (h.adult_birth[rows] != ABSENT).sum(axis=1)
    return need + np.where(np.isin(h.kind[rows], (HouseholdType.COUPLE, HouseholdType.COUPLE_WITH_CHILDREN)), 1, adults)


def describe(h: Any, rows: np.ndarray, month: int) -> None:
    """Type, size, rooms needed and income."""
    births = h.adult_birth[rows]
    adults, children = (births != ABSENT).sum(axis=1), (h.child_birth[rows] != ABSENT).sum(axis=1)
    other = (h.kind[rows] == HouseholdType.OTHER) & (adults == 2)
    h.kind[rows] = np.select(
        [other, (adults == 2) & (children > 0), adults == 2, children > 0],
        [HouseholdType.OTHER, HouseholdType.COUPLE_WITH_CHILDREN, HouseholdType.COUPLE, HouseholdType.ONE_PARENT],
        HouseholdType.ONE_PERSON,
    )
    h.size[rows] = adults + children
    h.rooms_needed[rows] = rooms_needed(h, rows, month)
    band = np.maximum(0, np.searchsorted(AGES, age_years(births, month).max(axis=1), side="right") - 1)
    h.income[rows] = income_of(band * len(HouseholdType) + h.kind[rows], h.income_z[rows])


def birthdays(h: Any, month: int) -> np.ndarray:
    """Households present whose first adult, or the one that is left, was born in this month of the year."""
    first, second = h.adult_birth[:, 0].astype(int), h.adult_birth[:, 1].astype(int)
    born = np.where(h.adult_birth[:, 0] == ABSENT, second, first)
    return np.flatnonzero((h.state == PRESENT) & ((born - month) % 12 == 0))


def out_of_patience(h: Any, month: int) -> np.ndarray:
    """Households present that have no home, have accepted none, and leave this month."""
    return np.flatnonzero((h.patience == month) & (h.state == PRESENT) & (h.home < 0) & (h.reserved < 0))


def fit_at(h: Any, rows, homes, month: int, d: Any, urban, senior_age: int, t: Any) -> np.ndarray:
    """The components, weighted by class."""
    parts = components_at(h, rows, homes, Moment(month, d, urban, senior_age, t))
    return (parts * t["weights"][ages_and_classes(h.adult_birth, h.child_birth, rows, homes, month, senior_age)[1]]).sum(axis=1)


# households that begin


def draw_profiles(u_first: np.ndarray, u_second: np.ndarray, old: np.ndarray) -> np.ndarray:
    """First and second profile [n, 2]; ``old`` tilts towards comfort and care."""
    out = np.empty((len(u_first), 2), np.uint8)
    there = profielen(resolve())
    base = np.array([one.share for one in there])
    for group, factor in ((False, np.ones(N_PROFIELEN)), (True, np.array([one.old_factor for one in there]))):
        edges = np.cumsum(base * factor) / (base * factor).sum()
        rows = old == group
        out[rows, 0] = np.minimum(np.searchsorted(edges, u_first[rows], side="right"), N_PROFIELEN - 1)
        other = np.minimum((u_second[rows] * (N_PROFIELEN - 1)).astype(np.int64), N_PROFIELEN - 2)
        out[rows, 1] = other + (other >= out[rows, 0])
    return out


def draw_households(w: Any, rows: np.ndarray) -> None:
    """Search area, woonprofielen and own part of attachment."""
    h, p = w.h, w.params
    with w.draws.replay():
        place = bits_array(w.draws.base(Purpose.ATTACHMENT), h.id[rows]) >> np.uint64(52)
    h.attachment[rows] = p.rel_attachment_mean + p.rel_attachment_sd * normal_table()[place.astype(np.int64)]
    age = age_years(h.adult_birth[rows], w.month).max(axis=1)
    u, first, second = (_u(w, rows, *key) for key in ((Purpose.SCOPE, 0), (Purpose.PROFILE, 0), (Purpose.PROFILE, 1)))
    own = np.where(age >= p.senior_age, p.rel_scope_wijk_senior, p.rel_scope_wijk)
    h.scope[rows] = np.where(u < own, 0, np.where(u > 1 - p.rel_scope_around, 2, 1))
    h.profile[rows] = draw_profiles(first, second, age >= 75)


def found(w: Any, rows: np.ndarray, kinds: np.ndarray, parents: np.ndarray) -> None:
    """Households founded this month start to search at once, near their parents or where an arrival is drawn to."""
    h = w.h
    draw_households(w, rows)
    h.stage[rows] = Stage.WONINGZOEKEN
    h.stage_month[rows] = h.search_month[rows] = h.moved_in[rows] = w.month
    h.trigger[rows] = np.where(kinds == EventKind.SEPARATION, Trigger.SEPARATION, Trigger.NO_HOME)
    age = age_years(h.adult_birth[rows], w.month).max(axis=1)
    since = np.minimum(w.params.dur_registration_cap, 12 * np.clip(age - 18, 0, None)) * _u(w, rows, Purpose.REGISTRATION, 0)
    since = np.where(kinds == EventKind.ARRIVAL, np.minimum(since, 24), since)
    h.registered[rows] = w.month - since.astype(np.int16)
    with_parent = parents >= 0
    home = np.where(with_parent, h.home[parents], NOWHERE)
    area = np.where(home >= 0, w.d.area[home], h.origin_area[np.maximum(parents, 0)])
    chosen = with_parent & (h.origin_area[rows] == NOWHERE)
    h.origin_area[rows[chosen]] = area[chosen]
    lost = rows[h.origin_area[rows] == NOWHERE]
    stock = np.bincount(w.d.area[w.d.delivery == ABSENT], minlength=len(w.map.gemeente)).astype(float)
    drawn = np.searchsorted(np.cumsum(stock) / stock.sum(), _u(w, lost, Purpose.ARRIVAL, 1), side="right")
    h.origin_area[lost] = np.minimum(drawn, len(stock) - 1)


def _u(w: Any, rows: np.ndarray, purpose: Purpose, k: int) -> np.ndarray:
    with w.draws.replay():
        return uniform(w.draws.base(purpose, k), w.h.id[rows])


# journeys that begin


def react(w: Any, rows: np.ndarray, triggers: np.ndarray) -> None:
    """Life events set a journey off: a wish where the children left, else a search."""
    again = np.zeros(len(rows), bool)  # the second thing that happens to a household finds it where the first has brought it
    again[np.setdiff1d(np.arange(len(rows)), np.unique(rows, return_index=True)[1])] = True
    _react_once(w, rows[~again], triggers[~again])
    if again.any():
        react(w, rows[again], triggers[again])


def _react_once(w: Any, rows: np.ndarray, triggers: np.ndarray) -> None:
    h, d, p = w.h, w.d, w.params
    early = np.isin(h.stage[rows], (Stage.HUIDIGE_WONING, Stage.WOONWENS))
    can = (h.state[rows] == PRESENT) & (h.home[rows] >= 0) & (h.reserved[rows] == NOWHERE) & early
    rows, triggers = rows[can], triggers[can]
    home = h.home[rows]
    fine = (triggers == Trigger.FALL) & (d.access[home] >= Access.GESCHIKT)
    fine |= (triggers == Trigger.SIZE) & (d.rooms[home] >= h.rooms_needed[rows])
    u = uniform(w.draws.base(Purpose.NOOD, w.month + EVENT_DRAWS), h.id[rows])
    start = ~fine & (u < event_chances(p)[triggers])
    wish = start & (triggers == Trigger.CHILDREN_LEFT) & (h.stage[rows] == Stage.HUIDIGE_WONING)
    search = start & (triggers != Trigger.CHILDREN_LEFT)
    for chosen, stage in ((wish, Stage.WOONWENS), (search, Stage.WONINGZOEKEN)):
        some = rows[chosen]
        h.taste_here[some] -= np.where(h.stage[some] == Stage.HUIDIGE_WONING, np.float32(p.rel_discontent), np.float32(0))
        h.trigger[some] = triggers[chosen]
        count_step(w, some, stage)
        h.stage[some] = stage
        h.stage_month[some] = w.month
    some = rows[search]
    h.search_month[some] = w.month
    h.registered[some] = np.where(h.registered[some] == NEVER, w.month, h.registered[some])


def count_step(w: Any, rows: np.ndarray, stage: int) -> None:
    """Funnel: one left its stage, one enters ``stage``."""
    h = w.h
    cls = ages_and_classes(h.adult_birth, h.child_birth, rows, h.home[rows], w.month, int(w.params.senior_age))[1]
    np.add.at(w.funnel, tuple(np.broadcast_arrays(cls, h.stage[rows], LEFT, 0)), 1)
    np.add.at(w.funnel, tuple(np.broadcast_arrays(cls, int(stage), ENTERED, h.trigger[rows])), 1)
