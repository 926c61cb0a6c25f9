"""Runs of one scenario beside a comparison: in its folder and shared with it, but with tables and a manifest of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from analysis.tables import record
from analysis.tables.files import write_json
from experiments.runs import carry_out, manifest, runner
from experiments.runs.folder import join, locked, sweep_up
from experiments.runs.plan import Plan
from experiments.runs.simulation import SeedJob, Simulation
from experiments.runs.world import Verhuisketens

Marks = Sequence[dict[str, Any]]


def run_apart(
    plan: Plan,
    out: Path,
    name: str,
    command: str,
    jobs_of: Callable[[Sequence[int]], list[SeedJob]],
    conclude: Callable[[Marks, dict[str, Any]], int],
    forget: Callable[[], None],
    simulation: Simulation | None,
    executor: Executor | None,
) -> int:
    """Run what is not finished, conclude from it, write the record; returns the exit status.

    Args:
        name: of the record; the seeds of an earlier one stay.
        jobs_of: what to run for these seeds.
        conclude: (marks of the finished runs, content of the manifest, which it may add to) to an exit status; is not
            asked while a run is missing.
        forget: removes what was concluded from fewer runs before; asked while a run is missing.
    """
    began = time.perf_counter()
    with locked(out):
        sweep_up(out)
        join(out, plan.design, plan.written)
        before = record.read(out / name)
        seeds = carry_out.with_earlier(plan, before)
        if before and len(seeds) > len(plan.seeds):
            carry_out.tell_kept(out, before)
        jobs = jobs_of(seeds)
        since = time.time()
        failures = carry_out.run(simulation or Verhuisketens(), jobs, plan.config.workers, executor)
        found = manifest.marks(jobs)
        content = manifest.compose(
            plan,
            found,
            failures,
            carry_out.timings(found, since),
            command,
            {"scenarios": runner.in_order(plan.scenarios), "seeds": seeds},
        )
        content["checksums"] = manifest.checksums(found)
        status = carry_out.tell(failures, plan.config.debug) if failures else conclude(found, content)
        content["files"] = manifest.files(out)
        content["seconds"]["total"] = round(time.perf_counter() - began, 3)
        write_json(out / name, content)
        if failures:  # last: a damaged table of an earlier run hides neither record nor message
            forget()
            content["files"] = manifest.files(out)
            write_json(out / name, content)
    return status
