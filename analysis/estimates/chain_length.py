"""How long are the chains? Mean lengths by origin, corrected for chains that are still open when the window ends.

Why not the mean over finished chains: a long or slow chain is less likely to be finished, so it is too low. Why not
"of the links that are resolved, how many went on": a link that opens no home is resolved at once, one that does only
when that home is filled, so it is too low as well. What a link leads to is therefore taken apart into two questions:

1. *Does the mover leave a home, and of which segment?* Known in the month of the move, so never censored. Every move
   seen counts, whatever follows. Given the segment s that it fills, the answer does not depend on when the move came
   about, so the sum over moves seen of (answer − its probability) is a martingale stopped at the end of the window:
   the ratio o[s, v] = homes of segment v opened by movers into s ÷ moves into s is consistent at any length of
   window.
2. *Is a home of segment v, once opened, filled?* Censored: a home opened in month t is followed for c = last_month −
   t months. c is set by the calendar alone, so hazard(a) = homes filled at age a ÷ homes with c ≥ a not filled before
   age a, and f[v] = 1 − ∏(1 − hazard(a)) (product-limit on the time to fill). A home that is withdrawn or pulled down
   stays in the denominator up to its own c: f is then the share ever filled within the longest follow-up, without
   assuming that homes withdrawn would have done as the others did (the subdistribution estimate when censoring times
   are known).

With G[v, s'] = fills of segment s' per filled home that was left as v (the identity, unless homes are split or change
tenure while empty), Q = o · f · G, and the moves of a chain from a filled home of segment s on are M = (I − Q)⁻¹ 1.
First links have their own o, by origin and segment, because movers into new homes differ from later ones; later links
share theirs. The homes that an origin opened are weighed by their number × their own f, not by the fills seen so far:
slow segments lack fills near the end of the window. What is left is the assumption that from the second link on the
segment says enough.

*inside_area*: an arrival from elsewhere ends the chain. *national_estimated*: an arrival that left a home elsewhere
goes on unseen, as a mover into the same segment does who did leave a home. Lengths, of chains whose first home was
filled: ``moves``; ``homes_freed`` = moves − 1 (CBS: extra homes freed and lived in again); ``moves_set_off`` = moves
after a senior's own, over all senior moves of such chains.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.product_limit import by_age, ratio, share_filled, tally
from analysis.tables.files import need
from sim.counts.ledger_chains import Coded, coded
from sim.counts.schema import CHAIN_HOMES, CHAIN_LINKS, TEXT
from sim.world.names import ALL

READINGS = ("inside_area", "national_estimated")
LENGTHS = ("moves", "homes_freed", "moves_set_off")
AT_ONCE = 50  # sets of seeds that are solved together


class Counts(NamedTuple):
    """What the estimate needs of each seed. J segments; rows: J later links, then strata × J first links."""

    fills: np.ndarray  # [seeds, rows], moves seen
    senior: np.ndarray  # [seeds, rows], moves by seniors
    opened: np.ndarray  # [seeds, rows, J], homes opened by the mover, by segment
    senior_opened: np.ndarray  # [seeds, rows, J]
    elsewhere: np.ndarray  # [seeds, rows], arrivals that left a home elsewhere
    senior_elsewhere: np.ndarray  # [seeds, rows]
    filled: np.ndarray  # [seeds, rows, ages], homes filled at that age: left homes, then first homes
    at_risk: np.ndarray  # [seeds, rows, ages], homes followed to that age and not filled before
    refilled: np.ndarray  # [seeds, J, J], fills by segment of the home as left and as filled


class Ledger(NamedTuple):
    """The chains of one scenario, counted: first homes and first links in the order of areas, after all others. J segments."""

    links: dict[str, np.ndarray]  # by column of chain_links, names as codes: −1 for none
    homes: dict[str, np.ndarray]  # of chain_homes
    seeds: pd.Index
    segments: pd.Index
    origins: list[str]
    areas: list[str]

    def part(self, first: int, end: int) -> Ledger:
        """With chains that began in areas ``first`` … ``end`` − 1 only."""
        links, homes = (
            {name: np.concatenate([column[: at[0]], column[at[1] : at[2]]]) for name, column in table.items()}
            for table in (self.links, self.homes)
            for at in [np.searchsorted(table["origin_area"], (0, first, end))]
        )
        return self._replace(links=links, homes=homes)


def ledger(links: pd.DataFrame, homes: pd.DataFrame) -> Ledger:
    """The counts of one scenario as codes: rows of chain_links and chain_homes with their seeds."""
    need(links.columns, ("seed", *CHAIN_LINKS.some("n")), CHAIN_LINKS.file)
    need(homes.columns, ("seed", *CHAIN_HOMES.some("n")), CHAIN_HOMES.file)
    names = {column.name for column in (*CHAIN_LINKS.columns, *CHAIN_HOMES.columns) if column.kind == TEXT}
    of_links, of_homes = ({name: coded(table[name]) for name in table if name in names} for table in (links, homes))
    held = (of_links["segment"], of_links["left_segment"], of_homes["segment"])
    segments = pd.Index(sorted({name for column in held for name in used(column)} - {""}))
    origins, areas = (sorted(used(of_homes[name]) - {""}) for name in ("origin", "origin_area"))
    seeds, known = pd.Index(np.unique(homes["seed"])), {"origin": pd.Index(origins), "origin_area": pd.Index(areas)}
    links_coded, homes_coded = (
        _in_order(
            {name: table[name].to_numpy() for name in table if name not in ("scenario", "seed", *texts)}
            | {name: known.get(name, segments).get_indexer(one.names)[one.codes] for name, one in texts.items()}
            | {"seed": seeds.get_indexer(table["seed"])}
        )
        for table, texts in ((links, of_links), (homes, of_homes))
    )
    return Ledger(links_coded, homes_coded, seeds, segments, origins, areas)


def used(column: Coded) -> set[str]:
    """The names that occur."""
    return {column.names[code] for code in np.unique(column.codes)}


def _in_order(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """By area, those without first."""
    order = np.argsort(table["origin_area"], kind="stable")
    return {name: column[order] for name, column in table.items()}


def continuation(found: Ledger, by: tuple[str, ...] = ("segment",), reading: str = "inside_area") -> pd.DataFrame:
    """Chance that a move is followed by another, into the home that it left, free of censoring (see the module).

    Args:
        by: any of segment (of the home filled), link (1, 2 and 3 for all later ones), origin.
        reading: ``inside_area`` or ``national_estimated``.

    Returns:
        Per group: n_moves, share_opens (left a home; nationally homes elsewhere count), p_continue.
    """
    if reading not in READINGS:
        raise ValueError(f"reading {reading!r} is not one of {READINGS}")
    links, homes, j = found.links, found.homes, len(found.segments)
    n, left, opened, elsewhere = links["n"], links["left_segment"], links["left_segment"] >= 0, links["elsewhere"]
    left_homes = {name: column[~homes["first"]] for name, column in homes.items()}
    f = share_filled(*_by_age((j,), left_homes, left_homes["segment"]))
    p, share = np.where(opened, f[left], 0.0), opened.astype(float)
    if reading == READINGS[1]:
        moved, goes_on = (np.bincount(links["segment"], n * opened * one, j) for one in (1, p))
        unseen = np.where(moved > 0, ratio(goes_on, moved), ratio(goes_on.sum(), moved.sum()))
        p, share = np.where(elsewhere, unseen[links["segment"]], p), share + elsewhere
    groups = {
        "segment": found.segments.to_numpy()[links["segment"]],
        "origin": np.array(found.origins)[links["origin"]],
        "link": links["link"],
    }
    need(list(groups), by, "continuation by")
    keys = {name: groups[name] for name in by}
    sums = pd.DataFrame({**keys, "n_moves": n, "share_opens": n * share, "p_continue": n * p}).groupby(list(by)).sum()
    return sums.assign(**{name: sums[name] / sums["n_moves"] for name in ("share_opens", "p_continue")}).reset_index()


def mean_length(found: Ledger) -> pd.DataFrame:
    """Mean lengths of chains by origin, corrected for censoring (see the module).

    Returns:
        Per origin (and ``all``), reading and length: mean, seeds. Origin voor_start is in none.
    """
    if not len(found.seeds):
        return pd.DataFrame(columns=["origin", "reading", "length", "mean", "seeds"])
    counts = count(found, found.links["origin"], found.homes["origin"], len(found.origins))
    whole = solve(counts, (len(found.origins),), whole_only=True)[0][:, -1]
    at = product(enumerate([*found.origins, ALL]), enumerate(READINGS), enumerate(LENGTHS))
    rows = [(origin, reading, length, whole[o, r, k], len(found.seeds)) for (o, origin), (r, reading), (k, length) in at]
    return pd.DataFrame(rows, columns=["origin", "reading", "length", "mean", "seeds"])


def _by_age(shape: tuple[int, ...], homes: dict[str, np.ndarray], *index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Homes filled, and homes at risk, at each age."""
    ages = int(homes["age"].max(initial=0)) + 1
    return by_age((*shape, ages), *index, homes["age"], filled=homes["filled"], n=homes["n"])


