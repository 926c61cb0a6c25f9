"""Write docs/validation.md from judged.csv files: python tools/validation_page.py "Zwolle, 4 seeds, 120 months=FILE" ..."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

import pandas as pd  # noqa: E402

from analysis.estimates import judged  # noqa: E402
from analysis.estimates.targets import NOT_YET, targets  # noqa: E402
from analysis.estimates.validation import OF_PAGES  # noqa: E402

PAGE = ROOT / "docs" / "validation.md"
BY_HAND = "## Stationarity of the base world"
HEAD = """# Validation: the base world beside its targets

Made by `python -m experiments.validate municipality=NAME` and `python tools/validation_page.py`. The targets are public figures. They
stand in `sim/data/targets/targets.csv`, [frozen](../sim/data/README.md#targets) before the market was rebuilt: value, status, tolerance
and place. `input` went in and proves nothing. `fitted`: parameters may be set by it. `predicted`: it must come out by itself.

No row is blind. The {pages} figures that the page of a run shows were all in view while parameters were set by hand. B17 and A03 were in
view, and the step in `p_sight` was taken with the realisation of wishes in mind. Seniors' wishes were fitted with all rows in view.
The other rows and all tolerances were set by people who knew what the model missed. One part is kept apart, the declared test: moves
inside the gemeenten of Groningen, Zeeland and Limburg. Each run there adds a line to `sim/data/targets/declared_test.csv`.

Of {all} targets the model counts {counted} today. The column `model` of the file names the others.

Misses come first. A target with a star is in no verdict. Figures of other areas and years are compared as they are, with a wider tolerance.

"""


def table(title: str, path: Path) -> str:
    """One table in Markdown, and the verdict below it."""
    rows = pd.read_csv(path, keep_default_na=False, na_values={name: [""] for name in ("simulated", "low", "high")})
    lines = [f"## {title}", ""]
    lines += ["| figure | simulated | target | within | inside | status | source | unit | area |", "|---|---|---|---|---|---|---|---|---|"]
    for row in rows.itertuples():
        inside = "nobody" if pd.isna(row.simulated) else "yes" if row.inside else "**no**"
        star = "" if row.counted == "yes" else " *"
        lines.append(
            f"| {row.figure} | {row.simulated:.2f} | {row.target:g} | {judged.between(row.low, row.high)} | {inside} | "
            f"{row.status}{star} | {row.evidence} | {row.unit} | {row.area} |"
        )
    return "\n".join([*lines, "", f"{judged.verdict(rows)}.", ""])


def head() -> str:
    """What stands above the tables."""
    found = targets().values()
    return HEAD.format(pages=len(OF_PAGES), all=len(found), counted=sum(one.model != NOT_YET for one in found))


def main() -> None:
    """Write the page."""
    parts = [argument.split("=", 1) for argument in sys.argv[1:]]
    if not parts or any(len(part) != 2 for part in parts):
        sys.exit('usage: python tools/validation_page.py "TITLE=path/to/judged.csv" ...')
    text = head() + "\n".join(table(title, Path(path)) for title, path in parts)
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    _, mark, tail = before.partition(BY_HAND)  # what was measured by other commands stays
    PAGE.write_text(text + ("\n" + mark + tail if mark else ""), encoding="utf-8", newline="\n")
    print(PAGE)


if __name__ == "__main__":
    main()
