"""The counts of the ledger: as the runs left them, or, in a folder from before they did, made from its moves and chains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.tables.files import Folder
from sim.counts.ledger_numbers import HELPED, NEEDED, of_ledger
from sim.counts.schema import CHAIN_HOMES, CHAIN_LINKS, LEDGER_NUMBERS, TABLES
from sim.world.names import ALL

COUNTED = (CHAIN_LINKS.name, CHAIN_HOMES.name, LEDGER_NUMBERS.name)
Seeds = dict[int, float]  # value by seed


class Numbers:
    """The table ledger_numbers of one scenario."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.seeds = sorted(int(seed) for seed in table["seed"].unique())
        self._of: dict[str, dict[str, Seeds]] = {}
        for key, name, seed, value in table[["key", "name", "seed", "value"]].itertuples(index=False):
            self._of.setdefault(str(key), {}).setdefault(str(name), {})[int(seed)] = float(value)

    def names(self, key: str) -> list[str]:
        """The classes of a key that occur, in order."""
        return sorted(self._of.get(key, {}))

    def count(self, key: str, name: str = "") -> Seeds:
        """How many there were, of all seeds whose ledger was kept."""
        found = self._of.get(key, {}).get(name, {})
        return {seed: found.get(seed, 0.0) for seed in self.seeds}

    def mean(self, key: str) -> Seeds:
        """A mean, of the seeds in which there was anything."""
        return self._of.get(key, {}).get("", {})

    def sum(self, key: str, name: str = ALL) -> float:
        """The counts of all seeds together."""
        return sum(self.count(key, name).values())


@dataclass(frozen=True)
class LedgerCounts:
    """The counts of a folder, by scenario; ``last`` is the month in which the follow-up ends, ``start`` that in which the run begins."""

    folder: Folder
    months: int
    last: int
    start: str
    _made: dict[str, Mapping[str, pd.DataFrame]] = field(default_factory=dict)

    @property
    def stored(self) -> bool:
        """Whether the runs left them."""
        return all(self.folder.has(name) for name in COUNTED)

    @property
    def known(self) -> bool:
        """Whether a ledger was kept, counted or not."""
        return self.stored or (self.folder.has("moves") and self.folder.has("chains"))

    def scenarios(self) -> list[str]:
        """Those whose ledger was kept; none without one."""
        return self.folder.scenarios(LEDGER_NUMBERS.name if self.stored else "chains") if self.known else []

    def table(self, name: str, scenario: str) -> pd.DataFrame:
        """One of COUNTED, of one scenario, texts as categories. Raises Refusal where moves or chains lack a column."""
        if self.stored:
            return self.folder.of_scenario(name, TABLES[name].names, scenario)
        if scenario not in self._made:
            self._made[scenario] = self._counted(scenario)
        return self._made[scenario][name]

    def numbers(self, scenario: str) -> Numbers:
        """Single numbers of a scenario."""
        return Numbers(self.table(LEDGER_NUMBERS.name, scenario))

    def chains(self, scenario: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """chain_links and chain_homes."""
        return self.table(CHAIN_LINKS.name, scenario), self.table(CHAIN_HOMES.name, scenario)

    def _counted(self, scenario: str) -> dict[str, pd.DataFrame]:
        """From moves and chains, each seed apart."""
        moves, chains = (self.folder.of_scenario(name, ("seed", *NEEDED[name]), scenario).groupby("seed") for name in ("moves", "chains"))
        parts = []
        for seed, mine in chains:
            made = of_ledger(moves.get_group(seed), mine, self.months, self.last, self.start)
            parts.append({name: table.assign(scenario=scenario, seed=int(seed)) for name, table in made.items()})
        return {name: pd.concat([part[name] for part in parts], ignore_index=True) if parts else _empty(name) for name in COUNTED}


def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=list(TABLES[name].names))


def helped(numbers: Numbers) -> pd.Series:
    """Moves on which any instrument worked that is added, by seed."""
    return pd.Series(numbers.count(HELPED), dtype=float)
