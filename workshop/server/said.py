"""Sentences that the server makes, in Dutch and English: what is refused, what changed on a table, and what an outcome says."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Any, NamedTuple

from analysis.page.words import WHOLE, Text, both, numbers, span, two_digits
from sim.interventions import card_of
from sim.interventions.organisations import ORGANISATIONS
from sim.world.codes import Verdict
from workshop.engine.one_world import WINDOW
from workshop.server.tables import MOST_DIGITS
from workshop.table import events
from workshop.table.letters import Letters
from workshop.table.state import Board, Change

FOREIGN_HOST = Text(
    "De werktafel luistert niet naar deze naam. Gebruik het adres dat op de laptop staat.",
    "the workshop does not listen to this name; use the address that its terminal shows",
)
FOREIGN_ORIGIN = Text(
    "Dit verzoek komt van een andere pagina. Open de werktafel zelf.", "this request comes from another page; open the workshop itself"
)
NO_PASSPHRASE = Text("Geef eerst de woorden die op de laptop staan.", "give the words that the terminal shows first")
TOO_OFTEN = Text("Te vaak mis. Wacht een minuut.", "wrong too often; wait a minute")
TOO_LARGE = Text("Dit is te groot.", "this is too large")
TOO_SLOW = Text("Dit duurde te lang. Probeer het nog eens.", "this took too long; try again")
STOPS = Text("De werktafel stopt.", "the workshop stops")
FULL = Text("Er zijn te veel schermen open. Sluit er een, of wacht even.", "too many screens are open; close one, or wait")
TWICE = Text("Dit verzoek klopt niet.", "this request is not right")
NO_ROUTE = Text("Deze pagina is er niet.", "there is no such page")
NO_METHOD = Text("Dit kan hier niet.", "this cannot be done here")
NO_JSON = Text("Dit verzoek is niet te lezen.", "this request cannot be read: it is no JSON object with each key once")
FAILED = Text("Er ging iets mis. Op de laptop staat wat.", "something went wrong; the terminal says what")
NOBODY = Text("precies evenveel, elke keer", "exactly as many, each time")
NOT_PREPARED = Text("Deze kaart is niet alleen doorgerekend.", "This card was not worked out alone.")
ADDED = Text(
    "Opgeteld uit de kaarten apart. Samen kan het anders uitkomen.", "Added up from the cards apart. Together it may come out otherwise."
)
NOT_YET = Text("Dit is nog niet doorgerekend.", "this has not been worked out yet")
NOT_FOLLOWED = Text("Bij dit pakket is niemand gevolgd.", "nobody was followed with this package")
NOT_KEPT = Text("Dit is alleen van de eerste keer naspelen bewaard.", "this is kept of the first run only")
NO_TABLE = Text("Deze tabel is er niet.", "there is no such table")
NO_DIFFERENCE = Text(
    "Er is geen enkel verschil, dus geen aanname bepaalt het.", "There is no difference at all, so no assumption decides it."
)
NOBODY_PARTS = Text(
    "Bij niemand viel een beslissing anders uit door deze kaarten.", "For nobody a decision came out otherwise because of these cards."
)
WITHOUT = {  # what happens without anything, by column of the track
    "senior_moves": Text(
        "Ook als u niets doet, verhuizen er elk jaar ongeveer {n} senioren.",
        "Even without doing anything, about {n} seniors move each year.",
    ),
    "starters_housed": Text("Ongeveer {n} starters vinden elk jaar een woning.", "About {n} starters find a home each year."),
    "families_housed": Text(
        "Ongeveer {n} huishoudens van drie of meer mensen vinden elk jaar een lege woning.",
        "About {n} households of three or more people find an empty home each year.",
    ),
}
VERDICTS = {  # what the word means that stands beside a senior, by the verdict
    Verdict.NIET_VERHUISD: Text(
        "met de kaarten verhuist deze senior niet in de jaren die we naspelen.",
        "with the cards this senior does not move in the years that we run.",
    ),
    Verdict.OOK_ZONDER: Text(
        "zonder de kaarten verhuist deze senior in dezelfde maand.", "without the cards this senior moves in the same month."
    ),
    Verdict.ZETJE: Text(
        f"zonder de kaarten verhuist deze senior ook, maar later, binnen {WINDOW} maanden daarna.",
        f"without the cards this senior moves too, but later, within {WINDOW} months after.",
    ),
    Verdict.NOODZAKELIJK: Text(
        f"zonder de kaarten verhuist deze senior niet, of meer dan {WINDOW} maanden later.",
        f"without the cards this senior does not move, or more than {WINDOW} months later.",
    ),
    Verdict.UITGESTELD: Text(
        "met de kaarten verhuist deze senior later dan zonder.", "with the cards this senior moves later than without."
    ),
    Verdict.ONBEKEND: Text(
        "wat er zonder de kaarten was gebeurd, is niet te zeggen: we volgden deze senior niet, of niet lang genoeg.",
        "what would have happened without the cards cannot be told: we did not follow this senior, or not for long enough.",
    ),
}
NO_TRIAL = Text("nergens een proef", "no trial anywhere")  # of what was counted, but never beside a group without it
SIZES = {"klein": Text("klein", "small"), "gewoon": Text("gewoon", "usual"), "groot": Text("groot", "large")}
MOVES = "senior_moves"
HOW = {"do": Text("", ""), "undo": Text("Teruggenomen: ", "Taken back: "), "redo": Text("Opnieuw: ", "Again: ")}


def title(key: str) -> Text:
    """The name of a card."""
    return Text(**card_of(key).title)


def change(one: Change, letters: str) -> Text:
    """One line of the history."""
    before, now = (one.after, one.before) if one.how == "undo" else (one.before, one.after)
    what, how = _what(one.event, before, now, letters), HOW[one.how]
    return Text(how.nl + what.nl, how.en + what.en)


def history(one: Change, letters: Letters) -> Text:
    """As ``change``, with the letters of what was opened."""
    return change(one, letters.of((one.before if one.how == "undo" else one.after).package))


def _what(event: Any, before: Board, now: Board, letters: str) -> Text:
    if isinstance(event, events.Budget):
        if event.eur is None:
            return Text("geen budget afgesproken.", "no budget.")
        eur = numbers(event.eur)
        return Text(f"budget € {eur.nl} per jaar.", f"a budget of € {eur.en} a year.")
    if isinstance(event, events.Open):
        return Text(f"pakket {letters} geopend.", f"package {letters} opened.")
    part = "done" if isinstance(event, events.Done) else "cards"
    return _card(event, dict(getattr(before.package, part)).get(event.key), part)


def _card(event: Any, had: str | None, part: str) -> Text:
    name, new, old = title(event.key), SIZES.get(event.dose or ""), SIZES.get(had or "")
    if part == "done":
        if new is None:
            return Text(f"{name.nl} doet u nu niet.", f"{name.en} is not done now.")
        return Text(f"{name.nl} doet u al ({new.nl}).", f"{name.en} is done already ({new.en}).")
    if new is None:
        return Text(f"{name.nl} weggehaald.", f"{name.en} taken away.")
    if old is None:
        return Text(f"{name.nl} neergelegd ({new.nl}).", f"{name.en} put down ({new.en}).")
    return Text(f"{name.nl}: {old.nl} wordt {new.nl}.", f"{name.en}: {old.en} becomes {new.en}.")


def door_page(action: str, wrong: bool = False) -> str:
    """The page that asks for the passphrase; it needs nothing else."""
    again = "<p role='alert'>Dat zijn niet de goede woorden.</p>" if wrong else ""
    return (
        "<!doctype html><html lang='nl'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        "<title>Werktafel</title><main><h1>Werktafel</h1>"
        f"{again}<form method='post' action='{escape(action)}'><p><label for='w'>Welke woorden staan op de laptop?</label></p>"
        "<p><input id='w' name='woorden' autocomplete='off' autofocus></p><p><button>Naar binnen</button></p></form></main></html>"
    )


def organisation(key: str) -> Text:
    """The name of who pays."""
    found = ORGANISATIONS.get(key)
    return Text(found.nl, found.en) if found else both(key)


class Said(NamedTuple):
    """A sentence in which numbers stand as ``{name}``, with their cells."""

    nl: str
    en: str
    cells: Mapping[str, Any] = MappingProxyType({})

    def sent(self) -> dict[str, Any]:
        """As a screen has it."""
        return {"nl": self.nl, "en": self.en, "cells": dict(self.cells)}


def filled(sent: Mapping[str, Any], language: str) -> str:
    """A sentence with its numbers in it."""
    return str(sent[language].format(**{name: cell["t"][language] for name, cell in sent["cells"].items()}))


def outcome(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sentences beside an outcome, most important first; ``made`` is as a screen has it."""
    moves = made["effects"].get(MOVES)
    if not moves or not moves["difference"]:
        return []
    if same(moves):
        lines = [_same(made["reached"], made["worlds"] == 1)]
    else:
        wide = [_wide(moves)] if made["worlds"] > 1 else []
        lines = [_moves(moves, span(made["months"]), made["worlds"]), *wide, _money(made["money"])]
    lines += _nobody(made["reached"])
    return [one.sent() for one in lines]


