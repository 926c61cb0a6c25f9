"""The Mesa agents: Senior, Family, Starter and Household, as views on one row of the columns.

A view holds no state: its attributes read, and where it makes sense write, one cell. Views are made on demand; nothing in the
month makes one. A household that changes class needs a fresh view; a view of a household that has ended raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from mesa import Agent

from sim.behaviour.fit import classes, fit_at, moment
from sim.world.codes import Contact, DwellingType, HouseholdClass, HouseholdState, Limitation, MoveReason, Stage, Tenure
from sim.world.columns import ABSENT, NOWHERE
from sim.world.ids import public_id

if TYPE_CHECKING:
    from sim.world.world import World

    class HasWorld(Protocol):
        """The model that a view belongs to."""

        world: World


class EndedHouseholdError(LookupError):
    """A view of a household that is not present any more."""


class Household(Agent):
    """A household of no other class: a view on its row."""

    def __init__(self, model: HasWorld, row: int) -> None:
        # Mesa's own __init__ would register every view with the model (4-5 µs and 200 bytes each), so it is not called.
        self.model = model
        self.row = int(row)
        self.unique_id = int(public_id(model.world.h.id[row]))
        self.pos = None

    def _cell(self, name: str) -> Any:
        h = self.model.world.h
        if h.state[self.row] != HouseholdState.PRESENT:
            raise EndedHouseholdError(f"household {self.unique_id} is not present in month {self.model.world.month}")
        return getattr(h, name)[self.row]

    def _write(self, name: str, value: float) -> None:
        self._cell(name)
        getattr(self.model.world.h, name)[self.row] = value

    @property
    def age(self) -> int:
        """Age of the oldest adult, years."""
        births = self._cell("adult_birth")
        return int((self.model.world.month - int(births[births != ABSENT].min())) // 12)

    @property
    def size(self) -> int:
        """Persons."""
        return int(self._cell("size"))

    @property
    def household_class(self) -> HouseholdClass:
        """Class in this month."""
        self._cell("id")
        w = self.model.world
        return HouseholdClass(int(classes(w.h, np.array([self.row]), w.month, int(w.params.senior_age))[0]))

    @property
    def stage(self) -> Stage:
        """Where it is in the klantreis."""
        return Stage(int(self._cell("stage")))

    @stage.setter
    def stage(self, value: Stage) -> None:
        self._write("stage", int(value))
        self._write("stage_month", self.model.world.month)

    @property
    def home(self) -> int | None:
        """Dwelling row, or None without a home of its own."""
        row = int(self._cell("home"))
        return None if row < 0 else row

    @property
    def income(self) -> float:
        """Disposable income, euro per year."""
        return float(self._cell("income"))

    @income.setter
    def income(self, value: float) -> None:
        self._write("income", value)

    @property
    def rent(self) -> float:
        """Rent now, euro per month (0 for owners)."""
        return float(self._cell("rent"))

    @property
    def limitation(self) -> Limitation:
        """The heaviest limitation of its adults."""
        return Limitation(int(self._cell("adult_limit").max()))

    @property
    def fit(self) -> float:
        """Fit of the present home, 0-1 (0 without a home)."""
        self._cell("id")
        w = self.model.world
        rows = np.array([self.row])
        return float(fit_at(w.h, rows, w.h.home[rows], moment(w))[0])

    def story(self) -> str:
        """This household's life in sentences."""
        return tell(self)


class Senior(Household):
    """A household whose oldest adult has senior_age or more."""


class Family(Household):
    """A household with children at home, below senior age."""


class Starter(Household):
    """A household without a home of its own."""


VIEW_OF = {
    HouseholdClass.STARTER: Starter,
    HouseholdClass.SENIOR: Senior,
    HouseholdClass.FAMILY: Family,
    HouseholdClass.HOUSEHOLD: Household,
}
_KIND = {
    DwellingType.EENGEZINS: "single-family home",
    DwellingType.MEERGEZINS: "flat",
    DwellingType.SENIORENCOMPLEX: "flat in a complex for seniors",
    DwellingType.MANTELZORGUNIT: "mantelzorg unit",
    DwellingType.FLEX: "flex home",
}
_TENURE = {Tenure.KOOP: "owner-occupied", Tenure.CORPORATIE: "corporatie", Tenure.VRIJE_HUUR: "privately let"}
_STAGE = {
    Stage.HUIDIGE_WONING: "lives there without a wish to move",
    Stage.WOONWENS: "thinks about moving",
    Stage.WONINGZOEKEN: "is searching",
    Stage.VERHUIZEN: "has accepted a home and waits for the keys",
    Stage.NIEUW_THUIS: "is settling in",
}


def describe_home(model: HasWorld, j: int) -> str:
    """A dwelling in a few words."""
    d = model.world.d
    wijk = model.world.geography.name[int(d.area[j])]
    return f"a {_TENURE[Tenure(int(d.tenure[j]))]} {_KIND[DwellingType(int(d.kind[j]))]} of {int(d.rooms[j])} rooms in {wijk}"


def tell(agent: Household) -> str:
    """The story of one household, from its columns and the ledger."""
    w = agent.model.world
    h, i = w.h, agent.row
    lines = [f"Household {agent.unique_id}: {agent.size} person(s), oldest {agent.age}, {agent.household_class.key}."]
    k = int(w.counts[1])
    for move in np.flatnonzero(w.m.household[:k] == i):
        before, after = int(w.m.from_dwelling[move]), int(w.m.to_dwelling[move])
        origin = "no home of its own" if before == NOWHERE else describe_home(agent.model, before)
        reason = "" if w.m.reason[move] == MoveReason.FILL else f" ({MoveReason(int(w.m.reason[move])).key})"
        line = f"In month {int(w.m.month[move])} it moved from {origin} to {describe_home(agent.model, after)}{reason}"
        line += f"; fit {w.m.fit_before[move]:.2f} became {w.m.fit_after[move]:.2f}."
        contact = Contact(int(w.m.first_contact[move]))
        lines.append(line + (f" First contact: {contact.key}." if contact else ""))
    if h.home[i] == NOWHERE and agent.stage == Stage.NIEUW_THUIS:
        lines.append("It has no home of its own now: it lodges in the home of another household and is not searching.")
    elif h.home[i] == NOWHERE:
        lines.append("It has no home of its own now and is searching.")
    else:
        lines.append(f"It lives in {describe_home(agent.model, int(h.home[i]))} (fit {agent.fit:.2f}) and {_STAGE[agent.stage]}.")
    return "\n".join(lines)
