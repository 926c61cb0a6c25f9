"""Choice overload: what the number of homes in view takes from the chance that a wish becomes a search.

A parameter of perception, not a rule of its own: the logit of starting to search falls with each doubling of the homes that a
household would see. One home in view is no choice and takes nothing; at ``logit_choice_overload`` 0 nothing is taken anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world.codes import ON_OFFER, WAITING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


def crowding(w: World) -> NDArray:
    """What is added (0 or less) to the logit of starting to search this month, float64 [2, areas].

    First row: households that look in their own wijk only; second: those that look in the gemeente, or further.
    """
    gemeente = w.map.gemeente
    if w.params.logit_choice_overload == 0:
        return np.zeros((2, len(gemeente)))
    return w.params.logit_choice_overload * np.log2(np.maximum(1.0, homes_in_view(w)))


def homes_in_view(w: World) -> NDArray:
    """Homes on offer this month that a searcher without nood sees, as a mean, float64 [2, areas] (rows as in ``crowding``)."""
    n, v, gemeente = int(w.counts[0]), w.v, w.map.gemeente
    offered = (v.state[:n] == ON_OFFER) | ((v.state[:n] == WAITING) & (v.offered[:n] <= w.month))
    in_wijk = np.bincount(w.d.area[v.dwelling[:n][offered]], minlength=len(gemeente))
    in_gemeente = np.bincount(gemeente, weights=in_wijk)
    return np.stack((in_wijk, in_gemeente[gemeente])) * (w.params.p_sight * w.map.overview[gemeente])
