"""Dutch and English words for what the tables hold, and numbers as either language writes them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from analysis.estimates.knowledge import ELSEWHERE, NO_WIDER, OF_OLDER, OF_THIS_RUN
from sim.counts.indicators import REGISTRY
from sim.interventions import REGISTRY as MENUKAART
from sim.world.codes import Code, DwellingType, FunnelKind, HouseholdClass, Origin, Stage, Tenure
from sim.world.names import JOINED, PLACEBO, plain

LANGUAGES = ("nl", "en")


class Text(NamedTuple):
    """One text in both languages."""

    nl: str
    en: str

    def of(self, language: str) -> str:
        """The text in ``nl`` or ``en``."""
        return self.nl if language == "nl" else self.en


def both(word: object) -> Text:
    """The same in both languages."""
    return Text(str(word), str(word))


def capital(text: str) -> str:
    """The text with a capital first letter: of *één* Dutch writes Eén."""
    return "Eén" + text[3:] if text.startswith("één") else text[:1].upper() + text[1:]


def capitals(text: Text) -> Text:
    """Both languages with a capital first letter."""
    return Text(*map(capital, text))


def coded(members: Iterable[Code]) -> dict[str, Text]:
    """The labels of codes by their names in tables."""
    return {one.key: Text(one.nl, one.en) for one in members}


ORIGINS = {
    **coded(
        (
            Origin.NEW_BUILD,
            Origin.SPLIT,
            Origin.DEATH,
            Origin.CARE,
            Origin.DEPARTURE,
            Origin.UNION,
            Origin.MANTELZORG,
            Origin.REHOUSING_DONE,
        )
    ),
    "all": Text("alle ketens", "all chains"),
}  # what can begin a chain, in the order of the picture
STAGES = {key: capitals(text) for key, text in coded(Stage).items()}
KINDS = coded(FunnelKind)
ARTICLES = {Tenure.KOOP.key: Text("een ", "an "), Tenure.CORPORATIE.key: Text("een ", "a ")}  # in a sentence; the others have none
TENURES = {
    key: Text(*(article + label for article, label in zip(ARTICLES.get(key, both("")), text, strict=True)))
    for key, text in coded(Tenure).items()
}
GROUPS = {
    "all": Text("iedereen", "everybody"),
    **coded(HouseholdClass),
    **{key: Text(f"woonde in {text.nl}", f"lived in {text.en}") for key, text in TENURES.items()},
    "geen_woning": Text("had geen eigen woning", "had no home of its own"),
    **{
        f"inkomen_{k}": Text(f"inkomen: {nl} vijfde deel", f"income: {en} fifth")
        for k, (nl, en) in enumerate(
            [
                ("laagste", "lowest"),
                ("op een na laagste", "second"),
                ("middelste", "middle"),
                ("op een na hoogste", "fourth"),
                ("hoogste", "highest"),
            ],
            1,
        )
    },
}
SCALE = {"fit": 100.0, "fit_gain": 100.0, "senior_moves_share_nood": 100.0}  # points on a scale of 0 to 100, and per cent
_POINTS = Text("punten, schaal 0 tot 100", "points, scale 0 to 100")
UNITS = {
    "fit": _POINTS,
    "fit_gain": _POINTS,
    "senior_moves_share_nood": Text("procent", "per cent"),
    "moves": Text("verhuizingen", "moves"),
    "households": Text("huishoudens", "households"),
    "dwellings": Text("woningen", "homes"),
    "months": Text("maanden", "months"),
    "applications": Text("aanvragen", "applications"),
}
SMALL_WORDS = ("aan", "bij", "de", "den", "en", "het", "in", "op", "van")


def indicator(key: str) -> Text:
    """Name of an indicator, or its key when the registry does not know it."""
    if key not in REGISTRY:
        return both(key)
    entry = REGISTRY[key]
    return capitals(Text(entry.nl, entry.en))


def unit(key: str) -> Text:
    """Unit of an indicator as it is shown."""
    if key in UNITS:
        return UNITS[key]
    word = REGISTRY[key].unit if key in REGISTRY else ""
    return UNITS.get(word, both(word))


def title(scenario: str, scenarios: Mapping[str, Any]) -> Text:
    """Title of a scenario from the manifest's list; its key when there is none."""
    if scenario == PLACEBO:
        return Text("Placebo", "Placebo")
    found = (scenarios.get(scenario) or {}).get("title") or {}
    return Text(found.get("nl") or readable(scenario), found.get("en") or readable(scenario))


