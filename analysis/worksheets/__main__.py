"""The toolkit's worksheets, filled in from a scenario and its results: ``python -m analysis.worksheets DIR [--scenario NAME]``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from verhuisketens.extras import need
from verhuisketens.shell import guarded


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill in the worksheets; returns the exit status."""
    need("report")
    from analysis.worksheets.fill import main as fill

    return fill(arguments)


if __name__ == "__main__":
    sys.exit(guarded(main, False))
