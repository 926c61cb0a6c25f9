"""Readable twins of the market's kernels: see ``tests.twins``."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.behaviour.fit import ages_and_classes, components_at, moment
from sim.behaviour.klantreis import make_journey
from sim.levers import RENT_NONE, RENT_OLD, RENT_OLD_PLUS, RENT_STEPS
from sim.market.allocation import FREE_SPACE, OUTSIDE_PASSEND
from sim.market.choice import PER_SEGMENT
from sim.market.help import DIRECT_POINTS
from sim.market.records import OFFER, SEEKER
from sim.market.sight import CHANNELS
from sim.world.chance import Purpose, bits_array, uniform
from sim.world.codes import (
    NOT_BETTER,
    NOT_ELIGIBLE,
    NOT_WORTH,
    NOTHING_SEEN,
    OUTRANKED,
    TOO_EXPENSIVE,
    Access,
    HouseholdClass,
    Stage,
    Tenure,
)
from sim.world.columns import ABSENT
from sim.world.law import AOW_AGE
from tests.twins.kernels import NOOD, bits_of, components, net_rent, one_draw, toeslag_limit


class Response(NamedTuple):
    """A home that a household responds to."""

    worth: float
    rank: int
    offer: int
    bits: int


class Answer(NamedTuple):
    """What one searcher does this month: responses in the corporatie segment and in the market, best first."""

    social: list[Response]
    market: list[Response]
    gate: int
    used: int
    barred: int


def respond(seeker, offers, area_map, t, rules, levers, off: int, bases) -> Answer:
    """One searcher looks at every home in its search area, with the instruments ``off`` left out."""
    off = int(off) | int(seeker["without"])
    on = [k for k in bits_of(seeker["touched"], len(levers)) if not off >> k & 1]
    sight = rules["sight"][seeker["nood"]] + sum(levers["sight"][on], 0.0)
    g = area_map.gemeente[seeker["area"]]
    near = {g}
    if seeker["scope"] == 2:
        near |= set(area_map.around[area_map.around_first[g] : area_map.around_first[g + 1]].tolist())
    found: list[list[Response]] = [[], []]
    gate, used, barred = NOTHING_SEEN, 0, 0
    norm = [k for k in range(len(levers)) if levers["size_norm"][k] and not off >> k & 1]
    for o, offer in enumerate(offers):
        if seeker["alert"] and offer["tenure"] != Tenure.CORPORATIE:
            continue
        there = area_map.gemeente[offer["area"]]
        if there not in near or (seeker["scope"] == 0 and offer["area"] != seeker["area"]):
            continue
        if not sees(seeker["id"], offer["id"], min(1.0, sight) * area_map.overview[there], bases.sight) or int(offer["made_by"]) & off:
            continue
        here, worth, rank, bits = weigh(seeker, offer, on, norm, t, rules, levers, bases)
        gate = max(gate, here)
        used, barred = (used, barred | bits) if here == NOT_ELIGIBLE else (used | bits, barred)
        if here == OUTRANKED:
            found[0 if offer["tenure"] == Tenure.CORPORATIE else 1].append(Response(worth, rank, o, bits))
    room = (int(rules["n_responses_social"] + levers["responses"][on].sum()), int(rules["n_responses"]))
    best = [sorted(some, key=lambda r: (r.worth, r.rank), reverse=True) for some in found]
    social, market = (some[: min(n, PER_SEGMENT)] for some, n in zip(best, room, strict=True))
    return Answer(social, market, gate, used, barred)


def sees(household, vacancy, chance: float, base) -> bool:
    """The place of the vacancy on its circle lies in the stretch that begins at the household's start on it."""
    bits = one_draw(base, vacancy)
    channel, place = bits >> 61, (bits >> 29) % 2**32
    assert channel < CHANNELS
    start = one_draw(base, household, channel) >> 32
    return (place - start) % 2**32 < int(chance * 2**32)


