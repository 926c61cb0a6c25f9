"""Category 1 of the menukaart: a small home beside family, for care now, for care later, or as a kangoeroewoning.

The model does not know who is whose child once a child has left home. So each senior household has a child near by a keyed
draw, and that child is a keyed household: owners of a single-family home in the same gemeente (else in one around), 20 to 40
years younger. The home is for one household: it moves there outside the market, and what it leaves comes free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from sim.behaviour.fit import ages_and_classes, moment, refresh
from sim.behaviour.funnel import count_step
from sim.behaviour.money import own_money, price_of
from sim.chains.ends import withdraw
from sim.chains.moves import move_in
from sim.chains.new_homes import append_homes
from sim.interventions.card import Card
from sim.interventions.cards.passend_aanbod import ANNEX, PASSEND_AANBOD
from sim.interventions.instrument import Instrument
from sim.interventions.running import Running
from sim.interventions.terms import Payer
from sim.interventions.who import ALL_DRAWN, Lot, Who
from sim.kernel_cache import njit
from sim.world.chance import Purpose, hash_ints, hash_text, pair_bits, uniform
from sim.world.codes import HUIDIGE, WENS, Access, DwellingState, DwellingType, HouseholdState, MoveReason, Origin, Stage, Tenure
from sim.world.columns import NOWHERE, Dwellings, empty, take
from sim.world.copies import Own

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.interventions.common import Common
    from sim.world.world import World

MOST_BITS = np.uint64(2**64 - 1)
CHILD_NEAR, REFUSED, CHILD, REVERSE, DECLARED = range(4, 9)  # fixed numbers of a household


class Parents(NamedTuple):
    """The households that look for their child, one element each."""

    id: NDArray
    gemeente: NDArray
    age: NDArray


class Kin(NamedTuple):
    """The households that can be somebody's child, in order of gemeente."""

    id: NDArray
    age: NDArray
    first: NDArray  # where each gemeente begins, and one more


class Plan(NamedTuple):
    """A small home that is applied for or under way: the month in which it stands, and household and home of parents and child."""

    month: int
    senior: int
    home: int
    child: int
    plot: int


@dataclass
class Plots(Own):
    """What stands or will stand on whose plot."""

    plans: list[Plan] = field(default_factory=list)  # under way
    taken: list[int] = field(default_factory=list)  # homes on whose plots there is no more room
    units: list[tuple[int, int]] = field(default_factory=list)  # small homes that go with their household, and the plots they stand on

    def free(self, plots: set[int]) -> None:
        """These plots are not taken any more."""
        self.taken = [plot for plot in self.taken if plot not in plots]


def ages_of(w: World, rows: NDArray) -> NDArray:
    """Age in years of the oldest adult of each household, int64."""
    h, rows = w.h, rows.astype(np.int32)
    return ages_and_classes(h.adult_birth, h.child_birth, rows, h.home[rows], w.month, int(w.params.senior_age))[0]


def limited(w: World, rows: NDArray) -> NDArray:
    """Whether somebody of the household is limited in moving about, bool."""
    limit = w.h.adult_limit[rows]
    return (limit[:, 0] | limit[:, 1]) > 0


def children_of(run: Running, w: World, rows: NDArray, fits: NDArray) -> NDArray:
    """The household (int32, or −1) of the child of each household ``rows``, among the households ``fits``; none is given twice.

    It is the one with the lowest number drawn for the pair, so it stays the same while that household lives there.
    """
    h, area_map = w.h, w.map
    taken = np.zeros(len(w.d.id), np.bool_)
    taken[run.memory(Plots).taken] = True
    fits = fits[~taken[h.home[fits]]]
    where, here = (area_map.gemeente[w.d.area[h.home[some]]] for some in (fits, rows))
    order = np.argsort(where, kind="stable")
    fits, first = fits[order], np.searchsorted(where[order], np.arange(len(area_map.around_first)))
    with w.draws.replay():
        base = w.draws.base(Purpose.UNIT_NUMBER, CHILD, run.key)
    parents, kin = Parents(h.id[rows], here, ages_of(w, rows)), Kin(h.id[fits], ages_of(w, fits), first)
    apart = int(w.params.n_years_generation_low), int(w.params.n_years_generation_high)
    chosen = nearest_kin(base, parents, kin, apart, area_map.around_first, area_map.around)
    return np.where(chosen >= 0, fits[chosen], NOWHERE) if len(fits) else chosen


