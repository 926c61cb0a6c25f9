"""The desk of assumptions: what the model takes gives what it gives, and another value changes the worlds from their burn-in on."""

from __future__ import annotations

import queue

import pandas as pd
import pytest

from analysis.estimates.cards import Place
from sim.world.errors import Refusal
from tests.workshop.fresh import Fresh
from workshop.engine import one_world
from workshop.engine.doses import doses
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.engine.through import KNOWLEDGE, Desk, Through, joined, known, one_seed

SETTING = Setting("schiermonnikoog", months=24, burn_in=12)
DOSES = doses(SETTING, Place(200.0, 150.0))
LETTERS = Package((("campagne", "gewoon"),), (("brieven", "gewoon"),))


def test_what_the_model_takes_gives_what_the_tables_get():
    usual = {key: one.default for key, one in known(LETTERS).items()}
    base, mine = one_seed(DOSES, LETTERS, usual, 0)
    for package, found in ((LETTERS.base(), base), (LETTERS, mine)):
        run = one_world.begin(Fresh(SETTING).world(0), package.instruments(DOSES), first=False)
        pd.testing.assert_frame_equal(one_world.forward(run, SETTING.months), found.track)


def test_an_assumption_about_people_changes_the_base_and_one_about_a_card_does_not():
    usual = one_seed(DOSES, LETTERS, {}, 0)
    people = one_seed(DOSES, LETTERS, {"p_wish_senior": known(LETTERS)["p_wish_senior"].high}, 0)
    card = one_seed(DOSES, LETTERS, {"brieven.rel_reached": known(LETTERS)["brieven.rel_reached"].high}, 0)
    assert not people[0].track.equals(usual[0].track)
    assert card[0].track.equals(usual[0].track)
    assert not card[1].track.equals(usual[1].track)


@pytest.mark.parametrize("key", ["p_wsh_senior", "voorrang.rel_labelled", "campagne.awareness", "dur_vastzitter"])
def test_what_is_no_assumption_here_is_refused(key):
    with pytest.raises(Refusal, match="choose another"):
        one_seed(DOSES, LETTERS, {key: 1.0}, 0)


def test_the_study_says_nothing_of_other_assumptions():
    found = joined([one_seed(DOSES, LETTERS, {}, seed) for seed in (0, 1)], LETTERS, DOSES)
    assert found.effects[["lower_full", "upper_full", "p_sign"]].isna().all(axis=None) and set(found.effects["knowledge"]) == {KNOWLEDGE}
    assert found.effects["lower"].notna().any()


def test_a_desk_hears_world_after_world_and_a_new_question_cancels():
    heard: queue.Queue[Through] = queue.Queue()
    desk = Desk(DOSES, (0, 1, 2))
    try:
        desk.ask(LETTERS, {"p_wish_senior": 0.01}, heard.put)
        desk.ask(LETTERS, {"brieven.awareness": 99.0}, heard.put)
        wrong = heard.get(timeout=300)
        assert wrong.outcome is None and "awareness" in wrong.why_not and "\n" not in wrong.why_not
        desk.ask(LETTERS, {"brieven.awareness": 0.3}, heard.put)
        found = [heard.get(timeout=300) for _ in range(3)]
        assert [len(one.outcome.seeds) for one in found] == [1, 2, 3] and heard.empty()
    finally:
        desk.stop()
