"""The cheapest package that reaches the goals: doses of a scenario's instruments are tried, the next ones where it paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.estimates.goals import Goal, Run, reached, read_run, shortfall
from analysis.estimates.packages import Doses, Package
from experiments.goal_file import dosed
from experiments.runs import carry_out, manifest, runner, store
from experiments.runs.gauge import Tally
from experiments.runs.plan import Plan
from experiments.runs.progress import Progress
from experiments.runs.simulation import SeedJob, Simulation
from sim.world.errors import Refusal
from sim.world.names import BASIS

BATCH = 5  # packages that are tried together: a seed is built once for all of them
STEPS = 100  # steps between the lowest and the highest dose


@dataclass(frozen=True)
class Search:
    """What is sought.

    Attributes:
        scenario: holds the instruments.
        goals: by key; all must hold, each in its own month.
        spans: lowest and highest value by dose.
        trials: packages that are tried.
        probability: share of the seeds that must reach all goals.
    """

    plan: Plan
    scenario: str
    goals: Mapping[str, Goal]
    spans: Mapping[str, tuple[float, float]]
    trials: int
    probability: float


def seek(search: Search, seeds: Sequence[int], out: Path, simulation: Simulation, executor: Executor | None = None) -> list[Package]:
    """Try packages; the lowest and the highest doses first. The same seeds and search give the same packages.

    Raises:
        Refusal: a run failed (which one and why was printed).
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seeds[0], multivariate=True, n_startup_trials=max(5, 2 * len(search.spans)))
    study = optuna.create_study(direction="minimize", sampler=sampler)
    for end in (0, STEPS):
        study.enqueue_trial(dict.fromkeys(search.spans, end))
    packages: list[Package] = []
    config = search.plan.config
    of_package = len(seeds) * (config.months + config.follow_up)
    progress = Progress(search.trials * of_package)
    try:
        while len(packages) < search.trials:
            asked = [study.ask() for _ in range(min(BATCH, search.trials - len(packages)))]
            doses = [{name: _dose(trial, name, *span) for name, span in search.spans.items()} for trial in asked]
            found = try_out(
                search,
                dict(enumerate(doses, len(packages))),
                seeds,
                out,
                simulation,
                executor,
                _from(len(packages) * of_package, len(asked) * of_package, progress),
            )
            for trial, package in zip(asked, found, strict=True):
                trial.set_constraint("short", package.short(search.probability))
                study.tell(trial, package.cost)
            packages += found
    finally:
        progress.close()
    return packages


def _from(before: int, months: int, progress: Progress) -> Callable[[Tally], None]:
    """Months of packages: those of a batch grow with all that it runs, burn-in and basis too."""
    return lambda tally: progress(before + months * tally.months // tally.total, tally.kernels)


def _dose(trial: Any, name: str, low: float, high: float) -> float:
    step = trial.suggest_int(name, 0, STEPS)
    return float(f"{low + (high - low) * step / STEPS:.6g}")


def try_out(
    search: Search,
    doses: Mapping[int, Doses],
    seeds: Sequence[int],
    out: Path,
    simulation: Simulation,
    executor: Executor | None,
    report: Callable[[Tally], None] = lambda tally: None,
) -> list[Package]:
    """Run packages, by number, in the same seeds. Raises Refusal when one fails."""
    plan = search.plan
    given, filled = plan.scenarios[search.scenario], plan.contents[search.scenario]
    names = {label(search.scenario, number): number for number in doses}
    scenarios = {BASIS: plan.scenarios[BASIS]} | {name: dosed(given, doses[number]) for name, number in names.items()}
    contents = {BASIS: plan.contents[BASIS]} | {name: dosed(filled, doses[number]) for name, number in names.items()}
    rules = dict.fromkeys(names, plan.rules[search.scenario]) if search.scenario in plan.rules else {}
    jobs = runner.seed_jobs(replace(plan, scenarios=scenarios, contents=contents, rules=rules), seeds, out)
    failures = runner.run_all(simulation, jobs, plan.config.workers, executor, report)
    if failures:
        carry_out.tell(failures, plan.config.debug)
        raise Refusal("the search stopped, for a package could not be run; the same command goes on where it ended")
    runs = read_runs(jobs, plan.config.months)
    last = max(goal.within for goal in search.goals.values()) - 1
    packages = []
    for name, number in names.items():
        pairs = [(runs[name, seed], runs[BASIS, seed]) for seed in seeds]
        packages.append(
            Package(
                number,
                doses[number],
                float(np.mean([run.spent[last] for run, _ in pairs])),
                tuple(reached(search.goals, *pair) for pair in pairs),
                tuple(shortfall(search.goals, *pair) for pair in pairs),
                seeds[0],
            )
        )
    return packages


def label(scenario: str, number: int) -> str:
    """The name of a package among the runs of a seed."""
    return f"{scenario}: package {number}"


def read_runs(jobs: Sequence[SeedJob], months: int) -> dict[tuple[str, int], Run]:
    """What goals read of every finished run, by (scenario, seed)."""
    found = {}
    for mark in manifest.marks(jobs):
        table, money = (store.read_part(mark["folder"], name).to_pandas() for name in ("months", "instruments"))
        found[mark["scenario"], int(mark["seed"])] = read_run(table, money, months)
    return found