@njit(cache=True)
def nearest_kin(base, parents, kin, apart, around_first, around):
    """For each of the ``parents`` the place of their child among the ``kin``, or −1, int64; none is given twice.

    Args:
        base: key of the number that each pair draws; the lowest is chosen.
        apart: years between the oldest of two generations, least and most.
        around_first, around: gemeenten around each gemeente, looked at where it has no child itself.
    """
    here = parents.gemeente
    found, free = np.full(len(here), -1, np.int64), np.ones(len(kin.id), np.bool_)
    for r in range(len(here)):
        lowest, parts = MOST_BITS, around_first[here[r] + 1] - around_first[here[r]]
        for part in range(parts + 1):
            if part == 1 and found[r] >= 0:
                break
            g = here[r] if part == 0 else around[around_first[here[r]] + part - 1]
            for k in range(kin.first[g], kin.first[g + 1]):
                if free[k] and apart[0] <= parents.age[r] - kin.age[k] <= apart[1]:
                    bits = pair_bits(base, parents.id[r], kin.id[k])
                    if bits < lowest:
                        lowest, found[r] = bits, k
        if found[r] >= 0:
            free[found[r]] = False
    return found


def still_there(w: World, plans: list[Plan], most: int) -> list[Plan]:
    """Plans of which both households live where they lived at the application, and the parents are at most so many persons."""
    h, kept = w.h, []
    for one in plans:
        both = [one.senior, one.child]
        there = (h.state[both] == HouseholdState.PRESENT) & (h.home[both] == (one.home, one.plot)) & (h.reserved[both] == NOWHERE)
        if there.all() and h.size[one.senior] <= most:
            kept.append(one)
    moving = {one.senior for one in kept}
    return [one for one in kept if one.child not in moving]  # whoever moves this month has no plot to offer


def number_of(run: Running, w: World, rows: NDArray, which: int) -> NDArray:
    """A fixed number of each household, so that an answer stays the same; float64."""
    with w.draws.replay():
        return uniform(w.draws.base(Purpose.UNIT_NUMBER, which, run.key), w.h.id[rows])


