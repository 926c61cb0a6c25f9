"""Parts of finished runs: what is read is what was written by that run, or it is refused by name and made anew."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analysis.tables import record
from experiments import compare, entry
from experiments.runs import store
from experiments.runs.folder import RUNS
from sim.world.errors import Refusal
from tests.fake_world import FakeSimulation, called, fake_plan
from tests.worlds import MIXED

PLAN = fake_plan(seeds=2)


def execute(out, notes):
    return compare.execute(PLAN, out, "", FakeSimulation(str(notes)), finish=lambda folder, content: 0)


def tables(out):
    """All bytes of the tables, and the checksums that vouch for them."""
    found = {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.suffix in (".parquet", ".csv")}
    return found, record.read(out / record.MANIFEST)["checksums"]


@pytest.fixture(scope="module", name="whole")
def _whole(tmp_path_factory):
    """A folder of finished runs."""
    out = tmp_path_factory.mktemp("parts") / "out"
    assert execute(out, tmp_path_factory.mktemp("said")) == 0
    return out


@pytest.fixture
def out(whole, tmp_path):
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(whole, tmp_path / "out"))


def flip(path: Path, chance: random.Random) -> bytes:
    """Turn over one bit of a file; returns what stood there."""
    there = path.read_bytes()
    at = chance.randrange(8 * len(there))
    path.write_bytes(there[: at // 8] + bytes([there[at // 8] ^ 1 << at % 8]) + there[at // 8 + 1 :])
    return there


@pytest.mark.parametrize("number", [one if one < 16 else pytest.param(one, marks=pytest.mark.long) for one in range(40)])
def test_a_bit_that_flips_in_a_part_or_a_mark_is_refused_by_name_or_mended_and_never_read(out, whole, notes, number):
    chance = random.Random(number)
    path = chance.choice(sorted((out / RUNS).glob("*/*.parquet" if number % 4 else "*/done.json")))
    flip(path, chance)
    if path.suffix == ".parquet":
        before = record.read(out / record.MANIFEST)["checksums"]
        with pytest.raises(Refusal) as refused:
            execute(out, notes)
        assert f"{path} is lost or damaged" in str(refused.value) and "the same command makes it anew" in str(refused.value)
        vouched = record.read(out / record.MANIFEST)["checksums"]
        assert vouched == {} != before, "nobody vouches for tables that were not made"
    assert execute(out, notes) == 0
    assert tables(out) == tables(whole)
    assert 1 <= called(notes, "run-") <= 2, "no other run is made anew, but for the basis that it is held against"


def test_the_file_of_a_part_says_again_what_its_mark_says_of_its_contents(whole):
    for folder in sorted((whole / RUNS).iterdir()):
        mark = store.read_mark(folder) if folder.is_dir() else None
        for name in mark["tables"] if mark else ():
            assert store.content_digest(store.read_part(folder, name)) == mark["tables"][name]


def pair(out):
    """The folders of two runs of one scenario that hold the same tables."""
    one, two = (next(f.parent for f in sorted((out / RUNS).glob("*/done.json")) if of(f) == ("voorrang", seed)) for seed in (0, 1))
    return one, two


def of(path):
    mark = json.loads(path.read_text(encoding="utf-8"))
    return mark["scenario"], mark["seed"]


def swap(one: Path, two: Path) -> None:
    aside = one.with_name("aside")
    one.rename(aside)
    two.rename(one)
    aside.rename(two)


def test_parts_of_two_runs_that_changed_places_are_noticed(out, whole, notes):
    one, two = pair(out)
    swap(one / "months.parquet", two / "months.parquet")
    for _ in range(2):
        with pytest.raises(Refusal, match=r"months\.parquet is lost or damaged \(its checksum is another than its mark says\)"):
            execute(out, notes)
    assert execute(out, notes) == 0 and tables(out) == tables(whole)


def test_runs_that_changed_places_with_marks_and_all_are_run_anew(out, whole, notes):
    swap(*pair(out))
    assert execute(out, notes) == 0 and tables(out) == tables(whole)
    assert called(notes, "run-voorrang") == 2


@pytest.mark.parametrize("content", ["[]", "5", "", "{}", '{"tables": {}}', "[" * 100_000, "\x00", '{"scenario": "voorrang"'])
def test_a_mark_that_says_nothing_is_no_mark(out, whole, notes, content):
    (pair(out)[0] / store.DONE).write_text(content, encoding="utf-8")
    assert execute(out, notes) == 0 and tables(out) == tables(whole)
    assert called(notes, "run-voorrang") == 1


@pytest.mark.long
def test_a_thousand_bits_that_flip_in_parts_of_a_world_are_refused_or_change_no_value(tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "page", lambda out, content: 0)
    line = [f"municipality={MIXED}", "scenarios=[voorrang]", "seeds=2", "months=3", "burn_in=1", "follow_up=1", "workers=1"]
    assert entry.main(compare.COMMAND, [*line, f"out={tmp_path / 'out'}"]) == 0
    files = sorted((tmp_path / "out" / RUNS).glob("*/*.*"))
    marks = {path.parent: store.read_mark(path.parent) for path in files}
    values = {path: pq.read_table(path) for path in files if path.suffix == ".parquet"}
    chance, refused = random.Random(0), 0
    for _ in range(1000):
        path = chance.choice(files)
        there, mark = flip(path, chance), (path.parent / store.DONE).read_bytes()
        try:
            if path.suffix == ".parquet":
                assert store.read_part(path.parent, path.stem).equals(values[path])
            else:
                assert store.read_mark(path.parent) in (None, marks[path.parent])
                refused += store.read_mark(path.parent) is None
        except Refusal as error:
            assert str(path) in str(error)
            refused += 1
            (path.parent / store.DONE).write_bytes(mark)
        path.write_bytes(there)
    print(f"{refused} of 1000 refused")
    assert refused > 900
    assert all(store.read_mark(folder) == mark for folder, mark in marks.items())
