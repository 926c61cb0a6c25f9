"""Disposable household income: lognormal by age and type, with one standard normal place per household in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.population.base_year import AGES, N_CELLS, TENURES, TYPES, national_joint
from sim.world import figures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.population.fitting import Fit

# CBS equivalence scale (2018 revision), by persons 1-6, the children's part averaged: assumption on its rounding
EQUIVALENCE = np.array([1.0, 1.0, 1.40, 1.62, 1.88, 2.09, 2.30])


class IncomeTable(NamedTuple):
    """float64; rows are age × 5 + type (35)."""

    log_median: NDArray  # [35] of euro per year, 2024
    sd_log: NDArray  # [35]
    tenure_shift: NDArray  # [35, 3] mean place (standard normal) of a tenure within its age and type
    within: NDArray  # [35] spread of the place within a tenure, so that the whole cell has spread 1
    fifths: NDArray  # [4] bounds of the national fifths of standardised income, euro per year


@figures.kept
def income_table() -> IncomeTable:
    """From means (derived) and tenure ratios and spread (assumed) by age, type and tenure."""
    t = figures.table("income")
    mean, spread = np.zeros((N_CELLS, 3)), np.zeros((N_CELLS, 3))
    for age, kind, tenure, keur, sd in zip(
        t["age_from"],
        t["household_type"],
        t["tenure"],
        t["mean_income_keur_2024"],
        t["sd_log_income_assumed"],
        strict=True,
    ):
        at = AGES.index(int(age)) * 5 + TYPES.index(kind), TENURES.index(tenure)
        mean[at], spread[at] = 1000 * keur, sd
    share = national_joint().reshape(N_CELLS, 3, 2).sum(axis=2)
    share = share / share.sum(axis=1, keepdims=True)
    log_median = np.log(mean) - spread**2 / 2
    centre = (share * log_median).sum(axis=1)
    between = (share * (log_median - centre[:, None]) ** 2).sum(axis=1)
    sd = np.sqrt((share * spread**2).sum(axis=1) + between)
    shift = (log_median - centre[:, None]) / sd[:, None]
    return IncomeTable(centre, sd, shift, np.sqrt(1 - between / sd**2), _fifths(centre, sd))


def fifth_of(income: NDArray, size: NDArray) -> NDArray:
    """National fifth (0 to 4) of standardised income of households with ``income`` euro per year and ``size`` persons."""
    return np.searchsorted(income_table().fifths, standardised(income, size), side="right")


def income_of(cell: NDArray, place: NDArray) -> NDArray:
    """Disposable income in euro per year of age × type ``cell`` at standard normal ``place``."""
    t = income_table()
    return np.exp(t.log_median[cell] + t.sd_log[cell] * place)


def standardised(income: NDArray, size: NDArray) -> NDArray:
    """Income divided by the equivalence factor of the household's size."""
    return income / EQUIVALENCE[np.minimum(size, 6)]


def _fifths(centre: NDArray, sd: NDArray) -> NDArray:
    """National bounds, from every cell's quantiles weighted with its households; sizes by type (mean)."""
    size = np.tile(np.array([1, 2, 4, 2, 2]), len(AGES))
    steps = (np.arange(200) + 0.5) / 200
    values = np.exp(centre[:, None] + sd[:, None] * normal_quantile(steps)) / EQUIVALENCE[size][:, None]
    weight = np.repeat(national_joint().sum(axis=1) / len(steps), len(steps))
    order = np.argsort(values.ravel(), kind="stable")
    return np.interp([0.2, 0.4, 0.6, 0.8], np.cumsum(weight[order]) / weight.sum(), values.ravel()[order])


def normal_quantile(u: NDArray) -> NDArray:
    """Standard normal quantile of u in (0, 1)."""
    from scipy.special import ndtri

    return ndtri(np.clip(u, 1e-12, 1 - 1e-12))


def local_shift(f: Fit, part: float) -> NDArray:
    """Shift of the place in the income distribution per area [a].

    ``part`` of the area's difference in households of the lowest 40 % (beyond their composition) comes out.
    """
    from scipy.special import ndtr

    t = income_table()
    weight = f.joint.reshape(len(f.joint), N_CELLS, 3, 2).sum(axis=3)
    weight[:, :, 2] += f.homeless
    weight /= weight.sum(axis=(1, 2), keepdims=True)
    size = np.tile(np.array([1, 2, 4, 2, 2]), N_CELLS // 5)
    bound = (np.log(t.fifths[1] * EQUIVALENCE[size]) - t.log_median) / t.sd_log
    low, high = np.full(len(weight), -2.0), np.full(len(weight), 2.0)
    for _ in range(40):
        middle = (low + high) / 2
        z = (bound[None, :, None] - t.tenure_shift[None] - middle[:, None, None]) / t.within[None, :, None]
        poor = (weight * ndtr(z)).sum(axis=(1, 2)) > f.low_income
        low, high = np.where(poor, middle, low), np.where(poor, high, middle)
    return part * (low + high) / 2
