"""The ledger: vacancies, moves and the chains that they form.

A vacancy has an origin, or was left by a move; a move fills a vacancy, or none; so chains are forests. Everything here keeps
one identity, checked on every run: fills = vacancies opened by an origin + moves that leave a home − change in vacant homes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour.fit import fit_at
from sim.chains.kernels import open_rows, settle_rows, take_over, write_rows
from sim.levers import RENT_OLD, RENT_OLD_PLUS, RENT_STEPS, make_levers
from sim.world.chance import Purpose, bits_array
from sim.world.codes import ON_OFFER, RESERVED, WAITING, WITHDRAWN, MoveReason, Origin, Stage, Tenure, Trigger
from sim.world.columns import ABSENT, NEVER, NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

ZOEKEN, HUIDIGE = int(Stage.WONINGZOEKEN), int(Stage.HUIDIGE_WONING)
CORPORATIE, KOOP = int(Tenure.CORPORATIE), int(Tenure.KOOP)
PATH_STEPS = 3


def open_vacancies(w: World, homes: NDArray, origin: NDArray | int, parent: NDArray | int = -1, at_once: bool = False) -> NDArray:
    """Dwellings ``homes`` come free this month; returns their vacancy rows (int32).

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
    origins, parents = column(origin, n, np.uint8), column(parent, n, np.int64)
    open_rows(w.d, w.v, w.m.vacancy, column(homes, n, np.int32), origins, parents, first, w.month, turnover, low, high)
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


def taste_of(w: World, rows: NDArray, homes: NDArray) -> NDArray:
    """The one fixed taste of each household for a dwelling, fit points."""
    with w.draws.replay():
        bits = bits_array(w.draws.base(Purpose.TASTE), w.h.id[rows], w.d.id[homes])
    return w.tables["taste"][(bits >> np.uint64(52)).astype(np.int64)]


def write_moves(w: World, rows: NDArray, to: NDArray, vacancy: NDArray | int, reason: MoveReason) -> NDArray:
    """Append a move of each household to the ledger, as it is before the move; returns the rows of the ledger."""
    n = len(rows)
    w.make_room(0, n)
    first = int(w.counts[1])
    w.counts[1] += n
    with w.draws.replay():  # keyed on the household
        elsewhere = w.draws.base(Purpose.LEFT_HOME)
    write_rows(
        w.h,
        w.v,
        w.m,
        column(rows, n, np.int32),
        column(to, n, np.int32),
        column(vacancy, n, np.int32),
        first,
        w.month,
        int(w.params.senior_age),
        int(reason),
        elsewhere,
        w.params.rel_left_home_elsewhere,
    )
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
    _settle_money(w, rows, to, vacancy, levers, m.instruments[k])
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
    _settle_money(w, rows, to, none, make_levers([]), np.zeros(len(rows), np.uint64))
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
    settle_rows(h, w.d, w.v, rows, to, vacancy, w.month, taste, w.tables["taste"])
    h.fit_here[rows] = fit_at(h, rows, to, w.month, w.d, w.map.urban, int(w.params.senior_age), w.tables)
    w.m.to_rent[k] = h.rent[rows]
    w.m.fit_after[k] = h.fit_here[rows]


def withdraw(w: World, homes: NDArray) -> None:
    """The vacancies of ``homes`` are no longer on offer, nor were they filled."""
    w.v.state[w.d.vacancy[homes]] = WITHDRAWN
    w.d.vacancy[homes] = NOWHERE


