"""One strict reader of all YAML that users write: scenarios and their rules, goals, behaviour, what is done already.

YAML has surprises (``no`` is false, ``065`` is 53, nine lines of anchors fill a computer), so only its plain part is read: keys with
values, lists, and the scalars of ``sim.world.notation``. Everything else is refused, with file, line and column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml import events

from sim.world import notation
from sim.world.errors import Refusal, shown

MOST_BYTES, MOST_DEPTH, MOST_OF_A_KEY, MOST_OF_A_TEXT = 100_000, 20, 100, 5_000
TAB = re.compile(r"^([^#\n]*)\t", re.MULTILINE)  # outside comments
BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")  # YAML ends a line at the first three, an editor does not show them
SAVE = "save it as UTF-8 (Notepad: Save as, Encoding: UTF-8)"


class Written(NamedTuple):
    """What stands in a file for a value, and where; of a list or of keys the place where it begins."""

    text: str
    quoted: bool
    line: int
    column: int


@dataclass(frozen=True)
class KeyedFile:
    """A file that was read.

    Attributes:
        name: of the file.
        content: plain values by key: texts, numbers, truths, None, lists, and keys with values again.
        written: by where a value stands (its keys, and numbers in lists), what is written there.
    """

    name: str
    content: dict[str, Any]
    written: Mapping[notation.Place, Written]

    def refusal(self, message: object, at: Sequence[str | int] = ()) -> Refusal:
        """What is wrong with the value at a place, with file, line and column; of one that is missing those of what lacks it."""
        place = tuple(at)
        while place and place not in self.written:
            place = place[:-1]
        found = self.written.get(place, Written("", False, 1, 1))
        return _refusal(self.name, message, found.line, found.column)

    def value(self, at: notation.Place) -> Any:
        """What stands at a place."""
        found: Any = self.content
        for step in at:
            found = found[step]
        return found

    def check(self, annotation: Any, at: notation.Place = ()) -> None:
        """Refuse what is no truth or number where the fields of a model ask for one, and Dutch notation, by unit.

        Args:
            annotation: a model, or the type of a field. at: where in the file its content stands.

        Raises:
            Refusal: the first of them.
        """
        for place, kind, said in notation.kinds(annotation, self.value(at), at):
            found = self.written[place]
            if wrong := notation.fault(found.text, kind, found.quoted):
                raise self.refusal(notation.complain(place, found.text, wrong, said), place)


def read(path: Path, what: str, keys: Sequence[str] = ()) -> KeyedFile:
    """What a file holds; an empty one holds no keys.

    Args:
        what: what the file is meant to be. keys: those that it may hold; none: any.

    Raises:
        Refusal: not the plain part of YAML, in UTF-8, or no keys with values.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _refusal(path.name, f"it cannot be read ({error.strerror})") from None
    return parse(raw, path.name, what, keys)


def parse(raw: bytes, name: str, what: str, keys: Sequence[str] = ()) -> KeyedFile:
    """As ``read``, of the bytes of a file."""
    text = _decoded(raw, name)
    for pattern, wrong in ((BREAKS, "a sign that editors do not show; take it out"), (TAB, "a tab; write spaces")):
        if found := pattern.search(text):
            raise _refusal(name, f"there is {wrong}", *_place(text, found.end() - 1))
    try:
        reader = _Reader(name, text)
    except yaml.reader.ReaderError as error:
        raise _refusal(name, f"there is a sign that is no text (U+{error.character:04X})", *_place(text, error.position)) from None
    content = reader.content()
    if content is not None and not isinstance(content, dict):
        known = f"; keys are {', '.join(keys)}" if keys else ""
        raise _refusal(name, f"this is no {what}{known}", *reader.written[()][2:])
    return KeyedFile(name, content or {}, reader.written)


def _decoded(raw: bytes, name: str) -> str:
    if len(raw) > MOST_BYTES:
        raise _refusal(name, f"it is larger than {MOST_BYTES:,} bytes, so it is not what a user wrote")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in raw[:4]:
        raise _refusal(name, f"it is in UTF-16; {SAVE}")
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", "ignore")
        raise _refusal(name, f"it is not in UTF-8 (byte {raw[error.start]:02X}); {SAVE}", *_place(before, len(before))) from None


