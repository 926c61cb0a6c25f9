"""The table of chain_lengths.csv: how long chains are by what began them, the kind of their first home and where it lies.

Lengths are those of ``chain_length``, inside the area, and so is what later links lead to: whatever began a chain, its later links
are those of all chains of the scenario. First homes are counted apart for each row. Differences are paired: the same seeds are left out of
both worlds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.chain_length import LENGTHS, Ledger, count, ledger, solve
from analysis.estimates.product_limit import tally
from analysis.estimates.statistics import leaving_one_out
from analysis.tables.schema import CHAIN_LENGTHS, LENGTHS_SHOWN
from sim.world.names import ALL, BASIS

if TYPE_CHECKING:
    from numpy.typing import NDArray

INSIDE = 0  # of READINGS
SHOWN = [LENGTHS.index(name) for name in LENGTHS_SHOWN]
FEWEST = 30  # chains in all seeds together, of a row for one area
AREAS_AT_ONCE = 25  # what is held grows with areas × origins × segments × months
TAIL = 1 / 3  # of the follow-up: what is still filled in it may not matter much
RISES = 0.05  # part of the length by which the tail may change it
OPEN = 0.5  # share of chains that may still be open

Group = tuple[str, str, str]  # origin, segment, area


class Lengths(NamedTuple):
    """What is known of a group: lengths in the order of LENGTHS_SHOWN."""

    means: NDArray  # [1 + seeds, lengths]: of all seeds, then without each
    early: NDArray  # [lengths], with fills before the tail of the follow-up only
    chains: int
    open: int


def chain_lengths(
    read: Callable[[str], tuple[pd.DataFrame, pd.DataFrame]], scenarios: list[str], last_month: int, by_area: bool = True
) -> pd.DataFrame:
    """The table of chain_lengths.csv.

    Args:
        read: of one scenario the tables chain_links and chain_homes; one at a time, for they are large.
        scenarios: in the order wanted, ``basis`` among them.
        last_month: end of the follow-up. by_area: or only everywhere, which takes far less time.

    Returns:
        Columns of ``CHAIN_LENGTHS``. Rows of one area with fewer than FEWEST chains are left out.
    """
    base_seeds, base = _of_scenario(ledger(*read(BASIS)), last_month, by_area)
    rows = []
    for scenario in scenarios:
        seeds, found = (base_seeds, base) if scenario == BASIS else _of_scenario(ledger(*read(scenario)), last_month, by_area)
        if not found:
            continue
        means = np.stack([one.means for one in found.values()], 1)
        nothing, unequal = np.full_like(means[:, 0], np.nan), scenario != BASIS and seeds != base_seeds
        others = {} if scenario == BASIS or unequal else base
        with np.errstate(invalid="ignore"):  # no end is in sight in either: the difference is not known
            change = means - np.stack([others[group].means if group in others else nothing for group in found], 1)
        ends = np.stack([*leaving_one_out(means[0], means[1:]), *leaving_one_out(change[0], change[1:])], -1)
        ends[~np.isfinite(ends)] = np.nan
        plain = _plain(list(found.values()), means).tolist() if not unequal else np.zeros(means.shape[1:], bool).tolist()
        for ((origin, home, area), one), of_group, nothing_to_say in zip(found.items(), ends.tolist(), plain, strict=True):
            for k, length in enumerate(LENGTHS_SHOWN):
                warning = "" if nothing_to_say[k] else "; ".join(_warnings(one, k, len(seeds), unequal))
                rows.append((scenario, origin, home, area, length, *of_group[k], one.open / one.chains, one.chains, len(seeds), warning))
    return pd.DataFrame(rows, columns=CHAIN_LENGTHS.names)


def _plain(groups: list[Lengths], means: NDArray) -> NDArray:
    """Of which groups and lengths ``_warnings`` has nothing to say, of the same seeds as basis: nearly all of hundreds of thousands.

    Args:
        means: [1 + seeds, groups, lengths], those of the groups. Returns [groups, lengths].
    """
    if len(means) < 3:  # one seed: of all, and without none
        return np.zeros(means.shape[1:], bool)
    early = np.nan_to_num(np.array([one.early for one in groups]))
    ended = np.array([one.open <= OPEN * one.chains for one in groups])[:, None]
    with np.errstate(invalid="ignore"):
        return np.isfinite(means).all(axis=0) & (np.abs(means[0] - early) <= RISES * means[0]) & ended


def _warnings(one: Lengths, k: int, n_seeds: int, unequal: bool) -> Iterator[str]:
    mean, early = one.means[0, k], one.early[k]
    early = early if math.isfinite(early) else np.nan_to_num(early)
    if np.isinf(mean):
        yield "no end is in sight: every link goes on"
    elif np.isnan(mean):
        yield "no move to count from"
    elif not abs(mean - early) <= RISES * mean:
        yield f"window too short: the last third of the follow-up changes the mean by {mean - early:+.2f}"
    if one.open > OPEN * one.chains:
        yield f"window too short: {one.open / one.chains:.0%} of the chains are still open"
    if n_seeds < 2:
        yield "one seed: no interval"
    elif np.isfinite(mean) and not np.isfinite(one.means[:, k]).all():
        yield "unknown without some seed: no interval"
    if unequal:
        yield f"other seeds than {BASIS}: no difference"


def _of_scenario(found: Ledger, last: int, by_area: bool) -> tuple[list[int], dict[Group, Lengths]]:
    """Seeds and groups of one scenario, in the order of the table: everywhere first, then by area."""
    if not len(found.seeds):
        return [], {}
    groups = _groups(found, 0, [ALL], last)
    for first in range(0, len(found.areas) if by_area else 0, AREAS_AT_ONCE):
        here = found.areas[first : first + AREAS_AT_ONCE]
        some = _groups(found.part(first, first + len(here)), first, here, last)
        groups |= {group: one for group, one in some.items() if one.chains >= FEWEST}
    return [int(seed) for seed in found.seeds], groups


def _groups(found: Ledger, first: int, areas: list[str], last: int) -> dict[Group, Lengths]:
    """All groups of some areas, the first of which has the code ``first``."""
    origins, segments, n_origins = [*found.origins, ALL], [*found.segments, ALL], len(found.origins)
    homes, shape = found.homes, (len(areas), n_origins)
    of_links, of_homes = (
        np.zeros_like(one) if areas == [ALL] else one - first for one in (found.links["origin_area"], homes["origin_area"])
    )
    strata = of_links * n_origins + found.links["origin"], of_homes * n_origins + homes["origin"]
    counts = count(found, *strata, len(areas) * n_origins)
    means = solve(counts, shape)[..., INSIDE, SHOWN]
    early = solve(counts, shape, int(np.ceil((1 - TAIL) * (last + 1))), whole_only=True)[0][..., INSIDE, SHOWN]
    cell, size = (of_homes, homes["origin"], homes["segment"]), (len(areas), n_origins, len(found.segments))
    began, still = (_margins(tally(size, *cell, n=homes[n], where=homes["first"])) for n in ("n", "n_open"))
    return {
        (origins[o], segments[s], areas[a]): Lengths(means[:, a, o, s], early[a, o, s], int(began[a, o, s]), int(still[a, o, s]))
        for a, o, s in product(range(len(areas)), range(len(origins)), range(len(segments)))
        if began[a, o, s]
    }


def _margins(cells: NDArray) -> NDArray:
    """With one more for all origins and one for all segments, at the end of each axis."""
    for axis in (1, 2):
        cells = np.concatenate((cells, cells.sum(axis, keepdims=True)), axis)
    return cells
