"""Category 1 of the menukaart: a survey of what seniors want, and a programme that follows the gap that it measures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.behaviour.woonprofielen import N_PROFIELEN, profile_scores
from sim.chains.new_homes import floor_area_of, free_rent, social_rent, worth_by_kind
from sim.interventions.card import Card
from sim.interventions.cards.passend_aanbod import ANNEX, PASSEND_AANBOD
from sim.interventions.instrument import Instrument
from sim.interventions.running import Running, first_of
from sim.interventions.terms import Payer
from sim.interventions.who import Who
from sim.population.streefhuur import rent_law
from sim.world.chance import Purpose, uniform
from sim.world.codes import HUIDIGE, ZOEKEN, Access, Contact, DwellingState, DwellingType, Tenure
from sim.world.columns import NOWHERE
from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.world import World

BUILT = (DwellingType.EENGEZINS, DwellingType.MEERGEZINS, DwellingType.SENIORENCOMPLEX)  # what a programme can choose from


@dataclass
class Survey(Own):
    """What the last survey found."""

    gap: NDArray = field(
        default_factory=lambda: np.zeros(N_PROFIELEN, np.int64)
    )  # respondents short of a fitting home, by woonprofiel wanted


class Woonbehoefteonderzoek(Instrument):
    """Every so many years seniors are asked how they live and want to live; homes planned for later are built to the answers.

    Never more or fewer homes, and none that is due within the lead time: kind, access, size and tenure of a share of the others
    follow the respondents whose home is not of their woonprofiel, so the profile with the largest gap gets the most. Whoever
    gets such a home would have found another there, so nobody is named as its user: its effect is a difference between worlds.
    """

    card: ClassVar[Card] = PASSEND_AANBOD.named("woonbehoefteonderzoek", "Woonbehoefteonderzoek", "Survey of housing wishes").but(
        stages=("huidige_woning", "woonwens", "woningzoeken"),
        payers=("gemeente", "provincie", "corporatie"),
        indicator="suitable_dwellings",
        source=f"{ANNEX}: woonbehoefteonderzoek, woonprofielen; sources section 1",
        contact=Contact.NONE,
        for_households=False,
        has_users=False,
    )
    stages_asked: ClassVar[tuple[int, int]] = (HUIDIGE, ZOEKEN)
    prices: ClassVar[tuple[str, ...]] = ("eur_survey",)

    who: Who = Who(age=65)
    dur_cycle: int = Field(48, ge=12, le=120, description="months between two surveys (assumption, 24-72)")
    rel_sample: float = Field(0.05, ge=0.001, le=1, description="share of the target group that answers (assumption, 0.01-0.2)")
    rel_misread: float = Field(
        0.15, ge=0, le=1, description="share of the answers that is read as another woonprofiel (assumption, 0.05-0.3)"
    )
    rel_steered: float = Field(
        0.3, ge=0, le=1, description="share of the homes planned for after the lead time that follows the survey (assumption, 0.1-0.6)"
    )
    rel_fits: float = Field(0.75, ge=0, le=1, description="lowest score of a home that is of a woonprofiel (assumption, 0.6-0.85)")
    dur_lead: int = Field(24, ge=1, le=96, description="months in which what is planned can no longer be changed (assumption)")
    eur_survey: float = Field(40000, ge=0, le=500000, description="euro per survey (assumption; not found)")
    payer: Payer = "gemeente"

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """No plan follows it."""
        return {"rel_steered": 0}

    def act_in_month(self, run: Running, w: World) -> None:
        """Survey and change of plans, when a survey is due and can be paid."""
        if run.months_since_first(w) % self.dur_cycle or not run.afford(1, self.eur_survey):
            return
        rows = run.candidates(w)
        u = uniform(w.draws.base(Purpose.TALK, w.month, self.key), w.h.id[rows])
        n = int((u < self.rel_sample).sum())
        rows = first_of(rows, u, min(run.n_room, n))
        run.month.waiting += n - len(rows)
        run.pay(self.eur_survey)
        run.month.contacts += len(rows)
        run.n_reached += len(rows)
        wanted, short = self.answers(w, rows)
        run.memory(Survey).gap = np.bincount(wanted[short], minlength=N_PROFIELEN)
        self._steer(run, w, rows[short], wanted[short])

    def answers(self, w: World, rows: NDArray) -> tuple[NDArray, NDArray]:
        """The woonprofiel that is read from the answer of each household, and whether its home is not of it; int64, bool."""
        h, home = w.h, w.h.home[rows]
        with w.draws.replay():
            u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 4, self.key), h.id[rows])
        other = (h.profile[rows, 0] + 1 + (u / max(self.rel_misread, 1e-9) * (N_PROFIELEN - 1)).astype(np.int64)) % N_PROFIELEN
        wanted = np.where(u < self.rel_misread, other, h.profile[rows, 0]).astype(np.int64)
        score = profile_scores(w.params, 1.0)[wanted, w.d.kind[home], w.map.urban[w.d.area[home]]]
        return wanted, (score < self.rel_fits) | (w.d.access[home] == Access.ONGESCHIKT)

    def _steer(self, run: Running, w: World, rows: NDArray, wanted: NDArray) -> None:
        """Each home that can still be changed follows a keyed answer of somebody who is short of a fitting home."""
        d, p = w.d, w.params
        later = np.flatnonzero(
            (d.state == DwellingState.PLANNED) & (d.delivery >= w.month + self.dur_lead) & (d.made_by == 0) & (d.vacancy == NOWHERE)
        )
        with w.draws.replay():  # one fixed number per home
            u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 5, self.key), d.id[later])
        homes = later[u < self.rel_steered * min(1.0, run.strength)]
        if len(homes) == 0 or len(rows) == 0:
            return
        answer = (uniform(w.draws.base(Purpose.PROGRAMME, w.month, self.key), d.id[homes]) * len(rows)).astype(np.int64)
        asked = rows[answer]
        scores = profile_scores(w.params, 1.0)[wanted[answer], :, w.map.urban[d.area[homes]]][:, list(BUILT)]
        kind = np.array(BUILT)[scores.argmax(axis=1)]
        flat = kind != DwellingType.EENGEZINS
        rooms = np.maximum(int(p.n_rooms_steered), w.h.rooms_needed[asked].astype(int) + int(p.n_rooms_spare) - flat)
        d.woz[homes] *= worth_by_kind(p)[kind] / worth_by_kind(p)[d.kind[homes]]
        d.kind[homes], d.access[homes], d.rooms[homes] = kind, Access.GESCHIKT, rooms
        d.floor_area[homes] = np.where(flat, floor_area_of(rooms, p), p.m2_house_over_flat + floor_area_of(rooms, p))
        d.tenure[homes] = w.d.tenure[w.h.home[asked]]
        social = d.tenure[homes] == Tenure.CORPORATIE
        d.age_label[homes] = np.where(social & (kind == DwellingType.SENIORENCOMPLEX), int(p.age_label_senior), 0)
        rents = rent_law(w.setting.start)
        social_rents = social_rent(d, homes, w.draws.seed, rents, p)
        d.rent[homes] = np.where(social, social_rents, free_rent(d.floor_area[homes], p, rents.limit))
        w.add("steered", len(homes))


CARDS = (Woonbehoefteonderzoek,)
