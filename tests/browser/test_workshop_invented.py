"""What no small place shows at will, on invented answers: every way in which a chain ends, a stop while answers come, and a failure."""

from __future__ import annotations

import pytest

from sim.world.codes import EndReason
from tests.browser.keyboard import choose, letters, page_of, press, screen, tab_to, until
from tests.browser.states import none
from tests.browser.workshop_hall import CARDS, CHAINS, FAILS, WHY, served, wait


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("workshop") / "folder") as one:
        yield one


@pytest.fixture(scope="module")
def page(browser, address):
    """One table with a package, played."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        ask = context.request
        name = ask.post(f"{address}/api/tables", data={"name": "Tafel"}).json()["id"]
        for key, dose in CARDS[:2]:
            assert ask.post(f"{address}/api/table/{name}/event", data={"kind": "card", "key": key, "dose": dose}).ok
        assert ask.post(f"{address}/api/table/{name}/event", data={"kind": "guess", "moves": 7, "chains": 9, "gains": "nobody"}).ok
        one = page_of(context, f"{address}/#/{name}/uitkomst")
        one.wait_for_selector(".sentences li")
        yield one


def test_every_way_in_which_a_chain_ends_is_said_in_words(page):
    screen(page, "6", "keten")
    page.wait_for_selector("#end")
    said = set()
    for _ in range(CHAINS):
        said.add(page.inner_text("#end"))
        page.keyboard.press("ArrowRight")
    lacking = [one.key for one in EndReason if not any(text.endswith(one.nl) for text in said)]
    none(lacking)


def test_a_package_that_cannot_be_played_says_why_and_the_next_one_is_played(page):
    card, dose = FAILS
    screen(page, "3", "Kies uw kaarten")
    press(page, f"#card-{card}")
    choose(page, f"#dose-{card}-{dose}")
    page.wait_for_selector(f".chip.laid:has-text('{dose}')")
    screen(page, "5", "Wat uw pakket doet")
    until(page, "why => document.querySelector('.outcome')?.textContent.includes(why)", WHY)
    page.keyboard.press("z")
    until(page, "document.querySelector('.sentences li')")
    assert WHY not in page.inner_text("#main")


def test_a_stop_is_said_and_can_be_taken_back(page):
    """A stop is said, and going on takes it away; that the work itself stops is a test of the server."""
    screen(page, "3", "Kies uw kaarten")
    was = letters(page)
    press(page, "#card-verhuisbegeleider")
    choose(page, "#dose-verhuisbegeleider-groot")
    until(page, "was => document.getElementById('letters').textContent !== was", was)
    screen(page, "5", "Wat uw pakket doet")
    press(page, "#stop")
    page.wait_for_selector("#carry-on")
    assert "Gestopt" in page.inner_text(".runs")
    press(page, "#carry-on")
    until(page, "() => /keer nagespeeld/.test(document.querySelector('.runs').textContent) && document.querySelector('.sentences li')")


def test_what_packages_differ_is_said_before_the_bars_and_digits_leave_a_list_for_a_screen(page):
    was = letters(page)
    screen(page, "3", "Kies uw kaarten")
    press(page, f"#card-{CARDS[2][0]}")
    choose(page, f"#dose-{CARDS[2][0]}-groot")
    until(page, "was => document.getElementById('letters').textContent !== was", was)
    screen(page, "8", "naast elkaar")
    tab_to(page, "#beside")
    page.keyboard.type(f"{was}\n")
    page.wait_for_selector(f".between li[data-pair={was}]")
    until(page, "was => /senior/.test(document.querySelector(`.between li[data-pair=${was}]`)?.textContent)", was)
    order = page.evaluate("[...document.querySelectorAll('#main section.between, #main section.axis')].map((one) => one.className)")
    assert order == ["between", "axis"]
    until(page, "document.querySelectorAll('.barsaid data').length > 1")
    assert all("tegenover niets erbij" in text for text in page.locator(".barsaid:has(data)").all_inner_texts())
    tab_to(page, "#indicator")
    page.keyboard.press("ArrowDown")  # a choice is made in the list, and the focus stays there
    until(page, "document.activeElement.id === 'indicator' && document.getElementById('indicator').selectedIndex > 0")
    page.keyboard.press("3")
    until(page, "document.getElementById('heading').textContent.includes('Kies uw kaarten')")


def test_what_is_typed_is_saved_whatever_is_drawn_meanwhile_and_however_slow_the_answer(page, address):
    """A drawing after the last letter, and an answer that comes after the next field was left: nothing is lost, one agreement is made."""
    screen(page, "a", "Wat spreekt u af")
    table = page.evaluate("location.hash.split('/')[1]")
    slow = []
    page.route("**/event", lambda route: slow.append(route))
    for name, text in (("text", "Brief sturen"), ("who", "Gemeente"), ("when", "maart")):
        tab_to(page, f"#action1-{name}")
        page.keyboard.type(text)
        page.evaluate("document.getElementById('switch').dispatchEvent(new MouseEvent('click'))")  # draws the whole page, focus and all
        page.evaluate("document.getElementById('switch').dispatchEvent(new MouseEvent('click'))")
        assert page.evaluate("document.activeElement.id") == f"action1-{name}"
    page.keyboard.press("Tab")
    with page.expect_download() as loading:
        press(page, "#save-minutes")
        until(page, "document.getElementById('action1-text').value === 'Brief sturen'")
        for _ in range(3):
            wait(lambda: slow or page.evaluate("0"))
            slow.pop().continue_()
    page.unroute("**/event")
    said = loading.value.path().read_text(encoding="utf-8")
    assert all(word in said for word in ("Brief sturen", "Gemeente", "maart"))
    kept = page.context.request.get(f"{address}/api/table/{table}").json()["agreements"]
    assert [(one["who"], one["when"]) for one in kept] == [("Gemeente", "maart")]
