"""Vasthouders and vastzitters: who holds on to a home in demand, who is stuck in a search, and what becomes of both.

A *vasthouder* is a senior household without a wish (HUIDIGE_WONING) in a home in high demand: homes of its kind (gemeente,
tenure, single-family or not, rooms) that came free in the last twelve months drew ``n_candidates_high`` responses each, or
more. A *vastzitter* is a household with a home that has searched for ``dur_vastzitter`` months; it belongs to the obstacle
that it met most often in that search. Nothing here changes a decision.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sim.codes import DwellingType, HouseholdState, MoveReason, Obstacle, Stage
from sim.fit import oldest_age
from sim.world import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.state import World

YEAR = 12
HINDRANCES = ("no_offer", "not_eligible", "too_expensive", "unsuitable", "outranked")  # a tie goes to the first
HINDRANCE_OF = np.zeros(len(Obstacle), np.int64)  # unsuitable: seen, and not better, not worth the trouble, or refused
HINDRANCE_OF[[Obstacle.NOT_ELIGIBLE, Obstacle.TOO_EXPENSIVE, Obstacle.OUTRANKED]] = 1, 2, 4
HINDRANCE_OF[[Obstacle.NOT_BETTER, Obstacle.NOT_WORTH_THE_TROUBLE, Obstacle.REFUSED]] = 3
PRESENT, EENGEZINS = int(HouseholdState.PRESENT), int(DwellingType.EENGEZINS)
HUIDIGE, ZOEKEN, VERHUIZEN = int(Stage.HUIDIGE_WONING), int(Stage.WONINGZOEKEN), int(Stage.VERHUIZEN)
KINDS_OF_HOME = 18  # per gemeente: tenure, single-family or not, up to three, four, and more rooms
HOLDS, STUCK, MOVED = 1, 2, 4  # bits of ``start``
VASTHOUDERS, VASTZITTERS, SENIORS, BY_HINDRANCE = 0, 1, 2, 3
FOLLOWED_AT = BY_HINDRANCE + len(HINDRANCES)
HOLDS_MOVED, HOLDS_THERE, HOLDS_ENDED, STUCK_MOVED, STUCK_SEARCHING, STUCK_STOPPED, STUCK_ENDED = range(FOLLOWED_AT, FOLLOWED_AT + 7)
COLUMNS = (
    "vasthouders", "vastzitters", "vastzitters_senior", *(f"vastzitters_{name}" for name in HINDRANCES),
    "vasthouders_start_moved", "vasthouders_start_there", "vasthouders_start_ended", "vastzitters_start_moved",
    "vastzitters_start_searching", "vastzitters_start_stopped", "vastzitters_start_ended",
)


@dataclass
class Stuck:
    """What is remembered beside the world: eight bytes per household."""

    met: NDArray  # uint8 [households, hindrances], months in which each was met in the search that began in ``since``
    since: NDArray  # int16 [households], month in which that search began
    start: NDArray  # uint8 [households], HOLDS or STUCK at month 0, and MOVED since
    taken: NDArray  # int64 [12, 2, kinds of home], homes taken and the responses to them, by calendar month

    def copy(self) -> Stuck:
        """One of its own."""
        return Stuck(*(getattr(self, one.name).copy() for one in fields(self)))

    def hear(self, rows: NDArray, met: NDArray, search_month: NDArray) -> None:
        """What the searching households ``rows`` met this month (Obstacle, or −1); ``search_month`` of all households."""
        hear_kernel(rows, met, search_month, self.met, self.since, HINDRANCE_OF)


def nobody_stuck(households: int, gemeenten: int) -> Stuck:
    """Of a world in which nothing has been heard yet."""
    return Stuck(
        np.zeros((households, len(HINDRANCES)), np.uint8), np.full(households, ABSENT), np.zeros(households, np.uint8),
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
    rooms = (0 if d.rooms[j] <= 3 else 1) + (1 if d.rooms[j] >= 5 else 0)
    other = 0 if d.kind[j] == EENGEZINS else 1
    return gemeente[d.area[j]] * KINDS_OF_HOME + (np.int64(d.tenure[j]) * 2 + other) * 3 + rooms


@njit(cache=True)
def note_taken(d, homes, candidates, gemeente, taken):
    """Add homes taken and the responses to each to ``taken`` [2, kinds of home]."""
    for k in range(len(homes)):
        kind = kind_of_home(d, homes[k], gemeente)
        taken[0, kind] += 1
        taken[1, kind] += candidates[k]


@njit(cache=True)
def in_demand(d, gemeente, high):
    """Which dwellings are of a kind in high demand (``high`` bool [kinds of home]), bool."""
    out = np.empty(len(d.area), np.bool_)
    for j in range(len(out)):
        out[j] = high[kind_of_home(d, j, gemeente)]
    return out


@njit(cache=True)
def count_stuck(h, demand, month, senior_age, longest, met, since, start, counts, now):
    """One pass over all households; adds to ``counts`` [COLUMNS], and writes HOLDS, STUCK or 0 of each to ``now``."""
    for i in range(len(h.state)):
        present, stage = h.state[i] == PRESENT, h.stage[i]
        if start[i]:
            counts[_became(start[i], present, stage)] += 1
        now[i] = 0
        if not present or h.home[i] < 0:
            continue
        if stage == HUIDIGE:
            age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
            if age >= senior_age and demand[h.home[i]]:
                now[i] = HOLDS
                counts[VASTHOUDERS] += 1
        elif stage == ZOEKEN and month - h.search_month[i] >= longest:
            now[i] = STUCK
            counts[VASTZITTERS] += 1
            age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
            counts[SENIORS] += age >= senior_age
            if since[i] == h.search_month[i]:  # else it has not looked yet in this search
                counts[BY_HINDRANCE + np.argmax(met[i])] += 1


@njit(cache=True)
def _became(start, present, stage):
    """What has become of a household that held on or was stuck at month 0: its place in COLUMNS."""
    if start & STUCK:
        if start & MOVED:
            return STUCK_MOVED
        if not present:
            return STUCK_ENDED
        return STUCK_SEARCHING if stage in (ZOEKEN, VERHUIZEN) else STUCK_STOPPED
    if start & MOVED:
        return HOLDS_MOVED
    return HOLDS_THERE if present else HOLDS_ENDED


def follow(w: World, first: int) -> None:
    """Take down this month's moves (from row ``first`` of the ledger on): what was taken, and who of month 0 has moved."""
    m, n = w.m, int(w.counts[1])
    vacancy, ring = m.vacancy[first:n], w.stuck.taken[w.month % YEAR]
    fills = vacancy >= 0
    ring[:] = 0
    note_taken(w.d, m.to_dwelling[first:n][fills], w.v.candidates[vacancy[fills]], w.map.gemeente, ring)
    own = m.household[first:n][m.reason[first:n] != MoveReason.UNION]
    own = own[w.stuck.start[own] != 0]
    w.stuck.start[own] |= MOVED


def count(w: World) -> tuple[dict[str, int], NDArray]:
    """This month's row by COLUMNS, and HOLDS, STUCK or 0 of each household (uint8)."""
    p, stuck, counts, now = w.params, w.stuck, np.zeros(len(COLUMNS), np.int64), np.empty(len(w.h.state), np.uint8)
    n_taken, responses = stuck.taken.sum(axis=0)
    demand = in_demand(w.d, w.map.gemeente, (n_taken > 0) & (responses >= p.n_candidates_high * n_taken))
    count_stuck(
        w.h, demand, w.month, int(p.senior_age), int(p.dur_vastzitter), stuck.met, stuck.since, stuck.start, counts, now
    )
    return dict(zip(COLUMNS, counts.tolist(), strict=True)), now


def begin(w: World) -> None:
    """Month 0: from here on those who hold on, and those who are stuck, are followed."""
    w.stuck.start[:] = 0
    w.stuck.start[:] = count(w)[1]
