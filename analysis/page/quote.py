"""Numbers of the page, each with the cell that it is from, so that whoever reads the page can find it in a table beside it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote as as_address

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from analysis.estimates.misses import NOT_COMPARED
from analysis.page.words import LANGUAGES, Text, number, two_digits

MANIFEST = "manifest"  # a number that was set: its row is the path of keys, its column the last key
WORDS = re.compile(r"[A-Za-z_]\w*")
PLACE = re.compile(r""" data-table="[^"]*" data-row=(?:"[^"]*"|'[^']*')""")
OF_EFFECTS = ("mean", "difference")  # the columns of effects.csv that are counted


class Quote(NamedTuple):
    """One number and where it stands.

    Attributes:
        value: as it is shown, scale applied.
        table: name of a table of the folder, or ``manifest``.
        row: columns with the values that name one row; of the manifest the keys that lead there.
        column: a column, or arithmetic of columns: ``mean - difference``.
        scale: the number is the cell times this.
        digits: decimals (below 0: zeros before the point).
        sign: whether + is written.
        misses: keys of the public figures that it hangs on and the base world misses, with spaces between.
    """

    value: float
    table: str
    row: Mapping[str, Any]
    column: str
    scale: float = 1.0
    digits: int = 0
    sign: bool = False
    misses: str = ""

    def said(self, language: str) -> str:
        """The number as the language writes it."""
        return number(self.value, self.digits, language, self.sign)

    def of(self, language: str) -> Markup:
        """The number as HTML, with its cell; with a mark where it hangs on what the base world misses."""
        said = Markup("<data {}>{}</data>").format(self.attributes, self.said(language))
        return said + Markup('<sup class="miss" data-misses="{}">†</sup>').format(self.misses) if self.misses else said

    @property
    def attributes(self) -> Markup:
        """Where it stands, as attributes of an element; what is not said of digits, scale and sign is 0, 1 and none."""
        row = json.dumps(self.row, separators=(",", ":"))
        parts: list[tuple[str, object]] = [("table", self.table), ("row", row), ("column", self.column)]
        parts += [("digits", self.digits)] if self.digits else []
        parts += [("scale", f"{self.scale:g}")] if self.scale != 1 else []
        parts += [("sign", 1)] if self.sign else []
        return Markup(" ").join(_attribute(name, str(value)) for name, value in parts)

    @property
    def mark(self) -> str:
        """The same in a name that a picture can carry (see figures.inline)."""
        return "quote:" + as_address(str(self.attributes), safe="")

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return not math.isnan(self.value)

    def with_digits(self, digits: int, sign: bool = False) -> Quote:
        """The same number written otherwise."""
        return self._replace(digits=digits, sign=sign)


def _attribute(name: str, value: str) -> Markup:
    """``data-NAME`` in the quotes that need fewest signs: a page holds thousands of them."""
    if '"' in value and "'" not in value:
        return Markup("data-{}='{}'").format(name, Markup(str(escape(value)).replace("&#34;", '"')))
    return Markup('data-{}="{}"').format(name, value)


def gathered(html: str) -> tuple[Markup, Markup]:
    """The table and row that all numbers of a piece share, as attributes for what is around it, and the piece without them.

    The first is empty where they are of several rows.
    """
    places = set(PLACE.findall(html))
    if len(places) != 1:
        return Markup(""), Markup(html)
    return Markup(places.pop()), Markup(PLACE.sub("", html))


