"""The base world beside the figures: what the model gives, what was observed, and how far they are apart.

Each row says whether the figure went in (``input``: proves nothing), was fitted by hand (``fitted``), or comes out by itself
(``predicted``). All rows stood in one table while parameters were set, so no row is blind: see docs/validation.md. A hit is
within 25 % of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates import chain_length as chain_statistics
from analysis.estimates.chain_length import Ledger
from analysis.estimates.ledger_counts import COUNTED, Numbers
from analysis.tables.schema import VALIDATION
from sim.counts.schema import MONTHS
from sim.world.names import ALL, BASIS, YEAR

HIT = 0.25
OF_MONTHS = MONTHS.some(
    "scenario", "seed", "month", "households_45_54", "households_55_64", "households_65_74", "households_75_84", "households_85_plus",
    "departed_65", "departed_65_74", "care_70", "dwellings", "dwellings_corporatie", "dwellings_koop", "dwellings_vrije_huur", "vacant",
    "aged_65", "aged_65_with_wish", "aged_65_searching", "realised_65", "realised_all", "searchers", "seniors", "unsuitable_seniors",
)  # fmt: skip


class Row(NamedTuple):
    """One figure. ``value`` takes the tables of the base world and gives the simulated figure."""

    key: str
    text: str
    observed: float
    unit: str
    area: str
    source: str
    status: str
    value: Callable[[Tables], float]


class Tables(NamedTuple):
    """The base world: its ledger as it was counted, of the seeds for which it was kept, and its months."""

    numbers: Numbers
    chains: Ledger
    months: pd.DataFrame
    n_months: int

    def per_year(self, n: float) -> float:
        """A count over the kept seeds and the run, per seed and year."""
        return n * YEAR / self.n_months / max(1, len(self.numbers.seeds))

    def mean(self, column: str) -> float:
        """Mean of a column of months over run and seeds."""
        return float(self.months.loc[self.months["month"] < self.n_months, column].mean())


def move_rate(band: str, columns: tuple[str, ...], inside: bool = False) -> Callable[[Tables], float]:
    """Moves per housed household and year, per cent, of oldest adults of a band of ages (``ledger_numbers.BANDS``).

    With ``inside`` those that stay in their gemeente, a move in with a partner counted too; else those into an empty home, and
    departures across the border that leave a home behind.
    """

    def value(t: Tables) -> float:
        left = 0.0 if inside else YEAR * t.mean("departed_65")
        moved = t.numbers.sum("moved_in_gemeente" if inside else "moved_into_vacancy", band)
        return 100 * (t.per_year(moved) + left) / sum(t.mean(column) for column in columns)

    return value


def stays(key: str, band: str, departed: str) -> Callable[[Tables], float]:
    """Of the moves of households of these ages, departures included, the share that stays in the gemeente, or in the wijk."""

    def value(t: Tables) -> float:
        return t.per_year(t.numbers.sum(key, band)) / (t.per_year(t.numbers.sum("moved", band)) + YEAR * t.mean(departed))

    return value


def to_care(t: Tables) -> float:
    """Of the persons of 70 and over who move, the share that goes to a place with care, per cent."""
    persons, care = t.per_year(t.numbers.sum("persons_moved", "70_plus")), YEAR * t.mean("care_70")
    return 100 * care / (care + persons)


def turnover(tenure: str) -> Callable[[Tables], float]:
    """Homes of a tenure taken by another household, per cent of the stock and year."""
    return lambda t: 100 * t.per_year(t.numbers.sum("homes_taken", tenure)) / t.mean(f"dwellings_{tenure}")


def freed(tenure: str | None) -> Callable[[Tables], float]:
    """Homes that come free, per cent of the stock and year: left by movers, death, care, departure or union."""

    def value(t: Tables) -> float:
        left, begun = (t.numbers.sum(key, tenure or ALL) for key in ("homes_left", "chains_begun"))
        return 100 * t.per_year(left + begun) / t.mean(f"dwellings_{tenure}" if tenure else "dwellings")

    return value


def share(key: str, part: str, of_key: str, of: str) -> Callable[[Tables], float]:
    """One count divided by another."""
    return lambda t: t.numbers.sum(key, part) / t.numbers.sum(of_key, of)


def continuation(link: int) -> Callable[[Tables], float]:
    """Chance that a move into or after a new home is followed by another, national estimate; 3: of all later links."""

    def value(t: Tables) -> float:
        table = chain_statistics.continuation(t.chains, by=("origin", "link"), reading="national_estimated")
        row = table[(table["origin"] == "new_build") & (table["link"] == link)]
        return float(row["p_continue"].iloc[0]) if len(row) else float("nan")

    return value


def homes_freed(t: Tables) -> float:
    """Extra homes freed and lived in again per new home, national estimate."""
    table = chain_statistics.mean_length(t.chains)
    row = table[(table["origin"] == "new_build") & (table["reading"] == "national_estimated") & (table["length"] == "homes_freed")]
    return float(row["mean"].iloc[0]) if len(row) else float("nan")


def social(column: str, divide: float = 1.0) -> Callable[[Tables], float]:
    """Mean of a column over the corporatie homes let."""
    return lambda t: t.numbers.sum("lettings", column) / t.numbers.sum("homes_taken", "corporatie") / divide


def success(t: Tables) -> float:
    """Corporatie homes let in a year over households that search (mean over the months), per cent."""
    return 100 * t.per_year(t.numbers.sum("homes_taken", "corporatie")) / t.mean("searchers")


_OLD = ("households_65_74", "households_75_84", "households_85_plus")
# fmt: off
ROWS = (
    Row("rate_45_54", "moves inside the gemeente, oldest adult 45-54", 3.36, "% per year, persons at 50", "NL 2017", "B05", "fitted", move_rate("45_54", ("households_45_54",), inside=True)),
    Row("rate_55_64", "moves inside the gemeente, oldest adult 55-64", 2.24, "% per year, persons at 60", "NL 2017", "B06", "fitted", move_rate("55_64", ("households_55_64",), inside=True)),
    Row("rate_65_74", "moves inside the gemeente, oldest adult 65-74", 2.24, "% per year, persons at 70", "NL 2017", "B08", "predicted", move_rate("65_74", ("households_65_74",), inside=True)),
    Row("rate_65", "move rate, oldest adult 65 and over, departures included", 2.65, "% per year, households", "NL", "B44 (recalled)", "fitted", move_rate("65_plus", _OLD)),
    Row("turnover_corporatie", "corporatie homes let", 7.1, "% of stock per year", "NL 2021-2022", "A25", "fitted", turnover("corporatie")),
    Row("freed_all", "homes that come free", 5.5, "% of stock per year", "NL 2021-2022", "A34", "fitted", freed(None)),
    Row("freed_koop", "owner-occupied homes that come free", 3.5, "% of stock per year", "NL 2021-2022", "A34", "fitted", freed("koop")),
    Row("freed_vrij", "privately let homes that come free", 8.5, "% of stock per year", "NL 2021-2022 (rent without huurtoeslag)", "A34", "predicted", freed("vrije_huur")),
    Row("possible_wish", "65+ with a possible wish", 16, "% of households", "NL 2015", "B14", "fitted", lambda t: 100 * t.mean("aged_65_with_wish") / t.mean("aged_65")),
    Row("definite_wish", "65+ with a definite wish", 3, "% of households", "NL 2015", "B13", "fitted", lambda t: 100 * t.mean("aged_65_searching") / t.mean("aged_65")),
    Row("realised_65", "65+ with a definite wish that moved within a year", 25, "%", "NL 2015-2016", "B17", "predicted", lambda t: 100 * t.mean("realised_65")),
    Row("realised_all", "households with a definite wish that moved within a year", 32, "%", "NL 2015-2016", "B53", "fitted", lambda t: 100 * t.mean("realised_all")),
    Row("starter_links", "links filled by households that leave no home", 0.5, "share", "NL 2019-2022", "A33", "fitted", share("later_links", "starters", "later_links", ALL)),
    Row("starter_social", "corporatie homes let to households that leave no home", 0.5, "share", "Amsterdam region 2024", "A37", "predicted", share("homes_taken_by_starters", "corporatie", "homes_taken", "corporatie")),
    Row("first_link", "new home to first link", 0.69, "chance", "NL 2019-2022", "A02", "predicted", continuation(1)),
    Row("second_link", "first link to second", 0.59, "chance", "NL 2019-2022", "A03", "predicted", continuation(2)),
    Row("later_links", "later links", 0.47, "chance", "NL 2019-2022 (lower bound)", "A31", "predicted", continuation(3)),
    Row("homes_freed", "extra homes freed per new home", 1.45, "homes", "NL 2019-2022", "A01", "fitted", homes_freed),
    Row("same_year", "homes freed by new build lived in again in the same calendar year", 78, "%", "NL 2020", "A14", "fitted", lambda t: 100 * share("left_by_new_build", "same_year", "left_by_new_build", ALL)(t)),
    Row("own_wijk", "moves of 65-74 that stay in the wijk (observed: buurt)", 0.43, "share", "NL 2012", "B46", "predicted", stays("moved_in_wijk", "65_74", "departed_65_74")),
    Row("inside_gemeente", "moves of 65 and over that stay in the gemeente", 0.62, "share", "NL 2017, ages 65-73", "B10", "input", stays("moved_in_gemeente", "65_plus", "departed_65")),
    Row("to_care", "movers of 70 and over who go to a place with care", 38, "% of persons", "NL 2022", "B31", "predicted", to_care),
    Row("registration", "registration time at letting", 10, "years", "Utrecht 2020", "E04", "predicted", social("registered_months", YEAR)),
    Row("search_time", "search time at letting (first contact to keys)", 4.5, "years", "Utrecht 2018 (range 1-6)", "E06, E11, E18", "predicted", social("waited_months", YEAR)),
    Row("candidates", "candidates per corporatie home let", 150, "households", "NL (range 50-500)", "evidence (b)", "predicted", social("candidates")),
    Row("success", "corporatie homes let per searching household", 8, "% per year", "Utrecht, Amsterdam", "E01, E17", "predicted", success),
    Row("unsuitable", "senior households in a home that cannot be adapted", 14, "% of households", "NL 2020", "F05", "input", lambda t: 100 * t.mean("unsuitable_seniors") / t.mean("seniors")),
    Row("vacancy", "homes on the market or between two households", 2.0, "% of stock", "NL (norm)", "F17", "fitted", lambda t: 100 * t.mean("vacant") / t.mean("dwellings")),
)
# fmt: on


def tables(counted: Mapping[str, pd.DataFrame], months: pd.DataFrame, n_months: int) -> Tables:
    """The base world's part of what was ``counted`` of the ledger (chain_links, chain_homes, ledger_numbers) and of months (OF_MONTHS)."""
    links, homes, numbers, months = (one[one["scenario"] == BASIS] for one in (*(counted[name] for name in COUNTED), months))
    return Tables(Numbers(numbers), chain_statistics.ledger(links, homes), months, n_months)


