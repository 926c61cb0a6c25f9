"""A scenario comes on top of what a place does already: every scenario and instrument, beside every list that there is."""

from __future__ import annotations

import functools
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.costs import beyond_basis
from experiments import attribute
from experiments.list import scenarios as listing
from experiments.runs import runner
from experiments.runs.plan import make_plan, of_place
from experiments.schema import Attribute, Compare, Listing, check
from sim import interventions, run
from sim.approach import beforehand, done_already, rules, scenarios
from sim.counts.invariants import violations
from sim.interventions import REGISTRY, card_of, class_of
from sim.model import HousingModel
from sim.world import places
from sim.world.errors import Refusal
from sim.world.names import THERE, other_of
from tests.fake_world import DEFAULTS
from tests.worlds import EMPTY_GROUP, LAWFUL, TABLES, at_work, burnt_in, digest, let_pass, running, strong

STARTS = ("2022-06", "2026-01")
LISTS = {place: start for start in STARTS for place in done_already.read() if done_already.in_force(place, start)}
MONTHS, AFTER = 6, 2
COACH = "wooncoach_sociaal"
PULLS = {"interventie_x": {"pulls": {"trouble": 0.1}}}  # an own instrument says what it pulls


def there(place):
    """What is done in a place, without its dates (the small world begins in another year)."""
    now = done_already.in_force(place, LISTS[place])
    return {key: {name: value for name, value in one.items() if name not in ("from", "until")} for key, one in now.items()}


@functools.cache
def base_of(place):
    return run.run_scenario(burnt_in(), there(place), months=MONTHS, follow_up=AFTER)


@functools.cache
def bytes_of_base(place, name):
    return digest(base_of(place).tables[name])


READ = (*TABLES, "instruments", "attribution", "drift")


def beside(place, added, steps=(), **more):
    chosen, base = {**there(place), **added}, base_of(place)
    return run.run_scenario(burnt_in(), chosen, base=base, months=MONTHS, follow_up=AFTER, rules=steps, tables=READ, **more)


def ended(chosen, months=1, **more):
    return let_pass(at_work(burnt_in(), chosen, **more), months)


def plan_of(place, names, **more):
    return make_plan(
        check(Compare, DEFAULTS | {"municipality": place, "scenarios": list(names), "start": LISTS.get(place, "2026-01")} | more)
    )


def assert_is_basis(place, result):
    for name in (*TABLES, "instruments", "attribution"):
        assert digest(result.tables[name]) == bytes_of_base(place, name), f"{name} differs from basis"
    assert (result.tables["drift"]["share_elsewhere"] == 0).all()


def test_every_list_is_here_and_does_something():
    assert len(LISTS) >= 5 and {COACH, "voorrang"} <= {other_of(key) for place in LISTS for key in there(place)}
    for place in LISTS:
        assert len(base_of(place).tables["instruments"]) > 0 or "who" in str(there(place)), place
    assert base_of("ooststellingwerf").reached["al_" + COACH] > 0


NAMES = sorted({*scenarios.names(), *REGISTRY} - {done_already.WITHOUT})
ONE_EACH = [(name, [*LISTS][k % len(LISTS)]) for k, name in enumerate(NAMES)]  # by turns; the other pairs take minutes
OTHERS = [(name, place) for name in NAMES for place in LISTS if (name, place) not in ONE_EACH]


@pytest.mark.parametrize(("name", "place"), [*ONE_EACH, *(pytest.param(*one, marks=pytest.mark.long) for one in OTHERS)])
def test_at_strength_0_every_scenario_and_instrument_is_basis_to_the_byte(name, place):
    found = scenarios.load(name) if name != scenarios.OWN else scenarios.Scenario.model_validate(
        {"title": {"nl": "x", "en": "x"}, "instruments": {name: strong(name)}}
    )  # fmt: skip
    assert not found.stops, "what stops something is not basis at strength 0: test it apart"
    steps = [one.model_dump(mode="json", exclude_none=True) | {"when": {"after": 1}} for one in found.rules]  # each fires
    assert_is_basis(place, beside(place, found.instruments, steps, strength=0.0))


