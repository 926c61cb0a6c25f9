"""Who responds to what: what is seen, what it costs, whether it is worth the trouble, how it ranks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.behaviour.fit import make_tables
from sim.behaviour.money import rent_felt
from sim.levers import RENT_OLD, RENT_OLD_PLUS, RENT_STEPS, make_levers
from sim.market.allocation import rank_of
from sim.market.choice import PER_SEGMENT, Bases, Market, Terms, empty_responses, make_rules, respond, weigh
from sim.market.help import size_norms
from sim.market.notes import empty_looks
from sim.market.records import OFFER, SEEKER
from sim.market.sieve import N_GROUPS, SOCIAL, find_reach, hurdles, sift, stretch
from sim.market.sight import arrange
from sim.parameters import resolve
from sim.world import law
from sim.world.chance import Draws, Purpose, hash_ints
from sim.world.codes import NOT_ELIGIBLE, NOTHING_SEEN, OUTRANKED, TOO_EXPENSIVE, Access, HouseholdClass, Tenure
from sim.world.geography import Map
from tests.twins import market as twins_market
from tests.worlds import pick, spread

P = resolve({"p_sight": 0.4, "n_responses": 2})
T = make_tables(P, "2026-01")
INCOMES, RENTS = law.limits("2026-01")
NHG, OF_VALUE = 470000, 0.8
RULES = make_rules(P, INCOMES, RENTS, NHG, OF_VALUE)
GEO = Map(
    np.array([0, 0, 1, 2], np.int32),
    np.array([0.0, 3.0, 9.0, 40.0]),
    np.array([0.0, 1.0, 2.0, 30.0]),
    np.array([1, 3, 4, 5]),
    np.array([0, 1, 2, 2], np.int32),
    np.array([1, 0], np.int32),
    np.array([1.0, 0.5, 1.0]),
    np.array([0.25, 0.5, 0.75, 1.0]),
    np.zeros(4),
)
NO_LEVERS = make_levers([])
LEVERS = make_levers(
    [
        {"eur_once": 3000, "n_rooms_left": 4, "n_rooms_taken": 3},
        {"rent_path": RENT_STEPS, "rent_discount": 0.6, "n_rooms_left": 3},
        {"rank": 1, "needs_label": 1, "n_rooms_left": 2, "n_rooms_taken": 4},
        {"sight": 0.3, "trouble": 0.05, "responses": 2, "p_direct": 0.2},
        {"rent_path": RENT_OLD_PLUS, "eur_rent_cap": 50, "rank": 5},
        {"rank_market": 2, "needs_label": 1, "n_months": 40, "income_free": 1},
        {"age_eased": 10, "loan": 1.5, "size_norm": 1, "adapts": 1, "actual_cost": 1},
    ]
)
BASES = Bases(
    *(
        Draws(1).base(purpose, 3)
        for purpose in (
            Purpose.TASTE,
            Purpose.SIGHT,
            Purpose.VIEWING,
            Purpose.LOTTERY,
            Purpose.TIE,
        )
    )
)
OFF = np.uint64(0)


def terms(levers, rules=RULES, tables=T):
    """What a look needs beside the searcher and the home."""
    return Terms(tables, rules, levers, BASES)


def searchers(seed, n, instruments=0):
    """Households that search, each number drawn on its own."""
    s = np.zeros(n, SEEKER)
    s["id"] = [hash_ints(seed, 1, k) for k in range(n)]
    for name, values in {
        "cls": range(4),
        "age": [19, 30, 54, 55, 66, 67, 80, 110],
        "limit": range(3),
        "rooms_needed": range(1, 6),
        "size": range(1, 7),
        "first": range(10),
        "second": range(10),
        "scope": range(3),
        "area": range(4),
        "nood": [0, 0, 1],
        "rooms_left": range(8),
        "tenant": [0, 1],
        "alert": [0, 0, 1],
        "urgent": [0, 0, 0, 1],
        "waited": [0, 7, 300, 4095],
        "touched": range(1 << instruments),
        "without": [0, 0, *(1 << k for k in range(instruments))],
    }.items():
        s[name] = pick(seed, name, n, list(values))
    for name, (low, high) in {
        "income": (8000, 70000),
        "gross": (10000, 100000),
        "wealth": (0, 300000),
        "own_money": (0, 400000),
        "budget": (0, 900000),
        "attachment": (0, 1),
        "old_rent": (200, 900),
        "here_size": (0, 1),
        "here_reach": (0, 1),
        "here_afford": (0, 1),
        "here_place": (0, 1),
        "here_profile": (0, 1),
        "taste_here": (-0.3, 0.1),
        "trouble": (0, 0.1),
    }.items():
        s[name] = spread(seed, name, n, low, high)
    s["here_cost"] = np.where(pick(seed, "pays", n, [0, 1, 1]) == 1, spread(seed, "here_cost", n, 150, 900), np.inf)
    s["senior_loan"] = pick(seed, "senior", n, [0.0, 0.0, 60000.0, 200000.0, 500000.0])
    s["toeslag_limit"] = pick(seed, "toeslag", n, [0.0, 498.2, 932.93, 932.93])
    s["x_km"], s["y_km"] = GEO.x_km[s["area"]], GEO.y_km[s["area"]]
    return s


def homes(seed, n, instruments=0):
    """Homes on offer, each number drawn on its own, as ``sim.market.offers`` lays them out."""
    o = np.zeros(n, OFFER)
    o["id"] = [hash_ints(seed, 2, k) for k in range(n)]
    o["dwelling_id"] = [hash_ints(seed, 3, k) for k in range(n)]
    for name, values in {
        "area": range(4),
        "tenure": range(3),
        "kind": range(5),
        "rooms": range(1, 8),
        "access": range(3),
        "age_label": [0, 0, 55, 75],
        "relaxed": range(3),
        "quota": range(4),
        "labels": range(1 << instruments),
        "direct": range(1 << instruments),
        "made_by": [0, 0, 0] + [1 << k for k in range(instruments)],
    }.items():
        o[name] = pick(seed, "o" + name, n, list(values))
    o["rent"], o["woz"] = spread(seed, "orent", n, 350, 1600), spread(seed, "owoz", n, 120000, 800000)
    o["price"] = np.where(o["tenure"] == Tenure.KOOP, 1.05 * o["woz"], 0)
    o["urban"], o["x_km"], o["y_km"] = GEO.urban[o["area"]], GEO.x_km[o["area"]], GEO.y_km[o["area"]]
    return laid_out(o)


def laid_out(o):
    """The same homes in the order in which they are looked at."""
    return arrange(o, BASES.sight, GEO.gemeente)


def answers(s, offers, levers, off=OFF, which=None):
    """Responses of the kernel."""
    out = empty_responses(len(s))
    respond(np.arange(len(s)) if which is None else which, Market(s, offers, GEO), terms(levers), off, out, empty_looks(len(s)))
    return out


@pytest.mark.parametrize("off", [0, 0b0000001, 0b1000000, 0b1111111], ids=["all on", "one off", "the norm off", "all off"])
@pytest.mark.parametrize("instruments", [0, 7], ids=["without instruments", "with instruments"])
@pytest.mark.parametrize("seed", range(3))
def test_everybody_responds_as_the_rules_say(seed, instruments, off):
    levers = LEVERS if instruments else NO_LEVERS
    s, offers = searchers(seed, 60, instruments), homes(seed, 60, instruments)
    out = answers(s, offers, levers, np.uint64(off))
    n_responses = 0
    for k in range(len(s)):
        expected = twins_market.respond(s[k], offers.at, GEO, T, RULES, levers, off, BASES)
        assert out.gate[k] == expected.gate
        assert (out.used[k], out.barred[k]) == (expected.used, expected.barred)
        for side, some in enumerate((expected.social, expected.market)):
            at = slice(PER_SEGMENT * side, PER_SEGMENT * side + len(some))
            assert out.n[k, side] == len(some)
            assert out.offer[k, at].tolist() == [r.offer for r in some]
            assert out.worth[k, at].tolist() == [r.worth for r in some]
            assert out.rank[k, at].tolist() == [r.rank for r in some]
            assert out.bits[k, at].tolist() == [r.bits for r in some]
            n_responses += len(some)
    assert n_responses > 30, "responses were meant to come"
    if instruments and not off:
        assert (out.used != 0).any()


@pytest.mark.parametrize("seed", range(3))
def test_what_is_sifted_out_is_what_a_full_look_turns_down_at_the_same_gate(seed):
    s, o = searchers(seed, 60), homes(seed, 60).at
    (hurdle, group), reach = hurdles(o, RULES), np.empty(N_GROUPS)
    n_out = 0
    for seeker in s:
        find_reach(seeker, RULES, reach)
        seen = np.arange(len(o), dtype=np.int32)
        n, last = sift(seen, len(o), hurdle, group, reach)
        assert (np.diff(seen[:n]) > 0).all(), "what is left keeps its order"
        out = np.setdiff1d(np.arange(len(o)), seen[:n])
        gates = [weigh(seeker, o[k], OFF, OFF, terms(NO_LEVERS)) for k in out]
        assert {gate for gate, *_ in gates} <= {NOT_ELIGIBLE, TOO_EXPENSIVE}
        assert last == max((gate for gate, *_ in gates), default=NOTHING_SEEN)
        assert not any(bits for *_, bits in gates)
        n_out += len(out)
    assert n_out > 300


def test_leaving_out_all_instruments_is_the_world_without_them():
    s, offers = searchers(9, 80, 5), homes(9, 80, 5)
    off = answers(s, offers, LEVERS, np.uint64(31))
    o = offers.at
    bare, stock = s.copy(), o[o["made_by"] == 0]
    bare["touched"], stock["labels"], stock["direct"] = 0, 0, 0
    plain = answers(bare, laid_out(stock), NO_LEVERS)
    np.testing.assert_array_equal(off.n, plain.n)
    for k in range(len(s)):
        for side in range(2):
            at = slice(PER_SEGMENT * side, PER_SEGMENT * side + off.n[k, side])
            assert o["id"][off.offer[k, at]].tolist() == stock["id"][plain.offer[k, at]].tolist()
            assert off.worth[k, at].tolist() == plain.worth[k, at].tolist()
            assert off.rank[k, at].tolist() == plain.rank[k, at].tolist()
    assert (off.used == 0).all()


@pytest.mark.parametrize("off", [1, 2, 4, 8, 16, 31])
def test_who_had_no_lever_of_what_is_left_out_responds_as_before(off):
    s, offers = searchers(9, 120, 5), homes(9, 80, 5)
    on, left_out = answers(s, offers, LEVERS), answers(s, offers, LEVERS, np.uint64(off))
    same = (on.used & np.uint64(off)) == 0
    assert same.any() and not same.all()
    for k in np.flatnonzero(same):
        assert list(_kept(on, k)) == list(_kept(left_out, k))


def test_only_the_searchers_asked_for_are_looked_at():
    s, offers = searchers(5, 30), homes(5, 40)
    everybody, some = answers(s, offers, NO_LEVERS), answers(s, offers, NO_LEVERS, which=np.array([3, 17]))
    np.testing.assert_array_equal(some.offer[[3, 17]], everybody.offer[[3, 17]])
    assert some.n.sum() == everybody.n[[3, 17]].sum() > 0


def test_one_more_home_changes_no_other_look():
    s, offers = searchers(6, 50), homes(6, 40)
    o = offers.at
    fewer = np.delete(o, 11)
    out = answers(s, offers, NO_LEVERS)
    less = answers(s, laid_out(fewer), NO_LEVERS)
    worth = {(k, int(o["id"][j])): w for k in range(50) for j, w in _kept(out, k)}
    again = {(k, int(fewer["id"][j])): w for k in range(50) for j, w in _kept(less, k)}
    both = worth.keys() & again.keys()
    assert len(both) > 20 and all(worth[pair] == again[pair] for pair in both)
    gone = int(o["id"][11])
    assert all(pair[1] == gone for pair in worth.keys() - again.keys()), "what fell out is the home that is not there"


def test_what_is_not_seen_is_too_dear_for_nobody():
    s, offers = searchers(6, 50), homes(6, 40)
    s["budget"], offers.at["tenure"], offers.at["price"], offers.at["age_label"] = 0, Tenure.KOOP, 1, 0
    out = answers(s, offers, NO_LEVERS)
    blind = RULES.copy()
    blind["sight"] = 0.0
    nothing = empty_responses(len(s))
    respond(np.arange(len(s)), Market(s, offers, GEO), terms(NO_LEVERS, blind), OFF, nothing, empty_looks(len(s)))
    assert set(out.gate.tolist()) <= {NOTHING_SEEN, TOO_EXPENSIVE} and (out.gate == TOO_EXPENSIVE).any()
    assert (nothing.gate == NOTHING_SEEN).all()


def _kept(out, k):
    for side in range(2):
        for at in range(PER_SEGMENT * side, PER_SEGMENT * side + out.n[k, side]):
            yield out.offer[k, at], out.worth[k, at]


def look(levers=NO_LEVERS, touched=0, home=None, rules=RULES, **who):
    """One look of a senior couple, tenants of a large corporatie home, at a small step-free one."""
    s, o = np.zeros(1, SEEKER), np.zeros(1, OFFER)
    base = {
        "cls": HouseholdClass.SENIOR,
        "age": 70,
        "limit": 1,
        "rooms_needed": 2,
        "size": 2,
        "rooms_left": 5,
        "tenant": 1,
        "id": 5,
        "waited": 60,
        "touched": touched,
        "income": 24000,
        "gross": 29000,
        "wealth": 5000,
        "budget": 100000,
        "toeslag_limit": 932.93,
        "old_rent": 500,
        "here_cost": np.inf,
        "here_size": 0.7,
        "here_reach": 0.25,
        "here_afford": 0.9,
        "here_place": 1,
        "here_profile": 0.5,
        "trouble": 0.05,
    }
    place = {
        "id": 9,
        "dwelling_id": 9,
        "rent": 650,
        "woz": 250000,
        "price": 0,
        "tenure": Tenure.CORPORATIE,
        "kind": 1,
        "rooms": 3,
        "access": Access.GESCHIKT,
        "urban": 3,
    }
    for record, values in ((s, {**base, **who}), (o, {**place, **(home or {})})):
        for name, value in values.items():
            record[name] = value
    flat = T.copy()
    flat["taste"] = 0
    return weigh(s[0], o[0], s[0]["touched"], np.uint64(size_norms(levers)), terms(levers, rules, flat))


def test_a_fitting_home_is_responded_to():
    assert look()[0] == OUTRANKED


@pytest.mark.parametrize(
    ("lever", "touched"),
    [({"eur_once": 5000}, 1), ({"trouble": 0.05}, 1), ({"rent_path": RENT_OLD}, 1), ({"rent_path": RENT_STEPS, "rent_discount": 0.9}, 1)],
    ids=["grant", "trouble", "old rent", "steps"],
)
def test_help_makes_a_home_worth_more_to_who_has_it_and_to_nobody_else(lever, touched):
    plain, helped, other = (
        look(levers, bits, income=20000, toeslag_limit=0.0)
        for levers, bits in ((NO_LEVERS, 0), (make_levers([lever]), touched), (make_levers([lever]), 0))
    )
    assert helped[1] > plain[1] and helped[3] == 1
    assert other == plain


def test_help_with_conditions_needs_a_large_home_left_and_a_small_one_taken():
    grant = make_levers([{"eur_once": 5000, "n_rooms_left": 4, "n_rooms_taken": 3}])
    assert look(grant, 1)[3] == 1
    assert look(grant, 1, rooms_left=3)[3] == 0
    assert look(grant, 1, home={"rooms": 4})[3] == 0


def test_an_age_label_can_be_lowered_and_an_income_limit_waived_for_whom_it_is_meant():
    young = make_levers([{"age_eased": 10}])
    label = {"age_label": 75}
    assert look(home=label)[0] == NOT_ELIGIBLE and look(young, 0, home=label)[0] == NOT_ELIGIBLE
    assert look(young, 1, home=label)[::3] == (OUTRANKED, 1)
    assert look(young, 1, home={"age_label": 85})[0] == NOT_ELIGIBLE
    free = make_levers([{"income_free": 1, "needs_label": 1}])
    rich = {"gross": 90000, "income": 60000}
    assert look(free, 1, **rich)[0] == NOT_ELIGIBLE, "the home has no label"
    gate, _, _, bits = look(free, 1, home={"labels": 1}, **rich)
    assert gate > NOT_ELIGIBLE and bits == 1


def test_a_home_kept_for_families_is_refused_to_two_and_says_by_what():
    norm = make_levers([{"size_norm": 1}])
    assert look(norm, 0, home={"labels": 1}) == (NOT_ELIGIBLE, 0.0, 0, 1)
    assert look(norm, 0, home={"labels": 1}, size=3)[3] == 1, "who gets it through the rule is its user"
    assert look(norm, 0, home={"labels": 1, "relaxed": 1})[0] == OUTRANKED, "nobody came for it"
    assert look(norm, 0)[3] == 0


def test_a_larger_loan_and_more_registration_help_where_they_count():
    loan = make_levers([{"loan": 2.0, "n_months": 100}])
    dear = {"tenure": Tenure.KOOP, "price": 130000, "rent": 0}
    assert look(home=dear)[0] == TOO_EXPENSIVE
    assert look(loan, 1, home=dear)[0] > TOO_EXPENSIVE and look(loan, 1, home=dear)[3] == 1
    plain, helped = look()[2], look(loan, 1)[2]
    assert (int(helped) >> 40) - (int(plain) >> 40) == 100


def test_points_on_the_market_do_not_count_at_a_corporatie_and_the_other_way_round():
    market, social = make_levers([{"rank_market": 3}]), make_levers([{"rank": 3}])
    private = {"tenure": Tenure.VRIJE_HUUR, "rent": 600}
    assert look(market, 1)[3] == 0 and look(social, 1)[3] == 1
    assert look(market, 1, home=private)[3] == 1 and look(social, 1, home=private)[3] == 0


def test_a_rent_path_is_for_moves_between_corporatie_homes_with_a_rise():
    path = make_levers([{"rent_path": RENT_OLD}])
    assert look(path, 1)[3] == 1
    assert look(path, 1, tenant=0)[3] == 0
    assert look(path, 1, old_rent=700)[3] == 0
    assert look(path, 1, home={"tenure": Tenure.VRIJE_HUUR}, gross=90000)[3] == 0


def test_voorrang_holds_on_its_labels_and_ranks_above_registration_and_below_urgency():
    rule = make_levers([{"rank": 1, "needs_label": 1}])
    plain, labelled = look(waited=4000), look(rule, 1, home={"labels": 1}, waited=1)
    assert labelled[2] > plain[2]
    assert labelled[3] == 1
    assert look(rule, 1, home={"labels": 0}) == look()
    assert look(urgent=1, waited=0)[2] > labelled[2]


def test_a_direct_match_ranks_above_every_label():
    both = make_levers([{"rank": 20}, {"p_direct": 0.2}])
    assert look(both, 2, home={"direct": 2}, waited=0)[2] > look(both, 1, waited=4000)[2]
    assert look(both, 2, home={"direct": 0})[2] == look()[2]


@given(st.integers(0, 3), st.floats(300, 900), st.floats(0, 400), st.floats(0, 1), st.floats(0, 300))
def test_a_rent_path_is_felt_between_the_old_rent_and_the_new(path, old, rise, discount, cap):
    felt = rent_felt(old + rise, old, path, discount, cap)
    if path == RENT_STEPS:
        assert old - 1e-9 <= felt <= old + rise + 1e-9
    elif path == RENT_OLD:
        assert felt == old
    else:
        assert felt == old + cap


@pytest.mark.parametrize("seed", range(3))
def test_with_instruments_nothing_is_sifted_out_that_a_full_look_lets_in(seed):
    s, o = searchers(seed, 60, 7), homes(seed, 80, 7).at
    s["without"], o["made_by"] = 0, 0
    (hurdle, group), reach = hurdles(o, RULES), np.empty(N_GROUPS)
    n_out = n_dear = 0
    for seeker in s:
        find_reach(seeker, RULES, reach)
        stretch(seeker, seeker["touched"], RULES, LEVERS, reach)
        seen = np.arange(len(o), dtype=np.int32)
        n, _ = sift(seen, len(o), hurdle, group, reach)
        on = [k for k in range(len(LEVERS)) if int(seeker["touched"]) >> k & 1]
        for k in np.setdiff1d(np.arange(len(o)), seen[:n]):
            gate, *_ = twins_market.weigh(seeker, o[k], on, [], T, RULES, LEVERS, BASES)
            assert gate in (NOT_ELIGIBLE, TOO_EXPENSIVE)
            n_out += 1
            n_dear += group[k] > SOCIAL and not (group[k] - SOCIAL) & 1
    assert n_out > 300 and n_dear > 20, "homes that are too dear for a low income are among them"


def test_what_is_too_dear_is_refused_by_budget_and_by_income():
    assert look(home={"tenure": Tenure.KOOP, "price": 100001})[0] == TOO_EXPENSIVE
    assert look(home={"tenure": Tenure.KOOP, "price": 99999})[0] != TOO_EXPENSIVE
    assert look(home={"tenure": Tenure.VRIJE_HUUR, "rent": 1300}, gross=3.1 * 12 * 1300)[0] == TOO_EXPENSIVE
    assert look(home={"tenure": Tenure.VRIJE_HUUR, "rent": 1300}, gross=3.3 * 12 * 1300)[0] != TOO_EXPENSIVE


BITS = st.integers(0, 2**64 - 1)


@given(BITS, BITS, st.integers(0, 4095), st.integers(0, 4095), st.integers(0, 80), st.integers(0, 80), st.booleans(), st.booleans())
def test_corporaties_rank_by_urgency_then_points_then_registration(a, b, waited, other, points, more, urgent, too):
    def rank(u, p, w, bits):
        return int(rank_of(int(Tenure.CORPORATIE), np.uint64(u), p, np.uint64(w), 0.0, np.uint64(bits)))

    one, two = (urgent, min(63, points), waited), (too, min(63, more), other)
    if one != two:
        assert (rank(urgent, points, waited, a) > rank(too, more, other, b)) == (one > two)
    else:
        assert (rank(urgent, points, waited, a) >= rank(too, more, other, b)) == ((a >> 24) >= (b >> 24))


@given(BITS, BITS, st.floats(0, 5e9), st.floats(0, 5e9))
def test_sellers_rank_by_bid_and_landlords_by_lottery(a, b, bid, other):
    zero = np.uint64(0)
    koop = [int(rank_of(int(Tenure.KOOP), zero, 0, zero, x, np.uint64(n))) for x, n in ((bid, a), (other, b))]
    if int(min(bid, 4e9)) != int(min(other, 4e9)):
        assert (koop[0] > koop[1]) == (bid > other)
    vrij = [int(rank_of(int(Tenure.VRIJE_HUUR), zero, 0, zero, bid, np.uint64(n))) for n in (a, b)]
    assert (vrij[0] > vrij[1]) == (a >> 8 > b >> 8)
    for tenure in (Tenure.KOOP, Tenure.VRIJE_HUUR):  # points come before any bid and any lottery
        assert rank_of(int(tenure), zero, 1, zero, bid, np.uint64(a)) > rank_of(int(tenure), zero, 0, zero, other, np.uint64(b))


def test_a_better_home_to_stay_in_makes_no_other_home_worth_more():
    names = ("here_size", "here_reach", "here_afford", "here_place", "here_profile", "taste_here")
    for name in names:
        before, after = look(limit=0), look(limit=0, **{name: 1.0 if name != "taste_here" else 0.2})
        assert after[1] <= before[1] and after[0] <= before[0], name
