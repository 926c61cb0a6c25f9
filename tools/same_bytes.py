"""Prove that two states of the code give the same output: ``python tools/same_bytes.py BASE [--head REV] [--set small|whole]``.

The same jobs (tools/same_bytes_jobs.py) run in both, beside each other, each process in its own folder of code; then all that they
wrote and said is compared (tools/same_folders.py says how, and what is left out). Exits with 0 when equal, 1 when not, 2 when it
could not be done.

A revision is put, once, into a folder of the system's temporary folder that is named by its content: compiled kernels lie by path
and time of their files, so the second check against the same BASE compiles nothing. Without ``--head`` the working folder itself is
run, for its kernels are compiled already; a change to it during the run is noticed, and the run then proves nothing.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

from tools import same_bytes_jobs as jobs  # noqa: E402
from tools.same_folders import Found, Side, compare  # noqa: E402

KEPT = Path(tempfile.gettempdir()) / "verhuisketens-same-bytes"
ROOMS = ("sim", "experiments", "analysis")
MOST_SHOWN = 20
WHERE = "import importlib, sys\nfor name in sys.argv[1:]: print(importlib.import_module(name).__file__)"


class NoProofError(Exception):
    """Nothing can be proven; the message says why, and the way out."""


def git(*arguments: str, **env: str) -> str:
    """What git says; raises NoProofError."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, env=os.environ | env, capture_output=True, text=True)
    except OSError as error:
        raise NoProofError(f"git cannot be run ({error}); install it, and work in a clone") from error
    if done.returncode:
        raise NoProofError(f"git {' '.join(arguments)}: {done.stderr.strip() or 'there is no such commit, branch or tag'}")
    return done.stdout.strip()


def tree_of(folder: Path) -> str:
    """Git's name of the content of a folder of code, new files included; writes nothing into the repository."""
    with tempfile.TemporaryDirectory() as spare:
        common = (ROOT / git("rev-parse", "--git-common-dir")).resolve()
        env = {
            "GIT_DIR": git("rev-parse", "--absolute-git-dir"),
            "GIT_WORK_TREE": str(folder),
            "GIT_INDEX_FILE": f"{spare}/index",
            "GIT_OBJECT_DIRECTORY": spare,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(common / "objects"),
        }
        git("read-tree", "HEAD", **env)
        git("-C", str(folder), "add", "--all", **env)
        return git("write-tree", **env)


def checked_out(revision: str) -> Path:
    """A folder that holds a revision, made unless it is there and whole."""
    tree = git("rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}")
    place = KEPT / tree[:16]
    if place.is_dir() and tree_of(place) == tree:
        return place
    shutil.rmtree(place, ignore_errors=True)
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as fresh:
        env = {"GIT_INDEX_FILE": f"{fresh}/index"}
        git("read-tree", tree, **env)
        git("checkout-index", "--all", f"--prefix={fresh}/code/", **env)
        with suppress(OSError):  # another check has just made it
            (Path(fresh) / "code").rename(place)
    return place


