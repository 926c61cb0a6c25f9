"""The tables that the page reads its own numbers from, beside those of schema.py."""

from __future__ import annotations

from typing import Any

from analysis.tables.columns import FLOOR, SEEDS, C, csv, full, interval
from sim.counts.schema import CHAINS, FUNNEL, JOURNAL, MOVES, REAL, TEXT, TRUTH, WHOLE, YES, Column, Table
from sim.counts.schema_columns import SCENARIO, SEED
from sim.counts.schema_counts import FREED, NEXT_OF, NOBODY
from sim.parameters.evidence import STRONGEST_FIRST
from sim.world.codes import HouseholdClass, Trigger, Verdict
from sim.world.names import ALL, ALLE, BASIS, THERE


def _as(table: Table, name: str, called: str = "", **other: Any) -> Column:
    """A column of a run as it stands in a table of the page."""
    column = next(one for one in table.columns if one.name == name)
    return column._replace(name=called or name, promised=True, **other)


_HOME = ("area", "tenure", "type")
CHAIN_EXAMPLES = csv(
    "chain_examples",
    "scenario × seed × chain × link",
    "chains that the page draws, of the scenario with most extra moves by seniors, in the first seed whose ledger was kept; all began in "
    "the run. `in_hundred`: a hundred at equal distances in the list of all, by number. `drawn`: the first of the chains whose first mover "
    "is a senior helped by an instrument (any senior where there is none), that ended, and with as many moves as the median of those, at "
    "least 3. Link 0: nobody moved in yet. Without the scenario the chain might have run later",
    ("chain", "link"),
    SCENARIO,
    SEED,
    C("chain", WHOLE, "chain_id", "of `chains.parquet`"),
    C("link", WHOLE, "number", "of the move in its chain, from 1; 0 where nobody moved in"),
    C("drawn", TRUTH, YES, "whether the chain is drawn home by home"),
    C("in_hundred", TRUTH, YES, "whether the chain is one of the hundred"),
    _as(CHAINS, "origin"),
    _as(CHAINS, "start_month"),
    _as(CHAINS, "moves"),
    _as(CHAINS, "end_reason", "end"),
    _as(MOVES, "month", kind=REAL, signed=False),
    *(_as(MOVES, f"to_{name}", name) for name in _HOME),
    C("rooms", REAL, "rooms", "of the home taken"),
    _as(MOVES, "household_class", unit=(HouseholdClass, "")),
    C("age", REAL, "years", "of the oldest adult"),
    C("household_size", REAL, "persons", "who move"),
    _as(MOVES, "trigger", unit=(Trigger, "")),
    _as(MOVES, "instruments"),
    *(_as(MOVES, f"from_{name}", f"left_{name}", meaning=f"{name} of the home that comes free; empty if none") for name in _HOME),
    C("left_rooms", REAL, "rooms", "of the home that comes free; empty if none"),
)
CHAIN_HUNDRED = csv(
    "chain_hundred",
    f"way to count (and `{ALL}`) × value",
    "of the chains `in_hundred` of chain_examples.csv: how many end in each way (`end`) and have each number of moves (`moves`)",
    ("by", "value"),
    SCENARIO,
    SEED,
    C("by", TEXT, (ALL, "moves", "end"), "what is counted"),
    C("value", TEXT, "text", f"number of moves or way to end; `{ALL}` for all of the hundred"),
    C("chains", WHOLE, "chains", "of which it is so"),
)
PASSED, REST = "passed_by", "rest"  # who came in without the stage before it; who is still there, or no more
JOURNEY = csv(
    "journey",
    "scenario × stage × kind × code",
    "the klantreis of households of the class Senior, in the run: each row is a number per 1,000 of them and per year. Kinds beside those "
    f"of `funnel.parquet`: `{PASSED}` (came into the stage, less who went on to it from the stage before), `{REST}` (came into the stage, "
    "less who went on or dropped out: still there at the end, or no longer there at all; below 0 where more left who were there at the "
    "start)",
    ("stage", "kind", "code"),
    SCENARIO,
    next(one for one in FUNNEL.columns if one.name == "stage"),
    C("kind", TEXT, ("entered", "left", "dropped", "obstacle", PASSED, REST), "what the row counts"),
    C("code", TEXT, "key", f"why (see `funnel.parquet`); `{ALL}` for all together"),
    C("mean", REAL, "households per 1,000 per year", "over the seeds"),
    *interval("the mean", "households per 1,000 per year"),
    C("share", REAL, "0-1", "of all reasons of its stage and kind"),
    *interval("the share", "share", "share_lower", "share_upper"),
    C("of_entered", REAL, "share", "of all who came into its stage; an obstacle counts months, and may be above 1"),
    *interval("of_entered", "share", "of_entered_lower", "of_entered_upper"),
    C("difference", REAL, "households per 1,000 per year", f"scenario minus `{BASIS}`; empty for `{BASIS}`"),
    *interval("the difference", "households per 1,000 per year", "difference_lower", "difference_upper"),
    SEEDS,
)
DECIDING = csv(
    "deciding",
    "scenario × instrument × assumption",
    "of the [study of assumptions](knowledge.md) that ships with the project, for each instrument alone: extra moves by seniors",
    ("instrument", "rank"),
    SCENARIO,
    C("instrument", TEXT, "key", "of the instrument"),
    C("rank", WHOLE, "number", "1 for the assumption that decides most"),
    C("assumption", TEXT, "key", "a parameter, or INSTRUMENT.setting"),
    C("correlation", REAL, "-1 to 1", "rank correlation over the draws of the assumption with the effect of the instrument"),
    C("draws", WHOLE, "draws", "of which the effect is known"),
)
CERTAINTY = csv(
    "certainty",
    "run",
    "how many comparisons effects.csv holds, how many are called an effect, and how many of these chance made",
    ("of",),
    C("of", TEXT, ("all",), "the whole run"),
    C("headlines", WHOLE, "rows", "of scenarios with an interval, of the family `headline`"),
    C("headline_claims", WHOLE, "rows", "of these that are called an effect"),
    C("comparisons", WHOLE, "rows", "of scenarios with an interval, of the family `others`"),
    C("claimed", WHOLE, "rows", "of these that are called an effect"),
    C("by_chance", REAL, "rows", "of these that chance made, at most, on average"),
    C("descriptions", WHOLE, "rows", "of scenarios with an interval, of the family `description`"),
    C("placebo_comparisons", WHOLE, "rows", "of the placebo with an interval"),
    C("placebo_misses", WHOLE, "rows", "of the placebo whose interval leaves out 0"),
)
PARTING = csv(
    "parting",
    "scenario (and the placebo) × month",
    "the means of `drift.csv` over the seeds",
    ("month",),
    SCENARIO,
    C("month", WHOLE, "month", "from month 0"),
    C("share_elsewhere", REAL, "0-1", "of the households that live elsewhere than in `basis`, mean over the seeds"),
    *interval("that mean", "share"),
    SEEDS,
)
DEADWEIGHT = "deadweight"
DOSES = ("posts", "homes a year", "euro each", "months of lower rent", "months without double rent", "households reached")
PRICES = ("filled in", "in part", "none")
CARDS = csv(
    "cards",
    f"scenario × instrument, and `{ALL}`",
    "what each instrument of a scenario is, from its settings, `months.parquet` (for what is set per 1,000), `costs.csv` and the manifest. "
    f"Rows of `{ALL}` have the whole scenario beyond what is done already ({THERE}…)",
    ("instrument",),
    SCENARIO,
    C("instrument", TEXT, "key", f"of the instrument; `{ALL}` for the whole scenario"),
    C("already", TRUTH, YES, "whether the place does it already"),
    C("by_rule", TRUTH, YES, "whether a rule may add it while the scenario runs"),
    C("dose", REAL, "by dose_unit", "how much of it there is; empty where it is not known, and for a whole scenario"),
    C("dose_unit", TEXT, (*DOSES, ""), "what the dose is counted in"),
    C("eur_per_year", REAL, "euro", "spent by year, mean over the run and the seeds"),
    C("payer", TEXT, "key", "of the organisation that pays"),
    C("deliverer", TEXT, "key", "of the organisation that delivers it"),
    C("reached", REAL, "households", "on which it worked, mean over the seeds"),
    C("uses", REAL, "moves", "on which it worked, mean over the seeds"),
    C("price", TEXT, PRICES, "whether a price was filled in; `in part`: of some instruments of the scenario"),
    C("evidence", TEXT, STRONGEST_FIRST, "what its strength rests on; of a whole scenario the weakest of its instruments"),
    C("sources", TEXT, "text", "of the evidence: ids of docs/evidence.md, or sections of docs/sources.md"),
)
COST_CURVE = csv(
    "cost_curve",
    "scenario × year",
    "what one more move of a senior costs by when one looks: money and extra moves from month 0 to the end of each year. The last row is "
    "that of `costs.csv`. Intervals are of chance: the study of assumptions looked at the whole run only",
    ("months_to",),
    SCENARIO,
    C("months_to", WHOLE, "months", "from month 0, up to which money and moves are added up"),
    C("eur", REAL, "euro", "spent, mean over the seeds"),
    C("extra", REAL, "moves", f"of seniors beyond `{BASIS}`"),
    *interval("the extra moves", "moves", "lower_extra", "upper_extra"),
    C("eur_per_extra_senior_move", REAL, "euro", "per extra move of a senior"),
    *interval("euro per extra move", "euro"),
    SEEDS,
    C("note", TEXT, "text", "why there is no price, or no upper end"),
)
NEXT_BY = tuple(NEXT_OF)
NEXT = (*(name for names in NEXT_OF.values() for name in names), *NOBODY)
FREED_HOMES = csv(
    "freed_homes",
    "scenario × homes × kind of the next household",
    "homes that seniors left empty by their moves in the run, by who came next (also in the follow-up); from `moves.parquet` and "
    "`chains.parquet`, for the seeds whose ledger was kept. Kinds by `persons` and by `home` add up to the same homes. A family home is "
    "a single-family home of 4 rooms or more",
    ("homes", "by", "next"),
    SCENARIO,
    C("homes", TEXT, FREED, "which homes are counted"),
    C("by", TEXT, NEXT_BY, "how the next households are told apart: by size, or by whether they had a home"),
    C("next", TEXT, NEXT, "who came next; `empty`: nobody by the end of the follow-up; `demolished`: or taken out of use"),
    C("mean", REAL, "homes", "of a run"),
    *interval("the mean", "homes"),
    C("difference", REAL, "homes", f"scenario minus `{BASIS}`; empty for `{BASIS}`"),
    *interval("the paired difference", "homes", "difference_lower", "difference_upper"),
    FLOOR,
    C("claimed", TRUTH, YES, "whether the difference is told from chance and the placebo"),
    SEEDS,
)
AREAS = csv(
    "areas",
    "scenario × area",
    "extra moves by seniors by where they lived at the start, over the whole run: wijken of one gemeente, or the gemeenten of a place with "
    "several. Names and centres are those of the manifest; empty where it has none",
    ("area",),
    SCENARIO,
    C("area", TEXT, "code", "of the wijk or gemeente"),
    C("name", TEXT, "text", "of the area"),
    C("x_km", REAL, "km", "of its centre, Rijksdriehoek"),
    C("y_km", REAL, "km", "of its centre, Rijksdriehoek"),
    C("mean", REAL, "moves", "of the scenario"),
    C("difference", REAL, "moves", f"scenario minus `{BASIS}`"),
    *interval("the difference", "moves"),
    FLOOR,
    SEEDS,
    *full("the difference", "moves"),
    C("knowledge", TEXT, "text", "how the study of assumptions was carried over, or why there are no figures for knowledge"),
    C("claimed", TRUTH, YES, "whether it is told from chance and the placebo"),
)
USERS = csv(
    "users",
    f"scenario × instrument (and `{ALLE}`) × window × verdict",
    "households on which an instrument worked in the run, by what became of them beside what would have without it (`attribution.parquet`)",
    ("instrument", "window", "verdict"),
    SCENARIO,
    C("instrument", TEXT, "key", f"of the instrument; `{ALLE}` for all together, each household once"),
    C("window", WHOLE, "months", "within which a household must move without it, for a *zetje*"),
    C(
        "verdict",
        TEXT,
        (Verdict, DEADWEIGHT),
        f"what it came to; `{DEADWEIGHT}`: share of those who moved and are known that would have anyway",
    ),
    C("mean", REAL, "households (deadweight: 0-1)", "of a run"),
    *interval("the mean", "households"),
    SEEDS,
)
ONE_SENIOR = csv(
    "one_senior",
    "household × lane × entry",
    "the seniors whom the page follows: of each scenario and verdict the one of `journal.parquet` in the first seed that has one. "
    "`months`, `responses` and `most` stand in the first row of months of looking without a home that the page tells as one",
    ("household_id", "lane", "entry"),
    SCENARIO,
    SEED,
    *(one._replace(kind=REAL, empty=False) if one.empty else one for one in JOURNAL.columns),
    C("after_parting", TRUTH, YES, "whether it befell from the first decision on that differed; the parting itself did"),
    C("months", REAL, "months", "of looking that ended without a home, told as one"),
    C("responses", REAL, "dwellings", "that it responded to in those months"),
    C("most", REAL, "months", "of those with the reason that occurs most"),
)
FOR_PAGE: tuple[Table, ...] = (
    CARDS,
    FREED_HOMES,
    AREAS,
    COST_CURVE,
    USERS,
    CHAIN_EXAMPLES,
    CHAIN_HUNDRED,
    JOURNEY,
    ONE_SENIOR,
    DECIDING,
    CERTAINTY,
    PARTING,
)
