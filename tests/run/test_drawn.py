"""What the start population and the base programme are drawn with: the share that is asked is the share that comes out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim import start
from sim.chains import programme
from sim.population.streefhuur import NEW, homes_of, rent_law, streefhuur
from sim.world.codes import Access, DwellingType, HouseholdState, Stage, Tenure, Trigger
from sim.world.columns import NOWHERE
from tests.worlds import burnt_in, in_areas

PER_YEAR, YEARS, FLATS = 6000, 4, 0.35


def is_share(drawn, share: float):
    """A share of independent draws, within five standard deviations."""
    assert np.mean(drawn) == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / len(drawn)) + 1e-9)


@pytest.fixture(scope="module")
def planned():
    w = in_areas().world
    dose = programme.Dose(np.array([PER_YEAR]), np.array([FLATS]), rent_law("2026-01"))
    return w, programme.plan(w.d, w.geography, dose, w.draws, w.params, 0, 12 * YEARS)


def test_planned_homes_have_the_tenure_and_type_that_are_asked_and_come_evenly(planned):
    w, new = planned
    p, flat = w.params, new.kind != DwellingType.EENGEZINS
    assert len(new.id) == PER_YEAR * YEARS and set(np.bincount(new.delivery)) == {PER_YEAR // 12}
    is_share(new.tenure == Tenure.KOOP, p.rel_programme_koop)
    is_share(new.tenure == Tenure.CORPORATIE, p.rel_programme_corporatie)
    is_share(new.kind == DwellingType.SENIORENCOMPLEX, p.rel_programme_senioren)
    is_share(new.kind == DwellingType.MEERGEZINS, (1 - p.rel_programme_senioren) * FLATS)
    for tenure in Tenure:  # one draw says nothing of another
        is_share(flat[new.tenure == tenure], 1 - (1 - p.rel_programme_senioren) * (1 - FLATS))
    for area in range(4):
        is_share(new.area == area, np.mean(w.d.area == area))


def test_planned_homes_are_what_their_type_and_tenure_say(planned):
    w, new = planned
    flat = new.kind != DwellingType.EENGEZINS
    is_share(new.rooms[flat] == 3, 0.6)
    is_share(new.rooms[~flat] == 5, 0.5)
    assert set(new.rooms[flat]) == {2, 3} and set(new.rooms[~flat]) == {4, 5}
    for some, low, high in ((flat, 45, 85), (~flat, 90, 150)):
        area = new.floor_area[some]
        assert low <= area.min() < low + 1 and high - 1 < area.max() <= high
    assert (new.access[flat] == Access.GESCHIKT).all() and (new.access[~flat] == Access.AANPASBAAR).all()
    labelled = (new.kind == DwellingType.SENIORENCOMPLEX) & (new.tenure == Tenure.CORPORATIE)
    assert (new.age_label == np.where(labelled, 55, 0)).all()
    social = new.tenure == Tenure.CORPORATIE
    by_quality = streefhuur(homes_of(new, np.flatnonzero(social), NEW), w.draws.seed, rent_law("2026-01"), w.params)
    np.testing.assert_array_equal(new.rent[social], by_quality)
    np.testing.assert_allclose(new.rent[~social], np.minimum(1900, np.maximum(932.93, 13.5 * new.floor_area[~social])), rtol=1e-5)
    median, koop = np.median(w.d.woz), new.tenure == Tenure.KOOP
    for some, factor in ((flat, 0.8), (~flat, 1.2)):
        worth = new.woz[some & ~koop] / (median * factor * w.params.rel_programme_woz)
        assert worth.min() >= 0.6 - 1e-6 and worth.max() <= 1.8 + 1e-6 and np.median(worth) == pytest.approx(1, abs=0.1)


def test_new_homes_for_sale_cost_so_much_more_than_those_of_the_place_do(planned):
    w, new = planned
    koop, there = new.tenure == Tenure.KOOP, w.d.tenure == Tenure.KOOP
    assert new.woz[koop].mean() / w.d.woz[there].mean() == pytest.approx(w.params.rel_price_new, rel=0.02)
    flat = new.kind != DwellingType.EENGEZINS
    ratio = new.woz[koop & flat].mean() / new.woz[koop & ~flat].mean()
    assert ratio == pytest.approx(w.params.rel_woz_new_flat / w.params.rel_woz_new_house, rel=0.03)


def test_the_start_population_is_in_the_stages_of_its_own_long_run():
    w = burnt_in().world.copy()
    h, n = w.h, len(w.h.id)
    w.draws = type(w.draws)(w.draws.seed, w.draws.debug)
    start._start_journeys(w, n)
    there = np.flatnonzero((h.state == HouseholdState.PRESENT) & (h.home != NOWHERE))
    assert set(h.stage[there]) == {Stage.HUIDIGE_WONING, Stage.WOONWENS, Stage.WONINGZOEKEN}
    assert ((h.trigger[there] == Trigger.WISH) == (h.stage[there] != Stage.HUIDIGE_WONING)).all()
    homeless = np.flatnonzero(h.home[:n] == NOWHERE)
    assert (h.stage[homeless] == Stage.WONINGZOEKEN).all() and (h.trigger[homeless] == Trigger.NO_HOME).all()
    since = w.month - h.stage_month[there]
    assert (since >= 0).all() and since[h.stage[there] == Stage.WONINGZOEKEN].mean() < since[h.stage[there] == Stage.HUIDIGE_WONING].mean()
    searching = there[h.stage[there] == Stage.WONINGZOEKEN]
    assert (h.search_month[searching] == h.stage_month[searching]).all()
