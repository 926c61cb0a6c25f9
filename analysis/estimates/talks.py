"""What became of the talks of a coach, in time: how many ended in a move, how soon, and how many of those moves would have come anyway."""

from __future__ import annotations

import math

import pandas as pd

from analysis.tables.files import need
from sim.world.codes import HouseholdClass, MoveReason, Tenure, Verdict, names

AFTER = (12, 18, 24, 60)  # months after the talk (C36 asks 24; the file of targets says that these are printed)
LATEST = 48  # months after the talk in which keys count for the mean (C03)
WINDOW = 24  # months of the run in which moves are asked what caused them (C04)
COUNTED_MOVES = ("scenario", "seed", "month", "reason", "instruments", "months_from_contact", "household_class", "from_tenure")
ANYWAY, UNKNOWN = (names(Verdict)[one] for one in (Verdict.OOK_ZONDER, Verdict.ONBEKEND))
CAUSED = tuple(names(Verdict)[one] for one in (Verdict.ZETJE, Verdict.NOODZAKELIJK))
SENIOR, TENANT = names(HouseholdClass)[HouseholdClass.SENIOR], names(Tenure)[Tenure.CORPORATIE]


def talks_in_time(moves: pd.DataFrame, ledger: pd.DataFrame, uses: pd.DataFrame, scenario: str, coach: str, until: int) -> dict[str, float]:
    """Figures of one scenario with a coach and no other instrument, over all seeds; not a number where nothing can be counted.

    A talk is the first contact of its household, so ``months_from_contact`` counts from it. Talks that cannot be followed for as long as
    asked are left out. A move in with a partner counts: who asked households that moved did not ask why.

    Args:
        moves, ledger, uses: the tables moves, instruments and attribution; the ledger of moves of every seed.
        until: months of the tables, follow-up included.

    Returns:
        ``talks``, ``moved_N`` (% of talks with the keys within N months), ``to_keys`` (mean months, within LATEST), ``anyway`` (% of those
        who moved after a use within LATEST months who would have moved by then anyway), ``caused`` (% of the moves of seniors out of
        corporatie homes within WINDOW months that came, or came sooner, through the coach).
    """
    need(list(moves.columns), COUNTED_MOVES, "moves.parquet")
    mine = moves[moves["scenario"] == scenario]
    told = mine[mine["months_from_contact"].notna()]
    since = told["months_from_contact"].astype(float)
    talked = ledger[(ledger["scenario"] == scenario) & (ledger["instrument"] == coach) & (ledger["contacts"] > 0)]
    found: dict[str, float] = {"talks": float(talked["contacts"].sum())}
    for after in AFTER:
        last = until - 1 - after
        n = float(talked.loc[talked["month"] <= last, "contacts"].sum())
        ended = int(((since <= after) & (told["month"] - since <= last) & (told["month"] - since >= 0)).sum())
        found[f"moved_{after}"] = 100 * ended / n if n else math.nan
    last = until - 1 - LATEST
    within = since[(since <= LATEST) & (told["month"] - since <= last)]
    found["to_keys"] = float(within.mean()) if len(within) else math.nan
    use = uses[(uses["scenario"] == scenario) & (uses["instrument"] == coach) & (uses["month_moved"] >= 0)]
    use = use[(use["month_moved"] - use["month"] <= LATEST) & (use["verdict"] != UNKNOWN)]
    found["anyway"] = 100 * float((use["verdict"] == ANYWAY).mean()) if len(use) else math.nan
    early = (mine["month"] < WINDOW) & (mine["household_class"] == SENIOR) & (mine["reason"] != names(MoveReason)[MoveReason.UNION])
    n = int((early & (mine["from_tenure"] == TENANT)).sum())
    found["caused"] = 100 * float((use["verdict"].isin(CAUSED) & (use["month_moved"] < WINDOW)).sum()) / n if n else math.nan
    return found
