"""Ghosts: what would have become of a household without an instrument, watched inside the same world.

At the first decision of a household that an instrument made differ, a ghost of it stays behind, as the household was. So it does of
who lost a home to somebody on whom instruments work: all are off for that one. A ghost
shares the persons and the events of its household, lives under the same rules without the instrument (or without all of them),
is compared on the market with everybody else in the order without the instrument, takes no home from anybody, and is watched
until it moves or its household ends. Ghosts change nothing: with and without them the world is the same to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.behaviour.fit import classes
from sim.behaviour.notes import BEHIND, Parting, no_parting
from sim.kernel_cache import njit
from sim.levers import ALL_BIT, LOST_BIT, NO_BITS
from sim.world.codes import ENDED, FUNNEL_SHAPE, PRESENT, EventKind, Stage
from sim.world.columns import NEVER, NOWHERE, Households, empty, grow
from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.demography.plan import Happened
    from sim.levers import InForce
    from sim.world.world import World

EACH = np.uint64(1) << np.arange(64, dtype=np.uint64)  # every bit alone


@dataclass
class Ghosts(Own):
    """All ghosts of one world, one row each; a row is never reused. Grows as a table does."""

    h: Households  # what the household would be
    of: NDArray  # int32, household row
    mark: NDArray  # uint64, bit of the instrument that is off for it; bit 63: all are; bit 62: all are, and it lost a home to them
    born: NDArray  # int16, month of the decision that differed
    moved: NDArray  # int16, month of its keys; -1 never
    ended: NDArray  # int16, last month in which it was watched; NEVER while it is
    final: NDArray  # bool, it died, went into care or left: it will never move
    household_class: NDArray  # uint8, HouseholdClass before its move
    following: NDArray  # int32, 1 + the next ghost of the same household; 0 none
    first: NDArray  # int32 [households], 1 + the last ghost that it left behind; 0 none
    haunted: NDArray  # uint64 [households], bits of the instruments that have left a ghost behind
    funnel: NDArray  # int64, FUNNEL_SHAPE: where ghosts count their steps, read by nobody
    told: NDArray  # int16 [instruments that tell something, ghosts], month in which each last did; as ``World.told``
    n: int = 0

    def watched(self) -> bool:
        """Whether any is watched still."""
        return bool((self.h.state[: self.n] == PRESENT).any())

    def end(self, rows: NDArray, month: int, final: NDArray | bool) -> None:
        """Watch the ghosts ``rows`` no longer."""
        self.h.state[rows] = ENDED
        self.ended[rows] = month
        self.final[rows] = final

    def make_room(self, n: int) -> None:
        """See to it that so many more fit."""
        if self.n + n <= len(self.of):
            return
        size = 2 * (self.n + n)
        self.h = grow(self.h, size)
        self.told = np.concatenate((self.told, np.zeros((len(self.told), size - len(self.of)), np.int16)), axis=1)
        for name, fill in COLUMNS.items():
            column = getattr(self, name)
            setattr(self, name, np.concatenate((column, np.full(size - len(column), fill, column.dtype))))


COLUMNS = {"of": NOWHERE, "mark": 0, "born": 0, "moved": -1, "ended": NEVER, "final": False, "household_class": 0, "following": 0}


def no_ghosts(n_households: int, n_telling: int = 0) -> Ghosts:
    """The ghosts of a world in which nothing has differed yet; ``n_telling``: instruments at work that tell people something."""
    types = {"of": np.int32, "mark": np.uint64, "final": np.bool_, "household_class": np.uint8, "following": np.int32}
    columns: dict[str, Any] = {name: np.zeros(0, types.get(name, np.int16)) for name in COLUMNS}
    return Ghosts(
        h=empty(Households, 0),
        first=np.zeros(n_households, np.int32),
        haunted=np.zeros(n_households, np.uint64),
        funnel=np.zeros(FUNNEL_SHAPE, np.int64),
        told=np.zeros((n_telling, 0), np.int16),
        **columns,
    )


def off_for(marks: NDArray, force: InForce) -> NDArray:
    """Bits of the instruments that are off for ghosts with these marks, uint64."""
    return np.where(marks & (ALL_BIT | LOST_BIT), force.every, marks)


def stay_behind(w: World, g: Ghosts | None, force: InForce, rows: NDArray, marks: NDArray) -> tuple[NDArray, NDArray]:
    """Leave ghosts of the households ``rows``, as they are now, for each instrument in ``marks`` (uint64 each) that has none yet.

    To be called before the household is changed. Returns the new ghosts and the place of each in ``rows`` (none where nobody
    watches). With one instrument, it and all instruments are the same thing, and share a ghost. Who has a ghost without all of them
    already is followed by that one, and leaves none for a home that it lost.
    """
    if g is None or len(rows) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    marks = np.where((marks & LOST_BIT != 0) & (g.haunted[rows] & ALL_BIT != 0), NO_BITS, marks & ~g.haunted[rows])
    if not marks.any():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if len(force.keys) == 1:
        place = np.flatnonzero(marks)
        mark = np.where(marks[place] & LOST_BIT != 0, LOST_BIT, ALL_BIT | np.uint64(1))
    else:
        bits = ALL_BIT | LOST_BIT | force.every
        place, which = np.nonzero(marks[:, None] & bits & EACH)
        mark = EACH[which]
    first, n = g.n, len(place)
    g.make_room(n)
    g.n += n
    new, households = np.arange(first, g.n), rows[place]
    for mine, theirs in zip(g.h, w.h, strict=True):
        mine[first : g.n] = theirs[households]
    g.h.touched[new] &= ~off_for(mark, force)
    g.told[:, first : g.n] = w.told[:, households]
    g.of[new], g.mark[new], g.born[new] = households, mark, w.month
    _hang(g.first, g.following, g.haunted, g.of, g.mark, first, g.n)
    return new, place


@njit(cache=True)
def _hang(first, following, haunted, of, mark, start, stop):
    for r in range(start, stop):
        i = of[r]
        following[r] = first[i]
        first[i] = r + 1
        haunted[i] |= mark[r]


def parting(w: World, g: Ghosts | None) -> Parting:
    """Room to write down who takes another way in this month's klantreis."""
    if g is None:
        return no_parting()
    return Parting(g.haunted, np.zeros(int(np.count_nonzero(w.h.touched)), BEHIND), np.zeros(1, np.int64))


