"""Category 5 of the menukaart, small exceptions: flexible requirements around responding, income, age and registration."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.interventions.card import Card
from sim.interventions.cards.voorrang import VOORRANG, Labelling
from sim.interventions.instrument import Instrument
from sim.interventions.labels import label_vacant
from sim.interventions.running import Running
from sim.interventions.who import Who
from sim.world import law
from sim.world.codes import HouseholdState, Tenure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

ANNEX = "toolkit Platform31 2023, annex, Flexibele eisen"

FLEXIBELE_EISEN = VOORRANG.but(deliverers=("corporatie",), powers=("eigen_woningen",), indicator="flexible_requirements")
LESS_TO_LOSE = FLEXIBELE_EISEN.but(levers_used=("trouble",))


class LangereReactietijd(Instrument):
    """A home stays open for responses longer, so that who does not look every day sees more of them."""

    card: ClassVar[Card] = FLEXIBELE_EISEN.named("langere_reactietijd", "Langere reactietijd", "A longer time to respond").but(
        levers_used=("sight",), source=f"{ANNEX}: a longer response time"
    )

    who: Who = Who(tenure="corporatie")
    sight: float = Field(0.01, ge=0, le=1, description="share of the homes on offer that is not missed any more (assumption, 0-0.05)")

    def levers(self) -> dict[str, float]:
        """More homes seen."""
        return {"sight": self.sight}


class FlexibeleInkomenseisen(Labelling):
    """On a part of the corporatie homes the income limit is not asked of seniors: the free space of the law."""

    card: ClassVar[Card] = FLEXIBELE_EISEN.named("flexibele_inkomenseisen", "Flexibele inkomenseisen", "Flexible income rule").but(
        levers_used=("income_free",),
        law="since 2022 7.5 % of the lettings is free of the income limit, 15 % with a local agreement",
        source=f"{ANNEX}: flexible income rule; sources section 9",
    )

    rel_labelled: float = Field(0.075, ge=0, le=1, description="share of the corporatie homes (law: at most 0.15, with a local agreement)")

    def check_law(self, start: str) -> None:
        """No more than the free space."""
        law.check_free_space(self.rel_labelled)

    def levers(self) -> dict[str, float]:
        """No income limit on labelled homes."""
        return {"income_free": 1, "needs_label": 1}

    def act_in_month(self, run: Running, w: World) -> None:
        """Label homes, and let the target group respond to them."""
        label_vacant(
            run,
            w,
            self.rel_labelled * min(1.0, run.strength),
            lambda homes: w.d.tenure[homes] == Tenure.CORPORATIE,
        )
        super().act_in_month(run, w)


class Leeftijdsgrens(Instrument):
    """Homes with an age label open to people who are a few years younger."""

    card: ClassVar[Card] = FLEXIBELE_EISEN.named("leeftijdsgrens", "Soepele leeftijdsgrens", "A lower age label").but(
        levers_used=("age_eased",), source=f"{ANNEX}; monitor 3/3: an age limit that is adapted"
    )

    who: Who = Who(age=45)
    age_eased: int = Field(10, ge=0, le=30, description="years by which the label is lowered (assumption)")

    def levers(self) -> dict[str, float]:
        """A lower limit."""
        return {"age_eased": self.age_eased}


class ExtraPunten(Instrument):
    """Months of registration on top for who leaves a small home that a starter can use."""

    card: ClassVar[Card] = FLEXIBELE_EISEN.named(
        "extra_punten", "Extra punten voor wie klein woont", "Extra points for leaving a small home"
    ).but(levers_used=("n_months",), source=f"{ANNEX}: extra points for leaving a small starter home")

    who: Who = Who(age=18, tenure="corporatie", rooms_most=2)
    n_months: int = Field(36, ge=0, le=480, description="months of registration (assumption)")

    def levers(self) -> dict[str, float]:
        """A longer registration."""
        return {"n_months": self.n_months}


class LessToLose(Instrument):
    """A rule that takes away a fear of moving."""

    who: Who = Who(tenure="corporatie")
    trouble: float = Field(
        0.005, ge=0, le=0.2, description="fit points of trouble taken away: less to lose, or less doubt (assumption, 0-0.03)"
    )

    def levers(self) -> dict[str, float]:
        """Less trouble."""
        return {"trouble": self.trouble}


class BehoudInschrijftijd(LessToLose):
    """Who moves keeps the registration time, and so the way to a next home."""

    card: ClassVar[Card] = LESS_TO_LOSE.named("behoud_inschrijftijd", "Behoud van inschrijftijd", "Registration time is kept").but(
        source=f"{ANNEX}: registration time or points are kept"
    )

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """The registration goes on as it was; that costs nothing."""
        give_registration_back(w, moves)
        return 0.0


class Tevredenheidsgarantie(LessToLose):
    """Who lives worse than before, three months on, has the old registration back (the spijtoptant rule)."""

    card: ClassVar[Card] = LESS_TO_LOSE.named("tevredenheidsgarantie", "Tevredenheidsgarantie", "Satisfaction guarantee").but(
        source=f"{ANNEX}; sources section 4 (spijtoptant, West-Brabant)"
    )

    dur_regret: int = Field(3, ge=1, le=12, description="months in which one may regret")

    def continue_begun(self, run: Running, w: World) -> None:
        """Those who moved with it and live worse have their registration back; a promise holds after the instrument has ended, too."""
        m, h = w.m, w.h
        moves = np.flatnonzero((m.month[: w.counts[1]] == w.month - self.dur_regret) & ((m.instruments[: w.counts[1]] & run.mask) != 0))
        there = (h.state[m.household[moves]] == HouseholdState.PRESENT) & (h.home[m.household[moves]] == m.to_dwelling[moves])
        give_registration_back(w, moves[there & (m.fit_after[moves] < m.fit_before[moves])])


def give_registration_back(w: World, moves: NDArray) -> None:
    """The movers are registered for as long as before the move, and the months since."""
    rows = w.m.household[moves]
    w.h.registered[rows] = np.minimum(w.h.registered[rows], w.m.month[moves] - w.m.registered[moves])


CARDS = (LangereReactietijd, FlexibeleInkomenseisen, Leeftijdsgrens, ExtraPunten, BehoudInschrijftijd, Tevredenheidsgarantie)
