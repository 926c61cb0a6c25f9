"""Children at home: how many a household has, so that the persons of an area come out, and how old they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.population.base_year import N_CELLS, TYPES, base_year
from sim.population.ipf import within_runs
from sim.population.persons import OLDEST, PERSON_KEY, age_quantiles, at_home, birth_month, key
from sim.world import figures
from sim.world.chance import Purpose, bits_array, uniform
from sim.world.codes import ALONE, COUPLE, ONE_PARENT, OTHER, WITH_CHILDREN, HouseholdType
from sim.world.columns import N_CHILDREN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.population.fitting import Fit
    from sim.world.columns import Households

SIZES = 5  # households of 1, 2, 3, 4, 5 and more persons
TILTS = np.linspace(-1.5, 1.5, 61)


class Weights(NamedTuple):
    """What the tables of children are made with, and kept by: parameters of ``sim.parameters.households``."""

    means: tuple[float, ...]  # children at home of couples with children, by age of the reference person
    one_parent: float
    four: float
    mother: float
    mother_sd: float
    older: float
    older_sd: float
    home_at_45: float


def weights(p: Params) -> Weights:
    """The weights of one set of parameters."""
    means = p.n_children_15, p.n_children_25, p.n_children_35, p.n_children_45, p.n_children_55, p.n_children_65, p.n_children_75
    born = p.age_mother, p.n_years_mother_sd, p.n_years_man_older, p.n_years_man_older_sd
    return Weights(means, p.rel_children_one_parent, p.rel_four_children, *born, p.rel_home_at_45)


def child_numbers(tilt: float, by: Weights) -> NDArray:
    """Share of households by number of children at home 1-4 [35, 4], odds of each further child times exp(tilt)."""
    t = figures.table("children")
    out = np.zeros((N_CELLS, 4))
    for name in ("couple_with_children", "one_parent"):
        read = t["value"][t["subject"] == name]
        base = np.array([read[0], read[1], read[2] * (1 - by.four), read[2] * by.four])
        for a, mean in enumerate(by.means):
            wanted = mean if name == "couple_with_children" else 1 + (mean - 1) * by.one_parent
            out[a * len(TYPES) + TYPES.index(name)] = _tilted(base / base.sum(), wanted, tilt)
    return out


def _tilted(base: NDArray, mean: float, tilt: float) -> NDArray:
    number = np.arange(1, 5)
    low, high = -8.0, 8.0
    for _ in range(50):
        middle = (low + high) / 2
        share = base * np.exp(middle * number)
        low, high = (middle, high) if (share * number).sum() < mean * share.sum() else (low, middle)
    share = base * np.exp((low + tilt) * number)
    return share / share.sum()


@figures.kept
def _tilt_tables(by: Weights) -> NDArray:
    return np.stack([child_numbers(float(tilt), by) for tilt in TILTS])


def area_tilts(f: Fit, p: Params) -> NDArray:
    """Tilt of the number of children at home per area, so that its persons come out (at most a fair distance)."""
    cells = f.joint.sum(axis=2) + f.homeless
    adults = np.tile(np.array([1, 2, 2, 1, 2]), N_CELLS // 5)
    wanted = f.persons - cells @ adults
    number = _tilt_tables(weights(p)) @ np.arange(1, 5)  # [tilts, 35]
    found = cells @ number.T  # [a, tilts]
    tilt = np.array([np.interp(wanted[a], found[a], TILTS) for a in range(len(wanted))])
    for g in range(int(f.gemeente[-1]) + 1):
        here = f.gemeente == g
        middle = np.interp(wanted[here].sum(), found[here].sum(axis=0), TILTS)
        tilt[here] = np.clip(tilt[here], middle - p.rel_children_wijk, middle + p.rel_children_wijk)
    return tilt


def shares_of(f: Fit, p: Params) -> NDArray:
    """Cumulative share of households by 1-4 children at home: [a, 35, 4]."""
    tilt, tables = area_tilts(f, p), np.cumsum(_tilt_tables(weights(p)), axis=2)
    at = np.clip((tilt - TILTS[0]) / (TILTS[1] - TILTS[0]), 0, len(TILTS) - 1.001)
    low = at.astype(int)
    part = (at - low)[:, None, None]
    return tables[low] * (1 - part) + tables[low + 1] * part


def size_margin(f: Fit, p: Params) -> NDArray:
    """Share of households by persons 1 … 5+, per area [a, 5]."""
    cells = f.joint.sum(axis=2) + f.homeless
    number = np.diff(shares_of(f, p), axis=2, prepend=0.0)
    kind = np.arange(N_CELLS) % len(TYPES)
    out = np.zeros((len(cells), SIZES))
    out[:, 0] = cells[:, kind == ALONE].sum(axis=1)
    out[:, 1] = cells[:, (kind == COUPLE) | (kind == OTHER)].sum(axis=1)
    for adults, row in ((2, WITH_CHILDREN), (1, ONE_PARENT)):
        here = np.einsum("ac,ack->ak", cells[:, kind == row], number[:, kind == row])
        for k in range(4):
            out[:, min(adults + k, SIZES - 1)] += here[:, k]
    return out / cells.sum(axis=1, keepdims=True)


def draw_numbers(ids: NDArray, area: NDArray, cell: NDArray, shares: NDArray, seed: int) -> NDArray:
    """Children at home per household: keyed, with the number of households of each size held per area and type."""
    rows = np.flatnonzero((cell % 5 == 2) | (cell % 5 == 3))
    group = area[rows].astype(np.int64) * 5 + cell[rows] % 5
    u = uniform(key(seed, Purpose.INTEGERISE, 20), ids[rows])
    number = np.zeros(len(ids), np.int64)
    number[rows] = 1
    for k in range(3):
        share = shares[area[rows], cell[rows], k]  # at most k + 1 children
        order = np.lexsort((ids[rows], u - share, group))
        expected = np.bincount(group, share)
        rank = within_runs(np.unique(group, return_counts=True)[1])
        more = rank >= np.rint(expected)[group[order]]
        number[rows[order[more]]] += 1
    return number


@figures.kept
def _child_ages(by: Weights) -> NDArray:
    """Cumulative share of ages 0 … 59 of a child at home, by age of the mother 15 … 99: [85, 60].

    Births spread over the mother's ages; the ages of children are then weighed so that over the whole country they add
    up to the persons of that age times the share still at home (F28).
    """
    child, mother = np.arange(60), np.arange(15, OLDEST)
    at_birth = mother[:, None] - child[None, :]
    weight = np.exp(-(((at_birth - by.mother) / by.mother_sd) ** 2) / 2) * ((at_birth >= 15) & (at_birth <= 50))
    weight += 1e-9 * (at_birth >= 15)
    weight[:, 0] += 1e-9
    wanted = np.repeat(base_year().bands.sum(axis=0) / 5, 5)[:60] * at_home(by.home_at_45)
    mothers = _mothers(by)
    wanted *= mothers.sum() / wanted.sum()
    for _ in range(50):
        share = weight / weight.sum(axis=1, keepdims=True)
        weight *= wanted / np.maximum(mothers @ share, 1e-9)
    total = np.cumsum(weight, axis=1)
    return total / total[:, -1:]


def _mothers(by: Weights) -> NDArray:
    """Children at home in the country by age of their mother (or only parent) 15 … 99: [85]."""
    cumulative = age_quantiles(base_year().bands.sum(axis=0), by.home_at_45)
    share = np.diff(cumulative, axis=1, prepend=0.0)
    children = base_year().households.sum(axis=0) * (child_numbers(0.0, by) @ np.arange(1, 5))
    by_head = children[:, None] * share
    couples = by_head[np.arange(N_CELLS) % 5 == HouseholdType.COUPLE_WITH_CHILDREN].sum(axis=0)
    alone = by_head[np.arange(N_CELLS) % 5 == HouseholdType.ONE_PARENT].sum(axis=0)
    gap = np.arange(-9, 15)
    spread = np.exp(-(((gap - by.older) / by.older_sd) ** 2) / 2)
    shifted = sum(np.roll(couples, -k) * w for k, w in zip(gap, spread / spread.sum(), strict=True))
    return alone + shifted


def draw_children(h: Households, rows: slice, number: NDArray, mother: NDArray, seed: int, p: Params, month: int) -> None:
    """Fill child slots, the oldest first; ages given the mother's, as far as children still live at home."""
    ids = h.id[rows]
    ages = np.full((len(ids), N_CHILDREN), -1, np.int16)
    table = _child_ages(weights(p)).ravel() + np.repeat(np.arange(OLDEST - 15), 60)  # one rising line for all mothers
    for slot in range(N_CHILDREN):
        there = np.flatnonzero(number > slot)
        row = np.clip(mother[there].astype(np.int64) - 15, 0, OLDEST - 16)
        u = uniform(key(seed, Purpose.PERSON, 10 + slot), ids[there])
        ages[there, slot] = np.minimum(np.searchsorted(table, row + u * (1 - 1e-12), side="right") - 60 * row, 59)
    ages = -np.sort(-ages, axis=1)
    births, people = h.child_birth[rows], h.child_id[rows]
    for slot in range(N_CHILDREN):
        there = np.flatnonzero(ages[:, slot] >= 0)
        people[there, slot] = bits_array(PERSON_KEY, ids[there], np.full(len(there), 10 + slot, np.uint64))
        births[there, slot] = birth_month(ages[there, slot], people[there, slot], seed, month)
