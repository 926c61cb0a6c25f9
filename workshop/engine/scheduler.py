"""The engine: tables say what they look at, workers count it in slices, and listeners hear what comes of it."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from experiments.runs.runner import lean_context
from sim.world.errors import Refusal
from workshop.engine.answers import Answer
from workshop.engine.turns import Job, Turns
from workshop.engine.worker import Carried, Crew, Ready, Stopped, Task, Unfit, serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from workshop.engine.package import Package
    from workshop.prepared.folder import Prepared

SLICE = 12  # months
DEATHS = 2  # of workers at one job, after which it is the job that is to blame
STARTS = 3  # of workers one after another that do not begin, after which no more are started
KEPT = 256  # answers that are kept in memory, besides on disk
PATIENCE = 5.0  # seconds that a worker has for the slice that it is busy with, when the engine stops
DIED = "its process ended (killed, or out of memory)"


class Slice(NamedTuple):
    """Months of one world, as rows of the track; from month 0 to whoever begins to look at what is half-way."""

    package: Package
    seed: int
    first_month: int
    rows: pd.DataFrame


class Whole(NamedTuple):
    """The answer of one world is there, made now or before."""

    package: Package
    seed: int
    answer: Answer


class Failed(NamedTuple):
    """A package that cannot be counted in a world, in one line."""

    package: Package
    seed: int
    message: str


class Dropped(NamedTuple):
    """Nobody looks at it any more: what was counted of this world is given up."""

    package: Package
    seed: int


class Warm(NamedTuple):
    """All workers are warm."""


class Broken(NamedTuple):
    """Nothing is counted any more, and why, in one line; answers that are known still come."""

    message: str


Event = Slice | Whole | Failed | Dropped | Warm | Broken
Listener = Callable[[Event], None]


@dataclass
class Worker:
    """A process and the engine's end of its pipe."""

    number: int
    process: BaseProcess
    pipe: Connection
    warm: bool = False
    forget: list[Job] = field(default_factory=list)  # jobs that it may let go of, told with its next task


