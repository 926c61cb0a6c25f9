"""The command line: a mistake is one English line with the nearest right name, before anything is run or written."""

from __future__ import annotations

import argparse
import csv
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from experiments import compare, entry, own_draws
from experiments import list as listing
from experiments.entry import CONFIGS, HydraCommand
from experiments.runs.plan import make_plan
from experiments.runs.world import merged
from experiments.schema import Compare, check
from sim.world import figures, places

STEPWISE = """
title: {nl: Eigen, en: Own}
instruments: {voorrang: {}}
rules: [{when: {after: 24, indicator: senior_moves, change: {below: 0.05}}, do: {add: {huurgewenning: {}}}}]
"""


class Recorder:
    """The command ``compare`` with the run itself taken out: what would be run, and where."""

    def __init__(self, status=0, error=None):
        self.plans, self.outs, self.status, self.error = [], [], status, error
        self.command = HydraCommand("compare", "config", Compare, make_plan, self.execute)

    def execute(self, plan, out, command):
        if self.error:
            raise self.error
        self.plans.append(plan)
        self.outs.append(out)
        out.mkdir(parents=True, exist_ok=True)
        return self.status

    def __call__(self, *arguments):
        return entry.main(self.command, arguments)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Recorder()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["municipalty=delft"], "there is no key municipalty; did you mean municipality?"),
        (["moths=12"], "there is no key moths; did you mean months?"),
        (["+moths=12"], "+moths=12: keys are neither added (+) nor taken away (~) here; there is no key moths;"),
        (["+months=12"], "neither added (+) nor taken away (~) here; write months=…"),
        (["++months=12"], "neither added (+) nor taken away (~) here"),
        (["~behaviour"], "neither added (+) nor taken away (~) here"),
        (["scenario=voorrang"], "there is no key scenario here: name them in a list, scenarios=[basis,voorrang]"),
        (["municipality=zwole"], "did you mean zwolle?"),
        (["scenarios=[basis,vorrang]"], "there is no scenario 'vorrang'; did you mean voorrang?"),
        (["scenarios=vorrang"], "did you mean voorrang?"),
        (["scenarios=basis,voorrang"], "write scenarios=[basis,voorrang] for a list, or add --multirun"),
        (["out=${x}"], "out=${x}: ${…} stands for the value of another key, and there is none of that name"),
        (["out="], "out is empty: give out=… (a folder)"),
        (["behaviour=3"], "behaviour=3: there is no such file"),
        (["instruments=3"], "instruments=3: "),
        (["hydra.jop.name=x"], "hydra"),
        (["scenarios=[]"], "scenarios is empty"),
        (["scenarios=[placebo]"], "the placebo is run with every comparison"),
        (["seeds=0"], "seeds=0 is out of range: 1 to 100000 replications"),
        (["months=-3"], "months=-3 is out of range: 1 to 1200 months"),
        (["months=many"], "months=many: a whole number is needed (1 to 1200 months)"),
        (["seeds=2.5"], "seeds=2.5: a whole number is needed"),
        (["start=2026"], "start=2026: "),
        (["start=2026-13"], "start='2026-13': a month as 2026-01 is needed"),
        (["strength=-1"], "strength=-1 is out of range: 0 to 10 times the delivery"),
        (["eur_budget_total=-5"], "eur_budget_total=-5 is out of range: 0 to 10000000000 euro"),
        (["workers=0"], "workers=0 is out of range: 1 to 1024 processes"),
        (["ledger=al"], "ledger is one of all, first, none; did you mean all?"),
        (["months.x=1"], "months.x: months has no keys of its own; write months=…"),
        (["behaviour.p_wish_senor=0.01"], "did you mean p_wish_senior?"),
        (["behaviour.p_wish_senior=9"], "is out of range"),
        (["behaviour=zonder_psycologie"], "did you mean zonder_psychologie?"),
        (["scenario_dir=nowhere"], "scenario_dir=nowhere: there is no such folder"),
        (["scenarios=voorrang", "instruments.voorang.rank=2"], "no chosen scenario holds it; did you mean voorrang?"),
        (["scenarios=voorrang", "instruments.huurbehoud.eur_plus=10"], "no chosen scenario holds it"),
        (["scenarios=voorrang", "instruments.voorrang.rnk=2"], "voorrang.rnk does not exist; did you mean rank?"),
        (["scenarios=voorrang", "instruments.voorrang.rank=-2"], "scenario voorrang: voorrang.rank=-2"),
        (
            ["scenarios=verhuiskostenvergoeding", "instruments.verhuiskostenvergoeding.payer=corporatie"],
            "scenario verhuiskostenvergoeding: verhuiskostenvergoeding: a corporatie may not pay a moving grant",
        ),
        (["scenarios=voorrang", "strength=2"], "scenario voorrang: voorrang: strength=2 is out of range, 0 to 1 (factor)"),
        (["scenarios=voorrang", "instruments.voorrang.payer=welzijn"], "voorrang is paid by corporatie or gemeente"),
        (["scenarios=huurgewenning", "instruments.huurgewenning.dur_path=48"], "the law allows 1 to 36 (Wet tijdelijke huurkorting, 2021)"),
        (
            ["scenarios=voorrang", "instruments.voorrang.from=2028-01", "instruments.voorrang.until=2027-06"],
            "voorrang.from=2028-01 and voorrang.until=2027-06 leave no month in which it works",
        ),
        (["months"], "cannot read 'months': write key=value"),
        (["scenarios=[a,b"], "cannot read 'scenarios=[a,b'"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_way_out(run, capsys, tmp_path, arguments, words):
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ") and said.err.count("\n") == 1, said.err
    assert words in said.err
    assert not run.plans and list(tmp_path.iterdir()) == [], "nothing is run or written"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), "wijken.csv: cannot be read (No such file or directory); expected in population/"),
        (lambda path: path.write_text(path.read_text().replace(",", ";", 3)), "wijken.csv: row 2, column "),
    ],
)
def test_figures_that_are_missing_or_damaged_are_named_before_anything_runs(run, capsys, tmp_path, monkeypatch, damage, words):
    shutil.copytree(figures.FOLDER, tmp_path / "population")
    damage(tmp_path / "population" / "wijken.csv")
    monkeypatch.setattr(figures, "FOLDER", tmp_path / "population")
    caches = (places.places, places._index)
    for cache in caches:
        cache.cache_clear()
    assert run("scenarios=basis", "out=here") == 2
    assert words in capsys.readouterr().err and not run.plans and not (tmp_path / "here").exists()
    for cache in caches:
        cache.cache_clear()