def weigh(seeker, offer, on: list[int], norm: list[int], t, rules, levers, bases) -> tuple[int, float, int, int]:
    """One look: the last gate passed, the surplus over staying, the rank, and the instruments with a lever."""
    if offer["ahead"] > seeker["patience"]:
        return NOTHING_SEEN, 0.0, 0, 0
    social = offer["tenure"] == Tenure.CORPORATIE
    opened, kept = 0, sum(1 << k for k in norm if social and int(offer["labels"]) >> k & 1)
    rent = rent_tested(seeker, offer, on, levers)
    if not eligible(offer, seeker, rules, rent):
        opened = sum(1 << k for k in on if lets_in(seeker, offer, levers[k], int(offer["labels"]) >> k & 1, rules, rent))
        if not opened:
            return NOT_ELIGIBLE, 0.0, 0, 0
    if kept and seeker["size"] < 3 and offer["relaxed"] == 0:
        return NOT_ELIGIBLE, 0.0, 0, kept
    bits, felt, money, eased, points, months, budget, access = pull(seeker, offer, on, rules, levers)
    bits |= opened | kept
    income, starter = float(seeker["income"]), seeker["cls"] == HouseholdClass.STARTER
    if offer["tenure"] == Tenure.KOOP:
        if offer["price"] > budget:
            return TOO_EXPENSIVE, 0.0, 0, bits
        money += offer["price"] * rules["buying_cost"]
        debt = max(0.0, offer["price"] * (1.0 + rules["buying_cost"]) - seeker["own_money"])
        cost, fine = (debt * t["interest"] + offer["woz"] * t["upkeep"]) / 12.0, True
    else:
        cost = float(net_rent(felt, seeker["gross"], seeker["size"], int(seeker["age"] >= AOW_AGE), seeker["toeslag_limit"], t))
        enough = seeker["gross"] >= rules["income_per_rent"] * 12.0 * felt or seeker["wealth"] > rules["incomes"][6]
        bearable = 12.0 * cost <= rules["burden_max"] * income
        fine = enough if offer["tenure"] == Tenure.VRIJE_HUUR else bearable
    if not fine:
        return TOO_EXPENSIVE, 0.0, 0, bits
    worth = surplus(seeker, offer, access, cost, t, rules, bases)
    if worth <= 0.0:
        return NOT_BETTER, worth, 0, bits
    if not starter:
        worth -= max(0.0, seeker["trouble"] - eased) + rules["weigh_money"] * max(0.0, money) / max(1.0, income)
    if worth <= 0.0:
        return NOT_WORTH, worth, 0, bits
    return OUTRANKED, worth, rank_of(offer, seeker, points, months, budget, bases), bits


def surplus(seeker, offer, access: int, cost: float, t, rules, bases) -> float:
    """How much better the home is than staying, in fit points, losses weighing more; taste included."""
    cls = int(seeker["cls"])
    starter = cls == HouseholdClass.STARTER
    km = np.sqrt((seeker["x_km"] - offer["x_km"]) ** 2 + (seeker["y_km"] - offer["y_km"]) ** 2)
    leaves = int(not starter and offer["area"] != seeker["area"])
    new = components(
        cls,
        seeker["age"],
        seeker["limit"],
        int(offer["rooms"]) - int(seeker["rooms_needed"]),
        float(seeker["income"]),
        float(seeker["attachment"]),
        seeker["first"],
        seeker["second"],
        access,
        offer["kind"],
        offer["urban"],
        cost,
        km,
        leaves,
        t,
    )
    weights = t["weights"][cls]
    rises = offer["tenure"] != Tenure.KOOP and cost > seeker["here_cost"]
    rise = float(rules["rise_felt"] * (cost - seeker["here_cost"])) if rises else 0.0
    worth = float(t["taste"][one_draw(bases.taste, seeker["id"], offer["dwelling_id"]) >> 52])
    if starter:
        worth += new[0] * weights[0] + new[1] * weights[1] + new[2] * weights[2]
        return float(worth + (new[3] * weights[3] + new[4] * weights[4] - rules["without_home"]) - rise)
    for k, name in enumerate(("size", "reach", "afford", "place", "profile")):
        change = float(new[k] - seeker[f"here_{name}"])
        felt = change if change > 0 else change * rules["loss_aversion"]
        worth += felt * weights[k] - (seeker["taste_here"] if k == 0 else 0.0)
    return float(worth - rise)


def rent_tested(seeker, offer, on: list[int], levers) -> float:
    """The rent that the law tests: under a kept rent that holds for this home the old rent, or a little more; else the asking rent."""
    if offer["tenure"] != Tenure.CORPORATIE or not seeker["tenant"]:
        return float(offer["rent"])
    kept = [k for k in on if levers["rent_path"][k] in (RENT_OLD, RENT_OLD_PLUS) and holds_for(seeker, offer, levers[k], k)]
    above = [float(levers["eur_rent_cap"][k]) if levers["rent_path"][k] == RENT_OLD_PLUS else 0.0 for k in kept]
    return min([float(offer["rent"]), *(float(seeker["old_rent"]) + more for more in above)])


