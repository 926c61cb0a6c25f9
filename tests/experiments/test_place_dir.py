"""The key ``place_dir``: a place of one's own through the commands, in every process, and in the record of what was run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments import attribute, compare, entry, goals, validate
from experiments import list as listing
from experiments.comparison import compare as compared
from experiments.entry import CONFIGS
from experiments.runs import runner
from experiments.runs.plan import make_plan
from experiments.runs.world import Verhuisketens
from experiments.schema import Compare, check
from sim import run
from sim.model import HousingModel
from sim.population.fitting import make
from sim.world import figures
from sim.world.errors import Refusal
from sim.world.places import resolve
from tests.fake_world import DEFAULTS
from tests.own_places import CODE, another, folder_of, row_of

ISLAND = "GM0088"  # Schiermonnikoog: 550 households
COMMANDS = {"compare": compare, "attribute": attribute, "goals": goals, "validate": validate, "list": listing}
TINY = ("seeds=2", "months=2", "burn_in=1", "follow_up=1", "scenarios=basis", "ghosts=false", "workers=2")


@pytest.fixture(autouse=True)
def mine(tmp_path, monkeypatch):
    """A folder ``mine`` with an island of one's own, in the current folder."""
    monkeypatch.chdir(tmp_path)
    yield folder_of(tmp_path / "mine", [another(ISLAND, name="Eigeneiland")])
    figures.use(None)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_knows_places_takes_the_key(name):
    fields = COMMANDS[name].COMMAND.schema.model_fields
    assert "place_dir" in fields and "\nplace_dir: null\n" in (CONFIGS / f"{COMMANDS[name].COMMAND.config}.yaml").read_text()
    assert ("municipality" in fields) == (name != "list")


def test_a_place_of_ones_own_is_compared_in_processes_of_their_own_and_recorded(tmp_path, mine):
    assert entry.main(compare.COMMAND, ["place_dir=mine", "municipality=eigeneiland", "out=own", *TINY]) == 0
    manifest = json.loads((tmp_path / "own" / "manifest.json").read_text())
    assert manifest["place"] == "eigeneiland" and manifest["seeds"] == [0, 1] and not manifest["failed_runs"]
    content = (mine / "gemeenten.csv").read_bytes()
    assert manifest["own_places"] == {"gemeenten.csv": hashlib.sha256(content).hexdigest()}
    assert str(tmp_path) not in json.dumps(manifest)
    assert manifest["version"]["data"] == figures.digest()[:16]
    figures.use(None)
    assert manifest["version"]["data"] != figures.digest()[:16]
    assert entry.main(compare.COMMAND, ["municipality=schiermonnikoog", "out=shipped", *TINY]) == 0
    assert json.loads((tmp_path / "shipped" / "manifest.json").read_text())["own_places"] == {}
    here, there = (pd.read_parquet(tmp_path / name / "months.parquet") for name in ("own", "shipped"))
    for name in ("households", "seniors", "dwellings", "persons"):
        assert here[name].to_numpy() == pytest.approx(there[name].to_numpy(), rel=0.05), name


def test_another_file_in_the_folder_is_another_design(tmp_path, mine, capsys):
    asked = ["place_dir=mine", "municipality=eigeneiland", "out=own", *TINY, "seeds=1"]
    assert entry.main(compare.COMMAND, asked) == 0
    folder_of(mine, [another(ISLAND, name="Eigeneiland", woz_keur_2022="500")])
    capsys.readouterr()
    assert entry.main(compare.COMMAND, asked) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "data" in said and "own" in said


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"pct_owner_2022": "4,1"}, "error: own gemeenten.csv: row 2, column pct_owner_2022: '4,1' is not a number; write a decimal point"),
        (
            {"pct_corporation_2020": "90"},
            "error: own gemeenten.csv: row 2, column pct_owner_2020: pct_owner_2020 … pct_other_landlord_2020",
        ),
        ({"name": "Zwolle"}, "error: own gemeenten.csv: row 2, column name: Zwolle is the name of Zwolle; give a name of its own"),
        (None, "error: place_dir=mine: neither gemeenten.csv nor wijken.csv is there"),
    ],
)
def test_a_mistake_in_the_folder_is_one_line_before_anything_runs(tmp_path, mine, capsys, row, words):
    (mine / "gemeenten.csv").unlink()
    folder_of(mine, [] if row is None else [another(ISLAND, **{"name": "Eigeneiland", **row})])
    for name, command in COMMANDS.items():
        own = {"attribute": ["scenario=voorrang"], "goals": ["scenario=voorrang"], "list": ["what=municipalities"]}.get(name, [])
        asked = ["place_dir=mine", *own, *(["municipality=eigeneiland", "out=out"] if name != "list" else [])]
        assert entry.main(command.COMMAND, asked) == 2, name
        said = capsys.readouterr()
        assert said.err.startswith(words) and said.err.count("\n") == 1 and said.out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]


