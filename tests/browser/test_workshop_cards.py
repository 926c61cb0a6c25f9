"""What a card says of itself: the box of the card that was changed last, and its evidence in the language of the page."""

from __future__ import annotations

import pytest

from tests.browser.workshop_hall import CARDS, served

(FIRST, _), (SECOND, _), (THIRD, _) = sorted(CARDS)
MARKS = {
    "nl": {"gemeten, nergens een proef", "één bron", "aanname"},
    "en": {"measured, no trial anywhere", "one source", "assumption"},
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("cards") / "folder", pause=0.0) as one:
        yield one


@pytest.fixture
def page(browser, address):
    with browser.new_context() as context:
        yield context.new_page()


def sit(page, address, *told):
    """A table at which this was done, at its outcome."""
    table = page.request.post(f"{address}/api/tables", data={"name": "Tafel 1"}).json()["id"]
    for event in told:
        assert page.request.post(f"{address}/api/table/{table}/event", data=event).ok
    page.goto(f"{address}/#/{table}/uitkomst")
    page.wait_for_selector("#no-guess")
    page.click("#no-guess")
    page.wait_for_selector(".outcome")
    return table


def test_the_box_is_of_the_card_that_was_changed_last_also_when_the_page_is_loaded_anew(page, address):
    told = [{"kind": "card", "key": key, "dose": "gewoon"} for key in (FIRST, THIRD, SECOND)]
    sit(page, address, *told, {"kind": "card", "key": FIRST, "dose": "klein"})
    page.reload()
    page.click("#no-guess")
    page.wait_for_selector(".alonebox")
    assert page.locator(f"#alone-{FIRST}").count() == 1 and page.locator(".alonebox").count() == 1


@pytest.mark.parametrize("event", [{"kind": "done", "key": "campagne", "dose": "gewoon"}, {"kind": "card", "key": THIRD, "dose": None}])
def test_after_another_change_there_is_no_box(page, address, event):
    sit(page, address, *({"kind": "card", "key": key, "dose": "gewoon"} for key in (FIRST, THIRD)), event)
    assert page.locator(".alonebox").count() == 0


@pytest.mark.parametrize("language", MARKS)
def test_marks_of_evidence_are_in_the_language_of_the_page(page, address, language):
    table = page.request.post(f"{address}/api/tables", data={"name": "Tafel 2"}).json()["id"]
    page.add_init_script(f"localStorage.setItem('workshop-language', '{language}')")
    page.goto(f"{address}/#/{table}/kaarten")
    page.wait_for_selector(".tile .mark")
    assert set(page.eval_on_selector_all(".tile .mark", "all => all.map(one => one.textContent)")) == MARKS[language]
