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


LONG_FILES = (  # that take long, or have few tests that each do; begun first, so that no core waits for one of them at the end
    "analysis/test_invariants.py", "analysis/test_page_numbers.py", "properties/test_zero.py", "properties/test_limits.py",
    "experiments/test_first_minutes.py", "experiments/test_goals.py", "experiments/test_kills.py", "properties/test_hostile.py",
    "house/test_docs.py", "house/test_package.py", "world/test_kernel_cache.py", "workshop/test_prepare.py", "workshop/test_events.py",
    "workshop/test_scheduler.py", "workshop/test_worker.py", "workshop/test_serve.py",
)  # fmt: skip
TOGETHER = (  # files that read what takes long to make, and is made once by a process: one process does them all
    ("analysis/test_invariants.py", "analysis/test_read_elsewhere.py", "analysis/test_workbook.py", "analysis/test_cost_curve.py"),
    ("analysis/test_page_numbers.py", "analysis/test_page_language.py", "analysis/test_page_hyphens.py"),
)


def pytest_collection_modifyitems(items):
    """Files that take long, first."""
    at = {name: place for place, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: at.get("/".join(item.path.parts[-2:]), len(at)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """As ``--dist loadfile``, with some files together."""
    from xdist.scheduler import LoadFileScheduling

    first = {f"tests/{name}": f"tests/{some[0]}" for some in TOGETHER for name in some}

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            scope = super()._split_scope(nodeid)
            return first.get(scope, scope)

    return Together(config, log) if config.getoption("dist") == "loadfile" else None
