"""The workbook and the description of the tables say what the CSV and parquet files hold, no more and no less."""

from __future__ import annotations

import csv
import json
import math

import openpyxl
import pandas as pd
import pytest

from analysis.pipeline import finish
from analysis.results import gather
from analysis.tables import datapackage, workbook
from analysis.tables.made import GOALS, PAGE, VALIDATION
from analysis.tables.schema import COMPUTED, EVERY
from tests import synthetic_tables as made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = made.write(tmp_path_factory.mktemp("run") / "out")
    finish(gather(out))
    return out


def described(folder):
    content = json.loads((folder / datapackage.NAME).read_text(encoding="utf-8"))
    return {one["path"]: one for one in content["resources"]}


def same(cell, written):
    """Whether a cell of the workbook is what the CSV has."""
    if written == "":
        return cell is None
    if isinstance(cell, bool):
        return str(cell) == written
    if isinstance(cell, int | float):
        return math.isclose(cell, float(written), rel_tol=1e-14)
    return cell == written


@pytest.mark.parametrize(("tab", "table"), workbook.TABS.items())
def test_a_tab_is_its_csv_with_numbers_as_numbers(folder, tab, table):
    book = openpyxl.load_workbook(folder / workbook.NAME)
    rows = list(book[tab].values)
    with open(folder / table.file, encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))
    assert list(rows[0]) == written[0] == list(table.names) and len(rows) == len(written) > 1
    kinds = {column.name: column.kind for column in (*table.keys, *table.columns)}
    for mine, theirs in zip(rows[1:], written[1:], strict=True):
        for name, cell, text in zip(table.names, mine, theirs, strict=True):
            assert same(cell, text), f"{tab}.{name}: {cell!r} and {text!r}"
            assert cell is None or isinstance(cell, str) == (kinds[name] == "text"), f"{tab}.{name}: {cell!r}"


def test_the_first_tab_explains_every_column_and_what_an_interval_is(folder):
    rows = [row for row in openpyxl.load_workbook(folder / workbook.NAME)["Uitleg"].values if any(row)]
    explained = {(row[0], row[1]) for row in rows if row[3]}
    assert {(tab, name) for tab, table in workbook.TABS.items() for name in table.names} <= explained
    assert any("alleen over toeval" in str(row[0]) for row in rows)


def test_no_text_becomes_a_formula():
    frame = {table.name: pd.DataFrame([["=1+1"] * len(table.names)], columns=list(table.names)) for table in workbook.TABS.values()}
    from io import BytesIO

    book = openpyxl.load_workbook(BytesIO(workbook.workbook(frame, "=2+2")))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_every_table_of_the_folder_is_described_and_nothing_else(folder):
    there = {table.file for table in EVERY if (folder / table.file).is_file()}
    assert set(described(folder)) == there and {"effects.csv", "moves.parquet"} <= there


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_every_column_has_a_type_and_a_meaning_of_the_standard(table):
    one = datapackage.resource(table)
    assert one["name"] == one["name"].lower() and one["format"] in datapackage.MEDIA and one["description"]
    assert [field["name"] for field in one["schema"]["fields"]] == list(table.names)
    for field in one["schema"]["fields"]:
        assert field["type"] in {"string", "integer", "number", "boolean"} and field["description"], field["name"]


def test_no_two_tables_share_a_name():
    names = [datapackage.resource(table)["name"] for table in EVERY]
    assert len(set(names)) == len(names)


def test_whoever_writes_or_removes_a_table_renews_the_description(tmp_path):
    table = next(one for one in COMPUTED if one.name == "validation")
    VALIDATION.write(tmp_path, {"validation": pd.DataFrame(columns=list(table.names))})
    assert set(described(tmp_path)) == {"validation.csv"}
    goals = next(one for one in COMPUTED if one.name == "goals")
    GOALS.write(tmp_path, "x", {"goals": pd.DataFrame([["x"] * len(goals.names)], columns=list(goals.names))}, {})
    assert set(described(tmp_path)) == {"validation.csv", "goals.csv"}
    GOALS.forget(tmp_path, "x")
    PAGE.clear(tmp_path)
    assert not (tmp_path / datapackage.NAME).exists(), "never beside tables of another run"
