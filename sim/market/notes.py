"""What is noted of instruments while searchers look: nothing here changes who responds to what.

Who used one, whom one kept out, and the looks from which ``sim.without.responses`` knows what would be responded to without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit, register_jitable
from sim.levers import NO_BITS
from sim.market.help import market_levers, pull
from sim.world.codes import NOT_ELIGIBLE, OUTRANKED

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Looks(NamedTuple):
    """What a searcher on whom an instrument had a lever saw and would respond to, however many, or what was kept from it.

    In the order in which it looked. Where ``offer`` has no room nothing is written down; what does not fit is counted only.
    """

    first: NDArray  # int64 [searchers], its first look
    stop: NDArray  # int64 [searchers], the one after its last
    offer: NDArray  # int32 [looks]
    worth: NDArray  # float64
    rank: NDArray  # uint64
    bits: NDArray  # uint64, instruments with a lever in it, or that kept it from the searcher
    barred: NDArray  # bool, kept from it
    n: NDArray  # int64 [1], looks that there were to write down


@register_jitable
def empty_looks(n: int, room: int = 0) -> Looks:
    """Room for so many looks of ``n`` searchers."""
    return Looks(
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(room, np.int32),
        np.zeros(room),
        np.zeros(room, np.uint64),
        np.zeros(room, np.uint64),
        np.zeros(room, np.bool_),
        np.zeros(1, np.int64),
    )


@njit(cache=True)
def used_beyond(beyond, used, seeker, touched, at, terms):
    """Bits of the instruments with a lever at the homes ``beyond`` reach, ``used`` among them: a lever that is no help still counts."""
    if len(beyond) > 0:
        free, labelled = market_levers(seeker, touched, terms.levers)
        for o in beyond:
            if (free | (labelled & at[o].labels)) & ~used:
                used |= pull(seeker, at[o], touched, NO_BITS, terms.rules, terms.levers).bits
    return used


@njit(forceinline=True)
def note(look, used, barred):
    """Instruments with a lever in a look are used, those that keep a home from the searcher bar it; and whether to write it down."""
    if look.gate == NOT_ELIGIBLE:
        return used, barred | look.bits, look.bits != NO_BITS
    return used | look.bits, barred, look.gate == OUTRANKED


@njit(cache=True)
def write_down(o, look, looks):
    """Write down a look at offer ``o`` that counts without an instrument; what does not fit is counted only."""
    k = looks.n[0]
    looks.n[0] += 1
    if k < len(looks.offer):
        looks.offer[k], looks.worth[k], looks.rank[k], looks.bits[k] = o, look.worth, look.rank, look.bits
        looks.barred[k] = look.gate == NOT_ELIGIBLE


@njit(cache=True)
def close_notes(s, begun, met, looks):
    """The looks from ``begun`` on are those of searcher ``s``; none is kept where it ``met`` no instrument (bits)."""
    if met == NO_BITS:
        looks.n[0] = begun
    looks.first[s], looks.stop[s] = begun, looks.n[0]
