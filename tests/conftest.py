"""Settings of all tests: the same examples on every machine, and no time limit on the first call (which compiles)."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("verhuisketens", deadline=None, derandomize=True, print_blob=False)
settings.load_profile("verhuisketens")


@pytest.fixture
def notes(tmp_path_factory):
    """A folder in which jobs of other processes leave word of what they did."""
    return tmp_path_factory.mktemp("notes")
