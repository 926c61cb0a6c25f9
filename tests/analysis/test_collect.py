"""The jobs of a multirun as one table: nothing is lost, and each row says which job it is of."""

from __future__ import annotations

import io
import json
import shutil

import pandas as pd
import pytest

from analysis import collect
from analysis.collect import flat
from analysis.tables import record
from analysis.tables.schema import EFFECTS
from experiments import compare, entry
from sim.world.errors import Refusal
from tests.unpainted import unpainted


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep") / "many"
    keys = ["municipality=schiermonnikoog", "scenarios=[voorrang]", "seeds=2", "months=2", "burn_in=0", "follow_up=0", "workers=1"]
    with unpainted():
        assert entry.main(compare.COMMAND, ["--multirun", "behaviour.p_sight=0.1,0.4", *keys, f"out={out}"]) == 0
    return out


def test_every_row_of_every_job_is_there_with_what_differs(folder, capsys):
    assert collect.main([str(folder)]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert list(table.columns) == ["job", "behaviour.p_sight", *EFFECTS.names]
    assert sorted(table["behaviour.p_sight"].unique()) == [0.1, 0.4]
    for job, rows in table.groupby("job"):
        own = pd.read_csv(folder / job / EFFECTS.file)
        pd.testing.assert_frame_equal(rows[list(EFFECTS.names)].reset_index(drop=True), own, check_dtype=False)
        assert f"p_sight={rows['behaviour.p_sight'].iloc[0]}" in job


def test_a_folder_without_results_and_a_job_that_is_not_finished_are_named(folder, tmp_path, capsys):
    assert collect.main([str(tmp_path)]) == 2
    assert "holds no finished results" in capsys.readouterr().err
    effects = next(folder.rglob(EFFECTS.file))
    kept = effects.read_bytes()
    effects.unlink()
    try:
        with pytest.raises(Refusal, match="is not finished"):
            collect.collected(folder)
    finally:
        effects.write_bytes(kept)


@pytest.mark.parametrize("name", [".runs/design.json", ".lock", ".hydra/hydra.yaml", record.MANIFEST])
def test_a_job_that_was_stopped_is_refused_by_name_wherever_it_was(folder, name, capsys):
    stopped = folder / "behaviour.p_sight=0.7"
    (stopped / name).parent.mkdir(parents=True)
    content = json.loads(next(folder.rglob(record.MANIFEST)).read_text(encoding="utf-8"))
    (stopped / name).write_text(json.dumps(content | {"files": {}}), encoding="utf-8")
    try:
        assert collect.main([str(folder)]) == 2
        said = capsys.readouterr()
        assert said.out == "" and str(stopped) in said.err and "is not finished" in said.err
    finally:
        shutil.rmtree(stopped)
    assert collect.main([str(folder)]) == 0


def test_nested_keys_are_written_with_points():
    assert flat({"a": 1, "b": {"c": {"d": [1, 2]}, "e": None}}) == {"a": 1, "b.c.d": "1 2", "b.e": None}
