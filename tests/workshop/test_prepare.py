"""A prepared folder: whole or not there, goes on after it was stopped, one at a time, and refused when it is another's."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.tables.files import digest
from experiments.runs import world
from sim.world.errors import Refusal
from tests.workshop.small import CARDS, PLACE, prepared_in
from workshop.engine.package import Package
from workshop.prepared import folder as module
from workshop.prepared import make, worlds
from workshop.prepared.folder import ANSWERS, NAME, PLACEBO, PUBLIC, WORLDS, Prepared

ROOT = Path(__file__).resolve().parents[2]
PREPARE = """
import sys
from tests.workshop.small import prepared_in
if __name__ == "__main__":
    prepared_in(sys.argv[1], stream=sys.stderr)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return prepared_in(tmp_path_factory.mktemp("whole") / "workshop")


@pytest.fixture
def copied(whole, tmp_path):
    shutil.copytree(whole.path, tmp_path / "copy")
    return tmp_path / "copy"


def contents(path):
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file() and one.name != ".lock"}


def test_all_that_was_asked_is_there(whole):
    assert whole.seeds == (0, 1) and whole.months == 12
    assert list(whole.record.files) == [f"{WORLDS}/{seed}.{end}" for seed in (0, 1) for end in ("npz", "json")] + [PUBLIC, PLACEBO]
    assert len(whole.public) > 10 and len(whole.placebo) > 10
    for seed in whole.seeds:
        assert whole.world(seed).world.draws.seed == seed
        assert whole.answers.get(Package(), seed) is not None
    for key in CARDS:
        for size, one in whole.doses[key].items():
            answers = [whole.answers.get(Package(cards=((key, size),)), seed) for seed in whole.seeds]
            assert one.people == pytest.approx(sum(answer.reached[key] for answer in answers) / 2)
            assert one.eur_per_year == pytest.approx(sum(answer.track["cost_eur"].sum() for answer in answers) / 2)
    assert sum(one.people for key in CARDS for one in whole.doses[key].values()) > 0
    assert not list(whole.path.rglob("*.tmp"))


def test_only_the_first_world_keeps_chains(whole):
    first, second = (whole.answers.get(Package(cards=(("brieven", "groot"),)), seed) for seed in whole.seeds)
    assert set(second.tables) < set(first.tables)


def test_what_is_prepared_already_is_not_made_again(whole, monkeypatch):
    monkeypatch.setattr(make, "pool", None)
    before = {one: one.stat().st_mtime_ns for one in whole.path.rglob("*") if one.is_file()}
    said = io.StringIO()
    assert prepared_in(whole.path, stream=said).record == whole.record
    assert {one: one.stat().st_mtime_ns for one in before if one.name != ".lock"} == {
        one: at for one, at in before.items() if one.name != ".lock"
    }
    assert said.getvalue() == ""


def test_more_worlds_leave_those_that_are_there(copied):
    before = contents(copied)
    prepared_in(copied, seeds=[0, 1, 2])
    after = contents(copied)
    assert Prepared.open(copied).seeds == (0, 1, 2)
    of_all = (NAME, make.BEGUN, PLACEBO)
    assert {name: after[name] for name in before if name not in of_all} == {name: one for name, one in before.items() if name not in of_all}
    assert after[PLACEBO] != before[PLACEBO]


@pytest.mark.parametrize("part", [f"{WORLDS}/0.npz", f"{WORLDS}/1.json", f"{ANSWERS}", PUBLIC, PLACEBO, NAME])
def test_what_was_lost_or_changed_is_made_anew_the_same(whole, copied, part):
    at = copied / part
    if at.is_dir():
        shutil.rmtree(next(at.iterdir()))
    else:
        at.write_bytes(b"x" + at.read_bytes()[1:])
    prepared_in(copied)
    assert contents(copied) == contents(whole.path)


@pytest.mark.parametrize("kills", [1, pytest.param(3, marks=pytest.mark.long)])
def test_a_preparation_that_is_killed_goes_on_and_ends_the_same(whole, tmp_path, kills):
    at = tmp_path / "killed"
    for _ in range(kills):
        one = subprocess.Popen([sys.executable, "-c", PREPARE, str(at)], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)
        before = len(list(at.rglob("*.json")))
        deadline = time.monotonic() + 120
        while one.poll() is None and len(list(at.rglob("*.json"))) <= before + 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
        one.wait()
        if not (at / NAME).exists():
            with pytest.raises(Refusal, match="has not ended"):
                Prepared.open(at)
    prepared_in(at, workers=2)  # in another folder, and on more processes than the whole one
    assert contents(at) == contents(whole.path)
    assert not list(at.rglob("*.tmp"))


def test_two_preparations_at_once_are_refused(copied):
    from experiments.runs.folder import held

    with held(copied, "somebody is in", "wait"), pytest.raises(Refusal, match=rf"process {os.getpid()} .*choose another folder"):
        prepared_in(copied)


def test_a_folder_begun_with_other_settings_is_refused(copied):
    with pytest.raises(Refusal, match=r"months=12.*choose another folder"):
        prepared_in(copied, months=24)
    with pytest.raises(Refusal, match="burn_in=6"):
        prepared_in(copied, burn_in=7)


