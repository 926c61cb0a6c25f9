"""Pictures that are drawn and not painted: half of what a small command costs, for tests that look at its tables, records and words.

Each picture is still made, with all its lines and labels. What matplotlib makes of it is left out: two small files take its place.
How pictures look is for the tests of ``analysis/page`` and of the report, which paint them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from matplotlib.figure import Figure

PAINTED = {"svg": b'<svg width="9pt" height="9pt"></svg>\n', "png": b"\x89PNG\r\n\x1a\n"}


def saved(figure: Figure, out: Any, *, format: str, **_more: Any) -> None:
    """In the place of ``Figure.savefig``."""
    assert figure.axes, "an empty picture"
    out.write(PAINTED[format])


@contextmanager
def unpainted() -> Iterator[None]:
    """Nothing is painted by this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", saved)
        yield
