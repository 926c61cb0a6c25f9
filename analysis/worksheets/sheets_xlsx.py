"""Worksheets as a spreadsheet: a tab per sheet, ready to print on A4, and a tab with the plain figures."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from analysis.workbook.book import fill
from analysis.workbook.columns import TABS
from analysis.workbook.words import Names
from analysis.worksheets.sheets import EXTRA, LEGEND, NOW, SIGNS, STOP, Sheet, Table, runs, text_of

FILLS = {NOW: "D6E8F5", EXTRA: "FDE3B8", STOP: "E3E3E3"}
DEEP, RULE, HEAD = "123A5C", "B8C2CC", "EDF1F5"
TOTAL_WIDTH = 150  # characters over the width of a page
THIN = Side(style="thin", color=RULE)
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
TOP = Alignment(wrap_text=True, vertical="top")


def workbook(sheets: Sequence[Sheet], figures: pd.DataFrame, names: Names, about: str, source: str) -> bytes:
    """The spreadsheet as a file's bytes.

    Args:
        figures: rows of monitor.csv, for the tab Cijfers. names: what its keys are called.
        about: one line on the run. source: where the sheets come from.
    """
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _tab(book.create_sheet(sheet.tab.replace("/", "-")), sheet, about, source)
    fill(book.create_sheet("Cijfers"), TABS["Monitor"], figures, names)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _put(tab: Any, row: int, column: int, text: str) -> Any:
    """A text in a cell, never a formula."""
    cell = tab.cell(row, column, text)
    if text:
        cell.data_type = "s"
    return cell


def _tab(tab: Any, sheet: Sheet, about: str, source: str) -> None:
    tab.page_setup.orientation, tab.page_setup.paperSize = "landscape", tab.PAPERSIZE_A4
    tab.page_setup.fitToWidth, tab.page_setup.fitToHeight = 1, 0
    tab.sheet_properties.pageSetUpPr.fitToPage = True
    tab.sheet_view.showGridLines = False
    columns = len(sheet.tables[0].header)
    row = 1
    for text, font in ((sheet.title, Font(bold=True, size=16, color=DEEP)), (sheet.question, Font(size=12)), (about, Font(color="4D5866"))):
        row = _across(tab, row, columns, text, font)
    if sheet.legend:
        for mark in (NOW, EXTRA, STOP):
            cell = _put(tab, row, 1, f"{SIGNS[mark]} {LEGEND[mark]}")
            cell.fill, cell.alignment = PatternFill("solid", fgColor=FILLS[mark]), TOP
            tab.merge_cells(start_row=row, start_column=1, end_row=row, end_column=min(2, columns))
            row += 1
    for table in sheet.tables:
        row = _table(tab, row + 1, table)
    for note in (*sheet.notes, source):
        row = _across(tab, row + 1, columns, note, Font(italic=True, color="4D5866"))


def _across(tab: Any, row: int, columns: int, text: str, font: Font) -> int:
    cell = _put(tab, row, 1, text)
    cell.font, cell.alignment = font, TOP
    tab.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
    size = float(font.size or 11)
    tab.row_dimensions[row].height = 1.35 * size * max(1, math.ceil(len(text) * size / 11 / TOTAL_WIDTH))
    return row + 1


def _table(tab: Any, first: int, table: Table) -> int:
    """Header and rows from row ``first`` on; returns the row after them."""
    widths = [TOTAL_WIDTH * part / sum(table.wide) for part in table.wide]
    for k, (name, width) in enumerate(zip(table.header, widths, strict=True), 1):
        tab.column_dimensions[get_column_letter(k)].width = width
        mark = table.marks[k - 1] if table.marks else ""
        cell = _put(tab, first, k, f"{SIGNS[mark]} {name}".strip())
        cell.font, cell.alignment, cell.border = Font(bold=True, color="FFFFFF"), TOP, BORDER
        cell.fill = PatternFill("solid", fgColor=DEEP)
    tab.print_title_rows = f"{first}:{first}"
    for n, row in enumerate(table.rows, first + 1):
        height = 60.0 if table.tall else 15.0
        for k, content in enumerate(row, 1):
            text = text_of(content)
            cell = _put(tab, n, k, text)
            cell.alignment, cell.border = TOP, BORDER
            marks = {table.marks[k - 1] if table.merged else item.mark for item in content} - {""}
            if k <= table.heads:
                cell.font, cell.fill = Font(bold=k == 1), PatternFill("solid", fgColor=HEAD)
            elif len(marks) == 1:
                cell.fill = PatternFill("solid", fgColor=FILLS[marks.pop()])
            if k > table.merged and not (table.merged and k == len(row)):
                needed = sum(max(1, math.ceil(len(part) / (widths[k - 1] - 1))) for part in text.split("\n"))
                height = max(height, 15.0 * needed)
        tab.row_dimensions[n].height = height
    for column, top, bottom in runs(table):
        tab.merge_cells(start_row=first + 1 + top, start_column=column + 1, end_row=first + 1 + bottom, end_column=column + 1)
        _room(tab, first + 1 + top, first + 1 + bottom, text_of(table.rows[top][column]), widths[column])
    return first + 1 + len(table.rows)


def _room(tab: Any, top: int, bottom: int, text: str, width: float) -> None:
    """Let a merged cell hold its text: what is lacking goes to its last row."""
    needed = 15.0 * max(1, math.ceil(len(text) / (width - 2)))
    lacking = needed - sum(tab.row_dimensions[row].height for row in range(top, bottom + 1))
    if lacking > 0:
        tab.row_dimensions[bottom].height += lacking