def compare(t: Tables) -> pd.DataFrame:
    """One row per figure: simulated, observed, ratio, hit (within 25 %), unit, area, source, status.

    Simulated and ratio are empty where nobody is there to be counted, as in a small place.
    """
    rows = []
    for row in ROWS:
        simulated = _value(row, t)
        apart = simulated / row.observed - 1 if row.observed else np.nan
        rows.append(
            (row.key, row.text, simulated, row.observed, 1 + apart, bool(abs(apart) <= HIT), row.unit, row.area, row.source, row.status)
        )
    return pd.DataFrame(rows, columns=list(VALIDATION.names))


def _value(row: Row, t: Tables) -> float:
    try:
        value = row.value(t)
    except ZeroDivisionError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def verdict(table: pd.DataFrame) -> str:
    """How many of the predicted figures are hits, and which are not, in words; those of nobody are left out."""
    predicted = table[(table["status"] == "predicted") & table["simulated"].notna()]
    missed = ", ".join(predicted.loc[~predicted["hit"], "key"])
    return (
        f"{int(predicted['hit'].sum())} of {len(predicted)} predicted figures lie within 25 % of their source; missed: {missed or 'none'}"
    )


def as_text(table: pd.DataFrame) -> str:
    """The table for a terminal."""
    lines = [f"{'figure':<62}{'simulated':>10}{'observed':>10}  {'':4}{'status':<10} {'source':<14} unit; area"]
    for row in table.itertuples():
        mark = "ok" if row.hit else "none" if np.isnan(row.simulated) else "MISS"
        lines.append(
            f"{row.figure[:61]:<62}{row.simulated:>10.2f}{row.observed:>10.2f}  {mark:<4}{row.status:<10} {row.source:<14} {row.unit}; {row.area}"
        )
    return "\n".join([*lines, "", verdict(table)])
