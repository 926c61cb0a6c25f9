"""Evaluations of real schemes, counted by hand in a handful of households."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from analysis.estimates import natural_experiments as ne
from analysis.estimates.targets import targets
from sim import interventions
from sim.world.errors import Refusal
from sim.world.places import resolve
from tools import make_docs
from tools import natural_experiments_page as of_page

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
    assert ne.by_date(moves(), LEDGER, COACH, 11, 24)["moved"] == (2, 6), "talks of the month after the last do not count"
    with pytest.raises(Refusal, match="months_from_contact"):
        ne.by_date(moves().drop(columns="months_from_contact"), LEDGER, COACH, 12, 24)


def test_of_moves_after_a_talk_only_those_count_of_which_the_ghosts_know():
    assert ne.of_those_who_moved(moves(), uses(), COACH, 24, 24) == {"caused": (1, 2), "anyway": (1, 2)}
    assert ne.of_those_who_moved(moves(), uses(), COACH, 24, 31) == {"caused": (2, 3), "anyway": (1, 3)}
    assert ne.of_those_who_moved(moves(), uses(), COACH, 2, 31)["caused"] == (1, 1), "talks of the last months are not followed"
    unknown = moves(months_from_contact=[2, None, 12, 5, 10, None])
    assert ne.of_those_who_moved(unknown, uses(), COACH, 24, 24)["caused"] == (1, 2), "of household 4 the ghost does not know"
    later = moves(month=[4, 5, 14, 20, 30, 6])
    assert ne.of_those_who_moved(later, uses(), COACH, 24, 24)["caused"] == (0, 1), "another move than that of the use"


def test_moves_of_a_package_are_counted_in_three_ways():
    found = ne.of_package(moves(), uses(), 24, 65)
    assert found["used_let"] == (2, 4) and found["caused_let"] == (1, 4), "one went to an owner home, one moved too late"
    assert found["used_left"] == (2, 5) and found["caused_left"] == (1, 5)
    assert found["used_seniors"] == (2, 2) and found["caused_seniors"] == (1, 2)
    owners = moves(from_tenure=["corporatie", "corporatie", "koop", *["corporatie"] * 3])
    assert ne.of_package(owners, uses(), 24, 65)["used_seniors"] == (1, 1), "a senior who leaves an owned home is not of the target group"
    partner = moves(reason=["union", *["fill"] * 5])
    assert ne.of_package(partner, uses(), 24, 65)["caused_left"] == (0, 4), "a move in with a partner is none"


def test_moves_of_small_households_out_of_large_homes_are_told_apart_by_the_scheme():
    large = ne.Large(rooms=5, floor_area=70, size=3)
    found = ne.outside(moves(), uses(), ("geld",), 31, large, 65)
    assert found == {"outside": (1, 3), "young": (1, 1), "caused": (2, 3)}, "too few rooms, too few m2 and too many persons are left out"
    assert ne.outside(moves(age=50), uses(), ("geld",), 31, large, 65)["young"] == (1, 1), (
        "who is young and went with the scheme is not in it"
    )
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


def test_the_interval_of_a_number_is_the_exact_one_of_poisson_and_that_of_a_target_is_the_frozen_one():
    said = ne.of_number("C00", "", 8)
    assert (said.low, said.high) == pytest.approx((3.454, 15.763), abs=0.001)  # table of Garwood
    frozen = targets()["talk_to_keys"]
    keys = ne.PUBLISHED["gooi_keys"]
    assert (keys.evidence, keys.low, keys.high) == ("C03", pytest.approx(12 * 0.67), pytest.approx(12 * 1.33)) and frozen.value == 12


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
    assert ne.beside([(30.0, 2.0), (10.0, 9.0)], said._replace(unit="moves")).model.value == pytest.approx(20), (
        "a number is a mean of worlds"
    )
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


def counts(part: dict[str, float], whole: float = 100) -> list[dict[str, object]]:
    """The file of counts: two worlds with the same share of every figure, that of ``part`` or 0.3, and for each variant."""
    rows = []
    for figure in of_page.FIGURES:
        for variant in (of_page.PLAIN, *of_page.REPLAYS[figure.replay].variants):
            for seed in (1, 2):
                n = part.get(figure.counted, 0.3) * whole
                pair = {"part": f"{n:g}", "whole": f"{whole:g}", "commit": "abc", "date": "2026-01-01"}
                rows.append({"replay": figure.replay, "variant": variant, "seed": str(seed), "figure": figure.counted, **pair})
    return rows


def figures(text: str) -> list[str]:
    """The lines of the table of figures."""
    return text.split(of_page.TABLE)[1].split("\n\n")[0].splitlines()


def test_losses_come_first_and_the_answer_names_them():
    text = of_page.page(counts({"moved": 0.2, "moved_10": 0.3694, "keys": 12, "used_let": 0.15, "caused_let": 0.05, "letters": 0.5}))
    lines = figures(text)
    off = [line.split(" | ")[5] != "–" for line in lines]
    assert off == sorted(off, reverse=True) and 0 < sum(off) < len(off)
    signs = {line.split(" | ")[0]: line.split(" | ")[6] for line in lines}
    assert signs["| corporatie lettings that the package caused, Eemnes, %"] == "same"
    assert signs["| moves of small households from large homes outside the scheme, Amsterdam, %"] == "**other**", "30 % is less than half"
    assert "not told" in of_page.page(counts({"caused_let": 0})), "nothing caused is neither more nor less"
    answer = next(line for line in text.splitlines() if line.startswith("**"))
    assert "Of 14 comparisons" in answer, "what was put in by the dose is not among them"
    told = text.split(answer)[1].split("\n\n")[1]
    assert (
        "- corporatie lettings that the package caused, Eemnes: 5.0 % against 14.5" in told and "nan" not in text and "letter" not in told
    )
    assert "lettings for which the package was used" not in told and "mean time" not in told


def test_what_the_levers_add_is_the_difference_within_each_world():
    pairs = {
        ("gooi", of_page.PLAIN, "moved"): [(20.0, 100.0), (30.0, 50.0)],
        ("gooi", of_page.NOTHING, "moved"): [(10.0, 100.0), (20.0, 40.0)],
    }
    assert "add 10.0 (95 % over worlds: 10.0 to 10.0) points" in of_page.added("gooi", pairs)


def test_what_cannot_be_counted_has_a_dash_and_comes_last():
    rows = [row for row in counts({}) if row["figure"] != "keys"]
    text = of_page.page(rows)
    last = figures(text)[-1]
    assert "mean time from talk to keys" in last and " | – |" in last


def test_every_replay_is_a_place_with_instruments_that_exist_and_variants_that_change_them():
    for key, replay in of_page.REPLAYS.items():
        assert resolve(replay.place).gemeenten
        assert any(figure.replay == key for figure in of_page.FIGURES)
        for more in ({}, *replay.variants.values()):
            assert set(more) <= set(replay.instruments)
            for name, settings in replay.instruments.items():
                interventions.load(name, {**settings, **more.get(name, {})})
        for variant, more in replay.variants.items():
            plain = {name: interventions.load(name, one) for name, one in replay.instruments.items()}
            varied = {name: interventions.load(name, {**one, **more.get(name, {})}) for name, one in replay.instruments.items()}
            assert plain != varied, f"{key}, {variant}: nothing differs from the plain replay"


def test_the_dose_is_the_published_one(monkeypatch):
    monkeypatch.setattr(of_page, "who_may_talk", lambda burnt, settings: 1200)
    talks = interventions.load(of_page.COACH, {}).n_talks
    assert of_page.posts(None, {}, ("number", 425, 26)) * talks / 12 * 26 == pytest.approx(425)
    assert of_page.posts(None, {}, ("share", 0.06, 36)) * talks / 12 * 36 == pytest.approx(72)


def test_the_page_is_that_of_its_counts():
    text = of_page.PAGE.read_text(encoding="utf-8")
    _, mark, tail = text.partition(of_page.BY_HAND)
    assert text == of_page.page(of_page.read(), mark + tail), "run: python tools/natural_experiments_page.py --seeds 0"
    for one in ne.PUBLISHED.values():
        assert one.says in text and f"{one.low:.1f} to {one.high:.1f}" in text
