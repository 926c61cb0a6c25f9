"""The homes of the start stock: type, floor area, rooms, value, asking rent, accessibility and labels.

One call draws the homes of one gemeente; ``area`` and ``column`` (tenure × 2 + kind) come from the fit. Spreads and
correlations that no source gives are parameters or constants marked assumption.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.population.base_year import KINDS, N_HOMES, TENURES
from sim.population.ipf import whole
from sim.population.persons import key, normal
from sim.population.streefhuur import RentLaw, capped, homes_of, periods, wanted
from sim.world import figures
from sim.world.chance import Purpose, uniform
from sim.world.codes import Access, DwellingType, Tenure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.columns import Dwellings

WOZ_BANDS = (200_000.0, 300_000.0, 400_000.0, 500_000.0)  # bounds of the bands of the margin, euro of 2024


class HomeTables(NamedTuple):
    """By tenure × kind [6]."""

    log_floor: NDArray  # mean of the log floor area (m2)
    sd_floor: NDArray
    rooms: NDArray  # [6, 6] cumulative share of 1 … 6 rooms


@figures.kept
def home_tables() -> HomeTables:
    """Floor area and rooms per tenure × kind, from ``homes.csv``."""
    t = figures.table("homes")
    row = np.array([TENURES.index(a) * 2 + KINDS.index(b) for a, b in zip(t["tenure"], t["dwelling_type"], strict=True)])
    back = np.argsort(row)
    sd = t["sd_log_floor_area_2022"][back]
    rooms = np.stack([t[f"pct_rooms_{k}_assumed"][back] for k in range(1, 7)], axis=1)
    rooms = np.cumsum(rooms, axis=1) / rooms.sum(axis=1, keepdims=True)
    return HomeTables(np.log(t["mean_floor_area_m2_2022"][back]) - sd**2 / 2, sd, rooms)


class Where(NamedTuple):
    """A gemeente: CBS code and province."""

    code: str
    province: str


def draw(d: Dwellings, rows: slice, column: NDArray, where: Where, woz_mean: NDArray, seed: int, p: Params, rents: RentLaw) -> NDArray:
    """Fill floor area, rooms, value, rent, access and labels of the homes in ``rows`` (ids, area, tenure are there).

    Returns what a corporatie would ask if no limit held it back, euro per month, float64 [n].

    Args:
        column: int [n], tenure × 2 + kind.
        where: the gemeente, whose periods of building and floor area they have.
        woz_mean: float64 [areas, 6], mean value in euro by area (as in ``d.area``) and column.
        rents: limits to the rent of a corporatie home.
    """
    ids, t = d.id[rows], home_tables()
    _kinds(d, rows, column, seed, p)
    z = normal(key(seed, Purpose.DWELLING, 1), ids)
    regional = np.log((_province_floor(where.province) or p.m2_floor_country) / p.m2_floor_country)
    d.floor_area[rows] = np.exp(t.log_floor[column] + regional + t.sd_floor[column] * z)
    zr = p.rel_floor_rooms * z + np.sqrt(1 - p.rel_floor_rooms**2) * normal(key(seed, Purpose.DWELLING, 2), ids)
    d.rooms[rows] = _rooms(column, zr, t)
    d.woz[rows] = _woz(ids, d.area[rows], column, z, woz_mean, seed, p)
    d.access[rows] = _access(d, rows, seed, p)
    ids = d.id[rows]
    built = periods(ids, d.kind[rows], normal(key(seed, Purpose.DWELLING, 7), ids), where.code, seed, p)
    social = wanted(homes_of(d, rows, built), seed, rents, p)
    d.rent[rows] = _rent(d, rows, capped(social, ids, d.rooms[rows], seed, rents, p), seed, p)
    return social


def _kinds(d: Dwellings, rows: slice, column: NDArray, seed: int, p: Params) -> None:
    ids, flat = d.id[rows], column % 2 == 1
    share = np.array([p.rel_senior_homes_koop, p.rel_senior_homes_corporatie, p.rel_senior_homes_vrije_huur])
    senior = flat & (uniform(key(seed, Purpose.DWELLING, 3), ids) < share[column // 2])
    d.kind[rows] = np.select([senior, flat], [DwellingType.SENIORENCOMPLEX, DwellingType.MEERGEZINS], DwellingType.EENGEZINS)
    labelled = senior & (column // 2 == Tenure.CORPORATIE)
    labelled &= uniform(key(seed, Purpose.DWELLING, 4), ids) < p.rel_labelled
    d.age_label[rows] = np.where(labelled, int(p.age_label_senior), 0)


@figures.kept
def _province_floor(province: str) -> float:
    """Mean floor area of a province, m2; 0 where it is not known."""
    t = figures.table("provinces")
    found = t["mean_floor_area_m2_2022"][t["region"] == province]
    return float(found[0]) if len(found) else 0.0


def _rooms(column: NDArray, z: NDArray, t: HomeTables) -> NDArray:
    from scipy.special import ndtr

    u, rooms = ndtr(z), np.ones(len(z), np.uint8)
    for c in range(N_HOMES):
        here = column == c
        rooms[here] = 1 + np.searchsorted(t.rooms[c, :-1], u[here], side="right")
    return rooms


def woz_means(woz_keur: NDArray, dwellings: NDArray, p: Params) -> NDArray:
    """Mean value in euro of 2024 by area and tenure × kind, so that the area's mean is its own × ``rel_woz_level``: [a, 6]."""
    koop = p.rel_woz_koop_eengezins, p.rel_woz_koop_meergezins
    corporatie = p.rel_woz_corporatie_eengezins, p.rel_woz_corporatie_meergezins
    ratio = np.array([*koop, *corporatie, p.rel_woz_vrij_eengezins, p.rel_woz_vrij_meergezins])
    weight = dwellings.sum(axis=1) / np.maximum((dwellings * ratio).sum(axis=1), 1e-9)
    return (1000 * p.rel_woz_level * woz_keur * weight)[:, None] * ratio


