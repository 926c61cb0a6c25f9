"""resultaten.xlsx: the tables that a policymaker reads as one workbook, for a spreadsheet that would take a CSV apart wrongly."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis.tables.schema import CHAIN_LENGTHS, COSTS, EFFECTS, MONITOR

if TYPE_CHECKING:
    import pandas as pd

    from sim.counts.schema import Table

NAME = "resultaten.xlsx"
TABS: Mapping[str, Table] = {"Effecten": EFFECTS, "Kosten": COSTS, "Ketens": CHAIN_LENGTHS, "Monitor": MONITOR}
EXPLAINED = (
    "Deze cijfers komen uit een simulatie met een verzonnen bevolking, die klopt met de cijfers van de gemeente.",
    "Een interval (lower, upper) gaat alleen over toeval: dezelfde maatregel in andere trekkingen. Onkunde over gedrag zit er niet in.",
    "Een lege cel betekent: niet bekend, of niet te zeggen. De kolom note of warning zegt dan waarom.",
    "difference is het verschil met de wereld zonder wat het scenario toevoegt (basis).",
    "De tabbladen zijn gelijk aan de CSV-bestanden in dezelfde map. Hieronder staat wat elke kolom is (Engels).",
)
WIDE = {"row": 60, "note": 60, "warning": 60, "key": 36, "scenario": 26, "indicator": 26, "meaning": 100}


def workbook(tables: Mapping[str, pd.DataFrame], about: str) -> bytes:
    """The workbook as a file's bytes: numbers are numbers, a text is never a formula, and the first tab explains every column.

    ``tables`` by name, those of ``TABS``; ``about`` says in one line which run it is.
    """
    from openpyxl import Workbook

    book = Workbook()
    _explain(book.active, about)
    for tab, table in TABS.items():
        number_tab(book.create_sheet(tab), tables[table.name][list(table.names)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def number_tab(sheet: Any, frame: pd.DataFrame) -> None:
    """A table in an empty tab, ready to filter: numbers as numbers, empty where nothing is known."""
    from openpyxl.utils import get_column_letter

    _append(sheet, list(frame.columns), bold=True)
    for row in frame.astype(object).where(frame.notna(), None).to_numpy().tolist():
        _append(sheet, row)
    for k, name in enumerate(frame.columns, 1):
        sheet.column_dimensions[get_column_letter(k)].width = WIDE.get(name, 14)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _explain(sheet: Any, about: str) -> None:
    sheet.title = "Uitleg"
    sheet.column_dimensions["D"].width = WIDE["meaning"]
    for letter in "ABC":
        sheet.column_dimensions[letter].width = 26
    for line in (about, *EXPLAINED):
        _append(sheet, [line])
    _append(sheet, ["tabblad", "kolom", "eenheid of woorden", "betekenis"], bold=True)
    for tab, table in TABS.items():
        for column in (*table.keys, *table.columns):
            unit = column.unit if isinstance(column.unit, str) else ", ".join(word for word in column.words if word)
            _append(sheet, [tab, column.name, unit, column.meaning.replace("`", "")])


def _append(sheet: Any, row: Sequence[Any], bold: bool = False) -> None:
    """A row below the others, in which a text is never a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, value)
        made.data_type = "s"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(value) for value in row])
