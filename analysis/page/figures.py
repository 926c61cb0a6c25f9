"""The pictures, drawn from data frames alone: SVG with the same bytes each time, and PNG.

Colours are those of Okabe and Ito (told apart by colour-blind readers), and no meaning hangs on colour alone: markers
and labels carry it too. A filled marker is an effect that may be claimed, an open one is not.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.page.words import Text, number
from sim.world.names import PLACEBO

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import NDArray

WIDTH, HALF, NARROW = 7.6, 5.2, 3.6  # inches: of a page on a desk, of half of it, and on a phone
INK, SOFT, RULE, BAND = "#1d2733", "#55606e", "#c9d0d8", "#e6e9ee"
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
COLOURS = (BLUE, RED, GREEN, "#CC79A7", ORANGE, "#56B4E9", INK)
MARKERS = ("s", "D", "^", "v", "P", "X", "o")
LOOKS = tuple(zip(COLOURS[:-1], MARKERS[:-1], strict=True))  # of a measure, whatever the picture
OTHER = (SOFT, "o")  # of what has none of these
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "verhuisketens",
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "ytick.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "axes.unicode_minus": True,
    "figure.dpi": 100,
    "savefig.dpi": 160,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "figure.facecolor": "white",
}
Titles = Mapping[str, Text]
NAME = "fixed:name"  # mark of a text that is a name: digits in it are no number of the run


@contextmanager
def style() -> Iterator[None]:
    """The house style, whatever the user's own matplotlib settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        parameters: Any = mpl.rcParams
        parameters.update(STYLE)
        yield


def svg(draw: Callable[[], Figure]) -> bytes:
    """A drawing as SVG: text stays text, no date, the same bytes each time."""
    with style():
        out = io.BytesIO()
        draw().savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return out.getvalue().replace(b"\r\n", b"\n")


def svg_and_png(draw: Callable[[], Figure]) -> tuple[bytes, bytes]:
    """One drawing as SVG (see ``svg``) and as PNG, the latter without the version of matplotlib in it."""
    figures: list[Figure] = []

    def drawn() -> Figure:
        figures.append(draw())
        return figures[0]

    vector = svg(drawn)
    with style():
        out = io.BytesIO()
        figures[0].set_layout_engine("none")  # everything has found its place
        figures[0].savefig(out, format="png", metadata={"Software": None})
    return vector, out.getvalue()


def inline(picture: bytes, key: str) -> str:
    """An SVG to be put into the page: what only a file needs is left out, ids are unlike those of other pictures, the page sets the width.

    A group whose name is the mark of a number says where that stands (see ``quote.Quote.mark``), or that it is fixed (NAME), as the ticks
    of an axis are. Places are rounded to a hundredth of a point; letters are those of the page.
    """
    text = picture.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r' (width|height)="[\d.]+pt"', "", text, count=2)
    text = re.sub(r' transform="rotate\(-?0 [^"]*"| xmlns:xlink="[^"]*"|\bxlink:(?=href)', "", text)
    text = re.sub(r' (?:d|x|y|width|height|transform)="[^"]*"', _rounded, text)
    text = re.sub(r' style="[^"]*"', lambda found: re.sub(r"(?<=[;:]) ", "", re.sub(r"font-family: [^;\"]*;? ?", "", found[0])), text)
    text = re.sub(r'\bid="[xy]tick_\d+"', 'data-fixed="tick"', text)
    text = re.sub(r'\bid="fixed:([^"]*)"', r'data-fixed="\1"', text)
    names = {name: f"{key}-{n}" for n, name in enumerate(dict.fromkeys(re.findall(r'(?:url\(|href=")#([^")]*)', text)))}
    text = re.sub(r'((?:url\(|href=")#)([^")]*)', lambda found: found[1] + names[found[2]], text)
    text = re.sub(r' id="(?!quote:)([^"]*)"', lambda found: f' id="{names[found[1]]}"' if found[1] in names else "", text)
    text = re.sub(r'\bid="quote:([^"]*)"', lambda found: unquote(found[1]), text)
    text = re.sub(r">\s+<", "><", text)
    text = re.sub(r"<g>((?:<(?:path|use)[^>]*/>|<text[^>]*>[^<]*</text>)*)</g>", r"\1", text)  # groups that say nothing any more
    return text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1).strip()


def _rounded(attribute: re.Match[str]) -> str:
    """Places of a drawing to a hundredth of a point, without the spaces that none needs."""
    text = re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), attribute[0])
    return re.sub(r"\s*([MLHVCQz\"])\s*", r"\1", text) if text.startswith(" d=") else text


def _forest(ax: Axes, rows: pd.DataFrame, language: str) -> None:
    floor = float(rows["placebo"].max()) if len(rows) else 0.0
    if floor > 0:
        ax.axvspan(-floor, floor, color=BAND, linewidth=0, zorder=0)
    ax.axvline(0, color=SOFT, linewidth=1.0, zorder=1)
    for y, row in enumerate(rows.itertuples()):
        _point(ax, y, row)
    ax.set_ylim(-0.6, max(len(rows), 1) - 0.4)
    ax.margins(x=0.12)
    _comma(ax.xaxis, language)


def _point(ax: Axes, y: float, row: Any) -> None:
    """A difference with its interval; open when it may not be claimed."""
    if not np.isnan(row.lower):
        ax.plot([row.lower, row.upper], [y, y], color=BLUE, linewidth=2.0, solid_capstyle="round")
    fill = BLUE if row.claimed else "white"
    ax.plot([row.difference], [y], "o", color=BLUE, markerfacecolor=fill, markersize=6.5, markeredgewidth=1.5)


