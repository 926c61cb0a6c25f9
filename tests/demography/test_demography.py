"""Demography: one event list per seed, the same people in every replay, nobody twice and nobody for ever."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demography import partners, rates
from sim.demography import plan as demography
from sim.demography import planner as planner_module
from sim.demography.hazards import MAX_AGE, PURPOSES, Odds, bits_of, chances, draw_month
from sim.demography.plan import Events
from sim.demography.planner import Planner
from sim.parameters import resolve
from sim.world.chance import Draws, to_unit, uniform
from sim.world.codes import EventKind, HouseholdState, HouseholdType
from sim.world.columns import ABSENT, NEVER, Households, copy, empty, fingerprint, take
from sim.world.errors import Refusal
from sim.world.geography import Border
from tests.small_country import FIRST, closed, households, planned_from
from tests.twins import demography as twins

N, LAST = 3000, 84
MONTHS = LAST - FIRST
PRESENT = HouseholdState.PRESENT
GROWTH = np.full(MONTHS, N * 0.008 / 12)  # dwellings per month
NET = np.diff(np.floor(np.cumsum(np.append(0, GROWTH)))).astype(np.int64)
BORDER = Border(N * 2.1 * 0.04 / 12, 1, 1.0, 1.0)


@functools.cache
def planned(seed: int = 1) -> tuple[Households, Events]:
    """Ten years of the small country with a border; copy before use."""
    return planned_from(households(N), closed(), seed, FIRST, NET, BORDER)


def month_of(events: Events, month: int) -> slice:
    return slice(int(events.first[month - FIRST]), int(events.first[month - FIRST + 1]))


def twice(events: Events, month: int) -> int:
    """Events of a household that another event of the same month may have overtaken."""
    row = events.row[month_of(events, month)]
    return len(row) - len(np.unique(row))


def adults_at(h: Households) -> dict[int, int]:
    """Household row of each adult present."""
    there = (h.state == PRESENT)[:, None] & (h.adult_birth != ABSENT)
    rows, slots = np.nonzero(there)
    people = h.adult_id[rows, slots].tolist()
    assert len(set(people)) == len(people), "somebody lives in two households"
    return dict(zip(people, rows.tolist(), strict=True))


def n_persons(h: Households) -> int:
    there = h.state == PRESENT
    return int((h.adult_birth[there] != ABSENT).sum() + (h.child_birth[there] != ABSENT).sum())


def test_hazards_of_a_month_are_those_of_the_plain_comparison() -> None:
    h, events = planned()
    g, p = copy(h), closed()
    c, p_leave = chances(p), np.linspace(0.004, 0.001, MAX_AGE + 1)
    for month in range(FIRST, FIRST + 25):
        if month % 6 == 0:
            base = np.array([Draws(5).base(purpose, month) for purpose in PURPOSES], np.uint64)
            drawn = draw_month(demography.people_of(g), len(g.id), Odds(month, c, base, p_leave))
            assert {tuple(row) for row in drawn.tolist()} == twins.draw_month(g, month, c, base, p_leave)
            assert len(drawn) > 10
        demography.replay(g, events, month, FIRST)


@given(st.floats(0, 1), st.integers(0, 2**53 - 1))
def test_bits_within_a_bound_are_those_whose_number_is_below_the_chance(chance: float, step: int) -> None:
    bound = bits_of(np.array([chance]))[0]
    for bits in (np.uint64(step << 11), np.uint64((step << 11) + 2047), bound):
        assert (bits <= bound) == (to_unit(bits) < chance) or (chance == 0 and bits == 0)


@pytest.mark.parametrize("removed", [0.0, 0.02])
def test_events_do_to_the_columns_what_they_do_to_plain_objects(removed: float) -> None:
    h, events = planned()
    g, oracle = copy(h), twins.Replay(twins.houses_of(h))
    for month in range(FIRST, LAST):
        part = month_of(events, month)
        oracle.ended, oracle.unions, oracle.founded, oracle.changed, before = [], [], [], [], oracle.void
        for e in range(part.start, part.stop):
            oracle.apply(
                month,
                int(events.kind[e]),
                int(events.row[e]),
                int(events.other[e]),
                int(events.person[e]),
                int(events.new_row[e]),
            )
        happened = demography.replay(g, events, month, FIRST)
        assert list(zip(happened.ended.tolist(), happened.origin.tolist(), strict=True)) == oracle.ended
        assert [tuple(row) for row in happened.unions.tolist()] == oracle.unions
        assert list(zip(happened.founded, happened.founded_kind, happened.founded_parent, strict=True)) == oracle.founded
        assert list(zip(happened.changed, happened.trigger, strict=True)) == oracle.changed
        assert happened.void == oracle.void - before
        name_the_newborn(oracle, g)
        for row in np.flatnonzero((g.state == PRESENT) & (uniform(np.uint64(month + 99), g.id) < removed)):
            g.state[row] = oracle.houses[row].state = HouseholdState.ENDED
    same_people(oracle, g)
    again = sum(twice(events, month) for month in range(FIRST, LAST))
    assert oracle.void > 5 * again if removed else oracle.void <= again


def test_what_happened_lies_in_columns_of_its_own_for_which_no_kernel_is_compiled_anew() -> None:
    h, events = planned()
    happened = demography.replay(copy(h), events, FIRST, FIRST)
    assert len(happened.changed) > 1 < len(happened.founded), "of one number it cannot be told"
    assert all(column.flags.c_contiguous for column in happened if isinstance(column, np.ndarray))


def name_the_newborn(oracle: twins.Replay, g: Households) -> None:
    for i, house in enumerate(oracle.houses):
        for k, child in enumerate(house.children):
            if child is not None and child.id == -1:
                child.id = int(g.child_id[i, k])


def same_people(oracle: twins.Replay, g: Households) -> None:
    for i, (house, other) in enumerate(zip(oracle.houses, twins.houses_of(g), strict=True)):
        assert house.state == other.state, i
        if house.state == PRESENT:
            assert sorted(house.adults, key=lambda a: a.id) == sorted(other.adults, key=lambda a: a.id)
            assert house.children == other.children
            assert house.wealth == pytest.approx(other.wealth, rel=1e-4)


def test_what_a_replay_leaves_draws_the_same_next_month() -> None:
    p = closed()
    h, events = planned_from(households(N), p, 4, FIRST, 0 * NET, None, arrivals=False)
    g, draws, c = copy(h), Draws(4), chances(p)
    for month in range(FIRST, LAST):
        base = np.array([draws.base(purpose, month) for purpose in PURPOSES], np.uint64)
        drawn = draw_month(demography.people_of(g), len(g.id), Odds(month, c, base, np.zeros(MAX_AGE + 1)))
        part = month_of(events, month)
        single = events.kind[part] != EventKind.UNION
        rest = drawn[drawn[:, 0] != EventKind.UNION]
        assert sorted(map(tuple, rest[:, :2].tolist())) == sorted(
            zip(events.kind[part][single].tolist(), events.row[part][single].tolist(), strict=True)
        )
        assert demography.replay(g, events, month, FIRST).void <= twice(events, month)


def test_a_household_begins_once_and_ends_once_and_no_one_appears_from_nowhere() -> None:
    h, events = planned()
    g = copy(h)
    founded, ended = np.zeros(len(h.id), int), np.zeros(len(h.id), int)
    founded[g.state == PRESENT] = 1
    for month in range(FIRST, LAST):
        persons, there = n_persons(g), adults_at(g)
        before = copy(g)
        happened = demography.replay(g, events, month, FIRST)
        part = month_of(events, month)
        kinds = np.bincount(events.kind[part], minlength=9)
        np.add.at(founded, np.concatenate((happened.founded, happened.unions[:, 2])), 1)
        pairs = happened.unions[:, :2].ravel()
        np.add.at(ended, np.concatenate((happened.ended, pairs[pairs >= 0])), 1)
        new = set(adults_at(g)) - set(there)
        grown = events.person[part][events.kind[part] == EventKind.LEAVE_HOME].tolist()
        came = events.row[part][events.kind[part] == EventKind.ARRIVAL]
        assert new <= set(grown) | set(h.adult_id[came][h.adult_birth[came] != ABSENT].tolist())
        assert len(new) >= len(happened.founded) - kinds[EventKind.SEPARATION]
        gained = kinds[EventKind.BIRTH] + int((g.size[came]).sum())
        assert n_persons(g) <= persons + gained - kinds[EventKind.DEATH] - kinds[EventKind.CARE]
        assert np.array_equal(before.id, g.id)
    assert founded.max() == 1
    assert ended.max() == 1
    assert np.array_equal(founded - ended, (g.state == PRESENT).astype(int))
    assert len(np.unique(h.id)) == len(h.id)


def households_beyond_homes(lost: float, ahead: float, n: int = 15_000, scale: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """By month: households more than homes since the start, those that are lost made up for; and arrivals past the age of rooms."""
    p, net = replace(closed(), rel_arrivals_lost=lost, dur_arrivals_ahead=ahead), scale * NET
    h, events = planned_from(households(n), p, 1, FIRST, net, BORDER._replace(persons=scale * BORDER.persons))
    g, more, arrived = copy(h), [], []
    for month in range(FIRST, LAST):
        demography.replay(g, events, month, FIRST)
        part = month_of(events, month)
        came = events.row[part][events.kind[part] == EventKind.ARRIVAL]
        arrived.append((h.patience[came] != NEVER).sum())  # who comes to a room does not leave for lack of a home
        more.append((g.state == PRESENT).sum() - n - net[: month - FIRST + 1].sum() - lost * sum(arrived))
    return np.array(more), np.array(arrived)


@pytest.mark.parametrize("lost", [0.0, 0.1])
def test_no_home_stands_empty_for_good_for_want_of_an_arrival(lost: float) -> None:
    more, arrived = households_beyond_homes(lost, 0.0)
    standing = lost * arrived.max() * closed().dur_arrivals_correction  # each month's loss is made up for over so many months
    assert more.min() >= -2 - standing, "households follow homes from the first month on, by whole households"
    assert more.max() <= arrived.max(), "beyond that by no more than come to rooms at once"


def test_so_many_months_of_arrivals_look_for_a_home_at_any_time() -> None:
    (none, came), (ahead, _) = (households_beyond_homes(0.0, months) for months in (0.0, 6.0))
    assert (ahead - none)[-36:].mean() == pytest.approx(6 * came[-48:].mean(), rel=0.25)


def test_where_dwellings_go_households_go_and_nobody_arrives_less_than_never() -> None:
    loss, calm = np.full(MONTHS, -10), BORDER._replace(persons=0.1 * BORDER.persons, level=0.1)
    h, events = planned_from(households(N), closed(), 1, FIRST, loss, calm)
    g = copy(h)
    for month in range(FIRST, LAST):
        demography.replay(g, events, month, FIRST)
    left = int((g.state == PRESENT).sum())
    came = h.patience[events.row[events.kind == EventKind.ARRIVAL]]
    gone = (events.kind == EventKind.DEPARTURE).sum()
    assert (came != NEVER).sum() < 0.05 * gone, "to rooms, beside who makes up for a month in which many left by chance"
    assert left == pytest.approx(N + loss.sum(), abs=0.01 * N)
    unguided = planned_from(households(N), closed(), 1, FIRST, loss, calm, arrivals=False)[1]
    assert (events.kind == EventKind.DEPARTURE).sum() > (unguided.kind == EventKind.DEPARTURE).sum()


def test_the_order_of_the_rows_given_does_not_matter() -> None:
    start = households(1500)
    turned = take(start, np.argsort(uniform(np.uint64(3), start.id)))
    tables = []
    for table in (start, turned):
        h, e = planned_from(table, closed(), 2, FIRST, NET[:60] // 2, BORDER)
        second = np.where((e.kind == EventKind.UNION), h.id[np.maximum(e.other, 0)], 0)
        new = np.where(e.new_row >= 0, h.id[np.maximum(e.new_row, 0)], 0)
        people = zip(e.month, e.kind, h.id[e.row], second, e.person, new, strict=True)
        order = np.argsort(h.id)
        tables.append((sorted(people), h.id[order], h.income_z[order], h.wealth[order], h.patience[order]))
    assert tables[0][0] == tables[1][0]
    for one, other in zip(tables[0][1:], tables[1][1:], strict=True):
        assert np.array_equal(one, other)


def test_who_is_taken_away_by_hand_leaves_nobody_without_a_future() -> None:
    h, events = planned(3)
    g, undisturbed = copy(h), copy(h)
    void = 0
    for month in range(FIRST, LAST):
        demography.replay(undisturbed, events, month, FIRST)
        void += demography.replay(g, events, month, FIRST).void
        g.state[(g.state == PRESENT) & (uniform(np.uint64(month + 99), g.id) < 0.01)] = HouseholdState.ENDED
        where = adults_at(undisturbed)
        # each adult left lives where the event list thinks, so that all later events find them
        assert all(where.get(person) == row for person, row in adults_at(g).items())
    assert void > 50
    assert not ((g.state == PRESENT) & (g.adult_birth == ABSENT).all(axis=1)).any()


def test_a_partner_who_never_came_leaves_the_other_in_the_new_household() -> None:
    h, events = planned()
    at = int(np.flatnonzero(events.kind == EventKind.UNION)[0])
    a, b, c = int(events.row[at]), int(events.other[at]), int(events.new_row[at])
    for gone, left in ((a, b), (b, a)):
        g = copy(h)
        for month in range(FIRST, int(events.month[at])):
            demography.replay(g, events, month, FIRST)
        g.state[gone] = HouseholdState.ENDED
        person = g.adult_id[left].max()
        happened = demography.replay(g, events, int(events.month[at]), FIRST)
        assert [left, -1, c] in happened.unions.tolist()
        assert g.adult_id[c].max() == person
        assert (g.adult_birth[c] != ABSENT).sum() == 1


def test_couples_are_a_man_and_a_woman_of_like_age_who_lived_apart() -> None:
    h, events = planned()
    g, gaps = copy(h), []
    for month in range(FIRST, LAST):
        part = month_of(events, month)
        unions = events.kind[part] == EventKind.UNION
        both = np.concatenate((events.row[part][unions], events.other[part][unions]))
        assert len(np.unique(both)) == len(both)
        assert ((g.adult_birth[both] != ABSENT).sum(axis=1) == 1).all()
        happened = demography.replay(g, events, month, FIRST)
        new = happened.unions[:, 2]
        assert (g.adult_sex[new] == [0, 1]).all()
        gaps += (g.adult_birth[new, 1].astype(int) - g.adult_birth[new, 0]).tolist()
    p = resolve()
    assert np.mean(gaps) == pytest.approx(p.dur_partner_gap, abs=12)
    most = p.dur_partner_most + p.dur_partner_mix
    assert np.abs(np.array(gaps) - p.dur_partner_gap).max() <= most


@given(st.lists(st.integers(0, 200), max_size=30), st.lists(st.integers(0, 200), max_size=30), st.integers(0, 60))
def test_each_in_turn_finds_the_nearest_who_is_free(wanted: list[int], offered: list[int], window: int) -> None:
    offered = sorted(set(offered))
    found = partners.nearest(np.array(wanted, float), np.array(offered, float), float(window))
    assert found.tolist() == twins.nearest(list(map(float, wanted)), list(map(float, offered)), float(window))


def test_in_a_village_couples_are_of_like_age_too_and_unions_go_on() -> None:
    _, events = planned_from(households(600), closed(), 1, FIRST, np.zeros(MONTHS, int), None, arrivals=False)
    unions = (events.kind == EventKind.UNION).sum()
    assert unions > 0.006 * 600 * MONTHS / 12  # a third of the country's 18 per 1,000 a year at least


def test_mothers_and_leavers_are_of_age_and_a_year_lies_between_births() -> None:
    h, events = planned()
    g = copy(h)
    for month in range(FIRST, LAST):
        part = month_of(events, month)
        for e in range(part.start, part.stop):
            row, person = events.row[e], events.person[e]
            if events.kind[e] == EventKind.BIRTH:
                mother = g.adult_id[row] == person
                assert 18 <= (month - int(g.adult_birth[row][mother][0])) // 12 < 46
                assert g.adult_sex[row][mother][0] == 1
                born = g.child_birth[row][g.child_birth[row] != ABSENT]
                assert (month - born.astype(int) >= 12).all()
            if events.kind[e] == EventKind.LEAVE_HOME:
                assert month - int(g.child_birth[row][g.child_id[row] == person][0]) >= 18 * 12
        demography.replay(g, events, month, FIRST)


def test_those_who_leave_home_differ_in_income_as_others_do() -> None:
    h, events = planned()
    new = events.new_row[(events.kind == EventKind.LEAVE_HOME) & (events.new_row >= 0)]
    z = h.income_z[new].astype(float)
    assert abs(z.mean()) < 3 / np.sqrt(len(z))
    assert z.std() == pytest.approx(1, abs=3 / np.sqrt(2 * len(z)))


def test_only_arrivals_that_need_a_home_have_patience_and_all_of_them() -> None:
    h, events = planned()
    p, came = closed(), events.kind == EventKind.ARRIVAL
    rows = events.row[came]
    alone = h.patience[rows] == NEVER  # to a room (test_border)
    wait = h.patience[rows][~alone].astype(int) - events.month[came][~alone]
    assert wait.min() >= p.dur_patience_low
    assert wait.max() <= p.dur_patience_high
    others = np.setdiff1d(np.arange(len(h.id)), rows)
    assert (h.patience[others] == NEVER).all()
    assert (h.state[rows] == HouseholdState.NOT_YET).all()


def test_a_household_is_described_by_who_is_there() -> None:
    h, events = planned()
    g = copy(h)
    for month in range(FIRST, LAST):
        demography.replay(g, events, month, FIRST)
    there = g.state == PRESENT
    adults, children = (g.adult_birth[there] != ABSENT).sum(axis=1), (g.child_birth[there] != ABSENT).sum(axis=1)
    assert np.array_equal(g.size[there], adults + children)
    kind = g.kind[there]
    assert (adults[np.isin(kind, (HouseholdType.COUPLE, HouseholdType.COUPLE_WITH_CHILDREN))] == 2).all()
    assert np.array_equal(kind == HouseholdType.ONE_PERSON, (adults == 1) & (children == 0))
    assert np.array_equal(kind == HouseholdType.ONE_PARENT, (adults == 1) & (children > 0))
    assert (g.income[there] > 0).all()


def test_a_rate_that_is_no_chance_is_named_with_file_row_and_column(tmp_path) -> None:
    whole = (rates.FOLDER / "rates.csv").read_text(encoding="utf-8").splitlines()
    cases = {
        "row 3, column chance_per_year: 1.5": [*whole[:2], "death,man,1,1.5", *whole[3:]],
        "row 2": [whole[0], "death,man,zero,0.1", *whole[2:]],
        "care has no value at age 70": [line for line in whole if not line.startswith("care,man,70,")],
    }
    for k, (message, lines) in enumerate(cases.items()):
        folder = tmp_path / str(k)
        folder.mkdir()
        (folder / "rates.csv").write_text("\n".join(lines), encoding="utf-8")
        with pytest.raises(Refusal, match=message) as error:
            rates.per_year(folder)
        assert "rates.csv" in str(error.value)
    with pytest.raises(Refusal, match=r"rates\.csv: cannot be read"):
        rates.per_year(tmp_path / "nowhere")


def test_rows_of_the_gone_make_room_and_nobody_else_moves() -> None:
    planner = Planner(households(N), closed(), 1, FIRST, BORDER, None)
    for month in range(FIRST, FIRST + 30):
        planner.pass_month(month, 3, True)
    there = planner.g.state[: planner.n] == PRESENT
    assert 0 < there.sum() < planner.n
    before = {name: column[: planner.n][there].copy() for name, column in planner.g._asdict().items()}
    at, looking = planner.at[: planner.n][there].copy(), planner.at[planner.seekers.rows[planner.g.state[planner.seekers.rows] == PRESENT]]
    planner.forget_the_gone()
    assert planner.n == there.sum() == planner.n_present
    for name, column in planner.g._asdict().items():
        assert np.array_equal(column[: planner.n], before[name])
        assert np.array_equal(column[planner.n :], getattr(empty(Households, len(column) - planner.n), name))
    assert np.array_equal(planner.at[: planner.n], at) and np.array_equal(planner.at[planner.seekers.rows], looking)


def test_the_event_list_does_not_depend_on_when_room_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner_module, "SPARE", 1)  # every month
    monkeypatch.setattr(planner_module, "BLOCK", 1000)
    h, events = planned_from(households(N), closed(), 1, FIRST, NET, BORDER)
    assert fingerprint(h, events) == fingerprint(*planned())
