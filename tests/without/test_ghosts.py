"""What the measure caused: ghosts, verdicts, and the direct effect beside the net one, where the right answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.estimates.shapley import exact, shares
from sim import run
from sim.counts.attribution import attribution_table, direct, first_moves, lost, next_moves, own_moves
from sim.levers import ALL_BIT, LOST_BIT
from sim.market.choice import Market
from sim.market.clearing import Chosen, Viewing
from sim.market.market import respond_all, terms_of
from sim.market.offers import publish
from sim.market.searchers import describe
from sim.without.ghosts import stay_behind
from sim.without.ghosts_on_the_market import runners_up
from sim.without.verdicts import verdicts
from sim.world.codes import HouseholdState, MoveReason, Stage, Tenure, VacancyState, Verdict
from sim.world.columns import NOWHERE
from sim.world.ids import public_id
from tests import quiet
from tests.quiet import CERTAIN, ForThese, for_these, instruments, movers
from tests.worlds import at_work as put_to_work
from tests.worlds import basis, burnt_in, digest, everything, let_pass


@pytest.fixture(scope="module")
def everything_at_work():
    return run.run_scenario(burnt_in(), everything(), base=basis())


def first(one) -> dict[int, int]:
    """Household row to the month of its first move."""
    w = one.world
    rows = first_moves(w)
    return dict(zip(w.m.household[rows].tolist(), w.m.month[rows].tolist(), strict=True))


def direct_of(one, end: int) -> int:
    mine = direct(one.world, one.at_work.ghosts)
    return int((mine.month < end).sum() - (mine.month_ghost < end).sum())


def lost_of(one, end: int) -> int:
    mine = lost(one.world, one.at_work.ghosts)
    return int((mine.month_ghost < end).sum() - (mine.month < end).sum())


# the estimands (design section 5)


def test_where_everybody_has_priority_nobody_owes_anything_to_it():
    both = [
        let_pass(put_to_work(burnt_in(), {}), 16),
        let_pass(quiet.at_work(burnt_in(), instruments(ForThese(pulls={"rank": 1, "rank_market": 1}))), 16),
    ]
    table = attribution_table(both[1].world, both[1].at_work)
    assert set(table["verdict"]) == {"ook_zonder", "niet_verhuisd"} and (table["verdict"] == "ook_zonder").sum() > 50
    assert both[1].at_work.ghosts.n == 0 and direct_of(both[1], 16) == 0
    assert first(both[0]) == first(both[1]), "the net effect is 0 too"


def one_home_two_rivals():
    """A quiet run with one home on offer and two households without a home that want it; rows (ahead, behind)."""
    one = quiet.quiet()
    w, force = one.world, one.at_work.in_force
    v = w.v
    without = np.flatnonzero((w.h.state == HouseholdState.PRESENT) & (w.h.home == NOWHERE)).astype(np.int32)
    w.h.stage[without] = Stage.WONINGZOEKEN
    v.offered[v.state == VacancyState.WAITING] = 0
    offers = publish(w, force)
    seekers = describe(w, without)
    answers, _ = respond_all(Market(seekers, offers, w.map), terms_of(w, force))
    social = [
        (answers.offer[s, k], answers.rank[s, k], int(without[s]))
        for s in np.flatnonzero(seekers["urgent"] == 0)
        for k in range(answers.n[s, 0])
    ]
    home = max({o for o, _, _ in social}, key=lambda o: sum(each[0] == o for each in social))
    rivals = sorted(((rank, row) for o, rank, row in social if o == home), reverse=True)[:2]
    w.h.stage[without] = Stage.HUIDIGE_WONING
    pair = [row for _, row in rivals]
    w.h.stage[pair] = Stage.WONINGZOEKEN
    kept = offers.at["vacancy"][home]
    others = np.flatnonzero(np.isin(v.state, (VacancyState.WAITING, VacancyState.ON_OFFER)) & (np.arange(len(v.state)) != kept))
    v.state[others] = VacancyState.WITHDRAWN
    return one, pair


def test_one_home_and_two_rivals_is_one_move_displaced():
    rivals, (ahead, behind) = one_home_two_rivals()
    helped = for_these(rivals.world, [behind], rank=1)
    without, with_it = quiet.at_work(rivals, {}), quiet.at_work(rivals, instruments(helped))
    with_it.world.h.touched[behind] = with_it.at_work.running[0].mask
    for one in (without, with_it):
        quiet.market_months(one, 12)
    assert (movers(without), movers(with_it)) == ({ahead}, {behind})
    net = len(first(with_it)) - len(first(without))
    assert (net, direct_of(with_it, 12), lost_of(with_it, 12)) == (0, 1, 1)
    assert lost(with_it.world, with_it.at_work.ghosts).household.tolist() == [ahead]
    table = attribution_table(with_it.world, with_it.at_work, window=2)
    assert table["verdict"].tolist() == ["noodzakelijk"] * 2 and table["month_ghost"].tolist() == [-1, -1]


def with_a_home_behind():
    """A quiet run with one home on offer that two want: who has a home of a corporatie, and ahead of it who has none (rows)."""
    one = quiet.quiet()
    w, v = one.world, one.world.v
    there = w.h.state == HouseholdState.PRESENT
    tenant = there & (w.h.home >= 0) & (w.d.tenure[np.maximum(w.h.home, 0)] == Tenure.CORPORATIE)
    rows = np.flatnonzero(there & ((w.h.home == NOWHERE) | tenant)).astype(np.int32)
    w.h.stage[rows] = Stage.WONINGZOEKEN
    v.offered[v.state == VacancyState.WAITING] = 0
    offers = publish(w, one.at_work.in_force)
    seekers = describe(w, rows)
    answers, _ = respond_all(Market(seekers, offers, w.map), terms_of(w, one.at_work.in_force))
    pairs = [
        (int(answers.offer[s, k]), int(answers.rank[s, k]), int(rows[s]))
        for s in np.flatnonzero(seekers["urgent"] == 0)
        for k in range(answers.n[s, 0])
    ]
    alone = [each for each in pairs if w.h.home[each[2]] == NOWHERE]
    best = {home: max(each for each in alone if each[0] == home) for home in {each[0] for each in alone}}
    home, _, helped = max(each for each in pairs if tenant[each[2]] and each[0] in best and each[1] < best[each[0]][1])
    w.h.stage[rows] = Stage.HUIDIGE_WONING
    w.h.stage[[helped, best[home][2]]] = Stage.WONINGZOEKEN
    others = np.flatnonzero(
        np.isin(v.state, (VacancyState.WAITING, VacancyState.ON_OFFER)) & (np.arange(len(v.state)) != offers.at["vacancy"][home])
    )
    v.state[others] = VacancyState.WITHDRAWN
    return one, helped, best[home][2]


def next_in_line(one, home: int) -> int:
    """Somebody without a home who responds to this home, which stands empty, once it is on offer; a copy of the run finds out."""
    spare = one.copy()
    w = spare.world
    rows = np.flatnonzero((w.h.state == HouseholdState.PRESENT) & (w.h.home == NOWHERE) & (w.h.reserved == NOWHERE)).astype(np.int32)
    w.h.stage[rows] = Stage.WONINGZOEKEN
    w.v.offered[w.d.vacancy[home]] = w.month
    offers = publish(w, spare.at_work.in_force)
    answers, _ = respond_all(Market(describe(w, rows), offers, w.map), terms_of(w, spare.at_work.in_force))
    return int(rows[np.flatnonzero(answers.n[:, 0] > 0)[0]])


def test_who_takes_a_home_from_one_and_leaves_one_to_another():
    """A takes the home of B by voorrang, and C moves into A's home: direct 1, verdrongen 1, doorwerking 1, net 1."""
    rivals, a, b = with_a_home_behind()
    helped, left = for_these(rivals.world, [a], rank=1), int(rivals.world.h.home[a])
    without, with_it = quiet.at_work(rivals, {}), quiet.at_work(rivals, instruments(helped))
    with_it.world.h.touched[a] = with_it.at_work.running[0].mask
    counted = []
    for one in (without, with_it):
        quiet.market_months(one, 1)
        counted.append(one.records.wins.tolist())
        one.world.h.stage[[row for row in (a, b) if one.world.h.reserved[row] == NOWHERE]] = Stage.HUIDIGE_WONING
        quiet.market_months(one, 8)
    assert counted == [[1, 1, 0, 0, 0], [1, 1, 1, 1, 0]], "with, without, users' extra, others' lost, others' extra"
    c = next_in_line(with_it, left)
    for one in (without, with_it):
        one.world.h.stage[c] = Stage.WONINGZOEKEN
        quiet.market_months(one, 15)
    assert (movers(without), movers(with_it)) == ({b}, {a, c})
    net = len(first(with_it)) - len(first(without))
    found = direct_of(with_it, 24), lost_of(with_it, 24)
    assert (*found, net - found[0] + found[1], net) == (1, 1, 1, 1), "direct, verdrongen, doorwerking, net"


