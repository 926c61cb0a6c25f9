"""Whatever rules somebody writes: one clear error before the run, or a run in which nothing is broken."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import interventions, month, run
from sim.approach import rules
from sim.counts.invariants import violations
from sim.interventions import REGISTRY
from sim.world.codes import Obstacle, names
from tests.worlds import LIVELY, SMALL, strong

MONTHS, FOLLOW_UP = 18, 4
KEYS = sorted(REGISTRY)
DOSES = st.fixed_dictionaries(
    {
        "capacity": st.sampled_from([None, None, 0, 1.5]),
        "eur_budget": st.sampled_from([None, None, 0, 20000]),
        "eur_fixed": st.sampled_from([0, 1200]),
    }
)
SOUND = [{"above": -1}, {"above": 3}, {"below": 3}, {"below": 0.1}, {"above": 0, "below": 1e9}]
LIMITS = st.sampled_from(6 * SOUND + [{"above": 2, "below": 1}, {}])
WISHES = get_args(get_args(rules.Talks.model_fields["wish"].annotation)[0])
TALKS = [{"obstacle": name} for name in names(Obstacle)] + [{"wish": name} for name in WISHES]


def whens(running: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions that can be read where these instruments run, now and then one that cannot."""
    date = st.fixed_dictionaries({"after": st.integers(1, 15)})
    indicator = st.builds(
        lambda indicator, share_of, limits: {"after": 12, "indicator": indicator, **limits} | ({"share_of": share_of} if share_of else {}),
        st.sampled_from([*rules.READABLE, "fit"]),
        st.sampled_from([None, "dwellings", "vacant"]),
        LIMITS,
    )
    change = st.builds(
        lambda indicator, change: {"after": 12, "indicator": indicator, "change": change}, st.sampled_from(rules.READABLE), LIMITS
    )
    ledger = st.builds(
        lambda key, count, limits: {"instrument": key, "count": count, **limits},
        st.sampled_from(running or KEYS),
        st.sampled_from(["contacts", "uses", "cost_eur", "waiting"]),
        LIMITS,
    )
    talks = st.builds(
        lambda asked, limits: {"talks": {**asked, **limits, "at_least": 1}},
        st.sampled_from(TALKS),
        st.sampled_from([{"share_above": 0}, {"share_above": 0.2}, {"share_below": 0.5}]),
    )
    heard = any(REGISTRY[key].card.talks for key in running)
    return st.one_of(date, indicator, change, ledger, *([talks, talks] if heard else []))


SOME = st.lists(st.sampled_from(KEYS), max_size=3, unique=True)


@st.composite
def scenarios(draw: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Instruments from the start, and rules over those and others: most can be, some cannot."""
    held = {key: strong(key) | {"allow_empty": True} | draw(DOSES) for key in draw(SOME)}
    later = [key for key in draw(SOME) if key not in held] if draw(st.integers(0, 9)) else draw(SOME)
    running = sorted({*held, *later})
    steps = [
        {"when": draw(whens(running)), "do": {"add": {key: strong(key) | {"allow_empty": True}}}, "repeat": draw(st.booleans())}
        for key in later
    ]
    for _ in range(draw(st.integers(0, 4)) if running else 0):
        deed = (
            {"stop": [draw(st.sampled_from(running))]}
            if draw(st.booleans())
            else {"scale": {draw(st.sampled_from(running)): draw(st.sampled_from([0.2, 0.5, 0.9, 3]))}}
        )
        steps.append({"when": draw(whens(running)), "do": deed, "repeat": draw(st.booleans())})
    return held, draw(st.permutations(steps))


def check(scenario: tuple[dict[str, Any], list[dict[str, Any]]], place: str, seed: int) -> int:
    """Refused with one line that names a rule or an instrument (0), or run without a fault; returns 1 + rules that fired."""
    chosen, steps = scenario
    try:
        read = rules.read(steps)
        held = {key: interventions.load(key, given) for key, given in chosen.items()}
        under_way = run.burn_in(place, seed, MONTHS, 12, FOLLOW_UP, behaviour=LIVELY, debug=True)
        under_way.equip(held, read)
    except rules.Refusal as error:
        assert "\n" not in str(error) and len(str(error)) > 20
        return 0
    for _ in range(MONTHS + FOLLOW_UP):
        month.step(under_way)
        assert violations(under_way.world, under_way.at_start, under_way.at_work) == []
    fired = under_way.approach.fired if under_way.approach else []
    assert all(one.month % 3 == 0 and one.month < MONTHS for one in fired)
    once = [one.rule for one in fired if not read[one.rule - 1].repeat]
    assert len(once) == len(set(once))
    return 1 + len(fired)


@settings(max_examples=40, deadline=None)
@given(scenarios(), st.sampled_from(SMALL), st.integers(0, 10**9))
def test_any_rules_give_a_clear_error_or_a_sound_run(scenario, place, seed):
    check(scenario, place, seed)


@pytest.mark.long
def test_many_rules_give_a_clear_error_or_a_sound_run():
    found: list[int] = []

    @settings(max_examples=300, deadline=None)
    @given(scenarios(), st.sampled_from(SMALL), st.integers(0, 10**9))
    def many(scenario, place, seed):
        found.append(check(scenario, place, seed))

    many()
    assert sum(n > 1 for n in found) > 30, "many of the rules fire"
    assert sum(n == 0 for n in found) > 10, "and some are refused"
