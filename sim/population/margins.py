"""How far the drawn start population is off its margins, fitted and not fitted, per area and per gemeente."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.population.base_year import AGES, N_CELLS, N_HOMES
from sim.population.dwellings import WOZ_BANDS
from sim.population.fitting import AGE_GROUP, CELL_TYPE
from sim.world import figures
from sim.world.codes import EENGEZINS
from sim.world.columns import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.population.build import StartState


def errors(state: StartState) -> pd.DataFrame:
    """One row per area or gemeente and margin.

    Returns:
        columns area (CBS code), level (wijk or gemeente), households, margin, fitted (bool), off (households in a wrong
        class: half the sum of absolute differences; for a total the difference), error (off over the households of the
        area; homes for the margins of homes).
    """
    made, wanted, fitted = _tables(state)
    g, f = state.geography, state.margins.fit
    rows = []
    several = len(g.code) > len(g.gemeente_code)
    total = made["households"].sum(axis=1)
    for name in made:
        per_area = _off(made[name], wanted[name])
        in_wijk = name not in ("age x type",) or not several
        for a, code in enumerate(g.code):
            known = fitted[name] and in_wijk and (name != "composition" or bool(f.known_types[a]))
            rows.append((code, "wijk" if several else "gemeente", total[a], name, known, per_area[a]))
        if several:
            made_g, wanted_g = (_by_gemeente(t[name], f.gemeente, len(g.gemeente_code)) for t in (made, wanted))
            n = _by_gemeente(total[:, None], f.gemeente, len(g.gemeente_code))[:, 0]
            for k, code in enumerate(g.gemeente_code):
                rows.append((code, "gemeente", n[k], name, fitted[name], _off(made_g[k : k + 1], wanted_g[k : k + 1])[0]))
    table = pd.DataFrame(rows, columns=["area", "level", "households", "margin", "fitted", "off"])
    table["error"] = table["off"] / table["households"].clip(lower=1)
    return table


def _tables(state: StartState) -> tuple[dict[str, NDArray], dict[str, NDArray], dict[str, bool]]:
    """Made and wanted, [areas, classes] per margin, and whether the margin was fitted."""
    h, d, f = state.households, state.dwellings, state.margins.fit
    n = len(f.code)
    cell = _cells(state)
    cells = _count(h.origin_area, cell, n, N_CELLS)
    housed = h.home >= 0
    home = h.home[housed]
    column = d.tenure[home].astype(np.int64) * 2 + (d.kind[home] != EENGEZINS)
    homes = _count(d.area[home], column, n, N_HOMES)
    want_cells = f.joint.sum(axis=2) + f.homeless
    size = _count(h.origin_area, np.minimum(h.size, 5).astype(np.int64) - 1, n, 5)
    band = np.searchsorted(WOZ_BANDS, d.woz, side="right")
    persons = np.bincount(h.origin_area, h.size, minlength=n)[:, None]
    made = {
        "households": cells.sum(axis=1, keepdims=True),
        "age x type": cells,
        "age": _sum(cells, np.repeat(AGE_GROUP, 5), 4),
        "composition": _sum(cells, CELL_TYPE, 3),
        "tenure": homes.reshape(n, 3, 2).sum(axis=2),
        "dwelling type": homes.reshape(n, 3, 2).sum(axis=1),
        "tenure x dwelling type": homes,
        "household size": size,
        "WOZ band": _count(d.area, band, n, 5),
        "persons": persons,
        "age of persons": _ages(state, n),
    }
    wanted = {
        "households": want_cells.sum(axis=1, keepdims=True),
        "age x type": want_cells,
        "age": _sum(want_cells, np.repeat(AGE_GROUP, 5), 4),
        "composition": _sum(want_cells, CELL_TYPE, 3),
        "tenure": f.occupied.reshape(n, 3, 2).sum(axis=2),
        "dwelling type": f.occupied.reshape(n, 3, 2).sum(axis=1),
        "tenure x dwelling type": f.occupied,
        "household size": state.margins.size,
        "WOZ band": state.margins.woz,
        "persons": f.persons[:, None],
        "age of persons": _wanted_ages(state, persons),
    }
    return made, wanted, {name: name not in ("persons", "age of persons") for name in made}


def _cells(state: StartState) -> NDArray:
    """Age × type of each household, from its reference person (first adult)."""
    h = state.households
    age = (state.first_month - h.adult_birth[:, 0].astype(np.int32)) // 12
    return (np.searchsorted(AGES, age, side="right") - 1) * 5 + h.kind


def _ages(state: StartState, n: int) -> NDArray:
    """Persons by area and broad age (0-14, 15-24, 25-44, 45-64, 65+)."""
    h, out = state.households, np.zeros((n, 5))
    for births in (h.adult_birth, h.child_birth):
        for slot in range(births.shape[1]):
            there = births[:, slot] != ABSENT
            age = (state.first_month - births[there, slot].astype(np.int32)) // 12
            out += _count(h.origin_area[there], np.searchsorted((15, 25, 45, 65), age, side="right"), n, 5)
    return out


def _wanted_ages(state: StartState, persons: NDArray) -> NDArray:
    """Published shares on the persons drawn: of 2022 for wijken, of 2021 for gemeenten."""
    names = ["0_14", "15_24", "25_44", "45_64", "65_plus"]
    share = np.full((len(persons), 5), np.nan)
    if "pct_age_0_14_2022" in figures.table("wijken") and len(state.geography.code) > len(state.geography.gemeente_code):
        at = {code: k for k, code in enumerate(figures.column("wijken", "code"))}
        read = figures.matrix("wijken", [f"pct_age_{name}_2022" for name in names])
        share = read[[at[code] for code in state.geography.code]]
    else:
        at = {code: k for k, code in enumerate(figures.column("gemeenten", "code"))}
        bands = figures.matrix("gemeenten", [f"age_{a}_2021" for a in figures.BANDS])[[at[c] for c in state.geography.code]]
        edges = [0, 3, 5, 9, 13]
        share = np.add.reduceat(bands, edges, axis=1)
    share = np.where(np.isnan(share), 20.0, share)
    return share / share.sum(axis=1, keepdims=True) * persons


def _count(area: NDArray, code: NDArray, n: int, k: int) -> NDArray:
    return np.bincount(area.astype(np.int64) * k + code, minlength=n * k).reshape(n, k).astype(np.float64)


def _sum(cells: NDArray, group: NDArray, k: int) -> NDArray:
    return np.stack([cells[:, group == c].sum(axis=1) for c in range(k)], axis=1)


def _off(made: NDArray, wanted: NDArray) -> NDArray:
    if made.shape[1] == 1:
        return np.abs(made - wanted)[:, 0]
    return np.abs(made - wanted).sum(axis=1) / 2


def _by_gemeente(table: NDArray, gemeente: NDArray, n: int) -> NDArray:
    out = np.zeros((n, table.shape[1]))
    np.add.at(out, gemeente, table)
    return out
