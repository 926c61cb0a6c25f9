"""On what a number rests, as one mark, by one rule for parameters, settings of instruments and cards of the menukaart.

The rule. ``gemeten``: at least two makers counted it, independently of each other. ``één bron``: one did. ``aanname``: nobody did, or it
is said to be an assumption or to be fitted, wholly or in part. A card counts programmes and places. A number counts the makers of the
rows of docs/evidence.csv that it names, and sections of docs/sources.md; a row that is only recalled is nobody's count.
"""

from __future__ import annotations

import csv
import functools
import re
from pathlib import Path

MEASURED, ONE_SOURCE, ASSUMED = "gemeten", "één bron", "aanname"
STRONGEST_FIRST = (MEASURED, ONE_SOURCE, ASSUMED)
IN_ENGLISH = {MEASURED: "measured", ONE_SOURCE: "one source", ASSUMED: "assumption"}
NOT_MEASURED = ("assumption", "fitted", "calibrated")  # words of an evidence that says so itself
MAKERS = Path(__file__).with_name("makers.csv")  # made by tools/make_params.py from docs/evidence.csv
ROW = re.compile(r"\b(?P<letter>[A-G])(?P<first>\d\d)\b(?:\s?[-–]\s?(?P=letter)(?P<last>\d\d)\b)?")  # X01-X08 is all eight
SECTION = re.compile(r"\bsources (?:section )?\d+")


def mark_of(counts: int) -> str:
    """The mark of what was counted so many times, independently."""
    return STRONGEST_FIRST[max(0, 2 - counts)]


def mark_of_number(evidence: str) -> str:
    """The mark of a number that rests on this text: ids of rows, sections, or a word of ``NOT_MEASURED``."""
    if any(word in evidence for word in NOT_MEASURED):
        return ASSUMED
    return mark_of(len({makers()[row] for row in rows_of(evidence) if row in makers()} | set(SECTION.findall(evidence))))


def rows_of(text: str) -> set[str]:
    """Ids of the rows that a text names; ``X01-X03`` names all three."""
    found: set[str] = set()
    for one in ROW.finditer(text):
        found |= {f"{one['letter']}{n:02d}" for n in range(int(one["first"]), int(one["last"] or one["first"]) + 1)}
    return found


@functools.cache
def makers() -> dict[str, str]:
    """Who counted what a row says, by id of the row; rows that are only recalled are left out."""
    with MAKERS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["maker"] for row in csv.DictReader(file)}
