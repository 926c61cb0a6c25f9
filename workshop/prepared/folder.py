"""A prepared folder: burnt-in worlds and answers of one place, which may have been carried here by a stranger.

``prepared.json`` is written last and names the worlds with their checksums. A folder of other code or figures is refused: its worlds would
go on in another way than they began. Answers check themselves (``workshop.engine.answers``): one that is damaged is made anew.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.estimates.cards import Place
from analysis.tables.files import digest
from analysis.tables.schema import VALIDATION
from experiments.runs.folder import first_difference
from experiments.runs.world import digests
from sim.state import Run
from sim.world.errors import Refusal, first_fault, shown
from sim.world.names import MONTH
from workshop.engine import outcome
from workshop.engine.answers import Answers
from workshop.engine.doses import Doses, doses
from workshop.engine.setting import Setting
from workshop.prepared import worlds

NAME, WORLDS, ANSWERS, TABLES = "prepared.json", "worlds", "answers", "tables"
PUBLIC, PLACEBO = "public.csv", "placebo.csv"
MAY_BE_NAMED = rf"{WORLDS}/[0-9]{{1,10}}\.(npz|json)|{re.escape(PUBLIC)}|{re.escape(PLACEBO)}"  # nothing outside the folder
FILE = re.compile(MAY_BE_NAMED, re.ASCII)
SHA256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Positive = Annotated[int, Field(ge=1)]


class Strict(BaseModel):
    """Nothing but what is named, of the type that it has here."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Asked(Strict):
    """What is prepared: place, time and worlds; under which code and figures."""

    format: Literal[1] = 1
    place: str
    start: str = Field(pattern=MONTH)
    months: Positive
    burn_in: int = Field(ge=0)
    seeds: list[Annotated[int, Field(ge=0)]] = Field(min_length=1)
    alone: int = Field(ge=0, description="worlds in which every card was run alone")
    digests: dict[str, str]

    @property
    def setting(self) -> Setting:
        """What all answers share."""
        return Setting(self.place, self.start, self.months, self.burn_in, self.digests)


class Measured(Strict):
    """What a dose of a card did alone, over the whole run, mean over the worlds."""

    reached: float = Field(description="households on which it worked")
    eur: float


class Record(Asked):
    """prepared.json."""

    seniors: float = Field(ge=0, description="senior households at month 0: what doses are of")
    corporatie: float = Field(ge=0, description="homes of corporaties at month 0")
    doses: dict[str, dict[str, Measured]]
    failed: dict[str, str] = Field(description="card=dose that could not be run alone, and why")
    files: dict[str, SHA256]


Kind = TypeVar("Kind", bound=Asked)


