"""From a checked configuration to what has to be run: scenarios with all their settings, and what every run shares."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from experiments.runs import world
from experiments.schema import Comparing
from sim.world.errors import Refusal, hint
from sim.world.names import BASIS, MOST_SEED, PLACEBO, check_names, other_of

Checked = TypeVar("Checked")
Settings = dict[str, dict[str, Any]]  # instrument to setting to value
SHARED = ("months", "burn_in", "follow_up", "start", "strength", "eur_budget_total", "ghosts", "ghost_window")


@dataclass(frozen=True)
class Plan:
    """What a command asks for.

    Attributes:
        config: the checked configuration.
        design: what changes a run and all runs of a folder share: municipality, behaviour, months, burn_in, follow_up,
            start, strength, eur_budget_total, ghosts, ghost_window, and the digests of code and data.
        scenarios: name to instruments to the settings given (also basis, and the placebo).
        contents: the same with every default filled in, as texts and numbers only.
        titles: name to ``{nl, en}``.
        rules: name to the rules of a stepwise scenario, as plain data; names without rules are not there.
    """

    config: Comparing
    design: dict[str, Any]
    scenarios: dict[str, Settings]
    contents: dict[str, Settings]
    titles: dict[str, dict[str, str]] = field(default_factory=dict)
    rules: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        """The folder of the results; the default carries a hash of the design."""
        return Path(self.config.out or f"results/{self.design['municipality']}-{short_hash(self.design, 8)}")

    @property
    def written(self) -> dict[str, dict[str, Any]]:
        """All that a scenario of each name says: its instruments with their settings, and its rules, if it has any."""
        return {name: {**held, **({"rules": self.rules[name]} if name in self.rules else {})} for name, held in self.contents.items()}

    def stops(self, name: str) -> list[str]:
        """What the place does already and a scenario stops."""
        return sorted(of_place(self.contents[BASIS]).keys() - self.contents[name].keys())

    @property
    def seeds(self) -> list[int]:
        """Numbers of the seeds asked for."""
        return list(range(self.config.first_seed, self.config.first_seed + self.config.seeds))


def short_hash(content: Any, length: int = 16) -> str:
    """The first hexadecimal digits of the SHA-256 of a content, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def make_plan(config: Comparing, below: Mapping[str, Mapping[str, Any]] | None = None) -> Plan:
    """Check all names and settings against the world's lists, and collect what has to be run.

    Args:
        below: settings by instrument that hold where neither a scenario nor the command says another.

    Raises:
        Refusal: what does not exist, is out of range, breaks a law or contradicts.
    """
    from sim import parameters
    from sim.approach import done_already
    from sim.approach import scenarios as listed
    from sim.world import figures, places

    figures.use(config.place_dir)
    place = places.resolve(config.municipality).key
    parameters.resolve(config.behaviour)
    _refuse_late_seeds(config)
    folder = folder_of(config.scenario_dir)
    names = [BASIS, *sorted({*listed.spread(config.scenarios, folder)} - {BASIS})]
    check_names([PLACEBO, *names], "scenario")
    if PLACEBO in names:
        raise Refusal("the placebo is run with every comparison; leave it out of scenarios")
    found = {name: listed.load(name, folder) for name in names}
    below = below or {}
    own = {name: _with_overrides(one.instruments, config.instruments, below) for name, one in found.items()}
    steps = {name: one.rules for name, one in found.items() if one.rules}
    for name, held in own.items():
        _named(name, partial(world.refuse_already, held, steps.get(name, [])))
    scenarios = {
        name: _named(name, partial(done_already.with_current, name, held, found[name].stops, place, config.start))
        for name, held in own.items()
    }
    adds = {name: {*own[name], *_added(steps.get(name, []))} for name in own}
    _refuse_to_touch_current(config.instruments, set().union(*adds.values()), scenarios[BASIS], place)
    _refuse_idle_overrides(adds, config.instruments)
    contents = {
        name: {key: _settings(name, key, given, config) for key, given in sorted(instruments.items())}
        for name, instruments in scenarios.items()
    }
    rules = {name: _rules(name, contents[name], steps[name], config, below) for name in steps}
    for name, held in contents.items():
        _named(name, partial(world.check_beforehand, held, rules.get(name, []), place, config))
    scenarios[PLACEBO], contents[PLACEBO] = scenarios[BASIS], contents[BASIS]
    if BASIS in rules:
        rules[PLACEBO] = rules[BASIS]
    design = {"municipality": place, "behaviour": dict(sorted(config.behaviour.items()))}
    design |= {key: getattr(config, key) for key in SHARED} | world.digests()
    titles = {name: one.title.model_dump() for name, one in found.items()}
    titles[PLACEBO] = {"nl": "Placebo: één woning een maand later", "en": "Placebo: one home a month later"}
    return Plan(config, design, scenarios, contents, titles, rules)


