"""Invariants of the ledger: moves and chains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.invariants.rule import RUN, Wrong, apart, beside, end_of, in_order, invariant, months_of, summed
from sim.world.codes import CHOSEN, NOOD_TRIGGERS, Contact, EndReason, MoveReason, Origin, Trigger

NONE_LEFT = ("from_area", "from_tenure", "from_type", "from_rooms", "from_floor_area", "from_rent")
OF_A_HOME = ("area", "tenure", "type", "rooms", "floor_area")


@invariant
def moves_are_numbered(moves: pd.DataFrame) -> Wrong:
    """Moves of a run are numbered from 0 in the order of their rows."""
    return moves["move_id"].to_numpy() != moves.groupby(RUN, observed=True, sort=False).cumcount().to_numpy()


@invariant
def moves_are_in_order_of_month(moves: pd.DataFrame) -> Wrong:
    """A move is in no month before that of the move above it."""
    return in_order(moves) & (moves["month"].diff() < 0).to_numpy()


@invariant
def moves_lie_in_the_run(moves: pd.DataFrame, record: Any) -> Wrong:
    """A move lies in the run or its follow-up, and phase says in which."""
    return _out_of_time(moves, record)


@invariant
def months_lie_in_the_run(months: pd.DataFrame, record: Any) -> Wrong:
    """A month lies in the run or its follow-up, and phase says in which."""
    return _out_of_time(months, record)


def _out_of_time(table: pd.DataFrame, record: Any) -> Wrong:
    outside = (table["month"] < 0) | (table["month"] >= end_of(record))
    return outside | ((table["phase"] == "run") != (table["month"] < months_of(record)))


@invariant
def a_move_in_a_chain_fills_a_vacancy(moves: pd.DataFrame) -> Wrong:
    """A move has a chain, a link and a month in which its home came free exactly if it fills a vacancy."""
    fills = moves["fills_vacancy"]
    return ((moves["chain_id"] >= 0) != fills) | ((moves["link"] >= 1) != fills) | (moves["vacancy_opened"].notna() != fills)


@invariant
def only_a_fill_is_called_one(moves: pd.DataFrame) -> Wrong:
    """A move with reason fill fills a vacancy; a swap or moving in with a lodger's host does not, and leaves none in a swap."""
    swap = moves["reason"] == MoveReason.WONINGRUIL.key
    return ((moves["reason"] == MoveReason.FILL.key) & ~moves["fills_vacancy"]) | (swap & (moves["fills_vacancy"] | moves["left_vacancy"]))


@invariant
def first_links_have_no_parent(moves: pd.DataFrame) -> Wrong:
    """A move has a move before it in its chain exactly if its link is 2 or more."""
    return (moves["parent_move_id"] >= 0) != (moves["link"] >= 2)


@invariant
def links_follow_their_parents(moves: pd.DataFrame) -> Wrong:
    """The move before it is earlier in the ledger, of the same chain, one link lower, and left empty the home taken, just then."""
    p = beside(moves, moves, ["parent_move_id"], ["move_id"])
    wrong = p["link"].isna() | (moves["parent_move_id"] >= moves["move_id"]) | (p["chain_id"] != moves["chain_id"])
    wrong |= (p["link"] + 1 != moves["link"]) | (p["from_dwelling"] != moves["to_dwelling"]) | ~p["left_vacancy"].eq(True)
    return (moves["parent_move_id"] >= 0) & (wrong | (p["month"] != moves["vacancy_opened"].astype(float)))


@invariant
def a_home_stays_what_it_is(moves: pd.DataFrame) -> Wrong:
    """The home taken is in area, tenure, type and size as the one that the move before it left."""
    p = beside(moves, moves, ["parent_move_id"], ["move_id"])
    wrong = np.any([(p[f"from_{one}"] != moves[f"to_{one}"]).to_numpy() for one in OF_A_HOME], axis=0)
    return (moves["parent_move_id"] >= 0).to_numpy() & p["link"].notna().to_numpy() & wrong


