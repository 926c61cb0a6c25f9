"""Opgave and monitor of the toolkit, counted from the tables of a run: what becomes monitor.csv."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.ledger_counts import Numbers
from analysis.estimates.statistics import paired
from analysis.estimates.worksheet_tables import HELD, Seeds, Shared, Tables, ratio
from analysis.results import Results
from analysis.tables.files import Folder
from analysis.tables.schema import MONITOR
from sim.counts.ledger_numbers import MEANS
from sim.counts.worksheet_rows import REGISTRY, SPONTANEOUS, Row
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.without.verdicts import MOVED, WATCHED
from sim.world.codes import Contact, Tenure, Verdict
from sim.world.names import ALLE, BASIS, PLACEBO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BY_CLAIM = (
    Verdict.ONBEKEND,
    Verdict.OOK_ZONDER,
    Verdict.UITGESTELD,
    Verdict.ZETJE,
    Verdict.NOODZAKELIJK,
    Verdict.NIET_VERHUISD,
)  # what claims least for the measures first
NO_LEDGER = "cannot be counted: no ledger was kept (ledger=none)"
UNWATCHED = "cannot be told apart in this run: stands under onbekend"
NO_CONTACT = "cannot be counted: no instrument makes this contact yet"
TOO_SHORT = "cannot be counted: the run is shorter than a year"
NOBODY = "cannot be counted: in some seed nobody is there to count it of"
NO_VERDICTS = "cannot be counted: the folder holds no attribution.parquet"


class Count(NamedTuple):
    """One number of a row, seed by seed; none when it cannot be counted, and ``note`` says why."""

    suffix: str
    unit: str
    seeds: Seeds
    note: str = ""


def monitor(results: Results, only: Set[str] | None = None) -> pd.DataFrame:
    """The table of monitor.csv: basis and each scenario, every row of the toolkit's worksheets in their order.

    Args:
        only: scenarios to count; default all but the placebo.

    Returns:
        Columns of ``MONITOR``. ``key`` is the row's, for a class ``KEY.CLASS`` and for its share ``KEY.CLASS.share``; ``mean`` over
        the seeds with a 95 % interval of that mean (empty with one seed); ``seeds`` those that were counted, 0 where nothing
        can be counted and ``note`` says why. Rows from moves cover the seeds whose ledger was kept.
    """
    shared, parts = Shared(results), []
    there = [BASIS, *(name for name in results.scenarios if name != PLACEBO)]
    for scenario in (name for name in there if only is None or name in only):
        tables = Tables(shared, scenario)
        parts += [_line(scenario, row, count) for row in REGISTRY.values() for count in counts(row, tables)]
    return pd.DataFrame(parts, columns=list(MONITOR.names))


def _line(scenario: str, row: Row, count: Count) -> tuple[object, ...]:
    values = np.array(list(count.seeds.values()), float)
    key = f"{row.key}.{count.suffix}" if count.suffix else row.key
    mean = lower = upper = np.nan
    known = int((~np.isnan(values)).sum())
    if known:
        found = paired(values[None], np.zeros((1, len(values))))
        mean, lower, upper = (float(one[0]) for one in (found.difference, found.lower, found.upper))
    return scenario, row.sheet, row.row, key, count.unit, mean, lower, upper, known, count.note or (NOBODY if np.isnan(mean) else "")


def counts(row: Row, tables: Tables) -> list[Count]:
    """The numbers of a row in one scenario."""
    if row.key in SPECIAL:
        return SPECIAL[row.key](row, tables)
    if row.ledger:
        return list(_of_instruments(row, tables))
    if row.source == "summary":
        return [Count("", row.unit, tables.summary.get(row.key, {}), row.open[1])]
    if tables.numbers is None:
        return [Count("", row.unit, {}, NO_LEDGER)]
    if row.key.startswith("first_contact_"):
        return [_first_contact(row, tables.numbers)]
    return _classes(row, tables.numbers)


def _of_instruments(row: Row, tables: Tables) -> Iterator[Count]:
    """The sum over the row's instruments, then each of them that is at work in this scenario."""
    yield Count("", row.unit, tables.delivered(row.key, row.ledger), row.open[1])
    for key in sorted(tables.ledger.loc[tables.ledger["row"] == row.key, "instrument"].unique()):
        yield Count(key, row.unit, tables.delivered(row.key, row.ledger, key))


def _classes(row: Row, numbers: Numbers) -> list[Count]:
    """Moves by class, and each class's share of those that have one."""
    of = {name: np.array(list(numbers.count(row.key, name).values())) for name in numbers.names(row.key)}
    names = sorted(of) if row.areas else [value.key for value in row.values]
    nothing = np.zeros(len(numbers.seeds))
    whole, found = sum(of.values(), nothing), []
    for name in names:
        n, share = (dict(zip(numbers.seeds, one.tolist(), strict=True)) for one in _with_share(of.get(name, nothing), whole))
        found += [Count(name, row.unit, n), Count(f"{name}.share", "share", share)]
    return found


def _with_share(n: NDArray, whole: NDArray) -> tuple[NDArray, NDArray]:
    return n, np.divide(n, whole, out=np.full(len(n), np.nan), where=whole > 0)


def _first_contact(row: Row, numbers: Numbers) -> Count:
    made = {cls.card.contact.key for cls in INSTRUMENTS.values()} | {Contact.NONE.key}
    n = numbers.count(row.key)
    if row.key.removeprefix("first_contact_") not in made and not any(n.values()):
        return Count("", row.unit, {}, NO_CONTACT)
    return Count("", row.unit, n)


