"""What a command accepts: closed schemas with ranges and units, and their errors in one readable line."""

from __future__ import annotations

import os.path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from sim.world.errors import Refusal, hint, nearest, shown
from sim.world.names import MOST_STRENGTH, START_MONTH
from sim.world.notation import limits

Names = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


def _of_home(folder: str | None) -> str | None:
    """A folder with the home folder in the place of a ``~`` in front: only a shell that sees it first would do it."""
    return folder and os.path.expanduser(folder)


# experiments/entry.py hands the one name over as scenario.name
OneName = Annotated[str, BeforeValidator(lambda value: value.get("name") if isinstance(value, dict) else value)]


class Command(BaseModel):
    """Keys that every command has."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    debug: bool = Field(False, description="true or false")


class Runs(Command):
    """Keys of every command that runs worlds."""

    municipality: str = Field(description="slug, CBS code or region")
    scenario_dir: str | None = Field(None, description="folder with more scenarios")
    seeds: int = Field(ge=1, le=100_000, description="replications")
    first_seed: int = Field(ge=0, le=2_000_000_000, description="number of the first seed")
    months: int = Field(ge=1, le=1_200, description="months")
    burn_in: int = Field(ge=0, le=600, description="months")
    follow_up: int = Field(ge=0, le=600, description="months")
    start: str = Field(pattern=START_MONTH, description="a month as 2026-01")
    strength: float = Field(ge=0, le=int(MOST_STRENGTH), description="times the delivery")
    instruments: dict[str, dict[str, Any]] = Field(default_factory=dict, description="settings of instruments")
    behaviour: dict[str, float] = Field(default_factory=dict, description="behavioural parameters")
    workers: int = Field(ge=1, le=1_024, description="processes")
    out: Annotated[str | None, AfterValidator(_of_home)] = Field(None, min_length=1, description="a folder")


class Compare(Runs):
    """The keys of ``experiments.compare`` (docs: the table of keys in docs/interface.md)."""

    scenarios: Names = Field(min_length=1, description="names of scenarios")
    eur_budget_total: float | None = Field(None, ge=0, le=10_000_000_000, description="euro for each scenario")
    ledger: Literal["all", "first", "none"] = Field(description="all, first or none")
    ghosts: bool = Field(True, description="true or false")
    ghost_window: int = Field(24, ge=1, le=240, description="months")


class Attribute(Runs):
    """The keys of ``experiments.attribute``."""

    scenario: OneName = Field(description="name of a scenario")
    permutations: int | None = Field(None, ge=1, le=10_000, description="orders of the instruments for each seed")


class Goals(Runs):
    """The keys of ``experiments.goals``."""

    scenario: OneName = Field(description="name of a scenario")
    goals: OneName = Field(description="a file of configs/goals, or the path of one of your own that ends in .yaml")
    trials: int = Field(ge=0, le=10_000, description="packages that are tried; 0 is no search")
    probability: float = Field(gt=0, le=1, description="share of the runs that must reach all goals")


class Listing(Command):
    """The keys of ``experiments.list``."""

    what: Literal["instruments", "scenarios", "municipalities", "organisations", "indicators", "parameters", "columns", "values"] = Field(
        description="what to list"
    )
    scenario_dir: str | None = Field(None, description="folder with more scenarios")


def check(schema: type[BaseModel], values: dict[str, Any]) -> Any:
    """The configuration as an object of ``schema``.

    Raises:
        Refusal: the first thing that is wrong, with range and unit or the nearest right name.
    """
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise Refusal(readable(schema, error)) from None


def readable(schema: type[BaseModel], error: ValidationError) -> str:
    """One line on the first fault that pydantic found."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function-"))
    key = str(first["loc"][0])
    field = schema.model_fields.get(key)
    if field is None:
        return unknown_key(schema, key)
    if first["type"] == "missing":
        return f"{key} is missing: give {key}=… ({field.description})"
    if first["type"] == "too_short":
        return f"{key} is empty: name at least one"
    if first["type"] == "string_too_short":
        return f"{key} is empty: give {key}=… ({field.description})"
    given = f"{where}={shown(repr(first['input']))}"
    options = choices(field)
    if options:
        near = nearest(str(first["input"]), options)
        return f"{given}: {key} is one of {', '.join(options)}" + (f"; did you mean {near}?" if near else "")
    span = limits(field)
    if first["type"] in ("greater_than_equal", "less_than_equal") and span:
        return f"{given} is out of range: {span} {field.description}"
    kind = "a whole number is needed" if field.annotation is int else first["msg"].lower()
    if first["type"] == "string_type":
        kind = "one text is needed"
    if first["type"] == "string_pattern_mismatch":
        return f"{given}: {field.description} is needed"
    return f"{given}: {kind} ({span + ' ' if span else ''}{field.description})"


def unknown_key(schema: type[BaseModel], key: str) -> str:
    """What to say of a key that the schema does not have."""
    keys = list(schema.model_fields)
    if key == "scenario" and "scenarios" in keys:
        return "there is no key scenario here: name them in a list, scenarios=[basis,voorrang]"
    return f"there is no key {key}{hint(key, keys, 'keys are ' + ', '.join(keys))}"


def choices(field: FieldInfo) -> list[str]:
    """The values that a field of fixed words accepts; empty for other fields."""
    values = get_args(field.annotation)
    return list(values) if values and all(isinstance(value, str) for value in values) else []
