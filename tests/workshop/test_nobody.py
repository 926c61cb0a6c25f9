"""A card that meets nobody, as may be in a small place: it does exactly nothing, says so, and the others count."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.workshop.small import MONTHS, burnt_in, small_doses
from tests.worlds import EMPTY_GROUP
from workshop.engine import one_world
from workshop.engine.doses import Doses
from workshop.engine.outcome import outcome
from workshop.engine.package import Package
from workshop.server import said, views

NOBODY, OTHER = "verhuiskostenvergoeding", "wooncoach_sociaal"
MET, BOTH, ALONE = (Package((), tuple((key, "gewoon") for key in keys)) for keys in ((OTHER,), (NOBODY, OTHER), (NOBODY,)))


@pytest.fixture(scope="module")
def every() -> Doses:
    """Every card, one of them for people who are not there."""
    found = small_doses()
    usual = found[NOBODY]["gewoon"]
    never = {"gewoon": replace(usual, settings={**(usual.settings or {}), "who": EMPTY_GROUP["who"]})}
    return Doses(found.setting, {**found.of, NOBODY: never})


@pytest.fixture(scope="module")
def answers(every):
    """By package, of two worlds."""
    found: dict[Package, list] = {}
    for package in (Package(), MET, BOTH, ALONE):
        for seed in (0, 1):
            run = one_world.begin(burnt_in(seed), package.instruments(every), first=seed == 0)
            rows = one_world.forward(run, MONTHS)
            found.setdefault(package, []).append(one_world.answer(run, package, seed, rows, first=seed == 0))
    return found


def test_it_reaches_nobody_and_the_package_is_what_the_others_make_it(answers):
    assert all(one.reached[NOBODY] == 0 for package in (BOTH, ALONE) for one in answers[package])
    assert all(one.reached[OTHER] > 0 for one in answers[BOTH])
    for with_it, without in ((BOTH, MET), (ALONE, Package())):
        for mine, theirs in zip(answers[with_it], answers[without], strict=True):
            pd.testing.assert_frame_equal(mine.track, theirs.track)


@pytest.mark.parametrize(("package", "words"), [(BOTH, "bereikte hier niemand"), (ALONE, "in aanmerking")])
def test_the_screen_says_why(answers, every, package, words):
    made = outcome(answers[Package()], answers[package], package, every)
    reached = {key: sum(one.reached[key] for one in answers[package]) / 2 for key, _ in package.cards}
    told = views.told(views.sheets("X", made, reached), made)
    sentences = [said.filled(one, "nl") for one in said.outcome(told)]
    assert sum(words in one for one in sentences) == 1
    assert told["reached"][NOBODY]["v"] == 0
    if package == BOTH:
        assert said.title(NOBODY).nl in sentences[-1] and said.title(OTHER).nl not in sentences[-1]
    else:
        assert all(one["difference"] is None or one["difference"]["v"] == 0 for one in told["effects"].values())
