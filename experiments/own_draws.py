"""``behaviour=posterior``: draws of the assumptions beside the seeds of a comparison, a world each, with the same scenarios.

Behaviour is a draw of the calibration that ships, taken as often as it weighs. A setting of a card that no public figure touches is drawn
from its plausible range, unless a scenario or the command says what it is. Draw k is the same whatever the number of draws.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from analysis.estimates import own_draws as estimates
from analysis.estimates import posterior
from analysis.estimates.effects import by_seed
from analysis.estimates.statistics import refuse_twins
from analysis.tables import record
from analysis.tables.files import Folder
from analysis.tables.made import OWN_DRAWS
from analysis.tables.schema import KNOWLEDGE, SPENDING
from experiments.assumptions import as_settings, of_instrument
from experiments.candidates import CARDS
from experiments.runs import manifest, runner, store
from experiments.runs.folder import DRAWS, check_place, join, sweep_up
from experiments.runs.plan import Plan, Settings, make_plan, of_its_own
from experiments.runs.runner import Failure
from experiments.runs.simulation import SeedJob
from experiments.runs.world import digests
from experiments.schema import Compare, Comparing
from sim.counts.schema import SUMMARY
from sim.world.errors import Refusal
from sim.world.names import BASIS, PLACEBO

if TYPE_CHECKING:
    import pandas as pd

    from analysis.estimates.posterior import Posterior

Content = TypeVar("Content")
TYPED = "behaviour=posterior"
SHORT: dict[str, tuple[str, ...]] = {TYPED: ("draws=20",)}  # what it stands for; draws= says how many otherwise
SEEDS_FROM = 10_000  # the seed of draw k is this and k: never one of the folder's own
WANTED = ("summary", "instruments")  # tables that a draw leaves
BITS = 32  # of a chance


class Draw(NamedTuple):
    """One draw.

    Attributes:
        number: from 1.
        row: of the posterior, by its number there.
        settings: ``INSTRUMENT.setting`` to the value that was drawn and that some scenario has.
        plan: what is run: the scenarios without the placebo, in one world.
    """

    number: int
    row: int
    settings: dict[str, Any]
    plan: Plan


def chance_of(key: str, number: int) -> float:
    """The chance of a draw for a key, between 0 and 1: a van der Corput sequence, in an order that the key shuffles (Burley 2020).

    Of the first 2^m draws one lies in each 2^m-th part of the range. Keys are independent of each other, and a draw of how many there are.
    """
    index, value = number - 1, 2.0 ** -(BITS + 1)
    for bit in range(BITS):
        flip = hashlib.sha256(f"{key}/{bit}/{index >> (bit + 1)}".encode()).digest()[0] & 1  # blocks of 2^m draws stay blocks
        value += ((index >> bit & 1) ^ flip) * 2.0 ** -(bit + 1)
    return value


def row_of(weight: pd.Series, number: int) -> int:
    """The row of the posterior that a draw takes: by its weight, so that each draw counts for as much as the next."""
    parts = weight.cumsum()
    return int(parts.index[min(int(parts.searchsorted(chance_of("posterior", number) * parts.iloc[-1], side="right")), len(parts) - 1)])


def below(cards: Iterable[str], number: int) -> Settings:
    """By card the settings of a draw; a card whose target group is empty in its world does nothing there, which is no error."""
    found: Settings = {}
    for card in sorted(set(cards) & set(CARDS)):
        asked = of_instrument(card)
        values = {one.key: one.drawn(chance_of(one.key, number)) for one in asked}
        found[card] = {"allow_empty": True, **as_settings(values, asked)[1].get(card, {})}
    return found


def draw(plan: Plan, found: Posterior, behaviours: Mapping[int, Mapping[str, float]], number: int) -> Draw:
    """Draw ``number`` for the scenarios of a plan.

    Raises:
        Refusal: names the draw: what is drawn and what was typed cannot be together.
    """
    row, drawn = row_of(found.weight, number), below(cards_of(plan), number)
    # no figure of the run is of the follow-up or of ghosts; no ledger is read
    update: dict[str, Any] = {"seeds": 1, "first_seed": SEEDS_FROM + number, "follow_up": 0, "ghosts": False, "ledger": "none"}
    update |= {"behaviour": behaviours[row], "draws": None, "width": None}
    update["scenarios"] = [name for name in plan.scenarios if name != PLACEBO]  # a draw claims nothing, so that it needs no floor
    try:
        whole = make_plan(plan.config.model_copy(update=update), drawn)
    except Refusal as error:
        raise Refusal(f"draw {number} of the assumptions: {error}") from error
    mine = replace(whole, scenarios=_but_placebo(whole.scenarios), contents=_but_placebo(whole.contents), rules=_but_placebo(whole.rules))
    return Draw(number, row, _felt(drawn, mine), mine)


def _but_placebo(of: Mapping[str, Content]) -> dict[str, Content]:
    return {name: one for name, one in of.items() if name != PLACEBO}


def cards_of(plan: Plan) -> set[str]:
    """Cards of its scenarios, those that rules add included; not what the place does already."""
    held = {key for of in plan.contents.values() for key in of_its_own(of)}
    return held | {key for rules in plan.rules.values() for rule in rules for key in rule["do"]["add"]}


def _felt(drawn: Settings, plan: Plan) -> dict[str, Any]:
    """Of what was drawn that which some scenario has: the rest was typed."""
    there = [*plan.contents.values(), *(rule["do"]["add"] for rules in plan.rules.values() for rule in rules)]
    return {
        f"{card}.{name}": value
        for card, settings in drawn.items()
        for name, value in settings.items()
        if name != "allow_empty" and any(of.get(card, {}).get(name) == value for of in there)
    }


def draws_of(plan: Plan, n: int) -> list[Draw]:
    """Draws 1 to n. Raises Refusal as ``draw``, and where what ships is of other code or data."""
    found, behaviours = posterior.shipped(digests()), posterior.behaviours()
    return [draw(plan, found, behaviours, number) for number in range(1, n + 1)]


def prepare(config: Compare) -> Plan:
    """What a comparison runs, its draws checked.

    Raises:
        Refusal: as ``make_plan``; behaviour that is typed and drawn; one seed, or no scenario; a draw that cannot run.
    """
    plan = make_plan(config)
    if config.draws is None:
        return plan
    for name in config.behaviour:
        raise Refusal(f"behaviour.{name} is set, and {TYPED} draws the behaviour; leave one of them out")
    if config.seeds < 2:
        raise Refusal(f"{TYPED} asks for 2 seeds or more: what chance makes of a draw is told by how the folder's own seeds differ")
    if not plan.scenarios.keys() - {BASIS, PLACEBO}:
        raise Refusal(f"{TYPED} is about what scenarios do, and there is none beside {BASIS}; name one, or leave it out")
    refuse_overlap(plan.seeds, config.draws)
    draws_of(plan, config.draws)
    return plan


def refuse_overlap(seeds: Sequence[int], n: int) -> None:
    """Raises Refusal where a seed is that of one of n draws."""
    first, last = SEEDS_FROM + 1, SEEDS_FROM + n
    if both := [seed for seed in seeds if first <= seed <= last]:
        raise Refusal(f"seed {both[0]} is that of a draw ({TYPED} takes {first} to {last}); give another first_seed, or fewer seeds")


@dataclass(frozen=True)
class Beside:
    """The draws of a folder beside its own seeds."""

    draws: list[Draw]
    jobs: list[SeedJob]
    calibrated: dict[str, str]  # place, date and commit of the calibration that weighed the draws

    def named(self, failures: Sequence[Failure]) -> list[Failure]:
        """Failures, those of draws by name."""
        mine = {job.seed for job in self.jobs}
        return [replace(one, error=f"in a draw of the assumptions: {one.error}") if one.seed in mine else one for one in failures]

    def about(self) -> dict[str, Any]:
        """What the manifest says of them."""
        drawn = {str(one.number): {"row": one.row, "seed": one.plan.seeds[0], "settings": one.settings} for one in self.draws}
        return {"n": len(self.draws), "behaviour": "posterior", **self.calibrated, "drawn": drawn}

    def write(self, out: Path, seeds: Sequence[int], months: int) -> dict[str, str]:
        """Write knowledge.csv from the tables of the folder and the runs of the draws; returns the fingerprints of their worlds, by seed.

        Raises:
            Refusal: two draws are one world, or a run is lost or damaged.
        """
        found, folder = manifest.marks(self.jobs), Folder(out)
        fingerprints = manifest.fingerprints(found)
        refuse_twins(fingerprints)
        summary = {True: folder.table("summary", SUMMARY.promised), False: _read(found, "summary", SUMMARY.promised)}
        ledger = {True: folder.table("instruments", SPENDING), False: _read(found, "instruments", SPENDING)}
        both = {}
        for own in summary:
            values = by_seed(summary[own])
            both[own] = estimates.Both(values, estimates.spending(ledger[own], values, months))
        numbers = {one.plan.seeds[0]: one.number for one in self.draws}
        OWN_DRAWS.write(out, {KNOWLEDGE.name: estimates.knowledge(both[True], both[False], numbers, months)})
        return fingerprints


def _read(found: Sequence[dict[str, Any]], name: str, columns: Sequence[str]) -> pd.DataFrame:
    """A table of all draws, texts plain."""
    frame = store.read_parts(name, manifest.parts(found, name), columns).to_pandas()
    return frame.astype({column: object for column in frame.select_dtypes("category").columns})


def beside(plan: Plan, seeds: Sequence[int], out: Path, quiet: bool = False) -> Beside | None:
    """The draws that a command asks for, those that its folder has included; None where it asks for none.

    Raises:
        Refusal: as ``prepare``; the folder of the draws is not ours, or of another version.
    """
    before = (record.read(out / record.MANIFEST) or {}).get("draws")
    asked = _asked(plan.config)
    if asked is None:
        if before and not quiet:
            print(
                f"{out} holds {before['n']} draws that this command does not ask for: {KNOWLEDGE.file} goes, and intervals are by the "
                f"study that ships; {TYPED} keeps them",
                file=sys.stderr,
            )
        return None
    n = max(asked, before["n"] if before else 0)
    refuse_overlap(seeds, n)
    draws, folder = draws_of(plan, n), out / DRAWS
    check_place(folder)
    sweep_up(folder)
    join(folder, digests(), {})
    jobs = [replace(job, tables=WANTED) for job in runner.pooled([one.plan for one in draws], folder)]
    about = posterior.shipped().about
    of = Beside(draws, jobs, {key: str(about[key]) for key in ("place", "date", "commit")})
    if not quiet and (n > asked or any(job.todo() for job in jobs)):
        _tell(of, plan, asked, out)
    return of


def _asked(config: Comparing) -> int | None:
    return config.draws if isinstance(config, Compare) else None


def _tell(of: Beside, plan: Plan, asked: int, out: Path) -> None:
    n, here = len(of.draws), plan.design["municipality"]
    kept = f" ({out} holds so many; they stay)" if n > asked else ""
    print(f"{n} draws of the assumptions run beside the seeds, a world each{kept}", file=sys.stderr)
    if (there := of.calibrated["place"]) != here:
        print(f"the draws were weighed by public figures of {there}, not of {here}", file=sys.stderr)
