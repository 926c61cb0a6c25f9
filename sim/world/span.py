"""From when to when a run may start: the span that figures and law carry."""

from __future__ import annotations

import re

from sim.world import figures, law
from sim.world.errors import Refusal

HELD_YEARS = 4  # years after the newest amounts of law in which these may stand for those of the start (assumption)
LONGEST_YEARS = 100  # of a run, after which no date of a scenario can come to pass


def span() -> tuple[str, str]:
    """First and last month, YYYY-MM, in which a run may start.

    From the first month of which all amounts of law are known, and no earlier than the figures of gemeenten, which are of several
    years, moved over that distance to one (``sim.population.base_year``); until some years after the newest amounts.
    """
    years = [int(year) for name in figures.table("gemeenten") for year in re.findall(r"_(20\d\d)(?:\d{4})?$", name)]
    return max(f"{min(years)}-01", law.first_month()), f"{int(law.newest_month()[:4]) + HELD_YEARS}-12"


def check_start(start: str) -> None:
    """Raises Refusal for a ``start`` (YYYY-MM) outside the span."""
    first, last = span()
    if not first <= start <= last:
        raise Refusal(f"start={start} is out of range: {first} to {last}, the span that figures, rates and law carry")


def check_date(what: str, date: str) -> None:
    """Raises Refusal for a ``date`` of a scenario (YYYY-MM) that lies before the span, or after any run that begins in it."""
    first, last = span()
    last = f"{int(last[:4]) + LONGEST_YEARS}-12"
    if not first <= date <= last:
        raise Refusal(f"{what}={date} is out of range: {first} to {last}, the dates of runs; change it, or take it out")
