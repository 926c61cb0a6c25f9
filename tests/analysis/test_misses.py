"""Which public figures the base world misses, the mark that follows from it, and the words for both."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.ledger_counts import COUNTED
from analysis.estimates.misses import NOT_COMPARED, RESTS_ON, SHIPPED, hits, of_indicator
from analysis.estimates.validation import HIT, OF_MONTHS, ROWS, compare, tables
from analysis.page.public_words import WORDS, beside, legend
from analysis.page.quote import Book
from analysis.results import gather
from sim.counts.indicators import REGISTRY
from sim.counts.worksheet_rows import REGISTRY as OF_MONITOR
from tests import synthetic_tables as made

KEYS = {row.key for row in ROWS}


def test_every_indicator_says_what_it_hangs_on_and_every_figure_has_words_in_both_languages():
    assert set(REGISTRY) <= set(RESTS_ON) <= {*REGISTRY, *OF_MONITOR}
    assert {key for keys in RESTS_ON.values() for key in keys} <= KEYS
    assert set(WORDS) == KEYS
    for one in WORDS.values():
        for text in one:
            assert text.nl and text.en and len(text.nl.split()) <= 25
        assert one.name.nl != one.name.en and one.differs.nl != one.differs.en


def test_what_is_missed_without_a_ledger_is_missed_in_every_place_of_the_document():
    text, by_text = Path("docs/validation.md").read_text(encoding="utf-8"), {row.text: row for row in ROWS}
    places = [part for part in text.split("\n## ")[1:] if "| figure | simulated |" in part]
    missed = [
        {
            by_text[figure].key
            for figure, simulated in re.findall(r"^\| ([^|]+) \| ([\d.]+) \|", part, re.MULTILINE)
            if figure in by_text and abs(float(simulated) / by_text[figure].observed - 1) > HIT
        }
        for part in places
    ]
    assert len(places) == 2 and set.intersection(*missed) == SHIPPED


def test_an_indicator_misses_what_its_figures_miss_and_says_when_there_are_none():
    table = pd.DataFrame(
        {"key": ["freed_koop", "search_time", "registration"], "simulated": [5.0, 1.0, np.nan], "hit": [False, False, False]}
    )
    found = hits(table)
    assert found == {"freed_koop": False, "search_time": False}, "nobody to count is no miss"
    for key in RESTS_ON:
        said = of_indicator(key, found)
        compared = [one for one in RESTS_ON[key] if one in found]
        assert said == (" ".join(compared) if compared else NOT_COMPARED)
    assert of_indicator("moves", {"freed_koop": True}) == "" and of_indicator("of_somebody_else", found) == NOT_COMPARED


def test_the_base_world_is_compared_with_the_columns_that_are_named_and_no_others(tmp_path):
    out = made.write(tmp_path / "out")
    results, months = gather(out), pd.read_parquet(out / "months.parquet")
    few = compare(tables({name: results.ledger_counts.table(name, "basis") for name in COUNTED}, months[list(OF_MONTHS)], made.MONTHS))
    assert few["key"].tolist() == [row.key for row in ROWS]
    pd.testing.assert_frame_equal(results.validation, few)
    said = results.effects.groupby("indicator")["misses"].first()
    assert said.to_dict() == {key: of_indicator(key, hits(few)) for key in said.index}
    assert results.hits["candidates"] is False and results.hits["search_time"] is False
    parts = results.costs.set_index(["scenario", "instrument", "payer", "year"])["misses"]["voorrang", "all", "all", "all"]
    assert parts.split("; ")[0] == f"senior move: {results.missed('senior_moves')}"


def test_without_a_ledger_the_known_misses_hold(tmp_path):
    results = gather(made.write(tmp_path / "out", with_ledger=False))
    assert results.validation.empty and {key for key, hit in results.hits.items() if not hit} == SHIPPED


ROW = {"scenario": "a", "misses": "freed_koop", "mean": 5.0, "difference": 2.0, "lower": 1.0, "upper": 3.0, "seeds": 4}


@pytest.mark.parametrize(("column", "marked"), [("difference", 1), ("mean - difference", 1), ("lower", 0), ("seeds", 0)])
def test_a_number_that_hangs_on_a_miss_is_marked_wherever_it_is_quoted(column, marked):
    shown = Book({"effects": pd.DataFrame([ROW])}, {}).quote("effects", column, {"scenario": "a"})
    for language in ("nl", "en"):
        assert str(shown.of(language)).count('data-misses="freed_koop"') == marked and "†" not in shown.said(language)
    said = legend(str(shown.of("nl")))
    assert (said is not None) == bool(marked) and (said is None or WORDS["freed_koop"].name.nl in said.nl)
    for text in ("", NOT_COMPARED):
        other = Book({"effects": pd.DataFrame([ROW | {"misses": text}])}, {}).quote("effects", column, {"scenario": "a"})
        assert other.misses == ""


def test_of_costs_each_ratio_has_the_mark_of_what_is_extra():
    row = {"scenario": "a", "misses": "senior move: rate_65; link: freed_koop", "eur": 9.0, "eur_per_extra_senior_move": 1.0}
    row |= {"eur_per_extra_link": 2.0, "eur_per_extra_suitable_home": 3.0, "extra_links_per_100k": 4.0}
    book = Book({"costs": pd.DataFrame([row])}, {})
    found = {column: book.quote("costs", column, {"scenario": "a"}).misses for column in row if column not in ("scenario", "misses")}
    assert found == {
        "eur": "",
        "eur_per_extra_senior_move": "rate_65",
        "eur_per_extra_link": "freed_koop",
        "eur_per_extra_suitable_home": "",
        "extra_links_per_100k": "freed_koop",
    }


def test_parts_are_shown_in_per_cent_and_other_figures_as_they_are():
    rows = [{"key": row.key, "simulated": 0.5, "observed": 0.25, "unit": row.unit} for row in ROWS]
    book = Book({"validation": pd.DataFrame(rows)}, {})
    for row in ROWS:
        ours, theirs = beside(book, row.key)
        times = 100 if row.unit in ("share", "chance") else 1
        assert (ours.value, theirs.value) == (0.5 * times, 0.25 * times)
        assert times == 1 or WORDS[row.key].unit.nl == "procent"
