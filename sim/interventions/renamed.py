"""An instrument under another key: one of a user's own, or one that a place does already, beside what a scenario adds of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.interventions.card import Card
    from sim.interventions.instrument import Instrument


def renamed(base: type[Instrument], card: Card) -> type[Instrument]:
    """The class of an instrument with another card: its key in tables, and in what it draws, is that of the card.

    One that is renamed twice is the one that stands in a file with the last card: pickle finds that file, and no other class.
    """
    return _made(base.__bases__[0] if base.__module__ == __name__ else base, card)


@cache
def _made(written: type[Instrument], card: Card) -> type[Instrument]:
    return type("Renamed", (written,), {"card": card, "__doc__": written.__doc__, "__module__": __name__, "__reduce__": _by_card})


def there(base: type[Instrument], key: str) -> type[Instrument]:
    """The class of an instrument as a place does it already, under a key that begins with ``al_``."""
    card = base.card
    names = {"nl": f"{card.title['nl']} (wat er al is)", "en": f"{card.title['en']} (what is there already)"}
    return renamed(base, card.but(key=key, **names))


def _by_card(one: Instrument) -> tuple[Callable[[type[Instrument], Card], Instrument], tuple[type[Instrument], Card], dict[Any, Any]]:
    """What is pickled of it: its base, its card and its settings, because pickle finds a class by its name, and all of these have one."""
    return _unset, (type(one).__bases__[0], one.card), one.__getstate__()


def _unset(base: type[Instrument], card: Card) -> Instrument:
    """An instrument whose settings pickle fills in."""
    cls = renamed(base, card)
    return cls.__new__(cls)
