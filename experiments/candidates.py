"""Which draws of the assumptions the study that ships tries, and in what order: candidate 1, 2, 3, … of one Latin hypercube."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.estimates.knowledge import FOLDER
from experiments.assumptions import Assumption, behaviour, of_instrument
from sim.interventions import REGISTRY

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 20261130  # of the screening and the draws, not of a world
CARDS = tuple(key for key in REGISTRY if key != "interventie_x")  # whose settings are a user's own
CANDIDATES = 10_000


def deciding() -> list[str]:
    """The parameters of behaviour that the study that ships draws: its screening found that they decide most, most first."""
    drawn = pd.read_csv(FOLDER / "draws.csv", usecols=["assumption"])["assumption"].unique()
    return [str(name) for name in drawn if "." not in name]


def candidates(deciding: Iterable[str]) -> tuple[list[Assumption], NDArray]:
    """What is drawn, and where each candidate stands, [CANDIDATES, assumptions] from 0 to 1: a Latin hypercube over plausible ranges."""
    from scipy.stats import qmc

    asked: list[Assumption] = [one for one in behaviour() if one.key in set(deciding)]
    asked += [one for card in CARDS for one in of_instrument(card)]
    return asked, qmc.LatinHypercube(len(asked), rng=np.random.default_rng(SEED)).random(CANDIDATES)


def values_of(asked: Iterable[Assumption], point: Iterable[float]) -> dict[str, float]:
    """The values of a candidate."""
    return {one.key: one.drawn(share) for one, share in zip(asked, point, strict=True)}
