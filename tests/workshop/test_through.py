"""The desk of assumptions: what the model takes gives what it gives, and another value changes the worlds from their burn-in on."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.cards import Place
from sim.interventions import REGISTRY
from sim.world.errors import Refusal
from tests.workshop.fresh import Fresh
from workshop.engine import one_world, through
from workshop.engine.doses import doses
from workshop.engine.outcome import outcome
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.engine.through import Desk, Through, beside, ends, known, one_seed
from workshop.server import reasons

SETTING = Setting("schiermonnikoog", months=24, burn_in=12)
DOSES = doses(SETTING, Place(200.0, 150.0))
LETTERS = Package((("campagne", "gewoon"),), (("brieven", "gewoon"),))


def test_what_the_model_takes_gives_what_the_tables_get():
    usual = {key: one.default for key, one in known(LETTERS).items()}
    base, mine = one_seed(DOSES, LETTERS, usual, 0)
    for package, found in ((LETTERS.base(), base), (LETTERS, mine)):
        run = one_world.begin(Fresh(SETTING).world(0), package.instruments(DOSES), first=False)
        pd.testing.assert_frame_equal(one_world.forward(run, SETTING.months), found.track)


def test_an_assumption_about_people_changes_the_base_and_one_about_a_card_does_not():
    usual = one_seed(DOSES, LETTERS, {}, 0)
    people = one_seed(DOSES, LETTERS, {"p_wish_senior": known(LETTERS)["p_wish_senior"].high}, 0)
    card = one_seed(DOSES, LETTERS, {"brieven.rel_reached": known(LETTERS)["brieven.rel_reached"].high}, 0)
    assert not people[0].track.equals(usual[0].track)
    assert card[0].track.equals(usual[0].track)
    assert not card[1].track.equals(usual[1].track)


@pytest.mark.parametrize("key", ["p_wsh_senior", "voorrang.rel_labelled", "campagne.awareness", "dur_vastzitter"])
def test_what_is_no_assumption_here_is_refused(key):
    with pytest.raises(Refusal, match="choose another"):
        one_seed(DOSES, LETTERS, {key: 1.0}, 0)


def test_what_is_put_beside_is_what_the_outcomes_say_and_changes_are_paired_by_world():
    values = {"p_wish_senior": known(LETTERS)["p_wish_senior"].high}
    usual, mine = ([one_seed(DOSES, LETTERS, one, seed) for seed in (0, 1)] for one in ({}, values))
    found = beside(usual, mine[::-1], SETTING.months)
    for name, pairs in (("usual", usual), ("mine", mine)):
        made = outcome(*zip(*pairs, strict=True), LETTERS, DOSES)
        rows = made.effects[(made.effects["group_by"] == "all") & made.effects["difference"].notna()].set_index("indicator")
        assert len(rows) > 10
        np.testing.assert_allclose(found.loc[rows.index + ".extra", name], rows["difference"], atol=1e-9)
        np.testing.assert_allclose(found.loc[rows.index + ".without", name], rows["base"], atol=1e-9)
        if name == "mine":
            np.testing.assert_allclose(found.loc[rows.index + ".extra", ["lower", "upper"]], rows[["lower", "upper"]], atol=1e-9)
    np.testing.assert_allclose(found["change"], found["mine"] - found["usual"], atol=1e-9)
    assert (found["worlds"] == 2).all() and found["change_lower"].notna().any()


def test_only_worlds_that_both_have_are_put_beside_and_one_of_them_has_no_interval():
    one, other = (one_seed(DOSES, LETTERS, {}, seed) for seed in (0, 1))
    assert beside([one], [other], SETTING.months).empty
    found = beside([one, other], [other], SETTING.months)
    assert (found["worlds"] == 1).all() and found["change_lower"].isna().all() and (found["change"].dropna() == 0).all()


def every():
    return {one.key: one for key in REGISTRY for one in known(Package(cards=((key, "gewoon"),))).values()}


def test_what_the_model_takes_lies_between_the_ends_and_whole_numbers_have_whole_ends():
    for key, one in every().items():
        low, high = ends(one)
        assert low <= one.default <= high and low < high, key
        assert not one.whole or (low == int(low) and high == int(high)), key


def test_a_desk_hears_world_after_world_and_a_new_question_cancels():
    heard: queue.Queue[Through] = queue.Queue()
    desk = Desk(DOSES, (0, 1, 2))
    try:
        desk.ask(LETTERS, {"p_wish_senior": 0.01}, heard.put)
        desk.ask(LETTERS, {"brieven.awareness": 99.0}, heard.put)
        wrong = heard.get(timeout=300)
        assert wrong.pair is None and "awareness" in wrong.why_not and "\n" not in wrong.why_not
        desk.ask(LETTERS, {"brieven.awareness": 0.3}, heard.put)
        found = [heard.get(timeout=300) for _ in range(3)]
        assert [[one.seed for one in world.pair] for world in found] == [[0, 0], [1, 1], [2, 2]]
        desk._process.join(60)
        assert not multiprocessing.active_children() and heard.empty()
    finally:
        desk.stop()


def gone(pid, seconds=60.0):
    """Whether a process ends."""
    end = time.monotonic() + seconds
    while (there := Path(f"/proc/{pid}").exists()) and time.monotonic() < end:
        time.sleep(0.1)
    return not there


def test_a_desk_that_is_stopped_ends_its_process_at_once_and_says_no_more():
    heard: queue.Queue[Through] = queue.Queue()
    desk = Desk(DOSES, (0, 1, 2))
    desk.ask(LETTERS, {}, heard.put)
    pid = desk._process.pid
    desk.stop()
    assert gone(pid, 5) and heard.empty()


def test_a_process_that_ends_by_itself_is_said_and_the_next_question_is_answered():
    heard: queue.Queue[Through] = queue.Queue()
    desk = Desk(DOSES, (0,))
    try:
        desk.ask(LETTERS, {}, heard.put)
        desk._process.kill()
        assert "ended by itself" in heard.get(timeout=60).why_not
        desk.ask(LETTERS, {}, heard.put)
        assert heard.get(timeout=300).pair[0].seed == 0
    finally:
        desk.stop()


class NoProcess:
    """What starts no process: the system refuses it."""

    Pipe = staticmethod(multiprocessing.Pipe)

    class Process:
        def __init__(self, **_):
            pass

        def start(self):
            raise OSError(11, "Resource temporarily unavailable")


@pytest.mark.parametrize("pipe", [True, False])
def test_a_process_that_cannot_start_is_said_at_once_and_the_next_question_is_answered(monkeypatch, pipe):
    heard: queue.Queue[Through] = queue.Queue()
    desk = Desk(DOSES, (0,))
    no_pipe = SimpleNamespace(Pipe=lambda duplex: (_ for _ in ()).throw(OSError(24, "Too many open files")))
    with monkeypatch.context() as patch:
        patch.setattr(through, "lean_context", NoProcess if pipe else lambda: no_pipe)
        desk.ask(LETTERS, {}, heard.put)
    found = heard.get(timeout=5)
    assert found.pair is None and "cannot be started (" in found.why_not and heard.empty()
    assert reasons.of(found.why_not).nl.endswith("Sluit andere programma’s en begin opnieuw.")


def test_a_thread_that_cannot_start_is_said_leaves_no_process_and_the_next_question_is_answered(monkeypatch):
    heard: queue.Queue[Through] = queue.Queue()
    desk, pids = Desk(DOSES, (0,)), []

    def refused(self):
        pids.extend(one.pid for one in multiprocessing.active_children())
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr("workshop.engine.through.threading.Thread.start", refused)
        desk.ask(LETTERS, {}, heard.put)
    found = heard.get(timeout=5)
    assert found.pair is None and "cannot be started (RuntimeError: can't start new thread)" in found.why_not and heard.empty()
    assert pids and all(gone(pid, 5) for pid in pids)
    try:
        desk.ask(LETTERS, {}, heard.put)
        assert heard.get(timeout=300).pair[0].seed == 0
    finally:
        desk.stop()


def test_what_cannot_be_read_of_a_process_is_said_too():
    heard: queue.Queue[Through] = queue.Queue()
    desk, ended = Desk(DOSES, (0,)), []
    desk._process = SimpleNamespace(kill=lambda: ended.append(1), join=lambda: None)
    pipe = SimpleNamespace(recv=lambda: (_ for _ in ()).throw(MemoryError("no room")), close=lambda: None)
    desk._hear(desk._process, pipe, heard.put)
    assert "cannot be read (MemoryError" in heard.get(timeout=5).why_not and ended == [1]


ASKING = """
import time
from tests.workshop.test_through import LETTERS
from workshop.engine.through import Desk
class Slow:
    @property
    def setting(self):
        time.sleep(600)  # a world that takes long
if __name__ == "__main__":
    desk = Desk(Slow(), (0,))
    desk.ask(LETTERS, {}, print)
    print(desk._process.pid, flush=True)
    time.sleep(600)
"""


def test_a_server_that_is_killed_leaves_no_process_of_the_desk(tmp_path):
    script = tmp_path / "asking.py"
    script.write_text(ASKING, encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    server = subprocess.Popen([sys.executable, str(script)], cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, stdout=subprocess.PIPE)
    try:
        pid = int(server.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        server.send_signal(signal.SIGKILL)
        server.wait(20)
        left = not gone(pid)
        if left:
            os.kill(pid, signal.SIGKILL)
        assert not left
    finally:
        server.kill()
