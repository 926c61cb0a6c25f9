"""What must hold in every world at every moment: one function that anybody can call on a world that has run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world.codes import (
    FILLED,
    ON_OFFER,
    PRESENT,
    RESERVED,
    WAITING,
    WITHDRAWN,
    DwellingState,
    EventKind,
    MoveReason,
    Origin,
    Stage,
)
from sim.world.columns import NOWHERE

if TYPE_CHECKING:
    from sim.counts.recording import AtStart
    from sim.interventions.at_work import AtWork
    from sim.world.world import World

RUNNING = (WAITING, ON_OFFER, RESERVED)


def snapshot(w: World) -> dict[str, int]:
    """Counts at a moment, from which later balances are made."""
    return {
        "households": int((w.h.state == PRESENT).sum()),
        "dwellings": int((w.d.state == DwellingState.IN_STOCK).sum()),
        "vacant": int(np.isin(w.v.state[: w.counts[0]], RUNNING).sum()),
        "vacancies": int(w.counts[0]),
        "idle": int(((w.d.state == DwellingState.IN_STOCK) & (w.d.occupant < 0) & (w.d.vacancy < 0)).sum()),
    }


def violations(w: World, start: AtStart, at_work: AtWork) -> list[str]:
    """Every rule that does not hold, in words; an empty list if all hold. ``start``: what was there at month 0."""
    found = [*_homes(w), *_vacancies(w), *_ledger(w), *_paths(w, start.home)]
    return found + _balances(w, start.counts) + _money(at_work)


def _say(found: list[str], bad: np.ndarray, text: str) -> None:
    if len(bad):
        found.append(f"{text}: {len(bad)} times, first row {int(bad[0])}")


def _homes(w: World) -> list[str]:
    found: list[str] = []
    h, d = w.h, w.d
    housed = np.flatnonzero(h.home >= 0)
    _say(found, housed[h.state[housed] != PRESENT], "a household that is not present has a home")
    _say(found, housed[d.occupant[h.home[housed]] != housed], "a dwelling and its household disagree")
    homes, n = np.unique(h.home[housed], return_counts=True)
    _say(found, homes[n > 1], "a dwelling houses two households")
    occupied = np.flatnonzero(d.occupant >= 0)
    _say(found, occupied[h.home[d.occupant[occupied]] != occupied], "a dwelling names a household that lives elsewhere")
    _say(found, occupied[d.state[occupied] != DwellingState.IN_STOCK], "a dwelling outside the stock is lived in")
    _say(found, occupied[d.vacancy[occupied] >= 0], "a dwelling is lived in and vacant")
    without = np.flatnonzero((h.state == PRESENT) & (h.home < 0))
    idle = without[(h.stage[without] != Stage.WONINGZOEKEN) & (h.reserved[without] < 0)]
    lodging = _last_reason(w)[idle] == MoveReason.INWONEN
    _say(found, idle[~lodging], "a household without a home does not search")
    _say(found, idle[lodging & (h.stage[idle] != Stage.NIEUW_THUIS)], "a lodger is on its way to a home")
    return found


def _last_reason(w: World) -> np.ndarray:
    """MoveReason of the last move of each household, int64; −1 if it did not move."""
    n, last = int(w.counts[1]), np.full(len(w.h.state), -1)
    last[w.m.household[:n]] = w.m.reason[:n]  # moves come in order of month: the last one stays
    return last


def _vacancies(w: World) -> list[str]:
    found: list[str] = []
    v, n = w.v, int(w.counts[0])
    running = np.flatnonzero(np.isin(v.state[:n], RUNNING))
    _say(found, running[w.d.vacancy[v.dwelling[running]] != running], "a dwelling does not know its vacancy")
    vacant = np.flatnonzero(w.d.vacancy >= 0)
    _say(found, vacant[~np.isin(v.state[w.d.vacancy[vacant]], RUNNING)], "a dwelling is vacant, and its vacancy is over")
    reserved = np.flatnonzero(v.state[:n] == RESERVED)
    _say(found, reserved[w.h.reserved[v.taker[reserved]] != reserved], "a reserved home and its taker disagree")
    takers = np.flatnonzero((w.h.reserved >= 0) & (w.h.state == PRESENT))
    _say(found, takers[v.state[w.h.reserved[takers]] != RESERVED], "a household has accepted a home that is not reserved")
    return found


def _ledger(w: World) -> list[str]:
    found: list[str] = []
    m, v, n = w.m, w.v, int(w.counts[1])
    k = np.arange(n)
    fills = k[m.vacancy[:n] >= 0]
    _say(found, fills[v.dwelling[m.vacancy[fills]] != m.to_dwelling[fills]], "a move and the vacancy it fills name two homes")
    _say(found, fills[v.state[m.vacancy[fills]] != FILLED], "a vacancy was filled and is open")
    vacancies, times = np.unique(m.vacancy[fills], return_counts=True)
    _say(found, vacancies[times > 1], "a vacancy was filled twice")
    linked = fills[m.parent[fills] >= 0]
    parent = m.parent[linked]
    _say(found, linked[m.left_vacancy[parent] != m.vacancy[linked]], "a move's parent left another home")
    _say(found, linked[m.link[linked] != m.link[parent] + 1], "a link is not one more than its parent's")
    _say(found, linked[m.chain[linked] != m.chain[parent]], "a move and its parent are of two chains")
    heads = fills[m.parent[fills] < 0]
    _say(found, heads[(m.link[heads] != 1) | (m.chain[heads] != m.vacancy[heads])], "a chain's first move has no link 1")
    others = k[m.vacancy[:n] < 0]
    _say(found, others[(m.chain[others] != -1) | (m.link[others] != 0)], "a move that fills no vacancy is in a chain")
    leaving = k[m.left_vacancy[:n] >= 0]
    _say(found, leaving[v.dwelling[m.left_vacancy[leaving]] != m.from_dwelling[leaving]], "a move left another home than it came from")
    swaps = k[m.reason[:n] == MoveReason.WONINGRUIL]
    _say(found, swaps[m.left_vacancy[swaps] >= 0], "a swap left a home empty")
    sides = (np.sort(m.month[swaps] * np.int64(len(w.d.id)) + home[swaps]) for home in (m.from_dwelling, m.to_dwelling))
    _say(found, np.flatnonzero(np.not_equal(*sides)), "the homes left and taken in a month's swaps are not the same")
    return found


def _paths(w: World, home_at_start: np.ndarray) -> list[str]:
    """Every move's from is where the household lived: the home of its earlier move, or of the start."""
    found: list[str] = []
    n = int(w.counts[1])
    order = np.lexsort((np.arange(n), w.m.household[:n]))
    household = w.m.household[:n][order]
    same = household[1:] == household[:-1]
    before, after = order[:-1][same], order[1:][same]
    lodged = w.m.reason[before] == MoveReason.INWONEN  # in the home of somebody else: no home to move from
    lived = np.where(lodged, NOWHERE, w.m.to_dwelling[before])
    _say(found, after[lived != w.m.from_dwelling[after]], "a household moved from where it did not live")
    first = order[np.concatenate(([True], ~same))] if n else order
    known = home_at_start[w.m.household[first]]
    kept = w.h.founding[w.m.household[first]] != EventKind.UNION
    _say(found, first[kept & (known != w.m.from_dwelling[first])], "a household's first move is not from its first home")
    last = order[np.concatenate((~same, [True]))] if n else order
    whole = last[w.m.reason[last] != MoveReason.UNION]  # in a union a household lives on as another
    present = whole[w.h.state[w.m.household[whole]] == PRESENT]
    lives = np.where(w.m.reason[present] == MoveReason.INWONEN, NOWHERE, w.m.to_dwelling[present])
    _say(found, present[w.h.home[w.m.household[present]] != lives], "a household does not live where it last moved")
    return found


