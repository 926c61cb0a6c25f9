"""Who is in a target group: labels on the resident, the home left and the area, each a filter that can be looked at apart."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.behaviour.fit import classes, oldest_age
from sim.behaviour.money import gross_income
from sim.interventions.register import everybody
from sim.kernel_cache import njit
from sim.levers import NO_BITS
from sim.world import law
from sim.world.chance import draw_bits, to_unit, uniform
from sim.world.codes import PRESENT, DwellingType, HouseholdClass, HouseholdState, Tenure
from sim.world.columns import ABSENT, NEVER, NOWHERE, age_years
from sim.world.errors import hint
from sim.world.names import ALL, ALLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from sim.interventions.register import Among
    from sim.world.columns import Dwellings, Households
    from sim.world.geography import Geography
    from sim.world.world import World

    Filter = Callable[[World, "Who", NDArray], NDArray]  # which of the households given (rows with a home) meet it, bool

ANY = 9
TALKED = "coach"  # asked of what instruments at work left with a household
IN_THE_KERNEL = ("age", "size", "rooms", "rooms_most", "tenure", "floor_area")  # _target


class Who(BaseModel):
    """Target group: labels on the resident, the home left and the area. But for ``age``, the defaults bind nobody."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    age: int = Field(55, ge=18, le=100, description="lowest age of the oldest adult, years")
    size: int = Field(6, ge=1, le=6, description="largest household, persons")
    size_least: int = Field(1, ge=1, le=6, description="smallest household, persons")
    children: Literal["with", "without", "any"] = Field("any", description="children at home")
    rooms: int = Field(1, ge=1, le=12, description="fewest rooms of the home left")
    rooms_most: int = Field(12, ge=1, le=12, description="most rooms of the home left")
    tenure: Literal["koop", "corporatie", "vrije_huur", "any"] = Field("any", description="tenure of the home left")
    floor_area: float = Field(0, ge=0, le=400, description="smallest floor area of the home left, m2")
    type: Literal["eengezins", "meergezins", "seniorencomplex", "mantelzorgunit", "flex", "any"] = Field(
        "any", description="type of the home left"
    )
    dur_lived: int = Field(0, ge=0, le=600, description="months lived in the home left, at least")
    registered: bool = Field(False, description="true: registered with the corporaties")
    income: Literal["daeb", "above_daeb", "any"] = Field("any", description="gross income up to the DAEB limit of the start, or above it")
    areas: tuple[str, ...] = Field((), description="wijken and gemeenten of the home left, by name or CBS code; none named: everywhere")
    coach: bool = Field(
        False, description="true: a coach of the same scenario has talked to the household on this journey (so before it moves)"
    )

    @model_validator(mode="after")
    def _somebody_can_meet_it(self) -> Self:
        for least, most, one in (("rooms", "rooms_most", "home"), ("size_least", "size", "household")):
            low, high = getattr(self, least), getattr(self, most)
            if low > high:
                raise ValueError(f"{least}={low} and {most}={high}: no {one} meets both; raise {most}, or lower {least}")
        if self.children == "with" and self.size == 1:
            raise ValueError("children=with and size=1: no household meets both; let size be 2 or more")
        return self


ANYBODY = Who(age=18)  # every label has the value that binds nobody


class Lot(NamedTuple):
    """A keyed draw of each household: those below ``chance`` are meant. It asks less than to draw for all, and look then."""

    base: np.uint64
    chance: float

    def draws(self, ident: NDArray) -> NDArray:
        """Which of the ids (uint64) are drawn, bool."""
        return uniform(self.base, ident) < self.chance


ALL_DRAWN = Lot(np.uint64(0), 1.0)


