"""A limit that does not bind changes nothing, to the byte; and no limit gives more than there is without it."""

from __future__ import annotations

import functools
from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from sim import month, run
from sim.interventions import REGISTRY
from sim.interventions.at_work import InService
from sim.interventions.running import Running
from sim.state import Run
from sim.world.codes import HouseholdState
from sim.world.world import World
from tests.worlds import LIVELY, MIXED, at_work, basis, burnt_in, digest, everything, strong

MONTHS, FAR, NO_LIMIT = 14, 1e12, "null is no limit"
DATES = {"from": "2026-01", "until": "2099-12"}  # the start of the run, and long after its end
TABLES = ("moves", "chains", "months", "funnel", "instruments")
RESTLESS = {name: 0.1 for name in ("p_give_up_senior", "p_fade_senior")} | {name: 0.2 for name in ("p_give_up_other", "p_fade_other")}
PART = 0.2  # of a strong dose: so little that there are always households for it
DOSED = sorted(key for key, cls in REGISTRY.items() if cls.card.dosed)
UNLIMITED = {key for key, cls in REGISTRY.items() if "capacity" in cls().unread()}  # refused before a run, for it limits nothing
Settings = dict[str, Any]


def numbers_or_null(key: str) -> dict[str, str]:
    """Settings of an instrument that are a number or null, with what their description says."""
    kinds = {name: set(get_args(field.annotation)) for name, field in REGISTRY[key].model_fields.items()}
    return {
        name: str(REGISTRY[key].model_fields[name].description)
        for name, options in kinds.items()
        if {type(None)} < options <= {type(None), int, float}
    }


def limits(key: str) -> list[str]:
    """Settings that limit an instrument, by what they say of themselves."""
    return [name for name, text in numbers_or_null(key).items() if NO_LIMIT in text]


@pytest.mark.parametrize("key", REGISTRY)
def test_each_number_that_may_be_null_says_whether_null_is_no_limit(key):
    assert {"capacity", "eur_budget"} <= set(limits(key))
    assert all("null" in text for text in numbers_or_null(key).values())


@functools.cache
def start() -> Run:
    """A run in a lively world in which many drop out of the klantreis and take it up again."""
    return run.burn_in(MIXED, 1, MONTHS, 6, 0, behaviour={**LIVELY, **RESTLESS})


def begun(key: str, settings: Settings, strength: float = 1.0) -> Run:
    """The run with one strong instrument, also where its target group is empty; without ghosts."""
    return at_work(start(), {key: strong(key) | {"allow_empty": True} | settings}, strength, ghosts=False)


def promised(one: Running, w: World) -> float:
    """Euro spent, and set aside for households on which it works."""
    rows = np.flatnonzero(((w.h.touched & one.mask) != 0) & (w.h.state == HouseholdState.PRESENT))
    return one.eur_spent + float(one.settings.most_cost_of_a_use(w, rows).sum())


def lived(key: str, settings: Settings, strength: float = 1.0) -> tuple[Run, list[int], dict[str, float]]:
    """A run after MONTHS; households or homes reached by the end of each month; the most that each limit had to allow."""
    lives = begun(key, settings, strength)
    reached, euros, act = [0], [0.0], InService.act

    def watched(one: InService, w: World) -> bool:
        did = act(one, w)
        euros.append(promised(one, w))
        return did

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(InService, "act", watched)
        for _ in range(MONTHS):
            month.step(lives)
            reached.append(lives.at_work.running[0].n_reached)
            euros.append(lives.at_work.running[0].eur_spent)
    return lives, reached, {"capacity": float(np.diff(reached).max()), "eur_budget": max(euros)}


def seen(lived: Run) -> dict[str, Any]:
    """All that a run leaves, in bytes or as numbers."""
    one, tables = lived.at_work.running[0], run.make_tables(lived, MONTHS, [], TABLES)
    return {name: digest(table) for name, table in tables.items()} | {
        "world": lived.fingerprint,
        "reached": one.n_reached,
        "uses": one.n_uses,
        "euro": one.eur_spent,
        "totals": lived.world.totals,
    }


@functools.cache
def free(key: str) -> tuple[dict[str, Any], dict[str, float], bool]:
    """Without limits: all that the run leaves, the most that each limit would have to allow, and whether it may cost anything."""
    one, _, used = lived(key, {})
    return seen(one), used, one.at_work.running[0].settings.may_cost()


@pytest.mark.parametrize("key", REGISTRY)
def test_limits_far_or_just_above_what_is_used_give_the_world_without_limits(key):
    without, used, may_cost = free(key)
    assert may_cost == (used["eur_budget"] > 0), "a budget is refused of what costs nothing"
    assert seen(lived(key, dict.fromkeys(limits(key), FAR))[0]) == without, "limits that bind nobody"
    close = {name: used[name] + 0.25 for name in limits(key) if name in used}  # a fraction, so that there is something to carry over
    assert seen(lived(key, close | DATES)[0]) == without, f"{close} are above all that is used"


