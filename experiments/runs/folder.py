"""The folder of a comparison: one run at a time, and only runs of one design."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.tables.files import write_whole
from sim.world.errors import Refusal

LOCK = ".lock"
RUNS = ".runs"
DESIGN = "design.json"
FAR = 1 << 30  # the byte that is locked: beyond the text, so that others can read who holds it (Windows)


def sweep_up(folder: Path) -> None:
    """Remove what a killed run left half written."""
    for left in folder.glob("*.tmp"):
        left.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """Write JSON whole or not at all, keys in the order given."""
    write_whole(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Content of a JSON file, or None when it is not there. Raises Refusal when it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} is damaged ({error}); remove it, or choose another out") from error


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the folder for one run. The system gives the lock back when the process ends, however it ends.

    Raises:
        Refusal: another run works in it; names its process and computer.
    """
    out.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(out / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        if not _take(descriptor):
            raise Refusal(f"another run works in {out}: {_holder(out / LOCK)}; wait for it, or choose another out")
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        began = time.strftime("%Y-%m-%d %H:%M:%S")
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()} since {began}\n".encode())
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> bool:
        os.lseek(descriptor, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() or "an unnamed process"
    except OSError:
        return "an unnamed process"


def join(out: Path, design: dict[str, Any], contents: dict[str, Any]) -> None:
    """Take part in a folder: its runs must have the same design, and the same settings in scenarios of the same name.

    Args:
        design: what all runs of the folder share.
        contents: scenario to all settings of its instruments; new names are added to the folder.

    Raises:
        Refusal: names the first key that differs and both values.
    """
    path = out / RUNS / DESIGN
    path.parent.mkdir(parents=True, exist_ok=True)
    there = read_json(path) or {"design": design, "scenarios": {}}
    known = there["scenarios"]
    same = [(f"scenario {name}: ", known[name], contents[name]) for name in contents if name in known]
    for name, old, new in [("", there["design"], design), *same]:
        difference = first_difference(old, json.loads(json.dumps(new)))
        if difference:
            key, before, now = difference
            raise Refusal(
                f"{out} holds runs with {name}{key}={before}, and this command asks for {now}; choose another out, or remove the folder"
            )
    write_json(path, {"design": design, "scenarios": dict(sorted((known | contents).items()))})


def first_difference(old: Any, new: Any, key: str = "") -> tuple[str, Any, Any] | None:
    """The first key (dotted, in order of names) whose values differ, with both values; None when all are equal."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            found = first_difference(old.get(name), new.get(name), f"{key}.{name}" if key else name)
            if found:
                return found
        return None
    return None if old == new else (key, old, new)
