"""What Mesa's own tools do with a HousingModel: they drive it to its end, and what it cannot do it refuses in one sentence."""

from __future__ import annotations

import pickle
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.agent import AgentSet
from mesa.batchrunner import batch_run

from sim import run
from sim.agents import EndedHouseholdError, Household, Present
from sim.counts import tables
from sim.counts.schema import MONTHS
from sim.model import Collector, HousingModel
from sim.world.codes import HouseholdState, Stage
from sim.world.errors import Refusal
from tests.worlds import MIXED, strong

SHORT: dict[str, Any] = {"municipality": "schiermonnikoog", "months": 3, "burn_in": 2, "follow_up": 1}


class Aged(HousingModel):
    """A model of a user's own."""

    def __init__(self, *given: Any, mine: int = 3, **more: Any) -> None:
        super().__init__(*given, **more)
        self.mine, self.itself, self.first = [mine], self, next(iter(self.agents))
        self.datacollector = Collector(agent_reporters={"age": "age", "here": lambda agent: agent.row})


@pytest.fixture(scope="module")
def model():
    return HousingModel(seed=1, **SHORT)


@pytest.fixture(scope="module")
def ended():
    one = Aged(seed=1, **SHORT)
    one.run_model()
    return one


def months_of(one: HousingModel) -> pd.DataFrame:
    return tables.months_table(one.state.records.months, one.state.at_work.applications, one.world.setting.months)


def test_run_model_ends_at_the_horizon_and_the_follow_up_can_be_stepped_through(ended):
    one = ended.fork()
    assert (one.steps, one.running, one.world.month) == (3, False, 3)
    one.step()
    assert (one.steps, one.running) == (4, False)
    with pytest.raises(Refusal, match=r"month 4: .*give more months or follow_up"):
        one.step()
    with pytest.raises(Refusal, match=r"months=0, follow_up=2 would go to month 6, and this model ends at 4"):
        one.run(follow_up=2)
    assert one.world.month == 4, "refused before a month passes"


def test_the_collector_has_the_table_of_months_column_by_column():
    asks = {"pre_mantelzorgwoning": strong("pre_mantelzorgwoning")}
    one = HousingModel(MIXED, seed=1, months=14, burn_in=12, follow_up=2, interventions=asks).run(14, follow_up=2)
    found, table = one.datacollector.get_model_vars_dataframe(), months_of(one)
    assert list(found) == [column.name for column in MONTHS.columns] and {*table} == {*found}
    pd.testing.assert_frame_equal(found[list(table)], table.astype({"phase": found["phase"].dtype}))
    assert table["split_applications"].any() and set(table["phase"]) == {"run", "follow_up"}, "or the test sees nothing"


@pytest.mark.parametrize("processes", [1, 2])
def test_batch_run_gives_each_run_its_months(processes):
    given = {**SHORT, "seed": [1, 2], "p_sight": [0.1, 0.5]}
    rows = batch_run(HousingModel, given, number_processes=processes, data_collection_period=1, display_progress=False)
    found = pd.DataFrame(rows)
    assert len(found) == 2 * 2 * 3
    one = HousingModel(seed=2, p_sight=0.5, **SHORT).run()
    mine = found[(found["seed"] == 2) & (found["p_sight"] == 0.5)].sort_values("Step")
    expected = months_of(one)
    pd.testing.assert_frame_equal(mine[list(expected)].reset_index(drop=True), expected.astype({"phase": mine["phase"].dtype}))
    assert found.groupby(["seed", "p_sight"])["moves"].sum().nunique() > 1, "the parameters reach the world"


def test_batch_run_as_mesa_3_5_does_it_sees_rng_and_no_seed():
    import inspect

    seen = inspect.signature(HousingModel).parameters
    assert "rng" in seen and "seed" not in seen, "it would put None in the place of every seed"
    one = HousingModel(**SHORT, seed=2, rng=None)
    assert one.state.fingerprint == HousingModel(**SHORT, rng=2).state.fingerprint


def test_agents_that_are_reported_are_those_of_the_month_of_their_row(ended):
    rows = pd.DataFrame(batch_run(Aged, {**SHORT, "seed": 1}, data_collection_period=1, display_progress=False))
    reported = rows.groupby("month").size()
    assert reported.tolist() == rows.groupby("month")["households"].first().tolist()
    last = rows[rows["month"] == 2]
    assert dict(zip(last["AgentID"], last["age"], strict=True)) == {agent.unique_id: agent.age for agent in ended.agents}


def test_an_attribute_that_agents_do_not_have_is_no_column_of_nothing():
    one = HousingModel(seed=1, **SHORT)
    one.datacollector = Collector(agent_reporters={"agee": "agee"})
    with pytest.raises(AttributeError, match="agee"):
        one.step()


def test_before_the_first_month_there_is_none_to_collect():
    one = HousingModel(seed=1, **SHORT)
    for ask in (lambda: one.last_month, lambda: one.datacollector.collect(one)):
        with pytest.raises(Refusal, match=r"^no month has passed yet, so there is none to collect: .*step\(\)"):
            ask()
    assert len(one.moves) == 0
    one.step()
    assert one.last_month["month"] == 0 and len(one.datacollector.get_model_vars_dataframe()) == 1


