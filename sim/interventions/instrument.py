"""What every instrument is: who (target), how much (delivery), and the levers that it pulls.

An instrument's settings are data (a pydantic model, from the scenario's YAML); ``Running`` is one instrument at work in one
world: it finds its households, keeps to capacity and budget, and writes what it did into the instruments' ledger.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from sim.interventions.card import Card
from sim.interventions.who import ALL_DRAWN, Lot, Who, carriers, members_of
from sim.levers import ALL_BIT, MAX_INSTRUMENTS
from sim.without.ghosts import stay_behind
from sim.world.chance import Purpose, uniform
from sim.world.codes import ZOEKEN, HouseholdState, Stage
from sim.world.copies import SHARED, Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.common import Common
    from sim.world.world import World

Payer = Literal["gemeente", "provincie", "corporatie", "zorgaanbieder", "welzijn", "bewonersinitiatief", "makelaar", "huishouden"]
MOST_STRENGTH = 10.0
MASKS = tuple(np.uint64(1 << bit) for bit in range(MAX_INSTRUMENTS))
_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")


class Instrument(BaseModel):
    """Settings that all instruments share."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    card: ClassVar[Card] = Card()  # of a class without a key of its own: a family

    who: Who = Who()
    since: str | None = Field(None, alias="from", description="first month, YYYY-MM; default the start of the run")
    until: str | None = Field(None, description="first month in which it no longer works, YYYY-MM")
    capacity: float | None = Field(None, ge=0, description="households reached per month; null is no limit")
    eur_budget: float | None = Field(None, ge=0, description="euro for the whole run; null is no limit")
    eur_fixed: float = Field(0, ge=0, description="euro per year")
    payer: Payer = "corporatie"
    deliverer: str | None = Field(None, description="organisation that delivers it; null: the payer, if it may, else the first that may")
    already: bool = Field(False, description="true: done already (basis holds it); the strength of a run leaves it alone")
    allow_empty: bool = Field(False, description="true: a target group without members is no error")

    @field_validator("who", mode="before")
    @classmethod
    def _who_on_top_of_its_own(cls, value: Any) -> Any:
        """A scenario that sets one label of ``who`` keeps the others as this instrument has them."""
        if not isinstance(value, Mapping):
            return value
        return {**cls.model_fields["who"].default.model_dump(), **value}

    @field_validator("since", "until")
    @classmethod
    def _month(cls, value: str | None) -> str | None:
        if value is not None and not _MONTH.match(value):
            raise ValueError(f"{value!r} is no month; write YYYY-MM, for instance 2028-01")
        return value

    @property
    def key(self) -> str:
        """Its name in scenarios and tables."""
        return self.card.key

    def brings(self) -> tuple[str, ...]:
        """Keys of other instruments that it brings along to the households that it works on."""
        return ()

    def levers(self) -> dict[str, float]:
        """Values of the levers that it pulls (fields of ``sim.levers.LEVERS``); none for one that only adds homes."""
        return {}

    def most_strength(self) -> float:
        """The strongest that it can be delivered: a rule without capacity, budget or dose holds for all at 1."""
        return MOST_STRENGTH if self.card.dosed or self.capacity is not None or self.eur_budget is not None else 1.0

    def check(self, start: str) -> None:
        """Check against the law in force at ``start`` (YYYY-MM); raises Refusal."""

    def members(self, run: Running, w: World, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN) -> NDArray:
        """Rows (int32) of the target group in the stages given (first, last) that do not carry ``mask`` and are drawn in ``lot``."""
        return run.members_of(w, self.who, stages, mask, lot)

    def found(self, run: Running, w: World) -> NDArray:
        """Households on which it would work from this month on if there were no limit to it, int32 rows."""
        return run.candidates(w)

    def for_whoever_is_there(self) -> bool:
        """Whether it works on everybody that it finds: no capacity, budget or dose limits it, and it pulls a lever."""
        limited = self.card.dosed or self.capacity is not None or self.eur_budget is not None
        return self.card.for_households and not limited and bool(self.levers())

    def act(self, run: Running, w: World) -> None:
        """What it does each month, before the klantreis."""
        run.touch(w, self.found(run, w))

    def forget(self, run: Running, w: World) -> None:
        """Households on which it works no longer, though their journey is not over."""

    def go_on(self, run: Running, w: World) -> None:
        """What was begun in earlier months goes on, in force or not, and whatever money there is."""

    def end(self, run: Running, w: World) -> None:
        """It stops for good: nothing of it may be left half done."""

    def rest(self, run: Running, w: World) -> None:
        """What is left to do in a month in which it is not in force any more."""

    def settle(self, run: Running, w: World, moves: NDArray) -> float:
        """What the moves (rows of the ledger) on which it worked cost, in euro."""
        return 0.0

    def most(self, w: World, rows: NDArray) -> NDArray:
        """The most that a use by each household can cost, euro, float64 [rows]: what a budget reserves for it."""
        return np.zeros(len(rows))


