"""Many seeds: what is finished stays, what fails is named, the rest goes on; the number of processes means nothing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analysis.tables import record
from experiments import compare
from experiments.runs import manifest, store
from experiments.runs.folder import join
from experiments.runs.plan import make_plan
from experiments.runs.runner import run_all, seed_jobs
from sim.counts.schema import TABLES
from sim.parameters import REGISTRY
from sim.world.errors import Refusal
from tests.fake_world import FakeSimulation, called, fake_plan, filled

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def no_page(monkeypatch):
    """The page is another room's: here only that it is asked for."""
    asked = []

    def page(out, content):
        asked.append(out)
        return 0

    monkeypatch.setattr(compare, "page", page)
    return asked


def execute(plan, out, simulation):
    return compare.execute(plan, out, "python -m experiments.compare", simulation)


def tables(out):
    return {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.suffix in (".parquet", ".csv")}


def test_a_seed_is_built_once_and_serves_basis_first_then_every_scenario(tmp_path, notes):
    jobs = seed_jobs(fake_plan(scenarios=["wooncoach", "voorrang"]), [4], tmp_path)
    assert [spec.scenario for spec in jobs[0].runs] == ["basis", "placebo", "voorrang", "wooncoach"]
    assert run_all(FakeSimulation(str(notes)), jobs) == []
    assert called(notes, "world-4") == 1
    assert called(notes, "run-") == 4


def test_what_is_finished_is_not_run_again(tmp_path, notes):
    jobs = seed_jobs(fake_plan(), [0, 1], tmp_path)
    run_all(FakeSimulation(str(notes)), jobs)
    n = called(notes, "")
    assert run_all(FakeSimulation(str(notes)), jobs) == []
    assert called(notes, "") == n


def test_a_new_scenario_runs_with_the_old_base_world_and_nothing_else_again(tmp_path, notes):
    run_all(FakeSimulation(str(notes)), seed_jobs(fake_plan(), [0], tmp_path))
    run_all(FakeSimulation(str(notes)), seed_jobs(fake_plan(scenarios=["voorrang", "huurgewenning"]), [0], tmp_path))
    assert called(notes, "run-huurgewenning-0") == 1
    assert called(notes, "run-voorrang-0") == 1
    assert called(notes, "run-basis-0") == 2  # drift needs the homes of the base world


def test_the_folder_of_a_run_covers_design_seed_and_settings_and_nothing_else():
    def keys(plan, seed=0):
        return {spec.scenario: spec.key for spec in seed_jobs(plan, [seed], Path("out"))[0].runs}

    plain = keys(fake_plan())
    assert keys(fake_plan(workers=2, ledger="none", seeds=9, out="elsewhere", debug=True)) == plain
    assert keys(fake_plan(scenarios=["voorrang", "wooncoach"]))["voorrang"] == plain["voorrang"]
    changed = [keys(fake_plan({"months": 13})), keys(fake_plan({"code": "other"})), keys(fake_plan(), seed=1)]
    assert all(not set(plain.values()) & set(other.values()) for other in changed)
    assert len(set(plain.values())) == 3, "basis and placebo have the same instruments, and are not the same run"


def test_scenarios_with_equal_settings_share_a_run_and_each_stands_in_the_tables(tmp_path, notes, no_page):
    plan = fake_plan(scenarios=["voorrang", "same", "nothing"], seeds=1)
    for parts in (plan.scenarios, plan.contents):
        parts["same"], parts["nothing"] = parts["voorrang"], {}
    assert execute(plan, tmp_path, FakeSimulation(str(notes))) == 0
    frame = pd.read_parquet(tmp_path / "summary.parquet")
    assert set(frame["scenario"]) == {"basis", "nothing", "placebo", "same", "voorrang"}
    assert called(notes, "run-same-0") + called(notes, "run-voorrang-0") == 1
    assert called(notes, "run-nothing-0") == 1, "basis has no drift from itself, so its tables are not those of another"


def test_moves_and_chains_are_kept_for_the_first_five_seeds(tmp_path, notes, no_page):
    plan = fake_plan(seeds=7, ledger="first")
    assert execute(plan, tmp_path / "out", FakeSimulation(str(notes))) == 0
    assert sorted(pd.read_parquet(tmp_path / "out" / "moves.parquet")["seed"].unique()) == [0, 1, 2, 3, 4]
    assert sorted(pd.read_parquet(tmp_path / "out" / "summary.parquet")["seed"].unique()) == list(range(7))
    worlds = called(notes, "world-")
    assert (
        execute(replace(plan, config=plan.config.model_copy(update={"ledger": "all"})), tmp_path / "out", FakeSimulation(str(notes))) == 0
    )
    assert sorted(pd.read_parquet(tmp_path / "out" / "moves.parquet")["seed"].unique()) == list(range(7))
    assert called(notes, "world-") == worlds + 2, "only the two seeds without a ledger run again"


