"""Small real worlds, and settings strong enough that every instrument finds its households in them."""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import numpy as np

from sim import interventions, month, run
from sim.interventions import REGISTRY, Running
from sim.state import Run
from sim.world.chance import hash_ints, hash_text, uniform
from sim.world.columns import ABSENT, NEVER, NOWHERE, Dwellings, Households, empty
from sim.world.world import World

SMALL = ("rozendaal", "schiermonnikoog", "vlieland")  # 550 to 760 households each
MIXED = "terschelling"  # 2,600 households, a fifth of the homes let by a corporatie
MONTHS, BURN_IN, FOLLOW_UP = 12, 6, 4
LIVELY = {"p_wish_senior": 0.03, "p_search_senior": 0.05, "p_sight": 0.6, "p_refusal": 0.2, "rel_eur_once": 0.5}
TABLES = ("moves", "chains", "months", "funnel", "summary")
EMPTY_GROUP = {"who": {"age": 100, "size": 1, "rooms": 12, "rooms_most": 12, "floor_area": 400}, "allow_empty": True}

FOR_HOUSEHOLDS = sorted(key for key, cls in REGISTRY.items() if cls.card.for_households)
RARE = dict.fromkeys(  # too rare in a small place
    ("leeftijdsgrens", "seniorenhypotheek", "huurgewenning", "extra_hulpmiddelen", "langere_reactietijd"), "veldhoven"
) | {"lokale_binding": "veenendaal"}
LABELLED = {"veldhoven": {"age_label_senior": 65}}  # bars seniors too: of those who are younger, hardly any wants such a home
LAWFUL: dict[str, dict[str, Any]] = {
    "interventie_x": {"pulls": {"trouble": 0.2, "sight": 1.0}},
    "lokale_binding": {"rel_labelled": 0.5},
    "flexibele_inkomenseisen": {"rel_labelled": 0.15},
    "woningruil": {"rel_seen": 1.0, "p_no_consent": 0.0, "dur_lived": 0, "n_most": 50},
    "renovatie": {"dur_notice": 0, "trouble": 1.0},
    "sloop": {"dur_notice": 0, "trouble": 1.0},
    "kangoeroewoning": {"p_apply": 0.2},
    "pre_mantelzorgwoning": {"p_apply": 0.4},  # else they move half of all seniors
}


@functools.cache
def burnt_in(place: str = MIXED, seed: int = 1, months: int = MONTHS, lively: bool = True, debug: bool = False) -> Run:
    """A run at month 0; shared between tests, so go on from a copy only (run_scenario makes its own)."""
    return run.burn_in(place, seed, months, BURN_IN, FOLLOW_UP, behaviour=LIVELY | LABELLED.get(place, {}) if lively else None, debug=debug)


@functools.cache
def basis(place: str = MIXED, seed: int = 1, months: int = MONTHS, lively: bool = True) -> run.Result:
    """The base world's result."""
    return run.run_scenario(burnt_in(place, seed, months, lively))


@functools.cache
def in_areas(n: int = 4) -> Run:
    """``burnt_in`` with its homes spread over ``n`` areas of its gemeente: a small place has one, in which no mistake with areas shows."""
    one = burnt_in().copy()
    w = one.world
    turn = (w.d.id % np.uint64(n)).astype(np.int32)
    w.d.area[:] = turn
    housed = w.h.home != NOWHERE
    w.h.origin_area[housed] = turn[w.h.home[housed]]
    w.h.origin_area[~housed & (w.h.origin_area != NOWHERE)] = 1
    spread_out, km = np.zeros(n, np.int32), np.arange(n, dtype=np.float64)
    stock = np.cumsum(np.bincount(turn[w.d.delivery == ABSENT], minlength=n)).astype(np.float64)
    w.map = w.map._replace(gemeente=spread_out, x_km=3 * km, y_km=km**2, urban=np.arange(2, n + 2) % 5 + 1, stock=stock / stock[-1])
    w.geography = w.geography._replace(
        code=[f"WK{k}" for k in range(n)], name=[f"wijk {k}" for k in range(n)], gemeente=spread_out,
        x_km=w.map.x_km.astype(np.float32), y_km=w.map.y_km.astype(np.float32), urban=w.map.urban.astype(np.uint8),
    )  # fmt: skip
    one.neighbours.moves = np.repeat(one.neighbours.moves, n, axis=1) / n
    one.neighbours.seniors = np.repeat(one.neighbours.seniors, n) / n
    return one


