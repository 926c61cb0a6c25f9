"""The border: as many persons leave as were counted, of the ages that were counted, by a list of events that no market changes."""

from __future__ import annotations

import functools
from itertools import pairwise

import numpy as np
import pytest

from sim import run
from sim.behaviour.klantreis import looks_elsewhere
from sim.counts import person_moves
from sim.demography import border
from sim.demography import plan as demography
from sim.demography.hazards import MAX_AGE, chances
from sim.demography.plan import Events
from sim.market.searchers import looking_rows
from sim.population import setting
from sim.world import figures, places
from sim.world.codes import EventKind, HouseholdState, PersonMove, Stage
from sim.world.columns import ABSENT, NEVER, Households, copy, empty
from sim.world.geography import Border
from tests.small_country import FIRST, closed, households, planned_from
from tests.worlds import burnt_in

N, MONTHS = 9000, 60
PRESENT = HouseholdState.PRESENT
BORDER = Border(N * 2.1 * 0.045 / 12, 1, 1.0, 1.0)
NO_MOVES = np.zeros(MONTHS, int)


def housed(n: int) -> Households:
    h = households(n)
    h.home[:] = np.arange(n)
    return h


@functools.cache
def planned(level: float = 1.0) -> tuple[Households, Events]:
    return planned_from(housed(N), closed(), 1, FIRST, NO_MOVES, BORDER._replace(level=level))


def leavers(h: Households, events: Events) -> tuple[np.ndarray, np.ndarray, float]:
    """Ages of the first adults of departing households, their persons, and persons who left otherwise (moves of equals as expected)."""
    g, ages, persons, others = copy(h), [], [], 0.0
    share = border.elsewhere(1.0)
    for month in range(FIRST, FIRST + MONTHS):
        part = slice(int(events.first[month - FIRST]), int(events.first[month - FIRST + 1]))
        kind, row, other, new = (column[part] for column in (events.kind, events.row, events.other, events.new_row))
        goes = row[kind == EventKind.DEPARTURE]
        ages += border.first_age(g, month, goes).tolist()
        persons += border.sizes(g, goes).tolist()
        others += int(((kind == EventKind.LEAVE_HOME) & (new < 0)).sum())
        others += share[border.first_age(g, month, row[kind == EventKind.SEPARATION])].sum()
        for side in (row, other):
            some = side[kind == EventKind.UNION]
            others += (share[border.first_age(g, month, some)] * border.sizes(g, some)).sum() / 2
        demography.replay(g, events, month, FIRST)
    return np.array(ages), np.array(persons), others


def test_as_many_persons_leave_as_the_border_says_however_they_leave():
    h, events = planned()
    _, persons, others = leavers(h, events)
    assert persons.sum() + others == pytest.approx(BORDER.persons * MONTHS, rel=0.05)
    assert 0.25 < others / (persons.sum() + others) < 0.6, "neither is nearly all"


def test_households_leave_as_often_as_persons_of_the_age_of_their_first_adult():
    h, events = planned()
    ages, _, _ = leavers(h, events)
    g, there = copy(h), np.zeros(MAX_AGE + 1)
    for month in range(FIRST, FIRST + MONTHS):
        there += np.bincount(border.first_age(g, month)[g.state == PRESENT], minlength=MAX_AGE + 1)
        demography.replay(g, events, month, FIRST)
    expected = there * border.between()
    edges = [18, 25, 30, 40, 55, 70, MAX_AGE + 1]
    left = np.histogram(ages, edges)[0]
    wanted = np.array([expected[a:b].sum() for a, b in pairwise(edges)])
    wanted *= left.sum() / wanted.sum()
    assert (np.abs(left - wanted) < 5 * np.sqrt(wanted)).all() and left[1] > 3 * left[-1]


def test_children_leave_for_elsewhere_as_often_as_who_moves_at_their_age_and_the_more_the_more_leave_the_gemeente():
    shares = []
    for level in (0.5, 1.0, 3.0):
        _, events = planned(level)
        leaves = events.kind == EventKind.LEAVE_HOME
        n, gone = int(leaves.sum()), int((leaves & (events.new_row < 0)).sum())
        low, high = (f(border.elsewhere(level)[18:30]) for f in (np.min, np.max))
        error = 4 * np.sqrt(0.25 / n)
        assert low - error < gone / n < high + error
        shares.append(gone / n)
    assert shares == sorted(shares) and shares[-1] > shares[0] + 0.3


