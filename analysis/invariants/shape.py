"""A table against the schema: its columns, their types, what may be empty, the words that stand in them, and what tells its rows apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.invariants.rule import Fault
from analysis.tables.files import readable
from sim.counts.schema import TEXT, TRUTH, Column, Table
from sim.world.codes import names
from sim.world.errors import shown

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

EXTREMES = [float(sign * (2**bits - less)) for bits in (15, 16, 31, 32, 63, 64) for less in (0, 1) for sign in (1, -1)]
NEVER_BELOW_0 = ("0-1", "m2", "km", "rooms", "euro per month")
TRUTHS = {"True": True, "False": False}


def read(path: Path, table: Table) -> tuple[pd.DataFrame | None, list[Fault]]:
    """A table with its texts as plain strings, and what is wrong with it; None where columns or types are others than the schema's.

    Raises:
        Refusal: the file is damaged.
    """
    faults: list[Fault] = []
    with readable(path):
        frame = _of_csv(path, table, faults) if table.suffix == "csv" else _of_parquet(path, table, faults)
    return (None if faults else frame), faults or list(faults_of_values(table, frame))


def _of_parquet(path: Path, table: Table, faults: list[Fault]) -> pd.DataFrame:
    import pyarrow.parquet as pq

    content = pq.read_table(path)
    _compare(table, content.column_names, faults)
    columns = {one.name: one for one in (*table.keys, *table.columns)}
    for name in content.column_names:
        column, given = columns.get(name), content.schema.field(name).type
        if column is not None and (wrong := _other_type(given, column)):
            faults.append(Fault(table.file, None, f"column {name} is {wrong}, and the schema says {column.stored}"))
        if column is not None and content[name].null_count and not column.empty and np.dtype(_number(column)).kind != "f":
            row = int(np.flatnonzero(content[name].is_null().to_numpy())[0]) + 1
            faults.append(Fault(table.file, row, f"{name} is empty, and the schema says that it never is"))
    if faults:
        return pd.DataFrame()
    frame = content.to_pandas()
    return frame.astype({name: object for name in frame.columns if columns[name].kind == TEXT})


def _number(column: Column) -> str:
    return "object" if column.kind == TEXT else column.kind


def _other_type(given: pa.DataType, column: Column) -> str:
    import pyarrow as pa

    if column.kind != TEXT:
        return "" if given == pa.type_for_alias(column.stored) else str(given)
    return "" if pa.types.is_dictionary(given) and pa.types.is_string(given.value_type) else str(given)


def _of_csv(path: Path, table: Table, faults: list[Fault]) -> pd.DataFrame:
    texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    _compare(table, list(texts.columns), faults)
    found = {}
    for column in (one for one in (*table.keys, *table.columns) if one.name in texts):
        given = texts[column.name]
        values, wrong = _values(given, column)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            needed = "true or false" if column.kind == TRUTH else "a whole number" if np.dtype(column.kind).kind == "i" else "a number"
            faults.append(Fault(table.file, row + 1, f"{column.name}={shown(given.iloc[row])}: {needed} is needed"))
        found[column.name] = values
    return pd.DataFrame(found, columns=list(table.names))


def _values(texts: pd.Series, column: Column) -> tuple[Any, NDArray]:
    """Values of a column of a CSV by its type, and where there is none of it."""
    if column.kind == TEXT:
        return texts, np.zeros(len(texts), bool)
    if column.kind == TRUTH:
        return texts.map(TRUTHS).eq(True), ~texts.isin(TRUTHS).to_numpy()
    numbers = np.array([_as_number(text) for text in texts], float)
    if np.dtype(column.kind).kind == "f":
        return numbers, np.isnan(numbers) & (texts != "").to_numpy()
    whole = texts.str.fullmatch(r"-?\d{1,18}").to_numpy(bool) if len(texts) else np.zeros(0, bool)
    return (texts.where(whole, "0").astype(np.int64) if len(texts) else numbers.astype(np.int64)), ~whole


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _compare(table: Table, there: list[str], faults: list[Fault]) -> None:
    if there != list(table.names):
        odd = next((one for one in (*table.names, *there) if (one in there) != (one in table.names)), None)
        is_lacking = "is lacking" if odd in table.names else "is not in the schema"
        what = "the columns stand in another order" if odd is None else f"column {shown(odd)} {is_lacking}"
        faults.append(Fault(table.file, None, what))


def faults_of_values(table: Table, frame: pd.DataFrame) -> Iterator[Fault]:
    """What single values say, and rows that stand there twice."""
    for column in (*table.keys, *table.columns):
        wrong = unknown(frame, column) if column.kind == TEXT else odd(frame, column)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            value = shown(frame[column.name].iloc[row])
            yield Fault(table.file, row + 1, f"{column.name}={value} can be no {column.name} ({_range(column)})")
    by = [*(one.name for one in table.keys if one.name in ("scenario", "seed")), *table.apart]
    by += [name for name in ("scenario", "seed") if name in frame and name not in by]
    twice = frame.duplicated(by).to_numpy()
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        place = ", ".join(f"{name}={shown(frame[name].iloc[row])}" for name in by)
        yield Fault(table.file, row + 1, f"a row with {place} stands above it already")


def _range(column: Column) -> str:
    return f"one of {', '.join(filter(None, column.words))}" if column.words else column.unit if isinstance(column.unit, str) else "by kind"


def unknown(frame: pd.DataFrame, column: Column) -> NDArray:
    """Where a text is none of the words of its column, bool."""
    if isinstance(column.unit, Mapping):
        wrong = np.zeros(len(frame), bool)
        for kind in frame["kind"].unique():
            words = names(column.unit[kind]) if kind in column.unit else [""]
            wrong |= ((frame["kind"] == kind) & ~frame[column.name].isin(words)).to_numpy()
        return wrong
    return (~frame[column.name].isin(column.words)).to_numpy() if column.words else np.zeros(len(frame), bool)


def odd(frame: pd.DataFrame, column: Column) -> NDArray:
    """Where a number cannot be one of its column: endless, a stand-in for none, or outside what its unit allows; bool."""
    values = frame[column.name].to_numpy(float, na_value=np.nan) if column.kind != TRUTH else np.zeros(len(frame))
    wrong = np.isinf(values) | stands_for_none(values)
    if (np.dtype(column.kind).kind == "i" and not column.signed) or column.unit in NEVER_BELOW_0:
        wrong |= values < 0
    if column.unit == "0-1":
        wrong |= values > 1 + 1e-6
    return wrong if column.none is None else wrong & (values != column.none)


def stands_for_none(values: NDArray) -> NDArray:
    """Where a number is the end of the range of a whole type, and no other value of its column comes near it; bool.

    A count or an id of a large run may be 32,767 too: then others lie beside it.
    """
    ends = np.isin(values, EXTREMES)
    if not ends.any():
        return ends
    others = values[~ends & np.isfinite(values)]
    counted = [end for end in np.unique(values[ends]) if len(others) and np.abs(others - end).min() <= abs(end) / 10]
    return ends & ~np.isin(values, counted)
