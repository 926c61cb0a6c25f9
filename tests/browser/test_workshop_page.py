"""The page of the workshop: every number is read back, axe-core finds nothing, no other host is asked, and every size holds it."""

from __future__ import annotations

import csv
import io
import re
import urllib.parse

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.states import none
from tests.browser.workshop_hall import CARDS, MONTHS, served, wait

SCREENS = ("start", "zonder", "wat-al", "kaarten", "raad", "uitkomst", "keten", "senior", "naast", "wie", "afspraken")
PAPER = ("papier-kaarten", "papier-poster")
ALONE = ("zaal", "aannames")  # pages without a table
ALL = (*SCREENS, *PAPER, *ALONE)
SIZES = {"desk": (1280, 900), "phone": (390, 844), "projector": (1280, 720), "doubled": (640, 450)}  # the last: 200 per cent of a desk
BANNED = r"\b(scenario|indicator|interval|placebo|ruis|werelden|netto|verdringing|instrument|seed|looptijd|basis)\b"
THERE = {  # what shows that the answers of a screen are there
    "zonder": "table data", "kaarten": ".alone data", "wat-al": ".back data", "uitkomst": ".gains li", "keten": "#end",
    "senior": "#part", "naast": ".beside .gains", "afspraken": "#heading", "zaal": "svg.hall .dot", "aannames": "#desk-table",
}  # fmt: skip
LOOSE = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim();
    if (/\\d/.test(text) && !walk.currentNode.parentElement.closest('[data-at], [data-fixed], script')) found.push(text);
  }
  return found;
}"""
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  return one === document.body ? null : {id: one.id || one.outerHTML.slice(0, 80), seen};
}"""
SHOWN = "() => [...document.querySelectorAll('[data-at]')].map(one => [one.dataset.at, one.textContent, one.value])"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("workshop") / "folder", pause=0.0) as one:
        yield one


@pytest.fixture(scope="module")
def table(browser, address):
    """The id of a table with a package, a guess, a bookmark and a budget, all worked out."""
    with browser.new_context() as context:
        ask = context.request
        name = ask.post(f"{address}/api/tables", data={"name": "Tafel 7"}).json()["id"]
        lay = [{"kind": "card", "key": key, "dose": dose} for key, dose in CARDS]
        told = [
            {"kind": "done", "key": "campagne", "dose": "gewoon"}, *lay[:2], {"kind": "bookmark", "name": "eerste"}, lay[2],
            {"kind": "guess", "moves": 70, "chains": 90, "gains": "families"}, {"kind": "budget", "eur": 100_000},
        ]  # fmt: skip
        for event in told:
            assert ask.post(f"{address}/api/table/{name}/event", data=event).ok, event
        page = context.new_page()  # what nobody looks at is not played
        page.goto(f"{address}/#/{name}/uitkomst")
        letters = ask.get(f"{address}/api/table/{name}").json()["package"]["letters"]
        wait(lambda: ask.get(f"{address}/api/outcome/{letters}").ok and ask.get(f"{address}/api/outcome/{letters}").json()["worlds"] == 2)
        wait(lambda: ask.get(f"{address}/api/place").json()["ready"], 60)
        yield name


@pytest.fixture(scope="module")
def show(browser, address, table):
    """A function that shows a screen at a size, with what is on it and all folds open; a screen is loaded once in each language."""
    pages, asked = {}, []

    def loaded(name, language):
        page = browser.new_context().new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(f"error: {error}"))
        page.on("console", lambda told: asked.append(told.text) if "Content Security Policy" in told.text else None)  # not asked, but tried
        page.add_init_script(f"localStorage.setItem('workshop-language', '{language}')")
        page.goto(f"{address}/{name}" if name in ALONE else f"{address}/#/{table}/{name}")
        page.wait_for_selector("#heading")
        if name in ("kaarten", "wat-al"):
            page.press(f"#card-{CARDS[0][0]}", "Enter")
        page.wait_for_selector(THERE.get(name, "#heading"), state="attached")
        if name == "uitkomst":
            wait(lambda: page.evaluate("() => document.querySelector('.mine').getAttribute('d').split('L').length") > MONTHS)
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
        return page

    def shown(name, size="desk", language="nl"):
        if (name, language) not in pages:
            pages[name, language] = loaded(name, language)
        page = pages[name, language]
        page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
        return page

    shown.asked = asked
    yield shown
    for page in pages.values():
        page.context.close()


