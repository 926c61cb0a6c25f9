"""The tables of a run as the monitor reads them: once for all scenarios, the ledger one scenario at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.estimates.ledger_counts import Numbers
from analysis.results import Results
from analysis.tables.files import need
from analysis.tables.schema import SENIORS, SPENDING
from sim.counts.schema import TABLES
from sim.counts.worksheet_rows import OTHER, row_of
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.world.names import ALL, plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

OF_ROWS = TABLES["months"].some("senior_moves", "split_applications")
HELD = TABLES["attribution"].some("seed", "household_id", "verdict")

Seeds = Mapping[int, float]  # value by seed


@dataclass(frozen=True)
class Shared:
    """Tables that all scenarios share, read once."""

    results: Results

    @cached_property
    def summary(self) -> tuple[pd.Series, dict[str, NDArray], list[int]]:
        """Indicators over the whole run, all households: keys, values [keys, seeds] by scenario, and the seeds."""
        rows, values, seeds = self.results.by_seed
        whole = (rows["group_by"] == ALL) & (rows["months_from"] == 0) & (rows["months_to"] == rows["months_to"].max())
        return rows.loc[whole, "indicator"], {name: one[whole.to_numpy()] for name, one in values.items()}, seeds

    @cached_property
    def months(self) -> pd.DataFrame:
        """Months of the run: SENIORS, and what single rows of the monitor count, where months.parquet has it."""
        table = self.results.folder.table("months", SENIORS, OF_ROWS)
        return table[table["month"] < self.results.months]

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """What the instruments did in the run, each with the key of its row."""
        table = self.results.instruments
        need(list(table.columns), (*SPENDING, *TABLES["instruments"].some("contacts", "waiting")), TABLES["instruments"].file)
        table = table[table["month"] < self.results.months]
        rows = [row_of(INSTRUMENTS[plain(key)].card.indicator if plain(key) in INSTRUMENTS else OTHER).key for key in table["instrument"]]
        return table.assign(row=np.array(rows, object))

    @cached_property
    def verdicts(self) -> set[str]:
        """Verdicts that occur in any scenario."""
        folder = self.results.folder
        return set(folder.words("attribution", "verdict")) if folder.has("attribution") else set()


@dataclass(frozen=True)
class Tables:
    """The tables of one scenario."""

    shared: Shared
    scenario: str

    @property
    def results(self) -> Results:
        """The folder of results."""
        return self.shared.results

    @cached_property
    def numbers(self) -> Numbers | None:
        """What was counted of the ledger; None without one."""
        counts = self.results.ledger_counts
        return counts.numbers(self.scenario) if counts.known else None

    @cached_property
    def summary(self) -> dict[str, Seeds]:
        """Indicators over the whole run, all households, by seed."""
        keys, values, seeds = self.shared.summary
        return {key: dict(zip(seeds, one.tolist(), strict=True)) for key, one in zip(keys, values[self.scenario], strict=True)}

    @cached_property
    def months(self) -> pd.DataFrame:
        """Months of the run."""
        return self.shared.months[self.shared.months["scenario"] == self.scenario]

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """What the instruments did in the run."""
        return self.shared.ledger[self.shared.ledger["scenario"] == self.scenario]

    @property
    def seeds(self) -> list[int]:
        """All seeds of the run."""
        return self.shared.summary[2]

    def delivered(self, row: str, column: str, instrument: str = "") -> Seeds:
        """Contacts or uses of the instruments of a row (or of one of them), by seed."""
        table = self.ledger[self.ledger["row"] == row]
        if instrument:
            table = table[table["instrument"] == instrument]
        found = table.groupby("seed")[column].sum()
        return {seed: float(found.get(seed, 0)) for seed in self.seeds}


def ratio(above: Seeds, below: Seeds) -> Seeds:
    """Quotients by seed, of the seeds that both have; NaN where nothing can be divided."""
    return {seed: above[seed] / n if n else np.nan for seed, n in below.items() if seed in above}
