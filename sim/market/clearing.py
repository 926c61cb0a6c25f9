"""Clear the market of a month: responses become lists, households are matched to homes; and once more where some lists differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sim.market.choice import PER_SEGMENT
from sim.market.matching import clear, go_on, open_clearing
from sim.market.sieve import turns_down

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Opened(NamedTuple):
    """The lists of all households, and the opening (see ``matching``) by those whose lists stay the same."""

    first: NDArray  # int32 [households + 1], as in ``matching.clear``
    home: NDArray  # int32 [responses]
    rank: NDArray  # uint64
    refuses: NDArray  # uint8
    slot: NDArray  # int32
    pointer: NDArray  # int32 [households]
    held: NDArray  # int32 [homes]
    refused: NDArray  # uint8 [responses]
    waiting: NDArray  # int32, households that wait in the opening
    late: NDArray  # int32, those that have no part in it


@njit(cache=True)
def lists(n, offer, worth, rank, seekers, offers, viewing, p_refusal):
    """Responses as lists by household (first, home, rank, refuses, slot), best first; refusal is keyed on the pair."""
    first = np.zeros(len(n) + 1, np.int32)
    for s in range(len(n)):
        first[s + 1] = first[s] + n[s, 0] + n[s, 1]
    home, slot = np.empty(first[-1], np.int32), np.empty(first[-1], np.int32)
    ranks, refuses = np.empty(first[-1], np.uint64), np.empty(first[-1], np.uint8)
    for s in range(len(n)):
        _lay(first[s], s, n, offer, worth, rank, seekers[s].id, offers, viewing, p_refusal, home, ranks, refuses, slot)
    return first, home, ranks, refuses, slot


@njit(cache=True)
def _lay(at, s, n, offer, worth, rank, ident, offers, viewing, p_refusal, home, ranks, refuses, slot):
    """Write the responses of one household (row ``s``) from row ``at`` on; returns the row after the last."""
    social, market, end = 0, 0, at + n[s, 0] + n[s, 1]
    for r in range(at, end):
        a, b = social, PER_SEGMENT + market
        if market >= n[s, 1] or (social < n[s, 0] and worth[s, a] >= worth[s, b]):
            k = a
            social += 1
        else:
            k = b
            market += 1
        slot[r] = k
        home[r] = offer[s, k]
        ranks[r] = rank[s, k]
        refuses[r] = turns_down(viewing, ident, offers[offer[s, k]].id, p_refusal)
    return end


@njit(cache=True)
def settle(n, offer, worth, rank, seekers, offers, viewing, p_refusal, won, won_slot, n_refused):
    """Clear the responses; fill the columns of ``Cleared``."""
    first, home, ranks, refuses, slot = lists(n, offer, worth, rank, seekers, offers, viewing, p_refusal)
    match, refused, _ = clear(first, home, ranks, refuses, len(offers))
    for s in range(len(match)):
        if match[s] >= 0:
            won[s] = home[match[s]]
            won_slot[s] = slot[match[s]]
        for r in range(first[s], first[s + 1]):
            n_refused[s] += refused[r]


@njit(cache=True)
def open_for_all(n, offer, worth, rank, terms, late):
    """The ``Opened`` market, without the households ``late`` (bool); ``terms``: seekers, offers, key and chance of a refusal."""
    seekers, offers, viewing, p_refusal = terms
    first, home, ranks, refuses, slot = lists(n, offer, worth, rank, seekers, offers, viewing, p_refusal)
    pointer, held, refused = first[: len(n)].copy(), np.full(len(offers), -1, np.int32), np.zeros(len(home), np.uint8)
    waiting, rest = np.empty(len(n), np.int32), np.empty(len(n), np.int32)
    n_waiting, n_rest = 0, 0
    for s in range(len(n)):
        if late[s]:
            rest[n_rest] = s
            n_rest += 1
        else:
            waiting[n_waiting] = s
            n_waiting += 1
    n_waiting = open_clearing(waiting[:n_waiting], pointer, first[1:], home, ranks, refuses, refused, held)
    return Opened(first, home, ranks, refuses, slot, pointer, held, refused, waiting[:n_waiting].copy(), rest[:n_rest].copy())


@njit(cache=True)
def clear_again(opened, who, answers, terms):
    """Offer and slot that each household wins where the households ``who``, all of them late, have other responses.

    ``answers``: number, offer, worth and rank of their responses; ``terms`` as in ``open_for_all``. The result is that of a
    clearing from the start: the order of proposals does not matter.
    """
    (n, offer, worth, rank), (seekers, offers, viewing, p_refusal) = answers, terms
    at, extra = len(opened.home), 0
    for r in range(len(who)):
        extra += n[r, 0] + n[r, 1]
    home, slot = np.concatenate((opened.home, np.empty(extra, np.int32))), np.concatenate((opened.slot, np.empty(extra, np.int32)))
    ranks, refuses = np.concatenate((opened.rank, np.empty(extra, np.uint64))), np.concatenate((opened.refuses, np.empty(extra, np.uint8)))
    refused, pointer, stop = np.concatenate((opened.refused, np.zeros(extra, np.uint8))), opened.pointer.copy(), opened.first[1:].copy()
    for r in range(len(who)):
        s = who[r]
        pointer[s] = at
        at = _lay(at, r, n, offer, worth, rank, seekers[s].id, offers, viewing, p_refusal, home, ranks, refuses, slot)
        stop[s] = at
    waiting = np.concatenate((opened.waiting, opened.late))
    match, _ = go_on(waiting, len(waiting), pointer, stop, home, ranks, refuses, refused, opened.held.copy())
    won, won_slot = np.full(len(match), -1, np.int32), np.full(len(match), -1, np.int32)
    for s in range(len(match)):
        if match[s] >= 0:
            won[s], won_slot[s] = home[match[s]], slot[match[s]]
    return won, won_slot