def test_what_instruments_did_to_who_lost_a_home_and_is_helped_later_adds_up():
    """B loses a home to A, is helped itself afterwards, and moves for it: direct has A and B, verdrongen has B; together 1, as net."""
    rivals, (ahead, behind) = one_home_two_rivals()
    helped = for_these(rivals.world, [behind], rank=1)
    with_it = quiet.at_work(rivals, instruments(helped))
    with_it.world.h.touched[behind] = with_it.at_work.running[0].mask
    quiet.market_months(with_it, 3)
    w, g, force = with_it.world, with_it.at_work.ghosts, with_it.at_work.in_force
    rows = np.array([ahead], np.int32)
    new, _ = stay_behind(w, g, force, rows, np.full(1, ALL_BIT | np.uint64(1)))
    assert len(new) == 1 and lost_of(with_it, 12) == 1
    free = np.flatnonzero(w.v.state == VacancyState.WITHDRAWN)[0]  # with the help it finds another home; its ghost of then does not
    w.v.state[free], w.v.taker[free] = VacancyState.RESERVED, ahead
    w.h.reserved[ahead], w.h.keys_month[ahead] = free, w.month
    quiet.market_months(with_it, 1)
    assert ahead in movers(with_it)
    assert (direct_of(with_it, 12), lost_of(with_it, 12)) == (2, 1), "one of them is its own, and it is no loss that it would have moved"
    assert len(stay_behind(w, g, force, rows, np.full(1, LOST_BIT))[0]) == 0, "it is followed already"


