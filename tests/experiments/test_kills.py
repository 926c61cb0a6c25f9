"""Killed, ended or stopped at any moment, a command goes on to what an unbroken one would have left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.tables import record
from experiments import compare, entry
from experiments.entry import HydraCommand
from experiments.runs.folder import RUNS
from experiments.schema import Compare
from tests.fake_world import FakeSimulation, fake_plan
from tests.worlds import MIXED

ROOT = Path(__file__).resolve().parents[2]
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
SCRIPT = """
import sys, time
from pathlib import Path
from experiments import compare, entry
from experiments.schema import Compare
from tests.fake_world import *

NOTES = sys.argv[1]  # before Hydra has its own

def execute(plan, out, command):
    def finish(folder, content):
        time.sleep(0.3)  # as long as a page takes to draw
        return 0
    return compare.execute(plan, out, command, FakeSimulation(NOTES, seconds=0.05), finish=finish)

def prepare(config):
    return fake_plan(seeds=4, workers=2, out=config.out)

if __name__ == "__main__":
    sys.exit(entry.main(entry.HydraCommand("compare", "config", Compare, prepare, execute), sys.argv[2:]))
"""


def tables(out):
    """All bytes of the tables, and the checksums that vouch for them."""
    found = {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.suffix in (".parquet", ".csv")}
    return found, record.read(out / record.MANIFEST)["checksums"]


def start(command, **more):
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


def wait_for(there, running):
    """Until something is there, or the command has ended."""
    while running.poll() is None and not there():
        time.sleep(0.005)


@pytest.fixture(scope="module", name="unbroken")
def _unbroken(tmp_path_factory):
    out, notes = tmp_path_factory.mktemp("unbroken"), tmp_path_factory.mktemp("said")
    assert compare.execute(fake_plan(seeds=4), out, "", FakeSimulation(str(notes)), finish=lambda folder, content: 0) == 0
    return tables(out)


def kill_once(number, attempt, home, unbroken) -> bool:
    """Break off a run by a signal at a moment that the numbers say, of the command or of one of its processes, and go on.

    Returns whether the signal came while the run was going on.
    """
    chance = random.Random(f"{number}-{attempt}")
    out, script, notes = home / "out", home / "script.py", home / "notes"
    notes.mkdir(parents=True)
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(notes), f"out={out}"]
    running = start(command)
    kind, worker = SIGNALS[number % 3], number % 2 == 1
    after = chance.randrange(1 if worker else 0, 14)
    wait_for(lambda: len(list(notes.iterdir())) >= after and (out / RUNS).is_dir(), running)
    time.sleep(chance.uniform(0, 0.4))
    workers = [pid for pid in {int(path.name.rpartition("-")[2]) for path in notes.iterdir()} if pid != running.pid]
    hit = chance.choice(sorted(workers)) if worker and workers else running.pid
    going_on = running.poll() is None and not (out / record.MANIFEST).exists()
    try:
        os.kill(hit, kind)
    except ProcessLookupError:
        hit, going_on = 0, False  # it had ended
    said = running.communicate(timeout=120)[1]
    assert "Traceback" not in said or kind != signal.SIGINT, said
    if hit == running.pid and running.returncode != 0:
        assert running.returncode == (130 if kind == signal.SIGINT else -kind), said
    elif hit != running.pid:
        assert running.returncode in (0, 1), said
    if running.returncode == 0:
        assert tables(out) == unbroken
    again = start(command)
    assert again.communicate(timeout=120)[1].count("Traceback") == 0 and again.returncode == 0
    assert tables(out) == unbroken
    assert not list(out.rglob("*.tmp"))
    return going_on and (worker or running.returncode != 0)


def kill(number, home, unbroken):
    """Break off a run, and again another one until a signal came in time: one that came too late shows nothing."""
    assert any(kill_once(number, attempt, home / str(attempt), unbroken) for attempt in range(6)), "no signal came in time"


@pytest.mark.parametrize("number", [2])  # Ctrl-C on the command; that it or a process is killed, by other means: test_runner
def test_after_a_kill_the_same_command_leaves_what_an_unbroken_one_does(tmp_path, unbroken, number):
    kill(number, tmp_path, unbroken)


@pytest.mark.long
@pytest.mark.parametrize("number", [*range(2), *range(3, 100)])
def test_after_any_kill_the_same_command_leaves_what_an_unbroken_one_does(tmp_path, unbroken, number):
    kill(number, tmp_path, unbroken)


@pytest.fixture(scope="module", name="real")
def _real(tmp_path_factory):
    """A run of a world with its page, unbroken: its tables, and the command without its folder."""
    line = [sys.executable, "-m", "experiments.compare", f"municipality={MIXED}", "scenarios=[voorrang]"]
    line += ["seeds=2", "months=3", "burn_in=1", "follow_up=1", "workers=1"]
    out = tmp_path_factory.mktemp("real") / "out"
    running = start([*line, f"out={out}"])
    assert running.communicate(timeout=600) and running.returncode == 0
    return tables(out), line


@pytest.mark.long
@pytest.mark.parametrize("number", range(5))
def test_one_ctrl_c_while_the_page_is_drawn_is_status_130_and_the_files_are_whole(tmp_path, real, number):
    unbroken, line = real
    out = tmp_path / "out"
    running = start([*line, f"out={out}"])
    wait_for(lambda: (out / "summary.parquet").exists() and (out / "moves.parquet").exists(), running)
    time.sleep(random.Random(number).uniform(0.2, 4))
    running.send_signal(signal.SIGINT)
    answer, said = running.communicate(timeout=600)
    assert "Traceback" not in said and "ignored" not in said
    if running.returncode == 0:  # it came after the last word, while the process ended
        assert answer.splitlines()[-1].endswith("report.html") and tables(out) == unbroken
    else:
        assert running.returncode == 130 and said.splitlines()[-1].startswith("stopped;")
    again = start([*line, f"out={out}"])
    assert again.communicate(timeout=600) and again.returncode == 0
    assert tables(out) == unbroken and not list(out.rglob("*.tmp"))


@pytest.fixture(autouse=True)
def _hears_ctrl_c():
    """Whoever runs the tests in the background has Ctrl-C switched off, for the processes that they start, too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Fragile:
    """An object that is cleared away while somebody presses Ctrl-C: Python drops what is raised there."""

    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)


def dropped():
    Fragile()
    for _ in range(600):
        time.sleep(0.1)


def caught():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
    except BaseException:  # as some libraries do
        pass


def plain():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)


@pytest.mark.parametrize("multirun", [[], ["--multirun"]], ids=["one", "sweep"])
@pytest.mark.parametrize("pressed", [dropped, caught, plain])
def test_one_ctrl_c_is_heard_wherever_it_falls(tmp_path, notes, monkeypatch, capsys, pressed, multirun):
    ran = []

    def execute(plan, out, command):
        ran.append(out)
        return compare.execute(plan, out, command, FakeSimulation(str(notes)), finish=lambda folder, content: pressed() or 0)

    command = HydraCommand("compare", "config", Compare, lambda config: fake_plan(out=config.out), execute)
    began = time.monotonic()
    assert entry.main(command, [*multirun, f"out={tmp_path / 'out'}", *(["seeds=1,2"] if multirun else [])]) == 130
    assert time.monotonic() - began < 30 and len(ran) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "stopped; the same command goes on where this one ended" and sum("stopped" in line for line in said) == 1
    assert not any("Traceback" in line or "ignored" in line for line in said)
    assert not list(tmp_path.rglob("*.tmp"))
    assert all(record.read(path) for path in tmp_path.rglob(record.MANIFEST))
