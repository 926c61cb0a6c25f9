"""Invariants of what is made from the tables of a run: worked out anew, and in ways that the makers do not use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.estimates.bundles import BUNDLE, Bundle, Values, parts_table, shares_table
from analysis.estimates.certainty import certainty
from analysis.estimates.deciding import deciding
from analysis.estimates.goals import share_interval
from analysis.estimates.knowledge import EUR, FACTOR, SHIFT
from analysis.estimates.own_draws import FIGURE
from analysis.estimates.parting import parting
from analysis.estimates.statistics import t_value
from analysis.estimates.worksheet_counts import monitor
from analysis.invariants.rule import RESULTS, TABLE_OF, Wrong, apart, invariant, named
from analysis.tables.for_page import DEADWEIGHT, NEXT_BY
from analysis.tables.made import PAGE
from analysis.tables.schema import BUNDLES, SHAPLEY
from sim.counts.schema import DRIFT, TEXT, Table
from sim.world.names import ALL, BASIS

if TYPE_CHECKING:
    pass

PLACE = ["indicator", "group_by", "group", "months_from", "months_to"]
OF_A_PART = ["scenario", "indicator", "instrument"]


MAKERS: dict[str, Callable[[Any], pd.DataFrame]] = {
    "effects_csv": lambda results: results.effects,
    "costs_csv": lambda results: results.costs,
    "chain_lengths_csv": lambda results: results.chain_lengths,
    "monitor_csv": monitor,
    "naive_csv": lambda results: results.naive,
    "filters_csv": lambda results: results.filters,
    "pots_csv": lambda results: results.pots,
    "validation_csv": lambda results: results.validation,
    "judged_csv": lambda results: results.judged,
    "rivals_csv": lambda results: results.rivals,
    "deciding_csv": lambda results: deciding(results.manifest.get("scenarios", {})),
    "certainty_csv": lambda results: certainty(results.effects),
    "parting_csv": lambda results: parting(results.folder.table("drift", DRIFT.promised)),
    "chain_examples_csv": lambda results: results.chain_examples.links,
    "chain_hundred_csv": lambda results: results.chain_examples.hundred,
    "journey_csv": lambda results: results.journey,
    "one_senior_csv": lambda results: results.one_senior,
    "cards_csv": lambda results: results.cards,
    "freed_homes_csv": lambda results: results.freed_homes,
    "areas_csv": lambda results: results.areas,
    "cost_curve_csv": lambda results: results.cost_curve,
    "users_csv": lambda results: results.users,
}


def _compared(there: pd.DataFrame, made: pd.DataFrame, table: Table) -> Wrong:
    """Where a file is another than what its maker makes."""
    if len(made) != len(there):
        return f"The file has {len(there)} rows, and the tables give {len(made)}."
    wrong = np.zeros(len(there), bool)
    for column in (*table.keys, *table.columns):
        if column.kind == TEXT:
            wrong |= made[column.name].fillna("").astype(str).to_numpy() != there[column.name].to_numpy()
        else:
            wrong |= apart(made[column.name], there[column.name])
    return wrong


def _again(name: str) -> None:
    table = TABLE_OF[name]

    def test(there: pd.DataFrame, results: Any) -> Wrong:
        return _compared(there, MAKERS[name](results), table)

    named(
        test, f"{name}_is_as_the_tables_say", f"{table.file} is what its maker makes of the tables of the run, cell by cell.", name, RESULTS
    )


for _name in MAKERS:
    _again(_name)
assert {one.file for one in PAGE.tables} <= {TABLE_OF[name].file for name in MAKERS}, "a table of the page has no maker here"


@invariant
def effects_are_differences_of_means(effects_csv: pd.DataFrame, summary: pd.DataFrame) -> Wrong:
    """A net effect is the mean over the seeds of scenario minus basis, and its mean is that of the scenario."""
    wide = summary.groupby([*PLACE, "scenario"], observed=True)["value"]
    means, whole = wide.mean(), wide.count() == wide.size()
    net = effects_csv["estimand"] == "net"
    mine, base = (pd.MultiIndex.from_frame(effects_csv[PLACE].assign(scenario=one)) for one in (effects_csv["scenario"], BASIS))
    known = whole.reindex(mine).eq(True).to_numpy() & whole.reindex(base).eq(True).to_numpy()
    wrong = apart(means.reindex(mine).to_numpy() - means.reindex(base).to_numpy(), effects_csv["difference"], 1e-6)
    return net & known & (wrong | apart(means.reindex(mine), effects_csv["mean"], 1e-6))


@invariant
def the_first_draw_is_the_run_itself(knowledge_csv: pd.DataFrame, effects_csv: pd.DataFrame) -> Wrong:
    """Draw 0 of a figure is its net effect over the whole run, with the level of basis and the error of its interval for chance."""
    keys = ["scenario", *FIGURE]
    net = effects_csv[(effects_csv["estimand"] == "net") & (effects_csv["months_from"] == 0)]
    whole = net[net["months_to"] == net["months_to"].max()].set_index(keys).reindex(pd.MultiIndex.from_frame(knowledge_csv[keys]))
    mine = (knowledge_csv["draw"] == 0) & (knowledge_csv["indicator"] != EUR)
    wrong = apart((whole["upper"] - whole["lower"]) / 2 / t_value(whole["seeds"].fillna(0)), knowledge_csv["error"], 1e-6)
    wrong |= apart(whole["difference"], knowledge_csv["difference"], 1e-9)
    return mine & (wrong | apart(whole["mean"] - whole["difference"], knowledge_csv["base"], 1e-6))


@invariant
def every_figure_has_every_draw_in_order(knowledge_csv: pd.DataFrame, effects_csv: pd.DataFrame) -> Wrong:
    """Each figure of each scenario has draws 0, 1, 2, …, as many as every other, all with the chance of one seed; money starts from 0."""
    of = knowledge_csv.groupby(["scenario", *FIGURE], observed=True)
    wrong = (of["draw"].transform("size") != knowledge_csv["draw"].max() + 1) | (of.cumcount() != knowledge_csv["draw"])
    first = of["error"].transform(lambda errors: errors.iloc[0] * np.sqrt(effects_csv["seeds"].max()))
    wrong |= (knowledge_csv["draw"] > 0) & apart(first, knowledge_csv["error"], 1e-6)
    return wrong | ((knowledge_csv["indicator"] == EUR) & (knowledge_csv["base"] != 0))


@invariant
def basis_has_no_effect(effects_csv: pd.DataFrame) -> Wrong:
    """Basis is no row of effects: its difference from itself is nothing."""
    return effects_csv["scenario"] == BASIS


@invariant
def some_scenario_is_best(effects_csv: pd.DataFrame) -> Wrong:
    """Of what is compared, the chances of being best add up to 1."""
    known = effects_csv["p_best"].notna()
    total = effects_csv.groupby(["indicator", "group_by", "group", "months_from", "months_to", "estimand"])["p_best"].transform("sum")
    return known & apart(total, 1.0, 1e-6)


@invariant
def who_always_does_most_has_nothing_to_regret(effects_csv: pd.DataFrame) -> Wrong:
    """Regret is never below 0; it is 0 where a scenario is best for certain, and only there or where it ties."""
    regret, most = effects_csv["regret"], effects_csv["p_best"]
    return (regret < 0) | ((most > 1 - 1e-12) & (regret > 0)) | (most.isna() != regret.isna())


def _within(name: str, column: str, lower: str = "lower", upper: str = "upper") -> None:
    def test(there: pd.DataFrame) -> Wrong:
        return (there[lower] > there[column] + 1e-9) | (there[upper] < there[column] - 1e-9) | (there[lower] > there[upper])

    named(test, f"{name}_{column}_lies_within", f"{column} lies within its interval ({lower} to {upper}).", name)


for _name, *_columns in (
    ("effects_csv", "difference"),
    ("effects_csv", "lower_full", "lower_full", "upper_full"),
    ("effects_csv", "p_best", "p_best_lower", "p_best_upper"),
    ("costs_csv", "lower_full", "lower_full", "upper_full"),
    ("chain_lengths_csv", "mean"),
    ("chain_lengths_csv", "difference", "difference_lower", "difference_upper"),
    ("monitor_csv", "mean"),
    ("naive_csv", "effect"),
    ("freed_homes_csv", "mean"),
    ("freed_homes_csv", "difference", "difference_lower", "difference_upper"),
    ("areas_csv", "difference"),
    ("users_csv", "mean"),
    ("shapley_csv", "share"),
    ("bundles_csv", "difference"),
    ("goals_csv", "share"),
    ("packages_csv", "share"),
):
    _within(_name, *_columns)


def _has_its_reason(name: str, reason: str, *figures: str) -> None:
    def test(there: pd.DataFrame) -> Wrong:
        return there[list(figures)].isna().any(axis=1) & (there[reason] == "")

    named(test, f"{name}_says_why_it_is_empty", f"Where {' or '.join(figures)} is empty, {reason} says why.", name)


def _knowledge_or_why(name: str, chance: str, full: str) -> None:
    def test(there: pd.DataFrame) -> Wrong:
        carried = there["knowledge"].str.split("; ").str[0].isin([FACTOR, SHIFT])
        return (there[full].notna() & ~carried) | (there[full].isna() & there[chance].notna() & (carried | (there["knowledge"] == "")))

    rule = f"Beside an interval for chance stands one for chance and knowledge ({full}), or knowledge says why there is none."
    named(test, f"{name}_says_why_knowledge_is_not_known", rule, name)


_knowledge_or_why("effects_csv", "lower", "lower_full")
_knowledge_or_why("areas_csv", "lower", "lower_full")
_knowledge_or_why("costs_csv", "lower_extra_senior_moves_per_100k", "lower_extra_senior_moves_per_100k_full")
_has_its_reason("costs_csv", "note", "eur_per_extra_senior_move", "eur_per_extra_suitable_home", "eur_per_extra_link")
_has_its_reason("monitor_csv", "note", "mean")
_has_its_reason("pots_csv", "note", "eur_left")
_has_its_reason("chain_lengths_csv", "warning", "mean")


@invariant
def totals_of_costs_are_their_parts(costs_csv: pd.DataFrame) -> Wrong:
    """A total of costs (all instruments, payers or years) is the sum of the rows that it stands for."""
    fine = costs_csv[costs_csv["instrument"] != ALL]
    wrong = np.zeros(len(costs_csv), bool)
    for names in ((), ("payer",), ("payer", "year")):
        total = (costs_csv["instrument"] == ALL) & ((costs_csv["payer"] == ALL) == ("payer" not in names))
        total &= (costs_csv["year"] == ALL) == ("year" not in names)
        by = ["scenario", *names]
        for value in ("eur", "uses"):
            sums = fine.groupby(by)[value].sum().reindex(pd.MultiIndex.from_frame(costs_csv[by]) if names else costs_csv["scenario"])
            wrong |= total.to_numpy() & apart(sums.fillna(0), costs_csv[value], 1e-6)
    return wrong


@invariant
def homes_that_seniors_left_are_the_same_however_told_apart(freed_homes_csv: pd.DataFrame) -> Wrong:
    """Kinds of the next household by size, and by whether it had a home, add up to the same homes."""
    by = ["scenario", "homes", "by"]
    total = freed_homes_csv.groupby(by)["mean"].sum()
    other = freed_homes_csv[by].assign(by=freed_homes_csv["by"].map(dict(zip(NEXT_BY, reversed(NEXT_BY), strict=True))))
    return apart(
        total.reindex(pd.MultiIndex.from_frame(freed_homes_csv[by])), total.reindex(pd.MultiIndex.from_frame(other)).to_numpy(), 1e-6
    )


@invariant
def areas_add_up_to_the_place(areas_csv: pd.DataFrame, effects_csv: pd.DataFrame) -> Wrong:
    """Extra moves by seniors of all areas are those of the place."""
    e = effects_csv[(effects_csv["indicator"] == "senior_moves") & (effects_csv["group_by"] == ALL) & (effects_csv["months_from"] == 0)]
    whole = e[e["months_to"] == e["months_to"].max()].set_index("scenario")["difference"]
    parts = areas_csv.groupby("scenario")["difference"].sum()
    return apart(parts.reindex(areas_csv["scenario"]), whole.reindex(areas_csv["scenario"]).to_numpy(), 1e-6)


@invariant
def a_user_has_one_verdict_whatever_the_window(users_csv: pd.DataFrame) -> Wrong:
    """The households of an instrument, all verdicts together, are as many under every window."""
    counted = users_csv[users_csv["verdict"] != DEADWEIGHT]
    total = counted.groupby(["scenario", "instrument", "window"])["mean"].sum()
    first = total.groupby(["scenario", "instrument"]).transform("first")
    at = pd.MultiIndex.from_frame(users_csv[["scenario", "instrument", "window"]])
    return apart(total.reindex(at), first.reindex(at).to_numpy(), 1e-6)


@invariant
def a_scenario_costs_what_its_instruments_cost(cards_csv: pd.DataFrame) -> Wrong:
    """The euro of a whole scenario are those of the instruments that it adds."""
    added = cards_csv[(cards_csv["instrument"] != ALL) & ~cards_csv["already"]]
    sums = added.groupby("scenario")["eur_per_year"].sum().reindex(cards_csv["scenario"]).fillna(0)
    return (cards_csv["instrument"] == ALL) & apart(sums, cards_csv["eur_per_year"], 1e-6)


@invariant
def shares_add_up_to_the_bundle(shapley_csv: pd.DataFrame) -> Wrong:
    """The shares of the instruments of a scenario add up to the row bundle, for every indicator."""
    by = ["scenario", "indicator"]
    parts = shapley_csv[shapley_csv["instrument"] != BUNDLE].groupby(by)["share"].sum(min_count=1)
    found = parts.reindex(pd.MultiIndex.from_frame(shapley_csv[by]))
    return (shapley_csv["instrument"] == BUNDLE) & apart(found, shapley_csv["share"], 1e-6)


@invariant
def shares_are_made_of_their_worlds(shapley_csv: pd.DataFrame, worlds_csv: pd.DataFrame) -> Wrong:
    """shapley.csv is what its maker makes of worlds.csv, cell by cell."""
    return _of_worlds(shapley_csv, shapley_csv, shapley_csv, worlds_csv, shares_table, SHAPLEY)


@invariant
def parts_are_made_of_their_worlds(bundles_csv: pd.DataFrame, shapley_csv: pd.DataFrame, worlds_csv: pd.DataFrame) -> Wrong:
    """bundles.csv is what its maker makes of worlds.csv, cell by cell."""
    return _of_worlds(bundles_csv, shapley_csv, bundles_csv, worlds_csv, parts_table, BUNDLES)


def _of_worlds(there: pd.DataFrame, shares: pd.DataFrame, parts: pd.DataFrame, worlds: pd.DataFrame, maker: Any, table: Table) -> Wrong:
    """Scenario by scenario, the instruments and orders as the tables name them."""
    made = []
    for scenario in there["scenario"].unique():
        mine = shares[(shares["scenario"] == scenario) & (shares["instrument"] != BUNDLE)]
        emptied = parts[(parts["scenario"] == scenario) & (parts["kind"] == "toolbox")] if "kind" in parts else parts.iloc[:0]
        keys = tuple(mine["instrument"].unique())
        if not keys:
            return f"shapley.csv has no rows of scenario {scenario}."
        bundle = Bundle(scenario, keys, tuple(one for one in keys if one in set(emptied["instrument"])), int(mine["permutations"].iloc[0]))
        made.append(maker(Values(worlds, bundle)))
    return _compared(there, pd.concat(made, ignore_index=True), table)


@invariant
def bundles_are_made_of_their_worlds(bundles_csv: pd.DataFrame, worlds_csv: pd.DataFrame) -> Wrong:
    """What an instrument does alone is its world minus basis, and its interaction is without minus alone."""
    means = worlds_csv.groupby(["scenario", "indicator", "world"])["value"].mean()
    kinds = bundles_csv.drop_duplicates([*OF_A_PART, "kind"]).set_index([*OF_A_PART, "kind"])["difference"]
    place, part = bundles_csv[OF_A_PART[:2]], pd.MultiIndex.from_frame(bundles_csv[OF_A_PART])
    alone = means.reindex(part).to_numpy() - means.reindex(pd.MultiIndex.from_frame(place.assign(world=BASIS))).to_numpy()
    sides = [kinds.reindex(pd.MultiIndex.from_frame(bundles_csv[OF_A_PART].assign(kind=one))).to_numpy() for one in ("without", "alone")]
    own = bundles_csv["instrument"] != BUNDLE
    wrong = (bundles_csv["kind"] == "alone") & apart(alone, bundles_csv["difference"], 1e-6)
    return own & (wrong | ((bundles_csv["kind"] == "interaction") & apart(sides[0] - sides[1], bundles_csv["difference"], 1e-6)))


@invariant
def the_whole_is_the_same_in_both(shapley_csv: pd.DataFrame, bundles_csv: pd.DataFrame) -> Wrong:
    """The row bundle is the same effect in both tables of a scenario."""
    whole = bundles_csv[(bundles_csv["instrument"] == BUNDLE) & (bundles_csv["kind"] == "together")]
    found = whole.drop_duplicates(["scenario", "indicator"]).set_index(["scenario", "indicator"])["difference"]
    found = found.reindex(pd.MultiIndex.from_frame(shapley_csv[["scenario", "indicator"]]))
    return (shapley_csv["instrument"] == BUNDLE) & apart(found, shapley_csv["share"], 1e-6)


@invariant
def goals_cost_no_less_later(goals_csv: pd.DataFrame) -> Wrong:
    """What is spent for a goal never falls from month to month, and each goal is due once in each scenario."""
    by = ["goal", "scenario"]
    order = goals_csv.sort_values([*by, "month"], kind="stable")
    falls = (order.groupby(by)["cost"].diff() < -1e-6).reindex(goals_csv.index)
    return falls | (goals_csv.groupby(by)["due"].transform("sum") != 1)


@invariant
def every_month_of_a_goal_is_there(goals_csv: pd.DataFrame) -> Wrong:
    """A goal has each month from 0 on once in each scenario, in order; the row of all goals is one."""
    by = ["goal", "scenario"]
    number = goals_csv.groupby(by, sort=False).cumcount()
    size = goals_csv.groupby(by)["month"].transform("size")
    longest = goals_csv.groupby("goal")["month"].transform("max") + 1
    whole = goals_csv["goal"] == ALL
    return (whole & (size != 1)) | (~whole & ((goals_csv["month"] != number) | (size != longest)))


@invariant
def goals_are_shares_of_runs(goals_csv: pd.DataFrame) -> Wrong:
    """A share is a whole number of the runs, with Wilson's interval of that number."""
    return _of_runs(goals_csv)


