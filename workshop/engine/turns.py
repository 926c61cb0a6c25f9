"""Who is counted next: a few months of one job at a time, one to each table in turn. Decides only; knows no processes and no worlds.

First worlds of all tables come before second worlds. A job that several tables look at is one job, and its slice is a turn of each of
them. What nobody looks at is never counted, and given up where it was begun.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from workshop.engine.package import Package


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

    def show(self, table: str, package: Package) -> None:
        """A table looks at a package, and no longer at what it looked at before; its place in the row stays."""
        self.shown[table] = package
        self._served.setdefault(table, 0)

    def leave(self, table: str) -> None:
        """A table looks at nothing."""
        self.shown.pop(table, None)
        self._served.pop(table, None)

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
        in_turn = sorted(self.shown, key=lambda table: self._served[table])
        for seed in self.seeds:
            for table in in_turn:
                free = [job for job in self.jobs(table, seed) if self._free(job, worker)]
                if free:
                    return self._begin(min(free, key=lambda job: self.at.get(job, 0)), worker)
        return None

    def _free(self, job: Job, worker: int) -> bool:
        over = job in self.ended or job.package in self.failed
        return not over and self.held.get(job, worker) == worker  # one that runs is held by who is busy with it

    def _begin(self, job: Job, worker: int) -> Job:
        self._turn += 1
        self._served |= {table: self._turn for table in self.shown if job in self.jobs(table, job.seed)}
        self.at.setdefault(job, 0)
        self.running[worker], self.held[job] = job, worker
        return job

    def carried(self, worker: int, months: int) -> Job:
        """A worker has counted months of its job and is free."""
        job = self.running.pop(worker)
        self.at[job] += months
        if self.at[job] >= self.months:
            self.end(job)
        return job

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
