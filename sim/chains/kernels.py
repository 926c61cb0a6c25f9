"""Kernels of the ledger: homes that come free, moves that are written down, and households that settle in.

Each writes columns in place, row by row; ``sim.chains.moves`` says when they are called and in what order.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.behaviour.fit import any_child, class_of, oldest_age
from sim.world.chance import draw_bits, pair_bits, to_index, to_unit, to_whole
from sim.world.codes import CORPORATIE, E_ARRIVAL, FILL, FILLED, NIEUW, WAITING
from sim.world.columns import ABSENT, NEVER, NOWHERE

MONTH_OFFSET = 100000  # keeps a month positive where it enters a hash
NO_BITS = np.uint64(0)


@njit(cache=True)
def open_rows(d, v, filled, homes, origins, parents, first, month, turnover, low, high):
    """Dwellings ``homes`` become the vacancies from row ``first`` on.

    ``filled`` int32 [moves]: the vacancy that each move filled; ``turnover`` the base key of the time until a home is on offer,
    ``low`` to ``high`` months.
    """
    moment = np.uint64(month + MONTH_OFFSET)
    for r in range(len(homes)):
        j, row, parent = homes[r], first + r, parents[r]
        v.id[row] = pair_bits(NO_BITS, d.id[j], moment)
        v.dwelling[row] = j
        v.opened[row] = month
        v.offered[row] = month + to_whole(draw_bits(turnover, v.id[row]), low, high)
        v.origin[row] = origins[r]
        v.parent[row] = parent
        if parent >= 0:  # a link of a running chain
            v.chain[row], v.link[row] = v.chain[filled[parent]], v.link[filled[parent]] + 1
        else:
            v.chain[row], v.link[row] = row, 1
        v.state[row] = WAITING
        d.occupant[j] = NOWHERE
        d.vacancy[j] = row


@njit(cache=True)
def write_rows(h, v, m, rows, to, vacancy, first, month, senior_age, reason, elsewhere, p_elsewhere):
    """Moves of the households ``rows``, as they are before the move, become the ledger's rows from ``first`` on.

    ``elsewhere`` is the base key of whether an arrival left a home behind elsewhere, ``p_elsewhere`` the chance.
    """
    for r in range(len(rows)):
        i, k, x = rows[r], first + r, vacancy[r]
        age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
        m.month[k], m.household[k] = month, i
        m.age[k] = age
        m.household_class[k] = class_of(h.home[i], age, any_child(h.child_birth, i), senior_age)
        m.size[k] = h.size[i]
        m.from_dwelling[k], m.to_dwelling[k], m.vacancy[k] = h.home[i], to[r], x
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
            first_home = h.home[i] < 0 and h.founding[i] == E_ARRIVAL
            m.left_home_elsewhere[k] = first_home and to_unit(draw_bits(elsewhere, h.id[i])) < p_elsewhere


@njit(cache=True)
def settle_rows(h, d, v, rows, to, vacancy, month, taste_base, taste):
    """The households ``rows`` live in ``to`` now: the journey is over, what it took is spent, the years lived there start again."""
    for r in range(len(rows)):
        i, j = rows[r], to[r]
        if vacancy[r] >= 0:  # a swap or a return fills none
            v.state[vacancy[r]] = FILLED
        d.vacancy[j] = NOWHERE
        d.occupant[j] = i
        h.home[i] = j
        h.stage[i], h.stage_month[i], h.moved_in[i] = NIEUW, month, month
        h.search_month[i], h.contact_month[i], h.first_contact[i] = ABSENT, ABSENT, 0
        h.reserved[i], h.keys_month[i], h.trigger[i] = NOWHERE, NEVER, 0
        if d.tenure[j] == CORPORATIE:  # registration time is spent on a corporatie letting
            h.registered[i] = month
        h.used[i], h.decisive[i], h.touched[i] = NO_BITS, NO_BITS, NO_BITS
        h.taste_here[i] = taste[to_index(pair_bits(taste_base, h.id[i], d.id[j]))]


@njit(cache=True)
def take_over(h, source, c):
    """What the new household takes over from the partner whose home it keeps."""
    for r in range(len(c)):
        i, s = c[r], source[r]
        h.rent[i], h.rent_full[i], h.rent_path_end[i] = h.rent[s], h.rent_full[s], h.rent_path_end[s]
        h.debt[i], h.moved_in[i], h.registered[i] = h.debt[s], h.moved_in[s], h.registered[s]
        h.attachment[i], h.scope[i] = h.attachment[s], h.scope[s]
        h.profile[i, 0], h.profile[i, 1] = h.profile[s, 0], h.profile[s, 1]
        h.origin_area[i], h.origin_tenure[i] = h.origin_area[s], h.origin_tenure[s]