def count(found: Ledger, link_strata: np.ndarray, home_strata: np.ndarray, n_strata: int) -> Counts:
    """Counts per seed. Strata keep first links and first homes apart (by origin, or by area and origin), by row."""
    links, homes = found.links, found.homes
    n, j, cells = len(found.seeds), len(found.segments), len(found.segments) * (1 + n_strata)
    seed, left, senior, elsewhere = (links[name] for name in ("seed", "left_segment", "senior", "elsewhere"))
    row, opened = links["segment"] + np.where(links["link"] == 1, j * (1 + link_strata), 0), left >= 0
    home = homes["segment"] + np.where(homes["first"], j * (1 + home_strata), 0)
    filled, at_risk = _by_age((n, cells), homes, homes["seed"], home)
    moves = {"n": links["n"]}
    return Counts(
        fills=tally((n, cells), seed, row, **moves),
        senior=tally((n, cells), seed, row, where=senior, **moves),
        opened=tally((n, cells, j), seed, row, left, where=opened, **moves),
        senior_opened=tally((n, cells, j), seed, row, left, where=opened & senior, **moves),
        elsewhere=tally((n, cells), seed, row, where=elsewhere, **moves),
        senior_elsewhere=tally((n, cells), seed, row, where=elsewhere & senior, **moves),
        filled=filled,
        at_risk=at_risk,
        refilled=tally((n, j, j), seed, links["parent_segment"], links["segment"], where=links["parent_segment"] >= 0, **moves),
    )