def test_a_bare_call_is_the_default_run_of_the_interface(run):
    assert run("out=here") == 0
    config = run.plans[0].config
    assert config.municipality == "zwolle" and config.seeds == 20 and config.first_seed == 0
    assert (config.months, config.burn_in, config.follow_up, config.start) == (120, 36, 36, "2026-01")
    assert (config.strength, config.workers, config.ledger, config.debug) == (1, 2, "first", False)
    assert set(run.plans[0].scenarios) == {
        "basis",
        "voorrang",
        "huurgewenning",
        "wooncoach",
        "verhuiskostenvergoeding",
        "van_groot_naar_beter",
        "placebo",
    }


def test_a_single_name_is_a_list_of_one_and_basis_is_always_run(run):
    assert run("scenarios=voorrang", "out=here") == 0
    assert list(run.plans[0].scenarios) == ["basis", "voorrang", "placebo"]


def test_a_code_of_cbs_and_a_name_are_the_same_design(run):
    assert run("municipality=GM0193", "scenarios=basis") == 0
    assert run("municipality=zwolle", "scenarios=basis", "seeds=3", "workers=1", "ledger=none") == 0
    assert run.plans[0].design == run.plans[1].design
    assert run.outs[0] == run.outs[1]
    assert str(run.outs[0].as_posix()).startswith("results/zwolle-")
    assert run("scenarios=basis", "months=60") == 0
    assert run.outs[2] != run.outs[0]


def test_settings_on_the_command_line_reach_every_scenario_that_holds_the_instrument_and_no_other(run):
    assert (
        run(
            "scenarios=[wooncoach,van_groot_naar_beter,voorrang]",
            "instruments.wooncoach_sociaal.fte=2",
            "instruments.wooncoach_sociaal.who.age=70",
            "out=here",
        )
        == 0
    )
    contents = run.plans[0].contents
    for name in ("wooncoach", "van_groot_naar_beter"):
        assert contents[name]["wooncoach_sociaal"]["fte"] == 2
        assert contents[name]["wooncoach_sociaal"]["who"]["age"] == 70
    assert "wooncoach_sociaal" not in contents["voorrang"]
    assert contents["basis"] == contents["placebo"]


