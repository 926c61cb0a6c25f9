"""A journal in sentences where a line has a word that this version does not know: it says so, and the other lines are told."""

from __future__ import annotations

import pytest

from sim.counts import told

START = "2026-01"
HOME = {"type": "eengezins", "tenure": "koop", "rooms": 4, "area_name": "Dorp"}
NO_HOME = {"type": "", "tenure": "", "rooms": 0, "area_name": ""}


def row(kind, reason="", **more):
    return {
        "lane": "with", "month": 3, "kind": kind, "reason": reason, "instruments": [], "fit_before": None, "fit_after": None,
        "number": None, "keys_month": None, **NO_HOME, **more,
    }  # fmt: skip


UNKNOWN = [
    row("zweeft"), row("event", "zeeziek"), row("event", "none_of_it"), row("obstacle", "zeeziek"), row("dropped", "zeeziek"),
    row("wish", "zeeziek"), row("start", "zeeziek", **HOME), row("ended", "zeeziek"), row("keys", "zeeziek", **HOME),
    row("parted", "zeeziek"), row("refused", **{**HOME, "type": "zeeziek"}), row("refused", **{**HOME, "tenure": "zeeziek"}),
    row("{braces}"),
]  # fmt: skip


@pytest.mark.parametrize("one", UNKNOWN, ids=lambda one: f"{one['kind']}-{one['reason']}-{one['tenure']}")
def test_a_line_with_an_unknown_word_says_so_in_both_languages(one):
    line = told.line(one, START)
    word = told.unknown(one)
    for language, says in (("nl", "deze versie niet kent"), ("en", "does not know")):
        assert says in line["said"][language] and word.strip("{}") in told.text(line, language)
    assert line["kind"] == one["kind"] and line["numbers"] == {}


def test_the_other_lines_of_a_lane_are_told_all_the_same():
    rows = [row("start", "huidige_woning", **HOME), row("zweeft"), *(row("obstacle", "zeeziek", month=month) for month in (4, 5)),
            row("registered", month=6)]  # fmt: skip
    lines = told.drawn_together(rows, START)
    assert [one["kind"] for one in lines] == ["start", "zweeft", "searched", "registered"]
    assert "zeeziek" in told.text(lines[2], "nl") and "Schrijft zich in" in told.text(lines[3], "nl")