def solve(counts: Counts, shape: tuple[int, ...], ages: int | None = None, whole_only: bool = False) -> np.ndarray:
    """Means of all seeds, then leaving out one at a time (none of a single seed); NaN without chains.

    Args:
        shape: the strata of ``counts``, origins last. ages: fills up to this age only count; default all.
        whole_only: only the mean of all seeds.

    Returns:
        [1 + seeds, *shape, J, readings, lengths], with one more (all together) for origins and for segments.
    """
    n = len(counts.fills)
    left_out = [None, *range(n)] if n > 1 and not whole_only else [None]
    blocks = (left_out[k : k + AT_ONCE] for k in range(0, len(left_out), AT_ONCE))
    return np.concatenate([_solve(counts, block, shape, ages) for block in blocks])


def _solve(counts: Counts, left_out: list[int | None], shape: tuple[int, ...], ages: int | None) -> np.ndarray:
    """Of all seeds but the one left out; counts are whole numbers, so a sum less one of its terms is exact."""
    n, j = len(left_out), counts.refilled.shape[-1]
    f = _filled(counts, left_out, ages)
    by_seed = counts._replace(filled=counts.filled[:, :j].sum(-1), at_risk=counts.at_risk[:, j:, 0])  # the large ones as they are needed
    c = Counts(*(np.stack(list(_without(column, left_out))) for column in by_seed))
    start = (c.at_risk * f[:, j:]).reshape(n, -1, j)  # homes that each stratum opened × share filled
    goes_on = f[:, :j, None] * ratio(c.refilled, c.filled[..., None])
    found = []
    for reading in READINGS:
        opens, opens_senior = c.opened, c.senior_opened
        if reading == READINGS[1]:
            unseen = _homes_elsewhere(c.opened)
            opens = opens + c.elsewhere[..., None] * unseen
            opens_senior = opens_senior + c.senior_elsewhere[..., None] * unseen
        sums, endless = _sums(
            start, ratio(opens, c.fills[..., None]), ratio(opens_senior, c.fills[..., None]),
            ratio(c.senior, c.fills), goes_on,
        )  # fmt: skip
        sums = sums.reshape(n, *shape, j, 4)
        for axis in (-3, -2):  # origins, then segments
            sums = np.concatenate((sums, sums.sum(axis, keepdims=True)), axis)
        found.append(_lengths(sums, endless))
    return np.stack(found, -2)


