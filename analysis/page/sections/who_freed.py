"""Who came to live in the homes that seniors left: the part of the section on who wins that reads freed_homes.csv."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from analysis.page import bars
from analysis.page.cells import NOT_STUDIED, NOTHING, ONE_RUN, ends
from analysis.page.quote import Quote, rich
from analysis.page.section import Block, Cell, Chart, Fold, Grid, Page
from analysis.page.sections.cards import joined
from analysis.page.words import Text, capitals

ENDS = ("difference_lower", "difference_upper")
NEXT = {  # by `next` of freed_homes.csv
    "1": Text("één persoon", "one person"),
    "2": Text("twee personen", "two persons"),
    "3+": Text("drie of meer personen", "three or more persons"),
    "demolished": Text("gesloopt of buiten gebruik", "demolished or out of use"),
    "empty": Text("staat leeg", "stands empty"),
}
HOMES = {
    "every home": Text("Alle woningen die senioren achterlaten", "All homes that seniors leave"),
    "family home": Text("Daarvan de gezinswoningen", "Family homes among them"),
}


class Freed(NamedTuple):
    """One number of freed_homes.csv: a difference, and whether it is told from chance."""

    value: Quote
    claimed: bool


def _freed_of(page: Page, name: str, homes: str, kind: str) -> Freed | None:
    row = {"scenario": name, "homes": homes, "by": "persons", "next": kind}
    if not page.book.has("freed_homes", row):
        return None
    value = page.book.quote("freed_homes", "difference", row, sign=True)
    return Freed(value, bool(page.book.cell("freed_homes", "claimed", row))) if value.known else None


def said(page: Page, name: str) -> Text | None:
    """Who came to live in the homes that seniors leave, beyond those that they leave anyway."""
    kinds = [kind for kind in NEXT if kind != "empty"]
    found = {kind: one for kind in kinds if (one := _freed_of(page, name, "every home", kind))}
    told = {kind: one for kind, one in found.items() if one.claimed}
    if not found:
        return Text(
            "Wie er in de vrijgekomen woningen komt, is hier niet te zeggen: losse verhuizingen zijn niet bewaard.",
            "Who comes to live in the homes left cannot be told: single moves were not kept.",
        )
    if not told:
        return Text(
            "In wie de woningen van senioren overneemt, zien we geen verschil.", "Who takes over the homes of seniors shows no difference."
        )
    listed = joined((rich("{n} {kind}", "{n} {kind}", n=told[kind].value, kind=NEXT[kind]) for kind in told), "; ")
    return rich(
        "Dit is het verschil in wat er gebeurt met woningen die senioren achterlaten: {listed}.",
        "This is the difference in what becomes of homes that seniors leave: {listed}.",
        listed=listed,
    )


def blocks(page: Page, name: str) -> list[Block]:
    """The picture and the tables of who came next."""
    if not _freed_of(page, name, "every home", "1"):
        return []
    panels = []
    for homes, title in HOMES.items():
        rows = []
        for kind, said in NEXT.items():
            if found := _freed_of(page, name, homes, kind):
                low, high = (page.book.quote("freed_homes", end, found.value.row).value for end in ENDS)
                shade = bars.colour(page, found.value)
                rows.append(bars.Bar(capitals(said), found.value, (low, high), claimed=found.claimed, colour=shade))
        panels.append(bars.Panel(title, tuple(rows)))
    title = page.results.titles[name]
    chart = Chart(
        "vrijgekomen_woningen",
        _freed_finding(page, name),
        rich(
            "{title}: woningen die senioren achterlaten, meer of minder dan zonder maatregel, naar wie er daarna woont. {legend}",
            "{title}: homes that seniors leave, more or fewer than without the measure, by who lives there next. {legend}",
            title=title,
            legend=bars.legend(page, panels),
        ),
        partial(bars.draw, panels, Text("woningen meer of minder", "homes more or fewer")),
        None,
        "freed_homes.csv",
    )
    return [chart, Fold(Text("Per maatregel", "By measure"), tuple(_freed_table(page, homes) for homes in HOMES))]


def _freed_finding(page: Page, name: str) -> Text:
    found = {kind: one for kind in NEXT if (one := _freed_of(page, name, "every home", kind)) and one.claimed and one.value.value > 0}
    total = sum(one.value.value for one in found.values())
    largest = max(found, key=lambda kind: found[kind].value.value, default="")
    if not found or found[largest].value.value <= total / 2:
        return Text("Vrijgekomen woningen gaan naar allerlei huishoudens", "Homes left go to all kinds of households")
    return {
        "1": Text("De meeste vrijgekomen woningen gaan naar mensen alleen", "Most homes left go to people alone"),
        "2": Text("De meeste vrijgekomen woningen gaan naar twee personen", "Most homes left go to two persons"),
        "3+": Text("De meeste vrijgekomen woningen gaan naar drie of meer personen", "Most homes left go to three or more persons"),
        "demolished": Text("De meeste vrijgekomen woningen worden gesloopt", "Most homes left are demolished"),
        "empty": Text("De meeste vrijgekomen woningen staan leeg", "Most homes left stand empty"),
    }[largest]


def _freed_table(page: Page, homes: str) -> Grid:
    rows = []
    for name in page.order:
        cells = []
        for kind in NEXT:
            found = _freed_of(page, name, homes, kind)
            if found is None:
                cells.append(NOTHING)
                continue
            around = ends(page, found.value, *ENDS) or ONE_RUN
            cells.append(Cell(found.value, around, NOT_STUDIED, "claim" if found.claimed else "noise"))
        rows.append((Cell(page.results.titles[name], kind="words"), *cells))
    caption = rich(
        "{title}: meer of minder, naar wie er daarna woont", "{title}: more or fewer, by who lives there next", title=HOMES[homes]
    )
    return Grid(caption, (Text("Maatregel", "Measure"), *(capitals(one) for one in NEXT.values())), tuple(rows))
