"""Every coded column of the model, as enumerations: the number is stored, the lower-case name is written in tables.

Members that have a code in VERA (the housing corporations' open data standard, reference data of June 2026) have it in
``VERA_PAIRS`` (read with ``vera``); where VERA has none (the psychological steps before registration) the code is ours.
"""

from __future__ import annotations

from enum import IntEnum


class HouseholdState(IntEnum):
    """Whether a household row is in use: rows of future households exist from the start of a seed."""

    NOT_YET = 0
    PRESENT = 1
    ENDED = 2


class HouseholdClass(IntEnum):
    """The first that holds, in this order (design section 4)."""

    STARTER = 0
    SENIOR = 1
    FAMILY = 2
    HOUSEHOLD = 3


class HouseholdType(IntEnum):
    """Composition, by the classes of CBS 37975."""

    ONE_PERSON = 0
    COUPLE = 1
    COUPLE_WITH_CHILDREN = 2
    ONE_PARENT = 3
    OTHER = 4


class Sex(IntEnum):
    """Sex as in the life tables."""

    MAN = 0
    WOMAN = 1


class Limitation(IntEnum):
    """What a person needs to move about."""

    NONE = 0
    WALKING_AID = 1
    WHEELCHAIR = 2


class Tenure(IntEnum):
    """Who owns and who lives there; also the market segment."""

    KOOP = 0
    CORPORATIE = 1
    VRIJE_HUUR = 2


class DwellingType(IntEnum):
    """Type of home."""

    EENGEZINS = 0
    MEERGEZINS = 1
    SENIORENCOMPLEX = 2
    MANTELZORGUNIT = 3
    FLEX = 4


class Access(IntEnum):
    """Reachability and stairs inside: the toolkit's ongeschikt, aanpasbaar (at most 10,000 euro), geschikt."""

    ONGESCHIKT = 0
    AANPASBAAR = 1
    GESCHIKT = 2


class DwellingState(IntEnum):
    """Whether a dwelling row is in the stock."""

    PLANNED = 0
    IN_STOCK = 1
    GONE = 2


class Stage(IntEnum):
    """The klantreis."""

    HUIDIGE_WONING = 0
    WOONWENS = 1
    WONINGZOEKEN = 2
    VERHUIZEN = 3
    NIEUW_THUIS = 4


class EventKind(IntEnum):
    """Demographic events, in the order in which a month replays them."""

    BIRTH = 0
    LIMITATION = 1
    DEATH = 2
    CARE = 3
    SEPARATION = 4
    LEAVE_HOME = 5
    UNION = 6
    DEPARTURE = 7
    ARRIVAL = 8


class VacancyState(IntEnum):
    """Where a vacancy stands."""

    WAITING = 0
    ON_OFFER = 1
    RESERVED = 2
    FILLED = 3
    WITHDRAWN = 4


class Origin(IntEnum):
    """Why a chain's first home was empty; LINK marks a home left by a mover (no origin of its own)."""

    LINK = 0
    NEW_BUILD = 1
    SPLIT = 2
    DEATH = 3
    CARE = 4
    DEPARTURE = 5
    UNION = 6
    REHOUSING_DONE = 7
    VOOR_START = 8
    MANTELZORG = 9


class EndReason(IntEnum):
    """How a chain ends (CBS: when nobody leaves a home empty behind)."""

    OPEN = 0
    STARTER = 1
    SEPARATED = 2
    ARRIVAL = 3
    WITHDRAWN = 4
    DEMOLISHED = 5


class Trigger(IntEnum):
    """What set a journey off; FALL, LOSS_OF_PARTNER and REHOUSING are nood, the rest wens."""

    NONE = 0
    NO_HOME = 1
    WISH = 2
    SIZE = 3
    FALL = 4
    LOSS_OF_PARTNER = 5
    CHILDREN_LEFT = 6
    UNION = 7
    SEPARATION = 8
    CONTACT = 9
    REHOUSING = 10


class Obstacle(IntEnum):
    """The last gate passed in a month of searching that ends without a home (design section 7)."""

    NOTHING_SEEN = 0
    NOT_ELIGIBLE = 1
    TOO_EXPENSIVE = 2
    NOT_BETTER = 3
    NOT_WORTH_THE_TROUBLE = 4
    OUTRANKED = 5
    REFUSED = 6


ENTERED, LEFT, DROPPED, OBSTACLE = range(4)  # what the funnel of the klantreis counts
FUNNEL_SHAPE = (len(HouseholdClass), len(Stage), 4, 16)  # class, stage, kind, code


class DropReason(IntEnum):
    """Why a household leaves the journey without moving."""

    WISH_FADED = 0
    ADAPTED_HOME = 1
    GAVE_UP_SEARCH = 2
    HOUSEHOLD_ENDED = 3
    LEFT_AREA = 4


class Verdict(IntEnum):
    """What a use of an instrument came to, beside what the household would have done without it."""

    NIET_VERHUISD = 0
    OOK_ZONDER = 1
    ZETJE = 2
    NOODZAKELIJK = 3
    UITGESTELD = 4
    ONBEKEND = 5


class MoveReason(IntEnum):
    """What kind of move a row of the ledger is; MANTELZORG is to or from a plot where family lives, INWONEN to a room in another's home."""

    FILL = 0
    UNION = 1
    WONINGRUIL = 2
    MANTELZORG = 3
    RETURN = 4
    INWONEN = 5