def test_the_scenario_that_mesa_sets_at_the_start_is_left_out():
    one = object.__new__(HousingModel)
    one.scenario = object()  # as mesa.Model does in its __init__, from 3.5 on
    assert one.scenario is None


def test_a_household_keeps_its_view_while_it_is_there():
    one = HousingModel(MIXED, seed=1, months=30, burn_in=0, follow_up=0)
    before = list(one.agents)
    classes_before = {agent: type(agent) for agent in before}
    one.run(24)
    after = {agent.row: agent for agent in one.agents}
    there = {agent.row for agent in before if one.world.h.state[agent.row] == HouseholdState.PRESENT}
    assert 0 < len(there) < len(before) and len(after) > len(there)
    for agent in before:
        assert (agent in one.agents) == (agent.row in there)
        if agent.row in there:
            assert after[agent.row] is agent is one.household(agent.row)
        else:
            with pytest.raises(EndedHouseholdError, match=r"household \d+ is not present in month 24"):
                agent.story()
    assert any(type(agent) is not cls for agent, cls in classes_before.items()), "whoever changes class keeps the view, in its new class"
    assert all(type(agent) is cls for cls, some in one.agents_by_type.items() for agent in some)
    assert all(agent.household_class.key == type(agent).__name__.lower() for agent in one.agents)


def test_views_are_equal_by_model_and_household(model):
    agent = next(iter(model.agents))
    again, elsewhere = Household(model, agent.row), model.fork().household(agent.row)
    assert agent == again and hash(agent) == hash(again) and {agent: 1}[again] == 1
    assert agent != elsewhere and elsewhere.unique_id == agent.unique_id and agent != agent.unique_id
    assert agent in model.agents and elsewhere not in model.agents


def test_a_fork_keeps_what_its_class_added_as_copies(ended):
    twin = ended.fork()
    assert type(twin) is Aged and twin.mine == [3] and twin.mine is not ended.mine
    assert twin.itself is twin, "what pointed at the model points at the fork"
    assert twin.first == twin.household(ended.first.row) and twin.first.model is twin
    assert twin.steps == ended.steps == 3 and vars(twin).keys() == vars(ended).keys()
    twin.step()
    frames = [one.datacollector.get_model_vars_dataframe() for one in (ended, twin)]
    assert len(frames[1]) == len(frames[0]) + 1 == 4
    pd.testing.assert_frame_equal(frames[0], frames[1].iloc[:3])


def test_a_model_can_be_pickled_under_way(model):
    again = pickle.loads(pickle.dumps(model.fork()))
    assert again.run().state.fingerprint == model.fork().run().state.fingerprint
    assert len(again.agents) == len(list(again.agents)) and next(iter(again.agents)).model is again


def public(*classes: type) -> set[str]:
    return {name for cls in classes for name in dir(cls) if not name.startswith("_")}


