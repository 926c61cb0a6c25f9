"""Keyed draws: uniform, independent of their neighbours, the same in Python, NumPy and in a kernel, never handed out twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from sim.world.chance import (
    TABLE_SIZE,
    Draws,
    Purpose,
    bits_array,
    draw_bits,
    hash_ints,
    hash_text,
    mix_int,
    normal_table,
    pair_bits,
    to_index,
    to_unit,
    uniform,
)

N = 50_000
IDS = bits_array(np.uint64(5), np.arange(N))  # ids of persons and homes are hashes themselves
WORDS = st.integers(0, 2**64 - 1)
FAR = 5.0  # standard errors: one in two million by chance, and the numbers are the same on every run


@njit
def in_a_kernel(base, a, b):
    return draw_bits(base, a), pair_bits(base, a, b), to_unit(draw_bits(base, a)), to_index(pair_bits(base, a, b))


def plain_bits(base: int, *ids: int) -> int:
    """The definition, in whole numbers without a limit."""
    z = int(base)
    for ident, odd in zip(ids, (0x9E3779B97F4A7C15, 0xD1342543DE82EF95), strict=False):
        z = mix_int(z + ident * odd)
    return z


@given(WORDS, WORDS, WORDS)
def test_python_numpy_and_kernel_draw_the_same_bits(base, a, b):
    one, two = plain_bits(base, a), plain_bits(base, a, b)
    drawn, paired, unit, index = in_a_kernel(np.uint64(base), np.uint64(a), np.uint64(b))
    assert (int(drawn), int(paired)) == (one, two)
    assert unit == (one >> 11) / 2**53
    assert index == two >> 52
    ids, second = np.array([a], np.uint64), np.array([b], np.uint64)
    assert int(bits_array(np.uint64(base), ids)[0]) == one
    assert int(bits_array(np.uint64(base), ids, second)[0]) == two
    assert uniform(np.uint64(base), ids)[0] == unit


@given(st.lists(st.integers(-(2**31), 2**64 - 1), min_size=1, max_size=6))
def test_order_and_length_are_part_of_a_hash(parts):
    assert hash_ints(*parts) == hash_ints(*parts)
    assert hash_ints(*parts) != hash_ints(*parts, 0)
    if parts != parts[::-1]:
        assert hash_ints(*parts) != hash_ints(*reversed(parts))
    assert 0 <= hash_ints(*parts) < 2**64


def test_a_base_key_is_the_hash_of_seed_purpose_month_and_name():
    assert int(Draws(4).base(Purpose.WISH, 17)) == hash_ints(4, int(Purpose.WISH), 17, 0)
    assert int(Draws(4).base(Purpose.WISH, -17)) == hash_ints(4, int(Purpose.WISH), -17, 0)
    assert int(Draws(4).base(Purpose.WISH, 17, "voorrang")) == hash_ints(4, int(Purpose.WISH), 17, hash_text("voorrang"))


def test_texts_have_numbers_of_their_own():
    words = ["", "a", "b", "ab", "ba", "wooncoach_sociaal", "wooncoach_particulier", "huurgewenning", "huurbehoud", "é"]
    assert len({hash_text(word) for word in words}) == len(words)


def test_draws_are_uniform():
    u = uniform(Draws(1).base(Purpose.WISH, 3), IDS)
    assert u.min() >= 0 and u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    counts = np.bincount((bits_array(Draws(1).base(Purpose.TASTE), IDS, IDS[::-1]) >> np.uint64(58)).astype(int), minlength=64)
    assert stats.chisquare(counts).pvalue > 1e-4


def test_every_bit_is_a_fair_coin():
    bits = bits_array(Draws(1).base(Purpose.SIGHT), np.arange(N))
    share = np.array([((bits >> np.uint64(k)) & np.uint64(1)).mean() for k in range(64)])
    assert np.abs(share - 0.5).max() < FAR * 0.5 / np.sqrt(N)


def neighbours():
    """Pairs of draws that lie next to each other in one part of their key."""
    wish = Draws(1).base(Purpose.WISH, 3)
    row = np.arange(N, dtype=np.uint64)
    return {
        "id": (uniform(wish, row), uniform(wish, row + np.uint64(1))),
        "second id": (uniform(wish, IDS, row), uniform(wish, IDS, row + np.uint64(1))),
        "month": (uniform(wish, IDS), uniform(Draws(1).base(Purpose.WISH, 4), IDS)),
        "month before the start": (uniform(Draws(1).base(Purpose.WISH, -1), IDS), uniform(Draws(1).base(Purpose.WISH, 0), IDS)),
        "purpose": (uniform(wish, IDS), uniform(Draws(1).base(Purpose.SEARCH, 3), IDS)),
        "seed": (uniform(wish, IDS), uniform(Draws(2).base(Purpose.WISH, 3), IDS)),
        "seed and month": (uniform(Draws(1).base(Purpose.WISH, 4), IDS), uniform(Draws(2).base(Purpose.WISH, 3), IDS)),
        "the pair turned round": (uniform(wish, IDS, IDS[::-1]), uniform(wish, IDS[::-1], IDS)),
        "one and two ids": (uniform(wish, IDS), uniform(wish, IDS, np.zeros(N, np.uint64))),
    }


@pytest.mark.parametrize("part", neighbours())
def test_neighbouring_keys_give_independent_draws(part):
    a, b = neighbours()[part]
    limit = FAR / np.sqrt(N)
    assert abs(np.corrcoef(a, b)[0, 1]) < limit
    assert abs(np.corrcoef(np.abs(a - 0.5), np.abs(b - 0.5))[0, 1]) < limit
    cells = np.bincount((8 * (10 * a).astype(int) + (8 * b).astype(int)), minlength=80)
    assert stats.kstest((a + b) % 1, "uniform").pvalue > 1e-4
    assert cells.sum() == N


def test_an_instrument_enters_by_its_name():
    draws = Draws(1)
    a, b = (uniform(draws.base(Purpose.DELIVERY, 2, name), IDS) for name in ("voorrang", "huurgewenning"))
    assert abs(np.corrcoef(a, b)[0, 1]) < FAR / np.sqrt(N)
    assert draws.base(Purpose.DELIVERY, 2, "voorrang") != draws.base(Purpose.DELIVERY, 2)


def test_a_key_is_handed_out_once_when_it_is_checked():
    draws = Draws(1, debug=True)
    first = draws.base(Purpose.LOTTERY, 5)
    with pytest.raises(RuntimeError, match="LOTTERY of month 5 '' was made twice"):
        draws.base(Purpose.LOTTERY, 5)
    draws.base(Purpose.LOTTERY, 6)
    draws.base(Purpose.LOTTERY, 5, "voorrang")
    with draws.replay():
        assert draws.base(Purpose.LOTTERY, 5) == first
    with pytest.raises(RuntimeError):
        draws.base(Purpose.LOTTERY, 5)


def test_without_the_check_a_key_may_be_read_again():
    draws = Draws(1)
    assert draws.base(Purpose.TIE, 1) == draws.base(Purpose.TIE, 1)


def test_purposes_have_numbers_of_their_own():
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose.__members__)


def test_the_table_of_normal_numbers_is_standard_normal():
    table = normal_table()
    assert len(table) == TABLE_SIZE
    assert abs(table.mean()) < 1e-12
    assert abs(table.std() - 1) < 0.001
    assert (np.diff(table) > 0).all()
