"""The effects of many folders as one table, such as the jobs of a multirun: ``python -m analysis.collect DIR > all.csv``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.results import finished
from analysis.tables import record
from analysis.tables.files import Folder
from analysis.tables.schema import EFFECTS
from sim.world.errors import Refusal
from verhuisketens.shell import guarded

if TYPE_CHECKING:
    import pandas as pd

OWN = ("out", "workers", "debug")  # of a folder's configuration: they decide nothing in its tables


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table as CSV; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.collect", description="Effects of all folders of results within a folder, as CSV."
    )
    parser.add_argument("folder", type=Path, help="folder with folders of results, such as that of a multirun")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    given = parser.parse_args(arguments)

    def collect() -> int:
        sys.stdout.write(collected(given.folder).to_csv(index=False, lineterminator="\n"))
        return 0

    return guarded(collect, given.debug, "--debug")


def collected(folder: Path, jobs: Sequence[Path] | None = None) -> pd.DataFrame:
    """effects.csv of every finished folder within ``folder`` (of ``jobs`` only, if they are named), one under the other.

    Before its columns stand ``job`` (the path of its folder) and one for each key in which the configurations differ; empty where a
    configuration does not have it.

    Raises:
        Refusal: there is none, one did not begin its tables or end them, a run of it failed, or one is damaged.
    """
    import pandas as pd

    jobs = begun(folder) if jobs is None else jobs  # by name, or in the order of whoever asks
    if not jobs:
        raise Refusal(f"{folder} holds no finished results; name the folder of a multirun")
    keys = {path: flat(finished(path).manifest["configuration"]) for path in jobs}
    names = sorted({name for one in keys.values() for name in one if name.partition(".")[0] not in OWN})
    differ = [name for name in names if len({str(one.get(name)) for one in keys.values()}) > 1]
    tables = []
    for path, one in keys.items():
        if not (path / EFFECTS.file).is_file():
            raise Refusal(f"{path} is not finished (no {EFFECTS.file}); give its command again")
        table = Folder(path).table(EFFECTS.name, EFFECTS.names)
        front = {"job": path.relative_to(folder).as_posix(), **{name: one.get(name) for name in differ}}
        tables.append(pd.DataFrame({name: [value] * len(table) for name, value in front.items()}).join(table))
    return pd.concat(tables, ignore_index=True)


def begun(folder: Path) -> list[Path]:
    """The folders within ``folder`` in which a run began, or a job of a sweep is to run, whether or not it ended, in order."""
    names = (record.MANIFEST, record.RUNS, record.LOCK, record.HYDRA)
    there = {path.parent for name in names for path in folder.rglob(name)}
    for path in folder.rglob(record.SWEEP):  # a sweep has the runs of its jobs, and no results of its own
        there = (there - {path.parent}) | {path.parent / name for name in record.jobs_of(path.parent)}
    return sorted(path for path in there if not {record.RUNS, record.HYDRA} & {*path.relative_to(folder).parts})


def flat(content: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested keys as ``behaviour.p_sight``; a list as its words."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{key}.")
        else:
            found[before + key] = " ".join(map(str, value)) if isinstance(value, list) else value
    return found


if __name__ == "__main__":
    sys.exit(main())
