"""A workshop of a place that is really prepared, by the command that a user gives: two worlds, two years, three cards, real engine."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.workshop_hall import wait

ROOT = Path(__file__).resolve().parents[2]
PLACE, WORLDS, MONTHS = "terschelling", 2, 24  # the smallest place where cards make seniors decide otherwise within two years
CARDS = (("wooncoach_sociaal", "gewoon"), ("informatiepunt", "gewoon"), ("voorrang", "gewoon"))  # the last one has no price
SAYS = "the workshop is at "
LONG = 600.0  # seconds: kernels are compiled where nobody did before


def command(folder: Path, *more: str) -> list[str]:
    """The command of this workshop."""
    sizes = ("--worlds", str(WORLDS), "--alone", str(WORLDS), "--months", str(MONTHS), "--workers", "2")
    cards = ("--cards", *(key for key, _ in CARDS))
    return [sys.executable, "-m", "workshop", PLACE, "--folder", str(folder), *sizes, *cards, *more]


def prepared(folder: Path) -> Path:
    """The folder, prepared by whoever comes first; another process waits for it."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        wait((folder / "prepared.json").exists, LONG)  # it is written last
    else:
        subprocess.run(command(folder, "--only-prepare"), cwd=ROOT, check=True, timeout=LONG)
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[str]:
    """The address of a workshop in a folder, warm, while the block runs; Ctrl-C ends it without a traceback."""
    out, error = folder.with_suffix(".out"), folder.with_suffix(".err")
    with out.open("w") as said, error.open("w") as wrong:
        process = subprocess.Popen(command(folder, "--port", "0"), cwd=ROOT, stdout=said, stderr=wrong)
    try:
        address = wait(lambda: _address(out, process), LONG)
        wait(lambda: json.load(urllib.request.urlopen(f"{address}/api/place", timeout=60))["ready"], LONG)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        assert "Traceback" not in error.read_text(), error.read_text()


def copied(folder: Path, to: Path) -> Path:
    """A prepared folder of one's own: tables and answers of one workshop day are not those of another."""
    return Path(shutil.copytree(folder, to, ignore=shutil.ignore_patterns(".lock")))


def _address(out: Path, process: subprocess.Popen[bytes]) -> str:
    assert process.poll() is None, "the workshop ended before it began"
    return next((line.split(SAYS)[1].split()[0].rstrip("/") for line in out.read_text().splitlines() if SAYS in line), "")
