"""Tables that users read, recounted in plain Python: a move, a chain and a month from the columns of the world, the rest from these.

Each recount must name every column (or indicator) of its table, so that a new one cannot escape.
"""

from __future__ import annotations

import functools
import math

import numpy as np
import pandas as pd
import pytest

from sim import month, run
from sim.counts.indicators import FOLLOWED, MONTH_STATES, REGISTRY
from sim.counts.schema import AGE_COLUMNS, TABLES, TENURE_COLUMNS
from sim.without.ghosts_on_the_market import WINS
from sim.world.codes import (
    CHOSEN,
    NOOD_TRIGGERS,
    Access,
    Contact,
    DropReason,
    DwellingState,
    DwellingType,
    EndReason,
    EventKind,
    FunnelKind,
    HouseholdClass,
    HouseholdState,
    MoveReason,
    Obstacle,
    Origin,
    Stage,
    Tenure,
    Trigger,
    VacancyState,
)
from sim.world.columns import ABSENT, NEVER, NOWHERE
from sim.world.ids import public_id
from sim.world.names import ALL
from tests.twins import kernels as twins
from tests.worlds import FOLLOW_UP, MONTHS, at_work, basis, burnt_in, everything, in_areas, let_pass, strong

LAST = MONTHS + FOLLOW_UP


@functools.cache
def ran():
    """A run with every instrument in four areas, its tables, each month as a plain count has it, and the funnel of each month."""
    one, months, funnels, searched = at_work(in_areas(), everything()), [], [], {}
    for _ in range(LAST):
        leaving, first = plain_leavers(one), int(one.world.counts[1])
        month.step(one)
        months.append(plain_month(one.world, one.world.month - 1, first, searched) | leaving)
        funnels.append(one.world.funnel.copy())
    return one, run.make_tables(one, MONTHS, []), months, funnels


def word(codes, value) -> str:
    return codes(int(value)).name.lower()


def public(ident) -> int:
    return int(public_id(np.asarray([ident], np.uint64))[0])


def named(bits, keys) -> str:
    return "+".join(key for k, key in enumerate(keys) if int(bits) >> k & 1)


def km(w, a, b) -> float:
    return math.hypot(float(w.map.x_km[a]) - float(w.map.x_km[b]), float(w.map.y_km[a]) - float(w.map.y_km[b]))


def check(table, k, row, got):
    """A row against its recount, column by column."""
    assert set(got) == {column.name for column in TABLES[table].columns}
    for name, value in got.items():
        given = row[name]
        if isinstance(value, float):
            assert given == pytest.approx(value, rel=1e-6, nan_ok=True), f"{table} {k}: {name}"
        elif value is None:
            assert pd.isna(given), f"{table} {k}: {name}"
        else:
            assert given == value, f"{table} {k}: {name}"


# moves


def plain_side(w, side, j, rent) -> dict:
    d, there = w.d, j >= 0
    return {
        f"{side}_dwelling": public(d.id[j]) if there else -1,
        f"{side}_area": w.geography.code[d.area[j]] if there else "",
        f"{side}_tenure": word(Tenure, d.tenure[j]) if there else "",
        f"{side}_type": word(DwellingType, d.kind[j]) if there else "",
        f"{side}_rooms": int(d.rooms[j]) if there else 0,
        f"{side}_floor_area": float(d.floor_area[j]) if there else 0.0,
        f"{side}_rent": float(rent),
    }


