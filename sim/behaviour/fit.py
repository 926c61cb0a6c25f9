"""Fit (passend wonen): how well a dwelling suits a household, as five components in [0, 1] and a weighted total.

size           rooms against the rooms that the household needs (EU norm, F41); too small and too large are different losses
accessibility  limitation against stairs, now and as far as the household expects it
affordability  net housing cost as share of disposable income against a norm
place          distance from the present home, and whether the wijk is left
profile        woonprofiel (seniors) or preferred type of dwelling (others) against type and setting

The tables are made once in NumPy; the kernels only look up, add and multiply. They divide as NumPy does (``error_model``): a
division that may raise makes a kernel count the references of every column for every household, ten times the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.behaviour.woonprofielen import N_PROFIELEN, N_TASTES, N_URBAN, profile_scores
from sim.kernel_cache import njit
from sim.world import law
from sim.world.chance import TABLE_SIZE, normal_table
from sim.world.codes import CLASS_FAMILY, CLASS_HOUSEHOLD, CLASS_SENIOR, CLASS_STARTER, KOOP, NO_AID, Access, DwellingType, HouseholdClass
from sim.world.columns import ABSENT, N_CHILDREN
from sim.world.law import AOW_AGE, LARGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.parameters import Params
    from sim.world.columns import Dwellings, Households
    from sim.world.world import World

N_COMPONENTS = 5
GAP_LOW, GAP_HIGH = -5, 8
MAX_AGE = 110
N_KINDS = len(DwellingType)
N_AOW = 2  # without it and with it
N_SIZES = 2  # of households: one person, and more
N_EDGES = 4  # of the rent, for huurtoeslag
N_SLICES = 2  # of the rent of which a part is paid


# Look-ups of ``components``: one record, so that a kernel passes one thing along. All float64.
FIT_TABLES = np.dtype(
    [
        ("weights", np.float64, (len(HouseholdClass), N_COMPONENTS)),  # rows sum to 1
        ("size", np.float64, (2, GAP_HIGH - GAP_LOW + 1)),  # [senior 0/1, gap - GAP_LOW]
        ("access", np.float64, (3, len(Access))),  # [limitation, Access] for a limitation that is there
        ("future", np.float64, (MAX_AGE + 1, len(Access))),  # [age, Access], as perceived without limitation
        ("profile", np.float64, (2 * N_TASTES, N_KINDS, N_URBAN)),
        ("cost_norm", np.float64),  # share of disposable income
        ("cost_slope", np.float64),  # affordability lost per share of income above the norm
        ("interest", np.float64),  # per year
        ("upkeep", np.float64),  # of WOZ value per year
        ("gross", np.float64, N_AOW),  # gross over disposable income: below AOW age, from it
        ("toeslag_norm", np.float64, len(law.KINDS)),  # lowest norm of the own part, euro per month
        ("toeslag_square", np.float64, len(law.KINDS)),  # the norm by gross income: its square …
        ("toeslag_line", np.float64, len(law.KINDS)),  # … and itself
        ("toeslag_point", np.float64, len(law.KINDS)),  # gross income above which a part is taken off, euro per year
        ("toeslag_taper", np.float64, N_SIZES),  # share of what lies above: one person, more
        ("toeslag_lowered", np.float64),  # by which the own part is below its norm, euro per month
        ("toeslag_edges", np.float64, N_EDGES),  # kwaliteitskortingsgrens, aftoppingsgrens 1-2 persons, 3+; highest rent
        ("toeslag_shares", np.float64, N_SLICES),  # that is paid between the first two of these, and above
        ("toeslag_any_rent", np.float64),  # 1: of a higher rent the part up to the highest counts; 0: nothing is paid
        ("toeslag_young", np.float64),  # age from which the highest rent is not the kwaliteitskortingsgrens
        ("toeslag_wealth", np.float64),  # above which nothing is paid, euro per adult
        ("loss_by_distance", np.float64),
        ("per_km", np.float64),
        ("loss_of_wijk", np.float64),
        ("taste", np.float64, TABLE_SIZE),  # quantiles, fit points
    ]
)


def make_tables(p: Params, start: str) -> np.void:
    """The tables of one set of parameters and of the law in force at ``start`` (YYYY-MM), as one FIT_TABLES record."""
    values = {
        "weights": _weights(p),
        "size": _size(p),
        "access": _access(p),
        "future": _future(p),
        "profile": profile_scores(p, p.rel_second_profile),
        "cost_norm": p.rel_housing_cost_norm,
        "cost_slope": 1.0 / p.rel_housing_cost_span,
        "interest": p.rel_mortgage_rate,
        "upkeep": p.rel_owner_upkeep,
        "gross": (p.rel_gross, p.rel_gross_aow),
        **_toeslag(start),
        "loss_by_distance": p.rel_place_distance,
        "per_km": 1.0 / p.km_place_reach,
        "loss_of_wijk": p.rel_place_leave_wijk,
        "taste": normal_table() * p.rel_taste_sd,
    }
    table = np.zeros(1, FIT_TABLES)
    for name, value in values.items():
        table[name][0] = value
    return table[0]


def _toeslag(start: str) -> dict[str, NDArray]:
    """The law of huurtoeslag at ``start``, by name in FIT_TABLES."""
    by_kind = {name: [f"{name}_{kind}" for kind in law.KINDS] for name in (f"toeslag_{one}" for one in ("norm", "square", "line", "point"))}
    alone = {name: [name] for name in (f"toeslag_{one}" for one in ("lowered", "any_rent", "young", "wealth"))}
    others = {
        "toeslag_taper": ["toeslag_taper_one", "toeslag_taper_more"],
        "toeslag_edges": ["kwaliteitskortingsgrens", "aftopping_small", "aftopping_large", "liberalisatiegrens"],
        "toeslag_shares": ["toeslag_share_capped", "toeslag_share_above"],
    }
    found = {name: law.amounts(keys, start) for name, keys in (by_kind | alone | others).items()}
    return found | {name: found[name][0] for name in alone}


def _weights(p: Params) -> NDArray:
    weights = np.empty((len(HouseholdClass), N_COMPONENTS))
    for cls in HouseholdClass:
        access = p.rel_weight_access if cls == HouseholdClass.SENIOR else p.rel_weight_access_young
        weights[cls] = (p.rel_weight_size, access, p.rel_weight_afford, p.rel_weight_place, p.rel_weight_profile)
    return weights / weights.sum(axis=1, keepdims=True)


def _size(p: Params) -> NDArray:
    gap = np.arange(GAP_LOW, GAP_HIGH + 1)
    small = p.rel_loss_too_small * np.clip(-gap, 0, None)
    spare = p.rel_loss_no_spare * np.clip(p.n_rooms_over_norm - gap, 0, p.n_rooms_over_norm)
    large = p.rel_loss_too_large * np.clip(gap - p.n_rooms_over_norm, 0, None)
    return np.clip(np.stack([1 - small - spare - large / 2, 1 - small - large]), 0, 1)


def _access(p: Params) -> NDArray:
    scores = np.ones((3, len(Access)))
    scores[1] = (1 - p.rel_access_loss_walking, 1 - p.rel_access_loss_adaptable, 1)
    scores[2] = (0.0, 1 - p.rel_access_loss_walking, p.rel_access_wheelchair)  # a wheelchair asks more than step-free
    return scores


def _future(p: Params) -> NDArray:
    from sim.population.persons import limited_share

    age = np.arange(MAX_AGE + 1)
    expected = limited_share(p.rel_limited_young).mean(axis=0)[np.clip(age + int(p.n_years_foresight), 0, 100)]
    seen = expected * (1 - p.rel_optimism)
    loss = np.array([p.rel_access_loss_walking, p.rel_access_loss_adaptable, 0.0])
    return 1 - seen[:, None] * loss[None, :]


@njit(cache=True)
def oldest_age(first, second, month):
    """Age in years of the oldest of two adults given their months of birth; 0 if there is none."""
    oldest = month
    if first != ABSENT and first < oldest:
        oldest = first
    if second != ABSENT and second < oldest:
        oldest = second
    return min(MAX_AGE, max(0, (month - oldest) // 12))


@njit(cache=True)
def class_of(home, age, first_child, senior_age):
    """HouseholdClass, the first that holds (design section 4); ``first_child`` is 1 if any child lives at home."""
    if home < 0:
        return CLASS_STARTER
    if age >= senior_age:
        return CLASS_SENIOR
    return CLASS_FAMILY if first_child else CLASS_HOUSEHOLD


@njit(cache=True)
def any_child(child_birth, i):
    """1 if household row ``i`` has a child at home."""
    found = 0
    for k in range(N_CHILDREN):  # no early end: a jump that cannot be foreseen costs more than four look-ups
        found |= child_birth[i, k] != ABSENT
    return found


@njit(cache=True)
def toeslag_limit(age, adults, size, wealth, t):
    """Highest rent of which huurtoeslag is worked out for a household, euro per month; 0 where its wealth is too high for any.

    ``age`` of its oldest adult. Without children the young have a lower limit.
    """
    if wealth > t.toeslag_wealth * adults:
        return 0.0
    return t.toeslag_edges[0] if age < t.toeslag_young and size <= adults else t.toeslag_edges[3]


@njit(cache=True, error_model="numpy")
def net_rent(rent, gross, size, aow, highest, t):
    """Rent after huurtoeslag, euro per month (Wet op de huurtoeslag, art. 13 and 16 to 21; not rounded).

    ``gross`` euro per year; ``aow`` 1 for a household with AOW; ``highest`` as of ``toeslag_limit``.
    """
    if highest == 0.0 or (rent > highest and t.toeslag_any_rent == 0.0):
        return rent
    more = 1 if size > 1 else 0
    kind = more + 2 * aow
    own = max(t.toeslag_norm[kind], (t.toeslag_square[kind] * gross + t.toeslag_line[kind]) * gross) - t.toeslag_lowered
    counted, quality, capped = min(rent, highest), t.toeslag_edges[0], t.toeslag_edges[2 if size >= LARGE else 1]
    paid = max(0.0, min(counted, quality) - own)
    paid += t.toeslag_shares[0] * max(0.0, min(counted, capped) - max(own, quality))
    paid += t.toeslag_shares[1] * max(0.0, counted - max(own, capped))
    return rent - max(0.0, paid - t.toeslag_taper[more] * max(0.0, gross - t.toeslag_point[kind]) / 12.0)


@njit(cache=True, error_model="numpy")
def owner_cost(debt, woz, t):
    """Housing cost of an owner in euro per month: interest and upkeep, no repayment (that is saving)."""
    return (debt * t.interest + woz * t.upkeep) / 12.0


class Dweller(NamedTuple):
    """What fit depends on of a household."""

    cls: int  # HouseholdClass
    age: int  # years, oldest adult
    limit: int  # Limitation
    income: float  # disposable euro per year
    attachment: float  # to the neighbourhood, 0-1
    first: int  # woonprofiel (seniors only)
    second: int


class Abode(NamedTuple):
    """What fit depends on of a home, for one household."""

    gap: np.int64  # rooms minus rooms needed
    access: int  # Access
    kind: int  # DwellingType
    urban: int  # CBS 1-5
    cost: float  # net housing cost, euro per month


class Moment(NamedTuple):
    """What the fit of households in their homes depends on beside the two."""

    month: int
    d: Dwellings
    urban: NDArray  # int64 [areas]
    senior_age: int
    t: np.void  # FIT_TABLES


def moment(w: World) -> Moment:
    """The world as it is now."""
    return Moment(w.month, w.d, w.map.urban, int(w.params.senior_age), w.tables)


@njit(cache=True, error_model="numpy")
def components(who, home, km, leaves, t):
    """The five components of a ``Dweller`` in an ``Abode``, as a tuple.

    ``km`` is the distance from the present home, ``leaves`` 1 if the wijk is left.
    """
    senior = 1 if who.cls == CLASS_SENIOR else 0
    size = t.size[senior, min(GAP_HIGH, max(GAP_LOW, home.gap)) - GAP_LOW]
    reach = t.access[who.limit, home.access] if who.limit > NO_AID else t.future[who.age, home.access]
    burden = 12.0 * home.cost / max(who.income, 1.0)
    afford = min(1.0, max(0.0, 1.0 - (burden - t.cost_norm) * t.cost_slope))
    place = max(0.0, 1.0 - t.loss_by_distance * min(1.0, km * t.per_km) - t.loss_of_wijk * who.attachment * leaves)
    if senior:
        profile = max(t.profile[who.first, home.kind, home.urban], t.profile[N_TASTES + who.second, home.kind, home.urban])
    else:
        profile = t.profile[N_PROFIELEN + (who.cls if who.cls == CLASS_STARTER else who.cls - 1), home.kind, home.urban]
    return size, reach, afford, place, profile


@njit(forceinline=True, error_model="numpy")
def _class_and_parts(h, i, j, at):
    """Class and components of household row ``i`` as it lives in dwelling ``j``, at its present rent or debt."""
    d, t = at.d, at.t
    age = oldest_age(np.int64(h.adult_birth[i, 0]), np.int64(h.adult_birth[i, 1]), at.month)
    cls = class_of(j, age, any_child(h.child_birth, i), at.senior_age)
    income = np.float64(h.income[i])
    if d.tenure[j] == KOOP:
        cost = owner_cost(np.float64(h.debt[i]), np.float64(d.woz[j]), t)
    else:
        aow = 1 if age >= AOW_AGE else 0
        adults = (h.adult_birth[i, 0] != ABSENT) + (h.adult_birth[i, 1] != ABSENT)
        limit = toeslag_limit(age, adults, h.size[i], np.float64(h.wealth[i]), t)
        cost = net_rent(np.float64(h.rent[i]), income * t.gross[aow], h.size[i], aow, limit, t)
    limit = max(h.adult_limit[i, 0], h.adult_limit[i, 1])
    who = Dweller(cls, age, limit, income, np.float64(h.attachment[i]), h.profile[i, 0], h.profile[i, 1])
    home = Abode(np.int64(d.rooms[j]) - np.int64(h.rooms_needed[i]), d.access[j], d.kind[j], at.urban[d.area[j]], cost)
    return cls, components(who, home, 0.0, 0, t)


@njit(cache=True, error_model="numpy")
def components_at(h, rows, homes, at):
    """Components float64 [rows, 5] of household ``rows`` in dwellings ``homes`` at their present rent or debt; 0 without."""
    out = np.zeros((len(rows), N_COMPONENTS))
    for r in range(len(rows)):
        if homes[r] >= 0:
            _, parts = _class_and_parts(h, rows[r], homes[r], at)
            out[r, 0], out[r, 1], out[r, 2], out[r, 3], out[r, 4] = parts
    return out


@njit(forceinline=True, error_model="numpy")
def fit_of(h, i, j, at):
    """Fit of household row ``i`` in dwelling ``j`` as if it lived there; 0 without a dwelling. ``at`` is a ``Moment``."""
    if j < 0:
        return 0.0
    cls, parts = _class_and_parts(h, i, j, at)
    weights = at.t.weights
    total = parts[0] * weights[cls, 0] + parts[1] * weights[cls, 1] + parts[2] * weights[cls, 2]
    return total + parts[3] * weights[cls, 3] + parts[4] * weights[cls, 4]


@njit(cache=True, error_model="numpy")
def fit_at(h, rows, homes, at):
    """Fit float64 [rows] of household ``rows`` in dwellings ``homes`` as if they lived there (see ``components_at``)."""
    out = np.empty(len(rows))
    for r in range(len(rows)):
        out[r] = fit_of(h, rows[r], homes[r], at)
    return out


@njit(cache=True, error_model="numpy")
def refresh(h, rows, at):
    """Write ``fit_here`` of the household rows given (those without a home get 0)."""
    for i in rows:
        h.fit_here[i] = fit_of(h, i, h.home[i], at)


def classes(h: Households, rows: NDArray, month: int, senior_age: int) -> NDArray:
    """HouseholdClass of the rows given, int64."""
    return ages_and_classes(h.adult_birth, h.child_birth, rows, h.home[rows], month, senior_age)[1]


@njit(cache=True)
def ages_and_classes(adult_birth, child_birth, rows, homes, month, senior_age):
    """Age in years of the oldest adult, and HouseholdClass, of each household row, living in ``homes``: two int64 arrays."""
    ages, kinds = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    for r in range(len(rows)):
        i = rows[r]
        ages[r] = oldest_age(np.int64(adult_birth[i, 0]), np.int64(adult_birth[i, 1]), month)
        kinds[r] = class_of(homes[r], ages[r], any_child(child_birth, i), senior_age)
    return ages, kinds
