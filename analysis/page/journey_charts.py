"""Pictures of the klantreis: a stream of those who come in, go on and drop out, and what measures change in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from analysis.page.figures import BLUE, GREEN, INK, NARROW, ORANGE, RULE, SOFT, WIDTH, _comma, _legend, wrapped
from analysis.page.words import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from analysis.page.quote import Quote

BAR, OUT, FROM = 0.035, 0.56, 0.3  # of the way between two stages: half a stage, where who drops out ends, where who comes in begins
ABOVE = 0.3  # of all who come into the first stage: how far above the stages who comes in later begins
GAP, LINE = 0.02, 0.068  # of all who come into the first stage: between those who drop out, and the room that a line of a label takes


class Step(NamedTuple):
    """A stage of the stream: its name, who came in, of these who came in without the stage before, and who did not go on."""

    name: Text
    entered: Quote
    passed: tuple[Text, Quote] | None
    out: tuple[tuple[Text, Quote], ...]


def stream(steps: Sequence[Step], language: str, narrow: bool) -> Figure:
    """From left to right, each width in proportion to a number; who drops out leaves downwards, who comes in later joins from above."""
    fig = Figure(figsize=(NARROW if narrow else WIDTH, 5.4 if narrow else 4.8), layout="constrained")
    ax = fig.subplots()
    unit = steps[0].entered.value or 1.0
    lowest = min(_step(ax, k, steps, unit, language, narrow) for k in range(len(steps)))
    ax.set_xlim(-BAR - 0.02, len(steps) - 1 + (0.42 if narrow else 0.3))
    ax.set_ylim(lowest - 0.02 * unit, _highest(steps, unit, language, narrow))
    ax.set_axis_off()
    return fig


def _step(ax: Axes, k: int, steps: Sequence[Step], unit: float, language: str, narrow: bool) -> float:
    """One stage and what leaves it; how low it comes."""
    step, there = steps[k], steps[k].entered.value
    after = steps[k + 1] if k + 1 < len(steps) else None
    came = after.passed[1].value if after and after.passed else 0.0
    on = after.entered.value - came if after else 0.0
    tall = max(there, on + sum(one.value for _, one in step.out))
    ax.add_patch(Rectangle((k - BAR, -tall), 2 * BAR, tall, color=INK, linewidth=0))
    title = wrapped(step.name.of(language), 14 if narrow else 30)
    _label(ax, (k - BAR, 0.03 * unit), step.entered, title, language, above=True, bold=True)
    if after:
        _ribbon(ax, (k + BAR, 0.0), (k + 1 - BAR, -came), on, BLUE)
    if after and after.passed:
        _joins(ax, k, after.passed, unit, language, narrow)
    y, top, lowest = -on, -on - 2 * GAP * unit, -tall
    for name, quote in step.out:
        label = wrapped(name.of(language), 12 if narrow else 24)
        room = max(quote.value, (label.count("\n") + 2) * LINE * unit)
        middle = top - room / 2
        _ribbon(ax, (k + BAR, y), (k + OUT, middle + quote.value / 2), quote.value, ORANGE)
        _label(ax, (k + OUT + 0.03, middle), quote, label, language)
        y, top = y - quote.value, top - room - GAP * unit
        lowest = min(lowest, top)
    return lowest


def _joins(ax: Axes, k: int, passed: tuple[Text, Quote], unit: float, language: str, narrow: bool) -> None:
    name, quote = passed
    at = ABOVE * unit + quote.value
    _ribbon(ax, (k + FROM, at), (k + 1 - BAR, 0.0), quote.value, GREEN)
    _label(ax, (k + FROM, at + GAP * unit), quote, _joined(name, language, narrow), language, above=True)


def _joined(name: Text, language: str, narrow: bool) -> str:
    return wrapped(name.of(language), 14 if narrow else 30)


def _highest(steps: Sequence[Step], unit: float, language: str, narrow: bool) -> float:
    """How high the labels of who comes in later reach, or those of the stages where nobody does."""
    found = [4 * LINE]
    for name, quote in (step.passed for step in steps if step.passed):
        lines = _joined(name, language, narrow).count("\n") + 2
        found.append(ABOVE + quote.value / unit + GAP + lines * LINE)
    return max(found) * unit


def _ribbon(ax: Axes, start: tuple[float, float], end: tuple[float, float], width: float, colour: str) -> None:
    """A band of one width from the top left corner to another."""
    (x0, y0), (x1, y1), mid = start, end, (start[0] + end[0]) / 2
    points = [(x0, y0), (mid, y0), (mid, y1), (x1, y1), (x1, y1 - width), (mid, y1 - width), (mid, y0 - width), (x0, y0 - width), (x0, y0)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.55, linewidth=0.4, edgecolor=colour))


def _label(ax: Axes, at: tuple[float, float], quote: Quote, name: str, language: str, above: bool = False, bold: bool = False) -> None:
    """A number with its name: the number under the name, or before it."""
    lines, size = name.count("\n") + 1, 9.5 if bold else 9
    weight = "bold" if bold else "normal"
    if above:
        written = ax.annotate(quote.said(language), at, va="bottom", fontsize=size + 1, weight="bold")
        ax.annotate(name, at, xytext=(0, 13), textcoords="offset points", va="bottom", fontsize=size, color=INK, weight=weight)
    else:
        written = ax.annotate(
            quote.said(language), at, xytext=(0, 5.5 * lines), textcoords="offset points", va="center", fontsize=size + 1, weight="bold"
        )
        ax.annotate(name, at, xytext=(0, -6), textcoords="offset points", va="center", fontsize=size, color=SOFT)
    written.set_gid(quote.mark)


def changes(
    rows: Mapping[str, Sequence[tuple[float, float, float]]],
    names: Sequence[Text],
    titles: Mapping[str, Text],
    looks: Mapping[str, tuple[str, str]],
    language: str,
    narrow: bool,
) -> Figure:
    """What each scenario changes in how many come into each stage: difference and interval by scenario, a place for each stage."""
    fig = Figure(figsize=(NARROW if narrow else WIDTH, 1.2 + (0.3 * len(rows) + 0.25) * len(names)), layout="constrained")
    ax = fig.subplots()
    ax.axvline(0, color=SOFT, linewidth=1.0)
    for k, (scenario, values) in enumerate(rows.items()):
        colour, marker = looks[scenario]
        y = np.arange(len(names))[::-1] + (0.5 - (k + 0.5) / len(rows)) * 0.74
        middle, lower, upper = np.array(values, float).T
        ax.hlines(y, lower, upper, color=colour, linewidth=10.0, alpha=0.4)  # stands out above and below its mark
        ax.plot(middle, y, marker, color=colour, markersize=5.5, linestyle="none", label=titles[scenario].of(language))
    ax.set_yticks(range(len(names)), [wrapped(one.of(language), 12) for one in reversed(names)])
    for k in range(1, len(names)):
        ax.axhline(k - 0.5, color=RULE, linewidth=0.6)
    ax.set_ylim(-0.55, len(names) - 0.45)
    _comma(ax.xaxis, language)
    _legend(fig, ax, side="left" if narrow else "")
    return fig