def plain_move(w, keys, k, after) -> dict:
    """A row of moves.parquet from the columns of the world; ``after``: rows of the moves behind it in its chain."""
    m, v = w.m, w.v
    x, a, b = int(m.vacancy[k]), int(m.from_dwelling[k]), int(m.to_dwelling[k])
    left = [int(m.left_vacancy[one]) for one in (k, *after)]
    root, link = x, 0
    while x >= 0:  # up the chain, vacancy by vacancy
        root, link, parent = x, link + 1, int(v.parent[x])
        x = int(m.vacancy[parent]) if parent >= 0 else -1
    begun = root >= 0 and v.origin[root] != Origin.VOOR_START and 0 <= v.opened[root] < MONTHS
    x = int(m.vacancy[k])
    return {
        "month": int(m.month[k]),
        "phase": "run" if m.month[k] < MONTHS else "follow_up",
        "in_scope": bool(begun),
        "fills_vacancy": x >= 0,
        "move_id": k,
        "parent_move_id": int(v.parent[x]) if x >= 0 else -1,
        "chain_id": root,
        "link": link,
        "n_set_off": len(after),
        "set_off_open": any(one >= 0 and v.state[one] not in (VacancyState.FILLED, VacancyState.WITHDRAWN) for one in left),
        "household_id": public(w.h.id[m.household[k]]),
        "household_class": word(HouseholdClass, m.household_class[k]),
        "age": int(m.age[k]),
        "household_size": int(m.size[k]),
        **plain_side(w, "from", a, m.from_rent[k]),
        **plain_side(w, "to", b, m.to_rent[k]),
        "distance_km": km(w, w.d.area[a], w.d.area[b]) if a >= 0 else math.nan,
        "left_home_elsewhere": bool(m.left_home_elsewhere[k]),
        "reason": word(MoveReason, m.reason[k]),
        "nood": int(m.trigger[k]) in NOOD_TRIGGERS,
        "fit_before": float(m.fit_before[k]),
        "fit_after": float(m.fit_after[k]),
        "first_contact": word(Contact, m.first_contact[k]),
        "instruments": named(m.instruments[k], keys),
        "trigger": word(Trigger, m.trigger[k]),
        "decisive": named(m.decisive[k], keys),
        "vacancy_opened": int(v.opened[x]) if x >= 0 else None,
        "left_vacancy": m.left_vacancy[k] >= 0,
        "waited_months": int(m.waited[k]),
        "registered_months": int(m.registered[k]),
        "candidates": int(v.candidates[x]) if x >= 0 else 0,
        "months_from_contact": int(m.contact_months[k]) if m.contact_months[k] != ABSENT else None,
    }


def test_a_move_says_what_the_columns_of_the_world_say():
    one, tables, _, _ = ran()
    w, n = one.world, int(one.world.counts[1])
    behind: dict[int, list[int]] = {k: [] for k in range(n)}
    for k in range(n - 1, -1, -1):
        x = int(w.m.vacancy[k])
        parent = int(w.v.parent[x]) if x >= 0 else -1
        if parent >= 0:
            behind[parent] += [k, *behind[k]]
    rows = tables["moves"].to_dict("records")
    assert len(rows) == n > 500
    for k, row in enumerate(rows):
        check("moves", k, row, plain_move(w, one.at_work.keys, k, behind[k]))


# chains


def plain_chain(w, root, filled_by, left_by) -> dict:
    """A row of chains.parquet, by going from home to home until nobody leaves one or nobody has come."""
    v, x, moves = w.v, root, []
    while x >= 0 and x in filled_by:
        moves.append(filled_by[x])
        x = left_by.get(moves[-1], -1)
    last = moves[-1] if moves else -1
    if x < 0:
        household = w.m.household[last]
        why = EndReason.SEPARATED if w.h.founding[household] == EventKind.SEPARATION else EndReason.STARTER
        if w.h.founding[household] == EventKind.ARRIVAL and w.h.patience[household] != NEVER:  # who came to a room lived here
            why = EndReason.ARRIVAL
    elif v.state[x] == VacancyState.WITHDRAWN:
        why = EndReason.DEMOLISHED if w.d.state[v.dwelling[x]] == DwellingState.GONE else EndReason.WITHDRAWN
    else:
        why = EndReason.OPEN
    end = int(w.m.month[last]) if moves else int(v.opened[root])
    return {
        "chain_id": root,
        "origin": word(Origin, v.origin[root]),
        "origin_tenure": word(Tenure, w.d.tenure[v.dwelling[root]]),
        "origin_type": word(DwellingType, w.d.kind[v.dwelling[root]]),
        "origin_area": str(w.geography.code[w.d.area[v.dwelling[root]]]),
        "start_month": int(v.opened[root]),
        "end_month": None if why == EndReason.OPEN else end,
        "moves": len(moves),
        "homes_freed": max(0, len(moves) - 1),
        "end_reason": word(EndReason, why),
        "open": why == EndReason.OPEN,
    }


