"""New homes: sold or let before they stand, to who can wait, and the head of a chain from the month in which they do."""

from __future__ import annotations

import numpy as np
import pytest

from sim import run
from sim.chains import programme
from sim.chains.new_homes import months_ahead
from sim.counts.invariants import violations
from sim.market.market import meet
from sim.population.setting import flats
from sim.population.setting import programme as programme_of
from sim.world.codes import DwellingState, MoveReason, Origin, Tenure, VacancyState
from sim.world.columns import NEVER, NOWHERE
from sim.world.places import resolve
from tests.worlds import FOLLOW_UP, LIVELY, at_work, burnt_in, let_pass, strong, tables_of

PLACE, MONTHS = "veldhoven", 24
NEW = int(Origin.NEW_BUILD)
AT_DELIVERY = {"dur_presale_koop": 0, "dur_presale_huur": 0}


@pytest.fixture(scope="module")
def ran():
    return let_pass(at_work(burnt_in(PLACE, months=MONTHS, lively=False), {}), MONTHS)


def new_vacancies(w):
    rows = np.flatnonzero(w.v.origin[: int(w.counts[0])] == NEW)
    return rows, w.v.dwelling[rows]


def test_a_new_home_is_on_offer_so_long_before_it_stands_and_nobody_lives_in_it_before(ran):
    w = ran.world
    rows, homes = new_vacancies(w)
    ahead = months_ahead(w.params)
    assert ahead[Tenure.KOOP] == w.params.dur_presale_koop and ahead[Tenure.CORPORATIE] == w.params.dur_presale_huur
    early = w.d.delivery[homes] - ahead[w.d.tenure[homes]]
    assert (w.v.offered[rows] == np.maximum(w.setting.first_month, early)).all()
    assert (w.v.opened[rows] == w.d.delivery[homes]).all()
    n = int(w.counts[1])
    filled = np.flatnonzero((w.m.vacancy[:n] >= 0) & np.isin(w.m.vacancy[:n], rows))
    stood = w.d.delivery[w.m.to_dwelling[filled]]
    assert (w.m.month[filled] >= stood).all()
    in_time = w.m.month[filled] == stood
    assert 0.3 < in_time[w.d.tenure[w.m.to_dwelling[filled]] == Tenure.KOOP].mean() < 1
    waiting = (w.d.state == DwellingState.PLANNED) & (w.d.vacancy != NOWHERE)
    assert (w.v.state[w.d.vacancy[waiting]] == VacancyState.RESERVED).any() and (w.d.occupant[waiting] == NOWHERE).all()
    assert violations(w, ran.at_start, ran.at_work) == []


def test_a_chain_begins_when_its_home_stands_and_none_begins_after_the_run(ran):
    w, tables = ran.world, tables_of(ran)
    chains = tables["chains"].query("origin == 'new_build'").set_index("chain_id")
    rows, homes = new_vacancies(w)
    run_now = (w.d.delivery[homes] >= 0) & (w.d.delivery[homes] < w.month)
    assert sorted(chains.index) == sorted(rows[run_now])
    assert (chains["start_month"].loc[rows[run_now]] == w.d.delivery[homes[run_now]]).all()
    assert (w.d.delivery[homes] >= w.month).any()  # some are sold and do not stand yet
    built = np.isin(w.d.delivery, np.arange(MONTHS)) & (w.d.made_by == 0)
    assert len(chains) == built.sum()  # also those that were on offer at month 0


def test_who_needs_a_home_now_does_not_respond_to_one_that_stands_later(ran):
    w = ran.world.copy()
    met = meet(w, ran.at_work.in_force)
    seekers, at, answers = met.seekers, met.offers.at, met.responses
    chosen = [(s, answers.offer[s, side * 4 + k]) for s in range(len(seekers)) for side in range(2) for k in range(answers.n[s, side])]
    s, o = (np.array(some) for some in zip(*chosen, strict=True))
    ahead, nood, housed = at["ahead"][o], seekers["nood"][s] == 1, w.h.home[seekers["row"][s]] >= 0
    assert (ahead[nood] <= w.params.dur_wait_nood).all() and (ahead <= w.params.dur_wait).all()
    patience = w.h.patience[seekers["row"][s]].astype(int) - w.month
    assert (ahead <= patience)[~housed].all()
    assert (ahead[~nood] > w.params.dur_wait_nood).any() and (ahead[housed] > 0).any()
    arrivals = ~housed & (w.h.patience[seekers["row"][s]] != NEVER)
    assert (ahead[arrivals] > 0).any()


