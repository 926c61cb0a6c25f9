"""The world that the commands run: one seed of it, and the settings and rules of its instruments, checked and with every default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sim.world.errors import Refusal, shown

if TYPE_CHECKING:
    from experiments.runs.simulation import Gauge, Outcome, RunSpec, SeedJob
    from experiments.schema import Comparing
    from sim.interventions import Instrument

_compiled: set[Any] = set()  # kernels that this process has compiled


class Verhuisketens:
    """The real world: sim.run."""

    def world(self, job: SeedJob) -> Any:
        """Build and burn in. Raises Refusal where code or figures here are not those of the plan."""
        from sim.run import burn_in
        from sim.world import figures

        figures.use(job.place_dir)
        here = digests()
        if job.place_dir and here["data"] != job.data:
            raise Refusal(f"place_dir={shown(job.place_dir)}: its files changed while this command ran; give the command again")
        for what, asked in (("code", job.code), ("data", job.data)):
            if here[what] != asked:
                raise Refusal(
                    f"the {what} of the world is another one here ({here[what]}) than where the command began ({asked}): "
                    f"give every computer the same version, change nothing while it runs, and give the command again"
                )
        with compiling(job.gauge):
            return burn_in(
                place=job.place,
                seed=job.seed,
                months=job.months,
                burn_in=job.burn_in,
                follow_up=job.follow_up,
                start=job.start,
                behaviour=dict(job.behaviour),
                debug=job.debug,
                passed=job.gauge.month,
                place_dir=job.place_dir,
            )

    def run(self, world: Any, job: SeedJob, spec: RunSpec, base: Any) -> Outcome:
        """Run one scenario for ``months`` and ``follow_up``; the last one needs no copy of the world."""
        from sim.run import run_scenario

        with compiling(job.gauge):
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
                passed=job.gauge.month,
                keep=not job.last,
            )


@contextmanager
def compiling(gauge: Gauge) -> Iterator[None]:
    """Whoever reads the gauge hears of each kernel that is compiled meanwhile, once, and not of those that were kept."""
    from numba.core import event

    class Heard(event.Listener):
        def on_start(self, event: Any) -> None:
            kernel = event.data["dispatcher"]
            if kernel.stats.cache_path and kernel not in _compiled:  # the others are parts of kernels, compiled with them
                _compiled.add(kernel)
                gauge.kernel()

        def on_end(self, event: Any) -> None:
            pass

    with event.install_listener("numba:compile", Heard()):
        yield


def settings(key: str, given: Mapping[str, Any], start: str, strength: float = 1.0) -> dict[str, Any]:
    """All settings of an instrument, defaults filled in, checked against ranges, law and the strength of the run.

    Raises:
        Refusal: names the setting, the range or the rule.
    """
    from sim import interventions

    instrument = interventions.load(key, given, start)
    interventions.check_strength(instrument, strength)
    interventions.refuse_unread(instrument)
    return instrument.model_dump(mode="json", by_alias=True)


def rules(
    held: Mapping[str, Mapping[str, Any]],
    found: Sequence[Any],
    given: Mapping[str, Mapping[str, Any]],
    start: str,
    strength: float,
    burn_in: int,
    below: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """The rules of a scenario as plain data, all settings of what they add filled in, checked against ranges and law.

    Args:
        held: the instruments of the scenario with all their settings.
        found: the rules as ``sim.approach.scenarios.load`` gave them.
        given: what the command line says of instruments. below: settings that hold where nobody says another.

    Raises:
        Refusal: names rule and key.
    """
    from sim import interventions
    from sim.approach import rules as world_rules

    steps = [one.model_dump(mode="json", exclude_none=True) for one in found]
    for step in steps:
        adds = {key: merged(merged(below.get(key, {}), one), given.get(key, {})) for key, one in step["do"]["add"].items()}
        step["do"]["add"] = {key: {} if key in held else one for key, one in adds.items()}
    objects = world_rules.read(steps)
    there = {key: interventions.load(key, one, start) for key, one in held.items()}
    waiting = world_rules.loaded(there, objects, start, strength)
    world_rules.check_year(objects, burn_in)
    for step in steps:
        for key in step["do"]["add"]:
            if key in waiting:
                step["do"]["add"][key] = waiting[key].model_dump(mode="json", by_alias=True)
    return steps


def refuse_already(held: Mapping[str, Mapping[str, Any]], steps: Sequence[Any]) -> None:
    """Raises Refusal where a scenario says itself, of an instrument or in a rule, that it is done already."""
    from sim.approach import beforehand
    from sim.approach import rules as world_rules

    beforehand.refuse_already({**world_rules.added(steps), **held})


def check_beforehand(held: Mapping[str, Mapping[str, Any]], steps: Sequence[Mapping[str, Any]], place: str, config: Comparing) -> None:
    """All that can be known of a scenario before its world is built (``sim.approach.beforehand``); raises Refusal.

    Args:
        held: its instruments with all their settings.
        steps: its rules as ``rules`` gave them.
    """
    from sim import interventions
    from sim.approach import beforehand
    from sim.approach import rules as world_rules
    from sim.world import places

    term = beforehand.Term(places.resolve(place), config.start, config.months, config.burn_in, config.strength)
    loaded = {key: interventions.load(key, one, config.start) for key, one in held.items()}
    found = world_rules.read(list(steps))
    beforehand.check(loaded, found, term)
    if config.eur_budget_total is not None:
        _refuse_free({**loaded, **world_rules.loaded(loaded, found, config.start, config.strength)}, config.eur_budget_total)


def _refuse_free(every: Mapping[str, Instrument], eur: float) -> None:
    """Raises Refusal where nothing that a scenario adds costs anything, so that it cannot be brought to spend ``eur`` in all."""
    added = [one for one in every.values() if not one.already]
    if added and eur > 0 and not any(one.may_cost() for one in added):
        raise Refusal(
            f"nothing of it costs anything, so it cannot be brought to eur_budget_total={eur:.0f}; leave eur_budget_total out, "
            f"or say what {added[0].key} costs (eur_fixed)"
        )


def merged(below: Mapping[str, Any], on_top: Mapping[str, Any]) -> dict[str, Any]:
    """Two nested dictionaries as one; ``on_top`` wins."""
    both = dict(below)
    for key, value in on_top.items():
        nested = isinstance(value, dict) and isinstance(both.get(key), dict)
        both[key] = merged(both[key], value) if nested else value
    return both


def digests() -> dict[str, str]:
    """Digest of the code of the world and of its figures: results under different ones are never mixed."""
    import sim
    from sim.world import figures

    return {"code": sim.code_digest()[:16], "data": figures.digest()[:16]}