@invariant
def a_move_has_one_successor(moves: pd.DataFrame) -> Wrong:
    """A home left is filled once, and a chain has one first move."""
    children = moves.loc[moves["parent_move_id"] >= 0, [*RUN, "parent_move_id"]].duplicated()
    heads = moves.loc[moves["link"] == 1, [*RUN, "chain_id"]].duplicated()
    return moves.index.isin([*children.index[children], *heads.index[heads]])


@invariant
def what_a_move_set_off(moves: pd.DataFrame) -> Wrong:
    """What a move set off is the number of moves after it in its chain; outside a chain nothing."""
    after = summed(moves, ["chain_id"], moves) - moves["link"]
    return moves["n_set_off"] != np.where(moves["chain_id"] >= 0, after, 0)


@invariant
def homes_are_taken_after_they_came_free(moves: pd.DataFrame) -> Wrong:
    """No home is taken before it came free."""
    return (moves["vacancy_opened"] > moves["month"]).fillna(False).astype(bool)


@invariant
def who_left_no_home(moves: pd.DataFrame) -> Wrong:
    """Who leaves no home has none in every column of it, and leaves none empty; who leaves one has all but the rent."""
    none = moves["from_dwelling"] < 0
    wrong = none & (moves["left_vacancy"] | (moves["fit_before"] != 0)) | (none != moves["distance_km"].isna())
    for name in NONE_LEFT:
        empty = moves[name].isin(["", 0])
        wrong |= (none & ~empty) | (~none & empty & (name != "from_rent"))
    return wrong | (moves["left_home_elsewhere"] & ~none)


@invariant
def a_household_moves_from_where_it_lives(moves: pd.DataFrame) -> Wrong:
    """A household moves from the home that its move before took (from none where it lodged with others)."""
    order = moves.sort_values([*RUN, "household_id", "move_id"], kind="stable")
    before = order.groupby([*RUN, "household_id"], observed=True)[["to_dwelling", "reason"]].shift()
    lived = before["to_dwelling"].where(before["reason"] != MoveReason.INWONEN.key, -1)
    return (before["to_dwelling"].notna() & (lived != order["from_dwelling"])).reindex(moves.index)


@invariant
def nood_is_its_trigger(moves: pd.DataFrame) -> Wrong:
    """A move is of nood exactly if its trigger is."""
    return moves["nood"] != moves["trigger"].isin([Trigger(one).key for one in NOOD_TRIGGERS])


@invariant
def a_contact_has_its_months(moves: pd.DataFrame) -> Wrong:
    """The months from the first contact are known exactly if there was one."""
    return (moves["first_contact"] != Contact.NONE.key) != moves["months_from_contact"].notna()


@invariant
def instruments_on_a_move_are_of_its_scenario(moves: pd.DataFrame, record: Any) -> Wrong:
    """Instruments that worked on a move, or were decisive in its klantreis, are of its scenario or its rules."""
    wrong = np.zeros(len(moves), bool)
    columns = [moves[name].to_numpy() for name in ("scenario", "instruments", "decisive")]
    for one in set(zip(*columns, strict=True)):
        held, worked, decisive = known(record, one[0]), set(filter(None, one[1].split("+"))), set(filter(None, one[2].split("+")))
        if not (worked | decisive) <= held:
            wrong |= np.all([column == value for column, value in zip(columns, one, strict=True)], axis=0)
    return wrong


def known(record: Any, scenario: str) -> set[str]:
    """Instruments that a scenario holds, or that its rules can add."""
    of = record["scenarios"].get(scenario)
    if of is None:
        return set()  # that no such run is known is told by a rule of its own
    return {*of["instruments"], *(key for rule in of.get("rules", []) for key in rule["do"]["add"])}


@invariant
def every_move_has_its_chain(moves: pd.DataFrame, chains: pd.DataFrame, record: Any) -> Wrong:
    """A move is in a chain that chains.parquet holds, is in scope exactly if that began in the run, and open as it is."""
    c = beside(moves, chains, ["chain_id"])
    inside = moves["chain_id"] >= 0
    begun = (c["origin"] != Origin.VOOR_START.key) & (c["start_month"] >= 0) & (c["start_month"] < months_of(record))
    wrong = c["moves"].isna() | (moves["in_scope"] != begun) | ~c["open"].eq(moves["set_off_open"])
    return (inside & wrong) | (~inside & (moves["in_scope"] | (moves["set_off_open"] & ~moves["left_vacancy"])))


