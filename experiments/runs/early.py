"""The first answers of a comparison while it still runs: a summary after 4, 8, 16 … seeds, and a page after the first 4.

They are made from the parts of finished seeds, in a folder of their own that goes when they are there. So no table lies beside
tables of other seeds, and what the run leaves in the end is the same with and without them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from experiments.runs import manifest, runner, store
from experiments.runs.folder import RUNS, write_json
from experiments.runs.plan import Plan
from experiments.runs.simulation import SeedJob
from sim.counts.schema import SUMMARY, TABLES

FIRST = 4  # seeds of the first answer, for fewer say little; then twice as many each time
PLACE = "provisional"  # in the folder of the runs


class Early:
    """Tells of finished seeds.

    No page is drawn where a manifest lies: an earlier run has left its own page, which stays until the end.
    """

    def __init__(self, plan: Plan, jobs: Sequence[SeedJob], out: Path, command: str) -> None:
        self.plan, self.jobs, self.out, self.command = plan, jobs, out, command
        self.next = FIRST
        self.draws = not (out / manifest.NAME).exists()
        self.page: tuple[Path, int] | None = None
        shutil.rmtree(self.place, ignore_errors=True)  # of a run that was killed

    @property
    def place(self) -> Path:
        """The folder of the tables that they are made from."""
        return self.out / RUNS / PLACE

    def __call__(self, finished: Sequence[int], say: Callable[[str], None]) -> None:
        """Tell ``say`` of these seeds, if they are enough, and not yet all."""
        if not self.next <= len(finished) < len(self.jobs):
            return
        while self.next <= len(finished):
            self.next *= 2
        try:
            self._answer(finished, say)
        except Exception as error:  # an answer that comes early is not worth a run; in the end the same fault has its own message
            say(f"no provisional answer after {len(finished)} seeds: {error}")
        finally:
            shutil.rmtree(self.place, ignore_errors=True)

    def _answer(self, finished: Sequence[int], say: Callable[[str], None]) -> None:
        from analysis import pipeline

        found = manifest.marks([job for job in self.jobs if job.seed in finished])
        asked: dict[str, list[Any]] = {"scenarios": runner.in_order(self.plan.scenarios), "seeds": list(finished)}
        self.place.mkdir(parents=True)
        write_json(self.place / manifest.NAME, manifest.compose(self.plan, found, [], {}, self.command, asked))
        store.merge(self.place, SUMMARY.name, manifest.parts(found, SUMMARY.name))
        say(pipeline.early_summary(self.place, len(self.jobs)))
        if self.draws:
            for name in TABLES:
                store.merge(self.place, name, manifest.parts(found, name))
            self.draws, path = False, pipeline.early_page(self.place, len(self.jobs), self.out)
            self.page = path, len(finished)
            say(f"{path} (provisional)")

    def stopped(self, say: Callable[[str], None]) -> None:
        """Tell what stays of what was answered."""
        if self.page:
            path, n = self.page
            say(f"{path} stays, and is provisional: {n} of {len(self.jobs)} seeds")