def test_a_chain_is_what_is_found_by_going_from_home_to_home():
    one, tables, _, _ = ran()
    w = one.world
    n_vacancies, n_moves = (int(n) for n in w.counts[:2])
    filled_by = {int(w.m.vacancy[k]): k for k in range(n_moves) if w.m.vacancy[k] >= 0}
    left_by = {k: int(w.m.left_vacancy[k]) for k in range(n_moves) if w.m.left_vacancy[k] >= 0}
    for k, x in left_by.items():  # a home left by a mover into no vacancy begins a chain of its own
        assert w.v.dwelling[x] == w.m.from_dwelling[k] and w.v.parent[x] in (k, NOWHERE) and (w.v.parent[x] == k) == (w.m.chain[k] >= 0)
    roots = [x for x in range(n_vacancies) if w.v.parent[x] < 0 and (0 <= w.v.opened[x] < w.month or w.v.origin[x] == Origin.VOOR_START)]
    rows = tables["chains"].to_dict("records")
    assert [row["chain_id"] for row in rows] == roots
    assert {row["end_reason"] for row in rows} == {word(EndReason, one) for one in EndReason}, "each way to end is among them"
    for row in rows:
        check("chains", row["chain_id"], row, plain_chain(w, row["chain_id"], filled_by, left_by))


# months


def plain_leavers(one) -> dict:
    """Who is about to leave, counted before the month's events."""
    w, events = one.world, one.events
    at = w.month - w.setting.first_month
    found = dict.fromkeys(("departed_65_74", "departed_65", "care_70"), 0)
    for e in range(int(events.first[at]), int(events.first[at + 1])):
        i, kind = int(events.row[e]), events.kind[e]
        age = twins.oldest(w.h.adult_birth[i], w.month)
        if w.h.state[i] == HouseholdState.PRESENT and w.h.home[i] >= 0:
            found["departed_65_74"] += kind == EventKind.DEPARTURE and 65 <= age < 75
            found["departed_65"] += kind == EventKind.DEPARTURE and age >= 65
            found["care_70"] += kind == EventKind.CARE and age >= 70
    return {name: int(n) for name, n in found.items()}


def plain_month(w, now, first, searched) -> dict:
    """A row of months.parquet; ``first``: row of its first move; ``searched``: who searched at the last turn of the year."""
    h, d, m = w.h, w.d, w.m
    counts, n, fit, _, ages = twins.months_counts(h, d, now, int(w.params.senior_age), len(w.geography.code))
    stock, senior = twins.stock_counts(d), 1 + HouseholdClass.SENIOR
    moves = range(first, int(w.counts[1]))
    chosen = [k for k in moves if m.reason[k] in CHOSEN and m.household_class[k] == HouseholdClass.SENIOR]
    row = {
        **counts,
        "month": now,
        "phase": "run" if now < MONTHS else "follow_up",
        "seniors": int(n[senior]),
        "dwellings": stock[0],
        "vacant": stock[1],
        "suitable_dwellings": stock[2],
        "splittable_dwellings": stock[3],
        **dict(zip(TENURE_COLUMNS, stock[4:], strict=True)),
        **dict(zip(AGE_COLUMNS, (int(one) for one in ages), strict=True)),
        "moves": len(moves),
        "fills": sum(m.vacancy[k] >= 0 for k in moves),
        "senior_moves": len(chosen),
        "senior_moves_suitable": sum(d.access[m.to_dwelling[k]] == Access.GESCHIKT for k in chosen),
        "senior_moves_km": sum(
            (km(w, d.area[m.from_dwelling[k]], d.area[m.to_dwelling[k]]) for k in chosen if m.from_dwelling[k] >= 0), start=0.0
        ),
        "fit": float(fit[0] / n[0]),
        "fit_seniors": float(fit[senior] / n[senior]),
        "fit_others": float((fit[0] - fit[senior]) / (n[0] - n[senior])),
        "realised_65": math.nan,
        "realised_all": math.nan,
    }
    if now % 12 == 0:
        for name, rows in searched.items():
            gone = [i for i in rows if h.state[i] != HouseholdState.PRESENT and now - 12 < h.departs[i] <= now]
            still = [i for i in rows if h.state[i] == HouseholdState.PRESENT]
            row[name] = (sum(h.moved_in[i] > now - 12 for i in still) + len(gone)) / (len(still) + len(gone))
        there = (h.state == HouseholdState.PRESENT) & (h.stage == Stage.WONINGZOEKEN) & (h.home >= 0)
        searched["realised_all"] = np.flatnonzero(there).tolist()
        searched["realised_65"] = [i for i in searched["realised_all"] if twins.oldest(h.adult_birth[i], now) >= 65]
    return row


