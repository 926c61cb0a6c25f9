"""Failures in Dutch: no Dutch line ends in English, and the English of the model goes with it."""

from __future__ import annotations

import re

import pytest

from tests.workshop.inside import client, put, table
from verhuisketens.shell import NotWritten
from workshop.engine.scheduler import DIED, Broken, Failed
from workshop.server import named, reasons, views

MESSAGES = (
    DIED,
    f"a worker could not begin: {DIED}",
    "the engine stopped: KeyError: 'x'; start the workshop again",
    "no room is left in /somewhere: make room, and the same command goes on",
    "/somewhere cannot be written (Permission denied)",
    "the process that counted it ended by itself (exit status -9); ask again",
    "ZeroDivisionError: float division by zero",
    "brieven.rel_reached=3: at most 1",
    "what the process sent cannot be read (UnpicklingError: pickle data was truncated); ask again",
)
ENGLISH = re.compile(r"\b(the|its|process|cannot|killed|room|left|error|again|worker|most|written|line|file|is no)\b", re.IGNORECASE)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_failure_is_dutch_in_dutch_and_as_the_model_says_it_in_english(message):
    sent = views.failed("BFGHK", 0, message)
    assert sent["en"] == sent["original"] == message and sent["said"] == {"nl": sent["nl"], "en": message}
    assert sent["nl"].startswith("Dit kan niet worden nagespeeld. ") and not ENGLISH.search(sent["nl"])
    assert all(len(one.split()) <= 25 for one in re.split(r"(?<=[.?]) ", sent["nl"]))


def test_reasons_that_are_known_are_told_and_others_are_not_guessed():
    told = [reasons.dutch(message) for message in MESSAGES]
    assert "geheugen" in told[0] and "schijf is vol" in told[3] and told.count(reasons.ELSE) == 2
    assert "niet te lezen" in told[-1] and "Vraag het nog eens" in told[-1]


def test_what_is_refused_and_what_cannot_be_kept_have_the_english_apart(tmp_path, monkeypatch):
    with client(tmp_path) as browser:
        for raw, where in (
            (b"format: 1\nplace: [\n", "regel 2"),
            (b"\xff\xfe", "pakket van een werktafel"),
            (b"format: 1\nplaats: x\n", "regel 2"),
        ):
            answer = browser.post("/api/package", content=raw)
            body = answer.json()
            assert answer.status_code == 400 and body["original"] == body["en"] and not ENGLISH.search(body["nl"]), body
            assert where in body["nl"] or "pakket" in body["nl"]
        missing = browser.get("/api/nowhere").json()
        assert missing.keys() == {"nl", "en"}  # both lines say the same
        full = NotWritten("no room is left in /somewhere: make room, and the same command goes on")
        monkeypatch.setattr(browser.hall.tables, "new", lambda name: (_ for _ in ()).throw(full))
        body = browser.post("/api/tables", json={"name": "Tafel"}).json()
        assert body["nl"] == "Dit kon niet worden bewaard. De schijf is vol. Maak ruimte en probeer het nog eens."
        assert body["original"] == str(full)


def told_on_opening(browser, one):
    """What a screen that opens now hears at once of failures."""
    return failures(browser.portal.call(browser.hall.open, one))


def failures(mailbox):
    """What waits for a screen of failures; nothing waits any more."""
    heard = [mailbox._waiting.get_nowait().decode() for _ in range(mailbox._waiting.qsize())]
    return [message for message in heard if message.startswith("event: failed")]


def test_a_screen_that_opens_after_a_failure_hears_of_it_and_no_other_table_does(tmp_path):
    with client(tmp_path) as browser:
        hall = browser.hall
        one, other = (hall.tables.find(table(browser)) for _ in range(2))
        for seat, dose in ((one, "groot"), (other, "klein")):
            put(browser, seat.id, kind="card", key="brieven", dose=dose)
        hall.heard(Failed(one.state.package, 0, "no address"))
        browser.get("/api/tables")
        assert [len(told_on_opening(browser, seat)) for seat in (one, one, other)] == [1, 1, 0]
        assert "no address" in told_on_opening(browser, one)[0]
        put(browser, one.id, kind="undo")
        assert told_on_opening(browser, one) == []  # another package
        hall.heard(Broken("the engine stopped"))
        browser.get("/api/tables")
        assert all("the engine stopped" in told_on_opening(browser, seat)[-1] for seat in (one, other))


def test_a_failure_is_heard_at_the_tables_that_look_at_it_and_a_broken_engine_at_all(tmp_path):
    with client(tmp_path) as browser:
        hall = browser.hall
        one, other = (hall.tables.find(table(browser)) for _ in range(2))
        for seat, dose in ((one, "groot"), (other, "klein")):
            put(browser, seat.id, kind="card", key="brieven", dose=dose)
        screens = [browser.portal.call(hall.open, seat) for seat in (one, other)]
        hall.heard(Failed(one.state.package, 0, "no address"))
        browser.get("/api/tables")
        assert [len(failures(screen)) for screen in screens] == [1, 0]
        hall.heard(Broken("the engine stopped"))
        browser.get("/api/tables")
        assert [len(failures(screen)) for screen in screens] == [1, 1]


def test_a_late_screen_hears_what_failed_of_its_package_and_of_what_that_is_compared_with_and_nothing_of_others(tmp_path):
    with client(tmp_path) as browser:
        hall = browser.hall
        one, other = (hall.tables.find(table(browser)) for _ in range(2))
        put(browser, one.id, kind="done", key="campagne", dose="gewoon")
        for seat, dose in ((one, "groot"), (other, "klein")):
            put(browser, seat.id, kind="card", key="brieven", dose=dose)
        assert one.state.package.base() != other.state.package.base()
        hall.heard(Failed(one.state.package.base(), 0, "no start"))
        hall.heard(Failed(other.state.package, 0, "no address"))
        browser.get("/api/tables")
        for seat, why, why_not in ((one, "no start", "no address"), (other, "no address", "no start")):
            heard = told_on_opening(browser, seat)
            assert len(heard) == 1 and why in heard[0] and why_not not in heard[0]


def test_two_counts_that_are_alike_have_two_names_in_all_that_the_server_says(tmp_path):
    with client(tmp_path) as browser:
        place = browser.get("/api/place").json()
    assert place["indicators"]["families_housed"]["nl"].startswith("Huishoudens van drie of meer mensen")
    assert place["codes"]["class"]["family"] == {"nl": "gezinnen met kinderen", "en": "families with children"}
    said = [one["nl"] for one in place["without"] if "families_housed" in str(one["cells"])]
    assert len(said) == 1 and "drie of meer" in said[0] and "gezin" not in said[0]
    assert named.group("family").nl != named.indicator("families_housed").nl and named.group("starter").nl == "starters"
