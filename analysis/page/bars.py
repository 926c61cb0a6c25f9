"""A picture of differences: panels one under another on one axis, a row for each number, thick for chance and thin for knowledge."""

from __future__ import annotations

import operator
import re
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.page.cells import no_wider
from analysis.page.figures import INK, NAME, NARROW, OTHER, SOFT, WIDTH, decimals, wrapped
from analysis.page.noticed import look
from analysis.page.quote import Quote
from analysis.page.section import Page
from analysis.page.words import Text, both, number

STUDIED = ("effects", "costs")  # tables that say what is known beyond chance
ROW, HEAD = 0.36, 0.34  # inches
LONGEST = 34  # letters of a name in a wide picture
THICK, THIN, DOT = 12.0, 1.8, 4.0  # points; a bar for chance that is hardly wide still stands out above and below its dot


class Bar(NamedTuple):
    """A row: the number, the ends of its intervals (NaN: none), whether it is told from chance; or only ``words`` where there is none.

    ``colour`` is that of its measure; ``sign`` stands after the name.
    """

    name: Text
    quote: Quote | None
    chance: tuple[float, float] = (np.nan, np.nan)
    wide: tuple[float, float] = (np.nan, np.nan)
    claimed: bool = True
    words: Text = both("")
    colour: str = OTHER[0]
    sign: str = ""


class Panel(NamedTuple):
    """Rows under one title."""

    title: Text
    bars: tuple[Bar, ...]


def bar(
    page: Page, name: Text, quote: Quote, scale: str = "{}", ends: tuple[str, str, str, str] | None = None, claimed: bool = True
) -> Bar:
    """A row from a number's own row of its table.

    Args:
        scale: arithmetic on an end, as the number's own column has it: ``{} / mean``.
        ends: columns of the intervals: lower, upper, lower_full, upper_full.
    """
    found = []
    for column in ends or ("lower", "upper", "lower_full", "upper_full"):
        found.append(page.book.quote(quote.table, scale.format(column), quote.row, scale=quote.scale).value)
    wide = (np.nan, np.nan) if no_wider(page, quote) else (found[2], found[3])
    return Bar(name, quote, (found[0], found[1]), wide, claimed, colour=colour(page, quote))


def colour(page: Page, quote: Quote) -> str:
    """That of the measure of which a number is, in every picture."""
    return look(page, str(quote.row.get("scenario")))[0]


def legend(page: Page, panels: Sequence[Panel]) -> Text:
    """What the lines and dots of the picture are: nothing that is not in it, and why a thin line is not."""
    rows = [(one, one.quote) for panel in panels for one in panel.bars if one.quote is not None]
    thick, thin = (sum(high > low for low, high in of) for of in ([one.chance for one, _ in rows], [one.wide for one, _ in rows]))
    same = [quote.table in STUDIED and no_wider(page, quote) for _, quote in rows]
    lacking = [bool(np.isnan(one.wide).all()) for one, _ in rows]
    draws = Text("trekkingen", "draws") if page.results.own_draws else Text("studie", "study")
    why = [
        (any(map(operator.gt, lacking, same)), Text("niet uitgezocht", "not studied")),
        (any(same), Text(f"in de {draws.nl} niet breder", f"no wider in the {draws.en}")),
        (any(not np.isnan(one.wide[0]) and np.isnan(one.wide[1]) for one, _ in rows), Text("zonder bovengrens", "without an upper end")),
    ]
    reasons = [text for there, text in why if there]
    said = Text(", ".join(one.nl for one in reasons), ", ".join(one.en for one in reasons))
    lines = []
    if thick:
        lines.append(Text("Dik: toeval.", "Thick: chance.") if thin else Text("Balk: toeval.", "Bar: chance."))
    if thin:
        lines.append(
            Text("Dun: ook met andere aannames over mensen (voorlopig).", "Thin: with other assumptions about people, too (provisional).")
        )
    if reasons and thin:
        lines.append(Text(f"Geen dunne streep: {said.nl}.", f"No thin line: {said.en}."))
    elif reasons:
        lines.append(Text(f"Met andere aannames: {said.nl}.", f"With other assumptions: {said.en}."))
    if not all(one.claimed for one, _ in rows):
        lines.append(Text("Een open stip: geen verschil te zien.", "An open dot: no difference to be seen."))
    return Text(" ".join(one.nl for one in lines), " ".join(one.en for one in lines))


