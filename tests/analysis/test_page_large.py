"""The page of a province: its time grows with the rows of its tables and no faster, and it stays a page that can be sent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.page.quote import PLACE
from analysis.pipeline import tables_of
from analysis.results import gather
from analysis.tables.files import Folder
from tests import synthetic_province as made
from tests.analysis.test_page_numbers import page_of

MOST_BYTES = 5_000_000
OF_A_NUMBER = 360  # bytes in a table, its part of the words and labels of its row in both languages included
OF_A_MARK = 150  # bytes of a line, a marker or a text in a picture, its part of what holds them included


def bytes_of(pieces: list[str], what: str) -> float:
    """Bytes of some pieces of a page for each match of a pattern in them."""
    return sum(len(one.encode()) for one in pieces) / sum(len(re.findall(what, one)) for one in pieces)


def test_a_page_grows_by_so_many_bytes_for_each_number_and_each_mark(tmp_path: Path) -> None:
    html = page_of(tmp_path, "whole").html
    rows = [row for row in re.findall(r"<tr[ >].*?</tr>", html, re.DOTALL) if "<data " in row]
    assert bytes_of(rows, "<data ") < OF_A_NUMBER
    for cell in re.findall(r"<t[dh][ >].*?</t[dh]>", html, re.DOTALL):
        places = PLACE.findall(cell)
        assert len(set(places)) != 1 or len(places) == 1, "numbers of one row say it once"
    assert bytes_of(re.findall(r"<svg .*?</svg>", html, re.DOTALL), "<(?:path|use|text) ") < OF_A_MARK


@pytest.mark.parametrize("counted", [True, False])
def test_of_a_ledger_that_was_counted_the_moves_of_one_run_are_read_and_no_others(tmp_path, monkeypatch, counted):
    folder, asked = made.write(tmp_path, n=1, seeds=2, wijken=2, part=0, counted=counted), []
    read = Folder.of_scenario

    def of_scenario(self, name, columns, scenario, where=()):
        asked.append((name, dict((column, value) for column, _, value in where).get("seed")))
        return read(self, name, columns, scenario, where)

    monkeypatch.setattr(Folder, "of_scenario", of_scenario)
    tables = tables_of(gather(folder))
    assert all(len(tables[name]) for name in ("chain_lengths", "monitor", "freed_homes", "validation", "chain_examples"))
    runs = [seed for name, seed in asked if name == "moves"]
    assert (runs == [0]) == counted and 0 in runs


@pytest.mark.long
def test_with_its_counts_the_time_does_not_grow_with_the_ledger(tmp_path: Path) -> None:
    few, many = (made.timed(made.write(tmp_path / str(part), n=3, part=part)) for part in (0.02, 0.4))
    assert many.tables < 2 * few.tables, "twenty times as many moves"


@pytest.mark.long
def test_time_grows_with_the_rows_and_the_page_stays_small(tmp_path: Path) -> None:
    few = made.timed(made.write(tmp_path / "few", n=3, seeds=10, wijken=made.GELDERLAND // 4))
    many = made.timed(made.write(tmp_path / "many", n=6, seeds=20, wijken=made.GELDERLAND // 2))
    rows = 2 * 2 * 2
    assert many.tables < 2 * rows * few.tables, "tables take longer than their rows say"
    assert many.page < 2 * rows * few.page, "so does the page"
    assert many.size < MOST_BYTES


@pytest.mark.long
def test_the_page_of_gelderland_is_below_five_megabytes(tmp_path: Path) -> None:
    found = made.timed(made.write(tmp_path / "all", part=1.0))
    print(found)
    assert found.size < MOST_BYTES
