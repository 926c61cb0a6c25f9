"""Weights, regions and what no target sees: beside closed forms, and on truths that are made up; the file that ships says what it is."""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import calibration, emulators, posterior, validation
from sim.world.errors import Refusal

POINTS = (np.arange(20_000) + 0.5) / 20_000
SD = 0.05


def seen(observed: float, values=POINTS, sd: float = SD):
    """Weights of points of which a target sees the value itself."""
    return calibration.weights(calibration.log_likelihood(values[:, None], np.array([sd**2]), np.array([observed])))


def test_a_line_with_normal_errors_has_the_posterior_of_the_book():
    """Prior uniform, one target equal to the parameter: normal around what was observed."""
    weight = seen(0.4)
    low, high = calibration.region(POINTS[:, None], weight)
    assert weight @ POINTS == pytest.approx(0.4, abs=1e-4)
    assert (low[0], high[0]) == pytest.approx((0.4 - 1.6449 * SD, 0.4 + 1.6449 * SD), abs=2e-4)
    assert calibration.narrowed(POINTS[:, None], weight)[0] == pytest.approx(SD * np.sqrt(12), rel=1e-3)


def test_a_wider_variance_weighs_less_where_the_middle_is_the_same():
    """The chance of what was observed has the deviation in front: a point of which less is known does not win by that."""
    log = calibration.log_likelihood(np.zeros((2, 1)), np.array([[1.0], [4.0]]), np.array([0.0]))
    assert log[0] - log[1] == pytest.approx(np.log(2))


def test_a_parameter_that_no_target_sees_is_named_and_one_that_is_seen_is_not():
    rng = np.random.default_rng(1)
    values = rng.random((20_000, 7))  # the first is seen, the second not; five dummies
    weight = seen(0.4, values[:, 0])
    assert calibration.unseen(values, weight, 5).tolist() == [False, True]
    weak = calibration.weights(0.1 * values[:, 1])  # some of it is seen
    assert calibration.unseen(values[:, 1:], weak, 5).tolist() == [False]
    assert calibration.narrowed(values, weight)[1] == pytest.approx(1, abs=0.05)
    assert calibration.moved(values, np.ones(len(values))).max() == pytest.approx(0, abs=1e-9)


def test_one_target_may_miss_and_two_may_not():
    errors = calibration.Errors(np.array([0.01, 0.0, 0.0]), np.array([0.0, 0.01, 0.0]))
    mean, sd = np.array([[9.0, 0.1, 0.0], [0.4, 0.0, 0.4]]), np.array([[0.0, 0.0, 0.1], [0.0, 0.0, 0.1]])
    distance = calibration.distances(mean, sd, np.zeros(3), errors)
    assert distance == pytest.approx(np.array([[90, 1, 0], [4, 0, 4]]))
    assert (calibration.implausibility(distance) < calibration.CUT).tolist() == [True, False]
    assert calibration.implausibility(distance[:, :1]) == pytest.approx([90, 4])


def test_regions_hold_nine_of_ten_made_up_truths_one_by_one_and_together():
    rng = np.random.default_rng(2)
    values, truths = rng.random((8_000, 2)), rng.random((400, 2))
    variance = np.array([0.1**2, 0.2**2])
    inside, joint = [], []
    for truth in truths:
        observed = truth + rng.normal(size=2) * np.sqrt(variance)
        log = calibration.log_likelihood(values, variance, observed)
        weight = calibration.weights(log)
        low, high = calibration.region(values, weight)
        inside.append((low <= truth) & (truth <= high))
        joint.append(calibration.together(log, weight, calibration.log_likelihood(truth[None], variance, observed)[0]))
    assert (np.abs(np.mean(inside, axis=0) - 0.9) < 0.045).all() and abs(np.mean(joint) - 0.9) < 0.045  # three standard errors


def test_what_is_ruled_out_weighs_nothing_and_the_rest_adds_up():
    log, kept = np.array([0.0, np.log(3), 9.0, np.nan]), np.array([True, True, False, True])
    assert calibration.weights(log, kept) == pytest.approx([0.25, 0.75, 0, 0])
    assert not calibration.weights(log, np.zeros(4, bool)).any()
    assert calibration.effective(np.array([0.5, 0.5, 0.0])) == pytest.approx(2) and calibration.effective(np.zeros(3)) == 0


def test_draws_are_different_and_as_likely_as_they_weigh():
    weight = np.r_[np.full(500, 3.0), np.full(500, 1.0), 0.0]
    found = calibration.resampled(weight, 100, np.random.default_rng(3))
    assert len(set(found)) == 100 and 1000 not in found
    assert (found < 500).mean() == pytest.approx(0.75, abs=0.13)
    assert calibration.resampled(np.array([0, 1.0, 2.0]), 5, np.random.default_rng(3)).tolist() == [1, 2]