def test_moves_at_an_age_are_split_as_they_were_counted():
    t = figures.table("moves")
    share = border.elsewhere(np.array([1.0, 2.0]))
    at = t["age"] == 25
    assert share[0, 25] == pytest.approx(float(t["pct_between"][at][0] / t["pct_moved"][at][0]))
    assert share[1, 25] / (1 - share[1, 25]) == pytest.approx(2 * share[0, 25] / (1 - share[0, 25])), "the level is one of odds"
    assert ((share > 0) & (share < 1)).all()


def young_on_their_own(h: Households, month: int) -> int:
    return int(border.by_age(h.adult_birth[h.state == PRESENT], month)[18:25].sum())


def test_as_many_young_people_come_to_rooms_as_keep_their_number():
    h, events = planned_from(housed(N), closed(), 1, FIRST, np.zeros(120, int), BORDER)
    g, there = copy(h), []
    for month in range(FIRST, FIRST + 120):
        there.append(young_on_their_own(g, month))
        demography.replay(g, events, month, FIRST)
    assert np.mean(there[96:]) == pytest.approx(there[0], rel=0.1)
    came = events.kind == EventKind.ARRIVAL
    rooms = h.patience[events.row[came]] == NEVER
    assert rooms.sum() / 120 * 5 > 0.1 * there[0], "without them there were fewer"


def test_who_comes_to_a_room_is_young_alone_and_leaves_no_home_and_who_comes_with_a_household_is_older():
    h, events = planned()
    p, came = closed(), events.kind == EventKind.ARRIVAL
    rows, month = events.row[came], events.month[came]
    age = (month - h.adult_birth[rows].max(axis=1)) // 12
    in_room = h.patience[rows] == NEVER
    assert in_room.sum() > 50 and (~in_room).sum() > 50
    assert ((age[in_room] >= p.age_leave_home) & (age[in_room] < p.age_own_household)).all()
    persons = (h.adult_birth[rows] != ABSENT).sum(axis=1) + (h.child_birth[rows] != ABSENT).sum(axis=1)
    assert (persons[in_room] == 1).all() and not h.left_elsewhere[rows][in_room].any()
    first = np.array([border.first_age(h, int(m), np.array([i]))[0] for i, m in zip(rows[~in_room], month[~in_room], strict=True)])
    assert (first >= p.age_own_household).all() and h.left_elsewhere[rows][~in_room].mean() == pytest.approx(0.7, abs=0.05)


def of_ages(own: dict[int, int], at_home: dict[int, int], month: int) -> Households:
    """Single people and children at home of these ages, each child with parents of 50."""
    ages = [(age, None) for age, n in own.items() for _ in range(n)] + [(50, age) for age, n in at_home.items() for _ in range(n)]
    h = empty(Households, len(ages))
    h.state[:] = PRESENT
    for i, (age, child) in enumerate(ages):
        h.adult_birth[i, 0] = month - 12 * age
        h.child_birth[i, 0] = ABSENT if child is None else month - 12 * child
    return h


def test_those_who_come_are_those_that_are_lacking_one_age_on():
    p = closed()
    c, month = chances(p), FIRST
    h = of_ages({20: 40, 21: 100, 22: 90, 50: 30}, {20: 60}, month)
    leaving = border.Going(np.full(MAX_AGE + 1, 0.01), np.full(MAX_AGE + 1, 0.25))
    found = border.coming(h, BORDER, month, c, leaving, p.age_own_household) * 12
    stay, leave = 0.99**12, 1 - (1 - c.leave_home[0, 20]) ** 12
    lacking = np.zeros(MAX_AGE + 1)
    lacking[20] = 40
    lacking[21] = 100 - stay * 40 - leave * 60 * 0.75
    lacking[22] = 90 - stay * 100
    lacking[23] = -stay * 90  # these leave in other ways than the chances say
    plus = np.maximum(0, lacking)
    assert found == pytest.approx(plus * max(0, lacking.sum()) / plus.sum())
    assert found[21] > 0 and border.coming(h, None, month, c, leaving, 26).sum() == 0
    assert border.coming(h, BORDER._replace(persons=0.0), month, c, leaving, 26).sum() == 0
    assert border.coming(of_ages({20: 40}, {}, month), BORDER, month, c, leaving, 26)[20] == pytest.approx(40 * (1 - stay) / 12)


def test_who_lives_in_a_room_leaves_as_often_as_he_moves_and_they_at_his_age_go_elsewhere():
    p, month = closed(p_room_move=0.24, p_back_home=0.12, age_back_home=30.0), FIRST
    h = of_ages({20: 100, 40: 50}, {}, month)
    share = border.elsewhere(1.0)
    expected = 100 * 0.03 * share[20] + 50 * 0.02 * share[40]
    assert border.rooms_expected(h, BORDER, month, p) == pytest.approx(expected)
    assert border.rooms_expected(h, BORDER._replace(outside=0.5), month, p) == pytest.approx(expected / 2)
    h.home[:100] = 0
    assert border.rooms_expected(h, BORDER, month, p) == pytest.approx(50 * 0.02 * share[40])
    assert border.rooms_expected(h, None, month, p) == 0


