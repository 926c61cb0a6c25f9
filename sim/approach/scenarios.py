"""Scenarios as data: a title, a shopping list of instruments, and rules; in a short YAML file, or made from the cards (menukaart)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sim.approach import menukaart
from sim.approach.done_already import refuse_there
from sim.approach.rules import Rule, named
from sim.approach.rules import check as check_rules
from sim.approach.rules import read as read_rules
from sim.interventions import REGISTRY, card_of, check_written, class_of, defaults_if_empty
from sim.world import keyed_files
from sim.world.errors import Refusal, first_fault, hint
from sim.world.names import THERE, Title, check_names, is_there, other_of

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "scenario"
EACH = "elk_instrument"  # every instrument of the menukaart, each a scenario of its own
OWN = "interventie_x"  # on no menukaart: what it does is for the user to say


class Scenario(BaseModel):
    """What comes on top of what is done already (``instruments``), and what of that it stops (``stops``)."""

    model_config = ConfigDict(extra="forbid")
    title: Title
    instruments: dict[str, dict[str, Any]] = Field(default_factory=dict)
    stops: list[str] = Field(default_factory=list)
    rules: list[Rule] = Field(default_factory=list)

    @field_validator("instruments", mode="before")
    @classmethod
    def _settings(cls, value: Any) -> Any:
        """An instrument without settings has its defaults."""
        return {key: dict(defaults_if_empty(key, one)) for key, one in value.items()} if isinstance(value, dict) else value

    @field_validator("stops")
    @classmethod
    def _there(cls, value: list[str]) -> list[str]:
        """Names of what places do already."""
        for key in value:
            if class_of(key) is None or not is_there(key):
                means = other_of(key) if class_of(key) else f"{THERE}KEY of an instrument"
                raise ValueError(f"{key} is no name of what a place does already; write {means}")
            if value.count(key) > 1:
                raise ValueError(f"{key} stands there twice; take one out")
        return value

    @field_validator("rules", mode="before")
    @classmethod
    def _numbered(cls, value: Any) -> list[Rule]:
        """Each rule is read on its own, so that an error names its number."""
        return read_rules([] if value is None else value)


def names(folder: Path | None = None) -> list[str]:
    """Scenarios in ``folder``; without one those of ``configs/scenario``, of the menukaart, and each instrument alone. Sorted."""
    made = () if folder else (*menukaart.scenarios(), *REGISTRY)
    return sorted({*(path.stem for path in (folder or FOLDER).glob("*.yaml")), *made})


def spread(wanted: Iterable[str], folder: Path | None = None) -> list[str]:
    """Names of scenarios with ``elk_instrument`` written out: the key of each instrument but interventie_x, sorted.

    A file of that name, in ``folder`` or in ``configs/scenario``, wins.
    """
    filed = any((place / f"{EACH}.yaml").is_file() for place in (folder, FOLDER) if place)
    each = [EACH] if filed else sorted(set(REGISTRY) - {OWN})
    return [name for one in wanted for name in (each if one == EACH else [one])]


def load(name: str, folder: Path | None = None) -> Scenario:
    """One scenario by name, from ``folder`` first, else from ``configs/scenario``, else from the menukaart or the instrument of that name.

    Raises:
        Refusal: a name that is no word, no such scenario, no YAML, a key that does not belong there, or rules that contradict each other.
    """
    check_names([name], "scenario")
    for place in (folder, FOLDER):
        for path in place.glob("*.yaml") if place else ():
            if path.stem == name:  # asked of the path itself, some computers would find a name in other capitals
                return _read(path)
    if name in menukaart.scenarios():
        title, instruments = menukaart.scenarios()[name]
        return Scenario(title=title, instruments=instruments)
    if name in REGISTRY:
        return Scenario(title=Title(**card_of(name).title), instruments={name: {}})
    if name == EACH:
        raise Refusal(f"{EACH} is many scenarios, one for each instrument: only scenarios=[{EACH}] of experiments.compare takes it")
    known = sorted({EACH, *names(), *(names(folder) if folder else [])})
    raise Refusal(f"there is no scenario {name!r}{hint(name, known)} (python -m experiments.list what=scenarios)")


def _read(path: Path) -> Scenario:
    file = keyed_files.read(path, "scenario", tuple(Scenario.model_fields))
    file.check(Scenario)
    try:
        found = Scenario.model_validate(file.content)
    except ValidationError as error:
        fault = first_fault(error)
        known = f" (keys are {', '.join(Scenario.model_fields)})" if len(fault.at) == 1 else ""
        raise file.refusal(fault.cause or f"{fault.where}: {fault.says}{known}", fault.place) from None
    adding = [("rules", number, "do", "add", key) for number, rule in enumerate(found.rules) for key in rule.do.add]
    for at in (*(("instruments", key) for key in found.instruments), *adding):
        check_written(file, str(at[-1]), at)
    try:
        refuse_there(found.instruments, "instruments")
    except Refusal as error:
        raise file.refusal(error, ("instruments",)) from None
    try:
        check_rules({*found.instruments, *filter(is_there, named(found.rules))}, found.rules)
    except Refusal as error:
        raise file.refusal(error, ("rules", *error.at)) from None
    return found
