"""The study of assumptions goes on with lines of its own place, code and data only, and refuses before anything starts."""

from __future__ import annotations

import json

import pytest

from analysis.tables.record import DESIGN, RUNS
from tools import study


@pytest.fixture
def begun(monkeypatch):
    """What a study begins with: the folder, each time."""
    found = []
    monkeypatch.setattr(study, "work", lambda out, place, workers: found.append(out))
    return found


def refused(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        study.main(arguments)
    assert stop.value.code == 2
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_an_unknown_place_is_refused_before_anything_starts(tmp_path, begun, capsys):
    said = refused([str(tmp_path / "out"), "--place", "atlantis"], capsys)
    assert "--place" in said and "atlantis" in said
    assert not begun and not (tmp_path / "out").exists()


def test_lines_of_the_same_place_code_and_data_are_gone_on_with(tmp_path, begun):
    for _ in range(2):
        assert study.main([str(tmp_path), "--place", "veldhoven"]) == 0
        (tmp_path / "base.jsonl").write_text("")
    assert begun == [tmp_path, tmp_path]


@pytest.mark.parametrize("what", ["code", "data", "place"])
def test_lines_of_another_code_data_or_place_are_refused(what, tmp_path, begun, capsys):
    study.main([str(tmp_path), "--place", "veldhoven"])
    path = tmp_path / "running" / RUNS / DESIGN
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["design"][what]
    content["design"][what] = "another"
    path.write_text(json.dumps(content), encoding="utf-8")
    for more in ([], ["--undigested"]):
        said = refused([str(tmp_path), "--place", "veldhoven", *more], capsys)
        assert str(tmp_path) in said and f"{what}=another" in said and "choose another" in said
    assert len(begun) == 1


@pytest.mark.parametrize("recorded", [True, False])
def test_lines_that_do_not_say_of_which_code_they_are_are_taken_only_when_asked(recorded, tmp_path, begun, capsys):
    (tmp_path / "base.jsonl").write_text("")
    if recorded:  # as older versions did
        study.join(
            tmp_path / "running", {"place": "veldhoven", "seed": study.SEED, "screened": [study.SCREEN_PLACE, *study.SCREEN_TIME]}, {}
        )
    said = refused([str(tmp_path), "--place", "veldhoven"], capsys)
    assert str(tmp_path) in said and "--undigested" in said and not begun
    for _ in range(2):
        assert study.main([str(tmp_path), "--place", "veldhoven", "--undigested"]) == 0
    assert "code" not in json.loads((tmp_path / "running" / RUNS / DESIGN).read_text(encoding="utf-8"))["design"]
    refused([str(tmp_path), "--place", "veldhoven"], capsys)
