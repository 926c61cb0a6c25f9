"""What happened at a table, as an append-only file: one line of JSON per event, on the disk before anybody hears that it was taken."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from analysis.tables.files import writing
from sim.world.errors import Refusal, first_fault
from workshop.table.wrong import Wrong

MOST_BYTES, MOST_EVENTS, MOST_OF_A_LINE = 4_000_000, 10_000, 8_000  # of a file, and of a line in it
STAMP = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"
SCREENS = ("start", "zonder", "wat-al", "kaarten", "raad", "uitkomst", "keten", "senior", "naast", "wie", "afspraken", "zaal", "aannames")


def _to_be_seen(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a sign that is not to be seen; take it out")
    return text


Seen = AfterValidator(_to_be_seen)
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Dose = Literal["klein", "gewoon", "groot"]
Line = Annotated[str, StringConstraints(max_length=4_000), Seen]  # a package as one line
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), Seen]
MaybeName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), Seen]
MaybeSaying = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400), Seen]
Amount = Annotated[float, Field(ge=-1e7, le=1e7)]


class Event(BaseModel):
    """One thing that happened: its kind and what goes with it, and nothing more."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: str


class Begin(Event):
    """The first line of a table."""

    kind: Literal["begin"] = "begin"
    format: Annotated[int, Field(ge=1, le=1, strict=True)] = 1
    name: Name


class Screen(Event):
    """Somebody turned to another screen."""

    kind: Literal["screen"]
    screen: Literal[SCREENS]  # type: ignore[valid-type]


class Card(Event):
    """A card at a dose among those of the package; without a dose it is taken away."""

    kind: Literal["card"]
    key: Key
    dose: Dose | None


class Done(Event):
    """A card that the place does already; without a dose it does not."""

    kind: Literal["done"]
    key: Key
    dose: Dose | None


class Budget(Event):
    """Euro per year that the table wants to stay within; none: it does not say."""

    kind: Literal["budget"]
    eur: Annotated[float, Field(ge=0, le=1e10)] | None


class Undo(Event):
    """The last change is taken back."""

    kind: Literal["undo"]


class Redo(Event):
    """What was taken back last is done again."""

    kind: Literal["redo"]


class Clock(Event):
    """A step of the script begins; none: the clock stops."""

    kind: Literal["clock"]
    step: Annotated[int, Field(ge=0, le=20)] | None


class Agree(Event):
    """Something that is agreed on, who does it and when; with a number it takes the place of that one, without a text it goes."""

    kind: Literal["agree"]
    text: MaybeSaying
    who: MaybeName = ""
    when: MaybeName = ""
    number: Annotated[int, Field(ge=1, le=200)] | None = None


class Named(Event):
    """Who does something at a step of the klantreis; an empty name takes it away."""

    kind: Literal["name"]
    contact: Key
    step: Key
    name: MaybeName


class AskedGuess(Event):
    """What the table thinks that its package does, before it sees it."""

    kind: Literal["guess"]
    moves: Amount | None = None
    chains: Amount | None = None
    gains: Key | None = None


class AskedBookmark(Event):
    """The package of now under a name."""

    kind: Literal["bookmark"]
    name: Name


class AskedOpen(Event):
    """Another package on the table, by its letters."""

    kind: Literal["open"]
    letters: Annotated[str, StringConstraints(min_length=1, max_length=20), Seen]


class Guess(AskedGuess):
    """As it is written: of which package."""

    package: Line


class Bookmark(AskedBookmark):
    """As it is written: of which package."""

    package: Line


class Open(Event):
    """As it is written: which package."""

    kind: Literal["open"]
    package: Line


_ALIKE = Screen | Card | Done | Budget | Undo | Redo | Clock | Agree | Named
ASKED: TypeAdapter[Any] = TypeAdapter(Annotated[_ALIKE | AskedGuess | AskedBookmark | AskedOpen, Field(discriminator="kind")])
WRITTEN: TypeAdapter[Any] = TypeAdapter(Annotated[_ALIKE | Begin | Guess | Bookmark | Open, Field(discriminator="kind")])
KINDS = ("screen", "card", "done", "budget", "undo", "redo", "clock", "agree", "name", "guess", "bookmark", "open")