@pytest.mark.parametrize("place", [place for place, start in LISTS.items() if start == "2026-01"])
def test_the_plan_of_every_scenario_holds_all_that_is_done_and_its_own_beside_it(place):
    plan = plan_of(place, (scenarios.EACH, *scenarios.names()), instruments=PULLS, burn_in=12, months=60)
    now = plan.contents["basis"]
    assert now == of_place(now) and all(key.startswith(THERE) for key in now)
    for name, held in plan.contents.items():
        if name != done_already.WITHOUT:
            assert of_place(held) == now and plan.stops(name) == [], name
            assert {key for key in held if not key.startswith(THERE)} == (
                scenarios.load(name).instruments.keys() if name != "placebo" else set()
            )
    assert plan.stops(done_already.WITHOUT) == sorted(now)


KOFFIE = "interventie_koffie"


@pytest.mark.parametrize("key", [*REGISTRY, KOFFIE])
def test_what_is_there_is_an_instrument_of_its_own_that_comes_first(key):
    base = "interventie_x" if key == KOFFIE else key
    one = interventions.load(THERE + key, strong(base))
    assert isinstance(one, REGISTRY[base]) and one.key == THERE + key and "(wat er al is)" in card_of(one.key).title["nl"]
    again = pickle.loads(pickle.dumps(one))
    assert again == one and type(again) is type(one) is class_of(THERE + key)
    assert max(THERE + other for other in REGISTRY) < min(REGISTRY), "what is there acts first"
    assert class_of(THERE + THERE + key) is None and class_of(THERE + "nothing") is None


def test_a_world_and_the_jobs_of_a_place_that_does_one_of_its_own_already_survive_pickling(monkeypatch):
    entry = {"key": KOFFIE, "from": "2020-01", "settings": PULLS["interventie_x"], "source": "of a test"}
    listed = done_already.Listed.model_validate({"note": "of a test", "instruments": [entry]})
    monkeypatch.setattr(done_already, "read", lambda: {"vlieland": listed})
    plan = plan_of("vlieland", ("voorrang",), seeds=1)
    assert KOFFIE in {other_of(key) for key in plan.contents["basis"]}
    jobs = runner.seed_jobs(plan, [0], Path("out"))
    assert pickle.loads(pickle.dumps(jobs)) == jobs
    one = HousingModel("vlieland", "voorrang", seed=1, months=4, burn_in=2, follow_up=0).run(1)
    assert THERE + KOFFIE in one.state.at_work.keys
    again = pickle.loads(pickle.dumps(one))
    assert again.run().state.fingerprint == one.run().state.fingerprint


def lawful(key):
    """As ``strong``; of a share that the law limits so little that what is there and what is added keep it together."""
    share = LAWFUL.get(key, {}).get("rel_labelled")
    return strong(key) | ({} if share is None else {"rel_labelled": share / 2.2})


@pytest.mark.parametrize("key", REGISTRY)
def test_nobody_is_reached_twice_and_what_is_there_goes_first(key):
    """In the first month all is as in basis for what is there; after that nobody carries both, unless each labels homes."""
    both = ended({THERE + key: lawful(key) | {"already": True}, key: lawful(key)})
    alone = ended({THERE + key: lawful(key) | {"already": True}})
    bits, mine = (running(both, THERE + key), running(both, key)), running(alone)
    at = slice(0, len(alone.world.h.touched))
    first = (both.world.h.ever[at] & bits[0].mask) != 0
    if not REGISTRY[key].card.dosed:
        assert (first == ((alone.world.h.ever[at] & mine.mask) != 0)).all()
    let_pass(both, 3)
    assert bits[0].n_reached > 0 or not card_of(key).for_households, "somebody is reached by what is there"
    if bits[0].settings.once:
        touched = both.world.h.touched
        assert not (((touched & bits[0].mask) != 0) & ((touched & bits[1].mask) != 0)).any()


@pytest.mark.parametrize("half", (0, 1))
def test_nothing_is_broken_where_everything_is_there_and_added(half):
    keys = sorted(REGISTRY)[half::2]
    chosen = {THERE + key: lawful(key) | {"already": True} for key in keys} | {key: lawful(key) for key in keys}
    one = at_work(burnt_in(debug=True), chosen)
    for _ in range(MONTHS):
        let_pass(one, 1)
        assert violations(one.world, one.at_start, one.at_work) == []


