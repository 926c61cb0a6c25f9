"""What ageing does to a rate is not what the market does to it: ``tools/stationarity.py``."""

from __future__ import annotations

import numpy as np
import pytest

from tools.stationarity import BANDS, TENURES, YEARS, standardised

CELLS, OLD = len(BANDS) * TENURES, (75, 200)


def of(households: tuple[float, float], rates: tuple[float, float]) -> dict[str, np.ndarray]:
    """Two cells, at 75 and at 80, in which early on 100 live each and one and two in a hundred move; then as given."""
    n, moves = np.zeros((2 * YEARS, CELLS)), np.zeros((2 * YEARS, CELLS))
    cells = [int(np.searchsorted(BANDS, age)) * TENURES for age in (75, 80)]
    n[:YEARS, cells], n[YEARS:, cells] = 100, households
    moves[:YEARS, cells], moves[YEARS:, cells] = (1, 2), np.multiply(households, rates)
    return {"households": n, "moves": moves}


def test_who_grows_older_at_the_same_rates_changes_the_raw_figure_alone():
    early, late, same = standardised(of((20, 180), (0.01, 0.02)), "moves", OLD)
    assert early == pytest.approx(0.015) and late == pytest.approx(0.019)
    assert same == pytest.approx(early)


def test_rates_that_double_double_the_figure_whoever_grows_older():
    early, _, same = standardised(of((20, 180), (0.02, 0.04)), "moves", OLD)
    assert same == pytest.approx(2 * early)


def test_a_class_counts_its_own_ages():
    found = of((100, 100), (0.01, 0.02))
    assert standardised(found, "moves", (80, 200))[0] == pytest.approx(0.02)
    assert standardised(found, "moves", (75, 80))[0] == pytest.approx(0.01)
