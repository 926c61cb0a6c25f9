"""How an instrument finds the households that it works on: they know of it, or it reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.interventions.instrument import Instrument
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.interventions.who import Lot, carriers
from sim.world.chance import Purpose, uniform
from sim.world.codes import HUIDIGE, HouseholdState

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


class KnownToSome(Instrument):
    """Help on request: only those who know of it can ask; a coach makes it known."""

    rel_known: float = Field(
        0.5, ge=0, le=1, description="share of the target group in those stages that knows of it (assumption, 0.2-0.8)"
    )

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """Nobody knows of it, and nobody is told."""
        return super().nothing_at(brought) | ({} if brought else {"rel_known": 0})

    def would_reach(self, run: Running, w: World) -> NDArray:
        """Households of the target group that know of it."""
        with w.draws.replay():  # one fixed number per household
            lot = Lot(w.draws.base(Purpose.KNOWS, 0, self.key), self.rel_known)
        return run.candidates(w, lot)


class Help(KnownToSome):
    """Help with the move that costs the same each time."""

    prices: ClassVar[tuple[str, ...]] = ("eur_use",)

    eur_use: float = Field(0, ge=0, le=10000, description="euro per move")

    def most_cost_of_a_use(self, w: World, rows: NDArray) -> NDArray:
        """The price of one."""
        return np.full(len(rows), float(self.eur_use))

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """The price for each move on which it worked."""
        return self.eur_use * len(moves)


class Outreach(Instrument):
    """Information for people who have no plan to move; what it stirs lasts for the month in which it reaches them."""

    stages_asked: ClassVar[tuple[int, int]] = (HUIDIGE, HUIDIGE)
    prices: ClassVar[tuple[str, ...]] = ("eur_contact",)

    rel_reached: float = Field(0.1, ge=0, le=1, description="share of the target group that it reaches in a month (assumption)")
    awareness: float = Field(0.2, ge=0, le=5, description="logit added to the chance of a wish in that month (assumption, 0-1; unproven)")
    eur_contact: float = Field(1, ge=0, le=500, description="euro per household reached (assumption)")
    payer: Payer = "gemeente"

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """It reaches nobody."""
        return {"rel_reached": 0}

    def levers(self) -> dict[str, float]:
        """What somebody who is reached thinks of."""
        return {"awareness": self.awareness}

    def act_in_month(self, run: Running, w: World) -> None:
        """Households are reached as capacity and money allow."""
        rows = self.would_reach(run, w)
        n = run.afford(min(len(rows), run.n_room), self.eur_contact)
        run.month.waiting += len(rows) - n
        run.month.contacts += len(run.touch(w, rows[:n]))
        run.pay(n * self.eur_contact)

    def would_reach(self, run: Running, w: World) -> NDArray:
        """Whom it reaches this month, in keyed order."""
        lot = Lot(w.draws.base(Purpose.TALK, w.month, self.key), self.rel_reached)
        rows = self.reached(run, w, lot)
        return rows[np.argsort(uniform(lot.base, w.h.id[rows]), kind="stable")]

    def continue_begun(self, run: Running, w: World) -> None:
        """Who was reached last month and did nothing has forgotten."""
        self.forget_the_idle(run, w)

    def forget_the_idle(self, run: Running, w: World) -> None:
        """Who was reached and has no wish has forgotten it."""
        h, rows = w.h, carriers(w.h.touched, run.mask)
        rows = rows[(h.stage[rows] == HUIDIGE) & (h.state[rows] == HouseholdState.PRESENT)]
        h.touched[rows] &= ~run.mask

    def reached(self, run: Running, w: World, lot: Lot) -> NDArray:
        """The households that it reaches this month, by a keyed draw."""
        return run.candidates(w, lot)
