"""What a page is on paper: A4, all that it says, no sheet with next to nothing on it, no heading at the foot of a sheet."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import pypdfium2
import pytest
from pypdfium2 import raw

from tests.browser.conftest import RULES
from tests.browser.states import none, states
from tools.browser import paper, unfold

A4 = (595.3, 841.9)  # points
LITTLE = 0.25  # of its height: a sheet on which no more stands, and which is not the last, is spoilt
PIXELS = 96 / 72  # of CSS in a point
HALF = 0.5  # what sheets hold at the least, on average
STRANGE = r"[■□\s\x00-\x1f\u00ad\u0600-\u06ff\u200b-\u2010\ufe70-\uffff\U00010000-\U0010ffff-]"


class Sheet(NamedTuple):
    """One side of paper.

    Attributes:
        size: width and height in points.
        written: the texts in the order in which the page says them.
        read: the texts from the top to the foot.
        filled: share of the height between the first line and the last.
        left: points between the edge of the paper and the first letter.
    """

    size: tuple[float, float]
    written: str
    read: str
    filled: float
    left: float


def plain(text):
    """A text without what a printer adds, leaves out or lays in another order: space, hyphens, joined letters, Arabic, signs."""
    return re.sub(STRANGE, "", unicodedata.normalize("NFKC", text.replace("…", ""))).lower()


def sheet_of(page):
    words = page.get_textpage()
    letters = list(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], textpage=words))
    places = [one.get_bounds() for one in letters] or [(0, 0, 0, 0)]
    filled = (max(top for *_, top in places) - min(bottom for _, bottom, *_ in places)) / page.get_height()
    left = min(left for left, *_ in places)
    return Sheet(page.get_size(), "".join(one.extract() for one in letters), words.get_text_bounded(), filled, left)


def sheets(page):
    """The sheets on which a page is printed."""
    with pypdfium2.PdfDocument(paper(page)) as document:
        return [sheet_of(one) for one in document]


def ending(sheet, headings):
    """The heading with which a sheet ends, if it does."""
    return next((one for one in headings if plain(sheet.read).endswith(plain(one))), None)


def scant(found):
    """The sheets but the last that hold next to nothing."""
    return [
        f"sheet {n} of {len(found)}, {one.filled:.0%}: “{one.read[-60:]}”" for n, one in enumerate(found[:-1], 1) if one.filled < LITTLE
    ]


def beyond(page, found):
    """What has no place between the margins of the paper, and words that go on in the next line without a hyphen."""
    width = found[0].size[0] - 2 * min(one.left for one in found)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round(found[0].size[0] * PIXELS), "height": 900})
    unfold(page)
    return page.evaluate(f"[...rules.beyond({width * PIXELS}), ...rules.broken()]")


def unsaid(page, found):
    """What a page says in the language that it shows, and no sheet does."""
    text = plain("".join(one.written for one in found))
    return [one for one in page.evaluate("rules.said()") if plain(one) not in text]


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def printed(shown, kept):
    """A function that prints a page as it comes: what rules ask of the page, and its sheets."""

    def once(name, language):
        if (name, language) not in kept:
            page = shown(name, language)
            found = sheets(page)
            kept[name, language] = page.evaluate("rules.headings()"), found, unsaid(page, found), beyond(page, found)
        return kept[name, language]

    return once


@pytest.mark.parametrize(("name", "language"), states())
def test_the_paper_is_a4(name, language, printed):
    _, found, *_ = printed(name, language)
    none([one.size for one in found if sorted(one.size) != pytest.approx(A4, abs=1)])


@pytest.mark.parametrize(("name", "language"), states())
def test_no_sheet_ends_with_a_heading(name, language, printed):
    headings, found, *_ = printed(name, language)
    assert headings
    none([f"sheet {n} of {len(found)}: “{heading}”" for n, one in enumerate(found, 1) if (heading := ending(one, headings))])


@pytest.mark.parametrize(("name", "language"), states())
def test_no_sheet_is_all_but_empty(name, language, printed):
    _, found, *_ = printed(name, language)
    none(scant(found))
    assert sum(one.filled for one in found[:-1]) >= HALF * len(found[:-1])


@pytest.mark.parametrize(("name", "language"), states())
def test_all_that_a_page_says_stands_on_paper(name, language, printed):
    none(printed(name, language)[2])


@pytest.mark.parametrize(("name", "language"), states())
def test_nothing_is_cut_at_the_right_of_a_sheet_and_no_word_in_the_middle(name, language, printed):
    none(printed(name, language)[3])


LONG = "<style>@page { size: A4 } body { margin: 0 }</style>"
FULL = "<p style='height:%dmm;margin:0;break-inside:avoid'>words</p>"


@pytest.fixture
def small(context):
    """A function that opens a small page, ready to be asked."""

    def opened(html):
        page = context.new_page()
        page.set_content(f"<!DOCTYPE html><html lang='nl'><body>{LONG}{html}</body></html>")
        page.evaluate(RULES)
        return page

    return opened


def test_a_heading_at_the_foot_is_seen_and_one_above_a_text_is_not(small):
    for height, sees in ((235, True), (100, False)):
        page = small(FULL % height + "<h2>What it does</h2>" + FULL % 100)
        first = sheets(page)[0]
        assert (ending(first, page.evaluate("rules.headings()")) is not None) == sees


def test_a_sheet_with_a_line_on_it_is_seen_but_the_last_may_be_short(small):
    line = "<p style='break-after:page'>one line</p>"
    assert len(scant(sheets(small(line + "<p>the end</p>")))) == 1
    assert scant(sheets(small("<p>one<br><br><br><br><br><br><br></p>" + FULL % 200 + "<p style='break-after:page'>two</p>" + line))) == []


def test_a_table_that_is_too_wide_is_seen(small):
    for words, sees in ((1, False), (40, True)):
        page = small(f"<table><tr>{'<td>verhuizingen</td>' * words}</tr></table>")
        assert bool(beyond(page, sheets(page))) == sees


def test_what_is_not_printed_is_seen(small):
    fold = "<details><summary>more</summary>all the rest</details><details open><summary>less</summary>some</details>"
    page = small("<p>hy&shy;phen first − 1,5</p>" + fold)
    assert unsaid(page, sheets(page)) == ["all the rest"]
    page = small("<style>@media print { details::details-content { content-visibility: visible } }</style>" + fold)
    assert unsaid(page, sheets(page)) == []


def test_paper_of_another_size_is_seen(small):
    assert sorted(sheets(small("<style>@page { size: letter }</style>words"))[0].size) != pytest.approx(A4, abs=1)
