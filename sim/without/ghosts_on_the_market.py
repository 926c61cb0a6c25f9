"""Ghosts on the market: what each would have got with its instrument off for everybody, without taking it from anybody.

A ghost is compared at each home with who would hold it in the clearing without the instrument; where that is its own household,
with the best of the others who would rather have that home than what they got.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.registration import note_responses, set_out
from sim.kernel_cache import njit
from sim.levers import ALL_BIT, LOST_BIT, NO_BITS
from sim.market.choice import MAX_RESPONSES, PER_SEGMENT, Market, empty_responses, respond
from sim.market.market import keys_months
from sim.market.notes import empty_looks
from sim.market.searchers import describe, looking_rows, looks_of
from sim.market.sieve import turns_down
from sim.without import ghosts
from sim.world.columns import NOWHERE

if TYPE_CHECKING:
    from sim.levers import InForce
    from sim.market.choice import Responses
    from sim.market.market import Met
    from sim.without.ghosts import Ghosts
    from sim.world.world import World

NOBODY = np.uint64(0)  # a rank below any


class Seen(NamedTuple):
    """What the ghosts that look are measured by: the clearing without their instrument, for each mark among them."""

    marks: NDArray  # uint64, each once
    own: NDArray  # int32, rows of the households whose ghosts look, mark after mark, in order
    own_first: NDArray  # int64 [marks + 1], where those of each mark begin
    rank: NDArray  # uint64 [marks, offers], rank of who holds each home; NOBODY where it is free
    holder: NDArray  # int32 [marks, offers], household row of that one
    second: NDArray  # uint64 [marks, offers], rank of the next one, where the holder is a ghost's own household


# of the clearing of a month, beside the one without all instruments: users are those on whom an instrument had a lever in it
WINS = ("wins_with", "wins_without", "wins_users_extra", "wins_others_lost", "wins_others_extra")


@dataclass(frozen=True)
class Looked:
    """What the ghosts that look respond to, and the offer that each wins."""

    answers: Responses
    won: NDArray  # int32, offers; −1 for none


@dataclass
class Watch:
    """The ghosts that look this month, what they are measured by, and who parts from a ghost on the market."""

    rows: NDArray  # int32, ghosts that search and look
    at: NDArray  # int64, the mark of each in ``seen``
    seen: Seen
    parted: tuple[NDArray, NDArray, NDArray]  # household rows, marks, offers that their ghosts won
    wins: NDArray  # int64, how many won a home this month, in the order of WINS
    looked: Looked | None = None  # once they have

    def bits(self) -> np.uint64:
        """Marks of all ghosts that look."""
        return np.bitwise_or.reduce(self.seen.marks, initial=NOBODY)


def watch_ghosts(w: World, g: Ghosts | None, met: Met) -> Watch:
    """Which ghosts look this month."""
    p, looks = w.params, met.looking
    rows = np.zeros(0, np.int32)
    if g is not None and g.n > 0:
        rows = looking_rows(g.h, looks, looks_of(p), w.month)
    marks = np.zeros(0, np.uint64) if g is None else np.where(g.mark[rows] & LOST_BIT != 0, ALL_BIT, g.mark[rows])
    households = rows if g is None else g.of[rows]
    different, at = np.unique(marks, return_inverse=True)
    order, shape = np.lexsort((households, marks)), (len(different), len(met.offers.at))
    first = np.searchsorted(marks[order], different)
    seen = Seen(
        different,
        households[order],
        np.append(first, len(rows)),
        np.zeros(shape, np.uint64),
        np.full(shape, NOWHERE, np.int32),
        np.zeros(shape, np.uint64),
    )
    n = np.count_nonzero(met.cleared.offer >= 0)
    wins = np.array([n, n, 0, 0, 0])  # without instruments at work nothing is cleared again
    return Watch(rows, at.astype(np.int64), seen, (np.zeros(0, np.int32), np.zeros(0, np.uint64), np.zeros(0, np.int32)), wins)


@njit(cache=True)
def measure(mark, chosen, won, slot, viewing, seen):
    """Write down who holds what in the clearing without the instruments of ``mark``, for the ghosts in ``seen`` that it concerns.

    ``chosen`` are the responses as in that clearing, ``won`` and ``slot`` (int32 [searchers]) its result.
    """
    for m in range(len(seen.marks)):
        if seen.marks[m] & mark:
            _measure_for(m, chosen, won, slot, viewing, seen)


@njit(cache=True)
def _measure_for(m, chosen, won, slot, viewing, seen):
    """Fill rank and row of who holds each home for mark ``m``; where a ghost's own household does, the rank of the next one."""
    own, top, holder = seen.own[seen.own_first[m] : seen.own_first[m + 1]], seen.rank[m], seen.holder[m]
    kept, seekers, rank = np.full(len(viewing.offers), -1, np.int32), viewing.seekers, chosen.rank
    for s in range(len(won)):
        o, row = won[s], seekers[s].row
        if o < 0:
            continue
        top[o], holder[o] = rank[s, slot[s]], row
        k = np.searchsorted(own, row)
        if k < len(own) and own[k] == row:
            kept[o] = s
    runners_up(kept, chosen, won, slot, viewing, seen.second[m])


