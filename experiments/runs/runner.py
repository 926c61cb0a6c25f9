"""Runs of many seeds: one seed burns in once and runs its scenarios; what is finished is never run again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any

from experiments.runs import store
from experiments.runs.folder import DESIGN, RUNS
from experiments.runs.gauge import Cells, Counted, Tally
from experiments.runs.plan import Plan, short_hash
from experiments.runs.simulation import DEAF, Gauge, Outcome, RunSpec, SeedJob, Simulation
from experiments.runs.spending import run_at_budget
from sim.world.errors import Refusal
from sim.world.names import BASIS, PLACEBO
from verhuisketens.shell import NotWritten

LEDGER_SEEDS = 5  # ledger=first keeps moves and chains of this many seeds
Report = Callable[[Tally], None]
_cells: Cells | None = None  # of the pool that this process belongs to
POLL = 0.5  # seconds between two looks at what is finished
LEAN = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"}  # workers give back what they no longer use


@dataclass(frozen=True)
class Failure:
    """A run that did not end; ``detail`` is the traceback, where there is one, and ``key`` the name of its folder."""

    scenario: str
    seed: int
    error: str
    detail: str = ""
    key: str = ""


def seed_jobs(plan: Plan, seeds: Sequence[int], out: Path) -> list[SeedJob]:
    """One job per seed, in the order of the seeds."""
    config, design = plan.config, plan.design
    ledger = with_ledger(config.ledger, len(seeds))
    jobs = []
    for place, seed in enumerate(sorted(seeds)):
        runs = tuple(run_spec(plan, name, seed) for name in in_order(plan.scenarios))
        jobs.append(
            SeedJob(
                seed,
                design["municipality"],
                config.months,
                config.burn_in,
                config.follow_up,
                config.start,
                config.strength,
                config.eur_budget_total,
                dict(config.behaviour),
                config.debug,
                config.ghosts,
                config.ghost_window,
                runs,
                store.needed(place < ledger),
                str(out / RUNS),
                config.place_dir and str(Path(config.place_dir).resolve()),
                design["code"],
                design["data"],
            )
        )
    return jobs


def pooled(plans: Sequence[Plan], out: Path) -> list[SeedJob]:
    """The seeds of all jobs: one world of a design and a seed serves each scenario of each job that needs it."""
    found: dict[tuple[str, int], SeedJob] = {}
    for plan in plans:
        for job in seed_jobs(plan, plan.seeds, out):
            world = short_hash(plan.design), job.seed
            there = found.get(world)
            if there is None:
                found[world] = job
                continue
            known = {spec.key for spec in there.runs}
            more = tuple(spec for spec in job.runs if spec.key not in known)
            tables = tuple(dict.fromkeys((*there.tables, *job.tables)))
            found[world] = replace(there, runs=there.runs + more, tables=tables)
    return list(found.values())


def with_ledger(kept: str, n_seeds: int) -> int:
    """Of how many of the first seeds moves and chains are kept."""
    return {"all": n_seeds, "first": LEDGER_SEEDS, "none": 0}[kept]


def run_spec(plan: Plan, scenario: str, seed: int) -> RunSpec:
    """One scenario of one seed; its key covers the design, the seed and all settings, and nothing else.

    Scenarios with equal settings share one run; basis does not, for it has no drift from itself.
    """
    key = run_key(plan.design, seed, plan.written[scenario], scenario)
    return RunSpec(scenario, plan.scenarios[scenario], scenario == PLACEBO, key, tuple(plan.rules.get(scenario, ())))


def run_key(design: dict[str, Any], seed: int, written: dict[str, Any], scenario: str) -> str:
    """The name of the folder of a run: by the design, the seed, all that the scenario says, and whether it is basis or placebo."""
    return short_hash([design, seed, written, scenario if scenario in (BASIS, PLACEBO) else ""])


def in_order(names: Iterable[str]) -> list[str]:
    """basis first, then by name: the order of every table, whatever the order of the command line."""
    return sorted(names, key=lambda name: (name != BASIS, name))


def run_seed(simulation: Simulation, job: SeedJob, gauge: Gauge = DEAF) -> list[Failure]:
    """Burn in one seed, run what is not finished, write each run's tables and mark; returns what failed."""
    todo = job.todo()
    if not todo:
        return []
    job = replace(job, gauge=gauge)
    gauge.settle(job.done(burnt_in=False))
    gauge.begin(job.burn_in)
    began = time.perf_counter()
    try:
        world = simulation.world(job)
    except Exception as error:
        return [_failure(spec, job, error) for spec in todo]
    building = time.perf_counter() - began
    base: Outcome | None = None
    failures = []
    base_spec = next(spec for spec in job.runs if spec.scenario == BASIS)
    order = [base_spec, *(spec for spec in todo if spec is not base_spec)]
    for spec in order:
        if base is not None and store.is_done(Path(job.folder) / spec.key, job.tables):
            continue  # a scenario with the same settings has just left its tables
        gauge.settle(job.done(burnt_in=True))
        gauge.begin(job.months_of_run if spec in todo else 0)
        try:
            outcome, strength = run_at_budget(simulation, world, replace(job, last=spec is order[-1]), spec, base)
            base = base or outcome
            if spec in todo:
                _write(job, spec, outcome, building, strength)
                building = 0.0
            outcome.tables.clear()  # they are on disk: the worlds to come need the room
        except Exception as error:
            failures.append(_failure(spec, job, error))
            if base is None:
                return [_failure(other, job, error) for other in todo]
    gauge.settle(job.done(burnt_in=True))
    return failures


