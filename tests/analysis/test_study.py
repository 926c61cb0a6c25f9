"""The study that ships: it is what it says it is, and its wide interval holds draws that it was not made from."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.estimates import held_out, knowledge
from analysis.estimates.knowledge import FOLDER, shipped
from experiments.assumptions import behaviour, of_instrument
from sim.counts.indicators import REGISTRY as INDICATORS
from tools import study

DRAWS = pd.read_csv(FOLDER / "draws.csv")
DECIDING = pd.read_csv(FOLDER / "deciding.csv")


def test_there_are_sixty_draws_of_the_fifteen_that_decide_most_each_within_its_plausible_range():
    known = {one.key: one for one in [*behaviour(), *(one for card in study.CARDS for one in of_instrument(card))]}
    by_draw = DRAWS.groupby("draw")["assumption"].apply(set)
    assert len(by_draw) >= 60 and all(one == by_draw.iloc[0] for one in by_draw)
    assert sum("." not in key for key in by_draw.iloc[0]) == study.MOST_DECIDING
    for row in DRAWS.itertuples():
        assert known[row.assumption].low - 1e-6 <= row.value <= known[row.assumption].high + 1e-6, row


def test_every_card_that_is_compared_has_every_indicator_in_every_draw():
    table = shipped().effects
    assert set(study.COMPARED) <= set(table["card"]) <= set(study.CARDS)
    for card, part in table.groupby("card"):
        assert {*part["indicator"], "split_applications"} >= set(INDICATORS), card  # counted where a card lets people apply
        assert set(part["draw"]) == {0, *DRAWS["draw"]}, card


@pytest.mark.parametrize("card", sorted(study.FUNNEL))
def test_a_draw_outside_the_evidence_of_a_card_is_left_out_for_it(card):
    mine = shipped().effects.query("card == @card and indicator == 'senior_moves' and group_by == 'all' and draw > 0")
    kept = mine["difference"].notna().sum()
    assert 60 <= kept < len(mine)


@pytest.mark.parametrize("card", ["wooncoach_sociaal", "voorrang"])
def test_draws_that_were_left_out_lie_within_the_interval_of_the_others(card):
    held = held_out.left_out(shipped(), card, "senior_moves")
    assert held is not None and held.inside >= 0.85 * held.draws, held


def test_factors_that_are_far_too_sure_of_themselves_would_be_seen(monkeypatch):
    monkeypatch.setattr(knowledge, "without_noise", lambda values, error: values.mean() + (values - values.mean()) / 4)
    held = held_out.left_out(shipped(), "wooncoach_sociaal", "senior_moves")
    assert held is not None and held.inside < 0.85 * held.draws, held


def test_each_card_names_three_assumptions_that_decide_it_of_its_own_or_of_behaviour():
    for card, part in DECIDING.groupby("card"):
        assert part["rank"].tolist() == list(range(1, len(part) + 1)) and len(part) == 3, card
        assert all("." not in key or key.startswith(f"{card}.") for key in part["assumption"])
        assert part["correlation"].abs().is_monotonic_decreasing and (part["correlation"].abs() <= 1).all()
    assert set(DECIDING["card"]) == set(shipped().effects["card"])
