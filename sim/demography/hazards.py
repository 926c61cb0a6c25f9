"""Who meets which event this month: hazards by age, sex and household, compared with one keyed draw each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from sim.codes import EventKind, HouseholdState, Sex
from sim.demography import rates
from sim.randomness import Purpose, draw_bits, to_unit
from sim.world import ABSENT, N_ADULTS, N_CHILDREN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.demography.events import People
    from sim.parameters import Params

PRESENT = int(HouseholdState.PRESENT)
BIRTH, LIMITATION, DEATH, CARE, SEPARATION, LEAVE, UNION, DEPARTURE, ARRIVAL = (int(kind) for kind in EventKind)
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
MONTHS_BETWEEN_BIRTHS = 12  # a woman has no second child within a year of the last
YOUNG = 35
ADULT = 18
MAX_AGE = rates.MAX_AGE
TWELVE = np.uint32(12)
WOMAN = int(Sex.WOMAN)


class Chances(NamedTuple):
    """What the kernel compares its draws with: chances per month."""

    death: NDArray  # float64 [2, 111] by sex and age
    care: NDArray
    limitation: NDArray
    union: NDArray
    birth: NDArray  # float64 [2, 4, 111] single or partnered, children at home (3 = three or more), age
    leave_home: NDArray  # float64 [1, 111]
    separation: NDArray  # float64 [1, 111] by age of the first adult
    worse: float  # factor on the onset of a limitation for who has one


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
        }
    )


def chances(p: Params) -> Chances:
    """Thresholds of the kernel, computed once."""
    t = scaled_rates(p)
    order = np.array([p.rel_birth_first, p.rel_birth_second, p.rel_birth_third, p.rel_birth_third])
    birth = np.minimum(t.birth[:, None, :] * order[None, :, None], 0.999)
    return Chances(t.death, t.care, t.limitation, t.union, birth, t.leave_home, t.separation, p.rel_worse_limitation)


@njit(inline="always")
def _age(birth, month):
    return min(MAX_AGE, np.int64(np.uint32(max(0, month - np.int64(birth))) // TWELVE))


@njit(inline="always")
def _fires(base, ident, chance):
    return chance > 0.0 and to_unit(draw_bits(base, ident)) < chance


@njit(cache=True)
def draw_adults_kernel(h, n_rows, month, c, base, out, busy):
    """Draw births, limitations, deaths and moves to care of this month.

    Fills ``out`` [room, 3] (kind, row, slot), marks ``busy`` [n_rows] and returns the number of events, or −1 if
    ``out`` is too short.
    """
    n, year_ago = 0, month - MONTHS_BETWEEN_BIRTHS
    b_death, b_care, b_limit, b_birth = base[DEATH], base[CARE], base[LIMITATION], base[BIRTH]
    for i in range(n_rows):
        if h.state[i] != PRESENT:
            continue
        if n > len(out) - 8:
            return -1
        for k in range(N_ADULTS):
            if h.adult_birth[i, k] == ABSENT:
                continue
            age, sex, person = _age(h.adult_birth[i, k], month), h.adult_sex[i, k], h.adult_id[i, k]
            kind = -1
            if _fires(b_death, person, c.death[sex, age]):
                kind = DEATH
            elif _fires(b_care, person, c.care[sex, age]):
                kind = CARE
            elif c.limitation[sex, age] > 0.0 and h.adult_limit[i, k] < 2:
                if _fires(b_limit, person, c.limitation[sex, age] * (c.worse if h.adult_limit[i, k] == 1 else 1.0)):
                    kind = LIMITATION
            elif sex == WOMAN and c.birth[1, 0, age] > 0.0:  # no woman of that age meets the onset tables
                couple = h.adult_birth[i, 1 - k] != ABSENT
                children, recent = 0, False
                for j in range(N_CHILDREN):
                    if h.child_birth[i, j] != ABSENT:
                        children += 1
                        recent = recent or h.child_birth[i, j] > year_ago
                chance = 0.0 if recent or children == N_CHILDREN else c.birth[1 if couple else 0, children, age]
                if _fires(b_birth, person, chance):
                    kind = BIRTH
            if kind >= 0:
                out[n, 0], out[n, 1], out[n, 2] = kind, i, k
                n += 1
                busy[i] = True
    return n


@njit(cache=True)
def draw_households_kernel(h, n_rows, month, c, base, p_leave, out, busy):
    """Draw children who leave, separations, departures, and (UNION) single people who look for a partner; the rest as
    in ``draw_adults_kernel``. Who met another event this month (``busy``) finds no partner."""
    n = 0
    b_leave, b_separation, b_departure, b_union = base[LEAVE], base[SEPARATION], base[DEPARTURE], base[UNION]
    for i in range(n_rows):
        if h.state[i] != PRESENT:
            continue
        if n > len(out) - 8:
            return -1
        before = n
        for k in range(N_CHILDREN):
            if h.child_birth[i, k] != ABSENT:
                age = _age(h.child_birth[i, k], month)
                if age >= ADULT and _fires(b_leave, h.child_id[i, k], c.leave_home[0, age]):
                    out[n, 0], out[n, 1], out[n, 2] = LEAVE, i, k
                    n += 1
        first = 0 if h.adult_birth[i, 0] != ABSENT else 1
        couple = first == 0 and h.adult_birth[i, 1] != ABSENT
        age = _age(h.adult_birth[i, first], month)
        if couple:
            bits = draw_bits(b_separation, h.id[i])
            if to_unit(bits) < c.separation[0, age]:
                out[n, 0], out[n, 1], out[n, 2] = SEPARATION, i, np.int64(bits & np.uint64(1))
                n += 1
        if _fires(b_departure, h.id[i], p_leave[1 if age < YOUNG else 0]):
            out[n, 0], out[n, 1], out[n, 2] = DEPARTURE, i, 0
            n += 1
        chance = 0.0 if couple or n > before or busy[i] else c.union[h.adult_sex[i, first], age]
        if _fires(b_union, h.adult_id[i, first], chance):
            out[n, 0], out[n, 1], out[n, 2] = UNION, i, first
            n += 1
    return n


def draw_month(g: People, n_rows: int, month: int, c: Chances, base: NDArray, p_leave: NDArray) -> NDArray:
    """What the kernels draw: int32 [events, 3] of kind, row and slot; base keys in the order of PURPOSES."""
    busy, room = np.zeros(n_rows, np.bool_), 1000 + n_rows // 40
    while True:
        out = np.empty((room, 3), np.int32)
        n = draw_adults_kernel(g, n_rows, month, c, base, out, busy)
        m = draw_households_kernel(g, n_rows, month, c, base, p_leave, out[n:], busy) if n >= 0 else -1
        if m >= 0:
            return out[: n + m].copy()
        room *= 2
