"""Does the wide interval hold? Each draw of the study left out in turn, and the same draws in another place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.knowledge import ENDS, FACTOR, FOLDER, SAMPLES, Spread, Study, shipped
from sim.world.names import ALL


class Held(NamedTuple):
    """Of ``draws`` draws ``inside`` lay within the interval that other draws give; the interval of the effect and what it is times."""

    draws: int
    inside: int
    lower: float
    upper: float


def left_out(study: Study, card: str, indicator: str) -> Held | None:
    """Each draw beside the interval that the others give for the card as shipped; None where the study sees no effect.

    The interval is for one world, as a draw has: its chance is what the worlds as shipped differ among each other.
    """
    mine = _of_all(study.effects, card, indicator)
    drawn = mine[mine["draw"] > 0].dropna(subset="difference")
    inside, ends = 0, []
    for number, difference in zip(drawn["draw"], drawn["difference"], strict=True):
        others = Study(mine[mine["draw"] != number], study.about)
        spread = others.spread([card], indicator)
        if spread.kind != FACTOR:
            return None
        ends.append(_interval(mine, spread))
        inside += ends[-1][0] <= difference <= ends[-1][1]
    return Held(len(drawn), int(inside), *np.mean(ends, axis=0)) if ends else None


def elsewhere(study: Study, card: str, indicator: str) -> Held | None:
    """The same draws in another place beside the interval that the study gives there; None where it was not run or no effect is seen."""
    table = pd.read_parquet(FOLDER / "elsewhere.parquet")
    there = _of_all(table, card, indicator)
    spread = study.spread([card], indicator)
    if spread.kind != FACTOR or there.empty:
        return None
    lower, upper = _interval(there, spread)
    drawn = there.loc[there["draw"] > 0, "difference"].dropna()
    return Held(len(drawn), int(drawn.between(lower, upper).sum()), lower, upper)


def _of_all(table: pd.DataFrame, card: str, indicator: str) -> pd.DataFrame:
    return table[(table["card"] == card) & (table["indicator"] == indicator) & (table["group_by"] == ALL)]


def _interval(mine: pd.DataFrame, spread: Spread) -> tuple[float, float]:
    """Of one world: what is shipped times the factors, with the chance of one world."""
    as_shipped = mine[mine["draw"] == 0].iloc[0]
    one_world = float(mine.loc[mine["draw"] > 0, "error"].dropna().iloc[0])
    chance = np.random.default_rng(2026).standard_normal(SAMPLES)
    found = as_shipped["difference"] * np.resize(spread.values, SAMPLES) + one_world * chance
    lower, upper = np.quantile(found, ENDS)
    return float(lower), float(upper)


CARDS = ("wooncoach_sociaal", "voorrang", "huurgewenning", "verhuiskostenvergoeding")


def rows(indicator: str = "senior_moves") -> Iterator[tuple[str, Held | None, Held | None]]:
    """Of the cards that are compared by default: left out here, and elsewhere."""
    for card in CARDS:
        yield card, left_out(shipped(), card, indicator), elsewhere(shipped(), card, indicator)
