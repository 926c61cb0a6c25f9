"""The streefhuur: what a corporatie asks a new tenant, by the quality of the home, its own policy and the law of the year.

Quality is counted in points, as the woningwaarderingsstelsel does, from what the model knows of a home. A corporatie wants a share of
the highest rent that the points allow. Most homes it lets no higher than the aftoppingsgrens for their size; of a keyed share
it does not cap the rent so. No rent is above the liberalisatiegrens. Amounts are those of the year of the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.population.persons import key, normal
from sim.world import figures, law
from sim.world.chance import Purpose, uniform
from sim.world.codes import Access, DwellingType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.columns import Dwellings

POLICIES = (1996, 2006, 2016)  # first years of contract of three policies; from the last on it is that of today (D07: passend toewijzen)
PERIODS = ("before_1945", "1945_1964", "1965_1984", "1985_2004", "2005_2023")
NEW = len(PERIODS)  # the period of a home that is built in the run
FLATS, HOUSES = 0, 1


class RentLaw(NamedTuple):
    """Limits to the rent of a corporatie home in the year of a run, euro per month."""

    top: float  # highest rent of a home of ``law.TOP_POINTS``
    small: float  # aftoppingsgrens for one or two persons
    large: float  # for three and more
    limit: float  # liberalisatiegrens


def rent_law(start: str) -> RentLaw:
    """The limits in force at ``start`` (YYYY-MM)."""
    return RentLaw(*law.amounts(("middenhuur", "aftopping_small", "aftopping_large", "liberalisatiegrens"), start).tolist())


class Homes(NamedTuple):
    """What the points count of homes, by home."""

    ids: NDArray
    floor_area: NDArray  # m2
    rooms: NDArray
    woz: NDArray  # euro
    kind: NDArray  # DwellingType
    access: NDArray  # Access
    period: NDArray  # of building: index in PERIODS, or NEW


def homes_of(d: Dwellings, rows: slice | NDArray, period: NDArray | int) -> Homes:
    """The homes ``rows`` of a table, built in ``period``."""
    columns = d.id[rows], d.floor_area[rows], d.rooms[rows], d.woz[rows], d.kind[rows], d.access[rows]
    return Homes(*columns, np.broadcast_to(period, columns[0].shape))


@figures.kept
def period_shares(code: str) -> NDArray:
    """Cumulative shares of the homes of a gemeente by period of building, float64 [FLATS or HOUSES, periods].

    Those of the country where the figures have no such homes of the gemeente: of one's own, or left out by the source.
    """
    t = figures.table("periods")
    counts = np.stack([[t[f"{kind}_{period}_2023"] for period in PERIODS] for kind in ("flats", "houses")])
    here = counts[:, :, t["code"] == code].sum(axis=2)
    there = np.where(here.sum(axis=1, keepdims=True) > 0, here, counts.sum(axis=2))
    return np.cumsum(there, axis=1) / there.sum(axis=1, keepdims=True)


def periods(ids: NDArray, kind: NDArray, access_z: NDArray, code: str, seed: int, p: Params) -> NDArray:
    """Period of building of homes of one gemeente, int64: its shares, step-free homes more often in the later ones.

    ``access_z`` standard normal, by which their access was drawn: the lower, the better.
    """
    from scipy.special import ndtr

    z = normal(key(seed, Purpose.DWELLING, 9), ids)
    place = ndtr(np.sqrt(1 - p.rel_access_period**2) * z - p.rel_access_period * access_z)
    shares = period_shares(code)
    of_kind = shares[np.where(kind == DwellingType.EENGEZINS, HOUSES, FLATS)]
    return (place[:, None] >= of_kind[:, :-1]).sum(axis=1)


def points_of(homes: Homes, p: Params) -> NDArray:
    """Points of homes, float64: floor, rooms, energy by period and type, worth, no steps, rooms shared in a complex."""
    floor, woz = np.maximum(homes.floor_area, 1.0).astype(np.float64), homes.woz.astype(np.float64)
    built = np.array([p.n_points_before_1945, p.n_points_1945, p.n_points_1965, p.n_points_1985, p.n_points_2005, p.n_points_new])
    points = p.n_points_home + p.rel_points_m2 * floor + p.n_points_room * homes.rooms + built[homes.period]
    points = points + woz / p.eur_woz_point + woz / floor / p.eur_woz_m2_point
    points = points - np.where(homes.kind == DwellingType.EENGEZINS, 0.0, p.n_points_less_flat)
    points = points + np.where(homes.access == Access.GESCHIKT, p.n_points_step_free, 0.0)
    return points + np.where(homes.kind == DwellingType.SENIORENCOMPLEX, p.n_points_shared, 0.0)


def highest_rent(points: NDArray, rents: RentLaw) -> NDArray:
    """Highest rent by law of homes with so many points, euro per month (D90: a straight line from 80 points on)."""
    return rents.top * (1 - law.TOP_SHARE_PER_POINT * (law.TOP_POINTS - np.maximum(points, law.FEWEST_POINTS)))


def wanted(homes: Homes, seed: int, rents: RentLaw, p: Params) -> NDArray:
    """Rent that a corporatie would ask if no limit held it back, euro per month: a share of the highest, with a keyed spread."""
    z = normal(key(seed, Purpose.DWELLING, 6), homes.ids)
    spread = np.exp(p.rel_rent_sd_corporatie * z - p.rel_rent_sd_corporatie**2 / 2)
    return p.rel_streefhuur * spread * highest_rent(points_of(homes, p), rents)


def capped(rent: NDArray, ids: NDArray, rooms: NDArray, seed: int, rents: RentLaw, p: Params) -> NDArray:
    """The streefhuur, float32: what is wanted, within the caps of policy and law."""
    free = uniform(key(seed, Purpose.DWELLING, 8), ids) < p.rel_above_aftopping
    cap = np.where(rooms >= p.n_rooms_family, within(rents.large), within(rents.small))
    return np.minimum(rent.astype(np.float32), np.where(free, within(rents.limit), cap))


def within(limit: float) -> np.float32:
    """The largest rent that a column can hold and that is not above a limit: no rounding makes a home too dear."""
    nearest = np.float32(limit)
    return nearest if float(nearest) <= limit else np.nextafter(nearest, np.float32(0))


def streefhuur(homes: Homes, seed: int, rents: RentLaw, p: Params) -> NDArray:
    """What a corporatie asks new tenants of homes, euro per month, float32."""
    return capped(wanted(homes, seed, rents, p), homes.ids, homes.rooms, seed, rents, p)


def at_contract(asked: NDArray, rent: NDArray, year: NDArray, rents: RentLaw, p: Params) -> NDArray:
    """What was asked at the start of contracts, float32, in euro of the start year.

    Of a contract of today's policy that is the streefhuur, ``asked``. Before passend toewijzen there was no cap at the
    aftoppingsgrens, and another share of the highest rent: a factor per decade on what is wanted today, ``rent``.
    """
    factor = np.array([p.rel_streefhuur_before_1996, p.rel_streefhuur_1996, p.rel_streefhuur_2006, 1.0])
    policy = np.searchsorted(POLICIES, year, side="right")
    earlier = np.minimum((factor[policy] * rent).astype(np.float32), within(rents.limit))
    return np.where(policy == len(POLICIES), asked, earlier)
