"""Which pages there are, in which languages, at which widths."""

from __future__ import annotations

from itertools import product

LANGUAGES = {"report": ("nl", "en"), "provisional": ("nl", "en"), "hostile": ("nl", "en"), "worksheets": ("nl",)}
WIDE, PHONE = 1280, 390


def states(*widths):
    """Every page in each of its languages, at each of these widths where there are any."""
    return [(name, *one) for name, languages in LANGUAGES.items() for one in product(languages, *([widths] if widths else []))]


def none(found, most=15):
    """Fail with the first of what was found, a line each."""
    assert not found, f"{len(found)} found:\n" + "\n".join(map(str, found[:most]))
