"""The desk of assumptions: what may be chosen, one question at a time, and an answer beside the usual one that can be read back."""

from __future__ import annotations

import csv
import io
import math
import re
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from experiments.assumptions import behaviour, of_instrument
from sim.interventions import REGISTRY
from tests.every import every
from tests.workshop.inside import HERE, put, table
from tests.workshop.small import prepared_in
from tests.workshop.still import still_hall
from workshop.engine import through
from workshop.engine.package import Package
from workshop.engine.through import Through, known
from workshop.server import desk, ranges, units
from workshop.server.app import make_app
from workshop.server.tables import Sheet, cells

BRIEVEN = Package(cards=(("brieven", "gewoon"),))
WISH = "p_wish_senior"
READ = "brieven.rel_reached"
CHOSEN = {WISH: known(BRIEVEN)[WISH].high}


class ByHand:
    """Counts nothing: a test says what was counted, and when."""

    seeds = (0, 1)

    def __init__(self):
        self.asked, self.stops = [], 0

    def ask(self, package, values, told):
        self.asked.append(SimpleNamespace(package=package, values=values, told=told))

    def stop(self):
        self.stops += 1


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepared_in(tmp_path_factory.mktemp("desk") / "folder")


@contextmanager
def served(prepared, folder, counts=None):
    """A browser of a workshop in a prepared place, with ``hall`` and ``code``: the letters of BRIEVEN."""
    with still_hall(prepared, folder) as hall, TestClient(make_app(hall, counts=counts), HERE, raise_server_exceptions=False) as found:
        found.hall, found.code = hall, hall.letters.of(BRIEVEN)
        yield found


@pytest.fixture
def byhand():
    return ByHand()


@pytest.fixture
def browser(prepared, tmp_path, byhand):
    with served(prepared, tmp_path, byhand) as found:
        yield found


def tell(browser, prepared, byhand, seed, at=-1, **values):
    """A world that a question hears of; waits until the server's loop has taken it in."""
    byhand.asked[at].told(Through(through.one_seed(prepared.doses, BRIEVEN, values or CHOSEN, seed)))
    browser.get("/api/tables")


def ask(browser, values=CHOSEN, code=None):
    answer = browser.post("/api/desk", json={"letters": code or browser.code, "values": values})
    assert answer.status_code == 200, answer.text
    return answer.json()


def look(browser, question):
    return browser.get(f"/api/desk/{question['number']}").json()


def read_back(browser, at):
    name, letters, row, column = at.split("/")
    rows = {one["row"]: one for one in csv.DictReader(io.StringIO(browser.get(f"/tables/{name}/{letters}.csv").text))}
    return float(rows[row][column])


def test_every_assumption_has_a_unit_in_words():
    for one in [*behaviour(), *(setting for key in REGISTRY for setting in of_instrument(key))]:
        assert all(units.unit(one)), one.key
    assert {one.unit for one in behaviour()} == set(units.UNITS)


def test_three_may_be_chosen_and_every_number_of_desk_and_answer_is_read_back(browser, prepared, byhand):
    found = browser.get(f"/api/assumptions/{browser.code}").json()
    assert len(found["three"]) == 3
    for one in found["three"]:
        range_ = one["range"]
        assert range_["low"]["v"] <= range_["model"]["v"] <= range_["high"]["v"]
        assert all(range_[name]["nl"] and range_[name]["en"] for name in ("unit", "evidence", "rule"))
    asked = ask(browser)
    for seed in byhand.seeds:
        tell(browser, prepared, byhand, seed)
    answer = look(browser, asked)
    assert answer["state"] == desk.DONE and answer["worlds"] == 2 and len(answer["rows"]) == 6
    numbers = list(cells([found, answer]))
    assert {one["at"].split("/")[0] for one in numbers} >= {"desk"} and len(numbers) > 20
    for one in numbers:
        assert read_back(browser, one["at"]) == pytest.approx(one["v"], abs=0)


def test_every_range_is_read_back(browser):
    found = ranges.of(BRIEVEN, browser.hall.letters, list(known(BRIEVEN)))
    assert len(found) == len(known(BRIEVEN))
    text = browser.get(f"/tables/ranges/{browser.code}.csv").text
    rows = {one["row"]: one for one in csv.DictReader(io.StringIO(text))}
    for key, one in found.items():
        assert [float(rows[key][name]) for name in ("low", "model", "high")] == [one[name]["v"] for name in ("low", "model", "high")]
        assert float(one["high"]["t"]["en"].replace(",", "").replace("\N{MINUS SIGN}", "-")) == pytest.approx(one["high"]["v"], rel=1e-9)


