"""The rules of the house: which room may read which, how long a file is, and that every registry tells the truth."""

from __future__ import annotations

import ast
import csv
import functools
import pickle
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from sim import levers
from sim.behaviour.klantreis import is_nood
from sim.counts import indicators
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.parameters import REGISTRY as PARAMETERS
from sim.world import codes
from sim.world.chance import Purpose
from tests.every import every

ROOT = Path(__file__).resolve().parents[2]
ROOMS = [
    name
    for name in ("verhuisketens", "sim", "experiments", "analysis", "workshop", "benchmarks", "tools", "tests")
    if (ROOT / name).is_dir()
]
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in SOURCES]
ENUMERATIONS = [one for one in vars(codes).values() if isinstance(one, type) and issubclass(one, codes.Code) and one is not codes.Code]
MAX_LINES, MAX_FUNCTION = 500, 60


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def imported(path: Path) -> set[str]:
    """Modules that a file imports, anywhere in it, with the names taken from them."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative imports hide which room is read"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@every("name", [name for name in NAMES if name.startswith("tools/") and "sys.path.insert" in (ROOT / name).read_text("utf-8")])
def test_a_tool_that_puts_the_project_on_the_path_reads_nothing_of_it_before(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    guard = next(number for number, line in enumerate(lines, 1) if line.strip().startswith("sys.path.insert"))
    read = [node for node in tree(ROOT / name).body if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ROOMS]
    assert read and all(node.lineno > guard for node in read)


@every("name", [name for name in NAMES if name.startswith("sim/")])
def test_the_world_knows_nothing_of_settings_pictures_or_mesa(name):
    read = tops(ROOT / name)
    assert not read & {"benchmarks", "hydra", "omegaconf", "matplotlib", "tests"}
    assert "mesa" not in read or name in ("sim/model.py", "sim/agents.py")


@every("name", [name for name in NAMES if name.startswith("analysis/")])
def test_analysis_reads_tables_and_definitions_only(name):
    read = imported(ROOT / name)
    assert not tops(ROOT / name) & {"hydra", "omegaconf", "mesa"}
    allowed = (
        "sim.world.codes",
        "sim.world.names",
        "sim.world.notation",
        "sim.world.errors",
        "sim.world.chance",
        "sim.world.figures",  # public figures are tables, too
        "sim.world.places",  # which gemeenten a place has
        "sim.counts.schema",
        "sim.counts.by_period",
        "sim.counts.indicators",
        "sim.counts.told",  # words for rows of a table
        "sim.counts.ledger_chains",  # of tables, in numpy alone
        "sim.counts.ledger_numbers",
        "sim.counts.worksheet_rows",
        "sim.interventions.organisations",
        "sim.interventions.who",
        "sim.parameters.evidence",  # the marks and their rule
        "sim.without.verdicts",
    )
    registry = {"sim.interventions", "sim.interventions.REGISTRY"}  # what an instrument says of itself
    inside = {one for one in read if one.split(".")[0] == "sim" and one != "sim"}
    assert all(one.startswith(allowed) for one in inside - registry), inside


@every("name", [name for name in NAMES if name.startswith("experiments/")])
def test_experiments_leave_mesa_to_the_model(name):
    assert not tops(ROOT / name) & {"mesa"}


@every("name", NAMES)
def test_a_file_can_be_read_at_once(name):
    path = ROOT / name
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= MAX_FUNCTION, f"{node.name} has {length} lines"


@every("name", [name for name in NAMES if not name.startswith("tests/") and not name.endswith("__main__.py")])
def test_every_module_and_public_function_says_what_it_is(name):
    module = tree(ROOT / name)
    assert ast.get_docstring(module) or not module.body, "a module begins with what it is for"
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and name.startswith("sim/"):
            if any("njit" in ast.dump(one) and "always" in ast.dump(one) for one in getattr(node, "decorator_list", [])):
                continue
            has = ast.get_docstring(node)
            assert has or len(node.body) <= 8, f"{node.name} says nothing of itself"


CALLS = {"random", "shuffle", "default_rng", "seed", "choice", "permutation"}


@every("name", [name for name in NAMES if name.startswith("sim/") and not name.startswith("sim/data/")])
def test_the_world_draws_by_keys_only(name):
    for node in ast.walk(tree(ROOT / name)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "random":
            assert node.attr not in CALLS, f"line {node.lineno}: a stream of random numbers"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"hash", "eval", "exec"}, f"line {node.lineno}: {node.func.id}()"
    assert not tops(ROOT / name) & {"random", "secrets", "uuid"}


LOGARITHMS = {"exp", "log", "log1p", "expm1", "power", "pow", "sin", "cos", "tanh"}


def kernels():
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] == "sim":
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.FunctionDef) and any("njit" in ast.dump(one) for one in node.decorator_list):
                    yield f"{path.name}:{node.name}", node


@every(("name", "node"), kernels, ids=lambda one: one if isinstance(one, str) else str(one.lineno))
def test_a_kernel_reads_thresholds_and_computes_no_logarithm(name, node):
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            called = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
            assert called not in LOGARITHMS, f"{node.name}: {called} may differ in its last bit between machines"
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Pow):
            small = isinstance(inner.right, ast.Constant) and inner.right.value == 2
            assert small, f"{node.name}: a power that is no square"


OWN_PLACES = ["/" + place + "/" for place in ("work", "tmp", "root", "home")]
TEXTS = sorted(
    path
    for folder in (*ROOMS, "docs", "configs")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".md", ".yaml", ".toml", ".html", ".css", ".js"}
)


def test_no_file_names_a_place_on_somebody_s_machine_or_an_unfinished_thing():
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        for place in OWN_PLACES:
            assert not re.search(rf"(?<![\w.<]){place}[a-z_]", text), f"{path.relative_to(ROOT)} names {place}"
        assert "TO" + "DO" not in text and "FIX" + "ME" not in text, path.relative_to(ROOT)
        if path.suffix == ".py":
            assert not re.search(r"mark\.(skip|xfail)|pytest\.(skip|xfail)\(", text) or path.name == Path(__file__).name, path.name


@every("one", ENUMERATIONS, ids=lambda one: one.__name__)
def test_codes_run_from_0_without_gaps_and_names_are_lower_case(one):
    assert sorted(int(member) for member in one) == list(range(len(one)))
    assert codes.names(one) == [member.name.lower() for member in sorted(one)]
    assert len(one) <= 255


@every("one", ENUMERATIONS, ids=lambda one: one.__name__)
def test_every_code_has_a_label_of_its_own_in_both_languages_and_a_code_of_vera_or_none(one):
    for member in one:
        for label in (member.nl, member.en):
            assert label and label == label.strip() and label[0] == label[0].lower(), f"{member!r}: {label!r}"
        assert re.fullmatch(r"([A-Z]+:[A-Z]{3})?", member.vera), f"{member!r}: {member.vera!r}"
    assert len({member.nl for member in one}) == len({member.en for member in one}) == len(one)


@every("one", ENUMERATIONS, ids=lambda one: one.__name__)
def test_a_code_is_an_integer_to_columns_and_comes_whole_out_of_a_pickle(one):
    for member in one:
        assert pickle.loads(pickle.dumps(member)) is member is one(int(member))
        assert np.zeros(1, np.uint8)[0] + member == int(member) and (np.array([int(member)]) == member).all()


CODED = [
    "state",
    "stage",
    "trigger",
    "tenure",
    "kind",
    "access",
    "origin",
    "reason",
    "founding",
    "household_class",
    "cls",
    "limit",
    "sex",
    "first_contact",
]


def _column(node: ast.expr) -> str:
    """Name of the column that an expression reads, without the side it is of (``adult_limit`` is ``limit``)."""
    while isinstance(node, ast.Subscript):
        node = node.value
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return next((one for one in CODED if name in (one, one + "s") or name.endswith("_" + one)), "")


def _number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value > 0


def bare_codes(module: ast.Module):
    """Lines that give a coded number a second name, or compare a coded column with a bare number (0 only for equality)."""
    for node in module.body:
        inside = list(ast.walk(node.value)) if isinstance(node, ast.Assign) else []
        numbers = any(isinstance(one, ast.Call) and getattr(one.func, "id", "") in ("int", "map") for one in inside)
        if numbers and any(getattr(one, "id", "") in {known.__name__ for known in ENUMERATIONS} for one in inside):
            yield node.lineno
    for node in ast.walk(module):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            equal = any(isinstance(op, ast.Eq | ast.NotEq | ast.In) for op in node.ops)
            bare = any(_number(part) or (equal and isinstance(part, ast.Constant) and part.value == 0) for part in sides)
            bare |= any(isinstance(part, ast.Tuple) and any(map(_number, part.elts)) for part in sides)
            if bare and any(_column(part) for part in sides):
                yield node.lineno
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and type(node.value.value) is int:
            yield from (node.lineno for target in node.targets if isinstance(target, ast.Subscript) and _column(target))


@every("name", [name for name in NAMES if name.startswith(("sim/", "experiments/", "analysis/"))])
def test_a_coded_number_is_named_and_named_once(name):
    if name != "sim/world/codes.py":
        assert not list(bare_codes(tree(ROOT / name))), f"{name}: take the name from sim/world/codes.py"


@pytest.mark.parametrize(
    "line",
    [
        "A = int(Stage.VERHUIZEN)",
        "A, B, C = (int(one) for one in Tenure)",
        "A, B, C = map(int, Tenure)",
        "x = h.state == 1",
        "x = (w.d.state[rows] == 1) & y",
        "x = trigger == 4 or trigger in (5, 10)",
        "h.trigger[rows] = 0",
        "x = h.adult_limit[i, k] < 2",
    ],
)
def test_a_bare_code_is_found(line):
    assert list(bare_codes(ast.parse(line)))


@every("trigger", codes.Trigger, ids=lambda one: one.key)
def test_nood_is_the_same_to_the_kernel_and_to_the_tables(trigger):
    known = (codes.Trigger.FALL, codes.Trigger.LOSS_OF_PARTNER, codes.Trigger.REHOUSING)
    assert is_nood(np.uint8(trigger)) == (trigger in codes.NOOD_TRIGGERS) == (trigger in known)


def test_the_word_of_a_verdict_is_written_once():
    words = set(codes.names(codes.Verdict))
    for path in SOURCES:
        if path.name != "codes.py" and path.relative_to(ROOT).parts[0] in ("sim", "experiments", "analysis", "workshop", "tools"):
            found = {node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and node.value in words}
            assert not found, f"{path.relative_to(ROOT)} writes {found}: sim.world.codes.Verdict has the words"


def test_no_enumeration_of_codes_stands_elsewhere():
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] in ("sim", "experiments", "analysis", "workshop") and path.name not in ("codes.py", "chance.py"):
            text = path.read_text(encoding="utf-8")
            assert "Enum)" not in text and "(Code)" not in text, f"{path.relative_to(ROOT)}: codes are declared in sim/world/codes.py"


class Gap(codes.Code):
    """An enumeration as it must not be."""

    A = 0, "eerste", "first"
    B = 2, "derde", "third"


def test_an_enumeration_with_a_gap_is_refused():
    with pytest.raises(ValueError, match="Gap: codes must be 0, 1, 2"):
        codes.names(Gap)


def test_the_key_of_an_instrument_is_a_plain_word():
    assert all(re.fullmatch(r"[a-z][a-z_]*", key) for key in INSTRUMENTS)


def test_every_instrument_pulls_known_levers():
    known = set(levers.LEVERS.fields or ()) | {"supply"}
    for key, cls in INSTRUMENTS.items():
        assert set(cls.card.levers_used) <= known, key
        assert set(cls().levers()) <= known, key


def test_every_source_that_a_parameter_names_is_in_the_evidence():
    with (ROOT / "docs" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    for name, entry in PARAMETERS.items():
        named = set(re.findall(r"\b[A-F]\d{2}\b", entry.evidence))
        assert named <= known, f"{name}: {sorted(named - known)} is not in docs/evidence.csv"


def test_every_indicator_is_defined():
    for key, one in indicators.REGISTRY.items():
        assert one.key == key and one.nl and one.en and one.unit and one.definition
        assert one.source in {"moves", "month", "instruments"} and one.better in (-1, 0, 1)


def test_every_purpose_is_used():
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES if path.relative_to(ROOT).parts[0] == "sim")
    for purpose in Purpose:
        assert f"Purpose.{purpose.name}" in text, f"Purpose.{purpose.name} is drawn nowhere"


def test_this_python_is_one_that_the_project_names():
    wanted = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert wanted and int(wanted[1]) <= sys.version_info.minor < int(wanted[2])
