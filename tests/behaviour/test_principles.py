"""The principles of behaviour: each is a parameter, its neutral value removes it, and a file switches it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim import run
from sim.behaviour.choice_overload import crowding, homes_in_view
from sim.behaviour.money import rent_discount
from sim.behaviour.principles import PRINCIPLES
from sim.parameters import REGISTRY
from sim.world.codes import VacancyState
from tests.worlds import LIVELY, MIXED, burnt_in, digest, strong

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "behaviour"


def read(name: str) -> dict[str, float]:
    """A set of behavioural parameters."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def ran(behaviour: dict[str, float]) -> tuple[str, ...]:
    """Digests of what happens in a small real world, with rents that rise in steps."""
    burnt = run.burn_in(MIXED, 2, 12, 4, 4, behaviour=LIVELY | behaviour)
    settings = {"huurgewenning": strong("huurgewenning")}
    tables = run.run_scenario(burnt, settings, tables=("moves", "funnel", "months")).tables
    return tuple(digest(table) for table in tables.values())


@pytest.mark.parametrize("key", PRINCIPLES)
def test_a_file_switches_one_principle_off_and_leaves_the_others(key):
    one = PRINCIPLES[key]
    assert one.key == key and one.nl and one.en and one.does and one.source
    assert read(f"zonder_{key}") == {one.parameter: one.neutral}
    assert "removes the principle" in REGISTRY[one.parameter].text
    assert REGISTRY[one.parameter].low <= one.neutral <= REGISTRY[one.parameter].high


def test_without_psychology_is_every_principle_off():
    assert read("zonder_psychologie") == {one.parameter: one.neutral for one in PRINCIPLES.values()}
    files = {path.stem for path in FOLDER.glob("*.yaml")}
    assert files == {"default", "zonder_psychologie", "met_keuzestress", *(f"zonder_{key}" for key in PRINCIPLES)}


def test_each_switch_changes_a_small_real_world():
    base = ran({})
    for key, one in PRINCIPLES.items():
        switched = read("met_keuzestress") if REGISTRY[one.parameter].default == one.neutral else read(f"zonder_{key}")
        assert ran(switched) != base, key


def test_choice_overload_is_off_by_default_and_then_adds_nothing():
    w = burnt_in().world
    assert w.params.logit_choice_overload == PRINCIPLES["keuzestress"].neutral
    np.testing.assert_array_equal(crowding(w), np.zeros((2, len(w.map.gemeente))))


def test_the_more_homes_in_view_the_rarer_a_search_begins():
    w = burnt_in().world.copy()
    w.params = replace(w.params, logit_choice_overload=-0.5, p_sight=0.5)
    w.v.state[:] = VacancyState.FILLED
    homes = np.flatnonzero(w.d.area == w.d.area[0])
    w.v.dwelling[:2], w.v.state[:2], w.v.offered[:2] = homes[0], VacancyState.ON_OFFER, w.month
    np.testing.assert_array_equal(crowding(w), np.zeros_like(crowding(w)))  # one home in view is no choice
    for n, doublings in ((4, 1.0), (8, 2.0)):
        w.v.dwelling[:n], w.v.state[:n], w.v.offered[:n] = homes[0], VacancyState.WAITING, w.month
        assert crowding(w)[0, w.d.area[0]] == pytest.approx(-0.5 * doublings)
    assert (homes_in_view(w)[1] == 4.0).all(), "in the whole gemeente as many, wherever one lives"
    w.v.offered[:8] = w.month + 1
    assert homes_in_view(w).max() == 0


def test_at_its_neutral_value_present_bias_weighs_all_months_alike():
    steps = {"rent_path": 1, "dur_rent_path": 36}
    discounts = [rent_discount(steps, bias) for bias in (0.0, 0.5)]
    assert 0 < discounts[0] < discounts[1]
