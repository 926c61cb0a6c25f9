"""Who stands on the list of the corporaties without searching: dormant or alert, awake by a key alone, ranked as everybody is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import month
from sim.behaviour import registration
from sim.behaviour.registration import Insured, pass_kernel, renewal
from sim.levers import nothing_in_force
from sim.market import market as market_module
from sim.world.chance import Draws, Purpose, uniform
from sim.world.codes import ENTERED, LEFT, OBSTACLE, HouseholdState, Stage, Tenure, Trigger
from sim.world.columns import ABSENT, NEVER, NOWHERE, copy
from tests.worlds import at_work, burnt_in, everything, housed_rows, let_pass, running, scattered_households, strong

MONTH = 30
OFTEN = {"rel_alert": 0.7, "p_alert": 0.5}


def by(**changed) -> Insured:
    """What happens to registrations in a month, often enough to be seen."""
    keys = (Draws(1).base(purpose, MONTH) for purpose in (Purpose.REGISTER, Purpose.ALERT, Purpose.AWAKE))
    return Insured(*keys, 0.2, 0.3, 0.6, 0.5)._replace(**changed)


def wakeful(one=None, **changed):
    """A run in which many are awake on the list."""
    one = burnt_in().copy() if one is None else one
    one.world.params = replace(one.world.params, **OFTEN | changed)
    return one


def alert(w) -> np.ndarray:
    with w.draws.replay():
        return uniform(w.draws.base(Purpose.ALERT), w.h.id) < w.params.rel_alert


def test_a_month_on_the_list_is_what_the_columns_say():
    h = scattered_households(3, 4000, 3000)
    was, b = copy(h), by()
    pass_kernel(h, MONTH, b)
    free = (was.state == HouseholdState.PRESENT) & (was.home >= 0) & (was.reserved == NOWHERE) & (was.stage != Stage.WONINGZOEKEN)
    u, listed = uniform(b.renewal, h.id), was.registered != NEVER
    begins, lapses = free & ~listed & (u < 0.2), free & listed & (u < 0.3)
    np.testing.assert_array_equal(h.registered, np.where(begins, MONTH, np.where(lapses, NEVER, was.registered)))
    np.testing.assert_array_equal(h.first_response, np.where(lapses, ABSENT, was.first_response))
    wakes = free & (h.registered != NEVER) & (h.stage < Stage.WONINGZOEKEN)
    wakes &= (uniform(b.kind, h.id) < 0.6) & (uniform(b.waking, h.id) < 0.5)
    np.testing.assert_array_equal(h.awake, np.where(wakes, MONTH, was.awake))
    for name in set(h._fields) - {"registered", "first_response", "awake"}:
        np.testing.assert_array_equal(getattr(h, name), getattr(was, name), name)
    assert min(begins.sum(), lapses.sum(), wakes.sum()) > 50


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
def test_the_start_is_the_long_run_of_who_registers_and_who_lets_it_lapse(share):
    w = burnt_in("veldhoven", lively=False).world.copy()
    w.params = replace(w.params, rel_registered_long=share, dur_registered=60.0, p_alert=0.0)
    w.draws = Draws(5)
    rows = housed_rows(w)
    w.h.stage[rows], w.h.reserved[rows] = Stage.HUIDIGE_WONING, NOWHERE
    n, lived = len(w.h.id), 600
    there, since = registration.long_run(w, n, np.full(n, lived), np.full(n, lived), np.zeros(n, bool))
    w.h.registered[:] = np.where(there, w.month - since, NEVER)
    first = [(w.h.registered[rows] != NEVER).mean(), since[rows][there[rows]].sum()]
    for _ in range(120):
        registration.pass_month(w)
        w.month += 1
    listed = w.h.registered[rows] != NEVER
    last = [listed.mean(), (w.month - w.h.registered[rows][listed].astype(int)).sum()]
    assert first[0] == pytest.approx(share, abs=0.02) and last[0] == pytest.approx(share, abs=0.02)
    if 0 < share < 1:
        assert last[1] == pytest.approx(first[1], rel=0.06), "nor do those on the list stand on it for longer"


def test_who_registers_and_who_lets_it_lapse_are_in_balance():
    for share in (0.0, 0.3, 0.9, 1.0):
        begins, lapses = renewal(replace(burnt_in().world.params, rel_registered_long=share))
        assert 0 <= begins <= 1 and 0 <= lapses <= 1
        assert begins * (1 - share) == pytest.approx(lapses * share)


def test_who_is_awake_hangs_on_the_month_and_the_household_alone():
    """With instruments at work, and with nothing on offer, the same households are awake: those who stand as they do without."""
    worlds = [wakeful(), wakeful(at_work(burnt_in(), everything())), wakeful()]
    worlds[2].world.v.state[:] = 0
    for one in worlds:
        registration.pass_month(one.world)
    first, *others = (one.world for one in worlds)
    awake = first.h.awake == first.month
    assert awake.sum() > 100
    for other in others:
        np.testing.assert_array_equal(other.h.awake == other.month, awake)
    let_pass(worlds[0], 1)
    again = worlds[0].world
    registration.pass_month(again)
    assert 0.2 < (again.h.awake == again.month)[awake].mean() < 0.8, "the next month wakes others"


def test_who_is_dormant_never_responds_without_a_search():
    one = wakeful()
    w = one.world
    searched, dormant = np.zeros(len(w.h.id), bool), ~alert(w)
    w.h.responded[:] = ABSENT
    for _ in range(8):
        searched |= (w.h.stage >= Stage.WONINGZOEKEN) | (w.h.home < 0)
        month.step(one)
        searched |= (w.h.stage >= Stage.WONINGZOEKEN) & (w.h.trigger != Trigger.ALERT)
    responded = w.h.responded != ABSENT
    assert not (responded & dormant & ~searched).any()
    assert (responded & ~searched).sum() > 50, "the others do"


def test_who_is_awake_looks_at_corporatie_homes_alone_and_meets_no_obstacle():
    one = wakeful(rel_alert=1.0, p_alert=1.0)
    w = one.world
    registration.pass_month(w)
    w.h.registered[w.h.awake == w.month] = -900  # for longer than anybody who searches
    w.h.taste_here[w.h.awake == w.month] -= np.float32(0.3)  # so that many see something better
    met = market_module.meet(w, nothing_in_force())
    idle = met.seekers["alert"] == 1
    rows = met.rows[idle]
    here = w.month < w.h.departs.astype(int) - int(w.params.dur_look_elsewhere)
    looks = (w.h.awake == w.month) & (w.h.stage < 2) & (w.h.reserved == NOWHERE) & here
    np.testing.assert_array_equal(np.sort(rows), np.flatnonzero(looks))
    responses = met.responses
    assert (responses.n[idle, 1] == 0).all() and responses.n[idle, 0].sum() > 30 and responses.n[~idle, 1].sum() > 0
    homes = responses.offer[idle, 0][responses.n[idle, 0] > 0]
    assert (met.offers.at["tenure"][homes] == Tenure.CORPORATIE).all()
    w.funnel[:] = 0
    before = w.h.stage.copy()
    obstacles = market_module.take(w, met, np.zeros(len(met.seekers), np.uint64))
    assert (obstacles[idle] == -1).all() and (obstacles[~idle] >= 0).any()
    assert w.funnel[:, :, OBSTACLE].sum() == (obstacles >= 0).sum()
    won = rows[met.cleared.offer[idle] >= 0]
    assert len(won) > 0, "some win by the time that they have been registered"
    assert (w.h.stage[won] == Stage.VERHUIZEN).all()
    new = won[before[won] == Stage.HUIDIGE_WONING]
    assert (w.h.trigger[new] == Trigger.ALERT).all() and len(new) > 0
    np.testing.assert_array_equal(w.h.search_month[won], w.h.first_response[won])
    assert (w.h.first_response[won] != ABSENT).all() and (w.h.responded[won] == w.month).all()
    assert w.funnel[:, Stage.VERHUIZEN, ENTERED].sum() == w.funnel[:, :, LEFT].sum() == (met.cleared.offer >= 0).sum()
    asleep = np.setdiff1d(rows, won)
    assert (w.h.stage[asleep] == before[asleep]).all(), "who wins nothing goes back to sleep as it was"


def test_where_nobody_is_alert_only_who_searches_looks():
    one = wakeful(p_alert=0.0)
    for _ in range(3):
        registration.pass_month(one.world)
        met = market_module.meet(one.world, nothing_in_force())
        assert len(met.seekers) > 10 and (met.seekers["alert"] == 0).all()
        one.world.month += 1


def test_the_registered_are_counted_and_so_are_those_of_them_who_react():
    one = let_pass(wakeful(), 14)
    w, row = one.world, one.records.months[-1]
    here = w.h.state == HouseholdState.PRESENT
    listed, recent = here & (w.h.registered != NEVER), here & (w.h.responded.astype(int) >= w.month - 12)
    assert row["registered"] == listed.sum() > row["registered_responding"] == (listed & recent).sum() > 0
    assert row["responding"] == recent.sum() > row["registered_responding"], "who got a home has spent its registration"


def test_a_share_stays_registered_when_it_moves_and_the_rest_does_not():
    one = wakeful()
    w = one.world
    kept, n = 0, 0
    for _ in range(14):
        before, first = np.where(w.h.state == HouseholdState.PRESENT, w.h.registered, NEVER), int(w.counts[1])
        month.step(one)
        moves = np.arange(first, int(w.counts[1]))
        moves = moves[(w.m.reason[moves] == 0) & (before[w.m.household[moves]] != NEVER)]
        i, social = w.m.household[moves], w.d.tenure[w.m.to_dwelling[moves]] == Tenure.CORPORATIE
        stays = w.h.registered[i] != NEVER
        anew = np.where(social, w.month - 1, before[i])
        np.testing.assert_array_equal(w.h.registered[i][stays], anew[stays])
        assert (w.h.first_response[i] == ABSENT).all()
        kept, n = kept + int(stays.sum()), n + len(i)
    assert n > 80 and kept / n == pytest.approx(w.params.rel_registered_long, abs=0.2)


@pytest.mark.parametrize("capacity", [None, 3])
def test_what_is_for_who_searches_is_for_who_is_awake_with_a_limit_or_without(capacity):
    one = wakeful(at_work(burnt_in(), {"voorrang": {**strong("voorrang"), "capacity": capacity}}))
    w, rule = one.world, running(one)
    registration.pass_month(w)
    awake = (w.h.awake == w.month) & (w.h.stage < Stage.WONINGZOEKEN)
    found = rule.candidates(w)
    assert np.array_equal(found, np.unique(found))
    searching = found[~awake[found]]
    assert (w.h.stage[searching] == Stage.WONINGZOEKEN).all() and len(searching) > 3
    anybody = rule.candidates_in(w, (int(Stage.HUIDIGE_WONING), int(Stage.WOONWENS)))
    expected = anybody[awake[anybody]]
    np.testing.assert_array_equal(found[awake[found]], expected)
    assert 0 < len(expected) < len(anybody)


def idle(h, rows, now: int) -> np.ndarray:
    """Whether households have a home, do not search, and took no step in a month."""
    return (h.stage[rows] < Stage.WONINGZOEKEN) & (h.stage_month[rows] < now) & (h.home[rows] >= 0) & (h.reserved[rows] == NOWHERE)


def test_a_ghost_is_awake_in_the_months_in_which_its_household_is():
    """Where both stand as they did at the beginning of the month: a step of either may come in between."""
    one = wakeful(at_work(burnt_in(), everything()))
    n = awake = 0
    for _ in range(12):
        month.step(one)
        w, g = one.world, one.at_work.ghosts
        last, rows = w.month - 1, np.flatnonzero((g.h.state[: g.n] == HouseholdState.PRESENT) & (g.born[: g.n] < w.month - 1))
        rows = rows[idle(g.h, rows, last) & idle(w.h, g.of[rows], last)]
        rows = rows[g.h.registered[rows] == w.h.registered[g.of[rows]]]
        np.testing.assert_array_equal(g.h.awake[rows] == last, w.h.awake[g.of[rows]] == last)
        n, awake = n + len(rows), awake + int((g.h.awake[rows] == last).sum())
    assert n > 50 and awake > 5
