"""Worlds in which nothing happens but what a test asks for: the right answer is known beforehand."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim import ghosts, interventions, month, run
from sim.codes import HouseholdState, Stage, VacancyState
from sim.columns import NOWHERE
from sim.interventions.base import Instrument, Running
from sim.interventions.target import ALL_DRAWN
from sim.market.market import market
from sim.recording import note_uses
from sim.state import World
from tests.worlds import MIXED

IMPOSSIBLE, CERTAIN = -1000.0, 1000.0  # logits
BEHAVIOUR = {"p_refusal": 0.0, "p_look": 1.0, "p_look_starter": 1.0}  # beyond the ranges of a run


class ForThese(Instrument):
    """Works on the households with these ids, or on everybody, with the levers given."""

    key: ClassVar[str] = "interventie_deze"
    category: ClassVar[str] = "test"
    payers: ClassVar[tuple[str, ...]] = ("corporatie",)

    ids: tuple[int, ...] | None = None
    pulls: dict[str, float]

    def levers(self) -> dict[str, float]:
        """As given."""
        return self.pulls

    def members(self, w: World, stages, mask, lot=ALL_DRAWN) -> np.ndarray:
        """Those of them that are there."""
        free = (w.h.state == HouseholdState.PRESENT) & ((w.h.touched & mask) == 0)
        mine = np.ones(len(free), bool) if self.ids is None else np.isin(w.h.id, np.array(self.ids, np.uint64))
        return np.flatnonzero(free & mine).astype(np.int32)

    def act(self, run: Running, w: World) -> None:
        """Everybody whom it is for."""
        run.touch(w, self.members(w, (0, 4), run.mask))


def for_these(w: World, rows, **pulls: float) -> ForThese:
    """An instrument for the household ``rows`` of a world alone."""
    return ForThese(ids=tuple(int(one) for one in w.h.id[list(rows)]), pulls=pulls)


def instruments(*given: Instrument) -> dict[str, Instrument]:
    """Instruments at work side by side, by name."""
    return {f"interventie_{k}": one for k, one in enumerate(given)}


def quiet(place: str = MIXED, seed: int = 1, months: int = 48) -> World:
    """A world at month 0 without events, new homes or wishes; nobody searches."""
    w = run.burn_in(place, seed, months, 2, 24)
    w.params = w.params._replace(**BEHAVIOUR)
    w.events.first[:] = 0
    w.to_demolish[:] = 0
    w.d.delivery[w.d.state == 0] = 32000
    w.h.patience[:] = 32767
    w.journey.wish[:] = IMPOSSIBLE
    w.journey.search[:] = IMPOSSIBLE
    w.journey.fade[:] = 0
    w.journey.give_up[:] = 0
    given_up = w.h.reserved != NOWHERE
    w.v.state[w.h.reserved[given_up]] = VacancyState.ON_OFFER
    w.h.reserved[:] = NOWHERE
    w.h.stage[:] = Stage.HUIDIGE_WONING
    w.h.taste_here[:] = np.maximum(w.h.taste_here, 0)
    return w


def at_work(world: World, chosen: dict[str, Instrument], watch: bool = True) -> World:
    """A copy of a world with these instruments at work."""
    w = world.copy()
    w.watch = watch
    interventions.equip(w, chosen)
    return w


def market_months(w: World, months: int) -> World:
    """Some months in which only the market and the keys happen."""
    for _ in range(months):
        for running in w.instruments:
            running.month = {"contacts": 0, "uses": 0, "cost_eur": 0.0, "waiting": 0}
        market(w)
        note_uses(w)
        month.hand_over_keys(w, int(w.counts[1]))
        ghosts.get_keys(w)
        w.month += 1
    return w


def movers(w: World) -> set[int]:
    """Household rows that moved."""
    return set(w.m.household[: int(w.counts[1])].tolist())