def test_a_question_grows_world_by_world_and_the_line_without_the_package_changes_too(browser, prepared, byhand):
    asked = ask(browser)
    assert (asked["state"], asked["counted"], asked["of"], asked["rows"]) == (desk.COUNTING, 0, 2, [])
    assert browser.hall.engine.looking[desk.NAME] == BRIEVEN
    tell(browser, prepared, byhand, 0)
    once = look(browser, asked)
    assert (once["state"], once["counted"], once["worlds"]) == (desk.COUNTING, 1, 1)
    assert all(row["change_lower"] is None and (row["same"] or row["how"] == desk.ONCE._asdict()) for row in once["rows"])
    tell(browser, prepared, byhand, 1)
    answer = look(browser, asked)
    known_, usual = browser.hall.outcome(BRIEVEN), {row["what"]: row for row in answer["rows"] if row["key"] == "senior_moves"}
    effect = known_.outcome.effect("senior_moves")
    assert usual["extra"]["usual"]["v"] == pytest.approx(effect["difference"]) and usual["without"]["usual"]["v"] == pytest.approx(
        effect["base"]
    )
    assert read_back(browser, f"desk/{browser.code}/{asked['number']}.seniors_with_wish.without/change") > 0
    assert answer["sentences"][-1]["nl"] == desk.ONLY_CHANCE.nl
    assert answer["values"][0]["mine"]["v"] == CHOSEN[WISH] and answer["values"][0]["usual"]["v"] == known(BRIEVEN)[WISH].default


def read_again(package):
    raise AssertionError("files are read again")


def test_whoever_looks_at_a_whole_answer_has_no_file_of_an_answer_read(browser, prepared, byhand, monkeypatch):
    asked, usual = ask(browser), ask(browser, {})
    monkeypatch.setattr(browser.hall, "worlds", read_again)
    assert look(browser, usual) == usual
    monkeypatch.undo()
    asked = ask(browser)
    tell(browser, prepared, byhand, 0)
    once = look(browser, asked)
    monkeypatch.setattr(browser.hall, "worlds", lambda package: [0])
    tell(browser, prepared, byhand, 1)
    assert once["worlds"] == 1 and look(browser, asked)["worlds"] == 1  # of the second the usual answer is not there yet
    monkeypatch.undo()
    whole = look(browser, asked)
    monkeypatch.setattr(browser.hall, "worlds", read_again)
    assert whole["worlds"] == 2 and look(browser, asked) == whole


def test_what_is_done_has_all_its_worlds_also_where_the_last_comes_in_while_somebody_looks(browser, prepared, byhand, monkeypatch):
    asked = ask(browser)
    tell(browser, prepared, byhand, 0)
    whole = browser.hall.worlds
    last = through.one_seed(prepared.doses, BRIEVEN, CHOSEN, 1)

    def meanwhile(package):  # the server goes on while an answer is put together beside it
        monkeypatch.undo()
        byhand.asked[-1].told(Through(last))
        time.sleep(0.5)  # enough for it to hear of the last world
        return whole(package)

    monkeypatch.setattr(browser.hall, "worlds", meanwhile)
    answer = look(browser, asked)
    assert (answer["state"], answer["counted"]) == (desk.COUNTING, 1)
    answer = look(browser, asked)
    assert (answer["state"], answer["counted"], answer["worlds"]) == (desk.DONE, 2, 2)


def test_an_assumption_about_a_card_leaves_what_is_without_it_equal_and_says_why(browser, prepared, byhand):
    values = {READ: known(BRIEVEN)[READ].high}
    asked = ask(browser, values)
    for seed in byhand.seeds:
        byhand.asked[-1].told(Through(through.one_seed(prepared.doses, BRIEVEN, values, seed)))
    browser.get("/api/tables")
    without = [row for row in look(browser, asked)["rows"] if row["what"] == "without"]
    assert without and all(row["same"] and row["how"] == desk.OF_A_CARD._asdict() for row in without)


def test_what_the_model_takes_is_the_usual_answer_and_nothing_is_counted(browser, byhand):
    usual = {key: known(BRIEVEN)[key].default for key in (WISH, READ)}
    for values in ({}, usual):
        answer = ask(browser, values)
        assert answer["state"] == desk.USUAL and answer["line"] == desk.LINES[desk.USUAL]._asdict() and not answer["values"]
        assert answer["rows"] and all(row["usual"]["v"] == row["mine"]["v"] and row["same"] for row in answer["rows"])
        assert browser.hall.engine.looking[desk.NAME] == BRIEVEN  # else it may never be whole
    assert not byhand.asked


