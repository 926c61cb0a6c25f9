"""What one world counts month by month while it runs: counts of each month, states at its end, and what instruments did and cost.

Made from the same definitions as the tables at the end, so that sums over months are what the summary says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.counts.by_period import values_of_moves
from sim.world.codes import CHOSEN

if TYPE_CHECKING:
    from sim.counts.recording import Records
    from sim.interventions.at_work import AtWork
    from sim.world.world import World

COUNTED = (
    "senior_moves",
    "moves",
    "starters_housed",
    "families_housed",
    "freed_family_homes",
    "senior_moves_suitable",
)  # moves of the month
STATES = ("suitable_seniors",)  # at the end of the month
DELIVERED = ("contacts", "uses")  # of all instruments at work
COST = "cost_eur"
TRACK = ("month", *COUNTED, *STATES, *DELIVERED, COST)


def track(w: World, records: Records, at_work: AtWork, first: int, last: int) -> pd.DataFrame:
    """Months ``first`` to ``last`` − 1 of a world that has passed them: columns ``TRACK``, a row per month.

    Counts are int64, ``cost_eur`` is float64 (euro of the start year).
    """
    month = w.m.month[: int(w.counts[1])]
    rows = np.flatnonzero((month >= first) & (month < last) & np.isin(w.m.reason[: len(month)], CHOSEN))
    sums, _ = values_of_moves(w, rows)
    n, at = last - first, month[rows].astype(np.int64) - first
    found = {key: np.bincount(at[sums[key]], minlength=n) for key in COUNTED}
    found |= {key: np.array([row[key] for row in records.months[first:last]], np.int64) for key in STATES}
    done = [row for row in at_work.ledger if first <= row["month"] < last]
    months = np.array([row["month"] - first for row in done], np.int64)
    for key in (*DELIVERED, COST):
        found[key] = np.bincount(months, weights=[row[key] for row in done], minlength=n).astype(np.float64 if key == COST else np.int64)
    return pd.DataFrame({"month": np.arange(first, last), **found}, columns=list(TRACK))
