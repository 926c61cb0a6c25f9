"""Demography: the event list of one seed, made once before any market runs.

Births, illness, deaths, care, separations, leaving home, unions, departures and arrivals are drawn month by month with
keyed draws on persons and households (``sim.demography.hazards``), from the columns as the events so far have left them;
``sim.demography.events`` applies them, here as in every replay. Partners are paired by age, sex and a keyed number, never by
address. Arrivals are as many as keep households and dwellings in step, so that the number without a home stays level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.demography.events import Events, Happened, People, people_of, run_month
from sim.demography.planner import Future, Planner, enter
from sim.world.columns import Households

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.geography import Border

__all__ = [
    "Events",
    "Future",
    "Happened",
    "People",
    "enter",
    "people_of",
    "plan",
    "replay",
]


def plan(
    start: Households,
    p: Params,
    seed: int,
    first: int,
    net_dwellings: NDArray,
    border: Border | None,
    arrivals: bool = True,
    equity: NDArray | None = None,
) -> tuple[Future, Events]:
    """The event list from month ``first`` on and the households that come later: ``enter`` them in a table long enough.

    Args:
        start: the start population (all present).
        net_dwellings: int64 [months], change of the stock in the base programme; as many months are planned.
        border: persons that leave per month and gemeente, or None for a closed world.
        arrivals: False: nothing keeps households and dwellings in step (tests of single rates).
        equity: float [start rows], euro in the home: an arrival that left a home elsewhere brings what a like
            household has.
    """
    planner = Planner(start, p, seed, first, border, equity)
    for month, net in enumerate(net_dwellings.tolist(), first):
        planner.pass_month(month, net, arrivals)
    return planner.result()


def replay(h: Households, events: Events, month: int, first_month: int) -> Happened:
    """Apply a month's events in place (see ``sim.demography.events``)."""
    at = month - first_month
    return run_month(h, events, int(events.first[at]), int(events.first[at + 1]), month)
