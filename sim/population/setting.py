"""What lies around a population: areas, moves across the borders of gemeenten, homes built and demolished."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.population.base_year import base_year
from sim.world import figures
from sim.world.geography import Border, Geography
from sim.world.names import YEAR
from sim.world.places import share_outside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.population.fitting import Fit
    from sim.world.places import Place


class Programme(NamedTuple):
    """Per gemeente, float64: homes per year, and what they are."""

    built: NDArray
    demolished: NDArray
    added: NDArray  # other additions (transformation, splitting)
    flats: NDArray  # share of flats in what is built or added


def geography(place: Place, f: Fit) -> Geography:
    """Areas of the fit and gemeenten of the place."""
    codes = sorted(place.gemeenten)
    left, expected = left_in_a_year(place)
    names = dict(zip(figures.column("gemeenten", "code"), figures.column("gemeenten", "name"), strict=True))
    others = np.setdiff1d(np.flatnonzero(figures.listed()), rows_of(place))
    centres = np.column_stack([figures.column("gemeenten", name)[others] for name in ("x_km", "y_km")])
    return Geography(
        [str(code) for code in f.code],
        [str(name) for name in f.name],
        f.gemeente.astype(np.int32),
        codes,
        [str(names[code]) for code in codes],
        f.x_km.astype(np.float32),
        f.y_km.astype(np.float32),
        f.urban,
        left / expected,
        centres.astype(np.float64),
        figures.column("gemeenten", "dwellings_20240101")[others].astype(np.int64),
    )


def rows_of(place: Place) -> NDArray:
    """Rows of the place's gemeenten in the figures."""
    return np.searchsorted(figures.column("gemeenten", "code").astype(str), sorted(place.gemeenten))


def border(place: Place) -> Border:
    """Who leaves for another gemeente outside the place, as in 2025; of several gemeenten part of the moves stays inside."""
    left, expected = left_in_a_year(place)
    outside = share_outside(place)
    return Border(outside * float(left.sum()) / YEAR, len(left), outside, float(left.sum() / expected.sum()))


def left_in_a_year(place: Place) -> tuple[NDArray, NDArray]:
    """Persons who left each gemeente of the place for another in 2025 (CBS 60048ned), and as many as would at the rates of their ages.

    Missing rows take the national rate; where departures are distorted by reception of asylum seekers, arrivals stand for them.
    """
    rows = rows_of(place)
    persons_2024 = figures.column("gemeenten", "population_20241231")
    arrived, left = figures.column("gemeenten", "arrived_2025"), figures.column("gemeenten", "left_2025")
    there = ~np.isnan(arrived)
    rate = arrived[there].sum() / persons_2024[there].sum()
    left = np.where(np.isnan(left), np.where(there, arrived, rate * persons_2024), left)
    t = figures.table("moves")
    of_age = np.interp(np.arange(5 * len(figures.BANDS)), t["age"], t["pct_between"] / 100)
    return left[rows], base_year().bands[rows] @ of_age.reshape(len(figures.BANDS), 5).mean(axis=1)


def programme(place: Place, p: Params) -> Programme:
    """Homes per year: what the stock grew by from 2022 to the end of 2024, plus demolition, less other additions.

    Flats: in each gemeente as in its homes of 2005 to 2023, at the level of ``rel_programme_meergezins`` for the country.
    """
    t, rows = figures.table("gemeenten"), rows_of(place)
    stock = t["dwellings_20240101"]
    growth = (t["dwellings_20241231"] - t["dwellings_2022"]) / 3
    built = np.maximum(growth + (p.rel_demolition - p.rel_other_additions) * stock, 0.0)
    level, pct = p.rel_programme_meergezins, t["pct_new_flats_2005_2023"]
    here = flats(pct, np.where(figures.listed(), built, 0.0), level)[rows]
    return Programme(built[rows], p.rel_demolition * stock[rows], p.rel_other_additions * stock[rows], here)


def flats(pct: NDArray, built: NDArray, level: float) -> NDArray:
    """Share of flats in the new homes of each gemeente: its odds of late (``pct``, NaN where missing), shifted to the country's ``level``.

    The shift is that of the share of late in the country, each gemeente counted by the homes ``built`` there.
    """
    known = ~np.isnan(pct)
    country = float((pct[known] * built[known]).sum() / built[known].sum()) / 100
    share, shift = np.where(known, pct / 100, country), level / (1 - level) * (1 - country) / country
    return share * shift / (share * shift + 1 - share)
