"""Category 4 of the menukaart: money is no obstacle."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.interventions.card import Card
from sim.interventions.delivery import Help, KnownToSome
from sim.interventions.labels import KnownForHomesTaken
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.interventions.who import Who
from sim.levers import RENT_OLD, RENT_OLD_PLUS, RENT_STEPS
from sim.population.tenancy import yearly_fall
from sim.world import law
from sim.world.codes import WENS, ZOEKEN, Contact, Tenure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


PRIJSPRIKKEL = Card(
    category="prijsprikkel",
    sector="particulier",
    payers=("gemeente", "provincie"),
    indicator="senior_moves",
    contact=Contact.GEMEENTE,
)
HUUR = Card(
    category="prijsprikkel",
    sector="sociaal",
    stages=("woningzoeken", "verhuizen", "nieuw_thuis"),
    levers_used=("rent_path",),
    payers=("corporatie",),
    deliverers=("corporatie",),
    powers=("eigen_woningen",),
    indicator="households_huurgewenning",
)


class Huurgewenning(KnownForHomesTaken):
    """The rent of the new home rises in three equal steps from the old rent to the regular one."""

    card: ClassVar[Card] = HUUR.named("huurgewenning", "Huurgewenning", "Rent rising in steps").but(
        law="Wet tijdelijke huurkorting (1-4-2021): on request, 1 to 36 months",
        source="toolkit Platform31 2023, annex, Financiële tegemoetkoming; C08",
    )

    prices: ClassVar[tuple[str, ...]] = ("dur_path",)

    who: Who = Who(tenure="corporatie", rooms=4)
    dur_path: int = Field(36, ge=0, le=120, description="months until the regular rent")

    def check_law(self, start: str) -> None:
        """At most 36 months."""
        law.check_huurgewenning(self.dur_path, start)

    def levers(self) -> dict[str, float]:
        """A rent path in steps."""
        return {"rent_path": RENT_STEPS, "dur_rent_path": self.dur_path, **self.conditions()}

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """Rent forgone: the rise, times the months, times two thirds (mean of the three steps)."""
        rise = _rise(w, moves)
        return float((rise * self.dur_path * 2 / 3).sum())

    def most_cost_of_a_use(self, w: World, rows: NDArray) -> NDArray:
        """The rise to the dearest home that it holds for."""
        return _largest_rise(w, rows, self.n_rooms_taken) * self.dur_path * 2 / 3


class Huurbehoud(KnownForHomesTaken):
    """The rent of the old home goes along to the new one, without an end date."""

    card: ClassVar[Card] = HUUR.named("huurbehoud", "Huurbehoud", "Keeping the old rent").but(
        law="no rule against it was found; the lower rent counts for passend toewijzen",
        source="toolkit Platform31 2023, annex; sources section 4 (Zaanstreek, Utrecht)",
    )

    who: Who = Who(tenure="corporatie", rooms=4)
    variant: Literal["oude_huur", "oude_huur_plus"] = "oude_huur"
    eur_plus: float = Field(50, ge=0, le=300, description="euro per month above the old rent (oude_huur_plus)")

    def may_cost(self) -> bool:
        """Rent is forgone at every move."""
        return True

    def unread(self) -> dict[str, str]:
        """What stands above the old rent, in the variant that has nothing above it."""
        plus = {"eur_plus": "variant oude_huur has nothing above the old rent; give variant: oude_huur_plus, or take it out"}
        return super().unread() | (plus if self.variant == "oude_huur" else {})

    def levers(self) -> dict[str, float]:
        """The old rent, or the old rent and a little."""
        path = RENT_OLD if self.variant == "oude_huur" else RENT_OLD_PLUS
        return {"rent_path": path, "eur_rent_cap": self.eur_plus, **self.conditions()}

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """Rent forgone over n_years_rent_kept years."""
        return float((_rise(w, moves) * 12 * w.params.n_years_rent_kept).sum())

    def most_cost_of_a_use(self, w: World, rows: NDArray) -> NDArray:
        """The rise to the dearest home that it holds for."""
        return _largest_rise(w, rows, self.n_rooms_taken) * 12 * w.params.n_years_rent_kept


def _rise(w: World, moves: NDArray) -> NDArray:
    """Rise of rent that a path bridges, euro per month, float64 per move."""
    asking = w.d.rent[w.m.to_dwelling[moves]].astype(np.float64)
    return np.clip(asking - w.m.to_rent[moves], 0, None)


def _largest_rise(w: World, rows: NDArray, n_rooms_taken: int) -> NDArray:
    """Rise from each household's rent, as low as it may fall before the run ends, to the dearest corporatie home it may take."""
    fits = (w.d.tenure == Tenure.CORPORATIE) & ((w.d.rooms <= n_rooms_taken) | (n_rooms_taken == 0))
    dearest = float(w.d.rent[fits].max(initial=0.0))
    years = 1 + max(0, w.setting.last_month - w.month) / 12
    lowest = w.h.rent[rows].astype(np.float64) * (1 - yearly_fall(w.params).max()) ** years
    return np.clip(dearest - lowest, 0, None)


