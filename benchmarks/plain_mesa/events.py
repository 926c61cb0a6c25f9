"""The engine's own event list, lived through by plain objects."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.plain_mesa.agents import N_CHILDREN, Person
from benchmarks.plain_mesa.chance import MASK, ODD_SECOND, mix
from sim.chains.kernels import MONTH_OFFSET
from sim.world.codes import EventKind, Trigger

if TYPE_CHECKING:
    from benchmarks.plain_mesa.agents import Household
    from benchmarks.plain_mesa.model import PlainModel

BIRTH, LIMITATION, DEATH, CARE, SEPARATION, LEAVE, UNION, DEPARTURE, ARRIVAL = (int(kind) for kind in EventKind)
FALL, LOSS_OF_PARTNER, NOTHING = int(Trigger.FALL), int(Trigger.LOSS_OF_PARTNER), int(Trigger.NONE)


class Event(NamedTuple):
    """One row of ``sim.demography.events.Events``."""

    kind: int
    row: int
    other: int
    person: int
    new_row: int


class Happened(NamedTuple):
    """What a month's events did."""

    ended: list[Household]
    unions: list[tuple[Household, Household | None, Household]]
    founded: list[tuple[Household, int, Household | None]]  # with kind and parent
    changed: list[tuple[Household, int]]  # with trigger


def replay(model: PlainModel, events: list[Event]) -> Happened:
    """Apply events in their order and describe anew the households that changed."""
    out = Happened([], [], [], [])
    for event in events:
        apply(model, event, out)
    touched = [one for one, _ in out.changed] + [one for one, _, _ in out.founded]
    for household in dict.fromkeys(touched):
        if household.present:
            household.describe()
    return out


def apply(model: PlainModel, e: Event, out: Happened) -> None:
    """One event; nothing happens if somebody that it needs is not there."""
    if e.kind == ARRIVAL:
        out.founded.append((model.newcomer(e.row), ARRIVAL, None))
        return
    if e.kind == UNION:
        there = [model.by_row[i] for i in (e.row, e.other) if i in model.by_row]
        if there:
            unite(model, there[0], there[1] if len(there) == 2 else None, e.new_row, out)
        return
    house = model.by_row.get(e.row)
    if house is None:
        return
    if e.kind == DEPARTURE:
        model.end(house)
        out.ended.append(house)
    elif e.kind == LEAVE:
        leave(model, house, e, out)
    else:
        slot = next((k for k, adult in enumerate(house.adults) if adult and adult.id == e.person), None)
        if slot is not None:
            of_adult(model, house, slot, e, out)


def of_adult(model: PlainModel, house: Household, slot: int, e: Event, out: Happened) -> None:
    """What happens to one adult: a birth, a limitation, a separation, death or care."""
    adult = house.adults[slot]
    assert adult is not None
    if e.kind == BIRTH:
        free = [k for k in range(N_CHILDREN) if k not in house.children]
        if free:
            ident = mix((e.person + (model.month + MONTH_OFFSET) * ODD_SECOND) & MASK)
            house.children[free[0]] = Person(ident, model.month)
            out.changed.append((house, NOTHING))
    elif e.kind == LIMITATION:
        adult.limit = min(2, adult.limit + 1)
        out.changed.append((house, FALL))
    elif e.kind == SEPARATION:
        separate(model, house, slot, e, out)
    else:
        house.adults[slot] = None
        if any(house.adults):
            out.changed.append((house, LOSS_OF_PARTNER))
        else:
            model.end(house)
            out.ended.append(house)


def leave(model: PlainModel, house: Household, e: Event, out: Happened) -> None:
    """A grown child begins alone, with nothing, or goes to another gemeente."""
    place = next((k for k, child in house.children.items() if child.id == e.person), None)
    if place is None:
        return
    child = house.children.pop(place)
    if e.new_row >= 0:
        new = model.newcomer(e.new_row)
        new.adults[0] = Person(child.id, child.birth, child.id & 1)
        new.wealth = 0.0
        out.founded.append((new, LEAVE, house))
    out.changed.append((house, NOTHING))


def separate(model: PlainModel, house: Household, slot: int, e: Event, out: Happened) -> None:
    """The leaver goes with half of the wealth; without a partner the whole household goes on as the new one."""
    if sum(adult is not None for adult in house.adults) < 2:
        unite(model, house, None, e.new_row, out)
        return
    new = model.newcomer(e.new_row)
    new.adults[0], house.adults[slot] = house.adults[slot], None
    new.income_z = house.income_z
    if e.other == 1:
        new.children, house.children = dict(enumerate(v for _, v in sorted(house.children.items()))), {}
    new.wealth = house.wealth = house.wealth / 2
    out.founded.append((new, SEPARATION, house))
    out.changed.append((house, NOTHING))


def unite(model: PlainModel, a: Household, b: Household | None, new_row: int, out: Happened) -> None:
    """The people of both live on as a new household; where they live is settled after the month's events."""
    new = model.newcomer(new_row)
    new.income_z = (a.income_z + b.income_z) / sqrt(2) if b else a.income_z
    new.wealth = a.wealth + b.wealth if b else a.wealth
    children: list[Person] = []
    for side, old in enumerate((a, b)):
        if old is None:
            continue
        for adult in old.adults:
            if adult:
                new.adults[side] = adult
        children += [child for _, child in sorted(old.children.items())]
        old.children = {}
        model.end(old)
    new.children = dict(enumerate(children[:N_CHILDREN]))
    out.unions.append((a, b, new))
    out.changed.append((new, NOTHING))