def test_what_was_kept_back_is_held_against_the_weighted_runs():
    figures = np.column_stack([np.arange(101.0), np.arange(101.0)])
    low, high, inside = calibration.held(figures, np.ones(101), np.array([50.0, 99.0]))
    assert (low, high) == (pytest.approx([4.55, 4.55], abs=0.1), pytest.approx([95.45, 95.45], abs=0.1))
    assert inside.tolist() == [True, False]


@pytest.fixture(scope="module", name="runs")
def _runs():
    rng = np.random.default_rng(4)
    points = rng.random((90, 3))  # the third is read by nothing
    smooth = np.column_stack([points[:, 0] + np.sin(3 * points[:, 1]), 2 * points[:, 1]])
    return points, smooth, smooth + rng.normal(size=(90, 2)) * 0.02


def test_emulators_foresee_what_runs_give_and_know_how_sure_they_are(runs):
    points, _, figures = runs
    found = emulators.fit(points, figures)
    new = np.random.default_rng(5).random((200, 3))
    mean, sd = found.foreseen(new)
    truth = np.column_stack([new[:, 0] + np.sin(3 * new[:, 1]), 2 * new[:, 1]])
    assert (np.abs(mean - truth).mean(axis=0) < 0.02).all() and (sd < 0.03).all()
    assert found.noise == pytest.approx([0.02, 0.02], rel=0.4)
    error, said = emulators.left_out(points, figures, found.kernels)
    assert (error.std(axis=0) < 0.04).all() and (np.abs((error / said).std(axis=0) - 1) < 0.3).all()


def test_a_run_that_is_left_out_is_not_seen_by_what_is_said_of_it(runs):
    points, _, figures = runs
    kernels = emulators.fit(points, figures).kernels
    wrong = figures.copy()
    wrong[7] += 5.0
    assert emulators.left_out(points, wrong, kernels)[0][7] == pytest.approx(
        emulators.left_out(points, figures, kernels)[0][7] - 5, abs=1e-6
    )


def test_without_scikit_learn_one_line_says_what_is_lacking(runs, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.gaussian_process", None)
    with pytest.raises(Refusal, match="pip install scikit-learn"):
        emulators.fit(runs[0], runs[2])


@pytest.fixture(name="made")
def _made(tmp_path):
    rows = [(1, 0.6, "p_sight", 0.1), (1, 0.6, "p_alert", 0.2), (2, 0.2, "p_sight", 0.3), (2, 0.2, "p_alert", 0.4)]
    pd.DataFrame(rows, columns=["draw", "weight", "assumption", "value"]).to_csv(tmp_path / posterior.DRAWS, index=False)
    (tmp_path / posterior.ABOUT).write_text(json.dumps({"digests": {"code": "a", "data": "b"}}), encoding="utf-8")
    return tmp_path


def test_draws_are_read_with_weights_that_add_up_to_one(made):
    found = posterior.read(made, {"code": "a", "data": "b"})
    assert found.weight.to_dict() == pytest.approx({1: 0.75, 2: 0.25})
    assert found.draws.loc[2].to_dict() == {"p_alert": 0.4, "p_sight": 0.3}


@pytest.mark.parametrize(("now", "said"), [({"code": "c", "data": "b"}, "of other code"), ({"code": "a", "data": "c"}, "of other data")])
def test_draws_of_another_model_are_refused_in_one_line(made, now, said):
    with pytest.raises(Refusal, match=f"{said}.*experiments.calibrate") as error:
        posterior.read(made, now)
    assert "\n" not in str(error.value)


def test_a_folder_without_draws_is_refused(tmp_path):
    with pytest.raises(Refusal, match=r"make them: python -m experiments\.calibrate"):
        posterior.read(tmp_path)


def test_every_fitted_figure_of_a_page_has_its_discrepancy_with_reasons():
    table = posterior.discrepancies()
    assert set(table.index) == {row.key for row in validation.ROWS if row.status == "fitted"}
    assert table[[f"why_{part}" for part in posterior.PARTS]].notna().all(axis=None)
    assert table.loc["rate_45_54", "whole"] == pytest.approx((0.01**2 + 0.1**2 + 0.1**2) ** 0.5)


@pytest.mark.parametrize(
    ("row", "said"),
    [("own_wijk,0.1,0,0,0", "nothing may be fitted"), ("vacancy,0,0,0,0", "not 0 together"), ("vacancy,-1,0,0,2", "0 or more")],
)
def test_a_discrepancy_that_cannot_be_is_refused(row, said, tmp_path):
    path = tmp_path / "discrepancies.csv"
    path.write_text(f"target,source,sampling,area_year,model\n{row}\n", encoding="utf-8")
    with pytest.raises(Refusal, match=said):
        posterior.discrepancies(path)
