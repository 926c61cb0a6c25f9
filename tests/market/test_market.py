"""The market of a month: who searches, what is on offer, that the match is stable, and that nobody else is disturbed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import month
from sim.behaviour.fit import Moment, refresh
from sim.behaviour.founding import found
from sim.counts.vasthouders import nobody_stuck
from sim.levers import nothing_in_force
from sim.market import market as market_module
from sim.market.allocation import FREE_SPACE, LONGEST_WAIT, OUTSIDE_PASSEND, relax
from sim.market.choice import PER_SEGMENT, Market
from sim.market.clearing import Viewing, lists
from sim.market.market import count_candidates
from sim.market.matching import clear
from sim.market.offers import publish
from sim.market.searchers import describe, looking_rows
from sim.market.sight import ARCS, CHANNELS
from sim.world.chance import Draws, Purpose, hash_ints, to_unit, uniform
from sim.world.codes import ON_OFFER, RESERVED, WAITING, Access, DwellingState, EventKind, HouseholdState, Origin, Stage, Tenure, Trigger
from sim.world.columns import ABSENT, NEVER, NOWHERE
from sim.world.geography import Map
from tests.twins import kernels as twins
from tests.twins import market as twins_market
from tests.twins.matching import check_responses, clear_plain
from tests.worlds import MONTHS, at_work, burnt_in, everything, let_pass, pick, scattered_households, strong, with_rows

SENIOR_AGE = 55


def a_market(one):
    """Offers, searchers and their responses in a copy of a run, as the market of this month sees them."""
    w, force = one.world, one.at_work.in_force
    offers = publish(w, force)
    rows = np.flatnonzero((w.h.state == 1) & (w.h.stage == Stage.WONINGZOEKEN) & (w.h.reserved == NOWHERE)).astype(np.int32)
    seekers, terms = describe(w, rows), market_module.terms_of(w, force)
    out, _ = market_module.respond_all(Market(seekers, offers, w.map), terms)
    listed, slot = lists(out, Viewing(seekers, offers.at, terms.bases.viewing, w.params.p_refusal))
    return offers, seekers, terms.bases, out, (*listed, slot)


@pytest.mark.parametrize(("p_look", "p_starter"), [(0.3, 0.7), (1.0, 0.0), (0.0, 1.0)])
def test_who_looks_is_there_has_no_home_accepted_and_searches_or_is_awake(p_look, p_starter):
    h = scattered_households(5, 2000, 1500)
    base = Draws(1).base(Purpose.LOOK, 3)
    h.departs[::2] = 6 + np.arange(len(h.departs[::2])) % 8 - 4  # some before, some within and some after the months in which they look
    got = looking_rows(h, base, (p_look, p_starter, 3), 3)
    assert got.tolist() == twins.looking(h, base, p_look, p_starter, 3, 3)
    assert len(got) > 20 and (h.departs[got] <= 9).any() and not (h.departs[got] <= 6).any()
    assert set(h.stage[got].tolist()) == {0, 1, 2}


@pytest.mark.parametrize("with_instruments", [False, True])
def test_lists_join_both_segments_best_first_and_refusals_are_keyed_on_the_pair(with_instruments):
    one = let_pass(at_work(burnt_in(), everything()) if with_instruments else burnt_in().copy(), 2)
    offers, seekers, bases, out, (first, home, rank, refuses, slot) = a_market(one)
    for s in range(len(seekers)):
        kept = [(out.worth[s, k], -k, k) for side in range(2) for k in range(4 * side, 4 * side + out.n[s, side])]
        order = [k for _, _, k in sorted(kept, reverse=True)]
        at = slice(first[s], first[s + 1])
        assert slot[at].tolist() == order
        assert home[at].tolist() == out.offer[s, order].tolist()
        assert rank[at].tolist() == out.rank[s, order].tolist()
        pairs = uniform(bases.viewing, np.full(len(order), seekers["id"][s]), offers.at["id"][home[at]]) < one.world.params.p_refusal
        assert refuses[at].tolist() == pairs.astype(int).tolist()
    assert first[-1] > 50
    assert PER_SEGMENT == 4


def test_the_match_of_a_real_market_is_the_plain_one_and_stable():
    one = let_pass(at_work(burnt_in(), everything()), 3)
    offers, _, _, _, (first, home, rank, refuses, _) = a_market(one)
    check_responses(first, home, rank, refuses, len(offers.at))
    match, refused, rounds = clear(first, home, rank, refuses, len(offers.at))
    plain = clear_plain(first, home, rank, refuses, len(offers.at))
    np.testing.assert_array_equal(match, plain[0])
    np.testing.assert_array_equal(refused, plain[1])
    assert rounds == plain[2] and (match >= 0).sum() > 5
    holder = {int(home[r]): r for r in match if r >= 0}
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    for r in range(len(home)):
        mine, theirs = match[owner[r]], holder.get(int(home[r]))
        wants = mine < 0 or r < mine
        preferred = theirs is None or rank[r] > rank[theirs]
        assert refused[r] or not (wants and preferred), "a pair that would both rather have each other"


def test_who_wins_a_home_reserves_it_and_nobody_else_does():
    one = let_pass(burnt_in().copy(), 1)
    w = one.world
    waiting = np.flatnonzero(w.h.reserved >= 0)
    month.go_to_market(one)
    won = np.setdiff1d(np.flatnonzero(w.h.reserved >= 0), waiting)
    homes = w.h.reserved[won]
    assert len(won) > 0 and len(np.unique(homes)) == len(homes)
    assert (w.v.state[homes] == RESERVED).all() and (w.v.taker[homes] == won).all()
    assert (w.h.stage[won] == Stage.VERHUIZEN).all()
    low, high = w.params.dur_move_low, w.params.dur_move_high
    assert ((w.h.keys_month[won] >= w.month + low) & (w.h.keys_month[won] <= w.month + high)).all()
    assert (w.v.candidates[homes] > 0).all()


def test_candidates_are_the_responses_to_a_home():
    one = let_pass(burnt_in().copy(), 1)
    offers, _, _, out, (_, home, _, _, _) = a_market(one)
    counted = np.zeros(len(one.world.v.id), np.int32)
    count_candidates(out.n, out.offer, offers.at, counted)
    np.testing.assert_array_equal(counted[offers.at["vacancy"]], np.bincount(home, minlength=len(offers.at)))
    assert counted.sum() == len(home)


def test_homes_are_offered_when_due_and_not_before():
    w = burnt_in().world.copy()
    for _ in range(4):
        n = int(w.counts[0])
        early = (w.v.state[:n] == WAITING) & (w.v.offered[:n] > w.month)
        offers = publish(w, nothing_in_force())
        assert (w.v.state[: int(w.counts[0])][early] == WAITING).all()
        open_now = np.flatnonzero(w.v.state[:n] == ON_OFFER)
        assert sorted(offers.at["vacancy"].tolist()) == open_now.tolist()
        channel, place = twins_market.places(w.draws.base(Purpose.SIGHT), offers.at["id"])
        for g in range(len(w.map.around_first) - 1):
            for c in range(CHANNELS):
                low = ARCS * (CHANNELS * g + c)
                part = slice(offers.first[low], offers.first[low + ARCS])
                assert (w.map.gemeente[offers.at["area"][part]] == g).all() and (channel[part] == c).all()
                assert (np.diff(place[part].astype(np.int64)) >= 0).all()
        assert offers.first[-1] == len(offers.at)
        for area in range(len(w.map.gemeente)):
            part = offers.of_area[offers.area_first[area] : offers.area_first[area + 1]]
            assert sorted(part) == np.flatnonzero(offers.at["area"] == area).tolist()
        w.month += 1


def test_quotas_are_drawn_at_publication_for_corporatie_homes_in_their_share():
    w = burnt_in().world.copy()
    n = 40_000
    w.v = with_rows(w.v, n)
    rows = np.arange(int(w.counts[0]), int(w.counts[0]) + n)
    w.counts[0] += n
    w.v.id[rows] = [hash_ints(3, k) for k in range(n)]
    social, koop = (np.flatnonzero(w.d.tenure == t)[0] for t in (Tenure.CORPORATIE, Tenure.KOOP))
    w.v.dwelling[rows] = np.where(np.arange(n) % 2, social, koop)
    w.v.state[rows], w.v.offered[rows] = WAITING, w.month
    publish(w, nothing_in_force())
    quota, of = w.v.quota[rows], w.d.tenure[w.v.dwelling[rows]]
    assert (quota[of != Tenure.CORPORATIE] == 0).all()
    here = quota[of == Tenure.CORPORATIE]
    for bit, share in ((OUTSIDE_PASSEND, w.params.rel_outside_passend), (FREE_SPACE, w.params.rel_free_space)):
        drawn = ((here & bit) > 0).mean()
        assert drawn == pytest.approx(share, abs=5 * np.sqrt(share / len(here)))
    assert (here & OUTSIDE_PASSEND).astype(bool).mean() <= 0.055, "at most 5 % outside passend toewijzen (D07)"


def test_a_home_without_a_taker_is_relaxed_step_by_step():
    w = burnt_in().world.copy()
    w.params = replace(w.params, dur_no_response=2)
    offers = publish(w, nothing_in_force())
    rows, stands = offers.at["vacancy"], offers.at["ahead"] == 0
    early, rows = rows[~stands], rows[stands]
    price = w.v.price[early].copy()
    w.v.offered[rows], w.v.relaxed[rows], w.v.price[rows] = w.month, 0, 1.0
    koop = w.d.tenure[w.v.dwelling[rows]] != Tenure.CORPORATIE
    seen = []
    for _ in range(6):
        relax(w, np.concatenate((rows, early)))
        seen.append((int(w.v.relaxed[rows].max()), float(w.v.price[rows][koop].max())))
        w.month += 1
    step = 1.0 - w.params.rel_price_step
    assert [one for one, _ in seen] == [0, 1, 1, 2, 2, 2]
    np.testing.assert_allclose(np.array([price for _, price in seen]), np.array([1, step, step, step**2, step**2, step**3]), rtol=1e-5)
    assert (w.v.price[rows][~koop] == 1).all(), "a corporatie does not lower its price"
    assert len(early) and (w.v.price[early] == price).all() and (w.v.relaxed[early] == 0).all(), "a home that does not stand yet waits"


def test_a_month_in_which_nobody_looks_relaxes_what_is_on_offer():
    one = burnt_in().copy()
    w = one.world
    w.params = replace(w.params, p_look=0.0, p_look_starter=0.0, dur_no_response=1)
    met = market_module.meet(w, nothing_in_force())
    rows = met.offers.at["vacancy"]
    assert len(met.seekers) == len(met.rows) == 0 and (w.v.relaxed[rows] < 2).any()
    before = w.v.relaxed[rows].copy()
    assert len(market_module.take(w, met, np.zeros(0, np.uint64))) == 0
    np.testing.assert_array_equal(w.v.relaxed[rows], np.where(met.offers.at["ahead"] == 0, np.minimum(before + 1, 2), before))
    assert (w.v.state[rows] == ON_OFFER).all()


def test_a_registration_of_any_length_fits_in_a_rank():
    held = np.iinfo(burnt_in().world.h.registered.dtype)
    assert held.max - held.min <= LONGEST_WAIT


@pytest.mark.parametrize("with_instruments", [False, True])
def test_searchers_and_homes_are_described_as_they_are(with_instruments):
    one = let_pass(at_work(burnt_in(), everything()) if with_instruments else burnt_in().copy(), 2)
    w, force = one.world, one.at_work.in_force
    rows = np.flatnonzero(w.h.state == 1).astype(np.int32)
    w.h.trigger[rows] = pick(1, "trigger", len(rows), range(len(Trigger)))
    expected, got = twins_market.describe(w, rows), describe(w, rows)
    assert expected["urgent"].any() and expected["tenant"].any() and expected["nood"].any()
    homes = publish(w, force).at
    again = twins_market.offers(w, force, homes["vacancy"])
    assert len(homes) > 20 and again["direct"].any() == again["labels"].any() == with_instruments
    for given, plain in ((got, expected), (homes, again)):
        for name in given.dtype.names:
            np.testing.assert_array_equal(given[name], plain[name], name)


def test_urgency_is_a_fixed_number_of_a_household():
    w = burnt_in().world.copy()
    rows = np.flatnonzero((w.h.state == 1) & (w.h.home < 0)).astype(np.int32)
    first = describe(w, rows)["urgent"]
    w.month += 5
    np.testing.assert_array_equal(describe(w, rows)["urgent"], first)
    share = w.params.p_urgent_starter
    assert first.mean() == pytest.approx(share, abs=5 * np.sqrt(share / len(rows)))


def test_starters_have_no_trouble_and_nood_eases_it():
    w = burnt_in().world.copy()
    rows = np.flatnonzero((w.h.state == 1) & (w.h.stage == Stage.HUIDIGE_WONING)).astype(np.int32)
    wens = describe(w, rows)["trouble"]
    w.h.trigger[rows] = Trigger.FALL
    np.testing.assert_allclose(describe(w, rows)["trouble"], wens * w.params.rel_trouble_nood)
    homeless = np.flatnonzero((w.h.state == 1) & (w.h.home < 0)).astype(np.int32)
    assert (describe(w, homeless)["trouble"] == 0).all()


def test_no_instrument_at_work_means_no_decision_that_it_changed():
    w = let_pass(burnt_in().copy(), MONTHS).world
    assert not w.h.ever.any() and not w.h.decisive.any() and not w.v.bits.any() and not w.m.instruments.any()


@pytest.mark.parametrize("key", ["voorrang", "verhuiskostenvergoeding"])
def test_a_decisive_use_is_one_without_which_the_household_had_another_result(key):
    """Take one month's market twice from one state: with the instrument, and with nobody touched by it."""
    under_way = at_work(burnt_in(), {key: strong(key)})
    for _ in range(MONTHS):
        start = under_way.copy()
        month.step(under_way)
        with_it = start.copy()
        month.instruments_act(with_it)
        without = with_it.copy()
        without.world.h.touched[:] = 0
        for one in (with_it, without):
            month.go_to_market(one)
        before, on, off = start.world, with_it.world, without.world
        differs = np.flatnonzero(on.h.reserved != off.h.reserved)
        fresh = np.flatnonzero(on.h.decisive & ~before.h.decisive)
        uses = (on.h.ever & ~before.h.ever) != 0
        assert set(fresh.tolist()) <= set(differs.tolist())
        assert set(differs[uses[differs]].tolist()) <= set(np.flatnonzero(on.h.decisive).tolist())
        if len(fresh):
            return
    pytest.fail("nothing was decided")


