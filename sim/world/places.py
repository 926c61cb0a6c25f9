"""Which places can be simulated, and by what names they are called."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from sim.world import figures
from sim.world.errors import Refusal, hint


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


def resolve(key: str) -> Place:
    """The place called ``key``: a slug or a CBS code, in capitals or not.

    Raises:
        Refusal: names the nearest key.
    """
    asked = str(key).strip()
    index = _index()
    for name in (asked.lower(), slug(asked)):
        if name in index:
            return index[name]
    near = hint(slug(asked), (place.key for place in places()))
    raise Refusal(
        f"municipality={asked!r} is not known{near} (slugs such as zwolle, CBS codes such as GM0193, gelderland, "
        "nederland; all of them: python -m experiments.list what=municipalities)"
    )