@njit(cache=True)
def runners_up(kept, chosen, won, slot, viewing, best):
    """Fill the rank of the next one at each home that is kept (by searcher ``kept`` int32; −1 for the other homes).

    That is the best of the others who respond to it, do not refuse it and got nothing that they prefer.
    """
    if np.max(kept) < 0:
        return
    n, offer, worth, rank = chosen.n, chosen.offer, chosen.worth, chosen.rank
    seekers, offers = viewing.seekers, viewing.offers
    for s in range(len(n)):
        for k in range(MAX_RESPONSES):
            if k % PER_SEGMENT >= n[s, k // PER_SEGMENT]:
                continue
            o = offer[s, k]
            if kept[o] < 0 or kept[o] == s or rank[s, k] <= best[o]:
                continue
            content = won[s] >= 0 and worth[s, slot[s]] >= worth[s, k]
            if not content and not turns_down(viewing.key, seekers[s].id, offers[o].id, viewing.p_refusal):
                best[o] = rank[s, k]


def settle_ghosts(w: World, g: Ghosts, force: InForce, watched: Watch, met: Met) -> None:
    """Ghosts that look get what they would have got; households that got something else leave a ghost that goes on with its own."""
    if len(watched.rows):
        watched.looked = _choose(w, g, force, watched, met)
        note_responses(g.h, watched.rows, watched.looked.answers.n, w.month)
        _accept(w, g, watched.rows, watched.looked.won, met)
    rows, marks, won = watched.parted
    new, place = ghosts.stay_behind(w, g, force, rows, marks)
    _accept(w, g, new, won[place], met)


def _choose(w: World, g: Ghosts, force: InForce, watched: Watch, met: Met) -> Looked:
    """What the ghosts that look respond to and win."""
    seekers, seen = describe(ghosts.as_world(w, g), watched.rows), watched.seen
    seekers["without"] = ghosts.off_for(seen.marks[watched.at], force)
    answers = empty_responses(len(seekers))
    respond(np.arange(len(seekers)), Market(seekers, met.offers, w.map), met.terms, NO_BITS, answers, empty_looks(0))
    return Looked(answers, _first_won(answers, met.viewing._replace(seekers=seekers), watched.at, g.of[watched.rows], seen))


@njit(cache=True)
def _first_won(chosen, viewing, at, own, seen):
    """Each ghost's best home at which nobody else would rank higher and that it does not refuse, int32; −1 for none.

    ``at``: the mark of each in ``seen``, ``own``: the row of its household.
    """
    n, offer, worth, rank = chosen.n, chosen.offer, chosen.worth, chosen.rank
    out = np.full(len(n), -1, np.int32)
    for g in range(len(n)):
        best = -np.inf
        for k in range(MAX_RESPONSES):
            if k % PER_SEGMENT >= n[g, k // PER_SEGMENT] or worth[g, k] <= best:
                continue
            o = offer[g, k]
            m = at[g]
            bar = seen.second[m, o] if seen.holder[m, o] == own[g] else seen.rank[m, o]
            if rank[g, k] > bar and not turns_down(viewing.key, viewing.seekers[g].id, viewing.offers[o].id, viewing.p_refusal):
                best, out[g] = worth[g, k], o
    return out


def _accept(w: World, g: Ghosts, rows: NDArray, won: NDArray, met: Met) -> None:
    """Ghosts accept what they won (−1 for nothing)."""
    set_out(g.h, rows[won >= 0], w.month, np.float32(w.params.rel_discontent))
    vacancies = met.offers.at["vacancy"][won]
    ghosts.accept(g, w.month, rows, np.where(won >= 0, vacancies, NOWHERE), keys_months(w, met, g.h.id[rows], vacancies))
