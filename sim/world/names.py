"""Names and bounds that several rooms share: scenarios that always run, rows that stand for all, the months of a year."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

BASIS, PLACEBO = "basis", "placebo"  # always run: what is done already, and the same with chance in another order
ALL = "all"  # a row of a table for all groups, payers, years or goals together
ALLE = "alle"  # a row for all instruments, or all filters, together
YEAR = 12  # months
START_MONTH = r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$"  # of a run
MOST_STRENGTH = 10.0  # times the delivery of an instrument that can be dosed


class Title(BaseModel):
    """The name of a scenario or a goal that users read."""

    model_config = ConfigDict(extra="forbid")
    nl: str
    en: str
