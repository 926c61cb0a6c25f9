"""A process that counts: it loads the burnt-in worlds, compiles what it needs, and then carries jobs on, some months at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pandas as pd

from experiments.runs.runner import leave_to_parent
from sim.approach.scenarios import OWN
from sim.interventions import REGISTRY
from verhuisketens.shell import NotWritten
from workshop.engine import one_world
from workshop.engine.answers import Answer, Answers
from workshop.engine.turns import Job

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from sim.state import Run

MEMORY = 600_000_000  # bytes of worlds that one worker holds half-way
WARMING = 12  # months: ghosts have to live on and to move, and a rare card to have met somebody
FEWEST = 2  # that it holds however large they are


class Worlds(Protocol):
    """Where burnt-in worlds come from; goes to another process."""

    def world(self, seed: int) -> Run:
        """The run of a seed at month 0. Raises Refusal."""


@dataclass(frozen=True)
class Crew:
    """What every worker is told at its start: worlds and seeds to load, where answers are kept, and how much it may hold (bytes)."""

    worlds: Worlds
    answers: Answers
    seeds: tuple[int, ...]
    memory: int = MEMORY


class Task(NamedTuple):
    """Carry a job with these settings on from month ``since`` by some months; ``forget`` are jobs that nobody looks at any more."""

    job: Job
    settings: Mapping[str, Mapping[str, Any]]
    since: int
    months: int
    forget: tuple[Job, ...] = ()


class Carried(NamedTuple):
    """The rows of the months, and the answer when they were the last."""

    job: Job
    since: int
    rows: pd.DataFrame
    answer: Answer | None = None


class Stopped(NamedTuple):
    """A job that cannot be, in one line."""

    job: Job
    why: str


class Ready(NamedTuple):
    """A worker is warm."""


class Unfit(NamedTuple):
    """A worker that cannot begin, in one line."""

    why: str


@dataclass
class Half:
    """A job half-way: its run, and the track so far."""

    run: Run
    rows: list[pd.DataFrame] = field(default_factory=list)

    def forward(self, months: int) -> pd.DataFrame:
        """Carry on; the rows of these months."""
        self.rows.append(one_world.forward(self.run, months))
        return self.rows[-1]

    @property
    def size(self) -> int:
        """Bytes of its tables."""
        w = self.run.world
        return sum(column.nbytes for table in (w.h, w.d, w.v, w.m) for column in table)


class Workbench:
    """The worlds of a worker, and the jobs that it holds half-way, the one longest unneeded first."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.worlds = {seed: crew.worlds.world(seed) for seed in crew.seeds}
        self.held: OrderedDict[Job, Half] = OrderedDict()

    def warm(self) -> None:
        """Have the kernels compiled: a year with all cards at once, and the tables at the end of it."""
        every = {key: {"allow_empty": True} for key in REGISTRY if key != OWN}
        half = Half(one_world.begin(self.worlds[self.crew.seeds[0]], every, True))
        half.forward(WARMING)
        one_world.tables(half.run, True, WARMING)

    def do(self, task: Task) -> Carried | Stopped:
        """Carry a job on; one that is not held, or not as far as that, is begun anew without a word (it gives the same)."""
        for job in task.forget:
            self.held.pop(job, None)
        try:
            return self._carry(task)
        except Exception as error:
            self.held.pop(task.job, None)
            return Stopped(task.job, in_one_line(error))

    def _carry(self, task: Task) -> Carried:
        job, first = task.job, task.job.seed == self.crew.seeds[0]
        half = self.held.pop(job, None)
        if half is None or half.run.world.month != task.since:
            half = Half(one_world.begin(self.worlds[job.seed], task.settings, first))
            half.forward(task.since)
        rows = half.forward(task.months)
        if half.run.world.month < half.run.world.setting.months:
            self.held[job] = half
            self._make_room()
            return Carried(job, task.since, rows)
        answer = one_world.answer(half.run, job.package, job.seed, pd.concat(half.rows, ignore_index=True), first)
        self.crew.answers.put(answer)
        return Carried(job, task.since, rows, answer)

    def _make_room(self) -> None:
        while len(self.held) > FEWEST and sum(half.size for half in self.held.values()) > self.crew.memory:
            self.held.popitem(last=False)


def in_one_line(error: BaseException) -> str:
    """What is told of an error: the project's own as they are, others with their kind."""
    return str(error) if isinstance(error, ValueError | NotWritten) else f"{type(error).__name__}: {error}"


def serve(pipe: Connection, crew: Crew) -> None:
    """The life of a worker: warm up, say so, then do one task after another until there are no more."""
    leave_to_parent()
    try:
        bench = Workbench(crew)
        bench.warm()
    except Exception as error:
        pipe.send(Unfit(in_one_line(error)))
        return
    pipe.send(Ready())
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        if task is None:
            return
        pipe.send(bench.do(task))
