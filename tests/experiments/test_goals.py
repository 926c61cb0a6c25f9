"""Goals and the cheapest package: shares that are known, a search whose answer is known, and one-line errors."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimates.goals import Goal, Run, goals_table, reached, read_run, share_interval, shortfall
from analysis.estimates.packages import Package, cheapest, curve
from analysis.tables import record
from analysis.tables.schema import GOALS, PACKAGES
from experiments import entry, goal_file, goals
from experiments.entry import CONFIGS
from experiments.schema import Goals, check
from tests.analysis.test_statistics import normal
from tests.fake_world import FakeSimulation, called, filled
from tests.worlds import MIXED

TITLE = {"nl": "Doel", "en": "Goal"}
NAME = "van_groot_naar_beter"
DEFAULTS = {
    "municipality": "zwolle",
    "scenario": NAME,
    "seeds": 4,
    "first_seed": 0,
    "months": 12,
    "burn_in": 3,
    "follow_up": 3,
    "start": "2026-01",
    "strength": 1,
    "workers": 1,
    "goals": "ambities",
    "trials": 0,
    "probability": 0.75,
}


def goal(**more):
    return Goal.model_validate({"title": TITLE, "within": 3, **more})


def a_run(moves, suitable=(50, 50, 50), spent=(0.0, 0.0, 0.0)):
    columns = {"senior_moves": moves, "suitable_seniors": suitable, "adaptable_seniors": 10, "seniors": 100}
    return Run(pd.DataFrame({"month": range(3), **columns}), np.array(spent, float))


def test_flows_are_added_up_and_states_are_those_of_the_month():
    run = a_run([1, 2, 3], [40, 50, 60])
    assert goal(indicator="senior_moves", at_least=6).values(run.months).tolist() == [1, 3, 6]
    assert goal(indicator="suitable_seniors", at_least=6).values(run.months).tolist() == [40, 50, 60]
    both = goal(indicator=["suitable_seniors", "adaptable_seniors"], share_of="seniors", at_least=0.6)
    assert both.values(run.months).tolist() == [0.5, 0.6, 0.7]
    assert both.holds(both.values(run.months), np.zeros(3)).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"at_least": 11}, [False, True]),
        ({"at_most": 11}, [True, True]),
        ({"above_basis": 0.1}, [False, True]),
        ({"below_basis": 0.0}, [True, False]),
        ({"above_basis": -0.2}, [True, True]),
    ],
)
def test_a_target_is_a_level_or_beside_basis_in_the_same_seed(target, expected):
    one = goal(indicator="suitable_seniors", **target)
    assert one.holds(np.array([10.0, 11.0]), np.array([10.0, 10.0])).tolist() == expected


@given(st.floats(1, 1e4), st.floats(1, 1e4), st.sampled_from(["at_least", "at_most", "above_basis", "below_basis"]))
def test_what_holds_has_no_shortfall_and_what_does_not_has_one(value, base, target):
    one = goal(indicator="suitable_seniors", **{target: 500.0 if target.startswith("at") else 0.25})
    run, other = a_run([0, 0, 0], [value] * 3), a_run([0, 0, 0], [base] * 3)
    assert reached({"one": one}, run, other) == (shortfall({"one": one}, run, other) <= 0)


def test_the_table_counts_the_seeds_in_which_a_goal_holds_month_by_month():
    wanted = {
        "moves": goal(indicator="senior_moves", above_basis=0.1, within=3),
        "home": goal(indicator="suitable_seniors", at_least=55, within=2),
    }
    runs = {("basis", seed): a_run([10, 10, 10]) for seed in range(4)}
    runs |= {("more", seed): a_run([10, 12, 11 + seed], [50, 50 + 5 * (seed > 0), 60], [1.0, 3.0 + seed, 9.0]) for seed in range(4)}
    table = goals_table(wanted, runs)
    assert tuple(table.columns) == GOALS.names
    more = table[table["scenario"] == "more"].set_index(["goal", "month"])
    assert [more["share"]["moves", month] for month in range(3)] == [0.0, 1.0, 1.0]
    assert [more["share"]["home", month] for month in range(3)] == [0.0, 0.75, 1.0]
    assert more["cost"]["moves", 1] == pytest.approx(4.5)
    assert [index for index, due in more["due"].items() if due] == [("moves", 2), ("home", 1), ("all", 2)]
    assert more["share"]["all", 2] == 0.75, "home is due a month before it holds in seed 0"
    basis = table[table["scenario"] == "basis"]
    assert (basis["share"] == 0).all() and (basis["seeds"] == 4).all()


def test_money_is_counted_by_month_and_not_after_the_run():
    months = pd.DataFrame({"month": [0, 1, 2, 3], "senior_moves": [1, 1, 1, 1]})
    money = pd.DataFrame({"month": [0, 2, 2, 3], "cost_eur": [5.0, 1.0, 2.0, 100.0]})
    run = read_run(months, money, 3)
    assert run.spent.tolist() == [5.0, 5.0, 8.0] and len(run.months) == 3
    assert read_run(months, money.iloc[:0], 3).spent.tolist() == [0.0, 0.0, 0.0]


def test_the_interval_of_a_share_is_wilsons():
    low, high = share_interval(8, 10)
    assert (low, high) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert share_interval(0, 20)[0] == 0.0 and share_interval(0, 20)[1] > 0.1
    assert share_interval(20, 20)[1] == 1.0 and share_interval(20, 20)[0] < 0.9
    assert all(math.isnan(bound) for bound in share_interval(0, 0))


def test_the_curve_holds_what_nothing_beats_and_the_cheapest_is_the_first_that_is_enough():
    def package(number, cost, n):
        return Package(number, {}, cost, tuple([True] * n + [False] * (4 - n)), (-0.1,) * n + (0.1,) * (4 - n), 0)

    tried = [package(0, 0.0, 0), package(1, 50.0, 2), package(2, 40.0, 2), package(3, 90.0, 4), package(4, 60.0, 3), package(5, 70.0, 2)]
    assert curve(tried) == {0, 2, 4, 3}
    assert cheapest(tried, 0.75).number == 4 and cheapest(tried, 0.76).number == 3 and cheapest(tried[:3], 0.75) is None
    for one in tried:
        for probability in (0.2, 0.5, 0.75, 1.0):
            assert (one.short(probability) <= 0) == (one.share >= probability)


SCATTER = normal((100,), 41)


@dataclass(frozen=True)
class Town(FakeSimulation):
    """Moves grow with the coach's posts and with the grant, less and less; the coach gives more for the money."""

    most: float = 60.0  # extra moves at the highest doses, more or less

    def run(self, world, job, spec, base):
        outcome = super().run(world, job, spec, base)
        posts = spec.instruments.get("wooncoach_sociaal", {}).get("fte_per_1000", 0.0)
        grant = spec.instruments.get("verhuiskostenvergoeding", {}).get("eur_grant", 0.0)
        extra = self.most * (math.sqrt(posts / 0.3) * 0.7 + grant / 5000 * 0.3) if not spec.placebo else 0.0
        moves = 100.0 + job.seed + extra + 4 * SCATTER[job.seed % 100] * (extra > 0)
        columns = {"seniors": 500, "households": 900, "dwellings": 950, "suitable_seniors": 300, "adaptable_seniors": 180}
        months = pd.DataFrame({"month": range(15), **columns, "vacant": 0, "searchers": 0, "moves": 9, "fills": 9, "phase": "run"})
        months["senior_moves"] = np.diff(np.round(moves * np.arange(16) / 12)).astype(int)
        row = {"instrument": "x", "organisation": "gemeente", "contacts": 1, "uses": 1, "waiting": 0}
        cost = 100_000 * posts / 0.3 + 300_000 * grant / 5000
        outcome.tables["months"] = filled("months", months)
        spent = pd.DataFrame([{"month": month, "cost_eur": cost / 12, **row} for month in range(15)])
        outcome.tables["instruments"] = filled("instruments", spent)
        return outcome


