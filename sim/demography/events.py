"""The demographic event list and its replay: every scenario of a seed lives through the same events.

An event names household rows; rows of households that are founded later exist from the start of the seed, so a row is
the same household in every scenario. An event whose household is gone (an arrival that left for lack of a home) is
void.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.demography.describe import describe
from sim.kernel_cache import njit
from sim.world.chance import U_ODD_SECOND, mix
from sim.world.codes import (
    E_ARRIVAL,
    E_BIRTH,
    E_DEATH,
    E_DEPARTURE,
    E_LEAVE_HOME,
    E_LIMITATION,
    E_SEPARATION,
    E_UNION,
    ENDED,
    NO_AID,
    O_CARE,
    O_DEATH,
    O_DEPARTURE,
    PRESENT,
    T_CHILDREN_LEFT,
    T_FALL,
    T_NONE,
    T_PARTNER,
    T_SIZE,
)
from sim.world.columns import ABSENT, N_ADULTS, N_CHILDREN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.columns import Households

NO_ONE = np.uint64(0)
ROOT_2 = np.float32(1.4142135)
N_ENDED, N_UNIONS, N_FOUNDED, N_CHANGED, N_VOID = range(5)  # places in the counts of a Tally


class People(NamedTuple):
    """The columns of households that the event list depends on and changes (see ``sim.world.columns.Households``)."""

    id: NDArray
    state: NDArray
    adult_id: NDArray
    adult_birth: NDArray
    adult_sex: NDArray
    adult_limit: NDArray
    child_id: NDArray
    child_birth: NDArray
    income_z: NDArray
    wealth: NDArray
    founding: NDArray
    founded: NDArray


class Events(NamedTuple):
    """One row per event, sorted by month, kind and row; ``first`` [months + 1] are the offsets of each month.

    An event finds its person by id, not by place: where somebody's partner never came, the rest of the household's life
    still happens to the right people.
    """

    month: NDArray  # int16
    kind: NDArray  # uint8, EventKind
    row: NDArray  # int32, household (ARRIVAL: the new one)
    other: NDArray  # int32, UNION: the partner's household; SEPARATION: 1 if the children go along; else −1
    person: NDArray  # uint64, adult or child concerned; 0 for UNION, DEPARTURE and ARRIVAL
    new_row: NDArray  # int32, household that is founded, or −1 (LEAVE_HOME: the child goes to another gemeente)
    first: NDArray  # int64


class Event(NamedTuple):
    """One event of ``Events``, as the kernel reads it."""

    month: int
    kind: int
    row: int
    other: int
    person: np.uint64
    new_row: int


class Tally(NamedTuple):
    """Where a month's events write down what they did: rows as they come, ``n`` [5] of them (N_ENDED, …, N_VOID)."""

    n: NDArray  # int64
    ended: NDArray  # int32 [events, 2]: row, Origin
    unions: NDArray  # int32 [events, 3]: partner, partner (−1 if gone), new row
    founded: NDArray  # int32 [events, 3]: row, EventKind, row of the parent or −1
    changed: NDArray  # int32 [events, 2]: row, Trigger


def no_tally(size: int) -> Tally:
    """A tally with room for ``size`` events."""
    return Tally(np.zeros(5, np.int64), *(np.empty((size, width), np.int32) for width in (2, 3, 3, 2)))


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
    void: int  # events that did not happen because somebody they need was gone


def people_of(h: Households | People) -> People:
    """Those columns, not copied."""
    return People(*(getattr(h, name) for name in People._fields))


@njit(forceinline=True)
def _adult_slot(h, i, person):
    for k in range(N_ADULTS):
        if h.adult_birth[i, k] != ABSENT and h.adult_id[i, k] == person:
            return k
    return -1


@njit(forceinline=True)
def _child_slot(h, i, person):
    for k in range(N_CHILDREN):
        if h.child_birth[i, k] != ABSENT and h.child_id[i, k] == person:
            return k
    return -1


@njit(forceinline=True)
def _n_adults(h, i):
    n = 0
    for k in range(N_ADULTS):
        n += h.adult_birth[i, k] != ABSENT
    return n


