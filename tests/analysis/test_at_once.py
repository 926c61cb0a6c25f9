"""What is worked out of many rows at once is what its definition gives row by row."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from analysis.estimates import chain_length, length_table
from analysis.estimates.length_table import Lengths
from analysis.estimates.product_limit import share_filled
from sim.without.verdicts import FINAL, settled, verdicts


def test_a_verdict_is_settled_just_where_no_window_and_no_longer_watch_changes_it():
    cases = list(product((-1, 0, 5), (-1, 0, 3, 5, 9), (-1, 4, 40, FINAL), (False, True)))
    moved, ghost, watched, differed = (np.array(one) for one in zip(*cases, strict=True))
    fixed = settled(moved, ghost, differed)
    ways = [verdicts(moved, ghost, seen, differed, window) for window in (0, 12, 60) for seen in (watched, np.maximum(watched, 30))]
    known = fixed >= 0
    assert known.any() and not known.all()
    for found in ways:
        np.testing.assert_array_equal(found[known], fixed[known])
    unwatched = verdicts(moved, ghost, np.full_like(moved, -1), differed, 12)
    assert all((found != fixed)[~known].all() for found in ways) and not np.isin(unwatched[~known], fixed[known]).any()


@pytest.mark.parametrize("ages", [None, 3])
def test_the_share_filled_of_each_sample_is_that_of_all_rows_together(ages):
    draws = np.random.default_rng(4)
    seeds, places, n = 3, 8, 6
    filled = draws.integers(0, 5, (seeds, places, n)).astype(float)
    filled[:, 2:5] = 0  # where no home was opened
    filled[1:, 6] = 0  # or in one seed alone
    at_risk = np.flip(np.cumsum(np.flip(filled * 2, -1), -1), -1)
    nothing = np.zeros((seeds, places))
    counts = chain_length.Counts(*[nothing] * 6, filled=filled, at_risk=at_risk, refilled=nothing)
    left_out = [None, 0, 1, 2]
    whole = [[one.sum(0) if k is None else one.sum(0) - one[k] for k in left_out] for one in (filled, at_risk)]
    wanted = share_filled(*(np.stack(one)[..., :ages] for one in whole))
    np.testing.assert_array_equal(chain_length._filled(counts, left_out, ages), wanted)


def test_a_group_of_chains_is_plain_just_where_nothing_is_to_be_said_of_it():
    draws, n_seeds = np.random.default_rng(5), 3
    strange = [1.0, 1.04, 1.06, np.nan, np.inf, 0.0]
    groups = [
        Lengths(draws.choice(strange, (1 + n_seeds, 2), p=[0.5, 0.3, 0.05, 0.05, 0.05, 0.05]), draws.choice(strange, 2), 10, int(still))
        for still in draws.integers(0, 8, 400)
    ]
    means = np.stack([one.means for one in groups], 1)
    plain = length_table._plain(groups, means)
    with np.errstate(invalid="ignore"):
        said = [[bool(list(length_table._warnings(one, k, n_seeds, False))) for k in range(2)] for one in groups]
    np.testing.assert_array_equal(plain, ~np.array(said))
    assert plain.any() and not plain.all()
    assert not length_table._plain(groups, means[:2]).any(), "with one seed there is always something to say"
