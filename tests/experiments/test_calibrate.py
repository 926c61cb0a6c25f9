"""The calibration as a command: a made-up model is found again, it goes on where it was stopped, and what cannot be asked is refused."""

from __future__ import annotations

import json
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import emulators, posterior, validation
from experiments import calibrate, calibration, candidates, draws, entry, lines, space, sweep
from experiments.assumptions import behaviour

KEYS = ["municipality=veldhoven", "over=[p_sight,rel_trouble_senior,p_alert]", "structure=[rel_rise_felt]", "runs=30", "repeats=4"]
KEYS += ["kept=12", "truths=12", "workers=1"]
FEW = "truths=2"  # where recovery is not what is looked at
RANGES = {one.key: one for one in space.entries(["p_sight", "rel_trouble_senior"], [])}
OBSERVED = {row.key: row.observed for row in validation.ROWS}


class Here:
    """Work that is done in this process, each when it is asked for."""

    def submit(self, call, *task):
        done = Future()
        done.result = lambda timeout=None: call(*task)
        return done


def made_up(place, seed, values, months=120, burn_in=36):
    """Two figures hang on p_sight and rel_trouble_senior; 0.3 and 0.7 of their priors give what was observed."""
    rng = np.random.default_rng([seed, *(int(1e6 * abs(value)) for value in values.values())])
    at = {key: one.share(values.get(key, one.shipped)) for key, one in RANGES.items()}
    off = {"rate_45_54": at["p_sight"] - 0.3, "first_link": at["rel_trouble_senior"] - 0.7, "homes_freed": at["rel_trouble_senior"] - 0.7}
    return {key: value * np.exp(off.get(key, 0.0) + 0.01 * rng.normal()) for key, value in OBSERVED.items()}


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    @contextmanager
    def at_once(workers):
        yield Here()

    monkeypatch.setattr(lines, "pool", at_once)
    monkeypatch.setattr(calibrate, "base_world", made_up)
    monkeypatch.setattr(calibration, "BANK", 2000)
    monkeypatch.setattr(calibration, "TRIED", 1000)
    monkeypatch.setattr(emulators, "MOST_STEPS", 6)


def done(out, *more):
    return entry.main(calibrate.COMMAND, [*KEYS, *more, f"out={out}"])


def test_a_made_up_model_is_found_again_and_what_no_target_sees_is_named(tmp_path, capsys):
    out = tmp_path / "out"
    assert done(out) == 0
    about, found = json.loads((out / posterior.ABOUT).read_text(encoding="utf-8")), posterior.read(out, calibrate.digests())
    assert found.weight.sum() == pytest.approx(1) and len(found.draws) == 12
    at = {key: found.draws[key].map(one.share) @ found.weight for key, one in RANGES.items()}
    assert at["p_sight"] == pytest.approx(0.3, abs=0.12) and at["rel_trouble_senior"] == pytest.approx(0.7, abs=0.12)
    assert "p_sight" not in about["unseen"] and "rel_trouble_senior" not in about["unseen"]
    assert {"p_alert", "rel_rise_felt"} & set(about["unseen"])
    assert about["waves"][1]["left_before"] < 0.9
    assert "trouble" in about["keep_prior"]["wooncoach_sociaal"] and "fte" not in about["keep_prior"]["wooncoach_sociaal"]
    recovery = pd.read_csv(out / posterior.RECOVERY).set_index("assumption")
    assert set(recovery.index) == {"together", "p_sight", "rel_trouble_senior", "p_alert"} and (recovery["truths"] == 12).all()
    assert (recovery[["inside", "inside_as_run"]] >= 7).all(axis=None)
    held = pd.read_csv(out / posterior.HELD_BACK)
    assert set(held["figure"]) == {row.key for row in validation.ROWS if row.status == "predicted"} and set(held["place"]) == {"veldhoven"}
    said = capsys.readouterr().out
    assert "recovery: the 90 % region of all together holds" in said and f"of {len(held)}" in said
    before = (out / posterior.DRAWS).read_bytes()
    (out / posterior.DRAWS).unlink()
    assert done(out) == 0 and (out / posterior.DRAWS).read_bytes() == before


