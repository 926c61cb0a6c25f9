"""Which numbers that move behaviour or the start state stand in the code, and are no entry of ``sim.parameters``.

A number of the registry has a range, evidence and a place in every sweep and listing; a literal has none of that. Those that
are left stand in ``tests/house/numbers.csv``, which may only shrink. What moves nothing by itself, but is told apart by no rule,
stands there as *technical*. Every literal number in ``sim`` counts, but by rule:

- files: registries with sources of their own (``sim/parameters``, ``sim/world/law.py``), numbers of codes and of the generator
  (``codes.py``, ``chance.py``, ``columns.py``), what reads or writes data and changes no decision (``sim/data``, ``sim/counts``,
  ``figures.py``, ``figure_cells.py``, ``figure_checks.py``, ``keyed_files.py``, ``notation.py``, ``cbs.py``, ``margins.py``,
  ``errors.py``);
- 0, 1 and −1; 12 in sums (months and years); tolerances of 0.0001 and less; 2 where it is an exponent, a factor or a divisor;
- whole factors and divisors 10, 100, 1000, … (units, per cents); ``x + 0.5`` and ``x - 0.5`` (the middle of a cell);
- indices and slices, but not what is compared within them; operands of ``//``, ``%``, shifts and masks (codes taken apart);
- sizes: arguments of ``range``, ``arange``, ``reshape``, ``tile``, ``lru_cache``; the shape of ``zeros``, ``ones``, ``empty`` and
  ``full``; the times of ``repeat``; ``axis`` and ``minlength``; constants named ``N_…``; constants that number 0, 1, 2, … or 1, 2, 3, …;
- keys of chance: calls that name a ``Purpose``, and what is made to be ``np.uint64``;
- settings of instruments, which are described, bounded and listed: annotated fields of their classes, ``Field`` and ``Who``;
- how long a run is: defaults of ``months``, ``burn_in``, ``follow_up``, ``first_month`` and ``ghost_window``.
"""

from __future__ import annotations

import ast
import csv
import functools
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "tests" / "house" / "numbers.csv"
REGISTRIES = ("parameters/", "world/law.py", "world/codes.py", "world/chance.py", "world/columns.py")
DATA = ("data/", "counts/", "population/cbs.py", "population/margins.py")
DATA += tuple(f"world/{name}.py" for name in ("figures", "figure_cells", "figure_checks", "errors", "keyed_files", "notation"))
ELSEWHERE = tuple(f"sim/{name}" for name in (*REGISTRIES, *DATA))
TAKEN_APART = (ast.FloorDiv, ast.Mod, ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor)
SIZES = {"range", "arange", "reshape", "tile", "lru_cache", "Field", "Who"}  # all their arguments
SHAPES = {"zeros", "ones", "empty", "full"}  # their first argument
LENGTHS = {"months", "burn_in", "follow_up", "first_month", "ghost_window"}
TOLERANCE = 1e-4
TECHNICAL = "technical"  # evidence of a number that moves nothing by itself: sizes, bounds, codes, rounding
LEFT = 64  # numbers of the list that move behaviour or the start state; this only falls


class Literal(NamedTuple):
    """A number in the code, and the line on which it stands."""

    file: str
    where: str  # function, or "module"
    text: str
    line: int


def called(node: ast.AST) -> str:
    """The name of what a call calls, without what it is called on; else empty."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def number(node: ast.AST) -> float | None:
    """The value of a literal number, its sign included; else None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(node.operand)
        return None if value is None else -value
    return node.value if isinstance(node, ast.Constant) and type(node.value) in (int, float) else None


def is_uint64(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "uint64"


def numbers_codes(node: ast.AST) -> bool:
    """Whether constants are numbered: ``A, B, C = 0, 1, 2``, from 0 or 1 on."""
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)):
        return False
    values = [number(one) for one in node.value.elts]
    return values in ([*range(len(values))], [*range(1, len(values) + 1)])