def holds_for(seeker, offer, lever, k: int) -> bool:
    """Whether money, rent path and rank of an instrument hold for a home that is left and one that is taken."""
    return bool(
        seeker["rooms_left"] >= lever["n_rooms_left"]
        and (lever["n_rooms_taken"] == 0 or offer["rooms"] <= lever["n_rooms_taken"])
        and (lever["tenures_taken"] == 0 or int(lever["tenures_taken"]) & (1 << int(offer["tenure"])))
        and (not lever["step_free_taken"] or offer["access"] == Access.GESCHIKT)
        and (not lever["needs_label"] or int(offer["labels"]) >> k & 1)
    )


def eligible(offer, seeker, rules, rent: float, eased: int = 0) -> bool:
    """May live here at this rent, by the rules of the segment; ``eased`` years count against an age label only."""
    relaxed, quota, more = int(offer["relaxed"]), int(offer["quota"]), int(seeker["size"] > 1)
    if relaxed == 0 and offer["age_label"] > seeker["age"] + eased:
        return False
    if offer["tenure"] != Tenure.CORPORATIE:
        return True
    too_few = relaxed == 0 and offer["rooms"] >= rules["family_rooms"] and seeker["size"] < 3
    too_rich = relaxed < 2 and not quota & FREE_SPACE and seeker["gross"] > rules["incomes"][more]
    if too_few or too_rich:
        return False
    aow = seeker["age"] >= AOW_AGE
    low_income = seeker["gross"] <= rules["incomes"][(4 if aow else 2) + more]
    dear = rent > rules["rents"][1 if seeker["size"] >= 3 else 0]
    exception = aow and seeker["wealth"] > rules["incomes"][6 + more]
    return not (low_income and dear and not quota & OUTSIDE_PASSEND) or bool(exception)


def lets_in(seeker, offer, lever, labelled: int, rules, rent: float) -> bool:
    """One instrument alone makes a searcher eligible: by a lower age label, or without an income limit."""
    if lever["needs_label"] and not labelled:
        return False
    other = seeker.copy()
    if lever["income_free"]:
        other["gross"] = min(seeker["gross"], rules["incomes"][int(seeker["size"] > 1)])
    return bool(lever["age_eased"] or lever["income_free"]) and eligible(offer, other, rules, rent, int(lever["age_eased"]))


def pull(seeker, offer, on: list[int], rules, levers) -> tuple[int, float, float, float, int, int, float, int]:
    """What the instruments change at this look: bits, felt rent, moving cost, trouble eased, points, registration, budget, access."""
    months, budget, access = 0, float(seeker["budget"]), int(offer["access"])
    bits, felt, money, eased, points = int(offer["made_by"]), float(offer["rent"]), float(rules["eur_moving"]), 0.0, 0
    by_cost, social = False, offer["tenure"] == Tenure.CORPORATIE
    rise = social and seeker["tenant"] == 1 and offer["rent"] > seeker["old_rent"]
    for k in on:
        lever = levers[k]
        works = bool(lever["trouble"] or lever["responses"] or lever["sight"] or (social and lever["p_direct"] > 0))
        eased += lever["trouble"]
        if social and lever["p_direct"] > 0 and int(offer["direct"]) >> k & 1:
            points += DIRECT_POINTS
        if social and lever["n_months"]:
            months, works = months + int(lever["n_months"]), True
        if offer["tenure"] == Tenure.KOOP and lever["loan"]:
            budget, works = budget + lever["loan"] * seeker["income"] / (1.0 + rules["buying_cost"]), True
        if offer["tenure"] == Tenure.KOOP and lever["actual_cost"] and seeker["senior_loan"] > 0:
            by_cost = works = True
        if lever["adapts"] and offer["access"] == Access.AANPASBAAR:
            access, works = Access.GESCHIKT, True
        if holds_for(seeker, offer, lever, k):
            money -= lever["eur_once"]
            rank = int(lever["rank"] if social else lever["rank_market"])
            points += rank
            paths = rise and lever["rent_path"] != RENT_NONE
            felt = min(felt, felt_rent(offer["rent"], seeker["old_rent"], lever)) if paths else felt
            works = bool(works or lever["eur_once"] or rank or paths)
        bits |= int(works) << k
    if by_cost:
        share = 1.0 if offer["price"] <= rules["nhg"] else rules["senior_of_value"]
        loan = min(float(seeker["senior_loan"]), float(share * offer["price"]))
        budget = max(budget, float((seeker["own_money"] + loan) / (1.0 + rules["buying_cost"])))
    return bits, felt, money, eased, points, months, budget, access


