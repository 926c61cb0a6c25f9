"""Each column of the tables that a run writes, once: type, unit or codes, meaning, and whether the interface promises it.

The makers (``sim.counts``), the store, the documentation, the lists and the tests read this file. ``analysis.tables.schema`` does
the same for the tables that are computed from these. Only names are here: no world, no table.
"""

from __future__ import annotations

from itertools import pairwise

from sim.counts.indicators import REGISTRY, STUCK_STATES
from sim.counts.schema_columns import REAL, SHORT, SINGLE, TEXT, TRUTH, WHOLE, YES, Column, Table
from sim.counts.schema_counts import CHAIN_HOMES, CHAIN_LINKS, LEDGER_NUMBERS
from sim.world.codes import (
    Contact,
    DropReason,
    DwellingType,
    EndReason,
    FunnelKind,
    HouseholdClass,
    MoveReason,
    Obstacle,
    Origin,
    PersonMove,
    Stage,
    Tenure,
    Trigger,
    Verdict,
    names,
)
from sim.world.names import ALL, ALLE, BASIS

_C = Column
PHASE = _C("phase", TEXT, ("run", "follow_up"), "before or after the horizon")
_INSTRUMENT = _C("instrument", TEXT, "key", "of the instrument")


def _side(side: str, which: str) -> tuple[Column, ...]:
    """What moves.parquet says of one of its two homes."""
    none, zero, no = ("; empty if none", "; 0 if none", 0) if side == "from" else ("", "", None)
    return (
        _C(f"{side}_area", TEXT, "code", f"wijk of the home {which}{none}"),
        _C(f"{side}_tenure", TEXT, (Tenure, ""), f"of the home {which}{none}"),
        _C(f"{side}_type", TEXT, (DwellingType, ""), f"of the home {which}{none}"),
        _C(f"{side}_rooms", SHORT, "rooms", f"of the home {which}{zero}", none=no),
        _C(f"{side}_floor_area", SINGLE, "m2", f"of the home {which}{zero}", none=no),
        _C(f"{side}_rent", SINGLE, "euro per month", f"{'before' if side == 'from' else 'after'} the move{zero}", none=no),
    )


