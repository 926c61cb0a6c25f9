"""The ledger: vacancies, moves, and the chains that they form; keys, rents and what a move costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import interventions
from sim.behaviour.money import rent_paths
from sim.behaviour.sitting_rent import step_rents
from sim.chains import moves
from sim.chains import vacancies as vacancy_module
from sim.chains.ends import descend
from sim.chains.moves import hand_over, unite
from sim.chains.vacancies import end_households, open_vacancies
from sim.counts.invariants import violations
from sim.levers import nothing_in_force
from sim.population.tenancy import yearly_fall
from sim.world.codes import FILLED, IN_STOCK, ON_OFFER, RESERVED, WAITING, EventKind, HouseholdState, MoveReason, Origin, Stage, Tenure
from sim.world.columns import ABSENT, NEVER, NOWHERE, fingerprint
from tests.twins import kernels as twins
from tests.twins import ledger as twins_ledger
from tests.worlds import MONTHS, at_work, burnt_in, everything, housed_rows, let_pass, strong, tables_of


@st.composite
def forests(draw):
    """Moves whose parents come first, vacancies that they left (or none), and which of those were filled."""
    n = draw(st.integers(0, 40))
    parent = [draw(st.integers(-1, k - 1)) if k else -1 for k in range(n)]
    left = [draw(st.integers(-1, n - 1)) for _ in range(n)]
    filled = draw(st.lists(st.booleans(), min_size=max(n, 1), max_size=max(n, 1)))
    return np.array(parent, np.int32), np.array(left, np.int32), np.array(filled, np.bool_)


@given(forests())
def test_moves_set_off_are_all_that_follow_in_the_chain(forest):
    n, open_ = descend(*forest)
    expected_n, expected_open = twins.after_each(*forest)
    assert n.tolist() == expected_n
    assert open_.tolist() == expected_open


@pytest.fixture(scope="module")
def ran():
    one = let_pass(at_work(burnt_in(), everything()), MONTHS)
    assert violations(one.world, one.at_start, one.at_work) == []
    return one


def test_a_chain_s_moves_are_its_links(ran):
    tables = tables_of(ran)
    moves, table = tables["moves"], tables["chains"]
    in_chain = moves[moves["chain_id"] >= 0]
    counted = in_chain.groupby("chain_id").size()
    assert (table.set_index("chain_id")["moves"].reindex(counted.index) == counted).all()
    assert table.set_index("chain_id")["moves"].sum() == len(in_chain) > 0
    assert (table["homes_freed"] == np.maximum(0, table["moves"] - 1)).all()
    first = in_chain[in_chain["parent_move_id"] < 0]
    assert (first["link"] == 1).all() and first["chain_id"].is_unique
    assert (first.set_index("chain_id")["n_set_off"] + 1 == counted.loc[first["chain_id"]]).all(), "no chain splits here"


def test_a_link_goes_on_where_its_parent_left(ran):
    moves = tables_of(ran)["moves"].set_index("move_id")
    links = moves[moves["parent_move_id"] >= 0]
    parents = moves.loc[links["parent_move_id"]]
    assert len(links) > 20
    assert (links["to_dwelling"].to_numpy() == parents["from_dwelling"].to_numpy()).all()
    assert (links["link"].to_numpy() == parents["link"].to_numpy() + 1).all()
    assert (links["month"].to_numpy() > parents["month"].to_numpy()).all()


def test_how_a_chain_ends_is_who_came_last(ran):
    tables = tables_of(ran)
    moves, table = tables["moves"], tables["chains"].set_index("chain_id")
    last = moves[moves["chain_id"] >= 0].groupby("chain_id").tail(1).set_index("chain_id")
    ended = table.loc[last.index]
    left_home = last["left_vacancy"]
    out_of_use = ended["end_reason"].isin(["demolished", "withdrawn"])
    assert (ended["open"] | out_of_use)[left_home].all(), "the home that the last mover left is still empty, or gone"
    assert set(ended["end_reason"][~left_home]) <= {"starter", "separated", "arrival"}
    assert (ended["end_month"][~left_home] == last["month"][~left_home]).all()
    assert (table["end_month"].isna() == table["open"]).all()


def test_chains_from_before_the_start_are_marked_and_out_of_scope(ran):
    tables = tables_of(ran)
    before = set(tables["chains"].query("origin == 'voor_start'")["chain_id"])
    moves = tables["moves"]
    assert before and not moves[moves["chain_id"].isin(before)]["in_scope"].any()
    assert moves[~moves["chain_id"].isin(before) & (moves["chain_id"] >= 0)]["in_scope"].all()


def test_moves_that_fill_no_vacancy_are_in_no_chain(ran):
    moves = tables_of(ran)["moves"]
    others = moves[~moves["fills_vacancy"]]
    assert set(others["reason"]) == {"union", "woningruil", "return", "mantelzorg", "inwonen"}
    assert (others["chain_id"] == -1).all() and (others["link"] == 0).all() and (others["parent_move_id"] == -1).all()


def test_a_home_left_is_offered_after_its_turnover_and_a_new_one_at_once():
    w = burnt_in().world.copy()
    homes = w.h.home[housed_rows(w)[:200]]
    new, old = open_vacancies(w, homes[:50], int(Origin.NEW_BUILD), at_once=True), open_vacancies(w, homes[50:], int(Origin.DEATH))
    assert (w.v.offered[new] == w.month).all()
    wait = w.v.offered[old] - w.month
    low, high = int(w.params.dur_turnover_low), int(w.params.dur_turnover_high)
    assert set(wait.tolist()) == set(range(low, high + 1))
    assert (w.v.chain[new] == new).all() and (w.v.link[new] == 1).all() and (w.v.parent[new] == NOWHERE).all()
    assert len(np.unique(w.v.id[: w.counts[0]])) == w.counts[0], "a home and a month make an id"


@pytest.mark.parametrize("kernel", ["open_rows", "write_rows", "settle_rows", "take_over"])
def test_a_kernel_of_the_ledger_writes_what_its_twin_writes(kernel, monkeypatch):
    one = let_pass(at_work(burnt_in(), everything()), 3)
    twin = one.copy()
    let_pass(one, 4)
    monkeypatch.setattr(vacancy_module if kernel == "open_rows" else moves, kernel, getattr(twins_ledger, kernel))
    let_pass(twin, 4)
    w, other = one.world, twin.world
    n = int(w.counts[1])
    assert (w.m.reason[:n] == MoveReason.UNION).any() and (w.m.left_vacancy[:n] >= 0).any() and w.m.instruments[:n].any()
    assert fingerprint(w.h, w.d, w.v, w.m) == fingerprint(other.h, other.d, other.v, other.m)


def a_handover(w):
    """Households that get their keys now, with the homes that they leave and take."""
    rows = np.flatnonzero((w.h.reserved >= 0) & (w.h.state == HouseholdState.PRESENT)).astype(np.int32)
    rows = rows[w.d.state[w.v.dwelling[w.h.reserved[rows]]] == IN_STOCK]
    return rows, w.h.home[rows].copy(), w.v.dwelling[w.h.reserved[rows]].copy()


def test_keys_move_the_household_and_free_what_it_leaves():
    one = let_pass(burnt_in().copy(), 2)
    w = one.world
    rows, left, to = a_handover(w)
    waited = w.month - w.h.search_month[rows].astype(int)
    k = hand_over(w, one.at_work.in_force.levers, rows)
    assert len(rows) > 5
    np.testing.assert_array_equal(w.h.home[rows], to)
    np.testing.assert_array_equal(w.d.occupant[to], rows)
    assert (w.v.state[w.m.vacancy[k]] == FILLED).all()
    owners = left >= 0
    assert (w.d.occupant[left[owners]] == NOWHERE).all()
    opened = w.m.left_vacancy[k[owners]]
    assert (w.v.state[opened] == WAITING).all() and (w.v.origin[opened] == Origin.LINK).all()
    np.testing.assert_array_equal(w.v.parent[opened], k[owners])
    np.testing.assert_array_equal(w.v.link[opened], w.m.link[k[owners]] + 1)
    assert (w.m.left_vacancy[k[~owners]] == NOWHERE).all()
    assert (w.h.stage[rows] == Stage.NIEUW_THUIS).all() and (w.h.moved_in[rows] == w.month).all()
    np.testing.assert_array_equal(w.m.waited[k], waited)
    social = w.d.tenure[to] == Tenure.CORPORATIE
    assert set(w.h.registered[rows[social]].tolist()) <= {w.month, int(NEVER)}, "registration is spent on a corporatie home"
    assert violations(w, one.at_start, one.at_work) == []


def test_a_buyer_owns_what_it_could_not_pay_and_a_tenant_pays_the_asking_rent():
    w = let_pass(burnt_in().copy(), 2).world
    rows, left, to = a_handover(w)
    wealth, debt, vacancy = w.h.wealth[rows].astype(float), w.h.debt[rows].astype(float), w.h.reserved[rows]
    sold = (left >= 0) & (w.d.tenure[np.maximum(left, 0)] == Tenure.KOOP)
    equity = np.where(sold, np.clip(w.d.woz[np.maximum(left, 0)] - debt, 0, None), 0)
    paid = w.params.rel_asking * w.v.price[vacancy] * w.d.woz[to] * (1 + w.params.rel_buying_cost)
    hand_over(w, nothing_in_force().levers, rows)
    buys = w.d.tenure[to] == Tenure.KOOP
    assert buys.any() and (~buys).any()
    have, owe = wealth + equity, w.h.wealth[rows] - w.h.debt[rows]
    np.testing.assert_allclose(owe[buys], (have - paid)[buys], rtol=1e-3, atol=50, err_msg="no euro appears or vanishes")
    np.testing.assert_allclose(w.h.wealth[rows][~buys], have[~buys], rtol=1e-4)
    asked = w.d.rent[to] * np.where(w.d.tenure[to] == Tenure.VRIJE_HUUR, w.v.price[vacancy], 1)
    np.testing.assert_allclose(w.h.rent[rows][~buys], asked[~buys], rtol=1e-6)
    assert (w.h.rent[rows][buys] == 0).all() and (w.h.debt[rows][~buys] == 0).all()


def test_a_household_that_ends_gives_the_home_back_to_the_same_vacancy():
    w = let_pass(burnt_in().copy(), 2).world
    rows = np.flatnonzero(w.h.reserved >= 0)[:3].astype(np.int32)
    vacancies, homes = w.h.reserved[rows].copy(), w.h.home[rows].copy()
    n = int(w.counts[0])
    w.h.state[rows] = HouseholdState.ENDED
    end_households(w, rows, np.full(3, int(Origin.DEATH), np.uint8))
    assert (w.v.state[vacancies] == ON_OFFER).all() and (w.v.taker[vacancies] == NOWHERE).all()
    assert w.counts[0] == n + (homes >= 0).sum()
    assert (w.v.origin[n : w.counts[0]] == Origin.DEATH).all()
    assert (w.h.home[rows] == NOWHERE).all() and (w.h.reserved[rows] == NOWHERE).all()


def test_a_couple_keeps_one_home_and_the_other_opens_a_chain():
    w = burnt_in().world.copy()
    rows = housed_rows(w)
    quiet = rows[(w.h.reserved[rows] < 0) & (w.h.stage[rows] == Stage.HUIDIGE_WONING)][:40]
    a, b = quiet[::2].astype(np.int32), quiet[1::2].astype(np.int32)
    c = np.flatnonzero(w.h.state == HouseholdState.NOT_YET)[: len(a)].astype(np.int32)
    for name in ("adult_id", "adult_birth", "adult_sex", "income", "wealth", "size", "rooms_needed"):
        getattr(w.h, name)[c] = getattr(w.h, name)[a]
    homes_a, homes_b = w.h.home[a].copy(), w.h.home[b].copy()
    w.h.state[c], w.h.founding[c] = HouseholdState.PRESENT, EventKind.UNION
    w.h.state[a] = w.h.state[b] = HouseholdState.ENDED
    n, k = int(w.counts[0]), int(w.counts[1])
    unite(w, a, b, c)
    kept_a, kept_b = w.h.home[c] == homes_a, w.h.home[c] == homes_b
    assert (kept_a ^ kept_b).all() and kept_a.any() and kept_b.any()
    freed = np.where(kept_a, homes_b, homes_a)
    np.testing.assert_array_equal(np.sort(w.v.dwelling[n : w.counts[0]]), np.sort(freed))
    assert (w.v.origin[n : w.counts[0]] == Origin.UNION).all()
    assert w.counts[1] == k + len(a) and (w.m.reason[k : w.counts[1]] == MoveReason.UNION).all()
    np.testing.assert_array_equal(w.d.occupant[w.h.home[c]], c)


def tenants_with_a_path(dur_path: int):
    """A run in which tenants of a corporatie have just moved to a dearer one under huurgewenning."""
    settings = strong("huurgewenning") | {"dur_path": dur_path}
    one = at_work(burnt_in(), {"huurgewenning": settings})
    w = one.world
    homes = np.flatnonzero((w.d.tenure == Tenure.CORPORATIE) & (w.d.state == 1))
    rows = housed_rows(w)
    rows = rows[w.d.tenure[w.h.home[rows]] == Tenure.CORPORATIE][:30].astype(np.int32)
    to = homes[np.argsort(w.d.rent[homes])[-len(rows) :]]
    w.h.rent[rows] = np.minimum(w.h.rent[rows], 0.9 * w.d.rent[to])
    return one, rows, to


@pytest.mark.parametrize("months", [1, 2, 3, 12, 24, 36])
def test_a_rent_path_rises_in_three_equal_steps_to_the_regular_rent(months):
    one, rows, to = tenants_with_a_path(months)
    w = one.world
    old = w.h.rent[rows].astype(float)
    start, full, end = rent_paths(w, rows, to, one.at_work.in_force.levers, np.full(len(rows), 1, np.uint64))
    np.testing.assert_allclose(start, old)
    np.testing.assert_allclose(full, w.d.rent[to])
    assert (end == w.month + months).all()
    w.h.rent[rows], w.h.rent_full[rows], w.h.rent_path_end[rows], w.h.moved_in[rows] = start, full, end, w.month
    seen = []
    for _ in range(months + 3):
        step_rents(w)
        seen.append((w.h.rent[rows] - old) / (full - old))
        w.month += 1
    share = np.array([one.mean() for one in seen])
    np.testing.assert_allclose(share[months:], 1, atol=1e-4)
    assert (share[:months] < 0.999).all(), "the regular rent is not asked before the end"
    assert (np.diff(share) >= -1e-6).all()
    if months % 3 == 0:
        third = months // 3
        np.testing.assert_allclose(share[:months], np.repeat([0, 1 / 3, 2 / 3], third), atol=1e-3)
    assert (w.h.rent_path_end[rows] == ABSENT).all()


@pytest.mark.parametrize(("variant", "extra"), [("oude_huur", 0), ("oude_huur_plus", 30)])
def test_huurbehoud_takes_the_old_rent_along_for_good(variant, extra):
    one, rows, to = tenants_with_a_path(36)
    w = one.world
    one.equip(
        {
            "huurbehoud": interventions.load(
                "huurbehoud",
                {
                    "who": {"tenure": "corporatie", "rooms": 1},
                    "n_rooms_taken": 0,
                    "variant": variant,
                    "eur_plus": 30,
                },
            )
        },
    )
    old = w.h.rent[rows].astype(float)
    start, full, end = rent_paths(w, rows, to, one.at_work.in_force.levers, np.full(len(rows), 1, np.uint64))
    np.testing.assert_allclose(full, np.minimum(w.d.rent[to], old + extra))
    np.testing.assert_allclose(start, full)
    assert (end == ABSENT).all()


def test_without_the_instrument_on_the_move_the_asking_rent_is_paid():
    one, rows, to = tenants_with_a_path(36)
    w = one.world
    start, full, end = rent_paths(w, rows, to, one.at_work.in_force.levers, np.zeros(len(rows), np.uint64))
    np.testing.assert_array_equal(start, w.d.rent[to].astype(float))
    np.testing.assert_array_equal(full, start)
    assert (end == ABSENT).all()


def test_a_tenant_under_a_path_keeps_it_while_sitting_tenants_fall_behind_the_asking_rent():
    one = burnt_in().copy()
    w = one.world
    rows = housed_rows(w)
    tenants = rows[(w.h.rent[rows] > 0)]
    before = w.h.rent[tenants].copy()
    let_pass(one, 12)
    stayed = (w.h.state[tenants] == 1) & (w.h.moved_in[tenants] < 0)
    one_year = 1 - yearly_fall(w.params)[w.d.tenure[w.h.home[tenants]]]
    with_adult = stayed & (w.h.adult_birth[tenants, 0] != ABSENT)
    np.testing.assert_allclose(w.h.rent[tenants][with_adult], (before * one_year)[with_adult], rtol=1e-5)


def test_a_reserved_home_waits_for_its_taker(ran):
    w = ran.world
    taken = np.flatnonzero(w.v.state[: w.counts[0]] == RESERVED)
    assert len(taken) > 0
    np.testing.assert_array_equal(w.h.reserved[w.v.taker[taken]], taken)
    assert (w.h.keys_month[w.v.taker[taken]] >= w.month).all()
