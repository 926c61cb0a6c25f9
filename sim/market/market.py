"""The market of one month: homes are offered, searchers respond, the two are matched, and what is left is relaxed.

``meet`` finds who would get what, with all instruments on; ``take`` lets them have it. In between is asked what would have
happened without an instrument (``sim.without.clearings``): until then nobody has taken anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.funnel import count_step
from sim.behaviour.registration import note_responses, set_out
from sim.kernel_cache import njit
from sim.levers import NO_BITS
from sim.market.allocation import relax
from sim.market.choice import PER_SEGMENT, Bases, Market, Responses, Terms, empty_responses, respond, rules_of
from sim.market.clearing import Cleared, Viewing, settle
from sim.market.notes import Looks, empty_looks
from sim.market.offers import publish
from sim.market.searchers import describe, looking_rows, looks_of
from sim.market.sight import Offers
from sim.world.chance import Purpose, draw_bits, to_whole
from sim.world.codes import OBSTACLE, OUTRANKED, REFUSED, RESERVED, VERHUIZEN, ZOEKEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.levers import InForce
    from sim.world.world import World

LOOKS = 8  # looks per searcher for which there is room at first


class Met(NamedTuple):
    """A month's market before anybody has taken a home."""

    offers: Offers
    responses: Responses
    looks: Looks  # what is needed to know the responses without an instrument
    cleared: Cleared
    viewing: Viewing
    terms: Terms
    looking: np.uint64  # base key of who looks this month
    times: np.uint64  # base key of the time until the keys

    @property
    def seekers(self) -> NDArray:
        """The households that look this month, SEEKER records."""
        return self.viewing.seekers

    @property
    def rows(self) -> NDArray:
        """Their household rows, int32."""
        return np.ascontiguousarray(self.seekers["row"])


def meet(w: World, force: InForce) -> Met | None:
    """Who would get which home this month, with all instruments on; None where nothing is on offer."""
    offers = publish(w, force)
    h, p = w.h, w.params
    looking = w.draws.base(Purpose.LOOK, w.month)
    if len(offers.at) == 0:
        return None
    rows = looking_rows(h, looking, looks_of(p), w.month)
    seekers, terms = describe(w, rows), terms_of(w, force)
    responses, looks = respond_all(Market(seekers, offers, w.map), terms)
    viewing = Viewing(seekers, offers.at, terms.bases.viewing, p.p_refusal)
    cleared = settle(responses, viewing)
    note_responses(h, rows, responses.n, w.month)
    if force.keys:
        h.ever[rows] |= responses.used  # instruments that had a lever in a look of this month count as used
    return Met(offers, responses, looks, cleared, viewing, terms, looking, w.draws.base(Purpose.MOVING_TIME, w.month))


def take(w: World, met: Met, decisive: NDArray) -> NDArray:
    """Households have what they won; what nobody took is relaxed. Changes the world in place.

    ``decisive``: bits of the instruments without which each searcher had won something else, uint64. Returns the obstacle
    that each searcher met (Obstacle), int8; -1 for who has won a home, and for who does not search.
    """
    obstacles = _record_obstacles(met.seekers, met.cleared.offer, met.cleared.n_refused, met.responses.gate, w.funnel)
    _accept(w, met, decisive)
    relax(w, met.offers.at["vacancy"])
    return obstacles


def terms_of(w: World, force: InForce) -> Terms:
    """What this month's looks need beside searcher and home, with the instruments in force."""
    with w.draws.replay():  # fixed for the whole run: taste, sight and viewing do not change with the month
        fixed = [w.draws.base(purpose) for purpose in (Purpose.TASTE, Purpose.SIGHT, Purpose.VIEWING)]
    taste, sight, viewing = fixed
    bases = Bases(taste, sight, viewing, w.draws.base(Purpose.LOTTERY, w.month), w.draws.base(Purpose.TIE, w.month))
    return Terms(w.tables, rules_of(w.params, w.setting.start), force.levers, bases)


def respond_all(market: Market, terms: Terms) -> tuple[Responses, Looks]:
    """Who responds to what with all instruments on, and what is needed to know it without them."""
    n = len(market.seekers)
    responses, looks = empty_responses(n), empty_looks(n, LOOKS * n if len(terms.levers) else 0)
    respond(np.arange(n), market, terms, NO_BITS, responses, looks)
    if looks.n[0] > len(looks.offer) > 0:
        looks = empty_looks(n, int(looks.n[0]))
        respond(np.arange(n), market, terms, NO_BITS, responses, looks)
    return responses, looks


def _accept(w: World, met: Met, decisive: NDArray) -> None:
    """Households take what they won: the home is reserved until the keys."""
    h, v, responses = w.h, w.v, met.responses
    s = np.flatnonzero(met.cleared.offer >= 0)
    rows, vacancies = met.rows[s], met.offers.at["vacancy"][met.cleared.offer[s]]
    set_out(h, rows, w.month, np.float32(w.params.rel_discontent))
    count_step(w, rows, VERHUIZEN)
    h.decisive[met.rows] |= decisive
    h.reserved[rows], h.keys_month[rows] = vacancies, keys_months(w, met, h.id[rows], vacancies)
    h.stage[rows], h.stage_month[rows] = VERHUIZEN, w.month
    v.state[vacancies], v.taker[vacancies] = RESERVED, rows
    v.bits[vacancies], v.decisive[vacancies] = responses.bits[s, met.cleared.slot[s]], decisive[s]
    count_candidates(responses.n, responses.offer, met.offers.at, v.candidates)


def keys_months(w: World, met: Met, ids: NDArray, vacancies: NDArray) -> NDArray:
    """The month of the keys of the households ``ids`` that accept these homes this month, int16; not before a home stands."""
    usual = _keys_months(ids, met.times, w.month, int(w.params.dur_move_low), int(w.params.dur_move_high))
    return np.maximum(usual, w.d.delivery[w.v.dwelling[vacancies]])


@njit(cache=True)
def _keys_months(ids, times, month, low, high):
    out = np.empty(len(ids), np.int16)
    for k in range(len(ids)):
        out[k] = month + to_whole(draw_bits(times, ids[k]), low, high)
    return out


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

    Returns it (Obstacle), int8 [searchers]; −1 for who has won a home, and for who does not search: nothing stood in its way.
    """
    met = np.full(len(seekers), -1, np.int8)
    for s in range(len(seekers)):
        if won[s] < 0 and seekers[s].alert == 0:
            met[s] = REFUSED if gate[s] == OUTRANKED and n_refused[s] > 0 else gate[s]
            funnel[seekers[s].cls, ZOEKEN, OBSTACLE, met[s]] += 1
    return met
