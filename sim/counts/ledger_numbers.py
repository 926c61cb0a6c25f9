"""Single numbers of one run from its ledger: what the monitor, the homes that seniors left and the public figures count of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.counts.ledger_chains import CHAINS_NEEDS, MOVES_NEEDS, Coded, chain_tables, coded, rows_of
from sim.counts.schema import CHAINS, MOVES
from sim.counts.schema_counts import FREED, NEXT_OF, NOBODY, next_key
from sim.counts.tables import framed
from sim.counts.worksheet_rows import AGES, FLOORS, RENTS, SPONTANEOUS, rent_limits
from sim.world.codes import DwellingType, EndReason, HouseholdClass, Origin, Tenure
from sim.world.names import ALL, THERE, YEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

Numbers = dict[tuple[str, str], float]  # by key and class

OF_MOVES = MOVES.some(
    "month", "fills_vacancy", "move_id", "parent_move_id", "chain_id", "link", "household_id", "household_class", "age", "household_size",
    "from_dwelling", *(f"{side}_{one}" for side in ("from", "to") for one in ("area", "tenure", "type", "floor_area", "rent")),
    "from_rooms", "left_home_elsewhere", "left_vacancy", "trigger", "nood", "first_contact", "instruments", "waited_months",
    "registered_months", "candidates",
)  # fmt: skip
OF_CHAINS = CHAINS.some("chain_id", "origin", "origin_tenure", "start_month", "end_reason")
FAMILY_ROOMS = 4  # as in the indicator freed_family_homes
GONE = (EndReason.DEMOLISHED.key, EndReason.WITHDRAWN.key)
HELPED = "helped_moves"  # always there: it says that the run is counted
MEANS = ("larger_household", "from_floor_area_mean", "to_floor_area_mean", "same_area", "candidates_per_senior_home")  # may be 0, too
JOINED = "+"  # between instruments
BANDS = {"45_54": (45, 54), "55_64": (55, 64), "65_74": (65, 74), "65_plus": (65, 200), "70_plus": (70, 200)}  # ages of the oldest adult
NEEDED = {
    "moves": tuple({**dict.fromkeys(MOVES_NEEDS), **dict.fromkeys(OF_MOVES)}),
    "chains": tuple({**dict.fromkeys(CHAINS_NEEDS), **dict.fromkeys(OF_CHAINS)}),
}
GEMEENTE = slice(2, 6)  # digits of a gemeente in the code of a wijk
SOCIAL = Tenure.CORPORATIE.key
OF_A_LETTING = ("registered_months", "waited_months", "candidates")


@dataclass(frozen=True)
class Ledger:
    """The ledger of one run by column: moves (``OF_MOVES``) and chains (``OF_CHAINS``), in any order."""

    moves: pd.DataFrame
    chains: pd.DataFrame
    months: int  # of the run, without the follow-up
    start: str

    def of(self, name: str) -> NDArray:
        """A column of numbers of the moves."""
        return self.moves[name].to_numpy()

    def text(self, name: str) -> Coded:
        """A column of texts of the moves."""
        return coded(self.moves[name])

    @cached_property
    def run(self) -> NDArray:
        """Moves of the run, not of the follow-up."""
        return self.of("month") < self.months

    @cached_property
    def fills(self) -> NDArray:
        """Moves of the run into an empty home."""
        return self.of("fills_vacancy").astype(bool) & self.run

    @cached_property
    def senior(self) -> NDArray:
        """Moves of the run by seniors into an empty home."""
        return self.fills & self.text("household_class").among([HouseholdClass.SENIOR.key])

    @cached_property
    def parent(self) -> NDArray:
        """The row of the move before each in its chain, −1 where there is none."""
        return rows_of(self.of("move_id"), self.of("parent_move_id"))

    @cached_property
    def follower(self) -> NDArray:
        """The row of the first move into the home that each left, −1 while there is none."""
        found, rows = np.full(len(self.moves), -1), np.flatnonzero(self.parent >= 0)
        rows = rows[np.argsort(-self.of("move_id")[rows], kind="stable")]
        found[self.parent[rows]] = rows  # where several follow, the last that is written stays
        return found


def of_ledger(moves: pd.DataFrame, chains: pd.DataFrame, months: int, last: int, start: str) -> dict[str, pd.DataFrame]:
    """All that is counted from the ledger of one run, by table.

    Args:
        moves, chains: of one run, follow-up included (``NEEDED``), in any order. months: of the run. last: of the follow-up.
        start: year and month in which the run begins.
    """
    return {**chain_tables(moves, chains, months, last), "ledger_numbers": numbers_table(moves, chains, months, start)}


def numbers_table(moves: pd.DataFrame, chains: pd.DataFrame, months: int, start: str) -> pd.DataFrame:
    """The table ledger_numbers of one run (see ``Ledger``)."""
    run = Ledger(moves, chains, months, start)
    found: Numbers = {**monitor(run), **freed_homes(run), **instruments(run), **figures(run)}
    rows = [(key, name, float(value)) for (key, name), value in found.items() if value or key in (*MEANS, HELPED)]
    return framed("ledger_numbers", dict(pd.DataFrame(rows, columns=["key", "name", "value"]).items()))


def by_name(key: str, label: Coded, weights: NDArray | None = None) -> Numbers:
    """How many there are of each class; an empty class is none."""
    n = np.bincount(label.codes, weights, minlength=len(label.names))
    return {(key, name): float(value) for name, value in zip(label.names, n, strict=True) if name}


def binned(values: NDArray, bins: tuple[tuple[int, str], ...]) -> Coded:
    """Classes by their lowest value."""
    return Coded(np.searchsorted([low for low, _ in bins], values, side="right") - 1, [name for _, name in bins])


def monitor(run: Ledger) -> Numbers:
    """Rows of the monitor (``worksheet_rows``) that are counted from seniors' moves; of no move there is no mean."""
    rows = np.flatnonzero(run.senior)
    left = run.of("from_dwelling")[rows] >= 0
    found: Numbers = {}
    for key, label in _classes(run, rows, left):
        found |= by_name(key, label)
    found |= {(f"first_contact_{name}", ""): n for (_, name), n in by_name("", run.text("first_contact").at(rows)).items()}
    follower, size = run.follower[rows], run.of("household_size")
    again, (same, here) = left & (follower >= 0), _areas(run, rows)
    homes = {side: run.of(f"{side}_floor_area")[rows].astype(float) for side in ("from", "to")}
    complexes = run.fills & run.text("to_type").among([DwellingType.SENIORENCOMPLEX.key])
    means = {
        "larger_household": size[follower[again]] > size[rows[again]],
        "from_floor_area_mean": homes["from"][left],
        "to_floor_area_mean": homes["to"],
        "same_area": (same == here)[left],
        "candidates_per_senior_home": run.of("candidates")[complexes],
    }
    found |= {(key, ""): float(values.mean()) for key, values in means.items() if len(values)}
    alone = run.text("instruments").at(rows).among([""])
    counts = {"senior_households_moved": len(np.unique(run.of("household_id")[rows]))}
    return found | {(key, ""): float(n) for key, n in counts.items()} | {("by_measures", SPONTANEOUS): float(alone.sum())}


