"""Sobol indices beside functions of which they are known, and beside SciPy's; chance takes no part in them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import sobol_indices

from analysis.estimates.sobol import design, indices

A, B = 7.0, 0.1  # of Ishigami and Homma (1990)
VARIANCE = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0.0]) / VARIANCE
TOTAL = FIRST + np.array([1, 0, 1]) * 8 * B**2 * np.pi**8 / 225 / VARIANCE


def ishigami(share):
    x = np.pi * (2 * share - 1)
    return np.sin(x[..., 0]) + A * np.sin(x[..., 1]) ** 2 + B * x[..., 2] ** 4 * np.sin(x[..., 0])


def asked(points=1024, noise=0.0, seeds=2, level=0.0):
    """Outputs of the function at a design, with chance of each world and a level of each seed."""
    exact = ishigami(design(points, 3, 1))[..., None]
    draws = np.random.default_rng(4)
    return exact + noise * draws.standard_normal((*exact.shape[:2], seeds)) + level * np.arange(seeds)


def test_the_design_is_two_tables_and_the_first_with_each_column_of_the_second():
    found = design(8, 3, 0)
    a, b, mixed = found[0], found[1], found[2:]
    assert found.shape == (5, 8, 3) and ((found >= 0) & (found <= 1)).all() and not np.isclose(a, b).any()
    for k in range(3):
        assert (mixed[k][:, k] == b[:, k]).all() and (np.delete(mixed[k], k, 1) == np.delete(a, k, 1)).all()


def test_indices_of_a_known_function_are_found_within_their_intervals():
    found = indices(asked())
    assert found.first == pytest.approx(FIRST, abs=0.03) and found.total == pytest.approx(TOTAL, abs=0.03)
    assert found.variance == pytest.approx(VARIANCE, rel=0.05) and found.chance == pytest.approx(0, abs=0.01)
    for low, true, high in ((found.first_lower, FIRST, found.first_upper), (found.total_lower, TOTAL, found.total_upper)):
        assert (low <= true).all() and (true <= high).all()


def test_without_chance_they_are_those_of_scipy():
    def of(x):
        return ishigami((x.T + np.pi) / (2 * np.pi))

    uniform = [SimpleUniform()] * 3
    theirs = sobol_indices(func=of, n=1024, dists=uniform, rng=1)
    mine = indices(asked())
    assert mine.first == pytest.approx(theirs.first_order, abs=0.05) and mine.total == pytest.approx(theirs.total_order, abs=0.05)


class SimpleUniform:
    """From -pi to pi, as SciPy asks for a distribution."""

    def ppf(self, q):
        return np.pi * (2 * q - 1)


@pytest.mark.parametrize("seeds", [2, 4])
def test_chance_and_seeds_that_lie_higher_than_others_change_no_index(seeds):
    exact, noisy = indices(asked()), indices(asked(noise=4.0, seeds=seeds, level=100.0))
    assert noisy.first == pytest.approx(exact.first, abs=0.1) and noisy.total == pytest.approx(exact.total, abs=0.1)
    share = (16 / seeds) / (16 / seeds + VARIANCE)
    assert noisy.chance == pytest.approx(share, abs=0.05)
    naive = asked(noise=4.0, seeds=seeds).mean(axis=2, keepdims=True)  # the mean over the seeds, as if it were exact
    as_exact = indices(np.repeat(naive, 2, axis=2))
    assert as_exact.total.sum() > noisy.total.sum() + 0.2, "chance that is left in looks like interaction"


def test_where_only_chance_varies_nothing_is_said():
    noise = np.random.default_rng(0).standard_normal((4, 64, 3))
    flat = indices(np.ones((4, 64, 3)))
    assert np.isnan(flat.first).all() and flat.variance == 0.0
    found = [indices(np.random.default_rng(seed).standard_normal((4, 64, 3))) for seed in range(40)]
    assert sum(one.variance == 0.0 for one in found) >= 10 and np.mean([one.chance for one in found]) == pytest.approx(1, abs=0.1)
    with pytest.raises(ValueError, match="two seeds at least"):
        indices(noise[..., :1])
