"""Categories 2 and 3 of the menukaart at once: the wooncoach talks, plans and takes things off one's hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.interventions.card import Card
from sim.interventions.instrument import Instrument
from sim.interventions.organisations import STAGES
from sim.interventions.running import Running, first_of
from sim.interventions.terms import Payer
from sim.interventions.who import Lot, Who
from sim.world.chance import Purpose, uniform
from sim.world.codes import HUIDIGE, WENS, ZOEKEN, Contact
from sim.world.copies import Own

if TYPE_CHECKING:
    from sim.world.world import World

FEW = 0.05  # a coach talks to fewer of those who may be talked to in a month
TALKS_PER_FTE = 250  # per year: about 200 talks a year at four days a week (sources section 5)

WOONCOACH = Card(
    category="op_weg_helpen",
    stages=STAGES,
    levers_used=("awareness", "search", "sight", "trouble"),
    powers=("begeleiding",),
    indicator="trajecten",
    talks=True,
    dosed=True,
)


@dataclass
class Team(Own):
    """The coaches of an instrument."""

    fte: float | None = None  # by senior households, fixed at the start: a dose, not a feedback


class Wooncoach(Instrument):
    """Talks, advice, a plan and help on the moving day, by people who can only do so many."""

    stages_asked: ClassVar[tuple[int, int]] = (HUIDIGE, ZOEKEN)
    prices: ClassVar[tuple[str, ...]] = ("eur_fte",)

    fte: float | None = Field(None, ge=0, le=200, description="full-time posts; null: fte_per_1000 times the senior households")
    fte_per_1000: float = Field(
        0.06, ge=0, le=5, description="posts per 1,000 senior households (C32: one regional coach; assumption 0.02-0.2)"
    )
    n_talks: int = Field(TALKS_PER_FTE, ge=0, le=600, description="first talks per post and year (sources section 5)")
    eur_fte: float = Field(90000, ge=0, le=200000, description="euro per post and year (assumption)")
    rel_own_initiative: float = Field(0.5, ge=0, le=1, description="share of the talks with people who already have a wish (assumption)")
    awareness: float = Field(0.7, ge=0, le=5, description="logit added to the chance of a wish after a talk (assumption 0.3-2)")
    search: float = Field(0.7, ge=0, le=5, description="logit added to the chance of starting to search (assumption 0.3-2)")
    sight: float = Field(
        0.03,
        ge=0,
        le=1,
        description="share of the homes on offer that the coach adds (assumption 0.01-0.2; without a coach a searcher sees 0.05)",
    )
    trouble: float = Field(0.02, ge=0, le=0.2, description="fit points of trouble taken away by plan and moving day (assumption)")

    def unread(self) -> dict[str, str]:
        """Where posts are given, not their number per 1,000."""
        posts = {} if self.fte is None else {"fte_per_1000": "fte says how many posts; take one of the two out"}
        return super().unread() | posts

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """Nobody is talked to."""
        return {"fte": 0, "fte_per_1000": 0, "n_talks": 0}

    def levers(self) -> dict[str, float]:
        """What a talk and what follows it change."""
        return {"awareness": self.awareness, "search": self.search, "sight": self.sight, "trouble": self.trouble}

    def act_in_month(self, run: Running, w: World) -> None:
        """This month's first talks: half on request, half invited by letter."""
        if self.fte == 0 or (self.fte_per_1000 == 0 and self.fte is None) or self.n_talks == 0:
            return
        fte = self._fte(run, w) * run.strength
        if self.eur_fte > 0 and fte > 12 * run.left() / self.eur_fte:
            fte = 12 * run.left() / self.eur_fte
            run.lacks_money(1)
        run.pay(fte * self.eur_fte / 12)
        room = run.dose(fte * self.n_talks / 12)
        asked = self._first(run, w, (WENS, ZOEKEN), round(room * self.rel_own_initiative))
        invited = self._first(run, w, (HUIDIGE, HUIDIGE), room - len(asked))
        rows = np.concatenate((asked, invited))
        run.at_work.talks.append((rows, w.h.stage[rows]))
        run.touch(w, rows)
        run.month.contacts += len(rows)

    def _fte(self, run: Running, w: World) -> float:
        if self.fte is not None:
            return self.fte
        team = run.memory(Team)
        if team.fte is None:
            team.fte = self.fte_per_1000 * float(run.at_work.seniors.sum()) / 1000
        return team.fte

    def _first(self, run: Running, w: World, stages: tuple[int, int], room: int) -> np.ndarray:
        with w.draws.replay():
            base, rows = w.draws.base(Purpose.TALK, w.month, self.key), np.zeros(0, np.int32)
        for chance in (FEW, 1.0):  # who is drawn first is nearly always among the few
            if len(rows) < room:
                rows = run.at_work.members_of(w, self.who, stages, run.reached, Lot(base, chance))
        return first_of(rows, uniform(base, w.h.id[rows]), room)


class WooncoachSociaal(Wooncoach):
    """The coach of the corporaties: also direct matching, responding for the tenant, and a toolbox of other instruments."""

    card: ClassVar[Card] = WOONCOACH.named("wooncoach_sociaal", "Wooncoach voor huurders", "Housing coach for tenants").but(
        sector="sociaal",
        levers_used=("awareness", "search", "sight", "trouble", "responses", "p_direct"),
        payers=("corporatie", "gemeente", "provincie", "zorgaanbieder", "welzijn"),
        deliverers=("corporatie", "gemeente", "provincie", "zorgaanbieder", "welzijn", "bewonersinitiatief", "makelaar"),
        source="toolkit Platform31 2023, annex, Wooncoach; C01, C09, C31-C33, C36",
    )

    who: Who = Who(tenure="corporatie")
    responses: int = Field(1, ge=0, le=4, description="extra responses a month, made for the tenant")
    p_direct: float = Field(
        0.1, ge=0, le=0.5, description="share of corporatie vacancies matched before advertising (Maassluis: 50 % in some complexes)"
    )
    toolbox: tuple[str, ...] = Field((), description="keys of instruments of the same scenario that the coach brings along")

    def levers(self) -> dict[str, float]:
        """Those of every coach, and two that only a corporatie can give."""
        return {**super().levers(), "responses": self.responses, "p_direct": self.p_direct}

    def brings_along(self) -> tuple[str, ...]:
        """The toolbox comes along."""
        return self.toolbox


class WooncoachParticulier(Wooncoach):
    """A coach for owners, free and without obligation, without a toolbox: nothing to give but advice and help."""

    card: ClassVar[Card] = WOONCOACH.named("wooncoach_particulier", "Wooncoach voor eigenaren", "Housing coach for owners").but(
        sector="particulier",
        payers=("gemeente", "provincie", "zorgaanbieder", "welzijn"),
        deliverers=("gemeente", "provincie", "zorgaanbieder", "welzijn", "bewonersinitiatief", "makelaar"),
        source="toolkit Platform31 2023, annex, Wooncoach; C34: an adviser for owners contributed little and was stopped",
        contact=Contact.GEMEENTE,
    )

    who: Who = Who(tenure="koop")
    awareness: float = Field(0.4, ge=0, le=5, description="logit added to the chance of a wish after a talk (assumption 0-2; unproven)")
    search: float = Field(0.4, ge=0, le=5, description="logit added to the chance of starting to search (assumption 0-2; unproven)")
    sight: float = Field(0.02, ge=0, le=1, description="share of the homes on offer that the coach adds (assumption 0-0.2; unproven)")
    payer: Payer = "gemeente"


CARDS = (WooncoachSociaal, WooncoachParticulier)
