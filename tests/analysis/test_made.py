"""Who makes files from tables says which, writes no others, and leaves none beside tables of another run."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.estimates import validation
from analysis.page import page
from analysis.tables import datapackage
from analysis.tables.files import Folder
from analysis.tables.made import CHARTS, FROM_TABLES, GOALS, PAGE, SHARES, VALIDATION, WORKSHEETS, Made, MadeApart
from analysis.tables.schema import EVERY
from analysis.worksheets import fill
from experiments import compare, entry, validate
from experiments.runs import manifest
from experiments.runs.folder import join
from sim.counts.schema import REAL, TABLES, Column, Table
from sim.counts.schema_columns import SCENARIO
from sim.world.errors import Refusal
from tests.fake_world import FakeSimulation, fake_plan
from tests.sentinels import undeclared
from tests.unpainted import unpainted
from tests.worlds import MIXED

NOBODY = {"age": 100, "size": 1, "rooms": 12, "floor_area": 400}
EMPTY = {"title": {"nl": "Leeg", "en": "Empty"}, "instruments": {"voorrang": {"who": NOBODY}}}
OF_A_RUN = {table.file for table in TABLES.values()}
ONE, TWO = (Table(name, "row", "", ("value",), (SCENARIO, Column("value", REAL, "unit", "any")), (), "csv") for name in ("one", "two"))
APART = MadeApart((ONE, TWO), ("one",))


def files(out: Path) -> set[str]:
    """What a folder of results holds for people: not what the commands keep for themselves, nor what describes these files."""
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    return {name for name in names if not name.startswith(".") and name != datapackage.NAME}


def of(made: Made, out: Path) -> set[str]:
    """What is there of one maker."""
    return {path.relative_to(out).as_posix() for path in made.there(out)} - {datapackage.NAME}


@pytest.fixture(scope="module", name="small")
def _small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A comparison that was run, and the command line that it shares with others of its folder."""
    home = tmp_path_factory.mktemp("made")
    (home / "mine").mkdir()
    (home / "mine" / "leeg.yaml").write_text(yaml.safe_dump(EMPTY), encoding="utf-8")
    shared = [f"municipality={MIXED}", "months=3", "burn_in=1", "follow_up=1", "workers=1"]
    shared += [f"out={home / 'here'}", f"scenario_dir={home / 'mine'}"]
    with unpainted():
        assert entry.main(compare.COMMAND, [*shared, "seeds=2", "scenarios=[voorrang]"]) == 0
    return home / "here", shared


def test_a_run_leaves_its_tables_its_record_and_what_the_page_declares(small):
    out = small[0]
    assert files(out) == OF_A_RUN | {manifest.NAME} | of(PAGE, out)
    assert all(list(out.glob(pattern)) for pattern in PAGE.patterns if "figures" not in pattern), "nothing is declared that is never made"


def test_every_picture_of_the_page_is_declared_and_no_other():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(page.__file__).parent.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Chart"]
    assert {node.args[0].value for node in calls} == set(CHARTS)


def test_no_value_on_disk_stands_for_none_unless_the_schema_says_so(small):
    there = [table for table in EVERY if (small[0] / table.file).exists()]
    assert {table.file for table in (*TABLES.values(), *PAGE.tables)} <= {table.file for table in there}
    for table in there:
        assert undeclared(table, Folder(small[0]).table(table.name, ())) == []


def test_nothing_of_a_run_stays_beside_tables_of_another_that_failed(small, capsys):
    out, shared = small
    fill.write(out)
    assert of(WORKSHEETS, out)
    assert entry.main(compare.COMMAND, [*shared, "seeds=3", "scenarios=[voorrang,leeg]"]) == 1
    assert "failed: scenario leeg" in capsys.readouterr().err
    assert files(out) == OF_A_RUN | {manifest.NAME, "werkbladen_voorrang.xlsx"}, "only the workbook, which is made to be changed"
    assert not (out / "figures").exists()


