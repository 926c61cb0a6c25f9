"""Who responds to what: each searcher looks at the homes it sees and keeps the best few that beat staying put.

The last gate passed is recorded: seen → eligible → affordable → better than staying → worth the trouble → outranked.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.fit import Abode, Dweller, components, net_rent, owner_cost
from sim.kernel_cache import njit, register_jitable
from sim.levers import NO_BITS, lever_sum
from sim.market.allocation import Applicant, eligible, rank_of
from sim.market.help import Pulled, pull, rent_tested, size_norms, waived
from sim.market.notes import close_notes, note, used_beyond, write_down
from sim.market.sieve import N_GROUPS, find_reach, hurdles, keep_social, set_apart, sift, stretch
from sim.market.sight import CHANNELS, find_starts, see
from sim.world import law
from sim.world.chance import pair_bits, to_index
from sim.world.codes import (
    CLASS_STARTER,
    CORPORATIE,
    KOOP,
    NOT_BETTER,
    NOT_ELIGIBLE,
    NOT_WORTH,
    NOTHING_SEEN,
    OUTRANKED,
    TOO_EXPENSIVE,
    VRIJE_HUUR,
)
from sim.world.law import AOW_AGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.market.sight import Offers
    from sim.parameters import Params
    from sim.world.geography import Map

PER_SEGMENT = 4  # most responses kept in the corporatie segment, and as many in the market (koop and vrije huur)
MAX_RESPONSES = 2 * PER_SEGMENT


# Numbers that the responses read, one record.
RULES = np.dtype(
    [
        ("sight", np.float64, 2),  # chance to see a home in an overview: without nood, in nood
        ("weigh_money", np.float64),  # fit points per year's income
        ("eur_moving", np.float64),
        ("buying_cost", np.float64),  # share of the price
        ("income_per_rent", np.float64),  # that a private landlord asks
        ("burden_max", np.float64),  # share of disposable income
        ("without_home", np.float64),  # fit points
        ("loss_aversion", np.float64),
        ("rise_felt", np.float64),  # fit points per euro per month of net rent above the present one
        ("incomes", np.float64, 8),  # gross: DAEB 1 / more persons, passend 1 / more, AOW 1 / more; wealth 54a 1 / more
        ("rents", np.float64, 3),  # aftoppingsgrens 1-2 persons, 3+; liberalisatiegrens
        ("nhg", np.float64),  # highest price with NHG, euro
        ("senior_of_value", np.float64),  # largest loan without NHG under the Senioren Verhuisregeling, share of the price
        ("n_responses", np.int64),
        ("n_responses_social", np.int64),
        ("family_rooms", np.int64),
    ]
)


@functools.lru_cache(maxsize=16)
def rules_of(p: Params, start: str) -> np.void:
    """The RULES record of one set of parameters and of the law in force at ``start`` (YYYY-MM); nobody changes it."""
    return make_rules(p, *law.limits(start), *law.amounts(["nhg_grens", "senior_mortgage_of_value"], start))


def make_rules(p: Params, incomes: NDArray, rents: NDArray, nhg: float, senior_of_value: float) -> np.void:
    """The RULES record of one set of parameters, limits to income and to rent (see ``law.limits``), and to the loans of seniors."""
    values = {
        "sight": (p.p_sight, min(1.0, p.p_sight * p.rel_sight_nood)),
        "weigh_money": p.rel_eur_once,
        "eur_moving": p.eur_moving,
        "buying_cost": p.rel_buying_cost,
        "income_per_rent": p.rel_income_rent,
        "burden_max": p.rel_burden_max,
        "without_home": p.rel_without_home,
        "loss_aversion": p.rel_loss_aversion,
        "rise_felt": p.rel_rise_felt / 100,
        "incomes": incomes,
        "rents": rents,
        "nhg": nhg,
        "senior_of_value": senior_of_value,
        "n_responses": int(p.n_responses),
        "n_responses_social": int(p.n_responses_social),
        "family_rooms": int(p.n_rooms_family),
    }
    rules = np.zeros(1, RULES)
    for name, value in values.items():
        rules[name][0] = value
    return rules[0]


class Bases(NamedTuple):
    """Base keys of the draws of responses: all but ``lottery`` and ``tie`` are fixed for the whole run."""

    taste: np.uint64
    sight: np.uint64
    viewing: np.uint64
    lottery: np.uint64
    tie: np.uint64


class Market(NamedTuple):
    """Who searches, what is on offer, and where it lies."""

    seekers: NDArray  # SEEKER records
    offers: Offers
    map: Map


class Terms(NamedTuple):
    """What a look needs beside the searcher and the home; one array only, as an inlined kernel counts references to each."""

    tables: np.void  # FIT_TABLES (sim.behaviour.fit)
    rules: np.void  # RULES
    levers: NDArray  # LEVERS records
    bases: Bases


class Look(NamedTuple):
    """What comes of a look at a home."""

    gate: int  # Obstacle, the last gate passed
    worth: float  # surplus over staying, fit points; 0 where it did not come to that
    rank: np.uint64  # how the home ranks the household; 0 where it did not come to that
    bits: np.uint64  # instruments with a lever in it, or that kept the home from the searcher


class Responses(NamedTuple):
    """Up to PER_SEGMENT per searcher and side, best first: slots 0-3 corporatie, 4-7 koop and vrije huur."""

    n: NDArray  # int64 [searchers, 2]
    offer: NDArray  # int32 [searchers, MAX_RESPONSES]
    worth: NDArray  # float64, surplus over staying
    rank: NDArray  # uint64, how the home ranks the household
    bits: NDArray  # uint64, instruments with a lever on this pair
    gate: NDArray  # uint8 [searchers], last gate passed
    used: NDArray  # uint64 [searchers], instruments with a lever in any look
    barred: NDArray  # uint64 [searchers], instruments that kept a home from it


@register_jitable
def empty_responses(n: int) -> Responses:
    """Room for the responses of ``n`` searchers."""
    shape = (n, MAX_RESPONSES)
    return Responses(
        np.zeros((n, 2), np.int64),
        np.zeros(shape, np.int32),
        np.zeros(shape),
        np.zeros(shape, np.uint64),
        np.zeros(shape, np.uint64),
        np.zeros(n, np.uint8),
        np.zeros(n, np.uint64),
        np.zeros(n, np.uint64),
    )


@njit(cache=True)
def respond(which, market, terms, off, out, looks):
    """Fill ``out`` for the searchers ``which`` (int64), with the instruments ``off`` left out, and ``looks`` if it has room."""
    seekers, offers, area_map = market.seekers, market.offers, market.map
    at, around_first, around, notes = offers.at, area_map.around_first, area_map.around, len(looks.offer) > 0
    starts, seen, beyond = np.empty(CHANNELS, np.uint64), np.empty(len(at), np.int32), np.empty(len(at), np.int32)
    (hurdle, group), reach = hurdles(at, terms.rules), np.empty(N_GROUPS)
    norms = size_norms(terms.levers)
    for w in range(len(which)):
        s = which[w]
        seeker, begun = seekers[s], looks.n[0]
        out.n[s, 0], out.n[s, 1] = 0, 0
        gate, used, barred = NOTHING_SEEN, NO_BITS, NO_BITS
        without = off | seeker.without
        touched, norm = seeker.touched & ~without, norms & ~without
        sight, room = sight_and_room(seeker, touched, terms)
        find_reach(seeker, terms.rules, reach)
        if touched:
            stretch(seeker, touched, terms.rules, terms.levers, reach)
        find_starts(terms.bases.sight, seeker.id, starts)
        home = area_map.gemeente[seeker.area]
        for part in range(1 + (around_first[home + 1] - around_first[home] if seeker.scope == 2 else 0)):
            # what it sees
            g = home if part == 0 else around[around_first[home] + part - 1]
            n = see(starts, sight * area_map.overview[g], g, seeker.area if seeker.scope == 0 else -1, offers, seen)
            if seeker.alert:
                n = keep_social(seen, n, group)
            # what is out of reach
            if touched & ~used:
                n_beyond = set_apart(seen, n, hurdle, group, reach, beyond)
                used |= used_beyond(beyond[:n_beyond], used, seeker, touched, at, terms)
            n, last = sift(seen, n, hurdle, group, reach)
            gate = max(gate, last)
            for k in range(n):
                o = seen[k]
                if at[o].made_by & without:
                    continue
                # what it weighs
                look = weigh(seeker, at[o], touched, norm, terms)
                gate = max(gate, look.gate)
                used, barred, counts = note(look, used, barred)
                if notes and counts:
                    write_down(o, look, looks)
                # what it keeps
                if look.gate == OUTRANKED:
                    side = 0 if at[o].tenure == CORPORATIE else 1
                    if out.n[s, side] < room[side] or look.worth >= out.worth[s, side * PER_SEGMENT + room[side] - 1]:
                        keep(s, o, side, look, room[side], out)
        out.gate[s], out.used[s], out.barred[s] = gate, used, barred
        if notes:
            close_notes(s, begun, used | barred, looks)


@njit(forceinline=True)
def sight_and_room(seeker, touched, terms):
    """Chance to see a home in an overview, and most responses on each side, of a searcher on whom the instruments ``touched`` work."""
    sight, social = terms.rules.sight[seeker.nood], terms.rules.n_responses_social
    if touched:
        sight += lever_sum(touched, terms.levers.sight, NO_BITS)
        social += np.int64(lever_sum(touched, terms.levers.responses, NO_BITS))
    return min(1.0, sight), (min(social, PER_SEGMENT), min(terms.rules.n_responses, PER_SEGMENT))


@njit(forceinline=True)
def weigh(seeker, offer, touched, norm, terms):
    """A searcher on whom the instruments ``touched`` work looks at an offer: a ``Look``.

    ``norm``: instruments that keep the homes with their label for three or more persons. A home refused for that alone comes
    back as NOT_ELIGIBLE with their bits.
    """
    if offer.ahead > seeker.patience:  # it needs a home before this one stands
        return Look(NOTHING_SEEN, 0.0, NO_BITS, NO_BITS)
    t, rules, bases = terms.tables, terms.rules, terms.bases
    bits, kept = offer.made_by, offer.labels & norm if offer.tenure == CORPORATIE else NO_BITS
    rent = rent_tested(seeker, offer, touched, terms.levers) if touched else offer.rent
    if not eligible(offer, rent, Applicant(seeker.age, 0, seeker.size, seeker.gross, seeker.wealth), rules):
        opened = waived(seeker, offer, rent, touched, rules, terms.levers) if touched else NO_BITS
        if opened == NO_BITS:
            return Look(NOT_ELIGIBLE, 0.0, NO_BITS, NO_BITS)
        bits |= opened
    if kept != NO_BITS:
        if seeker.size < 3 and offer.relaxed == 0:
            return Look(NOT_ELIGIBLE, 0.0, NO_BITS, kept)
        bits |= kept
    with_help = Pulled(bits, offer.rent, rules.eur_moving, 0.0, 0, 0, seeker.budget, offer.access)
    if touched:
        with_help = pull(seeker, offer, touched, bits, rules, terms.levers)
    money = with_help.money
    if offer.tenure == KOOP:
        if offer.price > with_help.budget:
            return Look(TOO_EXPENSIVE, 0.0, NO_BITS, with_help.bits)
        money += offer.price * rules.buying_cost
        debt = max(0.0, offer.price * (1.0 + rules.buying_cost) - seeker.own_money)
        cost = owner_cost(debt, offer.woz, t)
    else:
        cost = net_rent(with_help.felt, seeker.gross, seeker.size, 1 if seeker.age >= AOW_AGE else 0, seeker.toeslag_limit, t)
        if offer.tenure == VRIJE_HUUR:
            fine = seeker.gross >= rules.income_per_rent * 12.0 * with_help.felt or seeker.wealth > rules.incomes[6]
        else:
            fine = 12.0 * cost <= rules.burden_max * seeker.income
        if not fine:
            return Look(TOO_EXPENSIVE, 0.0, NO_BITS, with_help.bits)
    worth = surplus(seeker, offer, with_help.access, cost, terms)
    if worth <= 0.0:
        return Look(NOT_BETTER, worth, NO_BITS, with_help.bits)
    if seeker.cls != CLASS_STARTER:
        worth -= max(0.0, seeker.trouble - with_help.eased) + rules.weigh_money * max(0.0, money) / max(1.0, seeker.income)
    if worth <= 0.0:
        return Look(NOT_WORTH, worth, NO_BITS, with_help.bits)
    draw = pair_bits(bases.lottery if offer.tenure == VRIJE_HUUR else bases.tie, seeker.id, offer.id)
    waited = seeker.waited + np.uint64(with_help.months)
    rank = rank_of(offer.tenure, seeker.urgent, with_help.points, waited, with_help.budget, draw)
    return Look(OUTRANKED, worth, rank, with_help.bits)


@njit(forceinline=True)
def surplus(seeker, offer, access, cost, terms):
    """How much better the home is than staying put, in fit points, at a net ``cost`` in euro per month.

    Who rents, and would rent again, feels a net rise as a rise, also where the burden stays below the norm of affordability.
    """
    cls, t, rules = seeker.cls, terms.tables, terms.rules
    km = np.sqrt((seeker.x_km - offer.x_km) ** 2 + (seeker.y_km - offer.y_km) ** 2)
    leaves = 1 if cls != CLASS_STARTER and offer.area != seeker.area else 0
    who = Dweller(cls, seeker.age, seeker.limit, seeker.income, seeker.attachment, seeker.first, seeker.second)
    home = Abode(offer.rooms - seeker.rooms_needed, access, offer.kind, offer.urban, cost)
    size, reach, afford, place, profile = components(who, home, km, leaves, t)
    worth = t.taste[to_index(pair_bits(terms.bases.taste, seeker.id, offer.dwelling_id))]
    if cls == CLASS_STARTER:
        worth += size * t.weights[0, 0] + reach * t.weights[0, 1] + afford * t.weights[0, 2]
        worth += place * t.weights[0, 3] + profile * t.weights[0, 4] - rules.without_home
    else:
        aversion = rules.loss_aversion
        worth += felt_change(size - seeker.here_size, aversion) * t.weights[cls, 0] - seeker.taste_here
        worth += felt_change(reach - seeker.here_reach, aversion) * t.weights[cls, 1]
        worth += felt_change(afford - seeker.here_afford, aversion) * t.weights[cls, 2]
        worth += felt_change(place - seeker.here_place, aversion) * t.weights[cls, 3]
        worth += felt_change(profile - seeker.here_profile, aversion) * t.weights[cls, 4]
    if offer.tenure != KOOP:
        worth -= rules.rise_felt * max(0.0, cost - seeker.here_cost)
    return worth


@njit(cache=True)
def felt_change(change, aversion):
    """A change of a component as it is felt: losses against the present home weigh more."""
    return change if change > 0.0 else change * aversion


@njit(forceinline=True)
def keep(s, o, side, look, room, out):
    """Searcher ``s`` keeps offer ``o`` in order of worth, ties by rank; of more than ``room`` on this side the worst falls out."""
    first, worth, rank = side * PER_SEGMENT, look.worth, look.rank
    n = out.n[s, side]
    at = first + n
    while at > first and (out.worth[s, at - 1] < worth or (out.worth[s, at - 1] == worth and out.rank[s, at - 1] < rank)):
        at -= 1
    if at >= first + room:
        return
    for k in range(first + min(n, room - 1), at, -1):
        out.offer[s, k] = out.offer[s, k - 1]
        out.worth[s, k] = out.worth[s, k - 1]
        out.rank[s, k] = out.rank[s, k - 1]
        out.bits[s, k] = out.bits[s, k - 1]
    out.offer[s, at] = o
    out.worth[s, at] = worth
    out.rank[s, at] = rank
    out.bits[s, at] = look.bits
    out.n[s, side] = min(n + 1, room)
