"""From a population to a world in motion: journeys, registration, taste and vacancies at the start are drawn here.

The start state decides answers (most seniors still sit, ten years on, where the fitting put them), so the things that
decide them most have a parameter: in a prototype voorrang gave 63 or 12 extra moves, by the registration time that seniors
started with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from sim.behaviour import klantreis, registration
from sim.behaviour.fit import make_tables, moment, refresh
from sim.behaviour.founding import draw_households
from sim.behaviour.klantreis import NORM_MONTHS, Neighbours
from sim.behaviour.money import equity_of
from sim.chains import programme
from sim.chains.moves import taste_of
from sim.chains.new_homes import months_ahead
from sim.chains.vacancies import open_vacancies
from sim.counts.vasthouders import nobody_stuck
from sim.demography import plan as demography
from sim.population import build as population
from sim.population.streefhuur import rent_law
from sim.state import Run
from sim.world.chance import Draws, Purpose, uniform
from sim.world.codes import IN_STOCK, Origin, Stage, Tenure, Trigger
from sim.world.columns import NEVER, Dwellings, Households, Moves, Vacancies, age_years, empty, grow_in_place
from sim.world.geography import Map
from sim.world.world import Setting, World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.geography import Geography
    from sim.world.places import Place


def build(place: Place, seed: int, params: Params, *, start: str, burn_in: int, months: int, follow_up: int, debug: bool = False) -> Run:
    """The run of one seed at its first month of burn-in; instruments play no part in it."""
    first, last = -burn_in, months + follow_up
    state = population.build(place, seed, params, start=start, first_month=first)
    draws = Draws(seed, debug)
    per_year, demolished = _per_year(state)
    known = last + int(params.dur_look_elsewhere)  # who leaves after the run looks elsewhere in it
    until = max(known, last + int(months_ahead(params).max()))  # homes that stand after the run are sold in it
    dose = programme.Dose(per_year, state.programme.flats, rent_law(start))
    planned = programme.plan(state.dwellings, state.geography, dose, draws, params, first, until)
    to_demolish = np.diff(np.floor(demolished.sum() / 12 * np.arange(known - first + 1))).astype(np.int64)
    delivered = np.bincount(planned.delivery.astype(np.int64) - first, minlength=known - first)[: known - first]
    equity = equity_of(state.households, state.dwellings, np.arange(len(state.households.id)))
    future, events = demography.plan(state.households, params, seed, first, delivered - to_demolish, state.border, equity=equity)
    n0, geography = len(state.households.id), state.geography
    where = make_map(geography, state.dwellings.area, params)
    people, homes = state.households._asdict(), state.dwellings._asdict()
    del state, equity  # the columns of the start are let go as the table of all rows is filled
    h = grow_in_place(Households, people, n0 + len(future.id))
    demography.enter(h, future)
    d = Dwellings(*(np.concatenate((homes.pop(name), column)) for name, column in planned._asdict().items()))
    del planned, future
    w = World(
        setting=Setting(place, start, first, months, last),
        geography=geography,
        map=where,
        params=params,
        tables=make_tables(params, start),
        draws=draws,
        month=first,
        h=h,
        d=d,
        v=empty(Vacancies, 1000),
        m=empty(Moves, 1000),
    )
    draw_households(w, np.arange(n0, dtype=np.int32))
    _start_journeys(w, n0)
    _start_vacancies(w)
    n_areas = len(w.map.gemeente)
    neighbours = Neighbours(np.zeros((NORM_MONTHS, n_areas)), np.zeros(n_areas))
    return Run(w, events, to_demolish, neighbours, nobody_stuck(len(h.id), len(w.map.overview)))


def _per_year(state) -> tuple[NDArray, NDArray]:
    """Homes delivered and demolished per gemeente and year."""
    return state.programme.built + state.programme.added, state.programme.demolished


def make_map(geography: Geography, stock: NDArray, p: Params) -> Map:
    """Areas, the gemeenten around each gemeente (centres within km_around), and how much of each a searcher oversees.

    ``stock`` holds the area of each home at the start: what is built later changes nobody's overview.
    """
    n = len(geography.gemeente_code)
    centre = np.array([(geography.x_km[geography.gemeente == g].mean(), geography.y_km[geography.gemeente == g].mean()) for g in range(n)])
    near = cKDTree(centre).query_ball_point(centre, p.km_around)
    around = [sorted(set(row) - {g}) for g, row in enumerate(near)]
    first = np.concatenate(([0], np.cumsum([len(row) for row in around])))
    homes = np.bincount(geography.gemeente[stock], minlength=n)
    in_area = np.bincount(stock, minlength=len(geography.gemeente)).astype(np.float64)
    overseen, others = np.minimum(homes, p.n_overview), np.minimum(geography.other_homes, p.n_overview)
    outside = [others[np.hypot(*(geography.other_km - at).T) <= p.km_around].sum() for at in centre]
    inside = [overseen[[g, *around[g]]].sum() for g in range(n)]
    beyond = np.array([b / max(1.0, a + b) for a, b in zip(inside, outside, strict=True)])
    return Map(
        geography.gemeente.astype(np.int32),
        geography.x_km.astype(np.float64),
        geography.y_km.astype(np.float64),
        geography.urban.astype(np.int64),
        first.astype(np.int32),
        np.array([g for row in around for g in row], np.int32),
        np.minimum(1.0, p.n_overview / np.maximum(1, homes)),
        np.cumsum(in_area) / in_area.sum(),
        beyond[geography.gemeente],
    )


def _start_journeys(w: World, n0: int) -> None:
    """Stages and registration of the start population; households without a home search."""
    h, p = w.h, w.params
    rows = np.arange(n0)
    housed = h.home[:n0] >= 0
    with_home = rows[housed].astype(np.int32)
    h.taste_here[with_home] = np.abs(taste_of(w, with_home, h.home[with_home]))  # the better half of the tastes
    refresh(h, with_home, moment(w))
    stages, stay = np.full(n0, int(Stage.WONINGZOEKEN)), np.full(n0, 1 - p.p_find_other)
    stages[housed], stay[housed] = klantreis.long_run(w, with_home, uniform(w.draws.base(Purpose.START_STAGE), h.id[with_home]))
    h.stage[:n0] = stages
    h.trigger[:n0] = np.where(housed, np.where(stages == Stage.HUIDIGE_WONING, Trigger.NONE, Trigger.WISH), Trigger.NO_HOME)
    u = uniform(w.draws.base(Purpose.START_STAGE, 1), h.id[:n0])
    since = np.minimum(np.log1p(-u) / np.log(stay), p.dur_registration_cap).astype(np.int16)  # as long as one stays in a stage
    h.stage_month[:n0] = w.month - since
    searching = h.stage[:n0] == Stage.WONINGZOEKEN
    h.search_month[rows[searching]] = w.month - since[searching]
    _register(w, n0, housed)
    h.founded[:n0] = w.month
    in_journey = with_home[h.stage[with_home] != Stage.HUIDIGE_WONING]
    h.taste_here[in_journey] -= np.float32(p.rel_discontent)


def _register(w: World, n0: int, housed: NDArray) -> None:
    """Registration with the corporaties: of the housed as in the long run, since some time after coming of age for starters.

    Who is alert has responded since the first month in which it was awake.
    """
    h, p = w.h, w.params
    u = uniform(w.draws.base(Purpose.REGISTRATION), h.id[:n0])
    age = age_years(h.adult_birth[:n0], w.month).max(axis=1)
    adult = np.minimum(12 * np.clip(age - p.age_registration, 0, None), int(p.dur_registration_cap))
    lived = w.month - h.moved_in[:n0].astype(np.int32)
    tenant = housed & (w.d.tenure[h.home[:n0]] == Tenure.CORPORATIE)
    there, insured = registration.long_run(w, n0, lived, adult, tenant)
    since = np.where(housed, insured, (u * adult).astype(np.int32))
    late = housed & ~there
    searching = h.stage[:n0] == Stage.WONINGZOEKEN
    h.registered[:n0] = np.where(late, np.where(searching, h.stage_month[:n0], NEVER), w.month - since)
    registration.first_responses(w, np.flatnonzero(housed & there))


def _start_vacancies(w: World) -> None:
    """Empty homes: a part is not on the market (structural), the rest is on offer or about to be."""
    empty_homes = np.flatnonzero((w.d.state == IN_STOCK) & (w.d.occupant < 0))
    u = uniform(w.draws.base(Purpose.START_VACANCY), w.d.id[empty_homes])
    homes = empty_homes[u >= w.params.rel_structural_vacancy]
    open_vacancies(w, homes, int(Origin.VOOR_START), at_once=True)
    wait = (w.params.dur_start_offers * uniform(w.draws.base(Purpose.START_VACANCY, 1), w.d.id[homes])).astype(np.int16)
    w.v.offered[: len(homes)] = w.month + wait
