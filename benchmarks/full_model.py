"""The full model alone: seconds for building and for months, and memory."""

from __future__ import annotations

import statistics
import sys
import time
from typing import TYPE_CHECKING

from sim import month, parameters, run
from sim.start import build as build_run
from sim.world import places

if TYPE_CHECKING:
    from sim.state import Run


def peak_gb() -> float:
    """Highest resident memory of this process so far, GB (NaN where the system does not tell)."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6)


def columns_gb(one: Run) -> float:
    """Bytes in the columns of households, dwellings, vacancies, moves and events, GB."""
    w = one.world
    return sum(column.nbytes for table in (w.h, w.d, w.v, w.m, one.events) for column in table) / 1e9


def measure(place: str, settle: int, months: int, repeats: int = 1, seed: int = 1) -> dict[str, float]:
    """Build for 120 months, let ``settle`` months pass, then time ``months`` (median of ``repeats``, from the same state)."""
    run.burn_in("schiermonnikoog", seed, months=1, burn_in=1, follow_up=0)  # compiled or read from the cache
    began = time.process_time()
    whole = build_run(places.resolve(place), seed, parameters.resolve(None), start="2026-01", burn_in=settle, months=120, follow_up=0)
    build, built_gb = time.process_time() - began, peak_gb()
    for _ in range(settle):
        month.step(whole)
    run.begin(whole)
    households, seconds = int((whole.world.h.state == 1).sum()), []
    for left in reversed(range(repeats)):
        twin = whole.copy() if left else whole
        began = time.process_time()
        for _ in range(months):
            month.step(twin)
        seconds.append(time.process_time() - began)
    return {
        "households": households,
        "months": months,
        "build": build,
        "seconds": statistics.median(seconds),
        "built_gb": built_gb,
        "peak_gb": peak_gb(),
        "columns_gb": columns_gb(whole),
    }
