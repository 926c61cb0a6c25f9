"""Prepare a place for a workshop: burn worlds in, work out the base and every card alone, into one folder; goes on where it was stopped."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates import validation
from analysis.estimates.effects import by_seed
from analysis.estimates.ledger_counts import COUNTED
from analysis.estimates.statistics import paired
from analysis.tables.files import digest, write_json, write_whole
from analysis.tables.schema import VALIDATION
from experiments.runs.folder import held
from experiments.runs.progress import Progress, in_words
from experiments.runs.runner import pool
from experiments.runs.world import digests
from sim.run import burn_in, run_scenario
from sim.state import Run
from sim.world import figures, places
from sim.world.errors import Refusal, shown
from sim.world.names import BASIS
from sim.world.names import PLACEBO as NOTHING
from workshop.engine import one_world
from workshop.engine.answers import HALF, Answer, Answers
from workshop.engine.doses import Doses, doses, place_of
from workshop.engine.outcome import PLACEBO as COLUMNS
from workshop.engine.package import Package
from workshop.prepared import worlds
from workshop.prepared.folder import ANSWERS, NAME, PLACEBO, PUBLIC, TABLES, WORLDS, Asked, Measured, Prepared, Record, read, refuse_another

BEGUN = "preparing.json"  # what is being prepared; there from the first moment on
OURS = (NAME, BEGUN, PUBLIC, PLACEBO, WORLDS, ANSWERS)  # made here; of other code or figures they are made anew
OTHERS = (TABLES, "codes.txt", ".lock")  # of a workshop day
WORLDS_MADE, ALONE = 8, 4  # worlds, and in how many of them every card is run alone
PER_MONTH, PER_HOUSEHOLD = 0.004, 3e-7  # seconds of one core for a month of a world, and for each home in it, as measured
BEGINNING = 8  # months that building a world takes as long as
STEP = 12  # months


@dataclass(frozen=True)
class Job:
    """One package alone in one world; where two have the same name in a folder, the second one is there already."""

    package: Package
    seed: int


def prepare(
    place: str,
    folder: Path | str,
    seeds: Sequence[int] = range(WORLDS_MADE),
    alone: int = ALONE,
    start: str = "2026-01",
    months: int = 120,
    burn_in: int = 36,
    workers: int = 1,
    cards: Sequence[str] | None = None,
    stream: Any = None,
) -> Prepared:
    """Prepare a place, or what is lacking of it; says on ``stream`` (stderr) how long it takes and how far it is.

    Args:
        alone: in how many of the worlds, the first ones, every card is run alone in each of its doses.
        cards: only these are run alone; default all.
        workers: processes.

    Raises:
        Refusal: an unknown place; another preparation in this folder, at work or of other settings; a process that ended.
        NotWritten: the system refuses to write.
    """
    asked = Asked(
        place=places.resolve(place).key,
        start=start,
        months=months,
        burn_in=burn_in,
        seeds=list(seeds),
        alone=alone,
        digests=digests(),
    )
    path, say = Path(folder), stream or sys.stderr
    _refuse_strange(path)
    with held(path, "a workshop is being prepared, or held, in", "choose another folder"):
        if (done := _finished(path, asked, cards)) is not None:
            return done
        _begin(path, asked)
        total, work = _months(asked, cards), _Work(path, asked, workers, cards)
        print(f"{path}: {asked.place}, {len(asked.seeds)} worlds, {_guess(asked, total, workers)}", file=say, flush=True)
        progress = Progress(total, say)
        began = time.monotonic()
        try:
            work.worlds(progress)
            work.answers(progress)
            work.finish()
        finally:
            progress.close()
        print(f"{path}: prepared in {in_words(time.monotonic() - began)}", file=say, flush=True)
        return Prepared.open(path)


class _Work:
    """What is to be done in a folder that is held."""

    def __init__(self, path: Path, asked: Asked, workers: int, cards: Sequence[str] | None) -> None:
        self.path, self.asked, self.workers, self.cards = path, asked, workers, cards
        self.passed = 0
        self.failed: dict[str, str] = {}
        self._doses: Doses | None = None

    def worlds(self, progress: Progress) -> None:
        """Worlds that are not there, or not whole."""
        lacking = [seed for seed in self.asked.seeds if _world(self.path, self.asked, seed) is None]
        each = BEGINNING + self.asked.burn_in
        self._pass((len(self.asked.seeds) - len(lacking)) * each, progress)
        for _ in self._all(make_world, [(self.path, self.asked, seed) for seed in lacking]):
            self._pass(each, progress)

    def answers(self, progress: Progress) -> None:
        """Answers that are not there, world by world, and the public figures beside the base."""
        answers = Answers(self.path / ANSWERS, self.doses)
        jobs = list(_jobs(self.asked, self.doses, self.cards))
        lacking = [job for job in jobs if answers.get(job.package, job.seed) is None]
        self._pass((len(jobs) - len(lacking)) * self.asked.months, progress)
        given = [(self.path, self.asked, answers, job) for job in lacking]
        for (_, _, _, job), why in self._all(make_answer, given):
            if why:
                self.failed[_named(job.package)] = why
            self._pass(self.asked.months, progress)
        for _ in self._all(make_public, [(self.path, self.asked)]):
            pass
        self._pass(self.asked.months * len(_public_seeds(self.asked)), progress)
        moved = {}
        for (_, _, seed), summary in self._all(run_placebo, [(self.path, self.asked, seed) for seed in self.asked.seeds]):
            moved[seed] = summary
            self._pass(self.asked.months, progress)
        write_placebo(self.path / PLACEBO, moved, {seed: answers.get(Package(), seed) for seed in self.asked.seeds})

    def finish(self) -> None:
        """Write what is there, last of all."""
        files = [f"{WORLDS}/{seed}.{ending}" for seed in self.asked.seeds for ending in ("npz", "json")]
        figures_of = place_of(worlds.load(self.path / WORLDS / str(self.asked.seeds[0])))
        record = Record(
            **self.asked.model_dump(),
            seniors=figures_of.seniors,
            corporatie=figures_of.corporatie,
            doses=self._measured(),
            failed=dict(sorted(self.failed.items())),
            files={name: digest(self.path / name) for name in [*files, PUBLIC, PLACEBO]},
        )
        write_json(self.path / NAME, record.model_dump())

    @property
    def doses(self) -> Doses:
        """Known from the first world on."""
        if self._doses is None:
            self._doses = doses(self.asked.setting, place_of(worlds.load(self.path / WORLDS / str(self.asked.seeds[0]))))
        return self._doses

    def _measured(self) -> dict[str, dict[str, Measured]]:
        answers = Answers(self.path / ANSWERS, self.doses)
        found: dict[str, dict[str, Measured]] = {}
        for package in _alone(self.doses, self.cards):
            ((key, size),) = package.cards
            there = [one for seed in self.asked.seeds[: self.asked.alone] if (one := answers.get(package, seed)) is not None]
            if there:
                reached, eur = ([_of(one, key)[at] for one in there] for at in (0, 1))
                found.setdefault(key, {})[size] = Measured(reached=float(np.mean(reached)), eur=float(np.mean(eur)))
        return found

    def _pass(self, months: int, progress: Progress) -> None:
        self.passed += months
        progress(self.passed)

    def _all(self, call: Callable[..., Any], given: Sequence[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """What a function of a module gives for each of the arguments, as they are done, in other processes (one worker: in this)."""
        if self.workers == 1 or len(given) <= 1:
            yield from ((one, call(*one)) for one in given)
            return
        with pool(min(self.workers, len(given))) as executor:
            waiting: dict[Future[Any], tuple[Any, ...]] = {}
            left = list(given)
            while waiting or left:
                while left and len(waiting) < 2 * self.workers:  # in their order, so that a process keeps its world
                    one = left.pop(0)
                    waiting[executor.submit(call, *one)] = one
                for ended in wait(waiting, return_when=FIRST_COMPLETED).done:
                    try:
                        yield waiting.pop(ended), ended.result()
                    except BrokenProcessPool:
                        ended_so = "a process ended (killed, or out of memory)"
                        raise Refusal(
                            f"{self.path}: {ended_so}; the same command goes on, with fewer workers it takes less memory"
                        ) from None


def make_world(path: Path, asked: Asked, seed: int) -> None:
    """Burn a world in and keep it; in a process of its own."""
    worlds.save(burn_in(asked.place, seed, asked.months, asked.burn_in, 0, asked.start), path / WORLDS / str(seed))


def make_answer(path: Path, asked: Asked, answers: Answers, job: Job) -> str:
    """Run one package in one world and keep its answer; returns why it cannot be, or nothing. In a process of its own."""
    first = job.seed == asked.seeds[0]
    try:
        run = one_world.begin(_burnt_in(path / WORLDS / str(job.seed)), job.package.instruments(answers.doses), first)
        rows = [one_world.forward(run, STEP) for _ in range(-(-asked.months // STEP))]
        answers.put(one_world.answer(run, job.package, job.seed, pd.concat(rows, ignore_index=True), first))
    except Refusal as error:
        return str(error)
    return ""


def make_public(path: Path, asked: Asked) -> None:
    """Public figures beside those of the base, as experiments.validate has them; in a process of its own."""
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in (*COUNTED, "months")}
    for seed in _public_seeds(asked):
        made = run_scenario(_burnt_in(path / WORLDS / str(seed)), months=asked.months, follow_up=0, tables=tuple(found), ghost_window=None)
        for name, parts in found.items():
            parts.append(made.tables[name].assign(scenario=BASIS, seed=seed))
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in found.items()}
    table = validation.compare(validation.tables(tables, tables["months"], asked.months))
    write_whole(path / PUBLIC, table[list(VALIDATION.names)].to_csv(index=False, lineterminator="\n"))


def run_placebo(path: Path, asked: Asked, seed: int) -> pd.DataFrame:
    """The summary of a world in which one planned home comes a month later, as the report's placebo; in a process of its own."""
    burnt_in = _burnt_in(path / WORLDS / str(seed))
    made = run_scenario(burnt_in, placebo=True, months=asked.months, follow_up=0, tables=("summary",), ghost_window=None)
    return one_world.kept(made.tables["summary"])


