"""Kernels of the ledger: homes that come free, moves that are written down, and households that settle in.

Each writes columns in place, row by row; ``sim.chains.moves`` says when they are called and in what order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.fit import any_child, class_of, oldest_age
from sim.kernel_cache import njit
from sim.levers import NO_BITS
from sim.world.chance import draw_bits, pair_bits, to_index, to_unit, to_whole
from sim.world.codes import CORPORATIE, FILL, FILLED, NIEUW, WAITING
from sim.world.columns import ABSENT, NEVER, NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

MONTH_OFFSET = 100000  # keeps a month positive where it enters a hash


class Freed(NamedTuple):
    """Homes that come free."""

    homes: NDArray  # int32, dwelling rows
    origins: NDArray  # uint8, Origin
    parents: NDArray  # int64, the move that left each of them; −1 none


class Turnover(NamedTuple):
    """The time until a home that came free is on offer."""

    key: np.uint64  # base key
    low: int  # months
    high: int


class Movers(NamedTuple):
    """Households that move."""

    rows: NDArray  # int32
    to: NDArray  # int32, dwelling rows
    vacancy: NDArray  # int32, vacancy that each fills; NOWHERE for none


class Entry(NamedTuple):
    """What moves that are written down at once have in common."""

    first: int  # row of the ledger
    month: int
    reason: int  # MoveReason
    senior_age: int


@njit(cache=True)
def open_rows(d, v, filled, freed, first, month, turnover):
    """Homes ``freed`` become the vacancies from row ``first`` on; ``filled`` int32 [moves]: the vacancy that each move filled."""
    moment = np.uint64(month + MONTH_OFFSET)
    for r in range(len(freed.homes)):
        j, row, parent = freed.homes[r], first + r, freed.parents[r]
        v.id[row] = pair_bits(NO_BITS, d.id[j], moment)
        v.dwelling[row] = j
        v.opened[row] = max(month, d.delivery[j])  # a chain begins when the home stands, however early it is sold
        v.offered[row] = month + to_whole(draw_bits(turnover.key, v.id[row]), turnover.low, turnover.high)
        v.origin[row] = freed.origins[r]
        v.parent[row] = parent
        if parent >= 0:  # a link of a running chain
            v.chain[row], v.link[row] = v.chain[filled[parent]], v.link[filled[parent]] + 1
        else:
            v.chain[row], v.link[row] = row, 1
        v.state[row] = WAITING
        d.occupant[j] = NOWHERE
        d.vacancy[j] = row


@njit(cache=True)
def write_rows(h, v, m, movers, entry):
    """Moves of the households ``movers``, as they are before the move, become rows of the ledger."""
    month, reason = entry.month, entry.reason
    for r in range(len(movers.rows)):
        i, k, x = movers.rows[r], entry.first + r, movers.vacancy[r]
        age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
        m.month[k], m.household[k] = month, i
        m.age[k] = age
        m.household_class[k] = class_of(h.home[i], age, any_child(h.child_birth, i), entry.senior_age)
        m.size[k] = h.size[i]
        m.from_dwelling[k], m.to_dwelling[k], m.vacancy[k] = h.home[i], movers.to[r], x
        m.reason[k], m.trigger[k] = reason, h.trigger[i]
        m.from_rent[k] = h.rent[i] if h.home[i] >= 0 else np.float32(0)
        m.fit_before[k] = h.fit_here[i]
        m.waited[k] = 0 if h.search_month[i] == ABSENT else month - h.search_month[i]
        m.registered[k] = 0 if h.registered[i] == NEVER else max(0, month - h.registered[i])
        m.first_contact[k] = h.first_contact[i]
        m.contact_months[k] = ABSENT if h.contact_month[i] == ABSENT else month - h.contact_month[i]
        if reason == FILL:
            m.parent[k], m.chain[k], m.link[k] = v.parent[x], v.chain[x], v.link[x]
            m.instruments[k] = h.used[i] | v.bits[x]
            m.decisive[k] = h.decisive[i] | v.decisive[x]
            m.left_home_elsewhere[k] = h.home[i] < 0 and h.left_elsewhere[i] == 1


@njit(cache=True)
def settle_rows(h, d, v, movers, month, taste, stays):
    """``movers`` live in their new homes now: the journey is over, what it took is spent, the years lived there start again.

    ``taste``: base key and quantiles (fit points) of a household's taste for a home. ``stays``: base key of who stays registered as
    insurance, and their share; on a corporatie letting that begins anew, for what there was is spent.
    """
    key, quantiles = taste
    keeps, share = stays
    for r in range(len(movers.rows)):
        i, j, x = movers.rows[r], movers.to[r], movers.vacancy[r]
        if x >= 0:  # a swap or a return fills none
            v.state[x] = FILLED
        d.vacancy[j] = NOWHERE
        d.occupant[j] = i
        h.home[i] = j
        h.stage[i], h.stage_month[i], h.moved_in[i] = NIEUW, month, month
        h.search_month[i], h.contact_month[i], h.first_contact[i] = ABSENT, ABSENT, 0
        h.reserved[i], h.keys_month[i], h.trigger[i] = NOWHERE, NEVER, 0
        if to_unit(draw_bits(keeps, h.id[i])) >= share:
            h.registered[i] = NEVER
        elif d.tenure[j] == CORPORATIE:
            h.registered[i] = month
        h.first_response[i] = ABSENT
        h.used[i], h.decisive[i], h.touched[i] = NO_BITS, NO_BITS, NO_BITS
        h.taste_here[i] = quantiles[to_index(pair_bits(key, h.id[i], d.id[j]))]


@njit(cache=True)
def take_over(h, source, c):
    """What the new household takes over from the partner whose home it keeps."""
    for r in range(len(c)):
        i, s = c[r], source[r]
        h.rent[i], h.rent_full[i], h.rent_path_end[i] = h.rent[s], h.rent_full[s], h.rent_path_end[s]
        h.debt[i], h.moved_in[i], h.registered[i] = h.debt[s], h.moved_in[s], h.registered[s]
        h.responded[i], h.first_response[i] = h.responded[s], h.first_response[s]
        h.attachment[i], h.scope[i] = h.attachment[s], h.scope[s]
        h.profile[i, 0], h.profile[i, 1] = h.profile[s, 0], h.profile[s, 1]
        h.origin_area[i], h.origin_tenure[i] = h.origin_area[s], h.origin_tenure[s]
