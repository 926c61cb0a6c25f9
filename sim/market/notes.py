"""What is noted of instruments while searchers look: nothing here changes who responds to what.

Who used one, whom one kept out, and the looks from which ``sim.without.responses`` knows what would be responded to without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit, register_jitable
from sim.market.help import ZERO, market_levers, pull
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


@njit(forceinline=True)
def note_beyond(s, seeker, touched, beyond, at, terms, out):
    """An instrument with a lever at one of the homes ``beyond`` reach (int32) is used: a lever that is no help still counts."""
    used = out.used[s]
    if len(beyond) == 0 or touched & ~used == ZERO:
        return
    free, labelled = market_levers(seeker, touched, terms.levers)
    for o in beyond:
        if (free | (labelled & at[o].labels)) & ~used:
            used |= pull(seeker, at[o], touched, ZERO, terms.rules, terms.levers).bits
    out.used[s] = used


@njit(forceinline=True)
def note_look(s, o, look, out, looks):
    """Instruments with a lever in a look are used; those that keep the home from the searcher bar it. What counts is written down."""
    barred = look.gate == NOT_ELIGIBLE
    if barred:
        out.barred[s] |= look.bits
    else:
        out.used[s] |= look.bits
    if len(looks.offer) > 0 and (look.gate == OUTRANKED or (barred and look.bits != ZERO)):
        k = looks.n[0]
        looks.n[0] += 1
        if k < len(looks.offer):
            looks.offer[k], looks.worth[k], looks.rank[k] = o, look.worth, look.rank
            looks.bits[k], looks.barred[k] = look.bits, barred


@njit(forceinline=True)
def close_notes(s, begun, out, looks):
    """The looks from ``begun`` on are those of searcher ``s``; none is kept of whom no instrument helped or hindered."""
    if len(looks.offer) == 0:
        return
    if out.used[s] | out.barred[s] == ZERO:
        looks.n[0] = begun
    looks.first[s], looks.stop[s] = begun, looks.n[0]