MOVES = Table(
    "moves",
    "move, from month 0 to the end of the follow-up",
    "a move that fills no vacancy has `fills_vacancy` false, `chain_id` −1 and `link` 0",
    ("move_id",),
    (
        _C("month", SHORT, "month", "of the keys, from month 0"),
        PHASE,
        _C("in_scope", TRUTH, YES, "whether its chain began in the run"),
        _C("fills_vacancy", TRUTH, YES, "whether it fills a vacancy"),
        _C("move_id", WHOLE, "number", "of the move in its scenario and seed"),
        _C("parent_move_id", WHOLE, "move_id", "the move before it in its chain; −1 at a chain's start", none=-1),
        _C("chain_id", WHOLE, "chain_id", "its chain; −1 if none", none=-1),
        _C("link", SHORT, "number", "of the move in its chain, from 1; 0 if none", none=0),
        _C("n_set_off", SHORT, "moves", "after it in its chain"),
        _C("set_off_open", TRUTH, YES, "whether a home left after it is still empty: more may follow"),
        _C("household_id", WHOLE, "id", "of the household, the same in all scenarios"),
        _C("household_class", TEXT, HouseholdClass, "before the move"),
        _C("age", SHORT, "years", "of the oldest adult"),
        _C("household_size", SHORT, "persons", "who move"),
        _C("from_dwelling", WHOLE, "id", "of the home left; −1 if none", none=-1),
        _C("to_dwelling", WHOLE, "id", "of the home taken"),
        *_side("from", "left"),
        *_side("to", "taken"),
        _C("distance_km", SINGLE, "km", "straight between the areas left and taken; empty if no home was left"),
        _C("left_home_elsewhere", TRUTH, YES, "whether an arrival left a home elsewhere"),
        _C("reason", TEXT, MoveReason, "what kind of move it is"),
        _C("nood", TRUTH, YES, "whether need (a fall, loss of a partner, rehousing) set it off, not a wish"),
        _C("fit_before", SINGLE, "0-1", "perceived fit of the home left"),
        _C("fit_after", SINGLE, "0-1", "perceived fit of the home taken; 0 when moving in together, where none is worked out"),
        _C("first_contact", TEXT, Contact, "of the journey with an instrument"),
        _C("instruments", TEXT, "keys", "of the instruments that worked on it, joined by `+`"),
        _C("trigger", TEXT, Trigger, "what set the journey off", False),
        _C("decisive", TEXT, "keys", "of those without which it would not have been this move, joined by `+`", False),
        _C("vacancy_opened", SHORT, "month", "in which the home taken came free; empty if none did", False, empty=True, signed=True),
        _C("left_vacancy", TRUTH, YES, "whether it leaves a home empty", False),
        _C("waited_months", SHORT, "months", "since the search began", False),
        _C("registered_months", SHORT, "months", "of registration with the corporaties", False),
        _C("candidates", SHORT, "responses", "to the home taken, over all months", False),
        _C("months_from_contact", SHORT, "months", "from the first contact to the keys; empty if none", False, empty=True),
    ),
    large=True,
)
CHAINS = Table(
    "chains",
    "chain",
    "origin `voor_start` (under way at month 0) stays out of means",
    ("chain_id",),
    (
        _C("chain_id", WHOLE, "number", "of the chain in its scenario and seed"),
        _C("origin", TEXT, Origin, "why its first home was empty"),
        _C("origin_tenure", TEXT, Tenure, "of its first home"),
        _C("origin_type", TEXT, DwellingType, "of its first home"),
        _C("start_month", SHORT, "month", "in which its first home came free; below 0 if under way (0 without burn-in)", signed=True),
        _C("end_month", SHORT, "month", "in which it ended; empty while open", empty=True, signed=True),
        _C("moves", WHOLE, "moves", "so far"),
        _C("homes_freed", WHOLE, "dwellings", "moves less one: homes freed and lived in again"),
        _C("end_reason", TEXT, EndReason, "how it ended"),
        _C("open", TRUTH, YES, "whether its last home is still empty"),
        _C("origin_area", TEXT, "code", "wijk of its first home"),
    ),
    large=True,
)


def _now(key: str, kind: str = WHOLE) -> Column:
    """A state that is an indicator, as it is at the end of a month."""
    return _C(key, kind, REGISTRY[key].unit, f"{REGISTRY[key].en}, at the end of the month", False)


def _count(name: str, unit: str, meaning: str, promised: bool = False) -> Column:
    return _C(name, WHOLE, unit, meaning, promised)


