"""What a package did beside what it is compared with: the report's own effects and costs, from the answers of some worlds.

Nothing is added up here: a package is counted as a whole. What the study of assumptions makes of it is the report's rule, and says so
where cards stand together or in another dose. *Sure* is the report's rule where the folder holds a placebo: the interval for chance leaves
out 0, the difference is larger than the placebo's half-width, and of what is no headline at most one claim in twenty is chance. Without a
placebo it is that of chance alone, and ``checked`` says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.estimates import misses, validation
from analysis.estimates.claims import DESCRIPTION, NOTICED, RATE
from analysis.estimates.costs import beyond_basis, costs
from analysis.estimates.effects import KEYS, by_seed, effects
from analysis.estimates.knowledge import Spread, otherwise, shipped
from analysis.estimates.statistics import claimed, t_value
from analysis.tables.schema import SPENDING
from sim.counts.indicators import DIRECT, LOST
from sim.counts.schema import SUMMARY
from sim.world.errors import Refusal
from sim.world.names import ALL, BASIS, YEAR, other_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workshop.engine.answers import Answer
    from workshop.engine.doses import Doses
    from workshop.engine.package import Package

PACKAGE = "pakket"
PLACEBO = (*KEYS, "deviation")  # columns of what moving one home does: the standard deviation over worlds of the difference
DIGITS = 2  # that are written at the most
WHO = ("class", "income", "tenure")  # groups of whom a page tells who gains


@dataclass(frozen=True)
class Outcome:
    """A package in some worlds.

    Attributes:
        seeds: the worlds that it and its base have both.
        months: how far it goes.
        effects: columns of ``EFFECTS``, with ``base`` (mean without the package), ``checked``, ``sure``, ``noticed`` and ``digits``
            (see ``said``).
        costs: columns of ``COSTS``: beyond what the base costs.
        unpriced: cards that have no price, so that euro leave them out.
    """

    package: Package
    seeds: tuple[int, ...]
    months: int
    effects: pd.DataFrame
    costs: pd.DataFrame
    unpriced: tuple[str, ...]

    def effect(self, indicator: str, group_by: str = ALL, group: str = ALL) -> Mapping[str, Any] | None:
        """The row of an indicator; None where it is not counted."""
        table = self.effects
        mine = table[(table["indicator"] == indicator) & (table["group_by"] == group_by) & (table["group"] == group)]
        return None if mine.empty else mine.iloc[0].to_dict()

    @property
    def gains(self) -> pd.DataFrame:
        """For whom more or fewer homes came: moves by class, income and tenure at the start."""
        table = self.effects
        return table[(table["indicator"] == "moves") & table["group_by"].isin(WHO)].reset_index(drop=True)

    @property
    def payers(self) -> pd.DataFrame:
        """Who pays: payer (all of them first), eur over the months, eur_per_year."""
        table = self.costs
        whole = table[(table["instrument"] == ALL) & (table["year"] == ALL)]
        return whole[["payer", "eur"]].assign(eur_per_year=whole["eur"] * YEAR / self.months).reset_index(drop=True)


def outcome(
    base: Sequence[Answer],
    mine: Sequence[Answer],
    package: Package,
    doses: Doses,
    months: int | None = None,
    hits: Mapping[str, bool] | None = None,
    placebo: pd.DataFrame | None = None,
) -> Outcome:
    """A package beside its base, in the worlds that both have.

    Args:
        months: of the periods that a summary counts (24, 48, 60, the run); the run by default.
        hits: public figure to whether the base world is near it (``analysis.estimates.misses``); as shipped by default.
        placebo: what moving one home does to each number, columns of ``PLACEBO`` (``workshop.prepared.make``); None: not known.

    Raises:
        Refusal: no world that both have, or a period that is not counted.
    """
    of_base, of_mine = ({one.seed: one for one in answers} for answers in (base, mine))
    seeds = tuple(sorted(set(of_base) & set(of_mine)))
    if not seeds:
        raise Refusal(f"{package.line()}: no world of it and of what it is compared with has ended yet; wait for the first")
    months = doses.setting.months if months is None else months
    both = {BASIS: [of_base[seed] for seed in seeds], PACKAGE: [of_mine[seed] for seed in seeds]}
    numbers = by_seed(_to(_joined(both, "summary"), months, doses.setting.months))
    settings = package.instruments(doses)
    added = {key: settings[key] for key, _ in package.cards}
    changed = otherwise(added)

    def spread(_scenario: str, named: str) -> Spread:
        return shipped().spread(added, named).for_others(changed)

    near = hits if hits is not None else {row.key: row.key not in misses.SHIPPED for row in validation.ROWS}

    def missed(indicator: str) -> str:
        return misses.of_indicator(indicator, near)

    table = effects(numbers, spread=spread, missed=missed)
    if placebo is not None:
        table["placebo"] = _half_width(table, placebo, len(seeds))
    ledger = _joined(both, "money")
    ledger = beyond_basis(ledger[list(SPENDING)], [PACKAGE], [other_of(key) for key, _ in package.done])
    money = costs(ledger, numbers, doses.setting.start, months, spread, missed)
    unpriced = tuple(key for key, size in package.cards if doses[key][size].price == "none")
    return Outcome(package, seeds, months, said(table), money[money["scenario"] == PACKAGE].reset_index(drop=True), unpriced)


def _half_width(table: pd.DataFrame, placebo: pd.DataFrame, n: int) -> NDArray:
    """Of the placebo's interval in so many worlds, for each row of effects; NaN where it was not counted."""
    names = dict.fromkeys(("indicator", "group_by", "group"), str)
    known = placebo.astype(names).set_index(KEYS)["deviation"].reindex(pd.MultiIndex.from_frame(table[KEYS].astype(names)))
    return np.asarray(t_value(n) * known.to_numpy(float) / math.sqrt(n))


