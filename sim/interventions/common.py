"""What the instruments at work in one world share: how they are numbered, whom they may ask, and what they write down together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.interventions.who import ALL_DRAWN, Lot, members_of
from sim.levers import NO_BITS, InForce, nothing_in_force
from sim.without.uses import Uses
from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.register import Among, Register
    from sim.interventions.who import Who
    from sim.without.ghosts import Ghosts
    from sim.world.world import World


@dataclass
class Common(Own):
    """What each instrument at work can reach beside its own settings and the world."""

    in_force: InForce = field(default_factory=nothing_in_force)
    coaches: np.uint64 = NO_BITS  # bits of those that talk to households
    ghosts: Ghosts | None = None  # only where instruments are at work and somebody watches
    uses: Uses = field(default_factory=Uses)
    ledger: list[dict[str, Any]] = field(default_factory=list)  # what each organisation did and paid, by month
    applications: dict[int, int] = field(default_factory=dict)  # to split a home or to put one beside it, by month
    talks: list[tuple[NDArray, NDArray]] = field(default_factory=list)  # of this month: household rows, stages
    register: Register | None = None  # while they look for households
    looking: bool = False  # while they look among those only who search, or are awake on the list
    seniors: NDArray = field(default_factory=lambda: np.zeros(0))  # by area, at the end of last month: what doses are made from

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the instruments, in the order of their bits."""
        return self.in_force.keys

    @contextmanager
    def among_who_looks(self) -> Iterator[None]:
        """In it, households are looked for among those only who search, or are awake on the list."""
        self.looking = True
        try:
            yield
        finally:
            self.looking = False

    def _among(self, w: World, age: int, stages: tuple[int, int]) -> Among | None:
        """Households with all of this age, or more, in these stages; None where everybody has to be asked."""
        return None if self.register is None else self.register.among(w.h, age, stages, self.looking)

    def members_of(self, w: World, who: Who, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN) -> NDArray:
        """Rows (int32) of a target group in the stages given (first, last) that do not carry ``mask`` and are drawn in ``lot``."""
        return members_of(w, who, stages, mask, lot, self._among(w, who.age, stages), self.coaches)

    def note_application(self, month: int, n: int) -> None:
        """Households applied to split a home, or to put one beside it."""
        self.applications[month] = self.applications.get(month, 0) + n
