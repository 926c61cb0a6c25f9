"""What must hold in every world at every moment, and that the check sees it when it does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import month, run
from sim.counts.invariants import violations
from sim.interventions import REGISTRY
from sim.world.codes import FILLED, RESERVED, WITHDRAWN, DwellingState, HouseholdState, MoveReason
from sim.world.columns import NOWHERE
from tests.worlds import LIVELY, MONTHS, SMALL, at_work, burnt_in, everything, housed_rows, let_pass, strong

DOSES = st.fixed_dictionaries(
    {
        "capacity": st.sampled_from([None, 0, 0.3, 1, 5]),
        "eur_budget": st.sampled_from([None, 0, 3000, 20000, 150000]),
        "eur_fixed": st.sampled_from([0, 1200]),
        "from": st.sampled_from([None, "2026-04"]),
        "until": st.sampled_from([None, "2026-10"]),
    }
)


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(SMALL),
    st.integers(0, 10**9),
    st.booleans(),
    st.dictionaries(st.sampled_from(list(REGISTRY)), DOSES, max_size=len(REGISTRY)),
)
def test_nothing_is_broken_in_any_month_of_any_run(place, seed, lively, doses):
    burnt = run.burn_in(place, seed, MONTHS, 4, 4, behaviour=LIVELY if lively else None, debug=True)
    assert wrong_in(burnt) == []
    one = at_work(burnt, {key: strong(key) | dose for key, dose in doses.items()})
    for _ in range(MONTHS + 4):
        month.step(one)
        assert wrong_in(one) == []


def wrong_in(one):
    """What is wrong in a run now."""
    return violations(one.world, one.at_start, one.at_work)


@pytest.fixture(scope="module")
def ran():
    one = let_pass(at_work(burnt_in(), everything()), MONTHS)
    assert wrong_in(one) == []
    return one


@pytest.fixture
def one(ran):
    """A run with all instruments behind it, to break."""
    copy = ran.copy()
    assert wrong_in(copy) == []
    return copy


def two_households_in_a_dwelling(w):
    a, b = housed_rows(w)[:2]
    w.h.home[b] = w.h.home[a]


def a_dwelling_that_names_another_household(w):
    a, b = housed_rows(w)[:2]
    w.d.occupant[w.h.home[a]] = b


def somebody_lives_in_a_demolished_home(w):
    w.d.state[w.h.home[housed_rows(w)[0]]] = DwellingState.GONE


def a_ghost_keeps_its_home(w):
    w.h.state[housed_rows(w)[0]] = HouseholdState.ENDED


def a_household_vanishes(w):
    i = housed_rows(w)[0]
    w.d.occupant[w.h.home[i]] = NOWHERE
    w.h.home[i], w.h.state[i] = NOWHERE, HouseholdState.ENDED


def a_dwelling_appears(w):
    w.d.state[np.flatnonzero(w.d.state == DwellingState.PLANNED)[0]] = DwellingState.IN_STOCK


def a_home_is_lived_in_and_vacant(w):
    w.d.vacancy[w.h.home[housed_rows(w)[0]]] = 0


def a_vacancy_is_lost(w):
    v = np.flatnonzero(w.v.state[: w.counts[0]] <= 1)[0]
    w.d.vacancy[w.v.dwelling[v]] = NOWHERE


def a_reserved_home_changes_hands(w):
    v = np.flatnonzero(w.v.state[: w.counts[0]] == RESERVED)[0]
    w.v.taker[v] = housed_rows(w)[-1]


def an_accepted_home_is_filled_by_nobody(w):
    w.v.state[w.h.reserved[np.flatnonzero(w.h.reserved >= 0)[0]]] = FILLED


def links(w):
    """Moves that have a parent."""
    return np.flatnonzero(w.m.parent[: w.counts[1]] >= 0)


def a_wrong_parent(w):
    k = links(w)[-1]
    w.m.parent[k] = next(j for j in range(k) if j != w.m.parent[k])


def a_link_is_skipped(w):
    w.m.link[links(w)[-1]] += 1


def a_move_changes_chain(w):
    w.m.chain[links(w)[-1]] += 1


def a_chain_that_begins_with_link_two(w):
    w.m.link[np.flatnonzero((w.m.parent[: w.counts[1]] < 0) & (w.m.vacancy[: w.counts[1]] >= 0))[0]] = 2


def a_vacancy_filled_twice(w):
    first, second = np.flatnonzero(w.m.vacancy[: w.counts[1]] >= 0)[:2]
    w.m.vacancy[second], w.m.to_dwelling[second] = w.m.vacancy[first], w.m.to_dwelling[first]


def a_move_to_another_home_than_its_vacancy(w):
    w.m.to_dwelling[np.flatnonzero(w.m.vacancy[: w.counts[1]] >= 0)[0]] += 1


def a_move_from_where_nobody_lived(w):
    k = np.flatnonzero((w.m.from_dwelling[: w.counts[1]] >= 0) & (w.m.left_vacancy[: w.counts[1]] < 0))
    k = k if len(k) else np.flatnonzero(w.m.from_dwelling[: w.counts[1]] < 0)
    w.m.from_dwelling[k[0]] = 1 if w.m.from_dwelling[k[0]] != 1 else 2


def a_move_is_erased(w):
    w.counts[1] -= 1


def a_vacancy_ends_and_its_dwelling_does_not_know(w):
    w.v.state[np.flatnonzero(w.v.state[: w.counts[0]] <= 1)[0]] = WITHDRAWN


def a_home_lies_idle(w):
    v = np.flatnonzero(w.v.state[: w.counts[0]] <= 1)[0]
    w.v.state[v], w.d.vacancy[w.v.dwelling[v]] = WITHDRAWN, NOWHERE


def swaps(w):
    """Moves in which households changed places."""
    return np.flatnonzero(w.m.reason[: w.counts[1]] == MoveReason.WONINGRUIL)


def a_swap_that_opens_a_vacancy(w):
    w.m.left_vacancy[swaps(w)[0]] = 0


def a_swap_with_one_side(w):
    w.m.reason[swaps(w)[0]] = MoveReason.RETURN


def a_lost_euro(at_work):
    next(row for row in at_work.ledger if row["cost_eur"] > 0)["cost_eur"] -= 1


def a_budget_that_was_passed(at_work):
    running = next(one for one in at_work.running if one.eur_spent > 0)
    running.settings = running.settings.model_copy(update={"eur_budget": running.eur_spent - 1})


BREAKS = {
    two_households_in_a_dwelling: "two households",
    a_dwelling_that_names_another_household: "lives elsewhere",
    somebody_lives_in_a_demolished_home: "outside the stock",
    a_ghost_keeps_its_home: "not present has a home",
    a_household_vanishes: "households (",
    a_dwelling_appears: "dwellings (",
    a_home_is_lived_in_and_vacant: "lived in and vacant",
    a_vacancy_is_lost: "does not know its vacancy",
    a_reserved_home_changes_hands: "taker disagree",
    an_accepted_home_is_filled_by_nobody: "not reserved",
    a_wrong_parent: "parent left another home",
    a_link_is_skipped: "one more than its parent",
    a_move_changes_chain: "two chains",
    a_chain_that_begins_with_link_two: "no link 1",
    a_vacancy_filled_twice: "filled twice",
    a_move_to_another_home_than_its_vacancy: "name two homes",
    a_move_from_where_nobody_lived: "first home",
    a_move_is_erased: "fills (",
    a_vacancy_ends_and_its_dwelling_does_not_know: "its vacancy is over",
    a_home_lies_idle: "neither lived in nor vacant",
    a_swap_that_opens_a_vacancy: "a swap left a home empty",
    a_swap_with_one_side: "taken in a month's swaps",
}
BREAKS_OF_THE_BOOKS = {a_lost_euro: "the ledger adds up to", a_budget_that_was_passed: "spent of a budget of"}


@pytest.mark.parametrize("harm", BREAKS, ids=lambda harm: harm.__name__)
def test_one_thing_broken_is_named(one, harm):
    harm(one.world)
    found = wrong_in(one)
    assert any(BREAKS[harm] in text for text in found), found or "nothing was found"


@pytest.mark.parametrize("harm", BREAKS_OF_THE_BOOKS, ids=lambda harm: harm.__name__)
def test_one_thing_broken_in_the_books_is_named(one, harm):
    harm(one.at_work)
    found = wrong_in(one)
    assert any(BREAKS_OF_THE_BOOKS[harm] in text for text in found), found or "nothing was found"
