"""What cannot be, said in one line: the thing, the place, the nearest right name and the way out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pydantic import ValidationError

LONGEST = 40  # signs of a value that a message quotes
ALIKE = 0.65  # how near a word must be to be suggested, from 0 to 1: below it lies what shares its letters only
_QUOTED = re.compile(rf"(?<![\w'])'([^']{{{LONGEST + 1},}})'(?!\w)|(?<![\w\"])\"([^\"]{{{LONGEST + 1},}})\"(?!\w)")


class Refusal(ValueError):
    """A setting, name, file, figure or rule that cannot be used as it is; the message says what to do.

    The message is one line, and what it quotes is cut short, whatever was written. ``at``: where in a content the fault stands.
    """

    def __init__(self, message: object = "", at: Sequence[str | int] = ()) -> None:
        line = " ".join(str(message).split())
        super().__init__(_QUOTED.sub(lambda found: f"{found[0][: LONGEST - 1]}…{found[0][-1]}", line))
        self.at = tuple(at)


def shown(value: object) -> str:
    """A value as a message quotes it: in quotes only where they are needed, on one line, cut short."""
    text = str(value)
    text = text if text.isprintable() and text and text == text.strip() else repr(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def nearest(word: str, known: Iterable[str], alike: float = ALIKE) -> str:
    """The known word that is closest to ``word``, capitals or not, or an empty text; ``alike`` (0 to 1) says how near it must be."""
    plain = {one.casefold(): one for one in sorted(known)}
    found = difflib.get_close_matches(str(word).casefold(), plain, 1, alike)
    return plain[found[0]] if found else ""


def hint(word: str, known: Iterable[str], otherwise: str = "", alike: float = ALIKE) -> str:
    """``; did you mean X?``, or what to say when nothing comes near."""
    near = nearest(word, known, alike)
    return f"; did you mean {near}?" if near else (f"; {otherwise}" if otherwise else "")


class Fault(NamedTuple):
    """What pydantic found wrong in a content: its kind, the keys and numbers that lead to it, what stands there, what is said of it."""

    kind: str
    at: tuple[str | int, ...]
    value: Any
    says: str
    cause: Refusal | None  # where a check of our own said so

    @property
    def where(self) -> str:
        """Its place as a message names it."""
        return ".".join(map(str, self.at))

    @property
    def place(self) -> tuple[str | int, ...]:
        """Where it stands, to the part that the check of our own names."""
        return (*self.at, *(self.cause.at if self.cause else ()))


def first_fault(error: ValidationError) -> Fault:
    """The first thing that is wrong; a wrong key before all else, because it explains one that is missing."""
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    at = tuple(part for part in first["loc"] if part != "[key]" and not str(part).startswith("function-"))
    says, cause = first["msg"].removeprefix("Value error, "), first.get("ctx", {}).get("error")
    return Fault(first["type"], at, first["input"], says[:1].lower() + says[1:], cause if isinstance(cause, Refusal) else None)
