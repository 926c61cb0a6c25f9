"""Mortality alone reproduces the life table; with care, deaths at home and in care together are those of everybody."""

from __future__ import annotations

import numpy as np
import pytest

from sim.demography import plan as demography
from sim.demography import rates
from sim.demography.hazards import scaled_rates
from sim.parameters import resolve
from sim.world.chance import bits_array
from sim.world.codes import EventKind, HouseholdState, Sex
from sim.world.columns import ABSENT, Households, empty
from tests.small_country import FIRST, closed, only, planned_from

N, FROM, YEARS = 12_000, 60, 35
P = resolve()


def cohort(sex: Sex) -> Households:
    """Single people who all turn FROM at month FIRST."""
    h = empty(Households, N)
    numbers = np.arange(N, dtype=np.uint64)
    h.id[:] = bits_array(np.uint64(7), numbers)
    h.adult_id[:, 0] = bits_array(np.uint64(8 + sex), numbers)
    h.adult_birth[:, 0] = FIRST - 12 * FROM
    h.adult_sex[:, 0] = sex
    h.state[:] = HouseholdState.PRESENT
    return h


def alive_by_year(sex: Sex) -> np.ndarray:
    """How many of the cohort are there after 0, 1, 2, … years."""
    months = 12 * YEARS
    h, events = planned_from(cohort(sex), only("rel_death"), 11, FIRST, np.zeros(months, int), None, arrivals=False)
    assert set(events.kind.tolist()) == {int(EventKind.DEATH)}
    alive = [N]
    for month in range(FIRST, FIRST + months):
        demography.replay(h, events, month, FIRST)
        if (month + 1 - FIRST) % 12 == 0:
            alive.append(int((h.state == HouseholdState.PRESENT).sum()))
    assert ((h.adult_birth[:, 0] == ABSENT) == (h.state == HouseholdState.ENDED)).all()
    return np.array(alive)


@pytest.mark.parametrize("sex", list(Sex))
def test_survival_is_that_of_the_life_table(sex: Sex) -> None:
    q = rates.per_year()["death"][sex, FROM : FROM + YEARS]
    expected = np.append(1.0, np.cumprod(1 - q))
    error = np.sqrt(expected * (1 - expected) / N)
    found = alive_by_year(sex) / N
    for years in range(5, YEARS + 1, 5):
        assert abs(found[years] - expected[years]) <= 3 * error[years], (sex.name, FROM + years)


def test_without_care_everybody_dies_at_home() -> None:
    year = rates.per_year()
    assert np.array_equal(rates.death_at_home(year["death"], 0 * year["care"], P.n_years_in_care, P.rel_death_at_home_least), year["death"])


@pytest.mark.parametrize("rel_care", [0.3, 1.0, 1.5])
def test_deaths_at_home_and_in_care_add_up_to_the_life_table(rel_care: float) -> None:
    year = rates.per_year()
    death, care = year["death"], rel_care * year["care"]
    home = rates.death_at_home(death, care, P.n_years_in_care, P.rel_death_at_home_least)
    for sex in Sex:
        at_home, in_care = 1.0, 0.0
        for age in range(60, 90):
            there = max(1 - np.exp(-1 / P.n_years_in_care), death[sex, age])
            dead = at_home * home[sex, age] + in_care * there
            assert dead == pytest.approx(death[sex, age] * (at_home + in_care), rel=1e-9), (sex.name, age)
            moves = at_home * (1 - home[sex, age]) * care[sex, age]
            at_home, in_care = at_home * (1 - home[sex, age]) - moves, in_care * (1 - there) + moves


def test_a_higher_rate_in_the_parameters_is_a_higher_chance_in_the_month() -> None:
    normal, more = scaled_rates(closed(rel_care=0.0)), scaled_rates(closed(rel_care=0.0, rel_death=1.2))
    yearly = 1 - (1 - more.death[:, 70]) ** 12
    assert yearly == pytest.approx(1.2 * (1 - (1 - normal.death[:, 70]) ** 12))
