"""A run from the burnt-in world to the tables: what they hold, and that all of them tell of the same world."""

from __future__ import annotations

import re
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from sim import run
from sim.counts.indicators import REGISTRY as INDICATORS
from sim.counts.recording import (
    COUNTERS,
    TENURE_COLUMNS,
    Records,
    count_dwellings,
    count_households,
    keep_homes,
    nothing_counted,
    share_elsewhere,
)
from sim.population.income import fifth_of
from sim.world.codes import HouseholdState, Stage
from sim.world.errors import Refusal
from tests.twins import kernels as twins
from tests.worlds import (
    FOLLOW_UP,
    MIXED,
    MONTHS,
    at_work,
    basis,
    burnt_in,
    digest,
    everything,
    let_pass,
    scattered_dwellings,
    scattered_households,
    strong,
    tables_of,
)

SENIOR_AGE = 55


@pytest.mark.parametrize("seed", range(4))
def test_a_month_counts_what_is_there(seed):
    h, d = scattered_households(seed, 800, 600), scattered_dwellings(seed, 600)
    n_areas = 4
    counts, n, fit, seniors, ages = counted = nothing_counted(np.zeros(n_areas))
    count_households(h, d, 30, SENIOR_AGE, counted)
    expected, n_expected, fit_expected, seniors_expected, ages_expected = twins.months_counts(h, d, 30, SENIOR_AGE, n_areas)
    assert dict(zip(COUNTERS, counts.tolist(), strict=True)) == expected
    np.testing.assert_array_equal(n, n_expected)
    np.testing.assert_array_equal(fit, fit_expected)
    np.testing.assert_array_equal(seniors, seniors_expected)
    np.testing.assert_array_equal(ages, ages_expected)
    assert min(expected.values()) > 0, "every count was meant to be tried"
    got = count_dwellings(d.state, d.vacancy, d.access, d.floor_area, d.kind, d.tenure)
    assert got.tolist() == twins.stock_counts(d) and min(got) > 0


@pytest.fixture(scope="module")
def result():
    return run.run_scenario(burnt_in(), everything(), base=basis())


MONTHS_COLUMNS = {"month", "phase", "households", "seniors", "dwellings", "vacant", "searchers", "moves", "fills", "senior_moves"}
MOVES_COLUMNS = {
    "month",
    "phase",
    "in_scope",
    "fills_vacancy",
    "move_id",
    "parent_move_id",
    "chain_id",
    "link",
    "n_set_off",
    "set_off_open",
    "household_id",
    "household_class",
    "age",
    "household_size",
    "from_dwelling",
    "to_dwelling",
    "distance_km",
    "left_home_elsewhere",
    "reason",
    "nood",
    "fit_before",
    "fit_after",
    "first_contact",
    "instruments",
} | {f"{side}_{what}" for side in ("from", "to") for what in ("area", "tenure", "type", "rooms", "floor_area", "rent")}
COLUMNS = {
    "moves": MOVES_COLUMNS,
    "chains": {
        "chain_id",
        "origin",
        "origin_tenure",
        "origin_type",
        "start_month",
        "end_month",
        "moves",
        "homes_freed",
        "end_reason",
        "open",
    },
    "months": MONTHS_COLUMNS | {key for key, one in INDICATORS.items() if one.source == "month" and key != "split_applications"},
    "funnel": {"month", "household_class", "stage", "kind", "code", "n"},
    "instruments": {"month", "instrument", "organisation", "contacts", "uses", "cost_eur", "waiting"},
    "summary": {"indicator", "group_by", "group", "months_from", "months_to", "value"},
    "attribution": {
        "household_id",
        "instrument",
        "month",
        "verdict",
        "month_moved",
        "month_ghost",
        "months_followed",
        "chain_id",
    },
}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_columns_of_the_interface_are_there(name, result):
    assert set(result.tables[name].columns) >= COLUMNS[name]
    assert len(result.tables[name]) > 0