def bundle_panels(
    shares: pd.DataFrame, parts: pd.DataFrame, indicators: Sequence[tuple[str, Text]], titles: Titles, language: str
) -> Figure:
    """Shares of the parts of a bundle, one panel per indicator, with what each does alone and as the last one beside it.

    Args:
        shares: indicator, scenario (the part; the whole last), difference, lower, upper, placebo, claimed.
        parts: indicator, scenario, kind (alone, without), difference.
    """
    names = list(dict.fromkeys(shares["scenario"]))[::-1]
    fig = Figure(figsize=(WIDTH, 1.45 + 0.42 * len(names)), layout="constrained")
    panels = fig.subplots(1, len(indicators), sharey=True, squeeze=False)[0]
    looks = {
        "alone": ("^", Text("alleen", "alone")),
        "without": ("v", Text("als laatste erbij", "added last")),
    }
    for ax, (key, label) in zip(panels, indicators, strict=True):
        one = shares[shares["indicator"] == key].set_index("scenario").reindex(names).reset_index()
        _forest(ax, one, language)
        for kind, (marker, word) in looks.items():
            of_kind = parts[(parts["indicator"] == key) & (parts["kind"] == kind)]
            at = [names.index(name) - 0.22 for name in of_kind["scenario"]]
            ax.plot(of_kind["difference"], at, marker, color=ORANGE, markersize=4.5, label=word.of(language))
        ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        ax.set_title(wrapped(label.of(language), 20))
    share = Text("aandeel, met interval voor toeval", "share, with interval for chance")
    panels[0].plot([], [], "o-", color=BLUE, label=share.of(language))
    _names(panels[0], names, titles, language)
    _legend(fig, panels[0])
    return fig


def drift_curve(rows: pd.DataFrame, titles: Titles, language: str, looks: Mapping[str, tuple[str, str]], narrow: bool = False) -> Figure:
    """Share of households that live elsewhere than in basis, by month; rows: scenario, month, share_elsewhere (mean).

    Args:
        looks: colour and marker of each scenario; the placebo is dashed whatever they are.
    """
    fig = Figure(figsize=(NARROW if narrow else WIDTH, 3.9 if narrow else 3.3), layout="constrained")
    ax = fig.subplots()
    for scenario, (colour, marker) in looks.items():
        one = rows[rows["scenario"] == scenario]
        look: dict[str, Any] = {"color": colour, "marker": marker, "markevery": (6, 24), "markersize": 5}
        if scenario == PLACEBO:
            look = {"color": SOFT, "linestyle": (0, (4, 2)), "linewidth": 2}
        label = wrapped(_short(titles, scenario, language), 38 if narrow else 60, 1)
        ax.plot(one["month"] / 12, 100 * one["share_elsewhere"], label=label, **look)
    ax.set_ylim(bottom=0)
    ax.margins(x=0.01)
    ax.grid(True, axis="y")
    ax.set_xlabel(Text("jaren na de start", "years after the start").of(language))
    ax.set_ylabel(Text("procent van de huishoudens", "per cent of households").of(language))
    _comma(ax.xaxis, language)
    _comma(ax.yaxis, language)
    ax.xaxis.set_major_locator(MaxNLocator(7 if narrow else 14, steps=[1, 2, 5, 10], integer=True))
    handles, labels = ax.get_legend_handles_labels()
    columns = 1 if narrow else _columns(labels)
    if columns == 1 and not narrow:
        fig.set_figheight(fig.get_figheight() + LINE * len(labels) / 2)  # the legend is as many lines higher
    for text in fig.legend(handles=handles, labels=labels, loc="outside lower left", ncols=columns, fontsize=9).get_texts():
        text.set_gid(NAME)
    return fig


def _short(titles: Titles, scenario: str, language: str) -> str:
    return titles[scenario].of(language) if scenario in titles else scenario


def wrapped(text: str, width: int = 30, lines: int | None = None) -> str:
    """A text in lines of a width; of a name that takes more ``lines`` the rest is left out: tables say it whole."""
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …")) or text


def _names(ax: Axes, scenarios: Sequence[str] | pd.Series, titles: Titles, language: str) -> None:
    ax.set_yticks(range(len(scenarios)), [wrapped(_short(titles, name, language), lines=2) for name in scenarios])


def _comma(axis: Axis, language: str) -> None:
    """Tick labels as the language writes them, with as many decimals as the steps need."""
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _at: number(value, decimals(axis.get_majorticklocs()), language)))


def decimals(ticks: NDArray) -> int:
    """Decimals in which ticks at equal steps are told apart."""
    step = float(np.min(np.diff(ticks))) if len(ticks) > 1 else 1.0
    return 0 if step >= 1 else min(6, int(np.ceil(-np.log10(step) - 1e-9)))


LINE = 0.22  # inches, of a line of a legend
BESIDE = 50  # letters of a name in a legend that leaves room for another beside it


def _columns(labels: Sequence[str]) -> int:
    """Columns of a legend: two, unless a name is too long to stand beside another."""
    return 2 if all(len(label) <= BESIDE for label in labels) else 1


def _legend(fig: Figure, ax: Axes, side: str = "") -> None:
    """A legend under the picture; with two, each on its side."""
    handles, labels = ax.get_legend_handles_labels()
    labels = [wrapped(label, 44, 1) for label in labels]
    place: Any = f"outside lower {side or 'left'}"
    for text in fig.legend(handles=handles, labels=labels, loc=place, ncols=1 if side else _columns(labels), fontsize=9).get_texts():
        text.set_gid(NAME)