def test_the_list_of_municipalities_shows_places_of_ones_own(capsys):
    def rows(*more) -> dict[str, dict[str, str]]:
        assert entry.main(listing.COMMAND, ["what=municipalities", *more]) == 0
        return {row["key"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}

    own, shipped = rows("place_dir=mine"), rows()
    assert own.keys() - shipped.keys() == {"eigeneiland"} and shipped.keys() <= own.keys()
    assert own["eigeneiland"]["code"] == CODE and own["eigeneiland"]["level"] == "gemeente"


def test_files_that_change_after_the_plan_are_refused_by_the_run(mine):
    plan = make_plan(check(Compare, DEFAULTS | {"place_dir": "mine", "municipality": CODE, "scenarios": ["basis"]}))
    job = runner.seed_jobs(plan, [0], mine.parent / "out")[0]
    assert job.place_dir == str(mine) and job.place == "eigeneiland"
    folder_of(mine, [another(ISLAND, name="Eigeneiland", woz_keur_2022="500")])
    with pytest.raises(Refusal, match="its files changed while this command ran; give the command again"):
        Verhuisketens().world(job)
    with pytest.raises(Refusal, match="no such folder"):
        Verhuisketens().world(replace(job, place_dir="nowhere"))


def test_a_plan_without_the_key_forgets_a_folder_that_was_in_use(mine):
    figures.use(mine)
    make_plan(check(Compare, DEFAULTS | {"scenarios": ["basis"]}))
    assert figures.own_files() == {}
    with pytest.raises(Refusal, match="'eigeneiland' is not known"):
        make_plan(check(Compare, DEFAULTS | {"municipality": "eigeneiland"}))


def test_from_python_a_place_is_burnt_in_from_its_folder(mine):
    own = run.burn_in("eigeneiland", 1, 2, 1, 1, place_dir=mine)
    assert set(own.world.geography.gemeente_code) == {CODE}
    figures.use(None)
    wanted = make(resolve("schiermonnikoog"))
    homes = float(row_of(ISLAND)["dwellings_20240101"])
    assert np.isclose(wanted.dwellings.sum(), homes)
    begun = len(own.world.d.id)
    shipped = run.burn_in("schiermonnikoog", 1, 2, 1, 1)
    assert begun == pytest.approx(len(shipped.world.d.id), rel=0.01)
    later = run.run_scenario(own)
    assert len(later.tables["months"]) > 0, "a run goes on after another folder came into use"


def test_the_doors_of_python_take_the_folder_and_the_next_world_has_the_projects_own():
    time = {"months": 2, "burn_in": 1, "follow_up": 0}
    one = HousingModel("eigeneiland", seed=1, place_dir="mine", **time)
    assert len(one.agents) > 100
    with pytest.raises(Refusal, match="'eigeneiland' is not known"):
        HousingModel("eigeneiland", seed=1, **time)
    found = compared("eigeneiland", "basis", seeds=1, place_dir="mine", ledger="none", **time)
    assert set(found.months["scenario"]) == {"basis", "placebo"}
    with pytest.raises(Refusal, match="'eigeneiland' is not known"):
        compared("eigeneiland", "basis", seeds=1, ledger="none", **time)
    one.run()  # the world that was built goes on with what it was built from
