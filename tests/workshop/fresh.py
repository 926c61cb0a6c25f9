"""Burnt-in worlds that a worker makes itself, for tests that have no prepared folder."""

from __future__ import annotations

from dataclasses import dataclass

from sim import run
from sim.state import Run
from workshop.engine.setting import Setting


@dataclass(frozen=True)
class Fresh:
    """Worlds of a setting, burnt in when they are asked for."""

    setting: Setting

    def world(self, seed: int) -> Run:
        one = self.setting
        return run.burn_in(one.place, seed, one.months, one.burn_in, follow_up=0, start=one.start)
