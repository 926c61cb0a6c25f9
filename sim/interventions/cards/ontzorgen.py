"""Category 3 of the menukaart: taken off one's hands; with the flexible requirements that make a move lighter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.behaviour.fit import moment, refresh
from sim.interventions.card import Card
from sim.interventions.delivery import Help, KnownToSome
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.interventions.who import Who
from sim.world.codes import WENS, Access, Contact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

FLEXIBLE = "toolkit Platform31 2023, annex, Flexibele eisen"

ONTZORGEN = Card(
    category="ontzorgen",
    sector="sociaal",
    stages=("woningzoeken", "verhuizen"),
    levers_used=("trouble",),
    payers=("corporatie",),
    deliverers=("corporatie",),
    powers=("eigen_woningen",),
    indicator="flexible_requirements",
)


class Verhuisbegeleider(Help):
    """A firm that plans the move, sorts and packs; the household pays for it."""

    card: ClassVar[Card] = ONTZORGEN.named("verhuisbegeleider", "Verhuisbegeleider", "Moving firm that takes care of everything").but(
        sector="particulier",
        levers_used=("trouble", "eur_once"),
        payers=("huishouden",),
        deliverers=("makelaar", "welzijn"),
        powers=("praktische_hulp",),
        indicator="senior_moves",
        source="toolkit Platform31 2023, annex, Wooncoach: a paid service",
        contact=Contact.EIGEN_INITIATIEF,
    )

    who: Who = Who(tenure="koop")
    rel_known: float = Field(0.2, ge=0, le=1, description="share of searching owners that takes one (assumption, 0.05-0.4)")
    trouble: float = Field(0.02, ge=0, le=0.2, description="fit points of trouble taken away (assumption, 0-0.05)")
    eur_use: float = Field(1500, ge=0, le=10000, description="euro per move, paid by the household (assumption)")
    payer: Payer = "huishouden"

    def levers(self) -> dict[str, float]:
        """Less trouble, and a bill."""
        return {"trouble": self.trouble, "eur_once": -self.eur_use}


class Klusdienst(Help):
    """A handyman prepares the home left or the home taken."""

    card: ClassVar[Card] = ONTZORGEN.named("klusdienst", "Klusdienst", "Handyman").but(
        sector="sociaal, particulier",
        payers=("corporatie", "gemeente", "welzijn"),
        deliverers=("corporatie", "gemeente", "welzijn", "bewonersinitiatief"),
        powers=("praktische_hulp",),
        source=f"{FLEXIBLE}: klusdienst or moving help for the old or the new home",
    )

    trouble: float = Field(0.015, ge=0, le=0.2, description="fit points of trouble taken away (assumption, 0-0.05)")
    eur_use: float = Field(500, ge=0, le=10000, description="euro per move (assumption)")

    def levers(self) -> dict[str, float]:
        """Less trouble."""
        return {"trouble": self.trouble}


class Verhuisvoucher(Help):
    """A voucher for a mover or a cleaner, in kind: a corporatie may give it where it may not give money."""

    card: ClassVar[Card] = ONTZORGEN.named("verhuisvoucher", "Verhuisvoucher", "Moving voucher").but(
        sector="sociaal, particulier",
        levers_used=("trouble", "eur_once"),
        payers=("corporatie", "gemeente", "provincie"),
        deliverers=("corporatie", "gemeente", "welzijn"),
        powers=("praktische_hulp",),
        law="help in kind by a corporatie is allowed, a grant is not",
        source="toolkit Platform31 2023, menukaart sociaal, 3: voucher for a klusdienst or a mover",
    )

    trouble: float = Field(0.01, ge=0, le=0.2, description="fit points of trouble taken away (assumption, 0-0.05)")
    eur_use: float = Field(750, ge=0, le=5000, description="worth of the voucher, euro (assumption)")

    def levers(self) -> dict[str, float]:
        """A cheaper move, and somebody who comes."""
        return {"trouble": self.trouble, "eur_once": self.eur_use}


class SoepeleOplevering(Help):
    """The home left need not be brought back to its first state."""

    card: ClassVar[Card] = ONTZORGEN.named(
        "soepele_oplevering", "Soepele eisen bij oplevering", "Lenient handing over of the home left"
    ).but(stages=("verhuizen",), levers_used=("trouble", "eur_once"), source=f"{FLEXIBLE}: soepele eisen bij oplevering")

    who: Who = Who(tenure="corporatie")
    trouble: float = Field(0.005, ge=0, le=0.2, description="fit points of trouble taken away (assumption, 0-0.03)")
    eur_use: float = Field(
        600, ge=0, le=5000, description="work that the tenant is spared and the corporatie takes over, euro (assumption)"
    )

    def levers(self) -> dict[str, float]:
        """Nothing to tear out, nothing to pay for it."""
        return {"trouble": self.trouble, "eur_once": self.eur_use}


class ExtraHulpmiddelen(KnownToSome):
    """Grab rails, a shower seat, no thresholds: an adaptable home is made step-free before its new household moves in."""

    card: ClassVar[Card] = ONTZORGEN.named(
        "extra_hulpmiddelen", "Extra hulpmiddelen in de nieuwe woning", "Aids fitted in the new home"
    ).but(levers_used=("adapts",), payers=("corporatie", "gemeente"), source=f"{FLEXIBLE}: extra aids fitted")

    prices: ClassVar[tuple[str, ...]] = ("eur_home",)

    who: Who = Who(tenure="corporatie")
    eur_home: float = Field(4000, ge=0, le=10000, description="euro per home adapted (assumption; adaptable is up to 10,000)")

    def levers(self) -> dict[str, float]:
        """An adaptable home counts as the step-free one that it will be."""
        return {"adapts": 1}

    def most_cost_of_a_use(self, w: World, rows: NDArray) -> NDArray:
        """One home."""
        return np.full(len(rows), float(self.eur_home))

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """The homes that needed it are adapted, and seen as they are now."""
        homes = w.m.to_dwelling[moves]
        needed = w.d.access[homes] == Access.AANPASBAAR
        w.d.access[homes[needed]] = Access.GESCHIKT
        rows = w.m.household[moves[needed]]
        refresh(w.h, rows, moment(w))
        w.m.fit_after[moves[needed]] = w.h.fit_here[rows]
        return float(self.eur_home * needed.sum())


class Voorinspectie(KnownToSome):
    """The corporatie inspects the home while its tenant only thinks of moving: what has to be done is known in time."""

    card: ClassVar[Card] = ONTZORGEN.named("voorinspectie", "Voorinspectie", "Inspection beforehand").but(
        stages=("woonwens",), levers_used=("search",), source=f"{FLEXIBLE}: voorinspectie when a household only considers a move"
    )
    stages_asked: ClassVar[tuple[int, int]] = (WENS, WENS)
    prices: ClassVar[tuple[str, ...]] = ("eur_inspection",)

    who: Who = Who(tenure="corporatie")
    search: float = Field(0.2, ge=0, le=5, description="logit added to the chance of starting to search (assumption, 0-1)")
    eur_inspection: float = Field(100, ge=0, le=1000, description="euro per inspection (assumption)")

    def levers(self) -> dict[str, float]:
        """One doubt less."""
        return {"search": self.search}

    def act_in_month(self, run: Running, w: World) -> None:
        """Inspections are paid when they are done, so the money left says how many there can be."""
        room = run.n_room
        if self.eur_inspection > 0:
            run.n_room = int(min(room, run.left() // self.eur_inspection))
        short = run.n_room < room
        before = run.n_reached
        super().act_in_month(run, w)
        if short and run.n_room == 0:
            run.lacks_money(run.month.waiting)
        run.month.contacts += run.n_reached - before
        run.pay((run.n_reached - before) * self.eur_inspection)


class GeenDubbeleHuur(KnownToSome):
    """The corporatie asks no rent for the home left while the new one is made ready."""

    card: ClassVar[Card] = ONTZORGEN.named("geen_dubbele_huur", "Geen dubbele huur", "No double rent").but(
        source="sources section 4 (Maasdelta, Maassluis); obstacle named by coaches: a period of double rent"
    )
    prices: ClassVar[tuple[str, ...]] = ("dur_overlap",)

    who: Who = Who(tenure="corporatie")
    trouble: float = Field(
        0.01, ge=0, le=0.2, description="fit points: the trouble of paying for two homes (as rel_trouble_double; assumption)"
    )
    dur_overlap: int = Field(1, ge=0, le=6, description="months of rent that are not asked (assumption)")

    def levers(self) -> dict[str, float]:
        """One home to pay for."""
        return {"trouble": self.trouble}

    def most_cost_of_a_use(self, w: World, rows: NDArray) -> NDArray:
        """The rent of the home left over those months."""
        return self.dur_overlap * w.h.rent[rows].astype(np.float64)

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """The rent of the home left over those months."""
        return float(self.dur_overlap * w.m.from_rent[moves].astype(np.float64).sum())


CARDS = (Verhuisbegeleider, Klusdienst, Verhuisvoucher, SoepeleOplevering, ExtraHulpmiddelen, Voorinspectie, GeenDubbeleHuur)
