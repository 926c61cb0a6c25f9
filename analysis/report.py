"""The page: one self-contained file from a folder of results: ``python -m analysis.report DIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from verhuisketens.extras import need
from verhuisketens.shell import guarded


def main(arguments: Sequence[str] | None = None) -> int:
    """Rebuild effects, costs, pictures and page of a folder; prints the summary and the page's path. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m analysis.report", description="Rebuild the page of a folder of results.")
    parser.add_argument("folder", type=Path, help="folder that experiments.compare wrote (its key out)")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    given = parser.parse_args(arguments)
    return guarded(lambda: rebuild(given.folder), given.debug, "--debug")


def rebuild(folder: Path) -> int:
    """Write the page anew and print where it is; returns the exit status. Raises Refusal."""
    need("report")
    from analysis.pipeline import finish
    from analysis.results import finished

    print(finish(finished(folder)))
    print(folder / "report.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
