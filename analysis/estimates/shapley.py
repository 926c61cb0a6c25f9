"""Shares of the parts in a whole: Shapley's, over all coalitions or over drawn orders. Numbers only: no tables, no worlds.

A coalition is a bit mask: bit k stands for the k-th part. A share is a weighted sum of what a part adds to coalitions
without it, and is worked out as such a sum, so that a part which never adds anything has exactly 0.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Order = tuple[int, ...]


class Addition(NamedTuple):
    """What ``part`` adds to the coalition ``before``, which lacks it, counts for ``weight`` in its share."""

    part: int
    before: int
    weight: float

    @property
    def after(self) -> int:
        """The coalition with the part."""
        return self.before | 1 << self.part


def exact(n: int) -> list[Addition]:
    """Additions of Shapley's shares of ``n`` parts: every part to every coalition without it."""
    return [
        Addition(part, before, 1 / (n * math.comb(n - 1, before.bit_count())))
        for part in range(n)
        for before in range(1 << n)
        if not before >> part & 1
    ]


def sampled(orders: Sequence[Order]) -> list[Addition]:
    """Additions when the parts come in one by one, in each of these orders; their mean has Shapley's shares as its
    expectation, and is them when every order is there."""
    found = []
    for order in orders:
        before = 0
        for part in order:
            found.append(Addition(part, before, 1 / len(orders)))
            before |= 1 << part
    return found


def drawn_orders(names: Sequence[str], number: int, seed: int) -> list[Order]:
    """``number`` orders of the parts, keyed by seed, place and name; each second one is the one before it, reversed (a
    part that came early comes late: the mean of the two varies less)."""
    orders: list[Order] = []
    for k in range(number):
        orders.append(orders[-1][::-1] if k % 2 else _drawn(names, f"{seed}/{k}"))
    return orders


def _drawn(names: Sequence[str], key: str) -> Order:
    digests = [hashlib.sha256(f"{key}/{name}".encode()).digest() for name in names]
    return tuple(sorted(range(len(names)), key=lambda i: digests[i]))


def coalitions(additions: Iterable[Addition]) -> list[int]:
    """All coalitions whose value the shares need, small numbers first."""
    return sorted({mask for one in additions for mask in (one.before, one.after)})


def shares(n: int, additions: Sequence[Addition], values: Mapping[int, NDArray]) -> NDArray:
    """The shares of ``n`` parts.

    Args:
        values: the value of each coalition, float64 [rows].

    Returns:
        float64 [n, rows]; NaN in a row in which a coalition has no value. They add up to the value of all minus that
        of none, to rounding.
    """
    rows = len(next(iter(values.values())))
    found = np.zeros((n, rows))
    for one in additions:
        found[one.part] += one.weight * (values[one.after] - values[one.before])
    return found


def noise(coefficients: Iterable[float]) -> float:
    """How much wider the noise of a sum of worlds is than that of a difference of two, at least 1.

    Worlds that differ by nothing of substance scatter, each by itself: a sum with coefficients c has √(½ Σ c²) times the
    spread of a difference. A sum that is steadier than a difference gets no lower floor for it.
    """
    return max(1.0, math.sqrt(sum(c * c for c in coefficients) / 2))
