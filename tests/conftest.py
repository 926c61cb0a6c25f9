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


LONG_FILES = (  # with few tests that each take long; begun first, so that no core waits for one of them at the end
    "experiments/test_first_minutes.py", "experiments/test_goals.py", "experiments/test_kills.py", "properties/test_hostile.py",
    "house/test_docs.py", "house/test_package.py", "world/test_kernel_cache.py", "workshop/test_prepare.py", "workshop/test_events.py",
    "workshop/test_scheduler.py", "workshop/test_worker.py", "workshop/test_serve.py",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    """Files that take long, first."""
    at = {name: place for place, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: at.get("/".join(item.path.parts[-2:]), len(at)))
