"""A sweep: every job is the comparison that it would be alone, nothing is run twice, what fails is named and the rest is finished."""

from __future__ import annotations

import io
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import collect
from analysis.tables import record
from analysis.tables.files import digest
from analysis.tables.schema import EFFECTS
from experiments import check, compare, draws, entry, sweep
from experiments.runs import store
from experiments.runs.engines import engine
from experiments.runs.folder import RUNS, join
from experiments.runs.runner import run_all, run_elsewhere, seed_jobs
from experiments.runs.world import Verhuisketens
from sim.world.errors import Refusal
from sim.world.names import ALL, BASIS
from tests.fake_world import FakeSimulation, called, fake_plan
from tests.worlds import MIXED

ROOT = Path(__file__).resolve().parents[2]
SHORT = [f"municipality={MIXED}", "scenarios=[wooncoach]", "seeds=2", "months=2", "burn_in=1", "follow_up=0"]
VALUES = ["behaviour.p_sight=0.1,0.4", "instruments.wooncoach_sociaal.fte=choice(1,3)"]


class Watched(Verhuisketens):
    """The real world, which says what it built and ran; it fails at a strength of the fault's choosing."""

    def __init__(self, fault=None):
        self.worlds, self.runs, self.fault = [], [], fault

    def world(self, job):
        self.worlds.append((job.behaviour.get("p_sight"), job.seed))
        return super().world(job)

    def run(self, world, job, spec, base):
        self.runs.append((spec.key, job.seed))
        if self.fault and self.fault(job, spec):
            raise ValueError("a fault that was planted")
        return super().run(world, job, spec, base)


def run(*keys, simulation=None, out):
    """The sweep of a command line, in this process."""

    def swept(prepared, folder, said):
        return sweep.execute(prepared, folder, said, simulation or Verhuisketens())

    return entry.main(replace(sweep.COMMAND, execute=swept), [*SHORT, "workers=1", *keys, f"out={out}"])


def listed(out):
    return pd.read_csv(out / "jobs.csv", dtype={"job": str}).astype({"error": object})


def lines(out):
    """Rows of the table, whatever the order of the jobs."""
    first, *rest = (out / "sweep.csv").read_text(encoding="utf-8").splitlines()
    return first, sorted(rest)


@pytest.fixture(scope="module", name="whole")
def _whole(tmp_path_factory):
    """A sweep over two numbers of behaviour and two settings of a card."""
    out, world = tmp_path_factory.mktemp("whole") / "out", Watched()
    assert run(*VALUES, simulation=world, out=out) == 0
    return out, world


def test_each_job_is_the_comparison_that_its_own_command_makes(whole, tmp_path):
    out, _ = whole
    jobs = listed(out)
    assert len(jobs) == 4 and set(jobs["state"]) == {"done"}
    job = jobs.iloc[1]
    own = [line for line in job["command"].split(" ")[3:] if not line.startswith("out=")]
    own = [line.strip("'") for line in own]
    assert entry.main(compare.COMMAND, [*own, "workers=1", f"out={tmp_path / 'alone'}"]) == 0
    assert digest(tmp_path / "alone" / EFFECTS.file) == digest(out / job["job"] / EFFECTS.file)
    assert digest(tmp_path / "alone" / "summary.parquet") == digest(out / job["job"] / "summary.parquet")


def test_the_table_is_the_effects_of_all_jobs_with_what_differs(whole, capsys):
    out, _ = whole
    table = pd.read_csv(out / "sweep.csv", dtype={"job": str})
    keys = ["behaviour.p_sight", "instruments.wooncoach_sociaal.fte"]
    assert list(table.columns) == ["job", *keys, *EFFECTS.names]
    for row in listed(out).to_dict("records"):
        own = pd.read_csv(out / row["job"] / EFFECTS.file)
        own = own[own["group_by"] == ALL].reset_index(drop=True)
        mine = table[table["job"] == row["job"]].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine[list(EFFECTS.names)], own, check_dtype=False)
        assert [set(mine[key]) for key in keys] == [{float(row[key])} for key in keys]
    assert collect.main([str(out)]) == 0
    every = pd.read_csv(io.StringIO(capsys.readouterr().out), dtype={"job": str})
    assert len(every) > len(table) and set(every["job"]) == set(table["job"])
    assert check.main([str(out)]) == 0


def test_a_world_serves_all_jobs_that_need_it_and_each_run_is_made_once(whole):
    _, world = whole
    assert sorted(world.worlds) == [(0.1, 0), (0.1, 1), (0.4, 0), (0.4, 1)]
    assert len(world.runs) == len(set(world.runs)) == 2 * 2 * (2 + 2), "basis and placebo of a world once, and two coaches"


