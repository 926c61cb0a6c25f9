"""Faults planted one at a time in ``sim`` and ``analysis``: which of them do the tests see?

``python tools/planted_faults.py draw LIST [--n 50] [--seed 1]`` draws faults of five kinds from the syntax of the code, spread over
the rooms. ``run LIST [--tests FILE ...]`` plants each in a copy of the working folder and writes into the list which test sees it.
A fault first meets the test files that name its module. Up to four that these let pass meet the whole suite together, and each test
that then fails is run with each of the four alone. Stopped, it goes on where it was; a row whose ``seen_by`` is emptied is run again.

Tests that read the text of the code are left out, since an editor's slip would look the same to them. Kinds: *sign* (``+`` and ``-``,
``<`` and ``<=`` or ``>``, a negated factor), *index* (a constant subscript or the bound of a slice, one off), *column* (two names of
one group in each other's place), *dropped* (an assignment to a column or a call), *month* (a month, or the 12, one off).
"""

from __future__ import annotations

import argparse
import ast
import csv
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("sign", "index", "column", "dropped", "month")
FIELDS = ("number", "file", "line", "function", "kind", "at", "before", "after", "seen_by", "seconds", "note")
ESCAPED, LATER = "escaped", "not yet"  # the second: the likeliest tests let it pass, the whole suite has not met it
APART = ("sim/parameters/", "sim/data/")  # figures with their sources; what once made the data from files that are not kept here
READ_CODE = (  # they read the code itself, so that any fault is one for them
    *(f"tests/house/test_{name}.py" for name in ("house", "numbers", "arrows", "docs", "same_bytes")),
    "tests/world/test_parameters.py",
)
BROAD = {
    "sim": ("tests/run/test_run.py", "tests/run/test_month.py"),
    "analysis": ("tests/analysis/test_report.py", "tests/analysis/test_worksheets.py"),
}
WORKERS = "0"  # one process: many lists run beside each other lose less than many processes on one
FILES, TOGETHER = 4, 4  # test files that a fault meets first; faults that meet the whole suite at once
MONTH = re.compile(r"(^|_)months?($|_)|^horizon$")
SWAPPED = {ast.Add: "+-", ast.Sub: "-+"}
COMPARED = {ast.Lt: ("<", "<=", ">"), ast.LtE: ("<=", "<", ">="), ast.Gt: (">", ">=", "<"), ast.GtE: (">=", ">", "<=")}

Row = dict[str, str]
Place = tuple[int, int, str]  # first byte, the byte after the last, what is put there


class Code:
    """The text of one file with the places of its syntax."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.starts = [0, *(k + 1 for k, byte in enumerate(text) if byte == 10)]

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """First byte of a node, and the byte after its last."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def said(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node."""
        first, last = self.span(node)
        return self.text[first:last].decode()

    def swapped(self, one: ast.expr, other: ast.expr) -> Iterator[Place]:
        """Two nodes in each other's place."""
        (first, a), (b, last) = self.span(one), self.span(other)
        if self.said(one) != self.said(other):
            yield first, last, self.said(other) + self.text[a:b].decode() + self.said(one)

    def between(self, node: ast.BinOp | ast.Compare, right: ast.expr, old: str, new: str) -> Place:
        """A node with another operator before its right side."""
        (first, last), a, b = self.span(node), self.span(node.left)[1], self.span(right)[0]
        middle = self.text[a:b].decode().replace(old, new, 1)
        return first, last, self.text[first:a].decode() + middle + self.text[b:last].decode()


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """What a function does: no annotations, defaults, decorators, texts or messages of errors."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.arguments | ast.JoinedStr | ast.Raise):
            continue
        if child in (getattr(node, "annotation", None), getattr(node, "returns", None), *getattr(node, "decorator_list", ())):
            continue
        yield child
        yield from inside(child)


def signs(code: Code, node: ast.AST) -> Iterator[Place]:
    """Where a sign or a comparison can be another."""
    if isinstance(node, ast.BinOp) and not any(isinstance(s, ast.List | ast.Tuple | ast.JoinedStr) for s in (node.left, node.right)):
        if any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)):
            return
        if type(node.op) in SWAPPED:
            yield code.between(node, node.right, *SWAPPED[type(node.op)])
        elif isinstance(node.op, ast.Mult):
            yield code.between(node, node.right, "*", "* -")
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        old, *new = COMPARED[type(node.ops[0])]
        yield from (code.between(node, node.comparators[0], old, one) for one in new)


def indices(code: Code, node: ast.AST) -> Iterator[Place]:
    """Where a subscript can be one off."""
    if isinstance(node, ast.Subscript):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        bounds = [bound for part in parts if isinstance(part, ast.Slice) for bound in (part.lower, part.upper) if bound]
        for one in bounds + [part for part in parts if re.fullmatch(r"-?\d+", code.said(part))]:
            yield from ((*code.span(one), f"{code.said(one)} {step} 1") for step in "+-")


def columns(code: Code, node: ast.AST, used: dict[str, set[str]]) -> Iterator[Place]:
    """Where a name can be exchanged for its neighbour's; ``used``: names that the function takes from each thing."""
    simple = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant)
    if isinstance(node, ast.Call | ast.Dict):
        named = [word.value for word in node.keywords if word.arg] if isinstance(node, ast.Call) else [v for v in node.values if v]
        for values in [node.args, named] if isinstance(node, ast.Call) else [named]:
            for one, other in pairwise(values):
                if isinstance(one, simple) and isinstance(other, simple):
                    yield from code.swapped(one, other)
    elif (name := taken(code, node)) and isinstance(getattr(node, "ctx", None), ast.Load):
        base, old, form = name
        yield from ((*code.span(node), form.format(base, new)) for new in sorted(used[form + base] - {old}))  # type: ignore[arg-type]


