"""Set-up: which Python will do, what the lock holds, and that the project says the same of itself everywhere."""

from __future__ import annotations

import ast
import errno
import importlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from collections import namedtuple
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.11.0", "3.12.4", "3.13.1", "3.14.2")
SYSTEMS = (("linux", "Linux", "posix"), ("win32", "Windows", "nt"), ("darwin", "Darwin", "posix"))
Version = namedtuple("Version", "major minor micro")


@pytest.fixture
def setup_env(tmp_path, monkeypatch):
    """tools/setup_env.py, looking at an empty folder."""
    module = importlib.import_module("tools.setup_env")
    monkeypatch.setattr(module, "PYTHON", str(tmp_path / "python"))
    monkeypatch.setattr(module, "MARK", str(tmp_path / "mark"))
    monkeypatch.setattr(module, "ONE_AT_A_TIME", str(tmp_path / "lock"))
    monkeypatch.setattr(module, "install", lambda lock: (tmp_path / "python").touch())
    return module


LOCKS = {"requirements.lock": ("report", "goals", "figures"), "requirements-dev.lock": ("report", "goals", "figures", "dev")}


def locked(lock):
    """(name, version, marker, hashes) of every entry of a lock."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith((" ", "#")):
            wanted, *hashes = line.split("--hash=")
            requirement = Requirement(wanted.strip())
            yield canonicalize_name(requirement.name), str(requirement.specifier), requirement.marker, hashes


def environment(python, system):
    sys_platform, name, os_name = system
    return {
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": sys_platform,
        "platform_system": name,
        "os_name": os_name,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "platform_machine": "x86_64",
    }


def applies(marker: Marker | None, python, system):
    return marker is None or marker.evaluate(environment(python, system))


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 9, 18), (3, 10, 13), (3, 15, 0)])
def test_another_python_gets_one_plain_sentence(setup_env, monkeypatch, capsys, version):
    monkeypatch.setattr(sys, "version_info", Version(*version))
    assert setup_env.main([]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    mine = "CPython " + ".".join(map(str, version))
    assert said.err.startswith(f"verhuisketens needs Python 3.11 to 3.14, and this is {mine}")
    assert "make PYTHON=" in said.err


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 0), (3, 14, 2)])
def test_the_pythons_of_the_lock_will_do(setup_env, monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", Version(*version))
    assert setup_env.main([]) == 0
    assert setup_env.is_ready(True)


def test_another_implementation_gets_the_sentence_too(setup_env, monkeypatch, capsys):
    monkeypatch.setattr(platform, "python_implementation", lambda: "PyPy")
    assert setup_env.main([]) == 2
    assert "this is PyPy" in capsys.readouterr().err


@pytest.mark.parametrize("lost", ["venv", "ensurepip"])
def test_a_python_without_venv_gets_one_sentence_that_names_the_package(setup_env, monkeypatch, capsys, lost):
    monkeypatch.setitem(sys.modules, lost, None)
    assert setup_env.main([]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "comes without it" in said and f"python{sys.version_info[0]}.{sys.version_info[1]}-venv" in said


def test_a_finished_environment_stays_until_lock_or_asked_python_changes(setup_env, monkeypatch, tmp_path):
    made: list[int] = []

    def install(lock):
        made.append(1)
        (tmp_path / "python").touch()

    monkeypatch.setattr(setup_env, "install", install)
    assert [setup_env.main([]), setup_env.main([]), setup_env.main(["--this-python"])] == [0, 0, 0]
    assert len(made) == 1
    lock = tmp_path / "other.lock"
    lock.write_text("numpy==0\n")
    monkeypatch.setattr(setup_env, "LOCK", str(lock))
    assert setup_env.main([]) == 0 and len(made) == 2
    assert [setup_env.main(["--dev"]), setup_env.main(["--dev"])] == [0, 0] and len(made) == 3, "linters and tests come in"
    assert setup_env.main([]) == 0 and len(made) == 3, "with them everything is there that a run needs"
    monkeypatch.setattr(sys, "version_info", Version(3, 14 if sys.version_info[1] != 14 else 13, 0))
    assert setup_env.main([]) == 0 and len(made) == 3
    assert setup_env.main(["--this-python"]) == 0 and len(made) == 4


@pytest.mark.parametrize("options", [[], ["--dev"]])
def test_set_up_says_what_it_does_and_how_long_that_takes_before_it_begins_and_nothing_when_all_is_there(
    setup_env, monkeypatch, capsys, options
):
    said: list[str] = []
    lock = list(LOCKS)[len(options)]
    made = setup_env.install

    def install(lock):
        said.append(capsys.readouterr().out)
        made(lock)

    monkeypatch.setattr(setup_env, "install", install)
    assert setup_env.main(options) == 0
    n = len({name for name, *_ in locked(lock)})
    assert f"Python {platform.python_version()} and the {n} packages of {lock}" in said[0]
    assert said[0].count("\n") == 1 and "About a minute" in said[0]
    assert capsys.readouterr().out.startswith("Ready after ")
    assert setup_env.main(options) == 0 and capsys.readouterr().out == ""


def test_a_failed_installation_is_not_taken_for_a_finished_one(setup_env, monkeypatch, capsys):
    def fails(lock):
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(setup_env, "install", fails)
    assert setup_env.main([]) == 1
    assert "could not be installed" in capsys.readouterr().err
    assert not setup_env.is_ready(False)


def test_a_set_up_that_is_stopped_is_one_line_and_the_next_starts_again(setup_env, monkeypatch, capsys):
    made = setup_env.install

    def stopped(lock):
        raise KeyboardInterrupt

    monkeypatch.setattr(setup_env, "install", stopped)
    assert setup_env.main([]) == 130
    assert capsys.readouterr().err == "Stopped; the same command starts again.\n"
    assert not setup_env.is_ready(False)
    monkeypatch.setattr(setup_env, "install", made)
    assert setup_env.main([]) == 0


TWO = """
import sys, time
from pathlib import Path
from tools import setup_env
home = Path(sys.argv[1])
setup_env.PYTHON, setup_env.MARK, setup_env.ONE_AT_A_TIME = (str(home / name) for name in ("python", "mark", "lock"))
def install(lock):
    (home / "busy").mkdir()
    time.sleep(1)
    (home / "python").touch()
    with (home / "made").open("a") as made:
        made.write("once,")
    (home / "busy").rmdir()
