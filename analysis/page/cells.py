"""Cells of the page's tables: what they say, and whether it is a claim."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pandas as pd

from analysis.page.words import Text, both, digits_for, numbers

Table = dict[str, Any]  # header: texts; rows: head, unit, cells; words: columns of words, which come first


class Cell(NamedTuple):
    """A cell: what it says, a smaller second line, and its kind (claim, noise, words or none)."""

    text: Text
    below: Text = both("")
    kind: str = ""


UNKNOWN = Cell(Text("niet te bepalen", "cannot be told"))


def cell_of(row: pd.Series | None, scale: float = 1.0) -> Cell:
    """A difference with its interval, as a claim or as noise (column ``claimed``)."""
    if row is None or math.isnan(row["difference"]):
        return Cell(both("–"))
    digits = digits_for(scale * (row["upper"] - row["lower"]) / 2)
    return Cell(
        numbers(scale * row["difference"], digits, sign=True),
        range_of(scale * row["lower"], scale * row["upper"], digits),
        "claim" if row["claimed"] else "noise",
    )


def range_of(lower: float, upper: float, digits: int = 0) -> Text:
    """``17 tot 47``; empty without an interval."""
    if math.isnan(lower) or math.isnan(upper):
        return both("")
    low, high = numbers(lower, digits), numbers(upper, digits)
    return Text(f"{low.nl} tot {high.nl}", f"{low.en} to {high.en}")
