"""A run at month 0 as plain arrays and numbers, and the run that they give again.

Kept is what chance and the burn-in made. What a place and its parameters give (areas, map, tables) is made again from them, and a digest
says whether it is the same. Nothing that is read can run: arrays have the declared types and shapes, rows lie inside their tables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim import parameters
from sim.behaviour.fit import make_tables
from sim.behaviour.klantreis import NORM_MONTHS, Neighbours
from sim.behaviour.woonprofielen import N_PROFIELEN
from sim.counts.recording import N_INCOMES, AtStart
from sim.counts.vasthouders import HINDRANCES, KINDS_OF_HOME, Stuck
from sim.demography.plan import Events
from sim.interventions.at_work import AtWork
from sim.population import fitting, setting
from sim.start import make_map
from sim.state import Run
from sim.world import places
from sim.world.chance import Draws
from sim.world.codes import FUNNEL_SHAPE, ON_OFFER, RESERVED, WAITING
from sim.world.columns import ABSENT, FROM_START, N_ADULTS, N_CHILDREN, NOWHERE, TABLES, Dwellings, Households, Moves, Vacancies
from sim.world.errors import Refusal, first_fault
from sim.world.names import YEAR
from sim.world.world import Setting, World

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from sim.world.geography import Geography

Shape = tuple[int, ...]
TABLE_OF: dict[str, type[Any]] = {"h": Households, "d": Dwellings, "v": Vacancies, "m": Moves}
ROWS = {"household row": "h", "dwelling row": "d", "vacancy row": "v"}  # units of columns that hold rows of a table (declared)
EVENT_TYPES: dict[str, DTypeLike] = {
    "month": np.int16,
    "kind": np.uint8,
    "row": np.int32,
    "other": np.int32,
    "person": np.uint64,
    "new_row": np.int32,
    "first": np.int64,
}
HIGHEST = {  # of columns with which compiled code looks up a table, by their units (declared)
    "woonprofiel": N_PROFIELEN - 1,
    "fifth": N_INCOMES - 1,
    "persons": N_ADULTS + N_CHILDREN,
    "0, 1, 2": 2,
    "0, 1": 1,
}
STUCK = ("met", "since", "start", "followed", "taken")
OF_HOUSEHOLDS = ("events.row", "events.other", "events.new_row", "stuck.followed")


class Numbers(BaseModel):
    """All that is no array: where and when, chance, parameters that are not the defaults, counts, and how long the tables are."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    place: str
    start: str
    first_month: int = Field(le=0)
    months: int = Field(ge=1)
    last_month: int = Field(ge=1)
    seed: int = Field(ge=0)
    debug: bool
    behaviour: dict[str, float]
    totals: dict[str, int]
    counts: dict[str, int]
    year_before: dict[str, float]
    rows: dict[str, int]
    made_again: str


def taken_apart(run: Run) -> tuple[dict[str, NDArray], Numbers]:
    """Arrays by name and all the rest of a run at month 0, before any instrument is at work.

    Raises:
        Refusal: the run is elsewhere, so that it holds what is not kept.
    """
    w = run.world
    begun = (run.at_work.running, run.at_work.ghosts is not None, run.approach, run.records.months, run.persons.moves, not run.journal.idle)
    if w.month != 0 or any(begun):
        raise Refusal(
            f"month {w.month}: a run is kept at month 0 only, with no instrument at work and nobody followed; keep it before it goes on"
        )
    arrays = {f"{name}.{column}": array for name in TABLE_OF for column, array in getattr(w, name)._asdict().items()}
    arrays |= {f"events.{name}": array for name, array in run.events._asdict().items()}
    arrays |= {"counts": w.counts, "funnel": w.funnel, "to_demolish": run.to_demolish, "at_start.home": run.at_start.home}
    arrays |= {f"neighbours.{name}": getattr(run.neighbours, name) for name in ("moves", "seniors")}
    arrays |= {f"stuck.{name}": getattr(run.stuck, name) for name in STUCK}
    usual = parameters.resolve()
    numbers = Numbers(
        place=w.setting.place.key,
        start=w.setting.start,
        first_month=w.setting.first_month,
        months=w.setting.months,
        last_month=w.setting.last_month,
        seed=w.draws.seed,
        debug=w.draws.debug,
        behaviour={name: float(value) for name, value in asdict(w.params).items() if value != getattr(usual, name)},
        totals={name: int(n) for name, n in w.totals.items()},
        counts={name: int(n) for name, n in run.at_start.counts.items()},
        year_before={name: float(value) for name, value in run.at_start.year_before.items()},
        rows={name: len(getattr(w, name)[0]) for name in TABLE_OF} | {"events": len(run.events.month), "followed": len(run.stuck.followed)},
        made_again=_digest(w),
    )
    return arrays, numbers


