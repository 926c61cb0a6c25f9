"""Two lanes on one time line: what befell one household with the measures, and what would have without."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.estimates.one_senior import Row
from analysis.page.chain_drawing import MONTHS
from analysis.page.figures import INK, NAME, NARROW, WIDTH, _legend, wrapped
from analysis.page.words import Text
from sim.world.codes import Stage
from sim.world.names import YEAR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OF_MONTH = "fixed:year of the column month"  # mark of a date in the picture
CONTACT = Text("informatie, gesprek of hulp", "information, talk or help")
MARKS = {  # what is drawn of a lane, and how; the table beside the picture has all of it
    "event": ("*", Text("iets in het leven zelf", "something in life itself")),
    "information": ("v", CONTACT),
    "talk": ("v", CONTACT),
    "help": ("v", CONTACT),
    "wish": ("o", Text("krijgt een woonwens", "begins to think about moving")),
    "search": ("D", Text("gaat zoeken", "starts to search")),
    "refused": ("x", Text("weigert een woning", "turns a home down")),
    "accepted": ("^", Text("accepteert een woning", "accepts a home")),
    "keys": ("s", Text("krijgt de sleutel", "gets the keys")),
    "dropped": ("|", Text("haakt af", "drops out")),
    "ended": ("X", Text("het huishouden is er niet meer", "the household is there no more")),
}
STAGE_AFTER = {
    "wish": Stage.WOONWENS,
    "search": Stage.WONINGZOEKEN,
    "gave_back": Stage.WONINGZOEKEN,
    "accepted": Stage.VERHUIZEN,
    "keys": Stage.NIEUW_THUIS,
    "settled": Stage.HUIDIGE_WONING,
    "dropped": Stage.HUIDIGE_WONING,
}
THICK = {Stage.HUIDIGE_WONING: 1.5, Stage.WOONWENS: 4.5, Stage.WONINGZOEKEN: 9.0, Stage.VERHUIZEN: 9.0, Stage.NIEUW_THUIS: 1.5}
APART, ABOVE, BELOW = 1.0, 0.5, -0.1  # of the lanes, and of what is written over and under a line
RISE, LEVELS = 0.13, 4  # of marks that would lie on each other: each higher than the one before, and down again
NEAR = {True: 0.055, False: 0.028}  # part of the time line on which two marks lie on each other, on a narrow page and a wide one


class Lane(NamedTuple):
    """One lane: its name, its entries in their order, the last month in which it was watched, the month of its move, and its colour."""

    name: Text
    rows: Sequence[Row]
    last: int
    moved: int | None
    colour: str


def two_lanes(lanes: Sequence[Lane], parted: int | None, start: str, language: str, narrow: bool) -> Figure:
    """The lanes under each other over the calendar; ``parted``: the month in which they part; ``start``: month 0 (YYYY-MM)."""
    fig = Figure(figsize=(NARROW, 4.8) if narrow else (WIDTH, 3.8), layout="constrained")
    ax = fig.subplots()
    first, last = _when(0, start), max(_when(one.last + 1, start) for one in lanes)
    ax.set_xlim(first - 0.02 * (last - first), last + 0.02 * (last - first))
    ax.set_ylim(-0.4, len(lanes) * APART)
    ax.set_yticks([])
    ax.xaxis.set_major_locator(MaxNLocator(5 if narrow else 10, steps=[1, 2, 5, 10], integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _at: f"{year:.0f}"))
    for k, one in enumerate(reversed(lanes)):
        _lane(ax, one, k * APART, start, language, narrow)
    if parted is not None:
        ax.axvline(_when(parted, start), color=INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
        said = Text("uit elkaar: {}", "they part: {}").of(language).format(date(parted, start, language))
        _written(ax, _when(parted, start), ax.get_ylim()[1], said, "top", bold=True)
    for kind in dict.fromkeys(row["kind"] for one in lanes for row in one.rows):
        if kind in MARKS and MARKS[kind][1].of(language) not in ax.get_legend_handles_labels()[1]:
            ax.plot([], [], MARKS[kind][0], color=INK, linestyle="none", label=MARKS[kind][1].of(language))
    _legend(fig, ax, side="left" if narrow else "")
    return fig


def date(month: int, start: str, language: str) -> str:
    """A month of the run as a picture writes it: mei 2028."""
    at = _number(month, start)
    return f"{MONTHS.of(language).split()[at % YEAR]} {at // YEAR}"


def _number(month: int, start: str) -> int:
    """Months since the year 0."""
    year, first = (int(part) for part in start.split("-"))
    return year * YEAR + first - 1 + month


def _when(month: int, start: str) -> float:
    """Where the beginning of a month lies on the calendar."""
    return _number(month, start) / YEAR


def stretches(rows: Iterable[Row], last: int) -> Iterator[tuple[int, int, Stage]]:
    """(first month, month after the last, stage) of the stages of the klantreis, one after the other; none of no length."""
    since, stage = 0, Stage.HUIDIGE_WONING
    for row in rows:
        now = Stage[row["reason"].upper()] if row["kind"] == "start" else STAGE_AFTER.get(row["kind"], stage)
        if now != stage:
            if row["month"] > since:
                yield since, int(row["month"]), stage
            since, stage = int(row["month"]), now
    if last + 1 > since:
        yield since, last + 1, stage


def marks(rows: Iterable[Row], start: str, near: float) -> Iterator[tuple[float, int, str]]:
    """Place on the calendar, level and kind of each mark of a lane; ``near``: in which distance one rises above the one before."""
    before, level = -math.inf, 0
    for row in rows:
        if row["kind"] in MARKS:
            x = _when(int(row["month"]), start)
            level = (level + 1) % LEVELS if x - before < near else 0
            before = x
            yield x, level, row["kind"]


def _lane(ax: Axes, one: Lane, y: float, start: str, language: str, narrow: bool) -> None:
    for begin, end, stage in stretches(one.rows, one.last):
        ax.hlines(y, _when(begin, start), _when(end, start), color=one.colour, linewidth=THICK[stage], alpha=0.55, zorder=2)
    for x, level, kind in marks(one.rows, start, NEAR[narrow] * (ax.get_xlim()[1] - ax.get_xlim()[0])):
        marker, strokes = MARKS[kind][0], MARKS[kind][0] in "x|"
        edge, width, size = (one.colour, 2.0, 10.0) if strokes else ("white", 0.8, 8.0)
        at = y + RISE * level
        ax.plot(x, at, marker, color=one.colour, markersize=size, markeredgecolor=edge, markeredgewidth=width, zorder=3)
    name = ax.text(
        ax.get_xlim()[0], y + ABOVE, wrapped(one.name.of(language), 38 if narrow else 80, 1), color=one.colour, weight="bold", va="bottom"
    )
    name.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.0})
    name.set_gid(NAME)
    if one.moved is not None:
        said = Text("sleutel: {}", "keys: {}").of(language).format(date(one.moved, start, language))
        _written(ax, _when(one.moved, start), y + BELOW, said, "top")


def _written(ax: Axes, x: float, y: float, said: str, va: str, bold: bool = False) -> None:
    """A date beside a place on the time line, on the side on which there is most room."""
    left, right = ax.get_xlim()
    early = x - left < (right - left) / 2
    text = ax.annotate(
        said,
        (x, y),
        xytext=(4 if early else -4, 0),
        textcoords="offset points",
        ha="left" if early else "right",
        va=va,
        fontsize=9,
        weight="bold" if bold else "normal",
    )
    text.set_gid(OF_MONTH)
