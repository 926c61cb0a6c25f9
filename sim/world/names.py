"""Names and bounds that several rooms share: scenarios that always run, rows that stand for all, the months of a year."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from sim.world.errors import Refusal

BASIS, PLACEBO = "basis", "placebo"  # always run: what is done already, and the same with chance in another order
ALL = "all"  # a row of a table for all groups, payers, years or goals together
ALLE = "alle"  # a row for all instruments, or all filters, together
YEAR = 12  # months
JOINED = "+"  # between the keys of places that are one place together: zwolle+kampen
WORD = r"^[A-Za-z0-9_-]+$"  # a name that becomes a file, a folder or a cell of a CSV
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
THERE = "al_"  # before the key of an instrument: that which a place does already, beside what a scenario adds under the key itself
START_MONTH = r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$"  # of a run
MOST_SEED = 2_000_000_000
MOST_STRENGTH = 10.0  # times the delivery of an instrument that can be dosed


class Title(BaseModel):
    """The name of a scenario or a goal that users read."""

    model_config = ConfigDict(extra="forbid")
    nl: str
    en: str


def check_names(names: Iterable[str], what: str) -> None:
    """Refuse names of scenarios or goals that cannot be a file or a cell of a CSV on every computer.

    Raises:
        Refusal: one that is no word, or two that are equal but for case.
    """
    first: dict[str, str] = {}
    for name in names:
        if not re.fullmatch(WORD, name):
            raise Refusal(f"{what} {name[:60]!r}: a name is a word of letters, digits, _ and - (and no accents); rename it")
        other = first.setdefault(name.lower(), name)
        if other != name:
            raise Refusal(f"{what}s {other} and {name} differ in capitals only, and would share files on some computers; rename one")


def is_there(key: str) -> bool:
    """Whether a key is that of what a place does already."""
    return key.startswith(THERE)


def plain(key: str) -> str:
    """The key of an instrument on the menukaart, whether it is there or added."""
    return key.removeprefix(THERE)


def other_of(key: str) -> str:
    """The key of the same instrument as a scenario adds it, of what is there; and the other way round."""
    return plain(key) if is_there(key) else THERE + key