def _classes(run: Ledger, rows: NDArray, left: NDArray) -> Iterator[tuple[str, Coded]]:
    """Rows of the monitor that split seniors' moves by class, in that class each."""
    for key, column in (("moved_to_type", "to_type"), ("reason", "trigger"), ("area_left", "from_area"), ("area_taken", "to_area")):
        yield key, run.text(column).at(rows)
    yield "nood_wens", Coded((~run.of("nood")[rows].astype(bool)).astype(np.int64), ["nood", "wens"])
    yield "age_class", binned(run.of("age")[rows], AGES)
    for side, known in (("from", left), ("to", np.ones(len(rows), bool))):
        tenure = run.text(f"{side}_tenure").at(rows)
        yield f"{side}_type", run.text(f"{side}_type").at(rows)
        yield f"{side}_tenure", tenure
        yield f"{side}_floor_area", binned(run.of(f"{side}_floor_area")[rows], FLOORS).where(known)
        at = np.searchsorted(rent_limits(run.start), run.of(f"{side}_rent")[rows], side="left")
        yield f"{side}_rent_class", Coded(at, [*RENTS, "free"]).where(tenure.among([SOCIAL, Tenure.VRIJE_HUUR.key]))
    follower = run.follower[rows]
    size = np.where(follower >= 0, np.minimum(run.of("household_size")[follower], 3), 0)
    yield "new_household", Coded(size.astype(np.int64), ["nobody", "one", "two", "three_plus"]).where(left)


def _areas(run: Ledger, rows: NDArray, part: slice = slice(None)) -> tuple[NDArray, NDArray]:
    """The areas left and taken, or a part of their codes, numbered alike."""
    sides = [run.text(f"{side}_area").at(rows) for side in ("from", "to")]
    number: dict[str, int] = {}
    of = [np.array([number.setdefault(name[part], len(number)) for name in side.names], np.int64) for side in sides]
    return of[0][sides[0].codes], of[1][sides[1].codes]


