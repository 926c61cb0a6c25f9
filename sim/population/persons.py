"""The people of the start population: ages, sexes, children at home, limitation, and the rooms they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.kernel_cache import njit
from sim.population.base_year import AGES, HEAD_BANDS, N_CELLS, TYPES, base_year
from sim.population.income import normal_quantile
from sim.world import figures
from sim.world.chance import Purpose, bits_array, hash_ints, hash_text, uniform
from sim.world.codes import COUPLE, WITH_CHILDREN, HouseholdType, Limitation, Sex
from sim.world.columns import ABSENT, N_ADULTS, N_CHILDREN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.columns import Households

SALT = hash_text("population")
PERSON_KEY = np.uint64(hash_text("person of the start population"))
OLDEST = 100


def key(seed: int, purpose: Purpose, k: int = 0) -> np.uint64:
    """Base of one draw of the start population."""
    return np.uint64(hash_ints(seed, int(purpose), k, SALT))


def normal(base: np.uint64, ids: NDArray) -> NDArray:
    """Standard normal numbers, one per id."""
    return normal_quantile(uniform(base, ids))


@figures.kept
def _age_shares() -> NDArray:
    """Share of each 5-year band of HEAD_BANDS among reference persons per person of that band: [14, 5] headship."""
    national = figures.matrix("national_households", [f"{name}_2024" for name in TYPES])
    n = base_year().bands.sum(axis=0)
    return national / np.append(n[3:16], n[16:].sum())[:, None]


def age_quantiles(bands: NDArray, home_at_45: float) -> NDArray:
    """Cumulative share over ages 15 … 99 of each of the 35 cells, given local persons by 5-year band: [35, 85]."""
    single = np.repeat(bands[3:], 5)  # ages 15 … 99
    age = np.arange(15, OLDEST)
    band = np.minimum((age - 15) // 5, len(HEAD_BANDS) - 1)
    weight = single[:, None] * _age_shares()[band]  # [85, 5]
    weight[:15] *= (1 - at_home(home_at_45)[15:30])[:, None]  # who keeps house has left home
    out = np.zeros((N_CELLS, len(age)))
    for a, low in enumerate(AGES):
        high = AGES[a + 1] if a + 1 < len(AGES) else OLDEST
        inside = ((age >= low) & (age < high))[:, None]
        part = np.cumsum(np.where(inside, weight + 1e-9, 0.0), axis=0)
        out[a * 5 : a * 5 + 5] = (part / part[-1]).T
    return out


def draw_ages(cumulative: NDArray, cell: NDArray, u: NDArray) -> NDArray:
    """Age in years of reference persons: the first age at which the cumulative share of the cell passes ``u``."""
    age = np.zeros(len(cell), np.int16)
    for c in np.unique(cell):
        rows = np.flatnonzero(cell == c)
        age[rows] = 15 + np.searchsorted(cumulative[c], u[rows], side="right")
    return np.minimum(age, OLDEST - 1)


@figures.kept
def share_women_alone() -> NDArray:
    """Share of women among persons who live alone, by 5-year band [20] (The Hague 2019, on the national sexes)."""
    f = figures.table("ages")
    living = []
    for sex in ("men", "women"):
        alone = np.nan_to_num(f[f"alone_{sex}_den_haag_2019"])
        partner = np.nan_to_num(f[f"partner_{sex}_den_haag_2019"])
        living.append(f[f"{sex}_2021"] * alone / np.maximum(alone + partner, 1))
    return np.divide(living[1], living[0] + living[1], out=np.full(20, 0.5), where=living[0] + living[1] > 0)


def draw_adults(h: Households, rows: slice, cell: NDArray, age: NDArray, seed: int, p: Params, month: int) -> NDArray:
    """Fill ids, births and sexes of the adults; returns the mother's (or only parent's) age in years."""
    ids, kind = h.id[rows], cell % 5
    two = np.isin(kind, (HouseholdType.COUPLE, HouseholdType.COUPLE_WITH_CHILDREN, HouseholdType.OTHER))
    u = uniform(key(seed, Purpose.PERSON, 1), ids)
    alone = share_women_alone()[np.minimum(age // 5, 19)]
    woman = u < np.where(np.isin(kind, HouseholdType.ONE_PARENT), p.rel_one_parent_women, alone)
    same = uniform(key(seed, Purpose.PERSON, 2), ids) < p.rel_same_sex
    either = same | np.isin(kind, HouseholdType.OTHER)  # else the man is the reference person, as CBS has it
    woman = np.where(two, either & (u < 0.5), woman)
    grown = np.clip((age - p.age_gap_from) / p.n_years_gap, p.rel_gap_least, 1.0)
    gap = (p.n_years_man_older + p.n_years_man_older_sd * normal(key(seed, Purpose.PERSON, 3), ids)) * grown
    other = np.clip(np.rint(age - gap), 18, OLDEST - 1).astype(np.int16)
    sex = h.adult_sex[rows]
    sex[:, 0] = np.where(woman, Sex.WOMAN, Sex.MAN)
    sex[:, 1] = np.where(two, np.where(same, sex[:, 0], 1 - sex[:, 0]), 0)
    births, people = h.adult_birth[rows], h.adult_id[rows]
    for slot, years in enumerate((age, other)):
        there = two if slot else np.ones(len(ids), bool)
        people[:, slot] = np.where(there, bits_array(PERSON_KEY, ids, np.array(slot, np.uint64)), 0)
        births[:, slot] = np.where(there, birth_month(years, people[:, slot], seed, month), ABSENT)
    return np.where(two, np.where(sex[:, 0] == Sex.WOMAN, age, other), age)


def birth_month(age: NDArray, person: NDArray, seed: int, month: int) -> NDArray:
    """Month of birth of somebody of ``age`` whole years at ``month``: any of the twelve."""
    within = (12 * uniform(key(seed, Purpose.PERSON, 4), person)).astype(np.int32)
    return (month - 12 * age.astype(np.int32) - within).astype(np.int16)


@figures.kept
def at_home(home_at_45: float) -> NDArray:
    """Share of persons of age 0 … 59 who live with their parents (F28; from 45 on ``rel_home_at_45``)."""
    t = figures.table("children")
    read = t["subject"] == "at_home"
    return np.interp(np.arange(60), [17, *t["number_or_age"][read], 45, 60], [1, *(t["value"][read] / 100), home_at_45, home_at_45])


@figures.kept
def limited_share(limited_young: float) -> NDArray:
    """Share with a mobility limitation by sex and age 0 … 100: [2, 101]; below 55 ``rel_limited_young`` at 20."""
    t = figures.table("limitation")
    age = np.arange(OLDEST + 1)
    ages, young = [0, 20, *t["age"]], [0.0, limited_young]
    return np.stack([np.interp(age, ages, [*young, *(t[f"pct_limited_{sex}"] / 100)]) for sex in ("men", "women")])


def draw_limitation(h: Households, rows: slice, seed: int, p: Params, month: int) -> None:
    """Walking aid or wheelchair by age and sex: prevalence among persons at home."""
    for slot in range(2):
        births = h.adult_birth[rows][:, slot]
        there = births != ABSENT
        age = np.where(there, np.clip((month - births.astype(np.int32)) // 12, 0, OLDEST), 0)
        share = limited_share(p.rel_limited_young)[h.adult_sex[rows][:, slot].astype(np.int64), age]
        person = h.adult_id[rows][:, slot]
        u = uniform(key(seed, Purpose.LIMITATION, slot), person)
        limited = there & (u < share)
        kind = np.where(u < share * p.rel_wheelchair, Limitation.WHEELCHAIR, Limitation.WALKING_AID)
        h.adult_limit[rows][:, slot] = np.where(limited, kind, Limitation.NONE)


def rooms_needed(h: Households, rows: slice, month: int) -> NDArray:
    """Rooms by the EU norm (F41), int64: see ``rooms_of``."""
    return _rooms(h.adult_birth[rows], h.child_birth[rows], h.child_id[rows], h.kind[rows], month)


@njit(cache=True)
def _rooms(adult_birth, child_birth, child_id, kind, month):
    out = np.empty(len(kind), np.int64)
    for i in range(len(kind)):
        adults = 0
        for k in range(N_ADULTS):
            adults += adult_birth[i, k] != ABSENT
        out[i] = rooms_of(adults, kind[i], child_birth, child_id, i, month)
    return out


@njit(forceinline=True)
def rooms_of(adults, kind, child_birth, child_id, i, month):
    """Rooms that household row ``i`` needs: one for the household, one per couple, per single adult, per pair of the same
    sex of 12-17, per other of 12-17, per pair under 12. The sex of a child is a bit of its id."""
    need = 1 + (1 if kind in (COUPLE, WITH_CHILDREN) else adults)
    small, girls, boys = 0, 0, 0
    for k in range(N_CHILDREN):
        if child_birth[i, k] == ABSENT:
            continue
        age = (month - np.int64(child_birth[i, k])) // 12
        if age >= 18:
            need += 1
        elif age >= 12:
            if child_id[i, k] & np.uint64(1):
                girls += 1
            else:
                boys += 1
        elif age >= 0:
            small += 1
    return need + (small + 1) // 2 + (girls + 1) // 2 + (boys + 1) // 2  # two to a room