IN_TEST_WITHOUT = set(WINS)  # tests/without/test_without.py
IN_TEST_STUCK = {*(key for key in MONTH_STATES if key.startswith("vast")), *FOLLOWED}


def test_a_month_is_what_is_counted_at_its_end():
    one, tables, months, _ = ran()
    rows = [row for row in tables["months"].to_dict("records") if row["month"] >= 0]
    assert len(rows) == len(months) == LAST
    for row, got in zip(rows, months, strict=True):
        got |= {name: row[name] for name in IN_TEST_STUCK | IN_TEST_WITHOUT}
        got["split_applications"] = one.at_work.applications.get(row["month"], 0)
        check("months", row["month"], row, got)
    for name in set(got) - IN_TEST_STUCK - IN_TEST_WITHOUT - {"phase"}:
        assert any(one[name] and one[name] == one[name] for one in months), f"{name} is never more than nothing"


# funnel


def test_the_funnel_holds_each_cell_of_each_month_once_under_its_own_name():
    _, tables, _, funnels = ran()
    listed = {FunnelKind.ENTERED: Trigger, FunnelKind.DROPPED: DropReason, FunnelKind.OBSTACLE: Obstacle}
    found = {}
    for now, cube in enumerate(funnels):
        for cls, stage, kind, code in np.argwhere(cube).tolist():
            why = word(listed[kind], code) if kind in listed else ""
            found[now, word(HouseholdClass, cls), word(Stage, stage), word(FunnelKind, kind), why] = cube[cls, stage, kind, code]
    table = tables["funnel"]
    table = table[table["month"] >= 0]
    got = table.set_index([column.name for column in TABLES["funnel"].columns][:-1])["n"]
    assert got.index.is_unique and got.to_dict() == found and {key[3] for key in found} == {word(FunnelKind, one) for one in FunnelKind}


# instruments and summary, from the tables above


def test_uses_in_the_ledger_are_the_moves_that_name_the_instrument_and_the_payer_is_who_was_asked():
    one, tables, _, _ = ran()
    moves, ledger = tables["moves"], tables["instruments"]
    named_in = moves.assign(instrument=moves["instruments"].astype(str).str.split("+")).explode("instrument")
    expected = named_in[(named_in["instrument"] != "") & (named_in["month"] >= 0)].groupby(["instrument", "month"]).size()
    got = ledger[ledger["uses"] > 0].set_index(["instrument", "month"])["uses"]
    assert got.index.is_unique and got.sort_index().to_dict() == expected.to_dict() and len(got) > 50
    payers = {running.key: running.settings.payer for running in one.at_work.running}
    assert (ledger["organisation"] == ledger["instrument"].map(payers)).all()
    assert not ledger[["no_money"]].to_numpy().any(), "nothing was limited by money here"


MEANS = {  # indicator: which moves, and what of them
    "moves_set_off": (lambda m: (m["household_class"] == "senior") & m["fills_vacancy"], lambda m: m["n_set_off"]),
    "waiting_months": (lambda m: m["fills_vacancy"] & (m["to_tenure"] == "corporatie"), lambda m: m["waited_months"]),
    "senior_moves_km": (lambda m: (m["household_class"] == "senior") & (m["from_dwelling"] >= 0), lambda m: m["distance_km"]),
    "senior_moves_share_nood": (lambda m: m["household_class"] == "senior", lambda m: m["nood"]),
    "fit_gain": (lambda m: m["from_dwelling"] >= 0, lambda m: m["fit_after"].astype(float) - m["fit_before"].astype(float)),
}
SUMS = {
    "moves": lambda m: m["fills_vacancy"],
    "senior_moves": lambda m: m["household_class"] == "senior",
    "freed_family_homes": lambda m: (
        (m["household_class"] == "senior") & m["left_vacancy"] & (m["from_type"] == "eengezins") & (m["from_rooms"] >= 4)
    ),
    "starters_housed": lambda m: m["fills_vacancy"] & (m["household_class"] == "starter"),
    "families_housed": lambda m: m["fills_vacancy"] & (m["household_size"] >= 3),
    "senior_moves_nood": lambda m: (m["household_class"] == "senior") & m["nood"],
    "senior_moves_wens": lambda m: (m["household_class"] == "senior") & ~m["nood"],
}
FROM_MONTHS = {"senior_moves_suitable": "senior_moves_suitable"}  # sums over the months of the run
ELSEWHERE = {"first_moves", "first_moves_direct", "first_moves_lost", *IN_TEST_STUCK}  # tests/without, tests/counts/test_stuck.py


