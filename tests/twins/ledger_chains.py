"""Readable twins of ``sim.counts.ledger_chains`` and of what is made from its counts: pandas, move by move, joined by keys."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.chain_length import READINGS, Counts
from analysis.estimates.product_limit import share_filled
from sim.counts.ledger_chains import MOVES_NEEDS, TYPE_CLASS

RUN = ["scenario", "seed"]
SENIOR, VOOR_START = "senior", "voor_start"


def tally(shape: tuple[int, ...], *index: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    """How often each combination of codes occurs."""
    found = np.zeros(shape)
    np.add.at(found, tuple(np.asarray(i if where is None else np.asarray(i)[where], dtype=np.int64) for i in index), 1)
    return found


def by_age(shape: tuple[int, ...], *index: np.ndarray, filled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Homes filled, and homes at risk, at each age."""
    last_seen = tally(shape, *index)
    return tally(shape, *index, where=filled), np.flip(np.cumsum(np.flip(last_seen, -1), -1), -1)


def segments(tenure: pd.Series, kind: pd.Series) -> pd.Series:
    """Segment ``tenure/type class`` of each home, such as ``koop/eengezins``; of known types."""
    (tenures, tenure_names), (kinds, kind_names) = (pd.factorize(c, use_na_sentinel=False) for c in (tenure, kind))
    names = np.array([f"{t}/{TYPE_CLASS[str(k)]}" for t, k in product(tenure_names, kind_names)], object)
    return pd.Series(names[tenures * len(kind_names) + kinds], tenure.index, object)


def links(moves: pd.DataFrame, last_month: int | None = None) -> pd.DataFrame:
    """One row per move in scope that fills a home, with what it opened and what became of that.

    Columns: scenario, seed, chain_id, link, month, segment (filled), left_segment ('' if no home was opened), opened,
    elsewhere, senior (booleans), filled (the opened home was filled by ``last_month``), age (months from opening to its
    first fill, else to ``last_month``), parent (segment of the home as its last mover left it, '' for a first link).
    """
    last = int(moves["month"].max()) if last_month is None else int(last_month)
    chosen = moves["in_scope"].astype(bool) & moves["fills_vacancy"].astype(bool)
    mine = moves.loc[chosen, [*RUN, *MOVES_NEEDS]].reset_index(drop=True)
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
    """Chance that a move is followed by another (see ``analysis.estimates.chain_length.continuation``)."""
    table = links(moves, last_month)
    table["link_class"] = np.minimum(table["link"], 3)
    if chains is not None:
        table = table.merge(chains[[*RUN, "chain_id", "origin"]], "left", on=[*RUN, "chain_id"])
        table = table[table["origin"].astype(str) != VOOR_START]
    worlds = [_continuing(world, reading) for _, world in table.groupby("scenario", observed=True, sort=True)]
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
