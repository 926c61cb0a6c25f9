"""Small real worlds, and settings strong enough that every instrument finds its households in them."""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import numpy as np

from sim import interventions, month, run
from sim.interventions import REGISTRY
from sim.state import World
from sim.world import NOWHERE, Households, empty, take

SMALL = ("rozendaal", "schiermonnikoog", "vlieland")  # 550 to 760 households each
MIXED = "terschelling"  # 2,600 households, a fifth of the homes let by a corporatie
MONTHS, BURN_IN, FOLLOW_UP = 12, 6, 4
LIVELY = {"p_wish_senior": 0.03, "p_search_senior": 0.05, "p_sight": 0.6, "p_refusal": 0.2, "rel_eur_once": 0.5}
TABLES = ("moves", "chains", "months", "funnel", "summary")
EMPTY_GROUP = {"who": {"age": 100, "size": 1, "rooms": 12, "floor_area": 400}, "allow_empty": True}

@functools.cache
def burnt_in(place: str = MIXED, seed: int = 1, months: int = MONTHS, lively: bool = True, debug: bool = False) -> World:
    """A world at month 0; shared between tests, so run it from a copy only (run_scenario makes its own)."""
    return run.burn_in(place, seed, months, BURN_IN, FOLLOW_UP, behaviour=LIVELY if lively else None, debug=debug)

@functools.cache
def basis(place: str = MIXED, seed: int = 1, months: int = MONTHS, lively: bool = True) -> run.Result:
    """The base world's result."""
    return run.run_scenario(burnt_in(place, seed, months, lively))

def strong(key: str) -> dict[str, Any]:
    """Settings of an instrument, made from its own fields, under which it meets many households at once."""
    fields = REGISTRY[key].model_fields
    wanted: dict[str, Any] = {
        "rel_known": 1.0, "rel_labelled": 1.0, "n_rooms_taken": 0, "fte": 4.0, "dur_build": 0, "n_per_1000": 50.0, "eur_grant": 10000,
        "p_direct": 0.5, "trouble": 0.2, "sight": 1.0,
    }
    chosen = {name: value for name, value in wanted.items() if name in fields}
    tenure = fields["who"].get_default().tenure
    return {**chosen, "who": {"tenure": tenure, "rooms": 1, "age": 40}}

def everything() -> dict[str, dict[str, Any]]:
    """All instruments of the registry at once, each strong."""
    return {key: strong(key) for key in REGISTRY}

def at_work(world: World, chosen: dict[str, dict[str, Any]], strength: float = 1.0) -> World:
    """A copy of a world with instruments at work in it."""
    w = world.copy()
    interventions.equip(w, {key: interventions.load(key, settings, w.start) for key, settings in chosen.items()}, strength)
    return w

def let_pass(w: World, months: int) -> World:
    """The same world some months later."""
    for _ in range(months):
        month.step(w)
    return w

def tables_of(w: World) -> dict[str, Any]:
    """The tables of a world that has run MONTHS and FOLLOW_UP."""
    return run.make_tables(w, w.months, [])

def digest(frame) -> str:
    """SHA-256 of the bytes of a frame as parquet."""
    return hashlib.sha256(frame.to_parquet(path=None, index=False)).hexdigest()

def with_rows(table, n: int):
    """A table with ``n`` more rows of neutral values at its end."""
    return type(table)(*(np.concatenate(pair) for pair in zip(table, empty(type(table), n), strict=True)))

def one_household(w: World, row: int) -> Households:
    """A copy of one household as a table of one row."""
    return take(w.h, np.array([row]))

def housed_rows(w: World) -> np.ndarray:
    """Rows of households with a home of their own."""
    return np.flatnonzero((w.h.state == 1) & (w.h.home != NOWHERE))
