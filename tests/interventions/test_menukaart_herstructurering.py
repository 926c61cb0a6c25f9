"""Renovation and demolition: who is told, who is paid, when works begin, and who comes back."""

from __future__ import annotations

import numpy as np
import pytest

from sim import month
from sim.chains.vacancies import end_households
from sim.counts.invariants import violations
from sim.interventions.cards.herstructurering import Projects
from sim.world import law
from sim.world.codes import RESERVED, WAITING, WITHDRAWN, Access, Contact, DwellingState, HouseholdState, MoveReason, Origin, Stage, Trigger
from sim.world.columns import NOWHERE
from tests.worlds import at_work, burnt_in, let_pass, strong, tables_of

BOTH = ("renovatie", "sloop")
CONTACTS = {"renovatie": Contact.CORPORATIE_RENOVATIE, "sloop": Contact.CORPORATIE_SLOOP}


def working(key, months=24, **more):
    return at_work(burnt_in(months=months), {key: strong(key) | more})


def projects(under_way):
    return under_way.at_work.running[0].memory(Projects).under_way


def empty_now(one):
    """A home that was left and is not ready."""
    return one.ready != -1


def moves(w, reason):
    k = np.arange(int(w.counts[1]))
    return k[w.m.reason[k] == reason]


def rehoused(under_way):
    """Ledger rows of moves out of a home that is renovated or pulled down, by who was told to."""
    w, [programme] = under_way.world, under_way.at_work.running
    k = moves(w, MoveReason.FILL)
    return k[np.isin(w.m.from_dwelling[k], list(programme.memory(Projects).told)) & (w.m.instruments[k] != 0)]


@pytest.mark.parametrize("key", BOTH)
def test_who_must_move_is_told_why_and_searches_in_nood(key):
    under_way = working(key)
    w = under_way.world
    under_way.at_work.running[0].act(w)
    rows = np.flatnonzero(w.h.touched != 0)
    assert len(rows) == len(projects(under_way)) > 0
    assert (w.h.first_contact[rows] == CONTACTS[key]).all() and (w.h.contact_month[rows] == 0).all()
    assert (w.h.trigger[rows] == Trigger.REHOUSING).all() and (w.h.stage[rows] == Stage.WONINGZOEKEN).all()
    assert (w.h.search_month[rows] <= w.month).all() and (w.h.registered[rows] <= w.month).all()
    assert (under_way.at_work.uses.decisive[rows] & np.uint64(1) == 1).all()


@pytest.mark.parametrize("key", BOTH)
def test_homes_go_from_the_least_accessible_on_and_wijk_by_wijk(key):
    under_way = at_work(burnt_in("veldhoven", months=24), {key: strong(key)})
    w, [programme] = under_way.world, under_way.at_work.running
    homes = w.h.home[programme.settings._next(programme, w, len(w.h.id))]
    assert (np.diff(w.d.access[homes].astype(int)) >= 0).all() and set(w.d.access[homes]) == {Access.ONGESCHIKT, Access.AANPASBAAR}
    first = w.d.area[homes[w.d.access[homes] == Access.ONGESCHIKT]]
    assert (np.diff(first) != 0).sum() + 1 == len(np.unique(first)) > 1, "one wijk after the other"


@pytest.mark.parametrize("key", BOTH)
def test_so_many_homes_a_year_are_begun(key):
    under_way = let_pass(working(key, n_per_1000=20), 12)
    d = burnt_in(months=24).world.d
    n = int(((d.tenure == 1) & (d.state == DwellingState.IN_STOCK)).sum())
    assert under_way.at_work.running[0].n_reached == pytest.approx(20 * n / 1000, abs=1)


@pytest.mark.parametrize("key", BOTH)
def test_nobody_is_put_out_where_there_is_no_other_home(key, monkeypatch):
    monkeypatch.setattr(month.market, "meet", lambda w, force: None)
    under_way = working(key, dur_notice=2)
    w = under_way.world
    for _ in range(20):
        month.step(under_way)
        assert violations(w, under_way.at_start, under_way.at_work) == []
    waiting = [one for one in projects(under_way) if not empty_now(one)]
    assert len(waiting) > 20
    for one in waiting:
        assert w.d.occupant[one.home] == one.household >= 0 and w.d.state[one.home] == DwellingState.IN_STOCK
        assert w.h.stage[one.household] in (Stage.WONINGZOEKEN, Stage.VERHUIZEN, Stage.HUIDIGE_WONING)
    emptied = [one for one in projects(under_way) if empty_now(one)]
    assert all(w.h.state[one.household] == HouseholdState.ENDED for one in emptied), "only who died or left made room"
    assert len(moves(w, MoveReason.RETURN)) == 0 and under_way.at_work.running[0].eur_spent == 0


