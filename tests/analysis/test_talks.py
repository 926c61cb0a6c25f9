"""What became of talks: counted by hand in a handful of households."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from analysis.estimates.talks import talks_in_time
from sim.world.errors import Refusal

UNTIL = 96


def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Ten talks: eight in month 2, two in month 80; keys 10, 20 and 55 months after a talk, and 5 after a late one. One moves untold."""
    moves = pd.DataFrame(
        {
            "scenario": "met",
            "seed": 0,
            "month": [12, 22, 57, 85, 20],
            "reason": ["fill", "fill", "fill", "fill", "fill"],
            "instruments": ["coach", "coach", "", "coach", ""],
            "months_from_contact": [10, 20, 55, 5, None],
            "household_class": "senior",
            "from_tenure": ["corporatie", "corporatie", "corporatie", "corporatie", "corporatie"],
        }
    )
    ledger = pd.DataFrame({"scenario": "met", "seed": 0, "instrument": "coach", "month": [2, 30, 80], "contacts": [8, 0, 2], "uses": 0})
    uses = pd.DataFrame(
        {
            "scenario": "met",
            "seed": 0,
            "instrument": ["coach", "coach", "coach", "coach", "alle"],
            "month": [2, 3, 2, 81, 2],
            "month_moved": [12, 22, 57, 85, 12],
            "verdict": ["noodzakelijk", "ook_zonder", "ook_zonder", "onbekend", "noodzakelijk"],
        }
    )
    other = moves.assign(scenario="basis", months_from_contact=None)
    return pd.concat([moves, other], ignore_index=True), ledger, uses


def test_talks_that_can_be_followed_for_so_long_are_those_that_count():
    found = talks_in_time(*tables(), "met", "coach", UNTIL)
    assert found["talks"] == 10
    assert found["moved_12"] == pytest.approx(100 * 2 / 10), "the late talk can be followed for a year"
    assert found["moved_18"] == pytest.approx(100 * 1 / 8), "and not for longer"
    assert found["moved_24"] == pytest.approx(100 * 2 / 8)
    assert found["moved_60"] == pytest.approx(100 * 3 / 8)
    assert found["to_keys"] == pytest.approx(15), "within four years of the talk"


def test_who_would_have_moved_anyway_and_what_was_caused():
    found = talks_in_time(*tables(), "met", "coach", UNTIL)
    assert found["anyway"] == pytest.approx(50), "one of two known moves within four years"
    assert found["caused"] == pytest.approx(100 / 3), "one of the three moves of the first two years"


def test_where_there_are_no_talks_there_is_no_figure_and_a_column_that_is_lacking_is_named():
    moves, ledger, uses = tables()
    found = talks_in_time(moves, ledger, uses, "basis", "coach", UNTIL)
    assert found["talks"] == 0 and math.isnan(found["moved_12"]) and math.isnan(found["to_keys"]) and math.isnan(found["anyway"])
    with pytest.raises(Refusal, match="months_from_contact"):
        talks_in_time(moves.drop(columns="months_from_contact"), ledger, uses, "met", "coach", UNTIL)