def test_it_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    whole, out, asked, stop = tmp_path / "whole", tmp_path / "out", [0], [0]

    def stopped(*task):
        asked[0] += 1
        if asked[0] == stop[0]:
            raise KeyboardInterrupt
        return made_up(*task)

    monkeypatch.setattr(calibrate, "base_world", stopped)
    assert done(whole, FEW) == 0
    worlds, asked[0], stop[0] = asked[0], 0, 45
    assert done(out, FEW) == 130
    assert done(out, FEW) == 0 and asked[0] == worlds + 1  # the one that was stopped is asked again, no other
    assert (out / posterior.DRAWS).read_bytes() == (whole / posterior.DRAWS).read_bytes()


def test_the_command_that_is_written_down_names_no_folder_of_whoever_gave_it_and_figures_are_short():
    said = "python -m experiments.calibrate out=mine/x earlier=mine/y/base.jsonl runs=14"
    assert calibrate.shared(said) == "python -m experiments.calibrate earlier=base.jsonl runs=14"
    assert calibrate.rounded({"a": [1.23456789, True, "x", 7]}) == {"a": [1.2346, True, "x", 7]}


def earlier(tmp_path, factor: float = 1.0, n: int = 60):
    """What tools/study.py leaves, of the made-up model."""
    asked, points = candidates.candidates(candidates.deciding())
    mine = [number for number, one in enumerate(asked) if not one.instrument]
    rows = [["0", made_up("veldhoven", 0, {})]]
    for number in range(1, n + 1):
        values = {asked[i].key: asked[i].drawn(points[number - 1, i]) for i in mine}
        rows.append([str(number), made_up("veldhoven", 0, values)])
    rows[-1][1]["vacancy"] *= factor
    path = tmp_path / "base.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_worlds_of_the_study_are_the_first_wave_where_some_of_them_run_again_are_the_same(tmp_path, capsys):
    out = tmp_path / "out"
    assert done(out, f"earlier={earlier(tmp_path)}", "structure=[]", FEW) == 0
    about = json.loads((out / posterior.ABOUT).read_text(encoding="utf-8"))
    assert about["waves"][0]["runs"] == 61
    assert done(tmp_path / "other", f"earlier={earlier(tmp_path, 1.001)}") == 2
    assert "its world 60 has vacancy=" in (said := capsys.readouterr().err) and "leave it out" in said


