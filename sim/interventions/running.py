"""One instrument at work in one world, as its hooks see it: whom it can reach, within capacity and budget, and what it spent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from sim.interventions.common import Common
from sim.interventions.terms import Terms
from sim.interventions.who import ALL_DRAWN, Lot, carriers
from sim.levers import ALL_BIT, MAX_INSTRUMENTS, NO_BITS
from sim.without.ghosts import stay_behind
from sim.world.chance import Purpose, uniform
from sim.world.codes import HUIDIGE, ZOEKEN, HouseholdState
from sim.world.copies import SHARED, Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

Kind = TypeVar("Kind", bound=Own)
MASKS = tuple(np.uint64(1 << bit) for bit in range(MAX_INSTRUMENTS))


@dataclass
class Tally(Own):
    """What an instrument did in a month: a row of the instruments' ledger."""

    contacts: int = 0  # households
    uses: int = 0  # moves
    cost_eur: float = 0.0
    waiting: int = 0  # households that capacity or money left out
    no_money: int = 0  # households, homes or posts that were wanted, and for which there was no money


@dataclass
class Carry(Own):
    """A flow that comes in whole ones: what is left of one is carried over to the next month."""

    fraction: float = 0.0

    def whole(self, amount: float) -> int:
        """How many come of a month's ``amount`` and what was left before."""
        total = self.fraction + amount
        n = int(total + 1e-9)  # ten times a tenth is one
        self.fraction = max(0.0, total - n)
        return n


