"""The product as a package: ``from verhuisketens import compare``. Its rooms (sim, experiments, analysis, workshop) keep their names."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.comparison import Comparison, RunsFailed, compare
    from sim.model import HousingModel
    from sim.world.errors import Refusal

    __version__: str

ROOMS = ("sim", "experiments", "analysis", "workshop")
PUBLIC = {  # name: where it lives; what is not listed here may change without a word
    "Comparison": "experiments.comparison",
    "HousingModel": "sim.model",
    "Refusal": "sim.world.errors",
    "RunsFailed": "experiments.comparison",
    "compare": "experiments.comparison",
}
__all__ = ["Comparison", "HousingModel", "Refusal", "RunsFailed", "__version__", "compare"]


def check_rooms() -> None:
    """Refuse to begin where a package or file with the name of a room is found before it.

    Raises:
        ImportError: names what was found, and the way out.
    """
    here = Path(__file__).resolve().parents[1]
    for room in ROOMS:
        found = importlib.util.find_spec(room)
        places = [found.origin, *(found.submodule_search_locations or ())] if found else []
        first = next((Path(place).resolve() for place in places if place), None)
        if first is None or not first.is_relative_to(here / room):
            raise ImportError(
                f"verhuisketens needs its own {room!r} in {here}, and Python finds {first or 'none'} first: "
                "run it from another folder, or in an environment of its own"
            )


def __getattr__(name: str) -> Any:
    """What the public list names, imported when it is asked for."""
    if name == "__version__":
        return importlib.import_module("verhuisketens.version").version()
    if name not in PUBLIC:
        raise AttributeError(f"module 'verhuisketens' has no attribute {name!r}; it has {', '.join(__all__)}")
    check_rooms()
    return getattr(importlib.import_module(PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