def write_placebo(path: Path, moved: Mapping[int, pd.DataFrame], bases: Mapping[int, Answer | None]) -> None:
    """How far apart worlds are that differ in that home alone, number by number."""
    parts = [one.assign(scenario=NOTHING, seed=seed) for seed, one in moved.items()]
    parts += [one.tables["summary"].assign(scenario=BASIS, seed=seed) for seed, one in bases.items() if one is not None]
    numbers = by_seed(pd.concat(parts, ignore_index=True))
    table = numbers.rows.assign(deviation=paired(numbers.values[NOTHING], numbers.values[BASIS]).deviation)
    write_whole(path, table[list(COLUMNS)].to_csv(index=False, lineterminator="\n"))


def _burnt_in(path: Path) -> Run:
    """A world, kept for the next package in it."""
    return _loaded(path, digest(worlds.files_of(path)[1]))


@lru_cache(maxsize=1)
def _loaded(path: Path, said: str) -> Run:
    return worlds.load(path, said)


def _public_seeds(asked: Asked) -> list[int]:
    return asked.seeds[: max(1, asked.alone)]


def _jobs(asked: Asked, every: Doses, cards: Sequence[str] | None) -> Iterator[Job]:
    """The base of every world, then every card alone in the first ones; seed by seed, so that a process keeps its world."""
    for seed in asked.seeds:
        yield Job(Package(), seed)
    for seed in asked.seeds[: asked.alone]:
        for package in _alone(every, cards):
            yield Job(package, seed)