def target_rows(
    h: Households,
    d: Dwellings,
    month: int,
    who: Who,
    stages: tuple[int, int],
    mask: np.uint64,
    lot: Lot = ALL_DRAWN,
    among: Among | None = None,
) -> NDArray:
    """Rows (int32) with a home, in ``stages``, that meet ``who``, do not carry ``mask`` yet and are drawn in ``lot``.

    ``among``: those who are asked, in order of their rows; by default everybody.
    """
    tenure = ANY if who.tenure == "any" else int(Tenure[who.tenure.upper()])
    of = (h.state, h.stage, h.touched, h.home, h.reserved, h.size, h.adult_birth, d.rooms, d.floor_area, d.tenure)
    asked = (who.age, who.size, who.rooms, who.rooms_most, float(who.floor_area), tenure, *stages)
    return _target(everybody(h) if among is None else among, of, month, asked, mask, lot.base, float(lot.chance))


@njit(cache=True)
def _target(among, of, month, asked, mask, base, chance):
    state, stage, touched, home, reserved, size, birth, rooms, floor_area, tenure = of
    age, size_most, rooms_least, rooms_most, floor_area_least, tenure_asked, first, last = asked
    out = np.empty(len(among.rows), np.int32)
    n = 0
    for k in range(len(among.rows)):
        if chance < 1.0 and to_unit(draw_bits(base, among.ident[k])) >= chance:
            continue
        i = among.rows[k]
        if stage[i] < first or stage[i] > last or touched[i] & mask:
            continue
        j = home[i]
        if state[i] != PRESENT or j < 0 or reserved[i] != NOWHERE or size[i] > size_most:
            continue
        if rooms[j] < rooms_least or rooms[j] > rooms_most or floor_area[j] < floor_area_least:
            continue
        if tenure_asked != ANY and tenure[j] != tenure_asked:
            continue
        if oldest_age(np.int64(birth[i, 0]), np.int64(birth[i, 1]), month) >= age:
            out[n] = i
            n += 1
    return out[:n].copy()


@njit(cache=True)
def carriers(touched, mask):
    """Rows (int64) that carry ``mask``: on which an instrument works."""
    n = 0
    for i in range(len(touched)):
        n += (touched[i] & mask) != 0
    out = np.empty(n, np.int64)
    n = 0
    for i in range(len(touched)):
        if touched[i] & mask:
            out[n] = i
            n += 1
    return out


def members_of(
    w: World,
    who: Who,
    stages: tuple[int, int],
    mask: np.uint64,
    lot: Lot = ALL_DRAWN,
    among: Among | None = None,
    coaches: np.uint64 = NO_BITS,
) -> NDArray:
    """Rows (int32) of the target group in the stages given (first, last) that do not carry ``mask`` and are drawn in ``lot``.

    ``among``: those who are asked; by default everybody. ``coaches``: bits of the instruments that talk to households.
    """
    rows = target_rows(w.h, w.d, w.month, who, stages, mask, lot, among)
    for name in binding(who):
        if name not in IN_THE_KERNEL and name != TALKED:
            rows = rows[FILTERS[name](w, who, rows)]
    return rows[(w.h.touched[rows] & coaches) != 0] if who.coach else rows


@cache
def binding(who: Who) -> tuple[str, ...]:
    """Labels that ask something, in the order of the fields of ``Who``."""
    return tuple(name for name in Who.model_fields if getattr(who, name) != getattr(ANYBODY, name))


def failing(w: World, who: Who) -> list[dict[str, Any]]:
    """How many households fail each filter, now: one row per group and label that asks something, and a row ``alle``.

    Columns: household_group (``senior``: households of the class Senior with a home; ``all``: all with a home),
    filter, asks (its value, as text), households (of the group), fail (fail this filter, whatever the others say), fail_only
    (fail this one and no other: they would be let in without it), left (meet this one and all those above it; in the row
    ``alle`` all of them). The filter ``coach`` is left out: nobody has talked yet when an approach begins.
    """
    h = w.h
    housed = np.flatnonzero((h.state == HouseholdState.PRESENT) & (h.home != NOWHERE)).astype(np.int32)
    senior = classes(h, housed, w.month, int(w.params.senior_age)) == HouseholdClass.SENIOR
    asked = {name: (getattr(who, name), FILTERS[name](w, who, housed)) for name in binding(who) if name != TALKED}
    return [row for group, inside in (("senior", senior), (ALL, np.ones(len(housed), bool))) for row in apart(group, inside, asked)]