def test_who_has_a_ghost_without_all_leaves_none_for_a_home_that_it_lost():
    one = put_to_work(burnt_in(), everything())
    w, g, force = one.world, one.at_work.ghosts, one.at_work.in_force
    rows = np.array([3, 5], np.int32)
    stay_behind(w, g, force, rows[:1], np.full(1, ALL_BIT))
    new, place = stay_behind(w, g, force, rows, np.full(2, LOST_BIT))
    assert (g.of[new].tolist(), g.mark[new].tolist(), place.tolist()) == ([5], [int(LOST_BIT)], [1])
    assert not g.h.touched[new].any()


def test_where_there_are_homes_for_all_direct_and_net_agree():
    calm = quiet.quiet("veldhoven")
    w = calm.world
    senior = np.flatnonzero((w.h.state == HouseholdState.PRESENT) & (w.h.home >= 0) & (w.h.adult_birth[:, 0] < -12 * 60))
    some = senior[::40].tolist()
    stirred = for_these(w, some, awareness=2 * CERTAIN, search=2 * CERTAIN, sight=1.0, trouble=0.3)
    one = let_pass(quiet.at_work(calm, instruments(stirred)), 24)
    moved = first(one)
    assert len(moved) > 30, "there were homes"
    assert direct_of(one, 24) == len(moved), "nobody else searches, so nobody is displaced: net is all that moved"
    assert set(moved) <= set(some)


def test_attribution_finds_exactly_those_whom_an_instrument_moved():
    calm, named, anyway = three_to_move()
    one = let_pass(quiet.at_work(calm, instruments(mover(calm, *named, *anyway))), 12)
    w = one.world
    table = attribution_table(w, one.at_work, window=6).query("instrument == 'alle'")
    row_of = {ident: row for row, ident in enumerate(public_id(w.h.id).tolist())}
    verdict = {row_of[ident]: found for ident, found in zip(table["household_id"], table["verdict"].astype(str), strict=True)}
    assert {row for row, found in verdict.items() if found == "noodzakelijk"} == set(named)
    assert {row for row, found in verdict.items() if found == "ook_zonder"} == set(anyway)
    assert direct_of(one, 12) == len(named) == len(movers(one)) - len(anyway)


def mover(one, *rows):
    """Stirs these households, and takes away so little trouble that nobody decides otherwise for it."""
    return for_these(one.world, rows, awareness=2 * CERTAIN, search=2 * CERTAIN, trouble=1e-9)


def three_to_move():
    """A quiet run, three households that move if they are stirred, and one that searches and moves by itself."""
    calm = quiet.quiet("veldhoven")
    tried = let_pass(quiet.at_work(calm, instruments(ForThese(pulls={"awareness": 2 * CERTAIN, "search": 2 * CERTAIN}))), 8)
    likely = [row for row in sorted(movers(tried)) if calm.world.h.home[row] != NOWHERE]
    alone = next(row for row in likely[3:] if movers(let_pass(searching(calm, row), 8)) == {row})
    return searching(calm, alone), likely[:3], [alone]


def searching(burnt, row):
    """The same run, in which one household searches."""
    one = quiet.at_work(burnt, {})
    h = one.world.h
    h.stage[row], h.search_month[row] = Stage.WONINGZOEKEN, 0
    return one


