"""The page of a province: its time grows with the rows of its tables and no faster, and it stays a page that can be sent."""

from __future__ import annotations

import pytest

from tests import synthetic_province as made

MOST_BYTES = 5_000_000


@pytest.mark.long
def test_time_grows_with_the_rows_and_the_page_stays_small(tmp_path):
    few = made.timed(made.write(tmp_path / "few", n=3, seeds=10, wijken=made.GELDERLAND // 4))
    many = made.timed(made.write(tmp_path / "many", n=6, seeds=20, wijken=made.GELDERLAND // 2))
    rows = 2 * 2 * 2
    assert many[0] < 2 * rows * few[0], "tables take longer than their rows say"
    assert many[1] < 2 * rows * few[1], "so does the page"
    assert many[2] < MOST_BYTES


@pytest.mark.long
def test_the_page_of_gelderland_is_below_five_megabytes(tmp_path):
    assert made.timed(made.write(tmp_path / "all"))[2] < MOST_BYTES
