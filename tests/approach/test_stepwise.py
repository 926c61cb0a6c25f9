"""Rules at work: each condition on months made by hand, and worlds that stay byte for byte what they were until a rule fires."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments.runs import store
from sim import interventions, month, run
from sim.approach import rules
from sim.approach.stepwise import Approach, Fired, count_year, within
from sim.counts.invariants import violations
from sim.interventions import REGISTRY
from sim.interventions.at_work import AtWork
from sim.state import Run
from sim.world.codes import Obstacle, Stage
from sim.world.errors import Refusal
from tests.worlds import FOLLOW_UP, MIXED, MONTHS, TABLES, burnt_in, everything, let_pass, running, strong

AT_WORK = {"voorrang": 0, "wooncoach_sociaal": 0}


def one_rule(when: dict[str, Any], do: dict[str, Any] | None = None, **more: Any) -> rules.Rule:
    return rules.read([{"when": when, "do": do or {"stop": ["voorrang"]}, **more}])[0]


def approach(*steps: rules.Rule, n: int = 100, n_months: int = 120) -> Approach:
    return Approach(tuple(steps), n_months, dict(AT_WORK), np.zeros(n, np.uint8), np.full(n, -1, np.int8))


def holds(
    some: Approach,
    rule: rules.Rule,
    t: int,
    year: dict[str, float],
    before: dict[str, float] | None = None,
    ledger: list[dict[str, Any]] | None = None,
) -> bool:
    """Whether a condition holds in month ``t``, in as much of a world as it reads."""
    return some.holds(rule, SimpleNamespace(month=t), AtWork(ledger=ledger or []), year, before or {})


# conditions


@pytest.mark.parametrize(("now", "before", "expected"), [(104, 100, True), (105, 100, False), (90, 100, True), (4, 0, False)])
def test_a_change_is_that_against_the_year_before_the_start(now, before, expected):
    rule = one_rule({"after": 24, "indicator": "senior_moves", "change": {"below": 0.05}})
    year, year_before = {"senior_moves": now}, {"senior_moves": before}
    assert holds(approach(rule), rule, 24, year, year_before) is expected
    assert not holds(approach(rule), rule, 21, year, year_before), "not before its time"


@pytest.mark.parametrize(("vacant", "expected"), [(31, True), (30, False), (29, False)])
def test_a_level_may_be_a_share_of_another_count(vacant, expected):
    rule = one_rule({"after": 12, "indicator": "vacant", "share_of": "dwellings", "above": 0.03})
    assert holds(approach(rule), rule, 12, {"vacant": vacant, "dwellings": 1000}) is expected


def test_a_change_of_a_share_compares_shares():
    rule = one_rule({"after": 12, "indicator": "senior_moves", "share_of": "seniors", "change": {"above": 0.1}})
    before = {"senior_moves": 50, "seniors": 1000}
    assert not holds(approach(rule), rule, 12, {"senior_moves": 60, "seniors": 1200}, before)
    assert holds(approach(rule), rule, 12, {"senior_moves": 60, "seniors": 1000}, before)


def test_what_could_not_be_counted_fires_nothing():
    for above, below in ((None, 1.0), (-1.0, None)):
        assert not within(float("nan"), above, below)
    rule = one_rule({"after": 12, "indicator": "waiting_months", "below": 100})
    assert not holds(approach(rule), rule, 12, {})
    assert within(2, 1, 3) and not within(3, 1, 3) and not within(1, 1, 3)


def test_the_ledger_is_counted_over_the_last_twelve_months_of_work():
    rule = one_rule({"instrument": "voorrang", "count": "uses", "below": 10})
    ledger = [{"instrument": "voorrang", "month": t, "uses": 1} for t in range(24)]
    ledger += [{"instrument": "wooncoach_sociaal", "month": 20, "uses": 99}]
    some = approach(rule)
    assert not holds(some, rule, 24, {}, ledger=ledger), "twelve are not below ten"
    assert holds(some, rule, 27, {}, ledger=ledger), "nine are left in the last twelve months"
    assert not holds(some, rule, 9, {}, ledger=ledger[:9]), "it has not worked for twelve months"
    some.since["voorrang"] = 18
    assert not holds(some, rule, 27, {}, ledger=ledger)
    assert holds(some, rule, 30, {}, ledger=ledger)


def test_talks_are_shares_of_those_talked_to():
    wish = one_rule({"talks": {"wish": "woonwens", "share_above": 0.4}})
    money = one_rule({"talks": {"obstacle": "too_expensive", "share_above": 0.25, "at_least": 10}})
    some = approach(wish, money)

    def share(**asked: str) -> float:
        return some.share(rules.Talks(**asked, share_above=0, at_least=1))

    rows = np.arange(10)
    some.hear_talks(rows, np.array([Stage.WOONWENS] * 6 + [Stage.HUIDIGE_WONING] * 4, np.uint8))
    assert not holds(some, wish, 3, {}), "ten are fewer than the twenty that a share needs"
    some.hear_talks(rows + 5, np.array([Stage.WONINGZOEKEN] * 10, np.uint8))
    assert share(wish="woonwens") == pytest.approx(6 / 15), "the first talk says what was wished"
    assert share(wish="woningzoeken") == pytest.approx(5 / 15)
    dear, other = int(Obstacle.TOO_EXPENSIVE), int(Obstacle.OUTRANKED)
    some.hear_obstacles(np.array([0, 1, 2, 50, 51]), np.array([dear, dear, -1, dear, dear], np.int8))
    assert share(obstacle="too_expensive") == pytest.approx(2 / 15), "only who was talked to tells it, and only what stopped it"
    some.hear_obstacles(np.array([1, 3, 4, 5]), np.array([other, dear, dear, dear], np.int8))
    assert share(obstacle="too_expensive") == pytest.approx(4 / 15), "the last obstacle counts"
    assert holds(some, money, 3, {})
    assert share(obstacle="too_expensive", of="searching") == pytest.approx(4 / 5)
    assert np.isnan(some.share(rules.Talks(obstacle="refused", of="searching", share_above=0, at_least=6)))


def test_a_log_that_no_rule_asks_for_is_not_kept():
    some = approach(one_rule({"after": 3}), n=0)
    some.hear_talks(np.arange(3), np.zeros(3, np.uint8))
    some.hear_obstacles(np.arange(3), np.zeros(3, np.int8))
    assert len(some.talked) == 0


# what is counted


def test_a_year_counts_what_the_tables_say():
    one = burnt_in().copy()
    one.equip({})
    let_pass(one, MONTHS)
    year = count_year(one.world, one.records)
    assert set(year) == set(rules.READABLE)
    table = run.make_tables(let_pass(one, FOLLOW_UP), MONTHS, [], ("summary",))["summary"]
    table = table[(table["group_by"] == "all") & (table["months_to"] == MONTHS)].set_index("indicator")["value"]
    months = one.records.months[:MONTHS]
    for key, value in year.items():
        wanted = table[key] if key in table.index else np.mean([row[key] for row in months])
        assert value == pytest.approx(float(wanted), nan_ok=True), key


def test_the_year_before_the_start_is_counted_in_the_burn_in():
    long = run.burn_in("vlieland", 1, 6, 14, 2)
    before = long.at_start.year_before
    assert set(before) == set(rules.READABLE) and before["moves"] > 0
    assert before["dwellings"] == pytest.approx((long.world.d.state == 1).sum(), rel=0.02)
    assert burnt_in().at_start.year_before == {}, "a burn-in of half a year has no such year"
    rule = one_rule({"after": 12, "indicator": "moves", "change": {"below": 2}}, {"add": {"voorrang": {}}})
    with pytest.raises(Refusal, match=r"rule 1: when\.change .* let burn_in be 12 or more, not 6"):
        burnt_in().copy().equip({}, [rule])


# worlds


def at_rules(chosen: dict[str, dict[str, Any]], steps: list[dict[str, Any]], strength: float = 1.0, months: int = MONTHS) -> Run:
    one = burnt_in(months=months).copy()
    held = {key: interventions.load(key, settings) for key, settings in chosen.items()}
    one.equip(held, rules.read(steps), strength)
    return one


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
    bits = [[np.uint64(one.mask) for one in under_way.at_work.running if one.key in chosen] for under_way in (plain, steered)]
    for t in range(MONTHS):
        before = plain.fingerprint == steered.fingerprint
        touched = [one.world.h.touched & mask[0] != 0 for one, mask in zip((plain, steered), bits, strict=True)]
        if t <= 6:
            for column in ("home", "stage", "reserved", "taste_here", "rent", "contact_month"):
                np.testing.assert_array_equal(getattr(plain.world.h, column), getattr(steered.world.h, column))
            np.testing.assert_array_equal(*touched)
        let_pass(plain, 1)
        let_pass(steered, 1)
    assert steered.approach.fired == [Fired(1, 6)]
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
    one = at_rules(coach, [{"when": {"after": 3}, "do": {"scale": {"wooncoach_sociaal": 3}}}])
    let_pass(one, 6)
    talks = [row["contacts"] for row in one.at_work.ledger]
    assert sum(talks[3:]) == pytest.approx(3 * sum(talks[:3]), abs=3)


def test_nothing_is_decided_between_quarters_nor_in_the_follow_up():
    one = at_rules({"voorrang": strong("voorrang")}, [{"when": {"after": 4}, "do": {"stop": ["voorrang"]}}])
    let_pass(one, MONTHS + FOLLOW_UP)
    assert one.approach.fired == [Fired(1, 6)]
    late = at_rules({"voorrang": strong("voorrang")}, [{"when": {"after": MONTHS}, "do": {"stop": ["voorrang"]}}])
    let_pass(late, MONTHS + FOLLOW_UP)
    assert late.approach.fired == []


def test_a_rule_fires_once_unless_it_may_repeat_and_never_for_nothing():
    halve = {"when": {"after": 3}, "do": {"scale": {"verhuiskostenvergoeding": 0.5}}}
    grant = {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding")}
    once, again = at_rules(grant, [halve]), at_rules(grant, [halve | {"repeat": True}])
    for under_way in (once, again):
        let_pass(under_way, MONTHS)
    assert [one.month for one in once.approach.fired] == [3]
    assert [one.month for one in again.approach.fired] == [3, 6, 9]
    assert running(again, "verhuiskostenvergoeding").strength == 0.5**3
    stop = {"when": {"after": 3}, "do": {"stop": ["verhuiskostenvergoeding"]}, "repeat": True}
    both = let_pass(at_rules(grant, [stop]), MONTHS)
    assert [one.month for one in both.approach.fired] == [3], "what has stopped cannot be stopped"


def test_what_one_rule_stops_another_takes_up_again_as_it_was():
    grant = {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding") | {"eur_fixed": 1200}}
    stop = {"when": {"after": 3}, "do": {"stop": "verhuiskostenvergoeding"}}
    one = let_pass(at_rules(grant, [stop, {"when": {"after": 9}, "do": {"add": {"verhuiskostenvergoeding": None}}}]), MONTHS)
    assert one.approach.fired == [Fired(1, 3), Fired(2, 9)]
    paid = {row["month"] for row in one.at_work.ledger if row["cost_eur"] % 10000 == 100}
    assert paid == {0, 1, 2, 9, 10, 11}


def test_a_strength_is_kept_within_what_may_be_delivered():
    up = {"when": {"after": 3}, "do": {"scale": {"wooncoach_sociaal": 4}}, "repeat": True}
    one = let_pass(at_rules({"wooncoach_sociaal": {"fte": 0.1}}, [up]), MONTHS)
    assert running(one, "wooncoach_sociaal").strength == 10
    assert len(one.approach.fired) == 2
    with pytest.raises(Refusal, match=r"rule 1: do\.scale: voorrang: strength=2 is out of range, 0 to 1"):
        at_rules({"voorrang": {}}, [{"when": {"after": 3}, "do": {"scale": {"voorrang": 2}}}])


@pytest.mark.parametrize("factor", [0.1, 5])
def test_money_that_is_spent_or_promised_is_not_scaled(factor):
    grant = {"verhuiskostenvergoeding": strong("verhuiskostenvergoeding") | {"eur_budget": 200000}}
    under_way = at_rules(grant, [{"when": {"after": 3}, "do": {"scale": {"verhuiskostenvergoeding": factor}}}])
    w, approach = let_pass(under_way, 3).world, under_way.approach
    one = running(under_way, "verhuiskostenvergoeding")
    free = one.free(w)
    reserved = one.left() - free
    assert reserved > 0
    spent = one.eur_spent
    assert approach.holds(approach.rules[0], w, under_way.at_work, {}, {}) and one.scale(factor, w)
    assert one.budget() == pytest.approx(spent + reserved + factor * free)
    rows = one._claimants(w)
    most, on_the_way = one.settings.most_cost_of_a_use(w, rows), one._on_the_way(w, rows)
    assert most.sum() <= one.left() or on_the_way[most > 0].all(), "who dropped out asks again where money no longer reaches for all"
    let_pass(under_way, MONTHS)
    assert violations(w, under_way.at_start, under_way.at_work) == []


def test_an_instrument_that_was_added_and_reached_nobody_is_an_error_and_one_that_was_not_added_is_none():
    nobody = strong("voorrang") | {"who": {"age": 100, "size": 1, "rooms": 12, "floor_area": 400}}
    with pytest.raises(run.Refusal, match="voorrang: nobody was in its target group"):
        run.run_scenario(burnt_in(), rules=[{"when": {"after": 3}, "do": {"add": {"voorrang": nobody}}}])
    run.run_scenario(burnt_in(), rules=[{"when": {"after": 30}, "do": {"add": {"voorrang": nobody}}}])


def test_at_strength_zero_a_stepwise_scenario_is_the_base_world():
    steps = [{"when": {"after": 3}, "do": {"add": {"voorrang": strong("voorrang")}, "scale": {"wooncoach_sociaal": 2}}}]
    none = run.run_scenario(burnt_in(), {"wooncoach_sociaal": strong("wooncoach_sociaal")}, rules=steps, strength=0.0)
    same(none, run.run_scenario(burnt_in()))


def test_what_coaches_hear_in_a_world_is_the_stage_at_the_talk_and_the_gate_of_the_month():
    step = {"when": {"talks": {"obstacle": "outranked", "share_above": 0.99}}, "do": {"stop": ["wooncoach_sociaal"]}}
    one = at_rules({"wooncoach_sociaal": strong("wooncoach_sociaal")}, [step])
    w, log = one.world, one.approach
    for _ in range(6):
        stages, seen = w.h.stage.copy(), log.talked.copy()
        touched = w.h.touched.copy()
        month.step(one)
        new = np.flatnonzero((log.talked > 0) & (seen == 0))
        assert len(new) == one.at_work.ledger[-1]["contacts"]
        assert np.isin(np.flatnonzero((w.h.touched != 0) & (touched == 0)), new).all()
        same_stage = log.talked[new] == 1 + stages[new]
        assert same_stage.mean() > 0.9, "but for what happened to somebody in that month, before the talk"
    assert len(set(log.obstacle[log.talked > 0])) > 2
    assert (log.obstacle[log.talked == 0] == -1).all()
    twin = one.copy()
    let_pass(twin, 3)
    assert (twin.approach.talked > 0).sum() > (log.talked > 0).sum(), "a copy has a log of its own"
    assert burnt_in(MIXED).approach is None