@invariant
def packages_are_shares_of_runs(packages_csv: pd.DataFrame) -> Wrong:
    """The share of a package is a whole number of the runs, with Wilson's interval of that number."""
    return _of_runs(packages_csv)


def _of_runs(table: pd.DataFrame) -> Wrong:
    n = table["share"] * table["seeds"]
    whole = n.round().fillna(0).clip(0, table["seeds"])
    pairs = [share_interval(int(one), int(of)) for one, of in zip(whole, table["seeds"], strict=True)]
    ends = np.array(pairs, float).reshape(len(table), 2)
    return apart(n, whole, 1e-6) | apart(ends[:, 0], table["lower"], 1e-6) | apart(ends[:, 1], table["upper"], 1e-6)


@invariant
def the_curve_is_what_nothing_beats(packages_csv: pd.DataFrame) -> Wrong:
    """A package is on the curve exactly if no other of its scenario reaches as much for less; one at most is chosen."""
    wrong = np.zeros(len(packages_csv), bool)
    for _, mine in packages_csv.groupby("scenario"):
        tried = mine[~mine.duplicated("package")]
        order, best = tried.sort_values(["cost", "share", "package"], ascending=[True, False, True]), -1.0
        for row in order.itertuples():
            wrong[row.Index] = row.on_curve != (row.share > best)
            best = max(best, row.share)
        wrong[mine.index] |= bool(mine.loc[mine["chosen"], "package"].nunique() > 1) & mine["chosen"].to_numpy()
        wrong[mine.index] |= mine.duplicated("package").to_numpy() & mine["on_curve"].to_numpy()
    return wrong


@invariant
def validation_is_a_ratio(validation_csv: pd.DataFrame) -> Wrong:
    """The ratio is simulated over observed, and a hit is one that is 25 % off at most."""
    ratio = validation_csv["simulated"] / validation_csv["observed"]
    return apart(ratio, validation_csv["ratio"], 1e-6) | (ratio.sub(1).abs().le(0.25 + 1e-9) != validation_csv["hit"])
