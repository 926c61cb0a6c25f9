"""On a projector every kind of sentence of the hall is whole: none is below the edge, cut or small, whatever tables are called."""

from __future__ import annotations

import pytest

from tests.browser.hall_sentences import KINDS, NAMED, Screen, answers
from tests.browser.states import none
from tests.browser.test_workshop_hall import CUT, LETTERS, NAMES, SMALL
from tests.browser.workshop_hall import served

SIZES = {"projector": (1280, 720), "beamer": (1024, 768)}
BELOW = "() => Math.max(0, document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth)"
PAGES = """() => document.getElementById('page-after')?.checkVisibility()
  ? Number(document.querySelector('#page-now span:last-child').textContent) : 1"""
PLOT = "() => document.querySelector('svg.hall')?.getBoundingClientRect().height ?? null"
HEADING = "() => document.getElementById('heading').textContent"
MINUS = """() => [...document.querySelectorAll('main li, main h1')].map(one => one.textContent)
  .filter(one => /[−-]\\s?\\d.*(minder|fewer)/.test(one))"""
SMALL_WRONG = """least => [...document.querySelectorAll('#wrong *')]
  .filter(one => parseFloat(getComputedStyle(one).fontSize) < least).map(one => one.textContent)"""
LEAST = 150  # pixels of the picture: axes, their names, and room for a sign above another


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("sentences") / "folder", pause=0.0) as one:
        yield one


@pytest.fixture(params=[(size, language) for size in SIZES for language in ("nl", "en")], ids="-".join)
def screen(request, browser, address):
    """The screen for the hall at a size, in a language, with nothing on it that moves by itself."""
    size, language = request.param
    width, height = SIZES[size]
    with browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce") as context:
        context.add_init_script(f"localStorage.setItem('workshop-language', '{language}')")
        yield Screen(context.new_page(), address)


ALL = f"""least => ({{
  outside: ({BELOW})(), cut: ({CUT})(), small: ({SMALL})(least), names: ({NAMES})(),
  pages: ({PAGES})(), plot: ({PLOT})(), minus: ({MINUS})() }})"""
TURN = "document.getElementById('page-after').click()"  # the page's clock stands still, for which a click of a mouse waits


def seen(page):
    """What is wrong on any page of the list, and the names on all of them."""
    wrong, names, turned = [], [], 0
    while True:
        one = page.evaluate(ALL, LETTERS)
        names += one["names"]
        wrong += [f"{one['outside']} pixels outside"] if one["outside"] else []
        wrong += [*(f"cut: {text}" for text in one["cut"]), *(f"small: {text}" for text in one["small"]), *one["minus"]]
        wrong += [f"a picture of {one['plot']} pixels"] if one["plot"] is not None and one["plot"] < LEAST - 1 else []
        turned += 1
        if one["pages"] > 1:
            page.evaluate(TURN)  # after the last one the first comes back
        if turned >= one["pages"]:
            return wrong, names


def test_every_sentence_is_whole_whatever_tables_are_called(screen):
    found = []
    for named in NAMED:
        for kind in KINDS:
            page = screen.show(kind, named)
            wrong, names = seen(page)
            tables = [one["name"] for one in answers(kind, named)["tables"][1] if one["package"]["cards"]]
            wrong += [] if names == tables else [f"names {names}, not {tables}"]
            wrong += (
                [] if page.evaluate(PLOT) is None or page.evaluate(PLOT) >= LEAST - 1 else [f"picture {page.evaluate(PLOT)} pixels high"]
            )
            found += [f"{kind} ({named}): {one}" for one in wrong]
    none(found)


def test_what_a_server_that_is_away_leaves_is_whole_too_and_goes_when_it_is_back(screen):
    page = screen.show("more than another", "long")
    before = page.evaluate(HEADING)
    screen.look(None)
    page.wait_for_selector("#wrong")
    wrong, _ = seen(page)
    none([*wrong, *page.evaluate(SMALL_WRONG, LETTERS)])
    assert page.evaluate(HEADING) == before
    screen.show("more than another", "long")
    page.wait_for_selector("#wrong", state="detached")
    none(seen(page)[0])


def test_the_sentence_is_true_of_the_tables(screen):
    """Of fewer moves than without, of what may be chance, of what no outcome is of, and of nothing at all."""
    said = {kind: screen.show(kind, "short").evaluate(HEADING) for kind in ("no card", "all broken", "nobody moved", "fewer", "more")}
    assert len(set(said.values())) == len(said), said
    larger = {"groter dan toeval", "larger than chance"}
    assert any(one in said["nobody moved"] for one in larger) and not any(one in said["fewer"] for one in larger)
