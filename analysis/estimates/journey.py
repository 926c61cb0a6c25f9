"""The klantreis of seniors from the funnel: of each 1,000, how many come into a stage in a year, go on or drop out, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.estimates.statistics import Estimate, Interval, leaving_one_out, paired, same_seeds
from analysis.tables.files import need
from analysis.tables.for_page import JOURNEY, PASSED, REST
from analysis.tables.schema import SENIORS
from sim.counts.schema import FUNNEL
from sim.world.codes import FunnelKind, HouseholdClass, Stage
from sim.world.names import ALL, BASIS

if TYPE_CHECKING:
    from numpy.typing import NDArray

SENIOR = HouseholdClass.SENIOR.key
STAGES = tuple(one.key for one in (Stage.WOONWENS, Stage.WONINGZOEKEN, Stage.VERHUIZEN))
BEFORE = dict(zip(STAGES[1:], STAGES, strict=False))
ENTERED, LEFT, DROPPED, OBSTACLE = (one.key for one in (FunnelKind.ENTERED, FunnelKind.LEFT, FunnelKind.DROPPED, FunnelKind.OBSTACLE))
KINDS = (ENTERED, LEFT, DROPPED)
NEEDS = FUNNEL.some("scenario", "seed", "month", "household_class", "stage", "kind", "code", "n")

Cell = tuple[str, str, str]  # stage, kind, code


def journey(read: Callable[[str], pd.DataFrame], months: pd.DataFrame, n_months: int) -> pd.DataFrame:
    """The table of journey.csv, of months 0 to n_months − 1.

    Args:
        read: the funnel of one scenario (``NEEDS``; rows of zero may be left out), at least of seniors: it is large.
        months: has ``seniors``, of every scenario. n_months: length of the run.

    Returns:
        Columns of ``JOURNEY``, basis first: means over the seeds, and differences from basis (95 %, paired over seeds). What no senior
        ever did in any scenario has no row.

    Raises:
        Refusal: unequal sets of seeds, or a column that is not there.
    """
    need(list(months.columns), SENIORS, "months.parquet")
    run = months[(months["month"] >= 0) & (months["month"] < n_months)]
    seniors = run.groupby(["scenario", "seed"], observed=True)["seniors"].mean()
    seeds = same_seeds({str(name): part["seed"].unique() for name, part in months.groupby("scenario", observed=True)})
    others = sorted({str(name) for name in months["scenario"].unique()} - {BASIS})
    counts = {name: _with_sums(_by_seed(read(name), seeds, n_months), len(seeds)) for name in (BASIS, *others)}
    happened = {cell for some in counts.values() for cell, row in some.items() if row.any()}
    cells = sorted(happened, key=_order)
    values = {
        name: np.array([some.get(cell, np.zeros(len(seeds))) for cell in cells]).reshape(len(cells), len(seeds))
        * (12_000 / (n_months * np.array([seniors[name, seed] for seed in seeds])))
        for name, some in counts.items()
    }
    rows = pd.DataFrame(cells, columns=["stage", "kind", "code"])
    parts = [_of(name, rows, own, values[BASIS]) for name, own in values.items()]
    return pd.concat(parts, ignore_index=True)[list(JOURNEY.names)]


def _by_seed(funnel: pd.DataFrame, seeds: list[int], n_months: int) -> dict[Cell, NDArray]:
    """Seniors of the run by cell: float64 [seeds]."""
    need(list(funnel.columns), NEEDS, FUNNEL.file)
    mine = (funnel["household_class"] == SENIOR) & (funnel["month"] >= 0) & (funnel["month"] < n_months) & funnel["stage"].isin(STAGES)
    counts = funnel[mine].groupby(["stage", "kind", "code", "seed"], observed=True)["n"].sum().unstack("seed", fill_value=0)
    table = counts.reindex(columns=seeds, fill_value=0).to_numpy(float)
    return {(str(stage), str(kind), str(code)): row for (stage, kind, code), row in zip(counts.index, table, strict=True)}


def _with_sums(found: dict[Cell, NDArray], n_seeds: int) -> dict[Cell, NDArray]:
    """With all reasons together, those who came in without the stage before, and those who are left over."""
    sums: dict[Cell, NDArray] = {}
    for (stage, kind, _), row in found.items():
        sums[stage, kind, ALL] = sums.get((stage, kind, ALL), 0) + row

    def of(stage: str, kind: str) -> NDArray:
        return sums.get((stage, kind, ALL), np.zeros(n_seeds))

    more = {(stage, PASSED, ALL): of(stage, ENTERED) - of(before, LEFT) for stage, before in BEFORE.items()}
    more |= {(stage, REST, ALL): of(stage, ENTERED) - of(stage, LEFT) - of(stage, DROPPED) for stage in STAGES[:-1]}
    return {cell: row for cell, row in found.items() if cell[2]} | sums | more


def _order(cell: Cell) -> tuple[int, int, bool, str]:
    kinds = (*KINDS, OBSTACLE, PASSED, REST)
    return STAGES.index(cell[0]), kinds.index(cell[1]), cell[2] != ALL, cell[2]


def _of(name: str, rows: pd.DataFrame, own: NDArray, base: NDArray) -> pd.DataFrame:
    level, change = paired(own, np.zeros_like(own)), paired(own, base)
    at = {cell: k for k, cell in enumerate(rows.itertuples(index=False, name=None))}
    none = np.full(own.shape[1], np.nan)
    share = _part(own, np.array([own[at[stage, kind, ALL]] for stage, kind, _ in at]).reshape(own.shape))
    came = [own[at[stage, ENTERED, ALL]] if (stage, ENTERED, ALL) in at else none for stage, _, _ in at]
    part = _part(own, np.array(came).reshape(own.shape))
    nothing = Interval(*(np.full(len(rows), np.nan) for _ in Interval._fields))
    shown = nothing if name == BASIS else change
    return rows.assign(
        scenario=name,
        mean=level.difference,
        lower=level.lower,
        upper=level.upper,
        share=share.value,
        share_lower=share.lower,
        share_upper=share.upper,
        of_entered=part.value,
        of_entered_lower=part.lower,
        of_entered_upper=part.upper,
        difference=shown.difference,
        difference_lower=shown.lower,
        difference_upper=shown.upper,
        seeds=level.seeds,
    )


def _part(some: NDArray, whole: NDArray) -> Estimate:
    """What part of another count each is, of all seeds together: [rows, seeds] in both; unknown where there is none of the other."""
    with np.errstate(invalid="ignore", divide="ignore"):
        every = some.sum(axis=1) / whole.sum(axis=1)
        without = (some.sum(axis=1) - some.T) / (whole.sum(axis=1) - whole.T)
    found = leaving_one_out(every, without)
    return Estimate(*(np.where(np.isfinite(end), end, np.nan) for end in found))
