"""A stepwise scenario from the command to the manifest: what fired stands there, and a run's folder covers its rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.tables import record
from experiments import compare, entry
from experiments import goals as goals_command
from experiments.attribute import prepare
from experiments.runs import manifest, runner
from experiments.runs.plan import make_plan
from experiments.runs.runner import seed_jobs
from experiments.schema import Attribute, Compare, check
from sim.approach import rules, scenarios
from sim.counts.invariants import violations
from sim.interventions import load
from sim.model import HousingModel
from sim.world.errors import Refusal
from tests.fake_world import DEFAULTS, FakeSimulation, fake_plan
from tests.worlds import LIVELY, MIXED, digest, strong

MINE = """
title: {nl: Eigen, en: Own}
instruments: {verhuiskostenvergoeding: {rel_known: 1.0, eur_grant: 4000, who: {tenure: any, rooms: 1}}}
rules:
  - when: {after: 12, indicator: senior_moves, change: {above: -1}}
    do: {add: {brieven: {}}, scale: {verhuiskostenvergoeding: 0.5}}
  - when: {after: 24, instrument: verhuiskostenvergoeding, count: cost_eur, above: 0}
    do: {stop: [verhuiskostenvergoeding]}
  - when: {after: 30, indicator: vacant, share_of: dwellings, above: 0.9}
    do: {stop: [brieven]}