class Engine:
    """One per server. Its own thread does all the work and calls the listeners; its methods may be called from any thread.

    Args:
        crew: what workers are told at their start. workers: how many of them.
    """

    def __init__(self, crew: Crew, workers: int = 2) -> None:
        self.crew, self.n_workers = crew, workers
        self.months = crew.answers.doses.setting.months
        self.turns = Turns(crew.seeds, self.months)
        self._listeners: list[Listener] = []
        self._context = lean_context()
        self._workers: dict[int, Worker] = {}
        self._numbers = itertools.count()
        self._rows: dict[Job, list[pd.DataFrame]] = {}
        self._settings: dict[Package, Mapping[str, Mapping[str, Any]]] = {}
        self._answers: OrderedDict[Job, Answer] = OrderedDict()
        self._to_tell: dict[Job, None] = {}  # answers that are known and that somebody began to look at
        self._deaths: dict[Job, int] = {}
        self._failed_starts = 0
        self._asked: list[tuple[str, Package | None]] = []
        self._lock = threading.Lock()
        self._bell, self._ring = Pipe(duplex=False)
        self._stopping = threading.Event()
        self._warm = threading.Event()
        self.broken = ""
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    @classmethod
    def of(cls, prepared: Prepared, workers: int = 2) -> Engine:
        """The engine of a prepared folder, not yet started; ``workers`` is how many processes count."""
        return cls(Crew(prepared, prepared.answers, prepared.seeds), workers)

    def start(self) -> Engine:
        """Start the workers; they are warm when ``ready``."""
        self._thread.start()
        return self

    def show(self, table: str, package: Package) -> None:
        """A table looks at this package from now on, and no longer at what it looked at before."""
        self._ask(table, package)

    def leave(self, table: str) -> None:
        """A table looks at nothing."""
        self._ask(table, None)

    def listen(self, callback: Listener) -> None:
        """Call this for every event, in the thread of the engine; it has to be quick."""
        self._listeners.append(callback)

    def ready(self) -> bool:
        """Whether all workers have been warm."""
        return self._warm.is_set()

    def wait_ready(self, seconds: float) -> bool:
        """Wait at most so long until all workers are warm; whether they are."""
        return self._warm.wait(seconds)

    def stop(self) -> None:
        """End the workers. What is whole is kept; what is half-way is not."""
        self._stopping.set()
        self._wake()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _ask(self, table: str, package: Package | None) -> None:
        with self._lock:
            self._asked.append((table, package))
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # it has stopped already
            self._ring.send_bytes(b".")

    def _run(self) -> None:
        try:
            for _ in range(self.n_workers):
                self._start_worker()
            while not self._stopping.is_set():
                self._hear()
                self._change()
                self._give_out()
                self._tell_one()
        except Exception as error:
            logging.exception("the engine stopped")
            self._break(f"the engine stopped: {type(error).__name__}: {error}; start the workshop again")
        finally:
            self._end_workers()

    def _hear(self) -> None:
        """Wait for a word of a worker, the death of one, or a call; at most until there is something to tell."""
        by_pipe = {worker.pipe: worker for worker in self._workers.values()}
        by_end = {worker.process.sentinel: worker for worker in self._workers.values()}
        heard = wait([self._bell, *by_pipe, *by_end], timeout=0 if self._to_tell else None)
        for one in heard:
            if one is self._bell:
                self._bell.recv_bytes()
            elif one in by_pipe:
                self._listen_to(by_pipe[one])
        for one in heard:
            if one in by_end and by_end[one].number in self._workers:
                self._replace(by_end[one])

    def _listen_to(self, worker: Worker) -> None:
        try:
            said = worker.pipe.recv()
        except (EOFError, OSError):
            self._replace(worker)
            return
        if isinstance(said, Ready):
            worker.warm, self._failed_starts = True, 0
            if not self.ready() and all(one.warm for one in self._workers.values()):
                self._warm.set()
                self._tell(Warm())
        elif isinstance(said, Unfit):
            self._failed_starts = STARTS
            self._break(said.why)
        elif isinstance(said, Carried):
            self._carried(worker, said)
        elif isinstance(said, Stopped):
            self.turns.free(worker.number)
            self._fail(said.job, said.why)

    def _carried(self, worker: Worker, said: Carried) -> None:
        job, counts = self.turns.carried(worker.number, len(said.rows))
        if not counts:  # its answer was found while it was counted: that is told
            worker.forget.append(job)
            return
        wanted = self.turns.wanted(job)
        self._rows.setdefault(job, []).append(said.rows)
        if wanted:
            self._tell(Slice(*job, said.since, said.rows))
        if said.answer is not None:
            self._rows.pop(job, None)
            self._deaths.pop(job, None)
            self._keep(job, said.answer)
            if wanted:
                self._tell(Whole(*job, said.answer))
        elif not wanted:
            self._give_up()

    def _fail(self, job: Job, why: str) -> None:
        """A package that cannot be in one world is told once, and counted in no other."""
        if job.package not in self.turns.failed:
            self.turns.fail(job.package, why)
            if self.turns.looked_at(job.package):
                self._tell(Failed(*job, why))
        self._deaths.pop(job, None)
        self._give_up()

    def _change(self) -> None:
        """Do what was asked since the last time."""
        with self._lock:
            asked, self._asked = self._asked, []
        for table, package in asked:
            if package is None:
                self.turns.leave(table)
            else:
                self.turns.show(table, package)
                for one in dict.fromkeys((package.base(), package)):
                    self._begin_to_show(one)
        if asked:
            self._give_up()

    def _begin_to_show(self, package: Package) -> None:
        """Say what is known of a package that a table begins to look at; one that cannot be fails here."""
        jobs = [Job(package, seed) for seed in self.turns.seeds]
        if package in self.turns.failed:
            self._tell(Failed(*jobs[0], self.turns.failed[package]))
            return
        try:
            self._settings[package] = package.instruments(self.crew.answers.doses)
            known = set(self.crew.answers.known(package, self.turns.seeds))
        except Refusal as error:
            self._fail(jobs[0], str(error))
            return
        for job in jobs:
            if job in self._answers or job.seed in known:
                self.turns.end(job)
                self._rows.pop(job, None)
                self._to_tell[job] = None
            elif job in self._rows:
                rows = pd.concat(self._rows[job], ignore_index=True)
                self._tell(Slice(*job, int(rows["month"].iloc[0]), rows))

    def _tell_one(self) -> None:
        """One answer that is known; the next when nothing more urgent is heard. First worlds first."""
        self._to_tell = {job: None for job in self._to_tell if self.turns.wanted(job)}
        if not self._to_tell:
            return
        job = min(self._to_tell, key=lambda one: one.seed)
        del self._to_tell[job]
        answer = self._answers.get(job) or self.crew.answers.get(*job)
        if answer is None:  # damaged: it is counted again
            self.turns.again(job)
            self._give_out()
            return
        self._keep(job, answer)
        self._tell(Whole(*job, answer))

    def _keep(self, job: Job, answer: Answer) -> None:
        self._answers[job] = answer
        self._answers.move_to_end(job)
        while len(self._answers) > KEPT:
            self._answers.popitem(last=False)

    def _give_up(self) -> None:
        for job in self.turns.give_up():
            self._rows.pop(job, None)
            for worker in self._workers.values():
                worker.forget.append(job)
            self._tell(Dropped(*job))
        self._settings = {package: one for package, one in self._settings.items() if self.turns.looked_at(package)}

    def _give_out(self) -> None:
        """A slice for each worker that is free."""
        for worker in self._workers.values():
            if not worker.warm or worker.number in self.turns.running:
                continue
            job = self.turns.next(worker.number)
            if job is None:
                continue
            forget = tuple(one for one in worker.forget if one != job)
            task = Task(job, self._settings[job.package], self.turns.at[job], SLICE, forget)
            worker.forget.clear()
            with suppress(OSError):  # it has just died, which its sentinel says
                worker.pipe.send(task)

    def _start_worker(self) -> None:
        mine, other = self._context.Pipe()
        process = self._context.Process(target=serve, args=(other, self.crew), daemon=True)
        process.start()
        other.close()
        number = next(self._numbers)
        self._workers[number] = Worker(number, process, mine)

    def _replace(self, worker: Worker) -> None:
        """A worker is gone: another takes its place, and goes on with what it was busy with."""
        if worker.number not in self._workers:
            return
        del self._workers[worker.number]
        self._end(worker)
        job = self.turns.lost(worker.number)
        if job is not None:
            self._deaths[job] = self._deaths.get(job, 0) + 1
            if self._deaths[job] >= DEATHS:
                self._fail(job, DIED)
        self._failed_starts += not worker.warm
        if self._failed_starts < STARTS:
            self._start_worker()
        elif not self._workers:
            self._break(f"a worker could not begin: {DIED}")

    def _break(self, why: str) -> None:
        if not self.broken:
            self.broken = why
            self._tell(Broken(why))

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # of one listener: the others hear it all the same
                logging.exception("a listener of the engine failed")

    def _end_workers(self) -> None:
        for worker in self._workers.values():
            with suppress(OSError):
                worker.pipe.send(None)
        for worker in self._workers.values():
            self._end(worker)
        self._workers.clear()
        self._bell.close()

    def _end(self, worker: Worker) -> None:
        worker.process.join(PATIENCE)
        if worker.process.is_alive():
            worker.process.terminate()
            worker.process.join(PATIENCE)
        worker.pipe.close()
