"""Three doses of every card: how much of it is delivered, never what it does to whom it reaches.

The ordinary dose has the card's own defaults, as the report and the study of assumptions have them. The small one is half, the large one
twice of what is delivered: posts, homes, the share of homes with a label, the share of people that knows of it or is reached.
Where card, rule or law do not allow it there is a sentence instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from analysis.estimates.cards import Place, dose, priced
from analysis.page.words import Text
from experiments.runs import world
from sim import interventions
from sim.approach import beforehand
from sim.interventions import REGISTRY, Instrument
from sim.state import Run
from sim.world.codes import IN_STOCK, Tenure
from sim.world.errors import Refusal
from sim.world.names import YEAR
from workshop.engine.setting import Setting

SMALL, ORDINARY, LARGE = SIZES = ("klein", "gewoon", "groot")
TIMES = {SMALL: 0.5, ORDINARY: 1.0, LARGE: 2.0}


class Way(NamedTuple):
    """What a setting delivers: its unit, and how often the unit is in one of the setting; 0 where the report knows better (``dose``)."""

    unit: Text
    times: float = 100.0


# Settings that say how much of a card there is; of a card that has several, the first that is read.
DELIVERED: dict[str, Way] = {
    "fte_per_1000": Way(Text("voltijdbanen", "full-time posts"), 0),
    "n_per_1000": Way(Text("woningen per jaar", "homes a year"), 0),
    "rel_labelled": Way(Text("procent van de woningen waarvoor het kan", "per cent of the homes that it can hold for")),
    "rel_known": Way(Text("procent van de mensen voor wie het is, kent het", "per cent of the people that it is for know of it")),
    "rel_reached": Way(Text("procent van de mensen voor wie het is, elke keer", "per cent of the people that it is for, each time")),
    "rel_steered": Way(Text("procent van de geplande woningen wordt anders", "per cent of the planned homes become different ones")),
    "p_apply": Way(Text("procent van de mensen voor wie het is, vraagt het elk jaar aan", "per cent of those meant apply each year")),
}
ASKED_FOR = ("p_apply",)  # people ask for it themselves: half is a scheme for half of them, and twice as many cannot be delivered
RULE = Text("een regel voor iedereen", "a rule for everybody")
YES_OR_NO = Text(
    "Deze regel geldt voor iedereen of voor niemand. Half of dubbel bestaat niet.",
    "This rule holds for everybody or for nobody. There is no half and no double of it.",
)
OPEN = Text(
    "Deze regeling staat al open voor iedereen. Hoeveel mensen haar aanvragen, bepaalt u niet.",
    "This scheme is open to everybody already. How many people apply is not for you to decide.",
)
ALL_OF_IT = Text(
    "Dubbel kan niet: dan zou het voor meer dan honderd procent gelden.",
    "Double cannot be: it would hold for more than a hundred per cent.",
)
LAW = Text("Zo veel mag niet: de wet staat minder toe.", "So much is not allowed: the law permits less.")
NOT_HERE = Text("Dit kan niet op deze plek of in deze jaren.", "This cannot be in this place or in these years.")
OWN = Text(
    "Dit is een eigen maatregel. Eerst moet iemand opschrijven wat hij doet.",
    "This is a measure of your own. Somebody has to write down first what it does.",
)


@dataclass(frozen=True)
class DoseOf:
    """One dose of one card.

    Attributes:
        settings: all settings, resolved and checked; None where the dose cannot be.
        why_not: then the reason, in both languages.
        amount: how much there is, in ``unit``; None of a rule for everybody.
        people: households on which it works in a year; None before it was run.
        eur_per_year: what it costs in a year, euro; None before it was run.
        price: ``filled in`` or ``none``.
    """

    settings: Mapping[str, Any] | None = None
    why_not: Text | None = None
    amount: float | None = None
    unit: Text = RULE
    people: float | None = None
    eur_per_year: float | None = None
    price: str = "none"

    def measured(self, people: float, eur: float, months: int) -> DoseOf:
        """The same with what it did in worlds of so many months: households on which it worked, and euro, over the whole run."""
        return replace(self, people=people * YEAR / months, eur_per_year=eur * YEAR / months)


@dataclass(frozen=True)
class Doses(Mapping[str, Mapping[str, DoseOf]]):
    """Doses by card and size, in one place at one start."""

    setting: Setting
    of: Mapping[str, Mapping[str, DoseOf]]

    def measured(self, found: Mapping[str, Mapping[str, tuple[float, float]]]) -> Doses:
        """The same with what doses did alone, by card and size: households on which they worked, and euro, over the whole run."""
        months = self.setting.months
        of = {
            key: {size: one.measured(*found[key][size], months) if size in found.get(key, {}) else one for size, one in sizes.items()}
            for key, sizes in self.of.items()
        }
        return Doses(self.setting, of)

    def __getitem__(self, key: str) -> Mapping[str, DoseOf]:
        return self.of[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.of)

    def __len__(self) -> int:
        return len(self.of)


def place_of(run: Run) -> Place:
    """What doses per 1,000 are of, in a run at month 0."""
    d = run.world.d
    there = (d.state == IN_STOCK) & (d.tenure == Tenure.CORPORATIE)
    return Place(float(run.neighbours.seniors.sum()), float(there.sum()))


def doses(setting: Setting, place: Place) -> Doses:
    """Every card of the menukaart in three doses. ``place`` is what doses per 1,000 are of.

    Raises:
        Refusal: an unknown place.
    """
    return Doses(setting, {key: {size: _dose(key, size, setting, place) for size in SIZES} for key in REGISTRY})


def delivered_by(instrument: Instrument) -> str | None:
    """The setting that says how much of an instrument there is; None of a rule of yes or no."""
    unread = instrument.unread()
    return next((name for name in DELIVERED if name in type(instrument).model_fields and name not in unread), None)


def _dose(key: str, size: str, setting: Setting, place: Place) -> DoseOf:
    usual = interventions.fill(key, {})
    by = delivered_by(usual)
    if usual.does_nothing():
        return DoseOf(why_not=OWN)
    if by is None and size != ORDINARY:
        return DoseOf(why_not=YES_OR_NO)
    if by in ASKED_FOR and size == LARGE:
        return DoseOf(why_not=OPEN)
    given = {} if by is None else {by: _rounded(getattr(usual, by) * TIMES[size])}
    settings = _settled(key, given, setting)
    if isinstance(settings, Text):
        return DoseOf(why_not=settings)
    amount, unit = None if by is None else _amount(key, by, settings, place), RULE if by is None else DELIVERED[by].unit
    return DoseOf(settings, None, amount, unit, price="filled in" if priced(key, settings) else "none")


def _settled(key: str, given: Mapping[str, float], setting: Setting) -> dict[str, Any] | Text:
    """All settings, checked; or what forbids them: their range, the law, or place and years."""
    refuses = ALL_OF_IT
    try:
        interventions.fill(key, given)
        refuses = LAW
        loaded = interventions.load(key, given, setting.start)
        refuses = NOT_HERE
        beforehand.check({key: loaded}, (), setting.term)
        return world.settings(key, given, setting.start)
    except Refusal:
        return refuses


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")  # 0.1 × 2 is written 0.2


def _amount(key: str, by: str, settings: Mapping[str, Any], place: Place) -> float:
    times = DELIVERED[by].times
    return _rounded(times * settings[by] if times else dose(key, settings, place, 1.0, math.nan)[0])
