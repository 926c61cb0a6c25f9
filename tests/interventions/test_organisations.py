"""Organisations: who may deliver, who may pay, by what rule, and what is said when one may not."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from sim.interventions import REGISTRY, Payer, load
from sim.interventions.organisations import ORGANISATIONS, POWERS, STAGES
from sim.world.errors import Refusal
from tests.every import every
from tests.worlds import LAWFUL


def test_the_registry_tells_the_truth():
    for key, one in ORGANISATIONS.items():
        assert one.key == key and one.nl and one.en and one.pays
        assert set(one.powers) <= set(POWERS) and set(one.stages) <= set(STAGES)
    assert {power for one in ORGANISATIONS.values() for power in one.powers} == set(POWERS), "a power that nobody has is none"
    assert all(power.rule and power.source for power in POWERS.values())
    assert set(get_args(Payer)) == set(ORGANISATIONS)


@every("key", REGISTRY)
def test_who_may_deliver_an_instrument_has_a_power_for_it(key):
    cls = REGISTRY[key]
    card = cls.card
    assert card.powers and set(card.powers) <= set(POWERS)
    assert card.may_deliver and all(set(ORGANISATIONS[name].powers) & set(card.powers) for name in card.may_deliver)
    assert set(card.payers) <= set(ORGANISATIONS) and set(card.stages) <= set(STAGES)


@every("key", REGISTRY)
def test_whoever_may_deliver_or_pay_is_taken_and_others_are_refused_with_the_rule_and_the_way_out(key):
    cls, settings = REGISTRY[key], LAWFUL.get(key, {})
    for name in ORGANISATIONS:
        if name in cls.card.may_deliver:
            assert load(key, settings | {"deliverer": name}).deliverer == name
        else:
            with pytest.raises(Refusal) as caught:
                load(key, settings | {"deliverer": name})
            text = str(caught.value)
            assert text.startswith(f"{key}.deliverer={name}: {key} is delivered by ") and POWERS[cls.card.powers[0]].rule in text
            assert text.endswith(f"use deliverer: {cls.card.may_deliver[0]}")
        if name not in cls.card.payers:
            with pytest.raises(Refusal) as refused:
                load(key, settings | {"payer": name})
            assert name in str(refused.value) and re.search(r"use payer", str(refused.value))


def test_who_pays_delivers_unless_it_may_not():
    assert REGISTRY["campagne"].card.usual_deliverer("corporatie") == "corporatie"
    assert REGISTRY["verhuisbegeleider"].card.usual_deliverer("huishouden") == "makelaar"
    with pytest.raises(Refusal, match=r"only the gemeente can have a huisvestingsverordening"):
        load("lokale_binding", {"deliverer": "corporatie"})
    with pytest.raises(Refusal, match=r"lokale_binding\.deliverer=bakker: lokale_binding is delivered by gemeente"):
        load("lokale_binding", {"deliverer": "bakker"})
    with pytest.raises(Refusal, match="Woningwet"):
        load("verhuiskostenvergoeding", {"payer": "corporatie"})


def test_an_instrument_that_names_no_deliverers_is_delivered_by_those_that_pay():
    card = REGISTRY["klusdienst"].card.but(deliverers=(), payers=("huishouden", "welzijn"))
    assert card.may_deliver == ("welzijn",)