ASKED = st.tuples(st.integers(0, 2), st.sets(st.sampled_from("abc"), min_size=1), st.integers(1, 4), st.sampled_from(["all", "none"]))


@given(st.lists(ASKED, min_size=1, max_size=6))
def test_all_runs_of_all_jobs_are_in_the_pool_and_none_twice(asked):
    plans = [fake_plan({"months": months}, scenarios=sorted(names), seeds=n, ledger=kept) for months, names, n, kept in asked]
    pool = sweep.pooled(plans, Path("out"))
    keys = [spec.key for job in pool for spec in job.runs]
    wanted = {spec.key for plan in plans for job in seed_jobs(plan, plan.seeds, Path("out")) for spec in job.runs}
    assert len(keys) == len(set(keys)) and set(keys) == wanted
    assert all(job.runs[0].scenario == BASIS for job in pool)
    by_key = {spec.key: job for job in pool for spec in job.runs}
    for plan in plans:
        for job in seed_jobs(plan, plan.seeds, Path("out")):
            assert all(set(job.tables) <= set(by_key[spec.key].tables) for spec in job.runs)


def test_runs_that_a_folder_beside_has_are_taken_and_a_damaged_one_is_made_anew(whole, tmp_path, capsys):
    out, _ = whole
    shutil.copytree(out, tmp_path / "before")
    world = Watched()
    assert run(*VALUES, simulation=world, out=tmp_path / "after") == 0
    assert world.worlds == [] and f"16 runs are taken from {tmp_path / 'before'}" in capsys.readouterr().err
    assert lines(tmp_path / "after") == lines(out)
    damaged = next((tmp_path / "before" / RUNS).glob("*/summary.parquet"))
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert run(*VALUES, simulation=world, out=tmp_path / "again") == 0
    assert len(world.worlds) <= 1 and lines(tmp_path / "again") == lines(out), "another folder had it whole, or it was made"


def test_a_folder_that_is_named_is_looked_in_too_and_one_without_runs_is_refused(whole, tmp_path, capsys):
    world = Watched()
    (tmp_path / "apart").mkdir()
    assert run(*VALUES, f"earlier={whole[0]}", simulation=world, out=tmp_path / "apart" / "out") == 0
    assert world.worlds == []
    assert run(*VALUES, f"earlier={tmp_path}", out=tmp_path / "apart" / "none") == 2
    assert "holds no runs" in capsys.readouterr().err and not (tmp_path / "apart" / "none").exists()


def test_more_values_extend_a_folder_and_the_table_holds_all(whole, tmp_path):
    out = tmp_path / "apart" / "out"
    assert run(VALUES[0], out=out) == 0
    assert run("behaviour.p_sight=0.4,0.6", out=out) == 0
    assert sorted(listed(out)["behaviour.p_sight"]) == [0.1, 0.4, 0.6]
    assert set(pd.read_csv(out / "sweep.csv")["behaviour.p_sight"]) == {0.1, 0.4, 0.6}


def test_a_folder_of_another_version_is_not_added_to(tmp_path, monkeypatch, capsys):
    out = tmp_path / "apart" / "out"
    assert run("behaviour.p_sight=0.1", out=out) == 0
    before = lines(out)
    monkeypatch.setattr("experiments.runs.world.digests", lambda: {"code": "another", "data": "da7a"})
    monkeypatch.setattr("experiments.sweep.digests", lambda: {"code": "another", "data": "da7a"})
    assert run("behaviour.p_sight=0.2", out=out) == 2
    assert "code=" in capsys.readouterr().err and lines(out) == before