def _joined(both: Mapping[str, Sequence[Answer]], name: str) -> pd.DataFrame:
    return pd.concat(
        [one.tables[name].assign(scenario=scenario, seed=one.seed) for scenario, answers in both.items() for one in answers],
        ignore_index=True,
    )


def _to(summary: pd.DataFrame, months: int, most: int) -> pd.DataFrame:
    """Its rows from month 0 to a month, without what ghosts tell: only the first world has them."""
    found = summary[(summary["months_from"] == 0) & (summary["months_to"] == months) & ~summary["indicator"].isin((DIRECT, LOST))]
    if found.empty:
        there = sorted({int(one) for one in summary["months_to"]} - {0})
        raise Refusal(f"months={months}: what was counted goes to month {', '.join(map(str, there))} of {most}; choose one of these")
    return found[list(SUMMARY.promised)]


def said(table: pd.DataFrame) -> pd.DataFrame:
    """The table of effects with what may be said of each row.

    Returns:
        ``base``: mean without the package. ``checked``: whether a placebo's half-width is known. ``sure``: the interval for chance leaves
        out 0, the difference is larger than that where it is known, and it is no description, nor one of many that chance may have made
        (``q``). ``noticed``: and it is a hundredth of the base at least. ``digits``: how many digits that count may be written of the
        difference; 0: no number yet.
    """
    checked = table["placebo"].notna().to_numpy()
    clear = claimed(table["difference"], table["lower"], table["upper"], table["placebo"].where(checked, 0.0)) & ~(table["q"] > RATE)
    sure = clear & (table["family"] != DESCRIPTION)
    base = (table["mean"] - table["difference"]).to_numpy(float)
    size = table["difference"].abs().to_numpy(float)
    same = ((table["lower"] == 0) & (table["upper"] == 0)).to_numpy()  # exactly equal in every world: that is the number
    noticed = sure & ((base == 0) | (size >= NOTICED * np.abs(base)))
    digits = np.where(same, DIGITS, np.where(clear, _digits(size, (table["upper"] - table["lower"]).to_numpy(float)), 0))
    return table.assign(base=base, checked=checked, sure=sure, noticed=noticed, digits=digits.astype(int))


def _digits(size: NDArray, width: NDArray) -> NDArray:
    """Digits that a band of this width allows: a second one where the band, end to end, is no wider than one of the first."""
    first = 10.0 ** np.floor(np.log10(np.maximum(size, math.ulp(1.0))))
    return np.where(width <= first, DIGITS, 1)
