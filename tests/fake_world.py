"""A world that costs nothing: tables made from seed and scenario, so that the runner and the store can be watched."""

from __future__ import annotations

import functools
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.runs.plan import Plan, short_hash
from experiments.runs.simulation import RunSpec, SeedJob
from experiments.schema import Compare, check
from sim.counts.schema import TABLES, TEXT

DEFAULTS = {
    "municipality": "zwolle",
    "scenarios": ["basis", "voorrang"],
    "seeds": 2,
    "first_seed": 0,
    "months": 12,
    "burn_in": 3,
    "follow_up": 3,
    "start": "2026-01",
    "strength": 1,
    "workers": 1,
    "ledger": "first",
}


@dataclass
class FakeOutcome:
    """What the runner reads of a run."""

    tables: dict[str, pd.DataFrame]
    fingerprint: str
    reached: dict[str, int] = field(default_factory=lambda: {"voorrang": 7})
    seconds: dict[str, float] = field(default_factory=lambda: {"months": 0.5, "tables": 0.25})
    fired: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class FakeSimulation:
    """Notes every call as a file in ``notes``; fails, dies or sleeps where it is told to."""

    notes: str
    fails: tuple[tuple[str, int], ...] = ()  # (scenario, seed) that raises
    no_world: tuple[int, ...] = ()  # seeds that cannot be built
    dies: tuple[int, ...] = ()  # seeds whose process ends
    seconds: float = 0.0
    worlds_differ: bool = False

    def world(self, job: SeedJob) -> Any:
        """A seed."""
        self.note(f"world-{job.seed}")
        if job.seed in self.no_world:
            raise ValueError(f"no world of seed {job.seed}")
        for _ in range(job.burn_in):
            job.gauge.month()
        return {"seed": job.seed}

    def run(self, world: Any, job: SeedJob, spec: RunSpec, base: Any) -> FakeOutcome:
        """Tables that follow from scenario and seed alone."""
        assert (base is None) == (spec.scenario == "basis"), "basis comes first, and every other scenario is given it"
        if job.seed in self.dies:
            os._exit(9)
        for _ in range(job.months + job.follow_up):
            job.gauge.month()
        time.sleep(self.seconds)
        self.note(f"run-{spec.scenario}-{job.seed}")
        if (spec.scenario, job.seed) in self.fails:
            raise ValueError(f"{spec.scenario} reached nobody")
        world_mark = f"{job.seed}-{spec.scenario}" if self.worlds_differ else str(job.seed)
        return FakeOutcome(fake_tables(spec.scenario, job.seed), short_hash(world_mark))

    def note(self, what: str) -> None:
        """One file per call, so that calls in other processes are seen."""
        (Path(self.notes) / f"{what}-{time.time_ns()}-{os.getpid()}").touch()


def fake_tables(scenario: str, seed: int) -> dict[str, pd.DataFrame]:
    """All tables of the interface, a few rows each; instruments stay empty in basis, as in the world. Who is given them may change them."""
    return {name: frame.copy() for name, frame in _tables(scenario, seed).items()}


@functools.cache
def _tables(scenario: str, seed: int) -> dict[str, pd.DataFrame]:
    tables = {}
    for name, table in TABLES.items():
        n = 0 if name in ("instruments", "drift") and scenario == "basis" else 3 + seed % 2
        words = {column.name: [f"{scenario}-{name}"] * n for column in table.columns if column.kind == TEXT}
        tables[name] = filled(name, pd.DataFrame(words, index=range(n)), seed)
    return tables


def filled(name: str, frame: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """A table with the columns of the schema that it lacks: texts empty, numbers made of ``seed``."""
    value = {"f": seed / 4, "i": seed, "b": seed % 2 == 0}
    made = {}
    for column in TABLES[name].columns:
        if column.name in frame:
            made[column.name] = frame[column.name]
        elif column.kind == TEXT:
            made[column.name] = [""] * len(frame)
        else:
            made[column.name] = np.full(len(frame), value[np.dtype(column.kind).kind], column.kind)
    return pd.DataFrame(made, index=frame.index)


def fake_plan(design: dict[str, Any] | None = None, **keys: Any) -> Plan:
    """A plan for the fake world."""
    config = check(Compare, {**DEFAULTS, **keys})
    names = ["basis", *sorted(set(config.scenarios) - {"basis"}), "placebo"]
    contents: dict[str, Any] = {name: ({} if name in ("basis", "placebo") else {name: {"rank": 1}}) for name in names}
    titles = {name: {"nl": name, "en": name} for name in names}
    shared = {"municipality": config.municipality, "months": config.months, "code": "c0de", "data": "da7a"}
    return Plan(config, {**shared, **(design or {})}, contents, contents, titles)


def called(notes: Path, start: str) -> int:
    """How often the fake noted something that begins so."""
    return len(list(notes.glob(f"{start}*")))