def _write(job: SeedJob, spec: RunSpec, outcome: Outcome, building: float, strength: float) -> None:
    began = time.perf_counter()
    folder = Path(job.folder) / spec.key

    def mark() -> dict[str, Any]:
        seconds = {"building": building, **outcome.seconds, "writing": time.perf_counter() - began}
        return {
            "scenario": spec.scenario,
            "seed": job.seed,
            "fingerprint": outcome.fingerprint,
            "strength": strength,
            "reached": {key: int(n) for key, n in sorted(outcome.reached.items())},
            "fired": [[int(number), int(month)] for number, month in outcome.fired],
            "seconds": {key: float(value) for key, value in seconds.items()},
            "finished": time.time(),
        }

    store.write_part(folder, outcome.tables, job.tables, mark)


def _failure(spec: RunSpec, job: SeedJob, error: BaseException) -> Failure:
    text = str(error) if isinstance(error, ValueError | NotWritten) else f"{type(error).__name__}: {error}"
    return Failure(spec.scenario, job.seed, text, "".join(traceback.format_exception(error)), spec.key)


def run_all(
    simulation: Simulation,
    jobs: Sequence[SeedJob],
    workers: int = 1,
    executor: Executor | None = None,
    report: Report = lambda done: None,
) -> list[Failure]:
    """Run every job that is not finished; returns the failures, sorted by scenario and seed.

    Args:
        workers: processes; 1 runs in this process.
        executor: anything with the interface of ``concurrent.futures``; the default is a pool of spawned processes.
        report: is told now and then how far all jobs are.
    """
    tally = Tally(jobs)
    open_jobs = [job for job in jobs if job.todo()]
    report(tally)
    if executor is not None:
        failures = _through(executor, simulation, open_jobs, tally, report, run_elsewhere)[0]
    elif workers == 1 or len(open_jobs) <= 1:
        failures = []
        for job in open_jobs:
            failures += run_seed(simulation, job, tally.counted(job, lambda: report(tally)))
            tally.look()
            report(tally)
    else:
        failures = _in_pool(simulation, open_jobs, tally, workers, report)
    return sorted(failures, key=lambda failure: (failure.scenario, failure.seed))


def _in_pool(
    simulation: Simulation,
    open_jobs: list[SeedJob],
    tally: Tally,
    workers: int,
    report: Report,
) -> list[Failure]:
    """In spawned processes. A process that dies takes the pool with it: what it left is then run seed by seed."""
    with pool(min(workers, len(open_jobs)), tally.cells) as executor:
        failures, broken = _through(executor, simulation, open_jobs, tally, report, run_counted)
    for job in broken:
        with pool(1, tally.cells) as executor:
            more, dead = _through(executor, simulation, [job], tally, report, run_counted)
        failures += more
        for spec in (spec for lost in dead for spec in lost.todo()):
            failures.append(Failure(spec.scenario, job.seed, "its process ended (killed, or out of memory)", key=spec.key))
    return failures


@contextmanager
def pool(workers: int, cells: Cells | None = None) -> Iterator[ProcessPoolExecutor]:
    """Processes that start clean, leave Ctrl-C to the parent, and end when the parent does, or stops waiting.

    ``cells`` are those in which they count months (``run_counted``).
    """
    context = lean_context()
    others = multiprocessing.active_children()
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker, initargs=(cells,))
    try:
        yield executor
    except BaseException:
        for child in multiprocessing.active_children():
            if child not in others:
                child.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def lean_context() -> SpawnContext:
    """How processes are started: clean, and giving back the memory that they no longer use."""
    for name, value in LEAN.items():  # read by a process at its start
        os.environ.setdefault(name, value)
    return multiprocessing.get_context("spawn")


def _begin_worker(cells: Cells | None) -> None:
    global _cells
    _cells = cells
    leave_to_parent()


def leave_to_parent() -> None:
    """A process that others started leaves Ctrl-C to them, and ends when they do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def run_counted(simulation: Simulation, job: SeedJob, place: int) -> list[Failure]:
    """``run_seed`` in a process of a pool, which counts the months of the job in its cell."""
    return run_seed(simulation, job, Counted(_cells, place) if _cells else DEAF)


def run_elsewhere(simulation: Simulation, job: SeedJob, place: int) -> list[Failure]:
    """``run_seed`` on whatever computer, which must see the folder of the runs. Its months are not counted."""
    if not (Path(job.folder) / DESIGN).is_file():
        error = Refusal(f"this worker does not see {job.folder}: out must be a folder that all workers share, under one path")
        return [_failure(spec, job, error) for spec in job.todo()]
    return run_seed(simulation, job)


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


def _through(
    executor: Executor,
    simulation: Simulation,
    open_jobs: Sequence[SeedJob],
    tally: Tally,
    report: Report,
    call: Callable[[Simulation, SeedJob, int], list[Failure]],
) -> tuple[list[Failure], list[SeedJob]]:
    """Run jobs through an executor by ``call``; returns failures, and the jobs whose process died."""
    futures: dict[Future[list[Failure]], SeedJob] = {}
    failures: list[Failure] = []
    broken: list[SeedJob] = []
    try:
        for job in open_jobs:
            futures[executor.submit(call, simulation, job, tally.place(job))] = job
    except BrokenProcessPool:
        broken += [job for job in open_jobs if job not in futures.values()]
    waiting = set(futures)
    while waiting:
        ended, waiting = wait(waiting, timeout=POLL, return_when=FIRST_COMPLETED)
        for future in ended:
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                broken.append(futures[future])
                tally.lose(futures[future])
            elif error is not None:
                failures += [_failure(spec, futures[future], error) for spec in futures[future].todo()]
            else:
                failures += future.result()
        tally.look(every=call is not run_counted)
        report(tally)
    return failures, sorted(broken, key=lambda job: job.seed)
