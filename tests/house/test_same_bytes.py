"""The check on equal output: what differs is named, what says only when and where is left out, no instrument escapes it."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from experiments.runs.plan import make_plan
from experiments.schema import Compare, check
from sim.approach import scenarios
from sim.interventions import REGISTRY
from sim.world import notation
from sim.world.errors import Refusal
from tests.fake_world import DEFAULTS
from tools import same_bytes
from tools import same_bytes_jobs as jobs
from tools.same_folders import Side, compare

TABLE = pd.DataFrame(
    {
        "scenario": pd.Categorical(["basis", "basis", "voorrang"]),
        "seed": [0, 1, 0],
        "n": [1, 2, 3],
        "value": [0.5, np.nan, 0.0],
        "word": pd.Series(["a", None, "c"], dtype="str"),
        "empty": [None, None, None],
    }
)
PNG = b"\x89PNG\r\n" + bytes(range(250))


def sheet(text: str) -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.append([text, 1])
    book.save(out)
    return out.getvalue()


def put(table: pd.DataFrame, path: Path, **metadata: str) -> None:
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(metadata or None), path)


def written(folder: Path, kept: str = "aa11", commit: str = "c0ffee") -> Side:
    """A folder of results of a code in a folder of its own, made under a digest and on a commit of its own."""
    out, code = folder / "out", folder / "code"
    run = out / "job" / ".runs" / kept
    run.mkdir(parents=True)
    mark = {"scenario": "basis", "seed": 0, "seconds": {"months": len(commit)}, "finished": len(commit), "fingerprint": "f00d"}
    manifest = {"command": f"out={out}", "version": {"commit": commit, "sim": kept, "data": "d1"}, "reached": {"brieven": 3.0}}
    page = f"<p>about {len(commit)} processor minutes</p>\n<dt>commit</dt><dd>{commit}</dd>\n<dt>sim</dt><dd>{kept}</dd>\n"
    page += "<dt>data</dt><dd>d1</dd>\n"
    put(TABLE, out / "job" / "moves.parquet")
    put(TABLE, run / "moves.parquet")
    for path, content in {
        "effects.csv": 'key,value\n"a,b",1.5\nc,nan\n',
        "manifest.json": json.dumps(manifest),
        ".runs/design.json": json.dumps({"code": kept}),
        f".runs/{kept}/done.json": json.dumps(mark),
        "report.html": page,
        "figures/fit.svg": '<svg>\n<path style="fill: #123a5c"/>\n</svg>\n',
        ".lock": f"process {commit}",
        "said/compare.out": f"{out}/job/report.html\n",
        "said/compare.err": f"{len(commit)} of 9 runs finished, 4 s\n{code}/sim/fit.py: a warning\nexit status 0\n",
    }.items():
        (out / "job" / path).parent.mkdir(exist_ok=True)
        (out / "job" / path).write_text(content, encoding="utf-8")
    (out / "job" / "figures" / "fit.png").write_bytes(PNG)
    (out / "job" / "werkbladen.xlsx").write_bytes(sheet("Voorrang"))
    return Side(out, code)


@pytest.fixture
def sides(tmp_path):
    return written(tmp_path / "one"), written(tmp_path / "two", "bb2233", "badcafe1")


def differences(sides):
    return [one for one in compare(*sides) if one.where]


def test_folders_made_elsewhere_at_another_time_from_another_commit_are_the_same(sides):
    found = compare(*sides)
    assert [one for one in found if one.where] == []
    names = [one.file.removeprefix("job/") for one in found]
    assert len(names) == 12 and ".runs/basis, seed 0/moves.parquet" in names and ".lock" not in names
    assert {one.n for one in found if one.file.endswith(".parquet")} == {TABLE.size}
    assert next(one.n for one in found if one.file.endswith(".png")) == len(PNG)


def cell(column, row, value):
    """The table with one cell changed."""
    table = TABLE.copy()
    values = list(table[column])
    values[row] = value
    table[column] = pd.Series(values, dtype="str" if column == "word" else None)
    return table.astype({"scenario": "category"})


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (cell("n", 1, 7), "row 1 (scenario=basis, seed=1), column n: 2 | 7"),
        (cell("value", 1, 0.0), "row 1 (scenario=basis, seed=1), column value: null | 0.0"),
        (cell("value", 2, -0.0), "row 2 (scenario=voorrang, seed=0), column value: 0.0 | -0.0"),
        (cell("value", 0, np.nextafter(0.5, 1)), "row 0 (scenario=basis, seed=0), column value: 0.5 | 0.5000000000000001"),
        (cell("word", 2, "d"), "row 2 (scenario=voorrang, seed=0), column word: 'c' | 'd'"),
        (cell("word", 1, "b"), "row 1 (scenario=basis, seed=1), column word: null | 'b'"),
        (cell("scenario", 2, "basis"), "row 2 (scenario=voorrang, seed=0), column scenario: 'voorrang' | 'basis'"),
        (TABLE.assign(n=TABLE["n"].astype("int32")), "column 2: pyarrow.Field<n: int64> | pyarrow.Field<n: int32>"),
        (TABLE[["scenario", "n", "seed", "value", "word", "empty"]], "column 1: pyarrow.Field<seed: int64> | pyarrow.Field<n: int64>"),
        (TABLE.assign(n=TABLE["seed"], seed=TABLE["n"]), "row 0 (scenario=basis, seed=0), column seed: 0 | 1"),
        (TABLE.drop(columns="empty"), "column 5: pyarrow.Field<empty: null> | (nothing)"),
        (TABLE[:2], "number of rows: 3 | 2"),
    ],
)
def test_the_first_cell_of_a_table_that_differs_is_named(sides, table, said):
    put(table, sides[1].folder / "job" / "moves.parquet")
    (one,) = differences(sides)
    assert str(one) == f"job/moves.parquet: {said}"


def test_what_a_schema_says_of_itself_counts(sides):
    put(TABLE, sides[1].folder / "job" / "moves.parquet", unit="euro")
    assert [one.where for one in differences(sides)] == ["metadata of the schema"]


def test_a_nan_equals_a_nan_and_is_no_null(sides):
    pq.write_table(pa.table({"x": pa.array([float("nan"), 1.0])}), sides[0].folder / "job" / "moves.parquet")
    pq.write_table(pa.table({"x": pa.array([float("nan"), 2.0])}), sides[1].folder / "job" / "moves.parquet")
    assert [one.where for one in differences(sides)] == ["row 1, column x"]
    pq.write_table(pa.table({"x": pa.array([None, 2.0])}), sides[0].folder / "job" / "moves.parquet")
    assert [str(one) for one in differences(sides)] == ["job/moves.parquet: row 0, column x: null | nan"]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("effects.csv", "1.5", "1.50", "row 0, column value: 1.5 | 1.50"),
        ("effects.csv", "key,value", "key,worth", "header, column 1: value | worth"),
        ("effects.csv", "c,nan\n", "", "row 1, column key: c | (nothing)"),
        ("effects.csv", '"a,b"', "a,b", "row 0, column key: a,b | a"),
        ("effects.csv", "\n", "\r\n", "line 1, sign 9: key,value | key,value\r"),
        ("manifest.json", "3.0", "3", "reached.brieven: 3.0 | 3"),
        ("manifest.json", '"data"', '"dato"', "version.data: version.data: 'd1' | version.dato: 'd1'"),
        ("manifest.json", '"d1"', '"d2"', "version.data: 'd1' | 'd2'"),
        (".runs/bb2233/done.json", "f00d", "f00e", "fingerprint: 'f00d' | 'f00e'"),
        ("figures/fit.svg", "#123a5c", "#123a5d", "line 2, sign 25:"),
        ("report.html", "<dd>d1", "<dd>d2", "line 2, sign 18:"),
        ("report.html", "processor", "computer", "line 1, sign 9:"),
        ("said/compare.err", "status 0", "status 1", "line 2, sign 12: exit status 0 | exit status 1"),
        ("said/compare.err", "a warning", "another", "line 1, sign 18:"),
    ],
)
def test_the_first_difference_in_a_text_is_named(sides, name, old, new, said):
    path = sides[1].folder / "job" / name
    before = path.read_bytes()
    path.write_bytes(before.replace(old.encode(), new.encode()))
    assert path.read_bytes() != before
    (one,) = differences(sides)
    assert str(one).startswith(f"job/{name.replace('bb2233', 'basis, seed 0')}: {said}")


def test_a_parameter_that_one_side_does_not_know_is_no_difference_and_another_value_of_one_is(sides):
    for side, parameters in zip(sides, ({"p_sight": 0.05}, {"p_sight": 0.05, "rel_new": 2.0}), strict=True):
        path = side.folder / "job" / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"parameters": parameters}), encoding="utf-8")
    assert differences(sides) == []
    path.write_text(path.read_text("utf-8").replace("0.05", "0.06"), encoding="utf-8")
    assert [str(one) for one in differences(sides)] == ["job/manifest.json: parameters.p_sight: 0.05 | 0.06"]


def test_a_picture_a_spreadsheet_and_a_lost_file_are_named(sides):
    job = sides[1].folder / "job"
    (job / "figures" / "fit.png").write_bytes(PNG[:9] + b"!" + PNG[10:])
    (job / "werkbladen.xlsx").write_bytes(sheet("Voorang"))
    (job / "effects.csv").unlink()
    (job / "naive.csv").write_text("left,over\n", encoding="utf-8")
    lost, picture, added, book = map(str, differences(sides))
    assert lost == "job/effects.csv: the file: there | not there" and added == "job/naive.csv: the file: not there | there"
    assert picture.startswith("job/figures/fit.png: byte 9: 03 04 05 ") and " | 21 04 05 " in picture
    assert book.startswith("job/werkbladen.xlsx: xl/worksheets/sheet1.xml, line ") and "Voorrang" in book and "Voorang" in book


def test_two_runs_of_one_name_are_paired_in_the_order_in_which_they_were_finished(sides):
    for side, (first, second) in zip(sides, (("11", "22"), ("44", "33")), strict=True):
        for key, finished in ((first, 100), (second, 200)):
            run = side.folder / "job" / ".runs" / key
            run.mkdir()
            mark = {"scenario": "x/y", "seed": 3, "finished": finished, "reached": finished}
            (run / "done.json").write_text(json.dumps(mark), encoding="utf-8")
    found = compare(*sides)
    assert [one for one in found if one.where] == []
    assert {"job/.runs/x y, seed 3/done.json", "job/.runs/x y, seed 3+/done.json"} <= {one.file for one in found}


def test_what_is_told_counts_and_names(sides, capsys):
    assert same_bytes.tell(compare(*sides)) == 0
    assert f"in all 12 files, {2 * TABLE.size + 6} cells, 6 values" in capsys.readouterr().out
    job = sides[1].folder / "job"
    (job / "effects.csv").unlink()
    for place in (job, job / ".runs" / "bb2233"):
        put(TABLE[1:], place / "moves.parquet")
    assert same_bytes.tell(compare(*sides)) == 1
    *_, total, first, second, third = capsys.readouterr().out.splitlines()
    assert total.endswith(": 3 files differ") and third == "- job/effects.csv: the file: there | not there"
    assert first.startswith("- job/moves.parquet: row 0 ") and second.startswith("- job/.runs/basis, seed 0/moves.parquet: row 0 ")


# what is run


def steps(keys, folder):
    jobs.write_scenarios(folder, keys)
    return [*jobs.small(keys), *jobs.whole(keys, scenarios.names())]


@pytest.mark.parametrize("keys", [sorted(REGISTRY), sorted([*REGISTRY, "a_new_one"])], ids=["as it is", "with a new one"])
def test_no_instrument_escapes(tmp_path, keys):
    named = {name for step in steps(keys, tmp_path) for name in step.scenarios}
    held = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.glob("*.yaml")}
    for place in (jobs.SMALL_PLACE, jobs.LARGER_PLACE):
        at = {name for step in jobs.whole(keys, ()) if f"municipality={place}" in step.arguments for name in step.scenarios}
        assert {f"{limit}_{key}" for limit in jobs.LIMITS for key in keys} - set(jobs.REFUSED) <= at
        halved = [step for step in jobs.whole(keys, ()) if {f"municipality={place}", "strength=0.5"} <= set(step.arguments)]
        assert {f"alone_{key}" for key in keys} <= {name for step in halved for name in step.scenarios}
    assert set(scenarios.names()) - set(REGISTRY) - {"basis"} <= named, "every ready scenario is run"
    assert sorted(held["alles"]["instruments"]) == keys
    stepwise = {*held["stap"]["instruments"], *(key for rule in held["stap"]["rules"] for key in rule["do"].get("add", {}))}
    assert stepwise == set(keys)


def test_nothing_that_is_run_is_refused_but_what_is_meant_to_be(tmp_path):
    for step in steps(sorted(REGISTRY), tmp_path):
        if not step.scenarios or step.status:
            continue
        typed = dict(one.split("=", 1) for one in step.arguments if "=" in one)
        given = {key: notation.value(one) for key, one in typed.items()} | {"scenario_dir": str(tmp_path), "out": str(tmp_path)}
        given["behaviour"] = {}
        try:
            make_plan(check(Compare, DEFAULTS | given | {"scenarios": list(step.scenarios)}))
        except Refusal as error:
            pytest.fail(f"{step.job}: {error}")


def answer(status, said=""):
    return subprocess.CompletedProcess([], status, stdout="key\nbrieven\n", stderr=said)


def test_a_refused_scenario_is_written_down_and_left_out(tmp_path, monkeypatch):
    asked = []

    def python(code, *arguments):
        asked.append(arguments[-1])
        return answer(2, "error: scenario b: the law forbids it\n") if ",b," in arguments[-1] else answer(0)

    monkeypatch.setattr(same_bytes, "python", python)
    step = jobs.experiment("job", "compare", "a", "b", "c")
    assert same_bytes.run_step(Side(tmp_path, tmp_path), step, tmp_path) == 0
    assert asked == ["scenarios=[a,b,c]", "scenarios=[a,c]"]
    said = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "said" / "job").glob("*.err")}
    assert said == {"compare_without_b.err": "error: scenario b: the law forbids it\nexit status 2\n", "compare.err": "exit status 0\n"}


def ending(**statuses):
    """Processes that end well, but for the worksheets of these folders of code."""
    return lambda code, *arguments: answer(statuses.get(code.name, 0) if "analysis.worksheets" in arguments else 0, "no such folder")


@pytest.mark.parametrize(("statuses", "where"), [({"base": 1, "head": 1}, "base"), ({"base": 1}, "base"), ({"head": -15}, "head")])
def test_a_job_that_fails_before_the_change_or_is_killed_proves_nothing(tmp_path, monkeypatch, statuses, where):
    sides = [Side(tmp_path / name, tmp_path / name) for name in ("base", "head")]
    monkeypatch.setattr(same_bytes, "python", ending(**statuses))
    with pytest.raises(same_bytes.NoProofError, match=f"small, worksheets must end with 0, and ends in {where} with\nno such folder"):
        same_bytes.run_both(sides, "small", tmp_path)
    monkeypatch.setattr(same_bytes, "python", ending(head=1))
    same_bytes.run_both(sides, "small", tmp_path)
    assert "said/small/worksheets.err" in [one.file for one in compare(*sides) if one.where], "a failure of the change is a difference"


def test_what_only_one_state_has_is_left_to_the_lists(tmp_path, monkeypatch):
    monkeypatch.setattr(same_bytes, "keys_of", lambda code, what: {"brieven", "voorrang", f"only_{code.name}"})
    monkeypatch.setattr(same_bytes, "python", lambda code, *arguments: answer(0))
    same_bytes.run_both([Side(tmp_path / f"out_{name}", tmp_path / name) for name in ("base", "head")], "small", tmp_path)
    held = json.loads((tmp_path / "alles.yaml").read_text(encoding="utf-8"))["instruments"]
    assert sorted(held) == ["brieven", "voorrang"]
    assert (tmp_path / "out_head" / "said" / "lists" / "instruments.out").is_file(), "the lists of both are compared"


# the two states of the code


def test_processes_that_import_other_code_are_noticed(tmp_path):
    same_bytes.check_own(same_bytes.ROOT)
    for room in ("sim", "experiments"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    with pytest.raises(same_bytes.NoProofError, match="do not import its own code"):
        same_bytes.check_own(tmp_path)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A repository with one commit, in which the check works."""
    root = tmp_path / "clone"
    root.mkdir()
    monkeypatch.setattr(same_bytes, "ROOT", root)
    monkeypatch.setattr(same_bytes, "KEPT", tmp_path / "kept")
    (root / "one.py").write_text("one = 1\n", encoding="utf-8")
    (root / ".gitignore").write_text("*.log\n", encoding="utf-8")
    same_bytes.git("init", "--quiet")
    same_bytes.git("add", "--all")
    same_bytes.git("-c", "user.name=x", "-c", "user.email=x", "commit", "--quiet", "--message", "one")
    return root


