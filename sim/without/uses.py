"""Who met an instrument in a decision, when for the first time, and for whom it made a decision differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.levers import InForce
    from sim.world.columns import Households


def _nobody() -> NDArray:
    return np.zeros(0, np.uint64)


@dataclass
class Uses(Own):
    """Bits of instruments by household, and the log of first uses; nobody is in it where no instruments are at work."""

    ever: NDArray = field(default_factory=_nobody)  # uint64 [households], a lever was not zero in a decision, up to the last look
    decisive: NDArray = field(default_factory=_nobody)  # uint64 [households], a decision differed without it (bit 63: without all)
    log: list[tuple[NDArray, NDArray, NDArray]] = field(default_factory=list)  # month, household row and new bits of each first use

    def note(self, h: Households, month: int) -> None:
        """Log the households on which an instrument had a lever for the first time, and decisions that it made differ."""
        if len(self.ever) == 0:
            return
        rows = np.flatnonzero(h.ever != self.ever)
        self.log.append((np.full(len(rows), month), rows, h.ever[rows] & ~self.ever[rows]))
        self.ever[:] = h.ever
        self.decide(slice(None), h.decisive)

    def decide(self, rows: NDArray | slice, bits: NDArray | np.uint64) -> None:
        """The instruments ``bits`` made a decision of the households ``rows`` differ: remembered when a move wipes what they carry."""
        self.decisive[rows] |= bits

    def followed_by(self, n_households: int, before: InForce, keys: tuple[str, ...]) -> Uses:
        """What is remembered when other instruments go to work: of those that go on in ``keys``, by their new bits."""
        log = [(month, row, before.renumber(bits, keys)) for month, row, bits in self.log]
        kept = [(month[bits != 0], row[bits != 0], bits[bits != 0]) for month, row, bits in log]
        if not keys:
            return Uses(log=kept)
        decisive = before.renumber(self.decisive, keys) if len(self.decisive) else np.zeros(n_households, np.uint64)
        return Uses(np.zeros(n_households, np.uint64), decisive, kept)
