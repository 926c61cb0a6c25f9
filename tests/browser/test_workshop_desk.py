"""The desk of assumptions in a browser: by keyboard, with numbers that are read back, and with what the older of two pages hears."""

from __future__ import annotations

import csv
import io
import re
import threading

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe

from tests.browser.states import none
from tests.browser.test_workshop_page import BANNED, LOOSE, SHOWN, is_rounding, number
from tests.browser.workshop_hall import wait
from tests.workshop.small import prepared_in
from tests.workshop.still import still_hall
from workshop.server.app import make_app

SIZES = {"projector": (1280, 720), "phone": (390, 844)}


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    """A workshop in a small place that was really prepared, with one table of which the package is known."""
    folder = tmp_path_factory.mktemp("desk")
    with still_hall(prepared_in(folder / "place"), folder) as hall:
        options = {"host": "127.0.0.1", "port": 0, "log_level": "warning", "lifespan": "on", "timeout_graceful_shutdown": 1}
        server = uvicorn.Server(uvicorn.Config(make_app(hall), **options))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        wait(lambda: server.started)
        here = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        with browser.new_context() as context:
            table = context.request.post(f"{here}/api/tables", data={"name": "Tafel 7"}).json()["id"]
            event = {"kind": "card", "key": "brieven", "dose": "gewoon"}
            assert context.request.post(f"{here}/api/table/{table}/event", data=event).ok
        yield here
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def desk(context, address):
    """A function that opens the desk, in Dutch or English."""

    def opened(language="nl"):
        page = context.new_page()
        page.add_init_script(f"localStorage.setItem('workshop-language', '{language}')")
        page.goto(f"{address}/aannames")
        page.wait_for_selector("#desk-form")
        return page

    return opened


def choose(page, end):
    """An end of the first assumption, by keyboard."""
    chosen = page.locator(f"#desk-form input[value={end}]").first
    chosen.focus()
    page.keyboard.press("Space")


def read_back(request, address, at):
    """The number that stands at a place, from the CSV."""
    name, letters, row, column = at.split("/")
    text = request.get(f"{address}/tables/{name}/{letters}.csv").text()
    return float({one["row"]: one for one in csv.DictReader(io.StringIO(text))}[row][column])


def said(page, text):
    page.wait_for_function("text => document.getElementById('desk-progress')?.textContent.includes(text)", arg=text, timeout=300_000)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_package_is_counted_through_by_keyboard_and_every_number_is_read_back(desk, address, language):
    page = desk(language)
    takes = page.inner_text("#desk-takes")
    assert ("geschat" in takes or "gemeten" in takes) if language == "nl" else "This takes" in takes
    choose(page, "high")
    page.keyboard.press("Enter")
    page.wait_for_selector("#desk-stop")
    said(page, {"nl": "Klaar", "en": "Done"}[language])
    page.wait_for_function("text => document.getElementById('live').textContent === text", arg={"nl": "Klaar.", "en": "Done."}[language])
    assert page.locator(".desk-answer table tbody tr").count() == 6
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
    none(page.evaluate(LOOSE))
    assert language == "en" or not re.search(BANNED, page.inner_text("main").lower())
    shown = page.evaluate(SHOWN)
    assert {at.split("/")[0] for at, *_ in shown} == {"assumptions", "ranges", "desk"}
    for at, text, value in shown:
        assert read_back(page.request, address, at) == pytest.approx(float(value), rel=1e-9)
        assert is_rounding(number(text, language), float(value)), (at, text, value)


@pytest.mark.parametrize("size", list(SIZES))
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(desk, size):
    page = desk()
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    choose(page, "own")
    page.keyboard.press("Enter")
    page.wait_for_selector("#wrong")
    assert Axe().run(page, options={"resultTypes": ["violations"]}).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]


def test_no_word_on_it_is_one_that_people_do_not_know(desk):
    assert not re.search(BANNED, desk().inner_text("main").lower())


def test_a_number_outside_its_range_is_refused_in_one_line_and_what_was_typed_stays(desk):
    page = desk()
    choose(page, "own")
    page.keyboard.type("123456")
    page.keyboard.press("Enter")
    page.wait_for_selector("#wrong")
    assert "Kies een" in page.inner_text("#wrong") and page.locator("input[id$=-number]").input_value() == "123456"
    assert page.evaluate("document.activeElement.id").endswith("-number")


def test_the_older_of_two_pages_hears_that_somebody_else_asked_and_a_stop_is_said(desk):
    first, second = desk(), desk()
    choose(first, "low")
    first.keyboard.press("Enter")
    first.wait_for_selector("#desk-stop")
    second.wait_for_selector("#desk-stop")  # it shows what the desk is busy with
    choose(second, "high")
    second.keyboard.press("Enter")
    said(first, "Afgebroken: iemand anders vroeg iets.")
    second.wait_for_function("() => document.getElementById('desk-stop')")
    second.focus("#desk-stop")
    second.keyboard.press("Enter")
    said(second, "Gestopt")
    assert second.evaluate("document.activeElement.id") == "desk-go"