def same(effect: Mapping[str, Any]) -> bool:
    """Whether a difference is exactly 0, in each world."""
    lower, upper = effect["lower"], effect["upper"]
    return effect["difference"]["v"] == 0 and (lower is None or upper is None or lower["v"] == 0 == upper["v"])


def _same(reached: Mapping[str, Any], once: bool) -> Said:
    """Why a difference is exactly 0; ``once``: in the one world that is known."""
    run = Text("Eén keer nagespeeld. ", "Run once. ") if once else Text("", "")
    if not reached:
        return Said("Er ligt nog geen kaart. Dit is wat u nu al doet.", "There is no card yet. This is what is done already.")
    if not any(one and one["v"] for one in reached.values()):
        return Said(
            f"{run.nl}Er verandert niets: niemand kwam voor deze kaarten in aanmerking.",
            f"{run.en}Nothing changes: nobody came into consideration for these cards.",
        )
    return Said(
        f"{run.nl}Er verhuizen precies evenveel senioren. Mensen zijn bereikt, en daardoor verhuisde niemand meer of minder.",
        f"{run.en}Exactly as many seniors move. People were reached, and nobody moved more or less because of it.",
    )


def _nobody(reached: Mapping[str, Any]) -> list[Said]:
    """Which cards did nothing beside others that did, one by one: titles may be long."""
    none = [key for key, one in reached.items() if one and not one["v"]]
    return [
        Said(
            f"Deze kaart bereikte hier niemand: {title(key).nl}. De andere kaarten tellen gewoon mee.",
            f"This card reached nobody here: {title(key).en}. The other cards count all the same.",
        )
        for key in none
        if len(none) < len(reached)
    ]


