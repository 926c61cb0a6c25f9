"""From figures to households in homes: the start population of a place, drawn per seed from the fitted table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim import assignment, children, dwellings, figures, integerise, persons, tenancy
from sim.base_year import N_CELLS, N_HOMES, base_year
from sim.codes import DwellingState, HouseholdState
from sim.fitting import Fit, fitted
from sim.income import income_of, income_table, local_shift, normal_quantile, standardised
from sim.ipf import within_runs
from sim.randomness import Purpose, bits_array, hash_text, uniform
from sim.setting import Border, Geography, Programme, border, geography, programme, rows_of
from sim.world import Dwellings, Households, empty

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.places import Place

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


def build(place: Place, seed: int, params: Params, *, first_month: int = -36) -> StartState:
    """Draw the start population of ``place``: households (all present) and homes (all in stock), occupants set.

    The population of 1-1-2024 stands for the one at ``first_month``. Everything is keyed: the order of rows in the
    files of figures does not matter.
    """
    f = fitted(place)
    child_shares = children.shares_of(f)
    woz = dwellings.woz_means(f.woz_keur, f.dwellings, params.rel_woz_level)
    counts = [_whole_numbers(f, g, row, seed) for g, row in enumerate(rows_of(place))]
    n_h = sum(int(c.households.sum()) for c in counts)
    n_d = sum(int(c.homes.sum()) for c in counts)
    h, d = empty(Households, n_h), empty(Dwellings, n_d)
    shift = local_shift(f, params.rel_income_local)
    provinces = dict(zip(figures.column("gemeenten", "code"), figures.column("gemeenten", "province"), strict=True))
    at_h = at_d = 0
    for g, c in enumerate(counts):
        rows_h, rows_d = slice(at_h, at_h + int(c.households.sum())), slice(at_d, at_d + int(c.homes.sum()))
        _gemeente(
            h,
            d,
            rows_h,
            rows_d,
            c,
            f,
            g,
            provinces[sorted(place.gemeenten)[g]],
            child_shares,
            woz,
            shift,
            seed,
            params,
            first_month,
        )
        at_h, at_d = rows_h.stop, rows_d.stop
    total = f.joint.sum(axis=(1, 2)) + f.homeless.sum(axis=1)
    margins = Margins(f, children.size_margin(f) * total[:, None], dwellings.woz_shares(woz, f.dwellings))
    return StartState(geography(place, f), h, d, border(place), programme(place), margins, first_month)


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
        table[k, :, :N_HOMES] = integerise.households(
            f.joint[a], lived[k], u[k, 1:7], table[k, :, HOMELESS] - f.homeless[a]
        )
    return Counts(areas, homes, table, base_year().bands[row])


def _gemeente(
    h: Households,
    d: Dwellings,
    rows_h: slice,
    rows_d: slice,
    c: Counts,
    f: Fit,
    g: int,
    province: str,
    child_shares: NDArray,
    woz: NDArray,
    shift: NDArray,
    seed: int,
    p: Params,
    month: int,
) -> None:
    """Fill the rows of one gemeente."""
    cell_d, column_d = _start_homes(d, rows_d, c, f)
    dwellings.draw(d, rows_d, column_d, province, woz, seed, p)
    area, cell, column = _start_households(h, rows_h, c, f)
    age = persons.draw_ages(
        persons.age_quantiles(c.bands), cell, uniform(persons.key(seed, Purpose.PERSON, 0), h.id[rows_h])
    )
    mother = persons.draw_adults(h, rows_h, cell, age, seed, p, month)
    children.draw_children(
        h, rows_h, children.draw_numbers(h.id[rows_h], area, cell, child_shares, seed), mother, seed, month
    )
    persons.draw_limitation(h, rows_h, seed, p, month)
    h.size[rows_h] = (h.adult_id[rows_h] > 0).sum(axis=1) + (h.child_id[rows_h] > 0).sum(axis=1)
    h.rooms_needed[rows_h] = persons.rooms_needed(h, rows_h, month)
    _incomes(h, rows_h, area, cell, column, shift, seed)
    oldest = np.maximum(
        age, np.where(h.adult_id[rows_h][:, 1] > 0, (month - h.adult_birth[rows_h][:, 1].astype(np.int32)) // 12, 0)
    )
    housed = column < HOMELESS
    rows = np.arange(rows_h.start, rows_h.stop)[housed]
    cells = (np.searchsorted(c.areas, area) * N_HOMES + column)[housed]
    home = assignment.assign(h, d, rows, np.arange(rows_d.start, rows_d.stop), cells, cell_d, oldest[housed], seed, p)
    h.home[rows] = home
    d.occupant[home] = rows
    tenancy.fill(h, d, rows_h, oldest, seed, p, month)
    h.origin_area[rows_h] = area
    h.origin_tenure[rows_h] = np.where(housed, column // 2, 255)


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
    return bits_array(
        np.uint64(hash_text(what)), salt[area], cell.astype(np.uint64) * np.uint64(1 << 32) + number.astype(np.uint64)
    )


def _incomes(
    h: Households, rows: slice, area: NDArray, cell: NDArray, column: NDArray, shift: NDArray, seed: int
) -> None:
    t = income_table()
    tenure = np.minimum(column // 2, 2)  # without a home: as tenants in the free sector
    error = normal_quantile(uniform(persons.key(seed, Purpose.INCOME), h.id[rows]))
    z = t.tenure_shift[cell, tenure] + shift[area] + t.within[cell] * error
    h.income_z[rows] = z
    h.income[rows] = income_of(cell, z)
    h.origin_income[rows] = np.searchsorted(t.fifths, standardised(h.income[rows], h.size[rows]), side="right")


def margin_errors(state: StartState) -> pd.DataFrame:
    """Error of each margin per area: see ``sim.margins.errors``."""
    from sim.margins import errors

    return errors(state)
