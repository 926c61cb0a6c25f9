"""Equal spending: a scenario's strength is sought at which it costs what ``eur_budget_total`` says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.world.names import MOST_STRENGTH

if TYPE_CHECKING:
    from experiments.runs.simulation import Outcome, RunSpec, SeedJob, Simulation

TOLERANCE = 0.02  # share of the budget that spending may be off
MOST_RUNS = 6


def spent(outcome: Outcome, months: int, already: Collection[str] = ()) -> float:
    """Euro that all organisations together spend before the horizon, on other instruments than those ``already`` there."""
    table = outcome.tables["instruments"]
    return float(table.loc[(table["month"] < months) & ~table["instrument"].isin(list(already)), "cost_eur"].sum())


def run_at_budget(simulation: Simulation, world: Any, job: SeedJob, spec: RunSpec, base: Any) -> tuple[Outcome, float]:
    """Run a scenario at the strength at which it spends ``job.eur_budget_total``; returns that run and its strength.

    Each next strength is the last one times the shortfall, within what has been found to spend too little and too much.

    Raises:
        ValueError: the scenario spends nothing, or cannot be brought to that spending.
    """
    goal = job.eur_budget_total
    already = {key for key, settings in spec.instruments.items() if settings.get("already")}
    if not (spec.instruments.keys() - already or spec.rules) or spec.placebo or goal is None:
        return simulation.run(world, job, spec, base), job.strength
    low, high, strength = 0.0, MOST_STRENGTH, min(job.strength, MOST_STRENGTH) if goal else 0.0
    euro = 0.0
    for _ in range(MOST_RUNS):
        outcome = simulation.run(world, replace(job, strength=strength, last=False), spec, base)
        euro = spent(outcome, job.months, already)
        if abs(euro - goal) <= TOLERANCE * goal:
            return outcome, strength
        if euro == 0:
            raise ValueError(f"{spec.scenario} spends nothing, eur_budget_total cannot scale it; leave it out")
        low, high = (strength, high) if euro < goal else (low, strength)
        wanted = strength * goal / euro
        strength = wanted if low < wanted < high else (low + high) / 2
    raise ValueError(
        f"{spec.scenario} cannot be brought to eur_budget_total={goal:.0f} euro: it spends {euro:.0f} euro at a "
        f"strength near {strength:.2f}; choose another total, or give its instruments a capacity"
    )
