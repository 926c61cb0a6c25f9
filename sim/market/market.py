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
from sim.market import ghosts
from sim.market.clearing import settle
from sim.market.decisive import owed
from sim.market.offers import publish
from sim.market.reach import OUTRANKED
from sim.market.respond import PER_SEGMENT, Bases, Looks, Responses, empty_looks, empty_responses, respond
from sim.market.seekers import describe, searching_rows
from sim.market.sight import Offers
from sim.randomness import Purpose, draw_bits, to_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.state import World

ZOEKEN, VERHUIZEN = int(Stage.WONINGZOEKEN), int(Stage.VERHUIZEN)
CORPORATIE = int(Tenure.CORPORATIE)
REFUSED = int(Obstacle.REFUSED)
NO_BITS = np.uint64(0)
LOOKS = 8  # looks per searcher for which there is room at first


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
    decisive = owed(w, seekers, offers, responses, written, (cleared.offer, cleared.slot), bases, watch)
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
