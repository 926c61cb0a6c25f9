"""What packages did in worlds, kept in a folder by what they are of: an answer is there whole, or not at all.

The name of an answer is a digest of all that decides it, so that equal packages share it and another version of the code finds none.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.tables.files import writing
from experiments.runs.plan import short_hash
from sim.counts.track import COST, TRACK
from sim.world.errors import Refusal
from workshop.engine.doses import Doses
from workshop.engine.package import Package

if TYPE_CHECKING:
    from collections.abc import Sequence

MARK, TRACK_FILE, PEOPLE = "answer.json", "track.csv", "people.json"
BESIDE = ("summary", "money", "chains", "hundred", "verdicts")  # tables beside the track; the last three of the first world
FILES = (TRACK_FILE, PEOPLE, *(f"{name}.csv" for name in BESIDE))
HALF = ".tmp"  # a folder that has not got its name yet
FOLDER = 0o755
DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)  # what may come of reading anything at all


@dataclass(frozen=True)
class Answer:
    """What one package did in one world.

    Attributes:
        track: columns ``sim.counts.track.TRACK``, a row per month from 0 on.
        reached: households on which each instrument worked in the whole run, by its key.
        tables: by name (``BESIDE``).
        people: of the first world: followed seniors, as plain data.
    """

    package: Package
    seed: int
    track: pd.DataFrame
    reached: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    people: Any = None


class Answers:
    """The answers of one setting in one folder (made when the first is put there). Several processes may read and write."""

    def __init__(self, folder: Path, doses: Doses) -> None:
        self.folder, self.doses = Path(folder), doses

    def key(self, package: Package, seed: int) -> str:
        """16 signs, of all that decides an answer. Raises Refusal for a package that cannot be."""
        one = self.doses.setting
        return short_hash([one.place, one.start, one.months, one.burn_in, seed, package.instruments(self.doses), dict(one.digests)])

    def get(self, package: Package, seed: int) -> Answer | None:
        """An answer; None where there is none, or one that is damaged, which is then made anew. Raises Refusal as ``key``."""
        found = self._whole(package, seed)
        if found is None:
            return None
        mark, contents = found
        try:
            reached = {str(key): int(n) for key, n in mark["reached"].items()}
            track = _track(contents[TRACK_FILE], self.doses.setting.months)
            tables = {name: _frame(contents[f"{name}.csv"]) for name in BESIDE if f"{name}.csv" in contents}
            people = json.loads(contents[PEOPLE]) if PEOPLE in contents else None
        except DAMAGE:
            return None
        return Answer(package, seed, track, reached, tables, people)

    def put(self, answer: Answer) -> None:
        """Keep an answer; one that is there and whole stays. Raises NotWritten, and Refusal as ``key``."""
        key = self.key(answer.package, answer.seed)
        if self.get(answer.package, answer.seed) is not None:
            return
        contents = {TRACK_FILE: _written(answer.track[list(TRACK)])}
        contents |= {f"{name}.csv": _written(answer.tables[name]) for name in BESIDE if name in answer.tables}
        if answer.people is not None:
            contents[PEOPLE] = json.dumps(answer.people, ensure_ascii=False, indent=1).encode()
        mark = {
            "package": answer.package.line(),
            "seed": answer.seed,
            "complete": True,
            "digests": dict(self.doses.setting.digests),
            "key": key,
            "reached": {name: int(n) for name, n in sorted(answer.reached.items())},
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        }
        contents[MARK] = json.dumps(mark | {"digest": _digest(mark)}, indent=1).encode()
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            _put(self.folder, key, contents)

    def known(self, package: Package, seeds: Sequence[int]) -> list[int]:
        """In which of the worlds its answer is there, and whole. Raises Refusal as ``key``."""
        return [seed for seed in seeds if self._whole(package, seed) is not None]

    def _whole(self, package: Package, seed: int) -> tuple[dict[str, Any], dict[str, bytes]] | None:
        """Mark and files of an answer as they were written; None where they are not."""
        folder = self.folder / self.key(package, seed)
        try:
            mark, contents = _read(folder)
            same = (mark["package"], mark["seed"], mark["digests"]) == (package.line(), seed, dict(self.doses.setting.digests))
            return (mark, contents) if same else None
        except DAMAGE:
            return None


def _put(folder: Path, key: str, contents: Mapping[str, bytes]) -> None:
    """Files under another name first: the folder takes its own when all are there."""
    made = Path(tempfile.mkdtemp(prefix=f"{key}.", suffix=HALF, dir=folder))
    aside = made.with_suffix(f".old{HALF}")
    try:
        for name, content in contents.items():
            with open(made / name, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        made.chmod(FOLDER)
        with suppress(FileNotFoundError):  # a damaged one gives way; somebody else may have seen to it
            os.rename(folder / key, aside)
        with suppress(OSError):  # another process was first: its answer is the same
            os.rename(made, folder / key)
    finally:
        for left in (made, aside):
            shutil.rmtree(left, ignore_errors=True)


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The mark, and the content of the files that it names. Raises ValueError for what is not as the mark says."""
    mark = json.loads((folder / MARK).read_bytes())
    if (
        not isinstance(mark, dict)
        or mark.pop("digest", None) != _digest(mark)
        or mark["key"] != folder.name
        or mark["complete"] is not True
    ):
        raise ValueError("the mark is damaged")
    contents = {}
    for name, digest in mark["files"].items():
        if name not in FILES:
            raise ValueError(f"{name} is no file of an answer")
        contents[name] = (folder / name).read_bytes()
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            raise ValueError(f"{name} is damaged")
    return mark, contents


def _digest(mark: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(mark, sort_keys=True).encode()).hexdigest()


def _written(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()


def _frame(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])


def _track(content: bytes, months: int) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(content))
    if tuple(frame.columns) != TRACK or list(frame["month"]) != list(range(months)):
        raise Refusal("track.csv: not the columns and months of this setting")
    return frame.astype({name: "float64" if name == COST else "int64" for name in TRACK})
