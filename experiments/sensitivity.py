"""Which assumptions an effect hangs on, by Sobol indices with chance taken out: ``python -m experiments.sensitivity over=[p_sight]``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.estimates import sobol
from analysis.tables import record
from analysis.tables.files import digest, write_json, write_table
from analysis.tables.made import SENSITIVITY_JSON
from analysis.tables.schema import SENSITIVITY
from experiments.assumptions import Assumption, as_settings, behaviour, of_instrument
from experiments.entry import HydraCommand, main
from experiments.runs import carry_out, manifest, runner, store
from experiments.runs.borrow import borrow
from experiments.runs.engines import check_engine, engine
from experiments.runs.folder import join, locked, sweep_up
from experiments.runs.plan import Plan, make_plan, short_hash
from experiments.runs.simulation import Simulation
from experiments.runs.world import Verhuisketens, digests
from experiments.schema import Comparing, Sensitivity
from experiments.sweep import earlier_of, pooled, tell_taken
from sim.interventions import REGISTRY
from sim.world.errors import Refusal, hint
from sim.world.names import ALL, BASIS, PLACEBO

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 20261130  # of the points, not of a world
SHARES = ("first", "first_lower", "first_upper", "total", "total_lower", "total_upper")
OF_A_POINT = ("over", "points", "earlier", "executor", "address")


@dataclass(frozen=True)
class Prepared:
    """What is asked: the assumptions, where they are tried (share of their ranges, [tables, points, assumptions]), and a plan for each."""

    config: Sensitivity
    asked: tuple[Assumption, ...]
    shares: NDArray
    plans: tuple[Plan, ...]

    @property
    def out(self) -> Path:
        """The folder of the results."""
        return Path(self.config.out or f"results/sensitivity-{short_hash(self.named, 8)}")

    @property
    def named(self) -> dict[str, Any]:
        """All that changes what comes out."""
        first = self.plans[0]
        shared = {key: value for key, value in first.design.items() if key != "behaviour"}
        return shared | {"over": [one.key for one in self.asked], "points": self.config.points, "scenarios": first.written}


def prepare(config: Sensitivity) -> Prepared:
    """Check the assumptions and every point.

    Raises:
        Refusal: what is no assumption, stands twice or is set by the command; an instrument that no scenario holds; points that are no
            power of two; one seed; and as ``make_plan``, of every point.
    """
    check_engine(config.executor, config.address)
    earlier_of(config)
    if config.points & (config.points - 1):
        near = 1 << config.points.bit_length() - 1
        raise Refusal(f"points={config.points}: a power of two is needed, such as {near} or {2 * near}")
    if config.seeds < 2:
        raise Refusal("seeds=1: chance cannot be told from what the assumptions do; give 2 or more")
    asked = tuple(_assumption(key, config) for key in config.over)
    for n, key in enumerate(config.over):
        if key in config.over[:n]:
            raise Refusal(f"over: {key} stands twice")
    shares = sobol.design(config.points, len(asked), SEED)
    plans = tuple(make_plan(_at(config, asked, point)) for point in shares.reshape(-1, len(asked)))
    return Prepared(config, asked, shares, plans)


def _assumption(key: str, config: Sensitivity) -> Assumption:
    """The assumption of that name. Raises Refusal."""
    card, _, setting = key.partition(".")
    known = {one.key: one for one in (of_instrument(card) if setting and card in REGISTRY else behaviour())}
    if key not in known:
        way_out = "python -m experiments.list what=parameters, and the settings of instruments, say what is an assumption"
        raise Refusal(f"over: {key} is no assumption with a plausible range{hint(key, known, way_out)}")
    given = config.instruments.get(card, {}) if setting else config.behaviour
    if (setting or key) in given:
        raise Refusal(f"over: {key} is set by the command to {given[setting or key]}; leave one out")
    return known[key]


def _at(config: Sensitivity, asked: tuple[Assumption, ...], point: NDArray) -> Comparing:
    """The configuration of one point."""
    chosen, settings = as_settings({one.key: one.at(share) for one, share in zip(asked, point, strict=True)}, asked)
    content = config.model_dump(exclude=set(OF_A_POINT))
    instruments = {key: {**content["instruments"].get(key, {}), **settings.get(key, {})} for key in {*content["instruments"], *settings}}
    return Comparing(**content | {"behaviour": content["behaviour"] | chosen, "instruments": instruments})


def execute(
    prepared: Prepared, out: Path | None, command: str, simulation: Simulation | None = None, executor: Executor | None = None
) -> int:
    """Run what no folder has, as one pool, then write the indices; returns the exit status."""
    config, folder = prepared.config, out or prepared.out
    with locked(folder):
        sweep_up(folder)
        join(folder, digests() | {"sensitivity": prepared.named}, {})
        seed_jobs = pooled(prepared.plans, folder)
        tell_taken(borrow(seed_jobs, earlier_of(config, folder)))
        with engine(config.executor, config.address, config.workers) as there:
            failures = carry_out.run(simulation or Verhuisketens(), seed_jobs, config.workers, executor or there)
        if failures:
            (folder / SENSITIVITY.file).unlink(missing_ok=True)
            return carry_out.tell(failures, config.debug)
        table = pd.DataFrame(list(_rows(prepared, folder)), columns=list(SENSITIVITY.names))
        write_table(folder, SENSITIVITY, table)
        content = {"made_by": record.MADE_BY, "command": command, "configuration": config.model_dump(mode="json")}
        content |= {"version": digests(), "packages": manifest.packages(), "files": {SENSITIVITY.file: digest(folder / SENSITIVITY.file)}}
        write_json(folder / SENSITIVITY_JSON, content)
    print(told(table))
    print(folder / SENSITIVITY.file)
    return 0


def _rows(prepared: Prepared, folder: Path) -> Iterator[tuple[Any, ...]]:
    """Rows of the table: each scenario, headline figure and assumption; of basis the level itself."""
    values = list(_values(prepared, folder))
    shape = (*prepared.shares.shape[:2], prepared.config.seeds)
    for scenario in (name for name in runner.in_order(prepared.plans[0].scenarios) if name != PLACEBO):
        for indicator in prepared.config.headline:
            mine = np.array([one[scenario, indicator] for one in values])
            base = np.array([one[BASIS, indicator] for one in values]) if scenario != BASIS else 0.0
            y = (mine - base).reshape(shape)
            found = sobol.indices(y, SEED)
            mean, seeds = float(y[:2].mean()), prepared.config.seeds
            for n, one in enumerate(prepared.asked):
                ends = (
                    found.first[n],
                    found.first_lower[n],
                    found.first_upper[n],
                    found.total[n],
                    found.total_lower[n],
                    found.total_upper[n],
                )
                spread = (mean, found.variance**0.5, found.chance)
                yield (scenario, indicator, one.key, one.low, one.high, *ends, *spread, prepared.config.points, seeds)


def _values(prepared: Prepared, folder: Path) -> Iterator[dict[tuple[str, str], NDArray]]:
    """Of each point the headline figures over the whole run, [seeds] by scenario and indicator."""
    for plan in prepared.plans:
        found: dict[tuple[str, str], list[float]] = {}
        for mark in manifest.marks(runner.seed_jobs(plan, plan.seeds, folder)):
            table = store.read_part(mark["folder"], "summary").to_pandas()
            whole = (table["group_by"] == ALL) & (table["months_from"] == 0) & (table["months_to"] == plan.config.months)
            by_key = table[whole].set_index("indicator")["value"]
            for key in prepared.config.headline:
                found.setdefault((mark["scenario"], key), []).append(float(by_key[key]))
        yield {of: np.array(values) for of, values in found.items()}


def told(table: pd.DataFrame) -> str:
    """Of each scenario and figure what decides most, in a line."""
    lines = []
    for (scenario, indicator), part in table.groupby(["scenario", "indicator"], sort=False):
        if part["total"].isna().all():
            nothing = (part[["mean", "deviation", "chance"]] == 0).all(axis=None)
            why = "nothing at any point" if nothing else "differs over these assumptions by no more than chance"
            lines.append(f"{scenario}, {indicator}: {why}")
            continue
        ranked = part.sort_values("total", ascending=False).itertuples()
        shares = ", ".join(f"{one.assumption} {one.total:.2f} ({one.total_lower:.2f} to {one.total_upper:.2f})" for one in ranked)
        size = f"mean {part['mean'].iloc[0]:.1f}, deviation {part['deviation'].iloc[0]:.1f}"
        lines.append(f"{scenario}, {indicator}: {size}; total index {shares}")
    return "\n".join(lines)


COMMAND = HydraCommand("sensitivity", "sensitivity", Sensitivity, prepare, execute, ("report",))

if __name__ == "__main__":
    sys.exit(main(COMMAND))