def test_who_departs_knows_the_month_and_nobody_else_has_one():
    h, events = planned()
    goes = events.kind == EventKind.DEPARTURE
    expected = np.full(len(h.id), NEVER, np.int16)
    expected[events.row[goes]] = events.month[goes]
    assert np.array_equal(h.departs, expected) and (expected != NEVER).any()


@pytest.mark.parametrize("without", [None, Border(0.0, 342, 0.0, 1.0)])
def test_nobody_leaves_a_country(without):
    h, events = planned_from(housed(2000), closed(), 1, FIRST, NO_MOVES, without, arrivals=False)
    assert not (events.kind == EventKind.DEPARTURE).any() and (h.departs == NEVER).all()
    assert (events.new_row[events.kind == EventKind.LEAVE_HOME] >= 0).all()


def test_where_children_alone_are_more_than_leave_no_household_does():
    h, p = households(2000), closed()
    found = border.going(h, Border(1.0, 1, 1.0, 1.0), FIRST, 2.0)
    assert (found.households == 0).all() and (found.children > 0).all()
    assert border.others_expected(h, None, FIRST, chances(p)) == 0


def test_a_region_loses_the_share_of_its_moves_across_borders_that_crosses_its_own():
    one, several = (setting.border(places.resolve(key)) for key in ("zwolle", "gelderland"))
    left, _ = setting.left_in_a_year(places.resolve("gelderland"))
    share = places.share_outside(places.resolve("gelderland"))
    assert several.persons == pytest.approx(share * left.sum() / 12) and several.gemeenten == len(left) == 51
    assert one.gemeenten == 1 and one.persons == pytest.approx(setting.left_in_a_year(places.resolve("zwolle"))[0].sum() / 12)
    assert setting.border(places.resolve("nederland")).persons == 0


# in the world


def test_who_is_about_to_leave_looks_elsewhere_and_not_here():
    one = burnt_in().copy()
    w = one.world
    dur = int(w.params.dur_look_elsewhere)
    soon = (w.h.state == PRESENT) & (w.h.home >= 0) & (w.h.departs < NEVER) & looks_now(w, dur)
    rows = looking_rows(w.h, np.uint64(1), (1.0, 1.0, dur), w.month)
    assert soon.any() and not soon[rows].any()
    settled = soon & ~np.isin(w.h.stage, (Stage.VERHUIZEN, Stage.NIEUW_THUIS)) & (w.h.departs < w.month + 1)
    assert np.isin(w.h.stage[settled], (Stage.WOONWENS, Stage.WONINGZOEKEN)).all()


def looks_now(w, dur: int) -> np.ndarray:
    return np.array([looks_elsewhere(month, w.month, dur) for month in w.h.departs])


def test_an_exchange_of_equals_brings_as_many_as_it_takes_and_each_as_old():
    made = run.burn_in("terschelling", 2, 12, 12, 0)
    world = run.run_scenario(made, tables=["person_moves"]).tables["person_moves"]
    some = world[world["kind"].isin(["room", "separated"])]
    gone = some[some["to_gemeente"] == ""].groupby(["kind", "age"], observed=True)["persons"].sum()
    came = some[some["from_gemeente"] == ""].groupby(["kind", "age"], observed=True)["persons"].sum()
    assert (came.reindex(gone.index, fill_value=0) >= gone).all(), "who parts among arrivals without a home comes too"
    assert (some["to_gemeente"] == "").any()


def test_those_who_move_without_a_home_go_elsewhere_as_often_as_their_age():
    w = burnt_in().world
    n = 4000
    share = border.elsewhere(w.geography.leaving)[0]
    rows = np.arange(n) % len(w.h.id)
    zero = np.zeros(n, np.int64)
    kinds = {PersonMove.ROOM: share[25], PersonMove.LEFT_HOME: 0.0}  # of one gemeente the children went as themselves
    w = burnt_in().copy().world
    w.h.id[rows] = np.arange(n, dtype=np.uint64) + np.uint64(7)
    for kind, expected in kinds.items():
        with w.draws.replay():
            found = person_moves._exchanged(w, person_moves.Moved(zero, zero, np.full(n, int(kind)), np.full(n, 25), rows))
        gone, came = (found.taken < 0), (found.left < 0)
        assert gone.sum() == came.sum() == len(found.age) - n
        assert gone.sum() / n == pytest.approx(expected, abs=0.035)
