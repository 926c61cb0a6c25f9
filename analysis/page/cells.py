"""Numbers of effects.csv with both intervals, as a cell of a table or in a sentence."""

from __future__ import annotations

from analysis.estimates.knowledge import NO_WIDER
from analysis.page.quote import Quote, digits_of, named, rich
from analysis.page.section import Cell, Page
from analysis.page.words import SCALE, Text, both, unknown

NOTHING = Cell(both("–"))
FAR, WHOLE = 20, 100  # times as large; see digits_of_ends
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
    knowledge = str(page.book.cell(value.table, "knowledge", value.row))
    return (None if NO_WIDER in knowledge else ends(page, value, "lower_full", "upper_full")) or unknown(knowledge)


def ends(page: Page, value: Quote, lower: str, upper: str) -> Text | None:
    """The ends of an interval in the row of a number, in the digits of ``digits_of_ends``; None where it has none."""
    low, high = (page.book.quote(value.table, name, value.row, scale=value.scale) for name in (lower, upper))
    if not (low.known and high.known):
        return None
    of_low, of_high = digits_of_ends(low.value, high.value)
    return rich("{low} tot {high}", "{low} to {high}", low=low.with_digits(of_low), high=high.with_digits(of_high))


def digits_of_ends(low: float, high: float) -> tuple[int, int]:
    """Decimals of both ends of an interval.

    Each end is written in its own two digits that count; one that is less than a twentieth of the other in one digit. Beside an end
    of ``WHOLE`` or more the other is written in whole numbers at the finest. So an end reads as 0 only where it is 0, or where it is
    below half of one and the other is a hundred or more.
    """
    most = max(abs(low), abs(high))
    found = []
    for end in (low, high):
        digits = digits_of(end) - (FAR * abs(end) < most)
        found.append(0 if not end else min(0, digits) if most >= WHOLE else digits)
    return found[0], found[1]


def size(value: Quote) -> Quote:
    """The same number without its sign, for a sentence that says more or fewer: by the arithmetic of its cell."""
    return value if value.value >= 0 else value._replace(value=-value.value, column=f"0 - ({value.column})", sign=False)


def part(page: Page, scenario: str, key: str) -> Text:
    """A measure and an instrument of it; once where they have the same name."""
    title, name = page.results.titles.get(scenario, both(scenario)), page.results.instrument(key)
    return rich("{title}", "{title}", title=title) if title == name else rich("{title}: {name}", "{title}: {name}", title=title, name=name)
