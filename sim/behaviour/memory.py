"""Memory: what people were told works less with each month since they last heard it, and after a long time not at all.

It fades by the months since the last contact, never by a draw: the levers *awareness* and *search* of an instrument are multiplied by
what is left. What is done for people, such as help at the move, money or a rule, does not fade.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.levers import NO_BITS, ONE_BIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.levers import InForce
    from sim.world.world import World

FORGOTTEN = 0.01  # where less is left, nothing is: no lever, no use (of a lever of 0.6 that is one cell of the table of chances)
N_MONTHS = 1200  # what is left then is left for good


class Memory(NamedTuple):
    """When the instruments at work told each household something last, and what is left of that after so many months."""

    told: NDArray  # int16 [instruments that tell something, households], month; says nothing where the instrument does not work
    row: NDArray  # int64 [instruments], row of each in ``told``; −1: what it does does not fade
    left: NDArray  # float64 [N_MONTHS + 1], share of a lever by months since; 0 once less than FORGOTTEN is left


@functools.lru_cache(maxsize=16)
def left_after(forgotten: float) -> NDArray:
    """Share that is left after 0, 1, … N_MONTHS months, float64, where a share ``forgotten`` is lost each month (0: nothing ever is)."""
    left = (1.0 - forgotten) ** np.arange(N_MONTHS + 1)
    return np.where(left < FORGOTTEN, 0.0, left)


def memory_of(w: World, force: InForce) -> Memory:
    """What the households of ``w`` (or its ghosts) remember of the instruments in force."""
    return Memory(w.told, force.told, left_after(w.params.rel_forgotten))


@njit(cache=True)
def remembered(lever, touched, memory, i, month, left):
    """Fill ``left`` (float64 [instruments]) with what is left of a lever for household i, where the instruments ``touched`` work on it.

    Returns the bits of those whose lever has faded to nothing.
    """
    gone = NO_BITS
    if touched == NO_BITS:
        return gone
    for k in range(len(lever)):
        bit = ONE_BIT << np.uint64(k)
        if touched & bit:
            row = memory.row[k]
            since = 0 if row < 0 else max(0, min(N_MONTHS, month - np.int64(memory.told[row, i])))
            left[k] = lever[k] * memory.left[since]
            if lever[k] != 0.0 and left[k] == 0.0:
                gone |= bit
    return gone