def test_months_are_rows_and_the_follow_up_is_marked(result):
    months = result.tables["months"]
    assert months["month"].tolist() == list(range(MONTHS + FOLLOW_UP))
    assert (months["phase"] == "run").sum() == MONTHS
    assert (months[list(TENURE_COLUMNS)].sum(axis=1) == months["dwellings"]).all()
    assert (months["fills"] <= months["moves"]).all()


def test_the_tables_tell_of_the_same_moves(result):
    moves, months = result.tables["moves"], result.tables["months"].set_index("month")
    per_month = moves.groupby("month").size().reindex(months.index, fill_value=0)
    assert (per_month == months["moves"]).all()
    fills = moves[moves["fills_vacancy"]]
    assert (fills.groupby("month").size().reindex(months.index, fill_value=0) == months["fills"]).all()
    chosen = moves[moves["reason"].isin(["fill", "woningruil", "mantelzorg"])]
    seniors = chosen[chosen["household_class"] == "senior"]
    assert (seniors.groupby("month").size().reindex(months.index, fill_value=0) == months["senior_moves"]).all()
    summary = result.tables["summary"].query(f"group_by == 'all' and months_to == {MONTHS}").set_index("indicator")["value"]
    in_run = fills[fills["phase"] == "run"]
    assert summary["moves"] == len(in_run)
    assert summary["senior_moves"] == (seniors["phase"] == "run").sum() > (in_run["household_class"] == "senior").sum()
    assert summary["starters_housed"] == (in_run["household_class"] == "starter").sum()
    assert summary["fit"] == pytest.approx(months["fit"][:MONTHS].mean())
    others = result.tables["summary"].query(f"group_by == 'seniors' and months_to == {MONTHS}").set_index("indicator")["value"]
    assert others.to_dict() == {"fit": pytest.approx(months["fit_others"][:MONTHS].mean())}


def test_groups_of_a_summary_add_up_to_all(result):
    summary = result.tables["summary"]
    for indicator in ("moves", "senior_moves", "freed_family_homes", "starters_housed", "families_housed"):
        of = summary[summary["indicator"] == indicator]
        totals = of.groupby(["group_by", "months_to"])["value"].sum().unstack("group_by")
        for group_by in totals.columns:
            np.testing.assert_allclose(totals[group_by], totals["all"], err_msg=f"{indicator} by {group_by}")


def test_the_summary_holds_every_indicator(result):
    missing = set(INDICATORS) - set(result.tables["summary"]["indicator"])
    assert missing <= {"split_applications"}


def test_the_funnel_balances_stage_by_stage():
    """Who left a stage by a step entered the next one; searchers are the entered less those who left or dropped out."""
    funnel = basis().tables["funnel"].groupby(["stage", "kind"], observed=True)["n"].sum()
    assert funnel["huidige_woning", "left"] >= funnel["woonwens", "entered"] > 0
    stages = ["huidige_woning", "woonwens", "woningzoeken", "verhuizen"]
    left, entered = (sum(funnel.get((stage, kind), 0) for stage in some) for some, kind in ((stages[:3], "left"), (stages[1:], "entered")))
    assert left == entered and funnel["verhuizen", "entered"] > funnel["woningzoeken", "left"] > 0, "who was awake on the list goes at once"
    kinds = set(basis().tables["funnel"].query("kind == 'dropped'")["code"])
    assert kinds <= {"wish_faded", "adapted_home", "gave_up_search"}


def test_moves_name_the_instruments_that_had_a_lever(result):
    named = result.tables["moves"]["instruments"].astype(str)
    uses = result.tables["instruments"].groupby("instrument")["uses"].sum()
    for key in everything():
        count = named.str.split("+", regex=False).apply(lambda names, key=key: key in names).sum()
        assert count == uses.get(key, 0), key


