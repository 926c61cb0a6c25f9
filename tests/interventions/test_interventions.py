"""Who an instrument reaches, how much it delivers, what it pays, and what it says when its settings cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from sim import month, run
from sim.interventions import REGISTRY, load
from sim.interventions.instrument import Instrument
from sim.interventions.register import Register
from sim.interventions.running import Carry
from sim.interventions.who import Lot, target_rows
from sim.world.chance import Purpose, uniform
from sim.world.codes import Access, Contact, DwellingState, Stage, Tenure
from sim.world.columns import age_years
from sim.world.errors import Refusal
from tests.every import every
from tests.twins import kernels as twins
from tests.worlds import (
    FOLLOW_UP,
    FOR_HOUSEHOLDS,
    MIXED,
    MONTHS,
    RARE,
    TABLES,
    at_work,
    basis,
    burnt_in,
    digest,
    everything,
    housed_rows,
    let_pass,
    pick,
    running,
    strong,
)

SENIOR_TENANTS = {"tenure": "corporatie", "rooms": 1, "age": 40}
SEARCHERS = (int(Stage.WONINGZOEKEN), int(Stage.WONINGZOEKEN))
NO_MASK = np.uint64(0)


# who


@pytest.mark.parametrize("stages", [(0, 0), (1, 2), (0, 4)])
@pytest.mark.parametrize(
    "who",
    [
        {},
        {"age": 75},
        {"tenure": "koop", "rooms": 4},
        {"size": 1, "floor_area": 80},
        {"rooms": 2, "rooms_most": 3},
        {"tenure": "corporatie", "age": 18},
    ],
)
def test_a_target_group_is_who_meets_every_condition(who, stages):
    w = let_pass(at_work(burnt_in(), {"voorrang": strong("voorrang")}), 3).world
    one = load("voorrang", {"who": who}).who
    for mask in (NO_MASK, np.uint64(1)):
        found = target_rows(w.h, w.d, w.month, one, stages, mask)
        np.testing.assert_array_equal(found, twins.target(w.h, w.d, w.month, one, stages, mask))
    assert len(target_rows(w.h, w.d, w.month, one, (0, 4), NO_MASK)) > 0, "an empty group would show nothing"


@pytest.mark.parametrize("stages", [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (0, 4)])
@pytest.mark.parametrize("age", [18, 54, 55, 70])
def test_a_register_finds_the_same_households_also_when_some_have_stepped_on(age, stages):
    w = let_pass(burnt_in().copy(), 2).world
    one, register = load("voorrang", {"who": {"age": age, "tenure": "any", "rooms": 1}}).who, Register(w.h, w.month)
    for round_no in range(4):
        plain = target_rows(w.h, w.d, w.month, one, stages, NO_MASK)
        found = target_rows(w.h, w.d, w.month, one, stages, NO_MASK, among=register.among(w.h, age, stages))
        np.testing.assert_array_equal(found, plain)
        some = pick(round_no, "steps", len(w.h.stage), [True] + 9 * [False]) & (w.h.state == 1)
        w.h.stage[some] = pick(round_no, "stage", len(w.h.stage), [0, 1, 2, 3, 4])[some]


@pytest.mark.parametrize("age", [18, 54, 55, 70])
def test_a_register_finds_who_looks_also_when_some_have_stepped_on(age):
    w = let_pass(burnt_in().copy(), 2).world
    w.h.awake[pick(age, "awake", len(w.h.stage), [True] + 9 * [False])] = w.month
    one, register, stages = load("voorrang", {"who": {"age": age, "tenure": "any", "rooms": 1}}).who, Register(w.h, w.month), (0, 2)
    for round_no in range(4):
        looks = (w.h.stage == Stage.WONINGZOEKEN) | (w.h.awake == w.month)
        plain = target_rows(w.h, w.d, w.month, one, stages, NO_MASK)
        found = target_rows(w.h, w.d, w.month, one, stages, NO_MASK, among=register.among(w.h, age, stages, looking=True))
        np.testing.assert_array_equal(found[looks[found]], plain[looks[plain]])
        assert len(found) < len(plain), "everybody was asked"
        some = pick(round_no, "steps", len(w.h.stage), [True] + 9 * [False]) & (w.h.state == 1)
        w.h.stage[some] = pick(round_no, "stage", len(w.h.stage), [0, 1, 2, 3, 4])[some]


def test_a_run_without_a_register_is_the_same(monkeypatch):
    base, chosen = burnt_in(), everything()
    quick = run.run_scenario(base, chosen, tables=TABLES).tables
    monkeypatch.setattr("sim.interventions.at_work.Register", lambda h, at: None)
    slow = run.run_scenario(base, chosen, tables=TABLES).tables
    assert {name: digest(slow[name]) for name in TABLES} == {name: digest(quick[name]) for name in TABLES}


@pytest.mark.parametrize("chance", [0.0, 0.03, 0.5, 1.0])
def test_a_lot_draws_those_below_its_chance(chance):
    w, base = burnt_in().world, np.uint64(12345)
    everybody = target_rows(w.h, w.d, w.month, load("campagne", {}).who, (0, 4), NO_MASK)
    drawn = target_rows(w.h, w.d, w.month, load("campagne", {}).who, (0, 4), NO_MASK, Lot(base, chance))
    np.testing.assert_array_equal(drawn, everybody[uniform(base, w.h.id[everybody]) < chance])
    assert set(drawn) == set(everybody[Lot(base, chance).draws(w.h.id[everybody])]), "in the kernel as beside it"


@pytest.mark.parametrize("room", [0, 3, 40, 10000])
def test_a_coach_talks_to_those_who_were_drawn_first(room):
    under_way = at_work(burnt_in(), {"wooncoach_sociaal": {}})
    w, [coach] = under_way.world, under_way.at_work.running
    stages = (0, 0)
    rows = target_rows(w.h, w.d, w.month, coach.settings.who, stages, coach.mask)
    order = np.argsort(uniform(w.draws.base(Purpose.TALK, w.month, coach.key), w.h.id[rows]), kind="stable")
    np.testing.assert_array_equal(coach.settings._first(coach, w, stages, room), rows[order][:room])


@pytest.mark.parametrize("key", REGISTRY)
def test_an_instrument_reaches_nobody_outside_its_target_group(key):
    under_way = at_work(burnt_in(), {key: strong(key) | {"who": {"tenure": "corporatie", "age": 60, "rooms": 3, "rooms_most": 12}}})
    w = under_way.world
    reached = 0
    for _ in range(6):
        before = w.h.touched.copy()
        month.step(under_way)
        rows = np.flatnonzero((w.h.touched & ~before) != 0)
        rows = rows[w.h.moved_in[rows] < w.month - 1]
        home = w.h.home[rows]
        assert (w.d.tenure[home] == Tenure.CORPORATIE).all()
        assert (w.d.rooms[home] >= 3).all()
        assert (age_years(w.h.adult_birth[rows], w.month - 1).max(axis=1) >= 60).all()
        reached += len(rows)
    assert reached > 0 or key not in FOR_HOUSEHOLDS


def test_a_target_group_that_nobody_enters_is_an_error_that_says_what_to_do():
    with pytest.raises(run.Refusal) as caught:
        run.run_scenario(burnt_in(), {"voorrang": {"who": {"tenure": "corporatie", "rooms": 12}}})
    text = str(caught.value)
    assert "voorrang: nobody was in its target group in 12 months" in text
    assert "'rooms': 12" in text
    assert "voorrang.allow_empty: true" in text


@pytest.mark.parametrize("key", REGISTRY)
def test_every_instrument_that_works_for_nobody_is_such_an_error(key):
    with pytest.raises(run.Refusal, match=f"{key}: nobody was in its target group"):
        run.run_scenario(burnt_in(), {key: {"who": {"age": 100, "floor_area": 400, "size": 1}}}, tables=())


def test_a_target_group_that_is_there_but_was_not_reached_is_no_error():
    result = run.run_scenario(burnt_in(), {"seniorenwoningen": {"dur_build": 96}}, base=basis())
    assert result.reached == {"seniorenwoningen": 0}


# whether it does anything


@pytest.mark.parametrize("key", REGISTRY)
def test_every_instrument_changes_something_where_its_target_group_is(key):
    place, months = RARE.get(key, MIXED), 36 if key == "lokale_binding" else 24  # few new homes for sale are below its limit
    base = basis(place, months=months)
    tables = ("moves", "drift", "instruments", "attribution")
    result = run.run_scenario(burnt_in(place, months=months), {key: strong(key)}, base=base, tables=tables)
    assert result.reached[key] > 0
    own = ["instruments", "first_contact"]
    assert not result.tables["moves"].drop(columns=own).equals(base.tables["moves"].drop(columns=own))
    assert result.tables["drift"]["share_elsewhere"].max() > 0
    assert (result.tables["instruments"]["uses"] >= 0).all()
    has_users = REGISTRY[key].card.has_users
    assert (result.tables["instruments"]["uses"].sum() > 0) == has_users
    assert result.tables["attribution"]["decisive"].any() == has_users


@pytest.mark.parametrize("key", FOR_HOUSEHOLDS)
def test_first_contact_of_who_was_reached_is_that_of_the_instrument(key):
    w = let_pass(at_work(burnt_in(), {key: strong(key)}), 2).world
    rows = np.flatnonzero(w.h.touched != 0)
    assert len(rows) > 0
    assert set(w.h.first_contact[rows]) == {int(REGISTRY[key].card.contact)}
    assert (w.h.contact_month[rows] >= 0).all()
    others = (w.h.touched == 0) & (w.h.ever == 0)
    assert (w.h.first_contact[others] == Contact.NONE).all()


# how much


@pytest.mark.parametrize("strength", [1.0, 0.5])
@pytest.mark.parametrize("key", FOR_HOUSEHOLDS)
def test_capacity_is_households_per_month_and_fractions_are_carried_over(key, strength):
    under_way = at_work(burnt_in(), {key: strong(key) | {"capacity": 1.5}}, strength)
    reached = []
    for _ in range(MONTHS):
        month.step(under_way)
        reached.append(running(under_way, key).n_reached)
    whole = np.floor(1.5 * strength * np.arange(1, MONTHS + 1) + 1e-9)
    assert (np.array(reached) <= whole).all()
    assert reached[-1] >= whole[-1] - 2, "there are more than enough candidates"


def test_a_coach_who_brings_an_instrument_does_not_double_its_capacity():
    chosen = {
        "verhuiskostenvergoeding": strong("verhuiskostenvergoeding") | {"capacity": 2, "rel_known": 0.3},
        "wooncoach_sociaal": strong("wooncoach_sociaal") | {"toolbox": ["verhuiskostenvergoeding"]},
    }
    under_way = at_work(burnt_in(), chosen)
    for t in range(MONTHS):
        month.step(under_way)
        assert running(under_way, "verhuiskostenvergoeding").n_reached <= 2 * (t + 1)


def test_a_toolbox_makes_an_instrument_known_to_more_households():
    grant = strong("verhuiskostenvergoeding") | {"rel_known": 0.2}
    alone = let_pass(at_work(burnt_in(), {"verhuiskostenvergoeding": grant, "wooncoach_sociaal": strong("wooncoach_sociaal")}), 6)
    coach = strong("wooncoach_sociaal") | {"toolbox": ["verhuiskostenvergoeding"]}
    brought = let_pass(at_work(burnt_in(), {"verhuiskostenvergoeding": grant, "wooncoach_sociaal": coach}), 6)
    key = "verhuiskostenvergoeding"
    assert running(brought, key).n_reached > running(alone, key).n_reached


@pytest.mark.parametrize("fte", [0.25, 1.0, 2.5])
def test_talks_of_a_coach_are_posts_times_talks_per_post(fte):
    under_way = let_pass(at_work(burnt_in(), {"wooncoach_sociaal": strong("wooncoach_sociaal") | {"fte": fte, "n_talks": 120}}), MONTHS)
    assert running(under_way, "wooncoach_sociaal").n_reached == pytest.approx(fte * 120, abs=1)
    assert running(under_way, "wooncoach_sociaal").eur_spent == pytest.approx(fte * 90000)
    assert sum(row["contacts"] for row in under_way.at_work.ledger) == running(under_way, "wooncoach_sociaal").n_reached


def test_a_coach_by_the_number_of_seniors_costs_the_same_every_month():
    under_way = let_pass(at_work(burnt_in(), {"wooncoach_sociaal": {"fte_per_1000": 0.5}}), MONTHS)
    costs = [row["cost_eur"] for row in under_way.at_work.ledger]
    assert len(costs) == MONTHS
    assert np.allclose(costs, 0.5 * burnt_in().neighbours.seniors.sum() / 1000 * 90000 / 12)


def test_a_weaker_rule_holds_for_a_subset():
    reached = []
    for strength in (0.3, 0.7, 1.0):
        under_way = at_work(burnt_in(), {"voorrang": strong("voorrang")}, strength)
        month.step(under_way)
        reached.append(set(np.flatnonzero(under_way.world.h.touched).tolist()))
    assert reached[0] < reached[1] < reached[2]


def test_homes_are_built_at_the_rate_that_was_asked():
    under_way = at_work(burnt_in(), {"seniorenwoningen": {"n_per_1000": 10, "dur_build": 4, "eur_home": 12000}})
    w = under_way.world
    n = len(w.d.id)
    let_pass(under_way, 4)
    assert (w.d.state[n:] == DwellingState.PLANNED).all(), "nothing is delivered while they build"
    let_pass(under_way, MONTHS)
    asked = 10 * burnt_in().neighbours.seniors.sum() / 1000
    built = np.arange(n, len(w.d.id))
    assert (w.d.state[built] == DwellingState.IN_STOCK).all(), "what is planned stands before the run ends"
    assert len(built) == pytest.approx(asked, abs=2)
    assert (w.d.access[built] == Access.GESCHIKT).all()
    assert (w.d.made_by[built] == 1).all()
    assert running(under_way, "seniorenwoningen").eur_spent == 12000 * len(built)


# money


@pytest.mark.parametrize("budget", [4000, 25000, 60000])
@pytest.mark.parametrize("key", REGISTRY)
def test_a_budget_is_never_passed_and_the_ledger_adds_up(key, budget):
    settings = strong(key) | {"eur_budget": budget, "eur_fixed": 1200}
    if "eur_grant" in settings:
        settings["eur_grant"] = 1500
    under_way = at_work(burnt_in(), {key: settings})
    for _ in range(MONTHS + FOLLOW_UP):
        month.step(under_way)
        assert running(under_way, key).eur_spent <= budget + 1e-6
    rows = [row for row in under_way.at_work.ledger if row["instrument"] == key]
    assert sum(row["cost_eur"] for row in rows) == pytest.approx(running(under_way, key).eur_spent)
    assert running(under_way, key).eur_spent > 0


def test_a_grant_that_is_counted_on_is_reserved():
    under_way = at_work(
        burnt_in(), {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding") | {"eur_budget": 10000, "eur_grant": 2000}}
    )
    w = under_way.world
    for _ in range(MONTHS):
        month.step(under_way)
        counting = (w.h.touched != 0) & (w.h.state == 1) & np.isin(w.h.stage, (Stage.WONINGZOEKEN, Stage.VERHUIZEN))
        assert 2000 * (running(under_way, "verhuiskostenvergoeding").n_uses + int(counting.sum())) <= 10000


def test_a_grant_costs_what_was_promised_for_each_move_that_used_it():
    under_way = let_pass(at_work(burnt_in(), {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding")}), MONTHS)
    w = under_way.world
    one = running(under_way, "verhuiskostenvergoeding")
    k = int(w.counts[1])
    assert one.n_uses == int((w.m.instruments[:k] != 0).sum()) > 0
    assert one.eur_spent == 10000 * one.n_uses


def test_fixed_costs_are_paid_month_by_month():
    under_way = let_pass(at_work(burnt_in(), {"voorrang": strong("voorrang") | {"eur_fixed": 2400, "until": "2026-07"}}), MONTHS)
    assert running(under_way, "voorrang").eur_spent == pytest.approx(6 * 200)
    assert [row["month"] for row in under_way.at_work.ledger if row["cost_eur"]] == [0, 1, 2, 3, 4, 5]


def test_the_payer_stands_in_the_ledger():
    under_way = let_pass(at_work(burnt_in(), {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding") | {"payer": "provincie"}}), 6)
    assert {row["organisation"] for row in under_way.at_work.ledger} == {"provincie"}


# settings


def test_an_unknown_instrument_gets_the_nearest_name():
    with pytest.raises(Refusal, match=r"there is no instrument 'vorrang'; did you mean voorrang\?"):
        load("vorrang", {})


def test_an_unknown_setting_gets_the_nearest_name():
    with pytest.raises(Refusal, match=r"wooncoach_sociaal\.ftes does not exist; did you mean fte\?"):
        load("wooncoach_sociaal", {"ftes": 2})
    with pytest.raises(Refusal, match=r"voorrang\.who\.tenur does not exist; did you mean tenure\?"):
        load("voorrang", {"who": {"tenur": "koop"}})


def test_a_value_out_of_range_gets_range_and_unit():
    with pytest.raises(Refusal, match=r"wooncoach_sociaal\.fte=-1: .*greater than or equal to 0 \(full-time posts"):
        load("wooncoach_sociaal", {"fte": -1})
    with pytest.raises(Refusal, match=r"verhuiskostenvergoeding\.eur_grant=20000: .*less than or equal to 10000 \(euro per move"):
        load("verhuiskostenvergoeding", {"eur_grant": 20000})
    with pytest.raises(Refusal, match=r"voorrang\.who\.age=7: .*greater than or equal to 18 \(lowest age .*years"):
        load("voorrang", {"who": {"age": 7}})


@pytest.mark.parametrize("label", ["2026", "2026-13", "01-2026", "later"])
def test_a_month_is_written_year_first(label):
    with pytest.raises(Refusal, match=r"voorrang\.from.*write YYYY-MM"):
        load("voorrang", {"from": label})


@pytest.mark.parametrize(("strength", "message"), [(-0.5, "out of range, 0 to 1"), (2.0, "holds for all at 1")])
def test_a_strength_that_means_nothing_is_refused(strength, message):
    with pytest.raises(Refusal, match=f"voorrang: strength=.*{message}"):
        run.run_scenario(burnt_in(), {"voorrang": strong("voorrang")}, strength=strength)


def test_a_strength_above_one_multiplies_a_dose():
    once, twice = (let_pass(at_work(burnt_in(), {"wooncoach_sociaal": {"fte": 0.5}}, strength), 6) for strength in (1.0, 2.0))
    assert running(twice, "wooncoach_sociaal").n_reached == pytest.approx(2 * running(once, "wooncoach_sociaal").n_reached, abs=2)


@pytest.mark.parametrize("more", [0, 1])
def test_as_many_instruments_fit_as_there_are_bits_and_no_more(more, monkeypatch):
    monkeypatch.setattr("sim.interventions.MAX_INSTRUMENTS", 2)
    chosen = {key: strong(key) for key in FOR_HOUSEHOLDS[: 2 + more]}
    if more:
        with pytest.raises(Refusal, match="3 instruments in one scenario; at most 2 fit"):
            at_work(burnt_in(), chosen)
    else:
        assert at_work(burnt_in(), chosen).at_work.keys == tuple(chosen)


@every("key", REGISTRY)
def test_every_instrument_says_what_it_is(key):
    cls = REGISTRY[key]
    assert cls.card.key == key
    for text in (cls.card.category, cls.card.sector, cls.card.indicator, cls.card.source):
        assert text.strip()
    assert set(cls.card.stages) <= {stage.name.lower() for stage in Stage}
    assert cls.card.stages and cls.card.payers and cls.card.levers_used
    assert all(field.description or name in ("who", "payer", "kind", "variant") for name, field in cls.model_fields.items())


def test_instruments_that_work_together_are_all_counted():
    under_way = let_pass(at_work(burnt_in(MIXED), everything()), MONTHS)
    counted = {row["instrument"] for row in under_way.at_work.ledger}
    assert set(REGISTRY) - set(RARE) <= counted <= set(REGISTRY)
    assert len(housed_rows(under_way.world)) > 0


@every("key", sorted(REGISTRY))
def test_one_label_of_who_leaves_the_others_as_the_instrument_has_them(key) -> None:
    own = load(key, {}).who
    changed = load(key, {"who": {"age": 77}}).who
    assert changed == own.model_copy(update={"age": 77})


NARROWED = sorted(key for key, cls in REGISTRY.items() if cls.target_group is not Instrument.target_group and cls().can_be_brought())


def with_toolbox(keys, **limits):
    """A coach who brings along all of ``keys``, which nobody reaches otherwise than through it or their own asking."""
    return {"wooncoach_sociaal": strong("wooncoach_sociaal") | {"toolbox": list(keys)}, **{key: strong(key) | limits for key in keys}}


def test_a_coach_brings_along_only_who_is_in_the_target_group():
    assert NARROWED, "some ask more than who can say"
    under_way = at_work(burnt_in(), with_toolbox(NARROWED))
    w, common = under_way.world, under_way.at_work
    for _ in range(4):
        let_pass(under_way, 1)
        before = w.h.touched.copy()
        for one in common.running:
            allowed = one.settings.target_group(common, w, (0, len(Stage) - 1), NO_MASK)
            coach = running(under_way, "wooncoach_sociaal")
            if one.key in NARROWED and coach.works(w.month):
                one.n_room = len(w.h.id)
                coach.bring(one, w)
                brought = np.flatnonzero((w.h.touched & ~before & one.mask) != 0)
                assert np.isin(brought, allowed).all(), one.key


def test_who_is_brought_along_is_served_from_the_room_of_the_month_whatever_the_keys():
    coach, late = "wooncoach_sociaal", "woonevenement"
    assert coach < late, "the coach acts before it"
    chosen = {coach: strong(coach) | {"toolbox": [late]}, late: {"capacity": 5, "who": {"tenure": "corporatie"}}}
    under_way = at_work(burnt_in(), chosen)
    one, reached = running(under_way, late), []
    for _ in range(6):
        one.n_room = 10**6  # as if much was left of the month before
        reached.append(one.n_reached)
        let_pass(under_way, 1)
    assert one.n_reached > 0 and max(np.diff(reached)) <= 5


def test_whom_a_limit_left_out_waits_once_a_month_though_a_coach_asks_again():
    coach, asked = "wooncoach_sociaal", "verhuiskostenvergoeding"
    assert asked < coach, "who is left out is left out before the coach asks"
    for limit in ({"capacity": 1}, {"capacity": 1, "eur_budget": 9000}, {"eur_budget": 9000}):
        under_way = at_work(burnt_in(), with_toolbox([asked], **limit))
        one, w = running(under_way, asked), under_way.world
        for _ in range(8):
            let_pass(under_way, 1)
            assert len(np.unique(one.left_out)) == one.month.waiting >= one.month.no_money
            assert not (w.h.touched[one.left_out] & one.mask).any()
    assert sum(row["waiting"] for row in under_way.at_work.ledger if row["instrument"] == asked) > 0


@pytest.mark.parametrize(
    ("key", "settings", "said"),
    [
        (
            "wooncoach_sociaal",
            {"toolbox": ["voorang"]},
            "wooncoach_sociaal brings along 'voorang', and there is no such instrument.*voorrang",
        ),
        ("interventie_x", {"from_stage": "woningzoeken", "to_stage": "woonwens"}, "it would reach nobody"),
        ("optoppen", {"rel_koop": 0.4}, "optoppen: rel_corporatie=1 and rel_koop=0.4 are more than all homes"),
        ("kangoeroewoning", {"floor_area_unit": 100, "floor_area_plot": 75}, "nothing is left of the home that is split"),
    ],
)
def test_settings_that_cannot_work_together_are_refused_by_name(key, settings, said):
    with pytest.raises(Refusal, match=said):
        load(key, settings)


@pytest.mark.parametrize(("amount", "months"), [(0.1, 120), (0.3, 30), (0.7, 80), (1.2, 50)])
def test_what_is_carried_over_comes_to_the_whole_of_what_was_given(amount, months):
    carry = Carry()
    assert sum(carry.whole(amount) for _ in range(months)) == round(amount * months)
