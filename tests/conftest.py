"""Settings of all tests: the same examples on every machine, and no time limit on the first call (which compiles)."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("verhuisketens", deadline=None, derandomize=True, print_blob=False)
settings.load_profile("verhuisketens")