def left_out(parent: ast.AST, name: str, child: ast.AST, settings: bool) -> bool:
    """Whether nothing in ``child`` (field ``name`` of ``parent``) counts; ``settings``: the fields of classes are settings."""
    if isinstance(parent, ast.Call):
        if called(parent) in SIZES or any(
            isinstance(one, ast.Attribute) and getattr(one.value, "id", "") == "Purpose" for one in parent.args
        ):
            return True
        if is_uint64(parent.func) or any(is_uint64(one) for one in parent.args):
            return True
        return (called(parent) in SHAPES and child is parent.args[0]) or (called(parent) == "repeat" and child in parent.args[1:])
    if isinstance(parent, ast.keyword):
        return parent.arg in ("axis", "minlength", "maxsize")
    if isinstance(parent, ast.GeneratorExp):
        return is_uint64(getattr(parent.elt, "func", parent.elt))
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, TAKEN_APART):
        return number(child) is not None
    if isinstance(parent, ast.AnnAssign):
        return name == "annotation"
    if isinstance(parent, ast.ClassDef):
        return settings and isinstance(child, ast.AnnAssign) and "ClassVar" not in ast.dump(child.annotation)
    if isinstance(parent, ast.Assign):
        return numbers_codes(parent) or getattr(parent.targets[0], "id", "").startswith("N_")
    return isinstance(parent, ast.arguments) and name == "a length"


def plain(value: float, parent: ast.AST, in_index: bool) -> bool:
    """Whether a literal of this value says nothing there."""
    if in_index or value in (0, 1, -1) or abs(value) <= TOLERANCE:
        return True
    if value == 12 and (isinstance(parent, ast.BinOp) or called(parent) == "uint32"):
        return True
    if not isinstance(parent, ast.BinOp):
        return False
    scales = isinstance(parent.op, (ast.Mult, ast.Div))
    if isinstance(parent.op, ast.Pow) or (scales and abs(value) == 2):
        return abs(value) == 2
    if isinstance(parent.op, (ast.Add, ast.Sub)) and value == 0.5:
        return True
    return scales and isinstance(value, int) and value >= 10 and set(f"{value:.0f}".lstrip("1")) == {"0"}


def literals(source: str, file: str) -> list[Literal]:
    """Every literal number of a file that counts by the rule above."""
    lines, found = source.encode().splitlines(), []

    def walk(parent: ast.AST, where: str, in_index: bool) -> None:
        if isinstance(parent, ast.arguments):
            last = [*parent.posonlyargs, *parent.args][::-1][: len(parent.defaults)][::-1]
            pairs = zip([*last, *parent.kwonlyargs], [*parent.defaults, *parent.kw_defaults], strict=True)
            children = [("a length" if arg.arg in LENGTHS else "default", one) for arg, one in pairs if one is not None]
        else:
            children = []
            for name, value in ast.iter_fields(parent):
                children += [(name, one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, ast.AST)]
        for name, child in children:
            if left_out(parent, name, child, file.startswith("sim/interventions/")):
                continue
            inside = (in_index or (isinstance(parent, ast.Subscript) and name == "slice")) and not isinstance(child, ast.Compare)
            value = number(child)
            if value is not None:
                if not plain(value, parent, inside):
                    text = lines[child.lineno - 1][child.col_offset : child.end_col_offset].decode()
                    found.append(Literal(file, where or "module", text, child.lineno))
            elif isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                walk(child, f"{where}.{child.name}".strip("."), False)
            else:
                walk(child, where, inside)

    walk(ast.parse(source), "", False)
    return found


@functools.cache
def found() -> list[Literal]:
    """Every literal of ``sim`` that counts."""
    files = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "sim").rglob("*.py"))}
    return [one for file, path in files.items() if not file.startswith(ELSEWHERE) for one in literals(path.read_text("utf-8"), file)]


