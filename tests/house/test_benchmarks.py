"""The benchmark compares like with like: the plain Mesa model makes the engine's own moves, and does no more than it."""

from __future__ import annotations

import time
from random import Random

import numpy as np
import pytest

from benchmarks import __main__ as cli
from benchmarks import full_plan
from benchmarks.plain_mesa.chance import Keyed, Sampled, Stream
from benchmarks.side_by_side import NotTheSameError, check_same, homes_of, ledger_of, plain_model
from benchmarks.simplified import BEHAVIOUR, settled
from sim import month
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.parameters import REGISTRY, resolve
from sim.world.chance import Draws, Purpose, bits_array, uniform
from tests.worlds import at_work, burnt_in

MONTHS = 18
MOST_PLAN = 6  # months of basis that a month of all instruments at once may take


@pytest.fixture(scope="module")
def start():
    """A small run under the simplified rules; go on from copies only."""
    return settled("terschelling", 1, MONTHS)


@pytest.fixture(scope="module")
def after(start):
    """World of the engine and keyed plain model, MONTHS later."""
    engine, plain = start.copy(), plain_model(start, "keyed")
    for _ in range(MONTHS):
        month.step(engine)
        plain.step()
    return engine.world, plain


def test_the_keyed_plain_model_makes_every_move_of_the_engine(after) -> None:
    engine, plain = after
    assert len(ledger_of(engine)) > 100
    assert len({link for *_, link in ledger_of(engine)}) > 2  # chains, not single moves
    check_same(engine, plain)


def test_every_household_is_the_same_household_in_both(after) -> None:
    engine, plain = after
    h = engine.h
    seen = {int(h.id[i]): i for i in (h.state == 1).nonzero()[0]}
    assert seen.keys() == {a.id for a in plain.agents}
    for a in plain.agents:
        i = seen[a.id]
        assert (a.stage, a.size, a.rooms_needed) == (h.stage[i], h.size[i], h.rooms_needed[i])
        assert (a.income, a.wealth, a.rent, a.debt) == pytest.approx((h.income[i], h.wealth[i], h.rent[i], h.debt[i]), rel=1e-3, abs=1)


def test_a_single_move_more_is_noticed(after) -> None:
    engine, plain = after
    plain.moves.append(plain.moves[-1])
    with pytest.raises(NotTheSameError, match=rf"month {plain.moves[-1].month}: \d+ moves in the engine, \d+ in plain Mesa"):
        check_same(engine, plain)
    plain.moves.pop()


def test_a_household_in_another_home_is_noticed(after) -> None:
    engine, plain = after
    agent = next(a for a in plain.agents if a.home)
    home, agent.home = agent.home, None
    with pytest.raises(NotTheSameError, match="1 households live elsewhere"):
        check_same(engine, plain)
    agent.home = home


@pytest.mark.parametrize("form", ["stream", "sampled"])
def test_with_its_own_stream_it_houses_each_home_once_and_leaves_the_events_alone(start, form: str) -> None:
    engine, plain = start.copy(), plain_model(start, form)
    for _ in range(MONTHS):
        month.step(engine)
        plain.step()
    homes = [a.home.id for a in plain.agents if a.home]
    assert len(homes) == len(set(homes))
    assert not {v.home.id for v in plain.vacancies} & set(homes)
    assert ledger_of(engine.world) != sorted((x.month, x.household, x.left, x.to, x.link) for x in plain.moves)
    shared = homes_of(engine.world).keys() & {a.id for a in plain.agents}
    assert len(shared) > 0.98 * len(plain.agents)  # the same event list; only arrivals that gave up may differ


