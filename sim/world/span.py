"""From when to when a run may start: the span that figures and law carry."""

from __future__ import annotations

import re

from sim.world import figures, law
from sim.world.errors import Refusal


def span() -> tuple[str, str]:
    """First and last month, YYYY-MM, in which a run may start.

    The figures of gemeenten are of several years, moved over that distance to one (``sim.population.base_year``). A start may lie as far
    after the newest figure or amount of law as the oldest figure lies before it (assumption); the rates are of the same years.
    """
    years = [int(year) for name in figures.table("gemeenten") for year in re.findall(r"_(20\d\d)(?:\d{4})?$", name)]
    newest = max(*years, *(int(since[:4]) for one in law.AMOUNTS.values() for since, _ in one.values))
    return f"{min(years)}-01", f"{2 * newest - min(years)}-12"


def check_start(start: str) -> None:
    """Raises Refusal for a ``start`` (YYYY-MM) outside the span."""
    first, last = span()
    if not first <= start <= last:
        raise Refusal(f"start={start} is out of range: {first} to {last}, the span that figures, rates and law carry")
