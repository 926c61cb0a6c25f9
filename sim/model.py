"""HousingModel: the world as a ``mesa.Model``. Its ``step()`` calls ``month.step``; its agents are views on rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa import Model
from mesa.agent import AgentSet

from sim import month, run
from sim.agents import VIEW_OF, Household
from sim.approach import beforehand, done_already, rules, scenarios
from sim.behaviour.fit import classes
from sim.counts import tables
from sim.interventions import Instrument, load
from sim.world import places
from sim.world.codes import HouseholdClass, HouseholdState
from sim.world.errors import Refusal
from sim.world.names import BASIS

if TYPE_CHECKING:
    import pandas as pd

    from sim.approach.rules import Rule
    from sim.state import Run


def loaded(chosen: Mapping[str, Any], start: str) -> dict[str, Instrument]:
    """Instruments by key, those that are given as settings checked and made; raises Refusal."""
    return {key: one if isinstance(one, Instrument) else load(key, one, start) for key, one in chosen.items()}


class HousingModel(Model):
    """One municipality's housing chains.

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

    Raises:
        Refusal: there is no seed, or a name, number or setting that cannot be.
    """

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
    ) -> None:
        if seed is None:
            raise Refusal("HousingModel needs a seed (an integer), so that the run can be repeated: HousingModel(..., seed=1)")
        super().__init__(rng=int(seed))  # Mesa's own streams are not used: every draw is keyed
        run.check_time(months, burn_in, follow_up, start)
        place, found = places.resolve(municipality), scenarios.load(scenario)
        beforehand.refuse_already({**rules.added(found.rules), **found.instruments, **(interventions or {})})
        done_already.refuse_there(interventions or {}, "interventions")
        on_top = done_already.with_current(scenario, found.instruments, found.stops, place.key, start)
        chosen = loaded({**on_top, **(interventions or {})}, start)
        beforehand.check(chosen, found.rules, beforehand.Term(place, start, months, burn_in))
        self._equip(run.burn_in(place.key, int(seed), months, burn_in, follow_up, start, behaviour, debug), chosen, found.rules)

    def _equip(self, under_way: Run, chosen: Mapping[str, Instrument], rules: Sequence[Rule] = ()) -> None:
        self.state, self.world = under_way, under_way.world
        under_way.equip(chosen, rules)
        self._views: list[Household] = []
        self._views_month: int | None = None

    def step(self) -> None:
        """Let one month pass."""
        month.step(self.state)

    def run(self, months: int | None = None, follow_up: int = 0) -> HousingModel:
        """Let ``months`` pass (default: up to the horizon), then ``follow_up`` more, so that chains can end."""
        left = max(0, self.world.setting.months - self.world.month)
        for _ in range((left if months is None else months) + follow_up):
            self.step()
        return self

    def fork(self, interventions: Mapping[str, Any] | None = None) -> HousingModel:
        """A world of its own from this moment on, with other instruments: "what if we had done this from now on".

        The ledger and the records so far come along; instruments at work so far stop, and so do the rules of a stepwise
        scenario.
        """
        twin = object.__new__(type(self))
        Model.__init__(twin, rng=self.world.draws.seed)
        twin._equip(self.state.copy(), loaded(interventions or {}, self.world.setting.start))
        return twin

    @property
    def moves(self) -> pd.DataFrame:
        """The ledger so far: one row per move (columns: docs/interface.md, without scenario and seed)."""
        return tables.moves_table(self.world, self.state.at_work.keys, self.world.setting.months)

    @property
    def chains(self) -> pd.DataFrame:
        """Chains so far: one row each."""
        return tables.chains_table(self.world, self.world.setting.months)

    @property
    def agents(self) -> AgentSet:
        """Views on all households present, as a Mesa AgentSet (made anew when the month has changed)."""
        if self._views_month != self.world.month:
            self._views = self._make_views(np.flatnonzero(self.world.h.state == HouseholdState.PRESENT))
            self._views_month = self.world.month
        return AgentSet(self._views, random=self.random)

    @property
    def agents_by_type(self) -> dict[type, AgentSet]:
        """AgentSets by class."""
        views = list(self.agents)
        return {cls: AgentSet([v for v in views if type(v) is cls], random=self.random) for cls in self.agent_types}

    @property
    def agent_types(self) -> list[type]:
        """Senior, Family, Starter, Household."""
        return [VIEW_OF[cls] for cls in HouseholdClass]

    def household(self, row: int) -> Household:
        """A view on one household by its row."""
        return self._make_views(np.array([row]))[0]

    def _make_views(self, rows: np.ndarray) -> list[Household]:
        w = self.world
        kinds = classes(w.h, rows, w.month, int(w.params.senior_age))
        return [VIEW_OF[HouseholdClass(int(cls))](self, int(row)) for row, cls in zip(rows, kinds, strict=True)]
