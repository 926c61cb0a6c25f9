"""Rates of births, deaths, illness and household change by age, from ``sim/data/demography/rates.csv``."""

from __future__ import annotations

import csv
import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.world.errors import Refusal

FOLDER = Path(__file__).parents[1] / "data" / "demography"
MAX_AGE = 110
COUNTS = {"death": 2, "care": 2, "limitation": 2, "union": 2, "birth": 2, "leave_home": 1, "separation": 1}
GROUPS = {"man": 0, "woman": 1, "single": 0, "partnered": 1, "any": 0}


class Rates(NamedTuple):
    """Chances per month by age in years, float64 [group, 111]; groups: Sex, or for births 0 single, 1 partnered."""

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
        Refusal: file missing, or a cell that is no chance; names file, row and column.
    """
    path = folder / "rates.csv"
    try:
        rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    except OSError as error:
        raise Refusal(f"{path.name}: cannot be read ({error.strerror}); convert.py beside it makes it") from error
    tables = {name: np.full((n, MAX_AGE + 1), np.nan) for name, n in COUNTS.items()}
    for number, row in enumerate(rows, start=2):
        try:
            value = float(row["chance_per_year"])
            tables[row["quantity"]][GROUPS[row["group"]] % COUNTS[row["quantity"]], int(row["age"])] = value
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise Refusal(f"{path.name}: row {number}: {dict(row)} cannot be read ({error})") from None
        if not 0 <= value <= 1:
            raise Refusal(f"{path.name}: row {number}, column chance_per_year: {value} is no chance (0 to 1)")
    for name, table in tables.items():
        if np.isnan(table).any():
            age = int(np.argwhere(np.isnan(table))[0][1])
            raise Refusal(f"{path.name}: column chance_per_year: {name} has no value at age {age}")
    return tables


def per_month(scale: dict[str, float], years_in_care: float, least_at_home: float) -> Rates:
    """Chances per month, 1 − (1 − p)^(1/12); ``scale`` multiplies the yearly chance of a quantity (kept below 1).

    ``death`` is that of persons at home (see ``death_at_home``).
    """
    year = {name: np.clip(table * scale.get(name, 1.0), 0, 0.999) for name, table in per_year().items()}
    year["death"] = death_at_home(year["death"], year["care"], years_in_care, least_at_home)
    return Rates(**{name: 1 - (1 - table) ** (1 / 12) for name, table in year.items()})


def death_at_home(death: NDArray, care: NDArray, years_in_care: float, least_at_home: float) -> NDArray:
    """Chance of death per year of persons at home, [2, 111], given that of everybody and the chance of going to care.

    Who lives in care dies at 1 / ``years_in_care`` a year, or as
    others of that age if that is more. Followed along a cohort, the share in care says how many of all deaths fall
    there; the rest dies at home. Without care the table is that of everybody.
    """
    home = death.copy()
    in_care = np.zeros(len(death))
    in_care_dies = 1 - np.exp(-1 / years_in_care)
    for age in range(death.shape[1]):
        dies_there = np.maximum(in_care_dies, death[:, age])
        at_home = 1 - in_care
        home[:, age] = np.where(in_care > 0, (death[:, age] - in_care * dies_there) / at_home, death[:, age])
        home[:, age] = np.maximum(home[:, age], least_at_home * death[:, age])
        moves = at_home * (1 - home[:, age]) * care[:, age]
        living = in_care * (1 - dies_there) + moves
        in_care = living / (living + at_home * (1 - home[:, age]) - moves)
    return home
