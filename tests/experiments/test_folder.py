"""The folder of the results: new, empty or ours, and one run at a time; whatever stands there of somebody else stays as it is."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import report
from analysis.tables import files, made, record
from analysis.tables.files import write_json
from analysis.worksheets import fill
from experiments import compare, draws, entry, goal_file
from experiments import list as listing
from experiments.entry import CONFIGS, HydraCommand, checked, quoted
from experiments.runs.folder import DESIGN, HYDRA, LOCK, RUNS, check_place, check_sweep, join, locked, sweep_up
from experiments.schema import Attribute, Compare, Goals, Listing, check
from sim.world.errors import Refusal
from tests.fake_world import DEFAULTS, FakeSimulation, called, fake_plan
from verhuisketens.shell import NotWritten

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["scenarios=[voorrang]", "seeds=1", "months=12", "burn_in=3", "follow_up=3", "workers=1"]
FOREIGN = {
    "notes.tmp": b"mine",
    "figures/mine.png": b"mine",
    "effects.csv": b"a,b\n1,2\n",
    "report.html": b"<p>mine",
    "manifest.json": b'{"manifest_version": 3}',
    ".runs/mine/notes": b"mine",
    ".runs/design.json": b'{"design": {}, "scenarios": {}}',
    "multirun.yaml": b"mine",
}


@pytest.fixture
def run(tmp_path, monkeypatch, notes):
    """``experiments.compare`` from an empty folder, in a world that costs nothing."""
    monkeypatch.chdir(tmp_path)

    def execute(plan, out, command):
        return compare.execute(plan, out, command, FakeSimulation(str(notes)), finish=lambda folder, content: 0)

    def prepare(config):
        given = config.model_dump(exclude_none=True, exclude={"instruments", "behaviour"})
        return fake_plan(**given)

    command = HydraCommand("compare", "config", Compare, prepare, execute)
    return lambda *arguments: entry.main(command, [*arguments, *(one for one in SMALL if one.partition("=")[0] not in str(arguments))])


def all_of(folder):
    """Every file and folder with its content and its time."""
    there = {path: (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")}
    return there, folder.stat().st_mtime_ns


def refused(run, capsys, tmp_path, *arguments):
    """The one line that is said when nothing is done."""
    before = all_of(tmp_path)
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("error: ") and said.err.count("\n") == 1 and len(said.err) < 400, said.err
    assert all_of(tmp_path) == before, "nothing is made or changed"
    return said.err


@pytest.mark.parametrize("multirun", [False, True])
@pytest.mark.parametrize("name", FOREIGN)
def test_a_folder_that_holds_a_file_of_somebody_else_is_refused_and_named(run, capsys, tmp_path, notes, name, multirun):
    if multirun and name == "multirun.yaml":
        return  # Hydra's own, which it writes over
    file = tmp_path / "out" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(FOREIGN[name])
    assert name in refused(run, capsys, tmp_path, *(["--multirun", "strength=1,0.5"] if multirun else []), "out=out")
    assert not called(notes, "")


@pytest.mark.parametrize("name", ["notes.tmp", "notes.2024.tmp", "figures/mine.png", "figures/mine.svg", "mine.csv", ".runs/mine"])
def test_in_a_folder_of_ours_a_file_of_somebody_else_stays(run, tmp_path, name):
    assert run("out=out") == 0
    file = tmp_path / "out" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"mine")
    assert run("out=out", "seeds=2") == 0
    assert file.read_bytes() == b"mine"


def test_what_a_killed_run_left_half_written_of_its_own_files_goes(tmp_path):
    ours = [pattern.replace("*", "x") + ".123.tmp" for pattern in made.EVERYTHING]
    for name in (*ours, "notes.tmp", "effects.csv.tmp", "mine.csv.12.tmp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    sweep_up(tmp_path)
    assert {path.name for path in tmp_path.rglob("*.tmp")} == {"notes.tmp", "effects.csv.tmp", "mine.csv.12.tmp"}


@pytest.mark.parametrize("left", [[], [LOCK], [LOCK, f"{HYDRA}/config.yaml"], [LOCK, f"{HYDRA}/config.yaml", f"{RUNS}/{DESIGN}.77.tmp"]])
def test_a_folder_in_which_a_run_was_killed_before_it_signed_it_is_gone_on_with(run, tmp_path, left):
    for name in left:
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).touch()
    assert run("out=out") == 0
    assert not list((tmp_path / "out").rglob("*.tmp"))


BROKEN = ["[]", "5", "null", "{}", '{"made_by": "verhuisketens"}', '{"made_by": "me"}', "", "[" * 100_000, "\x00", '"']


@pytest.fixture(scope="module", name="content")
def _content(tmp_path_factory):
    """What a run says of itself."""
    out = tmp_path_factory.mktemp("folder") / "out"
    simulation = FakeSimulation(str(tmp_path_factory.mktemp("said")))
    assert compare.execute(fake_plan(seeds=1), out, "", simulation, finish=lambda folder, content: 0) == 0
    return record.read(out / record.MANIFEST)


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("name", [record.MANIFEST, f"{RUNS}/{DESIGN}"])
def test_a_record_of_another_shape_is_one_line_that_names_it(tmp_path, name, broken):
    join(tmp_path, {}, {})
    (tmp_path / name).write_text(broken, encoding="utf-8")
    with pytest.raises(Refusal, match=f"^.*{re.escape(name)} is damaged.*$"):
        check_place(tmp_path)


def test_a_damaged_record_is_refused_by_the_command(run, capsys, tmp_path):
    join(tmp_path / "out", {}, {})
    (tmp_path / "out" / record.MANIFEST).write_text("[]", encoding="utf-8")
    assert "out/manifest.json is damaged" in refused(run, capsys, tmp_path, "out=out")


@pytest.mark.parametrize("key", [name for name, field in record.Record.model_fields.items() if field.is_required()])
@pytest.mark.parametrize("value", [None, [[]], 5.5])
def test_a_record_that_lacks_a_key_or_has_another_kind_of_value_names_the_key(tmp_path, content, key, value):
    write_json(tmp_path / record.MANIFEST, content)
    check_place(tmp_path)
    write_json(
        tmp_path / record.MANIFEST, {name: content[name] for name in content if name != key} | ({} if value is None else {key: value})
    )
    with pytest.raises(Refusal, match=rf"^.*manifest\.json is damaged, or not made by verhuisketens \({key}.*$"):
        check_place(tmp_path)


@pytest.mark.parametrize("tool", [report.main, fill.main], ids=["report", "worksheets"])
@pytest.mark.parametrize("content", [*BROKEN, None])
def test_the_page_and_the_worksheets_touch_no_folder_of_somebody_else(tmp_path, capsys, tool, content):
    if content is not None:
        (tmp_path / record.MANIFEST).write_text(content, encoding="utf-8")
    (tmp_path / "effects.csv").write_text("mine", encoding="utf-8")
    before = all_of(tmp_path)
    assert tool([str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1 and "manifest.json" in said
    assert all_of(tmp_path) == before


def make_file(path):
    path.write_text("mine")


PLACES = {
    "a file": ("out", lambda home: make_file(home / "out"), "is a file"),
    "under a file": ("out/below/it", lambda home: make_file(home / "out"), "is a file"),
    "a dangling link": ("out", lambda home: (home / "out").symlink_to(home / "nowhere"), "is a link that leads nowhere"),
    "under a dangling link": ("out/it", lambda home: (home / "out").symlink_to(home / "nowhere"), "is a link that leads nowhere"),
    "a link to itself": ("out", lambda home: (home / "out").symlink_to(home / "out"), "link"),
    "300 signs": ("x" * 300, lambda home: None, "name too long"),
    "5,000 signs": ("x/" * 2500, lambda home: None, "name too long"),
    "a tab": ('"a\tb"', lambda home: None, "such signs in its name"),
    "an end of line": ('"a\nb"', lambda home: None, "such signs in its name"),
    "an interpolation": ("'a\\${months}'", lambda home: None, "such signs in its name"),
    **{
        f"{name} as a folder": ("out", lambda home, name=name: (home / "out" / name).mkdir(parents=True), name)
        for name in (LOCK, "effects.csv", "manifest.json", "moves.parquet", "report.html")
    },
}


@pytest.mark.parametrize("multirun", [False, True], ids=["one", "sweep"])
@pytest.mark.parametrize("kind", PLACES)
def test_a_place_where_no_results_can_lie_is_refused_before_hydra_starts(run, capsys, tmp_path, kind, multirun):
    out, prepare, words = PLACES[kind]
    if multirun and kind.endswith("as a folder"):
        return  # a folder of that name may be that of a job
    prepare(tmp_path)
    said = refused(run, capsys, tmp_path, *(["--multirun", "strength=1,0.5"] if multirun else []), f"out={out}")
    assert words in said.lower() and "choose an" in said


@pytest.mark.parametrize("name", [LOCK, *(pattern.replace("*", "x") for pattern in made.EVERYTHING)])
def test_in_a_folder_of_ours_a_folder_where_a_file_must_come_is_named(tmp_path, name):
    join(tmp_path, {}, {})
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(Refusal, match=f"{name} is (a folder, and a file must come there|damaged)"):
        check_place(tmp_path)


@pytest.mark.parametrize("name", ["figures", HYDRA])
@pytest.mark.parametrize("link", [False, True])
def test_a_file_or_a_link_where_a_folder_must_come_is_named(tmp_path, name, link):
    join(tmp_path / "out", {}, {})
    (tmp_path / "out" / name).symlink_to(tmp_path) if link else make_file(tmp_path / "out" / name)
    with pytest.raises(Refusal, match=f"{name} stands where a folder must come"):
        check_place(tmp_path / "out")


@pytest.mark.parametrize("place", [".", "out"])
def test_a_folder_that_may_not_be_written_to_is_named(run, capsys, tmp_path, monkeypatch, place):
    (tmp_path / "out").mkdir()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != Path(place) and access(path, mode))
    assert f"you may not write in {place};" in refused(run, capsys, tmp_path, f"out={'out' if place == 'out' else 'new'}")


@pytest.mark.parametrize("name", ["it's", "a'b'c", "''", "a b", "ü", "a,b", "a=b", "{a}", "[a]", "100%", "back\\", "back\\'s", "$a", "#a"])
def test_hydra_reads_a_name_between_quotes_as_it_is(name):
    [read] = entry.parse([f"hydra.run.dir={quoted(Path(name))}"])
    assert str(read.value()) == name


@pytest.mark.parametrize("name", ["it's", "back\\'s {a}, b=c"])
def test_a_name_with_signs_that_hydra_reads_is_a_name_like_any_other(tmp_path, run, name):
    assert run("out=" + quoted(Path(name))) == 0
    assert {path.name for path in tmp_path.iterdir()} == {name}
    assert (tmp_path / name / HYDRA / "config.yaml").is_file() and (tmp_path / name / record.MANIFEST).is_file()


@pytest.mark.parametrize("out", ["~/x", "~"])
def test_a_tilde_in_front_is_the_home_folder_once(run, tmp_path, monkeypatch, out):
    home = tmp_path / "home"
    (home / "~").mkdir(parents=True)
    if out == "~":
        (home / "~").rmdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    assert run(f"out='{out}'") == 0
    assert (home / out[2:] / record.MANIFEST).is_file() and {path.name for path in tmp_path.iterdir()} == {"home"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("p_sight: 0.1\n", lambda path: checked(compare.COMMAND, [f"behaviour='{path}'"])),
        ((CONFIGS / "goals" / "ambities.yaml").read_text(encoding="utf-8"), goal_file.load),
        ("behaviour.p_sight\n0.1\n", lambda path: draws.read(draws.file_of(path))),
    ],
)
def test_every_file_that_is_named_takes_a_tilde(tmp_path, monkeypatch, text, read):
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert read("~/mine.yaml")
    with pytest.raises(Refusal, match=r"other\.yaml"):
        read("~/other.yaml")


FOLDERS = [(one, key) for one in (Compare, Attribute, Goals, Listing) for key, field in one.model_fields.items() if "folder" in str(field)]


@pytest.mark.parametrize(("command", "key"), FOLDERS)
def test_every_key_that_is_a_folder_takes_a_tilde_and_is_never_empty(command, key, monkeypatch):
    monkeypatch.setenv("HOME", os.sep + "mine")
    monkeypatch.setenv("USERPROFILE", os.sep + "mine")
    needed = {"scenario": "voorrang", "goals": "ambities", "trials": 0, "probability": 0.8, "what": "scenarios"}
    needed = {name: one for name, one in needed.items() if name in command.model_fields}
    rest = DEFAULTS if command is not Listing else {}
    given = {name: one for name, one in {**rest, **needed}.items() if name in command.model_fields}
    assert getattr(check(command, given | {key: "~/x"}), key) == os.sep + os.path.join("mine", "x")
    with pytest.raises(Refusal, match=f"{key} is empty"):
        check(command, given | {key: ""})


def test_a_folder_of_scenarios_that_is_not_there_is_refused_by_every_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command, keys in ((compare.COMMAND, []), (listing.COMMAND, ["what=scenarios"])):
        assert entry.main(command, [*keys, "scenario_dir=nowhere"]) == 2
        assert "scenario_dir=nowhere: there is no such folder" in capsys.readouterr().err


def test_a_multirun_goes_on_in_its_own_folder_and_in_no_other(run, capsys, tmp_path):
    sweep = ("--multirun", "strength=1,0.5", "out=out")
    assert [run(*sweep), run(*sweep)] == [0, 0]
    job = next(path for path in (tmp_path / "out").iterdir() if path.is_dir())
    (job / "mine").mkdir()
    assert run(*sweep) == 0
    (tmp_path / "out" / "mine" / "below").mkdir(parents=True)
    (tmp_path / "out" / "mine" / "below" / "notes.txt").touch()
    capsys.readouterr()
    assert "out/mine/below/notes.txt was not made by" in refused(run, capsys, tmp_path, *sweep)
    with pytest.raises(Refusal, match=r"notes\.txt was not made by"):
        check_sweep(tmp_path / "out")


@pytest.mark.parametrize("at", ["part", "table", "lock"])
def test_a_full_disk_names_the_folder_and_the_same_command_goes_on(run, capsys, tmp_path, monkeypatch, at):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with monkeypatch.context() as patch:
        if at == "lock":
            patch.setattr(os, "ftruncate", lambda descriptor, size: (_ for _ in ()).throw(full))
        else:
            opened = open

            def no_room(path, *how, **more):
                if f"{RUNS}{os.sep}" in str(path) and "parquet" in str(path) if at == "part" else "summary.parquet" in str(path):
                    raise full
                return opened(path, *how, **more)

            patch.setattr(files, "open", no_room, raising=False)
        assert run("out=out", "debug=false") == 1
    said = capsys.readouterr().err
    assert "no room is left in out" in said and "make room, and the same command goes on" in said and "Traceback" not in said
    assert not list((tmp_path / "out").rglob("*.tmp"))
    assert run("out=out") == 0
    assert run("out=other") == 0
    sums = [record.read(tmp_path / name / record.MANIFEST)["checksums"] for name in ("out", "other")]
    assert sums[0] == sums[1] != {}


def test_a_run_of_another_process_in_the_folder_is_named_and_its_end_frees_it(tmp_path):
    code = "import sys; from pathlib import Path; from experiments.runs.folder import locked\n"
    code += "with locked(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path / "out")]
    other = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "in\n"
    with (
        pytest.raises(Refusal, match=rf"another run works in .*out: process {other.pid} on .* since .*; wait for it"),
        locked(tmp_path / "out"),
    ):
        raise AssertionError("two runs in one folder")
    other.kill()
    other.communicate()
    with locked(tmp_path / "out"):
        pass


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_where_no_file_can_be_locked_nobody_is_said_to_work(tmp_path, monkeypatch, number):
    import fcntl

    def flock(lock, how):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(NotWritten, match=re.escape(os.strerror(number))), locked(tmp_path / "out"):
        pass
