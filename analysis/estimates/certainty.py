"""How many of the comparisons of a run chance alone would make look like an effect: what becomes certainty.csv."""

from __future__ import annotations

import pandas as pd

from analysis.estimates.effects import comparisons
from analysis.estimates.statistics import by_chance
from analysis.tables.for_page import CERTAINTY


def certainty(effects: pd.DataFrame) -> pd.DataFrame:
    """One row: comparisons with an interval, those called an effect, those that chance alone would, and the same of the placebo."""
    found = comparisons(effects)
    row = (found["n"], found["claims"], by_chance(found["n"]), found["placebo_n"], found["placebo_misses"])
    return pd.DataFrame([("all", *row)], columns=list(CERTAINTY.names))
