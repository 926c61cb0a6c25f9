"""Category 1 of the menukaart: enough fitting homes, by building them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.chains.new_homes import floor_area_of, months_ahead, plan_homes, social_rent, worth_of_flat
from sim.interventions.card import SUPPLY, Card
from sim.interventions.instrument import Instrument
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.population.streefhuur import rent_law
from sim.world.chance import Purpose, hash_ints, hash_text, uniform
from sim.world.codes import Access, Contact, DwellingState, DwellingType, Tenure
from sim.world.columns import Dwellings, empty
from sim.world.copies import Own

if TYPE_CHECKING:
    from sim.world.world import World

ANNEX = "toolkit Platform31 2023, annex, Passend wonen"

PASSEND_AANBOD = Card(
    category="passend_aanbod",
    sector="sociaal, particulier",
    stages=("huidige_woning", "woonwens"),
    levers_used=(SUPPLY,),
    payers=("gemeente", "provincie"),
    deliverers=("gemeente",),
    powers=("vergunning",),
    indicator="split_applications",
    contact=Contact.GEMEENTE,
)
BUILDING = PASSEND_AANBOD.but(
    sector="sociaal",
    stages=("woningzoeken",),
    payers=("gemeente", "provincie", "corporatie"),
    deliverers=("gemeente", "corporatie"),
    powers=("vergunning", "eigen_woningen"),
    indicator="suitable_dwellings",
    for_households=False,
    dosed=True,
)


@dataclass
class Programme(Own):
    """How far a building programme is."""

    per_month: float | None = None  # homes, fixed when the first can be delivered: a dose, not a feedback
    n_built: int = 0


class Building(Instrument):
    """A building programme: so many homes per 1,000 senior households and year."""

    prices: ClassVar[tuple[str, ...]] = ("eur_home",)
    n_per_1000: float = Field(
        1.0, ge=0, le=50, description="homes per 1,000 senior households and year (F07: 290,000 to 2030 is about 12; assumption)"
    )
    dur_build: int = Field(24, ge=0, le=96, description="months from decision to the first delivery (assumption)")
    rel_corporatie: float = Field(1.0, ge=0, le=1, description="share let by a corporatie (assumption)")
    rel_koop: float = Field(0.0, ge=0, le=1, description="share sold (assumption)")
    kind: Literal["seniorencomplex", "meergezins", "eengezins", "flex"] = "meergezins"
    rooms: int = Field(3, ge=1, le=6, description="rooms of each home")
    age_label: int = Field(0, ge=0, le=80, description="lowest age of the residents; 0 is no label")
    eur_home: float = Field(15000, ge=0, le=300000, description="euro of subsidy per home (assumption, 0-40,000)")
    payer: Payer = "gemeente"

    @model_validator(mode="after")
    def _one_whole(self) -> Self:
        if self.rel_corporatie + self.rel_koop > 1 + 1e-9:
            parts = f"rel_corporatie={self.rel_corporatie:g} and rel_koop={self.rel_koop:g}"
            raise ValueError(f"{parts} are more than all homes together; lower one of them")
        return self

    def unread(self) -> dict[str, str]:
        """Nobody is chosen: whoever responds can get a home."""
        return super().unread() | {"who": "homes are built where the seniors live, for whoever gets them; take it out"}

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """No home is built."""
        return {"n_per_1000": 0}

    def act_in_month(self, run: Running, w: World) -> None:
        """Plan homes so long before they stand as they are sold or let ahead, if the budget allows; they stand after the building time."""
        lead = self._lead(w)
        due = w.month + lead
        if run.months_since_first(w) < self.dur_build - lead or due >= w.setting.last_month or not run.works(due):
            return
        mine = run.memory(Programme)
        if mine.per_month is None:
            mine.per_month = self.n_per_1000 * float(run.at_work.seniors.sum()) / 1000 / 12
        n = run.afford(run.dose(mine.per_month * run.strength), self.eur_home)
        if n > 0:
            plan_homes(w, self._homes(run, w, n, due))
            run.pay(n * self.eur_home)
            run.n_reached += n

    def _lead(self, w: World) -> int:
        """Months that the first of its homes can be on offer before they stand."""
        ahead = months_ahead(w.params)
        shares = {
            Tenure.KOOP: self.rel_koop,
            Tenure.CORPORATIE: self.rel_corporatie,
            Tenure.VRIJE_HUUR: 1 - self.rel_koop - self.rel_corporatie,
        }
        return min(self.dur_build, max(int(ahead[tenure]) for tenure, share in shares.items() if share > 1e-9))

    def _homes(self, run: Running, w: World, n: int, delivery: int) -> Dwellings:
        """Homes where the seniors live, by area, that stand in the month ``delivery``."""
        mine = run.memory(Programme)
        built, mine.n_built = mine.n_built, mine.n_built + n
        new = empty(Dwellings, n)
        salt = hash_text(self.key)
        new.id[:] = [hash_ints(salt, built + k) for k in range(n)]
        u = [uniform(w.draws.base(Purpose.PROGRAMME, built * 4 + k, self.key), new.id) for k in range(2)]
        seniors = np.cumsum(run.at_work.seniors) / max(1.0, run.at_work.seniors.sum())
        new.area[:] = np.minimum(np.searchsorted(seniors, u[0], side="right"), len(seniors) - 1)
        new.tenure[:] = np.select(
            [u[1] < self.rel_corporatie, u[1] < self.rel_corporatie + self.rel_koop],
            [Tenure.CORPORATIE, Tenure.KOOP],
            Tenure.VRIJE_HUUR,
        )
        new.kind[:] = DwellingType[self.kind.upper()]
        new.rooms[:] = self.rooms
        new.floor_area[:] = floor_area_of(self.rooms, w.params)
        new.access[:] = Access.GESCHIKT
        new.age_label[:] = self.age_label
        new.woz[:] = worth_of_flat(w)
        social = social_rent(new, slice(None), w.draws.seed, rent_law(w.setting.start), w.params)
        new.rent[:] = np.where(new.tenure == Tenure.CORPORATIE, social, w.params.eur_rent_added_vrij)
        new.made_by[:] = run.bit + 1
        new.state[:] = DwellingState.PLANNED
        new.delivery[:] = delivery
        return new


class Seniorenwoningen(Building):
    """Step-free homes in a complex with a label for seniors."""

    card: ClassVar[Card] = BUILDING.named("seniorenwoningen", "Meer seniorenwoningen", "More homes for seniors").but(
        sector="sociaal, particulier", source=f"{ANNEX}; A19, F07, F08"
    )

    rel_corporatie: float = Field(0.4, ge=0, le=1, description="share let by a corporatie (assumption)")
    rel_koop: float = Field(0.4, ge=0, le=1, description="share sold (assumption)")
    kind: Literal["seniorencomplex", "meergezins", "eengezins", "flex"] = "seniorencomplex"
    age_label: int = Field(55, ge=0, le=80, description="lowest age of the residents; 0 is no label")


class Flexwoningen(Building):
    """Small homes that are placed quickly, let by a corporatie to whoever looks for one."""

    card: ClassVar[Card] = BUILDING.named("flexwoningen", "Flexwoningen", "Small homes that are placed quickly").but(
        source=f"{ANNEX}: flexwoningen"
    )

    dur_build: int = Field(9, ge=0, le=96, description="months from decision to the first delivery (assumption)")
    kind: Literal["seniorencomplex", "meergezins", "eengezins", "flex"] = "flex"
    rooms: int = Field(2, ge=1, le=6, description="rooms of each home")


class Optoppen(Building):
    """A floor on top of blocks of flats of a corporatie, with a lift."""

    card: ClassVar[Card] = BUILDING.named("optoppen", "Optoppen", "A floor on top of flats").but(source=f"{ANNEX}: optoppen")

    n_per_1000: float = Field(0.5, ge=0, le=50, description="homes per 1,000 senior households and year (assumption, 0.1-2)")
    dur_build: int = Field(18, ge=0, le=96, description="months from decision to the first delivery (assumption)")
    eur_home: float = Field(25000, ge=0, le=300000, description="euro of subsidy per home (assumption, 0-60,000)")


CARDS = (Seniorenwoningen, Flexwoningen, Optoppen)
