"""The assumptions that decide most about a package, and what it does in the draws of the study in which they are low, or high.

The draws are those of the study that ships: one place, each card alone in its ordinary dose. In a draw all assumptions vary at once; so a
low draw is one in which this assumption is among the lowest third, whatever the others are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.knowledge import FACTOR, SHIFT, draws, otherwise, shipped
from analysis.page.words import Text, unknown
from workshop.engine.doses import Doses
from workshop.engine.outcome import Outcome

THREE, THIRDS = 3, 3
MOVES = "senior_moves"
COLUMNS = ("assumption", "correlation", "draws", "low", "high", "lower", "upper", "difference")
NO_CARDS = Text("Er ligt nog geen kaart.", "There is no card yet.")
NONE_DECIDES = Text(
    "In het onderzoek naar de aannames verschilt dit niet meer dan door toeval.",
    "In the study of the assumptions it varies no more than by chance.",
)


class Deciding(NamedTuple):
    """Rows of COLUMNS, or why there are none; ``but`` says what is not as in the study (empty: everything is).

    ``low`` and ``high`` are the mean value of the assumption in the lowest and highest third of the draws; ``lower`` and ``upper`` what the
    package does in these, where the model as it ships gives ``difference``.
    """

    table: pd.DataFrame
    why_not: Text | None = None
    but: str = ""


def deciding(found: Outcome, doses: Doses) -> Deciding:
    """The three assumptions that go most with what the cards of a package do for moves by seniors (rank correlation over the draws)."""
    nothing = pd.DataFrame(columns=list(COLUMNS))
    settings = found.package.instruments(doses)
    added = {key: settings[key] for key, _ in found.package.cards}
    row = found.effect(MOVES)
    if not added or row is None:
        return Deciding(nothing, NO_CARDS)
    spread = shipped().spread(added, MOVES).for_others(otherwise(added))
    if spread.kind not in (FACTOR, SHIFT):
        return Deciding(nothing, unknown(spread.said))
    if not np.ptp(spread.values):
        return Deciding(nothing, NONE_DECIDES)
    at = draws().loc[spread.draws].dropna(axis="columns")  # a study draws some assumptions, and not others
    asked = [key for key in at if "." not in key or key.split(".")[0] in added]
    turned = -1.0 if spread.kind == FACTOR and row["difference"] < 0 else 1.0  # a larger factor is then a lower effect
    effect = pd.Series(spread.values, index=at.index)
    rank = at[asked].corrwith(turned * effect, method="spearman").dropna()
    first = rank.abs().sort_values(ascending=False, kind="stable").index[:THREE]
    rows = [(key, rank[key], len(effect), *_ends(at[key], effect, spread.kind, row), row["difference"]) for key in first]
    return Deciding(pd.DataFrame(rows, columns=list(COLUMNS)), None, spread.but)


def _ends(at: pd.Series, effect: pd.Series, kind: str, row: Mapping[str, float]) -> tuple[float, float, float, float]:
    """Mean value of an assumption in its low and high draws, and what the package does in them."""
    order = at.sort_values(kind="stable").index
    n = max(1, len(order) // THIRDS)
    ends = order[:n], order[-n:]
    low, high = (float(at[one].mean()) for one in ends)
    times = [float(effect[one].mean()) for one in ends]
    lower, upper = (row["difference"] * one if kind == FACTOR else row["difference"] + one * row["base"] for one in times)
    return low, high, lower, upper