"""

NAMED = ["instruments", "decisive"]  # names of instruments that a fork lets go


def settings(folder: Path, **more: Any) -> list[str]:
    keys = {
        "municipality": MIXED,
        "scenarios": "[mine,brieven]",
        "scenario_dir": str(folder),
        "seeds": 2,
        "months": 36,
        "burn_in": 12,
        "follow_up": 6,
        "workers": 1,
        "out": "here",
    }
    return [f"{key}={value}" for key, value in (keys | more).items()]


def test_a_stepwise_scenario_runs_beside_others_and_the_manifest_says_what_fired(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    assert entry.main(compare.COMMAND, settings(tmp_path)) == 0
    said = capsys.readouterr().out
    assert "rule 1 of mine fired in 2 of 2 seeds, first in month 12\n" in said
    assert "rule 2 of mine fired in 2 of 2 seeds, first in month 24\n" in said
    assert "rule 3 of mine fired in 0 of 2 seeds\n" in said
    content = record.read(tmp_path / "here" / manifest.NAME)
    assert content["fired"] == {"mine": {"0": [[1, 12], [2, 24]], "1": [[1, 12], [2, 24]]}}
    assert len(content["scenarios"]["mine"]["rules"]) == 3 and "rules" not in content["scenarios"]["brieven"]
    assert content["instrument_titles"]["brieven"] == {"nl": "Brieven", "en": "Letters"}
    table = pd.read_parquet(tmp_path / "here" / "instruments.parquet").query("scenario == 'mine'")
    contacts = table[(table["instrument"] == "brieven") & (table["contacts"] > 0)]
    assert contacts["month"].min() == 12
    assert "Brieven" in (tmp_path / "here" / "report.html").read_text(encoding="utf-8")
    # other rules under the same name are another scenario
    (tmp_path / "mine.yaml").write_text(MINE.replace("0.9", "0.8"), encoding="utf-8")
    assert entry.main(compare.COMMAND, settings(tmp_path)) == 2
    assert "scenario mine: rules=" in capsys.readouterr().err


def test_the_folder_of_a_run_covers_its_rules():
    def key(plan):
        return next(spec for spec in seed_jobs(plan, [0], Path("out"))[0].runs if spec.scenario == "voorrang")

    plain = fake_plan()
    step = {"when": {"after": 12}, "do": {"stop": ["voorrang"]}, "repeat": False}
    one, two = replace(plain, rules={"voorrang": [step]}), replace(plain, rules={"voorrang": [step | {"repeat": True}]})
    assert len({key(plan).key for plan in (plain, one, two)}) == 3
    assert key(one).rules == (step,) and key(plain).rules == ()


def test_a_scenario_with_rules_is_no_bundle_to_share_out():
    values = {key: value for key, value in DEFAULTS.items() if key not in ("scenarios", "ledger")}
    with pytest.raises(Refusal, match=r"scenario=stapsgewijs has rules: .* no fixed bundle"):
        prepare(check(Attribute, values | {"scenario": "stapsgewijs", "burn_in": 12, "months": 60}))


def test_the_placebo_follows_the_rules_of_basis(tmp_path):
    text = "title: {nl: Basis, en: Base}\ninstruments: {voorrang: {}}\nrules: [{when: {after: 6}, do: {stop: voorrang}}]\n"
    (tmp_path / "basis.yaml").write_text(text, encoding="utf-8")
    plan = make_plan(check(Compare, DEFAULTS | {"scenarios": ["basis", "brieven"], "scenario_dir": str(tmp_path)}))
    assert plan.rules["placebo"] == plan.rules["basis"] and set(plan.rules) == {"basis", "placebo"}


def test_packages_of_a_stepwise_scenario_keep_its_rules(tmp_path, monkeypatch):
    plan = make_plan(check(Compare, DEFAULTS | {"scenarios": ["stapsgewijs"], "burn_in": 12, "months": 60}))
    search = goals_command.Search(plan, "stapsgewijs", {}, {}, 1, 0.8)
    seen: list[Any] = []
    monkeypatch.setattr(runner, "run_all", lambda simulation, jobs, *rest: seen.extend(jobs) or [object()])
    monkeypatch.setattr("experiments.runs.carry_out.tell", lambda failures, debug: 1)
    with pytest.raises(Refusal, match="the search stopped"):
        goals_command.try_out(search, {7: {}}, [0], tmp_path, FakeSimulation(str(tmp_path)), None)
    specs = {spec.scenario: spec for spec in seen[0].runs}
    assert specs["stapsgewijs: package 7"].rules == tuple(plan.rules["stapsgewijs"])
    assert specs["basis"].rules == ()


def test_the_model_runs_a_stepwise_scenario_and_a_fork_of_it_has_no_rules():
    one = HousingModel(MIXED, scenario="stapsgewijs", seed=1, months=60, burn_in=12, follow_up=2, behaviour=LIVELY).run(24)
    assert one.state.approach is not None and one.state.approach.n_months == 60
    assert set(one.state.at_work.keys) == {"wooncoach_sociaal", *rules.added(scenarios.load("stapsgewijs").rules)}
    fired = list(one.state.approach.fired)
    twin = one.fork({"voorrang": strong("voorrang")})
    assert twin.state.approach is None
    assert digest(twin.moves.drop(columns=NAMED)) == digest(one.moves.drop(columns=NAMED)), "what happened stays"
    twin.run(3)
    one.run(6)
    assert one.state.approach.fired[: len(fired)] == fired
    for model in (one, twin):
        assert violations(model.world, model.state.at_start, model.state.at_work) == []


def test_the_model_takes_an_instrument_by_its_name_as_a_scenario():
    one = HousingModel("vlieland", scenario="brieven", seed=1, months=4, burn_in=2).run(2)
    assert one.state.at_work.keys == ("brieven",) and one.state.approach is None


def test_a_scenario_that_the_model_adds_to_may_contradict_its_rules():
    with pytest.raises(rules.Refusal, match=r"do\.add\.voorrang: the scenario holds voorrang from the start"):
        HousingModel(MIXED, scenario="stapsgewijs", seed=1, months=12, burn_in=12, interventions={"voorrang": {}})
    under_way = HousingModel("vlieland", seed=1, months=12, burn_in=3).state
    steps = scenarios.load("stapsgewijs").rules
    with pytest.raises(Refusal, match="let burn_in be 12 or more, not 3"):
        under_way.equip({"wooncoach_sociaal": load("wooncoach_sociaal", {})}, steps)
