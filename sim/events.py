"""The demographic event list and its replay: every scenario of a seed lives through the same events.

An event names household rows; rows of households that are founded later exist from the start of the seed, so a row is the
same household in every scenario. An event whose household is gone (an arrival that left for lack of a home) is void.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sim.codes import EventKind, HouseholdState, HouseholdType, Origin, Trigger
from sim.persons import rooms_needed
from sim.randomness import U_ODD_SECOND, mix
from sim.world import ABSENT, N_ADULTS, N_CHILDREN, age_years

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world import Households

NOT_YET, PRESENT, ENDED = (int(state) for state in HouseholdState)
BIRTH, LIMITATION, DEATH, CARE, SEPARATION, LEAVE, UNION, DEPARTURE, ARRIVAL = (int(kind) for kind in EventKind)
O_DEATH, O_CARE, O_DEPARTURE = int(Origin.DEATH), int(Origin.CARE), int(Origin.DEPARTURE)
T_SIZE, T_FALL, T_PARTNER = int(Trigger.SIZE), int(Trigger.FALL), int(Trigger.LOSS_OF_PARTNER)
T_LEFT, T_NONE = int(Trigger.CHILDREN_LEFT), int(Trigger.NONE)
NO_ONE = np.uint64(0)


class Events(NamedTuple):
    """One row per event, sorted by month, kind and row; ``first`` [months + 1] are the offsets of each month."""

    month: NDArray  # int16
    kind: NDArray  # uint8, EventKind
    row: NDArray  # int32, household (ARRIVAL: the new one)
    other: NDArray  # int32, UNION: the partner's household; SEPARATION: 1 if the children go along; else −1
    slot: NDArray  # uint8, adult or child slot of the person
    new_row: NDArray  # int32, household that is founded, or −1
    first: NDArray  # int64


class Happened(NamedTuple):
    """What a month's events did, for the market to react to."""

    ended: NDArray  # int32 rows
    origin: NDArray  # uint8, Origin of the home that each leaves
    unions: NDArray  # int32 [n, 3]: partner, partner (−1 if gone), new row
    founded: NDArray  # int32 rows, unions excluded
    founded_kind: NDArray  # uint8, EventKind
    founded_parent: NDArray  # int32 row they came from, or −1
    changed: NDArray  # int32 rows whose persons changed
    trigger: NDArray  # uint8, Trigger each
    void: int  # events whose household was gone


@njit(cache=True)
def put(out, n, first, second, third=-1, fourth=-1):
    """Write one row of a result; what does not fit its columns is left out."""
    out[n, 0] = first
    out[n, 1] = second
    if out.shape[1] > 2:
        out[n, 2] = third
    if out.shape[1] > 3:
        out[n, 3] = fourth


@njit(cache=True)
def _clear_adult(h, i, slot):
    h.adult_birth[i, slot] = ABSENT
    h.adult_id[i, slot] = NO_ONE
    h.adult_limit[i, slot] = 0


@njit(cache=True)
def _copy_adult(h, i, slot, c, to):
    h.adult_birth[c, to] = h.adult_birth[i, slot]
    h.adult_id[c, to] = h.adult_id[i, slot]
    h.adult_sex[c, to] = h.adult_sex[i, slot]
    h.adult_limit[c, to] = h.adult_limit[i, slot]


@njit(cache=True)
def _move_children(h, i, c):
    """Children of ``i`` go to free slots of ``c``; those for whom there is none go with the eldest elsewhere (cut off)."""
    for k in range(N_CHILDREN):
        if h.child_birth[i, k] == ABSENT:
            continue
        for to in range(N_CHILDREN):
            if h.child_birth[c, to] == ABSENT:
                h.child_birth[c, to] = h.child_birth[i, k]
                h.child_id[c, to] = h.child_id[i, k]
                break
        h.child_birth[i, k] = ABSENT
        h.child_id[i, k] = NO_ONE


@njit(cache=True)
def _n_adults(h, i):
    n = 0
    for k in range(N_ADULTS):
        n += h.adult_birth[i, k] != ABSENT
    return n


@njit(cache=True)
def _found(h, c, i, month, kind, share):
    h.state[c] = PRESENT
    h.founding[c] = kind
    h.founded[c] = month
    h.wealth[c] = h.wealth[i] * share
    h.wealth[i] -= h.wealth[c]


