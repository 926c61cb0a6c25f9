"""How far the runs of a command are: months are counted where they pass, in whatever process, and read where they are shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from multiprocessing.sharedctypes import RawArray
from typing import Any

from experiments.runs.simulation import Gauge, SeedJob

EVERY = 0.5  # seconds between two looks at how far a seed of this process is
Cells = tuple[Any, Any]  # months that have passed, and kernels that were compiled, by job


class Counted(Gauge):
    """Counts one job in cells that other processes read.

    No two processes have one job at a time, so nothing is locked, and who is killed holds nothing up.
    """

    def __init__(self, cells: Cells, place: int, tell: Callable[[], None] = lambda: None) -> None:
        self.months, self.kernels = cells
        self.place, self.tell, self.room = place, tell, 0

    def month(self) -> None:
        if self.room:
            self.room -= 1
            self.months[self.place] += 1
        self.tell()

    def kernel(self) -> None:
        self.kernels[self.place] += 1
        self.tell()

    def begin(self, months: int) -> None:
        self.room = months

    def settle(self, months: int) -> None:
        self.room, self.months[self.place] = 0, months


class Tally:
    """How far all jobs of a command are.

    Attributes:
        total: months of the plan, those of finished runs included.
        finished: seeds of which all runs are finished, in order.
    """

    def __init__(self, jobs: Sequence[SeedJob]) -> None:
        self.jobs = list(jobs)
        self.cells: Cells = (RawArray("q", max(1, len(self.jobs))), RawArray("q", max(1, len(self.jobs))))
        self.total = sum(job.planned for job in self.jobs)
        self._open = dict(enumerate(self.jobs))
        self.look(every=True)

    def look(self, every: bool = False) -> None:
        """See which seeds are finished. With ``every`` the months of the others, too, are those of finished runs: nobody counts them."""
        for place, job in list(self._open.items()):
            if not job.todo():
                del self._open[place]
                self.cells[0][place] = job.planned
            elif every:
                self.cells[0][place] = job.done(burnt_in=False)

    def lose(self, job: SeedJob) -> None:
        """The process of a job has died: of its months those of finished runs are left."""
        self.cells[0][self.place(job)] = job.done(burnt_in=False)

    def place(self, job: SeedJob) -> int:
        """The cell of a job."""
        return next(place for place, one in enumerate(self.jobs) if one is job)

    def counted(self, job: SeedJob, tell: Callable[[], None]) -> Counted:
        """The gauge of a job of this process, of which ``tell`` hears now and then."""
        said = time.monotonic()

        def now_and_then() -> None:
            nonlocal said
            if time.monotonic() >= said + EVERY:
                tell()
                said = time.monotonic()

        return Counted(self.cells, self.place(job), now_and_then)

    @property
    def finished(self) -> list[int]:
        return [job.seed for place, job in enumerate(self.jobs) if place not in self._open]

    @property
    def months(self) -> int:
        """Months that have passed, of all runs of all processes together."""
        return sum(self.cells[0])

    @property
    def kernels(self) -> int:
        """Kernels that were compiled, by the process that compiled most (they compile the same ones)."""
        return max(self.cells[1])