IMPROVEMENTS = {
    "access": lambda w, i, j: w.d.access.__setitem__(j, Access.GESCHIKT),
    "a missing room": lambda w, i, j: w.d.rooms.__setitem__(j, max(w.d.rooms[j], w.h.rooms_needed[i])),
    "rent": lambda w, i, j: w.h.rent.__setitem__(i, w.h.rent[i] * 0.7),
    "taste": lambda w, i, j: w.h.taste_here.__setitem__(i, w.h.taste_here[i] + np.float32(0.03)),
}


@pytest.mark.parametrize("what", IMPROVEMENTS)
def test_improving_a_home_never_makes_its_household_leave_it(what):
    """One household at a time, over one market from an equal state; lists are long enough that nothing is cut off."""
    one, left = burnt_in().copy(), np.zeros(0, np.int64)
    w = one.world
    few = {"p_sight": 0.06, "rel_sight_nood": 1.0}  # few homes are seen, so that all responses fit
    w.params = replace(w.params, n_responses=PER_SEGMENT, n_responses_social=PER_SEGMENT, **few)
    while len(left) == 0 and w.month < MONTHS:  # until the market would let somebody leave a home
        let_pass(one, 1)
        side = one.copy()
        month.go_to_market(side)
        plain = side.world
        searches = (w.h.state == 1) & (w.h.home >= 0) & (w.h.stage == Stage.WONINGZOEKEN) & (w.h.reserved == NOWHERE)
        rows = np.flatnonzero(searches)[:80]
        left = np.flatnonzero(searches & (plain.h.reserved != NOWHERE))
    assert len(left) > 0
    for i in [*rows.tolist(), *left.tolist()]:
        side = one.copy()
        better = side.world
        IMPROVEMENTS[what](better, i, better.h.home[i])
        refresh(better.h, np.array([i]), Moment(w.month, better.d, w.map.urban, SENIOR_AGE, w.tables))
        month.go_to_market(side)
        assert better.h.reserved[i] == NOWHERE or plain.h.reserved[i] != NOWHERE, f"household {i} leaves a better home"


