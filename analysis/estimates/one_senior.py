"""One senior of each outcome, with the measures and without: chosen by a rule and not by hand, and told by the words of the simulation."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from analysis.tables.for_page import ONE_SENIOR
from sim.counts.schema import JOURNAL
from sim.counts.told import CONTACTS, Line, Said, drawn_together, said, summed
from sim.world.codes import MoveReason

WITH, WITHOUT = next(column for column in JOURNAL.columns if column.name == "lane").words
LANE = ("scenario", "seed", "household_id", "lane")
AREA, CARD = "area", "card{}"  # what a sentence leaves open for who shows it: the name of the area, and of each instrument
PARTED, OBSTACLE = "parted", "obstacle"
TOGETHER = "searched"  # kind of a line that ``told.searched`` draws together
KNOWN: dict[str, Callable[[Any], float]] = {"number": int, "keys_month": int, "fit_before": float, "fit_after": float}  # if there is one
SUMS = {"months": "months", "number": "responses", "most": "most"}  # numbers of months of looking drawn together, by their columns
NOTHING = pd.DataFrame(columns=list(ONE_SENIOR.names))

Row = Mapping[Hashable, Any]  # of one_senior.csv


class Step(NamedTuple):
    """What people read at once: the first of its entries, and the line that ``sim.counts.told`` makes of them all."""

    row: Row
    line: Line


class Senior(NamedTuple):
    """Both lanes of one household, each in the order in which it befell; ``parted``: where they part, if they do."""

    mine: list[Row]
    theirs: list[Row]
    parted: Row | None

    @property
    def both(self) -> dict[str, list[Row]]:
        """The lanes by name, without the parting."""
        return {WITH: self.mine, WITHOUT: self.theirs}

    def part(self, lane: str, after: bool) -> list[Row]:
        """What befell before the lanes parted, or after."""
        return [row for row in self.both[lane] if bool(row["after_parting"]) == after]


def one_senior(journal: pd.DataFrame, start: str) -> pd.DataFrame:
    """The rows of one_senior.csv: of journal.parquet, for each outcome, those of the first seed that has one; ``start``: month 0."""
    if not len(journal):
        return NOTHING
    first = journal.groupby(["scenario", "verdict"])["seed"].transform("min")
    chosen = journal[journal["seed"] == first].sort_values([*LANE, "entry"], ignore_index=True)
    found = chosen.assign(after_parting=after_parting(chosen), **dict.fromkeys(SUMS.values(), float("nan")))
    apart = found["kind"] != PARTED
    for _, mine in found[apart].groupby([*LANE, "after_parting"], sort=False):
        for row, line in steps(mine.reset_index().to_dict("records"), start):
            if line["kind"] == TOGETHER:
                found.loc[row["index"], [*SUMS.values()]] = [line["numbers"][name] for name in SUMS]
    return found[list(ONE_SENIOR.names)]


def after_parting(journal: pd.DataFrame) -> pd.Series:
    """Of rows in their order whether each befell after its household parted from the one without; the parting itself did.

    Up to there lane ``with`` has the entries of lane ``without``, and what the measures did besides.
    """
    gone = (journal["kind"] == PARTED).groupby([journal[name] for name in LANE], sort=False).cumsum() > 0
    household = [journal[name] for name in LANE[:-1]]
    theirs, parts = journal["lane"] == WITHOUT, (journal["kind"] == PARTED).groupby(household).transform("any")
    n_before = (theirs & ~gone).groupby(household).transform("sum")
    month = journal["month"].where(journal["kind"] == PARTED).groupby(household).transform("max")
    own = ~journal["kind"].isin(CONTACTS)
    at = own.groupby([journal[name] for name in LANE], sort=False).cumsum()
    reached = ~own & (journal["month"] <= month)  # letters, talks and help come before the decisions of a month
    return gone.where(theirs, parts & (at + ~own * ~reached > n_before)).astype(bool)


def senior_of(table: pd.DataFrame, scenario: str, verdict: str) -> Senior | None:
    """The senior of an outcome in the rows of one_senior.csv; None where there is none."""
    rows = table[(table["scenario"] == scenario) & (table["verdict"] == verdict)].sort_values("entry").to_dict("records")
    if not rows:
        return None
    parted = next((row for row in rows if row["kind"] == PARTED), None)
    mine, theirs = ([row for row in rows if row["lane"] == lane and row["kind"] != PARTED] for lane in (WITH, WITHOUT))
    return Senior(mine, theirs, parted)


def as_told(row: Row) -> dict[str, Any]:
    """A row as ``sim.counts.told`` reads it, with names left open as ``AREA`` and ``CARD``."""
    known = {name: None if pd.isna(row[name]) else kind(row[name]) for name, kind in KNOWN.items()}
    cards = [f"{{{CARD.format(k)}}}" for k in range(len(instruments(row)))]
    return {**{str(name): value for name, value in row.items()}, **known, "instruments": cards, "area_name": f"{{{AREA}}}"}


def instruments(row: Row) -> list[str]:
    """Keys of the instruments of a row."""
    return [key for key in str(row["instruments"]).split("+") if key]


def steps(rows: Iterable[Row], start: str) -> list[Step]:
    """Entries of a lane as they are told, each with the first of the entries that it is made of."""
    listed = list(rows)
    left, found = iter(listed), []
    for line in drawn_together([as_told(row) for row in listed], start):
        first = next(left)
        looked = int(first["kind"] == OBSTACLE)
        while line["kind"] == TOGETHER and looked < line["numbers"]["months"]:
            looked += next(left)["kind"] == OBSTACLE
        found.append(Step(first, line))
    return found


def parting(one: Senior, start: str) -> Said | None:
    """What is said where the lanes part."""
    return None if one.parted is None else said(as_told(one.parted), start)


def in_short(one: Senior, last: int, start: str) -> Said:
    """Both lanes in a few sentences; ``last``: the last month of the run, with what follows it."""
    until = (watched(one, WITH, last), watched(one, WITHOUT, last))
    parted = None if one.parted is None else as_told(one.parted)
    return summed([as_told(row) for row in one.mine], [as_told(row) for row in one.theirs], parted, until, start)


def watched(one: Senior, lane: str, last: int) -> int:
    """The last month in which a lane was watched: to the household's end, and without the measures to its keys after the parting."""
    ends = {"ended"} if lane == WITH or one.parted is None else {"ended", "keys"}
    return next((int(row["month"]) for row in one.part(lane, one.parted is not None) if row["kind"] in ends), last)


def moved(one: Senior, lane: str) -> int | None:
    """The month of the first move to a home of its own from the parting on; None where there was none."""
    since = 0 if one.parted is None else int(one.parted["month"])
    moves = (row for row in one.both[lane] if row["kind"] == "keys" and row["reason"] != MoveReason.UNION.key and row["month"] >= since)
    return next((int(row["month"]) for row in moves), None)