@pytest.mark.parametrize("key", BOTH)
def test_a_home_that_was_left_is_not_on_offer_until_the_works_are_done(key):
    dur = {"renovatie": "dur_works", "sloop": "dur_build"}[key]
    under_way = working(key, dur_notice=3, rel_return=0.0, **{dur: 4})
    w = under_way.world
    seen = 0
    for _ in range(20):
        month.step(under_way)
        assert violations(w, under_way.at_start, under_way.at_work) == []
        for one in filter(empty_now, projects(under_way)):
            assert w.d.occupant[one.home] == w.d.vacancy[one.home] == NOWHERE
            assert one.ready >= one.since + 3 + 4, "works begin when the notice is over, and take their time"
            seen += 1
        left = w.m.left_vacancy[rehoused(under_way)]
        assert (w.v.state[left] == WITHDRAWN).all()
    assert seen > 20
    ends = tables_of(under_way)["chains"].set_index("chain_id")["end_reason"]
    stands = w.d.state[w.m.from_dwelling[rehoused(under_way)]] != DwellingState.GONE  # a renovated home may be pulled down later
    assert stands.any() == (key == "renovatie")
    assert (ends.loc[w.m.chain[rehoused(under_way)]] == np.where(stands, "withdrawn", "demolished")).all()
    opens = tables_of(under_way)["moves"].loc[rehoused(under_way)]
    assert not opens["set_off_open"].any() and (opens["trigger"] == "rehousing").all() and opens["nood"].all()


def test_a_renovated_home_is_better_dearer_and_begins_a_chain():
    under_way = working("renovatie", rel_return=0.0, rel_step_free=0.5, rel_rent=0.2)
    w = under_way.world
    rent = w.d.rent.copy()
    let_pass(under_way, 20)
    rows = np.flatnonzero(w.v.origin[: w.counts[0]] == Origin.REHOUSING_DONE)
    homes = w.v.dwelling[rows]
    assert len(rows) > 10 and len(moves(w, MoveReason.RETURN)) == 0
    highest = law.amount("liberalisatiegrens", w.setting.start)
    np.testing.assert_allclose(w.d.rent[homes], np.maximum(rent[homes], np.minimum(rent[homes] * 1.2, highest)), rtol=1e-5)
    assert set(w.d.access[homes]) == {Access.AANPASBAAR, Access.GESCHIKT}
    assert (w.v.parent[rows] == NOWHERE).all() and (w.v.chain[rows] == rows).all()
    chains = tables_of(under_way)["chains"].set_index("chain_id").loc[rows]
    assert (chains["origin"] == "rehousing_done").all() and (chains["moves"] > 0).any()


def test_who_comes_back_has_its_own_home_at_its_old_rent_and_the_rise():
    under_way = working("renovatie", rel_return=1.0, rel_rent=0.1)
    w = under_way.world
    highest = law.amount("liberalisatiegrens", w.setting.start)
    rents, n = {}, 0
    for _ in range(20):
        rents.update({one.household: one.rent for one in projects(under_way)})
        first = int(w.counts[1])
        month.step(under_way)
        assert violations(w, under_way.at_start, under_way.at_work) == []
        for k in range(first, int(w.counts[1])):
            if w.m.reason[k] == MoveReason.RETURN:
                i, home = int(w.m.household[k]), int(w.m.to_dwelling[k])
                told = [j for j in range(k) if w.m.household[j] == i and w.m.from_dwelling[j] == home]
                assert told and w.m.to_dwelling[told[-1]] == w.m.from_dwelling[k], "it comes from where it was rehoused"
                assert w.m.to_rent[k] == pytest.approx(max(rents[i], min(rents[i] * 1.1, highest)), rel=1e-5)
                left = w.m.left_vacancy[k]
                assert w.v.origin[left] == Origin.REHOUSING_DONE and w.m.chain[k] == w.m.parent[k] == -1 and w.m.link[k] == 0
                assert w.v.dwelling[left] == w.m.from_dwelling[k] and w.v.state[left] >= WAITING
                n += 1
    assert n > 10


def test_step_free_homes_come_where_others_were_pulled_down():
    under_way = working("sloop", rel_return=0.0, rel_rebuilt=1.5, dur_build=2)
    w = under_way.world
    n = len(w.d.id)
    let_pass(under_way, 20)
    gone = under_way.at_work.running[0].memory(Projects).told - {one.home for one in projects(under_way) if not empty_now(one)}
    gone = [j for j in sorted(gone) if w.d.state[j] == DwellingState.GONE]
    new = np.arange(n, len(w.d.id))
    done = len(gone) - sum(map(empty_now, projects(under_way)))
    assert len(gone) > 10 and len(new) == int(1.5 * done)
    assert (w.d.access[new] == Access.GESCHIKT).all() and (w.d.made_by[new] == 1).all() and len(np.unique(w.d.id)) == len(w.d.id)
    assert set(w.d.area[new]) <= set(w.d.area[gone])
    first = [np.flatnonzero(w.v.dwelling[: w.counts[0]] == j)[0] for j in new]
    assert (w.v.origin[first] == Origin.NEW_BUILD).all()


