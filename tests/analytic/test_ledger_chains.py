"""Chains in the real ledger against the fundamental matrix, under a market in which the continuation is fixed.

Covered: ``vacancies.open_vacancies`` and ``moves.hand_over`` with their kernels, the columns of vacancies and moves, the tables
moves and chains of ``sim.counts.tables``, and the estimate of ``analysis.estimates.chain_length`` on these tables. Not covered:
who takes a home in the real market, and events. In their place stands a market of coins: each home has its taker drawn by a
keyed coin that falls by the home's tenure, so that the chance that a fill opens another home, and of which tenure, is known.
Homes keep their own time of turnover, and nothing is cut off: how censoring is corrected is the subject of test_chain_length.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.chains import moves as chains
from sim.chains import vacancies
from sim.counts import tables as outputs
from sim.levers import nothing_in_force
from sim.world.chance import hash_ints, uniform
from sim.world.codes import HouseholdState, Origin, Tenure, VacancyState
from sim.world.columns import NEVER, NOWHERE
from tests.counted import mean_length
from tests.worlds import burnt_in

TENURES = np.array([Tenure.KOOP, Tenure.CORPORATIE])
P_GOES_ON = np.array([0.45, 0.70])  # a fill of a home of this tenure opens another home
P_KOOP = 0.4  # that home is an owner's
N_CHAINS, MONTHS, SEEDS = 120, 12, range(8)
FEW = 3  # standard errors


def prepare(seed: int):
    """A world without searchers in which N_CHAINS homes stand empty, half of each tenure; and these homes."""
    w = burnt_in().world.copy()
    h = w.h
    h.reserved[:], h.keys_month[:] = NOWHERE, NEVER
    living = np.flatnonzero((h.state == HouseholdState.PRESENT) & (h.home >= 0))
    order = living[np.argsort(uniform(np.uint64(hash_ints(seed, 1)), h.id[living]))]
    rows = np.concatenate([order[w.d.tenure[h.home[order]] == tenure][: N_CHAINS // 2] for tenure in TENURES])
    homes = h.home[rows].copy()
    h.home[rows] = NOWHERE
    w.d.occupant[homes] = NOWHERE
    return w, homes


def let_take(w, first: int, seed: int) -> None:
    """Homes due this month get a taker: somebody with a home, of a tenure that the coin names, or somebody without."""
    h, v, d = w.h, w.v, w.d
    due = first + np.flatnonzero((v.state[first : w.counts[0]] == VacancyState.WAITING) & (v.offered[first : w.counts[0]] <= w.month))
    goes_on, koop, who = (uniform(np.uint64(hash_ints(seed, k)), v.id[due]) for k in (2, 3, 4))
    for k, vacancy in enumerate(due):
        free = (h.state == HouseholdState.PRESENT) & (h.reserved == NOWHERE)
        if goes_on[k] < P_GOES_ON[d.tenure[v.dwelling[vacancy]] == TENURES][0]:
            wanted = TENURES[0] if koop[k] < P_KOOP else TENURES[1]
            free &= (h.home >= 0) & (d.tenure[np.maximum(h.home, 0)] == wanted)
        else:
            free &= h.home < 0
        pool = np.flatnonzero(free)
        taker = pool[int(who[k] * len(pool))]
        h.reserved[taker], h.keys_month[taker] = vacancy, w.month + 1
        v.state[vacancy], v.taker[vacancy] = VacancyState.RESERVED, taker


def run(seed: int):
    """A world in which N_CHAINS chains began evenly over MONTHS months and all came to their end."""
    w, homes = prepare(seed)
    first = int(w.counts[0])
    while w.month < MONTHS or (w.v.state[first : w.counts[0]] != VacancyState.FILLED).any():
        if w.month < MONTHS:
            vacancies.open_vacancies(w, homes[w.month :: MONTHS], int(Origin.NEW_BUILD))
        let_take(w, first, seed)
        w.month += 1
        rows = np.flatnonzero((w.h.keys_month <= w.month) & (w.h.reserved != NOWHERE)).astype(np.int32)
        chains.hand_over(w, nothing_in_force().levers, rows)
        assert w.month < 1000, "every chain was meant to end"
    return w


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Moves and chains of all seeds, as they would lie on disk."""
    moves, ledger = [], []
    for seed in SEEDS:
        w = run(seed)
        moves.append(outputs.moves_table(w, (), MONTHS).assign(scenario="basis", seed=seed))
        ledger.append(outputs.chains_table(w, MONTHS).assign(scenario="basis", seed=seed))
    made = pd.concat(ledger, ignore_index=True)
    mine = (made["origin"] == "new_build") & (made["chain_id"] >= int(burnt_in().world.counts[0]))  # not what was sold ahead before
    return pd.concat(moves, ignore_index=True), made[mine]


def closed_form() -> float:
    """Mean moves: starts × (I − Q)⁻¹ 1, half of the chains beginning with each tenure."""
    q = P_GOES_ON[:, None] * np.array([P_KOOP, 1 - P_KOOP])
    return float(np.array([0.5, 0.5]) @ np.linalg.solve(np.eye(2) - q, np.ones(2)))


def test_the_mean_length_in_the_ledger_meets_the_fundamental_matrix(tables):
    moves, ledger = tables
    assert len(ledger) == N_CHAINS * len(SEEDS) and not ledger["open"].any()
    standard_error = ledger["moves"].std() / np.sqrt(len(ledger))
    assert standard_error < 0.06 * closed_form(), "enough chains to tell one length from another"
    assert abs(ledger["moves"].mean() - closed_form()) < FEW * standard_error
    found = mean_length(moves, ledger, int(moves["month"].max()), MONTHS)
    estimate = found[(found["origin"] == "new_build") & (found["length"] == "moves") & (found["reading"] == "inside_area")]
    assert abs(estimate["mean"].iloc[0] - closed_form()) < FEW * standard_error
    by_start = ledger.groupby("origin_tenure", observed=True)["moves"].mean()
    assert by_start["corporatie"] > by_start["koop"], "chains that begin where more goes on are longer"


def test_each_chain_is_one_line_of_moves_from_its_origin_to_a_starter(tables):
    moves, ledger = tables
    moves = moves[moves["in_scope"]]
    by_chain = moves.groupby(["seed", "chain_id"])
    assert (by_chain["link"].max() == by_chain.size()).all() and (by_chain["link"].min() == 1).all()
    assert (ledger.set_index(["seed", "chain_id"])["moves"].sort_index() == by_chain.size().sort_index()).all()
    assert (ledger["homes_freed"] == ledger["moves"] - 1).all()
    assert set(ledger["end_reason"].astype(str)) <= {"starter", "separated", "arrival"}
    assert int(moves["left_vacancy"].sum()) == int((ledger["moves"] - 1).sum()), "all homes left were filled"
    own = moves.set_index(["seed", "move_id"])
    linked = moves[moves["parent_move_id"] >= 0]
    parents = own.loc[list(zip(linked["seed"], linked["parent_move_id"], strict=True))]
    assert (parents["from_dwelling"].to_numpy() == linked["to_dwelling"].to_numpy()).all(), "a move fills what its parent left"
    assert (parents["month"].to_numpy() < linked["month"].to_numpy()).all()
