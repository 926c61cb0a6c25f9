"""The menukaart: which classes stand on it is said in one tuple per file, and no class that is an instrument is left out."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import pytest

import sim.interventions
from sim.interventions import FILES, REGISTRY
from sim.interventions import cards as folder
from sim.interventions.card import Card
from sim.interventions.instrument import Instrument
from tests.every import every

ROOM = [importlib.import_module(found.name) for found in pkgutil.walk_packages(sim.interventions.__path__, "sim.interventions.")]
NAMES = sorted(found.name for found in pkgutil.iter_modules(folder.__path__))


def defined(module):
    """Classes of instruments that a file defines itself."""
    classes = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Instrument)]
    return [one for one in classes if one.__module__ == module.__name__]


BASES = {base for module in ROOM for cls in defined(module) for base in cls.__mro__[1:]}


def concrete(module):
    """Those that nothing is built upon, or that have a card of their own: not the bases that others only share."""
    return [cls for cls in defined(module) if cls not in BASES or "card" in vars(cls)]


def test_every_file_of_cards_is_on_the_menukaart_once():
    assert sorted(file.__name__.rpartition(".")[2] for file in FILES) == NAMES


@every("name", NAMES)
def test_the_tuple_of_a_file_names_all_its_instruments_and_no_base(name):
    module = importlib.import_module(f"{folder.__name__}.{name}")
    listed = {cls.__name__ for cls in module.CARDS}
    there = {cls.__name__ for cls in concrete(module)}
    assert there - listed == set(), f"not in CARDS at the end of {name}.py"
    assert listed - there == set(), f"in CARDS of {name}.py, and no instrument of that file"
    assert len(module.CARDS) == len(listed)


def test_outside_the_files_of_cards_there_are_only_bases():
    outside = [module for module in ROOM if not module.__name__.startswith(f"{folder.__name__}.")]
    assert [cls.__name__ for module in outside for cls in concrete(module) if cls is not Instrument] == []


def test_every_instrument_has_a_card_and_a_key_of_its_own():
    listed = [cls for file in FILES for cls in file.CARDS]
    assert [cls.__name__ for cls in listed if "card" not in vars(cls) or not cls.card.key] == []
    assert len(REGISTRY) == len(listed), "two instruments have one key"


@every("key", REGISTRY)
def test_a_card_says_in_each_of_its_fields_something_that_is_known(key):
    card = REGISTRY[key].card
    empty = {one.name for one in dataclasses.fields(Card) if getattr(card, one.name) in ("", ())}
    assert empty <= {"law", "deliverers"}


def test_a_card_cannot_be_changed_and_a_field_that_there_is_not_is_refused():
    card = Card(key="nieuw", nl="Nieuw")
    assert card.title == {"nl": "Nieuw", "en": "Nieuw"} and card.but(law="none").law == "none"
    assert card == Card(key="nieuw", nl="Nieuw"), "but() leaves the card that it is called on as it was"
    with pytest.raises(dataclasses.FrozenInstanceError):
        card.law = "none"
    with pytest.raises(TypeError, match="payer"):
        card.but(payer=("gemeente",))


@every("key", [key for key, cls in REGISTRY.items() if cls.card.dosed])
def test_what_is_dosed_asks_its_dose_itself(key):
    """``run.n_room`` is no answer for it: of what is dosed none, before ``run.dose``."""
    asks = [cls for cls in REGISTRY[key].__mro__ if "act_in_month" in vars(cls) and "run.dose(" in inspect.getsource(cls)]
    assert asks, f"{key} is dosed, and no act_in_month of it calls run.dose: it would reach nobody"
