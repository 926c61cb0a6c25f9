"""Labels on the home taken: an instrument may hold for some homes only, and several may share one set of labelled homes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.interventions.delivery import KnownToSome
from sim.interventions.instrument import Instrument
from sim.interventions.running import Running
from sim.interventions.who import apart, failing
from sim.world.chance import Purpose, uniform
from sim.world.codes import ON_OFFER, Access, DwellingState, Tenure
from sim.world.copies import Own
from sim.world.errors import Refusal
from sim.world.names import WORD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from sim.world.world import World

    Suits = Callable[[NDArray], NDArray]  # which of the dwellings given

TENURES = {
    "any": (),
    "corporatie": (Tenure.CORPORATIE,),
    "vrije_huur": (Tenure.VRIJE_HUUR,),
    "koop": (Tenure.KOOP,),
    "huur": (Tenure.CORPORATIE, Tenure.VRIJE_HUUR),
}


@dataclass
class Labelled(Own):
    """The homes of the stock that have a label."""

    part: float | None = None  # of the number asked for, that they were chosen for
    homes: NDArray = field(default_factory=lambda: np.zeros(0, np.int64))  # rows, in order


class ForHomesTaken(Instrument):
    """An instrument that asks something of the home left (``who``) and of the home taken."""

    asks_label: ClassVar[bool] = False  # True: always by labels, whether or not they have a name

    n_rooms_taken: int = Field(3, ge=0, le=12, description="most rooms of the home taken; 0 is no limit")
    tenure_taken: Literal["any", "huur", "corporatie", "vrije_huur", "koop"] = Field("any", description="tenure of the home taken")
    step_free_taken: bool = Field(False, description="true: only for a home without steps")
    label: str | None = Field(
        None,
        pattern=WORD,
        description="name of a label on corporatie homes: it holds only there; instruments that name one label mean the same homes",
    )
    label_step_free: bool = Field(True, description="false: corporatie homes with steps can have the label, too")
    n_labelled: int | None = Field(None, ge=0, description="homes in the stock that have the label; null: the share rel_labelled of them")
    rel_labelled: float = Field(
        0.5, ge=0, le=1, description="share of the suitable corporatie homes that is labelled (assumption; E23: 25 %)"
    )

    def unread(self) -> dict[str, str]:
        """Without a label nothing of it is read; where a number of homes is given, not the share."""
        found = super().unread()
        if not (self.asks_label or self.label):
            found |= dict.fromkeys(("label_step_free", "n_labelled", "rel_labelled"), "no label is named; give label, or take it out")
        elif self.n_labelled is not None:
            found["rel_labelled"] = "n_labelled says how many homes; take one of the two out"
        return found

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """No home has the label."""
        return super().nothing_at(brought) | {"rel_labelled": 0, "n_labelled": 0}

    def conditions(self) -> dict[str, float]:
        """Levers that say for which homes the others hold."""
        return {
            "n_rooms_left": self.who.rooms,
            "n_rooms_taken": self.n_rooms_taken,
            "step_free_taken": self.step_free_taken,
            "tenures_taken": sum(1 << int(tenure) for tenure in TENURES[self.tenure_taken]),
            "needs_label": self.asks_label or self.label is not None,
        }

    def put_labels(self, run: Running, w: World) -> None:
        """Label the vacant homes that may have the label."""
        label_vacant(run, w, 1.0, lambda homes: self.may_be_labelled(run, w, homes), self.label)

    def may_be_labelled(self, run: Running, w: World, homes: NDArray) -> NDArray:
        """Which of the dwellings belong to the label's set, or to the share of all that suit, bool."""
        suits, name, part = self._suits(w, homes), self.label or self.key, min(1.0, run.strength)
        if self.n_labelled is None:
            return suits & (numbers(w, homes, name) < self.rel_labelled * part)
        mine = run.memory(Labelled)
        if mine.part != part:  # at the start, and when a rule scaled it
            mine.part = part
            stock = np.flatnonzero((w.d.made_by == 0) & (w.d.delivery <= run.begun))
            stock = stock[self._suits(w, stock)]
            order = np.argsort(numbers(w, stock, name), kind="stable")
            mine.homes = np.sort(stock[order][: int(self.n_labelled * part)])
        return suits & np.isin(homes, mine.homes)

    def _suits(self, w: World, homes: NDArray) -> NDArray:
        reached = (w.d.access[homes] == Access.GESCHIKT) | (not self.label_step_free)
        return (w.d.tenure[homes] == Tenure.CORPORATIE) & reached

    def failing_homes(self, run: Running, w: World) -> list[dict[str, Any]]:
        """How many homes of the stock fail what is asked of the home taken: rows as those of ``who.failing``, group ``homes``."""
        homes = np.flatnonzero(w.d.state == DwellingState.IN_STOCK)
        asked: dict[str, tuple[Any, NDArray]] = {}
        if self.n_rooms_taken:
            asked["n_rooms_taken"] = self.n_rooms_taken, w.d.rooms[homes] <= self.n_rooms_taken
        if self.tenure_taken != "any":
            asked["tenure_taken"] = self.tenure_taken, np.isin(w.d.tenure[homes], TENURES[self.tenure_taken])
        if self.step_free_taken:
            asked["step_free_taken"] = True, w.d.access[homes] == Access.GESCHIKT
        if self.asks_label or self.label:
            asked["label"] = self.label or self.key, self.may_be_labelled(run, w, homes)
        return apart("homes", np.ones(len(homes), bool), asked)


