"""Write docs/validation.md from judged.csv files: python tools/validation_page.py "Zwolle, 4 seeds, 120 months=FILE" ..."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

import pandas as pd  # noqa: E402

from analysis.estimates import beside_rivals, judged  # noqa: E402
from analysis.estimates.targets import NOT_YET, targets  # noqa: E402
from analysis.estimates.validation import OF_PAGES  # noqa: E402

PAGE = ROOT / "docs" / "validation.md"
BY_HAND = "## Where moves inside the gemeente are missed"
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
OF_RIVALS = "rivals:"
NO_PACKAGE = "[counted apart](natural-experiments.md)"  # a run of validate is a base world: no package is in it
BLANK = {name: [""] for name in ("value", "observed", "off")}
FIGURES = {
    "moved_within": "moves inside the gemeente, 2025",
    "arrived": "arrivals, 2025",
    "left": "departures, 2025",
    "chains": "chains (A01, A02, A03, A31)",
    "caused_share": "moves that a package caused (C04)",
}
RIVALS = """## The model beside its rivals

Simple forecasts of the same figures (`analysis/estimates/rivals.py`). Figures on which the model loses come first.

- `R0`: one rate for the country. `R1s`: rates by age of 2017, times one factor.
- `R2+`: a ridge regression on 13 open columns. The province of a gemeente is left out when it is forecast.
- `R3`: arrivals and departures of 2018, times one factor.
- `Markov`: a vacancy chain of two published numbers. A new home is followed by a freed one with chance 0.71 (A13). Each home that is let
  again is followed by another with chance 0.5 (A05).
- `users`: all who used a measure moved because of it. `none`: nobody did.

The ten gemeenten were run each alone, with one seed and 24 months; Gelderland as one region. In so few months chains come out some 3 %
too short. Weighted: with the population. Persons are counted as a register counts them: into rooms and in with others too. A world is
built on the arrivals and departures of 2025, so those of the model are no forecast. Nobody counted what talks caused (C01, C31, C32), or
what a scheme did (C20). `users` says 26.6, 13 and 31 % of talks, and at most half of the moves; `none` says 0. These runs have no
package in them, so the model has no row of C04 here. [Natural experiments](natural-experiments.md) run it in its own gemeente.
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


def beside(runs: dict[str, list[str]]) -> str:
    """The section on rivals, from the rivals.csv of the runs of each set of gemeenten."""
    found = {word: pd.concat([pd.read_csv(path, keep_default_na=False, na_values=BLANK) for path in paths]) for word, paths in runs.items()}
    standing = beside_rivals.over_sets(found)
    lines = [
        RIVALS,
        "| figure | over | by | gemeenten | error, % | weighted, % | correlation | rank correlation | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in standing.itertuples():
        loses = "**loses**" if row.loses == 1 and row.who == beside_rivals.MODEL else ""
        uncounted = row.who == beside_rivals.MODEL and pd.isna(row.error)
        numbers = (
            ["not run" if row.figure == beside_rivals.MOVES else NO_PACKAGE if row.figure == "caused_share" else "not counted", "", "", ""]
            if uncounted
            else [*map(beside_rivals.said, (row.error, row.weighted, row.correlation)), beside_rivals.ranked(row)]
        )
        n = "" if pd.isna(row.gemeenten) else f"{row.gemeenten:.0f}"
        lines.append(f"| {FIGURES[row.figure]} | {row.over} | {row.who} | {n} | {' | '.join(numbers)} | {loses} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page."""
    parts = [argument.split("=", 1) for argument in sys.argv[1:]]
    if not parts or any(len(part) != 2 for part in parts):
        sys.exit('usage: python tools/validation_page.py "TITLE=path/to/judged.csv" … "rivals:ten gemeenten=a/rivals.csv,b/rivals.csv" …')
    runs = {title.removeprefix(OF_RIVALS): paths.split(",") for title, paths in parts if title.startswith(OF_RIVALS)}
    tables = [table(title, Path(path)) for title, path in parts if not title.startswith(OF_RIVALS)]
    text = head() + "\n".join([beside(runs), *tables])
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    _, mark, tail = before.partition(BY_HAND)  # what was measured by other commands stays
    PAGE.write_text(text + ("\n" + mark + tail if mark else ""), encoding="utf-8", newline="\n")
    print(PAGE)


if __name__ == "__main__":
    main()