@pytest.mark.long
@pytest.mark.parametrize("key", REGISTRY)
def test_each_limit_alone_that_is_far_gives_the_world_without_it(key):
    for name in limits(key):
        assert seen(lived(key, {name: FAR})[0]) == free(key)[0], f"{name} binds nobody"


def beside(key: str, binds: str) -> None:
    """A limit that binds changes something, and does so beside others that do not."""
    without, used, _ = free(key)
    tight = {binds: used[binds] / 3}  # in the fullest month fewer than there were: its whole part and one at most
    alone = seen(lived(key, tight)[0])
    assert (alone != without) == (key not in UNLIMITED), f"{tight} binds"
    assert seen(lived(key, tight | {name: FAR for name in limits(key) if name != binds})[0]) == alone, f"beside {tight}"


def binding(key: str) -> list[str]:
    """Limits of an instrument that can bind; the first by turns, so that each is first for some."""
    found = [name for name in limits(key) if free(key)[1].get(name, 0) > 1.5]
    turn = [*REGISTRY].index(key) % max(1, len(found))
    return found[turn:] + found[:turn]


@pytest.mark.parametrize("key", REGISTRY)
def test_a_limit_that_does_not_bind_changes_nothing_beside_one_that_does(key):
    for binds in binding(key)[:1]:
        beside(key, binds)


@pytest.mark.long
@pytest.mark.parametrize("key", REGISTRY)
def test_no_limit_that_does_not_bind_changes_anything_beside_any_that_does(key):
    for binds in binding(key)[1:]:
        beside(key, binds)


def test_all_instruments_together_with_limits_that_bind_nobody_give_the_tables_and_the_verdicts_without():
    world, base = burnt_in(), basis()
    free = run.run_scenario(world, everything(), base=base)
    far = run.run_scenario(world, {key: one | dict.fromkeys(limits(key), FAR) for key, one in everything().items()}, base=base)
    assert len(free.tables["attribution"]) > 100
    for name, table in free.tables.items():
        assert digest(table) == digest(far.tables[name]), name
    assert free.reached == far.reached


@pytest.mark.parametrize("key", DOSED)
def test_a_capacity_beside_a_dose_gives_the_lower_of_the_two_rates(key):
    alone, without, _ = lived(key, {}, PART)
    above = (without[-1] + 1) / MONTHS / PART  # a month: the dose gives less than this, or there was one more
    unbound = seen(alone)
    for times in (1, 1.3, 40):
        assert seen(lived(key, {"capacity": times * above}, PART)[0]) == unbound, f"{times} times what does not bind"
    for part in (0.35, 0.6, 0.9):
        capacity = part * without[-1] / MONTHS / PART
        reached = np.array(lived(key, {"capacity": capacity}, PART)[1])
        asked = capacity * PART * np.arange(MONTHS + 1)
        assert (reached <= asked + 1e-9).all() and (reached > asked - 1 - 1e-9).all(), f"all of the capacity {capacity}, and no more"
        assert (reached <= without).all()


@pytest.mark.parametrize("key", REGISTRY)
def test_in_a_month_from_one_world_a_limit_never_gives_more(key):
    lives = begun(key, {})
    for _ in range(8):
        one, everybody = acted(lives, {})
        held = promised(lives.at_work.running[0], lives.world)
        for limit in ({"capacity": 0.4}, {"capacity": 1}, {"capacity": 2.5}, {"eur_budget": held + 1}, {"eur_budget": held + 3000}):
            less, served = acted(lives, limit)
            assert served <= everybody, f"{limit}: nobody is served who would not be without it"
            assert less.n_reached <= one.n_reached, f"{limit}: households or homes"
            assert less.eur_spent <= one.eur_spent, f"{limit}: euro"
        month.step(lives)


def acted(lives: Run, limit: Settings) -> tuple[Running, set[int]]:
    """The instrument of a copy of the run after it acted this month under a limit, and the rows of the households that it served."""
    twin, served, touch = lives.copy(), set[int](), Running.touch

    def watched(one: Running, w: World, rows: NDArray) -> NDArray:
        rows = touch(one, w, rows)
        assert (w.h.touched[rows] & one.mask).all(), f"{limit}: who is served loses nothing by it"
        served.update(rows.tolist())
        return rows

    one = twin.at_work.running[0]
    one.settings = one.settings.model_copy(update=limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Running, "touch", watched)
        month.instruments_act(twin)
    return one, served
