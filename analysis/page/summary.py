"""The conclusions in plain words (language level B1), Dutch first: for the terminal and for the top of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.estimates.effects import comparisons, whole_run
from analysis.estimates.knowledge import NO_WIDER
from analysis.page import words
from analysis.page.noticed import MOVES, certain
from analysis.page.section import Page
from analysis.page.words import Text, both, interval, number, numbers, span, two_digits, wide_of
from analysis.results import Results
from sim.world.names import BASIS, PLACEBO

PLAIN_SIGNS = str.maketrans("−\u00a0‘’–", "- ''-")
ONE_DIGIT = 10  # below it a number of rows is written with one decimal: 0.3 is not none
MANY = 10_000  # more seeds than this are not worth naming
BOTH = Text(
    "Het eerste interval gaat over toeval. Het tweede ook over wat we van mensen niet weten (de aannames in het model). Het is voorlopig: "
    "één studie in één gemeente, als factor overgenomen.",
    "The first interval is about chance. The second is also about what is not known of people (the assumptions of the model). It is "
    "provisional: one study in one municipality, carried over as a factor.",
)
OF_OWN_DRAWS = Text(
    "Het eerste interval gaat over toeval. Het tweede ook over wat we van mensen niet weten (de aannames in het model). Het is voorlopig: "
    "{n} eigen trekkingen, gewogen met openbare cijfers van {place}.",
    "The first interval is about chance. The second is also about what is not known of people (the assumptions of the model). It is "
    "provisional: {n} draws of this run, weighed by public figures of {place}.",
)
ONLY_CHANCE = Text(
    "De intervallen gaan over toeval. Wat we over het gedrag van mensen niet weten (de aannames in het model), zit er niet in.",
    "The intervals are about chance. What is not known about how people behave (the assumptions of the model) is not in them.",
)


def provisional(results: Results) -> Text:
    """How much of the seeds is there, while others still run; empty when all are."""
    if not results.awaited:
        return both("")
    n, of, which = len(results.seeds), results.awaited, ranges(results.seeds)
    return Text(f"Voorlopig, {n} van {of} seeds ({which})", f"Provisional, {n} of {of} seeds ({which})")


def ranges(seeds: Sequence[int]) -> str:
    """0–19, or all numbers when there are holes."""
    if len(seeds) > 1 and seeds[-1] - seeds[0] == len(seeds) - 1:
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(map(str, seeds))


def compared(results: Results) -> Text:
    """With what the scenarios are compared."""
    if results.already(BASIS):
        return Text("wat er al gebeurt", "what is done already")
    return Text("niets doen", "doing nothing")


def headline(results: Results) -> Text:
    """One sentence with one number, both intervals, and what it is compared with: of the measure that the page speaks of first."""
    page, time, other = Page(results, {"effects": results.effects}), span(results.months), compared(results)
    rows = whole_run(results.effects, MOVES)
    if rows.empty:
        moves = _rounded(results.base_value(MOVES))
        return Text(
            f"In dit model van {results.place} zijn er in {time.nl} ongeveer {moves.nl} verhuizingen van senioren met {other.nl} "
            f"(gemiddelde van {_worlds(results).nl}); er is niets om mee te vergelijken.",
            f"In this model of {results.place} there are about {moves.en} moves by seniors in {time.en} with {other.en} "
            f"(mean of {_worlds(results).en}); there is nothing to compare with.",
        )
    sure = certain(page)
    chosen = rows[rows["scenario"] == sure[0]] if sure else rows
    best: Any = chosen.iloc[int(chosen["difference"].abs().to_numpy().argmax())]
    name = results.titles[best["scenario"]]
    amount = _rounded(abs(best["difference"]))
    more = Text("meer", "more") if best["difference"] >= 0 else Text("minder", "fewer")
    around = _around(best)
    if sure:
        return Text(
            f"In dit model van {results.place} zijn er in {time.nl} ongeveer {amount.nl} verhuizingen van senioren {more.nl} "
            f"met ‘{name.nl}’ dan met {other.nl}{around.nl}.",
            f"In this model of {results.place} there are about {amount.en} {more.en} moves by seniors in {time.en} with "
            f"‘{name.en}’ than with {other.en}{around.en}.",
        )
    return Text(
        f"In dit model van {results.place} is van geen van de {len(rows)} maatregelen te zeggen dat senioren er "
        f"vaker of minder vaak door verhuizen dan met {other.nl}; het grootste verschil is ongeveer {amount.nl} "
        f"verhuizingen {more.nl} in {time.nl}{around.nl}, bij ‘{name.nl}’.",
        f"In this model of {results.place} none of the {len(rows)} measures can be said to make seniors move more "
        f"or less often than with {other.en}; the largest difference is about {amount.en} {more.en} moves in "
        f"{time.en}{around.en}, with ‘{name.en}’.",
    )


def _rounded(value: float) -> Text:
    """A number with two digits that count."""
    return numbers(value, min(0, two_digits(abs(value))))


def _around(row: Any) -> Text:
    """Both intervals of a difference, of its size when it is negative."""
    if math.isnan(row["lower"]):
        return Text(" (één keer nagespeeld: geen marge)", " (run once: no margin)")
    ends = [("lower", "upper"), ("lower_full", "upper_full")]
    sides = [(row[low], row[high]) if row["difference"] >= 0 else (-row[high], -row[low]) for low, high in ends]
    chance, wide = wide_of(*sides[0], ""), beyond_chance(*sides[1], row["knowledge"])
    return Text(f" (door toeval {chance.nl}{wide.nl})", f" (by chance {chance.en}{wide.en})")


def beyond_chance(lower: float, upper: float, knowledge: str) -> Text:
    """What follows the interval for chance: the one that also holds what we do not know, or why there is none."""
    wide = wide_of(lower, upper, knowledge)
    if math.isnan(lower) or NO_WIDER in knowledge:
        return Text(f"; met de aannames: {wide.nl}", f"; with the assumptions: {wide.en}") if wide.nl else both("")
    return Text(f"; met de aannames, voorlopig: {wide.nl}", f"; with the assumptions, provisional: {wide.en}")


def _both(results: Results) -> Text:
    """What the two intervals are about."""
    if not results.own_draws:
        return BOTH
    about = results.manifest["draws"]
    return Text(*(one.format(n=about["n"], place=words.place(about["place"])) for one in OF_OWN_DRAWS))


def _worlds(results: Results) -> Text:
    n = len(results.seeds)
    return Text(f"{n} nagebootste werelden", f"{n} simulated worlds") if n != 1 else Text("één nagebootste wereld", "one simulated world")


def scenario_lines(results: Results) -> list[tuple[Text, Text, str]]:
    """Per scenario its title, what it does to senior moves, and whether that is a claim or noise; largest first."""
    rows = whole_run(results.effects, "senior_moves").sort_values("difference", ascending=False, kind="stable")
    return [(results.titles[row["scenario"]], _verdict(row), "claim" if row["claimed"] else "noise") for _, row in rows.iterrows()]


def headline_lines(results: Results) -> list[Text]:
    """Of each other figure that was named beforehand what every scenario does to it; none where it was not counted."""
    lines = []
    for key in (key for key in results.headline if key != MOVES):
        rows = whole_run(results.effects, key)
        by_name = {row["scenario"]: row for _, row in rows.iterrows()}
        told = [_short(results, key, by_name[name]) for name in results.scenarios if name in by_name]
        if told:
            of = words.indicator(key)
            lines.append(Text(f"{of.nl}: {'; '.join(one.nl for one in told)}.", f"{of.en}: {'; '.join(one.en for one in told)}."))
    return lines


def _short(results: Results, key: str, row: pd.Series) -> Text:
    name = results.titles[row["scenario"]]
    if not row["claimed"]:
        return Text(f"{name.nl} geen verschil te zien", f"{name.en} no difference to be seen")
    scaled = row.copy()
    scaled[["difference", "lower", "upper", "lower_full", "upper_full"]] *= words.SCALE.get(key, 1.0)
    size = numbers(abs(scaled["difference"]), 2) if key in words.SCALE else _rounded(abs(scaled["difference"]))
    around = _around(scaled)
    more = Text("meer", "more") if row["difference"] >= 0 else Text("minder", "fewer")
    return Text(f"{name.nl} {size.nl} {more.nl}{around.nl}", f"{name.en} {size.en} {more.en}{around.en}")


def _verdict(row: pd.Series) -> Text:
    amount = interval(row["difference"], row["lower"], row["upper"], 0)
    if row["difference"] == 0 and row["lower"] == 0 == row["upper"]:
        return Text("geen enkel verschil", "no difference at all")
    why, needed = reason(row), _needed(row)
    wide = beyond_chance(row["lower_full"], row["upper_full"], row["knowledge"])
    return Text(
        f"{amount.nl} verhuizingen van senioren{wide.nl}; {why.nl}{needed.nl}",
        f"{amount.en} moves by seniors{wide.en}; {why.en}{needed.en}",
    )


def reason(row: pd.Series) -> Text:
    """Why a difference is called an effect, or is not; reads lower, upper, placebo (the floor) and claimed."""
    floor = row["placebo"]
    if math.isnan(row["lower"]):
        return Text("één keer naspelen is te weinig om iets te zeggen", "one run is too few to say anything")
    if math.isnan(floor):
        return Text(
            "zonder placebo is niet te zeggen of dit meer is dan ruis",
            "without a placebo nothing tells this from noise",
        )
    if row["claimed"]:
        noise = numbers(floor)
        return Text(
            f"een effect: meer dan de ruis van de placebo (±{noise.nl})",
            f"an effect: more than the noise of the placebo (±{noise.en})",
        )
    if row["lower"] > 0 or row["upper"] < 0:
        if abs(row["difference"]) > floor:
            return Text(
                "geen verschil te zien: onder zoveel getallen kan dit toeval zijn",
                "no difference to be seen: among so many figures it may be chance",
            )
        noise = numbers(floor, 1)
        return Text(
            f"geen verschil te zien: niet groter dan de ruis van de placebo (±{noise.nl})",
            f"no difference to be seen: no larger than the noise of the placebo (±{noise.en})",
        )
    return Text("geen verschil te zien: het kan ook nul zijn", "no difference to be seen: it may be zero")


def _needed(row: pd.Series) -> Text:
    """How many seeds would pin the difference down to half of itself."""
    if pd.isna(row["seeds_needed"]):
        return both("")
    n, have = int(row["seeds_needed"]), int(row["seeds"])
    if n <= have:
        return Text(f"; {have} werelden zijn daarvoor genoeg", f"; {have} worlds are enough for it")
    many = Text(f"meer dan {number(MANY)}", f"more than {number(MANY, 0, 'en')}") if n > MANY else numbers(n)
    return Text(
        f"; voor een betere schatting zijn ongeveer {many.nl} werelden nodig (nu {have})",
        f"; a better estimate takes about {many.en} worlds (now {have})",
    )


def chance_lines(results: Results) -> list[Text]:
    """What chance alone would do, and what the intervals are not about."""
    found = comparisons(results.effects)
    lines = []
    if found["headlines"]:
        n, claims = numbers(found["headlines"]), numbers(found["headline_claims"])
        lines.append(
            Text(
                f"Vooraf gekozen hoofdcijfers: {n.nl}; bij {claims.nl} daarvan is het verschil meer dan toeval.",
                f"Headline figures, chosen beforehand: {n.en}; in {claims.en} of them the difference is more than chance.",
            )
        )
    if found["n"]:
        n, claims = numbers(found["n"]), numbers(found["claims"])
        wrong = numbers(found["false_claims"], 1 if 0 < found["false_claims"] < ONE_DIGIT else 0)
        lines.append(
            Text(
                f"In effects.csv staan {n.nl} andere vergelijkingen. Daarvan noemen we er {claims.nl} een effect; naar schatting is "
                f"hooguit {wrong.nl} daarvan toch toeval.",
                f"effects.csv holds {n.en} other comparisons. Of them {claims.en} are called an effect; of these {wrong.en} at most are "
                "chance all the same, we estimate.",
            )
        )
    if found["placebo_n"]:
        misses, of = numbers(found["placebo_misses"]), numbers(found["placebo_n"])
        lines.append(
            Text(
                f"De placebo is basis met één woning die een maand later klaar is: bij {misses.nl} van de {of.nl} "
                "vergelijkingen leek zelfs die iets te doen.",
                f"The placebo is base with one home delivered a month later: in {misses.en} of {of.en} comparisons "
                "even that seemed to do something.",
            )
        )
    elif PLACEBO not in results.by_seed.values:
        lines.append(
            Text(
                "Er is geen placebo gerekend, dus niets heet hier een effect.",
                "No placebo was run, so nothing is called an effect here.",
            )
        )
    lines.append(_both(results) if results.effects["lower_full"].notna().any() else ONLY_CHANCE)
    return lines


def on_top(results: Results) -> Text | None:
    """That scenarios come on top of what is done already, and which of them stop something of it; None where nothing is done."""
    if not results.already(BASIS):
        return None
    nl, en = ["bovenop wat er al is"], ["on top of what is there already"]
    for name in results.scenarios:
        keys = results.manifest.get("scenarios", {}).get(name, {}).get("stops") or []
        stopped, title = [results.instrument(key) for key in keys], results.titles[name]
        if stopped:
            nl.append(f"{title.nl} stopt {', '.join(one.nl for one in stopped)}")
            en.append(f"{title.en} stops {', '.join(one.en for one in stopped)}")
    return Text("; ".join(nl), "; ".join(en))


def plain(results: Results, language: str = "nl") -> str:
    """The summary as plain text in signs that any terminal knows: the headline, then one line per conclusion.

    While seeds are awaited the line before them says so.
    """
    lines = [f"{provisional(results).of(language)}:"] if results.awaited else []
    lines += [headline(results).of(language)]
    lines += [f"- {name.of(language)}: {verdict.of(language)}." for name, verdict, _ in scenario_lines(results)]
    lines += [f"- {line.of(language)}" for line in headline_lines(results)]
    worlds = _worlds(results)
    basis = Text(
        f"Gerekend met {worlds.nl}; elk scenario telt dezelfde mensen en huizen als basis.",
        f"Based on {worlds.en}; each scenario has the same people and homes as base.",
    )
    top = on_top(results)
    beside = [] if top is None else [f"{Text('Scenario’s komen', 'Scenarios come').of(language)} {top.of(language)}."]
    text = "\n".join([*lines, basis.of(language), *beside, *(line.of(language) for line in chance_lines(results))])
    return text.translate(PLAIN_SIGNS)
