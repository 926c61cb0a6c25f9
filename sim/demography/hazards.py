"""Who meets which event this month: hazards by age, sex and household, compared with one keyed draw each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.demography import rates
from sim.kernel_cache import njit
from sim.world.chance import TO_UNIT, U11, U_ODD_ID, Purpose, draw_bits, mix, to_unit
from sim.world.codes import (
    E_BIRTH,
    E_CARE,
    E_DEATH,
    E_DEPARTURE,
    E_LEAVE_HOME,
    E_LIMITATION,
    E_SEPARATION,
    E_UNION,
    PRESENT,
    WALKING_AID,
    WHEELCHAIR,
    WOMAN,
)
from sim.world.columns import ABSENT, N_ADULTS, N_CHILDREN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.demography.events import People
    from sim.parameters import Params

PURPOSES = (  # in the order of EventKind, as the kernel reads them; the last one says with whom the children go
    Purpose.BIRTH,
    Purpose.LIMITATION,
    Purpose.DEATH,
    Purpose.CARE,
    Purpose.SEPARATION,
    Purpose.LEAVE_HOME,
    Purpose.UNION,
    Purpose.DEPARTURE,
    Purpose.CHILD_SEX,
)
MAX_AGE = rates.MAX_AGE
TWELVE = np.uint32(12)
MOST_EVENTS = N_ADULTS + N_CHILDREN + 3  # of one household in one month


class Chances(NamedTuple):
    """What the kernel compares its draws with: chances per month."""

    death: NDArray  # float64 [2, 111] by sex and age
    care: NDArray
    limitation: NDArray
    union: NDArray
    birth: NDArray  # float64 [2, 4, 111] single or partnered, children at home (3 = three or more), age
    leave_home: NDArray  # float64 [1, 111]
    separation: NDArray  # float64 [1, 111] by age of the first adult
    between: int  # months from a birth to the next, at least
    adult: int  # years from which a child may leave home
    worse: float  # factor on the onset of a limitation for who has one
    bounds: NDArray  # uint64 [2, 111, 5] by sex and age (see ``_bounds``)
    bears: NDArray  # bool [2, 111], whether the third bound is that of a birth


class Odds(NamedTuple):
    """What the draws of one month are made of and compared with."""

    month: int
    chances: Chances
    base: NDArray  # uint64 [9], base keys in the order of PURPOSES
    p_leave: NDArray  # float64 [111], chance to depart of a household, by age of its first adult


def scaled_rates(p: Params) -> rates.Rates:
    """Chances per month under the parameters."""
    return rates.per_month(
        {
            "death": p.rel_death,
            "care": p.rel_care,
            "limitation": p.rel_limitation,
            "birth": p.rel_birth,
            "leave_home": p.rel_leave_home,
            "separation": p.rel_separation,
            "union": p.rel_union,
        },
        p.n_years_in_care,
        p.rel_death_at_home_least,
    )


def chances(p: Params) -> Chances:
    """Thresholds of the kernel, computed once."""
    t = scaled_rates(p)
    order = np.array([p.rel_birth_first, p.rel_birth_second, p.rel_birth_third, p.rel_birth_third])
    birth = np.minimum(t.birth[:, None, :] * order[None, :, None], 0.999)
    worse = p.rel_worse_limitation
    bears = np.stack((np.zeros(MAX_AGE + 1, bool), birth[1, 0] > 0))
    bounds = _bounds(t, birth, bears, max(1.0, worse))
    return Chances(
        t.death,
        t.care,
        t.limitation,
        t.union,
        birth,
        t.leave_home,
        t.separation,
        int(p.dur_between_births),
        int(p.age_leave_home),
        worse,
        bounds,
        bears,
    )


def _bounds(t: rates.Rates, birth: NDArray, bears: NDArray, worse: float) -> NDArray:
    """Random bits above which nothing can happen to a person, whoever else is in the household: uint64 [2, 111, 5].

    In the last axis: death, care, a birth or else a limitation, a union, a separation.
    """
    onset = t.limitation * worse
    third = np.where(bears, np.where(onset > 0, 1.0, birth.max(axis=(0, 1))), onset)
    return bits_of(np.stack((t.death, t.care, third, t.union, np.broadcast_to(t.separation, t.death.shape)), axis=2))


def bits_of(chance: NDArray) -> NDArray:
    """The largest 64 bits whose uniform number is below ``chance``, uint64 (0 where no number is)."""
    steps = np.ceil(np.clip(chance, 0.0, 1.0) / TO_UNIT).astype(np.uint64)
    return np.where(steps > 0, (steps << U11) - np.uint64(1), np.uint64(0))


@njit(inline="always")
def _age(birth, month):
    return min(MAX_AGE, np.int64(np.uint32(max(0, month - np.int64(birth))) // TWELVE))


@njit(inline="always")
def _fires(base, ident, chance):
    return chance > 0.0 and to_unit(draw_bits(base, ident)) < chance


@njit(inline="always")
def _bounded(person, at, base, third):
    """Whether an adult's draws of death, care, and birth or limitation are within their bounds."""
    key = person * U_ODD_ID
    return (mix(base[E_DEATH] + key) <= at[0]) | (mix(base[E_CARE] + key) <= at[1]) | (mix(third + key) <= at[2])