def first_of(rows: NDArray, order: NDArray, n: int) -> NDArray:
    """The ``n`` rows with the lowest ``order``, lowest first; ties as they come."""
    if n == 0:
        return rows[:0]
    if len(rows) > n:  # only those that may be among them have to be sorted
        chosen = order <= np.partition(order, n - 1)[n - 1]
        rows, order = rows[chosen], order[chosen]
    return rows[np.argsort(order, kind="stable")][:n]


def month_number(label: str, start: str) -> int:
    """Months from ``start`` to ``label`` (both YYYY-MM)."""
    (year, month), (year0, month0) = (map(int, x.split("-")) for x in (label, start))
    return (year - year0) * 12 + month - month0


@dataclass
class Running(Own):
    """One instrument at work in one world."""

    settings: Instrument = field(metadata=SHARED)
    at_work: Common  # what it shares with the others
    bit: int
    strength: float
    start: str
    begun: int  # month in which it was put to work in this world
    n_months: int  # months of the run; in the follow-up after it nothing begins
    n_room: int = 0  # households that capacity still allows this month
    idle: bool = False  # waits for a rule of a stepwise approach, or was stopped by one
    eur_spent: float = 0.0
    eur_more: float = 0.0  # budget that a change of strength added or took away
    n_reached: int = 0
    n_uses: int = 0
    month: dict[str, float] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The instrument's key."""
        return self.settings.key

    @property
    def mask(self) -> np.uint64:
        """Its bit, as a mask."""
        return MASKS[self.bit]

    def works(self, month: int) -> bool:
        """Whether it is in force in a month and delivers anything at all."""
        s = self.settings
        first = month_number(s.since, self.start) if s.since else 0
        last = month_number(s.until, self.start) if s.until else month + 1
        delivers = not self.idle and self.strength > 0 and s.capacity != 0 and s.eur_budget != 0
        return delivers and first < self.n_months and first <= month < last

    def act(self, w: World) -> bool:
        """Its month: contacts, labels, homes; fixed costs. Nothing before its target group has a first member.

        Returns whether it did anything but what was begun in earlier months.
        """
        self.month = {"contacts": 0, "uses": 0, "cost_eur": 0.0, "waiting": 0, "no_money": 0}
        self.n_room = 0
        self.settings.go_on(self, w)
        if not self.works(w.month):
            self.settings.rest(self, w)
            return False
        if not self.anybody(w):
            return False
        self._take_back(w)
        fixed = self.settings.eur_fixed / 12 * min(1.0, self.strength)
        if fixed > self.free(w):
            self.month["no_money"] = 1
            self.settings.rest(self, w)
            return False
        self.pay(fixed)
        self.n_room = self._new_room(w)
        self.settings.act(self, w)
        return True

    def bring(self, other: Running, w: World) -> None:
        """Households on which it works are reached by another instrument, too, if they are in its target group and search."""
        rows = self.members_of(w, other.settings.who, (ZOEKEN, ZOEKEN), other.mask)
        other.touch(w, rows[(w.h.touched[rows] & self.mask) != 0])

    def anybody(self, w: World) -> bool:
        """Whether its target group has, or has had, a member (in any stage of the klantreis)."""
        if not self.memory.get("anybody"):
            one = self.settings
            if one.who.coach:  # who has not talked to a coach yet is in the target group, and can still do so
                one = one.model_copy(update={"who": one.who.model_copy(update={"coach": False})})
            self.memory["anybody"] = len(one.members(self, w, (0, 4), np.uint64(0))) > 0
        return self.memory["anybody"]

    def settle(self, w: World, first_move: int) -> None:
        """Count and pay the uses of this month's moves, and write the month into the ledger."""
        rows = first_move + np.flatnonzero(w.m.instruments[first_move : int(w.counts[1])] & self.mask)
        self.pay(self.settings.settle(self, w, rows))
        self.n_uses += len(rows)
        self.month["uses"] = len(rows)
        if any(self.month.values()):
            row = {"month": w.month, "instrument": self.key, "organisation": self.settings.payer, **self.month}
            self.at_work.ledger.append(row)

    def pay(self, eur: float) -> None:
        """Spend; the budget was reserved before, so it is never passed."""
        self.eur_spent += eur
        self.month["cost_eur"] = self.month.get("cost_eur", 0.0) + eur

    def afford(self, n: int, eur: float) -> int:
        """How many of ``n`` at ``eur`` each the money left allows; those that it does not are noted."""
        able = n if eur <= 0 else int(min(n, self.left() // eur))
        self.lacks_money(n - able)
        return able

    def lacks_money(self, n: int) -> None:
        """Note that ``n`` households, homes or posts were wanted this month for which there is no money."""
        self.month["no_money"] = self.month.get("no_money", 0) + n

    def budget(self) -> float:
        """Euro for the whole run (infinite without a limit)."""
        budget = self.settings.eur_budget
        return float("inf") if budget is None else budget * self.strength + self.eur_more

    def left(self) -> float:
        """Euro left of the budget (infinite without one)."""
        return self.budget() - self.eur_spent

    def scale(self, factor: float, w: World) -> bool:
        """Multiply what is delivered from now on, within the strengths that there are; False if that is as before.

        Of a budget only the part is multiplied that is neither spent nor reserved for households that count on it.
        """
        strength = min(self.strength * factor, max(self.strength, self.settings.most_strength()))
        if strength == self.strength:
            return False
        if self.settings.eur_budget is not None:
            budget = self.budget() + (strength / self.strength - 1) * self.free(w)
            self.eur_more = budget - self.settings.eur_budget * strength
        self.strength = strength
        return True

    def free(self, w: World) -> float:
        """Euro left that is not reserved for households which count on it (infinite without a budget)."""
        if self.settings.eur_budget is None:
            return float("inf")
        return max(0.0, self.left() - float(self.settings.most(w, self._counting_on_it(w, True)).sum()))

    def _counting_on_it(self, w: World, searching: bool) -> NDArray:
        """Households present on which it works, in WONINGZOEKEN or VERHUIZEN (or not)."""
        rows = carriers(w.h.touched, self.mask)
        rows = rows[w.h.state[rows] == HouseholdState.PRESENT]
        stages = (w.h.stage[rows] == Stage.WONINGZOEKEN) | (w.h.stage[rows] == Stage.VERHUIZEN)
        return rows[stages == searching]

    def _take_back(self, w: World) -> None:
        """Money reserved for a household that stopped searching comes back: it has to ask again."""
        if self.settings.eur_budget is None:
            return
        rows = self._counting_on_it(w, False)
        rows = rows[self.settings.most(w, rows) > 0]
        w.h.touched[rows] &= ~self.mask

    def members_of(self, w: World, who: Who, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN) -> NDArray:
        """Rows (int32) of a target group in the stages given (first, last) that do not carry ``mask`` and are drawn in ``lot``."""
        return members_of(w, who, stages, mask, lot, self.at_work.among(w, who.age, stages), self.at_work.coaches)

    def candidates(self, w: World, stages: tuple[int, int] = (2, 2), lot: Lot = ALL_DRAWN) -> NDArray:
        """Households of the target group in the stages given (first, last), drawn in ``lot``, that it does not reach yet, int32 rows."""
        rows = self.settings.members(self, w, stages, self.mask, lot)
        if self.strength >= 1:
            return rows
        with w.draws.replay():  # one fixed number per household: a weaker rule holds for a subset
            u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 0, self.key), w.h.id[rows])
        return rows[u < self.strength]

    def _new_room(self, w: World) -> int:
        """Households that may be reached in a new month within capacity; fractions are carried over."""
        capacity = self.settings.capacity
        if capacity is None:
            return len(w.h.id)
        total = self.memory.get("carried", 0.0) + capacity * self.strength
        self.memory["carried"] = total - int(total)
        return int(total)

    def decides(self, w: World, rows: NDArray) -> None:
        """It is about to move the households ``rows`` itself, or to set them searching: a use, and decisive.

        To be called while they are as they were: without it they stay so, and so do their ghosts.
        """
        h, bits = w.h, self.mask | ALL_BIT
        stay_behind(w, self.at_work.ghosts, self.at_work.in_force, rows, np.full(len(rows), bits))
        h.ever[rows] |= self.mask
        h.used[rows] |= self.mask
        h.decisive[rows] |= bits
        self.at_work.uses.decide(rows, bits)

    def touch(self, w: World, rows: NDArray) -> NDArray:
        """Let the instrument work on households, first come first served, within capacity and budget."""
        if len(rows) > self.n_room or self.settings.eur_budget is not None:
            with w.draws.replay():
                tie = uniform(w.draws.base(Purpose.DELIVERY, w.month, self.key), w.h.id[rows])
            queue = rows[np.lexsort((tie, w.h.stage_month[rows]))]
            n = int((np.cumsum(self.settings.most(w, queue)) <= self.free(w)).sum())
            rows = queue[: min(n, self.n_room)]
            self.month["waiting"] += len(queue) - len(rows)
            self.month["no_money"] += min(len(queue), self.n_room) - len(rows)
        self.n_room -= len(rows)
        w.h.touched[rows] |= self.mask
        new = rows[w.h.contact_month[rows] < -3000]
        w.h.contact_month[new] = w.month
        w.h.first_contact[new] = int(self.settings.card.contact)
        self.n_reached += len(rows)
        return rows
