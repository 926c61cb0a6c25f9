"""Ghosts on the market: what each would have got with its instrument off for everybody, without taking it from anybody.

A ghost is compared at each home with who would hold it in the clearing without the instrument; where that is its own household,
with the best of the others who would rather have that home than what they got.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sim import ghosts
from sim.codes import HouseholdState
from sim.market.reach import turns_down
from sim.market.respond import MAX_RESPONSES, PER_SEGMENT, empty_looks, empty_responses, respond
from sim.market.seekers import describe, searching_rows
from sim.randomness import draw_bits, to_whole
from sim.world import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.market.respond import Bases, Responses
    from sim.market.sight import Offers
    from sim.state import World

PRESENT = int(HouseholdState.PRESENT)
NOBODY = np.uint64(0)  # a rank below any


@dataclass
class Watch:
    """The ghosts that look this month, what they are measured by, and who parts from a ghost on the market."""

    rows: NDArray  # int32, ghosts that search and look
    own: list[NDArray]  # household rows of those of each mark, in order
    marks: NDArray  # uint64, of each
    place: dict[int, int]  # mark to its row in the tables below
    rank: NDArray  # uint64 [marks, offers], rank of who holds each home in the clearing without; NOBODY where it is free
    holder: NDArray  # int32 [marks, offers], household row of that one
    second: NDArray  # uint64 [marks, offers], rank of the next one, where the holder is a ghost's own household
    parted: list[tuple[NDArray, NDArray, NDArray]] = field(default_factory=list)  # household rows, marks, offers that their ghosts won

    def bits(self) -> np.uint64:
        """Marks of all ghosts that look."""
        return np.bitwise_or.reduce(self.marks, initial=NOBODY)


def watch(w: World, offers: Offers, looks: np.uint64) -> Watch:
    """Which ghosts look this month; ``looks`` is the base key of looking."""
    g, p = w.ghosts, w.params
    rows = np.zeros(0, np.int32)
    if g is not None and g.n > 0:
        rows = searching_rows(g.h.state, g.h.stage, g.h.reserved, g.h.home, g.h.id, looks, p.p_look, p.p_look_starter)
    marks = np.zeros(0, np.uint64) if g is None else g.mark[rows]
    households = rows if g is None else g.of[rows]
    order = np.lexsort((households, marks))
    different, begin = np.unique(marks[order], return_index=True)
    shape = (len(different), len(offers.at))
    return Watch(
        rows, np.split(households[order], begin[1:]), marks, {mark: k for k, mark in enumerate(different.tolist())},
        np.zeros(shape, np.uint64), np.full(shape, NOWHERE, np.int32), np.zeros(shape, np.uint64),
    )


def note(
    w: World, seen: Watch, mark: np.uint64, seekers: NDArray, offers: Offers, on: Responses, won: NDArray, slot: NDArray, other: NDArray,
    bases: Bases,
) -> None:
    """Take down the clearing without the instruments of ``mark``: who holds what, and who (``other``) got something else.

    ``on`` are the responses in that clearing, ``won`` and ``slot`` its result.
    """
    if len(other):
        seen.parted.append((seekers["row"][other], np.full(len(other), mark), won[other]))
    for one, k in seen.place.items():
        if one & int(mark):
            _measure(
                on.n, on.offer, on.worth, on.rank, won, slot, seekers, offers.at, bases.viewing, w.params.p_refusal, seen.own[k],
                seen.rank[k], seen.holder[k], seen.second[k],
            )


@njit(cache=True)
def _measure(n, offer, worth, rank, won, slot, seekers, offers, viewing, p_refusal, own, top, holder, second):
    """Fill the rank and the row of who holds each home; where that is one of the rows ``own`` (sorted), the rank of the next one."""
    kept = np.full(len(offers), -1, np.int32)
    for s in range(len(won)):
        o = won[s]
        if o < 0:
            continue
        top[o], holder[o] = rank[s, slot[s]], seekers[s].row
        k = np.searchsorted(own, seekers[s].row)
        if k < len(own) and own[k] == seekers[s].row:
            kept[o] = s
    runners_up(kept, n, offer, worth, rank, won, slot, seekers, offers, viewing, p_refusal, second)


@njit(cache=True)
def runners_up(kept, n, offer, worth, rank, won, slot, seekers, offers, viewing, p_refusal, best):
    """Fill the rank of the next one at each home that is kept (by searcher ``kept`` int32; −1 for the other homes).

    That is the best of the others who respond to it, do not refuse it and got nothing that they prefer.
    """
    if np.max(kept) < 0:
        return
    for s in range(len(n)):
        for k in range(MAX_RESPONSES):
            if k % PER_SEGMENT >= n[s, k // PER_SEGMENT]:
                continue
            o = offer[s, k]
            if kept[o] < 0 or kept[o] == s or rank[s, k] <= best[o]:
                continue
            content = won[s] >= 0 and worth[s, slot[s]] >= worth[s, k]
            if not content and not turns_down(viewing, seekers[s].id, offers[o].id, p_refusal):
                best[o] = rank[s, k]


def settle(w: World, seen: Watch, offers: Offers, bases: Bases, times: np.uint64) -> None:
    """Ghosts that look get what they would have got; households that got something else leave a ghost that goes on with its own.

    ``times`` is the base key of the time until the keys.
    """
    if w.ghosts is None:
        return
    if len(seen.rows):
        _accept(w, seen.rows, _choose(w, seen, offers, bases), offers, times)
    rows, marks, won = (np.concatenate(part) for part in zip(*seen.parted, strict=True)) if seen.parted else (np.zeros(0, np.int32),) * 3
    new, place = ghosts.stay_behind(w, rows, marks.astype(np.uint64))
    _accept(w, new, won[place], offers, times)


def _choose(w: World, seen: Watch, offers: Offers, bases: Bases) -> NDArray:
    """The offer that each ghost that looks wins, or −1; int32."""
    seekers = describe(ghosts.as_world(w), seen.rows)
    seekers["without"] = ghosts.off_for(seen.marks, len(w.keys))
    answers = empty_responses(len(seekers))
    respond(np.arange(len(seekers)), seekers, offers, w.map, w.tables, w.rules, w.levers, NOBODY, bases, answers, empty_looks(0))
    at = np.array([seen.place[mark] for mark in seen.marks.tolist()])
    own = w.ghosts.of[seen.rows] if w.ghosts is not None else seen.rows
    return _first_won(
        answers.n, answers.offer, answers.worth, answers.rank, seekers, offers.at, bases.viewing, w.params.p_refusal, at, own,
        seen.rank, seen.holder, seen.second,
    )


@njit(cache=True)
def _first_won(n, offer, worth, rank, seekers, offers, viewing, p_refusal, at, own, top, holder, second):
    """Each ghost's best home at which nobody else would rank higher and that it does not refuse."""
    out = np.full(len(n), -1, np.int32)
    for g in range(len(n)):
        best = -np.inf
        for k in range(MAX_RESPONSES):
            if k % PER_SEGMENT >= n[g, k // PER_SEGMENT] or worth[g, k] <= best:
                continue
            o = offer[g, k]
            bar = second[at[g], o] if holder[at[g], o] == own[g] else top[at[g], o]
            if rank[g, k] > bar and not turns_down(viewing, seekers[g].id, offers[o].id, p_refusal):
                best, out[g] = worth[g, k], o
    return out


def _accept(w: World, rows: NDArray, won: NDArray, offers: Offers, times: np.uint64) -> None:
    """Ghosts accept what they won (−1 for nothing)."""
    assert w.ghosts is not None
    low, high = int(w.params.dur_move_low), int(w.params.dur_move_high)
    keys = keys_months(w.ghosts.h.id[rows], times, w.month, low, high)
    ghosts.accept(w, rows, np.where(won >= 0, offers.at["vacancy"][won], NOWHERE), keys)


@njit(cache=True)
def keys_months(ids, times, month, low, high):
    """The month of the keys after an acceptance in ``month``, int16 per household id."""
    out = np.empty(len(ids), np.int16)
    for k in range(len(ids)):
        out[k] = month + to_whole(draw_bits(times, ids[k]), low, high)
    return out


