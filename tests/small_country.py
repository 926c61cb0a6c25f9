"""A country in small: households by age and type as in the Netherlands on 1-1-2024, without homes. For tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.demography import plan as demography
from sim.demography.describe import describe
from sim.demography.events import Events
from sim.parameters import Params, resolve
from sim.population import children, persons
from sim.population.base_year import AGES, HEAD_BANDS, TYPES
from sim.world import figures
from sim.world.chance import Purpose, bits_array, uniform
from sim.world.codes import HouseholdState
from sim.world.columns import Households, copy, empty, grow

FIRST = -36


def closed(**overrides: float) -> Params:
    """The default parameters with others in their place, also outside their range (a rate of zero)."""
    return replace(resolve(), **overrides)


def only(*rates: str) -> Params:
    """Parameters under which nothing happens but what is named (``rel_death``, …)."""
    every = ("death", "care", "limitation", "birth", "leave_home", "separation", "union")
    return closed(**{f"rel_{name}": float(f"rel_{name}" in rates) for name in every})


def planned_from(start: Households, *rest, **more) -> tuple[Households, Events]:
    """A table of the start and all later households, and the event list (arguments: ``sim.demography.plan.plan``)."""
    future, events = demography.plan(start, *rest, **more)
    n = len(start.id) + len(future.id)
    h = grow(start, n) if n > len(start.id) else copy(start)
    demography.enter(h, future)
    return h, events


def households(n: int, seed: int = 1) -> Households:
    """``n`` households that are all present at month FIRST; persons and incomes drawn as in the start population."""
    national = figures.matrix("national_households", [f"{name}_2024" for name in TYPES])
    edges = np.cumsum(national.ravel()) / national.sum()
    at = np.searchsorted(edges, (np.arange(n) + 0.5) / n)
    h = empty(Households, n)
    h.id[:] = bits_array(np.uint64(99), np.arange(n, dtype=np.uint64))
    h.state[:] = HouseholdState.PRESENT
    band, kind = at // len(TYPES), at % len(TYPES)
    u = uniform(persons.key(seed, Purpose.PERSON, 50), h.id)
    oldest = HEAD_BANDS[-1]
    low = np.array(HEAD_BANDS)[band]
    age = np.where(low < oldest, low + 5 * u, oldest + 14 * u**1.6).astype(np.int16)  # 80 and over: fewer of the oldest
    age = np.maximum(age, 18)
    cell = (np.searchsorted(AGES, age, side="right") - 1) * len(TYPES) + kind
    rows = slice(0, n)
    mother = persons.draw_adults(h, rows, cell, age, seed, resolve(), FIRST)
    shares = np.cumsum(children.child_numbers(0.0, children.weights(resolve())), axis=1)[None]
    number = children.draw_numbers(h.id, np.zeros(n, np.int64), cell, shares, seed)
    children.draw_children(h, rows, number, mother, seed, resolve(), FIRST)
    persons.draw_limitation(h, rows, seed, resolve(), FIRST)
    h.income_z[:] = persons.normal(persons.key(seed, Purpose.INCOME, 50), h.id)
    h.kind[:] = kind
    describe(h, np.arange(n), FIRST)
    return h