class Verhuiskostenvergoeding(KnownForHomesTaken):
    """A grant for the cost of moving; gemeente or provincie pay it."""

    card: ClassVar[Card] = PRIJSPRIKKEL.named("verhuiskostenvergoeding", "Verhuiskostenvergoeding", "Grant for the cost of moving").but(
        sector="sociaal, particulier",
        stages=("woningzoeken", "verhuizen"),
        levers_used=("eur_once",),
        deliverers=("gemeente", "provincie"),
        powers=("subsidie",),
        indicator="households_verhuiskostenvergoeding",
        law="a corporatie may not pay it for doorstroming; gemeente and provincie may",
        source="toolkit Platform31 2023, annex; C08, C10, C35",
    )

    prices: ClassVar[tuple[str, ...]] = ("eur_grant",)

    who: Who = Who(tenure="corporatie", rooms=4)
    eur_grant: float = Field(2000, ge=0, le=10000, description="euro per move")
    payer: Payer = "gemeente"

    def check_law(self, start: str) -> None:
        """Only gemeente or provincie."""
        law.check_moving_grant(self.payer)

    def levers(self) -> dict[str, float]:
        """Money once."""
        return {"eur_once": self.eur_grant, **self.conditions()}

    def most_cost_of_a_use(self, w: World, rows: NDArray) -> NDArray:
        """The grant."""
        return np.full(len(rows), float(self.eur_grant))

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """The grant for each move."""
        return self.eur_grant * len(moves)


class FinancieelAdvies(Help):
    """Advice on what a move does to the monthly costs: many think that it cannot be paid."""

    card: ClassVar[Card] = PRIJSPRIKKEL.named("financieel_advies", "Financieel advies", "Financial advice").but(
        stages=("woonwens", "woningzoeken"),
        levers_used=("search", "trouble"),
        deliverers=("gemeente", "makelaar"),
        powers=("financieel_advies",),
        source="toolkit Platform31 2023, annex, Wooncoach (financial advice); unproven",
    )
    stages_asked: ClassVar[tuple[int, int]] = (WENS, ZOEKEN)

    who: Who = Who(tenure="koop")
    rel_known: float = Field(0.1, ge=0, le=1, description="share of owners with a wish that asks for it (assumption, 0.02-0.3)")
    search: float = Field(0.2, ge=0, le=5, description="logit added to the chance of starting to search (assumption, 0-1)")
    trouble: float = Field(0.005, ge=0, le=0.2, description="fit points: a mistaken fear less (assumption, 0-0.02)")
    eur_use: float = Field(250, ge=0, le=2000, description="euro per move (assumption)")
    payer: Payer = "gemeente"

    def levers(self) -> dict[str, float]:
        """Knows that it can be paid."""
        return {"search": self.search, "trouble": self.trouble}


class Seniorenhypotheek(KnownToSome):
    """Information about the Senioren Verhuisregeling: the test is on what one really pays, not on the annuity norm."""

    card: ClassVar[Card] = PRIJSPRIKKEL.named(
        "seniorenhypotheek", "Informatie over de seniorenhypotheek", "Information on mortgages for seniors"
    ).but(
        stages=("woningzoeken",),
        levers_used=("actual_cost",),
        deliverers=("gemeente", "provincie", "makelaar"),
        powers=("voorlichting",),
        law="Senioren Verhuisregeling (NHG 2018): from 57, for who leaves an owned home; gross monthly cost no higher than now, and "
        "within what the income allows; without NHG a loan of at most 80 % of the value (D81)",
        source="toolkit Platform31 2023, menukaart particulier, 4; sources section 9; unproven",
    )

    who: Who = Who(age=57, tenure="koop")
    rel_known: float = Field(
        0.3, ge=0, le=1, description="share of searching owners that learns of it by the information (assumption, 0.05-0.6)"
    )
    eur_fixed: float = Field(5000, ge=0, description="euro per year for the information (assumption)")
    payer: Payer = "gemeente"

    def levers(self) -> dict[str, float]:
        """A mortgage by what is really paid, where it is open to one (``sim.market.searchers.senior_loan``)."""
        return {"actual_cost": 1}


CARDS = (Huurgewenning, Huurbehoud, Verhuiskostenvergoeding, FinancieelAdvies, Seniorenhypotheek)
