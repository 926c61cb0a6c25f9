"""The instruments of a scenario at work in one world, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.interventions.common import Common
from sim.interventions.register import Register
from sim.levers import ALL_BIT
from sim.without.ghosts import off_for
from sim.world.codes import PRESENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.instrument import Running
    from sim.world.world import World


@dataclass
class AtWork(Common):
    """The instruments at work in one world; none by default."""

    running: tuple[Running, ...] = ()  # in the order of their keys, which is that of their bits

    def act(self, w: World, seniors: NDArray) -> list[tuple[NDArray, NDArray]]:
        """Their month, one after the other; returns the talks of coaches: household rows, and their stages then."""
        self.seniors, self.talks = seniors, []
        if self.running:
            self.register = Register(w.h, w.month)
        for one in self.running:
            if one.act(w):
                for other in self.running:
                    if other.key in one.settings.brings() and other.works(w.month):
                        one.bring(other, w)
        self.register = None
        return self.talks

    def reach_ghosts(self, w: World, ghostly: World) -> None:
        """What works without a limit on whoever is in a place works on a ghost in that place, unless it is off for it.

        What is limited (a coach's hours, a pot) works on those ghosts only whose household it worked on when they parted.
        ``ghostly`` is the world as ghosts live in it.
        """
        g = self.ghosts
        if g is None or len(self.keys) < 2 or not ((g.h.state[: g.n] == PRESENT) & (g.mark[: g.n] & ALL_BIT == 0)).any():
            return
        self.register = Register(ghostly.h, w.month)
        for one in self.running:
            one.settings.forget(one, ghostly)
            if one.works(w.month) and one.settings.for_whoever_is_there():
                rows = one.settings.found(one, ghostly)
                rows = rows[off_for(g.mark[rows], self.in_force) & one.mask == 0]
                g.h.touched[rows] |= one.mask
        self.register = None

    def settle(self, w: World, first_move: int) -> None:
        """Count and pay the uses of this month's moves (rows of the ledger from ``first_move`` on)."""
        for one in self.running:
            one.settle(w, first_move)

    def stop(self, w: World, keys: tuple[str, ...]) -> None:
        """They stop: nobody counts on them any more; the ledger keeps the names that go on in ``keys``."""
        for one in self.running:
            one.settings.end(one, w)
        for table in (w.h.touched, w.h.ever, w.h.used, w.h.decisive, w.d.labels, w.d.made_by, w.v.bits, w.v.decisive):
            table[:] = 0
        for column in (w.m.instruments, w.m.decisive):
            column[:] = self.in_force.renumber(column, keys)
