"""How a column and a table that are computed are said: what schema.py and for_page.py share."""

from __future__ import annotations

from sim.counts.schema import FILTER, REAL, SUMMARY, TEXT, WHOLE, Column, Table

C = Column
SEEDS = C("seeds", WHOLE, "seeds", "that were counted")
UNIT = C("unit", TEXT, "unit", "of the figures of the row")
OF_SUMMARY = {column.name: column for column in SUMMARY.columns}
INDICATOR = OF_SUMMARY["indicator"]
PERIOD = (OF_SUMMARY["months_from"], OF_SUMMARY["months_to"])
INSTRUMENT = FILTER[0]
FLOOR = C("placebo", REAL, "unit", "half-width of the interval of the placebo: the floor below which nothing is claimed")


def interval(of: str, unit: str = "unit", lower: str = "lower", upper: str = "upper", more: str = "") -> tuple[Column, Column]:
    """The two ends of an interval, with what it is the interval of and what it is about."""
    what = f"end of the 95 % interval of {of}, for chance (over the seeds){more}"
    return C(lower, REAL, unit, f"lower {what}"), C(upper, REAL, unit, f"upper {what}")


def full(of: str, unit: str = "unit", lower: str = "lower_full", upper: str = "upper_full") -> tuple[Column, Column]:
    """The two ends of the interval that also holds what we do not know."""
    what = f"end of the 95 % interval of {of}, for chance and knowledge together; provisional (voorlopig)"
    return C(lower, REAL, unit, f"lower {what}"), C(upper, REAL, unit, f"upper {what}")


def csv(name: str, rows: str, notes: str, apart: tuple[str, ...], *columns: Column) -> Table:
    return Table(name, rows, notes, apart, columns, (), "csv")
