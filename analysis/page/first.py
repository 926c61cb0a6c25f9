"""The first screen: three sentences, what is not seen here, one picture, and the ways on."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

from markupsafe import Markup

from analysis.estimates.effects import whole_run
from analysis.page import bars, figures
from analysis.page.cells import chance, effect_cell, no_wider, size, title_cell, wide, wide_either_way
from analysis.page.noticed import MOVES, THRESHOLD, Difference, best, difference, own_parts, packages, top
from analysis.page.quote import rich
from analysis.page.section import Chart, Grid, Page
from analysis.page.sections import cards, money, sureness
from analysis.page.words import Text, both, span
from sim.world.names import ALL, BASIS

OTHERS = {  # of whom the second sentence speaks: when there are more, when there are fewer, and their name
    "suitable_seniors": (
        Text("{n} oudere huishoudens meer wonen geschikt", "{n} more older households live in a suitable home"),
        Text("{n} oudere huishoudens minder wonen geschikt", "{n} fewer older households live in a suitable home"),
        Text("senioren in een geschikte woning", "seniors in a suitable home"),
    ),
    "families_housed": (
        Text(
            "Van de huishoudens met drie of meer mensen, senioren meegeteld, krijgen er {n} meer een andere woning",
            "Of households of three or more people, seniors among them, {n} more get another home",
        ),
        Text(
            "Van de huishoudens met drie of meer mensen, senioren meegeteld, krijgen er {n} minder een andere woning",
            "Of households of three or more people, seniors among them, {n} fewer get another home",
        ),
        Text("huishoudens met drie of meer mensen", "households of three or more people"),
    ),
    "starters_housed": (
        Text("{n} starters meer krijgen een eigen woning", "{n} more starters get a home of their own"),
        Text("{n} starters minder krijgen een eigen woning", "{n} fewer starters get a home of their own"),
        Text("starters", "starters"),
    ),
}
DOSES = Text(
    " De volgorde geldt voor deze inzet; met meer of minder geld kan zij anders zijn.",
    " The order holds for these doses; with more or less money it may differ.",
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
        why = unchanged(page)
        return ((why[0], cards.joined([why[1], base(page)], " ")),) if why else ((nothing(page), base(page)),)
    name, found = found_top
    return (most(page, name, found, packages(page)), who(page, name), sure(page, name, found))


def nothing(page: Page) -> Text:
    """That no measure makes more seniors move, and whether that can be said at all."""
    if len(page.results.seeds) < 2:
        return Text("Eén keer naspelen is te weinig om iets te zeggen.", "Once is too few to say anything.")
    return Text("Van geen maatregel is zeker dat er meer senioren door verhuizen.", "Of no measure is it certain that more seniors move.")


def unchanged(page: Page) -> tuple[Text, Text] | None:
    """Of a run in which each number is that of basis: that nothing differs, and why. None where something does."""
    effects = page.tables["effects"]
    if (effects.loc[effects["scenario"].isin(page.order), "difference"].fillna(0) != 0).any():
        return None
    if page.results.manifest.get("configuration", {}).get("strength") == 0:
        zero = page.book.setting("configuration", "strength", digits=0)
        return (
            rich("Er verschilt niets: de sterkte staat op {n}.", "Nothing differs: the strength is set to {n}.", n=zero),
            Text("De maatregelen zijn dus niet uitgevoerd.", "So the measures were not carried out."),
        )
    same = Text("In deze berekening verandert geen maatregel iets.", "In this run no measure changes anything.")
    if not page.tables["cards"]["reached"].fillna(0).any():
        return same, Text("Er is geen huishouden bereikt.", "No household was reached.")
    return same, Text("Elk getal is precies gelijk aan dat zonder maatregel.", "Each number is exactly what it is without any measure.")


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
    beaten = bundle is not None and bundle[1].value.value > value.value
    if bundle is not None and beaten:
        inside = rich(" {name} zit daar ook in.", " {name} is part of it.", name=title) if _holds(page, bundle[0], name) else both("")
        beside = rich(
            " Het pakket {title} doet {n} (met aannames: {wide}; {cost}).{inside}",
            " The package {title} does {n} (with assumptions: {wide}; {cost}).{inside}",
            title=page.results.titles[bundle[0]],
            n=bundle[1].value,
            wide=wide(page, bundle[1].value),
            cost=cost(page, bundle[0]),
            inside=inside,
        )
        lines = Text(lines.nl + beside.nl, lines.en + beside.en)
    if len(page.order) - len(together) == 1:
        return rich("{title} laat meer senioren verhuizen.", "{title} makes more seniors move.", title=title), lines
    if beaten:
        return rich(
            "Bij deze inzet doet {title} van de losse maatregelen het meeste.",
            "At these doses {title} does most of the single measures.",
            title=title,
        ), lines
    return rich("Bij deze inzet doet {title} het meeste.", "At these doses {title} does most.", title=title), lines


def _holds(page: Page, bundle: str, part: str) -> bool:
    listed = page.results.manifest.get("scenarios", {})
    return set(listed[part].get("instruments", {})) <= set(listed[bundle].get("instruments", {}))


def cost(page: Page, scenario: str) -> Text:
    """What a scenario costs over the whole run, or that it has no price, or not all of it."""
    priced = money.price(page, scenario)
    if priced == "none":
        return Text("geen prijs ingevuld", "no price filled in")
    row = {"scenario": scenario, "instrument": ALL, "payer": ALL, "year": ALL}
    part = Text("; niet alles heeft een prijs", "; not everything has a price") if priced == "in part" else both("")
    eur = page.book.quote("costs", "eur", row, scale=1e-6)
    return rich("kost {eur} miljoen euro{part}", "costs {eur} million euros{part}", eur=eur, part=part)


def who(page: Page, name: str) -> tuple[Text, Text]:
    """The second sentence: who notices, and who does not."""
    found = {key: one for key in OTHERS if (one := difference(page, name, key))}
    lines = [_others(page, key, one) for key, one in found.items() if one.claimed]
    lines += [THRESHOLD] if lines else []
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
    return finding, cards.joined(lines, " ")


def _others(page: Page, key: str, one: Difference) -> Text:
    """How many more or fewer of a group, with both margins and whether anybody can notice."""
    more, fewer, _ = OTHERS[key]
    said = more if one.value.value >= 0 else fewer
    tail = Text(" ({word}; met aannames: {wide}).", " ({word}; with assumptions: {wide}).")
    return rich(said.nl + tail.nl, said.en + tail.en, n=size(one.value), word=one.word, wide=wide_either_way(page, size(one.value)))


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
    if no_wider(page, found.value):
        unseen = Text(
            "Wat andere aannames uitmaken, kon de studie niet zien.", "What other assumptions make of it the study could not see."
        )
        if page.results.own_draws:
            unseen = Text(
                "Wat andere aannames uitmaken, is in de eigen trekkingen niet te zien.",
                "What other assumptions make of it the draws of this run could not see.",
            )
        return unseen, rich(
            "Toeval geeft {chance}. Dat bewijst niet dat aannames over mensen niets uitmaken.",
            "Chance gives {chance}. That is no proof that assumptions about people do not matter.",
            chance=chance(page, found.value),
        )
    word = sureness.certainty_of(chances)
    finding = (
        Text("Of er meer verhuizen, is in dit model onzeker.", "Whether more move is uncertain in this model.")
        if word == sureness.UNSURE
        else rich(
            "Dat er meer verhuizen is in dit model {word}; hoeveel meer is onzeker.",
            "That more move is {word} in this model; how many more is uncertain.",
            word=word,
        )
    )
    lines = rich(
        "Met andere aannames over mensen worden het er {wide} in plaats van {n}. {hangs}{most}",
        "With other assumptions about people it becomes {wide} instead of {n}. {hangs}{most}",
        wide=wide(page, found.value),
        n=found.value,
        hangs=sureness.hangs_on(page, name),
        most=likeliest(page, found),
    )
    return finding, lines


def likeliest(page: Page, found: Difference) -> Text:
    """How likely it is that of the measures by themselves it does most, as a sentence after others; empty where nobody can say."""
    chances = page.book.quote("effects", "p_best", found.value.row, scale=100.0)
    if not chances.known or len(page.order) < 2:
        return both("")
    said = sureness.of_hundred(chances)
    if packages(page):
        return rich(
            " De kans dat deze van de losse maatregelen het meeste doet: {n}.",
            " The chance that of single measures it does most: {n}.",
            n=said,
        )
    return rich(" De kans dat deze het meeste doet: {n}.", " The chance that it does most: {n}.", n=said)


def unseen(page: Page) -> Text | None:
    """What the page does not show, in one line."""
    parts = [Text("echte wachttijden (in dit model te kort)", "true waiting times (too short in this model)")]
    if not page.results.already(BASIS):
        parts.insert(0, Text("wat uw gemeente al doet", "what your municipality does already"))
    parts.append(Text("wat wachten kost voor wie na een ander aan de beurt komt", "what it costs others to wait longer"))
    return Text(*("; ".join(one.of(language) for one in parts) + "." for language in ("nl", "en")))


def charts(page: Page) -> list[Chart]:
    """The ranked picture: thick for chance, thin for chance and knowledge."""
    rows = whole_run(page.results.effects, MOVES).set_index("scenario").reindex(list(page.order)).dropna(subset="difference")
    if rows.empty:
        return []
    time, titles = span(page.results.months), page.results.titles
    signs = {name: cards.SIGNS.get(cards.evidence(page, name), "") for name in rows.index}
    known = [name for name, sign in signs.items() if sign]
    shown = [
        bars.bar(page, titles[name], page.effect(name, MOVES, sign=True), claimed=bool(rows["claimed"][name]))._replace(sign=sign)
        for name, sign in signs.items()
    ]
    panels = [bars.Panel(both(""), tuple(shown))]
    header = (Text("Maatregel", "Measure"), Text("Extra verhuizingen van senioren", "Extra moves by seniors"), cards.RESTS)
    table = tuple((title_cell(page, name), effect_cell(page, name, MOVES), cards.signed(page, name)) for name in rows.index)
    rests = cards.joined(
        (rich("{name} ({what})", "{name} ({what})", name=titles[name], what=cards.rests_on(page, name)) for name in known), "; "
    )
    return [
        Chart(
            "extra_verhuizingen",
            ranking(page),
            rich(
                "Extra verhuizingen van senioren in {time}. {legend}{signs}{doses}{packages}",
                "Extra moves by seniors in {time}. {legend}{signs}{doses}{packages}",
                time=time,
                legend=bars.legend(page, panels),
                signs=cards.legend(page, known),
                doses=DOSES if len(shown) > 1 else both(""),
                packages=own_parts(page),
            ),
            partial(bars.draw, panels, both(""), width=figures.HALF),
            Grid(rich("Extra verhuizingen van senioren in {time}", "Extra moves by seniors in {time}", time=time), header, table),
            "effects.csv",
            rich("Bewijs: {rests}.", "Evidence: {rests}.", rests=rests) if known else both(""),
        )
    ]


def ranking(page: Page) -> Text:
    """What the picture shows."""
    together = packages(page)
    alone = [name for name in page.order if name not in together]
    found = top(page)
    if found is None and (why := unchanged(page)):
        return Text(*(Markup(said).rstrip(".") for said in why[0]))
    if found is None:
        return Text("Geen maatregel laat zeker meer senioren verhuizen", "No measure certainly makes more seniors move")
    title = page.results.titles[found[0]]
    if len(alone) == 1:
        return rich("{title} brengt extra verhuizingen", "{title} brings extra moves", title=title)
    if together:
        return rich(
            "Bij deze inzet wint {title} van andere losse maatregelen", "At these doses {title} beats other single measures", title=title
        )
    return rich("Bij deze inzet brengt {title} de meeste verhuizingen", "At these doses {title} brings most moves", title=title)
