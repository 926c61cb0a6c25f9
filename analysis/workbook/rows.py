"""The rows of a large tab as the file has them, column by column: openpyxl makes an object of each cell, of which a province has millions.

``book.fill`` says the same with cells of openpyxl, one by one; a test holds both against each other.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

GENERAL = "General"  # the format of a plain cell
END = b"</sheetData>"
AT_ONCE = 10_000  # rows that are held as text


class Cells(NamedTuple):
    """A column of a tab: its values (text, number, or None and NaN for nothing), and a format for each row."""

    values: Sequence[Any]
    styles: Sequence[str]


def written(sheet: Any, columns: Sequence[Cells], first: int = 2) -> Iterator[bytes]:
    """The rows of a sheet from number ``first`` on, as XML in parts. Numbers of formats are handed out at once, the text when asked for.

    Raises:
        TypeError: a value that is neither a text nor a number (when its part is asked for).
    """
    numbers = _numbered(sheet, columns)

    def parts() -> Iterator[bytes]:
        from openpyxl.utils import get_column_letter

        texts: dict[str, str] = {}
        for start in range(0, len(columns[0].values), AT_ONCE):
            place = range(start + first, start + first + AT_ONCE)
            by_column = []
            for k, column in enumerate(columns, 1):
                letter, some = get_column_letter(k), slice(start, start + AT_ONCE)
                ends = [_end(sheet, *one, numbers, texts) for one in zip(column.values[some], column.styles[some], strict=True)]
                by_column.append([end and f'<c r="{letter}{row}{end}' for row, end in zip(place, ends, strict=False)])
            yield "".join(
                f'<row r="{row}">{"".join(one)}</row>' for row, one in zip(place, zip(*by_column, strict=True), strict=False)
            ).encode()

    return parts()


def put_in(content: bytes, rows: Mapping[str, Iterable[bytes]]) -> bytes:
    """A workbook with rows, by the path of their sheet in it, after those that the sheet has."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            said = ZipInfo(entry.filename, entry.date_time)
            said.compress_type, said.external_attr = entry.compress_type, entry.external_attr
            before, end, after = old.read(entry).partition(END)
            with new.open(said, "w") as part:
                part.write(before)
                for some in rows.get(entry.filename, ()):
                    part.write(some)
                part.write(end + after)
    return out.getvalue()


def is_number(value: Any) -> bool:
    """Whether a value is a number that is known."""
    return value is not None and not isinstance(value, str) and value == value


def _numbered(sheet: Any, columns: Sequence[Cells]) -> dict[str, int]:
    """The number in the book of each format that a number of these columns has, handed out in the order in which rows need them."""
    from openpyxl.cell import WriteOnlyCell

    first: dict[str, tuple[int, int]] = {}
    for k, column in enumerate(columns):
        left = set(column.styles) - {GENERAL}
        for row, (value, style) in enumerate(zip(column.values, column.styles, strict=True)):
            if style in left and is_number(value):
                first[style] = min(first.get(style, (row, k)), (row, k))
                left.remove(style)
                if not left:
                    break
    numbers = {}
    for style in sorted(first, key=lambda one: first[one]):
        cell = WriteOnlyCell(sheet)
        cell.number_format = style
        numbers[style] = cell.style_id
    return numbers


def _end(sheet: Any, value: Any, style: str, numbers: Mapping[str, int], texts: dict[str, str]) -> str:
    """What stands in a cell after its place; empty where there is no cell."""
    if isinstance(value, str):
        return texts.get(value) or texts.setdefault(value, _text(sheet, value))
    if not is_number(value):
        return ""
    if type(value) not in (int, float):
        raise TypeError(f"{value!r} ({type(value).__name__}) is neither a text nor a number")
    of_style = "" if style == GENERAL else f' s="{numbers[style]}"'
    return f'"{of_style} t="n"><v>{value:.16g}</v></c>' if math.isfinite(value) else f'"{of_style} t="n"><v /></c>'


def _text(sheet: Any, text: str) -> str:
    """A text as openpyxl has it: checked, of a length that a cell can have, and never a formula."""
    from openpyxl.cell import WriteOnlyCell

    checked = WriteOnlyCell(sheet, text).value
    if not checked:
        return '" t="inlineStr" />'
    space = ' xml:space="preserve"' if checked.strip() not in ("", checked) else ""
    return f'" t="inlineStr"><is><t{space}>{escape(checked)}</t></is></c>'