def taken(code: Code, node: ast.AST) -> tuple[str, str, str] | None:
    """The thing, the name and the form of ``thing.name`` or ``thing["name"]``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return code.said(node.value), node.attr, "{}.{}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return code.said(node.value), node.slice.value, '{}["{}"]'
    return None


def months(code: Code, node: ast.AST) -> Iterator[Place]:
    """Where a month can be one off."""
    if isinstance(node, ast.Constant) and type(node.value) is int and node.value == 12:
        yield from ((*code.span(node), new) for new in ("11", "13"))
    name = node.id if isinstance(node, ast.Name) else (taken(code, node) or ("", ""))[1]
    if MONTH.search(name) and isinstance(getattr(node, "ctx", None), ast.Load):
        yield from ((*code.span(node), f"({code.said(node)} {step} 1)") for step in "+-")  # type: ignore[arg-type]


def dropped(code: Code, node: ast.AST) -> Iterator[Place]:
    """Where a statement can be left out."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    stored = bool(targets) and all(isinstance(target, ast.Subscript | ast.Attribute) for target in targets)
    if stored or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield (*code.span(node), "pass")  # type: ignore[arg-type]


def places(path: Path) -> Iterator[tuple[str, str, Place]]:
    """Each place of a file where a fault can be planted: function, kind, place."""
    code = Code(path.read_bytes())
    module = ast.parse(code.text)
    for top in [*module.body, *(inner for one in module.body if isinstance(one, ast.ClassDef) for inner in one.body)]:
        if not isinstance(top, ast.FunctionDef):
            continue
        nodes, used = list(inside(top)), dict[str, set[str]]()
        bases = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)} | {
            id(node.func) for node in nodes if isinstance(node, ast.Call)
        }
        plain = [node for node in nodes if id(node) not in bases]  # neither called nor asked for a part
        for node in plain:
            if name := taken(code, node):
                used.setdefault(name[2] + name[0], set()).add(name[1])
        for node in nodes:
            for kind, found in (("sign", signs(code, node)), ("index", indices(code, node)), ("dropped", dropped(code, node))):
                yield from ((top.name, kind, one) for one in found)
            if id(node) not in bases:
                yield from ((top.name, "column", one) for one in columns(code, node, used))
                yield from ((top.name, "month", one) for one in months(code, node))


