"""Rules of a stepwise approach, as a scenario's YAML has them: when something that a monitor can know holds, do this.

Pure data and checks: ``sim.approach.stepwise`` lets them work in a world. A rule may read what a real monitor knows in that month and
nothing else: counts of homes, people and moves, the instruments' own ledger, and what people said to a coach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from sim.counts.indicators import MONTH_STATES, REGISTRY
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.interventions import Instrument, card_of, check_strength, class_of, defaults_if_empty, load, strength_of
from sim.world.codes import Obstacle, names
from sim.world.errors import Refusal, first_fault, nearest
from sim.world.names import MOST_STRENGTH, YEAR, is_there, other_of
from sim.world.notation import Count

HIDDEN = {  # what is counted in the world, and is known to nobody in the month itself
    "fit": "what households feel of their home is in no register",
    "seniors_with_wish": "a wish is in no register; talks: {wish: woonwens} reads what people say to a coach",
    "first_moves": "it counts from the start of the run on, so there is no year before to compare with",
    "moves_set_off": "how long a chain becomes is known only years later",
    **dict.fromkeys(
        [key for key in REGISTRY if key.startswith(("vasthouders", "vastzitters"))],
        "who has no wish, or searches in vain, is in no register",
    ),
    **dict.fromkeys(
        ("senior_moves_nood", "senior_moves_wens", "senior_moves_share_nood"),
        "why somebody moves is in no register",
    ),
}
SIZES = ("households", "seniors", "dwellings", "vacant")  # columns of a month that are no indicator, and are registered
STATES = (*(key for key in MONTH_STATES if key not in HIDDEN), *SIZES)
MOVES = tuple(key for key, one in REGISTRY.items() if one.source == "moves" and key not in HIDDEN)
READABLE = (*MOVES, *STATES)


def near(name: str, known: Iterable[str], listed: str = "") -> str:
    """A question after the nearest right name, else where all are ``listed``, else the list of them."""
    known = list(known)
    found = nearest(name, known)
    every = f"python -m experiments.list what={listed} has them" if listed else f"it is one of {', '.join(known) or 'none'}"
    return f"did you mean {found}?" if found else every


def _readable(name: str) -> str:
    if name in HIDDEN:
        raise ValueError(f"no monitor can know {name} in the month itself: {HIDDEN[name]}")
    if name not in READABLE:
        raise ValueError(f"there is no indicator {name!r} for a rule to read; {near(name, READABLE, 'indicators')}")
    return name


def _obstacle(name: str) -> str:
    if name not in names(Obstacle):
        raise ValueError(f"there is no obstacle {name!r}; {near(name, names(Obstacle))}")
    return name


def _instrument(name: str) -> str:
    if class_of(name) is None:
        raise ValueError(f"there is no instrument {name!r}; {near(name, INSTRUMENTS, 'instruments')}")
    return name


def _settings(value: Any) -> Any:
    """An instrument without settings may be written without braces."""
    return {key: dict(defaults_if_empty(key, one)) for key, one in value.items()} if isinstance(value, dict) else value


Key = Annotated[str, AfterValidator(_instrument)]
Keys = Annotated[tuple[Key, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
Share = Annotated[float, Field(ge=0, le=1)]


class Closed(BaseModel):
    """A part of a rule: no keys but those that it names."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Bounds(Closed):
    """A number lies above one limit, below another, or between both."""

    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> Bounds:
        check_bounds(self.above, self.below, "above and below")
        return self


class Talks(Closed):
    """What the talks so far brought up, as a share of the households talked to, or of those of them that have searched since.

    Attributes:
        wish: stage at the first talk.
        obstacle: what the household met in its last month of searching since the talk.
        of: ``all`` that were talked to, or those ``searching`` since: they met some obstacle.
        at_least: fewest households that the share is of before it says anything.
    """

    wish: Literal["huidige_woning", "woonwens", "woningzoeken"] | None = None
    obstacle: Annotated[str, AfterValidator(_obstacle)] | None = None
    of: Literal["all", "searching"] = "all"
    share_above: Share | None = None
    share_below: Share | None = None
    at_least: int = Field(20, ge=1)

    @model_validator(mode="after")
    def _one_thing(self) -> Talks:
        if (self.wish is None) == (self.obstacle is None):
            raise ValueError("name one of wish and obstacle")
        if self.of == "searching" and self.obstacle is None:
            raise ValueError("of: searching says nothing of a wish, which is that of the talk itself")
        check_bounds(self.share_above, self.share_below, "share_above and share_below")
        return self


