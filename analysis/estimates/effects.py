"""Effects of scenarios for every indicator, group and period, made from summary alone.

Net effects are differences between paired worlds, seed by seed. First moves have more estimands, which add up: net = direct −
verdrongen + doorwerking. Direct (users) and verdrongen (who lost a home to them in a clearing) are by ghosts, inside one world;
doorwerking is the rest, with no sign of its own. Where something differs and no user has a part in it, the rest is what homes do: aanbod.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.claims import DESCRIPTION, HEADLINES, NOTICED, OTHERS, RATE, with_claims
from analysis.estimates.knowledge import Spread, beside, figure, studied
from analysis.estimates.misses import NOT_COMPARED
from analysis.estimates.statistics import half_width, paired, refuse_twins, same_seeds, seeds_for, seeds_needed
from analysis.tables.files import need
from analysis.tables.schema import EFFECTS
from sim.counts.indicators import DIRECT, HEADLINE, LOST, REGISTRY
from sim.counts.schema import SUMMARY
from sim.world.errors import Refusal
from sim.world.names import ALL, BASIS, PLACEBO

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEYS = ["indicator", "group_by", "group", "months_from", "months_to"]
FIRST_MOVES = "first_moves"
NO_GHOSTS = "the study has no ghosts"  # which direct effects and verdrongen are made of
VERDRONGEN, DOORWERKING, AANBOD = "verdrongen", "doorwerking", "aanbod"
NO_GROUPS = "the study does not count groups"
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


class BySeed(NamedTuple):
    """The summary as arrays: ``rows`` has columns KEYS, ``values`` [rows, seeds] by scenario (NaN where it lacks a row)."""

    rows: pd.DataFrame
    values: dict[str, NDArray]
    seeds: list[int]


def by_seed(summary: pd.DataFrame) -> BySeed:
    """The summary as one array per scenario: rows in the order in which basis has them, without the year before.

    Raises:
        Refusal: unequal sets of seeds, a value given twice, or a column that is not there.
    """
    need(list(summary.columns), SUMMARY.promised, SUMMARY.file)
    scenario, names = _sorted(summary["scenario"])
    world = pd.DataFrame({"scenario": scenario, "seed": summary["seed"]}).drop_duplicates()
    seeds = same_seeds({names[code]: part["seed"] for code, part in world.groupby("scenario")})
    key = _numbered([summary[name] for name in KEYS])  # of a province there are millions of rows: whole numbers, no texts
    at_seed = pd.Index(seeds).get_indexer(summary["seed"])
    twice = pd.Index((key * len(names) + scenario) * len(seeds) + at_seed).duplicated()
    if twice.any():
        row = summary.iloc[int(np.argmax(twice))]
        raise Refusal(
            f"summary.parquet: scenario {row['scenario']}, seed {row['seed']} gives {row['indicator']} for "
            f"{row['group_by']}={row['group']} to month {row['months_to']} twice; the same experiments.compare "
            "makes it anew"
        )
    mine = np.flatnonzero((scenario == names.index(BASIS)) & (summary["months_from"] >= 0))
    first = mine[~pd.Index(key[mine]).duplicated()]
    at_row, value = pd.Index(key[first]).get_indexer(key), summary["value"].to_numpy(float)
    table = np.full((len(names), len(first), len(seeds)), np.nan)
    there = at_row >= 0
    table[scenario[there], at_row[there], at_seed[there]] = value[there]
    rows = summary[KEYS].iloc[first].reset_index(drop=True)
    return BySeed(rows.astype(dict.fromkeys(rows.select_dtypes("category"), object)), dict(zip(names, table, strict=True)), seeds)


def _sorted(column: pd.Series) -> tuple[NDArray, list[str]]:
    """A column of texts, plain or categories in whatever order, as codes [rows] and the texts that occur, in order."""
    codes, texts = pd.factorize(column, use_na_sentinel=False)
    names = sorted(map(str, texts))
    return np.array([names.index(str(one)) for one in texts], np.int64)[codes], names


def _numbered(columns: list[pd.Series]) -> NDArray:
    """One whole number for each row, equal where all columns are: int64."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        code, values = pd.factorize(column, use_na_sentinel=False)
        key = key * len(values) + code
    return key


