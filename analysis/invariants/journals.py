"""Invariants of the journal: both lanes of a followed household, beside the ledger and the verdicts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.invariants.ledger import known
from analysis.invariants.rule import RUN, Wrong, apart, beside, end_of, invariant
from sim.counts.told import CONTACTS
from sim.world.codes import Code, DropReason, MoveReason, Obstacle, Origin, Stage, Trigger, names
from sim.world.names import ALLE

LANE = [*RUN, "household_id", "lane"]
REASONS: dict[str, type[Code]] = {
    "start": Stage, "event": Trigger, "wish": Trigger, "search": Trigger, "refused": Obstacle, "obstacle": Obstacle,
    "dropped": DropReason, "keys": MoveReason, "ended": Origin, "parted": Stage,
}  # fmt: skip
OF_A_HOME = ("refused", "accepted", "keys")
HOME = ("area", "tenure", "type", "rooms")


@invariant
def entries_of_a_lane_are_numbered_in_order_of_month(journal: pd.DataFrame, record: Any) -> Wrong:
    """Entries of a lane are numbered from 1, in no month before that of the one above, within the run or its follow-up."""
    lanes = journal.groupby(LANE, observed=True, sort=False)
    outside = (journal["month"] < 0) | (journal["month"] >= end_of(record))
    return outside | (journal["entry"] != lanes.cumcount() + 1) | (lanes["month"].diff() < 0)


@invariant
def a_lane_begins_at_the_start_and_ends_with_the_household(journal: pd.DataFrame) -> Wrong:
    """The first entry of a lane, and no other, is its start, in month 0; after the household's end there is none."""
    first = journal["entry"] == 1
    below = journal.groupby(LANE, observed=True, sort=False)["kind"].shift()
    wrong = ((journal["kind"] == "start") != first) | (first & (journal["month"] != 0)) | (below == "ended")
    return wrong | ((journal["lane"] == "without") & (below == "keys") & (journal["kind"] != "keys") & _after_parting(journal))


def _after_parting(journal: pd.DataFrame) -> pd.Series:
    """Whether an entry of lane ``without`` comes after the one where the lanes part."""
    return (journal["kind"] == "parted").groupby([journal[name] for name in LANE], observed=True, sort=False).cumsum() > 0


@invariant
def a_household_has_two_lanes_that_part_once(journal: pd.DataFrame) -> Wrong:
    """A household has both lanes, and parts in one place, which stands in the lane without."""
    keys = [*RUN, "household_id"]
    lanes = journal.groupby(keys, observed=True)["lane"].transform("nunique")
    parted = (journal["kind"] == "parted").groupby([journal[name] for name in keys], observed=True).transform("sum")
    return (lanes != 2) | (parted != 1) | ((journal["kind"] == "parted") & (journal["lane"] != "without"))


@invariant
def up_to_the_parting_both_lanes_are_the_same(journal: pd.DataFrame) -> Wrong:
    """Up to the parting lane without has the entries of lane with, less information, talks and help."""
    without = (journal["lane"] == "without") & ~_after_parting(journal)
    with_it = (journal["lane"] == "with") & ~journal["kind"].isin(CONTACTS)
    lane = [journal[name] for name in LANE]
    places = [some.groupby(lane, observed=True, sort=False).cumsum().where(some, 0) for some in (without, with_it)]
    there = journal.assign(place=places[0] + places[1])
    same = beside(there, there[with_it], ["household_id", "place"])
    wrong = np.zeros(len(journal), bool)
    for name in (one for one in journal if one not in (*LANE, "entry")):
        a, b = (one[name].astype(object) for one in (journal, same))
        wrong |= ((a != b).fillna(True).astype(bool) & ~(a.isna() & b.isna())).to_numpy()
    return without.to_numpy() & wrong


@invariant
def an_entry_has_a_reason_of_its_kind(journal: pd.DataFrame) -> Wrong:
    """The reason of an entry is one of its kind, and there is none where its kind has none."""
    allowed = {kind: set(names(codes)) for kind, codes in REASONS.items()}
    return np.array([reason not in allowed.get(kind, {""}) for kind, reason in zip(journal["kind"], journal["reason"], strict=True)], bool)


