"""What one more move of a senior costs by when one looks: euro and extra moves from month 0 to the end of each year of the run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.estimates.costs import CHEAPER, FREE
from analysis.estimates.statistics import paired, ratio, turned_over
from analysis.tables.for_page import COST_CURVE
from sim.world.names import BASIS, PLACEBO

YEAR = 12


def cost_curve(ledger: pd.DataFrame, by_month: pd.DataFrame, seeds: Sequence[int], months: int) -> pd.DataFrame:
    """The table of cost_curve.csv: intervals are of chance, by Student's t over the seeds; the last row of a scenario is that of costs.csv.

    Args:
        ledger: columns scenario, seed, month, cost_eur, as ``costs`` is given them.
        by_month: columns scenario, seed, month, senior_moves, of every month.
        seeds: those that all scenarios share.
        months: of the run; what falls after it is left out.

    Returns:
        Columns of ``COST_CURVE``, without basis and placebo.
    """
    ends = [*range(YEAR, months, YEAR), months]
    names = sorted({*by_month["scenario"].astype(str)} - {BASIS, PLACEBO})
    moved = {name: _until(by_month[by_month["scenario"] == name], "senior_moves", seeds, ends) for name in (BASIS, *names)}
    rows = []
    for name in names:
        eur = _until(ledger[ledger["scenario"] == name], "cost_eur", seeds, ends)
        more = paired(moved[name], moved[BASIS])
        for n, end in enumerate(ends):
            extra = moved[name][n] - moved[BASIS][n]
            found = FREE if not eur[n].any() else CHEAPER if eur[n].mean() < 0 else ratio(extra, eur[n])
            one = turned_over(found)
            of_extra = (more.difference[n], more.lower[n], more.upper[n])
            rows.append((name, end, eur[n].mean(), *of_extra, one.value, one.lower, one.upper, len(seeds), one.note))
    return pd.DataFrame(rows, columns=list(COST_CURVE.names))


def _until(table: pd.DataFrame, column: str, seeds: Sequence[int], ends: Sequence[int]) -> np.ndarray:
    """Sums from month 0 to before each end, [ends, seeds]."""
    found = np.zeros((len(ends), len(seeds)))
    mine = table[table["month"] >= 0]
    for n, end in enumerate(ends):
        sums = mine.loc[mine["month"] < end].groupby("seed", observed=True)[column].sum()
        found[n] = sums.reindex(seeds, fill_value=0.0).to_numpy(float)
    return found