def test_drift_is_the_share_that_lives_elsewhere(result):
    drift = result.tables["drift"]["share_elsewhere"]
    assert drift.iloc[0] <= drift.iloc[-1] and 0 < drift.max() < 0.7, "every instrument at once, each as strong as can be"
    w = burnt_in().world.copy()
    assert share_elsewhere(w, w.h.home) == 0
    here = np.flatnonzero(w.h.state == HouseholdState.PRESENT)
    other = w.h.home.copy()
    other[here[:10]] = -7
    assert share_elsewhere(w, other) == pytest.approx(10 / len(here))


def test_what_is_remembered_of_homes_tells_where_everybody_lives():
    one = burnt_in().copy()
    w, homes = one.world, one.at_start.home.copy()
    for _ in range(4):
        let_pass(one, 1)
        keep_homes(w, one.records, one.at_start.home)
        rows, new = one.records.homes[-1]
        homes[rows] = new
        np.testing.assert_array_equal(homes, w.h.home)
        assert 0 < len(rows) < len(homes) / 10, "only those that moved are kept"


def test_the_placebo_differs_and_by_little():
    placebo = run.run_scenario(burnt_in(), placebo=True, base=basis())
    assert placebo.tables["drift"]["share_elsewhere"].iloc[0] == 0, "the home comes a month later, not earlier"
    base, other = (one.tables["months"]["dwellings"] for one in (basis(), placebo))
    assert (base - other).isin([0, 1]).all() and (base - other).sum() == 1


def test_all_scenarios_of_a_seed_share_their_world(result):
    assert result.fingerprint == basis().fingerprint == burnt_in().fingerprint
    assert run.burn_in(MIXED, 2, 3, 1, 1).fingerprint != run.burn_in(MIXED, 3, 3, 1, 1).fingerprint


def test_a_seed_repeats_to_the_byte():
    one, two = (run.run_scenario(run.burn_in("vlieland", 11, 6, 2, 1), {"voorrang": strong("voorrang")}) for _ in range(2))
    for name, frame in one.tables.items():
        assert digest(frame) == digest(two.tables[name]), name


def test_a_world_that_is_not_kept_gives_the_same_bytes_without_a_copy(monkeypatch):
    kept, used_up = (run.burn_in("vlieland", 11, 6, 2, 1) for _ in range(2))
    one = run.run_scenario(kept, {"voorrang": strong("voorrang")})
    monkeypatch.setattr(type(used_up), "copy", lambda self: pytest.fail("a copy is made"))
    two = run.run_scenario(used_up, {"voorrang": strong("voorrang")}, keep=False)
    assert one.fingerprint == two.fingerprint and one.reached == two.reached
    for name, frame in one.tables.items():
        assert digest(frame) == digest(two.tables[name]), name
    assert (kept.world.month, used_up.world.month) == (0, 7)


def test_month_0_begins_a_new_ledger():
    one = burnt_in()
    w = one.world
    assert w.month == 0 and w.counts[1] == 0
    kept = [getattr(one.records, kept.name) for kept in fields(Records) if kept.name != "wins"]
    assert not any(map(len, kept)) and not one.records.wins.any() and not w.totals
    assert set(one.at_start.counts) >= {"households", "dwellings", "vacant"}


def test_a_shorter_run_is_the_beginning_of_a_longer_one():
    short = run.run_scenario(burnt_in(), everything(), base=basis(), months=6, follow_up=0).tables["moves"]
    long = run.run_scenario(burnt_in(), everything(), base=basis()).tables["moves"].head(len(short))
    for column in ("month", "household_id", "to_dwelling", "instruments", "to_rent"):
        assert (short[column].astype(object) == long[column].astype(object)).all(), column


def test_a_run_that_was_made_shorter_is_the_beginning_of_a_longer_one():
    short, long = (
        run.run_scenario(run.burn_in("schiermonnikoog", 2, 12, 3, follow_up), tables=["moves", "months"]).tables for follow_up in (0, 9)
    )
    pd.testing.assert_frame_equal(short["months"], long["months"].head(len(short["months"])))
    for column in ("month", "household_id", "to_dwelling", "to_rent"):
        assert (short["moves"][column].to_numpy() == long["moves"][column].to_numpy()[: len(short["moves"])]).all(), column