LOW, HIGH = through.ends(known(BRIEVEN)[WISH])
SETTLE = next(one for one in behaviour() if one.whole)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({WISH: HIGH * 1.001}, 400),
        ({WISH: LOW * 0.999}, 400),
        ({WISH: None}, 400),
        ({WISH: True}, 400),
        ({WISH: "0.01"}, 400),
        ({WISH: [HIGH]}, 400),
        ({WISH: 10**400}, 400),
        ({SETTLE.key: SETTLE.default + 0.5}, 400),
        ({"p_wsh_senior": 0.01}, 400),
        ({"voorrang.rel_known": 0.5}, 400),
        ([WISH], 400),
        (None, 400),
    ],
)
def test_what_cannot_be_chosen_is_refused_in_one_line_and_what_is_counted_goes_on(browser, byhand, values, status):
    asked = ask(browser)
    answer = browser.post("/api/desk", json={"letters": browser.code, "values": values})
    assert answer.status_code == status and answer.json().keys() == {"nl", "en"}
    assert all(text and "\n" not in text and len(text) < 200 for text in answer.json().values())
    assert look(browser, asked)["state"] == desk.COUNTING and not byhand.stops


def test_ends_may_be_chosen_as_they_are_shown(browser):
    for key in known(BRIEVEN):
        for value in through.ends(known(BRIEVEN)[key]):
            ranges.checked(BRIEVEN, {key: value})


@pytest.mark.parametrize("content", [{}, {"letters": "ABCDE"}, {"letters": 5, "values": {}}, {"letters": "A", "values": {}, "more": 1}])
def test_a_question_is_a_package_and_values_and_nothing_else(browser, content):
    assert browser.post("/api/desk", json=content).status_code == 400


def test_a_package_without_cards_or_that_there_is_not_is_refused(browser):
    nothing = browser.hall.letters.of(Package())
    assert browser.post("/api/desk", json={"letters": nothing, "values": CHOSEN}).status_code == 409
    assert browser.post("/api/desk", json={"letters": "QQQQQ", "values": CHOSEN}).status_code == 404


def test_a_newer_question_takes_over_and_the_older_page_hears_that(browser, prepared, byhand):
    first = ask(browser)
    second = ask(browser, {WISH: LOW})
    assert byhand.stops == 1 and look(browser, first)["line"]["nl"] == "Afgebroken: iemand anders vroeg iets."
    tell(browser, prepared, byhand, 0, at=0)  # a world that was on its way
    byhand.asked[0].told(Through(None, "too late"))
    browser.get("/api/tables")
    assert look(browser, first)["counted"] == 0 and look(browser, first)["state"] == desk.REPLACED
    now = look(browser, second)
    assert now["state"] == desk.COUNTING and now["counted"] == 0
    assert browser.get("/api/desk").json()["last"] == {"number": second["number"], "letters": browser.code, "state": desk.COUNTING}


def test_a_stop_keeps_what_was_run_and_a_stop_of_another_question_stops_nothing(browser, prepared, byhand):
    first, second = ask(browser), ask(browser)
    tell(browser, prepared, byhand, 0)
    assert browser.post(f"/api/desk/{first['number']}/stop", json={}).json()["state"] == desk.REPLACED
    assert look(browser, second)["state"] == desk.COUNTING and byhand.stops == 1
    stopped = browser.post(f"/api/desk/{second['number']}/stop", json={}).json()
    assert (stopped["state"], stopped["counted"]) == (desk.STOPPED, 1) and stopped["rows"] and byhand.stops == 2
    assert browser.hall.engine.looking[desk.NAME] == BRIEVEN  # the usual answer in that world may still come
    third = ask(browser)
    browser.post(f"/api/desk/{third['number']}/stop", json={})
    assert desk.NAME not in browser.hall.engine.looking


def test_a_failure_is_one_line_and_the_next_question_is_asked(browser, byhand):
    asked = ask(browser)
    byhand.asked[-1].told(Through(None, "brieven.rel_reached=3: at most 1"))
    browser.get("/api/tables")
    failed = look(browser, asked)
    assert failed["state"] == desk.FAILED and failed["original"] == failed["line"]["en"] == "brieven.rel_reached=3: at most 1"
    assert "Engels" in failed["line"]["nl"] and "most" not in failed["line"]["nl"]  # what is not known in Dutch is not told in English
    assert ask(browser)["state"] == desk.COUNTING


