"""Moves counted in persons, as a population register does: who moved, from which gemeente to which, how, and how old.

Half of the moves of persons fill no home that came free: in with somebody, out of the parental home, apart, to a room, to a place
with care. They are in no chain and in no turnover. This changes no decision; who moves between rooms is drawn in
``sim.behaviour.lodging``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.lodging import lives_here, move_between_rooms
from sim.counts.schema import PERSON_AGES
from sim.counts.tables import framed
from sim.demography.border import elsewhere
from sim.world.chance import Purpose, uniform
from sim.world.codes import E_ARRIVAL, E_SEPARATION, EventKind, MoveReason, Origin, PersonMove
from sim.world.columns import ABSENT, NEVER, NOWHERE, age_years
from sim.world.copies import Own
from sim.world.names import YEAR
from sim.world.places import share_outside

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.demography.plan import Events, Happened
    from sim.world.world import World

N_KINDS, N_BANDS = len(PersonMove), len(PERSON_AGES)
BLOCK = 1 << 18  # households that are looked at together


class Bound(NamedTuple):
    """Who is about to go by this month's events, as it lives before them."""

    here: NDArray  # bool [household rows], whether it lives here
    departing: NDArray  # household rows
    departing_from: NDArray  # row of the gemeente of each
    care_from: NDArray  # row of the gemeente of each person bound for a place with care
    care_age: NDArray  # years
    care_of: NDArray  # household row of each
    children: NDArray  # uint64, ids of those who are to leave their parents for another gemeente
    children_of: NDArray  # household row of each
    children_from: NDArray  # row of the gemeente of each
    children_age: NDArray  # years


class Moved(NamedTuple):
    """Persons who moved: rows of gemeenten (NOWHERE: elsewhere), PersonMove, age in years, and the household row of each."""

    left: NDArray
    taken: NDArray
    kind: NDArray
    age: NDArray
    household: NDArray


@dataclass
class PersonMoves(Own):
    """What is written down: per month keys (see ``_packed``) and persons; once a year who lives where.

    Attributes:
        wanted: whether anybody will read it; without, nothing is counted.
        moves: (year, keys, persons) of each month. there: (year, persons [gemeenten, bands]) of each year.
    """

    wanted: bool = True
    moves: list[tuple[int, NDArray, NDArray]] = field(default_factory=list)
    there: list[tuple[int, NDArray]] = field(default_factory=list)

    def record(self, w: World, bound: Bound, happened: Happened, first: int) -> None:
        """This month, when all have moved; ``first`` is its first row of the ledger."""
        if not self.wanted or w.month < 0:
            return
        alone = [*_by_unions(w, happened, first), _by_founding(w, bound, happened), _between_rooms(w)]
        parts = [_by_ledger(w, first), *_by_going(w, bound, happened), _exchanged(w, _together(alone))]
        keys, n = np.unique(_packed(w, _together(parts)), return_counts=True)
        year = w.month // YEAR
        self.moves.append((year, keys, n))
        if w.month % YEAR == 0:
            self.there.append((year, living_here(w)))


def bound(w: World, events: Events) -> Bound:
    """To be read before the events happen: a household that has gone lives nowhere any more."""
    h, now = w.h, w.month - w.setting.first_month
    part = slice(int(events.first[now]), int(events.first[now + 1]))
    kind, rows, persons = events.kind[part], events.row[part], events.person[part]
    departing = rows[(kind == EventKind.DEPARTURE) & lives_here(h, rows)]
    cared = (kind == EventKind.CARE) & lives_here(h, rows) & ~np.isin(persons, persons[kind == EventKind.DEATH])
    rows, persons = rows[cared], persons[cared]
    at, slot = np.nonzero((h.adult_id[rows] == persons[:, None]) & (h.adult_birth[rows] != ABSENT))
    care = _gemeente(w, rows[at]), age_years(h.adult_birth[rows[at], slot], w.month), rows[at]
    off = (events.kind[part] == EventKind.LEAVE_HOME) & (events.new_row[part] < 0) & lives_here(h, events.row[part])
    rows, persons = events.row[part][off], events.person[part][off]
    at, slot = np.nonzero((h.child_id[rows] == persons[:, None]) & (h.child_birth[rows] != ABSENT))
    age = age_years(h.child_birth[rows[at], slot], w.month)
    rows, persons = rows[at], persons[at]
    return Bound(lives_here(h), departing, _gemeente(w, departing), *care, persons, rows, _gemeente(w, rows), age)


def living_here(w: World) -> NDArray:
    """Persons by gemeente and band of ages, int64 [gemeenten, bands]."""
    size = (len(w.geography.gemeente_code), N_BANDS)
    found = np.zeros(size[0] * size[1], np.int64)
    rows = np.flatnonzero(lives_here(w.h))
    for first in range(0, len(rows), BLOCK):
        some = rows[first : first + BLOCK]
        at, age = _persons(w, some)
        found += np.bincount(_gemeente(w, some)[at] * N_BANDS + _band(age), minlength=len(found))
    return found.reshape(size)


