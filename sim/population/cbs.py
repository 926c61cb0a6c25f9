"""Newer or more figures from CBS open data: download, keep, and put into the project's own files.

    python -m sim.population.cbs                       what can be refreshed
    python -m sim.population.cbs stock 2025            download, and write the columns into gemeenten.csv
    python -m sim.population.cbs stock 2025 --offline  the same from what was downloaded before

A download is kept in the user's cache folder. Without network it says what it tried and what is there.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.population.fitting import cache_folder
from sim.world import figures
from sim.world.errors import Refusal, hint

Rows = list[dict[str, Any]]
Download = Callable[..., dict[str, Rows]]


@dataclass(frozen=True)
class Query:
    """A CBS table and the columns to take from it.

    Attributes:
        table: CBS code.
        dimensions: values kept per dimension other than RegioS and Perioden.
        columns: CBS measure -> column of gemeenten.csv; ``{year}`` is filled in.
    """

    table: str
    dimensions: dict[str, str]
    columns: dict[str, str]


QUERIES = {
    "stock": Query(
        "81955NED",
        {"Gebruiksfunctie": "A045364"},
        {
            "BeginstandVoorraad_1": "dwellings_{year}0101",
            "EindstandVoorraad_8": "dwellings_{year}1231",
            "Nieuwbouw_2": "new_build_{year}",
        },
    ),
    "price": Query("83625NED", {}, {"GemiddeldeVerkoopprijs_1": "sale_price_eur_{year}"}),
}


def fetch(query: Query, year: int, download: Download | None = None, folder: Path | None = None) -> dict[str, dict[str, float]]:
    """Figures per gemeente: {code: {column: value}}, from CBS, else from the last download of this table and year.

    Args:
        download: ``cbsodata.download_data`` or something that answers like it; None tries nothing (offline).
        folder: where downloads are kept.

    Raises:
        Refusal: neither download nor earlier copy, or a measure that the table does not have.
    """
    folder = folder or cache_folder() / "cbs"
    file = folder / f"{query.table}-{year}.json"
    failed = "no download asked for (offline)"
    if download is not None:
        try:
            answer = download(query.table, typed=True, filters=_filter(query, year))
            _keep(file, answer)
            return _figures(query, year, answer)
        except Refusal:
            raise
        except Exception as error:  # cbsodata lets requests' and json's own errors through
            failed = f"{type(error).__name__}: {error}"
    try:
        return _figures(query, year, json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        there = sorted(path.stem for path in folder.glob("*.json")) if folder.exists() else []
        raise Refusal(
            f"table {query.table} for {year}: {failed}; no earlier download {file.name} in {folder} "
            f"(there: {', '.join(there) or 'nothing'}); the project's own figures stay in use"
        ) from None
    except json.JSONDecodeError as error:
        raise Refusal(f"{file.name}: damaged at line {error.lineno}, column {error.colno}; delete it and try again") from None


def _filter(query: Query, year: int) -> str:
    parts = [f"Perioden eq '{year}JJ00'", "startswith(RegioS,'GM')"]
    return " and ".join(parts + [f"{name} eq '{value}'" for name, value in query.dimensions.items()])


def _figures(query: Query, year: int, answer: dict[str, Rows]) -> dict[str, dict[str, float]]:
    """Read an answer of CBS: rows of ``TypedDataSet`` with padded region codes."""
    rows = answer.get("TypedDataSet", [])
    known = [str(row["Key"]) for row in answer.get("DataProperties", []) if row.get("Type") == "Topic"]
    for measure in query.columns:
        if rows and measure not in rows[0]:
            there = known or list(rows[0])
            raise Refusal(f"table {query.table}: no measure {measure}{hint(measure, there)} (there: {', '.join(there)})")
    out: dict[str, dict[str, float]] = {}
    for row in rows:
        code = str(row["RegioS"]).strip()
        wanted = all(str(row.get(name, value)).strip() == value for name, value in query.dimensions.items())
        if code.startswith("GM") and wanted and str(row.get("Perioden", f"{year}JJ00")).strip() == f"{year}JJ00":
            values = {name.format(year=year): row[measure] for measure, name in query.columns.items()}
            if all(value is not None for value in values.values()):
                out[code] = {name: float(value) for name, value in values.items()}
    if not out:
        raise Refusal(f"table {query.table}: no gemeente with figures for {year} among {len(rows)} rows")
    return dict(sorted(out.items()))


def _keep(file: Path, answer: dict[str, Rows]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    kept = {name: answer[name] for name in ("TypedDataSet", "DataProperties", "TableInfos") if name in answer}
    temporary.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, file)


def put(found: dict[str, dict[str, float]], file: Path | None = None) -> dict[str, int]:
    """Write figures into gemeenten.csv, new columns at the end; returns the number of cells changed per column.

    Raises:
        Refusal: gemeenten of the file that the figures do not have (the boundaries differ).
    """
    file = file or figures.FOLDER / "gemeenten.csv"
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    names = list(rows[0])
    missing = [row["code"] for row in rows if row["code"] not in found]
    if missing:
        raise Refusal(f"{file.name}: {len(missing)} gemeenten are not in the download ({', '.join(missing[:5])}): other boundaries?")
    changed: dict[str, int] = {}
    for name in next(iter(found.values())):
        if name not in names:
            names.append(name)
        changed[name] = 0
        for row in rows:
            value = f"{found[row['code']][name]:.10g}"
            changed[name] += row.get(name) != value
            row[name] = value
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(temporary, file)
    figures.forget()
    return changed


def _cbsodata() -> Download:
    import cbsodata

    return cbsodata.download_data


def main(arguments: list[str]) -> int:
    """Command line; returns the exit status."""
    offline = "--offline" in arguments
    words = [word for word in arguments if not word.startswith("--")]
    if len(words) != 2 or words[0] not in QUERIES or not words[1].isdigit():
        for name, query in QUERIES.items():
            print(f"{name}: CBS {query.table} -> {', '.join(query.columns.values())}")
        print("usage: python -m sim.population.cbs NAME YEAR [--offline]")
        return 0 if not words else 2
    try:
        found = fetch(QUERIES[words[0]], int(words[1]), None if offline else _cbsodata())
        for name, n in put(found).items():
            print(f"gemeenten.csv: {name}: {n} cells changed (CBS {QUERIES[words[0]].table})")
    except Refusal as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