def _named(package: Package) -> str:
    return ", ".join(f"{key}={size}" for key, size in package.cards)


def _alone(every: Doses, cards: Sequence[str] | None) -> Iterator[Package]:
    for key in every if cards is None else cards:
        for size, one in every[key].items():
            if one.settings is not None:
                yield Package(cards=((key, size),))


def _of(answer: Answer, key: str) -> tuple[float, float]:
    """Households on which a card worked, and what it cost, where it was alone."""
    return float(answer.reached.get(key, 0)), float(answer.track["cost_eur"].sum())


def _world(path: Path, asked: Asked, seed: int) -> Run | None:
    """A world that is there, whole and of this preparation."""
    at = path / WORLDS / str(seed)
    with suppress(Refusal):
        run = worlds.load(at)
        refuse_another(run, asked, seed, at)
        return run
    return None


def _refuse_strange(path: Path) -> None:
    """Raises Refusal where a folder holds what no preparation writes: nothing of others is written over."""
    try:
        there = sorted(one.name for one in path.iterdir()) if path.exists() else []
    except OSError as error:
        raise Refusal(f"{path} is no folder that can be read ({error.strerror}); choose another folder") from None
    strange = [name for name in there if name not in (*OURS, *OTHERS) and not name.endswith(HALF)]
    if strange or (there and not {NAME, BEGUN} & set(there) and set(there) - {".lock"}):
        raise Refusal(f"{path} holds {shown((strange or there)[0])}, which no workshop has made; choose a folder that is new or empty")


