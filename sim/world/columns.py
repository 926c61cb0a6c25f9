"""The columns of the world: households, dwellings, vacancies and the ledger of moves, as arrays.

Each table is a named tuple of arrays of equal length, so that a kernel and NumPy read the same thing by the same name. A row
is never reused. Household rows are known from the start of a seed (the event list is made before any market runs), so one
row is the same household in every scenario. Dwellings, vacancies and moves grow.

Months count from 0, the first month after the burn-in; before it they are negative. Money is euro of the start year.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABSENT = np.int16(-32768)  # the birth month of an empty person slot
NEVER = np.int16(32767)  # a month that does not come
NOWHERE = np.int32(-1)  # no dwelling, no vacancy, no move
FROM_START = np.uint8(255)  # founding of a household of the start population
N_ADULTS = 2
COPY_BLOCK = 1 << 13  # rows
N_CHILDREN = 4  # larger families are cut off here (F10: 4.8 % of households have 5 or more persons; 6 persons fit)


class Households(NamedTuple):
    """One row per household that exists at any time in a seed."""

    id: NDArray  # uint64, hash of the founding event
    state: NDArray  # uint8, HouseholdState
    # persons (exogenous: changed by demography only)
    adult_id: NDArray  # uint64 [n, 2]
    adult_birth: NDArray  # int16 [n, 2], month of birth; ABSENT if nobody
    adult_sex: NDArray  # uint8 [n, 2], Sex
    adult_limit: NDArray  # uint8 [n, 2], Limitation
    child_id: NDArray  # uint64 [n, 4]
    child_birth: NDArray  # int16 [n, 4]; ABSENT if nobody
    kind: NDArray  # uint8, HouseholdType
    size: NDArray  # uint8, persons
    rooms_needed: NDArray  # uint8, rooms by the EU norm (F41)
    income_z: NDArray  # float32, place in the income distribution of its age and type (standard normal)
    income: NDArray  # float32, disposable euro per year
    wealth: NDArray  # float32, euro outside the home
    # where and how it lives
    home: NDArray  # int32, dwelling row; NOWHERE without a home of its own
    rent: NDArray  # float32, euro per month now (tenants)
    rent_full: NDArray  # float32, euro per month at the end of the agreed path
    rent_path_end: NDArray  # int16, month at which rent_full is reached (huurgewenning), else ABSENT
    debt: NDArray  # float32, mortgage in euro (owners)
    moved_in: NDArray  # int16, month of the last move
    taste_here: NDArray  # float32, taste for the present home, in fit points
    fit_here: NDArray  # float32, perceived fit of the present home, 0-1
    # the journey
    stage: NDArray  # uint8, Stage
    stage_month: NDArray  # int16, month the stage was entered
    search_month: NDArray  # int16, month WONINGZOEKEN was entered; ABSENT if not searching
    registered: NDArray  # int16, month of registration with the corporaties
    trigger: NDArray  # uint8, Trigger
    attachment: NDArray  # float32, own part of attachment to the neighbourhood (with the years lived there: klantreis.attached)
    scope: NDArray  # uint8, search area: 0 own wijk, 1 gemeente, 2 gemeenten around
    profile: NDArray  # uint8 [n, 2], first and second woonprofiel
    first_contact: NDArray  # uint8, Contact
    contact_month: NDArray  # int16, month of the first contact with an instrument; ABSENT if none
    touched: NDArray  # uint64, bit k: instrument k works on this household
    ever: NDArray  # uint64, bit k: a lever of instrument k was non-zero in a decision of this household at any time
    used: NDArray  # uint64, bit k: a lever of instrument k was non-zero in a decision of this journey's first steps
    decisive: NDArray  # uint64, bit k: a decision of this journey differed without instrument k (bit 63: without all)
    reserved: NDArray  # int32, vacancy accepted, or NOWHERE
    keys_month: NDArray  # int16, month of the keys
    founding: NDArray  # uint8, EventKind that founded it; FROM_START for the start population
    founded: NDArray  # int16, month of founding
    patience: NDArray  # int16, month at which an arrival without a home leaves again; NEVER for others
    # fixed groups: month 0, or arrival (design section 9)
    origin_area: NDArray  # int32
    origin_tenure: NDArray  # uint8, Tenure; 255 without a home
    origin_income: NDArray  # uint8, income fifth 0-4


class Dwellings(NamedTuple):
    """One row per dwelling that exists, existed, or is planned."""

    id: NDArray  # uint64, hash of project and number
    area: NDArray  # int32, row of the smallest area (wijk)
    kind: NDArray  # uint8, DwellingType
    tenure: NDArray  # uint8, Tenure
    rooms: NDArray  # uint8
    floor_area: NDArray  # float32, m2
    woz: NDArray  # float32, euro
    rent: NDArray  # float32, euro per month for a new tenant
    access: NDArray  # uint8, Access
    age_label: NDArray  # uint8, 0 none, else the lowest age of the oldest adult
    labels: NDArray  # uint64, bit k: labelled by instrument k
    made_by: NDArray  # uint8, 0 for the base world, k + 1 for instrument k
    state: NDArray  # uint8, DwellingState
    delivery: NDArray  # int16, month it enters the stock (start stock: ABSENT)
    occupant: NDArray  # int32, household row or NOWHERE
    vacancy: NDArray  # int32, row of the running vacancy or NOWHERE


class Vacancies(NamedTuple):
    """One row per time a dwelling comes free."""

    id: NDArray  # uint64, hash of dwelling and month
    dwelling: NDArray  # int32
    opened: NDArray  # int16, month the dwelling came free
    offered: NDArray  # int16, first month on offer
    origin: NDArray  # uint8, Origin
    parent: NDArray  # int32, move that left it, or NOWHERE
    chain: NDArray  # int32, vacancy row of the chain's origin
    link: NDArray  # int16, number that the move into it gets in its chain
    state: NDArray  # uint8, VacancyState
    taker: NDArray  # int32, household row that has accepted it, or NOWHERE
    relaxed: NDArray  # uint8, 0 as published, 1 without labels, 2 without income group
    price: NDArray  # float32, asking price as a factor of the WOZ value
    quota: NDArray  # uint8, bit 0 outside passend toewijzen, bit 1 free space, bit 2 local binding
    candidates: NDArray  # int32, responses over all months
    bits: NDArray  # uint64, bit k: instrument k had a lever on the taker's decision for this home
    decisive: NDArray  # uint64, bit k: without instrument k somebody else had got it (bit 63: without all)


class Moves(NamedTuple):
    """The ledger: one row per move, in the order (month, household row)."""

    month: NDArray  # int16
    household: NDArray  # int32
    household_class: NDArray  # uint8, HouseholdClass before the move
    age: NDArray  # int16, years, oldest adult
    size: NDArray  # uint8, persons
    from_dwelling: NDArray  # int32, NOWHERE if none
    to_dwelling: NDArray  # int32
    vacancy: NDArray  # int32, vacancy filled; NOWHERE if the move fills none
    left_vacancy: NDArray  # int32, vacancy opened by leaving; NOWHERE if none
    parent: NDArray  # int32, earlier move of the chain
    chain: NDArray  # int32, vacancy row of the chain's origin; NOWHERE if none
    link: NDArray  # int16
    reason: NDArray  # uint8, MoveReason
    trigger: NDArray  # uint8, Trigger
    left_home_elsewhere: NDArray  # uint8
    from_rent: NDArray  # float32
    to_rent: NDArray  # float32
    fit_before: NDArray  # float32
    fit_after: NDArray  # float32
    waited: NDArray  # int16, months since search began
    registered: NDArray  # int16, months of registration
    first_contact: NDArray  # uint8
    contact_months: NDArray  # int16, months from first contact to keys; ABSENT if none
    instruments: NDArray  # uint64, bit k: instrument k worked on this move
    decisive: NDArray  # uint64, bit k: without instrument k it would not have been this move


_DTYPES: dict[str, dict[str, tuple]] = {
    "Households": {
        "id": (np.uint64, 0),
        "state": (np.uint8, 0),
        "adult_id": (np.uint64, 0, N_ADULTS),
        "adult_birth": (np.int16, ABSENT, N_ADULTS),
        "adult_sex": (np.uint8, 0, N_ADULTS),
        "adult_limit": (np.uint8, 0, N_ADULTS),
        "child_id": (np.uint64, 0, N_CHILDREN),
        "child_birth": (np.int16, ABSENT, N_CHILDREN),
        "kind": (np.uint8, 0),
        "size": (np.uint8, 0),
        "rooms_needed": (np.uint8, 0),
        "income_z": (np.float32, 0),
        "income": (np.float32, 0),
        "wealth": (np.float32, 0),
        "home": (np.int32, NOWHERE),
        "rent": (np.float32, 0),
        "rent_full": (np.float32, 0),
        "rent_path_end": (np.int16, ABSENT),
        "debt": (np.float32, 0),
        "moved_in": (np.int16, 0),
        "taste_here": (np.float32, 0),
        "fit_here": (np.float32, 0),
        "stage": (np.uint8, 0),
        "stage_month": (np.int16, 0),
        "search_month": (np.int16, ABSENT),
        "registered": (np.int16, 0),
        "trigger": (np.uint8, 0),
        "attachment": (np.float32, 0),
        "scope": (np.uint8, 0),
        "profile": (np.uint8, 0, 2),
        "first_contact": (np.uint8, 0),
        "contact_month": (np.int16, ABSENT),
        "touched": (np.uint64, 0),
        "ever": (np.uint64, 0),
        "used": (np.uint64, 0),
        "decisive": (np.uint64, 0),
        "reserved": (np.int32, NOWHERE),
        "keys_month": (np.int16, NEVER),
        "founding": (np.uint8, FROM_START),
        "founded": (np.int16, 0),
        "patience": (np.int16, NEVER),
        "origin_area": (np.int32, NOWHERE),
        "origin_tenure": (np.uint8, 255),
        "origin_income": (np.uint8, 0),
    },
    "Dwellings": {
        "id": (np.uint64, 0),
        "area": (np.int32, 0),
        "kind": (np.uint8, 0),
        "tenure": (np.uint8, 0),
        "rooms": (np.uint8, 0),
        "floor_area": (np.float32, 0),
        "woz": (np.float32, 0),
        "rent": (np.float32, 0),
        "access": (np.uint8, 0),
        "age_label": (np.uint8, 0),
        "labels": (np.uint64, 0),
        "made_by": (np.uint8, 0),
        "state": (np.uint8, 0),
        "delivery": (np.int16, ABSENT),
        "occupant": (np.int32, NOWHERE),
        "vacancy": (np.int32, NOWHERE),
    },
    "Vacancies": {
        "id": (np.uint64, 0),
        "dwelling": (np.int32, NOWHERE),
        "opened": (np.int16, 0),
        "offered": (np.int16, 0),
        "origin": (np.uint8, 0),
        "parent": (np.int32, NOWHERE),
        "chain": (np.int32, NOWHERE),
        "link": (np.int16, 0),
        "state": (np.uint8, 0),
        "taker": (np.int32, NOWHERE),
        "relaxed": (np.uint8, 0),
        "price": (np.float32, 1),
        "quota": (np.uint8, 0),
        "candidates": (np.int32, 0),
        "bits": (np.uint64, 0),
        "decisive": (np.uint64, 0),
    },
    "Moves": {
        "month": (np.int16, 0),
        "household": (np.int32, NOWHERE),
        "household_class": (np.uint8, 0),
        "age": (np.int16, 0),
        "size": (np.uint8, 0),
        "from_dwelling": (np.int32, NOWHERE),
        "to_dwelling": (np.int32, NOWHERE),
        "vacancy": (np.int32, NOWHERE),
        "left_vacancy": (np.int32, NOWHERE),
        "parent": (np.int32, NOWHERE),
        "chain": (np.int32, NOWHERE),
        "link": (np.int16, 0),
        "reason": (np.uint8, 0),
        "trigger": (np.uint8, 0),
        "left_home_elsewhere": (np.uint8, 0),
        "from_rent": (np.float32, 0),
        "to_rent": (np.float32, 0),
        "fit_before": (np.float32, 0),
        "fit_after": (np.float32, 0),
        "waited": (np.int16, 0),
        "registered": (np.int16, 0),
        "first_contact": (np.uint8, 0),
        "contact_months": (np.int16, ABSENT),
        "instruments": (np.uint64, 0),
        "decisive": (np.uint64, 0),
    },
}

Table = TypeVar("Table", Households, Dwellings, Vacancies, Moves)


def empty(table: type[Table], n: int) -> Table:
    """A table of ``n`` rows filled with each column's neutral value."""
    return table(**{name: _neutral(table, name, n) for name in _DTYPES[table.__name__]})


