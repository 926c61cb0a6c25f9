"""How soon the worlds of a scenario and of basis part: what becomes parting.csv."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.estimates.statistics import paired
from analysis.tables.for_page import PARTING
from sim.world.names import BASIS


def parting(drift: pd.DataFrame) -> pd.DataFrame:
    """Columns of ``PARTING`` from drift.csv (scenario, seed, month, share_elsewhere)."""
    wide = drift[drift["scenario"] != BASIS].pivot(index=["scenario", "month"], columns="seed", values="share_elsewhere")
    if wide.empty:
        return pd.DataFrame(columns=list(PARTING.names))
    found = paired(wide.to_numpy(float), np.zeros(wide.shape))
    return pd.DataFrame(
        {"share_elsewhere": found.difference, "lower": found.lower, "upper": found.upper, "seeds": found.seeds}, index=wide.index
    ).reset_index()[list(PARTING.names)]