@pytest.fixture
def wanted(tmp_path):
    content = {
        "title": TITLE,
        "goals": {"meer": {"title": TITLE, "indicator": "senior_moves", "above_basis": 0.3, "within": 12}},
        "doses": {"wooncoach_sociaal.fte_per_1000": [0, 0.3], "verhuiskostenvergoeding.eur_grant": [0, 5000]},
    }
    path = tmp_path / "doelen.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def execute(out, simulation, **keys):
    return goals.execute(goals.prepare(check(Goals, {**DEFAULTS, **keys})), out, "python -m experiments.goals", simulation)


def test_goals_of_a_scenario_stand_beside_basis_and_the_placebo(tmp_path, notes, wanted, capsys):
    out = tmp_path / "out"
    settings = {"wooncoach_sociaal": {"fte_per_1000": 0.3}, "verhuiskostenvergoeding": {"eur_grant": 5000}}
    assert execute(out, Town(str(notes)), goals=wanted, instruments=settings) == 0
    table = pd.read_csv(out / "goals.csv")
    due = table[table["due"]].set_index(["scenario", "goal"])["share"].to_dict()
    assert due == {
        ("basis", "meer"): 0,
        ("basis", "all"): 0,
        ("placebo", "meer"): 0,
        ("placebo", "all"): 0,
        (NAME, "meer"): 1,
        (NAME, "all"): 1,
    }
    assert len(table[table["goal"] == "meer"]) == 3 * 12
    said = capsys.readouterr().out
    assert "na 12 maanden: gehaald in 100 % van de werelden" in said and "met het beleid van nu in 0 %" in said
    assert "Kosten tot het laatste doel: 400.000 euro" in said
    assert said.splitlines()[-1] == str(out / "goals.csv")
    assert (out / f"goals_{NAME}.png").is_file() and not (out / "packages.csv").exists()


