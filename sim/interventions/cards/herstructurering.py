"""Renovation and demolition by a corporatie: tenants are rehoused, homes are taken out of use and come back better.

Who has not found a home by the end of the notice stays until it has: the works wait, nobody is put out. A home that was left is
not on offer until the works are done: its vacancy is withdrawn, and a new one, of its own origin, opens afterwards. Who left may
come back. Temporary homes (wisselwoningen) have no part in it. The works themselves are not counted as a cost, only what the
tenants are paid.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.behaviour.funnel import count_step
from sim.chains.ends import withdraw
from sim.chains.moves import move_in
from sim.chains.new_homes import append_homes, floor_area_of, worth_of_flat
from sim.chains.vacancies import open_vacancies
from sim.interventions.card import SUPPLY, Card
from sim.interventions.cards.passend_aanbod import PASSEND_AANBOD
from sim.interventions.instrument import Instrument
from sim.interventions.register import Among
from sim.interventions.running import Carry, Running
from sim.interventions.who import Who, members_of
from sim.world import law
from sim.world.chance import Purpose, hash_ints, hash_text, uniform
from sim.world.codes import (
    HUIDIGE,
    IN_STOCK,
    PRESENT,
    RESERVED,
    ZOEKEN,
    Access,
    Contact,
    DwellingState,
    DwellingType,
    MoveReason,
    Origin,
    Stage,
    Tenure,
    Trigger,
)
from sim.world.columns import NEVER, NOWHERE, Dwellings, take
from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

NOT_BEGUN = -1

REHOUSING = PASSEND_AANBOD.but(
    sector="sociaal",
    stages=("huidige_woning", "woonwens", "woningzoeken"),
    levers_used=(SUPPLY, "rank", "trouble", "eur_once"),
    payers=("corporatie",),
    deliverers=("corporatie",),
    powers=("eigen_woningen",),
    law="BW 7:220: a statutory minimum is paid to who must move (D01, D46); no tenant has to leave before there is another home",
    dosed=True,
)


@dataclass
class Project:
    """One home that is to be renovated or replaced, and the household that has to leave it."""

    home: int
    since: int  # month in which the tenant was told
    household: int
    rent: float  # what the tenant paid, euro per month
    refuge: int = -1  # home to which it moved
    ready: int = NOT_BEGUN  # month in which the works are done


@dataclass
class Projects(Own):
    """The homes that a corporatie works on."""

    per_month: float | None = None  # homes, fixed at the start: a dose, not a feedback
    told: set[int] = field(default_factory=set)  # homes whose tenants were ever told
    under_way: list[Project] = field(default_factory=list)


class Rehousing(Instrument):
    """So many homes per 1,000 of the corporaties and year are emptied, home by home, the least accessible first."""

    number: ClassVar[int]  # of its fixed draws
    prices: ClassVar[tuple[str, ...]] = ("eur_moving",)
    stages_asked: ClassVar[tuple[int, int]] = (HUIDIGE, ZOEKEN)  # whoever lives there, and it keeps what is set aside until it moves

    who: Who = Who(age=18, tenure="corporatie")
    n_per_1000: float = Field(5.0, ge=0, le=50, description="homes per 1,000 homes of corporaties and year (assumption, 1-20)")
    eur_moving: float = Field(
        7673, ge=0, le=50000, description="euro for each household that is rehoused (law: at least the minimum; D01, D46)"
    )
    rank: int = Field(1, ge=0, le=20, description="points above other candidates for corporatie homes; beside it, rehousing is nood")
    trouble: float = Field(
        1.0, ge=0, le=5, description="fit points of the trouble of moving that do not count, since it must move anyway (assumption)"
    )
    dur_notice: int = Field(12, ge=0, le=60, description="months from notice to works (assumption: a sociaal plan gives about a year)")
    rel_return: float = Field(0.3, ge=0, le=1, description="share of the households that comes back if it can (assumption, 0.1-0.6)")

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """No home is worked on."""
        return {"n_per_1000": 0}

    def check_law(self, start: str) -> None:
        """Not less than the statutory minimum."""
        law.check_rehousing(self.key, self.eur_moving, start)

    def levers(self) -> dict[str, float]:
        """Priority, money, and a move that is not weighed against staying undisturbed."""
        return {"rank": self.rank, "trouble": self.trouble, "eur_once": self.eur_moving}

    def most_cost_of_a_use(self, w: World, rows: NDArray) -> NDArray:
        """What the law gives each household."""
        return np.full(len(rows), float(self.eur_moving))

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """Works can begin where somebody left; each household that was rehoused is paid."""
        self._begin(run, w)
        left = np.isin(w.m.from_dwelling[moves], list(run.memory(Projects).told)) & (w.m.reason[moves] == MoveReason.FILL)
        left &= w.m.trigger[moves] == Trigger.REHOUSING  # who gave up, and was not told again, moved by itself
        return self.eur_moving * int(left.sum())

    def continue_begun(self, run: Running, w: World) -> None:
        """Works that are done, homes that came empty, and tenants who must still leave and do not search."""
        if run.memory(Projects).under_way:
            self._finish(run, w)
            self._begin(run, w)
            self._remind(run, w)

    def when_stopped_for_good(self, run: Running, w: World) -> None:
        """What is being worked on is finished at once; who still lives in its home may stay."""
        mine = run.memory(Projects)
        for one in mine.under_way:
            one.ready = NOT_BEGUN if one.ready == NOT_BEGUN else w.month
        self._finish(run, w)
        mine.under_way = []

    def act_in_month(self, run: Running, w: World) -> None:
        """Tell the tenants of the next homes."""
        mine = run.memory(Projects)
        if mine.per_month is None:
            stock = (w.d.state == IN_STOCK) & (w.d.tenure == Tenure.CORPORATIE)
            mine.per_month = self.n_per_1000 * float(stock.sum()) / 1000 / 12
        rows = run.touch(w, self._next(run, w, run.dose(mine.per_month * run.strength)))
        run.month.contacts += len(rows)
        for i in rows.tolist():
            mine.told.add(int(w.h.home[i]))
            mine.under_way.append(Project(int(w.h.home[i]), w.month, i, float(w.h.rent[i])))
        self._tell(run, w, rows)

    def _next(self, run: Running, w: World, n: int) -> NDArray:
        """The ``n`` households (int32) whose homes come next: least accessible first, then wijk by wijk in a keyed order."""
        d, rows = w.d, np.zeros(0, np.int32)
        with w.draws.replay():  # fixed for the whole run
            wijk = uniform(w.draws.base(Purpose.UNIT_NUMBER, self.number, self.key), np.arange(len(w.map.gemeente)))
            block = w.draws.base(Purpose.UNIT_NUMBER, self.number + 1, self.key)
        homes = np.flatnonzero((d.tenure == Tenure.CORPORATIE) & (d.access < Access.GESCHIKT) & (d.made_by == 0) & (d.occupant >= 0))
        order = d.access[homes] + wijk[d.area[homes]]
        for most in (4 * n + 100, len(homes)):  # not all who live there are in the target group; the first are nearly always enough
            if len(rows) < n:
                first = homes if most >= len(homes) else homes[order <= np.partition(order, most)[most]]
                rows = self._may_be_told(run, w, np.sort(d.occupant[first]))
        home = w.h.home[rows]
        return rows[np.lexsort((uniform(block, d.id[home]), wijk[d.area[home]], d.access[home]))][:n]

    def _may_be_told(self, run: Running, w: World, rows: NDArray) -> NDArray:
        """Those of the households ``rows`` that are in the target group and have not been told of works yet."""
        rows = members_of(w, self.who, self.asked_in(), run.reached, among=Among(rows, w.h.id[rows]), coaches=run.at_work.coaches)
        rows = rows[w.h.trigger[rows] != Trigger.REHOUSING]
        return rows[~np.isin(w.h.home[rows], list(run.memory(Projects).told))]

    def _tell(self, run: Running, w: World, rows: NDArray) -> None:
        """Households ``rows`` hear that they must move: they search from now on, in nood."""
        h = w.h
        if len(rows) == 0:
            return
        run.decides(w, rows)  # from here on the households are changed
        settled, new = rows[h.stage[rows] == HUIDIGE], rows[h.stage[rows] != ZOEKEN]
        h.trigger[rows] = int(Trigger.REHOUSING)
        h.taste_here[settled] -= np.float32(w.params.rel_discontent)  # as in every journey that begins
        count_step(w, new, ZOEKEN)
        h.stage[new], h.stage_month[new], h.search_month[new] = ZOEKEN, w.month, w.month
        h.registered[new[h.registered[new] == NEVER]] = w.month

    def _remind(self, run: Running, w: World) -> None:
        """Who must leave and gave up, or came to live there since, is told again, as far as there is money to pay it."""
        h, told = w.h, []
        for one in run.memory(Projects).under_way:
            i = int(w.d.occupant[one.home])
            if one.ready != NOT_BEGUN or i < 0:
                continue
            if i != one.household:  # a couple, or somebody who swapped
                one.household, one.rent = i, float(h.rent[i])
            if h.reserved[i] == NOWHERE and (h.stage[i] != ZOEKEN or not h.touched[i] & run.mask or h.trigger[i] != Trigger.REHOUSING):
                told.append(i)
        rows = np.array(sorted(told), np.int32)
        counted = (h.touched[rows] & run.mask) != 0  # money is set aside for them already
        rows = rows[np.cumsum(self.most_cost_of_a_use(w, rows) * ~counted) <= run.free(w)]
        fresh = rows[h.first_contact[rows] == Contact.NONE]
        h.first_contact[fresh], h.contact_month[fresh] = int(self.card.contact), w.month
        h.touched[rows] |= run.mask
        self._tell(run, w, rows)

    def _begin(self, run: Running, w: World) -> None:
        """Homes that are empty now are taken out of use; the works begin when the notice is over."""
        mine, kept = run.memory(Projects), []
        for one in mine.under_way:
            if one.ready == NOT_BEGUN and w.d.occupant[one.home] < 0:
                vacancy = int(w.d.vacancy[one.home])
                if vacancy < 0 or w.v.state[vacancy] == RESERVED:  # gone by other plans, or let again
                    continue
                withdraw(w, np.array([one.home]))
                there = w.h.state[one.household] == PRESENT
                one.refuge = int(w.h.home[one.household]) if there else int(NOWHERE)
                one.ready = max(w.month, one.since + self.dur_notice) + self._works(w, one.home)
            kept.append(one)
        mine.under_way = kept

    def _finish(self, run: Running, w: World) -> None:
        """Works that are done this month."""
        mine = run.memory(Projects)
        done = [one for one in mine.under_way if one.ready != NOT_BEGUN and one.ready <= w.month]
        if done:
            mine.under_way = [one for one in mine.under_way if one.ready == NOT_BEGUN or one.ready > w.month]
            self._bring_back(run, w, done)

    def _returning(self, w: World, done: list[Project]) -> NDArray:
        """Which of the projects' households come back: those that want to (keyed) and live where they were rehoused, bool."""
        h, rows = w.h, np.array([one.household for one in done])
        refuge = np.array([one.refuge for one in done])
        with w.draws.replay():
            wants = uniform(w.draws.base(Purpose.UNIT_NUMBER, self.number + 2, self.key), h.id[rows]) < self.rel_return
        return wants & (refuge >= 0) & (h.state[rows] == PRESENT) & (h.home[rows] == refuge) & (h.reserved[rows] == NOWHERE)

    def _come_back(self, run: Running, w: World, back: list[Project], homes: NDArray, rent: NDArray | None) -> None:
        """Households move into ``homes``; what they leave comes free."""
        if back:
            rows = np.array([one.household for one in back], np.int32)
            run.decides(w, rows)  # from here on the households are changed
            count_step(w, rows, int(Stage.VERHUIZEN))
            order = np.argsort(rows, kind="stable")
            rents = None if rent is None else rent[order]
            move_in(w, rows[order], homes[order].astype(np.int32), MoveReason.RETURN, run.mask, Origin.REHOUSING_DONE, rents)

    @abstractmethod
    def _works(self, w: World, home: int) -> int:
        """Take an empty home out of use; how long the works last, months."""

    @abstractmethod
    def _bring_back(self, run: Running, w: World, done: list[Project]) -> None:
        """The homes after the works."""


