"""The months pass once without a market: what ``sim.demography.plan`` writes down, and the people while it does.

The planner keeps a table of its own, of persons only, in which the rows of households that are gone are taken out from time
to time. The order of the rows stays, so what depends on it comes out as if they were all there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.demography.events import Events, People, apply_month, people_of
from sim.demography.hazards import PURPOSES, YOUNG, Odds, chances, draw_month
from sim.demography.partners import Seekers, nobody, pair
from sim.world.chance import Draws, Purpose, bits_array, hash_ints, index_array, normal_table, uniform
from sim.world.codes import E_ARRIVAL, E_DEPARTURE, E_LEAVE_HOME, E_SEPARATION, E_UNION, PRESENT
from sim.world.columns import ABSENT, N_ADULTS, N_CHILDREN, NEVER, NOWHERE, Households, age_years, empty, grow_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.geography import Border

FOUNDING = 17  # part of the hash that makes a household's id from its founding event
SPARE = 50  # at least a 50th of the households must still fit at the start of a month
ROOM = 1.15  # rows of the planner's table over households of the start
BLOCK = 1 << 16  # rows that are moved at a time
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


PLACES = np.array([10 * N_ADULTS + k for k in range(N_ADULTS)] + [10 * N_CHILDREN + k for k in range(N_CHILDREN)], np.uint64)


class Movers(NamedTuple):
    """Households of the start, in order of id, from which arrivals are copied."""

    rows: NDArray  # int32
    edges: NDArray  # float64, cumulative weight


class Future(NamedTuple):
    """The households that come later, as they are known at the start: rows from ``first_row`` on."""

    first_row: int
    id: NDArray  # uint64 [later rows]
    left_home: NDArray  # int32, rows of those who leave their parents
    left_home_place: NDArray  # float32, their place among incomes
    arrived: list[tuple[NDArray, NDArray, dict[str, NDArray]]]  # rows, month of patience, persons as they arrive


class Planner:
    """Draws, applies and keeps the events of one month after the other."""

    def __init__(self, start: Households, p: Params, seed: int, first: int, border: Border | None, equity: NDArray | None) -> None:
        self.start, self.p, self.first, self.last, self.equity = start, p, first, first, equity
        n = len(start.id)
        room = int(ROOM * n) + 1000
        self.g = People(*(grow_column(Households, name, column, room) for name, column in people_of(start)._asdict().items()))
        self.at = np.arange(room, dtype=np.int32)  # household row of each row of the planner's table
        self.n, self.n_households = n, n  # rows in use here; household rows given out
        self.n_present = int((start.state == PRESENT).sum())
        self.gap = 0.0  # homes without a household to come, since the start
        self.draws = Draws(seed)
        self.chances = chances(p)
        self.p_leave = _departure_chance(start, p, border, first)
        self.movers = _movers(start, p, first)
        self.income_place = normal_table()
        self.seekers = nobody()
        self.events: dict[str, list[NDArray]] = {name: [] for name in Events._fields[:-1]}
        self.ids: list[NDArray] = []
        self.left_home: list[tuple[NDArray, NDArray]] = []
        self.arrived: list[tuple[NDArray, NDArray, dict[str, NDArray]]] = []

    def pass_month(self, month: int, net_dwellings: int, arrivals: bool) -> None:
        """Draw, apply and keep the events of one month."""
        self.last = month + 1
        if self.n + self.n_present // SPARE > len(self.g.id):
            self.forget_the_gone()
        kind, row, person, other = self.drawn(month, arrivals)
        order = np.lexsort((person, row, kind))
        kind, row, person, other = kind[order], row[order], person[order], other[order]
        founds = (kind == E_SEPARATION) | (kind == E_LEAVE_HOME) | (kind == E_UNION)
        new_row = np.full(len(kind), NOWHERE, np.int32)
        new_row[founds] = self.allocate(month, kind[founds], row[founds], other[founds], person[founds])
        part = _as_events(month, kind, row, other, person, new_row)
        happened = apply_month(self.g, part, 0, len(kind), month)
        change = len(happened.founded) - len(happened.ended) - len(happened.unions)
        self.n_present += change
        self.gap += net_dwellings - change
        n_new = max(0, round(self.gap / self.p.dur_arrivals_correction)) if arrivals else 0
        self.keep(part)
        left = happened.founded[happened.founded_kind == E_LEAVE_HOME]
        self.left_home.append((self.at[left], self.g.income_z[left]))
        if n_new:
            extra = self.arrive(month, n_new)
            apply_month(self.g, extra, 0, n_new, month)
            self.keep(extra)
            self.n_present += n_new
            self.gap -= n_new * (1 - self.p.rel_arrivals_lost)

    def keep(self, part: Events) -> None:
        """Write down events of the planner's rows as events of household rows."""
        union, founds = part.kind == E_UNION, part.new_row >= 0
        other, new_row = part.other.copy(), part.new_row.copy()
        other[union] = self.at[other[union]]
        new_row[founds] = self.at[new_row[founds]]
        written = part._replace(row=self.at[part.row], other=other, new_row=new_row)
        for name, column in self.events.items():
            column.append(getattr(written, name))

    def drawn(self, month: int, keep_level: bool) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Kind, row, person and other of this month's events, arrivals apart, in no order."""
        base = np.array([self.draws.base(purpose, month) for purpose in PURPOSES], np.uint64)
        surplus = max(0, -self.gap) / self.p.dur_arrivals_correction / max(1, self.n_present) if keep_level else 0.0
        out = draw_month(self.g, self.n, Odds(month, self.chances, base, self.p_leave + surplus))
        kind, row, slot = out[:, 0].astype(np.uint8), out[:, 1], out[:, 2]
        child = self.g.child_id[row, slot]
        person = np.where(kind == E_LEAVE_HOME, child, self.g.adult_id[row, np.minimum(slot, N_ADULTS - 1)])
        person = np.where(kind == E_DEPARTURE, np.uint64(0), person)
        along = uniform(base[8], self.g.id[row]) < self.p.rel_children_leave_along
        other = np.where((kind == E_SEPARATION) & along, 1, -1).astype(np.int32)
        looks = kind == E_UNION
        man, woman, self.seekers = pair(self.g, base[E_UNION], month, self.seekers, row[looks], row[~looks], self.p)
        rest = ~looks
        return (
            np.concatenate((kind[rest], np.full(len(man), E_UNION, np.uint8))),
            np.concatenate((row[rest], man)),
            np.concatenate((person[rest], np.zeros(len(man), np.uint64))),
            np.concatenate((other[rest], woman)),
        )

    def allocate(self, month: int, kind: NDArray, row: NDArray, other: NDArray, person: NDArray) -> NDArray:
        """Rows of the households that will be founded; their ids are a hash of the founding event."""
        g, union = self.g, kind == E_UNION
        mine, theirs = g.adult_id[row].max(axis=1), g.adult_id[np.where(union, other, row)].max(axis=1)
        one = np.where(union, np.minimum(mine, theirs), person)
        two = np.where(union, np.maximum(mine, theirs), np.uint64(0))
        # with the month: two who part may find each other again
        new = self.rows(bits_array(np.uint64(hash_ints(FOUNDING, month)), one, two))
        leaver = new[kind == E_LEAVE_HOME]  # a child's place among incomes is its own
        place = bits_array(self.draws.base(Purpose.INCOME), person[kind == E_LEAVE_HOME])
        g.income_z[leaver] = self.income_place[index_array(place)]
        return new

    def rows(self, ids: NDArray) -> NDArray:
        """The next rows (int32), for households with these ids; the table grows if it must."""
        if self.n + len(ids) > len(self.g.id):
            room = int(ROOM * (self.n + len(ids))) + 1000
            self.g = People(*(grow_column(Households, name, column, room) for name, column in self.g._asdict().items()))
            self.at = np.concatenate((self.at, np.empty(room - len(self.at), np.int32)))
        new = np.arange(self.n, self.n + len(ids), dtype=np.int32)
        self.g.id[new] = ids
        self.at[new] = np.arange(self.n_households, self.n_households + len(ids), dtype=np.int32)
        self.ids.append(ids)
        self.n += len(ids)
        self.n_households += len(ids)
        return new

    def forget_the_gone(self) -> None:
        """Close up the rows of the planner's table over households that are not there, in place and in the same order."""
        kept = np.flatnonzero(self.g.state[: self.n] == PRESENT)
        new = np.full(self.n, NOWHERE, np.int32)
        new[kept] = np.arange(len(kept), dtype=np.int32)
        looking = new[self.seekers.rows] >= 0
        self.seekers = Seekers(new[self.seekers.rows[looking]], self.seekers.since[looking])
        neutral = people_of(empty(Households, 1))
        for column, fill in zip((*self.g, self.at), (*neutral, np.zeros(1)), strict=True):
            for lo in range(0, len(kept), BLOCK):  # a row never moves up, so no block overwrites what is still to be read
                block = kept[lo : lo + BLOCK]
                column[lo : lo + len(block)] = column[block]
            column[len(kept) : self.n] = fill[0]
        self.n = len(kept)

    def arrive(self, month: int, n: int) -> Events:
        """``n`` arrivals: persons like those of a keyed household of the start, the young more often."""
        rows = self.rows(bits_array(self.draws.base(Purpose.ARRIVAL, month), np.arange(n, dtype=np.uint64)))
        g, p, ident = self.g, self.p, self.g.id[rows]
        base = self.draws.base(Purpose.ARRIVAL)
        u = uniform(base, ident)
        at = np.searchsorted(self.movers.edges, u * self.movers.edges[-1], side="right")
        like = self.movers.rows[np.minimum(at, len(self.movers.rows) - 1)]
        for name in ("adult_sex", "adult_limit", "income_z", "wealth"):
            getattr(g, name)[rows] = getattr(self.start, name)[like]
        names = bits_array(base, ident[:, None], PLACES)  # a person's id is that of the place in the household
        for births, ids, then, own in (
            (g.adult_birth, g.adult_id, self.start.adult_birth[like], names[:, :N_ADULTS]),
            (g.child_birth, g.child_id, self.start.child_birth[like], names[:, N_ADULTS:]),
        ):
            there = then != ABSENT
            births[rows] = np.where(there, then.astype(np.int32) + (month - self.first), ABSENT)  # as old as the like one was
            ids[rows] = np.where(there, own, np.uint64(0))
        if self.equity is not None:
            left = uniform(self.draws.base(Purpose.LEFT_HOME), ident) < p.rel_left_home_elsewhere
            g.wealth[rows] += np.where(left, self.equity[like], 0)
        wait = p.dur_patience_low + (p.dur_patience_high - p.dur_patience_low) * uniform(self.draws.base(Purpose.PATIENCE), ident)
        patience = np.minimum(month + wait, int(NEVER) - 1).astype(np.int16)
        self.arrived.append((self.at[rows], patience, {name: getattr(g, name)[rows] for name in ARRIVAL_COLUMNS}))
        none = np.full(n, NOWHERE, np.int32)
        return _as_events(month, np.full(n, E_ARRIVAL, np.uint8), rows, none, np.zeros(n, np.uint64), none)

    def result(self) -> tuple[Future, Events]:
        """The later households as they are at the start, and the event list; the planner is used up."""
        del self.g, self.at
        first = len(self.start.id)
        rows, places = (np.concatenate(parts) for parts in zip(*self.left_home, strict=True))
        future = Future(first, np.concatenate((np.zeros(0, np.uint64), *self.ids)), rows, places, self.arrived)
        one = {name: np.concatenate(self.events.pop(name)) for name in Events._fields[:-1]}
        edges = np.arange(self.first, self.last + 1)
        return future, Events(**one, first=np.searchsorted(one["month"], edges).astype(np.int64))