@njit(cache=True)
def apply_events(h, month, kinds, rows, others, slots, new_rows, ended, unions, founded, changed):
    """Apply events in their order, in place. Fills ``ended`` [row, origin], ``unions`` [a, b, c], ``founded``
    [row, kind, parent], ``changed`` [row, trigger]; returns their lengths and the number of void events."""
    n_ended, n_unions, n_founded, n_changed, void = 0, 0, 0, 0, 0
    for e in range(len(kinds)):
        kind, i, slot, c = kinds[e], rows[e], slots[e], new_rows[e]
        trigger = -1
        if kind == ARRIVAL:
            h.state[i] = PRESENT
            h.founding[i] = ARRIVAL
            h.founded[i] = month
            put(founded, n_founded, i, kind, -1)
            n_founded += 1
            continue
        if kind == UNION:
            b = others[e]
            here, there = h.state[i] == PRESENT, h.state[b] == PRESENT
            if not here and not there:
                void += 1
                continue
            if not here:
                i, b, there = b, i, False
            _unite(h, i, b if there else -1, c, month)
            put(unions, n_unions, i, b if there else -1, c)
            n_unions += 1
            put(changed, n_changed, c, T_NONE)
            n_changed += 1
            continue
        person = kind == DEATH or kind == CARE or kind == LIMITATION or kind == SEPARATION
        gone = h.state[i] != PRESENT or (person and h.adult_birth[i, slot] == ABSENT)
        if gone or (kind == LEAVE and h.child_birth[i, slot] == ABSENT) or (kind == SEPARATION and _n_adults(h, i) < 2):
            void += 1
            continue
        if kind == BIRTH:
            trigger = _bear(h, i, slot, month)
        elif kind == LIMITATION:
            h.adult_limit[i, slot] = min(2, h.adult_limit[i, slot] + 1)
            trigger = T_FALL
        elif kind == DEATH or kind == CARE:
            _clear_adult(h, i, slot)
            trigger = T_PARTNER
            if _n_adults(h, i) == 0:
                h.state[i] = ENDED
                put(ended, n_ended, i, O_DEATH if kind == DEATH else O_CARE)
                n_ended += 1
                continue
        elif kind == DEPARTURE:
            h.state[i] = ENDED
            put(ended, n_ended, i, O_DEPARTURE)
            n_ended += 1
            continue
        elif kind == SEPARATION:
            _copy_adult(h, i, slot, c, 0)
            h.income_z[c] = h.income_z[i]
            _clear_adult(h, i, slot)
            if others[e] == 1:
                _move_children(h, i, c)
            _found(h, c, i, month, SEPARATION, np.float32(0.5))
            trigger = T_NONE
        else:
            trigger = _leave(h, i, slot, c, month)
        if c >= 0:
            put(founded, n_founded, c, kind, i)
            n_founded += 1
        put(changed, n_changed, i, trigger)
        n_changed += 1
    return n_ended, n_unions, n_founded, n_changed, void


@njit(cache=True)
def _bear(h, i, slot, month):
    for k in range(N_CHILDREN):
        if h.child_birth[i, k] == ABSENT:
            h.child_birth[i, k] = month
            h.child_id[i, k] = mix(h.adult_id[i, slot] + np.uint64(month + 100000) * U_ODD_SECOND)
            break
    return T_SIZE


@njit(cache=True)
def _leave(h, i, slot, c, month):
    h.adult_birth[c, 0] = h.child_birth[i, slot]
    h.adult_id[c, 0] = h.child_id[i, slot]
    h.adult_sex[c, 0] = h.child_id[i, slot] & np.uint64(1)
    h.child_birth[i, slot] = ABSENT
    h.child_id[i, slot] = NO_ONE
    _found(h, c, i, month, LEAVE, np.float32(0.0))
    for k in range(N_CHILDREN):
        if h.child_birth[i, k] != ABSENT:
            return T_NONE
    return T_LEFT


@njit(cache=True)
def _unite(h, a, b, c, month):
    for k in range(N_ADULTS):
        if h.adult_birth[a, k] != ABSENT:
            _copy_adult(h, a, k, c, 0)
    h.income_z[c] = h.income_z[a]
    h.wealth[c] = h.wealth[a]
    _move_children(h, a, c)
    h.state[a] = ENDED
    if b >= 0:
        for k in range(N_ADULTS):
            if h.adult_birth[b, k] != ABSENT:
                _copy_adult(h, b, k, c, 1)
        h.income_z[c] = (h.income_z[a] + h.income_z[b]) / np.float32(1.4142135)
        h.wealth[c] += h.wealth[b]
        _move_children(h, b, c)
        h.state[b] = ENDED
    h.state[c] = PRESENT
    h.founding[c] = UNION
    h.founded[c] = month


def run_month(h: Households, events: Events, lo: int, hi: int, month: int) -> Happened:
    """Apply the events ``lo`` to ``hi`` in place and describe anew the households that changed."""
    n = hi - lo
    ended, unions = np.empty((n, 2), np.int32), np.empty((n, 3), np.int32)
    founded, changed = np.empty((n, 3), np.int32), np.empty((n, 2), np.int32)
    part = slice(lo, hi)
    lengths = apply_events(
        h, month, events.kind[part], events.row[part], events.other[part], events.slot[part], events.new_row[part],
        ended, unions, founded, changed,
    )
    n_ended, n_unions, n_founded, n_changed, void = lengths
    ended, unions, founded, changed = ended[:n_ended], unions[:n_unions], founded[:n_founded], changed[:n_changed]
    touched = np.unique(np.concatenate((changed[:, 0], founded[:, 0])))
    describe(h, touched[h.state[touched] == PRESENT], month)
    return Happened(
        ended[:, 0], ended[:, 1].astype(np.uint8), unions, founded[:, 0], founded[:, 1].astype(np.uint8), founded[:, 2],
        changed[:, 0], changed[:, 1].astype(np.uint8), void,
    )


def describe(h: Households, rows: NDArray, month: int) -> None:
    """Type, size, rooms needed and income from the persons that are there."""
    from sim.base_year import AGES
    from sim.income import income_of

    adults = (h.adult_birth[rows] != ABSENT).sum(axis=1)
    children = (h.child_birth[rows] != ABSENT).sum(axis=1)
    h.kind[rows] = np.select(
        [(adults == 2) & (children > 0), adults == 2, children > 0],
        [HouseholdType.COUPLE_WITH_CHILDREN, HouseholdType.COUPLE, HouseholdType.ONE_PARENT], HouseholdType.ONE_PERSON,
    )
    h.size[rows] = adults + children
    h.rooms_needed[rows] = rooms_needed(h, rows, month)
    age = age_years(h.adult_birth[rows], month).max(axis=1)
    band = np.maximum(0, np.searchsorted(AGES, age, side="right") - 1)
    h.income[rows] = income_of(band * len(HouseholdType) + h.kind[rows], h.income_z[rows])
