"""Many comparisons as one pool of runs, and their effects as one table: ``python -m experiments.sweep behaviour.p_sight=0.1,0.2``."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.collect import collected, flat
from analysis.results import gather
from analysis.tables import record
from analysis.tables.files import write_json, write_whole
from analysis.tables.made import JOBS_CSV, PAGE, SWEEP_CSV
from experiments.compare import carried_out
from experiments.entry import OF_A_SWEEP, HydraCommand, main
from experiments.runs import carry_out, manifest, runner
from experiments.runs.borrow import borrow
from experiments.runs.engines import check_engine, engine
from experiments.runs.folder import RUNS, join, locked, sweep_up
from experiments.runs.plan import Plan, make_plan, short_hash
from experiments.runs.runner import Failure, pooled
from experiments.runs.simulation import Simulation
from experiments.runs.world import Verhuisketens, digests
from experiments.schema import Comparing, Pooled, Sweep
from sim.world.errors import Refusal
from sim.world.names import ALL

if TYPE_CHECKING:
    import pandas as pd

OWN = ("draws", "earlier", "executor", "address")  # keys of a sweep that a comparison does not have
DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Job:
    """One comparison of a sweep.

    Attributes:
        plan: what is run.
        name: of its folder, by all that changes its runs.
        typed: what was typed of it, as ``key=value``.
    """

    plan: Plan
    name: str
    typed: tuple[str, ...]

    def command(self, out: Path) -> str:
        """The comparison that goes on in its folder, and ends with a page."""
        given = [line.lstrip("+") for line in self.typed if line.lstrip("+").partition("=")[0] not in (*OWN, "out", "seeds", "ledger")]
        config = self.plan.config
        mine = [*given, f"seeds={config.seeds}", f"ledger={config.ledger}", f"out={(out / self.name).as_posix()}"]
        return "python -m experiments.compare " + shlex.join(mine)


@dataclass(frozen=True)
class Prepared:
    """What one job runs, and how the whole sweep is run."""

    plan: Plan
    config: Sweep


def prepare(config: Sweep) -> Prepared:
    """What one job runs, and the folders that it may take runs from. Raises Refusal as ``make_plan``, and where one is not there."""
    check_engine(config.executor, config.address)
    earlier_of(config)
    return Prepared(make_plan(Comparing(**config.model_dump(exclude=set(OWN)))), config)


def earlier_of(config: Pooled, out: Path | None = None) -> list[Path]:
    """Folders whose runs may be taken: those that are named, and with ``out`` those beside it. Raises Refusal where one holds no runs."""
    named = [Path(one).expanduser() for one in config.earlier]
    for folder in named:
        if not (folder / RUNS).is_dir():
            raise Refusal(f"earlier={folder}: this holds no runs; name a folder of results, or leave it out")
    here = out and out.absolute()
    return [*named, *(sorted(path.parent for path in here.parent.glob(f"*/{RUNS}") if path.parent != here) if here else [])]


def execute(
    asked: Sequence[tuple[Prepared, list[str]]],
    out: Path | None,
    command: str,
    simulation: Simulation | None = None,
    executor: Executor | None = None,
) -> int:
    """Run what no folder has, as one pool; then the tables of each job, and one of all; returns the exit status."""
    jobs = [Job(one.plan, name_of(one.plan), tuple(typed)) for one, typed in asked]
    whole = asked[0][0]
    refuse_odd(jobs, [one.config for one, _ in asked])
    plans = [job.plan for job in jobs]
    folder = out or Path(f"results/sweep-{short_hash(sorted(job.name for job in jobs), 8)}")
    world, debug = simulation or Verhuisketens(), whole.config.debug
    with locked(folder):
        sweep_up(folder)
        join(folder, digests(), {})
        before = record.jobs_of(folder)
        names = [job.name for job in jobs]
        signed = {"made_by": record.MADE_BY, "command": command, "jobs": [*names, *(one for one in before if one not in names)]}
        write_json(folder / record.SWEEP, {**signed, "packages": manifest.packages()})
        seed_jobs = pooled(plans, folder)
        tell_taken(borrow(seed_jobs, earlier_of(whole.config, folder)))
        with engine(whole.config.executor, whole.config.address, whole.config.workers) as there:
            failures = carry_out.run(world, seed_jobs, whole.config.workers, executor or there)
        failed = {job.name: of_job(job.plan, folder, failures) for job in jobs}
        for number, job in enumerate(jobs, 1):
            if not failed[job.name]:
                _conclude(job, folder, command)
                print(f"tables of job {job.name}: {number} of {len(jobs)}", file=sys.stderr, flush=True)
        write(jobs, failed, folder)
        for job in jobs:
            if failed[job.name]:
                print(f"job {job.name} ({' '.join(job.typed)}) failed:", file=sys.stderr)
                carry_out.tell(failed[job.name], debug)
    done = sum(not one for one in failed.values())
    print(f"{done} of {len(jobs)} jobs are finished; {folder / JOBS_CSV} says what each is")
    if (folder / SWEEP_CSV).is_file():
        print(folder / SWEEP_CSV)
    return 0 if done == len(jobs) else 1


def name_of(plan: Plan) -> str:
    """The name of the folder of a job: by its design and all that its scenarios say, and not by its seeds, which can be extended."""
    return short_hash([plan.design, plan.written], 8)


def refuse_odd(jobs: Sequence[Job], configs: Sequence[Sweep]) -> None:
    """Raises Refusal where jobs are the same runs, or a key differs that has one value for a whole sweep."""
    for name, n in Counter(job.name for job in jobs).items():
        if n > 1:
            twice = [" ".join(job.typed) for job in jobs if job.name == name]
            raise Refusal(f"two jobs of this sweep are the same runs: {twice[0]!r} and {twice[1]!r}; leave one out")
    for key in OF_A_SWEEP:
        values = {str(getattr(config, key)) for config in configs}
        if len(values) > 1:
            raise Refusal(f"{key} has one value for a whole sweep, not {' and '.join(sorted(values)[:2])}")


def of_job(plan: Plan, out: Path, failures: Sequence[Failure]) -> list[Failure]:
    """The failed runs of a job, by the names that it has for them."""
    by_key = {one.key: one for one in failures}
    jobs = runner.seed_jobs(plan, plan.seeds, out)
    lost = ((job.seed, spec) for job in jobs for spec in job.todo())
    return [replace(by_key[spec.key], scenario=spec.scenario, seed=seed) for seed, spec in lost if spec.key in by_key]


def _conclude(job: Job, out: Path, command: str) -> None:
    """A folder of results for a job whose runs are all there, with its tables and effects."""
    mine = out / job.name
    with locked(mine):
        join(mine, job.plan.design, job.plan.written)
        borrow(runner.seed_jobs(job.plan, job.plan.seeds, mine), [out])

    def effects(folder: Path, content: dict[str, Any], failures: list[Failure]) -> None:
        if failures:
            raise Refusal(f"{folder}: {failures[0].error}; give the same command again")
        PAGE.write(folder, {"effects": gather(folder).effects})

    carried_out(job.plan, mine, command, effects, quiet=True)


def write(jobs: Sequence[Job], failed: Mapping[str, list[Failure]], out: Path) -> None:
    """``jobs.csv`` and ``sweep.csv``: jobs of this command in its order, then those of earlier commands in the folder."""
    listed = table_of(jobs, failed, out)
    write_whole(out / JOBS_CSV, listed.to_csv(index=False, lineterminator="\n"))
    finished = [out / name for name in listed.loc[listed["state"] == DONE, "job"]]
    if finished:
        effects = collected(out, finished)
        of_all = effects[effects["group_by"] == ALL]
        write_whole(out / SWEEP_CSV, of_all.to_csv(index=False, lineterminator="\n"))
    else:
        (out / SWEEP_CSV).unlink(missing_ok=True)


def table_of(jobs: Sequence[Job], failed: Mapping[str, list[Failure]], out: Path) -> pd.DataFrame:
    """A row for each job: its folder, the keys in which jobs differ, whether it is finished, why not, and its own command."""
    import pandas as pd

    before = pd.read_csv(out / JOBS_CSV, dtype=str, keep_default_na=False) if (out / JOBS_CSV).is_file() else pd.DataFrame({"job": []})
    earlier = before[~before["job"].isin([job.name for job in jobs])].to_dict("records")
    configs = {job.name: job.plan.config.model_dump(mode="json") for job in jobs}
    states = {job.name: (FAILED if failed[job.name] else DONE, "; ".join(sorted({one.error for one in failed[job.name]}))) for job in jobs}
    commands = {job.name: job.command(out) for job in jobs}
    for row in earlier:
        there = record.read(out / row["job"] / record.MANIFEST)
        configs[row["job"]] = there["configuration"] if there else {}
        states[row["job"]], commands[row["job"]] = (row["state"], row["error"]), row["command"]
    flatter = {name: flat(one) for name, one in configs.items()}
    keys = sorted({key for one in flatter.values() for key in one if key.partition(".")[0] not in OF_A_SWEEP})
    differ = [key for key in keys if len({str(one.get(key)) for one in flatter.values()}) > 1]
    rows = [
        {
            "job": name,
            **{key: one.get(key) for key in differ},
            "state": states[name][0],
            "error": states[name][1],
            "command": commands[name],
        }
        for name, one in flatter.items()
    ]
    return pd.DataFrame(rows)


def tell_taken(taken: dict[Path, int]) -> None:
    """Print how many runs an earlier study had."""
    for folder, n in taken.items():
        print(f"{n} runs are taken from {folder}", file=sys.stderr)


COMMAND = HydraCommand("sweep", "sweep", Sweep, prepare, execute, ("report",), whole=True)

if __name__ == "__main__":
    sys.exit(main(COMMAND))