def test_without_a_ledger_there_is_no_table_of_moves(tmp_path, notes, no_page):
    assert execute(fake_plan(ledger="none"), tmp_path, FakeSimulation(str(notes))) == 0
    names = {path.name for path in tmp_path.glob("*.parquet")}
    assert names == {f"{name}.parquet" for name in store.needed(False) if name != "drift"}


def test_one_process_two_processes_threads_and_another_order_give_the_same_bytes(tmp_path, notes, no_page):
    outs = [tmp_path / name for name in ("one", "two", "threads", "order")]
    simulation = FakeSimulation(str(notes))
    execute(fake_plan(seeds=3, scenarios=["voorrang", "wooncoach"]), outs[0], simulation)
    execute(fake_plan(seeds=3, scenarios=["voorrang", "wooncoach"], workers=2), outs[1], simulation)
    with ThreadPoolExecutor(2) as executor:
        compare.execute(fake_plan(seeds=3, scenarios=["voorrang", "wooncoach"]), outs[2], "", simulation, executor)
    execute(fake_plan(seeds=3, scenarios=["wooncoach", "voorrang", "basis"]), outs[3], simulation)
    assert len({str(tables(out)) for out in outs}) == 1
    sums = [record.read(out / manifest.NAME)["checksums"] for out in outs]
    assert sums[0] == sums[1] == sums[2] == sums[3]
    assert set(sums[0]) == set(TABLES)


def test_more_seeds_and_scenarios_extend_a_folder_to_what_one_run_would_have_given(tmp_path, notes, no_page, capsys, monkeypatch):
    simulation = FakeSimulation(str(notes))
    monkeypatch.setattr("experiments.runs.world.digests", lambda: {"code": "c0de", "data": "da7a"})

    def plan(**keys):
        return make_plan(fake_plan(**keys).config)

    execute(plan(seeds=1, scenarios=["voorrang"]), tmp_path / "grown", simulation)
    execute(plan(seeds=2, first_seed=1, scenarios=["huurgewenning"]), tmp_path / "grown", simulation)
    execute(plan(seeds=3, scenarios=["huurgewenning", "voorrang"]), tmp_path / "whole", simulation)
    assert tables(tmp_path / "grown") == tables(tmp_path / "whole")
    assert "holds 1 seeds of voorrang; they stay" in capsys.readouterr().err
    assert called(notes, "run-voorrang-0") == 2, "once in each folder"


def test_a_failed_run_is_named_by_scenario_and_seed_and_the_others_finish(tmp_path, notes, no_page, capsys):
    simulation = FakeSimulation(str(notes), fails=(("voorrang", 1), ("voorrang", 2)))
    plan = fake_plan(seeds=4)
    join(tmp_path, plan.design, plan.written)
    (tmp_path / "report.html").write_text("of an earlier run")
    assert execute(plan, tmp_path, simulation) == 1
    said = capsys.readouterr().err
    assert "failed: scenario voorrang, seed 1, 2: voorrang reached nobody" in said
    assert "no effects are reported over unequal sets of seeds" in said
    frame = pd.read_parquet(tmp_path / "summary.parquet")
    assert {name: sorted(group["seed"].unique()) for name, group in frame.groupby("scenario", observed=True)} == {
        "basis": [0, 1, 2, 3],
        "placebo": [0, 1, 2, 3],
        "voorrang": [0, 3],
    }
    failed = record.read(tmp_path / manifest.NAME)["failed_runs"]
    assert [(run["scenario"], run["seed"]) for run in failed] == [("voorrang", 1), ("voorrang", 2)]
    assert not no_page and not (tmp_path / "report.html").exists(), "no page of other tables may lie beside these"
    assert execute(fake_plan(seeds=4), tmp_path, FakeSimulation(str(notes))) == 0
    assert called(notes, "run-placebo-3") == 1
    assert record.read(tmp_path / manifest.NAME)["failed_runs"] == []