@invariant
def a_chain_counts_its_moves(chains: pd.DataFrame, moves: pd.DataFrame) -> Wrong:
    """A chain has as many moves as name it, and frees one home less."""
    n = summed(moves[moves["chain_id"] >= 0], ["chain_id"], chains)
    return (chains["moves"] != n) | (chains["homes_freed"] != np.maximum(0, n - 1))


@invariant
def chains_are_listed_once_in_order(chains: pd.DataFrame) -> Wrong:
    """Chains of a run stand in the order of their numbers."""
    return in_order(chains) & (chains["chain_id"].diff() <= 0).to_numpy()


@invariant
def an_open_chain_has_no_end(chains: pd.DataFrame) -> Wrong:
    """A chain is open exactly if its end has no month and no other reason."""
    return (chains["open"] != chains["end_month"].isna()) | (chains["open"] != (chains["end_reason"] == EndReason.OPEN.key))


@invariant
def under_way_before_the_start(chains: pd.DataFrame, record: Any) -> Wrong:
    """A chain began below month 0 (at 0 without a burn-in) exactly if it was under way at the start; none begins after the follow-up."""
    before, start = chains["origin"] == Origin.VOOR_START.key, chains["start_month"]
    return (
        (before & (start > 0))
        | (~before & (start < 0))
        | (start >= end_of(record))
        | ((start == 0) & before & (record["configuration"]["burn_in"] > 0))
    )


@invariant
def a_chain_ends_with_its_last_move(chains: pd.DataFrame, moves: pd.DataFrame) -> Wrong:
    """A closed chain ends in the month of its last move (in that of its start where there is none); who ends it leaves no home."""
    last = moves[moves["chain_id"] >= 0].sort_values([*RUN, "chain_id", "link"]).drop_duplicates([*RUN, "chain_id"], keep="last")
    found = beside(chains, last, ["chain_id"])
    end = found["month"].where(chains["moves"] > 0, chains["start_month"])
    stops = chains["end_reason"].isin([one.key for one in (EndReason.STARTER, EndReason.ARRIVAL, EndReason.SEPARATED)])
    left = found["left_vacancy"].eq(True) | (chains["moves"] == 0)
    return (~chains["open"] & apart(end, chains["end_month"])) | (stops == left)


@invariant
def a_chain_begins_with_its_first_home(moves: pd.DataFrame, chains: pd.DataFrame) -> Wrong:
    """The first move of a chain takes its first home: area, tenure and type are its, and it came free as the chain began."""
    c = beside(moves, chains, ["chain_id"])
    wrong = np.any([(c[f"origin_{one}"] != moves[f"to_{one}"]).to_numpy() for one in ("area", "tenure", "type")], axis=0)
    wrong |= apart(c["start_month"], moves["vacancy_opened"].astype(float))
    return (moves["link"] == 1) & c["moves"].notna() & wrong


@invariant
def months_count_the_moves(months: pd.DataFrame, moves: pd.DataFrame) -> Wrong:
    """Where the ledger was kept, a month counts its moves: all, fills, and those by choice of seniors with their kilometres."""
    kept = pd.MultiIndex.from_frame(months[RUN]).isin(pd.MultiIndex.from_frame(moves[RUN].drop_duplicates()))
    chosen = moves[moves["reason"].isin([one.key for one in CHOSEN]) & (moves["household_class"] == "senior")]
    wrong = apart(summed(moves, ["month"], months), months["moves"])
    wrong |= apart(summed(moves[moves["fills_vacancy"]], ["month"], months), months["fills"])
    wrong |= apart(summed(chosen, ["month"], months), months["senior_moves"])
    return kept & (wrong | apart(summed(chosen, ["month"], months, "distance_km"), months["senior_moves_km"], 1e-4))
