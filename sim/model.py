"""HousingModel: the world as a ``mesa.Model``. Its ``step()`` calls ``month.step``; its agents are views on rows."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from mesa import DataCollector, Model

from sim import month, parameters, run
from sim.agents import VIEW_OF, Household, Present, Views, not_ours
from sim.approach import beforehand, done_already, rules, scenarios
from sim.counts import tables
from sim.counts.schema import MONTHS, TEXT
from sim.interventions import Instrument, load
from sim.world import arguments, figures, places
from sim.world.codes import HouseholdClass
from sim.world.errors import Refusal, hint, shown
from sim.world.names import BASIS

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    import pandas as pd
    from mesa.agent import AgentSet

    from sim.approach.rules import Rule
    from sim.state import Run


def loaded(chosen: Mapping[str, Any], start: str) -> dict[str, Instrument]:
    """Instruments by key, those that are given as settings checked and made; raises Refusal."""
    return {key: one if isinstance(one, Instrument) else load(key, one, start) for key, one in chosen.items()}


def checked(held: Mapping[str, Any], given: Mapping[str, Any], steps: Sequence[Rule], term: beforehand.Term) -> dict[str, Instrument]:
    """The instruments that a scenario holds and those that are given beside it, by key, made.

    Raises:
        Refusal: something of it cannot be or would do nothing, or is given as what a place does already.
    """
    beforehand.refuse_already(given)
    done_already.refuse_there(given, "interventions")
    chosen = loaded({**held, **given}, term.start)
    beforehand.check(chosen, steps, term)
    return chosen


def one_seed(seed: Any, rng: Any) -> Any:
    """The seed, under either name. Raises Refusal where there is none, or two that differ."""
    if seed is None and rng is None:
        raise Refusal("HousingModel needs a seed (an integer), so that the run can be repeated: HousingModel(..., seed=1)")
    if seed is not None and rng is not None and seed != rng:
        raise Refusal(f"seed={shown(seed)} and rng={shown(rng)} are two names of one number; give one of them")
    return arguments.check(arguments.Rng, {"rng": rng}).rng if seed is None else seed


def with_named(behaviour: Mapping[str, float], more: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of behaviour, those given by name too. Raises Refusal for what is no name, no number, or given twice."""
    for name, value in more.items():
        if name not in parameters.REGISTRY:
            known = [*inspect.signature(HousingModel.__init__).parameters, *parameters.REGISTRY]
            raise Refusal(f"HousingModel has no argument {name}{hint(name, known)} (parameters: experiments.list what=parameters)")
        if name in behaviour:
            raise Refusal(f"{name}={shown(value)} is given twice: it stands in behaviour too")
    return {**behaviour, **more}


class Collector(DataCollector):
    """Mesa's collector, whose model reporters are the columns of the table ``months``; collected at the end of every month.

    Args:
        agent_reporters: of ``mesa.DataCollector``: name to attribute or function of an agent. They make an agent of each household.
        more: further model reporters, name to function of the model.
    """

    def __init__(self, agent_reporters: Mapping[str, Any] | None = None, more: Mapping[str, Any] | None = None) -> None:
        columns = {column.name: partial(in_month, column=column.name) for column in MONTHS.columns}
        picked = {name: attrgetter(one) if isinstance(one, str) else one for name, one in (agent_reporters or {}).items()}
        super().__init__({**columns, **(more or {})}, picked or None)

    def collect(self, model: HousingModel) -> None:
        """Collect the month that has just passed."""
        super().collect(model)
        if self.agent_reporters and not hasattr(self, "_collection_steps"):  # batch_run of Mesa below 3.4 looks for the step before
            self._agent_records[model.steps - 1] = self._agent_records.pop(model.steps)


def in_month(model: HousingModel, column: str) -> Any:
    """What the table ``months`` says of the last month that passed."""
    return model.last_month[column]


