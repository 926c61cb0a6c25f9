"""What is counted month by month adds up to what the tables say at the end, for every indicator that is counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.counts.indicators import REGISTRY as INDICATORS
from sim.counts.track import COST, COUNTED, DELIVERED, STATES, TRACK, track
from sim.month import step
from sim.run import make_tables
from sim.world.codes import CHOSEN, HouseholdClass, MoveReason
from tests.workshop.small import MONTHS, burnt_in
from workshop.engine import one_world

SETTINGS = {"wooncoach_sociaal": {"fte_per_1000": 5.0}, "brieven": {}, "al_voorrang": {"already": True}}


@pytest.fixture(scope="module")
def ended():
    """A world that has run, and its track in slices of uneven length."""
    run = one_world.begin(burnt_in(), SETTINGS, True)
    rows = []
    for months in (5, 12, 7):
        first = run.world.month
        for _ in range(months):
            step(run)
        rows.append(track(run.world, run.records, run.at_work, first, run.world.month))
    assert run.world.month == MONTHS
    return run, pd.concat(rows, ignore_index=True), make_tables(run, MONTHS, [])


def test_slices_are_the_whole(ended):
    run, rows, _ = ended
    pd.testing.assert_frame_equal(rows, track(run.world, run.records, run.at_work, 0, MONTHS))
    part = track(run.world, run.records, run.at_work, 3, 9)
    pd.testing.assert_frame_equal(rows.iloc[3:9].reset_index(drop=True), part)
    assert tuple(rows.columns) == TRACK and list(rows["month"]) == list(range(MONTHS))


@pytest.mark.parametrize("key", COUNTED)
def test_counts_of_months_are_those_of_the_summary(ended, key):
    _, rows, made = ended
    summary = made["summary"]
    mine = summary[(summary["indicator"] == key) & (summary["group_by"] == "all") & (summary["months_from"] == 0)]
    assert len(mine) == 1 and int(mine["months_to"].iloc[0]) == MONTHS
    assert rows[key].sum() == mine["value"].iloc[0] > 0
    assert INDICATORS[key].source == "moves"


def test_who_moves_in_with_a_partner_is_counted_nowhere(ended):
    run = ended[0].copy()
    m, n = run.world.m, int(run.world.counts[1])
    other = next(one for one in MoveReason if one not in CHOSEN)
    m.reason[np.flatnonzero(m.household_class[:n] == HouseholdClass.SENIOR)[:3]] = other
    rows, summary = track(run.world, run.records, run.at_work, 0, MONTHS), make_tables(run, MONTHS, [], ("summary",))["summary"]
    whole = summary[(summary["group_by"] == "all") & (summary["months_from"] == 0)].set_index("indicator")["value"]
    assert {key: rows[key].sum() for key in COUNTED} == {key: whole[key] for key in COUNTED}
    assert rows["senior_moves"].sum() < ended[1]["senior_moves"].sum()


@pytest.mark.parametrize("key", STATES)
def test_states_are_those_of_the_months(ended, key):
    _, rows, made = ended
    assert list(rows[key]) == list(made["months"].sort_values("month")[key]) and rows[key].sum() > 0


@pytest.mark.parametrize("key", [*DELIVERED, COST])
def test_what_was_delivered_and_paid_is_what_the_instruments_wrote(ended, key):
    _, rows, made = ended
    by_month = made["instruments"].groupby("month")[key].sum().reindex(range(MONTHS), fill_value=0)
    assert list(rows[key]) == pytest.approx(list(by_month)) and rows[key].sum() > 0
