"""Whether results are whole, and whether a file can run, without running it: ``python -m experiments.check results/mine mine/plan.yaml``.

Of a folder of results: every checksum, every part of a run, every invariant. Of a scenario, goals or behavioural parameters: all that the
commands refuse before a run, for the run that further keys describe (``municipality=zwolle months=60``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.tables import record
from experiments import compare, entry, goal_file, goals, overrides
from experiments.runs import whole
from experiments.runs.plan import Settings
from sim import parameters
from sim.approach.scenarios import Scenario
from sim.world import keyed_files
from sim.world.errors import Refusal, nearest
from verhuisketens.shell import answered, guarded

ANEW = "the same command makes it anew"
KINDS = {  # kinds of files, by the keys that each has and the others have not
    "scenario": tuple(key for key in Scenario.model_fields if key != "title"),
    "goals": tuple(key for key in goal_file.GoalFile.model_fields if key != "title"),
    "behaviour": tuple(parameters.REGISTRY),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Check folders and files; returns the exit status: 0 all is well, 1 results are damaged, 2 something cannot be run or read."""
    parser = argparse.ArgumentParser(prog="python -m experiments.check", description="Check results, or what is to be run.")
    parser.add_argument("what", nargs="+", help="folders of results, files of scenarios, goals or behaviour, and keys (months=60)")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    given = parser.parse_args(arguments)
    return guarded(lambda: check(given.what, given.debug), given.debug, "--debug")


def check(words: Sequence[str], debug: bool = False) -> int:
    """Check each folder and file, or without any the command line of ``experiments.compare`` that the keys make.

    Raises:
        Refusal: a key that nothing named here asks for.
    """
    paths = [Path(word) for word in words if Path(word).exists() or "=" not in word]
    keys = [word for word in words if Path(word) not in paths]
    if not paths:
        print(f"this can run: {_of_run(keys)}")
        return 0
    if keys and not any(map(asks_for_keys, paths)):
        raise Refusal(f"{' '.join(keys)}: only a file of a scenario or of goals asks for keys, and none is named here; leave them out")
    return max(answered(lambda path=path: one(path, keys, debug), debug, "--debug") for path in paths)  # type: ignore[misc]


def asks_for_keys(path: Path) -> bool:
    """Whether what is to be checked depends on the run that keys describe; also of what cannot be read, which is refused by name."""
    if path.is_dir():
        return not whole.is_ours(path) and any(map(asks_for_keys, path.glob("*.yaml")))
    try:
        return kind(path) != "behaviour"
    except Refusal:
        return True


def one(path: Path, keys: Sequence[str], debug: bool = False) -> int:
    """Check a folder of results, a folder of files, or a file. Raises Refusal."""
    if not path.exists():
        raise Refusal(f"{path}: there is no such folder or file; name results, or a file of a scenario, of goals or of behaviour")
    if not path.is_dir():
        print(f"{path} is well: {of_file(path, keys)}")
        return 0
    if (path / record.SWEEP).is_file():
        jobs = record.jobs_of(path)
        return max((answered(lambda job=job: one(path / job, keys, debug), debug, "--debug") for job in jobs), default=0)  # type: ignore[misc]
    if whole.is_ours(path):
        return results(path)
    files = sorted(path.glob("*.yaml"))
    if not files:
        below = next((one.parent for name in ("manifest.json", ".runs") for one in sorted(path.glob(f"*/{name}"))), None)
        more = f"; name one in it, such as {below}" if below else ""
        raise Refusal(f"{path} holds neither results nor files that end in .yaml{more}")
    return max(answered(lambda file=file: one(file, keys, debug), debug, "--debug") for file in files)  # type: ignore[misc]


def results(folder: Path) -> int:
    """Say of a folder of results what was looked at, and every fault in it."""
    looked = whole.look(folder)
    for fault in looked.faults:
        print(f"damaged: {folder / fault.file}{str(fault)[len(fault.file) :]}; {ANEW}", file=sys.stderr)
    if looked.faults and looked.command:
        print(f"the command was: {looked.command}", file=sys.stderr)
    print(f"{folder}: {looked}")
    return 1 if looked.faults else 0


def of_file(path: Path, keys: Sequence[str]) -> str:
    """What a file holds, all of it checked. Raises Refusal."""
    return {"scenario": _scenario, "goals": _goals, "behaviour": _behaviour}[kind(path)](path, keys)


def kind(path: Path) -> str:
    """The kind of a file, by its keys: the one to which most of them come near; of what has none, a scenario."""
    there = keyed_files.read(path, f"file of {', '.join(KINDS)}").content
    near = {name: sum(bool(nearest(key, known, 0.8)) for key in there) for name, known in KINDS.items()}
    return max(KINDS, key=lambda name: near[name])


def _scenario(path: Path, keys: Sequence[str]) -> str:
    if path.suffix != ".yaml":
        raise Refusal(f"{path}: the file of a scenario ends in .yaml; rename it")
    mine = [f"scenarios=[{entry.quoted(Path(path.stem))}]", f"scenario_dir={entry.quoted(path.parent)}"]
    _refuse(path, keys, "scenarios", "scenario_dir")
    return _of_run([*keys, *mine])


def _of_run(keys: Sequence[str]) -> str:
    plan = entry.checked(compare.COMMAND, keys)[1]
    own = [name for name in plan.scenarios if name not in ("basis", "placebo")] or ["basis"]
    config = plan.config
    return f"{', '.join(own)} in {plan.design['municipality']}, {config.months} months from {config.start}"


def _goals(path: Path, keys: Sequence[str]) -> str:
    file = goal_file.load(str(path))
    _refuse(path, keys, "goals")
    if any(key.partition("=")[0] == "scenario" for key in keys):
        prepared = entry.checked(goals.COMMAND, [*keys, f"goals={entry.quoted(path)}"])[1]
        of = f", for {prepared.scenario}"
    else:
        _refuse(path, keys, "trials", "probability", "scenarios", way_out="name a scenario with scenario=NAME, or leave it out")
        config = entry.checked(compare.COMMAND, [*keys, "scenarios=[basis]"])[0]
        goal_file.check_dates(file.goals, config.months)
        if file.doses:
            held: Settings = {name.partition(".")[0]: {} for name in file.doses}
            goal_file.doses_of(file, held, config.start, config.strength)
        of = f" in {config.months} months (scenario=NAME looks at the doses of that scenario)"
    return f"{len(file.goals)} goals and {len(file.doses)} doses{of}"


def _behaviour(path: Path, keys: Sequence[str]) -> str:
    return f"{len(overrides.behaviour(path))} behavioural parameters"


def _refuse(path: Path, keys: Sequence[str], *names: str, way_out: str = "leave it out") -> None:
    """Raise Refusal for a key of these names, which would be dropped."""
    for key in keys:
        if key.partition("=")[0] in names:
            raise Refusal(f"{path}: {key} is not asked of this file; {way_out}")


if __name__ == "__main__":
    sys.exit(main())
