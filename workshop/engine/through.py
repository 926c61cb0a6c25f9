"""The desk of assumptions: a package counted through with other assumptions, in worlds that are burnt in with them.

That takes a burn-in for each world, and is done beside what tables ask: one process, which gives way to the others where the system can.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.statistics import paired
from experiments.assumptions import Assumption, as_settings, behaviour, of_instrument
from experiments.runs.runner import lean_context, leave_to_parent
from experiments.runs.world import merged
from sim import run
from sim.world.errors import Refusal, hint, shown
from sim.world.names import ALL
from workshop.engine import one_world
from workshop.engine.answers import Answer
from workshop.engine.doses import Doses
from workshop.engine.package import Package
from workshop.engine.worker import in_one_line

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

WORLDS = 4
GIVE_WAY = 10  # niceness

Values = Mapping[str, float]
Pair = tuple[Answer, Answer]  # the base and the package, in one world


class Through(NamedTuple):
    """One more world of a package under other assumptions, or why there are no more (one line)."""

    pair: Pair | None
    why_not: str = ""


def known(package: Package) -> dict[str, Assumption]:
    """The assumptions about people, and about the cards of a package, by key: with what the model takes, and between what it may lie."""
    cards = [one for key, _ in package.cards for one in of_instrument(key)]
    return {one.key: one for one in (*behaviour(), *cards)}


def ends(one: Assumption) -> tuple[float, float]:
    """Between what a value of an assumption may be chosen."""
    low, high = (float(f"{one.at(share):.6g}") for share in (0.0, 1.0))  # as it can be written down
    return low, high


def one_seed(doses: Doses, package: Package, values: Values, seed: int) -> Pair:
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


def beside(usual: Sequence[Pair], mine: Sequence[Pair], months: int) -> pd.DataFrame:
    """What other assumptions change, in the worlds that both have.

    Returns:
        Per indicator a row ``INDICATOR.without`` (the base) and ``INDICATOR.extra`` (what the package adds to it): ``usual`` and ``mine``,
        means over the worlds; ``change``, mine less usual; and of the last two ``lower`` and ``upper``, and ``change_lower`` and
        ``change_upper``: intervals for chance alone, over the worlds; NaN in one world. ``worlds``: how many.
    """
    first, second = ({base.seed: (base, package) for base, package in pairs} for pairs in (usual, mine))
    seeds = sorted(set(first) & set(second))
    if not seeds:
        return pd.DataFrame()

    def counts(pairs: Mapping[int, Pair], which: int) -> pd.DataFrame:
        return pd.DataFrame({seed: _counts(pairs[seed][which], months) for seed in seeds})

    base = counts(first, 0)
    package, my_base, my_package = (counts(*one).reindex(base.index) for one in ((first, 1), (second, 0), (second, 1)))
    found = []
    for what, before, after in (("without", base, my_base), ("extra", package - base, my_package - my_base)):
        nothing = 0.0 * before
        was, now, change = paired(before, nothing), paired(after, nothing), paired(after, before)
        columns = {"usual": was.difference, "mine": now.difference, "lower": now.lower, "upper": now.upper, "change": change.difference}
        columns |= {"change_lower": change.lower, "change_upper": change.upper, "worlds": np.full(len(base), len(seeds))}
        found.append(pd.DataFrame(columns, index=[f"{key}.{what}" for key in base.index]))
    return pd.concat(found)


def _counts(one: Answer, months: int) -> pd.Series:
    """What a world counted over the whole run, by indicator."""
    table = one.tables["summary"]
    whole = (table["months_from"] == 0) & (table["months_to"] == months) & (table["group_by"] == ALL)
    return table[whole].set_index("indicator")["value"]


class Desk:
    """One desk, with one question at a time, in a process of its own: it ends with its question, and a new one ends the one before."""

    def __init__(self, doses: Doses, seeds: Sequence[int]) -> None:
        self.doses, self.seeds = doses, tuple(seeds)[:WORLDS]
        self._process: BaseProcess | None = None

    def ask(self, package: Package, values: Values, told: Callable[[Through], None]) -> None:
        """Count a package through; ``told`` hears of each world, in another thread, and once where it cannot be."""
        self.stop()
        try:
            process, here = self._begin(package, values)
            self._process = process
            self._listen(process, here, told)
        except Exception as error:  # no process, no pipe, no thread, no memory: whoever asked hears of it
            told(Through(None, f"the process that counts cannot be started ({in_one_line(error)}); close other programmes and ask again"))

    def _listen(self, process: BaseProcess, here: Connection, told: Callable[[Through], None]) -> None:
        """A thread that hears a process; without one the process is ended, as nobody would hear it."""
        try:
            threading.Thread(target=self._hear, args=(process, here, told), daemon=True).start()
        except BaseException:
            self._process = None
            process.kill()
            process.join()
            here.close()
            raise

    def _begin(self, package: Package, values: Values) -> tuple[BaseProcess, Connection]:
        """The process of a question, and the end of its pipe that is heard."""
        context = lean_context()
        here, there = context.Pipe(duplex=False)
        with there:
            process = context.Process(target=_count, args=(there, self.doses, package, dict(values), self.seeds), daemon=True)
            try:
                process.start()
            except BaseException:
                here.close()
                raise
        return process, here

    def _hear(self, process: BaseProcess, pipe: Connection, told: Callable[[Through], None]) -> None:
        lacking = len(self.seeds)
        while lacking:
            try:
                found: Through = pipe.recv()
            except (EOFError, OSError):
                process.join()
                found = Through(None, f"the process that counted it ended by itself (exit status {process.exitcode}); ask again")
            except Exception as error:  # what it sent cannot be read: it is ended
                process.kill()
                found = Through(None, f"what the process sent cannot be read ({in_one_line(error)}); ask again")
            lacking = lacking - 1 if found.pair is not None else 0
            if process is not self._process:
                break  # nobody asks any more
            told(found)
        process.join()
        pipe.close()

    def stop(self) -> None:
        """End what it is busy with, at once."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()


def _count(pipe: Connection, doses: Doses, package: Package, values: Values, seeds: Sequence[int]) -> None:
    """The life of the process: one world after another, until one cannot be."""
    leave_to_parent()
    if hasattr(os, "nice"):
        os.nice(GIVE_WAY)
    try:
        for seed in seeds:
            pipe.send(Through(one_seed(doses, package, values, seed)))
    except Exception as error:
        pipe.send(Through(None, in_one_line(error)))
