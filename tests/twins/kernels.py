"""Readable twins of the kernels: plain Python and NumPy, slow and clear, the oracles of the tests.

Each says the rule in its own words; sums keep the order of the kernel, because they are compared to the last bit.
"""

from __future__ import annotations

import numpy as np

from sim.behaviour.fit import GAP_HIGH, GAP_LOW
from sim.behaviour.klantreis import CEILING, CEILING_LOGIT
from sim.behaviour.notes import LOGIT_LIMIT, LOGIT_SCALE, N_LOGIT
from sim.behaviour.woonprofielen import N_PROFIELEN, N_TASTES
from sim.world.chance import bits_array, uniform
from sim.world.codes import DROPPED, ENTERED, LEFT, Access, DropReason, DwellingType, HouseholdClass, HouseholdState, Stage, Tenure, Trigger
from sim.world.columns import ABSENT, NEVER, NOWHERE
from sim.world.law import AOW_AGE

ALL = 1 << 63
NOOD = (Trigger.FALL, Trigger.LOSS_OF_PARTNER, Trigger.REHOUSING)


def one_uniform(base, *ids) -> float:
    """One keyed draw in [0, 1)."""
    return float(uniform(base, *(np.array([ident], np.uint64) for ident in ids))[0])


def one_draw(base, *ids) -> int:
    """64 keyed bits as a whole number."""
    return int(bits_array(base, *(np.array([ident], np.uint64) for ident in ids))[0])


def bits_of(number, n: int) -> list[int]:
    """Which of the first ``n`` bits are set."""
    return [k for k in range(n) if int(number) >> k & 1]


# people


