"""The figures of a frozen world (``tools.frozen_world``), its last two years beside its first two.

``python tools/stationarity.py PLACE --frozen`` prints them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim import parameters, run
from sim.behaviour.fit import ages_and_classes
from sim.world.codes import CORPORATIE, IN_STOCK, PRESENT, WENS, ZOEKEN, HouseholdClass, MoveReason
from sim.world.columns import ABSENT, NEVER
from sim.world.names import YEAR
from tools import frozen_world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.world.world import World

PERIOD = 24  # months that are held against each other
ALLOWED, ERRORS = 0.05, 2.0  # a change that passes: as a share, or in standard errors
KINDS = {"seniors": HouseholdClass.SENIOR, "families": HouseholdClass.FAMILY, "others": HouseholdClass.HOUSEHOLD}
AGES = {"below 55": (0, 55), "55 to 74": (55, 75), "from 75 on": (75, 200)}
STOCK, MARKET = "stock", "market"
Month = dict[tuple[str, str, str], float]  # figures of a month by figure, class, and STOCK or MARKET


class Line(NamedTuple):
    """One figure of one class, over the seeds."""

    figure: str
    group: str
    kind: str  # STOCK: of people and homes, to stay level; MARKET: what the check is about
    early: float  # mean of the first PERIOD months
    late: float  # of the last
    change: float  # mean over seeds of late / early − 1
    error: float  # standard error of it over seeds; NaN of one seed

    @property
    def passes(self) -> bool:
        """Whether it changed by no more than ``ALLOWED``, or by no more than ``ERRORS`` standard errors."""
        return bool(abs(self.change) <= ALLOWED or abs(self.change) <= ERRORS * self.error)


def groups(ages: NDArray, kinds: NDArray) -> dict[str, NDArray]:
    """Which of households with these ages (years) and HouseholdClasses are in each class, bool [n]."""
    found = {name: kinds == kind for name, kind in KINDS.items()}
    return found | {name: (ages >= lo) & (ages < hi) & (kinds != HouseholdClass.STARTER) for name, (lo, hi) in AGES.items()}


def count(w: World, first: int) -> Month:
    """Figures of the month that passed, by figure, class and kind; ``first`` is its first row of the ledger.

    Wishes, searchers and registration are shares of the class, fit a mean, moves and stocks numbers.
    """
    h, m = w.h, w.m
    rows = np.flatnonzero(h.state == PRESENT).astype(np.int32)
    ages, kinds = ages_and_classes(h.adult_birth, h.child_birth, rows, h.home[rows], w.month, int(w.params.senior_age))
    fills = np.arange(first, int(w.counts[1]))
    fills = fills[m.reason[fills] == MoveReason.FILL]
    moved = groups(m.age[fills], np.where(m.from_dwelling[fills] >= 0, m.household_class[fills], HouseholdClass.STARTER))
    wish, search = h.stage[rows] == WENS, h.stage[rows] == ZOEKEN
    listed = h.registered[rows] != NEVER
    out: Month = {}
    for name, inside in groups(ages, kinds).items():
        n = max(1, int(inside.sum()))
        out["households", name, STOCK] = float(np.count_nonzero(inside))
        out["moves", name, MARKET] = float(np.count_nonzero(moved[name]))
        out |= {(figure, name, MARKET): float(each[inside].sum()) / n for figure, each in (("wishes", wish), ("searchers", search))}
        out["fit", name, MARKET] = float(h.fit_here[rows[inside]].mean())
        out["registration", name, MARKET] = float(listed[inside].sum()) / n
    starter = kinds == HouseholdClass.STARTER
    out["households", "starters", MARKET] = out["searchers", "starters", MARKET] = float(np.count_nonzero(starter))
    out["moves", "starters", MARKET] = float(np.count_nonzero(m.from_dwelling[fills] < 0))
    out["registration", "starters", MARKET] = float(listed[starter].mean())
    return out | of_the_whole(w, rows, fills)


def of_the_whole(w: World, rows: NDArray, fills: NDArray) -> Month:
    """Homes and people of the whole place, and what is left of the check; ``fills`` are ledger rows of the month."""
    h, m, stands = w.h, w.m, w.d.state == IN_STOCK
    let = fills[w.d.tenure[m.to_dwelling[fills]] == CORPORATIE]
    adults = h.adult_birth[rows] != ABSENT
    return {
        ("homes", "all", STOCK): float(np.count_nonzero(stands)),
        ("households", "all", STOCK): float(len(rows)),
        ("children", "all", STOCK): float(np.count_nonzero(h.child_birth[rows] != ABSENT)),
        ("couples", "all", STOCK): float(adults.all(axis=1).sum()),
        ("limitations", "all", STOCK): float(h.adult_limit[rows][adults].sum()),
        ("moves", "all", MARKET): float(len(fills)),
        ("vacant homes", "all", MARKET): float(np.count_nonzero(stands & (w.d.occupant < 0))),
        ("months registered at letting", "all", MARKET): float(m.registered[let].mean()) if len(let) else float("nan"),
    }


def months_of(place: str, seed: int, behaviour: dict[str, float], months: int, burn_in: int = 36) -> list[Month]:
    """A frozen world from month 0 on, counted month by month.

    Raises:
        Refusal: no such place or parameter.
    """
    frozen = frozen_world.build(place, seed, parameters.resolve(behaviour), burn_in=burn_in, months=months)
    for _ in range(burn_in):
        frozen_world.step(frozen)
    run.begin(frozen.run)
    w, out = frozen.run.world, []
    for _ in range(months):
        first = int(w.counts[1])
        frozen_world.step(frozen)
        out.append(count(w, first))
    return out


def compare(worlds: Sequence[Sequence[Month]], period: int = PERIOD) -> list[Line]:
    """Each figure in the first ``period`` months and in the last, of one world per seed."""
    lines = []
    for figure, group, kind in worlds[0][0]:
        all_months = np.array([[month[figure, group, kind] for month in world] for world in worlds])  # [seeds, months]
        early, late = np.nanmean(all_months[:, :period], axis=1), np.nanmean(all_months[:, -period:], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            change = late / early - 1
        error = float(change.std(ddof=1) / np.sqrt(len(change))) if len(change) > 1 else float("nan")
        lines.append(Line(figure, group, kind, float(early.mean()), float(late.mean()), float(change.mean()), error))
    return lines


def table(lines: Sequence[Line]) -> str:
    """As it is printed: what is held level first."""
    out = []
    for kind, title in ((STOCK, "people and homes, to stay level"), (MARKET, "free to drift")):
        out.append(f"{title:42}{'years 1-2':>12}{'last two':>12}{'change %':>10}{'error':>7}")
        for one in sorted((line for line in lines if line.kind == kind), key=lambda line: line.figure):
            error = "-" if np.isnan(one.error) else f"{100 * one.error:.1f}"
            verdict = "pass" if one.passes else "FAIL"
            out.append(f"{one.figure:30}{one.group:12}{one.early:12.4f}{one.late:12.4f}{100 * one.change:+10.1f}{error:>7}  {verdict}")
    return "\n".join(out)


def show(place: str, seeds: Sequence[int], behaviour: dict[str, float], months: int) -> None:
    """Run one world per seed, and print the table of the worlds so far after each."""
    worlds = []
    for seed in seeds:
        worlds.append(months_of(place, seed, behaviour, months))
        print(f"{place}, a frozen world, seeds {list(seeds[: len(worlds)])}, {months // YEAR} years after the burn-in", flush=True)
        print(table(compare(worlds)), flush=True)
