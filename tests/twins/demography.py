"""Readable twins of the kernels of demography: hazards as whole-table comparisons, events on plain Python households."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.demography.hazards import MAX_AGE
from sim.world.chance import bits_array, uniform
from sim.world.codes import EventKind, HouseholdState, Origin, Sex, Trigger
from sim.world.columns import ABSENT, N_CHILDREN


def draw_month(g: Any, month: int, c: Any, base: np.ndarray, p_leave: np.ndarray) -> set[tuple[int, int, int]]:
    """Events of a month as (kind, row, slot)."""
    present = g.state == HouseholdState.PRESENT
    adult, child = g.adult_birth != ABSENT, g.child_birth != ABSENT
    age = np.clip((month - g.adult_birth.astype(int)) // 12, 0, MAX_AGE)
    child_age = np.clip((month - g.child_birth.astype(int)) // 12, 0, MAX_AGE)
    sex = g.adult_sex.astype(int)
    couple, n_children = adult.all(axis=1), child.sum(axis=1)
    recent = (child & (month - g.child_birth.astype(int) < c.between)).any(axis=1)
    can_bear = ~recent & (n_children < N_CHILDREN)

    def below(kind: EventKind, ids: np.ndarray, chance: np.ndarray) -> np.ndarray:
        return uniform(base[kind], ids) < chance

    someone = adult & present[:, None]
    death = someone & below(EventKind.DEATH, g.adult_id, c.death[sex, age])
    care = someone & ~death & below(EventKind.CARE, g.adult_id, c.care[sex, age])
    stays = someone & ~death & ~care
    onset = c.limitation[sex, age] * np.where(g.adult_limit == 1, c.worse, 1.0)
    limited = stays & (g.adult_limit < 2) & below(EventKind.LIMITATION, g.adult_id, onset)
    rate = c.birth[couple.astype(int)[:, None], np.minimum(n_children, 3)[:, None], age]
    mother = stays & (sex == Sex.WOMAN) & can_bear[:, None] & below(EventKind.BIRTH, g.adult_id, rate)
    leaves = present[:, None] & child & (child_age >= c.adult)
    leaves &= below(EventKind.LEAVE_HOME, g.child_id, c.leave_home[0, child_age])
    first = np.where(adult[:, 0], 0, 1)
    rows = np.arange(len(g.id))
    head = age[rows, first]
    parts = present & couple & below(EventKind.SEPARATION, g.id, c.separation[0, head])
    goes = present & below(EventKind.DEPARTURE, g.id, p_leave[head])
    calm = ~(death | care | limited | mother).any(axis=1) & ~leaves.any(axis=1) & ~goes
    looks = present & ~couple & calm
    looks &= below(EventKind.UNION, g.adult_id[rows, first], c.union[sex[rows, first], head])
    who_leaves = (bits_array(base[EventKind.SEPARATION], g.id) & np.uint64(1)).astype(int)
    events = [
        (EventKind.DEATH, *np.nonzero(death)),
        (EventKind.CARE, *np.nonzero(care)),
        (EventKind.LIMITATION, *np.nonzero(limited)),
        (EventKind.BIRTH, *np.nonzero(mother)),
        (EventKind.LEAVE_HOME, *np.nonzero(leaves)),
        (EventKind.SEPARATION, rows[parts], who_leaves[parts]),
        (EventKind.DEPARTURE, rows[goes], 0 * rows[goes]),
        (EventKind.UNION, rows[looks], first[looks]),
    ]
    return {(int(k), int(i), int(s)) for k, at, slots in events for i, s in zip(at, slots, strict=True)}


def nearest(wanted: list[float], offered: list[float], window: float) -> list[int]:
    """Everybody in turn takes the nearest that is left, if it is near enough."""
    left, found = set(range(len(offered))), []
    for place in wanted:
        best = min(left, key=lambda k: (abs(offered[k] - place), k), default=-1)
        found.append(best if best >= 0 and abs(offered[best] - place) <= window else -1)
        left -= {found[-1]}
    return found


@dataclass
class Person:
    """Somebody, wherever they live."""

    id: int
    birth: int
    sex: int = 0
    limit: int = 0


@dataclass
class House:
    """A household: adults in no order, children in four places."""

    adults: list[Person] = field(default_factory=list)
    children: list[Person | None] = field(default_factory=lambda: [None] * N_CHILDREN)
    state: HouseholdState = HouseholdState.NOT_YET
    wealth: float = 0.0

    def take_in(self, child: Person) -> None:
        """A child finds the first free place, or is cut off."""
        if None in self.children:
            self.children[self.children.index(None)] = child


def houses_of(h: Any) -> list[House]:
    """The table as objects."""
    out = []
    for i in range(len(h.id)):
        house = House(state=HouseholdState(int(h.state[i])), wealth=float(h.wealth[i]))
        for k in range(2):
            if h.adult_birth[i, k] != ABSENT:
                house.adults.append(
                    Person(int(h.adult_id[i, k]), int(h.adult_birth[i, k]), int(h.adult_sex[i, k]), int(h.adult_limit[i, k]))
                )
        for k in range(N_CHILDREN):
            if h.child_birth[i, k] != ABSENT:
                house.children[k] = Person(int(h.child_id[i, k]), int(h.child_birth[i, k]))
        out.append(house)
    return out


class Replay:
    """Applies events to houses, one at a time, as the words of the design say."""

    def __init__(self, houses: list[House]) -> None:
        self.houses = houses
        self.ended: list[tuple[int, int]] = []
        self.unions: list[tuple[int, int, int]] = []
        self.founded: list[tuple[int, int, int]] = []
        self.changed: list[tuple[int, int]] = []
        self.void = 0

    def apply(self, month: int, kind: int, row: int, other: int, person: int, new_row: int) -> None:
        """One event; void if somebody that it needs is not there."""
        name = EventKind(kind).name.lower()
        house = self.houses[row]
        if name == "arrival":
            house.state = HouseholdState.PRESENT
            self.founded.append((row, kind, -1))
        elif name == "union":
            self.void += not self.union(row, other, new_row)
        elif house.state != HouseholdState.PRESENT:
            self.void += 1
        elif name == "departure":
            self.end(row, Origin.DEPARTURE)
        else:
            self.void += not getattr(self, name)(month, row, other, person, new_row)

    def end(self, row: int, origin: Origin) -> None:
        """A household is no more."""
        self.houses[row].state = HouseholdState.ENDED
        self.ended.append((row, int(origin)))

    def union(self, a: int, b: int, c: int) -> bool:
        """Whoever of the two is there lives on in the new household."""
        there = [i for i in (a, b) if i >= 0 and self.houses[i].state == HouseholdState.PRESENT]
        if not there:
            return False
        new = self.houses[c]
        for i in there:
            old = self.houses[i]
            new.adults += old.adults
            for k, child in enumerate(old.children):
                if child:
                    new.take_in(child)
                    old.children[k] = None
            new.wealth += old.wealth
            old.state = HouseholdState.ENDED
        new.state = HouseholdState.PRESENT
        self.unions.append((there[0], there[1] if len(there) == 2 else -1, c))
        self.changed.append((c, int(Trigger.NONE)))
        return True

    def find(self, row: int, person: int) -> Person | None:
        """The adult with this id, if they live here."""
        return next((adult for adult in self.houses[row].adults if adult.id == person), None)

    def lose(self, row: int, person: int, origin: Origin) -> bool:
        """An adult dies or goes into care; the last one takes the household along."""
        gone = self.find(row, person)
        if gone is None:
            return False
        self.houses[row].adults.remove(gone)
        if self.houses[row].adults:
            self.changed.append((row, int(Trigger.LOSS_OF_PARTNER)))
        else:
            self.end(row, origin)
        return True

    def death(self, month: int, row: int, other: int, person: int, new_row: int) -> bool:
        """An adult dies."""
        return self.lose(row, person, Origin.DEATH)

    def care(self, month: int, row: int, other: int, person: int, new_row: int) -> bool:
        """An adult goes into care."""
        return self.lose(row, person, Origin.CARE)

    def limitation(self, month: int, row: int, other: int, person: int, new_row: int) -> bool:
        """One step: none, walking aid, wheelchair."""
        who = self.find(row, person)
        if who is not None:
            who.limit = min(2, who.limit + 1)
            self.changed.append((row, int(Trigger.FALL)))
        return who is not None

    def birth(self, month: int, row: int, other: int, person: int, new_row: int) -> bool:
        """A child whose id is not known here: it stands as −1."""
        if self.find(row, person) is None or None not in self.houses[row].children:
            return False
        self.houses[row].take_in(Person(-1, month))
        self.changed.append((row, int(Trigger.SIZE)))
        return True

    def separation(self, month: int, row: int, other: int, person: int, new_row: int) -> bool:
        """The leaver goes with half of the wealth; without a partner the whole household goes on as the new one."""
        leaver, old, new = self.find(row, person), self.houses[row], self.houses[new_row]
        if leaver is None:
            return False
        if len(old.adults) == 1:
            return self.union(row, -1, new_row)
        old.adults.remove(leaver)
        new.adults.append(leaver)
        if other == 1:
            for k, child in enumerate(old.children):
                if child:
                    new.take_in(child)
                    old.children[k] = None
        new.state = HouseholdState.PRESENT
        new.wealth = old.wealth = old.wealth / 2
        self.founded.append((new_row, int(EventKind.SEPARATION), row))
        self.changed.append((row, int(Trigger.NONE)))
        return True

    def leave_home(self, month: int, row: int, other: int, person: int, new_row: int) -> bool:
        """A grown child begins alone, with nothing, or goes to another gemeente."""
        old = self.houses[row]
        child = next((c for c in old.children if c is not None and c.id == person), None)
        if child is None:
            return False
        old.children[old.children.index(child)] = None
        if new_row >= 0:
            new = self.houses[new_row]
            new.adults.append(Person(child.id, child.birth, child.id & 1))
            new.state = HouseholdState.PRESENT
            self.founded.append((new_row, int(EventKind.LEAVE_HOME), row))
        last = not any(old.children)
        self.changed.append((row, int(Trigger.CHILDREN_LEFT if last else Trigger.NONE)))
        return True
