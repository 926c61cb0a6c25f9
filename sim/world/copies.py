"""A copy of one's own: what belongs to a run is copied whole, but for what is declared to be shared. The one place that copies.

A dataclass that inherits from ``Own`` marks what never changes during a run as ``SHARED``; everything else, arrays, lists and
other parts that are ``Own``, is the copy's alone.
"""

from __future__ import annotations

from copy import copy, deepcopy
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sim.world.columns import copy as copy_table
from sim.world.columns import is_table

if TYPE_CHECKING:
    from typing import Self

SHARED = {"shared": True}  # metadata of a field that copies share with the original, because nothing changes it


class Own:
    """A dataclass whose copies are their own (see the module)."""

    def copy(self) -> Self:
        """A copy of its own."""
        return deepcopy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        twin = memo[id(self)] = copy(self)
        for one in fields(self):  # type: ignore[arg-type]
            if not one.metadata.get("shared"):
                value = getattr(self, one.name)
                setattr(twin, one.name, copy_table(value) if is_table(value) else deepcopy(value, memo))
        return twin