def test_nobody_leaves_a_home_that_is_liked_beyond_anything():
    one, moves = burnt_in().copy(), 0
    while moves == 0 and one.world.month < MONTHS:
        let_pass(one, 1)
        w, sides = one.world, (one.copy(), one.copy())
        housed = (w.h.state == 1) & (w.h.home >= 0) & (w.h.reserved == NOWHERE)
        plain, liked = (side.world for side in sides)
        liked.h.taste_here[:] += 5
        for side in sides:
            month.go_to_market(side)
        assert not (liked.h.reserved[housed] >= 0).any()
        moves = int((plain.h.reserved[housed] >= 0).sum())
    assert moves > 0


def island(one):
    """One more area in a gemeente of its own, far from all others: a household without a home, and an empty owned home."""
    w = one.world
    geo, n_areas, n_gem = w.map, len(w.map.gemeente), len(w.map.around_first) - 1
    w.map = Map(
        np.append(geo.gemeente, np.int32(n_gem)),
        np.append(geo.x_km, 900.0),
        np.append(geo.y_km, 900.0),
        np.append(geo.urban, 3),
        np.append(geo.around_first, geo.around_first[-1]),
        geo.around,
        np.append(geo.overview, 1.0),
        np.append(geo.stock, 1.0),
        np.append(geo.beyond, 0.0),
    )
    places = {name: [*getattr(w.geography, name), "island"] for name in ("code", "name", "gemeente_code", "gemeente_name")}
    w.geography = w.geography._replace(**places, leaving=np.append(w.geography.leaving, 1.0))
    one.neighbours.moves = np.concatenate((one.neighbours.moves, np.zeros((len(one.neighbours.moves), 1))), axis=1)
    one.neighbours.seniors = np.append(one.neighbours.seniors, 0.0)
    w.h, w.d, w.v = with_rows(w.h, 1), with_rows(w.d, 1), with_rows(w.v, 1)
    one.stuck = nobody_stuck(len(w.h.id), n_gem + 1)
    i, j, v = len(w.h.id) - 1, len(w.d.id) - 1, int(w.counts[0])
    donor = np.flatnonzero((w.h.state == 1) & (w.h.home < 0) & (w.h.stage == Stage.WONINGZOEKEN))[0]
    for column in w.h:
        column[i] = column[donor]
    w.h.id[i], w.h.origin_area[i], w.h.scope[i], w.h.patience[i] = hash_ints(77), n_areas, 1, NEVER
    one.at_start.home = np.append(one.at_start.home, NOWHERE)
    donor = np.flatnonzero((w.d.state == 1) & (w.d.tenure == Tenure.KOOP))[0]
    for column in w.d:
        column[j] = column[donor]
    w.d.id[j], w.d.area[j], w.d.delivery[j] = hash_ints(78), n_areas, -1
    w.d.occupant[j], w.d.state[j] = NOWHERE, DwellingState.IN_STOCK
    w.v.dwelling[v], w.v.id[v], w.v.chain[v], w.v.link[v], w.v.origin[v] = j, hash_ints(79), v, 1, Origin.NEW_BUILD
    w.v.state[v], w.v.offered[v], w.v.opened[v], w.v.price[v] = WAITING, w.month, w.month, 50.0
    w.d.vacancy[j] = v
    w.counts[0] += 1
    return i, j