class NearFamily(Instrument):
    """A senior household moves into a small step-free home on the plot of a child.

    It stays for as long as it lives there, whoever lives in the main home by then.
    """

    stages_asked: ClassVar[tuple[int, int]] = (HUIDIGE, WENS)
    prices: ClassVar[tuple[str, ...]] = ("eur_case",)

    who: Who = Who(age=65, size=2)
    p_apply: float = Field(
        0.005,
        ge=0,
        le=1,
        description="chance per year that a household of the target group with a child near applies (assumption, 0.001-0.02)",
    )
    rel_child_near: float = Field(
        0.5, ge=0, le=1, description="share of the senior households with a child near who has a plot (assumption, 0.2-0.7)"
    )
    rel_refused: float = Field(0.1, ge=0, le=1, description="share of the applications that is refused (assumption, 0.1-0.6)")
    dur_permit: int = Field(1, ge=0, le=36, description="months from application to permit (assumption)")
    dur_works: int = Field(3, ge=0, le=36, description="months of works (assumption)")
    eur_rent: float = Field(
        600, ge=0, le=1500, description="euro per month that the household pays for the small home (assumption, 300-1,000; not found)"
    )
    eur_case: float = Field(1000, ge=0, le=50000, description="euro of guidance per home (assumption)")
    floor_area_unit: float = Field(
        60, ge=25, le=100, description="floor area of the small home, m2 (sources section 3: at most 70 or 100 by plot)"
    )
    payer: Payer = "gemeente"

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """Nobody applies, or nobody may."""
        return {"p_apply": 0, "rel_child_near": 0, "rel_refused": 1}

    def act_in_month(self, run: Running, w: World) -> None:
        """New applications; the homes of those whose works are done."""
        self._apply(run, w)
        mine = run.memory(Plots)
        due = [one for one in mine.plans if one.month <= w.month]
        mine.plans = [one for one in mine.plans if one.month > w.month]
        able = [one for one in still_there(w, due, self.who.size) if self.has_plot(w, np.array([one.child]))[0]]
        able = able[: run.afford(len(able), self.eur_case)]
        mine.free({one.plot for one in due} - {one.plot for one in able})
        if able:
            self._move_in(run, w, *(np.array(side, np.int32) for side in list(zip(*able, strict=True))[1:]))
            run.pay(self.eur_case * len(able))

    def continue_begun(self, run: Running, w: World) -> None:
        """A unit goes when its household has gone: it was there for nobody else."""
        mine = run.memory(Plots)
        left = [one for one in mine.units if w.d.vacancy[one[0]] >= 0]
        if left:
            units = np.array([unit for unit, _ in left])
            withdraw(w, units)
            w.d.state[units] = DwellingState.GONE
            w.add("demolished", len(units))
            mine.units = [one for one in mine.units if one not in left]
            mine.free({plot for _, plot in left})

    def _apply(self, run: Running, w: World) -> None:
        """Applications of this month; refused by a keyed draw, or lost where no child has a plot that fits."""
        rows = self.may_apply(run, w, Lot(w.draws.base(Purpose.TALK, w.month, self.key), self.p_apply / 12))
        rows = run.touch(w, rows[number_of(run, w, rows, CHILD_NEAR) < self.rel_child_near])
        run.month.contacts += len(rows)
        run.at_work.note_application(w.month, len(rows))
        rows = rows[number_of(run, w, rows, REFUSED) >= self.rel_refused]
        if len(rows) == 0:
            return
        housed = np.flatnonzero((w.h.state == HouseholdState.PRESENT) & (w.h.home >= 0)).astype(np.int32)
        children = children_of(run, w, rows, housed[self.has_plot(w, housed)])
        for i, c in zip(rows[children >= 0].tolist(), children[children >= 0].tolist(), strict=True):
            plan = Plan(w.month + self.dur_permit + self.dur_works, i, int(w.h.home[i]), c, int(w.h.home[c]))
            run.memory(Plots).plans.append(plan)
            run.memory(Plots).taken.append(plan.plot)

    def may_apply(self, run: Running, w: World, lot: Lot) -> NDArray:
        """Rows of the target group, drawn in ``lot``, that can apply: they have not yet, and do not live in such a home already."""
        rows = run.candidates(w, lot)
        home = w.h.home[rows]
        return rows[(w.d.kind[home] != DwellingType.MANTELZORGUNIT) & (w.d.made_by[home] != run.bit + 1)]

    def has_plot(self, w: World, rows: NDArray) -> NDArray:
        """Which of the households with a home have a plot: owners of a single-family home that have not accepted another; bool."""
        home = w.h.home[rows]
        return (w.d.tenure[home] == Tenure.KOOP) & (w.d.kind[home] == DwellingType.EENGEZINS) & (w.h.reserved[rows] == NOWHERE)

    def swaps(self, run: Running, w: World, old: NDArray, young: NDArray) -> NDArray:
        """Which of the pairs swap homes: the child's family takes the parents' home, the small one is on that plot; bool."""
        return np.zeros(len(old), bool)

    def _move_in(self, run: Running, w: World, old: NDArray, homes: NDArray, young: NDArray, plots: NDArray) -> None:
        """Place the small homes and let the households ``old`` move in: the one place where this instrument moves anybody."""
        swap = self.swaps(run, w, old, young)
        run.memory(Plots).free(set(plots[swap].tolist()))
        run.memory(Plots).taken += homes[swap].tolist()
        plots = np.where(swap, homes, plots)
        units = self.units(run, w, old, plots)
        run.decides(w, np.concatenate((old, young[swap])))  # from here on the households are changed
        for rows, to, frees in (
            (old[~swap], units[~swap], True),
            (old[swap], units[swap], False),
            (young[swap], homes[swap], True),
        ):
            count_step(w, rows, int(Stage.NIEUW_THUIS))
            move_in(w, rows, to, MoveReason.MANTELZORG, run.mask, Origin.MANTELZORG if frees else None)

    def units(self, run: Running, w: World, rows: NDArray, plots: NDArray) -> NDArray:
        """Units on the plots of the homes ``plots`` for the households ``rows``, in the stock; rows (int32)."""
        new = empty(Dwellings, len(rows))
        new.kind[:], new.tenure[:] = DwellingType.MANTELZORGUNIT, Tenure.VRIJE_HUUR
        new.area[:], new.woz[:] = w.d.area[plots], w.params.eur_unit_m2 * self.floor_area_unit
        units = append_homes(w, self.small_homes(run, w, rows, new), Origin.NEW_BUILD)
        run.memory(Plots).units += list(zip(units.tolist(), plots.tolist(), strict=True))
        return units

    def small_homes(self, run: Running, w: World, rows: NDArray, new: Dwellings) -> Dwellings:
        """Write what all small homes have in common into ``new``; returns it."""
        salt = hash_text(self.key)
        new.id[:] = [hash_ints(salt, int(ident), w.month) for ident in w.h.id[rows]]
        new.rooms[:], new.floor_area[:], new.rent[:] = int(w.params.n_rooms_unit), self.floor_area_unit, self.eur_rent
        new.access[:], new.made_by[:] = Access.GESCHIKT, run.bit + 1
        new.state[:], new.delivery[:] = DwellingState.IN_STOCK, w.month
        return new


