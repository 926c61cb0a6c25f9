"""What estimates of the lengths of chains need of the ledger of one run, counted once by kind of move and of home.

A page of many scenarios cannot read tens of millions of moves: it reads these counts, which can be added up over runs and areas. They
are made from the two tables of the ledger alone, so that a folder without them can have them still.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from sim.counts.schema import CHAINS, MOVES
from sim.counts.tables import framed
from sim.world.codes import DwellingType, HouseholdClass, Origin
from sim.world.errors import Refusal, hint

if TYPE_CHECKING:
    from numpy.typing import NDArray

TYPE_CLASS = {
    DwellingType.EENGEZINS.key: "eengezins",
    DwellingType.MEERGEZINS.key: "meergezins",
    DwellingType.FLEX.key: "meergezins",
    DwellingType.SENIORENCOMPLEX.key: "senior",
    DwellingType.MANTELZORGUNIT.key: "senior",
}
LATER = 3  # links from here on are one kind
NEVER = np.iinfo(np.int64).max
MOVES_NEEDS = MOVES.some(
    "month", "in_scope", "fills_vacancy", "move_id", "parent_move_id", "chain_id", "link", "household_class",
    "to_tenure", "to_type", "from_tenure", "from_type", "left_home_elsewhere", "left_vacancy",
)  # fmt: skip
CHAINS_NEEDS = CHAINS.some("chain_id", "origin", "origin_tenure", "origin_type", "origin_area", "start_month", "open")


class Coded(NamedTuple):
    """A text by row: ``names[codes]``."""

    codes: NDArray
    names: list[str]

    def at(self, rows: NDArray) -> Coded:
        """Of these rows."""
        return Coded(self.codes[rows], self.names)

    def where(self, known: NDArray) -> Coded:
        """Empty where it is not ``known``."""
        return Coded(np.where(known, self.codes + 1, 0), ["", *self.names])

    def among(self, names: Sequence[str]) -> NDArray:
        """Whether it is one of these, by row."""
        return np.isin(self.names, list(names))[self.codes]

    @property
    def category(self) -> pd.Categorical:
        """As a column of a table."""
        return pd.Categorical.from_codes(self.codes, self.names)


def coded(column: pd.Series) -> Coded:
    """A column of texts, as a run or a file holds it."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Coded(column.cat.codes.to_numpy().astype(np.int64), [str(one) for one in column.cat.categories])
    codes, names = pd.factorize(column, use_na_sentinel=False)
    return Coded(codes.astype(np.int64), [str(one) for one in names])


def segments(tenure: Coded, kind: Coded) -> Coded:
    """Segment ``tenure/type class`` of each home, such as ``koop/eengezins``.

    Raises:
        Refusal: an unknown type of home.
    """
    for name in (kind.names[code] for code in np.unique(kind.codes)):
        if name not in TYPE_CLASS:
            raise Refusal(f"moves or chains: unknown dwelling type {name!r}; known: {sorted(TYPE_CLASS)}{hint(name, TYPE_CLASS)}")
    both = [f"{a}/{TYPE_CLASS.get(b, b)}" for a in tenure.names for b in kind.names]
    names = sorted(set(both))
    at = {name: code for code, name in enumerate(names)}
    return Coded(np.array([at[name] for name in both], np.int64)[tenure.codes * len(kind.names) + kind.codes], names)


def rows_of(ids: NDArray, wanted: NDArray) -> NDArray:
    """The row in which each of ``wanted`` stands among ``ids`` (numbers from 0), −1 where it does not."""
    row = np.full(max(ids.max(initial=-1), wanted.max(initial=-1)) + 2, -1)  # the last for those below 0
    row[ids] = np.arange(len(ids))
    return row[np.maximum(wanted, -1)]


def counted(keys: Mapping[str, Coded | NDArray], *beside: NDArray) -> tuple[dict[str, pd.Categorical | NDArray], list[NDArray]]:
    """Each combination of ``keys`` (texts; whole numbers from 0) that occurs, how often, and how often where ``beside`` holds."""
    codes = [one.codes if isinstance(one, Coded) else one.astype(np.int64) for one in keys.values()]
    shape = tuple(int(one.max(initial=0)) + 1 for one in codes)
    found, inverse = np.unique(np.ravel_multi_index(tuple(codes), shape), return_inverse=True)
    n = [np.bincount(inverse if where is None else inverse[where], minlength=len(found)) for where in (None, *beside)]
    of = np.unravel_index(found, shape)
    named = zip(keys.items(), of, strict=True)
    return {key: Coded(values, one.names).category if isinstance(one, Coded) else values for (key, one), values in named}, n


