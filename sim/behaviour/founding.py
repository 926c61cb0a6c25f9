"""Households that begin: where they look, what they like, and how long they have been registered."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.fit import oldest_age
from sim.behaviour.woonprofielen import pick_profiles, profile_edges
from sim.kernel_cache import njit
from sim.world.chance import Draws, Purpose, draw_bits, normal_table, to_index, to_unit
from sim.world.codes import AROUND, E_ARRIVAL, E_SEPARATION, T_NO_HOME, T_SEPARATION, ZOEKEN
from sim.world.columns import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.world import World

SCOPE, FIRST, SECOND, REGISTERED, AREA, ATTACHED = range(6)
PURPOSES = (  # each keyed on the household, which is founded once
    (Purpose.SCOPE, 0),
    (Purpose.PROFILE, 0),
    (Purpose.PROFILE, 1),
    (Purpose.REGISTRATION, 0),
    (Purpose.ARRIVAL, 1),
    (Purpose.ATTACHMENT, 0),
)


class Beginning(NamedTuple):
    """What the kernels read: all looked up once per seed and set of parameters."""

    bases: NDArray  # uint64, in the order of PURPOSES
    own: NDArray  # float64 [2 (senior)], share that looks in its own wijk
    beyond: float  # from this number on a household looks in the gemeenten around
    edges: NDArray  # float64 [2 (old), profielen], cumulative shares
    senior_age: int
    cap: float  # months of registration at most
    cap_arrival: float  # … that an arrival brings
    adult: int  # age in years from which one registers
    old: int  # age from which woonprofielen are those of the old
    attachment: NDArray  # float64 [TABLE_SIZE], quantiles of the own part of attachment


@functools.lru_cache(maxsize=16)
def beginning(seed: int, p: Params) -> Beginning:
    """The tables of one seed."""
    draws = Draws(seed)
    return Beginning(
        bases=np.array([draws.base(*purpose) for purpose in PURPOSES], np.uint64),
        own=np.array([p.rel_scope_wijk, p.rel_scope_wijk_senior]),
        beyond=float(1 - p.rel_scope_around),
        edges=profile_edges(p),
        senior_age=int(p.senior_age),
        cap=float(p.dur_registration_cap),
        cap_arrival=p.dur_registration_arrival,
        adult=int(p.age_registration),
        old=int(p.age_profile_old),
        attachment=p.rel_attachment_mean + p.rel_attachment_sd * normal_table(),
    )


def draw_households(w: World, rows: NDArray) -> None:
    """What is fixed for a household's life: search area, woonprofielen and its own part of attachment."""
    draw_kernel(w.h, rows, w.month, _beginning(w))


def found(w: World, rows: NDArray, kinds: NDArray, parents: NDArray) -> None:
    """Households founded this month start to search at once; unions settle elsewhere (``sim.chains.moves.unite``)."""
    draw_households(w, rows)
    found_kernel(w.h, rows, kinds, parents, w.d.area, w.month, w.map.stock, _beginning(w))


def _beginning(w: World) -> Beginning:
    return beginning(w.draws.seed, w.params)


@njit(cache=True)
def draw_kernel(h, rows, month, b):
    """Write ``scope``, ``profile`` and ``attachment`` of the household rows given (see ``sim.world.columns.Households``)."""
    for i in rows:
        age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
        u = to_unit(draw_bits(b.bases[SCOPE], h.id[i]))
        if u < b.own[1 if age >= b.senior_age else 0]:
            h.scope[i] = 0
        else:
            h.scope[i] = AROUND if u > b.beyond else 1
        edges = b.edges[1 if age >= b.old else 0]
        u_first, u_second = to_unit(draw_bits(b.bases[FIRST], h.id[i])), to_unit(draw_bits(b.bases[SECOND], h.id[i]))
        h.attachment[i] = b.attachment[to_index(draw_bits(b.bases[ATTACHED], h.id[i]))]
        h.profile[i, 0], h.profile[i, 1] = pick_profiles(u_first, u_second, edges)


@njit(cache=True)
def found_kernel(h, rows, kinds, parents, area, month, edges, b):
    """New households search: columns of the journey, registration, and the area where each begins (its parent's, or drawn)."""
    for r in range(len(rows)):
        i, kind, parent = rows[r], kinds[r], parents[r]
        h.stage[i] = ZOEKEN
        h.stage_month[i] = month
        h.search_month[i] = month
        h.moved_in[i] = month
        h.trigger[i] = T_SEPARATION if kind == E_SEPARATION else T_NO_HOME
        age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
        since = min(b.cap, 12.0 * max(0, age - b.adult)) * to_unit(draw_bits(b.bases[REGISTERED], h.id[i]))
        h.registered[i] = month - np.int64(min(since, b.cap_arrival) if kind == E_ARRIVAL else since)
        if parent >= 0 and h.origin_area[i] == NOWHERE:
            home = h.home[parent]
            h.origin_area[i] = area[home] if home >= 0 else h.origin_area[parent]
        if h.origin_area[i] == NOWHERE:
            u = to_unit(draw_bits(b.bases[AREA], h.id[i]))
            h.origin_area[i] = min(np.searchsorted(edges, u, side="right"), len(edges) - 1)
