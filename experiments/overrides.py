"""Truths and numbers on the command line, looked at as they were typed: Hydra takes ``100.000`` for 100, and ``0,5`` for two values."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from sim.world import keyed_files, notation
from sim.world.errors import Refusal
from sim.world.notation import Kind, Place

MOST_VALUES = 10_000  # of one key
OPEN, CLOSE = "([{", ")]}"


class Typed(NamedTuple):
    """A value without parts, as it was typed."""

    text: str
    quoted: bool


def check(schema: type[BaseModel], override: Any) -> None:
    """Refuse what is no truth or number where a key asks for one, Dutch notation by unit, and what is no settings of an instrument.

    Args:
        schema: the keys of the command. override: as Hydra's parser read it.

    Raises:
        Refusal: the first of them, in every value of a sweep.
    """
    path = override.key_or_group.replace("/", ".").split(".")
    raw = override.input_line.partition("=")[2].strip()
    _refuse_commas(schema, path, raw)
    for one in values(override, raw):
        content = _nested(path, tree(one))
        for at, kind, said in kinds(schema, content):
            typed = _at(content, at)
            if wrong := notation.fault(typed.text, kind, typed.quoted):
                raise Refusal(notation.complain(at, typed.text, wrong, said))


def kinds(schema: type[BaseModel], content: dict[str, Any]) -> Iterator[tuple[Place, Kind, str]]:
    """Where truths and numbers stand in what was typed, by the fields of the schema and of instruments."""
    from sim.interventions import class_of, defaults_if_empty

    yield from notation.kinds(schema, content)
    instruments = content.get("instruments")
    for key, settings in instruments.items() if isinstance(instruments, dict) else ():
        yield from notation.kinds(class_of(key), defaults_if_empty(key, settings), ("instruments", key))


def values(override: Any, raw: str) -> list[str]:
    """What was typed, each value of a sweep apart."""
    if not override.is_sweep_override():
        return [raw]
    if chosen := re.fullmatch(r"choice\((.*)\)", raw, re.DOTALL):
        return parts(chosen[1])
    if re.match(r"[a-z_]+\(", raw):  # range and its kin: Hydra writes them out
        return written_out(override) if override.is_discrete_sweep() else []
    return parts(raw)


def written_out(override: Any) -> list[str]:
    """The values of a sweep, as Hydra writes them out. Raises Refusal where there is none, or more than anybody can run."""
    from hydra.errors import HydraException

    try:
        found = list(itertools.islice(override.sweep_string_iterator(), MOST_VALUES + 1))
    except HydraException:
        raise Refusal(f"{override.input_line} has no values: the step leads nowhere; write range(low,high,step)") from None
    if not found:
        raise Refusal(f"{override.input_line} has no values: it ends before it begins; write range(low,high,step)")
    if len(found) > MOST_VALUES:
        raise Refusal(f"{override.input_line} has more than {MOST_VALUES:,} values; give fewer")
    return found


def parts(raw: str) -> list[str]:
    """What stands between the commas of a list, a dictionary or a sweep."""
    found, depth, quote, before = [""], 0, "", ""
    for sign in raw:
        if quote:
            quote = "" if sign == quote and before != "\\" else quote
        elif sign in "'\"":
            quote = sign
        else:
            depth += (sign in OPEN) - (sign in CLOSE)
        if sign == "," and not depth and not quote:
            found.append("")
        else:
            found[-1] += sign
        before = sign
    return [one.strip() for one in found if one.strip()]


def tree(raw: str) -> Any:
    """What was typed as lists, dictionaries and ``Typed``; None where it is nothing."""
    raw = raw.strip()
    if raw[:1] == "{":
        pairs = [one.partition(":") for one in parts(raw[1:-1])]
        return {key.strip(" '\""): tree(value) for key, _, value in pairs}
    if raw[:1] == "[":
        return [tree(one) for one in parts(raw[1:-1])]
    if raw[:1] in ("'", '"'):
        return Typed(raw[1:-1], True)
    return None if raw.lower() in ("", "null") else Typed(raw, False)


def behaviour(path: Path) -> dict[str, float]:
    """Read a file of behavioural parameters strictly, before Hydra does.

    Returns:
        Values by parameter, as they are written.

    Raises:
        Refusal: names file, line and column.
    """
    from sim import parameters

    file = keyed_files.read(path, "list of behavioural parameters")
    file.check(dict[str, float])
    for name, value in file.content.items():
        try:
            if not isinstance(value, int | float):
                raise Refusal(f"{name}: a number is needed")
            parameters.resolve({name: value})
        except Refusal as error:
            raise file.refusal(error, (name,)) from None
    return dict(file.content)


def _refuse_commas(schema: type[BaseModel], path: Sequence[str], raw: str) -> None:
    """A decimal comma, or commas between thousands, that Hydra would take for a sweep."""
    kind = next((kind for _, kind, _ in kinds(schema, _nested(path, Typed(raw, False)))), None) if re.match(r"[-+]?\d", raw) else None
    if kind in (None, "truth"):
        return
    comma = notation.COMMA.fullmatch(raw)
    thousands = re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+", raw) and ",0" in raw
    if thousands:
        raise Refusal(f"{'.'.join(path)}={raw}: a number has no commas in it; write {raw.replace(',', '')}")
    if comma and kind != "whole" and len(comma[2]) <= 3:
        both = all(notation.WHOLE.fullmatch(one) for one in comma.groups())
        more = f", or choice({raw}) for a sweep" if both else ""
        raise Refusal(f"{'.'.join(path)}={raw}: that is Dutch notation; write {comma[1]}.{comma[2]}{more}")


def _nested(path: Sequence[str], content: Any) -> dict[str, Any]:
    for part in reversed(path):
        content = {part: content}
    return content


def _at(content: Any, place: Place) -> Any:
    for step in place:
        content = content[step]
    return content
