"""What each column of the workbook is called in Dutch, and what it means: a title and a sentence or two for each column of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from analysis.tables.schema import CHAIN_LENGTHS, COSTS, EFFECTS, MONITOR
from sim.counts.schema import Table


class Told(NamedTuple):
    """A column for a reader: the head of it, and what it means."""

    title: str
    meaning: str


class Tab(NamedTuple):
    """A tab: its table, what it answers, and how many of its first columns stay in sight."""

    table: Table
    answers: str
    stay: int


TABS: Mapping[str, Tab] = {
    "Effecten": Tab(
        EFFECTS,
        "Wat veranderde er door elke maatregel? Een rij is één telling, voor één groep en één periode. "
        "De rijen voor iedereen over de hele periode staan bovenaan. Van één wijk staat hier alleen de hele periode.",
        2,
    ),
    "Kosten": Tab(
        COSTS,
        "Wat kostte het, wie betaalt, en hoeveel kreeg u voor uw geld? "
        "Rijen met ‘alle’ of ‘iedereen’ zijn totalen: tel die niet op bij andere.",
        2,
    ),
    "Ketens": Tab(
        CHAIN_LENGTHS,
        "Hoe lang zijn de verhuisketens? Een keten begint met een lege woning en stopt als niemand een woning achterlaat. "
        "Van één wijk staan hier alleen alle ketens samen. Geen rijen betekent: de lijst van verhuizingen is niet bewaard.",
        2,
    ),
    "Monitor": Tab(
        MONITOR,
        "Alle regels van de werkbladen ‘opgave’ en ‘monitor’ van de toolkit. Dit zijn tellingen. "
        "Of een maatregel iets deed, leest u bij Effecten.",
        2,
    ),
}
CHANCE = "De marge van 95 procent gaat alleen over toeval."
BOTH = "De marge van 95 procent telt ook mee wat we over gedrag niet weten. Voorlopig."
NO_END = "Leeg als het aantal extra ook nul kan zijn: dan is er geen bovengrens."


def _ends(of: str, lower: str, upper: str, more: str = "", about: str = CHANCE, kind: str = "toeval") -> dict[str, Told]:
    """The two ends of a margin, with what it is about."""
    return {
        lower: Told(f"{of}: laagst ({kind})", f"Onderkant van de marge. {about}"),
        upper: Told(f"{of}: hoogst ({kind})", f"Bovenkant van de marge. {about} {more}".strip()),
    }


def _full(of: str, lower: str, upper: str, more: str = "") -> dict[str, Told]:
    return _ends(of, lower, upper, more, BOTH, "toeval en kennis")


def _money(one: str, many: str, key: str, suffix: str) -> dict[str, Told]:
    """Columns of what one more costs, and of what 100,000 euro brings."""
    euro, extra, per = f"Euro per extra {one}", f"Extra {many} per 100.000 euro", f"extra_{key}s_per_100k"
    return {
        f"eur_per_extra_{key}": Told(euro, "Alle kosten gedeeld door het aantal extra. Leeg als er niets extra is."),
        **_ends(euro, f"lower{suffix}", f"upper{suffix}", NO_END),
        per: Told(extra, "Hoeveel extra u krijgt voor dat geld. Onder nul: het werden er minder."),
        **_ends(extra, f"lower_{per}", f"upper_{per}"),
        **_full(euro, f"lower{suffix}_full", f"upper{suffix}_full", NO_END),
        **_full(extra, f"lower_{per}_full", f"upper_{per}_full"),
    }


SCENARIO = Told(
    "Maatregel", "De maatregel of het pakket. ‘Basis’ is wat de plaats al doet. ‘Placebo’ is een proef waarin niets van belang verandert."
)
UNIT = Told("Eenheid", "Waarin geteld is.")
SEEDS = Told(
    "Keer nagespeeld",
    "Zo vaak is de plaats nagespeeld, elke keer met andere toevalligheden. Het getal in de rij is daar het gemiddelde van.",
)
KNOWLEDGE = {
    "p_sign": Told(
        "Zekerheid van de richting",
        "Hoe zeker het is dat het erbij of eraf is, en niet andersom. Toeval en kennis samen. "
        "Wijst de kennisstudie steeds dezelfde kant op? Dan hangt dit getal alleen van toeval af. Voorlopig.",
    ),
    "p_best": Told("Kans dat dit het meeste doet", "Van de maatregelen in deze doorrekening. Toeval en kennis samen. Voorlopig."),
    "p_best_lower": Told("Kans, minstens", "Zoveel is die kans minstens, omdat er maar zo weinig trekkingen zijn."),
    "p_best_upper": Told("Kans, hoogstens", "Zoveel is die kans hoogstens, omdat er maar zo weinig trekkingen zijn."),
    "draws": Told("Trekkingen", "Zo vaak zijn de aannames anders gekozen. De kans en wat u mist gaan over die keren."),
    "regret": Told(
        "Gemist als een andere beter blijkt", "Zoveel minder doet deze gemiddeld dan de maatregel die bij andere aannames het meeste doet."
    ),
    "knowledge": Told("Over wat we niet weten", "Of de tweede marge er is. Zo niet, dan staat hier waarom."),
    "misses": Told(
        "Hangt aan wat het model mist",
        "Openbare cijfers waar deze telling aan hangt en waar het model meer dan 25 procent naast zit: sleutels van validation.csv.",
    ),
    "family": Told("Soort getal", "Vooraf gekozen hoofdcijfer, een ander getal, of een beschrijving van wie er verhuisde."),
    "q": Told(
        "Deel dat toeval kan zijn",
        "Van wat bij deze maatregel een effect heet, als dit het laatste is. Leeg bij hoofdcijfers.",
    ),
    "claimed": Told("Heet een effect", "Meer dan toeval, en meer dan de proef waarin niets verandert. Over kennis zegt dit niets."),
}
DUTCH: Mapping[str, Mapping[str, Told]] = {
    EFFECTS.name: {
        "scenario": SCENARIO,
        "indicator": Told("Wat is geteld", "De naam van de telling."),
        "unit": UNIT,
        "group_by": Told("Indeling", "Hoe de huishoudens in groepen zijn verdeeld."),
        "group": Told("Groep", "Over wie de rij gaat. Huur of koop, inkomen en wijk zijn die bij de start."),
        "months_from": Told("Vanaf maand", "Eerste maand van de periode. Maand 0 is de start."),
        "months_to": Told("Tot maand", "De maand waarin de periode voorbij is. Van 0 tot 120 is tien jaar."),
        "estimand": Told(
            "Soort verschil",
            "Netto: alles meegeteld. Direct: alleen wie de maatregel zelf raakte. Verdrongen: anderen die daardoor een woning misliepen. "
            "Doorwerking: wat er verder bij anderen gebeurde. Netto is direct min verdrongen plus doorwerking. Aanbod: alles samen, waar "
            "een maatregel alleen woningen verandert.",
        ),
        "mean": Told("Met de maatregel", "Het aantal in de wereld met de maatregel."),
        "difference": Told("Verschil", "Met de maatregel min zonder. Zonder betekent: met wat de plaats al doet."),
        **_ends("Verschil", "lower", "upper"),
        "placebo": Told("Ruis", "Zo groot is een verschil als er niets van belang verandert. Is uw verschil kleiner, noem het dan niet."),
        "seeds": SEEDS,
        "seeds_needed": Told(
            "Keer nodig", "Zo vaak naspelen maakt de marge naar elke kant half zo groot als het verschil. Leeg als dat niet te zeggen is."
        ),
        "seeds_to_notice": Told(
            "Keer nodig om iets te merken",
            "Zo vaak naspelen maakt de marge naar elke kant een honderdste van wat er zonder is. Kleiner merkt niemand.",
        ),
        **_full("Verschil", "lower_full", "upper_full"),
        **KNOWLEDGE,
    },
    COSTS.name: {
        "scenario": SCENARIO,
        "instrument": Told("Onderdeel", "De maatregel binnen het pakket."),
        "payer": Told("Wie betaalt", "De organisatie die betaalt."),
        "year": Told("Jaar", "Het jaar waarin het geld is uitgegeven."),
        "eur": Told("Euro", "Uitgegeven, gemiddeld. Nul kan ook betekenen dat niemand een prijs heeft ingevuld."),
        "uses": Told("Verhuizingen met hulp", "Zo vaak hielp de maatregel bij een verhuizing. Dat is niet het aantal extra verhuizingen."),
        **_money("verhuizing van een senior", "verhuizingen van senioren", "senior_move", ""),
        **_money("senior die geschikt woont", "senioren die geschikt wonen", "suitable_home", "_suitable"),
        **_money("verhuizing naar een lege woning", "verhuizingen naar een lege woning", "link", "_link"),
        "note": Told("Waarom leeg", "Waarom een getal in deze rij ontbreekt."),
        **KNOWLEDGE,
    },
    CHAIN_LENGTHS.name: {
        "scenario": SCENARIO,
        "origin": Told("Begin van de keten", "Waardoor de eerste woning leeg kwam."),
        "home": Told("Eerste woning", "Wat voor woning dat was."),
        "area": Told("Wijk", "Waar de eerste woning staat."),
        "length": Told("Wat is geteld", "Alle verhuizingen in de keten, of alleen die ná de verhuizing van een senior."),
        "mean": Told(
            "Gemiddelde lengte", "Verhuizingen per keten, binnen de plaats. Ketens die nog open zijn, tellen mee tot hun verwachte eind."
        ),
        **_ends("Lengte", "lower", "upper"),
        "difference": Told("Verschil in lengte", "Met de maatregel min zonder. Leeg voor ‘Basis’."),
        **_ends("Verschil in lengte", "difference_lower", "difference_upper"),
        "share_open": Told("Deel nog open", "Deel van de ketens waarvan de laatste woning aan het eind nog leeg is."),
        "chains": Told("Aantal ketens", "Alle ketens die begonnen, van alle keren naspelen samen."),
        "seeds": SEEDS,
        "warning": Told("Let op", "Waarom een getal ontbreekt of niet te vertrouwen is."),
    },
    MONITOR.name: {
        "scenario": SCENARIO,
        "sheet": Told("Werkblad", "Het werkblad van de toolkit."),
        "row": Told("Regel van de toolkit", "Zoals de toolkit het zegt."),
        "key": Told("Wat is geteld", "Zoals dit model het telt."),
        "unit": UNIT,
        "mean": Told("Gemiddeld", "Over de hele periode, gemiddeld over alle keren naspelen."),
        **_ends("Gemiddeld", "lower", "upper"),
        "seeds": Told("Keer nagespeeld", "Zo vaak is geteld. Nul betekent: dit is niet te tellen."),
        "note": Told("Waarom leeg", "Waarom een getal ontbreekt, of wat het niet zegt."),
    },
}
