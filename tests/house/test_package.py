"""The package: one wheel holds all that a run needs, and what is found instead of its rooms, or is lacking, is one clear line."""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numba
import pytest
from packaging.requirements import Requirement

import verhuisketens
from sim import kernel_cache
from sim.world.errors import Refusal
from verhuisketens import __main__ as command
from verhuisketens.extras import EXTRAS, need

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HELD = (*verhuisketens.ROOMS, "verhuisketens", "configs")
IMPORTED_AS = {
    "jinja2": "jinja2",
    "matplotlib": "matplotlib",
    "openpyxl": "openpyxl",
    "optuna": "optuna",
    "cbsodata": "cbsodata",
    "pyphen": "pyphen",
    "starlette": "starlette",
    "uvicorn": "uvicorn",
    "distributed": "distributed",
    "ray": "ray",
}
ENGINES = ("dask", "ray")  # for who has several computers


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel, built from a copy: a build leaves folders in the tree that it is made from."""
    tree = tmp_path_factory.mktemp("tree")
    for name in HELD:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", str(tree / "out")]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "."], cwd=tree, check=True, capture_output=True)
    [found] = (tree / "out").glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """Its content in a folder of its own, as an installer puts it; with the kernels of the clone, which are those of the same files."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    lend_kernels(site, site / KERNELS)
    return site


KERNELS = "kernels"


def lend_kernels(site, place):
    """What the clone has compiled, under the names that numba gives to kernels of the copy: compiling all anew takes over a minute.

    Where numba names them otherwise they are compiled, which changes nothing but the time.
    """
    kept = Path(numba.config.CACHE_DIR or kernel_cache.default_place())
    for path in (site / "sim").rglob("*.py"):
        of_clone = ROOT / path.relative_to(site)
        shutil.copystat(of_clone, path)  # a kernel is held against the time of its file, or its content
        there, here = (f"{one.parent.name}_{hashlib.sha1(str(one.parent).encode()).hexdigest()}" for one in (of_clone, path))
        folder = kernel_cache.folder(of_clone)
        if (kept / folder / there).is_dir():
            shutil.copytree(kept / folder / there, place / folder / here)


def run(site, folder, *arguments, first=()):
    """The command of the package in ``folder``, with nothing of the clone in sight."""
    paths = os.pathsep.join([*map(str, first), str(site)])
    environment = {**os.environ, "PYTHONPATH": paths, "NUMBA_CACHE_DIR": str(site / KERNELS)}
    given = [sys.executable, "-P", "-m", "verhuisketens", *arguments]
    return subprocess.run(given, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_the_wheel_holds_every_file_of_the_rooms_and_no_other(wheel):
    there = {path.relative_to(ROOT).as_posix() for name in HELD for path in (ROOT / name).rglob("*") if path.is_file()}
    there = {path for path in there if "__pycache__" not in path}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == there


def test_the_demo_runs_from_an_empty_folder(installed, tmp_path):
    time = ("seeds=1", "months=2", "burn_in=1", "follow_up=0", "ghosts=false", "out=here")
    keys = ("municipality=schiermonnikoog", "scenarios=[basis,voorrang]", *time)
    done = run(installed, tmp_path, "compare", *keys)
    assert done.returncode == 0, done.stderr
    assert {"report.html", "effects.csv", "manifest.json"} <= {path.name for path in (tmp_path / "here").iterdir()}
    assert str(ROOT) not in (tmp_path / "here" / "manifest.json").read_text(encoding="utf-8")
    assert run(installed, tmp_path, "report", "here").returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"here"}, "nothing is left elsewhere"
    said = run(installed, tmp_path, "--version")
    assert said.stdout.strip() == PROJECT["version"]


@pytest.mark.parametrize("room", verhuisketens.ROOMS)
@pytest.mark.parametrize("kind", ["file", "package"])
def test_a_foreign_room_that_is_found_first_is_one_clear_line(installed, tmp_path, room, kind):
    path = tmp_path / f"{room}.py" if kind == "file" else tmp_path / room / "__init__.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    done = run(installed, tmp_path, "list", "what=instruments", first=[tmp_path])
    assert done.returncode == 2 and done.stdout == ""
    [line] = done.stderr.splitlines()
    assert f"needs its own '{room}'" in line and str(path) in line and "environment of its own" in line
    said = run(installed, tmp_path, "--version", first=[tmp_path])
    assert (said.returncode, said.stdout.strip(), said.stderr) == (0, PROJECT["version"], "")


def test_every_command_of_the_documentation_is_a_command_of_the_package(capsys):
    assert command.main(["--help"]) == 0
    said = capsys.readouterr().out
    for name, module in command.COMMANDS.items():
        assert name in said and hasattr(importlib.import_module(module), "main")
    modules = {
        f"experiments.{path.stem}" for path in (ROOT / "experiments").glob("*.py") if "HydraCommand(" in path.read_text(encoding="utf-8")
    }
    assert modules - {"experiments.entry"} <= set(command.COMMANDS.values())


def test_a_misspelt_command_gets_the_nearest(capsys):
    assert command.main(["compair"]) == 2
    assert capsys.readouterr().err == "error: there is no command 'compair'; did you mean compare?\n"


def test_the_extras_are_those_of_the_project_and_the_public_list_is_there():
    declared = PROJECT["optional-dependencies"]
    for extra, modules in EXTRAS.items():
        assert {IMPORTED_AS[Requirement(line).name] for line in declared[extra]} == set(modules)
    assert Requirement(declared["all"][0]).extras == set(EXTRAS) - set(ENGINES)
    assert Requirement(declared["dev"][0]).extras == {"all", "dask"}, "the light one of the engines is tried in the tests"
    assert {*verhuisketens.PUBLIC, "__version__"} == set(verhuisketens.__all__) == set(dir(verhuisketens))
    assert all(getattr(verhuisketens, name).__module__ == module for name, module in verhuisketens.PUBLIC.items())
    with pytest.raises(AttributeError, match="it has Comparison, HousingModel"):
        _ = verhuisketens.Housing
    assert verhuisketens.__version__ == PROJECT["version"]


@pytest.mark.parametrize(
    ("name", "lacking"), [("compare", "matplotlib"), ("goals", "optuna"), ("report", "jinja2"), ("worksheets", "openpyxl")]
)
def test_what_a_command_lacks_is_said_before_it_runs(name, lacking, monkeypatch, capsys, tmp_path):
    real = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda one, *rest: None if one == lacking else real(one, *rest))
    monkeypatch.chdir(tmp_path)
    given = {"compare": [], "goals": ["scenario=voorrang", "goals=voorbeeld"]}.get(name, ["here"])
    assert command.main([name, *given]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert f"this needs {lacking}, which is not installed: pip install 'verhuisketens[" in line
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_refused_where_all_is_there():
    need(*(extra for extra in EXTRAS if extra != "ray"))
    with pytest.raises(KeyError):
        need("reports")
    assert issubclass(Refusal, Exception)
