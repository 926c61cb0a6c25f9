"""Values that look like numbers and mean that there is none, where the schema says nothing of them."""

from __future__ import annotations

import pandas as pd

from analysis.invariants.shape import odd
from sim.counts.schema import TEXT, Table


def undeclared(table: Table, frame: pd.DataFrame) -> list[str]:
    """Columns with a number that is endless, an end of the range of its type, or below 0 where nothing is; with the first one."""
    found = []
    for column in (one for one in (*table.keys, *table.columns) if one.kind != TEXT and one.name in frame):
        wrong = odd(frame, column)
        found += [f"{table.file}.{column.name}: {frame[column.name][wrong].iloc[0]}"] if wrong.any() else []
    return found
