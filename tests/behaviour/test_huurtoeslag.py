"""Huurtoeslag: the law's own numbers by year, published and hand-worked cases, and what wealth after a sale takes away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.behaviour.fit import make_tables, net_rent, toeslag_limit
from sim.market.searchers import describe
from sim.parameters import resolve
from sim.world import law
from sim.world.codes import Tenure
from tests.twins import kernels as twins
from tests.worlds import burnt_in, housed_rows

T = {year: make_tables(resolve(), f"{year}-06") for year in (2024, 2025, 2026)}
YEARS = st.sampled_from([2024, 2025, 2026])
AOW = law.AOW_AGE


def toeslag(year, rent, gross, persons=1, adults=1, age=40, wealth=0.0):
    """Huurtoeslag of one household, euro per month."""
    limit = toeslag_limit(age, adults, persons, wealth, T[year])
    return rent - net_rent(float(rent), float(gross), persons, int(age >= AOW), limit, T[year])


PUBLISHED = [
    (2026, {"rent": 600, "gross": 22000, "age": 20}, 295),
    (2026, {"rent": 1200, "gross": 34000, "persons": 3, "adults": 2}, 492),
    (2026, {"rent": 710, "gross": 29000, "age": 70}, 307),
]


@pytest.mark.parametrize(("year", "case", "expected"), PUBLISHED)
def test_the_examples_of_dienst_toeslagen_come_out(year, case, expected):
    """D79; the amounts are rounded down to whole euros there."""
    assert int(toeslag(year, **case)) == expected


def test_an_example_of_2024_comes_out_to_the_cent():
    """D80: rent and service costs together 720 euro; the norm of the law is rounded up to a cent."""
    assert toeslag(2024, 720, 25000) == pytest.approx(329.20, abs=0.02)


# Twenty households by the law of 2026, worked out by hand: rent, gross income, persons, adults, age, wealth, and the amount.
BY_HAND = [
    (300, 15000, 1, 1, 30, 0, 97.48),  # 300 - 202.52
    (202.52, 15000, 1, 1, 30, 0, 0.0),  # nothing above the own part
    (498.20, 20000, 1, 1, 70, 0, 295.68),  # 498.20 - 202.52
    (600, 20000, 1, 1, 70, 0, 361.85),  # 295.68 + 0.65 x 101.80
    (713.02, 23425, 1, 1, 40, 0, 435.313),  # 295.68 + 0.65 x 214.82; the point itself takes nothing off
    (713.02, 24625, 1, 1, 40, 0, 408.313),  # 435.313 - 0.27 x 1,200 / 12
    (813.02, 20000, 1, 1, 40, 0, 475.313),  # 435.313 + 0.40 x 100
    (932.93, 20000, 1, 1, 40, 0, 523.277),  # 435.313 + 0.40 x 219.91
    (1500, 20000, 1, 1, 40, 0, 523.277),  # what is above the highest rent counts for nothing
    (700, 60000, 1, 1, 40, 0, 0.0),  # 426.85 - 0.27 x 36,575 / 12 is below nothing
    (498.20, 25000, 2, 2, 40, 0, 297.49),  # 498.20 - 200.71
    (713.02, 31500, 2, 2, 70, 0, 437.123),  # 297.49 + 0.65 x 214.82
    (764.14, 31500, 2, 2, 70, 0, 457.571),  # and 0.40 x 51.12: for two persons the lower edge holds
    (764.14, 31500, 3, 2, 40, 0, 470.351),  # 297.49 + 0.65 x 265.94: for three the higher
    (700, 37500, 3, 2, 40, 0, 318.66),  # 297.49 + 0.65 x 201.80 - 0.22 x 6,000 / 12
    (600, 20000, 1, 1, 20, 0, 295.68),  # below 21 the rent counts up to 498.20
    (600, 20000, 2, 1, 20, 0, 363.66),  # but not with a child: 297.49 + 0.65 x 101.80
    (600, 20000, 1, 1, 70, 38479, 361.85),  # at the limit of wealth
    (600, 20000, 1, 1, 70, 38480, 0.0),  # and a euro above it
    (600, 20000, 2, 2, 70, 76958, 363.66),  # a couple may have twice as much
]


@pytest.mark.parametrize(("rent", "gross", "persons", "adults", "age", "wealth", "expected"), BY_HAND)
def test_twenty_households_by_hand(rent, gross, persons, adults, age, wealth, expected):
    assert toeslag(2026, rent, gross, persons, adults, age, wealth) == pytest.approx(expected, abs=0.0005)


@pytest.mark.parametrize(("rent", "paid"), [(150, 10), (300, 0), (600, 3.5), (800, 6), (1000, 10)])
def test_of_ten_euro_more_rent_a_tenant_pays_none_a_part_or_all_by_the_slice(rent, paid):
    before, after = (rent + more - toeslag(2026, rent + more, 20000) for more in (0, 10))
    assert after - before == pytest.approx(paid)


@pytest.mark.parametrize("kind", range(4))
def test_the_factors_of_2025_are_those_that_follow_from_the_law(kind):
    """Art. 17 to 19: the norm is 238.01 at the lower point of income and 483.78 at the upper one, less by kind of household."""
    more, t = kind % 2, T[2025]
    for income, norm in ((t["toeslag_point"][kind], 238.01 - (1.82, 3.63)[more]), ((32625, 42475)[more], 483.78 - (2.27, 4.54)[more])):
        assert (t["toeslag_square"][kind] * income + t["toeslag_line"][kind]) * income == pytest.approx(norm, abs=0.005)


def test_before_2026_a_rent_above_the_limit_gets_nothing_and_the_limit_for_the_young_ends_at_23():
    assert toeslag(2025, 900.07, 20000) > 0 == toeslag(2025, 900.08, 20000)
    assert toeslag(2025, 500, 20000, age=22) == 0 < toeslag(2026, 500, 20000, age=22)
    assert toeslag(2025, 477.20, 20000, age=22) == pytest.approx(477.20 - 199.05)


CASE = {
    "year": YEARS,
    "rent": st.floats(0, 3000),
    "gross": st.floats(0, 120000),
    "size": st.integers(1, 8),
    "adults": st.integers(1, 2),
    "age": st.integers(18, 100),
    "wealth": st.floats(0, 1e5),
}


@given(st.fixed_dictionaries(CASE))
def test_net_rent_is_what_the_definition_says(one):
    t, who = T[one["year"]], (one["age"], one["adults"], one["size"], one["wealth"])
    limit = toeslag_limit(*who, t)
    assert limit == float(twins.toeslag_limit(*who, t))
    aow = int(one["age"] >= AOW)
    got = net_rent(one["rent"], one["gross"], one["size"], aow, limit, t)
    assert got == float(twins.net_rent(one["rent"], one["gross"], one["size"], aow, limit, t))
    assert 0 <= got <= one["rent"]


@given(st.fixed_dictionaries(CASE), st.floats(0, 500))
def test_a_higher_rent_never_costs_less_after_huurtoeslag(one, more):
    year, rest = one["year"], (one["gross"], one["size"], one["adults"], one["age"], one["wealth"])
    before, after = (rent - toeslag(year, rent, *rest) for rent in (one["rent"], one["rent"] + more))
    assert after >= before - 1e-9


@given(st.fixed_dictionaries(CASE), st.floats(0, 10000))
def test_a_higher_income_never_gets_more_huurtoeslag(one, more):
    rest = (one["size"], one["adults"], one["age"], one["wealth"])
    assert toeslag(one["year"], one["rent"], one["gross"] + more, *rest) <= toeslag(one["year"], one["rent"], one["gross"], *rest) + 1e-9


def test_who_sells_a_home_is_tested_on_savings_and_equity_and_a_tenant_on_savings():
    w = burnt_in().world
    rows = housed_rows(w)
    seekers = describe(w, rows)
    owns = w.d.tenure[w.h.home[rows]] == Tenure.KOOP
    equity = np.where(owns, np.clip(w.d.woz[w.h.home[rows]].astype(float) - w.h.debt[rows], 0, None), 0)
    most = law.amount("toeslag_wealth", "2026-01") * (w.h.adult_id[rows] > 0).sum(axis=1)
    none = w.h.wealth[rows].astype(float) + equity > most
    assert none[owns].any() and not none[~owns].all() and (w.h.wealth[rows][owns & none] < most[owns & none]).any()
    assert ((seekers["toeslag_limit"] == 0) == none).all()
