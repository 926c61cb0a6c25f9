"""The households of one month as instruments look for them: who is there, old enough and on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.fit import oldest_age
from sim.kernel_cache import njit
from sim.world.codes import PRESENT, WENS, ZOEKEN

if TYPE_CHECKING:
    from sim.world.columns import Households

SENIOR = 55  # years: the lowest age of most target groups


class Among(NamedTuple):
    """Households among which a target group is looked for, in order of their rows."""

    rows: NDArray  # int32
    ident: NDArray  # uint64, their ids


class Register:
    """Where the instruments of one month look for their target groups: who is there, old enough and on its way, found once.

    It stands while instruments act: nobody is born, grows older, comes or goes then. Steps of the klantreis it sees.
    """

    def __init__(self, h: Households, month: int) -> None:
        there = np.flatnonzero(h.state == PRESENT).astype(np.int32)
        self._there = _among(h, there), _among(h, _old_enough(there, h.adult_birth, month))
        self._month, self._stage = month, h.stage.copy()
        self._fewer = dict[tuple[bool, bool], Among]()  # by whether all are old enough, and look this month

    def among(self, h: Households, age: int, stages: tuple[int, int], looking: bool = False) -> Among:
        """Households with all of this age, or more, in these stages (first, last); there may be others.

        ``looking``: of these only who searches, or is awake on the list.
        """
        old = age >= SENIOR
        if not looking and (stages[0] < WENS or stages[1] > ZOEKEN):
            return self._there[old]
        if not np.array_equal(self._stage, h.stage):
            self._see_steps(h)
        if (old, looking) not in self._fewer:
            there = self._there[old].rows
            rows = _looking(there, h.stage, h.awake, self._month) if looking else _between(there, h.stage, WENS, ZOEKEN)
            self._fewer[old, looking] = _among(h, rows)
        return self._fewer[old, looking]

    def _see_steps(self, h: Households) -> None:
        """Who took a step since may be on its way or look, too; who does no longer stays in the list."""
        stepped = np.flatnonzero(self._stage != h.stage).astype(np.int32)
        self._stage[stepped] = h.stage[stepped]
        for (old, looking), known in self._fewer.items():
            new = stepped[_holds(self._there[old].rows, stepped) & ~_holds(known.rows, stepped)]
            at = np.searchsorted(known.rows, new)
            self._fewer[old, looking] = Among(np.insert(known.rows, at, new), np.insert(known.ident, at, h.id[new]))


def everybody(h: Households) -> Among:
    """All rows."""
    return Among(np.arange(len(h.state), dtype=np.int32), h.id)


def _among(h: Households, rows: NDArray) -> Among:
    return Among(rows, h.id[rows])


def _holds(rows: NDArray, some: NDArray) -> NDArray:
    """Which of ``some`` are among the ``rows``, which are in order; bool."""
    at = np.searchsorted(rows, some)
    return np.append(rows, -1)[at] == some


@njit(cache=True)
def _old_enough(rows, adult_birth, month):
    """Those of the ``rows`` (int32) whose oldest adult is SENIOR or older."""
    out = np.empty(len(rows), np.int32)
    n = 0
    for i in rows:
        if oldest_age(np.int64(adult_birth[i, 0]), np.int64(adult_birth[i, 1]), month) >= SENIOR:
            out[n] = i
            n += 1
    return out[:n].copy()


@njit(cache=True)
def _between(rows, stage, first, last):
    """Those of the ``rows`` (int32) in the stages from ``first`` to ``last``."""
    out = np.empty(len(rows), np.int32)
    n = 0
    for i in rows:
        if first <= stage[i] <= last:
            out[n] = i
            n += 1
    return out[:n].copy()


@njit(cache=True)
def _looking(rows, stage, awake, month):
    """Those of the ``rows`` (int32) that search, or are awake on the list this month."""
    out = np.empty(len(rows), np.int32)
    n = 0
    for i in rows:
        if stage[i] == ZOEKEN or awake[i] == month:
            out[n] = i
            n += 1
    return out[:n].copy()