LIMITED = [key for key in REGISTRY if key not in ("passendheidsnorm", "woonbehoefteonderzoek", "woningruil")]
ONE_A_MONTH = ("renovatie", "sloop")  # one complex, whatever the capacity


@pytest.mark.parametrize("key", LIMITED)
def test_capacities_add_up(key):
    """One a month there and two added reach as many in a month as three would, where three find somebody."""
    settings = lawful(key)
    sums = [
        {one.key: one.n_reached for one in ended(chosen).at_work.running}
        for chosen in (
            {THERE + key: settings | {"capacity": 1, "already": True}, key: settings | {"capacity": 2}},
            {key: settings | {"capacity": 3}},
        )
    ]
    assert (sums[1][key] == 3) == (key not in ONE_A_MONTH), "there are three to be found"
    if key not in ONE_A_MONTH:
        assert sums[0] == {THERE + key: 1, key: 2}
    assert sum(sums[0].values()) >= sum(sums[1].values()), "two find no fewer than one"


def test_posts_add_up_and_strength_multiplies_what_is_added_alone():
    def talks(chosen, **more):
        rows = pd.DataFrame(ended(chosen, 3, **more).at_work.ledger)
        return rows.groupby("instrument")[["contacts", "cost_eur"]].sum()

    two = talks({COACH: {"fte": 2}}).sum()
    for strength in (0.0, 0.5, 1.0, 3.0):
        found = talks({THERE + COACH: {"fte": 1, "already": True}, COACH: {"fte": 1}}, strength=strength)
        alone = talks({COACH: {"fte": strength}}) if strength else None
        assert found.loc[THERE + COACH].tolist() == talks({THERE + COACH: {"fte": 1, "already": True}}).iloc[0].tolist()
        assert found.drop(THERE + COACH).to_numpy().tolist() == ([] if alone is None else alone.to_numpy().tolist())
        if strength == 1:
            assert found.sum()["cost_eur"] == pytest.approx(two["cost_eur"]) and abs(found.sum()["contacts"] - two["contacts"]) <= 1


def test_homes_add_up_and_are_not_the_same_homes():
    chosen = {"n_per_1000": 50.0, "dur_build": 0}
    one = ended({"al_seniorenwoningen": chosen | {"already": True}, "seniorenwoningen": chosen}, 3)
    n = [there.n_reached for there in one.at_work.running]
    assert n[0] == n[1] > 0 and len(np.unique(one.world.d.id)) == len(one.world.d.id)
    double = ended({"seniorenwoningen": {**chosen, "n_per_1000": 50.0}}, 3, strength=2.0)
    assert abs(sum(n) - running(double).n_reached) <= 1


def test_two_campaigns_reach_the_union():
    settings = {"rel_reached": 0.5, "who": {"age": 40}}
    one = ended({"al_campagne": settings | {"already": True}, "campagne": settings})
    first, second = (there.n_reached for there in one.at_work.running)
    whole = running(ended({"campagne": settings | {"rel_reached": 1.0}})).n_reached
    assert (first + second) / whole == pytest.approx(0.75, abs=0.05) and first == pytest.approx(2 * second, rel=0.15)


def test_a_coach_for_others_takes_nobody_from_the_one_that_is_there():
    now = {THERE + COACH: {"fte": 1, "already": True, "who": {"tenure": "corporatie"}}}
    base, both = ended(now), ended({**now, COACH: {"fte": 5, "who": {"tenure": "koop"}}})
    assert base.at_work.talks[0][0].tolist() == both.at_work.talks[0][0].tolist() and len(both.at_work.talks[1][0]) > 0


def allowed(key: str, settings: dict[str, float]) -> bool:
    """Whether an instrument may be so."""
    try:
        return bool(interventions.load(key, settings))
    except Refusal:
        return False


LABELS = {key: cls.share_of_homes for key, cls in REGISTRY.items() if cls.share_of_homes}
LIMITED = [key for key, share in LABELS.items() if not allowed(key, {share: 1.0})]  # by a law
assert LIMITED


