"""The instruments of a scenario at work in one world: each hook is called here, at its time, one instrument after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.interventions.common import Common
from sim.interventions.instrument import Instrument
from sim.interventions.register import Register
from sim.interventions.running import Running, Tally
from sim.levers import ALL_BIT, LOST_BIT, NO_BITS
from sim.without.ghosts import off_for
from sim.world.codes import PRESENT, ZOEKEN, Stage
from sim.world.copies import SHARED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


@dataclass
class InService(Running):
    """One instrument at work, with the course of its month."""

    settings: Instrument = field(metadata=SHARED)

    def act(self, w: World) -> bool:
        """Its month: contacts, labels, homes; fixed costs. Nothing before its target group has a first member.

        Returns whether it did anything but what was begun in earlier months.
        """
        self.month, self.n_room, self.left_out = Tally(), 0, self.left_out[:0]
        self.settings.continue_begun(self, w)
        if not self.works(w.month):
            self.settings.when_not_in_force(self, w)
            return False
        if not self.anybody(w):
            return False
        fixed = self.settings.eur_fixed / 12 * min(1.0, self.strength)
        if fixed > self.free(w):
            self.month.no_money = 1
            self.settings.when_not_in_force(self, w)
            return False
        self.pay(fixed)
        self.n_room = 0 if self.settings.card.dosed else self.new_room(w)  # what has a dose says itself how much comes (dose)
        self.settings.act_in_month(self, w)
        self.note_told(w, self.settings.tells_again(self, w))
        return True

    def anybody(self, w: World) -> bool:
        """Whether its target group has, or has had, a member (in any stage of the klantreis)."""
        if not self.somebody:
            one = self.settings
            if one.who.coach:  # who has not talked to a coach yet is in the target group, and can still do so
                one = one.model_copy(update={"who": one.who.model_copy(update={"coach": False})})
            self.somebody = len(one.target_group(self.at_work, w, (0, len(Stage) - 1), NO_BITS)) > 0
        return self.somebody

    def works_on_whoever_is_there(self, month: int) -> bool:
        """Whether it works this month on everybody that it would reach: it pulls a lever, has no dose, and no limit kept anybody out."""
        s, short = self.settings, self.month.waiting > 0 or self.month.no_money > 0
        return self.works(month) and not short and s.card.for_households and not s.card.dosed and bool(s.levers())

    def bring(self, other: Running, w: World) -> None:
        """Households on which it works are reached by another instrument, too, if they are in its target group and search."""
        rows = other.candidates_in(w, (ZOEKEN, ZOEKEN))
        other.touch(w, rows[(w.h.touched[rows] & self.mask) != 0])

    def close_month(self, w: World, first_move: int) -> None:
        """Count and pay the uses of this month's moves, and write the month into the ledger."""
        rows = first_move + np.flatnonzero(w.m.instruments[first_move : int(w.counts[1])] & self.mask)
        self.pay(self.settings.when_moved(self, w, rows))
        self.n_uses += len(rows)
        self.month.uses = len(rows)
        if self.month != Tally():
            row = {"month": w.month, "instrument": self.key, "organisation": self.settings.payer, **vars(self.month)}
            self.at_work.ledger.append(row)


@dataclass
class AtWork(Common):
    """The instruments at work in one world; none by default."""

    running: tuple[InService, ...] = ()  # in the order of their keys, which is that of their bits

    def act(self, w: World, seniors: NDArray) -> list[tuple[NDArray, NDArray]]:
        """Their month, one after the other; returns the talks of coaches: household rows, and their stages then."""
        self.seniors, self.talks = seniors, []
        if self.running:
            self.register = Register(w.h, w.month)
        acted = [one for one in self.running if one.act(w)]  # all have their room of the month before anybody brings others along
        for one in acted:
            if brought := one.settings.brings_along():
                for other in acted:
                    if other.key in brought and other.settings.can_be_brought():
                        one.bring(other, w)
        self.register = None
        return self.talks

    def reach_ghosts(self, w: World, ghostly: World) -> None:
        """What works on whoever is in a place works on a ghost in that place, unless it is off for it.

        What a limit kept from somebody this month (a pot), and a dose (a coach's hours), work on those ghosts only whose household
        they worked on when they parted. ``ghostly`` is the world as ghosts live in it.
        """
        g = self.ghosts
        if g is None or len(self.keys) < 2 or not ((g.h.state[: g.n] == PRESENT) & (g.mark[: g.n] & (ALL_BIT | LOST_BIT) == 0)).any():
            return
        self.register = Register(ghostly.h, w.month)
        for one in self.running:
            one.settings.forget_the_idle(one, ghostly)
            if one.works_on_whoever_is_there(w.month):
                rows = one.settings.would_reach(one, ghostly)
                rows = rows[off_for(g.mark[rows], self.in_force) & one.mask == 0]
                g.h.touched[rows] |= one.mask
                one.note_told(ghostly, np.concatenate((rows, one.settings.tells_again(one, ghostly))))
        self.register = None

    def close_month(self, w: World, first_move: int) -> None:
        """Count and pay the uses of this month's moves (rows of the ledger from ``first_move`` on)."""
        for one in self.running:
            one.close_month(w, first_move)

    def stop(self, w: World, keys: tuple[str, ...]) -> None:
        """They stop: nobody counts on them any more; the ledger keeps the names that go on in ``keys``."""
        for one in self.running:
            one.settings.when_stopped_for_good(one, w)
        for table in (w.h.touched, w.h.ever, w.h.used, w.h.decisive, w.d.labels, w.d.made_by, w.v.bits, w.v.decisive):
            table[:] = 0
        for column in (w.m.instruments, w.m.decisive):
            column[:] = self.in_force.renumber(column, keys)
