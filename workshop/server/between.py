"""What one package does beside another: moves by seniors in the worlds that both have, and euro a year, in sentences.

Two packages that each do more than nothing may still differ by chance only, so the difference has a margin of its own: paired by world,
of chance alone. Packages on top of other things that are done already have no difference: what it would tell is not their cards alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from analysis.estimates.claims import HEADLINES
from analysis.estimates.statistics import paired
from analysis.page.words import Text, span
from workshop.engine.outcome import DIGITS
from workshop.engine.outcome import said as judged
from workshop.engine.package import Package
from workshop.server import said, short
from workshop.server.hall import Hall
from workshop.server.said import Said
from workshop.server.tables import Sheet

COLUMNS = ("base", "difference", "lower", "upper", "placebo", "seeds", "checked", "sure", "digits")
MONEY = "eur_per_year"


class _Pair(NamedTuple):
    """The names of a package and of the one that it is put beside."""

    mine: Text
    theirs: Text


def told(hall: Hall, packages: Sequence[Package]) -> list[dict[str, Any]]:
    """Each package after the first beside the first, in the order in which they were asked."""
    first, *others = dict.fromkeys(packages)
    for one in others:
        hall.remember_pair(one, first)
    names = short.names(packages)
    return [_told(hall, one, first, names) for one in others]


def sheet(hall: Hall, package: Package) -> Sheet:
    """The table ``between``: what a package does beside each of those that it was compared with, which are its rows."""
    found = Sheet("between", hall.letters.of(package))
    for mine, other in hall.pairs:
        if mine == package and mine.done == other.done and (row := _row(hall, mine, other)) is not None:
            found.put(hall.letters.of(other), row | {MONEY: _eur(hall, mine, other)})
    return found


def _told(hall: Hall, package: Package, other: Package, names: Mapping[Package, Text]) -> dict[str, Any]:
    letters, pair = {"letters": hall.letters.of(package), "other": hall.letters.of(other)}, _Pair(names[package], names[other])
    found = sheet(hall, package)
    if package.done != other.done or letters["other"] not in found.rows:
        why_not = _unlike(pair) if package.done != other.done else _not_yet(pair)
        return letters | {"difference": None, "lower": None, "upper": None, "worlds": 0, "sentences": [why_not.sent()]}
    theirs = letters["other"]
    difference, ((lower, upper),) = found.around(theirs, "difference", ("lower", "upper"))
    assert difference is not None
    row, months = found.rows[theirs], hall.stock.doses.setting.months
    ends = None if lower is None or upper is None else (lower, upper)
    sentences = [*_moves(pair, difference, ends, row, months), _money(pair, found.cell(theirs, MONEY), _priced(hall, package, other))]
    return letters | {
        "difference": difference,
        "lower": lower,
        "upper": upper,
        "worlds": int(row["seeds"]),
        "sentences": [one.sent() for one in sentences],
    }


def _seeds(hall: Hall, package: Package, other: Package) -> list[int]:
    theirs = set(hall.worlds(other))
    return [seed for seed in hall.worlds(package) if seed in theirs]


def _row(hall: Hall, package: Package, other: Package) -> dict[str, Any] | None:
    """COLUMNS of a package beside another; None where no world has both."""
    seeds = _seeds(hall, package, other)
    tracks = [[hall.track(one, seed) for seed in seeds] for one in (package, other)]
    mine, theirs = ([math.nan if one is None else float(one[said.MOVES].sum()) for one in of_one] for of_one in tracks)
    found = paired([mine], [theirs])
    if not seeds or math.isnan(found.difference[0]):
        return None
    numbers = {name: getattr(found, name) for name in ("difference", "lower", "upper", "seeds")}
    alone = {"q": math.nan, "family": HEADLINES}  # the one number that is asked of a pair
    table = pd.DataFrame(numbers | alone | {"mean": sum(mine) / len(mine), "placebo": _placebo(hall, package, other)})
    return {name: judged(table).iloc[0][name] for name in COLUMNS}


def _placebo(hall: Hall, package: Package, other: Package) -> float:
    """How much moving one home by a month may do; of the one that is known in fewer worlds, where that is more."""
    rows = [known.outcome.effect(said.MOVES) for one in (package, other) if (known := hall.outcome(one)) is not None]
    widths = [float(row["placebo"]) for row in rows if row is not None]
    return max((width for width in widths if not math.isnan(width)), default=math.nan)


def _priced(hall: Hall, package: Package, other: Package) -> bool:
    """Whether every card of both has a price."""
    return all(hall.stock.doses[key][size].price != "none" for one in (package, other) for key, size in one.cards)


def _eur(hall: Hall, package: Package, other: Package) -> float | None:
    """Euro a year that a package costs more; None without all prices, or where one of the two is known in more worlds."""
    mine, theirs = hall.outcome(package), hall.outcome(other)
    if mine is None or theirs is None or mine.outcome.seeds != theirs.outcome.seeds or not _priced(hall, package, other):
        return None
    per_year = [one.sheets["money"].value("all", MONEY) if cards else 0.0 for one, cards in ((mine, package.cards), (theirs, other.cards))]
    return per_year[0] - per_year[1] if all(map(math.isfinite, per_year)) else None


def _unlike(pair: _Pair) -> Said:
    return _said(
        "{mine} en {theirs} hebben een ander begin: wat u al doet, is niet gelijk. Daarom staat hier geen verschil.",
        "{mine} and {theirs} have different starting points: what is done already is not the same. So no difference is given here.",
        pair,
    )


def _not_yet(pair: _Pair) -> Said:
    return _said(
        "{mine} en {theirs} zijn nog niet allebei nagespeeld. Het verschil is nog niet bekend.",
        "{mine} and {theirs} have not both been played yet. The difference is not known yet.",
        pair,
    )


def _moves(pair: _Pair, cell: dict[str, Any], ends: tuple[Any, Any] | None, row: dict[str, Any], months: int) -> list[Said]:
    """How many more seniors move, of what the margin is, and whether that is more than chance."""
    time = span(months)
    if ends is None:
        return [_once(pair, cell, time)]
    low, high = ends
    if cell["v"] == 0 == low["v"] == high["v"]:
        return [
            _said(
                f"Met {{mine}} verhuizen er in {time.nl} precies evenveel senioren als met {{theirs}}, elke keer dat het is nagespeeld.",
                f"With {{mine}} exactly as many seniors move in {time.en} as with {{theirs}}, each time that it was run.",
                pair,
            )
        ]
    if not row["sure"]:
        return [_unsure(pair, low, high, time), CHANCE_ALONE]
    more = _more(cell)
    if low["v"] == high["v"]:
        return [
            _said(
                f"Met {{mine}} verhuizen er in {time.nl} elke keer {{n}} senioren {more.nl} dan met {{theirs}}. Een marge is er zo niet. "
                "Dus of dit groter is dan toeval, is nog niet te zeggen.",
                f"With {{mine}} {{n}} {more.en} seniors move in {time.en} than with {{theirs}}, each time. So there is no margin. "
                "Whether this is larger than chance cannot be told yet.",
                pair,
                {"n": said.in_digits(cell, DIGITS)},
            )
        ]
    near, far = (low, high) if cell["v"] > 0 else (said.size(high), said.size(low))
    return [
        _said(
            f"Met {{mine}} verhuizen er in {time.nl} ongeveer {{n}} senioren {more.nl} dan met {{theirs}}. "
            "Dat verschil is groter dan toeval. De marge voor toeval loopt van {low} tot {high}.",
            f"With {{mine}} about {{n}} {more.en} seniors move in {time.en} than with {{theirs}}. "
            "That difference is larger than chance. The margin for chance goes from {low} to {high}.",
            pair,
            {"n": said.in_digits(cell, int(row["digits"]), near, far), "low": near, "high": far},
        ),
        CHANCE_ALONE,
    ]


def _once(pair: _Pair, cell: dict[str, Any], time: Text) -> Said:
    """Of one world: there is no margin, and it may be chance."""
    more, same = _more(cell), Text("precies evenveel senioren als", "exactly as many seniors move as")
    how = Text(f"ongeveer {{n}} senioren {more.nl} dan", f"about {{n}} {more.en} seniors move than") if cell["v"] else same
    return _said(
        f"Eén keer nagespeeld: met {{mine}} verhuizen er in {time.nl} {how.nl} met {{theirs}}. Dat kan toeval zijn.",
        f"Run once: with {{mine}} {how.en} with {{theirs}} in {time.en}. That may be chance.",
        pair,
        {"n": said.in_digits(cell, 1)} if cell["v"] else {},
    )


def _more(cell: dict[str, Any]) -> Text:
    return Text("meer", "more") if cell["v"] > 0 else Text("minder", "fewer")


CHANCE_ALONE = Said(
    "Deze marge is van toeval alleen. Met andere aannames kan het verschil anders zijn.",
    "This margin is of chance alone. With other assumptions the difference may be otherwise.",
)


def _unsure(pair: _Pair, low: dict[str, Any], high: dict[str, Any], time: Text) -> Said:
    """No difference larger than chance, or than what one new home may do."""
    cells = {"low": low, "high": high}
    if low["v"] > 0 or high["v"] < 0:  # the check of the report asks for more than chance
        alike = low["v"] == high["v"]
        how = Text("elke keer {low}", "each time {low}") if alike else Text("tussen {low} en {high}", "between {low} and {high}")
        return _said(
            f"Het verschil tussen {{mine}} en {{theirs}} is {how.nl} in {time.nl}. Of dat groter is dan toeval, is niet te zeggen: "
            "zo veel verschil kan één nieuwe woning al geven.",
            f"The difference between {{mine}} and {{theirs}} is {how.en} in {time.en}. Whether that is larger than chance cannot be told: "
            "one new home may make as much difference.",
            pair,
            {"low": low} if alike else cells,
        )
    return _said(
        f"Tussen {{mine}} en {{theirs}} is in {time.nl} geen verschil te zien dat groter is dan toeval: "
        "tussen {low} en {high} senioren. Onder nul betekent: minder met {mine}.",
        f"Between {{mine}} and {{theirs}} no difference is to be seen in {time.en} that is larger than chance: "
        "between {low} and {high} seniors. Below zero means: fewer with {mine}.",
        pair,
        cells,
    )


def _money(pair: _Pair, cell: dict[str, Any] | None, priced: bool) -> Said:
    """What one costs more than the other, or why that is not said."""
    if not priced:
        return Said(
            "Niet van elke kaart is een prijs ingevuld. Daarom staat hier geen verschil in geld.",
            "Not every card has a price. So no difference in money is given here.",
        )
    if cell is None:
        return Said("Het verschil in geld is nog niet bekend.", "The difference in money is not known yet.")
    if cell["v"] == 0:
        return _said("{mine} kost precies evenveel als {theirs}.", "{mine} costs exactly as much as {theirs}.", pair)
    more = Text("meer", "more") if cell["v"] > 0 else Text("minder", "less")
    return _said(
        f"{{mine}} kost ongeveer € {{eur}} per jaar {more.nl} dan {{theirs}}.",
        f"{{mine}} costs about € {{eur}} a year {more.en} than {{theirs}}.",
        pair,
        {"eur": said.in_digits(cell, DIGITS)},
    )


def _said(nl: str, en: str, pair: _Pair, cells: Mapping[str, Any] = MappingProxyType({})) -> Said:
    """A sentence with the names of both packages in it, in quotes; numbers stay in braces."""
    return Said(_named(nl, pair, "nl", "‘{}’"), _named(en, pair, "en", "“{}”"), cells)


def _named(text: str, pair: _Pair, language: str, quoted: str) -> str:
    for place, name in (("{mine}", pair.mine), ("{theirs}", pair.theirs)):
        text = text.replace(place, quoted.format(name.of(language)))
    return text
