"""Three doses of every card: delivery only, and a sentence where there is none. Made from the menukaart, so that no card escapes."""

from __future__ import annotations

import dataclasses
import re

import pytest

from analysis.estimates.cards import Place
from sim import interventions
from sim.approach import beforehand
from sim.interventions import REGISTRY
from sim.levers import LEVERS
from tests.workshop.small import small_doses
from workshop.engine import doses as module
from workshop.engine.doses import ASKED_FOR, DELIVERED, LARGE, ORDINARY, SIZES, SMALL, TIMES, delivered_by, doses
from workshop.engine.setting import Setting

AMOUNTS = re.compile(r"(rel_known|rel_reached|rel_labelled|rel_steered|p_apply|\w+_per_1000)")  # how settings of delivery are called


@pytest.fixture(scope="module")
def every():
    return doses(Setting("schiermonnikoog"), Place(10_000.0, 5_000.0))


def test_every_card_has_every_dose_or_a_sentence_in_both_languages(every):
    assert list(every) == list(REGISTRY)
    for key, sizes in every.items():
        assert tuple(sizes) == SIZES
        for size, one in sizes.items():
            assert (one.settings is None) != (one.why_not is None), f"{key}={size}"
            assert one.why_not is None or (one.why_not.nl.endswith(".") and one.why_not.en.endswith(".")), f"{key}={size}"
            assert one.why_not is None or all(len(part.split()) <= 25 for part in re.split(r"[.:]", one.why_not.nl)), f"{key}={size}"


@pytest.mark.parametrize("key", REGISTRY)
def test_a_dose_changes_delivery_alone_and_no_lever(every, key):
    usual = interventions.fill(key, {})
    by = delivered_by(usual)
    for size, one in every[key].items():
        if one.settings is None:
            continue
        mine = interventions.load(key, one.settings)
        assert mine.levers() == usual.levers()
        differs = {name for name, value in one.settings.items() if value != usual.model_dump(mode="json", by_alias=True)[name]}
        assert differs == (set() if size == ORDINARY else {by})
        assert by is None or by not in LEVERS.names
        if by is not None:
            assert one.settings[by] == pytest.approx(TIMES[size] * getattr(usual, by), rel=1e-9)
        beforehand.check({key: mine}, (), every.setting.term)


@pytest.mark.parametrize("key", REGISTRY)
def test_a_card_without_small_and_large_has_nothing_that_says_how_much(key):
    usual = interventions.fill(key, {})
    if delivered_by(usual) is None:
        read = set(type(usual).model_fields) - set(usual.unread())
        assert not [name for name in read if AMOUNTS.fullmatch(name)]
        assert not usual.card.dosed


@pytest.mark.parametrize("key", [key for key, cls in REGISTRY.items() if cls.card.dosed])
def test_what_has_a_dose_comes_in_all_three(every, key):
    amounts = [every[key][size].amount for size in SIZES]
    assert amounts[0] == pytest.approx(amounts[1] / 2) and amounts[2] == pytest.approx(2 * amounts[1])


def test_a_large_dose_that_cannot_be_says_why(every):
    assert every["lokale_binding"][LARGE].why_not == module.LAW
    assert every["passendheidsnorm"][LARGE].why_not == module.ALL_OF_IT
    assert every["extra_punten"][SMALL].why_not == every["extra_punten"][LARGE].why_not == module.YES_OR_NO
    assert all(one.why_not == module.OWN for one in every["interventie_x"].values())
    for key in REGISTRY:
        if delivered_by(interventions.fill(key, {})) in ASKED_FOR:
            assert every[key][LARGE].why_not == module.OPEN


def test_every_way_to_deliver_is_used_by_a_card():
    used = {delivered_by(interventions.fill(key, {})) for key in REGISTRY}
    assert used - {None} == set(DELIVERED)


def test_doses_per_thousand_are_of_the_place():
    small, large = (doses(Setting("schiermonnikoog"), Place(n, n / 2)) for n in (1_000.0, 3_000.0))
    for key, cls in REGISTRY.items():
        for size in SIZES:
            one, three = small[key][size].amount, large[key][size].amount
            assert three == (pytest.approx(3 * one) if cls.card.dosed else one)


def test_what_a_dose_did_alone_is_told_by_year(every):
    found = every.measured({"brieven": {"klein": (500.0, 2_400.0)}})
    one = found["brieven"]["klein"]
    assert (one.people, one.eur_per_year) == (50.0, 240.0)  # of 120 months
    assert found["brieven"]["groot"] == every["brieven"]["groot"]
    assert dataclasses.replace(one, people=None, eur_per_year=None) == every["brieven"]["klein"]


def test_a_place_gives_its_own_figures():
    assert small_doses()["wooncoach_sociaal"][ORDINARY].amount > 0
