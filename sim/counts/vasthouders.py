"""Vasthouders and vastzitters: who holds on to a home in demand, who is stuck in a search, and what becomes of both.

A *vasthouder* is a senior household without a wish (HUIDIGE_WONING) in a home in high demand: homes of its kind (gemeente,
tenure, single-family or not, rooms) that came free in the last twelve months drew ``n_candidates_high`` responses each, or
more. A *vastzitter* is a household with a home that has searched for ``dur_vastzitter`` months; it belongs to the obstacle
that it met most often in that search. Nothing here changes a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.counts.indicators import STUCK_STATES
from sim.kernel_cache import njit
from sim.world.codes import EENGEZINS, HUIDIGE, PRESENT, VERHUIZEN, ZOEKEN, MoveReason, Obstacle
from sim.world.columns import ABSENT
from sim.world.copies import Own
from sim.world.names import YEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

HINDRANCES = ("no_offer", "not_eligible", "too_expensive", "unsuitable", "outranked")  # a tie goes to the first
HINDRANCE_OF = np.zeros(len(Obstacle), np.int64)  # unsuitable: seen, and not better, not worth the trouble, or refused
HINDRANCE_OF[[Obstacle.NOT_ELIGIBLE, Obstacle.TOO_EXPENSIVE, Obstacle.OUTRANKED]] = 1, 2, 4
HINDRANCE_OF[[Obstacle.NOT_BETTER, Obstacle.NOT_WORTH_THE_TROUBLE, Obstacle.REFUSED]] = 3
KINDS_OF_HOME = 18  # per gemeente: tenure, single-family or not, up to three, four, and more rooms
HOLDS, STUCK, MOVED = 1, 2, 4  # bits of ``start``
SENIORS, BY_HINDRANCE = 2, 3  # places in STUCK_STATES
FOLLOWED_AT = BY_HINDRANCE + len(HINDRANCES)
HOLDS_MOVED, HOLDS_THERE, HOLDS_ENDED, STUCK_MOVED, STUCK_SEARCHING, STUCK_STOPPED, STUCK_ENDED = range(FOLLOWED_AT, FOLLOWED_AT + 7)


@dataclass
class Stuck(Own):
    """What is remembered beside the world: eight bytes per household (and those of the few who are followed)."""

    met: NDArray  # uint8 [households, hindrances], months in which each was met in the search that began in ``since``
    since: NDArray  # int16 [households], month in which that search began
    start: NDArray  # uint8 [households], HOLDS or STUCK at month 0, and MOVED since
    followed: NDArray  # int64, household rows that held on or were stuck at month 0
    taken: NDArray  # int64 [YEAR, 2, kinds of home], homes taken and the responses to them, by calendar month

    def hear(self, rows: NDArray, met: NDArray, search_month: NDArray) -> None:
        """What the searching households ``rows`` met this month (Obstacle, or −1); ``search_month`` of all households."""
        hear_kernel(rows, met, search_month, self.met, self.since, HINDRANCE_OF)


def nobody_stuck(households: int, gemeenten: int) -> Stuck:
    """Of a world in which nothing has been heard yet."""
    return Stuck(
        np.zeros((households, len(HINDRANCES)), np.uint8),
        np.full(households, ABSENT),
        np.zeros(households, np.uint8),
        np.zeros(0, np.int64),
        np.zeros((YEAR, 2, gemeenten * KINDS_OF_HOME), np.int64),
    )


@njit(cache=True)
def hear_kernel(rows, met, search_month, counted, since, hindrance_of):
    """Add what each of ``rows`` met to ``counted``; a search that has just begun starts from nothing."""
    for r in range(len(rows)):
        if met[r] < 0:
            continue
        i = rows[r]
        if since[i] != search_month[i]:
            since[i] = search_month[i]
            counted[i, :] = 0
        counted[i, hindrance_of[met[r]]] = min(254, counted[i, hindrance_of[met[r]]]) + 1


@njit(cache=True)
def kind_of_home(d, j, gemeente):
    """Kind of home of dwelling j, as one number; ``gemeente`` int32 [areas]."""
    rooms = np.int64(d.rooms[j] > 3) + np.int64(d.rooms[j] > 4)
    return gemeente[d.area[j]] * KINDS_OF_HOME + (np.int64(d.tenure[j]) * 2 + np.int64(d.kind[j] != EENGEZINS)) * 3 + rooms


@njit(cache=True)
def note_taken(d, homes, candidates, gemeente, taken):
    """Add homes taken and the responses to each to ``taken`` [2, kinds of home]."""
    for k in range(len(homes)):
        kind = kind_of_home(d, homes[k], gemeente)
        taken[0, kind] += 1
        taken[1, kind] += candidates[k]


@njit(cache=True)
def in_demand(d, homes, gemeente, high):
    """Whether each of ``homes`` (dwelling rows) is of a kind in high demand (``high`` bool [kinds of home]), bool."""
    out = np.empty(len(homes), np.bool_)
    for k in range(len(homes)):
        out[k] = high[kind_of_home(d, homes[k], gemeente)]
    return out


@njit(cache=True)
def count_fates(h, rows, start, counts):
    """Add to ``counts`` [STUCK_STATES] what has become of ``rows``, who held on or were stuck at month 0."""
    for i in rows:
        present, searches = h.state[i] == PRESENT, h.stage[i] in (ZOEKEN, VERHUIZEN)
        if start[i] & STUCK:
            there = STUCK_SEARCHING if searches else STUCK_STOPPED
            fate = STUCK_MOVED if start[i] & MOVED else (there if present else STUCK_ENDED)
        else:
            fate = HOLDS_MOVED if start[i] & MOVED else (HOLDS_THERE if present else HOLDS_ENDED)
        counts[fate] += 1


def follow(w: World, mine: Stuck, first: int) -> None:
    """Take down this month's moves (from row ``first`` of the ledger on): what was taken, and who of month 0 has moved."""
    m, n = w.m, int(w.counts[1])
    vacancy, ring = m.vacancy[first:n], mine.taken[w.month % YEAR]
    fills = vacancy >= 0
    ring[:] = 0
    note_taken(w.d, m.to_dwelling[first:n][fills], w.v.candidates[vacancy[fills]], w.map.gemeente, ring)
    own = m.household[first:n][m.reason[first:n] != MoveReason.UNION]
    own = own[mine.start[own] != 0]
    mine.start[own] |= MOVED


