"""Files of tests that one process does together are there, and each of those that read a folder made once is among them."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from tests.conftest import LONG_FILES, TOGETHER

TESTS = Path(__file__).resolve().parents[1]


def test_every_file_that_is_named_is_there():
    for name in chain(LONG_FILES, *TOGETHER):
        assert (TESTS / name).is_file(), name


def test_all_that_read_one_folder_are_done_by_one_process():
    for first, shared in ((TOGETHER[0], r"\bevery_table\b"), (TOGETHER[1], r"page_of\(base\b")):
        readers = {f"analysis/{path.name}" for path in (TESTS / "analysis").glob("test_*.py") if re.search(shared, path.read_text("utf-8"))}
        assert readers == set(first)
