"""From a world that has run to the tables of the interface (docs/interface.md), without the columns scenario and seed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.chains.ends import descend, ends_of
from sim.counts.schema import FILTERS, INSTRUMENTS, TABLES, TEXT, Column
from sim.levers import ALL_BIT
from sim.world.codes import (
    DROPPED,
    ENTERED,
    FILLED,
    LEFT,
    NOOD_TRIGGERS,
    OBSTACLE,
    WITHDRAWN,
    DropReason,
    DwellingType,
    EndReason,
    Obstacle,
    Origin,
    Tenure,
    Trigger,
    names,
)
from sim.world.columns import ABSENT
from sim.world.ids import public_id

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.at_work import AtWork
    from sim.world.world import World


def framed(name: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table as the schema has it: codes become words and numbers take their type. The order stays the maker's.

    Raises:
        Refusal: a column is lacking, or is not in the schema.
        TypeError: a column cannot be of the type that the schema says.
    """
    table = TABLES[name]
    table.compare(columns)
    of = {one.name: one for one in table.columns}
    return pd.DataFrame({key: _typed(name, of[key], values) for key, values in columns.items()})


def _typed(name: str, column: Column, values: Any) -> Any:
    if isinstance(values, pd.Categorical):
        return values
    given = np.asarray(values)
    if column.words and given.dtype.kind in "biu":
        return pd.Categorical.from_codes(given.astype(np.int64), dtype=_words(column.words))
    if column.kind == TEXT:
        return pd.Series(values).astype(str)
    if len(given) and not np.can_cast(given.dtype, column.kind, "same_kind"):
        raise TypeError(f"table {name}: column {column.name} is {given.dtype}, and the schema says {column.kind}")
    if column.empty:
        return pd.arrays.IntegerArray(given.astype(column.kind), np.ma.getmaskarray(values))
    return given.astype(column.kind, copy=False)


@cache
def _words(words: tuple[str, ...]) -> pd.CategoricalDtype:
    """The type of a column of words; made once, for to look whether they all differ takes longer than a short column."""
    return pd.CategoricalDtype(words)


def _of(column: NDArray, rows: NDArray, missing: float) -> NDArray:
    """Values of a dwelling column at ``rows``; ``missing`` where the row is none."""
    return np.where(rows >= 0, column[np.maximum(rows, 0)], missing)


def moves_table(w: World, keys: tuple[str, ...], months: int) -> pd.DataFrame:
    """Every move from month 0 to the end of the follow-up; ``keys`` of the instruments in the order of their bits."""
    n = int(w.counts[1])
    m, v = w.m, w.v
    n_set_off, open_ = descend(m.parent[:n], m.left_vacancy[:n], np.isin(v.state, (FILLED, WITHDRAWN)))  # out of use: nobody will follow
    begun = np.where(m.chain[:n] >= 0, v.opened[np.maximum(m.chain[:n], 0)], -1)
    scope = (m.chain[:n] >= 0) & (v.origin[np.maximum(m.chain[:n], 0)] != Origin.VOOR_START) & (begun >= 0) & (begun < months)
    table = {
        "month": m.month[:n],
        "phase": m.month[:n] >= months,
        "in_scope": scope,
        "fills_vacancy": m.vacancy[:n] >= 0,
        "move_id": np.arange(n),
        "parent_move_id": m.parent[:n],
        "chain_id": m.chain[:n],
        "link": m.link[:n],
        "n_set_off": n_set_off,
        "set_off_open": open_,
        "household_id": public_id(w.h.id[m.household[:n]]),
        "household_class": m.household_class[:n],
        "age": m.age[:n],
        "household_size": m.size[:n],
    }
    return framed("moves", table | _homes(w, n) | _circumstances(w, keys, n))


def _homes(w: World, n: int) -> dict[str, Any]:
    m, d = w.m, w.d
    table: dict[str, Any] = {}
    areas = [*w.geography.code, ""]
    for side, rows in (("from", m.from_dwelling[:n]), ("to", m.to_dwelling[:n])):
        area = _of(d.area, rows, len(areas) - 1).astype(np.int64)
        table[f"{side}_dwelling"] = np.where(rows >= 0, public_id(d.id)[np.maximum(rows, 0)], -1)
        table[f"{side}_area"] = pd.Categorical.from_codes(area, areas)
        table[f"{side}_tenure"] = _of(d.tenure, rows, len(Tenure))
        table[f"{side}_type"] = _of(d.kind, rows, len(DwellingType))
        table[f"{side}_rooms"] = _of(d.rooms, rows, 0)
        table[f"{side}_floor_area"] = _of(d.floor_area, rows, 0)
        table[f"{side}_rent"] = m.from_rent[:n] if side == "from" else m.to_rent[:n]
    a, b = (_of(d.area, rows, 0).astype(int) for rows in (m.from_dwelling[:n], m.to_dwelling[:n]))
    km = np.hypot(w.map.x_km[a] - w.map.x_km[b], w.map.y_km[a] - w.map.y_km[b])
    table["distance_km"] = np.where(m.from_dwelling[:n] >= 0, km, np.nan)
    return table


