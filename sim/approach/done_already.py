"""What is done already: the dated list of instruments in force in a place (sim/data/current.yaml). ``basis`` is the world with it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sim.interventions import check_written
from sim.world import keyed_files, places
from sim.world.errors import Refusal, first_fault, hint
from sim.world.names import JOINED, MONTH, is_there, other_of

FILE = Path(__file__).parents[1] / "data" / "current.yaml"
WITHOUT = "zonder_beleid"  # the scenario without what is done already


class Entry(BaseModel):
    """One instrument in force."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    since: str = Field(alias="from", pattern=MONTH)
    until: str | None = Field(None, pattern=MONTH)
    settings: dict[str, Any] = Field(default_factory=dict)
    source: str = Field(min_length=5)


class Listed(BaseModel):
    """What was found of one place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    note: str
    instruments: tuple[Entry, ...]


PLACES = TypeAdapter(dict[str, Listed])


@functools.cache
def read(path: Path = FILE) -> Mapping[str, Listed]:
    """The list by key of the place.

    Raises:
        Refusal: no YAML, or a key that does not belong there.
    """
    file = keyed_files.read(path, "list of places")
    try:
        found = PLACES.validate_python(file.content)
    except ValidationError as error:
        fault = first_fault(error)
        raise file.refusal(f"{fault.where}: {fault.says}", fault.place) from None
    for place, one in found.items():
        for number, entry in enumerate(one.instruments):
            if entry.settings:
                check_written(file, entry.key, (place, "instruments", number, "settings"))
    return found


def listed(place: str) -> Listed | None:
    """What was found of a place (by its key); None where nobody looked."""
    return read().get(place)


def in_force(place: str, start: str) -> dict[str, dict[str, Any]]:
    """Settings by key (``al_…``) of what is in force in a place at ``start`` (YYYY-MM) or begins later; empty where nothing was found.

    What began before works from month 0 on; what ended before is left out. Each carries ``already``. What one of several joined places
    does reaches who lives there, and nobody else.

    Raises:
        Refusal: two of several joined places do the same, each in its own way: a world holds one of each.
    """
    found: dict[str, dict[str, Any]] = {}
    does: dict[str, str] = {}
    for part in place.split(JOINED):
        one, there = listed(part), list(places.resolve(part).gemeenten) if JOINED in place else []
        for entry in one.instruments if one else ():
            if entry.until is None or entry.until > start:
                if entry.key in does:
                    raise Refusal(
                        f"municipality={place}: {does[entry.key]} and {part} do {entry.key} already, each in its own way, and a world "
                        "holds one of each; run them apart"
                    )
                does[entry.key] = part
                dates = {"from": entry.since if entry.since > start else None, "until": entry.until}
                given: dict[str, Any] = {name: date for name, date in dates.items() if date is not None}
                who = {"who": {**entry.settings.get("who", {}), "areas": there}} if there else {}
                found[other_of(entry.key)] = {**entry.settings, **who, **given, "already": True}
    return found


def with_current(scenario: str, held: Mapping[str, Any], stops: Iterable[str], place: str, start: str) -> dict[str, Any]:
    """The instruments of a scenario on top of what is done already, without those of it that the scenario ``stops``.

    Raises:
        Refusal: the scenario holds itself what only the list can say, or stops what is not done.
    """
    refuse_there(held, "instruments")
    now = {} if scenario == WITHOUT else in_force(place, start)
    for key in stops:
        if key not in now:
            known = ", ".join(sorted(now)) or "nothing"
            raise Refusal(f"stops: {key} is not done in {place} at {start}{hint(key, now)} (it does {known}); take it out of stops")
    return {**{key: one for key, one in now.items() if key not in set(stops)}, **held}


def refuse_there(keys: Iterable[str], where: str) -> None:
    """Raises Refusal where somebody names as an instrument of their own what a place does already."""
    for key in keys:
        if is_there(key):
            adds = other_of(key)
            raise Refusal(
                f"{where}.{key} is what a place does already, as its list has it; to have more write {adds}, which comes on top; to have "
                f"another instead add stops: [{key}]"
            )


def said(place: str, start: str) -> dict[str, str]:
    """What basis holds in a place, in one line: ``{nl, en}``."""
    names = ", ".join(sorted(in_force(place, start)))
    if names:
        return {"nl": names, "en": names}
    if any(listed(part) is None for part in place.split(JOINED)):
        return {"nl": "niet uitgezocht; basis is zonder instrumenten", "en": "not looked for; base has no instruments"}
    return {
        "nl": "gezocht, niets gevonden dat nu geldt; basis is zonder instrumenten",
        "en": "looked for, nothing found that is in force now; base has no instruments",
    }