class Renovatie(Rehousing):
    """A corporatie renovates homes with stairs or thresholds: better to live in, at a higher rent."""

    card: ClassVar[Card] = REHOUSING.named("renovatie", "Renovatie", "Renovation").but(
        indicator="first_contact_corporatie_renovatie",
        source="toolkit Platform31 2023, monitor 2/3: approached because of renovation; sources section 9; D01, D46",
        contact=Contact.CORPORATIE_RENOVATIE,
    )
    number: ClassVar[int] = 10

    dur_works: int = Field(9, ge=0, le=60, description="months that a home is out of use (assumption, 3-18)")
    rel_step_free: float = Field(
        0.5, ge=0, le=1, description="share of the homes that is step-free afterwards; the rest can be adapted (assumption)"
    )
    rel_rent: float = Field(0.1, ge=0, le=1, description="rent rise, as a share; at most the liberalisatiegrens (assumption, 0-0.25)")

    def _works(self, w: World, home: int) -> int:
        """The home stays in the stock, and nobody lives there."""
        w.add("under_works")
        return self.dur_works

    def _bring_back(self, run: Running, w: World, done: list[Project]) -> None:
        """Better and dearer; who comes back pays the old rent and the rise, a new tenant that of the home."""
        d, homes = w.d, np.array([one.home for one in done])
        w.add("under_works", -len(homes))
        with w.draws.replay():
            step_free = uniform(w.draws.base(Purpose.UNIT_NUMBER, self.number + 3, self.key), d.id[homes]) < self.rel_step_free
        d.access[homes] = np.maximum(d.access[homes], np.where(step_free, Access.GESCHIKT, Access.AANPASBAAR))
        most, back = law.amount("liberalisatiegrens", w.setting.start), self._returning(w, done)
        rents = np.array([d.rent[homes], [one.rent for one in done]], np.float64)
        rents = np.maximum(rents, np.minimum(rents * (1 + self.rel_rent), most))
        d.rent[homes] = rents[0]
        self._come_back(run, w, [one for one, comes in zip(done, back, strict=True) if comes], homes[back], rents[1][back])
        open_vacancies(w, homes[~back], int(Origin.REHOUSING_DONE), at_once=True)