class When(Closed):
    """The condition of a rule. Indicators and ledger are counted over the twelve months before the one in which it is read.

    Attributes:
        after: months that must have passed.
        indicator: a key of ``READABLE``; ``share_of`` divides it by another count.
        change: share by which it differs from the twelve months before month 0.
        instrument, count: a column of the instruments' ledger.
        above, below: limits of the indicator or the count.
    """

    after: int = Field(0, ge=0, le=1200)
    indicator: Annotated[str, AfterValidator(_readable)] | None = None
    share_of: Literal["households", "seniors", "dwellings", "vacant"] | None = None
    change: Bounds | None = None
    instrument: Key | None = None
    count: Literal["contacts", "uses", "cost_eur", "waiting"] | None = None
    talks: Talks | None = None
    above: Count | None = None
    below: Count | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> When:
        read = [key for key in ("indicator", "instrument", "talks") if getattr(self, key) is not None]
        limited = self.above is not None or self.below is not None
        if len(read) > 1:
            raise ValueError(f"{' and '.join(read)} are two things; a rule reads one")
        kind = read[0] if read else "after"
        for key, owner in (("share_of", "indicator"), ("change", "indicator"), ("count", "instrument")):
            if getattr(self, key) is not None and kind != owner:
                raise ValueError(f"{key} says nothing without {owner}")
        if limited and kind in ("talks", "after"):
            raise ValueError("above and below are limits of an indicator or an instrument")
        if kind == "after" and self.after == 0:
            raise ValueError("nothing is named; name after, indicator, instrument or talks")
        if kind == "indicator" and self.after < YEAR:
            raise ValueError(f"after={self.after}: an indicator is counted over {YEAR} months; let after be {YEAR} or more")
        if kind == "indicator" and limited == (self.change is not None):
            raise ValueError("an indicator needs limits (above, below), or a change that has them, and not both")
        if kind == "instrument" and self.count is None:
            raise ValueError("say what of its ledger is counted: count is contacts, uses, cost_eur or waiting")
        if limited or kind == "instrument":
            check_bounds(self.above, self.below, "above and below")
        return self


