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

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.estimates import journey
from analysis.page.words import KINDS, ORIGINS, STAGES, Text, number
from sim.world.names import BASIS, PLACEBO

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import NDArray

WIDTH = 7.6  # inches
INK, SOFT, RULE, BAND = "#1d2733", "#55606e", "#c9d0d8", "#e6e9ee"
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
COLOURS = (BLUE, RED, GREEN, "#CC79A7", ORANGE, "#56B4E9", INK)
MARKERS = ("o", "s", "D", "^", "v", "P", "X")
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
    """An SVG to be put into a page: no prologue, ids made unlike those of other pictures, width left to the page."""
    text = picture.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r' (width|height)="[\d.]+pt"', "", text, count=2)
    text = re.sub(r'\bid="', f'id="{key}-', text)
    text = text.replace("url(#", f"url(#{key}-").replace('href="#', f'href="#{key}-')
    return text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1).strip()


def forest(rows: pd.DataFrame, titles: Titles, language: str, axis: Text, scale: float = 1.0) -> Figure:
    """One row per scenario: difference with interval, and the band of the placebo.

    Args:
        rows: scenario, difference, lower, upper, placebo, claimed. titles: of the scenarios. scale: of the axis.
    """
    rows = rows.sort_values(["difference", "scenario"], ascending=[True, True], kind="stable").reset_index(drop=True)
    fig = Figure(figsize=(WIDTH, 0.95 + 0.42 * max(1, len(rows))), layout="constrained")
    ax = fig.subplots()
    _forest(ax, rows, scale, language)
    _names(ax, rows["scenario"], titles, language)
    ax.set_xlabel(axis.of(language))
    return fig


