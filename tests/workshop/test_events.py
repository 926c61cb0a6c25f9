"""A table's file and the state that follows from it: nothing acknowledged is lost, nothing is invented, and undo takes an event away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from sim.interventions import REGISTRY
from sim.world.errors import Refusal
from tests.every import every
from verhuisketens.shell import NotWritten
from workshop.engine.package import Package
from workshop.table import events
from workshop.table.events import Log, Written, asked
from workshop.table.state import STEPS, Tables, fold, opened
from workshop.table.wrong import Wrong

ROOT = Path(__file__).resolve().parents[2]
KEYS = ("voorrang", "brieven", "campagne")
DOSES = ("klein", "gewoon", "groot", None)
AT = "2026-11-29T12:00:00+01:00"
LINES = [Package().line(), Package(cards=(("brieven", "klein"),)).line()]
CHANGES = st.one_of(
    st.builds(dict, kind=st.sampled_from(["card", "done"]), key=st.sampled_from(KEYS), dose=st.sampled_from(DOSES)),
    st.builds(dict, kind=st.just("budget"), eur=st.one_of(st.none(), st.sampled_from([0, 1000, 2.5]))),
    st.builds(dict, kind=st.just("open"), package=st.sampled_from(LINES)),
)
OTHERS = st.one_of(
    st.builds(dict, kind=st.just("screen"), screen=st.sampled_from(events.SCREENS)),
    st.builds(dict, kind=st.just("guess"), moves=st.sampled_from([None, 3, 1e5]), package=st.sampled_from(LINES)),
    st.builds(dict, kind=st.just("bookmark"), name=st.sampled_from(["a", "b"]), package=st.sampled_from(LINES)),
    st.builds(dict, kind=st.just("name"), contact=st.sampled_from(KEYS), step=st.sampled_from(KEYS), name=st.sampled_from(["", "Jan"])),
    st.builds(dict, kind=st.just("agree"), text=st.sampled_from(["bellen", "schrijven"]), who=st.just("Jan")),
    st.builds(dict, kind=st.just("clock"), step=st.sampled_from([None, 0, 3])),
)
TURNS = st.lists(st.one_of(CHANGES, CHANGES, OTHERS, st.sampled_from([{"kind": "undo"}, {"kind": "redo"}])), max_size=25)


def written(event):
    return Written(at=AT, event=events.WRITTEN.validate_python(event, strict=True))


def possible(turns):
    """The events that can be, each after those before it."""
    found = [written({"kind": "begin", "format": 1, "name": "Tafel"})]
    for one in map(written, turns):
        try:
            fold([*found, one])
        except Wrong:
            continue
        found.append(one)
    return found


def lies(state):
    """What follows from events that hold, whatever was taken back in between."""
    return (
        state.board,
        state.done,
        dict(state.guesses),
        dict(state.bookmarks),
        dict(state.names),
        state.agreements,
        state.clock,
        state.screen,
    )


@settings(max_examples=150, deadline=None)
@given(TURNS, CHANGES)
def test_a_change_that_is_taken_back_was_never_there_and_comes_back_whole(turns, change):
    before = possible(turns)
    one, undo, redo = written(change), written({"kind": "undo"}), written({"kind": "redo"})
    state = fold([*before, one])
    if state.board == fold(before).board:  # it changed nothing
        assert len(state.done) == len(fold(before).done)
        return
    assert lies(fold([*before, one, undo])) == lies(fold(before))
    assert lies(fold([*before, one, undo, redo])) == lies(state)


@settings(max_examples=100, deadline=None)
@given(TURNS, CHANGES, st.lists(OTHERS, max_size=4))
def test_what_is_no_change_stays_where_a_change_before_it_is_taken_back(turns, change, others):
    before, one, later = possible(turns), written(change), list(map(written, others))
    if fold([*before, one]).board != fold(before).board:
        assert lies(fold([*before, one, *later, written({"kind": "undo"})])) == lies(fold([*before, *later]))


@settings(max_examples=100, deadline=None)
@given(TURNS)
def test_what_is_written_reads_back_and_the_history_ends_at_what_lies_there(turns):
    lines = possible(turns)
    assert fold([Written.read(one.line()) for one in lines]) == fold(lines)
    state = fold(lines)
    assert (state.history[-1].after if state.history else state.boards[0]) == state.board
    for first, second in zip(state.history, state.history[1:], strict=False):
        assert first.after == second.before


def test_every_kind_has_a_step_and_every_step_a_kind():
    kinds = {one["properties"]["kind"]["const"] for one in TypeAdapter(events.WRITTEN._type).json_schema()["$defs"].values()}
    assert kinds == set(STEPS)
    from_tables = {one["properties"]["kind"]["const"] for one in events.ASKED.json_schema()["$defs"].values()}
    assert from_tables == set(events.KINDS) == kinds - {"begin"}


EXAMPLES = {
    "screen": {"screen": "start"},
    "card": {"key": "voorrang", "dose": "klein"},
    "done": {"key": "voorrang", "dose": None},
    "budget": {"eur": 1_000.0},
    "undo": {},
    "redo": {},
    "clock": {"step": 1},
    "agree": {"text": "bellen"},
    "name": {"contact": "corporatie", "step": "woonwens", "name": "Jan"},
    "guess": {"moves": 100.0, "chains": 3.0, "gains": "starters"},
    "bookmark": {"name": "A"},
    "open": {"letters": "BFGHK"},
}
BAD = ("", "x" * 5_000, "\0", "a\nb", "\u202e", 1e400, True, [], {}, "../x", "=1+1")
FIELDS = [(kind, field) for kind, content in EXAMPLES.items() for field in content]
FINE = {("card", "dose"), ("done", "dose")}


def test_examples_are_of_every_kind_and_taken():
    assert EXAMPLES.keys() == set(events.KINDS)
    for kind, content in EXAMPLES.items():
        assert asked({"kind": kind, **content}).kind == kind


@every(("kind", "field"), FIELDS)
def test_what_a_stranger_gives_for_a_field_is_refused_or_kept_as_it_is(kind, field):
    for value in BAD:
        try:
            found = asked({"kind": kind, **EXAMPLES[kind], field: value})
        except Wrong as error:
            assert error.status == 400 and "\n" not in error.nl + error.en and len(error.en) < 600
        else:
            kept = getattr(found, field)
            assert isinstance(value, str) and kept == value.strip() and kept.isprintable() and len(kept) <= 400


@pytest.mark.parametrize("kind", [*EXAMPLES, "begin", "quit", "", None, 5])
@pytest.mark.parametrize("more", [{"extra": 1}, {"package": "done: -; cards: -"}, {"__class__": "x"}])
def test_unknown_kinds_and_keys_are_refused(kind, more):
    with pytest.raises(Wrong):
        asked({"kind": kind, **EXAMPLES.get(kind, {}), **more})


def test_a_line_of_a_kind_that_there_is_not_any_more_leaves_its_table_out_with_one_line_and_the_others_open(tmp_path):
    with opened(tmp_path) as tables:
        old, other = tables.new("Oud"), tables.new("Ander")
    event = {"kind": "assumption", "key": "p_wish_senior", "end": "low"}
    with open(old.log.path, "ab") as file:
        file.write(json.dumps({"at": AT, "event": event}).encode() + b"\n")
    with opened(tmp_path) as tables:
        assert [table.id for table in tables] == [other.id]
        (line,) = tables.said
    assert f"{old.log.path}, line 2" in line and "assumption" in line and "take it out" in line and "\n" not in line


def test_what_cannot_be_in_a_state_is_refused_and_leaves_nothing_in_the_file(tmp_path):
    with opened(tmp_path) as tables:
        table = tables.new("Tafel")
        for content in ({"kind": "undo"}, {"kind": "redo"}, {"kind": "agree", "text": ""}, {"kind": "agree", "text": "x", "number": 7}):
            before = table.log.path.read_bytes()
            with pytest.raises(Wrong):
                table.take(asked(content))
            assert table.log.path.read_bytes() == before


def test_a_full_disk_takes_no_event_and_leaves_the_file_whole(tmp_path, monkeypatch):
    with opened(tmp_path) as tables:
        table = tables.new("Tafel")
        before, state = table.log.path.read_bytes(), table.state

        def full(_descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(events.os, "fsync", full)
        with pytest.raises(NotWritten):
            table.take(asked({"kind": "budget", "eur": 5.0}))
        assert (table.log.path.read_bytes(), table.state) == (before, state)


@pytest.mark.parametrize("bound", ["MOST_EVENTS", "MOST_TABLES"])
def test_what_grows_is_bounded(tmp_path, monkeypatch, bound):
    with opened(tmp_path) as tables:
        table = tables.new("Tafel")
        if bound == "MOST_EVENTS":
            monkeypatch.setattr(events, bound, 2)
            table.take(asked({"kind": "clock", "step": 1}))
            with pytest.raises(Wrong):
                table.take(asked({"kind": "clock", "step": 1}))
        else:
            monkeypatch.setattr("workshop.table.state.MOST_TABLES", 1)
            with pytest.raises(Wrong):
                tables.new("Nog een")


def strange(tmp_path, content):
    path = tmp_path / "0123456789ab.jsonl"
    path.write_bytes(content)
    return path


BEGIN = written({"kind": "begin", "format": 1, "name": "Tafel"}).line()
UNDO = written({"kind": "undo"}).line()
CARD = json.dumps({"at": AT, "event": {"kind": "card", "key": "voorrang", "dose": "klein"}}).encode() + b"\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        CARD,
        BEGIN + BEGIN,
        BEGIN + UNDO,
        BEGIN + b"{}\n",
        BEGIN + b"[" * 5_000 + b"\n",
        BEGIN + b"\xff\xfe\n",
        BEGIN + CARD.replace(b"voorrang", b"koning"),
        BEGIN + CARD.replace(b'"dose"', b'"x": 1, "dose"'),
        BEGIN + b'{"at": "' + b"x" * 9_000 + b'"}\n',
        BEGIN.replace(b'"format":1', b'"format":2'),
        BEGIN.replace(b'"format":1', b'"format":true'),
    ],
    ids=range(13),
)
def test_a_table_of_a_stranger_that_is_none_is_left_out_and_said(tmp_path, content):
    path = strange(tmp_path, content)
    with opened(tmp_path) as tables:
        assert list(tables) == [] and len(tables.said) == 1 and path.name in tables.said[0]
    assert path.read_bytes() == content


def test_a_link_and_a_file_of_others_are_left_alone(tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    strange(other, BEGIN)
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "0123456789ab.jsonl").symlink_to(other / "0123456789ab.jsonl")
    (folder / "notes.txt").write_text("mine")
    with opened(folder) as tables:
        assert list(tables) == [] and len(tables.said) == 2


@pytest.mark.parametrize("cut", range(1, len(CARD)))
def test_a_last_line_that_was_cut_short_is_dropped_and_said(tmp_path, cut):
    path = strange(tmp_path, BEGIN + CARD + CARD[:-cut])
    with opened(tmp_path) as tables:
        (table,) = tables
        assert dict(table.state.package.cards) == {"voorrang": "klein"}
        assert (len(tables.said) == 1) == (cut < len(CARD))
        table.take(asked({"kind": "card", "key": "brieven", "dose": "groot"}))
    assert len(Log.open(path).lines) == 3


WRITER = """
import sys
from pathlib import Path
from workshop.table.events import asked
from workshop.table.state import opened

