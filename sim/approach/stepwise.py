"""A stepwise approach at work in a world: each quarter it looks at its monitor and adds, stops or scales instruments.

It draws nothing and reads only what a real monitor could know in that month (``sim.approach.rules``): finished months, the instruments'
ledger, and what households that a coach talked to said there. Until a rule fires, the world is the world without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.approach import rules
from sim.approach.rules import MOVES, STATES, Rule, Talks
from sim.counts.by_period import values_of_moves
from sim.world.codes import CHOSEN, Obstacle, Stage
from sim.world.copies import SHARED, Own
from sim.world.names import YEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.counts.recording import AtStart, Records
    from sim.interventions import Instrument, Running
    from sim.interventions.at_work import AtWork
    from sim.world.world import Setting, World

QUARTER = 3  # months between two looks
UNHEARD = -1


class Fired(NamedTuple):
    """A rule, by its number in the file (from 1), and the month in which it fired."""

    rule: int
    month: int


@dataclass
class Approach(Own):
    """The rules of one scenario in one world, which of them have fired, and what the talks brought up."""

    rules: tuple[Rule, ...] = field(metadata=SHARED)
    n_months: int  # in the follow-up after these nothing is decided
    since: dict[str, int]  # instrument to the month since when it has worked
    talked: NDArray  # uint8 [households], 1 + stage at the first talk; 0 for who was not talked to; empty if no rule asks
    obstacle: NDArray  # int8 [households], the last obstacle met since the talk, or UNHEARD
    fired: list[Fired] = field(default_factory=list)

    def hear_talks(self, rows: NDArray, stages: NDArray) -> None:
        """A coach talked to the households ``rows``, in these stages of the klantreis."""
        if len(self.talked):
            new = self.talked[rows] == 0
            self.talked[rows[new]] = 1 + stages[new]

    def hear_obstacles(self, rows: NDArray, met: NDArray) -> None:
        """What the searching households ``rows`` met this month (Obstacle, or −1): who was talked to tells it."""
        if len(self.talked):
            tells = (met >= 0) & (self.talked[rows] > 0)
            self.obstacle[rows[tells]] = met[tells]

    def look(self, w: World, at_work: AtWork, records: Records, start: AtStart) -> None:
        """Once a quarter: let each rule whose condition holds do what it says, in the order of the file."""
        if w.month % QUARTER or w.month >= self.n_months:
            return
        spent = {one.rule for one in self.fired if not self.rules[one.rule - 1].repeat}
        open_rules = [(number, rule) for number, rule in enumerate(self.rules, 1) if number not in spent]
        reads = any(rule.when.indicator and rule.when.after <= w.month for _, rule in open_rules)
        year = count_year(w, records) if reads else {}
        for number, rule in open_rules:
            if self.holds(rule, w, at_work, year, start.year_before) and self._do(rule, w, at_work):
                self.fired.append(Fired(number, w.month))

    def holds(self, rule: Rule, w: World, at_work: AtWork, year: Mapping[str, float], year_before: Mapping[str, float]) -> bool:
        """Whether a condition holds now. ``year`` is what ``count_year`` gave; what cannot be counted yet holds for nobody."""
        when = rule.when
        if w.month < when.after:
            return False
        if when.indicator is not None:
            value = _of(year, when.indicator, when.share_of)
            if when.change is None:
                return within(value, when.above, when.below)
            before = _of(year_before, when.indicator, when.share_of)
            return before > 0 and within(value / before - 1, when.change.above, when.change.below)
        if when.instrument is not None:
            return within(self._counted(when.instrument, when.count or "uses", w.month, at_work.ledger), when.above, when.below)
        if when.talks is not None:
            return within(self.share(when.talks), when.talks.share_above, when.talks.share_below)
        return True

    def share(self, asked: Talks) -> float:
        """Share of the households talked to that had a wish (stage) or met an obstacle; NaN where there are too few of them."""
        there = (self.talked > 0) & ((self.obstacle != UNHEARD) | (asked.of == "all"))
        n = int(there.sum())
        if n < asked.at_least:
            return float("nan")
        if asked.obstacle is not None:
            return float((self.obstacle[there] == Obstacle[asked.obstacle.upper()]).sum() / n)
        return float((self.talked[there] == 1 + Stage[str(asked.wish).upper()]).sum() / n)

    def _counted(self, key: str, column: str, month: int, ledger: Sequence[Mapping[str, Any]]) -> float:
        """Of the ledger of an instrument over twelve months; NaN until it has worked for so long, and when it stopped."""
        if month - self.since.get(key, month) < YEAR:
            return float("nan")
        return float(sum(row[column] for row in ledger if row["instrument"] == key and row["month"] >= month - YEAR))

    def _do(self, rule: Rule, w: World, at_work: AtWork) -> bool:
        """Do what a rule says; False if that changes nothing (what works already, or does not work, stays as it is)."""
        by_key = {running.key: running for running in at_work.running}
        changed = [self._begin(by_key[key], w.month) for key in sorted(rule.do.add)]
        changed += [self._end(by_key[key]) for key in sorted(rule.do.stop)]
        changed += [not by_key[key].idle and by_key[key].scale(factor, w) for key, factor in sorted(rule.do.scale.items())]
        return any(changed)

    def _begin(self, running: Running, month: int) -> bool:
        if not running.idle:
            return False
        running.idle = False
        self.since[running.key] = month
        return True

    def _end(self, running: Running) -> bool:
        if running.idle:
            return False
        running.idle = True
        self.since.pop(running.key, None)
        return True


def waiting(held: Mapping[str, Instrument], steps: Sequence[Rule], setting: Setting, strength: float) -> dict[str, Instrument]:
    """The instruments that the rules of a scenario can add to those that it holds; they wait until a rule fires.

    Raises:
        Refusal: rules that contradict each other or the scenario, settings that cannot be, or a change that cannot be
            counted because the burn-in was too short.
    """
    rules.check(held, steps)
    found = rules.loaded(held, steps, setting.start, strength)
    rules.check_year(steps, -setting.first_month)
    return found


def approach(w: World, held: Mapping[str, Instrument], steps: Sequence[Rule], months: int) -> Approach:
    """The rules of a scenario, of which none has fired yet."""
    n = len(w.h.id) if any(rule.when.talks for rule in steps) else 0
    return Approach(tuple(steps), months, dict.fromkeys(held, w.month), np.zeros(n, np.uint8), np.full(n, UNHEARD, np.int8))


def count_year(w: World, records: Records) -> dict[str, float]:
    """What a monitor has counted in the last twelve months, by key of ``rules.READABLE``; empty if there were fewer.

    Moves are summed (or averaged over the moves), homes and people are means over the months.
    """
    months = [row for row in records.months if row["month"] >= w.month - YEAR]
    if len(months) < YEAR:
        return {}
    found = {key: float(np.mean([row[key] for row in months])) for key in STATES}
    n = int(w.counts[1])
    rows = np.flatnonzero((w.m.month[:n] >= w.month - YEAR) & np.isin(w.m.reason[:n], CHOSEN))
    sums, means = values_of_moves(w, rows)
    found |= {key: float(sums[key].sum()) for key in MOVES if key in sums}
    found |= {key: _mean(*means[key]) for key in MOVES if key in means}
    return found


def _mean(chosen: NDArray, values: NDArray) -> float:
    return float(values[chosen].mean()) if chosen.any() else float("nan")


def _of(year: Mapping[str, float], key: str, share_of: str | None) -> float:
    """A count of a year, or its share in another; NaN where there is none."""
    value = year.get(key, float("nan"))
    if share_of is None:
        return value
    whole = year.get(share_of, 0.0)
    return value / whole if whole > 0 else float("nan")


def within(value: float, above: float | None, below: float | None) -> bool:
    """Whether a value lies between the limits that are given; NaN never does."""
    return not np.isnan(value) and (above is None or value > above) and (below is None or value < below)
