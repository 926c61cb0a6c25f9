"""The terms on which an instrument is delivered: for whom, when, how much, who pays, and what a use of it may cost at most."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from sim.interventions.card import Card
from sim.interventions.who import ALL_DRAWN, Lot, Who
from sim.world.codes import ZOEKEN
from sim.world.names import MONTH, MOST_STRENGTH

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.common import Common
    from sim.world.world import World

Payer = Literal["gemeente", "provincie", "corporatie", "zorgaanbieder", "welzijn", "bewonersinitiatief", "makelaar", "huishouden"]


class Terms(BaseModel):
    """The settings that all instruments share, and what can be asked of them at any time."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)

    card: ClassVar[Card] = Card()
    stages_asked: ClassVar[tuple[int, int]] = (ZOEKEN, ZOEKEN)  # first and last in which people are asked, or ask for it
    share_of_homes: ClassVar[str] = ""  # setting with the share of homes that it labels, which adds up with what is there already
    prices: ClassVar[tuple[str, ...]] = ()  # settings beside eur_fixed of which it costs anything at all only if one is above 0

    who: Who = Who()
    since: str | None = Field(None, alias="from", description="first month, YYYY-MM; default the start of the run")
    until: str | None = Field(None, description="first month in which it no longer works, YYYY-MM")
    capacity: float | None = Field(None, ge=0, description="households reached per month; null is no limit")
    eur_budget: float | None = Field(None, ge=0, description="euro for the whole run; null is no limit")
    eur_fixed: float = Field(0, ge=0, description="euro per year")
    payer: Payer = "corporatie"
    deliverer: str | None = Field(None, description="organisation that delivers it; null: the payer, if it may, else the first that may")
    already: bool = Field(False, description="true: done already (basis holds it); the strength of a run leaves it alone")
    allow_empty: bool = Field(False, description="true: a target group without members is no error")

    @field_validator("who", mode="before")
    @classmethod
    def _who_on_top_of_its_own(cls, value: Any) -> Any:
        """A scenario that sets one label of ``who`` keeps the others as this instrument has them."""
        if not isinstance(value, Mapping):
            return value
        return {**cls.model_fields["who"].default.model_dump(), **value}

    @field_validator("since", "until")
    @classmethod
    def _month(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(MONTH, value):
            raise ValueError(f"{value!r} is no month; write YYYY-MM, for instance 2028-01")
        return value

    @property
    def key(self) -> str:
        """Its name in scenarios and tables."""
        return self.card.key

    @property
    def limited(self) -> bool:
        """Whether capacity, a budget or a dose says how much of it there is; else it is a rule that holds for all."""
        return self.card.dosed or self.capacity is not None or self.eur_budget is not None

    @property
    def once(self) -> bool:
        """Whether whom it works on already is not reached by what is added of it: it labels no homes, each its own."""
        return not self.share_of_homes

    def term(self, start: str) -> tuple[float, float]:
        """Its term as months from ``start`` (YYYY-MM): the first in which it works, and the first in which it no longer does."""
        first = -math.inf if self.since is None else month_number(self.since, start)
        return first, math.inf if self.until is None else month_number(self.until, start)

    def most_strength(self) -> float:
        """The strongest that it can be delivered: a rule without capacity, budget or dose holds for all at 1."""
        return MOST_STRENGTH if self.limited else 1.0

    def may_cost(self) -> bool:
        """Whether anything of it is ever paid, as it is set."""
        return self.eur_fixed > 0 or any(getattr(self, name) > 0 for name in self.prices)

    def unread(self) -> dict[str, str]:
        """Settings that nothing reads as the others are set, each with the reason and the way out. A capacity or budget of 0 stops it."""
        found = {}
        if self.eur_budget != 0 and not self.may_cost():
            found["eur_budget"] = f"it costs nothing ({' and '.join(('eur_fixed', *self.prices))} 0), so no budget binds it; take it out"
        return found

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """Settings, each with the number at which nobody is reached or nothing comes of it.

        ``brought``: a coach brings it along, to households that need not know of it.
        """
        return {}

    def asked_in(self) -> tuple[int, int]:
        """``stages_asked``, or what settings say of it; money that is set aside stays so from the first on."""
        return self.stages_asked

    def can_be_brought(self) -> bool:
        """Whether a coach can bring it along: it is for households that search, and no dose of its own says how many it reaches."""
        return self.card.for_households and not self.card.dosed and self.asked_in()[1] >= ZOEKEN

    def target_group(self, common: Common, w: World, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN) -> NDArray:
        """Who could be reached now. Override it to ask more of a household than ``who`` can say.

        Asked whenever the instrument looks for households, and, without a mask, whether there is anybody at all.

        Args:
            common: what the instruments at work share (who is old enough and on its way, who talks).
            stages: first and last stage of the klantreis.
            mask: bits of instruments; who carries one of them is left out.
            lot: a keyed draw; who is not drawn in it is left out.

        Returns:
            Rows (int32) of households with a home, in order.
        """
        return common.members_of(w, self.who, stages, mask, lot)

    def most_cost_of_a_use(self, w: World, rows: NDArray) -> NDArray:
        """What a budget has to set aside for each household that it works on, before it is known who moves.

        Asked each time that households are reached or that money is counted, if there is a budget.

        Args:
            rows: household rows.

        Returns:
            Euro, float64 [rows]; what ``when_moved`` asks for a move may not be more.
        """
        return np.zeros(len(rows))


def month_number(label: str, start: str) -> int:
    """Months from ``start`` to ``label`` (both YYYY-MM)."""
    (year, month), (year0, month0) = (map(int, x.split("-")) for x in (label, start))
    return (year - year0) * 12 + month - month0