def test_few_questions_are_remembered_and_of_one_the_worlds(browser, prepared, byhand):
    asked = []
    for _ in range(desk.MOST + 2):
        asked.append(ask(browser))
        if len(asked) == desk.MOST:
            tell(browser, prepared, byhand, 0)
            assert look(browser, asked[-1])["rows"]
    assert browser.get(f"/api/desk/{asked[0]['number']}").status_code == 404
    rows = browser.get(f"/tables/desk/{browser.code}.csv").text
    assert f"{asked[desk.MOST - 1]['number']}.senior_moves.extra" in rows and f"\n{asked[1]['number']}." not in rows
    remembered = next(one for one in make_desk(browser)._questions.values() if one.number == asked[desk.MOST - 1]["number"])
    assert remembered.pairs == [] and remembered.sheet.rows


def make_desk(browser):
    """The desk of the server of a browser."""
    app = browser.app.app
    return next(route.endpoint.__self__.desk for route in app.routes if route.path == "/api/desk")


def test_how_long_it_takes_is_said_beforehand_and_measured_afterwards(browser, prepared, byhand):
    before = browser.get("/api/desk").json()
    assert before["takes"]["nl"] and not before["measured"] and before["last"] is None
    ask(browser)
    tell(browser, prepared, byhand, 0)
    assert browser.get("/api/desk").json()["measured"]


@every("worlds", [1, 4])
@every("usual", [-40.0, 0.0, 40.0])
@every("change", [-60.0, 0.0, 60.0])
@every("half", [0.0, 10.0, 100.0])
def test_a_sentence_is_true_of_any_answer(worlds, usual, change, half):
    sheet, band = Sheet("desk", "X"), math.nan if worlds == 1 else half
    mine = usual + change
    sheet.put(
        "without", {"usual": 900.0, "mine": 950.0, "change": 50.0, "change_lower": math.nan, "change_upper": math.nan, "worlds": worlds}
    )
    ends = {"lower": mine - band, "upper": mine + band, "change_lower": change - band, "change_upper": change + band}
    sheet.put("extra", {"usual": usual, "mine": mine, "change": change, "worlds": worlds} | ends)
    rows = [desk._row(sheet, what, "senior_moves", what, None) for what in ("without", "extra")]
    texts = [one.sent() for one in desk._sentences(rows, 120, usual=False)]
    for one in texts:
        assert set(re.findall(r"{(\w+)}", one["nl"])) == set(re.findall(r"{(\w+)}", one["en"])) == set(one["cells"])
        assert None not in one["cells"].values()
        assert all(len(sentence.split()) <= 25 for sentence in re.split(r"(?<=[.?]) ", one["nl"]))
    difference, how = texts[2]["nl"], rows[1]["how"]
    certain = worlds > 1 and abs(change) > half
    assert (how == desk.MORE._asdict(), how == desk.ALIKE._asdict()) == (certain and half > 0, certain and half == 0)
    assert certain == ("doet het pakket" in difference and "dan gewoon" in difference)
    assert not certain or ("meer dan" in difference) == (change > 0)
    assert ("elke keer" in difference) == (certain and half == 0)
    same = worlds > 1 and change == half == 0
    assert ("precies evenveel" in difference or "nooit" in difference) == same
    assert ("nooit" in difference) == (same and usual == 0)


def test_a_server_that_stops_stops_its_desk(prepared, tmp_path):
    counts = ByHand()
    with served(prepared, tmp_path, counts) as browser:
        ask(browser)
    assert counts.stops == 1


def test_a_question_in_a_prepared_place_is_counted_through(prepared, tmp_path):
    with served(prepared, tmp_path) as browser:
        one = table(browser)
        put(browser, one, kind="card", key="brieven", dose="gewoon")
        asked = ask(browser, {WISH: HIGH})
        end = time.monotonic() + 300
        while (answer := look(browser, asked))["state"] == desk.COUNTING and time.monotonic() < end:
            time.sleep(0.2)
        assert (answer["state"], answer["counted"], answer["worlds"]) == (desk.DONE, 2, 2)
        there = through.beside(
            [through.one_seed(prepared.doses, BRIEVEN, {}, seed) for seed in prepared.seeds],
            [through.one_seed(prepared.doses, BRIEVEN, {WISH: HIGH}, seed) for seed in prepared.seeds],
            prepared.setting.months,
        )
        for row in answer["rows"]:
            assert row["change"]["v"] == there.loc[f"{row['key']}.{row['what']}", "change"]