def cell(request, address, at):
    """A number, read back from the table that it says it is from."""
    name, package, row, column = (urllib.parse.unquote(part) for part in at.split("/"))
    answer = request.get(f"{address}/tables/{name}/{package}.csv")
    assert answer.ok, f"{at}: {answer.status}"
    rows = {one["row"]: one for one in csv.DictReader(io.StringIO(answer.text()))}
    return float(rows[row][column])


def number(text, language):
    """A number as it is written in a language."""
    plain = text.replace("€", "").replace("\u00a0", "").replace(" ", "").replace("−", "-").replace("+", "")
    plain = plain.replace(".", "").replace(",", ".") if language == "nl" else plain.replace(",", "")
    return float(plain)


def is_rounding(text, value):
    """Whether a number is another one, or a hundred times it (a share in per cent), rounded, and not to nothing."""
    near = any(abs(round(size * value, digits) - text) < 1e-9 for size in (1, 100) for digits in range(-6, 7))
    return near and (text != 0 or abs(value) < 1)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", ALL)
def test_every_number_is_a_cell_that_is_read_back(name, language, show, address):
    page = show(name, language=language)
    none(page.evaluate(LOOSE))
    shown = page.evaluate(SHOWN)
    assert shown or name in ("start", "wie", "raad", "papier-poster")
    wrong, known = [], {}
    for at, text, value in shown:
        if at not in known:
            known[at] = cell(page.request, address, at)
        if not is_rounding(number(text, language), float(value)) or abs(known[at] - float(value)) > 1e-9 * max(1, abs(known[at])):
            wrong.append((at, text, value, known[at]))
    none(wrong)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing(name, size, show):
    page = show(name, size)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("dialog", ["?", "t"])
def test_axe_finds_nothing_in_what_opens_over_a_screen(dialog, show):
    page = show("kaarten")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(dialog)
    page.wait_for_selector("dialog[open]")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ALL)
def test_nothing_scrolls_sideways_and_nothing_is_asked_of_another_host(name, size, show, address):
    page = show(name, size)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    foreign = [one for one in show.asked if not one.startswith((address, "data:"))]
    none(foreign)


def test_letters_of_the_hall_are_large_on_a_projector(show):
    page = show("zaal", "projector")
    small = page.evaluate("""() => { const found = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) { const one = walk.currentNode.parentElement; const box = one.getBoundingClientRect();
        if (!walk.currentNode.data.trim() || box.width < 2 || one.closest('.unseen, .skip, script')) continue;
        const scale = one.closest('svg') ? one.getScreenCTM().a : 1;
        if (parseFloat(getComputedStyle(one).fontSize) * scale < 28) found.push(walk.currentNode.data); } return found; }""")
    none(small)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "what is below the projector's edge is not seen"


@pytest.mark.parametrize("name", ALL)
def test_words_that_nobody_knows_are_not_used(name, show):
    said = show(name).inner_text("body").lower()
    none(re.findall(BANNED, said))


@pytest.mark.parametrize("name", SCREENS)
def test_every_control_has_a_name_and_shows_its_focus(name, show):
    page = show(name)
    page.focus("#skip")
    unseen, stops = [], 0
    for _ in range(160):
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUS)
        if one is None:
            break
        stops += 1
        if not one["seen"]:
            unseen.append(one["id"])
    none(unseen)
    assert stops > 10


def test_with_less_motion_the_line_is_there_at_once(browser, address, table):
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{address}/#/{table}/uitkomst")
        page.wait_for_selector(".sentences li")
        page.press("#replay", "Enter")
        assert page.evaluate("() => document.querySelector('.mine').getAttribute('d').split('L').length") == MONTHS + 1


def test_cards_are_printed_eight_on_a_sheet(show):
    page = show("papier-kaarten")
    cards = page.locator("article.paper").count()
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == -(-cards // 8)
    poster = show("papier-poster").pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", poster)) == 1
