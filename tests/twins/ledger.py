"""Readable twins of ``sim.chains.kernels``: the same on whole columns in NumPy, the oracles of the tests."""

from __future__ import annotations

import numpy as np

from sim.behaviour.fit import ages_and_classes
from sim.chains.kernels import MONTH_OFFSET
from sim.world.chance import bits_array, uniform
from sim.world.codes import CORPORATIE, FILLED, WAITING, MoveReason, Stage
from sim.world.columns import ABSENT, NEVER, NOWHERE


def open_rows(d, v, filled, freed, first, month, turnover) -> None:
    """Homes come free (see ``sim.chains.kernels.open_rows``)."""
    (homes, origins, parents), (key, low, high) = freed, turnover
    n = len(homes)
    rows = np.arange(first, first + n)
    v.id[rows] = bits_array(np.uint64(0), d.id[homes], np.full(n, month + MONTH_OFFSET, np.uint64))
    v.dwelling[rows], v.opened[rows], v.origin[rows], v.parent[rows] = homes, np.maximum(month, d.delivery[homes]), origins, parents
    v.offered[rows] = month + low + (uniform(key, v.id[rows]) * (high - low + 1)).astype(np.int16)
    before = filled[np.maximum(parents, 0)]
    v.chain[rows] = np.where(parents >= 0, v.chain[before], rows)
    v.link[rows] = np.where(parents >= 0, v.link[before] + 1, 1)
    v.state[rows] = WAITING
    d.occupant[homes] = NOWHERE
    d.vacancy[homes] = rows


def write_rows(h, v, m, movers, entry) -> None:
    """Moves are written down (see ``sim.chains.kernels.write_rows``)."""
    (rows, to, vacancy), (first, month, reason, senior_age) = movers, entry
    k = np.arange(first, first + len(rows))
    m.month[k], m.household[k], m.size[k], m.reason[k] = month, rows, h.size[rows], reason
    m.age[k], m.household_class[k] = ages_and_classes(h.adult_birth, h.child_birth, rows, h.home[rows], month, senior_age)
    m.from_dwelling[k], m.to_dwelling[k], m.vacancy[k], m.trigger[k] = h.home[rows], to, vacancy, h.trigger[rows]
    m.from_rent[k] = h.rent[rows] * (h.home[rows] >= 0)
    m.fit_before[k] = h.fit_here[rows]
    m.waited[k] = np.where(h.search_month[rows] == ABSENT, 0, month - h.search_month[rows].astype(np.int32))
    m.registered[k] = np.where(h.registered[rows] == NEVER, 0, np.maximum(0, month - h.registered[rows].astype(np.int32)))
    m.first_contact[k] = h.first_contact[rows]
    m.contact_months[k] = np.where(h.contact_month[rows] == ABSENT, ABSENT, month - h.contact_month[rows].astype(np.int32))
    if reason == MoveReason.FILL:
        m.parent[k], m.chain[k], m.link[k] = v.parent[vacancy], v.chain[vacancy], v.link[vacancy]
        m.instruments[k] = h.used[rows] | v.bits[vacancy]
        m.decisive[k] = h.decisive[rows] | v.decisive[vacancy]
        m.left_home_elsewhere[k] = (h.home[rows] < 0) & (h.left_elsewhere[rows] == 1)


def settle_rows(h, d, v, movers, month, tastes, stays) -> None:
    """Households settle in (see ``sim.chains.kernels.settle_rows``)."""
    (rows, to, vacancy), (taste_base, taste), (keeps, share) = movers, tastes, stays
    v.state[vacancy[vacancy >= 0]] = FILLED
    d.vacancy[to] = NOWHERE
    d.occupant[to] = rows
    h.home[rows] = to
    h.stage[rows] = Stage.NIEUW_THUIS
    h.stage_month[rows] = h.moved_in[rows] = month
    h.search_month[rows] = h.contact_month[rows] = ABSENT
    h.reserved[rows], h.keys_month[rows] = NOWHERE, NEVER
    anew = np.where(d.tenure[to] == CORPORATIE, month, h.registered[rows])
    h.registered[rows] = np.where(uniform(keeps, h.id[rows]) < share, anew, NEVER)
    h.first_response[rows] = ABSENT
    for column in (h.first_contact, h.trigger, h.used, h.decisive, h.touched):
        column[rows] = 0
    h.taste_here[rows] = taste[(bits_array(taste_base, h.id[rows], d.id[to]) >> np.uint64(52)).astype(np.int64)]


def take_over(h, source, c) -> None:
    """The new household takes over what its partner had (see ``sim.chains.kernels.take_over``)."""
    for column in (
        h.rent,
        h.rent_full,
        h.rent_path_end,
        h.debt,
        h.moved_in,
        h.attachment,
        h.scope,
        h.profile,
        h.registered,
        h.responded,
        h.first_response,
        h.origin_area,
        h.origin_tenure,
    ):
        column[c] = column[source]
