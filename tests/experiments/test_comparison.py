"""The comparison of Python is that of the command: same arguments, same runs, same tables, and nothing printed."""

from __future__ import annotations

import inspect
import json
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.tables.for_page import FOR_PAGE
from analysis.tables.made import PAGE
from experiments import compare as command
from experiments import comparison
from experiments.comparison import RunsFailed, compare
from experiments.entry import compose
from experiments.runs.plan import make_plan
from experiments.schema import Compare, check
from sim.counts.schema import TABLES
from sim.world.errors import Refusal

SMALL: dict[str, Any] = {
    "municipality": "schiermonnikoog",
    "scenarios": "wooncoach",
    "seeds": 2,
    "months": 12,
    "burn_in": 12,
    "follow_up": 4,
}
SCHEMA = {**TABLES, **{table.name: table for table in PAGE.tables if table not in FOR_PAGE}}


@pytest.fixture(scope="module")
def in_memory():
    return compare(**SMALL)


@pytest.fixture(scope="module")
def by_command(tmp_path_factory):
    out = tmp_path_factory.mktemp("command") / "out"
    assert command.execute(make_plan(check(Compare, compose("config", []) | SMALL | {"workers": 1})), out, "") == 0
    return out


def test_its_arguments_are_the_keys_of_the_command_with_the_same_defaults():
    defaults, given = compose("config", []), inspect.signature(compare).parameters
    assert given.keys() == Compare.model_fields.keys()
    differ = {
        key
        for key, one in given.items()
        if (list(one.default) if isinstance(one.default, tuple) else one.default or {}) != (defaults[key] or {})
    }
    assert differ == {"workers"}, "which needs a guard in a script"


def test_it_gives_every_table_of_the_schema_with_its_columns_and_types(in_memory):
    frames = {one.name: getattr(in_memory, one.name) for one in fields(in_memory) if one.name not in ("manifest", "folder")}
    assert frames.keys() == SCHEMA.keys()
    for name, frame in frames.items():
        table = SCHEMA[name]
        assert tuple(frame) == table.names, name
        for column in (*table.keys, *table.columns):
            kind = str(frame[column.name].dtype)
            expected = {"text": "string"}.get(column.stored, column.stored)
            assert kind == (expected.capitalize() if column.empty and expected.startswith("int") else expected), f"{name}.{column.name}"
    assert len(in_memory.moves) and len(in_memory.effects) and in_memory.folder is None


def test_its_tables_are_those_of_the_command(in_memory, by_command):
    for name, table in SCHEMA.items():
        file = by_command / table.file
        there = pd.read_csv(file) if table.suffix == "csv" else pd.read_parquet(file)
        pd.testing.assert_frame_equal(getattr(in_memory, name), comparison.typed(table, there), obj=name)
    theirs = json.loads((by_command / "manifest.json").read_text(encoding="utf-8"))
    for key in ("checksums", "fingerprints", "parameters", "scenarios", "reached"):
        assert in_memory.manifest[key] == theirs[key]


def test_with_out_and_workers_the_same_tables_and_the_page_are_kept_and_nothing_runs_again(in_memory, by_command, tmp_path, capfd):
    out = tmp_path / "out"
    kept = compare(**SMALL, out=out, workers=2)
    assert kept.folder == out and (out / "report.html").is_file()
    assert {path.name for path in out.iterdir()} >= {path.name for path in by_command.iterdir()} - {".hydra"}
    marks = {path: path.stat().st_mtime_ns for path in out.rglob("done.json")}
    again = compare(**SMALL, out=str(out))
    assert {path: path.stat().st_mtime_ns for path in out.rglob("done.json")} == marks
    for name in SCHEMA:
        for other in (kept, again):
            pd.testing.assert_frame_equal(getattr(in_memory, name), getattr(other, name), obj=name)
    assert capfd.readouterr() == ("", ""), "nothing is printed"


def test_an_effect_is_the_whole_run_of_all_households(in_memory):
    row = in_memory.effect("senior_moves", "wooncoach")
    value = in_memory.summary.query("indicator == 'senior_moves' and group_by == 'all' and months_from == 0 and months_to == 12")
    means = value.groupby("scenario")["value"].mean()
    assert row["difference"] == pytest.approx(means["wooncoach"] - means["basis"]) and row["seeds"] == 2
    with pytest.raises(KeyError, match="no effect of wooncoch on senior_moves; there are"):
        in_memory.effect("senior_moves", "wooncoch")


@pytest.mark.parametrize(
    "more, words",
    [
        ({"months": -5}, "months=-5 is out of range: 1 to 1200 months"),
        ({"months": 3.0}, "months=3.0: a whole number"),
        ({"scenarios": ["wooncoch"]}, "did you mean wooncoach"),
        ({"scenarios": []}, "scenarios is empty"),
        ({"municipality": "zwole"}, "did you mean zwolle"),
        ({"behaviour": {"p_sigth": 0.1}}, "did you mean p_sight"),
        ({"instruments": {"wooncoach_sociaal": {"ftee": 2}}}, "ftee"),
        ({"instruments": {"voorrang": {}}}, "no chosen scenario holds it"),
        ({"ledger": "some"}, "ledger is one of all, first, none"),
        ({"out": ""}, "out is empty"),
    ],
)
def test_what_cannot_be_is_refused_before_a_world_is_built(more, words, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "Verhuisketens", lambda: pytest.fail("a world was built"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Refusal, match=words):
        compare(**SMALL | more)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_others_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Refusal, match=r"mine\.txt was not made by verhuisketens"):
        compare(**SMALL, out=tmp_path)
    for out in (tmp_path / "mine.txt", tmp_path / "mine.txt" / "below"):
        with pytest.raises(Refusal, match=r"mine\.txt is a file, and results need a folder; choose another out"):
            compare(**SMALL, out=out)


def test_runs_that_fail_are_told_by_name_and_leave_no_folder(monkeypatch, tmp_path):
    class Failing:
        def world(self, job: Any) -> Any:
            raise ValueError(f"no world for {job.seed}")

    monkeypatch.setattr(command, "Verhuisketens", Failing)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(RunsFailed, match="6 runs failed; the first is scenario basis, seed 0: no world for 0") as failed:
        compare(**SMALL)
    assert {(one.scenario, one.seed) for one in failed.value.failures} >= {("wooncoach", 1), ("placebo", 0)}
    assert list(Path(tmp_path).iterdir()) == []
