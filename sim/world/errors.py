"""What cannot be, said in one line: the thing, the place, the nearest right name and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Refusal(ValueError):
    """A setting, name, file, figure or rule that cannot be used as it is; the message says what to do."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is closest to ``word``, or an empty text."""
    found = difflib.get_close_matches(str(word), sorted(known), 1, 0.4)
    return found[0] if found else ""


def hint(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """``; did you mean X?``, or what to say when nothing comes near."""
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else (f"; {otherwise}" if otherwise else "")