def enter(h: Households, future: Future) -> None:
    """Write the later households into their rows of ``h``: not yet there, arrivals with their persons."""
    h.id[future.first_row : future.first_row + len(future.id)] = future.id
    h.income_z[future.left_home] = future.left_home_place
    for rows, patience, persons in future.arrived:
        h.patience[rows] = patience
        for name, values in persons.items():
            getattr(h, name)[rows] = values


def crossing(border: Border, persons: NDArray, p: Params) -> float:
    """Households per month that go with the ``persons`` who cross the border, those inside a region left out."""
    share = p.rel_share_outside_region if len(persons) > 1 else 1.0
    return float((persons / border.persons_per_household).sum()) * share


def _departure_chance(h: Households, p: Params, border: Border | None, month: int) -> NDArray:
    """Chance per month that a household from 35, and one below, leaves and frees its home; float64 [2]."""
    if border is None:
        return np.zeros(2)
    households = crossing(border, border.leaving, p) * p.p_departure_frees_dwelling
    age = age_years(h.adult_birth, month).max(axis=1)
    weight = float(np.where(age < YOUNG, p.rel_departure_young, 1.0).sum())
    return households / max(1.0, weight) * np.array([1.0, p.rel_departure_young])


def _movers(h: Households, p: Params, month: int) -> Movers:
    """Households of the start with a home, for an arrival is one that takes a dwelling (without any: all); the young more
    often and the old less often (rel_arrival_young and rel_arrival_old)."""
    housed = (h.state == PRESENT) & (h.home >= 0)
    rows = np.flatnonzero(housed if housed.any() else h.state == PRESENT).astype(np.int32)
    rows = rows[np.argsort(h.id[rows], kind="stable")]  # by id: the order of rows must not matter
    age = age_years(h.adult_birth[rows], month).max(axis=1)
    young = p.rel_departure_young * p.rel_arrival_young
    return Movers(rows, np.cumsum(np.select([age < YOUNG, age < p.age_arrival_middle], [young, 1.0], p.rel_arrival_old)))


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