def strong(key: str) -> dict[str, Any]:
    """Settings of an instrument, made from its own fields, under which it meets many households at once."""
    fields = REGISTRY[key].model_fields
    wanted: dict[str, Any] = {
        "rel_known": 1.0,
        "rel_labelled": 1.0,
        "n_rooms_taken": 0,
        "fte": 4.0,
        "dur_build": 0,
        "n_per_1000": 50.0,
        "eur_grant": 10000,
        "p_direct": 0.5,
        "trouble": 0.2,
        "sight": 1.0,
        "search": 5.0,
        "rel_reached": 1.0,
        "dur_between": 1,
        "p_apply": 1.0,
        "rel_refused": 0.0,
        "rel_most": 1.0,
        "dur_permit": 0,
        "dur_works": 1,
        "age_most": 80,
        "rel_wish": 1.0,
        "n_months": 480,
        "age_eased": 30,
        "rel_child_near": 1.0,
        "floor_area_plot": 75,
        "rel_refused_lender": 0.0,
        "rel_refused_landlord": 0.0,
        "dur_cycle": 12,
        "rel_sample": 1.0,
        "rel_steered": 1.0,
        "dur_lead": 1,
    }
    chosen = {name: value for name, value in (wanted | LAWFUL.get(key, {})).items() if name in fields}
    tenure = fields["who"].get_default().tenure
    return {**chosen, "who": {"tenure": tenure, "rooms": 1, "rooms_most": 12, "age": 40}}


def everything() -> dict[str, dict[str, Any]]:
    """All instruments of the registry at once, each strong."""
    return {key: strong(key) for key in REGISTRY}


def at_work(burnt: Run, chosen: dict[str, dict[str, Any]], strength: float = 1.0, ghosts: bool = True) -> Run:
    """A copy of a run with instruments at work in it."""
    one, start = burnt.copy(), burnt.world.setting.start
    one.equip({key: interventions.load(key, settings, start) for key, settings in chosen.items()}, strength=strength, ghosts=ghosts)
    return one


def running(one: Run, key: str | None = None) -> Running:
    """An instrument at work in a run; without a key the first one."""
    return next(there for there in one.at_work.running if key in (None, there.key))


def let_pass(one: Run, months: int) -> Run:
    """The same run some months later."""
    for _ in range(months):
        month.step(one)
    return one


def tables_of(one: Run) -> dict[str, Any]:
    """The tables of a run after MONTHS and FOLLOW_UP."""
    return run.make_tables(one, one.world.setting.months, [])


def digest(frame) -> str:
    """SHA-256 of the bytes of a frame as parquet."""
    return hashlib.sha256(frame.to_parquet(path=None, index=False)).hexdigest()


def with_rows(table, n: int):
    """A table with ``n`` more rows of neutral values at its end."""
    return type(table)(*(np.concatenate(pair) for pair in zip(table, empty(type(table), n), strict=True)))


def housed_rows(w: World) -> np.ndarray:
    """Rows of households with a home of their own."""
    return np.flatnonzero((w.h.state == 1) & (w.h.home != NOWHERE))


def pick(seed: int, name: str, n: int, values) -> np.ndarray:
    """``n`` keyed choices from a list of values (no stream: each name has its own draws)."""
    u = uniform(np.uint64(hash_ints(seed, hash_text(name))), np.arange(n))
    return np.asarray(values)[(u * len(values)).astype(int)]


