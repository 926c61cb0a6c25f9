"""Who finds whom: single people who look for a partner, paired by age, sex and a keyed number, never by address."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernel_cache import njit
from sim.world.chance import bits_array, uniform
from sim.world.codes import PRESENT, Sex
from sim.world.columns import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.demography.events import People
    from sim.parameters import Params


class Seekers(NamedTuple):
    """Households of one adult that look for a partner."""

    rows: NDArray  # int32
    since: NDArray  # int16, month


def nobody() -> Seekers:
    """No seekers."""
    return Seekers(np.zeros(0, np.int32), np.zeros(0, np.int16))


def pair(g: People, base: np.uint64, month: int, old: Seekers, new: NDArray, busy: NDArray, p: Params) -> tuple[NDArray, NDArray, Seekers]:
    """Couples of this month as rows of men and women, and who goes on looking.

    Args:
        old: who found nobody so far; who is no longer there or has looked for dur_partner_search months drops out.
        new: rows that begin to look.
        busy: rows that meet another event this month; they are not paired now.
    """
    stays = (g.state[old.rows] == PRESENT) & (month - old.since < p.dur_partner_search)
    fresh = new[~_among(new, old.rows[stays], len(g.id))]
    rows = np.concatenate((old.rows[stays], fresh.astype(np.int32)))
    since = np.concatenate((old.since[stays], np.full(len(fresh), month, np.int16)))
    free = np.flatnonzero(~_among(rows, busy, len(g.id)))
    slot = np.where(g.adult_birth[rows[free], 0] != ABSENT, 0, 1)
    person, sex = g.adult_id[rows[free], slot], g.adult_sex[rows[free], slot]
    jitter = p.dur_partner_mix * (uniform(base, person, np.full(len(free), 7, np.uint64)) - 0.5)
    place = g.adult_birth[rows[free], slot] + jitter + np.where(sex == Sex.MAN, p.dur_partner_gap, 0)
    men, women = np.flatnonzero(sex == Sex.MAN), np.flatnonzero(sex == Sex.WOMAN)
    many, few = (men, women) if len(men) >= len(women) else (women, men)
    many = many[np.lexsort((person[many], place[many]))]
    turn = bits_array(base, person[few], np.full(len(few), 9, np.uint64))
    few = few[np.lexsort((person[few], turn))]
    found = nearest(place[few], place[many], p.dur_partner_most)
    one, other = free[few[found >= 0]], free[many[found[found >= 0]]]
    a, b = (other, one) if len(men) >= len(women) else (one, other)
    looks_on = np.ones(len(rows), bool)
    looks_on[one] = looks_on[other] = False
    return rows[a], rows[b], Seekers(rows[looks_on], since[looks_on])


def _among(rows: NDArray, others: NDArray, n: int) -> NDArray:
    """Which of ``rows`` are among ``others``, of a table of ``n`` rows."""
    marked = np.zeros(n, bool)
    marked[others] = True
    return marked[rows]


@njit(cache=True)
def nearest(wanted, offered, window):
    """For each of ``wanted`` in turn, the nearest of ``offered`` (rising) that is still free and within ``window`` (the
    earlier one of two that are as near); int64, −1 if there is none."""
    found = np.full(len(wanted), -1, np.int64)
    taken = np.zeros(len(offered), np.bool_)
    for k in range(len(wanted)):
        right = np.searchsorted(offered, wanted[k])
        left = right - 1
        while left >= 0 and taken[left]:
            left -= 1
        while right < len(offered) and taken[right]:
            right += 1
        to_left = wanted[k] - offered[left] if left >= 0 else np.inf
        to_right = offered[right] - wanted[k] if right < len(offered) else np.inf
        if min(to_left, to_right) <= window:
            found[k] = left if to_left <= to_right else right
            taken[found[k]] = True
    return found