class Written(BaseModel):
    """A line of the file: an event and when it was taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Annotated[str, StringConstraints(pattern=STAMP)]
    event: Any

    @classmethod
    def read(cls, line: bytes) -> Written:
        """A line. Raises ValidationError."""
        found = cls.model_validate_json(line)
        return cls(at=found.at, event=WRITTEN.validate_python(found.event, strict=True))

    def line(self) -> bytes:
        """As it stands in the file, its end included."""
        return self.model_dump_json().encode() + b"\n"


def now() -> str:
    """The time of the computer, with what it differs from UTC."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def asked(content: Any) -> Any:
    """The event that a table asks for. Raises Wrong, with the key."""
    try:
        return ASKED.validate_python(content, strict=True)
    except ValidationError as error:
        fault = first_fault(error)
        where = fault.where or "event"
        raise Wrong(f"Dit verzoek klopt niet: {where} ({fault.says}).", f"this request is not right: {where} ({fault.says})") from None


class Log:
    """The file of one table.

    Attributes:
        lines: what stands in it. dropped: bytes of a last line that was never acknowledged, and is gone.
    """

    def __init__(self, path: Path, lines: Sequence[Written], dropped: int = 0) -> None:
        self.path, self.lines, self.dropped = path, list(lines), dropped

    @classmethod
    def begin(cls, path: Path, name: str) -> Log:
        """A new file. Raises NotWritten, and FileExistsError where there is one."""
        with writing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path), open(path, "xb"):
            pass
        _sync_folder(path.parent)
        log = cls(path, ())
        log.append(Begin(name=name))
        return log

    @classmethod
    def open(cls, path: Path) -> Log:
        """What a file holds. A last line without its end was not acknowledged: it is cut off.

        Raises:
            Refusal: too large, or a line that is no event.
        """
        with open(path, "rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise Refusal(f"{path} is larger than {MOST_BYTES:,} bytes, so no table wrote it; take it out of the folder")
        kept = raw[: raw.rfind(b"\n") + 1]
        lines = [_read(path, number, line) for number, line in enumerate(kept.split(b"\n")[:-1], 1)]
        if not lines or not isinstance(lines[0].event, Begin) or any(isinstance(one.event, Begin) for one in lines[1:]):
            raise Refusal(f"{path}, line 1: a table begins with begin, once; take the file out of the folder")
        if len(kept) < len(raw):
            with writing(path), open(path, "r+b") as file:
                file.truncate(len(kept))
                os.fsync(file.fileno())
        return cls(path, lines, len(raw) - len(kept))

    def append(self, event: Event) -> Written:
        """Write an event; it is on the disk when this returns. Raises Wrong for one too many, NotWritten."""
        if len(self.lines) >= MOST_EVENTS:
            raise Wrong("Deze tafel is vol. Begin een nieuwe tafel.", "this table is full; begin a new one", 409)
        new = Written(at=now(), event=event)
        with writing(self.path), open(self.path, "r+b") as file:
            length = file.seek(0, os.SEEK_END)
            try:
                file.write(new.line())
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(length)
                raise
        self.lines.append(new)
        return new


def _read(path: Path, number: int, line: bytes) -> Written:
    if len(line) > MOST_OF_A_LINE:
        raise Refusal(f"{path}, line {number}: {len(line):,} bytes; at most {MOST_OF_A_LINE:,} are read")
    try:
        return Written.read(line)
    except ValidationError as error:
        fault = first_fault(error)
        raise Refusal(f"{path}, line {number}: no event of a table ({fault.where or 'line'}: {fault.says}); take it out") from None


def _sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk, too; Windows has no such thing."""
    if sys.platform != "win32":
        with writing(folder):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def is_id(text: str) -> bool:
    """Whether a text can be the name of a table's file."""
    return re.fullmatch(r"[0-9a-f]{12}", text) is not None
