"""The assumptions that decide about each scenario: what becomes deciding.csv."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.estimates.knowledge import deciding as of_cards
from analysis.tables.for_page import DECIDING


def deciding(scenarios: Mapping[str, Any]) -> pd.DataFrame:
    """By scenario and instrument the assumptions of the study, the one that decides most first.

    Args:
        scenarios: by name, as the manifest lists them; what is done already decides nothing, and of rules the study says nothing.
    """
    study, parts = of_cards(), []
    for name, one in scenarios.items():
        held = [] if one.get("rules") else [key for key, settings in one.get("instruments", {}).items() if not settings.get("already")]
        parts += [study[study["card"] == key].rename(columns={"card": "instrument"}).assign(scenario=name) for key in held]
    return pd.concat(parts, ignore_index=True)[list(DECIDING.names)] if parts else pd.DataFrame(columns=list(DECIDING.names))