class HousingModel(Model):
    """One municipality's housing chains.

    ``running`` is False from the horizon on; ``step`` goes on up to the end of the follow-up. ``datacollector`` is a ``Collector``: put
    one of your own in its place to report on agents, too.

    Args:
        municipality: slug, CBS code or region (``experiments.list what=municipalities``).
        scenario: name of a file in ``configs/scenario``, or of an instrument, which is then alone; on top of what the place does
            already (``sim.approach.done_already``), except in ``zonder_beleid``.
        seed: an integer; the same seed is the same people in every scenario.
        months, burn_in: horizon in months; the burn-in is run here, at once.
        follow_up: months after the horizon for which people and homes are planned: ``run`` and ``step`` may go so far.
        start: month 0, YYYY-MM.
        interventions: mapping of instrument key to settings (or instrument), on top of the scenario.
        behaviour: mapping of parameter to value (``experiments.list what=parameters``).
        debug: refuse a key drawn twice.
        rng: the seed, under the name that Mesa's tools give it.
        place_dir: folder with places of one's own (docs/howto-municipality.md).
        more: parameters of behaviour by name, as ``p_sight=0.1``.

    Raises:
        Refusal: there is no seed, or a name, number or setting that cannot be.
    """

    running: bool

    def __init__(
        self,
        municipality: str = "zwolle",
        scenario: str = BASIS,
        seed: int | None = None,
        months: int = 120,
        burn_in: int = 36,
        follow_up: int = 36,
        start: str = "2026-01",
        interventions: Mapping[str, Any] | None = None,
        behaviour: Mapping[str, float] | None = None,
        debug: bool = False,
        *,
        rng: int | None = None,
        place_dir: str | Path | None = None,
        **more: float,
    ) -> None:
        figures.use(place_dir)
        given = arguments.check(
            arguments.OneModel,
            {
                "municipality": municipality,
                "scenario": scenario,
                "seed": one_seed(seed, rng),
                "months": months,
                "burn_in": burn_in,
                "follow_up": follow_up,
                "start": start,
                "interventions": {} if interventions is None else interventions,
                "behaviour": {} if behaviour is None else behaviour,
                "debug": debug,
            },
        )
        all_of_it = with_named(given.behaviour, more)
        super().__init__(rng=given.seed)  # Mesa's own streams only shuffle agents: every draw of the world is keyed
        place, found = places.resolve(given.municipality), scenarios.load(given.scenario)
        beforehand.refuse_already({**rules.added(found.rules), **found.instruments})
        on_top = done_already.with_current(scenario, found.instruments, found.stops, place.key, start)
        chosen = checked(on_top, given.interventions, found.rules, beforehand.Term(place, start, given.months, given.burn_in))
        time = given.months, given.burn_in, given.follow_up, start
        self._equip(run.burn_in(place.key, given.seed, *time, all_of_it, debug, place_dir=place_dir), chosen, found.rules)
        self.datacollector = Collector()

    # batch_run of Mesa 3.5 puts None in the place of every seed that is given, if it sees that there is one; so it sees rng
    __signature__ = inspect.signature(__init__).replace(
        parameters=[one for name, one in inspect.signature(__init__).parameters.items() if name not in ("self", "seed")]
    )

    def _equip(self, under_way: Run, chosen: Mapping[str, Instrument], rules: Sequence[Rule] = ()) -> None:
        self.state, self.world = under_way, under_way.world
        under_way.equip(chosen, rules)
        self._views = Views(self)
        self._last_month: dict[str, Any] = {}

    def step(self) -> None:
        """Let one month pass, and collect it.

        Raises:
            Refusal: the follow-up is over.
        """
        month.step(self.state)
        self.running = self.running and self.world.month < self.world.setting.months
        self.datacollector.collect(self)

    def run(self, months: int | None = None, follow_up: int = 0) -> Self:
        """Let ``months`` pass (default: up to the horizon), then ``follow_up`` more, so that chains can end.

        Raises:
            Refusal: a number that is none, or months after the follow-up. No month has passed then.
        """
        setting = self.world.setting
        left = max(0, setting.months - self.world.month)
        asked = arguments.check(arguments.Passing, {"months": left if months is None else months, "follow_up": follow_up})
        last = self.world.month + asked.months + asked.follow_up
        if last > setting.last_month:
            raise Refusal(
                f"months={asked.months}, follow_up={asked.follow_up} would go to month {last}, and this model ends at {setting.last_month} "
                f"(months={setting.months}, follow_up={setting.last_month - setting.months}); make it with more months or follow_up"
            )
        for _ in range(asked.months + asked.follow_up):
            self.step()
        return self

    def fork(self, interventions: Mapping[str, Any] | None = None) -> Self:
        """A world of its own from this moment on, with other instruments: "what if we had done this from now on".

        The ledger, the records so far and all that a subclass keeps come along, as copies; ``steps`` goes on. Instruments at work so
        far stop, what the place does already among them, and so do the rules of a stepwise scenario.

        Raises:
            Refusal: as a new model does, for the months up to the horizon that have not passed.
        """
        place, start, first, months, _ = self.world.setting
        term = beforehand.Term(place, start, months, -first, passed=self.world.month, geography=self.world.geography)
        chosen = checked({}, interventions or {}, (), term)
        twin = object.__new__(type(self))
        Model.__init__(twin, rng=self.world.draws.seed)
        twin._equip(self.state.copy(), chosen)
        twin.steps, twin.running = self.steps, self.running
        memo = {id(self): twin, id(self.state): twin.state, id(self.world): twin.world}
        kept = {name: value for name, value in vars(self).items() if name not in vars(twin)}
        twin.__dict__.update(deepcopy(kept, memo))
        return twin

    def follow(self, ids: Collection[int]) -> Self:
        """Keep a journal of these households (``unique_id``) from now on; their ``story()`` then tells month by month, with and without.

        Raises:
            Refusal: one of them is not there, or instruments have been at work for a month or more.
        """
        self.state.follow(ids)
        return self

    @property
    def moves(self) -> pd.DataFrame:
        """The ledger so far: one row per move (columns: docs/interface.md, without scenario and seed)."""
        return tables.moves_table(self.world, self.state.at_work.keys, self.world.setting.months)

    @property
    def chains(self) -> pd.DataFrame:
        """Chains so far: one row each."""
        return tables.chains_table(self.world, self.world.setting.months)

    @property
    def last_month(self) -> dict[str, Any]:
        """The last month that passed, by column of the table ``months``; values as the table has them.

        Raises:
            Refusal: no month has passed yet.
        """
        if not self.state.records.months:
            raise Refusal("no month has passed yet, so there is none to collect: let one pass first, with step() or run(1)")
        row = self.state.records.months[-1]
        if self._last_month.get("month") != row["month"]:
            found = tables.month_row(row, self.state.at_work.applications, self.world.setting.months)
            kinds = {column.name: column for column in MONTHS.columns}
            self._last_month = {
                name: kinds[name].words[int(value)] if kinds[name].kind == TEXT else getattr(value, "item", lambda value=value: value)()
                for name, value in found.items()
            }
        return self._last_month

    @property
    def agents(self) -> Present:
        """Views on all households present, as a Mesa AgentSet; a household keeps its view for as long as it is there."""
        return self._views.present

    @agents.setter
    def agents(self, agents: Any) -> None:
        not_ours("setting model.agents", "select() gives a set of your own")

    @property
    def agents_by_type(self) -> dict[type, AgentSet]:
        """AgentSets by class."""
        views = list(self.agents)
        return {cls: Present([view for view in views if type(view) is cls], self.random) for cls in self.agent_types}

    @property
    def agent_types(self) -> list[type]:
        """Senior, Family, Starter, Household."""
        return [VIEW_OF[cls] for cls in HouseholdClass]

    @property
    def scenario(self) -> None:
        """None: Mesa's own scenarios are not used, so that its tools hand all arguments back as they are."""
        return

    @scenario.setter
    def scenario(self, scenario: Any) -> None:
        """What Mesa sets at the start is left out; after that it is refused."""
        if "world" in vars(self):
            not_ours("setting model.scenario", "make a HousingModel with another scenario, or fork()")

    def register_agent(self, agent: Any) -> None:
        """Refused."""
        not_ours("register_agent()", "model.agents has those who are there")

    def deregister_agent(self, agent: Any) -> None:
        """Refused."""
        not_ours("deregister_agent()", "model.agents has those who are there")

    def remove_all_agents(self) -> None:
        """Refused."""
        not_ours("remove_all_agents()", "model.agents has those who are there")

    def reset_randomizer(self, seed: int | None = None) -> None:
        """Refused: each draw is keyed by the seed."""
        not_ours("reset_randomizer()", "make a HousingModel with another seed")

    def reset_rng(self, rng: Any = None) -> None:
        """Refused: each draw is keyed by the seed."""
        not_ours("reset_rng()", "make a HousingModel with another seed")

    def household(self, row: int) -> Household:
        """A view on one household by its row."""
        return self._views.of_row(row)
