"""What each card of a package contributes: Shapley's shares, from answers that are known; where one is lacking, that it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates import shapley
from analysis.estimates.statistics import paired
from analysis.page.words import Text
from workshop.engine.answers import Answer, Answers
from workshop.engine.package import Package

MOST = 6  # cards: each one more doubles the packages that have to be known
COLUMNS = ("card", "share", "lower", "upper", "seeds")
ONE_CARD = Text("Er is maar één kaart: alles komt daarvan.", "There is one card only: all of it is its own.")
NO_CARDS = Text("Er ligt nog geen kaart.", "There is no card yet.")
TOO_MANY = Text(
    f"Met meer dan {MOST} kaarten zijn er te veel combinaties om na te spelen.",
    f"With more than {MOST} cards there are too many combinations to be played.",
)


class Shares(NamedTuple):
    """Rows of COLUMNS, or why there are none; ``lacking`` are the packages that would have to be counted first."""

    table: pd.DataFrame
    why_not: Text | None = None
    lacking: tuple[Package, ...] = ()


def shares(answers: Answers, package: Package, seeds: Sequence[int], indicator: str = "senior_moves") -> Shares:
    """The share of each card in what a package does for something that is counted, over the worlds in which every part is known.

    Raises:
        Refusal: a package that cannot be.
    """
    cards, n = package.cards, len(package.cards)
    nothing = pd.DataFrame(columns=list(COLUMNS))
    if n < 2 or n > MOST:
        return Shares(nothing, NO_CARDS if n == 0 else ONE_CARD if n == 1 else TOO_MANY)
    parts = {mask: Package(package.done, tuple(cards[k] for k in range(n) if mask >> k & 1)) for mask in range(1 << n)}
    known = {mask: set(answers.known(part, seeds)) for mask, part in parts.items()}
    there = sorted(set.intersection(*known.values()))
    if not there:
        lacking = tuple(parts[mask] for mask, found in known.items() if not found)
        return Shares(nothing, _lacking(len(lacking), len(parts)), lacking)
    values = {mask: np.array([_counted(answers.get(part, seed), indicator) for seed in there]) for mask, part in parts.items()}
    of = shapley.shares(n, shapley.exact(n), values)
    found = paired(of, np.zeros_like(of))
    table = {"card": [key for key, _ in cards], "share": found.difference, "lower": found.lower, "upper": found.upper, "seeds": found.seeds}
    return Shares(pd.DataFrame(table, columns=list(COLUMNS)))


def _counted(answer: Answer | None, indicator: str) -> float:
    return float("nan") if answer is None else float(answer.track[indicator].sum())


def _lacking(n: int, of: int) -> Text:
    some = Text("1 is", "1 has") if n == 1 else Text(f"{n} zijn", f"{n} have")
    return Text(
        f"Het aandeel per kaart is nog niet bekend. Daarvoor zijn {of} combinaties van de kaarten nodig; {some.nl} nog niet nagespeeld. "
        "Een combinatie wordt nagespeeld als een tafel die kaarten neerlegt.",
        f"The share of each card is not known yet. It takes {of} combinations of the cards; {some.en} not been played yet. "
        "A combination is played when a table lays down those cards.",
    )
