"""Opgave and monitor of the toolkit, row by row, in its own words. Pure definitions: no world, no tables.

The numbers that ``sim.counts.indicators`` defines keep their definition there; a row here says which sheet and row of the toolkit
they fill. Every instrument names, in its class variable ``indicator``, the row that it feeds. Wording: Platform31, *Werken aan
doorstroming van senioren. Toolkit voor een aanpak*, November 2023; where the printed text is garbled, what was meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.counts import indicators
from sim.without.verdicts import MOVED
from sim.world import codes, law

if TYPE_CHECKING:
    from collections.abc import Iterable

OPGAVE, FIRST, SECOND, THIRD = "opgave", "1/3", "2/3", "3/3"
SHEETS = {
    OPGAVE: "Wat is de opgave?",
    FIRST: "Wat willen we monitoren? 1/3",
    SECOND: "Wat willen we monitoren? 2/3",
    THIRD: "Wat willen we monitoren? 3/3",
}
AGES = ((0, "t_m_55"), (56, "56_65"), (66, "66_75"), (76, "76_85"), (86, "86_plus"))  # lowest age of each class
FLOORS = ((0, "below_50"), (50, "50_74"), (75, "75_99"), (100, "100_149"), (150, "150_plus"))  # m2, classes of CBS
RENTS = ("aftopping_small", "aftopping_large", "liberalisatiegrens")  # sim.world.law: upper bounds of the first three classes
SPONTANEOUS = "spontaan"  # beside the verdicts: moves on which no instrument worked


class Value(NamedTuple):
    """One class of a row that is split up, and its code in VERA where there is one."""

    key: str
    nl: str
    en: str
    vera: str = ""


class Row(NamedTuple):
    """One number (or, with ``values``, one number per class) of a row of a worksheet.

    ``ledger`` is the column of the instruments' ledger that is added up over the instruments of this row. ``open`` says, in
    Dutch and English, what cannot be counted; ``areas`` that the classes are the wijken of the run.
    """

    key: str
    sheet: str
    subject: str
    row: str
    nl: str
    en: str
    unit: str
    source: str
    definition: str
    uitleg: str
    values: tuple[Value, ...] = ()
    vera: str = ""
    ledger: str = ""
    open: tuple[str, str] = ("", "")
    areas: bool = False


def _known(key: str, sheet: str, subject: str, row: str, uitleg: str, open_: tuple[str, str] = ("", "")) -> Row:
    """A row whose number ``sim.counts.indicators`` defines; its table is summary.parquet."""
    one = indicators.REGISTRY[key]
    return Row(key, sheet, subject, row, one.nl, one.en, one.unit, "summary", one.definition, uitleg, open=open_)


def _values(*triples: tuple[str, str, str]) -> tuple[Value, ...]:
    return tuple(Value(*one) for one in triples)


def _coded(members: Iterable[codes.Code]) -> tuple[Value, ...]:
    """The members of an enumeration as classes."""
    return tuple(Value(one.key, one.nl, one.en, one.vera) for one in members)


# fmt: off
_TYPES, _TENURES = _coded(codes.DwellingType), _coded(codes.Tenure)
_FLOORS = _values(("below_50", "kleiner dan 50 m²", "below 50 m2"), ("50_74", "50 tot 75 m²", "50 to 74 m2"), ("75_99", "75 tot 100 m²", "75 to 99 m2"),
                  ("100_149", "100 tot 150 m²", "100 to 149 m2"), ("150_plus", "150 m² of groter", "150 m2 or more"))
_RENTS = _values(("aftopping_small", "huur tot de lage aftoppingsgrens", "rent up to the lower capping limit"),
                 ("aftopping_large", "huur tot de hoge aftoppingsgrens", "rent up to the higher capping limit"),
                 ("liberalisatiegrens", "huur tot de liberalisatiegrens", "rent up to the liberalisation limit"),
                 ("free", "huur boven de liberalisatiegrens", "rent above the liberalisation limit"))
_AGES = _values(("t_m_55", "t/m 55 jaar", "up to 55"), ("56_65", "56 t/m 65 jaar", "56 to 65"), ("66_75", "66 t/m 75 jaar", "66 to 75"),
                ("76_85", "76 t/m 85 jaar", "76 to 85"), ("86_plus", "86 jaar en ouder", "86 and older"))
_SIZES = _values(("one", "1 persoon", "1 person"), ("two", "2 personen", "2 persons"), ("three_plus", "3 of meer personen", "3 or more persons"),
                 ("nobody", "nog niet bewoond, of uit de voorraad", "nobody yet, or out of the stock"))
_NOOD = _values(("nood", "uit nood", "out of need"), ("wens", "uit wens", "by wish"))
_VERDICTS = (Value(SPONTANEOUS, "spontaan: geen maatregel gebruikt", "spontaneous: no measure used"), *_coded(MOVED))
_CONTACTS = {  # the toolkit's row of each, in its order
    codes.Contact.EIGEN_INITIATIEF: "Eigen initiatief senior, eventueel via Woningnet",
    codes.Contact.ZORGPARTIJ: "Doorverwijzing zorgpartij vanwege passend wonen",
    codes.Contact.CORPORATIE_RENOVATIE: "Benaderd door woningcorporatie vanwege renovatie",
    codes.Contact.CORPORATIE_PASSEND_WONEN: "Benaderd door woningcorporatie vanwege passend wonen",
    codes.Contact.CORPORATIE_SLOOP: "Aantal senioren benaderd door woningcorporatie vanwege sloop",
    codes.Contact.GEMEENTE: "(niet in de toolkit) Benaderd door gemeente of provincie",
    codes.Contact.NONE: "(niet in de toolkit) Geen contact vastgelegd",
}
_STAY, _USE = "Zelfstandig blijven wonen", "Intensiever benutten bestaande bouw"
_MOVE, _WHY, _WHO, _CONTACT = "Verhuizingen", "Redenen", "Verhuizers", "Eerste contact/ zoekgedrag"
_HOME = "Woning: type woning, oppervlakte, (sociale) huur/koop en eventueel huurklasse in oude en nieuwe situatie"
_PLACE = "Locatie: wijk/buurt/kern achtergelaten en nieuwe woning"
_COACH, _PRIORITY, _RENT = "Wooncoach / seniorenmakelaar", "Voorrangsregel", "Woonlastengewenning"
_LAST = "Gemiddelde van de laatste twaalf maanden."
_OF_MOVES = "of the seniors' moves into an empty home in the period"


def _first_contact(code: codes.Contact) -> Row:
    name = code.key
    more = " Zij zochten op eigen kracht." if code is codes.Contact.NONE else ""
    return Row(f"first_contact_{name}", SECOND, _CONTACT, _CONTACTS[code], f"eerste contact: {code.nl}", f"first contact: {code.en}", "moves", "moves",
               f"first contact on record {name}, {_OF_MOVES}; seniors who were approached and did not move are not in it",
               "Verhuisde senioren, naar het eerste contact. Wie wel benaderd is en niet verhuisde, telt niet mee." + more, vera="own code")


def _split(key: str, row: str, nl: str, en: str, values: tuple[Value, ...], definition: str, uitleg: str) -> Row:
    """Moves by class, on sheet 2/3 under Verhuizers; a row that is elsewhere, or counts something else, says so by ``_replace``."""
    return Row(key, SECOND, _WHO, row, nl, en, "moves", "moves", definition, uitleg, values)


_LIST = (
    _known("suitable_seniors", OPGAVE, _STAY, "Aantal oudere huishoudens dat geschikt woont", f"Zonder trappen, van binnen en naar de voordeur. {_LAST}"),
    _known("unsuitable_seniors", OPGAVE, _STAY, "Aantal oudere huishoudens dat ongeschikt woont", f"Aanpassen kost meer dan € 10.000. {_LAST}"),
    _known("adaptable_seniors", OPGAVE, _STAY, "Aantal oudere huishoudens dat in een woning woont die aanpasbaar is", f"Aanpassen kost ten hoogste € 10.000. {_LAST}"),
    _known("seniors_with_wish", OPGAVE, _STAY, "Aantal oudere huishoudens met een verhuiswens", f"Wil misschien verhuizen of zoekt al. {_LAST}"),
    Row("senior_households_moved", OPGAVE, _STAY, "Aantal oudere huishoudens dat verhuisd is", "oudere huishoudens die verhuisd zijn", "senior households that moved",
        "households", "moves", "senior households that took an empty home in the period; one that moved twice counts once",
        "Wie twee keer verhuist, telt één keer."),
    _split("moved_to_type", "Verhuisbeweging: naar welk type woning, en eventueel afstand tussen oude en nieuwe woning", "nieuwe woning van senioren", "seniors' new home",
           _TYPES, f"type of the home taken, {_OF_MOVES}", "Soort woning waar senioren heen gaan.")._replace(sheet=OPGAVE, subject=_STAY),
    _known("senior_moves_suitable", OPGAVE, _STAY, "Verhuisbeweging: naar welk type woning, en eventueel afstand tussen oude en nieuwe woning", "De nieuwe woning heeft geen trappen."),
    _known("senior_moves_km", OPGAVE, _STAY, "Verhuisbeweging: naar welk type woning, en eventueel afstand tussen oude en nieuwe woning", "Hemelsbreed, van wijk tot wijk, gemiddeld."),
    _known("suitable_dwellings", OPGAVE, _STAY, "Aantal woningen dat (potentieel) geschikt is voor oudere huishoudens, aantrekkelijkheid van deze woningen", f"Geschikt, of aan te passen voor ten hoogste € 10.000. {_LAST}"),
    Row("candidates_per_senior_home", OPGAVE, _STAY, "Aantal woningen dat (potentieel) geschikt is voor oudere huishoudens, aantrekkelijkheid van deze woningen",
        "reacties per seniorenwoning", "candidates per home in a senior complex", "candidates", "moves", "mean number of candidates for homes in a senior complex taken in the period",
        "Hoeveel huishoudens reageren op een woning in een seniorencomplex.",
        open=("Alleen seniorencomplexen: de lijst van verhuizingen zegt niet of een andere woning geschikt is.", "senior complexes only: moves.parquet does not say whether another home is suitable")),
    _known("splittable_dwellings", OPGAVE, _USE, "Aantal woningen dat geschikt is om eventueel te splitsen en/of delen", f"Eengezinswoningen van 150 m² of groter. {_LAST}"),
    _known("small_in_family_home", OPGAVE, _USE, "Aantal 1 en 2 persoonshuishoudens dat in een eengezinswoning woont", _LAST),
    _known("unsuitable_in_family_home", OPGAVE, _USE, "Aantal huishoudens dat ongeschikt woont in deze eengezinswoningen", f"Alleen senioren: van andere huishoudens telt het model dit niet. {_LAST}"),
    _known("split_applications", OPGAVE, _USE, "Aantal aanvragen voor woningsplitsing en/of plaatsen mantelzorgwoning", "Aanvragen in de hele periode.",
           ("Niet te tellen: in deze run kan niemand een aanvraag doen.", "cannot be counted: nobody can apply in this run")),
    _known("senior_moves", FIRST, _MOVE, "Aantal verhuizingen", "Senioren die naar een andere woning verhuizen (leeg, door ruil of bij familie), in de hele periode."),
    Row("senior_moves_year", FIRST, _MOVE, "Aantal verhuizingen", "verhuizingen van senioren per jaar", "moves by seniors by year", "moves", "months",
        "senior moves by year of the run (twelve months from its start)", "Per jaar, om te zien of het aantal toeneemt."),
    _known("moves_set_off", FIRST, _MOVE, "Lengte van de verhuisketen (hoeveel verschillende verhuizingen zijn in gang gezet door het verhuizen van een senior)", "De verhuizing van de senior zelf telt niet mee."),
    _split("new_household", "Omvang nieuwe huishouden in vrijgekomen woning", "nieuw huishouden in de vrijgekomen woning", "household in the home that came free", _SIZES,
           "persons of the household that took the home which a senior's move in the period left (found by parent_move_id, follow-up included)", "Wie gaat er wonen in de woning die de senior achterlaat?")._replace(sheet=FIRST, subject=_MOVE, unit="homes"),
    Row("larger_household", FIRST, _MOVE, "Omvang nieuwe huishouden in vrijgekomen woning", "vrijgekomen woning is beter benut", "home that came free is better used", "share of homes taken again", "moves",
        "homes left by a senior's move in the period whose new household is larger than the one that left, of those taken again", "Deel van de opnieuw bewoonde woningen waarin nu meer mensen wonen dan ervoor."),
    _split("reason", "Reden van verhuizing (uitvragen bij doorstromer)", "reden van verhuizing", "reason of the move", _coded(codes.Trigger), f"what set the journey off, {_OF_MOVES}", "Wat de eerste aanleiding was.")._replace(sheet=FIRST, subject=_WHY),
    _split("nood_wens", "Reden van verhuizing (uitvragen bij doorstromer)", "nood of wens", "need or wish", _NOOD, f"need: a fall, loss of the partner or rehousing; all else is a wish; {_OF_MOVES}",
           "Nood: een val, verlies van de partner, sloop of renovatie. De rest is wens.")._replace(sheet=FIRST, subject=_WHY),
    _split("by_measures", "Spontane verhuizing of door maatregelen (noodzakelijk, zetje in de rug, ook zonder maatregelen verhuisd) (uitvragen bij doorstromer)", "spontaan of door maatregelen", "spontaneous or by measures",
           _VERDICTS, "households of attribution.parquet that moved in the period, by verdict; a household with several instruments counts once, by the row alle where there is one, else by the verdict that says least; "
           "spontaan: the seniors' moves of the period on which no instrument worked", "Uit de vergelijking van beslissingen mét en zonder de maatregel. Onbekend: de maatregel veranderde een beslissing, maar wat er anders was gebeurd, is niet gevolgd.")._replace(sheet=FIRST, subject=_WHY, source="attribution, moves", unit="households"),
    _split("age_class", "Leeftijdscategorie (t/m 55, 56-65, 66-75, 76-85, 86 en ouder)", "leeftijd", "age", _AGES, f"age of the oldest adult, {_OF_MOVES}", "Leeftijd van de oudste volwassene bij de verhuizing."),
    *(_split(f"{side}_{key}", _HOME, f"{woning}: {nl}", f"home {word}: {en}", values, f"{en} of the home {word}, {_OF_MOVES}{more}", uitleg)
      for key, nl, en, values, more, uitleg in (
          ("type", "type", "type", _TYPES, "", "Soort woning."), ("floor_area", "oppervlakte", "floor area", _FLOORS, "", "Oppervlakte in klassen."),
          ("tenure", "huur of koop", "tenure", _TENURES, "", "Huur of koop."),
          ("rent_class", "huurklasse", "rent class", _RENTS, " that are let; limits in force at the start", "Alleen huurwoningen; grenzen van het startjaar."))
      for side, woning, word in (("from", "oude woning", "left"), ("to", "nieuwe woning", "taken"))),
    *(Row(f"{side}_floor_area_mean", SECOND, _WHO, _HOME, f"oppervlakte van de {woning}", f"floor area of the home {word}", "m2", "moves", f"mean floor area of the home {word}, {_OF_MOVES}", "Gemiddeld.")
      for side, woning, word in (("from", "oude woning", "left"), ("to", "nieuwe woning", "taken"))),
    _split("area_left", _PLACE, "wijk van de oude woning", "area of the home left", (), f"area of the home left, {_OF_MOVES}", "Per wijk (code van het CBS).")._replace(areas=True),
    _split("area_taken", _PLACE, "wijk van de nieuwe woning", "area of the home taken", (), f"area of the home taken, {_OF_MOVES}", "Per wijk (code van het CBS).")._replace(areas=True),
    Row("same_area", SECOND, _WHO, _PLACE, "blijft in de eigen wijk", "stays in the same area", "share of moves", "moves", f"homes left and taken in one area, share {_OF_MOVES} that left a home in the area", "Deel van de verhuizingen."),
    *(_first_contact(code) for code in _CONTACTS),
    Row("voorlichting", THIRD, "Voorlichting", "Aantal verstuurde brieven/uitgedeelde folders/hits op website", "brieven, folders en bezoekers die overkwamen", "letters, folders and visits that were taken in", "contacts", "instruments",
        "contacts of the instruments that inform; what was sent and not read is not counted", "Alleen wat gelezen of bezocht is. Wie de website vindt, wordt niet geteld.", ledger="contacts"),
    Row("gesprekken", THIRD, _COACH, "Aantal gesprekken / huisbezoeken", "gesprekken en huisbezoeken", "talks and home visits", "talks", "instruments", "first talks of the coaches",
        "Eerste gesprekken.", open=("Vervolggesprekken telt het model niet apart: dit is het laagste aantal.", "at least: talks after the first are not counted apart")),
    Row("trajecten", THIRD, _COACH, "Aantal trajecten (d.w.z. aantal huishoudens waarmee gesprekken zijn gevoerd)", "trajecten", "trajectories", "households", "instruments", "households with which a coach talked", "Huishoudens met wie de coach sprak.", ledger="contacts"),
    Row("trajecten_per_move", THIRD, _COACH, "Verhouding aantal trajecten tot het totaal aantal verhuizingen door senioren", "trajecten per verhuizing van een senior", "trajectories per senior move", "ratio", "instruments, summary",
        "households with which a coach talked, divided by the seniors' moves of the period", "Trajecten gedeeld door alle verhuizingen van senioren."),
    Row("allocations_by_priority", THIRD, _PRIORITY, "Aantal toewijzingen op basis van voorrangsregel", "toewijzingen met voorrang", "allocations by priority", "moves", "instruments",
        "moves on which a rule of priority worked; where two worked on one move, both count", "Verhuizingen waarbij een voorrangsregel meetelde.", ledger="uses", vera="VOORRANGSOORT:GRO"),
    Row("priority_of_senior_moves", THIRD, _PRIORITY, "Verhouding tot het totaal aantal verhuizingen door senioren", "toewijzingen met voorrang, van alle verhuizingen van senioren", "allocations by priority, of all senior moves", "ratio", "instruments, summary",
        "allocations by priority, divided by the seniors' moves of the period", "Gedeeld door alle verhuizingen van senioren."),
    Row("priority_of_lettings", THIRD, _PRIORITY, "Verhouding toewijzingen op basis van voorrangsregel t.o.v. totaal aantal woningtoewijzingen", "toewijzingen met voorrang, van alle toewijzingen", "allocations by priority, of all corporatie lettings", "ratio", "instruments, moves",
        "allocations by priority, divided by all moves into a vacant corporatie home in the period", "Gedeeld door alle toewijzingen van corporatiewoningen. In de toolkit staat deze regel onder woonlastengewenning."),
    Row("households_huurgewenning", THIRD, _RENT, "Aantal huishoudens dat woonlastengewenning heeft gekregen", "huishoudens met huurgewenning of huurbehoud", "households with huurgewenning or huurbehoud", "households", "instruments",
        "moves with a rent that rises in steps, or with the old rent", "Huurgewenning en huurbehoud samen.", ledger="uses"),
    Row("households_verhuiskostenvergoeding", THIRD, "Verhuisvergoeding", "Aantal huishoudens dat vergoeding heeft gekregen", "huishoudens met een verhuisvergoeding", "households with a moving grant", "households", "instruments",
        "moves for which a grant was paid", "Verhuizingen waarvoor een vergoeding is betaald.", ledger="uses"),
    Row("grants_per_move_without", THIRD, "Verhuisvergoeding", "Aandeel hiervan t.o.v. het aantal verhuizingen zonder vergoedingen", "vergoedingen, per verhuizing zonder vergoeding", "grants per senior move without one", "ratio", "instruments, summary",
        "moves with a grant, divided by the seniors' moves without one", "Gedeeld door de verhuizingen van senioren zonder vergoeding."),
    Row("flexible_requirements", THIRD, "Flexibele eisen", "Aantal keer dat een flexibele eis is toegepast", "keer dat een flexibele eis is toegepast", "flexible requirements applied", "uses", "instruments", "moves on which a flexible requirement worked, by requirement added up",
        "Verhuizingen waarbij een flexibele eis meetelde.", ledger="uses"),
    Row("interventie_x", THIRD, "Interventie x", "Aantal keer dat interventie x is gebruikt", "keer dat een andere interventie is gebruikt", "uses of any other instrument", "uses", "instruments", "moves on which an instrument that has no row of its own on this sheet worked",
        "Elke interventie die hierboven geen eigen regel heeft.", ledger="uses"),
)
REGISTRY: dict[str, Row] = {row.key: row for row in _LIST}
# fmt: on
OTHER = "interventie_x"


def row_of(indicator: str) -> Row:
    """The row of sheet 3/3 that counts an instrument with this ``indicator``: its own, else that of any other instrument."""
    row = REGISTRY.get(indicator)
    return row if row is not None and row.ledger else REGISTRY[OTHER]


def rent_limits(start: str) -> list[float]:
    """Upper bounds of the rent classes but the last, euro per month, in force at ``start`` (YYYY-MM)."""
    return [law.amount(key, start) for key in RENTS]