@njit(cache=True)
def screen(h, n_rows, odds, leave, rows):
    """Fill ``rows`` with the households present that can meet an event this month; returns how many.

    The draws are those of the kernels below, against bounds that the true chances never pass (``leave``: of departures),
    so the few that are left hold every event. All draws are made before any is looked at: that is faster.
    """
    month, c, base = odds.month, odds.chances, odds.base
    n, adult_since = 0, month - 12 * c.adult
    for i in range(n_rows):
        if h.state[i] != PRESENT:
            continue
        one, two = h.adult_birth[i, 0], h.adult_birth[i, 1]
        fires = draw_bits(base[E_DEPARTURE], h.id[i]) <= leave
        if one != ABSENT:
            sex, age, person = h.adult_sex[i, 0], _age(one, month), h.adult_id[i, 0]
            at = c.bounds[sex, age]
            fires |= _bounded(person, at, base, base[E_BIRTH] if c.bears[sex, age] else base[E_LIMITATION])
            if two != ABSENT:
                fires |= draw_bits(base[E_SEPARATION], h.id[i]) <= at[4]
            else:
                fires |= draw_bits(base[E_UNION], person) <= at[3]
        if two != ABSENT:
            sex, age, person = h.adult_sex[i, 1], _age(two, month), h.adult_id[i, 1]
            at = c.bounds[sex, age]
            fires |= _bounded(person, at, base, base[E_BIRTH] if c.bears[sex, age] else base[E_LIMITATION])
            if one == ABSENT:
                fires |= draw_bits(base[E_UNION], person) <= at[3]
        for k in range(N_CHILDREN):
            born = h.child_birth[i, k]
            if born != ABSENT and born <= adult_since:
                fires |= _fires(base[E_LEAVE_HOME], h.child_id[i, k], c.leave_home[0, _age(born, month)])
        rows[n] = i
        n += fires
    return n


