"""Fifteen tasks of a table, end to end, by keyboard alone: no step uses a pointer. The place is really prepared, its engine the real one.

What it cannot show at will (every way in which a chain ends, a stop while answers come, a failure) is in test_workshop_invented.py.
"""

from __future__ import annotations

import re

import pytest

from tests.browser.keyboard import choose, letters, page_of, press, screen, tab_to, until
from tests.browser.workshop_place import CARDS, copied, opened

CARD = CARDS[1][0]  # it moves some there


@pytest.fixture(scope="module")
def address(place, tmp_path_factory):
    with opened(copied(place, tmp_path_factory.mktemp("tasks") / "folder")) as one:
        yield one


@pytest.fixture(scope="module")
def page(browser, address):
    """One table that the tasks go through, one after another, as people do."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True) as context:
        yield page_of(context, address)


def shown(page, package):
    """A package that was opened lies on the table, and its cards are shown."""
    until(page, "package => document.getElementById('letters').textContent === package", package)
    until(page, "document.getElementById('heading').textContent.includes('Kies uw kaarten')")


def test_01_a_new_table_with_a_name(page):
    tab_to(page, "#table-name")
    page.keyboard.type("Tafel Toets")
    page.keyboard.press("Enter")
    page.wait_for_selector("#letters")
    assert "Tafel Toets" in page.inner_text("#top")


def test_02_what_happens_without_us_beside_a_public_figure(page):
    screen(page, "1", "Ook als u niets doet")
    rows = page.locator("table.figures tbody tr")
    assert rows.count() >= 1
    assert rows.first.locator("data").count() == 2
    for row in rows.all():
        found = re.findall("komt overeen|wijkt af|niet te vergelijken", row.locator(".verdict").inner_text())
        assert len(found) == 1 and (found == ["niet te vergelijken"]) == (row.locator("data").count() < 2), "what has no figure misses none"
    assert page.locator("tr.uncompared").count() >= 1, "this place has no wijken"


def test_03_a_card_is_turned_to_done_already(page):
    screen(page, "2", "Leg neer wat u nu al doet")
    press(page, "#card-campagne")
    choose(page, "#dose-campagne-gewoon")
    page.wait_for_selector(".chip.done")
    assert "Voorlichtingscampagne" in page.inner_text(".chip.done")


def test_04_a_card_is_turned_over_and_read(page):
    screen(page, "3", "Kies uw kaarten")
    press(page, f"#card-{CARD}")
    back = page.inner_text(f"#back-{CARD}")
    assert all(word in back for word in ("klein", "gewoon", "groot", "€", "per jaar", "Betaalt", "Bewijs"))
    choose(page, f"#dose-{CARD}-gewoon")
    page.wait_for_selector(".chip.laid")
    until(page, f"/Raad eerst/.test(document.querySelector('#alone-{CARD}')?.textContent)")
    assert page.locator(f"#alone-{CARD} data").count() == 0  # before the first guess it gives nothing away


def test_05_the_guess_comes_before_the_outcome(page):
    screen(page, "5", "Wat uw pakket doet")
    assert page.locator("svg.line").count() == 0
    screen(page, "4", "Wat denkt u")
    tab_to(page, "#guess-moves")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    placed = page.inner_text("#said-moves")
    assert re.fullmatch("[1-9][0-9.]*", placed), "people come whole"
    choose(page, "#gains-families")
    press(page, "#place-dot")
    page.wait_for_selector("svg.line")
    assert placed in page.inner_text(".outcome .legend")
    until(page, f"/gewoon.*niet optellen/.test(document.querySelector('#alone-{CARD}')?.textContent)")
    assert "Alleen deze kaart" in page.inner_text(f"#alone-{CARD}")
    margins = len(re.findall("[0-9] tot ", page.inner_text(f"#alone-{CARD}")))  # a word stands where worlds are alike
    assert 1 <= margins <= 2
    assert page.locator(f"#alone-{CARD} data").count() == 2 + 2 * margins  # the difference, the ends, in how many worlds


def test_06_the_first_world_draws_itself_and_the_sentence_has_both_margins(page):
    until(page, "document.querySelector('svg.line .mine')?.getAttribute('d').split('L').length > 24")
    page.wait_for_selector(".sentences li")
    until(page, "document.querySelector('svg.line .thick') && document.querySelector('svg.line .thin')")
    assert re.search("tussen .* en ", page.inner_text(".sentences"))
    assert page.inner_text("#live")


def test_07_the_last_change_is_played_again(page):
    page.evaluate("""() => { window.lengths = [];
        new MutationObserver(() => window.lengths.push(document.querySelector('svg.line .mine')?.getAttribute('d').length ?? 0))
            .observe(document.getElementById('main'), {subtree: true, childList: true, attributes: true, attributeFilter: ['d']}); }""")
    assert page.inner_text(".last")
    press(page, "#replay")
    until(page, "document.querySelector('svg.line .mine')?.getAttribute('d').split('L').length > 24")
    lengths = page.evaluate("window.lengths")
    assert min(lengths) < max(lengths) / 4, "the line came at once"


def test_08_undo_and_redo(page):
    was = letters(page)
    page.keyboard.press("z")
    until(page, "was => document.getElementById('letters').textContent !== was", was)
    page.keyboard.press("y")
    until(page, "was => document.getElementById('letters').textContent === was", was)


def test_09_a_bookmark_and_back(page):
    was = letters(page)
    screen(page, "0", "Aan tafel")
    tab_to(page, "#bookmark-name")
    page.keyboard.type("eerste")
    page.keyboard.press("Enter")
    page.wait_for_selector("#bookmark-0")
    screen(page, "3", "Kies uw kaarten")
    press(page, "#card-seniorenwoningen")
    choose(page, "#dose-seniorenwoningen-gewoon")
    until(page, "was => document.getElementById('letters').textContent !== was", was)
    screen(page, "0", "Aan tafel")
    press(page, "#bookmark-0")
    shown(page, was)


def test_10_from_chain_to_chain_and_the_end_of_each_is_said(page):
    screen(page, "6", "keten")
    page.wait_for_selector("#end")
    assert "Een keten bewijst dus niets" in page.inner_text(".stands")
    seen = set()
    for _ in range(6):
        seen.add(page.inner_text("#which") + page.inner_text("#end"))
        assert "Einde van de keten" in page.inner_text("#end")
        page.keyboard.press("ArrowRight")
        until(page, "document.getElementById('live').textContent.includes('Einde van de keten')")
    assert len(seen) == 6
    assert page.locator(".hundred li").count() >= 12


def test_11_one_senior_with_and_without_and_where_they_part(page):
    screen(page, "7", "senior")
    page.wait_for_selector("#part")
    assert "uit elkaar" in page.inner_text("#part")
    assert page.locator("td.with").count() and page.locator("td.without").count()
    first = page.inner_text(".person")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    until(page, "first => document.querySelector('.person').textContent !== first", first)
    assert "uit elkaar" in page.inner_text("#live")


def test_12_two_packages_side_by_side(page):
    screen(page, "3", "Kies uw kaarten")
    was = letters(page)
    press(page, "#card-voorrang")
    choose(page, "#dose-voorrang-gewoon")
    until(page, "was => document.getElementById('letters').textContent !== was", was)
    screen(page, "8", "naast elkaar")
    press(page, f"#beside-{was}")
    until(page, "document.querySelectorAll('.beside > .package').length === 2")
    until(page, "document.querySelectorAll('.axis svg.effect').length === 2")


def test_13_a_package_by_five_letters_and_from_a_file(page, tmp_path):
    was = letters(page)
    screen(page, "0", "Aan tafel")
    other = page.inner_text("#bookmark-0").split("(")[1][:5]
    tab_to(page, "#open-letters")
    page.keyboard.type(other.lower())
    page.keyboard.press("Enter")
    shown(page, other)
    screen(page, "0", "Aan tafel")
    with page.expect_download() as loading:
        press(page, "#save-file")
    path = tmp_path / "pakket.txt"
    loading.value.save_as(path)
    tab_to(page, "#open-letters")
    page.keyboard.type(was)
    page.keyboard.press("Enter")
    shown(page, was)
    screen(page, "0", "Aan tafel")
    tab_to(page, "#open-file")
    page.set_input_files("#open-file", path)  # the window of the operating system is no part of the page
    until(page, "other => document.getElementById('letters').textContent === other", other)


def test_14_the_hall_and_the_desk_of_assumptions(page, address):
    with page.context.new_page() as other:
        other.goto(f"{address}/zaal")
        other.wait_for_selector("svg.hall .dot")
        assert "Tafel Toets" in other.inner_text(".hallnames")
        other.goto(f"{address}/aannames")
        other.wait_for_selector("#desk-table")
        assert "aannames" in other.inner_text("h1")


def test_15_an_agreement_a_name_and_the_minutes(page, tmp_path):
    screen(page, "9", "Wie doet wat")
    tab_to(page, "#name-gemeente-wie")
    page.keyboard.type("Mevrouw Jansen")
    page.keyboard.press("Tab")
    until(page, "document.getElementById('live').textContent.includes('Bewaard')")
    screen(page, "a", "Wat spreekt u af")
    tab_to(page, "#action1-text")
    page.keyboard.type("Brief sturen")
    page.keyboard.press("Tab")
    page.keyboard.type("Gemeente")
    page.keyboard.press("Tab")
    page.keyboard.type("maart")
    page.keyboard.press("Tab")
    until(page, "document.getElementById('action1-when').value === 'maart'")
    with page.expect_download() as loading:
        press(page, "#save-minutes")
    path = tmp_path / "verslag.md"
    loading.value.save_as(path)
    said = path.read_text(encoding="utf-8")
    assert all(word in said for word in ("Mevrouw Jansen", "Brief sturen", "Gemeente", "maart"))
