"""Opgave and monitor of the toolkit, counted from the tables of a run: what becomes monitor.csv."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.statistics import paired
from analysis.estimates.worksheet_tables import HELD, Seeds, Shared, Tables, ratio
from analysis.results import Results
from analysis.tables.schema import MONITOR
from sim.counts.worksheet_rows import AGES, FLOORS, REGISTRY, RENTS, SPONTANEOUS, Row, rent_limits
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.without.verdicts import MOVED, WATCHED
from sim.world.codes import Contact, Verdict
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
    if tables.moves is None:
        return [Count("", row.unit, {}, NO_LEDGER)]
    if row.key.startswith("first_contact_"):
        return [_first_contact(row, tables, tables.moves)]
    return _classes(row, tables.moves, CLASSES[row.key](tables.moves, tables))


def _of_instruments(row: Row, tables: Tables) -> Iterator[Count]:
    """The sum over the row's instruments, then each of them that is at work in this scenario."""
    yield Count("", row.unit, tables.delivered(row.key, row.ledger), row.open[1])
    for key in sorted(tables.ledger.loc[tables.ledger["row"] == row.key, "instrument"].unique()):
        yield Count(key, row.unit, tables.delivered(row.key, row.ledger, key))


def _classes(row: Row, moves: pd.DataFrame, label: pd.Series) -> list[Count]:
    """Moves by class, and each class's share of those that have one."""
    at_seed, seeds = pd.factorize(moves["seed"], sort=True)
    at_name, present = pd.factorize(label)
    table = np.zeros((len(seeds), len(present) + 1))  # the last column takes those without a class
    np.add.at(table, (at_seed, at_name), 1)
    of = {str(name): table[:, k] for k, name in enumerate(present) if name != ""}
    names = sorted(of) if row.areas else [value.key for value in row.values]
    whole = sum(of.values(), np.zeros(len(seeds)))
    found = []
    for name in names:
        n, share = (dict(zip(seeds.tolist(), one.tolist(), strict=True)) for one in _with_share(of.get(name, 0 * whole), whole))
        found += [Count(name, row.unit, n), Count(f"{name}.share", "share", share)]
    return found


def _with_share(n: NDArray, whole: NDArray) -> tuple[NDArray, NDArray]:
    return n, np.divide(n, whole, out=np.full(len(n), np.nan), where=whole > 0)


def _first_contact(row: Row, tables: Tables, moves: pd.DataFrame) -> Count:
    name = row.key.removeprefix("first_contact_")
    made = {cls.card.contact.key for cls in INSTRUMENTS.values()} | {Contact.NONE.key}
    n = (moves["first_contact"] == name).groupby(moves["seed"]).sum().astype(float).to_dict()
    if name not in made and not any(n.values()):
        return Count("", row.unit, {}, NO_CONTACT)
    return Count("", row.unit, n)


def _binned(values: pd.Series, bins: tuple[tuple[int, str], ...]) -> pd.Series:
    at = np.searchsorted([low for low, _ in bins], values.to_numpy(), side="right") - 1
    return pd.Series(np.array([name for _, name in bins], object)[at], index=values.index)


def _left(moves: pd.DataFrame) -> pd.Series:
    """Whether a home in the area was left."""
    return moves["from_dwelling"] >= 0


def _rent_class(moves: pd.DataFrame, side: str, start: str) -> pd.Series:
    names = np.array([*RENTS, "free"], object)
    at = np.searchsorted(rent_limits(start), moves[f"{side}_rent"].to_numpy(), side="left")
    let = moves[f"{side}_tenure"].isin(["corporatie", "vrije_huur"])
    return pd.Series(names[at], index=moves.index).where(let, "")


CLASSES: dict[str, Callable[[pd.DataFrame, Tables], pd.Series]] = {
    "moved_to_type": lambda m, _: m["to_type"],
    "reason": lambda m, _: m["trigger"],
    "nood_wens": lambda m, _: pd.Series(np.where(m["nood"], "nood", "wens"), index=m.index),
    "age_class": lambda m, _: _binned(m["age"], AGES),
    "from_type": lambda m, _: m["from_type"],
    "to_type": lambda m, _: m["to_type"],
    "from_tenure": lambda m, _: m["from_tenure"],
    "to_tenure": lambda m, _: m["to_tenure"],
    "from_floor_area": lambda m, _: _binned(m["from_floor_area"], FLOORS).where(_left(m), ""),
    "to_floor_area": lambda m, _: _binned(m["to_floor_area"], FLOORS),
    "from_rent_class": lambda m, t: _rent_class(m, "from", str(t.results.config["start"])),
    "to_rent_class": lambda m, t: _rent_class(m, "to", str(t.results.config["start"])),
    "area_left": lambda m, _: m["from_area"],
    "area_taken": lambda m, _: m["to_area"],
    "new_household": lambda m, t: _new_size(m, t),
}


def _followers(moves: pd.DataFrame, tables: Tables) -> pd.Series:
    """Persons of the household that took each home left, by row of ``moves``; NaN while nobody did."""
    after = tables.after.set_index(["seed", "parent_move_id"])["household_size"]
    after = after[~after.index.duplicated()]
    found = after.reindex(pd.MultiIndex.from_frame(moves[["seed", "move_id"]]))
    return pd.Series(found.to_numpy(), index=moves.index)


