"""The one entry of every Hydra command: overrides are checked before Hydra starts, every error is one English line.

Hydra answers a wrong key with the advice to add ``+``, and lets ``+key`` typos pass; so the overrides are read here
first, with Hydra's own parser, each key against the schema, and every job of a sweep is composed and checked before the
first one runs.
"""

from __future__ import annotations

import _thread
import argparse
import atexit
import itertools
import math
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_origin

from analysis.tables.files import writing
from experiments import draws
from experiments import overrides as typed
from experiments.runs.folder import check_place, check_sweep
from experiments.runs.plan import short_hash
from experiments.schema import Command, check, unknown_key
from sim.world.errors import Refusal, hint
from verhuisketens.extras import need
from verhuisketens.shell import answered, stopped

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
FREE = ("instruments", "behaviour")  # keys below these are open: sim checks them
NAME_ONLY = ("scenario", "goals")  # one name: Hydra would take it for a file of that folder of configs/ to be merged
FULL_ERROR = "HYDRA_FULL_ERROR"  # set, an error of Hydra's own comes here too, instead of its traceback to the terminal
MOST_JOBS = 500  # jobs of a multirun that are checked beforehand
OF_A_SWEEP = ("draws", "earlier", "executor", "address", "out", "workers", "debug", "place_dir", "scenario_dir")  # one value for all jobs
MOST_SWEPT = 10_000  # jobs of a sweep, which are all checked


@dataclass(frozen=True)
class HydraCommand:
    """One command.

    Attributes:
        name: module behind ``python -m experiments.``
        config: name of its file in configs/, without .yaml.
        schema: its keys.
        prepare: from a checked configuration to what is run; raises Refusal. Has an attribute ``out``
            (a folder or None).
        execute: (prepared, out, command line) to an exit status.
        extras: of the package, without which it cannot end.
        whole: several values of a key are jobs of this command itself, and ``execute`` is given all at once, each as (prepared, what
            was typed of it). Otherwise they take --multirun, and Hydra runs one job after another.
        short: what may be typed instead of several overrides; one of these that is typed too stays as it is.
        needs: keys that are typed only where something of ``short`` is.
    """

    name: str
    config: str
    schema: type[Command]
    prepare: Callable[[Any], Any]
    execute: Callable[..., int]
    extras: tuple[str, ...] = ()
    whole: bool = False
    short: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)


def main(command: HydraCommand, arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status: 0 done, 1 something failed, 2 the command cannot be run as it is, 130 stopped."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = any(argument.replace(" ", "").lower() == "debug=true" for argument in given)
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)  # what was answered stays so while the process ends
    try:
        with heard() as stops:
            status = answered(lambda: _main(command, given, stops), debug)
        if not stops:
            return status
    except KeyboardInterrupt:
        pass
    return stopped("stopped; the same command goes on where this one ended")


@contextmanager
def heard() -> Iterator[list[int]]:
    """Ctrl-C stops as ever, and is counted: Python drops what is raised while an object is cleared away, so that it is raised again."""
    stops: list[int] = []
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield stops
        return

    def stop(number: int, frame: Any) -> None:
        stops.append(number)
        raise KeyboardInterrupt

    def dropped(what: Any) -> None:
        if not issubclass(what.exc_type, KeyboardInterrupt):
            return sys.__unraisablehook__(what)
        again.append(threading.Timer(0.1, _thread.interrupt_main))
        again[-1].start()

    again: list[threading.Timer] = []
    hook = sys.unraisablehook
    signal.signal(signal.SIGINT, stop)
    sys.unraisablehook = dropped
    try:
        yield stops
    finally:
        for timer in again:
            timer.cancel()
        sys.unraisablehook = hook
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def lazy_help_allowed() -> Iterator[None]:
    """From Python 3.14 on argparse checks help texts as they are added; Hydra's lazy one is no text and would fail."""
    original = getattr(argparse.ArgumentParser, "_check_help", None)
    if original is None:
        yield
        return
    argparse.ArgumentParser._check_help = lambda self, action: None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        argparse.ArgumentParser._check_help = original  # type: ignore[attr-defined]


