"""What is spent by year and payer: the part of the section on money that is drawn in years."""

from __future__ import annotations

from functools import partial
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.page.cells import NOTHING
from analysis.page.figures import INK, NAME, NARROW, SOFT, WIDTH, wrapped
from analysis.page.noticed import look
from analysis.page.quote import Quote, rich
from analysis.page.section import Block, Cell, Chart, Grid, Page
from analysis.page.sections.cards import organisation
from analysis.page.words import Text, both, number
from sim.world.names import ALL

SHADES, HATCHES = (1.0, 0.6, 0.35), ("", "//", "--", "xx")  # of payers; of lines only: dots are thousands of curves, 44 KB for each payer


def _year_rows(page: Page, name: str) -> list[tuple[str, str, Quote]]:
    """(payer, year, euro) of a measure, in order."""
    table = page.tables["costs"]
    mine = table[(table["scenario"] == name) & (table["instrument"] == ALL) & (table["year"] != ALL) & (table["payer"] != ALL)]
    return [
        (payer, year, page.book.quote("costs", "eur", {"scenario": name, "instrument": ALL, "payer": payer, "year": year}))
        for payer, year in zip(mine["payer"], mine["year"], strict=True)
    ]


def chart(page: Page, shown: list[str]) -> Chart | None:
    every = {name: _year_rows(page, name) for name in shown}
    found = {name: rows for name, rows in every.items() if any(quote.value for *_, quote in rows)}
    if not found:
        return None
    payers = sorted({payer for rows in found.values() for payer, *_ in rows})
    finding = (
        Text("Zo is ingesteld: één partij betaalt alles", "As it is set, one party pays everything")
        if len(payers) == 1
        else Text("Wie betaalt is ingesteld, en verschilt per maatregel", "Who pays is set, and differs by measure")
        if len({tuple(sorted({payer for payer, *_ in rows})) for rows in found.values()}) > 1
        else Text("Zo is ingesteld: dezelfde partijen betalen elke maatregel", "As set, the same parties pay for every measure")
    )
    subtitle = Text(
        "Uitgaven per jaar en per betaler, gemiddeld over het naspelen. Maatregelen zonder uitgaven staan er niet bij.",
        "Spending by year and payer, mean over the runs. Measures without spending are left out.",
    )
    looks = {name: look(page, name)[0] for name in found}
    return Chart("geld_per_jaar", finding, subtitle, partial(_years, found, payers, page.results.titles, looks), None, "costs.csv")


def _years(
    found: dict[str, list[tuple[str, str, Quote]]],
    payers: list[str],
    titles: dict[str, Text],
    colours: dict[str, str],
    language: str,
    narrow: bool,
) -> Figure:
    """Small multiples: a panel per measure in its colour, a stack per year, a shade and a hatch per payer."""
    across = 1 if narrow else min(2, len(found))
    down = -(-len(found) // across)
    figure = Figure(figsize=(NARROW if narrow else WIDTH, 0.7 + 1.75 * down), layout="constrained")
    axes = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    years = sorted({year for rows in found.values() for _, year, _ in rows})
    for ax, (name, rows) in zip(axes, found.items(), strict=False):
        bottom = dict.fromkeys(years, 0.0)
        for k, payer in enumerate(payers):
            eur = {year: quote.value / 1000 for one, year, quote in rows if one == payer}
            heights = [eur.get(year, 0.0) for year in years]
            ax.bar(
                years,
                heights,
                0.75,
                bottom=[bottom[year] for year in years],
                color=colours[name],
                **_of_payer(k),
            )
            bottom = {year: bottom[year] + height for year, height in zip(years, heights, strict=True)}
        ax.set_title(wrapped(titles[name].of(language), 30 if narrow else 40, 2)).set_gid(NAME)
        ax.grid(True, axis="y")
        ax.grid(False, axis="x")
        ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: number(value, 0, language)))
        ax.set_xticks(range(0, len(years), max(1, len(years) // (4 if narrow else 5))))
        ax.tick_params(labelsize=9)
    for ax in axes[len(found) :]:
        ax.set_visible(False)
    figure.supylabel(Text("duizend euro per jaar", "thousand euro a year").of(language), fontsize=9, color=INK)
    handles = [Patch(facecolor=SOFT, label=organisation(payer).of(language), **_of_payer(k)) for k, payer in enumerate(payers)]
    figure.legend(handles=handles, loc="outside lower left", ncols=1 if narrow else 3, fontsize=9)
    return figure


def _of_payer(k: int) -> dict[str, Any]:
    """Shade and hatch of the k-th payer: colours are of measures."""
    return {"alpha": SHADES[k % len(SHADES)], "hatch": HATCHES[k % len(HATCHES)], "edgecolor": "white", "linewidth": 0}


def table(page: Page, shown: list[str]) -> Block | None:
    """Euro by measure, payer and year."""
    rows, years = [], sorted({year for name in shown for _, year, _ in _year_rows(page, name)})
    for name in shown:
        by = {(payer, year): quote for payer, year, quote in _year_rows(page, name)}
        for payer in dict.fromkeys(payer for payer, _ in by):
            cells = [Cell(quote) if (quote := by.get((payer, year))) else NOTHING for year in years]
            rows.append((Cell(page.results.titles[name], kind="words"), Cell(organisation(payer), kind="words"), *cells))
    if not rows:
        return None
    header = (Text("Maatregel", "Measure"), Text("Wie betaalt", "Who pays"), *(rich("{year}", "{year}", year=both(year)) for year in years))
    return Grid(Text("Euro per jaar", "Euro by year"), header, tuple(rows))
