"""Category 1 of the menukaart: tenants of corporaties swap homes, two or more at a time; no home stands empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.behaviour.funnel import count_step
from sim.chains.moves import move_in
from sim.interventions.card import Card
from sim.interventions.cards.passend_aanbod import ANNEX, PASSEND_AANBOD
from sim.interventions.delivery import KnownToSome
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.interventions.who import Who, carriers
from sim.market.choice import Bases, Market, Terms, rules_of
from sim.market.searchers import describe
from sim.market.sight import arrange
from sim.market.trading import Veto, homes_to_swap, top_trading_cycles, wanted_homes
from sim.world.chance import Purpose, uniform
from sim.world.codes import WENS, ZOEKEN, Contact, HouseholdState, MoveReason, Stage, Tenure, Trigger
from sim.world.columns import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World


class Woningruil(KnownToSome):
    """A place where tenants who want to move find each other; each month whoever can trade round in a circle swaps homes."""

    card: ClassVar[Card] = PASSEND_AANBOD.named("woningruil", "Woningruil", "Swapping homes").but(
        sector="sociaal",
        stages=("woonwens", "woningzoeken"),
        payers=("corporatie", "gemeente", "huishouden"),
        deliverers=("corporatie",),
        powers=("eigen_woningen",),
        indicator="suitable_seniors",
        law="each landlord consents; income group and passend toewijzen as for any new tenant, at the rent of a new tenant",
        source=f"{ANNEX}: woning ruilen; sources section 4",
        contact=Contact.EIGEN_INITIATIEF,
    )
    stages_asked: ClassVar[tuple[int, int]] = (WENS, ZOEKEN)
    prices: ClassVar[tuple[str, ...]] = ("eur_use",)

    who: Who = Who(age=18, tenure="corporatie")
    rel_known: float = Field(
        0.1, ge=0, le=1, description="share of the tenants with a wish or searching that takes part (assumption, 0.02-0.4)"
    )
    rel_seen: float = Field(
        0.8, ge=0, le=1, description="chance that a tenant sees the home of another who takes part, in its search area (assumption)"
    )
    p_no_consent: float = Field(
        0.3, ge=0, le=1, description="chance that a landlord refuses a tenant for a home, once and for all (assumption, 0.1-0.6)"
    )
    n_most: int = Field(4, ge=2, le=50, description="most households in one circle; a longer one falls apart (assumption, 2-6)")
    dur_lived: int = Field(12, ge=0, le=120, description="months that a tenant must have lived in its home (sources section 4: a year)")
    keeps_time: bool = Field(False, description="true: registration time is kept; by default it is spent, as at any letting (assumption)")
    eur_use: float = Field(100, ge=0, le=2000, description="euro per household that swaps (sources section 4: one landlord's fee)")
    payer: Payer = "corporatie"

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """Nobody sees another's home, or nobody may have it."""
        return super().nothing_at(brought) | {"rel_seen": 0, "p_no_consent": 1}

    def act_in_month(self, run: Running, w: World) -> None:
        """Tenants who know of it enter; then those who can, swap."""
        super().act_in_month(run, w)
        rows = self.taking_part(run, w)
        if len(rows) > 1:
            got = self._agreed(run, w, rows, top_trading_cycles(*self.wanted(run, w, rows)))
            self._swap(run, w, rows, got)

    def taking_part(self, run: Running, w: World) -> NDArray:
        """Household rows (int32) that may swap this month; who must leave for works has no home to give."""
        h = w.h
        rows = carriers(h.touched, run.mask).astype(np.int32)
        rows = rows[(h.state[rows] == HouseholdState.PRESENT) & (h.home[rows] >= 0)]
        rows = rows[(h.stage[rows] >= WENS) & (h.stage[rows] <= ZOEKEN) & (h.reserved[rows] == NOWHERE)]
        rows = rows[(w.d.tenure[h.home[rows]] == Tenure.CORPORATIE) & (h.trigger[rows] != Trigger.REHOUSING)]
        return rows[w.month - h.moved_in[rows].astype(np.int64) >= self.dur_lived]

    def wanted(self, run: Running, w: World, rows: NDArray) -> tuple[NDArray, NDArray]:
        """Whose home each of the household ``rows`` wants, best first (see ``sim.market.trading``)."""
        rules, bases, veto = self.terms(w)
        offers = arrange(homes_to_swap(w, rows), bases.sight, w.map.gemeente)
        market = Market(describe(w, rows), offers, w.map)
        return wanted_homes(market, Terms(w.tables, rules, run.at_work.in_force.levers, bases), veto)

    def terms(self, w: World) -> tuple[np.void, Bases, Veto]:
        """The rules of the market, with what is seen of the homes that take part; the draws, and what may stand in between."""
        with w.draws.replay():  # fixed for the whole run, as on the market
            taste, sight, viewing = (w.draws.base(purpose) for purpose in (Purpose.TASTE, Purpose.SIGHT, Purpose.VIEWING))
            consent = w.draws.base(Purpose.UNIT_NUMBER, 6, self.key)
        tie = w.draws.base(Purpose.TIE, w.month, self.key)
        rules = rules_of(w.params, w.setting.start).copy()
        rules["sight"] = self.rel_seen
        return rules, Bases(taste, sight, viewing, tie, tie), Veto(viewing, float(w.params.p_refusal), consent, self.p_no_consent)

    def _agreed(self, run: Running, w: World, rows: NDArray, got: NDArray) -> NDArray:
        """The same swaps without the circles that are too long, or that the money does not reach: lowest keyed number first."""
        left, kept = run.free(w), np.arange(len(rows), dtype=np.int32)
        u = uniform(w.draws.base(Purpose.DELIVERY, w.month, f"{self.key} swaps"), w.h.id[rows])
        moving = np.flatnonzero(got != kept)
        for i in moving[np.argsort(u[moving], kind="stable")].tolist():
            circle = [i]
            while got[circle[-1]] != i:
                circle.append(int(got[circle[-1]]))
            cost = self.eur_use * len(circle)
            if kept[i] != i or len(circle) > self.n_most:
                continue
            if cost > left:
                run.lacks_money(1)
                continue
            kept[circle] = got[circle]
            left -= cost
        return kept

    def _swap(self, run: Running, w: World, rows: NDArray, got: NDArray) -> None:
        """The households that got another's home move into it this month: talks, consent and keys are taken together."""
        h = w.h
        moving = got != np.arange(len(rows))
        to, rows = h.home[rows[got[moving]]], rows[moving]
        if len(rows) == 0:
            return
        run.decides(w, rows)  # from here on the households are changed
        count_step(w, rows, int(Stage.VERHUIZEN))
        stirred = np.where(h.stage[rows] == ZOEKEN, h.used[rows], np.uint64(0))  # what set a search off worked on the move too
        registered = h.registered[rows].copy()
        move_in(w, rows, to, MoveReason.WONINGRUIL, stirred | run.mask)
        if self.keeps_time:
            h.registered[rows] = registered

    def when_moved(self, run: Running, w: World, moves: NDArray) -> float:
        """The fee of each household that swapped."""
        return self.eur_use * int((w.m.reason[moves] == MoveReason.WONINGRUIL).sum())


CARDS = (Woningruil,)
