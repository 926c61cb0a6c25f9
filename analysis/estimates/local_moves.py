"""How many persons move inside each gemeente of a run: counted from its ledger, in persons, as CBS counts them.

Who leaves a home moves inside the gemeente if the home taken lies there. Who leaves none (a starter, a separation) is counted where the
home taken lies, unless it came from elsewhere: in a region some of them come from another gemeente of it, which the ledger does not say.
Of moves that fill no home only those in with a partner are in it; all of them stand in person_moves.parquet, and no target reads that yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.counts.ledger_numbers import GEMEENTE
from sim.world.codes import EndReason
from sim.world.names import BASIS, YEAR

if TYPE_CHECKING:
    import pandas as pd

    from analysis.tables.files import Folder

OF_MOVES = (
    "seed", "chain_id", "household_size", "from_dwelling", "from_area", "to_area", "left_home_elsewhere", "fills_vacancy",
)  # fmt: skip
OF_CHAINS = ("seed", "chain_id", "end_reason")


def of_folder(folder: Folder, months: int) -> dict[str, float]:
    """Persons who move inside each gemeente of the base world, per year, by CBS code; of the seeds whose ledger was kept."""
    moves = folder.of_scenario("moves", OF_MOVES, BASIS, [("month", "<", months)])
    return moved_within(moves, folder.of_scenario("chains", OF_CHAINS, BASIS), months)


def moved_within(moves: pd.DataFrame, chains: pd.DataFrame, months: int) -> dict[str, float]:
    """The same from moves of the run (``OF_MOVES``) and chains (``OF_CHAINS``) of some seeds."""
    seeds = moves["seed"].nunique()
    ends = chains.set_index(["seed", "chain_id"])["end_reason"].astype(str)
    of_move = ends.reindex(list(zip(moves["seed"], moves["chain_id"], strict=True))).to_numpy()
    settled = moves["fills_vacancy"].to_numpy(bool) & (of_move == EndReason.ARRIVAL.key)
    here, there = (moves[f"{side}_area"].astype(str).str[GEMEENTE].to_numpy() for side in ("to", "from"))
    starts = ~moves["left_home_elsewhere"].to_numpy(bool) & ~settled
    inside = np.where(moves["from_dwelling"].to_numpy() >= 0, here == there, starts)
    persons = moves["household_size"].where(inside, 0).groupby(here).sum()
    return {f"GM{code}": float(n) * YEAR / months / seeds for code, n in persons.items()}


def rates(persons: Mapping[str, float], population: pd.Series) -> dict[str, float]:
    """% of the persons of each gemeente, by CBS code; gemeenten that the population does not name are left out."""
    return {code: 100 * n / population[code] for code, n in persons.items() if code in population.index}
