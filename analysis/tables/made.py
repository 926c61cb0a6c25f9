"""What is made from the tables of a folder: who makes it says here which files, writes no others, and removes what it had before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.tables import datapackage, record, schema
from analysis.tables.files import beside_others, digest, write_json, write_table, write_whole
from analysis.tables.for_page import FOR_PAGE
from sim.counts.schema import TABLES, Table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Made:
    """Files of one maker: tables, and patterns of paths within the folder, in which ``*`` stands for a scenario or a picture."""

    tables: tuple[Table, ...] = ()
    others: tuple[str, ...] = ()
    handed_over: tuple[str, ...] = ()  # made for somebody to change and add to: never removed

    @property
    def patterns(self) -> tuple[str, ...]:
        """All that is removed before the tables change."""
        return (*(table.file for table in self.tables), *self.others)

    def there(self, folder: Path) -> list[Path]:
        """The files that the folder holds, in order."""
        return sorted({path for pattern in self.patterns for path in folder.glob(pattern)})

    def clear(self, folder: Path) -> None:
        """Remove them all: they were made from tables that are about to change."""
        there = self.there(folder)
        for path in there:
            path.unlink()
        for place in {path.parent for path in there} - {folder}:
            with suppress(OSError):  # others put something there, too
                place.rmdir()

    def write(self, folder: Path, tables: Mapping[str, pd.DataFrame], others: Mapping[str, str | bytes] | None = None) -> None:
        """Write tables by name and other files by path within the folder, each whole or not at all.

        Raises:
            KeyError: something that is not declared, so that nobody would remove it. Nothing is then written.
            Refusal: a table lacks a column.
        """
        declared, others = {table.name: table for table in self.tables}, others or {}
        undeclared = [name for name in tables if name not in declared]
        undeclared += [path for path in others if not any(fnmatchcase(path, one) for one in self.others + self.handed_over)]
        _refuse(undeclared)
        for name, table in tables.items():
            write_table(folder, declared[name], table)
        for path, content in others.items():
            write_whole(folder / path, content)
        if tables:
            datapackage.refresh(folder)
            vouch(folder, self.tables)


@dataclass(frozen=True)
class MadeApart:
    """Files of a maker that works out one scenario beside others: tables with rows of each, and pictures by name."""

    tables: tuple[Table, ...]
    pictures: tuple[str, ...]

    @property
    def patterns(self) -> tuple[str, ...]:
        """All that it may write or remove."""
        return (*(table.file for table in self.tables), *(f"{name}_*{end}" for name in self.pictures for end in (".svg", ".png")))

    def write(self, folder: Path, scenario: str, tables: Mapping[str, pd.DataFrame], pictures: Mapping[str, tuple[bytes, bytes]]) -> None:
        """Replace all that the folder holds of a scenario; rows of others stay.

        Args:
            tables: by name; of those that are not given no row of the scenario stays. pictures: by name, as SVG and PNG.

        Raises:
            KeyError: a table or a picture that is not declared. Nothing is then written.
            Refusal: a table of an earlier run is damaged. Nothing is then written.
        """
        declared = {table.name: table for table in self.tables}
        _refuse([*(name for name in tables if name not in declared), *(name for name in pictures if name not in self.pictures)])
        whole = {name: beside_others(folder, of, scenario, tables.get(name)) for name, of in declared.items()}
        for name, table in whole.items():
            if table is None:
                (folder / declared[name].file).unlink(missing_ok=True)
            else:
                write_table(folder, declared[name], table)
        for name in self.pictures:
            for end, content in zip((".svg", ".png"), pictures.get(name, (None, None)), strict=True):
                path = folder / f"{name}_{scenario}{end}"
                if content is None:
                    path.unlink(missing_ok=True)
                else:
                    write_whole(path, content)
        datapackage.refresh(folder)

    def forget(self, folder: Path, scenario: str) -> None:
        """Nothing of a scenario stays: its runs are no longer those that it was made from."""
        self.write(folder, scenario, {}, {})


def vouch(folder: Path, tables: Sequence[Table]) -> None:
    """Let the manifest of a finished run vouch for these tables as they are now; what it says of others stays.

    Until a run is finished its manifest vouches for no file, and nothing is changed. Raises Refusal when it is damaged.
    """
    content = record.read(folder / record.MANIFEST) or {}
    if files := content.get("files"):
        said = files | {table.file: digest(folder / table.file) for table in tables}
        content["files"] = {table.file: said[table.file] for table in schema.EVERY if said.get(table.file)}
        write_json(folder / record.MANIFEST, content)


def _refuse(undeclared: list[str]) -> None:
    if undeclared:
        raise KeyError(f"{undeclared[0]} is not declared in analysis/tables/made.py; add it there")


SENSITIVITY_JSON = "sensitivity.json"
REPORT, WORKBOOK = "report.html", "resultaten.xlsx"
CALIBRATED = ("posterior.csv", "posterior_sweep.csv", "recovery.csv", "held_back.csv", "calibration.json")
JOBS_CSV, SWEEP_CSV = "jobs.csv", "sweep.csv"  # of a sweep, beside the folders of its jobs
CHARTS = (
    "extra_verhuizingen",
    "passend_wonen",
    "ketenlengte",
    "honderd_ketens",
    "klantreis",
    "klantreis_verschil",
    "senior",
    "euro_per_verhuizing",
    "euro_per_jaar_kijken",
    "drift",
    "wie_merkt_het",
    "vrijgekomen_woningen",
    "wie_verloor",
    "geld_per_jaar",
)
OF_OUTCOMES = "senior_*"  # a picture for each other outcome that has a senior
PAGE = Made(
    (
        *(schema.EFFECTS, schema.COSTS, schema.CHAIN_LENGTHS, schema.MONITOR, schema.NAIVE, schema.FILTERS_CSV, schema.POTS),
        schema.VALIDATION,
        *FOR_PAGE,
    ),
    (*(f"figures/{key}{end}" for key in (*CHARTS, OF_OUTCOMES) for end in (".svg", ".png")), REPORT, WORKBOOK, datapackage.NAME),
)
VALIDATION = Made((schema.VALIDATION, schema.JUDGED, schema.RIVALS))  # of a validation, which makes no page; the first is the page's, too
WORKSHEETS = Made((), ("werkbladen_*.html",), handed_over=("werkbladen_*.xlsx",))
OWN_DRAWS = Made((schema.KNOWLEDGE,))  # of behaviour=posterior
FROM_TABLES = (PAGE, OWN_DRAWS, VALIDATION, WORKSHEETS)  # never left beside tables of another run
SHARES = MadeApart((schema.WORLDS, schema.BUNDLES, schema.SHAPLEY), ("shapley",))
GOALS = MadeApart((schema.GOALS, schema.PACKAGES), ("goals", "packages"))
RECORDS = (record.MANIFEST, "attribute_*.json", "goals_*.json")
EVERYTHING = (  # what this program may write or replace in a folder of its own; whatever else stands there is somebody else's
    *(table.file for table in TABLES.values()),
    *RECORDS,
    *(record.SWEEP, JOBS_CSV, SWEEP_CSV),
    *(SENSITIVITY_JSON, schema.SENSITIVITY.file),
    *CALIBRATED,
    *(pattern for made in FROM_TABLES for pattern in (*made.patterns, *made.handed_over)),
    *(pattern for apart in (SHARES, GOALS) for pattern in apart.patterns),
)
