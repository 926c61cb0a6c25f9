"""From figures to households in homes: the start population of a place, drawn per seed from the fitted table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.population import assignment, children, dwellings, integerise, persons, tenancy
from sim.population.base_year import AGES, N_CELLS, N_HOMES, TYPES, base_year
from sim.population.fitting import Fit, fitted
from sim.population.income import fifth_of, income_of, income_table, local_shift, normal_quantile
from sim.population.ipf import within_runs
from sim.population.setting import Programme, border, geography, programme, rows_of
from sim.population.streefhuur import RentLaw, rent_law
from sim.world import figures
from sim.world.chance import Purpose, bits_array, hash_text, uniform
from sim.world.codes import DwellingState, HouseholdState
from sim.world.columns import Dwellings, Households, age_years, empty
from sim.world.geography import Border, Geography

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.places import Place

HOMELESS = N_HOMES  # column of households without a home of their own


class Margins(NamedTuple):
    """What the draw must meet, per area (float64), for the report on errors."""

    fit: Fit
    size: NDArray  # [a, 5] households by persons
    woz: NDArray  # [a, 5] homes by WOZ band


class StartState(NamedTuple):
    """The place at the first month."""

    geography: Geography
    households: Households
    dwellings: Dwellings
    border: Border
    programme: Programme
    margins: Margins
    first_month: int


def build(place: Place, seed: int, params: Params, *, start: str = "2026-01", first_month: int = -36) -> StartState:
    """Draw the start population of ``place``: households (all present) and homes (all in stock), occupants set.

    The population of 1-1-2024 stands for the one at ``first_month``. Everything is keyed: the order of rows in the
    files of figures does not matter. ``start`` (YYYY-MM) says which law caps the rents of corporaties.
    """
    f = fitted(place)
    woz = dwellings.woz_means(f.woz_keur, f.dwellings, params)
    shift = local_shift(f, params.rel_income_local)
    task = _Task(f, children.shares_of(f, params), woz, shift, seed, params, first_month, rent_law(start), year_of(start, first_month))
    rows = rows_of(place)
    counts = [_whole_numbers(f, g, row, seed) for g, row in enumerate(rows)]
    h = empty(Households, sum(int(c.households.sum()) for c in counts))
    d = empty(Dwellings, sum(int(c.homes.sum()) for c in counts))
    wheres = [
        dwellings.Where(str(figures.column("gemeenten", "code")[row]), str(figures.column("gemeenten", "province")[row])) for row in rows
    ]
    at_h = at_d = 0
    for c, where in zip(counts, wheres, strict=True):
        rows_h, rows_d = slice(at_h, at_h + int(c.households.sum())), slice(at_d, at_d + int(c.homes.sum()))
        cell_d, wanted = _homes(d, rows_d, c, where, task)
        area, column, oldest = _people(h, rows_h, c, task)
        _settle(h, d, rows_h, rows_d, (np.searchsorted(c.areas, area), column, oldest), cell_d, task)
        _contracts(h, d, rows_h, rows_d, oldest, wanted, task)
        at_h, at_d = rows_h.stop, rows_d.stop
    total = f.joint.sum(axis=(1, 2)) + f.homeless.sum(axis=1)
    margins = Margins(f, children.size_margin(f, params) * total[:, None], dwellings.woz_shares(woz, f.dwellings, params.rel_woz_sd))
    return StartState(geography(place, f), h, d, border(place), programme(place, params), margins, first_month)


def year_of(start: str, month: int) -> float:
    """Calendar year in which a month of a run begins, its months as a part; month 0 is ``start`` (YYYY-MM)."""
    year, first = start.split("-")
    return int(year) + (int(first) - 1 + month) / 12


class _Task(NamedTuple):
    """What all gemeenten of one draw share."""

    fit: Fit
    child_shares: NDArray
    woz: NDArray
    shift: NDArray
    seed: int
    params: Params
    month: int
    rents: RentLaw  # limits to the rent of a corporatie home
    year: float  # calendar year of ``month``, with its months as a part


class Counts(NamedTuple):
    """Whole numbers of one gemeente."""

    areas: NDArray  # int, rows of the fit
    homes: NDArray  # [a, 6]
    households: NDArray  # [a, 35, 7]; the last column has no home
    bands: NDArray  # [20] persons of the gemeente by 5-year age


def _whole_numbers(f: Fit, g: int, row: int, seed: int) -> Counts:
    areas = np.flatnonzero(f.gemeente == g)
    salt = np.array([hash_text(str(code)) for code in f.code[areas]], np.uint64)
    u = np.stack([uniform(persons.key(seed, Purpose.INTEGERISE, k), salt) for k in range(8)], axis=1)
    homes, lived = integerise.homes_of(f.dwellings[areas], f.occupied[areas], u[:, 0])
    table = np.zeros((len(areas), N_CELLS, N_HOMES + 1), np.int64)
    without = f.homeless[areas].sum(axis=1)
    n_without = integerise.whole(without, round(float(without.sum())))
    for k, a in enumerate(areas):
        table[k, :, HOMELESS] = integerise.systematic(f.homeless[a], int(n_without[k]), float(u[k, 7]))
        table[k, :, :N_HOMES] = integerise.households(f.joint[a], lived[k], u[k, 1:7], table[k, :, HOMELESS] - f.homeless[a])
    return Counts(areas, homes, table, base_year().bands[row])


def _homes(d: Dwellings, rows: slice, c: Counts, where: dwellings.Where, t: _Task) -> tuple[NDArray, NDArray]:
    """Fill the homes of one gemeente; returns the cell of each (area within the gemeente × tenure × kind) and its rent without a cap."""
    cell, column = _start_homes(d, rows, c, t.fit)
    return cell, dwellings.draw(d, rows, column, where, t.woz, t.seed, t.params, t.rents)


def _people(h: Households, rows: slice, c: Counts, t: _Task) -> tuple[NDArray, NDArray, NDArray]:
    """Fill persons and income of the households of one gemeente; returns area, column and age of the oldest adult."""
    area, cell, column = _start_households(h, rows, c, t.fit)
    ids, seed, month = h.id[rows], t.seed, t.month
    quantiles = persons.age_quantiles(c.bands, t.params.rel_home_at_45)
    age = persons.draw_ages(quantiles, cell, uniform(persons.key(seed, Purpose.PERSON, 0), ids))
    mother = persons.draw_adults(h, rows, cell, age, seed, t.params, month)
    numbers = children.draw_numbers(ids, area, cell, t.child_shares, seed)
    children.draw_children(h, rows, numbers, mother, seed, t.params, month)
    persons.draw_limitation(h, rows, seed, t.params, month)
    h.size[rows] = (h.adult_id[rows] > 0).sum(axis=1) + (h.child_id[rows] > 0).sum(axis=1)
    h.rooms_needed[rows] = persons.rooms_needed(h, rows, month)
    oldest = age_years(h.adult_birth[rows], month).max(axis=1)
    by_oldest = (np.searchsorted(AGES, oldest, side="right") - 1) * len(TYPES) + cell % len(TYPES)
    _incomes(h, rows, area, by_oldest, column, t.shift, seed)
    h.origin_area[rows] = area
    h.origin_tenure[rows] = np.where(column < HOMELESS, column // 2, 255)
    return area, column, oldest


def _settle(h: Households, d: Dwellings, rows_h: slice, rows_d: slice, where: tuple[NDArray, ...], cell_d: NDArray, t: _Task) -> None:
    """Put the households of one gemeente into its homes."""
    area, column, oldest = where
    housed = column < HOMELESS
    rows = np.arange(rows_h.start, rows_h.stop)[housed]
    with_home = assignment.Housed(rows, (area * N_HOMES + column)[housed], oldest[housed])
    homes = assignment.Homes(np.arange(rows_d.start, rows_d.stop), cell_d)
    h.home[rows] = assignment.assign(h, d, with_home, homes, t.seed, t.params)
    d.occupant[h.home[rows]] = rows


def _contracts(h: Households, d: Dwellings, rows_h: slice, rows_d: slice, oldest: NDArray, wanted: NDArray, t: _Task) -> None:
    """Fill what living there for years has done."""
    tenancy.fill(h, d, rows_h, oldest, t.seed, t.params, t.month, tenancy.Rents(rows_d.start, wanted, t.year, t.rents))


def _start_homes(d: Dwellings, rows: slice, c: Counts, f: Fit) -> tuple[NDArray, NDArray]:
    """Ids, area, tenure and state of the homes; returns cell (area within the gemeente × column) and column."""
    flat = c.homes.ravel()
    cell = np.repeat(np.arange(len(flat)), flat)
    column = cell % N_HOMES
    area = c.areas[cell // N_HOMES]
    d.id[rows] = _ids("home", f.code, area, column, within_runs(flat))
    d.area[rows] = area
    d.tenure[rows] = column // 2
    d.state[rows] = DwellingState.IN_STOCK
    return cell, column


def _start_households(h: Households, rows: slice, c: Counts, f: Fit) -> tuple[NDArray, NDArray, NDArray]:
    """Ids, state and kind of the households; returns area, age × type cell and column (HOMELESS without a home)."""
    flat = c.households.ravel()
    at = np.repeat(np.arange(len(flat)), flat)
    column = at % (N_HOMES + 1)
    cell = at // (N_HOMES + 1) % N_CELLS
    area = c.areas[at // ((N_HOMES + 1) * N_CELLS)]
    h.id[rows] = _ids("household", f.code, area, cell * 8 + column, within_runs(flat))
    h.state[rows] = HouseholdState.PRESENT
    h.kind[rows] = cell % 5
    return area, cell, column


def _ids(what: str, codes: NDArray, area: NDArray, cell: NDArray, number: NDArray) -> NDArray:
    """Ids that depend on area code, cell and number alone."""
    salt = np.array([hash_text(str(code)) for code in codes], np.uint64)
    return bits_array(np.uint64(hash_text(what)), salt[area], cell.astype(np.uint64) * np.uint64(1 << 32) + number.astype(np.uint64))


def _incomes(h: Households, rows: slice, area: NDArray, cell: NDArray, column: NDArray, shift: NDArray, seed: int) -> None:
    t = income_table()
    tenure = np.minimum(column // 2, 2)  # without a home: as tenants in the free sector
    error = normal_quantile(uniform(persons.key(seed, Purpose.INCOME), h.id[rows]))
    z = t.tenure_shift[cell, tenure] + shift[area] + t.within[cell] * error
    h.income_z[rows] = z
    h.income[rows] = income_of(cell, z)
    h.origin_income[rows] = fifth_of(h.income[rows], h.size[rows])