def test_the_keyed_form_draws_the_engine_s_own_numbers() -> None:
    keyed, draws = Keyed(7), Draws(7)
    keys, ids, homes = keyed.keys(5), np.array([0xFEDCBA9876543210, 3], np.uint64), np.array([9, 0x8123456789ABCDEF], np.uint64)
    for name, purpose, at in (("wish", Purpose.WISH, 5), ("taste", Purpose.TASTE, 0), ("lottery", Purpose.LOTTERY, 5)):
        base, key = draws.base(purpose, at), getattr(keys, name)
        assert [keyed.bits(key, int(a), int(b)) for a, b in zip(ids, homes, strict=True)] == bits_array(base, ids, homes).tolist()
        draws = Draws(7)
        assert [keyed.unit(key, int(a)) for a in ids] == uniform(draws.base(purpose, at), ids).tolist()


def test_sampling_shows_as_many_homes_on_average_as_asking_for_each() -> None:
    homes = list(range(400))
    counts = {
        form: [len(form(Random(k)).seen(0, None, homes, 0.0513)) for k in range(2000)]  # type: ignore[arg-type]
        for form in (Stream, Sampled)
    }
    for some in counts.values():
        assert np.mean(some) == pytest.approx(0.0513 * 400, abs=4 * np.std(some) / np.sqrt(2000) + 1e-9)


def test_rules_are_switched_off_by_parameters_within_their_ranges_and_nothing_else(start) -> None:
    assert all(REGISTRY[name].low <= value <= REGISTRY[name].high for name, value in BEHAVIOUR.items())
    assert start.at_work.running == ()
    default = resolve()
    changed = {name for name in REGISTRY if getattr(start.world.params, name) != getattr(default, name)}
    assert changed == {name for name, value in BEHAVIOUR.items() if value != REGISTRY[name].default}


def test_quick_leaves_out_what_takes_minutes_and_the_country_is_asked_for() -> None:
    places = {
        (quick, country): {row[0] for table in cli.chosen(quick, country) for row in table}
        for quick in (False, True)
        for country in (False, True)
    }
    assert places[False, True] - places[False, False] == {"nederland"}
    assert "gelderland" in places[False, False]
    assert not places[True, True] & {"gelderland", "nederland"}


def test_ratio_and_cost_follow_from_the_seconds_measured() -> None:
    r = {"households": 1000, "months": 10, "engine": 0.01, "keyed": 1.2, "stream": 0.5, "sampled": 0.4}
    assert cli.side_line("x", r).split()[2:] == ["1.000", "120.000", "50.000", "40.000", "120.0", "50.0", "40.0"]
    f = {"households": 2000, "months": 24, "build": 3.0, "seconds": 0.48, "built_gb": 1.0, "peak_gb": 1.5, "columns_gb": 0.2}
    # 0.02 s a month: 50 months a second, 2.4 s for 120, 10 microseconds per household
    assert cli.full_line("x", f).split()[2:] == ["3.0", "50.00", "2.4", "10000", "1.00", "1.50", "0.20"]
    p = {"instruments": 41, "months": 10, "basis": 0.1, "plan": 0.4}
    assert cli.plan_line("x", p).split() == ["x", "41", "10", "10.0", "40.0", "4.0"]


def test_a_full_plan_is_every_instrument_of_the_registry_but_a_users_own() -> None:
    measured = full_plan.measure("vlieland", 2, 1)
    assert measured["instruments"] == len(INSTRUMENTS) - 1 and 0 < measured["basis"] < measured["plan"]


def test_a_row_that_fails_is_named(capfd) -> None:
    with pytest.raises(SystemExit, match="benchmark full atlantis failed"):
        cli.in_process("full", "atlantis", 0, 1)
    assert "atlantis" in capfd.readouterr().err


def test_a_full_plan_costs_a_few_times_a_month_of_basis() -> None:
    start = burnt_in("veldhoven", months=24)
    runs = {"basis": at_work(start, {}), "all": at_work(start, {key: {"allow_empty": True} for key in INSTRUMENTS})}
    seconds = dict.fromkeys(runs, np.inf)
    for _ in range(6):  # in turn, so that a busy moment meets both; the shortest month is the one that nobody disturbed
        for name, one in runs.items():
            began = time.process_time()
            month.step(one)
            seconds[name] = min(seconds[name], time.process_time() - began)
    assert seconds["all"] < MOST_PLAN * seconds["basis"]
