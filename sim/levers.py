"""Levers: the only ways in which an instrument can touch a decision. A strength multiplies delivery, never a lever.

Each instrument of a scenario has a bit (in the order of the instruments' names). A household carries the bits of the
instruments that work on it, a dwelling those that label it. A decision adds up the levers of the bits that are set; leaving a
bit out is the same decision without that instrument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MAX_INSTRUMENTS = 62
ALL_BIT = np.uint64(1) << np.uint64(63)
LOST_BIT = np.uint64(1) << np.uint64(62)  # of a ghost: its household lost a home to an instrument that does not work on itself
NO_BITS, ONE_BIT = np.uint64(0), np.uint64(1)
FADING = ("awareness", "search")  # levers that tell people something, which they forget (sim.behaviour.memory)
RENT_NONE, RENT_STEPS, RENT_OLD, RENT_OLD_PLUS = 0, 1, 2, 3


# One record per instrument, in bit order.
LEVERS = np.dtype(
    [
        ("awareness", np.float64),  # logit added to the chance of a woonwens
        ("search", np.float64),  # logit added to the chance of starting to search
        ("sight", np.float64),  # share added to the homes seen (1 = all in the search area)
        ("trouble", np.float64),  # fit points taken off the trouble of moving
        ("eur_once", np.float64),  # euro paid once at the move
        ("n_rooms_left", np.int64),  # eur_once, rent path and rank hold for a home left with at least this many rooms
        ("n_rooms_taken", np.int64),  # … and a home taken with at most this many; 0 is no limit
        ("tenures_taken", np.int64),  # … of these tenures (bit Tenure); 0 is any
        ("step_free_taken", np.int64),  # 1: … and without steps
        ("rent_path", np.int64),  # RENT_… for a move between corporatie homes
        ("dur_rent_path", np.int64),  # months of the path (RENT_STEPS)
        ("eur_rent_cap", np.float64),  # euro per month above the old rent (RENT_OLD_PLUS)
        ("rank", np.int64),  # points of priority
        ("rank_market", np.int64),  # points of priority on homes for sale and privately let homes
        ("needs_label", np.int64),  # 1: eur_once, rent path, rank and exceptions hold only on homes with this instrument's label
        ("p_direct", np.float64),  # share of corporatie vacancies matched before advertising
        ("responses", np.int64),  # extra responses per month
        ("n_months", np.int64),  # months of registration on top
        ("age_eased", np.int64),  # years by which an age label is lowered
        ("income_free", np.int64),  # 1: the income limit of corporatie homes is not asked
        ("loan", np.float64),  # times disposable income added to the largest mortgage
        ("actual_cost", np.int64),  # 1: knows of the Senioren Verhuisregeling: a loan by what is really paid, where it is open to one
        ("adapts", np.int64),  # 1: an adaptable home is adapted before the household moves in
        ("size_norm", np.int64),  # 1: homes with this instrument's label go to three or more persons
        ("rent_discount", np.float64),  # share of a rent rise that the path takes away as perceived
    ]
)


class InForce(NamedTuple):
    """The instruments of a scenario as decisions know them: their keys in the order of their bits, and their levers."""

    keys: tuple[str, ...]
    levers: NDArray  # LEVERS records

    @property
    def every(self) -> np.uint64:
        """The bits of all of them."""
        return np.uint64((1 << len(self.keys)) - 1)

    @property
    def told(self) -> NDArray:
        """Row of each in the months in which it told somebody something (``World.told``), int64; −1: it tells nothing."""
        tells = np.logical_or.reduce([self.levers[name] != 0 for name in FADING])
        return np.where(tells, np.cumsum(tells) - 1, -1)

    def renumber(self, bits: NDArray, keys: tuple[str, ...]) -> NDArray:
        """Bits of these instruments as bits in the order of ``keys``; who is not among those drops out."""
        out = np.asarray(bits, np.uint64) & (ALL_BIT | LOST_BIT)
        for k, key in enumerate(self.keys):
            if key in keys:
                out |= (np.asarray(bits, np.uint64) >> np.uint64(k) & np.uint64(1)) << np.uint64(keys.index(key))
        return out


def nothing_in_force() -> InForce:
    """A scenario without instruments."""
    return InForce((), make_levers([]))


def make_levers(settings: Sequence[Mapping[str, float]]) -> NDArray:
    """LEVERS records from one mapping per instrument; a lever that is not named is zero.

    Raises:
        KeyError: a name that is no lever.
    """
    unknown = {name for one in settings for name in one} - set(LEVERS.fields or ())
    if unknown:
        raise KeyError(f"no such lever: {', '.join(sorted(unknown))}; levers are {', '.join(LEVERS.fields or ())}")
    levers = np.zeros(len(settings), LEVERS)
    for k, one in enumerate(settings):
        for name, value in one.items():
            levers[name][k] = value
    return levers


@njit(cache=True)
def lever_sum(touched, lever, leave_out):
    """Sum of one lever over the bits set in ``touched``, without the bits in ``leave_out``, in bit order."""
    added = 0.0
    bits = touched & ~leave_out
    for k in range(len(lever)):
        if bits & (np.uint64(1) << np.uint64(k)):
            added += lever[k]
    return added