def test_a_household_and_a_home_that_nobody_can_meet_change_nobody_else():
    alone, beside = burnt_in().copy(), burnt_in().copy()
    i, j = island(beside)
    plain, more = alone.world, beside.world
    n, n_homes = len(plain.h.id), len(plain.d.id)
    for _ in range(MONTHS):
        month.step(alone)
        month.step(beside)
        for name, column in plain.h._asdict().items():
            if name != "reserved":
                np.testing.assert_array_equal(column, getattr(more.h, name)[:n], name)
        one, other = plain.h.reserved, more.h.reserved[:n]  # rows of vacancies, which the island shifts by one: compare ids
        np.testing.assert_array_equal(one >= 0, other >= 0)
        np.testing.assert_array_equal(plain.v.id[one[one >= 0]], more.v.id[other[other >= 0]])
        for name in ("occupant", "access", "state"):
            np.testing.assert_array_equal(getattr(plain.d, name), getattr(more.d, name)[:n_homes], name)
    k = int(plain.counts[1])
    assert k > 50 and k == more.counts[1]
    np.testing.assert_array_equal(plain.m.household[:k], more.m.household[:k])
    np.testing.assert_array_equal(plain.m.to_dwelling[:k], more.m.to_dwelling[:k])
    assert more.h.home[i] == NOWHERE and more.d.occupant[j] == NOWHERE, "they were meant to stay alone"