class Mantelzorgwoning(NearFamily):
    """A unit on a child's plot for a household that needs care: no permit under conditions, and it goes when the care ends."""

    card: ClassVar[Card] = PASSEND_AANBOD.named("mantelzorgwoning", "Mantelzorgwoning", "Home for informal care").but(
        law="permit-free under conditions (since 2024 by the municipal plan, bruidsschat): a care need that is shown, one household of at most two persons, and it ends with the care",
        source=f"{ANNEX}: mantelzorgwoning; sources section 3",
    )

    def target_group(self, common: Common, w: World, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN) -> NDArray:
        """Those of the target group of whom somebody is limited in moving about: the care need that the model knows."""
        rows = super().target_group(common, w, stages, mask, lot)
        return rows[limited(w, rows)]


class PreMantelzorgwoning(NearFamily):
    """The same unit before care is needed: by age, with a permit; or the child's family takes the home and the parents the unit."""

    card: ClassVar[Card] = PASSEND_AANBOD.named("pre_mantelzorgwoning", "Pre-mantelzorgwoning", "Home for later informal care").but(
        law="permit by the rules of the gemeente (Venray: AOW age, signed declaration of intent, step-free, at most 70 or 100 m2)",
        source=f"{ANNEX}: pre-mantelzorgwoning; sources section 3",
    )

    p_apply: float = Field(
        0.001,
        ge=0,
        le=1,
        description="chance per year that a household of the target group with a child near applies (assumption, 0.0003-0.005; 30 permits in Peel en Maas: sources section 3)",
    )
    rel_refused: float = Field(0.3, ge=0, le=1, description="share of the applications that is refused (assumption, 0.1-0.6)")
    dur_permit: int = Field(6, ge=0, le=36, description="months from application to permit (assumption)")
    age_aow: int = Field(67, ge=60, le=75, description="lowest age of the oldest adult by the rules of the gemeente (AOW age)")
    rel_declared: float = Field(
        0.8, ge=0, le=1, description="share of the families that sign the declaration of intent (assumption, 0.5-1)"
    )
    rel_reverse: float = Field(0.25, ge=0, le=1, description="share of the families that swap homes where they can (assumption, 0-0.5)")

    def target_group(self, common: Common, w: World, stages: tuple[int, int], mask: np.uint64, lot: Lot = ALL_DRAWN) -> NDArray:
        """Those of the target group of that age in whose household nobody is limited yet."""
        rows = super().target_group(common, w, stages, mask, lot)
        return rows[(ages_of(w, rows) >= self.age_aow) & ~limited(w, rows)]

    def nothing_at(self, brought: bool) -> dict[str, float]:
        """Nobody signs."""
        return super().nothing_at(brought) | {"rel_declared": 0}

    def may_apply(self, run: Running, w: World, lot: Lot) -> NDArray:
        """Only who signs can apply."""
        rows = super().may_apply(run, w, lot)
        return rows[number_of(run, w, rows, DECLARED) < self.rel_declared]

    def swaps(self, run: Running, w: World, old: NDArray, young: NDArray) -> NDArray:
        """A keyed share of the parents who own a single-family home that has room for the child's family, which can pay for it."""
        h, d, home = w.h, w.d, w.h.home[old]
        owned = (d.tenure[home] == Tenure.KOOP) & (d.kind[home] == DwellingType.EENGEZINS)
        loan = w.params.rel_loan_income * h.income[young].astype(np.float64)
        pays = own_money(w, young) + loan >= price_of(w, home, 1.0)
        return owned & pays & (d.rooms[home] >= h.rooms_needed[young]) & (number_of(run, w, old, REVERSE) < self.rel_reverse)


