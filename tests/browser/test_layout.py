"""What a page looks like at two widths: nothing is cut, nothing lies on something else, all letters can be read."""

from __future__ import annotations

import pytest

from tests.browser.states import PHONE, WIDE, none, states

FIRST = {WIDE: 720, PHONE: 2 * 844}  # CSS pixels: the screen of a laptop or a beamer, two of a telephone
LEAST = 9  # CSS pixels: of any letter, in a picture too


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def found(shown, kept):
    """A function that gives what a rule finds on a page with all folds open; each page is asked all rules at once."""

    def of_rule(rule, name, language, width):
        if (name, language, width) not in kept:
            page = shown(name, language, width, unfold=True)
            kept[name, language, width] = {one: page.evaluate(f"rules.{one}({LEAST})") for one in WRONG}
        return kept[name, language, width][rule]

    return of_rule


@pytest.mark.parametrize(("name", "language", "width"), states(WIDE, PHONE))
def test_the_page_is_no_wider_than_the_window(name, language, width, found):
    none(found("wide", name, language, width))


@pytest.mark.parametrize(("name", "language", "width"), states(WIDE, PHONE))
def test_no_text_is_cut_or_runs_out_of_its_place(name, language, width, found):
    none(found("cut", name, language, width))


@pytest.mark.parametrize(("name", "language", "width"), states(WIDE, PHONE))
def test_no_word_goes_on_in_the_next_line_without_a_hyphen(name, language, width, found):
    none(found("broken", name, language, width))


@pytest.mark.parametrize(("name", "language", "width"), states(WIDE, PHONE))
def test_every_letter_is_large_enough(name, language, width, found):
    none(found("small", name, language, width))


@pytest.mark.parametrize(("name", "language", "width"), states(WIDE, PHONE))
def test_no_text_of_a_picture_lies_on_another(name, language, width, found):
    none(found("over", name, language, width))


@pytest.mark.parametrize(("name", "language", "width"), states(WIDE, PHONE))
def test_the_letters_of_every_picture_are_text(name, language, width, found):
    none(found("mute", name, language, width))


@pytest.mark.parametrize(("name", "language", "width"), [one for one in states(WIDE, PHONE) if one[0] == "report"])
def test_the_first_screen_of_a_finished_page_ends_with_the_ways_on(name, language, width, shown):
    bottom = shown(name, language, width).evaluate("document.querySelector('.ways').getBoundingClientRect().bottom + scrollY")
    assert bottom <= FIRST[width], f"a reader has to scroll {bottom - FIRST[width]:.0f} pixels more to see how to go on"


WRONG = {
    "wide": "<div style='width:600px'>wide</div>",
    "cut": "<div tabindex='0' style='overflow-x:auto;width:100px;white-space:nowrap'>+820 verhuizingen</div>",
    "broken": "<table style='width:60px;overflow-wrap:anywhere'><tr><td>Verhuiskostenvergoeding</td></tr></table>",
    "small": "<svg width='100' viewBox='0 0 1000 400'><text y='200' font-size='20'>letters</text></svg>",
    "over": "<svg width='300' height='99'><text x='9' y='50'>one thing</text><text x='30' y='52'>another</text></svg>",
    "mute": "<svg role='img' aria-label='picture' width='9' height='9'><path d='M0 0L9 9' stroke='#000'/></svg>",
}
CUT = {
    "by a frame that hides": "<div style='overflow:hidden;width:60px;white-space:nowrap'>+820 verhuizingen</div>",
    "where nobody comes": "<div style='overflow-x:auto;width:50px;white-space:nowrap'><span style='padding-left:90px'>+820</span></div>",
    "out of its cell": "<table style='table-layout:fixed;width:80px'><tr><td>Verhuiskostenvergoeding</td><td>1</td></tr></table>",
    "out of its heading": "<h2 style='width:60px'>Verhuiskostenvergoeding</h2>",
    "by a low frame": "<div style='overflow:hidden;height:8px'>+820</div>",
    "by the edge of a picture": "<svg width='50' height='20'><text y='15'>verhuizingen</text></svg>",
}
FINE = """<h1>Title</h1><p>Some <b>words</b> in a line that is long enough to be broken into two or three lines on a telephone.</p>
<div tabindex='0' style='overflow-x:auto;width:60px;white-space:nowrap'>one<span style='margin-left:90px'>two</span></div>
<svg role='img' width='200' height='60'><text x='5' y='20'>one</text><text x='5' y='50'>two</text></svg>
<details><summary>x</summary>y</details>
<table style='width:60px'><tr><td>Verhuis&shy;kosten&shy;ver&shy;goeding</td></tr></table>"""


@pytest.fixture
def asked(context):
    """A function that asks a rule of a small page."""
    from tests.browser.conftest import RULES

    def ask(rule, html):
        page = context.new_page()
        page.set_viewport_size({"width": PHONE, "height": 900})
        page.set_content(f"<!DOCTYPE html><html lang='nl'><body>{html}</body></html>")
        page.evaluate(RULES)
        return page.evaluate(f"rules.{rule}({LEAST})")

    return ask


@pytest.mark.parametrize(("rule", "html"), [*WRONG.items(), *(("cut", html) for html in CUT.values())], ids=[*WRONG, *CUT])
def test_each_rule_sees_what_breaks_it(rule, html, asked):
    assert asked(rule, html)


@pytest.mark.parametrize("rule", WRONG)
def test_each_rule_leaves_alone_what_is_well(rule, asked):
    assert asked(rule, FINE) == []
