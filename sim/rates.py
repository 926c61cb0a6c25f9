"""Rates of births, deaths, illness and household change by age, from ``sim/data/demography/rates.csv``."""

from __future__ import annotations

import csv
import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.figures import FiguresError

FOLDER = Path(__file__).parent / "data" / "demography"
MAX_AGE = 110
COUNTS = {"death": 2, "care": 2, "limitation": 2, "union": 2, "birth": 2, "leave_home": 1, "separation": 1}
GROUPS = {"man": 0, "woman": 1, "single": 0, "partnered": 1, "any": 0}


class Rates(NamedTuple):
    """Chances per month by age in years, float64 [group, 111]; groups are Sex, or 0 single and 1 partnered for births."""

    death: NDArray
    care: NDArray
    limitation: NDArray
    union: NDArray
    birth: NDArray
    leave_home: NDArray
    separation: NDArray


@functools.cache
def per_year(folder: Path = FOLDER) -> dict[str, NDArray]:
    """Chances per year, float64 [group, 111] by quantity.

    Raises:
        FiguresError: file missing, or a cell that is no chance; names file, row and column.
    """
    path = folder / "rates.csv"
    try:
        rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    except OSError as error:
        raise FiguresError(f"{path.name}: cannot be read ({error.strerror}); it is made by convert.py beside it") from error
    tables = {name: np.full((n, MAX_AGE + 1), np.nan) for name, n in COUNTS.items()}
    for number, row in enumerate(rows, start=2):
        try:
            value = float(row["chance_per_year"])
            tables[row["quantity"]][GROUPS[row["group"]] % COUNTS[row["quantity"]], int(row["age"])] = value
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise FiguresError(f"{path.name}: row {number}: {dict(row)} cannot be read ({error})") from None
        if not 0 <= value <= 1:
            raise FiguresError(f"{path.name}: row {number}, column chance_per_year: {value} is no chance (0 to 1)")
    for name, table in tables.items():
        if np.isnan(table).any():
            age = int(np.argwhere(np.isnan(table))[0][1])
            raise FiguresError(f"{path.name}: column chance_per_year: {name} has no value at age {age}")
    return tables


def per_month(scale: dict[str, float] | None = None) -> Rates:
    """Chances per month, 1 − (1 − p)^(1/12); ``scale`` multiplies the yearly chance of a quantity (kept below 1)."""
    scale = scale or {}
    return Rates(**{
        name: 1 - (1 - np.clip(table * scale.get(name, 1.0), 0, 0.999)) ** (1 / 12) for name, table in per_year().items()
    })
