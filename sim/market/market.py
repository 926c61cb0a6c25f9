"""The market of one month: homes are offered, searchers respond, the two are matched, and what is left is relaxed.

Where an instrument has touched a look, the clearing is taken again with it off for everybody (same draws): a household whose
result differs owes that to the instrument. The world goes on from the clearing with all instruments on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sim.chains import ON_OFFER, RESERVED
from sim.codes import Obstacle, Stage, Tenure
from sim.klantreis import OBSTACLE, count_step
from sim.levers import ALL_BIT
from sim.market import ghosts
from sim.market.matching import clear
from sim.market.offers import publish
from sim.market.reach import OUTRANKED
from sim.market.respond import PER_SEGMENT, Bases, Responses, empty_responses, respond
from sim.market.seekers import describe, searching_rows
from sim.market.sight import Offers
from sim.randomness import Purpose, draw_bits, pair_bits, to_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.state import World

ZOEKEN, VERHUIZEN = int(Stage.WONINGZOEKEN), int(Stage.VERHUIZEN)
CORPORATIE = int(Tenure.CORPORATIE)
REFUSED = int(Obstacle.REFUSED)
NO_BITS = np.uint64(0)
ANSWER = 4  # the first columns of Responses say who responds to what, and in which order


class Cleared(NamedTuple):
    """Result of one clearing."""

    offer: NDArray  # int32 [searchers], offer won, or -1
    slot: NDArray  # int32 [searchers], which of the household's responses won, or -1
    n_refused: NDArray  # int32 [searchers], offers refused after a viewing


def market(w: World) -> None:
    """One month of the market (design section 8); changes the world in place."""
    offers = publish(w)
    h, p = w.h, w.params
    looks = w.draws.base(Purpose.LOOK, w.month)
    rows = searching_rows(h.state, h.stage, h.reserved, h.home, h.id, looks, p.p_look, p.p_look_starter)
    watch = ghosts.watch(w, offers, looks)
    if len(offers.at) == 0 or (len(rows) == 0 and len(watch.rows) == 0):
        return
    seekers, bases = describe(w, rows), _bases(w)
    responses = empty_responses(len(rows))
    _respond(w, np.arange(len(rows)), seekers, offers, NO_BITS, bases, responses)
    cleared = _clear(w, seekers, offers, responses, bases)
    if w.keys:
        w.h.ever[rows] |= responses.used  # instruments that had a lever in a look of this month count as used
    decisive = _decisive(w, seekers, offers, responses, cleared, bases, watch)
    met = _record_obstacles(seekers, cleared.offer, cleared.n_refused, responses.gate, w.funnel)
    w.stuck.hear(rows, met, w.h.search_month)
    if w.stepwise is not None:
        w.stepwise.hear_obstacles(rows, met)
    times = w.draws.base(Purpose.MOVING_TIME, w.month)
    ghosts.settle(w, watch, offers, bases, times)
    _accept(w, seekers, offers, responses, cleared, decisive, times)
    relax(w, offers)


def _bases(w: World) -> Bases:
    with w.draws.replay():  # fixed for the whole run: taste, sight and viewing do not change with the month
        fixed = [w.draws.base(purpose) for purpose in (Purpose.TASTE, Purpose.SIGHT, Purpose.VIEWING)]
    taste, sight, viewing = fixed
    return Bases(taste, sight, viewing, w.draws.base(Purpose.LOTTERY, w.month), w.draws.base(Purpose.TIE, w.month))


def _respond(
    w: World, which: NDArray, seekers: NDArray, offers: Offers, off: np.uint64, bases: Bases, out: Responses
) -> None:
    respond(which, seekers, offers, w.map, w.tables, w.rules, w.levers, off, bases, out)


@njit(cache=True)
def lists(n, offer, worth, rank, seekers, offers, viewing, p_refusal):
    """Responses as lists by household (first, home, rank, refuses, slot), best first; refusal is keyed on the pair."""
    first = np.zeros(len(n) + 1, np.int32)
    for s in range(len(n)):
        first[s + 1] = first[s] + n[s, 0] + n[s, 1]
    home, slot = np.empty(first[-1], np.int32), np.empty(first[-1], np.int32)
    ranks, refuses = np.empty(first[-1], np.uint64), np.empty(first[-1], np.uint8)
    for s in range(len(n)):
        social, market = 0, 0
        for r in range(first[s], first[s + 1]):
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
            refuses[r] = to_unit(pair_bits(viewing, seekers[s].id, offers[offer[s, k]].id)) < p_refusal
    return first, home, ranks, refuses, slot


def _clear(w: World, seekers: NDArray, offers: Offers, responses: Responses, bases: Bases) -> Cleared:
    out = (np.full(len(seekers), -1, np.int32), np.full(len(seekers), -1, np.int32), np.zeros(len(seekers), np.int32))
    _settle(responses.n, responses.offer, responses.worth, responses.rank, seekers, offers.at, bases.viewing, w.params.p_refusal, *out)
    return Cleared(*out)


@njit(cache=True)
def _settle(n, offer, worth, rank, seekers, offers, viewing, p_refusal, won, won_slot, n_refused):
    """Clear the responses; fill the columns of ``Cleared``."""
    first, home, ranks, refuses, slot = lists(n, offer, worth, rank, seekers, offers, viewing, p_refusal)
    match, refused, _ = clear(first, home, ranks, refuses, len(offers))
    for s in range(len(match)):
        if match[s] >= 0:
            won[s] = home[match[s]]
            won_slot[s] = slot[match[s]]
        for r in range(first[s], first[s + 1]):
            n_refused[s] += refused[r]


def _decisive(
    w: World, seekers: NDArray, offers: Offers, on: Responses, cleared: Cleared, bases: Bases, watch: ghosts.Watch
) -> NDArray:
    """Bits of the instruments without which a household's result had been another, uint64 [searchers].

    Each clearing without is shown to the ghosts that ``watch`` holds.
    """
    decisive = np.zeros(len(seekers), np.uint64)
    used, met = on.used.copy(), on.used | on.barred
    any_met = np.bitwise_or.reduce(met, initial=NO_BITS)
    may_hinder = hindering(w.levers)
    responds = on.n.sum(axis=1) > 0
    for off, mark in clearings(len(w.keys), any_met, watch.bits()):
        # whom they neither helped nor kept out responds as before; so does who, with their help, still found nothing
        users = np.flatnonzero(((used & off) != 0) & (responds | (off & may_hinder != 0)) | ((on.barred & off) != 0))
        kept = [column[users] for column in on]
        _respond(w, users, seekers, offers, off, bases, on)
        differs = not all((column[users] == was).all() for column, was in zip(on[:ANSWER], kept, strict=False))
        without = _clear(w, seekers, offers, on, bases) if differs else cleared
        other = (without.offer != cleared.offer) & ((used & off) != 0)
        decisive[other] |= mark
        ghosts.note(w, watch, mark, seekers, offers, on, without, other, bases)
        for column, values in zip(on, kept, strict=True):
            column[users] = values
    return decisive


def clearings(n_keys: int, met: np.uint64, marks: np.uint64) -> list[tuple[np.uint64, np.uint64]]:
    """Which clearings are taken again: the instruments that are off in each, and its mark (bit 63: without all).

    Those without which somebody may respond otherwise (``met``), and those for which a ghost looks (``marks``); all first.
    """
    if met | marks == NO_BITS:
        return []
    every = np.uint64((1 << n_keys) - 1)
    if n_keys == 1:
        return [(every, ALL_BIT | every)]
    bits = [np.uint64(1 << k) for k in range(n_keys)]
    return [(every, ALL_BIT), *((bit, bit) for bit in bits if (met | marks) & bit)]


def hindering(levers: NDArray) -> np.uint64:
    """Bits of the instruments that can make a home worth less to somebody: without them more may be responded to."""
    bits = NO_BITS
    for k in np.flatnonzero((levers["trouble"] < 0) | (levers["eur_once"] < 0)):
        bits |= np.uint64(1) << np.uint64(k)
    return bits


def _accept(
    w: World, seekers: NDArray, offers: Offers, responses: Responses, cleared: Cleared, decisive: NDArray, times: np.uint64
) -> None:
    """Households take what they won: the home is reserved until the keys."""
    count_step(w, seekers["row"][cleared.offer >= 0], VERHUIZEN)
    low, high = int(w.params.dur_move_low), int(w.params.dur_move_high)
    _reserve(seekers, offers.at, cleared.offer, cleared.slot, responses.bits, decisive, times, w.month, low, high, w.h, w.v)
    count_candidates(responses.n, responses.offer, offers.at, w.v.candidates)


@njit(cache=True)
def _reserve(seekers, offers, won, slot, bits, decisive, times, month, low, high, h, v):
    for s in range(len(seekers)):
        i = seekers[s].row
        h.decisive[i] |= decisive[s]
        if won[s] < 0:
            continue
        vacancy = offers[won[s]].vacancy
        h.reserved[i] = vacancy
        h.keys_month[i] = month + low + np.int64(to_unit(draw_bits(times, h.id[i])) * (high - low + 1))
        h.stage[i] = VERHUIZEN
        h.stage_month[i] = month
        v.state[vacancy] = RESERVED
        v.taker[vacancy] = i
        v.bits[vacancy] = bits[s, slot[s]]
        v.decisive[vacancy] = decisive[s]


@njit(cache=True)
def count_candidates(n, offer, offers, candidates):
    """Add this month's responses to the candidates of each vacancy."""
    for s in range(len(n)):
        for side in range(2):
            for k in range(side * PER_SEGMENT, side * PER_SEGMENT + n[s, side]):
                candidates[offers[offer[s, k]].vacancy] += 1


@njit(cache=True)
def _record_obstacles(seekers, won, n_refused, gate, funnel):
    """Each searcher without a home this month has one obstacle: the last gate passed, or its own refusal.

    Returns it (Obstacle), int8 [searchers]; −1 for who has won a home.
    """
    met = np.full(len(seekers), -1, np.int8)
    for s in range(len(seekers)):
        if won[s] < 0:
            met[s] = REFUSED if gate[s] == OUTRANKED and n_refused[s] > 0 else gate[s]
            funnel[seekers[s].cls, ZOEKEN, OBSTACLE, met[s]] += 1
    return met


def relax(w: World, offers: Offers) -> None:
    """A home that stays without a taker loses its labels, then its income group, or its price falls."""
    v, rows = w.v, offers.at["vacancy"]
    left = rows[v.state[rows] == ON_OFFER]
    dur = int(w.params.dur_no_response)
    waited = w.month - v.offered[left] + 1
    due = left[(waited > 0) & (waited % dur == 0)]
    social = w.d.tenure[v.dwelling[due]] == CORPORATIE
    v.relaxed[due] = np.minimum(v.relaxed[due] + 1, 2)
    v.price[due[~social]] *= np.float32(1 - w.params.rel_price_step)