@njit(forceinline=True)
def _clear_adult(h, i, slot):
    h.adult_birth[i, slot] = ABSENT
    h.adult_id[i, slot] = NO_ONE
    h.adult_limit[i, slot] = NO_AID


@njit(forceinline=True)
def _copy_adult(h, i, slot, c, to):
    h.adult_birth[c, to] = h.adult_birth[i, slot]
    h.adult_id[c, to] = h.adult_id[i, slot]
    h.adult_sex[c, to] = h.adult_sex[i, slot]
    h.adult_limit[c, to] = h.adult_limit[i, slot]


@njit(forceinline=True)
def _move_children(h, i, c):
    """Children of ``i`` go to free slots of ``c``; beyond four children a family is cut off."""
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


@njit(forceinline=True)
def _note_changed(tally, i, trigger):
    at = tally.n[N_CHANGED]
    tally.changed[at, 0], tally.changed[at, 1] = i, trigger
    tally.n[N_CHANGED] += 1


@njit(forceinline=True)
def _end(h, i, origin, tally):
    h.state[i] = ENDED
    at = tally.n[N_ENDED]
    tally.ended[at, 0], tally.ended[at, 1] = i, origin
    tally.n[N_ENDED] += 1


@njit(forceinline=True)
def _found(h, e, c, parent, share, tally):
    """Household ``c`` begins by event ``e``, with ``share`` of the parent's wealth."""
    h.state[c] = PRESENT
    h.founding[c] = e.kind
    h.founded[c] = e.month
    if parent >= 0:
        h.wealth[c] = h.wealth[parent] * share
        h.wealth[parent] -= h.wealth[c]
    at = tally.n[N_FOUNDED]
    tally.founded[at, 0], tally.founded[at, 1], tally.founded[at, 2] = c, e.kind, parent
    tally.n[N_FOUNDED] += 1


@njit(forceinline=True)
def _unite(h, e, a, b, tally):
    """The people of ``a`` and ``b`` (−1 if gone) live on as the new household of event ``e``."""
    c = e.new_row
    h.income_z[c] = h.income_z[a]
    h.wealth[c] = h.wealth[a]
    if b >= 0:
        h.income_z[c] = (h.income_z[a] + h.income_z[b]) / ROOT_2
        h.wealth[c] += h.wealth[b]
    for side in range(2):
        i = b if side else a
        if i < 0:
            continue
        for k in range(N_ADULTS):
            if h.adult_birth[i, k] != ABSENT:
                _copy_adult(h, i, k, c, side)  # the old row keeps them too: the ledger reads who moved
        _move_children(h, i, c)
        h.state[i] = ENDED
    h.state[c] = PRESENT
    h.founding[c] = E_UNION
    h.founded[c] = e.month
    at = tally.n[N_UNIONS]
    tally.unions[at, 0], tally.unions[at, 1], tally.unions[at, 2] = a, b, c
    tally.n[N_UNIONS] += 1
    _note_changed(tally, c, T_NONE)


@njit(forceinline=True)
def _union(h, e, tally):
    here, there = h.state[e.row] == PRESENT, h.state[e.other] == PRESENT
    if not here and not there:
        return False
    _unite(h, e, e.row if here else e.other, e.other if here and there else -1, tally)
    return True


@njit(forceinline=True)
def _bear(h, e, tally):
    i = e.row
    for k in range(N_CHILDREN):
        if h.child_birth[i, k] == ABSENT:
            h.child_birth[i, k] = e.month
            h.child_id[i, k] = mix(e.person + np.uint64(e.month + 100000) * U_ODD_SECOND)
            _note_changed(tally, i, T_SIZE)
            return True
    return False


