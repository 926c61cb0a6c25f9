"""Every coded column of the model, as enumerations: a code is declared once, with all that anybody calls it.

A member is ``NAME = number, Dutch, English, VERA``: the number is stored, the lower-case name is written in tables, people read the
labels. VERA is the housing corporations' open data standard (``KIND:CODE``, reference data of June 2026; several of ours may share
one of theirs); where VERA has none (the psychological steps before registration) the code is ours.
"""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """A coded value: an integer that knows its labels.

    Attributes:
        nl, en: what people read, without a capital. vera: ``KIND:CODE`` of VERA, empty where it has none.
    """

    nl: str
    en: str
    vera: str

    def __new__(cls, number: int, nl: str = "", en: str = "", vera: str = "") -> Code:
        """A member from its declaration (or, of an existing one, by its number alone)."""
        one = int.__new__(cls, number)
        one._value_, one.nl, one.en, one.vera = number, nl, en, vera
        return one

    @property
    def key(self) -> str:
        """The name in tables."""
        return self.name.lower()


class HouseholdState(Code):
    """Whether a household row is in use: rows of future households exist from the start of a seed."""

    NOT_YET = 0, "nog niet gevormd", "not formed yet"
    PRESENT = 1, "aanwezig", "present"
    ENDED = 2, "opgeheven", "ended"


class HouseholdClass(Code):
    """The first that holds, in this order (design section 4)."""

    STARTER = 0, "starters", "starters", "WOONSITUATIESOORT:STA"
    SENIOR = 1, "senioren", "seniors", "DOELGROEP:SEN"
    FAMILY = 2, "gezinnen", "families", "DOELGROEP:GEK"
    HOUSEHOLD = 3, "overige huishoudens", "other households", "DOELGROEP:HZO"


class HouseholdType(Code):
    """Composition, by the classes of CBS 37975."""

    ONE_PERSON = 0, "één persoon", "one person"
    COUPLE = 1, "paar zonder kinderen", "couple without children"
    COUPLE_WITH_CHILDREN = 2, "paar met kinderen", "couple with children"
    ONE_PARENT = 3, "één ouder met kinderen", "one parent with children"
    OTHER = 4, "ander huishouden", "other household"


class Sex(Code):
    """Sex as in the life tables."""

    MAN = 0, "man", "man"
    WOMAN = 1, "vrouw", "woman"


class Limitation(Code):
    """What a person needs to move about."""

    NONE = 0, "geen hulpmiddel", "no aid"
    WALKING_AID = 1, "loophulpmiddel", "walking aid"
    WHEELCHAIR = 2, "rolstoel", "wheelchair"


class Tenure(Code):
    """Who owns and who lives there; also the market segment."""

    KOOP = 0, "koopwoning", "owner home"
    CORPORATIE = 1, "corporatiewoning", "corporatie home"
    VRIJE_HUUR = 2, "vrije huur", "private rent"


class DwellingType(Code):
    """Type of home."""

    EENGEZINS = 0, "eengezinswoning", "single-family home"
    MEERGEZINS = 1, "appartement", "flat"
    SENIORENCOMPLEX = 2, "seniorencomplex", "home in a senior complex"
    MANTELZORGUNIT = 3, "mantelzorgwoning", "home for informal care"
    FLEX = 4, "flexwoning", "temporary home"


class Access(Code):
    """Reachability and stairs inside: the toolkit's ongeschikt, aanpasbaar (at most 10,000 euro), geschikt."""

    ONGESCHIKT = 0, "ongeschikt", "unsuitable", "TOEGANKELIJKHEIDSLABEL:ZON"
    AANPASBAAR = 1, "aanpasbaar", "adaptable", "TOEGANKELIJKHEIDSLABEL:ZON"
    GESCHIKT = 2, "geschikt", "suitable", "TOEGANKELIJKHEIDSLABEL:NUL"


class DwellingState(Code):
    """Whether a dwelling row is in the stock."""

    PLANNED = 0, "gepland", "planned"
    IN_STOCK = 1, "in de voorraad", "in the stock"
    GONE = 2, "uit de voorraad", "out of the stock"


