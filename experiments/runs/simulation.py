"""What the runner asks of a world, and what it gives it to do. Nothing here knows which world that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from experiments.runs import store

if TYPE_CHECKING:
    import pandas as pd


class Gauge:
    """What a world tells of: here to nobody."""

    def month(self) -> None:
        """A month has passed."""

    def kernel(self) -> None:
        """A kernel is about to be compiled."""

    def begin(self, months: int) -> None:
        """So many of the months to come are of the plan; what passes beyond them was there already, or is sought once more."""

    def settle(self, months: int) -> None:
        """So many months of this job have passed, whatever was counted."""


DEAF = Gauge()


@dataclass(frozen=True)
class RunSpec:
    """One scenario of one seed. ``key`` names its folder: a hash of all that changes it."""

    scenario: str
    instruments: dict[str, dict[str, Any]]
    placebo: bool
    key: str
    rules: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class SeedJob:
    """The unit of work: one seed, its scenarios (basis first), the tables that each must leave, and who is told of its months."""

    seed: int
    place: str
    months: int
    burn_in: int
    follow_up: int
    start: str
    strength: float
    eur_budget_total: float | None
    behaviour: dict[str, float]
    debug: bool
    ghosts: bool
    ghost_window: int
    runs: tuple[RunSpec, ...]
    tables: tuple[str, ...]
    folder: str
    place_dir: str | None = None
    code: str = ""  # digests of the plan: a worker may have another version, and a folder of one's own may have changed since
    data: str = ""
    last: bool = False  # of the run that is asked for: none follows in this world, so that it may be used up
    gauge: Gauge = field(default=DEAF, compare=False, repr=False)

    @property
    def months_of_run(self) -> int:
        """Months of one scenario of it."""
        return self.months + self.follow_up

    @property
    def planned(self) -> int:
        """Months that have to pass: the burn-in, and each run once (scenarios with equal settings share one)."""
        return self.burn_in + self.months_of_run * len({spec.key for spec in self.runs})

    def done(self, burnt_in: bool) -> int:
        """Months of ``planned`` that have passed: those of finished runs, and of the burn-in if it need not pass again."""
        left = len({spec.key for spec in self.todo()})
        return self.planned - left * self.months_of_run - (0 if burnt_in or not left else self.burn_in)

    def todo(self) -> list[RunSpec]:
        """Runs without a mark of completion."""
        return [spec for spec in self.runs if not store.is_done(Path(self.folder) / spec.key, self.tables)]


class Outcome(Protocol):
    """What one run gives: tables by name, households reached by instrument, seconds by part, the world's mark, rules that fired."""

    tables: dict[str, pd.DataFrame]
    reached: dict[str, int]
    seconds: dict[str, float]
    fingerprint: str

    @property
    def fired(self) -> Sequence[tuple[int, int]]:
        """Number of the rule and month, in the order in which they fired."""


class Simulation(Protocol):
    """What the runner asks of a world, which tells ``job.gauge`` of each month. It can be pickled: it travels to other processes."""

    def world(self, job: SeedJob) -> Any:
        """The burnt-in world of one seed."""

    def run(self, world: Any, job: SeedJob, spec: RunSpec, base: Any) -> Outcome:
        """One scenario from a copy of that world, or from itself if ``job.last``; ``base`` is the outcome of basis."""