def test_refusals_come_at_their_rate():
    one = let_pass(burnt_in().copy(), 2)
    w = one.world
    _, _, bases, _, (_, home, _, refuses, _) = a_market(one)
    share = w.params.p_refusal
    assert refuses.mean() == pytest.approx(share, abs=5 * np.sqrt(share / len(home)))
    assert to_unit(np.uint64(0)) == 0
    assert bases.viewing == w.draws.base(Purpose.VIEWING)


def test_where_an_arrival_begins_to_look_does_not_hang_on_what_was_built_since():
    plain, more = burnt_in("veldhoven").world.copy(), burnt_in("veldhoven").world.copy()
    n, n_areas = len(plain.d.id), len(plain.map.gemeente)
    more.d = with_rows(more.d, 5000)
    more.d.area[n:], more.d.delivery[n:], more.d.state[n:] = n_areas - 1, 2, DwellingState.IN_STOCK
    rows = np.flatnonzero((plain.h.state == HouseholdState.NOT_YET) & (plain.h.origin_area == NOWHERE)).astype(np.int32)
    for w in (plain, more):
        found(w, rows, np.full(len(rows), EventKind.ARRIVAL, np.uint8), np.full(len(rows), NOWHERE))
    assert len(set(plain.h.origin_area[rows].tolist())) > 1
    np.testing.assert_array_equal(plain.h.origin_area, more.h.origin_area)
    stock = np.bincount(plain.d.area[plain.d.delivery == ABSENT], minlength=n_areas)
    np.testing.assert_array_equal(plain.map.stock, np.cumsum(stock) / stock.sum())
    assert plain.map.stock[-1] == 1 and (np.diff(plain.map.stock) >= 0).all()
