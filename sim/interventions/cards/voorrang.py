"""Category 5 of the menukaart: who goes first, by labels on homes; and who gets the home that is left."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.behaviour.money import asking_price
from sim.interventions.card import Card
from sim.interventions.instrument import Instrument
from sim.interventions.labels import ForHomesTaken, label_vacant, take_labels_off
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.interventions.who import ALL_DRAWN, Lot, Who
from sim.world import law
from sim.world.chance import Purpose, uniform
from sim.world.codes import Access, Contact, DwellingType, HouseholdState, HouseholdType, Origin, Tenure
from sim.world.columns import NOWHERE, age_years

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.common import Common
    from sim.world.world import World

ANNEX = "toolkit Platform31 2023, annex, Voorrangregelingen"

VOORRANG = Card(
    category="voorrang",
    sector="sociaal",
    stages=("woningzoeken",),
    payers=("corporatie", "gemeente"),
    deliverers=("corporatie", "gemeente"),
    powers=("eigen_woningen", "huisvestingsverordening"),
    indicator="allocations_by_priority",
)
ON_THE_MARKET = VOORRANG.but(
    sector="particulier",
    levers_used=("rank_market",),
    payers=("gemeente",),
    deliverers=("gemeente",),
    powers=("huisvestingsverordening",),
    contact=Contact.GEMEENTE,
)


class Labelling(Instrument):
    """An instrument that works through labels on homes: they end with it."""

    share_of_homes: ClassVar[str] = "rel_labelled"

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """No home has the label."""
        return {self.share_of_homes: 0}

    def when_not_in_force(self, run: Running, w: World) -> None:
        """Its homes are offered without its label."""
        take_labels_off(run, w)


class Voorrang(ForHomesTaken, Labelling):
    """Priority by labels on the home left, the home taken and the resident."""

    card: ClassVar[Card] = VOORRANG.named(
        "voorrang", "Voorrang voor senioren die groot wonen", "Priority for seniors who leave a large home"
    ).but(
        levers_used=("rank",),
        law="a gemeente that labels homes needs a huisvestingsverordening (Huisvestingswet); a corporatie may agree on labels in its own stock: assumption",
        source=f"{ANNEX}; C07, C24",
    )
    asks_label: ClassVar[bool] = True

    who: Who = Who(tenure="corporatie", rooms=4)
    rank: int = Field(1, ge=1, le=20, description="points above other candidates")

    def levers(self) -> dict[str, float]:
        """Rank on labelled homes, for those who leave a large home for a smaller one."""
        return {"rank": self.rank, **self.conditions()}

    def act_in_month(self, run: Running, w: World) -> None:
        """Label the step-free homes that are vacant, and let the target group carry its priority."""
        self.put_labels(run, w)
        super().act_in_month(run, w)


class OnTheMarket(Labelling):
    """Priority on homes for sale or privately let that carry the label."""

    rel_labelled: float = Field(0.1, ge=0, le=1, description="share of the homes meant that is labelled (assumption)")
    payer: Payer = "gemeente"

    def levers(self) -> dict[str, float]:
        """A point more than others, on a labelled home."""
        return {"rank_market": 1, "needs_label": 1}

    @abstractmethod
    def suits(self, w: World, homes: NDArray) -> NDArray:
        """Which of the vacant ``homes`` may be labelled, bool."""

    def act_in_month(self, run: Running, w: World) -> None:
        """Label the homes meant, and let the target group carry its priority."""
        label_vacant(run, w, self.rel_labelled * min(1.0, run.strength), lambda homes: self.suits(w, homes))
        super().act_in_month(run, w)


class VoorrangAfspraken(OnTheMarket):
    """Sellers and private landlords agree to give people of 55 and over the first chance of a step-free home."""

    card: ClassVar[Card] = ON_THE_MARKET.named(
        "voorrang_afspraken", "Afspraken met verkopers en verhuurders", "Agreements with sellers and landlords"
    ).but(
        deliverers=("gemeente", "makelaar"),
        powers=("bemiddeling",),
        law="an agreement binds only who signs it",
        source=f"{ANNEX}: agreements with sellers and private landlords; unproven",
    )

    def suits(self, w: World, homes: NDArray) -> NDArray:
        """Step-free homes for sale or privately let."""
        return (w.d.tenure[homes] != Tenure.CORPORATIE) & (w.d.access[homes] == Access.GESCHIKT)


class LokaleBinding(OnTheMarket):
    """Local binding: new owner homes below the limit go first to who has lived in the gemeente for years."""

    card: ClassVar[Card] = ON_THE_MARKET.named("lokale_binding", "Voorrang voor lokale binding", "Priority for local binding").but(
        law="Huisvestingswet, in force 1-1-2024: with a huisvestingsverordening, at most half of the homes, owner homes only new and below the betaalbaarheidsgrens",
        source=f"{ANNEX}; sources section 9; unproven",
    )

    rel_labelled: float = Field(0.5, ge=0, le=1, description="share of the new owner homes below the limit (law: at most 0.5)")
    huisvestingsverordening: bool = Field(True, description="the gemeente has one that shows scarcity of these homes")
    dur_lived: int = Field(72, ge=72, le=240, description="months lived in the gemeente (law: six years)")

    def check_law(self, start: str) -> None:
        """Half of the homes, and only with a verordening."""
        law.check_local_binding(self.rel_labelled, self.huisvestingsverordening)

    def suits(self, w: World, homes: NDArray) -> NDArray:
        """New homes for sale, sold for the first time, below the betaalbaarheidsgrens."""
        first = w.v.origin[w.d.vacancy[homes]] == Origin.NEW_BUILD
        price = asking_price(w, homes)
        return (w.d.tenure[homes] == Tenure.KOOP) & first & (price <= law.amount("betaalbaarheidsgrens", w.setting.start))

    def target_group(self, common: Common, w: World, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN) -> NDArray:
        """Those of the target group whose household has been here for so long: since the start, or founded here."""
        rows = super().target_group(common, w, stages, mask, lot)
        return rows[w.month - np.minimum(w.h.founded[rows], w.h.moved_in[rows]).astype(np.int64) >= self.dur_lived]


class Ooievaarsclausule(OnTheMarket):
    """A mid-rent family home goes first to a couple with an active wish for children."""

    card: ClassVar[Card] = ON_THE_MARKET.named("ooievaarsclausule", "Ooievaarsclausule", "Stork clause").but(
        sector="sociaal",
        payers=("corporatie", "gemeente"),
        deliverers=("corporatie", "gemeente"),
        powers=("eigen_woningen", "huisvestingsverordening"),
        law="on trust, or with a statement of pregnancy",
        source=f"{ANNEX}: ooievaarsclausule (errata)",
        contact=Contact.EIGEN_INITIATIEF,
    )

    who: Who = Who(age=18, size=2)
    age_most: int = Field(40, ge=20, le=80, description="highest age of the older partner (assumption)")
    rel_wish: float = Field(0.5, ge=0, le=1, description="share of such couples with an active wish for children (assumption)")
    rel_labelled: float = Field(0.5, ge=0, le=1, description="share of the mid-rent family homes (assumption)")
    eur_rent_most: float | None = Field(
        None, ge=500, le=2000, description="euro per month; null is the upper limit of the middensegment, by law in the year of the start"
    )
    payer: Payer = "corporatie"

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """No couple has the wish."""
        return super().nothing_at(brought) | {"rel_wish": 0}

    def suits(self, w: World, homes: NDArray) -> NDArray:
        """Single-family homes let in the free sector up to the limit."""
        d = w.d
        most = law.amount("middenhuur", w.setting.start) if self.eur_rent_most is None else self.eur_rent_most
        return (d.tenure[homes] == Tenure.VRIJE_HUUR) & (d.kind[homes] == DwellingType.EENGEZINS) & (d.rent[homes] <= most)

    def target_group(self, common: Common, w: World, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN) -> NDArray:
        """Couples without children of the target group, and those without a home where it asks nothing of the home left."""
        h, rows = w.h, super().target_group(common, w, stages, mask, lot)
        if self.who == Who(age=self.who.age, size=self.who.size):
            free = np.flatnonzero((h.stage >= stages[0]) & (h.stage <= stages[1]))
            free = free[(h.home[free] == NOWHERE) & (h.state[free] == HouseholdState.PRESENT)]
            free = free[(h.reserved[free] == NOWHERE) & ((h.touched[free] & mask) == 0)]
            rows = np.sort(np.concatenate((rows, free[lot.draws(h.id[free])])))
        age = age_years(h.adult_birth[rows], w.month).max(axis=1)
        with w.draws.replay():
            u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 3, self.key), h.id[rows])
        couple = (h.kind[rows] == HouseholdType.COUPLE) & (age >= self.who.age) & (age <= self.age_most)
        return rows[couple & (u < self.rel_wish)].astype(np.int32)


class Passendheidsnorm(Labelling):
    """A large corporatie home that comes free goes to three or more persons, as long as there are any who respond."""

    card: ClassVar[Card] = VOORRANG.named(
        "passendheidsnorm", "Passendheidsnorm voor de vrijgekomen woning", "Size norm for the home left"
    ).but(
        levers_used=("size_norm",),
        payers=("gemeente", "corporatie"),
        deliverers=("gemeente",),
        powers=("huisvestingsverordening",),
        indicator="new_household",
        law="Huisvestingswet art. 11: priority by nature, size or price of the home, in a huisvestingsverordening",
        source=f"{ANNEX}: also steer who gets the home that is left",
        contact=Contact.NONE,
        for_households=False,
    )

    who: Who = Who(age=18)
    rooms: int = Field(4, ge=3, le=8, description="fewest rooms of a home that it holds for")
    rel_labelled: float = Field(1.0, ge=0, le=1, description="share of those homes")
    payer: Payer = "gemeente"

    def unread(self) -> dict[str, str]:
        """No number of homes limits a rule on homes; a share of them, and a strength below 1, do."""
        way_out = "it is a rule on homes, for everybody; give rel_labelled, or capacity: 0 to stop it"
        return super().unread() | {"who": way_out} | ({} if self.capacity == 0 else {"capacity": way_out})

    def levers(self) -> dict[str, float]:
        """A rule on the home, for everybody."""
        return {"size_norm": 1}

    def act_in_month(self, run: Running, w: World) -> None:
        """Label the large homes that are vacant."""
        d = w.d
        run.n_reached += label_vacant(
            run,
            w,
            self.rel_labelled * min(1.0, run.strength),
            lambda homes: (d.tenure[homes] == Tenure.CORPORATIE) & (d.rooms[homes] >= self.rooms),
        )


CARDS = (Voorrang, VoorrangAfspraken, LokaleBinding, Ooievaarsclausule, Passendheidsnorm)