@pytest.mark.parametrize("group_by", [ALL, "class", "role", "wijk", "income", "tenure"])
def test_the_summary_of_moves_is_made_of_the_moves(group_by):
    one, tables, _, _ = ran()
    m, summary = tables["moves"], tables["summary"]
    m = m[(m["month"] < MONTHS) & m["reason"].isin([word(MoveReason, one) for one in CHOSEN])].copy()
    whole = tables["moves"].set_index("move_id")
    behind = {}
    for k, parent, cls in zip(whole.index, whole["parent_move_id"], whole["household_class"], strict=True):
        behind[k] = "senior" if cls == "senior" else "follower" if behind.get(parent, "other") != "other" else "other"
    m["group"] = {ALL: ALL, "class": m["household_class"].astype(str), "role": m["move_id"].map(behind)}.get(group_by, "")
    h, mover = one.world.h, one.world.m.household[m["move_id"]]
    if group_by == "wijk":
        m["group"] = [one.world.geography.code[max(0, area)] for area in h.origin_area[mover]]
    elif group_by == "income":
        m["group"] = [f"inkomen_{fifth + 1}" for fifth in h.origin_income[mover]]
    elif group_by == "tenure":
        m["group"] = [word(Tenure, tenure) if tenure < len(Tenure) else "geen_woning" for tenure in h.origin_tenure[mover]]
    got = summary[(summary["group_by"] == group_by) & (summary["months_from"] == 0) & (summary["months_to"] == MONTHS)]
    got = got.set_index(["indicator", "group"])["value"]
    for group in set(got.index.get_level_values("group")):
        mine = m[m["group"] == group]
        for key, chosen in SUMS.items():
            assert got[key, group] == chosen(mine).sum(), (key, group)
        for key, (chosen, value) in MEANS.items():
            assert got[key, group] == pytest.approx(value(mine)[chosen(mine)].astype(float).mean(), nan_ok=True), (key, group)


def test_the_summary_of_months_is_made_of_the_months_and_no_indicator_is_left_out():
    tables = basis().tables  # where no home is adapted after somebody moved into it
    months, summary = tables["months"], tables["summary"]
    months = months[(months["month"] >= 0) & (months["month"] < MONTHS)]
    got = summary[(summary["group_by"] == ALL) & (summary["months_from"] == 0)].set_index("indicator")["value"]
    for key in MONTH_STATES:
        assert got[key] == pytest.approx(months[key].tail(12).mean()), key
    for key in FOLLOWED:
        assert got[key] == months[key].iloc[-1], key
    for key in FROM_MONTHS:
        assert got[key] == months[key].sum(), key
    assert got["fit"] == pytest.approx(months["fit"].mean())
    others = summary[(summary["group_by"] == "seniors") & (summary["months_from"] == 0)]
    assert others["value"].tolist() == [pytest.approx(months["fit_others"].mean())]
    known = {*SUMS, *MEANS, *MONTH_STATES, *FOLLOWED, *FROM_MONTHS, "fit", *ELSEWHERE}
    assert set(got.index) <= known and set(got.index) & set(REGISTRY) == set(REGISTRY) & known


# drift


def test_drift_is_the_share_that_lives_elsewhere_than_in_the_base_world():
    start = burnt_in("rozendaal", 1)
    held = {"seniorenwoningen": strong("seniorenwoningen")}
    made = run.run_scenario(start, held, base=run.run_scenario(start))
    plain, other, expected = at_work(start, {}), at_work(start, held), []
    for _ in range(LAST):
        let_pass(plain, 1), let_pass(other, 1)
        h = other.world.h
        here = np.flatnonzero(h.state == HouseholdState.PRESENT)
        expected.append(sum(int(h.home[i]) != int(plain.world.h.home[i]) for i in here) / len(here))
    assert made.tables["drift"]["share_elsewhere"].tolist() == pytest.approx(expected) and max(expected) > 0
    assert made.tables["drift"]["month"].tolist() == list(range(LAST))