def _settle_money(w: World, rows: NDArray, to: NDArray, vacancy: NDArray, levers: NDArray, bits: NDArray) -> None:
    """Price, debt and savings of buyers; equity of those who sell; rent and its path of tenants."""
    h, d, p = w.h, w.d, w.params
    factor = np.where(vacancy >= 0, w.v.price[np.maximum(vacancy, 0)], np.float32(1))
    equity, own = equity_of(w, rows), own_money(w, rows)
    buys = d.tenure[to] == KOOP
    price = price_of(w, to, factor)
    saved = h.wealth[rows] * (1 - p.rel_wealth_in_home) + np.clip(own - price, 0, None)
    h.wealth[rows] = np.where(buys, saved, h.wealth[rows] + equity)
    h.debt[rows] = np.where(buys, np.clip(price - own, 0, None), 0)
    asked = d.rent[to] * np.where(d.tenure[to] == Tenure.VRIJE_HUUR, factor, 1)
    start, full, end = rent_paths(w, rows, to, levers, bits, asked)
    h.rent[rows] = np.where(buys, 0, start)
    h.rent_full[rows] = np.where(buys, 0, full)
    h.rent_path_end[rows] = np.where(buys | (start >= full), ABSENT, end)


def equity_of(w: World, rows: NDArray) -> NDArray:
    """Worth of each household's own home above its debt, euro; 0 for who owns none."""
    left = w.h.home[rows]
    sold = (left >= 0) & (w.d.tenure[np.maximum(left, 0)] == KOOP)
    return np.where(sold, np.clip(w.d.woz[np.maximum(left, 0)] - w.h.debt[rows], 0, None), 0)


def own_money(w: World, rows: NDArray) -> NDArray:
    """What households have for a home to buy: equity, and a part of their savings; euro."""
    return equity_of(w, rows) + w.params.rel_wealth_in_home * w.h.wealth[rows]


def price_of(w: World, homes: NDArray, factor: NDArray | float) -> NDArray:
    """What dwellings cost a buyer at an asking price of ``factor`` times the usual, costs of buying included, euro."""
    return w.params.rel_asking * factor * w.d.woz[homes] * (1 + w.params.rel_buying_cost)


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
    h.trigger[rows] = 0
    h.taste_here[rows] = taste_of(w, rows, h.home[rows])
    h.fit_here[rows] = fit_at(h, rows, h.home[rows], w.month, w.d, w.map.urban, int(w.params.senior_age), w.tables)


def _better(w: World, a: NDArray, b: NDArray, c: NDArray, home_a: NDArray, home_b: NDArray) -> NDArray:
    """Whether the couple keeps b's home: the only one, or the one that fits it better."""
    fits = []
    for source, home in ((a, home_a), (b, home_b)):
        take_over(w.h, np.where(source >= 0, source, a), c)
        fits.append(fit_at(w.h, c, home, w.month, w.d, w.map.urban, int(w.params.senior_age), w.tables))
    return (home_b >= 0) & ((home_a < 0) | (fits[1] > fits[0]))


def step_rents(w: World) -> NDArray:
    """Rent paths rise in three equal steps; returns the rows whose rent may have changed."""
    h = w.h
    rows = np.flatnonzero((h.rent_path_end != ABSENT) & (h.state == 1))
    end, since = h.rent_path_end[rows].astype(np.int32), w.month - h.moved_in[rows].astype(np.int32)
    third = np.maximum(1, (end - h.moved_in[rows]) // PATH_STEPS)
    step = since // third
    due = (since > 0) & (since % third == 0) & (step < PATH_STEPS) & (w.month < end)
    rise = (h.rent_full[rows] - h.rent[rows]) / np.maximum(1, PATH_STEPS + 1 - step)
    h.rent[rows] = np.where(w.month >= end, h.rent_full[rows], h.rent[rows] + np.where(due, rise, 0))
    done = rows[w.month >= end]
    h.rent_path_end[done] = ABSENT
    return rows


def mark_before_start(w: World) -> None:
    """At month 0: chains that are alive, and homes that are vacant, began before the start and stay out of every mean."""
    v = w.v
    rows = np.flatnonzero(np.isin(v.state[: w.counts[0]], (WAITING, ON_OFFER, RESERVED)))
    v.origin[rows] = int(Origin.VOOR_START)
    v.parent[rows] = NOWHERE
    v.chain[rows] = rows
    v.link[rows] = 1
