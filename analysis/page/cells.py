"""Numbers of effects.csv with both intervals, as a cell of a table or in a sentence."""

from __future__ import annotations

import re
from collections import Counter

from markupsafe import Markup

from analysis.estimates.knowledge import NO_WIDER
from analysis.page.quote import MANIFEST, Quote, named, rich
from analysis.page.section import Cell, Grid, Page
from analysis.page.words import LANGUAGES, SCALE, Text, both, digits_of_ends, unknown

TABLE = re.compile(r' data-table="(\w+)"')
NOTHING = Cell(both("–"))
ON_PAPER = 40  # rows of a table at the most: about one sheet
TURNED = "0 - "  # how the column of a number begins that is written the other way round
SAME = Text("elke keer precies gelijk", "exactly the same in each run")
NO_SCALE = Text("niet te zeggen: er is geen verschil om mee te rekenen", "cannot be told: there is no difference to scale")
ONE_RUN = Text("één keer nagespeeld: geen marge", "run once: no margin")
NOT_STUDIED = unknown("the study does not count it")


def title_cell(page: Page, scenario: str) -> Cell:
    """The name of a scenario, as the first cell of a row; digits in it are part of the name."""
    return Cell(Text(*map(named, page.results.titles[scenario])), kind="words")


def effect_cell(page: Page, scenario: str, indicator: str, group_by: str = "all", group: str = "all") -> Cell:
    """A difference from basis with the interval for chance, and the one for chance and knowledge or why there is none."""
    try:
        value = page.effect(scenario, indicator, group_by=group_by, group=group, scale=SCALE.get(indicator, 1.0), sign=True)
    except KeyError:
        return NOTHING
    if not value.known:
        return NOTHING
    claimed = bool(page.book.cell("effects", "claimed", value.row))
    return Cell(value, chance(page, value), wide(page, value), "claim" if claimed else "noise")


def chance(page: Page, value: Quote) -> Text:
    """``650 tot 680``: the interval for chance beside a difference, or that one run of the place has none."""
    return ends(page, value, "lower", "upper") or ONE_RUN


def margin(page: Page, value: Quote, lower: str = "lower", upper: str = "upper") -> Text:
    """The interval for chance of a number of any table; where both ends read as the number itself, that there is hardly any."""
    low, high = (page.book.quote(value.table, end, value.row, scale=value.scale).with_digits(value.digits) for end in (lower, upper))
    if low.known and value.said("nl").lstrip("+") == low.said("nl") == high.said("nl"):
        return Text("bijna geen", "hardly any") if high.value > low.value else Text("geen", "none")
    return ends(page, value, lower, upper) or ONE_RUN


def wide(page: Page, value: Quote) -> Text:
    """``270 tot 1.000``: the interval for chance and knowledge beside a difference, or why there is none."""
    found = None if no_wider(page, value) else ends(page, value, "lower_full", "upper_full")
    found = found or unknown(str(page.book.cell(value.table, "knowledge", value.row)))
    return NO_SCALE if found == SAME else found


def wide_either_way(page: Page, value: Quote) -> Text:
    """As ``wide`` in a sentence that says more or fewer of a number: an interval that holds both says so in words."""
    low, high = (page.book.quote(value.table, name, value.row, scale=value.scale) for name in ("lower_full", "upper_full"))
    if no_wider(page, value) or not (low.known and high.known) or not low.value < 0 < high.value:
        return wide(page, value)
    of_low, of_high = digits_of_ends(low.value, high.value)
    return rich(
        "{fewer} minder tot {more} meer",
        "{fewer} fewer to {more} more",
        fewer=size(low.with_digits(of_low)),
        more=high.with_digits(of_high),
    )


def no_wider(page: Page, value: Quote) -> bool:
    """Whether the study saw no more than chance, so that the interval with assumptions is none of its own."""
    return NO_WIDER in str(page.book.cell(value.table, "knowledge", value.row))


def ends(page: Page, value: Quote, lower: str, upper: str) -> Text | None:
    """The ends of an interval in the row of a number, in the digits of ``digits_of_ends``; None where it has none.

    Of a number that is written the other way round (``0 - difference``) they are too. Where both are 0 it says so in words.
    """
    turned = value.column.startswith(TURNED)
    columns = (f"{TURNED}{upper}", f"{TURNED}{lower}") if turned else (lower, upper)
    low, high = (page.book.quote(value.table, name, value.row, scale=value.scale) for name in columns)
    if not (low.known and high.known):
        return None
    if low.value == 0 == high.value:
        return SAME
    of_low, of_high = digits_of_ends(low.value, high.value)
    return rich("{low} tot {high}", "{low} to {high}", low=low.with_digits(of_low), high=high.with_digits(of_high))


def size(value: Quote) -> Quote:
    """The same number without its sign, for a sentence that says more or fewer: a column, or one that is turned."""
    if value.value >= 0:
        return value
    column = value.column.removeprefix(TURNED) if value.column.startswith(TURNED) else f"{TURNED}{value.column}"
    return value._replace(value=-value.value, column=column, sign=False)


def once(grid: Grid) -> Grid:
    """A table in which the reason that several cells give for having no wide interval is said once, in the caption."""
    said = [cell.wide for row in grid.rows for cell in row if cell.wide.nl]
    (reason, n), *_ = Counter(one for one in said if "<data" not in one.nl).most_common(1) or [(both(""), 0)]
    if n < 2:
        return grid
    all_of_them = Text("Met andere aannames", "With other assumptions")
    some = Text("Waar geen marge met aannames staat", "Where no margin with assumptions stands")
    which = all_of_them if n == len(said) else some
    caption = Text(
        *(
            Markup("{}. {}: {}.").format(grid.caption.of(language).rstrip("."), which.of(language), reason.of(language))
            for language in LANGUAGES
        )
    )
    rows = tuple(tuple(cell._replace(wide=both("")) if cell.wide == reason else cell for cell in row) for row in grid.rows)
    return grid._replace(caption=caption, rows=rows)


def too_long(grid: Grid) -> str:
    """The file that holds most numbers of a table with more than ``ON_PAPER`` rows; empty where paper shows the table itself."""
    if len(grid.rows) <= ON_PAPER:
        return ""
    tables = Counter(table for row in grid.rows for cell in row for table in TABLE.findall(cell.text.of("nl")))
    (table, _), *_ = tables.most_common(1) or [(MANIFEST, 0)]
    return f"{table}.json" if table == MANIFEST else f"{table}.csv"


def part(page: Page, scenario: str, key: str) -> Text:
    """A measure and an instrument of it; once where they have the same name."""
    title, name = page.results.titles.get(scenario, both(scenario)), page.results.instrument(key)
    return rich("{title}", "{title}", title=title) if title == name else rich("{title}: {name}", "{title}: {name}", title=title, name=name)