def _without(column: np.ndarray, left_out: list[int | None]) -> Iterator[np.ndarray]:
    """A count of all seeds together, without one after the other."""
    whole = column.sum(0)
    return (whole if one is None else whole - column[one] for one in left_out)


def _filled(counts: Counts, left_out: list[int | None], ages: int | None) -> np.ndarray:
    """The share ever filled [samples, rows], one sample at a time: of rows in which any home was opened, for most have none."""
    there = (counts.at_risk[..., 0] > 0).any(axis=0)
    found = np.zeros((len(left_out), counts.at_risk.shape[1]))
    samples = (_without(column[:, there, :ages], left_out) for column in (counts.filled, counts.at_risk))
    for row, (filled, at_risk) in zip(found, zip(*samples, strict=True), strict=True):
        row[there] = share_filled(filled, at_risk)
    return found


def _sums(start, opens, opens_senior, senior, goes_on) -> tuple[np.ndarray, np.ndarray]:
    """What lengths are made of, by stratum and segment of the first home, and whether no end is in sight.

    ``start`` [samples, strata, J] are filled homes; the rest is per move, by row. Returns [samples, strata, J, 4] (chains, moves
    after the first, moves of seniors, moves after these) and [samples].
    """
    n, n_strata, j = start.shape
    leads_to = opens @ goes_on
    q = leads_to[:, :j]
    endless = np.abs(np.linalg.eigvals(q)).max(axis=-1, initial=0) >= 1  # every link goes on
    visits = np.linalg.inv(np.eye(j) - np.where(endless[:, None, None], 0, q))
    set_off = goes_on @ visits.sum(-1)[..., None]

    def first(rows: np.ndarray) -> np.ndarray:  # [samples, strata, J, …], from the rows of first links
        return rows[:, j:].reshape(n, n_strata, j, *rows.shape[2:])

    later = start[..., None] * first(leads_to) @ visits[:, None]
    seniors = start * first(senior) + (later @ senior[:, None, :j, None])[..., 0]
    after_seniors = opens_senior @ set_off
    by_seniors = start * first(after_seniors)[..., 0] + (later @ after_seniors[:, None, :j])[..., 0]
    return np.stack((start, later.sum(-1), seniors, by_seniors), -1), endless


def _lengths(sums: np.ndarray, endless: np.ndarray) -> np.ndarray:
    """LENGTHS [samples, …, 3] from ``_sums`` [samples, …, 4], added up over whatever is taken together."""
    chains, after, seniors, by_seniors = np.moveaxis(sums, -1, 0)
    freed = np.where(chains > 0, ratio(after, chains), np.nan)
    out = np.stack((1 + freed, freed, np.where(seniors > 0, ratio(by_seniors, seniors), np.nan)), -1)
    never = endless.reshape(-1, *(1,) * (out.ndim - 1))
    return np.where(never, np.where(chains[..., None] > 0, np.inf, np.nan), out)


def _homes_elsewhere(opened: np.ndarray) -> np.ndarray:
    """Segments of homes that arrivals left elsewhere [samples, rows, J]: as of those who left a home for that segment."""
    n, rows, j = opened.shape
    by_segment = opened.reshape(n, -1, j, j).sum(1)
    pooled = ratio(by_segment.sum(1), by_segment.sum((1, 2))[:, None])
    known = by_segment.sum(2, keepdims=True)
    return np.tile(np.where(known > 0, ratio(by_segment, known), pooled[:, None]), (1, rows // j, 1))
