"""Household-proposing deferred acceptance with refusals that are learnt on offer, as in sim/market/matching.py, on plain lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.plain_mesa.agents import Household, Response


def match(households: list[Household], lists: list[list[Response]]) -> list[tuple[Household, Response]]:
    """Who gets which home; ``lists`` holds the responses of each household, best first."""
    at = [0] * len(lists)
    held: dict[int, int] = {}
    waiting = list(range(len(lists)))
    while True:
        waiting = [i for one in waiting if (i := propose(one, True, lists, at, held)) is not None]
        now, now_held = at.copy(), held.copy()
        for one in waiting:
            propose(one, False, lists, now, now_held)
        refused = [r for i in now_held.values() if (r := lists[i][now[i]]).refuses]
        if not refused:
            return [(households[i], lists[i][now[i]]) for i in now_held.values()]
        for response in refused:
            response.struck = True


def propose(i: int, waits: bool, lists: list[list[Response]], at: list[int], held: dict[int, int]) -> int | None:
    """Household i proposes down its list, then whoever it displaces; returns the household that must wait."""
    while at[i] < len(lists[i]):
        response = lists[i][at[i]]
        home = response.vacancy.id
        other = held.get(home)
        if response.struck or (other is not None and response.rank < lists[other][at[other]].rank):
            at[i] += 1
            continue
        if waits and response.refuses:
            return i
        held[home] = i
        if other is None:
            return None
        at[other] += 1
        i = other
    return None
