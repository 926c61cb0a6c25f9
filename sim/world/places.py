"""Which places can be simulated, and by what names they are called."""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.world import figures
from sim.world.errors import Refusal, hint

FOLDER = Path(__file__).parents[1] / "data" / "places"
NEAR = 0.75  # how much a name must look like the one asked for to be hinted at; 1 is the same


@dataclass(frozen=True)
class Place:
    """A gemeente or a region.

    Attributes:
        key: ASCII slug (``zwolle``, ``s-gravenhage``).
        name: as CBS writes it.
        code: CBS code (``GM0193``), or the key of a region in capitals.
        gemeenten: CBS codes of its gemeenten, sorted.
        level: smallest areas that are fitted: ``wijk`` or ``gemeente``.
    """

    key: str
    name: str
    code: str
    gemeenten: tuple[str, ...]
    level: str


def slug(name: str) -> str:
    """ASCII key of a name: ``'s-Gravenhage`` -> ``s-gravenhage``, ``Bergen (NH.)`` -> ``bergen-nh``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


@functools.cache
def places() -> tuple[Place, ...]:
    """All gemeenten in the order of their codes, then the provinces (``utrecht`` and ``groningen`` are gemeenten: their
    provinces are ``provincie-utrecht``, ``provincie-groningen``) and ``nederland``."""
    codes, names, provinces = (figures.column("gemeenten", key) for key in ("code", "name", "province"))
    with_wijken = set(figures.column("wijken", "gemeente"))
    found: list[Place] = []
    for code, name in zip(codes, names, strict=True):
        found.append(Place(slug(name), str(name), str(code), (str(code),), "wijk" if code in with_wijken else "gemeente"))
    taken = {place.key for place in found}
    for province in sorted(np.unique(provinces)):
        inside = tuple(str(code) for code in sorted(codes[provinces == province]))
        key = slug(province) if slug(province) not in taken else f"provincie-{slug(province)}"
        level = "wijk" if all(code in with_wijken for code in inside) else "gemeente"
        found.append(Place(key, str(province), key.upper(), inside, level))
    found.append(Place("nederland", "Nederland", "NEDERLAND", tuple(str(code) for code in codes), "gemeente"))
    return tuple(found)


@functools.cache
def _index() -> dict[str, Place]:
    return {name: place for place in places() for name in (place.key, place.code.lower())}


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


def resolve(key: str) -> Place:
    """The place called ``key``: a slug, a name or a CBS code (``GM0363``, ``363``), in capitals or not; also by an everyday name.

    Raises:
        Refusal: names the successors of a gemeente that is no more, all places of one name, or the nearest key.
    """
    asked = str(key).strip()
    index = _index()
    number = re.fullmatch(r"(?:gm)?(\d{1,4})", asked.lower())
    words = [f"gm{int(number[1]):04d}"] if number else [asked.lower(), slug(asked)]
    for name in (everyday().get(word, word).lower() for word in words):
        if name in index:
            return index[name]
    for one in former():
        if {one.code.lower(), slug(one.name)} & {*words}:
            return _succeeded(asked, one)
    alike = [place.key for place in places() if slug(re.sub(r"\(.*\)", "", place.name)) in words]
    if alike:
        raise Refusal(f"municipality={asked!r} is the name of {' and of '.join(alike)}; give one of them")
    known = [*(place.key for place in places()), *everyday(), *(slug(one.name) for one in former())]
    near = hint(slug(asked), known, alike=NEAR)
    raise Refusal(
        f"municipality={asked!r} is not known{near} (slugs such as zwolle, CBS codes such as GM0193, gelderland, "
        "nederland; all of them: python -m experiments.list what=municipalities)"
    )


def _succeeded(asked: str, one: Former) -> Place:
    """The place that a former gemeente is now, where that is the same; else it is refused, for a part is not the whole."""
    now = [_index()[code.lower()] for code in one.successors]
    if one.how == "renamed":
        return now[0]
    keys = " and ".join(place.key for place in now)
    said = f"was split in {one.until} between {keys}" if one.how == "split" else f"is part of {keys} since {one.until}"
    raise Refusal(f"municipality={asked!r}: {one.name} ({one.code}) {said}; give municipality={now[0].key}{' or another' * (len(now) > 1)}")
