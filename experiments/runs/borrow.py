"""Finished runs of one folder in another: a run is named by all that changes it, so that none has to be made twice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from analysis.tables.files import whole, writing
from experiments.runs import store
from experiments.runs.folder import RUNS
from experiments.runs.simulation import SeedJob


def borrow(jobs: Iterable[SeedJob], folders: Sequence[Path]) -> dict[Path, int]:
    """Put the runs that jobs lack where they look for them, from the first of the folders of results that has each of them whole.

    Files are linked where the disk can, and copied elsewhere; those of the other folders stay as they are.

    Returns:
        How many runs were taken from each folder that had one.

    Raises:
        NotWritten: the disk is full, or may not be written to.
    """
    taken: dict[Path, int] = {}
    for job in jobs:
        for spec in job.todo():
            mine = Path(job.folder) / spec.key
            for folder in folders:
                if not store.is_done(mine, job.tables) and _take(folder / RUNS / spec.key, mine, job.tables):
                    taken[folder] = taken.get(folder, 0) + 1
    return taken


def _take(there: Path, mine: Path, tables: Iterable[str]) -> bool:
    """Link or copy a run, its mark last; whether it is there with these tables, and each of them as its mark says."""
    mark = store.read_mark(there)
    if mark is None or not set(tables) <= set(mark["tables"]):
        return False
    if any(store.verified(there, mark, name)[0] is None for name in mark["tables"]):
        return False
    with writing(mine):
        mine.mkdir(parents=True, exist_ok=True)
        (mine / store.DONE).unlink(missing_ok=True)
        for name in (*(f"{table}.parquet" for table in mark["tables"]), store.DONE):
            (mine / name).unlink(missing_ok=True)
            _same(there / name, mine / name)
    return True


def _same(source: Path, target: Path) -> None:
    with suppress(OSError):  # another disk, or one without links
        os.link(source, target)
        return
    with whole(target, sync=False) as file, source.open("rb") as there:
        shutil.copyfileobj(there, file)
