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

    book = Workbook(write_only=True)
    _explain(book.create_sheet("Uitleg"), about)
    for tab, table in TABS.items():
        frame = tables[table.name][list(table.names)]
        number_tab(book.create_sheet(tab), table.names, frame.astype(object).where(frame.notna(), None).to_numpy().tolist())
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def number_tab(sheet: Any, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A header and rows in an empty tab of a write-only workbook, ready to filter."""
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for k, name in enumerate(names, 1):
        sheet.column_dimensions[get_column_letter(k)].width = WIDE.get(name, 14)
    _append(sheet, names, bold=True)
    for row in rows:
        _append(sheet, row)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{1 + len(rows)}"


def _explain(sheet: Any, about: str) -> None:
    sheet.column_dimensions["D"].width = WIDE["meaning"]
    for letter in "ABC":
        sheet.column_dimensions[letter].width = 26
    for line in (about, *EXPLAINED):
        _append(sheet, [line])
    _append(sheet, [])
    _append(sheet, ["tabblad", "kolom", "eenheid of woorden", "betekenis"], bold=True)
    for tab, table in TABS.items():
        for column in (*table.keys, *table.columns):
            unit = column.unit if isinstance(column.unit, str) else ", ".join(word for word in column.words if word)
            _append(sheet, [tab, column.name, unit, column.meaning.replace("`", "")])


def _append(sheet: Any, row: Sequence[Any], bold: bool = False) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, value)
        made.data_type = "s"  # never a formula
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(value) for value in row])