def listed() -> list[dict[str, str]]:
    """The rows of the list."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def complaints(literals_found: list[Literal], rows: list[dict[str, str]]) -> list[str]:
    """What is in the code and not in the list, by line, and what is in the list and no longer in the code."""
    allowed = Counter({(row["file"], row["where"], row["literal"]): int(row["count"]) for row in rows})
    there = Counter(one[:3] for one in literals_found)
    new = [
        f"{one.file}:{one.line}: {one.text} in {one.where} is no entry of sim/parameters: make it one, with range and evidence"
        for one in literals_found
        if there[one[:3]] > allowed[one[:3]]
    ]
    gone = [
        f"numbers.csv: {file}, {where}: {text} is there {there[file, where, text]} times, not {n}: lower its count or drop the row"
        for (file, where, text), n in allowed.items()
        if there[file, where, text] < n
    ]
    return new + gone


def test_every_number_that_moves_behaviour_is_a_parameter_or_one_of_those_that_are_left():
    wrong = complaints(found(), listed())
    assert not wrong, "\n".join(["(a size, a bound or a code that moves nothing: a row that says so, with evidence 'technical')", *wrong])


def test_the_list_of_numbers_only_shrinks():
    left = sum(int(row["count"]) for row in listed() if row["evidence"] != TECHNICAL)
    assert left <= LEFT, f"numbers.csv: {left} numbers, {left - LEFT} more than before: make them entries of sim/parameters"
    assert left == LEFT, f"numbers.csv: {left} numbers are left: lower LEFT to it, so that none comes back"


def test_each_row_of_the_list_says_what_it_is_and_where_it_comes_from():
    rows = listed()
    keys = [(row["file"], row["where"], row["literal"]) for row in rows]
    assert len(set(keys)) == len(keys)
    for row in rows:
        assert row["what"] and int(row["count"]) > 0, row
        assert row["evidence"] == TECHNICAL or row["evidence"].startswith("assumption") or source_is_there(row), row


def source_is_there(row: dict[str, str]) -> bool:
    """Whether the evidence names a row of docs/evidence.csv or a document, or stands beside the number."""
    first = row["evidence"].split()[0]
    rows = {one.split(",")[0] for one in (ROOT / "docs" / "evidence.csv").read_text("utf-8").splitlines()}
    return first in rows or (ROOT / first).is_file() or row["evidence"] in (ROOT / row["file"]).read_text("utf-8")


COUNTS = """
X = 0.37
def f(p, a, size=5):
    a[a > 65] = 0.5 * p
    return 1.3 if size < 3 else np.full(4, 0.25)
class Plain(NamedTuple):
    share: float = 0.7
    key: ClassVar[int] = 10
"""
DOES_NOT = """
N_BANDS = 7
CALM, BUSY, FULL = 0, 1, 2
A, B = range(3, 5)
def f(p, a, months=120):
    u = uniform(draws.base(Purpose.AGE, 4), np.uint64(99))
    for k in range(17):
        a[3:5, k] += (a[:, 2 * k + 3] + 0.5) / 100 + 12 * months - 1e-9
    return np.zeros((4, 5)), a.reshape(-1, 3, 2).sum(axis=2), u << 9 & 255, (a - p) ** 2 / 2
"""


def test_the_scan_finds_the_numbers_that_count_and_no_others():
    assert [one.text for one in literals(COUNTS, "sim/x.py")] == ["0.37", "5", "65", "0.5", "3", "1.3", "0.25", "0.7", "10"]
    assert [one.text for one in literals(COUNTS, "sim/interventions/x.py")] == ["0.37", "5", "65", "0.5", "3", "1.3", "0.25", "10"]
    assert literals(DOES_NOT, "sim/x.py") == []


@pytest.mark.parametrize("file", sorted({row["file"] for row in listed()}))
def test_a_number_more_and_a_number_less_are_both_told(file):
    rows, source = listed(), (ROOT / file).read_text("utf-8")
    others = [one for one in found() if one.file != file]
    planted = literals(source + "\nPLANTED = 0.4321\n", file)
    line = source.count("\n") + 2
    assert [told.split(": ")[0] for told in complaints(others + planted, rows)] == [f"{file}:{line}"]
    first = planted[0]
    assert any(first.text in told and "drop the row" in told for told in complaints(others + planted[1:-1], rows))
