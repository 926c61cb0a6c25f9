"""Whether a folder of results is what its records say: every checksum, every part of a run, every invariant. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.invariants import folder as invariants
from analysis.invariants.rule import Fault
from analysis.tables import record
from analysis.tables.files import digest
from analysis.tables.made import GOALS, RECORDS, SENSITIVITY_JSON, SHARES
from analysis.tables.schema import EVERY, SENSITIVITY
from experiments.runs import manifest, runner, store
from experiments.runs.folder import DESIGN, DRAWS, RUNS
from sim.counts.schema import TABLES
from sim.world.errors import Refusal

ANOTHER = "its checksum is another than {} says"
APART = {table.file for made in (SHARES, GOALS) for table in made.tables}  # written again by each scenario that is worked out apart


@dataclass(frozen=True)
class Looked:
    """What was looked at in a folder, and what is wrong in it."""

    faults: list[Fault]
    files: int
    rows: int
    invariants: int
    parts: int
    command: str

    def __str__(self) -> str:
        counted = f"{self.files} files with checksums, {self.rows:,} rows, {self.invariants} invariants, {self.parts} tables of parts"
        return f"{counted}; {len(self.faults) or 'no'} faults"


def is_ours(out: Path) -> bool:
    """Whether a folder holds something that this program signs."""
    return (out / RUNS / DESIGN).exists() or any(list(out.glob(pattern)) for pattern in RECORDS)


def look(out: Path) -> Looked:
    """All of a folder of results."""
    records, faults, files, parts = checksums(out)
    main = records.get(manifest.NAME, {})
    seen = invariants.check(out, main)
    damaged = f"{RUNS}/{DESIGN}" in {fault.file for fault in faults}
    faults += [*seen.faults, *(() if damaged else _contents(out, main, seen.tables))]
    commands = [one["command"] for one in (main, *records.values()) if one]
    return Looked(faults, files, seen.rows, seen.invariants, parts, commands[0] if commands else "")


def checksums(out: Path) -> tuple[dict[str, dict[str, Any]], list[Fault], int, int]:
    """The records of a folder by name, what of all files differs from its checksum, and how many files and parts were compared."""
    faults: list[Fault] = []
    records = dict(_records(out, faults))
    if not records and not faults:
        faults.append(Fault(manifest.NAME, None, "it is not there: no run has ended here"))
    files = len(list(_files(out, records, faults)))
    return records, faults, files, len(list(_parts(out, faults)))


def _records(out: Path, faults: list[Fault]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records of the folder by name; what is damaged of them, and runs that failed, become faults."""
    for path in sorted(path for pattern in RECORDS for path in out.glob(pattern)):
        try:
            content = record.read(path) or {}
        except Refusal as error:
            faults.append(Fault(path.name, None, str(error)))
            continue
        for failed in content.get("failed_runs", []):
            faults.append(Fault(path.name, None, f"scenario {failed['scenario']}, seed {failed['seed']} failed: {failed['error']}"))
        if path.name == manifest.NAME and not content.get("files"):
            faults.append(Fault(path.name, None, "it vouches for no table: the run that wrote it did not end"))
        yield path.name, content
    if (out / SENSITIVITY_JSON).is_file():
        yield SENSITIVITY_JSON, record.read(out / SENSITIVITY_JSON, record.Signed) or {}
    if (out / RUNS / DESIGN).exists():
        try:
            record.read(out / RUNS / DESIGN, record.Design)
        except Refusal as error:
            faults.append(Fault(f"{RUNS}/{DESIGN}", None, str(error)))


