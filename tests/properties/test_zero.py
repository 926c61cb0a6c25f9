"""An instrument that delivers nothing changes nothing: the world is the base world, byte for byte."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import month, run
from sim.approach import scenarios
from sim.counts import invariants, recording
from sim.counts import tables as outputs
from sim.counts.attribution import attribution_table
from sim.counts.by_period import summary_table
from sim.interventions import REGISTRY
from tests.every import by_turns
from tests.worlds import (
    EMPTY_GROUP,
    FOLLOW_UP,
    LIVELY,
    MONTHS,
    RARE,
    TABLES,
    at_work,
    basis,
    burnt_in,
    digest,
    everything,
    let_pass,
    strong,
    tables_of,
)

ROOT = Path(__file__).resolve().parents[2]
NOTHING: dict[str, tuple[dict[str, Any], float]] = {
    "strength": ({}, 0.0),
    "capacity": ({"capacity": 0}, 1.0),
    "budget": ({"eur_budget": 0, "eur_fixed": 1000}, 1.0),
    "empty target group": (EMPTY_GROUP | {"eur_fixed": 1000}, 1.0),
    "starts at the end of the run": ({"from": "2027-01"}, 1.0),
    "starts after the follow-up": ({"from": "2031-01"}, 1.0),
}


READ = (*TABLES, "instruments", "attribution", "drift")  # all tables are made where all instruments are at work


@functools.cache
def bytes_of_basis(name: str) -> str:
    return digest(basis().tables[name])


def assert_is_basis(result: run.Result) -> None:
    base = basis()
    for name in TABLES:
        assert result.tables[name].equals(base.tables[name]), f"{name} differs from basis"
        assert digest(result.tables[name]) == bytes_of_basis(name), f"{name} differs from basis in its bytes"
    assert len(result.tables["instruments"]) == 0
    assert len(result.tables["attribution"]) == 0
    assert (result.tables["drift"]["share_elsewhere"] == 0).all()
    assert len(result.tables["drift"]) == MONTHS + FOLLOW_UP
    assert set(result.reached.values()) <= {0}


@pytest.mark.parametrize(("key", "why"), by_turns(REGISTRY, NOTHING, each=2))
def test_an_instrument_that_delivers_nothing_gives_the_base_world(key, why):
    settings, strength = NOTHING[why]
    assert_is_basis(run.run_scenario(burnt_in(), {key: strong(key) | settings}, strength=strength, base=basis(), tables=READ))


@pytest.mark.parametrize("why", NOTHING)
def test_all_instruments_together_that_deliver_nothing_give_the_base_world(why):
    settings, strength = NOTHING[why]
    chosen = {key: one | settings for key, one in everything().items()}
    assert_is_basis(run.run_scenario(burnt_in(), chosen, strength=strength, base=basis()))


@functools.cache
def with_a_year_before():
    """A small world with a year of burn-in, as rules on change need it, and its base world."""
    burnt = run.burn_in("vlieland", 1, MONTHS, 12, FOLLOW_UP, behaviour=LIVELY)
    return burnt, run.run_scenario(burnt)


@pytest.mark.parametrize("name", scenarios.names())
def test_a_scenario_at_strength_zero_is_the_base_world(name):
    burnt, base = with_a_year_before()
    found = scenarios.load(name)
    result = run.run_scenario(burnt, found.instruments, strength=0.0, base=base, rules=found.rules, tables=READ)
    for table in TABLES:
        assert digest(result.tables[table]) == digest(base.tables[table]), f"{table} differs from basis in its bytes"
    assert len(result.tables["instruments"]) == len(result.tables["attribution"]) == 0
    assert (result.tables["drift"]["share_elsewhere"] == 0).all()


@pytest.mark.parametrize("key", REGISTRY)
def test_an_instrument_beside_one_that_delivers_nothing_does_what_it_does_alone(key):
    idle = next(other for other in reversed(REGISTRY) if other != key)
    alone = run.run_scenario(burnt_in(), {key: strong(key)}, base=basis(), tables=READ)
    beside = run.run_scenario(burnt_in(), {key: strong(key), idle: strong(idle) | {"capacity": 0}}, base=basis(), tables=READ)
    for name in READ:
        assert alone.tables[name].equals(beside.tables[name]), name


@functools.cache
def together() -> run.Result:
    """The world with all instruments at once."""
    return run.run_scenario(burnt_in(), everything(), base=basis())


def test_the_order_of_instruments_means_nothing():
    forth, back = together(), run.run_scenario(burnt_in(), dict(reversed(everything().items())), base=basis())
    for name, frame in forth.tables.items():
        assert digest(frame) == digest(back.tables[name]), name
    assert not forth.tables["moves"].equals(basis().tables["moves"]), "the instruments were meant to change something"


def test_a_debug_run_draws_no_key_twice_and_gives_the_same():
    checked = run.run_scenario(burnt_in(debug=True), everything(), base=basis())
    for name, frame in together().tables.items():
        assert digest(frame) == digest(checked.tables[name]), name


def test_whatever_is_read_while_the_world_runs_changes_nothing():
    quiet = let_pass(at_work(burnt_in(), everything()), MONTHS)
    watched = at_work(burnt_in(), everything())
    w, there, records, start = watched.world, watched.at_work, watched.records, watched.at_start
    for _ in range(MONTHS):
        month.step(watched)
        assert invariants.violations(w, start, there) == []
        recording.keep_homes(w, records, start.home)
        recording.share_elsewhere(w, start.home)
        outputs.moves_table(w, there.keys, MONTHS)
        attribution_table(w, there)
        summary_table(w, records, there, start.year_before, w.month)
        _ = watched.fingerprint
        watched.copy()
    assert quiet.fingerprint == watched.fingerprint
    for name, frame in tables_of(quiet).items():
        assert digest(frame) == digest(tables_of(watched)[name]), name


def test_what_runs_from_a_burnt_in_world_leaves_that_world_alone():
    before = burnt_in().fingerprint
    run.run_scenario(burnt_in(), everything(), base=basis())
    assert burnt_in().fingerprint == before
    again = run.run_scenario(burnt_in())
    for name in TABLES:
        assert digest(again.tables[name]) == digest(basis().tables[name]), name


PROGRAM = """
import hashlib
from sim import run
from tests.worlds import SMALL, digest, everything
burnt = run.burn_in(SMALL[0], 3, 6, 2, 1)
result = run.run_scenario(burnt, everything(), base=run.run_scenario(burnt))
print(hashlib.sha256("".join(digest(frame) for frame in result.tables.values()).encode()).hexdigest())
"""


def test_the_hash_seed_of_python_changes_nothing():
    seen = set()
    for number in ("0", "424242"):
        there = {**os.environ, "PYTHONHASHSEED": number, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, env=there, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        seen.add(done.stdout)
    assert len(seen) == 1


@pytest.mark.parametrize("key", REGISTRY)
def test_until_the_first_decision_that_an_instrument_changes_the_two_worlds_are_one(key):
    burnt, months = (burnt_in(RARE[key], months=24), 24) if key in RARE else (burnt_in(), MONTHS)
    plain, steered = burnt.copy(), at_work(burnt, {key: strong(key) | {"from": "2026-03"}})
    base, touched = plain.world, steered.world
    for _ in range(months):
        month.step(plain)
        month.step(steered)
        homes_built = len(touched.d.id) > len(base.d.id)  # a home that exists only through the instrument
        homes_built |= (touched.d.kind[: len(base.d.id)] != base.d.kind).any()  # or is planned otherwise
        rent_given = (base.h.rent != touched.h.rent).any()  # a mover's rent path: the same move, another state after it
        if homes_built or rent_given or steered.at_work.uses.decisive.any():
            break
        n = int(base.counts[0])
        assert n == touched.counts[0]
        for column in ("home", "stage", "stage_month", "trigger", "reserved"):
            np.testing.assert_array_equal(getattr(base.h, column), getattr(touched.h, column), column)
        for column in ("dwelling", "offered", "state", "taker", "relaxed", "price", "chain"):
            np.testing.assert_array_equal(getattr(base.v, column)[:n], getattr(touched.v, column)[:n], column)
    else:
        pytest.fail(f"{key} decided nothing in {months} months: this shows nothing")
