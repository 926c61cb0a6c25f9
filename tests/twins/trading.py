"""Readable twins of ``sim.market.trading``: who wants whose home, pair by pair, and top trading cycles in rounds."""

from __future__ import annotations

import numpy as np

from sim.world.chance import uniform
from sim.world.codes import OUTRANKED
from tests.twins.market import sees, weigh


def wanted(seekers, at, area_map, t, rules, bases, veto) -> list[list[int]]:
    """Whose home each seeker wants, best first; ``at`` are the OFFER records of the seekers' own homes, in their order."""
    lists = []
    for s, seeker in enumerate(seekers):
        g = area_map.gemeente[seeker["area"]]
        near = {g}
        if seeker["scope"] == 2:
            near |= set(area_map.around[area_map.around_first[g] : area_map.around_first[g + 1]].tolist())
        found = []
        for o, offer in enumerate(at):
            there = area_map.gemeente[offer["area"]]
            if o == s or there not in near or (seeker["scope"] == 0 and offer["area"] != seeker["area"]):
                continue
            if not sees(seeker["id"], offer["id"], min(1.0, rules["sight"][seeker["nood"]]) * area_map.overview[there], bases.sight):
                continue
            gate, worth, rank, _ = weigh(seeker, offer, [], [], t, rules, None, bases)
            refused = any(says_no(base, p, seeker, offer) for base, p in (veto[:2], veto[2:]))
            if gate == OUTRANKED and not refused:
                found.append((worth, rank, o))
        lists.append([o for _, _, o in sorted(found, reverse=True)])
    return lists


def says_no(base, chance: float, seeker, offer) -> bool:
    """A no that is keyed on the household and the dwelling."""
    return bool(uniform(base, np.array([seeker["id"]], np.uint64), np.array([offer["id"]], np.uint64))[0] < chance)


def top_trading_cycles(lists: list[list[int]]) -> list[int]:
    """Everybody left points at the best home left, else at the own; who is in a circle trades; and again, until nobody is left."""
    got: dict[int, int] = {}
    left = set(range(len(lists)))
    while left:
        points = {i: next((j for j in lists[i] if j in left), i) for i in left}
        for i in list(left):
            j = points[i]
            for _ in left:
                if j == i:
                    got[i] = points[i]
                    break
                j = points[j]
        left -= set(got)
    return [got[i] for i in range(len(lists))]
