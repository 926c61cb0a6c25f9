"""The key of the blind reading: an answer for each question, from the tables and not from the page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.pipeline import finish
from analysis.results import gather
from tests import synthetic_tables as made
from tools import reading_key

QUESTIONS = Path(__file__).parents[1] / "reading" / "vragen.md"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = made.write(tmp_path_factory.mktemp("key") / "out")
    finish(gather(out))
    (out / "report.html").unlink()  # the key must not need it
    return out


def key(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert reading_key.main([str(folder)]) == 0
    return capsys.readouterr().out.splitlines()


def test_each_question_has_an_answer(finished, capsys):
    asked = re.findall(r"(?m)^(\d+)\. ", QUESTIONS.read_text(encoding="utf-8"))
    found = key(finished, capsys)
    assert [line.partition(". ")[0] for line in found] == asked and all(line.partition(". ")[2] for line in found)


def test_an_answer_goes_with_its_table(finished, tmp_path, capsys):
    before = key(finished, capsys)
    changed = shutil.copytree(finished, tmp_path / "changed")
    table = pd.read_csv(changed / "effects.csv", keep_default_na=False, na_values=[""])
    chosen = (table["indicator"] == "senior_moves") & (table["group_by"] == "all") & (table["estimand"] == "net")
    table.loc[chosen, ["mean", "difference", "lower", "upper"]] *= 7
    table.to_csv(changed / "effects.csv", index=False)
    after = key(changed, capsys)
    different = {number for number, (old, new) in enumerate(zip(before, after, strict=True), 1) if old != new}
    assert {1, 5, 6} <= different <= {1, 5, 6, 12}


def test_a_folder_that_is_not_finished_is_refused(tmp_path, capsys):
    assert reading_key.main([str(tmp_path)]) == 2 and "finished folder" in capsys.readouterr().err