def _refuse_late_seeds(config: Comparing) -> None:
    last = config.first_seed + config.seeds - 1
    if last > MOST_SEED:
        raise Refusal(
            f"first_seed={config.first_seed}, seeds={config.seeds}: the last seed would be {last}, and {MOST_SEED} is the highest; "
            f"give a lower first_seed"
        )


def folder_of(given: str | None) -> Path | None:
    """The folder of ``scenario_dir``, if it is given. Raises Refusal when it is not there."""
    if given is None:
        return None
    folder = Path(given)
    if not folder.is_dir():
        raise Refusal(f"scenario_dir={given}: there is no such folder")
    return folder


def _named(name: str, call: Callable[[], Checked]) -> Checked:
    """What ``call`` gives; its refusal names the scenario."""
    try:
        return call()
    except Refusal as error:
        raise Refusal(f"scenario {name}: {error}") from error


def _settings(name: str, key: str, given: dict[str, Any], config: Comparing) -> dict[str, Any]:
    return _named(name, lambda: world.settings(key, given, config.start, 1.0 if given.get("already") else config.strength))


def _rules(
    name: str, held: Settings, steps: Sequence[Any], config: Comparing, below: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return _named(name, lambda: world.rules(held, steps, config.instruments, config.start, config.strength, config.burn_in, below))


def _added(steps: Sequence[Any]) -> set[str]:
    """Instruments that rules can add."""
    return {key for rule in steps for key in rule.do.add}


def _with_overrides(instruments: Settings, overrides: Settings, below: Mapping[str, Mapping[str, Any]]) -> Settings:
    """A scenario's instruments, each with what the command line says of it on top, and what nobody says below."""
    return {key: world.merged(world.merged(below.get(key, {}), given), overrides.get(key, {})) for key, given in instruments.items()}


def of_its_own(held: Settings) -> Settings:
    """Instruments of a scenario without what is done already."""
    return {key: settings for key, settings in held.items() if not settings.get("already")}


def of_place(held: Settings) -> Settings:
    """What is done already, of the instruments of a scenario."""
    return {key: settings for key, settings in held.items() if settings.get("already")}


def _refuse_to_touch_current(overrides: Settings, added: Iterable[str], basis: Settings, place: str) -> None:
    """What is done already is stopped by a scenario that says so, never changed by a setting of the command."""
    from sim.approach import done_already

    done_already.refuse_there(overrides, "instruments")
    for key in overrides.keys() - set(added):
        if other_of(key) in basis:
            raise Refusal(
                f"instruments.{key} is set, and no chosen scenario adds {key}; what {place} does already ({other_of(key)}) stays as it "
                f"is: name a scenario that adds {key}"
            )


def _refuse_idle_overrides(scenarios: Mapping[str, Iterable[str]], overrides: Settings) -> None:
    held = sorted({key for instruments in scenarios.values() for key in instruments})
    for key in overrides:
        if key not in held:
            listed = ", ".join(held) if held else "none"
            raise Refusal(
                f"instruments.{key} is set, and no chosen scenario holds it{hint(key, held)} (they hold {listed}; "
                f"scenarios={','.join(scenarios)})"
            )
