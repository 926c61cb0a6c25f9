"""Keyed draws: every random number is a hash of (seed, purpose, month, id, second id); there is no stream to shift.

A base is mixed in sequence from seed, purpose and month (0 where the month has no part in it); one SplitMix64 finaliser
over base + id × an odd constant gives the draw, a second one takes a second id. Ids are themselves 64-bit hashes. Sums of
seeds or of two agents' numbers are never used: they make correlated draws.
"""

from __future__ import annotations

from contextlib import contextmanager
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from sim.kernel_cache import njit

if TYPE_CHECKING:
    from collections.abc import Iterator

_MASK = (1 << 64) - 1
_ODD_ID = 0x9E3779B97F4A7C15
_ODD_SECOND = 0xD1342543DE82EF95
_M1 = 0xBF58476D1CE4E5B9
_M2 = 0x94D049BB133111EB

U_ODD_ID = np.uint64(_ODD_ID)
U_ODD_SECOND = np.uint64(_ODD_SECOND)
U_M1 = np.uint64(_M1)
U_M2 = np.uint64(_M2)
U30, U27, U31, U11, U52 = (np.uint64(n) for n in (30, 27, 31, 11, 52))
TO_UNIT = 2.0**-53
TABLE_SIZE = 4096


class Purpose(IntEnum):
    """What a draw is for. Add at the end, never renumber: a number is part of every key."""

    # the start
    INTEGERISE = 1
    PERSON = 2
    DWELLING = 3
    ASSIGN = 4
    INCOME = 5
    WEALTH = 6
    REGISTRATION = 7
    START_STAGE = 8
    START_VACANCY = 9
    PROFILE = 10
    SCOPE = 11
    ATTACHMENT = 12
    # demography
    BIRTH = 20
    DEATH = 21
    CARE = 22
    LIMITATION = 23
    LEAVE_HOME = 24
    SEPARATION = 25
    UNION = 26
    ARRIVAL = 27
    DEPARTURE = 28
    PATIENCE = 29
    CHILD_SEX = 30
    LODGING = 31
    # klantreis
    WISH = 40
    SEARCH = 41
    FADE = 42
    ADAPT = 43
    NOOD = 45
    # registration
    REGISTER = 46
    ALERT = 47
    AWAKE = 48
    KEEP_REGISTRATION = 49
    # market
    TASTE = 60
    SIGHT = 61
    VIEWING = 62
    LOTTERY = 63
    TIE = 64
    QUOTA = 65
    TURNOVER = 66
    MOVING_TIME = 67
    PROGRAMME = 68
    LEFT_HOME = 69
    LOOK = 70
    LEAVE_ELSEWHERE = 71
    EXCHANGE = 72
    # instruments (mixed with a hash of the instrument's name)
    DELIVERY = 80
    UNIT_NUMBER = 81
    TALK = 82
    KNOWS = 83


def mix_int(z: int) -> int:
    """SplitMix64's finaliser on a Python integer."""
    z &= _MASK
    z = ((z ^ (z >> 30)) * _M1) & _MASK
    z = ((z ^ (z >> 27)) * _M2) & _MASK
    return z ^ (z >> 31)


def hash_ints(*parts: int) -> int:
    """One 64-bit number from integers, mixed in sequence (order matters); negative parts are allowed."""
    z = 0x243F6A8885A308D3
    for part in parts:
        z = mix_int((z + (part & _MASK) * _ODD_ID + 1) & _MASK)
    return z


@cache
def hash_text(text: str) -> int:
    """A stable 64-bit number of a text (Python's own ``hash`` differs from run to run)."""
    z = 0x13198A2E03707344
    for byte in text.encode():
        z = mix_int(z + (byte + 1) * _ODD_ID)
    return z


@njit(inline="always")
def mix(z):
    """SplitMix64's finaliser on a uint64, inside kernels."""
    z = (z ^ (z >> U30)) * U_M1
    z = (z ^ (z >> U27)) * U_M2
    return z ^ (z >> U31)


