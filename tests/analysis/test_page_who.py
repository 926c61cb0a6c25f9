"""Who wins and who loses: titles that hold whatever comes out, homes followed to the next household, tiles that each have a place."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimates.areas import areas
from analysis.page import tiles
from analysis.page.sections import who
from analysis.page.wijken import area_name
from analysis.tables.for_page import FREED
from tests import fake_page
from tests.every import every

HELD = {"a": {"instruments": {"brieven": {}}}}
CARDS = [{"scenario": "a", "already": False, "price": "none", "instrument": key} for key in ("all", "brieven")]
OUTCOMES = {"much": (100.0, True), "little": (5.0, True), "nothing": (3.0, False), "less": (-100.0, True), "uncounted": None}


def made(outcomes, freed: dict[str, float] | None = None):
    effects = [
        fake_page.effect("a", "moves", *OUTCOMES[one], group_by="class", group=key)
        for key, one in zip(who.NAMED, outcomes, strict=True)
        if OUTCOMES[one]
    ]
    homes = [
        {"scenario": "a", "homes": of, "by": "persons", "next": kind, "mean": 900.0, "difference": n, "difference_lower": n - 1}
        | {"difference_upper": n + 1, "claimed": abs(n) > 1}
        for of in FREED
        for kind, n in (freed or {}).items()
    ]
    return fake_page.page({"effects": effects, "cards": CARDS, "freed_homes": homes}, HELD)


@every("outcomes", list(itertools.product(OUTCOMES, repeat=3)), ids="-".join)
def test_the_title_says_who_wins_and_who_loses_and_nothing_that_was_not_counted(outcomes):
    found = who.section(made(outcomes))
    if set(outcomes) == {"uncounted"}:
        assert found is None
        return
    title = found.finding.nl.lower()
    assert fake_page.too_long(found) == []
    for key, one in zip(who.NAMED, outcomes, strict=True):
        assert (who.GROUPS[key].nl in title) == (one in ("much", "less")), title
    assert ("verliezen" in title) == ("less" in outcomes) and ("geen groep" in title) == (set(outcomes) <= {"nothing", "uncounted"})
    grid = next(block for block in found.blocks if type(block).__name__ == "Grid")
    assert [cell.text.nl == "niet gemeten" for cell in grid.rows[0][1:4]] == [one == "uncounted" for one in outcomes]


@pytest.mark.parametrize(
    ("freed", "said"), [({"1": 60.0, "2": 20.0, "3+": 10.0}, "mensen alleen"), ({"1": 0.0, "3+": 60.0}, "drie of meer personen")]
)
def test_who_gets_most_of_the_homes_left_is_the_title_of_its_picture(freed, said):
    chart = next(block for block in who.section(made(("much",) * 3, freed)).blocks if getattr(block, "key", "") == "vrijgekomen_woningen")
    assert said in chart.finding.nl


def test_without_a_ledger_nothing_is_said_of_homes_left_but_that():
    assert "niet bewaard" in fake_page.said(who.section(made(("much",) * 3)))["nl"]


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(300, 620)), min_size=1, max_size=60))
def test_every_tile_has_a_cell_of_its_own_and_no_row_or_column_is_empty(points):
    at = tiles.placed([x for x, _ in points], [y for _, y in points])
    assert len(set(at)) == len(points)
    for k in (0, 1):
        assert {one[k] for one in at} == set(range(1, max(one[k] for one in at) + 1))
    assert len(set(tiles.placed([math.nan] * len(points), [math.nan] * len(points)))) == len(points), "without places: row by row"


def test_tiles_lie_as_their_areas_do():
    at = tiles.placed([0, 10, 0, 10], [0, 0, 10, 10])
    assert at == [(2, 1), (2, 2), (1, 1), (1, 2)], "north above, west on the left"


def test_areas_of_one_gemeente_are_wijken_and_those_of_several_are_gemeenten_that_add_up():
    def table(codes):
        keys = {"indicator": "senior_moves", "group_by": "wijk", "months_from": 0, "months_to": 24}
        return pd.DataFrame(
            [
                {"scenario": name, "seed": seed, "group": code, "value": 10.0 + k + (name == "a") * (k + seed)} | keys
                for name, seed, (k, code) in itertools.product(("basis", "a", "placebo"), (0, 1, 2), enumerate(codes))
            ]
        )

    known = {"WK000101": {"name": "Wijk 01 Noord", "gemeente": "GM0001", "x_km": 1.0, "y_km": 2.0}}
    one = areas(table(["WK000101", "WK000102"]), known).query("scenario == 'a'").set_index("area")
    assert one["difference"].to_dict() == {"WK000101": 1.0, "WK000102": 2.0} and one.loc["WK000101", "name"] == "Wijk 01 Noord"
    several = areas(table(["WK000101", "WK000102", "WK000201"]), known).query("scenario == 'a'").set_index("area")
    assert several["difference"].to_dict() == {"GM0001": 3.0, "GM0002": 3.0} and np.isnan(several["x_km"]).all()
    assert area_name({"WK1": {"name": "Wijk 10 Binnenstad"}}, "WK1") == "Binnenstad" and area_name({}, "WK2") == "WK2"
