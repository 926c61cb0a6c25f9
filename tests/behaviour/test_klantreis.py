"""The klantreis: who takes which step, why, and what an instrument had to do with it."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import month
from sim.behaviour import klantreis, notes, reactions
from sim.behaviour.choice_overload import crowding
from sim.behaviour.fit import Moment, refresh
from sim.behaviour.klantreis import make_journey, step_kernel
from sim.behaviour.memory import Memory, left_after, memory_of
from sim.behaviour.notes import twice
from sim.levers import ALL_BIT, make_levers, nothing_in_force
from sim.parameters import resolve
from sim.world.chance import Draws, Purpose
from sim.world.codes import DROPPED, FUNNEL_SHAPE, Access, DropReason, EventKind, Stage, Tenure, Trigger
from sim.world.columns import ABSENT, NEVER, copy
from tests.twins import kernels as twins
from tests.worlds import LIVELY, at_work, burnt_in, everything, let_pass, pick, scattered_dwellings, scattered_households, spread

MONTH, SENIOR_AGE = 30, 55
NO_LEVERS = make_levers([])
NOTHING_TOLD = Memory(np.zeros((0, 0), np.int16), nothing_in_force().told, left_after(0.0))
STRONG = make_levers([{"awareness": 2.0, "search": 1.0}, {"search": 3.0}, {"rank": 2, "awareness": -1.5}])
HOT = resolve(
    {"p_fade_senior": 0.1, "p_fade_other": 0.2, "p_give_up_other": 0.2, "p_give_up_senior": 0.1, "p_adapt_share": 0.6}
    | {
        "p_wish_senior": 0.03,
        "p_wish_other": 0.05,
        "p_search_senior": 0.05,
        "p_search_other": 0.3,
    }
)


def steps(seed, levers, params=HOT, twin=False, n=1200):
    """Households, dwellings and funnel after one month, by the kernel or by its twin."""
    h, d = scattered_households(seed, n, n), scattered_dwellings(seed, n)
    h.touched[:] &= np.uint64((1 << len(levers)) - 1)
    funnel = np.zeros(FUNNEL_SHAPE, np.int64)
    bases = klantreis.bases_of(Draws(seed), MONTH)
    step = twins.step if twin else step_kernel
    parting, crowd = watching(h, seed), spread(seed, "crowd", 8, -2, 0).reshape(2, 4)
    now = klantreis.ThisMonth(
        MONTH, spread(seed, "norm", 4, 0, 0.1), crowd, spread(seed, "beyond", 4, 0, 1), bases, levers, faint(seed, n, levers), parting
    )
    step(h, d, make_journey(params), now, funnel)
    return h, d, funnel, parting


def faint(seed, n, levers):
    """What people remember: told in any month up to this one, or not at all, by all of the instruments but the one that gives priority."""
    told = pick(seed, "told", 3 * n, [MONTH, MONTH - 1, MONTH - 14, MONTH - 90, -700]).reshape(3, n).astype(np.int16)
    return Memory(told, np.array([2, 0, -1])[: len(levers)], left_after(0.056))


def watching(h, seed):
    """Room for those who take another way; some have left a ghost before."""
    haunted = pick(seed, "haunted", len(h.id), [0, 0, 1, int(ALL_BIT) | 2]).astype(np.uint64)
    return notes.Parting(haunted, np.zeros(len(h.id), notes.BEHIND), np.zeros(1, np.int64))


@pytest.mark.parametrize("levers", [NO_LEVERS, STRONG], ids=["without instruments", "with instruments"])
@pytest.mark.parametrize("seed", range(5))
def test_every_household_takes_the_step_that_the_rules_say(seed, levers):
    got, expected = steps(seed, levers), steps(seed, levers, twin=True)
    for table, other in zip(got[:2], expected[:2], strict=True):
        for name, column in table._asdict().items():
            np.testing.assert_array_equal(column, getattr(other, name), name)
    np.testing.assert_array_equal(got[2], expected[2])
    np.testing.assert_array_equal(got[3].left, expected[3].left)
    assert got[2].sum() > 100, "steps were meant to be taken"
    assert (got[3].n[0] > 10) == (len(levers) > 0), "and some of them were another without an instrument"


def test_the_real_world_takes_the_same_steps():
    one = let_pass(at_work(burnt_in(), everything()), 3)
    w, levers = one.world, one.at_work.in_force.levers
    w.h.ever[:] = 0  # a use of this month shows, by whomever
    sides = []
    for step in (step_kernel, twins.step):
        h, d, funnel = copy(w.h), copy(w.d), np.zeros(FUNNEL_SHAPE, np.int64)
        norm = one.neighbours.moves.sum(axis=0) / np.maximum(1.0, one.neighbours.seniors)
        bases = klantreis.bases_of(Draws(w.draws.seed), w.month)
        now = klantreis.ThisMonth(
            w.month, norm, crowding(w), w.map.beyond, bases, levers, memory_of(w, one.at_work.in_force), notes.no_parting()
        )
        step(h, d, make_journey(w.params), now, funnel)
        sides.append((h, d, funnel))
    for name in ("stage", "trigger", "taste_here", "used", "ever", "decisive", "registered"):
        np.testing.assert_array_equal(getattr(sides[0][0], name), getattr(sides[1][0], name), name)
    np.testing.assert_array_equal(sides[0][1].access, sides[1][1].access)
    np.testing.assert_array_equal(sides[0][2], sides[1][2])
    assert sides[0][0].ever.any(), "some decisions had a lever"


def search_where(beyond: float) -> tuple[np.ndarray, np.ndarray]:
    """Which of many households with a wish begin to search in a month, and their search areas."""
    w = burnt_in().copy().world
    h = w.h
    here = np.flatnonzero((h.state == 1) & (h.home >= 0))
    h.stage[here], h.touched[here], h.departs[:] = Stage.WOONWENS, 0, NEVER
    h.scope[here] = np.arange(len(here)) % 3
    zero, bases = np.zeros(len(w.map.gemeente)), klantreis.bases_of(w.draws, w.month)
    now = klantreis.ThisMonth(w.month, zero, crowding(w), zero + beyond, bases, NO_LEVERS, NOTHING_TOLD, notes.no_parting())
    step_kernel(h, w.d, make_journey(HOT), now, w.funnel)
    return h.stage[here] == Stage.WONINGZOEKEN, h.scope[here]


def test_who_looks_in_the_gemeenten_around_outside_this_world_does_not_search_here():
    (all_here, scope), (some, _), (none, _) = (search_where(beyond) for beyond in (0.0, 0.5, 1.0))
    around = scope == 2
    assert all_here[around].sum() > 20 and not none[around].any()
    assert some[around].sum() == pytest.approx(all_here[around].sum() / 2, abs=4 * np.sqrt(all_here[around].sum()) / 2)
    assert not (some & ~all_here).any(), "the same draws"
    for one in (some, none):
        assert np.array_equal(one[~around], all_here[~around]), "who looks in its own wijk or gemeente looks here"


TABLE = make_journey(resolve()).chance
LEVERS = st.lists(st.floats(-3, 3, allow_nan=False), min_size=1, max_size=5)


@given(st.floats(0, 1, exclude_max=True), st.floats(-14, 14), LEVERS, st.integers(0, 31))
def test_a_decision_is_taken_with_and_without_by_one_draw(u, x, levers, touched):
    got = twice(u, x, TABLE, np.uint64(touched), np.array(levers))
    start, off, used, decisive = twins.decide(u, x, TABLE, touched, levers)
    assert (bool(got[0]), bool(got[1]), int(got[2]), int(got[3])) == (start, off, used, decisive)
    assert used & ~touched == 0
    assert decisive & ~used & ~twins.ALL == 0, "only what had a lever can decide"
    if not used:
        assert start == off and decisive == 0


@given(st.floats(0, 1, exclude_max=True), st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5))
def test_more_of_a_lever_never_stops_who_would_have_started(u, x, less, more):
    if more < less:
        less, more = more, less
    weak, strong = (twice(u, x, TABLE, np.uint64(1), np.array([value]))[0] for value in (less, more))
    assert strong or not weak


FIVE = st.floats(-5, 5)


@given(st.integers(0, 1), st.integers(0, 110), st.floats(0, 1), st.floats(-1, 2), st.floats(0, 1), FIVE, FIVE, FIVE, st.booleans())
def test_who_is_passed_over_could_not_have_had_a_wish(senior, age, attachment, gap, norm, by_attachment, by_norm, by_koop, owner):
    j = make_journey(resolve())._replace(attachment=by_attachment, social_norm=by_norm, owner=by_koop)
    x = j.wish[senior, age] + by_attachment * attachment
    x += j.gap * gap
    x += by_norm * norm * senior + by_koop * owner
    bound = klantreis.most_beside_gap(j, np.array([0.0, norm])) + j.gap * gap
    assert twins.chance(bound, j.chance) >= twins.chance(x, j.chance)
    assert twins.chance(klantreis.CEILING_LOGIT, j.chance) < klantreis.CEILING


def test_the_table_of_chances_is_the_logistic_curve():
    x = np.linspace(-11.9, 11.9, 999)
    read = np.array([twins.chance(v, TABLE) for v in x])
    assert np.abs(read - 1 / (1 + np.exp(-x))).max() < 0.002
    assert (np.diff(TABLE) > 0).all()


def test_a_wish_comes_at_the_rate_of_the_parameters():
    p = resolve()
    j = make_journey(p)
    n = 200_000
    h, d = scattered_households(1, n, n), scattered_dwellings(1, n)
    d.tenure[:] = Tenure.CORPORATIE
    h.state[:], h.stage[:], h.touched[:] = 1, Stage.HUIDIGE_WONING, 0
    h.home[:] = np.arange(n)
    h.attachment[:], h.taste_here[:], h.fit_here[:] = 0.5, 0, 0.85  # where p_wish_… is stated: a gap of 0.15,
    h.moved_in[:] = MONTH - 97  # and years that neither add to attachment nor take from it
    h.adult_birth[:, 0], h.adult_birth[:, 1] = MONTH - 12 * (int(p.senior_age) + 15), ABSENT
    bases = klantreis.bases_of(Draws(1), MONTH)
    now = klantreis.ThisMonth(MONTH, np.zeros(4), np.zeros((2, 4)), np.zeros(4), bases, NO_LEVERS, NOTHING_TOLD, notes.no_parting())
    step_kernel(h, d, j, now, np.zeros(FUNNEL_SHAPE, int))
    share = (h.stage == Stage.WOONWENS).mean()
    expected = twins.chance(float(np.log(p.p_wish_senior / (1 - p.p_wish_senior))), j.chance)
    assert share == pytest.approx(expected, abs=5 * np.sqrt(expected / n))
    assert share == pytest.approx(p.p_wish_senior, rel=0.06)


def test_owners_wish_less_often_than_tenants_by_the_logit_of_the_parameters():
    p = resolve()
    j = make_journey(p)
    share = {}
    for tenure in (Tenure.KOOP, Tenure.CORPORATIE, Tenure.VRIJE_HUUR):
        w = burnt_in().world.copy()
        h, d = w.h, w.d
        d.tenure[:] = tenure
        h.stage[:], h.touched[:], h.fit_here[:], h.taste_here[:] = Stage.HUIDIGE_WONING, 0, 0.4, 0
        bases = klantreis.bases_of(w.draws, w.month)
        now = klantreis.ThisMonth(
            w.month, np.zeros(len(w.map.gemeente)), crowding(w), w.map.beyond, bases, NO_LEVERS, NOTHING_TOLD, notes.no_parting()
        )
        klantreis.step_kernel(h, d, j, now, w.funnel)
        share[tenure] = set(np.flatnonzero(h.stage == Stage.WOONWENS).tolist())
    assert share[Tenure.CORPORATIE] == share[Tenure.VRIJE_HUUR]
    assert share[Tenure.KOOP] < share[Tenure.CORPORATIE]  # the same draws: a subset


def test_a_contact_that_decides_is_the_trigger_and_a_wish_that_was_coming_is_not():
    h, _, _, _ = steps(2, STRONG)
    new = (h.stage == Stage.WOONWENS) & (h.stage_month == MONTH)
    by_contact = new & (h.trigger == Trigger.CONTACT)
    assert by_contact.any()
    assert ((h.decisive[by_contact] >> np.uint64(63)) == 1).all()
    assert ((h.decisive[new & (h.trigger == Trigger.WISH) & (h.touched == 0)] >> np.uint64(63)) == 0).all()


def test_what_an_instrument_did_is_remembered_when_the_journey_is_not():
    before = scattered_households(3, 1200, 1200)
    h, _, _, _ = steps(3, STRONG)
    dropped = (before.stage == Stage.WOONWENS) & (h.stage == Stage.HUIDIGE_WONING) & (before.state == 1) & (before.touched & 3 > 0)
    dropped &= (faint(3, 1200, STRONG).told[[0, 2]] > 0).all(axis=0)  # nor by those who had forgotten it
    assert dropped.any()
    assert (h.ever[dropped] != 0).all() and (h.used[dropped] == 0).all()


def test_adapting_the_home_is_a_way_out_for_seniors_in_an_adaptable_home_only():
    before = scattered_dwellings(4, 9000)
    _, d, funnel, _ = steps(4, NO_LEVERS, n=9000)
    changed = np.flatnonzero(d.access != before.access)
    assert len(changed) == funnel[:, Stage.WOONWENS, DROPPED, DropReason.ADAPTED_HOME].sum() > 0
    assert (before.access[changed] == Access.AANPASBAAR).all() and (d.access[changed] == Access.GESCHIKT).all()


def test_who_leaves_the_journey_and_starts_again_has_not_changed():
    w = burnt_in().world.copy()
    rows = np.flatnonzero((w.h.state == 1) & (w.h.home >= 0) & (w.h.stage == Stage.HUIDIGE_WONING))
    taste = w.h.taste_here[rows].copy()
    w.h.taste_here[rows] -= np.float32(w.params.rel_discontent)
    w.h.taste_here[rows] += np.float32(w.params.rel_discontent)
    np.testing.assert_allclose(w.h.taste_here[rows], taste, atol=1e-6)


IMPROVEMENTS = {
    "access": lambda w, i, j: w.d.access.__setitem__(j, Access.GESCHIKT),
    "a missing room": lambda w, i, j: w.d.rooms.__setitem__(j, max(w.d.rooms[j], w.h.rooms_needed[i])),
    "rent": lambda w, i, j: w.h.rent.__setitem__(i, w.h.rent[i] * 0.7),
    "taste": lambda w, i, j: w.h.taste_here.__setitem__(i, w.h.taste_here[i] + np.float32(0.05)),
}


@pytest.mark.parametrize("what", IMPROVEMENTS)
def test_a_better_home_never_makes_its_household_think_of_leaving_it(what):
    """From an equal state: whoever does not wish, search or take a home this month, does not so with a better home."""
    one = let_pass(burnt_in().copy(), 2)
    w, sides = one.world, (one.copy(), one.copy())
    rows = np.flatnonzero((w.h.state == 1) & (w.h.home >= 0))
    plain, better = (side.world for side in sides)
    for i in rows:
        IMPROVEMENTS[what](better, i, better.h.home[i])
    refresh(plain.h, rows, Moment(w.month, plain.d, w.map.urban, SENIOR_AGE, w.tables))
    refresh(better.h, rows, Moment(w.month, better.d, w.map.urban, SENIOR_AGE, w.tables))
    assert (better.h.fit_here >= plain.h.fit_here - 1e-6).all()
    for side in sides:
        month.take_steps(side)
    wishes = (w.h.stage == Stage.HUIDIGE_WONING) & (w.h.state == 1)
    assert ((better.h.stage == Stage.WOONWENS) & wishes & (plain.h.stage == Stage.HUIDIGE_WONING)).sum() == 0
    if what == "taste":
        assert ((plain.h.stage == Stage.WOONWENS) & (better.h.stage == Stage.HUIDIGE_WONING)).any(), "and some stay for it"


@pytest.mark.parametrize("months", [0, 1, 97, 180, 960, 2000])
def test_attachment_is_one_function_of_the_household_and_the_years_that_it_lives_there(months):
    p = resolve()
    gained = p.rel_attachment_years * (min(months, 959) / (min(months, 959) + p.dur_rooted_half) - p.rel_rooted_neutral)
    for own in (-0.2, 0.1, 0.5, 1.3):
        assert klantreis.attached(own, months, make_journey(p).rooted) == pytest.approx(np.clip(own + gained, 0, 1))


def test_moving_takes_no_attachment_from_later_years():
    one = burnt_in().copy()
    w = one.world
    own = w.h.attachment.copy()
    let_pass(one, 6)
    there = np.flatnonzero((w.h.state == 1) & (own != 0))
    moved = there[w.h.moved_in[there] >= w.month - 6]
    same = moved[w.h.founding[moved] != EventKind.UNION]
    np.testing.assert_array_equal(w.h.attachment[same], own[same])
    assert len(same) > 5


def test_each_principle_at_its_neutral_value_leaves_the_decision():
    for name, field in (("logit_social_norm", "social_norm"), ("logit_wish_attachment", "attachment"), ("logit_wish_gap", "gap")):
        assert getattr(make_journey(resolve({name: 0.0})), field) == 0
    on, off = (make_journey(resolve({"logit_search_delay": value})).search for value in (-0.4, 0.0))
    assert on[1] < off[1] and on[0] == off[0]
    p = resolve({"logit_search_delay": 0.0})
    assert off[1] == pytest.approx(np.log(p.p_search_senior / (1 - p.p_search_senior)))


def test_life_events_set_off_a_search_by_their_chance_and_only_where_they_matter():
    w = burnt_in().world.copy()
    rows = np.flatnonzero((w.h.state == 1) & (w.h.home >= 0) & (w.h.stage <= Stage.WOONWENS)).astype(np.int32)
    suits = w.d.access[w.h.home[rows]] == Access.GESCHIKT
    reactions.react(w, rows, np.full(len(rows), Trigger.FALL))
    searches = w.h.stage[rows] == Stage.WONINGZOEKEN
    assert not searches[suits].any(), "a fall in a home that suits is no reason to leave it"
    p = w.params.p_nood_fall
    assert searches[~suits].mean() == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / (~suits).sum()))
    assert (w.h.trigger[rows[searches]] == Trigger.FALL).all()
    assert (w.h.search_month[rows[searches]] == w.month).all()


def test_a_household_that_has_accepted_a_home_is_left_alone_by_events():
    w = let_pass(burnt_in().copy(), 1).world
    rows = np.flatnonzero(w.h.reserved >= 0).astype(np.int32)
    before = w.h.stage[rows].copy()
    reactions.react(w, rows, np.full(len(rows), Trigger.LOSS_OF_PARTNER))
    np.testing.assert_array_equal(w.h.stage[rows], before)
    assert len(rows) > 0


def test_the_purposes_of_a_month_s_steps_are_keys_of_their_own():
    bases = klantreis.bases_of(Draws(1, debug=True), 3)
    assert len(set(bases.tolist())) == len((Purpose.WISH, Purpose.SEARCH, Purpose.FADE, Purpose.ADAPT, Purpose.SCOPE))
    assert set(LIVELY) <= {one.name for one in fields(resolve())}
