"""Ten woonprofielen for seniors on the toolkit's four axes, and the preferred dwelling types of the other classes.

Springco's ten profiles for Platform31 are public by their axes only: community, town to village, comfort, care. The ten here
are ours, set on those axes. Place on an axis and share are assumptions (range ±0.2 and a factor 0.5–2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernel_cache import njit
from sim.world.codes import DwellingType


class Woonprofiel(NamedTuple):
    """One profile: four axes in [0, 1], the share of seniors, and how much the share grows at OLD_AGE."""

    key: str
    community: float
    town: float
    comfort: float
    care: float
    share: float
    old_factor: float


PROFIELEN = (
    Woonprofiel("eigen_plek_dorp", 0.2, 0.1, 0.4, 0.1, 0.16, 0.7),
    Woonprofiel("eigen_plek_stadsrand", 0.2, 0.5, 0.4, 0.1, 0.15, 0.7),
    Woonprofiel("ruim_in_gemeenschap", 0.6, 0.4, 0.6, 0.2, 0.08, 0.8),
    Woonprofiel("stadsappartement", 0.3, 0.9, 0.7, 0.2, 0.13, 0.9),
    Woonprofiel("comfort_nabij_voorzieningen", 0.4, 0.7, 0.9, 0.4, 0.12, 1.2),
    Woonprofiel("hofje", 0.8, 0.5, 0.6, 0.4, 0.08, 1.1),
    Woonprofiel("dorpshart", 0.6, 0.2, 0.6, 0.4, 0.09, 1.2),
    Woonprofiel("complex_gemak", 0.6, 0.6, 0.8, 0.6, 0.08, 1.6),
    Woonprofiel("complex_beschut", 0.7, 0.5, 0.7, 0.9, 0.06, 2.4),
    Woonprofiel("bij_familie", 0.5, 0.3, 0.4, 0.7, 0.05, 1.3),
)
N_PROFIELEN = len(PROFIELEN)
N_TASTES = N_PROFIELEN + 3  # then Starter, Family, Household
OLD_AGE = 75

# Where a type of dwelling lies on community, comfort (ease, one level) and care; the setting gives town. Assumption.
_TYPES = {
    DwellingType.EENGEZINS: (0.3, 0.4, 0.1),
    DwellingType.MEERGEZINS: (0.4, 0.7, 0.2),
    DwellingType.SENIORENCOMPLEX: (0.7, 0.8, 0.7),
    DwellingType.MANTELZORGUNIT: (0.5, 0.6, 0.7),
    DwellingType.FLEX: (0.4, 0.4, 0.1),
}
# Preferred type of Starter, Family, Household (score by type). Assumption; range ±0.2.
_OTHERS = {
    DwellingType.EENGEZINS: (0.75, 1.0, 0.9),
    DwellingType.MEERGEZINS: (0.8, 0.5, 0.75),
    DwellingType.SENIORENCOMPLEX: (0.2, 0.1, 0.2),
    DwellingType.MANTELZORGUNIT: (0.2, 0.1, 0.2),
    DwellingType.FLEX: (0.6, 0.3, 0.5),
}
_TOWN = np.array([0.5, 1.0, 0.8, 0.6, 0.35, 0.1])  # by CBS urbanity class 1 (extremely urban) … 5; 0 unknown


def profile_scores(rel_second: float) -> NDArray:
    """Scores [2 × N_TASTES, DwellingType, urban class 0–5] in [0, 1]; the second half is for a second profile."""
    scores = np.empty((N_TASTES, len(DwellingType), len(_TOWN)))
    for kind in DwellingType:
        community, comfort, care = _TYPES[kind]
        for k, wish in enumerate(PROFIELEN):
            apart = np.abs(wish.community - community) + np.abs(wish.town - _TOWN) + np.abs(wish.comfort - comfort)
            scores[k, kind] = 1 - (apart + np.abs(wish.care - care)) / 2.5
        scores[N_PROFIELEN:, kind] = np.array(_OTHERS[kind])[:, None]
    scores = np.clip(scores, 0, 1)
    return np.concatenate([scores, rel_second * scores])


def profile_edges() -> NDArray:
    """Cumulative shares of the profiles, float64 [2 (OLD_AGE and over), N_PROFIELEN]: old age tilts to comfort and care (B39, B40)."""
    shares = np.array([p.share for p in PROFIELEN])
    tilted = np.stack([shares, shares * np.array([p.old_factor for p in PROFIELEN])])
    return np.cumsum(tilted, axis=1) / tilted.sum(axis=1, keepdims=True)


@njit(cache=True)
def pick_profiles(u_first, u_second, edges):
    """First and second profile from two uniform numbers and the cumulative shares ``edges`` of the first."""
    first = min(np.searchsorted(edges, u_first, side="right"), N_PROFIELEN - 1)
    second = min(np.int64(u_second * (N_PROFIELEN - 1)), N_PROFIELEN - 2)
    return first, second + (second >= first)  # the second is another one