def find(w: World, mine: Stuck) -> tuple[NDArray, NDArray, NDArray]:
    """Household rows of the vasthouders and of the vastzitters of this month, and which households are seniors (bool)."""
    h, p = w.h, w.params
    births = (h.adult_birth <= w.month - 12 * int(p.senior_age)) & (h.adult_birth != ABSENT)
    senior, there = births[:, 0] | births[:, 1], (h.state == PRESENT) & (h.home >= 0)
    n_taken, responses = mine.taken.sum(axis=0)
    high = (n_taken > 0) & (responses >= p.n_candidates_high * n_taken)
    content = np.flatnonzero(there & senior & (h.stage == HUIDIGE))
    stuck = np.flatnonzero(there & (h.stage == ZOEKEN) & (h.search_month <= w.month - int(p.dur_vastzitter)))
    return content[in_demand(w.d, h.home[content], w.map.gemeente, high)], stuck, senior


def count(w: World, mine: Stuck) -> dict[str, int]:
    """This month's row by STUCK_STATES."""
    counts = np.zeros(len(STUCK_STATES), np.int64)
    holds, stuck, senior = find(w, mine)
    counts[: SENIORS + 1] = len(holds), len(stuck), senior[stuck].sum()
    looked = stuck[mine.since[stuck] == w.h.search_month[stuck]]  # the others have not looked yet in this search
    counts[BY_HINDRANCE:FOLLOWED_AT] = np.bincount(mine.met[looked].argmax(axis=1), minlength=len(HINDRANCES))
    count_fates(w.h, mine.followed, mine.start, counts)
    return dict(zip(STUCK_STATES, counts.tolist(), strict=True))


def begin(w: World, mine: Stuck) -> None:
    """Month 0: from here on those who hold on, and those who are stuck, are followed."""
    holds, stuck, _senior = find(w, mine)
    mine.start[:] = 0
    mine.start[holds], mine.start[stuck] = HOLDS, STUCK
    mine.followed = np.concatenate((holds, stuck))
