"""Which pages there are, and what the present ones are known to lack."""

from __future__ import annotations

from itertools import product

import pytest

LANGUAGES = {"report": ("nl", "en"), "provisional": ("nl", "en"), "hostile": ("nl", "en"), "worksheets": ("nl",)}
REPORTS = ("report", "provisional", "hostile")
WIDE, PHONE = 1280, 390


def states(*widths, **lacking):
    """Every page in each of its languages at each of these widths.

    Args:
        lacking: why a page is known to fail, by its name, a width after it, or a language and a width (``report_nl_390``). One that
            does not fail fails the test, so that the word on it goes when the page is mended.
    """
    made = []
    for name, languages in LANGUAGES.items():
        for one in product(languages, *([widths] if widths else [])):
            why = next((lacking[key] for key in (name, f"{name}_{one[-1]}", "_".join(map(str, (name, *one)))) if key in lacking), None)
            mark = pytest.mark.xfail(raises=AssertionError, strict=True, reason=why) if why else ()
            made.append(pytest.param(name, *one, marks=mark))
    return made


def of_reports(why, *widths):
    """The same word on every kind of report, for ``states``."""
    return {f"{name}_{width}" if widths else name: why for name in REPORTS for width in widths or (0,)}


def none(found, most=15):
    """Fail with the first of what was found, a line each."""
    assert not found, f"{len(found)} found:\n" + "\n".join(map(str, found[:most]))
