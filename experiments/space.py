"""What a calibration draws: parameters with their priors, and structure as discrete entries, each seen as a share from 0 to 1.

The prior of a parameter is that of the registry, cut to its plausible range (``experiments.assumptions``): no run was ever made beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.assumptions import Assumption, behaviour
from sim.parameters import REGISTRY
from sim.parameters.priors import Prior
from sim.world.errors import Refusal, hint

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRUCTURE = {  # whether there is a mechanism: as shipped, and otherwise
    "logit_choice_overload": (0.0, -0.3),  # as in configs/behaviour/met_keuzestress.yaml
    "rel_rise_felt": (0.065, 0.0),
}
GRID = np.linspace(0, 1, 1001)
WAY_OUT = "python -m experiments.list what=parameters names them"


class Range(NamedTuple):
    """A parameter with its prior, cut to the plausible range; ``values`` are those at GRID."""

    assumption: Assumption
    prior: Prior
    values: NDArray

    @property
    def key(self) -> str:
        """Of the parameter."""
        return self.assumption.key

    @property
    def shipped(self) -> float:
        """What the model takes."""
        return self.assumption.default

    def at(self, share: float) -> float:
        """The value below which this share of the cut prior lies."""
        value = float(np.interp(share, GRID, self.values))
        return float(round(value)) if self.assumption.whole else value

    def share(self, value: float) -> float:
        """The share of the cut prior below a value, from 0 to 1."""
        return float(np.interp(value, self.values, GRID))


class Switch(NamedTuple):
    """A mechanism that is as shipped (share 0) or otherwise (share 1), as likely one as the other."""

    key: str
    shipped: float
    other: float

    def at(self, share: float) -> float:
        """The value at a share."""
        return self.shipped if share < 0.5 else self.other

    def share(self, value: float) -> float:
        """0 as shipped, 1 otherwise."""
        return float(value != self.shipped)


Entry = Range | Switch


def entries(over: Sequence[str], structure: Sequence[str]) -> list[Entry]:
    """What is drawn, by name.

    Raises:
        Refusal: what is no assumption with a plausible range, no structure, or stands twice.
    """
    known = {one.key: one for one in behaviour()}
    for key in over:
        if key not in known:
            raise Refusal(f"over: {key} is no parameter with a plausible range{hint(key, known, WAY_OUT)}")
    for key in structure:
        if key not in STRUCTURE:
            raise Refusal(f"structure: {key} is no structure that can be otherwise{hint(key, STRUCTURE, ', '.join(STRUCTURE))}")
    names = [*over, *structure]
    for n, key in enumerate(names):
        if key in names[:n]:
            raise Refusal(f"{'structure' if n >= len(over) else 'over'}: {key} stands twice")
    return [*(_range(known[key]) for key in over), *(Switch(key, *STRUCTURE[key]) for key in structure)]


def _range(one: Assumption) -> Range:
    prior = REGISTRY[one.key].prior
    first, last = (_below(prior, end) for end in (one.low, one.high))
    return Range(one, prior, np.array([prior.at(first + share * (last - first)) for share in GRID]))


def _below(prior: Prior, value: float) -> float:
    """The share of a prior below a value."""
    low, high = 0.0, 1.0
    for _ in range(60):  # halves: beyond what a float tells apart
        middle = (low + high) / 2
        low, high = (middle, high) if prior.at(middle) < value else (low, middle)
    return (low + high) / 2


def sample(drawn: Sequence[Entry], n: int, seed: int) -> NDArray:
    """Points of the prior [n, entries], a Latin hypercube; each at a value that can be."""
    from scipy.stats import qmc

    raw = qmc.LatinHypercube(len(drawn), rng=np.random.default_rng(seed)).random(n)
    for column, one in zip(raw.T, drawn, strict=True):
        if isinstance(one, Switch):
            column[:] = column >= 0.5
        elif one.assumption.whole:
            column[:] = np.interp(np.round(np.interp(column, GRID, one.values)), one.values, GRID)
    return raw


def as_study(drawn: Sequence[Entry], n: int, seed: int) -> NDArray:
    """Points [n, entries] as the study that ships draws them, half of them below what the model takes; structure as shipped."""
    raw = np.random.default_rng(seed).random((n, len(drawn)))
    for column, one in zip(raw.T, drawn, strict=True):
        column[:] = 0 if isinstance(one, Switch) else [one.share(one.assumption.drawn(chance)) for chance in column]
    return raw


def values_at(drawn: Sequence[Entry], point: Sequence[float] | NDArray) -> dict[str, float]:
    """The values of a point."""
    return {one.key: one.at(float(share)) for one, share in zip(drawn, point, strict=True)}


def points_of(drawn: Sequence[Entry], values: Sequence[Mapping[str, float]]) -> NDArray:
    """Where values stand, [points, entries]; what a point does not name is as shipped."""
    return np.array([[one.share(mine.get(one.key, one.shipped)) for one in drawn] for mine in values])
