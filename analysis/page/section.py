"""What a section of the page is made of: a finding, pictures, sentences, tables, and a fold for researchers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from analysis.page.quote import Book, Quote
from analysis.page.wijken import area_name
from analysis.page.words import Text, both

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup
    from matplotlib.figure import Figure

    from analysis.results import Results

Said = Text | Quote  # both have ``of(language)``


class Cell(NamedTuple):
    """A cell: what it says, a smaller line for chance, one for chance and knowledge, and its kind (claim, noise, words or none)."""

    text: Said
    chance: Text = both("")
    wide: Text = both("")
    kind: str = ""


class Grid(NamedTuple):
    """A table; on a phone each row is a card. ``rows`` are cells, of which the first names the row."""

    caption: Text
    header: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Chart(NamedTuple):
    """A picture, drawn for two widths.

    Attributes:
        key: names its files.
        finding: what it says; its title and its alternative text.
        subtitle: what is measured, of whom, when.
        draw: in a language, for a narrow page or not.
        figures: the table that says the same.
        file: of the folder, where its numbers stand.
        beside: what its alternative text says after the finding: signs that the picture has beside its numbers.
    """

    key: str
    finding: Text
    subtitle: Text
    draw: Callable[[str, bool], Figure]
    figures: Grid | None
    file: str
    beside: Text = both("")


class Drawing(NamedTuple):
    """Something drawn in HTML itself (rows of chains, tiles of wijken), in both languages, with its finding and the file of its numbers."""

    key: str
    finding: Text
    html: Mapping[str, Markup]
    file: str


class Fold(NamedTuple):
    """Something that opens: shut on the screen, open on paper."""

    title: Text
    blocks: tuple[Block, ...]


class Words(NamedTuple):
    """Paragraphs, or the points of a list."""

    lines: tuple[Text, ...]
    points: bool = False


Block = Chart | Drawing | Grid | Fold | Words


class Section(NamedTuple):
    """One part of the page.

    Attributes:
        key: its anchor.
        menu: its name in a list.
        finding: its title: what was found, never a question.
        subtitle: what is counted, of whom, in which years.
        sentences: at most three.
        blocks: pictures and tables.
        files: of the folder, where the numbers stand.
        researchers: what stands in its fold.
    """

    key: str
    menu: Text
    finding: Text
    subtitle: Text
    sentences: tuple[Text, ...]
    blocks: tuple[Block, ...]
    files: tuple[str, ...]
    researchers: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Page:
    """What every section reads: the results, and the tables beside the page."""

    results: Results
    tables: Mapping[str, pd.DataFrame]

    @cached_property
    def book(self) -> Book:
        """To quote from."""
        return Book(self.tables, self.results.manifest)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The scenarios beside basis and placebo, in the one order of all pictures and tables: most extra senior moves first."""
        return tuple(self.results.scenarios)

    def area(self, code: str) -> Text:
        """Name of a wijk or gemeente, its code where the manifest has none."""
        return both(area_name(self.results.manifest.get("areas", {}), code))

    def effect(
        self,
        scenario: str,
        indicator: str,
        column: str = "difference",
        group_by: str = "all",
        group: str = "all",
        scale: float = 1.0,
        digits: int | None = None,
        sign: bool = False,
    ) -> Quote:
        """A number of effects.csv over the whole run. Raises KeyError where it is not there."""
        row: dict[str, object] = {"scenario": scenario, "indicator": indicator, "group_by": group_by, "group": group}
        row |= {"months_from": 0, "months_to": self.results.months, "estimand": "net"}
        return self.book.quote("effects", column, row, scale=scale, digits=digits, sign=sign)
