"""One world after another under other assumptions: each card alone beside the same base world, what it does and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.estimates import validation
from analysis.estimates.knowledge import figure
from analysis.estimates.ledger_counts import COUNTED
from sim import run
from sim.world.names import BASIS

if TYPE_CHECKING:
    from pathlib import Path

Found = dict[str, dict[str, float]]  # basis and cards, each with figures by name
WANTED = ("summary", "instruments")
FOLLOW_UP = 36  # months in which chains of the base world end
AREA = "wijk"
EUR, CONTACTS, USES = "eur", "contacts", "uses"  # beside the indicators


def trial(
    place: str,
    seed: int,
    behaviour: Mapping[str, float],
    settings: Mapping[str, Mapping[str, Any]],
    cards: Iterable[str],
    months: int = 120,
    burn_in: int = 36,
    start: str = "2026-01",
    place_dir: str | Path | None = None,
) -> Found:
    """What basis is, and what each card alone makes of it, over the whole run.

    Args:
        settings: of the cards, by key; those that are not there have their defaults.

    Returns:
        By ``basis`` and card: the figures of ``whole``, and for a card also ``eur``, ``contacts`` and ``uses`` of the run.
        A card whose target group is empty is left out.
    """
    world = run.burn_in(place, seed, months, burn_in, 0, start, behaviour, place_dir=place_dir)
    base = run.run_scenario(world, tables=WANTED, ghost_window=None)
    found = {BASIS: whole(base.tables["summary"], months)}
    for card in cards:
        given = {card: {"allow_empty": True, **settings.get(card, {})}}
        done = run.run_scenario(world, given, base=base, tables=WANTED, ghost_window=None)
        paid = done.tables["instruments"]
        sums = {EUR: paid["cost_eur"].sum(), CONTACTS: paid["contacts"].sum(), USES: paid["uses"].sum()}
        found[card] = whole(done.tables["summary"], months) | {key: float(value) for key, value in sums.items()}
    return found


def base_world(place: str, seed: int, behaviour: Mapping[str, float], months: int = 120, burn_in: int = 36) -> dict[str, float]:
    """What the base world gives of each figure of ``analysis.estimates.validation``, by key; NaN where nobody is there to be counted."""
    world = run.burn_in(place, seed, months, burn_in, FOLLOW_UP, "2026-01", behaviour)
    made = run.run_scenario(world, tables=(*COUNTED, "months"), ghost_window=None).tables
    made = {name: table.assign(scenario=BASIS, seed=seed) for name, table in made.items()}
    table = validation.compare(validation.tables(made, made["months"], months))
    return dict(zip(table["key"], table["simulated"].astype(float), strict=True))


def whole(summary: pd.DataFrame, months: int) -> dict[str, float]:
    """Each indicator over the whole run, of all households and of each group but wijken, by ``figure``."""
    rows = (summary["group_by"] != AREA) & (summary["months_from"] == 0) & (summary["months_to"] == months)
    return {
        figure(indicator, group_by, group): float(value)
        for indicator, group_by, group, value in summary.loc[rows, ["indicator", "group_by", "group", "value"]].itertuples(index=False)
    }


def differences(found: Sequence[Found], card: str, indicator: str) -> list[float]:
    """By seed: what a card adds to an indicator."""
    return [one[card][indicator] - one[BASIS].get(indicator, 0.0) for one in found]
