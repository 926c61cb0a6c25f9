"""The form of a folder of places of one's own, from the files and the checks that there are (docs/howto-municipality.md)."""

from __future__ import annotations

import re
from pathlib import Path

from sim.world import figures
from sim.world.errors import Refusal
from sim.world.figure_cells import bounds, is_text, may_miss
from sim.world.figure_checks import NEAR_SUM, SPANS, SUMS

MANY = 6  # columns that are shown as the first and the last of them
README = Path(__file__).resolve().parents[1] / "sim" / "data" / "README.md"


def made_figures() -> str:
    """The columns of gemeenten.csv and wijken.csv in groups, as sim/data/README.md describes them."""
    lines = ["| file | columns | unit | least and most | a new place may lack it |", "|---|---|---|---|---|"]
    for name in ("gemeenten", "wijken"):
        left = list(figures.table(name, figures.FOLDER))
        for columns, unit in _described(name):
            here = [column for column in left if any(re.fullmatch(pattern, column) for pattern in _patterns(columns))]
            left = [column for column in left if column not in here]
            for facts in dict.fromkeys(_facts(name, column) for column in here):
                alike = [column for column in here if _facts(name, column) == facts]
                shown = ", ".join(f"`{column}`" for column in alike) if len(alike) < MANY else f"`{alike[0]}` … `{alike[-1]}`"
                lines.append(f"| {name} | {shown} | {unit} | {' | '.join(facts)} |")
        if left:
            raise Refusal(f"sim/data/README.md: {name}.csv: nothing is said of {', '.join(left)}; add a row")
    return "\n".join(lines) + "\n"


def made_checks() -> str:
    """What figures must have in common, as the checks have it."""
    lines = ["| file | what | lies between |", "|---|---|---|"]
    for name, sums in SUMS.items():
        for one in sums:
            what = (
                " + ".join(f"`{column}`" for column in one.columns)
                if len(one.columns) < MANY
                else f"`{one.columns[0]}` … `{one.columns[-1]}`"
            )
            of = f" times `{one.of}`" if one.of else " %"
            lines.append(f"| {name} | {what} | {one.low:g} and {one.high:g}{of} |")
    lines.append(f"| wijken | `population_2022` and `dwellings_2022`, added up | within {100 * NEAR_SUM:g} % of those of their gemeente |")
    return "\n".join(lines) + "\n"


def _described(name: str) -> list[tuple[str, str]]:
    """(columns, unit) of each row of the table under the heading of a file."""
    part = README.read_text(encoding="utf-8").split(f"## population/{name}.csv")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return [(row[0], row[1]) for row in rows[2:]]


def _patterns(columns: str) -> list[str]:
    """Patterns of the columns that a row of the table names: ``a, b``, ``pct_age_*`` or ``age_0_2021 … age_95_2021``."""
    plain = re.sub(r"\s*\([^)]*\)", "", columns)
    if "…" in plain:
        return [re.sub(r"\d+", r"\\d+", plain.split("…")[0].strip(), count=1)]
    return [one.strip().replace("*", ".*") for one in plain.split(",")]


def _facts(name: str, column: str) -> tuple[str, str]:
    """Bounds of a column, and whether a new place may lack it."""
    low, high = bounds(column)
    spans = [span for start, span in SPANS.items() if column.startswith(start)] if name == "gemeenten" else []
    low, high = spans[0] if spans else (low, high)
    most = "" if is_text(column) else f"{low:,g} and more" if high == 1e9 else f"{low:,g} to {high:,.0f}"
    return most, "yes" if may_miss(name, column) else "no"