def test_a_revision_is_put_in_a_folder_once_and_again_when_it_was_touched(clone):
    place = same_bytes.checked_out("HEAD")
    assert {path.name: path.read_text(encoding="utf-8") for path in place.iterdir()} == {".gitignore": "*.log\n", "one.py": "one = 1\n"}
    before = (place / "one.py").stat().st_mtime_ns
    (place / "made.log").touch()
    assert same_bytes.checked_out("HEAD") == place and (place / "one.py").stat().st_mtime_ns == before
    (place / "one.py").write_text("one = 2\n", encoding="utf-8")
    assert same_bytes.checked_out("HEAD") == place and (place / "one.py").read_text(encoding="utf-8") == "one = 1\n"
    (place / "two.py").touch()
    assert same_bytes.checked_out("HEAD") == place and not (place / "two.py").exists()
    with pytest.raises(same_bytes.NoProofError, match="no such commit"):
        same_bytes.checked_out("nowhere")


def test_the_content_of_the_working_folder_is_seen_and_the_repository_left_alone(clone):
    same = [same_bytes.git("count-objects", "-v"), same_bytes.git("status", "--porcelain")]
    seen = [same_bytes.tree_of(clone)]
    assert seen == [same_bytes.git("rev-parse", "HEAD^{tree}")]
    (clone / "made.log").touch()
    assert same_bytes.tree_of(clone) == seen[0]
    (clone / "two.py").write_text("two = 2\n", encoding="utf-8")
    seen.append(same_bytes.tree_of(clone))
    (clone / "one.py").write_text("one = 2\n", encoding="utf-8")
    seen.append(same_bytes.tree_of(clone))
    assert len(set(seen)) == 3
    assert same_bytes.git("count-objects", "-v") == same[0] and same_bytes.git("status", "--porcelain") == " M one.py\n?? two.py".strip()


