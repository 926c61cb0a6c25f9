"""Whatever strangers type or write: one line that names the thing and nothing left behind, or a run in which every invariant holds."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import warnings
from collections import Counter
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from analysis.tables import record
from experiments import attribute, check, compare, entry, goals
from experiments import list as listing
from experiments.entry import HydraCommand
from experiments.runs.whole import RECORDS, look
from tests.hostile import MAKERS, RUNS, RUNS_EACH, Case, cases, laid_out
from tests.unpainted import unpainted

ROOT = Path(__file__).resolve().parents[2]
PARTS, EXAMPLES, WITH_PAGE = 2, 176, 9  # each kind that runs at least once; ten thousand in ``long``
LONGEST = 700  # signs of the one line
LEAST = {"compare": 30, "attribute": 6, "goals": 4}  # invariants that the tables of a command can be held against


def without_page(plan, out, command):
    """The command compare up to its tables."""
    return compare.execute(plan, out, command, finish=lambda folder, content: 0)


def only_planned(prepared, out, command):
    """Nothing is run: the case is about what is refused before."""
    return 0


def command_of(case: Case, page: bool) -> HydraCommand:
    one = {"compare": compare, "attribute": attribute, "goals": goals, "list": listing}[case.command].COMMAND
    if case.kind in RUNS:
        return one if page or case.command != "compare" else HydraCommand(one.name, one.config, one.schema, one.prepare, without_page)
    return HydraCommand(one.name, one.config, one.schema, one.prepare, only_planned)


def everything(home: Path) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() if path.is_file() else b"" for path in home.rglob("*") if ".hydra" not in path.parts}


def told(case: Case, page: bool = False) -> tuple[str, str]:
    """Try a case; how it ended, and what was said. What must not be raises AssertionError, with the case."""
    with TemporaryDirectory() as place:
        home = Path(place).resolve()
        laid_out(case, home)
        before, stderr, stdout = everything(home), io.StringIO(), io.StringIO()
        with contextlib.chdir(home), contextlib.redirect_stderr(stderr), contextlib.redirect_stdout(stdout), warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            try:
                status = check.main(case.arguments) if case.command == "check" else entry.main(command_of(case, page), case.arguments)
            except SystemExit as error:  # argparse
                status = int(str(error.code))
        said = stderr.getvalue()
        verdict(case, status, said, everything(home) == before)
        if case.kind in RUNS and status == 0:
            holds(home, case)
        return {0: "ran" if case.kind in RUNS else "accepted", 1: "failed with a line", 2: "refused"}[status], said


def named(case: Case, said: str) -> bool:
    """Whether one of the names of a case stands in what was said, as a word; one or two signs are a name where there is no other."""
    names = [name for name in case.names if len(name) > 2] or [name for name in case.names if name]
    words = [rf"(?<!\w){re.escape(name)}" + r"(?!\w)" * name[-1].isalnum() for name in names]
    return not case.names or any(re.search(word, said, re.IGNORECASE) for word in words)


ENDS = {"refused": (1, 2), "runs": (0,), "fails": (1,), "either": (0, 1, 2)}


def verdict(case: Case, status: int, said: str, untouched: bool) -> None:
    """Whether what was said is one line that names the thing, and nothing is left."""
    lines = said.splitlines()
    assert "Traceback" not in said and "Warning" not in said, said
    assert status in ENDS[case.must], f"{status}, and it must be {case.must}: {said}"
    if case.command == "check":
        assert status != 0 and lines and all(len(line) < LONGEST for line in lines) and untouched, said
    elif status == 2:
        assert len(lines) == 1 and said.startswith("error: ") and 20 < len(said) < LONGEST, said
        assert untouched, "something is left behind"
    elif status == 1:
        assert case.kind in (*RUNS, "a_place_for_results"), said
        lines = [line for line in lines if line.startswith(("error: ", "failed: "))]
        assert lines and (case.kind not in RUNS or any("allow_empty: true" in line for line in lines)), said
    if status:
        assert named(case, said), f"{case.names} is not named: {said}"


def holds(home: Path, case: Case) -> None:
    """Every checksum and invariant of a folder, and no instrument that reached nobody where it must reach somebody."""
    [path] = [path for pattern in RECORDS for path in home.rglob(pattern)]
    seen, content = look(path.parent), record.read(path)
    assert seen.faults == [] and seen.invariants > LEAST[case.command], (seen.invariants, [str(fault) for fault in seen.faults])
    idle = [key for key in case.reaches if not content["reached"]["plan"].get(key)]
    assert idle == [], f"reached nobody, and nothing says why: {content['reached']['plan']}"


def tried(numbered: list[tuple[int, Case]]) -> Counter:
    found: Counter[str] = Counter()
    wrong, lines = [], []
    for number, case in numbered:
        try:
            how, said = told(case, page=number % (RUNS_EACH * WITH_PAGE) == 0)
            found[how] += 1
            lines += [(case, said)] if how == "refused" and case.names else []
        except Exception as error:
            wrong.append(f"{number} {case.kind} {case.arguments} {case.files}: {type(error).__name__} {str(error)[:400]}")
            found["wrong"] += 1
    print(dict(found), file=sys.__stderr__)
    assert not wrong, f"{len(wrong)} of {len(numbered)}:\n" + "\n".join(wrong)
    others = [(case, said) for (_, said), (case, _) in pairwise(lines)]
    by_accident = [case.names for case, said in others if named(case, said)]
    assert len(by_accident) < len(others) / 8, f"these names stand in the lines of others, so they say nothing: {by_accident}"
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_what_strangers_give_ends_in_one_line_or_in_a_sound_run(part):
    with unpainted() if part else nullcontext():  # one part paints the pictures of its page
        found = tried([(number, case) for number, case in enumerate(cases(EXAMPLES)) if number // RUNS_EACH % PARTS == part])
    assert found["refused"] > EXAMPLES / PARTS / 2 and found["ran"] > 1, f"both were meant to occur: {found}"


def test_every_kind_is_among_them_and_most_that_run_must_run_with_somebody_reached():
    every = list(cases(EXAMPLES))
    assert {case.kind for case in every} == set(MAKERS)
    strict = [case for case in every if case.must == "runs"]
    assert {case.kind for case in strict} == RUNS.keys() - {"a_run_of_anything", "a_run_that_reaches_nobody"}
    assert len(strict) > EXAMPLES / RUNS_EACH / 2 and all(case.reaches for case in strict if len(case.names) > 2)
    assert not any(b"allow_empty: true" in (content or b"") for case in strict for content in case.files.values())


@pytest.mark.long
def test_ten_thousand_of_them():
    tried(list(enumerate(cases(10_000, seed=1))))


def test_some_of_them_as_real_commands():
    """What is typed in a terminal ends as it does in one process."""
    hostile = [case for case in cases(EXAMPLES) if case.must == "refused" and case.command != "check"]
    some = [*{case.kind: case for case in hostile}.values()]  # the last of each kind
    assert len(some) > 8
    for case in some[::2]:
        with TemporaryDirectory() as place:
            laid_out(case, Path(place))
            line = [sys.executable, "-m", f"experiments.{case.command}", *case.arguments]
            there = {**os.environ, "PYTHONPATH": str(ROOT)}
            done = subprocess.run(line, cwd=place, env=there, capture_output=True, text=True, timeout=300, check=False)
            assert done.stdout == "" and sorted(path.name for path in Path(place).iterdir()) == sorted(
                {Path(name).parts[0] for name in case.files}
            )
            verdict(case, done.returncode, done.stderr, untouched=True)
