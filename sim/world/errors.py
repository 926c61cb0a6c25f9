"""What cannot be, said in one line: the thing, the place, the nearest right name and the way out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

LONGEST = 40  # signs of a value that a message quotes
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


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is closest to ``word``, or an empty text."""
    found = difflib.get_close_matches(str(word), sorted(known), 1, 0.4)
    return found[0] if found else ""


def hint(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """``; did you mean X?``, or what to say when nothing comes near."""
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else (f"; {otherwise}" if otherwise else "")
