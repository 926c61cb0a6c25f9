"""Folders of places of one's own, made from rows of the project's figures. For tests."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.world import figures

Row = dict[str, str]
CODE, NAME = "XX0001", "Zwolsch"


def shipped(name: str) -> list[Row]:
    """Rows of a file that comes with the project."""
    with (figures.FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row_of(code: str) -> Row:
    """The shipped row of a gemeente."""
    return next(row for row in shipped("gemeenten") if row["code"] == code)


def another(of: str = "GM0193", **changed: str) -> Row:
    """The row of a gemeente under another code and name."""
    return {**row_of(of), "code": CODE, "name": NAME, **changed}


def wijken_of(of: str = "GM0193") -> list[Row]:
    """The wijken of a gemeente as those of the other code."""
    rows = [row for row in shipped("wijken") if row["gemeente"] == of]
    return [{**row, "code": f"XX{row['code'][2:]}", "gemeente": CODE} for row in rows]


def folder_of(path: Path, gemeenten: Sequence[Mapping[str, str]] = (), wijken: Sequence[Mapping[str, str]] = ()) -> Path:
    """A folder with these rows; no file where there are none."""
    path.mkdir(parents=True, exist_ok=True)
    for name, rows in (("gemeenten", gemeenten), ("wijken", wijken)):
        if rows:
            with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
    return path


def scaled(row: Mapping[str, str], factor: float) -> Row:
    """A gemeente of another size: persons, households and homes times a factor."""
    sizes = ("population", "households", "dwellings", "age_", "moved", "arrived", "left", "new_build")
    return {name: str(round(float(cell) * factor)) if cell and name.startswith(sizes) else cell for name, cell in row.items()}