@dataclass(frozen=True)
class Prepared:
    """A folder that was opened. It goes to other processes, which load worlds themselves."""

    path: Path
    record: Record

    @classmethod
    def open(cls, folder: Path | str) -> Prepared:
        """Open a folder and look at all of it but the contents of answers.

        Raises:
            Refusal: there is none, it is damaged or of other code or figures, a file differs from its checksum or lies elsewhere;
                names it, and the way out.
        """
        path = Path(folder)
        record = read(path / NAME, Record)
        if record is None:
            raise Refusal(f"{path} is no prepared folder, or its preparation has not ended; {worlds.WAY_OUT}")
        _refuse_others(path, record)
        lacking = [name for seed in record.seeds for name in _names(seed) if name not in record.files]
        if lacking:
            raise Refusal(f"{path / NAME} names no {lacking[0]}; {worlds.WAY_OUT}")
        for name, said in record.files.items():
            _check(path, name, said)
        return cls(path, record)

    @property
    def setting(self) -> Setting:
        """Where and when."""
        return self.record.setting

    @property
    def seeds(self) -> tuple[int, ...]:
        """The worlds, the first one first."""
        return tuple(self.record.seeds)

    @property
    def months(self) -> int:
        """Length of a run."""
        return self.record.months

    @cached_property
    def doses(self) -> Doses:
        """Every card in three doses, with what it did alone."""
        place = Place(self.record.seniors, self.record.corporatie)
        return doses(self.setting, place).measured({key: _plain(sizes) for key, sizes in self.record.doses.items()})

    @property
    def answers(self) -> Answers:
        """Answers known, and where new ones are kept."""
        return Answers(self.path / ANSWERS, self.doses)

    @cached_property
    def public(self) -> pd.DataFrame | None:
        """Public figures beside those of the base (columns of validation.csv); None where none were worked out. Raises Refusal."""
        return self._table(PUBLIC, VALIDATION.names)

    @cached_property
    def placebo(self) -> pd.DataFrame | None:
        """What moving one home does (columns of ``workshop.engine.outcome.PLACEBO``); None where it was not run. Raises Refusal."""
        return self._table(PLACEBO, outcome.PLACEBO)

    def _table(self, name: str, columns: Sequence[str]) -> pd.DataFrame | None:
        if name not in self.record.files:
            return None
        table = pd.read_csv(io.BytesIO((self.path / name).read_bytes()))
        if tuple(table.columns) != tuple(columns):
            raise Refusal(f"{self.path / name} has other columns than this version writes; {worlds.WAY_OUT}")
        return table

    def world(self, seed: int) -> Run:
        """The run of a seed at month 0. Raises Refusal: there is none, or its files are not as they were written."""
        name = f"{WORLDS}/{seed}.json"
        if name not in self.record.files:
            raise Refusal(f"{self.path} holds no world {seed} (it has {', '.join(map(str, self.seeds))}); ask for one of these")
        run = worlds.load(self.path / WORLDS / str(seed), self.record.files[name])
        refuse_another(run, self.record, seed, self.path / name)
        return run


def read(path: Path, shape: type[Kind]) -> Kind | None:
    """What a file of a prepared folder says; None where it is not there. Raises Refusal for one that is damaged or of another shape."""
    try:
        return shape.model_validate(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except ValidationError as error:
        fault = first_fault(error)
        raise Refusal(
            f"{path} is damaged, or of another version ({fault.where or 'its content'}: {fault.says}); {worlds.WAY_OUT}"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no JSON"
        raise Refusal(f"{path} cannot be read ({reason}); {worlds.WAY_OUT}") from None


def refuse_another(run: Run, asked: Asked, seed: int, at: Path) -> None:
    """Raises Refusal where a world is of another place, time or seed than its folder says."""
    place, start, first, months, _ = run.world.setting
    if (place.key, start, -first, months, run.world.draws.seed) != (asked.place, asked.start, asked.burn_in, asked.months, seed):
        raise Refusal(f"{at} is of another place, time or seed than {NAME} says; {worlds.WAY_OUT}")


def _names(seed: int) -> tuple[str, str]:
    return f"{WORLDS}/{seed}.npz", f"{WORLDS}/{seed}.json"


def _refuse_others(path: Path, record: Record) -> None:
    found = first_difference(dict(record.digests), digests())
    if found:
        what = {"code": "the code", "data": "the figures"}.get(found[0], found[0])
        raise Refusal(f"{path} was prepared with another version of {what} ({shown(found[1])}, now {shown(found[2])}); {worlds.WAY_OUT}")


def _check(path: Path, name: str, said: str) -> None:
    """A file that the record names: inside the folder, no link, and as it was written."""
    if not FILE.fullmatch(name):
        raise Refusal(f"{path / NAME} names the file {shown(name)}, which is none of a prepared folder; {worlds.WAY_OUT}")
    file = path / name
    if file.is_symlink() or file.parent.is_symlink():
        raise Refusal(f"{file} is a link, and a prepared folder holds its files itself; {worlds.WAY_OUT}")
    if digest(file) != said:
        raise Refusal(f"{file} {'was changed since it was made' if file.is_file() else 'is not there'}; {worlds.WAY_OUT}")


def _plain(sizes: Mapping[str, Measured]) -> dict[str, tuple[float, float]]:
    return {size: (one.reached, one.eur) for size, one in sizes.items()}
