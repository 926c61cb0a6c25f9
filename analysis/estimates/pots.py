"""Conditions and pots: how many households each filter of an instrument keeps out, and whose money ran out, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.tables.files import need
from analysis.tables.schema import FILTERS_CSV, POTS
from sim.counts.schema import FILTER, FILTERED, FILTERS, INSTRUMENTS

LEDGER = INSTRUMENTS.some("scenario", "seed", "month", "instrument", "organisation", "cost_eur", "no_money")

SCALED = "a rule of the scenario scales this budget: what is left is not known here"


def filters(table: pd.DataFrame) -> pd.DataFrame:
    """The table of filters.csv: ``filters.parquet`` as means over the seeds, in the order in which the filters are asked."""
    need(list(table.columns), FILTERS.promised, FILTERS.file)
    by = ["scenario", *(column.name for column in FILTER)]
    grouped = table.groupby(by, sort=False, observed=True)
    found = grouped[[column.name for column in FILTERED]].mean().assign(seeds=grouped["seed"].nunique()).reset_index()
    return found[list(FILTERS_CSV.names)]


def pots(
    ledger: pd.DataFrame, scenarios: Mapping[str, Any], strengths: Mapping[str, Sequence[float]], seeds: Sequence[int]
) -> pd.DataFrame:
    """The table of pots.csv: one row per instrument with a budget.

    Args:
        ledger: the table instruments, follow-up included: a promise made in the run is paid after it.
        scenarios: those of the manifest, with all settings of their instruments and their rules.
        strengths: of each scenario by seed, in the order of the seeds; where there is none it is 1.

    Returns:
        Columns of ``POTS``, empty without budgets. A pot ran empty in a seed when money turned somebody away for the first time
        (``no_money`` above 0); months are counted from month 0 and are empty where that never happened. ``most_turned_away`` is
        the largest number of a month, and all euro are means over the seeds.
    """
    need(list(ledger.columns), LEDGER, "instruments.parquet")
    rows = []
    for scenario, one in sorted(scenarios.items()):
        held, scaled = with_rules(one)
        of_seed = dict(zip(seeds, strengths.get(scenario, ()), strict=False))
        for key, settings in sorted(held.items()):
            if settings.get("eur_budget") is None:
                continue
            own = ledger[(ledger["scenario"] == scenario) & (ledger["instrument"] == key)]
            factor = np.array([1.0 if settings.get("already") else of_seed.get(seed, 1.0) for seed in seeds])
            rows.append(
                {"scenario": scenario, "instrument": key, "payer": settings.get("payer", "")}
                | _pot(own, float(settings["eur_budget"]) * factor, seeds, key in scaled)
            )
    return pd.DataFrame(rows, columns=list(POTS.names))


def with_rules(scenario: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Instruments of a scenario with those that its rules can add, and the keys that rules scale."""
    steps = [rule.get("do", {}) for rule in scenario.get("rules", [])]
    added = {key: settings for do in steps for key, settings in (do.get("add") or {}).items() if settings}
    return {**added, **scenario.get("instruments", {})}, {key for do in steps for key in do.get("scale") or {}}


def _pot(own: pd.DataFrame, budgets: np.ndarray, seeds: Sequence[int], scaled: bool) -> dict[str, Any]:
    short = own[own["no_money"] > 0]
    first = short.groupby("seed")["month"].min()
    spent = own.groupby("seed")["cost_eur"].sum().reindex(list(seeds), fill_value=0.0).to_numpy(float)
    most = short.groupby("seed")["no_money"].max().reindex(list(seeds), fill_value=0).to_numpy(float)
    return {
        "eur_budget": budgets.mean(),
        "seeds": len(seeds),
        "seeds_empty": len(first),
        "month_mean": first.mean() if len(first) else np.nan,
        "month_earliest": first.min() if len(first) else np.nan,
        "month_latest": first.max() if len(first) else np.nan,
        "most_turned_away": most.mean(),
        "eur_spent": spent.mean(),
        "eur_left": np.nan if scaled else (budgets - spent).mean(),
        "note": SCALED if scaled else "",
    }
