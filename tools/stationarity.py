"""Print what drifts in the base world: python tools/stationarity.py PLACE [--frozen] [SEED [MONTHS [NAME=VALUE ...]]].

The last two years of a run of MONTHS (120) beside its first two, twice: as they are, and as they would be if households were of the same
ages and tenures as in the first two (direct standardisation over cells of five years and tenure). What remains then is no ageing; homes
that are built and people who come are still in it. NAME=VALUE sets a parameter.

``--frozen``: a world whose people, homes and border keep their number and make-up instead (``tools.frozen_world`` says what that is), by
class, with the seeds 1 to SEED (2): the change, its standard error over the seeds, and whether it is within 5 % or two standard errors.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from sim import month, parameters, run  # noqa: E402
from sim.start import build  # noqa: E402
from sim.state import Run  # noqa: E402
from sim.world import places  # noqa: E402
from sim.world.codes import CORPORATIE, IN_STOCK, PRESENT, WENS, ZOEKEN, MoveReason  # noqa: E402
from sim.world.columns import NEVER, age_years  # noqa: E402
from sim.world.errors import Refusal  # noqa: E402
from sim.world.world import World  # noqa: E402
from tools import frozen_check  # noqa: E402

START, BURN_IN, YEARS = "2026-01", 36, 24  # months that are held against each other
CLASSES = {"below 55": (0, 55), "55 to 74": (55, 75), "from 75 on": (75, 200), "all": (0, 200)}
BANDS, TENURES = np.arange(15, 100, 5), 3  # first ages; the last band is open
OF_CELLS = ("households", "wish", "search", "fit", "moves", "registered")


def cells(w: World, rows: NDArray, homes: NDArray) -> NDArray:
    """Cell of each household by the age of its oldest adult and the tenure of a home, int64."""
    band = np.searchsorted(BANDS[1:], age_years(w.h.adult_birth[rows], w.month).max(axis=1), side="right")
    return band * TENURES + w.d.tenure[homes]


def count(one: Run) -> tuple[dict[str, NDArray], dict[str, float]]:
    """A month passes: by cell, of households with a home; and of the whole."""
    first = int(one.world.counts[1])
    month.step(one)
    w, n = one.world, len(BANDS) * TENURES
    h, m = w.h, w.m
    housed = np.flatnonzero((h.state == PRESENT) & (h.home >= 0))
    cell = cells(w, housed, h.home[housed])
    sums = {"households": np.ones(len(housed)), "wish": h.stage[housed] == WENS, "search": h.stage[housed] == ZOEKEN}
    sums |= {"fit": h.fit_here[housed], "registered": h.registered[housed] != NEVER}
    by_cell = {name: np.bincount(cell, each, n) for name, each in sums.items()}
    k = np.arange(first, int(w.counts[1]))
    k = k[m.reason[k] == MoveReason.FILL]
    chosen = k[m.from_dwelling[k] >= 0]
    by_cell["moves"] = np.bincount(cells(w, m.household[chosen], m.from_dwelling[chosen]), minlength=n).astype(float)
    stock = np.count_nonzero(w.d.state == IN_STOCK)
    let = k[w.d.tenure[m.to_dwelling[k]] == CORPORATIE]
    there = np.count_nonzero(h.state == PRESENT)
    whole = {
        "moves per home": len(k) / stock,
        "vacant homes per home": np.count_nonzero((w.d.state == IN_STOCK) & (w.d.occupant < 0)) / stock,
        "registration at letting": float(m.registered[let].mean()) if len(let) else np.nan,
        "households without a home": (there - len(housed)) / there,
    }
    return by_cell, whole


def change(late: float, early: float) -> str:
    """In percent, as it is printed."""
    return f"{100 * (late / early - 1):+.1f}" if early else "–"


def standardised(found: dict[str, NDArray], name: str, ages: tuple[int, int]) -> tuple[float, float, float]:
    """A rate in the first years, in the last, and in the last at the make-up of the first; cells without anybody in either are left out.

    ``found``: sums [months, cells] by name.
    """
    band = np.repeat(BANDS, TENURES)
    inside = (band >= ages[0]) & (band < ages[1])
    n, total = found["households"][:, inside], found[name][:, inside]
    (early_n, early), (late_n, late) = ((n[part].sum(axis=0), total[part].sum(axis=0)) for part in (slice(YEARS), slice(-YEARS, None)))
    both = (early_n > 0) & (late_n > 0)
    weight = early_n[both] / early_n[both].sum()
    return early.sum() / early_n.sum(), late.sum() / late_n.sum(), float(weight @ (late[both] / late_n[both]))


def main(place: str, behaviour: dict[str, float], seed: int = 1, months: int = 120) -> None:
    """Run, and print.

    Raises:
        Refusal: no such place or parameter.
    """
    params = parameters.resolve(behaviour)
    one = build(places.resolve(place), seed, params, start=START, burn_in=BURN_IN, months=months, follow_up=0)
    for _ in range(BURN_IN):
        month.step(one)
    run.begin(one)
    counted = [count(one) for _ in range(months)]
    found = {name: np.stack([by_cell[name] for by_cell, _ in counted]) for name in OF_CELLS}
    print(f"{place}, seed {seed}, {months} months: last two years against the first two, %; then at the ages and tenures of the first two")
    for name in OF_CELLS[1:]:
        for word, ages in CLASSES.items():
            early, late, same = standardised(found, name, ages)
            print(f"{name:12} {word:12} {early:9.5f} {change(late, early):>7} {change(same, early):>7}")
    for name in counted[0][1]:
        early, late = (float(np.nanmean([whole[name] for _, whole in part])) for part in (counted[:YEARS], counted[-YEARS:]))
        print(f"{name:25} {early:9.5f} {change(late, early):>7}")


def told(words: list[str]) -> None:
    """Do what the words of a command line ask.

    Raises:
        Refusal: too few months for two periods, no such place or parameter. ValueError: a number that is none.
    """
    frozen = "--frozen" in words
    place, *rest = (word for word in words if word != "--frozen")
    behaviour = {name: float(value) for name, value in (word.split("=", 1) for word in rest if "=" in word)}
    seed, months, *_ = (*(int(word) for word in rest if "=" not in word), *(None, None))
    months = 120 if months is None else months
    if months < 2 * YEARS:
        raise Refusal(f"months={months}: the first {YEARS} are held against the last {YEARS}; give {2 * YEARS} or more")
    if frozen:
        frozen_check.show(place, range(1, 1 + (2 if seed is None else seed)), behaviour, months)
    else:
        main(place, behaviour, 1 if seed is None else seed, months)


if __name__ == "__main__":
    if not set(sys.argv[1:]) - {"--frozen"}:
        sys.exit(f"usage: {__doc__.splitlines()[0].partition(': ')[2]}")
    try:
        told(sys.argv[1:])
    except (Refusal, ValueError) as error:
        sys.exit(f"stationarity: {error}")
