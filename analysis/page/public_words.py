"""The public figures beside which the base world is put, in words: what each is, who counted it, and why ours may differ."""

from __future__ import annotations

import re
from typing import NamedTuple

from analysis.page.quote import Book, Quote, rich
from analysis.page.words import Text, both

KEYS = re.compile(r'data-misses="([^"]*)"')


NOBODY = Text("er is niemand om te tellen", "there is nobody to count")
NO_WIJKEN = Text(  # where a gemeente is one area, or nobody left the own one
    "in het model ging niemand naar een andere wijk, of er zijn geen wijken",
    "in the model nobody went to another wijk, or there are no wijken",
)


class Public(NamedTuple):
    """What a figure is, the unit of it, who counted it with the year, and why the model's figure is not quite the same thing.

    ``nothing``: why the model has none, where it has none.
    """

    name: Text
    unit: Text
    source: Text
    differs: Text
    nothing: Text = NOBODY


_YEARLY = Text("procent per jaar", "per cent a year")
_STOCK = Text("procent van de woningen per jaar", "per cent of the homes a year")
_OF = Text("procent", "per cent")
_YEARS = Text("jaar", "years")
_CBS_MOVES = Text("CBS, verhuizingen van zestigers, Nederland 2017", "CBS, moves of people in their sixties, Netherlands 2017")
_CBS_CHAIN = Text("CBS, verhuisketens na nieuwbouw, Nederland 2019 tot 2022", "CBS, chains after new build, Netherlands 2019 to 2022")
_CBS_FREE = Text(
    "CBS, vrijgekomen woningen, via de vakpers, Nederland 2021 en 2022", "CBS, homes that came free, Netherlands 2021 and 2022"
)
_WOON = Text("CBS, WoonOnderzoek Nederland 2015", "CBS, housing survey WoON, Netherlands 2015")
_PERSONS = Text(
    "Het CBS telt personen van één leeftijd. Wij tellen huishoudens naar de oudste.",
    "CBS counts persons of one age. We count households by the oldest.",
)
_NATIONAL = Text("Dit is Nederland, niet uw gemeente.", "This is the Netherlands, not your municipality.")
_BORDER = Text(
    "Het CBS volgt een keten door heel Nederland. Wij volgen hem binnen het gebied en schatten de rest.",
    "CBS follows a chain through the whole country. We follow it inside the area and estimate the rest.",
)
_ASKED = Text(
    "Het CBS vroeg het mensen. Wij tellen wie in het model een woonwens heeft.", "CBS asked people. We count who has a wish in the model."
)
_SCARCE = Text(
    "Ons gebied is kleiner dan een regio, en kinderen thuis en mensen van elders staan bij ons niet op de lijst.",
    "Our area is smaller than a region, and children at home and people elsewhere are not on our list.",
)
WORDS: dict[str, Public] = {
    "rate_45_54": Public(
        Text("verhuizingen binnen de gemeente van 45- tot 54-jarigen", "moves inside the municipality at ages 45 to 54"),
        _YEARLY,
        _CBS_MOVES,
        _PERSONS,
    ),
    "rate_55_64": Public(
        Text("verhuizingen binnen de gemeente van 55- tot 64-jarigen", "moves inside the municipality at ages 55 to 64"),
        _YEARLY,
        _CBS_MOVES,
        _PERSONS,
    ),
    "rate_65_74": Public(
        Text("verhuizingen binnen de gemeente van 65- tot 74-jarigen", "moves inside the municipality at ages 65 to 74"),
        _YEARLY,
        _CBS_MOVES,
        _PERSONS,
    ),
    "rate_65": Public(
        Text("huishoudens van 65-plussers die verhuizen", "households of 65 and over that move"),
        _YEARLY,
        Text("CBS en ABF, uit het hoofd, niet nagezocht, Nederland", "CBS and ABF, recalled and not verified, Netherlands"),
        _NATIONAL,
    ),
    "turnover_corporatie": Public(
        Text("corporatiewoningen die opnieuw verhuurd worden", "corporatie homes that are let again"),
        _STOCK,
        Text("CBS, via de vakpers, Nederland 2021 en 2022", "CBS, by trade press, Netherlands 2021 and 2022"),
        _NATIONAL,
    ),
    "freed_all": Public(Text("woningen die vrijkomen", "homes that come free"), _STOCK, _CBS_FREE, _NATIONAL),
    "freed_koop": Public(Text("koopwoningen die vrijkomen", "owner-occupied homes that come free"), _STOCK, _CBS_FREE, _NATIONAL),
    "freed_vrij": Public(
        Text("vrije huurwoningen die vrijkomen", "privately let homes that come free"),
        _STOCK,
        _CBS_FREE,
        Text(
            "Het CBS telt huur zonder huurtoeslag. Wij tellen vrije huur.", "CBS counts rent without allowance. We count free-sector rent."
        ),
    ),
    "possible_wish": Public(Text("65-plussers die misschien willen verhuizen", "65 and over who may want to move"), _OF, _WOON, _ASKED),
    "definite_wish": Public(Text("65-plussers die zeker willen verhuizen", "65 and over who surely want to move"), _OF, _WOON, _ASKED),
    "realised_65": Public(
        Text("65-plussers die zeker wilden en binnen een jaar verhuisden", "65 and over who surely wanted to and moved within a year"),
        _OF,
        Text("CBS, WoonOnderzoek 2015, een jaar gevolgd", "CBS, housing survey 2015, followed for a year"),
        _ASKED,
    ),
    "realised_all": Public(
        Text(
            "alle huishoudens die zeker wilden en binnen een jaar verhuisden",
            "all households that surely wanted to and moved within a year",
        ),
        _OF,
        Text("Rijksoverheid en ABF, WoonOnderzoek 2015", "national government and ABF, housing survey 2015"),
        _ASKED,
    ),
    "starter_links": Public(
        Text("schakels in een keten die door starters gevuld worden", "links of a chain that starters fill"), _OF, _CBS_CHAIN, _BORDER
    ),
    "starter_social": Public(
        Text("corporatiewoningen die naar starters gaan", "corporatie homes that go to starters"),
        _OF,
        Text("jaarverslag woonruimteverdeling, regio Amsterdam 2024", "yearly report on allocation, Amsterdam region 2024"),
        Text("Dit is de regio Amsterdam, niet uw gemeente.", "This is the Amsterdam region, not your municipality."),
    ),
    "first_link": Public(
        Text("kans dat een nieuwe woning een tweede verhuizing brengt", "chance that a new home sets off a second move"),
        _OF,
        _CBS_CHAIN,
        _BORDER,
    ),
    "second_link": Public(Text("kans dat daarna een derde volgt", "chance that a third follows"), _OF, _CBS_CHAIN, _BORDER),
    "later_links": Public(
        Text("kans dat daarna nog een volgt", "chance that another follows later"),
        _OF,
        _CBS_CHAIN,
        Text(
            "Het CBS stopte met kijken in 2022. Hun cijfer is dus een ondergrens.",
            "CBS stopped looking in 2022. Its figure is a lower bound.",
        ),
    ),
    "homes_freed": Public(
        Text("woningen die vrijkomen door één nieuwe woning", "homes that come free by one new home"),
        Text("woningen", "homes"),
        _CBS_CHAIN,
        _BORDER,
    ),
    "same_year": Public(
        Text("achtergelaten woningen die hetzelfde jaar weer bewoond zijn", "homes left that are lived in again in the same year"),
        _OF,
        Text("CBS, nieuwbouwmonitor, via de vakpers, Nederland 2020", "CBS, monitor of new build, by trade press, Netherlands 2020"),
        _NATIONAL,
    ),
    "own_wijk": Public(
        Text("verhuizers van 65 tot 74 die in de eigen wijk blijven", "movers of 65 to 74 who stay in their wijk"),
        _OF,
        Text("PBL, Vergrijzing en woningmarkt, WoonOnderzoek 2012", "PBL, Vergrijzing en woningmarkt, housing survey 2012"),
        Text("Het PBL telt buurten. Wij tellen wijken, en die zijn groter.", "PBL counts buurten. We count wijken, which are larger."),
        NO_WIJKEN,
    ),
    "inside_gemeente": Public(
        Text("verhuizers van 65-plus die in de gemeente blijven", "movers of 65 and over who stay in the municipality"),
        _OF,
        _CBS_MOVES,
        _PERSONS,
    ),
    "to_care": Public(
        Text("verhuizers van 70-plus die naar een plek met zorg gaan", "movers of 70 and over who go to a place with care"),
        _OF,
        Text("CBS, via de vakpers, Nederland 2022", "CBS, by trade press, Netherlands 2022"),
        _NATIONAL,
    ),
    "registration": Public(
        Text("jaren ingeschreven bij het krijgen van een corporatiewoning", "years registered when a corporatie home is let"),
        _YEARS,
        Text("RIGO, via de lokale pers, Utrecht 2020", "RIGO, by local press, Utrecht 2020"),
        Text("Dit is Utrecht, niet uw gemeente.", "This is Utrecht, not your municipality."),
    ),
    "search_time": Public(
        Text("jaren zoeken tot een corporatiewoning", "years of searching until a corporatie home"),
        _YEARS,
        Text("gemeente Utrecht, Utrecht-monitor 2018", "city of Utrecht, Utrecht-monitor 2018"),
        Text(
            "Daar telt het van de eerste reactie tot het accepteren. In het model vindt iemand veel te snel iets.",
            "There it runs from the first response to acceptance. In the model people find a home far too soon.",
        ),
    ),
    "candidates": Public(
        Text("kandidaten voor één corporatiewoning", "candidates for one corporatie home"),
        Text("huishoudens", "households"),
        Text("orde van grootte in Nederland, van 50 tot 500", "order of size in the Netherlands, from 50 to 500"),
        _SCARCE,
    ),
    "success": Public(
        Text("verhuurde corporatiewoningen op elke honderd zoekers", "corporatie homes let for each hundred who search"),
        _YEARLY,
        Text("RIGO en vakpers, regio Utrecht 2020 en regio Amsterdam 2024", "RIGO and trade press, Utrecht 2020 and Amsterdam 2024"),
        _SCARCE,
    ),
    "unsuitable": Public(
        Text("oudere huishoudens in een woning die niet aan te passen is", "older households in a home that cannot be adapted"),
        _OF,
        Text("ABF, via de vakpers, Nederland 2020", "ABF, by trade press, Netherlands 2020"),
        Text(
            "ABF telt alle woningen. Wij tellen alleen woningen van ouderen.", "ABF counts all homes. We count those of older people only."
        ),
    ),
    "vacancy": Public(
        Text("woningen die te koop of te huur leeg staan", "homes that stand empty on the market"),
        Text("procent van de woningen", "per cent of the homes"),
        Text("ABF, norm voor Nederland 2024", "ABF, norm for the Netherlands 2024"),
        Text("Dit is een norm, geen telling.", "This is a norm, not a count."),
    ),
}


PARTS = ("share", "chance")  # units of validation.csv that are shown in per cent


def beside(book: Book, key: str) -> tuple[Quote, Quote]:
    """A figure in the base world, and the public one. Raises KeyError."""
    scale = 100.0 if book.cell("validation", "unit", {"key": key}) in PARTS else 1.0
    ours, theirs = (book.quote("validation", column, {"key": key}, scale=scale) for column in ("simulated", "observed"))
    return ours, theirs


def named(keys: str) -> Text:
    """The figures of some keys (with spaces between) as one text."""
    found = [WORDS[key].name if key in WORDS else both(key) for key in dict.fromkeys(keys.split())]
    return Text("; ".join(one.nl for one in found), "; ".join(one.en for one in found))


def legend(html: str) -> Text | None:
    """What the marks in a part of the page mean; None where there are none."""
    keys = " ".join(dict.fromkeys(key for found in KEYS.findall(html) for key in found.split()))
    if not keys:
        return None
    return rich(
        "Dit cijfer hangt aan iets wat het model mist: {what}.",
        "This figure hangs on something that the model misses: {what}.",
        what=named(keys),
    )
