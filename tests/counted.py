"""What a run counts of its ledger, of ledgers that tests make up: of several seeds, in any order of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.estimates import chain_length
from sim.counts.ledger_chains import chain_tables
from sim.counts.schema import TABLES

ENDLESS = 1_000_000  # months


def from_zero(moves: pd.DataFrame, chains: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same ledger of one seed with ids from 0, as a run has them: a thousand seeds of ids that go on would be a table for each id."""
    known = {
        "chain_id": np.union1d(moves["chain_id"], chains["chain_id"]),
        "move_id": np.union1d(moves["move_id"], moves["parent_move_id"]),
    }
    known["move_id"] = known["move_id"][known["move_id"] >= 0]

    def anew(values: pd.Series, ids: np.ndarray) -> np.ndarray:
        return np.where(values >= 0, np.searchsorted(ids, values), values)

    of = {"chain_id": "chain_id", "move_id": "move_id", "parent_move_id": "move_id"}
    changed = moves.assign(**{name: anew(moves[name], known[by]) for name, by in of.items()})
    return changed, chains.assign(chain_id=anew(chains["chain_id"], known["chain_id"]))


def counted(moves: pd.DataFrame, chains: pd.DataFrame, last: int, months: int = ENDLESS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """chain_links and chain_homes of one scenario; chains without an area lie in one."""
    chains = chains if "origin_area" in chains else chains.assign(origin_area="WK1")
    parts, of_seed = [], dict(iter(moves.groupby("seed")))
    for seed, some in chains.groupby("seed"):
        made = chain_tables(*from_zero(of_seed.get(seed, moves.iloc[:0]), some), months, last)
        parts.append([table.assign(scenario="basis", seed=seed) for table in made.values()])
    if not parts:
        parts = [[pd.DataFrame(columns=list(TABLES[name].names)) for name in ("chain_links", "chain_homes")]]
    links, homes = (pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True))
    return links, homes


def ledger(moves: pd.DataFrame, chains: pd.DataFrame, last: int, months: int = ENDLESS) -> chain_length.Ledger:
    """The chains of one scenario, counted."""
    return chain_length.ledger(*counted(moves, chains, last, months))


def mean_length(moves: pd.DataFrame, chains: pd.DataFrame, last: int, months: int = ENDLESS) -> pd.DataFrame:
    """Mean lengths of the chains of one scenario."""
    return chain_length.mean_length(ledger(moves, chains, last, months))
