"""Effects of scenarios for every indicator, group and period, made from summary alone.

Net effects are differences between paired worlds, seed by seed. First moves have two estimands more: the direct effect (by
ghosts, inside one world) and verdringing, the direct effect less the net one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.estimates.statistics import claimed, half_width, paired, refuse_twins, same_seeds, seeds_needed
from analysis.tables.files import need
from analysis.tables.schema import EFFECTS
from sim.counts.indicators import DIRECT, REGISTRY
from sim.counts.schema import SUMMARY
from sim.world.errors import Refusal
from sim.world.names import ALL, BASIS, PLACEBO

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEYS = ["indicator", "group_by", "group", "months_from", "months_to"]
FIRST_MOVES = "first_moves"
FIRST = (
    "senior_moves",
    "moves_set_off",
    "fit",
    "suitable_seniors",
    "freed_family_homes",
    "starters_housed",
    "families_housed",
    "waiting_months",
)


def by_seed(summary: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, NDArray], list[int]]:
    """The summary as one array per scenario.

    Returns:
        Rows (columns KEYS, in the order in which basis has them, without the year before), values [rows, seeds] by
        scenario, and the seeds. A row that a scenario lacks is NaN there.

    Raises:
        Refusal: unequal sets of seeds, a value given twice, or a column that is not there.
    """
    need(list(summary.columns), SUMMARY.promised, SUMMARY.file)
    seeds = same_seeds({str(name): part["seed"].unique() for name, part in summary.groupby("scenario", observed=True)})
    twice = summary.duplicated(["scenario", "seed", *KEYS])
    if twice.any():
        row = summary[twice].iloc[0]
        raise Refusal(
            f"summary.parquet: scenario {row['scenario']}, seed {row['seed']} gives {row['indicator']} for "
            f"{row['group_by']}={row['group']} to month {row['months_to']} twice; the same experiments.compare "
            "makes it anew"
        )
    wide = summary.pivot(index=KEYS, columns=["scenario", "seed"], values="value")
    order = summary.loc[(summary["scenario"] == BASIS) & (summary["months_from"] >= 0), KEYS].drop_duplicates()
    wide = wide.reindex(pd.MultiIndex.from_frame(order))
    names = sorted({str(name) for name in summary["scenario"].unique()})
    return order.reset_index(drop=True), {name: wide[name][seeds].to_numpy(float) for name in names}, seeds


def effects(summary: pd.DataFrame, fingerprints: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The table of effects.csv: one row per scenario (placebo included) × indicator × group × period.

    Args:
        summary: one row per scenario, seed, indicator, group and period.
        fingerprints: seed to the fingerprint of its world, to refuse two seeds that are one.

    Returns:
        Columns of ``EFFECTS``. ``mean`` is the scenario's; ``difference`` scenario minus basis with its 95 % interval;
        ``placebo`` the half-width of the placebo's interval for the same row (empty without placebo or with one
        seed; 0 for a direct effect, which no reshuffle can touch); ``seeds`` those with a value in both worlds;
        ``seeds_needed`` see ``statistics.seeds_needed``.

    Raises:
        Refusal: unequal sets of seeds, or two seeds with one world.
    """
    refuse_twins(fingerprints or {})
    rows, values, _seeds = by_seed(summary)
    floor = np.full(len(rows), np.nan)
    if PLACEBO in values:
        floor = half_width(paired(values[PLACEBO], values[BASIS]))
    net, direct = rows["indicator"] != DIRECT, rows["indicator"] == DIRECT
    parts = []
    for name in (one for one in values if one != BASIS):
        own, base = values[name], values[BASIS]
        parts.append(_of(name, rows[net], "net", own[net], base[net], floor[net]))
        if name != PLACEBO and direct.any():
            mine = rows[direct].assign(indicator=FIRST_MOVES)
            net_floor, caused, base_caused = floor[(rows["indicator"] == FIRST_MOVES)], own[direct], base[direct]
            lost, base_lost = (some[direct] - some[rows["indicator"] == FIRST_MOVES] for some in (own, base))
            parts.append(_of(name, mine, "direct", caused, base_caused, np.zeros(len(mine))))
            parts.append(_of(name, mine, "verdringing", lost, base_lost, net_floor))
    if not parts:
        return pd.DataFrame(columns=list(EFFECTS.names))
    return pd.concat(parts, ignore_index=True)[list(EFFECTS.names)]


def _of(name: str, rows: pd.DataFrame, estimand: str, values: NDArray, base: NDArray, floor: NDArray) -> pd.DataFrame:
    found = paired(values, base)
    needed = pd.Series(seeds_needed(found.difference, found.deviation), index=rows.index).astype("Int64")
    return rows.assign(
        scenario=name,
        unit=[unit(key) for key in rows["indicator"]],
        estimand=estimand,
        mean=found.difference if estimand == "verdringing" else values.mean(axis=1),  # a loss has no level of its own
        difference=found.difference,
        lower=found.lower,
        upper=found.upper,
        placebo=floor,
        seeds=found.seeds,
        seeds_needed=needed,
    )


def unit(indicator: str) -> str:
    """Unit of an indicator, from the registry; empty for one that it does not know."""
    return REGISTRY[indicator].unit if indicator in REGISTRY else ""


def with_claims(table: pd.DataFrame) -> pd.DataFrame:
    """The table of effects with a column ``claimed`` (see ``statistics.claimed``)."""
    return table.assign(claimed=claimed(table["difference"], table["lower"], table["upper"], table["placebo"]))


def whole_run(table: pd.DataFrame, indicator: str, group_by: str = ALL, estimand: str = "net") -> pd.DataFrame:
    """Rows of one indicator and estimand over the longest period from month 0, placebo left out."""
    chosen = table[(table["indicator"] == indicator) & (table["group_by"] == group_by) & (table["months_from"] == 0)]
    chosen = chosen[chosen["estimand"] == estimand]
    chosen = chosen[(chosen["months_to"] == table["months_to"].max()) & (chosen["scenario"] != PLACEBO)]
    return chosen.reset_index(drop=True)


def comparisons(table: pd.DataFrame) -> dict[str, int]:
    """How many comparisons were made, and in how many the world in which nothing of substance differs seems to differ.

    Returns:
        ``n`` rows of scenarios with an interval that is not just a point, ``claims`` among them, ``placebo_n`` rows
        of the placebo with an interval, ``placebo_misses`` those whose interval leaves out 0.
    """
    open_rows = with_claims(table[table["upper"] > table["lower"]])
    placebo = open_rows["scenario"] == PLACEBO
    outside = (open_rows["lower"] > 0) | (open_rows["upper"] < 0)
    return {
        "n": int((~placebo).sum()),
        "claims": int((open_rows["claimed"] & ~placebo).sum()),
        "placebo_n": int(placebo.sum()),
        "placebo_misses": int((outside & placebo).sum()),
    }