class Book:
    """The tables that stand beside the page, to quote from."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> None:
        self.tables, self.manifest = tables, manifest
        self._rows: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], Any]] = {}
        self._read: dict[tuple[str, int], pd.Series] = {}  # rows are quoted from more than once: a number and the ends of its interval

    def quote(
        self, table: str, column: str, row: Mapping[str, Any], *, scale: float = 1.0, digits: int | None = None, sign: bool = False
    ) -> Quote:
        """A number of one row.

        Args:
            row: the columns that name the row, with their values.
            digits: decimals; None: those with which two digits count.

        Raises:
            KeyError: no row, or more than one.
        """
        row = {name: value.item() if isinstance(value, np.generic) else value for name, value in row.items()}
        found = self._row(table, row)
        value = scale * float(_worked_out(column, found))
        digits = digits_of(value) if digits is None else digits
        return Quote(value, table, row, column, scale, digits, sign, _missed(table, column, found))

    def has(self, table: str, row: Mapping[str, Any]) -> bool:
        """Whether there is such a row."""
        return table in self.tables and tuple(row.values()) in self._index(table, tuple(row))

    def cell(self, table: str, column: str, row: Mapping[str, Any]) -> Any:
        """What stands in a cell. Raises KeyError."""
        return self._row(table, row)[column]

    def setting(self, *path: str, digits: int | None = None, scale: float = 1.0) -> Quote:
        """A number that was set, by its keys in the manifest. Raises KeyError."""
        value: Any = self.manifest
        for key in path:
            value = value[key]
        shown = scale * float(value)
        return Quote(
            shown,
            MANIFEST,
            {str(n): key for n, key in enumerate(path[:-1])},
            path[-1],
            scale,
            digits_of(shown) if digits is None else digits,
        )

    def _row(self, table: str, row: Mapping[str, Any]) -> pd.Series:
        rows = self._index(table, tuple(row))
        found = rows.get(tuple(row.values()))
        if found is None or len(found) != 1:
            raise KeyError(f"{table}: {0 if found is None else len(found)} rows of {dict(row)}, and a number is of one")
        at = (table, found[0])
        if at not in self._read:
            self._read[at] = self.tables[table].iloc[found[0]]
        return self._read[at]

    def _index(self, table: str, columns: tuple[str, ...]) -> dict[tuple[Any, ...], Any]:
        key = (table, columns)
        if key not in self._rows:
            frame = self.tables[table]
            values = zip(*(frame[name].tolist() for name in columns), strict=True)
            rows: dict[tuple[Any, ...], list[int]] = {}
            for at, value in enumerate(values):
                rows.setdefault(value, []).append(at)
            self._rows[key] = rows
        return self._rows[key]


def _missed(table: str, column: str, row: pd.Series) -> str:
    """The public figures that a cell hangs on and the base world misses; none for ends of intervals and what is no finding."""
    said, first = row.get("misses", ""), (WORDS.search(column) or [""])[0]
    if not isinstance(said, str):  # empty, as read from a file
        return ""
    if table == "effects":
        return "" if said == NOT_COMPARED or first not in OF_EFFECTS else said
    if table == "costs" and first.startswith(("eur_per_extra_", "extra_")):
        parts = dict(part.split(": ", 1) for part in said.split("; ") if ": " in part)
        found = next((keys for what, keys in parts.items() if what.replace(" ", "_") in first), "")
        return "" if found == NOT_COMPARED else found
    return ""


def _worked_out(column: str, row: pd.Series) -> float:
    """A column, or arithmetic of columns; not known where that divides by nothing."""
    if column in row.index:
        return float(row[column])
    names = {name: float(row[name]) for name in WORDS.findall(column)}
    try:
        return float(pd.eval(column, local_dict=names, engine="python"))
    except ZeroDivisionError:
        return float("nan")


def digits_of(value: float) -> int:
    """Decimals with which two digits of a number count."""
    return two_digits(abs(value)) if value and not math.isnan(value) else 0


def rich(nl: str, en: str, **values: Quote | Text) -> Text:
    """A text with numbers and names in it, as HTML: ``rich("{n} senioren", "{n} seniors", n=quote)``.

    The words are ours and may hold tags; a value is escaped, and digits in a name are said to be part of it.
    """
    return Text(
        *(
            Markup(words).format(**{key: _placed(one, language) for key, one in values.items()})
            for words, language in zip((nl, en), LANGUAGES, strict=True)
        )
    )


def _placed(value: Quote | Text, language: str) -> Markup:
    said = value.of(language)
    return said if isinstance(said, Markup) else named(said)


def named(text: str) -> Markup:
    """A name as HTML: digits in it are no number of the run."""
    return Markup('<span data-fixed="name">{}</span>').format(text) if any(map(str.isdigit, text)) else escape(text)


def fixed(text: str, why: str) -> Markup:
    """A number that no run makes (an age limit, a year, a level): ``why`` says what it is."""
    return Markup('<span data-fixed="{}">{}</span>').format(why, text)


def plain(text: Text) -> Text:
    """A text without its tags, for an alternative text."""
    return Text(*(Markup(one).striptags() for one in text))
