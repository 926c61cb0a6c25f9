"""What figures of a place must have in common, so that a mistake in one of them is seen before anything is built on it.

Every row that comes with the project passes (a test); the margins are wider than what its rounded figures of several years need.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.world.errors import Refusal, hint, shown
from sim.world.place_names import bare, everyday, former, slug

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Table = Mapping[str, NDArray]

CODE_LIKE = r"(gm)?\d{1,4}|[a-z]{2}\d{4}"  # a key of this form would be read as a code
LONGEST_NAME = 60
SURE_PERSONS = 300  # a wijk of fewer has shares that rounding has put out of order


class Fault(NamedTuple):
    """One thing that cannot be: where it may stand, the likeliest place first, and what is said of it with the way out."""

    where: tuple[tuple[str, str], ...]  # (gemeenten or wijken, code)
    column: str
    said: str


class Sum(NamedTuple):
    """Columns that add up to a number, in per cents or as a share of another column."""

    columns: tuple[str, ...]
    low: float
    high: float
    of: str = ""


BANDS = tuple(f"age_{a}_2021" for a in range(0, 100, 5))
SUMS = {
    "gemeenten": (
        Sum(("pct_owner_2020", "pct_corporation_2020", "pct_other_landlord_2020"), 92, 102),
        Sum(("pct_one_person_2020", "pct_no_children_2020", "pct_with_children_2020"), 98, 102),
        Sum(BANDS, 0.85, 1.15, "population_2022"),
        Sum(("population_2020",), 0.85, 1.15, "population_2022"),
        Sum(("population_20241231",), 0.85, 1.25, "population_2022"),
        Sum(("households_2020",), 0.7, 1.3, "dwellings_2022"),
        Sum(("dwellings_20240101",), 0.85, 1.25, "dwellings_2022"),
        Sum(("dwellings_20241231",), 0.85, 1.25, "dwellings_20240101"),
    ),
    "wijken": (
        Sum(tuple(f"pct_age_{span}_2022" for span in ("0_14", "15_24", "25_44", "45_64", "65_plus")), 94, 106),
        Sum(("pct_one_person_2017", "pct_no_children_2017", "pct_with_children_2017"), 98, 102),
    ),
}
SPANS = {  # of a gemeente, by how a column begins
    "population": (100, 2e6),
    "households": (100, 1e6),
    "dwellings": (100, 1e6),
    "sale_price": (50_000, 5e6),
    "mean_household": (1, 5),
    "pct_occupied": (50, 100),
    "pct_owner_2022": (1, 99),  # a tenure that is not there at all cannot be spread over wijken
}
WHOLE = ("population", "households", "dwellings", "new_build", "sale_price", "moved", "arrived", "left", "age_")
OLD_AND_YOUNG = (("15 to 64", BANDS[3:13]), ("65 and over", BANDS[13:]))
NEAR_SUM = 0.01  # how far wijken may be off their gemeente: a wijk that is left out must show
NEAR_SIZE = 0.1  # how far persons may be off households times their mean size


def check(gemeenten: Table, wijken: Table, shipped: Table, at: Callable[[str, str], str]) -> None:
    """Check whole tables, ``shipped`` being the gemeenten that come with the project.

    Args:
        at: where the row of a code in gemeenten or wijken stands; empty for a row that is nobody's own.

    Raises:
        Refusal: the first fault, with file, row, column and the way out.
    """
    for fault in faults(gemeenten, wijken, shipped):
        place = next((found for found in (at(*one) for one in fault.where) if found), "")
        raise Refusal(f"{place or ' '.join(fault.where[0])}, column {fault.column}: {fault.said}")


def faults(gemeenten: Table, wijken: Table, shipped: Table) -> Iterator[Fault]:
    """All that cannot be."""
    yield from _of_names(gemeenten, shipped)
    for name, table in (("gemeenten", gemeenten), ("wijken", wijken)):
        yield from _of_numbers(name, table)
    yield from _of_sums("gemeenten", gemeenten)
    yield from _of_persons(gemeenten)
    yield from _of_sums("wijken", wijken)
    yield from _of_wijken(gemeenten, wijken)


def _of_names(gemeenten: Table, shipped: Table) -> Iterator[Fault]:
    provinces = sorted(set(shipped["province"]))
    known = dict(zip(shipped["code"], shipped["name"], strict=True))
    taken: dict[str, str] = {"nederland": "Nederland", **{f"provincie-{slug(name)}": name for name in provinces}}
    taken |= {slug(name): name for name in provinces}
    taken |= {key(name): name for name in known.values() for key in (slug, bare)}
    taken |= {slug(one.name): f"{one.name}, which is no more" for one in former()} | dict.fromkeys(
        everyday(), "another place, as people call it"
    )
    ended = {one.code: one.name for one in former()}
    for code, name, province in zip(*(gemeenten[key] for key in ("code", "name", "province")), strict=True):
        here = (("gemeenten", code),)
        if province not in provinces:
            near = hint(province, provinces, f"provinces are {', '.join(provinces)}")
            yield Fault(here, "province", f"{shown(province)} is no province{near}")
        if code in known:
            continue
        if code in ended:
            yield Fault(here, "code", f"{code} was {ended[code]}; choose a code that nobody had")
        key = slug(name)
        if not key or len(name) > LONGEST_NAME or not name.isprintable() or re.fullmatch(CODE_LIKE, key):
            yield Fault(
                here, "name", f"{shown(name)} gives no key; write a name with letters, of {LONGEST_NAME} signs at most, that is no code"
            )
        elif key in taken:
            yield Fault(here, "name", f"{shown(name)} is the name of {taken[key]}; give a name of its own")
        taken[key] = name


def _of_numbers(name: str, table: Table) -> Iterator[Fault]:
    for column, values in table.items():
        for k in np.flatnonzero(values % 1 > 0) if column.startswith(WHOLE) else ():
            said = f"{values[k]:g} is no whole number; write no sign between thousands"
            yield Fault(((name, table["code"][k]),), column, said)
        for low, high in [span for start, span in SPANS.items() if column.startswith(start) and name == "gemeenten"]:
            for k in np.flatnonzero((values < low) | (values > high)):
                said = f"{values[k]:g} is out of range, {low:g} to {high:g}; write no sign between thousands"
                yield Fault(((name, table["code"][k]),), column, said)


def _of_sums(name: str, table: Table) -> Iterator[Fault]:
    for one in SUMS[name]:
        total = np.sum([table[column] for column in one.columns], axis=0)
        share = total / np.maximum(table[one.of], 1) if one.of else total
        sure = table["population_2022"] >= SURE_PERSONS if name == "wijken" else True
        for k in np.flatnonzero(((share < one.low) | (share > one.high)) & sure):
            what = one.columns[0] if len(one.columns) == 1 else f"{one.columns[0]} … {one.columns[-1]} together"
            wanted = (
                f"{one.low:g} to {one.high:g} times {one.of} ({table[one.of][k]:g})"
                if one.of
                else f"about 100 ({one.low:g} to {one.high:g})"
            )
            yield Fault(((name, table["code"][k]),), one.columns[0], f"{what} is {total[k]:g}; {wanted} is needed")


def _of_persons(gemeenten: Table) -> Iterator[Fault]:
    implied = gemeenten["households_2020"] * gemeenten["mean_household_size_2020"]
    for k in np.flatnonzero(np.abs(gemeenten["population_2020"] / implied - 1) > NEAR_SIZE):
        said = f"households_2020 times it is {implied[k]:.0f}, and population_2020 is {gemeenten['population_2020'][k]:g}; let them agree"
        yield Fault((("gemeenten", gemeenten["code"][k]),), "mean_household_size_2020", said)
    for words, bands in OLD_AND_YOUNG:
        for k in np.flatnonzero(np.sum([gemeenten[band] for band in bands], axis=0) < 1):
            yield Fault((("gemeenten", gemeenten["code"][k]),), bands[0], f"nobody is {words}; give the persons of each age")


def _of_wijken(gemeenten: Table, wijken: Table) -> Iterator[Fault]:
    row = {code: k for k, code in enumerate(gemeenten["code"])}
    for code, of in zip(wijken["code"], wijken["gemeente"], strict=True):
        if of not in row:
            yield Fault((("wijken", code),), "gemeente", f"{shown(of)} is no gemeente that is there{hint(of, row)}; name one, or add it")
            return
    at = np.array([row[of] for of in wijken["gemeente"]], np.int64)
    for column, what in (("population_2022", "persons"), ("dwellings_2022", "homes")):
        total = np.bincount(at, wijken[column], minlength=len(row))
        for k in np.unique(at[np.abs(total[at] / gemeenten[column][at] - 1) > NEAR_SUM]):
            first = wijken["code"][np.argmax(at == k)]
            said = (
                f"the wijken of {gemeenten['name'][k]} have {total[k]:.0f} {what}, it has {gemeenten[column][k]:.0f}; list all its wijken"
            )
            yield Fault((("wijken", first), ("gemeenten", gemeenten["code"][k])), column, said)
