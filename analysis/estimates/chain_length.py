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
segment says enough; the product-limit over links, printed beside it, does not need that but is biased where slow
segments continue more often.

*inside_area*: an arrival from elsewhere ends the chain. *national_estimated*: an arrival that left a home elsewhere
goes on unseen, as a mover into the same segment does who did leave a home. Lengths, of chains whose first home was
filled: ``moves``; ``homes_freed`` = moves − 1 (CBS: extra homes freed and lived in again); ``moves_set_off`` = moves
after a senior's own, over all senior moves of such chains.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.product_limit import by_age, product_limit, ratio, share_filled, tally
from analysis.tables.files import need
from sim.counts.schema import CHAINS, MOVES
from sim.world.errors import Refusal, hint
from sim.world.names import ALL

READINGS = ("inside_area", "national_estimated")
LENGTHS = ("moves", "homes_freed", "moves_set_off")
TYPE_CLASS = {
    "eengezins": "eengezins",
    "meergezins": "meergezins",
    "flex": "meergezins",
    "seniorencomplex": "senior",
    "mantelzorgunit": "senior",
}
RUN = ["scenario", "seed"]
SENIOR, VOOR_START = "senior", "voor_start"
AT_ONCE = 50  # sets of seeds that are solved together
MOVES_NEEDS = MOVES.some(
    *RUN, "month", "in_scope", "fills_vacancy", "move_id", "parent_move_id", "chain_id", "link", "household_class",
    "to_tenure", "to_type", "from_tenure", "from_type", "left_home_elsewhere", "left_vacancy",
)  # fmt: skip
CHAINS_NEEDS = CHAINS.some(*RUN, "chain_id", "origin", "origin_tenure", "origin_type", "start_month", "moves", "open")


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


def segments(tenure: pd.Series, kind: pd.Series) -> pd.Series:
    """Segment ``tenure/type class`` of each home, such as ``koop/eengezins``; an unknown type is an error."""
    (tenures, tenure_names), (kinds, kind_names) = (pd.factorize(c, use_na_sentinel=False) for c in (tenure, kind))
    unknown = sorted({str(name) for name in kind_names} - set(TYPE_CLASS))
    if unknown:
        raise Refusal(
            f"column {kind.name}: unknown dwelling type {unknown[0]!r}; known: {sorted(TYPE_CLASS)}{hint(unknown[0], TYPE_CLASS)}"
        )
    names = np.array([f"{t}/{TYPE_CLASS[str(k)]}" for t, k in product(tenure_names, kind_names)], object)
    return pd.Series(names[tenures * len(kind_names) + kinds], tenure.index, object)


def links(moves: pd.DataFrame, last_month: int | None = None) -> pd.DataFrame:
    """One row per move in scope that fills a home, with what it opened and what became of that.

    Columns: scenario, seed, chain_id, link, month, segment (filled), left_segment ('' if no home was opened), opened,
    elsewhere, senior (booleans), filled (the opened home was filled by ``last_month``), age (months from opening to its
    first fill, else to ``last_month``), parent (segment of the home as its last mover left it, '' for a first link).
    """
    need(moves.columns, MOVES_NEEDS, "moves")
    last = int(moves["month"].max()) if last_month is None else int(last_month)
    chosen = moves["in_scope"].astype(bool) & moves["fills_vacancy"].astype(bool)
    mine = moves.loc[chosen, list(MOVES_NEEDS)].reset_index(drop=True)
    if len(mine) and mine["month"].max() > last:
        raise ValueError(f"moves run to month {mine['month'].max()}, past last_month={last}; give the last month of the follow-up")
    out = mine[[*RUN, "chain_id", "link", "month", "move_id", "parent_move_id"]].copy()
    out["segment"] = segments(mine["to_tenure"], mine["to_type"])
    out["opened"] = mine["left_vacancy"].astype(bool)
    left = mine[out["opened"]]
    out["left_segment"] = segments(left["from_tenure"], left["from_type"]).reindex(out.index).fillna("")
    out["elsewhere"] = mine["left_home_elsewhere"].astype(bool) & ~out["opened"]
    out["senior"] = mine["household_class"] == SENIOR
    children = out[out["parent_move_id"] >= 0]
    first_fill = children.groupby([*RUN, "parent_move_id"], observed=True)["month"].min().rename("filled_month")
    out = out.merge(first_fill, "left", left_on=[*RUN, "move_id"], right_index=True)
    out["filled"] = out["filled_month"].notna()
    out["age"] = (out.pop("filled_month").fillna(last) - out["month"]).astype(int)
    before = {"move_id": "parent_move_id", "left_segment": "parent"}
    out = out.merge(out[[*RUN, *before]].rename(columns=before), "left", on=[*RUN, "parent_move_id"])
    out["parent"] = out["parent"].fillna("")
    return out.drop(columns=["move_id", "parent_move_id"])


