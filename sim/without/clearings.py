"""Who owes its result on the market to an instrument: the clearing is taken again with the instrument off, for everybody.

Each clearing is shown to the ghosts that look this month (``sim.without.ghosts_on_the_market``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.levers import ALL_BIT, LOST_BIT, NO_BITS
from sim.market.choice import Market
from sim.market.clearing import Chosen, clear_again, open_for_all, settle
from sim.without.ghosts_on_the_market import measure, settle_ghosts, watch_ghosts
from sim.without.responses import AllOn, exchange, respond_without

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.levers import InForce
    from sim.market.choice import Responses
    from sim.market.clearing import Cleared
    from sim.market.market import Met
    from sim.without.ghosts import Ghosts
    from sim.without.ghosts_on_the_market import Watch
    from sim.world.world import World

FEW = 8  # few homes that differ: at most one in so many of those on offer
ROOM = 256  # households with another result for which there is room at first


class Taken(NamedTuple):
    """The clearings that are taken again."""

    bits: NDArray  # uint64, the instruments that are off in each
    marks: NDArray  # uint64, its mark; bit 63: without all


class Result(NamedTuple):
    """What came of the market with all instruments on."""

    responses: Responses
    cleared: Cleared


def owed(w: World, force: InForce, g: Ghosts | None, met: Met) -> tuple[NDArray, Watch]:
    """Bits of the instruments without which a household's result had been another, uint64 [searchers], and the ghosts that looked.

    To be asked before anybody takes a home. Ghosts that look this month get what they would have got; households that would
    have got something else leave a ghost behind.
    """
    watch = watch_ghosts(w, g, met)
    decisive = _without_each(w, force, met, watch)
    if g is not None:
        settle_ghosts(w, g, force, watch, met)
    return decisive, watch


def _without_each(w: World, force: InForce, met: Met, watch: Watch) -> NDArray:
    """The market without each instrument, and without all; what ``watch`` needs of each clearing is written down there."""
    seekers, on = met.seekers, met.responses
    found = np.zeros(len(seekers), np.uint64)
    taken = clearings(force, np.bitwise_or.reduce(on.used | on.barred, initial=NO_BITS), watch.bits())
    if not taken:
        return found
    off = Taken(*(np.array(some, np.uint64) for some in zip(*taken, strict=True)))
    all_on = AllOn(Market(seekers, met.offers, w.map), on, met.looks)
    answers = respond_without(off.bits, hindering(force.levers), all_on, met.terms)
    opened = open_for_all(on, met.viewing, late(answers, len(seekers)))
    watch.parted = clear_each(off, answers, opened, Result(on, met.cleared), met.viewing, found, watch.seen, watch.wins)
    return found


@njit(cache=True)
def clear_each(off, answers, opened, result, viewing, decisive, seen, wins):
    """Take the clearings without the instruments ``off`` in each; fill ``decisive`` (uint64 [searchers]), ``seen`` and ``wins``.

    Returns household row (int32), mark (uint64) and offer won without (int32) of each one that gets something else; and, with
    LOST_BIT as its mark, of each one that no instrument works on, gets nothing, and would have got a home without all of them.
    """
    on, cleared, n = result.responses, result.cleared, 0
    rows, of, instead = np.empty(ROOM, np.int32), np.empty(ROOM, np.uint64), np.empty(ROOM, np.int32)
    for v in range(len(off.bits)):
        first, stop, mark = answers.first[v], answers.stop[v], off.marks[v]
        won, slot, goes_on = cleared.offer, cleared.slot, few(stop - first, len(viewing.seekers))
        if goes_on and stop > first:
            some = Chosen(answers.n[first:stop], answers.offer[first:stop], answers.worth[first:stop], answers.rank[first:stop])
            won, slot = clear_again(opened, answers.who[first:stop], some, viewing)
        exchange(answers, v, on)
        if not goes_on:
            again = settle(on, viewing)
            won, slot = again.offer, again.slot
        other = compare(won, cleared.offer, on.used, off.bits[v], mark, decisive)
        lost = reckon(won, cleared.offer, on.used, off.bits[v], wins) if mark & ALL_BIT else other[:0]
        if n + len(other) + len(lost) > len(rows):
            more = len(rows) + len(other) + len(lost)
            rows, instead = np.concatenate((rows, np.empty(more, np.int32))), np.concatenate((instead, np.empty(more, np.int32)))
            of = np.concatenate((of, np.empty(more, np.uint64)))
        for s in other:
            rows[n], of[n], instead[n] = viewing.seekers[s].row, mark, won[s]
            n += 1
        for s in lost:
            rows[n], of[n], instead[n] = viewing.seekers[s].row, LOST_BIT, won[s]
            n += 1
        measure(mark, on, won, slot, viewing, seen)
        exchange(answers, v, on)
    return rows[:n], of[:n], instead[:n]


@njit(cache=True)
def few(n_differ, n):
    """Whether so few of ``n`` lists differ in a clearing that it goes on from what all clearings share."""
    return n_differ <= n // FEW


@njit(cache=True)
def late(answers, n):
    """Whose list differs in a clearing in which ``few`` do, bool [n]."""
    out = np.zeros(n, np.bool_)
    for v in range(len(answers.first)):
        if few(answers.stop[v] - answers.first[v], n):
            out[answers.who[answers.first[v] : answers.stop[v]]] = True
    return out


@njit(cache=True)
def compare(won, before, used, off, mark, decisive):
    """Searchers (int64) that used what is ``off`` and win something else with it; they get its ``mark`` in ``decisive``."""
    other = np.empty(len(won), np.int64)
    n = 0
    for s in range(len(won)):
        if won[s] != before[s] and used[s] & off:
            decisive[s] |= mark
            other[n] = s
            n += 1
    return other[:n]


@njit(cache=True)
def reckon(won, before, used, off, wins):
    """Fill ``wins`` (WINS) from what each searcher wins without what is ``off``, and with it (``before``).

    Returns the searchers (int64) that used nothing of it, win nothing, and would win a home without it.
    """
    lost = np.empty(len(won), np.int64)
    n = 0
    wins[:] = 0
    for s in range(len(won)):
        with_it, without = int(before[s] >= 0), int(won[s] >= 0)
        wins[0] += with_it
        wins[1] += without
        if used[s] & off:
            wins[2] += with_it - without
        elif without > with_it:
            wins[3] += 1
            lost[n] = s
            n += 1
        elif with_it > without:
            wins[4] += 1
    return lost[:n]


def clearings(force: InForce, met: np.uint64, marks: np.uint64) -> list[tuple[np.uint64, np.uint64]]:
    """Which clearings are taken again: the instruments that are off in each, and its mark (bit 63: without all).

    Those without which somebody may respond otherwise (``met``), and those for which a ghost looks (``marks``); all first.
    """
    if met | marks == NO_BITS:
        return []
    if len(force.keys) == 1:
        return [(force.every, ALL_BIT | force.every)]
    bits = [np.uint64(1 << k) for k in range(len(force.keys))]
    return [(force.every, ALL_BIT), *((bit, bit) for bit in bits if (met | marks) & bit)]


def hindering(levers: NDArray) -> np.uint64:
    """Bits of the instruments that can make a home worth less to somebody: without them more may be responded to."""
    bits = NO_BITS
    for k in np.flatnonzero((levers["trouble"] < 0) | (levers["eur_once"] < 0)):
        bits |= np.uint64(1) << np.uint64(k)
    return bits
