"""What would have happened anyway: directions in words with positive numbers, each household once, nothing said that was not counted."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from analysis.estimates.users import SHOWN, by_verdict, users
from analysis.page.section import Grid
from analysis.page.sections import without
from analysis.tables.for_page import DEADWEIGHT, USERS
from sim.without.verdicts import FINAL
from tests import fake_page

HELD = {"a": {"instruments": {"brieven": {}}}}


def made(
    missed: float | None,
    after: float,
    claimed: bool = True,
    share: float | None = 0.3,
    kept: bool = True,
    rest: str = "doorwerking",
    direct: float = 500.0,
):
    """A page of one measure; ``share``: of users that would have moved anyway, None where nobody was followed."""
    effects = [fake_page.effect("a", "senior_moves", 500.0)]
    for of_whom in ({}, {"group_by": "class", "group": "starter"}):
        effects += [fake_page.effect("a", "first_moves", direct, estimand="direct", **of_whom)]
        effects += [] if missed is None else [fake_page.effect("a", "first_moves", missed, claimed, estimand="verdrongen", **of_whom)]
        effects += [fake_page.effect("a", "first_moves", after, claimed, estimand=rest, **of_whom)]
        effects += [fake_page.effect("a", "first_moves", 500.0 - (missed or 0.0) + after, estimand="net", **of_whom)]
    shown = {"scenario": "a", "instrument": "alle", "window": 24, "lower": 80.0, "upper": 120.0}
    of_users = [] if share is None else [shown | {"verdict": one.key, "mean": 100.0} for one in SHOWN]
    of_users += [] if share is None else [{**shown, "verdict": DEADWEIGHT, "mean": share, "lower": math.nan, "upper": math.nan}]
    naive = {"scenario": "a", "instrument": "alle", "indicator": "senior_moves", "users": 250.0 if kept else math.nan, "effect": 500.0}
    card = {"scenario": "a", "already": False, "price": "none"}
    cards = [card | {"instrument": "all"}, card | {"instrument": "brieven"}]
    return fake_page.page({"effects": effects, "users": of_users, "naive": [naive], "cards": cards}, HELD)


@pytest.mark.parametrize("missed", [0.0, 31.0, None])
@pytest.mark.parametrize("after", [-69.0, 69.0])
@pytest.mark.parametrize("claimed", [True, False])
def test_what_others_lose_and_gain_is_a_positive_number_with_its_direction_in_words(missed, after, claimed):
    found = without.section(made(missed, after, claimed))
    text, title = fake_page.said(found)["nl"], found.blocks[0].finding.nl
    assert ("31 andere huishoudens een woning mis" in text) == (claimed and missed == 31)
    assert ("Niemand anders liep daardoor" in text) == (missed == 0)
    assert ("69 anderen meer" in text, "69 anderen minder" in text) == (claimed and after > 0, claimed and after < 0)
    assert ("geen verschil" in text) == (not claimed) and not re.search("[−+](69|31)", text)
    assert ("lopen een woning mis" in title) == (claimed and missed == 31) and fake_page.too_long(found) == []
    assert ("vaker" in title or "winnen" in title) == (claimed and after > 0)
    assert_numbers_are_marked_up(found)


def assert_numbers_are_marked_up(section):
    for line in section.sentences:
        assert isinstance(line.nl, Markup) or "<" not in line.nl, "a tag would be read as text"


def test_a_measure_without_users_is_said_to_change_homes_and_nobody_to_lose_one():
    found = without.section(made(0.0, -69.0, rest="aanbod", share=None, direct=0.0))
    text = fake_page.said(found)["nl"]
    assert "geen gebruikers" in text and "69 huishoudens minder" in text and "liepen" not in text and fake_page.too_long(found) == []
    assert_numbers_are_marked_up(found)
    assert [fake_page.plain(one.nl) for one in found.blocks[1].header[1:2]] == ["Erbij of eraf door de woningen zelf"]


def test_a_measure_that_made_no_difference_to_anybody_says_so_instead_of_three_noughts():
    text = fake_page.said(without.section(made(0.0, 0.0, direct=0.0)))["nl"]
    assert "voor niemand verschil" in text and "0 huishoudens" not in text


def test_who_loses_is_told_by_kind_of_household_and_adds_up():
    found = without.section(made(31.0, 69.0))
    grid = next(one for one in found.researchers if isinstance(one, Grid) and "misloopt" in fake_page.plain(one.caption.nl))
    assert [fake_page.plain(row[0].text.nl).rpartition(": ")[2] for row in grid.rows] == ["iedereen", "starters"]
    for _, *cells, net in grid.rows:
        assert sum(cell.text.value for cell in cells) == net.text.value == 538


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.99, None])
@pytest.mark.parametrize("kept", [True, False])
def test_every_share_and_every_want_of_one_has_its_title(share, kept):
    found = without.section(made(10.0, 20.0, share=share, kept=kept))
    text = fake_page.said(found)["nl"]
    assert fake_page.too_long(found) == []
    assert ("niet gevolgd" in text) == (share is None) and ("niet te bepalen" in text) == (not kept)
    assert ("meeste" in found.finding.nl) == (share == 0.7) and ("250" in text) == kept


USES = st.lists(
    st.tuples(
        st.sampled_from([0, 1]), st.sampled_from(["a", "alle"]), st.integers(0, 30), st.integers(-1, 40), st.integers(-1, 60), st.booleans()
    ),
    min_size=1,
    max_size=30,
)


@given(USES)
def test_users_are_counted_once_in_each_window_and_the_share_is_of_who_moved_and_is_known(rows):
    table = pd.DataFrame(
        [
            {"scenario": "s", "seed": seed, "instrument": key, "month": month, "verdict": "", "month_moved": moved, "month_ghost": ghost}
            | {"months_followed": 0, "decisive": differed, "ghost_final": final == 0}
            for final, (seed, key, month, moved, ghost, differed) in enumerate(rows)
        ]
    )
    found = users("s", [table], [0, 1], 24, [12, 24])
    pd.testing.assert_frame_equal(users("s", [table.iloc[k : k + 1] for k in range(len(table))], [0, 1], 24, [12, 24]), found)
    assert list(found.columns) == list(USERS.names) and FINAL > 60
    counted = found[found["verdict"] != DEADWEIGHT].groupby(["instrument", "window"])["mean"].sum()
    for (key, _), n in counted.items():
        assert n == pytest.approx(sum(one[1] == key and one[2] < 24 for one in rows) / 2)
    for _, row in by_verdict(found, 24).iterrows():
        known = sum(row[one.key] for one in SHOWN) - row["niet_verhuisd"] - row["onbekend"]
        assert row[DEADWEIGHT] == pytest.approx(row["ook_zonder"] / known) if known else pd.isna(row[DEADWEIGHT])
