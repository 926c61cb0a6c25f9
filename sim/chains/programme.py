"""The base programme: homes that are built and demolished in every scenario, drawn once per seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.chains.ends import withdraw
from sim.chains.new_homes import free_rent, social_rent, worth_by_kind
from sim.population.streefhuur import RentLaw
from sim.world.chance import Draws, Purpose, hash_ints, hash_text, uniform
from sim.world.codes import Access, DwellingState, DwellingType, Tenure, VacancyState
from sim.world.columns import NEVER, NOWHERE, Dwellings, empty

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.geography import Geography
    from sim.world.world import World


class Dose(NamedTuple):
    """What is built, by gemeente (float64), and the law that it is let under."""

    per_year: NDArray  # homes delivered per year (new build and other additions)
    flats: NDArray  # share of flats among them
    rents: RentLaw  # limits to rents


def plan(d: Dwellings, geography: Geography, dose: Dose, draws: Draws, p: Params, first_month: int, last_month: int) -> Dwellings:
    """Planned dwellings of the base programme, sorted by delivery, one like a keyed home of the same gemeente each."""
    months = np.arange(first_month, last_month)
    ids, donors, delivery = [], [], []
    gemeente_of = geography.gemeente[d.area]
    order = np.lexsort((d.id, gemeente_of))
    first = np.searchsorted(gemeente_of[order], np.arange(len(geography.gemeente_code) + 1))
    for g, code in enumerate(geography.gemeente_code):
        due = np.diff(np.floor(dose.per_year[g] / 12 * np.arange(len(months) + 1))).astype(int)
        n = int(due.sum())
        salt = hash_text(f"programme {code}")
        names = np.array([hash_ints(salt, k) for k in range(n)], np.uint64)
        u = uniform(draws.base(Purpose.PROGRAMME, 0, f"donor {code}"), names)
        stock = order[first[g] : first[g + 1]]
        ids.append(names)
        donors.append(stock[(u * len(stock)).astype(np.int64)] if len(stock) else np.zeros(0, np.int64))
        delivery.append(np.repeat(months, due))
    ident, donor = np.concatenate(ids), np.concatenate(donors)
    when = np.concatenate(delivery)
    at = gemeente_of[donor]
    planned = _attributes(d, donor, ident, dose.flats[at], draws, p, dose.rents)
    koop = planned.tenure == Tenure.KOOP
    planned.woz[koop] *= dearer(d, gemeente_of, dose.flats, p)[at[koop]]
    planned.delivery[:] = when
    order = np.lexsort((ident, when))
    return Dwellings(*(column[order] for column in planned))


def dearer(d: Dwellings, gemeente_of: NDArray, flats: NDArray, p: Params) -> NDArray:
    """Factor on the worth of new homes for sale, float64 [gemeenten]: on average ``rel_price_new`` times what those of the place cost."""
    median, flat = np.median(d.woz), flats + (1 - flats) * p.rel_programme_senioren  # homes for seniors are flats, too
    kinds = worth_by_kind(p)
    by_kind = kinds[DwellingType.EENGEZINS] * (1 - flat) + kinds[DwellingType.MEERGEZINS] * flat
    local = np.clip(d.woz / max(1.0, median), p.rel_woz_local_low, p.rel_woz_local_high)
    factor = np.ones(len(flats))
    for g in range(len(flats)):
        here = gemeente_of == g
        koop = here & (d.tenure == Tenure.KOOP)
        if koop.any():
            factor[g] = p.rel_price_new * d.woz[koop].mean() / (median * p.rel_programme_woz * by_kind[g] * local[here].mean())
    return factor


def _attributes(d: Dwellings, donor: NDArray, ident: NDArray, flats: NDArray, draws: Draws, p: Params, rents: RentLaw) -> Dwellings:
    new = empty(Dwellings, len(ident))
    new.id[:] = ident
    new.area[:] = d.area[donor]
    u = [uniform(draws.base(Purpose.PROGRAMME, k, "attributes"), ident) for k in range(1, 5)]
    koop, social = p.rel_programme_koop, p.rel_programme_corporatie
    new.tenure[:] = np.select([u[0] < koop, u[0] < koop + social], [Tenure.KOOP, Tenure.CORPORATIE], Tenure.VRIJE_HUUR)
    flat = u[1] < flats
    senior = u[2] < p.rel_programme_senioren
    new.kind[:] = np.select([senior, flat], [DwellingType.SENIORENCOMPLEX, DwellingType.MEERGEZINS], DwellingType.EENGEZINS)
    flat = flat | senior
    new.rooms[:] = np.where(flat, int(p.n_rooms_flat) + (u[3] < p.rel_flat_larger), int(p.n_rooms_house) + (u[3] < p.rel_house_larger))
    new.floor_area[:] = np.where(flat, p.m2_flat_least + p.m2_flat_span * u[3], p.m2_house_least + p.m2_house_span * u[3])
    new.access[:] = np.where(flat, Access.GESCHIKT, Access.AANPASBAAR)
    social_home = new.tenure == Tenure.CORPORATIE
    new.age_label[:] = np.where(senior & social_home, int(p.age_label_senior), 0)
    value = np.median(d.woz) * worth_by_kind(p)[new.kind] * p.rel_programme_woz
    local = d.woz[donor] / np.maximum(1.0, np.median(d.woz))
    new.woz[:] = value * np.clip(local, p.rel_woz_local_low, p.rel_woz_local_high)
    social_rents = social_rent(new, slice(None), draws.seed, rents, p)
    new.rent[:] = np.where(social_home, social_rents, free_rent(new.floor_area, p, rents.limit))
    return new


def demolish(w: World, to_demolish: NDArray) -> None:
    """Take this month's number of empty corporatie homes out of the stock, lowest keyed number first.

    ``to_demolish`` int64 [months from the first on]: what is not there to demolish is left for the next month.
    """
    index = w.month - w.setting.first_month
    n = int(to_demolish[index])
    if n == 0:
        return
    state = w.v.state[: w.counts[0]]
    rows = np.flatnonzero((state == VacancyState.WAITING) | (state == VacancyState.ON_OFFER))
    homes = w.v.dwelling[rows]
    stands = (w.d.state[homes] == DwellingState.IN_STOCK) & (w.d.made_by[homes] == 0)
    rows = rows[stands & (w.d.tenure[homes] == Tenure.CORPORATIE)]
    with w.draws.replay():
        u = uniform(w.draws.base(Purpose.PROGRAMME, 0, "demolish"), w.d.id[w.v.dwelling[rows]])
    chosen = rows[np.lexsort((w.v.id[rows], u))][:n]
    homes = w.v.dwelling[chosen]
    withdraw(w, homes)
    w.d.state[homes] = DwellingState.GONE
    w.add("demolished", len(chosen))
    if index + 1 < len(to_demolish):
        to_demolish[index + 1] += n - len(chosen)


def delay_first(w: World) -> bool:
    """The placebo: the first dwelling of the programme due in month 1 or later that is not on offer yet comes one month later."""
    due = np.flatnonzero((w.d.delivery >= 1) & (w.d.delivery < NEVER) & (w.d.made_by == 0) & (w.d.vacancy == NOWHERE))
    if len(due) == 0:
        return False
    first = due[np.lexsort((w.d.id[due], w.d.delivery[due]))][0]
    w.d.delivery[first] += 1
    return True
