"""Worlds in which nothing happens but what a test asks for: the right answer is known beforehand."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from sim import month, run
from sim.interventions import ALL_DRAWN, Card, Instrument, Running
from sim.interventions.running import Tally
from sim.state import Run
from sim.without import ghosts
from sim.world.codes import HouseholdState, Stage, VacancyState
from sim.world.columns import NOWHERE
from sim.world.world import World
from tests.worlds import MIXED

IMPOSSIBLE, CERTAIN = 1e-300, 1000.0  # a chance, and a logit
BEHAVIOUR = {  # beyond the ranges of a run
    **dict.fromkeys(("p_wish_senior", "p_wish_other", "p_search_senior", "p_search_other"), IMPOSSIBLE),
    **dict.fromkeys(("p_fade_other", "p_fade_senior", "p_give_up_other", "p_give_up_senior"), 0.0),
    "p_refusal": 0.0,
    "p_look": 1.0,
    "p_look_starter": 1.0,
    "p_alert": 0.0,
}


class ForThese(Instrument):
    """Works on the households with these ids, or on everybody, with the levers given."""

    card: ClassVar[Card] = Card(key="interventie_deze", category="test", payers=("corporatie",))
    stages_asked: ClassVar[tuple[int, int]] = (0, 4)

    ids: tuple[int, ...] | None = None
    pulls: dict[str, float]

    def levers(self) -> dict[str, float]:
        """As given."""
        return self.pulls

    def target_group(self, common, w: World, stages, mask, lot=ALL_DRAWN) -> np.ndarray:
        """Those of them that are there."""
        free = (w.h.state == HouseholdState.PRESENT) & ((w.h.touched & mask) == 0)
        mine = np.ones(len(free), bool) if self.ids is None else np.isin(w.h.id, np.array(self.ids, np.uint64))
        return np.flatnonzero(free & mine).astype(np.int32)

    def act_in_month(self, run: Running, w: World) -> None:
        """Everybody whom it is for."""
        run.touch(w, self.target_group(run.at_work, w, (0, 4), run.mask))


def for_these(w: World, rows, **pulls: float) -> ForThese:
    """An instrument for the household ``rows`` of a world alone."""
    return ForThese(ids=tuple(int(one) for one in w.h.id[list(rows)]), pulls=pulls)


def instruments(*given: Instrument) -> dict[str, Instrument]:
    """Instruments at work side by side, by name."""
    return {f"interventie_{k}": one for k, one in enumerate(given)}


def quiet(place: str = MIXED, seed: int = 1, months: int = 48) -> Run:
    """A run at month 0 without events, new homes or wishes; nobody searches."""
    one = run.burn_in(place, seed, months, 2, 24)
    w = one.world
    w.params = replace(w.params, **BEHAVIOUR)
    one.events.first[:] = 0
    one.to_demolish[:] = 0
    w.d.delivery[w.d.state == 0] = 32000
    w.h.patience[:] = 32767
    given_up = w.h.reserved != NOWHERE
    w.v.state[w.h.reserved[given_up]] = VacancyState.ON_OFFER
    w.h.reserved[:] = NOWHERE
    w.h.stage[:] = Stage.HUIDIGE_WONING
    w.h.taste_here[:] = np.maximum(w.h.taste_here, 0)
    return one


def at_work(burnt: Run, chosen: dict[str, Instrument], watch: bool = True) -> Run:
    """A copy of a run with these instruments at work."""
    one = burnt.copy()
    one.equip(chosen, ghosts=watch)
    return one


def market_months(one: Run, months: int) -> Run:
    """Some months in which only the market and the keys happen."""
    w = one.world
    for _ in range(months):
        for running in one.at_work.running:
            running.month = Tally()
        month.go_to_market(one)
        one.at_work.uses.note(w.h, w.month)
        month.hand_over_keys(one, int(w.counts[1]))
        ghosts.get_keys(w, one.at_work.ghosts)
        w.month += 1
    return one


def movers(one: Run) -> set[int]:
    """Household rows that moved."""
    w = one.world
    return set(w.m.household[: int(w.counts[1])].tolist())
