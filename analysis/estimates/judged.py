"""The base world beside its targets: what it gives of each that it can count, and whether that is within tolerance; misses first."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analysis.estimates.targets import ANY, LIMITS, NOT_YET, Target, targets
from analysis.estimates.validation import COUNTS, Tables, value_of
from analysis.tables.schema import JUDGED

BUILT_ON = ("arrived_gelderland", "left_gelderland")  # predicted once the world is no longer built on the same column (targets.csv, note)


def judge(t: Tables, place: str) -> pd.DataFrame:
    """One row per target that a run of the place (its key) is compared with and the model counts: misses first, then nobody to count.

    Args:
        t: tables of the base world.
    """
    return judgement({key: value_of(COUNTS[key], t) for key, one in targets().items() if key in COUNTS and one.asked_of(place)})


def judgement(simulated: dict[str, float]) -> pd.DataFrame:
    """The rows of targets, by id, beside what was simulated; NaN where nobody is there to be counted."""
    rows = [_row(targets()[key], value) for key, value in simulated.items()]
    table = pd.DataFrame(rows, columns=list(JUDGED.names))
    order = np.where(table["simulated"].isna(), 2, table["inside"].astype(int))
    return table.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def _row(one: Target, value: float) -> tuple[object, ...]:
    inside = one.low <= value <= one.high
    ends = (end if math.isfinite(end) else float("nan") for end in (one.low, one.high))
    place = "" if one.place == (ANY,) else " ".join(one.place)
    status = "input" if one.id in BUILT_ON else one.status
    return (one.id, one.figure, value, one.value, *ends, inside, status, one.counted, one.unit, one.where, one.source, place)


def waiting(place: str) -> list[str]:
    """Ids of the targets that a run of the place would be compared with, and that the model does not count yet."""
    return [key for key, one in targets().items() if one.model == NOT_YET and one.asked_of(place)]


def verdict(table: pd.DataFrame) -> str:
    """How many of the predicted targets that count are within tolerance, how far they are off, and which are not, in words."""
    known = table[(table["status"] == "predicted") & (table["counted"] == "yes") & table["simulated"].notna()]
    missed = ", ".join(known.loc[~known["inside"].astype(bool), "id"]) or "none"
    said = f"{int(known['inside'].sum())} of {len(known)} predicted targets are within tolerance; missed: {missed}"
    off = log_ratio(known)
    return said if math.isnan(off) else f"{said}; mean absolute log ratio {off:.2f}"


def log_ratio(table: pd.DataFrame) -> float:
    """Mean of |log(simulated / target)| over figures above 0 that are no limits; NaN where there is none."""
    limits = table["id"].map(lambda key: targets()[key].tolerance_kind in LIMITS)
    some = table[(table["simulated"] > 0) & (table["target"] > 0) & ~limits.astype(bool)]
    return float(np.log(some["simulated"] / some["target"]).abs().mean()) if len(some) else float("nan")


def as_text(table: pd.DataFrame, place: str) -> str:
    """The table for a terminal, with what is not counted yet."""
    lines = [f"{'target':<28}{'simulated':>10}{'target':>9}  {'within':<17}{'':5}{'status':<10}figure; unit; area; source"]
    for row in table.itertuples():
        mark = "none" if math.isnan(row.simulated) else "ok" if row.inside else "MISS"
        status = row.status if row.counted == "yes" else f"{row.status}*"
        lines.append(
            f"{row.id[:27]:<28}{row.simulated:>10.2f}{row.target:>9g}  {between(row.low, row.high):<17}{mark:<5}{status:<10} "
            f"{row.figure}; {row.unit}; {row.area}; {row.evidence}"
        )
    lines += ["* in no verdict", "", verdict(table), f"not counted yet: {', '.join(waiting(place)) or 'none'}"]
    return "\n".join(lines)


def between(low: float, high: float) -> str:
    """The ends of a tolerance, NaN where there is none."""
    if math.isnan(low):
        return f"at most {high:g}"
    return f"at least {low:g}" if math.isnan(high) else f"{low:.3g} to {high:.3g}"
