"""What a table and its columns say of themselves: type, unit or codes, meaning, and whether the interface promises it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sim.world.codes import Code, names
from sim.world.errors import Refusal, hint
from sim.world.names import BASIS, PLACEBO

TEXT, WHOLE, REAL, TRUTH = "text", "int64", "float64", "bool"
SHORT, SINGLE = "int32", "float32"  # what a run holds in memory; a promised column is written as WHOLE or REAL
STORED = {SHORT: WHOLE, SINGLE: REAL}
YES = "true or false"

Words = tuple[type[Code] | str, ...]  # enumerations, whose names count, and words; "" stands for none
Unit = str | type[Code] | Words | Mapping[str, type[Code]]  # the last: by what another column says


class Column(NamedTuple):
    """One column of a table. ``unit`` is text, or what the values are taken from where they are words.

    Where nothing is known a number is empty, unless ``none`` says which value stands for it. Whole numbers are empty only where
    ``empty`` says so, and below 0 only where ``signed`` does.
    """

    name: str
    kind: str
    unit: Unit
    meaning: str
    promised: bool = True
    none: int | None = None
    empty: bool = False
    signed: bool = False

    @property
    def stored(self) -> str:
        """Its type on disk: what is promised is wide, the rest as a run holds it."""
        return STORED.get(self.kind, self.kind) if self.promised else self.kind

    @property
    def words(self) -> tuple[str, ...]:
        """The values that it can have, in the order of their codes; empty where they are open."""
        if isinstance(self.unit, str | Mapping):
            return ()
        given = self.unit if isinstance(self.unit, tuple) else (self.unit,)
        return tuple(word for one in given for word in ([one] if isinstance(one, str) else names(one)))


SCENARIO = Column("scenario", TEXT, "name", f"of the scenario; `{BASIS}` and `{PLACEBO}` are always run")
SEED = Column("seed", WHOLE, "number", "of the replication")
RUN = (SCENARIO, SEED)


class Table(NamedTuple):
    """One table on disk; ``keys`` are the columns that stand before those of its maker."""

    name: str
    rows: str  # one row per …
    notes: str
    apart: tuple[str, ...]  # columns that tell its rows apart, beside scenario and seed where it has them
    columns: tuple[Column, ...]
    keys: tuple[Column, ...] = RUN
    suffix: str = "parquet"
    large: bool = False  # kept for some seeds only

    @property
    def file(self) -> str:
        """Its name in the folder of results."""
        return f"{self.name}.{self.suffix}"

    @property
    def names(self) -> tuple[str, ...]:
        """All columns in the order on disk."""
        return tuple(column.name for column in (*self.keys, *self.columns))

    @property
    def promised(self) -> tuple[str, ...]:
        """Those that the interface promises."""
        return tuple(column.name for column in (*self.keys, *self.columns) if column.promised)

    def some(self, *wanted: str) -> tuple[str, ...]:
        """These columns, which must be its own.

        Raises:
            Refusal: there is no such column; names the nearest.
        """
        for one in wanted:
            if one not in self.names:
                raise Refusal(f"table {self.name}: the schema has no column {one!r}{hint(one, self.names)}")
        return wanted

    def compare(self, given: Iterable[str]) -> None:
        """Refuse columns that are not, in any order, those of a maker.

        Raises:
            Refusal: names the table and the first column that one of the two lacks.
        """
        there, mine = list(given), [column.name for column in self.columns]
        for one in mine:
            if one not in there:
                raise Refusal(f"table {self.name}: no column {one}; the schema (sim/counts/schema.py) has it")
        for one in there:
            if one not in mine:
                raise Refusal(f"table {self.name}: column {one} is not in the schema (sim/counts/schema.py); declare it there")
