"""The fitted table of one place: for each smallest area, households by age × type in homes by tenure × kind.

A gemeente without wijken is one area and takes its row of ``sim.population.base_year``. Otherwise its table is spread over the
wijken by iterative proportional fitting to what a wijk has: homes by tenure, ages, and composition of households; a
wijk without composition takes the gemeente's odds given its ages. Wijken under ``MIN_DWELLINGS`` homes join the nearest
larger one of their gemeente (their figures are unreliable). The result is kept in memory and in a cache folder.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile

import numpy as np

from sim.population.base_year import AGES, KINDS, N_CELLS, N_HOMES, TENURES, TYPE_GROUP, TYPES, YOUNG_POWER, base_year
from sim.population.ipf import fit
from sim.world import figure_cells, figures, own_figures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.world.places import Place

MIN_DWELLINGS = 200
N_AGE_GROUPS = 4  # of households in a wijk: under 25, 25-44, 45-64, 65+ (the wijk's classes of persons)
AGE_GROUP = np.array([0, 1, 1, 2, 2, 3, 3])
CELL_AGE = np.repeat(AGE_GROUP, 5)
CELL_TYPE = np.tile(TYPE_GROUP, len(AGES))


class Fit(NamedTuple):
    """One row per smallest area, sorted by code; float64 unless said."""

    code: NDArray  # str
    name: NDArray  # str
    gemeente: NDArray  # int32, row in the sorted codes of the place's gemeenten
    x_km: NDArray
    y_km: NDArray
    urban: NDArray  # uint8, CBS 1-5
    persons: NDArray  # in private households
    woz_keur: NDArray  # mean value of homes, 2022
    low_income: NDArray  # share of households in the lowest 40 % of the country
    dwellings: NDArray  # [a, 6]
    occupied: NDArray  # [a, 6]
    joint: NDArray  # [a, 35, 6] households in homes
    homeless: NDArray  # [a, 35]
    known_types: NDArray  # uint8, 1 if the composition of households was read for the area (else the gemeente's odds)


def fitted(place: Place) -> Fit:
    """The fit of a place: from memory, else from the cache folder, else made now."""
    return _fitted(place)


@figures.kept
def _fitted(place: Place) -> Fit:
    file = cache_folder() / f"fit-{place.key}-{_digest()[:16]}.npz"
    try:
        with np.load(file) as kept:
            return Fit(*(kept[name] for name in Fit._fields))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):  # not there, or unreadable: made again
        pass
    made = make(place)
    _keep(file, made)
    return made


def _keep(file: Path, made: Fit) -> None:
    """Write whole or not at all: another process may be at the same file. A cache that cannot be written is none."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as out:
            np.savez(out, **made._asdict())
        os.replace(temporary, file)
    except OSError:
        temporary.unlink(missing_ok=True)


def cache_folder() -> Path:
    """Folder of the user for what can be made again: ``VERHUISKETENS_CACHE``, else the system's own."""
    if os.environ.get("VERHUISKETENS_CACHE"):
        return Path(os.environ["VERHUISKETENS_CACHE"])
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "verhuisketens"


@figures.kept
def _digest() -> str:
    """Digest of the figures, of the codes that name rows and columns, and of the code that fits them."""
    total = hashlib.sha256(repr((figures.digest(), TYPES, TENURES, KINDS)).encode())
    here = Path(__file__).parent
    readers = [Path(str(module.__file__)) for module in (figures, figure_cells, own_figures)]
    for path in (here / "base_year.py", here / "fitting.py", *readers, here / "ipf.py"):
        total.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return total.hexdigest()


def make(place: Place) -> Fit:
    """Fit a place without any cache."""
    parts = []
    rows = {code: k for k, code in enumerate(figures.column("gemeenten", "code"))}
    for number, code in enumerate(sorted(place.gemeenten)):
        parts.append(_wijken(rows[code], number) if code in place.by_wijk else _whole(rows[code], number))
    return Fit(*(np.concatenate([part[k] for part in parts]) for k in range(len(Fit._fields))))


def _whole(g: int, number: int) -> Fit:
    f, b = figures.table("gemeenten"), base_year()
    row = slice(g, g + 1)
    return Fit(
        f["code"][row].astype(str),
        f["name"][row].astype(str),
        np.array([number], np.int32),
        f["x_km"][row],
        f["y_km"][row],
        f["urban_2022"][row].astype(np.uint8),
        b.persons[row],
        f["woz_keur_2022"][row],
        f["pct_households_low40_2020"][row] / 100,
        b.dwellings[row],
        b.occupied[row],
        b.joint[row],
        b.homeless[row],
        np.ones(1, np.uint8),
    )