def python(code: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One process of this interpreter with a folder of code as its own: the current folder and the first on the path."""
    env = os.environ | {"PYTHONPATH": str(code)}
    return subprocess.run([sys.executable, *arguments], cwd=code, env=env, capture_output=True, text=True, encoding="utf-8")


def check_own(code: Path) -> None:
    """Make sure that processes of a folder of code import its rooms and no others; raises NoProofError."""
    done = python(code, "-c", WHERE, *ROOMS)
    found = [Path(line).resolve() for line in done.stdout.splitlines()]
    if done.returncode or found != [code.resolve() / room / "__init__.py" for room in ROOMS]:
        raise NoProofError(f"processes in {code} do not import its own code: {found or done.stderr.strip()}")


def keys_of(code: Path, what: str) -> set[str]:
    """The column ``key`` of a list of what there is."""
    done = python(code, "-m", "experiments.list", f"what={what}")
    if done.returncode:
        raise NoProofError(f"experiments.list what={what} in {code}: {done.stderr.strip()}")
    return {row["key"] for row in csv.DictReader(io.StringIO(done.stdout))}


def run_step(side: Side, step: jobs.Step, scenarios: Path) -> int:
    """Run one step, again without a scenario that it refused, until none is; returns its exit status."""
    out, names = side.folder / step.job, list(step.scenarios)
    said = side.folder / "said" / step.job  # beside the results: a command refuses a folder that holds what it did not write
    for folder in (out, said):
        folder.mkdir(parents=True, exist_ok=True)
    arguments = [one.replace("SCENARIOS", str(scenarios)).replace("OUT", str(out)) for one in step.arguments]
    while True:
        done = python(side.code, *arguments, *([f"scenarios=[{','.join(names)}]"] if names else []))
        named = re.search(r"scenario (\w+)", done.stderr)
        refused = named[1] if done.returncode == 2 and named and len(names) > 1 and named[1] in names else None
        stem = f"{step.name}_without_{refused}" if refused else step.name
        (said / f"{stem}.out").write_text(done.stdout, encoding="utf-8")
        (said / f"{stem}.err").write_text(f"{done.stderr}exit status {done.returncode}\n", encoding="utf-8")
        if refused is None:
            return done.returncode
        names.remove(refused)


def run_both(sides: Sequence[Side], chosen: str, scenarios: Path) -> None:
    """Run the jobs of a set in both states of the code, beside each other. Raises NoProofError.

    What only one of them has cannot be compared: the lists, which are, name it.
    """
    keys, ready = (sorted(set.intersection(*(keys_of(side.code, what) for side in sides))) for what in ("instruments", "scenarios"))
    steps = jobs.whole(keys, ready) if chosen == "whole" else jobs.small(keys)
    jobs.write_scenarios(scenarios, keys)
    with ThreadPoolExecutor(len(sides)) as executor:
        for step in steps:
            began = time.perf_counter()
            ended = list(executor.map(partial(run_step, step=step, scenarios=scenarios), sides))
            print(f"{step.job}, {step.name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
            wrong = [side for side, status in zip(sides, ended, strict=True) if status < 0 or (side is sides[0] and status != step.status)]
            if wrong:
                said = (wrong[0].folder / "said" / step.job / f"{step.name}.err").read_text(encoding="utf-8").strip()
                must = f"must end with {step.status}, and ends in {wrong[0].folder.name} with"
                raise NoProofError(f"nothing is proven: {step.job}, {step.name} {must}\n{said}")


def tell(found: Sequence[Found]) -> int:
    """Print what was compared, by job, and the first differences, those in tables first; returns the exit status."""
    for job in dict.fromkeys(one.file.split("/")[0] for one in found):
        own = [one for one in found if one.file.startswith(f"{job}/")]
        print(f"{job}: {len(own)} files, {amounts(own)}, {sum('without_' in one.file and '.err' in one.file for one in own)} refusals")
    unlike = sorted((one for one in found if one.where), key=lambda one: (one.unit != "cells", "/.runs/" in one.file))
    print(f"in all {len(found)} files, {amounts(found)}: {f'{len(unlike)} files differ' if unlike else 'the same'}")
    for one in unlike[:MOST_SHOWN]:
        print(f"- {one}")
    return 1 if unlike else 0


def amounts(found: Sequence[Found]) -> str:
    """How much was compared: cells of tables, values of JSON, bytes of the rest."""
    return ", ".join(f"{sum(one.n for one in found if one.unit == unit):,} {unit}" for unit in ("cells", "values", "bytes"))


def check(base: str, head: str | None, chosen: str) -> int:
    """Run and compare; returns the exit status. The folders are kept when they differ. Raises NoProofError."""
    before = None if head else tree_of(ROOT)
    codes = (checked_out(base), checked_out(head) if head else ROOT)
    for code in codes:
        check_own(code)
    work = Path(tempfile.mkdtemp(prefix="same-bytes-"))
    sides = [Side(work / name, code) for name, code in zip(("base", "head"), codes, strict=True)]
    (work / "scenarios").mkdir()
    try:
        run_both(sides, chosen, work / "scenarios")
        if before is not None and tree_of(ROOT) != before:
            raise NoProofError("the working folder changed during the run; leave it alone, or commit and give --head HEAD")
        status = tell(compare(*sides))
    except NoProofError:
        shutil.rmtree(work)
        raise
    if status:
        print(f"both folders are kept: {work}")
    else:
        shutil.rmtree(work)
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, check, and say how long it took."""
    parser = argparse.ArgumentParser(description="Prove that two states of the code give the same output.")
    parser.add_argument("base", help="commit, branch or tag")
    parser.add_argument("--head", help="commit, branch or tag; default the working folder as it is")
    parser.add_argument("--set", choices=("small", "whole"), default="small", dest="chosen", help="default small")
    given = parser.parse_args(arguments)
    began = time.perf_counter()
    try:
        status = check(given.base, given.head, given.chosen)
    except NoProofError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{time.perf_counter() - began:.0f} s")
    return status


if __name__ == "__main__":
    sys.exit(main())