def test_a_job_that_fails_is_named_the_others_are_finished_and_the_same_command_mends_it(whole, tmp_path, capsys):
    def fault(job, spec):
        return spec.scenario == "wooncoach" and job.behaviour["p_sight"] == 0.4 and job.seed == 1

    out = tmp_path / "apart" / "out"
    assert run(VALUES[0], simulation=Watched(fault), out=out) == 1
    said = capsys.readouterr()
    jobs = listed(out).set_index("behaviour.p_sight")
    assert jobs.loc[0.1, "state"] == "done" and jobs.loc[0.4, "state"] == "failed"
    assert jobs.loc[0.4, "error"] == "a fault that was planted"
    assert "1 of 2 jobs are finished" in said.out and f"job {jobs.loc[0.4, 'job']}" in said.err and "seed 1" in said.err
    assert set(pd.read_csv(out / "sweep.csv")["behaviour.p_sight"] if "behaviour.p_sight" in lines(out)[0] else {0.1}) == {0.1}
    assert collect.main([str(out)]) == 2
    assert run(VALUES[0], out=out) == 0
    assert run(VALUES[0], out=tmp_path / "other" / "out") == 0
    assert lines(out) == lines(tmp_path / "other" / "out")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["--multirun", VALUES[0]], "leave --multirun out"),
        (["behaviour.p_sight=interval(0.1,0.4)"], "write range(low,high,step)"),
        (["municipality=schiermonnikoog,GM0088"], "are the same runs"),
        (["workers=1,2"], "two jobs of this sweep are the same runs"),
        (["debug=true,false", VALUES[0]], "are the same runs"),
        (["behaviour.p_sight=range(0.1,0.4,0.00001)"], "has more than 10,000 values"),
        (["behaviour.p_sight=range(0.1,0.4,0.000000000001)"], "has more than 10,000 values"),
        (["behaviour.p_sight=range(0.1,0.2,0)"], "the step leads nowhere"),
        (["behaviour.p_sight=range(0.2,0.1,0.05)"], "it ends before it begins"),
        (["behaviour.p_sight=range(0.1,0.3,0.0001)", "strength=choice(0,0.1,0.2,0.3,0.4,0.5)"], "10,000 is the most"),
        (["address=tcp://127.0.0.1:1"], "add executor=dask or executor=ray"),
        (["strength=1,2", VALUES[0]], "strength=1,2: that is Dutch notation; write 1.2, or choice(1,2) for a sweep"),
        (["behaviour.p_sight=0.1,9"], "error: behaviour.p_sight=9: behaviour.p_sight=9.0 is out of range"),
        (["draws=nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_swept_is_refused_before_anything_runs(tmp_path, capsys, keys, said):
    assert entry.main(sweep.COMMAND, [*keys, *SHORT, f"out={tmp_path / 'out'}"]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out" / record.SWEEP).exists()


FILES = {
    "": "the file is empty",
    "behaviour.p_sight;seeds\n0,1;2\n": "parted by ';'",
    "behaviour.p_sight,behaviour.p_sight\n0.1,0.1\n": "line 1: behaviour.p_sight stands above two columns",
    "behaviour.p_sight,\n0.1,0.1\n": "line 1: column 2 has no key above it",
    "behaviour.p_sight\n": "0 rows below its keys",
    "behaviour.p_sight,strength\n0.1,1\n\n0.2\n": "line 4: 1 values, and there are 2 keys",
    "behaviour.p_sight,strength\n0.1,\n": "line 2: strength has no value",
    "behaviour.p_sihgt\n0.1\n": "p_sihgt",
    'behaviour.p_sight\n"0,1"\n': "line 2: behaviour.p_sight=0,1: that is Dutch notation; write 0.1",
    "behaviour.p_sight\n0.1\n7\n": "line 3",
    "months\n12\n": "line 2: months stands in the file and in the command",
    "draws\nother.csv\n": "line 2: draws has one value for a whole sweep",
    "behaviour.p_sight,out\n0.1,elsewhere\n": "line 2: out has one value for a whole sweep",
    "+nothing\n1\n": "keys are neither added",
    'strength\n"0.5,1"\n': "line 2: strength=0.5,1 is several values",
    'strength\n"1\n': "this is no CSV file",
}


@pytest.mark.parametrize("content", FILES)
def test_a_file_of_draws_that_will_not_do_is_refused_by_file_line_and_key(tmp_path, capsys, content):
    path = tmp_path / "draws.csv"
    path.write_text(content, encoding="utf-8")
    assert entry.main(sweep.COMMAND, [*SHORT, f"draws={path}", f"out={tmp_path / 'out'}"]) == 2
    said = capsys.readouterr().err
    assert FILES[content] in said and str(path) in said, said
    assert not (tmp_path / "out").exists()


def test_each_row_of_a_file_of_draws_is_a_job_beside_each_value(tmp_path):
    path = tmp_path / "draws.csv"
    path.write_text("\ufeffbehaviour.p_sight,instruments.wooncoach_sociaal.fte\n0.1,1\n0.4,3\n", encoding="utf-8")
    assert [row for _, row in draws.read(path)][1] == ["behaviour.p_sight=0.4", "instruments.wooncoach_sociaal.fte=3"]
    assert run(f"draws={path}", "strength=choice(1,0.5)", out=tmp_path / "apart" / "out") == 0
    jobs = listed(tmp_path / "apart" / "out")
    found = {tuple(row) for row in jobs[["behaviour.p_sight", "instruments.wooncoach_sociaal.fte", "strength"]].astype(float).to_numpy()}
    assert found == {(0.1, 1.0, 1.0), (0.1, 1.0, 0.5), (0.4, 3.0, 1.0), (0.4, 3.0, 0.5)}


def command(out, *keys):
    line = [sys.executable, "-m", "experiments.sweep", *SHORT, *keys, f"out={out}"]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def n_done(out):
    return len(list((out / RUNS).glob(f"*/{store.DONE}")))


def kill(out, after, *keys):
    """Kill the command when so many runs are finished; returns whether it was at work."""
    running = command(out, *keys)
    while running.poll() is None and n_done(out) < after:
        time.sleep(0.01)
    at_work = running.poll() is None
    running.kill()
    running.communicate(timeout=60)
    return at_work


def killed(home, values, moments, *keys):
    """A sweep that is killed each time so many runs are finished, beside one that is not: both end with the same table."""
    for after in moments:
        assert kill(home / "killed" / "out", after, values, *keys), "it had ended"
    assert command(home / "killed" / "out", values, *keys).wait(timeout=3_000) == 0
    assert run(values, out=home / "unbroken" / "out") == 0
    assert (home / "killed" / "out" / "sweep.csv").read_bytes() == (home / "unbroken" / "out" / "sweep.csv").read_bytes()
    assert not list((home / "killed").rglob("*.tmp"))


def test_killed_half_way_a_sweep_ends_with_the_same_table(tmp_path):
    killed(tmp_path, VALUES[0], [3])


@pytest.mark.long
@pytest.mark.parametrize("keys", [[], ["executor=dask"]], ids=["processes", "dask"])
def test_a_sweep_of_200_jobs_that_is_killed_three_times_ends_with_the_same_table(tmp_path, keys):
    killed(tmp_path, "behaviour.p_sight=range(0.1,0.5,0.002)", (100, 500, 900), *keys)


def test_an_engine_of_two_workers_of_which_one_is_killed_gives_the_same_table(tmp_path, whole):
    psutil = pytest.importorskip("psutil")
    with engine("dask", None, 2) as executor:
        client = executor._client
        pids = list(client.run(__import__("os").getpid).values())
        assert len(pids) == 2
        plan_of = []

        def swept(prepared, folder, said):
            plan_of.extend(prepared)
            with ThreadPoolExecutor(1) as beside:
                beside.submit(lambda: (wait_for(lambda: n_done(folder) >= 2), psutil.Process(pids[0]).send_signal(signal.SIGTERM)))
                return sweep.execute(prepared, folder, said, Verhuisketens(), executor)

        out = tmp_path / "apart" / "out"
        assert entry.main(replace(sweep.COMMAND, execute=swept), [*SHORT, *VALUES, f"out={out}"]) == 0
    assert lines(out) == lines(whole[0])


def wait_for(there):
    for _ in range(6_000):
        if there():
            return
        time.sleep(0.01)


def test_a_worker_with_another_version_or_without_the_folder_says_so(tmp_path):
    plan = fake_plan(seeds=1)
    join(tmp_path, plan.design, plan.written)
    job = seed_jobs(plan, [0], tmp_path)[0]
    with pytest.raises(Refusal, match="the code of the world is another one here"):
        Verhuisketens().world(replace(job, place=MIXED))
    notes = tmp_path / "notes"
    notes.mkdir()
    failures = run_elsewhere(FakeSimulation(str(notes)), replace(job, folder=str(tmp_path / "unseen" / RUNS)), 0)
    assert {one.scenario for one in failures} == {spec.scenario for spec in job.runs}
    assert all("does not see" in one.error and "share" in one.error for one in failures)
    assert called(notes, "") == 0 and not (tmp_path / "unseen").exists()
    assert run_elsewhere(FakeSimulation(str(notes)), job, 0) == []


def test_failed_runs_carry_the_name_of_their_folder(tmp_path, tmp_path_factory):
    notes = tmp_path_factory.mktemp("notes")
    jobs = seed_jobs(fake_plan(), [0, 1], tmp_path)
    failures = run_all(FakeSimulation(str(notes), fails=(("voorrang", 1),)), jobs)
    assert [one.key for one in failures] == [spec.key for spec in jobs[1].runs if spec.scenario == "voorrang"]


def test_an_engine_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ray" else SimpleNamespace())
    with pytest.raises(Refusal, match=r"this needs ray, .*pip install 'verhuisketens\[ray\]'"), engine("ray", None, 2):
        pass
