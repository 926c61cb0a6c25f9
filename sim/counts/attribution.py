"""What an instrument did for whom: uses, verdicts from the ghosts, and the direct effect on first moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from sim.counts.tables import framed
from sim.levers import ALL_BIT, LOST_BIT
from sim.without.verdicts import FINAL, verdicts
from sim.world.codes import MoveReason
from sim.world.columns import NEVER, NOWHERE
from sim.world.ids import public_id
from sim.world.names import ALLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.at_work import AtWork
    from sim.without.ghosts import Ghosts
    from sim.world.world import World

MOST_MONTHS = 1 << 16  # more than a month in the ledger can be
TOGETHER = 63  # the bit that stands for all instruments


class UseRows(NamedTuple):
    """One row per household and instrument with a lever that was not zero in a decision of it, and per household for all together."""

    household: NDArray  # int64, household row
    bit: NDArray  # int64, of the instrument; TOGETHER for all of them
    month: NDArray  # int64, first use


def uses_of(at_work: AtWork) -> UseRows:
    """The uses of a world so far, instruments first in the order of the months, then all together."""
    nothing = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint64))
    month, household, bits = (np.concatenate(part) for part in zip(nothing, *at_work.uses.log, strict=True))
    use, bit = np.nonzero(bits[:, None] >> np.arange(len(at_work.keys), dtype=np.uint64) & np.uint64(1))
    first = np.unique(household, return_index=True)[1]  # uses come in order of month
    return UseRows(
        np.concatenate((household[use], household[first])),
        np.concatenate((bit, np.full(len(first), TOGETHER))),
        np.concatenate((month[use], month[first])),
    )


def attribution_table(w: World, at_work: AtWork, window: int = 24) -> pd.DataFrame:
    """attribution.parquet: the uses, with the verdict on each (see docs/chance.md).

    ``month`` is that of the first use, ``month_moved`` that of the household's next move from then on: who moved before any
    decision differed, moved *ook zonder*. ``months_followed`` counts from the first use to the last month in which the ghost was
    watched; ``ghost_final``: it will never move.
    """
    uses, g = uses_of(at_work), at_work.ghosts
    move = next_moves(w, uses.household, uses.month)
    moved = np.where(move >= 0, w.m.month[np.maximum(move, 0)], -1).astype(np.int64)
    ghost = ghost_of(at_work, uses)
    unwatched = (ghost < 0) & _differed(at_work, uses)
    ghost[(moved >= 0) & (moved < _of(g, "born", ghost))] = -1
    differed = (ghost >= 0) | unwatched
    alone = np.where(ghost >= 0, _of(g, "moved", ghost), np.where(differed, -1, moved))
    watched = np.where(ghost >= 0, _watched(g, w.month, ghost), np.where(differed, -1, w.month - 1))
    verdict = verdicts(moved, alone, watched, differed, window)
    until = np.minimum(np.where(watched < 0, uses.month, watched), w.month - 1)
    labels = [*at_work.keys, ALLE]
    return framed(
        "attribution",
        {
            "household_id": public_id(w.h.id[uses.household]),
            "instrument": pd.Categorical.from_codes(
                np.where(uses.bit == TOGETHER, len(at_work.keys), uses.bit), labels
            ).remove_unused_categories(),
            "month": uses.month,
            "verdict": verdict,
            "decisive": differed,
            "month_moved": moved,
            "month_ghost": alone,
            "months_followed": np.maximum(0, until - uses.month),
            "ghost_final": watched == FINAL,
            "chain_id": np.where(move >= 0, w.m.chain[np.maximum(move, 0)], NOWHERE),
        },
    )


def ghost_of(at_work: AtWork, uses: UseRows) -> NDArray:
    """Row of the ghost of each use, int64; −1 where no decision differed (or nobody watched)."""
    g = at_work.ghosts
    if g is None or g.n == 0:
        return np.full(len(uses.household), -1)
    bits = np.append(np.arange(len(at_work.keys)), TOGETHER).astype(np.uint64)
    row, which = np.nonzero(g.mark[: g.n, None] >> bits & np.uint64(1))
    key = g.of[row].astype(np.int64) * 64 + bits[which].astype(np.int64)
    order = np.argsort(key, kind="stable")
    key, row = key[order], row[order]
    wanted = uses.household.astype(np.int64) * 64 + uses.bit
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return np.where(key[at] == wanted, row[at], -1)


def _differed(at_work: AtWork, uses: UseRows) -> NDArray:
    decided = at_work.uses.decisive
    if len(decided) == 0:
        return np.zeros(len(uses.household), bool)
    return (decided[uses.household] >> uses.bit.astype(np.uint64) & np.uint64(1)).astype(bool)


def _of(g: Ghosts | None, name: str, ghost: NDArray) -> NDArray:
    """A column of the ghosts, int64 (of the first one where there is none)."""
    column = np.zeros(1) if g is None or g.n == 0 else getattr(g, name)
    return column[np.maximum(ghost, 0)].astype(np.int64)


def _watched(g: Ghosts | None, month: int, ghost: NDArray) -> NDArray:
    """Last month in which each ghost was watched; FINAL beyond where it will never move."""
    ended = _of(g, "ended", ghost)
    return np.where(_of(g, "final", ghost) > 0, FINAL, np.where(ended == NEVER, month - 1, ended))


def next_moves(w: World, rows: NDArray, months: NDArray) -> NDArray:
    """Each household's first move from its month on, as a row of the ledger (int64); −1 if there is none.

    Moving in with a partner is none: no instrument brings it about.
    """
    moves = own_moves(w)
    moves = moves[np.argsort(w.m.household[moves], kind="stable")]  # by household; in it by month, as the ledger is
    when = w.m.household[moves].astype(np.int64) * MOST_MONTHS + w.m.month[moves]
    at = np.searchsorted(when, rows.astype(np.int64) * MOST_MONTHS + months)
    found = np.append(moves, -1)[at]
    return np.where(w.m.household[np.maximum(found, 0)] == rows, found, -1)


def own_moves(w: World) -> NDArray:
    """Rows of the ledger in which a household moved to another home, in order."""
    return np.flatnonzero(w.m.reason[: int(w.counts[1])] != MoveReason.UNION)


def first_moves(w: World) -> NDArray:
    """Row of the ledger of the first move since month 0 of each household that moved, in the order of the households."""
    moves = own_moves(w)
    return moves[np.unique(w.m.household[moves], return_index=True)[1]]


class Beside(NamedTuple):
    """First moves since month 0 of households and of their ghosts without all instruments, one row each."""

    household: NDArray  # int64, household row
    month: NDArray  # int64, month of the first move; NEVER
    household_class: NDArray  # uint8, HouseholdClass before it
    month_ghost: NDArray  # int64, the same of the ghost
    class_ghost: NDArray  # uint8


def direct(w: World, g: Ghosts | None) -> Beside:
    """What the direct effect is counted from (see ``sim.counts.by_period``): households for which an instrument made a decision differ.

    Who moved before the parting has had its first move in both worlds, and is left out.
    """
    return _beside(w, g, ALL_BIT)


def lost(w: World, g: Ghosts | None) -> Beside:
    """What *verdrongen* is counted from: households that lost a home to an instrument in a clearing (see ``sim.without.clearings``).

    Where instruments have made a later decision of such a household differ, what that changed is direct: its month here is then that of
    its ghost of that decision. So the two add up to what all instruments together did to it.
    """
    mine, own = _beside(w, g, LOST_BIT), direct(w, g)
    if len(mine.household) == 0 or len(own.household) == 0:
        return mine
    order = np.argsort(own.household)
    at = np.minimum(np.searchsorted(own.household[order], mine.household), len(order) - 1)
    later, at = own.household[order][at] == mine.household, order[at]
    return mine._replace(
        month=np.where(later, own.month_ghost[at], mine.month),
        household_class=np.where(later, own.class_ghost[at], mine.household_class),
    )


def _beside(w: World, g: Ghosts | None, mark: np.uint64) -> Beside:
    rows = np.zeros(0, np.int32) if g is None else np.flatnonzero((g.mark[: g.n] & mark) != 0)
    if g is None or len(rows) == 0:
        return Beside(*(np.zeros(0, kind) for kind in (np.int64, np.int64, np.uint8, np.int64, np.uint8)))
    household = g.of[rows].astype(np.int64)
    move = next_moves(w, household, np.zeros(len(rows), np.int64))
    month = np.where(move >= 0, w.m.month[np.maximum(move, 0)].astype(np.int64), int(NEVER))
    ghost = np.where(g.moved[rows] >= 0, g.moved[rows].astype(np.int64), int(NEVER))
    both = month >= g.born[rows]
    columns = (household, month, w.m.household_class[np.maximum(move, 0)], ghost, g.household_class[rows])
    return Beside(*(column[both] for column in columns))