def _finished(path: Path, asked: Asked, cards: Sequence[str] | None) -> Prepared | None:
    """What was prepared before, where it is what is asked, and whole, and no answer was lost."""
    with suppress(Refusal):
        there = Prepared.open(path)
        if Asked(**{name: getattr(there.record, name) for name in Asked.model_fields}) == asked:
            answers, failed = there.answers, there.record.failed
            jobs = (job for job in _jobs(asked, there.doses, cards) if _named(job.package) not in failed)
            return there if PLACEBO in there.record.files and all(answers.known(job.package, [job.seed]) for job in jobs) else None
    return None


def _begin(path: Path, asked: Asked) -> None:
    """Sign the folder. What is there of other code or figures goes; other settings are refused."""
    for name in (NAME, PUBLIC, PLACEBO):
        (path / name).unlink(missing_ok=True)
    before = None
    with suppress(Refusal):
        before = read(path / BEGUN, Asked)
    same = before is not None and before.setting == asked.setting
    if before is not None and not same and before.digests == asked.digests:
        raise Refusal(
            f"{path} was begun with place={before.place}, start={before.start}, months={before.months}, burn_in={before.burn_in}; "
            "give the same, or choose another folder"
        )
    if not same:
        for name in (WORLDS, ANSWERS):
            shutil.rmtree(path / name, ignore_errors=True)
    write_json(path / BEGUN, json.loads(asked.model_dump_json()))
    for left in (one for folder in (path, path / WORLDS, path / ANSWERS) for one in folder.glob(f"*{HALF}")):
        shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _months(asked: Asked, cards: Sequence[str] | None) -> int:
    """Months of the whole preparation, as far as it is known beforehand; a dose that cannot be is none."""
    from analysis.estimates.cards import Place

    packages = len(list(_alone(doses(asked.setting, Place(1, 1)), cards)))
    answers = 2 * len(asked.seeds) + packages * len(asked.seeds[: asked.alone]) + len(_public_seeds(asked))
    return len(asked.seeds) * (BEGINNING + asked.burn_in) + answers * asked.months


def _guess(asked: Asked, total: int, workers: int) -> str:
    """How long it may take."""
    seconds = total * of_a_month(asked.place) / workers
    return f"{total:,} months: about {in_words(seconds)} with workers={workers}, more on a slow computer"


def of_a_month(place: str) -> float:
    """Seconds of one core that a month of a world may take, from the homes of the place."""
    table, codes = figures.table("gemeenten"), sorted(places.resolve(place).gemeenten)
    rows = np.isin(table["code"].astype(str), codes)
    return PER_MONTH + PER_HOUSEHOLD * float(np.nansum(table["dwellings_20241231"][rows]))