def _main(command: HydraCommand, arguments: list[str], stops: list[int]) -> int:
    from hydra._internal.utils import get_args_parser

    with lazy_help_allowed():
        flags = get_args_parser().parse_args(arguments)
    asked_only = flags.help or flags.hydra_help or flags.info is not None or flags.shell_completion
    overrides = parse(in_full(command, flags.overrides))
    n_jobs, said = 0, " ".join(["python -m", f"experiments.{command.name}", *arguments])
    if command.whole and flags.multirun:
        raise Refusal(f"experiments.{command.name} runs every value itself, as one pool: leave --multirun out")
    lines = [] if asked_only else checked_lines(command, overrides, bool(flags.multirun) or command.whole)
    if not asked_only and flags.cfg is None:
        need(*command.extras)
        if command.whole:
            return swept(command, overrides, lines, said)
        jobs, prepared = prepare(command, overrides, lines)
        n_jobs = len(jobs)
        lines += folders(prepared[0].out, getattr(jobs[0], "out", None), lines if flags.multirun else None)
    if command.whole:
        lines = [way[0] for way in ways_of(overrides, lines)]  # what is asked for only is shown of the first job
    options = [argument for argument in arguments if argument not in flags.overrides]
    return run_hydra(command, options + lines, stops, said, n_jobs)


def swept(command: HydraCommand, overrides: Sequence[Any], lines: Sequence[str], said: str) -> int:
    """Run a command of which several values of keys are jobs, and each row of its file of draws; returns its exit status.

    All jobs are checked before the first one runs.

    Raises:
        Refusal: as ``prepare``; a value without steps; too many jobs; a file of draws that cannot be read.
    """
    for override in overrides:
        if override.is_sweep_override() and not override.is_discrete_sweep():
            raise Refusal(f"{override.input_line} has no steps; write range(low,high,step), or choice(a,b,c)")
    ways = ways_of(overrides, lines)
    first = compose(command.config, [way[0] for way in ways])
    rows = drawn(command, first.get("draws"), {override.key_or_group for override in overrides})
    n = len(rows) * math.prod(len(way) for way in ways)
    if n > MOST_SWEPT:
        raise Refusal(f"that is {n:,} jobs, and {MOST_SWEPT:,} is the most; give fewer values, or fewer rows of draws")
    jobs, out = [], first.get("out")
    many = [number for number, way in enumerate(ways) if len(way) > 1]
    for where, row in rows:
        for values in itertools.product(*ways):
            typed = [*row, *values]
            try:
                jobs.append((command.prepare(check(command.schema, compose(command.config, typed))), typed))
            except Refusal as error:
                own = [*where, *(values[number].lstrip("+") for number in many)]
                raise (Refusal(f"{', '.join(own)}: {error}") if own else error) from error
    return command.execute(jobs, Path(out).expanduser() if out else None, said)


def drawn(command: HydraCommand, path: str | None, taken: Collection[str]) -> list[tuple[list[str], list[str]]]:
    """Where each row of a file of draws stands, and the row as it is handed to Hydra; without a file one that says nothing.

    Args:
        taken: keys that the command line sets.

    Raises:
        Refusal: names file, line and key.
    """
    if path is None:
        return [([], [])]
    rows = []
    for number, row in draws.read(draws.file_of(path)):
        where = f"{path}, line {number}"
        try:
            overrides = parse(row)
            for key in (one.key_or_group for one in overrides):
                if key in OF_A_SWEEP:
                    raise Refusal(f"{key} has one value for a whole sweep: give it in the command, and not in the file")
                if key in taken:
                    raise Refusal(f"{key} stands in the file and in the command; leave one out")
            rows.append(([where], checked_lines(command, overrides, False)))
        except Refusal as error:
            raise Refusal(f"{where}: {error}") from error
    return rows


