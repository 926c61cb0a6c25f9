"""How many comparisons a run holds, how many are called an effect, and how many of these chance made: what becomes certainty.csv."""

from __future__ import annotations

import pandas as pd

from analysis.estimates.effects import comparisons
from analysis.tables.for_page import CERTAINTY


def certainty(effects: pd.DataFrame) -> pd.DataFrame:
    """One row of the counts of ``comparisons``."""
    return pd.DataFrame([("all", *comparisons(effects).values())], columns=list(CERTAINTY.names))