setup_env.install = install
sys.exit(setup_env.main([]))
"""


def test_of_two_set_ups_at_once_one_waits_and_says_so_and_nothing_is_made_twice(tmp_path):
    command = [sys.executable, "-c", TWO, str(tmp_path)]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0] and [err for _, err in said] == ["", ""]
    assert sum("Another set-up is at work in this clone; this one waits for it" in out for out, _ in said) == 1
    assert (tmp_path / "made").read_text() == "once,"


def test_a_finished_environment_needs_no_lock(setup_env, monkeypatch, tmp_path, capsys):
    assert setup_env.main([]) == 0
    monkeypatch.setattr(setup_env, "ONE_AT_A_TIME", str(tmp_path / "no such folder" / "lock"))
    capsys.readouterr()
    assert setup_env.main([]) == 0 and capsys.readouterr() == ("", "")


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EIO])
def test_only_a_lock_that_another_holds_is_waited_for(setup_env, monkeypatch, tmp_path, capsys, number):
    import fcntl

    asked = []

    def flock(lock, how):
        asked.append(how)
        raise OSError(errno.EAGAIN if len(asked) == 1 else number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    assert setup_env.main([]) == 1 and len(asked) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and os.strerror(number) in said.err and str(tmp_path) in said.err
    assert said.out.count("\n") == 1 and not setup_env.is_ready(False)


def test_a_lock_that_cannot_be_made_and_an_installation_that_cannot_write_are_one_line(setup_env, monkeypatch, tmp_path, capsys):
    def full(lock):
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "there"))

    monkeypatch.setattr(setup_env, "install", full)
    assert setup_env.main([]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and str(tmp_path / "there") in said and "No space left" in said
    monkeypatch.setattr(setup_env, "ONE_AT_A_TIME", str(tmp_path / "no such folder" / "lock"))
    assert setup_env.main([]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "no such folder" in said


def test_the_set_up_can_be_read_by_a_python_that_will_not_do():
    tree = ast.parse((ROOT / "tools" / "setup_env.py").read_text(encoding="utf-8"))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.Starred, ast.AsyncFunctionDef, ast.Nonlocal)
    for node in ast.walk(tree):
        assert not isinstance(node, newer), f"line {node.lineno}: {type(node).__name__} cannot be read by Python 2"
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None and not node.args.kwonlyargs
            assert all(argument.annotation is None for argument in node.args.args)
        if isinstance(node, ast.ImportFrom):
            assert node.module != "__future__"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system[0])
@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_gives_every_python_and_system_one_version_of_each_dependency(python, system, lock):
    chosen: dict[str, str] = {}
    for name, version, marker, _ in locked(lock):
        if applies(marker, python, system):
            assert name not in chosen, f"{name}: {chosen.get(name)} and {version}"
            chosen[name] = version
    extras = PROJECT["project"]["optional-dependencies"]
    for line in (*PROJECT["project"]["dependencies"], *(line for extra in LOCKS[lock] for line in extras[extra])):
        wanted = Requirement(line)
        if wanted.name == PROJECT["project"]["name"]:
            continue
        version = chosen[canonicalize_name(wanted.name)].removeprefix("==")
        assert wanted.specifier.contains(version), (line, version)


def test_who_runs_the_product_gets_the_versions_that_are_tested_and_nothing_of_the_developers():
    mine, all_of_them = ({(name, version, str(marker)) for name, version, marker, _ in locked(lock)} for lock in LOCKS)
    assert mine < all_of_them
    tools = {Requirement(line).name for line in PROJECT["project"]["optional-dependencies"]["dev"]} - {PROJECT["project"]["name"]}
    assert tools >= {"mypy", "pytest", "ruff", "uv"}
    assert not tools & {name for name, *_ in mine} - {"packaging"}, "packaging comes with others"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_of_the_lock_is_pinned_and_hashed(lock):
    entries = list(locked(lock))
    assert len(entries) > 40
    for name, version, _, hashes in entries:
        assert version.startswith("=="), name
        assert hashes and all(re.match(r"sha256:[0-9a-f]{64}", each) for each in hashes), name


def test_no_lock_names_a_registry():
    for name in (*LOCKS, "requirements-build.lock", "pyproject.toml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text), name


def test_what_builds_from_source_is_built_with_a_pinned_and_hashed_tool():
    lines = (ROOT / "requirements-build.lock").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    entries = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert [entry.split("==")[0] for entry in entries] == ["setuptools"]
    assert all("--hash=sha256:" in entry for entry in entries)
    assert any(name == "antlr4-python3-runtime" for name, *_ in locked("requirements.lock"))


def test_make_without_a_python_says_so_in_one_sentence():
    make = shutil.which("make")
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "verhuisketens needs Python 3.11 to 3.14" in text
    if make is None:
        return
    command = [make, "setup", "PYTHON=no-such-python"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    own = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode != 0 and len(own) == 1
    assert "there is no 'no-such-python' here" in own[0]


def test_make_lets_python_keep_its_compiled_files_and_ci_runs_what_the_readme_names():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "unexport PYTHONDONTWRITEBYTECODE" in text
    targets = {"compare", "demo", "test", "test-long", "test-browser", "pictures", "same-bytes", "benchmark", "lock"}
    assert targets <= set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8").split("\n")
    assert "set -euo pipefail" in steps, "a step that fails is a check that fails"
    assert steps.index("make test") < steps.index("exec make test-browser")


@pytest.mark.parametrize(
    ("browser", "user", "installs", "said", "status"),
    [
        (0, 0, 0, ["make test", "make test-browser"], 0),
        (2, 0, 0, ["make test", "apt-get update", "apt-get install chromium", "make test-browser"], 0),
        (2, 7, 0, ["make test", "sudo apt-get update", "sudo apt-get install chromium", "make test-browser"], 0),
        (2, 0, 100, ["make test", "apt-get update"], 100),
    ],
    ids=["there is one", "as root", "as somebody else", "the install fails"],
)
def test_ci_installs_a_browser_where_there_is_none_and_fails_where_it_cannot(browser, user, installs, said, status, tmp_path):
    stubs = {"make": "echo make $*", "dpkg-query": "", "id": f"echo {user}", ".venv/bin/python": f"exit {browser}"}
    stubs |= {"apt-get": f"case $* in *chromium*) echo apt-get install chromium;; *) echo apt-get $*;; esac; exit {installs}"}
    stubs |= {"sudo": 'shift; printf "sudo "; exec "$@"', ".ci/run": (ROOT / ".ci" / "run").read_text(encoding="utf-8")}
    for name, text in stubs.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", str(tmp_path / ".ci" / "run")], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.splitlines() == said and done.returncode == status, done.stderr


def run_without_browser(*command, **more):
    """A command where no program but Python and the shell's own is found."""
    environment = {key: value for key, value in os.environ.items() if key != "CHROMIUM"} | {"PATH": "/nowhere"} | more
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("more", [{}, {"CHROMIUM": "/no/such/chrome"}], ids=["none", "another"])
def test_without_a_browser_one_line_says_how_to_get_one_and_no_other_test_needs_it(more, tmp_path):
    for command in (["tools/browser.py"], ["tools/look.py", str(tmp_path), str(tmp_path / "out")]):
        done = run_without_browser(*command, **more)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
        assert "apt-get install chromium" in done.stderr and "CHROMIUM=" in done.stderr
    listed = run_without_browser("-m", "pytest", "--collect-only", "-p", "no:cacheprovider", "tests/browser", **more)
    assert listed.returncode == 5 and re.search(r"no tests collected \(\d+ deselected\)", listed.stdout), "make test leaves out all of them"


def test_licence_version_and_name_are_the_same_everywhere():
    project = PROJECT["project"]
    public = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert project["license"] == public["legal"]["license"] == citation["license"] == "EUPL-1.2"
    assert project["version"] == public["softwareVersion"] == citation["version"]
    assert project["name"] == public["name"]
    body = project["authors"][0]["name"]
    assert body == public["maintenance"]["contacts"][0]["name"] == citation["authors"][0]["name"]
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "Appendix" in licence and len(licence) > 13_000


def test_short_descriptions_fit_what_the_standard_allows():
    public = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    for language in ("nl", "en"):
        assert len(public["description"][language]["shortDescription"]) <= 150
        assert 150 <= len(public["description"][language]["longDescription"]) <= 10_000
