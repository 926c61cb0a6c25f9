"""Goals as data: a short YAML file with a title, goals, and the doses among which a package may be sought."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.estimates.goals import Goal
from experiments.runs import world
from experiments.runs.plan import Settings
from sim.world import keyed_files
from sim.world.errors import Refusal, first_fault, hint
from sim.world.names import ALL, Title, check_names

FOLDER = Path(__file__).resolve().parents[1] / "configs" / "goals"


class GoalFile(BaseModel):
    """The content of a file of goals. ``doses``: ``instrument.setting`` to its lowest and highest value."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    title: Title
    goals: dict[str, Goal] = Field(min_length=1)
    doses: dict[str, tuple[float, float]] = Field(default_factory=dict)


def load(name: str) -> GoalFile:
    """The goals of a file of configs/goals, or of a path that ends in .yaml.

    Raises:
        Refusal: no such file, no YAML, or a key or value that does not belong there; names file and key.
    """
    path = Path(name).expanduser() if name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    if not path.is_file():
        known = sorted(one.stem for one in FOLDER.glob("*.yaml"))
        raise Refusal(f"goals={name}: there is no such file{hint(name, known, 'files are ' + ', '.join(known))}")
    file = keyed_files.read(path, "file of goals", tuple(GoalFile.model_fields))
    file.check(GoalFile)
    try:
        found = GoalFile.model_validate(file.content)
        check_names(found.goals, "goal")
        return found
    except ValidationError as error:
        fault = first_fault(error)
        raise file.refusal(f"{fault.where}: {fault.says}", fault.place) from None


def check_dates(goals: dict[str, Goal], months: int) -> None:
    """Refuse a goal that is due after the run, or has the name of the row of all goals; raises Refusal."""
    if ALL in goals:
        raise Refusal(f"goal {ALL}: that is the name of the row of all goals together; choose another")
    for key, goal in goals.items():
        if goal.within > months:
            raise Refusal(f"goal {key} is due within {goal.within} months, and the run has months={months}; give months={goal.within}")


def doses_of(file: GoalFile, filled: Settings, start: str, strength: float) -> dict[str, tuple[float, float]]:
    """The doses of instruments that the scenario holds, both ends checked against ranges and law.

    Raises:
        Refusal: no dose is left, a dose is no setting, or an end is out of range.
    """
    found = {}
    for name, (low, high) in file.doses.items():
        key = name.partition(".")[0]
        world.settings(key, {}, start)
        if low >= high:
            raise Refusal(f"doses: {name}: [{low:g}, {high:g}] is no span; put the lower one first")
        if key in filled:
            for value in (low, high):
                world.settings(key, dosed(filled, {name: value})[key], start, strength)
            found[name] = (low, high)
    if not found:
        held = ", ".join(filled) or "it holds none"
        raise Refusal(f"the file of goals names no dose of an instrument of the scenario ({held}); add one under doses")
    return found


def dosed(settings: Settings, doses: dict[str, float]) -> Settings:
    """Settings of instruments with doses in their place. A dose of a setting that counts whole things is rounded."""
    from sim.interventions import Instrument, class_of

    found: dict[str, dict[str, Any]] = {key: dict(one) for key, one in settings.items()}
    for name, value in doses.items():
        key, _, setting = name.partition(".")
        field = (class_of(key) or Instrument).model_fields.get(setting)
        found[key][setting] = round(value) if field is not None and field.annotation is int else value
    return found
