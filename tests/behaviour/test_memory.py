"""Memory: what people were told fades by the months since, is copied with whoever remembers it, and at 0 nothing is forgotten."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour import klantreis, memory, notes
from sim.behaviour.memory import FORGOTTEN, N_MONTHS, Memory, left_after, memory_of
from sim.levers import ALL_BIT, InForce, make_levers
from sim.parameters import REGISTRY, resolve
from sim.without.ghosts import stay_behind
from sim.world.chance import Draws
from sim.world.codes import FUNNEL_SHAPE, PRESENT, HouseholdState, Stage, Trigger
from sim.world.columns import NOWHERE
from tests import quiet
from tests.quiet import ForThese, for_these, instruments
from tests.twins.kernels import what_is_left
from tests.worlds import LIVELY, at_work, burnt_in, everything, let_pass, pick, running, scattered_dwellings, scattered_households
from tests.worlds import tables_of as tables_then

MONTH, AFTER_A_YEAR = 30, 12
DEFAULT = REGISTRY["rel_forgotten"].default
STRONG = make_levers([{"awareness": 2.0, "search": 1.0}, {"search": 3.0, "awareness": 1.0}, {"awareness": -1.5}])
TELLING = "wooncoach_sociaal", "informatiepunt", "campagne", "brieven", "woonevenement", "financieel_advies", "voorinspectie"


def test_half_is_left_after_a_year_and_then_less_until_nothing_is():
    left = left_after(DEFAULT)
    assert left[0] == 1 and left[AFTER_A_YEAR] == pytest.approx(0.5, abs=0.005) and len(left) == N_MONTHS + 1
    there = left > 0
    assert (np.diff(left[there]) < 0).all() and left[there].min() >= FORGOTTEN
    assert there[:79].all() and not there[80:].any(), "below a hundredth nothing is left"
    assert (left_after(0.0) == 1).all(), "at 0 nothing is forgotten"
    assert REGISTRY["rel_forgotten"].low == 0 and left_after(REGISTRY["rel_forgotten"].high)[6] == pytest.approx(0.5, abs=0.01)


def test_only_what_tells_people_something_is_remembered_and_takes_memory():
    one = at_work(burnt_in(), {"voorrang": {"allow_empty": True}, "huurgewenning": {}})
    assert one.world.told.size == 0 and (one.at_work.in_force.told == -1).all()
    one = at_work(burnt_in(), everything())
    keys, rows = one.at_work.keys, one.at_work.in_force.told
    assert {key for key, row in zip(keys, rows, strict=True) if row >= 0} == {*TELLING, "wooncoach_particulier"}
    assert one.world.told.shape == (len(TELLING) + 1, len(one.world.h.id)) and one.world.told.dtype == np.int16
    assert sorted(rows[rows >= 0]) == list(range(len(TELLING) + 1))


def stirred(month_told: int, stage: Stage, forgotten: float = DEFAULT, **before):
    """A thousand households after one month, all told something in one month by one instrument."""
    n = 1000
    h, d = scattered_households(1, n, n), scattered_dwellings(1, n)
    h.state[:], h.home[:], h.stage[:], h.touched[:], h.used[:], h.decisive[:] = PRESENT, np.arange(n), stage, 1, 0, 0
    for name, value in before.items():
        getattr(h, name)[:] = value
    told = Memory(np.full((1, n), month_told, np.int16), np.zeros(1, np.int64), left_after(forgotten))
    levers = make_levers([{"awareness": 3.0, "search": 3.0}])
    now = klantreis.ThisMonth(
        MONTH, np.zeros(4), np.zeros((2, 4)), np.zeros(4), klantreis.bases_of(Draws(3), MONTH), levers, told, notes.no_parting()
    )
    klantreis.step_kernel(h, d, klantreis.make_journey(resolve()), now, np.zeros(FUNNEL_SHAPE, int))
    return h


@pytest.mark.parametrize(("stage", "on"), [(Stage.HUIDIGE_WONING, Stage.WOONWENS), (Stage.WOONWENS, Stage.WONINGZOEKEN)])
def test_the_longer_ago_the_fewer_take_the_step_and_in_the_end_as_many_as_untold(stage, on):
    took = [int((stirred(MONTH - since, stage).stage == on).sum()) for since in (0, 6, 12, 24, 48, 100)]
    untold = int((stirred(MONTH, stage, touched=0).stage == on).sum())
    assert took == sorted(took, reverse=True) and took[0] > took[2] > took[-1] == untold
    assert int((stirred(MONTH - 100, stage, forgotten=0.0).stage == on).sum()) == took[0], "never forgotten: as on the first day"


def test_what_is_forgotten_counts_no_longer_as_used_unless_it_decided():
    fresh, faint, gone = (stirred(MONTH - since, Stage.HUIDIGE_WONING) for since in (0, 79, 80))
    assert (fresh.used == 1).all() and (faint.used == 1).all() and not gone.ever.any()
    again = stirred(MONTH - 80, Stage.HUIDIGE_WONING, used=1 | 2)
    still = again.stage == Stage.HUIDIGE_WONING
    assert (again.used[still] == 2).all(), "what others did stays"
    decided = stirred(MONTH - 80, Stage.HUIDIGE_WONING, used=1, decisive=1)
    assert (decided.used == 1).all()
    searching = stirred(MONTH - 80, Stage.WOONWENS, used=1, trigger=Trigger.CONTACT)
    on_the_way = searching.stage != Stage.HUIDIGE_WONING
    assert (searching.used[on_the_way] == 1).all(), "what made it wish is part of its journey"


@pytest.mark.parametrize("seed", range(6))
def test_what_a_decision_is_without_an_instrument_is_what_it_is_where_that_is_off(seed):
    """Random households, levers and months: the mark of each instrument stands on exactly those who step otherwise where it is off."""
    n, bits = 1500, [np.uint64(1 << k) for k in range(3)]
    told = pick(seed, "told", 3 * n, [MONTH, MONTH - 1, MONTH - 14, MONTH - 40, -700]).reshape(3, n).astype(np.int16)

    def after(off: np.uint64):
        h, d = scattered_households(seed, n, n), scattered_dwellings(seed, n)
        h.touched[:] &= ~off
        h.decisive[:], h.used[:] = 0, 0
        remembered = Memory(told, np.array([2, 0, 1]), left_after(DEFAULT))
        parting = notes.Parting(np.zeros(n, np.uint64), np.zeros(n, notes.BEHIND), np.zeros(1, np.int64))
        bases = klantreis.bases_of(Draws(seed), MONTH)
        now = klantreis.ThisMonth(MONTH, np.zeros(4), np.zeros((2, 4)), np.zeros(4), bases, STRONG, remembered, parting)
        klantreis.step_kernel(h, d, klantreis.make_journey(resolve(LIVELY)), now, np.zeros(FUNNEL_SHAPE, int))
        marks = np.zeros(n, np.uint64)
        left = parting.left[: parting.n[0]]
        marks[left["row"]] = left["marks"]
        return h.stage, marks

    stage, marks = after(np.uint64(0))
    for bit in bits:
        np.testing.assert_array_equal(after(bit)[0] != stage, (marks & bit) != 0)
    np.testing.assert_array_equal(after(bits[0] | bits[1] | bits[2])[0] != stage, (marks & ALL_BIT) != 0)
    assert (marks != 0).sum() > 20


def test_where_nothing_is_forgotten_the_world_is_the_one_without_memory(monkeypatch):
    def ran(forgotten: float) -> list:
        one = burnt_in().copy()
        one.world.params = resolve({**LIVELY, "rel_forgotten": forgotten})
        return list(tables_then(let_pass(at_work(one, everything()), 16)).values())

    never, fades = ran(0.0), ran(DEFAULT)
    monkeypatch.setattr(InForce, "told", property(lambda self: np.full(len(self.keys), -1)))
    without = ran(DEFAULT)
    assert all(mine.equals(other) for mine, other in zip(never, without, strict=True))
    assert not all(mine.equals(other) for mine, other in zip(fades, without, strict=True)), "by default it fades"


def test_a_ghost_remembers_what_its_household_was_told():
    """An idle instrument: ghosts left by hand do to the letter what their households do, although another told these something."""
    burnt = burnt_in("veldhoven", months=24)
    chosen = instruments(for_these(burnt.world, [], trouble=0.0), ForThese(pulls={"awareness": 1.0, "search": 1.0}))
    one = let_pass(quiet.at_work(burnt, chosen), 5)
    w, g = one.world, one.at_work.ghosts
    rows = np.flatnonzero((w.h.state == HouseholdState.PRESENT) & (w.h.reserved == NOWHERE) & (w.h.touched != 0)).astype(np.int32)[::7]
    idle = np.uint64(1)
    new, _ = stay_behind(w, g, one.at_work.in_force, rows, np.full(len(rows), idle))
    np.testing.assert_array_equal(g.told[:, new], w.told[:, rows])
    assert (w.told[:, rows] < w.month).any(), "some were told earlier"
    let_pass(one, 14)
    mine = new[(g.h.state[new] == HouseholdState.PRESENT) & (w.h.moved_in[g.of[new]] < 5)]
    assert len(mine) > 100
    for name in ("stage", "stage_month", "trigger", "search_month", "taste_here", "touched"):
        np.testing.assert_array_equal(getattr(g.h, name)[mine], getattr(w.h, name)[g.of[mine]], name)
    np.testing.assert_array_equal(g.told[:, mine], w.told[:, g.of[mine]])


def test_a_ghost_that_is_reached_by_what_is_there_hears_it_in_that_month():
    burnt = burnt_in("veldhoven", months=24)
    one = quiet.at_work(burnt, instruments(for_these(burnt.world, [], trouble=0.0), ForThese(pulls={"awareness": 1.0})))
    w, g = one.world, one.at_work.ghosts
    rows = np.flatnonzero((w.h.state == HouseholdState.PRESENT) & (w.h.reserved == NOWHERE)).astype(np.int32)[::50]
    new, _ = stay_behind(w, g, one.at_work.in_force, rows, np.full(len(rows), np.uint64(1)))
    let_pass(one, 3)
    there = new[(g.h.state[new] == HouseholdState.PRESENT) & (g.h.touched[new] != 0)]
    assert len(there) > 50 and (g.told[0, there] == 0).all()


def test_a_page_is_looked_up_again_with_a_new_wish_and_a_talk_is_not():
    one = at_work(burnt_in(), {"informatiepunt": {"rel_known": 1.0}, "wooncoach_sociaal": {"fte": 4.0}})
    w, bits = one.world, {there.key: there.mask for there in one.at_work.running}
    let_pass(one, 6)
    rows = {key: dict(zip(one.at_work.keys, one.at_work.in_force.told, strict=True))[key] for key in bits}
    both = np.flatnonzero((w.h.touched & (bits["informatiepunt"] | bits["wooncoach_sociaal"])) != 0)
    page = both[(w.h.touched[both] & bits["informatiepunt"]) != 0]
    talk = both[(w.h.touched[both] & bits["wooncoach_sociaal"]) != 0]
    w.told[:] = -50
    w.h.stage[both], w.h.stage_month[both] = Stage.WOONWENS, w.month - 1  # a new wish, of last month
    page = page[(w.h.state[page] == PRESENT) & (w.h.reserved[page] == NOWHERE)]
    for there in one.at_work.running:
        there.act(w)
    assert len(page) > 5 and (w.told[rows["informatiepunt"], page] == w.month).all()
    assert len(talk) > 5 and (w.told[rows["wooncoach_sociaal"], talk] == -50).all()
    w.told[:] = -50
    w.h.stage_month[both] = w.month - 7  # an old one
    running(one, "informatiepunt").act(w)
    assert (w.told[rows["informatiepunt"], page] == -50).all()


def test_a_letter_is_new_each_time_and_a_fork_remembers_by_itself():
    one = let_pass(at_work(burnt_in(), {"brieven": {"rel_reached": 1.0, "dur_between": 1}}), 4)
    w, mask = one.world, running(one).mask
    reached = np.flatnonzero((w.h.touched & mask) != 0)
    still = reached[(w.h.state[reached] == PRESENT) & (w.h.stage[reached] == Stage.HUIDIGE_WONING)]
    still = still[w.h.stage_month[still] < w.month - 1]
    assert len(still) > 50 and (w.told[0, still] == w.month - 1).all()
    twin = one.copy()
    let_pass(twin, 1)
    assert twin.world.told is not w.told and (w.told <= w.month - 1).all() and (twin.world.told == w.month).any()
    one.equip({})
    assert w.told.size == 0, "other instruments, other memories"


def test_the_readable_twin_and_the_kernel_agree_on_what_is_left():
    w = let_pass(at_work(burnt_in(), everything()), 2)
    mine, levers = memory_of(w.world, w.at_work.in_force), w.at_work.in_force.levers
    for i in range(0, 400, 7):
        touched, felt = w.world.h.touched[i], np.zeros(len(levers))
        memory.remembered(levers["awareness"], touched, mine, i, 40, felt)
        on = [k for k in range(len(levers)) if int(touched) >> k & 1]
        assert [felt[k] for k in on] == [what_is_left(i, levers["awareness"], mine, 40)[k] for k in on]
