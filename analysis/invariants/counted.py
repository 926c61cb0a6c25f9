"""Invariants of what a run counts of its ledger: counted anew from its moves and chains."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.invariants.rule import RECORD, RUN, Wrong, apart, end_of, months_of, named
from sim.counts.ledger_numbers import NEEDED, of_ledger
from sim.counts.schema import CHAIN_HOMES, CHAIN_LINKS, LEDGER_NUMBERS, Table


def _is_that_of_the_ledger(table: Table) -> None:
    values = [name for name in table.names if name not in (*RUN, *table.apart)]

    def test(there: pd.DataFrame, moves: pd.DataFrame, chains: pd.DataFrame, record: Any) -> Wrong:
        of_moves, parts = moves[[*RUN, *NEEDED["moves"]]].groupby(RUN, observed=True), []
        for run, mine in chains[[*RUN, *NEEDED["chains"]]].groupby(RUN, observed=True):
            made = of_ledger(of_moves.get_group(run), mine, months_of(record), end_of(record) - 1, str(record["configuration"]["start"]))
            parts.append(made[table.name].assign(scenario=run[0], seed=run[1]))
        keys = [*RUN, *table.apart]
        found, expected = (one.astype(dict.fromkeys(keys, str)).set_index(keys)[values] for one in (there, pd.concat(parts)))
        wrong = apart(found, expected.reindex(found.index)).any(axis=1) | found.index.duplicated()
        return wrong if wrong.any() or len(found) == len(expected) else f"Rows: {len(found)}, and the ledger has {len(expected)}."

    says = "Each row is what moves and chains of its run are when they are counted anew, and none is lacking."
    named(test, f"{table.name}_is_that_of_the_ledger", says, table.name, "moves", "chains", RECORD)


for _table in (CHAIN_LINKS, CHAIN_HOMES, LEDGER_NUMBERS):
    _is_that_of_the_ledger(_table)
