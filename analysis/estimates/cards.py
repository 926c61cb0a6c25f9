"""What each instrument of a scenario is: its dose, its price, who pays and delivers it, whom it reached, and on what it rests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import ValidationError

from analysis.estimates.card_evidence import EVIDENCE, weakest
from analysis.estimates.pots import with_rules
from analysis.tables.for_page import CARDS
from sim.counts.schema import MONTHS
from sim.interventions import REGISTRY
from sim.world.names import ALL, BASIS, PLACEBO, YEAR, plain

STOCK = MONTHS.some("scenario", "seed", "month", "seniors", "dwellings_corporatie")
REHOUSING = ("renovatie", "sloop")  # whose n_per_1000 is of corporatie homes, not of senior households


class Place(NamedTuple):
    """What doses per 1,000 are of: senior households, and homes of corporaties, in basis at the start."""

    seniors: float
    corporatie: float


def place_of(months: pd.DataFrame) -> Place:
    """From the table months (columns ``STOCK``): its first month in basis, mean over the seeds."""
    first = months[(months["scenario"] == BASIS) & (months["month"] == 0)]
    return Place(float(first["seniors"].mean()), float(first["dwellings_corporatie"].mean()))


def cards(
    scenarios: Mapping[str, Any],
    place: Place,
    costs: pd.DataFrame,
    reached: Mapping[str, Mapping[str, float]],
    strengths: Mapping[str, Sequence[float]],
    months: int,
) -> pd.DataFrame:
    """The table of cards.csv, in the order of the scenarios and of their instruments.

    Args:
        scenarios, reached, strengths: of the manifest. costs: the table of costs.csv.
        place: what doses per 1,000 are of. months: length of the run.

    Returns:
        Columns of ``CARDS``; a row for each instrument and, beside basis, one for the whole scenario.
    """
    rows = []
    for name, one in scenarios.items():
        if name == PLACEBO:
            continue
        held, _ = with_rules(one)
        mine = costs[(costs["scenario"] == name) & (costs["instrument"] != ALL)] if len(costs) else costs
        strength = float(np.mean(strengths.get(name) or [1.0]))
        parts = []
        for key, settings in held.items():
            own = mine[mine["instrument"] == key] if len(mine) else mine
            spent, uses = (float(own[column].sum()) if len(own) else 0.0 for column in ("eur", "uses"))
            parts.append(
                _of(name, key, settings, place, strength, reached.get(name, {}).get(key, np.nan))
                | {"by_rule": key not in one.get("instruments", {}), "eur_per_year": spent * YEAR / months, "uses": uses}
                | {"price": "filled in" if spent or priced(key, settings) else "none"}
            )
        rows += parts + ([] if name == BASIS else [_whole(name, [part for part in parts if not part["already"]])])
    return pd.DataFrame(rows, columns=list(CARDS.names))


def _of(name: str, key: str, settings: Mapping[str, Any], place: Place, strength: float, reached: float) -> dict[str, Any]:
    card, evidence = REGISTRY.get(plain(key)), EVIDENCE.get(plain(key))
    already = bool(settings.get("already"))
    amount, unit = dose(plain(key), settings, place, 1.0 if already else strength, reached)
    payer = str(settings.get("payer", ""))
    return {
        "scenario": name,
        "instrument": key,
        "already": already,
        "dose": amount,
        "dose_unit": unit,
        "payer": payer,
        "deliverer": settings.get("deliverer") or (card.card.usual_deliverer(payer) if card else ""),
        "reached": reached,
        "evidence": evidence.mark if evidence else "",
        "sources": evidence.sources if evidence else "",
    }


def _whole(name: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The row of a whole scenario, of what it adds."""
    prices = {part["price"] for part in parts}
    return {
        "scenario": name,
        "instrument": ALL,
        "already": False,
        "by_rule": False,
        "dose": np.nan,
        "dose_unit": "",
        "eur_per_year": sum(part["eur_per_year"] for part in parts),
        "payer": "",
        "deliverer": "",
        "reached": np.nan,
        "uses": np.nan,
        "price": "in part" if len(prices) > 1 else next(iter(prices), "none"),
        "evidence": weakest([part["evidence"] for part in parts if part["evidence"]]),
        "sources": "",
    }


def dose(key: str, settings: Mapping[str, Any], place: Place, strength: float, reached: float) -> tuple[float, str]:
    """How much of an instrument there is, and what that is counted in (of ``DOSES``); NaN where it is not known."""
    if "fte_per_1000" in settings:
        given = settings.get("fte")
        return strength * (settings["fte_per_1000"] * place.seniors / 1000 if given is None else given), "posts"
    if "n_per_1000" in settings:
        return strength * settings["n_per_1000"] * (place.corporatie if key in REHOUSING else place.seniors) / 1000, "homes a year"
    each = [settings.get(name) or 0 for name in (REGISTRY[key].prices if key in REGISTRY else ()) if name.startswith("eur_")]
    if any(each):
        return float(next(filter(None, each))), "euro each"
    for name, unit in (("dur_path", "months of lower rent"), ("dur_overlap", "months without double rent")):
        if settings.get(name):
            return float(settings[name]), unit
    return reached, "households reached"


def priced(key: str, settings: Mapping[str, Any]) -> bool:
    """Whether anything of it may cost money, as it is set; not where the card has other settings by now."""
    try:
        return plain(key) in REGISTRY and REGISTRY[plain(key)](**settings).may_cost()
    except ValidationError:
        return False
