"""Engine and plain Mesa on the same simplified months, in one process, taking turns."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.plain_mesa.chance import Keyed, Sampled, Stream
from benchmarks.plain_mesa.load import start_from
from benchmarks.plain_mesa.model import PlainModel
from benchmarks.simplified import settled
from sim import month

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.state import Run
    from sim.world.world import World

FORMS = ("keyed", "stream", "sampled")
Ledger = list[tuple[int, int, int, int, int]]


class NotTheSameError(AssertionError):
    """The two models did not do the same month."""


def plain_model(run: Run, form: str) -> PlainModel:
    """A plain Mesa model that goes on from this run."""
    seed = run.world.draws.seed
    model = PlainModel(start_from(run), Keyed(seed) if form == "keyed" else None, seed)
    if form == "sampled":
        model.take_chance(Sampled(model.random))
    elif form == "stream":
        model.take_chance(Stream(model.random))
    return model


def ledger_of(w: World) -> Ledger:
    """The engine's moves: month, ids of household, of the home left (0: none) and taken, and link."""
    m, n = w.m, int(w.counts[1])
    ids, homes = w.h.id, w.d.id
    rows = zip(m.month[:n].tolist(), m.household[:n], m.from_dwelling[:n], m.to_dwelling[:n], m.link[:n].tolist(), strict=True)
    return sorted((t, int(ids[i]), int(homes[a]) if a >= 0 else 0, int(homes[b]), link) for t, i, a, b, link in rows)


def homes_of(w: World) -> dict[int, int]:
    """Where each household present lives: ids of household and dwelling (0: nowhere)."""
    present = (w.h.state == 1).nonzero()[0]
    return {int(w.h.id[i]): int(w.d.id[w.h.home[i]]) if w.h.home[i] >= 0 else 0 for i in present}


def check_same(w: World, model: PlainModel) -> None:
    """Every move of every month, and everybody's home, are those of the engine.

    Raises:
        NotTheSameError: names the first month that differs, with the number of moves in each.
    """
    engine = ledger_of(w)
    plain = sorted((x.month, x.household, x.left, x.to, x.link) for x in model.moves)
    if engine != plain:
        a, b = Counter(engine), Counter(plain)
        first = min(x[0] for x in (a - b) + (b - a))
        n = [sum(x[0] == first for x in some) for some in (engine, plain)]
        raise NotTheSameError(f"month {first}: {n[0]} moves in the engine, {n[1]} in plain Mesa, not all of them the same")
    elsewhere = set(homes_of(w).items()) ^ {(a.id, a.home.id if a.home else 0) for a in model.agents}
    if elsewhere:
        raise NotTheSameError(f"{len({one for one, _ in elsewhere})} households live elsewhere after month {model.month - 1}")


def seconds_of(step: Callable[[], object], months: int) -> float:
    """CPU seconds of so many calls."""
    began = time.process_time()
    for _ in range(months):
        step()
    return time.process_time() - began


def measure(place: str, months: int, repeats: int = 3, seed: int = 1) -> dict[str, float]:
    """Best of ``repeats`` of each, CPU seconds for ``months`` months; the keyed form is checked against the engine."""
    run = settled(place, seed, months)
    month.step(run.copy())  # compiled or read from the cache before anything is timed
    best = dict.fromkeys(("engine", *FORMS), float("inf"))
    moves: dict[str, float] = {}
    for _ in range(repeats):
        twin = run.copy()
        best["engine"] = min(best["engine"], seconds_of(partial(month.step, twin), months))
        for form in FORMS:
            model = plain_model(run, form)
            best[form] = min(best[form], seconds_of(model.step, months))
            moves[f"moves_{form}"] = len(model.moves)
            if form == "keyed":
                check_same(twin.world, model)
    households = int((run.world.h.state == 1).sum())
    return {"households": households, "months": months, "moves_engine": int(twin.world.counts[1]), **moves, **best}
