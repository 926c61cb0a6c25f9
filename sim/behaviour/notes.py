"""What instruments had to do with a decision of the klantreis: it is taken with them and without, and who differs is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.levers import ALL_BIT, NO_BITS, ONE_BIT, lever_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_LOGIT = 4096
LOGIT_LIMIT = 12.0
LOGIT_SCALE = N_LOGIT / (2 * LOGIT_LIMIT)


# A household as it was before the decision that an instrument made differ, and the bits of those instruments.
BEHIND = np.dtype(
    [
        ("row", np.int32),
        ("marks", np.uint64),
        ("stage", np.uint8),
        ("stage_month", np.int16),
        ("trigger", np.uint8),
        ("taste_here", np.float32),
        ("search_month", np.int16),
        ("registered", np.int16),
    ],
    align=True,
)


class Parting(NamedTuple):
    """Where the klantreis writes down who takes another way than without an instrument."""

    haunted: NDArray  # uint64 [households], bits of the instruments that have left a ghost behind
    left: NDArray  # BEHIND records, room for every household on which an instrument works; empty where nobody watches
    n: NDArray  # int64 [1], records in use


def no_parting() -> Parting:
    """Nobody watches."""
    return Parting(np.zeros(0, np.uint64), np.zeros(0, BEHIND), np.zeros(1, np.int64))


@njit(cache=True)
def logit_cell(x):
    """Cell of the table of chances for a logit."""
    return min(N_LOGIT - 1, max(0, np.int64((x + LOGIT_LIMIT) * LOGIT_SCALE)))


@njit(forceinline=True)
def twice(u, x, table, touched, lever):
    """Take one decision with the levers and with them off (same draw).

    Returns the outcome with, the outcome without, the instruments that had a lever, and those without which it had been
    another (bit 63: without all of them).
    """
    off = u < table[logit_cell(x)]
    used, decisive = NO_BITS, NO_BITS
    if touched == NO_BITS:
        return off, off, used, decisive
    outcome = u < table[logit_cell(x + lever_sum(touched, lever, NO_BITS))]
    for k in range(len(lever)):
        bit = ONE_BIT << np.uint64(k)
        if touched & bit and lever[k] != 0.0:
            used |= bit
            if outcome != (u < table[logit_cell(x + lever_sum(touched, lever, bit))]):
                decisive |= bit
    if outcome != off:
        decisive |= ALL_BIT
    return outcome, off, used, decisive


@njit(cache=True)
def note_levers(h, i, used, decisive, parting):
    """Remember levers that worked; where the decision is another without them, write down the household as it was before."""
    h.used[i] |= used
    h.ever[i] |= used
    h.decisive[i] |= decisive
    if len(parting.left) == 0 or decisive & ~parting.haunted[i] == NO_BITS:
        return
    one = parting.left[parting.n[0]]
    one.row, one.marks = i, decisive & ~parting.haunted[i]
    one.stage, one.stage_month, one.trigger = h.stage[i], h.stage_month[i], h.trigger[i]
    one.taste_here, one.search_month, one.registered = h.taste_here[i], h.search_month[i], h.registered[i]
    parting.n[0] += 1
