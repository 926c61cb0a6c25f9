"""A frozen world: a base world whose people, homes and border stay as they are in number and make-up, while everybody goes on living.

Frozen are the ages (of households, by their oldest adult, and of children at home), the shares of couples, of limited adults and of
younger households with one, two, and three or more children, the homes (none is built, none demolished) and the persons a month who
leave over the border. Not frozen are the events: people die, go to care, part, find each other, leave home, come and go, at the rates of
the parameters; by these homes come free and wishes arise. Nor is anything of the market: wishes, searches, registrations, rents of
sitting tenants, vacancies and moves may drift.

Everybody frozen at one age would be another world: seniors who die would be followed by newcomers instead of those who sat there and grew
old. So ages are held as a distribution. Who has a birthday turns a year older only as far as there is room among those who are older; who
is in excess lives the year again, and where somebody is lacking, one of the next younger is two years older at once. In a population of a
constant make-up that is what ageing is. Births, unions and onsets of limitations are as many as keep these stocks level. Who belongs with
whom is free: whether it is the older who have children, say, or the poor.

Arrivals keep households and homes in step, as in every run (``sim.demography.planner``). Nothing in ``sim`` is changed: a planner of this
file takes the place of its own while a run is built, and what it did to birthdays is done to the world before each month.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import numpy as np

from sim import month as schedule
from sim import start
from sim.demography import plan as demography
from sim.demography.border import by_age
from sim.demography.hazards import MAX_AGE, chances
from sim.demography.planner import Planner
from sim.world import places
from sim.world.chance import bits_array, hash_ints
from sim.world.codes import PRESENT
from sim.world.columns import ABSENT, NEVER
from sim.world.names import YEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.demography.events import People
    from sim.parameters import Params
    from sim.state import Run
    from sim.world.columns import Households

LIVES_AGAIN = 23  # part of the hash that says whose birthday is held back
STIFF = 20.0  # a stock that is 1 % short gets this many per cent more of the event that fills it
LEAST, MOST = 0.2, 3.0  # factors on the rate of an event
HELD = {  # stocks, and the parameter of what fills them
    "with a child": "rel_birth_first",
    "with two": "rel_birth_second",
    "with three": "rel_birth_third",
    "couples": "rel_union",
    "limits": "rel_limitation",
}


class Shifts(NamedTuple):
    """Who is set back (+1) or on (−1) by a year of age at the start of a month, of adults or of children."""

    rows: NDArray  # int32, household rows
    years: NDArray  # int8 each
    child: NDArray  # uint64, id of each child; empty for adults: all of a household are shifted


class Frozen(NamedTuple):
    """A frozen world under way."""

    run: Run
    shifts: dict[int, list[Shifts]]  # by month


def oldest_birth(adult_birth: NDArray) -> NDArray:
    """Month of birth of the oldest adult of each household, int64 [n]; NEVER where there is none. ``adult_birth`` int16 [n, adults]."""
    return np.where(adult_birth == ABSENT, np.int64(NEVER), adult_birth.astype(np.int64)).min(axis=1)


def stocks(h: Households | People, rows: NDArray, month: int, senior_age: float) -> dict[str, float]:
    """What is held level, each per household of ``rows``.

    That is those below ``senior_age`` (years) with so many children or more at home, couples, and steps of limitation of adults.
    """
    n, there = max(1, len(rows)), h.adult_birth[rows] != ABSENT
    younger = month - oldest_birth(h.adult_birth[rows]) < YEAR * senior_age
    children = np.where(younger, (h.child_birth[rows] != ABSENT).sum(axis=1), 0)
    found = [children >= 1, children >= 2, children >= 3, there.all(axis=1), h.adult_limit[rows][there]]
    return {name: float(each.sum()) / n for name, each in zip(HELD, found, strict=True)}


def and_over(births: NDArray, month: int) -> NDArray:
    """How many of ``births`` (months, all somebody's) are of each age in years or over, float64 [112]."""
    return np.append(by_age(births, month)[::-1].cumsum()[::-1], 0.0)


def years_to_shift(births: NDArray, ident: NDArray, month: int, share: NDArray, salt: int) -> NDArray:
    """Who has a birthday this month and lives the year again (+1) or skips one (−1), int8 [n]; 0 for all others.

    Args:
        births: int64 [n] months of birth of whoever is there. ident: uint64 [n], whose draw decides who of an age it is.
        share: float64 [112], of all, who shall be of each age or over. salt: of the hash that draws.
    """
    out = np.zeros(len(births), np.int8)
    excess = np.round(and_over(births, month) - share * len(births)).astype(np.int64)
    has = np.flatnonzero((month - births) % YEAR == 0)
    age = np.clip((month - births[has]) // YEAR, 0, MAX_AGE)
    order = np.lexsort((bits_array(np.uint64(hash_ints(LIVES_AGAIN, salt, month)), ident[has]), age))
    has, age = has[order], age[order]
    number = np.bincount(age, minlength=MAX_AGE + 1)
    place = np.arange(len(has)) - (np.cumsum(number) - number)[age]
    again = place < excess[age]
    out[has[again]] = 1
    out[has[~again & (number[age] - 1 - place < -excess[age + 1])]] = -1
    return out


class FrozenPlanner(Planner):
    """Writes the event list of a population that keeps the ages and the make-up that it has at the start."""

    def __init__(self, *given) -> None:
        super().__init__(*given)
        self.shifts: dict[int, list[Shifts]] = {}
        rows = self.present()
        self.level = stocks(self.g, rows, self.first, self.p.senior_age)
        self.share = and_over(oldest_birth(self.g.adult_birth[rows]), self.first) / max(1, len(rows))
        births = self.g.child_birth[rows]
        self.share_children = and_over(births[births != ABSENT], self.first) / max(1, (births != ABSENT).sum())

    def present(self) -> NDArray:
        """Rows of the planner's table that are there."""
        return np.flatnonzero(self.g.state[: self.n] == PRESENT)

    def pass_month(self, month: int, net_dwellings: int, arrivals: bool) -> None:
        """As of a world in which nothing is built, after ages and make-up have been put right; ``net_dwellings`` is 0."""
        self.hold_ages(month)
        self.chances = chances(self.filling(month))
        super().pass_month(month, net_dwellings, arrivals)

    def filling(self, month: int) -> Params:
        """The parameters under which the events that fill a stock make up for what it lacks."""
        now, changed = stocks(self.g, self.present(), month, self.p.senior_age), {}
        for stock, name in HELD.items():
            short = self.level[stock] / now[stock] - 1 if now[stock] else 0.0
            changed[name] = float(getattr(self.p, name) * np.clip(1 + STIFF * short, LEAST, MOST))
        return replace(self.p, **changed)

    def hold_ages(self, month: int) -> None:
        """Birthdays of households and children that find no room are undone, here and (``shifts``) in the world."""
        g, rows, seed = self.g, self.present(), int(self.draws.seed)
        years = years_to_shift(oldest_birth(g.adult_birth[rows]), g.id[rows], month, self.share, 2 * seed)
        moved = years != 0
        adults = Shifts(self.at[rows[moved]], years[moved], np.zeros(0, np.uint64))
        shift_adults(g.adult_birth, rows[moved], years[moved])
        at, slot = np.nonzero(g.child_birth[rows] != ABSENT)
        at = rows[at]
        years = years_to_shift(g.child_birth[at, slot].astype(np.int64), g.child_id[at, slot], month, self.share_children, 2 * seed + 1)
        moved = years != 0
        at, slot, years = at[moved], slot[moved], years[moved]
        g.child_birth[at, slot] += YEAR * years.astype(np.int16)
        self.shifts[month] = [adults, Shifts(self.at[at], years, g.child_id[at, slot])]


def shift_adults(births: NDArray, rows: NDArray, years: NDArray) -> None:
    """Adults of the household ``rows`` become ``years`` younger, in place; who is not there stays absent."""
    births[rows] = np.where(births[rows] == ABSENT, ABSENT, births[rows] + YEAR * years[:, None].astype(np.int16))


def build(place: str, seed: int, params: Params, *, begin: str = "2026-01", burn_in: int = 36, months: int = 120) -> Frozen:
    """A frozen world at the first month of its burn-in.

    Raises:
        Refusal: no such place.
    """
    made: list[FrozenPlanner] = []

    def planner(*given) -> FrozenPlanner:
        made.append(FrozenPlanner(*given))
        return made[-1]

    def nothing_built(state) -> tuple[NDArray, NDArray]:
        return np.zeros_like(state.programme.built, float), np.zeros_like(state.programme.demolished, float)

    with mock.patch.object(demography, "Planner", planner), mock.patch.object(start, "_per_year", nothing_built):
        run = start.build(places.resolve(place), seed, params, start=begin, burn_in=burn_in, months=months, follow_up=0)
    return Frozen(run, made[0].shifts)


def step(frozen: Frozen) -> None:
    """Let one month pass in which nobody finds himself in a fuller year of age than the planner did."""
    w = frozen.run.world
    for rows, years, child in frozen.shifts[w.month]:
        if len(child) == 0:
            shift_adults(w.h.adult_birth, rows, years)
            continue
        at, slot = np.nonzero((w.h.child_id[rows] == child[:, None]) & (w.h.child_birth[rows] != ABSENT))
        w.h.child_birth[rows[at], slot] += YEAR * years[at].astype(np.int16)
    schedule.step(frozen.run)
