"""What every command that runs worlds does: keep the seeds that are there, run under a progress bar, tell what failed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from experiments.runs import runner
from experiments.runs.early import Early
from experiments.runs.gauge import Tally
from experiments.runs.plan import Plan
from experiments.runs.progress import Progress
from experiments.runs.runner import Failure
from experiments.runs.simulation import SeedJob, Simulation

WORLD = Path(__file__).resolve().parents[2] / "sim"
COMPILING = "compiling kernels, once for this code on this computer: {kernels} at most, about a minute where nothing else runs"
FINISHED = "all runs are finished; what they say is being worked out"
LOST = "its files were lost or damaged while others ran"


def with_earlier(plan: Plan, before: dict[str, Any] | None) -> list[int]:
    """The seeds asked for and those of an earlier manifest: they stay."""
    return sorted({*plan.seeds, *(before["seeds"] if before else [])})


def tell_kept(out: Path, before: dict[str, Any], of: str = "") -> None:
    """Print that an earlier run is extended."""
    print(f"{out} holds {len(before['seeds'])} seeds{of}; they stay, and are extended", file=sys.stderr)


def run(
    simulation: Simulation,
    jobs: Sequence[SeedJob],
    workers: int,
    executor: Executor | None,
    early: Early | None = None,
) -> list[Failure]:
    """Run the jobs under a bar of months, and say what is done when it begins; returns what failed.

    All goes to stderr: what a command answers, it prints on stdout in the end. ``early`` is told of the seeds that are finished,
    while others run.
    """
    open_jobs = [job for job in jobs if job.todo()]
    tell_plan(open_jobs, workers)
    progress = Progress(sum(job.planned for job in jobs))
    compiling = False

    def say(text: str) -> None:
        with progress.aside():
            print(text, file=sys.stderr, flush=True)

    def report(tally: Tally) -> None:
        nonlocal compiling
        if tally.kernels and not compiling:
            compiling = True
            say(COMPILING.format(kernels=n_kernels()))
        progress(tally.months, tally.kernels)
        if early is not None:
            early(tally.finished, say)

    try:
        failures = runner.run_all(simulation, jobs, workers, executor, report)
    except KeyboardInterrupt:
        if early is not None:
            early.stopped(say)
        raise
    finally:
        progress.close()
    if open_jobs and not failures:
        say(FINISHED)
    told = {failure.key for failure in failures}
    lost = [Failure(spec.scenario, job.seed, LOST, key=spec.key) for job in jobs for spec in job.todo() if spec.key not in told]
    return failures + lost


def tell_plan(jobs: Sequence[SeedJob], workers: int) -> None:
    """Print what is about to be run: how many worlds are built and burnt in, and what is run in each."""
    if not jobs:
        return
    one, n = jobs[0], len(jobs)
    if len({(job.place, job.burn_in, job.months_of_run, len(job.runs)) for job in jobs}) > 1:
        runs = sum(len(job.todo()) for job in jobs)
        print(f"building {n} worlds, {min(workers, n)} at a time, for {runs} runs", file=sys.stderr, flush=True)
        return
    worlds = f"{n} worlds (seeds) of {one.place}, {min(workers, n)} at a time" if n > 1 else f"a world (seed {one.seed}) of {one.place}"
    then = f"{one.burn_in} months of burn-in, then {len(one.runs)} scenarios of {one.months_of_run} months"
    print(f"building {worlds}: {then}", file=sys.stderr, flush=True)


def n_kernels() -> int:
    """Kernels of the world that are kept once they are compiled."""
    return sum(path.read_text(encoding="utf-8").count("cache=True") for path in WORLD.rglob("*.py"))


def timings(found: Sequence[dict[str, Any]], since: float) -> dict[str, float]:
    """Seconds of this command by part, summed over its processes: building, months, writing."""
    fresh = [mark["seconds"] for mark in found if mark["finished"] >= since]
    parts = ("building", "months", "tables", "writing")
    total = {key: sum(seconds.get(key, 0.0) for seconds in fresh) for key in parts}
    return {"building": total["building"], "months": total["months"], "writing": total["tables"] + total["writing"]}


def tell(failures: Sequence[Failure], debug: bool) -> int:
    """Report failed runs, those with one message together; returns the exit status."""
    groups: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        groups.setdefault((failure.scenario, failure.error), []).append(failure)
    for (scenario, error), alike in groups.items():
        seeds = ", ".join(str(failure.seed) for failure in alike)
        print(f"failed: scenario {scenario}, seed {seeds}: {error}", file=sys.stderr)
        if debug and alike[0].detail:
            print(alike[0].detail, file=sys.stderr)
    print(
        f"{len(failures)} runs failed; the others are finished and kept, and no effects are reported over unequal sets "
        f"of seeds. The same command tries the failed ones again.",
        file=sys.stderr,
    )
    return 1