def test_a_change_during_the_run_and_an_unknown_revision_end_with_2(clone, monkeypatch, capsys):
    monkeypatch.setattr(same_bytes, "check_own", lambda code: None)
    monkeypatch.setattr(same_bytes, "run_both", lambda *given: (clone / "one.py").write_text("one = 3\n", encoding="utf-8"))
    assert same_bytes.main(["HEAD"]) == 2
    assert "changed during the run" in capsys.readouterr().err
    assert same_bytes.main(["HEAD", "--head", "HEAD"]) == 0, "nothing was run, and nothing differs"
    assert same_bytes.main(["nowhere"]) == 2
    with pytest.raises(SystemExit) as error:
        same_bytes.main(["HEAD", "--set", "large"])
    assert error.value.code == 2


@pytest.mark.long
def test_from_end_to_end(tmp_path, monkeypatch, capsys):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(same_bytes.ROOT), str(clone)], check=True)
    monkeypatch.setattr(same_bytes, "ROOT", clone)
    tiny = [jobs.listed("indicators"), jobs.experiment("tiny", "compare", "huurbehoud", months=2, burn_in=2, follow_up=1)]
    monkeypatch.setattr(jobs, "small", lambda keys: tiny)
    assert same_bytes.main(["HEAD"]) == 0
    scenario = clone / "configs" / "scenario" / "huurbehoud.yaml"
    scenario.write_text(scenario.read_text(encoding="utf-8").replace('nl: "', 'nl: "Nieuw ', 1), encoding="utf-8")
    capsys.readouterr()
    assert same_bytes.main(["HEAD"]) == 1
    said = capsys.readouterr().out
    assert "- tiny/manifest.json: scenarios.huurbehoud.title.nl: '" in said and " | 'Nieuw " in said
    assert "tiny/moves.parquet" not in said
