"""Shapley's shares against games whose shares are known, the axioms, and drawn orders against all of them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimates import shapley
from analysis.estimates.statistics import paired
from tests.analysis.test_statistics import normal, uniform

number = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))


@st.composite
def dividends(draw, most=5):
    """A game as Harsanyi wrote it: every coalition has a dividend, its value is the sum over all that lie within it."""
    n = draw(st.integers(2, most))
    return n, [0.0, *draw(st.lists(number, min_size=2**n - 1, max_size=2**n - 1))]


def game(given):
    """Values of all coalitions, float64 [1] each."""
    n, parts = given
    return {mask: np.array([sum(parts[sub] for sub in range(1 << n) if sub & mask == sub)]) for mask in range(1 << n)}


def shares(n, values):
    return shapley.shares(n, shapley.exact(n), values)[:, 0]


@given(dividends())
def test_each_dividend_is_shared_equally_by_the_parts_that_make_it(given):
    n, parts = given
    known = [sum(parts[mask] / mask.bit_count() for mask in range(1, 1 << n) if mask >> k & 1) for k in range(n)]
    assert shares(n, game(given)) == pytest.approx(known, abs=1e-8)


@given(dividends())
def test_shares_add_up_to_the_whole(given):
    n, _ = given
    values = game(given)
    assert shares(n, values).sum() == pytest.approx(float(values[(1 << n) - 1][0] - values[0][0]), abs=1e-8)


@given(dividends(), st.integers(0, 4))
def test_a_part_that_adds_nothing_anywhere_has_exactly_nothing(given, place):
    n, _ = given
    bit = 1 << place % n
    values = game(given)
    found = shares(n, {mask: values[mask & ~bit] for mask in values})
    assert found[place % n] == 0.0


@given(dividends(most=4))
def test_two_parts_that_add_the_same_everywhere_have_the_same(given):
    n, _ = given
    values = game(given)
    by_number = {mask: values[mask & ~3 | (1 << (mask & 3).bit_count()) - 1] for mask in values}  # parts 0 and 1 alike
    found = shares(n, by_number)
    assert found[0] == pytest.approx(found[1], abs=1e-8)


@given(dividends(most=3), st.data())
def test_shares_of_a_sum_of_games_are_the_sum_of_the_shares(given, data):
    n, _ = given
    others = [0.0, *data.draw(st.lists(number, min_size=2**n - 1, max_size=2**n - 1))]
    one, two = game(given), game((n, others))
    both = {mask: one[mask] + two[mask] for mask in one}
    assert shares(n, both) == pytest.approx(shares(n, one) + shares(n, two), abs=1e-8)


@given(dividends(most=4))
def test_all_orders_give_the_exact_shares(given):
    n, _ = given
    values = game(given)
    every = shapley.sampled(list(itertools.permutations(range(n))))
    assert shapley.shares(n, every, values)[:, 0] == pytest.approx(shares(n, values), abs=1e-8)


@pytest.mark.parametrize("number", [1, 2, 7])
def test_any_number_of_orders_shares_out_the_whole(number):
    names = [f"part_{k}" for k in range(8)]
    additions = shapley.sampled(shapley.drawn_orders(names, number, 5))
    values = {mask: np.array([float(mask % 37) ** 1.5]) for mask in shapley.coalitions(additions)}
    assert shapley.shares(8, additions, values).sum() == pytest.approx(float(values[255][0] - values[0][0]))
    assert len(values) <= 2 + 7 * number, "no more worlds than the orders pass through"


@pytest.mark.parametrize("n", range(2, 8))
def test_what_counts_in_a_share_has_weights_that_add_up_to_one(n):
    for k in range(n):
        assert math.fsum(one.weight for one in shapley.exact(n) if one.part == k) == pytest.approx(1.0)
        assert all(not one.before >> k & 1 and one.after == one.before + (1 << k) for one in shapley.exact(n) if one.part == k)


def test_a_coalition_without_a_value_leaves_the_row_without_shares():
    values = {mask: np.array([1.0, float(mask)]) for mask in range(8)}
    values[5][0] = np.nan
    found = shapley.shares(3, shapley.exact(3), values)
    assert np.isnan(found[:, 0]).any() and not np.isnan(found[:, 1]).any()


NAMES = ("flex", "klus", "ruil", "sloop", "splits", "voorrang", "wooncoach")


def test_drawn_orders_are_fixed_by_seed_place_and_name():
    orders = shapley.drawn_orders(NAMES, 9, 3)
    assert orders == shapley.drawn_orders(NAMES, 9, 3)
    assert orders[:4] == shapley.drawn_orders(NAMES, 4, 3), "more orders keep those that were there"
    assert orders != shapley.drawn_orders(NAMES, 9, 4)
    assert all(sorted(order) == list(range(len(NAMES))) for order in orders)
    assert all(orders[k + 1] == orders[k][::-1] for k in range(0, 8, 2))
    fewer = shapley.drawn_orders(NAMES[:-1], 1, 3)[0]
    assert [k for k in orders[0] if k != 6] == list(fewer), "one part more changes no order of the others"


def test_each_part_is_as_often_first_as_any_other():
    first = [shapley.drawn_orders(NAMES, 1, seed)[0][0] for seed in range(3500)]
    assert np.bincount(first, minlength=7) == pytest.approx(np.full(7, 500), abs=5 * math.sqrt(500))


def test_the_interval_over_seeds_holds_the_error_of_drawing_orders():
    """Each seed draws its own orders, so the spread between seeds is that of worlds and of orders together."""
    n, number, seeds, studies = 7, 4, 8, 150
    parts = uniform((1 << n,), 3) ** 8 * 20
    value = np.array([sum(parts[sub] for sub in range(1, mask + 1) if sub & mask == sub) for mask in range(1 << n)])
    true = shapley.shares(n, shapley.exact(n), {mask: value[[mask]] for mask in range(1 << n)})[:, 0]
    scatter = normal((studies * seeds,), 17)
    covered, spread = np.zeros(n), np.zeros(n)
    for study in range(studies):
        found = np.zeros((n, seeds))
        for k in range(seeds):
            seed = study * seeds + k
            additions = shapley.sampled(shapley.drawn_orders(NAMES, number, seed))
            world = value * (1 + 0.02 * scatter[seed])
            found[:, k] = shapley.shares(n, additions, {mask: world[[mask]] for mask in shapley.coalitions(additions)})[:, 0]
        interval = paired(found, np.zeros_like(found))
        covered += (interval.lower <= true) & (true <= interval.upper)
        spread += interval.deviation / studies
    assert (spread > 3 * 0.02 * true).any(), "the orders are most of the error here"
    assert abs(covered.mean() / studies - 0.95) < 0.03


def test_a_sum_of_more_worlds_is_as_much_noisier_as_its_coefficients_say():
    worlds = normal((20_000, 5), 29)
    one_difference = (worlds[:, 0] - worlds[:, 1]).std()
    assert shapley.noise([1.0, -1.0]) == 1.0
    interaction = worlds[:, 0] - worlds[:, 1] - worlds[:, 2] + worlds[:, 3]
    assert shapley.noise([1.0, -1.0, -1.0, 1.0]) == pytest.approx(interaction.std() / one_difference, rel=0.03)
    steady = worlds[:, 0] / 2 - worlds[:, 1] / 2
    assert steady.std() < one_difference and shapley.noise([0.5, -0.5]) == 1.0, "no lower floor for what is steadier"
