"""Intervals, ratios and seeds against closed forms and against coverage by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.estimates.statistics import (
    by_chance,
    claimed,
    leaving_one_out,
    paired,
    ratio,
    refuse_twins,
    same_seeds,
    seeds_needed,
    t_value,
    turned_over,
)
from sim.world.errors import Refusal

numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


def uniform(shape: tuple[int, ...], salt: int) -> np.ndarray:
    """Numbers in (0, 1) from a linear congruence on their place: the same on every machine."""
    z = np.arange(1, math.prod(shape) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(float) * 2.0**-53 + 2.0**-54).reshape(shape)


def normal(shape: tuple[int, ...], salt: int) -> np.ndarray:
    """Standard normal numbers by Box and Muller."""
    return np.sqrt(-2 * np.log(uniform(shape, salt))) * np.cos(2 * np.pi * uniform(shape, salt + 1))


def test_an_interval_of_paired_seeds_is_the_textbook_t_interval() -> None:
    d = np.array([[3.0, 5.0, 4.0, 8.0]])
    found = paired(d + 100, np.full_like(d, 100.0))
    half = 3.182446305 * d.std(ddof=1) / 2  # t with 3 degrees of freedom
    assert found.difference[0] == pytest.approx(5.0)
    assert (found.lower[0], found.upper[0]) == pytest.approx((5 - half, 5 + half), rel=1e-6)


def test_the_interval_covers_the_true_difference_in_95_percent_of_studies() -> None:
    base = 50 + 10 * normal((4000, 1), 7) + normal((4000, 5), 11)
    found = paired(base + 2.0 + normal((4000, 5), 13), base)
    covered = ((found.lower < 2.0) & (found.upper > 2.0)).mean()
    assert abs(covered - 0.95) < 3 * math.sqrt(0.95 * 0.05 / 4000)


@settings(max_examples=50, deadline=None)
@given(arrays(float, (3, 4), elements=numbers))
def test_two_equal_worlds_differ_by_exactly_nothing(values: np.ndarray) -> None:
    found = paired(values, values.copy())
    for column in (found.difference, found.lower, found.upper):
        assert (column == 0.0).all()
    assert np.isnan(seeds_needed(found.difference, found.deviation)).all()


@settings(max_examples=50, deadline=None)
@given(arrays(float, (1, 5), elements=numbers), arrays(float, (1, 5), elements=numbers))
def test_the_order_of_seeds_does_not_matter(a: np.ndarray, b: np.ndarray) -> None:
    there, back = paired(a, b), paired(a[:, ::-1], b[:, ::-1])
    assert there.upper == pytest.approx(back.upper, rel=1e-9, abs=1e-6)


def test_what_some_seed_did_not_count_has_no_difference() -> None:
    found = paired([[1.0, np.nan, 3.0]], [[0.0, 0.0, 0.0]])
    assert np.isnan(found.difference[0])
    assert np.isnan(found.upper[0])
    assert found.seeds[0] == 2


def test_one_seed_has_a_difference_and_no_interval() -> None:
    found = paired([[7.0]], [[5.0]])
    assert found.difference[0] == 2.0
    assert np.isnan(found.lower[0])
    assert np.isnan(seeds_needed(found.difference, found.deviation))[0]


@settings(max_examples=100, deadline=None)
@given(st.floats(0.01, 100.0), st.floats(0.0, 100.0))
def test_enough_seeds_halve_the_difference_and_one_less_does_not(difference: float, deviation: float) -> None:
    n = float(seeds_needed([difference], [deviation])[0])

    def half(seeds: float) -> float:
        return float(t_value(seeds)) * deviation / math.sqrt(seeds)

    assert half(n) <= difference / 2
    assert n == 2 or half(n - 1) > difference / 2


def test_the_sign_of_a_difference_does_not_change_the_seeds_it_needs() -> None:
    assert seeds_needed([-3.0], [4.0]) == seeds_needed([3.0], [4.0])


def test_leaving_one_out_of_a_mean_is_the_interval_of_paired_seeds() -> None:
    d = np.array([[3.0, 5.0, 4.0, 8.0], [1.0, -1.0, 0.5, 7.0]])
    plain = paired(d, np.zeros_like(d))
    found = leaving_one_out(d.mean(axis=1), (d.sum(axis=1)[:, None] - d).T / 3)
    for name in ("lower", "upper"):
        assert getattr(found, name) == pytest.approx(getattr(plain, name), rel=1e-12)


def test_a_ratio_has_the_interval_of_its_linearised_seeds_where_the_denominator_hardly_varies() -> None:
    a, b = np.array([10.0, 12.0, 9.0, 13.0, 11.0]), np.array([1000.0, 1001.0, 999.0, 1000.0, 1002.0])
    found = ratio(a, b)
    rest = (a - found.value * b) / b.mean()  # how much each seed pulls at the ratio
    assert found.value == pytest.approx(a.mean() / b.mean())
    assert found.upper - found.value == pytest.approx(float(t_value(5)) * rest.std(ddof=1) / math.sqrt(5), rel=1e-3)
    assert found.value - found.lower == pytest.approx(found.upper - found.value)


@pytest.mark.parametrize("seeds", [2, 4, 6, 20])
@pytest.mark.parametrize("truth", [0.2, 0.0])
def test_moves_per_euro_cover_the_truth_in_95_percent_of_studies_however_weak_the_effect(seeds: int, truth: float) -> None:
    n = 2000
    eur = 10 + 2 * normal((n, seeds), 101)
    extra = truth * eur + 4 * normal((n, seeds), 303)
    found = [ratio(x, y) for x, y in zip(extra, eur, strict=True)]
    assert not any(one.note for one in found), "there is always an interval"
    inside = [one.lower < truth < one.upper for one in found]
    assert abs(np.mean(inside) - 0.95) < 3 * math.sqrt(0.95 * 0.05 / n) + 0.005
    if truth:  # what one more costs is above its lower end, which is always there, and below its upper end if it has one
        costs = [one for one in map(turned_over, found) if one.value > 0]
        assert len(costs) > n / 2 and not any(math.isnan(one.lower) for one in costs)
        assert np.mean([one.lower < 1 / truth and not one.upper < 1 / truth for one in costs]) > 0.94


def test_what_one_more_costs_is_one_over_how_many_come_of_one() -> None:
    moves, eur = np.array([30.0, 42.0, 38.0, 35.0]), np.array([900.0, 1200.0, 1150.0, 1100.0])
    many = ratio(moves, eur)
    assert turned_over(many)[:3] == pytest.approx((1 / many.value, 1 / many.upper, 1 / many.lower))


def test_where_extra_may_be_zero_what_one_costs_has_no_upper_end_and_without_extra_it_has_no_value() -> None:
    may = turned_over(ratio([1.0, -1.0, 2.0, 0.5], [100.0, 110.0, 90.0, 100.0]))
    assert 0 < may.lower < may.value and math.isnan(may.upper) and "may be zero" in may.note
    for extra in ([-5.0, -6.0, -4.0, -5.0], [0.0, 0.0, 0.0, 0.0]):
        none = turned_over(ratio(extra, [100.0, 110.0, 90.0, 100.0]))
        assert all(math.isnan(one) for one in none[:3]) and "not above 0" in none.note


@pytest.mark.parametrize(
    ("eur", "words"), [([0.0, 0.0, 0.0], "nothing to divide by"), ([0.0, 9.0, 0.0], "all in one seed"), ([9.0], "one seed")]
)
def test_what_was_not_spent_in_two_seeds_gives_no_interval_and_says_so(eur: list[float], words: str) -> None:
    found = ratio(np.ones(len(eur)), eur)
    assert math.isnan(found.lower) and math.isnan(found.upper) and words in found.note
    assert words in turned_over(found).note


def test_what_costs_the_same_per_move_in_every_seed_has_no_width() -> None:
    moves = np.array([30.0, 42.0, 38.0])
    found = turned_over(ratio(moves, 250 * moves))
    assert (found.lower, found.upper) == pytest.approx((250.0, 250.0))


@pytest.mark.parametrize(
    ("difference", "lower", "upper", "placebo", "claim"),
    [
        (5.0, 1.0, 9.0, 3.0, True),
        (-5.0, -9.0, -1.0, 3.0, True),
        (5.0, -1.0, 11.0, 3.0, False),
        (5.0, 1.0, 9.0, 5.0, False),
        (0.0, 0.0, 0.0, 0.0, False),
        (5.0, np.nan, np.nan, 3.0, False),
        (5.0, 1.0, 9.0, np.nan, False),
    ],
)
def test_an_effect_is_claimed_beyond_zero_and_beyond_the_placebo(difference, lower, upper, placebo, claim) -> None:
    assert bool(claimed([difference], [lower], [upper], [placebo])[0]) is claim


def test_chance_alone_makes_at_most_one_claim_in_twenty() -> None:
    assert by_chance(200) == pytest.approx(10.0)
    nothing = paired(normal((2000, 8), 5), normal((2000, 8), 17))
    false = claimed(nothing.difference, nothing.lower, nothing.upper, np.zeros(2000)).sum()
    assert false <= by_chance(2000) + 3 * math.sqrt(2000 * 0.05 * 0.95)


def test_unequal_seeds_are_refused_by_scenario_and_seed() -> None:
    with pytest.raises(Refusal, match=r"voorrang lacks seeds 2, 7; .*experiments\.compare"):
        same_seeds({"basis": [1, 2, 3, 7], "voorrang": [1, 3]})
    with pytest.raises(Refusal, match="wooncoach has seeds that basis lacks: 9"):
        same_seeds({"basis": [1], "wooncoach": [1, 9]})
    with pytest.raises(Refusal, match="no scenario basis"):
        same_seeds({"voorrang": [1]})


def test_two_seeds_of_one_world_are_refused_by_name() -> None:
    with pytest.raises(Refusal, match="seeds 3 and 12 have the same world"):
        refuse_twins({"12": "aa", "3": "aa", "4": "bb"})
    refuse_twins({"3": "aa", "4": "bb"})
