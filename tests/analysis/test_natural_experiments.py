"""Evaluations of real schemes, counted by hand in a handful of households."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from analysis.estimates import natural_experiments as ne
from sim.world.errors import Refusal
from tools import make_docs

COACH = "coach"


def moves(**columns: object) -> pd.DataFrame:
    """Six moves; what is not given is the same for all."""
    plain = {
        "month": [3, 5, 14, 20, 30, 6],
        "reason": "fill",
        "from_tenure": "corporatie",
        "to_tenure": ["corporatie", "koop", "corporatie", "corporatie", "corporatie", "corporatie"],
        "from_rooms": [5, 5, 4, 5, 5, 5],
        "from_floor_area": [90.0, 90.0, 90.0, 60.0, 90.0, 90.0],
        "household_size": [1, 2, 1, 1, 1, 4],
        "age": [70, 50, 80, 60, 70, 40],
        "household_id": [1, 2, 3, 4, 5, 6],
        "instruments": ["coach+geld", "", "coach", "", "geld", ""],
        "months_from_contact": [2, None, 12, 26, 10, None],
    }
    return pd.DataFrame({**plain, **columns})


def uses() -> pd.DataFrame:
    """Household 1 moved because of all together, 3 would have anyway, 5 moved because of it; of 4 the ghost does not know."""
    verdicts = {1: "noodzakelijk", 3: "ook_zonder", 5: "zetje", 4: "onbekend"}
    months = {1: 3, 3: 14, 5: 30, 4: 20}
    rows = [(who, key, 0, months[who], verdicts[who]) for who in verdicts for key in (COACH, "alle")]
    return pd.DataFrame(rows, columns=["household_id", "instrument", "month", "month_moved", "verdict"])


LEDGER = pd.DataFrame({"instrument": [COACH, COACH, COACH, "geld"], "month": [1, 11, 20, 1], "contacts": [6, 4, 5, 90]})


def test_a_programme_counts_talks_and_moves_up_to_a_date():
    found = ne.by_date(moves(), LEDGER, COACH, 12, 24)
    assert found["moved"] == (2, 10), "talks of month 1 and 2 ended in a move; one talk was before month 0, one was after the talks"
    assert found["keys"] == (14, 2)
    assert ne.by_date(moves(), LEDGER, COACH, 24, 31)["moved"] == (3, 15)
    assert ne.by_date(moves(), LEDGER, COACH, 12, 12)["moved"] == (1, 10), "keys after the date are not seen"
    with pytest.raises(Refusal, match="months_from_contact"):
        ne.by_date(moves().drop(columns="months_from_contact"), LEDGER, COACH, 12, 24)


def test_of_moves_after_a_talk_only_those_count_of_which_the_ghosts_know():
    assert ne.of_those_who_moved(moves(), uses(), COACH, 24, 24) == {"caused": (1, 2), "anyway": (1, 2)}
    assert ne.of_those_who_moved(moves(), uses(), COACH, 24, 31) == {"caused": (2, 3), "anyway": (1, 3)}
    assert ne.of_those_who_moved(moves(), uses(), COACH, 2, 31)["caused"] == (1, 1), "talks of the last months are not followed"
    later = moves(month=[4, 5, 14, 20, 30, 6])
    assert ne.of_those_who_moved(later, uses(), COACH, 24, 24)["caused"] == (0, 1), "another move than that of the use"


def test_moves_of_a_package_are_counted_in_three_ways():
    found = ne.of_package(moves(), uses(), 24, 65)
    assert found["used_let"] == (2, 4) and found["caused_let"] == (1, 4), "one went to an owner home, one moved too late"
    assert found["used_left"] == (2, 5) and found["caused_left"] == (1, 5)
    assert found["used_seniors"] == (2, 2) and found["caused_seniors"] == (1, 2)
    partner = moves(reason=["union", *["fill"] * 5])
    assert ne.of_package(partner, uses(), 24, 65)["caused_left"] == (0, 4), "a move in with a partner is none"


def test_moves_of_small_households_out_of_large_homes_are_told_apart_by_the_scheme():
    large = ne.Large(rooms=5, floor_area=70, size=3)
    found = ne.outside(moves(), uses(), ("geld",), 31, large, 65)
    assert found == {"outside": (1, 3), "young": (1, 1), "caused": (2, 3)}, "too few rooms, too few m2 and too many persons are left out"
    assert ne.outside(moves(), uses(), ("ander",), 31, large, 65)["outside"] == (3, 3)
    assert ne.outside(moves(), uses(), ("geld",), 30, large, 65)["outside"] == (1, 2), "the window"
    assert ne.outside(moves(instruments="voorgeld"), uses(), ("geld",), 31, large, 65)["outside"] == (3, 3), "a key is no part of a word"


@pytest.mark.parametrize(
    "part, whole, low, high",
    [(0, 10, 0, 30.85), (8, 55, 6.50, 26.66), (10, 10, 69.15, 100), (1, 2, 1.26, 98.74)],  # tables of Clopper and Pearson
)
def test_the_interval_of_a_count_is_the_exact_one(part, whole, low, high):
    assert ne.binomial(part, whole) == pytest.approx((low, high), abs=0.01)


@pytest.mark.parametrize("part, whole", [(0, 0), (3, 2), (-1, 2)])
def test_what_is_no_share_has_no_interval(part, whole):
    with pytest.raises(ValueError, match="is no share"):
        ne.binomial(part, whole)


def test_the_model_is_off_by_the_gap_between_the_two_intervals():
    said = ne.Published("C00", "", 50, 40, 60, "%", "")
    same = [(1.0, 10.0)] * 3
    assert ne.beside(same, said).off == pytest.approx(30) and ne.beside(same, said).away == pytest.approx(-40)
    assert ne.beside([(9.0, 10.0)] * 3, said).off == pytest.approx(30), "too many is as far off as too few"
    wide = ne.beside([(1.0, 10.0), (4.0, 10.0), (2.5, 10.0)], said)
    assert wide.model.value == pytest.approx(25) and wide.model.upper > 40 and wide.off == 0, "the intervals share a value"
    one = ne.beside([(2.0, 10.0)], said)
    assert math.isnan(one.model.lower) and one.off == pytest.approx(20), "one seed has no interval and is held as it is"
    assert math.isnan(ne.beside([(0.0, 0.0)], said).off)
    assert ne.beside([(30.0, 2.0)], said._replace(unit="months")).model.value == pytest.approx(15), "a mean is not in per cent"


def test_a_published_count_stands_in_its_row_of_the_evidence():
    rows = {ident: row["value"] for ident, row in make_docs.evidence().items()}
    for key, words in {
        "gooi_letters": ("9,100", "549"),
        "gooi_moved": ("549", "146"),
        "eemnes": ("8 of 55",),
        "assen": ("425", "55"),
        "veluwe": ("315", "99"),
        "gelderland": ("244", "90"),
        "gelderland_contacts": ("639", "90"),
    }.items():
        said = ne.PUBLISHED[key]
        assert all(word in rows[said.evidence] for word in words), f"{key}: {rows[said.evidence]}"
        assert said.low < said.value < said.high and all(word.split()[0] in said.says for word in words)
    assert {one.evidence for one in ne.PUBLISHED.values()} <= set(rows)
