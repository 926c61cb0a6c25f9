"""Rows of the input files in another order: the same tables at the end of a run."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.runs import store
from sim import run
from sim.demography import rates
from sim.world import figures
from tests.worlds import burnt_in

PLACE, SCENARIO = "rozendaal", {"voorrang": {"who": {"tenure": "any"}, "allow_empty": True}}
SCRIPT = """
import sys
from pathlib import Path
from sim.demography import rates
from sim.world import figures
figures.FOLDER = Path(sys.argv[1]) / "population"
rates.per_year.__wrapped__.__defaults__ = (Path(sys.argv[1]) / "demography",)
from tests.properties.test_order import checksums
assert figures.table("wijken") is figures.table("wijken", figures.FOLDER)
print(checksums())
"""


def checksums() -> dict[str, str]:
    """Checksum of every table of a base world and of a scenario in it, from the figures to the end of the follow-up."""
    burnt = burnt_in(PLACE)
    base = run.run_scenario(burnt)
    both = {"basis": base, "voorrang": run.run_scenario(burnt, SCENARIO, base=base)}
    return {
        f"{scenario}/{name}": store.content_digest(store.to_arrow(name, frame))
        for scenario, result in both.items()
        for name, frame in result.tables.items()
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_in_the_input_files_changes_no_table(tmp_path: Path, seed: int) -> None:
    for folder in (figures.FOLDER, rates.FOLDER):
        shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    moved = 0
    for path in tmp_path.glob("*/*.csv"):
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        mixed = random.Random(seed).sample(rows, len(rows))
        moved += mixed != rows
        path.write_text("\n".join([head, *mixed]) + "\n", encoding="utf-8")
    assert moved >= 10, "the files were meant to be in another order"
    environment = {**os.environ, "VERHUISKETENS_CACHE": str(tmp_path / "cache"), "PYTHONHASHSEED": str(70 + seed)}
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(checksums())
