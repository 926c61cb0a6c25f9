"""What every command that runs worlds does: keep the seeds that are there, run under a progress bar, tell what failed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from experiments.runs import runner
from experiments.runs.plan import Plan
from experiments.runs.progress import Progress
from experiments.runs.runner import Failure
from experiments.runs.simulation import SeedJob, Simulation


def with_earlier(plan: Plan, before: dict[str, Any] | None) -> list[int]:
    """The seeds asked for and those of an earlier manifest: they stay."""
    return sorted({*plan.seeds, *(before["seeds"] if before else [])})


def tell_kept(out: Path, before: dict[str, Any], of: str = "") -> None:
    """Print that an earlier run is extended."""
    print(f"{out} holds {len(before['seeds'])} seeds{of}; they stay, and are extended", file=sys.stderr)


def run(simulation: Simulation, jobs: Sequence[SeedJob], workers: int, executor: Executor | None) -> list[Failure]:
    """Run the jobs under a progress bar."""
    progress = Progress(sum(len(job.runs) for job in jobs))
    try:
        return runner.run_all(simulation, jobs, workers, executor, progress)
    finally:
        progress.close()


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