def draw(n: int, seed: int) -> list[Row]:
    """``n`` faults, as many of each kind, from each room in turn; a line has one at most."""
    rng = random.Random(seed)
    rooms: dict[str, dict[str, list[Row]]] = {}
    for path in sorted(path for top in ("sim", "analysis") for path in (ROOT / top).rglob("*.py")):
        file, text = path.relative_to(ROOT).as_posix(), path.read_bytes()
        if file.startswith(APART):
            continue
        for function, kind, (at, end, after) in places(path):
            before, line = text[at:end].decode(), str(text.count(b"\n", 0, at) + 1)
            row = dict(zip(FIELDS, ("", file, line, function, kind, str(at), before, after, "", "", ""), strict=True))
            rooms.setdefault(path.parent.relative_to(ROOT).as_posix(), {}).setdefault(kind, []).append(row)
    order, drawn, lines = sorted(rooms), list[Row](), set[tuple[str, str]]()
    rng.shuffle(order)
    turn = cycle(order)
    for kind in KINDS:
        while sum(row["kind"] == kind for row in drawn) < -(-n // len(KINDS)):
            free = [row for row in rooms[next(turn)].get(kind, ()) if (row["file"], row["line"]) not in lines]
            if free:
                row = rng.choice(free)
                lines.add((row["file"], row["line"]))
                drawn.append(row | {"number": str(len(drawn) + 1)})
    return drawn[:n]


def read(path: Path) -> list[Row]:
    """The rows of a list."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Sequence[Row]) -> None:
    """Put the list there as a whole."""
    spare = path.with_suffix(".part")
    with spare.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    spare.replace(path)


class Copy:
    """A copy of the working folder in which faults are planted, with compiled kernels of its own."""

    def __init__(self, place: Path) -> None:
        self.place, self.tree = place, place / "tree"
        listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            old, new = ROOT / name, self.tree / name
            if old.is_file() and not (new.is_file() and new.read_bytes() == old.read_bytes()):  # a fault left by a kill goes too
                new.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(old, new)

    @contextmanager
    def planted(self, rows: Sequence[Row]) -> Iterator[None]:
        """These faults stand in the copy, and then no longer."""
        kept: dict[Path, tuple[bytes, os.stat_result]] = {}
        for row in rows:
            path, at, before = self.tree / row["file"], int(row["at"]), row["before"].encode()
            text = kept.setdefault(path, (path.read_bytes(), path.stat()))[0]
            if path.read_bytes() != text or text[at : at + len(before)] != before:
                raise SystemExit(f"fault {row['number']}: {row['file']} has no {row['before']!r} at {at}; draw the list anew")
            path.write_bytes(text[:at] + row["after"].encode() + text[at + len(before) :])
        try:
            yield
        finally:
            for path, (text, stat) in kept.items():
                path.write_bytes(text)
                os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # or numba compiles its kernels anew

    def test(self, arguments: Sequence[str], cap: float) -> list[str] | None:
        """Tests that fail, in the order in which they did; None if the time was up."""
        report = self.place / "last.xml"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-n", WORKERS, "-p", "no:cacheprovider", f"--junitxml={report}", *arguments]
        env = os.environ | {"NUMBA_CACHE_DIR": str(self.place / "numba"), "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(command, cwd=self.tree, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(cap)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode in (4, 5):
            raise SystemExit(f"no test was run: {' '.join(arguments)}")
        if not report.is_file():
            return ["pytest itself"]
        return [ident(case) for case in ET.parse(report).iter("testcase") if failed(case)]

    def likely(self, row: Row) -> list[str]:
        """Test files that name the module of a fault, or else its function, the shortest first; then those of whole runs."""
        module = row["file"].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        package, _, own = module.rpartition(".")
        reads = rf"\b{re.escape(module)}\b|from {re.escape(package)} import [^\n]*\b{own}\b"
        ranked = []
        for one in sorted(self.tree.glob("tests/**/test_*.py")):
            text, name = one.read_text(encoding="utf-8"), one.relative_to(self.tree).as_posix()
            rank = 2 * bool(re.search(reads, text)) + bool(re.search(rf"\b{row['function']}\b", text))
            if rank and name not in READ_CODE:
                ranked.append((-rank, len(text), name))
        return list(dict.fromkeys([*[name for _, _, name in sorted(ranked)][:FILES], *BROAD[module.partition(".")[0]]]))


def ident(case: ET.Element) -> str:
    """How pytest names a test."""
    file = re.sub(r"\.", "/", case.get("classname") or case.get("name") or "") + ".py"
    return f"{file}::{case.get('name')}" if case.get("classname") else file


def failed(case: ET.Element) -> bool:
    """Whether a test failed or could not be run."""
    return case.find("failure") is not None or case.find("error") is not None


def run(path: Path, place: Path, cap: float, only: Sequence[str], whole: bool) -> None:
    """Fill the list in."""
    rows, copy = read(path), Copy(place)

    def tell(row: Row, seen: list[str] | None, else_: str, began: float) -> None:
        row |= {"seen_by": seen[0] if seen else else_, "seconds": f"{time.monotonic() - began:.0f}"}
        write(path, rows)
        print(*(row[name] for name in ("number", "file", "line", "kind", "seen_by", "seconds")), flush=True)

    for row in (row for row in rows if not row["seen_by"]):
        began = time.monotonic()
        with copy.planted([row]):
            seen = copy.test(["-x", *(only or copy.likely(row))], cap)
        tell(row, seen, ESCAPED if only and seen == [] else LATER, began)
    ignored = [f"--ignore={one}" for one in READ_CODE]
    fine = copy.test(ignored, cap) if whole else None  # what fails without a fault sees nothing
    while whole and (waiting := [row for row in rows if row["seen_by"] == LATER]):
        group, began = list({row["file"]: row for row in reversed(waiting)}.values())[-TOGETHER:], time.monotonic()
        with copy.planted(group):
            fails = copy.test(ignored, cap)
        some = [one for one in fails or () if one not in (fine or ())]
        for row in group:
            with copy.planted([row]):
                seen = [] if fails == [] else copy.test(some or ["-x", *ignored], cap)
            tell(row, seen, "no end" if seen is None else ESCAPED, began)


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw a list, or run one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=("draw", "run"))
    parser.add_argument("list", type=Path)
    parser.add_argument("--n", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "verhuisketens-planted-faults")
    parser.add_argument("--cap", type=float, default=300, help="seconds for the tests of one fault, or of one group")
    parser.add_argument("--tests", nargs="*", default=(), help="run these test files only")
    parser.add_argument("--whole", action="store_true", help="what the likeliest tests let pass meets the whole suite")
    given = parser.parse_args(arguments)
    if given.do == "draw":
        write(given.list, draw(given.n, given.seed))
    else:
        run(given.list.resolve(), given.place.resolve(), given.cap, given.tests, given.whole)
    return 0


if __name__ == "__main__":
    sys.exit(main())
