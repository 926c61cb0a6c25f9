"""The market once more with instruments off: only what can have changed is looked at, and cleared, again.

Whom an instrument neither kept out nor helped to a response responds without it as with it: without help no home is worth more, so
help at a home that was not chosen is not missed. The looks of the others were written down, and those in which the instrument had
a lever are taken again. Only where a lever can work both ways (``both_ways``) a searcher looks at every home once more. The answers are
those of ``sim.market.choice.respond`` with the instruments left out, to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.levers import NO_BITS, ONE_BIT, RENT_NONE, lever_sum
from sim.market.choice import MAX_RESPONSES, PER_SEGMENT, Look, empty_responses, keep, respond, sight_and_room, weigh
from sim.market.help import size_norms
from sim.market.notes import empty_looks
from sim.market.sight import CHANNELS, CIRCLE, ROUND, U61, find_starts
from sim.world.chance import draw_bits
from sim.world.codes import CORPORATIE, OUTRANKED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.market.choice import Market, Responses
    from sim.market.notes import Looks


class AllOn(NamedTuple):
    """A month's market and who responds to what with all instruments on, before it is cleared."""

    market: Market
    responses: Responses
    looks: Looks


class Answers(NamedTuple):
    """Responses with instruments off that differ from those with all on; one row each, in order of the clearings."""

    first: NDArray  # int64 [clearings], first row
    stop: NDArray  # int64 [clearings], the one after the last
    who: NDArray  # int32 [rows], searcher
    n: NDArray  # as in Responses
    offer: NDArray
    worth: NDArray
    rank: NDArray


@njit(cache=True)
def both_ways(levers):
    """Bits of the instruments whose levers can make a home worth less to a searcher, or, as a rent path, not simply more."""
    bits = NO_BITS
    for k in range(len(levers)):
        one = levers[k]
        less = one.trouble < 0.0 or one.eur_once < 0.0 or one.loan < 0.0 or one.sight < 0.0 or one.responses < 0 or one.age_eased < 0
        less = less or one.rank < 0 or one.rank_market < 0 or one.n_months < 0
        if less or one.adapts != 0 or one.rent_path != RENT_NONE:
            bits |= ONE_BIT << np.uint64(k)
    return bits


