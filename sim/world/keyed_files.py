"""YAML files of keys with values: scenarios, goals, what is done already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from sim.world.errors import Refusal


def read(path: Path, what: str, keys: Sequence[str] = ()) -> dict[str, Any]:
    """What a file holds; an empty one holds no keys.

    Args:
        what: what the file is meant to be. keys: those that it may hold; none: any.

    Raises:
        Refusal: no YAML, or no keys with values.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: no UTF-8, or a date that does not exist
        raise Refusal(f"{path.name}: this is no YAML: {str(error).splitlines()[0]}") from None
    if content is not None and not isinstance(content, dict):
        raise Refusal(f"{path.name}: this is no {what}" + (f"; keys are {', '.join(keys)}" if keys else ""))
    return content or {}
