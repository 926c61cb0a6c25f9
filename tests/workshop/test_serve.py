"""Where a workshop listens and who is asked for words; and a server of its own, from its first screen to Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from sim.approach.done_already import in_force, read
from sim.world.errors import Refusal
from tests.workshop.fake_engine import doses_of, setting_of
from workshop.engine.doses import doses
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.server import said, serve
from workshop.server.serve import EVERYWHERE, LOOPBACK, addresses, checked, current, listen

ROOT = Path(__file__).resolve().parents[2]


def test_nobody_else_is_served_unless_that_is_asked_for_and_then_there_are_words():
    assert checked(False, None) is None
    assert len(checked(True, None).split()) > 3 and checked(True, None) != checked(True, None)
    assert checked(True, "vier woorden van ons") == "vier woorden van ons"
    with pytest.raises(Refusal, match="--network"):
        checked(False, "vier woorden van ons")
    for short in ("", "kaas", "a b c d e f g h"):
        with pytest.raises(Refusal, match="fewer than"):
            checked(True, short)


def test_a_port_that_is_taken_is_said_with_the_way_out():
    with listen(LOOPBACK, 0) as one:
        port = one.getsockname()[1]
        with pytest.raises(Refusal, match=f"port={port}.*--port"):
            listen(LOOPBACK, port)


def test_it_listens_to_this_computer_alone_unless_told_otherwise(monkeypatch):
    with listen(LOOPBACK, 0) as one:
        assert one.getsockname()[0] == LOOPBACK and list(addresses(one, False)) == [f"http://127.0.0.1:{one.getsockname()[1]}/"]
    with listen(EVERYWHERE, 0) as one:
        assert len(addresses(one, True)) >= 2

        def lost(*_):
            raise OSError("no name")

        monkeypatch.setattr(serve.socket, "getaddrinfo", lost)
        assert len(addresses(one, True)) == 2


def test_a_terminal_says_where_and_with_which_words(capsys):
    serve.tell(["http://127.0.0.1:1/", "http://10.0.0.7:1/"], "appel berg")
    told = capsys.readouterr().out
    assert "127.0.0.1:1" in told and "10.0.0.7:1" in told and "appel berg" in told and "not encrypted" in told


@pytest.mark.parametrize("place", [name for name, one in read().items() if one.instruments and name not in ("gelderland", "utrecht")])
def test_what_a_place_does_already_can_be_laid_down(place):
    from analysis.estimates.cards import Place

    with contextlib.suppress(Refusal):  # the list holds regions, too
        every = doses(Setting(place), Place(400.0, 150.0))
        found = current(every)
        assert {key for key, _ in found} <= {key.removeprefix("al_") for key in in_force(place, "2026-01")}
        assert Package(done=found).why_not(every) is None


@pytest.mark.parametrize("words", [["place_dir=mine"], ["--place-dir", "mine"], ["XX0001", "--place_dir=mine"]])
def test_a_place_from_own_figures_is_refused_in_a_line_and_nothing_is_prepared(words, capsys, tmp_path, monkeypatch):
    from workshop.__main__ import main

    monkeypatch.chdir(tmp_path)
    assert main(words) != 0
    told = capsys.readouterr().err.strip()
    assert "place_dir" in told and "\n" not in told and "Traceback" not in told
    assert not list(tmp_path.iterdir())


def test_a_place_without_a_list_does_nothing_that_is_known():
    assert current(doses_of(setting_of())) == ()


def free_port():
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return one.getsockname()[1]


def asked(address, content=None):
    data = None if content is None else json.dumps(content).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data), timeout=20) as answer:
        return json.load(answer)


def test_a_server_keeps_its_tables_through_a_kill_and_ends_with_screens_open(tmp_path):
    state = None
    stops = ((signal.SIGKILL, False), (signal.SIGINT, False), (signal.SIGINT, True))  # True: begun in the background, by a script
    for stop, behind in stops if os.name != "nt" else ():  # a signal is sent as a terminal does
        port = free_port()
        command = [sys.executable, "-m", "tests.workshop.fake_engine", str(tmp_path), str(port)]
        mine = partial(signal.signal, signal.SIGINT, signal.SIG_IGN if behind else signal.default_int_handler)
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=mine)
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    found = asked(f"http://127.0.0.1:{port}/api/tables")
                    break
                time.sleep(0.1)
            here = f"http://127.0.0.1:{port}"
            if state is None:
                one = asked(f"{here}/api/tables", {"name": "Tafel"})["id"]
                for key in ("voorrang", "brieven"):
                    state = asked(f"{here}/api/table/{one}/event", {"kind": "card", "key": key, "dose": "gewoon"})
            else:
                assert [one["id"] for one in found] == [state["id"]]
                assert asked(f"{here}/api/table/{state['id']}") == state
            with urllib.request.urlopen(f"{here}/api/table/{state['id']}/stream", timeout=20) as screen:
                assert b"retry" in screen.readline()
                began = time.monotonic()
                process.send_signal(stop)
                process.wait(30)
                assert time.monotonic() - began < 20
        finally:
            process.kill()
            assert process.stderr is not None
            told = process.stderr.read()
            process.wait()
        assert stop == signal.SIGKILL or told.splitlines() == ["stopped"], told


BUSY = """
import sys, time
from tests.workshop import fake_engine
from verhuisketens.shell import stopped
from workshop.server import asked

def slow(*_):
    print("asked", flush=True)
    time.sleep(9)  # longer than the server waits for any answer

asked.outcome = slow
try:
    fake_engine.main(*sys.argv[1:])
except KeyboardInterrupt:
    sys.exit(stopped("stopped"))
"""


def test_a_server_that_is_stopped_while_it_is_busy_says_one_calm_line_and_tells_who_waits(tmp_path):
    if os.name == "nt":  # a signal is sent as a terminal does
        return
    port, here = free_port(), os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", BUSY, str(tmp_path), str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(1200):
            with contextlib.suppress(OSError):
                asked(f"http://127.0.0.1:{port}/api/tables")
                break
            time.sleep(0.1)
        at = f"http://127.0.0.1:{port}"
        one = asked(f"{at}/api/tables", {"name": "Tafel"})["id"]
        letters = asked(f"{at}/api/table/{one}/event", {"kind": "card", "key": "voorrang", "dose": "gewoon"})["package"]["letters"]
        with ThreadPoolExecutor() as pool, urllib.request.urlopen(f"{at}/api/table/{one}/stream", timeout=20) as screen:
            assert b"retry" in screen.readline()
            waits = pool.submit(asked, f"{at}/api/outcome/{letters}")
            assert process.stdout.readline() == "asked\n"
            process.send_signal(signal.SIGINT)
            assert isinstance(error := waits.exception(30), urllib.error.HTTPError) and error.code == 503
            assert json.load(error) == said.STOPS._asdict()
            while screen.readline():  # it is ended as it should be, not broken off
                pass
        process.wait(30)
    finally:
        process.kill()
        told = process.stderr.read()
        process.wait()
    assert told.splitlines() == ["stopped"], told
    assert len(next((tmp_path / "tables").glob("*.jsonl")).read_text().splitlines()) == 2  # what it was told is there
