"""The card of an instrument: what it says of itself, whatever a scenario sets (its settings are the fields of its class)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sim.world.codes import Contact

SUPPLY = "supply"  # among the levers used: it adds homes or changes them


@dataclass(frozen=True, kw_only=True)
class Card:
    """What stands on the menukaart of one instrument, or, without a key, what a family of them shares."""

    key: str = ""  # name in scenarios and tables
    nl: str = ""  # name for people, in Dutch; without it the key is shown
    en: str = ""  # the same in English
    category: str = ""  # of the menukaart
    sector: str = ""  # of the homes left: sociaal, particulier or both, as text
    stages: tuple[str, ...] = ()  # of the klantreis in which it does something
    levers_used: tuple[str, ...] = ()  # fields of sim.levers.LEVERS, or SUPPLY
    payers: tuple[str, ...] = ()  # organisations that may pay it
    deliverers: tuple[str, ...] = ()  # organisations that may deliver it, the usual one first; none named: those that pay
    powers: tuple[str, ...] = ()  # one of these powers (sim.interventions.organisations) is needed to deliver it
    indicator: str = ""  # row of the monitor (sim.counts.worksheet_rows) that counts its uses or contacts
    law: str = ""  # what binds it, in a sentence; the amounts stand in sim.world.law
    source: str = ""  # where it was read
    contact: Contact = Contact.CORPORATIE_PASSEND_WONEN  # how it is noted when a household meets an instrument for the first time
    for_households: bool = True  # False: it works through homes alone, for whoever gets them
    has_users: bool = True  # False: nobody can be named who used it; its effect is a difference between paired worlds
    talks: bool = False  # True: it talks to households, who say what they want and what stops them
    dosed: bool = False  # True: a dose (posts, homes) that a strength above 1 can multiply

    def but(self, **changes: Any) -> Card:
        """The same card with other values in the fields named."""
        return replace(self, **changes)

    def named(self, key: str, nl: str, en: str) -> Card:
        """A member of the family, by its key and its names for people."""
        return self.but(key=key, nl=nl, en=en)

    @property
    def title(self) -> dict[str, str]:
        """Its name for people, ``{nl, en}``; the key in words where there is none."""
        plain = self.key.replace("_", " ").capitalize()
        return {"nl": self.nl or plain, "en": self.en or plain}

    @property
    def may_deliver(self) -> tuple[str, ...]:
        """Organisations that may deliver it, the usual one first."""
        return self.deliverers or tuple(one for one in self.payers if one != "huishouden")

    def usual_deliverer(self, payer: str) -> str:
        """Who delivers it where the scenario does not say: who pays, if it may, else the first that may."""
        return payer if payer in self.may_deliver else self.may_deliver[0]
