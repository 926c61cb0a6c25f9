"""How numbers and names are written: both ends of an interval, what is nearly nothing, units beside a number, digits in a name."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from matplotlib.figure import Figure

from analysis.page import bars
from analysis.page.cells import ON_PAPER, ends, too_long
from analysis.page.figures import inline, svg
from analysis.page.page import names_with_digits, say
from analysis.page.quote import MANIFEST, Book, Quote, rich
from analysis.page.section import Cell, Grid
from analysis.page.words import FAR, WHOLE, Text, both, capital, digits_of_ends, number, two_digits
from tests import fake_page
from tests.analysis.read_page import loose, paper, significant
from tests.every import every

END = st.one_of(st.just(0.0), st.floats(1e-4, 1e7), st.floats(-1e7, -1e-4))


def written(low: float, high: float) -> tuple[str, str]:
    first, second = digits_of_ends(low, high)
    return number(low, first), number(high, second)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (34.0, 1040.0, ("30", "1.000")),
        (95.0, 1040.0, ("95", "1.000")),
        (-12.0, 1500.0, ("−10", "1.500")),
        (-3.2, 104.0, ("−3", "100")),
        (0.3, 104.0, ("0", "100")),
        (0.3, 12.0, ("0,3", "12")),
        (-0.012, 0.55, ("−0,01", "0,55")),
        (0.0, 130.0, ("0", "130")),
        (-1540.0, -21.0, ("−1.500", "−20")),
        (647.0, 683.0, ("650", "680")),
    ],
)
def test_each_end_is_written_in_its_own_digits_and_coarser_where_it_is_far_smaller(low, high, said):
    assert written(low, high) == said


@given(END, END)
def test_no_end_reads_as_nothing_that_is_something_and_none_in_more_digits_than_count(low, high):
    for end, text in zip((low, high), written(low, high), strict=True):
        tiny = abs(end) <= 0.5 and max(abs(low), abs(high)) >= WHOLE
        assert (text == "0") == (end == 0) or tiny
        assert significant(text) <= (1 if FAR * abs(end) < max(abs(low), abs(high)) else 2)
        assert text.startswith("−") == (end < 0 and text != "0")


def test_the_ends_on_the_page_are_those_of_the_rule():
    page = fake_page.page({"effects": [fake_page.effect("a", "moves", 500.0, lower=-3.2, upper=1040.0)]}, {"a": {}})
    found = ends(page, page.effect("a", "moves"), "lower", "upper")
    assert found is not None and fake_page.plain(found.nl) == "−3 tot 1.000"


def _quote(value: float, digits: int = 0) -> Quote:
    return Quote(value, "costs", {"scenario": "a"}, "eur", digits=digits, sign=True)


def _drawn(quote: Quote, unit: str) -> str:
    def draw() -> Figure:
        return bars.draw([bars.Panel(both(""), (bars.Bar(both("naam"), quote),))], both("as"), "nl", False, unit)

    return inline(svg(draw), "x")


def test_the_unit_of_a_number_in_a_picture_stands_outside_its_cell():
    html = _drawn(_quote(1000.0, -1), "€")
    [cell] = re.findall(r"<g data-table.*?</g>", html, flags=re.DOTALL)
    assert fake_page.plain(re.sub(r"<!--.*?-->", "", cell)).strip() == "+1.000" and "€" in html


@pytest.mark.parametrize("narrow", [True, False])
def test_digits_of_names_in_a_picture_are_no_numbers(narrow):
    panel = bars.Panel(both("Brieven 55+"), (bars.Bar(both("Voorrang 2030"), _quote(1000.0, -1)),))
    html = inline(svg(lambda: bars.draw([panel], both("as"), "nl", narrow)), "x")
    assert "Brieven 55+" in html and "Voorrang 2030" in html and loose(paper(html)) == []


@pytest.mark.parametrize(("value", "said", "nearly"), [(-0.0062, "0", True), (0.04, "0", True), (0.0, "0,0", False), (0.06, "+0,1", False)])
def test_what_rounds_to_nothing_and_is_something_is_called_nearly_nothing(value, said, nearly):
    quote, before = bars._written(_quote(value, 1), "")
    assert quote.said("nl") == said and (before.nl == "bijna") == nearly
    assert ("bijna" in _drawn(_quote(value, 1), "")) == nearly


def test_digits_in_a_name_are_part_of_it_wherever_it_stands():
    page = fake_page.page({}, {"a": {"instruments": {"brieven_2": {}}}})
    page.results.titles["a"] = Text("Voorrang 2030 & meer", "Priority 2030 & more")
    names = names_with_digits(page)
    title, part, number_in = (
        page.results.titles["a"],
        page.results.instrument("brieven_2"),
        rich("{n} {t}", "{n} {t}", n=_quote(3), t=both("x")),
    )
    inside = rich("<b>{t}</b>: 12", "<b>{t}</b>: 12", t=title)
    for said in (title, title.nl, part, Text(f"Dit is {title.nl}.", "x"), Text(Markup("<br>") + title.nl, "x"), number_in):
        html = str(say(said, names))
        assert loose(paper(f"<p>{html}</p>")) == [], html
        assert fake_page.plain(html) == fake_page.plain(say(said)), "it reads the same"
    assert [text for text, _ in loose(paper(f"<p>{say(inside, names)}</p>"))] == [": 12", ": 12"], "a number is still seen"
    assert str(say(inside, names)).count("data-fixed") == 2, "and a name is marked once"
    assert loose(paper(f"<p>{say(title)}</p>")), "unmarked it would be a number"


def test_a_figure_is_marked_only_where_something_is_missed():
    for misses, marked in (("rate_65", True), ("", False), (math.nan, False)):
        page = fake_page.page({"effects": [fake_page.effect("a", "moves", 69.0, misses=misses)]}, {"a": {}})
        assert ("†" in page.effect("a", "moves").of("nl")) == marked


@pytest.mark.parametrize(("text", "said"), [("één persoon", "Eén persoon"), ("eigen", "Eigen"), ("ëe", "Ëe"), ("", "")])
def test_a_capital_takes_the_accent_of_one(text, said):
    assert capital(text) == said


@pytest.mark.parametrize(
    ("rows", "tables", "file"), [(ON_PAPER, "ab", ""), (ON_PAPER + 1, "aab", "a.csv"), (ON_PAPER + 1, [MANIFEST], "manifest.json")]
)
def test_a_table_that_is_too_long_for_paper_names_the_file_of_most_of_its_numbers(rows, tables, file):
    cells = tuple(Cell(Quote(1.0, table, {}, "mean")) for table in tables)
    assert too_long(Grid(both("users"), (), (cells,) * rows)) == file


@every("power", range(-4, 6))
@every("size", [1.0, 1.04, 2.5, 9.4, 9.949, 9.951, 9.96, 9.999])
def test_two_digits_count_of_a_number_as_it_is_written(size: float, power: int):
    value = size * 10.0**power
    said = f"{round(value, two_digits(value)):.{max(two_digits(value), 0)}f}"
    assert significant(said) <= 2 and ("." not in said or len(said.replace(".", "").lstrip("0")) == 2), said
    assert abs(float(said) / value - 1) < 0.051


def test_a_share_of_nothing_is_not_known():
    areas = pd.DataFrame({"scenario": ["a", "a"], "area": ["WK1", "WK2"], "mean": [3.0, 2.0], "difference": [1.0, 2.0]})
    book = Book({"areas": areas}, {})
    some, none = (book.quote("areas", "difference / (mean - difference)", {"scenario": "a", "area": area}) for area in ("WK1", "WK2"))
    assert some.value == 0.5 and some.known and not none.known
