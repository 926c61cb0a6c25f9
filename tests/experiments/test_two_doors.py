"""The command line and Python accept the same arguments, and refuse the same in the same words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.entry import compose
from experiments.runs.plan import make_plan
from experiments.schema import Compare, check
from sim import run
from sim.model import HousingModel
from sim.world.arguments import OneModel
from sim.world.errors import Refusal

COMMAND = compose("config", [])
OTHER_NAME = {"seed": "first_seed"}  # what the command calls it
BOTH = sorted(name for name in OneModel.model_fields if OTHER_NAME.get(name, name) in Compare.model_fields)
ABSURD = (-5, -1, 0, 3.0, 0.5, True, False, "", "x", "3", None, [], [1], {}, {"x": 1}, {"p_sight": "x"}, {"p_sight": True}, {"p_sight": 9})
ABSURD += (
    float("nan"),
    float("inf"),
    10**6,
    2 * 10**9 + 1,
    10**30,
    "1900-01",
    "2026-13",
    b"zwolle",
    object,
    np.int64(3),
    np.float64(3),
    np.bool_(True),
)
OPTIONAL = {"seed", "behaviour"}  # None is their default in Python


NEVER: dict[Any, tuple[Any, ...]] = {  # by type, whatever the range
    int: (3.0, True, False, "3", np.float64(3), np.bool_(True), -1, 10**30),
    bool: (0, "", "x", np.bool_(True), np.int64(3)),
    str: (0, 3.0, True, b"zwolle", object),
    dict: ([1], "x", 3.0, {"p_sight": "x"}, {"p_sight": True}, {"p_sight": 9}, {"x": 1}),
}


class Built(Exception):
    """Everything was accepted."""


def by_command(name: str, value: Any) -> str:
    key = OTHER_NAME.get(name, name)
    try:
        make_plan(check(Compare, COMMAND | {"scenarios": ["basis"], "municipality": "vlieland"} | {key: value}))
    except Refusal as error:
        return str(error).replace("number of the first seed", "number of a seed").replace("first_seed", "seed")
    return "taken"


def by_python(name: str, value: Any) -> str:
    try:
        HousingModel(**{"municipality": "vlieland", "seed": 1} | {name: value})
    except Built:
        return "taken"
    except Refusal as error:
        return str(error)
    raise AssertionError("neither built nor refused")


@pytest.mark.parametrize("name", BOTH)
def test_both_doors_give_the_same_answer_to_every_value(name, monkeypatch):
    def build(*given: Any, **more: Any) -> None:
        raise Built

    monkeypatch.setattr(run, "build", build)
    answers = {}
    for value in ABSURD:
        if value is None and name in OPTIONAL:
            continue
        one, other = by_python(name, value), by_command(name, value)
        assert one == other, f"{name}={value!r}"
        assert one == "taken" or one.startswith((f"{name}=", f"{name}.")), f"{name}={value!r}: {one} does not name it"
        answers[repr(value)] = one
    never = NEVER[OneModel.model_fields[name].annotation if isinstance(OneModel.model_fields[name].annotation, type) else dict]
    assert [value for value in never if answers[repr(value)] == "taken"] == [], "of another type, and taken"


def test_all_that_a_model_takes_is_held_against_the_command():
    alone = OneModel.model_fields.keys() - {*BOTH}
    assert alone == {"scenario", "interventions"}, "the command takes a list of scenarios, and settings for those"


@pytest.mark.parametrize("value", [v for v in ABSURD if v is not None], ids=repr)
def test_scenario_and_interventions_are_refused_by_name(value, monkeypatch):
    monkeypatch.setattr(run, "build", lambda *given, **more: pytest.fail("built"))
    with pytest.raises(Refusal):
        HousingModel("vlieland", seed=1, scenario=value)
    if not isinstance(value, dict | list) or value:
        with pytest.raises(Refusal):
            HousingModel("vlieland", seed=1, interventions=value)


def test_the_last_seed_is_a_seed_too():
    with pytest.raises(Refusal, match="first_seed=2000000000, seeds=2: the last seed would be 2000000001, and 2000000000 is the highest"):
        make_plan(check(Compare, COMMAND | {"first_seed": 2_000_000_000, "seeds": 2}))
