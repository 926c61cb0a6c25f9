"""Each picture with its title, caption and a table that says the same, for those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from analysis.estimates.costs import whole_scenarios
from analysis.estimates.effects import whole_run
from analysis.page import figures
from analysis.page.words import GROUPS, KINDS, ORIGINS, STAGES, Text, both, capitals, interval, numbers, span
from analysis.results import Results
from sim.world.codes import HouseholdClass
from sim.world.names import ALL, BASIS, PLACEBO

MOST_DRAWN = 6  # scenarios in one picture that are told apart by colour
FIT_GROUPS = tuple((key, capitals(GROUPS[key])) for key in (ALL, HouseholdClass.SENIOR.key, HouseholdClass.FAMILY.key))
SCENARIO = Text("Scenario", "Scenario")
FILLED = Text(
    "Een dichte stip is een effect, een open stip mag u geen effect noemen.",
    "A filled dot is an effect, an open one may not be called one.",
)


class Chart(NamedTuple):
    """A picture. ``key`` names its files; ``draw`` makes it in a language; ``header`` and ``rows`` are its table."""

    key: str
    title: Text
    caption: Text
    header: list[Text]
    rows: list[list[Text]]
    draw: Callable[[str], Figure]


def charts(results: Results) -> list[Chart]:
    """All pictures for which there is something to show, the headline first."""
    makers: list[Callable[[Results], Chart | None]] = [extra_moves, chain_length, fit, klantreis, euro, drift]
    return [chart for make in makers if (chart := make(results)) is not None]


def extra_moves(results: Results) -> Chart | None:
    """Extra senior moves by scenario: the headline."""
    rows = whole_run(results.effects, "senior_moves")
    if rows.empty:
        return None
    time = span(results.months)
    base = numbers(results.base_value("senior_moves"))
    axis = Text(f"extra verhuizingen van senioren in {time.nl}", f"extra moves by seniors in {time.en}")
    return Chart(
        "extra_verhuizingen",
        Text("Hoeveel extra verhuizingen van senioren?", "How many extra moves by seniors?"),
        Text(
            f"Verschil met het beleid van nu in {time.nl}, met 95 %-interval voor toeval. Met het beleid van nu zijn het er "
            f"{base.nl}. De grijze band is de placebo: zo groot kan een verschil zijn als er niets van belang "
            f"verandert. {FILLED.nl}",
            f"Difference with today's policy in {time.en}, with 95 % interval for chance. With today's policy there are "
            f"{base.en}. The grey band is the placebo: differences of that size appear when nothing of substance "
            f"changes. {FILLED.en}",
        ),
        *_effect_table(rows, results, 0, 1.0),
        lambda language: figures.forest(rows, results.titles, language, axis),
    )


def _effect_table(rows: pd.DataFrame, results: Results, digits: int, scale: float) -> tuple[list[Text], list[list[Text]]]:
    header = [
        SCENARIO,
        Text("Verschil", "Difference"),
        Text("Van", "From"),
        Text("Tot", "To"),
        Text("Ruis (placebo)", "Noise (placebo)"),
        Text("Effect?", "Effect?"),
    ]
    out = []
    for _, row in rows.sort_values("difference", ascending=False, kind="stable").iterrows():
        parts = [numbers(scale * row[key], digits, sign=key == "difference") for key in ("difference", "lower", "upper")]
        noise = numbers(scale * row["placebo"], max(digits, 1))
        out.append(
            [
                results.titles[row["scenario"]],
                *parts,
                Text(f"±{noise.nl}", f"±{noise.en}"),
                yes_no(bool(row["claimed"])),
            ]
        )
    return header, out


def yes_no(claim: bool) -> Text:
    """Whether something is called an effect."""
    return Text("ja", "yes") if claim else Text("nee", "no")


def fit(results: Results) -> Chart | None:
    """Effect on fit for everybody, seniors and families."""
    rows = pd.concat([whole_run(results.effects, "fit"), whole_run(results.effects, "fit", "class")])
    groups = [(key, label) for key, label in FIT_GROUPS if key in set(rows["group"])]
    rows = rows[rows["group"].isin([key for key, _ in groups])]
    if rows.empty:
        return None
    header, _ = _effect_table(rows, results, 3, 100.0)
    table = []
    for key, label in groups:
        _, part = _effect_table(rows[rows["group"] == key], results, 3, 100.0)
        table += [[row[0], label, *row[1:]] for row in part]
    base = numbers(100 * results.base_value("fit"), 1)
    return Chart(
        "passend_wonen",
        Text("Wonen mensen passender?", "Do people live in homes that fit better?"),
        Text(
            "Passend wonen is een cijfer van 0 tot 100 voor grootte, toegankelijkheid, betaalbaarheid, plek en "
            f"woonprofiel (nu gemiddeld {base.nl}). Verschil met basis over alle huishoudens die er dan zijn, dus "
            f"ook wie niet verhuist. {FILLED.nl}",
            f"Fit is a mark from 0 to 100 for size, accessibility, affordability, place and profile (now {base.en} "
            "on average). Difference with base over all households present, also those that do not move. "
            f"{FILLED.en}",
        ),
        [header[0], Text("Groep", "Group"), *header[1:]],
        table,
        lambda language: figures.fit_panels(rows, groups, results.titles, language),
    )


def drawn(results: Results, rows: pd.DataFrame) -> tuple[pd.DataFrame, Text]:
    """The rows that a picture with a colour for each scenario can show, and a sentence on those that are left out.

    More than MOST_DRAWN scenarios cannot be told apart: those with the largest effects on seniors' moves are drawn.
    """
    found = whole_run(results.effects, "senior_moves").sort_values("difference", key=abs, ascending=False, kind="stable")
    there = [name for name in dict.fromkeys([*found["scenario"], *results.scenarios]) if name in set(rows["scenario"])]
    if len(there) <= MOST_DRAWN:
        return rows, both("")
    kept = {BASIS, PLACEBO, *there[:MOST_DRAWN]}
    return rows[rows["scenario"].isin(kept)], Text(
        f" Getekend zijn de {MOST_DRAWN} scenario’s met het grootste effect op verhuizingen van senioren; alle staan in de cijfers.",
        f" Drawn are the {MOST_DRAWN} scenarios with the largest effect on seniors' moves; the figures hold all.",
    )


def chain_length(results: Results) -> Chart | None:
    """Length of chains by origin; None when the run kept no ledger."""
    found = results.lengths
    if found.empty:
        return None
    table = [
        [
            results.titles[row["scenario"]],
            ORIGINS.get(row["origin"], both(row["origin"])),
            numbers(row["mean"], 2),
            numbers(row["lower"], 2),
            numbers(row["upper"], 2),
            numbers(row["chains"]),
        ]
        for _, row in found.iterrows()
    ]
    (rows, left_out), seeds = drawn(results, found), int(found["seeds"].max())
    return Chart(
        "ketenlengte",
        Text("Hoe lang zijn de verhuisketens?", "How long are the chains of moves?"),
        Text(
            "Gemiddeld aantal verhuizingen na dat van de senior zelf, in dezelfde keten en binnen het gebied, naar "
            "het begin van de keten. Ketens die nog open zijn, tellen mee tot hun verwachte eind (in de tabel van "
            f"scenario’s zover ze kwamen: dat getal is lager). 95 %-intervallen van toeval, over {seeds} werelden, "
            "niet gepaard: gepaarde verschillen met basis staan in chain_lengths.csv. Het is een beschrijving: de woning was anders ook "
            f"door iemand betrokken.{left_out.nl}",
            "Mean number of moves after the senior's own, in the same chain and inside the area, by what began the "
            "chain. Open chains count up to their expected end (in the table of scenarios as far as they came: "
            f"that number is lower). 95 % intervals of chance, over {seeds} worlds, not paired: "
            f"paired differences with base are in chain_lengths.csv. It is a description: somebody would have taken "
            f"the home anyway.{left_out.en}",
        ),
        [
            SCENARIO,
            Text("Begin van de keten", "What began the chain"),
            Text("Gemiddelde", "Mean"),
            Text("Van", "From"),
            Text("Tot", "To"),
            Text("Ketens", "Chains"),
        ],
        table,
        lambda language: figures.chain_lengths(rows, results.titles, language),
    )


def klantreis(results: Results) -> Chart | None:
    """The klantreis of seniors."""
    rows = results.journey[results.journey["scenario"] != PLACEBO]
    if rows["mean"].fillna(0).eq(0).all():
        return None
    table = []
    for _, row in rows.iterrows():
        change = both("") if row["scenario"] == BASIS else interval(row["difference"], row["lower"], row["upper"])
        table.append([results.titles[row["scenario"]], STAGES[row["stage"]], KINDS[row["kind"]], numbers(row["mean"], 1), change])
    some, left_out = drawn(results, rows)
    return Chart(
        "klantreis",
        Text("Waar in de klantreis gebeurt het?", "Where in the klantreis does it happen?"),
        Text(
            "Huishoudens van senioren per 1.000 en per jaar. Links basis: hoeveel er in een fase komen, doorgaan "
            f"en afhaken. Rechts wat elk scenario daaraan verandert, met 95 %-interval voor toeval.{left_out.nl}",
            "Senior households per 1,000 and per year. Left, base: how many enter a stage, go on and drop out. "
            f"Right, what each scenario changes, with 95 % interval for chance.{left_out.en}",
        ),
        [
            SCENARIO,
            Text("Fase", "Stage"),
            Text("Wat", "What"),
            Text("Per 1.000 per jaar", "Per 1,000 per year"),
            Text("Verschil met basis", "Difference with base"),
        ],
        table,
        lambda language: figures.funnel(some, results.titles, language),
    )


NO_RATIO = {  # notes of costs.csv in words of the page
    "nothing was spent": Text("niets uitgegeven: gratis, of geen prijs ingevuld", "nothing spent: free, or no price filled in"),
    "it costs less than basis": Text("niet te bepalen: het kost minder dan basis", "cannot be told: it costs less than base"),
    "no extra: the number is not above 0": Text("niet te bepalen: geen extra verhuizingen", "cannot be told: no extra moves"),
    "the number of extra may be zero: no upper end": Text(
        "niet te bepalen: het aantal extra verhuizingen kan nul zijn", "cannot be told: extra moves may be zero"
    ),
    "one seed: no interval": Text("één wereld: geen interval", "one world: no interval"),
    "all in one seed: no interval": Text("uitgegeven in één wereld: geen interval", "spent in one world: no interval"),
}


def no_ratio(results: Results) -> dict[str, Text]:
    """Scenario to the reason why no euro per extra senior move is shown, as costs.csv has it; those with one are left out."""
    claims = whole_run(results.effects, "senior_moves").set_index("scenario")["claimed"]
    found = {}
    for _, row in whole_scenarios(results.costs).iterrows():
        said = dict(part.split(": ", 1) for part in row["note"].split("; ") if part).get("senior move", "")
        if row["eur"] == 0 and row["uses"] == 0:
            found[row["scenario"]] = Text("niet gebruikt", "not used")
        elif said:
            found[row["scenario"]] = NO_RATIO.get(said, both(said))
        elif not claims.get(row["scenario"], False):
            found[row["scenario"]] = Text("niet te bepalen: geen effect aangetoond", "cannot be told: no effect was shown")
    return found


def euro(results: Results) -> Chart | None:
    """Euro per extra senior move."""
    rows = whole_scenarios(results.costs)
    if rows.empty:
        return None
    why = no_ratio(results)
    table = []
    for _, row in rows.iterrows():
        ratio = [numbers(row[key]) for key in ("eur_per_extra_senior_move", "lower", "upper")]
        if row["scenario"] in why:
            ratio = [why[row["scenario"]], both(""), both("")]
        many = (row[f"{end}extra_senior_moves_per_100k"] for end in ("", "lower_", "upper_"))
        table.append([results.titles[row["scenario"]], numbers(row["eur"]), *ratio, interval(*many)])
    return Chart(
        "euro_per_verhuizing",
        Text("Wat kost een extra verhuizing?", "What does an extra move cost?"),
        Text(
            "Alle kosten van een scenario gedeeld door de extra verhuizingen van senioren, met 95 %-interval "
            "(van toeval). Euro van het startjaar. Huur die een corporatie minder vraagt telt mee; kosten van "
            "voorrang voor anderen die langer wachten niet.",
            "All costs of a scenario divided by the extra moves by seniors, with 95 % interval (of chance). Euro of "
            "the start year. Rent that a corporatie forgoes is counted; what priority costs others who wait longer "
            "is not.",
        ),
        [
            SCENARIO,
            Text("Kosten (€)", "Costs (€)"),
            Text("€ per extra verhuizing", "€ per extra move"),
            Text("Van", "From"),
            Text("Tot", "To"),
            Text("Extra verhuizingen per € 100.000", "Extra moves per € 100,000"),
        ],
        table,
        lambda language: figures.euro_per_move(rows, results.titles, language, why),
    )


def drift(results: Results) -> Chart | None:
    """How the worlds part."""
    rows = results.drift
    if rows.empty:
        return None
    table = []
    for scenario in [*results.scenarios, PLACEBO]:
        one = rows[rows["scenario"] == scenario].set_index("month")["share_elsewhere"]
        if len(one):
            cells = [numbers(100 * one[one.index <= m - 1].iloc[-1], 1) if m - 1 >= one.index[0] else both("–") for m in (12, 24, 60)]
            table.append([results.titles[scenario], *cells, numbers(100 * one.iloc[-1], 1)])
    some, left_out = drawn(results, rows)
    return Chart(
        "drift",
        Text("Hoe snel lopen de werelden uiteen?", "How fast do the worlds part?"),
        Text(
            "Deel van de huishoudens dat ergens anders woont dan in basis. Zelfs één woning die een maand later "
            "klaar is (placebo) schuift na jaren veel verhuizingen door. Daarom mag u totalen vergelijken, maar "
            f"nooit van één huishouden zeggen wat het zonder maatregel deed.{left_out.nl}",
            "Share of households that live elsewhere than in base. Even one home delivered a month later (placebo) "
            "shifts many moves after some years. So totals may be compared, but of no single household can be said "
            f"what it would have done without the measure.{left_out.en}",
        ),
        [
            SCENARIO,
            Text("na 1 jaar (%)", "after 1 year (%)"),
            Text("na 2 jaar (%)", "after 2 years (%)"),
            Text("na 5 jaar (%)", "after 5 years (%)"),
            Text("aan het eind (%)", "at the end (%)"),
        ],
        table,
        lambda language: figures.drift_curve(some, results.titles, language),
    )


def group_label(group: str) -> Text:
    """Name of a group, its key when there is none."""
    return GROUPS.get(group, both(group))