class Stage(Code):
    """The klantreis."""

    HUIDIGE_WONING = 0, "huidige woning", "current home (huidige woning)"
    WOONWENS = 1, "woonwens", "wish to move (woonwens)"
    WONINGZOEKEN = 2, "woningzoeken", "searching (woningzoeken)"
    VERHUIZEN = 3, "verhuizen", "moving (verhuizen)"
    NIEUW_THUIS = 4, "nieuw thuis!", "new home (nieuw thuis)"


class EventKind(Code):
    """Demographic events, in the order in which a month replays them."""

    BIRTH = 0, "geboorte", "birth"
    LIMITATION = 1, "beperking", "limitation"
    DEATH = 2, "overlijden", "death"
    CARE = 3, "verhuizing naar zorg", "move to care"
    SEPARATION = 4, "uit elkaar", "separation"
    LEAVE_HOME = 5, "uit huis gaan", "leaving home"
    UNION = 6, "samenwonen", "moving in together"
    DEPARTURE = 7, "vertrek uit het gebied", "departure from the area"
    ARRIVAL = 8, "vestiging in het gebied", "arrival in the area"


class VacancyState(Code):
    """Where a vacancy stands."""

    WAITING = 0, "wacht", "waiting"
    ON_OFFER = 1, "in het aanbod", "on offer"
    RESERVED = 2, "gereserveerd", "reserved"
    FILLED = 3, "betrokken", "taken"
    WITHDRAWN = 4, "buiten gebruik", "out of use"


class Origin(Code):
    """Why a chain's first home was empty; LINK marks a home left by a mover (no origin of its own)."""

    LINK = 0, "achtergelaten door een verhuizer", "left by a mover"
    NEW_BUILD = 1, "nieuwbouw", "new build", "INEXPLOITATIEREDEN:NIE"
    SPLIT = 2, "splitsing", "split home", "INEXPLOITATIEREDEN:SPL"
    DEATH = 3, "overlijden", "death"
    CARE = 4, "verhuizing naar zorg", "move to care"
    DEPARTURE = 5, "vertrek uit het gebied", "departure from the area"
    UNION = 6, "samenwonen", "moving in together"
    REHOUSING_DONE = 7, "sloop of renovatie klaar", "rehousing done"
    VOOR_START = 8, "leeg voor de start", "empty before the start"
    MANTELZORG = 9, "verhuizing naar een woning bij familie", "move to a home beside family"


class EndReason(Code):
    """How a chain ends (CBS: when nobody leaves a home empty behind)."""

    OPEN = 0, "nog open", "still open"
    STARTER = 1, "wie komt, laat geen woning achter", "who comes leaves no home", "WOONSITUATIESOORT:STA"
    SEPARATED = 2, "uit elkaar", "separation"
    ARRIVAL = 3, "vestiging van buiten het gebied", "arrival from elsewhere"
    WITHDRAWN = 4, "buiten gebruik", "out of use", "UITEXPLOITATIEREDEN:VEK"
    DEMOLISHED = 5, "gesloopt", "demolished", "UITEXPLOITATIEREDEN:SLO"


class Trigger(Code):
    """What set a journey off; FALL, LOSS_OF_PARTNER and REHOUSING are nood, the rest wens."""

    NONE = 0, "geen reden vastgelegd", "no reason on record"
    NO_HOME = 1, "geen eigen woning", "no home of one's own"
    WISH = 2, "wens om anders te wonen", "wish to live otherwise", "EINDEDETAILREDEN:PAS"
    SIZE = 3, "woning te groot of te klein", "home too large or too small", "EINDEDETAILREDEN:PAS"
    FALL = 4, "val of gezondheid", "fall or health", "EINDEDETAILREDEN:PAS"
    LOSS_OF_PARTNER = 5, "verlies van de partner", "loss of partner", "EINDEDETAILREDEN:PER"
    CHILDREN_LEFT = 6, "kinderen uit huis", "children left home", "EINDEDETAILREDEN:PAS"
    UNION = 7, "gaan samenwonen", "moving in together", "EINDEDETAILREDEN:PER"
    SEPARATION = 8, "uit elkaar", "separation", "EINDEDETAILREDEN:PER"
    CONTACT = 9, "gesprek of brief van een organisatie", "talk with or letter from an organisation"
    REHOUSING = 10, "sloop of renovatie", "demolition or renovation", "VOORRANGDETAILSOORT:HUI"
    ALERT = 11, "stond ingeschreven en zag een betere woning", "registered, and saw a better home", "EINDEDETAILREDEN:PAS"


