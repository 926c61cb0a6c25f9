"""Who contributes what in a scenario: ``python -m experiments.attribute scenario=van_groot_naar_beter``.

The scenario's instruments are run in all coalitions (or, beyond six, in those of drawn orders), in the same worlds. Runs lie
in the same folder as those of ``experiments.compare`` and are shared with it: the coalition of one instrument is the scenario
that holds it alone, with the same settings.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.estimates.bundles import Bundle, World, worlds_table
from analysis.tables.made import SHARES
from experiments import compare
from experiments.entry import HydraCommand, main
from experiments.runs import runner, store
from experiments.runs.apart import Marks, run_apart
from experiments.runs.plan import Plan, Settings, make_plan, of_its_own
from experiments.runs.simulation import SeedJob, Simulation
from experiments.schema import Attribute, Compare
from sim.world.errors import Refusal
from sim.world.names import BASIS, PLACEBO

MOST_EXACT = 6  # with more instruments than this the orders are drawn
ORDERS = 20  # drawn for each seed, unless the command says how many


@dataclass(frozen=True)
class Prepared:
    """What is run: the plan of basis, placebo and the whole scenario, and how the scenario is taken apart."""

    plan: Plan
    bundle: Bundle

    @property
    def out(self) -> Path:
        """The folder of the results: that of a comparison with the same design."""
        return self.plan.out


def prepare(config: Attribute) -> Prepared:
    """Check all names and settings.

    Raises:
        Refusal: as ``make_plan``; and a scenario with fewer than two instruments, or a strength of 0.
    """
    name = config.scenario
    if name == PLACEBO:
        raise Refusal("scenario=placebo: the placebo holds no instruments; name a scenario with two or more")
    shared = config.model_dump(exclude={"scenario", "permutations"})
    plan = make_plan(Compare(**shared, scenarios=[name], eur_budget_total=None, ledger="none"))
    if name in plan.rules:
        raise Refusal(
            f"scenario={name} has rules: what runs depends on what its monitor finds, so there is no fixed bundle to share out; "
            f"write the instruments that it ended with in a scenario without rules"
        )
    if plan.stops(name):
        raise Refusal(
            f"scenario={name} stops {', '.join(plan.stops(name))}, which no instrument contributes: share out one that only adds; "
            f"experiments.compare scenarios={name} says what it does as a whole"
        )
    held = of_its_own(plan.contents[name])
    if not held:
        raise Refusal(f"scenario={name} holds no instruments: there is nothing to share out; name one with two or more")
    if len(held) == 1:
        raise Refusal(
            f"scenario={name} holds one instrument, {next(iter(held))}: all it does is that one's; "
            f"experiments.compare scenarios={name} says how much"
        )
    if config.strength == 0:
        raise Refusal("strength=0: nothing is delivered, so there is nothing to share out; give a strength above 0")
    keys = tuple(sorted(held))
    toolboxes = tuple(key for key in keys if set(held[key].get("toolbox") or ()) & set(keys))
    orders = config.permutations or (0 if len(keys) <= MOST_EXACT else ORDERS)
    return Prepared(plan, Bundle(name, keys, toolboxes, orders))


def of_world(settings: Settings, filled: Settings, world: World) -> Settings:
    """Settings of the instruments at work in a world, as they are in the scenario.

    A toolbox is cut down to what is at work: the rest could not be brought along anyway, and so the run is shared with
    a scenario that never named it.

    Args:
        settings: of all instruments of the scenario, those given or all of them.
        filled: the same with every default filled in.
    """
    found = {}
    for key in world.keys:
        tools = filled[key].get("toolbox") or []
        there = {*world.keys, *(other for other, one in filled.items() if one.get("already"))}
        kept = [] if key == world.emptied else [tool for tool in tools if tool in there]
        found[key] = {**settings[key], "toolbox": kept} if kept != list(tools) else settings[key]
    return found


def labelled(bundle: Bundle, world: World) -> str:
    """The name of a world among the runs of a seed."""
    if not world.keys:
        return BASIS
    whole = world == World(bundle.keys)
    return bundle.scenario if whole else f"{bundle.scenario}: {world.name}"


def seed_jobs(prepared: Prepared, seeds: Sequence[int], out: Path) -> list[SeedJob]:
    """One job per seed: basis, the placebo and every world that its shares need."""
    plan, bundle = prepared.plan, prepared.bundle
    given, filled = plan.scenarios[bundle.scenario], plan.contents[bundle.scenario]
    jobs = []
    for seed in sorted(seeds):
        scenarios, contents = dict(plan.scenarios), dict(plan.contents)
        for world in bundle.worlds(seed):
            name = labelled(bundle, world)
            if name not in plan.scenarios:
                scenarios[name] = {**plan.scenarios[BASIS], **of_world(given, filled, world)}  # what is done already goes on
                contents[name] = {**plan.contents[BASIS], **of_world(filled, filled, world)}
        jobs += runner.seed_jobs(replace(plan, scenarios=scenarios, contents=contents), [seed], out)
    return jobs


def execute(
    prepared: Prepared,
    out: Path | None,
    command: str,
    simulation: Simulation | None = None,
    executor: Executor | None = None,
) -> int:
    """Run what is not finished, then write shares, parts, picture and manifest; returns the exit status."""
    folder = out or prepared.out
    bundle = prepared.bundle
    return run_apart(
        prepared.plan,
        folder,
        f"attribute_{bundle.scenario}.json",
        command,
        lambda seeds: seed_jobs(prepared, seeds, folder),
        lambda found, content: conclude(folder, bundle, found, content),
        lambda: SHARES.forget(folder, bundle.scenario),
        simulation,
        executor,
    )


def conclude(out: Path, bundle: Bundle, found: Marks, content: dict[str, Any]) -> int:
    """The tables and the picture from the finished runs; prints the plain summary and, last, where the shares are."""
    from analysis.page.bundle_report import finish

    content["permutations"] = bundle.permutations
    names = {labelled(bundle, world): world.name for seed in content["seeds"] for world in bundle.worlds(seed)}
    names[PLACEBO] = PLACEBO
    summaries = {(names[mark["scenario"]], mark["seed"]): store.read_part(mark["folder"], "summary").to_pandas() for mark in found}
    config = content["configuration"] | {key: content[key] for key in ("place", "fingerprints", "instrument_titles")}
    title = content["scenarios"][bundle.scenario]["title"]
    summary = finish(out, worlds_table(summaries, bundle), bundle, config, title)
    compare.tell_reach({name: reach for name, reach in content["reached"].items() if name == bundle.scenario})
    print(summary)
    print(out / "shapley.csv")
    return 0


COMMAND = HydraCommand("attribute", "attribute", Attribute, prepare, execute, ("report",))

if __name__ == "__main__":
    sys.exit(main(COMMAND))
