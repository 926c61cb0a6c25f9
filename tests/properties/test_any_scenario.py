"""Whatever YAML somebody writes: one clear error before the run, or a run in which budget, capacity and every invariant hold."""

from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args, get_origin

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from sim import interventions, month, run
from sim.approach import scenarios
from sim.counts.invariants import violations
from sim.interventions import REGISTRY
from sim.interventions.at_work import InService
from sim.interventions.who import Who
from sim.state import Run
from sim.world import law
from sim.world.errors import Refusal
from tests.worlds import LIVELY, SMALL

MONTHS, FOLLOW_UP = 12, 3
READABLE = (Refusal, law.Refusal)
DATES = ["2025-06", "2026-01", "2026-05", "2026-11", "2027-06"]
RARELY = st.sampled_from([False] * 7 + [True] * 2)
SELDOM = st.sampled_from([False] * 24 + [True])
PARTS, EXAMPLES = 3, 40  # 120 scenarios in the suite, by turns in two worlds; thousands in ``long``


@functools.cache
def burnt_in(place: str, seed: int):
    """A lively small world; used through copies only."""
    return run.burn_in(place, seed, MONTHS, 12, FOLLOW_UP, behaviour=LIVELY)


def limits(field: FieldInfo) -> tuple[float | None, float | None]:
    """The range of a number, from the field itself."""
    low = next((m.ge for m in field.metadata if hasattr(m, "ge")), None)
    return low, next((m.le for m in field.metadata if hasattr(m, "le")), None)


def values(field: FieldInfo) -> st.SearchStrategy[Any] | None:
    """Values that the field allows, with its ends; None for a field that is no number, word or truth."""
    kind = field.annotation
    options = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) is Literal:
        return st.sampled_from(options)
    kind = options[0] if options else kind
    if kind is bool:
        return st.booleans()
    if kind not in (int, float):
        return None
    low, high = limits(field)
    low, high = 0 if low is None else low, 500000 if high is None else high
    if kind is int:
        return st.one_of(st.just(int(low)), st.just(int(high)), st.integers(int(low), int(high)))
    return st.one_of(st.just(low), st.just(high), st.floats(low, high, allow_nan=False).map(lambda x: round(x, 4)))


@functools.cache
def some_of(model: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A few settings of a model, each in its range."""
    found = {field.alias or name: one for name, field in model.model_fields.items() if (one := values(field)) is not None}
    if "payer" in found:
        found["payer"] = st.sampled_from(model.card.payers)
    return st.lists(st.sampled_from(sorted(found)), max_size=3, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: found[name] for name in names})
    )


def wrong(key: str) -> st.SearchStrategy[dict[str, Any]]:
    """Something that cannot be."""
    high = {name: hi for name, field in REGISTRY[key].model_fields.items() if (hi := limits(field)[1]) is not None}
    above = [st.just({name: value * 2 + 1}) for name, value in sorted(high.items())]
    return st.one_of(
        st.just({"fteé": 2}),
        st.just({"from": "2027-01", "until": "2026-12"}),
        st.just({"who": {"lengte": 3}}),
        st.just({"payer": "koning"}),
        st.just({"from": "januari"}),
        st.just({"eur_budget": "veel"}),
        st.just({"capacity": -1}),
        *above,
    )


@st.composite
def instrument(draw: Any, key: str) -> dict[str, Any]:
    """Settings of one instrument: most can be."""
    chosen = draw(some_of(REGISTRY[key]))
    chosen |= {"allow_empty": draw(st.sampled_from([True, True, True, False]))}
    for name, options in {
        "capacity": [None, 0, 0.4, 3],
        "eur_budget": [None, 0, 2500, 60000],
        "eur_fixed": [0, 600],
        "from": [None, *DATES[:4]],
        "until": [None, None, *DATES[2:]],
    }.items():
        if draw(RARELY):
            chosen[name] = draw(st.sampled_from(options))
    if draw(RARELY):
        chosen["who"] = draw(some_of(Who))
    if key == "interventie_x":
        chosen["pulls"] = draw(st.fixed_dictionaries({"trouble": st.floats(-0.2, 0.2), "sight": st.floats(0, 1)}))
    return chosen | (draw(wrong(key)) if draw(SELDOM) else {})


@st.composite
def files(draw: Any) -> str:
    """The text of a scenario's file."""
    keys = draw(st.lists(st.sampled_from(sorted(REGISTRY)), min_size=1, max_size=5, unique=True))
    content: dict[str, Any] = {"title": {"nl": "Iets", "en": "Something"}, "instruments": {key: draw(instrument(key)) for key in keys}}
    if draw(SELDOM):
        content |= draw(st.sampled_from([{"instrumenten": {}}, {"title": "Iets"}, {"rules": "geen"}, {"instruments": {"woonkoets": {}}}]))
    return yaml.safe_dump(content, allow_unicode=True)


def check(text: str, place: str, seed: int, strength: float) -> str:
    """Refused with one readable line, or run without a fault; returns which."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "iets.yaml").write_text(text, encoding="utf-8")
        try:
            found = scenarios.load("iets", Path(folder))
            one = burnt_in(place, seed).copy()
            held = {key: interventions.load(key, given, one.world.setting.start) for key, given in found.instruments.items()}
            one.equip(held, found.rules, strength, MONTHS)
        except READABLE as error:
            assert "\n" not in str(error) and len(str(error)) > 20
            return "refused"
    for _ in range(MONTHS + FOLLOW_UP):
        month.step(one)
        assert violations(one.world, one.at_start, one.at_work) == []
    for running in one.at_work.running:
        keeps_to_its_limits(one, running)
    try:
        run.refuse_empty(one, MONTHS)
    except Refusal as error:
        assert "allow_empty" in str(error)
        return "empty"
    run.make_tables(one, MONTHS, [])
    return "ran"


def keeps_to_its_limits(one: Run, running: InService) -> None:
    """Money, capacity and dates of one instrument."""
    s, rows = running.settings, [row for row in one.at_work.ledger if row["instrument"] == running.key]
    assert running.eur_spent <= running.budget() + 1e-6
    assert sum(row["cost_eur"] for row in rows) == pytest.approx(running.eur_spent)
    if s.capacity is not None:
        assert running.n_reached <= s.capacity * running.strength * one.world.month + 1e-9
    if running.strength == 0 or s.capacity == 0 or s.eur_budget == 0 or (s.since or "") > "2026-12":
        assert rows == [] and running.n_reached == 0 and running.eur_spent == 0


@pytest.mark.parametrize("part", range(PARTS))
def test_any_scenario_gives_a_clear_error_or_a_sound_run(part):
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(files(), st.sampled_from(SMALL), st.sampled_from([0.0, 0.5, 1.0, 1.0]))
    def many(text, place, strength):
        seen[check(text, place, part % 2, strength)] += 1

    many()
    assert seen["ran"] > EXAMPLES / 2 and seen["refused"] > 0, f"both were meant to occur: {seen}"


@pytest.mark.long
def test_thousands_of_scenarios_give_a_clear_error_or_a_sound_run():
    @settings(max_examples=3000, deadline=None)
    @given(files(), st.sampled_from(SMALL), st.integers(0, 5), st.sampled_from([0.0, 0.3, 1.0, 1.0]))
    def many(text, place, seed, strength):
        check(text, place, seed, strength)

    many()
