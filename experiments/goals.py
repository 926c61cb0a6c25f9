"""Which share of the runs reaches the goals, and the cheapest package that does: ``python -m experiments.goals scenario=NAME``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.estimates.packages import Package, cheapest
from analysis.tables.made import GOALS
from experiments import goal_file
from experiments.entry import HydraCommand, main
from experiments.goal_file import GoalFile
from experiments.runs import runner
from experiments.runs.apart import Marks, run_apart
from experiments.runs.plan import Plan, make_plan, of_its_own
from experiments.runs.search import Search, read_runs, seek, try_out
from experiments.runs.simulation import SeedJob, Simulation
from experiments.runs.world import Verhuisketens
from experiments.schema import Compare, Goals
from sim.world.errors import Refusal
from sim.world.names import PLACEBO


@dataclass(frozen=True)
class Prepared:
    """What is run: the plan of basis, placebo and the scenario, the goals, and the search, if any."""

    plan: Plan
    scenario: str
    file: GoalFile
    search: Search | None

    @property
    def out(self) -> Path:
        """The folder of the results: that of a comparison with the same design."""
        return self.plan.out


def prepare(config: Goals) -> Prepared:
    """Check all names, settings, goals and doses.

    Raises:
        Refusal: as ``make_plan`` and ``goal_file.load``; a goal that is due after the run; a search without doses.
    """
    name = config.scenario
    if name == PLACEBO:
        raise Refusal("scenario=placebo: the placebo is run beside every scenario; name another")
    shared = config.model_dump(exclude={"scenario", "goals", "trials", "probability"})
    plan = make_plan(Compare(**shared, scenarios=[name], eur_budget_total=None, ledger="none"))
    file = goal_file.load(config.goals)
    goal_file.check_dates(file.goals, config.months)
    search = None
    if config.trials:
        spans = goal_file.doses_of(file, of_its_own(plan.contents[name]), config.start, config.strength)
        search = Search(plan, name, file.goals, spans, config.trials, config.probability)
    return Prepared(plan, name, file, search)


def execute(
    prepared: Prepared,
    out: Path | None,
    command: str,
    simulation: Simulation | None = None,
    executor: Executor | None = None,
) -> int:
    """Run what is not finished, then write the goals and, if one is asked for, the packages; returns the exit status."""
    folder = out or prepared.out
    world = simulation or Verhuisketens()

    def jobs_of(seeds: Sequence[int]) -> list[SeedJob]:
        return runner.seed_jobs(prepared.plan, seeds, folder)

    def conclude(found: Marks, content: dict[str, Any]) -> int:
        from analysis.page.goal_report import finish

        runs = read_runs(jobs_of(content["seeds"]), prepared.plan.config.months)
        packages, check = _packages(prepared, content["seeds"], folder, world, executor)
        title = content["scenarios"][prepared.scenario]["title"]
        probability = prepared.search.probability if prepared.search else 0.0
        content["goals"] = prepared.file.model_dump(mode="json", exclude_none=True)
        content["search"] = {"trials": len(packages), "probability": probability, "checked": check is not None}
        if packages:
            content["packages"]["optuna"] = metadata.version("optuna")
        print(finish(folder, prepared.scenario, prepared.file.goals, runs, content["place"], title, packages, check, probability))
        print(folder / "goals.csv")
        return 0

    record = f"goals_{prepared.scenario}.json"
    forget = partial(GOALS.forget, folder, prepared.scenario)
    return run_apart(prepared.plan, folder, record, command, jobs_of, conclude, forget, world, executor)


def _packages(
    prepared: Prepared, seeds: Sequence[int], folder: Path, world: Simulation, executor: Executor | None
) -> tuple[list[Package], Package | None]:
    """What was tried, and the cheapest that is enough once more, in as many seeds that had no part in choosing it."""
    if prepared.search is None:
        return [], None
    packages = seek(prepared.search, seeds, folder, world, executor)
    best = cheapest(packages, prepared.search.probability)
    if best is None:
        return packages, None
    fresh = list(range(max(seeds) + 1, max(seeds) + 1 + len(seeds)))
    return packages, try_out(prepared.search, {best.number: best.doses}, fresh, folder, world, executor)[0]


COMMAND = HydraCommand("goals", "goals", Goals, prepare, execute, ("report", "goals"))

if __name__ == "__main__":
    sys.exit(main(COMMAND))
