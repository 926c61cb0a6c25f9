"""The figures of gemeenten, wijken and the country, read from ``sim/data/population`` and checked cell by cell.

What each column is, its source and year: ``sim/data/README.md``. Missing values are NaN.
"""

from __future__ import annotations

import csv
import functools
import hashlib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.world.errors import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = Path(__file__).parents[1] / "data" / "population"
BANDS = tuple(range(0, 100, 5))
_TEXT = {
    "code",
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
    "moves": ("age",),
    "limitation": ("age",),
    "children": ("subject", "number_or_age"),
}
_MAY_MISS = {
    "gemeenten": ("moved_within_2025", "arrived_2025", "left_2025"),
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


def table(name: str, folder: Path | None = None) -> dict[str, NDArray]:
    """Columns of one file, sorted by its key, read-only: text as object arrays, the rest float64 (NaN where missing).

    Raises:
        Refusal: missing file, missing column, double row, or a value that is no number or out of its range.
    """
    return _table(name, folder or FOLDER)


@functools.cache
def _table(name: str, folder: Path) -> dict[str, NDArray]:
    path = folder / f"{name}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        raise Refusal(f"{path.name}: cannot be read ({error.strerror}); expected in {folder.name}/, made by sim/data/convert.py") from error
    except UnicodeDecodeError as error:
        raise Refusal(f"{path.name}: not UTF-8 text (byte {error.start})") from error
    if len(rows) < 2:
        raise Refusal(f"{path.name}: row 1: a header and at least one row are expected, found {len(rows)} rows")
    header, body = rows[0], rows[1:]
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            where = header[min(len(row), len(header) - 1)]
            raise Refusal(f"{path.name}: row {number}, column {where}: {len(row)} cells, the header has {len(header)}")
    columns = {column: _column(path.name, column, [row[k] for row in body]) for k, column in enumerate(header)}
    return _in_order(name, path.name, columns)


def column(name: str, key: str, folder: Path | None = None) -> NDArray:
    """One column of one file.

    Raises:
        Refusal: names file and column.
    """
    columns = table(name, folder)
    if key not in columns:
        raise Refusal(f"{name}.csv: row 1, column {key}: not there (columns: {', '.join(columns)})")
    return columns[key]


def matrix(name: str, keys: list[str]) -> NDArray:
    """Several columns side by side, float64 [rows, keys]."""
    return np.stack([column(name, key) for key in keys], axis=1)


def forget() -> None:
    """Read the files again at the next call."""
    _table.cache_clear()


def digest(folder: Path | None = None) -> str:
    """SHA-256 (hex) of all files of figures, in name order; line ends and row order do not count."""
    total = hashlib.sha256()
    for path in sorted((folder or FOLDER).glob("*.csv")):
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        total.update("\n".join([path.name, head, *sorted(rows)]).encode())
    return total.hexdigest()


def _column(file: str, name: str, cells: list[str]) -> NDArray:
    if name in _TEXT:
        for number, cell in enumerate(cells, start=2):
            if not cell.strip():
                raise Refusal(f"{file}: row {number}, column {name}: empty")
        return np.array(cells, dtype=object)
    values = np.empty(len(cells))
    missing = any(name.startswith(start) for start in _MAY_MISS.get(file.removesuffix(".csv"), ()))
    low, high = (0.0, 100.0) if name.startswith("pct_") else (0.0, 1e9)
    for k, cell in enumerate(cells):
        try:
            values[k] = float(cell) if cell else np.nan
        except ValueError:
            raise Refusal(f"{file}: row {k + 2}, column {name}: {cell!r} is not a number") from None
        if not cell and not missing:
            raise Refusal(f"{file}: row {k + 2}, column {name}: empty, but this column must be complete")
        if cell and not low <= values[k] <= high:
            raise Refusal(f"{file}: row {k + 2}, column {name}: {cell} is out of range, {low:g} to {high:g}")
    return values


def _in_order(name: str, file: str, columns: dict[str, NDArray]) -> dict[str, NDArray]:
    keys = []
    for key in _KEY[name]:
        if key not in columns:
            raise Refusal(f"{file}: row 1, column {key}: not there (columns: {', '.join(columns)})")
        keys.append(columns[key])
    order = sorted(range(len(keys[0])), key=lambda k: tuple(key[k] for key in keys))
    for before, after in pairwise(order):
        if all(key[before] == key[after] for key in keys):
            what = " ".join(str(key[after]) for key in keys)
            raise Refusal(f"{file}: row {after + 2}, column {_KEY[name][0]}: {what} is there twice")
    out = {}
    for key, values in columns.items():
        out[key] = values[order]
        out[key].flags.writeable = False
    return out