def continuation(
    moves: pd.DataFrame,
    chains: pd.DataFrame | None = None,
    by: tuple[str, ...] = ("segment",),
    reading: str = "inside_area",
    last_month: int | None = None,
) -> pd.DataFrame:
    """Chance that a move is followed by another, into the home that it left, free of censoring (see the module).

    Args:
        moves, chains: the tables; chains are needed only for ``by`` origin, and then leave out origin voor_start.
        by: any of segment (of the home filled), link_class ('1', '2', '3+'), origin.
        reading: ``inside_area`` or ``national_estimated``.
        last_month: end of the follow-up; default the month of the last move.

    Returns:
        Per scenario and group: n_moves, share_opens (left a home; nationally homes elsewhere count), p_continue.
    """
    if reading not in READINGS:
        raise ValueError(f"reading {reading!r} is not one of {READINGS}")
    table = links(moves, last_month)
    table["link_class"] = np.where(table["link"] >= 3, "3+", table["link"].astype(str))
    if chains is not None:
        need(chains.columns, CHAINS_NEEDS, "chains")
        table = table.merge(chains[[*RUN, "chain_id", "origin"]], "left", on=[*RUN, "chain_id"])
        table = table[table["origin"].astype(str) != VOOR_START]
    need(table.columns, by, "continuation by (give chains for origin)")
    worlds = [_continuing(world, reading) for _, world in table.groupby("scenario", observed=True, sort=True)]
    if not worlds:
        return pd.DataFrame(columns=["scenario", *by, "n_moves", "share_opens", "p_continue"])
    grouped = pd.concat(worlds).groupby(["scenario", *by], observed=True)
    found = grouped.agg(n_moves=("p", "size"), share_opens=("share_opens", "mean"), p_continue=("p", "mean"))
    return found.reset_index()


def _continuing(world: pd.DataFrame, reading: str) -> pd.DataFrame:
    """One scenario's links with p, the chance that the link is followed by another."""
    opened = world[world["opened"]]
    code, names = pd.factorize(opened["left_segment"], sort=True)
    shape = (len(names), int(opened["age"].max()) + 1 if len(opened) else 1)
    f = share_filled(*by_age(shape, code, opened["age"].to_numpy(), filled=opened["filled"].to_numpy()))
    p = world["left_segment"].map(dict(zip(names, f, strict=True))).fillna(0.0)
    share = world["opened"].astype(float)
    if reading == READINGS[1]:
        left = p[world["opened"]]
        unseen = world["segment"].map(left.groupby(opened["segment"]).mean()).fillna(left.mean())
        p, share = p.where(~world["elsewhere"], unseen.fillna(0.0)), share + world["elsewhere"]
    return world.assign(p=p, share_opens=share)


class Ledger(NamedTuple):
    """The chains of one scenario that count, and their links. J segments."""

    links: pd.DataFrame  # as ``links`` gives them, with origin
    chains: pd.DataFrame  # with segment (of the first home)
    seeds: pd.Index
    segments: pd.Index
    origins: list[str]
    last: int  # month in which the follow-up ends


def ledger(moves: pd.DataFrame, chains: pd.DataFrame, last_month: int | None = None, months: int | None = None) -> Ledger:
    """The ledger of one scenario, or what an estimate needs of it: see ``mean_length``."""
    last = int(moves["month"].max()) if last_month is None else int(last_month)
    in_scope = (chains["origin"].astype(str) != VOOR_START) & (chains["start_month"] >= 0)
    if months is not None:
        in_scope &= chains["start_month"] < months
    mine = chains[in_scope].astype({"origin": str})
    mine["segment"] = segments(mine["origin_tenure"], mine["origin_type"])
    table = links(moves, last).merge(mine[[*RUN, "chain_id", "origin"]], on=[*RUN, "chain_id"])
    held = (table["segment"], table["left_segment"], mine["segment"])
    names = pd.Index(sorted({name for column in held for name in column.unique()} - {""}))
    return Ledger(table, mine, pd.Index(np.unique(mine["seed"])), names, sorted(mine["origin"].unique()), last)


