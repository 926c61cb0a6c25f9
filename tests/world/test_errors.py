"""What is said of the first thing that is wrong in a content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from sim.interventions import REGISTRY
from sim.world.errors import Fault, Refusal, first_fault, hint

ROOT = Path(__file__).resolve().parents[2]


def refused(value: str) -> str:
    if value == "at":
        raise Refusal("Mine is wrong", ("deeper", 2))
    if value == "plain":
        raise ValueError("Plainly wrong")
    return value


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int
    word: Annotated[str, AfterValidator(refused)] = ""


class Whole(BaseModel):
    parts: list[Part]
    named: dict[Annotated[str, AfterValidator(refused)], Part] = {}


@pytest.mark.parametrize(
    ("content", "where", "place", "says"),
    [
        ({"parts": [{"numbr": 1}]}, "parts.0.numbr", None, "extra inputs are not permitted"),
        ({"parts": [{}]}, "parts.0.number", None, "field required"),
        ({"parts": [{"number": 1, "word": "plain"}]}, "parts.0.word", None, "plainly wrong"),
        ({"parts": [{"number": 1, "word": "at"}]}, "parts.0.word", ("parts", 0, "word", "deeper", 2), "mine is wrong"),
        ({"parts": [], "named": {"plain": {"number": 1}}}, "named.plain", None, "plainly wrong"),
    ],
)
def test_the_first_fault_has_its_place_and_one_wording(content, where, place, says):
    with pytest.raises(ValidationError) as error:
        Whole.model_validate(content)
    fault = first_fault(error.value)
    assert isinstance(fault, Fault)
    assert (fault.where, fault.says) == (where, says)
    assert fault.place == (place or fault.at) and (fault.cause is not None) == (place is not None)


def test_what_pydantic_found_is_read_in_one_place():
    read = [
        str(path.relative_to(ROOT))
        for room in ("sim", "experiments", "analysis", "workshop", "tools")
        for path in sorted((ROOT / room).rglob("*.py"))
        if re.search(r"\.errors\(", path.read_text(encoding="utf-8"))
    ]
    assert read == ["sim/world/errors.py"]


def test_a_word_that_is_far_from_all_gets_no_hint_and_a_slip_of_one_sign_gets_one():
    names = sorted(REGISTRY)
    assert hint("koning", names) == "" and hint("bestaatniet", names) == ""
    for name in names:
        assert hint(f"{name[:-1]}x", names) == f"; did you mean {name}?"
