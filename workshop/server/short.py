"""Short names for packages that stand beside each other: by their cards, those first that the others do not have."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.page.words import Text
from workshop.engine.package import Cards, Package
from workshop.server import said

FEWEST = 2  # cards that a name begins with
NOTHING = Text("geen nieuwe kaarten", "no new cards")
DONE_NOTHING = Text("niets", "nothing")


def names(packages: Sequence[Package]) -> dict[Package, Text]:
    """A name for each: two cards and how many more, or as many cards as it takes to tell all of them apart."""
    alone = list(dict.fromkeys(packages))
    longest = max((len(part) for one in alone for part in (one.done, one.cards)), default=0)
    found = dict[Package, Text]()
    for most in range(FEWEST, max(FEWEST, longest) + 1):
        found = {one: _name(one, alone, most) for one in alone}
        if len(set(found.values())) == len(alone):
            break
    return found


def _name(package: Package, beside: Sequence[Package], most: int) -> Text:
    cards = _listed(package.cards, [one.cards for one in beside], most) or NOTHING
    if len({one.done for one in beside}) == 1:
        return cards
    done = _listed(package.done, [one.done for one in beside], most) or DONE_NOTHING
    return Text(f"{cards.nl} (doet u al: {done.nl})", f"{cards.en} (done already: {done.en})")


def _listed(mine: Cards, all_of_them: Sequence[Cards], most: int) -> Text | None:
    """The rarest cards first, each with its dose where it lies elsewhere in another one; None of no cards."""
    if not mine:
        return None
    rarest = sorted(mine, key=lambda pair: sum(pair in cards for cards in all_of_them))
    shown = [_titled(*pair, all_of_them) for pair in rarest[:most]]
    nl, en = (", ".join(one[language] for one in shown) for language in (0, 1))
    more = len(mine) - len(shown)
    if not more:
        return Text(nl, en)
    return Text(f"{nl} plus {more} {'kaarten' if more > 1 else 'kaart'}", f"{en} plus {more} {'cards' if more > 1 else 'card'}")


def _titled(key: str, dose: str, all_of_them: Sequence[Cards]) -> Text:
    title = said.title(key)
    if len({pair for cards in all_of_them for pair in cards if pair[0] == key}) == 1:
        return title
    return Text(f"{title.nl} ({said.SIZES[dose].nl})", f"{title.en} ({said.SIZES[dose].en})")
