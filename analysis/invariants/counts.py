"""Invariants of what a run counts: months, funnel, instruments, attribution, summary, filters and drift."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates.users import with_window
from analysis.invariants.ledger import known
from analysis.invariants.rule import RECORD, RUN, Wrong, apart, beside, end_of, in_order, invariant, months_of, named, summed
from sim.counts.indicators import FOLLOWED, MONTH_STATES
from sim.counts.schema import AGE_COLUMNS, PERSON_BANDS, TABLES, TENURE_COLUMNS
from sim.world.codes import CHOSEN, WITHOUT_A_HOME, PersonMove
from sim.world.names import ALL, ALLE, BASIS, YEAR

AT_MOST = (  # a part, and what it is a part of
    ("vacant", "dwellings"), ("suitable_dwellings", "dwellings"), ("splittable_dwellings", "dwellings"), ("fills", "moves"),
    ("senior_moves", "moves"), ("senior_moves_suitable", "senior_moves"), ("without_home", "households"), ("seniors", "households"),
    ("households", "persons"), ("searchers", "households"), ("seniors_searching", "searchers"), ("seniors_searching", "seniors_with_wish"),
    ("seniors_with_wish", "seniors"), ("unsuitable_in_family_home", "small_in_family_home"), ("aged_65_with_wish", "aged_65"),
    ("unsuitable_in_family_home", "unsuitable_seniors"), ("aged_65_searching", "searchers"), ("small_in_family_home", "households"),
    ("departed_65_74", "departed_65"), ("vasthouders", "seniors"), ("vastzitters_senior", "vastzitters"), ("vastzitters", "searchers"),
    ("registered", "households"), ("registered_responding", "registered"), ("registered_responding", "responding"),
)  # fmt: skip
SUMS = {  # what is the sum of what
    "seniors": ("suitable_seniors", "adaptable_seniors", "unsuitable_seniors"),
    "dwellings": TENURE_COLUMNS,
    "aged_65": tuple(name for name in AGE_COLUMNS if int(name.split("_")[1]) >= 65),
}
REASONS = [f"vastzitters_{one}" for one in ("no_offer", "not_eligible", "too_expensive", "unsuitable", "outranked")]
OF_MOVES = ("moves", "senior_moves", "starters_housed", "families_housed", "freed_family_homes", "senior_moves_nood", "senior_moves_wens")
WHOLE = ["indicator", "months_from", "months_to"]


def _of_a_known_run(name: str) -> None:
    def test(there: pd.DataFrame, record: Any) -> Wrong:
        return ~there["scenario"].isin(record["scenarios"]) | ~there["seed"].isin(record["seeds"])

    named(test, f"{name}_is_of_known_runs", "A row is of a scenario and a seed that manifest.json names.", name, RECORD)


def _known_everywhere(name: str, *columns: str) -> None:
    def test(there: pd.DataFrame) -> Wrong:
        return there[list(columns)].isna().any(axis=1)

    named(test, f"{name}_is_known", f"{', '.join(columns)} {'is' if len(columns) == 1 else 'are'} never empty.", name)


for _name in TABLES:
    _of_a_known_run(_name)
_known_everywhere("moves", "from_rent", "to_rent", "from_floor_area", "to_floor_area", "fit_before", "fit_after")
_known_everywhere("instruments", "cost_eur")
_known_everywhere("drift", "share_elsewhere")
_known_everywhere("goals_csv", "cost")
_known_everywhere("packages_csv", "cost", "shortfall")


@invariant
def a_move_of_a_person_is_from_or_to_here(person_moves: pd.DataFrame) -> Wrong:
    """A person moves from or to a gemeente of the area; who goes to none goes elsewhere, or has no home of its own; at least one does."""
    away, kind = person_moves["to_gemeente"] == "", person_moves["kind"]
    nowhere = away & (person_moves["from_gemeente"] == "")
    wrong = away & ~kind.isin([PersonMove.ELSEWHERE.key, *(one.key for one in WITHOUT_A_HOME)])
    return nowhere | wrong | (~away & (kind == PersonMove.ELSEWHERE.key)) | (person_moves["persons"] < 1)


@invariant
def who_changes_places_is_as_many_as_come_for_it(person_moves: pd.DataFrame) -> Wrong:
    """Of the moves without a home of one's own as many come from elsewhere, of each kind and age in each year, as go there, or more."""
    some = person_moves["kind"].isin([one.key for one in WITHOUT_A_HOME])
    of_group = [person_moves[name] for name in (*RUN, "year", "kind", "age")]
    gone, came = (
        person_moves["persons"].where(some & (person_moves[side] == ""), 0).groupby(of_group, observed=True).transform("sum")
        for side in ("to_gemeente", "from_gemeente")
    )
    return some & (gone > came)


