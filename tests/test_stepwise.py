"""Rules at work: each condition on months made by hand, and worlds that stay byte for byte what they were until a rule fires."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments import store
from sim import interventions, month, rules, run, stepwise
from sim.codes import Obstacle, Stage
from sim.interventions import REGISTRY
from sim.invariants import violations
from sim.stepwise import Approach, Fired, count_year, within
from tests.worlds import FOLLOW_UP, MIXED, MONTHS, TABLES, burnt_in, everything, let_pass, strong

AT_WORK = {"voorrang": 0, "wooncoach_sociaal": 0}


def one_rule(when: dict[str, Any], do: dict[str, Any] | None = None, **more: Any) -> rules.Rule:
    return rules.read([{"when": when, "do": do or {"stop": ["voorrang"]}, **more}])[0]


def approach(*steps: rules.Rule, n: int = 100, n_months: int = 120) -> Approach:
    return Approach(tuple(steps), n_months, dict(AT_WORK), np.zeros(n, np.uint8), np.full(n, -1, np.int8))


def at(t: int, year_before: dict[str, float] | None = None, ledger: list[dict[str, Any]] | None = None) -> Any:
    """As much of a world as a condition reads."""
    return SimpleNamespace(month=t, year_before=year_before or {}, records={"instruments": ledger or []})


# conditions


@pytest.mark.parametrize(("now", "before", "holds"), [(104, 100, True), (105, 100, False), (90, 100, True), (4, 0, False)])
def test_a_change_is_that_against_the_year_before_the_start(now, before, holds):
    rule = one_rule({"after": 24, "indicator": "senior_moves", "change": {"below": 0.05}})
    world = at(24, {"senior_moves": before})
    assert approach(rule).holds(rule, world, {"senior_moves": now}) is holds
    assert not approach(rule).holds(rule, at(21, {"senior_moves": before}), {"senior_moves": now}), "not before its time"


@pytest.mark.parametrize(("vacant", "holds"), [(31, True), (30, False), (29, False)])
def test_a_level_may_be_a_share_of_another_count(vacant, holds):
    rule = one_rule({"after": 12, "indicator": "vacant", "share_of": "dwellings", "above": 0.03})
    assert approach(rule).holds(rule, at(12), {"vacant": vacant, "dwellings": 1000}) is holds


def test_a_change_of_a_share_compares_shares():
    rule = one_rule({"after": 12, "indicator": "senior_moves", "share_of": "seniors", "change": {"above": 0.1}})
    world = at(12, {"senior_moves": 50, "seniors": 1000})
    assert not approach(rule).holds(rule, world, {"senior_moves": 60, "seniors": 1200})
    assert approach(rule).holds(rule, world, {"senior_moves": 60, "seniors": 1000})


def test_what_could_not_be_counted_fires_nothing():
    for above, below in ((None, 1.0), (-1.0, None)):
        assert not within(float("nan"), above, below)
    rule = one_rule({"after": 12, "indicator": "waiting_months", "below": 100})
    assert not approach(rule).holds(rule, at(12), {})
    assert within(2, 1, 3) and not within(3, 1, 3) and not within(1, 1, 3)


def test_the_ledger_is_counted_over_the_last_twelve_months_of_work():
    rule = one_rule({"instrument": "voorrang", "count": "uses", "below": 10})
    ledger = [{"instrument": "voorrang", "month": t, "uses": 1} for t in range(24)]
    ledger += [{"instrument": "wooncoach_sociaal", "month": 20, "uses": 99}]
    some = approach(rule)
    assert not some.holds(rule, at(24, ledger=ledger), {}), "twelve are not below ten"
    assert some.holds(rule, at(27, ledger=ledger), {}), "nine are left in the last twelve months"
    assert not some.holds(rule, at(9, ledger=ledger[:9]), {}), "it has not worked for twelve months"
    some.at_work["voorrang"] = 18
    assert not some.holds(rule, at(27, ledger=ledger), {})
    assert some.holds(rule, at(30, ledger=ledger), {})


def test_talks_are_shares_of_those_talked_to():
    wish = one_rule({"talks": {"wish": "woonwens", "share_above": 0.4}})
    money = one_rule({"talks": {"obstacle": "too_expensive", "share_above": 0.25, "at_least": 10}})
    some = approach(wish, money)

    def share(**asked: str) -> float:
        return some.share(rules.Talks(**asked, share_above=0, at_least=1))

    rows = np.arange(10)
    some.hear_talks(rows, np.array([Stage.WOONWENS] * 6 + [Stage.HUIDIGE_WONING] * 4, np.uint8))
    assert not some.holds(wish, at(3), {}), "ten are fewer than the twenty that a share needs"
    some.hear_talks(rows + 5, np.array([Stage.WONINGZOEKEN] * 10, np.uint8))
    assert share(wish="woonwens") == pytest.approx(6 / 15), "the first talk says what was wished"
    assert share(wish="woningzoeken") == pytest.approx(5 / 15)
    dear, other = int(Obstacle.TOO_EXPENSIVE), int(Obstacle.OUTRANKED)
    some.hear_obstacles(np.array([0, 1, 2, 50, 51]), np.array([dear, dear, -1, dear, dear], np.int8))
    assert share(obstacle="too_expensive") == pytest.approx(2 / 15), "only who was talked to tells it, and only what stopped it"
    some.hear_obstacles(np.array([1, 3, 4, 5]), np.array([other, dear, dear, dear], np.int8))
    assert share(obstacle="too_expensive") == pytest.approx(4 / 15), "the last obstacle counts"
    assert some.holds(money, at(3), {})
    assert share(obstacle="too_expensive", of="searching") == pytest.approx(4 / 5)
    assert np.isnan(some.share(rules.Talks(obstacle="refused", of="searching", share_above=0, at_least=6)))


def test_a_log_that_no_rule_asks_for_is_not_kept():
    some = approach(one_rule({"after": 3}), n=0)
    some.hear_talks(np.arange(3), np.zeros(3, np.uint8))
    some.hear_obstacles(np.arange(3), np.zeros(3, np.int8))
    assert len(some.talked) == 0


# what is counted


def test_a_year_counts_what_the_tables_say():
    w = burnt_in().copy()
    stepwise.equip(w, {}, [])
    let_pass(w, MONTHS)
    year = count_year(w)
    assert set(year) == set(rules.READABLE)
    table = run.make_tables(let_pass(w, FOLLOW_UP), MONTHS, [], ("summary",))["summary"]
    table = table[(table["group_by"] == "all") & (table["months_to"] == MONTHS)].set_index("indicator")["value"]
    months = w.records["months"][:MONTHS]
    for key, value in year.items():
        wanted = table[key] if key in table.index else np.mean([row[key] for row in months])
        assert value == pytest.approx(float(wanted), nan_ok=True), key


def test_the_year_before_the_start_is_counted_in_the_burn_in():
    long = run.burn_in("vlieland", 1, 6, 14, 2)
    assert set(long.year_before) == set(rules.READABLE) and long.year_before["moves"] > 0
    assert long.year_before["dwellings"] == pytest.approx((long.d.state == 1).sum(), rel=0.02)
    assert burnt_in().year_before == {}, "a burn-in of half a year has no such year"
    rule = one_rule({"after": 12, "indicator": "moves", "change": {"below": 2}}, {"add": {"voorrang": {}}})
    with pytest.raises(rules.RuleError, match=r"rule 1: when\.change .* let burn_in be 12 or more, not 6"):
        stepwise.equip(burnt_in().copy(), {}, [rule])


# worlds


def at_rules(chosen: dict[str, dict[str, Any]], steps: list[dict[str, Any]], strength: float = 1.0, months: int = MONTHS) -> Any:
    w = burnt_in(months=months).copy()
    held = {key: interventions.load(key, settings) for key, settings in chosen.items()}
    stepwise.equip(w, held, rules.read(steps), strength)
    return w


def running(w, key):
    return next(one for one in w.instruments if one.key == key)


def same(a: run.Result, b: run.Result, names=(*TABLES, "instruments", "attribution")) -> None:
    for name in names:
        one, two = (store.content_digest(store.to_arrow(name, frame)) for frame in (a.tables[name], b.tables[name]))
        assert one == two, name


@pytest.mark.parametrize("chosen", [{}, {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding")}, everything()], ids=len)
def test_a_rule_that_never_fires_changes_nothing(chosen):
    rest = {key: strong(key) for key in REGISTRY if key not in chosen}
    steps = [{"when": {"after": 500}, "do": {"add": {key: settings}}} for key, settings in rest.items()]
    heard = {"talks": {"wish": "woonwens", "share_above": 1, "at_least": 10**6}}
    steps += [{"when": heard, "do": {"stop": list(chosen)}}] if chosen else []
    with_rules = run.run_scenario(burnt_in(), chosen, rules=steps)
    assert with_rules.fired == []
    same(with_rules, run.run_scenario(burnt_in(), chosen))
    assert all(with_rules.reached[key] == 0 for key in rest)


@pytest.mark.parametrize(
    "deed",
    [
        {"add": {key: strong(key) for key in REGISTRY if key != "verhuiskostenvergoeding"}},
        {"stop": ["verhuiskostenvergoeding"]},
        {"scale": {"verhuiskostenvergoeding": 0.4}},
    ],
    ids=lambda deed: next(iter(deed)),
)
def test_until_a_rule_fires_the_run_is_the_run_without_it(deed):
    chosen = {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding")}
    plain, steered = at_rules(chosen, []), at_rules(chosen, [{"when": {"after": 6}, "do": deed}])
    bits = [[np.uint64(one.mask) for one in w.instruments if one.key in chosen] for w in (plain, steered)]
    for t in range(MONTHS):
        before = plain.fingerprint == steered.fingerprint
        touched = [w.h.touched & mask[0] != 0 for w, mask in zip((plain, steered), bits, strict=True)]
        if t <= 6:
            for column in ("home", "stage", "reserved", "taste_here", "rent", "contact_month"):
                np.testing.assert_array_equal(getattr(plain.h, column), getattr(steered.h, column))
            np.testing.assert_array_equal(*touched)
        let_pass(plain, 1)
        let_pass(steered, 1)
    assert steered.stepwise.fired == [Fired(1, 6)]
    assert not before, "and afterwards it is another"


def test_an_instrument_that_is_added_works_as_one_that_begins_in_that_month():
    added = run.run_scenario(burnt_in(), rules=[{"when": {"after": 6}, "do": {"add": {"voorrang": strong("voorrang")}}}])
    dated = run.run_scenario(burnt_in(), {"voorrang": strong("voorrang") | {"from": "2026-07"}})
    same(added, dated)
    assert added.fired == [Fired(1, 6)] and added.reached == dated.reached


def test_an_instrument_that_is_stopped_works_as_one_that_ends_in_that_month():
    chosen = {key: strong(key) for key in ("verhuiskostenvergoeding", "wooncoach_sociaal", "campagne")}
    stopped = run.run_scenario(burnt_in(), chosen, rules=[{"when": {"after": 6}, "do": {"stop": list(chosen)}}])
    dated = run.run_scenario(burnt_in(), {key: settings | {"until": "2026-07"} for key, settings in chosen.items()})
    same(stopped, dated)


def test_scaling_multiplies_what_is_delivered_from_then_on():
    coach = {"wooncoach_sociaal": {"fte": 0.5}}
    w = at_rules(coach, [{"when": {"after": 3}, "do": {"scale": {"wooncoach_sociaal": 3}}}])
    let_pass(w, 6)
    talks = [row["contacts"] for row in w.records["instruments"]]
    assert sum(talks[3:]) == pytest.approx(3 * sum(talks[:3]), abs=3)


def test_nothing_is_decided_between_quarters_nor_in_the_follow_up():
    w = at_rules({"voorrang": strong("voorrang")}, [{"when": {"after": 4}, "do": {"stop": ["voorrang"]}}])
    let_pass(w, MONTHS + FOLLOW_UP)
    assert w.stepwise.fired == [Fired(1, 6)]
    late = at_rules({"voorrang": strong("voorrang")}, [{"when": {"after": MONTHS}, "do": {"stop": ["voorrang"]}}])
    let_pass(late, MONTHS + FOLLOW_UP)
    assert late.stepwise.fired == []


def test_a_rule_fires_once_unless_it_may_repeat_and_never_for_nothing():
    halve = {"when": {"after": 3}, "do": {"scale": {"verhuiskostenvergoeding": 0.5}}}
    grant = {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding")}
    once, again = at_rules(grant, [halve]), at_rules(grant, [halve | {"repeat": True}])
    for w in (once, again):
        let_pass(w, MONTHS)
    assert [one.month for one in once.stepwise.fired] == [3]
    assert [one.month for one in again.stepwise.fired] == [3, 6, 9]
    assert running(again, "verhuiskostenvergoeding").strength == 0.5**3
    stop = {"when": {"after": 3}, "do": {"stop": ["verhuiskostenvergoeding"]}, "repeat": True}
    both = let_pass(at_rules(grant, [stop]), MONTHS)
    assert [one.month for one in both.stepwise.fired] == [3], "what has stopped cannot be stopped"


def test_what_one_rule_stops_another_takes_up_again_as_it_was():
    grant = {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding") | {"eur_fixed": 1200}}
    stop = {"when": {"after": 3}, "do": {"stop": "verhuiskostenvergoeding"}}
    w = let_pass(at_rules(grant, [stop, {"when": {"after": 9}, "do": {"add": {"verhuiskostenvergoeding": None}}}]), MONTHS)
    assert w.stepwise.fired == [Fired(1, 3), Fired(2, 9)]
    paid = {row["month"] for row in w.records["instruments"] if row["cost_eur"] % 10000 == 100}
    assert paid == {0, 1, 2, 9, 10, 11}


def test_a_strength_is_kept_within_what_may_be_delivered():
    up = {"when": {"after": 3}, "do": {"scale": {"wooncoach_sociaal": 4}}, "repeat": True}
    w = let_pass(at_rules({"wooncoach_sociaal": {"fte": 0.1}}, [up]), MONTHS)
    assert running(w, "wooncoach_sociaal").strength == 10
    assert len(w.stepwise.fired) == 2
    with pytest.raises(rules.RuleError, match=r"rule 1: do\.scale: voorrang: strength=2 is out of range, 0 to 1"):
        at_rules({"voorrang": {}}, [{"when": {"after": 3}, "do": {"scale": {"voorrang": 2}}}])


@pytest.mark.parametrize("factor", [0.1, 5])
def test_money_that_is_spent_or_promised_is_not_scaled(factor):
    grant = {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding") | {"eur_budget": 200000}}
    w = at_rules(grant, [{"when": {"after": 3}, "do": {"scale": {"verhuiskostenvergoeding": factor}}}])
    let_pass(w, 3)
    one = running(w, "verhuiskostenvergoeding")
    free = one.free(w)
    reserved = one.left() - free
    assert reserved > 0
    spent = one.eur_spent
    assert w.stepwise.holds(w.stepwise.rules[0], w, {}) and one.scale(factor, w)
    assert one.budget() == pytest.approx(spent + reserved + factor * free)
    let_pass(w, MONTHS)
    assert violations(w) == []


def test_an_instrument_that_was_added_and_reached_nobody_is_an_error_and_one_that_was_not_added_is_none():
    nobody = strong("voorrang") | {"who": {"age": 100, "size": 1, "rooms": 12, "floor_area": 400}}
    with pytest.raises(run.EmptyTargetError, match="voorrang: nobody was in its target group"):
        run.run_scenario(burnt_in(), rules=[{"when": {"after": 3}, "do": {"add": {"voorrang": nobody}}}])
    run.run_scenario(burnt_in(), rules=[{"when": {"after": 30}, "do": {"add": {"voorrang": nobody}}}])


def test_at_strength_zero_a_stepwise_scenario_is_the_base_world():
    steps = [{"when": {"after": 3}, "do": {"add": {"voorrang": strong("voorrang")}, "scale": {"wooncoach_sociaal": 2}}}]
    none = run.run_scenario(burnt_in(), {"wooncoach_sociaal": strong("wooncoach_sociaal")}, rules=steps, strength=0.0)
    same(none, run.run_scenario(burnt_in()))


def test_what_coaches_hear_in_a_world_is_the_stage_at_the_talk_and_the_gate_of_the_month():
    step = {"when": {"talks": {"obstacle": "outranked", "share_above": 0.99}}, "do": {"stop": ["wooncoach_sociaal"]}}
    w = at_rules({"wooncoach_sociaal": strong("wooncoach_sociaal")}, [step])
    for _ in range(6):
        stages, seen = w.h.stage.copy(), w.stepwise.talked.copy()
        touched = w.h.touched.copy()
        month.step(w)
        new = np.flatnonzero((w.stepwise.talked > 0) & (seen == 0))
        assert len(new) == w.records["instruments"][-1]["contacts"]
        assert np.isin(np.flatnonzero((w.h.touched != 0) & (touched == 0)), new).all()
        same_stage = w.stepwise.talked[new] == 1 + stages[new]
        assert same_stage.mean() > 0.9, "but for what happened to somebody in that month, before the talk"
    assert len(set(w.stepwise.obstacle[w.stepwise.talked > 0])) > 2
    assert (w.stepwise.obstacle[w.stepwise.talked == 0] == -1).all()
    twin = w.copy()
    let_pass(twin, 3)
    assert (twin.stepwise.talked > 0).sum() > (w.stepwise.talked > 0).sum(), "a copy has a log of its own"
    assert burnt_in(MIXED).stepwise is None