AGES = (25, 35, 45, 55, 65, 75, 85)  # upper bounds of the age classes of the oldest adult; the last is open
AGE_COLUMNS = tuple(f"households_{a}_{b}" for a, b in zip(("15", *map(str, AGES)), (*(str(a - 1) for a in AGES), "plus"), strict=True))
TENURE_COLUMNS = tuple(f"dwellings_{name}" for name in names(Tenure))
MONTHS = Table(
    "months",
    "month, follow-up included",
    "columns that are an [indicator](odd.md#indicators) are its state in that month; those of month 0 (`…_start_…`) are followed to "
    "the end, and in `summary` theirs is the value of the last month of the period, not a mean",
    ("month",),
    (
        _count("month", "month", "from month 0", True),
        PHASE,
        _count("households", "households", "present", True),
        _count("seniors", "households", "of the class senior", True),
        _count("dwellings", "dwellings", "in stock", True),
        _count("vacant", "dwellings", "in stock that are vacant", True),
        _count("searchers", "households", "in WONINGZOEKEN", True),
        _count("moves", "moves", "of this month, of all kinds", True),
        _count("fills", "moves", "into an empty home", True),
        _count("senior_moves", "moves", "by choice of seniors", True),
        *(_now(key) for key in ("suitable_seniors", "adaptable_seniors", "unsuitable_seniors", "seniors_with_wish")),
        *(_now(key) for key in ("small_in_family_home", "unsuitable_in_family_home")),
        _count("without_home", "households", "without a home of their own"),
        _count("seniors_searching", "households", "of seniors in WONINGZOEKEN"),
        _count("persons", "persons", "in all households"),
        _count("aged_65", "households", "with a home whose oldest adult is 65 or older"),
        _count("aged_65_with_wish", "households", "of them in WOONWENS"),
        _count("aged_65_searching", "households", "of them in WONINGZOEKEN"),
        _count("registered", "households", "registered with the corporaties, with a home or without"),
        _count("responding", "households", "that responded to a corporatie home in the last twelve months (active seekers)"),
        _count("registered_responding", "households", "of them registered still"),
        *(_now(key) for key in ("suitable_dwellings", "splittable_dwellings")),
        *(_count(name, "dwellings", f"in stock, {name.removeprefix('dwellings_')}") for name in TENURE_COLUMNS),
        *(_count(name, "households", "with a home whose oldest adult is of these ages") for name in AGE_COLUMNS),
        _C("realised_65", REAL, "0-1", "who searched a year ago and has moved since, of 65 and over; each twelfth month", False),
        _C("realised_all", REAL, "0-1", "who searched a year ago and has moved since; each twelfth month", False),
        _count("departed_65_74", "households", "with a home that leave the area, oldest adult 65 to 74"),
        _count("departed_65", "households", "with a home that leave the area, oldest adult 65 or older"),
        _count("care_70", "persons", "of 70 and over who go into care"),
        _count("senior_moves_suitable", "moves", "by choice of seniors into a suitable home"),
        _C("senior_moves_km", REAL, "km", "of seniors' moves by choice together", False),
        *(_now(key) for key in STUCK_STATES),
        _C("fit", REAL, "0-1", "mean over the households present", False),
        _C("fit_seniors", REAL, "0-1", "mean over seniors", False),
        _C("fit_others", REAL, "0-1", "mean over the other households", False),
        _count("split_applications", "applications", "of this month to split a home or to place a unit"),
        _count("wins_with", "households", "that won a home in the month's clearing"),
        _count("wins_without", "households", "that would have won one with all instruments off in it"),
        _count("wins_users_extra", "households", "on whom an instrument had a lever in it: that won, less those that would have without"),
        _count("wins_others_lost", "households", "of the others: that won nothing, and would have without"),
        _count("wins_others_extra", "households", "of the others: that won, and would not have without"),
    ),
)
FUNNEL = Table(
    "funnel",
    "month × class × stage × kind × code",
    "rows of zero are left out",
    ("month", "household_class", "stage", "kind", "code"),
    (
        _C("month", WHOLE, "month", "from month 0"),
        _C("household_class", TEXT, HouseholdClass, "of the household"),
        _C("stage", TEXT, Stage, "of the klantreis"),
        _C("kind", TEXT, FunnelKind, "what the row counts"),
        _C("code", TEXT, {"entered": Trigger, "dropped": DropReason, "obstacle": Obstacle}, "why, by `kind`; empty for left"),
        _C("n", WHOLE, "households", "of which this was so in the month"),
    ),
)
INSTRUMENTS = Table(
    "instruments",
    "month × instrument × organisation",
    "months in which nothing happened are left out",
    ("month", "instrument", "organisation"),
    (
        _C("month", WHOLE, "month", "from month 0"),
        _INSTRUMENT,
        _C("organisation", TEXT, "key", "of the organisation that pays"),
        _C("contacts", WHOLE, "households", "reached"),
        _C("uses", WHOLE, "moves", "on which it worked"),
        _C("cost_eur", REAL, "euro", "spent"),
        _C("waiting", WHOLE, "households", "that capacity or money left out"),
        _C("no_money", WHOLE, "number", "of households, homes or posts that it lacked because the budget was empty", False),
    ),
)
GROUPINGS = (ALL, "class", "role", "seniors", "wijk", "income", "tenure")
_PERIOD = (
    _C("months_from", WHOLE, "month", "first of the period; −12 is the year before the start", signed=True),
    _C("months_to", WHOLE, "month", "the first after the period"),
)
SUMMARY = Table(
    "summary",
    "seed × indicator × group × period",
    "always written; effects are made from it alone. Periods: the first 24, 48 and 60 months, and the whole run; months −12 to 0: what "
    "a monitor counted in the year before the start, where the burn-in had a year. Groupings of moves also by role (senior; follower: "
    "behind a senior's move in its chain; other); of fit also seniors (others: households that are not). `first_moves_direct` is the "
    "direct effect (the estimand `direct` of `first_moves`)",
    ("indicator", "group_by", "group", "months_from", "months_to"),
    (
        _C("indicator", TEXT, "key", "of the [indicator](odd.md#indicators)"),
        _C("group_by", TEXT, GROUPINGS, "way to group households"),
        _C("group", TEXT, "name", f"of the group; `{ALL}` for all households"),
        *_PERIOD,
        _C("value", REAL, "by indicator", "over the period; empty where nothing was counted"),
    ),
)
ATTRIBUTION = Table(
    "attribution",
    f"household × instrument that had a lever in a decision of it, and household × `{ALLE}` (all instruments off)",
    f"see [ghosts](chance.md#ghosts); only `{ALLE}` may be added up over instruments",
    ("household_id", "instrument"),
    (
        _C("household_id", WHOLE, "id", "of the household, the same in all scenarios"),
        _C("instrument", TEXT, "key", f"of the instrument; `{ALLE}` for all together"),
        _C("month", WHOLE, "month", "of the first use"),
        _C("verdict", TEXT, Verdict, "what the use came to"),
        _C("month_moved", WHOLE, "month", "of the next move from then on; −1 never", none=-1),
        _C("month_ghost", WHOLE, "month", "in which it would have moved without; −1 never", none=-1),
        _C("months_followed", WHOLE, "months", "from the first use to the last month in which that was watched"),
        _C("chain_id", WHOLE, "chain_id", "chain of the move; −1 if none", none=-1),
        _C("decisive", TRUTH, YES, "whether a decision differed", False),
        _C("ghost_final", TRUTH, YES, "whether it never moves without the instrument: death, care, departure", False),
    ),
)
BEFELL = (  # kinds of entry of a journal
    "start", "event", "information", "talk", "help", "wish", "search", "registered", "responded", "refused", "obstacle", "accepted",
    "gave_back", "keys", "settled", "dropped", "ended", "parted",
)  # fmt: skip
JOURNAL = Table(
    "journal",
    "household × lane × entry",
    "the first of a thousand seniors of each verdict, by the month of the first decision that differed (`parted`; its reason is the stage "
    "at stake). Lane `without` is the [ghost](chance.md#ghosts) without all instruments, and has no `information`, `talk` or `help`",
    ("household_id", "lane", "entry"),
    (
        _count("household_id", "id", "of the household, the same in all scenarios", True),
        _C("lane", TEXT, ("with", "without"), "with the instruments, or without them all"),
        _count("entry", "number", "in its lane, from 1, in the order in which it befell", True),
        _count("month", "month", "from month 0", True),
        _C("kind", TEXT, BEFELL, "what befell it"),
        _C("reason", TEXT, "text", "by `kind`: a trigger, obstacle, reason to drop out, kind of move, origin or stage; empty if none"),
        _C("instruments", TEXT, "keys", "that did it, joined by `+`; empty if none"),
        *(one._replace(name=one.name.removeprefix("from_"), kind=one.stored) for one in _side("from", "it is about")[:4]),
        _C("number", WHOLE, "dwellings", "that it responded to; empty for other kinds", empty=True),
        _C("keys_month", WHOLE, "month", "of the keys of a home accepted; empty for other kinds", empty=True),
        _C("fit_before", REAL, "0-1", "perceived fit of the home left, at the start of the home lived in; empty if none"),
        _C("fit_after", REAL, "0-1", "perceived fit of the home taken; empty if none"),
        _count("age", "years", "of the oldest adult at month 0", True),
        _count("household_size", "persons", "at month 0", True),
        _C("verdict", TEXT, Verdict, "on all instruments together (attribution.parquet)"),
    ),
    large=True,
)
# first ages of the bands of persons: those of the public figures on moves by age are sums of them
PERSON_AGES = (0, 18, 23, 28, 33, 38, 43, 48, 53, 58, 63, 64, 67, 69, 72, 75, 85)
PERSON_BANDS = (*(f"{low}_{above - 1}" for low, above in pairwise(PERSON_AGES)), f"{PERSON_AGES[-1]}_plus")
_YEAR = _count("year", "year", "of the run, from 0; the last may be of fewer months")
PERSON_MOVES = Table(
    "person_moves",
    "year × gemeente left × gemeente moved to × kind × age",
    "moves counted in persons, as a population register does; only those to an empty home (`own_home`) fill one and stand in chains. Who "
    "came from elsewhere and has found no home yet does not live here yet. Who moves without a home of one's own (in with a partner, from "
    "room to room, apart) and goes to another gemeente changes places with somebody who comes. Rows of zero are left out",
    ("year", "from_gemeente", "to_gemeente", "kind", "age"),
    (
        _YEAR,
        _C("from_gemeente", TEXT, "code", "left; empty: elsewhere", False),
        _C("to_gemeente", TEXT, "code", "moved to; empty: elsewhere", False),
        _C("kind", TEXT, PersonMove, "of move", False),
        _C("age", TEXT, PERSON_BANDS, "of the person, years", False),
        _count("persons", "persons", "who moved so"),
    ),
    large=True,
)
PERSONS = Table(
    "persons",
    "year × gemeente × age",
    "who lives here at the end of the first month of a year, with a home of their own or without one; beside person_moves",
    ("year", "gemeente", "age"),
    (
        _YEAR,
        _C("gemeente", TEXT, "code", "in which they live", False),
        _C("age", TEXT, PERSON_BANDS, "of the person, years", False),
        _count("persons", "persons", "there"),
    ),
    large=True,
)
DRIFT = Table(
    "drift",
    "scenario × seed × month",
    "every twelfth month when a seed knows more than 400,000 households",
    ("month",),
    (
        _C("month", WHOLE, "month", "from month 0"),
        _C("share_elsewhere", REAL, "0-1", f"of the households present, who live elsewhere than in `{BASIS}` in the same month"),
    ),
    suffix="csv",
)
FILTERED = (
    _C("households", WHOLE, "households", "of the group"),
    _C("fail", WHOLE, "households", "that fail this filter, whatever the others say"),
    _C("fail_only", WHOLE, "households", "that fail this one and no other: without it they would be let in"),
    _C("left", WHOLE, "households", "that meet this one and all above it"),
)
FILTER = (
    _INSTRUMENT,
    _C("household_group", TEXT, ("senior", ALL, "homes"), "whom the row counts"),
    _C("filter", TEXT, "key of who", f"the condition; `{ALLE}` for all of them together"),
    _C("asks", TEXT, "value", "that is asked"),
)
FILTERS = Table(
    "filters",
    "scenario × seed × instrument × group × filter",
    "the conditions of `who` of each instrument at the moment it is put to work (month 0), each apart. Groups: `senior` (households of "
    f"the class Senior with a home), `{ALL}` (all with a home), `homes` (homes of the stock, by what is asked of the home taken, in the "
    "same columns). `coach` is not among them: nobody has talked yet",
    ("instrument", "household_group", "filter"),
    (*FILTER, *FILTERED),
)
TABLES = {
    table.name: table
    for table in (
        MOVES,
        CHAINS,
        CHAIN_LINKS,
        CHAIN_HOMES,
        LEDGER_NUMBERS,
        MONTHS,
        FUNNEL,
        INSTRUMENTS,
        ATTRIBUTION,
        SUMMARY,
        DRIFT,
        FILTERS,
        JOURNAL,
        PERSON_MOVES,
        PERSONS,
    )
}  # in the order in which a run makes them