def woz_shares(means: NDArray, dwellings: NDArray, sd: float) -> NDArray:
    """Homes by area and WOZ band [a, 5] that the means and the spread imply: the margin that the draw must meet."""
    from scipy.special import ndtr

    middle = np.log(means) - sd**2 / 2
    below = ndtr((np.log(np.array(WOZ_BANDS)) - middle[:, :, None]) / sd)
    edge = np.concatenate((np.zeros((*means.shape, 1)), below, np.ones((*means.shape, 1))), axis=2)
    return (np.diff(edge, axis=2) * dwellings[:, :, None]).sum(axis=1)


def _woz(ids: NDArray, area: NDArray, column: NDArray, z_floor: NDArray, means: NDArray, seed: int, p: Params) -> NDArray:
    """Values by evenly spread quantiles within area × tenure × kind, in the order of floor area with a keyed error."""
    z = p.rel_floor_woz * z_floor + np.sqrt(1 - p.rel_floor_woz**2) * normal(key(seed, Purpose.DWELLING, 5), ids)
    group = area.astype(np.int64) * N_HOMES + column
    place = even_quantile(group, z, ids)
    mean = means[area, column]
    sd = p.rel_woz_sd
    return _in_bands(np.exp(np.log(mean) - sd**2 / 2 + sd * place), ids, area, column, means, sd)


def _in_bands(value: NDArray, ids: NDArray, area: NDArray, column: NDArray, means: NDArray, sd: float) -> NDArray:
    """The few values next to a bound that would leave an area's number per WOZ band off are moved just over it."""
    edges = np.array([0.0, *WOZ_BANDS, np.inf])
    order = np.lexsort((ids, value, area))
    starts = np.r_[0, np.flatnonzero(np.diff(area[order])) + 1, len(area)]
    out = value.copy()
    for first, last in pairwise(starts):
        rows, a = order[first:last], int(area[order[first]])
        homes = np.bincount(column[rows], minlength=N_HOMES).astype(np.float64)
        band = np.repeat(np.arange(5), whole(woz_shares(means[a : a + 1], homes[None], sd)[0], len(rows)))
        out[rows] = np.clip(value[rows], edges[band] + 1, edges[band + 1] - 1)
    return out


def even_quantile(group: NDArray, score: NDArray, ids: NDArray) -> NDArray:
    """Standard normal quantile of each row's rank in its group, by ``score`` (ties by id)."""
    from sim.population.income import normal_quantile

    order = np.lexsort((ids, score, group))
    sorted_group = group[order]
    first = np.r_[0, np.flatnonzero(np.diff(sorted_group)) + 1]
    size = np.diff(np.r_[first, len(group)])
    rank = np.arange(len(group)) - np.repeat(first, size)
    out = np.empty(len(group))
    out[order] = normal_quantile((rank + 0.5) / np.repeat(size, size))
    return out


def _rent(d: Dwellings, rows: slice, social: NDArray, seed: int, p: Params) -> NDArray:
    """Asking rent in euro per month for a new tenant, ``social`` that of corporaties; 0 for owned homes."""
    floor, tenure = d.floor_area[rows].astype(np.float64), d.tenure[rows]
    z = normal(key(seed, Purpose.DWELLING, 6), d.id[rows])
    value = d.woz[rows] / np.maximum(floor, 20) / p.eur_woz_m2  # euro per m2 over a national level
    by_value = np.clip(value, p.rel_rent_woz_low, p.rel_rent_woz_high) ** p.rel_rent_woz
    free = p.eur_rent_m2 * floor * (floor / 85.0) ** p.rel_rent_floor_vrij * by_value * _spread(p.rel_rent_sd_vrij, z)
    free = np.clip(free, p.eur_rent_free_low, p.eur_rent_free_high)
    return np.select([tenure == Tenure.CORPORATIE, tenure == Tenure.VRIJE_HUUR], [social, free], 0.0)


def _spread(sd: float, z: NDArray) -> NDArray:
    """Lognormal factors of mean 1."""
    return np.exp(sd * z - sd**2 / 2)


def _access(d: Dwellings, rows: slice, seed: int, p: Params) -> NDArray:
    """Geschikt (step-free), aanpasbaar or ongeschikt, by type and tenure (F44, F45, F46, F05)."""
    kind, tenure = d.kind[rows], d.tenure[rows]
    flat = kind != DwellingType.EENGEZINS
    by_tenure = np.array([p.rel_geschikt_meergezins_koop, p.rel_geschikt_meergezins_corporatie, p.rel_geschikt_meergezins_vrij])
    ordinary = np.where(flat, by_tenure[tenure], p.rel_geschikt_eengezins)
    good = np.asarray(np.where(np.isin(kind, [DwellingType.SENIORENCOMPLEX]), p.rel_geschikt_senior, ordinary))
    bad = (1 - good) * np.where(flat, p.rel_ongeschikt_meergezins, p.rel_ongeschikt_eengezins)
    u = uniform(key(seed, Purpose.DWELLING, 7), d.id[rows])
    return np.select([u < good, u < good + bad], [Access.GESCHIKT, Access.ONGESCHIKT], Access.AANPASBAAR)
