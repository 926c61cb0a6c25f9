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
from sim.market.clearing import clear_again, open_for_all, settle
from sim.market.offers import publish
from sim.market.reach import OUTRANKED
from sim.market.respond import PER_SEGMENT, Bases, Looks, Responses, empty_looks, empty_responses, respond
from sim.market.seekers import describe, searching_rows
from sim.market.sight import Offers
from sim.market.without import exchange, respond_without
from sim.randomness import Purpose, draw_bits, to_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.state import World

ZOEKEN, VERHUIZEN = int(Stage.WONINGZOEKEN), int(Stage.VERHUIZEN)
CORPORATIE = int(Tenure.CORPORATIE)
REFUSED = int(Obstacle.REFUSED)
NO_BITS = np.uint64(0)
LOOKS = 8  # looks per searcher for which there is room at first
FEW = 8  # where the lists of at most one in so many searchers differ, the clearing goes on from what all clearings share


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
    responses, written = _respond(w, seekers, offers, bases)
    cleared = _clear(w, seekers, offers, responses, bases)
    if w.keys:
        w.h.ever[rows] |= responses.used  # instruments that had a lever in a look of this month count as used
    decisive = _decisive(w, seekers, offers, responses, written, cleared, bases, watch)
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


def _respond(w: World, seekers: NDArray, offers: Offers, bases: Bases) -> tuple[Responses, Looks]:
    """Who responds to what with all instruments on, and what is needed to know it without them."""
    n = len(seekers)
    responses, looks = empty_responses(n), empty_looks(n, LOOKS * n if w.keys else 0)
    respond(np.arange(n), seekers, offers, w.map, w.tables, w.rules, w.levers, NO_BITS, bases, responses, looks)
    if looks.n[0] > len(looks.offer) > 0:
        looks = empty_looks(n, int(looks.n[0]))
        respond(np.arange(n), seekers, offers, w.map, w.tables, w.rules, w.levers, NO_BITS, bases, responses, looks)
    return responses, looks


def _clear(w: World, seekers: NDArray, offers: Offers, responses: Responses, bases: Bases) -> Cleared:
    out = (np.full(len(seekers), -1, np.int32), np.full(len(seekers), -1, np.int32), np.zeros(len(seekers), np.int32))
    settle(responses.n, responses.offer, responses.worth, responses.rank, seekers, offers.at, bases.viewing, w.params.p_refusal, *out)
    return Cleared(*out)


def _decisive(
    w: World, seekers: NDArray, offers: Offers, on: Responses, looks: Looks, cleared: Cleared, bases: Bases, watch: ghosts.Watch
) -> NDArray:
    """Bits of the instruments without which a household's result had been another, uint64 [searchers].

    Each clearing without is shown to the ghosts that ``watch`` holds.
    """
    decisive = np.zeros(len(seekers), np.uint64)
    taken = clearings(len(w.keys), np.bitwise_or.reduce(on.used | on.barred, initial=NO_BITS), watch.bits())
    if not taken:
        return decisive
    offs, (n_most, viewing, p_refusal) = np.array([off for off, _ in taken]), (len(seekers) // FEW, bases.viewing, w.params.p_refusal)
    answers = respond_without(
        offs, hindering(w.levers), seekers, offers, w.map, w.tables, w.rules, w.levers, bases, on, looks,
        empty_responses(1), empty_responses(len(seekers)), empty_looks(len(seekers)),
    )
    terms = (seekers, offers.at, viewing, p_refusal)
    opened = open_for_all(on.n, on.offer, on.worth, on.rank, terms, late(answers, n_most, len(seekers)))
    for v, (off, mark) in enumerate(taken):
        rows = slice(answers.first[v], answers.stop[v])
        n_other, without = rows.stop - rows.start, (cleared.offer, cleared.slot)
        if 0 < n_other <= n_most:
            some = (answers.n[rows], answers.offer[rows], answers.worth[rows], answers.rank[rows])
            without = clear_again(opened, answers.who[rows], some, terms)
        exchange(answers, v, on)
        if n_other > n_most:
            without = _clear(w, seekers, offers, on, bases)[:2]
        other = compare(without[0], cleared.offer, on.used, off, mark, decisive)
        ghosts.note(w, watch, mark, seekers, offers, on, *without, other, bases)
        exchange(answers, v, on)
    return decisive


@njit(cache=True)
def late(answers, n_most, n):
    """Whose list differs in a clearing in which those of at most ``n_most`` do, bool [n]."""
    out = np.zeros(n, np.bool_)
    for v in range(len(answers.first)):
        if answers.stop[v] - answers.first[v] <= n_most:
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
        h.keys_month[i] = month + to_whole(draw_bits(times, h.id[i]), low, high)
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
