"""Write docs/validation.md from validation.csv files: python tools/validation_page.py "Zwolle, 4 seeds, 120 months=FILE" ..."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation.md"
BY_HAND = "## Stationarity of the base world"
HEAD = """# Validation: the base world beside the figures

Made by `python -m experiments.validate municipality=NAME` and `python tools/validation_page.py`. A row is a hit when the
simulated figure lies within 25 % of its source. `input` went in and proves nothing; `fitted` was looked at while parameters
were set by hand; `predicted` came out by itself. All rows stood in one table while parameters were set by
hand, so `predicted` is not blind: no parameter was set to meet such a row, but B17 and A03 were in view, and the step in
`p_sight` was taken with the realisation of wishes in mind. Rates of moves inside the gemeente were
redefined and seniors' wishes fitted anew with all rows in view. A blind test needs rows that were never printed. Figures of
other areas and years than the simulated one are compared as they are: the table says which.

"""


def table(title: str, path: Path) -> str:
    """One table in Markdown, and the verdict below it."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [f"## {title}", ""]
    lines += ["| figure | simulated | observed | hit | status | source | unit | area |", "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        hit = "yes" if row["hit"] == "True" else "**no**"
        lines.append(
            f"| {row['figure']} | {float(row['simulated']):.2f} | {float(row['observed']):g} | {hit} | {row['status']} | "
            f"{row['source']} | {row['unit']} | {row['area']} |"
        )
    predicted = [row for row in rows if row["status"] == "predicted"]
    hits = sum(row["hit"] == "True" for row in predicted)
    missed = ", ".join(row["figure"] for row in predicted if row["hit"] != "True") or "none"
    return "\n".join([*lines, "", f"{hits} of {len(predicted)} predicted figures are hits; missed: {missed}.", ""])


def main() -> None:
    """Write the page."""
    parts = [argument.split("=", 1) for argument in sys.argv[1:]]
    if not parts or any(len(part) != 2 for part in parts):
        sys.exit('usage: python tools/validation_page.py "TITLE=path/to/validation.csv" ...')
    text = HEAD + "\n".join(table(title, Path(path)) for title, path in parts)
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    _, mark, tail = before.partition(BY_HAND)  # what was measured by other commands stays
    PAGE.write_text(text + ("\n" + mark + tail if mark else ""), encoding="utf-8", newline="\n")
    print(PAGE)


if __name__ == "__main__":
    main()
