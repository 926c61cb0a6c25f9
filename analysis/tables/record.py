"""The record of a run (manifest.json and its kin): signed, and of a shape that its readers can count on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.world.errors import Refusal, first_fault

MADE_BY = "verhuisketens"
MANIFEST = "manifest.json"
RUNS, DESIGN = ".runs", "design.json"  # the runs of a folder, and what they share
SWEEP = "sweep.json"  # beside the folders of the jobs of a sweep
LOCK, HYDRA = ".lock", ".hydra"  # of the run at work, and Hydra's own files
WAY_OUT = "remove it if it is yours to remove, or choose another folder"


class Signed(BaseModel):
    """What this program says of a file of its own; more keys may stand beside those named."""

    model_config = ConfigDict(extra="allow", strict=True)

    made_by: Literal["verhuisketens"]


class Design(Signed):
    """design.json: what all runs of a folder share, and all that each of its scenarios says."""

    design: dict[str, Any]
    scenarios: dict[str, dict[str, Any]]


class Sweep(Signed):
    """sweep.json: the folders of all jobs of a sweep, those of earlier commands in its folder included."""

    command: str
    jobs: list[str]


class Record(Signed):
    """manifest.json, attribute_NAME.json and goals_NAME.json (docs/interface.md says what stands in them)."""

    command: str
    place: str
    configuration: dict[str, Any]
    scenarios: dict[str, dict[str, Any]]
    seeds: list[int]
    fingerprints: dict[str, str]
    reached: dict[str, dict[str, float]]
    seconds: dict[str, float]
    version: dict[str, str]
    packages: dict[str, str] = {}
    current: dict[str, Any] = {}
    instrument_titles: dict[str, Any] = {}
    strengths: dict[str, list[float]] = {}
    fired: dict[str, dict[str, Any]] = {}
    checksums: dict[str, str] = {}
    files: dict[str, str] = {}
    failed_runs: list[dict[str, Any]] = []


def read(path: Path, shape: type[Signed] = Record) -> dict[str, Any] | None:
    """Content of a signed file as it stands there, or None when there is none.

    Raises:
        Refusal: it is damaged, of another shape, or not of this program.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        shape.model_validate(content)
    except FileNotFoundError:
        return None
    except ValidationError as error:
        fault = first_fault(error)
        raise Refusal(f"{path} is damaged, or not made by {MADE_BY} ({fault.where or 'its content'}: {fault.says}); {WAY_OUT}") from None
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise Refusal(f"{path} is damaged ({reason}); {WAY_OUT}") from None
    return dict(content)


def jobs_of(folder: Path) -> list[str]:
    """The folders of the jobs of a sweep, by its record; none where it has none. Raises Refusal when that is damaged."""
    content = read(folder / SWEEP, Sweep)
    return list(content["jobs"]) if content else []
