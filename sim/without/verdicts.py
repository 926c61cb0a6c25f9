"""What a use of an instrument came to, beside what the household would have done without it. Pure definitions: no world, no tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world.codes import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOVED = tuple(one for one in Verdict if one != Verdict.NIET_VERHUISD)  # verdicts on users that moved
WATCHED = (Verdict.ZETJE, Verdict.NOODZAKELIJK, Verdict.UITGESTELD)  # to be told only where a ghost was watched
FINAL = 1 << 14  # months for which the ghost of somebody who will never move is as good as watched


def verdicts(moved: NDArray, ghost: NDArray, watched: NDArray, differed: NDArray, window: int) -> NDArray:
    """The verdict on each use (Verdict), months counted to the keys.

    Args:
        moved: month in which the household moved, −1 never.
        ghost: month in which its ghost moved, −1 never; where no decision differed it is not read.
        watched: last month in which the ghost was watched (FINAL or more: it will never move; −1: nobody watched).
        differed: bool, whether any decision was another without the instrument.
        window: months after the household's move in which a ghost may follow.
    """
    whatever, later = settled(moved, ghost, differed), ghost - moved
    return np.select(
        [
            whatever >= 0,
            watched < 0,
            (ghost >= 0) & (later < 0),
            (ghost >= 0) & (later <= window),
            (ghost >= 0) | (watched - moved >= window),
        ],
        [whatever, Verdict.ONBEKEND, Verdict.UITGESTELD, Verdict.ZETJE, Verdict.NOODZAKELIJK],
        Verdict.ONBEKEND,
    )


def settled(moved: NDArray, ghost: NDArray, differed: NDArray) -> NDArray:
    """The verdicts that hold whatever the window and however long the ghost was watched; −1 for the others. See ``verdicts``."""
    return np.select([moved < 0, ~differed | (ghost == moved)], [Verdict.NIET_VERHUISD, Verdict.OOK_ZONDER], -1)
