"""The columns of the world: households, dwellings, vacancies and the ledger of moves, as arrays.

Each table is a named tuple of arrays of equal length, so that a kernel and NumPy read the same thing by the same name. A row
is never reused. Household rows are known from the start of a seed (the event list is made before any market runs), so one
row is the same household in every scenario. Dwellings, vacancies and moves grow.

Months count from 0, the first month after the burn-in; before it they are negative. Money is euro of the start year.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import Annotated, Any, NamedTuple, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.world.codes import (
    Access,
    Contact,
    DwellingState,
    DwellingType,
    EventKind,
    HouseholdClass,
    HouseholdState,
    HouseholdType,
    Limitation,
    MoveReason,
    Origin,
    Sex,
    Stage,
    Tenure,
    Trigger,
    VacancyState,
)

ABSENT = np.int16(-32768)  # the birth month of an empty person slot
NEVER = np.int16(32767)  # a month that does not come
NOWHERE = np.int32(-1)  # no dwelling, no vacancy, no move
FROM_START = np.uint8(255)  # founding of a household of the start population
N_ADULTS = 2
COPY_BLOCK = 1 << 13  # rows
N_CHILDREN = 4  # larger families are cut off here (F10: 4.8 % of households have 5 or more persons; 6 persons fit)


class Col(NamedTuple):
    """What a column of the world is: the one declaration, from which the tables, their documentation and their tests are made."""

    dtype: type[np.generic]
    neutral: Any  # value of a row that is not in use yet
    unit: str | type[IntEnum]  # an enumeration where it holds codes
    meaning: str
    width: int = 0  # columns side by side, 0 for one

    def made(self, n: int) -> NDArray:
        """``n`` rows of the neutral value."""
        shape = (n, self.width) if self.width else (n,)
        # zeros are not written: rows that are not in use yet take no memory
        return np.zeros(shape, self.dtype) if self.neutral == 0 else np.full(shape, self.neutral, self.dtype)


class Households(NamedTuple):
    """One row per household that exists at any time in a seed."""

    id: Annotated[NDArray, Col(np.uint64, 0, "hash", "of the founding event")]
    state: Annotated[NDArray, Col(np.uint8, 0, HouseholdState, "whether the row is in use")]
    # persons (exogenous: changed by demography only)
    adult_id: Annotated[NDArray, Col(np.uint64, 0, "hash", "of the person; 0 if nobody", N_ADULTS)]
    adult_birth: Annotated[NDArray, Col(np.int16, ABSENT, "month", "of birth; ABSENT if nobody", N_ADULTS)]
    adult_sex: Annotated[NDArray, Col(np.uint8, 0, Sex, "of each adult", N_ADULTS)]
    adult_limit: Annotated[NDArray, Col(np.uint8, 0, Limitation, "of each adult", N_ADULTS)]
    child_id: Annotated[NDArray, Col(np.uint64, 0, "hash", "of the person; 0 if nobody", N_CHILDREN)]
    child_birth: Annotated[NDArray, Col(np.int16, ABSENT, "month", "of birth; ABSENT if nobody", N_CHILDREN)]
    kind: Annotated[NDArray, Col(np.uint8, 0, HouseholdType, "composition")]
    size: Annotated[NDArray, Col(np.uint8, 0, "persons", "who live in it")]
    rooms_needed: Annotated[NDArray, Col(np.uint8, 0, "rooms", "by the EU norm (F41)")]
    income_z: Annotated[NDArray, Col(np.float32, 0, "deviations", "place in the income distribution of its age and type (standard normal)")]
    income: Annotated[NDArray, Col(np.float32, 0, "euro per year", "disposable income")]
    wealth: Annotated[NDArray, Col(np.float32, 0, "euro", "outside the home")]
    # where and how it lives
    home: Annotated[NDArray, Col(np.int32, NOWHERE, "dwelling row", "where it lives; NOWHERE without a home of its own")]
    rent: Annotated[NDArray, Col(np.float32, 0, "euro per month", "now (tenants)")]
    rent_full: Annotated[NDArray, Col(np.float32, 0, "euro per month", "at the end of the agreed path")]
    rent_path_end: Annotated[NDArray, Col(np.int16, ABSENT, "month", "in which rent_full is reached (huurgewenning), else ABSENT")]
    debt: Annotated[NDArray, Col(np.float32, 0, "euro", "mortgage (owners)")]
    moved_in: Annotated[NDArray, Col(np.int16, 0, "month", "of the last move")]
    taste_here: Annotated[NDArray, Col(np.float32, 0, "fit points", "taste for the present home")]
    fit_here: Annotated[NDArray, Col(np.float32, 0, "0-1", "perceived fit of the present home")]
    # the journey
    stage: Annotated[NDArray, Col(np.uint8, 0, Stage, "of the klantreis")]
    stage_month: Annotated[NDArray, Col(np.int16, 0, "month", "in which the stage was entered")]
    search_month: Annotated[NDArray, Col(np.int16, ABSENT, "month", "in which WONINGZOEKEN was entered; ABSENT if not searching")]
    registered: Annotated[NDArray, Col(np.int16, 0, "month", "of registration with the corporaties; NEVER if not registered")]
    awake: Annotated[
        NDArray, Col(np.int16, ABSENT, "month", "in which it was last awake on the list of the corporaties, without searching")
    ]
    responded: Annotated[NDArray, Col(np.int16, ABSENT, "month", "of the last response to a corporatie home; ABSENT if none")]
    first_response: Annotated[NDArray, Col(np.int16, ABSENT, "month", "of the first response to one in this home; ABSENT if none")]
    trigger: Annotated[NDArray, Col(np.uint8, 0, Trigger, "what set the journey off")]
    attachment: Annotated[NDArray, Col(np.float32, 0, "factor", "own part of attachment to the wijk (the rest: klantreis.attached)")]
    scope: Annotated[NDArray, Col(np.uint8, 0, "0, 1, 2", "search area: own wijk, gemeente, gemeenten around")]
    profile: Annotated[NDArray, Col(np.uint8, 0, "woonprofiel", "first and second woonprofiel", 2)]
    first_contact: Annotated[NDArray, Col(np.uint8, 0, Contact, "of the journey")]
    contact_month: Annotated[NDArray, Col(np.int16, ABSENT, "month", "of the first contact with an instrument; ABSENT if none")]
    touched: Annotated[NDArray, Col(np.uint64, 0, "bits", "k: instrument k works on this household")]
    ever: Annotated[NDArray, Col(np.uint64, 0, "bits", "k: a lever of instrument k was non-zero in any decision of this household")]
    used: Annotated[NDArray, Col(np.uint64, 0, "bits", "k: a lever of instrument k was non-zero in the first steps of this journey")]
    decisive: Annotated[NDArray, Col(np.uint64, 0, "bits", "k: a decision of this journey differed without instrument k (63: without all)")]
    reserved: Annotated[NDArray, Col(np.int32, NOWHERE, "vacancy row", "accepted, or NOWHERE")]
    keys_month: Annotated[NDArray, Col(np.int16, NEVER, "month", "of the keys; NEVER if none are promised")]
    founding: Annotated[NDArray, Col(np.uint8, FROM_START, EventKind, "that founded it; FROM_START for the start population")]
    founded: Annotated[NDArray, Col(np.int16, 0, "month", "of founding")]
    patience: Annotated[NDArray, Col(np.int16, NEVER, "month", "in which an arrival without a home leaves again; NEVER for others")]
    left_elsewhere: Annotated[NDArray, Col(np.uint8, 0, "0, 1", "1: an arrival that leaves a home behind elsewhere")]
    departs: Annotated[NDArray, Col(np.int16, NEVER, "month", "in which it leaves for another gemeente; NEVER if it stays")]
    # fixed groups: month 0, or arrival (design section 9)
    origin_area: Annotated[NDArray, Col(np.int32, NOWHERE, "area row", "at month 0, or at arrival; NOWHERE if not yet known")]
    origin_tenure: Annotated[NDArray, Col(np.uint8, 255, Tenure, "at month 0, or at arrival; 255 without a home")]
    origin_income: Annotated[NDArray, Col(np.uint8, 0, "fifth", "of income, 0-4, at month 0, or at arrival")]


class Dwellings(NamedTuple):
    """One row per dwelling that exists, existed, or is planned."""

    id: Annotated[NDArray, Col(np.uint64, 0, "hash", "of project and number")]
    area: Annotated[NDArray, Col(np.int32, 0, "area row", "the smallest area (wijk)")]
    kind: Annotated[NDArray, Col(np.uint8, 0, DwellingType, "type of home")]
    tenure: Annotated[NDArray, Col(np.uint8, 0, Tenure, "who owns it, and who lives there")]
    rooms: Annotated[NDArray, Col(np.uint8, 0, "rooms", "in the home")]
    floor_area: Annotated[NDArray, Col(np.float32, 0, "m2", "floor area")]
    woz: Annotated[NDArray, Col(np.float32, 0, "euro", "taxed value (WOZ)")]
    rent: Annotated[NDArray, Col(np.float32, 0, "euro per month", "for a new tenant")]
    access: Annotated[NDArray, Col(np.uint8, 0, Access, "reachability and stairs inside")]
    age_label: Annotated[NDArray, Col(np.uint8, 0, "years", "0 none, else the lowest age of the oldest adult")]
    labels: Annotated[NDArray, Col(np.uint64, 0, "bits", "k: labelled by instrument k")]
    made_by: Annotated[NDArray, Col(np.uint8, 0, "number", "0 for the base world, k + 1 for instrument k")]
    state: Annotated[NDArray, Col(np.uint8, 0, DwellingState, "whether it is in the stock")]
    delivery: Annotated[NDArray, Col(np.int16, ABSENT, "month", "in which it enters the stock (start stock: ABSENT)")]
    occupant: Annotated[NDArray, Col(np.int32, NOWHERE, "household row", "who lives there, or NOWHERE")]
    vacancy: Annotated[NDArray, Col(np.int32, NOWHERE, "vacancy row", "the running vacancy, or NOWHERE")]


class Vacancies(NamedTuple):
    """One row per time a dwelling comes free."""

    id: Annotated[NDArray, Col(np.uint64, 0, "hash", "of dwelling and month")]
    dwelling: Annotated[NDArray, Col(np.int32, NOWHERE, "dwelling row", "that is free")]
    opened: Annotated[NDArray, Col(np.int16, 0, "month", "in which the dwelling came free")]
    offered: Annotated[NDArray, Col(np.int16, 0, "month", "the first on offer")]
    origin: Annotated[NDArray, Col(np.uint8, 0, Origin, "why it came free")]
    parent: Annotated[NDArray, Col(np.int32, NOWHERE, "move row", "that left it, or NOWHERE")]
    chain: Annotated[NDArray, Col(np.int32, NOWHERE, "vacancy row", "the chain's origin")]
    link: Annotated[NDArray, Col(np.int16, 0, "number", "that the move into it gets in its chain")]
    state: Annotated[NDArray, Col(np.uint8, 0, VacancyState, "where it stands")]
    taker: Annotated[NDArray, Col(np.int32, NOWHERE, "household row", "that has accepted it, or NOWHERE")]
    relaxed: Annotated[NDArray, Col(np.uint8, 0, "0, 1, 2", "offered as published, without labels, without income group")]
    price: Annotated[NDArray, Col(np.float32, 1, "factor", "asking price, times the WOZ value")]
    quota: Annotated[NDArray, Col(np.uint8, 0, "bits", "0 outside passend toewijzen, 1 free space, 2 local binding")]
    candidates: Annotated[NDArray, Col(np.int32, 0, "responses", "over all months")]
    bits: Annotated[NDArray, Col(np.uint64, 0, "bits", "k: instrument k had a lever on the taker's decision for this home")]
    decisive: Annotated[NDArray, Col(np.uint64, 0, "bits", "k: without instrument k somebody else had got it (63: without all)")]


class Moves(NamedTuple):
    """The ledger: one row per move, in the order (month, household row)."""

    month: Annotated[NDArray, Col(np.int16, 0, "month", "of the keys")]
    household: Annotated[NDArray, Col(np.int32, NOWHERE, "household row", "that moves")]
    household_class: Annotated[NDArray, Col(np.uint8, 0, HouseholdClass, "before the move")]
    age: Annotated[NDArray, Col(np.int16, 0, "years", "of the oldest adult")]
    size: Annotated[NDArray, Col(np.uint8, 0, "persons", "who move")]
    from_dwelling: Annotated[NDArray, Col(np.int32, NOWHERE, "dwelling row", "left; NOWHERE if none")]
    to_dwelling: Annotated[NDArray, Col(np.int32, NOWHERE, "dwelling row", "taken")]
    vacancy: Annotated[NDArray, Col(np.int32, NOWHERE, "vacancy row", "filled; NOWHERE if the move fills none")]
    left_vacancy: Annotated[NDArray, Col(np.int32, NOWHERE, "vacancy row", "opened by leaving; NOWHERE if none")]
    parent: Annotated[NDArray, Col(np.int32, NOWHERE, "move row", "the earlier move of the chain; NOWHERE if none")]
    chain: Annotated[NDArray, Col(np.int32, NOWHERE, "vacancy row", "the chain's origin; NOWHERE if none")]
    link: Annotated[NDArray, Col(np.int16, 0, "number", "of the move in its chain, from 1; 0 if none")]
    reason: Annotated[NDArray, Col(np.uint8, 0, MoveReason, "what kind of move it is")]
    trigger: Annotated[NDArray, Col(np.uint8, 0, Trigger, "what set the journey off")]
    left_home_elsewhere: Annotated[NDArray, Col(np.uint8, 0, "0, 1", "1: an arrival that left a home behind elsewhere")]
    from_rent: Annotated[NDArray, Col(np.float32, 0, "euro per month", "before the move")]
    to_rent: Annotated[NDArray, Col(np.float32, 0, "euro per month", "after the move")]
    fit_before: Annotated[NDArray, Col(np.float32, 0, "0-1", "perceived fit of the home left")]
    fit_after: Annotated[NDArray, Col(np.float32, 0, "0-1", "perceived fit of the home taken")]
    waited: Annotated[NDArray, Col(np.int16, 0, "months", "since the search began")]
    registered: Annotated[NDArray, Col(np.int16, 0, "months", "of registration")]
    first_contact: Annotated[NDArray, Col(np.uint8, 0, Contact, "of the journey")]
    contact_months: Annotated[NDArray, Col(np.int16, ABSENT, "months", "from the first contact to the keys; ABSENT if none")]
    instruments: Annotated[NDArray, Col(np.uint64, 0, "bits", "k: instrument k worked on this move")]
    decisive: Annotated[NDArray, Col(np.uint64, 0, "bits", "k: without instrument k it would not have been this move")]


Table = TypeVar("Table", Households, Dwellings, Vacancies, Moves)


def declared(table: type[Any]) -> dict[str, Col]:
    """The columns of a table by name, in order.

    Raises:
        TypeError: one is not declared in full; names it and how to.
    """
    hints = get_type_hints(table, include_extras=True)
    found = {name: next((one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Col)), None) for name, hint in hints.items()}
    for name, one in found.items():
        if one is None or not (one.unit and one.meaning):
            raise TypeError(f"{table.__name__}.{name}: write {name}: Annotated[NDArray, Col(dtype, neutral value, unit, meaning)]")
    return {name: one for name, one in found.items() if one}


TABLES: dict[type, dict[str, Col]] = {table: declared(table) for table in (Households, Dwellings, Vacancies, Moves)}


def empty(table: type[Table], n: int) -> Table:
    """A table of ``n`` rows filled with each column's neutral value."""
    return table(**{name: column.made(n) for name, column in TABLES[table].items()})


def is_table(value: object) -> bool:
    """Whether this is one of the tables of this file."""
    return type(value) in TABLES


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
    out = TABLES[table][name].made(n)
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