def _neutral(table: type[Table], name: str, n: int) -> NDArray:
    dtype, fill, *width = _DTYPES[table.__name__][name]
    # zeros are not written: rows that are not in use yet take no memory
    return np.zeros((n, *width), dtype) if fill == 0 else np.full((n, *width), fill, dtype)


def is_table(value: object) -> bool:
    """Whether this is one of the tables of this file."""
    return type(value).__name__ in _DTYPES and isinstance(value, tuple)


def copy(table: Table) -> Table:
    """A deep copy: no array is shared."""
    return type(table)(*(_copy_column(column) for column in table))


def _copy_column(column: NDArray) -> NDArray:
    """Blocks of zeros are left out: they take no memory in the copy either."""
    if len(column) < COPY_BLOCK:
        return column.copy()
    out = np.zeros(column.shape, column.dtype)
    for lo in range(0, len(column), COPY_BLOCK):
        block = column[lo : lo + COPY_BLOCK]
        if block.view(np.uint8).any():  # bytes: a negative zero is not left out
            out[lo : lo + COPY_BLOCK] = block
    return out


def grow(table: Table, n: int) -> Table:
    """The same table with room for ``n`` rows; new rows hold neutral values."""
    if n <= len(table[0]):
        return table
    return type(table)(*(grow_column(type(table), name, column, n) for name, column in table._asdict().items()))


def grow_column(table: type[Table], name: str, column: NDArray, n: int) -> NDArray:
    """A copy of one column of a table with room for ``n`` rows; new rows hold the neutral value."""
    out = _neutral(table, name, n)
    out[: len(column)] = column
    return out


def grow_in_place(table: type[Table], columns: dict[str, NDArray], n: int) -> Table:
    """As ``grow``, from columns by name that nobody else holds: each is let go once it is copied."""
    return table(**{name: grow_column(table, name, columns.pop(name), n) for name in list(columns)})


def take(table: Table, rows: NDArray) -> Table:
    """The chosen rows (index or boolean mask), as a new table."""
    return type(table)(*(column[rows] for column in table))


def fingerprint(*tables: NamedTuple) -> str:
    """SHA-256 (hex) over the bytes of every column of the tables given."""
    digest = hashlib.sha256()
    for table in tables:
        for name, column in table._asdict().items():
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def age_years(birth: NDArray, month: int) -> NDArray:
    """Age in whole years at the start of a month; empty slots give −1."""
    age = (int(month) - birth.astype(np.int32)) // 12
    return np.where(birth == ABSENT, -1, age)
