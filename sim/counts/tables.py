"""From a world that has run to the tables of the interface (docs/interface.md), without the columns scenario and seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.chains.ends import descend, ends_of
from sim.levers import ALL_BIT
from sim.world import codes
from sim.world.codes import (
    DROPPED,
    ENTERED,
    FILLED,
    LEFT,
    NOOD_TRIGGERS,
    OBSTACLE,
    WITHDRAWN,
    EndReason,
    HouseholdClass,
    Origin,
    Trigger,
    names,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.at_work import AtWork
    from sim.world.world import World


def public_id(ids: NDArray) -> NDArray:
    """63-bit ids as int64, so that −1 can mean none."""
    return (ids >> np.uint64(1)).astype(np.int64)


def _named(values: NDArray, labels: list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(np.asarray(values, np.int64), labels)


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
        "month": m.month[:n].astype(np.int32),
        "phase": np.where(m.month[:n] < months, "run", "follow_up"),
        "in_scope": scope,
        "fills_vacancy": m.vacancy[:n] >= 0,
        "move_id": np.arange(n),
        "parent_move_id": m.parent[:n].astype(np.int64),
        "chain_id": m.chain[:n].astype(np.int64),
        "link": m.link[:n].astype(np.int32),
        "n_set_off": n_set_off,
        "set_off_open": open_,
        "household_id": public_id(w.h.id[m.household[:n]]),
        "household_class": _named(m.household_class[:n], names(HouseholdClass)),
        "age": m.age[:n].astype(np.int32),
        "household_size": m.size[:n].astype(np.int32),
    }
    table |= _homes(w, n) | _circumstances(w, keys, n)
    frame = pd.DataFrame(table)
    return frame.astype({"phase": pd.CategoricalDtype(["run", "follow_up"])})


def _homes(w: World, n: int) -> dict[str, object]:
    m, d = w.m, w.d
    table: dict[str, object] = {}
    areas = [*w.geography.code, ""]
    for side, rows in (("from", m.from_dwelling[:n]), ("to", m.to_dwelling[:n])):
        none = len(areas) - 1
        table[f"{side}_dwelling"] = np.where(rows >= 0, public_id(d.id)[np.maximum(rows, 0)], -1)
        table[f"{side}_area"] = _named(_of(d.area, rows, none), areas)
        table[f"{side}_tenure"] = _named(_of(d.tenure, rows, 3), [*names(codes.Tenure), ""])
        table[f"{side}_type"] = _named(_of(d.kind, rows, 5), [*names(codes.DwellingType), ""])
        table[f"{side}_rooms"] = _of(d.rooms, rows, 0).astype(np.int32)
        table[f"{side}_floor_area"] = _of(d.floor_area, rows, 0).astype(np.float32)
        table[f"{side}_rent"] = m.from_rent[:n] if side == "from" else m.to_rent[:n]
    a, b = (_of(d.area, rows, 0).astype(int) for rows in (m.from_dwelling[:n], m.to_dwelling[:n]))
    km = np.hypot(w.map.x_km[a] - w.map.x_km[b], w.map.y_km[a] - w.map.y_km[b])
    table["distance_km"] = np.where(m.from_dwelling[:n] >= 0, km, np.nan).astype(np.float32)
    return table


def _circumstances(w: World, keys: tuple[str, ...], n: int) -> dict[str, object]:
    m = w.m
    return {
        "left_home_elsewhere": m.left_home_elsewhere[:n].astype(bool),
        "reason": _named(m.reason[:n], names(codes.MoveReason)),
        "trigger": _named(m.trigger[:n], names(Trigger)),
        "nood": np.isin(m.trigger[:n], NOOD_TRIGGERS),
        "fit_before": m.fit_before[:n],
        "fit_after": m.fit_after[:n],
        "first_contact": _named(m.first_contact[:n], names(codes.Contact)),
        "instruments": bit_names(m.instruments[:n], keys),
        "decisive": bit_names(m.decisive[:n], keys),
        "vacancy_opened": _of(w.v.opened, m.vacancy[:n], -1).astype(np.int32),
        "left_vacancy": m.left_vacancy[:n] >= 0,
        "waited_months": m.waited[:n].astype(np.int32),
        "registered_months": m.registered[:n].astype(np.int32),
        "candidates": _of(w.v.candidates, m.vacancy[:n], 0).astype(np.int32),
        "months_from_contact": m.contact_months[:n].astype(np.int32),
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
    rows = np.flatnonzero((v.chain[:n] == np.arange(n)) & ((v.opened[:n] >= 0) | (v.origin[:n] == Origin.VOOR_START)))
    k = int(w.counts[1])
    chain = w.m.chain[:k]
    n_moves = np.bincount(chain[chain >= 0], minlength=n)
    reason, end = ends_of(w, rows)
    homes = v.dwelling[rows]
    return pd.DataFrame(
        {
            "chain_id": rows,
            "origin": _named(v.origin[rows], names(Origin)),
            "origin_tenure": _named(w.d.tenure[homes], names(codes.Tenure)),
            "origin_type": _named(w.d.kind[homes], names(codes.DwellingType)),
            "start_month": v.opened[rows].astype(np.int32),
            "end_month": end.astype(np.int32),
            "moves": n_moves[rows],
            "homes_freed": np.maximum(0, n_moves[rows] - 1),
            "end_reason": _named(reason, names(EndReason)),
            "open": reason == EndReason.OPEN,
        }
    )


def months_table(rows: list[dict[str, float]], applications: Mapping[int, int], months: int) -> pd.DataFrame:
    """One row per month, follow-up included; ``applications`` to split a home, by month."""
    frame = pd.DataFrame(rows)
    frame.insert(1, "phase", pd.Categorical(np.where(frame["month"] < months, "run", "follow_up"), ["run", "follow_up"]))
    frame["split_applications"] = frame["month"].map(applications).fillna(0).astype(np.int64)
    return frame


def funnel_table(months: list[NDArray]) -> pd.DataFrame:
    """The klantreis: entered, left, dropped and obstacles, by month, class, stage and code (zeros left out)."""
    cube = np.stack(months)
    month, cls, stage, kind, code = np.nonzero(cube)
    drops, triggers, obstacles = names(codes.DropReason), names(Trigger), names(codes.Obstacle)
    lists = {ENTERED: triggers, LEFT: [""] * 16, DROPPED: drops, OBSTACLE: obstacles}
    return pd.DataFrame(
        {
            "month": month,
            "household_class": _named(cls, names(HouseholdClass)),
            "stage": _named(stage, names(codes.Stage)),
            "kind": _named(kind, names(codes.FunnelKind)),
            "code": pd.Categorical([lists[k][c] for k, c in zip(kind.tolist(), code.tolist(), strict=True)]),
            "n": cube[month, cls, stage, kind, code],
        }
    )


def instruments_table(ledger: list[dict[str, Any]]) -> pd.DataFrame:
    """The instruments' ledger: what each organisation did and paid, by month."""
    columns = ["month", "instrument", "organisation", "contacts", "uses", "cost_eur", "waiting", "no_money"]
    return pd.DataFrame(ledger, columns=columns)


def filters_table(at_work: AtWork) -> pd.DataFrame:
    """``failing`` of every instrument, as the world was when it was put to work."""
    columns = ["instrument", "household_group", "filter", "asks", "households", "fail", "fail_only", "left"]
    rows = [{"instrument": one.key, **row} for one in at_work.running for row in one.filters]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[4:], np.int64) | dict.fromkeys(columns[:4], str))