def _wijken(g: int, number: int) -> Fit:
    f, b = figures.table("gemeenten"), base_year()
    w = _merged(str(f["code"][g]))
    n = len(w["code"])
    dwellings = _homes(w, b.dwellings[g], float(f["pct_multi_family_2020"][g]), float(f["urban_2022"][g]))
    occupied = dwellings * (b.occupied[g] / b.dwellings[g])
    joint, homeless = _spread(w, b.joint[g], b.homeless[g], b.bands[g], occupied)
    woz = np.where(np.isnan(w["woz_keur_2022"]), f["woz_keur_2022"][g], w["woz_keur_2022"])
    total = dwellings.sum(axis=1)
    woz *= f["woz_keur_2022"][g] * total.sum() / (woz * total).sum()
    share = (w["population_2022"] + 1) / (w["population_2022"] + 1).sum()
    known = (~np.isnan(w["pct_one_person_2017"])).astype(np.uint8)
    low = _low_income(w, float(f["pct_households_low40_2020"][g]), float(f["pct_persons_low40_2022"][g]))
    urban = np.where(np.isnan(w["urban_2022"]), f["urban_2022"][g], w["urban_2022"]).astype(np.uint8)
    return Fit(
        w["code"].astype(str),
        w["name"].astype(str),
        np.full(n, number, np.int32),
        w["x_km"],
        w["y_km"],
        urban,
        share * b.persons[g],
        woz,
        low,
        dwellings,
        occupied,
        joint,
        homeless,
        known,
    )


def _merged(gemeente: str) -> dict[str, NDArray]:
    """The wijken of a gemeente, the small ones added to the nearest larger one; shares weigh by persons or homes."""
    t = figures.table("wijken")
    mine = np.flatnonzero(t["gemeente"] == gemeente)
    w = {name: values[mine].copy() for name, values in t.items()}
    large = w["dwellings_2022"] >= min(MIN_DWELLINGS, w["dwellings_2022"].max())
    to = np.arange(len(mine))
    for k in np.flatnonzero(~large):
        far = np.hypot(w["x_km"] - w["x_km"][k], w["y_km"] - w["y_km"][k])
        to[k] = int(np.argmin(np.where(large, far, np.inf)))
    out = {name: values[large].copy() for name, values in w.items()}
    place = np.cumsum(large) - 1
    for name in w:
        if name.startswith("pct_age") or name.startswith("pct_persons"):
            out[name] = _weighted(w[name], w["population_2022"], place[to], len(out["code"]))
        elif name in ("woz_keur_2022", "pct_owner_2022"):
            out[name] = _weighted(w[name], w["dwellings_2022"], place[to], len(out["code"]))
    for name in ("dwellings_2022", "population_2022"):
        out[name] = np.bincount(place[to], w[name], minlength=len(out["code"]))
    return out


def _weighted(values: NDArray, weight: NDArray, group: NDArray, n: int) -> NDArray:
    there = ~np.isnan(values)
    total = np.bincount(group[there], weight[there], minlength=n)
    summed = np.bincount(group[there], (values * weight)[there], minlength=n)
    return np.divide(summed, total, out=np.full(n, np.nan), where=total > 0)


def _homes(w: dict[str, NDArray], homes: NDArray, multi: float, urban: float) -> NDArray:
    """Homes by tenure × kind per wijk: its stock and owner share; the rest by the gemeente's odds, flats leaning to the
    more urban wijken as they do between gemeenten."""
    stock = w["dwellings_2022"] * (homes.sum() / w["dwellings_2022"].sum())
    owner = np.where(np.isnan(w["pct_owner_2022"]), 100 * homes[:2].sum() / homes.sum(), w["pct_owner_2022"]) / 100
    owner = fit(
        np.stack([owner, 1 - owner], axis=1) + 1e-4,
        [((0,), stock), ((1,), np.array([homes[:2].sum(), homes[2:].sum()]))],
    )
    class_ = np.where(np.isnan(w["urban_2022"]), urban, w["urban_2022"])
    tilt = np.exp(_urban_slope() * (class_ - urban))
    seed = np.repeat(homes.reshape(1, 3, 2), len(stock), axis=0)
    seed[:, :, 1] *= tilt[:, None]
    seed[:, 0] *= owner[:, :1] / np.maximum(owner[:, 1:], 1e-9)
    table = seed.reshape(-1, N_HOMES)
    for _ in range(200):
        for rows, wanted in ((slice(0, 2), owner[:, 0]), (slice(2, 6), owner[:, 1])):
            table[:, rows] *= (wanted / table[:, rows].sum(axis=1))[:, None]
        table *= homes / table.sum(axis=0)
    return table


@figures.kept
def _urban_slope() -> float:
    """Change of the log odds of a flat per class of urbanity, over all gemeenten."""
    f = figures.table("gemeenten")
    share = np.clip(f["pct_multi_family_2020"], 1, 99) / 100
    return float(np.polyfit(f["urban_2022"], np.log(share / (1 - share)), 1, w=np.sqrt(f["dwellings_20240101"]))[0])


