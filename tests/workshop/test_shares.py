"""Shares of cards: they add up to the whole, a card that does nothing has none, and what is not known is not made up."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.cards import Place
from sim.counts.track import TRACK
from workshop.engine.answers import Answer, Answers
from workshop.engine.doses import doses
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.engine.shares import MOST, shares

SETTING = Setting("schiermonnikoog", months=12, burn_in=0)
SEEDS = (0, 1, 2)
DONE = (("voorrang", "gewoon"),)
CARDS = (("brieven", "gewoon"), ("campagne", "klein"), ("woonevenement", "gewoon"))
WHOLE = Package(DONE, CARDS)


def moves_of(package: Package, seed: int) -> int:
    """Two cards that help each other, one that does nothing."""
    there = {card for card, _ in package.cards}
    alone = 10 * ("brieven" in there) + (6 + seed) * ("campagne" in there)
    return 100 + seed + alone + 4 * ({"brieven", "campagne"} <= there)


def answers_of(folder, left_out: tuple[Package, int] | None = None) -> Answers:
    answers = Answers(folder, doses(SETTING, Place(100.0, 100.0)))
    for n in range(len(CARDS) + 1):
        for cards in combinations(CARDS, n):
            for seed in SEEDS:
                package = Package(DONE, cards)
                if (package, seed) != left_out:
                    track = pd.DataFrame(0, index=range(SETTING.months), columns=list(TRACK)).assign(month=range(SETTING.months))
                    track.loc[3, "senior_moves"] = moves_of(package, seed)
                    answers.put(Answer(package, seed, track))
    return answers


def test_shares_add_up_to_the_whole_and_half_of_what_they_do_together_goes_to_each(tmp_path):
    found = shares(answers_of(tmp_path), WHOLE, SEEDS)
    table = found.table.set_index("card")
    assert found.why_not is None and table.loc["woonevenement", "share"] == 0 == table.loc["woonevenement", "upper"]
    assert table.loc["brieven", "share"] == pytest.approx(10 + 2) and table.loc["campagne", "share"] == pytest.approx(6 + 1 + 2)
    effect = np.mean([moves_of(WHOLE, seed) - moves_of(WHOLE.base(), seed) for seed in SEEDS])
    assert table["share"].sum() == pytest.approx(effect)
    assert table.loc["campagne", "lower"] < table.loc["campagne", "share"] < table.loc["campagne", "upper"]


def test_a_world_in_which_a_part_is_not_known_is_left_out_of_all(tmp_path):
    found = shares(answers_of(tmp_path, (Package(DONE, CARDS[:1]), 2)), WHOLE, SEEDS)
    assert (found.table["seeds"] == 2).all()
    assert found.table.set_index("card").loc["campagne", "share"] == pytest.approx(6 + 0.5 + 2)


def test_where_a_part_is_known_in_no_world_it_is_said_which_and_nothing_is_made_up(tmp_path):
    part = Package(DONE, CARDS[1:])
    one = answers_of(tmp_path)
    found = shares(one, Package(DONE, (*CARDS, ("voorrang", "gewoon"))), SEEDS)
    assert found.table.empty and found.why_not is not None and "16" in found.why_not.nl
    assert part not in found.lacking and len(found.lacking) == 8 and all(("voorrang", "gewoon") in one.cards for one in found.lacking)


@pytest.mark.parametrize("n", [0, 1, MOST + 1])
def test_one_card_has_no_share_and_too_many_are_not_asked_for(tmp_path, n):
    some = [(key, "gewoon") for key, of in doses(SETTING, Place(1.0, 1.0)).items() if of["gewoon"].why_not is None][:n]
    found = shares(Answers(tmp_path, doses(SETTING, Place(1.0, 1.0))), Package((), tuple(some)), SEEDS)
    assert found.table.empty and found.why_not is not None and not found.lacking