def felt_rent(full: float, old: float, lever) -> float:
    """Rent as it is felt under one rent path."""
    if lever["rent_path"] == RENT_STEPS:
        return float(full - (full - old) * lever["rent_discount"])
    return float(old if lever["rent_path"] == RENT_OLD else old + lever["eur_rent_cap"])


def rank_of(offer, seeker, points: int, months: int, budget: float, bases) -> int:
    """Place of a household in the home's order: points and bid or lottery, or urgency, points and registration; then a keyed tie."""
    place = min(63, points) << 56
    if offer["tenure"] == Tenure.VRIJE_HUUR:
        return place | one_draw(bases.lottery, seeker["id"], offer["id"]) >> 8
    tie = one_draw(bases.tie, seeker["id"], offer["id"])
    if offer["tenure"] == Tenure.KOOP:
        return place | int(min(4.0e9, max(0.0, budget))) << 24 | tie >> 40
    return int(seeker["urgent"]) << 62 | place | min(65535, int(seeker["waited"]) + months) << 40 | tie >> 24


# searchers and homes on offer


def places(base, ids):
    """Channel (uint8) and place on its circle (uint32) of vacancies, by their ids."""
    bits = bits_array(base, ids)
    return (bits >> np.uint64(61)).astype(np.uint8), ((bits >> np.uint64(29)) % 2**32).astype(np.uint32)


def describe(w, rows):
    """One SEEKER record per searcher, column by column."""
    h, d, p = w.h, w.d, w.params
    senior_age = int(p.senior_age)
    home = h.home[rows]
    housed, at = home >= 0, np.maximum(home, 0)
    age, cls = ages_and_classes(h.adult_birth, h.child_birth, rows, home, w.month, senior_age)
    aow = age >= AOW_AGE
    income, wealth = h.income[rows].astype(np.float64), h.wealth[rows].astype(np.float64)
    owner = housed & (d.tenure[at] == Tenure.KOOP)
    equity = np.where(owner, np.clip(d.woz[at].astype(np.float64) - h.debt[rows], 0, None), 0)
    own_money = equity + p.rel_wealth_in_home * wealth
    loan = np.where(aow, p.rel_loan_income_aow, p.rel_loan_income) * income
    nood = np.isin(h.trigger[rows], NOOD)
    area = np.where(housed, d.area[at], np.maximum(h.origin_area[rows], 0))
    here = components_at(h, rows, home, moment(w))
    toeslag = toeslag_limit(age, (h.adult_birth[rows] != ABSENT).sum(axis=1), h.size[rows], wealth + equity, w.tables)
    fits = dict(zip((f"here_{name}" for name in ("size", "reach", "afford", "place", "profile")), here.T, strict=True))
    columns = fits | {
        "row": rows,
        "cls": cls,
        "age": age,
        "limit": h.adult_limit[rows].max(axis=1),
        "rooms_needed": h.rooms_needed[rows],
        "size": h.size[rows],
        "first": h.profile[rows, 0],
        "second": h.profile[rows, 1],
        "scope": h.scope[rows],
        "area": area,
        "x_km": w.map.x_km[area],
        "y_km": w.map.y_km[area],
        "nood": nood,
        "patience": _patience(w, rows, nood, housed),
        "rooms_left": np.where(housed, d.rooms[at], 0),
        "tenant": housed & (d.tenure[at] == Tenure.CORPORATIE),
        "alert": h.stage[rows] != Stage.WONINGZOEKEN,
        "id": h.id[rows],
        "urgent": _urgent(w, rows, nood, housed),
        "touched": h.touched[rows],
        "without": 0,
        "waited": np.maximum(0, w.month - h.registered[rows].astype(np.int64)),
        "income": income,
        "gross": income * np.where(aow, p.rel_gross_aow, p.rel_gross),
        "wealth": wealth,
        "own_money": own_money,
        "budget": (own_money + loan) / (1 + p.rel_buying_cost),
        "senior_loan": _senior_loan(w, age, owner, h.debt[rows].astype(np.float64), loan),
        "toeslag_limit": toeslag,
        "attachment": _attachment(w, rows),
        "old_rent": h.rent[rows],
        "here_cost": _here_cost(w, rows, housed, income, aow, toeslag),
        "taste_here": h.taste_here[rows],
        "trouble": _trouble(w, cls, age, nood, owner),
    }
    seekers = np.zeros(len(rows), SEEKER)
    for name, values in columns.items():
        seekers[name] = values
    return seekers


