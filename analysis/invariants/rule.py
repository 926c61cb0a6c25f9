"""An invariant over tables: a function named after what holds, which reads the tables that its parameters name.

It returns which rows of its first table are wrong (bool, one per row), or a text where no row can be named. Its docstring is the rule.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.tables.schema import EVERY
from sim.counts.schema import TABLES, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

Wrong = Any  # bool [rows] of the first table, or a text
RUN = ["scenario", "seed"]
# by the name of a parameter: effects.csv is effects_csv, and the tables of a run have their own names
TABLE_OF: dict[str, Table] = {one.name if one is TABLES.get(one.name) else f"{one.name}_csv": one for one in EVERY}
RECORD, RESULTS = "record", "results"  # parameters that are no table: manifest.json, and all that can be worked out from the tables


class Fault(NamedTuple):
    """Something that does not hold. ``row`` counts from 1 below the header; None where no row can be named."""

    file: str
    row: int | None
    what: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.row is None else f', row {self.row}'}: {self.what}"


class Invariant(NamedTuple):
    """A rule in words, the tables that it reads (the faults are of the first), and the function that finds what is wrong."""

    says: str
    reads: tuple[str, ...]
    test: Callable[..., Wrong]

    @property
    def table(self) -> Table:
        """The table whose rows it is about."""
        return TABLE_OF[self.reads[0]]

    def faults(self, given: Sequence[Any]) -> list[Fault]:
        """What is wrong in these tables: one fault, at the first row."""
        wrong = self.test(*given)
        if isinstance(wrong, str):
            return [Fault(self.table.file, None, f"this does not hold: {self.says} {wrong}")] if wrong else []
        rows = np.flatnonzero(np.asarray(wrong, bool))
        if not len(rows):
            return []
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        return [Fault(self.table.file, int(rows[0]) + 1, f"this does not hold: {self.says}{more}")]


REGISTRY: dict[str, Invariant] = {}


def invariant(test: Callable[..., Wrong]) -> Callable[..., Wrong]:
    """Enter a function in the registry, by its name."""
    name = test.__name__.strip("_")
    reads = tuple(inspect.signature(test).parameters)
    assert reads[0] in TABLE_OF and set(reads) <= {*TABLE_OF, RECORD, RESULTS} and name not in REGISTRY and test.__doc__, name
    REGISTRY[name] = Invariant(" ".join(test.__doc__.split()), reads, test)
    return test


def named(test: Callable[..., Wrong], name: str, says: str, *reads: str) -> None:
    """Enter a function that is one of many alike, with what tells it apart."""
    test.__name__, test.__doc__ = name, says
    parameters = [inspect.Parameter(one, inspect.Parameter.POSITIONAL_OR_KEYWORD) for one in reads]
    test.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    invariant(test)


def months_of(record: Mapping[str, Any]) -> int:
    """Months of the run, without its follow-up."""
    return int(record["configuration"]["months"])


def end_of(record: Mapping[str, Any]) -> int:
    """The month after the last of the follow-up."""
    return months_of(record) + int(record["configuration"]["follow_up"])


def beside(table: pd.DataFrame, other: pd.DataFrame, keys: Sequence[str], others: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of another table that belong to those of ``table``, in its order; nothing known where there is none.

    Args:
        keys: columns of ``table`` beside scenario and seed. others: their names in ``other``, where they are called otherwise.
    """
    there = other.drop_duplicates([*RUN, *(others or keys)]).set_index([*RUN, *(others or keys)])
    return there.reindex(pd.MultiIndex.from_frame(table[[*RUN, *keys]])).reset_index(drop=True)


def apart(some: Any, other: Any, near: float = 1e-9) -> NDArray:
    """Where numbers differ; what is empty on both sides does not."""
    a, b = (np.asarray(one, float) for one in (some, other))
    return ~np.isclose(a, b, rtol=near, atol=near, equal_nan=True)


def summed(table: pd.DataFrame, by: Sequence[str], like: pd.DataFrame, value: str | None = None) -> NDArray:
    """The sum of a column (or the number of rows) by scenario, seed and more, for each row of ``like``, float64; 0 where there is none."""
    grouped = table.groupby([*RUN, *by], observed=True)
    found = grouped.size() if value is None else grouped[value].sum()
    return found.reindex(pd.MultiIndex.from_frame(like[[*RUN, *by]]), fill_value=0).to_numpy(float)


def in_order(table: pd.DataFrame) -> NDArray:
    """Whether a row is of the same run as the one before it, bool."""
    same = (table[RUN] == table[RUN].shift()).all(axis=1)
    return same.to_numpy()
