"""The desk of assumptions: a package counted through with other assumptions, in worlds that are burnt in with them.

That takes a burn-in for each world, and is done beside what tables ask: one process, which gives way to the others where the system can.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from experiments.assumptions import Assumption, as_settings, behaviour, of_instrument
from experiments.runs.runner import lean_context, leave_to_parent
from experiments.runs.world import merged
from sim import run
from sim.world.errors import Refusal, hint, shown
from workshop.engine import one_world
from workshop.engine.answers import Answer
from workshop.engine.doses import Doses
from workshop.engine.outcome import Outcome, outcome
from workshop.engine.package import Package
from workshop.engine.worker import in_one_line

KNOWLEDGE = "counted through with other assumptions"  # so that the study, which is of the usual ones, says nothing
WORLDS = 4
GIVE_WAY = 10  # niceness

Values = Mapping[str, float]


class Through(NamedTuple):
    """A package under other assumptions: its outcome in the worlds so far, or why there is none (one line)."""

    package: Package
    values: Values
    outcome: Outcome | None
    why_not: str = ""


def known(package: Package) -> dict[str, Assumption]:
    """The assumptions about people, and about the cards of a package, by key: with what the model takes, and between what it may lie."""
    cards = [one for key, _ in package.cards for one in of_instrument(key)]
    return {one.key: one for one in (*behaviour(), *cards)}


def one_seed(doses: Doses, package: Package, values: Values, seed: int) -> tuple[Answer, Answer]:
    """The base and the package in a world that is burnt in with these assumptions. What is set of a card holds in the package alone.

    Raises:
        Refusal: an assumption that there is not, or a value that cannot be.
    """
    there = known(package)
    for key in values:
        if key not in there:
            raise Refusal(f"{shown(key)} is no assumption about people or about a card of this package{hint(key, there)}; choose another")
    people, cards = as_settings(values, there.values())
    s = doses.setting
    world = run.burn_in(s.place, seed, s.months, s.burn_in, follow_up=0, start=s.start, behaviour=people)
    base, mine = (_counted(world, doses, one, cards, seed) for one in (package.base(), package))
    return base, mine


def _counted(world: run.Run, doses: Doses, package: Package, cards: Mapping[str, Mapping[str, float]], seed: int) -> Answer:
    settings = package.instruments(doses)
    settings |= {key: merged(settings[key], cards[key]) for key, _ in package.cards if key in cards}
    one = one_world.begin(world, settings, first=False)
    return one_world.answer(one, package, seed, one_world.forward(one, doses.setting.months), first=False)


def joined(pairs: Sequence[tuple[Answer, Answer]], package: Package, doses: Doses) -> Outcome:
    """What a package does under other assumptions, with the interval for chance alone."""
    found = outcome([base for base, _ in pairs], [mine for _, mine in pairs], package, doses)
    nothing = dict.fromkeys(("lower_full", "upper_full", "p_sign"), np.nan)
    return Outcome(package, found.seeds, found.months, found.effects.assign(**nothing, knowledge=KNOWLEDGE), found.costs, found.unpriced)


class Desk:
    """One desk, with one question at a time: a new one cancels the one before, after the world that it is busy with."""

    def __init__(self, doses: Doses, seeds: Sequence[int]) -> None:
        self.doses, self.seeds = doses, tuple(seeds)[:WORLDS]
        self._pool = ProcessPoolExecutor(1, mp_context=lean_context(), initializer=_begin)
        self._asked: list[Future[tuple[Answer, Answer]]] = []

    def ask(self, package: Package, values: Values, told: Callable[[Through], None]) -> None:
        """Count a package through; ``told`` hears after each world, in another thread, and once where it cannot be."""
        for one in self._asked:
            one.cancel()
        self._asked, pairs = [], []
        mine = self._asked

        def hear(done: Future[tuple[Answer, Answer]]) -> None:
            if done.cancelled() or mine is not self._asked:
                return
            if (error := done.exception()) is not None:
                for other in mine:
                    other.cancel()
                told(Through(package, values, None, in_one_line(error)))
                return
            pairs.append(done.result())
            told(Through(package, values, joined(pairs, package, self.doses)))

        mine += [self._pool.submit(one_seed, self.doses, package, dict(values), seed) for seed in self.seeds]
        for one in mine:
            one.add_done_callback(hear)

    def stop(self) -> None:
        """End it; what it is busy with is not waited for."""
        self._asked = []
        self._pool.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    leave_to_parent()
    if hasattr(os, "nice"):
        os.nice(GIVE_WAY)
