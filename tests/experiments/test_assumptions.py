"""What the model assumes: nothing of it escapes, and every value of a range can be run."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.estimates.knowledge import figure
from experiments import lines
from experiments.assumptions import AMOUNTS, COUNTS_ONLY, UNSURE, as_settings, behaviour, of_instrument
from sim import parameters
from sim.interventions import REGISTRY, load
from sim.interventions.terms import Terms
from tests.every import every
from tools import study

ALL = [*behaviour(), *(one for key in REGISTRY for one in of_instrument(key))]


@every("one", ALL, ids=lambda one: one.key)
def test_a_range_holds_the_default_and_is_one(one):
    assert one.low <= one.default <= one.high and one.low < one.high
    assert one.at(0) <= one.at(0.3) <= one.at(1)
    assert [one.drawn(share) for share in (0, 0.5, 1)] == pytest.approx([one.at(0), one.default, one.at(1)])
    assert one.drawn(0) <= one.drawn(0.3) <= one.drawn(0.5) <= one.drawn(0.7) <= one.drawn(1) and one.rule in (
        "stated",
        "half-way",
        "half to twice",
    )


def test_each_number_that_no_source_pins_down_is_among_them():
    named = {one.key for one in ALL}
    for name, one in parameters.REGISTRY.items():
        asked = name not in COUNTS_ONLY and one.subject not in parameters.DETAILS
        assert (name in named) == (asked and any(word in one.evidence for word in UNSURE)), name
    for key, cls in REGISTRY.items():
        for name, field in cls.model_fields.items():
            default = field.get_default()
            number = isinstance(default, int | float) and not isinstance(default, bool) and name not in Terms.model_fields
            if number and "assumption" in (field.description or "") and name not in AMOUNTS and default > 0:
                assert f"{key}.{name}" in named


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_both_ends_of_all_ranges_can_be_run(share):
    chosen, settings = as_settings({one.key: one.at(share) for one in ALL}, ALL)
    parameters.resolve(chosen)
    for key, given in settings.items():
        load(key, given, "2026-01")


def test_the_end_of_a_span_is_not_before_its_beginning():
    spans = [one.key for one in behaviour() if one.key.endswith("_low")]
    assert spans
    for name in spans:
        low = next(one for one in behaviour() if one.key == name)
        chosen, _ = as_settings({name: low.high}, behaviour())
        other = name.replace("_low", "_high")
        assert chosen.get(other, parameters.REGISTRY[other].default) >= chosen[name]


# the study that is made of them


def test_a_draw_has_every_setting_and_the_deciding_behaviour_within_its_range():
    deciding = ["p_refusal", "rel_trouble_senior"]
    asked, points = study.candidates(deciding)
    assert {one.key for one in asked if not one.instrument} == set(deciding)
    assert [one for one in asked if one.instrument] == [one for card in study.CARDS for one in of_instrument(card)]
    strata = np.sort(np.floor(points * len(points)).astype(int), axis=0)
    assert (strata == np.arange(len(points))[:, None]).all(), "a Latin hypercube has one draw in each stratum"
    for point in points[:100]:
        values = study.values_of(asked, point)
        assert list(values) == [one.key for one in asked] and all(one.low <= values[one.key] <= one.high for one in asked)


def test_what_fits_is_foreseen_where_a_figure_follows_what_is_drawn():
    points = np.random.default_rng(1).random((200, 3))
    figures = np.exp(np.column_stack([points[:, 0] - 0.5, np.zeros(200)]))  # the first leaves what is near at 0.21 and 0.72
    asked = np.array([[0.5, 0.1, 0.9], [0.0, 0.5, 0.5], [1.0, 0.5, 0.5]])
    chance = study.foreseen(points[:60], figures[:60] * np.exp(np.random.default_rng(2).normal(0, 0.01, (60, 2))), asked)
    assert chance[0] > 0.99 and chance[1] < 0.01 and chance[2] < 0.01


def test_a_base_world_is_held_against_the_source_and_where_the_shipped_one_misses_against_that():
    shipped = {row.key: row.observed for row in study.validation.ROWS}
    fitted = next(row for row in study.validation.ROWS if row.status == "fitted")
    assert study.fits(shipped, shipped) == []
    for factor, wrong in ((1.24, []), (1.26, [fitted.key]), (0.74, [fitted.key]), (float("nan"), [fitted.key])):
        assert study.fits({**shipped, fitted.key: factor * fitted.observed}, shipped) == wrong
    misses = {**shipped, fitted.key: 2 * fitted.observed}
    assert study.fits(misses, misses) == [] and study.fits(shipped, misses) == [fitted.key]


def test_what_was_finished_is_not_asked_again_and_half_a_line_is_cut_off(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('["a", 1]\n["b", 2')
    assert lines.read(path) == {"a": 1} and path.read_text() == '["a", 1]\n'


def test_a_draw_outside_a_cards_funnel_is_left_out_for_that_card_alone():
    def world(talks, moves):
        one = {"senior_moves": 110.0, "eur": 1.0, "contacts": talks, "uses": moves}
        return {"basis": {"senior_moves": 100.0}, "wooncoach_sociaal": one, "voorrang": one}

    found = {0: [world(100, 20)] * 2, 1: [world(100, 20)] * 2, 2: [world(100, 60)] * 2}
    table = study.effects(found).query("group_by == 'all'").set_index(["card", "indicator", "draw"])["difference"].sort_index()
    assert table["wooncoach_sociaal", "senior_moves"].isna().tolist() == [False, False, True]
    assert table["voorrang", "senior_moves"].tolist() == [10, 10, 10] and table["voorrang", "eur", 0] == 1


def test_a_card_that_did_not_run_in_a_draw_is_left_out_of_it_and_groups_are_counted_where_a_page_tells_of_them():
    names = {
        "moves": 5.0,
        "moves/class/starter": 3.0,
        "fit/seniors/others": 0.5,
        "moves/role/senior": 2.0,
        "starters_housed/class/starter": 1.0,
    }
    basis, card = dict.fromkeys(names, 0.0), names | {"contacts": 0.0, "uses": 0.0}
    found = {0: [{"basis": basis, "voorrang": card}] * 2, 7: [{"basis": basis}]}
    table = study.effects(found)
    kept = table[table["group_by"] != "all"]
    assert {figure(*one) for one in kept[["indicator", "group_by", "group"]].itertuples(index=False)} == {
        "moves/class/starter",
        "fit/seniors/others",
    }
    assert kept.loc[kept["draw"] == 0, "difference"].tolist() == [3.0, 0.5] and kept.loc[kept["draw"] == 7, "difference"].isna().all()


@pytest.mark.parametrize(("words", "said"), [(["--place", "nergenshuizen"], "nergenshuizen"), (["--workers", "0"], "--workers")])
def test_a_study_that_cannot_be_made_is_refused_before_its_first_world(tmp_path, capsys, words, said):
    with pytest.raises(SystemExit) as stopped:
        study.main([str(tmp_path / "out"), *words])
    assert stopped.value.code == 2 and said in capsys.readouterr().err and not (tmp_path / "out").exists()