@njit(inline="always")
def draw_bits(base, ident):
    """64 random bits of one id."""
    return mix(base + ident * U_ODD_ID)


@njit(inline="always")
def pair_bits(base, ident, second):
    """64 random bits of a pair of ids."""
    return mix(mix(base + ident * U_ODD_ID) + second * U_ODD_SECOND)


@njit(inline="always")
def second_bits(first_bits, second):
    """The second half of ``pair_bits``, where the first id stays the same for many second ones."""
    return mix(first_bits + second * U_ODD_SECOND)


@njit(inline="always")
def to_unit(bits):
    """Uniform in [0, 1) from 64 bits."""
    return np.float64(bits >> U11) * TO_UNIT


@njit(inline="always")
def to_whole(bits, low, high):
    """A whole number from ``low`` to ``high``, each as likely, from 64 random bits."""
    return low + np.int64(to_unit(bits) * (high - low + 1))


@njit(inline="always")
def to_index(bits):
    """Index into a table of TABLE_SIZE quantiles."""
    return np.int64(bits >> U52)


def index_array(bits: np.ndarray) -> np.ndarray:
    """The NumPy twin of ``to_index``: int64 array of the shape of ``bits``."""
    return (bits >> U52).astype(np.int64)


def bits_array(base: np.uint64, ids: np.ndarray, second: np.ndarray | None = None) -> np.ndarray:
    """The NumPy twin of ``draw_bits`` and ``pair_bits``: uint64 array of the shape of ``ids``."""
    z = _mix_array(base + ids.astype(np.uint64) * U_ODD_ID)
    return z if second is None else _mix_array(z + np.asarray(second, np.uint64) * U_ODD_SECOND)


def uniform(base: np.uint64, ids: np.ndarray, second: np.ndarray | None = None) -> np.ndarray:
    """Uniform numbers in [0, 1), float64, one for each id (or pair of ids)."""
    return (bits_array(base, ids, second) >> U11).astype(np.float64) * TO_UNIT


def _mix_array(z: np.ndarray) -> np.ndarray:
    """SplitMix64's finaliser on an array that nobody else reads."""
    z ^= z >> U30
    z *= U_M1
    z ^= z >> U27
    z *= U_M2
    z ^= z >> U31
    return z


@cache
def normal_table() -> np.ndarray:
    """TABLE_SIZE midpoint quantiles of the standard normal: one table read replaces an inverse in a kernel."""
    from scipy.stats import norm

    return norm.ppf((np.arange(TABLE_SIZE) + 0.5) / TABLE_SIZE)


class Draws:
    """Hands out base keys of one seed; in debug mode it refuses the same key twice outside a ``replay`` block."""

    def __init__(self, seed: int, debug: bool = False) -> None:
        self.seed = int(seed)
        self.debug = debug
        self._seen: set[tuple[int, int, int]] = set()
        self._fixed: dict[tuple[int, int, int], np.uint64] = {}  # keys of month 0, which hold for a whole run
        self._replaying = False

    def base(self, purpose: Purpose, month: int = 0, name: str = "") -> np.uint64:
        """Base key of a purpose in a month; an instrument enters by its name.

        Raises:
            RuntimeError: in debug mode, when this key was handed out before and this is no replay.
        """
        salt = hash_text(name) if name else 0
        key = (int(purpose), int(month), salt)
        if self.debug and not self._replaying:
            if key in self._seen:
                raise RuntimeError(f"the draw {purpose.name} of month {month} {name!r} was made twice: two uses of one key are correlated")
            self._seen.add(key)
        if key in self._fixed:
            return self._fixed[key]
        found = np.uint64(hash_ints(self.seed, *key))
        if month == 0:
            self._fixed[key] = found
        return found

    def __deepcopy__(self, memo: dict) -> Draws:
        """A copy has handed out nothing yet."""
        return Draws(self.seed, self.debug)

    @contextmanager
    def replay(self) -> Iterator[None]:
        """Inside, keys may be read again on purpose: a decision taken twice, a number fixed for the whole run."""
        before, self._replaying = self._replaying, True
        try:
            yield
        finally:
            self._replaying = before
