"""Packages that a search tried: cost against the share of runs that reaches the goals, and the cheapest that is enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from analysis.estimates.goals import share_interval
from analysis.tables.schema import PACKAGES

Doses = dict[str, float]


class Package(NamedTuple):
    """Doses that were tried in some seeds.

    Attributes:
        number: its place in the search.
        doses: ``instrument.setting`` to its value.
        cost: euro by the month of the last goal, mean over the seeds.
        reached: whether each seed reaches all goals.
        shortfalls: how far each seed stays from the goal that it is furthest from (see ``goals.shortfall``).
        first_seed: the first of the seeds.
    """

    number: int
    doses: Doses
    cost: float
    reached: tuple[bool, ...]
    shortfalls: tuple[float, ...]
    first_seed: int

    @property
    def share(self) -> float:
        """Share of the seeds that reach all goals."""
        return sum(self.reached) / len(self.reached)

    def short(self, probability: float) -> float:
        """The shortfall that this share of the seeds stays at or below; 0 or less when enough of them reach all goals."""
        return sorted(self.shortfalls)[max(1, math.ceil(probability * len(self.shortfalls) - 1e-9)) - 1]


def cheapest(packages: Sequence[Package], probability: float) -> Package | None:
    """The cheapest package with which enough seeds reach the goals; None when there is none."""
    enough = [one for one in packages if one.share >= probability - 1e-9]
    return min(enough, key=lambda one: (one.cost, one.number)) if enough else None


def curve(packages: Sequence[Package]) -> set[int]:
    """Numbers of the packages on the trade-off curve: no other reaches as large a share for less, or more for as much."""
    found, best = set(), -1.0
    for one in sorted(packages, key=lambda one: (one.cost, -one.share, one.number)):
        if one.share > best:
            found.add(one.number)
            best = one.share
    return found


def packages_table(scenario: str, packages: Sequence[Package], check: Package | None, probability: float) -> pd.DataFrame:
    """The table of packages.csv: a row per package that was tried, then the chosen one in the seeds that check it.

    Returns:
        Columns of ``PACKAGES``. ``shortfall``: see ``Package.short``. ``first_seed`` and ``seeds``: what the row was counted in.
    """
    best, on = cheapest(packages, probability), curve(packages)
    rows = []
    for one in [*packages, *([check] if check else [])]:
        n = len(one.reached)
        doses = "; ".join(f"{name}={value:g}" for name, value in one.doses.items())
        rows.append(
            (
                scenario,
                one.number,
                doses,
                one.cost,
                one.share,
                *share_interval(sum(one.reached), n),
                one.short(probability),
                one.first_seed,
                n,
                one is not check and one.number in on,
                best is not None and one.number == best.number,
            )
        )
    return pd.DataFrame(rows, columns=list(PACKAGES.names))
