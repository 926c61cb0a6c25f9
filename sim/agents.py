"""The Mesa agents: Senior, Family, Starter and Household, as views on one row of the columns.

A view holds no state: its attributes read, and where it makes sense write, one cell. Views are made on demand; nothing in the
month makes one. A household keeps its view for as long as it is there, and a view of one that has left raises. What a Mesa model
does with its agents and this one cannot do (make, remove, reorder) is refused in one sentence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import numpy as np
from mesa import Agent
from mesa.agent import AgentSet

from sim.behaviour.fit import classes, fit_at, moment
from sim.counts import stories
from sim.world.codes import HouseholdClass, HouseholdState, Limitation, Stage
from sim.world.columns import ABSENT
from sim.world.errors import Refusal
from sim.world.ids import public_id

if TYPE_CHECKING:
    from sim.state import Run
    from sim.world.world import World

    class HasWorld(Protocol):
        """The model that a view belongs to."""

        world: World
        state: Run
        random: Any  # Python's own generator, which Mesa shuffles agents with


class EndedHouseholdError(LookupError):
    """A view of a household that is not present any more."""


def not_ours(what: str, instead: str) -> NoReturn:
    """Refuse what a model of Mesa does, and this one cannot do."""
    raise Refusal(f"{what} is not possible: households and their order belong to the world; {instead}")


class Household(Agent):
    """A household of no other class: a view on its row. Two views on one household of one model are equal."""

    def __init__(self, model: HasWorld, row: int, unique_id: int | None = None) -> None:
        # Mesa's own __init__ would register every view with the model (4-5 µs and 200 bytes each), so it is not called.
        if unique_id is None:
            unique_id = int(public_id(model.world.h.id[row : row + 1])[0])
        self.__dict__.update(model=model, row=int(row), unique_id=unique_id, pos=None)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Household) and self.unique_id == other.unique_id and self.model is other.model)

    def __hash__(self) -> int:
        return id(self.model) ^ self.unique_id

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in ("stage", "income"):
            raise AttributeError(f"{name} cannot be set: a view holds nothing of its own; stage and income can be set")
        super().__setattr__(name, value)

    def remove(self) -> None:
        """Refused: events end a household."""
        not_ours("remove()", "use fork() and interventions to change what happens to them")

    @classmethod
    def create_agents(cls, *args: Any, **more: Any) -> NoReturn:
        """Refused: events make a household."""
        not_ours("create_agents()", "model.agents has those who are there")

    @classmethod
    def from_dataframe(cls, *args: Any, **more: Any) -> NoReturn:
        """Refused: events make a household."""
        not_ours("from_dataframe()", "model.agents has those who are there")

    def step(self) -> None:
        """Refused: the month belongs to the model (``HousingModel.step``)."""
        not_ours("step() of a household", "model.step() lets a month pass for all of them")

    def advance(self) -> None:
        """Refused, as ``step``."""
        not_ours("advance() of a household", "model.step() lets a month pass for all of them")

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
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value not in [*Stage]:
            raise Refusal(f"stage={value!r}: a stage of the klantreis is needed ({', '.join(one.name for one in Stage)})")
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
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value < math.inf:
            raise Refusal(f"income={value!r}: a number of euro per year is needed, 0 or more")
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
        rows = np.array([self.row], np.int32)
        return float(fit_at(w.h, rows, w.h.home[rows], moment(w))[0])

    def story(self, language: str = "en") -> str:
        """This household's life in sentences, in ``en`` or ``nl``: its journal where the model follows it, with and without instruments.

        Raises:
            Refusal: there is no such language.
            EndedHouseholdError: it is not there, and not followed either.
        """
        run = self.model.state
        if self.row not in run.journal.mine.rows:
            self._cell("id")
        return stories.story(run.world, run.at_work, run.journal, self.row, language)


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


class Present(AgentSet):
    """The households that are there in a month, in the order of their rows: to read, select, group and call, not to change.

    What ``select``, ``shuffle``, ``sort`` and ``groupby`` give is an ``AgentSet`` of one's own.
    """

    def add(self, agent: Agent) -> None:
        """Refused."""
        not_ours("add()", "select() gives a set of your own")

    def discard(self, agent: Agent) -> None:
        """Refused."""
        not_ours("discard()", "select() gives a set of your own")

    def remove(self, agent: Agent) -> None:
        """Refused."""
        not_ours("remove()", "select() gives a set of your own")

    def _update(self, agents: Iterable[Agent]) -> NoReturn:
        not_ours("inplace=True", "without it you get a set of your own")

    def shuffle(self, inplace: bool = False) -> AgentSet:
        """A set in another order."""
        return self._update(()) if inplace else super().shuffle()

    def __copy__(self) -> AgentSet:
        return AgentSet(self, self.random)

    @classmethod
    def _from_iterable(cls, agents: Iterable[Agent]) -> AgentSet:
        """What ``&``, ``|``, ``-`` and ``^`` give."""
        return AgentSet(agents, None)


class Views:
    """The views of one model: one for each household that is there, made when first asked for."""

    def __init__(self, model: HasWorld) -> None:
        self.model = model
        self._of: dict[int, Household] = {}  # by row
        self._found: tuple[int, Present] | None = None  # month, and who was there

    @property
    def present(self) -> Present:
        """All who are there; of a month that has passed the views of those who stayed are kept, in the class of this month."""
        w = self.model.world
        if self._found is None or self._found[0] != w.month:
            rows = np.flatnonzero(w.h.state == HouseholdState.PRESENT)
            kinds = classes(w.h, rows, w.month, int(w.params.senior_age))
            each = zip(rows.tolist(), public_id(w.h.id[rows]).tolist(), kinds.tolist(), strict=True)
            of = [VIEW_OF[kind] for kind in HouseholdClass]
            self._of = {row: self._kept(row, unique_id, of[kind]) for row, unique_id, kind in each}
            self._found = w.month, Present(self._of.values(), self.model.random)
        return self._found[1]

    def of_row(self, row: int) -> Household:
        """The view on the household of a row, whether it is there or not."""
        w = self.model.world
        rows = np.array([row])
        kind = int(classes(w.h, rows, w.month, int(w.params.senior_age))[0])
        view = self._kept(int(row), None, VIEW_OF[HouseholdClass(kind)])
        return self._of.setdefault(view.row, view) if w.h.state[row] == HouseholdState.PRESENT else view

    def _kept(self, row: int, unique_id: int | None, cls: type[Household]) -> Household:
        view = self._of.get(row)
        if view is None:
            return cls(self.model, row, unique_id)
        if type(view) is not cls:
            object.__setattr__(view, "__class__", cls)
        return view

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "_of": {}, "_found": None}  # views are made again
