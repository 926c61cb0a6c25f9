"""A user's own instrument, in YAML alone: any name that begins with interventie_, and levers from the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from sim.interventions.card import Card
from sim.interventions.cards.op_weg_helpen import VOORLICHTING
from sim.interventions.delivery import Help
from sim.interventions.renamed import renamed
from sim.world import law
from sim.world.codes import Stage, names
from sim.world.errors import hint

if TYPE_CHECKING:
    from sim.interventions.instrument import Instrument

# Highest and lowest value of each lever that may be pulled; what a lever means stands in ``sim.levers``.
PULLS: dict[str, tuple[float, float]] = {
    "awareness": (-5, 5),
    "search": (-5, 5),
    "sight": (0, 1),
    "trouble": (-0.2, 0.2),
    "eur_once": (-10_000, 10_000),
    "responses": (0, 4),
    "p_direct": (0, 0.5),
    "rank": (0, 20),
    "rank_market": (0, 20),
    "n_months": (0, 480),
    "age_eased": (0, 30),
    "income_free": (0, 1),
    "loan": (0, 4),
    "actual_cost": (0, 1),
    "adapts": (0, 1),
    "n_rooms_left": (0, 12),
    "n_rooms_taken": (0, 12),
}
HELP_BEGINS_IN = tuple(names(Stage)[: Stage.VERHUIZEN])
CONDITIONS = ("n_rooms_left", "n_rooms_taken")


class InterventieX(Help):
    """What is done here and stands on no menukaart: who, how many, what it costs, and the levers that it pulls."""

    card: ClassVar[Card] = Card(
        key="interventie_x",
        nl="Eigen interventie",
        en="An instrument of one's own",
        category="interventie_x",
        sector="eigen",
        stages=HELP_BEGINS_IN,
        levers_used=tuple(name for name in PULLS if name not in CONDITIONS),
        payers=("gemeente", "provincie", "corporatie", "zorgaanbieder", "welzijn", "huishouden"),
        deliverers=VOORLICHTING.deliverers,
        powers=("voorlichting",),
        indicator="interventie_x",
        source="toolkit Platform31 2023, monitor 3/3, Interventie x",
    )

    pulls: dict[str, float] = Field(default_factory=dict, description="lever to value, from the list of levers (docs/odd.md)")
    from_stage: str = Field("woningzoeken", description="first stage of the klantreis in which it reaches a household")
    to_stage: str = Field("woningzoeken", description="last stage of the klantreis in which it reaches a household")

    @field_validator("pulls")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        for name, number in value.items():
            if name not in PULLS:
                raise ValueError(f"{name} is no lever{hint(name, PULLS, 'levers are ' + ', '.join(PULLS))}")
            low, high = PULLS[name]
            if not low <= number <= high:
                raise ValueError(f"{name}={number:g} is out of range, {low:g} to {high:g}")
        return value

    @field_validator("from_stage", "to_stage")
    @classmethod
    def _stage(cls, value: str) -> str:
        if value not in HELP_BEGINS_IN:
            raise ValueError(f"{value!r} is no stage in which help begins; stages are {', '.join(HELP_BEGINS_IN)}")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, last = self.asked_in()
        if first > last:
            raise ValueError(f"from_stage {self.from_stage} comes after to_stage {self.to_stage}, so it would reach nobody; swap them")
        return self

    def does_nothing(self, brought: bool = False, heard: bool = False) -> str:
        """Its levers are all that it does."""
        if self.pulls_something():
            return super().does_nothing(brought, heard)
        return f"{self.key} pulls no lever, so it changes nothing: give pulls, for instance {self.key}.pulls.trouble=0.01, or take it out"

    def check_law(self, start: str) -> None:
        """A corporatie may help in kind, not with money."""
        if self.pulls.get("eur_once", 0) > 0 and self.payer == "corporatie":
            law.check_moving_grant(self.payer)

    def asked_in(self) -> tuple[int, int]:
        """First and last stage, as numbers."""
        return HELP_BEGINS_IN.index(self.from_stage), HELP_BEGINS_IN.index(self.to_stage)

    def levers(self) -> dict[str, float]:
        """Those that were named; the others are 0."""
        return {name: self.pulls.get(name, 0.0) for name in PULLS}


def own(key: str) -> type[Instrument]:
    """The class of a user's own instrument of another name."""
    return renamed(InterventieX, InterventieX.card.but(key=key))


CARDS = (InterventieX,)
