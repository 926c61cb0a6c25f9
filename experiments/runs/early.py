"""The first answers of a comparison while it still runs: a summary after 2, 4, 8, 16 … seeds, and a page after the first 4.

They are read from the parts of finished seeds. No table is written for them: none lies beside tables of other seeds, and what the
run leaves in the end is the same with and without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.tables.files import Folder, need
from experiments.runs import manifest, runner, store
from experiments.runs.plan import Plan
from experiments.runs.simulation import SeedJob

if TYPE_CHECKING:
    import pandas as pd

FIRST = 2  # seeds of the first answer, the fewest with an interval; then twice as many each time
DRAWN = 4  # seeds of the first page: it takes as long as a seed to draw


@dataclass(frozen=True)
class Parts(Folder):
    """The tables of finished runs, read as a folder of results is, from what each run left.

    Attributes:
        content: of the manifest that they would have.
        found: the marks of the runs.
    """

    content: Mapping[str, Any] = field(default_factory=dict)
    found: Sequence[dict[str, Any]] = ()

    def has(self, name: str) -> bool:
        return bool(manifest.parts(self.found, name))

    def table(self, name: str, columns: Sequence[str], maybe: Sequence[str] = (), plain: bool = True) -> pd.DataFrame:
        table = store.read_parts(name, manifest.parts(self.found, name))
        need(table.column_names, columns, name)
        frame = table.select([*columns, *(one for one in maybe if one in table.column_names and one not in columns)]).to_pandas()
        return frame.astype({column: object for column in frame.select_dtypes("category").columns if plain})

    def of_scenario(self, name: str, columns: Sequence[str], scenario: str, where: Sequence[tuple[str, str, object]] = ()) -> pd.DataFrame:
        import pyarrow.parquet as pq

        mine = [part for part in manifest.parts(self.found, name) if part[0] == scenario]
        table = store.read_parts(name, mine, [*dict.fromkeys((*columns, *(column for column, _, _ in where)))])
        if where:
            table = table.filter(pq.filters_to_expression(list(where)))
        return table.select(list(columns)).to_pandas()

    def parts_of_scenario(self, name: str, columns: Sequence[str], scenario: str) -> Iterator[pd.DataFrame]:
        for part in manifest.parts(self.found, name):
            if part[0] == scenario:
                yield store.read_parts(name, [part], list(columns)).to_pandas()

    def scenarios(self, name: str) -> list[str]:
        return sorted({scenario for scenario, _, folder in manifest.parts(self.found, name) if len(store.read_part(folder, name))})

    def words(self, name: str, column: str) -> list[str]:
        return sorted(set(self.table(name, [column])[column]))

    def manifest(self) -> dict[str, Any]:
        return dict(self.content)


class Early:
    """Tells of finished seeds.

    No page is drawn where a manifest lies: an earlier run has left its own page, which stays until the end.
    """

    def __init__(self, plan: Plan, jobs: Sequence[SeedJob], out: Path, command: str) -> None:
        self.plan, self.jobs, self.out, self.command = plan, jobs, out, command
        self.next = FIRST
        self.draws = not (out / manifest.NAME).exists()
        self.page: tuple[Path, int] | None = None

    def __call__(self, finished: Sequence[int], say: Callable[[str], None]) -> None:
        """Tell ``say`` of these seeds, if they are enough, and not yet all; those that are not of the plan are nobody's here."""
        mine = {job.seed for job in self.jobs}
        finished = [seed for seed in finished if seed in mine]
        if not self.next <= len(finished) < len(self.jobs):
            return
        while self.next <= len(finished):
            self.next *= 2
        try:
            self._answer(finished, say)
        except Exception as error:  # an answer that comes early is not worth a run; in the end the same fault has its own message
            say(f"no provisional answer after {len(finished)} seeds: {error}")

    def _answer(self, finished: Sequence[int], say: Callable[[str], None]) -> None:
        from analysis import pipeline
        from analysis.page import summary
        from analysis.results import gather

        found = manifest.marks([job for job in self.jobs if job.seed in finished])
        asked: dict[str, list[Any]] = {"scenarios": runner.in_order(self.plan.scenarios), "seeds": list(finished)}
        parts = Parts(self.out, manifest.compose(self.plan, found, [], {}, self.command, asked), found)
        results = replace(gather(parts), awaited=len(self.jobs))
        say(summary.plain(results))
        if self.draws and len(finished) >= DRAWN:
            self.draws, path = False, pipeline.early_page(results)
            self.page = path, len(finished)
            say(f"{path} (provisional)")

    def stopped(self, say: Callable[[str], None]) -> None:
        """Tell what stays of what was answered."""
        if self.page:
            path, n = self.page
            say(f"{path} stays, and is provisional: {n} of {len(self.jobs)} seeds")
