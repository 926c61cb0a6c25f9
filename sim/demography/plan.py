"""Demography: the event list of one seed, made once before any market runs.

Births, illness, deaths, care, separations, leaving home, unions, departures and arrivals are drawn month by month with
keyed draws on persons and households (``sim.demography.hazards``), from the columns as the events so far have left them;
``sim.demography.events`` applies them, here as in every replay. Partners are paired by age, sex and a keyed number, never by
address. Arrivals are as many as keep households and dwellings in step, so that the number without a home stays level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.codes import EventKind, HouseholdState
from sim.demography.events import Events, Happened, People, apply_month, people_of, run_month
from sim.demography.hazards import PURPOSES, YOUNG, chances, draw_month
from sim.demography.partners import nobody, pair
from sim.randomness import Draws, Purpose, bits_array, hash_ints, normal_table, uniform
from sim.world import ABSENT, N_ADULTS, N_CHILDREN, NEVER, NOWHERE, Households, age_years, copy, empty, grow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.population.build import Border

__all__ = ["Events", "Happened", "People", "arrivals_per_crossing", "plan", "replay"]
PRESENT = int(HouseholdState.PRESENT)
SEPARATION, LEAVE, UNION = int(EventKind.SEPARATION), int(EventKind.LEAVE_HOME), int(EventKind.UNION)
DEPARTURE, ARRIVAL = int(EventKind.DEPARTURE), int(EventKind.ARRIVAL)
FOUNDING = 17  # part of the hash that makes a household's id from its founding event
CORRECTION_MONTHS = 6  # arrivals make up for a difference between households and dwellings over so many months
MIDDLE = 55


ARRIVAL_COLUMNS = (
    "adult_id",
    "adult_birth",
    "adult_sex",
    "adult_limit",
    "child_id",
    "child_birth",
    "income_z",
    "wealth",
)


class Movers(NamedTuple):
    """Households of the start, in order of id, from which arrivals are copied."""

    rows: NDArray  # int64
    edges: NDArray  # float64, cumulative weight


def plan(
    start: Households,
    p: Params,
    seed: int,
    first: int,
    last: int,
    net_dwellings: NDArray,
    border: Border | None,
    arrivals: bool = True,
    equity: NDArray | None = None,
) -> tuple[Households, Events]:
    """The event list of months ``first`` to ``last`` and the table of all households of the seed.

    Args:
        start: the start population (all present).
        net_dwellings: int64 [months], change of the stock in the base programme.
        border: persons that leave per month and gemeente, or None for a closed world.
        arrivals: False: nothing keeps households and dwellings in step (tests of single rates).
        equity: float [start rows], euro in the home: an arrival that left a home elsewhere brings what a like
            household has.
    """
    planner = _Planner(start, p, seed, first, border, equity)
    for month in range(first, last):
        planner.pass_month(month, int(net_dwellings[month - first]), arrivals)
    return planner.result()


class _Planner:
    """Lets the months pass once without a market and writes down what happens."""

    def __init__(
        self, start: Households, p: Params, seed: int, first: int, border: Border | None, equity: NDArray | None
    ) -> None:
        self.start, self.p, self.first, self.last, self.equity = start, p, first, first, equity
        self.g = _grown(people_of(start), int(1.2 * len(start.id)) + 1000)
        self.n = len(start.id)
        self.n_present = int((start.state == PRESENT).sum())
        self.gap = 0
        self.draws = Draws(seed)
        self.chances = chances(p)
        self.p_leave = _departure_chance(start, p, border, first)
        self.movers = _movers(start, p, first)
        self.income_place = normal_table()
        self.seekers = nobody()
        self.parts: list[Events] = []
        self.arrived: list[tuple] = []  # (rows, month of patience, persons as they arrive)

    def pass_month(self, month: int, net_dwellings: int, arrivals: bool) -> None:
        """Draw, apply and keep the events of one month."""
        self.last = month + 1
        kind, row, person, other = self.drawn(month, arrivals)
        order = np.lexsort((person, row, kind))
        kind, row, person, other = kind[order], row[order], person[order], other[order]
        founds = (kind == SEPARATION) | (kind == LEAVE) | (kind == UNION)
        new_row = np.full(len(kind), NOWHERE, np.int32)
        new_row[founds] = self.allocate(month, kind[founds], row[founds], other[founds], person[founds])
        part = _as_events(month, kind, row, other, person, new_row)
        happened = apply_month(self.g, part, 0, len(kind), month)
        change = len(happened.founded) - len(happened.ended) - len(happened.unions)
        self.n_present += change
        self.gap += net_dwellings - change
        n_new = max(0, round(self.gap / CORRECTION_MONTHS)) if arrivals else 0
        self.parts.append(part)
        if n_new:
            extra = self.arrive(month, n_new)
            apply_month(self.g, extra, 0, n_new, month)
            self.parts.append(extra)
            self.n_present += n_new
            self.gap -= n_new

    def drawn(self, month: int, keep_level: bool) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Kind, row, person and other of this month's events, arrivals apart, in no order."""
        base = np.array([self.draws.base(purpose, month) for purpose in PURPOSES], np.uint64)
        surplus = max(0, -self.gap) / CORRECTION_MONTHS / max(1, self.n_present) if keep_level else 0.0
        out = draw_month(self.g, self.n, month, self.chances, base, self.p_leave + surplus)
        kind, row, slot = out[:, 0].astype(np.uint8), out[:, 1], out[:, 2]
        child = self.g.child_id[row, slot]
        person = np.where(kind == LEAVE, child, self.g.adult_id[row, np.minimum(slot, N_ADULTS - 1)])
        person = np.where(kind == DEPARTURE, np.uint64(0), person)
        along = uniform(base[8], self.g.id[row]) < self.p.rel_children_leave_along
        other = np.where((kind == SEPARATION) & along, 1, -1).astype(np.int32)
        looks = kind == UNION
        man, woman, self.seekers = pair(self.g, base[UNION], month, self.seekers, row[looks], row[~looks])
        rest = ~looks
        return (
            np.concatenate((kind[rest], np.full(len(man), UNION, np.uint8))),
            np.concatenate((row[rest], man)),
            np.concatenate((person[rest], np.zeros(len(man), np.uint64))),
            np.concatenate((other[rest], woman)),
        )

    def allocate(self, month: int, kind: NDArray, row: NDArray, other: NDArray, person: NDArray) -> NDArray:
        """Rows of the households that will be founded; their ids are a hash of the founding event."""
        new = self.rows(len(kind))
        union = kind == UNION
        mine, theirs = self.g.adult_id[row].max(axis=1), self.g.adult_id[np.where(union, other, row)].max(axis=1)
        one = np.where(union, np.minimum(mine, theirs), person)
        two = np.where(union, np.maximum(mine, theirs), np.uint64(0))
        # with the month: two who part may find each other again
        self.g.id[new] = bits_array(np.uint64(hash_ints(FOUNDING, month)), one, two)
        leaver = new[kind == LEAVE]  # a child's place among incomes is its own
        place = bits_array(self.draws.base(Purpose.INCOME), person[kind == LEAVE])
        self.g.income_z[leaver] = self.income_place[(place >> np.uint64(52)).astype(np.int64)]
        return new

    def rows(self, n: int) -> NDArray:
        """The next ``n`` rows (int32); the table grows if it must."""
        if self.n + n > len(self.g.id):
            self.g = _grown(self.g, int(1.2 * (self.n + n)) + 1000)
        self.n += n
        return np.arange(self.n - n, self.n, dtype=np.int32)

    def arrive(self, month: int, n: int) -> Events:
        """``n`` arrivals: persons like those of a keyed household of the start, the young more often."""
        rows = self.rows(n)
        g, p, months = self.g, self.p, month - self.first
        g.id[rows] = ident = bits_array(self.draws.base(Purpose.ARRIVAL, month), np.arange(n, dtype=np.uint64))
        base = self.draws.base(Purpose.ARRIVAL)
        u = uniform(base, ident)
        at = np.searchsorted(self.movers.edges, u * self.movers.edges[-1], side="right")
        like = self.movers.rows[np.minimum(at, len(self.movers.rows) - 1)]
        for name in ("adult_sex", "adult_limit", "income_z", "wealth"):
            getattr(g, name)[rows] = getattr(self.start, name)[like]
        for births, ids, width in ((g.adult_birth, g.adult_id, N_ADULTS), (g.child_birth, g.child_id, N_CHILDREN)):
            then = (self.start.adult_birth if width == N_ADULTS else self.start.child_birth)[like]
            births[rows] = np.where(
                then == ABSENT, ABSENT, then.astype(np.int32) + months
            )  # as old as the like one was
            for k in range(width):
                names = bits_array(base, ident, np.full(n, width * 10 + k, np.uint64))
                ids[rows, k] = np.where(then[:, k] == ABSENT, np.uint64(0), names)
        if self.equity is not None:
            left = uniform(self.draws.base(Purpose.LEFT_HOME), ident) < p.rel_left_home_elsewhere
            g.wealth[rows] += np.where(left, self.equity[like], 0)
        wait = p.dur_patience_low + (p.dur_patience_high - p.dur_patience_low) * uniform(
            self.draws.base(Purpose.PATIENCE), ident
        )
        patience = np.minimum(month + wait, int(NEVER) - 1).astype(np.int16)
        self.arrived.append((rows, patience, {name: getattr(g, name)[rows].copy() for name in ARRIVAL_COLUMNS}))
        none = np.full(n, NOWHERE, np.int32)
        return _as_events(month, np.full(n, ARRIVAL, np.uint8), rows, none, np.zeros(n, np.uint64), none)

    def result(self) -> tuple[Households, Events]:
        """All rows as they are at the start: later households not yet there, arrivals with their persons."""
        n0 = len(self.start.id)
        h = grow(self.start, self.n) if self.n > n0 else copy(self.start)
        later = np.arange(n0, self.n)
        h.id[later] = self.g.id[later]
        left_home = later[self.g.founding[later] == LEAVE]
        h.income_z[left_home] = self.g.income_z[left_home]
        for rows, patience, persons in self.arrived:
            h.patience[rows] = patience
            for name, values in persons.items():
                getattr(h, name)[rows] = values
        one = {name: np.concatenate([getattr(part, name) for part in self.parts]) for name in Events._fields[:-1]}
        edges = np.arange(self.first, self.last + 1)
        return h, Events(**one, first=np.searchsorted(one["month"], edges).astype(np.int64))


