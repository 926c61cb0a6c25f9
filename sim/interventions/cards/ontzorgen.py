"""Category 3 of the menukaart: taken off one's hands; with the flexible requirements that make a move lighter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.behaviour.fit import moment, refresh
from sim.interventions.delivery import Help, KnownToSome
from sim.interventions.instrument import Payer, Running
from sim.interventions.who import Who
from sim.world.codes import WENS, Access, Contact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.world.world import World

FLEXIBLE = "toolkit Platform31 2023, annex, Flexibele eisen"


class Verhuisbegeleider(Help):
    """A firm that plans the move, sorts and packs; the household pays for it."""

    key: ClassVar[str] = "verhuisbegeleider"
    title: ClassVar[Mapping[str, str]] = {"nl": "Verhuisbegeleider", "en": "Moving firm that takes care of everything"}
    category: ClassVar[str] = "ontzorgen"
    sector: ClassVar[str] = "particulier"
    stages: ClassVar[tuple[str, ...]] = ("woningzoeken", "verhuizen")
    levers_used: ClassVar[tuple[str, ...]] = ("trouble", "eur_once")
    payers: ClassVar[tuple[str, ...]] = ("huishouden",)
    deliverers: ClassVar[tuple[str, ...]] = ("makelaar", "welzijn")
    powers: ClassVar[tuple[str, ...]] = ("praktische_hulp",)
    indicator: ClassVar[str] = "senior_moves"
    source: ClassVar[str] = "toolkit Platform31 2023, annex, Wooncoach: a paid service"
    contact: ClassVar[Contact] = Contact.EIGEN_INITIATIEF

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

    key: ClassVar[str] = "klusdienst"
    title: ClassVar[Mapping[str, str]] = {"nl": "Klusdienst", "en": "Handyman"}
    category: ClassVar[str] = "ontzorgen"
    sector: ClassVar[str] = "sociaal, particulier"
    stages: ClassVar[tuple[str, ...]] = ("woningzoeken", "verhuizen")
    levers_used: ClassVar[tuple[str, ...]] = ("trouble",)
    payers: ClassVar[tuple[str, ...]] = ("corporatie", "gemeente", "welzijn")
    deliverers: ClassVar[tuple[str, ...]] = ("corporatie", "gemeente", "welzijn", "bewonersinitiatief")
    powers: ClassVar[tuple[str, ...]] = ("praktische_hulp",)
    indicator: ClassVar[str] = "flexible_requirements"
    source: ClassVar[str] = f"{FLEXIBLE}: klusdienst or moving help for the old or the new home"

    trouble: float = Field(0.015, ge=0, le=0.2, description="fit points of trouble taken away (assumption, 0-0.05)")
    eur_use: float = Field(500, ge=0, le=10000, description="euro per move (assumption)")

    def levers(self) -> dict[str, float]:
        """Less trouble."""
        return {"trouble": self.trouble}


class Verhuisvoucher(Help):
    """A voucher for a mover or a cleaner, in kind: a corporatie may give it where it may not give money."""

    key: ClassVar[str] = "verhuisvoucher"
    title: ClassVar[Mapping[str, str]] = {"nl": "Verhuisvoucher", "en": "Moving voucher"}
    category: ClassVar[str] = "ontzorgen"
    sector: ClassVar[str] = "sociaal, particulier"
    stages: ClassVar[tuple[str, ...]] = ("woningzoeken", "verhuizen")
    levers_used: ClassVar[tuple[str, ...]] = ("trouble", "eur_once")
    payers: ClassVar[tuple[str, ...]] = ("corporatie", "gemeente", "provincie")
    deliverers: ClassVar[tuple[str, ...]] = ("corporatie", "gemeente", "welzijn")
    powers: ClassVar[tuple[str, ...]] = ("praktische_hulp",)
    indicator: ClassVar[str] = "flexible_requirements"
    law: ClassVar[str] = "help in kind by a corporatie is allowed, a grant is not"
    source: ClassVar[str] = "toolkit Platform31 2023, menukaart sociaal, 3: voucher for a klusdienst or a mover"

    trouble: float = Field(0.01, ge=0, le=0.2, description="fit points of trouble taken away (assumption, 0-0.05)")
    eur_use: float = Field(750, ge=0, le=5000, description="worth of the voucher, euro (assumption)")

    def levers(self) -> dict[str, float]:
        """A cheaper move, and somebody who comes."""
        return {"trouble": self.trouble, "eur_once": self.eur_use}


class SoepeleOplevering(Help):
    """The home left need not be brought back to its first state."""

    key: ClassVar[str] = "soepele_oplevering"
    title: ClassVar[Mapping[str, str]] = {"nl": "Soepele eisen bij oplevering", "en": "Lenient handing over of the home left"}
    category: ClassVar[str] = "ontzorgen"
    sector: ClassVar[str] = "sociaal"
    stages: ClassVar[tuple[str, ...]] = ("verhuizen",)
    levers_used: ClassVar[tuple[str, ...]] = ("trouble", "eur_once")
    payers: ClassVar[tuple[str, ...]] = ("corporatie",)
    deliverers: ClassVar[tuple[str, ...]] = ("corporatie",)
    powers: ClassVar[tuple[str, ...]] = ("eigen_woningen",)
    indicator: ClassVar[str] = "flexible_requirements"
    source: ClassVar[str] = f"{FLEXIBLE}: soepele eisen bij oplevering"

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

    key: ClassVar[str] = "extra_hulpmiddelen"
    title: ClassVar[Mapping[str, str]] = {"nl": "Extra hulpmiddelen in de nieuwe woning", "en": "Aids fitted in the new home"}
    category: ClassVar[str] = "ontzorgen"
    sector: ClassVar[str] = "sociaal"
    stages: ClassVar[tuple[str, ...]] = ("woningzoeken", "verhuizen")
    levers_used: ClassVar[tuple[str, ...]] = ("adapts",)
    payers: ClassVar[tuple[str, ...]] = ("corporatie", "gemeente")
    deliverers: ClassVar[tuple[str, ...]] = ("corporatie",)
    powers: ClassVar[tuple[str, ...]] = ("eigen_woningen",)
    indicator: ClassVar[str] = "flexible_requirements"
    source: ClassVar[str] = f"{FLEXIBLE}: extra aids fitted"

    who: Who = Who(tenure="corporatie")
    eur_home: float = Field(4000, ge=0, le=10000, description="euro per home adapted (assumption; adaptable is up to 10,000)")

    def levers(self) -> dict[str, float]:
        """An adaptable home counts as the step-free one that it will be."""
        return {"adapts": 1}

    def most(self, w: World, rows: NDArray) -> NDArray:
        """One home."""
        return np.full(len(rows), float(self.eur_home))

    def settle(self, run: Running, w: World, moves: NDArray) -> float:
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

    key: ClassVar[str] = "voorinspectie"
    title: ClassVar[Mapping[str, str]] = {"nl": "Voorinspectie", "en": "Inspection beforehand"}
    category: ClassVar[str] = "ontzorgen"
    sector: ClassVar[str] = "sociaal"
    stages: ClassVar[tuple[str, ...]] = ("woonwens",)
    levers_used: ClassVar[tuple[str, ...]] = ("search",)
    payers: ClassVar[tuple[str, ...]] = ("corporatie",)
    deliverers: ClassVar[tuple[str, ...]] = ("corporatie",)
    powers: ClassVar[tuple[str, ...]] = ("eigen_woningen",)
    indicator: ClassVar[str] = "flexible_requirements"
    source: ClassVar[str] = f"{FLEXIBLE}: voorinspectie when a household only considers a move"
    reach: ClassVar[tuple[int, int]] = (WENS, WENS)

    who: Who = Who(tenure="corporatie")
    search: float = Field(0.2, ge=0, le=5, description="logit added to the chance of starting to search (assumption, 0-1)")
    eur_inspection: float = Field(100, ge=0, le=1000, description="euro per inspection (assumption)")

    def levers(self) -> dict[str, float]:
        """One doubt less."""
        return {"search": self.search}

    def act(self, run: Running, w: World) -> None:
        """Inspections are paid when they are done, so the money left says how many there can be."""
        if self.eur_inspection > 0:
            room, run.n_room = run.n_room, int(min(run.n_room, run.left() // self.eur_inspection))
            run.memory["short"] = run.n_room < room
        before = run.n_reached
        super().act(run, w)
        if run.memory.get("short") and run.n_room == 0:
            run.lacks_money(int(run.month["waiting"]))
        run.month["contacts"] += run.n_reached - before
        run.pay((run.n_reached - before) * self.eur_inspection)


class GeenDubbeleHuur(KnownToSome):
    """The corporatie asks no rent for the home left while the new one is made ready."""

    key: ClassVar[str] = "geen_dubbele_huur"
    title: ClassVar[Mapping[str, str]] = {"nl": "Geen dubbele huur", "en": "No double rent"}
    category: ClassVar[str] = "ontzorgen"
    sector: ClassVar[str] = "sociaal"
    stages: ClassVar[tuple[str, ...]] = ("woningzoeken", "verhuizen")
    levers_used: ClassVar[tuple[str, ...]] = ("trouble",)
    payers: ClassVar[tuple[str, ...]] = ("corporatie",)
    deliverers: ClassVar[tuple[str, ...]] = ("corporatie",)
    powers: ClassVar[tuple[str, ...]] = ("eigen_woningen",)
    indicator: ClassVar[str] = "flexible_requirements"
    source: ClassVar[str] = "sources section 4 (Maasdelta, Maassluis); obstacle named by coaches: a period of double rent"

    who: Who = Who(tenure="corporatie")
    trouble: float = Field(
        0.01, ge=0, le=0.2, description="fit points: the trouble of paying for two homes (as rel_trouble_double; assumption)"
    )
    dur_overlap: int = Field(1, ge=0, le=6, description="months of rent that are not asked (assumption)")

    def levers(self) -> dict[str, float]:
        """One home to pay for."""
        return {"trouble": self.trouble}

    def most(self, w: World, rows: NDArray) -> NDArray:
        """The rent of the home left over those months."""
        return self.dur_overlap * w.h.rent[rows].astype(np.float64)

    def settle(self, run: Running, w: World, moves: NDArray) -> float:
        """The rent of the home left over those months."""
        return float(self.dur_overlap * w.m.from_rent[moves].astype(np.float64).sum())
