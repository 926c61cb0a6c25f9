"""The CSV behind every number: a number on a screen is made from a cell of such a table, and says from which."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from typing import Any

from analysis.page.quote import digits_of
from analysis.page.words import WHOLE, digits_of_ends, numbers

PLACE = "place"  # in the place of a package: a table of the place
ROW = "row"  # the first column
MOST_DIGITS = 4  # that count
Cell = dict[str, Any] | None
Around = tuple[Cell, list[tuple[Cell, Cell]]]  # a number, and both ends of each of its intervals


class Sheet:
    """One table: cells by row and column.

    Attributes:
        name, package: of the table, and the letters of the package that it is of, or ``PLACE``.
        rows: by name, each with its values by column.
    """

    def __init__(self, name: str, package: str = PLACE) -> None:
        self.name, self.package = name, package
        self.rows: dict[str, dict[str, Any]] = {}

    def put(self, row: str, values: Mapping[str, Any]) -> None:
        """A row, or more columns of one."""
        self.rows.setdefault(row, {}).update(values)

    def value(self, row: str, column: str) -> float:
        """A number; NaN where there is none."""
        found = self.rows.get(row, {}).get(column)
        return math.nan if found is None else float(found)

    def cell(self, row: str, column: str, digits: int | None = None, sign: bool = False, scale: float = 1.0) -> dict[str, Any] | None:
        """A number as a screen has it: its value, its text in both languages, and where it stands; None where there is none.

        Two digits count, unless ``digits`` (decimals, below 0: zeros) says otherwise. The text is of ``scale`` times the value.
        """
        value = self.value(row, column)
        if not math.isfinite(value):
            return None
        said = numbers(scale * value, digits_of(scale * value) if digits is None else digits, sign)
        return {"v": value, "t": said._asdict(), "at": f"{self.name}/{self.package}/{row}/{column}"}

    def ends(self, row: str, lower: str, upper: str, scale: float = 1.0) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """Both ends of an interval, in the digits that such a pair has; None and None where one is not known."""
        low, high = scale * self.value(row, lower), scale * self.value(row, upper)
        if not (math.isfinite(low) and math.isfinite(high)):
            return None, None
        of_low, of_high = digits_of_ends(low, high)
        return self.cell(row, lower, of_low, scale=scale), self.cell(row, upper, of_high, scale=scale)

    def around(self, row: str, middle: str, *pairs: tuple[str, str], scale: float = 1.0, sign: bool = True) -> Around:
        """A number and the ends of its intervals. Where the number would read as one of the ends that it is not, all have more digits.

        Never more than four digits that count, and beside 100 or more no finer than whole numbers.
        """
        value = scale * self.value(row, middle)
        ends = [(scale * self.value(row, low), scale * self.value(row, high)) for low, high in pairs]
        known = [pair if all(map(math.isfinite, pair)) else None for pair in ends]
        for more in range(MOST_DIGITS - 1):
            digits, of_ends = _finer(value, digits_of(value), more, value), [pair and _of_pair(pair, more, value) for pair in known]
            alike = [
                end != value and numbers(end, of_end) == numbers(value, digits)
                for pair, of_pair in zip(known, of_ends, strict=True)
                if pair and of_pair
                for end, of_end in zip(pair, of_pair, strict=True)
            ]
            if not any(alike):
                break
        named = zip(pairs, of_ends, strict=True)
        return self.cell(row, middle, digits, sign=sign, scale=scale), [
            (self.cell(row, low, of[0], scale=scale), self.cell(row, high, of[1], scale=scale)) if of else (None, None)
            for (low, high), of in named
        ]

    def columns(self) -> list[str]:
        """In the order in which they came."""
        return list(dict.fromkeys(column for row in self.rows.values() for column in row))

    def csv(self) -> str:
        """As text: comma, decimal point, empty where nothing is known, the shortest digits that read back equal."""
        text, columns = io.StringIO(), self.columns()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([ROW, *columns])
        writer.writerows([name, *(_written(row.get(column)) for column in columns)] for name, row in self.rows.items())
        return text.getvalue()


def _of_pair(pair: tuple[float, float], more: int, value: float) -> tuple[int, int]:
    most = max(map(abs, (*pair, value)))
    low, high = (_finer(end, digits, more, most) for end, digits in zip(pair, digits_of_ends(*pair), strict=True))
    return low, high


def _finer(value: float, digits: int, more: int, most: float) -> int:
    """So many digits more, but no finer than whole numbers beside ``WHOLE`` or more."""
    return digits if not more or not value else digits + more if abs(most) < WHOLE else max(digits, min(0, digits + more))


def _written(value: Any) -> Any:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if missing else repr(float(value)) if isinstance(value, float) else value


def cells(content: Any) -> Iterator[dict[str, Any]]:
    """All numbers in what is sent to a screen."""
    if isinstance(content, Mapping):
        if content.keys() == {"v", "t", "at"}:
            yield dict(content)
        else:
            for one in content.values():
                yield from cells(one)
    elif isinstance(content, list | tuple):
        for one in content:
            yield from cells(one)
