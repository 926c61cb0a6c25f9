"""The stages of the start are those that the steps of the klantreis lead to, so that no run begins with a wave of searchers."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour import klantreis
from sim.behaviour.klantreis import ThisMonth, bases_of, long_run, make_journey, take_steps
from sim.behaviour.memory import memory_of
from sim.behaviour.notes import no_parting
from sim.levers import nothing_in_force
from sim.world.chance import Purpose, uniform
from sim.world.codes import AANPASBAAR, GESCHIKT, HUIDIGE, PRESENT, T_NONE, T_WISH, WENS, ZOEKEN
from sim.world.columns import ABSENT, NEVER, age_years
from tests.worlds import burnt_in

YEARS = 8


def resting(place="veldhoven"):
    """A world of which nothing but the klantreis moves on, and its households with a home; nobody is attached to a month."""
    w = burnt_in(place, lively=False).world.copy()
    rows = np.flatnonzero((w.h.state == PRESENT) & (w.h.home >= 0)).astype(np.int32)
    journey = w.h.stage[rows] != HUIDIGE
    w.h.taste_here[rows[journey]] += np.float32(w.params.rel_discontent)
    w.h.moved_in[rows] = -30000  # rooted for good, so that the chance of a wish stays the same
    w.d.access[w.d.access == AANPASBAAR] = GESCHIKT  # nobody adapts its home
    w.h.reserved[rows] = -1
    w.h.departs[:] = NEVER
    return w, rows


def in_stages(w, rows, stage):
    """Households in these stages from now on, as ``step_kernel`` would have left them."""
    h, journey = w.h, stage != HUIDIGE
    h.stage[rows], h.stage_month[rows] = stage, w.month
    h.trigger[rows] = np.where(journey, T_WISH, T_NONE)
    h.taste_here[rows[journey]] -= np.float32(w.params.rel_discontent)


def shares(w, rows, senior):
    return np.array([[(w.h.stage[rows[senior == who]] == stage).mean() for stage in (WENS, ZOEKEN)] for who in (0, 1)])


def test_a_household_is_in_each_stage_as_often_as_it_enters_and_leaves_it():
    w, rows = resting("terschelling")
    j, p = make_journey(w.params), w.params
    u = (np.arange(50_000) + 0.5) / 50_000
    for row in rows[:: len(rows) // 8]:
        stage, stay = long_run(w, np.full(len(u), row, np.int32), u)
        at_home, wishing, searching = (float((stage == one).mean()) for one in (HUIDIGE, WENS, ZOEKEN))
        senior, x = klantreis._wishing(w, np.array([row], np.int32), j)
        s = int(senior[0])
        wish = 1 / (1 + np.exp(-min(float(x[0]), klantreis.CEILING_LOGIT)))
        search = 1 / (1 + np.exp(-float(j.search[s])))
        find = p.p_find_senior if s else p.p_find_other
        assert at_home * wish == pytest.approx(wishing * (search + (1 - search) * j.fade[s]), rel=0.03, abs=4e-5)
        assert wishing * search == pytest.approx(searching * (j.give_up[s, 0] + (1 - j.give_up[s, 0]) * find), rel=0.05, abs=4e-5)
        assert 1 - stay[stage == WENS] == pytest.approx(search + (1 - search) * j.fade[s], rel=0.005)


def test_the_steps_leave_the_stages_as_they_were_drawn():
    w, rows = resting()
    senior = (age_years(w.h.adult_birth[rows], w.month).max(axis=1) >= w.params.senior_age).astype(int)
    stage, _ = long_run(w, rows, uniform(w.draws.base(Purpose.START_STAGE), w.h.id[rows]))
    norm = np.full(len(w.map.gemeente), w.params.rel_start_norm)
    crowd, force = np.zeros((2, len(w.map.gemeente))), nothing_in_force()
    find = np.where(senior, w.params.p_find_senior, w.params.p_find_other)
    often = [long_run(w, rows, np.random.default_rng(k).random(len(rows)))[0] for k in range(40)]
    expected = np.array([[np.mean([(one[senior == who] == part).mean() for one in often]) for part in (WENS, ZOEKEN)] for who in (0, 1)])
    in_stages(w, rows, stage)
    seen = []
    birth = w.h.adult_birth[rows].copy()
    for month in range(12 * YEARS):
        w.month += 1
        w.h.adult_birth[rows] = np.where(birth == ABSENT, birth, birth + month + 1)  # nobody grows older
        searched = w.h.stage[rows] == ZOEKEN
        take_steps(
            w, ThisMonth(w.month, norm, crowd, w.map.beyond, bases_of(w.draws, w.month), force.levers, memory_of(w, force), no_parting())
        )
        found = searched & (w.h.stage[rows] == ZOEKEN) & (uniform(w.draws.base(Purpose.MOVING_TIME, w.month), w.h.id[rows]) < find)
        w.h.taste_here[rows[found]] += np.float32(w.params.rel_discontent)
        w.h.stage[rows[found]], w.h.trigger[rows[found]] = HUIDIGE, T_NONE
        seen.append(shares(w, rows, senior))
    later = np.array(seen[12:])
    assert later.mean(axis=0) == pytest.approx(expected, rel=0.06)
    assert (expected > 0.005).all()
