"""The funnel of the klantreis: who leaves a stage, and who enters the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour.fit import any_child, class_of, oldest_age
from sim.kernel_cache import njit
from sim.world.codes import ENTERED, LEFT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


def count_step(w: World, rows: NDArray, stage: int) -> None:
    """Funnel: the households ``rows`` are about to leave their stage for ``stage``."""
    count_kernel(w.h, rows, stage, w.month, int(w.params.senior_age), w.funnel)


@njit(cache=True)
def count_kernel(h, rows, stage, month, senior_age, funnel):
    """Add to ``funnel`` [FUNNEL_SHAPE] that the households ``rows`` leave their stage and enter ``stage``."""
    for i in rows:
        count_row(h, i, stage, month, senior_age, funnel)


@njit(cache=True)
def count_row(h, i, stage, month, senior_age, funnel):
    """Add to ``funnel`` that household ``i`` leaves its stage and enters ``stage``."""
    age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
    cls = class_of(h.home[i], age, any_child(h.child_birth, i), senior_age)
    funnel[cls, h.stage[i], LEFT, 0] += 1
    funnel[cls, stage, ENTERED, h.trigger[i]] += 1
