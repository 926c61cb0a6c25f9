"""Households as Mesa agents, with people, homes and vacancies as plain objects; rules as in klantreis.py and choice.py of sim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesa import Agent

from sim.behaviour.fit import GAP_HIGH, GAP_LOW, MAX_AGE
from sim.behaviour.klantreis import CEILING, CEILING_LOGIT
from sim.behaviour.notes import LOGIT_LIMIT, LOGIT_SCALE, N_LOGIT
from sim.market.allocation import LONGEST_WAIT
from sim.market.choice import PER_SEGMENT
from sim.world.codes import Access, HouseholdClass, HouseholdType, Stage, Tenure
from sim.world.law import AOW_AGE

if TYPE_CHECKING:
    from benchmarks.plain_mesa.model import PlainModel

HUIDIGE, WENS, ZOEKEN, VERHUIZEN, NIEUW = (int(stage) for stage in Stage)
KOOP, CORPORATIE, VRIJE_HUUR = (int(tenure) for tenure in Tenure)
STARTER, SENIOR, FAMILY, OTHER_CLASS = (int(cls) for cls in HouseholdClass)
AANPASBAAR, GESCHIKT = int(Access.AANPASBAAR), int(Access.GESCHIKT)
ONE_PERSON, COUPLE, WITH_CHILDREN, ONE_PARENT, OTHER = (int(kind) for kind in HouseholdType)
N_CHILDREN = 4


@dataclass(slots=True)
class Person:
    """Somebody: month of birth, sex (1 woman), limitation 0 to 2."""

    id: int
    birth: int
    sex: int = 0
    limit: int = 0


@dataclass(slots=True)
class Dwelling:
    """A home; money in euro, rent per month."""

    id: int
    area: int
    tenure: int
    rooms: int
    woz: float
    rent: float
    access: int
    age_label: int
    occupant: Household | None = None
    in_stock: bool = True


@dataclass(slots=True)
class Vacancy:
    """A home that stands empty, with its place in a chain."""

    id: int
    home: Dwelling
    offered: int
    chain: int
    link: int
    parent: int = -1
    taker: Household | None = None
    relaxed: int = 0
    price_factor: float = 1.0
    price: float = 0.0
    rent: float = 0.0
    on_offer: bool = False
    place: int = 0  # on the circle of its channel


@dataclass(slots=True)
class Response:
    """A household's wish for one home."""

    worth: float
    rank: int
    vacancy: Vacancy
    refuses: bool = False
    struck: bool = False


@dataclass(eq=False)
class State:
    """What a household is and has; months count from the start of the run, money is euro."""

    id: int
    income_z: float = 0.0
    wealth: float = 0.0
    adults: list[Person | None] = field(default_factory=lambda: [None, None])
    children: dict[int, Person] = field(default_factory=dict)  # by place, 0 to 3
    kind: int = 0
    size: int = 0
    rooms_needed: int = 0
    income: float = 0.0
    home: Dwelling | None = None
    area: int | None = None
    rent: float = 0.0
    debt: float = 0.0
    taste: float = 0.0
    fit: float = 0.0
    stage: int = HUIDIGE
    stage_month: int = 0
    registered: int | None = None
    scope: int = 1


