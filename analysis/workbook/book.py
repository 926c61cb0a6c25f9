"""The workbook as a file: a tab that explains, and a tab for each table, ready to filter, with numbers as numbers."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from analysis.workbook.columns import DUTCH, TABS, Tab, Told
from analysis.workbook.rows import GENERAL, Cells, put_in, written
from analysis.workbook.words import KEYS, SCORES, SHARES, Names
from sim.counts.schema import TEXT, Column
from sim.world.names import ALL

if TYPE_CHECKING:
    import pandas as pd

EXPLANATION = "Uitleg"
EXPLAINED = (
    "Deze cijfers komen uit een rekenmodel. De bewoners zijn verzonnen; samen kloppen ze met de cijfers van de gemeente.",
    "Kolommen met ‘(toeval)’ zeggen hoeveel een getal schommelt door toeval. Wat we over gedrag niet weten, zit daar niet in.",
    "Een lege cel betekent: niet bekend, of niet te zeggen. De laatste kolommen van de rij zeggen vaak waarom.",
    "Wilt u één maatregel of één groep zien? Klik op het pijltje boven een kolom.",
    "Ziet u een + boven de kolommen? Daarachter staan de sleutels: de namen die de CSV-bestanden in dezelfde map gebruiken.",
    "Wat u met deze cijfers wel en niet mag zeggen, staat in het rapport (report.html).",
)
EURO, COUNT, PERCENT = '"€" #,##0', "#,##0", "0.0%"
BY_UNIT = {
    "euro": EURO,
    "0-1": PERCENT,
    "moves": "#,##0.00",
    "calendar year": "0",
    "number": "#,##0.0",
    "month": "0",
    "seeds": COUNT,
    "chains": COUNT,
}
FORMULA = "=#"  # what a text may not begin with in a plain cell
LEVELS = ((100.0, 0), (10.0, 1), (0.0, 2))  # from this size on a count has so many decimals; what it is compared with, one more
SCORE_DIGITS = 4  # decimals of a score of 0 to 1
WIDTHS = {"row": 60, "note": 60, "warning": 60, "knowledge": 40, "key": 50, "scenario": 34, "indicator": 44, "home": 30, "sheet": 30}
TEXT_WIDTH, NUMBER_WIDTH, MEANING_WIDTH = 22, 15, 110
HEAD_HEIGHT = 78  # points: five lines
DEEP, KEY = "123A5C", "6B7680"


def workbook(tables: Mapping[str, pd.DataFrame], about: str, names: Names) -> bytes:
    """The workbook as a file's bytes. A text is never a formula.

    Args:
        tables: by name, those of ``TABS``. about: one line on which run it is.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _explain(book.create_sheet(EXPLANATION), about)
    rows = {}
    for name, tab in TABS.items():
        frame, sheet = shown(tables[tab.table.name]), book.create_sheet(name)
        _begin(sheet, tab, len(frame))
        rows[name] = written(sheet, _cells(tab, frame, names))
    content = io.BytesIO()
    book.save(content)  # from now on a sheet knows its path in the file
    return put_in(content.getvalue(), {book[name].path.removeprefix("/"): some for name, some in rows.items()})


def fill(sheet: Any, tab: Tab, frame: pd.DataFrame, names: Names) -> None:
    """Write a table in an empty sheet: names for readers first, then, folded, the keys that the CSV has for them."""
    _begin(sheet, tab, len(frame))
    cells, made = _cells(tab, frame, names), dict[str, Any]()
    for values, styles in zip(
        zip(*(one.values for one in cells), strict=True), zip(*(one.styles for one in cells), strict=True), strict=True
    ):
        sheet.append([_cell(sheet, made, value, style) for value, style in zip(values, styles, strict=True)])


def _begin(sheet: Any, tab: Tab, n_rows: int) -> None:
    """The widths of the columns, the head, and what can be filtered."""
    from openpyxl.utils import get_column_letter

    columns, keys = _columns(tab)
    for k, column in enumerate((*columns, *keys), 1):
        sheet.column_dimensions[get_column_letter(k)].width = _width(column, k > len(columns))
    sheet.column_dimensions.group(get_column_letter(len(columns) + 1), get_column_letter(len(columns) + len(keys)), hidden=True)
    sheet.row_dimensions[1].height = HEAD_HEIGHT
    sheet.freeze_panes = f"{get_column_letter(tab.stay + 1)}2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns) + len(keys))}{n_rows + 1}"
    told = DUTCH[tab.table.name]
    sheet.append([_head(sheet, told[column.name].title) for column in columns] + [_head(sheet, key_title(one), KEY) for one in keys])


def _columns(tab: Tab) -> tuple[tuple[Column, ...], list[Column]]:
    """The columns of a tab: all of its table, and those of keys, which stand once more behind them."""
    columns = (*tab.table.keys, *tab.table.columns)
    return columns, [column for column in columns if column.name in KEYS]


