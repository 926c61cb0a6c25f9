"""A frozen world keeps its people, homes and border; what drifts in it is the market: ``tools/stationarity.py --frozen``.

Left out of the check itself is what changes by more than was aimed at (docs/validation.md).
"""

from __future__ import annotations

import functools

import numpy as np
import pytest

from sim import parameters
from sim.world.codes import IN_STOCK, PRESENT, EventKind
from sim.world.columns import ABSENT
from tools import frozen_world
from tools.frozen_check import MARKET, STOCK, Line, compare, count, months_of
from tools.frozen_world import YEAR, and_over, oldest_birth, years_to_shift

PLACE, MONTHS = "terschelling", 72  # 2,600 households
CHANCE = 0.04  # what its few events move a level by, over the best part of which nobody decides


@functools.cache
def passed():
    """A frozen world at its start, and at its end: homes, births of the oldest of its households, the figures of each, and the world."""
    frozen = frozen_world.build(PLACE, 1, parameters.resolve({}), burn_in=0, months=MONTHS)
    w, seen = frozen.run.world, []
    for after in (False, True):
        while after and w.month < MONTHS:
            frozen_world.step(frozen)
        rows = np.flatnonzero(w.h.state == PRESENT)
        seen.append((int((w.d.state == IN_STOCK).sum()), w.month - oldest_birth(w.h.adult_birth[rows]), count(w, int(w.counts[1]))))
    return (*seen, frozen)


def test_no_home_is_built_or_demolished():
    (before, _, _), (after, _, _), frozen = passed()
    assert before == after and not frozen.run.to_demolish.any() and (frozen.run.world.d.delivery == ABSENT).all()


def test_ages_stay_as_they_are_while_six_years_pass():
    (_, before, _), (_, after, _), _ = passed()
    shares = [np.array([(ages >= YEAR * age).mean() for age in range(25, 95, 5)]) for ages in (before, after)]
    assert abs(shares[1] - shares[0]).max() < CHANCE / 2
    assert after.mean() == pytest.approx(before.mean(), abs=YEAR)  # of six years that they would have grown older


def test_households_of_each_class_and_what_they_are_made_of_stay_level():
    (_, _, before), (_, _, after), _ = passed()
    held = [key for key in before if key[2] == STOCK and key[0] in ("households", "couples", "children")]
    assert len(held) == 9
    moved = {key[:2]: round(after[key] / before[key] - 1, 3) for key in held if abs(after[key] / before[key] - 1) > 2 * CHANCE}
    assert moved == {}


def test_everybody_goes_on_living():
    events = passed()[2].run.events
    for kind in EventKind:
        by_year = np.bincount(events.month[events.kind == kind] // YEAR, minlength=MONTHS // YEAR)[: MONTHS // YEAR]
        assert by_year.min() > 0, kind
    leaves = events.kind == EventKind.DEPARTURE
    early, late = (int((leaves & (events.month >= lo) & (events.month < lo + 24)).sum()) for lo in (0, 48))
    assert abs(late - early) < 4 * np.sqrt(late + early)  # the border stays


def test_a_birthday_counts_only_as_far_as_there_is_room_among_the_older():
    births, ident = -YEAR * np.repeat([40, 50], (60, 40)), np.arange(1, 101, dtype=np.uint64)
    births[::2] += 5  # half has no birthday this month
    share = and_over(births + YEAR, 0) / 100  # room as it was a year ago
    assert years_to_shift(births, ident, 0, and_over(births, 0) / 100, 7).tolist() == [0] * 100
    held = years_to_shift(births, ident, 0, share, 7)
    assert set(held[::2]) == {0} and set(held[1::2]) == {1}


def test_where_somebody_older_is_lacking_one_of_the_next_younger_is_two_years_older():
    births, ident = np.full(10, -YEAR * 40), np.arange(1, 11, dtype=np.uint64)
    share = np.where(np.arange(112) <= 40, 1.0, np.where(np.arange(112) == 41, 0.3, 0.0))
    assert sorted(years_to_shift(births, ident, 0, share, 7).tolist()) == [-1] * 3 + [0] * 7


def test_a_change_passes_within_five_per_cent_or_two_standard_errors():
    def line(*late: float) -> Line:
        return compare([[{("fit", "all", MARKET): 1.0}] * 24 + [{("fit", "all", MARKET): each}] * 24 for each in late])[0]

    assert line(1.049).passes and not line(1.06).passes  # of one seed there is no standard error
    assert line(1.0, 1.3).passes and not line(1.25, 1.3).passes
    assert line(1.0, 1.3).change == pytest.approx(0.15) and line(1.0, 1.3).error == pytest.approx(0.15)


KNOWN = {("wishes", "families"), ("searchers", "families"), ("moves", "others")}  # the start has too few families short of rooms


@pytest.mark.long
def test_the_market_of_a_frozen_zwolle_stays_level():
    worlds = [months_of("zwolle", seed, {}, 120) for seed in (1, 2, 3, 4)]
    drifts = {(one.figure, one.group): f"{one.change:.3f} ± {one.error:.3f}" for one in compare(worlds) if not one.passes}
    assert drifts.keys() <= KNOWN, drifts
