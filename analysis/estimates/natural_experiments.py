"""Published evaluations of real schemes, counted in the model as they were counted: tables of one seed in, counts out.

A count is a pair: a part and the whole that it is a part of (or, of a mean, a sum and the number of its terms). Pairs of seeds may be
added up; a share is the part over the whole. Nothing here runs a world.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import betaincinv, gammaincinv

from analysis.estimates.statistics import LEVEL, Ratio, ratio
from analysis.estimates.targets import targets
from analysis.tables.files import need
from sim.world.codes import MoveReason, Tenure, Verdict, names
from sim.world.names import ALLE

UNION, CORPORATIE = names(MoveReason)[MoveReason.UNION], names(Tenure)[Tenure.CORPORATIE]
CAUSED = tuple(names(Verdict)[one] for one in (Verdict.ZETJE, Verdict.NOODZAKELIJK))
ANYWAY = names(Verdict)[Verdict.OOK_ZONDER]
PART, WHOLE = 0, 1


class Published(NamedTuple):
    """What an evaluation said.

    Attributes:
        evidence: id of its row in docs/evidence.csv.
        says: the published words or numbers, short.
        value, low, high: in ``unit``; the ends are those of a binomial interval where it is a count, else of how it was worded.
        unit: ``%``, ``months`` (a mean), ``moves`` (a number of them in one place).
        kind: what the ends are.
    """

    evidence: str
    says: str
    value: float
    low: float
    high: float
    unit: str
    kind: str


class Row(NamedTuple):
    """The model beside an evaluation, and whether it is off: no value of its interval lies between the ends of the published one."""

    model: Ratio
    off: float  # distance between the two intervals in the unit; 0 where they share a value, NaN where one is lacking
    away: float  # model less published, in the unit


def binomial(part: int, whole: int) -> tuple[float, float]:
    """Exact 95 % interval of a share, %: Clopper and Pearson (1934).

    Raises:
        ValueError: nothing was counted, or more than the whole.
    """
    if not 0 <= part <= whole or whole == 0:
        raise ValueError(f"{part} of {whole} is no share")
    tail = (1 - LEVEL) / 2
    low = 0.0 if part == 0 else float(betaincinv(part, whole - part + 1, tail))
    high = 1.0 if part == whole else float(betaincinv(part + 1, whole - part, 1 - tail))
    return 100 * low, 100 * high


def of_count(evidence: str, says: str, part: int, whole: int) -> Published:
    """A published share that is a count, with its binomial interval."""
    return Published(evidence, says, 100 * part / whole, *binomial(part, whole), "%", "binomial, 95 %")


def of_number(evidence: str, says: str, number: int) -> Published:
    """A published number of moves above 0, with the exact 95 % interval of a Poisson count (Garwood 1936)."""
    tail = (1 - LEVEL) / 2
    return Published(
        evidence, says, number, float(gammaincinv(number, tail)), float(gammaincinv(number + 1, 1 - tail)), "moves", "Poisson, 95 %"
    )


def of_target(ident: str, says: str) -> Published:
    """A figure of sim/data/targets/targets.csv with the tolerance that was frozen there."""
    one = targets()[ident]
    return Published(one.source, says, one.value, one.low, one.high, one.unit, "tolerance of the target")


PUBLISHED = {
    "gooi_letters": of_count("C01", "549 talks after 9,100 letters", 549, 9100),
    "gooi_moved": of_count("C01", "146 moves among 549 who talked", 146, 549),
    "gooi_keys": of_target("talk_to_keys", "about a year on average"),
    "eemnes_number": of_number("C04", "8 moves in the year could be related to the package", 8),
    "eemnes": of_count("C04", "8 of 55 moves could be related to the package", 8, 55),
    "amsterdam": Published("C20", "more moves outside the scheme than with it", math.nan, 50, 100, "%", "more than half"),
    "amsterdam_young": Published("C20", "half of those outside were below 65", 50, 40, 60, "%", "rounded to a half: our reading"),
    "assen": of_count("C31", "55 moves after 425 talks", 55, 425),
    "veluwe": of_count("C32", "99 moves after 315 talks", 99, 315),
    "gelderland": of_count("C09", "over 90 moves after 244 talks in depth", 90, 244),
    "gelderland_contacts": of_count("C09", "over 90 moves after 639 contacts", 90, 639),
}


def by_date(moves: pd.DataFrame, ledger: pd.DataFrame, coach: str, talks_until: int, until: int) -> dict[str, tuple[float, float]]:
    """What a programme with one coach counts on a date: talks so far, and moves so far of those who talked.

    Talks late in the programme had little time to end in a move, and count in full: so did they in the evaluations (C01, C09, C31, C32).
    A move in with a partner counts too; who left the area or went into care is not in the table of moves.

    Args:
        moves, ledger: the tables moves and instruments of one seed.
        talks_until, until: first month that no longer counts, of talks and of keys.

    Returns:
        ``moved`` (moves, talks); ``keys`` (months from the talk to the keys together, moves).
    """
    need(list(moves.columns), ("month", "months_from_contact"), "moves.parquet")
    talked = ledger[(ledger["instrument"] == coach) & (ledger["month"] < talks_until)]
    since = told_by_then(moves, talks_until, until)["months_from_contact"].astype(float)
    return {"moved": (float(len(since)), float(talked["contacts"].sum())), "keys": (float(since.sum()), float(len(since)))}


def told_by_then(moves: pd.DataFrame, talks_until: int, until: int) -> pd.DataFrame:
    """Moves before month ``until`` of those who were first talked to in a month from 0 on and before ``talks_until``."""
    told = moves[moves["months_from_contact"].notna() & (moves["month"] < until)]
    first = told["month"] - told["months_from_contact"].astype(float)
    return told[(first >= 0) & (first < talks_until)]


def of_those_who_moved(moves: pd.DataFrame, uses: pd.DataFrame, coach: str, talks_until: int, until: int) -> dict[str, tuple[float, float]]:
    """Of the moves of ``by_date``: those that would not have come, or later, without the coach; and those in the same month anyway.

    Returns:
        ``caused`` and ``anyway``: (moves, moves of which the ghosts know). Nobody evaluated this.
    """
    used = uses[(uses["instrument"] == coach) & (uses["month_moved"] >= 0) & (uses["month_moved"] < until)]
    told = told_by_then(moves, talks_until, until)[["household_id", "month"]]
    mine = told.merge(used, left_on=["household_id", "month"], right_on=["household_id", "month_moved"])
    known = float(mine["verdict"].isin((*CAUSED, ANYWAY)).sum())
    return {"caused": (float(mine["verdict"].isin(CAUSED).sum()), known), "anyway": (float((mine["verdict"] == ANYWAY).sum()), known)}


def of_package(moves: pd.DataFrame, uses: pd.DataFrame, until: int, age: int) -> dict[str, tuple[float, float]]:
    """Moves that a package of instruments was used for, and caused, of all moves before month ``until``: three readings of "moves".

    ``let``: into corporatie homes. ``left``: out of them into another home. ``seniors``: of ``left``, by households of ``age`` and over.
    Moves in with a partner are in none. ``used``: an instrument of the package worked on the move. ``caused``: without the package the
    household would not have moved, or later. Moves of which the ghosts do not know count as not caused.

    Returns:
        By reading ``used_…`` and ``caused_…``: (moves, all moves of the reading).
    """
    need(list(moves.columns), ("month", "reason", "from_tenure", "to_tenure", "age", "instruments", "household_id"), "moves.parquet")
    mine = moves[(moves["month"] < until) & (moves["reason"] != UNION)]
    caused = uses[(uses["instrument"] == ALLE) & uses["verdict"].isin(CAUSED)]
    pairs = pd.MultiIndex.from_frame(caused[["household_id", "month_moved"]])
    because = pd.MultiIndex.from_frame(mine[["household_id", "month"]]).isin(pairs)
    used = (mine["instruments"].astype(str) != "").to_numpy()
    left = (mine["from_tenure"] == CORPORATIE).to_numpy()
    readings = {"let": (mine["to_tenure"] == CORPORATIE).to_numpy(), "left": left, "seniors": left & (mine["age"] >= age).to_numpy()}
    found: dict[str, tuple[float, float]] = {}
    for name, inside in readings.items():
        n = float(inside.sum())
        found |= {f"used_{name}": (float((used & inside).sum()), n), f"caused_{name}": (float((because & inside).sum()), n)}
    return found


class Large(NamedTuple):
    """A large home and a small household, as a scheme has them."""

    rooms: int
    floor_area: float  # m2, at least
    size: int  # persons, at most


def outside(
    moves: pd.DataFrame, uses: pd.DataFrame, scheme: tuple[str, ...], until: int, large: Large, young: int
) -> dict[str, tuple[float, float]]:
    """Moves of small households out of a large corporatie home before month ``until``, without the scheme and with it.

    Args:
        scheme: keys of its instruments; a move is with the scheme where one of them worked on it.
        young: age below which a household counts as young, years.

    Returns:
        ``outside``: (moves without the scheme, all); ``young``: (of those without it the young, those without it); ``caused``: (moves
        that would not have come, or later, without the scheme; all).
    """
    columns = ("month", "reason", "from_tenure", "from_rooms", "from_floor_area", "household_size", "age", "instruments", "household_id")
    need(list(moves.columns), columns, "moves.parquet")
    home = (moves["from_tenure"] == CORPORATIE) & (moves["from_rooms"] >= large.rooms) & (moves["from_floor_area"] >= large.floor_area)
    mine = moves[home & (moves["household_size"] <= large.size) & (moves["month"] < until) & (moves["reason"] != UNION)]
    keys = set(scheme)
    without = np.array([keys.isdisjoint(str(one).split("+")) for one in mine["instruments"]], bool)
    pairs = pd.MultiIndex.from_frame(uses[(uses["instrument"] == ALLE) & uses["verdict"].isin(CAUSED)][["household_id", "month_moved"]])
    because = pd.MultiIndex.from_frame(mine[["household_id", "month"]]).isin(pairs)
    n, below = float(len(mine)), (mine["age"] < young).to_numpy()
    return {
        "outside": (float(without.sum()), n),
        "young": (float((without & below).sum()), float(without.sum())),
        "caused": (float(because.sum()), n),
    }


def beside(pairs: list[tuple[float, float]], published: Published) -> Row:
    """The model, from a pair per seed, beside what was published. Student's t over seeds, by leaving one out (``statistics.ratio``)."""
    per = 100.0 if published.unit == "%" else 1.0
    found = ratio([per * part for part, _ in pairs], [1.0 if published.unit == "moves" else whole for _, whole in pairs])
    low, high = (end if np.isfinite(end) else found.value for end in (found.lower, found.upper))
    off = math.nan if math.isnan(found.value) else max(0.0, published.low - high, low - published.high)
    return Row(found, off, found.value - published.value)
