"""The tool that plants faults: its list repeats, each fault is code, the copy is restored, and a run goes on where it stopped."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from tools import planted_faults as tool


@pytest.fixture(scope="module")
def drawn():
    return tool.draw(50, 1)


def test_a_list_repeats_with_its_seed_and_holds_ten_of_each_kind_from_many_rooms(drawn):
    assert drawn == tool.draw(50, 1) != tool.draw(50, 2)
    assert Counter(row["kind"] for row in drawn) == dict.fromkeys(tool.KINDS, 10)
    rooms = Counter(row["file"].rpartition("/")[0] for row in drawn)
    assert len(rooms) > 12 and max(rooms.values()) - min(rooms.values()) <= 2
    assert len({(row["file"], row["line"]) for row in drawn}) == 50


def test_each_fault_stands_where_the_list_says_and_is_another_program(drawn):
    for row in drawn:
        text, at, before = (tool.ROOT / row["file"]).read_bytes(), int(row["at"]), row["before"].encode()
        assert text[at : at + len(before)] == before and text.count(b"\n", 0, at) + 1 == int(row["line"])
        planted = text[:at] + row["after"].encode() + text[at + len(before) :]
        assert ast.dump(ast.parse(planted)) != ast.dump(ast.parse(text)), row


SOURCE = """
def one(w, rows, table):
    table["cost"] = w.rent[0] + rows[:n]
    if w.month < 12:
        note(w, rows)
    return table["uses"], f"{w.month + 1} stays"
"""


def test_each_kind_is_found_where_it_can_be_planted(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(SOURCE, encoding="utf-8")
    text, found = path.read_bytes(), {kind: set() for kind in tool.KINDS}
    for function, kind, (at, end, after) in tool.places(path):
        assert function == "one"
        found[kind].add((text[at:end].decode(), after))
    assert found["sign"] == {
        ("w.rent[0] + rows[:n]", "w.rent[0] - rows[:n]"), ("w.month < 12", "w.month <= 12"), ("w.month < 12", "w.month > 12"),
    }  # fmt: skip
    assert found["index"] == {("0", "0 + 1"), ("0", "0 - 1"), ("n", "n + 1"), ("n", "n - 1")}
    assert found["column"] == {
        ("w, rows", "rows, w"), ("w.month", "w.rent"), ("w.rent", "w.month"), ('table["uses"]', 'table["cost"]'),
    }  # fmt: skip
    assert found["dropped"] == {('table["cost"] = w.rent[0] + rows[:n]', "pass"), ("note(w, rows)", "pass")}
    assert found["month"] == {("w.month", "(w.month + 1)"), ("w.month", "(w.month - 1)"), ("12", "11"), ("12", "13")}


ROWS = [
    dict(zip(tool.FIELDS, (str(k), f"sim/{name}.py", "1", "f", "sign", "0", "a", "b", "", "", ""), strict=True))
    for k, name in enumerate(("first", "later", "never", "loop"), 1)
]


def test_a_run_asks_the_likeliest_tests_and_then_the_whole_suite_and_goes_on_where_it_stopped(tmp_path, monkeypatch):
    there = [("sim/first.py", "t.py::near"), ("sim/later.py", "t.py::far")]
    planted, asked = set(), []

    class Fake:
        def __init__(self, place):
            self.place = place

        def planted(self, rows):
            planted.clear()
            planted.update(row["file"] for row in rows)
            return tool.contextmanager(lambda: iter([None]))()

        def likely(self, row):
            return ["t.py::near"]

        def test(self, arguments, cap):
            asked.append((sorted(planted), list(arguments)))
            return [name for file, name in there if file in planted and (name in arguments or not any("::" in one for one in arguments))]

    monkeypatch.setattr(tool, "Copy", Fake)
    path = tmp_path / "list.csv"
    tool.write(path, ROWS)
    tool.run(path, tmp_path, 1.0, (), False)
    assert [row["seen_by"] for row in tool.read(path)] == ["t.py::near", *[tool.LATER] * 3]
    n = len(asked)
    planted.clear()
    tool.run(path, tmp_path, 1.0, (), True)
    assert [row["seen_by"] for row in tool.read(path)] == ["t.py::near", "t.py::far", tool.ESCAPED, tool.ESCAPED]
    assert not any(files == ["sim/first.py"] for files, _ in asked[n:]), "what was seen is not run again"
    assert asked[n + 1][0] == ["sim/later.py", "sim/loop.py", "sim/never.py"], "together, after a suite without a fault"


def test_what_was_planted_is_taken_out_again_with_the_time_of_the_file(tmp_path, drawn):
    copy = object.__new__(tool.Copy)
    copy.tree = tmp_path
    row = drawn[0]
    path = tmp_path / row["file"]
    path.parent.mkdir(parents=True)
    text = (tool.ROOT / row["file"]).read_bytes()
    path.write_bytes(text)
    before = path.stat().st_mtime_ns
    with pytest.raises(KeyboardInterrupt), copy.planted([row]):
        assert path.read_bytes() != text
        raise KeyboardInterrupt
    assert path.read_bytes() == text and path.stat().st_mtime_ns == before
    path.write_bytes(b"\n" + text)
    with pytest.raises(SystemExit, match="draw the list anew"), copy.planted([row]):
        pass


def test_the_tests_that_are_named_are_there():
    for name in (*tool.READ_CODE, *(one for of in tool.BROAD.values() for one in of)):
        assert (tool.ROOT / name).is_file(), name
    with (tool.ROOT / "docs" / "planted_faults.csv").open(encoding="utf-8", newline="") as file:
        seen = re.findall(r"(tests/[\w/]+\.py)(?:::(\w+))?", file.read())
    assert seen
    for name, test in seen:
        assert f"def {test}" in (tool.ROOT / name).read_text(encoding="utf-8"), f"{name}::{test}"