def test_the_shares_of_two_instruments_that_overlap_add_up_to_the_bundle():
    calm, (a, b, c), _anyway = three_to_move()
    one, two = mover(calm, a, b), mover(calm, b, c)

    def effect(*chosen):
        return direct_of(let_pass(quiet.at_work(calm, instruments(*chosen)), 30), 30)

    values = {0b00: 0, 0b01: effect(one), 0b10: effect(two), 0b11: effect(one, two)}
    assert list(values.values()) == [0, 2, 2, 3]
    assert shares(2, exact(2), {key: np.array([value]) for key, value in values.items()}).ravel().tolist() == [1.5, 1.5]


# verdicts


@given(st.integers(-1, 150), st.integers(-1, 150), st.integers(0, 150), st.booleans(), st.integers(1, 48))
def test_verdicts_are_what_their_names_say(moved, ghost, watched, differed, window):
    watched = max(watched, ghost)
    found = Verdict(int(verdicts(*(np.array([x]) for x in (moved, ghost, watched, differed)), window)[0]))
    if moved < 0:
        assert found == Verdict.NIET_VERHUISD
    elif not differed or ghost == moved:
        assert found == Verdict.OOK_ZONDER
    elif 0 <= ghost < moved:
        assert found == Verdict.UITGESTELD
    elif moved < ghost <= moved + window:
        assert found == Verdict.ZETJE
    else:
        assert found == (Verdict.NOODZAKELIJK if watched >= moved + window else Verdict.ONBEKEND)


def test_the_table_says_what_the_ghosts_did(everything_at_work):
    table = everything_at_work.tables["attribution"]
    assert not table.duplicated(["household_id", "instrument"]).any()
    moved = table["month_moved"] >= 0
    assert (table["month_moved"][moved] >= table["month"][moved]).all()
    assert (moved == (table["verdict"] != "niet_verhuisd")).all()
    same = table[~table["decisive"]]
    assert (same["month_ghost"] == same["month_moved"]).all()
    assert set(everything()) >= set(table["instrument"]) - {"alle"}
    per_household = table[table["instrument"] != "alle"].groupby("household_id")["month"].min()
    alle = table[table["instrument"] == "alle"].set_index("household_id")["month"]
    assert alle.sort_index().equals(per_household.sort_index()), "one row each for all together, from the first use on"
    assert {"zetje", "noodzakelijk", "onbekend"} & set(table["verdict"])


# ghosts live as their households would


def test_ghosts_change_nothing_else(everything_at_work):
    unwatched = run.run_scenario(burnt_in(), everything(), base=basis(), ghost_window=None)
    for name, frame in everything_at_work.tables.items():
        if name in ("attribution", "journal"):  # what ghosts are watched for
            continue
        if name == "summary":
            by_ghosts = ("first_moves_direct", "first_moves_lost")
            frame, other = (one[~one["indicator"].isin(by_ghosts)] for one in (frame, unwatched.tables[name]))
            assert frame.equals(other)
            assert unwatched.tables[name].query("indicator in @by_ghosts")["value"].isna().all(), "nobody watched: no 0"
        else:
            assert digest(frame) == digest(unwatched.tables[name]), name
    assert len(everything_at_work.tables["journal"]) > 0 == len(unwatched.tables["journal"])
    assert set(unwatched.tables["attribution"].query("decisive and month_moved >= 0")["verdict"]) == {"onbekend"}


def test_a_ghost_of_an_instrument_that_does_nothing_lives_as_its_household_does():
    """A lever of zero: ghosts left by hand must do to the letter what their households do, until these move."""
    burnt = burnt_in("veldhoven", months=24)
    one = quiet.at_work(burnt, instruments(for_these(burnt.world, [], trouble=0.0)))
    w, g = one.world, one.at_work.ghosts
    rows = np.flatnonzero((w.h.state == HouseholdState.PRESENT) & (w.h.reserved == NOWHERE)).astype(np.int32)[::7]
    stay_behind(w, g, one.at_work.in_force, rows, np.full(len(rows), ALL_BIT | np.uint64(1)))
    g.born[: g.n] -= 1  # they stand here before the events of this month
    let_pass(one, 18)
    mine = first(one)
    theirs = {int(g.of[k]): int(g.moved[k]) for k in range(g.n) if g.moved[k] >= 0}
    both = set(rows.tolist()) & set(mine)
    wrong = [row for row in both if theirs.get(row, -1) != mine[row]] + [row for row in theirs if row not in mine]
    assert len(both) > 40 and wrong == []
    still = np.flatnonzero(g.h.state[: g.n] == HouseholdState.PRESENT)
    persons, list_of = ("adult_birth", "size", "income", "wealth"), ("registered", "awake", "responded", "first_response")
    for name in ("stage", "stage_month", "trigger", "search_month", "fit_here", "rent", "taste_here", *persons, *list_of):
        np.testing.assert_array_equal(getattr(g.h, name)[still], getattr(w.h, name)[g.of[still]], name)


