"""Values that look like numbers and mean that there is none, where the schema says nothing of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.counts.schema import Table

EXTREMES = [float(sign * (2**bits - less)) for bits in (15, 16, 31, 32, 63, 64) for less in (0, 1) for sign in (1, -1)]
NEVER_BELOW_0 = ("0-1", "m2", "km", "rooms", "euro per month")


def undeclared(table: Table, frame: pd.DataFrame) -> list[str]:
    """Columns with a number that is endless, an end of the range of its type, or below 0 where nothing is; with the first one."""
    found = []
    for column in (one for one in (*table.keys, *table.columns) if one.kind not in ("text", "bool") and one.name in frame):
        values = frame[column.name].dropna().to_numpy(float)
        values = values if column.none is None else values[values != column.none]
        odd = np.isinf(values) | np.isin(values, EXTREMES)
        if (column.kind.startswith("int") and not column.signed) or column.unit in NEVER_BELOW_0:
            odd |= values < 0
        found += [f"{table.file}.{column.name}: {values[odd][0]}"] if odd.any() else []
    return found
