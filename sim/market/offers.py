"""What is on offer this month: vacancies whose time has come, tagged at publication and laid out for the responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.levers import NO_BITS, ONE_BIT
from sim.market.allocation import quota_of
from sim.market.records import OFFER
from sim.market.sight import Offers, arrange
from sim.world.chance import Purpose, draw_bits, to_unit
from sim.world.codes import CORPORATIE, KOOP, ON_OFFER, VRIJE_HUUR, WAITING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.levers import InForce
    from sim.world.world import World


class Direct(NamedTuple):
    """Corporatie vacancies that are matched before advertising, by instrument."""

    share: NDArray  # float64 [instruments]
    key: NDArray  # uint64 [instruments], base key of which those are


def publish(w: World, force: InForce) -> Offers:
    """Put on offer what is due, inside or outside the quotas (keyed, at publication), and list all that is on offer."""
    p = w.params
    rows = _put_on_offer(w.v, w.d, w.counts[0], w.month, w.draws.base(Purpose.QUOTA, w.month), p.rel_outside_passend, p.rel_free_space)
    with w.draws.replay():  # fixed for the whole run: a home stays where it is seen, and who matched it directly
        sight = w.draws.base(Purpose.SIGHT)
        keys = np.array([w.draws.base(Purpose.UNIT_NUMBER, 0, key) for key in force.keys], np.uint64)
    at = np.empty(len(rows), OFFER)
    _describe(at, rows, w.v, w.d, w.map, np.float32(p.rel_asking), Direct(force.levers["p_direct"].copy(), keys), w.month)
    return arrange(at, sight, w.map.gemeente)


@njit(cache=True)
def _put_on_offer(v, d, n, month, base, p_outside, p_free):
    """Vacancy rows on offer this month, int32, with the quotas drawn of those whose time has come."""
    rows = np.empty(n, np.int32)
    n_offers = 0
    for k in range(n):
        if v.state[k] == WAITING and v.offered[k] <= month:
            v.state[k] = ON_OFFER
            u = to_unit(draw_bits(base, v.id[k]))
            v.quota[k] = 0
            if d.tenure[v.dwelling[k]] == CORPORATIE:
                v.quota[k] = quota_of(u, p_outside, p_free)
        if v.state[k] == ON_OFFER:
            rows[n_offers] = k
            n_offers += 1
    return rows[:n_offers].copy()


@njit(cache=True)
def _describe(at, rows, v, d, area_map, asking, direct, month):
    """Fill the OFFER records of the vacancy rows; ``asking`` is the asking price over the WOZ value (float32)."""
    share, keys = direct.share, direct.key
    for r in range(len(rows)):
        k, o = rows[r], at[r]
        j = v.dwelling[k]
        area, tenure = d.area[j], d.tenure[j]
        o.vacancy, o.dwelling, o.area, o.id, o.dwelling_id = k, j, area, v.id[k], d.id[j]
        o.urban, o.x_km, o.y_km = area_map.urban[area], area_map.x_km[area], area_map.y_km[area]
        o.labels, o.direct = d.labels[j], NO_BITS
        o.made_by = ONE_BIT << np.uint64(d.made_by[j] - 1) if d.made_by[j] > 0 else NO_BITS
        for one in range(len(keys)):
            if tenure == CORPORATIE and to_unit(draw_bits(keys[one], v.id[k])) < share[one]:
                o.direct |= ONE_BIT << np.uint64(one)
        o.tenure, o.kind, o.rooms, o.access = tenure, d.kind[j], d.rooms[j], d.access[j]
        o.age_label, o.relaxed, o.quota, o.woz = d.age_label[j], v.relaxed[k], v.quota[k], d.woz[j]
        o.ahead = max(0, d.delivery[j] - month)
        o.rent = d.rent[j] * v.price[k] if tenure == VRIJE_HUUR else d.rent[j]
        o.price = asking * v.price[k] * d.woz[j] if tenure == KOOP else np.float32(0.0)