CHOSEN = (MoveReason.FILL, MoveReason.WONINGRUIL, MoveReason.MANTELZORG)  # a move to another home of one's own, by choice


class Contact(IntEnum):
    """First contact, by the classes of the toolkit's monitor 2/3."""

    NONE = 0
    EIGEN_INITIATIEF = 1
    ZORGPARTIJ = 2
    CORPORATIE_RENOVATIE = 3
    CORPORATIE_PASSEND_WONEN = 4
    CORPORATIE_SLOOP = 5
    GEMEENTE = 6


# The same numbers as plain integers, for kernels: numba can neither unify an enumeration with a column nor compare the two.
NOT_YET, PRESENT, ENDED = map(int, HouseholdState)
CLASS_STARTER, CLASS_SENIOR, CLASS_FAMILY, CLASS_HOUSEHOLD = map(int, HouseholdClass)
KOOP, CORPORATIE, VRIJE_HUUR = map(int, Tenure)
EENGEZINS, MEERGEZINS, SENIORENCOMPLEX, MANTELZORGUNIT, FLEX = map(int, DwellingType)
ONGESCHIKT, AANPASBAAR, GESCHIKT = map(int, Access)
PLANNED, IN_STOCK, GONE = map(int, DwellingState)
HUIDIGE, WENS, ZOEKEN, VERHUIZEN, NIEUW = map(int, Stage)
E_BIRTH, E_LIMITATION, E_DEATH, E_CARE, E_SEPARATION, E_LEAVE_HOME, E_UNION, E_DEPARTURE, E_ARRIVAL = map(int, EventKind)
WAITING, ON_OFFER, RESERVED, FILLED, WITHDRAWN = map(int, VacancyState)
T_NONE, T_NO_HOME, T_WISH, T_SIZE, T_FALL, T_PARTNER, T_CHILDREN_LEFT, T_UNION, T_SEPARATION, T_CONTACT, T_REHOUSING = map(int, Trigger)
NOTHING_SEEN, NOT_ELIGIBLE, TOO_EXPENSIVE, NOT_BETTER, NOT_WORTH, OUTRANKED, REFUSED = map(int, Obstacle)  # the last gate passed
FADED, ADAPTED, GAVE_UP = map(int, (DropReason.WISH_FADED, DropReason.ADAPTED_HOME, DropReason.GAVE_UP_SEARCH))
FILL = int(MoveReason.FILL)
NOOD_TRIGGERS = (T_FALL, T_PARTNER, T_REHOUSING)  # nood, not wens


VERA_PAIRS: tuple[tuple[IntEnum, str], ...] = (
    # kind:code of VERA's reference data; several of ours may share one of theirs
    (Obstacle.NOT_ELIGIBLE, "AANBIEDINGDETAILSTATUS:ONG"),
    (Obstacle.TOO_EXPENSIVE, "AANBIEDINGDETAILSTATUS:HUU"),
    (Obstacle.NOT_BETTER, "AANBIEDINGDETAILSTATUS:WBN"),
    (Obstacle.NOT_WORTH_THE_TROUBLE, "AANBIEDINGDETAILSTATUS:PER"),
    (Obstacle.OUTRANKED, "AANBIEDINGDETAILSTATUS:ANV"),
    (Obstacle.REFUSED, "AANBIEDINGDETAILSTATUS:WBN"),
    (DropReason.GAVE_UP_SEARCH, "AANBIEDINGDETAILSTATUS:GEE"),
    (Access.ONGESCHIKT, "TOEGANKELIJKHEIDSLABEL:ZON"),
    (Access.AANPASBAAR, "TOEGANKELIJKHEIDSLABEL:ZON"),
    (Access.GESCHIKT, "TOEGANKELIJKHEIDSLABEL:NUL"),
    (Origin.NEW_BUILD, "INEXPLOITATIEREDEN:NIE"),
    (Origin.SPLIT, "INEXPLOITATIEREDEN:SPL"),
    (EndReason.STARTER, "WOONSITUATIESOORT:STA"),
    (EndReason.WITHDRAWN, "UITEXPLOITATIEREDEN:VEK"),
    (EndReason.DEMOLISHED, "UITEXPLOITATIEREDEN:SLO"),
    (HouseholdClass.STARTER, "WOONSITUATIESOORT:STA"),
    (HouseholdClass.SENIOR, "DOELGROEP:SEN"),
    (HouseholdClass.FAMILY, "DOELGROEP:GEK"),
    (HouseholdClass.HOUSEHOLD, "DOELGROEP:HZO"),
    (MoveReason.WONINGRUIL, "PUBLICATIEMODEL:WON"),
)


def vera(code: IntEnum) -> str:
    """``KIND:CODE`` of VERA, or an empty text. Members of different enumerations may be equal as numbers, so it is looked up by type."""
    return next((text for known, text in VERA_PAIRS if known is code), "")


def names(codes: type[IntEnum]) -> list[str]:
    """Lower-case names of an enumeration, in the order of their numbers (0, 1, 2, …)."""
    members = sorted(codes, key=int)
    if [int(m) for m in members] != list(range(len(members))):
        raise ValueError(f"{codes.__name__}: codes must be 0, 1, 2, … without gaps")
    return [m.name.lower() for m in members]
