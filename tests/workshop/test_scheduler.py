"""The engine with real processes: what is shown is counted, in order and once, whatever happens to the processes."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from analysis.estimates.cards import Place
from sim.state import Run
from sim.world.errors import Refusal
from tests.workshop.fresh import Fresh
from workshop.engine import one_world
from workshop.engine.answers import MARK, Answer, Answers
from workshop.engine.doses import doses
from workshop.engine.package import Package
from workshop.engine.scheduler import DIED, Broken, Dropped, Engine, Event, Failed, Slice, Warm, Whole
from workshop.engine.setting import Setting
from workshop.engine.turns import Job
from workshop.engine.worker import Crew

SETTING = Setting("schiermonnikoog", months=36, burn_in=6)
SEEDS = (0, 1)
LONG = 300.0  # seconds, for a machine that has other work
BASE = Package()


def package(*cards: str, size: str = "gewoon") -> Package:
    return Package((), tuple((card, size) for card in cards))


class Heard:
    """What an engine says, in its order."""

    def __init__(self) -> None:
        self.queue: queue.Queue[Event] = queue.Queue()
        self.all: list[Event] = []

    def until(self, true: Callable[[Event], bool], seconds: float = LONG) -> Event:
        """Hear on until something is said."""
        end = time.monotonic() + seconds
        while True:
            event = self.queue.get(timeout=max(0.01, end - time.monotonic()))
            self.all.append(event)
            if true(event):
                return event

    def whole(self, one: Package, seeds: tuple[int, ...] = SEEDS) -> dict[int, Answer]:
        """Hear on until a package and its base are whole; the answers of the package."""
        left = {(p, seed) for p in (one, one.base()) for seed in seeds}
        found = {}
        while left:
            event = self.until(lambda event: isinstance(event, Whole | Failed | Broken))
            assert isinstance(event, Whole), event
            left.discard((event.package, event.seed))
            if event.package == one:
                found[event.seed] = event.answer
        return found

    def of(self, kind: type, one: Package) -> list:
        return [event for event in self.all if isinstance(event, kind) and event.package == one]


@dataclass
class Hall:
    engine: Engine
    heard: Heard
    answers: Answers

    def busy(self, one: Package) -> int:
        """Wait until a worker is busy with a package; its process."""
        end = time.monotonic() + LONG
        while time.monotonic() < end:
            for number, job in list(self.engine.turns.running.items()):
                if job.package == one and number in self.engine._workers:
                    pid = self.engine._workers[number].process.pid
                    if pid is not None:
                        return pid
            time.sleep(0.0005)
        raise AssertionError("nobody is busy with it")


def hall_of(folder: Path, worlds: object, workers: int = 2) -> Hall:
    answers = Answers(folder, doses(SETTING, Place(200.0, 150.0)))
    engine, heard = Engine(Crew(worlds, answers, SEEDS), workers), Heard()  # type: ignore[arg-type]
    engine.listen(heard.queue.put)
    return Hall(engine.start(), heard, answers)


@pytest.fixture(scope="module")
def one_hall(tmp_path_factory) -> Iterator[Hall]:
    hall = hall_of(tmp_path_factory.mktemp("answers"), Fresh(SETTING))
    hall.heard.until(lambda event: isinstance(event, Warm | Broken))
    assert hall.engine.ready()
    yield hall
    hall.engine.stop()


@pytest.fixture
def hall(one_hall) -> Iterator[Hall]:
    """With nobody at the tables and nothing heard."""
    yield one_hall
    for table in list(one_hall.engine.turns.shown):
        one_hall.engine.leave(table)
    end = time.monotonic() + LONG
    while (one_hall.engine.turns.shown or one_hall.engine.turns.running) and time.monotonic() < end and not one_hall.engine.broken:
        time.sleep(0.01)
    while not one_hall.heard.queue.empty():
        one_hall.heard.queue.get()
    one_hall.heard.all.clear()


def direct(one: Package, seed: int, answers: Answers) -> Answer:
    """The same without an engine."""
    run = one_world.begin(Fresh(SETTING).world(seed), one.instruments(answers.doses), seed == SEEDS[0])
    rows = one_world.forward(run, SETTING.months)
    return one_world.answer(run, one, seed, rows, seed == SEEDS[0])


def same(a: Answer, b: Answer) -> bool:
    frames = [(a.track, b.track), *((a.tables[name], b.tables[name]) for name in a.tables)]
    for mine, theirs in frames:
        pd.testing.assert_frame_equal(mine.reset_index(drop=True), theirs.reset_index(drop=True))
    return set(a.tables) == set(b.tables) and a.reached == b.reached and a.people == b.people


def test_slices_come_in_order_and_together_are_the_answer_that_one_run_gives(hall):
    one = package("brieven")
    hall.engine.show("a", one)
    found = hall.heard.whole(one)
    for seed in SEEDS:
        slices = [event for event in hall.heard.of(Slice, one) if event.seed == seed]
        assert [event.first_month for event in slices] == [0, 12, 24]
        assert same(found[seed], direct(one, seed, hall.answers))
        pd.testing.assert_frame_equal(pd.concat([event.rows for event in slices], ignore_index=True), found[seed].track)
    assert hall.answers.known(one, SEEDS) == list(SEEDS)
    first = [event for event in hall.heard.all if isinstance(event, Slice)]
    assert first[0].seed == SEEDS[0]


def test_equal_packages_are_counted_once_and_known_ones_come_at_once(hall):
    one = package("campagne")
    hall.engine.show("a", one)
    hall.heard.until(lambda event: isinstance(event, Slice) and event.package == one)
    earlier = len(hall.heard.all)
    hall.engine.show("b", one)
    hall.heard.whole(one)
    later = [event for event in hall.heard.all[earlier:] if isinstance(event, Slice) and (event.package, event.seed) == (one, SEEDS[0])]
    assert next(event.first_month for event in later) == 0, "who comes later hears what was there"
    months = [int(month) for event in hall.heard.of(Slice, one) if event.seed == SEEDS[0] for month in event.rows["month"]]
    assert set(months) == set(range(SETTING.months)) and len(months) < 2 * SETTING.months
    hall.heard.all.clear()
    hall.engine.show("c", one)
    hall.heard.whole(one)
    assert not hall.heard.of(Slice, one)


def test_a_change_cancels(hall):
    old, new = package("woonevenement"), package("brieven", "campagne")
    hall.engine.show("a", old)
    hall.heard.until(lambda event: isinstance(event, Slice) and event.package == old)
    hall.engine.show("a", new)
    hall.heard.whole(new)
    assert hall.heard.of(Dropped, old) and not hall.heard.of(Whole, old)
    assert not hall.answers.known(old, SEEDS)


def test_a_package_that_cannot_be_is_told_in_one_line_and_stops_nobody(hall):
    never, one = package("interventie_x"), package("brieven", size="klein")
    hall.engine.show("a", never)
    hall.engine.show("b", one)
    found = []
    hall.engine.listen(lambda event: found.append(event) if isinstance(event, Failed) else None)
    left = {(one, seed) for seed in SEEDS}
    while left:
        event = hall.heard.until(lambda event: isinstance(event, Whole | Failed))
        left.discard((event.package, event.seed))
    failed = hall.heard.of(Failed, never)
    assert len(failed) == 1 and "\n" not in failed[0].message and "interventie_x" in failed[0].message


def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost_or_said_twice(hall):
    one = package("informatiepunt")
    hall.engine.show("a", one)
    os.kill(hall.busy(one), signal.SIGKILL)
    found = hall.heard.whole(one)
    for seed in SEEDS:
        months = [int(month) for event in hall.heard.of(Slice, one) if event.seed == seed for month in event.rows["month"]]
        assert months == list(range(SETTING.months))
        assert same(found[seed], direct(one, seed, hall.answers))
    assert len(hall.engine._workers) == hall.engine.n_workers


def test_a_package_that_kills_its_workers_is_told_and_the_others_go_on(hall):
    one, other = package("campagne", size="klein"), package("brieven", size="groot")
    hall.engine.show("a", one)
    killed: set[int] = set()
    while not hall.engine.turns.failed:
        for number, job in list(hall.engine.turns.running.items()):
            worker = hall.engine._workers.get(number)
            if job.package == one and job.seed == SEEDS[0] and worker is not None and worker.process.pid not in killed:
                killed.add(worker.process.pid)
                os.kill(worker.process.pid, signal.SIGKILL)
        time.sleep(0.0005)
    event = hall.heard.until(lambda event: isinstance(event, Failed))
    assert (event.package, event.message) == (one, DIED)
    hall.engine.show("b", other)
    hall.heard.whole(other)


def test_ctrl_c_is_left_to_the_parent(hall):
    one = package("verhuisbegeleider")
    hall.engine.show("a", one)
    pid = hall.busy(one)
    os.kill(pid, signal.SIGINT)
    hall.heard.whole(one)
    assert pid in [worker.process.pid for worker in hall.engine._workers.values()]


def test_an_answer_that_is_damaged_is_counted_again(one_hall, tmp_path):
    one = package("brieven")
    answer = direct(one, 0, one_hall.answers)
    hall = hall_of(tmp_path, Fresh(SETTING), workers=1)
    try:
        hall.answers.put(answer)
        track = tmp_path / hall.answers.key(one, 0) / "track.csv"
        track.write_bytes(track.read_bytes()[:-20])
        assert (track.parent / MARK).is_file()
        hall.engine.show("a", one)
        assert same(hall.heard.whole(one)[0], answer)
    finally:
        hall.engine.stop()
    assert hall.answers.get(one, 0) is not None


def test_an_answer_that_is_found_while_it_is_counted_is_told_once_and_stops_nobody(hall):
    """A worker writes its answer before it says so, and a prepared folder may be filled by another command."""
    one, other = package("woonevenement"), package("voorrang")
    answer = direct(one, SEEDS[1], hall.answers)
    hall.engine.show("a", one)
    end = time.monotonic() + LONG
    while Job(one, SEEDS[1]) not in hall.engine.turns.running.values() and time.monotonic() < end:
        time.sleep(0.0005)
    hall.answers.put(answer)
    hall.engine.show("b", one)
    assert same(hall.heard.whole(one)[SEEDS[1]], answer)
    hall.engine.show("a", other)
    hall.heard.whole(other)
    assert len([event for event in hall.heard.of(Whole, one) if event.seed == SEEDS[1]]) == 1
    assert not hall.engine.broken


@dataclass(frozen=True)
class Nowhere:
    """Worlds that cannot be read."""

    def world(self, seed: int) -> Run:
        raise Refusal(f"worlds/{seed}.npz was changed since it was made; prepare the place again")


def test_workers_that_cannot_begin_say_why_and_are_not_started_for_ever(tmp_path):
    hall = hall_of(tmp_path, Nowhere())
    try:
        event = hall.heard.until(lambda event: isinstance(event, Broken | Warm))
        assert isinstance(event, Broken) and "prepare the place again" in event.message and not hall.engine.ready()
    finally:
        hall.engine.stop()


@dataclass(frozen=True)
class Endless:
    """Worlds that take longer to read than anybody waits."""

    def world(self, seed: int) -> Run:
        time.sleep(3 * LONG)
        raise AssertionError("nobody waits so long")


WITHOUT_END = """
import os, sys, time
from pathlib import Path
from tests.workshop.test_scheduler import Endless, Fresh, SETTING, hall_of
if __name__ == "__main__":
    hall = hall_of(Path(sys.argv[1]), Endless() if sys.argv[2] == "busy" else Fresh(SETTING))
    while len(hall.engine._workers) < 2:
        time.sleep(0.01)
    print(*(worker.process.pid for worker in hall.engine._workers.values()), flush=True)
    time.sleep(1)
    os._exit(9)
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_workers_end_with_their_parent_also_in_the_middle_of_their_work(tmp_path, state):
    script = tmp_path / "parent.py"
    script.write_text(WITHOUT_END)
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run([sys.executable, script, tmp_path / "answers", state], env=here, capture_output=True, text=True, timeout=LONG)
    pids = [int(one) for one in done.stdout.split()]
    assert len(pids) == 2 and done.returncode == 9, done.stderr
    end = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
