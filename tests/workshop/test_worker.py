"""What a worker does by itself: it is warm before it says so, and what it had to let go it makes again, the same."""

from __future__ import annotations

import gc

import pandas as pd
import pytest
from numba.core.dispatcher import Dispatcher

from analysis.estimates.cards import Place
from sim.interventions import REGISTRY
from tests.workshop.fresh import Fresh
from workshop.engine import one_world, worker
from workshop.engine.answers import Answers
from workshop.engine.doses import doses
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.engine.turns import Job
from workshop.engine.worker import Carried, Crew, Stopped, Task, Workbench

SETTING = Setting("schiermonnikoog", months=24, burn_in=6)


def bench_of(folder, setting: Setting = SETTING, memory: int = worker.MEMORY) -> Workbench:
    return Workbench(Crew(Fresh(setting), Answers(folder, doses(setting, Place(200.0, 150.0))), (0, 1), memory))


def task_of(bench: Workbench, package: Package, since: int, seed: int = 0, months: int = 6) -> Task:
    return Task(Job(package, seed), package.instruments(bench.crew.answers.doses), since, months)


def compiled() -> set[tuple[str, int]]:
    """Every kernel of the project and how many kinds of arguments it was compiled (or loaded) for."""
    kernels = [one for one in gc.get_objects() if isinstance(one, Dispatcher)]
    return {(f"{one.py_func.__module__}.{one.py_func.__name__}", n) for one in kernels for n in range(len(one.overloads))}


@pytest.mark.parametrize(
    "seeds",
    [lambda key: ([*REGISTRY].index(key) % 2,), pytest.param(lambda key: (0, 1), marks=pytest.mark.long)],
    ids=["by turns", "both worlds"],
)
def test_nothing_is_compiled_while_people_wait(tmp_path, seeds):
    """Each card by itself, in a place with homes of every tenure; but for a kernel of one card that hardly anybody asks for."""
    bench = bench_of(tmp_path, Setting("terschelling", months=12, burn_in=6))
    bench.warm()
    before = compiled()
    assert len(before) > 20
    for key, sizes in bench.crew.answers.doses.items():
        if sizes["gewoon"].why_not is None:
            for seed in seeds(key):  # the first world with ghosts, the second without
                bench.do(task_of(bench, Package((), ((key, "gewoon"),)), 0, seed, 12))
    assert not {name for name, _ in compiled() - before if not name.startswith(("sim.interventions.cards.", "numba."))}


def test_what_was_let_go_is_made_again_the_same(tmp_path, monkeypatch):
    packages = [Package((), ((key, "gewoon"),)) for key in ("brieven", "campagne", "informatiepunt", "woonevenement")]
    monkeypatch.setattr(worker, "FEWEST", 1)
    tight, wide = bench_of(tmp_path / "a", memory=1), bench_of(tmp_path / "b")
    for since in range(0, SETTING.months, 6):
        for package in packages:
            mine, theirs = tight.do(task_of(tight, package, since)), wide.do(task_of(wide, package, since))
            assert isinstance(mine, Carried) and isinstance(theirs, Carried)
            pd.testing.assert_frame_equal(mine.rows, theirs.rows)
            assert len(tight.held) <= 1
        assert len(wide.held) == (len(packages) if since + 6 < SETTING.months else 0)
    for package in packages:
        mine, theirs = tight.crew.answers.get(package, 0), wide.crew.answers.get(package, 0)
        for name in mine.tables:
            pd.testing.assert_frame_equal(mine.tables[name], theirs.tables[name])
        pd.testing.assert_frame_equal(mine.track, theirs.track)


def test_the_one_longest_unneeded_is_let_go_first(tmp_path, monkeypatch):
    packages = [Package((), ((key, "gewoon"),)) for key in ("brieven", "campagne", "informatiepunt")]
    monkeypatch.setattr(worker, "FEWEST", 2)
    bench = bench_of(tmp_path, memory=1)
    for package, since in ((packages[0], 0), (packages[1], 0), (packages[0], 6), (packages[2], 0)):
        bench.do(task_of(bench, package, since))
    assert [job.package for job in bench.held] == [packages[0], packages[2]]


def test_a_job_that_cannot_be_is_told_in_one_line_and_leaves_nothing_behind(tmp_path):
    bench = bench_of(tmp_path)
    package = Package((), (("brieven", "gewoon"),))
    told = bench.do(Task(Job(package, 0), {"brieven": {"rel_reached": 7.0}}, 0, 12))
    assert isinstance(told, Stopped) and "rel_reached" in told.why and "\n" not in told.why
    assert not bench.held
    assert isinstance(bench.do(task_of(bench, package, 0)), Carried)


def test_years_are_counted_one_by_one_however_many_pass_at_once(monkeypatch):
    """A home that is adapted after the move would else be counted otherwise in one long step than in short ones."""
    asked: list[tuple[int, int]] = []
    count = one_world.track.track

    def noted(w, records, at_work, first, last):
        asked.append((first, last))
        return count(w, records, at_work, first, last)

    monkeypatch.setattr(one_world.track, "track", noted)
    world = Fresh(Setting("schiermonnikoog", months=36, burn_in=6)).world(0)
    long, short = (one_world.begin(world, {}, False) for _ in range(2))
    whole = one_world.forward(long, 36)
    pd.testing.assert_frame_equal(whole, pd.concat([one_world.forward(short, 12) for _ in range(3)], ignore_index=True))
    assert asked == 2 * [(0, 12), (12, 24), (24, 36)] and one_world.forward(short, 12).empty
