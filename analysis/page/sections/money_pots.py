"""Pots that run empty: the part of the section on money that reads pots.csv."""

from __future__ import annotations

from analysis.page.cells import NOTHING
from analysis.page.quote import rich
from analysis.page.section import Block, Cell, Fold, Grid, Page, Words
from analysis.page.words import Text, both


def _pot_rows(page: Page) -> list[dict[str, str]]:
    table = page.tables["pots"]
    there = set(page.order)
    return [{"scenario": a, "instrument": b} for a, b in zip(table["scenario"], table["instrument"], strict=True) if a in there]


def said(page: Page) -> Text | None:
    empty = [at for at in _pot_rows(page) if page.book.cell("pots", "seeds_empty", at) > 0]
    if not empty:
        return Text("Geen enkele pot raakt leeg.", "No pot runs empty.") if _pot_rows(page) else None
    at = empty[0]
    said = rich(
        "De pot voor {name} raakt leeg in {n} van de {of} keer naspelen, gemiddeld in maand {month}.",
        "The pot for {name} runs empty in {n} of {of} runs, in month {month} on average.",
        name=page.results.instrument(at["instrument"]),
        n=page.book.quote("pots", "seeds_empty", at, digits=0),
        of=page.book.quote("pots", "seeds", at, digits=0),
        month=page.book.quote("pots", "month_mean + 1", at, digits=0),
    )
    more = Text(" Ook andere potten raken leeg.", " Other pots run empty, too.") if len(empty) > 1 else both("")
    return Text(said.nl + more.nl, said.en + more.en)


def block(page: Page) -> Block | None:
    """Budgets: in how many runs they ran empty, when first, and what is left."""
    rows = []
    for at in _pot_rows(page):
        n, of = (page.book.quote("pots", key, at, digits=0) for key in ("seeds_empty", "seeds"))
        when = page.book.quote("pots", "month_mean + 1", at, digits=0)
        first, last = (page.book.quote("pots", f"month_{end} + 1", at, digits=0) for end in ("earliest", "latest"))
        around = rich("{low} tot {high}", "{low} to {high}", low=first, high=last) if n.value > 1 else both("")
        budget, left = (page.book.quote("pots", key, at) for key in ("eur_budget", "eur_left"))
        cells = (
            Cell(page.results.instrument(at["instrument"]), kind="words"),
            Cell(rich("€\u00a0{n}", "€\u00a0{n}", n=budget)),
            Cell(rich("{n} van {of} keer", "{n} of {of} runs", n=n, of=of)),
            Cell(when, around) if when.known else NOTHING,
            Cell(rich("€\u00a0{n}", "€\u00a0{n}", n=left))
            if left.known
            else Cell(Text("niet bekend: een stap verandert de pot", "not known: a step changes the pot")),
        )
        rows.append((Cell(page.results.titles[at["scenario"]], kind="words"), *cells))
    if not rows:
        return None
    header = (
        Text("Maatregel", "Measure"),
        Text("Onderdeel", "Part"),
        Text("Budget", "Budget"),
        Text("Leeg in", "Empty in"),
        Text("Eerste maand zonder geld", "First month without money"),
        Text("Over", "Left"),
    )
    explained = Text(
        "Een pot is leeg als voor het eerst een huishouden wacht omdat er geen geld voor is.",
        "A pot is empty when a household waits for the first time because there is no money for it.",
    )
    return Fold(
        Text("Potten die leeg raken", "Pots that run empty"),
        (Words((explained,)), Grid(Text("Maatregelen met een budget", "Measures with a budget"), header, tuple(rows))),
    )