def _spread(w: dict[str, NDArray], joint: NDArray, homeless: NDArray, bands: NDArray, occupied: NDArray) -> tuple[NDArray, NDArray]:
    """Joint table and households without a home per wijk."""
    heads = _local_heads(w, bands)  # share of the gemeente's persons by age of AGES, [w, 7]
    housed = joint.sum(axis=1)
    seed = heads[:, np.arange(N_CELLS) // 5] * housed
    young_alone = (CELL_AGE == 0) & (CELL_TYPE == 0)
    seed[:, young_alone] *= _alone_odds(w)[:, None] ** YOUNG_POWER
    seed *= housed / seed.sum(axis=0)
    by_age = _consistent(_grouped(seed, CELL_AGE, N_AGE_GROUPS), occupied.sum(axis=1), _grouped(housed[None], CELL_AGE, 4)[0])
    types = _consistent(_type_shares(w, seed), occupied.sum(axis=1), _grouped(housed[None], CELL_TYPE, 3)[0])
    table = seed[:, :, None] * (joint / np.maximum(housed, 1e-12)[:, None])
    for _ in range(150):
        table *= (occupied / table.sum(axis=1))[:, None, :]
        for group, wanted in ((CELL_AGE, by_age), (CELL_TYPE, types)):
            now = _grouped(table.sum(axis=2), group, wanted.shape[1])
            table *= (wanted / now)[:, group][:, :, None]
        table *= joint / table.sum(axis=0)
    weight = table.sum(axis=2) + 1e-9
    return table, weight / weight.sum(axis=0) * homeless


def _local_heads(w: dict[str, NDArray], bands: NDArray) -> NDArray:
    """Share of each wijk in the gemeente's persons by age of reference person [w, 7]."""
    classes = ["pct_age_15_24_2022", "pct_age_25_44_2022", "pct_age_45_64_2022", "pct_age_65_plus_2022"]
    share = np.stack([w[name] for name in classes], axis=1)
    country = np.array([bands[3:5].sum(), bands[5:9].sum(), bands[9:13].sum(), bands[13:].sum()]) / bands.sum() * 100
    share = np.where(np.isnan(share), country, share) + 0.25  # whole per cents: a zero is less than a half
    persons = share * np.maximum(w["population_2022"], 1)[:, None]
    return (persons / persons.sum(axis=0))[:, AGE_GROUP]


def _alone_odds(w: dict[str, NDArray]) -> NDArray:
    """Odds of a one-person household in a wijk over those of the known wijken together; 1 where it is not known."""
    share = (w["pct_one_person_2017"] + 0.25) / 100.5
    known = ~np.isnan(share)
    if not known.any():
        return np.ones(len(share))
    mean = np.average(share[known], weights=w["dwellings_2022"][known])
    return np.where(known, share / (1 - share) / (mean / (1 - mean)), 1.0)


def _type_shares(w: dict[str, NDArray], seed: NDArray) -> NDArray:
    """Households by composition per wijk: read (2017), or the gemeente's odds given the wijk's ages and children."""
    expected = _grouped(seed, CELL_TYPE, 3)
    children = np.nan_to_num(w["pct_age_0_14_2022"], nan=15.0) * w["population_2022"] / np.maximum(expected[:, 2], 1e-9)
    mean = np.average(children, weights=np.maximum(expected[:, 2], 1e-9))
    expected[:, 2] *= np.clip(children / mean, 0.05, 4.0)
    read = np.stack([w["pct_one_person_2017"], w["pct_no_children_2017"], w["pct_with_children_2017"]], axis=1) + 0.25
    known = np.asarray(~np.isnan(read).any(axis=1))
    return np.where(known[:, None], np.nan_to_num(read) * expected.sum(axis=1, keepdims=True), expected * 100)


def _consistent(seed: NDArray, rows: NDArray, columns: NDArray) -> NDArray:
    return fit(seed, [((0,), rows), ((1,), columns * rows.sum() / columns.sum())])


def _grouped(cells: NDArray, group: NDArray, n: int) -> NDArray:
    """Sum the 35 cells (axis 1) by group."""
    return np.stack([cells[:, group == k].sum(axis=1) for k in range(n)], axis=1)


def _low_income(w: dict[str, NDArray], households: float, persons: float) -> NDArray:
    """Share of households in the lowest 40 %: the gemeente's, its odds moved by the wijk's share of persons."""
    here = np.where(np.isnan(w["pct_persons_low40_2022"]), persons, w["pct_persons_low40_2022"])
    moved = _odds(households) * _odds(here) / _odds(persons)
    return moved / (1 + moved)


def _odds(pct: NDArray | float) -> NDArray:
    share = np.clip(pct, 2, 98) / 100
    return share / (1 - share)
