"""What the arguments of a run may be: one type each, for the command line and for Python, and one line on the first that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, get_args

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from sim.world.errors import Refusal, first_fault, hint, nearest, shown
from sim.world.names import JOINED, MOST_SEED, START_MONTH
from sim.world.notation import limits
from sim.world.span import check_start


def _plain(value: Any) -> Any:
    """A number of NumPy as one of Python; all else as it is."""
    return value.item() if isinstance(value, np.integer | np.floating) else value


def _as_text(value: Any) -> Any:
    """A bare CBS code, which is typed as a number, as text; a list of places, which are one place together, as one text."""
    if isinstance(value, list | tuple) and value and all(isinstance(one, int | str) and not isinstance(one, bool) for one in value):
        return JOINED.join(str(one) for one in value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _in_span(start: str) -> str:
    check_start(start)
    return start


# strict: neither True nor 3.0 nor "3" is the whole number 3
Truth = Annotated[bool, Field(strict=True, description="true or false")]
Whole = Annotated[int, Field(strict=True), BeforeValidator(_plain)]
Number = Annotated[float, Field(strict=True), BeforeValidator(_plain)]
Text = Annotated[str, Field(strict=True)]
Seed = Annotated[int, Field(strict=True, ge=0, le=MOST_SEED, description="number of a seed"), BeforeValidator(_plain)]
Months = Annotated[int, Field(strict=True, ge=1, le=1_200, description="months"), BeforeValidator(_plain)]
MonthsAround = Annotated[int, Field(strict=True, ge=0, le=600, description="months"), BeforeValidator(_plain)]
Start = Annotated[str, Field(strict=True, pattern=START_MONTH, description="a month as 2026-01"), AfterValidator(_in_span)]
Place = Annotated[str, Field(strict=True, description="slug, CBS code or region, or several: [zwolle,kampen]"), BeforeValidator(_as_text)]
Behaviour = Annotated[dict[str, Number], Field(description="behavioural parameters")]


class Term(BaseModel):
    """How long a run is, and when."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    months: Months
    burn_in: MonthsAround
    follow_up: MonthsAround
    start: Start


class OneRun(Term):
    """The arguments of the run of one seed."""

    municipality: Place
    seed: Seed
    behaviour: Behaviour
    debug: Truth


class OneModel(OneRun):
    """The arguments of a model, which is one run with instruments."""

    scenario: Text = Field(description="name of a scenario")
    interventions: dict[str, Any] = Field(description="settings of instruments, or instruments, by key")


class Rng(BaseModel):
    """The seed, under the name that Mesa's tools give it."""

    rng: Seed


class Ahead(BaseModel):
    """How far a scenario goes from month 0 on."""

    months: Months
    follow_up: MonthsAround


class Passing(BaseModel):
    """The arguments of ``HousingModel.run``."""

    model_config = ConfigDict(extra="forbid")

    months: Annotated[int, Field(strict=True, ge=0, le=1_200, description="months"), BeforeValidator(_plain)]
    follow_up: MonthsAround


Schema = TypeVar("Schema", bound=BaseModel)


def check(schema: type[Schema], values: Mapping[str, Any]) -> Schema:
    """The arguments as an object of ``schema``.

    Raises:
        Refusal: the first thing that is wrong, with range and unit or the nearest right name.
    """
    try:
        return schema.model_validate(dict(values))
    except ValidationError as error:
        raise Refusal(readable(schema, error)) from None


def readable(schema: type[BaseModel], error: ValidationError) -> str:
    """One line on the first fault that pydantic found."""
    fault = first_fault(error)
    key = str(fault.at[0])
    field = schema.model_fields.get(key)
    if field is None:
        return unknown_key(schema, key)
    if fault.cause:
        return str(fault.cause)
    if fault.kind == "missing":
        return f"{key} is missing: give {key}=… ({field.description})"
    if fault.kind == "too_short":
        return f"{key} is empty: name at least one"
    if fault.kind == "string_too_short":
        return f"{key} is empty: give {key}=… ({field.description})"
    given = f"{fault.where}={shown(repr(fault.value))}"
    options = choices(field)
    if options:
        near = nearest(str(fault.value), options)
        return f"{given}: {key} is one of {', '.join(options)}" + (f"; did you mean {near}?" if near else "")
    span = limits(field)
    if fault.kind in ("greater_than_equal", "less_than_equal") and span:
        return f"{given} is out of range: {span} {field.description}"
    kind = "a whole number is needed" if field.annotation is int else fault.says
    if fault.kind == "string_type":
        kind = "one text is needed"
    if fault.kind == "string_pattern_mismatch":
        return f"{given}: {field.description} is needed"
    return f"{given}: {kind} ({span + ' ' if span else ''}{field.description})"


def unknown_key(schema: type[BaseModel], key: str) -> str:
    """What to say of a key that the schema does not have."""
    keys = list(schema.model_fields)
    instead: dict[str, str] = getattr(schema, "instead", {})  # what a schema says itself of a key that it does not have
    return instead.get(key) or f"there is no key {key}{hint(key, keys, 'keys are ' + ', '.join(keys))}"


def choices(field: FieldInfo) -> list[str]:
    """The values that a field of fixed words accepts; empty for other fields."""
    values = get_args(field.annotation)
    return list(values) if values and all(isinstance(value, str) for value in values) else []
