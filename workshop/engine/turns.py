"""Who is counted next: a few months of one job at a time, one to each table in turn. Decides only; knows no processes and no worlds.

First worlds of all tables come before second worlds, those before third ones. The first months of a first world are what a table looks for
after it changed something: they come before months that follow others, in every second slice of a worker at most. So a table that changes
all the time cannot stop the others. In such a hall later worlds would wait without end. So one slice in ``SHARE`` of each worker is for
them, while a table whose first world is over has any left. It goes to the table that has waited longest for one, and a world that was
begun so is carried to its end: half worlds take memory and tell nothing. Where a world takes L slices and there are T tables and W workers,
a table that keeps showing a package has a slice of its later worlds within SHARE * L * (T - 1 + W) slices of all workers together; of n
such jobs the last ends within n times as many. A job that several tables look at is one job, and its slice is a turn of each of them. What
nobody looks at is never counted, and given up where it was begun.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from workshop.engine.package import Package

SHARE = 5  # of so many slices of a worker one is for later worlds


class Job(NamedTuple):
    """A package in a world, to be counted from month 0 to the end."""

    package: Package
    seed: int


class Turns:
    """The state of the scheduling: what tables look at, and how far the jobs are that were begun.

    Attributes:
        shown: the package of each table.
        at: months that a job has behind it; a job that is not there was not begun, or has ended.
        ended: jobs whose answer is there.
        failed: packages that cannot be in some world, until nobody looks at them (a mean over the other worlds would be of chosen ones).
        running: the job that a worker is busy with. held: the worker that has a job half-way.
    """

    def __init__(self, seeds: Iterable[int], months: int) -> None:
        self.seeds, self.months = tuple(sorted(seeds)), months
        self.shown: dict[str, Package] = {}
        self.at: dict[Job, int] = {}
        self.ended: set[Job] = set()
        self.failed: dict[Package, str] = {}
        self.running: dict[int, Job] = {}
        self.held: dict[Job, int] = {}
        self._served: dict[str, int] = {}  # the turn in which a table last had a slice
        self._turn = 0
        self._later: dict[str, int] = {}  # the turn in which a table last had a slice of a later world, or came
        self._since: dict[int, int] = {}  # slices of a worker since the last one of its share for later worlds
        self._out_of_turn: dict[int, bool] = {}  # whether a worker's last slice was of first months that came before others
        self._share: dict[int, Job] = {}  # the later world that a worker carries to its end with them

    def show(self, table: str, package: Package) -> None:
        """A table looks at a package, and no longer at what it looked at before; its place in the row stays."""
        self.shown[table] = package
        self._served.setdefault(table, 0)
        self._later.setdefault(table, self._turn)

    def leave(self, table: str) -> None:
        """A table looks at nothing."""
        self.shown.pop(table, None)
        self._served.pop(table, None)
        self._later.pop(table, None)

    def looked_at(self, package: Package) -> bool:
        """Whether a table looks at it, or at one that is compared with it."""
        return any(package in (one, one.base()) for one in self.shown.values())

    def wanted(self, job: Job) -> bool:
        """Whether it is worth a slice more."""
        return self.looked_at(job.package) and job.package not in self.failed

    def jobs(self, table: str, seed: int) -> list[Job]:
        """What a table needs of a world: what its package is compared with first, then the package."""
        package = self.shown[table]
        return list(dict.fromkeys((Job(package.base(), seed), Job(package, seed))))

    def next(self, worker: int) -> Job | None:
        """The job of which a free worker counts the next months; None where nothing is left for it."""
        since = self._since.get(worker, 0) + 1
        of_share = self._of_share(worker) if since >= SHARE else None
        in_turn = self._of_all(worker)
        first = None if self._out_of_turn.get(worker) else self._first_months(worker)
        job = of_share or first or in_turn
        if job is None:
            return None
        self._since[worker] = 0 if of_share else since
        self._out_of_turn[worker] = job is first and job != in_turn
        return self._begin(job, worker)

    def _first_months(self, worker: int) -> Job | None:
        """A first world that nobody has begun, of the table that had its turn longest ago."""
        in_turn = sorted(self.shown, key=lambda table: self._served[table])
        first = (job for table in in_turn for job in self.jobs(table, self.seeds[0]))
        return next((job for job in first if not self.at.get(job) and self._free(job, worker)), None)

    def _of_all(self, worker: int) -> Job | None:
        """First worlds before second ones, and of these the table that had its turn longest ago."""
        in_turn = sorted(self.shown, key=lambda table: self._served[table])
        of_all = (self._of(table, seed, worker) for seed in self.seeds for table in in_turn)
        return next((job for job in of_all if job is not None), None)

    def _of_share(self, worker: int) -> Job | None:
        """The later world that it carries to its end, or one of the table that waited longest and whose first world is over."""
        begun = self._share.pop(worker, None)
        if begun is None or not self.wanted(begun) or not self._free(begun, worker):
            over = (table for table in self.shown if all(self._over(job) for job in self.jobs(table, self.seeds[0])))
            in_turn = sorted(over, key=lambda table: self._later[table])
            of_all = (self._of(table, seed, worker) for table in in_turn for seed in self.seeds[1:])
            begun = next((job for job in of_all if job is not None), None)
        if begun is not None:
            self._share[worker] = begun
        return begun

    def _of(self, table: str, seed: int, worker: int) -> Job | None:
        """Of what a table needs of a world, the job that is least far, of those that a worker may count."""
        free = [job for job in self.jobs(table, seed) if self._free(job, worker)]
        return min(free, key=lambda job: self.at.get(job, 0), default=None)

    def _over(self, job: Job) -> bool:
        return job in self.ended or job.package in self.failed

    def _free(self, job: Job, worker: int) -> bool:
        busy = job in self.running.values()  # it is held by who is busy with it, but where its answer was found meanwhile
        return not busy and not self._over(job) and self.held.get(job, worker) == worker

    def _begin(self, job: Job, worker: int) -> Job:
        self._turn += 1
        turn = {table: self._turn for table in self.shown if job in self.jobs(table, job.seed)}
        self._served |= turn
        if job.seed != self.seeds[0]:
            self._later |= turn
        self.at.setdefault(job, 0)
        self.running[worker], self.held[job] = job, worker
        return job

    def carried(self, worker: int, months: int) -> tuple[Job, bool]:
        """A worker has counted months of its job and is free; the job, and whether they count: not where its answer was found meanwhile."""
        job = self.running.pop(worker)
        if self.held.get(job) != worker:
            return job, False
        self.at[job] += months
        if self.at[job] >= self.months:
            self.end(job)
        return job, True

    def end(self, job: Job) -> None:
        """The answer of a job is there."""
        self.ended.add(job)
        self._forget(job)

    def fail(self, package: Package, why: str) -> None:
        """A package cannot be, for as long as somebody looks at it."""
        self.failed[package] = why

    def again(self, job: Job) -> None:
        """An answer that was thought to be there is not."""
        self.ended.discard(job)

    def free(self, worker: int) -> Job | None:
        """A worker is no longer busy, with nothing to show for it; returns what it was busy with."""
        return self.running.pop(worker, None)

    def lost(self, worker: int) -> Job | None:
        """A worker is gone with all that it held, and another may go on; returns what it was busy with."""
        self.held = {job: holder for job, holder in self.held.items() if holder != worker}
        self._since.pop(worker, None)
        self._out_of_turn.pop(worker, None)
        self._share.pop(worker, None)
        return self.free(worker)

    def give_up(self) -> list[Job]:
        """Jobs that were begun and are not wanted now: they are given up, and returned. One that runs ends its slice first."""
        self.failed = {package: why for package, why in self.failed.items() if self.looked_at(package)}
        gone = [job for job in self.at if not self.wanted(job) and job not in self.running.values()]
        for job in gone:
            self._forget(job)
        return gone

    def _forget(self, job: Job) -> None:
        self.at.pop(job, None)
        self.held.pop(job, None)