def spread(seed: int, name: str, n: int, low: float, high: float) -> np.ndarray:
    """``n`` keyed numbers between two bounds."""
    return low + (high - low) * uniform(np.uint64(hash_ints(seed, hash_text(name))), np.arange(n))


def scattered_households(seed: int, n: int, n_homes: int, month: int = 30, n_instruments: int = 3) -> Households:
    """Households of every kind and in every state, each column drawn on its own; with fewer homes some are shared."""
    h = empty(Households, n)
    h.id[:] = [hash_ints(seed, 7, k) for k in range(n)]
    h.state[:] = pick(seed, "state", n, [1, 1, 1, 1, 0, 2])
    ages = [pick(seed, f"age{k}", n, [18, 24, 35, 54, 55, 66, 67, 75, 90, 111]) for k in range(2)]
    for k in range(2):
        there = pick(seed, f"adult{k}", n, [True, True, False]) | (k == 0)
        birth = month - 12 * ages[k] - pick(seed, f"months{k}", n, [0, 1, 11])
        h.adult_birth[:, k] = np.where(there, birth, ABSENT)
        h.adult_limit[:, k] = np.where(there, pick(seed, f"limit{k}", n, [0, 0, 1, 2]), 0)
    h.child_birth[:, 0] = np.where(pick(seed, "child", n, [True, False]), month - 40, ABSENT)
    h.home[:] = np.where(pick(seed, "housed", n, [True, True, True, False]), np.arange(n) % n_homes, NOWHERE)
    for name, values in {
        "stage": range(5),
        "size": range(1, 7),
        "rooms_needed": range(1, 6),
        "trigger": range(12),
        "scope": range(3),
        "touched": range(1 << n_instruments),
        "used": [0, 1],
        "decisive": [0, 2],
        "origin_tenure": [0, 1, 2, 255],
        "origin_income": range(5),
        "origin_area": [-1, 0, 1, 2, 3],
        "stage_month": range(15, 30),
        "registered": [int(NEVER), -40, 3],
        "awake": [int(ABSENT), 3, month],
        "responded": [int(ABSENT), month - 12, month - 11, month],
        "first_response": [int(ABSENT), 3],
        "reserved": [NOWHERE, NOWHERE, NOWHERE, 2],
        "search_month": [int(ABSENT), 4],
    }.items():
        getattr(h, name)[:] = pick(seed, name, n, list(values))
    for name, (low, high) in {
        "income": (0, 90000),
        "rent": (150, 1500),
        "debt": (0, 400000),
        "wealth": (0, 300000),
        "attachment": (0, 1),
        "taste_here": (-0.3, 0.3),
        "fit_here": (0, 1),
    }.items():
        getattr(h, name)[:] = spread(seed, name, n, low, high)
    h.profile[:, 0], h.profile[:, 1] = pick(seed, "first", n, range(10)), pick(seed, "second", n, range(10))
    return h


def scattered_dwellings(seed: int, n: int, n_areas: int = 4) -> Dwellings:
    """Dwellings of every kind, each column drawn on its own."""
    d = empty(Dwellings, n)
    d.id[:] = [hash_ints(seed, 8, k) for k in range(n)]
    for name, values in {
        "area": range(n_areas),
        "kind": range(5),
        "tenure": range(3),
        "rooms": range(1, 9),
        "access": range(3),
        "state": [0, 1, 1, 1, 2],
        "vacancy": [NOWHERE, NOWHERE, 5],
    }.items():
        getattr(d, name)[:] = pick(seed, "d" + name, n, list(values))
    d.floor_area[:], d.woz[:] = spread(seed, "floor", n, 30, 220), spread(seed, "woz", n, 90000, 900000)
    d.rent[:] = spread(seed, "drent", n, 300, 1800)
    return d
