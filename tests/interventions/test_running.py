"""What an instrument at work remembers and may do: each thing has one owner, and a limit that does not bind changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.interventions.running import Carry
from sim.world.copies import Own
from tests.worlds import at_work, burnt_in

AMOUNTS = st.lists(st.floats(0, 50, allow_nan=False), max_size=40)


@given(AMOUNTS)
def test_a_flow_in_whole_ones_loses_and_adds_nothing(amounts):
    pot = Carry()
    came = sum(pot.whole(amount) for amount in amounts)
    assert 0 <= pot.fraction < 1
    assert came + pot.fraction == pytest.approx(sum(amounts), abs=1e-9)


def homes_built(months: int, **settings) -> int:
    """Homes that a programme of 0.75 a month built in so many months, when nothing else happens."""
    one = at_work(burnt_in(months=months), {"seniorenwoningen": {"dur_build": 0, "n_per_1000": 9.0, **settings}})
    w = one.world
    for _ in range(months):
        one.at_work.act(w, np.array([1000.0]))
        w.month += 1
    return one.at_work.running[0].n_reached


@pytest.mark.parametrize("capacity", [1.0, 1.2, 1.5, 1.9, 7.3])
def test_a_capacity_that_does_not_bind_changes_nothing(capacity):
    assert homes_built(20, capacity=capacity) == homes_built(20) == 15


def test_a_capacity_that_binds_lets_through_as_many_as_it_says():
    assert homes_built(20, capacity=1.0, n_per_1000=50) == 20
    assert homes_built(20, capacity=0.5, n_per_1000=50) == 10


@dataclass
class Notes(Own):
    """Something to remember."""

    seen: list[int] = field(default_factory=list)


def test_each_kind_of_memory_is_one_object_and_a_copy_of_a_run_has_its_own():
    one = at_work(burnt_in(), {"seniorenwoningen": {}})
    running = one.at_work.running[0]
    running.memory(Notes).seen.append(1)
    assert running.memory(Notes) is running.memory(Notes)
    twin = one.copy().at_work.running[0]
    twin.memory(Notes).seen.append(2)
    assert (running.memory(Notes).seen, twin.memory(Notes).seen) == ([1], [1, 2])
    assert twin.settings is running.settings
