"""Ten woonprofielen for seniors on the toolkit's four axes, and the preferred dwelling types of the other classes.

Springco's ten profiles for Platform31 are public by their axes only: community, town to village, comfort, care. The ten here
are ours, set on those axes. Places, shares and tastes are parameters (``sim.parameters.woonprofielen``), all of them assumptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.world.codes import DwellingType, names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params


class Woonprofiel(NamedTuple):
    """One profile: four axes in [0, 1], the share of seniors, and how much the share grows at age_profile_old."""

    key: str
    community: float
    town: float
    comfort: float
    care: float
    share: float
    old_factor: float


PROFIELEN = (
    "eigen_plek_dorp",
    "eigen_plek_stadsrand",
    "ruim_in_gemeenschap",
    "stadsappartement",
    "comfort_nabij_voorzieningen",
    "hofje",
    "dorpshart",
    "complex_gemak",
    "complex_beschut",
    "bij_familie",
)
N_PROFIELEN = len(PROFIELEN)
OTHERS = ("starter", "family", "household")  # classes with a taste of their own
N_TASTES = N_PROFIELEN + len(OTHERS)
N_URBAN = 6  # CBS urbanity class 1 (extremely urban) … 5; 0 unknown


def profielen(p: Params) -> tuple[Woonprofiel, ...]:
    """The ten profiles in the order of PROFIELEN."""
    parts = (*Woonprofiel._fields[1:-1], "old")
    short = {key: key.removeprefix("comfort_") for key in PROFIELEN}  # names of numbers must fit a line of a telephone
    return tuple(Woonprofiel(key, *(getattr(p, f"rel_{short[key]}_{part}") for part in parts)) for key in PROFIELEN)


def profile_scores(p: Params, rel_second: float) -> NDArray:
    """Scores [2 × N_TASTES, DwellingType, urban class 0–5] in [0, 1]; the second half is for a second profile.

    A type of home has its place on community, comfort (ease, one level) and care; the surroundings give town.
    """
    scores = np.empty((N_TASTES, len(DwellingType), N_URBAN))
    town = np.array([getattr(p, f"rel_town_{urban}") for urban in range(N_URBAN)])
    for kind, name in enumerate(names(DwellingType)):
        community, comfort, care = (getattr(p, f"rel_type_{name}_{axis}") for axis in ("community", "comfort", "care"))
        for k, wish in enumerate(profielen(p)):
            apart = np.abs(wish.community - community) + np.abs(wish.town - town) + np.abs(wish.comfort - comfort)
            scores[k, kind] = 1 - (apart + np.abs(wish.care - care)) / p.rel_profile_reach
        scores[N_PROFIELEN:, kind] = np.array([getattr(p, f"rel_taste_{one}_{name}") for one in OTHERS])[:, None]
    scores = np.clip(scores, 0, 1)
    return np.concatenate([scores, rel_second * scores])


def profile_edges(p: Params) -> NDArray:
    """Cumulative shares of the profiles, float64 [2 (old), N_PROFIELEN]: old age tilts to comfort and care (B39, B40)."""
    there = profielen(p)
    shares = np.array([one.share for one in there])
    tilted = np.stack([shares, shares * np.array([one.old_factor for one in there])])
    return np.cumsum(tilted, axis=1) / tilted.sum(axis=1, keepdims=True)


@njit(cache=True)
def pick_profiles(u_first, u_second, edges):
    """First and second profile from two uniform numbers and the cumulative shares ``edges`` of the first."""
    first = min(np.searchsorted(edges, u_first, side="right"), N_PROFIELEN - 1)
    second = min(np.int64(u_second * (N_PROFIELEN - 1)), N_PROFIELEN - 2)
    return first, second + (second >= first)  # the second is another one
