"""A small place for the tests of the workshop: worlds of a few hundred households, a year or two long, made once."""

from __future__ import annotations

import functools
import io
from pathlib import Path

from sim.run import burn_in
from sim.state import Run
from workshop.engine.doses import Doses, doses, place_of
from workshop.engine.setting import Setting
from workshop.prepared.folder import Prepared
from workshop.prepared.make import prepare

PLACE, MONTHS, BURN_IN = "schiermonnikoog", 24, 12
CARDS = ("voorrang", "wooncoach_sociaal", "brieven")


@functools.cache
def burnt_in(seed: int = 0, debug: bool = False) -> Run:
    """A run at month 0, shared: go on from a copy only."""
    return burn_in(PLACE, seed, MONTHS, BURN_IN, 0, debug=debug)


@functools.cache
def small_doses() -> Doses:
    """Every card, in the small place."""
    return doses(Setting(PLACE, months=MONTHS, burn_in=BURN_IN), place_of(burnt_in()))


def prepared_in(folder: Path, **more) -> Prepared:
    """Two worlds of a year, three cards."""
    given = {"seeds": [0, 1], "alone": 2, "months": 12, "burn_in": 6, "cards": CARDS, "stream": io.StringIO()}
    return prepare(PLACE, folder, **(given | more))
