"""New homes: how large, at what rent and worth, and their way into the stock. The base programme and the instruments read it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chains.vacancies import open_vacancies
from sim.population.streefhuur import NEW, RentLaw, homes_of, streefhuur
from sim.world.codes import DwellingState, DwellingType, Origin, Tenure
from sim.world.columns import NOWHERE, Dwellings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.world import World


def floor_area_of(rooms: NDArray | int, p: Params) -> NDArray | float:
    """Floor area of a new flat with so many rooms, m2."""
    return p.m2_new_flat + p.m2_new_room * rooms


def social_rent(d: Dwellings, rows: slice | NDArray, seed: int, rents: RentLaw, p: Params) -> NDArray:
    """Rent of new corporatie homes by their quality, euro per month, float32: the streefhuur of ``sim.population.streefhuur``."""
    return streefhuur(homes_of(d, rows, NEW), seed, rents, p)


def free_rent(floor_area: NDArray, p: Params, least: float) -> NDArray:
    """Rent of a new home in the free sector by its floor area (m2), euro per month, at ``least`` so much.

    Of a whole home that is the liberalisatiegrens (``sim.world.law``).
    """
    return np.clip(p.eur_rent_new_m2 * floor_area, least, p.eur_rent_new_most)


def worth_by_kind(p: Params) -> NDArray:
    """Worth of a home of the base programme beside the median home, float64 by DwellingType."""
    return np.array([p.rel_woz_new_house if kind == DwellingType.EENGEZINS else p.rel_woz_new_flat for kind in DwellingType])


def worth_of_flat(w: World) -> float:
    """WOZ value of a new flat, euro."""
    return np.median(w.d.woz) * w.params.rel_woz_added_flat


def offer_ahead(w: World) -> None:
    """Planned homes whose time has come are sold or let before they stand: the head of a chain each."""
    d = w.d
    due = np.flatnonzero((d.state == DwellingState.PLANNED) & (d.vacancy == NOWHERE))
    due = due[d.delivery[due] - months_ahead(w.params)[d.tenure[due]] <= w.month]
    open_vacancies(w, due, int(Origin.NEW_BUILD), at_once=True)


def months_ahead(p: Params) -> NDArray:
    """Months before its delivery that a planned home comes on offer, int64 by Tenure."""
    return np.array([int(p.dur_presale_koop if one == Tenure.KOOP else p.dur_presale_huur) for one in Tenure])


def stand(w: World) -> None:
    """Planned homes that are due this month enter the stock, sold or not."""
    due = np.flatnonzero((w.d.delivery == w.month) & (w.d.state == DwellingState.PLANNED))
    w.d.state[due] = DwellingState.IN_STOCK
    w.add("built", len(due))


def add_homes(w: World, new: Dwellings, origin: Origin) -> NDArray:
    """Homes that were not there enter the stock, empty and on offer at once; returns their rows."""
    rows = append_homes(w, new, origin)
    open_vacancies(w, rows, int(origin), at_once=True)
    return rows


def plan_homes(w: World, new: Dwellings) -> None:
    """Planned homes are known from now on: they come on offer as those of the base programme do, and stand at their delivery."""
    _append(w, new)
    offer_ahead(w)
    stand(w)


def append_homes(w: World, new: Dwellings, origin: Origin) -> NDArray:
    """Homes that were not there enter the stock; returns their rows (int32). Who calls says who lives there, or offers them."""
    w.add("split" if origin == Origin.SPLIT else "built", len(new.id))
    return _append(w, new)


def _append(w: World, new: Dwellings) -> NDArray:
    first, n = len(w.d.id), len(new.id)
    w.d = Dwellings(*(np.concatenate(pair) for pair in zip(w.d, new, strict=True)))
    return np.arange(first, first + n, dtype=np.int32)
