"""Chains of one run of one scenario, to be drawn: one home by home, and a hundred as rows; each chosen by a rule and not by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.tables.for_page import CHAIN_EXAMPLES, CHAIN_HUNDRED
from sim.counts.schema import CHAINS, MOVES, TEXT
from sim.world.codes import HouseholdClass, Origin
from sim.world.names import ALL

if TYPE_CHECKING:
    from analysis.tables.files import Folder

HOME = ("area", "tenure", "type", "rooms")
OF_CHAINS = CHAINS.some("scenario", "seed", "chain_id", "origin", "start_month", "moves", "end_reason", "open")
OF_MOVES = MOVES.some(
    "scenario", "seed", "month", "fills_vacancy", "chain_id", "link", "household_class", "age", "household_size", "trigger", "instruments",
    "left_vacancy", *(f"{side}_{name}" for side in ("from", "to") for name in HOME),
)  # fmt: skip
TEXTS = [column.name for of in (CHAINS, MOVES) for column in of.columns if column.kind == TEXT and column.name in (*OF_CHAINS, *OF_MOVES)]
FEWEST_LINKS = 3  # of the chain that is drawn: with fewer there is no chain to be seen
ROWS = 100


class Examples(NamedTuple):
    """Rows of chain_examples.csv and of chain_hundred.csv."""

    links: pd.DataFrame
    hundred: pd.DataFrame


NOTHING = Examples(pd.DataFrame(columns=list(CHAIN_EXAMPLES.names)), pd.DataFrame(columns=list(CHAIN_HUNDRED.names)))


def examples(folder: Folder, scenario: str, months: int) -> Examples:
    """The chains of a scenario that are drawn, in the first run whose ledger was kept; ``months``: chains that began before count.

    Without rows where nothing was kept of the scenario. Raises Refusal.
    """
    seeds = folder.of_scenario("chains", ["seed"], scenario)["seed"]
    if not len(seeds):
        return NOTHING
    seed = int(seeds.min())
    where = [("seed", "==", seed)]
    chains = folder.of_scenario("chains", OF_CHAINS, scenario, [*where, ("start_month", ">=", 0), ("start_month", "<", months)])
    moves = folder.of_scenario("moves", OF_MOVES, scenario, [*where, ("fills_vacancy", "==", True), ("chain_id", ">=", 0)])
    return of_tables(chains, moves)


def of_tables(chains: pd.DataFrame, moves: pd.DataFrame) -> Examples:
    """The same from tables of one run of one scenario: columns OF_CHAINS of chains that began in the run, OF_MOVES of moves in chains."""
    chains = chains[chains["origin"].astype(str) != Origin.VOOR_START.key].sort_values("chain_id", ignore_index=True)
    moves = moves.drop(columns="fills_vacancy").sort_values(["chain_id", "link"], ignore_index=True)
    drawn, rows = home_by_home(chains, moves), every_so_many(chains)
    return Examples(_links(chains, moves, drawn, rows), _hundred(rows))


def home_by_home(chains: pd.DataFrame, moves: pd.DataFrame) -> int | None:
    """The chain that is drawn home by home.

    The first, by the month of its first move, of those with a senior as their first mover, helped by an instrument (where there are such),
    that came to an end and have as many moves as the median of all those, and at least FEWEST_LINKS; else the nearest number above.
    """
    first = moves[(moves["link"] == 1) & (moves["household_class"] == HouseholdClass.SENIOR.key)]
    by_seniors = chains.merge(first[["chain_id", "month", "instruments"]], on="chain_id")
    for some in (by_seniors[by_seniors["instruments"].astype(str) != ""], by_seniors):
        if not len(some):
            continue
        median = int(np.sort(some["moves"])[(len(some) - 1) // 2])
        ended = some[~some["open"] & (some["moves"] >= max(FEWEST_LINKS, median))]
        if len(ended):
            return int(ended.sort_values(["moves", "month", "chain_id"])["chain_id"].iloc[0])
    return None


def every_so_many(chains: pd.DataFrame) -> pd.DataFrame:
    """A hundred chains at equal distances in the list of all, by their number; all of them where there are fewer."""
    n = len(chains)
    return chains if n <= ROWS else chains.iloc[((np.arange(ROWS) + 0.5) * n / ROWS).astype(int)]


def _links(chains: pd.DataFrame, moves: pd.DataFrame, drawn: int | None, rows: pd.DataFrame) -> pd.DataFrame:
    """Each link of the chains that are drawn; link 0 where nobody moved in."""
    kept = chains[chains["chain_id"].isin([*rows["chain_id"], *([] if drawn is None else [drawn])])]
    found = kept.merge(moves.drop(columns=["scenario", "seed"]), "left", on="chain_id")
    texts = {name: found[name].astype(object).where(found[name].notna(), "") for name in TEXTS}
    whole = ("link", "household_size", "age", "month", "to_rooms", "from_rooms")
    found = found.assign(**texts, **{name: found[name].astype(float) for name in whole})
    found["link"] = found["link"].fillna(0).astype(int)
    left = found["left_vacancy"].eq(True).to_numpy()
    for name in HOME:
        found[f"from_{name}"] = found[f"from_{name}"].where(left, pd.NA if name == "rooms" else "")
    found = found.rename(columns={"chain_id": "chain", "end_reason": "end"} | {f"to_{name}": name for name in HOME})
    found = found.rename(columns={f"from_{name}": f"left_{name}" for name in HOME})
    found = found.assign(drawn=found["chain"] == (-1 if drawn is None else drawn), in_hundred=found["chain"].isin(rows["chain_id"]))
    return found.sort_values(["chain", "link"], ignore_index=True)[list(CHAIN_EXAMPLES.names)]


def _hundred(rows: pd.DataFrame) -> pd.DataFrame:
    """How many of the hundred end in each way, and have each number of moves."""
    if not len(rows):
        return NOTHING.hundred
    counted = [(ALL, ALL, len(rows))]
    counted += [("moves", str(value), int(n)) for value, n in rows["moves"].value_counts().sort_index().items()]
    ends = rows["end_reason"].astype(str).value_counts().sort_index()
    counted += [("end", str(value), int(n)) for value, n in ends.items()]
    found = pd.DataFrame(counted, columns=["by", "value", "chains"])
    scenario, seed = str(rows["scenario"].iloc[0]), int(rows["seed"].iloc[0])
    return found.assign(scenario=scenario, seed=seed)[list(CHAIN_HUNDRED.names)]
