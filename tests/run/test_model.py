"""HousingModel as a Mesa model: views on rows, forks, and a life told in sentences."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pytest

from sim import run
from sim.agents import EndedHouseholdError, Family, Household, Senior, Starter
from sim.counts import invariants
from sim.counts.attribution import attribution_table
from sim.interventions import load
from sim.model import HousingModel
from sim.world.codes import HouseholdClass, Stage
from sim.world.errors import Refusal
from tests.worlds import LIVELY, MIXED, digest, strong

SMALL_RUN: dict[str, Any] = {"months": 8, "burn_in": 3, "follow_up": 2, "behaviour": LIVELY}


@pytest.fixture(scope="module")
def model():
    return HousingModel(MIXED, seed=1, **SMALL_RUN).run(6)


def test_it_is_a_mesa_model_that_steps_by_the_month():
    one = HousingModel("vlieland", seed=1, months=4, burn_in=2)
    assert isinstance(one, mesa.Model) and one.world.month == 0
    one.step()
    assert one.world.month == 1
    one.run(2)
    assert one.world.month == 3


def test_a_run_without_a_number_goes_up_to_the_horizon_and_no_month_passes_beyond_the_follow_up():
    one = HousingModel("vlieland", seed=1, months=3, burn_in=0, follow_up=1).run(1)
    twin = one.fork()
    assert one.run().world.month == twin.run().world.month == one.run().world.month == 3
    one.step()
    with pytest.raises(Refusal, match=r"month 4: .*months=3, follow_up=1.*give more months or follow_up"):
        one.step()


def test_without_a_seed_there_is_no_run():
    with pytest.raises(Refusal, match="needs a seed"):
        HousingModel("vlieland")


def test_an_unknown_scenario_gets_the_nearest_name():
    with pytest.raises(Refusal, match=r"there is no scenario 'voorang'; did you mean voorrang\?"):
        HousingModel("vlieland", scenario="voorang", seed=1, months=2, burn_in=1)


def test_it_gives_what_the_runner_gives():
    chosen = {"voorrang": strong("voorrang")}
    one = HousingModel(MIXED, seed=1, interventions=chosen, **SMALL_RUN).run(8, follow_up=2)
    result = run.run_scenario(run.burn_in(MIXED, 1, 8, 3, 2, behaviour=LIVELY), chosen)
    assert digest(one.moves) == digest(result.tables["moves"])
    assert digest(one.chains) == digest(result.tables["chains"])


def test_interventions_may_be_objects_or_settings():
    settings = strong("voorrang")
    a, b = (
        HousingModel(MIXED, seed=1, interventions={"voorrang": one}, **SMALL_RUN).run(3)
        for one in (
            settings,
            load("voorrang", settings),
        )
    )
    assert digest(a.moves) == digest(b.moves)
    with pytest.raises(Refusal, match="did you mean voorrang"):
        HousingModel("vlieland", seed=1, months=2, burn_in=1, interventions={"voorang": {}})


def test_agents_are_the_households_that_are_there_by_class(model):
    agents = model.agents
    w = model.world
    assert len(agents) == int((w.h.state == 1).sum())
    by_type = model.agents_by_type
    assert set(by_type) == {Senior, Family, Starter, Household}
    assert sum(len(some) for some in by_type.values()) == len(agents)
    assert all(agent.age >= 55 and agent.home is not None for agent in by_type[Senior])
    assert all(agent.home is None for agent in by_type[Starter])
    assert len({agent.unique_id for agent in agents}) == len(agents)


def test_select_do_and_get_work_on_the_agents(model):
    old = model.agents.select(lambda agent: agent.age >= 80)
    assert 0 < len(old) < len(model.agents)
    assert min(old.get("age")) >= 80
    assert len(model.agents.select(agent_type=Starter)) == len(model.agents_by_type[Starter])
    for do in (model.agents.do, model.agents.shuffle_do):
        with pytest.raises(Refusal, match=r"^step\(\) of a household is not possible: .+; model.step\(\) lets a month pass"):
            do("step")


def test_a_view_reads_and_writes_its_row():
    one = HousingModel("vlieland", seed=1, months=4, burn_in=2)
    agent = next(iter(one.agents.select(lambda agent: agent.home is not None)))
    h, i = one.world.h, agent.row
    assert agent.income == float(h.income[i]) and agent.size == h.size[i] and agent.home == h.home[i]
    agent.income = 12345.0
    agent.stage = Stage.WOONWENS
    assert h.income[i] == 12345 and h.stage[i] == Stage.WOONWENS and h.stage_month[i] == one.world.month
    assert agent.household_class in set(HouseholdClass)
    assert 0 <= agent.fit <= 1


def test_a_view_of_a_household_that_has_ended_says_so(model):
    gone = np.flatnonzero(model.world.h.state == 2)
    agent = Household(model, int(gone[0]))
    with pytest.raises(EndedHouseholdError, match="is not present in month 6"):
        _ = agent.income
    with pytest.raises(EndedHouseholdError):
        agent.income = 1.0


def test_a_story_tells_every_move(model):
    k = int(model.world.counts[1])
    mover = next(int(i) for i in model.world.m.household[:k] if model.world.h.state[i] == 1 and model.world.h.home[i] >= 0)
    story = model.household(mover).story()
    n = int((model.world.m.household[:k] == mover).sum())
    assert story.count("it moved from") == n >= 1
    assert "It lives in" in story
    homeless = int(np.flatnonzero((model.world.h.state == 1) & (model.world.h.home < 0))[0])
    assert "no home of its own now" in model.household(homeless).story()


def test_a_fork_is_a_world_of_its_own(model):
    before = model.state.fingerprint
    twin = model.fork()
    assert twin.state.fingerprint == before and digest(twin.moves) == digest(model.moves)
    twin.run(2)
    assert model.state.fingerprint == before and model.world.month == 6 and twin.world.month == 8
    same = model.fork().run(2)
    assert digest(same.moves) == digest(twin.moves)


def test_a_fork_without_instruments_goes_on_as_the_model_would():
    one = HousingModel(MIXED, seed=1, **SMALL_RUN).run(3)
    twin = one.fork().run(4)
    one.run(4)
    assert digest(one.moves) == digest(twin.moves) and one.state.fingerprint == twin.state.fingerprint


def test_a_fork_stops_what_was_at_work_and_keeps_the_names_in_the_ledger():
    before = {"voorrang": strong("voorrang"), "wooncoach_sociaal": strong("wooncoach_sociaal")}
    one = HousingModel(MIXED, seed=1, interventions=before, **SMALL_RUN).run(6)
    path = {name: value for name, value in strong("huurgewenning").items() if name != "rel_labelled"}  # of a label that it has not
    after = {"huurgewenning": path, "wooncoach_sociaal": {"fte": 0.1}}
    twin = one.fork(after)
    assert not twin.world.h.touched.any() and not twin.world.d.labels.any()
    coached = [model.moves["instruments"].astype(str).str.contains("wooncoach").tolist() for model in (one, twin)]
    assert coached[0] == coached[1] and any(coached[0])
    assert not twin.moves["instruments"].astype(str).str.contains("voorrang|huurgewenning").any()
    coach = attribution_table(one.world, one.state.at_work).query("instrument == 'wooncoach_sociaal'")
    again = attribution_table(twin.world, twin.state.at_work)
    assert set(again["instrument"]) == {"wooncoach_sociaal", "alle"}
    assert sorted(again.query("instrument != 'alle'")["household_id"]) == sorted(coach["household_id"])
    forgotten = again["decisive"] & (again["month_moved"] >= 0)
    assert forgotten.any() and (again["verdict"][forgotten] == "onbekend").all(), "their ghosts are watched no longer"
    twin.run(2)
    assert invariants.violations(twin.world, twin.state.at_start, twin.state.at_work) == []
    assert not twin.fork().state.at_work.keys


def test_the_same_seed_is_the_same_people_in_every_scenario():
    runs = [HousingModel(MIXED, scenario=name, seed=4, months=4, burn_in=2).state for name in ("basis", "voorrang")]
    np.testing.assert_array_equal(runs[0].world.h.id, runs[1].world.h.id)
    for a, b in zip(runs[0].events, runs[1].events, strict=True):
        np.testing.assert_array_equal(a, b)