@pytest.mark.parametrize("key", LIMITED)
def test_a_law_holds_for_both_together_in_the_months_in_which_both_work(key):
    name = LABELS[key]
    most = next(share / 100 for share in range(100, 0, -1) if allowed(key, {name: share / 100}))

    def chosen(share, there=None, added=None):
        return {THERE + key: {name: 0.6 * most, "already": True} | (there or {}), key: {name: share} | (added or {})}

    assert len(at_work(burnt_in(), chosen(0.1 * most)).at_work.running) == 2
    term = beforehand.Term(places.resolve("rozendaal"), "2026-01", 12, 12)
    doors = (
        lambda given: at_work(burnt_in(), given),
        lambda given: beforehand.check({name: interventions.load(name, one) for name, one in given.items()}, [], term),
    )
    for door in doors:
        for dates in ((), ({"until": "2026-06"}, {"from": "2026-05"}), ({"from": "2026-05"}, {"until": "2026-06"})):
            with pytest.raises(Refusal, match=rf"^{key} beside al_{key}, together 0\.\d+ of the homes: {key}: "):
                door(chosen(0.6 * most, *dates))
        for dates in (({"until": "2026-05"}, {"from": "2026-05"}), ({"from": "2026-05"}, {"until": "2026-05"})):
            door(chosen(0.6 * most, *dates))


def write(folder, text, name="mine"):
    (folder / f"{name}.yaml").write_text("title: {nl: Eigen, en: Own}\n" + text, encoding="utf-8")
    return str(folder)


def test_a_scenario_that_stops_what_is_there_says_so_everywhere(tmp_path):
    folder = write(tmp_path, "stops: [al_voorrang]\ninstruments: {voorrang: {who: {age: 65}}, brieven: {}}\n")
    plan = plan_of("amersfoort", ("mine",), scenario_dir=folder)
    assert plan.contents["mine"].keys() == {"voorrang", "brieven"} and plan.stops("mine") == ["al_voorrang"] and plan.stops("basis") == []
    [row] = [row for row in listing(Listing(what="scenarios", scenario_dir=folder)) if row["key"] == "mine"]
    assert row["stops"] == "al_voorrang"
    shared = {key: value for key, value in DEFAULTS.items() if key not in ("scenarios", "ledger")}
    with pytest.raises(Refusal, match="scenario=mine stops al_voorrang, which no instrument contributes"):
        attribute.prepare(check(Attribute, shared | {"municipality": "amersfoort", "scenario": "mine", "scenario_dir": folder}))


RULE = "rules: [{when: {after: 3}, do: %s}]\n"
STOP_AND_ADD = "rules: [{when: {after: 3}, do: {stop: [al_brieven]}}, {when: {after: 6}, do: {add: {al_brieven: {}}}}]\n"
REFUSED = {
    "stops: [al_wooncoach_sociaal]\n": "scenario mine: stops: al_wooncoach_sociaal is not done in amersfoort .*it does al_voorrang",
    "stops: [voorrang]\n": "mine.yaml, line 2, column .*voorrang is no name of what a place does already; write al_voorrang",
    "stops: [al_voorang]\n": "mine.yaml, line 2, column .*al_voorang is no name of what a place does",
    "stops: [al_voorrang, al_voorrang]\n": "mine.yaml, line 2, .*stands there twice",
    "instruments: {al_voorrang: {rank: 2}}\n": r"mine.yaml, .*is what a place does already.*write voorrang.*stops: \[al_voorrang\]",
    RULE % "{add: {al_brieven: {}}}": "mine.yaml, .*al_brieven from the start, and no rule stops it",
    RULE % "{stop: [al_brieven]}": "scenario mine: rule 1: do.stop: al_brieven never runs",
    RULE % "{scale: {al_voorrang: 2}}": "scenario mine: rule 1: do.scale: al_voorrang: strength=2 is out of",
    STOP_AND_ADD: "scenario mine: rule 2: do.add.al_brieven is what a place does already, and this one does not",
}


