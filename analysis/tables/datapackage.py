"""datapackage.json: what each table of a folder is, for tools that read Frictionless Data (version 1); made from the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analysis.tables.files import write_whole
from analysis.tables.schema import EVERY
from sim.counts.schema import REAL, TEXT, TRUTH, WHOLE, Column, Table

NAME = "datapackage.json"
TYPES = {TEXT: "string", WHOLE: "integer", REAL: "number", TRUTH: "boolean"}
TRUTHS = {"trueValues": ["True"], "falseValues": ["False"]}
MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def refresh(folder: Path) -> None:
    """Describe the tables that the folder holds now; where it holds none, no description stays. Raises NotWritten."""
    found = [resource(table) for table in EVERY if (folder / table.file).is_file()]
    if not found:
        (folder / NAME).unlink(missing_ok=True)
        return
    content = {
        "profile": "tabular-data-package",
        "name": "verhuisketens",
        "title": "Results of verhuisketens: tables of a simulation of housing chains",
        "resources": found,
    }
    write_whole(folder / NAME, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def resource(table: Table) -> dict[str, Any]:
    """One table as the standard has it."""
    return {
        "name": table.file.replace("_", "-"),  # with its ending: a table may be there in two forms
        "path": table.file,
        "profile": "tabular-data-resource",
        "format": table.suffix,
        "mediatype": MEDIA[table.suffix],
        "encoding": "utf-8",
        "description": f"{table.rows}. {table.notes}".strip(". ") + ".",
        "schema": {
            "fields": [field(column) for column in (*table.keys, *table.columns)],
            "missingValues": [""],
            "primaryKey": [name for name in table.names if name in ("scenario", "seed", *table.apart)],
        },
    }


def field(column: Column) -> dict[str, Any]:
    """One column: type, unit, meaning, and the words that it can hold."""
    kind = TYPES[column.stored] if column.stored in TYPES else TYPES[WHOLE if column.stored.startswith(("int", "uint")) else REAL]
    found: dict[str, Any] = {"name": column.name, "type": kind, "description": column.meaning}
    if isinstance(column.unit, str):
        found["unit"] = column.unit
    words = [word for word in column.words if word]
    if kind == "string" and words:
        found["constraints"] = {"enum": words}
    if column.none is not None:
        found["none"] = column.none
    return found | (TRUTHS if kind == "boolean" else {})