def test_the_search_finds_nearly_the_cheapest_package_and_asks_new_seeds(tmp_path, notes, wanted, capsys):
    out = tmp_path / "out"
    assert execute(out, Town(str(notes)), goals=wanted, trials=40) == 0
    table = pd.read_csv(out / "packages.csv")
    assert tuple(table.columns) == PACKAGES.names and len(table) == 41
    tried, checked = table.iloc[:40], table.iloc[40]
    assert tried["cost"].iloc[0] == 0 and tried["cost"].iloc[1] == pytest.approx(400_000), "both ends first"
    chosen = tried[tried["chosen"]].iloc[0]
    assert chosen["share"] >= 0.75 and chosen["cost"] == tried[tried["share"] >= 0.75]["cost"].min()
    steps = np.arange(101) / 100  # every package of the grid, as the town would have it
    posts, grant = np.meshgrid(steps, steps)
    extra, cost = 60 * (np.sqrt(posts) * 0.7 + grant * 0.3), 100_000 * posts + 300_000 * grant
    moves = np.round(100 + np.arange(4)[:, None, None] + extra + 4 * SCATTER[:4, None, None] * (extra > 0))
    enough = (moves >= 1.3 * (100 + np.arange(4))[:, None, None]).mean(axis=0) >= 0.75
    assert cost[enough].min() <= chosen["cost"] <= 1.3 * cost[enough].min() + 5_000
    assert (checked["first_seed"], checked["seeds"], checked["package"]) == (4, 4, chosen["package"])
    said = capsys.readouterr().out
    assert "Van 40 geprobeerde pakketten is dit het goedkoopste" in said and "In 4 nieuwe werelden" in said
    assert record.read(out / f"goals_{NAME}.json")["search"] == {"trials": 40, "probability": 0.75, "checked": True}


def test_the_same_search_runs_nothing_again_and_gives_the_same_table(tmp_path, notes, wanted):
    out, simulation = tmp_path / "out", Town(str(notes))
    assert execute(out, simulation, goals=wanted, trials=6) == 0
    before, table = called(notes, "run-"), (out / "packages.csv").read_bytes()
    assert execute(out, simulation, goals=wanted, trials=6) == 0
    assert called(notes, "run-") == before and (out / "packages.csv").read_bytes() == table


@pytest.mark.long
def test_a_search_in_two_processes_gives_the_same_table(tmp_path, notes, wanted):
    found = []
    for workers in (1, 2):
        out = tmp_path / str(workers)
        assert execute(out, Town(str(notes)), goals=wanted, trials=12, workers=workers) == 0
        found.append((out / "packages.csv").read_bytes())
    assert found[0] == found[1]


def test_nothing_of_an_earlier_search_or_of_fewer_seeds_stays(tmp_path, notes, wanted):
    def made():
        return {path.name for path in tmp_path.glob("out/*") if path.is_file() and path.name[0] != "." and path.suffix != ".json"}

    of_goals = {"goals.csv", f"goals_{NAME}.svg", f"goals_{NAME}.png"}
    assert execute(tmp_path / "out", Town(str(notes)), goals=wanted, trials=6) == 0
    assert made() == of_goals | {name.replace("goals", "packages") for name in of_goals}
    assert execute(tmp_path / "out", Town(str(notes)), goals=wanted) == 0
    assert made() == of_goals, "packages were chosen by a search that this command did not make"
    assert execute(tmp_path / "out", Town(str(notes), fails=((NAME, 5),)), goals=wanted, seeds=6) == 1
    assert made() == set()


def test_a_goal_that_no_package_reaches_is_said_with_the_best_one(tmp_path, notes, wanted, capsys):
    out = tmp_path / "out"
    assert execute(out, Town(str(notes), most=5.0), goals=wanted, trials=6) == 0
    said = capsys.readouterr().out
    assert "Geen van de 6 geprobeerde pakketten haalt alle doelen in 75 % van de werelden; het beste haalt 0 %" in said
    assert not pd.read_csv(out / "packages.csv")["chosen"].any()


