"""The months pass once without a market: what ``sim.demography.plan`` writes down, and the people while it does.

The planner keeps a table of its own, of persons only, in which the rows of households that are gone are taken out from time
to time. The order of the rows stays, so what depends on it comes out as if they were all there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.demography.border import between, coming, first_age, going, others_expected, rooms_expected, sizes
from sim.demography.events import Events, People, apply_month, people_of
from sim.demography.hazards import PURPOSES, Odds, chances, draw_month
from sim.demography.partners import Seekers, nobody, pair
from sim.world.chance import Draws, Purpose, bits_array, hash_ints, index_array, normal_table, uniform
from sim.world.codes import E_ARRIVAL, E_DEPARTURE, E_LEAVE_HOME, E_SEPARATION, E_UNION, PRESENT
from sim.world.columns import ABSENT, N_ADULTS, N_CHILDREN, NEVER, NOWHERE, Households, age_years, empty, grow_column
from sim.world.names import YEAR

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
    """Whom arrivals are like: households of the start with a home, in order of id."""

    rows: NDArray  # int32
    edges: NDArray  # float64, cumulative weight


class Arrivals(NamedTuple):
    """The arrivals of a month."""

    rows: NDArray  # int32
    patience: NDArray  # int16, month in which each leaves again without a home
    left_elsewhere: NDArray  # bool, whether it leaves a home behind elsewhere
    persons: dict[str, NDArray]  # ARRIVAL_COLUMNS


class Future(NamedTuple):
    """The households that come later, as they are known at the start: rows from ``first_row`` on."""

    first_row: int
    id: NDArray  # uint64 [later rows]
    left_home: NDArray  # int32, rows of those who leave their parents
    left_home_place: NDArray  # float32, their place among incomes
    arrived: list[Arrivals]
    departing: tuple[NDArray, NDArray]  # int32 rows, int16 month of each


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
        self.rate = 0.0  # homes a month that came free for who does not come to a room, over the last year or so
        self.too_many = 0.0  # households of the last month that no arrival less could make up for
        self.draws = Draws(seed)
        self.chances = chances(p)
        self.border = border
        self.rooms_out = rooms_expected(start, border, first, p)  # persons a month
        self.going = going(start, border, first, self.rooms_out + others_expected(start, border, first, self.chances))
        self.others = 0.0  # persons of the last months who left other than with their whole household or from a room
        self.coming = np.cumsum(
            coming(start, border, first, self.chances, self.going, p.age_own_household)
        )  # persons a month up to each age
        self.owed = 0.0  # part of a person to come
        self.movers = _movers(start, p, first)
        self.income_place = normal_table()
        self.seekers = nobody()
        self.events: dict[str, list[NDArray]] = {name: [] for name in Events._fields[:-1]}
        self.ids: list[NDArray] = []
        self.left_home: list[tuple[NDArray, NDArray]] = []
        self.arrived: list[Arrivals] = []

    def pass_month(self, month: int, net_dwellings: int, arrivals: bool) -> None:
        """Draw, apply and keep the events of one month."""
        self.last = month + 1
        if self.n + self.n_present // SPARE > len(self.g.id):
            self.forget_the_gone()
        kind, row, person, other = self.drawn(month, arrivals)
        order = np.lexsort((person, row, kind))
        kind, row, person, other = kind[order], row[order], person[order], other[order]
        if month > self.first and (month - self.first) % YEAR == 0:
            self.going, self.others = going(self.g, self.border, month, self.rooms_out + self.others / YEAR), 0.0
        elsewhere = self.leave_elsewhere(month, kind, row, person)
        self.others += int(elsewhere.sum()) + self.crossed(month, kind, row, other)
        founds = (kind == E_SEPARATION) | ((kind == E_LEAVE_HOME) & ~elsewhere) | (kind == E_UNION)
        new_row = np.full(len(kind), NOWHERE, np.int32)
        new_row[founds] = self.allocate(month, kind[founds], row[founds], other[founds], person[founds])
        part = _as_events(month, kind, row, other, person, new_row)
        happened = apply_month(self.g, part, 0, len(kind), month)
        change = len(happened.founded) - len(happened.ended) - len(happened.unions)
        self.n_present += change
        n_young, n_new = self.how_many_arrive(month, net_dwellings - change) if arrivals else (0, 0)
        self.gap += net_dwellings - change
        self.keep(part)
        left = happened.founded[happened.founded_kind == E_LEAVE_HOME]
        self.left_home.append((self.at[left], self.g.income_z[left]))
        if n_new:
            extra = self.arrive(month, n_new, n_young)
            apply_month(self.g, extra, 0, n_new, month)
            self.keep(extra)
            self.n_present += n_new
            self.gap -= n_young + (n_new - n_young) * (1 - self.p.rel_arrivals_lost)

    def how_many_arrive(self, month: int, freed: int) -> tuple[int, int]:
        """Arrivals of a month in which ``freed`` homes more than households are left: the young among them, and all.

        As many as there are homes for, so that none stands empty for good; ``dur_arrivals_ahead`` months of them more are here looking.
        """
        p, for_others = self.p, freed - float(self.coming[-1])
        self.rate = for_others if month == self.first else self.rate + (for_others - self.rate) / YEAR
        short = self.gap + p.dur_arrivals_ahead * max(0.0, self.rate)
        wanted = freed + (short / p.dur_arrivals_correction if short > 0 else short)  # who is too many cannot wait for others to go
        n_young = self.n_young()
        self.too_many = max(0.0, n_young - wanted)
        return n_young, max(n_young, round(wanted))

    def n_young(self) -> int:
        """How many come this month out of a parental home elsewhere: whole persons, what is left over goes to the next month."""
        self.owed += self.coming[-1]
        n = int(self.owed)
        self.owed -= n
        return n

    def keep(self, part: Events) -> None:
        """Write down events of the planner's rows as events of household rows."""
        union, founds = part.kind == E_UNION, part.new_row >= 0
        other, new_row = part.other.copy(), part.new_row.copy()
        other[union] = self.at[other[union]]
        new_row[founds] = self.at[new_row[founds]]
        written = part._replace(row=self.at[part.row], other=other, new_row=new_row)
        for name, column in self.events.items():
            column.append(getattr(written, name))

    def leave_elsewhere(self, month: int, kind: NDArray, row: NDArray, person: NDArray) -> NDArray:
        """Which events are those of children who leave home for another gemeente."""
        leaves = np.flatnonzero(kind == E_LEAVE_HOME)
        at, slot = np.nonzero(self.g.child_id[row[leaves]] == person[leaves][:, None])
        age = age_years(self.g.child_birth[row[leaves][at], slot], month)
        found = np.zeros(len(kind), bool)
        found[leaves[at]] = uniform(self.draws.base(Purpose.LEAVE_ELSEWHERE, month), person[leaves][at]) < self.going.children[age]
        return found

    def crossed(self, month: int, kind: NDArray, row: NDArray, other: NDArray) -> float:
        """Persons expected to go to another gemeente of those who part, or move in with a partner (see ``sim.counts.person_moves``)."""
        share = self.going.children
        parts = row[kind == E_SEPARATION]
        found = float(share[first_age(self.g, month, parts)].sum())
        if self.border is not None and self.border.gemeenten == 1:
            for side in (row, other):  # one of both moves
                some = side[kind == E_UNION]
                found += float((share[first_age(self.g, month, some)] * sizes(self.g, some)).sum()) / 2
        return found

    def drawn(self, month: int, keep_level: bool) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Kind, row, person and other of this month's events, arrivals apart, in no order."""
        base = np.array([self.draws.base(purpose, month) for purpose in PURPOSES], np.uint64)
        surplus = self.too_many / max(1, self.n_present) if keep_level else 0.0
        out = draw_month(self.g, self.n, Odds(month, self.chances, base, self.going.households + surplus))
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

    def arrive(self, month: int, n: int, n_young: int) -> Events:
        """``n`` arrivals: ``n_young`` who leave their parents, the others with persons like those of a keyed household of the start."""
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
        alone = np.arange(n) < n_young
        self.leave_their_parents(rows[alone], u[alone], month)
        left = ~alone & (uniform(self.draws.base(Purpose.LEFT_HOME), ident) < p.rel_left_home_elsewhere)
        if self.equity is not None:
            g.wealth[rows] += np.where(left, self.equity[like], 0)
        wait = p.dur_patience_low + (p.dur_patience_high - p.dur_patience_low) * uniform(self.draws.base(Purpose.PATIENCE), ident)
        patience = np.where(alone, int(NEVER), np.minimum(month + wait, int(NEVER) - 1)).astype(np.int16)
        self.arrived.append(Arrivals(self.at[rows], patience, left, {name: getattr(g, name)[rows] for name in ARRIVAL_COLUMNS}))
        none = np.full(n, NOWHERE, np.int32)
        return _as_events(month, np.full(n, E_ARRIVAL, np.uint8), rows, none, np.zeros(n, np.uint64), none)

    def leave_their_parents(self, rows: NDArray, u: NDArray, month: int) -> None:
        """Arrivals ``rows`` are single people who come to a room (``border.coming``); ``u`` [rows] in [0, 1) draws their ages."""
        g = self.g
        age = np.searchsorted(self.coming, u * self.coming[-1], side="right")
        months = (YEAR * uniform(self.draws.base(Purpose.ARRIVAL, 2), g.id[rows])).astype(np.int32)
        for births, ids in ((g.adult_birth, g.adult_id), (g.child_birth, g.child_id)):
            births[rows, 1:], ids[rows, 1:] = ABSENT, 0
        g.child_birth[rows, 0], g.child_id[rows, 0] = ABSENT, 0
        g.adult_birth[rows, 0] = month - YEAR * age - months
        g.adult_sex[rows, 0] = g.adult_id[rows, 0] & np.uint64(1)  # as of children (``events``)
        g.adult_limit[rows], g.wealth[rows] = 0, 0
        g.income_z[rows] = self.income_place[index_array(bits_array(self.draws.base(Purpose.INCOME), g.adult_id[rows, 0]))]

    def result(self) -> tuple[Future, Events]:
        """The later households as they are at the start, and the event list; the planner is used up."""
        del self.g, self.at
        first = len(self.start.id)
        rows, places = (np.concatenate(parts) for parts in zip(*self.left_home, strict=True))
        one = {name: np.concatenate(self.events.pop(name)) for name in Events._fields[:-1]}
        goes = one["kind"] == E_DEPARTURE
        departing = one["row"][goes], one["month"][goes]
        future = Future(first, np.concatenate((np.zeros(0, np.uint64), *self.ids)), rows, places, self.arrived, departing)
        edges = np.arange(self.first, self.last + 1)
        return future, Events(**one, first=np.searchsorted(one["month"], edges).astype(np.int64))


def enter(h: Households, future: Future) -> None:
    """Write the later households into their rows of ``h``: not yet there, arrivals with their persons."""
    h.id[future.first_row : future.first_row + len(future.id)] = future.id
    h.income_z[future.left_home] = future.left_home_place
    for one in future.arrived:
        h.patience[one.rows], h.left_elsewhere[one.rows] = one.patience, one.left_elsewhere
        for name, values in one.persons.items():
            getattr(h, name)[one.rows] = values
    rows, months = future.departing
    h.departs[rows] = months


def _movers(h: Households, p: Params, month: int) -> Movers:
    """Households of the start with a home (without any: all) and past the age of rooms, as often as their age moves to another gemeente."""
    housed = (h.state == PRESENT) & (h.home >= 0)
    there = np.flatnonzero(housed if housed.any() else h.state == PRESENT).astype(np.int32)
    grown = there[first_age(h, month, there) >= p.age_own_household]
    rows = grown if len(grown) else there
    rows = rows[np.argsort(h.id[rows], kind="stable")]  # by id: the order of rows must not matter
    return Movers(rows, np.cumsum(between()[first_age(h, month)[rows]]))


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
