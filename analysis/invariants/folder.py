"""All tables of a folder of results against the schema and against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.invariants import counted, counts, journals, ledger, made
from analysis.invariants.rule import RECORD, REGISTRY, RESULTS, TABLE_OF, Fault, Invariant
from analysis.invariants.shape import read
from analysis.results import gather
from analysis.tables.record import MANIFEST
from sim.world.errors import Refusal

ROOMS = (ledger, counts, counted, journals, made)  # each enters its invariants when it is read


@dataclass
class Seen:
    """What was looked at, and what is wrong."""

    faults: list[Fault] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)  # as the schema says, by the name of a parameter
    invariants: int = 0

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(map(len, self.tables.values()))


def check(folder: Path, record: dict[str, Any]) -> Seen:
    """Every table that is there, and every invariant whose tables are all there and as the schema says.

    Args:
        record: what manifest.json holds.
    """
    seen = Seen()
    for name, table in TABLE_OF.items():
        if (folder / table.file).exists():
            try:
                frame, faults = read(folder / table.file, table)
            except Refusal as error:
                frame, faults = None, [Fault(table.file, None, str(error))]
            seen.faults += faults
            if frame is not None:
                seen.tables[name] = frame
    given = {**seen.tables, **_of_record(folder, record, seen)}
    for one in REGISTRY.values():
        if set(one.reads) <= given.keys():
            seen.invariants += 1
            seen.faults += asked(one, given)
    return seen


def _of_record(folder: Path, record: dict[str, Any], seen: Seen) -> dict[str, Any]:
    """The record and the results, where every table of the run is sound: nothing is worked out from what is damaged."""
    if not record:
        return {}
    damaged = {fault.file for fault in seen.faults}
    return {RECORD: record} | ({} if damaged else {RESULTS: gather(folder)})


def asked(one: Invariant, given: Mapping[str, Any]) -> list[Fault]:
    """The faults that an invariant finds in what it reads; that it cannot be worked out is one."""
    try:
        return one.faults([given[name] for name in one.reads])
    except (Refusal, KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        reason = str(error) if isinstance(error, Refusal) else f"{MANIFEST} or the tables lack what it asks for ({error!r})"
        return [Fault(one.table.file, None, f"whether this holds cannot be told ({reason}): {one.says}")]
