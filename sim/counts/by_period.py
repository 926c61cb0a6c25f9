"""Values of the indicators by group and period, from one world that has run; effects are made from these alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.chains.ends import descend
from sim.counts.attribution import Beside, direct, first_moves, lost
from sim.counts.indicators import DIRECT, FOLLOWED, LOST, MONTH_STATES, REGISTRY
from sim.counts.recording import ALL_AT, AREA_AT, CLASS_AT, INCOME_AT, TENURE_AT
from sim.counts.tables import framed
from sim.kernel_cache import njit
from sim.world.codes import CHOSEN, CLASS_SENIOR, FILLED, NOOD_TRIGGERS, Access, DwellingType, HouseholdClass, MoveReason, Tenure, names
from sim.world.names import ALL

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.counts.recording import Records
    from sim.interventions.at_work import AtWork
    from sim.world.world import World

PERIODS = (24, 48, 60)
INCOMES = [f"inkomen_{k}" for k in range(1, 6)]
ROLES = ["senior", "follower", "other"]  # a follower moves somewhere behind a senior in a chain
TENURES = [*names(Tenure), "geen_woning"]


class Part(NamedTuple):
    """Rows of the table: one indicator by one grouping, in months 0 to ``end`` − 1 (``end`` 0: the year before).

    ``values`` has one per label.
    """

    key: str
    group_by: str
    labels: list[str]
    end: int
    values: NDArray


def summary_table(w: World, records: Records, at_work: AtWork, year_before: Mapping[str, float], months: int) -> pd.DataFrame:
    """indicator, group_by, group, months_from, months_to, value: one row each (NaN where nothing was counted).

    Months −12 to 0 hold what a monitor counted in the year before the start (only where the burn-in has a year).
    """
    ends = [end for end in PERIODS if end < months] + [months]
    n = int(w.counts[1])
    n_set_off, _open = descend(w.m.parent[:n], w.m.left_vacancy[:n], w.v.state == FILLED)
    role = roles(w.m.parent[:n], w.m.household_class[:n])
    parts = [part for end in ends for part in _of_moves(w, end, n_set_off, role)]
    parts += _of_first_moves(w, at_work, ends)
    parts += [part for end in ends for part in _of_months(w, records, end)]
    parts += [Part(key, ALL, [ALL], 0, np.array([value])) for key, value in year_before.items() if key in REGISTRY]
    sizes = [len(part.values) for part in parts]
    return framed(
        "summary",
        {
            "indicator": np.repeat([part.key for part in parts], sizes),
            "group_by": np.repeat([part.group_by for part in parts], sizes),
            "group": [label for part in parts for label in part.labels],
            "months_from": np.repeat([0 if part.end else -12 for part in parts], sizes),
            "months_to": np.repeat([part.end for part in parts], sizes),
            "value": np.concatenate([part.values for part in parts]),
        },
    )


@njit(cache=True)
def roles(parent, household_class):
    """Role of each move (place in ROLES), int64: a senior's, behind a senior's in its chain, or neither; parents come first."""
    out = np.full(len(parent), 2, np.int64)
    for k in range(len(parent)):
        if household_class[k] == CLASS_SENIOR:
            out[k] = 0
        elif parent[k] >= 0 and out[parent[k]] < 2:
            out[k] = 1
    return out


def _groups(w: World, household: NDArray, cls: NDArray) -> list[tuple[str, list[str], NDArray]]:
    """Ways to group households, with a class each: (group_by, labels, code of each). Wijk, tenure and income are those at the start."""
    h = w.h
    return [
        (ALL, [ALL], np.zeros(len(household), int)),
        ("class", names(HouseholdClass), cls.astype(int)),
        ("wijk", list(w.geography.code), np.maximum(h.origin_area[household], 0)),
        ("income", INCOMES, h.origin_income[household].astype(int)),
        ("tenure", TENURES, np.minimum(3, h.origin_tenure[household]).astype(int)),
    ]


def values_of_moves(w: World, rows: NDArray) -> tuple[dict[str, NDArray], dict[str, tuple[NDArray, NDArray]]]:
    """Indicators of the moves ``rows`` (those by choice): of sums which moves count, of means which moves and their values.

    Without ``moves_set_off``, which is known only when chains have gone on.
    """
    m = w.m
    fills, senior = m.reason[rows] == MoveReason.FILL, m.household_class[rows] == HouseholdClass.SENIOR
    left = m.from_dwelling[rows]
    family_home = (left >= 0) & (w.d.kind[np.maximum(left, 0)] == DwellingType.EENGEZINS) & (w.d.rooms[np.maximum(left, 0)] >= 4)
    social, nood = fills & (w.d.tenure[m.to_dwelling[rows]] == Tenure.CORPORATIE), np.isin(m.trigger[rows], NOOD_TRIGGERS)
    a, b = w.d.area[np.maximum(left, 0)], w.d.area[m.to_dwelling[rows]]
    km = np.hypot(w.map.x_km[a] - w.map.x_km[b], w.map.y_km[a] - w.map.y_km[b])
    sums = {
        "moves": fills,
        "senior_moves": senior,
        "senior_moves_suitable": senior & (w.d.access[m.to_dwelling[rows]] == Access.GESCHIKT),
        "freed_family_homes": senior & family_home & (m.left_vacancy[rows] >= 0),
        "starters_housed": fills & (m.household_class[rows] == HouseholdClass.STARTER),
        "families_housed": fills & (m.size[rows] >= 3),
        "senior_moves_nood": senior & nood,
        "senior_moves_wens": senior & ~nood,
    }
    means = {
        "waiting_months": (social, m.waited[rows]),
        "senior_moves_km": (senior & (left >= 0), km),
        "senior_moves_share_nood": (senior, nood),
        "fit_gain": (left >= 0, m.fit_after[rows].astype(float) - m.fit_before[rows]),
    }
    return sums, means


def _of_moves(w: World, end: int, n_set_off: NDArray, role: NDArray) -> list[Part]:
    n = int(w.counts[1])
    rows = np.flatnonzero((w.m.month[:n] < end) & np.isin(w.m.reason[:n], CHOSEN))
    sums, means = values_of_moves(w, rows)
    means = {"moves_set_off": (sums["senior_moves"] & sums["moves"], n_set_off[rows]), **means}
    out = []
    groups = [*_groups(w, w.m.household[rows], w.m.household_class[rows]), ("role", ROLES, role[rows])]
    for group_by, labels, code in groups:
        size = len(labels)
        for key, chosen in sums.items():
            out.append(Part(key, group_by, labels, end, np.bincount(code[chosen], minlength=size).astype(float)))
        for key, (chosen, value) in means.items():
            number = np.bincount(code[chosen], minlength=size)
            total = np.bincount(code[chosen], weights=value[chosen].astype(float), minlength=size)
            out.append(Part(key, group_by, labels, end, np.where(number > 0, total / np.maximum(number, 1), np.nan)))
    return out


def _of_first_moves(w: World, at_work: AtWork, ends: list[int]) -> list[Part]:
    """Households that moved at least once by the end of each period; by ghosts, how many owe it to an instrument or lost it to one."""
    g = at_work.ghosts
    rows, caused, missed = first_moves(w), direct(w, g), lost(w, g)
    known = 1 if g is not None or not at_work.keys else np.nan  # instruments were at work, and nobody watched
    out = []
    for end in ends:
        early = rows[w.m.month[rows] < end]
        for group_by, labels, code in _groups(w, w.m.household[early], w.m.household_class[early]):
            out.append(Part("first_moves", group_by, labels, end, np.bincount(code, minlength=len(labels)).astype(float)))
        out += _more_of(w, caused, DIRECT, end, known) + _more_of(w, missed, LOST, end, -known)
    return out


def _more_of(w: World, beside: Beside, key: str, end: int, sign: float) -> list[Part]:
    """Households that moved by a month, less their ghosts that did; times ``sign``."""
    moved, alone = beside.month < end, beside.month_ghost < end
    with_it = _groups(w, beside.household[moved], beside.household_class[moved])
    without = _groups(w, beside.household[alone], beside.class_ghost[alone])
    out = []
    for (group_by, labels, code), (_, _, other) in zip(with_it, without, strict=True):
        more = np.bincount(code, minlength=len(labels)) - np.bincount(other, minlength=len(labels))
        out.append(Part(key, group_by, labels, end, sign * more + 0.0))  # no minus 0
    return out


def _of_months(w: World, records: Records, end: int) -> list[Part]:
    fit = np.stack(records.fit[:end])  # [months, 2, groups]
    n, total = fit[:, 0], fit[:, 1]
    out = []
    areas = list(w.geography.code)
    layout = [
        (ALL, [ALL], ALL_AT),
        ("class", names(HouseholdClass), CLASS_AT),
        ("income", INCOMES, INCOME_AT),
        ("tenure", TENURES, TENURE_AT),
        ("wijk", areas, AREA_AT),
    ]
    for group_by, labels, first in layout:
        part = slice(first, first + len(labels))
        with np.errstate(invalid="ignore", divide="ignore"):
            monthly = total[:, part] / n[:, part]
        present = n[:, part] > 0
        mean = np.where(present.any(axis=0), np.where(present, monthly, 0).sum(axis=0) / np.maximum(1, present.sum(axis=0)), np.nan)
        out.append(Part("fit", group_by, labels, end, mean))
    others = np.array([np.mean([row["fit_others"] for row in records.months[:end]])])  # who is no senior
    out.append(Part("fit", "seniors", ["others"], end, others))
    last = records.months[max(0, end - 12) : end]
    for key in MONTH_STATES:
        out.append(Part(key, ALL, [ALL], end, np.array([np.mean([row[key] for row in last])])))
    out += [Part(key, ALL, [ALL], end, np.array([float(last[-1][key])])) for key in FOLLOWED]
    return out