def chain_tables(moves: pd.DataFrame, chains: pd.DataFrame, months: int, last: int) -> dict[str, pd.DataFrame]:
    """The tables chain_links and chain_homes of one run.

    Args:
        moves, chains: of one run, follow-up included (``MOVES_NEEDS``, ``CHAINS_NEEDS``), in any order.
        months: chains that began in 0 … months − 1 count. last: the month in which the follow-up ends.

    Raises:
        ValueError: a move after ``last``. Refusal: an unknown type of home.
    """
    origin, start = coded(chains["origin"]), chains["start_month"].to_numpy(np.int64)
    kept = np.flatnonzero(~origin.among([Origin.VOOR_START.key]) & (start >= 0) & (start < months))
    of = rows_of(chains["chain_id"].to_numpy(np.int64)[kept], moves["chain_id"].to_numpy(np.int64))
    mine = np.flatnonzero(moves["in_scope"].to_numpy(bool) & moves["fills_vacancy"].to_numpy(bool) & (of >= 0))
    of = of[mine]
    month, link, ids, before = (moves[name].to_numpy(np.int64)[mine] for name in ("month", "link", "move_id", "parent_move_id"))
    if month.max(initial=0) > last:
        raise ValueError(f"moves run to month {month.max()}, past last_month={last}; give the last month of the follow-up")
    text = {name: coded(moves[name]).at(mine) for name in ("household_class", "to_tenure", "to_type", "from_tenure", "from_type")}
    opened, elsewhere = (moves[name].to_numpy(bool)[mine] for name in ("left_vacancy", "left_home_elsewhere"))
    parent, leaves, first = rows_of(ids, before), np.flatnonzero(opened), link == 1
    known = segments(text["from_tenure"].at(leaves), text["from_type"].at(leaves))
    left = Coded(np.zeros(len(mine), np.int64), ["", *known.names])
    left.codes[leaves] = known.codes + 1
    areas, origins = coded(chains["origin_area"]).at(kept), origin.at(kept)
    links, (n,) = counted(
        {
            "origin_area": areas.at(of).where(first),
            "origin": origins.at(of),
            "link": np.minimum(link, LATER),
            "parent_segment": Coded(np.where(parent >= 0, left.codes[parent], 0), left.names),
            "segment": segments(text["to_tenure"], text["to_type"]),
            "left_segment": left,
            "elsewhere": elsewhere & ~opened,
            "senior": text["household_class"].among([HouseholdClass.SENIOR.key]),
        }
    )
    home = segments(coded(chains["origin_tenure"]).at(kept), coded(chains["origin_type"]).at(kept))
    began = {"origin_area": areas, "origin": origins, "segment": home}
    still = chains["open"].to_numpy(bool)[kept]
    homes = (
        _homes(began, start[kept], _earliest(len(kept), of[first], month[first]), last, still),
        _homes({"segment": left.at(leaves)}, month[leaves], _earliest(len(mine), parent[parent >= 0], month[parent >= 0])[leaves], last),
    )
    truths = {name: links[name].astype(bool) for name in ("elsewhere", "senior")}
    return {"chain_links": framed("chain_links", {**links, **truths, "n": n}), "chain_homes": pd.concat(homes, ignore_index=True)}


def _earliest(n: int, at: NDArray, month: NDArray) -> NDArray:
    """The first month of each of ``n`` places, NEVER where there is none."""
    found = np.full(n, NEVER)
    np.minimum.at(found, at, month)
    return found


def _homes(keys: Mapping[str, Coded], month: NDArray, filled: NDArray, last: int, still: NDArray | None = None) -> pd.DataFrame:
    """Homes that came free, by how long they were followed; first homes of a chain are those with an area and an origin."""
    n = len(month)
    nothing = Coded(np.zeros(n, np.int64), [""])
    age = np.where(filled < NEVER, filled, last) - month
    where = {name: keys.get(name, nothing) for name in ("origin_area", "origin", "segment")}
    of, (homes, still_open) = counted({**where, "age": age, "filled": filled < NEVER}, np.zeros(n, bool) if still is None else still)
    texts = {name: of[name].astype(str) for name in where}  # of two kinds of homes: without the codes of one
    truths = {"first": np.full(len(homes), still is not None), "filled": of["filled"].astype(bool)}
    return framed("chain_homes", {**of, **texts, **truths, "n": homes, "n_open": still_open})
