"""Category 1 of the menukaart: a household with rooms to spare takes somebody in who has no home.

What is represented: the host lives on in its home and earns the rent of the room; one person without a home lives with it,
does not search as long as the contract lasts, and searches again when it ends. What is not: a home has one household, so the
lodger stays without a home of its own (it counts as such, has no fit, and its registration goes on), and the host's home
does not become smaller. Who lodges is in the ledger by a move of its own kind (INWONEN), which fills nothing and is in no chain.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.behaviour.fit import moment, refresh
from sim.behaviour.funnel import count_step
from sim.chains.moves import write_moves
from sim.interventions.card import Card
from sim.interventions.cards.passend_aanbod import ANNEX, PASSEND_AANBOD
from sim.interventions.instrument import Instrument
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.interventions.who import ALL_DRAWN, Lot, Who
from sim.world.chance import Purpose, uniform
from sim.world.codes import HUIDIGE, NIEUW, WENS, ZOEKEN, HouseholdState, MoveReason, Tenure
from sim.world.columns import ABSENT, NEVER, NOWHERE
from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.common import Common
    from sim.world.world import World

END, LODGER, HOST, HOME = range(4)  # columns of the contracts, int64
WITH, BEFORE = range(2)  # columns of the hosts' incomes, float32: with the rent of the room, and without


@dataclass
class Lodging(Own):
    """Rooms that are let, and those that are still open."""

    rooms: list[tuple[int, int]] = field(default_factory=list)  # hosts whose room found nobody yet, and the homes that they live in
    contracts: NDArray = field(default_factory=lambda: np.zeros((0, 4), np.int64))
    incomes: NDArray = field(default_factory=lambda: np.zeros((0, 2), np.float32))


class Woningdelen(Instrument):
    """Hospitaverhuur: a household with rooms to spare lets one to somebody without a home, under a contract that ends."""

    card: ClassVar[Card] = PASSEND_AANBOD.named("woningdelen", "Woningdelen (hospitaverhuur)", "Sharing a home with a lodger").but(
        payers=("gemeente", "corporatie", "welzijn"),
        deliverers=("gemeente", "corporatie", "welzijn", "bewonersinitiatief"),
        powers=("begeleiding",),
        indicator="interventie_x",
        law="hospitaverhuur: the lender's or landlord's consent, a trial of nine months; bill of 2025: contracts of at most five years",
        source=f"{ANNEX}: woningdelen; sources section 3",
    )
    stages_asked: ClassVar[tuple[int, int]] = (HUIDIGE, WENS)
    prices: ClassVar[tuple[str, ...]] = ("eur_case",)

    who: Who = Who(age=55, size=2, rooms=4)
    n_spare: int = Field(2, ge=1, le=6, description="fewest rooms above what the household needs")
    p_apply: float = Field(
        0.01,
        ge=0,
        le=1,
        description="chance per year that a household of the target group offers a room (assumption, 0.003-0.03; 8 % would consider it: sources section 3)",
    )
    rel_refused_lender: float = Field(
        0.6,
        ge=0,
        le=1,
        description="share of the owners with a mortgage whose lender refuses (sources section 3: 1,000 matches of 2,500 hosts)",
    )
    rel_refused_landlord: float = Field(0.4, ge=0, le=1, description="share of the tenants whose landlord refuses (assumption, 0.2-0.8)")
    eur_room: float = Field(450, ge=0, le=1200, description="euro per month for the room (assumption, 300-700)")
    rel_income: float = Field(0.4, ge=0, le=1, description="largest share of the lodger's income that the room takes (assumption)")
    dur_trial: int = Field(9, ge=1, le=12, description="months of trial (law and bill: nine)")
    rel_trial: float = Field(0.1, ge=0, le=1, description="share of the contracts that ends with the trial (assumption, 0-0.3)")
    dur_contract: int = Field(
        60, ge=12, le=60, description="longest contract, months (bill: five years); others end evenly between trial and then"
    )
    eur_case: float = Field(500, ge=0, le=10000, description="euro of mediation per contract (assumption)")
    payer: Payer = "gemeente"

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """Nobody offers a room, or nobody may pay for it."""
        return {"p_apply": 0.0} | ({"rel_income": 0.0} if self.eur_room > 0 else {})

    def target_group(self, common: Common, w: World, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN) -> NDArray:
        """Those of the target group with rooms to spare."""
        rows = super().target_group(common, w, stages, mask, lot)
        return rows[w.d.rooms[w.h.home[rows]].astype(int) - w.h.rooms_needed[rows] >= self.n_spare]

    def act_in_month(self, run: Running, w: World) -> None:
        """Rooms that are offered; lodgers who move in."""
        base = w.draws.base(Purpose.TALK, w.month, self.key)
        rows = run.touch(w, run.candidates(w, Lot(base, self.p_apply / 12)))
        run.month.contacts += len(rows)
        rooms = np.concatenate((self._still_open(run, w), rows[self._agreed(w, rows)])).astype(np.int32)
        hosts, lodgers = match(w, rooms, base, self.eur_room, self.rel_income)
        n = run.afford(len(hosts), self.eur_case)
        hosts, lodgers = hosts[:n], lodgers[:n]
        run.memory(Lodging).rooms = [(i, int(w.h.home[i])) for i in rooms[~np.isin(rooms, hosts)].tolist()]
        if len(hosts):
            take_in(run, w, hosts, lodgers, self.months(uniform(base, w.h.id[lodgers], w.h.id[hosts])), self.eur_room)
            run.pay(self.eur_case * len(hosts))

    def continue_begun(self, run: Running, w: World) -> None:
        """Contracts go on to their end."""
        see_to_contracts(run, w, self.eur_room)

    def when_stopped_for_good(self, run: Running, w: World) -> None:
        """Nobody would see to the contracts any more: they end."""
        run.memory(Lodging).contracts[:, END] = w.month
        see_to_contracts(run, w, self.eur_room)

    def months(self, u: NDArray) -> NDArray:
        """Months of contracts by keyed numbers in [0, 1): some end with the trial, others evenly up to the longest; int64."""
        rest = np.clip((u - self.rel_trial) / max(1e-9, 1 - self.rel_trial), 0, 1)
        span = 1 + np.minimum((rest * (self.dur_contract - self.dur_trial)).astype(np.int64), self.dur_contract - self.dur_trial - 1)
        return self.dur_trial + np.where(u < self.rel_trial, 0, span)

    def _agreed(self, w: World, rows: NDArray) -> NDArray:
        """Whose lender or landlord agrees, by a fixed number of the household; an owner without a mortgage asks nobody."""
        with w.draws.replay():
            u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 4, self.key), w.h.id[rows])
        owner = w.d.tenure[w.h.home[rows]] == Tenure.KOOP
        refused = np.where(owner, np.where(w.h.debt[rows] > 0, self.rel_refused_lender, 0), self.rel_refused_landlord)
        return u >= refused

    def _still_open(self, run: Running, w: World) -> NDArray:
        """Hosts whose room found nobody yet, and who still live there."""
        rooms = [i for i, j in run.memory(Lodging).rooms if w.h.home[i] == j and w.h.reserved[i] == NOWHERE]
        return np.array([i for i in rooms if w.h.state[i] == HouseholdState.PRESENT], np.int32)


def match(w: World, hosts: NDArray, base: np.uint64, eur_room: float, rel_income: float) -> tuple[NDArray, NDArray]:
    """Each host in turn takes the first in a keyed order who searches alone, within reach, and can pay; hosts and lodgers, int32."""
    h = w.h
    free = np.flatnonzero((h.stage == ZOEKEN) & (h.size == 1)) if len(hosts) else np.zeros(0, np.int64)
    free = free[(h.state[free] == HouseholdState.PRESENT) & (h.home[free] == NOWHERE) & (h.reserved[free] == NOWHERE)]
    free = free[12 * eur_room <= rel_income * h.income[free]]
    free = free[np.argsort(uniform(base, h.id[free]), kind="stable")]
    origin, wide, waits = h.origin_area[free], h.scope[free] > 0, np.ones(len(free), bool)
    pairs = []
    for i in hosts.tolist():
        area = w.d.area[h.home[i]]
        near = w.map.gemeente[np.maximum(0, origin)] == w.map.gemeente[area]
        found = np.flatnonzero(waits & near & (wide | (origin == area)))[:1]
        waits[found] = False
        pairs += [(i, k) for k in free[found].tolist()]
    both = np.array(pairs, np.int32).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def take_in(run: Running, w: World, hosts: NDArray, lodgers: NDArray, months: NDArray, eur_room: float) -> None:
    """Lodgers move in with their hosts for so many months: the one place where this instrument moves anybody."""
    h = w.h
    run.decides(w, lodgers)  # from here on the households are changed
    k = write_moves(w, lodgers, h.home[hosts], -1, MoveReason.INWONEN)
    w.m.instruments[k] = w.m.decisive[k] = run.mask
    w.m.to_rent[k] = eur_room
    count_step(w, lodgers, NIEUW)
    h.stage[lodgers], h.stage_month[lodgers], h.search_month[lodgers] = NIEUW, w.month, ABSENT
    waits = h.patience[lodgers] != NEVER  # who lodges does not leave for lack of a home
    h.patience[lodgers[waits]] += months[waits].astype(np.int16)
    before = h.income[hosts]
    h.income[hosts] += np.float32(12 * eur_room)
    see_anew(w, hosts)
    contracts = np.stack((w.month + months, lodgers, hosts, h.home[hosts]), axis=1)
    incomes = np.stack((h.income[hosts], before), axis=1)
    mine = run.memory(Lodging)
    mine.contracts, mine.incomes = np.concatenate((mine.contracts, contracts)), np.concatenate((mine.incomes, incomes))


def see_to_contracts(run: Running, w: World, eur_room: float) -> None:
    """Contracts end by time, or when one of the two leaves; as long as they last the host has the rent of the room."""
    mine = run.memory(Lodging)
    if len(mine.contracts) == 0:
        return
    h, c, incomes = w.h, mine.contracts, mine.incomes
    lodger, host = c[:, LODGER].astype(np.int32), c[:, HOST].astype(np.int32)
    lodges = (h.state[lodger] == HouseholdState.PRESENT) & (h.home[lodger] == NOWHERE)
    hosted = (h.state[host] == HouseholdState.PRESENT) & (h.home[host] == c[:, HOME])
    goes_on = lodges & hosted & (c[:, END] > w.month)
    same = h.income[host] == incomes[:, WITH]  # a birthday or another event reckons an income anew
    stops = (h.state[host] == HouseholdState.PRESENT) & ~goes_on & same
    h.income[host[stops]] = incomes[stops, BEFORE]
    anew = goes_on & ~same
    incomes[anew, BEFORE] = h.income[host[anew]]
    incomes[anew, WITH] = h.income[host[anew]] = h.income[host[anew]] + np.float32(12 * eur_room)
    see_anew(w, host[stops | anew])
    ends = lodges & ~goes_on
    search_again(w, lodger[ends], np.maximum(0, c[ends, END] - w.month))
    mine.contracts, mine.incomes = c[goes_on], incomes[goes_on]


def search_again(w: World, rows: NDArray, early: NDArray) -> None:
    """A contract is over, ``early`` months before its end: who lodged looks for a home as before."""
    h = w.h
    count_step(w, rows, ZOEKEN)
    h.stage[rows], h.stage_month[rows], h.search_month[rows] = ZOEKEN, w.month, w.month
    waits = h.patience[rows] != NEVER
    h.patience[rows[waits]] -= early[waits].astype(np.int16)


def see_anew(w: World, hosts: NDArray) -> None:
    """Fit of the hosts, whose housing cost is another share of their income."""
    rows = hosts[w.h.home[hosts] >= 0].astype(np.int32)
    refresh(w.h, rows, moment(w))


CARDS = (Woningdelen,)