@invariant
def persons_are_counted_in_every_gemeente_and_at_every_age(persons: pd.DataFrame) -> Wrong:
    """In each year persons are counted in each gemeente in each band of ages."""
    n = persons.groupby([*RUN, "year", "gemeente"], observed=True)["age"].transform("nunique")
    return (n != len(PERSON_BANDS)) | (persons["persons"] < 0)


@invariant
def persons_who_move_to_an_empty_home_are_those_of_the_ledger(person_moves: pd.DataFrame, moves: pd.DataFrame) -> Wrong:
    """In each year as many persons move to an empty home as the moves of the ledger have."""
    there = person_moves[person_moves["kind"] == "own_home"]
    of_run = [there[name] for name in (*RUN, "year")]
    fills = moves[moves["fills_vacancy"]]
    in_ledger = fills.groupby([fills["scenario"], fills["seed"], fills["month"] // YEAR])["household_size"].sum()
    counted = there["persons"].groupby(of_run, observed=True).transform("sum")
    expected = in_ledger.reindex(pd.MultiIndex.from_arrays([one.astype(object) for one in of_run])).to_numpy()
    wrong = pd.Series(False, person_moves.index)
    wrong[there.index] = apart(expected, counted)
    return wrong


@invariant
def every_month_of_a_run_is_there(months: pd.DataFrame, record: Any) -> Wrong:
    """Each run has each month of the run and the follow-up once, in order."""
    number = months.groupby(RUN, observed=True, sort=False).cumcount()
    size = months.groupby(RUN, observed=True)["month"].transform("size")
    return (months["month"] != number) | (size != end_of(record))


@invariant
def parts_of_a_month_are_no_more_than_the_whole(months: pd.DataFrame) -> Wrong:
    """What is a part of something (vacant homes, seniors who search, vastzitters by reason) is never more than it."""
    reasons = months[REASONS].sum(axis=1) > months["vastzitters"]
    return reasons | np.any([(months[part] > months[whole]).to_numpy() for part, whole in AT_MOST], axis=0)


@invariant
def wins_of_a_month_are_of_users_and_of_others(months: pd.DataFrame) -> Wrong:
    """Homes won in a month's clearing, less those won without instruments, are users' extra − others' lost + others' extra."""
    more = months["wins_users_extra"] - months["wins_others_lost"] + months["wins_others_extra"]
    return (months["wins_with"] - months["wins_without"] != more) | (months["wins_others_lost"] > months["wins_without"])


@invariant
def parts_of_a_month_add_up(months: pd.DataFrame) -> Wrong:
    """Seniors by how their home suits them, homes by tenure and the aged by age add up to the whole."""
    wrong = [(months[list(parts)].sum(axis=1) != months[whole]).to_numpy() for whole, parts in SUMS.items()]
    housed = months["households"] - months["without_home"]
    return np.any([*wrong, (months[list(AGE_COLUMNS)].sum(axis=1) != housed).to_numpy()], axis=0)


@invariant
def homes_hold_their_households(months: pd.DataFrame) -> Wrong:
    """No more households have a home than there are homes that are not vacant."""
    return months["dwellings"] - months["vacant"] < months["households"] - months["without_home"]


@invariant
def groups_of_the_start_are_conserved(months: pd.DataFrame) -> Wrong:
    """Vasthouders and vastzitters of month 0 stay as many, wherever they are by now; who moved or ended does not come back."""
    wrong = np.zeros(len(months), bool)
    same = in_order(months)
    for group in ("vasthouders_start", "vastzitters_start"):
        wrong |= same & (months[[one for one in FOLLOWED if one.startswith(group)]].sum(axis=1).diff() != 0)
        wrong |= same & (months[f"{group}_moved"].diff() < 0)
    return wrong


@invariant
def fit_is_the_mean_of_its_parts(months: pd.DataFrame) -> Wrong:
    """Fit is the mean of that of seniors and that of others, weighted by how many there are."""
    n, seniors = months["households"], months["seniors"]
    return apart(n * months["fit"], seniors * months["fit_seniors"].fillna(0) + (n - seniors) * months["fit_others"].fillna(0), 1e-6)


@invariant
def who_realised_a_wish_is_asked_once_a_year(months: pd.DataFrame) -> Wrong:
    """Whether who searched a year ago has moved is counted each twelfth month, and in no other."""
    known = months[["realised_65", "realised_all"]].notna().any(axis=1)
    return known & (months["month"] % YEAR != 0)


@invariant
def applications_need_an_instrument(months: pd.DataFrame, record: Any) -> Wrong:
    """Nobody applies to split a home where a scenario holds no instrument."""
    without = [name for name in record["scenarios"] if not known(record, name)]
    return (months["split_applications"] > 0) & months["scenario"].isin(without)


@invariant
def the_funnel_lists_no_zero(funnel: pd.DataFrame, record: Any) -> Wrong:
    """A row of the funnel counts somebody, in a month of the run or its follow-up; only who leaves a stage has no reason."""
    end = end_of(record)
    return (funnel["n"] <= 0) | (funnel["month"] < 0) | (funnel["month"] >= end) | ((funnel["code"] == "") != (funnel["kind"] == "left"))


@invariant
def who_leaves_a_stage_enters_another(funnel: pd.DataFrame) -> Wrong:
    """As many leave a stage as enter one, in each month and class."""
    cell = ["month", "household_class"]
    left, entered = (summed(funnel[funnel["kind"] == kind], cell, funnel, "n") for kind in ("left", "entered"))
    return left != entered


@invariant
def instruments_are_of_their_scenario(instruments: pd.DataFrame, record: Any) -> Wrong:
    """Money and uses stand at an instrument of the scenario or its rules, at who pays it, in a month of the run or its follow-up."""
    end = end_of(record)
    payers: dict[tuple[str, str], Any] = {}
    for name, one in record["scenarios"].items():
        added = {key: given for rule in one.get("rules", []) for key, given in rule["do"]["add"].items() if given}
        payers |= {(name, key): given.get("payer") for key, given in {**added, **one["instruments"]}.items()}
    pairs = zip(instruments["scenario"], instruments["instrument"], strict=True)
    asked = pd.Series([payers.get(pair) for pair in pairs], instruments.index, dtype=object)
    return (asked != instruments["organisation"]) | (instruments["month"] < 0) | (instruments["month"] >= end)


@invariant
def an_instrument_lists_no_idle_month(instruments: pd.DataFrame) -> Wrong:
    """A row of an instrument says that something happened."""
    return (instruments[["contacts", "uses", "cost_eur", "waiting", "no_money"]] == 0).all(axis=1)


@invariant
def money_stays_below_zero_nowhere(instruments: pd.DataFrame) -> Wrong:
    """No money is spent below 0."""
    return instruments["cost_eur"] < 0


@invariant
def a_budget_is_never_passed(instruments: pd.DataFrame, record: Any) -> Wrong:
    """What an instrument spends in a run stays within its budget, times the strength of the run; none is short without a budget."""
    spent = instruments.groupby([*RUN, "instrument"], observed=True)["cost_eur"].transform("sum")
    left = np.full(len(instruments), np.inf)
    names = instruments[[*RUN, "instrument"]].itertuples(index=False, name=None)
    for row, (scenario, seed, key) in enumerate(names):
        one = record["scenarios"][scenario]
        settings = one["instruments"].get(key, {})  # of a rule's it is not there
        if settings.get("eur_budget") is not None and not one.get("rules"):
            of_seed = dict(zip(record["seeds"], record["strengths"][scenario], strict=True))
            left[row] = settings["eur_budget"] * (1.0 if settings.get("already") else of_seed[seed])
    return spent > left + 0.01


@invariant
def uses_are_the_moves_that_name_the_instrument(instruments: pd.DataFrame, moves: pd.DataFrame) -> Wrong:
    """Where the ledger was kept, uses of a month are the moves that name the instrument."""
    kept = pd.MultiIndex.from_frame(instruments[RUN]).isin(pd.MultiIndex.from_frame(moves[RUN].drop_duplicates()))
    named = moves.loc[moves["instruments"] != "", [*RUN, "month", "instruments"]]
    named = named.assign(instrument=named["instruments"].str.split("+")).explode("instrument")
    return kept & (summed(named, ["instrument", "month"], instruments) != instruments["uses"])


@invariant
def a_use_comes_before_its_move(attribution: pd.DataFrame, record: Any) -> Wrong:
    """A use lies in the run or its follow-up, and before the move that it is about; without a move there is no chain."""
    end = end_of(record)
    moved = attribution["month_moved"]
    wrong = (attribution["month"] < 0) | (attribution["month"] + attribution["months_followed"] >= end) | (moved >= end)
    return wrong | ((moved >= 0) & (moved < attribution["month"])) | ((attribution["chain_id"] >= 0) & (moved < 0))


@invariant
def a_verdict_follows_from_its_months(attribution: pd.DataFrame, record: Any) -> Wrong:
    """The verdict on a use is that of its own columns, under the ghost_window of the run."""
    if not record["configuration"]["ghosts"]:
        return np.zeros(len(attribution), bool)
    return with_window(attribution, int(record["configuration"]["ghost_window"])).astype(object) != attribution["verdict"]


@invariant
def all_instruments_together_are_first_used_with_the_first(attribution: pd.DataFrame) -> Wrong:
    """A household's first use of all instruments together is its first use of any."""
    whole = attribution["instrument"] == ALLE
    first = attribution[~whole].groupby([*RUN, "household_id"], observed=True)["month"].min()
    found = first.reindex(pd.MultiIndex.from_frame(attribution[[*RUN, "household_id"]])).to_numpy()
    alone = ~whole & ~attribution["household_id"].isin(attribution.loc[whole, "household_id"])
    return (whole & apart(found, attribution["month"])) | alone


@invariant
def a_user_moved_when_it_moved(attribution: pd.DataFrame, moves: pd.DataFrame) -> Wrong:
    """Where the ledger was kept, the move of a use is in it: in that month, of that household, in that chain."""
    kept = pd.MultiIndex.from_frame(attribution[RUN]).isin(pd.MultiIndex.from_frame(moves[RUN].drop_duplicates()))
    there = moves.rename(columns={"month": "month_moved"})
    found = summed(there, ["household_id", "month_moved", "chain_id"], attribution) > 0
    return kept & (attribution["month_moved"] >= 0) & ~found


@invariant
def users_are_of_their_scenario(attribution: pd.DataFrame, record: Any) -> Wrong:
    """A use is of an instrument of the scenario or its rules."""
    held = {(name, key) for name in record["scenarios"] for key in (*known(record, name), ALLE)}
    return ~pd.MultiIndex.from_frame(attribution[["scenario", "instrument"]]).isin(held or [("", "")])


@invariant
def periods_are_of_the_run(summary: pd.DataFrame, record: Any) -> Wrong:
    """A period begins at month 0 and ends in the run, or is the year before it."""
    before = (summary["months_from"] == -YEAR) & (summary["months_to"] == 0)
    of_run = (summary["months_from"] == 0) & summary["months_to"].between(1, months_of(record))
    return ~(before | of_run)


@invariant
def groups_add_up(summary: pd.DataFrame) -> Wrong:
    """Moves that are added up are as many in the groups of every kind together as in all."""
    mine = summary["indicator"].isin(OF_MOVES) & (summary["group_by"] != ALL)
    wholes = summary[summary["group_by"] == ALL]
    whole = beside(summary, wholes, WHOLE)["value"]
    total = summary.groupby([*RUN, *WHOLE, "group_by"], observed=True)["value"].transform("sum")
    return mine & apart(total, whole, 1e-6)


@invariant
def nood_and_wens_are_all(summary: pd.DataFrame) -> Wrong:
    """Senior moves of need and of wish are all senior moves, in every group."""
    place = [*WHOLE[1:], "group_by", "group"]
    sides = [beside(summary, summary[summary["indicator"] == f"senior_moves_{one}"], place)["value"] for one in ("nood", "wens")]
    return (summary["indicator"] == "senior_moves") & (summary["months_from"] == 0) & apart(sides[0] + sides[1], summary["value"], 1e-6)


@invariant
def the_summary_of_months_is_made_of_them(summary: pd.DataFrame, months: pd.DataFrame) -> Wrong:
    """States of the month are means over the last year of a period, groups of the start as at its end, and fit the mean of all."""
    mine = (summary["group_by"] == ALL) & (summary["months_from"] == 0)
    found = []
    for end in summary.loc[mine, "months_to"].unique():
        inside = months[months["month"] < end]
        parts = {MONTH_STATES: inside[inside["month"] >= end - YEAR], FOLLOWED: inside[inside["month"] == end - 1], ("fit",): inside}
        for keys, part in parts.items():
            means = part.groupby(RUN, observed=True)[list(keys)].mean()
            found.append(means.melt(var_name="indicator", value_name="mean", ignore_index=False).reset_index().assign(months_to=end))
    mean = beside(summary, pd.concat(found), ["indicator", "months_to"])["mean"]
    return mine & mean.notna() & apart(mean, summary["value"], 1e-6)


@invariant
def the_summary_of_moves_counts_the_ledger(summary: pd.DataFrame, moves: pd.DataFrame) -> Wrong:
    """Where the ledger was kept, moves and senior moves of a period, in all and by class, are those in it."""
    chosen = moves[moves["reason"].isin([one.key for one in CHOSEN])]
    kept = pd.MultiIndex.from_frame(summary[RUN]).isin(pd.MultiIndex.from_frame(moves[RUN].drop_duplicates()))
    mine = kept & (summary["months_from"] == 0).to_numpy() & summary["group_by"].isin([ALL, "class"]).to_numpy()
    parts = []
    for key, table in {"moves": chosen[chosen["fills_vacancy"]], "senior_moves": chosen[chosen["household_class"] == "senior"]}.items():
        for end in summary["months_to"].unique():
            early = table.loc[table["month"] < end, [*RUN, "household_class"]].assign(indicator=key, months_to=end)
            parts += [early.assign(group=ALL), early.assign(group=early["household_class"])]
    n = summed(pd.concat(parts), ["indicator", "months_to", "group"], summary)
    return mine & summary["indicator"].isin(["moves", "senior_moves"]).to_numpy() & apart(n, summary["value"])


@invariant
def nobody_is_elsewhere_in_basis(drift: pd.DataFrame) -> Wrong:
    """Basis has no drift from itself, and months come in order."""
    return (drift["scenario"] == BASIS) | (in_order(drift) & (drift["month"].diff() <= 0))


@invariant
def filters_keep_out_no_more_than_there_are(filters: pd.DataFrame) -> Wrong:
    """Who fails a filter alone is among who fails it, and these and who is left are among the households of the group."""
    return (filters["fail_only"] > filters["fail"]) | (filters["fail"] > filters["households"]) | (filters["left"] > filters["households"])


@invariant
def a_further_filter_leaves_no_more(filters: pd.DataFrame) -> Wrong:
    """Down the filters of an instrument and a group fewer are left, never more; the row of all leaves as many as the last."""
    by = [*RUN, "instrument", "household_group"]
    before = filters.groupby(by, observed=True, sort=False)["left"].shift().fillna(filters["households"])
    most = filters.groupby(by, observed=True, sort=False)["households"].transform("max")
    whole = filters["filter"] == ALLE
    sums = (filters["fail"] + filters["left"] != filters["households"]) | (filters["fail_only"] != 0) | (filters["left"] != before)
    return (filters["left"] > before) | (filters["left"] < before - filters["fail"]) | (filters["households"] != most) | (whole & sums)


@invariant
def filters_are_of_their_scenario(filters: pd.DataFrame, record: Any) -> Wrong:
    """Filters are of an instrument of the scenario."""
    held = {(name, key) for name in record["scenarios"] for key in known(record, name)}
    return ~pd.MultiIndex.from_frame(filters[["scenario", "instrument"]]).isin(held or [("", "")])
