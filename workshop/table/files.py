"""A package as a small text file: to carry to another folder, read by the strict reader and never executed.

It says where and by which version it was made, and what it showed then, so that another version can show both and say why they differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from analysis.page.words import Text, number, span
from sim.interventions import card_of
from sim.world import keyed_files
from sim.world.errors import Refusal, first_fault
from sim.world.names import START_MONTH
from workshop.engine.package import Package
from workshop.engine.setting import Setting
from workshop.table.events import Dose, Key

NAME = "pakket.txt"  # how a message names what was sent
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,64}$")]
Figure = Annotated[float, Field(ge=-1e12, le=1e12)]
ENDS = ("difference", "lower", "upper", "lower_full", "upper_full")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Version(_Part):
    """By which code and figures."""

    code: Digest
    data: Digest


class Shown(_Part):
    """One effect as it stood on the screen; what was not known is lacking."""

    difference: Figure
    lower: Figure | None = None
    upper: Figure | None = None
    lower_full: Figure | None = None
    upper_full: Figure | None = None


class PackageFile(_Part):
    """What such a file holds."""

    format: Annotated[int, Field(ge=1, le=1, strict=True)]
    place: Annotated[str, StringConstraints(pattern=r"^[a-z0-9+-]{1,120}$")]
    start: Annotated[str, StringConstraints(pattern=START_MONTH)]
    months: Annotated[int, Field(ge=1, le=1_200)]
    burn_in: Annotated[int, Field(ge=0, le=1_200)]
    version: Version
    done: Annotated[dict[Key, Dose], Field(max_length=60)] = Field(default_factory=dict)
    cards: Annotated[dict[Key, Dose], Field(max_length=60)] = Field(default_factory=dict)
    worlds: Annotated[int, Field(ge=0, le=10_000)] = 0
    shown: Annotated[dict[Key, Shown], Field(max_length=40)] = Field(default_factory=dict)

    @property
    def package(self) -> Package:
        """The package. Raises Refusal for cards that there are not."""
        return Package(tuple(self.done.items()), tuple(self.cards.items()))


def write(package: Package, setting: Setting, worlds: int = 0, shown: Mapping[str, Mapping[str, float]] | None = None) -> str:
    """The text of a file.

    Args:
        worlds: in how many worlds it was played. shown: by indicator, difference and the ends of both intervals that are known.
    """
    lines = [
        "# Een pakket van de werktafel. Open het op het beginscherm van een werktafel, of lees het hier.",
        "# A package of the workshop table. Open it on the first screen of a workshop, or read it here.",
        "format: 1",
        f"place: {setting.place}",
        f'start: "{setting.start}"',
        f"months: {setting.months}",
        f"burn_in: {setting.burn_in}",
        "version:",
        *(f'  {name}: "{setting.digests[name]}"' for name in ("code", "data")),
        *_listed("done", package.done),
        *_listed("cards", package.cards),
    ]
    if worlds and shown:
        lines += [f"worlds: {worlds}", "shown:"]
        for key, values in shown.items():
            lines += [f"  {key}:", *(f"    {name}: {_figure(values[name])}" for name in ENDS if name in values)]
    return "\n".join(lines) + "\n"


def _listed(name: str, cards: Sequence[tuple[str, str]]) -> list[str]:
    if not cards:
        return []
    return [f"{name}:", *(f"  {key}: {dose}  # {card_of(key).title['nl']}" for key, dose in cards)]


def _figure(value: float) -> str:
    return f"{value:.10g}"


def read(raw: bytes) -> PackageFile:
    """What a file holds.

    Raises:
        Refusal: no such file, or cards that there are not; with line and column.
    """
    file = keyed_files.parse(raw, NAME, "package", tuple(PackageFile.model_fields))
    file.check(PackageFile)
    try:
        found = PackageFile.model_validate(file.content)
    except ValidationError as error:
        fault = first_fault(error)
        raise file.refusal(f"{fault.where or 'the file'}: {fault.says}", fault.place) from None
    try:
        _ = found.package
    except Refusal as error:
        raise file.refusal(error, ("cards",)) from None
    return found


def differs(old: PackageFile, now: Setting, worlds: int) -> list[Text]:
    """Why what was shown and what is shown here may differ, most important first; nothing where they cannot."""
    pairs: list[tuple[Any, Any, Text]] = [
        (old.place, now.place, Text(f"het is gemaakt voor een andere plaats: {old.place}", f"it was made for another place: {old.place}")),
        (old.start, now.start, Text(f"het begon in een andere maand: {old.start}", f"it began in another month: {old.start}")),
        (
            old.months,
            now.months,
            Text(f"het ging over {span(old.months).nl}", f"it was about {span(old.months).en}"),
        ),
        (old.burn_in, now.burn_in, Text("de aanloop was anders", "the run-up was another one")),
        (old.version.code, now.digests["code"], Text("het model is sindsdien veranderd", "the model has changed since")),
        (old.version.data, now.digests["data"], Text("de cijfers zijn sindsdien veranderd", "the figures have changed since")),
    ]
    found = [said for before, here, said in pairs if before != here]
    if not found and old.shown and old.worlds != worlds:
        then, here = number(old.worlds), number(worlds)
        found.append(Text(f"toen {then} keer nagespeeld, hier nu {here} keer", f"run {then} times then, {here} times here now"))
    return found
