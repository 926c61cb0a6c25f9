"""Who came to live in the homes that seniors left empty: from the ledger, home by home."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimates.claims import p_chance
from analysis.estimates.claims import told as called
from analysis.estimates.ledger_counts import Numbers
from analysis.estimates.statistics import half_width, paired
from analysis.tables.for_page import FREED, FREED_HOMES
from sim.counts.schema_counts import NEXT_OF, NOBODY, next_key
from sim.world.names import BASIS, PLACEBO

Read = Callable[[str], Numbers]


def freed_homes(read: Read, scenarios: Sequence[str]) -> pd.DataFrame:
    """The table of freed_homes.csv.

    Args:
        read: of a scenario what was counted of the seeds whose ledger was kept.
        scenarios: basis first, then the placebo where it was kept.

    Returns:
        Columns of ``FREED_HOMES``, without the placebo; differences of seeds that basis has, too.
    """
    rows, base = [], pd.DataFrame()
    floor: NDArray | float = np.nan
    for name in scenarios:
        counted = by_seed(read(name))
        base = counted if name == BASIS else base
        seeds = sorted(set(counted.columns) & set(base.columns))
        mine, without = counted[seeds].to_numpy(float), base[seeds].to_numpy(float)
        level, more = paired(mine, np.zeros_like(mine)), paired(mine, without)
        if name == PLACEBO:
            floor = half_width(more)
            continue
        table = counted.index.to_frame(index=False).assign(scenario=name, mean=level.difference, lower=level.lower, upper=level.upper)
        told = (more.difference, more.lower, more.upper) if name != BASIS else (np.nan,) * 3
        table = table.assign(**dict(zip(("difference", "difference_lower", "difference_upper"), told, strict=True)), seeds=len(seeds))
        table = table.assign(placebo=floor if name != BASIS else np.nan)
        of_change = table.assign(lower=table["difference_lower"], upper=table["difference_upper"])
        chance = p_chance(of_change["difference"], of_change["lower"], of_change["upper"], of_change["seeds"])
        rows.append(table.assign(claimed=called(of_change, chance)["claimed"]))
    if not rows:
        return pd.DataFrame(columns=list(FREED_HOMES.names))
    return pd.concat(rows, ignore_index=True)[list(FREED_HOMES.names)]


def by_seed(numbers: Numbers) -> pd.DataFrame:
    """Homes that seniors left, by (homes, by, next): one column for each seed of the ledger, 0 where there were none."""
    rows = {
        (homes, by, name): numbers.count(next_key(homes, by), name)
        for homes in FREED
        for by, names in NEXT_OF.items()
        for name in (*names, *NOBODY)
    }
    found = pd.DataFrame(rows.values(), index=pd.MultiIndex.from_tuples(rows, names=["homes", "by", "next"]))
    return found.reindex(columns=numbers.seeds)
