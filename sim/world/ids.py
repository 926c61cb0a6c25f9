"""The ids that outsiders see: at most 15 digits, which a spreadsheet, JavaScript, R and a join in pandas keep whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.world.errors import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_BITS = 49  # 2**49 has 15 digits; draws keep all 64


def public_id(ids: NDArray) -> NDArray:
    """Of each id, uint64, the first 49 bits as int64, so that −1 can mean none."""
    return (ids >> np.uint64(64 - N_BITS)).astype(np.int64)


def refuse_shared(ids: NDArray, of: str, seed: int) -> None:
    """Refuse a world in which two rows would have one id in its tables.

    Of a million rows it happens in one world of a thousand. ``of`` says what the rows are.

    Raises:
        Refusal: names the seed, and what to take instead.
    """
    shared = len(ids) - len(np.unique(public_id(ids)))
    if shared:
        raise Refusal(f"seed={seed}: {shared} of {len(ids)} {of} would have the id of another in the tables; take another seed")
