"""What places are called: keys of names, gemeenten that are no more, and everyday names."""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "data" / "places"


def slug(name: str) -> str:
    """ASCII key of a name: ``'s-Gravenhage`` -> ``s-gravenhage``, ``Bergen (NH.)`` -> ``bergen-nh``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def bare(name: str) -> str:
    """Key of a name without what stands in brackets, which places may share: ``Bergen (NH.)`` -> ``bergen``."""
    return slug(re.sub(r"\(.*\)", "", name))


class Former(NamedTuple):
    """A gemeente that was: by slug and by code. ``until``: the year in whose course or at whose beginning it ended."""

    code: str
    name: str
    until: int
    successors: tuple[str, ...]  # CBS codes; several where it was split
    how: str  # merged, split, or renamed: the same place under another name


@functools.cache
def former() -> tuple[Former, ...]:
    """Gemeenten that ended or got another name and code since 2015 (sim/data/places/former.csv)."""
    with (FOLDER / "former.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Former(row["code"], row["name"], int(row["until"]), tuple(row["successors"].split()), row["how"])
            for row in csv.DictReader(file)
        )


@functools.cache
def everyday() -> dict[str, str]:
    """Names that people use to the code or key of the place (sim/data/places/everyday.csv)."""
    with (FOLDER / "everyday.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["place"] for row in csv.DictReader(file)}
