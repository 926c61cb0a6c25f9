"""Sharing a home, small homes beside family, and a programme that follows a survey, where the right answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from sim import month
from sim.behaviour.woonprofielen import N_PROFIELEN, PROFIELEN, profile_scores
from sim.counts.invariants import violations
from sim.counts.tables import moves_table
from sim.interventions import load
from sim.interventions.cards.familie import Kin, Parents, Plots, nearest_kin
from sim.interventions.cards.onderzoek import BUILT, Survey
from sim.interventions.cards.woningdelen import END, HOME, HOST, LODGER, Lodging, search_again
from sim.world.chance import bits_array
from sim.world.codes import Access, DwellingState, DwellingType, FunnelKind, HouseholdState, MoveReason, Origin, Stage, Tenure
from sim.world.columns import NEVER, NOWHERE, age_years
from tests.worlds import at_work, burnt_in, let_pass, pick, running, strong

PLAIN = ["mantelzorgwoning", "pre_mantelzorgwoning", "kangoeroewoning"]


def world(key, **settings):
    return at_work(burnt_in(months=24), {key: strong(key) | settings})


def moves_of(w, reason):
    return np.flatnonzero(w.m.reason[: w.counts[1]] == reason)


def used(w):
    return np.flatnonzero(w.m.instruments[: w.counts[1]] != 0)


# sharing a home


def contracts(under_way):
    return running(under_way).memory(Lodging).contracts


def sharing(**settings):
    return world("woningdelen", **settings)


def test_a_lodger_fills_nothing_has_no_home_of_its_own_and_does_not_search():
    under_way = sharing()
    w = under_way.world
    searched = np.flatnonzero((w.h.home == NOWHERE) & (w.h.state == HouseholdState.PRESENT) & (w.h.stage == Stage.WONINGZOEKEN))
    homes, income = w.h.home.copy(), w.h.income.copy()
    month.step(under_way)
    k = moves_of(w, MoveReason.INWONEN)
    lodgers = w.m.household[k]
    assert len(k) > 20 and violations(w, under_way.at_start, under_way.at_work) == []
    assert (w.m.vacancy[k] == NOWHERE).all() and (w.m.left_vacancy[k] == NOWHERE).all() and (w.m.link[k] == 0).all()
    assert (w.h.home[lodgers] == NOWHERE).all() and (w.h.stage[lodgers] == Stage.NIEUW_THUIS).all()
    assert np.isin(lodgers, searched).mean() > 0.9, "the others began to search this month"
    assert (w.h.size[lodgers] == 1).all() and (0.4 * w.h.income[lodgers] >= 12 * 450).all()
    hosts = contracts(under_way)[:, HOST]
    np.testing.assert_array_equal(w.m.to_dwelling[k], w.h.home[hosts])
    assert (homes[hosts] == w.h.home[hosts]).all() and len(np.unique(hosts)) == len(hosts)
    assert (w.d.rooms[w.h.home[hosts]].astype(int) - w.h.rooms_needed[hosts] >= 2).all()
    same = w.map.gemeente[w.d.area[w.h.home[hosts]]] == w.map.gemeente[w.h.origin_area[lodgers]]
    wijk = (w.h.scope[lodgers] > 0) | (w.d.area[w.h.home[hosts]] == w.h.origin_area[lodgers])
    assert (same & wijk).all()
    kept = np.abs(w.h.income[hosts] - income[hosts] - 12 * 450) < 0.1
    assert kept.mean() > 0.8, "a birthday reckons an income anew"


def test_a_contract_ends_in_its_month_and_the_lodger_searches_again():
    under_way = sharing(rel_trial=1, dur_trial=3, who={"rooms": 1, "age": 40})
    w = under_way.world
    month.step(under_way)
    first = contracts(under_way)[:, LODGER].copy()
    assert (contracts(under_way)[:, END] == 3).all()
    let_pass(under_way, 2)
    there = first[w.h.state[first] == HouseholdState.PRESENT]
    assert (w.h.stage[there] == Stage.NIEUW_THUIS).mean() > 0.9, "who united with somebody has gone"
    month.step(under_way)
    assert not np.isin(first, contracts(under_way)[contracts(under_way)[:, END] == 3, LODGER]).any()
    there = first[(w.h.state[first] == HouseholdState.PRESENT) & (w.h.home[first] == NOWHERE)]
    again = np.isin(there, contracts(under_way)[:, LODGER])
    assert np.isin(w.h.stage[there[~again]], (Stage.WONINGZOEKEN, Stage.VERHUIZEN)).all() and (~again).any()
    assert violations(w, under_way.at_start, under_way.at_work) == []


def test_a_contract_ends_when_the_host_lives_elsewhere_and_the_rent_with_it():
    under_way = sharing(until="2026-02")
    w = under_way.world
    month.step(under_way)
    lodger, host = contracts(under_way)[:, LODGER].copy(), contracts(under_way)[:, HOST].copy()
    high = w.h.income[host].copy()
    contracts(under_way)[:, HOME] += 1  # as if every host had moved
    month.step(under_way)
    assert len(contracts(under_way)) == 0, "contracts end after the instrument too"
    lower = np.abs(high - w.h.income[host] - 12 * 450) < 0.1
    assert lower.mean() > 0.8
    there = lodger[(w.h.state[lodger] == HouseholdState.PRESENT) & (w.h.home[lodger] == NOWHERE)]
    assert np.isin(w.h.stage[there], (Stage.WONINGZOEKEN, Stage.VERHUIZEN)).all() and len(there) > 20


def test_the_rent_of_the_room_goes_on_when_an_income_is_reckoned_anew():
    under_way = let_pass(sharing(rel_trial=0), 14)
    w = under_way.world
    hosts = contracts(under_way)[:, HOST]
    born = np.flatnonzero((w.month - 1 - w.h.adult_birth[hosts, 0]) % 12 == 0)
    assert len(born) > 3, "hosts with a birthday in this month"
    incomes = running(under_way).memory(Lodging).incomes
    np.testing.assert_allclose(w.h.income[hosts], incomes[:, 0])
    np.testing.assert_allclose(incomes[:, 0] - incomes[:, 1], 12 * 450, atol=0.1)


def test_only_an_owner_without_a_mortgage_needs_nobodys_consent():
    under_way = let_pass(sharing(rel_refused_lender=1, rel_refused_landlord=1), 3)
    w = under_way.world
    hosts = contracts(under_way)[:, HOST]
    assert len(hosts) > 3
    assert (w.d.tenure[w.h.home[hosts]] == Tenure.KOOP).all() and (w.h.debt[hosts] == 0).all()
    assert len(contracts(let_pass(sharing(), 3))) > len(hosts)


def test_an_arrival_that_lodges_does_not_leave_for_lack_of_a_home():
    under_way = sharing(rel_trial=0)
    w = under_way.world
    before = w.h.patience.copy()
    month.step(under_way)
    c = contracts(under_way)
    waits = before[c[:, LODGER]] != NEVER
    assert waits.any()
    np.testing.assert_array_equal(w.h.patience[c[waits, LODGER]] - before[c[waits, LODGER]], c[waits, END] - (w.month - 1))
    assert (w.h.patience[c[~waits, LODGER]] == NEVER).all()


def test_mediation_is_paid_for_each_contract():
    under_way = let_pass(sharing(eur_case=700), 6)
    w = under_way.world
    assert running(under_way).eur_spent == 700 * len(moves_of(w, MoveReason.INWONEN)) > 0
    assert running(under_way).n_uses >= len(moves_of(w, MoveReason.INWONEN)), "a host that moves later is a use, too"
    assert running(let_pass(sharing(eur_case=700, eur_budget=2000), 6)).n_uses == 2


def test_contracts_end_when_the_instrument_is_taken_out_of_a_world_that_goes_on():
    under_way = sharing()
    w = under_way.world
    month.step(under_way)
    lodgers = contracts(under_way)[:, LODGER].copy()
    under_way.equip({"voorrang": load("voorrang", {})})
    assert (w.h.stage[lodgers] == Stage.WONINGZOEKEN).all() and len(lodgers) > 20
    let_pass(under_way, 3)
    assert violations(w, under_way.at_start, under_way.at_work) == []


def test_contracts_end_even_when_there_is_no_money_to_go_on():
    under_way = sharing(eur_fixed=12000, eur_budget=1500, rel_trial=1, dur_trial=1)
    month.step(under_way)
    assert len(contracts(under_way)) == 1
    month.step(under_way)
    assert len(contracts(under_way)) == 0 and running(under_way).eur_spent == 1500


def test_contracts_last_from_the_trial_to_the_longest():
    one = load("woningdelen", {"rel_trial": 0.2})
    months = one.months(np.linspace(0, 1, 10001)[:-1])
    assert (months == 9).mean() == pytest.approx(0.2, abs=0.001)
    assert months.min() == 9 and months.max() == 60
    assert np.bincount(months)[10:].min() == pytest.approx(0.8 * 10000 / 51, abs=2)


# a small home beside family


@pytest.mark.parametrize("key", PLAIN)
def test_parents_move_into_a_small_home_beside_a_child_and_theirs_comes_free(key):
    under_way = world(key, **({"rel_reverse": 0} if key.startswith("pre") else {}))
    w = under_way.world
    n = len(w.d.id)
    homes, limit = w.h.home.copy(), w.h.adult_limit.max(axis=1).copy()
    month.step(under_way)
    assert len(w.d.id) == n, "nothing stands before the works are done"
    plans = {senior: (home, child, plot) for _, senior, home, child, plot in running(under_way).memory(Plots).plans}
    ages = age_years(w.h.adult_birth, w.month).max(axis=1)
    month.step(under_way)
    k = moves_of(w, MoveReason.MANTELZORG)
    rows = w.m.household[k]
    assert len(k) > 10 and violations(w, under_way.at_start, under_way.at_work) == []
    new, left = w.m.to_dwelling[k], w.m.left_vacancy[k]
    assert (new >= n).all() and (w.d.access[new] == Access.GESCHIKT).all() and (w.d.occupant[new] == rows).all()
    assert (w.v.origin[left] == Origin.MANTELZORG).all() and (w.v.dwelling[left] == homes[rows]).all()
    assert (w.v.link[left] == 1).all() and (w.m.chain[k] == NOWHERE).all()
    for r, i in enumerate(rows.tolist()):
        home, child, plot = plans[i]
        assert home == homes[i] and w.h.home[child] == plot and w.d.area[new[r]] == w.d.area[plot]
        assert 20 <= ages[i] - ages[child] <= 40
        assert w.d.tenure[plot] == Tenure.KOOP and w.d.kind[plot] == DwellingType.EENGEZINS
    assert len(np.unique([plans[i][2] for i in rows.tolist()])) == len(rows), "one small home on a plot"
    if key == "mantelzorgwoning":
        assert (limit[rows] > 0).mean() > 0.9 and (w.h.adult_limit[rows].max(axis=1) > 0).all()
    elif key == "pre_mantelzorgwoning":
        assert (ages[rows] >= 67).all() and (limit[rows] == 0).all()
    table = moves_table(w, under_way.at_work.keys, w.setting.months)
    assert (table.loc[k, "reason"] == "mantelzorg").all() and (table.loc[k, "instruments"] == key).all()
    assert running(under_way).n_uses == len(k) and (w.h.ever[rows] == 1).all()


@pytest.mark.parametrize("key", PLAIN)
def test_each_application_is_counted_and_a_refusal_ends_it(key):
    under_way = let_pass(world(key, rel_refused=0.4, p_apply=0.6), 12)
    n = sum(under_way.at_work.applications.values())
    assert n == running(under_way).n_reached > 30
    granted = running(under_way).n_uses + len(running(under_way).memory(Plots).plans)
    assert 0 < granted < 0.8 * n or key == "pre_mantelzorgwoning"  # a swap is two moves
    under_way = let_pass(world(key, rel_refused=1.0), 6)
    assert running(under_way).n_uses == 0 and sum(under_way.at_work.applications.values()) > 30


@pytest.mark.parametrize("seed", range(6))
def test_a_child_is_the_one_drawn_lowest_in_the_own_gemeente_or_else_around_and_is_given_once(seed):
    n, m, base = 40, 60, np.uint64(99 + seed)
    here, where = pick(seed, "here", n, [0, 1, 2, 3]), np.sort(pick(seed, "where", m, [0, 2]))
    age, kin_age = pick(seed, "age", n, [30, 66, 75, 90]), pick(seed, "kin age", m, [20, 46, 50, 70])
    ident, kin = bits_array(base, np.arange(n)), bits_array(base, np.arange(100, 100 + m))
    around_first, around = np.array([0, 1, 3, 3, 4]), np.array([1, 0, 2, 0])
    first, apart = np.searchsorted(where, np.arange(5)), (20, 40)
    found = nearest_kin(base, Parents(ident, here, age), Kin(kin, kin_age, first), apart, around_first, around)
    free, expected = np.ones(m, bool), []
    for r in range(n):
        fits = free & (age[r] - kin_age >= apart[0]) & (age[r] - kin_age <= apart[1])
        near = np.flatnonzero(fits & (where == here[r]))
        if len(near) == 0:
            near = np.flatnonzero(fits & np.isin(where, around[around_first[here[r]] : around_first[here[r] + 1]]))
        best = -1 if len(near) == 0 else near[np.argmin(bits_array(base, ident[[r]], kin[near]))]
        expected.append(best)
        free[best] &= best < 0
    assert found.tolist() == expected
    assert {-1} < set(expected), "some have a child, some have none"


@pytest.mark.parametrize("key", PLAIN)
def test_who_has_no_child_near_cannot_apply(key):
    under_way = let_pass(world(key, rel_child_near=0.0), 6)
    assert running(under_way).n_reached == 0 == sum(under_way.at_work.applications.values())


def test_a_unit_goes_when_nobody_lives_in_it_and_is_offered_to_nobody():
    under_way = let_pass(world("mantelzorgwoning", until="2026-10"), 24)
    w = under_way.world
    units = np.flatnonzero(w.d.kind == DwellingType.MANTELZORGUNIT)
    gone = units[w.d.state[units] == DwellingState.GONE]
    assert len(gone) > 5 and len(gone) < len(units)
    stands = np.setdiff1d(units, gone)
    assert (w.d.occupant[stands] >= 0).mean() > 0.9, "who left at the end of the month is noticed in the next"
    of_units = np.isin(w.v.dwelling[: w.counts[0]], units)
    assert (w.v.candidates[: w.counts[0]][of_units] == 0).all() and (w.v.taker[: w.counts[0]][of_units] == NOWHERE).all()
    assert violations(w, under_way.at_start, under_way.at_work) == []


def test_the_worth_of_the_home_that_is_sold_becomes_savings():
    under_way = world("mantelzorgwoning", eur_rent=512)
    w = under_way.world
    month.step(under_way)
    h, d = w.h, w.d
    due = np.array([plan[1] for plan in running(under_way).memory(Plots).plans])
    worth = np.where(d.tenure[h.home[due]] == Tenure.KOOP, np.clip(d.woz[h.home[due]] - h.debt[due], 0, None), 0) + h.wealth[due]
    month.step(under_way)
    moved = np.isin(due, w.m.household[moves_of(w, MoveReason.MANTELZORG)])
    np.testing.assert_allclose(h.wealth[due[moved]], worth[moved], rtol=1e-5)
    assert moved.sum() > 10 and (h.debt[due[moved]] == 0).all() and (h.rent[due[moved]] == 512).all()


def test_families_that_swap_leave_one_home_empty_the_childs():
    under_way = world("pre_mantelzorgwoning", rel_reverse=1.0)
    w = under_way.world
    month.step(under_way)
    plans = {senior: (home, child, plot) for _, senior, home, child, plot in running(under_way).memory(Plots).plans}
    month.step(under_way)
    k = moves_of(w, MoveReason.MANTELZORG)
    by_household = dict(zip(w.m.household[k].tolist(), k.tolist(), strict=True))
    swaps = [(i, *plan) for i, plan in plans.items() if plan[1] in by_household]
    assert len(swaps) > 3
    for senior, home, child, plot in swaps:
        first, second = by_household[senior], by_household[child]
        assert w.m.left_vacancy[first] == NOWHERE and w.m.from_dwelling[first] == home == w.m.to_dwelling[second]
        assert w.d.area[w.m.to_dwelling[first]] == w.d.area[home] and w.d.occupant[home] == child
        left = w.m.left_vacancy[second]
        assert w.v.dwelling[left] == plot and w.v.origin[left] == Origin.MANTELZORG
        assert w.d.rooms[home] >= w.h.rooms_needed[child] and w.h.rent[child] == 0
    let_pass(under_way, 12)
    assert violations(w, under_way.at_start, under_way.at_work) == []
    assert running(let_pass(world("pre_mantelzorgwoning", rel_declared=0.0), 4)).n_reached == 0, "without a declaration no permit"


def test_a_kangoeroewoning_takes_floor_and_rooms_from_the_main_home_and_stays_a_home():
    under_way = world("kangoeroewoning")
    w = under_way.world
    n, floor, rooms, woz = len(w.d.id), w.d.floor_area.copy(), w.d.rooms.astype(int), w.d.woz.copy()
    let_pass(under_way, 24)
    new = np.arange(n, len(w.d.id))
    main = np.flatnonzero(w.d.floor_area[:n] < floor - 1)
    assert len(new) == len(main) == w.totals["split"] > 10
    np.testing.assert_allclose(floor[main] - w.d.floor_area[main], 50)
    np.testing.assert_array_equal(rooms[main] - w.d.rooms[main], 2)
    assert w.d.woz[new].sum() + w.d.woz[main].sum() == pytest.approx(woz[main].sum(), rel=1e-5)
    assert (w.d.state[new] == DwellingState.IN_STOCK).all() and (w.d.tenure[new] == Tenure.VRIJE_HUUR).all()
    later = np.flatnonzero((w.m.vacancy[: w.counts[1]] >= 0) & (w.m.to_dwelling[: w.counts[1]] >= n))
    assert len(later) > 0 and (w.m.instruments[later] != 0).all(), "others live there when the parents have gone, through the instrument"


# a survey


PROFILE = PROFIELEN.index("complex_beschut")


def survey(**settings):
    under_way = world("woonbehoefteonderzoek", **{"rel_misread": 0.0} | settings)
    under_way.world.h.profile[:, 0] = PROFILE
    return under_way


def test_planned_homes_become_what_the_profile_with_the_gap_wants():
    under_way = survey(rel_steered=0.5, dur_lead=6)
    w = under_way.world
    before = type(w.d)(*(column.copy() for column in w.d))
    month.step(under_way)
    planned = np.flatnonzero(before.state == DwellingState.PLANNED)
    soon = planned[before.delivery[planned] < 6]
    later = np.setdiff1d(planned, soon)
    other = np.zeros(len(before.id), bool)
    for name in ("kind", "access", "tenure", "rooms", "floor_area", "woz", "rent", "age_label"):
        other |= (getattr(w.d, name) != getattr(before, name)) & (before.state == DwellingState.PLANNED)
    assert len(soon) and not other[soon].any(), "what is due within the lead time stays"
    assert other[later].mean() == pytest.approx(0.5, abs=0.15)
    homes = np.flatnonzero(other)
    scores = profile_scores(w.params, 1.0)[PROFILE][:, w.map.urban[w.d.area[homes]]]
    assert (w.d.kind[homes] == np.array(BUILT)[scores[list(BUILT)].argmax(axis=0)]).all()
    assert (w.d.access[homes] == Access.GESCHIKT).all()
    for name in ("id", "area", "delivery", "made_by"):
        np.testing.assert_array_equal(getattr(w.d, name), getattr(before, name), name)
    gap = running(under_way).memory(Survey).gap
    assert gap.argmax() == PROFILE and (np.delete(gap, PROFILE) == 0).all()


def test_an_answer_is_now_and_then_read_as_another_profile():
    under_way = survey(rel_misread=0.25)
    w = under_way.world
    one = running(under_way).settings
    rows = np.flatnonzero((w.h.state == HouseholdState.PRESENT) & (w.h.home >= 0)).astype(np.int32)
    wanted, _ = one.answers(w, rows)
    assert (wanted != PROFILE).mean() == pytest.approx(0.25, abs=0.04)
    assert len(np.unique(wanted)) == N_PROFIELEN


def test_who_lives_by_its_profile_in_a_home_that_can_be_adapted_is_no_gap():
    under_way = survey()
    w = under_way.world
    rows = np.flatnonzero((w.h.state == HouseholdState.PRESENT) & (w.h.home >= 0)).astype(np.int32)
    home = w.h.home[rows]
    _, short = running(under_way).settings.answers(w, rows)
    score = profile_scores(w.params, 1.0)[PROFILE, w.d.kind[home], w.map.urban[w.d.area[home]]]
    np.testing.assert_array_equal(short, (score < 0.75) | (w.d.access[home] == Access.ONGESCHIKT))


def test_a_survey_is_paid_each_time_and_changes_no_number_of_homes():
    under_way = let_pass(survey(dur_cycle=12, eur_survey=25000, rel_sample=0.2), 24)
    base = let_pass(burnt_in(months=24).copy(), 24)
    assert running(under_way).eur_spent == 50000 and under_way.world.totals["built"] == base.world.totals["built"]
    rows = [row for row in under_way.at_work.ledger if row["contacts"]]
    assert [row["month"] for row in rows] == [0, 12]
    at_start = world("woonbehoefteonderzoek")
    seniors = len(running(at_start).settings.target_group(at_start.at_work, at_start.world, (0, 2), np.uint64(0)))
    assert rows[0]["contacts"] == pytest.approx(0.2 * seniors, rel=0.2)
    poor = let_pass(survey(eur_budget=20000), 2)
    assert running(poor).eur_spent == 0 and "steered" not in poor.world.totals


def test_whoever_has_to_look_again_starts_a_new_search_this_month():
    w = world("woningdelen").world
    rows = np.flatnonzero((w.h.state == 1) & (w.h.home < 0))[:6].astype(np.int32)
    early = np.arange(len(rows))
    w.h.stage[rows], w.h.stage_month[rows], w.h.search_month[rows] = Stage.NIEUW_THUIS, -3, -3
    w.h.patience[rows], w.month, w.funnel[:] = [40, 41, 42, NEVER, 44, 45], 7, 0
    search_again(w, rows, early)
    assert len(rows) == 6 and (w.h.stage[rows] == Stage.WONINGZOEKEN).all()
    assert (w.h.stage_month[rows] == 7).all() and (w.h.search_month[rows] == 7).all()
    assert w.h.patience[rows].tolist() == [40, 40, 40, NEVER, 40, 40], "nobody waits longer than it would have"
    assert w.funnel[:, Stage.NIEUW_THUIS, FunnelKind.LEFT].sum() == w.funnel[:, Stage.WONINGZOEKEN, FunnelKind.ENTERED].sum() == 6