@invariant
def an_entry_names_what_its_kind_is_about(journal: pd.DataFrame) -> Wrong:
    """A home is named exactly where it is refused, accepted or moved into, or lived in at the start; numbers as their kind has them."""
    kind, home = journal["kind"], journal["type"] != ""
    wrong = (home & ~kind.isin((*OF_A_HOME, "start"))) | (~home & kind.isin(OF_A_HOME))
    wrong |= (home != (journal["tenure"] != "")) | (home != (journal["area"] != "")) | (home != (journal["rooms"] > 0))
    wrong |= (journal["number"] > 0).fillna(False).astype(bool) != (kind == "responded")
    wrong |= (journal["keys_month"] >= journal["month"]).fillna(False).astype(bool) != (kind == "accepted")
    return wrong | (journal["fit_before"].notna() & ~kind.isin(("start", "keys"))) | (journal["fit_after"].notna() & (kind != "keys"))


@invariant
def keys_come_in_the_month_that_was_promised(journal: pd.DataFrame) -> Wrong:
    """Who accepts a home and gets the keys, gets them in the month promised, of that home."""
    lanes = journal.groupby(LANE, observed=True, sort=False)
    asked = journal["kind"].where(journal["kind"].isin(("accepted", "keys", "gave_back", "ended", "start")))
    before = asked.groupby([journal[name] for name in LANE], observed=True, sort=False).transform(lambda one: one.ffill().shift())
    promised = lanes["keys_month"].transform(lambda one: one.ffill().shift())
    fills = (journal["kind"] == "keys") & (journal["reason"] == MoveReason.FILL.key)
    return fills & ((before != "accepted") | (promised != journal["month"]).fillna(True).astype(bool))


@invariant
def moves_of_the_followed_are_in_the_ledger(journal: pd.DataFrame, moves: pd.DataFrame) -> Wrong:
    """A move in lane with is in the ledger, in that month, to that home, of that kind and with that fit."""
    mine = (journal["lane"] == "with") & (journal["kind"] == "keys")
    there = beside(journal, moves, ["household_id", "month"])
    wrong = there["reason"].astype(object) != journal["reason"]
    for name in HOME:
        wrong |= there[f"to_{name}"].astype(object) != journal[name].astype(object)
    return mine & (wrong | apart(there["fit_before"], journal["fit_before"]) | apart(there["fit_after"], journal["fit_after"]))


@invariant
def verdicts_of_the_followed_are_those_of_their_uses(journal: pd.DataFrame, attribution: pd.DataFrame) -> Wrong:
    """The verdict on a followed household is that on all instruments together, one household for each, in a row of its own."""
    whole = attribution[attribution["instrument"] == ALLE]
    there = beside(journal, whole, ["household_id"])["verdict"].astype(object)
    several = journal.groupby([*RUN, "verdict"], observed=True)["household_id"].transform("nunique") > 1
    return (there != journal["verdict"]) | several


@invariant
def who_is_followed_is_described_alike_in_every_entry(journal: pd.DataFrame) -> Wrong:
    """Age and size of a household are those of month 0, the same in all its entries, and possible."""
    people = journal.groupby([*RUN, "household_id"], observed=True)
    wrong = (people["age"].transform("nunique") > 1) | (people["household_size"].transform("nunique") > 1)
    return wrong | (journal["age"] < 18) | (journal["household_size"] < 1)


@invariant
def what_is_named_in_a_journal_is_of_its_scenario(journal: pd.DataFrame, record: Any) -> Wrong:
    """An instrument that a journal names is one of the scenario or its rules; information, talks and help name one."""
    held = {name: set(known(record, name)) for name in record["scenarios"]}
    named = [set(filter(None, said.split("+"))) for said in journal["instruments"].astype(str)]
    wrong = [not one <= held.get(name, set()) for one, name in zip(named, journal["scenario"], strict=True)]
    return np.array(wrong, bool) | (journal["kind"].isin(CONTACTS) & (journal["instruments"] == "")).to_numpy()
