"""What every instrument is: a card, settings and levers, and the moments of a month at which it can do something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.interventions.card import SUPPLY
from sim.interventions.terms import Terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.running import Running
    from sim.world.world import World


class Instrument(Terms):
    """An instrument: its settings (fields, from a scenario), its card, and hooks that the month calls, each at its time.

    Write a card, settings and ``levers``; override a hook only where the instrument does something else than to reach its
    target group. ``run`` is the instrument at work in one world: its limits, its money, and what it remembers
    (``run.memory``). ``w`` is that world. An instrument itself never changes, and draws keyed numbers only.

    Asked when a scenario is read: ``check_law``, ``brings_along``, ``does_nothing`` (which asks ``nothing_at``).
    Asked when it is put to work: ``levers``.
    Asked when households are looked for: ``asked_in``, ``target_group``, ``most_cost_of_a_use`` (``sim.interventions.terms``).
    In each month (``sim.interventions.at_work``), in this order:
        before the klantreis  ``continue_begun``, then ``act_in_month`` (which asks ``would_reach``) or ``when_not_in_force``
                              after ``act_in_month`` also ``tells_again``
        with the ghosts       ``forget_the_idle``, ``would_reach``, ``tells_again``
        after the keys        ``when_moved``
    Once: ``when_stopped_for_good``.
    """

    def check_law(self, start: str) -> None:
        """Called once, when a scenario is read; ``start`` is the month (YYYY-MM) whose law holds.

        Raises:
            Refusal: the settings ask for what the law forbids.
        """

    def levers(self) -> dict[str, float]:
        """Called when it is put to work: the levers that it pulls on whoever it works on.

        Returns:
            Lever to value (fields of ``sim.levers.LEVERS``); empty for one that only adds or changes homes.
        """
        return {}

    def pulls_something(self) -> bool:
        """Whether it pulls a lever, adds or changes homes, or brings others along: conditions alone change nothing."""
        used, levers = self.card.levers_used, self.levers()
        return SUPPLY in used or any(levers.get(name) for name in used) or bool(self.brings_along())

    def does_nothing(self, brought: bool = False, heard: bool = False) -> str:
        """Called when a scenario is read: whether the world with it would be the world without it, as it is set.

        A capacity or a budget of 0 switches it off on purpose, and so does a strength of 0.

        Args:
            brought: a coach brings it along.
            heard: a rule, or another instrument, asks what is said in talks.

        Returns:
            Which settings make it so, and the way out, for a message; empty where it does something.
        """
        if self.capacity == 0 or self.eur_budget == 0:
            return ""
        unread = self.unread()
        none = [name for name, number in self.nothing_at(brought).items() if name not in unread and getattr(self, name) == number]
        if not none and not (heard and self.card.talks) and not self.pulls_something():
            own = [name for name in type(self).model_fields if getattr(self, name) == 0]
            none = [name for name in own if self.model_copy(update={name: 1}).pulls_something()]
        said = " and ".join(f"{self.key}.{name}={getattr(self, name):g}" for name in none)
        return f"{said} would do nothing: give another number, or capacity: 0 to switch it off" if said else ""

    def brings_along(self) -> tuple[str, ...]:
        """Called when a scenario is read, and each month after ``act_in_month``.

        Returns:
            Keys of instruments of the same scenario that reach the searching households that this one works on, too.
        """
        return ()

    def continue_begun(self, run: Running, w: World) -> None:
        """Called at the start of each month, in force or not, whatever money there is: what was begun before goes on."""

    def act_in_month(self, run: Running, w: World) -> None:
        """Called in each month in which it is in force, somebody is or was in its target group, and fixed costs can be paid.

        They are paid by then, and ``run.n_room`` says how many households capacity allows (of what is dosed none, before ``run.dose``).
        """
        run.touch(w, self.would_reach(run, w))

    def would_reach(self, run: Running, w: World) -> NDArray:
        """Called in ``act_in_month``, and for ghosts with the world as they live in it: whom it would work on if nothing limited it.

        Returns:
            Household rows (int32) on which it does not work yet.
        """
        return run.candidates(w)

    def tells_again(self, run: Running, w: World) -> NDArray:
        """Called after ``act_in_month``, and for ghosts: on whom it works already and who hears it anew, so that it is fresh again.

        Returns:
            Household rows; nobody by default: who was talked to is talked to once on a journey.
        """
        return np.zeros(0, np.int64)

    def when_not_in_force(self, run: Running, w: World) -> None:
        """Called instead of ``act_in_month`` in a month before or after its term, or when fixed costs cannot be paid."""

    def forget_the_idle(self, run: Running, w: World) -> None:
        """Called each month for the world of ghosts: it lets go of households that did nothing with it, journey over or not."""

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """Called at the end of each month, when the keys are handed over: what is due to those who moved with it.

        Args:
            moves: rows of the ledger (int64) of this month's moves on which it worked.

        Returns:
            What they cost, euro; at most ``most_cost_of_a_use`` for each.
        """
        return 0.0

    def when_stopped_for_good(self, run: Running, w: World) -> None:
        """Called once, when a world goes on without it: nothing of it may be left half done."""
