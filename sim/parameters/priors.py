"""How likely the values of a range are, as far as anybody can say: one of three shapes, by one rule.

The rule. A range that the source itself gives: *uniform* on it, for the source prefers no value. A value that a source gives: *triangular*
on the stated range, with its top at the value. An assumption whose ends differ ten times or more: *log-uniform*, for then the order of
magnitude is what is not known. Any other assumption: *uniform*. Nothing narrower is said than the range, as nobody knows more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.parameters.evidence import ASSUMED

UNIFORM, LOG_UNIFORM, TRIANGULAR = SHAPES = ("uniform", "log-uniform", "triangular")
ORDER_OF_MAGNITUDE = 10


@dataclass(frozen=True)
class Prior:
    """A shape on a range; ``top`` is where it is likeliest, and counts for a triangle only."""

    shape: str
    low: float
    high: float
    top: float

    def at(self, share: float) -> float:
        """The value below which this share of the prior lies, from 0 (low) to 1 (high)."""
        width = self.high - self.low
        if self.shape == LOG_UNIFORM:
            value = self.low * (self.high / self.low) ** share
        elif self.shape == TRIANGULAR:
            below = self.top - self.low
            if share * width < below:
                value = self.low + math.sqrt(share * width * below)
            else:
                value = self.high - math.sqrt((1 - share) * width * (self.high - self.top))
        else:
            value = self.low + share * width
        return min(self.high, max(self.low, value))


def prior_of(default: float, low: float, high: float, mark: str, given: tuple[float, float] | None = None) -> Prior:
    """The prior of a number by the rule of the module; ``given`` is the range that its source gives."""
    if given:
        return Prior(UNIFORM, *given, default)
    if mark != ASSUMED:
        return Prior(TRIANGULAR, low, high, default)
    wide = low > 0 and high >= ORDER_OF_MAGNITUDE * low
    return Prior(LOG_UNIFORM if wide else UNIFORM, low, high, default)
