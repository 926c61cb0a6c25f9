"""Who reads with the ears, with a keyboard or with other colours: axe-core finds nothing, and all that can be done is done by keys."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.states import LANGUAGES, PHONE, WIDE, none, states

ROWS = 6  # of a table that axe-core reads, and the last: one loop of a template makes them all, and it takes a minute for thousands
MOST_STOPS = 120  # of the Tab key from the top to the end of a page as it comes: links, buttons and folds


READ = [one for one in states(WIDE, PHONE) if one[0] in ("report", "worksheets") or one[1:] in (("nl", WIDE), ("en", PHONE))]


@pytest.mark.parametrize(("name", "language", "width"), READ)
def test_axe_finds_nothing(name, language, width, shown):
    page = shown(name, language, width, unfold=True)
    page.evaluate(f"document.querySelectorAll('tbody').forEach(one => [...one.rows].slice({ROWS}, -1).forEach(row => row.remove()))")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_what_is_wrong(context):
    page = context.new_page()
    page.set_content("<html><body><img src=''><p style='color:#aaa;background:#fff'>text</p></body></html>")
    found = {one["id"] for one in Axe().run(page).response["violations"]}
    assert {"image-alt", "color-contrast", "html-has-lang", "document-title"} <= found


def stops(page):
    """What the Tab key comes to, from the top of the page until it is round."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    found = []
    while len(found) <= 2 * MOST_STOPS:
        page.keyboard.press("Tab")
        one = page.evaluate("rules.focus()")
        if one is None:
            break
        found.append(one)
    return found


@pytest.mark.parametrize(("name", "language", "width"), states(WIDE, PHONE))
def test_every_stop_of_the_tab_key_does_something_and_shows_itself(name, language, width, shown):
    found = stops(shown(name, language, width))
    none([one["what"] for one in found if not (one["does"] and one["visible"])])
    assert len(found) <= MOST_STOPS


def reach(page, selector, number=0):
    """Go by Tab to one element."""
    page.evaluate("document.activeElement.blur()")
    for _ in range(2 * MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(
            "([selector, number]) => document.activeElement === document.querySelectorAll(selector)[number]", [selector, number]
        ):
            return
    raise AssertionError(f"the Tab key never comes to {selector} {number}")


@pytest.mark.parametrize("name", [name for name, languages in LANGUAGES.items() if len(languages) > 1])
def test_the_language_is_switched_by_keys_and_the_page_says_which(name, shown):
    page = shown(name, "nl")
    reach(page, "#switch")
    assert page.evaluate("rules.tongues()") == ["nl"]
    dutch = page.inner_text("body")
    page.keyboard.press("Enter")
    assert page.evaluate("rules.tongues()") == ["en"]
    assert page.inner_text("body") != dutch
    page.keyboard.press("Space")
    assert page.evaluate("rules.tongues()") == ["nl"]
    assert page.inner_text("body") == dutch


def test_the_title_of_the_window_follows_the_language(shown):
    titles = {shown("report", language).title() for language in LANGUAGES["report"]}
    assert len(titles) == len(LANGUAGES["report"])


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_fold_opens_and_shuts_by_keys(name, shown):
    page = shown(name, "nl")
    state = "number => document.querySelectorAll('summary')[number].parentElement.open"
    for number in range(page.locator("summary").count()):
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = !!one.querySelector('details'); })")
        was = page.evaluate(state, number)
        page.locator("summary").nth(number).focus()
        for key in ("Enter", "Space"):
            page.keyboard.press(key)
            assert page.evaluate(state, number) != was, f"fold {number}, {key}"
            was = not was
    if page.locator("summary").count():
        reach(page, "summary", 0)