def read_numbers(content: Any) -> Numbers:
    """All that is no array, from plain data. Raises Refusal for a key that is lacking, unknown or of another kind."""
    from pydantic import ValidationError

    try:
        found = Numbers.model_validate(content)
    except ValidationError as error:
        fault = first_fault(error)
        raise Refusal(f"{fault.where or 'its content'}: {fault.says}") from None
    if set(found.rows) != {*TABLE_OF, "events", "followed"} or min(found.rows.values()) < 0:
        raise Refusal("rows: not the length of each table")
    return found


def declared(numbers: Numbers) -> dict[str, tuple[np.dtype, Shape]]:
    """Type and shape of every array that a run of these numbers has, by name. Raises Refusal for an unknown place."""
    rows, geography = numbers.rows, _geography(numbers.place)
    found: dict[str, tuple[np.dtype, Shape]] = {}
    for name, table in TABLE_OF.items():
        for column, one in TABLES[table].items():
            found[f"{name}.{column}"] = np.dtype(one.dtype), ((rows[name], one.width) if one.width else (rows[name],))
    n, areas, params = rows["h"], len(geography.code), parameters.resolve(numbers.behaviour)
    months = numbers.last_month - numbers.first_month + int(params.dur_look_elsewhere)  # so far ahead is known who leaves
    others: dict[str, tuple[DTypeLike, Shape]] = {
        **{f"events.{name}": (kind, (rows["events"],)) for name, kind in EVENT_TYPES.items()},
        "events.first": (np.int64, (months + 1,)),
        "counts": (np.int64, (2,)),
        "funnel": (np.int64, FUNNEL_SHAPE),
        "to_demolish": (np.int64, (months,)),
        "at_start.home": (np.int32, (n,)),
        "neighbours.moves": (np.float64, (NORM_MONTHS, areas)),
        "neighbours.seniors": (np.float64, (areas,)),
        "stuck.met": (np.uint8, (n, len(HINDRANCES))),
        "stuck.since": (np.int16, (n,)),
        "stuck.start": (np.uint8, (n,)),
        "stuck.followed": (np.int64, (rows["followed"],)),
        "stuck.taken": (np.int64, (YEAR, 2, len(geography.gemeente_code) * KINDS_OF_HOME)),
    }
    return found | {name: (np.dtype(kind), shape) for name, (kind, shape) in others.items()}


