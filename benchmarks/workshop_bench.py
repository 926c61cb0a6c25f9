"""``python -m benchmarks.workshop_bench FOLDER``: how soon a table hears an answer, alone, with four tables and with twenty, and why.

FOLDER was prepared by ``python -m workshop``. Times are seconds of a clock on a machine that has nothing else to do; the targets are
those that were set for a month of ``MONTH`` milliseconds, and beside them stands what they become with the month of the day.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.counts.by_period import PERIODS
from workshop.engine import one_world
from workshop.engine.package import Package
from workshop.engine.scheduler import Broken, Engine, Event, Failed, Slice, Whole
from workshop.prepared.folder import Prepared

MONTH = 11.5  # milliseconds of a month of Zwolle with a small package, when the targets were set (10 to 13)
FOUR = 4  # worlds
TIMED = 24  # months in which the cost of a month is measured
FULL = "volledig_sociaal"
PREPARED, DRAWN, WORLDS = "prepared answer", "first drawn year", "four worlds"
TARGETS: Mapping[int, Mapping[str, float]] = {
    1: {PREPARED: 0.2, DRAWN: 1.0},
    4: {PREPARED: 0.2, DRAWN: 1.5, WORLDS: 30.0},
    20: {DRAWN: 3.0},
}
CHECKED = 3  # answers that are counted once more, to see that none was mixed up


class Costs(NamedTuple):
    """Milliseconds of CPU of a month: the first world with its ghosts and journals, and another one."""

    first: float
    other: float


def costs(prepared: Prepared, package: Package) -> Costs:
    """What a month of a package costs, over the first TIMED months."""
    settings, found = package.instruments(prepared.doses), []
    for first in (True, False):
        run = one_world.begin(prepared.world(prepared.seeds[0]), settings, first)
        one_world.forward(run, 1)  # what is done once, at the first look at everybody
        began = time.process_time()
        rows = one_world.forward(run, min(TIMED, prepared.months - 1))
        found.append(1000 * (time.process_time() - began) / len(rows))
    return Costs(*found)


class Ear:
    """When what was heard of which package."""

    def __init__(self, engine: Engine) -> None:
        self.first, self.worlds = engine.crew.seeds[0], min(FOUR, len(engine.crew.seeds))
        self.drawn: dict[Package, float] = {}
        self.whole: dict[Package, dict[int, float]] = {}
        self.wrong: list[str] = []
        self._news = threading.Condition()
        engine.listen(self._hear)

    def _hear(self, event: Event) -> None:
        with self._news:
            if isinstance(event, Slice | Whole) and event.seed == self.first:
                self.drawn.setdefault(event.package, time.perf_counter())
            if isinstance(event, Whole):
                self.whole.setdefault(event.package, {})[event.seed] = time.perf_counter()
            if isinstance(event, Failed | Broken):
                self.wrong.append(event.message)
            self._news.notify_all()

    def forget(self, package: Package) -> None:
        """Hear it as if for the first time."""
        with self._news:
            self.drawn.pop(package, None)
            self.whole.pop(package, None)

    def when(self, found: Callable[[], float | None], seconds: float) -> float:
        """Wait for a moment; NaN where it does not come."""
        with self._news:
            self._news.wait_for(lambda: found() is not None or bool(self.wrong), seconds)
            moment = found()
            return float("nan") if moment is None else moment

    def all_worlds(self, package: Package) -> float | None:
        """When its fourth world was whole."""
        found = sorted(self.whole.get(package, {}).values())
        return found[self.worlds - 1] if len(found) >= self.worlds else None


def small(prepared: Prepared, key: str) -> Package:
    """Two or three cards in some dose, the same for the same key; one alone is prepared."""
    failed, dice = set(prepared.record.failed), random.Random(key)
    there = [
        (card, size) for card, of in prepared.doses.items() for size in of if of[size].why_not is None and f"{card}={size}" not in failed
    ]
    while True:
        chosen = dict(dice.sample(there, dice.randint(2, 3)))
        package = Package((), tuple(chosen.items()))
        if package.why_not(prepared.doses) is None:
            return package


def full(prepared: Prepared) -> Package:
    """The full plan for tenants of corporaties, as far as its cards can stand beside each other here."""
    from sim.approach import scenarios

    found: tuple[tuple[str, str], ...] = ()
    for key in scenarios.load(FULL).instruments:
        more = (*found, (key, "gewoon"))
        if key in prepared.doses and Package((), more).why_not(prepared.doses) is None:
            found = more
    return Package((), found)


def alone(engine: Engine, ear: Ear, prepared: Prepared, plan: Package) -> dict[str, dict[str, float]]:
    """One table: a prepared card, then a card that was not prepared in this combination, then the full plan."""
    known = next((one for one in _singles(prepared) if prepared.answers.known(one, prepared.seeds[:1])), None)
    one = small(prepared, f"alone {time.time()}")
    found = {}
    for name, package in (("a prepared card", known), (f"{len(one.cards)} cards", one), (f"{len(plan.cards)} cards ({FULL})", plan)):
        if package is None:
            continue
        ear.forget(package)
        began = time.perf_counter()
        engine.show("alone", package)
        drawn = ear.when(lambda of=package: ear.drawn.get(of), 600) - began  # type: ignore[misc]
        worlds = ear.when(lambda of=package: ear.all_worlds(of), 600) - began  # type: ignore[misc]
        found[name] = {PREPARED if package is known else DRAWN: drawn, WORLDS: worlds}
    engine.leave("alone")
    return found


def _singles(prepared: Prepared) -> list[Package]:
    return [Package((), ((key, size),)) for key, of in prepared.doses.items() for size, one in of.items() if one.why_not is None]


def hall(engine: Engine, ear: Ear, prepared: Prepared, tables: int, seconds: float, every: float) -> dict[str, list[float]]:
    """Tables that each show another small package every so many seconds, one after another; NaN: not before the next change."""
    known = [one for one in _singles(prepared) if prepared.answers.known(one, prepared.seeds[:1])]
    asked: list[tuple[Package, float]] = []
    found: dict[str, list[float]] = {PREPARED: [], DRAWN: [], WORLDS: []}
    begin, day = time.perf_counter(), time.time()
    for turn in range(int(seconds / every) * tables):
        due = begin + turn * every / tables
        time.sleep(max(0.0, due - time.perf_counter()))
        package = small(prepared, f"{day} {tables} {turn}")
        asked.append((package, time.perf_counter()))
        engine.show(f"table {turn % tables}", package)
        if known:
            found[PREPARED].append(_prepared(engine, ear, known[turn % len(known)]))
    time.sleep(every)
    for number in range(tables):
        engine.leave(f"table {number}")
    for package, moment in asked:
        found[DRAWN].append(ear.drawn.get(package, float("nan")) - moment)
        found[WORLDS].append((ear.all_worlds(package) or float("nan")) - moment)
    return found


def _prepared(engine: Engine, ear: Ear, package: Package) -> float:
    ear.forget(package)
    began = time.perf_counter()
    engine.show("prepared", package)
    moment = ear.when(lambda: ear.drawn.get(package), 10)
    engine.leave("prepared")
    return moment - began


def at_95(values: Sequence[float]) -> float:
    """The 95th percentile of those that came."""
    came = sorted(one for one in values if one == one)
    return came[min(len(came) - 1, int(0.95 * len(came)))] if came else float("nan")


def peak_gb(engine: Engine) -> float:
    """Highest resident memory of this process and its workers, added up, GB; NaN where the system does not tell."""
    pids = [os.getpid(), *(worker.process.pid for worker in engine._workers.values())]
    try:
        lines = [line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    except OSError:
        return float("nan")
    return sum(int(line.split()[1]) for line in lines) / 1e6


def mixed_up(prepared: Prepared, ear: Ear) -> int:
    """Of some answers of the day how many are not what one run of the package gives."""
    whole = [one for one, worlds in ear.whole.items() if len(one.cards) > 1 and len(worlds) >= 2]
    wrong = 0
    for package in random.Random(0).sample(whole, min(CHECKED, len(whole))):
        seed = max(ear.whole[package])
        kept = prepared.answers.get(package, seed)
        run = one_world.begin(prepared.world(seed), package.instruments(prepared.doses), seed == prepared.seeds[0])
        wrong += kept is None or not one_world.forward(run, prepared.months).equals(kept.track)
    return wrong


def horizon(prepared: Prepared, cost: float, workers: int, tables: int, every: float) -> str:
    """The longest run of which four worlds of a small package fit between two changes of every table."""
    fits = [months for months in (*PERIODS, prepared.months) if tables * FOUR * months * cost / 1000 / workers <= every]
    return f"{max(fits)} months" if fits else f"less than {PERIODS[0]} months"


def line(name: str, value: float, target: float | None, scale: float) -> str:
    """A measured time beside its target, and the target with the month of the day."""
    beside = "" if target is None else f"{target:>10.1f}{target * scale:>10.1f}{value / target:>9.2f}"
    return f"{name:44}{value:>9.2f}{beside}"


def main(argv: list[str] | None = None) -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workshop_bench", description=__doc__)
    parser.add_argument("folder", help="a prepared folder")
    parser.add_argument("--workers", type=int, default=2, help="processes that count")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the hall with four tables; twenty have a third of it")
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two changes of a table")
    options = parser.parse_args(argv)
    prepared = Prepared.open(options.folder)
    plan = full(prepared)
    one = small(prepared, "cost")
    by_package = {"basis": costs(prepared, Package()), f"{len(one.cards)} cards": costs(prepared, one), FULL: costs(prepared, plan)}
    print(f"{prepared.setting.place}, {prepared.months} months, {len(prepared.seeds)} worlds, {options.workers} workers")
    print(f"{'CPU milliseconds a month':44}{'first':>9}{'others':>10}")
    for name, cost in by_package.items():
        print(f"{name:44}{cost.first:>9.1f}{cost.other:>10.1f}")
    day = statistics.mean(by_package[f"{len(one.cards)} cards"])
    began = time.perf_counter()
    engine = Engine.of(prepared, options.workers)
    ear = Ear(engine)
    if not engine.start().wait_ready(600):
        sys.exit(f"the workers are not ready: {engine.broken or 'they take more than ten minutes'}")
    print(line("workers warm", time.perf_counter() - began, None, 1))
    try:
        report(engine, ear, prepared, plan, day, options)
    finally:
        engine.stop()


def report(engine: Engine, ear: Ear, prepared: Prepared, plan: Package, day: float, options: argparse.Namespace) -> None:
    """Measure one table, four and twenty, and print each as it is known."""
    scale = day / MONTH
    print(f"{'seconds':44}{'measured':>9}{'target':>10}{'scaled':>10}{'ratio':>9}")
    for name, times in alone(engine, ear, prepared, plan).items():
        for what, value in times.items():
            print(line(f"one table, {name}: {what}", value, TARGETS[1].get(what), scale), flush=True)
    for tables, minutes in ((4, options.minutes), (20, options.minutes / 3)):
        found = hall(engine, ear, prepared, tables, 60 * minutes, options.every)
        for what, values in found.items():
            print(line(f"{tables} tables, 95 %: {what}", at_95(values), TARGETS[tables].get(what), scale))
            lacking = sum(value != value for value in values)
            if lacking:
                print(f"{'':4}{lacking} of {len(values)} had none before the next change")
        print(f"{tables} tables: four worlds fit with runs of {horizon(prepared, day, options.workers, tables, options.every)}", flush=True)
    print(f"errors {len(ear.wrong)}{''.join(f'; {one}' for one in ear.wrong[:3])}; mixed up {mixed_up(prepared, ear)} of {CHECKED}")
    print(f"peak memory {peak_gb(engine):.2f} GB")


if __name__ == "__main__":
    main()
