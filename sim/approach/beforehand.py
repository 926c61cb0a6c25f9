"""What can be known of a scenario before its world is built, and refused: what would do nothing, or cannot be.

For the plan of every command and for ``HousingModel``. A world is not needed; of the place only its areas are, where ``who`` names some.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sim import interventions
from sim.approach import rules
from sim.approach.stepwise import QUARTER
from sim.interventions.labels import refuse_two_labels
from sim.interventions.terms import month_number
from sim.population import fitting, setting
from sim.world.errors import Refusal, hint
from sim.world.names import YEAR
from sim.world.span import check_date

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from sim.approach.rules import Rule
    from sim.interventions import Instrument
    from sim.world.geography import Geography
    from sim.world.places import Place


class Term(NamedTuple):
    """Where and when a scenario runs: months from month 0, which is ``start`` (YYYY-MM)."""

    place: Place
    start: str
    months: int
    burn_in: int
    strength: float = 1.0
    passed: int = 0  # months that have passed when its instruments are put to work
    geography: Geography | None = None  # of the place, where there is a world

    def __str__(self) -> str:
        passed = f", and {self.passed} of them have passed" if self.passed else ""
        return f"the run has months={self.months} from start={self.start} on{passed}"


def check(held: Mapping[str, Instrument], steps: Sequence[Rule], term: Term) -> None:
    """Refuse a scenario of which something would do nothing or cannot be, by what it holds and what its rules add.

    What is done already (``already``) is listed by date for a place, so dates outside the run are no mistake there.

    Raises:
        Refusal: names instrument or rule, both sides, and the way out.
    """
    rules.check(held, steps)
    rules.check_year(steps, term.burn_in)
    every = {**held, **rules.loaded(held, steps, term.start, term.strength)}
    interventions.refuse_too_many(every)
    brought = {other for one in every.values() for other in one.brings_along()}
    heard = any(one.who.coach for one in every.values()) or any(rule.when.talks for rule in steps)
    for key, one in every.items():
        if not one.already:
            _refuse_other_months(one, term)
            interventions.check_strength(one, term.strength)
        if nothing := one.does_nothing(key in brought, heard):
            raise Refusal(nothing)
        interventions.refuse_unread(one)
        _refuse_toolbox(one, every)
    refuse_two_labels(every)
    interventions.refuse_unlawful_together(every, term.start)
    asked = [one for one in every.values() if one.who.areas]
    if asked:
        geography = setting.geography(term.place, fitting.fitted(term.place)) if term.geography is None else term.geography
        for one in asked:
            interventions.check_areas(geography, term.place.name, one)
    _refuse_no_coach(every)
    for number, (rule, first) in enumerate(zip(steps, earliest(held, steps), strict=True), 1):
        _refuse_late(number, rule, first, term)


def refuse_already(given: Mapping[str, Any]) -> None:
    """Raises Refusal where settings that somebody gives (by instrument, or an instrument) say ``already``."""
    for key, one in given.items():
        said = one.get("already") if isinstance(one, dict) else getattr(one, "already", False)
        if said:
            raise Refusal(f"{key}.already: only the list of what a place does already says so; take it out, and {key} counts in full")


def _refuse_other_months(one: Instrument, term: Term) -> None:
    for side, date in (("from", one.since), ("until", one.until)):
        if date is not None:
            check_date(f"{one.key}.{side}", date)
    first, end = one.term(term.start)
    if max(first, term.passed) >= min(end, term.months):
        ends = "" if one.until is None else f".until={one.until}"
        side = f".from={one.since}" if first >= term.months else ends
        raise Refusal(f"{one.key}{side}: it would work in no month, for {term}; change one of them, or take {one.key} out")


def _refuse_toolbox(one: Instrument, every: Mapping[str, Instrument]) -> None:
    for other in one.brings_along():
        where = f"{one.key}.toolbox: {other}"
        if other == one.key:
            raise Refusal(f"{where} is the coach itself, which cannot bring itself along; take it out of the toolbox")
        if other not in every:
            near = hint(other, every.keys() - {one.key})
            raise Refusal(
                f"{where} is not in this scenario, so the coach would bring nothing{near}; add it under instruments, or take it out"
            )
        if not every[other].can_be_brought():
            raise Refusal(f"{where} is not for a household that searches, or a dose of its own says whom it reaches; take it out")


def _refuse_no_coach(every: Mapping[str, Instrument]) -> None:
    """Who must have talked to a coach needs a coach in the same scenario, or nobody ever comes."""
    asks = [key for key, one in every.items() if one.who.coach]
    if asks and not any(one.card.talks for one in every.values()):
        raise Refusal(f"{asks[0]}.who.coach=true, and nobody talks: add {rules.coaches()}")


def earliest(held: Collection[str], steps: Sequence[Rule]) -> list[float]:
    """The month in which each rule can fire first, by the looks at rules alone; infinite for rules that wait for each other.

    What is counted of an instrument is known ``YEAR`` months after it began: in month 0, or when the first rule that adds it fired.
    What somebody said to a coach is known at the next look.
    """
    first = [math.inf] * len(steps)
    for _ in steps:  # each round settles one rule more
        added = {key: min(month for month, rule in zip(first, steps, strict=True) if key in rule.do.add) for key in rules.added(steps)}
        since = {**added, **dict.fromkeys(held, 0)}
        first = [max(-(-one.when.after // QUARTER) * QUARTER, _known_from(one, since)) for one in steps]
    return first


def _known_from(rule: Rule, since: Mapping[str, float]) -> float:
    if rule.when.talks is not None:
        return min(month for key, month in since.items() if interventions.card_of(key).talks) + QUARTER
    return 0 if rule.when.instrument is None else since[rule.when.instrument] + YEAR


def _refuse_late(number: int, rule: Rule, first: float, term: Term) -> None:
    """A rule is looked at in month 0 and every third month after it, before the end of the run; ``first`` is when it can fire first."""
    last, when = (term.months - 1) // QUARTER * QUARTER, rule.when
    if first > last:
        needs = f"when.after={when.after}"
        if when.instrument is not None and first > when.after:
            needs = f"when.instrument={when.instrument} is counted over {YEAR} months of work"
        elif when.talks is not None and first > when.after:
            needs = "when.talks needs a coach that has talked"
        can = "" if first == when.after else f", so it can fire in month {first:.0f} at the earliest"
        can = ", and nothing that can fire before adds that" if math.isinf(first) else can
        ends = f"{term}, with the last look at rules in month {last}"
        raise Refusal(f"rule {number}: {needs}{can}, and {ends}; give a longer run, or take the rule out")
    for key, settings in rule.do.add.items():
        until = settings.get("until")
        if until is not None and month_number(until, term.start) <= first:
            raise Refusal(
                f"rule {number}: do.add.{key}.until={until}: it would work in no month, for the rule begins it in month {first:.0f} at the "
                f"earliest and {term}; let until be later"
            )
