"""A full plan beside basis: what a month costs with every instrument of the registry at work, each with its own settings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sim import interventions, month, run
from sim.approach.scenarios import OWN
from sim.interventions import REGISTRY

if TYPE_CHECKING:
    from sim.state import Run


def measure(place: str, months: int, repeats: int, seed: int = 1) -> dict[str, float]:
    """CPU seconds of ``months`` of basis and of the full plan, from one burnt-in world; the best of ``repeats``, taking turns."""
    base = run.burn_in(place, seed, months, burn_in=36, follow_up=1)
    plan = {key: interventions.load(key, {"allow_empty": True}, base.world.setting.start) for key in REGISTRY if key != OWN}
    best = {"basis": float("inf"), "plan": float("inf")}
    for _ in range(repeats):
        for name, instruments in (("basis", {}), ("plan", plan)):
            best[name] = min(best[name], _seconds(base, instruments, months))
    return {"instruments": len(plan), "months": months, **best}


def _seconds(base: Run, instruments: dict, months: int) -> float:
    twin = base.copy()
    twin.equip(instruments)
    month.step(twin)  # compiled, and past the first look at everybody
    began = time.process_time()
    for _ in range(months):
        month.step(twin)
    return time.process_time() - began