def apart(group: str, inside: NDArray, asked: Mapping[str, tuple[Any, NDArray]]) -> list[dict[str, Any]]:
    """A row per filter, and ``alle``: of those ``inside`` (bool) how many fail it, by name: (what it asks, who meets it, bool)."""
    n, kept, rows = int(inside.sum()), inside.copy(), []
    misses = sum((~met).astype(np.int64) for _, met in asked.values())
    for name, (value, met) in asked.items():
        kept &= met
        fails = inside & ~met
        rows.append(
            {
                "household_group": group,
                "filter": name,
                "asks": _asks(value),
                "households": n,
                "fail": int(fails.sum()),
                "fail_only": int((fails & (misses == 1)).sum()),
                "left": int(kept.sum()),
            }
        )
    left = int(kept.sum())
    return [
        *rows,
        {
            "household_group": group,
            "filter": ALLE,
            "asks": "",
            "households": n,
            "fail": n - left,
            "fail_only": 0,
            "left": left,
        },
    ]


def _asks(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()


def area_rows(g: Geography, place: str, areas: tuple[str, ...]) -> NDArray:
    """Rows of the smallest areas meant by codes or names of wijken and gemeenten, int64.

    Raises:
        ValueError: one that is not in this place (its name); names the nearest that is.
    """
    known: dict[str, set[int]] = {}
    for at, words in enumerate(zip(g.code, g.name, strict=True)):
        town = int(g.gemeente[at])
        for word in (*words, g.gemeente_code[town], g.gemeente_name[town]):
            known.setdefault(str(word).lower(), set()).add(at)
    found: set[int] = set()
    for area in areas:
        if area.lower() not in known:
            raise ValueError(f"who.areas: {area!r} is no wijk or gemeente (name or CBS code) of {place}{hint(area.lower(), known)}")
        found |= known[area.lower()]
    return np.array(sorted(found), np.int64)


def _income(w: World, who: Who, rows: NDArray) -> NDArray:
    most = np.where(w.h.size[rows] > 1, law.amount("daeb_more", w.setting.start), law.amount("daeb_one", w.setting.start))
    below = gross_income(w, rows) <= most
    return below if who.income == "daeb" else ~below


def _children(w: World, who: Who, rows: NDArray) -> NDArray:
    there = (w.h.child_birth[rows] != ABSENT).any(axis=1)
    return there if who.children == "with" else ~there


FILTERS: dict[str, Filter] = {
    "age": lambda w, who, rows: age_years(w.h.adult_birth[rows], w.month).max(axis=1) >= who.age,
    "size": lambda w, who, rows: w.h.size[rows] <= who.size,
    "size_least": lambda w, who, rows: w.h.size[rows] >= who.size_least,
    "children": _children,
    "rooms": lambda w, who, rows: w.d.rooms[w.h.home[rows]] >= who.rooms,
    "rooms_most": lambda w, who, rows: w.d.rooms[w.h.home[rows]] <= who.rooms_most,
    "tenure": lambda w, who, rows: w.d.tenure[w.h.home[rows]] == Tenure[who.tenure.upper()],
    "floor_area": lambda w, who, rows: w.d.floor_area[w.h.home[rows]] >= who.floor_area,
    "type": lambda w, who, rows: w.d.kind[w.h.home[rows]] == DwellingType[who.type.upper()],
    "dur_lived": lambda w, who, rows: w.month - w.h.moved_in[rows].astype(np.int64) >= who.dur_lived,
    "registered": lambda w, who, rows: w.h.registered[rows] != NEVER,
    "income": _income,
    "areas": lambda w, who, rows: np.isin(w.d.area[w.h.home[rows]], area_rows(w.geography, w.setting.place.name, who.areas)),
}
