"""The one file through which experiments reach the real world: names and settings checked, one seed run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.world.errors import Refusal

if TYPE_CHECKING:
    from experiments.runs.simulation import Outcome, RunSpec, SeedJob


class Verhuisketens:
    """The real world: sim.run."""

    def world(self, job: SeedJob) -> Any:
        """Build and burn in."""
        from sim.run import burn_in

        return burn_in(
            place=job.place,
            seed=job.seed,
            months=job.months,
            burn_in=job.burn_in,
            follow_up=job.follow_up,
            start=job.start,
            behaviour=dict(job.behaviour),
            debug=job.debug,
        )

    def run(self, world: Any, job: SeedJob, spec: RunSpec, base: Any) -> Outcome:
        """Run one scenario for ``months`` and ``follow_up``."""
        from sim.run import run_scenario

        return run_scenario(
            world,
            instruments=spec.instruments,
            placebo=spec.placebo,
            base=base,
            months=job.months,
            follow_up=job.follow_up,
            strength=job.strength,
            tables=job.tables,
            rules=spec.rules,
            ghost_window=job.ghost_window if job.ghosts else None,
        )


def _readable(call: Any, *arguments: Any) -> Any:
    """``call(*arguments)``, with the world's own errors (all readable ValueErrors) as errors of usage."""
    try:
        return call(*arguments)
    except ValueError as error:
        raise Refusal(str(error)) from error


def place_key(name: str) -> str:
    """The slug of a municipality or region given by slug or CBS code; raises Refusal with the nearest name."""
    from sim.world import places

    return _readable(places.resolve, name).key


def scenario(name: str, folder: Path | None) -> Any:
    """A scenario (title, instruments, rules); raises Refusal with the nearest name, or file, rule and key."""
    from sim.approach import scenarios

    return _readable(scenarios.load, name, folder)


def spread(names: Iterable[str], folder: Path | None) -> list[str]:
    """Names of scenarios, with ``elk_instrument`` written out as the instruments that it stands for."""
    from sim.approach import scenarios

    return scenarios.spread(names, folder)


def with_current(name: str, held: Mapping[str, dict[str, Any]], place: str, start: str) -> dict[str, dict[str, Any]]:
    """The instruments of a scenario on top of what is done already in a place; raises Refusal when that list is damaged."""
    from sim.approach import done_already as current

    return _readable(current.with_current, name, held, place, start)


def done_already(place: str, start: str) -> dict[str, Any]:
    """What basis holds: keys of instruments and one line ``{nl, en}``."""
    from sim.approach import done_already as current

    return {"instruments": sorted(current.in_force(place, start)), "said": current.said(place, start)}


def instrument_titles(keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Names for people, ``{nl, en}``, of the instruments among ``keys``, in the order of the keys."""
    from sim import interventions

    return {key: interventions.card_of(key).title for key in sorted(set(keys)) if key in interventions.REGISTRY}


def scenario_names(folder: Path | None) -> list[str]:
    """Every scenario that can be named, sorted."""
    from sim.approach import scenarios

    return sorted({*scenarios.names(), *(scenarios.names(folder) if folder else [])})


def settings(key: str, given: Mapping[str, Any], start: str, strength: float = 1.0) -> dict[str, Any]:
    """All settings of an instrument, defaults filled in, checked against ranges, law and the strength of the run.

    Raises:
        Refusal: names the setting, the range or the rule.
    """
    from sim import interventions

    instrument = _readable(interventions.load, key, given, start)
    _readable(interventions.check_strength, instrument, strength)
    return instrument.model_dump(mode="json", by_alias=True)


def rules(
    held: Mapping[str, Mapping[str, Any]],
    found: Sequence[Any],
    given: Mapping[str, Mapping[str, Any]],
    start: str,
    strength: float,
    burn_in: int,
) -> list[dict[str, Any]]:
    """The rules of a scenario as plain data, all settings of what they add filled in, checked against ranges and law.

    Args:
        held: the instruments of the scenario with all their settings.
        found: the rules as ``scenario`` gave them.
        given: what the command line says of instruments.

    Raises:
        Refusal: names rule and key.
    """
    from sim import interventions
    from sim.approach import rules as world_rules

    steps = [one.model_dump(mode="json", exclude_none=True) for one in found]
    for step in steps:
        step["do"]["add"] = {key: merged(one, given.get(key, {})) if key not in held else {} for key, one in step["do"]["add"].items()}
    objects = _readable(world_rules.read, steps)
    there = {key: interventions.load(key, one, start) for key, one in held.items()}
    waiting = _readable(world_rules.loaded, there, objects, start, strength)
    _readable(world_rules.check_year, objects, burn_in)
    for step in steps:
        for key in step["do"]["add"]:
            if key in waiting:
                step["do"]["add"][key] = waiting[key].model_dump(mode="json", by_alias=True)
    return steps


def merged(below: Mapping[str, Any], on_top: Mapping[str, Any]) -> dict[str, Any]:
    """Two nested dictionaries as one; ``on_top`` wins."""
    both = dict(below)
    for key, value in on_top.items():
        nested = isinstance(value, dict) and isinstance(both.get(key), dict)
        both[key] = merged(both[key], value) if nested else value
    return both


def anybody_talks(keys: Iterable[str]) -> bool:
    """Whether one of these instruments talks to households."""
    from sim import interventions

    return any(interventions.card_of(key).talks for key in keys)


def counts_whole(key: str, setting: str) -> bool:
    """Whether a setting of an instrument counts whole things."""
    from sim import interventions

    field = (interventions.class_of(key) or interventions.Instrument).model_fields.get(setting)
    return field is not None and field.annotation is int


def behaviour(values: Mapping[str, float]) -> None:
    """Check names and ranges of behavioural parameters; raises Refusal."""
    from sim import parameters

    _readable(parameters.resolve, values)


def digests() -> dict[str, str]:
    """Digest of the code of the world and of its figures: results under different ones are never mixed."""
    import sim
    from sim.world import figures

    return {"code": sim.code_digest()[:16], "data": _readable(figures.digest)[:16]}
