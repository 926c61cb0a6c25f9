"""The workbook says what the CSV files hold, in Dutch, with numbers as numbers; the description names every table."""

from __future__ import annotations

import ast
import csv
import io
import json
import math
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis.estimates import costs, worksheet_counts
from analysis.pipeline import finish
from analysis.results import gather
from analysis.tables import datapackage
from analysis.tables.made import GOALS, PAGE, VALIDATION, WORKBOOK
from analysis.tables.schema import COMPUTED, EVERY
from analysis.workbook import book, words
from analysis.workbook.book import EXPLANATION, key_title, shown
from analysis.workbook.columns import DUTCH, TABS
from analysis.workbook.words import KEYS, NOTES, SCORES, Names
from sim.counts.indicators import REGISTRY as INDICATORS
from sim.counts.schema import GROUPINGS, TEXT, TRUTH
from sim.counts.worksheet_rows import REGISTRY as ROWS
from tests import synthetic_tables as made

ROOT = Path(__file__).resolve().parents[2]
SAME = ("km", "direct", "wijk")  # in English and in Dutch
EACH = pytest.mark.parametrize("tab", TABS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = made.write(tmp_path_factory.mktemp("run") / "out")
    finish(gather(out))
    return out


@pytest.fixture(scope="module")
def opened(every_table):
    """Of a run that ran: header, and rows of cells, of each tab."""
    return {sheet.title: list(sheet.iter_rows()) for sheet in openpyxl.load_workbook(every_table / WORKBOOK)}


def columns_of(tab):
    return (*TABS[tab].table.keys, *TABS[tab].table.columns)


def written(folder, tab):
    """The rows of the CSV that the tab should hold, in the order of the tab, as text."""
    table = TABS[tab].table
    frame = pd.read_csv(folder / table.file, keep_default_na=False, na_values=[""])
    with open(folder / table.file, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [rows[k] for k in shown(frame).index]


@EACH
def test_a_tab_has_the_rows_of_its_csv_with_numbers_as_numbers_and_names_for_keys(every_table, opened, tab):
    columns, (head, *cells) = columns_of(tab), opened[tab]
    keys = [column for column in columns if column.name in KEYS]
    told = DUTCH[TABS[tab].table.name]
    assert [cell.value for cell in head] == [told[one.name].title for one in columns] + [key_title(one) for one in keys]
    rows = written(every_table, tab)
    assert len(cells) == len(rows) > 1
    for found, row in zip(cells, rows, strict=True):
        for column, cell in zip((*columns, *keys), found, strict=True):
            text = row[column.name]
            if cell.column > len(columns):
                assert cell.value == text, "a key is as it stands in the CSV"
            elif text == "":
                assert cell.value is None
            elif column.kind == TRUTH:
                assert cell.value == {"True": "ja", "False": "nee"}[text]
            elif column.kind != TEXT or (column.name == "year" and text.isdigit()):
                assert cell.data_type == "n" and math.isclose(cell.value, float(text), rel_tol=1e-14), f"{column.name}: {cell.value}"
            else:
                assert cell.data_type == "s"
                assert column.name == "row" or cell.value != text or text in SAME, f"{column.name}: {text} has no name"


@EACH
def test_the_finest_rows_are_left_out_and_no_others(every_table, tab):
    table = TABS[tab].table
    frame = pd.read_csv(every_table / table.file, keep_default_na=False, na_values=[""])
    kept = shown(frame)
    assert not kept.index.has_duplicates
    for _, row in frame.drop(kept.index).iterrows():
        one_wijk = row.get("group_by") == "wijk" or row.get("area", "all") != "all"
        part = (
            row.get("months_to", 0) != frame.get("months_to", pd.Series([0])).max()
            or row.get("origin", "all") != "all"
            or row.get("home", "all") != "all"
        )
        assert one_wijk and part
    if tab == "Effecten":
        first = kept.iloc[0]
        assert first["group_by"] == "all" and first["months_from"] == 0 and first["months_to"] == frame["months_to"].max()


FORMATS = {"euro": r'"€" #,##0', "month": "0", "calendar year": "0"}


@EACH
def test_a_number_has_the_format_of_its_unit(opened, tab):
    for row in opened[tab][1:]:
        unit = next((cell.value for cell, column in zip(row, columns_of(tab), strict=False) if column.name == "unit"), None)
        for cell, column in zip(row, columns_of(tab), strict=False):
            if cell.data_type != "n" or cell.value is None:
                continue
            per_cent = column.unit == "0-1" or (column.unit == "unit" and unit == "procent")
            wanted = FORMATS.get(str(column.unit)) or ("0.0%" if per_cent else r"#,##0(\.0+)?")
            assert re.fullmatch(wanted if "(" in wanted else re.escape(wanted), cell.number_format), f"{column.name}: {cell.number_format}"


@EACH
def test_a_tab_can_be_filtered_with_its_head_in_sight_and_its_keys_folded(every_table, tab):
    sheet = openpyxl.load_workbook(every_table / WORKBOOK)[tab]
    assert sheet.auto_filter.ref == sheet.dimensions and sheet.freeze_panes == f"{openpyxl.utils.get_column_letter(TABS[tab].stay + 1)}2"
    first_key = openpyxl.utils.get_column_letter(len(columns_of(tab)) + 1)
    assert sheet.column_dimensions[first_key].hidden and sheet.column_dimensions[first_key].outlineLevel == 1
    assert not sheet.column_dimensions["A"].hidden
    for cell in sheet[1]:
        assert cell.alignment.wrap_text and cell.font.bold


def test_the_first_tab_explains_every_tab_and_every_column(opened):
    assert next(iter(opened)) == EXPLANATION
    rows = [tuple(cell.value for cell in row) for row in opened[EXPLANATION] if any(cell.value for cell in row)]
    explained = {row[:2] for row in rows if len(row) > 2 and row[2]}
    assert {
        (tab, told.title) for tab in TABS for told in (DUTCH[TABS[tab].table.name][column.name] for column in columns_of(tab))
    } <= explained
    assert {(tab, TABS[tab].table.file) for tab in TABS} <= explained
    assert any("niet weten" in str(row[0]) for row in rows)


@EACH
def test_every_column_of_the_schema_has_a_dutch_title_of_its_own_and_a_meaning_in_short_sentences(tab):
    told = [DUTCH[TABS[tab].table.name][column.name] for column in columns_of(tab)]
    assert len({one.title for one in told}) == len(told)
    for one in told:
        assert one.meaning.endswith(".") and all(len(part.split()) <= 25 for part in re.split(r"(?<=[.:?])\s", one.meaning))


def test_everything_that_is_counted_has_a_dutch_unit_and_every_way_to_group_a_name():
    assert {one.unit for one in (*INDICATORS.values(), *ROWS.values())} | {"share"} <= set(words.UNITS)
    assert set(GROUPINGS) == set(words.GROUPINGS)
    assert set(SCORES) <= set(INDICATORS)


def of_calls(path, name, place):
    """Texts that may stand at a place among the arguments of calls of a function."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    found = [call.args[place] for call in calls if getattr(call.func, "id", "") == name and len(call.args) > place]
    return {one.value for arg in found for one in ast.walk(arg) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def named(module):
    """Sentences that a module gives a name in capitals: notes, which its rows refer to."""
    return {text for name, text in vars(module).items() if name.isupper() and isinstance(text, str) and " " in text}


def yielded(path):
    """Texts that a file yields, with a number for each value that is worked out."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Constant):
            found.add(node.value.value)
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.JoinedStr):
            found.add("".join(one.value if isinstance(one, ast.Constant) else sample(one) for one in node.value.values))
    return found


def sample(one):
    """What a worked-out value can look like."""
    spec = ast.unparse(one.format_spec) if one.format_spec else ""
    return "12%" if "%" in spec else "-0.12" if "+" in spec else "basis"


ESTIMATES = ROOT / "analysis" / "estimates"
ALL_NOTES = sorted(
    (
        of_calls(ESTIMATES / "statistics.py", "Ratio", 3)
        | of_calls(ESTIMATES / "costs.py", "Ratio", 3)
        | of_calls(ESTIMATES / "worksheet_counts.py", "Count", 3)
        | {row.open[1] for row in ROWS.values()}
        | named(costs)
        | named(worksheet_counts)
        | yielded(ESTIMATES / "length_table.py")
    )
    - {""}
)


@pytest.mark.parametrize("english", ALL_NOTES)
def test_every_note_is_said_in_dutch(english):
    assert any(re.fullmatch(pattern, english) for pattern in NOTES), f"write it in analysis/workbook/words.py: {english}"
    assert words.note(f"link: {english}") != words.note(english) != english


def test_an_area_has_the_name_of_the_manifest_and_else_its_code():
    names = Names({}, made_title, {"WK1": {"name": "Binnenstad"}})
    frame = pd.DataFrame({"group_by": ["wijk", "wijk", "all"], "group": ["WK1", "WK2", "all"], "area": ["WK1", "WK2", "all"]})
    assert names.column(frame, "group") == ["Binnenstad", "wijk WK2", "iedereen"]
    assert names.column(frame, "area") == ["Binnenstad", "wijk WK2", "hele gebied"]
    assert names.counted("area_left.WK1.share") == "Wijk van de oude woning: Binnenstad (deel van het geheel)"


def test_a_note_of_more_parts_is_said_in_parts():
    text = "senior move: nothing was spent; link: one seed: no interval"
    said = "Verhuizing van een senior: er is niets uitgegeven; verhuizing naar een lege woning: maar één keer nagespeeld: er is geen marge"
    assert words.note(text) == said
    assert words.note("window too short: 12% of the chains are still open") == "Te kort gevolgd: 12 procent van de ketens is nog open"


def test_no_text_becomes_a_formula():
    bad = {"scenario": "=1+1", "key": "senior_moves", "sheet": "1/3", "mean": 1.0, "months_from": 0, "months_to": 1}
    frame = {
        one.table.name: pd.DataFrame([[bad.get(name, "#N/A") for name in one.table.names]], columns=one.table.names)
        for one in TABS.values()
    }
    names = Names({"=1+1": made_title("=2+2")}, lambda key: made_title(key))
    content = book.workbook(frame, "=3+3", names)
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for cell in row]
    assert not {cell.data_type for cell in cells if cell.value is not None} - {"s", "n"}
    assert {"=2+2", "=3+3", "#N/A"} <= {cell.value for cell in cells}


def made_title(text):
    return words.Text(text, text)


def described(folder):
    content = json.loads((folder / datapackage.NAME).read_text(encoding="utf-8"))
    return {one["path"]: one for one in content["resources"]}


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