def _persons(w: World, rows: NDArray) -> tuple[NDArray, NDArray]:
    """The persons of households: place of each one's household in ``rows``, and age in years."""
    h = w.h
    ages = np.concatenate((age_years(h.adult_birth[rows], w.month), age_years(h.child_birth[rows], w.month)), axis=1)
    at, slot = np.nonzero(ages >= 0)
    return at, ages[at, slot]


def _gemeente(w: World, rows: NDArray) -> NDArray:
    """Row of the gemeente in which households live: that of the home, without one that where they began."""
    homes = w.h.home[rows]
    area = np.where(homes >= 0, w.d.area[np.maximum(homes, 0)], np.maximum(w.h.origin_area[rows], 0))
    return w.map.gemeente[area].astype(np.int64)


def _from(w: World, rows: NDArray) -> NDArray:
    """As ``_gemeente`` of households without a home; NOWHERE for arrivals, who lived elsewhere so far."""
    return np.where(w.h.patience[rows] == NEVER, w.map.gemeente[np.maximum(w.h.origin_area[rows], 0)], NOWHERE).astype(np.int64)


def _by_ledger(w: World, first: int) -> Moved:
    """Moves of whole households to a home; those in with a partner are told by ``_by_unions``."""
    m = w.m
    k = np.arange(first, int(w.counts[1]))
    k = k[m.reason[k] != MoveReason.UNION]
    rows, homes = m.household[k], m.from_dwelling[k]
    at, age = _persons(w, rows)
    left = np.where(homes >= 0, w.map.gemeente[w.d.area[np.maximum(homes, 0)]], _from(w, rows))
    taken = w.map.gemeente[w.d.area[m.to_dwelling[k]]].astype(np.int64)
    kind = np.where(m.reason[k] == MoveReason.FILL, PersonMove.OWN_HOME, PersonMove.OTHER_HOME)
    return Moved(left[at], taken[at], kind[at], age, rows[at])


def _by_unions(w: World, happened: Happened, first: int) -> list[Moved]:
    """Those who move in with a partner: into the partner's home, or to a room together."""
    h, m = w.h, w.m
    a, b, c = happened.unions.T
    k = np.arange(first, int(w.counts[1]))
    k = k[m.reason[k] == MoveReason.UNION]
    homes = dict(zip(m.household[k].tolist(), m.from_dwelling[k].tolist(), strict=True))  # of who moved into a partner's
    found = []
    for side, rows in enumerate((a, b)):
        into_home = np.isin(rows, m.household[k]) & (rows >= 0)
        # two without a home: the second goes to the first; who came from elsewhere lives here now
        to_room = (h.home[c] < 0) & (rows >= 0) & ((side == 1) | (h.patience[rows] != NEVER)) & ~into_home
        moves = np.flatnonzero(into_home | to_room)
        left_home = np.array([homes.get(int(row), NOWHERE) for row in rows[moves]], np.int64)
        left = np.where(left_home >= 0, w.map.gemeente[w.d.area[np.maximum(left_home, 0)]], _from(w, rows[moves]))
        at, age = _of_side(w, a[moves], b[moves], c[moves], side)
        found.append(Moved(left[at], _gemeente(w, c[moves])[at], np.full(len(at), int(PersonMove.PARTNER)), age, rows[moves][at]))
    return found


def _of_side(w: World, a: NDArray, b: NDArray, c: NDArray, side: int) -> tuple[NDArray, NDArray]:
    """As ``_persons``, of one side of each union: its adults stand in the old row, its children in the new one, those of ``a`` first."""
    h = w.h
    adults = age_years(h.adult_birth[b if side else a], w.month)
    of_a = h.size[a].astype(int) - (h.adult_birth[a] != ABSENT).sum(axis=1)
    slot = np.arange(h.child_birth.shape[1])
    mine = (slot >= of_a[:, None]) if side else (slot < of_a[:, None])
    ages = np.concatenate((adults, np.where(mine, age_years(h.child_birth[c], w.month), -1)), axis=1)
    at, place = np.nonzero(ages >= 0)
    return at, ages[at, place]


def _by_founding(w: World, bound: Bound, happened: Happened) -> Moved:
    """Those who left their parents, here or elsewhere, or parted, and have no home of their own yet."""
    here = (happened.founded_kind != E_ARRIVAL) | (w.h.patience[happened.founded] == NEVER)
    rows, parents = happened.founded[here], happened.founded_parent[here]
    at, age = _persons(w, rows)
    kind = np.where(happened.founded_kind[here] == E_SEPARATION, PersonMove.SEPARATED, PersonMove.LEFT_HOME)
    taken = w.map.gemeente[np.maximum(w.h.origin_area[rows], 0)].astype(np.int64)
    from_here = (parents >= 0) & bound.here[np.maximum(parents, 0)]
    return Moved(np.where(from_here, taken, NOWHERE)[at], taken[at], kind[at], age, rows[at])


