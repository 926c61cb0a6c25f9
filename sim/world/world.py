"""The world at one moment: people, homes, vacancies and moves, the month, the place, chance and the parameters.

What instruments, ghosts and counts are beside it belongs to the run (``sim.state``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.world.codes import FUNNEL_SHAPE
from sim.world.columns import Dwellings, Households, Moves, Vacancies, empty, grow
from sim.world.copies import SHARED, Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.chance import Draws
    from sim.world.geography import Geography, Map
    from sim.world.places import Place


class Setting(NamedTuple):
    """Where and when a run is."""

    place: Place
    start: str  # YYYY-MM of month 0
    first_month: int  # of the burn-in, 0 or below
    months: int  # length of the run
    last_month: int  # the first month after the follow-up


@dataclass
class World(Own):
    """One world of one seed. ``h``, ``d``, ``v``, ``m`` are the columns; ``counts`` = rows in use of v and m."""

    setting: Setting = field(metadata=SHARED)
    geography: Geography = field(metadata=SHARED)
    map: Map = field(metadata=SHARED)
    params: Params = field(metadata=SHARED)
    tables: np.void = field(metadata=SHARED)  # what fit looks up (sim.behaviour.fit.FIT_TABLES), made from the parameters
    draws: Draws
    month: int
    h: Households
    d: Dwellings
    v: Vacancies
    m: Moves
    counts: NDArray = field(default_factory=lambda: np.zeros(2, np.int64))
    funnel: NDArray = field(default_factory=lambda: np.zeros(FUNNEL_SHAPE, np.int64))  # steps of the klantreis in this month
    totals: dict[str, int] = field(default_factory=dict)  # what is reported once a run
    told: NDArray = field(
        default_factory=lambda: np.zeros((0, 0), np.int16)
    )  # int16 [instruments at work that tell something, households], month in which each last did; see sim.behaviour.memory

    def add(self, name: str, n: int = 1) -> None:
        """Count something that is reported once a run."""
        self.totals[name] = self.totals.get(name, 0) + int(n)

    def make_room(self, vacancies: int, moves: int) -> None:
        """See to it that so many more vacancies and moves fit."""
        if self.counts[0] + vacancies > len(self.v.id):
            self.v = grow(self.v, int(1.5 * (self.counts[0] + vacancies)) + 1000)
        if self.counts[1] + moves > len(self.m.month):
            self.m = grow(self.m, int(1.5 * (self.counts[1] + moves)) + 1000)

    def forget_moves(self) -> None:
        """Empty the ledger (at month 0, after the burn-in)."""
        self.m = empty(Moves, 1000)
        self.counts[1] = 0
