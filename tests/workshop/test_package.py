"""A package is one line and back, in one order, and what cannot be is refused with a sentence for people."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.interventions import REGISTRY, load
from sim.world.errors import Refusal
from sim.world.names import other_of
from tests.workshop.small import small_doses
from workshop.engine.doses import LARGE, ORDINARY, SIZES
from workshop.engine.package import Package

LISTS = st.dictionaries(st.sampled_from(sorted(REGISTRY)), st.sampled_from(SIZES), max_size=8).map(lambda found: tuple(found.items()))


@given(LISTS, LISTS)
def test_a_package_is_its_line_and_back(done, cards):
    one = Package(done, cards)
    assert Package.read(one.line()) == one == Package(done[::-1], cards[::-1])
    assert one.base() == Package(done) and one.base().cards == ()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "done: -",
        "cards: -; done: -",
        "done: -; cards: brieven",
        "done: -; cards: brieven=gewoon; ",
        "done: -; cards: brieven=gewoon\n",
        "done:  -; cards: -",
        "done: -; cards: voorrang=gewoon, brieven=klein",
        "done: -; cards: brieven=klein, brieven=klein",
        "done: -; cards: brieven=veel",
        "done: -; cards: breven=klein",
        "done: -; cards: al_voorrang=klein",
        "done: -; cards: __import__=klein",
        "done: -; cards: -, brieven=klein",
    ],
)
def test_a_line_that_is_written_otherwise_is_refused_in_one_line(line):
    with pytest.raises(Refusal) as refused:
        Package.read(line)
    assert "\n" not in str(refused.value) and ";" in str(refused.value)


def test_every_dose_of_every_card_stands_in_a_package_or_is_refused_with_its_sentence():
    every = small_doses()
    for key, size in itertools.product(REGISTRY, SIZES):
        for package in (Package(cards=((key, size),)), Package(done=((key, size),))):
            reason = every[key][size].why_not
            if reason is not None:
                assert reason.nl in package.why_not(every).nl and reason.en in package.why_not(every).en
                with pytest.raises(Refusal):
                    package.instruments(every)
            else:
                assert package.why_not(every) is None
                ((found, settings),) = package.instruments(every).items()
                assert found == (other_of(key) if package.done else key)
                assert load(found, settings).already == bool(package.done)
                assert {**settings, "already": False} == every[key][size].settings


def test_cards_that_break_a_law_together_are_refused_by_their_names():
    both = Package((("lokale_binding", ORDINARY),), (("lokale_binding", ORDINARY),))
    reason = both.why_not(small_doses())
    assert "Voorrang voor lokale binding" in reason.nl and "local binding" in reason.en
    with pytest.raises(Refusal):
        both.instruments(small_doses())


def test_all_cards_at_once_can_stand_in_a_package():
    every = small_doses()
    cards = tuple((key, LARGE if sizes[LARGE].settings else ORDINARY) for key, sizes in every.items() if sizes[ORDINARY].settings)
    assert Package(cards=cards).why_not(every) is None
