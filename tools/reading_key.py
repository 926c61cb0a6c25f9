"""The answers to ``tests/reading/vragen.md`` for a finished folder: ``python tools/reading_key.py results/zwolle-4e8857f3``.

Worked out from the tables beside the page, never from the page. A reader's answer is right when it says the same, in two digits that count.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

from analysis.estimates.claims import NOTICED  # noqa: E402
from analysis.page.assumption_words import assumption  # noqa: E402
from sim.world.names import ALL, BASIS, PLACEBO  # noqa: E402

MOVES, SUITABLE, ASKED = "senior_moves", "suitable_seniors", "huurgewenning"
TOGETHER = {"families_housed": "huishoudens van drie of meer met een andere woning", "starters_housed": "starters met een eigen woning"}
CLASSES = {"family": "verhuizingen van gezinnen", "starter": "verhuizingen van starters"}  # class of effects.csv
HOMES = {"every home": "alle woningen: ", "family home": "gezinswoningen: "}
NEXT = {"1": "één persoon", "2": "twee personen", "3+": "drie of meer personen", "empty": "leeg", "demolished": "gesloopt"}
SAID = (  # what a page may be asked to say about itself; two of these, or two figures that the model misses
    "wat de gemeente nu al doet, zit er niet in (als dat zo is)",
    "echte wachttijden",
    "wat wachten kost voor wie na een ander aan de beurt komt",
    "ketens buiten de plaats",
    "andere aannames bij groepen, lengte van ketens of standen",
)


class Run(NamedTuple):
    """A finished folder: its tables and what its manifest says of the scenarios."""

    folder: Path
    scenarios: dict[str, dict[str, Any]]

    def table(self, name: str) -> pd.DataFrame:
        """One CSV of the folder; texts where there are texts."""
        return pd.read_csv(self.folder / f"{name}.csv", keep_default_na=False, na_values=[""])

    def cards(self, scenario: str) -> frozenset[str]:
        """The instruments of a scenario."""
        return frozenset(self.scenarios[scenario].get("instruments", {}))

    def name(self, scenario: str) -> str:
        """Its Dutch title."""
        title = self.scenarios[scenario].get("title")
        return str(title["nl"]) if isinstance(title, dict) else scenario

    def whole(self, indicator: str, by: str = ALL, group: str = ALL) -> pd.DataFrame:
        """Net effects over the whole run on all households or a group, by scenario; placebo left out."""
        found = self.table("effects")
        rows = (found["indicator"] == indicator) & (found["group_by"] == by) & (found["group"] == group)
        rows &= (found["estimand"] == "net") & (found["months_from"] == 0)
        mine = found[rows & (found["scenario"] != PLACEBO)]
        return mine[mine["months_to"] == mine["months_to"].max()].set_index("scenario")

    def alone(self) -> list[str]:
        """The scenarios that hold no other one whole."""
        names = [name for name in self.scenarios if name not in (BASIS, PLACEBO)]
        held = {name: self.cards(name) for name in names}
        return [name for name in names if not any(other and other < held[name] for other in held.values())]


def answers(run: Run) -> list[str]:
    """One for each question, in their order."""
    moves = run.whole(MOVES)
    single = moves.loc[[name for name in run.alone() if name in moves.index]]
    top = str(single["difference"].idxmax())
    best, suitable = moves.loc[top], run.whole(SUITABLE).loc[top]
    share = abs(suitable["difference"] / (suitable["mean"] - suitable["difference"]))
    much = "" if not suitable["claimed"] else f"; dat is {share:.1%} van wat het anders is: {'merkbaar' if share >= NOTICED else 'klein'}"
    price = _of(run.table("costs"), scenario=top, instrument=ALL, payer=ALL, year=ALL)["eur_per_extra_senior_move"].iloc[0]
    cards = run.table("cards")
    unpriced = sorted({run.name(name) for name in _of(cards, price="none", instrument=ALL)["scenario"]})
    asked = moves.loc[ASKED] if ASKED in moves.index else None
    return [
        f"{run.name(top)}: {best['difference']:.0f} extra",
        _longer(run),
        f"{suitable['difference']:.0f} ({'zeker' if suitable['claimed'] else 'geen verschil te zien'}){much}",
        f"{price:.0f} euro; geen prijs: {', '.join(unpriced) or 'geen enkele'}",
        f"toeval {_span(best, 'lower', 'upper')}; ook met andere aannames {_span(best, 'lower_full', 'upper_full') or best['knowledge']}",
        f"{best['mean'] - best['difference']:.0f}",
        _freed(run, top),
        f"twee van: {'; '.join((*SAID, *_missed(run)))}",
        "een stap uit het deel ‘Wat nu’, en een getal uit het monitoringplan daar",
        f"een van: {'; '.join(_beside(run))}",
        _hangs(run, top),
        "zit niet in deze berekening" if asked is None else _sure(asked),
    ]


def _of(table: pd.DataFrame, **values: object) -> pd.DataFrame:
    rows = pd.Series(True, index=table.index)
    for column, value in values.items():
        rows &= table[column].astype(str) == str(value)
    return table[rows]


def _span(row: pd.Series, lower: str, upper: str) -> str:
    return "" if pd.isna(row[lower]) else f"{row[lower]:.0f} tot {row[upper]:.0f}"


def _longer(run: Run) -> str:
    found = _of(run.table("chain_lengths"), origin=ALL, home=ALL, area=ALL, length="moves").set_index("scenario")
    lines = []
    for name, row in found.drop(index=[BASIS, PLACEBO], errors="ignore").iterrows():
        certain = row["difference_lower"] > 0 or row["difference_upper"] < 0
        share = row["difference"] / (row["mean"] - row["difference"])
        lines.append(f"{run.name(str(name))} {row['difference']:+.3f} ({share:+.1%}{'' if certain else ', geen verschil te zien'})")
    return "per keten: " + "; ".join(lines) + f"; merkbaar langer is {NOTICED:.0%} of meer"


def _freed(run: Run, top: str) -> str:
    homes = []
    for kind, said in HOMES.items():
        found = _of(run.table("freed_homes"), scenario=top, homes=kind, by="persons")
        homes.append(said + ", ".join(f"{NEXT[str(row.next)]} {row.difference:+.0f}" for row in found.itertuples()))
    others = []
    counted = {name: run.whole(key) for key, name in TOGETHER.items()}
    counted |= {name: run.whole("moves", "class", key) for key, name in CLASSES.items()}
    for name, table in counted.items():
        if top in table.index:
            row = table.loc[top]
            others.append(f"{name} {row['difference']:+.0f} ({'zeker' if row['claimed'] else 'geen verschil te zien'})")
    return "; ".join([*homes, *others])


def _missed(run: Run) -> Iterable[str]:
    return (f"{row.figure}: model {row.simulated:.3g}, openbaar {row.observed:.3g}" for row in _validated(run) if not row.hit)


def _beside(run: Run) -> Iterable[str]:
    for row in _validated(run):
        yield f"{row.figure}: model {row.simulated:.3g}, openbaar {row.observed:.3g}: {'raak' if row.hit else 'mis'}"


def _validated(run: Run) -> Iterable[Any]:
    return run.table("validation").itertuples()


def _hangs(run: Run, top: str) -> str:
    found = _of(run.table("deciding"), scenario=top, rank=1)
    return (
        " of ".join(f"{assumption(row.assumption).nl} (samenhang {row.correlation:+.2f})" for row in found.itertuples())
        or "niet uitgezocht"
    )


def _sure(row: pd.Series) -> str:
    certain = "ja" if row["claimed"] else "nee, er is geen verschil te zien"
    wide = _span(row, "lower_full", "upper_full") or row["knowledge"]
    return f"{certain}: {row['difference']:.0f}, toeval {_span(row, 'lower', 'upper')}, ook met andere aannames {wide}"


def main(arguments: list[str] | None = None) -> int:
    """Print them, numbered."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1 or not (Path(given[0]) / "manifest.json").is_file():
        print("give one finished folder: python tools/reading_key.py results/NAME", file=sys.stderr)
        return 2
    folder = Path(given[0])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    print("\n".join(f"{number}. {answer}" for number, answer in enumerate(answers(Run(folder, manifest["scenarios"])), 1)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
