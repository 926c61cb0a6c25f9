"""What is done already: a dated list that can be run, in basis and under every scenario. What scenarios add to it: test_on_top.py."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

from experiments import attribute, compare
from experiments.list import municipalities
from experiments.runs import spending
from experiments.runs.plan import make_plan, of_its_own
from experiments.schema import Attribute, Compare, Listing, check
from sim import interventions, run
from sim.approach import done_already
from sim.model import HousingModel
from sim.world.errors import Refusal
from sim.world.places import resolve
from tests.fake_world import DEFAULTS, FakeOutcome
from tests.worlds import TABLES, basis, burnt_in, digest, strong

EVIDENCE = Path(__file__).resolve().parents[2] / "docs" / "evidence.csv"
EXPERIMENT = (
    "amersfoort",
    "apeldoorn",
    "arnhem",
    "delft",
    "enschede",
    "ooststellingwerf",
    "veenendaal",
    "veldhoven",
    "vlaardingen",
    "zwolle",
)


def plan_of(place="amersfoort", scenarios=("voorrang",), **more):
    return make_plan(check(Compare, DEFAULTS | {"municipality": place, "scenarios": list(scenarios)} | more))


def test_the_list_can_be_run_and_names_its_sources():
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    assert set(done_already.read()) == {*EXPERIMENT, "gelderland"}
    for place, one in done_already.read().items():
        assert resolve(place).key == place and one.note
        for entry in one.instruments:
            assert interventions.load(entry.key, entry.settings, entry.since).key == entry.key
            assert entry.until is None or entry.until > entry.since
            assert "sources section" in entry.source and set(re.findall(r"\b[A-F]\d\d\b", entry.source)) <= known


def test_joined_places_do_what_each_of_them_does_and_only_there():
    for place in done_already.read():
        alone = done_already.in_force(place, "2026-01")
        joined = done_already.in_force(f"{place}+terschelling", "2026-01")
        there = list(resolve(place).gemeenten)
        assert joined == {key: {**one, "who": {**one["who"], "areas": there}} for key, one in alone.items()}, place
    both = done_already.in_force("amersfoort+delft", "2026-01")
    assert set(both) == {"al_voorrang", "al_wooncoach_sociaal"}
    assert all(interventions.load(key, one, "2026-01") for key, one in both.items())


def test_the_same_done_in_two_ways_is_refused_unless_one_has_ended():
    with pytest.raises(Refusal, match=r"delft and ooststellingwerf do wooncoach_sociaal already, each in its own way.*run them apart"):
        done_already.in_force("delft+ooststellingwerf", "2026-01")
    assert done_already.in_force("delft+ooststellingwerf", "2028-01")["al_wooncoach_sociaal"]["deliverer"] == "makelaar"


def test_of_joined_places_one_that_nobody_looked_at_is_said():
    assert "niet uitgezocht" in done_already.said("zwolle+kampen", "2026-01")["nl"]
    assert "niets gevonden" in done_already.said("enschede+zwolle", "2026-01")["nl"]


def test_what_is_in_force_is_what_the_dates_say():
    assert all(done_already.in_force(place, "2026-01") == {} for place in ("gelderland", "zwolle", "groningen"))
    then = done_already.in_force("gelderland", "2022-06")
    assert set(then) == {"al_verhuiskostenvergoeding", "al_wooncoach_sociaal"}
    assert all(one["already"] and one["until"] == "2024-01" and "from" not in one for one in then.values())
    assert {one["from"] for one in done_already.in_force("gelderland", "2021-06").values()} == {"2022-01"}
    assert set(done_already.in_force("delft", "2027-12")) == {"al_wooncoach_sociaal"} and not done_already.in_force("delft", "2028-01")
    assert (
        "niets gevonden" in done_already.said("zwolle", "2026-01")["nl"]
        and "niet uitgezocht" in done_already.said("groningen", "2026-01")["nl"]
    )


def test_a_list_that_cannot_be_read_is_refused_by_file_place_and_key(tmp_path):
    path = tmp_path / "mine.yaml"
    for text, words in (
        ("a: [", "this is no YAML"),
        ("a: {note: x, instrument: []}", r"a\.instrument: extra inputs"),
        ("a: {note: x, instruments: [{key: voorrang, source: somewhere}]}", r"instruments\.0\.from"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(Refusal, match=f"mine.yaml, line 1, column .*: .*{words}"):
            done_already.read(path)


def test_scenarios_come_on_top_and_one_that_names_the_same_instrument_adds_to_it():
    plan = plan_of(scenarios=("voorrang", "brieven", "zonder_beleid"))
    now = plan.contents["basis"]["al_voorrang"]
    assert now["already"] and now["who"]["rooms"] == 4 and set(plan.contents["basis"]) == {"al_voorrang"}
    assert plan.contents["placebo"] == plan.contents["basis"]
    assert plan.contents["zonder_beleid"] == {}
    assert set(plan.contents["brieven"]) == {"brieven", "al_voorrang"} and plan.contents["brieven"]["al_voorrang"] == now
    assert not plan.contents["voorrang"]["voorrang"]["already"] and plan.contents["voorrang"]["al_voorrang"] == now
    assert of_its_own(plan.contents["brieven"]).keys() == {"brieven"}
    assert plan_of("zwolle").contents["basis"] == {}


def test_settings_of_the_command_rules_and_strength_are_of_what_is_added(tmp_path):
    own = plan_of(scenarios=("voorrang",), instruments={"voorrang": {"rank": 2}})
    assert (own.contents["voorrang"]["voorrang"]["rank"], own.contents["voorrang"]["al_voorrang"]["rank"]) == (2, 1)
    assert own.contents["basis"]["al_voorrang"]["rank"] == 1
    (tmp_path / "mine.yaml").write_text(
        "title: {nl: Eigen, en: Own}\nrules: [{when: {after: 3}, do: {add: {voorrang: {}}}}]\n", encoding="utf-8"
    )
    [rule] = plan_of(scenarios=("mine",), scenario_dir=str(tmp_path)).rules["mine"]
    assert rule["do"]["add"]["voorrang"]["already"] is False
    strong_run = plan_of(scenarios=("wooncoach_sociaal",), strength=3)
    assert set(strong_run.contents["basis"]) == {"al_voorrang"}, "a strength that a rule cannot have is no error for what is done already"


def test_what_asks_for_a_coach_needs_one():
    key = "verhuiskostenvergoeding"
    with pytest.raises(Refusal, match=rf"scenario {key}: .*coach=true, and nobody talks: add wooncoach_sociaal"):
        plan_of("zwolle", (key,), instruments={key: {"who": {"coach": True}}})
    there = plan_of("delft", (key,), instruments={key: {"who": {"coach": True}}})
    assert set(there.contents[key]) == {key, "al_wooncoach_sociaal"}, "the coach of the place will do"


ALREADY = {"voorrang": strong("voorrang") | {"already": True}}


def test_strength_leaves_it_alone_and_nothing_on_top_of_it_is_basis_to_the_byte():
    base = run.run_scenario(burnt_in(), ALREADY)
    assert not base.tables["moves"].equals(basis().tables["moves"]), "what is done already does something"
    assert base.fingerprint == basis().fingerprint
    on_top = run.run_scenario(burnt_in(), {**ALREADY, "campagne": strong("campagne")}, strength=0.0, base=base)
    for name in TABLES:
        assert digest(on_top.tables[name]) == digest(base.tables[name]), name
    for name in ("instruments", "attribution"):
        assert on_top.tables[name].equals(base.tables[name]), name
    assert (on_top.tables["drift"]["share_elsewhere"] == 0).all() and len(base.tables["instruments"]) > 0


def test_a_model_of_a_place_holds_what_is_done_there():
    model = HousingModel("ooststellingwerf", scenario="brieven", seed=1, months=1, burn_in=1, follow_up=0)
    assert [(one.key, one.settings.already) for one in model.state.at_work.running] == [("al_wooncoach_sociaal", True), ("brieven", False)]
    with_nothing = HousingModel("ooststellingwerf", scenario="zonder_beleid", seed=1, months=1, burn_in=1, follow_up=0)
    assert with_nothing.state.at_work.running == ()


def test_it_is_not_shared_out_and_goes_on_in_every_coalition(tmp_path):
    shared = {key: value for key, value in DEFAULTS.items() if key not in ("scenarios", "ledger")}
    (tmp_path / "mine.yaml").write_text("title: {nl: Eigen, en: Own}\ninstruments: {brieven: {}, campagne: {}}\n", encoding="utf-8")
    asked = shared | {"municipality": "delft", "scenario": "mine", "scenario_dir": str(tmp_path)}
    prepared = attribute.prepare(check(Attribute, asked))
    assert prepared.bundle.keys == ("brieven", "campagne")
    [job] = attribute.seed_jobs(prepared, [0], tmp_path)
    assert all("al_wooncoach_sociaal" in spec.instruments for spec in job.runs)
    assert {len(spec.instruments) for spec in job.runs} == {1, 2, 3}


def test_its_money_is_that_of_basis_and_scales_with_nothing():
    table = pd.DataFrame({"month": [0, 1, 99], "instrument": ["a", "b", "b"], "cost_eur": [100.0, 7.0, 9.0]})
    outcome = FakeOutcome({"instruments": table}, "x")
    assert spending.spent(outcome, 12) == 107 and spending.spent(outcome, 12, {"a"}) == 7
    content = {
        "scenarios": {name: {"instruments": {"a": {"already": True}, "b": {}}} for name in ("basis", "mine", "placebo")},
        "reached": {"basis": {"a": 3.0}, "mine": {"a": 3.0, "b": 4.0}, "placebo": {"a": 3.0}},
    }
    assert compare.own_reach(content) == {"basis": {"a": 3.0}, "mine": {"b": 4.0}}


def test_the_list_of_places_says_what_is_done_or_that_nothing_was_found_or_that_nobody_looked():
    rows = {row["key"]: row for row in municipalities(Listing(what="municipalities"))}
    assert rows["amersfoort"]["current"] == "voorrang (2021-06 to ...)"
    assert rows["zwolle"]["current"] == "nothing found" and rows["zwolle"]["current_note"]
    assert rows["groningen"]["current"] == "not looked for"
