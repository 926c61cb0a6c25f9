"""The first part of a month: the kernels do to the columns what the plain comparison of columns does, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from sim import month
from sim.behaviour import fit, founding, funnel, reactions, sitting_rent
from sim.behaviour.fit import Moment
from sim.demography.describe import birthdays, describe
from sim.population.persons import rooms_needed
from sim.population.tenancy import yearly_fall
from sim.world.codes import EventKind, HouseholdState, Stage, Trigger
from sim.world.columns import ABSENT, Households, copy
from sim.world.world import World
from tests.twins import month as twins
from tests.worlds import at_work, burnt_in, everything, in_areas, let_pass, pick, scattered_dwellings, scattered_households, spread

MONTH, SENIOR_AGE = 30, 55
T = burnt_in().world.tables
URBAN = np.array([1, 3, 5, 0])
PRESENT = int(HouseholdState.PRESENT)


def families(seed: int, n: int = 3000) -> Households:
    """Households of every type, with children of every age and sex in any place."""
    h = scattered_households(seed, n, n)
    h.kind[:] = pick(seed, "kind", n, range(5))
    for k in range(h.child_birth.shape[1]):
        age = pick(seed, f"age of child {k}", n, [-1, 0, 1, 11, 12, 17, 18, 30])
        there = pick(seed, f"child {k}", n, [True, True, False])
        h.child_birth[:, k] = np.where(there, MONTH - 12 * age - pick(seed, f"born {k}", n, range(12)), ABSENT)
        h.child_id[:, k] = h.id + np.uint64(k) * pick(seed, f"girl {k}", n, np.array([1, 2], np.uint64))
    h.income_z[:] = spread(seed, "place", n, -3, 3)
    h.rent_path_end[:] = pick(seed, "path", n, [int(ABSENT), int(ABSENT), 60])
    h.rent[:] *= pick(seed, "tenant", n, [0, 1, 1])
    return h


def same(got: Households, expected: Households) -> None:
    for name, column in got._asdict().items():
        np.testing.assert_array_equal(column, getattr(expected, name), name)


def world() -> World:
    """A world of four areas with instruments at work, some months on."""
    return let_pass(at_work(in_areas(), everything()), 3).world


@pytest.mark.parametrize("seed", range(3))
def test_a_household_is_described_as_the_columns_say(seed):
    one, other = families(seed), families(seed)
    rows = np.flatnonzero(one.state == PRESENT)
    rows = np.concatenate((rows, rows[:50]))  # a row may be named twice
    describe(one, rows, MONTH)
    twins.describe(other, rows, MONTH)
    same(one, other)
    assert len(np.unique(one.kind[rows])) == 5 and len(np.unique(one.rooms_needed[rows])) > 5
    np.testing.assert_array_equal(rooms_needed(one, slice(5, 900), MONTH), twins.rooms_needed(one, slice(5, 900), MONTH))


@pytest.mark.parametrize("now", [-36, -8, -1, 0, 1, 8, 30, 200])
def test_a_household_has_one_birthday_a_year(now):
    h = families(1)
    h.adult_birth[:, 0] = np.where(pick(1, "widowed", len(h.id), [True, False, False]), ABSENT, h.adult_birth[:, 0])
    np.testing.assert_array_equal(birthdays(h.state, h.adult_birth, now), twins.birthdays(h, now))
    year = np.concatenate([birthdays(h.state, h.adult_birth, k) for k in range(now, now + 12)])
    np.testing.assert_array_equal(np.sort(year), np.flatnonzero(h.state == PRESENT))


def test_only_who_has_no_home_and_none_in_sight_runs_out_of_patience():
    h = families(2)
    h.patience[:] = pick(2, "patience", len(h.id), [MONTH - 1, MONTH, MONTH + 1])
    gone = month.out_of_patience(h.patience, h.state, h.home, h.reserved, MONTH)
    np.testing.assert_array_equal(gone, twins.out_of_patience(h, MONTH))
    assert len(gone) > 20


@pytest.mark.parametrize("seed", range(3))
def test_fit_is_the_weighted_sum_of_its_components(seed):
    h, d = families(seed), scattered_dwellings(seed, 3000)
    rows = np.arange(3000)
    homes = np.where(pick(seed, "elsewhere", 3000, [True, False]), pick(seed, "there", 3000, range(-1, 3000)), h.home)
    for n in (1, 2, 3000):
        at = (MONTH, d, URBAN, SENIOR_AGE, T)
        np.testing.assert_array_equal(fit.fit_at(h, rows[:n], homes[:n], Moment(*at)), twins.fit_at(h, rows[:n], homes[:n], *at))
    fit.refresh(h, rows, Moment(MONTH, d, URBAN, SENIOR_AGE, T))
    np.testing.assert_array_equal(h.fit_here, twins.fit_at(h, rows, h.home, MONTH, d, URBAN, SENIOR_AGE, T).astype(np.float32))


@pytest.mark.parametrize("seed", range(3))
def test_in_a_year_rents_of_those_whose_year_it_is_fall_behind_unless_they_follow_a_path(seed):
    w = burnt_in().world.copy()
    w.h, before = families(seed), families(seed)
    w.h.home[:] = before.home[:] = np.minimum(before.home, len(w.d.id) - 1)
    rows = np.flatnonzero(w.h.state == PRESENT).astype(np.int32)[::2]
    sitting_rent.pass_year(w, rows)
    falls = np.isin(np.arange(len(w.h.id)), rows) & (before.home >= 0) & (before.rent > 0) & (before.rent_path_end == ABSENT)
    assert 0 < falls.sum() < len(rows)
    fall = yearly_fall(w.params)[w.d.tenure[before.home[falls]]]
    assert len(np.unique(fall)) == 3
    np.testing.assert_allclose(w.h.rent[falls], before.rent[falls] * (1 - fall), rtol=1e-6)
    before.rent[falls] = before.rent_full[falls] = w.h.rent[falls]
    same(w.h, before)


def test_income_and_rent_of_who_has_a_birthday_are_new_and_so_is_the_fit_of_the_home():
    one = let_pass(burnt_in().copy(), 1)
    w = one.world
    rows = birthdays(w.h.state, w.h.adult_birth, w.month)
    expected = copy(w.h)
    describe(expected, rows, w.month)
    w.h.fit_here[rows] = -1
    month.look_again(w, np.zeros(0, np.int32))
    housed = rows[w.h.home[rows] >= 0]
    now = fit.moment(w)
    np.testing.assert_array_equal(w.h.income, expected.income)
    np.testing.assert_array_equal(w.h.fit_here[housed], fit.fit_at(w.h, housed, w.h.home[housed], now).astype(np.float32))
    assert len(housed) > 20


def test_households_begin_as_the_columns_say():
    one, other = world(), world()
    h = one.h
    rows = np.flatnonzero((h.state == HouseholdState.NOT_YET) & (h.adult_birth != ABSENT).any(axis=1)).astype(np.int32)
    present = np.flatnonzero(h.state == PRESENT)
    parents = present[pick(1, "parent", len(rows), range(len(present)))].astype(np.int32)
    kinds = pick(1, "kind", len(rows), [EventKind.ARRIVAL, EventKind.LEAVE_HOME, EventKind.SEPARATION]).astype(np.uint8)
    parents[kinds == EventKind.ARRIVAL] = -1
    founding.found(one, rows, kinds, parents)
    twins.found(other, rows, kinds, parents)
    same(one.h, other.h)
    assert len(rows) > 30 and set(h.scope[rows].tolist()) >= {0, 1}
    assert (h.origin_area[rows] >= 0).all()
    everybody = np.arange(len(h.id), dtype=np.int32)[h.adult_birth[:, 0] != ABSENT]
    founding.draw_households(one, everybody)
    twins.draw_households(other, everybody)
    same(one.h, other.h)


@pytest.mark.parametrize("seed", range(4))
def test_life_events_set_off_the_journeys_that_the_columns_say(seed):
    one, other = world(), world()
    n = len(one.h.id)
    rows = np.concatenate((np.arange(n), np.arange(0, n, 3))).astype(np.int32)  # to some, two things happen
    kinds = [Trigger.NONE, Trigger.SIZE, Trigger.FALL, Trigger.LOSS_OF_PARTNER, Trigger.CHILDREN_LEFT]
    triggers = pick(seed, "trigger", len(rows), kinds).astype(np.uint8)
    before = one.h.stage.copy()
    reactions.react(one, rows, triggers)
    twins.react(other, rows, triggers)
    same(one.h, other.h)
    np.testing.assert_array_equal(one.funnel, other.funnel)
    assert {int(stage) for stage in one.h.stage[one.h.stage != before]} == {Stage.WOONWENS, Stage.WONINGZOEKEN}


def test_the_funnel_counts_each_step_once_out_and_once_in():
    one, other = world(), world()
    rows = np.flatnonzero(one.h.state == PRESENT)
    before = one.funnel.sum()
    for stage in Stage:
        funnel.count_step(one, rows, stage)
        twins.count_step(other, rows, stage)
    np.testing.assert_array_equal(one.funnel, other.funnel)
    assert one.funnel.sum() - before == 2 * len(rows) * len(Stage)
    same(copy(one.h), other.h)