def effects(
    summary: pd.DataFrame | BySeed,
    fingerprints: Mapping[str, str] | None = None,
    spread: Callable[[str, str], Spread] | None = None,
    missed: Callable[[str], str] = lambda _indicator: NOT_COMPARED,
    headline: Collection[str] = HEADLINE,
    packages: Collection[str] = (),
) -> pd.DataFrame:
    """The table of effects.csv: one row per scenario (placebo included) × indicator × group × period.

    Args:
        summary: one row per scenario, seed, indicator, group and period; or what ``by_seed`` made of it.
        fingerprints: seed to the fingerprint of its world, to refuse two seeds that are one.
        spread: what the study of assumptions makes of the effect of a scenario on an indicator; None: nothing is said of it.
        headline: indicators that were named beforehand (see ``claims``).
        packages: scenarios that are not ranked (see ``knowledge.beside``).

    Returns:
        Columns of ``EFFECTS``. ``mean`` is the scenario's; ``difference`` scenario minus basis with its 95 % interval;
        ``placebo`` the half-width of the placebo's interval for the same row (empty without placebo or with one
        seed; 0 for a direct effect, which no reshuffle can touch); ``seeds`` those with a value in both worlds;
        ``seeds_needed`` and ``seeds_to_notice`` see ``statistics.seeds_for``.

    Raises:
        Refusal: unequal sets of seeds, or two seeds with one world.
    """
    refuse_twins(fingerprints or {})
    rows, values, _seeds = summary if isinstance(summary, BySeed) else by_seed(summary)
    floor = np.full(len(rows), np.nan)
    if PLACEBO in values:
        floor = half_width(paired(values[PLACEBO], values[BASIS]))
    net = ~rows["indicator"].isin((DIRECT, LOST))
    parts = []
    known = net & np.fromiter(map(studied, rows["indicator"], rows["group_by"]), bool, len(rows))
    figures = [figure(*one) for one in rows.loc[known, ["indicator", "group_by", "group"]].itertuples(index=False)]
    unsure = beside(np.array(figures, object), {name: one[known] for name, one in values.items()}, spread, packages)
    for name in (one for one in values if one != BASIS):
        own, base = values[name], values[BASIS]
        parts.append(_of(name, rows[net], "net", own[net], base[net], floor[net]).join(unsure[name].set_index(rows.index[known])))
        if name != PLACEBO and not np.isnan(own[(rows["indicator"] == DIRECT).to_numpy()]).all():
            parts += _who_lost(name, rows, own, base, floor)
    if not parts:
        return pd.DataFrame(columns=list(EFFECTS.names))
    table = pd.concat(parts, ignore_index=True)
    why_not = np.where(table["estimand"] == "net", NO_GROUPS, NO_GHOSTS)
    table["knowledge"] = table["knowledge"].where(table["knowledge"].notna(), why_not)
    of = {key: missed(str(key)) for key in table["indicator"].unique()}
    return with_claims(table.assign(misses=table["indicator"].map(of)), headline)[list(EFFECTS.names)]


def _who_lost(name: str, rows: pd.DataFrame, own: NDArray, base: NDArray, floor: NDArray) -> list[pd.DataFrame]:
    """The other estimands of first moves. A folder from before the losers were watched has direct and verdringing only."""
    of = {key: (rows["indicator"] == key).to_numpy() for key in (FIRST_MOVES, DIRECT, LOST)}
    first, direct, lost = ((own[some], base[some]) for some in of.values())
    mine, nothing, net_floor = rows[of[DIRECT]].assign(indicator=FIRST_MOVES), np.zeros(int(of[DIRECT].sum())), floor[of[FIRST_MOVES]]
    parts = [_of(name, mine, "direct", direct[0], direct[1], nothing)]
    if of[LOST].any():
        rest, base_rest = (a - b + c for a, b, c in zip(first, direct, lost, strict=True))
        parts.append(_of(name, mine, VERDRONGEN, lost[0], lost[1], nothing))
        of_homes = not direct[0].any() and not lost[0].any() and (rest != base_rest).any()
        parts.append(_of(name, mine, AANBOD if of_homes else DOORWERKING, rest, base_rest, net_floor))
    less, base_less = (b - a for a, b in zip(first, direct, strict=True))
    return [*parts, _of(name, mine, "verdringing", less, base_less, net_floor)]