def _by_going(w: World, bound: Bound, happened: Happened) -> list[Moved]:
    """Those who left for elsewhere, and for a place with care."""
    gone = np.isin(bound.departing, happened.ended[happened.origin == Origin.DEPARTURE])
    rows, left = bound.departing[gone], bound.departing_from[gone]
    at, age = _persons(w, rows)  # who has gone stands in the old row still
    elsewhere = np.full(len(at), NOWHERE, np.int64)
    away = Moved(left[at], elsewhere, np.full(len(at), int(PersonMove.ELSEWHERE)), age, rows[at])
    died = happened.ended[np.isin(happened.origin, (Origin.DEATH, Origin.CARE))]
    stayed = np.isin(bound.children_of, died)  # where the last adult is gone the rest of its month is void
    along = happened.founded[happened.founded_kind == E_SEPARATION]  # as where a child went along with a parent
    stayed |= np.isin(bound.children, w.h.child_id[np.concatenate((bound.children_of, along))])
    left, age = bound.children_from[~stayed], bound.children_age[~stayed]
    off = Moved(left, np.full(len(left), NOWHERE, np.int64), np.full(len(left), int(PersonMove.ELSEWHERE)), age, bound.children_of[~stayed])
    cared = np.full(len(bound.care_age), int(PersonMove.CARE))
    return [away, off, Moved(bound.care_from, bound.care_from, cared, bound.care_age, bound.care_of)]


def _between_rooms(w: World) -> Moved:
    rows, kind = move_between_rooms(w)
    at, age = _persons(w, rows)
    here = _gemeente(w, rows)[at]
    return Moved(here, here, kind[at], age, rows[at])


def _exchanged(w: World, moved: Moved) -> Moved:
    """The same where those who go to another gemeente change places with somebody of their age who comes from one.

    Who moves without a home of one's own goes there as often as persons of that age do (``sim.demography.border.elsewhere``). The world
    does not change by it: the one who comes lives on as the one who went would have. Of children who leave home those who leave the area
    went as themselves; in an area of several gemeenten others go to another of these.
    """
    share = elsewhere(w.geography.leaving)  # [gemeenten, ages]
    went = share_outside(w.setting.place) * share
    of_kind = np.stack([share, (share - went) / (1 - went)])
    oldest = np.zeros(len(w.h.id), np.int64)
    np.maximum.at(oldest, moved.household, moved.age)
    age = np.minimum(oldest[moved.household], share.shape[1] - 1)
    u = uniform(w.draws.base(Purpose.EXCHANGE, w.month), w.h.id[moved.household])
    go = u < of_kind[(moved.kind == PersonMove.LEFT_HOME).astype(int), np.maximum(moved.left, 0), age]
    go &= moved.left == moved.taken
    stay, gone = _some(moved, ~go), _some(moved, go)
    nowhere = np.full(len(gone.age), NOWHERE, np.int64)
    return _together([stay, gone._replace(taken=nowhere), gone._replace(left=nowhere)])


def _some(moved: Moved, which: NDArray) -> Moved:
    return Moved(*(column[which] for column in moved))


def _together(parts: list[Moved]) -> Moved:
    return Moved(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _band(age: NDArray) -> NDArray:
    return np.searchsorted(PERSON_AGES, age, side="right") - 1


def _packed(w: World, moved: Moved) -> NDArray:
    places = len(w.geography.gemeente_code) + 1  # NOWHERE stands first
    return (((moved.left + 1) * places + moved.taken + 1) * N_KINDS + moved.kind) * N_BANDS + _band(moved.age)


def moves_table(w: World, mine: PersonMoves) -> pd.DataFrame:
    """The table person_moves."""
    codes, places = np.array(["", *w.geography.gemeente_code], object), len(w.geography.gemeente_code) + 1
    room = places * places * N_KINDS * N_BANDS  # keys of a year
    keys = np.concatenate([np.zeros(0, np.int64), *(year * room + keys for year, keys, _ in mine.moves)])
    n = np.concatenate([np.zeros(0, np.int64), *(n for _, _, n in mine.moves)])
    every, place = np.unique(keys, return_inverse=True)
    columns = {"persons": np.bincount(place, n, len(every)).astype(np.int64)}
    for name, size in (("age", N_BANDS), ("kind", N_KINDS), ("to_gemeente", places), ("from_gemeente", places)):
        every, columns[name] = np.divmod(every, size)
    columns |= {name: codes[columns[name]] for name in ("from_gemeente", "to_gemeente")}
    return framed("person_moves", {"year": every, **columns})


def persons_table(w: World, mine: PersonMoves) -> pd.DataFrame:
    """The table persons."""
    codes = np.array(w.geography.gemeente_code, object)
    years = np.array([year for year, _ in mine.there], np.int64)
    n = np.concatenate([np.zeros((0, N_BANDS), np.int64), *(one for _, one in mine.there)]).ravel()
    year, gemeente, band = (one.ravel() for one in np.meshgrid(years, np.arange(len(codes)), np.arange(N_BANDS), indexing="ij"))
    return framed("persons", {"year": year, "gemeente": codes[gemeente], "age": band, "persons": n})
