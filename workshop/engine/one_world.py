"""One world of one package: begun from a copy of the burnt-in run, carried on by some months, and told when it ends.

Prepared answers and those of a workshop day are made here, so that equal packages have the same bytes whoever made them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.estimates.chain_examples import OF_CHAINS, OF_MOVES, of_tables
from sim import interventions, month
from sim.counts import lanes, track
from sim.run import make_tables
from sim.world.names import YEAR
from workshop.engine.answers import Answer

if TYPE_CHECKING:
    from sim.state import Run
    from workshop.engine.package import Package

WINDOW = 24  # months within which a ghost must follow for a *zetje*, as experiments.compare has it unless told otherwise
TOLD = 3  # seniors of each verdict whose life is told
FOLLOWED = 1_000  # that are followed at the most: all of Zwolle would make a month of the world that draws itself twice as long
WIJK = "wijk"  # what no answer keeps by: most of the rows, and no screen shows them
OF_ANSWER = ("summary", "instruments")
OF_FIRST = ("moves", "chains", "attribution")
RUN = {"scenario": "pakket"}  # what tables of chains say of their run, beside the seed


def begin(burnt_in: Run, settings: Mapping[str, Mapping[str, Any]], first: bool) -> Run:
    """A run of its own at month 0 with the instruments of a package at work; ``first``: what would have happened without is watched,
    and the journals of some seniors are kept.

    Raises:
        Refusal: settings that cannot be.
    """
    run = burnt_in.copy()
    setting = run.world.setting
    if first and settings:  # with no instrument there is no ghost to follow
        run.follow(followed(run))
    held = {key: interventions.load(key, one, setting.start) for key, one in settings.items()}
    run.equip(held, months=setting.months, ghosts=first)
    return run


def followed(run: Run) -> list[int]:
    """Whose journal is kept: all senior households with a home, or every so many in the order of their ids, FOLLOWED at the most."""
    ids = sorted(lanes.seniors_at_home(run.world))
    return ids[:: -(-len(ids) // FOLLOWED) or 1]


def forward(run: Run, months: int) -> pd.DataFrame:
    """Let months pass, at most up to the end of the run; the rows of the track of these months.

    Each year is counted when it is over: whether a senior moved into a suitable home is read from the home, which somebody may adapt
    later. So whoever goes on by years, one or more at a time, has the same rows.
    """
    rows, end = [], min(run.world.month + months, run.world.setting.months)
    while run.world.month < end:
        since = run.world.month
        for _ in range(min(YEAR - since % YEAR, end - since)):
            month.step(run)
        rows.append(track.track(run.world, run.records, run.at_work, since, run.world.month))
    return pd.concat(rows, ignore_index=True) if rows else track.track(run.world, run.records, run.at_work, end, end)


def answer(run: Run, package: Package, seed: int, rows: pd.DataFrame, first: bool) -> Answer:
    """What a package did, when the months have passed; ``rows`` is the whole track, ``first``: with chains, verdicts and people.

    A card whose target group nobody entered, as may be in a small place, does nothing: ``reached`` says 0, and the others count.
    """
    months = run.world.setting.months
    people = None
    if first and run.at_work.running:
        people = lanes.people(run.world, run.at_work, run.journal, WINDOW, TOLD) | {"followed": len(run.journal.mine.rows)}
    return Answer(package, seed, rows, {one.key: one.n_reached for one in run.at_work.running}, tables(run, first, months), people)


def tables(run: Run, first: bool, months: int) -> dict[str, pd.DataFrame]:
    """The tables of an answer, by name, of a run that has these months behind it."""
    made = make_tables(run, months, [], (*OF_ANSWER, *(OF_FIRST if first else ())), WINDOW)
    found = {"summary": kept(made["summary"]), "money": made["instruments"]}
    if first:
        of_run = {**RUN, "seed": run.world.draws.seed}
        found |= _chains(made["chains"].assign(**of_run), made["moves"].assign(**of_run), months)
        found["verdicts"] = _by_verdict(made["attribution"])
    return found


def kept(summary: pd.DataFrame) -> pd.DataFrame:
    """The rows of a summary that an answer keeps."""
    return summary[summary["group_by"].astype(str) != WIJK].reset_index(drop=True)


def _chains(chains: pd.DataFrame, moves: pd.DataFrame, months: int) -> dict[str, pd.DataFrame]:
    """The chain that is drawn and the hundred beside it, of chains that began in the run."""
    there = (chains["start_month"] >= 0) & (chains["start_month"] < months)
    filled = moves["fills_vacancy"].to_numpy(bool) & (moves["chain_id"].fillna(-1).to_numpy() >= 0)
    found = of_tables(chains.loc[there, list(OF_CHAINS)], moves.loc[filled, list(OF_MOVES)])
    return {"chains": found.links, "hundred": found.hundred}


def _by_verdict(table: pd.DataFrame) -> pd.DataFrame:
    """Uses by verdict: instrument, verdict, n."""
    keys = ["instrument", "verdict"]
    return table.astype(dict.fromkeys(keys, str)).groupby(keys, sort=True).size().rename("n").astype(np.int64).reset_index()
