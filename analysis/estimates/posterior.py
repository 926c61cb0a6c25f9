"""The weighted draws that ship with the project: what public figures left of the assumptions, refused when the model has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.estimates import targets
from analysis.estimates.knowledge import FOLDER
from analysis.tables.made import CALIBRATED
from sim.world.errors import Refusal

DRAWS, SWEPT, RECOVERY, HELD_BACK, ABOUT = CALIBRATED
DISCREPANCIES = FOLDER / "discrepancies.csv"
PARTS = ("source", "sampling", "area_year", "model")


class Posterior(NamedTuple):
    """Draws of the assumptions.

    Attributes:
        draws: a row for each draw, by its number; a column for each assumption.
        weight: by number of draw; adds up to 1.
        about: how they were made (calibration.json).
    """

    draws: pd.DataFrame
    weight: pd.Series
    about: Mapping[str, Any]


def read(folder: Path, digests: Mapping[str, str] | None = None) -> Posterior:
    """The weighted draws of a folder.

    Args:
        digests: of code and data, as ``experiments.runs.world.digests`` gives them; None: whatever they are.

    Raises:
        Refusal: there are none; they are of other code or data.
    """
    if not (folder / DRAWS).is_file() or not (folder / ABOUT).is_file():
        raise Refusal(f"{folder} holds no {DRAWS} and {ABOUT}; make them: python -m experiments.calibrate")
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    for what, now in (digests or {}).items():
        if about["digests"].get(what) != now:
            raise Refusal(
                f"{folder / DRAWS}: its draws are of other {what} ({about['digests'].get(what)}) than there is now ({now}); "
                f"make them anew: python -m experiments.calibrate, or name the file itself where no output changed"
            )
    table = pd.read_csv(folder / DRAWS)
    weight = table.groupby("draw")["weight"].first()
    return Posterior(table.pivot(index="draw", columns="assumption", values="value"), weight / weight.sum(), about)


def shipped(digests: Mapping[str, str] | None = None) -> Posterior:
    """The weighted draws that ship with the project. Raises Refusal as ``read``."""
    return read(FOLDER, digests)


def behaviours(folder: Path = FOLDER) -> dict[int, dict[str, float]]:
    """By number of draw its behaviour as a run takes it: parameter to value, whole numbers whole."""
    table = pd.read_csv(folder / SWEPT).set_index("first_seed")
    columns = {name: table[name].tolist() for name in table}
    return {int(draw): {name.partition(".")[2]: values[at] for name, values in columns.items()} for at, draw in enumerate(table.index)}


def discrepancies(path: Path = DISCREPANCIES) -> pd.DataFrame:
    """By fitted target its discrepancy, fixed before any fit: the four PARTS and ``whole``, relative standard deviations.

    Raises:
        Refusal: a row of what may not be fitted to; a part below 0; a target of which all parts are 0.
    """
    table = pd.read_csv(path).set_index("target")
    for ident in table.index:
        targets.for_fitting(str(ident))
    parts = table[list(PARTS)].astype(float)
    whole = (parts**2).sum(axis=1) ** 0.5
    for ident in table.index[(parts < 0).any(axis=1) | ~(whole > 0)]:
        raise Refusal(f"{path.name}, {ident}: its parts are {parts.loc[ident].tolist()}; 0 or more each, and not 0 together")
    return table.assign(whole=whole)
