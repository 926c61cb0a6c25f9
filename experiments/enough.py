"""How many seeds are enough: worlds are added until the interval of every headline is narrow.

It stops on how wide an interval is, never on whether it leaves out 0: who stops when a result is there, finds results that are not. The
same seeds in the same order give the same answer whenever they are run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.schema import Compare

if TYPE_CHECKING:
    import pandas as pd

    from experiments.runs.plan import Plan
    from experiments.runs.runner import Failure

FEWEST = 8  # seeds before a width is looked at: fewer say little of how much worlds differ
AUTO = {"seeds=auto": ("seeds=100", "width=0.01")}  # half of an interval a hundredth of basis: less nobody notices


class Looked(NamedTuple):
    """How many seeds a folder has, and how many it takes."""

    seeds: int
    needed: int


Look = Callable[[Path, dict[str, Any], "list[Failure]"], Looked | None]


def go_on(plan: Plan, run: Callable[[Plan, Look], Looked | None], quiet: bool = False) -> Plan:
    """The plan with as many seeds as it takes; all runs of them but the last ones are made by ``run``. Without a width it stays as it is.

    ``plan.config.seeds`` is the most. ``run`` is given a plan with fewer seeds and what to conclude of its folder; where a run failed the
    plan stays with these, so that the failure is told.
    """
    config = plan.config
    if not isinstance(config, Compare) or config.width is None:
        return plan
    n, width = min(FEWEST, config.seeds), config.width

    def look(folder: Path, content: dict[str, Any], failures: list[Failure]) -> Looked | None:
        return None if failures else Looked(len(content["seeds"]), wanted(folder, config.headline, width))

    while n < config.seeds:
        some = replace(plan, config=config.model_copy(update={"seeds": n}))
        found = run(some, look)
        if found is None or found.needed <= found.seeds:
            return some
        more = min(max(found.needed, n + 1), 2 * n, config.seeds)
        if not quiet:
            goal = f"half an interval of {width:g} times basis"
            print(f"{n} seeds: the widest headline needs about {found.needed} for {goal}; on to {more}", file=sys.stderr)
        n = more
    return plan


def wanted(folder: Path, headline: list[str], width: float) -> int:
    """Seeds at which each headline of each scenario of a folder has half an interval of at most ``width`` times basis."""
    from analysis.estimates.effects import effects
    from analysis.tables.files import Folder
    from sim.counts.schema import SUMMARY

    return of_headlines(effects(Folder(folder).table("summary", SUMMARY.promised), headline=headline), width)


def of_headlines(table: pd.DataFrame, width: float) -> int:
    """The most seeds that a headline of a table of effects needs; those that have nothing in basis, or do not differ, need none."""
    import numpy as np

    from analysis.estimates.claims import HEADLINES
    from analysis.estimates.statistics import seeds_for, t_value
    from sim.world.names import PLACEBO

    mine = table[(table["family"] == HEADLINES) & (table["scenario"] != PLACEBO)]
    n = mine["seeds"].to_numpy(float)
    half = (mine["upper"] - mine["lower"]).to_numpy(float) / 2
    needed = seeds_for(width * np.abs(mine["mean"] - mine["difference"]), half * np.sqrt(n) / t_value(n))
    return int(np.nanmax(needed, initial=0.0))
