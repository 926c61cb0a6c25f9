"""Whether anybody can notice a difference: certain is one thing, large enough to see another."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from analysis.estimates.claims import NOTICED
from analysis.estimates.effects import packages_of
from analysis.page.figures import LOOKS, OTHER
from analysis.page.quote import Quote, fixed, rich
from analysis.page.section import Page
from analysis.page.words import Text, both

MOVES = "senior_moves"
THRESHOLD = Text(
    *(
        Markup(said).format(fixed(one, "assumption: from which a difference can be noticed"))
        for said, one in (
            ("Merkbaar heet hier ten minste {} verschil; die grens is een aanname.", f"{100 * NOTICED:g} procent"),
            ("Noticeable is here a difference of {} at least; that limit is an assumption.", f"{100 * NOTICED:g} per cent"),
        )
    )
)
MOST_DRAWN = len(LOOKS)  # measures in one picture that colours and marks tell apart


class Difference(NamedTuple):
    """A difference from basis: the number, whether it is told from chance, and whether it is large enough to notice."""

    value: Quote
    claimed: bool
    noticed: bool

    @property
    def word(self) -> Text:
        """In words."""
        if not self.claimed:
            return Text("geen verschil te zien", "no difference to be seen")
        return Text("merkbaar", "noticeable") if self.noticed else Text("zeker, maar klein", "certain, but small")


def difference(page: Page, scenario: str, indicator: str, group_by: str = "all", group: str = "all") -> Difference | None:
    """Over the whole run; None where it was not counted."""
    try:
        value = page.effect(scenario, indicator, group_by=group_by, group=group)
    except KeyError:
        return None
    if not value.known:
        return None
    level = float(page.book.cell("effects", "mean", value.row)) - value.value
    claimed = bool(page.book.cell("effects", "claimed", value.row))
    return Difference(value, claimed, claimed and (level == 0 or abs(value.value / level) >= NOTICED))


def packages(page: Page) -> set[str]:
    """The scenarios that hold all instruments of another one and more: they are never ranked against their own parts unsaid."""
    return packages_of(page.results.manifest.get("scenarios", {})) & {*page.order}


def own_parts(page: Page) -> Text:
    """That a package is put beside measures that it holds, as a sentence after others; empty where none is."""
    names = [page.results.titles[name] for name in page.order if name in packages(page)]
    listed = Text(*(" en ".join(one.nl for one in names), " and ".join(one.en for one in names)))
    if not names:
        return both("")
    said = Text(
        " In een pakket ({names}) zitten ook maatregelen die er los naast staan.",
        " A package ({names}) holds measures that stand beside it, too.",
    )
    return rich(*said, names=listed)


def best(page: Page, names: list[str]) -> tuple[str, Difference] | None:
    """Of some scenarios the one with most extra senior moves, if it is told from chance."""
    found = [(name, one) for name in names if (one := difference(page, name, MOVES)) and one.claimed and one.value.value > 0]
    return max(found, key=lambda pair: pair[1].value.value) if found else None


def top(page: Page) -> tuple[str, Difference] | None:
    """The measure of which the page speaks first: the one with most extra senior moves, a package only where no other has any."""
    together = packages(page)
    return best(page, [name for name in page.order if name not in together]) or best(page, list(page.order))


def certain(page: Page) -> list[str]:
    """The measures whose difference in senior moves is told from chance: the one of which the page speaks first, then the others."""
    found = [name for name in page.order if (one := difference(page, name, MOVES)) and one.claimed]
    first = top(page)
    return found if first is None else [first[0], *(name for name in found if name != first[0])]


def drawn(page: Page, there: list[str]) -> tuple[list[str], Text]:
    """Of some measures those that have a colour of their own, and a sentence where some are left out."""
    kept = [name for name in there if name in coloured(page)]
    if len(kept) == len(there):
        return there, both("")
    n = fixed(str(len(kept)), "most that are drawn")
    said = rich(
        " Getekend zijn de {n} maatregelen met het grootste verschil in verhuizingen van senioren; de tabel heeft ze alle.",
        " Drawn are the {n} measures with the largest difference in moves by seniors; the table has them all.",
        n=Text(n, n),
    )
    return kept, said


def coloured(page: Page) -> list[str]:
    """The measures with a colour of their own, the same in every picture: those with the largest difference in senior moves, in order."""
    if len(page.order) <= MOST_DRAWN:
        return list(page.order)
    size = {name: abs(found.value.value) if (found := difference(page, name, MOVES)) else 0.0 for name in page.order}
    kept = sorted(page.order, key=lambda name: -size[name])[:MOST_DRAWN]
    return [name for name in page.order if name in kept]


def look(page: Page, scenario: str) -> tuple[str, str]:
    """Colour and marker of a measure in every picture of the page; grey beyond those that colours tell apart, and of no measure."""
    own = coloured(page)
    return LOOKS[own.index(scenario)] if scenario in own else OTHER
