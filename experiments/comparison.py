"""A comparison from Python: ``compare(place, scenarios, …)`` gives tables. It runs what ``python -m experiments.compare`` runs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analysis import pipeline
from analysis.results import gather
from analysis.tables.for_page import FOR_PAGE
from analysis.tables.made import PAGE
from experiments import own_draws
from experiments.compare import carried_out
from experiments.enough import go_on
from experiments.runs.folder import check_place
from experiments.runs.plan import Plan
from experiments.runs.runner import Failure
from experiments.schema import Compare, check
from sim.counts.indicators import HEADLINE
from sim.counts.schema import REAL, SINGLE, TABLES, TEXT, TRUTH, Column, Table

if TYPE_CHECKING:
    import pandas as pd

SIX = ("basis", "voorrang", "huurgewenning", "wooncoach", "verhuiskostenvergoeding", "van_groot_naar_beter")


class RunsFailed(RuntimeError):
    """Runs that did not end, in ``failures`` (scenario, seed, error); no effects are reported over unequal sets of seeds."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        first = failures[0]
        super().__init__(f"{len(failures)} runs failed; the first is scenario {first.scenario}, seed {first.seed}: {first.error}")
        self.failures = tuple(failures)


@dataclass(frozen=True)
class Comparison:
    """Scenarios beside basis, in the same worlds: a pandas table by name, with the columns and types of docs/interface.md.

    Texts are ``string`` (empty where there is none), whole numbers ``int64`` (``Int64`` where they can be empty), other numbers ``float64``
    (``float32`` where the interface says so), truths ``bool``. Rows and units are those of the interface.

    Attributes:
        effects: differences from basis with intervals: scenario × indicator × group × period × estimand.
        costs: euro by scenario, instrument, payer and year, and per extra move.
        chain_lengths: mean length of chains by origin, with intervals.
        monitor, naive, filters, pots: worksheets; what a monitor would conclude; who is let in; budgets.
        validation: the base world beside public figures.
        summary: value of each indicator by scenario and seed, from which the effects are made.
        months, funnel, instruments, attribution, drift: by scenario, seed and month (or household).
        moves, chains, journal: the ledger and followed seniors, of the first five seeds, of all, or of none, by ``ledger``.
        chain_links, chain_homes, ledger_numbers: what is counted of the ledger, of the same seeds.
        person_moves, persons: moves counted in persons, and who lives where, of the same seeds.
        manifest: what was run: configuration, all parameters, versions, seeds, checksums.
        folder: where the files lie; None when they were not kept.
    """

    effects: pd.DataFrame
    costs: pd.DataFrame
    chain_lengths: pd.DataFrame
    monitor: pd.DataFrame
    naive: pd.DataFrame
    filters: pd.DataFrame
    pots: pd.DataFrame
    validation: pd.DataFrame
    summary: pd.DataFrame
    months: pd.DataFrame
    funnel: pd.DataFrame
    instruments: pd.DataFrame
    attribution: pd.DataFrame
    drift: pd.DataFrame
    journal: pd.DataFrame
    moves: pd.DataFrame
    chains: pd.DataFrame
    chain_links: pd.DataFrame
    chain_homes: pd.DataFrame
    ledger_numbers: pd.DataFrame
    person_moves: pd.DataFrame
    persons: pd.DataFrame
    manifest: dict[str, Any]
    folder: Path | None

    def effect(self, indicator: str, scenario: str) -> pd.Series:
        """The row of ``effects`` for all households, the whole run and the net effect.

        Raises:
            KeyError: there is no such indicator or scenario.
        """
        t = self.effects
        found = t[(t["indicator"] == indicator) & (t["scenario"] == scenario) & (t["group_by"] == "all") & (t["estimand"] == "net")]
        found = found[found["months_from"] == 0]
        if found.empty:
            raise KeyError(f"no effect of {scenario} on {indicator}; there are {sorted(set(t['scenario']))}, {sorted(set(t['indicator']))}")
        return found.loc[found["months_to"].idxmax()]


