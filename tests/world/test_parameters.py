"""Every number of the model has a unit, a range and a source, and what is set is checked against them."""

from __future__ import annotations

import ast
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from sim.behaviour.woonprofielen import profile_edges, profile_scores
from sim.parameters import REGISTRY, SUBJECTS, Params, resolve
from sim.world.errors import Refusal
from tests.every import every
from tools import make_params


@every("name", REGISTRY)
def test_a_parameter_has_unit_range_and_evidence_or_the_word_assumption(name):
    entry = REGISTRY[name]
    assert entry.unit.strip() and entry.text.strip()
    assert entry.low < entry.high
    assert entry.low <= entry.default <= entry.high
    assert re.search(r"\b[A-F]\d{2}\b|assumption", entry.evidence), f"{name}: {entry.evidence!r} names no evidence id"
    assert entry.subject in SUBJECTS


@every("name", REGISTRY)
def test_a_name_tells_the_kind_of_quantity(name):
    prefix = name.split("_")[0]
    assert prefix in {"n", "p", "rel", "dur", "eur", "logit", "km", "m2", "age", "senior"}, name
    if prefix == "p":
        assert REGISTRY[name].low >= 0 and REGISTRY[name].high <= 1
    if prefix == "dur":
        assert REGISTRY[name].unit.startswith("months")
    if prefix in ("age", "km", "m2"):
        assert REGISTRY[name].unit.startswith({"age": "years"}.get(prefix, prefix))
    if prefix == "eur":
        assert REGISTRY[name].unit.startswith("euro")


def test_the_typed_fields_are_in_step_with_the_registry():
    assert make_params.FILE.read_text(encoding="utf-8") == make_params.made(), "run: python tools/make_params.py"


def test_values_are_read_by_name_in_the_order_of_the_registry():
    assert tuple(one.name for one in fields(Params)) == tuple(REGISTRY)
    values = resolve()
    for name, entry in REGISTRY.items():
        assert getattr(values, name) == entry.default
    assert replace(resolve({"p_sight": 0.2}), p_sight=values.p_sight) == values


def test_every_parameter_is_read_somewhere_in_the_model():
    room = Path(__file__).resolve().parents[2] / "sim"
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in room.rglob("*.py") if path.parent.name != "parameters"]
    read = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    by_name = {name for name, one in REGISTRY.items() if one.subject == "woonprofielen"}  # their names are made of keys
    assert set(REGISTRY) - by_name <= read, f"read nowhere in sim: {sorted(set(REGISTRY) - by_name - read)}"


@every("name", [name for name, one in REGISTRY.items() if one.subject == "woonprofielen" and name != "age_profile_old"])
def test_every_number_of_the_woonprofielen_moves_scores_or_shares(name):
    usual, other = resolve(), resolve({name: REGISTRY[name].low})
    same_scores = (profile_scores(usual, 1.0) == profile_scores(other, 1.0)).all()
    assert not (same_scores and (profile_edges(usual) == profile_edges(other)).all())


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(Refusal, match=r"behaviour\.p_sigth does not exist; did you mean p_sight\?"):
        resolve({"p_sigth": 0.2})


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_value_out_of_range_gets_range_and_unit(value):
    entry = REGISTRY["p_refusal"]
    with pytest.raises(Refusal) as caught:
        resolve({"p_refusal": value})
    text = str(caught.value)
    assert f"p_refusal={value}" in text
    assert f"{entry.low} to {entry.high} {entry.unit}" in text


@every("name", REGISTRY)
def test_both_ends_of_a_range_are_allowed(name):
    for value in (REGISTRY[name].low, REGISTRY[name].high):
        assert getattr(resolve({name: value}), name) == value