def put_together(arrays: Mapping[str, NDArray], numbers: Numbers) -> Run:
    """The run that ``taken_apart`` took apart. The arrays have the types and shapes of ``declared``, and become the run's own.

    Raises:
        Refusal: a row outside its table, parameters that cannot be, or what is made again is not what it was.
    """
    geography = _geography(numbers.place)
    _refuse_rows(arrays, len(geography.code))
    parts = {name: table(*(arrays[f"{name}.{column}"] for column in table._fields)) for name, table in TABLE_OF.items()}
    params, d = parameters.resolve(numbers.behaviour), parts["d"]
    world = World(
        setting=Setting(places.resolve(numbers.place), numbers.start, numbers.first_month, numbers.months, numbers.last_month),
        geography=geography,
        map=make_map(geography, d.area[d.delivery == ABSENT], params),
        params=params,
        tables=make_tables(params, numbers.start),
        draws=Draws(numbers.seed, numbers.debug),
        month=0,
        **parts,
        counts=arrays["counts"],
        funnel=arrays["funnel"],
        totals=dict(numbers.totals),
    )
    if _digest(world) != numbers.made_again:
        raise Refusal("areas, map or parameters are not those that it was made with")
    return Run(
        world=world,
        events=Events(*(arrays[f"events.{name}"] for name in Events._fields)),
        to_demolish=arrays["to_demolish"],
        neighbours=Neighbours(arrays["neighbours.moves"], arrays["neighbours.seniors"]),
        stuck=Stuck(*(arrays[f"stuck.{name}"] for name in STUCK)),
        at_work=AtWork(seniors=arrays["neighbours.seniors"]),  # the burn-in leaves the same array there
        at_start=AtStart(arrays["at_start.home"], dict(numbers.counts), dict(numbers.year_before)),
    )


def _geography(key: str) -> Geography:
    place = places.resolve(key)
    return setting.geography(place, fitting.fitted(place))


def _digest(w: World) -> str:
    """Of what is made again: areas, map, parameters and their tables."""
    digest = hashlib.sha256()
    for part in (*w.geography, *w.map, w.tables):
        digest.update(part.tobytes() if isinstance(part, np.ndarray | np.void) else repr(part).encode())
    digest.update(repr((w.setting, w.params)).encode())
    return digest.hexdigest()


def _refuse_rows(arrays: Mapping[str, NDArray], areas: int) -> None:
    """Raises Refusal for a row that lies outside its table, and a code that is none: compiled code would read beyond the end."""
    sizes = {unit: len(arrays[f"{name}.{TABLE_OF[name]._fields[0]}"]) for unit, name in ROWS.items()}
    sizes |= {"area row": areas, "move row": len(arrays["m.month"])}
    limits = dict.fromkeys(OF_HOUSEHOLDS, sizes["household row"]) | {"at_start.home": sizes["dwelling row"]}
    for name, table in TABLE_OF.items():
        for column, one in TABLES[table].items():
            at = f"{name}.{column}"
            if not isinstance(one.unit, str):
                _refuse_codes(at, arrays[at], len(one.unit))
            elif one.unit in sizes:
                limits[at] = sizes[one.unit]
            elif one.unit in HIGHEST and len(arrays[at]) and arrays[at].max() > HIGHEST[one.unit]:
                raise Refusal(f"{at}: a number beyond {HIGHEST[one.unit]}")
    still_open = np.isin(arrays["v.state"], (WAITING, ON_OFFER, RESERVED))
    if (arrays["v.parent"][still_open] != NOWHERE).any():
        raise Refusal("v.parent: a move before month 0")
    del limits["v.parent"]  # of a home that is taken it is a row of the ledger of the burn-in, which is gone; nobody reads it again
    for name, limit in limits.items():
        array = arrays[name]
        if len(array) and not (array.min() >= -1 and array.max() < limit):
            raise Refusal(f"{name}: a row outside its table")
    first, counts = arrays["events.first"], arrays["counts"]
    if first[0] != 0 or first[-1] != len(arrays["events.month"]) or (np.diff(first) < 0).any():
        raise Refusal("events.first: not the places of months among the events")
    if (counts < 0).any() or counts[0] > len(arrays["v.id"]) or counts[1] > len(arrays["m.month"]):
        raise Refusal("counts: more rows in use than there are")


def _refuse_codes(name: str, array: NDArray, n: int) -> None:
    if ((array >= n) & (array != FROM_START)).any():
        raise Refusal(f"{name}: a code that there is not")