def part(w: World, g: Ghosts | None, force: InForce, way: Parting) -> None:
    """Those who took another way in the klantreis leave a ghost behind, as they were before."""
    if g is None:
        return
    left = way.left[: int(way.n[0])]
    new, place = stay_behind(w, g, force, left["row"], left["marks"])
    for name in ("stage", "stage_month", "trigger", "taste_here", "search_month", "registered"):
        getattr(g.h, name)[new] = left[name][place]


def as_world(w: World, g: Ghosts) -> World:
    """The world as ghosts live in it: theirs are the households; no dwelling is changed by what they do."""
    return replace(w, h=g.h, d=w.d._replace(access=w.d.access.copy()), funnel=g.funnel, told=g.told)


def share_events(w: World, g: Ghosts, happened: Happened) -> tuple[NDArray, NDArray]:
    """What happened to its household this month happens to a ghost; who ended is watched no longer.

    Returns the ghosts whose persons changed and the trigger of each.
    """
    gone = _follow(g.h, w.h, g.of, g.n)
    _divide_wealth(w, g, happened)
    united = np.isin(g.of[gone], happened.unions[:, :2])  # the couple lives on as another household: what it does is not known
    g.end(gone, w.month, ~united)
    return _of_households(g.h.state, g.first, g.following, happened.changed, happened.trigger)


def _divide_wealth(w: World, g: Ghosts, happened: Happened) -> None:
    """Of who parts this month, the ghosts of before give up as large a share of their wealth; it may be another than the household's."""
    apart = happened.founded_kind == EventKind.SEPARATION
    new, parents = happened.founded[apart], happened.founded_parent[apart]
    whole, gives = w.h.wealth[new] + w.h.wealth[parents], np.zeros(len(w.h.wealth), np.float32)
    gives[parents] = w.h.wealth[new] / np.where(whole > 0, whole, 1)
    rows = np.flatnonzero((g.h.state[: g.n] == PRESENT) & (g.born[: g.n] < w.month))
    g.h.wealth[rows] -= g.h.wealth[rows] * gives[g.of[rows]]


@njit(cache=True)
def _follow(g, h, of, n):
    """Copy the persons of each household to its ghosts; returns the ghosts (int64) whose household is there no more."""
    gone = np.empty(n, np.int64)
    k = 0
    for r in range(n):
        if g.state[r] != PRESENT:
            continue
        i = of[r]
        if h.state[i] != PRESENT:
            gone[k] = r
            k += 1
            continue
        for a in range(h.adult_id.shape[1]):
            g.adult_id[r, a], g.adult_birth[r, a] = h.adult_id[i, a], h.adult_birth[i, a]
            g.adult_sex[r, a], g.adult_limit[r, a] = h.adult_sex[i, a], h.adult_limit[i, a]
        for c in range(h.child_id.shape[1]):
            g.child_id[r, c], g.child_birth[r, c] = h.child_id[i, c], h.child_birth[i, c]
        g.kind[r], g.size[r], g.rooms_needed[r] = h.kind[i], h.size[i], h.rooms_needed[i]
        g.income_z[r], g.income[r] = h.income_z[i], h.income[i]
    return gone[:k].copy()


@njit(cache=True)
def _of_households(state, first, following, rows, triggers):
    """Ghosts that are watched of the households ``rows`` (int32), with the trigger of each, in the order of the rows."""
    n = 0
    for i in rows:
        at = first[i]
        while at > 0:
            n += 1
            at = following[at - 1]
    found, why = np.empty(n, np.int32), np.empty(n, np.uint8)
    n = 0
    for k in range(len(rows)):
        at = first[rows[k]]
        while at > 0:
            if state[at - 1] == PRESENT:
                found[n], why[n] = at - 1, triggers[k]
                n += 1
            at = following[at - 1]
    return found[:n].copy(), why[:n].copy()


def accept(g: Ghosts, month: int, rows: NDArray, vacancies: NDArray, keys: NDArray) -> None:
    """The ghosts ``rows`` would have got these homes (NOWHERE for none), with the keys in these months."""
    gets = vacancies != NOWHERE
    rows = rows[gets]
    g.h.reserved[rows], g.h.keys_month[rows] = vacancies[gets], keys[gets]
    g.h.stage[rows], g.h.stage_month[rows] = int(Stage.VERHUIZEN), month


def get_keys(w: World, g: Ghosts | None) -> None:
    """The ghosts whose month of the keys has come would have moved: nothing more has to be known of them."""
    if g is None or g.n == 0:
        return
    rows = np.flatnonzero((g.h.keys_month <= w.month) & (g.h.reserved != NOWHERE) & (g.h.state == PRESENT))
    g.moved[rows] = w.month
    g.household_class[rows] = classes(g.h, rows, w.month, int(w.params.senior_age))
    g.end(rows, w.month, False)