def _circumstances(w: World, keys: tuple[str, ...], n: int) -> dict[str, Any]:
    m = w.m
    return {
        "left_home_elsewhere": m.left_home_elsewhere[:n].astype(bool),
        "reason": m.reason[:n],
        "trigger": m.trigger[:n],
        "nood": np.isin(m.trigger[:n], NOOD_TRIGGERS),
        "fit_before": m.fit_before[:n],
        "fit_after": m.fit_after[:n],
        "first_contact": m.first_contact[:n],
        "instruments": bit_names(m.instruments[:n], keys),
        "decisive": bit_names(m.decisive[:n], keys),
        "vacancy_opened": np.ma.masked_where(m.vacancy[:n] < 0, _of(w.v.opened, m.vacancy[:n], 0)),
        "left_vacancy": m.left_vacancy[:n] >= 0,
        "waited_months": m.waited[:n],
        "registered_months": m.registered[:n],
        "candidates": _of(w.v.candidates, m.vacancy[:n], 0),
        "months_from_contact": np.ma.masked_equal(m.contact_months[:n], ABSENT),
    }


def bit_names(bits: NDArray, keys: tuple[str, ...]) -> pd.Categorical:
    """Sets of instruments as text: names joined by '+', empty for none."""
    bits = bits & ~ALL_BIT
    values, inverse = np.unique(bits, return_inverse=True)
    labels = ["+".join(key for k, key in enumerate(keys) if int(value) >> k & 1) for value in values]
    return pd.Categorical.from_codes(inverse.reshape(-1), labels)


def chains_table(w: World, months: int) -> pd.DataFrame:
    """Every chain whose origin lies in the run (or before its start)."""
    n, v = int(w.counts[0]), w.v
    in_run = (v.opened[:n] >= 0) & (v.opened[:n] < w.month)  # a home that was sold and does not stand yet has begun nothing
    rows = np.flatnonzero((v.chain[:n] == np.arange(n)) & (in_run | (v.origin[:n] == Origin.VOOR_START)))
    k = int(w.counts[1])
    chain = w.m.chain[:k]
    n_moves = np.bincount(chain[chain >= 0], minlength=n)
    reason, end = ends_of(w, rows)
    homes = v.dwelling[rows]
    return framed(
        "chains",
        {
            "chain_id": rows,
            "origin": v.origin[rows],
            "origin_tenure": w.d.tenure[homes],
            "origin_type": w.d.kind[homes],
            "start_month": v.opened[rows],
            "end_month": np.ma.masked_where(reason == EndReason.OPEN, end),
            "moves": n_moves[rows],
            "homes_freed": np.maximum(0, n_moves[rows] - 1),
            "end_reason": reason,
            "open": reason == EndReason.OPEN,
            "origin_area": pd.Categorical.from_codes(w.d.area[homes].astype(np.int64), w.geography.code),
        },
    )


def month_row(row: Mapping[str, float], applications: Mapping[int, int], months: int) -> dict[str, Any]:
    """One month by column; ``row`` is what was recorded of it, ``applications`` those to split a home, by month."""
    month = int(row["month"])
    return {"month": month, "phase": month >= months, **row, "split_applications": applications.get(month, 0)}


def months_table(rows: list[dict[str, float]], applications: Mapping[int, int], months: int) -> pd.DataFrame:
    """One row per month, follow-up included (see ``month_row``)."""
    frame = pd.DataFrame([month_row(one, applications, months) for one in rows])
    return framed("months", dict(frame.items()))


def funnel_table(months: list[NDArray]) -> pd.DataFrame:
    """The klantreis: entered, left, dropped and obstacles, by month, class, stage and code (zeros left out)."""
    cube = np.stack(months)
    month, cls, stage, kind, code = np.nonzero(cube)
    lists = {ENTERED: names(Trigger), LEFT: [""] * 16, DROPPED: names(DropReason), OBSTACLE: names(Obstacle)}
    return framed(
        "funnel",
        {
            "month": month,
            "household_class": cls,
            "stage": stage,
            "kind": kind,
            "code": pd.Categorical([lists[k][c] for k, c in zip(kind.tolist(), code.tolist(), strict=True)]),
            "n": cube[month, cls, stage, kind, code],
        },
    )


def instruments_table(ledger: list[dict[str, Any]]) -> pd.DataFrame:
    """The instruments' ledger: what each organisation did and paid, by month."""
    frame = pd.DataFrame(ledger, columns=[column.name for column in INSTRUMENTS.columns])
    return framed(INSTRUMENTS.name, dict(frame.items()))


def filters_table(at_work: AtWork) -> pd.DataFrame:
    """``failing`` of every instrument, as the world was when it was put to work."""
    rows = [{"instrument": one.key, **row} for one in at_work.running for row in one.filters]
    return framed(FILTERS.name, {column.name: [row[column.name] for row in rows] for column in FILTERS.columns})
