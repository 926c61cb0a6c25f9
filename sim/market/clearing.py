"""Clear the market of a month: responses become lists, households are matched to homes; and once more where some lists differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.market.choice import PER_SEGMENT
from sim.market.matching import Lists, Progress, clear, go_on, open_clearing
from sim.market.sieve import turns_down

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Viewing(NamedTuple):
    """Who goes and looks at what, and how often a home is turned down after that."""

    seekers: NDArray  # SEEKER records
    offers: NDArray  # OFFER records
    key: np.uint64  # base key: one outcome for each pair of a household and a vacancy
    p_refusal: float


class Chosen(NamedTuple):
    """What a clearing reads of responses (see ``sim.market.choice.Responses``, which may stand for it), one row per household."""

    n: NDArray  # int64 [rows, 2]
    offer: NDArray  # int32 [rows, MAX_RESPONSES]
    worth: NDArray  # float64
    rank: NDArray  # uint64


class Cleared(NamedTuple):
    """Result of one clearing."""

    offer: NDArray  # int32 [searchers], offer won, or -1
    slot: NDArray  # int32 [searchers], which of the household's responses won, or -1
    n_refused: NDArray  # int32 [searchers], offers refused after a viewing


class Opened(NamedTuple):
    """The lists of all households, and the opening (see ``matching``) by those whose lists stay the same."""

    lists: Lists
    slot: NDArray  # int32 [responses], which of the household's responses each is
    far: Progress
    waiting: NDArray  # int32, households that wait in the opening
    late: NDArray  # int32, those that have no part in it


@njit(cache=True)
def lists(chosen, viewing):
    """Responses as ``Lists`` by household, and the slot of each (int32); refusal is keyed on the pair."""
    n = chosen.n
    first = np.zeros(len(n) + 1, np.int32)
    for s in range(len(n)):
        first[s + 1] = first[s] + n[s, 0] + n[s, 1]
    out = Lists(first, np.empty(first[-1], np.int32), np.empty(first[-1], np.uint64), np.empty(first[-1], np.uint8))
    slot = np.empty(first[-1], np.int32)
    for s in range(len(n)):
        _lay(first[s], s, s, chosen, viewing, out, slot)
    return out, slot


@njit(cache=True)
def _lay(at, s, row, chosen, viewing, out, slot):
    """Write the responses of searcher ``s``, row ``row`` of ``chosen``, from row ``at`` of the lists on; returns the row after the last."""
    n, offer, worth, rank, offers, ident = chosen.n, chosen.offer, chosen.worth, chosen.rank, viewing.offers, viewing.seekers[s].id
    home, ranks, refuses = out.home, out.rank, out.refuses
    social, market, end = 0, 0, at + n[row, 0] + n[row, 1]
    for r in range(at, end):
        a, b = social, PER_SEGMENT + market
        if market >= n[row, 1] or (social < n[row, 0] and worth[row, a] >= worth[row, b]):
            k = a
            social += 1
        else:
            k = b
            market += 1
        slot[r] = k
        home[r] = offer[row, k]
        ranks[r] = rank[row, k]
        refuses[r] = turns_down(viewing.key, ident, offers[offer[row, k]].id, viewing.p_refusal)
    return end


@njit(cache=True)
def settle(chosen, viewing):
    """Clear the responses: ``Cleared``."""
    listed, slot = lists(chosen, viewing)
    match, refused, _ = clear(listed.first, listed.home, listed.rank, listed.refuses, len(viewing.offers))
    n = len(match)
    out = Cleared(np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.zeros(n, np.int32))
    for s in range(n):
        if match[s] >= 0:
            out.offer[s], out.slot[s] = listed.home[match[s]], slot[match[s]]
        for r in range(listed.first[s], listed.first[s + 1]):
            out.n_refused[s] += refused[r]
    return out


@njit(cache=True)
def open_for_all(chosen, viewing, late):
    """The ``Opened`` market, without the households ``late`` (bool)."""
    listed, slot = lists(chosen, viewing)
    n = len(late)
    far = Progress(
        listed.first[:n].copy(), listed.first[1:], np.zeros(len(listed.home), np.uint8), np.full(len(viewing.offers), -1, np.int32)
    )
    waiting, rest = np.flatnonzero(~late).astype(np.int32), np.flatnonzero(late).astype(np.int32)
    n_waiting = open_clearing(waiting, listed, far)
    return Opened(listed, slot, far, waiting[:n_waiting].copy(), rest)


@njit(cache=True)
def clear_again(opened, who, chosen, viewing):
    """Offer and slot that each household wins where the households ``who``, all of them late, have other responses: ``chosen``.

    The result is that of a clearing from the start: the order of proposals does not matter.
    """
    before, so_far = opened.lists, opened.far
    at, more = len(before.home), 0
    for row in range(len(who)):
        more += chosen.n[row, 0] + chosen.n[row, 1]
    listed = Lists(
        before.first,
        np.concatenate((before.home, np.empty(more, np.int32))),
        np.concatenate((before.rank, np.empty(more, np.uint64))),
        np.concatenate((before.refuses, np.empty(more, np.uint8))),
    )
    slot, refused = np.concatenate((opened.slot, np.empty(more, np.int32))), np.concatenate((so_far.refused, np.zeros(more, np.uint8)))
    far = Progress(so_far.pointer.copy(), so_far.stop.copy(), refused, so_far.held.copy())
    for row in range(len(who)):
        s = who[row]
        far.pointer[s] = at
        at = _lay(at, s, row, chosen, viewing, listed, slot)
        far.stop[s] = at
    match, _ = go_on(np.concatenate((opened.waiting, opened.late)), listed, far)
    won, won_slot = np.full(len(match), -1, np.int32), np.full(len(match), -1, np.int32)
    for s in range(len(match)):
        if match[s] >= 0:
            won[s], won_slot[s] = listed.home[match[s]], slot[match[s]]
    return won, won_slot
