"""Truths and numbers as users write them: every field of every model says by its type and unit what Dutch notation means."""

from __future__ import annotations

import re
import types
from typing import Any, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from analysis.estimates.goals import Goal
from experiments.schema import Attribute, Compare, Goals
from sim import interventions
from sim.approach.rules import Bounds, Talks, When
from sim.interventions import REGISTRY, Who
from sim.world import keyed_files, notation
from sim.world.errors import Refusal
from tests.every import every

MODELS = {**REGISTRY, "who": Who, "when": When, "change": Bounds, "talks": Talks, "goal": Goal, "compare": Compare}
MODELS |= {"attribute": Attribute, "goals": Goals}
LIMITS = {("when", "above"), ("when", "below"), ("goal", "at_least"), ("goal", "at_most")}  # of what is counted


def number(field: FieldInfo) -> Any:
    """bool, int or float, whichever a field holds (or may hold beside null); else None."""
    kind = field.annotation
    options = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    plain = [get_args(one)[0] if get_args(one) else one for one in options]
    return next((one for one in plain if one in (bool, int, float)), None)


FIELDS = [
    (owner, field.alias or name, number(field), field.description or "")
    for owner, model in MODELS.items()
    for name, field in model.model_fields.items()
    if number(field)
]


def refused(owner: str, name: str, text: str) -> str:
    """What is said of a text as the value of a field; empty where it is taken."""
    file = keyed_files.parse(f"{name}: {text}\n".encode(), "x.yaml", "scenario")
    try:
        file.check(MODELS[owner])
    except Refusal as error:
        found = re.fullmatch(r"x\.yaml, line 1, column (\d+): (.+)", str(error))
        assert found and int(found[1]) == len(name) + 3, error
        return found[2]
    return ""


def counted(owner: str, name: str, kind: Any, description: str) -> bool:
    """Whether a field is euro, a whole number, households or months, by what is said of it."""
    unit = re.search(r"\beuro\b", description) or description.startswith(("households", "homes", "months"))
    return kind is int or bool(unit) or (owner, name) in LIMITS


@every(("owner", "name", "kind", "description"), FIELDS, ids=lambda value: str(value)[:30])
def test_every_field_reads_a_point_a_comma_and_zeros_by_its_type_and_unit(owner, name, kind, description):
    said = {text: refused(owner, name, text) for text in ("250.000", "1.250.000", "2,5", "1.250,50", "012", "1:30", ".inf", "'5'")}
    if kind is bool:
        for text in (*said, "yes", "no", "on", "Off", "TRUE", "1", "'true'"):
            assert "write true or false" in refused(owner, name, text)
        assert not refused(owner, name, "true") and not refused(owner, name, "false")
        return
    if counted(owner, name, kind, description):
        assert "that is 250 or 250000: write 250000, or 250" in said["250.000"]
    else:
        assert not said["250.000"], "three decimals of a share, a factor or a logit"
    assert "write 1250000" in said["1.250.000"] and "write 2.5" in said["2,5"] and "write 1250.50" in said["1.250,50"]
    assert "write 12" in said["012"] and "in digits" in said["1:30"] and "finite" in said[".inf"] and "without quotes" in said["'5'"]
    for text in ("0", "-1", "1000", "1_000_000", "0.250", "0.25", "1e3", "null", "~", ""):
        assert not refused(owner, name, text), text
    for text in ("true", "veel", "0x10", "0o10", "1_00", "9" * 16, "1e999", "nan"):
        assert refused(owner, name, text), text


@given(st.from_regex(r"[-+]?[0-9_.,:eExo]{1,12}", fullmatch=True))
def test_a_figure_is_a_number_only_where_python_reads_the_same_number_in_it(text):
    found = notation.value(text)
    if isinstance(found, int | float):
        assert float(text) == found and not re.match(r"[-+]?0\d", text)
    else:
        assert all(notation.fault(text, kind) for kind in ("whole", "count", "number"))


@every("key", REGISTRY)
@every("text", ["false", "0", '""', "[]", "no", "'{}'", "off"])
def test_no_sign_switches_an_instrument_off_but_to_leave_it_out(key, text):
    file = keyed_files.parse(f"instruments:\n  {key}: {text}\n".encode(), "x.yaml", "scenario")
    with pytest.raises(Refusal, match=rf"^x\.yaml, line 2, column \d+: {key}: .*leave {key} out, or write capacity: 0"):
        interventions.check_written(file, key, ("instruments", key))


@every("key", REGISTRY)
@every("text", ["", " {}", " ~", " null"])
def test_an_instrument_without_settings_has_its_defaults(key, text):
    file = keyed_files.parse(f"instruments:\n  {key}:{text}\n".encode(), "x.yaml", "scenario")
    interventions.check_written(file, key, ("instruments", key))
    assert interventions.load(key, file.value(("instruments", key))) == interventions.load(key, {})


@every(("owner", "name"), [(owner, name) for owner, name, kind, _ in FIELDS if kind is float])
@every("value", [float("inf"), float("-inf"), float("nan")])
def test_no_number_is_without_end_or_no_number_in_python_either(owner, name, value):
    model = MODELS[owner]
    found = model.__pydantic_validator__.validate_assignment
    with pytest.raises(ValueError, match=r"finite|greater than|less than"):
        found(model.model_construct(), name if name in model.model_fields else "since", value)