@dataclass
class Rebuilt(Own):
    """What came in the place of homes that were pulled down."""

    homes: Carry = field(default_factory=Carry)
    n_built: int = 0


class Sloop(Rehousing):
    """A corporatie pulls down homes with stairs or thresholds and builds step-free ones on the spot."""

    card: ClassVar[Card] = REHOUSING.named("sloop", "Sloop en nieuwbouw", "Demolition and new homes").but(
        indicator="first_contact_corporatie_sloop",
        source="toolkit Platform31 2023, monitor 2/3: approached because of demolition; sources section 9; D01, D46, F31",
        contact=Contact.CORPORATIE_SLOOP,
    )
    number: ClassVar[int] = 20

    n_per_1000: float = Field(
        3.0,
        ge=0,
        le=50,
        description="homes per 1,000 homes of corporaties and year, beside the base programme (assumption, 1-10; F31: 11,800 a year of all homes)",
    )
    rel_return: float = Field(0.2, ge=0, le=1, description="share of the households that comes back if it can (assumption, 0.1-0.5)")
    dur_build: int = Field(24, ge=0, le=96, description="months from demolition to the new homes (assumption)")
    rel_rebuilt: float = Field(1.2, ge=0, le=3, description="new homes for each that was pulled down (assumption, 0.8-1.6)")
    rooms: int = Field(3, ge=1, le=6, description="rooms of each new home")
    eur_rent: float = Field(670, ge=300, le=900, description="rent of each new home, euro per month (assumption)")

    def _works(self, w: World, home: int) -> int:
        """The home is no more."""
        w.d.state[home] = DwellingState.GONE
        w.add("demolished")
        return self.dur_build

    def _bring_back(self, run: Running, w: World, done: list[Project]) -> None:
        """New homes on the spot: first for who comes back, the others are offered."""
        n = run.memory(Rebuilt).homes.whole(self.rel_rebuilt * len(done))
        returning = self._returning(w, done)
        done = [done[k] for k in np.argsort(~returning, kind="stable")]
        back, spots = done[: min(n, int(returning.sum()))], [one.home for one in done]
        new = append_homes(w, self._new(run, w, np.resize(spots, n).astype(np.int64)), Origin.NEW_BUILD)
        self._come_back(run, w, back, new[: len(back)], None)
        open_vacancies(w, new[len(back) :], int(Origin.NEW_BUILD), at_once=True)

    def _new(self, run: Running, w: World, spots: NDArray) -> Dwellings:
        """A step-free flat in the wijk of each home that was there."""
        new, mine = take(w.d, spots), run.memory(Rebuilt)
        built, mine.n_built = mine.n_built, mine.n_built + len(spots)
        salt = hash_text(self.key)
        new.id[:] = [hash_ints(salt, built + k) for k in range(len(spots))]
        new.kind[:], new.tenure[:], new.access[:] = DwellingType.MEERGEZINS, Tenure.CORPORATIE, Access.GESCHIKT
        new.rooms[:], new.floor_area[:], new.rent[:] = self.rooms, floor_area_of(self.rooms, w.params), self.eur_rent
        new.woz[:] = worth_of_flat(w)
        new.age_label[:], new.labels[:], new.made_by[:] = 0, 0, run.bit + 1
        new.state[:], new.delivery[:] = IN_STOCK, w.month
        new.occupant[:], new.vacancy[:] = NOWHERE, NOWHERE
        return new


CARDS = (Renovatie, Sloop)