def test_without_sale_ahead_nothing_is_on_offer_before_it_stands():
    one = run.burn_in("terschelling", 1, 12, 6, 4, behaviour=LIVELY | AT_DELIVERY)
    w = let_pass(at_work(one, {}), 12).world
    rows, homes = new_vacancies(w)
    assert (
        len(rows)
        and (w.v.offered[rows] == w.d.delivery[homes]).all()
        and (w.d.vacancy[w.d.state == DwellingState.PLANNED] == NOWHERE).all()
    )


def test_the_placebo_delays_a_home_that_nobody_can_have_taken(ran):
    w = burnt_in(PLACE, months=MONTHS, lively=False).world.copy()
    before = w.d.delivery.copy()
    assert programme.delay_first(w)
    (moved,) = np.flatnonzero(before != w.d.delivery)
    assert w.d.vacancy[moved] == NOWHERE and w.d.delivery[moved] == before[moved] + 1


def test_flats_are_the_odds_of_the_place_at_the_level_of_the_country():
    pct, built, level = np.array([20.0, 80.0, np.nan, 0.0, 100.0]), np.array([300.0, 100.0, 50.0, 0.0, 0.0]), 0.5
    share = flats(pct, built, level)
    odds = share[:2] / (1 - share[:2])
    assert odds[0] / odds[1] == pytest.approx((0.2 / 0.8) / (0.8 / 0.2))
    assert odds[0] == pytest.approx(0.25 * (0.65 / 0.35))  # 35 % in the country: what was built there, of those that are known
    assert share[2:].tolist() == pytest.approx([level, 0, 1])


def test_the_country_builds_about_the_share_of_flats_that_is_asked():
    whole = programme_of(resolve("nederland"), burnt_in().world.params)
    asked = burnt_in().world.params.rel_programme_meergezins
    assert (whole.flats * whole.built).sum() / whole.built.sum() == pytest.approx(asked, abs=0.02)
    assert whole.flats.min() < 0.2 and whole.flats.max() > 0.8


@pytest.mark.parametrize("dur_build", [0, 2, 24])
def test_homes_of_an_instrument_stand_after_the_building_time_however_early_they_are_sold(dur_build):
    months = 30
    world = at_work(
        burnt_in(PLACE, months=months, lively=False),
        {"seniorenwoningen": strong("seniorenwoningen") | {"dur_build": dur_build, "capacity": 2}},
    )
    w = let_pass(world, months + FOLLOW_UP).world
    mine = np.flatnonzero(w.d.made_by > 0)
    per_month = np.bincount(w.d.delivery[mine], minlength=months)
    assert per_month[:dur_build].sum() == 0 and set(per_month[dur_build:].tolist()) == {2} and len(per_month) == w.setting.last_month
    assert (w.d.state[mine] == DwellingState.IN_STOCK).all()
    rows = w.d.vacancy[mine[w.d.vacancy[mine] != NOWHERE]]
    n = int(w.counts[0])
    all_rows = np.flatnonzero(np.isin(w.v.dwelling[:n], mine) & (w.v.origin[:n] == NEW))
    lead = w.d.delivery[w.v.dwelling[all_rows]] - w.v.offered[all_rows]
    most = months_ahead(w.params)[w.d.tenure[w.v.dwelling[all_rows]]]
    assert (lead == np.minimum(most, dur_build)).all() and len(all_rows) == len(mine)
    moved = np.flatnonzero((w.m.reason[: int(w.counts[1])] == MoveReason.FILL) & np.isin(w.m.vacancy[: int(w.counts[1])], all_rows))
    assert (w.m.month[moved] >= w.d.delivery[w.m.to_dwelling[moved]]).all() and len(rows) < len(mine)
