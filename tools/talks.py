"""Print what became of the talks of a coach, beside what programmes counted: python tools/talks.py OUT [SCENARIO] [INSTRUMENT].

OUT is the folder of a comparison with the ledger of all seeds (``ledger=all``) in which a scenario has this coach and no other instrument.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

import pandas as pd  # noqa: E402

from analysis.estimates.talks import talks_in_time  # noqa: E402
from analysis.estimates.targets import targets  # noqa: E402

ASKED = {  # figure of the counter to the rows of targets.csv that ask for it
    "moved_24": ("talks_to_moves", "talks_to_moves_assen", "talks_to_moves_noord_veluwe"),
    "to_keys": ("talk_to_keys",),
    "caused": ("caused_share",),
}


def said(out: Path, scenario: str = "wooncoach", coach: str = "wooncoach_sociaal") -> str:
    """One line per figure, with the targets that ask for it."""
    moves, ledger, uses = (pd.read_parquet(out / f"{name}.parquet") for name in ("moves", "instruments", "attribution"))
    until = int(max(moves["month"].max(), ledger["month"].max())) + 1
    lines = []
    for name, value in talks_in_time(moves, ledger, uses, scenario, coach, until).items():
        beside = [f"{targets()[key].value:g} ({targets()[key].source}, {targets()[key].area})" for key in ASKED.get(name, ())]
        lines.append(f"{name:10} {value:8.1f}  {'; '.join(beside)}".rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    print(said(Path(sys.argv[1]), *sys.argv[2:]))
