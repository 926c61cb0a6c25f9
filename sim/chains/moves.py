"""Moves: households get their keys, swap, or become one; the ledger grows, and what they leave comes free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour import money
from sim.behaviour.fit import fit_at, moment
from sim.chains.kernels import Entry, Movers, settle_rows, take_over, write_rows
from sim.chains.vacancies import column, give_back, open_vacancies
from sim.levers import nothing_in_force
from sim.world.chance import Purpose, bits_array, index_array
from sim.world.codes import HUIDIGE, T_NONE, ZOEKEN, MoveReason, Origin, Trigger
from sim.world.columns import ABSENT, NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


def taste_of(w: World, rows: NDArray, homes: NDArray) -> NDArray:
    """The one fixed taste of each household for a dwelling, fit points."""
    with w.draws.replay():
        bits = bits_array(w.draws.base(Purpose.TASTE), w.h.id[rows], w.d.id[homes])
    return w.tables["taste"][index_array(bits)]


def write_moves(w: World, rows: NDArray, to: NDArray, vacancy: NDArray | int, reason: MoveReason) -> NDArray:
    """Append a move of each household to the ledger, as it is before the move; returns the rows of the ledger."""
    n = len(rows)
    w.make_room(0, n)
    first = int(w.counts[1])
    w.counts[1] += n
    entry = Entry(first, w.month, int(reason), int(w.params.senior_age))
    write_rows(w.h, w.v, w.m, Movers(column(rows, n, np.int32), column(to, n, np.int32), column(vacancy, n, np.int32)), entry)
    return np.arange(first, first + n)


def hand_over(w: World, levers: NDArray, rows: NDArray) -> NDArray:
    """The keys: households ``rows`` move into the homes that they had accepted; returns their rows of the ledger.

    ``levers`` are those of the instruments at work: some of them let a rent rise in steps.
    """
    h = w.h
    vacancy, left = h.reserved[rows], h.home[rows]
    to = w.v.dwelling[vacancy]
    k = write_moves(w, rows, to, vacancy, MoveReason.FILL)
    m = w.m
    money.settle(w, rows, to, w.v.price[vacancy], levers, m.instruments[k])
    leaves = left >= 0
    m.left_vacancy[k[leaves]] = open_vacancies(w, left[leaves], int(Origin.LINK), k[leaves])
    _settle_in(w, rows, to, vacancy, k)
    return k


def move_in(
    w: World,
    rows: NDArray,
    to: NDArray,
    reason: MoveReason,
    bits: NDArray | np.uint64,
    origin: Origin | None = None,
    rent: NDArray | None = None,
) -> NDArray:
    """Households ``rows`` move into homes ``to`` that are no vacancies (a swap, a return); returns their rows of the ledger.

    ``bits`` are the instruments that worked on the moves. The homes left come free with ``origin``; without one they are among
    ``to``, as in a swap. ``rent`` (euro per month) is the new rent where it is not the dwelling's own.
    """
    h, none = w.h, np.full(len(rows), NOWHERE, np.int32)
    left = h.home[rows]
    k = write_moves(w, rows, to, none, reason)
    w.m.instruments[k] = w.m.decisive[k] = np.asarray(bits, np.uint64)
    money.settle(w, rows, to, np.ones(len(rows), np.float32), nothing_in_force().levers, np.zeros(len(rows), np.uint64))
    if rent is not None:
        h.rent[rows] = h.rent_full[rows] = rent
    if origin is not None:
        w.m.left_vacancy[k] = open_vacancies(w, left, int(origin))
    _settle_in(w, rows, to, none, k)
    return k


def _settle_in(w: World, rows: NDArray, to: NDArray, vacancy: NDArray, k: NDArray) -> None:
    """Households live in ``to`` now; their moves ``k`` of the ledger get rent and fit as they are there."""
    h = w.h
    with w.draws.replay():  # one fixed taste of each household for a dwelling
        taste = w.draws.base(Purpose.TASTE)
        stays = w.draws.base(Purpose.KEEP_REGISTRATION, w.month), w.params.rel_registered_long  # one move a month
    settle_rows(h, w.d, w.v, Movers(rows, to, vacancy), w.month, (taste, w.tables["taste"]), stays)
    h.fit_here[rows] = fit_at(h, rows, to, moment(w))
    w.m.to_rent[k] = h.rent[rows]
    w.m.fit_after[k] = h.fit_here[rows]


def unite(w: World, a: NDArray, b: NDArray, c: NDArray) -> None:
    """Unions: households ``a`` and ``b`` (−1 if gone) live on as ``c``; they keep the home that fits better."""
    h = w.h
    a, b, c = (np.ascontiguousarray(some) for some in (a, b, c))
    both = np.concatenate((a, b[b >= 0]))
    give_back(w, both)
    home_a, home_b = h.home[a], np.where(b >= 0, h.home[np.maximum(b, 0)], NOWHERE)
    of_b = _better(w, a, b, c, home_a, home_b)
    kept, lost = np.where(of_b, b, a), np.where(of_b, a, b)
    take_over(h, kept, c)
    h.home[c] = h.home[kept]
    housed = h.home[c] >= 0
    partner = lost[housed & (lost >= 0)]
    target = h.home[c][housed & (lost >= 0)]
    k = write_moves(w, partner, target, -1, MoveReason.UNION)
    leaves = h.home[partner] >= 0
    w.m.left_vacancy[k[leaves]] = open_vacancies(w, h.home[partner[leaves]], int(Origin.UNION))
    h.home[both] = NOWHERE
    searching = c[~housed]  # two households without a home are one that searches on
    h.stage[searching] = ZOEKEN
    h.stage_month[searching] = w.month
    h.search_month[searching] = w.month
    h.trigger[searching] = int(Trigger.NO_HOME)
    rows = c[housed]
    w.d.occupant[h.home[rows]] = rows
    h.stage[rows] = HUIDIGE
    h.search_month[rows] = ABSENT
    h.trigger[rows] = T_NONE
    h.taste_here[rows] = taste_of(w, rows, h.home[rows])
    h.fit_here[rows] = fit_at(h, rows, h.home[rows], moment(w))


def _better(w: World, a: NDArray, b: NDArray, c: NDArray, home_a: NDArray, home_b: NDArray) -> NDArray:
    """Whether the couple keeps b's home: the only one, or the one that fits it better."""
    fits = []
    for source, home in ((a, home_a), (b, home_b)):
        take_over(w.h, np.where(source >= 0, source, a), c)
        fits.append(fit_at(w.h, c, home, moment(w)))
    return (home_b >= 0) & ((home_a < 0) | (fits[1] > fits[0]))
