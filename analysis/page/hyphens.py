"""Where a long word may be broken: a browser without a dictionary of Dutch would break it at any letter."""

from __future__ import annotations

import re
from functools import partial

import pyphen
from markupsafe import Markup

HYPHEN = "<i></i>"  # the style draws a soft hyphen in it: what is copied, searched or read back is the word as it is written
LEAST, IN_A_TILE = 14, 8  # letters of a word that is long: in a column, and in what is as narrow as a tile
LEFT = 3  # letters that stay together on each side of a hyphen
WORD = re.compile(r"(?<![\w./@])[^\W\d_]+(?![\w/@]|\.\w)")  # no key and no name of a file
TAG = re.compile(r"(<[^>]*>)")
LANG = re.compile(r' lang="(\w\w)')
DICTIONARIES = {one: pyphen.Pyphen(lang=name, left=LEFT, right=LEFT) for one, name in (("nl", "nl_NL"), ("en", "en_GB"))}
ALONE = ("<br", "<wbr", "<img", "<!")  # tags that nothing closes


def hyphened(html: Markup, language: str = "nl", least: int = LEAST) -> Markup:
    """HTML in whose long words it is marked where they may be broken, each in the language that it stands in."""
    parts, tongues = [], [language]
    for part in TAG.split(html):
        if part.startswith("</"):
            tongues.pop()
        elif part.startswith("<"):
            found = LANG.search(part)
            if not part.startswith(ALONE) and not part.endswith("/>"):
                tongues.append(found[1] if found else tongues[-1])
        elif tongues[-1] in DICTIONARIES:
            part = WORD.sub(partial(_marked, language=tongues[-1], least=least), part)
        parts.append(part)
    return Markup("".join(parts))


def _marked(found: re.Match[str], language: str, least: int) -> str:
    return DICTIONARIES[language].inserted(found[0], hyphen=HYPHEN) if len(found[0]) >= least else found[0]
