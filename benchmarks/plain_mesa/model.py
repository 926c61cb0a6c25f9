"""The simplified month as a Mesa model: the rules, events and numbers of the engine under ``benchmarks.simplified``."""

from __future__ import annotations

from typing import Any, NamedTuple

from mesa import DataCollector, Model

from benchmarks.plain_mesa.agents import (
    CORPORATIE,
    GESCHIKT,
    HUIDIGE,
    KOOP,
    NIEUW,
    VERHUIZEN,
    VRIJE_HUUR,
    WENS,
    ZOEKEN,
    Dwelling,
    Household,
    Vacancy,
)
from benchmarks.plain_mesa.chance import MASK, ODD_ID, ODD_SECOND, TO_UNIT, Keyed, Stream, mix
from benchmarks.plain_mesa.events import ARRIVAL, FALL, LOSS_OF_PARTNER, replay
from benchmarks.plain_mesa.load import Start
from benchmarks.plain_mesa.matching import match
from sim.chains.kernels import MONTH_OFFSET


class Move(NamedTuple):
    """One row of the ledger; ids of household, dwellings and the vacancy that began the chain (0: none)."""

    month: int
    household: int
    left: int
    to: int
    chain: int
    link: int
    age: int
    size: int


class PlainModel(Model):
    """One gemeente, from a moment in the engine's run on."""

    def __init__(self, start: Start, chance: Keyed | Stream | None = None, seed: int = 1) -> None:
        super().__init__(rng=seed)
        self.take_chance(chance if chance is not None else Stream(self.random))
        self.__dict__.update(start.tables.__dict__)
        self.month, self.events, self.planned = start.month, start.events, start.planned
        self.to_demolish, self.later = start.to_demolish, start.later
        self.dwellings, self.vacancies = start.dwellings, start.vacancies
        self.by_row: dict[int, Household] = {}
        self.patience: dict[int, list[Household]] = {}
        self.moves: list[Move] = []
        self.movers: list[Household] = []
        self.searchers: list[Household] = []
        self.offers: Any = []
        self.key = self.chance.keys(self.month)
        for row, (state, patience) in start.households.items():
            household = self.enrol(row, Household(self, state), patience)
            if household.home:
                household.home.occupant = household
        for row, vacancy, keys_month in start.reserved:
            household = self.by_row[row]
            household.reserved, household.keys_month, vacancy.taker = vacancy, keys_month, household
            self.movers.append(household)
        self.datacollector = DataCollector(
            model_reporters={
                "households": lambda m: len(m.agents),
                "moves": lambda m: len(m.moves),
                "searching": lambda m: len(m.searchers),
                "vacant": lambda m: len(m.vacancies),
                "without_home": lambda m: sum(a.home is None for a in m.agents),
            }
        )

    def take_chance(self, chance: Keyed | Stream) -> None:
        """Draw from here."""
        self.chance, self.unit, self.bits = chance, chance.unit, chance.bits

    def step(self) -> None:
        """Let one month pass."""
        self.key = self.chance.keys(self.month)
        self.searchers = []
        self.life_events()
        self.deliver()
        self.demolish()
        self.agents.shuffle_do("step")
        self.market()
        self.hand_over_keys()
        self.datacollector.collect(self)
        self.month += 1

    # who is there

    def enrol(self, row: int, household: Household, patience: int | None) -> Household:
        """Know a household by its row of the event list."""
        household.row, household.present = row, True
        self.by_row[row] = household
        if patience is not None:
            self.patience.setdefault(patience, []).append(household)
        return household

    def newcomer(self, row: int) -> Household:
        """The household of a row that begins this month."""
        state, patience = self.later.pop(row)
        return self.enrol(row, Household(self, state), patience)

    def end(self, household: Household) -> None:
        """A household is no more; its home is dealt with after the month's events."""
        household.present = False
        del self.by_row[household.row]
        household.remove()

    def life_events(self) -> None:
        """Events happen; homes come free, couples choose one, new households begin to search."""
        happened = replay(self, self.events.get(self.month, []))
        ended = happened.ended
        for household in self.patience.pop(self.month, []):
            if household.present and household.home is None and household.reserved is None:
                self.end(household)
                ended.append(household)
        for household in ended:
            self.give_back(household)
            if household.home:
                self.open_vacancy(household.home)
                household.home = None
        for household, kind, parent in happened.founded:
            self.found(household, kind, parent)
        for a, b, new in happened.unions:
            self.unite(a, b, new)
        chances = {FALL: self.p.p_nood_fall, LOSS_OF_PARTNER: self.p.p_nood_partner}
        for household, trigger in happened.changed:
            if trigger in chances:
                self.react(household, trigger, chances[trigger])
        for household, _ in happened.changed:
            if household.present and household.home:
                household.fit = household.fit_in(household.home)

    def react(self, one: Household, trigger: int, chance: float) -> None:
        """A life event may start a search."""
        if not one.present or one.home is None or one.reserved or one.stage not in (HUIDIGE, WENS):
            return
        if trigger == FALL and one.home.access >= GESCHIKT:
            return
        if self.unit(self.key.nood, one.id) < chance:
            one.enter(ZOEKEN)
            if one.registered is None:
                one.registered = self.month

    def found(self, one: Household, kind: int, parent: Household | None) -> None:
        """A new household starts to search at once."""
        p, age = self.p, one.age
        one.enter(ZOEKEN)
        own = p.rel_scope_wijk_senior if age >= self.senior_age else p.rel_scope_wijk
        one.scope = 0 if self.unit(self.key.scope, one.id) < own else 1
        since = min(p.dur_registration_cap, 12 * max(0, age - 18)) * self.unit(self.key.registration, one.id)
        one.registered = self.month - int(min(since, 24) if kind == ARRIVAL else since)
        if parent and one.area is None:
            one.area = parent.home.area if parent.home else parent.area
        if one.area is None:
            one.area = self.area_at(self.unit(self.key.arrival, one.id))

    def unite(self, a: Household, b: Household | None, c: Household) -> None:
        """A couple keeps the home that fits it better; the other comes free."""
        self.give_back(a)
        fits = []
        for one in (a, b):
            if one and one.home:
                c.rent, c.debt = one.rent, one.debt
            fits.append(c.fit_in(one.home) if one and one.home else 0.0)
        kept, lost = a, b
        if b:
            self.give_back(b)
            if b.home and (a.home is None or fits[1] > fits[0]):
                kept, lost = b, a
        c.rent, c.debt, c.scope, c.registered, c.area = kept.rent, kept.debt, kept.scope, kept.registered, kept.area
        c.home = kept.home
        if c.home is None:
            c.enter(ZOEKEN)
        else:
            c.home.occupant, c.stage = c, HUIDIGE
            c.taste = self.taste_at[self.bits(self.key.taste, c.id, c.home.id) >> 52]
            c.fit = c.fit_in(c.home)
            if lost:
                left = lost.home
                self.moves.append(Move(self.month, lost.id, left.id if left else 0, c.home.id, 0, 0, lost.age, lost.size))
                if left:
                    self.open_vacancy(left)
        a.home = None
        if b:
            b.home = None

    # homes

    def open_vacancy(self, home: Dwelling, filled: Vacancy | None = None, at_once: bool = False) -> None:
        """A home comes free, as the next link of a chain or the first of one."""
        ident = mix((mix(home.id * ODD_ID & MASK) + (self.month + MONTH_OFFSET) * ODD_SECOND) & MASK)
        low, high = int(self.p.dur_turnover_low), int(self.p.dur_turnover_high)
        wait = 0 if at_once else low + int(self.unit(self.key.turnover, ident) * (high - low + 1))
        chain, link = (filled.chain, filled.link + 1) if filled else (ident, 1)
        home.occupant = None
        self.vacancies.append(Vacancy(ident, home, self.month + wait, chain, link))

    def give_back(self, household: Household) -> None:
        """A home that was accepted goes back on offer."""
        if household.reserved:
            household.reserved.taker = None
            household.reserved = None

    def deliver(self) -> None:
        """Homes of the programme are delivered."""
        for home in self.planned.pop(self.month, []):
            home.in_stock = True
            self.open_vacancy(home, at_once=True)

    def demolish(self) -> None:
        """Empty corporatie homes are taken out of the stock; what cannot be found this month is due in the next."""
        n = self.to_demolish.get(self.month, 0)
        if n == 0:
            return
        empty = [v for v in self.vacancies if v.taker is None and v.home.tenure == CORPORATIE]
        gone = sorted(empty, key=lambda v: (self.unit(self.key.demolish, v.home.id), v.id))[:n]
        for v in gone:
            v.home.in_stock = False
            self.vacancies.remove(v)
        self.to_demolish[self.month + 1] = self.to_demolish.get(self.month + 1, 0) + n - len(gone)

    # the market

    def market(self) -> None:
        """Homes are offered, searchers respond, the two are matched."""
        p, month = self.p, self.month
        offers: list[Vacancy] = []
        for v in self.vacancies:
            v.on_offer = v.on_offer or v.offered <= month
            if v.on_offer and v.taker is None:
                v.price = p.rel_asking * v.price_factor * v.home.woz
                v.rent = v.home.rent * (v.price_factor if v.home.tenure == VRIJE_HUUR else 1.0)
                offers.append(v)
        self.offers = self.chance.lay_out(self.key.sight, offers)
        looks = self.key.look
        active = [s for s in self.searchers if self.unit(looks, s.id) < (p.p_look if s.home else p.p_look_starter)]
        if not active or not offers:
            return
        for household, response in match(active, [s.look() for s in active]):
            self.accept(household, response.vacancy)
        for v in (v for v in offers if v.taker is None):
            waited = month - v.offered + 1
            if waited > 0 and waited % int(p.dur_no_response) == 0:
                v.relaxed = min(2, v.relaxed + 1)
                v.price_factor *= 1.0 if v.home.tenure == CORPORATIE else 1.0 - p.rel_price_step

    def accept(self, household: Household, vacancy: Vacancy) -> None:
        """The home is reserved until the keys."""
        low, high = int(self.p.dur_move_low), int(self.p.dur_move_high)
        household.reserved, vacancy.taker = vacancy, household
        household.keys_month = self.month + low + int(self.unit(self.key.moving_time, household.id) * (high - low + 1))
        household.enter(VERHUIZEN)
        self.movers.append(household)

    def hand_over_keys(self) -> None:
        """Everybody whose month of the keys has come moves."""
        for one in self.movers:
            if one.reserved and one.keys_month <= self.month:
                self.move(one, one.reserved)
        self.movers = [one for one in self.movers if one.reserved]
        self.vacancies = [v for v in self.vacancies if v.home.occupant is None]

    def move(self, one: Household, v: Vacancy) -> None:
        """One household moves into the home that it had accepted."""
        left, to = one.home, v.home
        left_id = left.id if left else 0
        self.moves.append(Move(self.month, one.id, left_id, to.id, v.chain, v.link, one.age, one.size))
        self.settle_money(one, left, to, v)
        if left:
            self.open_vacancy(left, v)
        one.home, to.occupant, one.reserved = to, one, None
        one.enter(NIEUW)
        if to.tenure == CORPORATIE:
            one.registered = self.month
        one.taste = self.taste_at[self.bits(self.key.taste, one.id, to.id) >> 52]
        one.fit = one.fit_in(to)

    def settle_money(self, one: Household, left: Dwelling | None, to: Dwelling, v: Vacancy) -> None:
        """Price, debt and savings of buyers; equity of those who sell; rent of tenants."""
        p = self.p
        equity = max(0.0, left.woz - one.debt) if left and left.tenure == KOOP else 0.0
        if to.tenure == KOOP:
            price = p.rel_asking * v.price_factor * to.woz * (1 + p.rel_buying_cost)
            own = equity + p.rel_wealth_in_home * one.wealth
            one.wealth = one.wealth * (1 - p.rel_wealth_in_home) + max(0.0, own - price)
            one.debt, one.rent = max(0.0, price - own), 0.0
        else:
            one.wealth += equity
            one.debt, one.rent = 0.0, to.rent * (v.price_factor if to.tenure == VRIJE_HUUR else 1.0)

    def pair_unit(self, key: int, ident: int, second: int) -> float:
        """A number in [0, 1) of a pair of ids."""
        return (self.bits(key, ident, second) >> 11) * TO_UNIT