def test_what_is_on_top_wins_and_the_rest_stays():
    assert merged({"a": 1, "who": {"age": 55, "rooms": 4}}, {"who": {"age": 70}, "b": 2}) == {
        "a": 1,
        "who": {"age": 70, "rooms": 4},
        "b": 2,
    }


def test_behaviour_is_a_named_set_or_single_values(run):
    assert run("behaviour=zonder_psychologie", "scenarios=basis", "out=a") == 0
    assert run.plans[0].config.behaviour["rel_loss_aversion"] == 1.0
    assert run("behaviour.rel_loss_aversion=1.5", "scenarios=basis", "out=b") == 0
    assert run.plans[1].config.behaviour == {"rel_loss_aversion": 1.5}


def test_hydra_leaves_its_files_in_out_and_nowhere_else(run, tmp_path):
    assert run("scenarios=basis", "out=some/where") == 0
    assert {path.name for path in tmp_path.iterdir()} == {"some"}
    assert [path.name for path in (tmp_path / "some" / "where").iterdir()] == [".hydra"]
    written = {path.name for path in (tmp_path / "some" / "where" / ".hydra").iterdir()}
    assert {"config.yaml", "overrides.yaml"} <= written


def test_a_multirun_puts_each_job_in_a_folder_named_by_its_overrides(run, tmp_path):
    assert run("--multirun", "municipality=delft,veldhoven", "scenarios=basis", "out=study") == 0
    assert [plan.design["municipality"] for plan in run.plans] == ["delft", "veldhoven"]
    assert [out.name for out in run.outs] == ["municipality=delft,scenarios=basis", "municipality=veldhoven,scenarios=basis"]
    assert {path.name for path in tmp_path.iterdir()} == {"study"}


def test_a_multirun_is_checked_whole_before_its_first_job(run, capsys):
    assert run("--multirun", "municipality=delft,veldhofen", "scenarios=basis", "out=study") == 2
    assert "did you mean veldhoven?" in capsys.readouterr().err
    assert not run.plans


def test_the_status_of_the_run_is_the_status_of_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Recorder(status=1)("scenarios=basis", "out=here") == 1


