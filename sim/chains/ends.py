"""How a chain ends, and how far a move reaches in it: read from the ledger after the fact, never noted while it grows.

A chain begins with a home that comes free. Who takes it leaves a home, and that goes on until one of these (``EndReason``) holds:

STARTER     the last mover left no home in the area: it had none
SEPARATED   the same, and a separation had founded it
ARRIVAL     the same, and it had come from elsewhere
WITHDRAWN   the home at the end went out of use (``withdraw``), for works
DEMOLISHED  the same, and it was pulled down or taken away
OPEN        none of these yet: the home at the end is still empty

Who moves without leaving a home is written down when it gets the keys (``sim.chains.moves.hand_over``: no ``left_vacancy``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.kernel_cache import njit
from sim.world.codes import WITHDRAWN, DwellingState, EndReason, EventKind
from sim.world.columns import NEVER, NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


def withdraw(w: World, homes: NDArray) -> None:
    """The vacancies of ``homes`` are no longer on offer, nor were they filled: a chain that led to one ends there."""
    w.v.state[w.d.vacancy[homes]] = WITHDRAWN
    w.d.vacancy[homes] = NOWHERE


def last_moves(w: World) -> NDArray:
    """Row of the last move of the chain that begins with each vacancy, int64 [vacancies]; NOWHERE where there is none."""
    chain, last = w.m.chain[: int(w.counts[1])], np.full(int(w.counts[0]), NOWHERE)
    last[chain[chain >= 0]] = np.flatnonzero(chain >= 0)  # moves come in order of month: the last one stays
    return last


def ends_of(w: World, rows: NDArray) -> tuple[NDArray, NDArray]:
    """End reason (EndReason) and month (−1 while open) of the chains that begin with the vacancies ``rows``.

    The month is that of the last move, or that in which the first home came free where nobody moved.
    """
    m, v, last = w.m, w.v, last_moves(w)[rows]
    moved = last >= 0
    at = np.maximum(last, 0)
    left = m.left_vacancy[at]
    tail = np.where(moved, left, rows)  # the vacancy at the end of the chain; none if the last mover left no home
    withdrawn = (tail >= 0) & (v.state[np.maximum(tail, 0)] == WITHDRAWN)
    founding = w.h.founding[m.household[at]]
    from_elsewhere = (founding == EventKind.ARRIVAL) & (w.h.patience[m.household[at]] != NEVER)  # who came to a room is a starter
    by_mover = np.select(
        [founding == EventKind.SEPARATION, from_elsewhere],
        [EndReason.SEPARATED, EndReason.ARRIVAL],
        EndReason.STARTER,
    )
    pulled_down = w.d.state[v.dwelling[np.maximum(tail, 0)]] == DwellingState.GONE  # else it is out of use for works
    out_of_use = np.where(pulled_down, EndReason.DEMOLISHED, EndReason.WITHDRAWN)
    reason = np.where(withdrawn, out_of_use, np.where(tail >= 0, EndReason.OPEN, by_mover))
    end = np.where(reason == EndReason.OPEN, -1, np.where(moved, m.month[at], v.opened[rows]))
    return reason, end


@njit(cache=True)
def descend(parent, left_vacancy, filled):
    """Moves after each move in its chain, and whether one of the homes left is still empty; parents come first."""
    n = np.zeros(len(parent), np.int32)
    open_ = np.zeros(len(parent), np.bool_)
    for k in range(len(parent) - 1, -1, -1):
        if left_vacancy[k] >= 0 and not filled[left_vacancy[k]]:
            open_[k] = True
        p = parent[k]
        if p >= 0:
            n[p] += 1 + n[k]
            open_[p] |= open_[k]
    return n, open_
