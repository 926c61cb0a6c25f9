"""Every table that a command leaves is the same in DuckDB and in polars, and what datapackage.json says of it holds for frictionless."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from frictionless import Package, Resource

from analysis.tables import datapackage
from analysis.tables.schema import EVERY
from sim.counts.schema import REAL, SHORT, SINGLE, TEXT, TRUTH, WHOLE

IN_DUCKDB = {TEXT: "VARCHAR", WHOLE: "BIGINT", SHORT: "INTEGER", REAL: "DOUBLE", SINGLE: "FLOAT", TRUTH: "BOOLEAN"}
IN_POLARS = {TEXT: pl.String, WHOLE: pl.Int64, SHORT: pl.Int32, REAL: pl.Float64, SINGLE: pl.Float32, TRUTH: pl.Boolean}
OF_THE_STANDARD = {"string": TEXT, "integer": WHOLE, "number": REAL, "boolean": TRUTH}
MEANT = {TEXT: str, WHOLE: int, REAL: float, TRUTH: {"True": True, "False": False}.__getitem__}
TABLES = pytest.mark.parametrize("table", EVERY, ids=lambda table: table.file)
ALL_FAULTS = 10**9  # frictionless stops reading at the thousandth


def described(folder: Path) -> dict[str, dict]:
    """What datapackage.json says, by file."""
    return {one["path"]: one for one in json.loads((folder / datapackage.NAME).read_text(encoding="utf-8"))["resources"]}


def kinds(folder: Path, table) -> dict[str, str]:
    """The type of each column on disk: of parquet by the schema; a CSV has none, so by what stands in datapackage.json."""
    if table.suffix == "parquet":
        return {column.name: column.stored for column in (*table.keys, *table.columns)}
    return {field["name"]: OF_THE_STANDARD[field["type"]] for field in described(folder)[table.file]["schema"]["fields"]}


def held(folder: Path, table) -> dict[str, list]:
    """The values of each column: by pyarrow of parquet, of a CSV as its text says; empty is None."""
    if table.suffix == "parquet":
        return pq.read_table(folder / table.file).to_pydict()
    with open(folder / table.file, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [MEANT[kind](row[name]) if row[name] else None for row in rows] for name, kind in kinds(folder, table).items()}


def by_duckdb(folder: Path, table) -> tuple[dict[str, str], dict[str, list]]:
    """Types and values of each column."""
    file, found = (folder / table.file).as_posix(), kinds(folder, table)
    types = ", ".join(f"'{name}': '{IN_DUCKDB[kind]}'" for name, kind in found.items())
    source = f"read_parquet('{file}')" if table.suffix == "parquet" else f"read_csv('{file}', header = true, columns = {{{types}}})"
    with duckdb.connect() as connection:
        relation = connection.sql(f"SELECT * FROM {source}")
        rows = relation.fetchall()
        return dict(zip(relation.columns, map(str, relation.types), strict=True)), {
            name: [row[k] for row in rows] for k, name in enumerate(relation.columns)
        }


def by_polars(folder: Path, table) -> tuple[dict[str, pl.DataType], dict[str, list]]:
    """Types and values of each column; a text that repeats is a category there."""
    if table.suffix == "parquet":
        frame = pl.read_parquet(folder / table.file)
    else:
        frame = pl.read_csv(folder / table.file, schema={name: IN_POLARS[kind] for name, kind in kinds(folder, table).items()})
    frame = frame.with_columns(pl.col(pl.Categorical).cast(pl.String))
    return dict(frame.schema), frame.to_dict(as_series=False)


def test_a_command_leaves_every_table_and_the_description_names_it(every_table):
    there = {path.name for path in every_table.iterdir() if path.suffix in (".csv", ".parquet")}
    assert there == set(described(every_table)) == {table.file for table in EVERY}


@TABLES
def test_duckdb_reads_the_types_of_the_schema_and_equal_values(every_table, table):
    types, values = by_duckdb(every_table, table)
    assert types == {name: IN_DUCKDB[kind] for name, kind in kinds(every_table, table).items()}
    assert values == held(every_table, table), "NaN is equal to nothing: what is not known is empty"


@TABLES
def test_polars_reads_the_types_of_the_schema_and_equal_values(every_table, table):
    types, values = by_polars(every_table, table)
    assert types == {name: IN_POLARS[kind] for name, kind in kinds(every_table, table).items()}
    assert values == held(every_table, table), "NaN is equal to nothing: what is not known is empty"


@TABLES
def test_a_csv_is_described_with_the_types_of_the_schema(every_table, table):
    columns = (*table.keys, *table.columns)
    told = {name: IN_DUCKDB[kind] for name, kind in kinds(every_table, table).items()}
    wide = {SHORT: WHOLE, SINGLE: REAL} if table.suffix == "csv" else {}
    assert told == {column.name: IN_DUCKDB[wide.get(column.stored, column.stored)] for column in columns}


def of_the_validator(table, fault) -> bool:
    """Whether a fault is frictionless's own: it reads parquet by way of pandas, which makes an empty whole number a fraction, ``nan``."""
    empty = {column.name for column in table.columns if column.empty}
    return table.suffix == "parquet" and fault.type == "type-error" and fault.field_name in empty and str(fault.cell) == "nan"


def faults(folder: Path, table) -> list[str]:
    """What frictionless finds wrong in a table of the folder."""
    report = Resource.from_descriptor(described(folder)[table.file], basepath=str(folder)).validate(limit_errors=ALL_FAULTS)
    found = [fault for task in report.tasks for fault in task.errors] + report.errors
    return [fault.message for fault in found if not of_the_validator(table, fault)]


def test_the_description_itself_is_by_the_standard(every_table):
    content = json.loads((every_table / datapackage.NAME).read_text(encoding="utf-8"))
    assert list(Package.metadata_validate(content)) == []


@TABLES
def test_frictionless_finds_every_table_as_it_is_described(every_table, table):
    assert faults(every_table, table) == []


@TABLES
def test_frictionless_sees_a_value_that_no_column_can_hold(every_table, table, tmp_path):
    columns = (*table.keys, *table.columns)
    column = next(one for one in columns if one.stored != TEXT)
    shutil.copy(every_table / datapackage.NAME, tmp_path)
    if table.suffix == "parquet":
        one = pq.read_table(every_table / table.file).slice(0, 1)
        assert one.num_rows == 1
        pq.write_table(one.set_column(one.schema.get_field_index(column.name), column.name, pa.array(["much"])), tmp_path / table.file)
    else:
        row = {one.name: "much" if one is column else "" for one in columns}
        with open(tmp_path / table.file, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, table.names)
            writer.writeheader()
            writer.writerow(row)
    assert any("much" in fault and column.name in fault for fault in faults(tmp_path, table)), faults(tmp_path, table)