def prepare(command: HydraCommand, overrides: Sequence[Any], lines: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """The configuration of each job, and what it is prepared to run. Raises Refusal."""
    jobs = configurations(command, overrides, lines)
    return jobs, [command.prepare(config) for config in jobs]


def checked(command: HydraCommand, arguments: Sequence[str]) -> tuple[Any, Any]:
    """The configuration of a command line without options, and what it would run: all that it can refuse is refused, nothing is run.

    Raises:
        Refusal: as the command itself would.
    """
    overrides = parse(in_full(command, arguments))
    lines = checked_lines(command, overrides, False)
    jobs, prepared = prepare(command, overrides, lines)
    folders(prepared[0].out, getattr(jobs[0], "out", None), None)
    return jobs[0], prepared[0]


def in_full(command: HydraCommand, lines: Sequence[str]) -> list[str]:
    """Overrides with those that stand for several written out. Raises Refusal for a key that is typed without what it needs."""
    for line in lines:
        needed = command.needs.get(line.partition("=")[0].strip())
        if needed and needed not in (one.replace(" ", "") for one in lines):
            raise Refusal(f"{line}: that is of {needed}; give both, or leave it out")
    typed_keys = {line.partition("=")[0].strip() for line in lines if line.replace(" ", "") not in command.short}
    found = []
    for line in lines:
        more = command.short.get(line.replace(" ", ""))
        found += [line] if more is None else [one for one in more if one.partition("=")[0] not in typed_keys]
    return found


def parse(lines: Sequence[str]) -> list[Any]:
    """The overrides as Hydra reads them; raises Refusal for what it cannot read."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    parser = OverridesParser.create()
    found = []
    for line in lines:
        try:
            found.append(parser.parse_override(line))
        except HydraException:
            raise Refusal(f"cannot read {line!r}: write key=value, a list as [a,b], other signs in quotes") from None
    return found


def checked_lines(command: HydraCommand, overrides: Sequence[Any], multirun: bool) -> list[str]:
    """The overrides as they are handed to Hydra, each key checked. Raises Refusal."""
    return [_checked_line(command, override, multirun) for override in overrides]


def _checked_line(command: HydraCommand, override: Any, multirun: bool) -> str:
    key, line = override.key_or_group, override.input_line
    first = key.replace("/", ".").split(".")[0]
    fields = command.schema.model_fields
    if first == "hydra" and not (override.is_add() or override.is_force_add()):
        return line
    if override.is_add() or override.is_force_add() or override.is_delete():
        way_out = f"write {key}=…" if first in fields else unknown_key(command.schema, first)
        raise Refusal(f"{line}: keys are neither added (+) nor taken away (~) here; {way_out}")
    if first not in fields:
        raise Refusal(unknown_key(command.schema, first))
    if "." in key and first not in FREE:
        raise Refusal(f"{key}: {first} has no keys of its own; write {first}=…")
    typed.check(command.schema, override)
    if override.is_sweep_override() and not multirun:
        values = line.partition("=")[2]
        one_way = f"write {key}=[{values}] for a list" if get_origin(fields[first].annotation) is list else "give one"
        raise Refusal(f"{line} is several values: {one_way}, or add --multirun to run each")
    named = typed.values(override, line.partition("=")[2]) if key == "behaviour" else []
    if named and not named[0].startswith("{"):
        names = [name.strip("'\"") for name in named]
        if draws.POSTERIOR in names:
            raise Refusal(f"{line}: {_way_to_draws(command)}")
        if len(names) == 1 and names[0].endswith(".yaml"):
            given = typed.behaviour(Path(names[0]).expanduser())
            return "++behaviour={" + ",".join(f"{name}:{value}" for name, value in given.items()) + "}"
        for name in names:
            _check_group(key, name)
        return line
    if key in NAME_ONLY:
        return f"{key}.name={line.partition('=')[2]}"
    return f"++{line}" if first in FREE else line


def _way_to_draws(command: HydraCommand) -> str:
    """What to write instead of a ``behaviour=posterior`` that will not do here."""
    if command.short.keys() & {f"behaviour={draws.POSTERIOR}"}:
        return f"it stands alone: write behaviour={draws.POSTERIOR}, without quotes and other values"
    if command.whole and "draws" in command.schema.model_fields:
        return f"a sweep runs over the draws that ship with draws={draws.POSTERIOR}; leave it out"
    return f"only experiments.compare runs draws beside its seeds; leave it out, or use experiments.sweep draws={draws.POSTERIOR}"


def _check_group(group: str, value: str) -> None:
    known = sorted(path.stem for path in (CONFIGS / group).glob("*.yaml"))
    if value not in known:
        own = f"files are {', '.join(known)}, or give one path of your own that ends in .yaml"
        raise Refusal(f"{group}={value}: there is no such file{hint(value, known, own)}")
    typed.behaviour(CONFIGS / group / f"{value}.yaml")


def configurations(command: HydraCommand, overrides: Sequence[Any], lines: Sequence[str]) -> list[Any]:
    """The configuration of the run, or of every job of a sweep, composed by Hydra and checked. Raises Refusal."""
    jobs = itertools.islice(itertools.product(*ways_of(overrides, lines)), MOST_JOBS)
    return [check(command.schema, compose(command.config, job)) for job in jobs]


def ways_of(overrides: Sequence[Any], lines: Sequence[str]) -> list[list[str]]:
    """Of each override the lines that it stands for: one for each value."""
    ways: list[list[str]] = []
    for override, line in zip(overrides, lines, strict=True):
        many = override.is_sweep_override() and not override.is_hydra_override() and override.is_discrete_sweep()
        key = line.partition("=")[0]
        ways.append([f"{key}={value}" for value in typed.written_out(override)] if many else [line])
    return ways


def compose(config: str, lines: Sequence[str]) -> dict[str, Any]:
    """Hydra's composition as a plain dictionary, keys without a value left out. Raises Refusal."""
    import hydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import InterpolationKeyError, OmegaConfBaseException

    try:
        with hydra.initialize_config_dir(config_dir=str(CONFIGS), version_base="1.3"):
            composed = hydra.compose(config_name=config, overrides=list(lines))
        values = dict(cast(dict[str, Any], OmegaConf.to_container(composed, resolve=True)))
    except InterpolationKeyError as error:
        line = next((one for one in lines if one.partition("=")[0] == error.full_key), error.full_key)
        raise Refusal(
            f"{line}: ${{…}} stands for the value of another key, and there is none of that name; write the value itself"
        ) from error
    except (HydraException, OmegaConfBaseException) as error:
        key = getattr(error, "full_key", None)  # what refers to another key, and to which
        raise Refusal(f"{f'{key}: ' if key else ''}{str(error).splitlines()[0]}") from error
    return {key: value for key, value in values.items() if value not in ("???", {"name": "???"})}


def folders(out: Path | None, given: str | None, sweep: list[str] | None) -> list[str]:
    """Overrides that keep all that Hydra writes inside the folder of the results.

    ``out`` is the first job's folder, ``given`` the key ``out``; ``sweep`` the overrides of a multirun, else None.

    Raises:
        Refusal: results may not be written there.
    """
    if out is None:
        return []
    if sweep is None:
        check_place(out)
        return [f"hydra.run.dir={quoted(out / '.hydra')}"]
    whole = Path(given or f"results/multirun-{short_hash(sorted(sweep), 8)}")
    check_sweep(whole)
    return [f"hydra.sweep.dir={quoted(whole)}", "hydra.sweep.subdir=${hydra.job.override_dirname}/.hydra"]


def quoted(path: Path) -> str:
    """A path as Hydra reads it between quotes."""
    return "'" + re.sub(r"(\\*)('|$)", lambda end: 2 * end[1] + ("\\'" if end[2] else ""), path.as_posix()) + "'"


@contextmanager
def files_of_hydra() -> Iterator[None]:
    """What Hydra cannot write, beside the results, as NotWritten; of what a job cannot write it has said so itself."""
    try:
        yield
    except OSError as error:
        with writing(Path(error.filename or "out")):
            raise


def run_hydra(command: HydraCommand, arguments: list[str], stops: list[int], line: str, n_jobs: int = 0) -> int:
    """Hand over to Hydra; returns the worst exit status of its jobs, of which there are ``n_jobs`` at least.

    After one that was stopped there is no next one.
    """
    import hydra
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode
    from omegaconf import OmegaConf

    statuses = Path(tempfile.mkdtemp(prefix="verhuisketens-")) / "statuses"  # of jobs of any launcher, in whatever process they run

    def task(composed: Any) -> None:
        values = cast(dict[str, Any], OmegaConf.to_container(composed, resolve=True))
        debug = bool(values.get("debug"))

        def job() -> int:
            prepared = command.prepare(check(command.schema, values))
            swept = HydraConfig.get().mode == RunMode.MULTIRUN
            out = Path(HydraConfig.get().runtime.output_dir).parent if swept else prepared.out
            return command.execute(prepared, out, line)

        status = answered(job, debug)
        with statuses.open("a", encoding="utf-8") as file:
            file.write(f"{status}\n")
        if stops:
            raise KeyboardInterrupt

    before, full = sys.argv, os.environ.get(FULL_ERROR)
    sys.argv, os.environ[FULL_ERROR] = [f"experiments.{command.name}", *arguments], "1"
    try:
        with lazy_help_allowed(), files_of_hydra():
            hydra.main(version_base="1.3", config_path=str(CONFIGS), config_name=command.config)(task)()
        found = [int(line) for line in statuses.read_text(encoding="utf-8").split()] if statuses.is_file() else []
    finally:
        sys.argv = before
        os.environ.pop(FULL_ERROR) if full is None else os.environ.update({FULL_ERROR: full})
        shutil.rmtree(statuses.parent)
    if len(found) < n_jobs:
        lost = n_jobs - len(found)
        print(
            f"error: {lost} of {n_jobs} jobs ended without a word, as a process that is killed does; give the same command again",
            file=sys.stderr,
        )
        return 1
    return max(found, default=0)
