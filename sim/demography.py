"""Demography: the event list of one seed, made once before any market runs.

Births, illness, deaths, care, separations, leaving home, unions, departures and arrivals are drawn month by month with keyed
draws on persons and households. Partners are paired by age, sex and a keyed number, never by address. Arrivals are as many as
keep households and dwellings in step, so that the number without a home stays level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sim import rates
from sim.codes import EventKind
from sim.events import PRESENT, Events, Happened, describe, put, run_month
from sim.randomness import Draws, Purpose, bits_array, draw_bits, hash_ints, to_unit, uniform
from sim.world import ABSENT, NEVER, NOWHERE, Households, age_years, copy, grow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.population import Border

__all__ = ["Events", "Happened", "plan", "refresh", "replay"]
PERSON_KINDS = (EventKind.BIRTH, EventKind.LIMITATION, EventKind.DEATH, EventKind.CARE, EventKind.SEPARATION, EventKind.LEAVE_HOME)
PURPOSES = (
    Purpose.BIRTH, Purpose.LIMITATION, Purpose.DEATH, Purpose.CARE, Purpose.SEPARATION, Purpose.LEAVE_HOME, Purpose.UNION,
    Purpose.DEPARTURE, Purpose.CHILD_SEX,
)
FOUNDER_COLUMNS = (
    "adult_id", "adult_birth", "adult_sex", "adult_limit", "child_id", "child_birth", "income_z", "wealth", "kind", "size",
)
Founders = tuple  # (rows, columns as they are at the founding)
AGE_GAP_MONTHS = 24  # men are on average two years older than their partner; assumption
CORRECTION_MONTHS = 6  # arrivals make up for a difference between households and dwellings over so many months
YOUNG = 35


def scaled_rates(p: Params) -> rates.Rates:
    """Chances per month under the parameters."""
    return rates.per_month({
        "death": p.rel_death, "care": p.rel_care, "limitation": p.rel_limitation, "birth": p.rel_birth,
        "leave_home": p.rel_leave_home, "separation": p.rel_separation, "union": p.rel_union,
    })


def plan(
    start: Households, p: Params, seed: int, first: int, last: int, net_dwellings: NDArray, border: Border | None,
    arrivals: bool = True, equity: NDArray | None = None,
) -> tuple[Households, Events]:
    """The event list of months ``first`` to ``last`` and the table of all households of the seed.

    Args:
        start: the start population (all present).
        net_dwellings: int64 [months], change of the stock in the base programme.
        border: persons that leave per month and gemeente, or None for a closed world.
        arrivals: False leaves arrivals out (tests of single rates).
        equity: float [start rows], euro in the home: an arrival that left a home elsewhere brings what a like household has.
    """
    g = copy(start)
    n_start = n_rows = len(start.id)
    draws, table = Draws(seed), scaled_rates(p)
    p_leave = _departure_chance(g, p, border)
    gap, parts, founders = 0, [], []
    for month in range(first, last):
        base = np.array([draws.base(purpose, month) for purpose in PURPOSES], np.uint64)
        kind, row, slot, other = _draw(g, month, table, p, base, p_leave)
        looks = kind == EventKind.UNION
        man, woman = _pair(g, base[6], row[looks], slot[looks])
        kind, row, slot, other = (column[~looks] for column in (kind, row, slot, other))
        kind = np.concatenate((kind, np.full(len(man), EventKind.UNION, np.uint8)))
        row, other = np.concatenate((row, man)), np.concatenate((other, woman))
        slot = np.concatenate((slot, np.zeros(len(man), np.uint8)))
        order = np.lexsort((slot, row, kind))
        kind, row, slot, other = kind[order], row[order], slot[order], other[order]
        founds = np.isin(kind, (EventKind.SEPARATION, EventKind.LEAVE_HOME, EventKind.UNION))
        new_row = np.where(founds, n_rows + np.cumsum(founds) - 1, NOWHERE).astype(np.int32)
        g = _allocate(g, n_rows, month, kind[founds], row[founds], other[founds], slot[founds])
        n_rows += int(founds.sum())
        part = _as_events(month, kind, row, other, slot, new_row)
        before = int((g.state[:n_rows] == PRESENT).sum())
        run_month(g, part, 0, len(kind), month)
        gap += int(net_dwellings[month - first]) - (int((g.state[:n_rows] == PRESENT).sum()) - before)
        n_new = max(0, round(gap / CORRECTION_MONTHS)) if arrivals else 0
        if n_new:
            g, extra = _arrive(g, n_rows, n_new, month, seed, p, equity)
            founders.append((extra.row, {name: getattr(g, name)[extra.row].copy() for name in FOUNDER_COLUMNS}))
            run_month(g, extra, 0, n_new, month)
            n_rows += n_new
            gap -= n_new
            part = _join(part, extra)
        _birthdays(g, n_rows, month)
        parts.append(part)
    return _result(start, g, n_rows, n_start, parts, founders)


def _result(
    start: Households, g: Households, n_rows: int, n_start: int, parts: list[Events], founders: list[Founders]
) -> tuple[Households, Events]:
    """All rows as they are at the start: later households not yet there, arrivals with their persons."""
    h = grow(copy(start), n_rows)
    later = slice(n_start, n_rows)
    h.id[later] = g.id[later]
    h.patience[later] = g.patience[later]
    sizes = [len(part.kind) for part in parts]
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in Events._fields[:-1]]
    events = Events(*columns, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64))
    for rows, columns_then in founders:
        for name, values in columns_then.items():
            getattr(h, name)[rows] = values
    return h, events


@njit(cache=True)
def _draw_kernel(h, month, death, care, limitation, birth, leave, separation, union, base, worse, p_leave, out):
    """Draw this month's events of persons and households present; fills ``out`` [n, 4] (kind, row, slot,
    other; UNION: somebody who looks for a partner) and returns n, or −1 if ``out`` is too short."""
    n = 0
    for i in range(len(h.state)):
        if h.state[i] != PRESENT:
            continue
        if n > len(out) - 16:
            return -1
        before = n
        couple = h.adult_birth[i, 0] != ABSENT and h.adult_birth[i, 1] != ABSENT
        for k in range(2):
            if h.adult_birth[i, k] == ABSENT:
                continue
            age = min(110, max(0, (month - np.int64(h.adult_birth[i, k])) // 12))
            sex, person = h.adult_sex[i, k], h.adult_id[i, k]
            if to_unit(draw_bits(base[2], person)) < death[sex, age]:
                put(out, n, 2, i, k, -1)
                n += 1
                continue
            if care[sex, age] > 0.0 and to_unit(draw_bits(base[3], person)) < care[sex, age]:
                put(out, n, 3, i, k, -1)
                n += 1
                continue
            if limitation[sex, age] > 0.0 and h.adult_limit[i, k] < 2:
                chance = limitation[sex, age] * (worse if h.adult_limit[i, k] == 1 else 1.0)
                if to_unit(draw_bits(base[1], person)) < chance:
                    put(out, n, 1, i, k, -1)
                    n += 1
            if sex == 1 and h.child_birth[i, 3] == ABSENT and birth[1, age] > 0.0:
                if to_unit(draw_bits(base[0], person)) < birth[1 if couple else 0, age]:
                    put(out, n, 0, i, k, -1)
                    n += 1
        if couple:
            age = min(110, max(0, (month - np.int64(h.adult_birth[i, 0])) // 12))
            bits = draw_bits(base[4], h.id[i])
            if to_unit(bits) < separation[0, age]:
                put(out, n, 4, i, np.int64(bits & np.uint64(1)), -1)
                n += 1
        for k in range(4):
            if h.child_birth[i, k] != ABSENT:
                age = (month - np.int64(h.child_birth[i, k])) // 12
                if age >= 18 and to_unit(draw_bits(base[5], h.child_id[i, k])) < leave[0, min(110, age)]:
                    put(out, n, 5, i, k, -1)
                    n += 1
        age = (month - np.int64(h.adult_birth[i, 0] if h.adult_birth[i, 0] != ABSENT else h.adult_birth[i, 1])) // 12
        if to_unit(draw_bits(base[7], h.id[i])) < p_leave[1 if age < YOUNG else 0]:
            put(out, n, 7, i, 0, -1)
            n += 1
        if n == before and not couple:
            k = 0 if h.adult_birth[i, 0] != ABSENT else 1
            if to_unit(draw_bits(base[6], h.adult_id[i, k])) < union[h.adult_sex[i, k], min(110, max(0, age))]:
                put(out, n, 6, i, k, -1)
                n += 1
    return n


def _draw(g: Households, month: int, t: rates.Rates, p: Params, base: NDArray, p_leave: NDArray):
    room, n = 4000 + len(g.id) // 10, -1
    while n < 0:
        out = np.empty((room, 4), np.int32)
        n = _draw_kernel(
            g, month, t.death, t.care, t.limitation, t.birth, t.leave_home, t.separation, t.union, base, p.rel_worse_limitation,
            p_leave, out,
        )
        room *= 2
    out = out[:n]
    kind, row, slot, other = (out[:, k].copy() for k in range(4))
    along = uniform(base[8], g.id[row]) < p.rel_children_leave_along
    other = np.where((kind == EventKind.SEPARATION) & along, 1, other)
    return kind.astype(np.uint8), row, slot.astype(np.uint8), other.astype(np.int32)


def _pair(g: Households, base: np.uint64, rows: NDArray, slot: NDArray) -> tuple[NDArray, NDArray]:
    """Couples among those who look for a partner: man and woman in order of age with a keyed jitter; the rest waits."""
    birth, sex = g.adult_birth[rows, slot].astype(np.int64), g.adult_sex[rows, slot]
    person = g.adult_id[rows, slot]
    jitter = 96 * (uniform(base, person, np.full(len(person), 7, np.uint64)) - 0.5)
    place = birth + jitter + np.where(sex == 0, AGE_GAP_MONTHS, 0)
    sides = []
    for which in (0, 1):
        side = np.flatnonzero(sex == which)
        sides.append(rows[side[np.lexsort((person[side], place[side]))]])
    n = min(len(sides[0]), len(sides[1]))
    keep = [np.sort(np.argsort(uniform(base, g.id[side], np.full(len(side), 9, np.uint64)), kind="stable")[:n]) for side in sides]
    return sides[0][keep[0]].astype(np.int32), sides[1][keep[1]].astype(np.int32)


def _departure_chance(g: Households, p: Params, border: Border | None) -> NDArray:
    """Chance per month that a household from 35, and one below, leaves and frees its home; float64 [2]."""
    if border is None:
        return np.zeros(2)
    share = p.rel_share_outside_region if len(border.leaving) > 1 else 1.0
    households = float((border.leaving / border.persons_per_household).sum()) * p.p_departure_frees_dwelling * share
    age = age_years(g.adult_birth, 0).max(axis=1)
    weight = float(np.where(age < YOUNG, p.rel_departure_young, 1.0).sum())
    return households / max(1.0, weight) * np.array([1.0, p.rel_departure_young])


def _allocate(
    g: Households, n_rows: int, month: int, kind: NDArray, row: NDArray, other: NDArray, slot: NDArray
) -> Households:
    """Rows for the households that will be founded, with their ids: a hash of the founding event."""
    n = len(kind)
    if n_rows + n > len(g.id):
        g = grow(g, int(1.2 * (n_rows + n)) + 1000)
    new = slice(n_rows, n_rows + n)
    person = np.where(kind == EventKind.LEAVE_HOME, g.child_id[row, slot], g.adult_id[row, np.minimum(slot, 1)])
    union = kind == EventKind.UNION
    partner = np.where(union, other, row)
    mine, theirs = g.adult_id[row].max(axis=1), g.adult_id[partner].max(axis=1)
    second = np.where(union, np.maximum(mine, theirs), np.full(n, month + 100000, np.uint64))
    first = np.where(union, np.minimum(mine, theirs), person)
    g.id[new] = bits_array(np.uint64(hash_ints(17)), first, second)
    return g


def _as_events(month: int, kind: NDArray, row: NDArray, other: NDArray, slot: NDArray, new_row: NDArray) -> Events:
    return Events(
        np.full(len(kind), month, np.int16), kind.astype(np.uint8), row.astype(np.int32), other.astype(np.int32),
        slot.astype(np.uint8), new_row.astype(np.int32), np.zeros(0, np.int64),
    )


def _join(a: Events, b: Events) -> Events:
    return Events(*(np.concatenate(pair) for pair in zip(a, b, strict=True)))


def _arrive(
    g: Households, n_rows: int, n: int, month: int, seed: int, p: Params, equity: NDArray | None
) -> tuple[Households, Events]:
    """``n`` arrivals: persons like those of a keyed household of the start population, the young more often."""
    if n_rows + n > len(g.id):
        g = grow(g, int(1.2 * (n_rows + n)) + 1000)
    rows = np.arange(n_rows, n_rows + n)
    g.id[rows] = [hash_ints(seed, Purpose.ARRIVAL, month, k) for k in range(n)]
    base = np.uint64(hash_ints(seed, Purpose.ARRIVAL, 0))
    donor = _donors(g, uniform(base, g.id[rows]), month, p)
    for name in ("adult_sex", "income_z", "wealth", "adult_birth", "child_birth"):
        getattr(g, name)[rows] = getattr(g, name)[donor]
    for k in range(2):
        there = g.adult_birth[rows, k] != ABSENT
        g.adult_id[rows, k] = np.where(there, bits_array(base, g.id[rows], np.full(n, k + 1, np.uint64)), 0)
    for k in range(4):
        there = g.child_birth[rows, k] != ABSENT
        g.child_id[rows, k] = np.where(there, bits_array(base, g.id[rows], np.full(n, k + 11, np.uint64)), 0)
    span = p.dur_patience_high - p.dur_patience_low
    wait = p.dur_patience_low + span * uniform(np.uint64(hash_ints(seed, Purpose.PATIENCE)), g.id[rows])
    g.patience[rows] = np.minimum(month + wait, int(NEVER) - 1)
    g.adult_limit[rows] = 0
    if equity is not None:
        left = uniform(Draws(seed).base(Purpose.LEFT_HOME), g.id[rows]) < p.rel_left_home_elsewhere
        known = donor < len(equity)
        g.wealth[rows] += np.where(left & known, equity[np.minimum(donor, len(equity) - 1)], 0)
    arrival = np.full(n, EventKind.ARRIVAL)
    return g, _as_events(month, arrival, rows, np.full(n, -1), np.zeros(n, int), np.full(n, -1))


def _donors(g: Households, u: NDArray, month: int, p: Params) -> NDArray:
    """Households of today, the young more often and from 55 half as often (B01–B08; assumption)."""
    rows = np.flatnonzero((g.state == PRESENT) & (g.size > 0))
    age = age_years(g.adult_birth[rows], month).max(axis=1)
    weight = np.select([age < YOUNG, age < 55], [p.rel_departure_young * 0.75, 1.0], 0.5)
    order = np.argsort(g.id[rows], kind="stable")  # by id: the order of rows must not matter
    edges = np.cumsum(weight[order])
    return rows[order[np.minimum(np.searchsorted(edges, u * edges[-1], side="right"), len(rows) - 1)]]


def _birthdays(g: Households, n_rows: int, month: int) -> None:
    birthday = np.flatnonzero((g.state[:n_rows] == PRESENT) & ((g.adult_birth[:n_rows, 0] - month) % 12 == 0))
    describe(g, birthday, month)


def replay(h: Households, events: Events, month: int, first_month: int) -> Happened:
    """Apply a month's events in place (see ``sim.events``)."""
    at = month - first_month
    return run_month(h, events, int(events.first[at]), int(events.first[at + 1]), month)


def refresh(h: Households, rows: NDArray, month: int) -> None:
    """Type, rooms needed and income of households on a birthday."""
    describe(h, rows, month)

