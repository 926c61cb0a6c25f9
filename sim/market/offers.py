"""What is on offer this month: vacancies whose time has come, tagged at publication and laid out for the responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chains import ON_OFFER, WAITING
from sim.codes import Tenure
from sim.market.respond import FREE_SPACE, OFFER, OUTSIDE_PASSEND
from sim.market.sight import Offers, arrange
from sim.randomness import Purpose, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.state import World

CORPORATIE = int(Tenure.CORPORATIE)


def publish(w: World) -> Offers:
    """Put on offer what is due, inside or outside the quotas (keyed, at publication), and list all that is on offer."""
    v, d, n = w.v, w.d, int(w.counts[0])
    due = np.flatnonzero((v.state[:n] == WAITING) & (v.offered[:n] <= w.month))
    if len(due):
        v.state[due] = ON_OFFER
        u = uniform(w.draws.base(Purpose.QUOTA, w.month), v.id[due])
        outside = (u < w.params.rel_outside_passend) * OUTSIDE_PASSEND
        free = (u > 1 - w.params.rel_free_space) * FREE_SPACE
        v.quota[due] = np.where(d.tenure[v.dwelling[due]] == CORPORATIE, outside + free, 0)
    rows = np.flatnonzero(v.state[:n] == ON_OFFER).astype(np.int32)
    with w.draws.replay():  # fixed for the whole run: a home stays where it is seen
        sight = w.draws.base(Purpose.SIGHT)
    return arrange(_describe(w, rows), sight, w.map.gemeente)


def _describe(w: World, rows: NDArray) -> NDArray:
    """One OFFER record per vacancy row."""
    v, d, geo = w.v, w.d, w.map
    j = v.dwelling[rows]
    area = d.area[j]
    at = np.zeros(len(rows), OFFER)
    made = d.made_by[j].astype(np.uint64)
    columns = {
        "vacancy": rows, "dwelling": j, "area": area, "urban": geo.urban[area], "id": v.id[rows], "dwelling_id": d.id[j],
        "labels": d.labels[j], "made_by": np.where(made > 0, np.uint64(1) << np.maximum(made, 1) - np.uint64(1), 0),
        "direct": _direct(w, rows, j), "x_km": geo.x_km[area], "y_km": geo.y_km[area],
        "rent": d.rent[j] * np.where(d.tenure[j] == Tenure.VRIJE_HUUR, v.price[rows], 1), "woz": d.woz[j],
        "price": np.where(d.tenure[j] == Tenure.KOOP, w.params.rel_asking * v.price[rows] * d.woz[j], 0),
        "tenure": d.tenure[j], "kind": d.kind[j], "rooms": d.rooms[j],
        "access": d.access[j], "age_label": d.age_label[j], "relaxed": v.relaxed[rows], "quota": v.quota[rows],
    }
    for name, values in columns.items():
        at[name] = values
    return at


def _direct(w: World, rows: NDArray, dwelling: NDArray) -> NDArray:
    """Bits of the instruments that match a vacancy directly: a keyed share of the corporatie vacancies."""
    direct = np.zeros(len(rows), np.uint64)
    for k, key in enumerate(w.keys):
        share = w.levers["p_direct"][k]
        if share > 0:
            with w.draws.replay():
                u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 0, key), w.v.id[rows])
            direct[(u < share) & (w.d.tenure[dwelling] == CORPORATIE)] |= np.uint64(1 << k)
    return direct