class Kangoeroewoning(NearFamily):
    """The child's large home becomes two on one plot: the parents get the small step-free one; later it is let to whoever comes.

    A small home that the owner lets at once, or sells to a second senior household, is ``woningsplitsen``.
    """

    card: ClassVar[Card] = PASSEND_AANBOD.named("kangoeroewoning", "Kangoeroewoning", "Main and small home on one plot").but(
        law="permit to deviate from the omgevingsplan; one party owns both homes and carries the mortgage",
        source=f"{ANNEX}: woningsplitsen, kangoeroewoning; sources section 3",
    )

    p_apply: float = Field(
        0.001,
        ge=0,
        le=1,
        description="chance per year that a household of the target group with a child near applies (assumption, 0.0003-0.005)",
    )
    rel_refused: float = Field(0.4, ge=0, le=1, description="share of the applications that is refused (assumption, 0.1-0.6)")
    dur_permit: int = Field(6, ge=0, le=36, description="months from application to permit (assumption)")
    dur_works: int = Field(7, ge=0, le=36, description="months of works (31 weeks, sources section 3)")
    floor_area_unit: float = Field(50, ge=25, le=100, description="floor area of the small home, m2 (sources section 3: at least 50)")
    floor_area_plot: float = Field(
        130, ge=75, le=400, description="smallest floor area of the home that is split, m2 (assumption, 110-150)"
    )

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        if self.floor_area_unit >= self.floor_area_plot:
            areas = f"floor_area_unit={self.floor_area_unit:g} m2 is not less than floor_area_plot={self.floor_area_plot:g} m2"
            raise ValueError(f"{areas}: nothing is left of the home that is split; make the unit smaller")
        return self

    def has_plot(self, w: World, rows: NDArray) -> NDArray:
        """Owners of a home that is large enough, with rooms that they do not need."""
        home = w.h.home[rows]
        spare = w.d.rooms[home].astype(int) - int(w.params.n_rooms_unit) >= w.h.rooms_needed[rows]
        return super().has_plot(w, rows) & (w.d.floor_area[home] >= self.floor_area_plot) & spare

    def units(self, run: Running, w: World, rows: NDArray, plots: NDArray) -> NDArray:
        """The small home takes its floor, rooms and worth from the home that it is split from."""
        d, new = w.d, take(w.d, plots)
        share = self.floor_area_unit / d.floor_area[plots]
        new.tenure[:], new.age_label[:], new.labels[:], new.woz[:] = Tenure.VRIJE_HUUR, 0, 0, d.woz[plots] * share
        new.occupant[:], new.vacancy[:] = NOWHERE, NOWHERE
        d.rooms[plots] -= int(w.params.n_rooms_unit)
        d.floor_area[plots] -= self.floor_area_unit
        d.woz[plots] *= 1 - share
        refresh(w.h, d.occupant[plots], moment(w))
        return append_homes(w, self.small_homes(run, w, rows, new), Origin.SPLIT)


CARDS = (Kangoeroewoning, Mantelzorgwoning, PreMantelzorgwoning)
