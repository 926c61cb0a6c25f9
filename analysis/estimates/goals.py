"""Goals (the toolkit's werkblad Ambities): in which share of the runs each holds, month by month, and at what cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from scipy.special import ndtri

from analysis.estimates.statistics import LEVEL
from analysis.tables.schema import GOALS
from sim.counts.indicators import MONTH_STATES
from sim.world.errors import Refusal, hint
from sim.world.names import ALL, BASIS, Title
from sim.world.notation import Count

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLOWS = ("senior_moves", "fills")  # added up from month 0; the others are a state at the end of the month
COUNTABLE = (*FLOWS, "fit", *MONTH_STATES)
WHOLES = ("seniors", "households", "dwellings")
TARGETS = ("at_least", "at_most", "above_basis", "below_basis")
Indicators = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Goal(BaseModel):
    """What should hold at the end of month ``within`` − 1. ``indicator``: one, or some that are added up."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    title: Title
    indicator: Indicators = Field(min_length=1)
    share_of: str | None = None
    at_least: Count | None = None
    at_most: Count | None = None
    above_basis: float | None = Field(None, ge=-1)
    below_basis: float | None = Field(None, ge=-1, le=1)
    within: int = Field(ge=1, le=1_200)

    @field_validator("indicator")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        return [_one_of(name, COUNTABLE, "indicator of a month") for name in value]

    @field_validator("share_of")
    @classmethod
    def _whole(cls, value: str | None) -> str | None:
        return None if value is None else _one_of(value, WHOLES, "whole to take a share of")

    @model_validator(mode="after")
    def _one_target(self) -> Goal:
        given = [name for name in TARGETS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of {', '.join(TARGETS)} (given: {', '.join(given) or 'none'})")
        flows = [name for name in self.indicator if name in FLOWS]
        if flows and (self.share_of or len(flows) < len(self.indicator)):
            raise ValueError(f"{flows[0]} is added up over the months: it is no part of a state or of a share")
        return self

    def values(self, months: pd.DataFrame) -> NDArray:
        """The goal's quantity at the end of each month, float64 [months]; ``months`` is months.parquet of one run."""
        total = months[self.indicator].sum(axis=1).to_numpy(float)
        if self.indicator[0] in FLOWS:
            total = np.cumsum(total)
        return total / months[self.share_of].to_numpy(float) if self.share_of else total

    def target(self, base: NDArray) -> NDArray:
        """What the quantity must reach (or stay below) given that of basis in the same seed, float64 [months]."""
        if self.above_basis is not None:
            return base * (1 + self.above_basis)
        if self.below_basis is not None:
            return base * (1 - self.below_basis)
        return np.full(len(base), self.at_least if self.at_least is not None else self.at_most, float)

    def holds(self, value: NDArray, base: NDArray) -> NDArray:
        """Whether it holds at the end of each month, bool [months]."""
        above = self.at_least is not None or self.above_basis is not None
        return value >= self.target(base) if above else value <= self.target(base)


def _one_of(name: str, known: Sequence[str], what: str) -> str:
    if name in known:
        return name
    raise Refusal(f"{name!r} is no {what}{hint(name, known, 'there are ' + ', '.join(known))}")


def share_interval(n: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of ``n`` in ``of`` runs: it stays between 0 and 1, also when all or none do."""
    if of == 0:
        return math.nan, math.nan
    z2 = float(ndtri((1 + LEVEL) / 2)) ** 2
    p = n / of
    middle, half = p + z2 / (2 * of), math.sqrt(z2 * (p * (1 - p) / of + z2 / (4 * of * of)))
    return max(0.0, (middle - half) / (1 + z2 / of)), min(1.0, (middle + half) / (1 + z2 / of))


class Run(NamedTuple):
    """What goals read of one run: months.parquet, and the euro spent by the end of each month, float64 [months]."""

    months: pd.DataFrame
    spent: NDArray


def read_run(months: pd.DataFrame, instruments: pd.DataFrame, n_months: int) -> Run:
    """One run from its tables months and instruments; what falls after the horizon is left out."""
    eur = instruments["cost_eur"].to_numpy(float)
    spent = np.bincount(instruments["month"].to_numpy(int), weights=eur, minlength=n_months)
    return Run(months[months["month"] < n_months].sort_values("month"), np.cumsum(spent[:n_months]))


def goals_table(goals: Mapping[str, Goal], runs: Mapping[tuple[str, int], Run]) -> pd.DataFrame:
    """The table of goals.csv: for each goal and scenario a row per month, then the row ``all``.

    Args:
        runs: by (scenario, seed); basis is among them for every seed.

    Returns:
        Columns of ``GOALS``. ``share`` of the seeds in which the goal holds at the end of that month, with Wilson's 95 %
        interval; ``cost``: euro spent by then, ``value`` and ``target``: means over the seeds; ``due``: the month that
        the goal is about. ``all``: every goal holds, each in its own month.
    """
    rows: list[tuple[Any, ...]] = []
    names = sorted({name for name, _ in runs}, key=lambda name: (name != BASIS, name))
    seeds = sorted({seed for _, seed in runs})
    last = max(goal.within for goal in goals.values()) - 1
    for scenario in names:
        of = [(runs[scenario, seed], runs[BASIS, seed]) for seed in seeds]
        cost = np.mean([run.spent for run, _ in of], axis=0)
        for key, goal in goals.items():
            pairs = [(goal.values(run.months), goal.values(base.months)) for run, base in of]
            holds = np.sum([goal.holds(value, base) for value, base in pairs], axis=0)
            value = np.mean([one for one, _ in pairs], axis=0)
            target = np.mean([goal.target(base) for _, base in pairs], axis=0)
            for month, n in enumerate(holds.tolist()):
                means = (value[month], target[month], month == goal.within - 1)
                rows.append((key, scenario, month, n / len(seeds), cost[month], *share_interval(n, len(seeds)), *means, len(seeds)))
        n = sum(reached(goals, *pair) for pair in of)
        whole = (math.nan, math.nan, True)
        rows.append((ALL, scenario, last, n / len(seeds), cost[last], *share_interval(n, len(seeds)), *whole, len(seeds)))
    return pd.DataFrame(rows, columns=list(GOALS.names))


def reached(goals: Mapping[str, Goal], run: Run, base: Run) -> bool:
    """Whether a run reaches every goal, each in its own month."""
    return all(bool(one.holds(one.values(run.months), one.values(base.months))[one.within - 1]) for one in goals.values())


def shortfall(goals: Mapping[str, Goal], run: Run, base: Run) -> float:
    """How far a run stays from the goal that it is furthest from, as a part of the target; 0 or less when all hold."""
    worst = -math.inf
    for goal in goals.values():
        at = goal.within - 1
        value, other = goal.values(run.months), goal.values(base.months)
        target = goal.target(other)[at]
        gap = (target - value[at]) / (abs(target) or 1.0)
        worst = max(worst, gap if goal.at_least is not None or goal.above_basis is not None else -gap)
    return float(worst)