def _new_size(moves: pd.DataFrame, tables: Tables) -> pd.Series:
    size = _followers(moves, tables)
    name = np.select([size == 1, size == 2, size >= 3], ["one", "two", "three_plus"], "nobody")
    return pd.Series(name, index=moves.index).where(_left(moves), "")


def _of_moves(value: Callable[[pd.DataFrame, Tables], Seeds]) -> Callable[[Row, Tables], list[Count]]:
    """One number from the seniors' moves, or the note that there is no ledger."""

    def made(row: Row, tables: Tables) -> list[Count]:
        if tables.moves is None:
            return [Count("", row.unit, {}, NO_LEDGER)]
        return [Count("", row.unit, value(tables.moves, tables), row.open[1])]

    return made


def _households(moves: pd.DataFrame, _: Tables) -> Seeds:
    return moves.groupby("seed")["household_id"].nunique().astype(float).to_dict()


def _larger(moves: pd.DataFrame, tables: Tables) -> Seeds:
    size = _followers(moves, tables)
    taken = size.notna() & _left(moves)
    return (size > moves["household_size"])[taken].groupby(moves["seed"][taken]).mean().to_dict()


def _mean_floor(side: str) -> Callable[[pd.DataFrame, Tables], Seeds]:
    def made(moves: pd.DataFrame, _: Tables) -> Seeds:
        known = moves if side == "to" else moves[_left(moves)]
        return known.groupby("seed")[f"{side}_floor_area"].mean().to_dict()

    return made


def _same_area(moves: pd.DataFrame, _: Tables) -> Seeds:
    left = moves[_left(moves)]
    return (left["from_area"].astype(object) == left["to_area"].astype(object)).groupby(left["seed"]).mean().to_dict()


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
        moved = (("month_moved", ">=", 0), ("month_moved", "<", tables.results.months))
        best = one_verdict(folder.of_scenario("attribution", HELD, tables.scenario, moved))
        found = {one.key: best[best == one.key].groupby("seed").size() for one in MOVED}
    watched = {one.key for one in WATCHED}
    counted = []
    for name in (value.key for value in row.values):
        if name == SPONTANEOUS:
            moves = tables.moves
            note = NO_LEDGER if moves is None else ""
            seeds: Seeds = {} if moves is None else (moves["instruments"] == "").groupby(moves["seed"]).sum().astype(float).to_dict()
        elif not found:
            seeds, note = {}, NO_VERDICTS
        elif name in watched and not tables.shared.verdicts & watched:
            seeds, note = {}, UNWATCHED
        else:
            seeds, note = {seed: float(found[name].get(seed, 0)) for seed in tables.seeds}, ""
        counted.append(Count(name, row.unit if name != SPONTANEOUS else "moves", seeds, note))
    return counted


def one_verdict(uses: pd.DataFrame) -> pd.Series:
    """One verdict per household that used an instrument, by (seed, household_id): that of the row ``alle``, else the one that
    claims least for the measures (BY_CLAIM)."""
    order = [one.key for one in BY_CLAIM]
    uses = uses.astype({"instrument": object, "verdict": object})
    whole = uses["instrument"] == ALLE
    uses = uses[whole] if whole.any() else uses
    rank = uses["verdict"].map({name: k for k, name in enumerate(order)})
    best = rank.groupby([uses["seed"], uses["household_id"]]).min()
    return best.map(dict(enumerate(order)))


def _per_move(key: str, column: str, rest: bool = False) -> Callable[[Row, Tables], list[Count]]:
    """Uses or contacts of a row, per senior move (or per senior move without a use)."""

    def made(row: Row, tables: Tables) -> list[Count]:
        n, moves = tables.delivered(key, column), tables.summary.get("senior_moves", {})
        below = {seed: moves[seed] - (n[seed] if rest else 0) for seed in n if seed in moves}
        return [Count("", row.unit, ratio(n, below))]

    return made


def _of_lettings(row: Row, tables: Tables) -> list[Count]:
    if tables.moves is None:
        return [Count("", row.unit, {}, NO_LEDGER)]
    return [Count("", row.unit, ratio(tables.delivered("allocations_by_priority", "uses"), tables.lettings))]


SPECIAL: dict[str, Callable[[Row, Tables], list[Count]]] = {
    "senior_households_moved": _of_moves(_households),
    "candidates_per_senior_home": _of_moves(lambda _, tables: tables.complexes),
    "split_applications": _applications,
    "senior_moves_year": _by_year,
    "larger_household": _of_moves(_larger),
    "by_measures": _by_measures,
    "from_floor_area_mean": _of_moves(_mean_floor("from")),
    "to_floor_area_mean": _of_moves(_mean_floor("to")),
    "same_area": _of_moves(_same_area),
    "gesprekken": lambda row, tables: [Count("", row.unit, tables.delivered("trajecten", "contacts"), row.open[1])],
    "trajecten_per_move": _per_move("trajecten", "contacts"),
    "priority_of_senior_moves": _per_move("allocations_by_priority", "uses"),
    "priority_of_lettings": _of_lettings,
    "grants_per_move_without": _per_move("households_verhuiskostenvergoeding", "uses", rest=True),
}
