"""Who gets which home: household-proposing deferred acceptance, with refusals that are learnt only on offer.

The rule (word for word, ``clear_plain`` of tests/twins/matching.py): match by deferred acceptance; every household that is
held by a home which it turns down after the viewing is struck from that home; clear again from the lists without the struck
responses, until no held household refuses. The order in which households or responses are stored does not matter.

``clear`` gives the same answer without starting over. A response that its household would accept is never struck, so
a household proposes, in every clearing, to each home on its list up to the first one that it would refuse. These
proposals (with the rejections that they cause, refusing responses that already rank too low included) are a valid
opening of every clearing to come, because in deferred acceptance the order of proposals does not matter. They are
made once; each clearing goes on from there with the few households that wait at a response which they would refuse.

Limits of a clearing (quotas, income rules, budgets) are settled by the caller, who leaves out the responses that do
not count; what comes out is stable among the responses submitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Lists(NamedTuple):
    """The responses of all households, one row each, best first."""

    first: NDArray  # int32 [households + 1]; the responses of household i are rows first[i] … first[i + 1] − 1
    home: NDArray  # int32 [responses], 0 … homes − 1, each home at most once per household
    rank: NDArray  # uint64 [responses], higher is preferred by the home, unique within a home
    refuses: NDArray  # uint8 [responses], 1 if the household turns the home down once it is offered


class Progress(NamedTuple):
    """How far a clearing has come."""

    pointer: NDArray  # int32 [households], row of the next response of each
    stop: NDArray  # int32 [households], the one after its last
    refused: NDArray  # uint8 [responses], 1 = offered and turned down
    held: NDArray  # int32 [homes], the household that each home holds; −1 for none


@njit(cache=True)
def clear(first, home, rank, refuses, n_homes):
    """Match households to ``n_homes`` homes; the other arguments are the columns of ``Lists``.

    Returns:
        match int32 [households] (row of the response, or −1), refused uint8 [responses] (1 = offered and turned down),
        and the number of clearings (at least 1).
    """
    n = len(first) - 1
    far = Progress(first[:n].copy(), first[1:], np.zeros(len(home), np.uint8), np.full(n_homes, -1, np.int32))
    match, n_rounds = go_on(np.arange(n).astype(np.int32), Lists(first, home, rank, refuses), far)
    return match, far.refused, n_rounds


@njit(cache=True)
def open_clearing(waiting, lists, far):
    """The opening that all clearings share, by the households ``waiting``; whoever would refuse stays in it. Returns how many do."""
    n_still = 0
    for i in waiting:
        blocked = _propose(i, True, lists, far)
        if blocked >= 0:
            waiting[n_still] = blocked
            n_still += 1
    return n_still


@njit(cache=True)
def go_on(waiting, lists, far):
    """Clear from an opening on, as ``far`` as it has come, with ``waiting`` still to propose; changes all but the lists.

    Returns match and number of clearings, as ``clear`` does.
    """
    n_rounds, n_waiting = 0, len(waiting)
    while True:
        n_rounds += 1
        n_waiting = open_clearing(waiting[:n_waiting], lists, far)
        now = Progress(far.pointer.copy(), far.stop, far.refused, far.held.copy())
        for w in range(n_waiting):
            _propose(waiting[w], False, lists, now)
        n_struck = 0
        for i in now.held:
            if i >= 0 and lists.refuses[now.pointer[i]]:
                far.refused[now.pointer[i]] = 1
                n_struck += 1
        if n_struck == 0:
            break
    match = np.full(len(far.pointer), -1, np.int32)
    for i in now.held:
        if i >= 0:
            match[i] = now.pointer[i]
    return match, n_rounds


@njit(cache=True)
def _propose(i, waits, lists, far):
    """Household i proposes down its list, then whoever it displaces; returns the household that must wait, or −1."""
    home, rank, refuses = lists.home, lists.rank, lists.refuses
    pointer, stop, refused, held = far.pointer, far.stop, far.refused, far.held
    while True:
        at = pointer[i]
        if at == stop[i]:
            return -1
        j = home[at]
        other = held[j]
        if refused[at] or (other >= 0 and rank[at] < rank[pointer[other]]):
            pointer[i] += 1
            continue
        if waits and refuses[at]:
            return i
        held[j] = i
        if other < 0:
            return -1
        pointer[other] += 1
        i = other
