"""The base world stays level: years 9-10 against years 1-2 of Zwolle, beyond what growth and ageing explain.

Left out, because they change by more than was aimed at (docs/validation.md): seniors' moves at equal ages and searchers per household.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim import run
from sim.counts.recording import AGE_COLUMNS, AGES

EARLY, LATE = (0, 24), (96, 120)
LEVEL = 0.05


@pytest.fixture(scope="module")
def seeds():
    return [run.run_scenario(run.burn_in("zwolle", seed, follow_up=0)).tables for seed in (0, 1)]


def mean(seeds, column, period):
    return np.mean([t["months"].loc[t["months"]["month"].between(period[0], period[1] - 1), column].mean() for t in seeds])


def growth(seeds, column):
    return mean(seeds, column, LATE) / mean(seeds, column, EARLY) - 1


@pytest.mark.long
def test_fit_vacancy_and_the_number_without_a_home_stay_level(seeds):
    assert abs(growth(seeds, "fit")) < LEVEL
    assert abs((1 + growth(seeds, "vacant")) / (1 + growth(seeds, "dwellings")) - 1) < LEVEL
    assert abs(growth(seeds, "without_home")) < 2 * LEVEL


@pytest.mark.long
def test_moves_at_equal_ages_stay_level(seeds):
    rates = []
    for first, last in (EARLY, LATE):
        n = np.zeros(len(AGES) + 1)
        for t in seeds:
            m = t["moves"]
            m = m[m["fills_vacancy"] & (m["from_dwelling"] >= 0) & m["month"].between(first, last - 1)]
            n += np.bincount(np.digitize(m["age"], AGES), minlength=len(n))
        rates.append(n / [mean(seeds, column, (first, last)) for column in AGE_COLUMNS])
    there = np.array([mean(seeds, column, EARLY) for column in AGE_COLUMNS])
    assert abs((rates[1] * there).sum() / (rates[0] * there).sum() - 1) < LEVEL