def _more(cell: Mapping[str, Any]) -> Text:
    return Text("extra", "more") if cell["v"] > 0 else Text("minder", "fewer")


def _moves(moves: Mapping[str, Any], time: Text, worlds: int) -> Said:
    low, high, digits, more = moves["lower"], moves["upper"], moves["digits"], _more(moves["difference"])
    if worlds == 1 or low is None:
        return Said(
            f"Eén keer nagespeeld: ongeveer {{n}} senioren verhuizen {more.nl} in {time.nl}. Dat kan toeval zijn.",
            f"Run once: about {{n}} {more.en} seniors move in {time.en}. That may be chance.",
            {"n": in_digits(moves["difference"], 1)},
        )
    ends = {"low": low, "high": high}
    if not digits and (low["v"] > 0 or high["v"] < 0):
        alike = low["v"] == high["v"]  # so few times that all came out the same: no margin can be told from it
        how = Text("elke keer {low}", "each time {low}") if alike else Text("tussen {low} en {high}", "between {low} and {high}")
        return Said(
            f"Verschil in verhuizingen van senioren in {time.nl}: {how.nl}. "
            "Zo veel kan het al geven als één nieuwe woning een maand later komt.",
            f"Difference in moves by seniors in {time.en}: {how.en}. One new home that comes a month later may make as much.",
            {"low": low} if alike else ends,
        )
    if not digits:
        return Said(
            f"In {time.nl} is geen verschil te zien dat groter is dan toeval: tussen {{low}} en {{high}}.",
            f"In {time.en} no difference is to be seen that is larger than chance: between {{low}} and {{high}}.",
            ends,
        )
    return Said(
        f"Ongeveer {{n}} senioren verhuizen {more.nl} in {time.nl}. Door toeval tussen {{low}} en {{high}}.",
        f"About {{n}} {more.en} seniors move in {time.en}. By chance between {{low}} and {{high}}.",
        {"n": in_digits(moves["difference"], digits, low, high), **sizes(low, high)},
    )


