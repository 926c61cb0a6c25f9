"""A page as a reader of it would take it apart: which number stands where, which words, in which language and section.

It shares no code with what makes the page: numbers are read back from the files beside it.
"""

from __future__ import annotations

import ast
import csv
import json
import operator
import re
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

VOID = {
    "meta",
    "br",
    "link",
    "img",
    "path",
    "use",
    "rect",
    "circle",
    "hr",
    "input",
    "col",
    "stop",
    "line",
    "polyline",
    "polygon",
    "ellipse",
}
UNREAD = {"style", "script", "title", "defs"}
SUMS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


@dataclass(eq=False)  # each is itself alone: what is alike in two places is two, and none is compared value by value
class Element:
    """An element of the page, with the text that it holds at any depth."""

    tag: str
    attributes: dict[str, str]
    parents: tuple[Element, ...]
    text: str = ""

    @cached_property
    def line(self) -> tuple[Element, ...]:
        """Those around it, and itself."""
        return (*self.parents, self)

    @cached_property
    def language(self) -> str:
        """The language that it is in, or empty where both share it."""
        found = [one.attributes["lang"][:2] for one in self.line if "lang" in one.attributes and one.tag != "html"]
        return found[-1] if found else ""

    @cached_property
    def section(self) -> str:
        """The id of the section that it is in; empty outside."""
        return next((one.attributes.get("id", "") for one in self.line if one.tag == "section"), "")

    @cached_property
    def cell(self) -> tuple[str, str, str] | None:
        """Table, row and column that a number says it is of: the column itself, table and row there or on what it stands in; else None."""
        at = next((one.attributes for one in reversed(self.line) if "data-table" in one.attributes), None)
        if at is None or "data-column" not in self.attributes:
            return None
        return at["data-table"], at.get("data-row", ""), self.attributes["data-column"]

    def within(self, *tags: str) -> bool:
        """Whether it is, or stands in, one of these."""
        return any(one.tag in tags for one in self.line)


@dataclass
class Paper(HTMLParser):
    """All elements, and all pieces of text with the element that holds each."""

    elements: list[Element] = field(default_factory=list)
    pieces: list[tuple[str, Element]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open))
        self.elements.append(one)
        if tag not in VOID:
            self.open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open and self.open[-1].tag == tag, f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open and not self.open[-1].within(*UNREAD):
            self.pieces.append((data, self.open[-1]))
            for one in self.open:
                one.text += data


def paper(html: str) -> Paper:
    """A page taken apart."""
    found = Paper()
    found.feed(html.replace("<i></i>", ""))  # where a word may be broken
    found.close()
    return found


def loose(one: Paper) -> list[tuple[str, Element]]:
    """Pieces of text with a digit that is in no cell and is not said to be fixed."""
    return [(text.strip(), at) for text, at in one.pieces if any(map(str.isdigit, text)) and not _held(at)]


def _held(at: Element) -> bool:
    return at.within("pre", "code") or any(one.cell or "data-fixed" in one.attributes for one in at.line)


def misread(one: Paper, folder: Path) -> list[tuple[str, Element]]:
    """Numbers that their cell does not say, with what it says."""
    tables: dict[str, list[dict[str, str]]] = {}
    found = []
    for at in one.elements:
        if at.cell:
            value, why = _cell(*at.cell, float(at.attributes.get("data-scale", "1")), folder, tables)
            said = why or written(value, at.attributes, at.language or "nl")
            if at.text.strip() != said:
                found.append((f"{at.text.strip()!r} on the page, {said!r} in {at.cell[0]} {at.cell[1]}", at))
    return found


def _cell(name: str, at: str, column: str, scale: float, folder: Path, tables: dict[str, list[dict[str, str]]]) -> tuple[float, str]:
    row = json.loads(at)
    if name == "manifest":
        held = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for key in (*row.values(), column):
            held = held[key]
        return scale * float(held), ""
    if name not in tables:
        with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    rows = [one for one in tables[name] if all(_same(one[key], value) for key, value in row.items())]
    if len(rows) != 1:
        return float("nan"), f"{len(rows)} rows"
    return scale * _worked_out(ast.parse(column, mode="eval").body, rows[0]), ""


def _same(cell: str, value: object) -> bool:
    return float(cell or "nan") == value if isinstance(value, int | float) and not isinstance(value, bool) else cell == str(value)


def _worked_out(node: ast.expr, row: dict[str, str]) -> float:
    if isinstance(node, ast.BinOp):
        return SUMS[type(node.op)](_worked_out(node.left, row), _worked_out(node.right, row))
    if isinstance(node, ast.UnaryOp):
        return -_worked_out(node.operand, row)
    return float(node.value) if isinstance(node, ast.Constant) else float(row[node.id] or "nan")  # type: ignore[arg-type, attr-defined]


def written(value: float, attributes: dict[str, str], language: str) -> str:
    """A number as a language writes it, with the decimals that its element says."""
    digits = int(attributes.get("data-digits", "0"))
    text = f"{abs(round(value, digits)):,.{max(digits, 0)}f}"
    zero = float(text.replace(",", "")) == 0
    sign = "" if zero else "−" if value < 0 else "+" if "data-sign" in attributes else ""
    return sign + (text.translate(str.maketrans(",.", ".,")) if language == "nl" else text)


def significant(text: str) -> int:
    """How many digits of a number count."""
    digits = re.sub(r"\D", "", text)
    return len(digits.strip("0")) if re.search(r"[1-9]", digits) else 0
