"""Users by verdict, monitors without a model, and the estimands of the table of effects: where the answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimates import users
from analysis.estimates.effects import effects
from analysis.estimates.naive import beside, naive
from analysis.estimates.users import with_window
from sim.without.verdicts import FINAL, verdicts
from sim.world.codes import Verdict, names

MONTHS = 24


def summary(values):
    """A table summary from {scenario: {(indicator, from, to): [value per seed]}}."""
    rows = [
        (scenario, seed, indicator, "all", "all", start, end, float(value))
        for scenario, of in values.items()
        for (indicator, start, end), some in of.items()
        for seed, value in enumerate(some)
    ]
    return pd.DataFrame(rows, columns=["scenario", "seed", "indicator", "group_by", "group", "months_from", "months_to", "value"])


BEFORE, RUN = ("senior_moves", -12, 0), ("senior_moves", 0, MONTHS)
VALUES = {
    "basis": {RUN: [100, 110], BEFORE: [40, 50]},
    "a": {RUN: [104, 116], BEFORE: [40, 50]},
    "b": {RUN: [130, 140], BEFORE: [40, 50]},
    "both": {RUN: [136, 150], BEFORE: [40, 50]},
}
HELD = {"basis": {}, "a": {"campagne": {"x": 1}}, "b": {"bouw": {}}, "both": {"bouw": {}, "campagne": {"x": 1}}}
LEDGER = pd.DataFrame(
    [("both", seed, month, "campagne", "gemeente", 5, 0.0) for seed in (0, 1) for month in (0, 5, MONTHS)],
    columns=["scenario", "seed", "month", "instrument", "organisation", "uses", "cost_eur"],
)


def row(scenario, instrument):
    table = naive(summary(VALUES), LEDGER, HELD, MONTHS)
    return table[(table["scenario"] == scenario) & (table["instrument"] == instrument)].iloc[0]


def test_a_monitor_credits_a_campaign_with_what_a_complex_of_the_same_year_did():
    found = row("both", "campagne")
    assert found["users"] == 10, "uses after the run do not count"
    assert found["before_after"] == np.mean([136 - 80, 150 - 100]), "two years less twice the year before"
    assert found["effect"] == np.mean([136 - 130, 150 - 140]), "the scenario less the same without the campaign"
    assert found["before_after_too_many"] == np.mean([56 - 6, 50 - 10])
    assert found["before_after_lower"] < found["before_after_too_many"] < found["before_after_upper"]
    assert found["users_too_many"] == np.mean([10 - 6, 10 - 10])


def test_the_effect_of_all_instruments_is_measured_against_basis():
    assert row("both", "alle")["effect"] == np.mean([36, 40]) and row("a", "campagne")["effect"] == row("a", "alle")["effect"] == 5
    assert beside("both", "bouw", HELD, VALUES) == "a"
    other = {**HELD, "a": {"campagne": {"x": 2}}}
    assert beside("both", "bouw", other, VALUES) is None, "another campaign is another scenario"


def test_what_a_rule_adds_is_known_only_as_a_whole():
    used = LEDGER.assign(scenario="steps")
    values = {**VALUES, "steps": VALUES["both"]}
    table = naive(summary(values), used, HELD, MONTHS)  # a scenario with rules is not in what the scenarios hold
    mine = table[table["scenario"] == "steps"].set_index("instrument")
    assert mine["users"].tolist() == [10, 10] and mine.loc["alle", "effect"] == np.mean([36, 40])
    assert mine.loc["campagne", ["effect", "lower", "upper", "users_too_many"]].isna().all()
    assert beside("both", "brieven", HELD, VALUES) is None, "what is not in a scenario has no effect of 0 in it"


TWO = pd.concat([LEDGER, LEDGER.assign(instrument="bouw", uses=3)])


def test_moves_of_a_bundle_are_those_of_the_ledger_and_unknown_where_none_was_kept():
    kept = pd.Series({0: 11.0})  # uses of the two instruments add up to 16 in each seed
    table = naive(summary(VALUES), TWO, HELD, MONTHS, lambda _: kept)
    mine = table[(table["scenario"] == "both") & (table["indicator"] == "senior_moves")].set_index("instrument")
    assert mine.loc["alle", ["users", "users_seeds", "users_too_many"]].tolist() == [11, 1, 11 - 36], "of the seed with a ledger"
    assert mine.loc["campagne", ["users", "users_seeds"]].tolist() == [10, 2]
    none = naive(summary(VALUES), TWO, HELD, MONTHS).set_index(["scenario", "instrument"]).loc[("both", "alle")]
    assert np.isnan([none["users"], none["users_too_many"]]).all() and none["users_seeds"] == 0


def test_without_a_year_before_nothing_is_made_up():
    short = {name: {RUN: of[RUN]} for name, of in VALUES.items()}
    table = naive(summary(short), LEDGER, HELD, MONTHS)
    assert table["before_after"].isna().all() and table["before_after_too_many"].isna().all() and table["effect"].notna().any()


def test_net_is_direct_less_who_lost_a_home_and_what_followed_seed_by_seed():
    first, direct, lost = (("first_moves" + more, 0, MONTHS) for more in ("", "_direct", "_lost"))
    table = effects(
        summary(
            {
                "basis": {first: [50, 60], direct: [0, 0], lost: [0, 0]},
                "a": {first: [53, 64], direct: [5, 5], lost: [4, 2]},
                "homes": {first: [45, 65], direct: [0, 0], lost: [0, 0]},
                "nobody": {first: [50, 60], direct: [0, 0], lost: [0, 0]},
                "placebo": {first: [50, 61], direct: [0, 0], lost: [0, 0]},
            }
        )
    ).set_index(["scenario", "estimand"])
    mine = table.loc["a"]
    assert mine["difference"].to_dict() == {"net": 3.5, "direct": 5.0, "verdrongen": 3.0, "doorwerking": 1.5, "verdringing": 1.5}
    assert mine.loc["doorwerking", "upper"] > mine.loc["doorwerking", "difference"], "of seeds 2 and 1"
    assert mine["placebo"].gt(0).to_dict() == {"net": True, "direct": False, "verdrongen": False, "doorwerking": True, "verdringing": True}
    assert table.loc["homes"]["difference"].to_dict() == {"net": 0, "direct": 0, "verdrongen": 0, "aanbod": 0, "verdringing": 0}
    assert "aanbod" not in table.loc["nobody"].index, "nothing differs, so homes did nothing"
    assert table.loc["placebo"].index.tolist() == ["net"]


def test_what_nobody_watched_has_no_direct_effect():
    first, direct, lost = (("first_moves" + more, 0, MONTHS) for more in ("", "_direct", "_lost"))
    values = {"basis": {first: [50, 60], direct: [0, 0], lost: [0, 0]}, "a": {first: [53, 64], direct: [np.nan] * 2, lost: [np.nan] * 2}}
    assert effects(summary(values))["estimand"].tolist() == ["net"]


def test_verdringing_is_the_direct_effect_less_the_net_one_seed_by_seed():
    first, direct = ("first_moves", 0, MONTHS), ("first_moves_direct", 0, MONTHS)
    table = effects(
        summary(
            {
                "basis": {first: [50, 60], direct: [0, 0]},
                "a": {first: [53, 64], direct: [5, 5]},
                "placebo": {first: [50, 61], direct: [0, 0]},
            }
        )
    )
    assert set(table["indicator"]) == {"first_moves"}
    mine = table[table["scenario"] == "a"].set_index("estimand")
    assert mine["difference"].to_dict() == {"net": 3.5, "direct": 5.0, "verdringing": 1.5}
    assert mine.loc["direct", "placebo"] == 0 and mine.loc["verdringing", "placebo"] == mine.loc["net", "placebo"] > 0
    assert table[table["scenario"] == "placebo"]["estimand"].tolist() == ["net"]


@given(
    st.lists(
        st.tuples(st.integers(-1, 60), st.integers(-1, 60), st.one_of(st.integers(0, 60), st.just(FINAL)), st.booleans()),
        min_size=1,
    ),
    st.sampled_from([12, 24, 36]),
    st.sampled_from([12, 24, 36]),
)
def test_another_window_can_be_read_from_the_table(cases, window, other):
    moved, ghost, watched = (np.array([case[k] for case in cases]) for k in range(3))
    differed = np.array([case[3] for case in cases])
    ghost = np.where(differed, ghost, moved)
    watched = np.maximum(watched, ghost)
    made = {w: np.array(names(Verdict))[verdicts(moved, ghost, watched, differed, w)] for w in (window, other)}
    table = pd.DataFrame(
        {
            "verdict": made[window],
            "month": 0,
            "month_moved": moved,
            "month_ghost": ghost,
            "months_followed": watched,
            "decisive": differed,
            "ghost_final": watched == FINAL,
        }
    )
    assert with_window(table, other).tolist() == made[other].tolist()


def test_users_of_the_run_are_counted_by_verdict_and_deadweight_leaves_out_the_unknown():
    table = pd.DataFrame(
        {
            "scenario": "a",
            "seed": [0, 0, 0, 1, 1, 1, 7, 0, 7],
            "instrument": "campagne",
            "month": [0, 1, 2, 3, 4, MONTHS, 0, MONTHS, 0],
            "verdict": [
                "ook_zonder",
                "noodzakelijk",
                "onbekend",
                "ook_zonder",
                "niet_verhuisd",
                "zetje",
                "zetje",
                "ook_zonder",
                "ook_zonder",
            ],
            "month_moved": [9, 9, 9, 9, -1, 9, 9, 9, 9],
            "month_ghost": [9, -1, -1, -1, -1, 10, 10, 9, 9],
            "months_followed": [0, 0, -3, 0, 0, 7, 10, 0, 0],
            "decisive": [False, True, True, False, True, True, True, True, False],
            "ghost_final": [False, True, False, False, False, False, False, False, False],
        }
    )
    assert users.with_window(table, 24).tolist() == table["verdict"].tolist()
    one = users.by_verdict(users.users("a", [table], [0, 1], MONTHS, [24]), 24).iloc[0]
    assert (one["ook_zonder"], one["noodzakelijk"], one["onbekend"], one["zetje"]) == (1.0, 0.5, 0.5, 0.0)
    assert one["deadweight"] == pytest.approx(2 / 3)