def instrument(key: str, titles: Mapping[str, Mapping[str, str]]) -> Text:
    """Name of an instrument from the manifest's list, else from the menukaart; its key in words where neither has it."""
    found = titles.get(key) or {}
    if not found and plain(key) in MENUKAART:
        card = MENUKAART[plain(key)].card
        return Text(card.nl, card.en)
    return Text(found.get("nl") or readable(key), found.get("en") or readable(key))


CONDITIONS = {
    "age": Text("{} jaar of ouder", "aged {} or more"),
    "size": Text("ten hoogste {} personen", "at most {} persons"),
    "size_least": Text("ten minste {} personen", "at least {} persons"),
    "children": Text("kinderen thuis: {}", "children at home: {}"),
    "rooms": Text("ten minste {} kamers", "at least {} rooms"),
    "rooms_most": Text("ten hoogste {} kamers", "at most {} rooms"),
    "tenure": Text("woont in {}", "lives in {}"),
    "floor_area": Text("ten minste {} m²", "at least {} m²"),
    "type": Text("woningtype: {}", "type of home: {}"),
    "dur_lived": Text("woont er ten minste {} maanden", "has lived there for at least {} months"),
    "registered": Text("ingeschreven als woningzoekende", "registered with the corporaties"),
    "income": Text("inkomen: {}", "income: {}"),
    "areas": Text("woont in {}", "lives in {}"),
    "alle": Text("alle voorwaarden samen", "all conditions together"),
}
VALUES = {
    "with": Text("ja", "yes"),
    "without": Text("nee", "no"),
    **TENURES,
    **coded(DwellingType),
    "daeb": Text("onder de DAEB-grens", "below the DAEB limit"),
    "above_daeb": Text("boven de DAEB-grens", "above the DAEB limit"),
}


def condition(name: str, asks: str) -> Text:
    """A condition of a target group in words."""
    value, text = VALUES.get(asks, both(asks)), CONDITIONS.get(name, both(f"{readable(name)} {{}}"))
    return Text(text.nl.format(value.nl), text.en.format(value.en))


def readable(key: str) -> str:
    """A key as words."""
    return capital(key.replace("_", " "))


def place(slug: str) -> str:
    """A place from its slug, as near as a slug allows: ``s-gravenhage`` to ’s-Gravenhage, ``den-haag`` to Den Haag; several with commas."""
    if JOINED in slug:
        return ", ".join(place(one) for one in slug.split(JOINED))
    parts = slug.split("-")
    if parts[0] == "s" and len(parts) > 1:
        return "’s-" + capital(parts[1])
    return " ".join([capital(parts[0]), *(p if p in SMALL_WORDS else capital(p) for p in parts[1:])])


def span(months: int) -> Text:
    """A length of time: 120 is 10 jaar."""
    if months % 12 == 0:
        years = months // 12
        return Text(f"{years} jaar", f"{years} year" + ("s" if years != 1 else ""))
    return Text(f"{months} maanden", f"{months} months")


def number(value: float, digits: int = 0, language: str = "nl", sign: bool = False) -> str:
    """A number as the language writes it: 1.234,5 in Dutch; ``–`` when it is unknown. Digits below 0 are zeros before the point."""
    if value is None or math.isnan(value):
        return "–"
    value, digits = (round(value, digits), 0) if digits < 0 else (value, digits)
    text = f"{abs(value):,.{digits}f}"
    if language == "nl":
        text = text.replace(",", " ").replace(".", ",").replace(" ", ".")
    zero = float(f"{abs(value):.{digits}f}") == 0
    if zero:
        return text
    return ("−" if value < 0 else "+" if sign else "") + text


def numbers(value: float, digits: int = 0, sign: bool = False) -> Text:
    """``number`` in both languages."""
    return Text(*(number(value, digits, language, sign) for language in LANGUAGES))


def digits_for(half_width: float, default: int = 0) -> int:
    """Decimals at which the half-width of an interval keeps one significant figure; at most 4."""
    if half_width is None or math.isnan(half_width) or half_width <= 0:
        return default
    return min(4, max(0, -math.floor(math.log10(half_width))))


