"""Rows of the workbook that are written as text are those that openpyxl writes of cells, to the byte."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from analysis.workbook import book, rows
from analysis.workbook.columns import TABS
from analysis.workbook.words import Names, Text

WORDS = ["all", "", " spaces ", "a <b> & 'c' \"d\"", "=1+1", "#N/A", "regel\nregel", "é", "moves"]
NUMBERS = [0.0, -0.0, 1 / 3, 1e-300, 123456789.125, np.inf, np.nan, 2.0]


def test_rows_written_at_once_are_those_of_cells_one_by_one(monkeypatch):
    monkeypatch.setattr(rows, "AT_ONCE", 7)
    draws, tables = np.random.default_rng(6), {}
    for tab in TABS.values():
        n = 30
        columns = {name: draws.choice(WORDS if name not in ("sheet", "key") else ["1/3"], n) for name in tab.table.names}
        for one in (*tab.table.keys, *tab.table.columns):
            if one.kind != "text" and one.name not in ("unit", "year"):
                columns[one.name] = draws.choice(NUMBERS, n)
        columns |= {"sheet": ["1/3"] * n, "key": ["senior_moves"] * n, "months_from": [0] * n, "months_to": range(n)}
        columns["seeds_needed"] = pd.array([None, 3, 5] * 10, "Int64")
        tables[tab.table.name] = pd.DataFrame(columns)[list(tab.table.names)]
    names = Names({}, lambda key: Text(key, key))
    slow = Workbook(write_only=True)
    book._explain(slow.create_sheet(book.EXPLANATION), "x")
    for name, tab in TABS.items():
        book.fill(slow.create_sheet(name), tab, book.shown(tables[tab.table.name]), names)
    content = io.BytesIO()
    slow.save(content)
    one, other = zipfile.ZipFile(content), zipfile.ZipFile(io.BytesIO(book.workbook(tables, "x", names)))
    assert one.namelist() == other.namelist()
    for part in set(one.namelist()) - {"docProps/core.xml"}:  # which says when it was made
        assert one.read(part) == other.read(part), part
    texts = other.read("xl/worksheets/sheet2.xml").decode()
    assert texts.count("<row ") == 1 + len(tables["effects"]) and 'xml:space="preserve"' in texts and "<v />" in texts


def test_a_value_that_is_no_text_and_no_number_is_refused():
    sheet = Workbook(write_only=True).create_sheet()
    with pytest.raises(TypeError, match="neither a text nor a number"):
        list(rows.written(sheet, [rows.Cells([True], ["0"])]))