# What Mesa offers, by class: what is refused, and what a truthful answer is. A name of Mesa that is in neither fails.
AGENT_REFUSES = {
    "remove": lambda a: a.remove(),
    "step": lambda a: a.step(),
    "advance": lambda a: a.advance(),
    "create_agents": lambda a: a.create_agents(a.model, 2),
    "from_dataframe": lambda a: a.from_dataframe(a.model, pd.DataFrame()),
}
AGENT_DOES = {
    "random": lambda a: a.random is a.model.random,
    "rng": lambda a: a.rng is a.model.rng,
    "scenario": lambda a: a.model.scenario is None,
}
SET_REFUSES = {
    "add": lambda s: s.add(s[0]),
    "discard": lambda s: s.discard(s[0]),
    "remove": lambda s: s.remove(s[0]),
    "pop": lambda s: s.pop(),
    "clear": lambda s: s.clear(),
    "select": lambda s: s.select(lambda a: True, inplace=True),
    "shuffle": lambda s: s.shuffle(inplace=True),
    "sort": lambda s: s.sort("age", inplace=True),
    "|=": lambda s: s.__ior__(AgentSet([s[0]])),
    "-=": lambda s: s.__isub__(AgentSet([s[0]])),
    "&=": lambda s: s.__iand__(AgentSet([s[0]])),
    "^=": lambda s: s.__ixor__(AgentSet([s[0]])),
    "set": lambda s: s.set("income", "much"),
}
SET_DOES = {
    "agg": lambda s: s.agg("size", sum) == sum(a.size for a in s),
    "do": lambda s: s.do("story") is s,
    "get": lambda s: s.get("age") == [a.age for a in s],
    "map": lambda s: s.map(lambda a: a.row) == [a.row for a in s],
    "groupby": lambda s: sum(len(some) for _, some in s.groupby("size")) == len(s),
    "shuffle_do": lambda s: s.shuffle_do(lambda a: a.age) is s,
    "count": lambda s: s.count(s[0]) == 1,
    "index": lambda s: s.index(s[1]) == 1,
    "isdisjoint": lambda s: not s.isdisjoint([s[0]]),
    "to_list": lambda s: next(iter(s)) == s[0],
    "random": lambda s: s.random is s[0].model.random,
    "select": lambda s: type(s.select()) is type(s.select(at_most=3)) is AgentSet and len(s.select(at_most=3)) == 3,
    "shuffle": lambda s: type(s.shuffle()) is AgentSet and set(s.shuffle()) == set(s),
    "sort": lambda s: type(s.sort("age")) is AgentSet,
    "&": lambda s: type(s & [s[0]]) is AgentSet and len(s & [s[0]]) == 1,
}
MODEL_REFUSES = {
    "register_agent": lambda m: m.register_agent(next(iter(m.agents))),
    "deregister_agent": lambda m: m.deregister_agent(next(iter(m.agents))),
    "remove_all_agents": lambda m: m.remove_all_agents(),
    "reset_randomizer": lambda m: m.reset_randomizer(7),
    "reset_rng": lambda m: m.reset_rng(7),
    "agents": lambda m: setattr(m, "agents", []),
    "scenario": lambda m: setattr(m, "scenario", "voorrang"),
}
STEPS_ON = ("run_for", "run_until", "schedule_event", "schedule_recurring", "time")  # of Mesa 3.5: they call step
MODEL_DOES = {
    "agents": lambda m: type(m.agents) is Present and m.agents is m.agents,
    "agents_by_type": lambda m: sum(len(some) for some in m.agents_by_type.values()) == len(m.agents),
    "agent_types": lambda m: set(m.agent_types) == set(m.agents_by_type),
    "scenario": lambda m: m.scenario is None,
    "run_model": lambda m: m.fork().run_model() is None,
    "step": lambda m: m.fork().step() is None,
    **dict.fromkeys(STEPS_ON, lambda m: True),
}
OFFERED = {
    "agent": (mesa.Agent, AGENT_REFUSES, AGENT_DOES),
    "set": (AgentSet, SET_REFUSES, SET_DOES),
    "model": (mesa.Model, MODEL_REFUSES, MODEL_DOES),
}


@pytest.mark.parametrize("what", OFFERED)
def test_all_that_mesa_offers_works_or_is_refused_in_one_sentence(what, model):
    cls, refuses, does = OFFERED[what]
    assert public(cls) <= refuses.keys() | does.keys(), "say what becomes of it"
    thing = {"agent": next(iter(model.agents)), "set": model.agents, "model": model}[what]
    before, there = model.state.fingerprint, list(model.agents)
    for name, call in refuses.items():
        with pytest.raises(Refusal, match=r"^.+ is not possible: .+; .+|^income='much': .+") as refused:
            call(thing)
        assert "\n" not in str(refused.value), name
    for name, call in does.items():
        assert call(thing), name
    assert model.state.fingerprint == before and list(model.agents) == there, "nothing happened to the world"


def test_a_view_can_be_given_what_the_world_keeps_and_nothing_else(model):
    agent = next(iter(model.fork().agents))
    settable = {name for name in public(Household) if isinstance(getattr(Household, name), property) and getattr(Household, name).fset}
    assert settable == {"stage", "income"}
    for name in public(Household) - settable | {"pos", "row", "unique_id", "model", "mine", "cell"}:
        with pytest.raises(AttributeError, match=f"^{name} cannot be set: a view holds nothing of its own; stage and income can be set$"):
            setattr(agent, name, 1)
    for name, values in {
        "income": (-1, float("nan"), float("inf"), True, "x", None),
        "stage": (77, -1, "x", None, True, 1.0, np.True_),
    }.items():
        for value in values:
            with pytest.raises(Refusal, match=f"^{name}="):
                setattr(agent, name, value)
    agent.income, agent.stage = 23000, Stage.WOONWENS
    assert (agent.income, agent.stage) == (23000, Stage.WOONWENS)


def test_parameters_of_behaviour_are_plain_arguments(monkeypatch):
    seen = {}

    def burn_in(*given: Any, **more: Any) -> Any:
        seen.update(given[6])
        raise KeyError("seen")

    monkeypatch.setattr(run, "burn_in", burn_in)
    with pytest.raises(KeyError):
        HousingModel(seed=1, p_sight=0.1, behaviour={"p_look": 0.2}, **SHORT)
    assert seen == {"p_sight": 0.1, "p_look": 0.2}
    for more, words in (
        ({"p_sigth": 0.1}, "HousingModel has no argument p_sigth; did you mean p_sight"),
        ({"month": 3}, "HousingModel has no argument month; did you mean months"),
        ({"p_sight": 0.1, "behaviour": {"p_sight": 0.1}}, "p_sight=0.1 is given twice"),
        ({"rng": 2}, "seed=1 and rng=2 are two names of one number"),
    ):
        with pytest.raises(Refusal, match=words):
            HousingModel(**{"seed": 1, **SHORT, **more})
