"""What a corporatie asks: more for a better home, within the caps of policy and law; and what a sitting tenant pays since then."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.parameters import resolve
from sim.population import build, dwellings, persons, streefhuur, tenancy
from sim.population.streefhuur import NEW, PERIODS, POLICIES, Homes, at_contract, capped, highest_rent, points_of, rent_law, wanted, within
from sim.world import law
from sim.world.chance import Purpose, hash_ints
from sim.world.codes import Access, DwellingType, Tenure
from sim.world.places import resolve as resolve_place

P = resolve()
STARTS = ("2024-01", "2025-01", "2026-01")
N = 4000
IDS = np.array([hash_ints(3, k) for k in range(N)], np.uint64)


def homes(n: int = 1, **other) -> Homes:
    """So many equal flats of 70 m2, with what is said of them."""
    plain = {"floor_area": 70.0, "rooms": 3, "woz": 230_000.0, "kind": DwellingType.MEERGEZINS, "access": Access.AANPASBAAR, "period": 2}
    columns = {name: np.full(n, value) for name, value in {**plain, **other}.items()}
    return Homes(ids=IDS[:n], **columns)


def many(seed: int = 1) -> Homes:
    """Homes of every kind."""
    u = np.random.default_rng(seed)
    return Homes(
        IDS,
        u.uniform(25, 180, N),
        u.integers(1, 7, N),
        u.uniform(90_000, 600_000, N),
        u.choice([int(kind) for kind in DwellingType], N),
        u.choice([int(access) for access in Access], N),
        u.integers(0, NEW + 1, N),
    )


one_home = st.fixed_dictionaries(
    {
        "floor_area": st.floats(25, 180),
        "rooms": st.integers(1, 6),
        "woz": st.floats(90_000, 600_000),
        "kind": st.sampled_from([DwellingType.EENGEZINS, DwellingType.MEERGEZINS, DwellingType.SENIORENCOMPLEX]),
        "access": st.sampled_from(list(Access)),
        "period": st.integers(0, NEW - 1),
    }
)
BETTER = {
    "room": lambda a: {"rooms": a["rooms"] + 1},
    "worth": lambda a: {"woz": 1.2 * a["woz"]},
    "floor, at the same worth per m2": lambda a: {"floor_area": 1.3 * a["floor_area"], "woz": 1.3 * a["woz"]},
    "later": lambda a: {"period": a["period"] + 1},
    "no steps": lambda a: {"access": Access.GESCHIKT},
    "shared rooms": lambda a: {"kind": a["kind"] if a["kind"] == DwellingType.EENGEZINS else DwellingType.SENIORENCOMPLEX},
    "a house": lambda a: {"kind": a["kind"] if a["kind"] == DwellingType.SENIORENCOMPLEX else DwellingType.EENGEZINS},
}


@pytest.mark.parametrize("how", BETTER)
@given(one_home)
def test_a_better_home_has_no_fewer_points_and_asks_no_less(how, a):
    before, after = homes(**a), homes(**{**a, **BETTER[how](a)})
    assert points_of(after, P)[0] >= points_of(before, P)[0]
    rents = rent_law("2026-01")
    assert wanted(after, 1, rents, P)[0] >= wanted(before, 1, rents, P)[0]


@pytest.mark.parametrize("how", ["room", "worth", "later", "no steps"])
def test_what_makes_a_home_better_does_count(how):
    a = {"floor_area": 60.0, "rooms": 2, "woz": 200_000.0, "kind": DwellingType.MEERGEZINS, "access": Access.ONGESCHIKT, "period": 1}
    assert points_of(homes(**{**a, **BETTER[how](a)}), P)[0] > points_of(homes(**a), P)[0] + 1


def test_the_highest_rent_is_that_of_the_table_of_its_year():
    got = highest_rent(np.array([80, 100, 143, 186]), rent_law("2024-01"))
    np.testing.assert_allclose(got, [457.62, 583.18, 853.13, 1123.13], rtol=2e-4)  # D91
    assert highest_rent(np.array([186.0]), rent_law("2026-01"))[0] == law.amount("middenhuur", "2026-01")


@pytest.mark.parametrize("start", STARTS)
def test_no_rent_is_above_the_caps_of_its_year(start):
    rents, some = rent_law(start), many()
    small, large, limit = law.amounts(("aftopping_small", "aftopping_large", "liberalisatiegrens"), start)
    asked = streefhuur.streefhuur(some, 1, rents, P).astype(np.float64)
    would = wanted(some, 1, rents, P)
    assert (asked <= limit).all() and (asked == within(limit)).any()
    cap = np.where(some.rooms >= P.n_rooms_family, large, small)
    dear = would > 1.01 * cap
    above = asked > cap
    assert not above[~dear & (would < 0.99 * cap)].any()
    share = above[dear].mean()
    assert abs(share - P.rel_above_aftopping) < 5 * np.sqrt(P.rel_above_aftopping * (1 - P.rel_above_aftopping) / dear.sum())
    at_cap = np.where(some.rooms >= P.n_rooms_family, within(large), within(small))
    np.testing.assert_array_equal(asked[dear & ~above], at_cap[dear & ~above])
    np.testing.assert_allclose(asked[would < 0.99 * cap], would[would < 0.99 * cap], rtol=1e-6)


@given(st.floats(100, 2000))
def test_a_rent_at_a_limit_is_not_above_it_after_rounding(limit):
    assert limit - 1e-3 < float(within(limit)) <= limit


def test_which_homes_are_let_above_the_aftoppingsgrens_stays_the_same_in_every_world():
    rents, some = rent_law("2026-01"), many()
    rent = np.full(N, 5000.0)
    few = capped(rent, some.ids, some.rooms, 1, rents, resolve({"rel_above_aftopping": 0.1})) == within(rents.limit)
    more = capped(rent, some.ids, some.rooms, 1, rents, resolve({"rel_above_aftopping": 0.4})) == within(rents.limit)
    assert few.any() and not (few & ~more).any()


# years of building


def test_homes_are_of_the_periods_of_their_gemeente_and_else_of_the_country():
    z, kind = persons.normal(persons.key(1, Purpose.DWELLING, 7), IDS), np.full(N, DwellingType.MEERGEZINS)
    for code in ("GM0014", "GM0034"):
        shares = np.diff(streefhuur.period_shares(code)[streefhuur.FLATS], prepend=0)
        got = np.bincount(streefhuur.periods(IDS, kind, z, code, 1, P), minlength=len(PERIODS)) / N
        assert (np.abs(got - shares) < 5 * np.sqrt(shares * (1 - shares) / N) + 1e-9).all()
    assert (streefhuur.period_shares("GM0034")[:, 1] == 0).all(), "Almere has nothing from before 1965"
    np.testing.assert_array_equal(streefhuur.period_shares("XX0001"), streefhuur.period_shares("GM0988"))  # of one's own, left out


def test_step_free_homes_are_later_ones_as_far_as_the_parameter_says():
    z, kind = persons.normal(persons.key(1, Purpose.DWELLING, 7), IDS), np.full(N, DwellingType.EENGEZINS)
    best = z < -1  # those that are drawn step-free first
    mean = {}
    for rel in (0.0, 0.5, 0.9):
        period = streefhuur.periods(IDS, kind, z, "GM0363", 1, resolve({"rel_access_period": rel}))
        mean[rel] = period[best].mean() - period.mean()
    assert abs(mean[0.0]) < 0.2 < mean[0.5] < mean[0.9]


def test_a_world_is_built_with_the_periods_of_its_gemeente_and_contracts_in_the_year_of_its_first_month(monkeypatch):
    asked, years = [], []
    real, at = dwellings.periods, tenancy.at_contract
    monkeypatch.setattr(dwellings, "periods", lambda *given: asked.append(given[3]) or real(*given))
    monkeypatch.setattr(tenancy, "at_contract", lambda *given: years.append(given[2].max()) or at(*given))
    build.build(resolve_place("vlieland"), 1, P, start="2026-07", first_month=-30)
    assert asked == ["GM0096"] and 2023.5 < max(years) <= 2024.0  # who came last has lived there for months


@pytest.mark.parametrize(
    ("start", "month", "year"), [("2026-01", 0, 2026), ("2026-07", 0, 2026.5), ("2026-07", -30, 2024), ("2025-01", 18, 2026.5)]
)
def test_the_year_of_a_month(start, month, year):
    assert build.year_of(start, month) == year


# sitting rents


@given(st.floats(300, 1500), st.floats(1960, 2030))
@example(600.0, 2016.0)
@example(600.0, 1996.0)
def test_a_contract_of_today_s_policy_is_the_streefhuur_and_an_older_one_has_its_own_share(rent, year):
    rents, asked = rent_law("2026-01"), np.float32(min(rent, 700))
    got = at_contract(np.array([asked]), np.array([rent]), np.array([year]), rents, P)[0]
    factors = (P.rel_streefhuur_before_1996, P.rel_streefhuur_1996, P.rel_streefhuur_2006)
    expected = next((min(f * rent, rents.limit) for f, until in zip(factors, POLICIES, strict=True) if year < until), float(asked))
    assert got == pytest.approx(expected, rel=1e-6)
    assert float(got) <= rents.limit


def test_each_tenure_falls_behind_by_its_own_share_and_owners_by_none():
    assert tenancy.yearly_fall(P)[[Tenure.KOOP, Tenure.CORPORATIE, Tenure.VRIJE_HUUR]].tolist() == [
        0,
        P.rel_sitting_rent,
        P.rel_sitting_rent_vrij,
    ]