def test_a_seed_that_cannot_be_built_fails_alone(tmp_path, notes):
    jobs = seed_jobs(fake_plan(), [0, 1], tmp_path)
    failures = run_all(FakeSimulation(str(notes), no_world=(0,)), jobs)
    assert [(f.scenario, f.seed, f.error) for f in failures] == [
        (name, 0, "no world of seed 0") for name in ("basis", "placebo", "voorrang")
    ]
    assert jobs[1].todo() == []


def test_a_process_that_is_killed_is_reported_and_the_other_seeds_finish(tmp_path, notes):
    jobs = seed_jobs(fake_plan(), [0, 1, 2], tmp_path)
    failures = run_all(FakeSimulation(str(notes), dies=(1,)), jobs, workers=2)
    assert {(f.seed, f.error) for f in failures} == {(1, "its process ended (killed, or out of memory)")}
    assert [len(job.todo()) for job in jobs] == [0, 3, 0]


def test_ctrl_c_does_not_wait_for_what_is_running(tmp_path, notes):
    def report(done):
        if called(notes, "world-"):
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_all(FakeSimulation(str(notes), seconds=60), seed_jobs(fake_plan(), [0, 1], tmp_path), 2, report=report)
    assert time.monotonic() - began < 30


def test_after_a_kill_the_same_command_goes_on_where_it_was(tmp_path, notes, no_page):
    out = tmp_path / "out"
    code = (
        "from pathlib import Path; from experiments import compare; from tests.fake_world import *\n"
        "if __name__ == '__main__':\n"
        f"    simulation = FakeSimulation({str(notes)!r}, seconds=0.3)\n"
        f"    compare.execute(fake_plan(seeds=8, workers=2), Path({str(out)!r}), '', simulation)"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen([sys.executable, str(script)], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    jobs = seed_jobs(fake_plan(seeds=8), range(8), out)

    def n_done():
        return sum(len(job.runs) - len(job.todo()) for job in jobs)

    until = time.monotonic() + 120  # where other work takes the cores it begins late
    while n_done() < 3 and time.monotonic() < until:
        time.sleep(0.02)
    running.kill()
    running.wait()
    time.sleep(0.5)
    before, done = called(notes, "run-"), n_done()
    time.sleep(0.8)
    assert called(notes, "run-") == before, "the processes of a killed run end with it"
    assert 3 <= done < 24
    assert execute(fake_plan(seeds=8), out, FakeSimulation(str(notes))) == 0
    assert called(notes, "run-") - before <= 24 - done + 2, "at most two base worlds run once more"
    execute(fake_plan(seeds=8), tmp_path / "unbroken", FakeSimulation(str(notes)))
    assert tables(out) == tables(tmp_path / "unbroken")
    assert not list(out.rglob("*.tmp"))


def test_scenarios_of_one_seed_in_different_worlds_are_refused(tmp_path, notes, no_page):
    with pytest.raises(Refusal, match="seed 0: scenario placebo was run in another world"):
        execute(fake_plan(), tmp_path, FakeSimulation(str(notes), worlds_differ=True))


def test_another_design_in_the_same_folder_is_refused_before_anything_runs(tmp_path, notes, no_page):
    execute(fake_plan(), tmp_path, FakeSimulation(str(notes)))
    n = called(notes, "")
    with pytest.raises(Refusal, match=r"months=12, and this command asks for 24"):
        execute(fake_plan(months=24), tmp_path, FakeSimulation(str(notes)))
    assert called(notes, "") == n


def test_the_manifest_says_what_was_run_and_how_long_it_took(tmp_path, notes, no_page):
    execute(fake_plan(), tmp_path, FakeSimulation(str(notes)))
    content = record.read(tmp_path / manifest.NAME)
    assert content["configuration"]["months"] == 12
    assert content["seeds"] == [0, 1]
    assert set(content["scenarios"]) == {"basis", "placebo", "voorrang"}
    assert content["scenarios"]["voorrang"]["instruments"] == {"voorrang": {"rank": 1}}
    assert content["seconds"]["months"] == pytest.approx(0.5 * 6), "summed over the runs of this command"
    assert {"building", "months", "writing", "merging", "total"} <= set(content["seconds"])
    assert content["reached"]["voorrang"] == {"voorrang": 7.0}
    assert len(set(content["fingerprints"].values())) == 2
    assert content["packages"]["numpy"]


def test_the_manifest_says_with_which_parameters_files_and_packages_and_when(tmp_path, notes, no_page):
    execute(fake_plan(behaviour={"p_sight": 0.1}), tmp_path, FakeSimulation(str(notes)))
    content = record.read(tmp_path / manifest.NAME)
    assert set(content["parameters"]) == set(REGISTRY) and content["parameters"]["p_sight"] == 0.1
    assert all(content["parameters"][key] == float(one.default) for key, one in REGISTRY.items() if key != "p_sight")
    assert abs(datetime.now(UTC).date() - date.fromisoformat(content["date"])) <= timedelta(days=1)

    def sum_of(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()

    assert content["lock"] == sum_of(manifest.ROOT / "requirements.lock")
    figures = {path.relative_to(manifest.ROOT).as_posix() for path in (manifest.ROOT / "sim" / "data").rglob("*.csv")}
    assert set(content["sources"]) == figures | {"sim/data/current.yaml"} and len(figures) > 5
    assert all(sum_of(manifest.ROOT / name) == one for name, one in content["sources"].items())
    assert set(content["files"]) >= {table.file for table in TABLES.values()}
    assert all(sum_of(tmp_path / name) == one for name, one in content["files"].items())


@dataclass(frozen=True)
class Costly(FakeSimulation):
    """Spending grows with strength, less and less, up to a ceiling; a scenario called gratis costs nothing."""

    def run(self, world, job, spec, base):
        outcome = super().run(world, job, spec, base)
        euro = min(5000.0, 1000 * job.strength**0.7) * (spec.scenario != "gratis")
        months = list(range(0, job.months + job.follow_up))
        row = {"instrument": "voorrang", "organisation": "gemeente", "contacts": 1, "uses": 1, "waiting": 0}
        rows = [{"month": month, "cost_eur": euro / job.months, **row} for month in months]
        outcome.tables["instruments"] = filled("instruments", pd.DataFrame(rows))
        return outcome


def test_a_budget_total_brings_every_scenario_to_the_same_spending_before_the_horizon(tmp_path, notes, no_page):
    plan = fake_plan(scenarios=["voorrang", "wooncoach"], eur_budget_total=2500)
    assert execute(plan, tmp_path, Costly(str(notes))) == 0
    frame = pd.read_parquet(tmp_path / "instruments.parquet")
    frame = frame[(frame["month"] < 12) & frame["scenario"].isin(["voorrang", "wooncoach"])]
    spent = frame.groupby(["scenario", "seed"], observed=True)["cost_eur"].sum()
    assert len(spent) == 4 and ((spent - 2500).abs() <= 0.02 * 2500).all()
    strengths = record.read(tmp_path / manifest.NAME)["strengths"]
    assert all(strength == pytest.approx(2.5 ** (1 / 0.7), rel=0.05) for strength in strengths["voorrang"])
    assert strengths["basis"] == [1, 1]


@dataclass(frozen=True)
class UsedUp(Costly):
    """A world that its last run takes along, so that nobody can ask for it again; what is left of each world stays to be seen."""

    left: tuple[list, ...] = ([],)

    def world(self, job):
        world = [super().world(job)]
        self.left[0].append(world)
        return world

    def run(self, world, job, spec, base):
        return super().run(world.pop() if job.last else world[0], job, spec, base)


def test_a_world_is_used_up_by_the_last_run_of_its_seed_and_by_no_other(tmp_path, notes):
    plan, simulation = fake_plan(scenarios=["voorrang", "wooncoach"]), UsedUp(str(notes), left=([],))
    assert run_all(simulation, seed_jobs(plan, [0, 1], tmp_path)) == []
    assert simulation.left[0] == [[], []], "no copy is made for it"


def test_a_world_is_kept_while_a_strength_is_sought_in_it(tmp_path, notes):
    plan, simulation = fake_plan(scenarios=["voorrang"], eur_budget_total=2500), UsedUp(str(notes), left=([],))
    assert run_all(simulation, seed_jobs(plan, [0], tmp_path)) == []
    assert called(notes, "run-voorrang") > 1


@pytest.mark.parametrize(
    ("scenario", "total", "words"),
    [("gratis", 100, "gratis spends nothing"), ("voorrang", 9000, "cannot be brought to eur_budget_total=9000 euro")],
)
def test_a_spending_that_cannot_be_reached_fails_and_says_so(tmp_path, notes, scenario, total, words):
    plan = fake_plan(scenarios=[scenario], eur_budget_total=total)
    failures = run_all(Costly(str(notes)), seed_jobs(plan, [0], tmp_path))
    assert [failure.scenario for failure in failures] == [scenario]
    assert words in failures[0].error
