"""Moves in persons: beside a plain register of who lives where, person by person, and beside the ledger."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest

from sim import month, run
from sim.behaviour.lodging import lives_here, move_between_rooms
from sim.counts import person_moves
from sim.counts.schema import PERSON_AGES, PERSON_BANDS
from sim.world.codes import EventKind, MoveReason, PersonMove, names
from sim.world.columns import ABSENT, NEVER

MONTHS = 24
TO_A_HOME = ["own_home", "other_home", "partner"]


def band(age: int) -> str:
    return PERSON_BANDS[max(k for k, low in enumerate(PERSON_AGES) if low <= age)]


class Lives(NamedTuple):
    home: int  # -1 without one
    gemeente: int
    birth: int
    household: int


def register(w) -> dict[int, Lives]:
    """Who lives here, by person."""
    h, found = w.h, {}
    for i in np.flatnonzero(h.state == 1):
        if h.home[i] < 0 and h.patience[i] != NEVER:
            continue  # came from elsewhere, and lives there still
        area = w.d.area[h.home[i]] if h.home[i] >= 0 else max(0, h.origin_area[i])
        for births, ids in ((h.adult_birth[i], h.adult_id[i]), (h.child_birth[i], h.child_id[i])):
            for birth, ident in zip(births, ids, strict=True):
                if birth != ABSENT:
                    assert int(ident) not in found, "in two households"
                    found[int(ident)] = Lives(int(h.home[i]), int(w.map.gemeente[area]), int(birth), int(i))
    return found


def households(people: dict[int, Lives]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for person, one in people.items():
        found.setdefault(one.household, []).append(person)
    return found


@pytest.fixture(scope="module")
def lived():
    """A run of two years, and what a register says of it month by month."""
    made = run.burn_in("terschelling", 3, MONTHS, 12, 0)
    w, arrived, left, rehomed = made.world, Counter(), Counter(), Counter()
    w.geography = w.geography._replace(leaving=np.zeros(1))  # nobody changes places with somebody elsewhere, whom no register knows
    while w.month < MONTHS:
        before, now = register(w), w.month
        part = slice(*(int(made.events.first[now - w.setting.first_month + k]) for k in (0, 1)))
        kind, events = made.events.kind[part], made.events
        ends = np.isin(kind, (EventKind.DEATH, EventKind.CARE))
        died_or_cared_for = set(events.person[part][ends].tolist())
        # with the last adult the children at home go too, and of a couple's children a fifth is cut off: the model knows no better
        cut_off = set(events.row[part][ends | (kind == EventKind.UNION)]) | set(events.other[part][kind == EventKind.UNION])
        month.step(made)
        after = register(w)
        together = households(after)
        for person, one in after.items():
            was = before.get(person)
            if was is None and (one.birth < now or all(other not in before for other in together[one.household])):
                arrived[one.gemeente, band((now - one.birth) // 12)] += 1  # who is born where nobody lived before came with the others
            with_me = {before[other].home for other in together[one.household] if other in before}
            if one.home >= 0 and (was.home != one.home if was else one.home not in with_me):
                rehomed[now // 12] += 1
        for person in before.keys() - after.keys() - died_or_cared_for:
            if before[person].household not in cut_off:
                left[before[person].gemeente, band((now - before[person].birth) // 12)] += 1
    return w, made, person_moves.moves_table(w, made.persons), arrived, left, rehomed


def counted(w, table, column: str) -> Counter:
    at = {code: k for k, code in enumerate(w.geography.gemeente_code)}
    return Counter({(at[g], age): n for (g, age), n in table.groupby([column, "age"], observed=True)["persons"].sum().items() if g})


def test_who_arrived_and_who_left_is_who_the_register_of_persons_gained_and_lost(lived):
    w, _, table, arrived, left, _ = lived
    assert counted(w, table[table["from_gemeente"] == ""], "to_gemeente") == arrived and sum(arrived.values()) > 20
    assert counted(w, table[table["to_gemeente"] == ""], "from_gemeente") == left and sum(left.values()) > 20
    assert ((table["to_gemeente"] == "") == (table["kind"] == "elsewhere")).all()


def test_who_is_in_another_home_has_moved_to_a_home_or_in_with_a_partner(lived):
    _, _, table, _, _, rehomed = lived
    moved = table[table["kind"].isin(TO_A_HOME)].groupby("year")["persons"].sum()
    without = table[(table["kind"] == "partner")].groupby("year")["persons"].sum()
    for year, n in rehomed.items():
        assert moved[year] - without.get(year, 0) <= n <= moved[year], "between: two without a home who share a room have no other home"


def test_moves_to_an_empty_home_are_the_persons_of_the_ledger_from_gemeente_to_gemeente():
    made = run.burn_in("flevoland", 1, 3, 0, 0)
    w = made.world
    while w.month < 3:
        month.step(made)
    k = np.flatnonzero(w.m.reason[: int(w.counts[1])] == MoveReason.FILL)
    rows, left = w.m.household[k], w.m.from_dwelling[k]
    codes = ["", *w.geography.gemeente_code]
    stayed = w.map.gemeente[w.d.area[left]]
    begun = np.where(w.h.patience[rows] != NEVER, -1, w.map.gemeente[w.h.origin_area[rows]])
    taken = w.map.gemeente[w.d.area[w.m.to_dwelling[k]]]
    expected: Counter = Counter()
    for a, b, n in zip(np.where(left >= 0, stayed, begun).tolist(), taken.tolist(), w.m.size[k].tolist(), strict=True):
        expected[codes[a + 1], codes[b + 1]] += n
    table = person_moves.moves_table(w, made.persons)
    found = table[table["kind"] == "own_home"].groupby(["from_gemeente", "to_gemeente"])["persons"].sum()
    assert found.to_dict() == expected and any(a not in ("", b) for a, b in expected), "some move between gemeenten"


def test_every_kind_of_move_by_persons_occurs_where_it_can(lived):
    _, _, table, *_ = lived
    assert set(table["kind"]) >= set(names(PersonMove)) - {"other_home", "back"}
    assert (table["persons"] > 0).all()


def test_persons_are_those_of_the_register_and_change_by_births_deaths_and_moves_only(lived):
    w, made, *_ = lived
    there = person_moves.living_here(w)
    found = Counter((g, band((w.month - birth) // 12)) for _, g, birth, _ in register(w).values())
    assert {(g, PERSON_BANDS[b]): int(n) for (g, b), n in np.ndenumerate(there) if n} == found
    assert len(person_moves.persons_table(w, made.persons)) == 2 * there.size


def test_moves_between_rooms_are_as_frequent_as_their_chance_and_of_nobody_with_a_home():
    made = run.burn_in("zwolle", 1, 12, 0, 0)
    w = made.world
    rooms = np.flatnonzero(lives_here(w.h) & (w.h.home < 0))
    n = back = 0
    for k in range(12):
        w.month = k
        rows, kind = move_between_rooms(w)
        assert (w.h.home[rows] < 0).all() and set(rows) <= set(rooms)
        n, back = n + len(rows), back + int((kind == PersonMove.BACK).sum())
    expected = w.params.p_room_move * len(rooms)
    assert abs(n - back - expected) < 5 * expected**0.5 and back > 0


def test_what_nobody_will_read_is_not_counted_and_changes_nothing():
    start = run.burn_in("vlieland", 2, 12, 12, 0)
    with_it = run.run_scenario(start, tables=["moves", "months", "person_moves"])
    without = run.run_scenario(start, tables=["moves", "months"])
    assert with_it.tables["moves"].equals(without.tables["moves"]) and with_it.tables["months"].equals(without.tables["months"])
    assert len(with_it.tables["person_moves"]) > 0
