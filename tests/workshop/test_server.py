"""What a table and its screens get: numbers that are cells of tables, streams that let slow screens go, and sessions that stay apart."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import shlex
import time
from dataclasses import replace
from itertools import pairwise

import pytest
import yaml

from experiments.compare import COMMAND
from experiments.entry import HydraCommand
from sim.approach import scenarios
from tests.every import every
from tests.workshop.fake_engine import fake_hall, setting_of, strength
from tests.workshop.inside import client, put, table
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.server import desk, ranges, said, stream, units
from workshop.server.stream import Mailbox, Stream
from workshop.server.tables import Sheet, cells
from workshop.table import files
from workshop.table.again import again
from workshop.table.minutes import safe
from workshop.table.wrong import Wrong

CARDS = [
    key for key in ("wooncoach_sociaal", "brieven", "campagne", "voorrang", "klusdienst") if strength(Package(cards=((key, "gewoon"),)))
]
STRONG = CARDS[0]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with client(tmp_path_factory.mktemp("hall")) as found:
        yield found


def known(browser, letters):
    """Wait until a package is worked out in all worlds."""
    for _ in range(600):
        answer = browser.get(f"/api/outcome/{letters}")
        if answer.status_code == 200 and answer.json()["worlds"] == answer.json()["of"]:
            return answer.json()
        time.sleep(0.02)
    raise AssertionError("never worked out")


@pytest.fixture(scope="module")
def laid(browser):
    """A table with a package on top of what it does already, which is worked out."""
    one = table(browser, "Tafel 1")
    put(browser, one, kind="done", key="campagne", dose="klein")
    put(browser, one, kind="card", key="voorrang", dose="gewoon")
    state = put(browser, one, kind="card", key=STRONG, dose="groot")
    browser.hall._look(browser.hall.tables.find(one))
    known(browser, state["package"]["letters"])
    return one, state["package"]["letters"]


def read_back(browser, at):
    """The number that stands at a place, from the CSV."""
    name, package, row, column = at.split("/")
    answer = browser.get(f"/tables/{name}/{package}.csv")
    assert answer.status_code == 200, (at, answer.text)
    rows = {one["row"]: one for one in csv.DictReader(io.StringIO(answer.text))}
    return float(rows[row][column])


def test_every_number_on_a_screen_is_a_cell_of_a_table(browser, laid):
    one, letters = laid
    asked = ["/api/place", f"/api/table/{one}", f"/api/outcome/{letters}", f"/api/assumptions/{letters}", f"/api/compare?letters={letters}"]
    found = [cell for path in asked for cell in cells(browser.get(path).json())]
    assert len(found) > 400
    assert {cell["at"].split("/")[0] for cell in found} >= {
        "effects",
        "money",
        "cards",
        "public",
        "without",
        "cost",
        "monitor",
        "assumptions",
    }
    tables = {cell["at"].rsplit("/", 2)[0] for cell in found}
    held = {name: {row["row"]: row for row in csv.DictReader(io.StringIO(browser.get(f"/tables/{name}.csv").text))} for name in tables}
    for cell in found:
        name, row, column = cell["at"].rsplit("/", 2)
        assert float(held[name][row][column]) == cell["v"], cell
        assert all(cell["t"].values())


def test_the_last_line_of_the_history_names_its_card_and_no_other_change_names_one(browser):
    one = table(browser, "Laatste")
    told = [
        ({"kind": "card", "key": "voorrang", "dose": "gewoon"}, "voorrang"),
        ({"kind": "card", "key": "brieven", "dose": "gewoon"}, "brieven"),
        ({"kind": "card", "key": "voorrang", "dose": "klein"}, "voorrang"),
        ({"kind": "done", "key": "campagne", "dose": "gewoon"}, None),
        ({"kind": "budget", "eur": 1_000}, None),
        ({"kind": "undo"}, None),
        ({"kind": "undo"}, None),
        ({"kind": "undo"}, "voorrang"),
    ]
    for event, card in told:
        put(browser, one, **event)
        assert browser.get(f"/api/table/{one}").json()["last"]["card"] == card, event


def test_evidence_is_said_in_both_languages_as_the_report_says_it(browser):
    from analysis.page.sections.cards import MARKS

    marks = [card["evidence"]["mark"] for card in browser.get("/api/place").json()["cards"]]
    assert {one["nl"]: one["en"] for one in marks} == {said.nl: said.en for said in MARKS.values()}


def test_how_many_seniors_are_followed_is_a_cell_beside_the_rule(browser, laid, monkeypatch):
    hall, (_, letters) = browser.hall, laid
    package = hall.letters.package(letters)
    answer = hall.stock.answers.get(package, 0)
    one = {"id": 4, "who": {"said": {}, "numbers": {"age": 70}}, "lanes": {"with": [], "without": []}}
    for people, n in (({"people": [one], "followed": 312}, 312), ({"people": [], "followed": 312}, None), ({"people": [one]}, None)):
        monkeypatch.setitem(hall.stock.answers.there, (package, 0), replace(answer, people=people))
        followed = browser.get(f"/api/people/{letters}").json()["followed"]
        if n is None:
            assert followed is None
        else:
            assert read_back(browser, followed["cells"]["n"]["at"]) == n and said.filled(followed, "nl").count(str(n)) == 1


def test_a_month_of_a_world_is_a_cell_too(browser, laid):
    sent = []
    hall, first = browser.hall, browser.hall.stock.seeds[0]
    hall._tell_slice(hall.tables.find(laid[0]), first, 0, 23, [type("Screen", (), {"put": lambda self, name, one: sent.append(one)})()])
    for row in sent[0]["rows"][::7]:
        for column in ("senior_moves", "extra", "extra_so_far"):
            assert read_back(browser, f"{sent[0]['at']}{row['month']}/{column}") == row[column]
    assert sent[0]["rows"][-1]["extra_so_far"] == sum(row["extra"] for row in sent[0]["rows"])


def test_sentences_hold_their_numbers_as_cells_and_no_digits_of_their_own(browser, laid):
    answer = known(browser, laid[1])
    sentences = [*answer["sentences"], *answer["monitor"], *browser.get("/api/place").json()["without"]]
    assert len(sentences) >= 6
    for one in sentences:
        for language in ("nl", "en"):
            names = set(re.findall(r"{(\w+)}", one[language]))
            assert names == set(one["cells"]) and None not in one["cells"].values()
            without = re.sub(r"{\w+}|\d+ (jaar|maanden|years?|months)", "", one[language])
            assert not re.search(r"\d", without), one
            assert said.filled(one, language)
        for sentence in re.split(r"(?<=[.?]) ", one["nl"]):
            assert len(sentence.split()) <= 25, sentence


BANNED = re.compile(r"\b(scenario|indicator|interval|placebo|ruis|werelden|netto|verdringing|instrument|seed|looptijd|basis)\b")


def test_nothing_that_the_server_says_uses_a_word_that_people_do_not_know():
    texts = [value.nl for module in (said, desk, ranges) for value in vars(module).values() if isinstance(value, said.Text)]
    groups = (said.WITHOUT, said.SIZES, desk.LINES, ranges.RULES, units.UNITS, units.SETTINGS)
    texts += [one.nl for group in groups for one in group.values()]
    assert len(texts) > 20
    for text in texts:
        assert not BANNED.search(text.lower()), text
        assert all(len(one.split()) <= 25 for one in re.split(r"(?<=[.?]) ", text)), text


@every("worlds", [1, 2, 8])
@every("size", [-500.0, -0.2, 0.0, 0.2, 30.0, 4_000.0])
@every("width", [0.0, 0.1, 2.0])
@every("wide", [None, 0.5, 3.0])
@every("reached", [{}, {"brieven": 0.0}, {"brieven": 12.0}])
def test_a_sentence_is_true_of_any_outcome(worlds, size, width, wide, reached):
    sheet, half = Sheet("effects", "X"), abs(size) * width
    margin = half + abs(size) * (wide or 0)
    row = (
        {"base": 900.0, "difference": size, "lower": size - half, "upper": size + half}
        if worlds > 1
        else {"base": 900.0, "difference": size}
    )
    row |= {"lower_full": size - margin, "upper_full": size + margin} if wide is not None and worlds > 1 else {}
    sure = worlds > 1 and half < abs(size)
    said_of = {"sure": sure, "checked": False, "noticed": sure, "digits": 2 if sure else 0}
    sheet.put("senior_moves", {**row, "seeds": worlds, "knowledge": "", **said_of})
    for key, n in reached.items():
        sheet.put(key, {"n": n})
    from workshop.server.views import effect

    money = {"price": "none", "year": None}
    made = {"effects": {"senior_moves": effect(sheet, "senior_moves", "senior_moves")}, "worlds": worlds, "months": 120, "money": money}
    found = said.outcome(made | {"reached": {key: sheet.cell(key, "n") for key in reached}})
    first = said.filled(found[0], "nl")
    if size == 0:
        assert len(found) == 1 and "{" not in found[0]["nl"]
        assert ("geen kaart" in first, "in aanmerking" in first, "precies evenveel" in first) == (
            not reached,
            bool(reached) and not any(reached.values()),
            any(reached.values()),
        )
    elif worlds == 1:
        assert first.startswith("Eén keer nagespeeld") and "toeval" in first and len(found) == 2
    else:
        assert ("geen verschil te zien" in first) == (not sure)
        assert ("extra" in first, "minder" in first) == ((size > 0, size < 0) if sure else (False, False))
        holds = wide is not None and margin < abs(size)
        assert ("ook niets" in found[1]["nl"], "hangt af" in found[1]["nl"]) == ((wide is not None) and not holds, holds) or wide is None


@pytest.mark.parametrize(("low", "high"), [(5.0, 15.0), (-15.0, -5.0), (4.0, 4.0)])
def test_a_margin_that_leaves_out_nothing_is_not_called_no_difference_where_the_placebo_is_larger(low, high):
    from workshop.server.views import effect

    sheet = Sheet("effects", "X")
    row = {"base": 900.0, "difference": (low + high) / 2, "lower": low, "upper": high, "seeds": 8, "knowledge": ""}
    sheet.put("senior_moves", row | {"sure": False, "checked": True, "noticed": False, "digits": 0})
    moves = effect(sheet, "senior_moves", "senior_moves")
    made = {"effects": {"senior_moves": moves}, "worlds": 8, "months": 120, "money": {"price": "none", "year": None}, "reached": {}}
    first = said.filled(said.outcome(made)[0], "nl")
    assert "geen verschil" not in first and "één nieuwe woning" in first and moves["checked"]
    assert "verhuizingen van senioren" in first
    assert ("tussen" in first, "elke keer 4" in first) == (low != high, low == high)  # alike a few times: no margin is told from it


# streams


class Slow:
    """The other end of a stream: takes so many messages, and then no more until it is told to."""

    def __init__(self, takes: int) -> None:
        self.takes, self.sent, self.gone = takes, [], asyncio.Event()

    async def send(self, message):
        if len(self.sent) >= self.takes:
            await asyncio.sleep(3_600)
        self.sent.append(message)

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}


def test_a_slow_screen_is_let_go_and_what_waits_for_it_is_bounded():
    async def run():
        mailbox, left = Mailbox(), []
        for number in range(stream.MOST_WAITING):
            mailbox.put("slice", {"n": number})
        assert not mailbox.gone
        mailbox.put("slice", {})
        assert mailbox.gone and mailbox._waiting.qsize() == 1
        await asyncio.wait_for(Stream(mailbox, lambda: left.append(1))({}, Slow(99).receive, Slow(99).send), 5)
        assert left == [1]

    asyncio.run(run())


def test_a_closed_lid_takes_nothing_and_is_let_go_after_a_while(monkeypatch):
    monkeypatch.setattr(stream, "STUCK", 0.05)

    async def run():
        mailbox, left, lid = Mailbox(), [], Slow(2)
        for number in range(5):
            mailbox.put("slice", {"n": number})
        await asyncio.wait_for(Stream(mailbox, lambda: left.append(1))({}, lid.receive, lid.send), 5)
        assert left == [1] and mailbox.gone and len(lid.sent) == 2

    asyncio.run(run())


def test_a_screen_that_goes_away_is_noticed_while_nothing_is_said():
    async def run():
        mailbox, left, screen = Mailbox(), [], Slow(99)
        work = asyncio.create_task(Stream(mailbox, lambda: left.append(1))({}, screen.receive, screen.send))
        await asyncio.sleep(0.05)
        screen.gone.set()
        await asyncio.wait_for(work, 5)
        assert left == [1] and mailbox.gone

    asyncio.run(run())


def test_a_quiet_stream_gives_a_sign_of_life(monkeypatch):
    monkeypatch.setattr(stream, "QUIET", 0.01)

    async def run():
        assert await Mailbox().next() == b": \n\n"

    asyncio.run(run())


def messages(mailbox):
    """What waits, as (name, content)."""
    found = []
    while not mailbox._waiting.empty():
        lines = mailbox._waiting.get_nowait().decode().splitlines()
        if lines:
            found.append((lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))))
    return found


async def until(ready, seconds=20.0):
    """Wait for something."""
    ends = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < ends, "it never came"
        await asyncio.sleep(0.01)


def test_two_tables_hear_of_their_own_packages_only_and_equal_ones_have_equal_answers(tmp_path):
    async def run():
        with fake_hall(tmp_path, worlds=3, months=24, pause=0.0) as hall:
            hall.begin()
            one, two, three = (hall.tables.new(name) for name in ("Een", "Twee", "Drie"))
            screens = {which.id: hall.open(which) for which in (one, two, three)}
            heard: dict[str, list] = {which: [] for which in screens}
            for which, cards in ((one, CARDS[:2]), (two, CARDS[1:3]), (three, CARDS[:2])):
                for key in cards:
                    hall.take(which, {"kind": "card", "key": key, "dose": "groot"})

            def all_there():
                for which, screen in screens.items():
                    heard[which] += messages(screen)
                return all(any(name == "outcome" and told["worlds"] == 3 for name, told in mine) for mine in heard.values())

            await until(all_there)
            letters = {which.id: hall.letters.of(which.state.package) for which in (one, two, three)}
            for which, mine in heard.items():
                assert {told["id"] for name, told in mine if name == "state"} == {which}
                own = {hall.letters.of(change.after.package) for change in hall.tables.find(which).state.history} | {
                    hall.letters.of(Package())
                }
                assert {told["letters"] for name, told in mine if name in ("slice", "outcome")} <= own
                last = [told for name, told in mine if name == "outcome"][-1]
                assert last["letters"] == letters[which]
                rows = [
                    row
                    for name, told in mine
                    if name == "slice" and told["letters"] == letters[which] and told["world"] == 0
                    for row in told["rows"]
                ]
                assert {row["month"] for row in rows} == set(range(24))
            assert letters[one.id] == letters[three.id] != letters[two.id]
            assert [t for n, t in heard[one.id] if n == "outcome"][-1] == [t for n, t in heard[three.id] if n == "outcome"][-1]
            hall.stop()

    asyncio.run(run())


def test_work_for_a_table_goes_on_for_a_while_after_its_last_screen_and_stops_then(tmp_path, monkeypatch):
    monkeypatch.setattr("workshop.server.hall.GRACE", grace := 0.4)

    async def run():
        with fake_hall(tmp_path, worlds=2, months=24) as hall:
            hall.begin()
            one = hall.tables.new("Een")
            hall.close(one, hall.open(one))
            await asyncio.sleep(grace / 2)
            second = hall.open(one)  # it was loaded again
            hall.engine.left.clear()  # on a slow machine the first wait is over by now
            hall.close(one, second)
            closed = time.monotonic()
            await until(lambda: hall.engine.left == [one.id])
            assert time.monotonic() - closed >= grace - 0.01  # of its last screen, not of the one before
            hall.stop()

    asyncio.run(run())


def test_there_is_a_bound_on_open_screens(tmp_path, monkeypatch):
    monkeypatch.setattr("workshop.server.hall.MOST_SCREENS", 2)

    async def run():
        with fake_hall(tmp_path, worlds=1, months=12) as hall:
            hall.begin()
            one = hall.tables.new("Een")
            hall.open(one), hall.open(one)
            with pytest.raises(Wrong) as error:
                hall.open(one)
            assert error.value.status == 503
            hall.stop()

    asyncio.run(run())


# what is taken home


def test_a_package_from_a_file_shows_old_and_new_and_why(browser, laid):
    _, letters = laid
    raw = browser.get(f"/api/package/{letters}.txt").content
    same = browser.post("/api/package", content=raw).json()
    assert same["letters"] == letters and same["why"] == []
    assert {key: one["difference"]["v"] for key, one in same["old"].items()} == pytest.approx(
        {key: one["difference"]["v"] for key, one in same["new"]["effects"].items()}
    )
    older = raw.replace(b"c" * 64, b"a" * 64)
    other = browser.post("/api/package", content=older).json()
    assert len(other["why"]) == 1 and "model" in other["why"][0]["nl"]
    for cell in cells(other["old"]):
        assert read_back(browser, cell["at"]) == cell["v"]


def test_a_package_that_cannot_be_here_is_refused(browser):
    text = files.write(Package(cards=(("interventie_x", "gewoon"),)), setting_of())
    answer = browser.post("/api/package", content=text.encode())
    assert answer.status_code == 409 and answer.json()["nl"]


def blocks(text, kind):
    return re.findall(rf"```{kind}\n(.*?)\n```", text, re.DOTALL)


def test_the_minutes_say_who_when_what_and_hold_no_markup_of_others(browser, laid):
    one, letters = laid
    put(browser, one, kind="guess", moves=120, gains="starters")
    put(browser, one, kind="bookmark", name="Plan | *A*")
    put(browser, one, kind="agree", text="<img src=x> `rm` [x](http://y)", who="Jan", when="maandag")
    put(browser, one, kind="name", contact="corporatie", step="woonwens", name="Piet")
    text = browser.get(f"/api/table/{one}/minutes.md").text
    for part in (
        letters,
        "120",
        "Jan",
        "maandag",
        "Corporatie: Woonwens | Piet",
        safe("Plan | *A*"),
        safe("<img src=x> `rm` [x](http://y)"),
        "## Volgen",
    ):
        assert part in text, part
    assert "<img" not in text.replace("\\<img", "")
    for header, row in pairwise(line for line in text.splitlines() if line.startswith("|")):
        bars = [len(re.findall(r"(?<!\\)\|", line)) for line in (header, row)]
        assert bars[0] == bars[1] or "---" not in row


@pytest.mark.parametrize("place", ["schiermonnikoog", "ooststellingwerf"])  # the second does something already
@pytest.mark.parametrize(
    "package",
    [
        Package(cards=(("voorrang", "gewoon"),)),
        Package(cards=(("brieven", "klein"), ("wooncoach_sociaal", "groot"))),
        Package((("campagne", "klein"),), (("voorrang", "gewoon"),)),
        Package(),
    ],
    ids=lambda one: one.line(),
)
def test_the_command_of_the_minutes_is_the_package(tmp_path, monkeypatch, place, package):
    from analysis.estimates.cards import Place
    from workshop.engine.doses import doses

    every = doses(Setting(place, months=24, burn_in=12), Place(400.0, 150.0))
    found = again(package, "BFGHK", every, [3, 4, 5])
    folder = tmp_path / "werktafel"
    folder.mkdir()
    for name, content in found.files.items():
        (folder / name).write_text(content, encoding="utf-8")
        scenarios.load(name.removesuffix(".yaml"), folder)
    monkeypatch.chdir(tmp_path)
    plan = planned(found.command)
    assert (plan.design["municipality"], plan.seeds, plan.config.months, plan.config.burn_in) == (place, [3, 4, 5], 24, 12)
    held = plan.contents["tafel_bfghk"]
    both = package.instruments(every)
    assert held == {key.removeprefix("al_"): {**one, "already": False} for key, one in both.items()}


def planned(line: str):
    """What a command would run, through its own entry."""
    seen = []

    def keep(prepared, out, command):
        seen.append(prepared)
        return 0

    from experiments.entry import main

    command = HydraCommand(COMMAND.name, COMMAND.config, COMMAND.schema, COMMAND.prepare, keep)
    words = shlex.split(line)
    assert words[:3] == ["python", "-m", "experiments.compare"]
    assert main(command, words[3:]) == 0
    return seen[0]


def test_the_files_of_the_minutes_are_those_that_stand_in_them(browser, laid):
    one, letters = laid
    text = browser.get(f"/api/table/{one}/minutes.md").text
    titles = [yaml.safe_load(block)["title"]["nl"] for block in blocks(text, "yaml")]
    assert f"Pakket {letters}" in titles and all(line.startswith("python -m experiments.compare ") for line in blocks(text, "sh"))