def test_a_run_without_tables_gives_none():
    assert run.run_scenario(burnt_in(), months=2, follow_up=0, tables=()).tables == {}


def test_unknown_tables_get_the_nearest_name_before_anything_is_run():
    with pytest.raises(Refusal, match=r"'mooves'; did you mean moves\?"):
        run.run_scenario(burnt_in(), tables=("summary", "mooves"))


def test_unknown_places_get_the_nearest_name():
    with pytest.raises(Refusal, match="zwolle"):
        run.burn_in("zwole", 1, 1, 0, 0)


WRONG_TIME = {
    "months": (0, -1, 2.5, "12"),
    "burn_in": (-1, 0.5, None),
    "follow_up": (-2, 1.0),
    "start": ("2026-13", "26-1", "2026-1", "2026-00", "0026-01", "2026-01\n", 2026, None),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG_TIME.items() for value in values])
def test_a_length_or_start_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(Refusal, match=rf"^{name}={re.escape(repr(value))}(: a | is out of range: |: one text is needed ).*month"):
        run.burn_in("vlieland", 1, **{"months": 1, "burn_in": 0, "follow_up": 0, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("months", value) for value in (0, -3, 5.5, True, 1201)] + [("follow_up", value) for value in (-1, 2.0, False, 601)],
)
def test_a_length_of_a_scenario_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(run.Refusal, match=f"^{name}={value}: a whole .* months\\)|^{name}={value} is out of range: .* months$"):
        run.run_scenario(burnt_in(), **{name: value})


def test_a_scenario_longer_than_its_start_or_than_its_base_is_refused():
    with pytest.raises(run.Refusal, match="the run was made for 16 months"):
        run.run_scenario(burnt_in(), months=17)
    with pytest.raises(run.Refusal, match="the run was made for 16 months"):
        run.run_scenario(burnt_in(), months=12, follow_up=5)
    with pytest.raises(run.Refusal, match="the base world was run for fewer months than 16"):
        run.run_scenario(burnt_in(), base=run.run_scenario(burnt_in(), months=3, follow_up=0))


def test_uses_are_noted_the_month_they_begin():
    one = let_pass(at_work(burnt_in(), {"wooncoach_sociaal": strong("wooncoach_sociaal")}), 4)
    w, uses = one.world, one.at_work.uses
    months = np.concatenate([month for month, _, _ in uses.log]).tolist()
    assert months == sorted(months) and set(months) <= set(range(4))
    rows = np.concatenate([row for _, row, _ in uses.log])
    assert len(np.unique(rows)) == len(rows)
    assert set(rows.tolist()) == set(np.flatnonzero(w.h.ever).tolist())
    uses.note(w.h, w.month)
    assert len(uses.log[-1][1]) == 0, "noting twice adds nothing"


def test_tables_hold_no_seed_and_no_scenario_of_their_own():
    for frame in tables_of(let_pass(burnt_in().copy(), MONTHS)).values():
        assert isinstance(frame, pd.DataFrame)
        assert not {"seed", "scenario"} & set(frame.columns)
    assert Stage.NIEUW_THUIS == 4


def test_income_groups_are_those_of_month_0_and_for_newcomers_those_of_their_first_month():
    w, start = let_pass(burnt_in().copy(), MONTHS).world, burnt_in().world
    here = start.h.state == HouseholdState.PRESENT
    np.testing.assert_array_equal(w.h.origin_income[here], fifth_of(start.h.income[here], start.h.size[here]))
    new = (w.h.state == HouseholdState.PRESENT) & ~here & (w.h.founded == w.month - 1)
    np.testing.assert_array_equal(w.h.origin_income[new], fifth_of(w.h.income[new], w.h.size[new]))
    newcomers = w.h.origin_income[(w.h.state == HouseholdState.PRESENT) & ~here]
    assert len(np.unique(newcomers)) > 2, "newcomers are not all of one income"
