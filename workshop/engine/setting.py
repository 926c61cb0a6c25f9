"""Where and when the worlds of a workshop are, and by which code and figures: what all its answers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from experiments.runs.world import digests
from sim.approach.beforehand import Term
from sim.world import places


@dataclass(frozen=True)
class Setting:
    """``place`` is the key of a municipality, ``start`` (YYYY-MM) is month 0; ``digests`` are of code and figures, now by default."""

    place: str
    start: str = "2026-01"
    months: int = 120
    burn_in: int = 36
    digests: Mapping[str, str] = field(default_factory=digests)

    @property
    def term(self) -> Term:
        """For what can be refused before a world is run. Raises Refusal for an unknown place."""
        return Term(places.resolve(self.place), self.start, self.months, self.burn_in)