def _of(name: str, rows: pd.DataFrame, estimand: str, values: NDArray, base: NDArray, floor: NDArray) -> pd.DataFrame:
    found = paired(values, base)
    needed = pd.Series(seeds_needed(found.difference, found.deviation), index=rows.index).astype("Int64")
    least = NOTICED * np.abs(base.mean(axis=1))
    to_notice = pd.Series(seeds_for(least, found.deviation), index=rows.index).astype("Int64")
    return rows.assign(
        scenario=name,
        unit=[unit(key) for key in rows["indicator"]],
        estimand=estimand,
        mean=values.mean(axis=1) if estimand in ("net", "direct") else found.difference,  # a loss or a rest has no level of its own
        difference=found.difference,
        lower=found.lower,
        upper=found.upper,
        placebo=floor,
        seeds=found.seeds,
        seeds_needed=needed,
        seeds_to_notice=to_notice,
    )


def packages_of(scenarios: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Of scenarios as the manifest lists them, those that hold all instruments of another and more: their structure is to do more.

    What a place does already is in all that do not stop it, and makes none a package.
    """
    held = {
        str(name): frozenset(key for key, settings in one.get("instruments", {}).items() if not settings.get("already"))
        for name, one in scenarios.items()
        if name not in (BASIS, PLACEBO)
    }
    return {name for name, mine in held.items() if any(other and other < mine for other in held.values())}


def unit(indicator: str) -> str:
    """Unit of an indicator, from the registry; empty for one that it does not know."""
    return REGISTRY[indicator].unit if indicator in REGISTRY else ""


def whole_run(table: pd.DataFrame, indicator: str, group_by: str = ALL, estimand: str = "net") -> pd.DataFrame:
    """Rows of one indicator and estimand over the longest period from month 0, placebo left out."""
    chosen = table[(table["indicator"] == indicator) & (table["group_by"] == group_by) & (table["months_from"] == 0)]
    chosen = chosen[chosen["estimand"] == estimand]
    chosen = chosen[(chosen["months_to"] == table["months_to"].max()) & (chosen["scenario"] != PLACEBO)]
    return chosen.reset_index(drop=True)


def comparisons(table: pd.DataFrame) -> dict[str, int | float]:
    """How many comparisons were made, how many are claimed, and how many of these chance may have made.

    Returns:
        Of scenarios, rows with an interval that is not just a point: ``headlines`` and ``headline_claims``; ``n`` and ``claims`` of the
        others, ``false_claims`` (at most, on average); ``descriptions``. ``placebo_n`` rows of the placebo with an interval,
        ``placebo_misses`` those whose interval leaves out 0.
    """
    open_rows = table[table["upper"] > table["lower"]]
    placebo = open_rows["scenario"] == PLACEBO
    outside = (open_rows["lower"] > 0) | (open_rows["upper"] < 0)
    of = {name: (open_rows["family"] == name) & ~placebo for name in (HEADLINES, OTHERS, DESCRIPTION)}
    claims = int((of[OTHERS] & open_rows["claimed"]).sum())
    return {
        "headlines": int(of[HEADLINES].sum()),
        "headline_claims": int((of[HEADLINES] & open_rows["claimed"]).sum()),
        "n": int(of[OTHERS].sum()),
        "claims": claims,
        "false_claims": RATE * claims,
        "descriptions": int(of[DESCRIPTION].sum()),
        "placebo_n": int(placebo.sum()),
        "placebo_misses": int((outside & placebo).sum()),
    }