def oldest(births, month: int) -> int:
    """Age in years of the oldest adult, 0 to 110; 0 if there is none."""
    known = [int(b) for b in births if b != ABSENT and b < month]
    return min(110, max(0, (month - min(known)) // 12)) if known else 0


def kind_of(home: int, age: int, children, senior_age: int) -> HouseholdClass:
    """The first class that holds."""
    if home == NOWHERE:
        return HouseholdClass.STARTER
    if age >= senior_age:
        return HouseholdClass.SENIOR
    return HouseholdClass.FAMILY if any(c != ABSENT for c in children) else HouseholdClass.HOUSEHOLD


def target(h, d, month: int, who, stages: tuple[int, int], mask: np.uint64) -> list[int]:
    """Households in the target group, by its definition."""
    found = []
    for i in range(len(h.state)):
        j = h.home[i]
        if h.state[i] != HouseholdState.PRESENT or j == NOWHERE or h.reserved[i] != NOWHERE:
            continue
        meets = (
            stages[0] <= h.stage[i] <= stages[1]
            and int(h.touched[i]) & int(mask) == 0
            and who.rooms <= d.rooms[j] <= who.rooms_most
            and d.floor_area[j] >= who.floor_area
            and h.size[i] <= who.size
            and who.tenure in ("any", Tenure(int(d.tenure[j])).name.lower())
            and oldest(h.adult_birth[i], month) >= who.age
        )
        if meets:
            found.append(i)
    return found


def looking(h, base, p_look: float, p_look_starter: float, dur_elsewhere: int, month: int) -> list[int]:
    """Households that have accepted nothing, are not about to leave and look: in WONINGZOEKEN by chance, before it if awake on the list."""
    looks = uniform(base, h.id) < np.where(h.home < 0, p_look_starter, p_look)
    looks = ((h.stage == Stage.WONINGZOEKEN) & looks) | ((h.stage < Stage.WONINGZOEKEN) & (h.awake == month))
    looks &= month < h.departs.astype(int) - dur_elsewhere
    return np.flatnonzero((h.state == HouseholdState.PRESENT) & (h.reserved == NOWHERE) & looks).tolist()


# fit


def toeslag_limit(age, adults, size, wealth, t):
    """Highest rent of which huurtoeslag is worked out, 0 where wealth is too high for any; arrays or numbers."""
    quality, highest = t["toeslag_edges"][0], t["toeslag_edges"][3]
    young = (np.asarray(age) < t["toeslag_young"]) & (np.asarray(size) <= adults)
    return np.where(wealth > t["toeslag_wealth"] * adults, 0.0, np.where(young, quality, highest))


def net_rent(rent, gross, size, aow, highest, t):
    """Rent after huurtoeslag, euro per month; arrays or numbers. The own part first, then three slices, then what income takes off."""
    more = (np.asarray(size) > 1).astype(int)
    kind = more + 2 * np.asarray(aow)
    quality, capped = t["toeslag_edges"][0], t["toeslag_edges"][np.where(np.asarray(size) >= 3, 2, 1)]
    own = np.maximum(t["toeslag_norm"][kind], (t["toeslag_square"][kind] * gross + t["toeslag_line"][kind]) * gross) - t["toeslag_lowered"]
    counted = np.minimum(rent, highest)
    whole = np.maximum(0.0, np.minimum(counted, quality) - own)
    middle = t["toeslag_shares"][0] * np.maximum(0.0, np.minimum(counted, capped) - np.maximum(own, quality))
    top = t["toeslag_shares"][1] * np.maximum(0.0, counted - np.maximum(own, capped))
    taken_off = t["toeslag_taper"][more] * np.maximum(0.0, gross - t["toeslag_point"][kind]) / 12.0
    none = (highest == 0.0) | ((rent > highest) & (t["toeslag_any_rent"] == 0.0))
    return np.where(none, rent, rent - np.maximum(0.0, whole + middle + top - taken_off))


def components(cls, age, limit, gap, income, attachment, first, second, access, kind, urban, cost, km, leaves, t):
    """Size, accessibility, affordability, place and profile, as arrays or numbers (see ``sim.behaviour.fit.components``)."""
    senior = np.asarray(cls) == HouseholdClass.SENIOR
    size = t["size"][senior.astype(int), np.clip(gap, GAP_LOW, GAP_HIGH) - GAP_LOW]
    reach = np.where(limit > 0, t["access"][limit, access], t["future"][age, access])
    burden = 12.0 * cost / np.maximum(income, 1.0)
    afford = np.clip(1.0 - (burden - t["cost_norm"]) * t["cost_slope"], 0.0, 1.0)
    near = 1.0 - t["loss_by_distance"] * np.minimum(1.0, km * t["per_km"])
    place = np.maximum(0.0, near - t["loss_of_wijk"] * attachment * leaves)
    other = N_PROFIELEN + np.array([0, 0, 1, 2])[cls]  # tastes of Starter, Family, Household follow those of seniors
    of_senior = np.maximum(t["profile"][first, kind, urban], t["profile"][N_TASTES + second, kind, urban])
    return size, reach, afford, place, np.where(senior, of_senior, t["profile"][other, kind, urban])


def components_at(h, rows, homes, month: int, d, urban, senior_age: int, t):
    """Components of households in dwellings at their present rent or debt; 0 without a dwelling."""
    at = np.maximum(homes, 0)
    age = np.array([oldest(h.adult_birth[i], month) for i in rows], int)
    cls = np.array([kind_of(0, a, h.child_birth[i], senior_age) for i, a in zip(rows, age, strict=True)], int)
    income = h.income[rows].astype(float)
    owned = (h.debt[rows].astype(float) * t["interest"] + d.woz[at].astype(float) * t["upkeep"]) / 12.0
    aow, adults = (age >= AOW_AGE).astype(int), (h.adult_birth[rows] != ABSENT).sum(axis=1)
    limit = toeslag_limit(age, adults, h.size[rows], h.wealth[rows].astype(float), t)
    rented = net_rent(h.rent[rows].astype(float), income * t["gross"][aow], h.size[rows], aow, limit, t)
    parts = components(
        cls,
        age,
        h.adult_limit[rows].max(axis=1),
        d.rooms[at].astype(int) - h.rooms_needed[rows],
        income,
        h.attachment[rows].astype(float),
        h.profile[rows, 0].astype(int),
        h.profile[rows, 1].astype(int),
        d.access[at],
        d.kind[at],
        urban[d.area[at]],
        np.where(d.tenure[at] == Tenure.KOOP, owned, rented),
        0.0,
        0,
        t,
    )
    return np.where((homes >= 0)[:, None], np.stack(parts, axis=1), 0.0)


# klantreis


def chance(x: float, table) -> float:
    """Chance at a logit, read from the table."""
    return float(table[min(N_LOGIT - 1, max(0, int((x + LOGIT_LIMIT) * LOGIT_SCALE)))])


def decide(u: float, x: float, table, touched: int, lever) -> tuple[bool, bool, int, int]:
    """A decision with all instruments, without any, which of them had a lever, and which made the difference."""

    def outcome(on: list[int]) -> bool:
        added = 0.0
        for k in on:
            added += float(lever[k])
        return u < chance(x + added, table)

    on = bits_of(touched, len(lever))
    start, off = outcome(on), outcome([])
    used = [k for k in on if lever[k] != 0]
    decisive = [k for k in used if outcome([other for other in on if other != k]) != start]
    return start, off, sum(1 << k for k in used), sum(1 << k for k in decisive) + (ALL if start != off else 0)


def what_is_left(i: int, levers, memory, month: int) -> list[float]:
    """A lever of each instrument as household i remembers it: its share by the months since, all of it where nothing is told."""
    rows = [int(row) for row in memory.row]
    since = [0 if row < 0 else min(len(memory.left) - 1, max(0, month - int(memory.told[row, i]))) for row in rows]
    return [float(lever) * float(memory.left[months]) for lever, months in zip(levers, since, strict=True)]


def step(h, d, j, now, funnel) -> None:
    """One month of the klantreis, household by household (see ``sim.behaviour.klantreis.step_kernel``)."""
    for i in range(len(h.state)):
        if h.state[i] == HouseholdState.PRESENT and h.home[i] >= 0:
            _step_one(i, h, d, j, now, funnel)


def _step_one(i, h, d, j, now, funnel) -> None:
    stage, lever, parting = Stage(int(h.stage[i])), now.levers, now.parting
    touched, age = int(h.touched[i]), oldest(h.adult_birth[i], now.month)
    senior = int(age >= j.senior_age)
    cls = kind_of(0, age, h.child_birth[i], j.senior_age)
    wish, search, fade, adapt, where = (one_uniform(base, h.id[i]) for base in now.bases)
    to, reason = stage, None
    settling = stage == Stage.NIEUW_THUIS and now.month - h.stage_month[i] < j.dur_settle
    if now.month >= int(h.departs[i]) - j.look_elsewhere and stage != Stage.VERHUIZEN and not settling:
        to = {Stage.HUIDIGE_WONING: Stage.WOONWENS, Stage.NIEUW_THUIS: Stage.HUIDIGE_WONING}.get(stage, Stage.WONINGZOEKEN)
        if stage == Stage.HUIDIGE_WONING:
            h.trigger[i] = Trigger.WISH
            h.taste_here[i] -= j.discontent
    elif stage == Stage.HUIDIGE_WONING:
        if touched == 0 and wish > CEILING:
            return
        x = _wish(i, h, d, now, senior, age, j)
        left = what_is_left(i, lever["awareness"], now.memory, now.month)
        for k in bits_of(touched, len(left)):
            if lever["awareness"][k] != 0 and left[k] == 0 and not int(h.decisive[i]) >> k & 1:
                h.used[i] &= ~np.uint64(1 << k)
        start, off, used, decisive = decide(wish, min(x, CEILING_LOGIT), j.chance, touched, left)
        _note(h, i, used, decisive, parting)
        if start:
            to = Stage.WOONWENS
            h.trigger[i] = Trigger.WISH if off else Trigger.CONTACT
            h.taste_here[i] -= j.discontent
    elif stage == Stage.WOONWENS:
        x = j.search[senior] + now.crowd[0 if h.scope[i] == 0 else 1, d.area[h.home[i]]]
        left = what_is_left(i, lever["search"], now.memory, now.month)
        if h.scope[i] == 2 and where < now.beyond[d.area[h.home[i]]]:
            search = 2.0  # it looks in another world than this
        start, off, used, decisive = decide(search, x, j.chance, touched, left)
        _note(h, i, used, decisive, parting)
        if start:
            to = Stage.WONINGZOEKEN
        elif fade < j.fade[senior]:
            to, reason = Stage.HUIDIGE_WONING, DropReason.WISH_FADED
            if senior and d.access[h.home[i]] == Access.AANPASBAAR and adapt < j.p_adapt:
                d.access[h.home[i]] = Access.GESCHIKT
                reason = DropReason.ADAPTED_HOME
    elif stage == Stage.WONINGZOEKEN:
        if fade < j.give_up[senior, int(h.trigger[i] in NOOD)]:
            to, reason = Stage.HUIDIGE_WONING, DropReason.GAVE_UP_SEARCH
    elif stage == Stage.NIEUW_THUIS and now.month - h.stage_month[i] >= j.dur_settle:
        to = Stage.HUIDIGE_WONING
    if to == stage:
        return
    if reason is not None:
        funnel[cls, stage, DROPPED, reason] += 1
        h.taste_here[i] += j.discontent
        h.trigger[i], h.search_month[i], h.used[i], h.decisive[i] = Trigger.NONE, ABSENT, 0, 0
    else:
        funnel[cls, stage, LEFT, 0] += 1
        funnel[cls, to, ENTERED, h.trigger[i]] += 1
    h.stage[i], h.stage_month[i] = to, now.month
    if to == Stage.WONINGZOEKEN:
        h.search_month[i] = now.month
        h.registered[i] = now.month if h.registered[i] == NEVER else h.registered[i]


def _wish(i, h, d, now, senior: int, age: int, j) -> float:
    own, months = float(h.attachment[i]), now.month - int(h.moved_in[i])
    x = j.wish[senior, age] + j.attachment * min(1.0, max(0.0, own + j.rooted[min(959, max(0, months))]))
    x += j.gap * (1.0 - float(h.fit_here[i]) - float(h.taste_here[i]))
    x += j.owner if d.tenure[h.home[i]] == Tenure.KOOP else 0.0
    return x + j.social_norm * now.norm[d.area[h.home[i]]] if senior else x


def _note(h, i: int, used: int, decisive: int, parting) -> None:
    h.used[i] |= np.uint64(used)
    h.ever[i] |= np.uint64(used)
    h.decisive[i] |= np.uint64(decisive)
    new = decisive & ~int(parting.haunted[i]) if len(parting.left) else 0
    if new:
        kept = (getattr(h, name)[i] for name in ("stage", "stage_month", "trigger", "taste_here", "search_month", "registered"))
        parting.left[parting.n[0]] = (i, new, *kept)
        parting.n[0] += 1


# records


def months_counts(h, d, month: int, senior_age: int, n_areas: int):
    """What ``sim.counts.recording.count_households`` fills: counts by name, households and fit per group, seniors, ages."""
    here = np.flatnonzero(h.state == HouseholdState.PRESENT)
    age = np.array([oldest(h.adult_birth[i], month) for i in here], int)
    kinds = [kind_of(h.home[i], a, h.child_birth[i], senior_age) for i, a in zip(here, age, strict=True)]
    cls, home = np.array(kinds, int), h.home[here]
    housed, at = home >= 0, np.maximum(home, 0)
    senior = cls == HouseholdClass.SENIOR
    access, stage = d.access[at], h.stage[here]
    family = housed & (d.kind[at] == DwellingType.EENGEZINS) & (h.size[here] <= 2)
    searches = stage == Stage.WONINGZOEKEN
    counts = {
        "households": len(here),
        "searchers": searches.sum(),
        "suitable_seniors": (senior & (access == Access.GESCHIKT)).sum(),
        "adaptable_seniors": (senior & (access == Access.AANPASBAAR)).sum(),
        "unsuitable_seniors": (senior & (access == Access.ONGESCHIKT)).sum(),
        "seniors_with_wish": (senior & ((stage == Stage.WOONWENS) | searches)).sum(),
        "small_in_family_home": family.sum(),
        "unsuitable_in_family_home": (senior & family & (access == Access.ONGESCHIKT)).sum(),
        "without_home": (~housed).sum(),
        "seniors_searching": (senior & searches).sum(),
        "persons": h.size[here].sum(dtype=int),
        "aged_65": (housed & (age >= 65)).sum(),
        "aged_65_with_wish": (housed & (age >= 65) & (stage == Stage.WOONWENS)).sum(),
        "aged_65_searching": (housed & (age >= 65) & searches).sum(),
        "registered": (h.registered[here] != NEVER).sum(),
        "responding": (recently := month - h.responded[here].astype(int) < 12).sum(),
        "registered_responding": (recently & (h.registered[here] != NEVER)).sum(),
    }
    of = [
        (1, np.zeros(len(here), int)),
        (len(HouseholdClass), cls),
        (5, h.origin_income[here].astype(int)),
        (4, np.minimum(3, h.origin_tenure[here]).astype(int)),
        (n_areas, np.maximum(0, h.origin_area[here])),
    ]
    fit = h.fit_here[here].astype(float)
    n = np.concatenate([np.bincount(code, minlength=size) for size, code in of])
    total = np.concatenate([np.bincount(code, weights=fit, minlength=size) for size, code in of])
    seniors = np.bincount(d.area[at][senior], minlength=n_areas)
    ages = np.bincount(np.searchsorted((25, 35, 45, 55, 65, 75, 85), age[housed], side="right"), minlength=8)
    return {name: int(value) for name, value in counts.items()}, n, total, seniors, ages


def stock_counts(d) -> list[int]:
    """In stock, vacant, suitable or adaptable, large enough to split; then by tenure."""
    stock = d.state == 1
    kinds = [int((stock & (d.tenure == tenure)).sum()) for tenure in Tenure]
    split = stock & (d.kind == DwellingType.EENGEZINS) & (d.floor_area >= 150)
    return [int(stock.sum()), int((stock & (d.vacancy >= 0)).sum()), int((stock & (d.access >= 1)).sum()), int(split.sum()), *kinds]


def after_each(parent, left_vacancy, filled) -> tuple[list[int], list[bool]]:
    """Moves after each move in its chain, and whether a home left in it is still empty, by looking at all descendants."""
    children: dict[int, list[int]] = {}
    for k, p in enumerate(parent):
        children.setdefault(int(p), []).append(k)

    def below(k: int) -> list[int]:
        return [one for child in children.get(k, []) for one in (child, *below(child))]

    family = [below(k) for k in range(len(parent))]
    empty = [left >= 0 and not filled[left] for left in left_vacancy]
    return [len(some) for some in family], [any(empty[one] for one in (k, *some)) for k, some in enumerate(family)]
