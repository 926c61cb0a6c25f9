"""Whatever strangers type or write: one line that names the thing and nothing left behind, or a run in which every invariant holds."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from analysis.invariants import folder as invariants
from analysis.tables import record
from experiments import attribute, check, compare, entry, goals
from experiments import list as listing
from experiments.entry import HydraCommand
from sim.interventions import card_of
from tests.hostile import MAKERS, RUNS_EACH, Case, cases, laid_out

ROOT = Path(__file__).resolve().parents[2]
PARTS, EXAMPLES, WITH_PAGE = 4, 500, 9
LONGEST = 700  # signs of the one line


def without_page(plan, out, command):
    """The command compare up to its tables."""
    return compare.execute(plan, out, command, finish=lambda folder, content: 0)


def only_planned(prepared, out, command):
    """Nothing is run: the case is about what is refused before."""
    return 0


def command_of(case: Case, page: bool) -> HydraCommand:
    one = {"compare": compare, "attribute": attribute, "goals": goals, "list": listing}[case.command].COMMAND
    if case.kind == "a_run":
        return one if page else HydraCommand(one.name, one.config, one.schema, one.prepare, without_page)
    return HydraCommand(one.name, one.config, one.schema, one.prepare, only_planned)


def everything(home: Path) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() if path.is_file() else b"" for path in home.rglob("*") if ".hydra" not in path.parts}


def told(case: Case, page: bool = False) -> str:
    """Try a case; how it ended. What must not be raises AssertionError, with the case."""
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
        if case.kind == "a_run" and status == 0:
            [out] = [path.parent for path in home.rglob(record.MANIFEST)]
            holds(out)
        return {0: "ran" if case.kind == "a_run" else "accepted", 1: "failed with a line", 2: "refused"}[status]


def verdict(case: Case, status: int, said: str, untouched: bool) -> None:
    """Whether what was said is one line that names the thing, and nothing is left."""
    lines = said.splitlines()
    assert "Traceback" not in said and "Warning" not in said, said
    assert status in (0, 1, 2) and (status != 0 or case.must != "refused"), f"ran: {said}"
    if case.command == "check":
        assert status != 0 and lines and all(len(line) < LONGEST for line in lines) and untouched, said
    elif status == 2:
        assert len(lines) == 1 and said.startswith("error: ") and 20 < len(said) < LONGEST, said
        assert untouched, "something is left behind"
        assert not case.names or any(name and name.lower() in said.lower() for name in case.names), f"{case.names} is not named: {said}"
    elif status == 1:
        assert case.kind in ("a_run", "a_place_for_results") and any(line.startswith(("error: ", "failed: ")) for line in lines), said


def holds(out: Path) -> None:
    """Every checksum and invariant of a folder, and no instrument that reached nobody without a reason."""
    content = record.read(out / record.MANIFEST)
    seen = invariants.check(out, content)
    assert seen.faults == [] and seen.invariants > 30, [str(fault) for fault in seen.faults]
    for name, one in content["scenarios"].items():
        for key, settings in one["instruments"].items():
            idle = content["reached"].get(name, {}).get(key, 0) == 0
            reason = settings["allow_empty"] or settings["already"] or not card_of(key).for_households
            assert not idle or reason, f"{name}: {key} reached nobody, and nothing says why"


def tried(numbered: list[tuple[int, Case]]) -> Counter:
    found: Counter[str] = Counter()
    wrong = []
    for number, case in numbered:
        try:
            found[told(case, page=case.kind == "a_run" and number % (RUNS_EACH * WITH_PAGE) == 0)] += 1
        except Exception as error:
            wrong.append(f"{number} {case.kind} {case.arguments} {case.files}: {type(error).__name__} {str(error)[:400]}")
            found["wrong"] += 1
    print(dict(found), file=sys.__stderr__)
    assert not wrong, f"{len(wrong)} of {len(numbered)}:\n" + "\n".join(wrong)
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_what_strangers_give_ends_in_one_line_or_in_a_sound_run(part):
    found = tried([(number, case) for number, case in enumerate(cases(EXAMPLES)) if number // RUNS_EACH % PARTS == part])
    assert found["refused"] > EXAMPLES / PARTS / 2 and found["ran"] > 1, f"both were meant to occur: {found}"


def test_every_kind_is_among_them():
    assert {case.kind for case in cases(EXAMPLES)} == set(MAKERS)


@pytest.mark.long
def test_ten_thousand_of_them():
    tried(list(enumerate(cases(10_000, seed=1))))


def test_twenty_of_them_as_real_commands():
    """What is typed in a terminal ends as it does in one process."""
    hostile = [case for case in cases(EXAMPLES) if case.must == "refused" and case.command != "check"]
    for case in hostile[:: len(hostile) // 20][:20]:
        with TemporaryDirectory() as place:
            laid_out(case, Path(place))
            line = [sys.executable, "-m", f"experiments.{case.command}", *case.arguments]
            there = {**os.environ, "PYTHONPATH": str(ROOT)}
            done = subprocess.run(line, cwd=place, env=there, capture_output=True, text=True, timeout=300, check=False)
            assert done.stdout == "" and sorted(path.name for path in Path(place).iterdir()) == sorted(
                {Path(name).parts[0] for name in case.files}
            )
            verdict(case, done.returncode, done.stderr, untouched=True)
