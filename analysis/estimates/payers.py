"""Who pays and who delivers an instrument of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.interventions import REGISTRY as INSTRUMENTS
from sim.world.names import plain


def payer(key: str, settings: Mapping[str, Any] | None) -> str:
    """Who pays an instrument: as set, else its default."""
    default = INSTRUMENTS[plain(key)].model_fields["payer"].default if plain(key) in INSTRUMENTS else ""
    return str((settings or {}).get("payer") or default)


def deliverer(key: str, settings: Mapping[str, Any] | None) -> str:
    """Who delivers an instrument: as set, else who pays, if it may deliver, else the first that may."""
    pays = payer(key, settings)
    default = INSTRUMENTS[plain(key)].card.usual_deliverer(pays) if plain(key) in INSTRUMENTS else pays
    return str((settings or {}).get("deliverer") or default)
