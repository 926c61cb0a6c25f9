"""Vacancies: homes come free and are given back (how they go out of use: ``sim.chains.ends``).

A vacancy has an origin, or was left by a move; a move fills a vacancy, or none; so chains are forests. Vacancies and moves keep
one identity, checked on every run: fills = vacancies opened by an origin + moves that leave a home − change in vacant homes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chains.kernels import Freed, Turnover, open_rows
from sim.world.chance import Purpose
from sim.world.codes import IN_STOCK, ON_OFFER, RESERVED, WAITING, ZOEKEN, Origin
from sim.world.columns import NEVER, NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


def open_vacancies(w: World, homes: NDArray, origin: NDArray | int, parent: NDArray | int = -1, at_once: bool = False) -> NDArray:
    """Dwellings ``homes`` come free this month, or are on offer before they stand; returns their vacancy rows (int32).

    ``origin`` is an Origin each (LINK if left by a move: ``parent`` is then that move). ``at_once``: on offer this month,
    as new homes are let before delivery; else after a keyed time of turnover.
    """
    n = len(homes)
    w.make_room(n, 0)
    first = int(w.counts[0])
    w.counts[0] += n
    with w.draws.replay():  # keyed on the vacancy, whose id carries the month
        turnover = w.draws.base(Purpose.TURNOVER)
    low, high = (0, 0) if at_once else (int(w.params.dur_turnover_low), int(w.params.dur_turnover_high))
    freed = Freed(column(homes, n, np.int32), column(origin, n, np.uint8), column(parent, n, np.int64))
    open_rows(w.d, w.v, w.m.vacancy, freed, first, w.month, Turnover(turnover, low, high))
    return np.arange(first, first + n, dtype=np.int32)


def column(values: NDArray | int, n: int, dtype: type) -> NDArray:
    """One value for each of ``n`` rows, as the kernels read it."""
    return np.full(n, values, dtype) if np.ndim(values) == 0 else np.ascontiguousarray(values, dtype)


def give_back(w: World, rows: NDArray) -> None:
    """Households give up a home that they had accepted: it goes back to the same vacancy."""
    rows = rows[w.h.reserved[rows] >= 0]
    vacancy = w.h.reserved[rows]
    w.v.state[vacancy] = ON_OFFER
    w.v.taker[vacancy] = NOWHERE
    w.v.bits[vacancy] = 0
    w.v.decisive[vacancy] = 0
    w.h.reserved[rows] = NOWHERE
    w.h.keys_month[rows] = NEVER
    w.h.stage[rows] = ZOEKEN


def end_households(w: World, rows: NDArray, origins: NDArray) -> None:
    """Homes of households that ended come free with their origin."""
    give_back(w, rows)
    housed = w.h.home[rows] >= 0
    open_vacancies(w, w.h.home[rows[housed]], origins[housed])
    w.h.home[rows] = NOWHERE


def mark_before_start(w: World) -> None:
    """At month 0: chains that are alive, and homes that are vacant, began before the start and stay out of every mean.

    Homes that do not stand yet begin their chain when they do.
    """
    v = w.v
    rows = np.flatnonzero(np.isin(v.state[: w.counts[0]], (WAITING, ON_OFFER, RESERVED)))
    rows = rows[w.d.state[v.dwelling[rows]] == IN_STOCK]
    v.origin[rows] = int(Origin.VOOR_START)
    v.parent[rows] = NOWHERE
    v.chain[rows] = rows
    v.link[rows] = 1