def _balances(w: World, start: dict[str, int]) -> list[str]:
    found: list[str] = []
    v, n = w.v, int(w.counts[0])
    now = snapshot(w)
    new = np.arange(start["vacancies"], n)
    by_origin = int((v.origin[new] != Origin.LINK).sum())
    k = int(w.counts[1])
    fills = int((w.m.vacancy[:k] >= 0).sum())
    leaving = int((v.origin[new] == Origin.LINK).sum())
    withdrawn = int((v.state[:n] == WITHDRAWN).sum()) - start["withdrawn"]
    if fills != by_origin + leaving - (now["vacant"] - start["vacant"]) - withdrawn:
        found.append(
            f"fills ({fills}) are not vacancies by origin ({by_origin}) + moves that leave a home ({leaving}) "
            f"- change in vacant homes ({now['vacant'] - start['vacant']}) - withdrawn ({withdrawn})"
        )
    built, split, gone = (w.totals.get(name, 0) for name in ("built", "split", "demolished"))
    if now["dwellings"] != start["dwellings"] + built + split - gone:
        found.append(
            f"dwellings ({now['dwellings']}) are not start ({start['dwellings']}) + built ({built}) + split ({split}) - demolished ({gone})"
        )
    works = w.totals.get("under_works", 0)
    if now["idle"] != start["idle"] + works:
        found.append(f"homes neither lived in nor vacant ({now['idle']}) are not start ({start['idle']}) + under works ({works})")
    begun, ended = w.totals.get("founded", 0), w.totals.get("ended", 0)
    if now["households"] != start["households"] + begun - ended:
        found.append(f"households ({now['households']}) are not start ({start['households']}) + founded ({begun}) - ended ({ended})")
    return found


def _money(at_work: AtWork) -> list[str]:
    found: list[str] = []
    for running in at_work.running:
        rows = [r for r in at_work.ledger if r["instrument"] == running.key and r["month"] >= running.begun]
        total = sum(row["cost_eur"] for row in rows)
        if abs(total - running.eur_spent) > 0.01:
            found.append(f"{running.key}: the ledger adds up to {total:.2f} euro, {running.eur_spent:.2f} was spent")
        if running.eur_spent > running.budget() + 0.01:
            found.append(f"{running.key}: {running.eur_spent:.2f} euro spent of a budget of {running.budget():.2f}")
    return found
