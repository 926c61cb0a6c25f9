"""A workshop of invented answers, to draw screens against and to test the server: ``python -m tests.workshop.fake_engine FOLDER [PORT]``.

Nothing of it is a result: tracks come from a digest of package and world.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates import validation
from analysis.estimates.cards import Place
from analysis.estimates.statistics import paired
from analysis.tables.schema import VALIDATION
from experiments.runs.plan import short_hash
from sim.counts.track import TRACK
from sim.world.names import ALL
from verhuisketens.shell import stopped
from workshop.engine.answers import Answer
from workshop.engine.assumed import COLUMNS as OF_DECIDING
from workshop.engine.assumed import Deciding
from workshop.engine.doses import DoseOf, Doses, doses
from workshop.engine.outcome import Outcome, said
from workshop.engine.package import Package
from workshop.engine.scheduler import Slice, Whole
from workshop.engine.setting import Setting
from workshop.engine.shares import shares
from workshop.server import serve
from workshop.server.app import make_app
from workshop.server.hall import Hall
from workshop.server.stock import Stock
from workshop.table.letters import Letters
from workshop.table.state import opened

INDICATORS = TRACK[1:8]
CURRENT = (("campagne", "klein"),)
TIMES = {"klein": 0.5, "gewoon": 1.0, "groot": 1.8}


def number(*content: Any) -> float:
    """Between 0 and 1, the same for the same content."""
    return int(short_hash(list(content), 8), 16) / 16**8


def strength(package: Package) -> float:
    """What a package adds to moves, as a share; some cards do nothing."""
    return sum(TIMES[dose] * max(0.0, number("strength", key) - 0.4) * 0.3 for key, dose in (*package.done, *package.cards))


def invented(package: Package, seed: int, months: int) -> Answer:
    """An answer; the same for the same package and world."""
    of_world = np.random.default_rng(int(number("world", seed) * 1e9))
    level = of_world.poisson(20, months)
    of_package = np.random.default_rng(int(number(package.line(), seed) * 1e9))
    more = of_package.poisson(20 * strength(package), months) if package.done or package.cards else np.zeros(months, int)
    moves = level + more
    rows: dict[str, Any] = {"month": np.arange(months), "senior_moves": moves, "moves": 6 * moves}
    rows |= {"starters_housed": moves // 2, "families_housed": moves // 3, "freed_family_homes": moves // 4}
    rows |= {"senior_moves_suitable": (2 * moves) // 3, "suitable_seniors": 900 + np.cumsum(more) // 2}
    rows |= {"contacts": more * 3, "uses": more, "cost_eur": more * 1_500.0}
    frame = pd.DataFrame(rows)[list(TRACK)]
    tables = first_tables(package) if seed == 0 else {}
    people = followed(package) if seed == 0 else None
    return Answer(package, seed, frame, {key: int(more.sum()) for key, _ in package.cards}, tables, people)


def first_tables(package: Package) -> dict[str, pd.DataFrame]:
    """Chains of the first world, invented."""
    rng = np.random.default_rng(int(number("chains", package.line()) * 1e9))
    length = rng.integers(1, 8, 100)
    ends = rng.choice(["starter", "buiten", "leeg", "open"], 100)
    return {"hundred": pd.DataFrame({"chain_id": np.arange(100), "length": length, "end": ends}).sort_values("length")}


def followed(package: Package) -> Any:
    """Nobody: who is followed comes from the journal of the simulation."""
    return {"people": []}


def outcome(base: list[Answer], mine: list[Answer], package: Package, months: int | None = None) -> Outcome:
    """Sums from the start to a month, paired by world; the wide interval is invented."""
    until = months or len(mine[0].track)
    rows = [_effect(key, base, mine, until, ALL, ALL) for key in INDICATORS]
    rows += [_effect("moves", base, mine, until, "class", group) for group in ("senior", "starter")]
    cost = [float(np.mean([one.track["cost_eur"].sum() for one in answers])) for answers in (base, mine)]
    money = pd.DataFrame(
        {"payer": [ALL, "gemeente"], "instrument": ALL, "year": ALL, "eur": cost[1] - cost[0], "eur_per_extra_senior_move": np.nan}
    )
    unpriced = tuple(key for key, _ in package.cards if number("price", key) < 0.2)
    return Outcome(
        package, tuple(one.seed for one in mine), until, said(pd.DataFrame(rows).assign(q=np.nan, family="headline")), money, unpriced
    )


def _effect(key: str, base: list[Answer], mine: list[Answer], until: int, group_by: str, group: str) -> dict[str, Any]:
    values, before = ([[float(one.track[key][:until].sum()) for one in answers]] for answers in (mine, base))
    interval = paired(values, before)
    difference, lower, upper = (float(getattr(interval, name)[0]) for name in ("difference", "lower", "upper"))
    known = key == "senior_moves" and difference and len(mine) > 1
    row = {"indicator": key, "group_by": group_by, "group": group, "mean": float(np.mean(values)), "difference": difference}
    row |= {"lower": lower, "upper": upper, "placebo": np.nan, "p_sign": np.nan, "seeds": len(mine)}
    row |= {
        "lower_full": lower - 0.5 * abs(difference) if known else np.nan,
        "upper_full": upper + 0.5 * abs(difference) if known else np.nan,
    }
    return row | {"knowledge": "" if known else "the study does not count it"}


def deciding(found: Outcome) -> Deciding:
    """Three assumptions, whatever the package."""
    value = found.effects["difference"].iloc[0]
    rows = [(key, 0.5, 60, 0.1, 0.3, 0.5 * value, 1.5 * value, value) for key in ("p_wish_senior", "rel_optimism", "dur_settle")]
    return Deciding(pd.DataFrame(rows, columns=list(OF_DECIDING)))


class FakeAnswers:
    """Answers that were played; those of one card alone, and of nothing, are there from the start."""

    def __init__(self, months: int) -> None:
        self.months, self.there = months, dict[tuple[Package, int], Answer]()

    def get(self, package: Package, seed: int) -> Answer | None:
        if package == Package() or package.alone():
            self.there.setdefault((package, seed), invented(package, seed, self.months))
        return self.there.get((package, seed))

    def known(self, package: Package, seeds: Any) -> list[int]:
        return [seed for seed in seeds if self.get(package, seed) is not None]


class FakeEngine:
    """Plays packages by inventing them, a slice of twelve months every ``pause`` seconds, first worlds first."""

    def __init__(self, answers: FakeAnswers, seeds: tuple[int, ...], pause: float = 0.05) -> None:
        self.answers, self.seeds, self.pause = answers, seeds, pause
        self.looking: dict[str, Package] = {}
        self.callbacks: list[Any] = []
        self.left: list[str] = []
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(self, callback: Any) -> None:
        self.callbacks.append(callback)
        if self._thread is None:
            self._thread = threading.Thread(target=self._play, daemon=True)
            self._thread.start()

    def show(self, table: str, package: Package) -> None:
        self.looking[table] = package

    def leave(self, table: str) -> None:
        self.left.append(table)
        self.looking.pop(table, None)

    def ready(self) -> bool:
        return True

    def stop(self) -> None:
        self._stopped.set()

    def tell(self, event: Any) -> None:
        for callback in self.callbacks:
            callback(event)

    def _play(self) -> None:
        while not self._stopped.is_set():
            job = self._next()
            if job is None:
                time.sleep(0.01)
                continue
            answer = invented(*job, self.answers.months)
            for first in range(0, self.answers.months, 12):
                self._stopped.wait(self.pause)
                rows = answer.track.iloc[first : first + 12].reset_index(drop=True)
                self.tell(Slice(*job, first, rows))
            self.answers.there[job] = answer
            self.tell(Whole(*job, answer))

    def _next(self) -> tuple[Package, int] | None:
        wanted = list(dict.fromkeys(one for package in list(self.looking.values()) for one in (package.base(), package)))
        return next(((one, seed) for seed in self.seeds for one in wanted if self.answers.get(one, seed) is None), None)


def setting_of(months: int = 120) -> Setting:
    return Setting("schiermonnikoog", months=months, digests={"code": "c" * 64, "data": "d" * 64})


def doses_of(setting: Setting) -> Doses:
    """The real doses, with what they reach and cost invented."""
    found = doses(setting, Place(400.0, 150.0))

    def measured(key: str, size: str) -> DoseOf:
        one, times = found[key][size], TIMES[size]
        return one if one.why_not else one.measured(1_200 * times * number("people", key), 9e5 * times * number("eur", key), 120)

    return Doses(setting, {key: {size: measured(key, size) for size in sizes} for key, sizes in found.items()})


def public_of() -> pd.DataFrame:
    """Some public figures, what the model has invented."""
    rows = [
        {"key": row.key, "figure": row.text, "simulated": row.observed * (0.5 + number("public", row.key)), "observed": row.observed}
        | {"unit": row.unit, "area": row.area, "source": row.source, "status": row.status}
        for row in validation.ROWS
    ]
    table = pd.DataFrame(rows)
    ratio = table["simulated"] / table["observed"]
    return table.assign(ratio=ratio, hit=(ratio - 1).abs() <= validation.HIT)[list(VALIDATION.names)]


@contextmanager
def fake_hall(folder: Path, worlds: int = 8, months: int = 120, pause: float = 0.05) -> Any:
    """A hall with invented answers in a folder."""
    setting, seeds = setting_of(months), tuple(range(worlds))
    answers = FakeAnswers(months)
    stock = Stock(
        folder, doses_of(setting), seeds, answers, outcome, lambda one: shares(answers, one, seeds), deciding, public_of(), CURRENT
    )
    folder.mkdir(parents=True, exist_ok=True)
    with opened(folder / "tables") as tables:
        hall = Hall(stock, FakeEngine(answers, seeds, pause), tables, Letters(folder))
        yield hall


def main(folder: str, port: str = "8765") -> None:
    """Serve it on this computer until it is stopped."""
    with fake_hall(Path(folder)) as hall, serve.listen(serve.LOOPBACK, int(port)) as listening:
        serve.run(make_app(hall), listening, None, hall.let_go)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:  # as the command of a user ends
        sys.exit(stopped("stopped"))