def test_who_comes_back_gets_one_of_the_new_homes():
    w = let_pass(working("sloop", rel_return=1.0, rel_rebuilt=0.5), 20).world
    k = moves(w, MoveReason.RETURN)
    assert len(k) > 3 and (w.d.made_by[w.m.to_dwelling[k]] == 1).all()
    assert len(np.unique(w.m.to_dwelling[k])) == len(k)
    never = w.v.dwelling[: w.counts[0]]
    assert not np.isin(w.m.to_dwelling[k[w.h.home[w.m.household[k]] == w.m.to_dwelling[k]]], never).any(), "they never stood empty"


@pytest.mark.parametrize("key", BOTH)
def test_each_household_that_was_rehoused_is_paid_once_and_who_comes_back_not_again(key):
    under_way = let_pass(working(key, rel_return=1.0, eur_moving=8000), 20)
    w, [programme] = under_way.world, under_way.at_work.running
    assert programme.eur_spent == 8000 * len(rehoused(under_way)) > 0
    others = moves(w, MoveReason.FILL)  # who takes a home that was built on the spot
    others = others[(w.m.instruments[others] != 0) & ~np.isin(others, rehoused(under_way))]
    assert (w.d.made_by[w.m.to_dwelling[others]] == 1).all()
    assert programme.n_uses == len(rehoused(under_way)) + len(moves(w, MoveReason.RETURN)) + len(others)


@pytest.mark.parametrize("key", BOTH)
def test_no_more_are_told_than_can_be_paid(key):
    under_way = working(key, eur_budget=40000, eur_moving=8000, eur_fixed=600)
    w = under_way.world
    for _ in range(24):
        month.step(under_way)
        counting = (w.h.touched != 0) & (w.h.state == HouseholdState.PRESENT) & (w.h.stage != Stage.NIEUW_THUIS)
        assert 8000 * (len(rehoused(under_way)) + int(counting.sum())) <= 40000
        assert violations(w, under_way.at_start, under_way.at_work) == []
    assert len(rehoused(under_way)) == 4
    assert not any(empty_now(one) and one.ready < w.month - 1 for one in projects(under_way)), "works end, whatever money is left"


@pytest.mark.parametrize("key", BOTH)
def test_what_was_begun_is_finished_when_the_programme_ends(key):
    under_way = let_pass(working(key, until="2026-07"), 6)
    w, [programme] = under_way.world, under_way.at_work.running
    n = programme.n_reached
    let_pass(under_way, 18)
    assert programme.n_reached == n > 0
    assert all(w.d.occupant[one.home] >= 0 for one in projects(under_way) if not empty_now(one))
    assert len(projects(under_way)) < n / 2 and violations(w, under_way.at_start, under_way.at_work) == []


@pytest.mark.parametrize("key", BOTH)
def test_nothing_is_left_half_done_when_other_instruments_take_over(key):
    under_way = let_pass(working(key, dur_notice=1, **{"renovatie": {"dur_works": 30}, "sloop": {"dur_build": 30}}[key]), 14)
    w = under_way.world
    assert any(map(empty_now, projects(under_way)))
    under_way.equip({})
    assert violations(w, under_way.at_start, under_way.at_work) == [] and w.totals.get("under_works", 0) == 0
    let_pass(under_way, 3)
    assert violations(w, under_way.at_start, under_way.at_work) == []


@pytest.mark.parametrize("key", BOTH)
def test_a_couple_that_keeps_the_home_has_to_leave_it_too(key, monkeypatch):
    monkeypatch.setattr(month.market, "meet", lambda w, force: None)
    under_way = let_pass(working(key), 1)
    w = under_way.world
    one = projects(under_way)[0]
    i = one.household
    other = np.flatnonzero(w.h.state == HouseholdState.NOT_YET)[0]
    w.h.state[other], w.h.state[i] = HouseholdState.PRESENT, HouseholdState.ENDED
    w.h.home[other], w.h.home[i], w.d.occupant[one.home] = one.home, NOWHERE, other
    w.h.stage[other], w.h.touched[other], w.h.rent[other] = Stage.HUIDIGE_WONING, 0, 432
    under_way.at_work.running[0].act(w)
    assert (one.household, one.rent) == (other, 432)
    assert w.h.stage[other] == Stage.WONINGZOEKEN and w.h.trigger[other] == Trigger.REHOUSING and w.h.touched[other] == 1


@pytest.mark.parametrize("key", BOTH)
def test_a_home_that_was_let_again_is_left_alone(key, monkeypatch):
    monkeypatch.setattr(month.market, "meet", lambda w, force: None)
    under_way = let_pass(working(key), 1)
    w = under_way.world
    one = projects(under_way)[0]
    rows = np.array([one.household])
    end_households(w, rows, np.array([int(Origin.DEATH)]))
    w.h.state[rows] = HouseholdState.ENDED
    x = w.d.vacancy[one.home]
    w.v.state[x] = RESERVED
    under_way.at_work.running[0].act(w)
    assert one.home not in {other.home for other in projects(under_way)} and w.v.state[x] == RESERVED