class Household(Agent):
    """A household that lives somewhere or nowhere, and may want to move."""

    model: PlainModel
    kind: int
    registered: int | None

    def __init__(self, model: PlainModel, state: State) -> None:
        super().__init__(model)
        self.__dict__.update(state.__dict__)
        self.reserved: Vacancy | None = None
        self.keys_month = 0

    # people

    @property
    def age(self) -> int:
        """Age of the oldest adult, years."""
        first, second = self.adults
        birth = first.birth if first else self.model.month
        if second and second.birth < birth:
            birth = second.birth
        return min(MAX_AGE, max(0, (self.model.month - birth) // 12))

    @property
    def limit(self) -> int:
        """The heaviest limitation."""
        return max(adult.limit if adult else 0 for adult in self.adults)

    def class_in(self, home: Dwelling | None, age: int) -> int:
        """HouseholdClass when living in ``home``."""
        if home is None:
            return STARTER
        if age >= self.model.senior_age:
            return SENIOR
        return FAMILY if self.children else OTHER_CLASS

    def describe(self) -> None:
        """Type, size, rooms needed and income from the people that are there."""
        month, adults, children = self.model.month, [a for a in self.adults if a], self.children.values()
        if not (self.kind == OTHER and len(adults) == 2):
            if len(adults) == 2:
                self.kind = WITH_CHILDREN if children else COUPLE
            else:
                self.kind = ONE_PARENT if children else ONE_PERSON
        self.size = len(adults) + len(children)
        need, small, girls, boys = 1, 0, 0, 0
        for child in children:
            age = (month - child.birth) // 12
            if age >= 18:
                need += 1
            elif age < 12:
                small += 1
            elif child.id & 1:
                girls += 1
            else:
                boys += 1
        need += (small + 1) // 2 + (girls + 1) // 2 + (boys + 1) // 2
        self.rooms_needed = need + (1 if self.kind in (COUPLE, WITH_CHILDREN) else len(adults))
        oldest = max((month - adult.birth) // 12 for adult in adults)
        self.income = self.model.income_of(oldest, self.kind, self.income_z)

    # fit

    def net_rent(self, rent: float, more_wealth: float = 0.0) -> float:
        """Rent after huurtoeslag, euro per month, with what the sale of a home adds to wealth."""
        t, adults, size = self.model.t, sum(adult is not None for adult in self.adults), self.size
        quality, small, large, highest = t.toeslag_edges
        limit = quality if self.age < t.toeslag_young and size <= adults else highest
        if self.wealth + more_wealth > t.toeslag_wealth * adults or (rent > limit and not t.toeslag_any_rent):
            return rent
        aow, more = int(self.age >= AOW_AGE), int(size > 1)
        kind, gross = more + 2 * aow, self.income * t.gross[aow]
        own = max(t.toeslag_norm[kind], (t.toeslag_square[kind] * gross + t.toeslag_line[kind]) * gross) - t.toeslag_lowered
        counted, capped = min(rent, limit), large if size >= 3 else small
        paid = max(0.0, min(counted, quality) - own)
        paid += t.toeslag_shares[0] * max(0.0, min(counted, capped) - max(own, quality))
        paid += t.toeslag_shares[1] * max(0.0, counted - max(own, capped))
        return rent - max(0.0, paid - t.toeslag_taper[more] * max(0.0, gross - t.toeslag_point[kind]) / 12.0)

    def components(self, home: Dwelling, cost: float, cls: int, age: int, limit: int) -> tuple[float, float, float]:
        """Size, accessibility and affordability of a home at a cost per month."""
        t = self.model.t
        gap = min(GAP_HIGH, max(GAP_LOW, home.rooms - self.rooms_needed)) - GAP_LOW
        reach = t.access[limit][home.access] if limit > 0 else t.future[age][home.access]
        burden = 12.0 * cost / max(self.income, 1.0)
        return t.size[cls == SENIOR][gap], reach, min(1.0, max(0.0, 1.0 - (burden - t.cost_norm) * t.cost_slope))

    def components_here(self, home: Dwelling, cls: int, age: int) -> tuple[float, float, float]:
        """Of a home at the present rent or debt."""
        t = self.model.t
        owned = home.tenure == KOOP
        cost = (self.debt * t.interest + home.woz * t.upkeep) / 12.0 if owned else self.net_rent(self.rent)
        return self.components(home, cost, cls, age, self.limit)

    def fit_in(self, home: Dwelling) -> float:
        """Fit of a home at the present rent or debt."""
        age = self.age
        cls = self.class_in(home, age)
        size, reach, afford = self.components_here(home, cls, age)
        weights = self.model.t.weights[cls]
        return size * weights[0] + reach * weights[1] + afford * weights[2]

    # the month

    def step(self) -> None:
        """A look at the own home on a birthday, then at most one step of the klantreis."""
        model, home, stage = self.model, self.home, self.stage
        first = self.adults[0] or self.adults[1]
        if first and (first.birth - model.month) % 12 == 0:
            self.describe()
            if home:
                self.fit = self.fit_in(home)
        if home is None:
            if stage == ZOEKEN and self.reserved is None:
                model.searchers.append(self)
            return
        if stage == HUIDIGE:
            self.consider()
        elif stage == WENS:
            self.decide()
        elif stage == ZOEKEN:
            if model.unit(model.key.fade, self.id) < model.give_up[self.age >= model.senior_age]:
                self.enter(HUIDIGE)
            elif self.reserved is None:
                model.searchers.append(self)
        elif stage == NIEUW and model.month - self.stage_month >= model.dur_settle:
            self.enter(HUIDIGE)

    def consider(self) -> None:
        """A woonwens comes up or not."""
        model = self.model
        u = model.unit(model.key.wish, self.id)
        if u > CEILING:
            return
        age = self.age
        x = model.wish[age >= model.senior_age][age] + model.weight_gap * (1.0 - self.fit - self.taste)
        cell = int((min(x, CEILING_LOGIT) + LOGIT_LIMIT) * LOGIT_SCALE)
        if u < model.chance_at[min(N_LOGIT - 1, max(0, cell))]:
            self.enter(WENS)

    def decide(self) -> None:
        """Somebody with a woonwens starts to search, or the wish fades, perhaps because the home was adapted."""
        model, home, senior = self.model, self.home, self.age >= self.model.senior_age
        if model.unit(model.key.search, self.id) < model.search[senior]:
            self.enter(ZOEKEN)
            if self.registered is None:
                self.registered = model.month
            model.searchers.append(self)
        elif model.unit(model.key.fade, self.id) < model.fade[senior]:
            self.enter(HUIDIGE)
            if senior and home.access == AANPASBAAR and model.unit(model.key.adapt, self.id) < model.p_adapt:
                home.access = GESCHIKT

    def enter(self, stage: int) -> None:
        """The next stage of the klantreis."""
        self.stage, self.stage_month = stage, self.model.month

    # the market

    def look(self) -> list[Response]:
        """Respond to the best few homes that are seen, allowed, affordable and better than staying; best first."""
        model, home, age = self.model, self.home, self.age
        p, cls = model.p, self.class_in(home, age)
        equity = max(0.0, home.woz - self.debt) if home and home.tenure == KOOP else 0.0
        own_money = equity + p.rel_wealth_in_home * self.wealth
        loan = (p.rel_loan_income_aow if age >= AOW_AGE else p.rel_loan_income) * self.income
        budget = (own_money + loan) / (1 + p.rel_buying_cost)
        gross = self.income * (p.rel_gross_aow if age >= AOW_AGE else p.rel_gross)
        here = self.components_here(home, cls, age) if home else (0.0, 0.0, 0.0)
        limit, area, weights = self.limit, home.area if home else self.area or 0, model.t.weights[cls]
        social: list[Response] = []
        market: list[Response] = []
        for v in model.chance.seen(model.key.sight, self, model.offers, model.p_sight):
            d, tenure = v.home, v.home.tenure
            if (self.scope == 0 and d.area != area) or not self.may_have(v, age, gross):
                continue
            if tenure == KOOP:
                if v.price > budget:
                    continue
                debt = max(0.0, v.price * (1.0 + p.rel_buying_cost) - own_money)
                cost = (debt * model.t.interest + d.woz * model.t.upkeep) / 12.0
            elif tenure == CORPORATIE:
                cost = self.net_rent(v.rent, equity)
                if 12.0 * cost > p.rel_burden_max * self.income:
                    continue
            else:
                cost = self.net_rent(v.rent, equity)
                if gross < p.rel_income_rent * 12.0 * v.rent and self.wealth <= model.incomes[6]:
                    continue
            size, reach, afford = self.components(d, cost, cls, age, limit)
            worth = model.taste_at[model.bits(model.key.taste, self.id, d.id) >> 52]
            if home is None:
                worth += size * weights[0] + reach * weights[1] + afford * weights[2] - p.rel_without_home
            else:
                worth += (size - here[0]) * weights[0] - self.taste
                worth += (reach - here[1]) * weights[1] + (afford - here[2]) * weights[2]
            if worth > 0.0:
                one = Response(worth, self.rank(v, tenure, budget), v)
                (social if tenure == CORPORATIE else market).append(one)
        best_first = lambda r: (-r.worth, -r.rank)  # noqa: E731
        social.sort(key=best_first)
        market.sort(key=best_first)
        chosen = social[: min(PER_SEGMENT, int(p.n_responses_social))] + market[: min(PER_SEGMENT, int(p.n_responses))]
        chosen.sort(key=lambda r: -r.worth)
        for r in chosen:
            r.refuses = model.pair_unit(model.key.viewing, self.id, r.vacancy.id) < p.p_refusal
        return chosen

    def may_have(self, v: Vacancy, age: int, gross: float) -> bool:
        """The rules of the segment."""
        d, size, incomes = v.home, self.size, self.model.incomes
        if d.age_label and v.relaxed == 0 and age < d.age_label:
            return False
        if d.tenure != CORPORATIE:
            return True
        more = size > 1
        if v.relaxed == 0 and d.rooms >= self.model.p.n_rooms_family and size < 3:
            return False
        if v.relaxed < 2 and gross > incomes[more]:
            return False
        aow = age >= AOW_AGE
        if gross <= incomes[(4 if aow else 2) + more] and v.rent > self.model.rents[size >= 3]:
            return aow and self.wealth > incomes[6 + more]
        return True

    def rank(self, v: Vacancy, tenure: int, budget: float) -> int:
        """How the home ranks this household: bid, lottery, or registration; then a tie."""
        model = self.model
        if tenure == VRIJE_HUUR:
            return model.bits(model.key.lottery, self.id, v.id)
        tie = model.bits(model.key.tie, self.id, v.id)
        if tenure == KOOP:
            return int(min(4.0e9, max(0.0, budget))) << 24 | tie >> 40
        waited = 0 if self.registered is None else min(LONGEST_WAIT, max(0, model.month - self.registered))
        return waited << 40 | tie >> 24
