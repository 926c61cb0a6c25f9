"""What screens say where a reader would have to guess: how often something was run, which package is meant, what a word means."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.keyboard import page_of, press, screen, tab_to, until
from tests.browser.states import none
from tests.browser.test_workshop_page import LOOSE
from tests.browser.workshop_hall import CARDS, FAILS, WHY, WORLDS, served

FIRST = CARDS[0][0]
SCREENS = {"0": "start", "1": "zonder", "2": "wat-al", "3": "kaarten", "4": "raad", "5": "uitkomst", "6": "keten", "7": "senior",
           "8": "naast", "9": "wie", "a": "afspraken"}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("words") / "folder", pause=0.0) as one:
        yield one


def seated(context, address, language="nl", at="uitkomst", cards=CARDS[:2]):
    """A page at a table where these cards were laid and a guess was made."""
    ask = context.request
    name = ask.post(f"{address}/api/tables", data={"name": "Tafel"}).json()["id"]
    for key, dose in cards:
        assert ask.post(f"{address}/api/table/{name}/event", data={"kind": "card", "key": key, "dose": dose}).ok
    assert ask.post(f"{address}/api/table/{name}/event", data={"kind": "guess", "moves": 7, "chains": 9, "gains": "families"}).ok
    context.add_init_script(f"localStorage.setItem('workshop-language', '{language}')")
    page = page_of(context, f"{address}/#/{name}/{at}")
    page.wait_for_selector("#letters")  # before it sits at its table, keys do nothing
    return page


@pytest.fixture(params=["nl", "en"])
def language(request):
    return request.param


@pytest.fixture
def context(browser):
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as one:
        yield one


def clean(page):
    none(page.evaluate(LOOSE))
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def once(route):
    """The place with every card prepared in one world less than the package has."""
    answer = route.fetch()
    place = answer.json()
    for card in place["cards"]:
        for effects in filter(None, card["alone"].values()):
            moves = effects["senior_moves"]
            moves["worlds"] = WORLDS + 6
            moves["runs"] |= {"v": WORLDS, "t": {"nl": "8", "en": "8"}}
    route.fulfill(response=answer, json=place)


def test_the_result_of_one_card_says_how_often_it_was_run_and_that_the_package_was_run_otherwise(context, address, language):
    page = seated(context, address, language)
    page.wait_for_selector(".alonebox .runs data")
    times = "keer nagespeeld" if language == "nl" else "times imitated"
    assert f"{WORLDS} {times}" in page.inner_text(".alonebox .runs")
    assert page.get_attribute(".alonebox .runs data", "data-at").endswith("/senior_moves/seeds")
    other = "marge" if language == "nl" else "margins"
    assert other not in page.inner_text(".alonebox").split(times, 1)[1]  # as often as the package
    page.route("**/api/place", once)
    page.reload()
    page.wait_for_selector(".alonebox .runs data")
    until(page, "document.querySelectorAll('.alonebox .alone p').length === 3")
    assert f"8 {times}" in page.inner_text(".alonebox .runs") and f"{WORLDS} {times}" in page.inner_text(".alonebox")
    assert other in page.inner_text(".alonebox").split(times, 1)[1]
    clean(page)


def test_the_previous_package_is_put_beside_by_a_button_and_both_are_named_by_their_cards(context, address, language):
    page = seated(context, address, language, "naast")
    page.wait_for_selector("#beside-previous")
    before = page.evaluate("document.querySelector('.chooser p').textContent")
    titles = {one["key"]: one[language] for one in context.request.get(f"{address}/api/place").json()["cards"]}
    assert titles[CARDS[1][0]] in before  # which change it was before
    press(page, "#beside-previous")
    until(page, "/senior/.test(document.querySelector('.between li[data-pair]')?.textContent)")
    until(page, "document.querySelectorAll('.beside > .package').length === 2 && !document.querySelector('#beside-previous')")
    said = page.inner_text(".between li")
    codes = page.eval_on_selector_all(".barname small", "all => all.map(one => one.textContent.trim())")
    assert titles[FIRST] in said and not any(code in said for code in codes) and len(set(codes)) == 2
    assert re.search("toeval" if language == "nl" else "chance", said)
    names = page.eval_on_selector_all(".axis .packname", "all => all.map(one => one.textContent)")
    assert len(set(names)) == 2 and page.eval_on_selector_all(".beside h2 .packname", "all => all.map(one => one.textContent)") == names
    clean(page)


def test_a_closed_card_that_was_measured_says_that_there_was_no_experiment(context, address, language):
    page = seated(context, address, language, "kaarten")
    page.wait_for_selector(".tile .mark")
    marks = {"nl": ("gemeten", "nergens een proef"), "en": ("measured", "no trial anywhere")}[language]
    faces = page.eval_on_selector_all("button.face", "all => all.map(one => one.innerText)")
    measured = [text for text in faces if marks[0] in text]
    assert len(measured) == 2 and all(marks[1] in text for text in measured)
    assert not any(marks[1] in text for text in faces if marks[0] not in text)
    name = ""
    for _ in range(50):  # the browser makes its tree for readers a moment after the page
        name = name or page.locator(f"#card-{FIRST}").aria_snapshot()
        page.wait_for_timeout(0 if name else 100)
    assert marks[1] in name  # a screen reader hears it, too
    clean(page)


def test_a_word_behind_a_senior_is_explained_and_the_time_line_has_years(context, address, language):
    page = seated(context, address, language, "senior")
    page.wait_for_selector("#part")
    explained = page.inner_text(".verdicts li[data-verdict=zetje]")
    assert (
        "24" in explained and re.search("later", explained) and page.locator(".verdicts li").count() == 1
    )  # of the words that stand there
    assert page.eval_on_selector_all(".timeline .tick", "all => all.map(one => one.textContent)") == ["2026", "2027"]
    first, last = (float(page.get_attribute(".timeline line.with", end)) for end in ("x1", "x2"))
    for mark in (".timeline .tick", ".timeline line.year"):  # of two years the second begins half-way
        at = page.eval_on_selector_all(mark, "all => all.map(one => Number(one.getAttribute('x') ?? one.getAttribute('x1')))")
        assert at == [first, (first + last) / 2]
    size = "selector => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize)"
    assert page.evaluate(size, "#ghost") == page.evaluate(size, "body") and not page.locator("#ghost.soft").count()
    assert re.search("al doet" if language == "nl" else "done already", page.inner_text("#ghost"))
    clean(page)
    page.set_viewport_size({"width": 390, "height": 844})
    size = "parseFloat(getComputedStyle(document.querySelector('.timeline .tick')).fontSize)"
    until(page, f"{size} * document.querySelector('.timeline').getScreenCTM().a >= 12")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_counts_that_are_alike_have_two_names_and_say_what_each_counts(context, address, language):
    page = seated(context, address, language)
    page.wait_for_selector(".gains li")
    both = {
        "nl": ("Gezinnen met kinderen", "Huishoudens van drie of meer mensen"),
        "en": ("Families with children", "Households of three or more"),
    }
    said = page.inner_text(".twocounts")
    assert all(name in said for name in both[language])
    tab_to(page, "#numbers-open")
    page.keyboard.press("Enter")
    rows = page.inner_text("#numbers")
    assert both[language][1] in rows and not re.search("gezinnen naar|families housed", rows, re.IGNORECASE)
    screen(page, "1", "Ook als" if language == "nl" else "People move")
    assert re.search("drie of meer" if language == "nl" else "three or more", page.inner_text("#main"))
    assert not re.search(r"\bgezinnen vinden|families find", page.inner_text("#main"))


def test_every_row_of_all_numbers_has_a_unit(context, address, language):
    page = seated(context, address, language)
    page.wait_for_selector("#numbers-open")
    tab_to(page, "#numbers-open")
    page.keyboard.press("Enter")
    lacking = page.eval_on_selector_all(
        "#numbers tbody th, #numbers .barname",
        "all => all.filter(one => !/\\(.+\\)$/.test(one.textContent.trim())).map(one => one.textContent)",
    )
    none(lacking)
    assert page.locator("#numbers tbody th").count() == page.locator("#numbers .barname").count() > 5
    clean(page)


def test_escape_leaves_a_field_and_digits_are_screens_again(context, address):
    page = seated(context, address, at="naast")
    tab_to(page, "#beside")
    page.keyboard.type("BF3")  # a digit in a field is a sign
    assert page.input_value("#beside") == "BF3" and page.evaluate("document.body.dataset.screen") == "naast"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "beside"
    page.keyboard.press("3")
    until(page, "document.body.dataset.screen === 'kaarten'")


def test_help_tells_of_each_screen_in_words_and_of_its_keys(context, address, language):
    page, seen = seated(context, address, language), set()
    for key, name in SCREENS.items():
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(key)
        until(page, "name => document.body.dataset.screen === name", name)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        words = page.inner_text("#help > p >> nth=0")
        assert len(words.split()) > 5 and page.locator("#help kbd").count() > 9
        seen.add(words)
        if name == "naast":
            clean(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
    assert len(seen) == len(SCREENS)


COUNT = """() => { window.said = [];
  const heard = (one) => one.textContent.trim() && window.said.push(one.textContent.trim());
  new MutationObserver((all) => { for (const one of all) { for (const node of one.addedNodes) {
    if (node.nodeType === 1) for (const part of [node, ...node.querySelectorAll('*')])
      if (part.getAttribute('role') === 'alert') heard(part); }
    if (one.target.id === 'live') heard(one.target); } }).observe(document.body, {subtree: true, childList: true}); }"""


def test_a_lost_server_is_said_once_in_the_hall_and_once_when_it_is_back(context, address, language):
    seated(context, address, language)
    page = page_of(context, f"{address}/zaal")
    page.clock.install()
    page.goto(f"{address}/zaal")
    page.wait_for_selector("svg.hall .dot")
    page.evaluate(COUNT)
    page.route("**/api/**", lambda route: route.abort())
    for _ in range(4):
        page.clock.run_for(3_100)
        page.wait_for_timeout(100)
    until(page, "window.said.length > 0")
    assert len(page.evaluate("window.said")) == 1 and page.locator("#wrong").is_visible()
    page.unroute("**/api/**")
    for _ in range(3):
        page.clock.run_for(3_100)
        page.wait_for_timeout(200)
    until(page, "window.said.length > 1")
    last = page.evaluate("window.said")
    assert len(last) == 2 and last[1] == ("De verbinding is er weer." if language == "nl" else "The connection is back.")
    assert page.locator("#wrong").count() == 0


def test_a_failure_is_dutch_with_the_english_folded_under_it(context, address, language):
    page = seated(context, address, language, cards=(FAILS,))
    page.wait_for_selector(".sayings p:has-text('nagespeeld')" if language == "nl" else ".sayings p:has-text('brieven:')")
    if language == "nl":
        assert not page.evaluate("document.getElementById('failed-why').open") and "brieven:" not in page.inner_text(
            ".sayings > div >> nth=0"
        )
        press(page, "#failed-why-open")
        assert page.get_attribute("#failed-why p", "lang") == "en" and "brieven:" in page.inner_text("#failed-why")
    else:
        assert page.locator("#failed-why").count() == 0
    clean(page)


def test_one_table_that_fails_does_not_blank_the_hall_and_its_failure_is_not_said_as_that_of_the_hall(context, address, language):
    seated(context, address, language)
    seated(context, address, language, cards=(FAILS,))
    page = context.new_page()

    def these(route):
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json()[-2:])

    page.route("**/api/tables", these)
    page.goto(f"{address}/zaal")
    page.wait_for_selector("svg.hall .dot")
    fine, fails = page.locator(".hallnames li").all()
    assert fine.locator("data").count() and not fails.locator("data").count()
    said = fails.inner_text()  # at its own name, and nowhere else
    assert ("alleen in het Engels" if language == "nl" else WHY) in said
    assert page.locator("#wrong").count() == 0 and page.inner_text("body").count(WHY) == said.count(WHY)
    none(page.evaluate(LOOSE))


def failed_question(route):
    """The desk of assumptions as it is after a question that could not be counted."""
    if not re.search(r"/api/desk(/1)?$", route.request.url):
        return route.fallback()

    def cell(value, nl, en):
        return {"v": value, "t": {"nl": nl, "en": en}, "at": "desk/BFGHK/1.value.p_wish_senior/mine"}

    value = {
        "key": "p_wish_senior",
        "nl": "Kans op een wens",
        "en": "Chance of a wish",
        "card": None,
        "unit": {"nl": "kans", "en": "chance"},
    }
    value |= {"usual": cell(0.25, "0,25", "0.25"), "mine": cell(0.5, "0,50", "0.50")}
    line = {"nl": "Dit kan niet worden nagespeeld.", "en": WHY}
    question = {"number": 1, "letters": "BFGHK", "state": "failed", "line": line, "original": WHY, "counted": 0, "of": 2, "left": None}
    question |= {"worlds": 0, "values": [value], "rows": [], "sentences": []}
    now = {"takes": {"nl": "ongeveer 1 minuut", "en": "about 1 minute"}, "measured": False, "of": 2}
    last = {"number": 1, "letters": "BFGHK", "state": "failed"}
    return route.fulfill(json=question if route.request.url.endswith("/1") else now | {"last": last})


def test_the_desk_says_a_failure_in_dutch_with_the_english_folded_and_what_was_chosen_instead_of_what(context, address, language):
    page = page_of(context, address)
    page.route("**/api/desk**", failed_question)
    page.evaluate("language => localStorage.setItem('workshop-language', language)", language)
    page.goto(f"{address}/aannames")
    page.wait_for_selector(".desk-answer")
    chose = {"nl": "Kans op een wens: 0,50 in plaats van 0,25, kans", "en": "Chance of a wish: 0.50 instead of 0.25, chance"}[language]
    assert chose in page.inner_text(".desk-answer")
    if language == "nl":
        assert WHY not in page.inner_text(".desk-answer") and not page.evaluate("document.getElementById('desk-why').open")
        press(page, "#desk-why-open")
        assert page.get_attribute("#desk-why p", "lang") == "en" and WHY in page.inner_text("#desk-why")
    else:
        assert WHY in page.inner_text("#desk-progress") and page.locator("#desk-why").count() == 0