@dataclass
class Running(Own):
    """One instrument at work in one world."""

    settings: Terms = field(metadata=SHARED)
    at_work: Common  # what it shares with the others
    bit: int
    strength: float
    start: str
    begun: int  # month in which it was put to work in this world
    n_months: int  # months of the run; in the follow-up after it nothing begins
    beside: np.uint64 = NO_BITS  # bit of the same instrument, there or added: nobody is reached by both
    n_room: int = 0  # households that capacity still allows this month
    idle: bool = False  # waits for a rule of a stepwise approach, or was stopped by one
    eur_spent: float = 0.0
    eur_more: float = 0.0  # budget that a change of strength added or took away
    n_reached: int = 0
    n_uses: int = 0
    month: Tally = field(default_factory=Tally)  # this month so far
    left_out: NDArray = field(
        default_factory=lambda: np.zeros(0, np.int32), metadata=SHARED
    )  # rows, of this month; made anew, never changed
    room: Carry = field(default_factory=Carry)  # of capacity, or of the homes or talks of its dose
    somebody: bool | None = None  # whether its target group has, or has had, a member; None: it has not looked yet
    first_month: int | None = None  # that it acted in; see months_since_first
    filters: list[dict[str, Any]] = field(default_factory=list)  # who failed what when it was put to work (labels.filters_of)
    memories: dict[type[Own], Own] = field(default_factory=dict)  # by what kind of thing is remembered; see memory

    @property
    def key(self) -> str:
        """The instrument's key."""
        return self.settings.key

    @property
    def mask(self) -> np.uint64:
        """Its bit, as a mask."""
        return MASKS[self.bit]

    @property
    def reached(self) -> np.uint64:
        """Bits of who need not be asked any more: its own, and that of the same instrument beside it."""
        return self.mask | self.beside

    def works(self, month: int) -> bool:
        """Whether it is in force in a month and delivers anything at all."""
        s = self.settings
        first, end = s.term(self.start)
        delivers = not self.idle and self.strength > 0 and s.capacity != 0 and s.eur_budget != 0
        return delivers and first < self.n_months and first <= month < end

    def memory(self, kind: type[Kind]) -> Kind:
        """What an instrument remembers: one object of the ``kind`` that its file defines (an ``Own``), new when first asked for."""
        if kind not in self.memories:
            self.memories[kind] = kind()
        return cast(Kind, self.memories[kind])

    def months_since_first(self, w: World) -> int:
        """Months since it first acted, which is when this is first asked: building times and cycles count from there."""
        if self.first_month is None:
            self.first_month = w.month
        return w.month - self.first_month

    # whom it reaches

    def candidates(self, w: World, lot: Lot = ALL_DRAWN) -> NDArray:
        """Households of the target group where it asks (``asked_in``), drawn in ``lot``, that it does not reach yet, int32 rows.

        What is for who searches, and nobody else, is for who is awake on the list too (``sim.behaviour.registration``).
        """
        first, last = self.settings.asked_in()
        if (first, last) != (ZOEKEN, ZOEKEN):
            return self.candidates_in(w, (first, last), lot)
        with self.at_work.among_who_looks():
            rows = self.candidates_in(w, (HUIDIGE, ZOEKEN), lot)
        return rows[(w.h.stage[rows] == ZOEKEN) | (w.h.awake[rows] == w.month)]

    def candidates_in(self, w: World, stages: tuple[int, int], lot: Lot = ALL_DRAWN) -> NDArray:
        """As ``candidates``, in other stages (first, last)."""
        rows = self.settings.target_group(self.at_work, w, stages, self.reached, lot)
        if self.strength >= 1:
            return rows
        with w.draws.replay():  # one fixed number per household: a weaker rule holds for a subset
            u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 0, self.key), w.h.id[rows])
        return rows[u < self.strength]

    def touch(self, w: World, rows: NDArray) -> NDArray:
        """Let the instrument work on households, first come first served, within capacity and budget; those reached, in the order given."""
        if len(rows) > self.n_room or self.settings.eur_budget is not None:
            with w.draws.replay():
                tie = uniform(w.draws.base(Purpose.DELIVERY, w.month, self.key), w.h.id[rows])
            queue = np.lexsort((tie, w.h.stage_month[rows]))
            n = int((np.cumsum(self.settings.most_cost_of_a_use(w, rows[queue])) <= self.free(w)).sum())
            served, left_out = queue[: min(n, self.n_room)], rows[queue[min(n, self.n_room) :]]
            first_time = ~np.isin(left_out, self.left_out)  # a coach may bring whoever was left out this month
            self.month.waiting += int(first_time.sum())
            self.month.no_money += int(first_time[: min(len(queue), self.n_room) - len(served)].sum())
            self.left_out = np.append(self.left_out, left_out[first_time])
            rows = rows[np.sort(served)]  # a limit says who is served, never in which order
        self.n_room -= len(rows)
        w.h.touched[rows] |= self.mask
        self.note_told(w, rows)
        self.take_back(w)
        new = rows[w.h.contact_month[rows] < -3000]
        w.h.contact_month[new] = w.month
        w.h.first_contact[new] = int(self.settings.card.contact)
        self.n_reached += len(rows)
        return rows

    def note_told(self, w: World, rows: NDArray) -> None:
        """It tells the households ``rows`` something this month; from now on they forget it (if it pulls a lever that fades)."""
        if len(rows) == 0:
            return
        row = self.at_work.in_force.told[self.bit]
        if row >= 0:
            w.told[row, rows] = w.month

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

    def new_room(self, w: World) -> int:
        """Households that may be reached in a new month within capacity; fractions are carried over."""
        capacity = self.settings.capacity
        if capacity is None:
            return len(w.h.id)
        return self.room.whole(capacity * self.strength)

    def dose(self, rate: float) -> int:
        """Whole homes or talks of this month, where it gives ``rate`` a month; fractions are carried over.

        Capacity bounds the rate, so that nothing is rounded twice: one above the rate loses no home, one below it gives all of its own.
        """
        capacity = self.settings.capacity
        self.n_room = self.room.whole(rate if capacity is None else min(rate, capacity * self.strength))
        return self.n_room

    # what it may spend

    def pay(self, eur: float) -> None:
        """Spend; the budget was reserved before, so it is never passed."""
        self.eur_spent += eur
        self.month.cost_eur += eur

    def afford(self, n: int, eur: float) -> int:
        """How many of ``n`` at ``eur`` each the money left allows; those that it does not are noted."""
        able = n if eur <= 0 else int(min(n, self.left() // eur))
        self.lacks_money(n - able)
        return able

    def lacks_money(self, n: int) -> None:
        """Note that ``n`` households, homes or posts were wanted this month for which there is no money."""
        self.month.no_money += n

    def budget(self) -> float:
        """Euro for the whole run (infinite without a limit)."""
        budget = self.settings.eur_budget
        return float("inf") if budget is None else budget * self.strength + self.eur_more

    def left(self) -> float:
        """Euro left of the budget (infinite without one)."""
        return self.budget() - self.eur_spent

    def free(self, w: World) -> float:
        """Euro left that is not reserved for households on the way which count on it (infinite without a budget)."""
        if self.settings.eur_budget is None:
            return float("inf")
        rows = self._claimants(w)
        return max(0.0, self.left() - float(self.settings.most_cost_of_a_use(w, rows[self._on_the_way(w, rows)]).sum()))

    def take_back(self, w: World) -> None:
        """Where the money left does not reach for all, those who dropped out of the journey lose their claim: they have to ask again.

        Only then: a budget that is large enough must change nothing, and who takes the journey up again has the help as before.
        """
        if self.settings.eur_budget is None:
            return
        rows = self._claimants(w)
        most = self.settings.most_cost_of_a_use(w, rows)
        if most.sum() > self.left():
            w.h.touched[rows[(most > 0) & ~self._on_the_way(w, rows)]] &= ~self.mask

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
        self.take_back(w)
        return True

    def _on_the_way(self, w: World, rows: NDArray) -> NDArray:
        """Which of the households ``rows`` have not dropped out to before the first stage in which they are asked, bool."""
        return w.h.stage[rows] >= self.settings.asked_in()[0]

    def _claimants(self, w: World) -> NDArray:
        """Households present on which it works, rows."""
        rows = carriers(w.h.touched, self.mask)
        return rows[w.h.state[rows] == HouseholdState.PRESENT]


def first_of(rows: NDArray, order: NDArray, n: int) -> NDArray:
    """The ``n`` rows with the lowest ``order``, lowest first; ties as they come."""
    if n == 0:
        return rows[:0]
    if len(rows) > n:  # only those that may be among them have to be sorted
        chosen = order <= np.partition(order, n - 1)[n - 1]
        rows, order = rows[chosen], order[chosen]
    return rows[np.argsort(order, kind="stable")][:n]