class KnownForHomesTaken(ForHomesTaken, KnownToSome):
    """Money or a rent path on request, for some homes taken."""

    def act_in_month(self, run: Running, w: World) -> None:
        """Label its homes, if it asks for a label; households that know of it can count on it."""
        if self.label is not None:
            self.put_labels(run, w)
        super().act_in_month(run, w)

    def when_not_in_force(self, run: Running, w: World) -> None:
        """Its homes are offered without its label."""
        if self.label is not None:
            take_labels_off(run, w)


def numbers(w: World, homes: NDArray, name: str) -> NDArray:
    """The number of each home for labels of this name, the same for the whole run, float64 in [0, 1)."""
    with w.draws.replay():
        return uniform(w.draws.base(Purpose.UNIT_NUMBER, 1, name), w.d.id[homes])


def label_vacant(run: Running, w: World, share: float, suits: Suits, name: str | None = None) -> int:
    """Label a keyed share of the vacant homes that suit (a home keeps the same number for the whole run).

    A label is for a home as it is offered now: it ends with the letting or sale. Returns how many homes got one they did not have.
    """
    homes = w.v.dwelling[: w.counts[0]][w.v.state[: w.counts[0]] <= ON_OFFER]
    homes = homes[suits(homes)]
    chosen = homes[numbers(w, homes, name or run.key) < share]
    n_new = int(((w.d.labels[chosen] & run.mask) == 0).sum())
    take_labels_off(run, w)
    w.d.labels[chosen] |= run.mask
    return n_new


def take_labels_off(run: Running, w: World) -> None:
    """No home carries the instrument's label any more."""
    w.d.labels[:] &= ~run.mask


def filters_of(run: Running, w: World) -> list[dict[str, Any]]:
    """Who fails which condition of an instrument, and which homes fail what it asks of the home taken."""
    one = run.settings
    return failing(w, one.who) + (one.failing_homes(run, w) if isinstance(one, ForHomesTaken) else [])


def refuse_two_labels(instruments: Mapping[str, Instrument]) -> None:
    """Instruments that name one label mean one set of homes.

    Raises:
        Refusal: two of them give it another number or share; names both sides.
    """
    first: dict[str, ForHomesTaken] = {}
    for key, one in sorted(instruments.items()):
        if isinstance(one, ForHomesTaken) and one.label is not None:
            other = first.setdefault(one.label, one)
            for name in ("n_labelled", "rel_labelled", "label_step_free"):
                mine, its = getattr(one, name), getattr(other, name)
                if mine != its and not (name == "rel_labelled" and one.n_labelled is not None):
                    raise Refusal(f"{key}.{name}={mine} and {other.key}.{name}={its}: both name label {one.label}; make them equal")
