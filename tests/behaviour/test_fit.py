"""Fit: five components in [0, 1]; what is better scores no lower; the kernels give what the definition gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.behaviour.fit import (
    GAP_HIGH,
    GAP_LOW,
    N_COMPONENTS,
    N_URBAN,
    Abode,
    Dweller,
    Moment,
    ages_and_classes,
    components,
    components_at,
    fit_at,
    make_tables,
    owner_cost,
)
from sim.behaviour.woonprofielen import N_PROFIELEN, pick_profiles, profielen, profile_edges
from sim.parameters import resolve
from sim.world.codes import Access, DwellingType, HouseholdClass, Tenure
from tests.twins import kernels as twins
from tests.worlds import burnt_in, housed_rows, scattered_dwellings, scattered_households

T = make_tables(resolve(), "2026-01")
URBAN = np.array([1, 3, 5, 0])
MONTH, SENIOR_AGE = 30, 55
SIZE, ACCESS, AFFORD, PLACE, PROFILE = range(N_COMPONENTS)
ARGUMENTS = {
    "cls": st.sampled_from([int(cls) for cls in HouseholdClass]),
    "age": st.integers(0, 110),
    "limit": st.integers(0, 2),
    "gap": st.integers(-12, 14),
    "income": st.floats(0, 2e5),
    "attachment": st.floats(0, 1),
    "first": st.integers(0, N_PROFIELEN - 1),
    "second": st.integers(0, N_PROFIELEN - 1),
    "access": st.integers(0, 2),
    "kind": st.integers(0, len(DwellingType) - 1),
    "urban": st.integers(0, N_URBAN - 1),
    "cost": st.floats(0, 4000),
    "km": st.floats(0, 200),
    "leaves": st.integers(0, 1),
}
ONE = st.fixed_dictionaries(ARGUMENTS)


def score(one, **change):
    """The components of one case, or of the same with a change."""
    one = {**one, **change}
    who, home = (group(**{name: one[name] for name in group._fields}) for group in (Dweller, Abode))
    return components(who, home, one["km"], one["leaves"], T)


@given(ONE)
def test_components_are_what_the_definition_says(one):
    got = score(one)
    expected = twins.components(*[*(one[name] for name in ARGUMENTS), T])
    assert [float(x) for x in got] == [float(x) for x in expected]
    assert all(0 <= x <= 1 for x in got)


def test_owners_pay_interest_and_upkeep():
    p = resolve()
    assert owner_cost(240000.0, 400000.0, T) == pytest.approx((240000 * p.rel_mortgage_rate + 400000 * p.rel_owner_upkeep) / 12)


@pytest.mark.parametrize("seed", range(4))
def test_a_whole_table_is_scored_as_one_by_one(seed):
    h, d = scattered_households(seed, 300, 200), scattered_dwellings(seed, 200)
    rows = np.flatnonzero(h.state == 1)
    got = components_at(h, rows, h.home[rows], Moment(MONTH, d, URBAN, SENIOR_AGE, T))
    np.testing.assert_array_equal(got, twins.components_at(h, rows, h.home[rows], MONTH, d, URBAN, SENIOR_AGE, T))
    assert (got[h.home[rows] < 0] == 0).all() and (got[h.home[rows] >= 0] > 0).any()


@pytest.mark.parametrize("seed", range(3))
def test_class_is_the_first_that_holds(seed):
    h = scattered_households(seed, 300, 200)
    rows = np.arange(300)
    ages, kinds = ages_and_classes(h.adult_birth, h.child_birth, rows, h.home, MONTH, SENIOR_AGE)
    assert ages.tolist() == [twins.oldest(h.adult_birth[i], MONTH) for i in rows]
    assert kinds.tolist() == [twins.kind_of(h.home[i], ages[i], h.child_birth[i], SENIOR_AGE) for i in rows]
    assert set(kinds.tolist()) == {int(cls) for cls in HouseholdClass}


@given(ONE)
def test_a_better_home_scores_no_lower_on_what_is_better(one):
    before = score(one)
    if one["access"] < Access.GESCHIKT:
        assert score(one, access=one["access"] + 1)[ACCESS] >= before[ACCESS]
    assert score(one, cost=one["cost"] / 2)[AFFORD] >= before[AFFORD]
    assert score(one, km=one["km"] / 2)[PLACE] >= before[PLACE]
    assert score(one, leaves=0)[PLACE] >= before[PLACE]
    assert score(one, income=one["income"] * 2 + 1)[AFFORD] >= before[AFFORD]
    if one["gap"] < 0:
        assert score(one, gap=one["gap"] + 1)[SIZE] >= before[SIZE], "a missing room is a loss"
    if one["gap"] > 2:
        assert score(one, gap=one["gap"] + 1)[SIZE] <= before[SIZE], "a third spare room is none to gain by"


def test_a_spare_room_is_missed_below_senior_age_only_and_no_more_than_two():
    p = resolve()
    young, senior = T["size"][0], T["size"][1]
    at = dict(zip(range(GAP_LOW, GAP_HIGH + 1), young, strict=True))
    assert at[2] == 1 == at[1] + p.rel_loss_no_spare == at[0] + 2 * p.rel_loss_no_spare
    assert at[0] - at[-1] == pytest.approx(p.rel_loss_too_small)
    assert at[3] == pytest.approx(1 - p.rel_loss_too_large / 2)
    assert (senior[-GAP_LOW : 3 - GAP_LOW] == 1).all()


@given(ONE)
def test_each_component_hangs_on_its_own_side_only(one):
    before = score(one)
    for change, part in (
        ({"access": 2 - one["access"]}, ACCESS),
        ({"gap": one["gap"] + 1}, SIZE),
        ({"cost": one["cost"] + 100}, AFFORD),
        ({"km": one["km"] + 1}, PLACE),
        ({"kind": (one["kind"] + 1) % 5}, PROFILE),
    ):
        after = score(one, **change)
        assert [k for k in range(N_COMPONENTS) if after[k] != before[k]] in ([], [part])


def test_weights_are_shares_and_fit_is_their_sum():
    np.testing.assert_allclose(T["weights"].sum(axis=1), 1)
    w = burnt_in().world
    rows = housed_rows(w)
    fit = fit_at(w.h, rows, w.h.home[rows], Moment(w.month, w.d, w.map.urban, SENIOR_AGE, w.tables))
    assert (fit >= 0).all() and (fit <= 1).all()
    assert fit.std() > 0.01


def test_a_limitation_that_is_there_weighs_more_than_one_that_may_come():
    for access in (Access.ONGESCHIKT, Access.AANPASBAAR):
        for age in range(40, 100):
            assert T["access"][1, access] <= T["future"][age, access]
        assert T["access"][2, access] <= T["access"][1, access]


def test_without_optimism_the_own_future_is_seen_as_it_is_and_with_all_of_it_not_at_all():
    blind, clear = make_tables(resolve({"rel_optimism": 1.0}), "2026-01"), make_tables(resolve({"rel_optimism": 0.0}), "2026-01")
    assert (blind["future"] == 1).all()
    assert (clear["future"][:, Access.ONGESCHIKT] < T["future"][:, Access.ONGESCHIKT]).all()
    assert (np.diff(clear["future"][50:90, Access.ONGESCHIKT]) <= 1e-12).all(), "the older, the likelier"


def test_profiles_are_shares_of_seniors_on_four_axes():
    assert sum(p.share for p in profielen(resolve())) == pytest.approx(1)
    assert all(0 <= x <= 1 for p in profielen(resolve()) for x in (p.community, p.town, p.comfort, p.care))
    u = (np.arange(40000) + 0.5) / 40000
    edges = profile_edges(resolve())[0]
    drawn = np.array([pick_profiles(first, second, edges) for first, second in zip(u, u[::-1], strict=True)])
    young = np.bincount(drawn[:, 0], minlength=N_PROFIELEN) / 40000
    expected = np.array([p.share for p in profielen(resolve())])
    np.testing.assert_allclose(young, expected / expected.sum(), atol=1e-4)
    assert (drawn[:, 0] != drawn[:, 1]).all(), "a second profile is another one"


def test_the_tenure_of_the_home_decides_whose_cost_counts():
    w = burnt_in().world.copy()
    rows = housed_rows(w)
    owner = rows[w.d.tenure[w.h.home[rows]] == Tenure.KOOP]
    before = components_at(w.h, rows, w.h.home[rows], Moment(w.month, w.d, w.map.urban, SENIOR_AGE, w.tables))
    w.h.rent[owner] += 1000
    after = components_at(w.h, rows, w.h.home[rows], Moment(w.month, w.d, w.map.urban, SENIOR_AGE, w.tables))
    np.testing.assert_array_equal(before, after)