def _of_numbers(value: Callable[[Numbers, str], Seeds]) -> Callable[[Row, Tables], list[Count]]:
    """One number from the seniors' moves, or the note that there is no ledger."""

    def made(row: Row, tables: Tables) -> list[Count]:
        if tables.numbers is None:
            return [Count("", row.unit, {}, NO_LEDGER)]
        return [Count("", row.unit, value(tables.numbers, row.key), row.open[1])]

    return made


def _by_year(row: Row, tables: Tables) -> list[Count]:
    """Moves in each whole year of the run; named by the calendar year in which it begins."""
    months = tables.months
    if "senior_moves" not in months:
        return [Count("", row.unit, {}, "cannot be counted: months.parquet has no senior_moves")]
    first = str(tables.results.config["start"])
    year, month = int(first[:4]), int(first[5:7])
    of = months.groupby([months["month"] // 12, "seed"])["senior_moves"].sum()
    found = []
    for k in range(tables.results.months // 12):
        name = str(year + k) if month == 1 else f"{year + k}_{month:02d}"
        found.append(Count(name, row.unit, of.loc[k].astype(float).to_dict()))
    return found or [Count("", row.unit, {}, TOO_SHORT)]


def _applications(row: Row, tables: Tables) -> list[Count]:
    months = tables.months
    n = months.groupby("seed")[row.key].sum().astype(float).to_dict() if row.key in months else {}
    return [Count("", row.unit, n)] if any(n.values()) else [Count("", row.unit, {}, row.open[1])]


def _by_measures(row: Row, tables: Tables) -> list[Count]:
    """Users that moved, by verdict; and the seniors' moves on which no instrument worked."""
    folder = tables.results.folder
    found = {}
    if folder.has("attribution"):
        found = of_movers(folder, tables.scenario, tables.results.months)
    watched = {one.key for one in WATCHED}
    counted = []
    for name in (value.key for value in row.values):
        if name == SPONTANEOUS:
            numbers = tables.numbers
            note = NO_LEDGER if numbers is None else ""
            seeds: Seeds = {} if numbers is None else numbers.count(row.key, name)
        elif not found:
            seeds, note = {}, NO_VERDICTS
        elif name in watched and not tables.shared.verdicts & watched:
            seeds, note = {}, UNWATCHED
        else:
            seeds, note = {seed: float(found[name].get(seed, 0)) for seed in tables.seeds}, ""
        counted.append(Count(name, row.unit if name != SPONTANEOUS else "moves", seeds, note))
    return counted


def of_movers(folder: Folder, scenario: str, months: int) -> dict[str, pd.Series]:
    """Households that used an instrument and moved in the run, by verdict and seed: the verdict of the row ``alle``, else the one that
    claims least for the measures (BY_CLAIM).

    There is one row ``alle`` of a household, so it need not be known whose it is; that column takes as long to read as all others.
    """
    moved = (("month_moved", ">=", 0), ("month_moved", "<", months))
    whole = folder.of_scenario("attribution", ("seed", "verdict"), scenario, [*moved, ("instrument", "==", ALLE)])
    best = whole.set_index("seed")["verdict"] if len(whole) else _least(folder.of_scenario("attribution", HELD, scenario, moved))
    return {one.key: best[best == one.key].groupby("seed").size() for one in MOVED}


def _least(uses: pd.DataFrame) -> pd.Series:
    """The verdict of each household that claims least for the measures, by (seed, household_id)."""
    order = [one.key for one in BY_CLAIM]
    rank = uses["verdict"].map({name: k for k, name in enumerate(order)}).astype(int)
    return rank.groupby([uses["seed"], uses["household_id"]]).min().map(dict(enumerate(order)))


def _per_move(key: str, column: str, rest: bool = False) -> Callable[[Row, Tables], list[Count]]:
    """Uses or contacts of a row, per senior move (or per senior move without a use)."""

    def made(row: Row, tables: Tables) -> list[Count]:
        n, moves = tables.delivered(key, column), tables.summary.get("senior_moves", {})
        below = {seed: moves[seed] - (n[seed] if rest else 0) for seed in n if seed in moves}
        return [Count("", row.unit, ratio(n, below))]

    return made


def _of_lettings(row: Row, tables: Tables) -> list[Count]:
    if tables.numbers is None:
        return [Count("", row.unit, {}, NO_LEDGER)]
    lettings = {seed: n for seed, n in tables.numbers.count("homes_taken", Tenure.CORPORATIE.key).items() if n}
    return [Count("", row.unit, ratio(tables.delivered("allocations_by_priority", "uses"), lettings))]


SPECIAL: dict[str, Callable[[Row, Tables], list[Count]]] = {
    "senior_households_moved": _of_numbers(Numbers.count),
    **dict.fromkeys(MEANS, _of_numbers(Numbers.mean)),
    "split_applications": _applications,
    "senior_moves_year": _by_year,
    "by_measures": _by_measures,
    "gesprekken": lambda row, tables: [Count("", row.unit, tables.delivered("trajecten", "contacts"), row.open[1])],
    "trajecten_per_move": _per_move("trajecten", "contacts"),
    "priority_of_senior_moves": _per_move("allocations_by_priority", "uses"),
    "priority_of_lettings": _of_lettings,
    "grants_per_move_without": _per_move("households_verhuiskostenvergoeding", "uses", rest=True),
}
