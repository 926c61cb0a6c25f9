"""Who crosses the border of a gemeente: how many persons leave, how old they are, and as what part of a household.

As many persons leave as left in 2025, by age as B01 to B09 have it. Part of them are children who leave home, and whoever parts or moves
in with a partner, or from room to room, each as often as persons of that age go to another gemeente when they move. The rest leave with
their whole household. No plan can know how many will have no home, so those in rooms are taken to be as many as at the start.

Arrivals fill the homes that this leaves empty (``sim.demography.planner``). Who comes out of a parental home elsewhere comes to a room, as
one from here goes to one: where many young people live on their own, many come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.demography.hazards import MAX_AGE
from sim.world import figures
from sim.world.codes import PRESENT
from sim.world.columns import ABSENT, age_years
from sim.world.names import YEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.demography.events import People
    from sim.demography.hazards import Chances
    from sim.parameters import Params
    from sim.world.columns import Households
    from sim.world.geography import Border

AGES = np.arange(MAX_AGE + 1)


class Going(NamedTuple):
    """Who leaves for another gemeente, float64 [111] by age in years."""

    households: NDArray  # chance per month of a household, by the age of its first adult
    children: NDArray  # share of those who leave their parents


def between() -> NDArray:
    """Share of the persons of each age that moves to a home in another gemeente of the country in a year, float64 [111]."""
    t = figures.table("moves")
    return np.interp(AGES, t["age"], t["pct_between"] / 100)


def elsewhere(level: NDArray | float = 1.0) -> NDArray:
    """Of the persons of each age who move the share that goes to another gemeente, float64 [..., 111].

    Args:
        level: how often people leave this gemeente, over how often those of their ages do in the country; [...].
    """
    t = figures.table("moves")
    odds = np.interp(AGES, t["age"], t["pct_between"] / (t["pct_moved"] - t["pct_between"])) * np.asarray(level)[..., None]
    return odds / (1 + odds)


def going(h: Households | People, border: Border | None, month: int, others: float) -> Going:
    """Chances under which as many persons leave a month as the border says (see the module).

    Args:
        h: who is there. others: persons a month who leave other than with their whole household (``others_expected``, or as many as did);
            where no more leave than these, no household does.
    """
    if border is None or border.persons == 0:
        return Going(np.zeros(MAX_AGE + 1), np.zeros(MAX_AGE + 1))
    rate, here = between(), h.state == PRESENT
    weight = float((sizes(h) * rate[first_age(h, month)])[here].sum())
    return Going(max(0.0, border.persons - others) / max(1.0, weight) * rate, border.outside * elsewhere(border.level))


def coming(h: Households, border: Border | None, month: int, c: Chances, leaving: Going, own_household: float) -> NDArray:
    """Persons a month, by age below ``own_household``, who come to a room here out of a parental home elsewhere; float64 [111].

    As many as keep the share of the young who live on their own as it is among ``h``: at an age these are, of those a year younger,
    who lived on their own and did not leave, who left a parental home here and stayed, and who came.
    """
    if border is None or border.persons == 0:
        return np.zeros(MAX_AGE + 1)
    here = h.state == PRESENT
    own, at_home = by_age(h.adult_birth[here], month), by_age(h.child_birth[here], month)
    stays = (1 - leaving.households) ** YEAR * own
    joins = (1 - (1 - c.leave_home[0]) ** YEAR) * np.where(c.adult <= AGES, at_home, 0) * (1 - leaving.children)
    found = np.zeros(MAX_AGE + 1)
    found[1:] = own[1:] - (stays + joins)[:-1]
    found[(c.adult > AGES) | (own_household <= AGES)] = 0
    total, found = max(0.0, found.sum()), np.maximum(0, found)
    return found * (total / max(1e-9, found.sum())) / YEAR


def by_age(births: NDArray, month: int) -> NDArray:
    """Persons of each age in years, float64 [111], of months of birth of any shape."""
    ages = age_years(births, month)
    return np.bincount(np.minimum(ages[ages >= 0], MAX_AGE), minlength=MAX_AGE + 1).astype(float)


def rooms_expected(h: Households, border: Border | None, month: int, p: Params) -> float:
    """Persons expected to leave in a month of those without a home of their own, who move from room to room (``sim.behaviour.lodging``)."""
    if border is None:
        return 0.0
    rows = np.flatnonzero((h.state == PRESENT) & (h.home < 0))
    age = np.clip(age_years(h.adult_birth[rows], month).max(axis=1), 0, MAX_AGE)
    persons = sizes(h, rows)
    _, moves = room_moves(age, persons, p)
    return border.outside * float((moves * persons * elsewhere(border.level)[age]).sum())


def room_moves(age: NDArray, persons: NDArray, p: Params) -> tuple[NDArray, NDArray]:
    """Chance per month of households without a home of their own to go back to the parents, and to do that or move to another room.

    Args:
        age: years of the oldest. persons: in each.
    """
    back = np.where((age < p.age_back_home) & (persons == 1), p.p_back_home, 0.0) / YEAR
    return back, back + p.p_room_move / YEAR


def others_expected(h: Households, border: Border | None, month: int, c: Chances) -> float:
    """Persons expected to leave in a month other than with their whole household: children, and who parts or finds a partner.

    In an area of several gemeenten partners come out of its other gemeenten, so none is taken to come from outside.
    """
    if border is None:
        return 0.0
    share, here, first = border.outside * elsewhere(border.level), h.state == PRESENT, first_age(h, month)
    age = age_years(h.child_birth, month)
    grown = age[(age >= c.adult) & here[:, None]]
    found = float((c.leave_home[0, grown] * share[grown]).sum())
    adults = h.adult_birth != ABSENT
    couple = here & adults.all(axis=1)
    found += float((c.separation[0, first] * share[first])[couple].sum())
    if border.gemeenten == 1:
        single = here & ~couple
        sex = np.where(adults[:, 0], h.adult_sex[:, 0], h.adult_sex[:, 1])
        found += float((c.union[sex, first] * share[first] * sizes(h))[single].sum()) / 2  # one of two moves in with the other
    return found


def first_age(h: Households | People, month: int, rows: NDArray | slice = slice(None)) -> NDArray:
    """Age of the adult whose age decides about a departure (``hazards.draw_households_kernel``), years, of household rows."""
    births = h.adult_birth[rows]
    ages = age_years(births, month)
    return np.clip(np.where(births[:, 0] != ABSENT, ages[:, 0], ages[:, 1]), 0, MAX_AGE)


def sizes(h: Households | People, rows: NDArray | slice = slice(None)) -> NDArray:
    """Persons in each of household rows."""
    return (h.adult_birth[rows] != ABSENT).sum(axis=1) + (h.child_birth[rows] != ABSENT).sum(axis=1)
