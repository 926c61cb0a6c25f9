"""Category 2 of the menukaart, information: campaigns, letters, an information point, events in the neighbourhood."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.interventions.card import Card
from sim.interventions.delivery import KnownToSome, Outreach
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.interventions.who import Lot, Who, carriers
from sim.world.chance import Purpose, uniform
from sim.world.codes import PRESENT, WENS, ZOEKEN, Contact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

TOOLKIT = "toolkit Platform31 2023, annex, Informatie- en voorlichtingscampagnes"

VOORLICHTING = Card(
    category="op_weg_helpen",
    sector="sociaal, particulier",
    stages=("huidige_woning",),
    levers_used=("awareness",),
    payers=("gemeente", "provincie", "corporatie", "welzijn"),
    deliverers=("gemeente", "provincie", "corporatie", "zorgaanbieder", "welzijn", "bewonersinitiatief", "makelaar"),
    powers=("voorlichting",),
    indicator="voorlichting",
    contact=Contact.GEMEENTE,
)


class Campagne(Outreach):
    """Folders, films and pieces in the local paper, for everybody: few take them in, and briefly."""

    card: ClassVar[Card] = VOORLICHTING.named("campagne", "Voorlichtingscampagne", "Information campaign").but(
        source=f"{TOOLKIT}; C34: a campaign for owners contributed little"
    )


class Brieven(Outreach):
    """A letter to each household of the target group, once in so many months."""

    card: ClassVar[Card] = VOORLICHTING.named("brieven", "Brieven", "Letters").but(
        source=f"{TOOLKIT}; C01: 6 % of letters led to a talk", contact=Contact.CORPORATIE_PASSEND_WONEN
    )

    rel_reached: float = Field(0.3, ge=0, le=1, description="share of the letters that is read and taken in (assumption)")
    awareness: float = Field(0.5, ge=0, le=5, description="logit added to the chance of a wish in that month (assumption, 0-1.5)")
    eur_contact: float = Field(3, ge=0, le=500, description="euro per letter taken in (assumption)")
    dur_between: int = Field(24, ge=1, le=240, description="months between two letters to one household")

    def reached(self, run: Running, w: World, lot: Lot) -> NDArray:
        """Each household's turn comes in a fixed month, and then the letter is read or not."""
        rows = super().reached(run, w, lot)
        with w.draws.replay():  # one fixed number per household
            turn = uniform(w.draws.base(Purpose.UNIT_NUMBER, 2, self.key), w.h.id[rows])
        return rows[((turn * self.dur_between).astype(np.int64) - w.month) % self.dur_between == 0]


class Woonevenement(Outreach):
    """An evening on housing in one wijk after the other, for owners who live there."""

    card: ClassVar[Card] = VOORLICHTING.named("woonevenement", "Woonevenement", "Housing event").but(
        sector="particulier",
        stages=("huidige_woning", "woonwens"),
        levers_used=("awareness", "search"),
        payers=("gemeente", "provincie", "welzijn"),
        source=f"{TOOLKIT}; menukaart particulier, 2",
    )

    who: Who = Who(tenure="koop")
    rel_reached: float = Field(0.05, ge=0, le=1, description="share of the target group of the wijk that comes (assumption)")
    awareness: float = Field(0.6, ge=0, le=5, description="logit added to the chance of a wish in that month (assumption, 0-2; unproven)")
    search: float = Field(0.2, ge=0, le=5, description="logit added to the chance that somebody with a wish starts to search (assumption)")
    eur_contact: float = Field(30, ge=0, le=500, description="euro per household that comes (assumption)")
    dur_between: int = Field(3, ge=1, le=120, description="months between two evenings")

    def levers(self) -> dict[str, float]:
        """What somebody who came thinks of, and dares."""
        return {"awareness": self.awareness, "search": self.search}

    def reached(self, run: Running, w: World, lot: Lot) -> NDArray:
        """The wijk whose turn it is, in the order of the areas, every ``dur_between`` months."""
        since = run.months_since_first(w)
        if since % self.dur_between:
            return np.zeros(0, np.int32)
        rows, turn = super().reached(run, w, lot), since // self.dur_between % len(w.map.gemeente)
        return rows[w.d.area[w.h.home[rows]] == turn]


class Informatiepunt(KnownToSome):
    """One point (website, desk) with what there is in the region and how a move goes."""

    card: ClassVar[Card] = VOORLICHTING.named("informatiepunt", "Informatiepunt", "Information point").but(
        stages=("woonwens", "woningzoeken"),
        levers_used=("search", "sight"),
        source=f"{TOOLKIT}: one central point, language level B1",
        contact=Contact.EIGEN_INITIATIEF,
    )
    stages_asked: ClassVar[tuple[int, int]] = (WENS, ZOEKEN)

    rel_known: float = Field(0.3, ge=0, le=1, description="share of seniors with a wish that finds it (assumption, 0.1-0.6)")
    search: float = Field(0.2, ge=0, le=5, description="logit added to the chance of starting to search (assumption, 0-1)")
    sight: float = Field(0.01, ge=0, le=1, description="share of the homes on offer that it adds (assumption, 0-0.05)")
    eur_fixed: float = Field(25000, ge=0, description="euro per year (assumption)")
    payer: Payer = "gemeente"

    def levers(self) -> dict[str, float]:
        """Knows where to begin, and of more homes."""
        return {"search": self.search, "sight": self.sight}

    def tells_again(self, run: Running, w: World) -> NDArray:
        """It stays where it is: who found it before looks there again with a new wish."""
        h, rows = w.h, carriers(w.h.touched, run.mask)
        return rows[(h.state[rows] == PRESENT) & (h.stage[rows] == WENS) & (h.stage_month[rows] >= w.month - 1)]


CARDS = (Campagne, Brieven, Informatiepunt, Woonevenement)
