"""The command check: every checksum of a folder, and every file that the commands would refuse, seen before anything runs."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis import report
from analysis.invariants.rule import RECORD, RESULTS, TABLE_OF
from analysis.invariants.rule import REGISTRY as INVARIANTS
from analysis.invariants.shape import read
from analysis.tables import record
from analysis.tables.files import digest, write_json
from analysis.tables.made import PAGE
from analysis.tables.schema import EVERY
from analysis.worksheets import fill
from experiments import attribute, calibrate, check, compare, entry, goals, sensitivity, sweep, validate
from experiments.runs import store
from experiments.runs.whole import checksums, look
from sim.counts.schema import TABLES
from tests.house.test_statuses import COMMANDS
from tests.worlds import MIXED

PLAN = "title: {nl: Plan, en: Plan}\ninstruments: {voorrang: {allow_empty: true}}\n"
TALKS = PLAN.replace("voorrang: {", "wooncoach_sociaal: {fte_per_1000: 5, ")
GOAL = "title: {nl: Doel, en: Goal}\ngoals: {meer: {title: {nl: M, en: M}, indicator: fills, at_least: 3, within: 2}}\n"
N_RUNS = 3 * 2  # basis, plan and placebo in two seeds
GOAL += "doses: {voorrang.rel_labelled: [0, 1]}\n"


def run(module, *keys: str):
    """A command on a folder, of the same runs whichever it is; the files of its scenarios lie beside the folder."""

    def door(out: Path) -> int:
        home = out.parent
        shared = [f"municipality={MIXED}", "months=2", "burn_in=1", "follow_up=1", "workers=1", "seeds=2", f"scenario_dir={home}"]
        return entry.main(module.COMMAND, [*shared, *(key.format(home=home) for key in keys), f"out={out}"])

    return door


DOORS = {  # every command that writes into a folder of results
    "experiments.compare": run(compare, "scenarios=[plan]"),
    "experiments.attribute": run(attribute, "scenario=two"),
    "experiments.goals": run(goals, "scenario=plan", "goals={home}/goals.yaml"),
    "experiments.validate": run(validate),
    "analysis.report": lambda out: report.main([str(out)]),
    "analysis.worksheets": lambda out: fill.main([str(out)]),
}
READERS = ("analysis.collect", "experiments.check", "experiments.list")
# these have folders of their own, and are refused in others
ELSEWHERE = ("experiments.calibrate", "experiments.sweep", "experiments.sensitivity", "workshop")


@pytest.fixture(scope="module", name="whole")
def _whole(tmp_path_factory):
    """A folder of results, and a second that is to be damaged."""
    home = tmp_path_factory.mktemp("check")
    (home / "plan.yaml").write_text(TALKS, encoding="utf-8")
    (home / "two.yaml").write_text(TALKS.replace("instruments: {", "instruments: {voorrang: {allow_empty: true}, "), encoding="utf-8")
    (home / "goals.yaml").write_text(GOAL, encoding="utf-8")
    assert DOORS["experiments.compare"](home / "out") == 0
    return home / "out"


@pytest.fixture
def out(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def every_file(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def vouched_for(out: Path) -> list[Path]:
    """The files whose checksums stand in the record."""
    return [out / name for name in record.read(out / record.MANIFEST)["files"]]


def flip(path: Path) -> bytes:
    """One bit of a file is another; returns what was there."""
    before = path.read_bytes()
    middle = len(before) // 2
    path.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
    return before


def said(capsys) -> list[str]:
    """What was said on stderr, line by line; no traceback is in it."""
    lines = capsys.readouterr().err.splitlines()
    assert not any("Traceback" in line for line in lines)
    return lines


def test_a_whole_folder_is_0_says_what_was_looked_at_and_is_not_touched(out, capsys):
    before = every_file(out)
    assert check.main([str(out)]) == 0
    found = capsys.readouterr()
    files, rows = vouched_for(out), sum(map(len, (read(out / table.file, table)[0] for table in EVERY if (out / table.file).exists())))
    there = {name for name, table in TABLE_OF.items() if (out / table.file).exists()}
    n = sum(set(one.reads) <= {*there, RECORD, RESULTS} for one in INVARIANTS.values())
    parts = len(TABLES) * N_RUNS
    says = f"{len(files)} files with checksums, {rows:,} rows, {n} invariants, {parts} tables of parts; no faults"
    assert says in found.out and found.err == ""
    assert every_file(out) == before


def test_a_flipped_bit_in_any_file_with_a_checksum_is_told_by_its_name(out, capsys):
    listed = vouched_for(out)
    parts = [path for path in (out / ".runs").rglob("*") if path.suffix in (".parquet", ".json") and path.name != "design.json"]
    assert {path.name for path in listed} == {table.file for table in EVERY if (out / table.file).exists()}
    assert len(parts) == N_RUNS * (len(TABLES) + 1), "of each run its tables and its mark"
    for path in (*listed, *parts):
        before = flip(path)
        assert [out / fault.file for fault in checksums(out)[1]] == [path]
        path.write_bytes(before)
    flip(path)
    assert check.main([str(out)]) == 1
    assert any(line.startswith(f"damaged: {path}") and line.endswith("; the same command makes it anew") for line in said(capsys))


@pytest.mark.parametrize("name", [record.MANIFEST, ".runs/design.json"])
def test_a_damaged_record_is_told(out, name, capsys):
    for content in (b"", b"[]", b"5", b"{}", b"\xff\xfe", b"[" * 5000):
        (out / name).write_bytes(content)
        assert name in {fault.file for fault in checksums(out)[1]}
    assert check.main([str(out)]) == 1
    assert any(str(out / name) in line for line in said(capsys))


def test_a_lost_table_and_one_that_nobody_vouches_for_are_told(out):
    (out / "costs.csv").rename(out / "shapley.csv")
    found = {str(fault) for fault in look(out).faults}
    assert "costs.csv: it is lost" in found and "shapley.csv: no record of this folder vouches for it" in found


def test_two_parts_that_changed_places_with_their_marks_are_told(out):
    one, two = sorted(path.parent for path in (out / ".runs").rglob(store.DONE))[:2]
    one.rename(out / "kept"), two.rename(one), (out / "kept").rename(two)
    assert {fault.file for fault in look(out).faults} >= {f".runs/{one.name}/done.json", f".runs/{two.name}/done.json"}


def test_a_table_that_is_not_what_the_runs_wrote_is_told_even_with_a_new_checksum(out):
    content = json.loads((out / record.MANIFEST).read_text(encoding="utf-8"))
    for table in TABLES.values():
        path = out / table.file
        if path.suffix == ".csv":
            pd.read_csv(path).iloc[:-1].to_csv(path, index=False)
        else:
            pq.write_table(pq.read_table(path).slice(1), path)
        content["files"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    write_json(out / record.MANIFEST, content)
    assert {fault.file for fault in look(out).faults if "the run wrote" in fault.what} == {table.file for table in TABLES.values()}


def age(out: Path) -> None:
    """The tables of the page become those of another state of the program, whose run vouched for them."""
    content = json.loads((out / record.MANIFEST).read_text(encoding="utf-8"))
    for path in (path for path in PAGE.there(out) if path.suffix == ".csv" and path.name in content["files"]):
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
        content["files"][path.name] = digest(path)
    write_json(out / record.MANIFEST, content)


def test_every_command_writes_into_a_folder_of_results_or_only_reads():
    assert sorted((*DOORS, *READERS, *ELSEWHERE)) == COMMANDS


@pytest.mark.parametrize("command", [sweep, sensitivity, calibrate], ids=["sweep", "sensitivity", "calibrate"])
def test_a_command_with_a_folder_of_its_own_is_refused_in_one_of_results_and_changes_nothing(whole, command, capsys):
    before = {path: path.read_bytes() for path in sorted(whole.rglob("*")) if path.is_file() and path.name != record.LOCK}
    more = ["over=[p_sight]", "points=4"] if command is sensitivity else []
    more += ["municipality=delft"] if command is calibrate else [f"municipality={MIXED}", "follow_up=0"]
    assert entry.main(command.COMMAND, ["months=3", "burn_in=0", *more, f"out={whole}"]) == 2
    assert "holds runs with" in capsys.readouterr().err
    after = {path: path.read_bytes() for path in sorted(whole.rglob("*")) if path.is_file() and path.name != record.LOCK}
    assert {path: one for path, one in after.items() if ".hydra" not in path.parts} == {
        path: one for path, one in before.items() if ".hydra" not in path.parts
    }


def test_a_folder_of_points_is_well_and_a_damaged_part_of_it_is_named(tmp_path, capsys):
    out = tmp_path / "points"
    keys = [f"municipality={MIXED}", "scenarios=[wooncoach]", "months=2", "burn_in=0", "follow_up=0", "workers=1", f"out={out}"]
    assert entry.main(sensitivity.COMMAND, [*keys, "over=[p_sight]", "points=4"]) == 0
    assert check.main([str(out)]) == 0
    part = next((out / ".runs").glob("*/summary.parquet"))
    part.write_bytes(part.read_bytes() + b"x")
    capsys.readouterr()
    assert check.main([str(out)]) == 1
    assert f"{part.parent.name}/summary.parquet" in capsys.readouterr().err


@pytest.mark.parametrize("names", [*([name] for name in DOORS), ["experiments.validate", "analysis.report"]], ids=" ".join)
def test_after_every_command_that_writes_into_a_finished_folder_it_is_whole(whole, out, names, capsys):
    for file in whole.parent.glob("*.yaml"):
        shutil.copy(file, out.parent)
    for name in names:
        assert DOORS[name](out) == 0, capsys.readouterr().err
    assert look(out).faults == []


def test_the_manifest_vouches_for_the_tables_that_were_made_anew_and_anew_for_no_others(out):
    age(out)
    (out / "drift.csv").write_bytes((out / "drift.csv").read_bytes() + b"\n")
    assert DOORS["analysis.report"](out) == 0
    assert [fault.file for fault in look(out).faults] == ["drift.csv"]


def test_a_run_that_failed_or_did_not_end_is_told(out):
    content = json.loads((out / record.MANIFEST).read_text(encoding="utf-8"))
    write_json(out / record.MANIFEST, content | {"failed_runs": [{"scenario": "plan", "seed": 1, "error": "nobody was reached"}]})
    assert any("scenario plan, seed 1 failed: nobody was reached" in str(fault) for fault in look(out).faults)
    write_json(out / record.MANIFEST, content | {"files": {}, "checksums": {}})
    assert any("did not end" in str(fault) for fault in look(out).faults)
    (out / record.MANIFEST).unlink()
    assert [str(fault) for fault in look(out).faults if fault.file == record.MANIFEST] == [
        "manifest.json: it is not there: no run has ended here"
    ]


SHORT = ["municipality=terschelling", "months=12"]


@pytest.mark.parametrize(
    ("name", "text", "keys", "words"),
    [
        ("plan.yaml", PLAN, SHORT, "is well: plan in terschelling, 12 months from 2026-01"),
        ("ambities.yaml", GOAL, SHORT, "is well: 1 goals and 1 doses in 12 months"),
        ("ambities.yaml", GOAL, [*SHORT, "scenario=voorrang"], "is well: 1 goals and 1 doses, for voorrang"),
        ("gedrag.yaml", "p_wish_senior: 0.01\n", [], "is well: 1 behavioural parameters"),
    ],
)
def test_a_file_that_can_be_used_is_0(tmp_path, capsys, name, text, keys, words):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert check.main([str(tmp_path / name), *keys]) == 0
    assert words in capsys.readouterr().out and [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "text", "keys", "words"),
    [
        ("plan.yaml", PLAN.replace("voorrang", "vorrang"), SHORT, "did you mean voorrang?"),
        ("plan.yaml", PLAN.replace("allow_empty: true", "rank: 99"), SHORT, "voorrang.rank=99"),
        ("plan.yaml", PLAN.replace("allow_empty: true", "from: 2029-01"), SHORT, "it would work in no month"),
        ("plan.yaml", PLAN, ["municipality=zwole"], "did you mean zwolle?"),
        ("plan.yaml", PLAN, ["moths=3"], "did you mean months?"),
        ("plan.yml", PLAN, [], "ends in .yaml"),
        ("een plan.yaml", PLAN, [], "a name is a word"),
        ("plan.yaml", PLAN + "rules: [{when: {after: 24}, do: {stop: [voorrang]}}]\n", SHORT, "rule 1: when.after=24"),
        ("regels.yaml", "rules: [{when: {after: 3}, do: {stop: [voorrang]}}]\n", SHORT, "title: field required"),
        ("plan.yaml", "hallo", [], "this is no file of scenario, goals, behaviour"),
        ("ambities.yaml", GOAL.replace("within: 2", "within: 20"), SHORT, "is due within 20 months, and the run has months=12"),
        ("ambities.yaml", GOAL.replace("fills", "fils"), SHORT, "did you mean fills?"),
        ("ambities.yaml", GOAL.replace("[0, 1]", "[0, 3]"), SHORT, "voorrang.rel_labelled"),
        ("ambities.yaml", GOAL, [*SHORT, "scenario=wooncoach", "trials=2"], "names no dose of an instrument of the scenario"),
        ("gedrag.yaml", "p_wish_senor: 0.01\n", [], "did you mean p_wish_senior?"),
        ("gedrag.yaml", "p_wish_senior: 0,01\n", [], "Dutch notation"),
    ],
)
def test_a_file_that_the_commands_would_refuse_is_2_with_their_words(tmp_path, capsys, name, text, keys, words):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert check.main([str(tmp_path / name), *keys]) == 2
    found = capsys.readouterr()
    assert words in found.err and found.err.startswith("error: ") and found.err.count("\n") == 1 and found.out == ""


@pytest.mark.parametrize(
    ("texts", "keys", "words"),
    [
        ([], ["months=60"], "months=60: only a file of a scenario or of goals asks for keys"),
        ([".runs/design.json"], ["nosuch=1", "months=60"], "nosuch=1 months=60: only a file"),
        (["gedrag.yaml"], ["nosuch=1"], "nosuch=1: only a file"),
        (["gedrag.yaml", ".runs/design.json"], ["nosuch=1"], "nosuch=1: only a file"),
        (["plan.yaml"], ["scenarios=[basis]"], "plan.yaml: scenarios=[basis] is not asked of this file; leave it out"),
        (["plan.yaml"], ["scenario_dir=nowhere"], "plan.yaml: scenario_dir=nowhere is not asked"),
        (["plan.yaml", "gedrag.yaml"], ["nosuch=1"], "there is no key nosuch"),
        (["ambities.yaml"], ["goals=ambities"], "goals=ambities is not asked"),
        (["ambities.yaml"], ["trials=2"], "trials=2 is not asked of this file; name a scenario with scenario=NAME"),
        (["ambities.yaml"], ["probability=0.5"], "probability=0.5 is not asked"),
        (["ambities.yaml"], ["scenarios=[basis]"], "scenarios=[basis] is not asked"),
    ],
)
@pytest.mark.parametrize("as_folder", [False, True])
def test_no_key_is_dropped(tmp_path, capsys, texts, keys, words, as_folder):
    """Whatever stands beside it: a key is used, or refused by name."""
    contents = {"plan.yaml": PLAN, "gedrag.yaml": "p_wish_senior: 0.01\n", "ambities.yaml": GOAL, ".runs/design.json": "{}"}
    for name in texts:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(contents[name], encoding="utf-8")
    given = [str(tmp_path)] if as_folder or not texts or ".runs/design.json" in texts else [str(tmp_path / name) for name in texts]
    assert check.main([*given, *keys]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("as_folder", [False, True])
def test_debug_shows_where_also_for_the_files_of_a_folder(tmp_path, capsys, as_folder):
    (tmp_path / "plan.yaml").write_text("hallo", encoding="utf-8")
    assert check.main([str(tmp_path if as_folder else tmp_path / "plan.yaml"), "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_command_line_is_checked_without_running_it_and_of_several_each_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert check.main([*SHORT, "scenarios=[voorrang]", "out=here"]) == 0 and not list(tmp_path.iterdir())
    assert check.main([*SHORT, "scenarios=[vorrang]"]) == 2
    (tmp_path / "een.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "twee.yaml").write_text("hallo", encoding="utf-8")
    capsys.readouterr()
    assert check.main([".", "nowhere", *SHORT]) == 2
    found = capsys.readouterr()
    assert "een.yaml is well" in found.out and [line.split(":")[1].strip() for line in found.err.splitlines()] == [
        "twee.yaml, line 1, column 1",
        "nowhere",
    ]
