"""What follows from the persons of a household: type, size, rooms needed and income."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.kernel_cache import njit
from sim.population.base_year import AGES
from sim.population.income import income_table
from sim.population.persons import rooms_of
from sim.world.codes import ALONE, COUPLE, ONE_PARENT, OTHER, PRESENT, WITH_CHILDREN, HouseholdType
from sim.world.columns import ABSENT, N_ADULTS, N_CHILDREN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.columns import Households

N_TYPES = len(HouseholdType)
BANDS = np.array(AGES)
TWELVE = np.uint32(12)
SHIFT = 12 * 10_000  # whole years that make any difference of two months positive


def describe(h: Households, rows: NDArray, month: int) -> None:
    """Type, size, rooms needed and income from the persons that are there; a row may be named twice."""
    t = income_table()
    log_income = np.empty(len(rows))
    describe_kernel(h, rows, month, t.log_median, t.sd_log, log_income)
    h.income[rows] = np.exp(log_income)


@njit(cache=True)
def describe_kernel(h, rows, month, log_median, sd_log, log_income):
    """Write type, size and rooms needed of household ``rows``, and fill float64 ``log_income`` [rows] (log euro per year)."""
    for r in range(len(rows)):
        i = rows[r]
        adults, children, age = 0, 0, np.int64(-1)
        for k in range(N_ADULTS):
            if h.adult_birth[i, k] != ABSENT:
                adults += 1
                age = max(age, (month - np.int64(h.adult_birth[i, k])) // 12)
        for k in range(N_CHILDREN):
            children += h.child_birth[i, k] != ABSENT
        kind = type_of(h.kind[i], adults, children)
        h.kind[i] = kind
        h.size[i] = adults + children
        h.rooms_needed[i] = rooms_of(adults, kind, h.child_birth, h.child_id, i, month)
        cell = _band(age) * N_TYPES + kind
        log_income[r] = log_median[cell] + sd_log[cell] * np.float64(h.income_z[i])


@njit(forceinline=True)
def type_of(before, adults, children):
    """HouseholdType from who is there; two adults who were no couple stay so."""
    if adults == 2:
        if before == OTHER:
            return OTHER
        return WITH_CHILDREN if children else COUPLE
    return ONE_PARENT if children else ALONE


@njit(forceinline=True)
def _band(age):
    band = 0
    for k in range(1, len(BANDS)):
        band += age >= BANDS[k]
    return band


@njit(cache=True)
def birthdays(state, adult_birth, month):
    """Rows (int32) of the households present whose first adult, or the one that is left, has a birthday this month."""
    rows = np.empty(len(state), np.int32)
    n = 0
    for i in range(len(state)):
        if state[i] == PRESENT:
            birth = adult_birth[i, 0] if adult_birth[i, 0] != ABSENT else adult_birth[i, 1]
            since = np.uint32(np.int64(birth) - month + SHIFT)
            rows[n] = i
            n += since % TWELVE == 0  # no branch: the processor could not foresee it
    return rows[:n].copy()
