"""Category 1 of the menukaart: one home becomes two."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from sim.behaviour.fit import moment, refresh
from sim.chains.new_homes import add_homes, free_rent
from sim.interventions.card import Card
from sim.interventions.cards.passend_aanbod import ANNEX, PASSEND_AANBOD
from sim.interventions.instrument import Instrument
from sim.interventions.running import Running, first_of
from sim.interventions.terms import Payer
from sim.interventions.who import Lot, Who
from sim.world.chance import Purpose, hash_ints, hash_text, uniform
from sim.world.codes import HUIDIGE, WENS, Access, DwellingState, DwellingType, HouseholdState, Origin, Tenure
from sim.world.columns import Dwellings, take
from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


class Permit(NamedTuple):
    """Leave to split a home: the month in which the works are done, the household that asked for it, and its home."""

    month: int
    household: int
    home: int


@dataclass
class Permits(Own):
    """What is under way, and how much there may be of it."""

    under_way: list[Permit] = field(default_factory=list)
    granted: list[int] = field(default_factory=list)  # by area, homes since the start; empty before the first application
    most: NDArray = field(default_factory=lambda: np.zeros(0))  # the same, homes that may be split


class Woningsplitsen(Instrument):
    """An owner in a large home makes two independent homes of it: an application, a permit or a refusal, works, a vacancy."""

    card: ClassVar[Card] = PASSEND_AANBOD.named("woningsplitsen", "Woningsplitsen", "Splitting a home in two").but(
        sector="particulier",
        law="permit by the omgevingsplan; local rules of the kind of Nieuwegein's: at least 50 m2 per home, at most one in ten homes of a neighbourhood",
        source=f"{ANNEX}; sources section 3; C39-C42",
        for_households=False,
    )
    stages_asked: ClassVar[tuple[int, int]] = (HUIDIGE, WENS)
    prices: ClassVar[tuple[str, ...]] = ("eur_split",)

    who: Who = Who(age=55, size=2, tenure="koop", rooms=4, floor_area=150)
    p_apply: float = Field(
        0.006,
        ge=0,
        le=1,
        description="chance per year that an owner in the target group applies (C39: about 3,000 splits a year; C40: of 502,277 homes)",
    )
    rel_refused: float = Field(0.3, ge=0, le=1, description="share of the applications that is refused (assumption, 0.1-0.6)")
    rel_most: float = Field(0.1, ge=0, le=1, description="largest share of the single-family homes of an area that may be split")
    dur_permit: int = Field(6, ge=0, le=36, description="months from application to permit (assumption)")
    dur_works: int = Field(7, ge=0, le=36, description="months of works (31 weeks, sources section 3)")
    rel_let: float = Field(0.5, ge=0, le=1, description="share of the second homes that is let, not sold (assumption)")
    eur_split: float = Field(5000, ge=0, le=50000, description="euro of subsidy and guidance per home split (assumption)")
    payer: Payer = "gemeente"

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """Nobody applies, or nobody may."""
        return {"p_apply": 0, "rel_refused": 1, "rel_most": 0}

    def act_in_month(self, run: Running, w: World) -> None:
        """New applications, and the homes of those whose works are done."""
        self._apply(run, w)
        mine = run.memory(Permits)
        done = [one for one in mine.under_way if one.month <= w.month]
        mine.under_way = [one for one in mine.under_way if one.month > w.month]
        still = [(i, j) for _, i, j in done if w.h.home[i] == j and w.h.state[i] == HouseholdState.PRESENT and w.h.reserved[i] < 0]
        still = still[: run.afford(len(still), self.eur_split)]
        if still:
            self._split(run, w, *(np.array(side, np.int32) for side in zip(*still, strict=True)))

    def _apply(self, run: Running, w: World) -> None:
        """Applications of this month; a permit is refused by a keyed draw, or where the area has no room left."""
        lot = Lot(w.draws.base(Purpose.TALK, w.month, self.key), self.p_apply / 12)
        rows = run.candidates(w, lot)
        rows = rows[w.d.kind[w.h.home[rows]] == DwellingType.EENGEZINS]
        mine = run.memory(Permits)
        under_way = {one.household for one in mine.under_way}
        rows = rows[[int(i) not in under_way for i in rows]] if len(rows) else rows
        run.month.waiting += max(0, len(rows) - run.n_room)
        rows = first_of(rows, uniform(lot.base, w.h.id[rows]), run.n_room)
        run.month.contacts += len(rows)
        run.at_work.note_application(w.month, len(rows))
        with w.draws.replay():  # one fixed number per home: a refusal stays a refusal
            refused = uniform(w.draws.base(Purpose.UNIT_NUMBER, 4, self.key), w.d.id[w.h.home[rows]]) < self.rel_refused
        for i in rows[~refused]:
            area = int(w.d.area[w.h.home[i]])
            if self._room_in(mine, w, area):
                mine.granted[area] += 1
                mine.under_way.append(Permit(w.month + self.dur_permit + self.dur_works, int(i), int(w.h.home[i])))
        run.n_reached += len(rows)

    def _room_in(self, mine: Permits, w: World, area: int) -> bool:
        if not mine.granted:
            in_stock = (w.d.kind == DwellingType.EENGEZINS) & (w.d.state == DwellingState.IN_STOCK)
            mine.granted = [0] * len(w.map.gemeente)
            mine.most = self.rel_most * np.bincount(w.d.area[in_stock], minlength=len(w.map.gemeente))
        return mine.granted[area] + 1 <= mine.most[area]

    def _split(self, run: Running, w: World, rows: NDArray, homes: NDArray) -> None:
        """Each home keeps half of its rooms, floor and worth; the other half is a home of its own."""
        d, new = w.d, take(w.d, homes)
        salt = hash_text(self.key)
        new.id[:] = [hash_ints(salt, int(ident), w.month) for ident in d.id[homes]]  # a home may be split again
        with w.draws.replay():
            let = uniform(w.draws.base(Purpose.UNIT_NUMBER, 5, self.key), d.id[homes]) < self.rel_let
        new.tenure[:] = np.where(let, Tenure.VRIJE_HUUR, Tenure.KOOP)
        new.rooms[:] = d.rooms[homes] // 2
        new.floor_area[:], new.woz[:] = d.floor_area[homes] / 2, d.woz[homes] / 2
        new.rent[:] = free_rent(new.floor_area, w.params, w.params.eur_rent_half)
        new.access[:], new.age_label[:], new.labels[:] = Access.AANPASBAAR, 0, 0
        new.made_by[:], new.state[:], new.delivery[:] = run.bit + 1, DwellingState.IN_STOCK, w.month
        new.occupant[:], new.vacancy[:] = -1, -1
        d.rooms[homes] -= new.rooms
        d.floor_area[homes] /= 2
        d.woz[homes] /= 2
        left = np.maximum(0, new.woz - w.params.eur_split_works)
        brought = np.where(let, 0, left).astype(np.float32)  # a sold half pays off the mortgage first
        paid_off = np.minimum(w.h.debt[rows], brought)
        w.h.debt[rows] -= paid_off
        w.h.wealth[rows] += brought - paid_off
        add_homes(w, Dwellings(*new), Origin.SPLIT)
        refresh(w.h, rows, moment(w))
        run.pay(self.eur_split * len(rows))


CARDS = (Woningsplitsen,)
