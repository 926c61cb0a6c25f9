"""One file of figures: rows of text, and columns of numbers that are checked cell by cell."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.world.errors import Refusal, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEXT = {
    "code",
    "other",
    "name",
    "province",
    "gemeente",
    "region",
    "household_type",
    "tenure",
    "dwelling_type",
    "subject",
    "unit",
    "status",
}
_KEY = {
    "gemeenten": ("code",),
    "wijken": ("code",),
    "ages": ("age_from",),
    "national_households": ("age_from",),
    "national_joint": ("age_from", "household_type", "tenure", "dwelling_type"),
    "homes": ("tenure", "dwelling_type"),
    "income": ("age_from", "household_type", "tenure"),
    "provinces": ("region",),
    "periods": ("code",),
    "moves": ("age",),
    "exchange": ("code", "other"),
    "limitation": ("age",),
    "children": ("subject", "number_or_age"),
}
_MAY_MISS = {
    "gemeenten": ("moved_within_2025", "arrived_2025", "left_2025", "pct_new_flats"),
    "wijken": (
        "urban_2022",
        "pct_age",
        "woz_keur",
        "pct_owner",
        "pct_persons",
        "households_2017",
        "pct_one",
        "pct_no",
        "pct_with",
        "mean_household",
    ),
    "ages": ("alone", "partner"),
}
_RANGE = {  # by how a column begins; else anything from 0
    "pct_": (0.0, 100.0),
    "x_km": (10.0, 280.0),  # the Rijksdriehoek grid over the Netherlands
    "y_km": (300.0, 625.0),
    "urban": (1.0, 5.0),
    "woz_keur": (50.0, 5000.0),
}


class Sheet(NamedTuple):
    """A file of figures as text: its header, its rows, and where each row stands (``gemeenten.csv: row 2``)."""

    file: str
    header: list[str]
    body: list[list[str]]
    at: list[str]


def text_of(content: bytes, file: str) -> str:
    """The text of a file, whatever mark of its encoding stands in front. Raises Refusal where it is no UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(f"{file}: not UTF-8 text (byte {error.start}); a spreadsheet saves it as 'CSV UTF-8'") from error


def sheet_of(text: str, file: str) -> Sheet:
    """The rows of a text, as many cells in each as the header has.

    Raises:
        Refusal: no header or no row, a column that is there twice, a row with too many or too few cells.
    """
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise Refusal(f"{file}: no CSV ({error})") from None
    if len(rows) < 2:
        raise Refusal(f"{file}: row 1: a header and at least one row are expected, found {len(rows)} rows")
    header, body = rows[0], rows[1:]
    if len(header) == 1 and ";" in header[0]:
        raise Refusal(f"{file}: row 1: a comma is needed between columns, and a decimal point in numbers; this file has semicolons")
    for k, name in enumerate(header):
        if name in header[:k]:
            raise Refusal(f"{file}: row 1, column {shown(name)}: there twice; leave one out")
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            where = header[min(len(row), len(header) - 1)]
            way_out = "; numbers have a decimal point" if len(row) > len(header) else ""
            raise Refusal(f"{file}: row {number}, column {shown(where)}: {len(row)} cells, the header has {len(header)}{way_out}")
    return Sheet(file, header, body, [f"{file}: row {number}" for number in range(2, len(body) + 2)])


def columns_of(name: str, sheet: Sheet) -> dict[str, NDArray]:
    """The columns of the file ``name``, sorted by its key, read-only: text as object arrays, the rest float64 (NaN where missing).

    Raises:
        Refusal: missing key, double row, or a value that is no number or out of its range; names file, row and column.
    """
    columns = {column: _column(name, column, [row[k] for row in sheet.body], sheet.at) for k, column in enumerate(sheet.header)}
    return _in_order(name, sheet, columns)


def may_miss(name: str, column: str) -> bool:
    """Whether a cell of this column of the file ``name`` may be empty."""
    return column.startswith(_MAY_MISS.get(name, ()))


def bounds(column: str) -> tuple[float, float]:
    """The least and the most that a number of this column may be."""
    return next((span for start, span in _RANGE.items() if column.startswith(start)), (0.0, 1e9))


def is_text(column: str) -> bool:
    """Whether this column holds words."""
    return column in _TEXT


def _column(name: str, column: str, cells: list[str], at: list[str]) -> NDArray:
    if is_text(column):
        for where, cell in zip(at, cells, strict=True):
            if not cell.strip():
                raise Refusal(f"{where}, column {column}: empty")
        return np.array(cells, dtype=object)
    values = np.empty(len(cells))
    missing = may_miss(name, column)
    low, high = bounds(column)
    for k, cell in enumerate(cells):
        try:
            values[k] = float(cell) if cell else np.nan
        except ValueError:
            way_out = "; write a decimal point" if "," in cell else ""
            raise Refusal(f"{at[k]}, column {column}: {cell!r} is not a number{way_out}") from None
        if not cell and not missing:
            raise Refusal(f"{at[k]}, column {column}: empty, but this column must be complete")
        if cell and not low <= values[k] <= high:
            raise Refusal(f"{at[k]}, column {column}: {cell} is out of range, {low:g} to {high:g}")
    return values


def _in_order(name: str, sheet: Sheet, columns: dict[str, NDArray]) -> dict[str, NDArray]:
    keys = []
    for key in _KEY[name]:
        if key not in columns:
            raise Refusal(f"{sheet.file}: row 1, column {key}: not there (columns: {', '.join(columns)})")
        keys.append(columns[key])
    order = sorted(range(len(keys[0])), key=lambda k: tuple(key[k] for key in keys))
    for before, after in pairwise(order):
        if all(key[before] == key[after] for key in keys):
            what = " ".join(str(key[after]) for key in keys)
            raise Refusal(f"{sheet.at[after]}, column {_KEY[name][0]}: {what} is there twice")
    out = {}
    for key, values in columns.items():
        out[key] = values[order]
        out[key].flags.writeable = False
    return out
