"""Category 5 of the menukaart: priority and small exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.codes import Access, Tenure
from sim.interventions.base import Instrument, Running, Who
from sim.randomness import Purpose, uniform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.state import World


class Voorrang(Instrument):
    """Priority by labels on the home left, the home taken and the resident."""

    key: ClassVar[str] = "voorrang"
    title: ClassVar[Mapping[str, str]] = {"nl": "Voorrang voor senioren die groot wonen", "en": "Priority for seniors who leave a large home"}
    category: ClassVar[str] = "voorrang"
    sector: ClassVar[str] = "sociaal"
    stages: ClassVar[tuple[str, ...]] = ("woningzoeken",)
    levers_used: ClassVar[tuple[str, ...]] = ("rank",)
    payers: ClassVar[tuple[str, ...]] = ("corporatie", "gemeente")
    indicator: ClassVar[str] = "allocations_by_priority"
    law: ClassVar[str] = "a gemeente that labels homes needs a huisvestingsverordening (Huisvestingswet); a corporatie may agree on labels in its own stock: assumption"
    source: ClassVar[str] = "toolkit Platform31 2023, annex, Voorrangregelingen; C07, C24"

    who: Who = Who(tenure="corporatie", rooms=4)
    n_rooms_taken: int = Field(3, ge=0, le=12, description="most rooms of the home taken; 0 is no limit")
    rel_labelled: float = Field(0.5, ge=0, le=1, description="share of the suitable corporatie homes that is labelled (assumption; E23: 25 %)")
    rank: int = Field(1, ge=1, le=20, description="points above other candidates")

    def levers(self) -> dict[str, float]:
        """Rank on labelled homes, for those who leave a large home for a smaller one."""
        return {"rank": self.rank, "needs_label": 1, "n_rooms_left": self.who.rooms, "n_rooms_taken": self.n_rooms_taken}

    def act(self, run: Running, w: World) -> None:
        """Label the suitable homes that are vacant, and let the target group carry its priority."""
        label_vacant(run, w, self.rel_labelled * min(1.0, run.strength))
        run.touch(w, run.candidates(w))


def label_vacant(run: Running, w: World, share: float) -> None:
    """Label a keyed share of the vacant step-free corporatie homes (a home keeps the same number for the whole run)."""
    homes = w.v.dwelling[: w.counts[0]][w.v.state[: w.counts[0]] <= 1]
    homes = homes[(w.d.tenure[homes] == Tenure.CORPORATIE) & (w.d.access[homes] == Access.GESCHIKT)]
    with w.draws.replay():
        u = uniform(w.draws.base(Purpose.UNIT_NUMBER, 1, run.key), w.d.id[homes])
    chosen = homes[u < share]
    w.d.labels[chosen] |= np.uint64(run.mask)
