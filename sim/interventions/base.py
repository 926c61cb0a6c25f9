"""What every instrument is: who (target), how much (delivery), and the levers that it pulls.

An instrument's settings are data (a pydantic model, from the scenario's YAML); ``Running`` is one instrument at work in one
world: it finds its households, keeps to capacity and budget, and writes what it did into the instruments' ledger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from sim.codes import Contact
from sim.interventions.target import target_rows
from sim.randomness import Purpose, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.state import World

Payer = Literal["gemeente", "provincie", "corporatie", "zorgaanbieder", "welzijn"]
_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")


class InstrumentError(ValueError):
    """A setting of an instrument that cannot be; the message names instrument, setting and the way out."""


class Who(BaseModel):
    """Target group: labels on the resident, the home left and the area. The defaults bind nobody."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    age: int = Field(55, ge=18, le=100, description="lowest age of the oldest adult, years")
    size: int = Field(6, ge=1, le=6, description="largest household, persons")
    rooms: int = Field(1, ge=1, le=12, description="fewest rooms of the home left")
    tenure: Literal["koop", "corporatie", "vrije_huur", "any"] = Field("any", description="tenure of the home left")
    floor_area: float = Field(0, ge=0, le=400, description="smallest floor area of the home left, m2")


class Instrument(BaseModel):
    """Settings that all instruments share."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    key: ClassVar[str]
    category: ClassVar[str]
    sector: ClassVar[str]
    stages: ClassVar[tuple[str, ...]]
    levers_used: ClassVar[tuple[str, ...]]
    payers: ClassVar[tuple[str, ...]]
    indicator: ClassVar[str]
    law: ClassVar[str] = ""
    source: ClassVar[str]
    contact: ClassVar[Contact] = Contact.CORPORATIE_PASSEND_WONEN

    who: Who = Who()
    since: str | None = Field(None, alias="from", description="first month, YYYY-MM; default the start of the run")
    until: str | None = Field(None, description="first month in which it no longer works, YYYY-MM")
    capacity: float | None = Field(None, ge=0, description="households reached per month; null is no limit")
    eur_budget: float | None = Field(None, ge=0, description="euro for the whole run; null is no limit")
    eur_fixed: float = Field(0, ge=0, description="euro per year")
    payer: Payer = "corporatie"
    allow_empty: bool = Field(False, description="true: a target group without members is no error")

    @field_validator("since", "until")
    @classmethod
    def _month(cls, value: str | None) -> str | None:
        if value is not None and not _MONTH.match(value):
            raise ValueError(f"{value!r} is no month; write YYYY-MM, for instance 2028-01")
        return value

    def levers(self) -> dict[str, float]:
        """Values of the levers that it pulls (names of ``sim.levers.Levers``)."""
        raise NotImplementedError(f"{type(self).__name__} names no levers")  # pragma: no cover

    def check(self, start: str) -> None:
        """Check against the law in force at ``start`` (YYYY-MM); raises LawError."""

    def act(self, run: Running, w: World) -> None:
        """What it does each month, before the klantreis."""
        run.touch(w, run.candidates(w))

    def settle(self, run: Running, w: World, moves: NDArray) -> float:
        """What the moves (rows of the ledger) on which it worked cost, in euro."""
        return 0.0


def month_number(label: str, start: str) -> int:
    """Months from ``start`` to ``label`` (both YYYY-MM)."""
    (year, month), (year0, month0) = (map(int, x.split("-")) for x in (label, start))
    return (year - year0) * 12 + month - month0


@dataclass
class Running:
    """One instrument at work in one world."""

    settings: Instrument
    bit: int
    strength: float
    start: str
    eur_spent: float = 0.0
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
        return np.uint64(1 << self.bit)

    def works(self, month: int) -> bool:
        """Whether it is in force in a month and delivers anything at all."""
        s = self.settings
        first = month_number(s.since, self.start) if s.since else 0
        last = month_number(s.until, self.start) if s.until else month + 1
        return first <= month < last and self.strength > 0 and s.capacity != 0 and s.eur_budget != 0

    def act(self, w: World) -> None:
        """Its month: contacts, labels, homes; fixed costs."""
        self.month = {"contacts": 0, "uses": 0, "cost_eur": 0.0, "waiting": 0}
        if self.works(w.month):
            self.pay(self.settings.eur_fixed / 12 * min(1.0, self.strength))
            self.settings.act(self, w)

    def settle(self, w: World, first_move: int) -> None:
        """Count and pay the uses of this month's moves, and write the month into the ledger."""
        rows = np.arange(first_move, int(w.counts[1]))
        rows = rows[(w.m.instruments[rows] & self.mask) != 0]
        self.pay(self.settings.settle(self, w, rows))
        self.n_uses += len(rows)
        self.month["uses"] = len(rows)
        if any(self.month.values()):
            row = {"month": w.month, "instrument": self.key, "organisation": self.settings.payer, **self.month}
            w.records.setdefault("instruments", []).append(row)

    def pay(self, eur: float) -> None:
        """Spend; the budget was reserved before, so it is never passed."""
        self.eur_spent += eur
        self.month["cost_eur"] = self.month.get("cost_eur", 0.0) + eur

    def left(self) -> float:
        """Euro left of the budget (infinite without one)."""
        budget = self.settings.eur_budget
        return float("inf") if budget is None else budget * self.strength - self.eur_spent

    def candidates(self, w: World, stages: tuple[int, int] = (2, 2)) -> NDArray:
        """Households of the target group in the stages given (first, last) that it does not reach yet, int32 rows."""
        rows = target_rows(w.h, w.d, w.month, self.settings.who, stages, self.mask)
        if self.strength >= 1:
            return rows
        with w.draws.replay():  # one fixed number per household: a weaker rule holds for a subset
            u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 0, self.key), w.h.id[rows])
        return rows[u < self.strength]

    def room(self, w: World) -> int:
        """Households that may be reached this month within capacity."""
        capacity = self.settings.capacity
        if capacity is None:
            return len(w.h.id)
        total = self.memory.get("carried", 0.0) + capacity * self.strength
        self.memory["carried"] = total - int(total)
        return int(total)

    def touch(self, w: World, rows: NDArray, room: int | None = None) -> NDArray:
        """Let the instrument work on households, first come first served, at most as many as there is room for."""
        room = self.room(w) if room is None else room
        if len(rows) > room:
            with w.draws.replay():
                tie = uniform(w.draws.base(Purpose.DELIVERY, w.month, self.key), w.h.id[rows])
            rows = rows[np.lexsort((tie, w.h.stage_month[rows]))]
            self.month["waiting"] += len(rows) - room
            rows = rows[:room]
        w.h.touched[rows] |= self.mask
        new = rows[w.h.contact_month[rows] < -3000]
        w.h.contact_month[new] = w.month
        w.h.first_contact[new] = int(self.settings.contact)
        self.n_reached += len(rows)
        return rows
