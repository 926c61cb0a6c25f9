"""New homes: how large, at what rent and worth, and their way into the stock. The base programme and the instruments read it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chains.vacancies import open_vacancies
from sim.world.codes import Origin
from sim.world.columns import Dwellings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

EUR_RENT_FLAT, EUR_RENT_HOUSE = 640, 720  # of a corporatie, per month (assumption)
EUR_RENT_M2 = 13.5  # free rent per month and m2 (assumption)
EUR_RENT_MOST = 1900  # highest free rent per month (assumption)
EUR_RENT_LEAST = 930  # lowest free rent of a whole home per month: above the liberalisatiegrens (assumption)
REL_WOZ_PROGRAMME = np.array([1.2, 0.8, 0.8, 0.8, 0.8])  # by DwellingType: worth in the base programme beside the median (assumption)
REL_WOZ_FLAT = 0.9  # worth of a new flat beside the median home (assumption)


def floor_area_of(rooms: NDArray | int) -> NDArray | int:
    """Floor area of a new flat with so many rooms, m2 (assumption)."""
    return 30 + 18 * rooms


def social_rent(flat: NDArray) -> NDArray:
    """Rent of a new corporatie home, euro per month; ``flat`` bool: it is no single-family home."""
    return np.where(flat, EUR_RENT_FLAT, EUR_RENT_HOUSE)


def free_rent(floor_area: NDArray, least: float = EUR_RENT_LEAST) -> NDArray:
    """Rent of a new home in the free sector by its floor area (m2), euro per month."""
    return np.clip(EUR_RENT_M2 * floor_area, least, EUR_RENT_MOST)


def worth_of_flat(w: World) -> float:
    """WOZ value of a new flat, euro."""
    return np.median(w.d.woz) * REL_WOZ_FLAT


def add_homes(w: World, new: Dwellings, origin: Origin) -> NDArray:
    """Homes that were not there enter the stock, empty and on offer at once; returns their rows."""
    rows = append_homes(w, new, origin)
    open_vacancies(w, rows, int(origin), at_once=True)
    return rows


def append_homes(w: World, new: Dwellings, origin: Origin) -> NDArray:
    """Homes that were not there enter the stock; returns their rows (int32). Who calls says who lives there, or offers them."""
    first, n = len(w.d.id), len(new.id)
    w.d = Dwellings(*(np.concatenate(pair) for pair in zip(w.d, new, strict=True)))
    w.add("split" if origin == Origin.SPLIT else "built", n)
    return np.arange(first, first + n, dtype=np.int32)
