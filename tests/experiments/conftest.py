"""Tests of commands look at tables, records and words: pictures are drawn and not painted, but in processes of their own."""

from __future__ import annotations

import pytest

from tests.unpainted import unpainted


@pytest.fixture(autouse=True, scope="module")
def _unpainted():
    """For a whole file, before any other fixture of it."""
    with unpainted():
        yield