def mean_length(moves: pd.DataFrame, chains: pd.DataFrame, last_month: int | None = None, months: int | None = None) -> pd.DataFrame:
    """Mean lengths of chains by origin, corrected for censoring (see the module).

    Args:
        moves: the ledger, follow-up included. chains: one row per chain, those without a move yet included.
        last_month: end of the follow-up; default the month of the last move.
        months: chains that began in 0 … months − 1 count; default all that began at month 0 or later.

    Returns:
        Per scenario, origin (and ``all``), reading and length: mean, product_limit (moves and homes_freed inside the area
        only), n_chains (with at least one move), n_moves, seeds. Origin voor_start is in none.
    """
    need(chains.columns, CHAINS_NEEDS, "chains")
    last = int(moves["month"].max()) if last_month is None else int(last_month)
    parts = [
        _lengths_of(scenario, ledger(moves[moves["scenario"] == scenario], world, last, months))
        for scenario, world in chains.groupby("scenario", observed=True, sort=True)
    ]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _lengths_of(scenario, found: Ledger) -> pd.DataFrame:
    """``mean_length`` of one scenario."""
    if not len(found.chains):
        return pd.DataFrame()
    code = pd.Index(found.origins)
    counts = count(found, code.get_indexer(found.links["origin"]), code.get_indexer(found.chains["origin"]), len(code))
    whole = solve(counts, (len(code),), whole_only=True)[0][:, -1]
    rows = []
    for o, origin in enumerate([*found.origins, ALL]):
        some = found.chains if origin == ALL else found.chains[found.chains["origin"] == origin]
        limit = product_limit(some["moves"].to_numpy(), some["open"].to_numpy(dtype=bool))
        n_chains, n_moves = int((some["moves"] > 0).sum()), int(some["moves"].sum())
        for (r, reading), (k, length) in product(enumerate(READINGS), enumerate(LENGTHS)):
            beside = {"moves": limit, "homes_freed": limit - 1}.get(length, np.nan) if r == 0 else np.nan
            rows.append((scenario, origin, reading, length, whole[o, r, k], beside, n_chains, n_moves, len(found.seeds)))
    names = ["scenario", "origin", "reading", "length", "mean", "product_limit"]
    return pd.DataFrame(rows, columns=[*names, "n_chains", "n_moves", "seeds"])


def count(found: Ledger, link_strata: np.ndarray, chain_strata: np.ndarray, n_strata: int) -> Counts:
    """Counts per seed. Strata keep first homes apart (by origin, or by area and origin): −1 leaves a chain out of them."""
    table, seeds, names = found.links, found.seeds, found.segments
    mine = (table["link"] > 1).to_numpy() | (link_strata >= 0)  # later links, and homes left, are shared by all
    chains, chain_strata = found.chains[chain_strata >= 0], chain_strata[chain_strata >= 0]
    n, j, cells = len(seeds), len(names), len(names) * (1 + n_strata)

    def code(index: pd.Index, column: pd.Series) -> np.ndarray:
        codes, values = pd.factorize(column, use_na_sentinel=False)
        return index.get_indexer(pd.Index(values))[codes]

    seed, segment = code(seeds, table["seed"]), code(names, table["segment"])
    row = segment + np.where(table["link"] == 1, j * (1 + link_strata), 0)
    left, parent = code(names, table["left_segment"]), code(names, table["parent"])
    opened, elsewhere, senior = (table[c].to_numpy(dtype=bool) for c in ("opened", "elsewhere", "senior"))
    start = chains.merge(
        table[table["link"] == 1].groupby(["seed", "chain_id"])["month"].min().rename("fill_month"),
        "left", left_on=["seed", "chain_id"], right_index=True,
    )  # fmt: skip
    waited = (start["fill_month"].fillna(found.last) - start["start_month"]).to_numpy(dtype=np.int64)
    home = code(names, start["segment"]) + j * (1 + chain_strata)
    age = np.concatenate([table["age"].to_numpy()[opened], waited])
    filled, at_risk = by_age(
        (n, cells, int(age.max(initial=0)) + 1),
        np.concatenate([seed[opened], code(seeds, start["seed"])]), np.concatenate([left[opened], home]), age,
        filled=np.concatenate([table["filled"].to_numpy()[opened], start["fill_month"].notna().to_numpy()]),
    )  # fmt: skip
    return Counts(
        fills=tally((n, cells), seed, row, where=mine),
        senior=tally((n, cells), seed, row, where=mine & senior),
        opened=tally((n, cells, j), seed, row, left, where=mine & opened),
        senior_opened=tally((n, cells, j), seed, row, left, where=mine & opened & senior),
        elsewhere=tally((n, cells), seed, row, where=mine & elsewhere),
        senior_elsewhere=tally((n, cells), seed, row, where=mine & elsewhere & senior),
        filled=filled,
        at_risk=at_risk,
        refilled=tally((n, j, j), seed, parent, segment, where=parent >= 0),
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
    weights = np.vstack([np.ones((1, n)), 1 - np.eye(n)]) if n > 1 and not whole_only else np.ones((1, n))
    blocks = (weights[k : k + AT_ONCE] for k in range(0, len(weights), AT_ONCE))
    return np.concatenate([_solve(counts, block, shape, ages) for block in blocks])


def _solve(counts: Counts, weights: np.ndarray, shape: tuple[int, ...], ages: int | None) -> np.ndarray:
    c = Counts(*(np.einsum("ns,s...->n...", weights, column) for column in counts))
    n, j = len(weights), c.refilled.shape[-1]
    f = share_filled(c.filled[..., :ages], c.at_risk[..., :ages])
    start = (c.at_risk[:, j:, 0] * f[:, j:]).reshape(n, -1, j)  # homes that each stratum opened × share filled
    goes_on = f[:, :j, None] * ratio(c.refilled, c.filled[:, :j].sum(-1)[..., None])
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
