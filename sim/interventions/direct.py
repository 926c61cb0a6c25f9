"""Moves that an instrument makes itself, outside the market: a place that exists for one household alone, or a room.

Such a move fills no vacancy, so it is in no chain; the home that it leaves opens one with an origin of its own. Whoever moves
so has used the instrument, and would not have made this move without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chains import WITHDRAWN, open_vacancies, taste_of, write_moves
from sim.codes import DwellingState, MoveReason, Origin, Stage, Tenure
from sim.fit import fit_at
from sim.klantreis import count_step
from sim.levers import ALL_BIT
from sim.world import ABSENT, NEVER, NOWHERE, Dwellings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.base import Running
    from sim.state import World

NIEUW = int(Stage.NIEUW_THUIS)


def note_applications(w: World, n: int) -> None:
    """Count ``n`` applications of this month to split a home or to place a unit (the toolkit's opgave)."""
    applied = w.records.setdefault("split_applications", {})
    applied[w.month] = applied.get(w.month, 0) + n


def write_direct(run: Running, w: World, rows: NDArray, to: NDArray, reason: MoveReason) -> NDArray:
    """Write moves of the household ``rows`` into the ledger, as uses without which there would be none of them; returns their rows.

    To be called before the households are changed.
    """
    run.decides(w, rows)
    k = write_moves(w, rows, to, -1, reason)
    w.m.instruments[k] |= run.mask
    w.m.decisive[k] |= run.mask | ALL_BIT
    return k


def enter_stock(w: World, new: Dwellings, split: bool) -> NDArray:
    """Homes that were not there enter the stock for the household that is about to move in; returns their rows (int32)."""
    first, n = len(w.d.id), len(new.id)
    w.d = Dwellings(*(np.concatenate(pair) for pair in zip(w.d, new, strict=True)))
    w.add("split" if split else "built", n)
    return np.arange(first, first + n, dtype=np.int32)


def take_away(w: World, homes: NDArray) -> None:
    """Vacant dwellings ``homes`` leave the stock; nobody is offered them."""
    w.v.state[w.d.vacancy[homes]] = WITHDRAWN
    w.d.state[homes] = DwellingState.GONE
    w.d.vacancy[homes] = NOWHERE
    w.add("demolished", len(homes))


def relocate(run: Running, w: World, rows: NDArray, to: NDArray, frees: bool = True) -> None:
    """Households ``rows`` move into the dwellings ``to``, which nobody else is offered; uses of the instrument.

    The homes that they leave come free with origin MANTELZORG, unless ``frees`` is False: then somebody else moves in at once.
    """
    h, left = w.h, w.h.home[rows]
    k = write_direct(run, w, rows, to, MoveReason.MANTELZORG)
    count_step(w, rows, NIEUW)
    _settle_money(w, rows, left, to)
    if frees:
        w.m.left_vacancy[k] = open_vacancies(w, left, int(Origin.MANTELZORG))
    w.d.occupant[to] = rows
    h.home[rows] = to
    h.stage[rows], h.stage_month[rows], h.moved_in[rows] = NIEUW, w.month, w.month
    h.search_month[rows], h.contact_month[rows], h.first_contact[rows], h.trigger[rows] = ABSENT, ABSENT, 0, 0
    h.used[rows], h.decisive[rows], h.touched[rows] = 0, 0, 0
    h.taste_here[rows] = taste_of(w, rows, to)
    h.fit_here[rows] = fit_at(h, rows, to, w.month, w.d, w.map.urban, int(w.params.senior_age), w.tables)
    w.m.to_rent[k], w.m.fit_after[k] = h.rent[rows], h.fit_here[rows]


def price_of(w: World, homes: NDArray) -> NDArray:
    """What dwellings cost a buyer, costs of buying included, euro, float64."""
    return w.params.rel_asking * w.d.woz[homes].astype(np.float64) * (1 + w.params.rel_buying_cost)


def own_money(w: World, rows: NDArray) -> NDArray:
    """What households have for a home to buy: worth of their own home above its debt, and a part of their savings; euro."""
    h, d, home = w.h, w.d, w.h.home[rows]
    worth = np.where(d.tenure[home] == Tenure.KOOP, np.clip(d.woz[home] - h.debt[rows], 0, None), 0)
    return worth + w.params.rel_wealth_in_home * h.wealth[rows]


def _settle_money(w: World, rows: NDArray, left: NDArray, to: NDArray) -> None:
    """As on the market: an owner sells, a buyer pays with its own money first, a tenant pays the rent of the dwelling."""
    h, d = w.h, w.d
    own = own_money(w, rows)
    buys = d.tenure[to] == Tenure.KOOP
    price = np.where(buys, price_of(w, to), 0)
    saved = (1 - w.params.rel_wealth_in_home) * h.wealth[rows]
    h.wealth[rows] = saved + np.clip(own - price, 0, None)
    h.debt[rows] = np.clip(price - own, 0, None)
    rent = np.where(buys, 0, d.rent[to])
    h.rent[rows], h.rent_full[rows], h.rent_path_end[rows] = rent, rent, ABSENT
    h.reserved[rows], h.keys_month[rows] = NOWHERE, NEVER
