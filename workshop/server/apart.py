"""Amounts of money of several packages as figures that read apart: what differs is written differently, in the same digits in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.page.quote import digits_of
from analysis.page.words import Text, numbers
from workshop.server import tables

MONEY = "money"  # the table
CENTS = 2  # decimals: no finer, and after whole euro at once


def money(outcomes: Sequence[Any]) -> list[Any]:
    """The same outcomes; of amounts in the same cell of different packages that would look alike, all have more digits."""
    same: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for cell in tables.cells(outcomes):
        sheet, _, row, column = cell["at"].split("/")
        if sheet == MONEY:
            same[f"{row}/{column}"][cell["at"]] = cell["v"]
    texts = {at: text for values in same.values() for at, text in told_apart(values).items()}
    return [_retold(one, texts) for one in outcomes]


def told_apart(values: Mapping[str, float]) -> dict[str, Text]:
    """By name the text of each value; nothing where those that differ have different texts in two digits already."""
    if _reads_apart({value: numbers(value, digits_of(value)) for value in values.values()}.values()):
        return {}
    finest = max(map(digits_of, values.values()))
    for digits in (*range(min(finest, 0), 1), max(finest, CENTS)):
        texts = {value: numbers(value, digits) for value in values.values()}
        if _reads_apart(texts.values()):
            break
    return {name: texts[value] for name, value in values.items()}


def _reads_apart(texts: Iterable[Text]) -> bool:
    listed = list(texts)
    return len(set(listed)) == len(listed)


def _retold(content: Any, texts: Mapping[str, Text]) -> Any:
    if isinstance(content, Mapping):
        if content.get("at") in texts:
            return {**content, "t": texts[content["at"]]._asdict()}
        return {key: _retold(value, texts) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_retold(one, texts) for one in content]
    return content
