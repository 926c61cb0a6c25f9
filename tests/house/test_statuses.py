"""Exit statuses of all commands: 0 done, 1 failed, 2 cannot be run as it is, 130 stopped; one line on stderr and no traceback."""

from __future__ import annotations

import importlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from experiments import entry
from experiments.entry import HydraCommand

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for room in ("experiments", "analysis", "workshop")
    for path in (ROOT / room).rglob("*.py")
    if "__main__" in path.name or "\nif __name__ ==" in path.read_text(encoding="utf-8")
)
PLAIN = {  # commands without Hydra: their main, what does the work, and arguments with which it is reached
    "analysis.collect": ("analysis.collect", "collected"),
    "analysis.report": ("analysis.report", "rebuild"),
    "analysis.worksheets": ("analysis.worksheets.fill", "write"),
    "experiments.check": ("experiments.check", "check"),
    "workshop": ("workshop.__main__", "run"),
}
IN_PARTS = {"workshop"}  # of these, those that go on where they were stopped
NEEDED = {"experiments.attribute": ["scenario=van_groot_naar_beter"], "experiments.goals": ["scenario=voorrang", "goals=ambities"]}
NEEDED["experiments.list"] = ["what=scenarios"]
NEEDED["experiments.sensitivity"] = ["over=[p_sight]", "points=4"]


def launcher():
    """Hydra's own launcher, once its plugins are read: the first time they are, what was put in its place before is lost."""
    from hydra.core.plugins import Plugins

    Plugins.instance()
    return importlib.import_module("hydra._internal.core_plugins.basic_launcher")


def call(name: str, arguments: list[str]) -> int:
    if name in PLAIN:
        return importlib.import_module(PLAIN[name][0]).main(arguments)
    return entry.main(importlib.import_module(name).COMMAND, arguments)


def failing(name: str, error: BaseException, monkeypatch) -> int:
    """The exit status of a command whose work ends in an error."""

    def work(*args, **kwargs):
        raise error

    if name in PLAIN:
        module, worker = PLAIN[name]
        monkeypatch.setattr(importlib.import_module(module), worker, work)
        return call(name, ["."])
    command = importlib.import_module(name).COMMAND
    return entry.main(replace(command, execute=work), [*NEEDED.get(name, []), *([] if name.endswith("list") else ["out=here"])])


def test_every_command_is_known():
    assert {*PLAIN} | {f"experiments.{name}" for name in ("attribute", "compare", "goals", "list", "sensitivity", "sweep", "validate")} <= {
        *COMMANDS
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_use_that_cannot_be_is_2(name, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call(name, ["nowhere"] if name in PLAIN else [*NEEDED.get(name, []), "no_such_key=1"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ") and said.err.count("\n") == 1 and said.out == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (RuntimeError("the disk\nis full"), 1, "error: RuntimeError: the disk is full ("),
        (KeyError("seeds"), 1, "error: KeyError: 'seeds' ("),
        (KeyboardInterrupt(), 130, "stopped; "),
    ],
    ids=["failed", "bare", "stopped"],
)
def test_work_that_fails_is_1_and_a_stop_is_130(name, error, status, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert failing(name, error, monkeypatch) == status
    said = capsys.readouterr().err
    assert said.startswith(words) and said.count("\n") == 1, said
    if status == 130:
        assert ("the same command goes on" in said) == (name not in PLAIN or name in IN_PARTS), "only what is run in parts goes on"


@pytest.mark.parametrize("statuses", [(0, 0), (0, 1), (2, 0), (130, 1)] if hasattr(os, "fork") else [])  # a job is a copied process
def test_the_status_of_a_sweep_is_the_worst_of_its_jobs_in_whatever_process_they_run(statuses, tmp_path, monkeypatch):
    """Another launcher runs each job elsewhere: nothing of this process is changed by it but files."""
    basic_launcher = launcher()
    real = basic_launcher.run_job

    def elsewhere(**kwargs):
        process = os.fork()
        if process == 0:
            real(**kwargs)
            os._exit(0)
        os.waitpid(process, 0)
        return real(**kwargs | {"task_function": lambda composed: None})

    monkeypatch.setattr(basic_launcher, "run_job", elsewhere)
    monkeypatch.chdir(tmp_path)
    command = importlib.import_module("experiments.compare").COMMAND
    by_seed = dict(enumerate(statuses))
    one = HydraCommand(
        command.name, command.config, command.schema, command.prepare, lambda plan, out, line: by_seed[plan.config.first_seed]
    )
    assert entry.main(one, ["--multirun", "first_seed=0,1", "scenarios=basis", "out=study"]) == max(statuses)


def test_a_job_that_left_no_status_did_not_end_well_and_is_one_line(tmp_path, monkeypatch, capfd):
    basic_launcher = launcher()
    real = basic_launcher.run_job
    monkeypatch.setattr(basic_launcher, "run_job", lambda **kwargs: real(**kwargs | {"task_function": lambda composed: None}))
    monkeypatch.chdir(tmp_path)
    command = importlib.import_module("experiments.compare").COMMAND
    assert entry.main(command, ["--multirun", "first_seed=0,1", "scenarios=basis", "out=study"]) == 1
    assert [line for line in capfd.readouterr().err.splitlines() if line.startswith("error: ")] == [
        "error: 2 of 2 jobs ended without a word, as a process that is killed does; give the same command again"
    ]