def freed_homes(run: Ledger) -> Numbers:
    """Homes that seniors left in the run, by who came to live in them, follow-up included, or what became of them."""
    left = run.senior & run.of("left_vacancy").astype(bool)
    family = run.text("from_type").among([DwellingType.EENGEZINS.key]) & (run.of("from_rooms") >= FAMILY_ROOMS)
    came = np.flatnonzero((run.parent >= 0) & left[run.parent])
    still = np.flatnonzero(left & (run.follower < 0))
    of = rows_of(run.chains["chain_id"].to_numpy(), run.of("chain_id")[still])
    gone = (of >= 0) & coded(run.chains["end_reason"]).among(GONE)[of] if len(run.chains) else np.zeros(len(still), bool)
    kinds = {
        "persons": np.clip(run.of("household_size")[came], 1, 3).astype(np.int64) - 1,
        "home": (~run.text("from_tenure").at(came).among([""])).astype(np.int64),
    }
    found: Numbers = {}
    for homes, inside in zip(FREED, (left, left & family), strict=True):
        some, rest = inside[run.parent[came]], inside[still]
        for by, names in NEXT_OF.items():
            found |= by_name(next_key(homes, by), Coded(kinds[by][some], list(names)))
            found |= by_name(next_key(homes, by), Coded(gone[rest].astype(np.int64), list(NOBODY)))
    return found


def instruments(run: Ledger) -> Numbers:
    """Moves of the run on which any instrument worked that is added, each counted once."""
    carried = run.text("instruments").at(np.flatnonzero(run.run))
    added = [names for names in carried.names if any(one and not one.startswith(THERE) for one in names.split(JOINED))]
    return {(HELPED, ""): float(carried.among(added).sum())}


def figures(run: Ledger) -> Numbers:
    """What public figures are compared with (``analysis.estimates.validation``)."""
    moved = np.flatnonzero(run.run & (run.of("from_dwelling") >= 0))
    age, size, into = (run.of(name)[moved] for name in ("age", "household_size", "fills_vacancy"))
    (left, taken), (left_in, taken_in) = _areas(run, moved), _areas(run, moved, GEMEENTE)
    found: Numbers = {}
    for band, (low, high) in BANDS.items():
        some = (age >= low) & (age <= high)
        stays = {"moved": some, "moved_in_wijk": some & (left == taken), "moved_in_gemeente": some & (left_in == taken_in)}
        found |= {(key, band): float(one.sum()) for key, one in (stays | {"moved_into_vacancy": some & into.astype(bool)}).items()}
        found["persons_moved", band] = float(size[some].sum(dtype=np.int64))
    return found | _homes(run) | _same_year(run)


def _homes(run: Ledger) -> Numbers:
    """Homes taken and homes that came free in the run, by tenure and together."""
    fills, later = np.flatnonzero(run.fills), run.fills & (run.of("link") > 1)
    taken, freed = run.text("to_tenure").at(fills), run.text("from_tenure").at(fills)
    starter = (run.of("from_dwelling") < 0) & ~run.of("left_home_elsewhere").astype(bool)
    left, social = run.of("left_vacancy")[fills].astype(bool), fills[taken.among([SOCIAL])]
    others = [Origin.NEW_BUILD.key, Origin.SPLIT.key, Origin.VOOR_START.key]
    begun = ~coded(run.chains["origin"]).among(others) & (run.chains["start_month"].to_numpy() < run.months)
    found = by_name("homes_taken", taken) | by_name("homes_taken_by_starters", taken, starter[fills])
    found |= by_name("homes_left", freed, left) | {("homes_left", ALL): float(left.sum())}
    found |= by_name("chains_begun", coded(run.chains["origin_tenure"]), begun) | {("chains_begun", ALL): float(begun.sum())}
    found |= {("later_links", ALL): float(later.sum()), ("later_links", "starters"): float((later & starter).sum())}
    return found | {("lettings", name): float(run.of(name)[social].sum(dtype=np.int64)) for name in OF_A_LETTING}


def _same_year(run: Ledger) -> Numbers:
    """Homes left by movers into new build and filled later: all, and those filled in the same calendar year."""
    built = run.chains["chain_id"].to_numpy()[coded(run.chains["origin"]).among([Origin.NEW_BUILD.key])]
    came = np.flatnonzero(run.parent >= 0)
    before = run.parent[came]
    first = (run.of("link")[before] == 1) & np.isin(run.of("chain_id")[before], built)
    year = run.of("month") // YEAR
    return {
        ("left_by_new_build", ALL): float(first.sum()),
        ("left_by_new_build", "same_year"): float((first & (year[came] == year[before])).sum()),
    }