def compare(
    municipality: str = "zwolle",
    scenarios: str | Sequence[str] = SIX,
    *,
    seeds: int = 20,
    width: float | None = None,
    draws: int | None = None,
    first_seed: int = 0,
    months: int = 120,
    burn_in: int = 36,
    follow_up: int = 36,
    start: str = "2026-01",
    strength: float = 1.0,
    instruments: Mapping[str, Mapping[str, Any]] | None = None,
    behaviour: Mapping[str, float] | None = None,
    eur_budget_total: float | None = None,
    headline: str | Sequence[str] = HEADLINE,
    place_dir: str | Path | None = None,
    scenario_dir: str | Path | None = None,
    ledger: Literal["all", "first", "none"] = "first",
    ghosts: bool = True,
    ghost_window: int = 24,
    workers: int = 1,
    out: str | Path | None = None,
    debug: bool = False,
) -> Comparison:
    """Run scenarios beside basis (and ``draws`` of behaviour=posterior) and give the tables. Prints nothing; equal calls, equal tables.

    Args are the keys of ``python -m experiments.compare`` (docs/interface.md), with the same ranges and defaults, but for two:
        workers: processes. Here 1, which is this process; with more, a script needs ``if __name__ == "__main__":``, a notebook nothing.
        out: folder of the results, with the page; finished runs in it are not run again. None: nothing is kept on disk.

    Returns:
        The tables, as a ``Comparison``.

    Raises:
        Refusal: an argument or name that cannot be, before anything runs; a folder that is not ours.
        RunsFailed: runs that did not end; with ``out`` the others are kept, and the same call goes on.
        NotWritten: the disk is full, or may not be written to.
    """
    plain = {key: str(one) if isinstance(one, Path) else one for key, one in locals().items()}
    empty: dict[str, Any] = {key: {} for key in ("instruments", "behaviour") if plain[key] is None}
    plan = own_draws.prepare(check(Compare, plain | empty))
    command = f"compare({', '.join(f'{key}={one!r}' for key, one in plain.items() if one is not None)})"
    with ExitStack() as stack:
        if plan.config.out is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="verhuisketens-")))
        else:
            folder = Path(plan.config.out)
            check_place(folder)

        def conclude(made: Path, content: dict[str, Any], failures: list[Failure]) -> Comparison:
            if failures:
                raise RunsFailed(failures)
            return concluded(made, content, plan.config.out is not None)

        def run(some: Plan, then: Callable[[Path, dict[str, Any], list[Failure]], Any]) -> Any:
            return carried_out(some, folder, command, then, quiet=True)

        return run(go_on(plan, run, quiet=True), conclude)


def concluded(folder: Path, manifest: dict[str, Any], kept: bool) -> Comparison:
    """The tables of a folder, in memory; ``kept``: its page and CSV files are written too."""
    results = gather(folder)
    computed, there = pipeline.tables_of(results), results.folder
    if kept:
        pipeline.finish(results, computed)
    found = {of.name: typed(of, computed[of.name]) for of in PAGE.tables if of not in FOR_PAGE}
    for name, of in TABLES.items():
        if name not in found:
            found[name] = typed(of, there.table(name, of.names) if there.has(name) else None)
    return Comparison(**found, manifest=manifest, folder=folder if kept else None)


def typed(table: Table, frame: pd.DataFrame | None) -> pd.DataFrame:
    """A table with the columns and types of the schema, in its order; without rows where there is none."""
    import pandas as pd

    columns = (*table.keys, *table.columns)
    typed = pd.DataFrame({one.name: pd.Series([] if frame is None else frame[one.name]).astype(dtype(one)) for one in columns})
    return typed.fillna({one.name: "" for one in columns if one.kind == TEXT})  # as in the files


def dtype(column: Column) -> str:
    """The pandas type of a column."""
    if column.kind == TEXT:
        return "string"
    if column.kind == TRUTH or column.kind in (REAL, SINGLE) or not column.empty:
        return column.stored
    return column.stored.capitalize()  # int64, and Int64, in which numbers can be empty
