"""A world can be lived in at the ends of every parameter's range: all low, all high, and every pair of two at each pair of ends."""

from __future__ import annotations

import numpy as np
import pytest

from sim import run
from sim.parameters import REGISTRY
from sim.world.columns import NOWHERE

PLACE = "vlieland"
NAMES = tuple(REGISTRY)
BITS = range(len(NAMES).bit_length())
# Two parameters differ in some bit of their numbers, and then stand at other ends, one way and the other; all low and all high do the rest.
ENDS = {
    "all low": [False] * len(NAMES),
    "all high": [True] * len(NAMES),
    **{f"bit {bit}": [bool(k >> bit & 1) for k in range(len(NAMES))] for bit in BITS},
    **{f"not bit {bit}": [not k >> bit & 1 for k in range(len(NAMES))] for bit in BITS},
}
SHORT = ("all low", "all high")


def at(ends: list[bool]) -> dict[str, float]:
    """The value of each parameter at its low or its high end; a span ends where it begins at the earliest."""
    found = {name: REGISTRY[name].high if high else REGISTRY[name].low for name, high in zip(NAMES, ends, strict=True)}
    for name, value in found.items():
        other = f"{name.removesuffix('_low')}_high"
        if name.endswith("_low") and other in found:
            found[other] = max(found[other], value)
    return found


def test_every_two_parameters_stand_together_at_each_pair_of_ends():
    seen = np.array(list(ENDS.values()))
    for one in (seen, ~seen):
        for other in (seen, ~seen):
            together = one.T.astype(int) @ other.astype(int)
            assert (together + np.eye(len(NAMES), dtype=int) > 0).all()


@pytest.mark.parametrize("ends", [name if name in SHORT else pytest.param(name, marks=pytest.mark.long) for name in ENDS])
def test_a_world_can_be_lived_in(ends):
    lived = run.burn_in(PLACE, 1, months=6, burn_in=3, follow_up=0, behaviour=at(ENDS[ends]))
    assert run.run_scenario(lived).fingerprint
    w = lived.world
    here = w.d.occupant[w.d.occupant != NOWHERE]
    assert len(here) > 0 and len(np.unique(here)) == len(here)
    for name in ("rent", "woz", "floor_area"):
        column = getattr(w.d, name)
        assert np.isfinite(column).all() and column.min() >= 0, name
    assert w.d.rooms.min() >= 1 and w.d.floor_area.min() > 0
    for name in ("income", "rent", "debt", "attachment", "fit_here"):
        assert np.isfinite(getattr(w.h, name)).all(), name
    assert w.h.income.min() >= 0 and w.h.rent.min() >= 0 and w.h.debt.min() >= 0
