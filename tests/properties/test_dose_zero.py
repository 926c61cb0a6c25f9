"""A dose of zero: the scenario is refused because its world would be the world without the instrument, or something happens."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from sim.approach import beforehand
from sim.interventions import REGISTRY, load
from sim.interventions.terms import Terms
from sim.state import Run
from sim.world.errors import Refusal
from sim.world.places import resolve
from tests.worlds import MIXED, MONTHS, RARE, at_work, burnt_in, let_pass, strong

NAMES = {"touched", "ever", "used", "decisive", "labels", "made_by", "bits", "instruments"}  # of what worked
CONTACT = {"first_contact", "contact_month", "contact_months"}  # what is noted of a household that meets it, and moves nobody


def least(key: str, name: str) -> float | None:
    """The lowest value that a setting of an instrument's own may have; None where it has none."""
    found = [bound.ge for bound in REGISTRY[key].model_fields[name].metadata if hasattr(bound, "ge")]
    return float(found[0]) if found and name not in Terms.model_fields else None


DOSES = [(key, name) for key, cls in REGISTRY.items() for name in cls.model_fields if least(key, name) == 0]
NOBODY = [("woningsplitsen", {"rel_refused": 1}), ("mantelzorgwoning", {"rel_refused": 1}), ("woningruil", {"p_no_consent": 1})]
NONE_PULLED = [
    (key, dict.fromkeys(cls().levers(), 0))
    for key, cls in REGISTRY.items()
    if {*cls().levers()} <= {*cls.model_fields} and len(cls().levers()) > 1
]
SETTINGS: list[tuple[str, dict[str, Any]]] = [(key, {name: 0}) for key, name in DOSES] + NOBODY + NONE_PULLED
SETTINGS += [(key, {"trouble": 0, "eur_use": 0}) for key in ("verhuisvoucher", "soepele_oplevering", "verhuisbegeleider")]
SETTINGS += [("interventie_x", {"pulls": {}}), ("interventie_x", {"pulls": {"trouble": 0, "n_rooms_left": 1}})]
SETTINGS += [(key, {"label": "mine", name: 0}) for key in ("huurgewenning", "huurbehoud") for name in ("rel_labelled", "n_labelled")]


def changed(one: Run, other: Run) -> bool:
    """Whether households, homes, vacancies or moves of two runs differ in anything but what worked on them."""
    for name in ("h", "d", "v", "m"):
        mine, its = getattr(one.world, name), getattr(other.world, name)
        for column in set(mine._fields) - NAMES - CONTACT:
            a, b = getattr(mine, column), getattr(its, column)
            if a.shape != b.shape or not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
                return True
    return False


def test_what_reaches_nobody_or_pulls_nothing_by_itself_does_something_beside_a_coach_who_is_heard():
    silent = dict.fromkeys(("awareness", "search", "sight", "trouble", "responses", "p_direct"), 0)
    term = beforehand.Term(resolve(MIXED), "2026-01", MONTHS, 0)
    for own, other in (({"toolbox": ["klusdienst"]}, {"rel_known": 0}), ({}, {"who": {"coach": True}})):
        beforehand.check({"wooncoach_sociaal": load("wooncoach_sociaal", silent | own), "klusdienst": load("klusdienst", other)}, (), term)
    with pytest.raises(Refusal, match=r"klusdienst.rel_known=0 would do nothing"):
        beforehand.check({"wooncoach_sociaal": load("wooncoach_sociaal", {}), "klusdienst": load("klusdienst", {"rel_known": 0})}, (), term)
    with pytest.raises(Refusal, match=r"wooncoach_sociaal.n_talks=0 would do nothing"):
        beforehand.check({"wooncoach_sociaal": load("wooncoach_sociaal", {"n_talks": 0, "toolbox": ["klusdienst"]})}, (), term)


@functools.cache
def without(place: str) -> Run:
    """The world without instruments, after MONTHS; read only."""
    return let_pass(at_work(burnt_in(place), {}, ghosts=False), MONTHS)


@pytest.mark.parametrize(("key", "settings"), SETTINGS, ids=lambda value: value if isinstance(value, str) else str(value))
def test_what_is_zero_is_refused_for_the_world_would_be_the_same_or_something_happens(key, settings):
    try:
        one = load(key, strong(key) | settings)
    except Refusal:  # the law forbids it
        return
    place = RARE.get(key, MIXED)
    with_it = let_pass(at_work(burnt_in(place), {key: strong(key) | settings}, ghosts=False), MONTHS)
    said = one.does_nothing()
    assert changed(without(place), with_it) == (not said), said or "it does nothing, and is not refused"
    if said:
        assert all(f"{key}.{name}=0" in said or value != 0 for name, value in settings.items() if name in REGISTRY[key].model_fields)
        with pytest.raises(Refusal, match=r"would do nothing|pulls no lever"):
            beforehand.check({key: one}, (), beforehand.Term(resolve(MIXED), "2026-01", MONTHS, 0))