def _wide(moves: Mapping[str, Any]) -> Said:
    low, high, why = moves["lower_full"], moves["upper_full"], moves["why_no_full"]
    if low is None:
        reason = why if why and why["nl"] else {"nl": "niet bekend", "en": "not known"}
        return Said(f"Marge met andere aannames: {reason['nl']}.", f"Margin with other assumptions: {reason['en']}.")
    ends = {"low": low, "high": high}
    if moves["holds"] and high["v"] < 0:
        return Said(
            "Hoeveel minder, hangt af van hoe mensen reageren: tussen {low} en {high}.",
            "How many fewer hangs on how people respond: between {low} and {high}.",
            sizes(low, high),
        )
    if moves["holds"]:
        return Said(
            "Hoeveel, hangt af van hoe mensen reageren: tussen {low} en {high}.",
            "How many hangs on how people respond: between {low} and {high}.",
            ends,
        )
    return Said(
        "Met andere aannames kan het ook niets zijn, of andersom: tussen {low} en {high}.",
        "With other assumptions it may also be nothing, or the other way round: between {low} and {high}.",
        ends,
    )


def _money(money: Mapping[str, Any]) -> Said:
    if money["price"] == "none" or money["year"] is None:
        return Said("Van deze kaarten is geen prijs ingevuld.", "No price is filled in for these cards.")
    cells = {"eur": money["year"]}
    if money["price"] == "in part":
        return Said(
            "Het kost € {eur} per jaar, zonder de kaarten waarvan geen prijs is ingevuld.",
            "It costs € {eur} a year, without the cards that have no price.",
            cells,
        )
    return Said("Het kost € {eur} per jaar.", "It costs € {eur} a year.", cells)


def followed(months: int, moves: Mapping[str, Any]) -> dict[str, Any]:
    """What should be seen after some months, and what to think where it is not."""
    time, difference = span(months), moves["difference"]
    if difference is None or moves["lower"] is None or not moves["digits"] or same(moves):
        return Said(
            f"Na {time.nl} is er nog geen verschil te zien dat groter is dan toeval.",
            f"After {time.en} no difference is to be seen yet that is larger than chance.",
        ).sent()
    side, cells, more = "lower" if difference["v"] > 0 else "upper", {"n": in_digits(difference, moves["digits"])}, _more(difference)
    seen = Text(
        f"Na {time.nl} zou u ongeveer {{n}} verhuizingen {more.nl} moeten zien.",
        f"After {time.en} you should see about {{n}} {more.en} moves.",
    )
    wide = moves[f"{side}_full"]
    least = wide if wide is not None and moves["holds"] else moves[side]
    if difference["v"] > 0:
        check = Text("Ziet u minder dan {least}?", "Do you see fewer than {least}?")
    elif least["v"] < 0:
        check = Text("Is de daling kleiner dan {least}?", "Is the fall smaller than {least}?")
    else:
        check = Text("Ziet u meer dan {least} extra?", "Do you see more than {least} extra?")
    return Said(
        f"{seen.nl} {check.nl} Dan klopt waarschijnlijk een aanname niet.",
        f"{seen.en} {check.en} Then an assumption is probably wrong.",
        cells | {"least": size(least) if difference["v"] < 0 else least},
    ).sent()


def of_followed(n: Mapping[str, Any]) -> dict[str, Any]:
    """Of how many seniors some are told."""
    return Said("Zij komen uit de {n} senioren die we volgden.", "They are from the {n} seniors that we followed.", {"n": n}).sent()


def size(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A number below 0 in the same digits, without its sign: a word says that it is less."""
    return {**cell, "t": {language: text.lstrip("−-") for language, text in cell["t"].items()}}


def sizes(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    """Both ends of a margin; of one that is below 0 altogether, where a word says so, how large they are, the smaller first."""
    return {"low": size(high), "high": size(low)} if low["v"] < 0 and high["v"] <= 0 else {"low": low, "high": high}


def in_digits(cell: Mapping[str, Any], digits: int, *ends: Mapping[str, Any]) -> dict[str, Any]:
    """The size of a number, without its sign, in so many digits that count; in more where it would read as an end that it is not.

    As in ``Sheet.around``: no finer than whole numbers from 100 on, and four digits at the most.
    """
    size, others = abs(cell["v"]), {end["t"]["nl"].lstrip("−-") for end in ends if end["v"] != cell["v"]}
    for more in range(digits, max(digits, MOST_DIGITS) + 1):
        decimals = two_digits(size) - 2 + more
        text = numbers(size, min(decimals, 0) if size >= WHOLE else decimals)
        if text.nl not in others:
            break
    return {**cell, "t": text._asdict()}
