"""The log of the declared test: each run of the base world in Groningen, Zeeland or Limburg leaves one line in the repository."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

from analysis.estimates.targets import FILE, ROOT, in_declared_test
from experiments.runs import manifest

LOG = FILE.with_name("declared_test.csv")
COLUMNS = ("date", "commit", "command", "result")


def note(place: str, command: str, result: str, log: Path = LOG) -> bool:
    """Add a line to the log if a place (its key) lies in the declared test; whether one was added.

    Where the log cannot be kept (an installed package, a folder that may only be read) the line is printed, to be added by hand.
    """
    if not in_declared_test(place):
        return False
    line = (datetime.now(UTC).date().isoformat(), manifest.commit(), _shared(command), result)
    try:
        if not (ROOT / ".git").exists() and log == LOG:
            raise OSError("no clone")
        with log.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(line)
    except OSError as error:
        print(f"declared test: not logged ({error.strerror or error}); add to {LOG.name}: {' | '.join(line)}", file=sys.stderr)
        return False
    print(f"declared test: a line was added to {log.name}; commit it", file=sys.stderr)
    return True


def _shared(command: str) -> str:
    """The command without the folders of whoever gave it."""
    return " ".join(word for word in command.split() if not word.startswith(("out=", "place_dir=", "scenario_dir=")))
