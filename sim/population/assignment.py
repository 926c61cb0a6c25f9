"""Who lives in which home at the start: households and homes of one cell (area, tenure, type) put together.

Within a cell three things pull, each with a keyed error: who needs a home without stairs, who is meant by a complex for
seniors, and who needs (or can pay) room. The size of the error is a parameter, because the start state decides answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.population.persons import key, normal
from sim.world.chance import Purpose
from sim.world.codes import NO_AID, Access, DwellingType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.columns import Dwellings, Households


class Housed(NamedTuple):
    """The households of one gemeente that have a home, one element each."""

    rows: NDArray
    cell: NDArray  # area, tenure and type
    age: NDArray  # years of the oldest adult


class Homes(NamedTuple):
    """The homes of one gemeente, one element each."""

    rows: NDArray
    cell: NDArray  # area, tenure and type


def assign(h: Households, d: Dwellings, housed: Housed, homes: Homes, seed: int, p: Params) -> NDArray:
    """Dwelling row of each household.

    ``homes`` includes the ones that stay empty: a cell has at least as many homes as households.
    """
    homes = _without_empty(d, homes, housed.cell, seed)
    kind, access = d.kind[homes.rows], d.access[homes.rows]
    layer_d = np.where(kind == DwellingType.SENIORENCOMPLEX, 0, np.where(access == Access.GESCHIKT, 1, 2))
    layer_h = _layers(h, housed, homes.cell, layer_d, seed, p)
    ids = h.id[housed.rows]
    room_h = _wants_room(h, housed.rows, housed.age, p) + p.rel_assign_error * normal(key(seed, Purpose.ASSIGN, 2), ids)
    room_d = np.log(d.floor_area[homes.rows]) + p.rel_room_floor * d.rooms[homes.rows]
    order_h = np.lexsort((ids, room_h, layer_h, housed.cell))
    order_d = np.lexsort((d.id[homes.rows], room_d, layer_d, homes.cell))
    home = np.empty(len(ids), np.int32)
    home[order_h] = homes.rows[order_d]
    return home


def _without_empty(d: Dwellings, homes: Homes, cell_h: NDArray, seed: int) -> Homes:
    """Leave out as many homes per cell as there are too many: those with the lowest keyed number."""
    rows, cell_d = homes
    cells = int(max(cell_d.max(initial=0), cell_h.max(initial=0))) + 1
    taken = np.bincount(cell_h, minlength=cells)
    number = normal(key(seed, Purpose.ASSIGN, 1), d.id[rows])
    order = np.lexsort((d.id[rows], -number, cell_d))
    rank = _rank_in(cell_d[order])
    chosen = np.sort(order[rank < taken[cell_d[order]]])
    return Homes(rows[chosen], cell_d[chosen])


def _layers(h: Households, housed: Housed, cell_d: NDArray, layer_d: NDArray, seed: int, p: Params) -> NDArray:
    """Which layer of homes (0 complex for seniors, 1 step-free, 2 with stairs) each household lives in.

    The ones with the highest claim come first, as many as there are homes of that layer in the cell.
    """
    rows, cell_h, age = housed
    cells = int(cell_d.max(initial=0)) + 1
    n_senior = np.bincount(cell_d[layer_d == 0], minlength=cells)
    n_good = np.bincount(cell_d[layer_d == 1], minlength=cells)
    limited = h.adult_limit[rows].max(axis=1) > NO_AID
    claim = p.rel_claim_age * np.clip(age - p.age_claim, 0, p.n_years_claim) / 10
    claim = claim + p.rel_claim_limitation * limited - p.rel_claim_person * (h.size[rows] - 1)
    error = normal(key(seed, Purpose.ASSIGN, 3), h.id[rows])
    layer = np.full(len(rows), 2, np.int64)
    meant = p.rel_first_senior_home * (age >= p.age_senior_home)
    first = np.lexsort((h.id[rows], -(claim + error + meant), cell_h))
    in_complex = _rank_in(cell_h[first]) < n_senior[cell_h[first]]
    layer[first[in_complex]] = 0
    rest = np.flatnonzero(layer == 2)
    again = rest[np.lexsort((h.id[rows][rest], -(claim + error)[rest], cell_h[rest]))]
    layer[again[_rank_in(cell_h[again]) < n_good[cell_h[again]]]] = 1
    return layer


def _wants_room(h: Households, rows: NDArray, age: NDArray, p: Params) -> NDArray:
    """Score in the order of which the larger homes go, about in rooms; its weights are an assumption.

    Rooms needed, two adults against one (CBS: 88 m2 for one person, 38 m2 a person for families), income, and years in
    which one grew into the home.
    """
    need = h.rooms_needed[rows].astype(np.float64)
    two = h.adult_id[rows][:, 1] > 0
    income = np.log(np.maximum(h.income[rows], p.eur_room_income_least) / 45_000.0)
    grown = p.rel_room_age * np.clip(age - p.age_room, 0, p.n_years_room) / 10
    return p.rel_room_need * need + p.rel_room_two * two + p.rel_room_income * income + grown


def _rank_in(group: NDArray) -> NDArray:
    """0, 1, 2, … within each run of equal values of a sorted array."""
    if len(group) == 0:
        return np.zeros(0, np.int64)
    first = np.r_[0, np.flatnonzero(np.diff(group)) + 1]
    return np.arange(len(group)) - np.repeat(first, np.diff(np.r_[first, len(group)]))
