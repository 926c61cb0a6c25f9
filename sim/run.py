"""Run one seed: burn in once, then each scenario from a copy of the same burnt-in world."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import interventions, month
from sim import parameters as parameter_registry
from sim.approach import stepwise
from sim.approach.rules import read as read_rules
from sim.chains import programme, vacancies
from sim.counts import attribution, invariants, lanes, person_moves, recording, vasthouders
from sim.counts import tables as outputs
from sim.counts.by_period import summary_table
from sim.counts.ledger_numbers import of_ledger
from sim.counts.schema import TABLES as SCHEMA
from sim.population.income import fifth_of
from sim.start import build
from sim.world import arguments, figures, places
from sim.world.codes import WITHDRAWN, HouseholdState
from sim.world.errors import Refusal, hint
from sim.world.ids import refuse_shared
from sim.world.names import YEAR

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from sim.approach.stepwise import Fired
    from sim.state import Run
    from sim.world.world import World

TABLES = tuple(SCHEMA)
MAX_ROWS_FOR_DRIFT = 400_000  # beyond this many households, homes are remembered every twelfth month only


@dataclass
class Result:
    """What one scenario of one seed gives."""

    tables: dict[str, pd.DataFrame]
    reached: dict[str, int]
    seconds: dict[str, float]
    fingerprint: str
    homes: list[tuple[NDArray, NDArray]] = field(default_factory=list)  # see recording.keep_homes
    totals: dict[str, int] = field(default_factory=dict)
    fired: list[Fired] = field(default_factory=list)


def burn_in(
    place: str,
    seed: int,
    months: int = 120,
    burn_in: int = 36,
    follow_up: int = 36,
    start: str = "2026-01",
    behaviour: Mapping[str, float] | None = None,
    debug: bool = False,
    passed: Callable[[], None] | None = None,
    place_dir: str | Path | None = None,
) -> Run:
    """The run of one seed at month 0. Money is euro of the start year; ``start`` is YYYY-MM; ``passed`` is called after each month.

    ``place_dir`` is a folder with places of one's own (docs/howto-municipality.md); without it only the project's own are known.

    Raises:
        Refusal: a place or parameter that is unknown, an argument that cannot be (``sim.world.arguments``), figures that cannot be.
    """
    figures.use(place_dir)
    given = {"months": months, "burn_in": burn_in, "follow_up": follow_up, "start": start, "seed": seed, "debug": debug}
    arguments.check(arguments.OneRun, {"municipality": place, "behaviour": {} if behaviour is None else behaviour, **given})
    params = parameter_registry.resolve(behaviour)
    run = build(places.resolve(place), seed, params, start=start, burn_in=burn_in, months=months, follow_up=follow_up, debug=debug)
    for _ in range(burn_in):
        month.step(run)
        if passed is not None:
            passed()
    begin(run)
    refuse_shared(run.world.h.id, "households", seed)
    refuse_shared(run.world.d.id, "homes", seed)
    return run


def check_tables(wanted: Collection[str]) -> None:
    """Refuse a table that no run makes."""
    for name in wanted:
        if name not in TABLES:
            raise Refusal(f"tables: no run makes {name!r}{hint(name, TABLES)} ({', '.join(TABLES)})")


def begin(run: Run) -> None:
    """Month 0: the ledger begins, what is under way counts as from before the start."""
    w = run.world
    year_before = stepwise.count_year(w, run.records)
    w.forget_moves()
    vacancies.mark_before_start(w)
    run.records = recording.Records()
    w.totals.clear()
    counts = invariants.snapshot(w) | {"withdrawn": int((w.v.state == WITHDRAWN).sum())}
    run.at_start = recording.AtStart(w.h.home.copy(), counts, year_before)
    vasthouders.begin(w, run.stuck)
    h = w.h
    housed = h.home >= 0
    h.origin_area[housed] = w.d.area[h.home[housed]]
    here = h.state == HouseholdState.PRESENT
    h.origin_income[here] = fifth_of(h.income[here], h.size[here])
    h.origin_tenure[:] = np.where(housed, w.d.tenure[np.maximum(h.home, 0)], 255)


def run_scenario(
    burnt_in: Run,
    instruments: Mapping[str, Mapping[str, Any]] | None = None,
    placebo: bool = False,
    base: Result | None = None,
    months: int | None = None,
    follow_up: int | None = None,
    strength: float = 1.0,
    tables: Collection[str] = TABLES,
    rules: Sequence[Any] = (),
    ghost_window: int | None = 24,
    passed: Callable[[], None] | None = None,
    keep: bool = True,
) -> Result:
    """Run one scenario from a copy of a burnt-in run; without ``base`` it is the base world itself.

    ``tables`` names those that are made; ``rules`` (as a scenario has them) add, stop or scale instruments on the way;
    ``ghost_window`` says within how many months of a household's move its ghost must follow for a *zetje*; None: what would have
    happened without the instruments is not watched (nothing else depends on it). ``passed`` is called after each month.
    Without ``keep`` no copy is made: the burnt-in run itself goes on, and nobody may use it afterwards. A country fits in less memory so.

    Raises:
        Refusal: settings or rules that cannot be, a table that is not made, or an instrument that works and reached nobody
            (unless ``allow_empty``).
    """
    check_tables(tables)
    setting = burnt_in.world.setting
    months = setting.months if months is None else months
    arguments.check(arguments.Ahead, {"months": months, "follow_up": 0 if follow_up is None else follow_up})
    horizon = setting.last_month if follow_up is None else months + follow_up
    if max(months, horizon) > setting.last_month:
        raise Refusal(f"months={months}, follow_up={follow_up}: the run was made for {setting.last_month} months; give its start more")
    began = time.perf_counter()
    fingerprint = burnt_in.fingerprint
    run = burnt_in.copy() if keep else burnt_in
    if "journal" in tables and ghost_window is not None:
        run.follow(lanes.seniors_at_home(run.world)[: lanes.MOST_FOLLOWED])
    run.persons.wanted = not {"person_moves", "persons"}.isdisjoint(tables)
    loaded = {key: interventions.load(key, settings, setting.start) for key, settings in (instruments or {}).items()}
    run.equip(loaded, read_rules(list(rules)), strength, months, ghosts=ghost_window is not None)
    if placebo:
        programme.delay_first(run.world)
    elsewhere = advance(run, horizon, base, passed)
    ran = time.perf_counter()
    refuse_empty(run, months)
    made = make_tables(run, months, elsewhere, tables, ghost_window or 0)
    seconds = {"months": ran - began, "tables": time.perf_counter() - ran}
    reached = {running.key: running.n_reached for running in run.at_work.running}
    fired = [] if run.approach is None else list(run.approach.fired)
    return Result(made, reached, seconds, fingerprint, run.records.homes, dict(run.world.totals), fired)


def advance(run: Run, horizon: int, base: Result | None, passed: Callable[[], None] | None = None) -> list[float]:
    """Step to ``horizon``; returns the share of households that live elsewhere than in the base world, by month."""
    elsewhere: list[float] = []
    w, homes = run.world, run.at_start.home.copy()  # of the base world, kept up month by month
    small = len(w.h.id) <= MAX_ROWS_FOR_DRIFT
    watched_months = horizon if small else horizon // YEAR
    if base is not None and len(base.homes) < watched_months:
        raise Refusal(f"the base world was run for fewer months than {horizon}; run it as long")
    while w.month < horizon:
        watched = small or (w.month + 1) % 12 == 0
        month.step(run)
        if base is None and watched:
            recording.keep_homes(w, run.records, run.at_start.home)
        elif base is not None and watched:
            rows, new = base.homes[len(elsewhere)]
            homes[rows] = new
            elsewhere.append(recording.share_elsewhere(w, homes))
        if passed is not None:
            passed()
    return elsewhere


def make_tables(
    run: Run, months: int, elsewhere: list[float], wanted: Collection[str] = TABLES, ghost_window: int = 24
) -> dict[str, pd.DataFrame]:
    """The tables of the interface that are wanted, by name."""
    w, at_work, records = run.world, run.at_work, run.records
    refuse_shared(w.d.id, "homes", w.draws.seed)  # instruments built and made some
    ledger = cache(lambda: (outputs.moves_table(w, at_work.keys, months), outputs.chains_table(w, months)))
    counted = cache(lambda: of_ledger(*ledger(), months, w.month - 1, w.setting.start))
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "moves": lambda: ledger()[0],
        "chains": lambda: ledger()[1],
        "chain_links": lambda: counted()["chain_links"],
        "chain_homes": lambda: counted()["chain_homes"],
        "ledger_numbers": lambda: counted()["ledger_numbers"],
        "months": lambda: outputs.months_table(records.months, at_work.applications, months),
        "funnel": lambda: outputs.funnel_table(records.funnel),
        "instruments": lambda: outputs.instruments_table(at_work.ledger),
        "attribution": lambda: attribution.attribution_table(w, at_work, ghost_window),
        "summary": lambda: summary_table(w, records, at_work, run.at_start.year_before, months),
        "drift": lambda: drift_table(w, elsewhere),
        "filters": lambda: outputs.filters_table(at_work),
        "journal": lambda: lanes.journal_table(w, at_work, run.journal, ghost_window),
        "person_moves": lambda: person_moves.moves_table(w, run.persons),
        "persons": lambda: person_moves.persons_table(w, run.persons),
    }
    return {name: makers[name]() for name in TABLES if name in wanted}


def drift_table(w: World, elsewhere: list[float]) -> pd.DataFrame:
    """Share of households that live elsewhere than in the base world, by watched month."""
    every = 1 if len(w.h.id) <= MAX_ROWS_FOR_DRIFT else 12
    return outputs.framed("drift", {"month": np.arange(len(elsewhere)) * every + every - 1, "share_elsewhere": elsewhere})


def refuse_empty(run: Run, months: int) -> None:
    """A target group that nobody enters in a whole run is an error, not a quiet zero."""
    for running in run.at_work.running:
        s = running.settings
        if running.somebody is False and not s.allow_empty:  # it looked, in a month in which it worked
            raise Refusal(
                f"{running.key}: nobody was in its target group in {months} months (who: {s.who.model_dump()}); "
                f"widen who, or set {running.key}.allow_empty: true"
            )
