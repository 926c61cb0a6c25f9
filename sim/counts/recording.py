"""What is written down each month: counts of people and homes, and fit by group. Owns no randomness, changes no decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.fit import MAX_AGE, any_child, class_of, oldest_age
from sim.behaviour.klantreis import NORM_MONTHS
from sim.counts import vasthouders
from sim.counts.schema import AGE_COLUMNS, AGES, TENURE_COLUMNS
from sim.kernel_cache import njit
from sim.without.ghosts_on_the_market import WINS
from sim.world.codes import (
    AANPASBAAR,
    CHOSEN,
    CLASS_SENIOR,
    CLASS_STARTER,
    EENGEZINS,
    GESCHIKT,
    IN_STOCK,
    ONGESCHIKT,
    PRESENT,
    WENS,
    ZOEKEN,
    Access,
    EventKind,
    HouseholdClass,
    MoveReason,
    Stage,
)
from sim.world.columns import NEVER, NOWHERE, age_years
from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.counts.vasthouders import Stuck
    from sim.demography.plan import Events
    from sim.world.world import World

N_CLASSES = len(HouseholdClass)
# counters of the pass over households
HOUSEHOLDS, SEARCHERS, SUITABLE, ADAPTABLE, UNSUITABLE, WISHES, SMALL_IN_FAMILY_HOME, UNSUITABLE_IN_FAMILY_HOME = range(8)
WITHOUT_HOME, SENIOR_SEARCHERS, PERSONS, OLD, OLD_WISHES, OLD_SEARCHERS, REGISTERED, RESPONDING, REACTING = range(8, 17)
COUNTERS = (
    "households",
    "searchers",
    "suitable_seniors",
    "adaptable_seniors",
    "unsuitable_seniors",
    "seniors_with_wish",
    "small_in_family_home",
    "unsuitable_in_family_home",
    "without_home",
    "seniors_searching",
    "persons",
    "aged_65",
    "aged_65_with_wish",
    "aged_65_searching",
    "registered",
    "responding",
    "registered_responding",
)
# groups of fit: all, class, income fifth, tenure at the start (3 and none), then areas
ALL_AT, CLASS_AT, INCOME_AT, TENURE_AT, AREA_AT = 0, 1, 1 + N_CLASSES, 6 + N_CLASSES, 10 + N_CLASSES
N_INCOMES, N_TENURES = TENURE_AT - INCOME_AT, AREA_AT - TENURE_AT
N_STAGES, N_ACCESS = len(Stage), len(Access)
CELLS = N_CLASSES * N_INCOMES * N_TENURES


class Counted(NamedTuple):
    """What one pass over the households counts."""

    counts: NDArray  # int64, in the order of COUNTERS
    n: NDArray  # float64 [groups], households
    fit: NDArray  # float64 [groups], sum of their fit
    seniors: NDArray  # float64 [areas], with a home
    ages: NDArray  # int64 [8], households with a home by age class


def nothing_counted(seniors: NDArray) -> Counted:
    """All zero; ``seniors`` (float64 [areas]) is the array that is filled."""
    groups = AREA_AT + len(seniors)
    counts, ages = np.zeros(len(COUNTERS), np.int64), np.zeros(len(AGES) + 1, np.int64)
    return Counted(counts, np.zeros(groups), np.zeros(groups), seniors, ages)


@njit(cache=True)
def count_households(h, d, month, senior_age, counted):
    """One pass over the households present; fills ``counted``.

    The pass adds up by cell only; what is reported are sums of cells. Fit stays the same by whatever way it is added: a sum of
    ``float32`` numbers between 2^-6 and 1 is exact in ``float64``, up to eight million of them.
    """
    counts, n, fit, seniors, ages = counted
    cell_n, cell_fit = np.zeros(CELLS, np.int64), np.zeros(CELLS)
    by_age = np.zeros((MAX_AGE + 1, N_STAGES), np.int64)
    by_access = np.zeros((2, N_STAGES, N_ACCESS, 2), np.int64)
    searchers, persons, small_homes = 0, 0, 0
    registered, responding, reacting = 0, 0, 0
    homes, seniors_in = _packed(d.area, d.access, d.kind), np.zeros(len(seniors), np.int64)
    for i in range(len(h.state)):
        if h.state[i] != PRESENT:
            continue
        j, stage, value = h.home[i], h.stage[i], np.float64(h.fit_here[i])
        age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), month)
        cls = class_of(j, age, any_child(h.child_birth, i), senior_age)
        cell = (cls * N_INCOMES + h.origin_income[i]) * N_TENURES + min(N_TENURES - 1, h.origin_tenure[i])
        cell_n[cell] += 1
        cell_fit[cell] += value
        area = AREA_AT + max(0, h.origin_area[i])
        n[area] += 1
        fit[area] += value
        searchers += stage == ZOEKEN
        registered += h.registered[i] != NEVER
        responding += h.responded[i] > month - NORM_MONTHS
        reacting += h.registered[i] != NEVER and h.responded[i] > month - NORM_MONTHS
        persons += h.size[i]
        if j < 0:
            continue
        by_age[age, stage] += 1
        home = np.int64(homes[j])
        small = np.int64(h.size[i] <= 2) & home
        small_homes += int(small)
        senior = np.int64(cls == CLASS_SENIOR)  # counted without a jump: half of all are seniors, in no order
        by_access[senior, stage, home >> 1 & 3, small] += 1
        seniors_in[home >> 3] += senior
    seniors[:] = seniors_in
    counts[SEARCHERS], counts[PERSONS], counts[SMALL_IN_FAMILY_HOME] = searchers, persons, small_homes
    counts[REGISTERED], counts[RESPONDING], counts[REACTING] = registered, responding, reacting
    _add_up_groups(cell_n, cell_fit, n, fit)
    counts[HOUSEHOLDS], counts[WITHOUT_HOME] = n[ALL_AT], n[CLASS_AT + CLASS_STARTER]
    _add_up_ages(by_age, counts, ages)
    _add_up_seniors(by_access[1], counts)


@njit(cache=True)
def _packed(area, access, kind):
    """Area, accessibility (two bits) and whether it is a family home (one bit) of each dwelling, as one number to fetch; int32."""
    homes = np.empty(len(area), np.int32)
    for j in range(len(homes)):
        homes[j] = area[j] << 3 | np.int32(access[j]) << 1 | np.int32(kind[j] == EENGEZINS)
    return homes


@njit(cache=True)
def _add_up_groups(cell_n, cell_fit, n, fit):
    """From cells of class, income and tenure to the groups."""
    for cell in range(CELLS):
        tenure, income, cls = cell % N_TENURES, cell // N_TENURES % N_INCOMES, cell // (N_TENURES * N_INCOMES)
        for g in (ALL_AT, CLASS_AT + cls, INCOME_AT + income, TENURE_AT + tenure):
            n[g] += cell_n[cell]
            fit[g] += cell_fit[cell]


@njit(cache=True)
def _add_up_ages(by_age, counts, ages):
    """Households with a home by age class; those of 65 and older by stage."""
    k = 0
    for age in range(len(by_age)):
        k += k < len(AGES) and age >= AGES[k]
        ages[k] += by_age[age].sum()
        if age >= 65:
            counts[OLD] += by_age[age].sum()
            counts[OLD_WISHES] += by_age[age, WENS]
            counts[OLD_SEARCHERS] += by_age[age, ZOEKEN]


@njit(cache=True)
def _add_up_seniors(by_access, counts):
    """Seniors with a home, by stage, accessibility and whether two or fewer live in a family home."""
    counts[SENIOR_SEARCHERS] = by_access[ZOEKEN].sum()
    counts[WISHES] = by_access[WENS].sum() + by_access[ZOEKEN].sum()
    counts[SUITABLE] = by_access[:, GESCHIKT].sum()
    counts[ADAPTABLE] = by_access[:, AANPASBAAR].sum()
    counts[UNSUITABLE] = by_access[:, ONGESCHIKT].sum()
    counts[UNSUITABLE_IN_FAMILY_HOME] = by_access[:, ONGESCHIKT, 1].sum()


@njit(cache=True)
def count_dwellings(state, vacancy, access, floor_area, kind, tenure):
    """Homes in stock, vacant, suitable or adaptable, and large enough to split; then by tenure; int64 [7]."""
    out = np.zeros(7, np.int64)
    for j in range(len(state)):
        if state[j] != IN_STOCK:
            continue
        out[0] += 1
        out[1] += vacancy[j] >= 0
        out[4 + tenure[j]] += 1
        out[2] += access[j] >= AANPASBAAR
        out[3] += kind[j] == EENGEZINS and floor_area[j] >= 150.0  # m2 as in C40, which counts owned homes
    return out


@dataclass
class Records(Own):
    """What is written down month by month, from which the tables are made."""

    months: list[dict[str, float]] = field(default_factory=list)  # one row per month (months.parquet)
    fit: list[NDArray] = field(default_factory=list)  # float64 [2, groups] per month: households, and the sum of their fit
    funnel: list[NDArray] = field(default_factory=list)  # int64 FUNNEL_SHAPE per month
    cohort: dict[str, NDArray] = field(default_factory=dict)  # household rows that searched at the last turn of the year
    homes: list[tuple[NDArray, NDArray]] = field(default_factory=list)  # per month: household rows that moved, and where to
    lived: NDArray = field(default_factory=lambda: np.zeros(0, np.int32))  # home of each household at the last look
    wins: NDArray = field(default_factory=lambda: np.zeros(len(WINS), np.int64))  # of the month's clearing, as its ``Watch`` counts them


@dataclass
class AtStart(Own):
    """Month 0, to which what happens is compared."""

    home: NDArray = field(default_factory=lambda: np.zeros(0, np.int32))  # int32 [households], dwelling row
    counts: dict[str, int] = field(default_factory=dict)  # sim.counts.invariants.snapshot
    year_before: dict[str, float] = field(default_factory=dict)  # what a monitor counted in the twelve months before


def record(w: World, records: Records, mine: Stuck, seniors: NDArray, moves_before: int, leaving: dict[str, int]) -> None:
    """Append this month to ``records``, and count ``seniors`` (float64 [areas], filled).

    ``moves_before``: first row of the ledger of this month; ``leaving`` is what ``leavers`` gave before its events.
    """
    counts, n, fit, _, ages = counted = nothing_counted(seniors)
    count_households(w.h, w.d, w.month, int(w.params.senior_age), counted)
    vasthouders.follow(w, mine, moves_before)
    if w.month < -NORM_MONTHS:  # the year before the start is what a monitor compares with
        return
    dwellings = count_dwellings(w.d.state, w.d.vacancy, w.d.access, w.d.floor_area, w.d.kind, w.d.tenure)
    row: dict[str, float] = {"month": w.month, **dict(zip(COUNTERS, counts.tolist(), strict=True))}
    row |= dict(zip(("dwellings", "vacant", "suitable_dwellings", "splittable_dwellings"), dwellings.tolist()[:4], strict=True))
    row |= dict(zip((*TENURE_COLUMNS, *AGE_COLUMNS), (*dwellings.tolist()[4:], *ages.tolist()), strict=True))
    row |= _realised(w, records) | leaving | dict(zip(WINS, records.wins.tolist(), strict=True))
    row["seniors"] = int(n[CLASS_AT + CLASS_SENIOR])
    row |= _moves_of_month(w, moves_before) | vasthouders.count(w, mine)
    row["fit"] = float(fit[ALL_AT] / max(1.0, n[ALL_AT]))
    row["fit_seniors"] = float(fit[CLASS_AT + CLASS_SENIOR] / max(1.0, n[CLASS_AT + CLASS_SENIOR]))
    others = n[ALL_AT] - n[CLASS_AT + CLASS_SENIOR]
    row["fit_others"] = float((fit[ALL_AT] - fit[CLASS_AT + CLASS_SENIOR]) / max(1.0, others))
    records.months.append(row)
    records.fit.append(np.stack((n, fit)))
    records.funnel.append(w.funnel.copy())


def leavers(w: World, events: Events) -> dict[str, int]:
    """Who is about to leave by this month's events: households of 65 to 74 and of 65 and over that depart, persons of 70 and over
    into care.

    To be read before the events happen: a household that has ended is nobody any more.
    """
    at = w.month - w.setting.first_month
    part = slice(int(events.first[at]), int(events.first[at + 1]))
    kind, rows = events.kind[part], events.row[part]
    leaves = (kind == EventKind.DEPARTURE) | (kind == EventKind.CARE)
    kind, rows = kind[leaves], rows[leaves]
    age = age_years(w.h.adult_birth[rows], w.month).max(axis=1)
    there = (w.h.state[rows] == PRESENT) & (w.h.home[rows] >= 0)
    departed = there & (kind == EventKind.DEPARTURE) & (age >= 65)
    cared_for = there & (kind == EventKind.CARE) & (age >= 70)
    return {
        "departed_65_74": int((departed & (age < 75)).sum()),
        "departed_65": int(departed.sum()),
        "care_70": int(cared_for.sum()),
    }


def _realised(w: World, records: Records) -> dict[str, float]:
    """Once a year: who searched a year ago, and the share of them that has moved since, here or elsewhere (B17, B53); else NaN."""
    row = dict.fromkeys(("realised_65", "realised_all"), np.nan)
    if w.month % 12:
        return row
    h = w.h
    for key, rows in records.cohort.items():
        left = (h.state[rows] != PRESENT) & (h.departs[rows] > w.month - 12) & (h.departs[rows] <= w.month)
        known = (h.state[rows] == PRESENT) | left
        moved = left | (h.moved_in[rows] > w.month - 12)
        row[key] = float(moved[known].mean()) if known.any() else np.nan
    searching = np.flatnonzero((h.state == PRESENT) & (h.stage == ZOEKEN) & (h.home >= 0))
    old = age_years(h.adult_birth[searching], w.month).max(axis=1) >= 65
    records.cohort = {"realised_65": searching[old], "realised_all": searching}
    return row


def _moves_of_month(w: World, first: int) -> dict[str, float]:
    m = w.m
    rows = slice(first, int(w.counts[1]))
    fills = m.reason[rows] == MoveReason.FILL
    senior = np.isin(m.reason[rows], CHOSEN) & (m.household_class[rows] == HouseholdClass.SENIOR)
    homes = senior & (m.from_dwelling[rows] != NOWHERE)
    a, b = w.d.area[m.from_dwelling[rows][homes]], w.d.area[m.to_dwelling[rows][homes]]
    km = np.hypot(w.map.x_km[a] - w.map.x_km[b], w.map.y_km[a] - w.map.y_km[b])
    return {
        "moves": len(fills),
        "fills": int(fills.sum()),
        "senior_moves": int(senior.sum()),
        "senior_moves_suitable": int((w.d.access[m.to_dwelling[rows][senior]] == GESCHIKT).sum()),
        "senior_moves_km": float(km.sum()),
    }


def keep_homes(w: World, records: Records, home_at_start: NDArray) -> None:
    """Remember who lives elsewhere than at the last look, as (rows, homes): for the drift of other scenarios."""
    if len(records.lived) == 0:
        records.lived = home_at_start.copy()
    last = records.lived
    rows = np.flatnonzero(w.h.home != last).astype(np.int32)
    last[rows] = w.h.home[rows]
    records.homes.append((rows, w.h.home[rows]))


def share_elsewhere(w: World, homes: NDArray) -> float:
    """Share of the households present that live elsewhere than in ``homes`` (the base world in the same month)."""
    here = w.h.state == PRESENT
    return float((w.h.home[here] != homes[here]).mean()) if here.any() else 0.0