def _grown(g: People, n: int) -> People:
    """The same with room for ``n`` rows, new ones neutral."""
    tail = empty(Households, n - len(g.id))
    return People(*(np.concatenate((getattr(g, name), getattr(tail, name))) for name in People._fields))


def _crossing(border: Border, persons: NDArray, p: Params) -> float:
    """Households per month that go with the ``persons`` who cross the border, those inside a region left out."""
    share = p.rel_share_outside_region if len(persons) > 1 else 1.0
    return float((persons / border.persons_per_household).sum()) * share


def _departure_chance(h: Households, p: Params, border: Border | None, month: int) -> NDArray:
    """Chance per month that a household from 35, and one below, leaves and frees its home; float64 [2]."""
    if border is None:
        return np.zeros(2)
    households = _crossing(border, border.leaving, p) * p.p_departure_frees_dwelling
    age = age_years(h.adult_birth, month).max(axis=1)
    weight = float(np.where(age < YOUNG, p.rel_departure_young, 1.0).sum())
    return households / max(1.0, weight) * np.array([1.0, p.rel_departure_young])


def _movers(h: Households, p: Params, month: int) -> Movers:
    """Households of the start with a home, for an arrival is one that takes a dwelling (without any: all); the young more
    often and from 55 half as often (B01–B08; assumption)."""
    housed = (h.state == PRESENT) & (h.home >= 0)
    rows = np.flatnonzero(housed if housed.any() else h.state == PRESENT)
    rows = rows[np.argsort(h.id[rows], kind="stable")]  # by id: the order of rows must not matter
    age = age_years(h.adult_birth[rows], month).max(axis=1)
    return Movers(rows, np.cumsum(np.select([age < YOUNG, age < MIDDLE], [p.rel_departure_young * 0.75, 1.0], 0.5)))


def _as_events(month: int, kind: NDArray, row: NDArray, other: NDArray, person: NDArray, new_row: NDArray) -> Events:
    return Events(
        np.full(len(kind), month, np.int16),
        kind.astype(np.uint8),
        row.astype(np.int32),
        other.astype(np.int32),
        person.astype(np.uint64),
        new_row.astype(np.int32),
        np.zeros(0, np.int64),
    )


def arrivals_per_crossing(events: Events, border: Border, p: Params) -> float:
    """Arrivals of the list over households that cross the border inwards in the same months: the implied
    ``p_arrival_takes_dwelling`` (evidence: 0.25 to 0.6); NaN where nobody crosses it."""
    crossing = _crossing(border, border.arriving, p) * (len(events.first) - 1)
    return float((events.kind == ARRIVAL).sum()) / crossing if crossing else float("nan")


def replay(h: Households, events: Events, month: int, first_month: int) -> Happened:
    """Apply a month's events in place (see ``sim.demography.events``)."""
    at = month - first_month
    return run_month(h, events, int(events.first[at]), int(events.first[at + 1]), month)