def test_every_pattern_of_every_maker_is_cleared_before_the_tables_change(tmp_path, capsys):
    (tmp_path / "notes").mkdir()
    out = tmp_path / "out"
    for pattern in [pattern for made in FROM_TABLES for pattern in made.patterns]:
        path = out / pattern.replace("*", "of_an_earlier_run")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for mine in ("mine.txt", "mine.png"):
        (out / "figures" / mine).touch()
    plan = fake_plan()
    join(out, plan.design, plan.written)
    assert compare.execute(plan, out, "", FakeSimulation(str(tmp_path / "notes"), fails=(("voorrang", 1),))) == 1
    assert not any(of(made, out) for made in FROM_TABLES)
    assert {path.name for path in (out / "figures").iterdir()} == {"mine.txt", "mine.png"}, "what somebody else put there stays"


def test_a_validation_writes_what_it_declares(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    empty = validation.Tables(None, None, None, 12)
    table, judged, rivals = (pd.DataFrame([dict.fromkeys(one.names, "x")]) for one in VALIDATION.tables)
    for name, made in {
        "validation.compare": lambda tables: table,
        "validation.tables": lambda *parts: empty,
        "person_rates.of_folder": lambda folder, months: None,
        "judged.judge": lambda tables, place: judged,
        "judged.as_text": lambda table, place: "",
        "judged.verdict": lambda table: "",
        "beside_rivals.beside": lambda tables, place: rivals,
        "beside_rivals.standing": lambda table, over, codes: None,
        "beside_rivals.as_text": lambda table: "",
        "beside_rivals.in_short": lambda table, codes: "",
    }.items():
        monkeypatch.setattr(f"analysis.estimates.{name}", made)
    monkeypatch.setattr(pd, "read_parquet", lambda path: None)
    assert validate.report(tmp_path, 12, "zwolle", "") == 0
    assert files(tmp_path) == {"validation.csv", "judged.csv", "rivals.csv"} == of(VALIDATION, tmp_path)


def test_a_file_that_nobody_declared_cannot_be_written(tmp_path):
    with pytest.raises(KeyError, match=r"extra\.csv is not declared"):
        PAGE.write(tmp_path, {}, {"report.html": "", "extra.csv": ""})
    with pytest.raises(KeyError, match="goals is not declared"):
        PAGE.write(tmp_path, {"goals": pd.DataFrame()}, {"report.html": ""})
    for tables, pictures in (({"three": pd.DataFrame()}, {}), ({}, {"two": (b"", b"")})):
        with pytest.raises(KeyError, match="is not declared"):
            APART.write(tmp_path, "mine", tables, pictures)
    assert not files(tmp_path)


@pytest.mark.parametrize("made", [SHARES, GOALS, APART], ids=["shares", "goals", "any"])
def test_a_scenario_that_is_forgotten_leaves_no_row_and_no_picture_and_others_keep_theirs(tmp_path, made):
    def write(scenario):
        rows = {of.name: dict.fromkeys(of.names, 1) for of in made.tables}
        tables = {name: pd.DataFrame([row | {"scenario": of} for of in (scenario, "basis", "placebo")]) for name, row in rows.items()}
        made.write(tmp_path, scenario, tables, {name: (b"svg", b"png") for name in made.pictures})

    write("mine")
    alone = files(tmp_path)
    assert alone == {of.file for of in made.tables} | {f"{name}_mine{end}" for name in made.pictures for end in (".svg", ".png")}
    write("another")
    made.forget(tmp_path, "mine")
    assert files(tmp_path) == {name.replace("_mine", "_another") for name in alone}
    assert all(pd.read_csv(tmp_path / of.file)["scenario"].tolist() == ["another"] for of in made.tables)
    made.forget(tmp_path, "another")
    assert not files(tmp_path)


def test_what_a_scenario_does_not_have_this_time_goes(tmp_path):
    table = pd.DataFrame({"scenario": ["basis", "mine"], "value": [1, 2]})
    APART.write(tmp_path, "mine", {"one": table, "two": table}, {"one": (b"svg", b"png")})
    APART.write(tmp_path, "mine", {"one": table}, {})
    assert files(tmp_path) == {"one.csv"}, "rows of basis alone say nothing of any scenario"
    (tmp_path / "two.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"two\.csv is damaged"):
        APART.forget(tmp_path, "mine")
    assert files(tmp_path) == {"one.csv", "two.csv"}, "nothing is written then"