class Obstacle(Code):
    """The last gate passed in a month of searching that ends without a home (design section 7)."""

    NOTHING_SEEN = 0, "niets gezien", "nothing seen"
    NOT_ELIGIBLE = 1, "komt niet in aanmerking", "not eligible", "AANBIEDINGDETAILSTATUS:ONG"
    TOO_EXPENSIVE = 2, "te duur", "too expensive", "AANBIEDINGDETAILSTATUS:HUU"
    NOT_BETTER = 3, "niet beter", "not better", "AANBIEDINGDETAILSTATUS:WBN"
    NOT_WORTH_THE_TROUBLE = 4, "de moeite niet waard", "not worth the trouble", "AANBIEDINGDETAILSTATUS:PER"
    OUTRANKED = 5, "een ander ging voor", "outranked", "AANBIEDINGDETAILSTATUS:ANV"
    REFUSED = 6, "geweigerd", "refused", "AANBIEDINGDETAILSTATUS:WBN"


class FunnelKind(Code):
    """What a row of the funnel counts."""

    ENTERED = 0, "kwam in deze fase", "entered the stage"
    LEFT = 1, "ging door naar de volgende fase", "went on to the next stage"
    DROPPED = 2, "haakte af", "dropped out"
    OBSTACLE = 3, "zocht een maand zonder te verhuizen", "searched for a month without moving"


FUNNEL_SHAPE = (len(HouseholdClass), len(Stage), len(FunnelKind), 16)  # class, stage, kind, code


class DropReason(Code):
    """Why a household leaves the journey without moving."""

    WISH_FADED = 0, "wens verdwenen", "wish faded"
    ADAPTED_HOME = 1, "woning aangepast", "adapted the home"
    GAVE_UP_SEARCH = 2, "zoeken opgegeven", "gave up the search", "AANBIEDINGDETAILSTATUS:GEE"
    HOUSEHOLD_ENDED = 3, "huishouden opgeheven", "household ended"
    LEFT_AREA = 4, "vertrokken uit het gebied", "left the area"


class Verdict(Code):
    """What a use of an instrument came to, beside what the household would have done without it."""

    NIET_VERHUISD = 0, "niet verhuisd", "not moved"
    OOK_ZONDER = 1, "ook zonder maatregelen verhuisd", "would have moved without the measures"
    ZETJE = 2, "zetje in de rug", "a nudge"
    NOODZAKELIJK = 3, "noodzakelijk", "necessary"
    UITGESTELD = 4, "uitgesteld: later verhuisd dan zonder", "delayed: moved later than without"
    ONBEKEND = 5, "onbekend", "unknown"


class MoveReason(Code):
    """What kind of move a row of the ledger is; MANTELZORG is to or from a plot where family lives, INWONEN to a room in another's home."""

    FILL = 0, "naar een lege woning", "to an empty home"
    UNION = 1, "samenwonen", "moving in together"
    WONINGRUIL = 2, "woningruil", "exchange of homes", "PUBLICATIEMODEL:WON"
    MANTELZORG = 3, "naar of van een woning bij familie", "to or from a home beside family"
    RETURN = 4, "terug naar de eigen woning", "back to the own home"
    INWONEN = 5, "inwonen bij een ander", "a room in another's home"


class PersonMove(Code):
    """What kind of move a person makes. Only the first fills a home that came free or was added."""

    OWN_HOME = 0, "naar een woning die vrij was", "to a home that was empty"
    OTHER_HOME = 1, "ruil, terugkeer of inwonen", "exchange, return, or a room in a home beside it"
    PARTNER = 2, "intrekken bij een partner", "in with a partner"
    LEFT_HOME = 3, "uit huis, nog zonder eigen woning", "out of the parental home, without a home yet"
    SEPARATED = 4, "uit elkaar, nog zonder eigen woning", "separated, without a home yet"
    CARE = 5, "naar een plek met zorg", "to a place with care"
    ROOM = 6, "van kamer naar kamer", "from room to room"
    BACK = 7, "terug naar de ouders", "back to the parents"
    ELSEWHERE = 8, "naar elders", "to elsewhere"