def _cells(tab: Tab, frame: pd.DataFrame, names: Names) -> list[Cells]:
    """What stands in the columns of a tab, with the format of each number."""
    columns, keys = _columns(tab)
    of_row = _formats(frame, columns)
    formats = [of_row.get(one.name) or [BY_UNIT.get(str(one.unit), GENERAL)] * len(frame) for one in columns]
    cells = [Cells(names.column(frame, one.name), styles) for one, styles in zip(columns, formats, strict=True)]
    return cells + [Cells(frame[one.name].tolist(), [GENERAL] * len(frame)) for one in keys]


def key_title(column: Column) -> str:
    """The head of a column of keys."""
    return f"sleutel: {column.name}"


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table that its tab holds: all but the finest, all households over the whole run and all chains first.

    The finest are those of one wijk over a part of the run, and of one wijk by origin or kind of first home: they stand in the CSV.
    """
    import numpy as np

    everybody = np.ones(len(frame), bool)
    whole_run, one_wijk = everybody.copy(), ~everybody
    if "months_to" in frame:
        whole_run &= ((frame["months_to"] == frame["months_to"].max()) & (frame["months_from"] == 0)).to_numpy()
        everybody &= (frame["group_by"] == ALL).to_numpy()
        one_wijk |= (frame["group_by"] == "wijk").to_numpy()
    if "area" in frame:
        whole_run &= ((frame["origin"] == ALL) & (frame["home"] == ALL)).to_numpy()
        everybody &= (frame["area"] == ALL).to_numpy()
        one_wijk |= ~everybody
    order = (~(everybody & whole_run)).argsort(kind="stable")
    return frame.iloc[order[(whole_run | ~one_wijk)[order]]]


def _formats(frame: pd.DataFrame, columns: Sequence[Column]) -> dict[str, list[str]]:
    """By row the formats of the columns whose unit the row itself says; empty where the table has none."""
    by_row = [column.name for column in columns if column.unit == "unit"]
    if not by_row:
        return {}
    counted = frame["indicator" if "indicator" in frame else "key"]
    levels, changes = list[str](), list[str]()
    for unit, key, mean in zip(frame["unit"], counted, frame["mean"].fillna(0.0).abs(), strict=True):
        digits = SCORE_DIGITS if key in SCORES else next(digits for size, digits in LEVELS if mean >= size)
        level, change = (PERCENT, PERCENT) if unit in SHARES and key not in SCORES else (_decimals(digits), _decimals(digits + 1))
        levels.append(level)
        changes.append(change)
    return {name: levels if name == "mean" else changes for name in by_row}


def _decimals(digits: int) -> str:
    return COUNT + ("." + "0" * digits if digits else "")


def _width(column: Column, is_key: bool) -> int:
    return TEXT_WIDTH if is_key else WIDTHS.get(column.name, TEXT_WIDTH if column.kind == TEXT else NUMBER_WIDTH)


def _cell(sheet: Any, made: dict[str, Any], value: Any, style: str) -> Any:
    """A cell: a number with its format, a text that is never a formula, nothing where nothing is known."""
    if value is None or value != value:
        return None
    text = isinstance(value, str)
    if style == GENERAL or text:
        return _text(sheet, value) if text and value[:1] in FORMULA else value
    cell = copy(made.get(style) or made.setdefault(style, _styled(sheet, style)))
    cell.value = value
    return cell


def _styled(sheet: Any, style: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.number_format = style
    return cell


def _text(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _head(sheet: Any, text: str, colour: str = DEEP) -> Any:
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = _text(sheet, text)
    cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=colour)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _explain(sheet: Any, about: str) -> None:
    """What the workbook is, what each tab answers, and what each column of it means."""
    from openpyxl.styles import Alignment, Font

    def text(value: str, bold: bool = False) -> Any:
        cell = _text(sheet, value)
        cell.font, cell.alignment = Font(bold=bold), Alignment(wrap_text=len(value) > TEXT_WIDTH and not bold, vertical="top")
        return cell

    for letter, width in zip("ABC", (NUMBER_WIDTH, WIDTHS["key"], MEANING_WIDTH), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([text(about, bold=True)])
    for line in EXPLAINED:
        sheet.append([text(line, bold=False)])
    sheet.append([])
    sheet.append([_head(sheet, one) for one in ("Tabblad", "Gemaakt van", "Wat u er vindt")])
    for name, tab in TABS.items():
        sheet.append([text(name), text(tab.table.file), text(tab.answers)])
    sheet.append([])
    sheet.append([_head(sheet, one) for one in ("Tabblad", "Kolom", "Wat het betekent")])
    for name, tab in TABS.items():
        for column in (*tab.table.keys, *tab.table.columns):
            told: Told = DUTCH[tab.table.name][column.name]
            sheet.append([text(name), text(told.title), text(told.meaning)])
