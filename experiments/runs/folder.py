"""The folder of a comparison: new, empty or ours; one run at a time, and only runs of one design."""

from __future__ import annotations

import errno
import json
import os
import re
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from analysis.tables import record
from analysis.tables.files import write_json, writing
from analysis.tables.made import EVERYTHING
from sim.world.errors import Refusal

LOCK, HYDRA, RUNS, DESIGN = record.LOCK, record.HYDRA, record.RUNS, record.DESIGN
DRAWS = "draws"  # below a folder: the runs of behaviour=posterior
SWEPT = "multirun.yaml"  # and the one that it writes beside the folders of a multirun
SHOWN = 80  # signs of a folder's name that a message repeats
HELD = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)  # what a lock says that another process holds
FAR = 1 << 30  # the byte that is locked: beyond the text, so that others can read who holds it (Windows)


def sweep_up(folder: Path, written: Iterable[str] = (*EVERYTHING, f"{RUNS}/{DESIGN}")) -> None:
    """Remove what a killed run left half written of its own files (patterns of paths); those of others stay."""
    for left in (path for pattern in written for path in folder.glob(f"{pattern}.*.tmp")):
        if re.search(r"\.\d+\.tmp$", left.name):
            left.unlink(missing_ok=True)


def check_place(out: Path) -> None:
    """Whether results may be written to a folder. Makes and changes nothing.

    Raises:
        Refusal: it cannot be a folder; it holds files, and is not of this program; a folder stands where a file must come.
    """
    shown = f"out={str(out) if len(str(out)) <= SHOWN else str(out)[:SHOWN] + '…'}"
    if not str(out).isprintable() or "${" in str(out):
        raise Refusal(f"{shown!r}: a folder with such signs in its name will not do; choose another out")
    try:
        _check_stand(out, shown)
        if out.is_dir():
            _check_ours(out)
    except OSError as error:  # a name that is too long, a place that may not be looked at
        raise Refusal(f"{shown}: {error.strerror}; choose another out") from error


def _check_stand(out: Path, shown: str) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        os.lstat(out)  # asked for the errors that others swallow
    place = next(place for place in (out, *out.parents) if os.path.lexists(place))
    if not place.is_dir():
        what = "a link that leads nowhere" if place.is_symlink() and not place.exists() else "a file"
        raise Refusal(f"{shown}: {place} is {what}, and results need a folder; choose another out")
    if not os.access(place, os.W_OK | os.X_OK):
        raise Refusal(f"{shown}: you may not write in {place}; choose another out")


def _check_ours(out: Path) -> None:
    signed = record.read(out / RUNS / DESIGN, record.Design), record.read(out / record.MANIFEST)
    if not any(signed):
        for path in (out / name for name in sorted(os.listdir(out)) if name not in (LOCK, HYDRA)):
            files = (Path(place) / name for place, _, names in os.walk(path) for name in sorted(names)) if path.is_dir() else iter([path])
            first = next((file for file in files if not file.name.startswith(f"{DESIGN}.")), None if path.name == RUNS else path)
            if first is not None:
                raise Refusal(f"{first} was not made by {record.MADE_BY}; choose an out that is new or empty")
    for name in (RUNS, HYDRA, "figures"):
        if (out / name).is_symlink() or ((out / name).exists() and not (out / name).is_dir()):
            raise Refusal(f"{out / name} stands where a folder must come; remove it, or choose another out")
    for path in (path for pattern in (LOCK, *EVERYTHING) for path in out.glob(pattern)):
        if path.is_dir():
            raise Refusal(f"{path} is a folder, and a file must come there; remove it, or choose another out")


def check_sweep(out: Path) -> None:
    """Whether the folders of a multirun may lie in a folder: it is new or empty, or holds such folders and what Hydra writes beside them.

    Raises:
        Refusal: as ``check_place``, of the folder or of one in it.
    """
    there = sorted(os.listdir(out)) if os.path.isdir(out) else []
    below = [out / name for name in there if name != SWEPT]
    if not there or any(path.name in (RUNS, HYDRA) or not path.is_dir() for path in below):
        check_place(out)
    else:
        for path in below:
            check_sweep(path)


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the folder for one run. The system gives the lock back when the process ends, however it ends.

    Raises:
        Refusal: as ``check_place``; another run works in it, whose process and computer it names.
        NotWritten: no file can be locked there.
    """
    check_place(out)
    with held(out, "another run works in", "choose another out"):
        yield


@contextmanager
def held(out: Path, busy: str, instead: str) -> Iterator[None]:
    """Hold a folder, which is made where it is not there, for this process.

    Args:
        busy, instead: how the message begins where another process has it, and what can be done but wait.

    Raises:
        Refusal: another process holds it, which is named with its computer.
        NotWritten: no file can be locked there.
    """
    with writing(out / LOCK):
        out.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(out / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        with writing(out / LOCK):
            mine = _take(descriptor)
        if not mine:
            raise Refusal(f"{busy} {out}: {_holder(out / LOCK)}; wait for it, or {instead}")
        began = time.strftime("%Y-%m-%d %H:%M:%S")
        with writing(out / LOCK):
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
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
        except OSError as error:
            if error.errno not in HELD:
                raise
            return False
        return True
else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in HELD:
                raise
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
    there = record.read(path, record.Design) or {"design": design, "scenarios": {}}
    known = there["scenarios"]
    same = [(f"scenario {name}: ", known[name], contents[name]) for name in contents if name in known]
    for name, old, new in [("", there["design"], design), *same]:
        difference = first_difference(old, json.loads(json.dumps(new)))
        if difference:
            key, before, now = difference
            raise Refusal(
                f"{out} holds runs with {name}{key}={before}, and this command asks for {now}; choose another out, or remove the folder"
            )
    write_json(path, {"made_by": record.MADE_BY, "design": design, "scenarios": dict(sorted((known | contents).items()))})


def first_difference(old: Any, new: Any, key: str = "") -> tuple[str, Any, Any] | None:
    """The first key (dotted, in order of names) whose values differ, with both values; None when all are equal."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            found = first_difference(old.get(name), new.get(name), f"{key}.{name}" if key else name)
            if found:
                return found
        return None
    return None if old == new else (key, old, new)