@njit(cache=True)
def draw_adults_kernel(h, rows, odds, out, busy):
    """Draw births, limitations, deaths and moves to care of the households ``rows`` this month.

    Fills ``out`` [room, 3] (kind, row, slot), marks ``busy`` [rows] and returns the number of events.
    """
    month, c, base = odds.month, odds.chances, odds.base
    n, year_ago = 0, month - c.between
    b_death, b_care, b_limit, b_birth = base[E_DEATH], base[E_CARE], base[E_LIMITATION], base[E_BIRTH]
    for r in range(len(rows)):
        i = rows[r]
        for k in range(N_ADULTS):
            if h.adult_birth[i, k] == ABSENT:
                continue
            age, sex, person = _age(h.adult_birth[i, k], month), h.adult_sex[i, k], h.adult_id[i, k]
            kind = -1
            if _fires(b_death, person, c.death[sex, age]):
                kind = E_DEATH
            elif _fires(b_care, person, c.care[sex, age]):
                kind = E_CARE
            elif c.limitation[sex, age] > 0.0 and h.adult_limit[i, k] < WHEELCHAIR:
                if _fires(b_limit, person, c.limitation[sex, age] * (c.worse if h.adult_limit[i, k] == WALKING_AID else 1.0)):
                    kind = E_LIMITATION
            elif sex == WOMAN and c.birth[1, 0, age] > 0.0:  # no woman of that age meets the onset tables
                couple = h.adult_birth[i, 1 - k] != ABSENT
                children, recent = 0, False
                for j in range(N_CHILDREN):
                    if h.child_birth[i, j] != ABSENT:
                        children += 1
                        recent = recent or h.child_birth[i, j] > year_ago
                chance = 0.0 if recent or children == N_CHILDREN else c.birth[1 if couple else 0, children, age]
                if _fires(b_birth, person, chance):
                    kind = E_BIRTH
            if kind >= 0:
                out[n, 0], out[n, 1], out[n, 2] = kind, i, k
                n += 1
                busy[r] = True
    return n


@njit(cache=True)
def draw_households_kernel(h, rows, odds, out, busy):
    """Draw children who leave, separations, departures, and (UNION) single people who look for a partner; the rest as
    in ``draw_adults_kernel``. Who met another event this month (``busy``) finds no partner."""
    month, c, base = odds.month, odds.chances, odds.base
    n = 0
    b_leave, b_separation, b_departure, b_union = base[E_LEAVE_HOME], base[E_SEPARATION], base[E_DEPARTURE], base[E_UNION]
    for r in range(len(rows)):
        i, before = rows[r], n
        for k in range(N_CHILDREN):
            if h.child_birth[i, k] != ABSENT:
                age = _age(h.child_birth[i, k], month)
                if age >= c.adult and _fires(b_leave, h.child_id[i, k], c.leave_home[0, age]):
                    out[n, 0], out[n, 1], out[n, 2] = E_LEAVE_HOME, i, k
                    n += 1
        first = 0 if h.adult_birth[i, 0] != ABSENT else 1
        couple = first == 0 and h.adult_birth[i, 1] != ABSENT
        age = _age(h.adult_birth[i, first], month)
        if couple:
            bits = draw_bits(b_separation, h.id[i])
            if to_unit(bits) < c.separation[0, age]:
                out[n, 0], out[n, 1], out[n, 2] = E_SEPARATION, i, np.int64(bits & np.uint64(1))
                n += 1
        if _fires(b_departure, h.id[i], odds.p_leave[age]):
            out[n, 0], out[n, 1], out[n, 2] = E_DEPARTURE, i, 0
            n += 1
        chance = 0.0 if couple or n > before or busy[r] else c.union[h.adult_sex[i, first], age]
        if _fires(b_union, h.adult_id[i, first], chance):
            out[n, 0], out[n, 1], out[n, 2] = E_UNION, i, first
            n += 1
    return n


def draw_month(g: People, n_rows: int, odds: Odds) -> NDArray:
    """What the kernels draw: int32 [events, 3] of kind, row and slot."""
    rows = np.empty(n_rows + 1, np.int32)
    rows = rows[: screen(g, n_rows, odds, bits_of(odds.p_leave).max(), rows)]
    busy, out = np.zeros(len(rows), np.bool_), np.empty((MOST_EVENTS * len(rows), 3), np.int32)
    n = draw_adults_kernel(g, rows, odds, out, busy)
    n += draw_households_kernel(g, rows, odds, out[n:], busy)
    return out[:n].copy()