def draw(
    panels: Sequence[Panel], axis: Text, language: str, narrow: bool, unit: str = "", filled: bool = False, width: float = WIDTH
) -> Figure:
    """The picture; ``unit`` stands before each number (``€``); ``filled`` draws a bar from 0 to each; ``width`` in inches on a desk."""
    rows = sum(len(panel.bars) for panel in panels)
    titled = sum(bool(panel.title.nl) for panel in panels)
    row = ROW * (1.55 if narrow else 1.0)
    figure = Figure(figsize=(NARROW if narrow else width, 0.65 + row * rows + HEAD * titled), layout="constrained")
    heights = [row * max(1, len(panel.bars)) + HEAD * bool(panel.title.nl) for panel in panels]
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for ax, panel in zip(axes, panels, strict=True):
        ax.axvline(0, color=SOFT, linewidth=1.0, zorder=1)
        for y, one in enumerate(reversed(panel.bars)):
            _row(ax, y, one, language, narrow, unit)
            if filled and one.quote is not None:
                ax.barh(y, one.quote.value, 0.5, color=one.colour, alpha=0.25, zorder=1)
        ax.set_ylim(-0.6, len(panel.bars) - (0.25 if narrow else 0.4))
        names = ["" if narrow else f"{wrapped(one.name.of(language), LONGEST, 2)}  {one.sign}".strip() for one in reversed(panel.bars)]
        ax.set_yticks([] if narrow else range(len(names)), [] if narrow else names)
        ax.margins(x=0.2 if narrow else 0.14)
        if panel.title.nl:
            ax.set_title(wrapped(panel.title.of(language), 40 if narrow else 70, 1)).set_gid(NAME)
        if ax is not axes[-1]:
            ax.tick_params(bottom=False, labelbottom=False)
            ax.spines["bottom"].set_visible(False)
    last = axes[-1]
    if not any(abs(end) > 0 for panel in panels for one in panel.bars if one.quote for end in (one.quote.value, *one.chance, *one.wide)):
        last.set_xlim(-1, 1)  # nothing differs: an axis of its own choice would be of hundredths
    last.xaxis.set_major_locator(MaxNLocator(4 if narrow else 7, steps=[1, 2, 5, 10]))
    last.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: number(value, decimals(last.get_xticks()), language)))
    last.set_xlabel(textwrap.fill(axis.of(language), 44 if narrow else 100))
    return figure


def _row(ax, y: int, one: Bar, language: str, narrow: bool, unit: str) -> None:
    (low, high), (low_wide, high_wide) = one.chance, one.wide
    if narrow:
        said = f"{wrapped(one.name.of(language), 50, 1)}  {one.sign}".strip()
        named = ax.annotate(said, (0, y + 0.42), xycoords=("axes fraction", "data"), va="center", fontsize=9, zorder=5)
        named.set_bbox({"facecolor": "white", "linewidth": 0, "pad": 1.0})
        named.set_gid(NAME)
    if one.quote is None:
        ax.annotate(one.words.of(language), (0, y), xytext=(6, 0), textcoords="offset points", va="center", fontsize=9, color=SOFT)
        return
    if not np.isnan(low_wide):
        ax.plot([low_wide, high_wide], [y, y], color=one.colour, linewidth=THIN, solid_capstyle="butt", zorder=2)
    if not np.isnan(low):
        ax.plot([low, high], [y, y], color=one.colour, linewidth=THICK, solid_capstyle="butt", zorder=3)
    value = one.quote.value
    ax.plot([value], [y], "o", color=INK, markerfacecolor=INK if one.claimed else "white", markersize=DOT, zorder=4)
    end = np.nanmax([value, high, high_wide, 0])
    quote, before = _written(one.quote, unit)
    look: dict[str, Any] = {"textcoords": "offset points", "fontsize": 9.5, "color": INK}
    if before.nl:  # apart: the mark of a number is of its digits alone
        first = ax.annotate(before.of(language), (end, y), xytext=(6, 0), va="center", **look)
        written = ax.annotate(quote.said(language), (1, 0), xytext=(3, 0), xycoords=first, va="bottom", **look)
    else:
        written = ax.annotate(quote.said(language), (end, y), xytext=(6, 0), va="center", **look)
    written.set_gid(quote.mark)


def _written(quote: Quote, unit: str) -> tuple[Quote, Text]:
    """A number, and what stands before it: its unit, and that it is nearly 0 where it is written as 0 and is not."""
    if quote.value and not re.search("[1-9]", quote.said("nl")):
        quote = quote.with_digits(0)
        if quote.said("nl") == "0":
            return quote, Text(f"bijna {unit}".strip(), f"nearly {unit}".strip())
    return quote, both(unit)