def _forest(ax: Axes, rows: pd.DataFrame, scale: float, language: str, written: bool = True) -> None:
    floor = scale * float(rows["placebo"].max()) if len(rows) else 0.0
    if floor > 0:
        ax.axvspan(-floor, floor, color=BAND, linewidth=0, zorder=0)
    ax.axvline(0, color=SOFT, linewidth=1.0, zorder=1)
    half = scale * float(((rows["upper"] - rows["lower"]) / 2).max(skipna=True)) if len(rows) else np.nan
    digits = 0 if scale == 1.0 and not half < 0.5 else 2
    for y, row in enumerate(rows.itertuples()):
        _point(ax, y, row, scale, BLUE, "o")
        if written:
            at = scale * (row.difference if np.isnan(row.upper) else max(row.upper, row.difference))
            ax.annotate(
                number(scale * row.difference, digits, language, sign=True),
                (at, y),
                xytext=(7, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                color=INK,
            )
    ax.set_ylim(-0.6, max(len(rows), 1) - 0.4)
    ax.margins(x=0.12)
    _comma(ax.xaxis, language)


def _point(ax: Axes, y: float, row: Any, scale: float, colour: str, marker: str) -> None:
    """A difference with its interval; open when it may not be claimed."""
    if not np.isnan(row.lower):
        ax.plot([scale * row.lower, scale * row.upper], [y, y], color=colour, linewidth=2.0, solid_capstyle="round")
    fill = colour if getattr(row, "claimed", True) else "white"
    ax.plot([scale * row.difference], [y], marker, color=colour, markerfacecolor=fill, markersize=6.5, markeredgewidth=1.5)


def fit_panels(rows: pd.DataFrame, groups: Sequence[tuple[str, Text]], titles: Titles, language: str) -> Figure:
    """Effect on fit, one panel per group; rows: group, scenario, difference, lower, upper, placebo, claimed (0 to
    1)."""
    scenarios = _by_size(rows[rows["group"] == groups[0][0]])
    fig = Figure(figsize=(WIDTH, 1.25 + 0.42 * max(1, len(scenarios))), layout="constrained")
    panels = fig.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    for ax, (group, label) in zip(panels, groups, strict=True):
        one = rows[rows["group"] == group].set_index("scenario").reindex(scenarios).reset_index()
        _forest(ax, one, 100.0, language, written=False)
        ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        ax.set_title(label.of(language))
    _names(panels[0], scenarios, titles, language)
    fig.supxlabel(
        Text(
            "verschil met basis, punten op een schaal van 0 tot 100",
            "difference with base, points on a scale of 0 to 100",
        ).of(language),
        fontsize=9.0,
        color=INK,
    )
    return fig


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
        _forest(ax, one, 1.0, language, written=False)
        for kind, (marker, word) in looks.items():
            of_kind = parts[(parts["indicator"] == key) & (parts["kind"] == kind)]
            at = [names.index(name) - 0.22 for name in of_kind["scenario"]]
            ax.plot(of_kind["difference"], at, marker, color=ORANGE, markersize=4.5, label=word.of(language))
        ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        ax.set_title(_wrapped(label.of(language), 20))
    share = Text("aandeel, met interval voor toeval", "share, with interval for chance")
    panels[0].plot([], [], "o-", color=BLUE, label=share.of(language))
    _names(panels[0], names, titles, language)
    _legend(fig, panels[0])
    return fig


def chain_lengths(rows: pd.DataFrame, titles: Titles, language: str) -> Figure:
    """Moves set off by a senior's move, by origin of the chain; rows: scenario, origin, mean, lower, upper."""
    origins = [name for name in ORIGINS if name in set(rows["origin"])][::-1]
    scenarios = [BASIS, *sorted(set(rows["scenario"]) - {BASIS, PLACEBO})]
    fig = Figure(figsize=(WIDTH, 1.2 + (0.16 * len(scenarios) + 0.16) * len(origins)), layout="constrained")
    ax = fig.subplots()
    for k, scenario in enumerate(scenarios):
        colour, marker = _look(k)
        one = rows[rows["scenario"] == scenario].set_index("origin").reindex(origins)
        y = np.arange(len(origins)) + (0.5 - (k + 0.5) / len(scenarios)) * 0.78
        ax.hlines(y, one["lower"], one["upper"], color=colour, linewidth=1.8)
        ax.plot(
            one["mean"],
            y,
            marker,
            color=colour,
            markersize=5,
            linestyle="none",
            label=_short(titles, scenario, language),
        )
    ax.set_yticks(range(len(origins)), [ORIGINS[name].of(language) for name in origins])
    for k in range(1, len(origins)):
        ax.axhline(k - 0.5, color=RULE, linewidth=0.6)
    ax.set_ylim(-0.55, len(origins) - 0.45)
    ax.set_xlabel(Text("verhuizingen in gang gezet per verhuizing van een senior", "moves set off per senior's move").of(language))
    _comma(ax.xaxis, language)
    _legend(fig, ax)
    return fig


def funnel(rows: pd.DataFrame, titles: Titles, language: str) -> Figure:
    """The klantreis: levels in basis (left), and what each scenario changes (right); rows as analysis.estimates.journey.per_thousand."""
    stages = list(journey.STAGES)[::-1]
    fig = Figure(figsize=(WIDTH, 1.5 + 1.05 * len(stages)), layout="constrained")
    left, right = fig.subplots(1, 2, sharey=True)
    _levels(left, rows[rows["scenario"] == BASIS], stages, language)
    _changes(right, rows[rows["kind"] == "entered"], stages, titles, language)
    for ax in (left, right):
        _comma(ax.xaxis, language)
        ax.set_ylim(-0.55, len(stages) - 0.45)
        for k in range(1, len(stages)):
            ax.axhline(k - 0.5, color=RULE, linewidth=0.6)
    _legend(fig, left, side="left")
    _legend(fig, right, side="right")
    return fig


def _levels(ax: Axes, rows: pd.DataFrame, stages: list[str], language: str) -> None:
    """Bars of basis: entered, went on, dropped out."""
    base = rows.set_index(["kind", "stage"])["mean"]
    look: dict[str, Any] = {"va": "center", "fontsize": 8, "xytext": (3, 0), "textcoords": "offset points"}
    for k, (kind, colour) in enumerate(zip(journey.KINDS, (BLUE, GREEN, ORANGE), strict=True)):
        y = np.arange(len(stages)) + 0.26 - 0.26 * k
        length = np.array([base.get((kind, stage), np.nan) for stage in stages])
        ax.barh(y, length, 0.22, color=colour, label=KINDS[kind].of(language))
        for at, value in zip(y[~np.isnan(length)], length[~np.isnan(length)], strict=True):
            ax.annotate(number(value, 1, language), (value, at), **look)
    ax.set_yticks(range(len(stages)), [_wrapped(STAGES[stage].of(language), 16) for stage in stages])
    ax.set_title(Text("Basis: aantal", "Base: number").of(language))
    ax.margins(x=0.14)


def _changes(ax: Axes, rows: pd.DataFrame, stages: list[str], titles: Titles, language: str) -> None:
    """Differences of the scenarios with basis."""
    scenarios = sorted(set(rows["scenario"]) - {BASIS, PLACEBO})
    ax.axvline(0, color=SOFT, linewidth=1.0)
    for k, scenario in enumerate(scenarios):
        colour, marker = _look(k + 1)
        one = rows[rows["scenario"] == scenario].set_index("stage").reindex(stages)
        y = np.arange(len(stages)) + (0.5 - (k + 0.5) / len(scenarios)) * 0.74
        name = _short(titles, scenario, language)
        ax.hlines(y, one["lower"], one["upper"], color=colour, linewidth=1.8)
        ax.plot(one["difference"], y, marker, color=colour, markersize=5, linestyle="none", label=name)
    title = Text("Verschil met basis: kwam in deze fase", "Difference with base: entered the stage")
    ax.set_title(title.of(language))


def euro_per_move(rows: pd.DataFrame, titles: Titles, language: str, why_not: Mapping[str, Text]) -> Figure:
    """Euro per extra senior move with its interval; a scenario without one is named, with the reason.

    Args:
        rows: scenario, eur_per_extra_senior_move, lower, upper. why_not: scenario to the reason why it has no interval.
    """
    value = rows["eur_per_extra_senior_move"].where(~rows["scenario"].isin(list(why_not)))
    rows = rows.assign(value=value).sort_values(["value", "scenario"], ascending=[False, True], na_position="first")
    fig = Figure(figsize=(WIDTH, 0.95 + 0.42 * max(1, len(rows))), layout="constrained")
    ax = fig.subplots()
    highest = float(np.nanmax([0.0, *rows["upper"].where(rows["value"].notna()), *rows["value"]]))
    for y, row in enumerate(rows.itertuples()):
        if row.scenario in why_not:
            ax.text(0, y, " " + why_not[row.scenario].of(language), va="center", color=SOFT, style="italic", fontsize=8.5)
            continue
        ax.plot([row.lower, row.upper], [y, y], color=BLUE, linewidth=2.0, solid_capstyle="round")
        ax.plot([row.value], [y], "o", color=BLUE, markersize=6.5)
        mean, low, high = (number(_rounded(x), 0, language) for x in (row.value, row.lower, row.upper))
        text = f"€ {mean}" if low == high else Text(f"€ {mean} ({low} tot {high})", f"€ {mean} ({low} to {high})").of(language)
        ax.annotate(text, (max(row.upper, row.value), y), xytext=(7, 0), textcoords="offset points", va="center", fontsize=8.5)
    ax.set_xlim(-0.02 * (highest or 1.0), 1.5 * (highest or 1.0))
    ax.set_ylim(-0.6, max(len(rows), 1) - 0.4)
    _names(ax, rows["scenario"], titles, language)
    ax.set_xlabel(Text("euro per extra verhuizing van een senior", "euro per extra senior move").of(language))
    _comma(ax.xaxis, language)
    return fig


def drift_curve(rows: pd.DataFrame, titles: Titles, language: str) -> Figure:
    """Share of households that live elsewhere than in basis, by month; rows: scenario, month, share_elsewhere
    (mean)."""
    fig = Figure(figsize=(WIDTH, 3.3), layout="constrained")
    ax = fig.subplots()
    for k, scenario in enumerate(sorted(set(rows["scenario"]) - {BASIS, PLACEBO})):
        colour, marker = _look(k + 1)
        one = rows[rows["scenario"] == scenario]
        ax.plot(
            one["month"] / 12,
            100 * one["share_elsewhere"],
            color=colour,
            marker=marker,
            markevery=(6, 24),
            markersize=5,
            label=_short(titles, scenario, language),
        )
    one = rows[rows["scenario"] == PLACEBO]
    label = Text("Placebo: één woning een maand later", "Placebo: one home a month later").of(language)
    ax.plot(one["month"] / 12, 100 * one["share_elsewhere"], color=SOFT, linestyle=(0, (4, 2)), linewidth=2, label=label)
    ax.set_ylim(bottom=0)
    ax.margins(x=0.01)
    ax.grid(True, axis="y")
    ax.set_xlabel(Text("jaren na de start", "years after the start").of(language))
    ax.set_ylabel(
        Text("% huishoudens dat ergens\nanders woont dan in basis", "% of households that live\nelsewhere than in base").of(language)
    )
    _comma(ax.xaxis, language)
    _comma(ax.yaxis, language)
    ax.xaxis.set_major_locator(MaxNLocator(14, steps=[1, 2, 5, 10], integer=True))
    _legend(fig, ax)
    return fig


def _rounded(eur: float) -> float:
    """An amount to three significant figures."""
    return float(f"{eur:.3g}")


def _by_size(rows: pd.DataFrame) -> list[str]:
    return list(rows.sort_values(["difference", "scenario"], kind="stable")["scenario"])


def _look(k: int) -> tuple[str, str]:
    """Colour and marker of the k-th scenario; basis (0) is dark."""
    if k == 0:
        return INK, "o"
    return COLOURS[(k - 1) % (len(COLOURS) - 1)], MARKERS[k % len(MARKERS)]


def _short(titles: Titles, scenario: str, language: str) -> str:
    return titles[scenario].of(language) if scenario in titles else scenario


def _wrapped(text: str, width: int = 30) -> str:
    return "\n".join(textwrap.wrap(text, width)) or text


def _names(ax: Axes, scenarios: Sequence[str] | pd.Series, titles: Titles, language: str) -> None:
    ax.set_yticks(range(len(scenarios)), [_wrapped(_short(titles, name, language)) for name in scenarios])


def _comma(axis: Axis, language: str) -> None:
    """Tick labels as the language writes them, with as many decimals as the steps need."""
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _at: number(value, _decimals(axis.get_majorticklocs()), language)))


def _decimals(ticks: NDArray) -> int:
    step = float(np.min(np.diff(ticks))) if len(ticks) > 1 else 1.0
    return 0 if step >= 1 else min(6, int(np.ceil(-np.log10(step) - 1e-9)))


def _legend(fig: Figure, ax: Axes, side: str = "") -> None:
    """A legend under the picture; with two, each on its side."""
    handles, labels = ax.get_legend_handles_labels()
    place: Any = f"outside lower {side or 'left'}"
    if handles:
        fig.legend(handles=handles, labels=labels, loc=place, ncols=1 if side else 2, fontsize=8.5)