class Do(Closed):
    """What a rule does: instruments that begin, that deliver nothing new any more, or whose delivery is multiplied."""

    add: Annotated[dict[Key, dict[str, Any]], BeforeValidator(_settings)] = Field(default_factory=dict)
    stop: Keys = ()
    scale: dict[Key, Annotated[float, Field(gt=0, le=10)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_once(self) -> Do:
        every = [*self.add, *self.stop, *self.scale]
        if not every:
            raise ValueError("nothing is named; name add, stop or scale")
        twice = sorted({key for key in every if every.count(key) > 1})
        if twice:
            raise ValueError(f"{twice[0]} stands there twice; a rule does one thing with an instrument")
        idle = [key for key, factor in self.scale.items() if factor == 1]
        if idle:
            raise ValueError(f"scale.{idle[0]}=1 changes nothing")
        dated = [key for key, settings in self.add.items() if settings.get("from") is not None]
        if dated:
            raise ValueError(f"add.{dated[0]}.from: the rule says when it begins; take from out")
        return self


class Rule(Closed):
    """One step. It fires once, unless ``repeat``."""

    when: When
    do: Do
    repeat: bool = False


def check_bounds(above: float | None, below: float | None, keys: str) -> None:
    """Raises ValueError where no limit is given, or no number can lie between both."""
    if above is None and below is None:
        raise ValueError(f"a limit is missing: give {keys.replace(' and ', ' or ')}")
    if above is not None and below is not None and above >= below:
        raise ValueError(f"nothing lies above {above:g} and below {below:g} ({keys})")


def read(content: Any) -> list[Rule]:
    """Rules from the content of a YAML file.

    Raises:
        Refusal: names the rule by its number, the key and the way out.
    """
    if not isinstance(content, list):
        raise Refusal("rules is no list; begin each rule with '- when:'")
    return [_read(number, one) for number, one in enumerate(content, 1)]


def _read(number: int, content: Any) -> Rule:
    try:
        return Rule.model_validate(content)
    except ValidationError as error:
        fault = first_fault(error)
        message = fault.says
        if fault.kind == "extra_forbidden":
            *path, last = map(str, fault.at)
            message = f"there is no such key; {near(last, _keys(path))}"
        where = f"{fault.where}: " if fault.at else ""
        raise Refusal(f"rule {number}: {where}{message}", (number - 1, *fault.place)) from None


def _keys(path: Sequence[str]) -> list[str]:
    """Keys of the part of a rule at a path."""
    parts: dict[tuple[str, ...], type[BaseModel]] = {
        ("when",): When,
        ("when", "change"): Bounds,
        ("when", "talks"): Talks,
        ("do",): Do,
    }
    return list(parts.get(tuple(path), Rule).model_fields)


def added(rules: Sequence[Rule]) -> dict[str, dict[str, Any]]:
    """Settings of the instruments that some rule can add, by key."""
    return {key: settings for rule in rules for key, settings in rule.do.add.items()}


def named(rules: Sequence[Rule]) -> set[str]:
    """Instruments that some rule names."""
    done = {key for rule in rules for key in (*rule.do.add, *rule.do.stop, *rule.do.scale)}
    return done | {rule.when.instrument for rule in rules if rule.when.instrument}


def check(held: Iterable[str], rules: Sequence[Rule]) -> None:
    """Refuse rules that contradict each other or the instruments that the scenario holds from the start.

    Raises:
        Refusal: names the rule and both sides.
    """
    held = set(held)
    stopped = {key for rule in rules for key in rule.do.stop}
    adders: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, rule in enumerate(rules, 1):
        for key, settings in rule.do.add.items():
            where = f"rule {number}: do.add.{key}"
            if is_there(key) and key not in held:
                raise Refusal(
                    f"{where} is what a place does already, and this one does not; add {other_of(key)}, which comes on top", (number - 1,)
                )
            if key in held and key not in stopped:
                raise Refusal(
                    f"{where}: the scenario holds {key} from the start, and no rule stops it; take it out of one of the two", (number - 1,)
                )
            if key in held and settings:
                raise Refusal(f"{where}: {key} has its settings under instruments; write {key}: {{}} to take it up again", (number - 1,))
            first, before = adders.setdefault(key, (number, settings))
            if before != settings:
                raise Refusal(f"{where}: rule {first} adds {key} with other settings; an instrument has one set of them", (number - 1,))
    running = {*held, *adders}
    for number, rule in enumerate(rules, 1):
        wanted = [("do.stop", key) for key in rule.do.stop] + [("do.scale", key) for key in rule.do.scale]
        wanted += [("when.instrument", rule.when.instrument)] if rule.when.instrument else []
        for where, key in wanted:
            if key not in running:
                raise Refusal(f"rule {number}: {where}: {key} never runs in this scenario; {near(key, sorted(running))}", (number - 1,))
        if rule.when.talks and not any(card_of(key).talks for key in running):
            raise Refusal(f"rule {number}: when.talks: nobody talks to anybody in this scenario; add {coaches()}", (number - 1,))


def coaches() -> str:
    """The instruments that talk to people, as a message names them."""
    return " or ".join(key for key, cls in INSTRUMENTS.items() if cls.card.talks)


def loaded(held: Mapping[str, Instrument], rules: Sequence[Rule], start: str, strength: float) -> dict[str, Instrument]:
    """The instruments that rules can add, checked against ranges and law, and all factors against what may be multiplied.

    Raises:
        Refusal: names rule and key, and says what the instrument says.
    """
    found: dict[str, Instrument] = {}
    for number, rule in enumerate(rules, 1):
        for key, settings in rule.do.add.items():
            if key not in held:
                found[key] = _tried(number, "add", lambda key=key, settings=settings: load(key, settings, start))
                _tried(number, "add", lambda key=key: check_strength(found[key], strength))
    both = {**held, **found}
    for number, rule in enumerate(rules, 1):
        for key, factor in rule.do.scale.items():
            scaled = min(strength_of(both[key], strength) * factor, MOST_STRENGTH)  # a dose stops there, and a rule of yes or no at 1
            _tried(number, "scale", lambda key=key, scaled=scaled: check_strength(both[key], scaled))
    return found


def check_year(rules: Sequence[Rule], months: int) -> None:
    """Refuse a comparison with the year before the start where fewer than twelve months lie before it; raises Refusal."""
    for number, rule in enumerate(rules, 1):
        if rule.when.change is not None and months < YEAR:
            why = "when.change compares with the year before the start"
            raise Refusal(f"rule {number}: {why}; let burn_in be {YEAR} or more, not {months}")


def _tried(number: int, deed: str, call: Any) -> Any:
    try:
        return call()
    except ValueError as error:
        raise Refusal(f"rule {number}: do.{deed}: {error}") from error
