"""Vasthouders and vastzitters: who is one, by which obstacle, and what became of those of month 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.counts import vasthouders
from sim.counts.indicators import STUCK_STATES
from sim.counts.vasthouders import BY_HINDRANCE, HINDRANCES, HOLDS, MOVED, STUCK
from sim.world.codes import NOOD_TRIGGERS, HouseholdState, Obstacle, Stage
from tests.twins import kernels as twins
from tests.worlds import MONTHS, at_work, basis, burnt_in, everything, let_pass, pick, scattered_dwellings, scattered_households

LONG = 12
GEMEENTE = np.array([0, 0, 1, 1], np.int32)


def test_the_places_of_what_is_counted_are_those_of_the_indicators():
    fates = {name: getattr(vasthouders, name) for name in vars(vasthouders) if name.startswith(("HOLDS_", "STUCK_"))}
    words = {"HOLDS": "vasthouders_start", "STUCK": "vastzitters_start"}
    named = {place: f"{words[name[:5]]}_{name[6:].lower()}" for name, place in fates.items() if name != "STUCK_STATES"}
    hindrances = {BY_HINDRANCE + k: f"vastzitters_{name}" for k, name in enumerate(HINDRANCES)}
    whole = {0: "vasthouders", 1: "vastzitters", vasthouders.SENIORS: "vastzitters_senior"} | hindrances | named
    assert whole == dict(enumerate(STUCK_STATES))


@pytest.mark.parametrize("seed", range(4))
def test_the_month_counts_whom_the_rules_name(seed):
    w, n = burnt_in().world.copy(), 3000
    w.month, w.h, w.d, mine = 30, scattered_households(seed, n, n), scattered_dwellings(seed, n), vasthouders.nobody_stuck(n, 2)
    w.map, w.params = w.map._replace(gemeente=GEMEENTE), replace(w.params, dur_vastzitter=LONG)
    w.h.search_month[:] = pick(seed, "searched", n, [4, 18, 19, 29])
    mine.met[:] = pick(seed, "met", n * len(HINDRANCES), range(4)).reshape(n, -1)
    mine.since[:] = np.where(pick(seed, "heard", n, [True, True, False]), w.h.search_month, 3)
    high = pick(seed, "high", 2 * vasthouders.KINDS_OF_HOME, [True, False])
    mine.taken[5, 0] = 1
    mine.taken[7, 1] = np.where(high, w.params.n_candidates_high, 0)
    expected, kinds = plainly(w, mine, high)
    vasthouders.begin(w, mine)
    got = vasthouders.count(w, mine)
    assert [got[name] for name in STUCK_STATES[: vasthouders.FOLLOWED_AT]] == expected and min(expected) > 0
    np.testing.assert_array_equal(mine.start, kinds)


def plainly(w, mine, high) -> tuple[list[int], np.ndarray]:
    """The same, household by household: counts in the order of STUCK_STATES, and HOLDS, STUCK or 0 of each."""
    counts, kinds, h, d = [0] * vasthouders.FOLLOWED_AT, np.zeros(len(w.h.id), np.uint8), w.h, w.d
    for i in np.flatnonzero((h.state == HouseholdState.PRESENT) & (h.home >= 0)):
        senior, j = twins.oldest(h.adult_birth[i], w.month) >= w.params.senior_age, h.home[i]
        kind = (int(GEMEENTE[d.area[j]]), int(d.tenure[j]), int(d.kind[j] > 0), int(np.clip(d.rooms[j], 3, 5)) - 3)
        if h.stage[i] == Stage.HUIDIGE_WONING and senior and high[np.ravel_multi_index(kind, (2, 3, 2, 3))]:
            kinds[i] = HOLDS
            counts[0] += 1
        if h.stage[i] == Stage.WONINGZOEKEN and w.month - h.search_month[i] >= LONG:
            kinds[i] = STUCK
            counts[1] += 1
            counts[2] += bool(senior)
            if mine.since[i] == h.search_month[i]:
                met = mine.met[i].tolist()
                counts[BY_HINDRANCE + met.index(max(met))] += 1
    return counts, kinds


def test_an_obstacle_counts_in_its_own_search_only():
    one = vasthouders.nobody_stuck(3, 1)
    searched, rows = np.array([5, 7, 7], np.int16), np.array([0, 1], np.int32)
    for _ in range(300):  # more months than the counter holds
        one.hear(rows, np.array([Obstacle.TOO_EXPENSIVE, -1], np.int8), searched)
    assert one.met[0].tolist() == [0, 0, 255, 0, 0] and not one.met[1:].any(), "who won a home met nothing"
    searched[0] = 40
    one.hear(rows, np.array([Obstacle.REFUSED, Obstacle.NOTHING_SEEN], np.int8), searched)
    assert one.met.tolist() == [[0, 0, 0, 1, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]


def test_every_obstacle_has_a_group_and_every_group_an_obstacle():
    assert len(vasthouders.HINDRANCE_OF) == len(Obstacle)
    assert set(vasthouders.HINDRANCE_OF.tolist()) == set(range(len(HINDRANCES)))


def test_a_kind_of_home_is_in_high_demand_by_the_responses_of_a_year():
    one = burnt_in().copy()
    w, mine = one.world, one.stuck
    mine.taken[:] = 0
    assert vasthouders.count(w, mine)["vasthouders"] == 0, "nothing came free, so nothing is known of the demand"
    mine.taken[3, 0], mine.taken[3, 1] = 2, 2 * int(w.params.n_candidates_high)
    seniors = (w.h.state == HouseholdState.PRESENT) & (w.h.home >= 0) & (w.h.stage == Stage.HUIDIGE_WONING)
    seniors &= np.array([twins.oldest(birth, w.month) >= w.params.senior_age for birth in w.h.adult_birth])
    assert vasthouders.count(w, mine)["vasthouders"] == seniors.sum() > 100
    mine.taken[3, 1] -= 1
    assert vasthouders.count(w, mine)["vasthouders"] == 0


def test_a_year_of_homes_taken_is_remembered_and_no_more():
    one = let_pass(burnt_in().copy(), MONTHS)
    w, taken = one.world, one.stuck.taken
    n = int(w.counts[1])
    fills = w.m.vacancy[:n] >= 0
    assert taken[:, 0].sum() == fills.sum() > 20
    assert taken[:, 1].sum() == w.v.candidates[w.m.vacancy[:n][fills]].sum()


@pytest.mark.parametrize("chosen", [{}, everything()], ids=["basis", "everything"])
def test_those_of_month_0_are_followed_until_they_move_or_end(chosen):
    burnt = burnt_in()
    one = let_pass(at_work(burnt, chosen), MONTHS)
    w, row = one.world, vasthouders.count(one.world, one.stuck)
    start = burnt.stuck.start
    moved = np.zeros(len(start), bool)
    n = int(w.counts[1])
    moved[w.m.household[:n][w.m.reason[:n] != 1]] = True
    for name, bit in (("vasthouders", HOLDS), ("vastzitters", STUCK)):
        parts = {key.rpartition("_")[2]: value for key, value in row.items() if key.startswith(f"{name}_start_")}
        assert sum(parts.values()) == (start == bit).sum() == vasthouders.count(burnt.world, burnt.stuck)[name]
        assert parts["moved"] == (moved & (start == bit)).sum()
        assert parts["ended"] == (~moved & (start == bit) & (w.h.state == HouseholdState.ENDED)).sum()
    there = (w.h.state == HouseholdState.PRESENT) & ~moved & (start == STUCK)
    assert row["vastzitters_start_searching"] == (there & np.isin(w.h.stage, (Stage.WONINGZOEKEN, Stage.VERHUIZEN))).sum()
    assert not (burnt.stuck.start & MOVED).any(), "the world at month 0 stays as it was"


def test_counts_by_month_reach_the_tables():
    tables = basis().tables
    months, summary = tables["months"], tables["summary"]
    groups = months[[f"vastzitters_{name}" for name in HINDRANCES]].sum(axis=1)
    assert (groups <= months["vastzitters"]).all() and (months["vastzitters_senior"] <= months["vastzitters"]).all()
    assert months["vastzitters"].max() > 0
    whole = summary[(summary["group_by"] == "all") & (summary["months_to"] == MONTHS)].set_index("indicator")["value"]
    assert whole["vastzitters"] == pytest.approx(months["vastzitters"][:MONTHS].tail(12).mean())
    assert whole["vastzitters_start_moved"] == months["vastzitters_start_moved"][MONTHS - 1]


def test_nood_and_wens_are_all_moves_of_seniors():
    tables = basis().tables
    moves, summary = tables["moves"], tables["summary"]
    whole = summary[(summary["group_by"] == "all") & (summary["months_to"] == MONTHS)].set_index("indicator")["value"]
    assert whole["senior_moves_nood"] + whole["senior_moves_wens"] == whole["senior_moves"] > 0
    mine = moves[(moves["month"] < MONTHS) & (moves["household_class"] == "senior") & (moves["reason"] == "fill")]
    assert whole["senior_moves_nood"] == mine["nood"].sum()
    assert whole["senior_moves_share_nood"] == pytest.approx(mine["nood"].mean())
    assert len(NOOD_TRIGGERS) == 3


def test_the_gain_of_followers_is_that_of_the_moves_behind_a_senior():
    tables = basis().tables
    moves, summary = tables["moves"], tables["summary"]
    moves = moves[moves["month"] < MONTHS].set_index("move_id")
    role = {}
    for k, move in moves.iterrows():  # in the order of the ledger, so that who moved before in the chain is known
        behind = role.get(move["parent_move_id"], "other") != "other"
        role[k] = "senior" if move["household_class"] == "senior" else "follower" if behind else "other"
    chosen = moves[moves["reason"].isin(["fill", "woningruil", "mantelzorg"]) & (moves["from_dwelling"] >= 0)]
    gain = (chosen["fit_after"].astype(float) - chosen["fit_before"]).groupby(pd.Series(role)).mean()
    mine = summary[(summary["indicator"] == "fit_gain") & (summary["group_by"] == "role") & (summary["months_to"] == MONTHS)]
    assert mine.set_index("group")["value"].to_dict() == pytest.approx(gain.to_dict()) and len(gain) == 3
