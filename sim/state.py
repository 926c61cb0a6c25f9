"""One run at one moment: the world, and all that instruments, ghosts, rules and counts remember beside it.

A copy shares no array but those that are declared to be shared (``sim.world.copies``); a fork is a copy with other instruments.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim import interventions
from sim.approach import stepwise
from sim.counts import journal
from sim.counts.person_moves import PersonMoves
from sim.counts.recording import AtStart, Records
from sim.interventions.at_work import AtWork
from sim.world.columns import fingerprint
from sim.world.copies import SHARED, Own
from sim.world.errors import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.approach.rules import Rule
    from sim.approach.stepwise import Approach
    from sim.behaviour.klantreis import Neighbours
    from sim.counts.vasthouders import Stuck
    from sim.demography.plan import Events
    from sim.interventions import Instrument
    from sim.world.world import World


@dataclass
class Run(Own):
    """One seed in one scenario, under way."""

    world: World
    events: Events = field(metadata=SHARED)
    to_demolish: NDArray  # int64 [months from the first on], homes that the base programme takes away
    neighbours: Neighbours
    stuck: Stuck  # vasthouders and vastzitters
    at_work: AtWork = field(default_factory=AtWork)
    approach: Approach | None = None  # the rules of a stepwise scenario
    records: Records = field(default_factory=Records)
    at_start: AtStart = field(default_factory=AtStart)
    journal: journal.Journal = field(default_factory=journal.Journal)  # of those who are followed: nobody by default
    persons: PersonMoves = field(default_factory=PersonMoves)

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of people, homes, vacancies and event list: what scenarios of one seed must share."""
        return fingerprint(self.world.h, self.world.d, self.world.v, self.events)

    def equip(
        self,
        held: Mapping[str, Instrument],
        steps: Sequence[Rule] = (),
        strength: float = 1.0,
        months: int | None = None,
        ghosts: bool = True,
    ) -> None:
        """Put the instruments of a scenario to work instead of those that are, and let those that its rules can add wait.

        ``months`` is the length of the run (default its own): in the follow-up after it no instrument begins. ``ghosts``:
        whether what would have happened without the instruments is watched.

        Raises:
            Refusal: rules that contradict each other or the scenario, settings that cannot be, or a change that cannot be
                counted because the burn-in was too short; too many instruments, a strength out of range, an area of another
                place, labels that contradict.
        """
        w = self.world
        months = w.setting.months if months is None else months
        waiting = stepwise.waiting(held, steps, w.setting, strength)
        self.at_work = interventions.equip(w, {**held, **waiting}, strength, months, ghosts, self.at_work)
        for running in self.at_work.running:
            running.idle = running.key in waiting
        self.journal = self.journal.without_ghosts(w)
        self.approach = stepwise.approach(w, held, steps, months) if steps else None

    def follow(self, ids: Collection[int]) -> None:
        """Keep a journal of the households ``ids`` (as in the tables) from now on; to be asked before the instruments go to work.

        Raises:
            Refusal: one of them is not there in this month, or instruments have been at work: what differed by then is not known.
        """
        if self.at_work.ghosts is not None and self.at_work.ghosts.n:
            raise Refusal(
                f"follow: instruments are at work in month {self.world.month}; follow households before the first month with them"
            )
        self.journal = journal.follow(self.world, ids)
