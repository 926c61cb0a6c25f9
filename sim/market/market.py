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
from sim.market.matching import clear
from sim.market.offers import publish
from sim.market.respond import OUTRANKED, PER_SEGMENT, Bases, Responses, empty_responses, respond
from sim.market.seekers import describe, searching_rows
from sim.market.sight import Offers
from sim.randomness import Purpose, pair_bits, to_unit, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.state import World

ZOEKEN, VERHUIZEN = int(Stage.WONINGZOEKEN), int(Stage.VERHUIZEN)
CORPORATIE = int(Tenure.CORPORATIE)
REFUSED = int(Obstacle.REFUSED)
NO_BITS = np.uint64(0)


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
    if len(offers.at) == 0 or len(rows) == 0:
        return
    seekers, bases = describe(w, rows), _bases(w)
    responses = empty_responses(len(rows))
    _respond(w, np.arange(len(rows)), seekers, offers, NO_BITS, bases, responses)
    cleared = _clear(w, seekers, offers, responses, bases)
    if w.keys:
        w.h.ever[rows] |= responses.used  # instruments that had a lever in a look of this month count as used
    decisive = _decisive(w, seekers, offers, responses, cleared, bases)
    _record_obstacles(w, seekers, cleared, responses)
    _accept(w, seekers, offers, responses, cleared, decisive)
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
def lists(n, offer, worth, rank, ids, offer_ids, viewing, p_refusal):
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
            refuses[r] = to_unit(pair_bits(viewing, ids[s], offer_ids[offer[s, k]])) < p_refusal
    return first, home, ranks, refuses, slot


def _clear(w: World, seekers: NDArray, offers: Offers, responses: Responses, bases: Bases) -> Cleared:
    first, home, rank, refuses, slots = lists(
        responses.n, responses.offer, responses.worth, responses.rank, seekers["id"], offers.at["id"], bases.viewing, w.params.p_refusal
    )
    match, refused, _rounds = clear(first, home, rank, refuses, len(offers.at))
    won = match >= 0
    offer = np.full(len(match), -1, np.int32)
    offer[won] = home[match[won]]
    slot = np.full(len(match), -1, np.int32)
    slot[won] = slots[match[won]]
    totals = np.concatenate(([0], np.cumsum(refused, dtype=np.int64)))
    return Cleared(offer, slot, (totals[first[1:]] - totals[first[:-1]]).astype(np.int32))


def _decisive(
    w: World, seekers: NDArray, offers: Offers, on: Responses, cleared: Cleared, bases: Bases
) -> NDArray:
    """Bits of the instruments without which a household's result had been another, uint64 [searchers]."""
    decisive = np.zeros(len(seekers), np.uint64)
    affected = np.flatnonzero(on.affected)
    if len(affected) == 0:
        return decisive
    every = np.uint64((1 << len(w.keys)) - 1)
    used = np.bitwise_or.reduce(on.used)
    single = [np.uint64(1 << k) for k in range(len(w.keys)) if used & np.uint64(1 << k)]
    masks = [(every, ALL_BIT | every)] if len(w.keys) == 1 else [(every, ALL_BIT), *((bit, bit) for bit in single)]
    for off, mark in masks:
        twin = Responses(*(column.copy() for column in on))
        _respond(w, affected, seekers, offers, off, bases, twin)
        without = _clear(w, seekers, offers, twin, bases)
        decisive[(without.offer != cleared.offer) & ((on.used & off) != 0)] |= mark
    return decisive


def _accept(
    w: World, seekers: NDArray, offers: Offers, responses: Responses, cleared: Cleared, decisive: NDArray
) -> None:
    """Households take what they won: the home is reserved until the keys."""
    won = np.flatnonzero(cleared.offer >= 0)
    i, o, slot = seekers["row"][won], cleared.offer[won], cleared.slot[won]
    vacancy = offers.at["vacancy"][o]
    low, high = int(w.params.dur_move_low), int(w.params.dur_move_high)
    u = uniform(w.draws.base(Purpose.MOVING_TIME, w.month), w.h.id[i])
    count_step(w, i, VERHUIZEN)
    w.h.reserved[i] = vacancy
    w.h.keys_month[i] = w.month + low + (u * (high - low + 1)).astype(np.int16)
    w.h.stage[i] = VERHUIZEN
    w.h.stage_month[i] = w.month
    w.h.decisive[seekers["row"]] |= decisive
    w.v.state[vacancy] = RESERVED
    w.v.taker[vacancy] = i
    w.v.bits[vacancy] = responses.bits[won, slot]
    w.v.decisive[vacancy] = decisive[won]
    count_candidates(responses.n, responses.offer, offers.at["vacancy"], w.v.candidates)


@njit(cache=True)
def count_candidates(n, offer, vacancy, candidates):
    """Add this month's responses to the candidates of each vacancy."""
    for s in range(len(n)):
        for side in range(2):
            for k in range(side * PER_SEGMENT, side * PER_SEGMENT + n[s, side]):
                candidates[vacancy[offer[s, k]]] += 1


def _record_obstacles(w: World, seekers: NDArray, cleared: Cleared, responses: Responses) -> None:
    """Each searcher without a home this month has one obstacle: the last gate passed, or its own refusal."""
    without = cleared.offer < 0
    refused = (responses.gate == OUTRANKED) & (cleared.n_refused > 0)
    code = np.where(refused, REFUSED, responses.gate)[without]
    np.add.at(w.funnel, tuple(np.broadcast_arrays(seekers["cls"][without], ZOEKEN, OBSTACLE, code)), 1)


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