def test_one_ghost_per_household_and_instrument():
    one = put_to_work(burnt_in(), everything())
    w, g, force = one.world, one.at_work.ghosts, one.at_work.in_force
    rows, marks = np.array([3, 3, 8], np.int32), np.array([1, 3, int(ALL_BIT)], np.uint64)
    new, place = stay_behind(w, g, force, rows[:1], marks[:1])
    assert place.tolist() == [0] and (g.of[new] == 3).all()
    new, place = stay_behind(w, g, force, rows, marks)
    assert sorted(zip(g.of[new].tolist(), g.mark[new].tolist(), strict=True)) == [(3, 2), (8, int(ALL_BIT))]
    assert len(stay_behind(w, g, force, rows, marks)[0]) == 0
    assert not g.h.touched[new[g.mark[new] == ALL_BIT]].any()


def test_a_ghost_ends_with_its_household_and_a_union_hides_it():
    one = put_to_work(burnt_in("veldhoven", months=24), {"voorrang": {"allow_empty": True}})
    w, g = one.world, one.at_work.ghosts
    rows = np.flatnonzero(w.h.state == HouseholdState.PRESENT).astype(np.int32)
    stay_behind(w, g, one.at_work.in_force, rows, np.full(len(rows), ALL_BIT))
    let_pass(one, 12)
    state = w.h.state[g.of[: g.n]]
    alive = g.h.state[: g.n] == HouseholdState.PRESENT
    assert (state[alive] == HouseholdState.PRESENT).all()
    gone = (state == HouseholdState.ENDED) & (g.moved[: g.n] < 0)
    partners = set(w.m.household[: w.counts[1]][w.m.reason[: w.counts[1]] == MoveReason.UNION].tolist())
    hidden = {int(g.of[k]) for k in np.flatnonzero(gone & ~g.final[: g.n])}
    assert partners & set(rows.tolist()) & {int(g.of[k]) for k in np.flatnonzero(gone)} <= hidden
    assert (gone & g.final[: g.n]).sum() > 20


def test_the_next_best_is_who_would_rather_have_the_home_than_what_he_got():
    n = np.array([[2, 0], [2, 0], [1, 0], [1, 0]])
    offer = np.zeros((4, 8), np.int32)
    offer[0, :2], offer[1, :2] = (0, 1), (1, 0)  # the second prefers home 1, and has it
    worth, rank = np.zeros((4, 8)), np.zeros((4, 8), np.uint64)
    worth[0, :2] = worth[1, :2] = (2.0, 1.0)
    worth[2:, 0] = 1.0
    rank[0, :2], rank[1, :2], rank[2, 0], rank[3, 0] = (9, 9), (8, 8), 5, 4
    won, slot = np.array([0, 1, -1, -1], np.int32), np.array([0, 0, -1, -1], np.int32)
    people = np.zeros(4, [("id", np.uint64)])
    people["id"] = np.arange(4)
    homes = np.zeros(2, [("id", np.uint64)])
    kept = np.array([0, -1], np.int32)  # the first has home 0
    for p_refusal, best in ((0.0, 5), (1.0, 0)):  # the second is content with home 1; all refuse
        next_one = np.zeros(2, np.uint64)
        viewing = Viewing(people, homes, np.uint64(1), p_refusal)
        runners_up(kept, Chosen(n, offer, worth, rank), won, slot, viewing, next_one)
        assert next_one.tolist() == [best, 0]


# first and next moves


def test_next_moves_are_the_first_from_a_month_on():
    one = let_pass(put_to_work(burnt_in(), everything()), 8)
    w = one.world
    n = int(w.counts[1])
    own = set(own_moves(w).tolist())
    ledger = list(zip(w.m.household[:n].tolist(), w.m.month[:n].tolist(), strict=True))
    rows = np.tile(np.arange(0, len(w.h.id), 3), 3)
    months = np.repeat([0, 3, 7], len(rows) // 3)
    wanted = [
        next((k for k, (who, when) in enumerate(ledger) if k in own and who == row and when >= month), -1)
        for row, month in zip(rows.tolist(), months.tolist(), strict=True)
    ]
    assert next_moves(w, rows, months).tolist() == wanted
    assert max(wanted) >= 0, "somebody moved"
    assert first(one) == {who: when for who, when in reversed([ledger[k] for k in sorted(own)])}