def test_nothing_left_is_said_in_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(calibrate, "base_world", lambda *task: {key: 9 * value for key, value in made_up(*task).items()})
    assert done(tmp_path / "out") == 2
    assert "before wave 2 nothing of the prior is left" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["municipality=groningen"], "declared test"),
        (["over=[p_sigt]"], "p_sigt is no parameter with a plausible range; did you mean p_sight?"),
        (["over=[p_sight,p_sight]"], "p_sight stands twice"),
        (["structure=[p_sight]"], "no structure that can be otherwise"),
        (["earlier=nowhere.jsonl"], "name the base.jsonl that tools/study.py leaves"),
        (["earlier=configs/calibrate.yaml"], "no base.jsonl"),
        (["repeats=1"], "repeats"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(tmp_path, capsys, keys, said):
    assert done(tmp_path / "out", *keys) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_without_scikit_learn_it_is_refused_before_anything_runs(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(calibrate.importlib.util, "find_spec", lambda name: None)
    assert done(tmp_path / "out") == 2
    assert "pip install scikit-learn" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_a_share_and_its_value_are_each_others_inverse_within_the_plausible_range():
    known = {one.key: one for one in behaviour()}
    for one in space.entries(candidates.deciding(), list(space.STRUCTURE)):
        if isinstance(one, space.Switch):
            assert [one.at(one.share(value)) for value in (one.shipped, one.other)] == [one.shipped, one.other]
            assert one.shipped == calibrate.space.REGISTRY[one.key].default
            continue
        assert one.values[0] == pytest.approx(known[one.key].low, abs=1e-6) and one.values[-1] == pytest.approx(
            known[one.key].high, abs=1e-6
        )
        for share in (0.1, 0.5, 0.9):
            value = one.at(share)
            assert value == round(value) if one.assumption.whole else one.share(value) == pytest.approx(share)


def test_the_prior_is_that_of_the_registry_and_whole_numbers_stay_whole():
    drawn = space.entries(["p_sight", "n_years_wish_level", "p_alert"], ["rel_rise_felt"])
    points = space.sample(drawn, 4000, 1)
    values = pd.DataFrame([space.values_at(drawn, point) for point in points])
    low, high = behaviour_range("p_sight")
    assert np.median(values["p_sight"]) == pytest.approx((low * high) ** 0.5, rel=0.02)  # log-uniform
    assert (values["n_years_wish_level"] % 1 == 0).all() and values["rel_rise_felt"].value_counts().to_dict() == {0.065: 2000, 0.0: 2000}
    assert space.points_of(drawn, values.to_dict("records")) == pytest.approx(points, abs=1e-3)
    as_study = space.as_study(drawn, 4000, 1)
    assert (as_study[:, 0] < drawn[0].share(0.05)).mean() == pytest.approx(0.5, abs=0.03) and not as_study[:, 3].any()


def behaviour_range(key):
    one = next(one for one in behaviour() if one.key == key)
    return one.low, one.high


@pytest.mark.parametrize("named", ["posterior", str(posterior.FOLDER / posterior.SWEPT)], ids=["by name", "by path"])
def test_a_sweep_runs_over_the_draws_that_ship(named, monkeypatch):
    jobs, found = [], posterior.shipped()
    monkeypatch.setattr(draws, "digests", lambda: found.about["digests"])
    command = replace(sweep.COMMAND, execute=lambda asked, out, line: jobs.extend(asked) or 0)
    assert entry.main(command, [f"draws={named}", "scenarios=[voorrang]", "seeds=1"]) == 0
    assert [one.config.first_seed for one, _ in jobs] == found.draws.index.tolist()
    for one, _ in jobs:
        drawn = found.draws.loc[one.config.first_seed].to_dict()
        assert {key: float(value) for key, value in one.config.behaviour.items()} == pytest.approx(drawn)


def test_a_sweep_over_draws_of_another_model_is_refused_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(draws, "digests", lambda: {"code": "another", "data": "another"})
    assert entry.main(sweep.COMMAND, ["draws=posterior", "scenarios=[voorrang]", "seeds=1"]) == 2
    said = capsys.readouterr().err
    assert "its draws are of other code" in said and "experiments.calibrate" in said and said.count("\n") == 1


def test_what_ships_says_what_it_is():
    found = posterior.shipped()
    about = found.about
    assert list(found.draws) == sorted(row["assumption"] for row in about["parameters"]) and found.weight.sum() == pytest.approx(1)
    known = {one.key: one for one in space.entries([key for key in found.draws if key not in space.STRUCTURE], [])}
    for key, one in known.items():
        assert found.draws[key].between(one.assumption.low - 1, one.assumption.high + 1).all() if one.assumption.whole else True
        assert one.assumption.whole or found.draws[key].between(one.assumption.low - 1e-6, one.assumption.high + 1e-6).all(), key
    assert {*about["not_drawn"], *known} >= {one.key for one in behaviour()} - set(space.STRUCTURE)
    assert pd.read_csv(posterior.FOLDER / posterior.RECOVERY).to_dict("records") == about["recovery"]
    assert set(about["unseen"]) <= set(found.draws) and about["digests"].keys() == {"code", "data"}
