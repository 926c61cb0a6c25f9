"""The world at one moment: the tables of ``sim.columns`` and everything a month needs beside them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.columns import Dwellings, Households, Moves, Vacancies, copy, empty, fingerprint, grow
from sim.klantreis import FUNNEL_SHAPE, Journey
from sim.levers import no_levers
from sim.randomness import Draws
from sim.stuck import Stuck, nobody_stuck

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.demography.plan import Events
    from sim.ghosts import Ghosts
    from sim.interventions.base import Running
    from sim.market.respond import Map
    from sim.parameters import Params
    from sim.places import Place
    from sim.population.build import Geography
    from sim.register import Register
    from sim.stepwise import Approach

NORM_MONTHS = 12


@dataclass
class World:
    """One world of one seed. ``h``, ``d``, ``v``, ``m`` are the columns; ``counts`` = rows in use of v, m and d."""

    place: Place
    seed: int
    start: str
    params: Params
    geography: Geography
    map: Map
    tables: np.void
    journey: Journey
    rules: np.void
    taste: NDArray
    events: Events
    draws: Draws
    month: int
    first_month: int
    last_month: int
    months: int
    h: Households
    d: Dwellings
    v: Vacancies
    m: Moves
    counts: NDArray
    to_demolish: NDArray
    funnel: NDArray = field(default_factory=lambda: np.zeros(FUNNEL_SHAPE, np.int64))
    senior_moves: NDArray = field(default_factory=lambda: np.zeros((NORM_MONTHS, 0), np.float64))
    seniors: NDArray = field(default_factory=lambda: np.zeros(0))
    area_edges: NDArray = field(default_factory=lambda: np.zeros(0))
    levers: NDArray = field(default_factory=no_levers)
    instruments: tuple[Running, ...] = ()
    keys: tuple[str, ...] = ()
    records: dict[str, Any] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    home_at_start: NDArray = field(default_factory=lambda: np.zeros(0, np.int32))
    at_start: dict[str, int] = field(default_factory=dict)
    year_before: dict[str, float] = field(default_factory=dict)  # what a monitor counted in the twelve months before month 0
    stuck: Stuck = field(default_factory=lambda: nobody_stuck(0, 0))  # vasthouders and vastzitters
    stepwise: Approach | None = None
    ghosts: Ghosts | None = None  # only where instruments are at work and somebody watches
    watch: bool = True  # whether ghosts are left behind
    register: Register | None = None  # while instruments act

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of people, homes, vacancies, event list and month: what scenarios of one seed must share."""
        return fingerprint(self.h, self.d, self.v, self.events)

    def copy(self) -> World:
        """A world of its own: no column is shared (what never changes during a run is)."""
        return replace(
            self,
            h=copy(self.h),
            d=copy(self.d),
            v=copy(self.v),
            m=copy(self.m),
            counts=self.counts.copy(),
            to_demolish=self.to_demolish.copy(),
            funnel=self.funnel.copy(),
            senior_moves=self.senior_moves.copy(),
            seniors=self.seniors.copy(),
            instruments=tuple(replace(one, month=dict(one.month), memory=deepcopy(one.memory)) for one in self.instruments),
            records={},
            totals=dict(self.totals),
            stepwise=None if self.stepwise is None else self.stepwise.copy(),
            stuck=self.stuck.copy(),
            ghosts=None if self.ghosts is None else self.ghosts.copy(),
            draws=Draws(self.seed, self.draws.debug),
        )

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