def write(folder):
    with opened(Path(folder)) as tables:
        table = next(iter(tables), None) or tables.new("Tafel")
        print("begun", len(table.log.lines), flush=True)
        for number in range(10**6):
            there = {"number": 1} if table.state.agreements else {}
            table.take(asked({"kind": "agree", "text": f"afspraak {number}", **there}))
            print("taken", len(table.log.lines), table.state.agreements[0][0], flush=True)
"""
ONE = WRITER + "write(sys.argv[1])"
# reads the program once; each line that it is sent begins a writer that is a process of its own, and an end of it is told
MANY = (
    WRITER
    + """
import os
for line in sys.stdin:
    if (child := os.fork()) == 0:
        print("process", os.getpid(), flush=True)
        write(sys.argv[1])
    ended = os.waitpid(child, 0)[1]
    print("\\nended", os.waitstatus_to_exitcode(ended), flush=True)
"""
)


def test_killed_at_a_random_moment_every_acknowledged_event_is_there(tmp_path):
    import random

    chance, last, words = random.Random(7), 0, [sys.executable, "-c", MANY, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin is not None and process.stdout is not None
        for _ in range(20):
            print("begin", file=process.stdin, flush=True)
            writer = int(process.stdout.readline().split()[1])
            first = process.stdout.readline().split()
            assert first[0] == "begun" and int(first[1]) >= last
            time.sleep(chance.uniform(0.0, 0.05))
            os.kill(writer, signal.SIGKILL)
            told = list(takewhile(lambda line: not line.startswith("ended"), process.stdout))
            said = [line for line in "".join(told).splitlines() if line.startswith("taken") and len(line.split(" ", 2)) == 3]
            _, last, text = said[-1].split(" ", 2) if said else ("", first[1], None)
            last = int(last)
            lines = Log.open(next(tmp_path.glob("*.jsonl"))).lines
            assert len(lines) in (last, last + 1)  # one more may be written and not yet said
            if text is not None and len(lines) == last:
                assert fold(lines).agreements[0][0] == text
    assert last > 20


def test_two_processes_do_not_share_a_folder(tmp_path):
    with opened(tmp_path):
        found = subprocess.run([sys.executable, "-c", ONE, str(tmp_path)], capture_output=True, text=True, cwd=ROOT)
        assert found.returncode and "another workshop works in" in found.stderr and "begun" not in found.stdout
    with opened(tmp_path) as again:
        assert isinstance(again, Tables)


def test_cards_of_the_registry_can_be_laid_down():
    for key in REGISTRY:
        state = fold([written({"kind": "begin", "format": 1, "name": "T"}), written({"kind": "card", "key": key, "dose": "gewoon"})])
        assert state.package == Package(cards=((key, "gewoon"),))


def test_a_package_that_is_none_cannot_be_opened():
    with pytest.raises(Refusal):
        fold([written({"kind": "begin", "format": 1, "name": "T"}), written({"kind": "open", "package": "done: x; cards: y"})])


@settings(max_examples=100, deadline=None)
@given(TURNS, CHANGES)
def test_after_another_change_what_was_taken_back_is_gone(turns, change):
    before, undo, one = possible(turns), written({"kind": "undo"}), written(change)
    state = fold([*before, one])
    assert (state.undone == ()) == (state.board != fold(before).board or fold(before).undone == ())
    if state.done:
        again = fold([*before, one, undo, one])
        assert again.undone == () or again.board == fold([*before, one, undo]).board
