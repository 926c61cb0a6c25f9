"""Print what rents do in the base world, beside the targets on rent: python tools/rents.py PLACE [SEEDS [MONTHS [NAME=VALUE ...]]].

Rents of the stock after the burn-in, of new lettings and of new homes over MONTHS (24), the rises that senior tenants of large homes meet,
and what becomes of looks of senior tenants at a corporatie home: once as they are, once with the old rent. NAME=VALUE sets a parameter.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a file, the project is not on the path yet
    sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from sim import month, parameters, run  # noqa: E402
from sim.behaviour.fit import ages_and_classes, net_rent  # noqa: E402
from sim.levers import RENT_OLD, make_levers  # noqa: E402
from sim.market import market  # noqa: E402
from sim.market.choice import weigh  # noqa: E402
from sim.market.offers import publish  # noqa: E402
from sim.market.searchers import describe  # noqa: E402
from sim.start import build  # noqa: E402
from sim.world import law, places  # noqa: E402
from sim.world.codes import CORPORATIE, KOOP, NOT_BETTER, NOT_ELIGIBLE, OUTRANKED, VRIJE_HUUR, Access, HouseholdClass, Stage  # noqa: E402
from sim.world.columns import NOWHERE  # noqa: E402

START, BURN_IN = "2026-01", 36
LARGE_ROOMS, SMALL_ROOMS = 4, 3
RISES = (-1e9, 0, 25, 50, 75, 100, 150, 1e9)  # classes of the net rise, euro per month
NO = np.uint64(0)


class Found:
    """What was counted, by name: values to be averaged, and looks of senior tenants."""

    def __init__(self) -> None:
        self.values: dict[str, list[float]] = defaultdict(list)
        self.looks: list[tuple[float, int, int, float]] = []  # net rise, gate, gate with the old rent, worth

    def add(self, name: str, value: float) -> None:
        """One value, of one seed."""
        self.values[name].append(float(value))


def count(place: str, seed: int, months: int, behaviour: dict[str, float], found: Found) -> None:
    """Count one world."""
    one = build(places.resolve(place), seed, parameters.resolve(behaviour), start=START, burn_in=BURN_IN, months=months, follow_up=0)
    for _ in range(BURN_IN):
        month.step(one)
    run.begin(one)
    w = one.world
    small, large, limit = law.amounts(("aftopping_small", "aftopping_large", "liberalisatiegrens"), START)
    stock(w, large, limit, found)
    rises(w, found)
    relet: dict[int, list[tuple[float, float, float]]] = {CORPORATIE: [], VRIJE_HUUR: []}
    social_lets, new_rents, before = [], [], last_rents(w)
    homes = {tenure: float(((w.d.tenure == tenure) & (w.d.occupant >= 0)).sum()) for tenure in relet}
    paid = {tenure: float(before[(w.d.tenure == tenure) & (w.d.occupant >= 0)].sum()) for tenure in relet}
    for _ in range(months):
        if w.month % 3 == 0:
            looks(one, found)
        first = int(w.counts[1])
        month.step(one)
        w = one.world
        for k in range(first, int(w.counts[1])):
            j, i = int(w.m.to_dwelling[k]), int(w.m.household[k])
            tenure, rent = int(w.d.tenure[j]), float(w.d.rent[j])
            if tenure == KOOP:
                continue
            if j < len(before) and before[j] > 0:
                relet[tenure].append((before[j], rent, float(w.m.to_rent[k])))
            elif w.d.delivery[j] >= 0 and tenure == CORPORATIE:
                new_rents.append(rent)
            if tenure == CORPORATIE:
                social_lets.append((rent, large if w.h.size[i] >= law.LARGE else small))
        before = last_rents(w, before)
    for tenure, name in ((CORPORATIE, "social"), (VRIJE_HUUR, "free")):
        old, asked, _ = np.array(relet[tenure]).T
        found.add(f"relet {name}, % of homes a year (D16)", 100 * len(old) / homes[tenure] / (months / 12))
        found.add(f"mean step at re-letting {name}, % (D18)", 100 * (asked / old - 1).mean())
        found.add(f"median step at re-letting {name}, %", 100 * np.median(asked / old - 1))
        found.add(f"re-let at a lower rent {name}, %", 100 * (asked < old).mean())
        found.add(f"effect on the mean rent {name}, points a year (D17)", 100 * (asked - old).sum() / paid[tenure] / (months / 12))
    both = np.array(relet[CORPORATIE] + relet[VRIJE_HUUR]).T
    found.add("mean step at re-letting all, % (D18)", 100 * (both[1] / both[0] - 1).mean())
    found.add("effect on the mean rent all, points a year (D17)", 100 * (both[1] - both[0]).sum() / sum(paid.values()) / (months / 12))
    rent, cap = np.array(social_lets).T
    found.add("lettings up to the limit that are up to the aftoppingsgrens, % (D61)", 100 * (rent <= cap)[rent <= limit].mean())
    new = np.array(new_rents)
    if len(new):
        found.add("mean rent of new homes, euro (D62)", new.mean())
        found.add("new homes up to the high aftoppingsgrens, % (D62)", 100 * (new <= large).mean())
        found.add("mean rent of new homes over the high aftoppingsgrens", new.mean() / large)


def last_rents(w, before=None):
    """The rent that each home's last tenant paid, 0 where nobody rented it yet."""
    rents = np.zeros(len(w.d.id))
    if before is not None:
        rents[: len(before)] = before
    lived = np.flatnonzero(w.d.occupant >= 0)
    now = w.h.rent[w.d.occupant[lived]]
    rents[lived] = np.where(now > 0, now, rents[lived])
    return rents


