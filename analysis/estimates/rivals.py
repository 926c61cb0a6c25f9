"""Simple forecasts of the public figures that the model is judged by: what it must beat before anybody should believe it.

R0    one rate for the country. R1s  rates by age of 2017 on the persons of a gemeente, times one factor. R2+  a ridge regression on open
columns, in which the province of a gemeente is left out. R3  arrivals and departures of 2018, times one factor. Markov  a vacancy chain
of two published numbers. users, none  all who used an instrument moved because of it, or nobody did. Every forecast is for a gemeente that
it has not seen, but for R0, R1s and R3, which take one number from the whole country.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.estimates.targets import targets
from sim.world.figures import BANDS, column
from sim.world.figures import FOLDER as SHIPPED

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = SHIPPED.with_name("rivals")
PENALTY = 1.0  # on standardised columns
WITHIN, ARRIVED, LEFT = "moved_within", "arrived", "left"
OBSERVED = {WITHIN: "moved_within_2025", ARRIVED: "arrived_2025", LEFT: "left_2025"}
FREED, STARTS_OVER = 0.71, 0.5  # A13: a new home is followed by a freed one; A05: half of the movers at each link are starters
CHAIN = ("first_link", "second_link", "later_links", "homes_freed")
USERS, NONE = "users", "none"
COACH = ("caused_share", "talks_to_moves_gooi", "outside_scheme", "talks_to_moves_assen", "talks_to_moves_noord_veluwe")


def _shipped(name: str) -> NDArray:
    return column("gemeenten", name, SHIPPED)


def gemeenten() -> pd.DataFrame:
    """Per gemeente (index: CBS code): name, province, population, observed shares and the forecasts of them, % of persons per year."""
    population = _shipped("population_20241231")
    table = pd.DataFrame({"name": _shipped("name"), "province": _shipped("province"), "population": population}, _shipped("code"))
    for figure, counted in OBSERVED.items():
        table[figure] = 100 * _shipped(counted) / population
    table[f"{WITHIN} R0"] = _level(np.ones(len(table)), table[WITHIN].to_numpy(), population)
    by_age = of_age(column("moves", "pct_within", FOLDER))
    table[f"{WITHIN} R1s"] = _level(by_age, table[WITHIN].to_numpy(), population)
    table[f"{WITHIN} R2+"] = left_out(columns(by_age), table[WITHIN].to_numpy(), table["province"].to_numpy())
    for figure in (ARRIVED, LEFT):
        then = column("gemeenten", f"{figure}_2018", FOLDER)
        table[f"{figure} R3"] = _level(then / population, table[figure].to_numpy(), population)
    return table


def _level(shape: NDArray, observed: NDArray, population: NDArray) -> NDArray:
    """A shape times one factor, so that all persons together come out where they were observed."""
    known = np.isfinite(observed)
    return shape * (observed * population)[known].sum() / (shape * population)[known].sum()


def _ages() -> NDArray:
    return np.stack([_shipped(f"age_{age}_2021") for age in BANDS], axis=1)


def of_age(rate: NDArray) -> NDArray:
    """R1: rates by single year of age, weighted with the persons of each gemeente by five years; the last band is 95 and over."""
    ages = _ages()
    of_band = np.array([rate[age : age + 5].mean() if age < BANDS[-1] else rate[age:].mean() for age in BANDS])
    return ages @ of_band / ages.sum(axis=1)


def columns(by_age: NDArray) -> NDArray:
    """What R2+ knows of each gemeente, [gemeenten, 13]."""
    ages = _ages()
    named = ("pct_owner_2022", "pct_corporation_2020", "pct_multi_family_2020", "pct_one_person_2020", "pct_age_65_plus_2022")
    more = ("pct_households_low40_2020", "woz_keur_2022")
    found = [by_age, *map(_shipped, (*named, *more)), ages[:, 4:7].sum(axis=1) / ages.sum(axis=1)]
    found += [column("gemeenten", "address_density_per_km2_2020", FOLDER), np.log(_shipped("population_20241231"))]
    found += [np.log(column("gemeenten", "area_km2", FOLDER)), _shipped("new_build_2024") / _shipped("dwellings_20240101")]
    return np.stack(found, axis=1)


def ridge(x: NDArray, y: NDArray, asked: NDArray) -> NDArray:
    """Ridge regression of y on x, columns standardised, at the rows asked."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    z = (x - mean) / spread
    slope = np.linalg.solve(z.T @ z + PENALTY * np.eye(z.shape[1]), z.T @ (y - y.mean()))
    return (asked - mean) / spread @ slope + y.mean()


def left_out(x: NDArray, observed: NDArray, provinces: NDArray) -> NDArray:
    """R2+: each province from the gemeenten of the others, by the logarithm of the rate."""
    found, known = np.empty(len(observed)), np.isfinite(observed)
    for province in np.unique(provinces):
        here, others = provinces == province, known & (provinces != province)
        found[here] = np.exp(ridge(x[others], np.log(observed[others]), x[here]))
    return found


def markov() -> dict[str, float]:
    """The vacancy chain: by id of a target what it says."""
    on = 1 - STARTS_OVER
    return {"first_link": FREED, "second_link": on, "later_links": on, "homes_freed": FREED / (1 - on)}


def of_users() -> dict[str, dict[str, float]]:
    """By id of a target what "users = effect" and "no effect" say of the share that an instrument caused, %.

    Of ``caused_share`` (C04) all moves or none. Of talks (C01, C31, C32) as many as ended in a move, or none: what they caused nobody
    counted. Of ``outside_scheme`` (C20), moves without the scheme: the rest would be caused, or all would have come anyway.
    """
    said = {key: {USERS: targets()[key].value, NONE: 0.0} for key in COACH}
    said["caused_share"][USERS] = 100.0
    said["outside_scheme"] = {USERS: 100.0 - targets()["outside_scheme"].value, NONE: 0.0}
    return said


def how_far_off(forecast: NDArray, observed: NDArray, population: NDArray) -> dict[str, float]:
    """How far a forecast is off over gemeenten, %: each counted once, and weighted with the population; and how it ranks them.

    Correlation, and Spearman's with a 95 % interval (Fisher's z, with Bonett and Wright's error); NaN where nothing differs.
    """
    known = np.isfinite(observed) & np.isfinite(forecast)
    f, o, n = forecast[known], observed[known], int(known.sum())
    off = 100 * np.abs(f / o - 1)
    found = {"gemeenten": n, "error": float(off.mean()), "weighted": float(np.average(off, weights=population[known]))}
    nothing = float("nan")
    if n < 4 or f.std() <= 1e-9 * abs(f.mean()):
        return {**found, "correlation": nothing, "rank": nothing, "rank_lower": nothing, "rank_upper": nothing}
    rank = float(pd.Series(f).corr(pd.Series(o), method="spearman"))
    half = 1.96 * np.sqrt((1 + rank**2 / 2) / (n - 3))
    ends = np.tanh(np.arctanh(min(max(rank, -0.999999), 0.999999)) + np.array([-half, half]))
    return {
        **found,
        "correlation": float(np.corrcoef(f, o)[0, 1]),
        "rank": rank,
        "rank_lower": float(ends[0]),
        "rank_upper": float(ends[1]),
    }