def _files(out: Path, records: dict[str, dict[str, Any]], faults: list[Fault]) -> Iterator[str]:
    """Files of tables that were compared with a checksum; those that differ, are lost or are vouched for by nobody become faults."""
    main = records.get(manifest.NAME, records.get(SENSITIVITY_JSON, {}))
    for table in (*EVERY, SENSITIVITY):
        apart = table.file in APART
        said = {one["files"][table.file] for one in (records.values() if apart else [main]) if table.file in one.get("files", {})}
        is_there = (out / table.file).is_file()
        if not said and not is_there:
            continue
        if not is_there:
            if not apart:  # a scenario that is worked out again and fails takes its tables away
                faults.append(Fault(table.file, None, "it is lost"))
        elif not said:
            faults.append(Fault(table.file, None, "no record of this folder vouches for it"))
        elif digest(out / table.file) not in said:
            faults.append(Fault(table.file, None, ANOTHER.format("every record of this folder" if apart else manifest.NAME)))
        yield table.file


def _parts(out: Path, faults: list[Fault]) -> Iterator[Path]:
    """Tables of finished runs, each compared with the mark of its run. A run without a mark has not ended, and is run anew."""
    for folder in sorted(path.parent for where in (RUNS, f"{DRAWS}/{RUNS}") for path in (out / where).glob(f"*/{store.DONE}")):
        place = folder.relative_to(out).as_posix()
        mark = store.read_mark(folder)
        if mark is None:
            faults.append(Fault(f"{place}/{store.DONE}", None, "this mark of a finished run is damaged, or of another run"))
            continue
        for name in mark["tables"]:
            data, reason = store.verified(folder, mark, name)
            if data is None:
                faults.append(Fault(f"{place}/{name}.parquet", None, f"this part of a run is lost or damaged ({reason})"))
            yield folder / name


def _contents(out: Path, main: dict[str, Any], tables: dict[str, pd.DataFrame]) -> Iterator[Fault]:
    """Tables that are not what was merged: the parts of the runs that the manifest names, where they are still there and whole."""
    if not main or main.get("failed_runs") or not (out / RUNS / DESIGN).exists():
        return
    signed = record.read(out / RUNS / DESIGN, record.Design) or {}
    seeds, known = sorted(main["seeds"]), signed["scenarios"]
    kept = runner.with_ledger(main["configuration"]["ledger"], len(seeds))
    runs = [(one, seed) for one in runner.in_order(main["scenarios"]) for seed in seeds if one in known]
    places = {run: out / RUNS / runner.run_key(signed["design"], run[1], known[run[0]], run[0]) for run in runs}
    marks = {run: store.read_mark(folder) for run, folder in places.items()}
    for name in [name for name in TABLES if name in tables]:
        mine = [run for run in runs if not TABLES[name].large or run[1] in seeds[:kept]]
        found = [(*run, mark["tables"].get(name)) for run in mine if (mark := marks[run])]
        if len(found) == len(mine) and store.merged(found) != main["checksums"].get(name):
            yield Fault(manifest.NAME, None, f"its checksum of {TABLES[name].file} is not that of the parts in {RUNS}")
        rows = tables[name].groupby(["scenario", "seed"], observed=True).indices
        for scenario, seed in sorted(rows.keys() - set(mine))[:1]:
            row = int(rows[scenario, seed][0]) + 1
            yield Fault(TABLES[name].file, row, f"{manifest.NAME} names no run of scenario {scenario}, seed {seed}")
        for run in mine:
            data = store.verified(places[run], marks[run], name)[0]
            if data is not None:
                yield from _differing(name, run, tables[name].iloc[rows.get(run, [])], store.parsed(data).to_pandas())


def _differing(name: str, run: tuple[str, int], there: pd.DataFrame, part: pd.DataFrame) -> Iterator[Fault]:
    file, of = TABLES[name].file, f"of scenario {run[0]}, seed {run[1]}"
    if len(there) != len(part):
        yield Fault(file, None, f"it has {len(there)} rows {of}, and the run wrote {len(part)}")
        return
    for column in part:
        values = part[column].astype(there[column].dtype)
        if not values.equals(there[column].reset_index(drop=True)):
            same = (values == there[column].reset_index(drop=True)) | (values.isna() & there[column].reset_index(drop=True).isna())
            row = int(there.index[int(np.flatnonzero(~same)[0])]) + 1
            yield Fault(file, row, f"{column} is another than the run wrote ({of})")
            return