@njit(forceinline=True)
def _leave(h, e, tally):
    i, c = e.row, e.new_row
    slot = _child_slot(h, i, e.person)
    if slot < 0:
        return False
    if c >= 0:
        h.adult_birth[c, 0] = h.child_birth[i, slot]
        h.adult_id[c, 0] = e.person
        h.adult_sex[c, 0] = e.person & np.uint64(1)
        _found(h, e, c, i, np.float32(0.0), tally)
    h.child_birth[i, slot] = ABSENT
    h.child_id[i, slot] = NO_ONE
    trigger = T_CHILDREN_LEFT
    for k in range(N_CHILDREN):
        if h.child_birth[i, k] != ABSENT:
            trigger = T_NONE
    _note_changed(tally, i, trigger)
    return True


@njit(forceinline=True)
def _separate(h, e, slot, tally):
    """The leaver founds the new household. Somebody whose partner never came goes on there alone: the later events say so."""
    i, c = e.row, e.new_row
    if _n_adults(h, i) < 2:
        _unite(h, e, i, -1, tally)
        return
    _copy_adult(h, i, slot, c, 0)
    h.income_z[c] = h.income_z[i]
    _clear_adult(h, i, slot)
    if e.other == 1:
        _move_children(h, i, c)
    _found(h, e, c, i, np.float32(0.5), tally)
    _note_changed(tally, i, T_NONE)


@njit(forceinline=True)
def _happen(h, e, tally):
    """Event ``e``, in place; False if it is void because somebody that it needs is not there."""
    kind, i = e.kind, e.row
    if kind == E_ARRIVAL:
        _found(h, e, i, -1, np.float32(0.0), tally)
        return True
    if kind == E_UNION:
        return _union(h, e, tally)
    if h.state[i] != PRESENT:
        return False
    if kind == E_DEPARTURE:
        _end(h, i, O_DEPARTURE, tally)
        return True
    if kind == E_LEAVE_HOME:
        return _leave(h, e, tally)
    slot = _adult_slot(h, i, e.person)
    if slot < 0:
        return False
    if kind == E_BIRTH:
        return _bear(h, e, tally)
    if kind == E_LIMITATION:
        h.adult_limit[i, slot] = min(2, h.adult_limit[i, slot] + 1)
        _note_changed(tally, i, T_FALL)
    elif kind == E_SEPARATION:
        _separate(h, e, slot, tally)
    else:
        _clear_adult(h, i, slot)
        if _n_adults(h, i) == 0:
            _end(h, i, O_DEATH if kind == E_DEATH else O_CARE, tally)
        else:
            _note_changed(tally, i, T_PARTNER)
    return True


@njit(cache=True)
def apply_events(h, month, events, lo, hi, tally):
    """Apply the events ``lo`` to ``hi`` in their order, in place, to a table with the columns of persons; fills ``tally``."""
    kinds, rows, others, people, new_rows = events.kind, events.row, events.other, events.person, events.new_row
    for k in range(lo, hi):
        if not _happen(h, Event(month, kinds[k], rows[k], others[k], people[k], new_rows[k]), tally):
            tally.n[N_VOID] += 1


def apply_month(h: Households | People, events: Events, lo: int, hi: int, month: int) -> Happened:
    """Apply the events ``lo`` to ``hi`` in place; types, sizes and incomes are left as they were."""
    tally = no_tally(hi - lo)
    apply_events(people_of(h), month, events, lo, hi, tally)
    ended, unions, founded, changed = (rows[:n] for rows, n in zip(tally[1:], tally.n, strict=False))
    # columns of their own, one number beside the next: a kernel is compiled anew for another layout of what it is given
    ended, founded, changed = (np.ascontiguousarray(rows.T) for rows in (ended, founded, changed))
    return Happened(
        ended[0],
        ended[1].astype(np.uint8),
        unions,
        founded[0],
        founded[1].astype(np.uint8),
        founded[2],
        changed[0],
        changed[1].astype(np.uint8),
        int(tally.n[N_VOID]),
    )


def run_month(h: Households, events: Events, lo: int, hi: int, month: int) -> Happened:
    """Apply the events ``lo`` to ``hi`` in place and describe anew the households that changed."""
    happened = apply_month(h, events, lo, hi, month)
    touched = np.concatenate((happened.changed, happened.founded))
    describe(h, touched[h.state[touched] == PRESENT], month)
    return happened