@pytest.mark.parametrize(("text", "words"), REFUSED.items())
def test_what_cannot_be_stopped_or_named_is_refused_with_the_way_out(tmp_path, text, words):
    with pytest.raises(Refusal, match=words):
        plan_of("amersfoort", ("mine",), scenario_dir=write(tmp_path, text))


def test_a_rule_that_halves_what_is_there_does_so_at_any_strength(tmp_path):
    folder = write(tmp_path, RULE % "{scale: {al_voorrang: 0.5}}")
    assert plan_of("amersfoort", ("mine",), scenario_dir=folder, strength=3).rules["mine"][0]["do"]["scale"] == {"al_voorrang": 0.5}


def test_no_setting_of_the_command_and_no_model_changes_what_is_there():
    with pytest.raises(Refusal, match=r"instruments\.al_voorrang is what a place does already"):
        plan_of("amersfoort", ("voorrang",), instruments={"al_voorrang": {"rank": 2}})
    with pytest.raises(Refusal, match=r"instruments\.voorrang is set, and no chosen scenario adds voorrang; .*amersfoort.*al_voorrang"):
        plan_of("amersfoort", ("brieven",), instruments={"voorrang": {"rank": 2}})
    with pytest.raises(Refusal, match=r"interventions\.al_voorrang is what a place does already"):
        HousingModel("schiermonnikoog", seed=1, months=1, burn_in=0, interventions={"al_voorrang": {}})


@pytest.mark.parametrize("strength", (0.0, 1.0))
def test_rules_add_on_top_stop_scale_and_take_up_again_what_is_there(strength):
    now = {THERE + COACH: {"fte": 2, "already": True}}
    steps = [
        {"when": {"after": 1}, "do": {"add": {COACH: {"fte": 2}}}},
        {"when": {"after": 3}, "do": {"scale": {THERE + COACH: 0.5}}},
        {"when": {"after": 6}, "do": {"stop": [THERE + COACH]}},
        {"when": {"after": 9}, "do": {"add": {THERE + COACH: {}}}},
    ]
    one = burnt_in().copy()
    one.equip({key: interventions.load(key, settings) for key, settings in now.items()}, rules.read(steps), strength)
    let_pass(one, 11)
    spent = pd.DataFrame(one.at_work.ledger).pivot_table(index="month", columns="instrument", values="cost_eur", aggfunc="sum")
    posts = (spent / (90000 / 12)).reindex(range(11)).fillna(0.0)
    assert posts[THERE + COACH].tolist() == [2, 2, 2, 1, 1, 1, 0, 0, 0, 1, 1]
    added = posts[COACH].tolist() if COACH in posts else [0.0] * 11
    assert added == [0.0] * 3 + [2.0 * strength] * 8


def test_money_and_uses_of_a_scenario_are_those_beyond_basis():
    names = ["seed", "month", "instrument", "organisation", "uses", "cost_eur"]

    def ledger_of(**by_scenario):
        return pd.concat([pd.DataFrame(rows, columns=names).assign(scenario=name) for name, rows in by_scenario.items()])

    now = [(0, 0, "al_a", "gemeente", 3, 0.1), (0, 1, "al_a", "gemeente", 1, 0.2)]
    stopped, more, own = (0, 1, "al_b", "provincie", 0, 5.0), (0, 4, "al_a", "gemeente", 2, 7.0), (0, 1, "a", "gemeente", 1, 9.0)
    ledger = ledger_of(basis=[*now, stopped], mine=[*now, more, own], same=[*now, stopped])
    found = beyond_basis(ledger, ["mine", "same"], ["al_a", "al_b"])
    rows = {name: {*part[names].itertuples(index=False, name=None)} for name, part in found.groupby("scenario")}
    assert rows == {"basis": {*now, stopped}, "mine": {more, own, (0, 1, "al_b", "provincie", 0, -5.0)}}
    assert beyond_basis(ledger, [], []).equals(ledger)


def test_an_empty_group_of_what_is_added_is_an_error_beside_what_is_there():
    with pytest.raises(Refusal, match=r"^voorrang: nobody was in its target group"):
        beside("amersfoort", {"voorrang": EMPTY_GROUP | {"allow_empty": False}})
