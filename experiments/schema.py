"""What a command accepts: closed schemas with ranges and units. What a run of Python accepts too stands in ``sim.world.arguments``."""

from __future__ import annotations

import os.path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from sim.counts.indicators import HEADLINE, REGISTRY
from sim.world.arguments import Behaviour, Months, MonthsAround, Number, Place, Seed, Start, Truth, Whole
from sim.world.arguments import check as check
from sim.world.arguments import unknown_key as unknown_key
from sim.world.errors import hint
from sim.world.names import MOST_STRENGTH


def _headlines(names: list[str]) -> list[str]:
    """Raises ValueError for what is no indicator, or one that is no effect on anybody."""
    for name in names:
        if name not in REGISTRY:
            raise ValueError(f"{name} is no indicator{hint(name, REGISTRY, 'python -m experiments.list what=indicators names them')}")
        if REGISTRY[name].over_movers:
            raise ValueError(f"{name} is a mean over whoever moved, which describes and is no effect on anybody; name another indicator")
    return list(dict.fromkeys(names))


Names = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


def _of_home(folder: str | None) -> str | None:
    """A folder with the home folder in the place of a ``~`` in front: only a shell that sees it first would do it."""
    return folder and os.path.expanduser(folder)


OneFolder = Annotated[str | None, AfterValidator(_of_home)]
# experiments/entry.py hands the one name over as scenario.name
OneName = Annotated[str, BeforeValidator(lambda value: value.get("name") if isinstance(value, dict) else value)]


class Command(BaseModel):
    """Keys that every command has."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    debug: Truth = False


class Runs(Command):
    """Keys of every command that runs worlds."""

    municipality: Place
    place_dir: OneFolder = Field(None, min_length=1, description="folder with places of one's own")
    scenario_dir: OneFolder = Field(None, min_length=1, description="folder with more scenarios")
    seeds: Whole = Field(ge=1, le=100_000, description="replications")
    first_seed: Seed = Field(description="number of the first seed")
    months: Months
    burn_in: MonthsAround
    follow_up: MonthsAround
    start: Start
    strength: Number = Field(ge=0, le=int(MOST_STRENGTH), description="times the delivery")
    instruments: dict[str, dict[str, Any]] = Field(default_factory=dict, description="settings of instruments")
    behaviour: Behaviour = Field(default_factory=dict)
    workers: Whole = Field(ge=1, le=1_024, description="processes")
    out: OneFolder = Field(None, min_length=1, description="a folder")


class Comparing(Runs):
    """The keys of every comparison."""

    instead: ClassVar[dict[str, str]] = {"scenario": "there is no key scenario here: name them in a list, scenarios=[basis,voorrang]"}

    scenarios: Names = Field(min_length=1, description="names of scenarios")
    eur_budget_total: Number | None = Field(None, ge=0, le=10_000_000_000, description="euro for each scenario")
    headline: Annotated[Names, AfterValidator(_headlines)] = Field(
        list(HEADLINE), min_length=1, description="indicators that are named beforehand"
    )
    ledger: Literal["all", "first", "none"] = Field(description="all, first or none")
    ghosts: Truth = True
    ghost_window: Whole = Field(24, ge=1, le=240, description="months")


class Compare(Comparing):
    """The keys of ``experiments.compare`` (docs: the table of keys in docs/interface.md), which can go on until intervals are narrow."""

    width: Number | None = Field(None, gt=0, le=1, description="share of basis")
    draws: Whole | None = Field(None, ge=8, le=1_000, description="draws of behaviour=posterior, beside the seeds")


class Pooled(Comparing):
    """Keys of commands that run many comparisons as one pool."""

    earlier: Names = Field(default_factory=list, description="folders of results whose runs are taken where they are the same")
    executor: Literal["processes", "dask", "ray"] = Field("processes", description="processes, dask or ray")
    address: str | None = Field(None, min_length=1, description="of the scheduler of dask or ray")


class Sweep(Pooled):
    """The keys of ``experiments.sweep``: those of compare, of which each may have several values."""

    draws: OneFolder = Field(None, min_length=1, description="a CSV file with keys above its columns, or posterior: each row is a job")


class Sensitivity(Pooled):
    """The keys of ``experiments.sensitivity``."""

    over: Names = Field(min_length=1, max_length=30, description="assumptions: parameters, or INSTRUMENT.setting")
    points: Whole = Field(ge=4, le=65_536, description="a power of two: points of each of the 2 + assumptions tables")


class Calibrate(Command):
    """The keys of ``experiments.calibrate``."""

    municipality: Place
    months: Months
    burn_in: MonthsAround
    over: Names = Field(default_factory=list, max_length=30, description="parameters that are drawn; none: those that decide most")
    structure: Names = Field(default_factory=list, description="mechanisms that are drawn as shipped or otherwise")
    waves: Whole = Field(ge=1, le=10, description="waves of runs")
    runs: Whole = Field(ge=4, le=100_000, description="base worlds of each wave")
    repeats: Whole = Field(ge=2, le=1_000, description="seeds of the world as shipped: what chance makes of one")
    kept: Whole = Field(ge=2, le=10_000, description="draws that are run again and written")
    truths: Whole = Field(ge=2, le=10_000, description="runs that are taken for the truth in turn")
    earlier: OneFolder = Field(None, min_length=1, description="base.jsonl of tools/study.py: the first wave")
    workers: Whole = Field(ge=1, le=1_024, description="processes")
    out: OneFolder = Field(None, min_length=1, description="a folder")


class Attribute(Runs):
    """The keys of ``experiments.attribute``."""

    scenario: OneName = Field(description="name of a scenario")
    permutations: Whole | None = Field(None, ge=1, le=10_000, description="orders of the instruments for each seed")


class Goals(Runs):
    """The keys of ``experiments.goals``."""

    scenario: OneName = Field(description="name of a scenario")
    goals: OneName = Field(description="a file of configs/goals, or the path of one of your own that ends in .yaml")
    trials: Whole = Field(ge=0, le=10_000, description="packages that are tried; 0 is no search")
    probability: Number = Field(gt=0, le=1, description="share of the runs that must reach all goals")


class Listing(Command):
    """The keys of ``experiments.list``."""

    what: Literal["instruments", "scenarios", "municipalities", "organisations", "indicators", "parameters", "columns", "values"] = Field(
        description="what to list"
    )
    place_dir: OneFolder = Field(None, min_length=1, description="folder with places of one's own")
    scenario_dir: OneFolder = Field(None, min_length=1, description="folder with more scenarios")
