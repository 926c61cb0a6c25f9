"""The base world beside the figures: what the model gives, what was observed, and how far they are apart.

What was observed, and whether it went in, was fitted or comes out by itself, says ``targets``; here stands how the model counts it.
A hit is within 25 % of the source: the mark of the pages. Targets have a tolerance each (``judged``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates import chain_length as chain_statistics
from analysis.estimates import rivals, targets
from analysis.estimates.chain_length import Ledger
from analysis.estimates.ledger_counts import COUNTED, Numbers
from analysis.estimates.person_rates import AGES, PersonRates
from analysis.tables.schema import VALIDATION
from sim.counts.schema import MONTHS
from sim.world.codes import DwellingType, Origin
from sim.world.names import ALL, BASIS, YEAR

HIT = 0.25
OF_MONTHS = MONTHS.some(
    "scenario", "seed", "month", "households_45_54", "households_55_64", "households_65_74", "households_75_84", "households_85_plus",
    "departed_65", "departed_65_74", "care_70", "dwellings", "dwellings_corporatie", "dwellings_koop", "dwellings_vrije_huur", "vacant",
    "aged_65", "aged_65_with_wish", "aged_65_searching", "realised_65", "realised_all", "searchers", "seniors", "unsuitable_seniors",
    "registered", "responding", "registered_responding",
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
    persons: PersonRates | None = None  # how often persons move, where that was counted

    def per_year(self, n: float) -> float:
        """A count over the kept seeds and the run, per seed and year."""
        return n * YEAR / self.n_months / max(1, len(self.numbers.seeds))

    def mean(self, column: str) -> float:
        """Mean of a column of months over run and seeds."""
        return float(self.months.loc[self.months["month"] < self.n_months, column].mean())


Count = Callable[[Tables], float]


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


def in_wijk(t: Tables) -> float:
    """Of the moves of 65 to 74, departures included, the share that stays in the wijk; NaN where nobody went to another wijk, as where each gemeente is one area."""
    wijk, gemeente = (t.numbers.sum(key, "65_plus") for key in ("moved_in_wijk", "moved_in_gemeente"))
    return stays("moved_in_wijk", "65_74", "departed_65_74")(t) if wijk < gemeente else float("nan")


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


def per_active_seeker(t: Tables) -> float:
    """Corporatie homes let in a year over households that responded to one in the last twelve months (mean over the months), per cent."""
    return 100 * t.per_year(t.numbers.sum("homes_taken", "corporatie")) / t.mean("responding")


def registered_per_letting(t: Tables) -> float:
    """Households registered with the corporaties (mean over the months) over corporatie homes let in a year."""
    return t.mean("registered") / t.per_year(t.numbers.sum("homes_taken", "corporatie"))


def longer_chains(t: Tables) -> float:
    """Moves per chain of new single-family homes less those of new flats, inside the area."""
    found, kinds = t.chains, {DwellingType.EENGEZINS.key: 1.0, DwellingType.MEERGEZINS.key: -1.0}
    if Origin.NEW_BUILD.key not in found.origins:
        return float("nan")
    origin = found.origins.index(Origin.NEW_BUILD.key)
    counts = chain_statistics.count(found, found.links["origin"], found.homes["origin"], len(found.origins))
    length = chain_statistics.solve(counts, (len(found.origins),), whole_only=True)[0][origin, :-1, 0, 0]
    first = found.homes["first"] & (found.homes["origin"] == origin)
    homes = np.bincount(found.homes["segment"][first], found.homes["n"][first], len(found.segments))
    total = 0.0
    for kind, sign in kinds.items():
        some = np.array([name.endswith(f"/{kind}") for name in found.segments]) & (homes > 0) & np.isfinite(length)
        total += sign * float(np.average(length[some], weights=homes[some]))
    return total


def of_persons(value: Callable[[PersonRates], float]) -> Count:
    """A rate of persons; NaN where they were not counted."""
    return lambda t: value(t.persons) if t.persons else float("nan")


def local_error(figure: str) -> Count:
    """How far rates of each gemeente (``rivals.OBSERVED``) are off, %: of moves inside weighted with the population, else each once."""

    def value(rates: PersonRates) -> float:
        simulated = rates.of_gemeenten()[figure]
        table = rivals.gemeenten().reindex(list(simulated)).dropna(subset=[figure])
        if table.empty:
            return float("nan")
        mine = np.array([simulated[code] for code in table.index])
        off = rivals.how_far_off(mine, table[figure].to_numpy(), table["population"].to_numpy())
        return off["weighted" if figure == rivals.WITHIN else "error"]

    return of_persons(value)


_OLD = ("households_65_74", "households_75_84", "households_85_plus")
REGISTERED, SEARCHED = social("registered_months", YEAR), social("waited_months", YEAR)
OF_PAGES: dict[str, Count] = {  # figures of validation.csv, in its order
    "rate_45_54": move_rate("45_54", ("households_45_54",), inside=True),
    "rate_55_64": move_rate("55_64", ("households_55_64",), inside=True),
    "rate_65_74": move_rate("65_74", ("households_65_74",), inside=True),
    "rate_65": move_rate("65_plus", _OLD),
    "turnover_corporatie": turnover("corporatie"),
    "freed_all": freed(None),
    "freed_koop": freed("koop"),
    "freed_vrij": freed("vrije_huur"),
    "possible_wish": lambda t: 100 * t.mean("aged_65_with_wish") / t.mean("aged_65"),
    "definite_wish": lambda t: 100 * t.mean("aged_65_searching") / t.mean("aged_65"),
    "realised_65": lambda t: 100 * t.mean("realised_65"),
    "realised_all": lambda t: 100 * t.mean("realised_all"),
    "starter_links": share("later_links", "starters", "later_links", ALL),
    "starter_social": share("homes_taken_by_starters", "corporatie", "homes_taken", "corporatie"),
    "first_link": continuation(1),
    "second_link": continuation(2),
    "later_links": continuation(3),
    "homes_freed": homes_freed,
    "same_year": lambda t: 100 * share("left_by_new_build", "same_year", "left_by_new_build", ALL)(t),
    "own_wijk": in_wijk,
    "inside_gemeente": stays("moved_in_gemeente", "65_plus", "departed_65"),
    "to_care": to_care,
    "registration": REGISTERED,
    "search_time": SEARCHED,
    "candidates": social("candidates"),
    "success": success,
    "unsuitable": lambda t: 100 * t.mean("unsuitable_seniors") / t.mean("seniors"),
    "vacancy": lambda t: 100 * t.mean("vacant") / t.mean("dwellings"),
}
COUNTS: dict[str, Count] = {  # by id of a target: all that the model can count today
    **OF_PAGES,
    "koop_sold": OF_PAGES["freed_koop"],
    "first_link_2020": OF_PAGES["first_link"],
    "order_house_flat": longer_chains,
    "moved_within_nl": of_persons(PersonRates.within_all),
    "moved_within_gelderland": local_error(rivals.WITHIN),
    "arrived_gelderland": local_error(rivals.ARRIVED),
    "left_gelderland": local_error(rivals.LEFT),
    "moves_into_no_freed_home": of_persons(PersonRates.into_no_freed_home),
    **{f"within_{age}": of_persons(partial(PersonRates.within_at, age=age)) for age in AGES},
    **{f"between_{age}": of_persons(partial(PersonRates.between_at, age=age)) for age in AGES},
    **{f"registration_{place}": REGISTERED for place in ("utrecht", "holland_rijnland", "amsterdam", "oss", "zundert", "hilvarenbeek")},
    **{f"search_{place}": SEARCHED for place in ("utrecht", "oss", "zundert", "hilvarenbeek")},
    "success_utrecht": per_active_seeker,
    "candidates_holland_rijnland": OF_PAGES["candidates"],
    "registered_per_letting": registered_per_letting,
    "seekers_alphen": lambda t: t.mean("responding"),
    "registered_who_react": lambda t: 100 * t.mean("registered_responding") / t.mean("registered"),
}


def _row(key: str, value: Count) -> Row:
    one = targets.targets()[key]
    return Row(key, one.figure, one.value, one.unit, one.where, one.source, one.status, value)


ROWS = tuple(_row(key, value) for key, value in OF_PAGES.items())


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
        simulated = value_of(row.value, t)
        apart = simulated / row.observed - 1 if row.observed else np.nan
        rows.append(
            (row.key, row.text, simulated, row.observed, 1 + apart, bool(abs(apart) <= HIT), row.unit, row.area, row.source, row.status)
        )
    return pd.DataFrame(rows, columns=list(VALIDATION.names))


def value_of(count: Count, t: Tables) -> float:
    """What a count gives; NaN where nobody is there to be counted."""
    try:
        value = count(t)
    except ZeroDivisionError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")
