"""What one more move costs by when one looks: the part of the section on money that is a curve over years."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.page.cells import NOTHING
from analysis.page.cells import ends as ends_of
from analysis.page.figures import INK, NARROW, WIDTH
from analysis.page.noticed import MOST_DRAWN, look
from analysis.page.quote import Quote, rich
from analysis.page.section import Block, Cell, Chart, Grid, Page
from analysis.page.words import Text, both, number, span

HIGHER = Text("Wie eerder kijkt, ziet een hogere prijs per verhuizing", "Who looks sooner sees a higher price for each move")
FOLLOWS = Text(
    " Een deel volgt uit de opzet: geld gaat van de eerste maand af, een verhuizing komt later.",
    " Part of it follows from how it is set up: money goes from the first month, and a move comes later.",
)
MUCH = 1.25  # times as much; assumption: less than that nobody calls dearer or cheaper
WIDE = 2.5  # times the price; assumption: an upper end beyond it says nothing that a line can show
NONE = (float("nan"),) * 3
PRICE, UPPER = "eur_per_extra_senior_move", "upper"


class Curve(NamedTuple):
    """Of a measure: its name, its look, and by year the months and the price of one more move, where it is known."""

    title: Text
    look: tuple[str, str]
    at: tuple[tuple[int, Quote, float, float], ...]  # months, price, lower, upper


def _row(name: str, end: int) -> dict[str, object]:
    return {"scenario": name, "months_to": end}


def _ends(page: Page) -> list[int]:
    return sorted({int(end) for end in page.tables["cost_curve"]["months_to"]})


def curves(page: Page, shown: list[str]) -> list[Curve]:
    """Of measures of which the price of one more move is known well enough to be drawn in two years at least."""
    found = []
    for name in shown[:MOST_DRAWN]:
        at = []
        for end in _ends(page):
            value, low, high = (page.book.quote("cost_curve", one, _row(name, end)) for one in (PRICE, "lower", UPPER))
            if value.known and high.known and high.value <= WIDE * value.value:
                at.append((end, value, low.value, high.value))
        if len(at) > 1:
            found.append(Curve(page.results.titles[name], look(page, name), tuple(at)))
    return found


def chart(page: Page, shown: list[str]) -> Chart | None:
    """The curves, or None where there is none."""
    found = curves(page, shown)
    if not found:
        return None
    subtitle = Text(
        "Euro per extra verhuizing van een senior, van de start tot het einde van elk jaar. Vlak: toeval. Andere aannames zijn niet "
        "per jaar uitgezocht. Alleen waar het vlak niet te breed is.",
        "Euro per extra move of a senior, from the start to the end of each year. Area: chance. Other assumptions were not studied by "
        "year. Only where the area is not too wide.",
    )
    said = finding(found)
    if said == HIGHER:
        subtitle = Text(subtitle.nl + FOLLOWS.nl, subtitle.en + FOLLOWS.en)
    return Chart("euro_per_jaar_kijken", said, subtitle, partial(draw, found, _ends(page)), None, "cost_curve.csv")


def finding(found: list[Curve]) -> Text:
    """Whether it matters when one looks."""
    times = [one.at[0][1].value / one.at[-1][1].value for one in found]
    if all(one >= MUCH for one in times):
        return HIGHER
    if all(one <= 1 / MUCH for one in times):
        return Text("Wie eerder kijkt, ziet een lagere prijs per verhuizing", "Who looks sooner sees a lower price for each move")
    if all(1 / MUCH < one < MUCH for one in times):
        return Text("De prijs per verhuizing verandert weinig met de jaren", "The price of each move changes little with the years")
    return Text("De prijs per verhuizing hangt af van wanneer u kijkt", "The price of each move hangs on when you look")


def draw(found: list[Curve], ends: list[int], language: str, narrow: bool) -> Figure:
    """A line and an area by measure, in its colour."""
    figure = Figure(figsize=(NARROW if narrow else WIDTH, 3.4 if narrow else 3.1), layout="constrained")
    ax = figure.subplots()
    for one in found:
        colour, mark = one.look
        known = {end: (quote.value, low, high) for end, quote, low, high in one.at}
        price, low, high = zip(*(known.get(end, NONE) for end in ends), strict=True)  # a year that is not known breaks the line
        years = [end / 12 for end in ends]
        ax.fill_between(years, low, high, color=colour, alpha=0.15, linewidth=0)
        ax.plot(years, price, color=colour, marker=mark, markersize=4, label=one.title.of(language))
    ax.set_ylim(0, 1.05 * max(high for one in found for *_, high in one.at))
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: number(value, 0, language)))
    ax.set_xlabel(Text("jaren vanaf de start", "years from the start").of(language), color=INK)
    ax.set_ylabel("€")
    figure.legend(loc="outside lower left", ncols=1 if narrow else 2, fontsize=9)
    return figure


def table(page: Page, shown: list[str]) -> Block | None:
    """Extra moves and the price of one more, by measure and year."""
    rows = []
    for name in shown:
        for end in _ends(page):
            row = _row(name, end)
            if not page.book.has("cost_curve", row):
                continue
            more, price = (page.book.quote("cost_curve", one, row, sign=one == "extra") for one in ("extra", PRICE))
            label = rich("{title}: eerste {time}", "{title}: first {time}", title=page.results.titles[name], time=span(end))
            of_more = Cell(more, ends_of(page, more, "lower_extra", "upper_extra") or both("")) if more.known else NOTHING
            around = ends_of(page, price, "lower", UPPER) if price.known else None
            of_price = Cell(rich("€\u00a0{n}", "€\u00a0{n}", n=price), around) if around else NOTHING
            rows.append((Cell(label), of_more, of_price))
    if not rows:
        return None
    header = (
        Text("Maatregel en tijd", "Measure and time"),
        Text("Extra verhuizingen van senioren", "Extra moves by seniors"),
        Text("Euro per extra verhuizing (marge: toeval)", "Euro per extra move (margin: chance)"),
    )
    return Grid(Text("Wat er één meer kost, naar wanneer u kijkt", "What one more costs, by when you look"), header, tuple(rows))