def test_a_traceback_is_shown_only_in_debug_mode(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run = Recorder(error=ZeroDivisionError("nobody moved"))
    assert run("scenarios=basis", "out=here") == 1
    plain = capsys.readouterr().err
    assert plain == "error: ZeroDivisionError: nobody moved (debug=true shows where)\n"
    assert run("scenarios=basis", "out=here", "debug=true") == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_scenario_of_ones_own_is_found_in_scenario_dir_and_its_faults_are_named(run, capsys, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "eigen.yaml").write_text("title: {nl: Eigen, en: Own}\ninstruments: {voorrang: {rank: 2}}\n")
    assert run("scenarios=eigen", "scenario_dir=mine", "out=here") == 0
    assert run.plans[0].contents["eigen"]["voorrang"]["rank"] == 2
    (folder / "eigen.yaml").write_text("title: {nl: Eigen, en: Own}\ninstrument: {}\n")
    assert run("scenarios=eigen", "scenario_dir=mine", "out=here") == 2
    assert "eigen.yaml, line 2, column 1: instrument" in capsys.readouterr().err
    (folder / "eigen.yaml").write_text("title: {nl: Eigen, en: Own}\nrules: [{after: 24}]\n")
    assert run("scenarios=eigen", "scenario_dir=mine", "out=here") == 2
    assert "eigen.yaml, line 2, column 17: rule 1: after: there is no such key" in capsys.readouterr().err
    (folder / "eigen.yaml").write_text(STEPWISE)
    assert run("scenarios=eigen", "scenario_dir=mine", "out=here", "instruments.huurgewenning.dur_path=12") == 0
    [rule] = run.plans[-1].rules["eigen"]
    assert rule["do"]["add"]["huurgewenning"]["dur_path"] == 12 and rule["do"]["add"]["huurgewenning"]["payer"] == "corporatie"
    for line, words in (("instruments.huurgewenning.dur_path=48", "1 to 36"), ("burn_in=6", "let burn_in be 12 or more, not 6")):
        assert run("scenarios=eigen", "scenario_dir=mine", "out=here", line) == 2
        said = capsys.readouterr().err
        assert "scenario eigen: rule 1" in said and words in said


def test_hydra_starts_where_argparse_checks_help_texts_as_python_3_14_does(run, monkeypatch):
    def check_help(self, action):
        if action.help is not None and "%" not in action.help:
            pass

    monkeypatch.setattr(argparse.ArgumentParser, "_check_help", check_help, raising=False)
    original = argparse.ArgumentParser.add_argument

    def add_argument(self, *names, **options):
        action = original(self, *names, **options)
        self._check_help(action)
        return action

    monkeypatch.setattr(argparse.ArgumentParser, "add_argument", add_argument)
    assert run("scenarios=basis", "out=here") == 0


def test_every_scenario_that_is_shipped_can_be_run_and_has_two_titles(run):
    names = sorted(path.stem for path in (CONFIGS / "scenario").glob("*.yaml"))
    assert run(f"scenarios=[{','.join(names)}]", "out=here") == 0
    assert all(len(run.plans[0].titles[name]["nl"]) > 3 and len(run.plans[0].titles[name]["en"]) > 3 for name in names)
    for name in names:
        keys = yaml.safe_load((CONFIGS / "scenario" / f"{name}.yaml").read_text(encoding="utf-8"))
        assert set(keys) <= {"title", "instruments", "rules"}


def test_the_configuration_file_holds_every_key_of_the_schema():
    config = yaml.safe_load((CONFIGS / "config.yaml").read_text(encoding="utf-8"))
    assert set(config) - {"defaults", "hydra"} | {"behaviour"} == set(Compare.model_fields)
    check(Compare, {key: value for key, value in config.items() if key not in ("defaults", "hydra")})


@pytest.mark.parametrize("what", listing.LISTS)
def test_each_list_is_csv_with_a_key_per_row(capsys, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert entry.main(listing.COMMAND, [f"what={what}"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    keys = [row["key"] for row in rows]
    assert len(keys) == len(set(keys)) > 5 and all(keys)
    if what == "instruments":
        assert {"category", "sector", "stages", "levers", "payers", "indicator", "law"} <= set(rows[0])
    assert list(Path.cwd().iterdir()) == []


def test_a_list_that_does_not_exist_names_those_that_do(capsys):
    assert entry.main(listing.COMMAND, ["what=municipality"]) == 2
    assert "did you mean municipalities?" in capsys.readouterr().err
    assert entry.main(listing.COMMAND, []) == 2
    assert "what is missing" in capsys.readouterr().err


def test_the_main_job_and_the_entry_share_one_schema():
    assert compare.COMMAND.schema is Compare and compare.COMMAND.prepare is own_draws.prepare


def test_a_sign_that_the_console_lacks_ends_no_command(tmp_path):
    (tmp_path / "pijl.yaml").write_text("title: {nl: a → b, en: a → b}\ninstruments: {voorrang: }\n", encoding="utf-8")
    command = [sys.executable, "-m", "experiments.list", "what=scenarios", f"scenario_dir={tmp_path}"]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="cp1252", check=False)
    assert done.returncode == 0 and done.stderr == "" and r"a \u2192 b" in done.stdout


@pytest.mark.parametrize("code", ["363", "0363", "GM0363", "gm0363", "'363'"])
def test_a_bare_code_is_a_place_however_it_is_typed(code, capsys):
    arguments = [f"municipality={code}", "scenarios=[voorang]"]
    assert entry.main(compare.COMMAND, arguments) == 2
    assert "there is no scenario 'voorang'" in capsys.readouterr().err, "the place is found"


def test_a_file_of_behaviour_of_ones_own_is_read_strictly_and_holds(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "draw.yaml").write_text("p_sight: 0.1\nlogit_choice_overload: -0.3\n", encoding="utf-8")
    _, plan = entry.checked(compare.COMMAND, ["behaviour=draw.yaml", "behaviour.p_refusal=0.2"])
    assert plan.config.behaviour == {"p_sight": 0.1, "logit_choice_overload": -0.3, "p_refusal": 0.2}
    for text, words in (("p_sicht: 0.1\n", "did you mean p_sight"), ("p_sight: 0,1\n", "Dutch notation"), ("p_sight: 7\n", "p_sight=7")):
        (tmp_path / "draw.yaml").write_text(text, encoding="utf-8")
        assert entry.main(compare.COMMAND, ["behaviour=draw.yaml"]) == 2
        said = capsys.readouterr().err
        assert words in said and said.startswith("error: draw.yaml, line 1")
    assert entry.main(compare.COMMAND, ["behaviour=not_there.yaml"]) == 2
    assert "not_there.yaml" in capsys.readouterr().err
