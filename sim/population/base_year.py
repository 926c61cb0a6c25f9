"""Every gemeente moved to 1 January 2024: persons by age, households by age and type, homes by tenure and type.

The figures are of 2020 to 2024; each step below says what it keeps and what it assumes. All arrays have one row per
gemeente in the order of the codes; ages of reference persons are AGES (7 groups), types HouseholdType (5), cells are
age × 5 + type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.population.ipf import fit, shift_odds
from sim.world import figures
from sim.world.codes import DwellingType, HouseholdType, Tenure, names

if TYPE_CHECKING:
    from numpy.typing import NDArray

AGES = (15, 25, 35, 45, 55, 65, 75)
HEAD_BANDS = tuple(range(15, 85, 5))  # the last is 80 and over
TYPES = tuple(names(HouseholdType))
TENURES = tuple(names(Tenure))
KINDS = tuple(names(DwellingType)[:2])  # a home of the start is of one of these
N_CELLS = len(AGES) * len(TYPES)
N_HOMES = len(TENURES) * len(KINDS)  # column = tenure × 2 + kind
TYPE_GROUP = np.array([0, 1, 2, 2, 1])  # one person, more without children, with children (CBS 37975)
N_TYPE_GROUPS = 3
HOUSEHOLDS_2024 = 8_374_404.0  # F09
PERSONS_2024 = 17_942_942.0  # F13
INSTITUTIONAL_2024 = 289_176.0  # F13
# dwellings without a registered occupant by tenure, 31-12-2022 (CBS 86079NED): total, empty
STOCK_2022 = np.array([[4_634_410.0, 136_900.0], [2_312_980.0, 75_625.0], [1_166_605.0, 130_770.0]])
# odds of no home of one's own: assumption (one person: 0.4 to 0.8 under 25, 0.1 to 0.15 of 25-34); the level is that of households
# above occupied homes (`_homeless_share`)
HOMELESS_ODDS = np.full((len(AGES), len(TYPES)), 0.002)
HOMELESS_ODDS[:, 0] = (0.60, 0.125, 0.02, 0.01, 0.005, 0.003, 0.003)
HOMELESS_ODDS[0, 1:] = (0.10, 0.05, 0.10, 0.30)
HOMELESS_ODDS[1, 1:] = (0.01, 0.005, 0.02, 0.10)
YOUNG_POWER = 1.0  # how strongly the local share of one-person households acts on ages under 30 before fitting; assumption


class BaseYear(NamedTuple):
    """All gemeenten at 1-1-2024; float64."""

    code: NDArray  # object [g]
    bands: NDArray  # [g, 20] persons by 5-year age
    persons: NDArray  # [g] persons in private households
    households: NDArray  # [g, 35] by age × type
    homeless: NDArray  # [g, 35] of which without a home of their own
    dwellings: NDArray  # [g, 6] by tenure × kind
    occupied: NDArray  # [g, 6] of which lived in
    joint: NDArray  # [g, 35, 6] households in homes of their own


@figures.kept
def base_year() -> BaseYear:
    """The whole country at gemeente level; a gemeente that somebody added comes on top of the national totals."""
    f = figures.table("gemeenten")
    total = f["population_2022"] + (f["population_20241231"] - f["population_2022"]) * 2 / 3
    total *= PERSONS_2024 * _with_added(total) / total.sum()
    bands = _persons(total)
    dwellings, occupied = _homes()
    households = _households(bands, total, occupied.sum(axis=1))
    homeless = households * _homeless_share(households, occupied.sum(axis=1))
    joint = _joint(households - homeless, occupied)
    private = total * (1 - INSTITUTIONAL_2024 / PERSONS_2024)
    return BaseYear(f["code"], bands, private, households, homeless, dwellings, occupied, joint)


def _with_added(n: NDArray) -> float:
    """Factor by which the gemeenten that somebody added make the country larger: they come on top of it, and take from nobody."""
    return float(n.sum() / n[figures.listed()].sum())


def _persons(total: NDArray) -> NDArray:
    """Persons by 5-year age: 2021 aged three years with the death rates; below 30 the local profile is kept, because
    students and starters come and go; then scaled to the local total."""
    then = figures.matrix("gemeenten", [f"age_{a}_2021" for a in figures.BANDS])
    n = figures.matrix("ages", ["men_2021", "women_2021"])
    rate = (n * figures.matrix("ages", ["death_rate_men_2020_2025", "death_rate_women_2020_2025"])).sum(axis=1) / n.sum(axis=1)
    left = then * np.exp(-3 * rate)
    now = 0.4 * left
    now[:, 1:] += 0.6 * left[:, :-1]
    now[:, -1] += 0.6 * left[:, -1]
    kept = len([a for a in figures.BANDS if a < 30])
    now[:, :kept] = then[:, :kept]
    return now * (total / now.sum(axis=1))[:, None]


def _homes() -> tuple[NDArray, NDArray]:
    """Dwellings and occupied dwellings by tenure × kind: shares of 2020 (owner share of 2022) on the stock of 2024."""
    f = figures.table("gemeenten")
    stock = f["dwellings_20240101"]
    owner = f["pct_owner_2022"] / 100
    rent = np.stack([f["pct_corporation_2020"], f["pct_other_landlord_2020"]], axis=1) + 0.25
    tenure = np.column_stack((owner, (1 - owner)[:, None] * rent / rent.sum(axis=1, keepdims=True))) * stock[:, None]
    multi = np.clip(f["pct_multi_family_2020"], 0.5, 99.5) / 100
    kind = np.stack([1 - multi, multi], axis=1) * stock[:, None]
    seed = np.repeat(national_joint().sum(axis=0).reshape(1, 3, 2), len(stock), axis=0)
    homes = fit(seed, [((0, 1), tenure), ((0, 2), kind)])
    share = np.repeat(1 - STOCK_2022[:, 1] / STOCK_2022[:, 0], 2)
    share = shift_odds(np.repeat(share[None, :], len(stock), axis=0), homes.reshape(-1, N_HOMES), stock * f["pct_occupied_2020"] / 100)
    homes = homes.reshape(-1, N_HOMES)
    return homes, homes * share


def _households(bands: NDArray, total: NDArray, occupied: NDArray) -> NDArray:
    """Households by age × type: national headship × local ages, fitted to local shares by type (2020, moved to the
    national level of 2024), to the local 65+, and over all gemeenten together to the national table."""
    f = figures.table("gemeenten")
    national = figures.matrix("national_households", [f"{name}_2024" for name in TYPES])
    heads = _to_heads(bands)
    rate = national / heads.sum(axis=0)[:, None]
    seed = heads[:, :, None] * rate
    number = f["households_2020"] * total / f["population_2020"]
    number = np.maximum(number * (HOUSEHOLDS_2024 * _with_added(number)) / number.sum(), occupied * 1.002)
    number *= HOUSEHOLDS_2024 * _with_added(number) / number.sum()
    groups = _type_groups(number, national)
    one = groups[:, 0] / number
    country = groups[:, 0].sum() / number.sum()
    odds = one / (1 - one) / (country / (1 - country))
    seed[:, :3, 0] *= (odds**YOUNG_POWER)[:, None]
    seed[:, :3, 1:] /= np.sqrt(odds)[:, None, None]
    old = seed[:, 10:].sum(axis=(1, 2))
    larger = _with_added(number)
    old *= national[10:].sum() * larger / old.sum()
    by_age = fit(
        np.stack([number - old, old], axis=1),
        [((0,), number), ((1,), np.array([national[:10].sum(), national[10:].sum()]) * larger)],
    )
    table = _grouped_fit(seed, groups, by_age, national * (number.sum() / national.sum()))
    return _to_ages(table).reshape(len(number), N_CELLS)


def _grouped_fit(seed: NDArray, groups: NDArray, by_age: NDArray, national: NDArray) -> NDArray:
    """IPF over gemeente × 14 ages × 5 types with margins on groups of types and on under / over 65."""
    table = seed.copy()
    for _ in range(60):
        for k in range(N_TYPE_GROUPS):
            part = table[:, :, k == TYPE_GROUP]
            table[:, :, k == TYPE_GROUP] = part * (groups[:, k] / part.sum(axis=(1, 2)))[:, None, None]
        for k, rows in enumerate((slice(0, 10), slice(10, None))):
            table[:, rows] *= (by_age[:, k] / table[:, rows].sum(axis=(1, 2)))[:, None, None]
        table *= national / table.sum(axis=0)
    return table * (groups.sum(axis=1) / table.sum(axis=(1, 2)))[:, None, None]


def _type_groups(number: NDArray, national: NDArray) -> NDArray:
    """Local households by one person / no children / with children: shares of 2020 moved to the country of 2024."""
    share = figures.matrix("gemeenten", ["pct_one_person_2020", "pct_no_children_2020", "pct_with_children_2020"]) + 0.25
    now = np.array([national[:, k == TYPE_GROUP].sum() for k in range(N_TYPE_GROUPS)])
    local = share / share.sum(axis=1, keepdims=True) * number[:, None]
    return fit(local, [((0,), number), ((1,), now * number.sum() / now.sum())])


def _to_heads(bands: NDArray) -> NDArray:
    """Persons in the 14 age bands of reference persons."""
    return np.column_stack((bands[:, 3:16], bands[:, 16:].sum(axis=1)))


def _to_ages(table: NDArray) -> NDArray:
    """14 bands of 5 years to the 7 AGES (axis 1)."""
    return np.add.reduceat(table, np.arange(0, 14, 2), axis=1)


def _homeless_share(households: NDArray, occupied: NDArray) -> NDArray:
    """Share of each cell without a home of its own, so that the rest just fills the occupied homes."""
    start = np.repeat(HOMELESS_ODDS.reshape(1, -1), len(households), axis=0)
    return shift_odds(start, households, households.sum(axis=1) - occupied)


def _joint(housed: NDArray, occupied: NDArray) -> NDArray:
    """Households in homes: national shares of tenure × kind within age × type, fitted to the local cells and homes."""
    seed = np.repeat(national_joint()[None, :, :], len(housed), axis=0)
    return fit(seed, [((0, 2), occupied), ((0, 1), housed)])


@figures.kept
def national_joint() -> NDArray:
    """National households, age × type [35] by tenure × kind [6]."""
    t = figures.table("national_joint")
    table = np.zeros((N_CELLS, N_HOMES))
    for age, kind, tenure, dwelling, n in zip(
        t["age_from"], t["household_type"], t["tenure"], t["dwelling_type"], t["households_2024"], strict=True
    ):
        row = AGES.index(int(age)) * len(TYPES) + TYPES.index(kind)
        table[row, TENURES.index(tenure) * 2 + KINDS.index(dwelling)] = max(n, 0.5)
    return table
