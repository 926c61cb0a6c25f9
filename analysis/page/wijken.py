"""Wijken and gemeenten by name: the tables hold codes of Statistics Netherlands, the manifest their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NUMBERED = re.compile(r"^Wijk \d+ ")  # Wijk 10 Binnenstad: people say Binnenstad


def area_name(areas: Mapping[str, Mapping[str, Any]], code: str) -> str:
    """Name of an area by its code, from the manifest's list; the code where that has none."""
    return NUMBERED.sub("", str(areas.get(code, {}).get("name") or code))