@njit(cache=True)
def concerned(offs, all_on, norms, twofold, may_hinder):
    """Who may respond otherwise in each clearing: int32 searchers, clearing after clearing, and int64 [clearings + 1] where each begins.

    Whom the instruments that are off kept out of a home may; so may who responds with their help. Help that led to no response
    is not missed, unless it can work both ways (``twofold``): then who responds may do so otherwise, or (``may_hinder``) anybody.
    """
    seekers, offers, on = all_on.market.seekers, all_on.market.offers, all_on.responses
    met = np.flatnonzero(on.used | on.barred)
    helped = np.zeros(len(on.n), np.uint64)
    for s in met:
        for k in range(MAX_RESPONSES):
            if k % PER_SEGMENT < on.n[s, k // PER_SEGMENT]:
                offer = offers.at[on.offer[s, k]]
                kept_for_it = offer.labels & norms & ~(offer.made_by | seekers[s].touched)  # without the norm it responds as well
                helped[s] |= on.bits[s, k] & ~kept_for_it
    who, first, n = np.empty(len(offs) * len(met), np.int32), np.zeros(len(offs) + 1, np.int64), 0
    for v in range(len(offs)):
        for s in met:
            may = (helped[s] | on.barred[s]) & offs[v] != 0
            if not may and seekers[s].touched & twofold & on.used[s] & offs[v]:
                may = on.n[s, 0] + on.n[s, 1] > 0 or offs[v] & may_hinder != 0
            if may:
                who[n] = s
                n += 1
        first[v + 1] = n
    return who[:n], first


@njit(cache=True)
def respond_without(offs, may_hinder, all_on, terms):
    """The ``Answers`` with the instruments in each of ``offs`` (uint64 [clearings]) off; see ``concerned`` for ``may_hinder``."""
    market, on = all_on.market, all_on.responses
    seekers = market.seekers
    one, again, nothing = empty_responses(1), empty_responses(len(seekers)), empty_looks(len(seekers), 0)
    norms, twofold = size_norms(terms.levers), both_ways(terms.levers)
    who, first = concerned(offs, all_on, norms, twofold, may_hinder)
    shape = (first[-1], MAX_RESPONSES)
    out = Answers(
        first[:-1],
        first[:-1].copy(),
        np.empty(first[-1], np.int32),
        np.empty((first[-1], 2), np.int64),
        np.empty(shape, np.int32),
        np.empty(shape),
        np.empty(shape, np.uint64),
    )
    whole, starts = np.empty(len(seekers), np.int64), np.empty(CHANNELS, np.uint64)
    for v in range(len(offs)):
        n_whole = 0
        for s in who[first[v] : first[v + 1]]:
            if seekers[s].touched & offs[v] & twofold:
                whole[n_whole] = s
                n_whole += 1
            else:
                _look_again(s, offs[v], norms, all_on, terms, starts, one)
                _take_down(v, s, 0, one, on, out)
        if n_whole:
            respond(whole[:n_whole], market, terms, offs[v], again, nothing)
            for k in range(n_whole):
                _take_down(v, whole[k], whole[k], again, on, out)
    return out


@njit(cache=True)
def _look_again(s, off, norms, all_on, terms, starts, out):
    """Responses of a searcher (into row 0 of ``out``) from the looks written down, with the instruments ``off`` left out."""
    offers, looks, area_map = all_on.market.offers, all_on.looks, all_on.market.map
    seeker = all_on.market.seekers[s]
    left_out = off | seeker.without
    touched, norm = seeker.touched & ~left_out, norms & ~left_out
    (sight, room), sees_less = sight_and_room(seeker, touched, terms), False
    if seeker.touched & off:
        sees_less = lever_sum(seeker.touched & off, terms.levers.sight, NO_BITS) != 0.0
        find_starts(terms.bases.sight, seeker.id, starts)
    out.n[0, 0] = 0
    out.n[0, 1] = 0
    for k in range(looks.first[s], looks.stop[s]):
        o, look = looks.offer[k], Look(OUTRANKED, looks.worth[k], looks.rank[k], NO_BITS)
        if looks.bits[k] & off:
            if offers.at[o].made_by & off:
                continue
            look = weigh(seeker, offers.at[o], touched, norm, terms)
            if look.gate != OUTRANKED or (sees_less and not _sees(starts, sight, o, offers, area_map, terms)):
                continue
        elif looks.barred[k]:
            continue
        side = 0 if offers.at[o].tenure == CORPORATIE else 1
        if out.n[0, side] < room[side] or look.worth >= out.worth[0, side * PER_SEGMENT + room[side] - 1]:
            keep(0, o, side, look, room[side], out)


@njit(cache=True)
def _sees(starts, sight, o, offers, area_map, terms):
    """Whether a home is on the stretch that is seen at this ``sight`` (see ``sim.market.sight``)."""
    channel = draw_bits(terms.bases.sight, offers.at[o].id) >> U61
    chance = sight * area_map.overview[area_map.gemeente[offers.at[o].area]]
    return (np.uint64(offers.place[o]) - starts[channel]) & ROUND < np.uint64(chance * CIRCLE)


@njit(cache=True)
def _take_down(v, s, row, some, on, out):
    """Add the responses of searcher ``s`` in clearing ``v``, row ``row`` of ``some``, to ``out`` if they differ from those ``on``."""
    differs = some.n[row, 0] != on.n[s, 0] or some.n[row, 1] != on.n[s, 1]
    for k in range(MAX_RESPONSES):
        if not differs and k % PER_SEGMENT < on.n[s, k // PER_SEGMENT]:
            same = some.offer[row, k] == on.offer[s, k] and some.worth[row, k] == on.worth[s, k] and some.rank[row, k] == on.rank[s, k]
            differs = not same
    if differs:
        at = out.stop[v]
        out.who[at] = s
        out.n[at, 0], out.n[at, 1] = some.n[row, 0], some.n[row, 1]
        for k in range(MAX_RESPONSES):
            out.offer[at, k], out.worth[at, k], out.rank[at, k] = some.offer[row, k], some.worth[row, k], some.rank[row, k]
        out.stop[v] += 1


@njit(cache=True)
def exchange(answers, v, on):
    """Put the answers of clearing ``v`` in the place of those ``on``, and these in theirs; done twice, all is as it was."""
    for r in range(answers.first[v], answers.stop[v]):
        s = answers.who[r]
        for k in range(2):
            answers.n[r, k], on.n[s, k] = on.n[s, k], answers.n[r, k]
        for k in range(MAX_RESPONSES):
            answers.offer[r, k], on.offer[s, k] = on.offer[s, k], answers.offer[r, k]
            answers.worth[r, k], on.worth[s, k] = on.worth[s, k], answers.worth[r, k]
            answers.rank[r, k], on.rank[s, k] = on.rank[s, k], answers.rank[r, k]
