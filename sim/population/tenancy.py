"""What living somewhere for years has done: month of the last move, rent, mortgage, wealth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.population.persons import OLDEST, key, normal
from sim.population.streefhuur import RentLaw, at_contract
from sim.world import figures
from sim.world.chance import Purpose, uniform
from sim.world.codes import Tenure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.columns import Dwellings, Households

FIRST_HOME_AGE = 18
MAX_MONTHS = 80 * 12
DEBT_AGES = np.array([25, 35, 45, 55, 62])  # those of rel_debt_…; from 65 on the mortgage is in euro


@figures.kept
def _hazard() -> NDArray:
    """Cumulative number of moves expected since FIRST_HOME_AGE, at ages 18 … 99 (persons; ``moves.csv``)."""
    t = figures.table("moves")
    rate = np.interp(np.arange(FIRST_HOME_AGE, OLDEST), t["age"], t["pct_moved"] / 100)
    return np.concatenate(([0.0], np.cumsum(-np.log1p(-rate))))


def months_lived(age: NDArray, tenure: NDArray, ids: NDArray, seed: int, p: Params) -> NDArray:
    """Months since the last move: the rates of moving by age, looked back, times a factor of the tenure; at least one,
    at most since 18. ``tenure`` 255 (no home) counts as free-sector."""
    factor = np.array([p.rel_stay_koop, p.rel_stay_corporatie, p.rel_stay_vrije_huur])[np.minimum(tenure, 2)]
    total = _hazard()
    years = np.clip(age, FIRST_HOME_AGE, OLDEST - 1).astype(np.float64)
    now = np.interp(years, np.arange(FIRST_HOME_AGE, OLDEST + 1), total)
    waited = -np.log1p(-uniform(key(seed, Purpose.ASSIGN, 10), ids)) / factor
    then = np.interp(np.maximum(now - waited, 0.0), total, np.arange(FIRST_HOME_AGE, OLDEST + 1))
    return np.clip(12 * (years - then), 1, MAX_MONTHS).astype(np.int32)


class Rents(NamedTuple):
    """What the rents of sitting tenants are worked out with: the homes of one gemeente, and when it is."""

    first: int  # row of the first of them
    wanted: NDArray  # what a corporatie would ask today without a cap, euro per month, by home
    year: float  # calendar year, with its months as a part
    limits: RentLaw


def yearly_fall(p: Params) -> NDArray:
    """Share by which a sitting tenant's rent falls behind the asking rent in a year, float64 by Tenure (D17)."""
    return np.array([{Tenure.CORPORATIE: p.rel_sitting_rent, Tenure.VRIJE_HUUR: p.rel_sitting_rent_vrij}.get(one, 0.0) for one in Tenure])


def fill(h: Households, d: Dwellings, rows: slice, age: NDArray, seed: int, p: Params, month: int, rents: Rents) -> None:
    """Fill moved_in, rent, rent_full, debt and wealth of the households in ``rows``.

    A sitting tenant pays what was asked when the contract began, and has fallen behind by a share a year since then.
    """
    ids, home = h.id[rows], h.home[rows]
    housed = home >= 0
    tenure = np.where(housed, d.tenure[home], 255).astype(np.int64)
    months = months_lived(age, tenure, ids, seed, p)
    h.moved_in[rows] = (month - months).astype(np.int16)
    years = months / 12
    social = at_contract(d.rent[home], rents.wanted[np.maximum(home - rents.first, 0)], rents.year - years, rents.limits, p)
    rent = np.select([~housed | (tenure == Tenure.KOOP), tenure == Tenure.CORPORATIE], [0.0, social], d.rent[home])
    h.rent[rows] = rent * (1 - np.append(yearly_fall(p), 0.0)[np.minimum(tenure, len(Tenure))]) ** years
    h.rent_full[rows] = h.rent[rows]
    h.debt[rows] = np.where(tenure == Tenure.KOOP, _debt(h, d, rows, age, seed, p), 0.0)
    h.wealth[rows] = _wealth(h, rows, tenure, age, seed, p)


def _debt(h: Households, d: Dwellings, rows: slice, age: NDArray, seed: int, p: Params) -> NDArray:
    """Mortgage in euro: none for a share by age (B51), else by age (D41), with a keyed spread, below the value."""
    ids, value = h.id[rows], d.woz[h.home[rows]].astype(np.float64)
    steps = [p.rel_no_mortgage_75, p.rel_no_mortgage_65, p.rel_no_mortgage_55, p.rel_no_mortgage_45]
    none = np.select([age >= 75, age >= 65, age >= 55, age >= 45], steps, p.rel_no_mortgage_young)
    error = np.exp(p.rel_debt_sd * normal(key(seed, Purpose.WEALTH, 1), ids) - p.rel_debt_shift)
    share = np.array([p.rel_debt_25, p.rel_debt_35, p.rel_debt_45, p.rel_debt_55, p.rel_debt_62])
    young = np.interp(age, DEBT_AGES, share) * value
    mean = np.array([p.eur_debt_65, p.eur_debt_75, p.eur_debt_85])
    old = mean[np.clip((age - 65) // 10, 0, 2)] * value / p.rel_woz_level / p.eur_woz_owned
    debt = np.where(age >= 65, old, young) * error
    free = uniform(key(seed, Purpose.WEALTH, 2), ids) < none
    return np.where(free, 0.0, np.minimum(debt, 1.0 * value))


def _wealth(h: Households, rows: slice, tenure: NDArray, age: NDArray, seed: int, p: Params) -> NDArray:
    """Wealth outside the home: lognormal around a median by tenure (D43), rising with age and income (assumption)."""
    median = np.where(tenure == Tenure.KOOP, p.eur_wealth_owner, p.eur_wealth_tenant)
    by_age = p.rel_wealth_age * (np.clip(age, p.age_wealth_low, p.age_wealth_high) - p.age_wealth_middle)
    lift = by_age + p.rel_wealth_income * h.income_z[rows]
    return median * np.exp(lift + p.rel_wealth_sd * normal(key(seed, Purpose.WEALTH, 3), h.id[rows]))
