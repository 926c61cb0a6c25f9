"""Rules of the clearing: stable, fair, the same in any order of storage, and blind to what nobody has learnt yet."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.market.matching import clear
from tests.twins.matching import check_responses, clear_plain


class Market(NamedTuple):
    first: np.ndarray
    home: np.ndarray
    rank: np.ndarray
    refuses: np.ndarray
    n_homes: int


def build(lists, ranks, refuses, n_homes):
    """Market from lists of homes by household, and rank and refusal by (household, home)."""
    first = np.cumsum([0] + [len(wants) for wants in lists]).astype(np.int32)
    pairs = [(i, j) for i, wants in enumerate(lists) for j in wants]
    return Market(
        first,
        np.array([j for _, j in pairs], np.int32),
        np.array([ranks[p] for p in pairs], np.uint64),
        np.array([refuses[p] for p in pairs], np.uint8),
        n_homes,
    )


@st.composite
def drawn(draw, max_households=9, max_homes=6, common_order=False):
    """Lists, ranks and refusals of a random small market; ranks use the whole range of uint64."""
    n, n_homes = draw(st.integers(0, max_households)), draw(st.integers(1, max_homes))
    lists = []
    for _ in range(n):
        order = draw(st.permutations(range(n_homes)))
        lists.append(list(order[: draw(st.integers(0, n_homes))]))
    numbers = st.lists(st.integers(0, 2**64 - 1), min_size=n, max_size=n, unique=True)
    shared = draw(numbers)
    by_home = [shared if common_order else draw(numbers) for _ in range(n_homes)]
    ranks = {(i, j): by_home[j][i] for i in range(n) for j in range(n_homes)}
    often = draw(st.sampled_from([0.0, 0.3, 0.7, 1.0]))
    coins = draw(st.lists(st.floats(0, 1, exclude_max=True), min_size=n * n_homes, max_size=n * n_homes))
    refuses = {(i, j): coins[i * n_homes + j] < often for i in range(n) for j in range(n_homes)}
    return lists, ranks, refuses, n_homes


def owner_of(m):
    return np.repeat(np.arange(len(m.first) - 1), np.diff(m.first))


def blocking_pairs(m, match, struck):
    """Responses not struck that household and home both prefer to what they got."""
    owner = owner_of(m)
    holder = {int(m.home[r]): r for r in match if r >= 0}
    found = []
    for r in range(len(m.home)):
        mine, theirs = match[owner[r]], holder.get(int(m.home[r]))
        if not struck[r] and (mine < 0 or r < mine) and (theirs is None or m.rank[r] > m.rank[theirs]):
            found.append(r)
    return found


def homes_by_household(m, match):
    return [int(m.home[r]) if r >= 0 else -1 for r in match]


@settings(max_examples=300, deadline=None)
@given(drawn())
def test_kernel_gives_what_clearing_from_the_start_gives(parts):
    m = build(*parts)
    check_responses(*m)
    fast, plain = clear(*m), clear_plain(*m)
    np.testing.assert_array_equal(fast[0], plain[0])
    np.testing.assert_array_equal(fast[1], plain[1])
    assert fast[2] == plain[2]


def test_kernel_gives_what_clearing_from_the_start_gives_on_a_crowded_market():
    rounds = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        n, n_homes = 250, 12 + 20 * (seed % 4)
        lists = [list(rng.permutation(n_homes)[: rng.integers(0, 7)]) for _ in range(n)]
        numbers = {j: rng.permutation(n) for j in range(n_homes)}
        refusing = rng.random((n, n_homes)) < (0.2 + 0.2 * (seed % 3))
        every = [(i, j) for i in range(n) for j in range(n_homes)]
        m = build(lists, {p: numbers[p[1]][p[0]] for p in every}, {p: refusing[p] for p in every}, n_homes)
        fast, plain = clear(*m), clear_plain(*m)
        rounds.append(plain[2])
        np.testing.assert_array_equal(fast[0], plain[0])
        np.testing.assert_array_equal(fast[1], plain[1])
        assert fast[2] == plain[2]
    assert min(rounds) > 1 and max(rounds) > 3, "these markets are meant to need several clearings"


@settings(max_examples=150, deadline=None)
@given(drawn(), st.integers(0, 2**32 - 1), st.integers(0, 9))
def test_no_blocking_pair_among_submitted_responses_with_quotas_and_a_budget_that_runs_out(parts, bits, budget):
    lists, ranks, refuses, n_homes = parts
    in_quota = [bool(bits >> j & 1) for j in range(n_homes)]
    income_fits = [bool(bits >> (8 + i) & 1) for i in range(len(lists))]
    asks = [bool(bits >> (20 + i) & 1) for i in range(len(lists))]
    served = {i for i in range(len(lists)) if not asks[i] or sum(asks[: i + 1]) <= budget}
    lists = [[j for j in wants if i in served and (income_fits[i] or not in_quota[j])] for i, wants in enumerate(lists)]
    m = build(lists, ranks, refuses, n_homes)
    match, refused, _ = clear(*m)
    assert blocking_pairs(m, match, refused) == []
    held = [m.home[r] for r in match if r >= 0]
    assert len(held) == len(set(held)), "a home was given twice"
    assert not m.refuses[match[match >= 0]].any(), "somebody lives in a home that it turned down"
    assert (owner_of(m)[match[match >= 0]] == np.flatnonzero(match >= 0)).all()


@settings(max_examples=150, deadline=None)
@given(drawn())
def test_nobody_is_passed_over_by_one_who_ranked_lower(parts):
    m = build(*parts)
    match, refused, _ = clear(*m)
    owner = owner_of(m)
    for taken in match[match >= 0]:
        for r in np.flatnonzero((m.home == m.home[taken]) & (m.rank > m.rank[taken]) & (refused == 0)):
            assert -1 < match[owner[r]] < r, "ranked higher, did not refuse, and got nothing better"


@settings(max_examples=60, deadline=None)
@given(drawn(max_households=4, max_homes=3))
def test_no_stable_matching_is_better_for_any_household(parts):
    m = build(*parts)
    match, refused, _ = clear(*m)
    n = len(m.first) - 1
    choices = [[-1, *(r for r in range(m.first[i], m.first[i + 1]) if not refused[r])] for i in range(n)]
    for other in product(*choices):
        homes = [m.home[r] for r in other if r >= 0]
        if len(homes) == len(set(homes)) and not blocking_pairs(m, other, refused):
            for mine, theirs in zip(match, other, strict=True):
                assert theirs < 0 or 0 <= mine <= theirs


@settings(max_examples=100, deadline=None)
@given(drawn(), st.randoms(use_true_random=False))
def test_order_of_storage_does_not_matter(parts, shuffler):
    lists, ranks, refuses, n_homes = parts
    new = list(range(len(lists)))
    homes = list(range(n_homes))
    shuffler.shuffle(new)
    shuffler.shuffle(homes)
    moved = build(
        [[homes[j] for j in lists[old]] for old in new],
        {(a, homes[j]): ranks[old, j] for a, old in enumerate(new) for j in range(n_homes)},
        {(a, homes[j]): refuses[old, j] for a, old in enumerate(new) for j in range(n_homes)},
        n_homes,
    )
    m = build(*parts)
    before = homes_by_household(m, clear(*m)[0])
    after = homes_by_household(moved, clear(*moved)[0])
    assert after == [homes[before[old]] if before[old] >= 0 else -1 for old in new]


@settings(max_examples=150, deadline=None)
@given(drawn(common_order=True))
def test_when_all_homes_rank_alike_the_longest_registered_chooses_first(parts):
    lists, ranks, refuses, _ = parts
    m = build(*parts)
    gone: set[int] = set()
    expected = [-1] * len(lists)
    for i in sorted(range(len(lists)), key=lambda i: -ranks[i, 0]):
        left = [j for j in lists[i] if j not in gone and not refuses[i, j]]
        if left:
            expected[i] = left[0]
            gone.add(left[0])
    assert homes_by_household(m, clear(*m)[0]) == expected


@settings(max_examples=150, deadline=None)
@given(drawn())
def test_a_refusal_that_was_never_offered_cannot_matter(parts):
    m = build(*parts)
    match, refused, n_rounds = clear(*m)
    assert not refused[m.refuses == 0].any()
    again = clear(*m._replace(refuses=refused))
    np.testing.assert_array_equal(again[0], match)
    np.testing.assert_array_equal(again[1], refused)
    assert again[2] == n_rounds


def test_a_household_bumped_before_the_offer_has_refused_nothing():
    # household 0 would refuse home 0, but 1 ranks higher there: 0 is never offered it, and keeps its other chance
    m = build([[0, 1], [0]], {(0, 0): 1, (0, 1): 1, (1, 0): 2}, {(0, 0): 1, (0, 1): 0, (1, 0): 0}, 2)
    match, refused, n_rounds = clear(*m)
    assert homes_by_household(m, match) == [1, 0]
    assert refused.sum() == 0 and n_rounds == 1


def test_a_refused_home_goes_to_the_next_who_wanted_it_most():
    m = build([[0], [0, 1]], {(0, 0): 2, (1, 0): 1, (1, 1): 1}, {(0, 0): 1, (1, 0): 0, (1, 1): 0}, 2)
    match, refused, n_rounds = clear(*m)
    assert homes_by_household(m, match) == [-1, 0], "home 0 must be taken from the lists anew, not given to nobody"
    assert refused.tolist() == [1, 0, 0] and n_rounds == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"home": np.array([0, 7], np.int32)}, r"response 1 is for home 7; homes run from 0 to 1"),
        ({"rank": np.array([5, 5], np.uint64)}, r"home 0 ranks two households alike \(5\)"),
        ({"first": np.array([0, 1, 3], np.int32)}, r"first must run from 0 to the number of responses"),
        ({"first": np.array([0, 3, 2], np.int32)}, r"household 1 has a negative number of responses"),
    ],
)
def test_what_the_clearing_takes_for_granted_is_checked_on_request(change, message):
    good = build([[0], [0]], {(0, 0): 5, (1, 0): 6}, {(0, 0): 0, (1, 0): 0}, 2)
    check_responses(*good)
    with pytest.raises(ValueError, match=message):
        check_responses(*good._replace(**change))


def test_the_same_home_twice_on_one_list_is_refused():
    m = Market(np.array([0, 2], np.int32), np.zeros(2, np.int32), np.array([5, 6], np.uint64), np.zeros(2, np.uint8), 1)
    with pytest.raises(ValueError, match="home 0 stands twice on the list of household 0"):
        check_responses(*m)
