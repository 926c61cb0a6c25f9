"""A package as a scenario file and a command: what somebody needs to repeat its figures without a workshop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from analysis.page.command import whole
from analysis.page.words import Text
from experiments.schema import Compare
from sim.approach.done_already import WITHOUT, in_force
from sim.interventions import card_of
from sim.world.names import BASIS
from workshop.engine.doses import Doses
from workshop.engine.package import Package

FOLDER = "werktafel"  # of the scenario files, below where the command is given
EXACT = Text("Deze opdracht geeft precies dezelfde getallen.", "This command gives exactly the same numbers.")
BETWEEN = Text(
    "Het effect is een verschil in effects.csv: wat bij het pakket staat, min wat bij {base} staat.",
    "The effect is a difference in effects.csv: what stands with the package, less what stands with {base}.",
)
NEARLY = Text(
    "Wat u al doet staat hier als gewone kaart. De getallen verschillen daardoor een beetje, door toeval.",
    "What is done already stands here as an ordinary card. So the numbers differ a little, by chance.",
)
BOTH = Text(
    "Deze kaarten liggen er twee keer (u doet ze al, en er komt bij). Dat kan een opdracht niet: {cards}.",
    "These cards lie there twice (done already, and more of it). A scenario cannot have that: {cards}.",
)


class Again(NamedTuple):
    """How to repeat a package.

    Attributes:
        files: scenario files by their names, to be put in ``FOLDER``. command: the command line. remarks: what is not as at the table.
    """

    files: Mapping[str, str]
    command: str
    remarks: tuple[Text, ...]


def again(package: Package, letters: str, doses: Doses, seeds: Sequence[int]) -> Again:
    """See the class.

    Args:
        seeds: the worlds, one number after another.
    """
    setting, name = doses.setting, f"tafel_{letters.lower()}"
    stops = sorted(in_force(setting.place, setting.start))
    twice = sorted(dict(package.done).keys() & dict(package.cards).keys())
    base = f"{name}_al" if package.done else WITHOUT if stops else BASIS
    files = {f"{name}.yaml": _scenario(f"Pakket {letters}", (*package.done, *package.cards), doses, stops)}
    if package.done:
        files[f"{base}.yaml"] = _scenario(f"Pakket {letters}: wat u al doet", package.done, doses, stops)
    cards = ", ".join(card_of(key).title["nl"] for key in twice), ", ".join(card_of(key).title["en"] for key in twice)
    remarks = [Text(*(one.format(base=base) for one in BETWEEN))] if base != BASIS else []
    remarks += [NEARLY] if package.done else [EXACT]
    remarks += [Text(*(one.format(cards=listed) for one, listed in zip(BOTH, cards, strict=True)))] if twice else []
    scenarios = [name] if base == BASIS else [base, name]
    return Again(files, whole(_configuration(doses, seeds, scenarios, name)), tuple(remarks))


def _scenario(title: str, cards: Sequence[tuple[str, str]], doses: Doses, stops: Sequence[str]) -> str:
    content: dict[str, Any] = {"title": {"nl": title, "en": title}}
    content["instruments"] = {key: dict(doses[key][size].settings or {}) for key, size in cards}
    if stops:
        content["stops"] = list(stops)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1_000)


def _configuration(doses: Doses, seeds: Sequence[int], scenarios: Sequence[str], name: str) -> dict[str, Any]:
    setting = doses.setting
    found = Compare(
        municipality=setting.place,
        scenarios=list(scenarios),
        scenario_dir=FOLDER,
        seeds=len(seeds),
        first_seed=seeds[0],
        months=setting.months,
        burn_in=setting.burn_in,
        follow_up=0,
        start=setting.start,
        strength=1,
        workers=2,
        ledger="first",
        out=f"results/{name}",
    )
    return found.model_dump(mode="json", exclude={"debug", "place_dir", "eur_budget_total"})