def test_a_package_that_cannot_be_run_stops_the_search_and_is_named(tmp_path, notes, wanted, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    simulation = Town(str(notes), fails=((f"{NAME}: package 1", 2),))
    with pytest.raises(goals.Refusal, match="the search stopped"):
        execute(tmp_path / "out", simulation, goals=wanted, trials=6)
    assert f"failed: scenario {NAME}: package 1, seed 2" in capsys.readouterr().err


def file_of(tmp_path, **changes):
    one = {"title": TITLE, "indicator": "senior_moves", "above_basis": 0.05, "within": 12} | changes.pop("goal", {})
    content = {"title": TITLE, "goals": {"meer": {key: value for key, value in one.items() if value is not None}}} | changes
    (tmp_path / "eigen.yaml").write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "more", "words"),
    [
        ({"goal": {"indicator": "senior_move"}}, [], "goals.meer.indicator: 'senior_move' is no indicator of a month; did you mean"),
        ({"goal": {"at_least": 3}}, [], "below_basis (given: at_least, above_basis)"),
        ({"goal": {"above_basis": None}}, [], "(given: none)"),
        ({"goal": {"share_of": "seniors"}}, [], "senior_moves is added up over the months"),
        ({"goal": {"share_of": "senior", "indicator": "fit"}}, [], "did you mean seniors?"),
        ({"goal": {"within": 0}}, [], "goals.meer.within: input should be greater than or equal to 1"),
        ({"goal": {"witin": 5}}, [], "goals.meer.witin: extra inputs are not permitted"),
        ({"goals": {}}, [], "goals: dictionary should have at least 1 item"),
        ({"goals": {"all": {"title": TITLE, "indicator": "fit", "at_least": 1, "within": 1}}}, [], "goal all: that is the name of the row"),
        ({}, ["months=6"], "goal meer is due within 12 months, and the run has months=6; give months=12"),
        ({}, ["trials=5"], "names no dose of an instrument of the scenario (huurgewenning,"),
        ({"doses": {"voorang.rank": [0, 1]}}, ["trials=5"], "did you mean voorrang?"),
        ({"doses": {"voorrang.rnk": [0, 1]}}, ["trials=5"], "did you mean rank?"),
        ({"doses": {"voorrang.rel_labelled": [0, 2]}}, ["trials=5"], "voorrang.rel_labelled=2"),
        ({"doses": {"voorrang.rel_labelled": [1, 0]}}, ["trials=5"], "is no span; put the lower one first"),
        ({}, ["probability=2"], "probability=2"),
        ({}, ["scenario=vorrang"], "did you mean voorrang?"),
        ({}, ["scenario=placebo"], "the placebo is run beside every scenario"),
        ({}, ["goals=ambitie"], "goals=ambitie: there is no such file; did you mean ambities?"),
        ({}, ["goal=ambities"], "did you mean goals?"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_way_out(tmp_path, monkeypatch, capsys, changes, more, words):
    monkeypatch.chdir(tmp_path)
    file_of(tmp_path, **changes)
    assert entry.main(goals.COMMAND, [f"scenario={NAME}", "goals=eigen.yaml", "months=24", "out=here", *more]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("error: ") and said.err.count("\n") == 1, said.err
    assert words in said.err
    assert not Path("here").exists()


def test_goals_that_are_shipped_can_be_read_and_their_doses_are_allowed():
    filled = {key: {} for key in ("voorrang", "verhuiskostenvergoeding", "wooncoach_sociaal")}
    for path in sorted((CONFIGS / "goals").glob("*.yaml")):
        file = goal_file.load(path.stem)
        assert set(goal_file.doses_of(file, filled, "2026-01", 1.0)) == set(file.doses)


def test_the_configuration_file_holds_every_key_of_the_schema():
    config = yaml.safe_load((CONFIGS / "goals.yaml").read_text(encoding="utf-8"))
    assert set(config) - {"defaults", "hydra"} | {"behaviour"} == set(Goals.model_fields)


def test_a_dose_of_something_whole_is_rounded():
    settings = {"wooncoach_sociaal": {"n_talks": 200, "fte": 1}}
    found = goal_file.dosed(settings, {"wooncoach_sociaal.n_talks": 99.6, "wooncoach_sociaal.fte": 1.5})
    assert found == {"wooncoach_sociaal": {"n_talks": 100, "fte": 1.5}}


def test_the_command_runs_from_end_to_end_in_a_small_town(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    file_of(tmp_path, goal={"indicator": "fit", "above_basis": None, "at_least": 0.1, "within": 4}, doses={"voorrang.rel_labelled": [0, 1]})
    arguments = [
        "scenario=voorrang",
        f"municipality={MIXED}",
        "seeds=2",
        "months=4",
        "burn_in=1",
        "follow_up=1",
        "workers=1",
        "out=here",
        "goals=eigen.yaml",
        "trials=3",
    ]
    assert entry.main(goals.COMMAND, arguments) == 0
    table = pd.read_csv(tmp_path / "here" / "goals.csv")
    assert (table["share"] == 1).all() and set(table["scenario"]) == {"basis", "placebo", "voorrang"}
    assert "Van 3 geprobeerde pakketten" in capsys.readouterr().out
    assert {"packages.csv", "packages_voorrang.png", "goals_voorrang.png"} <= {path.name for path in (tmp_path / "here").iterdir()}
