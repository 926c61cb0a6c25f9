"""The model beside its rivals on the same public figures: what becomes rivals.csv, and where the model loses, first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from analysis.estimates import rivals, validation
from analysis.estimates.targets import FITTED_ON, targets, test_gemeenten
from analysis.tables.schema import RIVALS
from sim.world.places import resolve

MODEL = "model"
CHAINS, MOVES = "chains", rivals.WITHIN
COUNTED_IN = {rivals.WITHIN: ("R0", "R1s", "R2+"), rivals.ARRIVED: ("R3",), rivals.LEFT: ("R3",)}
RANK = ("rank", "rank_lower", "rank_upper")
UNIT = "% of persons per year"


def beside(t: validation.Tables, place: str) -> pd.DataFrame:
    """The rows of rivals.csv for a run of a place (its key): model and rivals on each figure that both or a rival can give."""
    rows = of_gemeenten(resolve(place).gemeenten, t.persons.of_gemeenten() if t.persons else {})
    simulated = {key: validation.value_of(validation.COUNTS[key], t) for key in rivals.CHAIN}
    return pd.DataFrame([*rows, *of_chains(simulated), *of_coach()], columns=list(RIVALS.names))


def of_gemeenten(codes: Iterable[str], model: Mapping[str, Mapping[str, float]]) -> list[tuple[object, ...]]:
    """Rows of gemeenten, by CBS code: those that the country's figures know. ``model``: % of persons by code, by figure of COUNTED_IN."""
    table = rivals.gemeenten()
    rows = []
    for code in [code for code in codes if code in table.index]:
        one = table.loc[code]
        for figure, names in COUNTED_IN.items():
            value = model.get(figure, {}).get(code, math.nan)
            rows.append(_row(figure, code, MODEL, value, one[figure], UNIT))
            rows += [_row(figure, code, who, one[f"{figure} {who}"], one[figure], UNIT) for who in names]
    return rows


def of_chains(simulated: dict[str, float]) -> list[tuple[object, ...]]:
    """Rows of the vacancy chain, by id of a target."""
    rows, said = [], rivals.markov()
    for key in rivals.CHAIN:
        one = targets()[key]
        rows += [_row(key, "", who, value[key], one.value, one.unit) for who, value in ((MODEL, simulated), ("Markov", said))]
    return rows


def of_coach() -> list[tuple[object, ...]]:
    """Rows of what instruments caused. Of C04 alone somebody said what; no package is in these runs (``natural_experiments``)."""
    rows = []
    for key, said in rivals.of_users().items():
        observed = targets()[key].value if key == "caused_share" else math.nan
        rows += [_row(key, "", who, value, observed, "% caused") for who, value in ((MODEL, math.nan), *said.items())]
    return rows


def _row(figure: str, place: str, who: str, value: float, observed: float, unit: str) -> tuple[object, ...]:
    return (figure, place, who, value, observed, 100 * abs(value / observed - 1), unit)


# over many figures


def sets() -> dict[str, set[str]]:
    """The sets of gemeenten that the targets name, by a word for each: CBS codes."""
    named = {"ten gemeenten": FITTED_ON[:-1], "Gelderland": FITTED_ON[-1:], "Nederland": ("nederland",)}
    found = {word: {code for key in keys for code in resolve(key).gemeenten} for word, keys in named.items()}
    return {**found, "declared test": test_gemeenten()}


def over_sets(runs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The standing over every set, from rows of rivals.csv of the runs of a set, by its word; of the others the rivals alone.

    Raises:
        KeyError: no set of that word.
    """
    found = []
    for word, codes in sets().items():
        bare = pd.DataFrame(of_gemeenten(sorted(codes), {}), columns=list(RIVALS.names))
        found.append(standing(runs.get(word, bare), word, codes))
    if unknown := set(runs) - set(sets()):
        raise KeyError(f"no set of gemeenten is called {unknown.pop()!r}: {', '.join(sets())}")
    return losses_first(pd.concat(found, ignore_index=True))


def standing(rows: pd.DataFrame, over: str, codes: set[str]) -> pd.DataFrame:
    """One row per figure and who, over gemeenten (CBS codes): how far off, and how they are ranked; figures on which the model loses first.

    The model has figures only where it was run in every gemeente that was observed: part of a set is not the set.
    """
    population, found = rivals.gemeenten()["population"], []
    known = rows[rows["observed"].notna()]
    for figure in COUNTED_IN:
        some = known[(known["figure"] == figure) & known["place"].isin(codes)]
        for who, mine in some.groupby("who", sort=False):
            one = {"figure": figure, "over": over, "who": who, "gemeenten": len(mine)}
            if mine["value"].notna().all():
                one |= rivals.how_far_off(mine["value"].to_numpy(), mine["observed"].to_numpy(), population[mine["place"]].to_numpy())
            found.append(one)
    for figure, keys in ((CHAINS, rivals.CHAIN), ("caused_share", ("caused_share",))):
        some = known[known["figure"].isin(keys)].groupby("who", sort=False)["off"]
        found += [{"figure": figure, "over": over, "who": who, "error": off.mean() if off.count() else math.nan} for who, off in some]
    return losses_first(pd.DataFrame(found))


def losses_first(table: pd.DataFrame) -> pd.DataFrame:
    """With ``loses``: 1 where a rival is nearer than the model, by the error that the targets are set in, 0 where none is, NaN unknown."""
    table = table.reindex(columns=["figure", "over", "who", "gemeenten", "error", "weighted", "correlation", *RANK])
    by = table["weighted"].where(table["figure"] == MOVES, table["error"])
    group, model = [table["figure"], table["over"]], table["who"] == MODEL
    mine = by.where(model).groupby(group, sort=False).transform("max")
    best = by.where(~model).groupby(group, sort=False).transform("min")
    table["loses"] = np.where(mine.isna(), np.nan, (mine > best).astype(float))
    order = table["loses"].map({1.0: 0, 0.0: 1}).fillna(2)
    return table.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def as_text(table: pd.DataFrame) -> str:
    """The standing for a terminal."""
    lines = [f"{'figure':<14}{'over':<15}{'who':<8}{'n':>4}{'error %':>9}{'weighted':>10}{'correl.':>9}  rank correlation"]
    for row in table.itertuples():
        n = "" if math.isnan(row.gemeenten) else f"{row.gemeenten:.0f}"
        numbers = "".join(f"{said(value):>{width}}" for value, width in ((row.error, 9), (row.weighted, 10), (row.correlation, 9)))
        mark = "  LOSES" if row.loses == 1 and row.who == MODEL else ""
        lines.append(f"{row.figure:<14}{row.over:<15}{row.who:<8}{n:>4}{numbers}  {ranked(row)}{mark}")
    return "\n".join(lines)


def in_short(rows: pd.DataFrame, codes: set[str]) -> str:
    """Weighted errors of the moves inside these gemeenten, model and rivals, on one line."""
    table = standing(rows, "", codes)
    errors = table[table["figure"] == MOVES].itertuples()
    return "moves inside the gemeente, weighted error %: " + ", ".join(f"{row.who} {said(row.weighted)}" for row in errors)


def said(value: float) -> str:
    """A number of the standing, – where there is none."""
    return "–" if math.isnan(value) else f"{value:.2f}" if abs(value) < 1 else f"{value:.1f}"


def ranked(row: object) -> str:
    """Spearman's correlation with its interval."""
    rank, ends = getattr(row, "rank"), (getattr(row, "rank_lower"), getattr(row, "rank_upper"))  # noqa: B009
    return "–" if math.isnan(rank) else f"{rank:.2f} ({ends[0]:.2f} to {ends[1]:.2f})"