def test_a_folder_of_others_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(Refusal, match=r"letter\.txt"):
        prepared_in(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("kind", ["code", "data"])
def test_a_folder_of_other_code_or_figures_is_refused_and_prepared_anew_when_asked(whole, copied, monkeypatch, kind):
    other = {**world.digests(), kind: "0" * 16}
    for name in (NAME, make.BEGUN):
        found = json.loads((copied / name).read_text())
        (copied / name).write_text(json.dumps(found | {"digests": other}))
    with pytest.raises(Refusal) as refused:
        Prepared.open(copied)
    said = str(refused.value)
    assert worlds.WAY_OUT in said and "0" * 16 in said and world.digests()[kind] in said
    if kind == "code":
        prepared_in(copied)
        assert contents(copied) == contents(whole.path)


@pytest.mark.parametrize("name", [f"{WORLDS}/0.npz", f"{WORLDS}/0.json", f"{WORLDS}/1.npz", PUBLIC])
def test_a_file_with_one_other_byte_is_refused_at_opening(copied, name):
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    with pytest.raises(Refusal, match=f"{re.escape(name)} was changed.*{re.escape(worlds.WAY_OUT)}"):
        Prepared.open(copied)


def test_a_file_that_is_lost_or_a_link_is_refused_at_opening(copied, tmp_path):
    file = copied / WORLDS / "0.npz"
    shutil.move(file, tmp_path / "0.npz")
    with pytest.raises(Refusal, match="is not there"):
        Prepared.open(copied)
    file.symlink_to(tmp_path / "0.npz")
    with pytest.raises(Refusal, match="is a link"):
        Prepared.open(copied)


@pytest.mark.parametrize("part", [WORLDS, PUBLIC, PLACEBO, f"{WORLDS}/1.json"])
def test_a_folder_or_table_that_is_a_link_is_refused_though_its_content_is_right(copied, tmp_path, part):
    shutil.move(copied / part, tmp_path / "elsewhere")
    (copied / part).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match="is a link"):
        Prepared.open(copied)


def named_anew(copied, **more):
    """The record with the checksums that its files have now."""
    found = json.loads((copied / NAME).read_text())
    found["files"] = {name: digest(copied / name) for name in found["files"]}
    (copied / NAME).write_text(json.dumps(found | more))
    return Prepared.open(copied)


def test_a_world_of_another_seed_under_the_name_of_this_one_is_refused(copied):
    for ending in ("npz", "json"):
        shutil.copyfile(copied / WORLDS / f"1.{ending}", copied / WORLDS / f"0.{ending}")
    there = named_anew(copied)
    assert there.world(1).world.draws.seed == 1
    with pytest.raises(Refusal, match="another place, time or seed"):
        there.world(0)


@pytest.mark.parametrize("other", [{"place": "vlieland"}, {"months": 24}, {"start": "2027-01"}, {"burn_in": 7}])
def test_worlds_of_another_place_or_time_than_the_record_says_are_refused(copied, other):
    with pytest.raises(Refusal, match="another place, time or seed"):
        named_anew(copied, **other).world(0)


@pytest.mark.parametrize(
    "name",
    ["../outside.npz", "/etc/passwd", "worlds/../../outside.npz", "worlds/0.npz/../../../x", "C:\\x", "worlds\\0.npz", "answers/x",
     "worlds/٠.npz", "worlds/0.npz\n", ""],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_folder_is_refused(copied, name):
    found = json.loads((copied / NAME).read_text())
    found["files"][name] = "0" * 64
    (copied / NAME).write_text(json.dumps(found))
    with pytest.raises(Refusal, match="none of a prepared folder"):
        Prepared.open(copied)


@pytest.mark.parametrize(
    ("key", "value"),
    [("format", 2), ("seeds", []), ("seeds", ["0"]), ("seeds", [0, 9]), ("months", 0), ("place", "nergens"),
     ("digests", {}), ("doses", 3), ("more", 1), ("files", {}), ("place", "vlieland"), ("months", 24), ("start", "2027-01")],
)  # fmt: skip
def test_a_record_that_cannot_be_is_refused(copied, key, value):
    found = json.loads((copied / NAME).read_text())
    (copied / NAME).write_text(json.dumps(found | {key: value}))
    with pytest.raises(Refusal) as refused:
        Prepared.open(copied).world(0)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_record_that_is_none_is_refused(copied, content):
    (copied / NAME).write_bytes(content)
    with pytest.raises(Refusal, match=re.escape(worlds.WAY_OUT)):
        Prepared.open(copied)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(Refusal, match="no prepared folder"):
        Prepared.open(tmp_path / "nowhere")


def test_a_world_that_is_not_there_is_refused(whole):
    with pytest.raises(Refusal, match="no world 7"):
        whole.world(7)


def test_every_place_that_is_named_is_one_of_the_folder():
    assert all(module.FILE.fullmatch(f"{WORLDS}/{seed}.{end}") for seed in (0, 2_000_000_000) for end in ("npz", "json"))
    assert PLACE


def test_the_bar_ends_where_it_was_said_to_end_also_when_it_goes_on(copied, monkeypatch):
    shown = []

    class Bar:
        def __init__(self, total, stream):
            self.total = total

        def __call__(self, months):
            shown.append((months, self.total))

        def close(self):
            pass

    monkeypatch.setattr(make, "Progress", Bar)
    (copied / NAME).unlink()
    shutil.rmtree(next((copied / ANSWERS).iterdir()))
    said = io.StringIO()
    prepared_in(copied, stream=said)
    assert shown[-1][0] == shown[-1][1] and [months for months, _ in shown] == sorted(months for months, _ in shown)
    assert f"{shown[-1][1]:,} months: about" in said.getvalue()
