"""Each column of the tables that are computed from those of a run, once (see ``sim.counts.schema``)."""

from __future__ import annotations

from analysis.tables.columns import FLOOR, INDICATOR, INSTRUMENT, OF_SUMMARY, PERIOD, SEEDS, UNIT, C, csv, full, interval
from analysis.tables.for_page import FOR_PAGE
from sim.counts.schema import (
    FILTER,
    FILTERED,
    INSTRUMENTS,
    MONTHS,
    REAL,
    TEXT,
    TRUTH,
    WHOLE,
    YES,
    Column,
)
from sim.counts.schema import TABLES as OF_A_RUN
from sim.counts.schema_columns import SCENARIO, SEED
from sim.world.codes import Origin
from sim.world.names import ALL, ALLE, BASIS, PLACEBO, THERE

SPENDING = INSTRUMENTS.some("scenario", "seed", "month", "instrument", "organisation", "uses", "cost_eur")  # read by estimates
SENIORS = MONTHS.some("scenario", "seed", "month", "seniors")
SENIOR_MOVES = MONTHS.some("scenario", "seed", "month", "senior_moves")

_KNOWLEDGE = C(
    "knowledge",
    TEXT,
    "text",
    "how the [study of assumptions](knowledge.md) was carried over: `factor` on the effect, or `shift` in proportion to basis; `draws of "
    "this run` where the folder has its own (`knowledge.csv`); else why there are no figures for knowledge",
)
_MISSES = C(
    "misses",
    TEXT,
    "text",
    "keys of validation.csv: the public figures that the indicator hangs on and that `basis` misses by more than 25 %, empty where none; "
    "`not compared` where there is no public figure. Without a ledger as [validation](validation.md) has it",
)
_SKEWED = "; Student's t: where the differences of the seeds are skewed it holds the truth in 82 to 92 % of studies, not 95 %"


def _per_extra(what: str, suffix: str = "") -> tuple[Column, Column]:
    lower, upper = interval(f"euro per extra {what}", "euro", f"lower{suffix}", f"upper{suffix}")
    return lower, upper._replace(meaning=f"{upper.meaning}; empty, for there is none, where the number of extra {what}s may be zero")


def _of_money(what: str) -> tuple[Column, Column, Column]:
    """Extra moves or homes of 100,000 euro, with the interval."""
    words, name = f"extra {what}s per 100,000 euro", f"extra_{what.replace(' ', '_')}s_per_100k"
    return C(name, REAL, "number", f"of {words}"), *interval(words, "number", f"lower_{name}", f"upper_{name}")


