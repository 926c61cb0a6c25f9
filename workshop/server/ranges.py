"""Between what the assumptions about a package may be chosen, in words and numbers, and what is said of a value that cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from analysis.page.assumption_words import assumption
from analysis.page.words import Text, numbers
from experiments.assumptions import Assumption
from sim.parameters import REGISTRY as PARAMETERS
from sim.world.errors import shown
from workshop.engine import through
from workshop.engine.package import Package
from workshop.server import said, units
from workshop.server.tables import Sheet
from workshop.table.letters import Letters
from workshop.table.wrong import Wrong

RULES = {
    "stated": Text("De grenzen staan bij de kaart.", "The ends are given with the card."),
    "half-way": Text("De grenzen liggen halverwege wat nog kan.", "The ends lie half-way to what can be at all."),
    "half to twice": Text("De grenzen zijn de helft en het dubbele.", "The ends are half and twice of it."),
}
IN_PART = Text("Bewijs: voor een deel een bron, verder een aanname.", "Evidence: a source in part, for the rest an assumption.")
FITTED = Text("Bewijs: geen bron, afgestemd op cijfers.", "Evidence: no source, fitted to figures.")
ASSUMED = Text("Bewijs: geen bron, dit is een aanname.", "Evidence: no source, this is an assumption.")
SOURCE = re.compile(r"\b[A-Z]\d\d\b")  # a row of the evidence table


def checked(package: Package, values: Mapping[str, Any]) -> dict[str, float]:
    """The values that are not what the model takes, each within its range. Raises Wrong."""
    there, found = through.known(package), {}
    for key, value in values.items():
        if key not in there:
            raise Wrong("Deze aanname hoort niet bij dit pakket.", f"{shown(key)} is no assumption about this package")
        one, (low, high) = there[key], through.ends(there[key])
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high or (one.whole and value != int(value)):
            least, most, name = _exact(low), _exact(high), assumption(key)
            kind = Text("een heel getal", "a whole number") if one.whole else Text("een getal", "a number")
            raise Wrong(
                f"Kies {kind.nl} van {least.nl} tot {most.nl} voor {name.nl}.",
                f"choose {kind.en} from {least.en} to {most.en} for {name.en}",
            )
        if value != one.default:
            found[key] = float(value)
    return found


def sheet(package: Package, letters: Letters) -> Sheet:
    """The table ``ranges``: of each assumption what the model takes, and between what it may lie."""
    found = Sheet("ranges", letters.of(package))
    for key, one in through.known(package).items():
        low, high = through.ends(one)
        found.put(key, {"low": low, "model": one.default, "high": high, "rule": one.rule, "unit": units.unit(one).nl})
    return found


def of(package: Package, letters: Letters, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Between what assumptions may be chosen, as a screen has it."""
    numbers_, there = sheet(package, letters), through.known(package)
    return {key: _range(numbers_, there[key]) for key in keys if key in there}


def _range(sheet: Sheet, one: Assumption) -> dict[str, Any]:
    cells = {name: cell(sheet, one.key, name) for name in ("low", "model", "high")}
    words = "assumption" if one.instrument else PARAMETERS[one.key].evidence
    evidence = IN_PART if SOURCE.search(words) else ASSUMED if "assumption" in words else FITTED
    texts = {"unit": units.unit(one), "evidence": evidence, "rule": RULES[one.rule]}
    return {"card": card(one), **cells, **{name: text._asdict() for name, text in texts.items()}, "whole": one.whole}


def _exact(value: float) -> Text:
    exponent = Decimal(f"{value:.6g}").as_tuple().exponent
    return numbers(value, max(0, -exponent) if isinstance(exponent, int) else 0)


def cell(sheet: Sheet, row: str, column: str) -> dict[str, Any]:
    """A number that is chosen, with all its digits."""
    value = sheet.value(row, column)
    return {"v": value, "t": _exact(value)._asdict(), "at": f"{sheet.name}/{sheet.package}/{row}/{column}"}


def card(one: Assumption) -> dict[str, str] | None:
    """Of which card it is."""
    return said.title(one.instrument)._asdict() if one.instrument else None
