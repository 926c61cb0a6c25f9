"""The klantreis of seniors from the funnel: how many come into a stage, go on or drop out, per scenario."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.estimates.statistics import paired, same_seeds
from analysis.tables.files import need
from analysis.tables.schema import SENIORS
from sim.counts.schema import FUNNEL
from sim.world.codes import FunnelKind, HouseholdClass, Stage
from sim.world.names import BASIS

SENIOR = HouseholdClass.SENIOR.key
STAGES = tuple(one.key for one in (Stage.WOONWENS, Stage.WONINGZOEKEN, Stage.VERHUIZEN))
KINDS = tuple(one.key for one in (FunnelKind.ENTERED, FunnelKind.LEFT, FunnelKind.DROPPED))
COLUMNS = ("scenario", "stage", "kind", "mean", "difference", "lower", "upper", "seeds")


def per_thousand(funnel: pd.DataFrame, months: pd.DataFrame, n_months: int) -> pd.DataFrame:
    """Senior households per 1,000 present and per year, in months 0 to n_months − 1.

    Args:
        funnel: month × class × stage × kind × code counts (rows of zero may be left out). months: has ``seniors``.
        n_months: length of the run.

    Returns:
        Columns COLUMNS: the scenario's mean over the seeds, and its difference with basis (95 %, paired over seeds).
        A stage and kind that no household of any class ever had has no row: the model does not note it.
    """
    need(list(funnel.columns), FUNNEL.promised, FUNNEL.file)
    need(list(months.columns), SENIORS, "months.parquet")
    run = months[(months["month"] >= 0) & (months["month"] < n_months)]
    seniors = run.groupby(["scenario", "seed"], observed=True)["seniors"].mean()
    seeds = same_seeds({str(name): part["seed"].unique() for name, part in months.groupby("scenario", observed=True)})
    mine = funnel[(funnel["household_class"] == SENIOR) & (funnel["month"] >= 0) & (funnel["month"] < n_months)]
    counts = mine.groupby(["scenario", "seed", "stage", "kind"], observed=True)["n"].sum()
    noted = set(zip(funnel["stage"], funnel["kind"], strict=True))
    cells = [(stage, kind) for stage in STAGES for kind in KINDS if (stage, kind) in noted]
    values = {}
    for scenario in sorted({str(name) for name in months["scenario"].unique()}):
        of_seed = [
            [counts.get((scenario, seed, *cell), 0) * 12_000 / (n_months * seniors[scenario, seed]) for seed in seeds] for cell in cells
        ]
        values[scenario] = np.array(of_seed, float)
    rows = pd.DataFrame(cells, columns=["stage", "kind"])
    if rows.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    parts = []
    for scenario, value in values.items():
        found = paired(value, values[BASIS])
        parts.append(
            rows.assign(
                scenario=scenario,
                mean=value.mean(axis=1),
                difference=found.difference,
                lower=found.lower,
                upper=found.upper,
                seeds=found.seeds,
            )
        )
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]