def interval(difference: float, lower: float, upper: float, digits: int | None = None) -> Text:
    """``+32 (17 tot 47)``: a difference with its interval."""
    d = digits_for((upper - lower) / 2) if digits is None else digits
    middle = numbers(difference, d, sign=True)
    if math.isnan(lower):
        return middle
    low, high = numbers(lower, d), numbers(upper, d)
    return Text(f"{middle.nl} ({low.nl} tot {high.nl})", f"{middle.en} ({low.en} to {high.en})")


def two_digits(size: float) -> int:
    """Decimals (below 0: zeros) with which a number of this size has two digits that count."""
    return 1 - int(f"{size:.1e}".partition("e")[2]) if size > 0 else 0  # of the number as it is written: 9.96 is 10


FAR, WHOLE = 20, 100  # times as large; see digits_of_ends


def digits_of_ends(low: float, high: float) -> tuple[int, int]:
    """Decimals of both ends of an interval.

    Each end is written in its own two digits that count; one that is less than a twentieth of the other in one digit. Beside an end
    of ``WHOLE`` or more the other is written in whole numbers at the finest. So an end reads as 0 only where it is 0, or where it is
    below half of one and the other is a hundred or more.
    """
    most = max(abs(low), abs(high))
    found = []
    for end in (low, high):
        digits = two_digits(abs(end)) - (FAR * abs(end) < most)
        found.append(0 if not end else min(0, digits) if most >= WHOLE else digits)
    return found[0], found[1]


WHY_UNKNOWN = {  # by what stands in the column knowledge
    "no instrument": Text("hier is geen maatregel", "there is no measure here"),
    "the placebo holds no instrument": Text("hier is geen maatregel", "there is no measure here"),
    "the study does not count it": Text("niet uitgezocht voor dit cijfer", "not studied for this figure"),
    "the study has no ghosts": Text("niet uitgezocht voor dit cijfer", "not studied for this figure"),
    "the study does not count groups": Text("niet uitgezocht voor groepen", "not studied for groups"),
    "the study has none in basis": Text("niet uitgezocht voor dit cijfer", "not studied for this figure"),
    "no value in some seed": Text("in een keer naspelen is er niets te tellen", "nothing to count in one of the runs"),
    "the money may be none": Text("het bedrag kan ook nul zijn", "the money may be none"),
    "fewer draws than can say anything": Text("te weinig om iets te zeggen", "too little to say anything"),
    OF_THIS_RUN: Text("uit eigen trekkingen", "from draws of this run"),
    ELSEWHERE: Text("openbare cijfers van een andere plaats", "public figures of another place"),
    OF_OLDER: Text("uit een studie van een ouder model", "from a study of an older model"),
    "not in the study: rules": Text("niet uitgezocht voor een stapsgewijze aanpak", "not studied for a stepwise approach"),
    "not in the study: what is stopped": Text("niet uitgezocht voor wie iets stopt", "not studied where something is stopped"),
}


def unknown(knowledge: str) -> Text:
    """Why there is no interval for what we do not know, or no wider one; empty where that was not asked or one world is too few."""
    if NO_WIDER in knowledge and OF_THIS_RUN in knowledge:
        return Text("in de eigen trekkingen niet breder dan door toeval", "in the draws of this run no wider than by chance")
    if NO_WIDER in knowledge:
        return Text("in de studie niet breder dan door toeval", "in the study no wider than by chance")
    if knowledge.startswith("not in the study:") and knowledge not in WHY_UNKNOWN:
        return Text("niet uitgezocht voor deze maatregel", "not studied for this measure")
    return WHY_UNKNOWN.get(knowledge, both(""))


def wide_of(lower: float, upper: float, knowledge: str) -> Text:
    """The interval with chance and knowledge, or why there is none."""
    if math.isnan(lower) or math.isnan(upper) or NO_WIDER in knowledge:
        return unknown(knowledge)
    of_low, of_high = digits_of_ends(lower, upper)
    low, high = numbers(lower, of_low), numbers(upper, of_high)
    return Text(f"{low.nl} tot {high.nl}", f"{low.en} to {high.en}")
