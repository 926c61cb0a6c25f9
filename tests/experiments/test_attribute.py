"""Attribution end to end: the worlds of a scenario taken apart, shared with a comparison, taken up again, and its errors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.estimates.bundles import World
from analysis.tables import record
from experiments import attribute, compare, entry
from experiments.attribute import ORDERS, labelled, of_world, prepare, seed_jobs
from experiments.entry import CONFIGS
from experiments.runs.folder import join
from experiments.runs.plan import make_plan
from experiments.runs.whole import checksums
from experiments.schema import Attribute, check
from sim import run
from sim.world.errors import Refusal
from tests.fake_world import FakeSimulation, called, fake_plan
from tests.worlds import MIXED, burnt_in, strong

NAME = "van_groot_naar_beter"
KEYS = ("huurgewenning", "verhuiskostenvergoeding", "voorrang", "wooncoach_sociaal")
OWN = dict(zip(KEYS, (0.0, 3.0, 40.0, 10.0), strict=True))
DEFAULTS = {
    "municipality": "zwolle",
    "scenario": NAME,
    "seeds": 2,
    "first_seed": 0,
    "months": 12,
    "burn_in": 3,
    "follow_up": 3,
    "start": "2026-01",
    "strength": 1,
    "workers": 1,
}


@dataclass(frozen=True)
class Sums(FakeSimulation):
    """Moves by seniors are what the instruments at work add up to; a toolbox brings 2 more for each one in it."""

    stops_at: int = 0  # the call at which somebody presses Ctrl-C

    def run(self, world, job, spec, base):
        if self.stops_at and called(Path(self.notes), "run-") + 1 == self.stops_at:
            raise KeyboardInterrupt
        outcome = super().run(world, job, spec, base)
        value = 100.0 + job.seed + sum(OWN[key] * (1 + job.seed / 10) for key in spec.instruments)
        value += sum(2.0 * len(set(one.get("toolbox", ())) & set(spec.instruments)) for one in spec.instruments.values())
        value += spec.placebo * 0.1 * job.seed
        columns = ["indicator", "group_by", "group", "months_from", "months_to", "value"]
        rows = [("senior_moves", "all", "all", 0, 6, -1.0), ("senior_moves", "all", "all", 0, 12, value)]
        rows += [("senior_moves", "class", "senior", 0, 12, -2.0), ("fit", "all", "all", 0, 12, 0.8)]
        outcome.tables["summary"] = pd.DataFrame(rows, columns=columns)
        return outcome


def prepared(**keys):
    return prepare(check(Attribute, {**DEFAULTS, **keys}))


def execute(plan, out, simulation, executor=None):
    return attribute.execute(plan, out, "python -m experiments.attribute", simulation, executor)


def shares(out):
    return pd.read_csv(out / "shapley.csv").query("indicator == 'senior_moves'").set_index("instrument")


def files(out):
    return {path.name: path.read_bytes() for path in sorted(out.glob("*.csv"))}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "scenario is missing: give scenario=… (name of a scenario)"),
        (["scenario=van_groot_naar_betr"], "there is no scenario 'van_groot_naar_betr'; did you mean van_groot_naar_beter?"),
        (["scenario=basis"], "scenario=basis holds no instruments: there is nothing to share out"),
        (["scenario=voorrang"], "holds one instrument, voorrang: all it does is that one's; experiments.compare scenarios=voorrang"),
        (["scenario=placebo"], "the placebo holds no instruments"),
        ([f"scenario={NAME}", "strength=0"], "strength=0: nothing is delivered, so there is nothing to share out"),
        ([f"scenario={NAME}", "strength=2"], "is out of range, 0 to 1 (factor)"),
        ([f"scenario={NAME}", "permutations=0"], "permutations=0 is out of range: 1 to 10000 orders of the instruments"),
        ([f"scenario={NAME}", "permutation=3"], "did you mean permutations?"),
        ([f"scenario={NAME}", "eur_budget_total=9"], "there is no key eur_budget_total"),
        ([f"scenario={NAME}", "municipality=zwole"], "did you mean zwolle?"),
        ([f"scenario={NAME}", "instruments.huurbehoud.eur_plus=9"], "no chosen scenario holds it"),
        ([f"scenarios=[{NAME}]"], "there is no key scenarios; did you mean scenario?"),
        (["scenario=[voorrang,wooncoach]"], "one text is needed (name of a scenario)"),
        (["scenario=voorrang,wooncoach"], "give one, or add --multirun"),
        (["+scenario=voorrang"], "write scenario=…"),
        (["scenario.name=voorrang"], "scenario has no keys of its own"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_way_out(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert entry.main(attribute.COMMAND, arguments) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("error: ") and said.err.count("\n") == 1, said.err
    assert words in said.err
    assert list(tmp_path.iterdir()) == [], "nothing is run or written"


def test_a_multirun_names_its_folders_by_the_scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "twee.yaml").write_text("title: {nl: Twee, en: Two}\ninstruments: {voorrang: {}, huurbehoud: {}}\n")
    outs = []

    def recorded(plan, out, command):
        outs.append((plan.bundle.scenario, out.name))
        return 0

    command = replace(attribute.COMMAND, execute=recorded)
    assert entry.main(command, ["--multirun", f"scenario=twee,{NAME}", "scenario_dir=mine", "out=study"]) == 0
    assert outs == [(name, f"scenario.name={name}") for name in ("twee", NAME)]


def test_the_configuration_file_holds_every_key_of_the_schema_and_the_defaults_of_a_comparison():
    config, main = (yaml.safe_load((CONFIGS / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("attribute", "config"))
    assert set(config) - {"defaults", "hydra"} | {"behaviour"} == set(Attribute.model_fields)
    assert {key: config[key] for key in config if key in main and key != "hydra"} == {
        key: main[key] for key in main if key in config and key != "hydra"
    }


def test_up_to_six_instruments_all_coalitions_are_run_unless_orders_are_asked_for(tmp_path):
    few = prepared()
    assert few.bundle == (NAME, KEYS, ("wooncoach_sociaal",), 0)
    assert len(seed_jobs(few, [0], tmp_path)[0].runs) == 16 + 2, "all coalitions, the placebo, and the toolbox emptied"
    assert prepared(permutations=3).bundle.permutations == 3
    assert ORDERS >= 10


def test_more_than_six_instruments_come_in_drawn_orders(tmp_path, monkeypatch):
    monkeypatch.setattr(attribute, "MOST_EXACT", 3)
    many = prepared()
    assert many.bundle.permutations == ORDERS
    assert prepared(permutations=1).bundle.permutations == 1


def test_the_toolbox_holds_what_is_at_work_and_the_rest_of_the_settings_is_the_scenarios(tmp_path):
    plan = prepared(**{"instruments": {"wooncoach_sociaal": {"fte": 2}}}).plan
    filled = plan.contents[NAME]
    part = of_world(filled, filled, World(("voorrang", "wooncoach_sociaal")))
    assert set(part) == {"voorrang", "wooncoach_sociaal"} and part["voorrang"] == filled["voorrang"]
    assert part["wooncoach_sociaal"] == filled["wooncoach_sociaal"] | {"toolbox": ["voorrang"]}
    assert of_world(filled, filled, World(KEYS)) == filled
    emptied = of_world(filled, filled, World(KEYS, "wooncoach_sociaal"))
    assert emptied["wooncoach_sociaal"] == filled["wooncoach_sociaal"] | {"toolbox": []}


def test_a_toolbox_without_what_is_not_at_work_gives_the_same_world_to_the_byte():
    coach = strong("wooncoach_sociaal")
    chosen = {"voorrang": strong("voorrang"), "wooncoach_sociaal": coach | {"toolbox": ["voorrang"]}}
    more = chosen | {"wooncoach_sociaal": coach | {"toolbox": ["huurgewenning", "voorrang", "verhuiskostenvergoeding"]}}
    one, two = (run.run_scenario(burnt_in(), instruments) for instruments in (chosen, more))
    assert all(one.tables[name].equals(two.tables[name]) for name in one.tables)
    assert one.reached["wooncoach_sociaal"] > 0


def test_the_shares_are_those_of_the_worlds_and_add_up(tmp_path, notes, capsys):
    assert execute(prepared(seeds=3), tmp_path, Sums(str(notes))) == 0
    found = shares(tmp_path)
    assert found["share"].loc["bundle"] == pytest.approx(53.0 * 1.1 + 6.0)
    assert found["share"].drop("bundle").sum() == pytest.approx(found["share"].loc["bundle"])
    assert found["share"].loc["huurgewenning"] == pytest.approx(1.0), "half of what the coach brings it for"
    assert found["share"].loc["wooncoach_sociaal"] == pytest.approx(10 * 1.1 + 3.0)
    parts = pd.read_csv(tmp_path / "bundles.csv").query("indicator == 'senior_moves' and instrument == 'wooncoach_sociaal'")
    assert parts.set_index("kind")["difference"].to_dict() == pytest.approx(
        {"alone": 11.0, "without": 17.0, "interaction": 6.0, "toolbox": 6.0}
    )
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == str(tmp_path / "shapley.csv")
    assert any("Het verschil daartussen: +6" in line for line in said)
    said_of_it = record.read(tmp_path / f"attribute_{NAME}.json")
    assert said_of_it["seeds"] == [0, 1, 2] and said_of_it["permutations"] == 0 and said_of_it["failed_runs"] == []
    assert called(notes, "world-") == 3 and called(notes, "run-") == 3 * 18


def test_a_comparison_in_the_same_folder_shares_its_runs_in_both_directions(tmp_path, notes, monkeypatch):
    monkeypatch.setattr("experiments.compare.page", lambda out, content: 0)
    simulation, out = Sums(str(notes)), tmp_path / "out"
    plan = make_plan(fake_plan(scenarios=[NAME, "voorrang", "wooncoach"], ledger="all").config)
    assert prepared().plan.design == plan.design and prepared().out == plan.out
    assert compare.execute(plan, out, "", simulation) == 0
    before = called(notes, "run-")
    assert execute(prepared(), out, simulation) == 0
    shared = 4  # basis is run again, for drift; not the placebo, the whole, voorrang alone and the coach alone
    assert called(notes, "run-") - before == 2 * (18 - shared)
    before = called(notes, "run-")
    again = make_plan(fake_plan(scenarios=[NAME, "huurgewenning"], ledger="none").config)
    assert compare.execute(again, out, "", simulation) == 0
    assert called(notes, "run-") == before, "huurgewenning alone was a coalition"
    names = set(pd.read_parquet(out / "summary.parquet")["scenario"])
    assert names == {"basis", "placebo", NAME, "voorrang", "wooncoach", "huurgewenning"}, "coalitions are no scenarios"


def test_after_an_interruption_the_same_command_goes_on_to_the_same_tables(tmp_path, notes):
    out, whole = tmp_path / "out", tmp_path / "whole"
    with pytest.raises(KeyboardInterrupt):
        execute(prepared(), out, Sums(str(notes), stops_at=25))
    assert not list(out.glob("*.csv"))
    assert execute(prepared(), out, Sums(str(notes))) == 0
    assert called(notes, "run-") == 2 * 18 + 1, "basis of the seed that was under way once more, nothing else"
    assert execute(prepared(), whole, Sums(str(notes))) == 0
    assert files(out) == files(whole) and len(files(out)) == 3


def test_a_world_that_fails_is_named_and_no_shares_are_given_until_it_is_there(tmp_path, notes, capsys):
    label = f"{NAME}: voorrang+wooncoach_sociaal"
    assert execute(prepared(), tmp_path, Sums(str(notes), fails=((label, 1),))) == 1
    assert f"failed: scenario {label}, seed 1" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.csv"))
    assert execute(prepared(), tmp_path, Sums(str(notes))) == 0
    assert called(notes, "run-") == 2 * 18 + 2


def test_shares_of_fewer_seeds_do_not_stay_beside_a_record_with_a_failed_world(tmp_path, notes):
    assert execute(prepared(), tmp_path, Sums(str(notes))) == 0
    made = {path.name for path in tmp_path.iterdir() if path.is_file() and path.name[0] != "." and path.suffix != ".json"}
    assert made == {"worlds.csv", "bundles.csv", "shapley.csv", f"shapley_{NAME}.svg", f"shapley_{NAME}.png"}
    assert execute(prepared(seeds=3), tmp_path, Sums(str(notes), fails=((f"{NAME}: voorrang", 2),))) == 1
    assert not any((tmp_path / name).exists() for name in made)


def test_a_failed_world_takes_its_rows_away_and_the_checksums_are_those_of_what_stays(tmp_path, notes):
    (tmp_path / "twee.yaml").write_text("title: {nl: Twee, en: Two}\ninstruments: {voorrang: {}, huurgewenning: {}}\n", encoding="utf-8")
    out, mine = tmp_path / "out", {"scenario_dir": str(tmp_path)}
    for scenario, seeds in (("twee", 2), (NAME, 2), ("twee", 3)):
        assert execute(prepared(scenario=scenario, seeds=seeds, **mine), out, Sums(str(notes))) == 0
    assert execute(prepared(seeds=3, **mine), out, Sums(str(notes), fails=((f"{NAME}: wooncoach_sociaal", 2),))) == 1
    assert set(pd.read_csv(out / "shapley.csv")["scenario"]) == {"twee"}
    assert {fault.file for fault in checksums(out)[1]} == {f"attribute_{NAME}.json"}


def test_a_damaged_table_of_an_earlier_run_does_not_hide_which_world_failed(tmp_path, notes, capsys):
    plan = prepared().plan
    join(tmp_path, plan.design, plan.written)
    (tmp_path / "shapley.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"shapley\.csv is damaged"):
        execute(prepared(), tmp_path, Sums(str(notes), fails=((f"{NAME}: voorrang", 1),)))
    assert f"failed: scenario {NAME}: voorrang, seed 1" in capsys.readouterr().err
    assert [one["seed"] for one in record.read(tmp_path / f"attribute_{NAME}.json")["failed_runs"]] == [1]


def test_more_seeds_extend_the_shares_to_what_one_run_would_have_given(tmp_path, notes, capsys):
    simulation = Sums(str(notes))
    for out, keys in (("grown", {"seeds": 1}), ("grown", {"seeds": 2, "first_seed": 1}), ("whole", {"seeds": 3})):
        assert execute(prepared(**keys), tmp_path / out, simulation) == 0
    assert files(tmp_path / "grown") == files(tmp_path / "whole")
    assert "holds 1 seeds; they stay" in capsys.readouterr().err


def test_processes_and_threads_mean_nothing(tmp_path, notes):
    simulation = Sums(str(notes))
    execute(prepared(seeds=3, permutations=2), tmp_path / "one", simulation)
    execute(prepared(seeds=3, permutations=2, workers=2), tmp_path / "two", simulation)
    with ThreadPoolExecutor(2) as executor:
        execute(prepared(seeds=3, permutations=2), tmp_path / "threads", simulation, executor)
    assert files(tmp_path / "one") == files(tmp_path / "two") == files(tmp_path / "threads")
    found = shares(tmp_path / "one")
    assert found["share"].drop("bundle").sum() == pytest.approx(found["share"].loc["bundle"])
    assert (found["permutations"] == 2).all()


def test_another_setting_in_the_same_folder_is_refused(tmp_path, notes):
    execute(prepared(), tmp_path, Sums(str(notes)))
    with pytest.raises(Refusal, match=r"wooncoach_sociaal\.fte=None, and this command asks for 2"):
        execute(prepared(instruments={"wooncoach_sociaal": {"fte": 2}}), tmp_path, Sums(str(notes)))


def test_labels_of_worlds_are_basis_the_scenario_and_no_name_twice(tmp_path):
    bundle = prepared().bundle
    labels = [labelled(bundle, world) for world in bundle.worlds(0)]
    assert labels[0] == "basis" and NAME in labels and len(set(labels)) == len(labels) == 17


def test_the_command_runs_from_end_to_end_in_a_small_town(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    keys = ("verhuiskostenvergoeding", "voorrang", "wooncoach_sociaal")
    chosen = {key: strong(key) for key in keys}
    chosen["wooncoach_sociaal"]["toolbox"] = ["voorrang"]
    del chosen["verhuiskostenvergoeding"]["rel_labelled"]  # it asks for a label, or the file is refused
    content = {"title": {"nl": "Klein", "en": "Small"}, "instruments": chosen}
    (tmp_path / "mine" / "klein.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    arguments = [
        "scenario=klein",
        "scenario_dir=mine",
        f"municipality={MIXED}",
        "seeds=2",
        "months=6",
        "burn_in=1",
        "follow_up=1",
        "workers=1",
        "out=here",
    ]
    assert entry.main(attribute.COMMAND, arguments) == 0
    out = tmp_path / "here"
    assert {path.name for path in out.iterdir()} == {
        ".hydra",
        ".lock",
        ".runs",
        "attribute_klein.json",
        "bundles.csv",
        "datapackage.json",
        "shapley.csv",
        "worlds.csv",
        "shapley_klein.png",
        "shapley_klein.svg",
    }
    assert len([path for path in (out / ".runs").iterdir() if path.is_dir()]) == 2 * (8 + 2)
    table = pd.read_csv(out / "shapley.csv")
    assert {"senior_moves", "moves_set_off", "fit", "suitable_seniors", "families_housed"} <= set(table["indicator"])
    for _, rows in table.groupby("indicator"):
        parts = rows[rows["instrument"] != "bundle"]["share"].sum(skipna=False)
        assert parts == pytest.approx(rows["share"].iloc[-1], nan_ok=True)
    assert (table["share"].abs() > 0).any()
    values = pd.read_csv(out / "worlds.csv").query("indicator == 'senior_moves'").pivot(index="seed", columns="world", values="value")
    assert table.set_index(["indicator", "instrument"])["share"]["senior_moves", "bundle"] == pytest.approx(
        (values["+".join(keys)] - values["basis"]).mean()
    )
    said = capsys.readouterr()
    assert "then 10 scenarios of 7 months" in said.err and "all runs are finished" in said.err
    assert "Klein" in said.out and said.out.splitlines()[-1] == str(Path("here/shapley.csv"))
