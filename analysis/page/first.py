"""The first screen: three sentences, what is not seen here, one picture, and the ways on."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from analysis.estimates.effects import whole_run
from analysis.page import figures
from analysis.page.cells import chance, effect_cell, size, title_cell, wide
from analysis.page.noticed import MOVES, Difference, best, difference, packages, top
from analysis.page.quote import Quote, rich
from analysis.page.section import Chart, Grid, Page
from analysis.page.sections import cards, sureness
from analysis.page.words import LANGUAGES, Text, both, span
from sim.world.names import ALL, BASIS

OTHERS = {  # of whom the second sentence speaks: when there are more, when there are fewer, and their name
    "suitable_seniors": (
        Text("{n} oudere huishoudens meer wonen geschikt", "{n} more older households live in a suitable home"),
        Text("{n} oudere huishoudens minder wonen geschikt", "{n} fewer older households live in a suitable home"),
        Text("senioren in een geschikte woning", "seniors in a suitable home"),
    ),
    "families_housed": (
        Text("{n} gezinnen meer krijgen een andere woning", "{n} more families get another home"),
        Text("{n} gezinnen minder krijgen een andere woning", "{n} fewer families get another home"),
        Text("gezinnen", "families"),
    ),
    "starters_housed": (
        Text("{n} starters meer krijgen een eigen woning", "{n} more starters get a home of their own"),
        Text("{n} starters minder krijgen een eigen woning", "{n} fewer starters get a home of their own"),
        Text("starters", "starters"),
    ),
}
SURE = (  # words for the chance that a sign holds, by chance and knowledge together
    (0.995, Text("zeker", "certain")),
    (0.95, Text("zo goed als zeker", "as good as certain")),
    (0.8, Text("waarschijnlijk", "likely")),
    (0.0, Text("onzeker", "uncertain")),
)


class First(NamedTuple):
    """What the first screen shows; ``sentences`` are pairs of a finding and what follows."""

    title: Text
    compared: Text
    sentences: tuple[tuple[Text, Text], ...]
    unseen: Text | None
    chart: Chart | None
    ways: tuple[tuple[str, Text], ...]


def screen(page: Page) -> First:
    """All of it."""
    ranked = charts(page)
    return First(
        rich(
            "Wat maatregelen doen voor doorstroming van senioren in {place}",
            "What measures do for seniors who move on in {place}",
            place=both(page.results.place),
        ),
        compared(page),
        sentences(page),
        unseen(page),
        ranked[0] if ranked else None,
        (
            ("wie", Text("Voor wie?", "For whom?")),
            ("geld", Text("Wat kost het?", "What does it cost?")),
            ("zeker", Text("Hoe zeker?", "How sure?")),
            ("verder", Text("Wat nu?", "What now?")),
        ),
    )


def compared(page: Page) -> Text:
    """With what the measures are compared, said truly."""
    results = page.results
    time, place = span(results.months), both(results.place)
    already = [results.instrument(key) for key in results.already(BASIS)]
    if already:
        names = Text(*(", ".join(one.of(language) for one in already) for language in ("nl", "en")))
        return rich(
            "{place} is nagebootst, {time} lang. Elke maatregel is vergeleken met wat er al gebeurt: {names}.",
            "{place} was simulated for {time}. Each measure is compared with what is done already: {names}.",
            place=place,
            time=time,
            names=names,
        )
    return rich(
        "{place} is nagebootst, {time} lang. Elke maatregel is vergeleken met niets doen. Wat de gemeente nu al doet, zit er niet in.",
        "{place} was simulated for {time}. Each measure is compared with doing nothing. What is done today is not in it.",
        place=place,
        time=time,
    )


def sentences(page: Page) -> tuple[tuple[Text, Text], ...]:
    """What does most; who notices; how sure."""
    if not page.order:
        return ((Text("Er is niets om mee te vergelijken.", "There is nothing to compare with."), base(page)),)
    found_top = top(page)
    if found_top is None:
        return ((nothing(page), base(page)),)
    name, found = found_top
    return (most(page, name, found, packages(page)), who(page, name), sure(page, name, found))


def nothing(page: Page) -> Text:
    """That no measure makes more seniors move, and whether that can be said at all."""
    if len(page.results.seeds) < 2:
        return Text("Eén keer naspelen is te weinig om iets te zeggen.", "Once is too few to say anything.")
    return Text("Van geen maatregel is zeker dat er meer senioren door verhuizen.", "Of no measure is it certain that more seniors move.")


def base(page: Page) -> Text:
    """How many seniors move without any measure."""
    row = {"scenario": BASIS, "sheet": "1/3", "key": MOVES}
    moves = page.book.quote("monitor", "mean", row)
    return rich(
        "Zonder maatregel verhuizen er ongeveer {n} senioren in {time}.",
        "Without any measure about {n} seniors move in {time}.",
        n=moves,
        time=span(page.results.months),
    )


def most(page: Page, name: str, found: Difference, together: set[str]) -> tuple[Text, Text]:
    """The first sentence: what does most, at what dose and price, beside what happens anyway."""
    title = page.results.titles[name]
    value = found.value
    anyway = page.book.quote("effects", "mean - difference", value.row)
    more = page.book.quote("effects", "difference / (mean - difference)", value.row, scale=100.0)
    lines = rich(
        "{dose} verhuizen in {time} ongeveer {n} senioren extra (toeval: {chance}; met aannames, voorlopig: {wide}). "
        "Ook zonder verhuizen er {anyway}: het is {more} procent erbij.",
        "{dose} about {n} more seniors move in {time} (chance: {chance}; with assumptions, provisional: {wide}). "
        "Without it {anyway} move: that is {more} per cent more.",
        dose=cards.dose(page, name),
        n=value,
        time=span(page.results.months),
        chance=chance(page, value),
        wide=wide(page, value),
        anyway=anyway,
        more=more,
    )
    bundle = best(page, sorted(together))
    if bundle and bundle[1].value.value > value.value:
        beside = rich(
            " Het pakket {title} doet {n} en kost {eur} miljoen euro. {name} zit daar ook in.",
            " The package {title} does {n} and costs {eur} million euros. {name} is part of it.",
            title=page.results.titles[bundle[0]],
            n=bundle[1].value,
            eur=spent(page, bundle[0], 1e-6),
            name=title,
        )
        if not _holds(page, bundle[0], name):
            beside = rich(
                " Het pakket {title} doet {n} en kost {eur} miljoen euro.",
                " The package {title} does {n} and costs {eur} million euros.",
                title=page.results.titles[bundle[0]],
                n=bundle[1].value,
                eur=spent(page, bundle[0], 1e-6),
            )
        lines = Text(lines.nl + beside.nl, lines.en + beside.en)
    alone = len(page.order) - len(together) == 1
    finding = (
        rich("{title} laat meer senioren verhuizen.", "{title} makes more seniors move.", title=title)
        if alone
        else rich("{title} doet het meeste.", "{title} does most.", title=title)
    )
    return finding, lines


def _holds(page: Page, bundle: str, part: str) -> bool:
    listed = page.results.manifest.get("scenarios", {})
    return set(listed[part].get("instruments", {})) <= set(listed[bundle].get("instruments", {}))


def spent(page: Page, scenario: str, scale: float = 1.0) -> Quote:
    """Euros of a scenario over the whole run."""
    return page.book.quote("costs", "eur", {"scenario": scenario, "instrument": ALL, "payer": ALL, "year": ALL}, scale=scale)


def who(page: Page, name: str) -> tuple[Text, Text]:
    """The second sentence: who notices, and who does not."""
    found = {key: one for key in OTHERS if (one := difference(page, name, key))}
    lines = [_others(page, key, one) for key, one in found.items() if one.claimed]
    same = [OTHERS[key][2] for key, one in found.items() if not one.claimed]
    if same:
        listed = Text(*(" en ".join(part.nl for part in same), " and ".join(part.en for part in same)))
        lines.append(rich("Geen verschil te zien: {what}.", "No difference to be seen: {what}.", what=listed))
    noticed = [OTHERS[key][2] for key, one in found.items() if one.noticed]
    if noticed:
        listed = Text(" en ".join(part.nl for part in noticed), " and ".join(part.en for part in noticed))
        finding = rich("Er is een merkbaar verschil voor {who}.", "There is a noticeable difference for {who}.", who=listed)
    elif any(one.claimed for one in found.values()):
        finding = Text("Voor anderen is het verschil klein.", "For others the difference is small.")
    else:
        finding = Text("Buiten de verhuizers zelf is geen verschil te zien.", "Beyond the movers no difference is to be seen.")
    return finding, joined(lines)


def _others(page: Page, key: str, one: Difference) -> Text:
    """How many more or fewer of a group, with both margins and whether anybody can notice."""
    more, fewer, _ = OTHERS[key]
    said = more if one.value.value >= 0 else fewer
    tail = Text(" ({word}; met aannames: {wide}).", " ({word}; with assumptions: {wide}).")
    return rich(said.nl + tail.nl, said.en + tail.en, n=size(one.value), word=one.word, wide=wide(page, one.value))


def joined(lines: list[Text]) -> Text:
    """Sentences after each other."""
    return Text(*(Markup(" ").join(line.of(language) for line in lines) for language in LANGUAGES))


def sure(page: Page, name: str, found: Difference) -> tuple[Text, Text]:
    """The third sentence: that it works, how uncertain how much is, and what that hangs on."""
    chances = float(page.book.cell("effects", "p_sign", found.value.row))
    if math.isnan(chances):
        finding = Text("Hoe zeker dit is, is maar half bekend.", "How sure this is, is only half known.")
        why = wide(page, found.value)
        return finding, rich(
            "Toeval geeft {chance}. Wat andere aannames zouden geven: {why}.",
            "Chance gives {chance}. What other assumptions would give: {why}.",
            chance=chance(page, found.value),
            why=why,
        )
    word = next(text for least, text in SURE if chances >= least)
    finding = rich(
        "Dat er meer verhuizen is in dit model {word}; hoeveel meer niet.",
        "That more move is {word} in this model; how many more is not.",
        word=word,
    )
    lines = rich(
        "Met andere aannames over mensen worden het er {wide} in plaats van {n}. {hangs}",
        "With other assumptions about people it becomes {wide} instead of {n}. {hangs}",
        wide=wide(page, found.value),
        n=found.value,
        hangs=sureness.hangs_on(page, name),
    )
    return finding, lines


def unseen(page: Page) -> Text | None:
    """What the page does not show, in one line."""
    parts = [Text("echte wachttijden (in dit model te kort)", "true waiting times (too short in this model)")]
    if not page.results.already(BASIS):
        parts.insert(0, Text("wat uw gemeente al doet", "what your municipality does already"))
    parts.append(Text("wat wachten kost voor wie na een ander aan de beurt komt", "what it costs others to wait longer"))
    return Text(*("; ".join(one.of(language) for one in parts) + "." for language in ("nl", "en")))


def charts(page: Page) -> list[Chart]:
    """The ranked picture: thick for chance, thin for chance and knowledge."""
    rows = whole_run(page.results.effects, MOVES)
    if rows.empty:
        return []
    time = span(page.results.months)
    rows = rows.set_index("scenario").reindex(list(page.order)).dropna(subset="difference").reset_index()
    quotes = {name: page.effect(name, MOVES, sign=True) for name in rows["scenario"]}
    header = (Text("Maatregel", "Measure"), Text("Extra verhuizingen van senioren", "Extra moves by seniors"))
    table = tuple((title_cell(page, name), effect_cell(page, name, MOVES)) for name in rows["scenario"])
    return [
        Chart(
            "extra_verhuizingen",
            ranking(page),
            rich(
                "Extra verhuizingen van senioren in {time}. Dik: toeval. Dun: ook met andere aannames over mensen (voorlopig).",
                "Extra moves by seniors in {time}. Thick: chance. Thin: with other assumptions about people, too (provisional).",
                time=time,
            ),
            partial(_ranked, rows, quotes, page.results.titles),
            Grid(rich("Extra verhuizingen van senioren in {time}", "Extra moves by seniors in {time}", time=time), header, table),
            "effects.csv",
        )
    ]


def ranking(page: Page) -> Text:
    """What the picture shows."""
    together = packages(page)
    alone = [name for name in page.order if name not in together]
    found = top(page)
    if found is None:
        return Text("Geen maatregel laat zeker meer senioren verhuizen", "No measure certainly makes more seniors move")
    title = page.results.titles[found[0]]
    if len(alone) == 1:
        return rich("{title} brengt extra verhuizingen", "{title} brings extra moves", title=title)
    if together:
        return rich("{title} brengt alleen al de meeste verhuizingen", "{title} by itself brings most moves", title=title)
    return rich("{title} brengt de meeste verhuizingen", "{title} brings most moves", title=title)


def _ranked(rows: pd.DataFrame, quotes: dict[str, Quote], titles: dict[str, Text], language: str, narrow: bool) -> figures.Figure:
    return figures.ranked(rows, quotes, titles, language, narrow)
