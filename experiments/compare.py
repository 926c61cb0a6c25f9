"""The main job: scenarios beside basis, in the same worlds: ``python -m experiments.compare municipality=zwolle``."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from analysis.tables import record
from analysis.tables.files import write_json
from analysis.tables.made import FROM_TABLES
from experiments import own_draws
from experiments.enough import AUTO, go_on
from experiments.entry import HydraCommand, main
from experiments.runs import carry_out, manifest, runner, store
from experiments.runs.early import Early
from experiments.runs.folder import join, locked, sweep_up
from experiments.runs.plan import Plan, make_plan
from experiments.runs.runner import Failure
from experiments.runs.simulation import Simulation
from experiments.runs.world import Verhuisketens
from experiments.schema import Compare
from sim.counts.schema import TABLES
from sim.world.errors import Refusal
from sim.world.names import BASIS, PLACEBO

Concluded = TypeVar("Concluded")


def execute(
    plan: Plan,
    out: Path | None,
    command: str,
    simulation: Simulation | None = None,
    executor: Executor | None = None,
    finish: Callable[[Path, dict[str, Any]], int] | None = None,
) -> int:
    """Run what is not finished, write the tables, the manifest and the page (or what ``finish`` makes of the tables);
    returns the exit status."""

    def tell(folder: Path, content: dict[str, Any], failures: list[Failure]) -> int:
        return carry_out.tell(failures, plan.config.debug) if failures else (finish or page)(folder, content)

    def run(some: Plan, conclude: Callable[[Path, dict[str, Any], list[Failure]], Concluded]) -> Concluded:
        return carried_out(some, out or plan.out, command, conclude, simulation, executor, early=finish is None)

    return run(go_on(plan, run), tell)


def carried_out(
    plan: Plan,
    out: Path,
    command: str,
    conclude: Callable[[Path, dict[str, Any], list[Failure]], Concluded],
    simulation: Simulation | None = None,
    executor: Executor | None = None,
    quiet: bool = False,
    early: bool = False,
) -> Concluded:
    """Run what is not finished, write the tables and the manifest; returns what ``conclude`` makes of folder, manifest and failed runs.

    ``quiet``: nothing is printed. ``early``: a summary and a page of the first seeds come while others run.
    """
    began = time.perf_counter()
    with locked(out):
        sweep_up(out)
        join(out, plan.design, plan.written)
        plan, seeds = extended(plan, out, quiet)
        jobs, draws = runner.seed_jobs(plan, seeds, out), own_draws.beside(plan, seeds, out, quiet)
        every = [*jobs, *(draws.jobs if draws else ())]  # one pool; the folder's own seeds first
        since = time.time()
        world = simulation or Verhuisketens()
        if quiet:
            failures = runner.run_all(world, every, plan.config.workers, executor)
        else:
            failures = carry_out.run(world, every, plan.config.workers, executor, Early(plan, jobs, out, command) if early else None)
        found = manifest.marks(jobs)
        seconds = carry_out.timings(manifest.marks(every), since)
        failures = draws.named(failures) if draws else failures
        content = manifest.compose(plan, found, failures, seconds, command, {"scenarios": runner.in_order(plan.scenarios), "seeds": seeds})
        content |= {"draws": draws.about()} if draws else {}
        write_json(out / manifest.NAME, content)  # without a checksum: until the tables are whole nobody vouches for them
        tables_began = time.perf_counter()
        for made in FROM_TABLES:
            made.clear(out)
        for name in TABLES:
            content["checksums"][name] = store.merge(out, name, manifest.parts(found, name))
        if draws and not failures:
            content["draws"]["fingerprints"] = draws.write(out, seeds, plan.config.months)
        content["seconds"]["merging"] = round(time.perf_counter() - tables_began, 3)
        write_json(out / manifest.NAME, content)
        concluded = conclude(out, content, failures)
        content["files"] = manifest.files(out)
        content["seconds"]["total"] = round(time.perf_counter() - began, 3)
        write_json(out / manifest.NAME, content)
    return concluded


def extended(plan: Plan, out: Path, quiet: bool = False) -> tuple[Plan, list[int]]:
    """The plan with the scenarios and seeds that a finished run put in the folder before: they stay.

    Raises:
        Refusal: a scenario of the folder no longer exists.
    """
    before = record.read(out / manifest.NAME)
    if before is None:
        return plan, plan.seeds
    seeds = carry_out.with_earlier(plan, before)
    names = [name for name in before["scenarios"] if name not in plan.scenarios]
    if names:
        listed = [name for name in (*plan.scenarios, *names) if name != PLACEBO]  # which comes with every comparison
        more = plan.config.model_copy(update={"scenarios": listed})
        try:
            whole = make_plan(more)
        except Refusal as error:
            raise Refusal(f"{out} holds scenario {names[0]} from an earlier run, and: {error}") from error
        plan = replace(whole, config=plan.config)
    if not quiet and (names or len(seeds) > len(plan.seeds)):
        held = ", ".join(name for name in before["scenarios"] if name not in (BASIS, PLACEBO)) or BASIS
        carry_out.tell_kept(out, before, f" of {held}")
    return plan, seeds


def page(out: Path, content: dict[str, Any]) -> int:
    """Effects, figures and report from the tables; prints the plain summary and, last, where the report is."""
    from analysis.pipeline import finish
    from analysis.results import gather

    began = time.perf_counter()
    summary = finish(gather(out))
    content["seconds"]["page"] = round(time.perf_counter() - began, 3)
    tell_reach(own_reach(content))
    tell_fired(content)
    tell_pots(out / "pots.csv")
    print(summary)
    print(out / "report.html")
    return 0


def tell_reach(reached: dict[str, dict[str, float]]) -> None:
    """Print how many households each instrument of these scenarios reached."""
    for name, reach in reached.items():
        if reach:
            listed = ", ".join(f"{key} reached {n:.0f} households" for key, n in reach.items())
            print(f"{name}: {listed} (mean per seed)")


def own_reach(content: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Households reached by scenario; of what is done already in basis only."""
    settings = {name: one["instruments"] for name, one in content["scenarios"].items()}
    return {
        name: {key: n for key, n in reach.items() if name == BASIS or not settings[name].get(key, {}).get("already")}
        for name, reach in content["reached"].items()
        if name != PLACEBO
    }


def tell_fired(content: dict[str, Any]) -> None:
    """Print of each rule of a stepwise scenario in how many seeds it fired, and when first."""
    for name, by_seed in content["fired"].items():
        for number in range(1, len(content["scenarios"][name]["rules"]) + 1):
            months = [min(month for rule, month in fired if rule == number) for fired in by_seed.values() if number in dict(fired)]
            when = f", first in month {min(months)}" if months else ""
            print(f"rule {number} of {name} fired in {len(months)} of {len(by_seed)} seeds{when}")


def tell_pots(path: Path) -> None:
    """Print of each budget in how many seeds it ran empty, and when first."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["scenario"] != PLACEBO:
                when = f", first in month {float(row['month_earliest']):.0f}" if row["month_earliest"] else ""
                empty = f"ran empty in {row['seeds_empty']} of {row['seeds']} seeds{when}"
                print(f"{row['scenario']}: the budget of {row['instrument']} {empty}")


COMMAND = HydraCommand(
    "compare",
    "config",
    Compare,
    own_draws.prepare,
    execute,
    ("report",),
    short={**AUTO, **own_draws.SHORT},
    needs={"draws": own_draws.TYPED},
)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