EFFECTS = csv(
    "effects",
    "scenario × indicator × group × period × estimand",
    "estimands: `net` for every indicator; for `first_moves` also `direct` and `verdrongen`, by [ghosts](chance.md#ghosts), and "
    "`doorwerking`, so that net = direct − verdrongen + doorwerking. Where an approach has no user, all is `aanbod`: what its homes do. "
    "`verdringing` (direct minus net) is the old name for verdrongen less doorwerking; it stays for one version",
    ("indicator", "group_by", "group", "months_from", "months_to", "estimand"),
    SCENARIO,
    INDICATOR,
    UNIT,
    OF_SUMMARY["group_by"],
    OF_SUMMARY["group"],
    *PERIOD,
    C("estimand", TEXT, ("net", "direct", "verdrongen", "doorwerking", "aanbod", "verdringing"), "what the difference is"),
    C("mean", REAL, "unit", "of the scenario"),
    C("difference", REAL, "unit", f"scenario minus `{BASIS}`"),
    *interval("the difference", more=_SKEWED),
    FLOOR,
    SEEDS,
    C("seeds_needed", REAL, "seeds", "at which half the interval would be half of the difference; empty where that is 0 or unknown"),
    C(
        "seeds_to_notice",
        REAL,
        "seeds",
        "at which half the interval would be a hundredth of basis: less nobody notices; empty where that is 0",
    ),
    *full("the difference"),
    C("p_sign", REAL, "0-1", "how sure the sign of the difference is, by chance and knowledge"),
    C(
        "p_best",
        REAL,
        "0-1",
        "how likely it is that of the scenarios of the run this one does most, by chance and knowledge. Empty for a "
        "package that holds another scenario and more, which is not ranked; and where `knowledge` says of some, and not of others, that "
        "they are of an older market",
    ),
    C("p_best_lower", REAL, "0-1", "lower end of the 95 % interval of p_best, for how few `draws` it is of (Wilson)"),
    C("p_best_upper", REAL, "0-1", "upper end of the 95 % interval of p_best, for how few `draws` it is of (Wilson)"),
    C("draws", REAL, "draws", "of the study that `p_best` and `regret` are of; empty without them, or where no draw differs"),
    C(
        "regret",
        REAL,
        "unit",
        "how much less it does than whichever does most in a draw, on average: what choosing it costs if another one turns out best",
    ),
    _KNOWLEDGE,
    _MISSES,
    C(
        "family",
        TEXT,
        ("headline", "others", "description"),
        "`headline`: the net effect on all households over the whole run of an indicator that the key `headline` names; `description`: a "
        "mean over whoever moved, or by role, which is no effect on anybody",
    ),
    C(
        "q",
        REAL,
        "0-1",
        "of others: the share of chance among the claims of the scenario if this one were the last of them (Benjamini-Hochberg); empty for "
        "the other families and the placebo",
    ),
    C("claimed", TRUTH, YES, "whether it is called an effect ([when](chance.md#the-placebo-how-large-is-nothing))"),
)
KNOWLEDGE = csv(
    "knowledge",
    "scenario × figure × draw",
    "of `behaviour=posterior`: what each draw of the assumptions makes of a scenario, over the whole run. Draw 0 is the folder's own "
    "seeds, as shipped; every other draw is one world of its own ([how](howto-calibrate.md#how-do-i-run-over-the-draws))",
    ("indicator", "group_by", "group", "draw"),
    SCENARIO,
    C("indicator", TEXT, "key", "of the figure; `eur` for what the scenario costs"),
    OF_SUMMARY["group_by"],
    OF_SUMMARY["group"],
    C("draw", WHOLE, "number", "of the draw, from 1; 0 for the folder's own seeds together"),
    C("base", REAL, "unit of the figure", f"level of `{BASIS}` in the draw; 0 for money, of which a scenario has what it adds"),
    C("difference", REAL, "unit of the figure", f"scenario minus `{BASIS}` in the draw; empty where a world lacks the figure"),
    C("error", REAL, "unit of the figure", "of draw 0 the standard error of the difference; of another draw the chance of one seed"),
)
COUNTED = {"senior move": "", "suitable home": "_suitable", "link": "_link"}  # what is extra, and the end of the names of its columns


def _full_of_money(what: str, suffix: str) -> tuple[Column, ...]:
    per, name = f"extra {what}s per 100,000 euro", f"extra_{what.replace(' ', '_')}s_per_100k"
    lower, upper = full(f"euro per extra {what}", "euro", f"lower{suffix}_full", f"upper{suffix}_full")
    none = upper._replace(meaning=f"{upper.meaning}; empty, for there is none, where the number of extra {what}s may be zero")
    return lower, none, *full(per, "number", f"lower_{name}_full", f"upper_{name}_full")