def _here_cost(w, rows, housed, income, aow, toeslag):
    """Net rent of the present home; infinite for who owns it or has none."""
    rent, gross = w.h.rent[rows].astype(np.float64), income * np.where(aow, w.params.rel_gross_aow, w.params.rel_gross)
    net = net_rent(rent, gross, w.h.size[rows], aow.astype(np.int64), toeslag, w.tables)
    return np.where(housed & (rent > 0), net, np.inf)


def _senior_loan(w, age, owner, debt, norm):
    """The Senioren Verhuisregeling: from 57, for who leaves an owned home, a debt no larger than now, of which the interest costs no
    more than an annuity of 30 years would."""
    by_income = norm * (1 / (1 - (1 + w.params.rel_mortgage_rate) ** -30))
    return np.where(owner & (age >= 57), np.minimum(debt, by_income), 0.0)


def _patience(w, rows, nood, housed):
    """Months that each can wait for a home that does not stand yet."""
    p = w.params
    return np.minimum(np.where(nood, p.dur_wait_nood, p.dur_wait), np.where(housed, p.dur_wait, w.h.patience[rows].astype(int) - w.month))


def _urgent(w, rows, nood, housed):
    """Urgency: a keyed share of those in nood and of those without a home, fixed for the household."""
    with w.draws.replay():
        u = uniform(w.draws.base(Purpose.NOOD), w.h.id[rows])
    chance = np.where(nood, w.params.p_urgent, np.where(housed, 0.0, w.params.p_urgent_starter))
    return (u < chance).astype(np.uint64)


def _attachment(w, rows):
    rooted = make_journey(w.params).rooted
    lived = np.clip(w.month - w.h.moved_in[rows].astype(np.int64), 0, len(rooted) - 1)
    return np.clip(w.h.attachment[rows] + rooted[lived], 0.0, 1.0)


def _trouble(w, cls, age, nood, owner):
    """Trouble of moving in fit points, before levers and money; starters have none."""
    p = w.params
    senior = p.rel_trouble_senior + p.rel_trouble_age * (age - p.senior_age)
    trouble = np.where(cls == HouseholdClass.SENIOR, senior, p.rel_trouble) + p.rel_trouble_double + p.rel_trouble_koop * owner
    return np.where(cls == HouseholdClass.STARTER, 0.0, trouble * np.where(nood, p.rel_trouble_nood, 1.0))


def offers(w, in_force, rows):
    """One OFFER record per vacancy row, column by column."""
    v, d, geo = w.v, w.d, w.map
    j = v.dwelling[rows]
    area = d.area[j]
    at = np.zeros(len(rows), OFFER)
    made = d.made_by[j].astype(np.uint64)
    columns = {
        "vacancy": rows,
        "dwelling": j,
        "area": area,
        "urban": geo.urban[area],
        "ahead": np.maximum(0, d.delivery[j].astype(np.int64) - w.month),
        "id": v.id[rows],
        "dwelling_id": d.id[j],
        "labels": d.labels[j],
        "made_by": np.where(made > 0, np.uint64(1) << np.maximum(made, 1) - np.uint64(1), 0),
        "direct": _direct(w, in_force, rows, j),
        "x_km": geo.x_km[area],
        "y_km": geo.y_km[area],
        "rent": d.rent[j] * np.where(d.tenure[j] == Tenure.VRIJE_HUUR, v.price[rows], 1),
        "woz": d.woz[j],
        "price": np.where(d.tenure[j] == Tenure.KOOP, w.params.rel_asking * v.price[rows] * d.woz[j], 0),
        "tenure": d.tenure[j],
        "kind": d.kind[j],
        "rooms": d.rooms[j],
        "access": d.access[j],
        "age_label": d.age_label[j],
        "relaxed": v.relaxed[rows],
        "quota": v.quota[rows],
    }
    for name, values in columns.items():
        at[name] = values
    return at


def _direct(w, in_force, rows, dwelling):
    """Bits of the instruments that match a vacancy directly: a keyed share of the corporatie vacancies."""
    direct = np.zeros(len(rows), np.uint64)
    for k, key in enumerate(in_force.keys):
        share = in_force.levers["p_direct"][k]
        if share > 0:
            with w.draws.replay():
                u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 0, key), w.v.id[rows])
            direct[(u < share) & (w.d.tenure[dwelling] == Tenure.CORPORATIE)] |= np.uint64(1 << k)
    return direct