def _place(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


def _refusal(name: str, message: object, line: int = 1, column: int = 1) -> Refusal:
    return Refusal(f"{name}, line {line}, column {column}: {message}")


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


class _Reader:
    """Values from the parser's events: no tree, no constructors, so that nothing is made that was not written."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.loader, self.written = name, yaml.SafeLoader(text), dict[notation.Place, Written]()

    def content(self) -> Any:
        """The one document."""
        self.next()  # the stream begins
        if isinstance(self.peeked(), events.StreamEndEvent):
            return None
        start = self.next()
        if start.version or start.tags:
            raise self.refusal(start, "a directive (%) is not read here; take the line out")
        found = self.node(())
        self.next()  # the document ends
        if not isinstance(end := self.next(), events.StreamEndEvent):
            raise self.refusal(end, "a second document begins; a file is one, so take the line --- out")
        return found

    def peeked(self) -> Any:
        """The next event, which stays."""
        return self.event(self.loader.peek_event)

    def next(self) -> Any:
        """The next event."""
        return self.event(self.loader.get_event)

    def event(self, ask: Any) -> Any:
        """What the parser says, or a refusal."""
        try:
            return ask()
        except yaml.MarkedYAMLError as error:
            mark: Any = error.problem_mark or error.context_mark
            wrong = ", ".join(filter(None, (error.context, error.problem)))
            more = "; a text with a colon stands in quotes" if "mapping values" in wrong or wrong.endswith("':'") else ""
            raise _refusal(self.name, f"this is no YAML: {wrong}{more}", mark.line + 1, mark.column + 1) from None
        except (ValueError, OverflowError):  # an escape such as \UFFFFFFFF
            raise _refusal(self.name, "this is no YAML: no such sign", self.loader.line + 1, self.loader.column + 1) from None

    def refusal(self, event: Any, message: str) -> Refusal:
        """What is wrong where an event begins."""
        return _refusal(self.name, message, *_start(event))

    def node(self, at: notation.Place) -> Any:
        """The value that the next events make."""
        event = self.next()
        if isinstance(event, events.AliasEvent) or event.anchor:
            raise self.refusal(event, "anchors (&) and aliases (*) are not read here; write it out, a text in quotes")
        if event.tag is not None:
            raise self.refusal(event, "tags (!) are not read here; take it out, or write a text in quotes")
        if len(at) > MOST_DEPTH:
            raise self.refusal(event, f"more than {MOST_DEPTH} levels of lists and keys")
        if isinstance(event, events.ScalarEvent):
            self.written[at] = Written(event.value, event.style is not None, *_start(event))
            return self.scalar(event)
        self.written[at] = Written("", False, *_start(event))
        if isinstance(event, events.SequenceStartEvent):
            found: list[Any] = []
            while not isinstance(self.peeked(), events.SequenceEndEvent):
                found.append(self.node((*at, len(found))))
            self.next()
            return found
        return self.keys(at, event.flow_style)

    def scalar(self, event: Any) -> Any:
        """A value without parts."""
        text: str = event.value
        if len(text) > MOST_OF_A_TEXT:
            raise self.refusal(event, f"a text of {len(text):,} signs; at most {MOST_OF_A_TEXT:,} are read")
        if bad := next((sign for sign in text if (sign < " " and sign not in "\n\t") or "\ud800" <= sign <= "\udfff"), ""):
            raise self.refusal(event, f"there is a sign that is no text (U+{ord(bad):04X})")
        return notation.value(text) if event.style is None else text

    def keys(self, at: notation.Place, flow: bool) -> dict[str, Any]:
        """Keys with values, each key once."""
        found: dict[str, Any] = {}
        before = ""  # what is written for the value before
        while not isinstance(event := self.next(), events.MappingEndEvent):
            if not isinstance(event, events.ScalarEvent) or event.anchor or event.tag is not None:
                raise self.refusal(event, "a key is a word: no list, anchor (&), alias (*) or tag (!)")
            key: str = event.value
            plain = event.style is None
            if not key or not key.isprintable() or len(key) > MOST_OF_A_KEY:
                raise self.refusal(event, f"{shown(key)} is no key: it is a word of at most {MOST_OF_A_KEY} signs, all to be seen")
            if key == "<<" and plain:
                raise self.refusal(event, "keys are not merged (<<) here; write them out")
            if key in found:
                first = self.written[(*at, key)].line
                raise self.refusal(event, f"{shown(key)} stands there twice (also in line {first}); take one out")
            found[key] = self.node((*at, key))
            text = self.written[(*at, key)].text
            if flow and plain and found[key] is None and not text and key.isdigit() and type(notation.value(before)) is int:
                wrong = notation.fault(f"{before},{key}", "number")
                raise self.refusal(event, f"between {{ and }} a comma ends a value, and {before},{key} stands there: {wrong}")
            if found[key] is None or isinstance(found[key], (dict, list)):  # said of the key: the value has no place of its own
                self.written[(*at, key)] = Written(text, False, *_start(event))
            before = text
        return found
