"""Journals of households that nobody followed: both lanes of each put together here, so that it is known where they part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.counts.schema import JOURNAL
from sim.world.codes import Verdict

HOME = {"area": "WK1", "tenure": "corporatie", "type": "meergezins", "rooms": 3}
EMPTY: dict[str, Any] = {"area": "", "tenure": "", "type": "", "rooms": 0, "reason": "", "instruments": ""}
START = ("start", 0, {"reason": "huidige_woning", "fit_before": 0.75, **HOME})
Made = tuple[str, int, dict[str, Any]]  # kind, month, what else its row holds


def looked(month: int, number: int = 2, why: str = "outranked") -> list[Made]:
    """A month of looking in vain."""
    return [("responded", month, {"number": number}), ("obstacle", month, {"reason": why})]


def moves(month: int, keys: int, rooms: int = 2, by: str = "") -> list[Made]:
    """A home accepted in a month, with the keys in another."""
    home = {**HOME, "rooms": rooms}
    return [
        ("accepted", month, {**home, "keys_month": keys}),
        ("keys", keys, {**home, "reason": "fill", "instruments": by, "fit_before": 0.7512, "fit_after": 0.9049}),
    ]


def household(
    mine: Sequence[Made],
    theirs: Sequence[Made],
    *,
    verdict: str = Verdict.NOODZAKELIJK.key,
    scenario: str = "voorrang",
    seed: int = 0,
    household_id: int = 7,
    size: int = 1,
) -> pd.DataFrame:
    """Rows of journal.parquet of one household, from both its lanes; the parting is an entry of ``theirs``."""
    rows = []
    for lane, entries in (("with", mine), ("without", theirs)):
        for n, (kind, month, more) in enumerate(entries, 1):
            whose = {"scenario": scenario, "seed": seed, "household_id": household_id, "lane": lane, "entry": n}
            rows.append({**EMPTY, **whose, "month": month, "kind": kind, "age": 71, "household_size": size, "verdict": verdict, **more})
    return pd.DataFrame(rows).reindex(columns=list(JOURNAL.names))


def parts(month: int, stage: str = "verhuizen", by: str = "voorrang") -> Made:
    """The entry where the lanes part."""
    return "parted", month, {"reason": stage, "instruments": by}


def journal(scenarios: Sequence[str], seeds: Sequence[int]) -> pd.DataFrame:
    """Of ``voorrang`` a senior of three outcomes; of all others nobody for whom a decision differed."""
    if "voorrang" not in scenarios or not len(seeds):
        return pd.DataFrame(columns=list(JOURNAL.names))
    before = [START, ("wish", 2, {"reason": "fall"}), ("search", 3, {"reason": "fall"}), ("registered", 3, {})]
    helped = [*before, ("help", 3, {"instruments": "voorrang"})]
    vain = [*looked(3), *looked(4, 1), *looked(5, 3, "too_expensive")]
    refused = [("responded", 6, {"number": 1}), ("refused", 6, {**HOME, "rooms": 1, "reason": "refused"}), looked(6, 1, "refused")[1]]
    mine = [*helped, *vain, *moves(6, 7, by="voorrang"), ("settled", 13, {})]
    never = [*before, *vain, parts(6), *refused, *looked(7), *looked(8), ("dropped", 9, {"reason": "gave_up_search"})]
    later = [*before, *vain, parts(6), *refused, *moves(14, 15, 4)]
    gone = [("ended", 20, {"reason": "care"})]
    stays = [START, ("talk", 4, {"instruments": "voorrang"}), ("wish", 4, {"reason": "wish"}), *gone]
    frames = [household(mine, never, seed=seed, household_id=100 + seed) for seed in seeds]
    frames.append(household(mine, later, verdict=Verdict.ZETJE.key, seed=seeds[0], household_id=200, size=2))
    frames.append(
        household(stays, [START, parts(4, "woonwens", ""), *gone], verdict=Verdict.NIET_VERHUISD.key, seed=seeds[-1], household_id=300)
    )
    return pd.concat(frames, ignore_index=True)
