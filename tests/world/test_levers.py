"""Levers add up over the instruments that touch a household, in the order of their names; a strength multiplies none of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.behaviour.money import rent_discount
from sim.interventions import REGISTRY
from sim.levers import LEVERS, RENT_OLD, RENT_STEPS, lever_sum, make_levers, nothing_in_force
from sim.world.errors import Refusal
from tests.every import every
from tests.worlds import at_work, burnt_in, everything

NUMBERS = st.lists(st.floats(-3, 3, allow_nan=False), max_size=62)
WORDS = st.integers(0, 2**64 - 1)


@given(NUMBERS, WORDS, WORDS)
def test_a_lever_is_summed_over_the_bits_that_are_set_and_not_left_out(values, touched, left_out):
    expected = 0.0
    for k, value in enumerate(values):
        if touched >> k & 1 and not left_out >> k & 1:
            expected += value
    assert lever_sum(np.uint64(touched), np.array(values), np.uint64(left_out)) == expected


@given(NUMBERS, WORDS, st.integers(0, 61))
def test_leaving_an_instrument_out_is_the_same_as_not_being_touched_by_it(values, touched, bit):
    lever = np.array(values)
    off = np.uint64(touched & ~(1 << bit))
    assert lever_sum(np.uint64(touched), lever, np.uint64(1 << bit)) == lever_sum(off, lever, np.uint64(0))


def test_levers_that_are_not_named_are_zero():
    levers = make_levers([{"rank": 3}, {"awareness": 0.5, "n_rooms_left": 4}])
    assert levers["rank"].tolist() == [3, 0]
    assert levers["awareness"].tolist() == [0, 0.5]
    assert sum(float(np.abs(levers[name]).sum()) for name in LEVERS.fields or ()) == 3 + 0.5 + 4
    assert len(nothing_in_force().levers) == 0


def test_an_unknown_lever_is_named_with_those_that_exist():
    with pytest.raises(KeyError, match="no such lever: persuasion; levers are awareness, search"):
        make_levers([{"persuasion": 1}])


def test_strength_multiplies_no_lever():
    weak, full = (at_work(burnt_in(), everything(), strength=s) for s in (0.25, 1.0))
    assert weak.at_work.in_force.levers.tobytes() == full.at_work.in_force.levers.tobytes()


@every("key", REGISTRY)
def test_what_an_instrument_says_it_pulls_is_what_it_pulls(key):
    said = set(REGISTRY[key].card.levers_used)
    levers = REGISTRY[key]().levers()
    assert said - {"supply", "rank"} <= set(levers)
    conditions = {"n_rooms_left", "n_rooms_taken", "needs_label", "dur_rent_path", "eur_rent_cap"}
    pulled = {name for name, value in levers.items() if value and name not in conditions}
    assert pulled <= said


def test_present_bias_makes_a_rent_path_feel_better_and_only_a_path():
    path = {"rent_path": RENT_STEPS, "dur_rent_path": 36}
    felt = [rent_discount(path, bias) for bias in (0.0, 0.35, 0.9)]
    assert felt == sorted(felt) and felt[0] < felt[1]
    # over five years the rise is unpaid for 12 months whole, 12 months two thirds, 12 months one third: (12 + 8 + 4) / 60
    assert felt[0] == pytest.approx(24 / 60)
    assert rent_discount(path, 1.0) == pytest.approx(1.0), "in the first year nothing of the rise is paid"
    assert rent_discount({"rent_path": RENT_OLD}, 0.5) == 0
    assert rent_discount({}, 0.5) == 0
    assert rent_discount({"rent_path": RENT_STEPS, "dur_rent_path": 12}, 0.35) < felt[1]


def test_more_instruments_than_bits_is_refused():
    many = {f"kind_{k}": REGISTRY["voorrang"]() for k in range(63)}
    with pytest.raises(Refusal, match="63 instruments in one scenario; at most 62 fit"):
        burnt_in().copy().equip(many)
