"""Where a word says that it is less, no minus sign says so again: in sentences of outcomes, plans and the desk, in both languages."""

from __future__ import annotations

import itertools
import math
import re

import pytest

from tests.every import every
from workshop.server import desk, said, views
from workshop.server.tables import Sheet

LESS = {"nl": r"\b(minder|daling|kleiner)\b", "en": r"\b(fewer|less|fall|smaller)\b"}
MINUS = re.compile(r"[−-]\s?\d")
SIZES = (-4_321.0, -100.0, -12.0, -0.2, 0.0, 0.2, 12.0, 4_321.0)
NARROW = (0.0, 0.1, 0.9, 3.0)  # half a margin, in differences


def clean(sentences):
    """Every sentence that has both the word and the sign, and how many have the word."""
    texts = [(language, said.filled(one, language)) for one in sentences for language in LESS]
    less = [(language, text) for language, text in texts if re.search(LESS[language], text)]
    return [text for _, text in less if MINUS.search(text)], len(less)


def moves(size, width, wide, worlds):
    """One outcome of moves by seniors, sure where chance alone does not explain it."""
    sheet, half = Sheet("effects", "X"), abs(size) * width
    row = {"base": 9_000.0, "difference": size, "seeds": worlds, "knowledge": "", "checked": False}
    if worlds > 1:
        row |= {"lower": size - half, "upper": size + half}
        row |= {} if wide is None else {"lower_full": size - half - abs(size) * wide, "upper_full": size + half + abs(size) * wide}
    sure = worlds > 1 and 0 < half < abs(size)
    sheet.put("senior_moves", row | {"sure": sure, "noticed": sure, "digits": 2 if sure else 0})
    return views.effect(sheet, "senior_moves", "senior_moves")


@pytest.mark.parametrize("reached", [{}, {"brieven": None}])
def test_in_no_outcome_and_no_plan_a_minus_stands_beside_less(reached):
    wrong, counted = [], 0
    for size, width, wide, worlds in itertools.product(SIZES, NARROW, (None, 0.0, 0.05, 3.0), (1, 8)):
        effect = moves(size, width, wide, worlds)
        made = {"effects": {"senior_moves": effect}, "worlds": worlds, "months": 120, "money": {"price": "none", "year": None}}
        found, n = clean([*said.outcome(made | {"reached": reached}), said.followed(24, effect)])
        wrong, counted = [*wrong, *found], counted + n
    assert counted > 50 and not wrong, wrong[:10]


def test_a_margin_of_fewer_names_its_smaller_end_first_and_each_keeps_its_cell():
    sentence = said.outcome(
        {
            "effects": {"senior_moves": moves(-100.0, 0.5, 0.1, 8)},
            "worlds": 8,
            "months": 120,
            "money": {"price": "none", "year": None},
            "reached": {},
        }
    )
    assert said.filled(sentence[0], "nl") == "Ongeveer 100 senioren verhuizen minder in 10 jaar. Door toeval tussen 50 en 150."
    assert said.filled(sentence[1], "en") == "How many fewer hangs on how people respond: between 40 and 160."
    low, high = (sentence[0]["cells"][name] for name in ("low", "high"))
    assert (low["v"], low["at"].rsplit("/", 1)[1], high["v"], high["at"].rsplit("/", 1)[1]) == (-50.0, "upper", -150.0, "lower")


def test_what_should_be_seen_of_fewer_is_checked_by_the_size_of_the_fall():
    found = said.followed(24, moves(-100.0, 0.5, 0.1, 8))
    assert said.filled(found, "nl").endswith("Is de daling kleiner dan 40? Dan klopt waarschijnlijk een aanname niet.")
    assert said.filled(found, "en").endswith("Is the fall smaller than 40? Then an assumption is probably wrong.")


@every("worlds", [1, 4])
@every("change", [-600.0, -60.0, -0.3, 0.0, 60.0])
@every("half", [0.0, 10.0, 100.0])
def test_on_the_desk_neither(worlds, change, half):
    sheet, band = Sheet("desk", "X"), math.nan if worlds == 1 else half
    ends = {"lower": 40.0 + change - band, "upper": 40.0 + change + band, "change_lower": change - band, "change_upper": change + band}
    for what in ("without", "extra"):
        sheet.put(what, {"usual": 40.0, "mine": 40.0 + change, "change": change, "worlds": worlds} | ends)
    rows = [desk._row(sheet, what, "senior_moves", what, None) for what in ("without", "extra")]
    wrong, _ = clean(one.sent() for one in desk._sentences(rows, 120, usual=False) if "meer of minder" not in one.nl)
    assert not wrong, wrong
