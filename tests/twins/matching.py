"""The readable twin of ``sim.market.matching``: every clearing taken from the start; and a check of what it takes for granted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def clear_plain(first: NDArray, home: NDArray, rank: NDArray, refuses: NDArray, n_homes: int) -> tuple[NDArray, NDArray, int]:
    """The readable twin of ``clear``: the same arguments and result, every clearing taken from the start."""
    refused = np.zeros(len(home), np.uint8)
    n_rounds = 0
    while True:
        n_rounds += 1
        lists = [[r for r in range(first[i], first[i + 1]) if not refused[r]] for i in range(len(first) - 1)]
        held = _deferred_acceptance(lists, home, rank)
        turned_down = [r for r in held.values() if refuses[r]]
        refused[turned_down] = 1
        if not turned_down:
            break
    match = np.full(len(first) - 1, -1, np.int32)
    for r in held.values():
        match[np.searchsorted(first, r, side="right") - 1] = r
    return match, refused, n_rounds


def _deferred_acceptance(lists: list[list[int]], home: NDArray, rank: NDArray) -> dict[int, int]:
    """Home → response held, when everybody has proposed as far down as needed."""
    held: dict[int, int] = {}
    owner = {r: i for i, responses in enumerate(lists) for r in responses}
    left = [list(reversed(responses)) for responses in lists]
    free = list(range(len(lists)))
    while free:
        i = free.pop()
        if not left[i]:
            continue
        r = left[i].pop()
        j = int(home[r])
        if j not in held:
            held[j] = r
        elif rank[r] > rank[held[j]]:
            free.append(owner[held[j]])
            held[j] = r
        else:
            free.append(i)
    return held


def check_responses(first: NDArray, home: NDArray, rank: NDArray, refuses: NDArray, n_homes: int) -> None:
    """Check what ``clear`` takes for granted (it does not look, to stay fast).

    Raises:
        ValueError: naming the first household, response or home that is wrong.
    """
    lengths = {"home": len(home), "rank": len(rank), "refuses": len(refuses)}
    if len(first) == 0 or first[0] != 0 or first[-1] != len(home) or len(set(lengths.values())) > 1:
        raise ValueError(f"first must run from 0 to the number of responses; first={first[:1]}…{first[-1:]}, {lengths}")
    if (np.diff(first) < 0).any():
        raise ValueError(f"household {int(np.argmax(np.diff(first) < 0))} has a negative number of responses in first")
    outside = (home < 0) | (home >= n_homes)
    if outside.any():
        r = int(np.argmax(outside))
        raise ValueError(f"response {r} is for home {home[r]}; homes run from 0 to {n_homes - 1}")
    household = np.repeat(np.arange(len(first) - 1), np.diff(first))
    _no_pair_twice(home, household, "home {0} stands twice on the list of household {1}: a household responds once")
    _no_pair_twice(home, rank, "home {0} ranks two households alike ({1}): break ties before clearing")


def _no_pair_twice(a: NDArray, b: NDArray, message: str) -> None:
    order = np.lexsort((b, a))
    twice = (np.diff(a[order]) == 0) & (b[order][1:] == b[order][:-1])
    if twice.any():
        at = order[int(np.argmax(twice))]
        raise ValueError(message.format(a[at], b[at]))
