"""The study of assumptions goes on with lines of its own place, code and data only, and refuses before anything starts."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.knowledge import figure
from analysis.tables.record import DESIGN, RUNS
from sim.world.names import BASIS
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


@pytest.fixture
def without_voorrang(tmp_path, monkeypatch):
    """The study that ships, in a folder of its own and without one card; worlds give what the study has of it."""
    whole = pd.read_parquet(study.FOLDER / "effects.parquet").astype({name: str for name in ("card", *study.OF_FIGURE)})
    own = tmp_path / "knowledge"
    own.mkdir()
    for name in ("draws.csv", "deciding.csv"):
        (own / name).write_bytes((study.FOLDER / name).read_bytes())
    about = json.loads((study.FOLDER / "study.json").read_text(encoding="utf-8")) | {"digests": study.digests()}
    (own / "study.json").write_text(json.dumps(about), encoding="utf-8")
    (own / "older").mkdir()
    (own / "older" / "study.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(study, "FOLDER", own)
    monkeypatch.setattr(study, "OLDER", own / "older")
    monkeypatch.setattr(study, "CARDS", tuple(card for card in study.CARDS if card in set(whole["card"])))
    study._to_parquet("effects", whole[whole["card"] != "voorrang"])
    card = whole[whole["card"] == "voorrang"].dropna(subset="difference")

    def worlds(path, place, workers, values, cards):
        assert cards == ("voorrang",) and len(values) == study.KEPT
        found = {}
        for draw, part in card[card["draw"].isin([0, *values])].groupby("draw"):
            names = [figure(*row) for row in part[study.OF_FIGURE].itertuples(index=False)]
            base = dict(zip(names, part["base"], strict=True))
            mine = dict(zip(names, part["base"] + part["difference"], strict=True))
            found[int(draw)] = [{BASIS: base, "voorrang": mine}] * (study.SHIPPED_SEEDS if draw == 0 else 1)
        return found

    monkeypatch.setattr(study, "_worlds", worlds)
    return whole, own


def test_a_card_that_is_added_stands_where_a_study_of_all_cards_has_it(tmp_path, without_voorrang):
    whole, own = without_voorrang
    assert study.lacking() == ["voorrang"]
    assert study.main([str(tmp_path / "out"), "--add"]) == 0
    found = pd.read_parquet(own / "effects.parquet").astype({name: str for name in ("card", *study.OF_FIGURE)})
    keys = ["card", *study.OF_FIGURE, "draw"]
    assert list(found["card"].drop_duplicates()) == list(whole["card"].drop_duplicates())
    there, here = (one.sort_values(keys).reset_index(drop=True)[[*keys, "base", "difference"]] for one in (whole, found))
    pd.testing.assert_frame_equal(here, there, check_exact=False, atol=2e-6)
    assert json.loads((own / "study.json").read_text(encoding="utf-8"))["added"][-1]["cards"] == ["voorrang"]
    assert set(pd.read_csv(own / "deciding.csv")["card"]) == set(found["card"])
    assert not (own / "older").exists(), "every card has been run anew"


def test_cards_are_not_added_to_a_study_of_other_code_or_to_one_that_has_them(tmp_path, without_voorrang, capsys):
    _, own = without_voorrang
    about = json.loads((own / "study.json").read_text(encoding="utf-8"))
    (own / "study.json").write_text(json.dumps(about | {"digests": {"code": "another", "data": "another"}}), encoding="utf-8")
    before = (own / "effects.parquet").read_bytes()
    assert "other code or figures" in refused([str(tmp_path / "out"), "--add"], capsys)
    assert (own / "effects.parquet").read_bytes() == before and not (tmp_path / "out").exists()


def test_screening_finds_what_decides_among_many_that_do_not_though_chance_moves_every_trial():
    draws = np.random.default_rng(1)
    names = [f"a{n}" for n in range(180)]
    points = draws.random((study.SCREENS, len(names)))
    effect = {
        "one": np.exp(points[:, 3]) + points[:, 7] + draws.normal(0, 0.8, study.SCREENS),
        "two": -(points[:, 7] ** 2) + draws.normal(0, 0.6, study.SCREENS),
        "three": draws.normal(0, 1, study.SCREENS),
    }
    table = study.screened(effect, points, names)
    ranked = study.deciding_most(table, names)
    assert set(ranked.index[:2]) == {"a3", "a7"} and ranked.iloc[1] > 2 * ranked.iloc[2]
    assert ranked.iloc[2:].mean() == pytest.approx(1 / (study.SCREENS - 1), rel=0.3), "what chance makes of one that does nothing"
    assert list(study.deciding_most(table, ["a9", "a3"]).index) == ["a3", "a9"], "only of those that are asked for"
