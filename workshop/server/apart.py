"""Amounts of money of several packages that read apart: what differs in four digits is written differently, with the same decimals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.page.quote import digits_of
from analysis.page.words import Text, numbers
from workshop.server import tables

MONEY = "money"  # the table
MORE = 2  # digits beyond the two that count: a difference that they do not show is of a thousandth at the most
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
    amounts = set(values.values())
    own = {one: numbers(one, _finest(one)) for one in amounts}
    if _apart({one: numbers(one, digits_of(one)) for one in amounts}, own):
        return {}
    finest = max(_finest(one) for one in amounts if one)
    texts = dict[float, Text]()
    for digits in (one for one in range(finest - MORE, finest + 1) if one != 1):
        texts = {one: numbers(one, digits) for one in amounts}
        if _apart(texts, own):
            break
    return {name: texts[value] for name, value in values.items()}


def _apart(texts: Mapping[float, Text], own: Mapping[float, Text]) -> bool:
    """Whether amounts that have one text have one text in four digits, too; how many texts there are does not tell."""
    return len({(texts[one], own[one]) for one in texts}) == len(set(texts.values()))


def _finest(value: float) -> int:
    """Decimals with which an amount is written at the most: none or two."""
    found = digits_of(value) + MORE
    return found if found <= 0 else CENTS


def _retold(content: Any, texts: Mapping[str, Text]) -> Any:
    if isinstance(content, Mapping):
        if content.get("at") in texts:
            return {**content, "t": texts[content["at"]]._asdict()}
        return {key: _retold(value, texts) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_retold(one, texts) for one in content]
    return content
