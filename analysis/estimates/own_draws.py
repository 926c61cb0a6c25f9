"""Draws of a run's own beside its seeds, as a study of its scenarios: the table of knowledge.csv, and what it makes of an effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.effects import KEYS, BySeed
from analysis.estimates.knowledge import ELSEWHERE, EUR, FACTOR, OF_THIS_RUN, SHIFT, Spread, Study, studied
from analysis.estimates.statistics import paired
from analysis.tables.schema import KNOWLEDGE
from sim.counts.indicators import DIRECT, LOST
from sim.world.errors import Refusal
from sim.world.names import ALL, BASIS, PLACEBO

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIGURE = ["indicator", "group_by", "group"]


class Both(NamedTuple):
    """What the table is made from, of the folder's own seeds or of its draws: the summary, and what each spends before the horizon."""

    values: BySeed
    eur: Mapping[str, NDArray]  # scenario to [seeds], basis among them


def spending(ledger: pd.DataFrame, values: BySeed, months: int) -> dict[str, NDArray]:
    """Euro of each scenario in the run, [seeds] in the order of the summary; 0 where the table instruments holds nothing."""
    mine = ledger[(ledger["month"] >= 0) & (ledger["month"] < months)]
    sums = mine.groupby(["scenario", "seed"], observed=True)["cost_eur"].sum()
    return {
        name: sums.reindex(pd.MultiIndex.from_product([[name], values.seeds]), fill_value=0.0).to_numpy(float) for name in values.values
    }


def knowledge(own: Both, drawn: Both, numbers: Mapping[int, int], months: int) -> pd.DataFrame:
    """The table of knowledge.csv.

    Args:
        own: of the folder's own seeds, which are draw 0. drawn: of the draws, one seed each.
        numbers: of the draws, by seed.
        months: length of the run; figures of other periods are left out.

    Returns:
        Columns of ``KNOWLEDGE``, by scenario, figure and draw. ``error`` of draw 0 is the standard error of its mean; of another draw what
        one seed differs from the next, as the folder's own seeds do. Empty where a world lacks the figure.
    """
    rows, found = own.values.rows, []
    counted = np.fromiter(map(studied, rows["indicator"], rows["group_by"]), bool, len(rows)) & ~rows["indicator"].isin((DIRECT, LOST))
    whole = np.flatnonzero(counted & (rows["months_from"] == 0) & (rows["months_to"] == months))
    at = pd.MultiIndex.from_frame(drawn.values.rows[KEYS]).get_indexer(pd.MultiIndex.from_frame(rows.loc[whole, KEYS]))
    figures = pd.concat([rows.loc[whole, FIGURE], pd.DataFrame([(EUR, ALL, ALL)], columns=FIGURE)], ignore_index=True)
    draws = np.array([0, *(numbers[seed] for seed in drawn.values.seeds)])

    def level(of: Both, name: str, places: NDArray) -> NDArray:
        """[figures, seeds]: those of the summary (NaN where a place is -1), then the money."""
        values = np.where((places >= 0)[:, None], of.values.values[name][places], np.nan)
        return np.vstack([values, of.eur[name]])

    base, base_drawn = level(own, BASIS, whole), level(drawn, BASIS, at)
    for name in sorted(set(own.values.values) - {BASIS, PLACEBO}):
        mean = paired(level(own, name, whole), base)
        difference = level(drawn, name, at) - base_drawn
        error = np.repeat(mean.deviation[:, None], len(draws), axis=1)
        error[:, 0] /= np.sqrt(len(own.values.seeds))
        levels = np.hstack([base.mean(axis=1)[:, None], base_drawn])
        levels[-1] = 0.0  # as in the study that ships: money is what a scenario adds
        part = figures.loc[figures.index.repeat(len(draws))].reset_index(drop=True)
        part = part.assign(scenario=name, draw=np.tile(draws, len(figures)), base=levels.ravel())
        found.append(part.assign(difference=np.hstack([mean.difference[:, None], difference]).ravel(), error=error.ravel()))
    return pd.concat(found, ignore_index=True)[list(KNOWLEDGE.names)] if found else pd.DataFrame(columns=list(KNOWLEDGE.names))


class OwnDraws(NamedTuple):
    """What a folder's own draws say: a study of its scenarios, and whether the public figures behind it are of another place."""

    study: Study
    elsewhere: bool

    def spread(self, scenario: str, named: str) -> Spread:
        """Of a scenario what each draw makes of its effect on a ``figure``; it ran as it is, so nothing is carried over."""
        found = self.study.spread([scenario], named)
        if found.kind not in (FACTOR, SHIFT):
            return found
        but = "; ".join(filter(None, (found.but, OF_THIS_RUN, ELSEWHERE if self.elsewhere else "")))
        return found._replace(but=but, error=0.0)  # what a shift is from is the run's own effect, of which the chance is told already


def read(table: pd.DataFrame, scenarios: Mapping[str, object], elsewhere: bool) -> OwnDraws:
    """The draws of a folder.

    Args:
        scenarios: of the folder, by name, as its manifest lists them.

    Raises:
        Refusal: the table is of other scenarios.
    """
    asked, there = {*scenarios} - {BASIS, PLACEBO}, set(table["scenario"])
    if differ := sorted(asked ^ there):
        raise Refusal(
            f"{KNOWLEDGE.file} and the tables beside it differ in scenario {differ[0]}; the same experiments.compare makes it anew"
        )
    return OwnDraws(Study(table.rename(columns={"scenario": "card"}), {}), elsewhere)