COSTS = csv(
    "costs",
    "scenario × instrument × payer × year",
    f"rows with `{ALL}` as instrument, payer or year are totals of a scenario (do not add them up with others): of the whole and of "
    f"each payer over the whole run, and of each payer by year. Of what is done already ({THERE}…) a "
    f"scenario has only what it costs and does beyond `{BASIS}`, below 0 where it stops or is needed less; money spent "
    "after the run (the follow-up) is left out",
    ("instrument", "payer", "year"),
    SCENARIO,
    C("instrument", TEXT, "key", f"of the instrument; `{ALL}` for a total"),
    C("payer", TEXT, "key", f"of the organisation that pays; `{ALL}` for a total"),
    C("year", TEXT, "calendar year", f"of the spending; `{ALL}` for a total"),
    C("eur", REAL, "euro", "spent, mean over the seeds"),
    C("uses", REAL, "moves", "on which it worked, mean over the seeds"),
    C("eur_per_extra_senior_move", REAL, "euro", "per extra move of a senior"),
    C("eur_per_extra_suitable_home", REAL, "euro", "per extra senior household in a suitable home"),
    *_per_extra("senior move"),
    *_per_extra("suitable home", "_suitable"),
    C("eur_per_extra_link", REAL, "euro", "per extra move into an empty home, by whomever (a link)"),
    *_per_extra("link", "_link"),
    C("note", TEXT, "text", "why a figure is empty"),
    *(column for what in COUNTED for column in _of_money(what)),
    *(column for what, suffix in COUNTED.items() for column in _full_of_money(what, suffix)),
    C("p_sign", REAL, "0-1", "how sure it is that the money brings extra senior moves (or fewer, where `extra` is below 0)"),
    C(
        "p_best",
        REAL,
        "0-1",
        "how likely it is that of the scenarios of the run this one brings most extra senior moves for each euro; packages are not ranked",
    ),
    _KNOWLEDGE,
    _MISSES._replace(meaning=f"by what is extra (`{'`, `'.join(COUNTED)}`), such as `link: freed_koop`: {_MISSES.meaning}"),
)
NAIVE = csv(
    "naive",
    f"scenario × instrument (and `{ALLE}`) × indicator",
    "what a monitor would conclude, beside the effect: of one instrument in a bundle that is known only where the scenario without it was "
    "run in the same folder",
    ("instrument", "indicator"),
    SCENARIO,
    C("instrument", TEXT, "key", f"of the instrument; `{ALLE}` for all together"),
    INDICATOR,
    *PERIOD,
    C(
        "users",
        REAL,
        "unit",
        f"the moves on which the instrument worked, each once; in a row `{ALLE}` of several instruments from `moves.parquet`",
    ),
    C("users_seeds", WHOLE, "seeds", "of `users` and its interval: those whose ledger was kept, in a row of several instruments"),
    C("before_after", REAL, "unit", "the run less the year before it (times the years)"),
    C("effect", REAL, "unit", "net effect"),
    *interval("the effect"),
    C("users_too_many", REAL, "unit", "users less the effect"),
    *interval("users_too_many", "unit", "users_lower", "users_upper"),
    C("before_after_too_many", REAL, "unit", "before_after less the effect"),
    *interval("before_after_too_many", "unit", "before_after_lower", "before_after_upper"),
    SEEDS,
)
LENGTHS_SHOWN = ("moves", "moves_set_off")
CHAIN_LENGTHS = csv(
    "chain_lengths",
    "scenario × origin × kind of first home × area × length",
    "from `chains.parquet` and `moves.parquet`, for the seeds whose ledger was kept; none without a ledger. Chains that began in the run; "
    "those that are open count up to their expected end, inside the area (a mover who leaves a home elsewhere ends the chain). Lengths: "
    "`moves` (links per chain with a first home that was filled) and `moves_set_off` (moves after a senior's own). What first homes lead "
    "to is counted apart for each row, later links are those of all chains: rows of areas need not add up to those of the whole. Rows of "
    "one area with fewer than 30 chains are left out",
    ("origin", "home", "area", "length"),
    SCENARIO,
    C("origin", TEXT, (Origin, ALL), f"why the first home was empty; `{ALL}` for every origin"),
    C("home", TEXT, "tenure/type class", f"kind of the first home, such as `koop/eengezins`; `{ALL}` for every kind"),
    C("area", TEXT, "code", f"wijk of the first home; `{ALL}` for the whole area"),
    C("length", TEXT, LENGTHS_SHOWN, "what is counted"),
    C("mean", REAL, "moves", "estimate, corrected for chains that are still open"),
    *interval("the mean", "moves"),
    C("difference", REAL, "moves", f"scenario minus `{BASIS}`; empty for `{BASIS}`"),
    *interval("the paired difference", "moves", "difference_lower", "difference_upper"),
    C("share_open", REAL, "0-1", "of the chains whose last home is still empty at the end of the follow-up"),
    C("chains", WHOLE, "chains", "that began, in all seeds together"),
    SEEDS,
    C("warning", TEXT, "text", "why the mean may be off or the interval is empty, such as a window that is too short"),
)
MONITOR = csv(
    "monitor",
    "scenario × row of the toolkit's opgave and monitor (and class)",
    f"the whole run, `{BASIS}` and each scenario, not the placebo. Rows from `moves.parquet` have the seeds whose ledger was kept",
    ("sheet", "key"),
    SCENARIO,
    C("sheet", TEXT, ("opgave", "1/3", "2/3", "3/3"), "of the toolkit"),
    C("row", TEXT, "text", "the toolkit's words"),
    C("key", TEXT, "key", "of the [monitor](odd.md#monitor); `KEY.CLASS` for a class, and `KEY.CLASS.share` for its share"),
    UNIT,
    C("mean", REAL, "unit", "over the seeds"),
    *interval("the mean"),
    C("seeds", WHOLE, "seeds", "that were counted; 0 where nothing can be counted"),
    C("note", TEXT, "text", "why nothing can be counted"),
)
FILTERS_CSV = csv(
    "filters",
    "scenario × instrument × group × filter",
    "the means of `filters.parquet` over the seeds",
    ("instrument", "household_group", "filter"),
    SCENARIO,
    *FILTER,
    SEEDS,
    *(column._replace(kind=REAL) for column in FILTERED),
)
POTS = csv(
    "pots",
    "scenario × instrument with a budget",
    "a pot runs empty in the month in which money turns somebody away for the first time (`no_money` above 0). Euro are means over the "
    "seeds, follow-up included, for a promise made in the run is paid after it; when a pot first turns somebody away, what is left in it "
    "is promised to households that still search, and comes back if they do not move",
    ("instrument",),
    SCENARIO,
    INSTRUMENT,
    C("payer", TEXT, "key", "of the organisation that pays"),
    C("eur_budget", REAL, "euro", "for the whole run"),
    SEEDS,
    C("seeds_empty", WHOLE, "seeds", "in which it ran empty"),
    C("month_mean", REAL, "month", "in which it ran empty, mean over those seeds"),
    C("month_earliest", REAL, "month", "in which it ran empty, the earliest"),
    C("month_latest", REAL, "month", "in which it ran empty, the latest"),
    C("most_turned_away", REAL, "number", "of households, homes or posts that lacked money, in the worst month"),
    C("eur_spent", REAL, "euro", "spent"),
    C("eur_left", REAL, "euro", "left; empty where a rule scales the budget"),
    C("note", TEXT, "text", "why a figure is empty"),
)
_OF_BUNDLE = (UNIT, *PERIOD, FLOOR, SEEDS)
SHAPLEY = csv(
    "shapley",
    "scenario × indicator × instrument, and `bundle`",
    "of `attribute`: all households, the whole run. The shares add up to the row `bundle`, the net effect of the whole scenario, in every "
    "seed. Where orders are drawn each seed draws its own, so that this error is in the interval",
    ("indicator", "instrument"),
    SCENARIO,
    INDICATOR,
    C("instrument", TEXT, "key", "of the instrument; `bundle` for the whole scenario"),
    C("share", REAL, "unit", "of the effect of the scenario"),
    *interval("the share"),
    *_OF_BUNDLE,
    C("permutations", WHOLE, "orders", "drawn for each seed; 0 where all coalitions were run"),
)
COMPARED = ("together", "alone", "without", "interaction", "toolbox")
BUNDLES = csv(
    "bundles",
    "scenario × indicator × instrument × kind",
    f"kinds: `alone` (the instrument alone minus `{BASIS}`), `without` (the whole minus the whole without it), `interaction` (without "
    "minus alone), `toolbox` (the whole minus the whole with this instrument's toolbox empty); for the instrument `bundle`: `together` "
    f"(the whole minus `{BASIS}`) and `interaction` (the whole minus the sum of what each does alone). The floor `placebo` of an "
    "interaction is wider, for it is made of more than two worlds",
    ("indicator", "instrument", "kind"),
    SCENARIO,
    INDICATOR,
    C("instrument", TEXT, "key", "of the instrument; `bundle` for the whole scenario"),
    C("kind", TEXT, COMPARED, "what the row compares"),
    C("difference", REAL, "unit", "by `kind`"),
    *interval("the difference"),
    *_OF_BUNDLE,
)
WORLDS = csv(
    "worlds",
    "scenario × world × seed × indicator",
    "of `attribute`: what `shapley.csv` and `bundles.csv` are made of",
    ("world", "indicator"),
    SCENARIO,
    C("world", TEXT, "keys", f"of its instruments, joined by `+`; `{BASIS}`, `{PLACEBO}`"),
    SEED,
    INDICATOR,
    *PERIOD,
    C("value", REAL, "by indicator", "over the period"),
)
GOALS = csv(
    "goals",
    f"goal × scenario (and `{BASIS}`, `{PLACEBO}`) × month",
    f"of `goals`. The goal `{ALL}`: every goal holds, each in its own month",
    ("goal", "month"),
    C("goal", TEXT, "key", f"of the goal; `{ALL}` for all of them"),
    SCENARIO,
    C("month", WHOLE, "month", "from month 0"),
    C("share", REAL, "0-1", "of the runs in which the goal holds at the end of that month"),
    C("cost", REAL, "euro", "spent by then, mean over the runs"),
    *interval("the share", "0-1", more=", by Wilson"),
    C("value", REAL, "by goal", "that is counted, mean over the runs"),
    C("target", REAL, "by goal", "that the value is held against, mean over the runs"),
    C("due", TRUTH, YES, "whether this is the month that the goal is about"),
    SEEDS,
)
PACKAGES = csv(
    "packages",
    "package that was tried",
    "of `goals` with `trials`. The last row is the chosen one in new seeds",
    ("package", "first_seed"),
    SCENARIO,
    C("package", WHOLE, "number", "in the order in which they were tried"),
    C("doses", TEXT, "text", "of the instruments"),
    C("cost", REAL, "euro", "by the month of the last goal"),
    C("share", REAL, "0-1", "of the runs that reaches all goals"),
    *interval("the share", "0-1", more=", by Wilson"),
    C("shortfall", REAL, "part of the target", "by which the runs that matter miss the goal furthest off; 0 or less is enough"),
    C("first_seed", WHOLE, "number", "of the first replication"),
    SEEDS,
    C("on_curve", TRUTH, YES, "whether no other package reaches as much for less"),
    C("chosen", TRUTH, YES, "whether it is the cheapest that is enough"),
)
VALIDATION = csv(
    "validation",
    "figure that the base world is held against",
    "of `validate`, and of a comparison whose ledger was kept (then of the seeds that have one)",
    ("key",),
    C("key", TEXT, "key", "of the figure"),
    C("figure", TEXT, "text", "what it is"),
    C("simulated", REAL, "unit", "in the base world; empty where nobody is there to be counted"),
    C("observed", REAL, "unit", "by the source"),
    C("ratio", REAL, "factor", "simulated over observed"),
    C("hit", TRUTH, YES, "whether they differ by 25 % at most, the mark of the pages; a tolerance for each figure: `judged.csv`"),
    UNIT,
    C("area", TEXT, "text", "place and year of the source"),
    C("source", TEXT, "id", "in docs/evidence.md"),
    C("status", TEXT, ("input", "fitted", "predicted"), "whether it went in, a parameter was fitted to it, or it comes out by itself"),
)
JUDGED = csv(
    "judged",
    "target that the base world is compared with and can count",
    "of `validate`: misses first, then those within tolerance, then those that nobody is there for. Targets stand in "
    "`sim/data/targets/targets.csv`, frozen beforehand",
    ("id",),
    C("id", TEXT, "key", "of the target"),
    C("figure", TEXT, "text", "what it is"),
    C("simulated", REAL, "unit", "in the base world; empty where nobody is there to be counted"),
    C("target", REAL, "unit", "by the source, or the limit that it sets"),
    C("low", REAL, "unit", "the least that is within tolerance; empty if there is none"),
    C("high", REAL, "unit", "the most that is within tolerance; empty if there is none"),
    C("inside", TRUTH, YES, "whether the simulated figure is within tolerance"),
    C("status", TEXT, ("input", "fitted", "predicted"), "whether it went in, a parameter may be fitted to it, or it comes out by itself"),
    C("counted", TEXT, ("yes", "late", "no"), "whether it counts in the verdict: not where it came later, or is only shown"),
    UNIT,
    C("area", TEXT, "text", "place and year of the source"),
    C("evidence", TEXT, "id", "in docs/evidence.md"),
    C("place", TEXT, "key", "of the places that it is compared in; empty for all"),
)
RIVALS = csv(
    "rivals",
    "public figure × gemeente × model or rival",
    "of `validate`: the model beside simple forecasts of the same figures, in the gemeenten of the run. Rivals: `R0` one rate for the "
    "country; `R1s` rates by age of 2017; `R2+` a regression on open columns, the own province left out; `R3` flows of 2018; `Markov` a "
    "chain of two published numbers; `users` all users moved because of it; `none` nobody did",
    ("figure", "place", "who"),
    C("figure", TEXT, "key", "`moved_within`, `arrived`, `left`, or the id of a target"),
    C("place", TEXT, "code", "of the gemeente; empty where the figure is of none"),
    C("who", TEXT, ("model", "R0", "R1s", "R2+", "R3", "Markov", "users", "none"), "whose figure it is"),
    C("value", REAL, "unit", "that it gives; empty where the model does not count it yet"),
    C("observed", REAL, "unit", "by the source; empty where nobody counted it"),
    C("off", REAL, "%", "how far the value is from what was observed"),
    UNIT,
)
SENSITIVITY = csv(
    "sensitivity",
    "scenario × indicator × assumption",
    "of `sensitivity`: Sobol indices of the effect of a scenario over the whole run, and of the level of `basis` itself, over the "
    "plausible ranges of the assumptions that were asked for; chance is taken out",
    ("indicator", "assumption"),
    SCENARIO,
    INDICATOR,
    C("assumption", TEXT, "key", "a parameter, or INSTRUMENT.setting"),
    C("low", REAL, "as the assumption", "the least that was tried"),
    C("high", REAL, "as the assumption", "the most that was tried"),
    C("first", REAL, "share", "of the variance that goes when it alone is known; empty where the figure varies no more than chance"),
    C("first_lower", REAL, "share", "lower end of the 95 % interval of that share, for which points were tried, chance included"),
    C("first_upper", REAL, "share", "upper end of the 95 % interval of that share, for which points were tried, chance included"),
    C("total", REAL, "share", "of the variance that stays when all others are known"),
    C("total_lower", REAL, "share", "lower end of the 95 % interval of that share, for which points were tried, chance included"),
    C("total_upper", REAL, "share", "upper end of the 95 % interval of that share, for which points were tried, chance included"),
    C("mean", REAL, "unit of the indicator", "over the points and seeds"),
    C("deviation", REAL, "unit of the indicator", "standard deviation over the points, without chance"),
    C("chance", REAL, "share", "of the variance of a mean over the seeds"),
    C("points", WHOLE, "points", "of each of the tables"),
    SEEDS,
)
COMPUTED = (
    EFFECTS,
    COSTS,
    KNOWLEDGE,
    CHAIN_LENGTHS,
    MONITOR,
    FILTERS_CSV,
    POTS,
    NAIVE,
    SHAPLEY,
    BUNDLES,
    WORLDS,
    GOALS,
    PACKAGES,
    VALIDATION,
    JUDGED,
    RIVALS,
    *FOR_PAGE,
)
EVERY = (*OF_A_RUN.values(), *COMPUTED)  # every table of a folder of results; that of points has its own folder
