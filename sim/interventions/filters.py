"""The labels of a target group as filters, each apart: who meets them, and how many households fail each one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import law
from sim.codes import DwellingType, HouseholdClass, HouseholdState, Tenure
from sim.columns import ABSENT, NEVER, NOWHERE, age_years
from sim.fit import classes
from sim.interventions.target import ALL_DRAWN, Lot, target_rows
from sim.levers import NO_BITS
from sim.market.reach import AOW_AGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from sim.interventions.base import Who
    from sim.register import Among
    from sim.state import World

    Filter = Callable[[World, Who, NDArray], NDArray]  # which of the households given (rows with a home) meet it, bool

ANYBODY = {
    "age": 18,
    "size": 6,
    "size_least": 1,
    "children": "any",
    "rooms": 1,
    "rooms_most": 12,
    "tenure": "any",
    "floor_area": 0,
    "type": "any",
    "dur_lived": 0,
    "registered": False,
    "income": "any",
    "areas": (),
    "coach": False,
}  # values of the labels that bind nobody
IN_THE_KERNEL = ("age", "size", "rooms", "rooms_most", "tenure", "floor_area")  # sim.interventions.target


def members_of(w: World, who: Who, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN, among: Among | None = None) -> NDArray:
    """Rows (int32) of the target group in the stages given (first, last) that do not carry ``mask`` and are drawn in ``lot``.

    ``among``: those who are asked; by default everybody.
    """
    if among is None and w.register is not None:
        among = w.register.among(w.h, who.age, stages)
    rows = target_rows(w.h, w.d, w.month, who, stages, mask, lot, among)
    for name in binding(who):
        if name not in IN_THE_KERNEL:
            rows = rows[FILTERS[name](w, who, rows)]
    return rows


def binding(who: Who) -> list[str]:
    """Labels that ask something, in the order of ``ANYBODY``."""
    return [name for name, value in ANYBODY.items() if getattr(who, name) != value]


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
    asked = {name: (getattr(who, name), FILTERS[name](w, who, housed)) for name in binding(who) if name != "coach"}
    return [row for group, inside in (("senior", senior), ("all", np.ones(len(housed), bool))) for row in apart(group, inside, asked)]


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
            "filter": "alle",
            "asks": "",
            "households": n,
            "fail": n - left,
            "fail_only": 0,
            "left": left,
        },
    ]


def filters_table(w: World) -> pd.DataFrame:
    """``failing`` of every instrument of the world, as it was when it was put to work."""
    import pandas as pd

    columns = ["instrument", "household_group", "filter", "asks", "households", "fail", "fail_only", "left"]
    rows = [{"instrument": one.key, **row} for one in w.instruments for row in one.memory.get("filters", [])]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[4:], np.int64) | dict.fromkeys(columns[:4], str))


def _asks(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()


def area_rows(w: World, areas: tuple[str, ...]) -> NDArray:
    """Rows of the smallest areas meant by codes or names of wijken and gemeenten, int64.

    Raises:
        ValueError: one that is not in this place; names the nearest that is.
    """
    g = w.geography
    known: dict[str, set[int]] = {}
    for at, words in enumerate(zip(g.code, g.name, strict=True)):
        town = int(g.gemeente[at])
        for word in (*words, g.gemeente_code[town], g.gemeente_name[town]):
            known.setdefault(str(word).lower(), set()).add(at)
    found: set[int] = set()
    for area in areas:
        if area.lower() not in known:
            near = difflib.get_close_matches(area.lower(), known, 1, 0.4)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"who.areas: {area!r} is no wijk or gemeente (name or CBS code) of {w.place.name}{hint}")
        found |= known[area.lower()]
    return np.array(sorted(found), np.int64)


def gross_income(w: World, rows: NDArray) -> NDArray:
    """Gross income of households as the market reckons it, euro per year, float64 [rows]."""
    p = w.params
    aow = age_years(w.h.adult_birth[rows], w.month).max(axis=1) >= AOW_AGE
    return w.h.income[rows].astype(np.float64) * np.where(aow, p.rel_gross_aow, p.rel_gross)


def _income(w: World, who: Who, rows: NDArray) -> NDArray:
    most = np.where(w.h.size[rows] > 1, law.amount("daeb_more", w.start), law.amount("daeb_one", w.start))
    below = gross_income(w, rows) <= most
    return below if who.income == "daeb" else ~below


def _talked_to(w: World, who: Who, rows: NDArray) -> NDArray:
    coaches = NO_BITS
    for running in w.instruments:
        coaches |= running.mask if running.settings.talks else NO_BITS
    return (w.h.touched[rows] & coaches) != 0


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
    "areas": lambda w, who, rows: np.isin(w.d.area[w.h.home[rows]], area_rows(w, who.areas)),
    "coach": _talked_to,
}