def stock(w, large: float, limit: float, found: Found) -> None:
    """Rents that are paid and asked of corporatie homes."""
    homes = np.flatnonzero((w.d.tenure == CORPORATIE) & (w.d.occupant >= 0))
    paid, asked = w.h.rent[w.d.occupant[homes]].astype(float), w.d.rent[homes].astype(float)
    for name, rent in (("sitting", paid), ("asking", asked)):
        found.add(f"{name} rent, mean", rent.mean())
        found.add(f"{name} rent, spread (log)", np.log(rent).std())
        found.add(f"{name}: up to the high aftoppingsgrens of those up to the limit, % (D60)", 100 * (rent <= large)[rent <= limit].mean())
    fine = w.d.access[homes] == Access.GESCHIKT
    found.add("asking rent step-free", asked[fine].mean())
    found.add("asking rent other", asked[~fine].mean())
    for rooms in (2, 3, 4, 5):
        found.add(f"asking rent {rooms} rooms", asked[w.d.rooms[homes] == rooms].mean())


def rises(w, found: Found) -> None:
    """Rise of the rent of senior tenants of large homes at each small corporatie home."""
    rows = np.flatnonzero((w.h.state == 1) & (w.h.home >= 0))
    _, kinds = ages_and_classes(w.h.adult_birth, w.h.child_birth, rows, w.h.home[rows], w.month, int(w.params.senior_age))
    home = w.h.home[rows]
    mine = rows[(kinds == HouseholdClass.SENIOR) & (w.d.tenure[home] == CORPORATIE) & (w.d.rooms[home] >= LARGE_ROOMS)]
    small = np.flatnonzero((w.d.tenure == CORPORATIE) & (w.d.rooms <= SMALL_ROOMS) & (w.d.state == 1))
    for name, homes in (("", small), (", step-free", small[w.d.access[small] == Access.GESCHIKT])):
        rise = w.d.rent[homes][None, :].astype(float) - w.h.rent[mine][:, None]
        found.add(f"rise of seniors of large homes at a small one{name}: median", np.median(rise))
        found.add(f"rise of seniors of large homes at a small one{name}: above 0, %", 100 * (rise > 0).mean())
        found.add(f"rise of seniors of large homes at a small one{name}: above 100, %", 100 * (rise > 100).mean())


def looks(one, found: Found) -> None:
    """All looks of senior tenants who search at corporatie homes on offer: as it is, and with the old rent."""
    side = one.copy()
    w, force = side.world, side.at_work.in_force
    offers = publish(w, force).at
    rows = np.flatnonzero((w.h.state == 1) & (w.h.stage == Stage.WONINGZOEKEN) & (w.h.reserved == NOWHERE) & (w.h.home >= 0))
    seekers, plain = describe(w, rows.astype(np.int32)), market.terms_of(w, force)
    kept = plain._replace(levers=make_levers([{"rent_path": RENT_OLD}]))
    seekers = seekers[(seekers["cls"] == HouseholdClass.SENIOR) & (seekers["tenant"] == 1)]
    offers = offers[offers["tenure"] == CORPORATIE]
    for s in seekers:
        for o in offers:
            now = weigh(s, o, NO, NO, plain)
            if now.gate <= NOT_ELIGIBLE:
                continue
            then = weigh(s, o, np.uint64(1), NO, kept)
            who = s["gross"], s["size"], int(s["age"] >= law.AOW_AGE), s["toeslag_limit"], w.tables
            rise = net_rent(o["rent"], *who) - net_rent(s["old_rent"], *who)
            found.looks.append((float(rise), int(now.gate), int(then.gate), float(now.worth)))


def said(found: Found) -> str:
    """One line per figure: the mean over seeds."""
    lines = [f"{np.mean(values):10.2f}  {name}" for name, values in found.values.items()]
    rise, gate, old, worth = np.array(found.looks).T
    no = gate != OUTRANKED
    weighed = gate >= NOT_BETTER
    lines.append(f"{len(rise):10d}  looks of senior tenants at a corporatie home that they may have")
    lines.append(f"{100 * (~no).mean():10.2f}  % of them accepted")
    lines.append(f"{100 * (old[no] == OUTRANKED).mean():10.2f}  % of declined looks that the old rent turns (rent decides)")
    for low, high in pairwise(RISES):
        here = (rise > low) & (rise <= high)
        if here.any():
            lines.append(
                f"{100 * (~no)[here].mean():10.2f}  % accepted at a net rise of {low:g} to {high:g} ({here.sum()} looks; "
                f"with the old rent {100 * (old[here] == OUTRANKED).mean():.2f})"
            )
    yes = (~no) & weighed
    lines.append(f"{np.median(worth[yes]):10.4f}  median worth of accepted looks, fit points")
    near = (rise > 60) & (rise <= 90) & (old == OUTRANKED)
    lines.append(f"{100 * no[near].mean():10.2f}  % declined at a net rise of 60 to 90, of {near.sum()} that the old rent makes acceptable")
    return "\n".join(lines)


if __name__ == "__main__":
    place, seeds, months, *rest = [*sys.argv[1:], *("1", "24")[max(0, len(sys.argv) - 2) :]]
    counted = Found()
    for number in range(1, int(seeds) + 1):
        count(place, number, int(months), {name: float(value) for name, value in (one.split("=") for one in rest)}, counted)
    print(said(counted))
