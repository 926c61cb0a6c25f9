"""Which places can be simulated, and by what names they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from sim.world import figures
from sim.world.errors import Refusal, hint
from sim.world.names import JOINED
from sim.world.place_names import Former, bare, everyday, former, slug

WHOLE = "nederland"
MOST_LETTERS = 120  # of the key of several joined places, which is part of the name of a folder
NEAR = 0.75  # how much a name must look like the one asked for to be hinted at; 1 is the same


@dataclass(frozen=True)
class Place:
    """A gemeente, a region, or several gemeenten that somebody joined.

    Attributes:
        key: ASCII slug (``zwolle``, ``s-gravenhage``).
        name: as CBS writes it.
        code: CBS code (``GM0193``), or the key of a region or of joined gemeenten in capitals.
        gemeenten: CBS codes of its gemeenten, sorted.
        by_wijk: those of them that are built by wijk, for which figures by wijk are there; the others are one area each.
    """

    key: str
    name: str
    code: str
    gemeenten: tuple[str, ...]
    by_wijk: tuple[str, ...]

    @property
    def level(self) -> str:
        """Its smallest areas: ``wijk``, ``gemeente``, or ``both``."""
        return "gemeente" if not self.by_wijk else "wijk" if self.by_wijk == self.gemeenten else "both"


@figures.kept
def places() -> tuple[Place, ...]:
    """All gemeenten in the order of their codes, then the provinces (``utrecht`` and ``groningen`` are gemeenten: their
    provinces are ``provincie-utrecht``, ``provincie-groningen``) and ``nederland``. A gemeente that somebody added is in no region."""
    codes, names, provinces = (figures.column("gemeenten", key) for key in ("code", "name", "province"))
    with_wijken = set(figures.column("wijken", "gemeente"))
    found: list[Place] = []
    for code, name in zip(codes, names, strict=True):
        found.append(Place(slug(name), str(name), str(code), (str(code),), (str(code),) if code in with_wijken else ()))
    taken = {place.key for place in found}
    listed = figures.listed()
    for province in sorted(np.unique(provinces)):
        inside = tuple(str(code) for code in sorted(codes[listed & (provinces == province)]))
        key = slug(province) if slug(province) not in taken else f"provincie-{slug(province)}"
        found.append(Place(key, str(province), key.upper(), inside, tuple(code for code in inside if code in with_wijken)))
    found.append(Place(WHOLE, "Nederland", "NEDERLAND", tuple(str(code) for code in codes[listed]), ()))  # wijken add nothing but size
    return tuple(found)


@figures.kept
def share_outside(place: Place) -> float:
    """Of the moves across the borders of its gemeenten the share that crosses that of the place; none leaves the whole country.

    As counted between pairs of gemeenten in 2018 (B89). Those with fewer persons than the list holds count as crossing it.
    """
    if place.key == WHOLE:
        return 0.0
    if len(place.gemeenten) == 1:
        return 1.0
    t = figures.table("exchange")
    left = np.isin(t["code"], place.gemeenten)
    inside = left & np.isin(t["other"], place.gemeenten)
    persons = t["persons_2018"]
    return float(1 - persons[inside].sum() / persons[left].sum()) if left.any() else 1.0


@figures.kept
def _index() -> dict[str, Place]:
    return {name: place for place in places() for name in (place.key, place.code.lower())}


def resolve(key: str) -> Place:
    """The place called ``key``: a slug, a name or a CBS code (``GM0363``, ``363``), in capitals or not; also by an everyday name.

    Several of them with ``+`` between them are one place (``zwolle+kampen``), in whatever order.

    Raises:
        Refusal: names the successors of a gemeente that is no more, all places of one name, or the nearest key; what is joined twice.
    """
    asked = str(key).strip()
    if JOINED in asked:
        return _joined(tuple(sorted((resolve(part) for part in asked.split(JOINED)), key=lambda place: place.key)))
    index = _index()
    number = re.fullmatch(r"(?:gm)?(\d{1,4})", asked.lower())
    words = [f"gm{int(number[1]):04d}"] if number else [asked.lower(), slug(asked)]
    for name in (everyday().get(word, word).lower() for word in words):
        if name in index:
            return index[name]
    for one in former():
        if {one.code.lower(), slug(one.name)} & {*words}:
            return _succeeded(asked, one)
    alike = [place.key for place in places() if bare(place.name) in words]
    if alike:
        raise Refusal(f"municipality={asked!r} is the name of {' and of '.join(alike)}; give one of them")
    known = [*(place.key for place in places()), *everyday(), *(slug(one.name) for one in former())]
    near = hint(slug(asked), known, alike=NEAR)
    raise Refusal(
        f"municipality={asked!r} is not known{near} (slugs such as zwolle, CBS codes such as GM0193, gelderland, "
        "nederland; all of them: python -m experiments.list what=municipalities)"
    )


@figures.kept
def _joined(parts: tuple[Place, ...]) -> Place:
    """Several places, in order of their keys, as one market.

    Raises:
        Refusal: a gemeente would be in it twice, or its key is too long for a folder.
    """
    key = JOINED.join(place.key for place in parts)
    seen: dict[str, Place] = {}
    for place in parts:
        for code in place.gemeenten:
            if code in seen:
                both = " and ".join(dict.fromkeys((seen[code].key, place.key)))
                raise Refusal(f"municipality={key}: {_index()[code.lower()].name} is in it twice ({both}); leave one out")
            seen[code] = place
    if len(key) > MOST_LETTERS:
        raise Refusal(
            f"municipality={key[:40]}…: names of {len(key)} letters together, and {MOST_LETTERS} is the most; join fewer, or a province"
        )
    by_wijk = tuple(sorted(code for place in parts for code in place.by_wijk))
    return Place(key, ", ".join(place.name for place in parts), key.upper(), tuple(sorted(seen)), by_wijk)


def _succeeded(asked: str, one: Former) -> Place:
    """The place that a former gemeente is now, where that is the same; else it is refused, for a part is not the whole."""
    now = [_index()[code.lower()] for code in one.successors]
    if one.how == "renamed":
        return now[0]
    keys = " and ".join(place.key for place in now)
    said = f"was split in {one.until} between {keys}" if one.how == "split" else f"is part of {keys} since {one.until}"
    raise Refusal(f"municipality={asked!r}: {one.name} ({one.code}) {said}; give municipality={now[0].key}{' or another' * (len(now) > 1)}")