WITHOUT_A_HOME = (
    PersonMove.PARTNER,
    PersonMove.LEFT_HOME,
    PersonMove.SEPARATED,
    PersonMove.ROOM,
    PersonMove.BACK,
)  # into none of one's own
CHOSEN = (MoveReason.FILL, MoveReason.WONINGRUIL, MoveReason.MANTELZORG)  # a move to another home of one's own, by choice


class Contact(Code):
    """First contact, by the classes of the toolkit's monitor 2/3."""

    NONE = 0, "geen contact vastgelegd", "no contact on record"
    EIGEN_INITIATIEF = 1, "eigen initiatief", "own initiative"
    ZORGPARTIJ = 2, "doorverwezen door een zorgpartij", "referred by a care provider"
    CORPORATIE_RENOVATIE = 3, "door de corporatie, vanwege renovatie", "by the corporatie, renovation"
    CORPORATIE_PASSEND_WONEN = 4, "door de corporatie, vanwege passend wonen", "by the corporatie, suitable housing"
    CORPORATIE_SLOOP = 5, "door de corporatie, vanwege sloop", "by the corporatie, demolition"
    GEMEENTE = 6, "door gemeente of provincie", "by gemeente or provincie"


# The same numbers as plain integers, for kernels: numba can neither unify an enumeration with a column nor compare the two.
PRESENT, ENDED = map(int, (HouseholdState.PRESENT, HouseholdState.ENDED))
CLASS_STARTER, CLASS_SENIOR, CLASS_FAMILY, CLASS_HOUSEHOLD = map(int, HouseholdClass)
ALONE, COUPLE, WITH_CHILDREN, ONE_PARENT, OTHER = map(int, HouseholdType)
WOMAN = int(Sex.WOMAN)
NO_AID, WALKING_AID, WHEELCHAIR = map(int, Limitation)
KOOP, CORPORATIE, VRIJE_HUUR = map(int, Tenure)
EENGEZINS = int(DwellingType.EENGEZINS)
ONGESCHIKT, AANPASBAAR, GESCHIKT = map(int, Access)
IN_STOCK = int(DwellingState.IN_STOCK)
AROUND = 2  # search area of a household: the gemeenten around, too
HUIDIGE, WENS, ZOEKEN, VERHUIZEN, NIEUW = map(int, Stage)
ENTERED, LEFT, DROPPED, OBSTACLE = map(int, FunnelKind)
E_BIRTH, E_LIMITATION, E_DEATH, E_CARE, E_SEPARATION, E_LEAVE_HOME, E_UNION, E_DEPARTURE, E_ARRIVAL = map(int, EventKind)
WAITING, ON_OFFER, RESERVED, FILLED, WITHDRAWN = map(int, VacancyState)
O_DEATH, O_CARE, O_DEPARTURE = map(int, (Origin.DEATH, Origin.CARE, Origin.DEPARTURE))
T_NONE, T_NO_HOME, T_WISH, T_SIZE, T_FALL, T_PARTNER, T_CHILDREN_LEFT, _, T_SEPARATION, T_CONTACT, T_REHOUSING, T_ALERT = map(int, Trigger)
NOTHING_SEEN, NOT_ELIGIBLE, TOO_EXPENSIVE, NOT_BETTER, NOT_WORTH, OUTRANKED, REFUSED = map(int, Obstacle)  # the last gate passed
FADED, ADAPTED, GAVE_UP = map(int, (DropReason.WISH_FADED, DropReason.ADAPTED_HOME, DropReason.GAVE_UP_SEARCH))
FILL = int(MoveReason.FILL)
NOOD_TRIGGERS = (T_FALL, T_PARTNER, T_REHOUSING)  # nood, not wens


def names(codes: type[Code]) -> list[str]:
    """Lower-case names of an enumeration, in the order of their numbers (0, 1, 2, …)."""
    members = sorted(codes, key=int)
    if [int(one) for one in members] != list(range(len(members))):
        raise ValueError(f"{codes.__name__}: codes must be 0, 1, 2, … without gaps")
    return [one.key for one in members]
