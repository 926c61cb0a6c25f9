"""Money of a household: what its home is worth to it, what it can pay, and what it pays when it moves.

A new tenant pays the rent of the home, or agrees on a path to it (``settle``, ``rent_paths``); under a path a household feels less
of a rise than it will pay (``rent_felt``, ``rent_discount``). What becomes of the rent later is in ``sim.behaviour.sitting_rent``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.kernel_cache import njit
from sim.levers import RENT_OLD, RENT_OLD_PLUS, RENT_STEPS
from sim.world.codes import CORPORATIE, KOOP, Tenure
from sim.world.columns import ABSENT, age_years
from sim.world.law import AOW_AGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.columns import Dwellings, Households
    from sim.world.world import World


@njit(cache=True)
def equity(woz, debt):
    """Worth of an owned home above its debt, euro (inside kernels; ``equity_of`` for many)."""
    return max(0.0, np.float64(woz) - np.float64(debt))


def equity_of(h: Households, d: Dwellings, rows: NDArray) -> NDArray:
    """Worth of each household's own home above its debt, euro; 0 for who owns none."""
    left = h.home[rows]
    owned = (left >= 0) & (d.tenure[np.maximum(left, 0)] == KOOP)
    return np.where(owned, np.clip(d.woz[np.maximum(left, 0)] - h.debt[rows], 0, None), 0)


def own_money(w: World, rows: NDArray) -> NDArray:
    """What households have for a home to buy: equity, and a part of their savings; euro."""
    return equity_of(w.h, w.d, rows) + w.params.rel_wealth_in_home * w.h.wealth[rows]


def gross_income(w: World, rows: NDArray) -> NDArray:
    """Gross income of households as the market reckons it, euro per year, float64 [rows]."""
    p = w.params
    aow = age_years(w.h.adult_birth[rows], w.month).max(axis=1) >= AOW_AGE
    return w.h.income[rows].astype(np.float64) * np.where(aow, p.rel_gross_aow, p.rel_gross)


def asking_price(w: World, homes: NDArray, factor: NDArray | float = 1.0) -> NDArray:
    """Asking prices at ``factor`` times the usual share of the WOZ value, euro."""
    return w.params.rel_asking * factor * w.d.woz[homes]


def price_of(w: World, homes: NDArray, factor: NDArray | float) -> NDArray:
    """What dwellings cost a buyer at an asking price of ``factor`` times the usual, costs of buying included, euro."""
    return asking_price(w, homes, factor) * (1 + w.params.rel_buying_cost)


def settle(w: World, rows: NDArray, to: NDArray, factor: NDArray, levers: NDArray, bits: NDArray) -> None:
    """Movers to the homes ``to``: price, debt and savings of buyers; equity of those who sell; rent and its path of tenants.

    ``factor`` float32: asking price or free rent over the usual one; ``bits``: the instruments that worked on each move.
    """
    h, d, p = w.h, w.d, w.params
    sold, own = equity_of(h, d, rows), own_money(w, rows)
    buys = d.tenure[to] == KOOP
    price = price_of(w, to, factor)
    saved = h.wealth[rows] * (1 - p.rel_wealth_in_home) + np.clip(own - price, 0, None)
    h.wealth[rows] = np.where(buys, saved, h.wealth[rows] + sold)
    h.debt[rows] = np.where(buys, np.clip(price - own, 0, None), 0)
    asked = d.rent[to] * np.where(d.tenure[to] == Tenure.VRIJE_HUUR, factor, 1)
    start, full, end = rent_paths(w, rows, to, levers, bits, asked)
    h.rent[rows] = np.where(buys, 0, start)
    h.rent_full[rows] = np.where(buys, 0, full)
    h.rent_path_end[rows] = np.where(buys | (start >= full), ABSENT, end)


def rent_paths(
    w: World, rows: NDArray, to: NDArray, levers: NDArray, bits: NDArray, asked: NDArray | None = None
) -> tuple[NDArray, NDArray, NDArray]:
    """First rent, regular rent (euro per month) and month in which the latter is reached, under each mover's instruments.

    ``asked`` is the asking rent where it is not the dwelling's own (privately let homes that found nobody).
    """
    h, d = w.h, w.d
    full = (d.rent[to] if asked is None else asked).astype(np.float64)
    start, end = full.copy(), np.full(len(rows), ABSENT)
    left, old = h.home[rows], h.rent[rows].astype(np.float64)
    at = np.maximum(left, 0)
    rises = (left >= 0) & (d.tenure[at] == CORPORATIE) & (d.tenure[to] == CORPORATIE) & (full > old)
    for k in np.flatnonzero(levers["rent_path"]).tolist():
        taken = levers["n_rooms_taken"][k]
        works = rises & ((bits & np.uint64(1 << k)) != 0) & (d.rooms[at] >= levers["n_rooms_left"][k])
        works &= (taken == 0) | (d.rooms[to] <= taken)
        if levers["rent_path"][k] == RENT_STEPS:
            start = np.where(works, np.minimum(start, old), start)
            end = np.where(works, w.month + levers["dur_rent_path"][k], end)
        elif levers["rent_path"][k] == RENT_OLD:
            full = np.where(works, np.minimum(full, old), full)
        elif levers["rent_path"][k] == RENT_OLD_PLUS:
            full = np.where(works, np.minimum(full, old + levers["eur_rent_cap"][k]), full)
    return np.minimum(start, full), full, end


@njit(cache=True)
def rent_felt(full, old, path, discount, eur_cap):
    """Rent of the new home as the household feels it under one rent path, euro per month."""
    if path == RENT_STEPS:
        return full - (full - old) * discount
    return old if path == RENT_OLD else old + eur_cap


def rent_discount(levers: Mapping[str, float], present_bias: float) -> float:
    """Share of a rent rise that a path in three steps takes away as perceived: the first year weighs extra.

    Over the first year and over five years the share of the rise not yet paid is averaged; present bias weighs the two.
    """
    months = int(levers.get("dur_rent_path", 0))
    if levers.get("rent_path", 0) != RENT_STEPS or months == 0:
        return 0.0
    third = max(1, months // 3)
    unpaid = np.zeros(60)
    for step, part in enumerate((1.0, 2 / 3, 1 / 3)):
        unpaid[step * third : min(60, (step + 1) * third if step < 2 else months)] = part
    return float(present_bias * unpaid[:12].mean() + (1 - present_bias) * unpaid.mean())
