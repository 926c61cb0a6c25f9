"""A package: cards with a dose on top of what a place does already, as a table holds it and as one line of text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from analysis.page.words import Text
from experiments.runs import world
from sim import interventions
from sim.approach import beforehand
from sim.interventions import REGISTRY
from sim.world.errors import Refusal, hint, shown
from sim.world.names import other_of
from workshop.engine.doses import SIZES, Doses

Dose = Literal["klein", "gewoon", "groot"]
Cards = tuple[tuple[str, str], ...]
NOTHING = "-"
_LINE = re.compile(r"done: (?P<done>[a-z0-9_=, -]+); cards: (?P<cards>[a-z0-9_=, -]+)")
WAY_OUT = "write for instance done: -; cards: voorrang=gewoon, brieven=klein"


@dataclass(frozen=True)
class Package:
    """Cards with their doses, each list in the order of the keys; a card may stand in both (then there is more of it).

    Raises:
        Refusal: a card or a dose that there is not, or a card twice in one list.
    """

    done: Cards = ()
    cards: Cards = ()

    def __post_init__(self) -> None:
        for name in ("done", "cards"):
            object.__setattr__(self, name, _in_order(getattr(self, name), name))

    def base(self) -> Package:
        """What is done already, alone: what it is compared with."""
        return Package(self.done)

    def alone(self) -> bool:
        """Whether one card is added to nothing: what is worked out the night before."""
        return not self.done and len(self.cards) == 1

    def instruments(self, doses: Doses) -> dict[str, dict[str, Any]]:
        """All settings by key: ``al_KEY`` of what is done already, KEY of the cards; checked one by one and together.

        Raises:
            Refusal: a dose that cannot be, or cards that cannot stand beside each other.
        """
        setting = doses.setting
        found = {}
        for key, size in (*self.done, *self.cards):
            if (why_not := doses[key][size].why_not) is not None:
                raise Refusal(f"{key}={size}: {why_not.en} Choose another dose, or take the card out.")
        for key, size in self.done:
            there = {**(doses[key][size].settings or {}), "already": True}
            found[other_of(key)] = world.settings(other_of(key), there, setting.start)
        for key, size in self.cards:
            found[key] = dict(doses[key][size].settings or {})
        loaded = {key: interventions.load(key, one, setting.start) for key, one in found.items()}
        beforehand.check(loaded, (), setting.term)
        return dict(sorted(found.items()))

    def why_not(self, doses: Doses) -> Text | None:
        """Why it cannot be, for people; None where it can."""
        for key, size in (*self.done, *self.cards):
            if (reason := doses[key][size].why_not) is not None:
                title = interventions.card_of(key).title
                return Text(f"{title['nl']}: {reason.nl}", f"{title['en']}: {reason.en}")
        try:
            self.instruments(doses)
        except Refusal as error:
            named = [interventions.card_of(key).title for key in REGISTRY if re.search(rf"\b(al_)?{key}\b", str(error))]
            nl, en = (", ".join(one[language] for one in named) for language in ("nl", "en"))
            said = _TOGETHER if not named else Text(f"Zo kan het niet samen ({nl}).", f"It cannot be like this together ({en}).")
            return Text(f"{said.nl} {_CHANGE.nl}", f"{said.en} {_CHANGE.en}")
        return None

    def line(self) -> str:
        """As one line of text, the same for equal packages."""
        return f"done: {_listed(self.done)}; cards: {_listed(self.cards)}"

    @classmethod
    def read(cls, line: str) -> Package:
        """The package of a line, which has to be written as ``line`` writes it.

        Raises:
            Refusal: it is not; says what is wrong, and how to write it.
        """
        found = _LINE.fullmatch(line)
        if not found:
            raise Refusal(f"{shown(line)} is no package; {WAY_OUT}")
        package = cls(*(tuple(_pair(part) for part in found[name].split(", ") if found[name] != NOTHING) for name in ("done", "cards")))
        if package.line() != line:
            raise Refusal(f"{shown(line)}: cards stand in the order of their names, once each; {WAY_OUT}")
        return package


_TOGETHER = Text("Zo kan het niet samen.", "It cannot be like this together.")
_CHANGE = Text("Haal een kaart weg, of kies een andere hoeveelheid.", "Take a card out, or choose another dose.")


def _listed(cards: Cards) -> str:
    return ", ".join(f"{key}={size}" for key, size in cards) or NOTHING


def _pair(part: str) -> tuple[str, str]:
    key, _, size = part.partition("=")
    return key, size


def _in_order(cards: Iterable[Iterable[str]], name: str) -> Cards:
    found: dict[str, str] = {}
    for one in cards:
        key, size = one
        if key not in REGISTRY:
            raise Refusal(f"{name}: there is no card {shown(key)}{hint(str(key), REGISTRY)}; take it out")
        if size not in SIZES:
            raise Refusal(f"{name}: {key}={shown(size)}: a dose is one of {', '.join(SIZES)}; choose one of these")
        if key in found:
            raise Refusal(f"{name}: {key} stands there twice; take one of the two out")
        found[key] = size
    return tuple(sorted(found.items()))
